"""Parts of a decade, a year, a season or a month: "early", "상반기", "2분기", "늦가을", "下旬".

Their bounds are wide on purpose and overlap: "late 1998" may be August, "early winter" may
be November.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from uncounted.errors import BadInput
from uncounted.records.data_files import table_rows

_LANGUAGES = ("en", "ko", "zh")
_SEASON_SHIFT = {"early": -1, "mid": 0, "late": 1}  # months from a season's own three
_TWO_YEARS = r"(\d{4})\s*년?\s*[-/–]\s*(\d{4}|\d\d)\s*년?"
_WINTER = re.compile(
    rf"(?:the )?(?:winter(?: of)?|겨울|冬(?:天|季)?)[\s,]*{_TWO_YEARS}"
    rf"|{_TWO_YEARS}[\s,]*(?:winter|겨울|冬(?:天|季)?)(?:에)?",
    re.ASCII,
)


@cache
def _rows() -> dict[str, dict[str, str]]:
    return {row["part"]: row for row in table_rows(__package__, "year_parts.csv")}


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The name of each part with the pattern of a text that names it before or after its whole."""
    forms: dict[str, str] = {}
    for part, row in _rows().items():
        time = part.removesuffix("season")
        if time == part:
            forms[part] = "|".join(row[language] for language in _LANGUAGES if row[language])
            continue
        for season in filter(str.isdecimal, _rows()):
            forms[time + season] = "|".join(
                rf"(?:{row[language]})[\s-]*{_rows()[season][language]}" for language in _LANGUAGES
            )
    return tuple(
        (
            name,
            re.compile(
                rf"(?:the )?(?:{form})[\s-]*(?:in )?(.+)|(.+?)[\s,-]*(?:{form})(?:에)?", re.ASCII
            ),
        )
        for name, form in forms.items()
    )


def parted(text: str) -> Iterator[tuple[str, str]]:
    """Give each way of taking a text apart: what it is a part of, and the name of the part."""
    for name, pattern in _patterns():
        if found := pattern.fullmatch(text):
            yield (found[1] or found[2]).strip(), name


def part_of(whole: str, name: str) -> str | None:
    """Put a part of an EDTF decade, year or month into EDTF; None if it has no such part.

    Examples:
        >>> part_of("1998", "late"), part_of("1998", "late-23"), part_of("1998-05", "late-23")
        ('1998-08/1998-12', '1998-10/1998-12', None)
    """
    row = _rows().get(name, {})
    if len(whole) == 4 and whole[3] == "X" and row.get("decade"):
        start, end = row["decade"].split("-")
        return f"{whole[:3]}{start}/{whole[:3]}{end}"
    if name.isdecimal():
        return f"{whole}-{name}" if len(whole) == 4 else None
    if "X" in whole:
        return None
    time, _, season = name.partition("-")
    if season.isdecimal():
        return _of_season(int(whole), season, time) if len(whole) == 4 else None
    span = row.get({4: "year", 7: "month"}.get(len(whole), ""))
    if not span or whole[5:] > "12":
        return None
    first, last = span.split("-")
    return f"{whole}-{first}/{whole}" + ("" if last == "XX" else f"-{last}")


def _of_season(year: int, season: str, time: str) -> str:
    first = 3 * (int(season) - 20) + _SEASON_SHIFT[time]
    last = first + 2
    # The middle and the end of "winter 1998" are said of January 1998 as of January 1999.
    if season == "24" and time != "early":
        first = 1
    return f"{_month(year, first)}/{_month(year, last)}"


def _month(year: int, month: int) -> str:
    return f"{year + (month - 1) // 12}-{(month - 1) % 12 + 1:02d}"


def winter_of_two_years(text: str) -> str | None:
    """Convert "winter 1998-1999" to EDTF, one winter in which a year ends; None if it is none."""
    found = _WINTER.fullmatch(text)
    if not found:
        return None
    first, last = (part for part in found.groups() if part)
    if (int(first) + 1) % 10 ** len(last) != int(last):
        raise BadInput("a winter of two years that are not consecutive", hint="check both")
    return f"{first}-12/{int(first) + 1}-02"
