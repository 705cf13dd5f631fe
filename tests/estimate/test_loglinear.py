"""Log-linear models against published values and against plain linear algebra."""

from __future__ import annotations

import time
from collections.abc import Mapping

import numpy as np
import pytest
from scipy.optimize import minimize

from uncounted.captures import CaptureTable
from uncounted.errors import UsedWrongly
from uncounted.estimate import log_linear, log_linear_stepwise, run_over
from uncounted.estimate.cells import Cells
from uncounted.estimate.existence import code
from uncounted.estimate.hierarchy import hierarchical, in_brackets, padded
from uncounted.estimate.poisson import DOUBTFUL, FITTED, SINGULAR, fit_all


@pytest.mark.parametrize(
    ("lists", "order", "models"),
    [(3, 2, 8), (4, 3, 113), (4, 2, 64), (5, 2, 1024), (5, 4, 6893), (6, 2, 32_768)],
)
def test_number_of_hierarchical_models(lists: int, order: int, models: int) -> None:
    """Silverman, Chan and Vincent (2024) Statistics and Computing 34:44."""
    found = hierarchical(lists, order)
    assert len(found) == len(set(found)) == models


def test_kosovo(kosovo: CaptureTable) -> None:
    """R Rcapture 1.4-4 closedpMS.t(maxorder=3) and R MultipleSystemsEstimation 1.3.2."""
    estimate = log_linear(kosovo)
    said = estimate.diagnostics
    assert estimate.settings["model"] == "[123,14,34]"
    assert estimate.settings["models"] == 113
    assert estimate.point == pytest.approx(10356.52, abs=0.005)
    assert said["se"] == pytest.approx(785.9022, abs=5e-5)
    assert said["deviance"] == pytest.approx(9.32267, abs=5e-6)
    assert said["bic"] == pytest.approx(203.0296, abs=5e-5)
    assert said["profile_low"] == pytest.approx(8994.3, abs=0.05)
    assert said["profile_high"] == pytest.approx(12110.4, abs=0.05)
    assert said["profile_maximum"] == pytest.approx(10334.5, abs=0.05)
    rivals = [(row["model"], round(row["point"], 2)) for row in said["models"][1:3]]
    assert rivals == [("[123,134]", 12740.97), ("[134,12,23]", 18393.31)]


def test_interval_that_repeats_the_choice_is_the_published_one(kosovo: CaptureTable) -> None:
    """Silverman, Chan and Vincent (2024) Table 2: [6900, 18000] with the ten best or all,
    [9100, 12000] with the best alone; B = 1,000 leaves about 3% of doubt in each end."""
    wide, alone = log_linear(kosovo).interval, log_linear(kosovo, top=1).interval
    assert wide == pytest.approx((6947, 17987), rel=0.05)
    assert alone == pytest.approx((9101, 12003), rel=0.02)


def test_korea(tables: Mapping[str, CaptureTable]) -> None:
    """Silverman, Chan and Vincent (2024) Table 3: six admissible models of eight."""
    estimate = log_linear(tables["korea"])
    said = estimate.diagnostics
    assert estimate.settings["model"] == "[12,23]"
    assert estimate.point == pytest.approx(157.1667, abs=5e-5)
    assert said["bic"] == pytest.approx(57.14081, abs=5e-6)
    assert said["inadmissible"] == 2
    assert {row["model"]: round(row["bic"], 4) for row in said["models"]} == {
        "[12,23]": 57.1408, "[12,3]": 58.9686, "[13,23]": 91.8971, "[23,1]": 138.0637,
        "[13,2]": 155.1602, "[1,2,3]": 184.1443,
    }  # fmt: skip
    assert said["acceleration"] == pytest.approx(-0.008783628, abs=5e-10)
    assert estimate.interval == pytest.approx((128.3, 349.7), rel=0.06)


def test_five_lists_all_models_and_pairs(tables: Mapping[str, CaptureTable]) -> None:
    """Silverman, Chan and Vincent (2024) Table 6: 25,311 of 6,893 models, 22,991 of pairs."""
    whole = log_linear(tables["uk"], resamples=0)
    assert whole.point == pytest.approx(25311, abs=0.5)
    assert whole.settings["models"] == 6893
    assert whole.interval == pytest.approx((19389, 34111), abs=0.5)  # R Rcapture 1.4-4
    assert "doubt about the choice is not in it" in str(whole.interval_kind)
    pairs = log_linear(tables["uk"], max_order=2, resamples=0)
    assert pairs.point == pytest.approx(22991.33, abs=0.005)
    rivals = [(row["model"], round(row["bic"], 4)) for row in pairs.diagnostics["models"][:4]]
    assert rivals == [
        ("[12,13,23,25,34]", 196.5398),
        ("[12,13,25,35,45]", 197.495),
        ("[12,13,23,34,5]", 198.3205),
        ("[12,13,24,25,35,45]", 198.6047),
    ]


def test_existence_codes() -> None:
    """R SparseMSE 2.0.2, data(Artificial_3): A 40, B 30, C 20, A and B 6."""
    present = np.array([False, True, True, True, True, False, False, False])
    codes = {in_brackets(model): code(model, present) for model in hierarchical(3, 2)}
    assert codes == {
        "[12,13,23]": 2, "[12,3]": 1, "[12,13]": 1, "[12,23]": 1, "[13,23]": 0, "[13,2]": 0,
        "[23,1]": 0, "[1,2,3]": 0,
    }  # fmt: skip


def test_the_kernel_never_calls_fitted_what_does_not_exist(
    tables: Mapping[str, CaptureTable],
) -> None:
    """On random thinned tables, against the linear programme and the rank."""
    rng = np.random.default_rng(11)
    models = hierarchical(4, 3)
    doubtful = 0
    for _ in range(12):
        counts = rng.poisson(1.2, 16) * (rng.random(16) < 0.6).astype(float)
        counts[0] = -1
        if not counts[1:].any():
            continue
        fits = fit_all(
            padded(models), counts[None], np.arange(len(models)), np.zeros(len(models), np.int64)
        )
        for model, status in zip(models, fits.status, strict=True):
            found = code(model, counts > 0)
            assert (status == SINGULAR) == (found >= 2)
            if status == FITTED:
                assert found == 0
            doubtful += status == DOUBTFUL and found == 1
    assert doubtful > 20


def test_the_kernel_is_a_poisson_regression(kosovo: CaptureTable) -> None:
    """A model with a third-order term against a general optimiser on its design matrix."""
    cells = Cells.of(kosovo)
    model = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9)
    A = np.array([[float(c & a == a) for a in model] for c in range(1, 16)])
    x = cells.counts[1:]

    def minus(alpha: np.ndarray) -> tuple[float, np.ndarray]:
        mu = np.exp(A @ alpha)
        return float(mu.sum() - x @ (A @ alpha)), A.T @ (mu - x)

    best = minimize(minus, np.zeros(len(model)), jac=True, method="BFGS", options={"gtol": 1e-4})
    one = np.zeros(1, np.int64)
    fits = fit_all(padded([model]), cells.counts[None], one, one)
    assert fits.likelihood[0] == pytest.approx(-best.fun, abs=1e-6)
    assert fits.intercept[0] == pytest.approx(best.x[0], abs=1e-4)
    information = A.T @ (np.exp(A @ best.x)[:, None] * A)
    assert fits.variance[0] == pytest.approx(np.linalg.inv(information)[0, 0], rel=1e-3)


@pytest.mark.parametrize(
    ("name", "number", "model", "interval"),
    [
        # R SparseMSE 2.0.2 estimatepopulation(nboot=1000), p threshold 0.02
        ("kosovo", 14341.66, "[12,13,14,23,34]", (12_596, 16_527)),
        ("uk", 11312.99, "[12,13,24,25,35,45]", (8_785, 14_701)),
        ("korea", 268.7778, "[12,3]", None),
        ("spina-bifida", 730.93, "[12,3]", (707, 759)),
        ("congenital", 609.89, "[13,45,2]", (587, 636)),
    ],
)
def test_stepwise(
    tables: Mapping[str, CaptureTable],
    name: str,
    number: float,
    model: str,
    interval: tuple[float, float] | None,
) -> None:
    estimate = log_linear_stepwise(tables[name])
    assert estimate.point == pytest.approx(number, abs=0.005)
    assert estimate.settings["model"] == model
    if interval is not None:
        assert estimate.interval == pytest.approx(interval, rel=0.12 if name == "uk" else 0.02)


@pytest.mark.parametrize(
    ("threshold", "number"),
    [(0.0, 13444.13), (0.001, 13100.84), (0.005, 12262.41), (0.05, 11312.99)],
)
def test_stepwise_thresholds(
    tables: Mapping[str, CaptureTable], threshold: float, number: float
) -> None:
    """R SparseMSE 2.0.2 on the United Kingdom's five lists."""
    estimate = log_linear_stepwise(tables["uk"], threshold=threshold, resamples=0)
    assert estimate.point == pytest.approx(number, abs=0.005)


def test_a_thousand_resamples_of_five_lists_in_under_five_seconds(
    tables: Mapping[str, CaptureTable],
) -> None:
    log_linear_stepwise(tables["korea"], resamples=2)
    began = time.perf_counter()
    log_linear_stepwise(tables["uk"])
    assert time.perf_counter() - began < 5


def test_the_choice_is_in_the_interval(kosovo: CaptureTable) -> None:
    """The profile of the chosen model is far narrower than what the choice adds."""
    with_choice, without = log_linear(kosovo), log_linear(kosovo, resamples=0)
    assert with_choice.point == without.point
    assert with_choice.interval is not None
    assert without.interval is not None
    wide, narrow = (b - a for a, b in (with_choice.interval, without.interval))
    assert wide > 2 * narrow


def test_many_times_as_many_people_many_times_the_number(kosovo: CaptureTable) -> None:
    more = CaptureTable(kosovo.lists, {p: 50 * count for p, count in kosovo.counts.items()})
    one = log_linear(kosovo, criterion="aic", resamples=0)
    again = log_linear(more, among=[_masks(one.settings["model"])], resamples=0)
    assert again.point == pytest.approx(50 * (one.point or 0), rel=1e-9)


def _masks(model: str) -> tuple[int, ...]:
    """Kosovo's lists in order of their names: ABA, EXH, HRW, OSCE."""
    at = {"1": 1, "2": 0, "3": 3, "4": 2}
    tops = [sum(1 << at[place] for place in part) for part in model.strip("[]").split(",")]
    below = {mask for top in tops for mask in range(16) if mask & top == mask}
    return tuple(sorted(below | {1, 2, 4, 8}))


def test_refusals_say_why(kosovo: CaptureTable, tables: Mapping[str, CaptureTable]) -> None:
    two = kosovo.select(["EXH", "ABA"])
    assert "no log-linear model but independence" in str(log_linear(two).reason)
    assert "3 to 10 lists, and there are 2" in str(log_linear_stepwise(two).reason)
    wide = CaptureTable.of("ABCDEFGHIJK", {"10000000000": 9} | {
        "0" * i + "11" + "0" * (9 - i): 3 for i in range(10)})  # fmt: skip
    assert "up to 10 lists, and there are 11" in str(log_linear(wide).reason)
    korea = tables["korea"]
    only = log_linear(korea, among=[(0, 1, 2, 3, 4, 5)])
    assert "no log-linear model has a maximum likelihood" in str(only.reason)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"max_order": 4}, "max_order 4 is not between 1 and 3"),
        ({"criterion": "dic"}, "no criterion called 'dic'"),
        ({"search": "best"}, "no search called 'best'"),
        ({"resamples": 1}, "0 or at least 2"),
        ({"top": 0}, "top and starts must be at least 1"),
        ({"starts": 0}, "top and starts must be at least 1"),
    ],
)
def test_wrong_use(kosovo: CaptureTable, wrong: dict[str, object], words: str) -> None:
    with pytest.raises(UsedWrongly, match=words):
        log_linear(kosovo, **wrong)  # type: ignore[arg-type]
    with pytest.raises(UsedWrongly, match="threshold"):
        log_linear_stepwise(kosovo, threshold=2)


def test_many_linkage_tables_are_quick_and_share_the_resamples() -> None:
    rng = np.random.default_rng(3)
    patterns = [format(c, "05b") for c in range(1, 32)]
    means = [900 * 0.3 ** pattern.count("1") for pattern in patterns]
    tables = [
        CaptureTable.of("ABCDE", dict(zip(patterns, rng.poisson(means).tolist(), strict=True)))
        for _ in range(40)
    ]
    began = time.perf_counter()
    study = run_over(tables, ["log-linear", "log-linear-stepwise"])
    assert time.perf_counter() - began < 4
    for estimate in study.estimates:
        assert estimate.settings["resamples"] == 50
        assert "model" not in estimate.settings or isinstance(estimate.settings["model"], str)
        assert estimate.interval is not None
        assert estimate.interval[0] < (estimate.point or 0) < estimate.interval[1]
