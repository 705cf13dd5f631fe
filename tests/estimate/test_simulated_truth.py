"""Populations whose size is known: intervals hold it about as often as they say."""

from __future__ import annotations

import numpy as np
import pytest

from uncounted.captures import CaptureTable
from uncounted.estimate import decomposable, independence

pytestmark = pytest.mark.sampler

TRUTH = 2000
CHANCES = np.array([0.10, 0.15, 0.20, 0.10, 0.05])


def population(rng: np.random.Generator, chances: np.ndarray) -> CaptureTable:
    """A table of a population; `chances` has a row for each person."""
    on = rng.random(chances.shape) < chances
    return CaptureTable.tally(
        "ABCDE",
        [[n for n, hit in zip("ABCDE", row, strict=True) if hit] for row in on if row.any()],
    )


def test_independent_lists_are_covered() -> None:
    """60 replicates at 95%: fewer than 51 covered happens once in 3,000 if the level is true."""
    rng = np.random.default_rng(20)
    tables = [population(rng, np.tile(CHANCES, (TRUTH, 1))) for _ in range(60)]
    for method in (decomposable, independence):
        intervals = [method(table).interval for table in tables]
        covered = sum(each is not None and each[0] <= TRUTH <= each[1] for each in intervals)
        assert covered >= 51


def test_two_kinds_of_people_break_independence_and_not_the_average() -> None:
    """Manrique-Vallier's (2016) two classes: 90% hard to reach, 10% easy."""
    rng = np.random.default_rng(4)
    hard = np.array([0.033, 0.033, 0.099, 0.132, 0.033])
    easy = np.array([0.660, 0.825, 0.759, 0.990, 0.693])
    held = {"decomposable": 0, "independence": 0}
    for _ in range(20):
        kinds = np.where(rng.random(TRUTH)[:, None] < 0.9, hard, easy)
        table = population(rng, kinds)
        for name, method in (("decomposable", decomposable), ("independence", independence)):
            interval = method(table).interval
            assert interval is not None
            held[name] += interval[0] <= TRUTH <= interval[1]
    assert held["independence"] == 0
    assert held["decomposable"] >= 15
