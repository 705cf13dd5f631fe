"""Chao's moment bound for lists that differ in size (Chao 1987), as counts alone give it."""

from __future__ import annotations

import numpy as np

from uncounted.captures import CaptureTable
from uncounted.estimate.base.result import Floats


def least_total(table: CaptureTable) -> float:
    """Chao's bound of the total: n + sum over pairs of S_i S_j / f2.

    Examples:
        >>> least_total(CaptureTable.of("AB", {"10": 40, "01": 20, "11": 10}))
        150.0
    """
    return table.observed + moment_of_lists(singles(table), table.seen_exactly(2))[0]


def singles(table: CaptureTable) -> Floats:
    """People on each list and on no other (S_j), shape (J,)."""
    J = len(table.lists)
    alone = ("".join("1" if i == j else "0" for i in range(J)) for j in range(J))
    return np.array([float(table.counts.get(pattern, 0)) for pattern in alone])


def moment_of_lists(alone: Floats, f2: float) -> tuple[float, float]:
    """n0 and its variance from those on each list alone and those on two.

    Let a person's odds of being on list j be a_j times what they have in common for all
    lists, and N0 h(x) the expected number on no list of those who have x. Then S_i S_j is, on
    average, a_i a_j E(x)^2 and those on i and j alone a_i a_j E(x^2), so the sum over pairs of
    the first is at most n0 times the sum of the second. With two lists and people who are
    alike this is the estimate n10 n01 / n11. Variance: the delta method with Poisson cells,
    n0 + n0^2 (sum_j S_j (f1 - S_j)^2 / P^2 + 1 / f2), P the sum over pairs.

    Examples:
        >>> n0, variance = moment_of_lists(np.array([40.0, 20.0]), 10)
        >>> n0, round(variance)
        (80.0, 1200)
    """
    f1 = float(alone.sum())
    pairs = (f1**2 - float(alone @ alone)) / 2
    if pairs == 0:
        return 0.0, 0.0
    below = f2 if f2 > 0 else f2 + 1
    n0 = pairs / below
    relative = float(np.sum(alone * (f1 - alone) ** 2)) / pairs**2 + 1 / below
    return n0, n0 + n0**2 * relative
