"""Partial dates in one notation, and the days that they admit.

The profile of EDTF (Library of Congress, 2019; ISO 8601-2) that this project reads:
level 0 dates and intervals, level 1 qualifiers (`?` `~` `%`), unspecified digits (`X`),
seasons (21 to 24) and open ends (`..`), and from level 2 an `X` in place of any
digit. Years run from 1000 to 2999. There is no time of day: a date is never a
timestamp, and "2013" never becomes 1 January.

Bounds are ours. `~` and `%` ("about") widen by one unit of what is stated: a year by
a year, a month by a month, a day by a week. `?` says that the source doubts it, which
no bound can express, and widens nothing.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache

from uncounted.errors import BadInput

FIRST_YEAR, LAST_YEAR = 1000, 2999
_WEEK = timedelta(days=7)
_DATE = re.compile(r"([0-9X]{4})(?:-([0-9X]{2})(?:-([0-9X]{2}))?)?([?~%]?)", re.ASCII)
# Months of a season; "winter 2013" is said of its beginning and of its end.
_SEASONS = {"21": (3, 5), "22": (6, 8), "23": (9, 11), "24": (1, 14)}

Bounds = tuple[date | None, date | None]


@lru_cache(maxsize=65_536)
def bounds(text: str) -> Bounds:
    """Give the first and the last day that an EDTF string admits; None is an open end.

    Examples:
        >>> bounds("2013-05"), bounds("../2012")[1]
        ((datetime.date(2013, 5, 1), datetime.date(2013, 5, 31)), datetime.date(2012, 12, 31))
    """
    if "/" not in text:
        return _date_bounds(text)
    start, _, end = text.partition("/")
    if start in ("", "..") and end in ("", ".."):
        raise BadInput(
            "an interval with no beginning and no end says nothing", hint="leave the cell empty"
        )
    earliest = None if start in ("", "..") else _date_bounds(start)[0]
    latest = None if end in ("", "..") else _date_bounds(end)[1]
    if earliest and latest and latest < earliest:
        raise BadInput(
            "the interval ends before it begins",
            hint="write the earlier date first, and the year of both",
        )
    return earliest, latest


def is_edtf(text: str) -> bool:
    """Tell whether a text has the form of the profile, whether or not the day exists."""
    halves = text.split("/")
    if len(halves) == 2:
        return all(end in ("", "..") or _DATE.fullmatch(end) for end in halves) and any(
            end not in ("", "..") for end in halves
        )
    return len(halves) == 1 and bool(_DATE.fullmatch(text))


def _date_bounds(text: str) -> Bounds:
    found = _DATE.fullmatch(text)
    if not found:
        raise BadInput("not a date", hint='write it as "2013", "2013-05", "2013-05-07" or "201X"')
    year, month, day, qualifier = found.groups()
    if year == "XXXX":
        if month is None:
            raise BadInput("a date with no digit says nothing", hint="leave the cell empty")
        _check_month(month, day)
        _first_day(year, month, day, descending=False)
        return None, None
    if month in _SEASONS:
        if day is not None:
            raise BadInput("a season has no days", hint="write the month instead of the season")
        earliest, latest = _season(year, month)
    else:
        _check_month(month, day)
        earliest = _first_day(year, month, day, descending=False)
        latest = _first_day(year, month, day, descending=True)
    if qualifier in ("~", "%"):
        return _widened(earliest, latest, month, day)
    return earliest, latest


def _check_month(month: str | None, day: str | None) -> None:
    """Say which part is impossible, before every year is tried."""
    if month is not None and not _matching(month, 1, 12):
        raise BadInput("no such month", hint="months run from 01 to 12")
    if day is not None and not _matching(day, 1, 31):
        raise BadInput("no such day", hint="days run from 01 to 31")


@lru_cache(maxsize=4_096)
def _matching(pattern: str, low: int, high: int) -> tuple[int, ...]:
    """Numbers from low to high that a pattern of digits and X can stand for."""
    if "X" not in pattern:
        return (int(pattern),) if low <= int(pattern) <= high else ()
    digits = re.compile(pattern.replace("X", "[0-9]"))
    return tuple(n for n in range(low, high + 1) if digits.fullmatch(f"{n:0{len(pattern)}d}"))


def _first_day(year: str, month: str | None, day: str | None, *, descending: bool) -> date:
    years = _matching(year, FIRST_YEAR, LAST_YEAR)
    if not years:
        raise BadInput(f"years run from {FIRST_YEAR} to {LAST_YEAR}", hint="write all four digits")
    turn = -1 if descending else 1
    for y in years[::turn]:
        for m in _matching(month or "XX", 1, 12)[::turn]:
            for d in _matching(day or "XX", 1, monthrange(y, m)[1])[::turn]:
                return date(y, m, d)
    raise BadInput("no such day in that month", hint="check the day against the month")


def _season(year: str, season: str) -> tuple[date, date]:
    first, last = _SEASONS[season]
    years = _matching(year, FIRST_YEAR, LAST_YEAR)
    if not years:
        raise BadInput(f"years run from {FIRST_YEAR} to {LAST_YEAR}", hint="write all four digits")
    end_year, end_month = years[-1] + (last - 1) // 12, (last - 1) % 12 + 1
    return (
        date(years[0], first, 1),
        date(end_year, end_month, monthrange(end_year, end_month)[1]),
    )


def _widened(earliest: date, latest: date, month: str | None, day: str | None) -> Bounds:
    if day is not None and day != "XX":
        return earliest - _WEEK, latest + _WEEK
    if month is not None and month != "XX":
        before = _month_start(earliest, -3 if month in _SEASONS else -1)
        after = _month_start(latest, 4 if month in _SEASONS else 2) - timedelta(days=1)
        return before, after
    return date(earliest.year - 1, 1, 1), date(latest.year + 1, 12, 31)


def _month_start(day: date, shift: int) -> date:
    months = day.year * 12 + day.month - 1 + shift
    return date(months // 12, months % 12 + 1, 1)
