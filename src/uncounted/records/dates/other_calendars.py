"""Hijri and Ethiopian dates, converted to the days that they can be.

Hijri months are those of the Umm al-Qura calendar of Saudi Arabia (`hijridate`); where the crescent
has to be seen, a month may begin a day earlier or up to two days later. Ethiopian dates are exact:
twelve months of 30 days, a thirteenth of 5 or 6, and a leap year every fourth.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache, lru_cache

from uncounted.errors import BadInput
from uncounted.records.data_files import table_rows

_FIRST_HIJRI_YEAR, _LAST_HIJRI_YEAR = 1343, 1500
_GREGORIAN_YEARS = 1900  # a year from here on beside a Hijri month is Gregorian
_EARLIER, _LATER = timedelta(days=1), timedelta(days=2)
_FIRST_ETHIOPIAN_YEAR, _LAST_ETHIOPIAN_YEAR = 1800, 2200
_ETHIOPIAN_EPOCH = date(8, 8, 27)  # 1 Meskerem 1, in the Gregorian calendar
_SEPARATOR = r"\s*[-./\u060c,\s]\s*"
_DAY_FIRST = re.compile(rf"(?:(\d{{1,2}}){_SEPARATOR})?(\d{{1,2}}){_SEPARATOR}(\d{{4}})", re.ASCII)
_YEAR_FIRST = re.compile(
    rf"(\d{{4}})(?:{_SEPARATOR}(\d{{1,2}})(?:{_SEPARATOR}(\d{{1,2}}))?)?", re.ASCII
)
_FILLER = re.compile(r"(?<!\w)(?:of|the|month of|شهر|من|في|عام|سنة|ቀን)(?!\w)|[,،]")
_BESIDE_MONTH = re.compile(
    r"(?:(\d{1,2})(?:st|nd|rd|th)?\.?\s+)?(\d{4})|(\d{4})\s+(\d{1,2})(?:st|nd|rd|th)?", re.ASCII
)
_HIJRI_MARK = re.compile(
    r"\(?(?:هـ|هجري[هة]?|(?<=\d) ?ه(?!\w)|\ba\. ?h\b\.?|\bah\b|(?<=\d) ?h\b|\bhijri(?:yah)?\b)"
    r"\.?\)?"
)
_SOLAR_HIJRI = re.compile(r"هـ? ?\. ?ش|شمس[يی]|\bsolar hijri\b|\bjalali\b|\bshamsi\b")
_ETHIOPIAN_MARK = re.compile(
    r"\(?(?:ዓ ?[./]? ?ም|ዓመተ ምህረት|\be\. ?c\b\.?|(?<=\d) ?ec\b|\bethiopian(?: calendar)?\b)\.?\)?"
)
_EITHER = "either"  # in the table of months: Gregorian in Eritrea, Ethiopian in Ethiopia


@cache
def _months(calendar: str) -> tuple[tuple[re.Pattern[str], int, bool], ...]:
    """Names of months as they are written, their numbers, and whether they need a mark."""
    rows = [
        row for row in table_rows(__package__, "month_names.csv") if row["calendar"] == calendar
    ]
    return tuple(
        (re.compile(rf"(?<!\w)(?:{row['names']})(?!\w)"), int(row["month"]), row["of"] == _EITHER)
        for row in sorted(rows, key=lambda row: -len(row["names"]))
    )


def converted(text: str, note: Callable[[str], None]) -> str | None:
    """A Hijri or Ethiopian date as EDTF; None: the text is not marked as one.

    The text is casefolded, with digits of ASCII; a month's name or the mark of the calendar says
    that it is such a date.

    Examples:
        >>> converted("15 ramadan 1433", print), converted("1/1/2000 e.c.", print)
        a Hijri date, converted to the days that it can be
        an Ethiopian date, converted
        ('2012-08-02?/2012-08-05?', '2007-09-12')
    """
    if text.isascii() and not re.search(r"[a-z]", text):
        return None
    if _SOLAR_HIJRI.search(text):
        raise BadInput(
            "a date of the Solar Hijri calendar", hint="convert it and write it as 1991-03-21"
        )
    if (parts := _parts(text, _HIJRI_MARK, "hijri")) is not None:
        days = _hijri(*parts)
        note("a Hijri date, converted to the days that it can be")
        return f"{days[0]}?/{days[1]}?"
    if (parts := _parts(text, _ETHIOPIAN_MARK, "ethiopian")) is not None:
        first, last = _ethiopian(*parts)
        note("an Ethiopian date, converted")
        return first.isoformat() if first == last else f"{first}/{last}"
    return None


type _Parts = tuple[int, int | None, int | None]


def _parts(text: str, mark: re.Pattern[str], calendar: str) -> _Parts | None:
    """Year, month and day of a date that is marked, or names a month of this calendar."""
    bare = mark.sub(" ", text)
    marked = bare != text
    for name, month, needs_mark in _months(calendar):
        if found := name.search(bare):
            beside = _FILLER.sub(" ", f"{bare[: found.start()]} {bare[found.end() :]}")
            numbers = _BESIDE_MONTH.fullmatch(beside.strip(" ,."))
            if numbers is None:
                return None
            if needs_mark and not marked:
                raise BadInput(
                    "a month that may be of the Ethiopian or of the Gregorian calendar",
                    hint="write E.C. after an Ethiopian date, and others in digits",
                )
            day, year = numbers[1] or numbers[4], numbers[2] or numbers[3]
            return int(year), month, int(day) if day else None
    return _in_digits(bare.strip(" ,.")) if marked else None


def _in_digits(text: str) -> _Parts | None:
    if found := _YEAR_FIRST.fullmatch(text):
        year, month, day = found.groups()
    elif found := _DAY_FIRST.fullmatch(text):
        day, month, year = found.groups()
    else:
        return None
    return int(year), int(month) if month else None, int(day) if day else None


def _hijri(year: int, month: int | None, day: int | None) -> tuple[date, date]:
    """The days of a Hijri date; with a Gregorian year, of that month in this year."""
    if year >= _GREGORIAN_YEARS and month is not None:
        found = [
            days
            for hijri in range(_FIRST_HIJRI_YEAR, _LAST_HIJRI_YEAR + 1)
            for days in [_of_hijri_year(hijri, month, day)]
            if days[0].year <= year <= days[1].year
        ]
        if found:
            return found[0][0], found[-1][1]
    if not _FIRST_HIJRI_YEAR <= year <= _LAST_HIJRI_YEAR:
        raise BadInput(
            f"Hijri years run from {_FIRST_HIJRI_YEAR} to {_LAST_HIJRI_YEAR}",
            hint="convert other dates and write them as 1912-03-21",
        )
    return _of_hijri_year(year, month, day)


@lru_cache(maxsize=4_096)
def _of_hijri_year(year: int, month: int | None, day: int | None) -> tuple[date, date]:
    from hijridate import Hijri

    if (month is not None and not 1 <= month <= 12) or (day is not None and not 1 <= day <= 30):
        raise BadInput(
            "the Hijri calendar has no such month or day",
            hint="months run from 1 to 12, days from 1 to 30",
        )
    start = Hijri(year, month or 1, 1).to_gregorian()
    first = date(start.year, start.month, start.day)
    if day is not None:
        first += timedelta(days=day - 1)
        return first - _EARLIER, first + _LATER
    last = Hijri(year, month or 12, 1)
    end = last.to_gregorian()
    days = timedelta(days=last.month_length() - 1)
    return first - _EARLIER, date(end.year, end.month, end.day) + days + _LATER


def _ethiopian(year: int, month: int | None, day: int | None) -> tuple[date, date]:
    if not _FIRST_ETHIOPIAN_YEAR <= year <= _LAST_ETHIOPIAN_YEAR:
        raise BadInput(
            f"Ethiopian years run from {_FIRST_ETHIOPIAN_YEAR} to {_LAST_ETHIOPIAN_YEAR}",
            hint="convert other dates and write them as 1912-03-21",
        )
    length = 30 if month != 13 else 5 + (year % 4 == 3)
    if (month is not None and not 1 <= month <= 13) or not 1 <= (day or 1) <= length:
        raise BadInput(
            "the Ethiopian calendar has no such month or day",
            hint="months run from 1 to 13; the last has 5 or 6 days, others have 30",
        )
    days = 365 * (year - 1) + year // 4 + 30 * ((month or 1) - 1) + (day or 1) - 1
    first = _ETHIOPIAN_EPOCH + timedelta(days=days)
    if day is None:
        whole = length if month else 365 + (year % 4 == 3)
        return first, first + timedelta(days=whole - 1)
    return first, first
