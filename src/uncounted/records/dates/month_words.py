"""Gregorian dates whose month is a word of another language than English: 5 березня 2022.

Arabic (of the Levant, Egypt and the Maghreb), Persian, Ukrainian, Russian, Spanish, Portuguese,
French and Burmese; the words are in `month_names.csv`. Only a whole date is read so: day, month and
year, or month and year.
"""

from __future__ import annotations

import re
from functools import cache

from uncounted.records.data_files import table_rows

_DAY = r"(?:(\d{1,2})(?:er|º|ª|°|-?[еоґг]о?)?\.?,?\s+(?:de\s+|من\s+)?(?:شهر\s+)?)?"
_YEAR = r",?\s+(?:del?\s+|عام\s+|سنة\s+)?(\d{4})(?:\s*(?:року|рік|р|года|год|г)\.?)?"
_YEAR_FIRST = r"(\d{4})\s*(?:ခုနှစ်|ခု|,)?\s*၊?\s*"
_DAY_LAST = r"လ?(?:\s*(\d{1,2})\s*(?:ရက်)?(?:နေ့)?)?"
_YEAR_SOMEWHERE = re.compile(r"\d{4}", re.ASCII)


@cache
def _any_month() -> re.Pattern[str]:
    rows = table_rows(__package__, "month_names.csv")
    return re.compile("|".join(row["names"] for row in rows if row["calendar"] == "gregorian"))


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], re.Pattern[str], int], ...]:
    return tuple(
        (
            re.compile(rf"{_DAY}(?:{row['names']}){_YEAR}", re.ASCII),
            re.compile(rf"{_YEAR_FIRST}(?:{row['names']}){_DAY_LAST}", re.ASCII),
            int(row["month"]),
        )
        for row in table_rows(__package__, "month_names.csv")
        if row["calendar"] == "gregorian"
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
    for first, last, month in _patterns():
        if found := first.fullmatch(text):
            day, year = found.groups()
        elif found := last.fullmatch(text):
            year, day = found.groups()
        else:
            continue
        return f"{year}-{month:02}" + (f"-{int(day):02}" if day else "")
    return None
