"""Numbers as a newspaper may print them: to the precision of their doubt, and no finer."""

from __future__ import annotations

import math

import attrs

from uncounted.estimate.result import Estimate
from uncounted.estimate.sensitivity import with_xi


@attrs.frozen
class Rounded:
    """A number and its interval, rounded alike; `high` None: the data set no upper end."""

    point: int
    low: int
    high: int | None
    unit: int


def round_to_interval(point: float, low: float, high: float, observed: int = 0) -> Rounded:
    """Round to a power of ten of which the interval spans 4 to 40.

    Nothing goes below what was observed. Where a long upper end would swallow the point (it
    would move by more than a quarter of those not observed), point and lower end are
    rounded by the lower half of the interval: 44 people between 19 and 440 are "about 40".

    Examples:
        >>> round_to_interval(10357, 6947, 18010)
        Rounded(point=10000, low=7000, high=18000, unit=1000)
        >>> round_to_interval(44, 19, 440, observed=19)
        Rounded(point=40, low=20, high=400, unit=10)
    """
    coarse = _to_unit(point, low, high, observed, (high if math.isfinite(high) else point) - low)
    if abs(coarse.point - point) <= (point - observed) / 4:
        return coarse
    fine = _to_unit(point, low, high, observed, 2 * (point - low))
    return attrs.evolve(fine, high=coarse.high)


def _to_unit(point: float, low: float, high: float, observed: int, width: float) -> Rounded:
    unit = 10 ** max(0, math.floor(math.log10(width / 4))) if width >= 4 else 1

    def near(x: float) -> int:
        return math.floor(x / unit + 0.5) * unit

    return Rounded(
        max(near(point), observed),
        max(near(low), observed),
        max(near(high), observed) if math.isfinite(high) else None,
        unit,
    )


def in_words(estimate: Estimate, observed: int) -> str:
    """The estimate in half a sentence, or why there is none.

    Examples:
        >>> from uncounted.captures import CaptureTable
        >>> from uncounted.estimate.chao import chao
        >>> table = CaptureTable.of("AB", {"10": 40, "01": 20, "11": 10})
        >>> in_words(chao(table), table.observed)
        'at least about 160 (the bound itself lies between 110 and 270)'
    """
    if estimate.point is None or estimate.interval is None:
        return f"no number: {estimate.reason}"
    r = round_to_interval(estimate.point, *estimate.interval, observed)
    if estimate.point_kind == "lower bound":
        if r.high is None:
            return f"at least about {r.low:,}"
        return (
            f"at least about {r.point:,} (the bound itself lies between {r.low:,} and {r.high:,})"
        )
    if r.high is None:
        return f"about {r.point:,}, at least {r.low:,}; the lists set no upper limit"
    return f"about {r.point:,}, between {r.low:,} and {r.high:,}"


def what_would_change(estimate: Estimate, observed: int) -> str:
    """A sentence on how the number moves if its assumption is wrong by a factor of two."""
    if estimate.point is None or estimate.interval is None:
        return ""
    more, fewer = (with_xi(estimate, observed, xi) for xi in (0.5, 2.0))
    unit = round_to_interval(estimate.point, *estimate.interval, observed).unit

    def near(each: Estimate) -> str:
        return f"{max(math.floor((each.point or 0) / unit + 0.5) * unit, observed):,}"

    return (
        "If people on no list are twice as many, beside those recorded, as the assumption says, "
        f"there are about {near(more)}; if half as many, about {near(fewer)}. The lists cannot "
        "tell which."
    )
