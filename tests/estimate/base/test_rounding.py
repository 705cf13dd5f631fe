"""How a number is rounded: by its doubt, by one rule everywhere, and never into another number."""

from __future__ import annotations

import math
from typing import Any

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from uncounted.captures import CaptureTable
from uncounted.cli.estimate_text import _interval, study_lines
from uncounted.estimate import EstimateSettings, run_over
from uncounted.estimate.base.result import Estimate, Study
from uncounted.estimate.base.rounding import about, range_of, round_to_interval, what_would_change
from uncounted.estimate.base.rows import DeltaRow, MethodXiRow, PooledResult, PriorRow
from uncounted.estimate.base.xi import xi_rows
from uncounted.estimate.robustness.attach import compare
from uncounted.estimate.simple.independence import independence

SMALL = st.floats(0, 60, allow_nan=False)
LARGE = st.floats(0, 10**7, allow_nan=False)
STEP = st.one_of(st.just(0.0), SMALL, LARGE)
MORE = st.one_of(STEP, st.just(math.inf))
SHIFT = 1e-6  # of floating point


def moves_by_little(rounded: float, exact: float, room: float) -> bool:
    """By at most a quarter of the room it has, or to a whole number."""
    return abs(rounded - exact) <= max(room / 4, 0.5) + SHIFT


@given(observed=st.integers(0, 10**6), unseen=STEP, below=STEP, above=MORE)
@example(observed=232, unseen=99.1, below=2900.9, above=10455.5)
@example(observed=0, unseen=0.0, below=13.0, above=26.6)  # the width grows to 40 by rounding
@example(observed=889, unseen=253.019, below=153.108, above=243.913)  # and to 400
@example(observed=0, unseen=1948.0, below=200.0, above=202.0)
@example(observed=90, unseen=10.0, below=47.0, above=900.0)
@example(observed=0, unseen=23.0, below=21.5, above=18.0)  # three steps
@example(observed=0, unseen=1030.0, below=10.0, above=460.0)
def test_rounding_keeps_order_and_moves_by_little(
    observed: int, unseen: float, below: float, above: float
) -> None:
    low = observed + unseen
    point = low + below
    high = point + above
    r = round_to_interval(point, low, high, observed)
    assert observed <= r.low <= r.point <= (math.inf if r.high is None else r.high)
    assert (r.high is None) == math.isinf(high)
    assert moves_by_little(r.point, point, point - observed)
    assert moves_by_little(r.point, point, point - low)
    assert moves_by_little(r.low, low, point - low)
    assert moves_by_little(r.low, low, low - observed)
    if r.high is not None:
        assert abs(r.high - high) <= max((high - low) / 8, 0.5) + SHIFT  # half a unit
    again = round_to_interval(r.point, r.low, high if r.high is None else r.high, observed)
    assert again == r


@given(observed=st.integers(1, 10**6), point=LARGE, low=LARGE, high=LARGE)
def test_nothing_is_reported_below_the_documented(
    observed: int, point: float, low: float, high: float
) -> None:
    """Over draws of who is who, an interval may begin below the mean of the documented."""
    low, point, high = sorted((point, low, high))
    r = round_to_interval(point, low, high, observed)
    assert observed <= r.low <= r.point
    assert r.high is not None
    assert r.point <= r.high


@pytest.mark.parametrize(
    ("point", "low", "high", "observed", "said"),
    [
        (3232.0, 331.1, 13_687.5, 232, (3000, 330, 14_000)),
        (3213.0, 332.0, 11_812.0, 232, (3000, 330, 12_000)),
        (241.0, 232.0, 2806.0, 232, (241, 232, 2800)),
        (144.0, 36.0, 1300.0, 36, (140, 36, 1300)),
        (1732.0, 597.9, 6381.5, 232, (1700, 600, 6000)),
    ],
)
def test_a_long_upper_end_swallows_neither_the_point_nor_the_lower_end(
    point: float, low: float, high: float, observed: int, said: tuple[int, int, int]
) -> None:
    r = round_to_interval(point, low, high, observed)
    assert (r.point, r.low, r.high) == said


def test_about_and_ranges() -> None:
    assert about(241.0, (232.0, 2806.0), 232) == "about 241"
    assert about(241.4, None, 232) == "about 241"
    assert about(None, None, 232) == "no number"
    assert range_of([900, 200, 400]) == "about 200 to 900"
    assert range_of([1300]) == "about 1,300"


def test_what_would_change_says_what_the_xi_table_says() -> None:
    """Each number by its own interval."""
    table = CaptureTable.of("AB", {"10": 40, "01": 20, "11": 10})
    estimate = independence(table)
    twice, half = (about(r.point, r.interval, 70) for r in xi_rows(estimate, 70, (0.5, 2)))
    said = what_would_change(estimate, table.observed)
    assert f"there are {twice}; if half as many, {half}." in said
    assert (twice, half) == ("about 230", "about 110")


def test_what_would_change_over_draws_is_what_the_table_over_draws_says() -> None:
    estimate = estimate_of("chao", 388.0, (336.0, 460.0))
    rows = [
        MethodXiRow("independence", 2.0, 1.0, (1.0, 2.0), "any"),
        MethodXiRow("chao", 2.0, 326.0, (305.0, 365.0), "any"),
    ]
    assert "if half as many, about 340." in what_would_change(estimate, 285)
    assert "if half as many, about 326." in what_would_change(estimate, 285, rows)
    # numbers are not rounded below the fewest on record; what is doubled is beside those recorded
    few = what_would_change(estimate, 285, [], least=200)
    assert few == what_would_change(estimate, 285)


# the terminal ---------------------------------------------------------------------------

LISTS = {"A": 140, "B": 112, "C": 92}


def estimate_of(method: str, point: float, interval: tuple[float, float]) -> Estimate:
    return Estimate(method, "ok", point=point, point_kind="mean", interval=interval)


def text_of(**more: Any) -> str:
    estimates = (
        estimate_of("decomposable", 241.0, (232.0, 2806.0)),
        estimate_of("log-linear", 3232.0, (331.1, 13_687.5)),
    )
    first = compare(Study(observed=232, lists=LISTS, estimates=estimates))
    return " ".join("\n".join(study_lines(attrs.evolve(first, **more))).split())


def test_one_estimate_is_one_number_wherever_it_stands() -> None:
    text = text_of(
        deltas=(DeltaRow(0.125, *estimate_of("decomposable", 241.0, (232.0, 2806.0)).result),)
    )
    assert "decomposable about 241 232 to 2,800" in text
    assert "log-linear about 3,000 330 to 14,000" in text
    assert "from about 241 (decomposable) to about 3,000 (log-linear)" in text
    assert "(delta): 0.125 about 241" in text
    assert "decomposable 250 246 241 238 237" in text  # at no xi below the documented


def test_how_likely_it_is_that_only_the_prior_speaks_is_always_stated() -> None:
    for share, words in ((0.031, "3.1% likely"), (1e-6, "less than 0.1% likely")):
        estimate = attrs.evolve(
            estimate_of("decomposable", 300.0, (250.0, 400.0)),
            diagnostics={"prob_saturated": share},
        )
        first = compare(Study(observed=232, lists=LISTS, estimates=(estimate,)))
        text = " ".join("\n".join(study_lines(first)).split())
        assert f"speaks of the unseen: {words}, by decomposable." in text
    assert "only the prior" not in text_of()


def test_a_bound_is_at_least_at_every_xi() -> None:
    bound = attrs.evolve(estimate_of("chao", 300.0, (280.0, 340.0)), point_kind="lower bound")
    first = compare(Study(observed=232, lists=LISTS, estimates=(bound,)))
    text = " ".join("\n".join(study_lines(first)).split())
    assert "chao, at least 370 330 300 " in text


def test_pictures_give_way_to_words() -> None:
    """Lines of at most 80; where numbers and names are long, none rather than a broken one."""
    wide = estimate_of("log-linear-stepwise", 123_456_789.0, (100_111_222.0, 987_654_321.0))
    for estimate, drawn in ((wide, False), (estimate_of("chao", 300.0, (280.0, 340.0)), True)):
        study = Study(observed=90_111_222 if not drawn else 232, lists=LISTS, estimates=(estimate,))
        lines = "\n".join(study_lines(study)).splitlines()
        assert max(map(len, lines)) <= 80
        assert any("●" in line or "-o-" in line for line in lines) == drawn


def test_the_range_of_other_priors_is_in_order_and_stated_once() -> None:
    """The lower point is the higher number where it is known to fewer digits."""

    def priors(*rows: tuple[float, tuple[float, float]]) -> str:
        return text_of(
            priors=tuple(
                PriorRow(0.125, "another", *estimate_of("any", *row).result) for row in rows
            )
        )

    near = priors((301.0, (250.0, 400.0)), (299.0, (250.0, 400.0)))
    assert "how many there are: about 300." in near
    crossed = priors((646.0, (240.0, 3000.0)), (649.0, (645.0, 655.0)))
    assert "how many there are: about 600 to 649." in crossed
    crossed = priors((696.0, (240.0, 3000.0)), (697.0, (695.0, 699.0)))
    assert "how many there are: about 697 to 700." in crossed


def test_methods_that_give_one_number_have_no_range() -> None:
    same = tuple(estimate_of(name, 302.7, (280.0, 340.0)) for name in ("one", "other"))
    text = "\n".join(study_lines(compare(Study(observed=232, lists=LISTS, estimates=same))))
    assert "Between the methods: about 300 (one, other)." in text
    crossed = (
        estimate_of("one", 696.0, (240.0, 3000.0)),
        estimate_of("other", 697.0, (695.0, 699.0)),
    )
    text = "\n".join(study_lines(compare(Study(observed=232, lists=LISTS, estimates=crossed))))
    assert "Between the methods: from about 697 (other) to about 700 (one)." in text


def test_a_pooled_stratum_is_not_below_its_documented() -> None:
    assert _interval(PooledResult(144.0, (36.0, 1300.0)), 36) == "140 (36 to 1,300)"
    assert _interval(PooledResult(None, None), 36) == "no number"


def test_an_end_below_the_mean_of_those_recorded_is_printed() -> None:
    """Who is recorded is not certain either: over draws of who is who it is 902 to 912."""
    tables = [
        CaptureTable.of("ABC", {"111": 600 + more, "110": 100, "101": 100, "011": 92, "100": 10})
        for more in range(11)
    ]
    study = run_over(tables, EstimateSettings(["independence"]))
    assert (study.observed, study.least_observed) == (907, 902)
    low, high = study["independence"].interval or (0.0, 0.0)
    assert 902 <= low < 906
    ends = f"{math.floor(low + 0.5)} to {math.floor(high + 0.5)}"
    assert f"independence  about 908  {ends}" in "\n".join(study_lines(study))
