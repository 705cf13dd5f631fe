"""Gregorian dates whose month is a word of another language than English: 5 березня 2022.

Arabic (of the Levant, Egypt and the Maghreb), Persian, Ukrainian, Russian, Spanish, Portuguese,
French and Burmese. The words are in `month_names.csv`, with abbreviations of Ukrainian, Russian,
Spanish and French. Only a whole date is read so: day, month and year, or month and year.
"""

from __future__ import annotations

import re
from functools import cache

from uncounted.records.data_files import table_rows

_DAY = r"(?:(\d{1,2})(?:er|º|ª|°|-?[еоґг]о?)?(?:[.,]+\s*|\s+|[-/])(?:de\s+|من\s+)?(?:شهر\s+)?)?"
_YEAR = (
    r"\.?(?:(?<=\.)|,?\s+|[-/])(?:del?\s+|عام\s+|سنة\s+)?"
    r"(\d{4})(?:\s*(?:року|рік|р|года|год|г)\.?)?"
)
_YEAR_FIRST = r"\(?(\d{4})\)?\s*(?:ခုနှစ်|ခု|,)?\s*၊?\s*"
_BURMESE_DAY = r"\s*\(?(\d{1,2})\)?\s*"
_DAY_LAST = rf"လ?(?:{_BURMESE_DAY}(?:ရက်)?(?:နေ့)?)?"
_DAY_AND_YEAR = rf"လ?{_BURMESE_DAY}ရက်(?:နေ့)?\s*[၊,]?\s*\(?(\d{{4}})\)?(?:\s*ခု(?:နှစ်)?)?"
_YEAR_SOMEWHERE = re.compile(r"\d{4}", re.ASCII)


@cache
def _names_of_months() -> tuple[str, ...]:
    rows = table_rows(__package__, "month_names.csv")
    names = {int(row["month"]): row["names"] for row in rows if row["calendar"] == "gregorian"}
    return tuple(names[month] for month in range(1, 13))


@cache
def _any_month() -> re.Pattern[str]:
    return re.compile("|".join(_names_of_months()))


@cache
def _patterns() -> tuple[tuple[tuple[re.Pattern[str], bool], ...], ...]:
    """For each month the orders of its parts, and whether the year comes before the day."""
    return tuple(
        (
            (re.compile(rf"{_DAY}(?:{names})လ?{_YEAR}", re.ASCII), False),
            (re.compile(rf"{_YEAR_FIRST}(?:{names})\.?{_DAY_LAST}", re.ASCII), True),
            (re.compile(rf"(?:{names}){_DAY_AND_YEAR}", re.ASCII), False),
        )
        for names in _names_of_months()
    )


def in_digits(text: str) -> str | None:
    """The date in digits, year first; None: it is no such date.

    The text is casefolded, with digits of ASCII.

    Examples:
        >>> in_digits("5 березня 2022 р."), in_digits("12 de mayo de 2013"), in_digits("may 2013")
        ('2022-03-05', '2013-05-12', None)
    """
    if not _YEAR_SOMEWHERE.search(text) or not _any_month().search(text):
        return None
    for month, orders in enumerate(_patterns(), 1):
        for pattern, year_first in orders:
            if found := pattern.fullmatch(text):
                year, day = found.groups() if year_first else reversed(found.groups())
                return f"{year}-{month:02}" + (f"-{int(day):02}" if day else "")
    return None
