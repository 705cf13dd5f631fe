"""Ends of a profile likelihood, wherever they fall."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import brentq

from uncounted import estimate
from uncounted.captures import CaptureTable
from uncounted.estimate.base.estimator import z_of
from uncounted.estimate.loglinear.profile import profile_interval


def test_both_limits_of_a_parabola_are_found() -> None:
    """At a few of these a finer grid ends a digit before the coarser one's crossing."""
    rng = np.random.default_rng(1)
    for _ in range(400):
        centre, curve, level = rng.uniform(2, 5), rng.uniform(0.5, 40), rng.uniform(0.5, 0.99)
        ends, top = profile_interval(
            lambda x, c=centre, k=curve: -k * (x - c) ** 2,  # type: ignore[misc]
            math.exp(centre),
            1000.0,
            level,
        )
        reach = z_of(level) / math.sqrt(2 * curve)
        assert top == pytest.approx(1000 + math.exp(centre), rel=1e-4)
        wanted = [1000 + math.exp(centre + side * reach) for side in (-1, 1)]
        assert ends == pytest.approx(wanted, rel=1e-4)


def test_a_table_whose_upper_end_falls_on_the_coarse_grid_has_one() -> None:
    counts = {"111": 20, "110": 28, "101": 37, "100": 17, "011": 23, "010": 28, "001": 34}
    table = CaptureTable.of("ABC", counts)
    n, on = table.observed, list(table.list_totals.values())

    def log_likelihood(N: float) -> float:
        """Of N people and independent lists, each list's chance at its best."""
        ways = math.lgamma(N + 1) - math.lgamma(N - n + 1)
        return ways + sum(x * math.log(x / N) + (N - x) * math.log(1 - x / N) for x in on)

    best = max(log_likelihood(N) for N in np.arange(n, 400, 0.01))
    upper = brentq(lambda N: log_likelihood(N) - best + z_of(0.95) ** 2 / 2, 220, 400)
    found = estimate.independence(table)
    assert found.interval is not None
    assert found.interval[1] == pytest.approx(upper, abs=0.05)
