"""Whether probabilities mean what they say, and what decisions make of them."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import optimize, special
from tests.synthetic_linkage import synthetic

from benchmarks import bench_labelled
from uncounted.linkage import Linkage
from uncounted.linkage.evaluation.calibration import Calibration, StatedPairs, rooms
from uncounted.linkage.evaluation.ground_truth import against_persons
from uncounted.linkage.evaluation.labels import Persons
from uncounted.linkage.evaluation.recalibration import Recalibrated, recalibrated

Floats = NDArray[np.float64]


def calibration_of(seed: int, tilt: float = 1.0) -> Calibration:
    one = synthetic(seed, rooms=40, sure=10, draws=60, tilt=tilt)
    everybody = {key: one.person(at) for at, key in enumerate(one.linkage.keys)}
    return against_persons(one.linkage, Persons(everybody, {})).calibration


@pytest.fixture(scope="module")
def right() -> list[Calibration]:
    return [calibration_of(200 + seed) for seed in range(25)]


def test_draws_that_are_right_are_found_to_be(right: list[Calibration]) -> None:
    assert sum(each.doubtful.within for each in right) >= 19  # fewer: once in 20,000 times
    bins = [each for found in right for each in found.bins if each.interval is not None]
    assert len(bins) > 100
    held = [each.interval[0] <= each.stated <= each.interval[1] for each in bins if each.interval]
    assert np.mean(held) > 0.92


def test_draws_that_are_too_sure_are_found_out() -> None:
    wrong = [calibration_of(300 + seed, tilt=4.0) for seed in range(10)]
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


def test_draws_that_are_right_have_a_line_that_is() -> None:
    """Intercept 0 and slope 1 lie in their intervals, and hardly anything is said of them."""
    lines = [calibration_of(500 + seed).line for seed in range(40)]
    assert all(line is not None for line in lines)
    told = [line for line in lines if line is not None]
    for at, value in ((0, 0.0), (1, 1.0)):
        held = [low <= value <= high for low, high in (line.intervals[at] for line in told)]
        assert sum(held) >= 34, "at 95%: once in 200 times"
    tilted = calibration_of(300, tilt=4.0).line
    assert tilted is not None
    assert any("too sure" in each or "too far apart" in each for each in tilted.findings())


def test_a_link_of_one_draw_does_not_make_one_room_of_two() -> None:
    """A chain of forty rooms, each in doubt for itself, joined by links of one draw in 100."""
    draws = np.tile(np.arange(80, dtype=np.int32), (100, 1))
    for room in range(40):
        draws[room % 2 :: 2, 2 * room + 1] = 2 * room
    for room in range(39):
        draws[room, 2 * room + 2 : 2 * room + 4] = 2 * room
    keys = tuple(("AB"[at % 2], str(at)) for at in range(80))
    truth = {key: str(at // 4 if at % 8 < 4 else 100 + at) for at, key in enumerate(keys)}
    pairs = StatedPairs.of(draws)
    assert len(set(rooms(80, pairs)[pairs.doubtful].tolist())) == 40
    found = against_persons(Linkage(keys, draws, 80), Persons(truth, {}))
    (doubt,) = [each for each in found.calibration.bins if 0.05 <= each.low < 0.95]
    assert doubt.groups == 40
    assert doubt.interval is not None
    assert doubt.interval[1] - doubt.interval[0] < 0.4


def test_bins_of_doubt_are_joined_until_they_can_tell(right: list[Calibration]) -> None:
    for found in right:
        doubt = [each for each in found.bins if 0.05 <= each.low < 0.95]
        assert len(doubt) == 1 or min(each.groups for each in doubt) >= 20
        assert [each.low for each in doubt[1:]] == [each.high for each in doubt[:-1]]
        assert (doubt[0].low, doubt[-1].high) == (0.05, 0.95)


def test_what_errs_in_opposite_ways_is_distinguished() -> None:
    """Within a list links are overstated, across lists understated: the sum hides it."""
    one = synthetic(77, rooms=0, sure=400, draws=40)
    keys = tuple(("A" if at < 400 or at % 2 else "B", str(at)) for at in range(800))
    draws = np.tile(one.linkage.labels[0], (40, 1))
    rng = np.random.default_rng(3)
    for pair in range(400):
        apart = rng.random(40) < 0.5
        draws[apart, 2 * pair + 1] = 10_000 + pair
    truth = {}
    for at, key in enumerate(keys):
        together = rng.random() < (0.3 if at < 400 else 0.7)
        truth[key] = str(at // 2) if at % 2 == 0 or together else f"other {at}"
    linkage = Linkage(keys, draws, 800)
    found = against_persons(linkage, Persons(truth, {})).calibration
    assert found.within is not None
    assert found.across is not None
    assert found.within.pairs + found.across.pairs == found.doubtful.pairs
    assert found.within.actual + found.across.actual == found.doubtful.actual
    assert found.doubtful.within
    assert not found.within.within
    assert not found.across.within
    inside, across = found.parts()
    assert inside.startswith("Within one list, of 200, the draws expect")
    assert "too many are expected" in inside
    assert "too few are expected" in across
    told: Any = found.to_json()
    assert told["doubtful_within_a_list"]["actual"] == found.within.actual
    assert told["doubtful_across_lists"]["within"] is False


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
    assert sum(bool(fit(seed, 150, (0.0, 1.0)).findings()) for seed in range(100)) <= 20
    assert "as many are the same as was stated" in fit(3, 150, (0.0, 1.0)).verdict()


@pytest.mark.parametrize(
    ("line", "words", "others"),
    [
        ((-1.5, 1.05), ["links are overstated in the middle"], ["sure", "apart", "near each"]),
        ((1.5, 1.0), ["links are understated in the middle"], ["sure", "apart", "near each"]),
        ((0.0, 0.3), ["the linkage is too sure, both ways"], ["stated in the middle"]),
        ((0.0, 2.5), ["the linkage is not sure enough"], ["stated in the middle"]),
        ((-2.0, 0.4), ["links are overstated", "likely and unlikely are too far apart"], ["sure"]),
        ((3.5, 2.0), ["links are understated", "too near each other"], ["sure"]),
    ],
)
def test_words_fit_the_curve(
    line: tuple[float, float], words: list[str], others: list[str]
) -> None:
    found = fit(1, 400, line)
    said = found.verdict()
    assert all(each in said for each in words)
    assert not any(each in said for each in others)
    if "both ways" in said:
        assert found.of(0.1)[0] > 0.1
        assert found.of(0.9)[0] < 0.9


def test_pairs_of_unequal_chances_count_as_what_they_stand_for() -> None:
    """Of 4,000 pairs those that are likely are drawn five times as often, and mislead alone."""
    held = []
    for seed in range(60):
        rng = np.random.default_rng([seed, 8])
        often = rng.random(4000) < 0.5  # a kind that is overstated, beside one that is not
        stated = rng.uniform(0.06, 0.94, 4000)
        same = rng.random(4000) < special.expit(special.logit(stated) - 2.0 * often)
        whole = recalibrated(stated, same, range(4000))
        chance = np.where(often, 0.1, 0.02)
        drawn = rng.random(4000) < chance
        found = recalibrated(
            stated[drawn], same[drawn], range(int(drawn.sum())), weight=1 / chance[drawn]
        )
        assert whole is not None
        assert found is not None
        low, high = found.of(0.5)[1]
        held.append(low <= whole.of(0.5)[0] <= high)
    assert np.mean(held) > 0.85


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
    told: Any = found.to_json()
    assert all(0 < row["calibrated"] < 1 for row in told["curve"])
    assert (told["pairs"], told["same"], told["groups"]) == (40, 20, 40)


def test_the_benchmark_tells_the_line_and_both_kinds_of_pairs() -> None:
    one = synthetic(9, rooms=80, sure=10, draws=60)
    keys = tuple(("AB"[at % 2], f"r{at}") for at in range(len(one.truth)))
    linkage = Linkage(keys, one.linkage.labels)
    held = bench_labelled.held(linkage, [str(each) for each in one.truth])
    told = bench_labelled.calibration(held)
    links, share = r"\d+ \(\d+-\d+\) true \d+", r"-?\d\.\d\d"
    line = rf"{share} \[{share}, {share}\]"
    wanted = rf"doubtful {links}  w {links}  x {links}  a {line}  b {line}"
    assert re.fullmatch(wanted, told), told
