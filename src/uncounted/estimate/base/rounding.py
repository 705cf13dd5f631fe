"""Rounding of estimates to the precision of their intervals: one rule for every output."""

from __future__ import annotations

import math
from collections.abc import Iterable

import attrs

from uncounted.estimate.base.result import Estimate
from uncounted.estimate.base.rows import MethodXiRow
from uncounted.estimate.base.xi import with_xi

STEPS_IN_INTERVAL = 20
STEPS_BELOW = 5  # in what is below the point, or below the lower limit


@attrs.frozen
class Rounded:
    """An estimate as it is shown."""

    point: int
    low: int | None
    high: int | None
    step: int

    @property
    def about(self) -> str:
        """`about 1,500`."""
        return f"about {self.point:,}"

    @property
    def between(self) -> str:
        """`between 1,300 and 1,800`, for sentences."""
        if self.low is None:
            return "with no interval"
        if self.high is None:
            return f"{self.low:,} or more, with no upper limit"
        return f"between {self.low:,} and {self.high:,}"

    @property
    def span(self) -> str:
        """`1,300–1,800`, for tables."""
        if self.low is None:
            return "no interval"
        return f"{self.low:,} or more" if self.high is None else f"{self.low:,}–{self.high:,}"

    @property
    def with_interval(self) -> str:
        """`1,500 (1,300–1,800)`."""
        return f"{self.point:,}" if self.low is None else f"{self.point:,} ({self.span})"

    def including(self, other: Rounded) -> Rounded:
        """The same, no narrower than `other`, which may be rounded by another step."""
        if self.low is None or other.low is None:
            return self
        high = None if None in (self.high, other.high) else max(self.high or 0, other.high or 0)
        return attrs.evolve(self, low=min(self.low, other.low), high=high)


def step_for(width: float, steps: float = STEPS_IN_INTERVAL) -> int:
    """The largest of 1, 2, 5, 10, 20, 50, ... that goes `steps` times into `width`; at least 1."""
    finest = width / steps
    if not 1 <= finest < math.inf:
        return 1
    power = 10 ** math.floor(math.log10(finest))
    if power > finest:  # the logarithm of a number just below a power of ten is rounded up
        power //= 10
    return int(power * max(digit for digit in (1, 2, 5) if digit * power <= finest))


def round_to_interval(
    point: float,
    interval: tuple[float, float] | None,
    observed: int = 0,
    *,
    step: int | None = None,
    least: int | None = None,
    bound: bool = False,
) -> Rounded:
    """Round a point to a twentieth of its interval's width, and the limits outward.

    The one rule of the terminal, the report, the sentences and the pictures. Steps are 1, 2 or
    5 times a power of ten.

    1. The step of the upper limit goes 20 times into the interval's width (without an upper
       limit: into the distance from the people documented to the point).
    2. The step of the point is the same, or finer where that does not go five times into the
       distance from the lower limit to the point; the lower limit's likewise, by its distance
       from the people documented.
    3. The point is rounded to the nearest step, the lower limit down and the upper limit up,
       so that rounding never makes an interval narrower. Nothing is below the documented.

    Parameters
    ----------
    point : float
        The estimate, in people.
    interval : tuple[float, float] or None
        Its limits; the upper one may be infinite.
    observed : int, default 0
        People documented.
    step : int, optional
        One step for all three in place of 1 and 2, as where a release hides counts.
    least : int, optional
        The fewest people documented, where record linkage leaves that open: the lower limit
        is not below it. Default: `observed`.
    bound : bool, default False
        The point is a lower bound: it is rounded down.

    Returns
    -------
    Rounded
        Point, limits and the step of the point.

    Examples
    --------
    >>> round_to_interval(12595, (9827, 16544), 4400)
    Rounded(point=12600, low=9800, high=16600, step=200)
    >>> round_to_interval(44, (19, 440), 19)
    Rounded(point=45, low=19, high=440, step=5)
    >>> round_to_interval(3232, (331, math.inf), 232).with_interval
    '3,200 (330 or more)'
    >>> round_to_interval(1512.3, (1323.0, 1790.0), 843, step=100)
    Rounded(point=1500, low=1300, high=1800, step=100)
    """
    floor = observed if least is None else min(observed, least)
    point = max(point, observed)
    if interval is None:
        step = step or step_for(point - observed)
        return Rounded(max(_nearest(point, step), observed), None, None, step)
    low, high = max(interval[0], floor), interval[1]
    wide = point - observed if math.isinf(high) else high - low
    high_step = step or step_for(wide)
    point_step = step or min(high_step, step_for(point - low, STEPS_BELOW))
    low_step = step or min(point_step, step_for(low - floor, STEPS_BELOW))
    down = math.floor(point / point_step) * point_step
    return Rounded(
        max(down if bound else _nearest(point, point_step), observed),
        max(math.floor(low / low_step) * low_step, floor),
        None if math.isinf(high) else math.ceil(max(high, point) / high_step) * high_step,
        point_step,
    )


def _nearest(value: float, step: int) -> int:
    return math.floor(value / step + 0.5) * step


def round_estimate(
    estimate: Estimate, observed: int, *, least: int | None = None
) -> Rounded | None:
    """An estimate as it is shown; None for a refusal."""
    if estimate.point is None:
        return None
    return round_to_interval(
        estimate.point, estimate.interval, observed, least=least, bound=estimate.bound
    )


def round_undocumented(estimate: Estimate, observed: int, *, least: int | None = None) -> Rounded:
    """The number of people on no list, to the step of the total; for an estimate with a point."""
    total = round_to_interval(estimate.number(), estimate.interval, observed, least=least)
    point = max(estimate.number() - observed, 0.0)
    if estimate.interval is None:
        return round_to_interval(point, None, step=total.step)
    low, high = (max(limit - observed, 0.0) for limit in estimate.interval)
    return round_to_interval(point, (low, high), step=total.step)


def describe(estimate: Estimate, observed: int) -> str:
    """The estimate in a few words, or why there is none.

    Parameters
    ----------
    estimate : Estimate
        Or a refusal.
    observed : int
        People on at least one list.

    Returns
    -------
    str
        The words.

    Examples
    --------
    >>> from uncounted.captures import CaptureTable
    >>> from uncounted.estimate.simple.independence import independence
    >>> table = CaptureTable.of("AB", {"10": 40, "01": 20, "11": 10})
    >>> describe(independence(table), table.observed)
    '150 (100–255)'
    """
    rounded = round_estimate(estimate, observed)
    if rounded is None:
        return f"no estimate: {estimate.reason}"
    if estimate.bound:
        return f"at least {rounded.point:,} (95% interval of the bound {rounded.span})"
    return rounded.with_interval


def rounded_at_xi(
    estimate: Estimate,
    observed: int,
    xi: float,
    rows: Iterable[MethodXiRow] = (),
    least: int | None = None,
) -> Rounded:
    """The total at one xi: from the row of the method where there is one."""
    for row in rows:
        if row.method == estimate.method and row.xi == xi and row.point is not None:
            return round_to_interval(
                row.point, row.interval, observed, least=least, bound=estimate.bound
            )
    moved = with_xi(estimate, observed, xi)
    return round_to_interval(moved.number(), moved.interval, observed, least=least)
