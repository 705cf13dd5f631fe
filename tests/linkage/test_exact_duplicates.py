"""A report that a list holds twice, word for word, is one report: the second changes nothing."""

from __future__ import annotations

from collections.abc import Iterable

import attrs
import numpy as np
import pytest

from benchmarks import bench_linkage
from uncounted.linkage import Linkage, compare_reports, link
from uncounted.linkage.exact_duplicates import first_alike
from uncounted.linkage.result import numbered
from uncounted.records.dates.partial_date import parse
from uncounted.records.names.name import Name
from uncounted.records.report import Act, Report

SAID = Report(
    "A",
    "1",
    (Name("김철수"),),
    sex="m",
    birth=parse("1971-03-04"),
    acts=(Act(kind="arrest", date=parse("2010-05-03"), place="Yanji"),),
)


def again(reports: Iterable[Report], mark: str) -> list[Report]:
    return [attrs.evolve(each, id=f"{each.id}-{mark}", note="a copy") for each in reports]


def labels_of(linkage: Linkage, reports: Iterable[Report]) -> list[list[int]]:
    at = {key: place for place, key in enumerate(linkage.keys)}
    here = [at[each.source, each.id] for each in reports]
    return [numbered(row[here]).tolist() for row in linkage.labels]


@pytest.mark.sampler
def test_what_is_entered_twice_changes_no_link() -> None:
    """The law: one report more that says just what another of its list says lowers no link."""
    reports = bench_linkage.fresh([905])[0][::2]
    known = [
        each
        for each in reports
        if each.birth and each.origin and any(act.date and act.place for act in each.acts)
    ]
    copies = again(known[::3], "again") + [
        copy for at in range(40) for copy in again(known[5:6], str(at))
    ]
    assert len(copies) > 80
    alone = link(reports, draws=40, with_grid=False)
    both = link(copies + reports, draws=40, with_grid=False)
    assert both.diagnostics.exact_duplicates == len(copies)
    assert alone.diagnostics.exact_duplicates == 0
    assert labels_of(both, reports) == labels_of(alone, reports)
    originals = [*known[::3], *[known[5]] * 40]
    assert labels_of(both, copies) == labels_of(both, originals)


@pytest.fixture(scope="module")
def alone() -> tuple[list[Report], list[str], Linkage]:
    """Reports, whom they are about, and their linkage."""
    reports, truth = bench_linkage.fresh([2903])
    return reports, truth, link(reports, draws=100, with_grid=False)


@pytest.mark.sampler
@pytest.mark.parametrize("source", ["Copyist", "TumenWatch"])
def test_rows_that_another_list_took_over_break_no_link(
    source: str, alone: tuple[list[Report], list[str], Linkage]
) -> None:
    """A list that copied a part of another, and nothing else or of its own reports besides."""
    reports, truth, linkage = alone
    took = [at for at, each in enumerate(reports) if each.source == "Saebyok"][::2]
    copies = [
        attrs.evolve(each, source=source) for each in again([reports[at] for at in took], "again")
    ]
    assert len(copies) > 100
    both = link([*reports, *copies], draws=300, with_grid=False)
    pairs = np.array([(i, j) for i, one in enumerate(truth) for j in range(i) if truth[j] == one])
    found = [
        np.mean([labels[i] == labels[j] for labels in np.array(drawn) for i, j in pairs])
        for drawn in (labels_of(linkage, reports), labels_of(both, reports))
    ]
    assert found[1] > found[0] - 0.005  # it was two to six in a hundred
    assert np.quantile(both.people, 0.025) <= len(set(truth)) <= np.quantile(both.people, 0.975)
    last = np.array(labels_of(both, [*reports, *copies]))
    assert (last[:, took] == last[:, len(reports) :]).mean() > 0.97  # but who says hardly more
    assert both.diagnostics.exact_duplicates == 0
    assert both.diagnostics.copied


@pytest.mark.parametrize("prior", ["overlap-table", "no-duplicates"])
@pytest.mark.parametrize("copies", [1, 2])
def test_of_very_many_reports_a_few_copies_are_reports_of_their_own(
    copies: int, prior: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not if a list reports nobody twice: as reports of their own they would be other people."""
    reports = bench_linkage.fresh([905])[0][::4]
    named = [
        each for each in reports if each.birth and each.origin and any(a.date for a in each.acts)
    ]
    said = [*reports, *again(named[:copies], "again")]
    monkeypatch.setattr(compare_reports, "MIN_COPIED", 1.5 / len(said))

    def merged() -> int | None:
        return link(said, draws=4, prior=prior, with_grid=False).diagnostics.exact_duplicates

    assert merged() == copies
    monkeypatch.setattr(compare_reports, "VERY_MANY", len(said) - 1)
    assert merged() == (0 if copies == 1 and prior == "overlap-table" else copies)


def test_of_lists_that_know_by_themselves_no_report_is_a_copy() -> None:
    both = [SAID, attrs.evolve(SAID, source="B")]
    assert first_alike(both).tolist() == [0, 1]
    rows = [
        attrs.evolve(each, id=str(at), names=(Name(f"김{at}"),), birth=parse(f"{1950 + at}-03-04"))
        for each in both
        for at in range(10)
    ]
    assert first_alike(rows).tolist() == [*range(10), *range(10)]
    assert first_alike(rows, across=False).tolist() == [*range(20)]
    third = [*rows, attrs.evolve(rows[0], source="C")]
    assert first_alike(third)[20] == 20


def test_a_day_of_birth_says_as_much_as_two_things() -> None:
    born = attrs.evolve(SAID, acts=())
    assert first_alike([born, attrs.evolve(born, id="2")]).tolist() == [0, 0]
    year = attrs.evolve(born, birth=parse("1971"))
    assert first_alike([year, attrs.evolve(year, id="2")]).tolist() == [0, 1]


def test_one_whom_somebody_distinguished_leaves_the_other_copies_as_they_are() -> None:
    rows = [attrs.evolve(SAID, id=str(at)) for at in range(4)]
    assert first_alike(rows, [(0, 2, False)]).tolist() == [0, 0, 2, 0]
    assert first_alike(rows, [(3, 1, False)]).tolist() == [0, 0, 0, 3]


@pytest.mark.sampler
def test_two_who_are_called_alike_and_as_old_are_compared_like_any_two() -> None:
    """Of a list with few names and years, who says no more may be somebody else."""
    rng = np.random.default_rng(3)
    given = ["철수", "영희", "명호", "순희", "은주"]
    reports = [
        Report(
            source,
            str(at),
            (Name(f"김{given[rng.integers(5)]}"),),
            birth=parse(str(1970 + rng.integers(6))),
            origin="함경북도" if rng.random() < 0.5 else "량강도",
        )
        for source in "AB"
        for at in range(150)
    ]
    assert len(np.unique(first_alike(reports))) < 150  # it would be nearly everybody
    linkage = link(reports, draws=20, with_grid=False)
    assert linkage.diagnostics.exact_duplicates == 0
    assert linkage.people.min() > 200


@pytest.mark.parametrize(
    ("change", "alike"),
    [
        ({"note": "seen again"}, True),
        ({"collector": "B"}, True),
        ({"source": "B"}, False),
        ({"sex": None}, False),
        ({"birth": parse("1971-03")}, False),
        ({"names": (Name("김철호"),)}, False),
        ({"names": (Name("김철수"), Name("박민"))}, False),
        ({"acts": ()}, False),
    ],
)
def test_all_that_is_reported_is_looked_at_but_notes(
    change: dict[str, object], alike: bool
) -> None:
    other = attrs.evolve(SAID, id="2", **change)  # type: ignore[arg-type]
    assert first_alike([SAID, other]).tolist() == [0, 0 if alike else 1]


def test_who_says_hardly_more_than_a_name_is_like_no_one() -> None:
    named = attrs.evolve(SAID, birth=None, acts=())
    assert first_alike([named, attrs.evolve(named, id="2")]).tolist() == [0, 1]


def test_decisions_that_hang_together_through_copies_leave_them_apart() -> None:
    """A copy of B's person and its original who is another: true of two reports, not of one."""
    others = [Report("B", str(at), (Name(f"리영{name}"),)) for at, name in enumerate("희호")]
    rows = [SAID, attrs.evolve(SAID, id="2"), *others]
    for decisions in (
        [(0, 2, False), (1, 2, True)],
        [(0, 2, True), (1, 3, True), (2, 3, False)],
    ):
        assert first_alike(rows, decisions).tolist() == [0, 1, 2, 3]
    assert first_alike(rows, [(0, 2, True), (1, 3, True)]).tolist() == [0, 0, 2, 3]
    assert first_alike(rows, [(0, 2, False), (1, 3, True)]).tolist() == [0, 0, 2, 3]


@pytest.mark.sampler
def test_what_people_have_decided_holds_of_copies() -> None:
    reports = bench_linkage.fresh([906])[0][::4]
    one, other = next(
        (one, other)
        for one in reports
        for other in reports
        if one.birth and one.origin and one.acts and one.source != other.source
    )
    first, second = reports.index(one), reports.index(other)
    copy = again([one], "again")
    rows = [*reports, *copy]
    last = len(reports)
    joined = link(rows, draws=10, decisions=[(last, second, True)], with_grid=False).labels
    assert (joined[:, first] == joined[:, second]).all()  # the copy is the original
    apart = link(rows, draws=10, decisions=[(last, first, False)], with_grid=False)
    assert (apart.labels[:, first] != apart.labels[:, last]).all()
    assert apart.diagnostics.exact_duplicates == 0
    same = link(rows, draws=10, decisions=[(last, first, True)], with_grid=False)
    assert (same.labels[:, first] == same.labels[:, last]).all()
