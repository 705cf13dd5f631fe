"""The East Asian lunar calendar by astronomy: an oracle that knows nothing of ours.

New moons after Meeus, "Astronomical Algorithms" (2nd edition), chapter 49, the Sun after
chapter 25 (low accuracy: 0.01 degrees, a quarter of an hour). A month begins on the day of
the new moon; month 11 has the winter solstice; where thirteen months lie between two month 11s,
the first in which the Sun enters no new sign is the leap month (rule of 1645).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from math import floor, radians, sin
from typing import NamedTuple

_UNIX = 2440587.5  # Julian day of 1 January 1970
_CLOCK = 65 / 86400  # dynamical time is about a minute ahead in our lifetimes


class Month(NamedTuple):
    """A month of a lunar year, and the day on which it begins."""

    year: int
    number: int
    leap: bool
    first: date
    length: int


def _degrees(angle: float) -> float:
    return sin(radians(angle))


def new_moon(k: int) -> float:
    """Julian day (universal time) of the new moon number k; number 0 was that of 6 January 2000."""
    t = k / 1236.85
    e = 1 - 0.002516 * t
    sun = 2.5534 + 29.10535670 * k
    moon = 201.5643 + 385.81693528 * k + 0.0107582 * t**2
    f = 160.7108 + 390.67050284 * k - 0.0016118 * t**2
    node = 124.7746 - 1.56375588 * k + 0.0020672 * t**2
    terms = (
        (-0.40720, moon),
        (0.17241 * e, sun),
        (0.01608, 2 * moon),
        (0.01039, 2 * f),
        (0.00739 * e, moon - sun),
        (-0.00514 * e, moon + sun),
        (0.00208 * e * e, 2 * sun),
        (-0.00111, moon - 2 * f),
        (-0.00057, moon + 2 * f),
        (0.00056 * e, 2 * moon + sun),
        (-0.00042, 3 * moon),
        (0.00042 * e, sun + 2 * f),
        (0.00038 * e, sun - 2 * f),
        (-0.00024 * e, 2 * moon - sun),
        (-0.00017, node),
        (0.000325, 299.77 + 0.107408 * k - 0.009173 * t**2),
        (0.000165, 251.88 + 0.016321 * k),
    )
    mean = 2451550.09766 + 29.530588861 * k + 0.00015437 * t**2
    return mean + sum(size * _degrees(angle) for size, angle in terms) - _CLOCK


def sun_longitude(day: float) -> float:
    """The Sun's apparent longitude in degrees at a Julian day (universal time)."""
    t = (day + _CLOCK - 2451545.0) / 36525
    mean = 280.46646 + 36000.76983 * t + 0.0003032 * t**2
    anomaly = 357.52911 + 35999.05029 * t - 0.0001537 * t**2
    centre = (
        (1.914602 - 0.004817 * t) * _degrees(anomaly)
        + (0.019993 - 0.000101 * t) * _degrees(2 * anomaly)
        + 0.000289 * _degrees(3 * anomaly)
    )
    node = 125.04 - 1934.136 * t
    return (mean + centre - 0.00569 - 0.00478 * _degrees(node)) % 360


def months(first: int, last: int, zone: int) -> Iterator[Month]:
    """Give the months of the lunar years `first` to `last`, in a time zone east of Greenwich."""
    k = floor((first - 2001) * 12.3685)
    starts = [
        floor(new_moon(number) - _UNIX + zone / 24)  # days since 1970, local
        for number in range(k, k + floor((last - first + 4) * 12.3685))
    ]
    # The sign in which the Sun stands when the first day of each month begins, at local midnight.
    signs = [floor(sun_longitude(day + _UNIX - zone / 24) / 30) for day in starts]
    winter = [i for i, (one, next_) in enumerate(pairwise(signs)) if one <= 8 and next_ >= 9]
    for begin, end in pairwise(winter):
        year = date.fromordinal(starts[begin] + date(1970, 1, 1).toordinal()).year
        leap = next((i for i in range(begin, end) if signs[i] == signs[i + 1]), None)
        number = 10
        for i in range(begin, end):
            is_leap = end - begin == 13 and i == leap
            number += not is_leap
            month = Month(
                year + (number > 12),
                (number - 1) % 12 + 1,
                is_leap,
                date.fromordinal(starts[i] + date(1970, 1, 1).toordinal()),
                starts[i + 1] - starts[i],
            )
            if first <= month.year <= last:
                yield month
