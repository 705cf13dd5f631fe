"""Confidence intervals for shares: of clustered counts, finite populations, ratios of totals."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import attrs
import numpy as np
from scipy import special

from uncounted.linkage.arrays import Floats

Interval = tuple[float, float]
_GRID, _FINE = 201, 101
_TINY = 1e-9


def clustered_share(
    value: float, variance: float, clusters: float, units: float, level: float = 0.95
) -> Interval | None:
    """Confidence interval of a share from clustered units; None of one cluster.

    E. L. Korn and B. I. Graubard, "Confidence intervals for proportions with small expected number
    of positive counts estimated from survey data", Survey Methodology 24, 1998: the Clopper-Pearson
    interval with n* = p (1 - p) / variance, at most the units, times (z / t)^2 with clusters - 1
    degrees of freedom. `variance` is that of the share between clusters; where all units are alike
    it says nothing, and each cluster counts as one.

    Examples:
        >>> [round(end, 3) for end in clustered_share(0.9, 0.9 * 0.1 / 100, 100, 100)]
        [0.823, 0.952]
    """
    if clusters <= 1 + _TINY or not math.isfinite(value):
        return None
    tail = (1 - level) / 2
    value = min(max(value, 0.0), 1.0)
    worth = float(clusters)
    if variance > 0 and 0 < value < 1:
        df = max(clusters - 1, 1.0)
        z, t = -special.ndtri(tail), special.stdtrit(df, 1 - tail)
        worth = min(value * (1 - value) / variance, units) * float(z / t) ** 2
    return _binomial(value * worth, (1 - value) * worth, tail)


def _binomial(yes: float, no: float, tail: float) -> Interval:
    low = float(special.betaincinv(yes, no + 1, tail)) if yes > 0 else 0.0
    high = float(special.betaincinv(yes + 1, no, 1 - tail)) if no > 0 else 1.0
    return low, high


def share_of_groups(
    yes: Floats, sizes: Floats, level: float = 0.95
) -> tuple[float, Interval | None]:
    """A share over groups of unequal sizes (`yes` of each group), and its interval.

    A variance from a few large groups is too often too small. So it is the greater of two: that of
    a ratio of totals, and p (1 - p) / n with the design effect 1 + r (k - 1), where r is the
    correlation within groups (analysis of variance) and k the mean size of the group that a unit is
    in (L. Kish, Survey Sampling, 1965). The groups are then worth n / k.
    """
    units, groups = float(sizes.sum()), len(sizes)
    share = float(yes.sum()) / units
    if groups < 2:
        return share, None
    own = yes / sizes
    mean = float((sizes**2).sum()) / units
    between = float((sizes * (own - share) ** 2).sum()) / (groups - 1)
    within = float((sizes * own * (1 - own)).sum()) / max(units - groups, 1.0)
    usual = (units - mean) / (groups - 1)
    whole = between + (usual - 1) * within
    alike = min(max((between - within) / whole, 0.0), 1.0) if whole > 0 else 1.0
    effect = max(1.0 + alike * (mean - 1.0), 1.0)
    ratio = float(((yes - share * sizes) ** 2).sum()) / units**2 * groups / (groups - 1)
    variance = max(ratio, share * (1 - share) / units * effect)
    return share, clustered_share(share, variance, units / mean, units, level)


def exact_share(hits: float, drawn: int, of: int, level: float = 0.95) -> Interval:
    """Clopper and Pearson's interval for a share of a finite population, from a simple sample.

    The sample counts as n (N - 1) / (N - n); the share is at least `hits` and at most what is left
    of `of`.

    Examples:
        >>> [round(end, 3) for end in exact_share(0, 15, 10_000)], exact_share(3, 6, 6)
        ([0.0, 0.218], (0.5, 0.5))
    """
    share = hits / drawn
    if drawn >= of:
        return share, share
    n = drawn * (of - 1) / (of - drawn)
    low, high = _binomial(share * n, (1 - share) * n, (1 - level) / 2)
    return max(low, hits / of), min(high, 1 - (drawn - hits) / of)


@attrs.frozen
class Stratum:
    """A sampled stratum: its size, and how many of the sample are of each (exclusive) kind."""

    of: int
    drawn: int
    kinds: tuple[int, ...]

    def shares(self, level: float) -> tuple[Floats, Floats, Floats]:
        """Each kind's share, and its limits."""
        limits = [exact_share(kind, self.drawn, self.of, level) for kind in self.kinds]
        share = np.array(self.kinds, np.float64) / self.drawn
        return share, np.array([end[0] for end in limits]), np.array([end[1] for end in limits])


def total_limits(
    strata: Sequence[Stratum], weights: Floats, level: float = 0.95
) -> tuple[Floats, Floats, Floats]:
    """Weighted totals of the kinds over strata, with limits from those of each share.

    The limits of a sum from the limits of its parts (G. Y. Zou and A. Donner, "Construction of
    confidence limits about effect measures: a general approach", Statistics in Medicine 27, 2008),
    with shares of one stratum correlated as in a multinomial. A kind that was not drawn keeps its
    upper limit. Of weights of shape (rows, kinds), the totals, their lower and their upper limits,
    a number a row each.
    """
    rows = len(weights)
    total, down, up = np.zeros(rows), np.zeros(rows), np.zeros(rows)
    for stratum in strata:
        share, low, high = stratum.shares(level)
        total += stratum.of * (weights @ share)
        odds = np.sqrt(share / np.maximum(1 - share, 1e-12))
        correlation = np.maximum(-np.outer(odds, odds), -1.0)
        np.fill_diagonal(correlation, 1.0)
        sign = np.sign(weights)
        for limits, sums in (((low, high), down), ((high, low), up)):
            far = (
                np.abs(weights * np.where(weights > 0, share - limits[0], share - limits[1])) * sign
            )
            spread = np.einsum("ri,ij,rj->r", far, correlation, far)
            sums += stratum.of**2 * np.maximum(spread, 0.0)
    return total, total - np.sqrt(down), total + np.sqrt(up)


def ratio_limits(
    strata: Sequence[Stratum], weights: Callable[[Floats], Floats], level: float = 0.95
) -> Interval:
    """Limits of a share r at which a weighted total of the kinds is 0 (Fieller), to four digits.

    `weights(r)` has a row per value of r, and its total falls as r grows: for a precision, (1 - r)
    true - r false.

    Examples:
        >>> def precision(r): return np.stack([1 - r, -r], axis=1)
        >>> [round(x, 3) for x in ratio_limits([Stratum(200, 40, (36, 4))], precision)]
        [0.781, 0.967]
    """
    start, end = 0.0, 1.0
    grid = np.linspace(0.0, 1.0, _GRID)
    _, low, high = total_limits(strata, weights(grid), level)
    over, under = np.flatnonzero(low > _TINY), np.flatnonzero(high < -_TINY)
    step = 1.0 / (_GRID - 1)
    if len(over):  # the last that is too low, and within its step more finely
        fine = grid[over[-1]] + np.linspace(0.0, step, _FINE)
        _, low, _ = total_limits(strata, weights(fine), level)
        start = fine[np.flatnonzero(low > _TINY)[-1]]
    if len(under):
        fine = grid[under[0]] - np.linspace(0.0, step, _FINE)
        _, _, high = total_limits(strata, weights(fine), level)
        end = fine[np.flatnonzero(high < -_TINY)[-1]]
    return float(start), float(end)
