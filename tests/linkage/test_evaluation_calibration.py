"""Whether probabilities mean what they say, and what decisions make of them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import optimize, special
from tests.made_linkage import made

from uncounted.linkage.evaluation import Calibration, Persons, against_persons
from uncounted.linkage.evaluation.recalibrate import Recalibrated, recalibrated

Floats = NDArray[np.float64]


def judged(seed: int, tilt: float = 1.0) -> Calibration:
    one = made(seed, rooms=40, sure=10, draws=60, tilt=tilt)
    everybody = {key: one.person(at) for at, key in enumerate(one.linkage.keys)}
    return against_persons(one.linkage, Persons(everybody, {})).calibration


@pytest.fixture(scope="module")
def right() -> list[Calibration]:
    return [judged(200 + seed) for seed in range(25)]


def test_draws_that_are_right_are_found_to_be(right: list[Calibration]) -> None:
    assert sum(each.doubtful.within for each in right) >= 19  # fewer: once in 20,000 times
    bins = [each for found in right for each in found.bins if each.interval is not None]
    assert len(bins) > 100
    held = [each.interval[0] <= each.stated <= each.interval[1] for each in bins if each.interval]
    assert np.mean(held) > 0.92


def test_draws_that_are_too_sure_are_found_out() -> None:
    wrong = [judged(300 + seed, tilt=4.0) for seed in range(10)]
    errors = [each.error for each in wrong]
    assert all(error is not None for error in errors)
    held = [
        each.interval[0] <= each.stated <= each.interval[1]
        for found in wrong
        for each in found.bins
        if each.interval is not None
    ]
    assert np.mean(held) < 0.75
    pairs = [found.never for found in wrong]
    assert np.mean(pairs) > 1, "true pairs that no draw has"


def test_true_links_are_those_of_the_bins_and_those_that_no_draw_has(
    right: list[Calibration],
) -> None:
    for found in right[:5]:
        in_bins = sum(each.true * each.pairs for each in found.bins)
        assert found.all_pairs.actual == pytest.approx(in_bins + found.never)
        assert found.all_pairs.pairs == sum(each.pairs for each in found.bins)


# Decisions --------------------------------------------------------------------------------------


def decided(
    seed: int, pairs: int, line: tuple[float, float]
) -> tuple[list[float], list[bool], Floats]:
    rng = np.random.default_rng([seed, 5])
    stated = rng.uniform(0.03, 0.97, pairs)
    chance = special.expit(line[0] + line[1] * special.logit(stated))
    return stated.tolist(), (rng.random(pairs) < chance).tolist(), stated


def fit(seed: int, pairs: int, line: tuple[float, float]) -> Recalibrated:
    stated, same, _ = decided(seed, pairs, line)
    found = recalibrated(stated, same, range(pairs))
    assert found is not None
    return found


def test_the_line_is_where_a_search_finds_the_mode() -> None:
    stated, same, x = decided(1, 60, (0.5, 0.6))
    found = recalibrated(stated, same, range(60))
    assert found is not None

    def loss(beta: Floats) -> float:
        p = special.expit(beta[0] + beta[1] * special.logit(x))
        fit = np.log(np.where(same, p, 1 - p)).sum()
        return float(-fit + beta[0] ** 2 / 2 + (beta[1] - 1) ** 2 / (2 * 0.25))

    best = optimize.minimize(loss, [0.0, 1.0], method="Nelder-Mead", options={"xatol": 1e-8})
    assert found.coefficients == pytest.approx(best.x, abs=1e-4)


@pytest.mark.parametrize("line", [(0.0, 1.0), (-0.5, 0.6)])
def test_its_intervals_cover(line: tuple[float, float]) -> None:
    hits = 0
    runs = 200
    for seed in range(runs):
        _, (low, high) = fit(seed, 150, line).of(0.8)
        hits += low <= special.expit(line[0] + line[1] * special.logit(0.8)) <= high
    assert hits / runs > 0.9


def test_a_line_that_is_another_is_found_and_one_that_is_not_is_left() -> None:
    assert sum(fit(seed, 150, (0.0, 1.0)).differs for seed in range(100)) <= 12
    assert sum(fit(seed, 150, (0.0, 0.3)).differs for seed in range(100)) >= 90
    assert "too sure, both ways" in fit(1, 400, (0.0, 0.3)).verdict()
    assert "not sure enough" in fit(1, 400, (0.0, 2.5)).verdict()
    assert "as many are the same as was stated" in fit(2, 150, (0.0, 1.0)).verdict()


def test_a_dozen_decisions_change_little_and_fewer_nothing() -> None:
    stated, same = [0.9] * 12 + [0.1] * 12, [False, True] * 12
    found = recalibrated(stated, same, range(24))
    assert found is not None
    assert 0.5 < found.of(0.9)[0] < 0.9
    assert recalibrated(stated[:19], same[:19], range(19)) is None
    assert recalibrated(stated, same, [at // 3 for at in range(24)]) is None, "eight groups"
    assert recalibrated(stated, [True] * 24, range(24)) is None, "one answer alone"


def test_pairs_that_say_the_same_are_not_counted_twice() -> None:
    """Each pair ten times over, in one group: an interval nearly as wide as of each once."""
    stated, same, _ = decided(3, 60, (0.0, 1.0))
    once = recalibrated(stated, same, range(60))
    ten = recalibrated(stated * 10, same * 10, list(range(60)) * 10)
    apart = recalibrated(stated * 10, same * 10, range(600))
    assert once is not None
    assert ten is not None
    assert apart is not None
    wide, grouped, narrow = (
        high - low for _, (low, high) in (each.of(0.5) for each in (once, ten, apart))
    )
    assert grouped > 0.8 * wide
    assert narrow < 0.5 * wide


def test_what_all_draws_say_stays_finite() -> None:
    found = recalibrated([0.0, 1.0] * 20, [False, True] * 19 + [True, False], range(40))
    assert found is not None
    told = found.to_json()
    assert all(0 < row["calibrated"] < 1 for row in told["curve"])
    assert (told["pairs"], told["same"], told["groups"]) == (40, 20, 40)
