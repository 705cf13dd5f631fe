"""How an estimate is rounded: by its interval, outward, by one rule in every output."""

from __future__ import annotations

import math
from typing import Any

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from uncounted.captures import CaptureTable
from uncounted.estimate import EstimateSettings, run_over
from uncounted.estimate.base.result import Estimate, Study
from uncounted.estimate.base.rounding import (
    Rounded,
    round_to_interval,
    round_undocumented,
    rounded_at_xi,
    step_for,
)
from uncounted.estimate.base.rows import LeaveOneOutRow, MethodXiRow, PriorRow
from uncounted.estimate.base.settings import XI
from uncounted.estimate.base.xi import xi_by_method
from uncounted.estimate.robustness.attach import compare
from uncounted.estimate.simple.independence import independence
from uncounted.estimate.text.summary import lines

SMALL = st.floats(0, 60, allow_nan=False)
LARGE = st.floats(0, 10**7, allow_nan=False)
STEP = st.one_of(st.just(0.0), SMALL, LARGE)
MORE = st.one_of(STEP, st.just(math.inf))
SHIFT = 1e-6  # of floating point


@given(observed=st.integers(0, 10**6), undocumented=STEP, below=STEP, above=MORE)
@example(observed=232, undocumented=99.1, below=2900.9, above=10455.5)
@example(observed=889, undocumented=253.019, below=153.108, above=243.913)
@example(observed=90, undocumented=10.0, below=47.0, above=900.0)
@example(observed=0, undocumented=1030.0, below=10.0, above=460.0)
@example(observed=0, undocumented=0.0, below=105.0, above=0.0)
@example(observed=0, undocumented=0.0, below=4999999.999999998, above=0.0)
def test_limits_are_rounded_outward_and_the_point_to_the_nearest_step(
    observed: int, undocumented: float, below: float, above: float
) -> None:
    low = observed + undocumented
    point = low + below
    high = point + above
    r = round_to_interval(point, (low, high), observed)
    assert r.low is not None
    assert observed <= r.low <= low + SHIFT
    assert abs(r.point - point) <= r.step / 2 + SHIFT
    assert r.low <= r.point
    assert (r.high is None) == math.isinf(high)
    width = point - observed if r.high is None else high - low
    assert r.step <= max(1, width / 20 + SHIFT)
    assert r.step <= max(1, (point - low) / 5 + SHIFT)
    assert low - r.low <= max(1, (low - observed) / 5) + SHIFT
    if r.high is not None:
        assert r.high >= max(r.point, high - SHIFT)
        assert r.high - high <= max(1, width / 20) + SHIFT


@given(observed=st.integers(1, 10**6), several=st.tuples(LARGE, LARGE, LARGE))
def test_nothing_is_below_the_documented(
    observed: int, several: tuple[float, float, float]
) -> None:
    """Over linkage draws an interval may begin below the mean number documented."""
    low, point, high = sorted(several)
    r = round_to_interval(point, (low, high), observed)
    assert r.low is not None
    assert r.high is not None
    assert observed <= r.low <= r.point <= r.high
    least = observed // 2
    open_to = round_to_interval(point, (low, high), observed, least=least)
    assert open_to.low is not None
    assert least <= open_to.low <= max(low, least) + SHIFT
    assert open_to.point >= observed


@given(
    observed=st.integers(0, 10**5), several=st.tuples(LARGE, LARGE, LARGE), step=st.integers(1, 500)
)
def test_a_given_step_is_that_of_all_three(
    observed: int, several: tuple[float, float, float], step: int
) -> None:
    low, point, high = (observed + each for each in sorted(several))
    r = round_to_interval(point, (low, high), observed, step=step)
    assert r.low is not None
    assert r.high is not None
    for each in (r.low, r.point, r.high):
        assert each % step == 0 or each == observed
    assert r.low <= low + SHIFT
    assert r.high >= high - SHIFT
    assert abs(r.point - point) <= step / 2 + SHIFT


@given(width=st.floats(0, 1e12, allow_nan=False))
def test_steps_are_1_2_or_5_times_a_power_of_ten(width: float) -> None:
    step = step_for(width)
    assert str(step)[0] in "125"
    assert set(str(step)[1:]) <= {"0"}
    assert step == 1 or 20 * step <= width < 20 * 2.5 * step


@pytest.mark.parametrize(
    ("point", "interval", "observed", "shown"),
    [
        (12_595, (9827, 16_544), 4400, "12,600 (9,800–16,600)"),
        (10_357, (6947, 18_010), 4400, "10,500 (6,500–18,500)"),
        (3232.0, (331.1, 13_687.5), 232, "3,000 (330–14,000)"),
        (241.0, (232.0, 2806.0), 232, "241 (232–2,900)"),
        (144.0, (36.0, 1300.0), 36, "140 (36–1,300)"),
        (618, (590, 656), 123, "618 (590–656)"),
        (124, (123, 125), 123, "124 (123–125)"),
        (500, (200, math.inf), 123, "500 (200 or more)"),
        (241.4, None, 232, "241"),
    ],
)
def test_published_examples(
    point: float, interval: tuple[float, float] | None, observed: int, shown: str
) -> None:
    assert round_to_interval(point, interval, observed).with_interval == shown


def test_a_range_that_holds_an_interval_holds_it_as_shown() -> None:
    """Rounded by other steps, 421 would end before 421."""
    headline = round_to_interval(45, (19, 421), 19)
    wider = round_to_interval(45, (19, 421), 19, step=5)
    assert (headline.high, wider.high) == (440, 425)
    assert wider.including(headline).span == "19–440"
    assert Rounded(45, 10, None, 5).including(headline).span == "10 or more"
    assert Rounded(45, 30, 425, 5).including(Rounded(45, 19, None, 5)).span == "19 or more"


def test_sensitivity_is_that_of_the_xi_table() -> None:
    """Each number by its own interval."""
    table = CaptureTable.of("AB", {"10": 40, "01": 20, "11": 10})
    estimate = independence(table)
    study = Study(observed=70, lists=table.list_totals, estimates=(estimate,))
    twice, half = (
        round_to_interval(row.point or 0, row.interval, 70).point
        for row in xi_by_method(study, (0.5, 2.0))
    )
    assert (twice, half) == (230, 110)


def test_sensitivity_over_draws_is_that_of_the_table_over_draws() -> None:
    estimate = estimate_of("chao", 388.0, (336.0, 460.0))
    rows = [
        MethodXiRow("independence", 2.0, 1.0, (1.0, 2.0), "any"),
        MethodXiRow("chao", 2.0, 326.0, (305.0, 365.0), "any"),
    ]
    assert rounded_at_xi(estimate, 285, 2.0).point == 336
    assert rounded_at_xi(estimate, 285, 2.0, rows).point == 326


@given(observed=st.integers(1, 10**5), several=st.tuples(LARGE, LARGE, LARGE))
def test_the_undocumented_are_rounded_as_the_total(
    observed: int, several: tuple[float, float, float]
) -> None:
    low, point, high = (observed + each for each in sorted(several))
    total = round_to_interval(point, (low, high), observed)
    part = round_undocumented(estimate_of("any", point, (low, high)), observed)
    assert abs(part.point - (point - observed)) <= total.step / 2 + SHIFT
    assert part.point % total.step == 0
    assert part.low is not None
    assert part.high is not None
    assert 0 <= part.low <= low - observed + SHIFT
    assert part.high >= high - observed - SHIFT


# the terminal ---------------------------------------------------------------------------

LISTS = {"A": 140, "B": 112, "C": 92}


def estimate_of(method: str, point: float, interval: tuple[float, float]) -> Estimate:
    return Estimate(method, "ok", point=point, point_kind="mean", interval=interval)


def printed(*estimates: Estimate, observed: int = 232, verbose: bool = False, **more: Any) -> str:
    study = compare(Study(observed=observed, lists=LISTS, estimates=estimates))
    study = attrs.evolve(study, xi_by_method=xi_by_method(study, XI))
    return "\n".join(lines(attrs.evolve(study, **more), verbose=verbose))


NARROW = estimate_of("decomposable", 241.0, (232.0, 2806.0))
WIDE = estimate_of("log-linear", 3232.0, (331.1, 13_687.5))


def test_one_estimate_is_one_number_wherever_it_stands() -> None:
    text = printed(
        NARROW,
        WIDE,
        verbose=True,
        priors=(PriorRow(0.125, "1/N", *NARROW.result),),
        leave_one_out=(LeaveOneOutRow("A", 232, *WIDE.result),),
    )
    flat = " ".join(text.split())
    assert "decomposable graphs (main) 241 232–2,900" in flat
    assert "log-linear, lowest BIC 3,000 330–14,000" in flat
    assert "methods-disagree 241 to 3,000; the highest is more than 2 times the lowest" in flat
    assert "0.125 1/N 241 (232–2,900)" in flat
    assert "A 232 3,000 (330–14,000)" in flat
    assert "decomposable graphs 250 246 241 238 237" in flat  # at no xi below the documented


def test_a_bound_is_a_bound_at_every_xi() -> None:
    bound = attrs.evolve(estimate_of("chao", 300.0, (280.0, 340.0)), point_kind="lower bound")
    flat = " ".join(printed(bound, verbose=True).split())
    assert "Chao lower bound ≥ 300" in flat
    assert "Chao lower bound ≥ 370 ≥ 334 ≥ 300 " in flat


def test_pictures_give_way_to_numbers() -> None:
    """Lines of at most 80; where numbers and names are long there is no picture."""
    wide = estimate_of("log-linear-stepwise", 123_456_789.0, (100_111_222.0, 987_654_321.0))
    for estimate, observed in ((wide, 90_111_222), (estimate_of("chao", 300.0, (280.0, 340.0)), 1)):
        text = printed(estimate, observed=observed)
        assert max(map(len, text.splitlines())) <= 80
        assert ("●" in text or "-o-" in text) == (observed == 1)


def test_a_limit_below_the_mean_number_documented_is_printed() -> None:
    """The number documented depends on the linkage: over the draws it is 902 to 912."""
    tables = [
        CaptureTable.of("ABC", {"111": 600 + more, "110": 100, "101": 100, "011": 92, "100": 10})
        for more in range(11)
    ]
    study = run_over(tables, EstimateSettings(["independence"]))
    assert (study.observed, study.least_observed) == (907, 902)
    low, high = study["independence"].interval or (0.0, 0.0)
    assert 902 <= low < 906
    text = " ".join("\n".join(lines(study)).split())
    assert "907 people documented (95% 902–912)" in text
    assert f"independence 908 {math.floor(low)}–{math.ceil(high)}" in text
