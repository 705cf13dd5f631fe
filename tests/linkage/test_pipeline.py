from __future__ import annotations

import os
import subprocess
import sys
import weakref
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest
from benchmarks.partition_accuracy import evaluate

from benchmarks import bench_labelled, bench_linkage
from uncounted.errors import Damaged, NotLinkable, UsedWrongly
from uncounted.linkage import (
    Linkage,
    capture_table,
    compare_reports,
    link,
    people_rows,
    point_partition,
)
from uncounted.linkage.comparison import levels as compare
from uncounted.linkage.diagnostics import LinkageDiagnostics
from uncounted.linkage.encoding.encode import encode
from uncounted.linkage.model.fit import fit_pairs
from uncounted.linkage.result import together
from uncounted.records.dates.partial_date import PartialDate, parse
from uncounted.records.names.name import Name
from uncounted.records.report import Act, Report

pytestmark = pytest.mark.sampler

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "returns"
SHARED = Path(__file__).parents[3] / "shared" / "reference" / "linkage"


def _named(*names: str, source: str = "A") -> list[Report]:
    return [Report(source, str(at), (Name(name),)) for at, name in enumerate(names)]


@pytest.mark.parametrize("reports", [[], _named("김철수")])
def test_no_one_and_one_alone(reports: list[Report]) -> None:
    linkage = link(reports, draws=3)
    assert linkage.labels.tolist() == [[0] * len(reports)] * 3
    assert Linkage.from_bytes(linkage.to_bytes()).keys == linkage.keys


@pytest.mark.parametrize("floor", [0.0, -0.1, 0.51, 1.0, float("nan"), float("inf")])
def test_a_floor_that_is_no_chance_is_refused(floor: float) -> None:
    with pytest.raises(UsedWrongly, match="the minimum match probability"):
        link(_named("김철수", "리영희"), floor=floor)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("count", "lists"), [(3, "AB"), (5, "AB"), (6, "ABC"), (20, "AB")])
def test_reports_of_one_person_alone_are_one_person(count: int, lists: str) -> None:
    """All pairs are links: there are no non-matches to learn from."""
    act = Act(kind="arrest", date=parse("2010-05-03"), place="Yanji")
    said = Report("A", "0", (Name("김혜영"),), sex="f", birth=parse("1971-03-04"), acts=(act,))
    said = attrs.evolve(said, origin="Musan", relative=Name("리영희"), occupation="teacher")
    reports = [
        attrs.evolve(said, source=lists[at % len(lists)], id=str(at), number="123456")
        for at in range(count)
    ]
    assert link(reports, draws=20, with_grid=False).people.mean() < 1.2


@pytest.mark.filterwarnings("error")
def test_two_reports_that_agree_in_all_they_say_are_mostly_one_person() -> None:
    said = Report("A", "1", (Name("김철수"),), sex="m", birth=parse("1971-03-04"))
    found = link([said, attrs.evolve(said, source="B")], draws=100)
    assert 1.0 <= found.people.mean() < 1.3


FAMILIES = {"김": "Kim", "리": "Ri", "박": "Pak", "최": "Choe", "정": "Jong", "강": "Kang"}
SYLLABLES = {
    **{"철": "Chol", "수": "Su", "영": "Yong", "순": "Sun", "명": "Myong", "성": "Song"},
    **{"호": "Ho", "은": "Un", "남": "Nam", "일": "Il", "민": "Min", "진": "Jin"},
    **{"혁": "Hyok", "현": "Hyon", "길": "Kil", "국": "Kuk"},
}


@pytest.mark.parametrize("written", ["{} {} {}", "{} {}-{}", "{}, {} {}", "{}{}{}"])
def test_brothers_who_were_taken_together_are_two(written: str) -> None:
    """Kim Song Kil and Kim Song Ho, by whatever letters they are told apart."""
    rng = np.random.default_rng(3)
    reports, truth = list[Report](), list[str]()
    for family in range(110):
        name = "김김김김리리리박박최정강"[rng.integers(12)]
        first, *own = rng.permutation(list(SYLLABLES))[:3].tolist()
        origin = ("Hoeryong", "Hyesan", "Musan", "Chongjin", "Onsong")[rng.integers(5)]
        year, taken = 1960 + int(rng.integers(25)), f"{rng.integers(2010, 2020)}-"
        taken += f"{rng.integers(1, 13):02}"
        for at, second in enumerate(own):
            parts = [name, first, second]
            if written != "{}{}{}":
                parts = [FAMILIES[name], SYLLABLES[first], SYLLABLES[second]]
            born = str(year + int(rng.integers(3)))
            for source in "AB":
                if rng.random() < 0.55:
                    day = taken if rng.random() < 0.7 else taken[:4]
                    said = Report(
                        source,
                        str(len(reports)),
                        (Name(written.format(*parts)),),
                        sex="m",
                        birth=parse(born) if rng.random() < 0.5 else None,
                        origin=origin,
                        acts=(Act("arrest", parse(day), "Tumen"),),
                    )
                    reports.append(said)
                    truth.append(f"{family} {at}")
    linkage = link(reports, draws=60, with_grid=False)
    found = evaluate(point_partition(linkage), truth)
    assert found.precision > 0.9
    assert found.recall > 0.9
    assert abs(linkage.people.mean() - found.true_people) < 0.06 * found.true_people


def _again_and_again(times: int, others: int) -> list[Report]:
    """One person so many times on each of two lists, and others once on each.

    Each time something else came of it, which is not compared: no report is a copy of another.
    """
    rng = np.random.default_rng(7)
    given = ("영숙", "철수", "순희", "명호", "은주", "성일", "미란", "광호", "혜순", "동철")
    rows = []
    for at in range(others + 1):
        day = f"{int(rng.integers(1, 13)):02}-{int(rng.integers(1, 29)):02}"
        said = Report(
            "A",
            f"{at}",
            (Name("김이박최정"[at % 5] + given[at // 5]) if at < others else Name("남기철"),),
            birth=parse(f"{1950 + at}-{day}"),
            acts=(Act("repatriation", date=parse(f"2014-{day}")),),
        )
        for copy in range(times if at == others else 1):
            acts = (attrs.evolve(said.acts[0], outcome=f"{copy}"),)
            rows += [attrs.evolve(said, source=s, id=f"{at}-{copy}", acts=acts) for s in "AB"]
    return rows


@pytest.mark.parametrize(("times", "others"), [(5, 10), (12, 10), (15, 25), (3, 0)])
def test_a_person_reported_many_times_is_one_person(times: int, others: int) -> None:
    found = link(_again_and_again(times, others), draws=40, with_grid=False)
    assert found.people.min() >= others + 1
    assert np.median(found.people) <= others + 1 + (others == 0)


def test_files_that_say_one_thing_of_everyone_are_refused() -> None:
    with pytest.raises(NotLinkable, match="each report has on average more than"):
        link(_again_and_again(60, 5), draws=4, with_grid=False)


def test_what_a_stricter_rule_cannot_tell_apart_is_no_reason_to_refuse() -> None:
    rng = np.random.default_rng(5)
    rows = [
        Report(
            source,
            str(at),
            (Name(("김철수", "리영희")[rng.integers(2)]),),
            sex="fm"[rng.integers(2)],
            birth=parse(str(1950 + rng.integers(40))),
        )
        for source in "AB"
        for at in range(80)
    ]
    assert link(rows, draws=10, with_grid=False).people.min() > 80
    assert len(link(rows, draws=10).grid) == 8


@pytest.mark.parametrize(("count", "birth"), [(60, None), (300, parse("1971"))])
def test_files_that_tell_no_one_apart_are_refused(count: int, birth: PartialDate | None) -> None:
    """Each pair is too unlikely to be looked at, and all together are some links."""
    rows = [Report("AB"[at % 2], f"{at}", (Name("김철수"),), birth=birth) for at in range(count)]
    with pytest.raises(NotLinkable, match="nothing tells people apart"):
        link(rows, draws=4)


def test_that_reports_say_names_alone_is_reported() -> None:
    rows = _named("Kim Chol Su", "Pak Yong Hui") + _named("김철수", "박영희", source="B")
    alone = link(rows, draws=10)
    assert "0 of 4 reports say more than a name" in (alone.diagnostics.failed_check or "")
    assert alone.grid
    assert all(each.why for each in alone.grid)  # what tells nothing tells them nothing
    with_sex = [attrs.evolve(row, sex="m") for row in rows[:1]] + rows[1:]
    assert link(with_sex, draws=10, with_grid=False).diagnostics.failed_check is None


def test_names_of_any_script_are_no_error() -> None:
    reports = _named("王小明", "Ким Чхоль Су", "محمد علي", "\ud800", "김" * 500, "K. S.", "1", "éè")
    linkage = link(reports, draws=4, with_grid=False)
    assert linkage.labels.shape == (4, len(reports))
    assert len(people_rows(linkage)) == len(reports)


@pytest.mark.usefixtures("one_alternative")
def test_the_same_seed_gives_the_same_bytes() -> None:
    reports = _named("Kim Chol Su", "Pak Yong Hui") + _named("김철수", "박영희", source="B")
    assert link(reports, draws=20, seed=5).to_bytes() == link(reports, draws=20, seed=5).to_bytes()


def test_reports_from_an_iterator_are_not_kept_while_they_are_linked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reports = _named("Kim Chol Su", "Pak Yong Hui") + _named("김철수", "박영희", source="B")
    usual = link(reports, draws=4, with_grid=False)
    alive = []

    def comparing(*of: Any, **how: Any) -> Any:
        alive.append(sum(one() is not None for one in references))
        return fit_pairs(*of, **how)

    monkeypatch.setattr(compare_reports, "fit_pairs", comparing)
    references = [weakref.ref(report) for report in reports]
    stream = iter(reports)
    del reports
    found = link(stream, draws=4, with_grid=False)
    assert alive == [0]
    assert (found.labels == usual.labels).all()


_TELLS = """
import hashlib
from benchmarks import bench_linkage, bench_million
from uncounted.linkage.blocking import rules as blocking
from uncounted.linkage.encoding.encode import encode
for said in (bench_million.made(3000)[0], bench_linkage.fresh([301])[0]):
    encoded = encode(said)
    found = blocking.find(encoded)
    print(hashlib.sha256(found.left.tobytes() + found.rules.tobytes()).hexdigest())
    keys = encoded.keys
    print(hashlib.sha256(b"".join(keys[name].tobytes() for name in keys)).hexdigest())
"""


def test_how_python_hashes_texts_changes_nothing() -> None:
    """Sets of texts have another order in each process; numbers of keys must not."""
    told = [
        subprocess.run(
            [sys.executable, "-c", _TELLS],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in (1, 2)
    ]
    assert len(told[0].split()) == 4
    assert len(set(told)) == 1


def test_bytes_that_are_none_are_refused() -> None:
    with pytest.raises(Damaged, match="cannot be read"):
        Linkage.from_bytes(b"nothing")


@pytest.mark.filterwarnings("ignore:Overlapped entries")
@pytest.mark.parametrize("other_bits", [0x5A, 0x04])  # the latter: bzip2 for deflate
def test_bytes_of_which_one_is_another_are_refused_or_give_no_other_draws(other_bits: int) -> None:
    labels = np.zeros((2, 2), np.int32)
    one = Linkage((("A", "1"), ("B", "2")), labels, 1)
    content, read = one.to_bytes(), 0
    for at in range(len(content)):
        other = bytearray(content)
        other[at] ^= other_bits
        try:
            again = Linkage.from_bytes(bytes(other))
        except Damaged:
            continue
        read += 1  # a time, or the like: what is drawn has a checksum
        assert again.labels.tolist() == labels.tolist()
        assert again.keys == one.keys
    assert 0 < read < len(content) / 2


def test_a_linkage_stored_with_the_diagnostic_of_splink_opens() -> None:
    stored = {"blocking": {"pairs": 1, "links_by_plain_splink": 0.5, "likely_links": 2.0}}
    read = LinkageDiagnostics.from_stored(stored)
    assert (read.blocking.pairs, read.blocking.expected_matches) == (1, 2.0)


def test_two_reports_with_one_key_are_refused() -> None:
    with pytest.raises(UsedWrongly, match="same source and id"):
        link(_named("A") + _named("B"))


def test_people_are_counted_by_list() -> None:
    table = capture_table(np.array([0, 1, 0, 2]), ["A", "A", "B", "C"], ["B", "A"])
    assert dict(table.counts) == {"11": 1, "01": 1}


def test_evaluation_of_a_known_partition() -> None:
    found = evaluate(np.array([0, 0, 0, 1]), ["a", "a", "b", "b"])
    assert (found.precision, found.recall, found.exact) == (1 / 3, 1 / 2, 0.0)


@pytest.mark.parametrize(
    ("name", "f1", "people"),
    [
        ("RLdata500", 0.98, 3),
        ("multilink_dup_data", 0.985, 12),
        ("multilink_no_dup_data", 0.979, 12),
    ],
)
def test_labelled_sets(name: str, f1: float, people: int) -> None:
    if not (SHARED / f"{name}.csv").exists():
        pytest.skip("the labelled set is not on this machine")
    reports, truth = bench_labelled.SETS[name](SHARED / f"{name}.csv")
    linkage = link(reports, draws=100, seed=1, with_grid=False)
    found = evaluate(point_partition(linkage), truth)
    assert found.f1 >= f1
    assert abs(found.people - found.true_people) <= people


def test_what_tells_people_of_one_name_apart() -> None:
    """Forty people of one name on two lists, alike in all but what is said further."""
    trades = ("miner", "teacher", "nurse", "driver", "farmer")
    parents = ("김철수", "리영희", "박성호", "최은주", "정광일", "강향미", "조춘화", "윤명국")
    people = [(trade, parent) for trade in trades for parent in parents]
    reports = [
        Report(
            source,
            str(at),
            (Name("Kim Chol Su"),),
            sex="m",
            relative=Name(parent),
            occupation=trade,
            number=f"{7919 * (at + 1) % 1_000_003:07}",
        )
        for source in "AB"
        for at, (trade, parent) in enumerate(people)
    ]
    truth = [at for _ in "AB" for at in range(len(people))]
    assert evaluate(point_partition(link(reports, draws=40, with_grid=False)), truth).f1 > 0.95
    bare = [attrs.evolve(r, relative=None, occupation=None, number=None) for r in reports]
    with pytest.raises(NotLinkable, match="nothing tells people apart"):
        link(bare, draws=40, with_grid=False)


@pytest.mark.parametrize(
    ("one", "other", "levels"),
    [
        ({"number": "AB-12 345"}, {"number": "ab12345"}, (0, 0, 1)),
        ({"number": "0012345"}, {"number": "12345"}, (0, 0, 1)),  # as a spreadsheet leaves it
        ({"number": "000"}, {"number": "000"}, (0, 0, 1)),
        ({"number": "1234567"}, {"number": "1234657"}, (0, 0, 2)),
        ({"number": "1234567"}, {"number": "123456"}, (0, 0, 2)),
        ({"number": "1234567"}, {"number": "1234570"}, (0, 0, 3)),  # registered soon after
        ({"number": "123"}, {"number": "124"}, (0, 0, 4)),  # too short for a slip
        ({"number": "1234567"}, {"number": "7654321"}, (0, 0, 4)),
        ({"occupation": "광부"}, {"occupation": "광부"}, (0, 1, 0)),
        ({"occupation": "miner"}, {"occupation": "nurse"}, (0, 3, 0)),
        ({"occupation": "miner"}, {"number": "1234567"}, (0, 0, 0)),
        ({"relative": Name("김철수")}, {"relative": Name("Kim Chol Su")}, (1, 0, 0)),
        ({"relative": Name("Okafor Amara")}, {"relative": Name("Okafor Amare")}, (2, 0, 0)),
        ({"relative": Name("김철수")}, {"relative": Name("리영희")}, (3, 0, 0)),
        ({"relative": Name("x", family="김")}, {"relative": Name("김철수")}, (0, 0, 0)),
        ({"occupation": "--"}, {"occupation": "--"}, (0, 0, 0)),  # says nothing
    ],
)
def test_levels_of_what_is_reported_further(
    one: dict[str, Any], other: dict[str, Any], levels: tuple[int, int, int]
) -> None:
    pair = [Report("A", "1", (), **one), Report("B", "1", (), **other)]
    found = compare.levels(encode(pair), np.array([1]), np.array([0]))[0]
    assert tuple(found[5:].tolist()) == levels


def _slightly_wrong(rng: np.random.Generator, text: str) -> str:
    at = int(rng.integers(1, len(text)))
    return text[:at] + "xqz"[int(rng.integers(3))] + text[at + 1 :]


def test_order_of_reports_and_names_of_lists_do_not_matter() -> None:
    """The same draws from reports in another order; the same people under other lists' names."""
    rng = np.random.default_rng(4)
    families = ["Okafor", "Lindqvist", "Moreno", "Haddad", "Petrov", "Nguema", "Silva", "Tanaka"]
    given = ["Amara", "Johan", "Lucia", "Samir", "Irina", "Teodoro", "Beatriz", "Kenji"]
    people = [(f, g, int(rng.integers(1950, 2000))) for f in families for g in given[:5]]
    reports, truth = [], []
    for source in "ABC":
        for at, (family, first, year) in enumerate(people):
            if rng.random() < 0.6:
                spelt = _slightly_wrong(rng, family) if rng.random() < 0.3 else family
                name = Name("x", family=spelt, given=first)
                reports.append(Report(source, str(at), (name,), birth=parse(str(year))))
                truth.append(at)
    order = rng.permutation(len(reports))
    moved = link([reports[at] for at in order], draws=8, seed=7)
    same = link(reports, draws=8, seed=7)
    back = np.argsort(order)
    for before, after in zip(
        [same.labels, *(each.labels for each in same.grid)],
        [moved.labels, *(each.labels for each in moved.grid)],
        strict=True,
    ):
        assert together(before) == together(after[:, back])
    again = [
        Report("CAB"["ABC".index(r.source)], r.id, r.names, birth=r.birth)
        for r in (reports[at] for at in order)
    ]
    one = link(reports, draws=200, with_grid=False)
    other = link(again, draws=200, with_grid=False)
    found = together(one.labels)
    renamed = together(other.labels[:, back])
    apart = [abs(found.get(pair, 0.0) - renamed.get(pair, 0.0)) for pair in found | renamed]
    # 200 draws of a chance of a half: standard error of a difference .05, draws not independent
    assert max(apart) < 0.3
    assert evaluate(one.labels, truth).f1 > 0.9


def test_decisions_hold_whatever_order_reports_are_looked_at() -> None:
    """Reports come in any order, are sorted by source and id, and then put beside one another."""
    rows = list(bench_linkage.fresh([301])[0])[:150]
    rng = np.random.default_rng(5)
    rows = [rows[at] for at in rng.permutation(len(rows))]
    likely = sorted(together(link(rows, draws=20, with_grid=False).labels).items())
    sure = [pair for pair, share in likely if share == 1.0]
    decisions = [(3, 90, True), (90, 17, True), (44, 100, True), (5, 6, False)]
    decisions += [(*sure[0], False), (*sure[-1][::-1], False)]
    found = link(rows, draws=20, decisions=decisions, with_grid=False).labels
    for i, j, same in decisions:
        assert ((found[:, i] == found[:, j]) == same).all()
    order = rng.permutation(len(rows))
    place = np.argsort(order)
    moved = [(int(place[i]), int(place[j]), same) for i, j, same in decisions]
    other = link([rows[at] for at in order], draws=20, decisions=moved, with_grid=False).labels
    assert together(other[:, place]) == together(found)
