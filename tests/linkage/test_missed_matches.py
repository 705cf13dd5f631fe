"""Matches expected among pairs that are no candidates are imputed in each draw."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import attrs
import numpy as np
import pytest

from uncounted.linkage import pipeline
from uncounted.linkage.diagnostics import BlockingDiagnostics
from uncounted.linkage.encoding.encode import Encoded, encode
from uncounted.linkage.missed_matches import MissedMatches, _People, with_missed, with_unfound
from uncounted.linkage.sampler.candidate_graph import CandidatePairs
from uncounted.records.names.name import Name
from uncounted.records.report import Report

NO_DRAWS = np.zeros((0, 0), np.int32)


def reports(each: int, *, sexes: str = "f") -> Encoded:
    """So many reports on each of lists A and B, each of another person."""
    return encode(
        [
            Report(source, f"{source}{at}", (Name("Kim"),), sex=sexes[at % len(sexes)])
            for source in "AB"
            for at in range(each)
        ]
    )


def pairs(left: list[int], right: list[int], chance: list[float]) -> CandidatePairs:
    p = np.array(chance)
    return CandidatePairs(
        np.array(left, np.int64),
        np.array(right, np.int64),
        np.zeros(len(left), np.int32),
        np.log(p / (1 - p)),
    )


def missed_of(encoded: Encoded, many: float) -> MissedMatches:
    some = pairs([len(encoded.source) - 1], [0], [0.01])
    return MissedMatches.of(some, 1e-9, encoded.source, NO_DRAWS, many)


def people(labels: np.ndarray) -> np.ndarray:
    return np.array([len(np.unique(row)) for row in labels])


def test_every_draw_has_as_many_people_fewer_as_matches_are_missed() -> None:
    encoded = reports(1000)
    alone = np.tile(np.arange(2000, dtype=np.int32), (400, 1))
    found = with_missed(alone, encoded, missed_of(encoded, 20.0), (), seed=1)
    fewer = 2000 - people(found)
    assert fewer.mean() == pytest.approx(20, abs=1)
    assert fewer.std() == pytest.approx(np.sqrt(20 + 20**2 / 16), rel=0.2)
    _, sizes = np.unique(found[0], return_counts=True)
    assert sizes.max() == 2
    assert (people(alone) == 2000).all()  # the draws given are not changed


def test_pairs_that_were_compared_count_by_their_probability() -> None:
    encoded = reports(100)
    some = pairs([100, 101], [0, 1], [0.2, 0.9])
    few = MissedMatches.of(some, 0.5, encoded.source, NO_DRAWS, 0.0)
    assert few.total == pytest.approx(0.2)  # a candidate is for the chains
    alone = np.tile(np.arange(200, dtype=np.int32), (4000, 1))
    fewer = 200 - people(with_missed(alone, encoded, few, (), seed=1))
    assert fewer.mean() == pytest.approx(0.2, abs=0.02)


def test_missed_matches_are_of_people_with_the_capture_histories_of_those_found() -> None:
    # one report of every tenth person on several lists is not linked
    rng = np.random.default_rng(1)
    known = [[1, 1, 1], [1, 1, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]]
    lists = np.repeat(known, [3000, 2000, 1000, 1000, 1000], axis=0).astype(bool)
    person, source = np.nonzero(lists)
    encoded = encode(
        [
            Report("ABC"[at], f"{at}-{of}", (Name("Kim"),))
            for of, at in zip(person, source, strict=True)
        ]
    )
    assert (encoded.source == source).all()
    true = person.astype(np.int32)
    found = true.copy()
    for number, of in enumerate(rng.choice(5000, 500, replace=False)):
        found[rng.choice(np.flatnonzero(person == of))] = 8000 + number
    spread = np.array([[0, 0, 0], [3, 0, 0], [1, 1, 0]]) / 5
    missed = MissedMatches(np.zeros((3, 3)), spread, 500.0)
    draws = with_missed(np.tile(found, (100, 1)), encoded, missed, (), seed=1)

    def histories(row: np.ndarray) -> np.ndarray:
        on = np.zeros(int(row.max()) + 1, np.int64)
        np.bitwise_or.at(on, row, 1 << source)
        return np.bincount(on, minlength=8)[[1, 2, 3, 4, 7]]

    assert histories(found)[-1] < 2800
    means = np.mean([histories(row) for row in draws], axis=0)
    assert means == pytest.approx(histories(true), rel=0.03)
    assert (people(draws).mean()) == pytest.approx(8000, rel=0.005)


def on_lists(*people: str) -> tuple[Encoded, np.ndarray]:
    """Reports of people, each on the lists that its letters name, and whose they are."""
    rows = [(of, source) for of, lists in enumerate(people) for source in lists]
    reports = [
        Report(source, str(at), (Name("Kim"),), note=str(of))
        for at, (of, source) in enumerate(rows)
    ]
    return encode(reports), np.array([of for of, _ in rows], np.int32)


def missed_between(*cells: tuple[int, int], lists: int, many: float) -> MissedMatches:
    """So many matches missed, evenly between these pairs of lists."""
    spread = np.zeros((lists, lists))
    for cell in cells:
        spread[cell] = 1 / len(cells)
    return MissedMatches(np.zeros((lists, lists)), spread, many)


def test_a_list_that_repeats_nobody_gets_no_repeats() -> None:
    encoded, labels = on_lists(*["A"] * 50, *["B"] * 50, *["AB"] * 50)
    unlikely = MissedMatches(np.diag([20.0, 20.0]), np.zeros((2, 2)), 0.0)
    draws = with_missed(np.tile(labels, (20, 1)), encoded, unlikely, (), seed=1)
    assert (draws == labels).all()


def test_a_list_that_repeats_people_has_missed_repeats() -> None:
    encoded, labels = on_lists(*["AA"] * 30, *["A"] * 200, *["B"] * 50)
    missed = missed_between((0, 0), lists=2, many=40.0)
    draws = with_missed(np.tile(labels, (100, 1)), encoded, missed, (), seed=1)
    assert (280 - people(draws)).mean() == pytest.approx(40, rel=0.1)
    of_b = encoded.source == 1
    assert (draws[:, of_b] == labels[of_b]).all()


def test_pairs_of_lists_share_the_reports_that_are_single() -> None:
    encoded, labels = on_lists(*["AB"] * 50, *["AC"] * 50, *["A"] * 20, *["B"] * 99, *["C"] * 99)
    missed = missed_between((1, 0), (2, 0), lists=3, many=200.0)
    draws = with_missed(np.tile(labels, (200, 1)), encoded, missed, (), seed=1)
    of_a = np.flatnonzero((encoded.source == 0) & (labels >= 100))
    joined = {
        source: np.mean([np.isin(row[of_a], row[encoded.source == source]).sum() for row in draws])
        for source in (1, 2)
    }
    assert sum(joined.values()) == pytest.approx(20, rel=0.05)
    assert joined[1] == pytest.approx(joined[2], rel=0.3)


def test_each_person_has_the_same_weight() -> None:
    patterns = ["A", "AB", "ABC", "AA", "AAB", "AABB", "AAAB"]
    for pattern in patterns:
        encoded, labels = on_lists("ABC", pattern)
        found = _People.of(labels, encoded.source)
        total = 0.0
        for at, history in enumerate(found.known.tolist()):
            for source in range(3):
                others = history.bit_count() - (history >> source & 1)
                alone, repeated = found.weight[at, source]
                total += others * alone + (others + 1) * repeated
        assert total == pytest.approx(1.0 + (pattern != "A"))


def test_people_on_sixty_lists() -> None:
    names = [f"{at:02}" for at in range(60)]
    rows = [(name, of) for of in range(20) for name in (names[0], names[56], names[59])]
    rows += [(name, 20 + of) for of, name in enumerate(names * 20)]
    rows += [(name, 2000 + of) for of in range(20) for name in (names[0], names[56])]
    encoded = encode([Report(name, str(of), (Name("Kim"),)) for name, of in rows])
    labels = np.unique([of for _, of in rows], return_inverse=True)[1].astype(np.int32)
    missed = missed_between((59, 56), lists=60, many=4.0)
    draws = with_missed(np.tile(labels, (200, 1)), encoded, missed, (), seed=1)
    assert (len(np.unique(labels)) - people(draws)).mean() > 1.5
    others = ~np.isin(encoded.source, (56, 59))
    assert (draws[:, others] == labels[others]).all()


def test_nobody_is_given_two_reports_of_a_list_or_what_a_decision_keeps_apart() -> None:
    encoded, labels = on_lists("AB", "AB", "AC", "A", "B")
    missed = missed_between((1, 0), lists=3, many=5.0)
    draws = np.tile(labels, (200, 1))
    a, b = np.flatnonzero(labels == 3)[0], np.flatnonzero(labels == 4)[0]
    free = with_missed(draws, encoded, missed, (), seed=1)
    assert (free[:, a] == free[:, b]).mean() > 0.9
    assert (people(free) >= 4).all()
    apart = with_missed(draws, encoded, missed, [(int(a), int(b), False)], seed=1)
    assert (apart == labels).all()


def test_a_decision_on_another_report_of_the_person_holds() -> None:
    encoded, labels = on_lists(*["ABC"] * 3, "BC", "A")
    missed = missed_between((1, 0), (2, 0), lists=3, many=20.0)
    draws = np.tile(labels, (100, 1))
    single = len(labels) - 1
    free = with_missed(draws, encoded, missed, (), seed=1)
    assert (free[:, single] == 3).mean() > 0.9
    for other in (single - 1, single - 2):
        apart = with_missed(draws, encoded, missed, [(other, single, False)], seed=1)
        assert (apart == labels).all()


def test_reports_that_contradict_each_other_are_not_linked() -> None:
    encoded = reports(50, sexes="fm")
    alone = np.tile(np.arange(100, dtype=np.int32), (50, 1))
    found = with_missed(alone, encoded, missed_of(encoded, 10.0), (), seed=1)
    assert (people(found) < 100).any()
    for row in found:
        for label in np.unique(row):
            assert len(np.unique(encoded.keys["sex"][row == label])) == 1


def test_matches_that_are_suggested_and_not_found_are_added_from_none_to_all() -> None:
    encoded = reports(1000)
    alone = np.tile(np.arange(2000, dtype=np.int32), (400, 1))
    some = pairs([len(encoded.source) - 1], [0], [0.01])
    missed = MissedMatches.of(some, 1e-9, encoded.source, NO_DRAWS, 0.0)
    missed = attrs.evolve(missed, unfound=60.0)
    fewer = 2000 - people(with_missed(alone, encoded, missed, (), seed=1))
    assert (fewer == 0).mean() == pytest.approx(0.5, abs=0.1)
    assert fewer.mean() == pytest.approx(15, abs=3)
    assert np.quantile(fewer, 0.95) > 48


def test_how_many_matches_are_suggested_and_not_found() -> None:
    encoded = reports(100)
    linked = np.repeat(np.arange(100, dtype=np.int32), 2)[None]
    some = pairs([199, 198], [0, 1], [0.01, 0.2])

    def unfound(suggested: float | None, not_compared: float = 0.0, counted: float = 0.0) -> float:
        blocking = BlockingDiagnostics(
            expected_matches=0.9 * (suggested or 0.0),
            missed_share_estimated=0.1,
            missed_share_counted=None if suggested is None else 0.1 - counted,
        )
        missed = MissedMatches.of(some, 0.5, encoded.source, linked, not_compared)
        assert missed.total == pytest.approx(0.21 + not_compared)
        return with_unfound(missed, blocking, linked).unfound

    assert unfound(None) == 0.0  # not all pairs were looked at
    assert unfound(90.0) == unfound(104.0) == 0.0
    assert unfound(112.0) == pytest.approx(12 - 0.21)
    assert unfound(112.0, not_compared=2.0) == pytest.approx(12 - 2.21)
    assert unfound(300.0) == pytest.approx(0.25 * 100.21)
    # too few are expected by the fit, and a share of those linked is not found
    assert unfound(90.0, counted=0.02) == 0.0
    assert unfound(90.0, counted=0.05) == pytest.approx(0.1 * 100.21)
    assert unfound(112.0, counted=0.05) == pytest.approx(12 - 0.21)


def test_where_nearly_all_are_linked_few_unlikely_matches_are_imputed() -> None:
    encoded = reports(100)
    some = pairs([199] * 40, list(range(40)), [0.05] * 40)
    alone = np.tile(np.arange(200, dtype=np.int32), (3, 1))
    missed = MissedMatches.of(some, 0.5, encoded.source, alone, 7.0)
    assert missed.each == pytest.approx(9)
    assert missed.limited(alone).each == pytest.approx(9)  # two of 200 single reports
    linked = alone.copy()
    linked[:, 106:] = linked[:, 6:100]  # six single reports on each list
    assert missed.limited(linked).each == pytest.approx(7 + 0.05 * 12)
    linked[:, 100:106] = linked[:, :6]
    assert missed.limited(linked).each == pytest.approx(7)


@pytest.mark.parametrize(
    ("chances", "change", "each"),
    [
        ([0.0005], {}, 0.0005),  # however few
        ([0.04, 0.04], {}, 0.08),
        ([0.5] * 4, {}, None),  # the model is in doubt
        ([0.0005], {"one_to_one": True}, None),
        ([0.0005], {"blocking": BlockingDiagnostics(expected_matches=10, missed_matches=9)}, None),
        (
            [0.0005],
            {"blocking": BlockingDiagnostics(expected_matches=10, missed_matches=2)},
            2.0005,
        ),
    ],
)
def test_matches_are_imputed_unless_too_many_are_missed(
    chances: list[float], change: dict[str, Any], each: float | None
) -> None:
    encoded = reports(100)
    compared: Any = SimpleNamespace(
        one_to_one=False,
        blocking=BlockingDiagnostics(expected_matches=10, all_pairs_compared=True),
        pairs=pairs([199] * len(chances), list(range(len(chances))), chances),
        encoded=encoded,
        expected=10.0,
    )
    for name, value in change.items():
        setattr(compared, name, value)
    alone = np.tile(np.arange(200, dtype=np.int32), (2, 1))
    missed = pipeline._missed(compared, 0.6, alone)
    assert (None if missed is None else missed.each) == (each and pytest.approx(each))
