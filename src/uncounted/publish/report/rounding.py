"""Numbers as a reader should meet them: no finer than what is known.

A point is printed in steps of about an eighth of its interval's width, and the
interval is rounded outward, so that rounding never makes an interval narrower.
The coarse steps also keep a table from being searched for from its estimates.
"""

from __future__ import annotations

import math

import attrs

from uncounted.estimate.base.result import Estimate

STEPS_IN_INTERVAL = 8
STEPS_WHERE_HIDDEN = 2  # of a table with hidden counts


def step_for(width: float, steps: int = STEPS_IN_INTERVAL) -> int:
    """The largest of 1, 5, 10, 50, 100, ... that goes `steps` times into `width`; at least 5.

    Examples:
        >>> step_for(500), step_for(11_000), step_for(3)
        (50, 1000, 5)
    """
    finest = width / steps
    if finest < 5:
        return 5
    power = 10 ** math.floor(math.log10(finest))
    return int(5 * power if finest >= 5 * power else power)


def whole(value: float) -> str:
    """A whole number with its thousands apart.

    Examples:
        >>> whole(12600.0)
        '12,600'
    """
    return f"{round(value):,}"


def percent(share: float) -> str:
    """A share as whole per cent, never 0 or 100 for what is neither.

    Examples:
        >>> percent(0.4444), percent(0.001)
        ('44%', 'under 1%')
    """
    if 0 < share < 0.01:
        return "under 1%"
    if 0.99 < share < 1:
        return "over 99%"
    return f"{share:.0%}"


def spelled(number: int) -> str:
    """Small numbers in words, as at the head of a sentence.

    Examples:
        >>> spelled(4), spelled(13)
        ('Four', '13')
    """
    words = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten"]
    return words[number] if number < len(words) else str(number)


@attrs.frozen
class PublishedEstimate:
    """An estimate as it is published.

    Attributes:
        point: to the nearest `step`.
        low: rounded down, never below the people who are documented (by the fewest of the draws
            of who is who, if there are such).
        high: rounded up; None where the data set no upper end.
        step: of the rounding.
    """

    point: int
    low: int | None
    high: int | None
    step: int

    @property
    def about(self) -> str:
        """`about 1,500`."""
        return f"about {whole(self.point)}"

    @property
    def between(self) -> str:
        """`between 1,300 and 1,800`, or the honest words where an end is missing."""
        if self.low is None:
            return "with no interval"
        if self.high is None:
            return f"{whole(self.low)} or more, with no upper end"
        return f"between {whole(self.low)} and {whole(self.high)}"

    @property
    def span(self) -> str:
        """`1,300 to 1,800`, for tables."""
        if self.low is None:
            return "no interval"
        if self.high is None:
            return f"{whole(self.low)} and more"
        return f"{whole(self.low)} to {whole(self.high)}"


def rounded(
    point: float,
    interval: tuple[float, float] | None,
    observed: int,
    step: int | None = None,
    *,
    steps: int = STEPS_IN_INTERVAL,
    least: int | None = None,
) -> PublishedEstimate:
    """Round an estimate to the precision of its interval, or to a given step.

    `observed` holds the point up: more people than that are documented. The lower end is held up
    by `least`, if that is fewer: who is who may be open, and how many are documented with it.

    Examples:
        >>> rounded(1512.3, (1323.0, 1790.0), 843)
        PublishedEstimate(point=1500, low=1300, high=1800, step=50)
        >>> rounded(1512.3, (1323.0, 1790.0), 843, steps=2)
        PublishedEstimate(point=1500, low=1300, high=1800, step=100)
        >>> rounded(900.0, None, 843).about
        'about 900'
    """
    if interval is None or not math.isfinite(interval[1]):
        step = step or max(5, step_for(point - observed, steps))
    else:
        step = step or step_for(interval[1] - interval[0], steps)
    low = high = None
    if interval is not None:
        fewest = observed if least is None else min(observed, least)
        low = max(math.floor(interval[0] / step) * step, fewest)
        if math.isfinite(interval[1]):
            high = math.ceil(interval[1] / step) * step
    return PublishedEstimate(max(round(point / step) * step, observed), low, high, step)


def rounded_estimate(
    estimate: Estimate, observed: int, steps: int = STEPS_IN_INTERVAL, least: int | None = None
) -> PublishedEstimate | None:
    """The same for an `Estimate`; None for a refusal."""
    if estimate.point is None:
        return None
    return rounded(estimate.point, estimate.interval, observed, steps=steps, least=least)
