"""What cannot be asked of a method is refused in words, not in a number or a warning of numpy."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from uncounted.captures import CaptureTable
from uncounted.errors import UsedWrongly
from uncounted.estimate import METHODS, EstimateSettings, GammaPoissonPrior, Study, run, run_over
from uncounted.estimate.base.assumptions import NHOI
from uncounted.estimate.base.priors import read_prior
from uncounted.estimate.base.xi import saturated, with_xi, xi_table
from uncounted.estimate.graphical.decomposable import decomposable, posterior_n0
from uncounted.estimate.identification.estimator import identify
from uncounted.estimate.simple.chao import chao
from uncounted.estimate.simple.two_list import two_list

PAIR = CaptureTable.of("AB", {"10": 40, "01": 20, "11": 10})
THREE = CaptureTable.of(
    "ABC", {"100": 60, "010": 49, "110": 4, "001": 247, "101": 112, "011": 142, "111": 12}
)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"level": 1}, "level 1 is not between 0 and 1"),
        ({"level": math.nan}, "level nan is not between 0 and 1"),
        ({"level": "high"}, "level high is not between 0 and 1"),
        ({"level": 0.9999999999999999}, "is above the maximum,"),
        ({"seed": -1}, "must be a whole number, 0 or more"),
        ({"seed": 1.5}, "must be a whole number, 0 or more"),
        ({"seed": True}, "must be a whole number, 0 or more"),
        ({"detla": 1}, "has no setting 'detla'"),
    ],
)
def test_no_method_takes_what_cannot_be(method: str, wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(UsedWrongly, match=words) as told:
        METHODS[method](THREE, **wrong)
    assert told.value.hint


@pytest.mark.parametrize("fit", [decomposable, two_list, identify])
@pytest.mark.parametrize(
    ("draws", "words"),
    [
        (0, "at least 1 draw is needed, not"),
        (-5, "at least 1 draw is needed, not"),
        (2.5, "at least 1 draw is needed"),
        (10**12, "1,000,000,000,000 draws do not fit in memory"),
    ],
)
def test_draws_that_are_none(fit: Callable[..., Any], draws: Any, words: str) -> None:
    with pytest.raises(UsedWrongly, match=words):
        fit(PAIR, draws=draws)


@pytest.mark.parametrize(
    ("delta", "words"),
    [
        (0, "delta 0 is not above 0"),
        (-1.0, "delta -1.0 is not above 0"),
        (math.nan, "delta nan is not above 0"),
        (math.inf, "delta inf is not from 1e-09 to 1000"),
        (1e300, r"delta 1e\+300 is not from 1e-09 to 1000"),
        (1e-300, "delta 1e-300 is not from 1e-09 to 1000"),
    ],
)
def test_a_prior_count_that_is_none(delta: float, words: str) -> None:
    for of in (decomposable, posterior_n0):
        with pytest.raises(UsedWrongly, match=words):
            of(THREE, delta=delta)


def test_the_least_and_most_that_is_allowed_give_numbers() -> None:
    for delta in (1e-9, 1000.0):
        estimate = decomposable(THREE, delta=delta, edges=False)
        assert 626 <= estimate.interval[0] <= estimate.number() < 1000  # type: ignore[index]
    for xi in (1 / 1000, 1000):
        assert math.isfinite(saturated(THREE, xi=xi).number())


@pytest.mark.parametrize(
    ("shape", "scale"),
    [(-1, 5), (0, 0), (math.nan, 1), (1, math.inf), (1e-300, 1), (1e9, 1e9)],
)
def test_a_prior_that_is_none(shape: float, scale: float) -> None:
    with pytest.raises(
        UsedWrongly,
        match=r"is not valid: both must be above 0, and they and the expected N at most 1e12",
    ):
        GammaPoissonPrior(shape, scale)


@pytest.mark.parametrize("prior", [None, "1/N", 3.0])
def test_what_is_no_prior(prior: Any) -> None:
    for of in (decomposable, posterior_n0, identify):
        with pytest.raises(UsedWrongly, match="not a prior on N"):
            of(THREE, prior=prior)


@pytest.mark.parametrize(
    ("grid", "words"),
    [
        ([1, 2, 3], "the grid of n0 must be a range"),
        (range(5, 6), "over at least two values"),
        (range(-1, 6), "must rise from 0 or more"),
        (range(5, 0, -1), "must rise from 0 or more"),
        (range(10**30), "goes beyond 4,503,599,627,370,496"),
        (range(10**8), "more than 10,000,000 values"),
    ],
)
def test_a_grid_that_is_none(grid: Any, words: str) -> None:
    with pytest.raises(UsedWrongly, match=words):
        decomposable(THREE, grid=grid)


def test_what_is_no_model_and_no_assumption() -> None:
    cells: Any = 3
    with pytest.raises(UsedWrongly, match="not a model of the cell probabilities"):
        identify(THREE, cells=cells)
    assumption: Any = 2.0
    with pytest.raises(UsedWrongly, match="not an identifying assumption"):
        identify(THREE, assumption=assumption)


def test_an_xi_so_small_that_no_one_can_be_counted() -> None:
    reason = identify(THREE, assumption=NHOI(1e-308)).reason
    assert reason == "the upper end is unbounded in at least half of the draws"


def test_a_psi_is_a_number() -> None:
    for psi in ("2", True):
        with pytest.raises(UsedWrongly, match="is not a number above 0"):
            two_list(PAIR, psi=psi)  # type: ignore[arg-type]
    assert two_list(PAIR, psi=np.float32(2)).interval == two_list(PAIR, psi=2).interval  # type: ignore[arg-type]


def test_resamples_are_whole() -> None:
    for name in ("log-linear", "log-linear-stepwise"):
        with pytest.raises(UsedWrongly, match=r"resamples 1\.5 is not a whole number"):
            METHODS[name](THREE, resamples=1.5)


def test_a_prior_in_words() -> None:
    assert read_prior("10, 200") == GammaPoissonPrior(10, 200)
    for wrong in ("", "flat", "1", "1,2,3", "1/M", "a,b"):
        with pytest.raises(UsedWrongly, match="a prior on N must be 1/N or SHAPE,SCALE"):
            read_prior(wrong)


@pytest.mark.parametrize("xi", [1e-308, 1e-300, 0.00099, 1001, 1e300])
def test_a_factor_beyond_a_thousand(xi: float) -> None:
    one = chao(PAIR)
    for ask in (
        lambda: run(PAIR, EstimateSettings("chao", xi=[1, xi])),
        lambda: run_over([PAIR], EstimateSettings("chao", xi=[1, xi])),
        lambda: saturated(PAIR, xi=xi),
        lambda: with_xi(one, 70, xi),
        lambda: xi_table(PAIR, None, xis=(xi,)),
    ):
        with pytest.raises(UsedWrongly, match="is not from 1/1000 to 1000"):
            ask()


def test_one_xi_and_one_name_may_be_bare() -> None:
    bare, listed = (
        run(PAIR, EstimateSettings("chao", xi=2)),
        run(PAIR, EstimateSettings(["chao"], xi=[2.0])),
    )
    assert [each.method for each in bare.estimates] == ["chao"]
    assert bare.sensitivity == listed.sensitivity
    with pytest.raises(UsedWrongly, match="no value of xi was given"):
        run(PAIR, EstimateSettings(xi=[]))
    with pytest.raises(UsedWrongly, match="no method was named"):
        run(PAIR, EstimateSettings([]))
    with pytest.raises(UsedWrongly, match="unknown method 'choa'"):
        run(PAIR, EstimateSettings("choa"))


@pytest.mark.parametrize(
    ("methods", "settings", "words"),
    [
        (None, {"decomposable": {"detla": 1}}, "decomposable has no setting 'detla'"),
        (["chao"], {"decomposable": {"detla": 1}}, "settings were given for"),
        (["chao"], {"decomposable": {"delta": 1}}, "settings were given for"),
        (None, {"two-list": {"psi": 2}}, "settings were given for"),
        (None, {"identified": {"draws": 9}}, "settings were given for"),
        (None, {"chao": {"level": 0.9}}, ": it is the same for every method"),
        (None, {"choa": {}}, "unknown method 'choa'"),
    ],
)
def test_a_setting_that_would_change_nothing(
    methods: list[str] | None, settings: Mapping[str, Mapping[str, Any]], words: str
) -> None:
    asked: list[Callable[[], Study]] = [
        lambda: run(THREE, EstimateSettings(methods, by_method=settings)),
        lambda: run_over([THREE], EstimateSettings(methods, by_method=settings)),
    ]
    for ask in asked:
        with pytest.raises(UsedWrongly, match=words):
            ask()


def test_a_claim_is_one() -> None:
    for claim in ("10000", 10_000):
        with pytest.raises(UsedWrongly, match="not a claim"):
            run(PAIR, EstimateSettings(claim=claim))


def test_a_setting_holds_where_a_list_is_empty() -> None:
    """In one stratum of many: the log-linear models then do not apply, which is no mistake."""
    empty = CaptureTable.of("ABC", {"100": 40, "010": 20, "110": 10})
    study = run(
        empty, EstimateSettings(by_method={"log-linear": {"criterion": "aic"}}, robustness=False)
    )
    assert "log-linear" not in {each.method for each in study.estimates}


def test_numbers_of_numpy_are_plain_in_json() -> None:
    table = CaptureTable.of("AB", {"10": np.int32(40), "01": np.int64(20), "11": np.uint16(10)})
    asked: dict[str, Any] = {"level": np.float32(0.5), "seed": np.int32(3), "xi": np.arange(1, 3)}
    said = json.loads(json.dumps(run(table, EstimateSettings("chao", **asked)).to_json()))
    assert (said["seed"], said["observed"]) == (3, 70)
    assert [row["xi"] for row in said["sensitivity"]["xi_saturated"]] == [1.0, 2.0]
