"""Hijri, Solar Hijri and Ethiopian dates, converted to the days that they can be.

Hijri months are those of the Umm al-Qura calendar of Saudi Arabia (`hijridate`); where the crescent
has to be seen, a month may begin a day earlier or up to two days later. Solar Hijri dates (Iran,
Afghanistan) and Ethiopian dates are exact.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache, lru_cache

import attrs

from uncounted.errors import BadInput
from uncounted.records.data_files import table_rows

_EARLIER, _LATER = timedelta(days=1), timedelta(days=2)  # where the crescent has to be seen
_HIJRI_YEARS = (1343, 1500)
_GREGORIAN_YEARS = (1925, 2076)  # of which every Hijri month has a conversion
_ETHIOPIAN_EPOCH = date(8, 8, 27)  # 1 Meskerem 1, in the Gregorian calendar
_SOLAR_HIJRI_EPOCH = 226895  # ordinal of a date, for `_new_year`
_EITHER = "either"  # in the table of months: Gregorian in Eritrea, Ethiopian in Ethiopia

_LETTERS = re.compile("[a-z\u0600-\u06ff\u1200-\u139f]")  # in which dates of these calendars are
_SEPARATOR = r"\s*[-./\u060c,\s]\s*"
_DAY_FIRST = re.compile(rf"(?:(\d{{1,2}}){_SEPARATOR})?(\d{{1,2}}){_SEPARATOR}(\d{{4}})", re.ASCII)
_YEAR_FIRST = re.compile(
    rf"(\d{{4}})(?:{_SEPARATOR}(\d{{1,2}})(?:{_SEPARATOR}(\d{{1,2}}))?)?", re.ASCII
)
_FILLER = re.compile(r"(?<!\w)(?:of|the|month of|شهر|من|في|عام|سنة|سال|ماه|ቀን)(?!\w)|[,،]")
_BESIDE_MONTH = re.compile(
    r"(?:(\d{1,2})(?:st|nd|rd|th)?\.?\s+)?(\d{4})|(\d{4})\s+(\d{1,2})(?:st|nd|rd|th)?", re.ASCII
)
_GREGORIAN_MARK = re.compile(
    r"\(?(?:\bg\. ?c\b\.?|(?<=\d) ?gc\b|\ba\. ?d\b\.?|እ ?[./]? ?ኤ ?[./]? ?አ|م[یي]لاد[یي][هة]?"
    r"|(?<=\d) ?م(?!\w))\.?\)?"
)

type _Days = tuple[date, date]


@attrs.frozen
class _Parts:
    """A date of a calendar; `named`: its month stands as a name."""

    year: int
    month: int | None
    day: int | None
    named: bool = False


@attrs.frozen
class _Calendar:
    """A calendar: its name, what marks a date as one of it, its years, and the days of a date."""

    name: str
    code: str
    mark: re.Pattern[str]
    years: tuple[int, int]
    days: Callable[[int, int | None, int | None], _Days]
    exact: bool = True

    @property
    def note(self) -> str:
        """The remark on a date of it."""
        article = "an" if self.name[0] in "AEIO" else "a"
        to_what = "" if self.exact else " to the days that it can be"
        return f"{article} {self.name} date, converted{to_what}"

    def can_be(self, parts: _Parts) -> bool:
        """Whether a year is of this calendar; a Hijri month may be named of a Gregorian year."""
        first, last = self.years
        if parts.named and not self.exact:
            first, last = min(first, _GREGORIAN_YEARS[0]), _GREGORIAN_YEARS[1]
            if self.years[1] < parts.year < _GREGORIAN_YEARS[0]:
                return False
        return first <= parts.year <= last

    def edtf(self, parts: _Parts) -> str:
        """The days of a date of this calendar as EDTF."""
        first, last = self.days(parts.year, parts.month, parts.day)
        doubt = "" if self.exact else "?"
        return f"{first}{doubt}/{last}{doubt}" if first != last else first.isoformat()

    def refused(self) -> BadInput:
        """Of a year that is not of this calendar."""
        first, last = self.years
        return BadInput(
            f"{self.name} years run from {first} to {last}",
            hint="convert other dates and write them as 1912-03-21",
        )


@cache
def _months(code: str) -> tuple[tuple[re.Pattern[str], int, bool], ...]:
    """Names of months as they are written, their numbers, and whether they need a mark."""
    return tuple(
        (re.compile(rf"(?<!\w)(?:{row['names']})(?!\w)"), int(row["month"]), row["of"] == _EITHER)
        for row in table_rows(__package__, "month_names.csv")
        if row["calendar"] == code
    )


@cache
def _any_month(code: str) -> re.Pattern[str]:
    """A month's name of this calendar."""
    return re.compile("|".join(name.pattern for name, _, _ in _months(code)))


def converted(text: str, note: Callable[[str], None], *, calendar: str | None = None) -> str | None:
    """A Hijri, Solar Hijri or Ethiopian date as EDTF; None: it is not one.

    The text is casefolded, with digits of ASCII. A month's name or the mark of the calendar says
    that it is such a date; or `calendar`, that of all dates which are not marked Gregorian.

    Examples:
        >>> converted("15 ramadan 1433", print), converted("1/1/2000 e.c.", print)
        a Hijri date, converted to the days that it can be
        an Ethiopian date, converted
        ('2012-08-02?/2012-08-05?', '2007-09-12')
        >>> converted("1391-05-12", print, calendar="solar-hijri")
        a Solar Hijri date, converted
        '2012-08-02'
    """
    if calendar is None and not _LETTERS.search(text):
        return None
    refused: BadInput | None = None
    for each in _CALENDARS:
        parts = _parts(text, each, stated=each.code == calendar)
        if parts is None:
            continue
        if each.can_be(parts):
            found = each.edtf(parts)
            note(each.note)
            return found
        refused = refused or each.refused()
    if refused is not None:
        raise refused
    return None


def without_gregorian_mark(text: str) -> str | None:
    """A date that is marked Gregorian without its mark; None: it is not marked."""
    if not _LETTERS.search(text) or not _GREGORIAN_MARK.search(text):
        return None
    return " ".join(_GREGORIAN_MARK.sub(" ", text).split())


def _parts(text: str, calendar: _Calendar, *, stated: bool) -> _Parts | None:
    """Year, month and day of a date that is marked, or names a month of this calendar."""
    bare = calendar.mark.sub(" ", text)
    marked = bare != text or stated
    named = _any_month(calendar.code).search(bare)
    for name, month, needs_mark in _months(calendar.code) if named else ():
        if found := name.search(bare):
            beside = _FILLER.sub(" ", f"{bare[: found.start()]} {bare[found.end() :]}")
            numbers = _BESIDE_MONTH.fullmatch(" ".join(beside.split()).strip(" ."))
            if numbers is None:
                return None
            if needs_mark and not marked:
                raise BadInput(
                    "a month that may be of the Ethiopian or of the Gregorian calendar",
                    hint="write E.C. after an Ethiopian date, and others in digits",
                )
            day, year = numbers[1] or numbers[4], numbers[2] or numbers[3]
            return _Parts(int(year), month, int(day) if day else None, named=True)
    return _in_digits(bare.strip(" ,.")) if marked else None


def _in_digits(text: str) -> _Parts | None:
    if found := _YEAR_FIRST.fullmatch(text):
        year, month, day = found.groups()
    elif found := _DAY_FIRST.fullmatch(text):
        day, month, year = found.groups()
    else:
        return None
    return _Parts(int(year), int(month) if month else None, int(day) if day else None)


def _checked(calendar: str, month: int | None, most: int, day: int | None, length: int) -> None:
    if (month is not None and not 1 <= month <= most) or (
        day is not None and not 1 <= day <= length
    ):
        raise BadInput(
            f"the {calendar} calendar has no such month or day",
            hint="check the day against the month, and write the day before the month or the year"
            " first",
        )


def _hijri(year: int, month: int | None, day: int | None) -> _Days:
    """The days of a Hijri date; with a Gregorian year, of that month in this year."""
    if year <= _HIJRI_YEARS[1]:
        return _of_hijri_year(year, month, day)
    near = (year - 622) * 33 // 32  # a Hijri year is 11 days shorter
    found = [
        days
        for hijri in range(near - 1, near + 3)
        for days in [_of_hijri_year(hijri, month, day)]
        if days[0].year <= year <= days[1].year
    ]
    return found[0][0], found[-1][1]


@lru_cache(maxsize=4_096)
def _of_hijri_year(year: int, month: int | None, day: int | None) -> _Days:
    from hijridate import Hijri

    _checked("Hijri", month, 12, day, 30)
    start = Hijri(year, month or 1, 1).to_gregorian()
    first = date(start.year, start.month, start.day)
    if day is not None:
        first += timedelta(days=day - 1)
        return first - _EARLIER, first + _LATER
    last = Hijri(year, month or 12, 1)
    end = last.to_gregorian()
    rest = timedelta(days=last.month_length() - 1)
    return first - _EARLIER, date(end.year, end.month, end.day) + rest + _LATER


def _new_year(year: int) -> int:
    """The ordinal of the first day of a Solar Hijri year, by the cycle of 33 years."""
    return _SOLAR_HIJRI_EPOCH + 365 * (year - 1) + (8 * year + 21) // 33


def _solar_hijri(year: int, month: int | None, day: int | None) -> _Days:
    starts = [*range(0, 187, 31), *range(216, 337, 30), _new_year(year + 1) - _new_year(year)]
    length = starts[month] - starts[month - 1] if month and month <= 12 else 31
    _checked("Solar Hijri", month, 12, day, length)
    first, last = (starts[month - 1], starts[month] - 1) if month else (0, starts[-1] - 1)
    if day is not None:
        first = last = first + day - 1
    start = date.fromordinal(_new_year(year))
    return start + timedelta(days=first), start + timedelta(days=last)


def _ethiopian(year: int, month: int | None, day: int | None) -> _Days:
    """Twelve months of 30 days, a thirteenth of 5 or 6, and a leap year every fourth."""
    leap = year % 4 == 3
    length = 30 if month != 13 else 5 + leap
    _checked("Ethiopian", month, 13, day, length)
    days = 365 * (year - 1) + year // 4 + 30 * ((month or 1) - 1) + (day or 1) - 1
    first = _ETHIOPIAN_EPOCH + timedelta(days=days)
    if day is not None:
        return first, first
    return first, first + timedelta(days=(length if month else 365 + leap) - 1)


_CALENDARS = (
    _Calendar(
        "Solar Hijri",
        "solar-hijri",
        re.compile(
            r"\(?(?:هـ? ?\. ?ش|(?:هجر[یي] )?(?:شمس[یي]|خورش[یي]د[یي])|(?<=\d) ?ش(?!\w)"
            r"|\bsolar hijri\b|\bshamsi\b|\bjalali\b|(?<=\d) ?sh\b|\ba\. ?p\b\.?)\.?\)?"
        ),
        (1280, 1500),
        _solar_hijri,
    ),
    _Calendar(
        "Hijri",
        "hijri",
        re.compile(
            r"\(?(?:هـ? ?\. ?ق|هجر(?:ي[هة]?|[یي])(?: قمر[یي])?|هـ|(?<=\d) ?[هق](?!\w)"
            r"|\ba\. ?h\b\.?|\bah\b|(?<=\d) ?h\b|(?<!solar )\bhijri(?:yah)?\b)\.?\)?"
        ),
        _HIJRI_YEARS,
        _hijri,
        exact=False,
    ),
    _Calendar(
        "Ethiopian",
        "ethiopian",
        re.compile(
            r"\(?(?:ዓ ?[./]? ?ም|ዓመተ ምህረት|\be\. ?c\b\.?|(?<=\d) ?ec\b|\bethiopian(?: calendar)?\b)"
            r"\.?\)?"
        ),
        (1800, 2200),
        _ethiopian,
    ),
)
CALENDARS = tuple(each.code for each in _CALENDARS)
