"""Matches expected among pairs that are no candidates are added to each draw."""

from __future__ import annotations

import attrs
import numpy as np
import pytest

from uncounted.linkage.diagnostics import BlockingDiagnostics
from uncounted.linkage.encoding.encode import Encoded, encode
from uncounted.linkage.missed_matches import MissedMatches, with_missed, with_unfound
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
    assert sizes.max() == 2  # nobody twice on a list
    assert (people(alone) == 2000).all()  # the draws given are not changed


def test_pairs_that_were_compared_are_linked_by_their_probability() -> None:
    encoded = reports(2)
    some = pairs([2, 3], [0, 1], [0.2, 0.9])
    few = MissedMatches.of(some, 0.5, encoded.source, NO_DRAWS, 0.0)
    assert few.total == pytest.approx(0.2)
    alone = np.tile(np.arange(4, dtype=np.int32), (4000, 1))
    found = with_missed(alone, encoded, few, (), seed=1)
    assert (found[:, 2] == found[:, 0]).mean() == pytest.approx(1 - np.exp(-0.2), abs=0.02)
    assert not (found[:, 3] == found[:, 1]).any()  # a candidate is for the chains


def test_no_person_is_given_two_reports_of_a_list_or_what_a_decision_keeps_apart() -> None:
    encoded = reports(3)
    together = np.tile(np.array([0, 1, 2, 0, 1, 3], np.int32), (200, 1))  # A2 and B2 are free
    one = MissedMatches.of(pairs([], [], []), 0.5, encoded.source, NO_DRAWS, 0.0)
    spread = np.array([[0.0, 0.0], [1.0, 0.0]])
    all_of_them = MissedMatches(one.left, one.right, one.chance, spread, 5.0)
    free = with_missed(together, encoded, all_of_them, (), seed=1)
    assert (free[:, 5] == free[:, 2]).mean() > 0.9
    assert (people(free) >= 3).all()
    apart = with_missed(together, encoded, all_of_them, [(2, 5, False)], seed=1)
    assert (people(apart) == 4).all()


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
