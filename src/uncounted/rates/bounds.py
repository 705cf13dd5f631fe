"""Worst-case (Manski) bounds, when outcomes or whole attempts are missing.

Nothing is assumed of what is missing: it may all have gone one way.
"""

from __future__ import annotations

import math

import attrs
from scipy.special import ndtr

from uncounted.errors import UsedWrongly
from uncounted.estimate.base.estimator import root, z_of
from uncounted.estimate.base.rows import Interval
from uncounted.rates.contrasts import mover_difference
from uncounted.rates.proportions import wilson_at

SHARES = (1.0, 0.9, 0.75, 0.5, 0.25, 0.1)


@attrs.frozen
class Bounds:
    """The least and the greatest value that the data leave, and an interval around them.

    Attributes:
        low: were every missing outcome such as to make the value least.
        high: were every one such as to make it greatest.
        interval: covers the value, wherever between the bounds it is, as often as the level
            says, if the rows were a random sample; None when all rows of a group came from
            one cluster.
    """

    low: float
    high: float
    interval: Interval | None


def manski_bounds(
    x: int, n: int, unknown: int, level: float = 0.95, *, effect: float | None = 1.0
) -> Bounds:
    """Worst-case bounds of a proportion with missing outcomes (Manski 1989).

    Of n + u rows the proportion is between x / (n + u) and (x + u) / (n + u). The interval is
    that of Imbens and Manski (2004, Econometrica 72:1845, equations 6 and 7), with Wilson's
    limits in place of the normal ones, so that with nothing unknown it is Wilson's. `effect` is
    the design effect of clustering; None for a single cluster, of which there is no interval.
    """
    total = n + unknown
    if total == 0:
        return Bounds(0.0, 1.0, (0.0, 1.0))
    low, high = x / total, (x + unknown) / total
    if effect is None:
        return Bounds(low, high, None)
    counted = total / effect
    spread = max(_error(low, counted), _error(high, counted))
    z = imbens_manski_quantile(high - low, spread, level)
    interval = wilson_at(low * counted, counted, z)[0], wilson_at(high * counted, counted, z)[1]
    return Bounds(low, high, interval)


def manski_difference_bounds(
    first: tuple[int, int, int],
    second: tuple[int, int, int],
    level: float = 0.95,
    *,
    effects: tuple[float | None, float | None] = (1.0, 1.0),
) -> Bounds:
    """Worst-case (Manski) bounds of a difference of proportions: [L1 - U2, U1 - L2].

    Each group is (x, n, unknown), as in `manski_bounds`. The interval joins Wilson's limits as
    Newcombe's hybrid does, at the quantile of Imbens and Manski; with nothing unknown it is
    Newcombe's.
    """
    (x1, known1, unknown1), (x2, known2, unknown2) = first, second
    n1, n2 = float(known1 + unknown1), float(known2 + unknown2)
    if not (n1 and n2):
        return Bounds(-1.0, 1.0, (-1.0, 1.0))
    l1, u1, l2, u2 = x1 / n1, (x1 + unknown1) / n1, x2 / n2, (x2 + unknown2) / n2
    low, high = l1 - u2, u1 - l2
    if effects[0] is None or effects[1] is None:
        return Bounds(low, high, None)
    n1, n2 = n1 / effects[0], n2 / effects[1]
    spread = max(
        math.hypot(_error(l1, n1), _error(u2, n2)), math.hypot(_error(u1, n1), _error(l2, n2))
    )
    z = imbens_manski_quantile(high - low, spread, level)
    lowest = mover_difference((l1, *wilson_at(l1 * n1, n1, z)), (u2, *wilson_at(u2 * n2, n2, z)))[0]
    highest = mover_difference((u1, *wilson_at(u1 * n1, n1, z)), (l2, *wilson_at(l2 * n2, n2, z)))[
        1
    ]
    return Bounds(low, high, (lowest, highest))


def imbens_manski_quantile(width: float, error: float, level: float) -> float:
    """Imbens and Manski's quantile c: Phi(c + width / error) - Phi(-c) = level.

    The two-sided normal quantile when the bounds meet, the one-sided one when they are far
    apart: a value cannot be missed at both ends at once.
    """
    two_sided = z_of(level)
    if width <= 0:
        return two_sided
    one_sided = z_of(2 * level - 1) if level > 0.5 else 0.0
    if error == 0:
        return one_sided
    gap = width / error
    return root(lambda c: float(ndtr(c + gap) - ndtr(-c)) - level, one_sided, two_sided)


@attrs.frozen
class ReportedBounds:
    """Bounds for all attempts, if the reported ones are a `share` of them."""

    share: float
    low: float
    high: float


def worst_case_bounds(low: float, high: float, share: float) -> Interval:
    """Bounds for all attempts when the reported ones are a `share` of them (Manski 1989).

    The rest may all have ended one way or all the other: from R low to R high + 1 - R.
    """
    if not 0 <= share <= 1:
        raise UsedWrongly("a share is between 0 and 1")
    return share * low, share * high + (1 - share)


def sign_identifying_share(bounds: Interval) -> float | None:
    """The least share reported, in both groups, at which the sign of a difference is certain.

    Of all attempts, the difference is at least R low - (1 - R), where low is the least among
    the reported ones (Manski 1989), so R > 1 / (1 + low) settles it. With the bounds, this is
    of the attempts as they happened, chance aside. With the interval around the bounds it
    holds beyond chance, for that lower end is missed no more often at any R. None: not even when
    all are reported.
    """
    low, high = bounds
    nearest = low if low > 0 else -high
    return 1 / (1 + nearest) if nearest > 0 else None


def _error(p: float, n: float) -> float:
    return math.sqrt(p * (1 - p) / n)
