"""Rounding of estimates to the precision of their intervals."""

from __future__ import annotations

import math
from collections.abc import Iterable

import attrs

from uncounted.estimate.base.result import Estimate
from uncounted.estimate.base.rows import MethodXiRow
from uncounted.estimate.base.xi import with_xi


@attrs.frozen
class Rounded:
    """A number and its interval, rounded; `high` None: the data set no upper end.

    Attributes:
        point: rounded to `unit`.
        low: rounded by its own distance from the point and from the documented.
        high: rounded by the width of the interval.
        unit: the power of ten that the point is rounded to.
    """

    point: int
    low: int
    high: int | None
    unit: int


def round_to_interval(point: float, low: float, high: float, observed: int = 0) -> Rounded:
    """Round to a power of ten of which the interval spans 4 to 40, and finer where that hides.

    The one rule for the terminal, the sentences and the pictures.

    1. Nothing is below what is documented: what comes in below it is lifted to it.
    2. The upper end is rounded to the power of ten of which the interval spans 4 to 40
       (where there is no upper end, of which the distance from lower end to point does).
    3. The point is rounded to the same, or to a smaller power of ten where it would move by
       more than a quarter of its distance to the lower end, and so of those not documented.
    4. The lower end likewise, by its distance to the point and to the documented, whichever
       is less: 331 between 232 documented and 3,232 is "330", not "232" and not "0".

    Below ten everything is rounded to whole people. What is rounded once does not move
    when it is rounded again: an interval that spans up to 41 of a power of ten to which its
    upper end is rounded already stays so, and the others are judged by a sixth, which leaves
    room for a second step.

    Parameters
    ----------
    point : float
        The estimate.
    low : float
        Of its interval, at most the point.
    high : float
        Of its interval, at least the point; may be infinite.
    observed : int, default 0
        People documented.

    Returns
    -------
    Rounded
        Point, lower and upper end, and the unit of the point.

    Examples
    --------
    >>> round_to_interval(10357, 6947, 18010)
    Rounded(point=10000, low=7000, high=18000, unit=1000)
    >>> round_to_interval(44, 19, 440, observed=19)
    Rounded(point=40, low=19, high=400, unit=10)
    >>> round_to_interval(3232, 331, 13688, observed=232)
    Rounded(point=3000, low=330, high=14000, unit=1000)
    >>> round_to_interval(1295.1, 1142.0, 1539.0, observed=889)  # 397 wide, then 400
    Rounded(point=1300, low=1140, high=1540, unit=10)
    """
    last: Rounded | None = None
    now = _once(point, low, high, observed)
    while now != last:
        last, again = now, math.inf if now.high is None else now.high
        now = _once(now.point, now.low, again, observed)
    return now


def _once(point: float, low: float, high: float, observed: int) -> Rounded:
    point, low, high = (max(each, observed) for each in (point, low, high))
    width = (high if math.isfinite(high) else point) - low
    unit = _power_of_ten(width / 4)
    finer = unit // 10
    # what was rounded to the finer unit may have grown a little wider by that: it stays
    if finer and math.isfinite(high) and width <= 41 * finer and high % finer == 0:
        unit = finer
    own = _fitting(point, point - low, unit)
    return Rounded(
        _near(point, own),
        _near(low, _fitting(low, min(point - low, low - observed), unit)),
        _near(high, unit) if math.isfinite(high) else None,
        own,
    )


def _fitting(value: float, room: float, unit: int) -> int:
    """The largest power of ten, up to `unit`, that moves a value by little of the room it has."""
    while unit > 1 and (abs(_near(value, unit) - value) > room / 6 or unit > room / 2):
        unit //= 10
    return unit


def _power_of_ten(most: float) -> int:
    return int(10 ** (len(str(int(most))) - 1)) if most >= 1 else 1


def _near(value: float, unit: int) -> int:
    return math.floor(value / unit + 0.5) * unit


def about(point: float | None, interval: tuple[float, float] | None, observed: int) -> str:
    """A number of people in as few digits as it is known to, without its interval.

    Examples:
        >>> about(241, (232, 2806), 232), about(None, None, 232)
        ('about 241', 'no number')
    """
    if point is None:
        return "no number"
    low, high = interval or (point, point)
    return f"about {round_to_interval(point, low, high, observed).point:,}"


def range_of(points: Iterable[int]) -> str:
    """From the least to the greatest of rounded numbers; one number where they are equal.

    Examples:
        >>> range_of([240, 200]), range_of([300, 300])
        ('about 200 to 240', 'about 300')
    """
    ordered = sorted(points)
    low, high = f"{ordered[0]:,}", f"{ordered[-1]:,}"
    return f"about {low}" if low == high else f"about {low} to {high}"


def in_words(estimate: Estimate, observed: int) -> str:
    """The estimate in half a sentence, or why there is none.

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
    >>> in_words(independence(table), table.observed)
    'about 150, between 100 and 250'
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


def what_would_change(
    estimate: Estimate,
    observed: int,
    rows: Iterable[MethodXiRow] = (),
    least: int | None = None,
) -> str:
    """A sentence on how the number moves if its assumption is wrong by a factor of two.

    Parameters
    ----------
    estimate : Estimate
        With the point and the interval.
    observed : int
        People on at least one list.
    rows : Iterable[MethodXiRow], default ()
        The xi table of all methods, where the number is an average over tables: each of these
        has another number of people on no list.
    least : int | None
        Below how many people no number is rounded; None: those observed.

    Returns
    -------
    str
        The words.

    Examples
    --------
    >>> from uncounted.captures import CaptureTable
    >>> from uncounted.estimate.simple.chao import chao
    >>> table = CaptureTable.of("AB", {"10": 40, "01": 20, "11": 10})
    >>> what_would_change(chao(table), 70).split(", ")[-1]
    'about 110. The lists cannot tell which.'
    """
    if estimate.point is None or estimate.interval is None:
        return ""
    least = observed if least is None else least
    made = {row.xi: row for row in rows if row.method == estimate.method}

    def near(xi: float) -> str:
        if (row := made.get(xi)) is not None:
            return about(row.point, row.interval, least)
        moved = with_xi(estimate, observed, xi)
        return about(moved.point, moved.interval, least)

    return (
        "If people on no list are twice as many, beside those recorded, as the assumption says, "
        f"there are {near(0.5)}; if half as many, {near(2.0)}. The lists cannot "
        "tell which."
    )
