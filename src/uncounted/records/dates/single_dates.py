"""One date, in any order of its parts: "7 May 2013", "2013년 5월 7일", "07/05/2013", "20130507"."""

from __future__ import annotations

import re
from collections.abc import Callable

from uncounted.errors import BadInput
from uncounted.records.dates import edtf
from uncounted.records.dates.calendars import western_year

HINT = 'write it as "2013", "2013-05", "2013-05-07" or "201X"'


def sought(text: str) -> re.Pattern[str]:
    """What is looked for in a date; digits are those of ASCII."""
    return re.compile(text, re.ASCII)


_MONTH_NAMES = (
    *("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july"),
    *("aug august", "sep sept september", "oct october", "nov november", "dec december"),
)
_MONTHS = {
    name: f"{number:02d}"
    for number, names in enumerate(_MONTH_NAMES, start=1)
    for name in names.split()
}
MONTH = "(" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?"
_ORDINAL = r"(\d{1,2})(?:st|nd|rd|th)?"
_YEAR_FIRST = sought(
    r"(\d{4})\s*(?:[-./]|년도?|年|,|\s)\s*(\d{1,2})\s*(?:[-./]|월|月|,|\s|$)"
    r"(?:\s*(\d{1,2})\s*(?:일|日|号|號|\.)?)?"
)
_MIXED = sought(  # 2008-03/04, 2008.3,4, 2008년 3-4, 2008 3,4, 2008, 3-4
    r"(\d{4})(?:\s*([-./])|(?:\s*(?:년도?|年)|\s)(?!\s*\d+\s*\.)|\s*,(?!\s*\d+\s*[.,]))"
    r"\s*(\d{1,2})\s*(?!\2)([-./,])\s*(\d{1,2})\.?"
)
_PADDED = sought(r"0\d\d\d|\d\d0\d")
_YEAR_ONLY = sought(r"(\d{4})\s*(?:년도?|年|\.)?")
_DECADE = sought(r"(?:the )?(\d{3})0(?:'?s|\s*년대|\s*年代)")
_COMPACT = sought(r"(\d{4})(\d\d)(\d\d)")
# 201303 is March 2013, but 200803 may be 3 August 2020.
_COMPACT_MONTH = sought(r"((?:19|20)(?:1[3-9]|[2-9]\d))(0[1-9]|1[0-2])")
_YEAR_LAST = sought(r"(\d{1,2})\s*([-./])\s*(\d{1,2})\s*\2\s*(\d{4})\.?")
_MONTH_YEAR = sought(r"(\d{1,2})\s*(?:[-./]|[월月]\s)\s*(\d{4})\s*[년年]?")
_ENGLISH = (
    (sought(rf"{_ORDINAL}[\s/-]*(?:of )?{MONTH}[\s,/-]*(\d{{4}})"), (3, 2, 1)),
    (sought(rf"{MONTH}[\s/-]*{_ORDINAL}(?:\s*[,/]\s*|\s+|-)(\d{{4}})"), (3, 1, 2)),
    (sought(rf"{MONTH}[\s,/-]*(?:of )?(\d{{4}})"), (2, 1)),
    (sought(rf"(\d{{4}})[\s,/-]*{MONTH}(?:[\s/-]*{_ORDINAL})?"), (1, 2, 3)),
)
_SHORT_YEAR = sought(
    r"['’]?\d{1,2}\s*[-./년年]\s*\d{1,2}(?:\s*[-./월月]\s*\d{1,2}\s*[일日.]?|월|月)?"
)
_OF_TWO_DIGITS = sought(r"['’]\d\d|['’]?\d\d\s*[년年]|['’]?\d0\s*(?:'?s|년대|年代)")


def point(text: str, note: Callable[[str], None], *, day_first: bool | None = None) -> str:
    """Convert one date to EDTF; an interval where day and month could be either way round.

    The text is casefolded; `note` receives each remark; `day_first` is how 07/05/2013 is meant.

    Examples:
        >>> point("7 may 2013", print), point("2003-05/06", print)
        could be a day, or the months from one to the other
        ('2013-05-07', '2003-05?/2003-06?')
    """
    text, era = western_year(text.strip(" ,"))
    if era:
        note("a year of the Juche era")
    if edtf.is_edtf(text.upper()) and "/" not in text and "-00" not in text:
        return text.upper()
    if found := _DECADE.fullmatch(text):
        return f"{found[1]}X"
    if found := _YEAR_ONLY.fullmatch(text):
        return found[1]
    if found := _MIXED.fullmatch(text):
        year, joint, one, sign, two = found.groups()
        # 2008년 03-04 is 4 March: months from one to the other are seldom padded.
        if not joint and sign != "," and _PADDED.fullmatch(one + two):
            return _joined(year, one, two, note=note)
        return _mixed(year, one, two, note, sign=sign)
    if found := _COMPACT.fullmatch(text) or _YEAR_FIRST.fullmatch(text):
        return _joined(found[1], found[2], found[3], note=note)
    if found := _YEAR_LAST.fullmatch(text):
        first = _dotted(found[2], day_first)
        return _year_last(found[4], found[1], found[3], note, day_first=first)
    if found := _COMPACT_MONTH.fullmatch(text):
        return _joined(found[1], found[2], note=note)
    if found := _MONTH_YEAR.fullmatch(text):
        return _joined(found[2], found[1], note=note)
    for pattern, order in _ENGLISH:
        if found := pattern.fullmatch(text):
            year, month, *day = (found[at] for at in order)
            return _joined(year, _MONTHS[month], *day, note=note)
    if _SHORT_YEAR.fullmatch(text) or _OF_TWO_DIGITS.fullmatch(text):
        raise BadInput("a year of two digits", hint="write the year in full")
    if re.fullmatch(r"[1-5]\d{4}(?:\.0)?", text):
        raise BadInput(
            "a spreadsheet's count of days, not a date",
            hint="format the column as text or as 2013-05-07, and save the file again",
        )
    if re.fullmatch(r"\d{6}", text):
        raise BadInput("ambiguous six-digit date (YYYYMM or YYMMDD?)", hint=HINT)
    raise BadInput("not a date", hint=HINT)


def _mixed(year: str, one: str, two: str, note: Callable[[str], None], *, sign: str) -> str:
    """2003-05/06, 2003.5,6 and 2003년 12-1: months from one to the other, or a day, or both."""
    month, other = int(one), int(two)
    if month == other or not 1 <= month <= 12 or not 1 <= other <= 12:
        return _joined(year, one, two, note=note)
    if month > other and sign == ",":
        raise BadInput(
            "ambiguous: one day, or two months", hint='write "2013-05-07" or "2013-05/2013-07"'
        )
    end = int(year)
    if month > other:
        # As with ranges that have their units: across the end of a year if that is shorter.
        if month - other < 6 or sign != "-":
            return _joined(year, one, two, note=note)
        note("read across the end of a year")
        end += 1
    note("could be a day, or the months from one to the other")
    return f"{year}-{one.zfill(2)}?/{end}-{two.zfill(2)}?"


def _joined(
    year: str, month: str | None, day: str | None = None, *, note: Callable[[str], None]
) -> str:
    parts = [year]
    for part in (month, day):
        if part is None:
            break
        if int(part) == 0:
            note("a month or day of 0 taken as not known")
            break
        parts.append(part.zfill(2))
    if len(parts) == 2 and "20" < parts[1] < "25":  # a season, in EDTF alone
        raise BadInput("no such month", hint="months run from 01 to 12")
    return "-".join(parts)


def _dotted(separator: str, day_first: bool | None) -> bool | None:
    """With dots (07.05.2013) the day comes first, unless the mapping says that it does not."""
    return True if day_first is None and separator == "." else day_first


def _year_last(
    year: str, one: str, two: str, note: Callable[[str], None], *, day_first: bool | None
) -> str:
    """7/5/2013: by what can be, by what the mapping says, or both."""
    if int(one) > 12 or int(two) > 12 or int(one) == int(two):
        stated, day_first = day_first, int(one) > 12 or int(two) <= 12
        if stated is not None and stated != day_first and int(one) != int(two):
            note("day and month the other way round than is usual in this file")
    elif day_first is None and 0 in (int(one), int(two)):
        day_first = int(one) == 0  # who knows the day knows the month: a 0 is the day
    ways = [_joined(year, two, one, note=note), _joined(year, one, two, note=note)]
    if day_first is None:
        note("day and month could be either way round")
        first, last = sorted(ways)
        return f"{first}?/{last}?"
    return ways[0] if day_first else ways[1]
