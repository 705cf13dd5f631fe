"""Thresholding of pairs: published values, and posteriors that are known exactly."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from uncounted.captures import CaptureTable
from uncounted.errors import UsedWrongly
from uncounted.estimate.loglinear.hierarchy import main_effects
from uncounted.estimate.loglinear.poisson import CellCounts
from uncounted.estimate.loglinear.thresholding import draw, log_linear_thresholding


def test_the_united_kingdom(tables: Mapping[str, CaptureTable]) -> None:
    """Silverman's R MultipleSystemsEstimation 1.3.2, improper prior, 10,000 draws of one chain:
    mean 12,163.46, 95% 10,609.25 to 13,694.4, 80% 11,083.69 to 13,266.99; kept are the pairs
    GO:GP, LA:NG, LA:PFNCA, NG:GP and PFNCA:GP, and LA:GP is at minus infinity.

    In 200,000 draws LA:PFNCA stands 1.996 deviations from 0, give or take 0.006: whether it
    is kept at the usual threshold of 2 is chance, there as here.
    """
    estimate = log_linear_thresholding(tables["uk"], threshold=1.9)
    assert estimate.settings["model"] == "[12,13,15,25,35,45]"
    assert estimate.diagnostics["minus_infinity"] == ["[15]"]
    assert estimate.interval == pytest.approx((10_609, 13_694), rel=0.03)
    assert estimate.draws is not None
    assert estimate.draws.mean() == pytest.approx(12_163.46, rel=0.01)
    middle = np.quantile(estimate.draws, [0.1, 0.9])
    assert middle == pytest.approx((11_083.69, 13_266.99), rel=0.02)
    assert estimate.diagnostics["rhat"] <= 1.01
    assert estimate.diagnostics["ess"] >= 400
    (said,) = log_linear_thresholding(tables["uk"]).warnings
    assert "LA and PFNCA is so near the threshold" in said


def test_kosovo_is_as_by_steps(kosovo: CaptureTable) -> None:
    """Silverman (2020) with a proper prior: about 14,000, 12,200 to 16,400."""
    estimate = log_linear_thresholding(kosovo)
    assert estimate.settings["model"] == "[12,13,14,23,34]"
    assert estimate.point == pytest.approx(14_000, rel=0.04)
    assert estimate.interval == pytest.approx((12_200, 16_400), rel=0.04)
    left_out = [row["pair"] for row in estimate.diagnostics["pairs"] if not row["in_model"]]
    assert left_out == ["[24]"]
    assert estimate.warnings == ()


def test_two_lists_have_a_posterior_that_is_known() -> None:
    """Flat on the logarithms of three means: each is Gamma(count), the unseen a ratio of them."""
    cells = CellCounts.of(CaptureTable.of("AB", {"10": 40, "01": 20, "11": 10}))
    rng = np.random.default_rng(3)
    found = draw(cells, main_effects(2), 20_000, rng).mean_n0
    one, two, both = (rng.standard_gamma(k, 200_000) for k in (40, 20, 10))
    tails = [0.025, 0.25, 0.5, 0.75, 0.975]
    exact = np.quantile(one * two / both, tails)
    assert np.quantile(found, tails) == pytest.approx(exact, rel=0.04)


def test_a_higher_threshold_keeps_fewer(kosovo: CaptureTable) -> None:
    every = log_linear_thresholding(kosovo, threshold=0)
    none = log_linear_thresholding(kosovo, threshold=100)
    assert every.settings["model"] == "[12,13,14,23,24,34]"
    assert none.settings["model"] == "[1,2,3,4]"
    assert none.point == pytest.approx(7394.6, rel=0.01)


def test_seeded_and_in_any_order(kosovo: CaptureTable) -> None:
    one, two = (log_linear_thresholding(kosovo, seed=4, draws=200) for _ in range(2))
    assert (one.point, one.interval) == (two.point, two.interval)
    turned = log_linear_thresholding(kosovo.select(kosovo.lists[::-1]), seed=4, draws=200)
    assert (turned.point, turned.interval) == (one.point, one.interval)
    assert log_linear_thresholding(kosovo, seed=5, draws=200).point != one.point


def test_refusals(kosovo: CaptureTable, tables: Mapping[str, CaptureTable]) -> None:
    assert "does not tell" in str(log_linear_thresholding(tables["korea"]).reason)
    two = log_linear_thresholding(kosovo.select(["EXH", "ABA"]))
    assert "3 to 6 lists, and there are 2" in str(two.reason)
    for wrong in ({"threshold": -1.0}, {"threshold": float("nan")}, {"draws": 50}):
        with pytest.raises(UsedWrongly, match="threshold must be 0 or more"):
            log_linear_thresholding(kosovo, **wrong)
