"""Wilson and Jeffreys intervals for one proportion.

Sampling error only, as of a random sample; callers must say so. Counts may be fractions: the
effective counts of clustered rows.
"""

from __future__ import annotations

import math

from scipy.special import betaincinv

from uncounted.errors import UsedWrongly
from uncounted.estimate.base.estimator import z_of
from uncounted.estimate.base.rows import Interval


def check_counts(x: float, n: float) -> None:
    """Refuse counts that are no proportion."""
    if not (n > 0 and math.isfinite(n)):
        raise UsedWrongly("a rate needs at least one row whose outcome is known")
    if not 0 <= x <= n:
        raise UsedWrongly("the rows with the outcome must be between none and all of them")


def wilson(x: float, n: float, level: float = 0.95) -> Interval:
    """Wilson score interval for a proportion, x of n.

    Wilson (1927). Brown, Cai and DasGupta (2001), Statistical Science 16:101, equation 4.
    """
    return wilson_at(x, n, z_of(level))


def wilson_at(x: float, n: float, z: float) -> Interval:
    """The score interval at a normal quantile `z` instead of a level."""
    check_counts(x, n)
    p = x / n
    middle = p + z * z / (2 * n)
    half_width = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    low = 0.0 if x == 0 else max(0.0, (middle - half_width) / scale)
    high = 1.0 if x == n else min(1.0, (middle + half_width) / scale)
    return low, high


def jeffreys(x: float, n: float, level: float = 0.95) -> Interval:
    """Jeffreys interval for a proportion: quantiles of Beta(x + 1/2, n - x + 1/2).

    The lower limit is 0 when x = 0 and the upper 1 when x = n: otherwise only the prior would
    set them. Brown, Cai and DasGupta (2001), Statistical Science 16:101, section 3.1.
    """
    check_counts(x, n)
    z_of(level)  # refuses what is no level
    tail = (1 - level) / 2
    low = 0.0 if x == 0 else float(betaincinv(x + 0.5, n - x + 0.5, tail))
    high = 1.0 if x == n else float(betaincinv(x + 0.5, n - x + 0.5, 1 - tail))
    return low, high
