"""Number formats: what a number in a spreadsheet says as its cell shows it.

A date is a count of days with a format: a cell shown as "2013" is a year, and no month and no day
come out of it. Formats are those of ECMA-376, part 1, 18.8.30 and 18.8.31.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

import attrs

MOST_DIGITS = 15  # of a number, that a spreadsheet keeps
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_LAST_DAY = 2_958_465  # 31 December 9999
# Quoted text, an escaped letter, a blank as wide as a letter, a fill, brackets.
_ASIDE = re.compile(r'"[^"]*"?|\\.|_.|\*.|\[[^\]]*\]?')
_TOKEN = re.compile(r"[yebg]+|m+|d+|h+|s+")
_FIXED = re.compile(r"[#0,]{0,20}0\.(0{1,15})")
# 2013.1 is 2013.10 too, and a cell that is not told how many digits to show does not say which.
MAY_BE_OCTOBER = re.compile(r"(?:19|20)\d\d\.1", re.ASCII)
JANUARY_OR_OCTOBER = (
    "a number that ends in .1, which is .10 too: January or October (make it a text)"
)
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)


@attrs.frozen
class Format:
    """How a number is shown: `parts` of a date (of "ymdt", t a time), or with `zeros` in front.

    `places` is how many digits stand after the point; 0: as many as there are.
    """

    parts: str = ""
    zeros: int = 0
    places: int = 0


PLAIN = Format()
# 27 to 58 depend on the language of the program that shows them, which no file tells. A month
# and a day in both Korean and Chinese: so here. A month in Chinese, a day in Korean: "?".
_BUILT_IN = {
    **dict.fromkeys((14, 15, 30, 31, 34, 35, 52, 53, 55, 56), "ymd"),
    **dict.fromkeys((16, 28, 29, 51, 54, 58), "md"),
    **dict.fromkeys((18, 19, 20, 21, 32, 33, 45, 46, 47), "t"),
    **dict.fromkeys((27, 36, 50, 57), "ym?"),
    17: "ym",
    22: "ymdt",
}


def built_in(number: int) -> Format:
    """Give the format that a file names by number and does not write out."""
    return Format(_BUILT_IN.get(number, ""), places=2 if number in (2, 4) else 0)


@lru_cache(maxsize=4_096)
def of_code(code: str) -> Format:
    """Read a format code.

    Examples:
        >>> [of_code(code).parts for code in ("yyyy", 'yyyy"년" m"월"', "h:mm:ss", "0.00")]
        ['y', 'ym', 't', '']
    """
    first = code.split(";")[0]
    if re.fullmatch("0{2,15}", first):
        return Format(zeros=len(first))
    if _ELAPSED.search(first):
        return PLAIN  # a duration
    bare = _ASIDE.sub(" ", first).casefold()
    if fixed := _FIXED.fullmatch(bare.strip()):
        return Format(places=len(fixed[1]))
    bare = re.sub(r"e[+-]", " ", bare.replace("general", " "))
    timed = bool(re.search(r"am/pm|a/p|上午/下午|오전/오후", bare))
    tokens = _TOKEN.findall(re.sub(r"am/pm|a/p", " ", bare))
    parts = set("t" if timed else "")
    for i, token in enumerate(tokens):
        before = tokens[i - 1][0] if i else ""
        after = tokens[i + 1][0] if i + 1 < len(tokens) else ""
        if token[0] in "hs" or (token[0] == "m" and (before == "h" or after == "s")):
            parts.add("t")
        elif token[0] == "d" and len(token) > 2:
            continue  # a day of the week
        else:
            parts.add("y" if token[0] in "yebg" else token[0])
    return Format("".join(part for part in "ymdt" if part in parts))


class CellText(NamedTuple):  # a million of them a file, and quicker to make than attrs' own
    """A cell as text; `bad` says why it cannot be one, `doubt` what to look at."""

    text: str
    bad: str | None = None
    doubt: str | None = None


@lru_cache(maxsize=4_096)
def cell_text(number: str, how: Format, since_1904: bool = False) -> CellText:
    """Write a number of the file ("41401" or "2013.0") as its cell shows it; dates in EDTF.

    `since_1904`: the file counts days from 1904, as old files of a Macintosh do.
    """
    if not _NUMBER.fullmatch(number):
        return CellText("", bad="not a number, though the file says so")
    value = float(number)
    if how.parts and (1 <= value < _LAST_DAY or (how.parts == "t" and 0 <= value < 1)):
        return _date(value, how.parts, since_1904)
    if abs(value) >= 10**MOST_DIGITS:
        return CellText("", bad="a number of more digits than a spreadsheet keeps (make it a text)")
    if value.is_integer():
        return CellText(str(int(value)).zfill(how.zeros))
    return _fraction(value, how.places)


def _fraction(value: float, places: int) -> CellText:
    text, doubt = f"{value:.15g}", None
    if places:
        fixed = f"{value:.{places}f}"
        if float(fixed) == float(text):
            text = fixed
        else:
            doubt = "a number that its cell shows rounded, read as it is"
    if MAY_BE_OCTOBER.fullmatch(text):
        doubt = JANUARY_OR_OCTOBER
    return CellText(text, doubt=doubt)


def _date(value: float, parts: str, since_1904: bool) -> CellText:
    days, seconds = int(value), round(value % 1 * 86_400)
    if "t" in parts and seconds == 86_400:
        days, seconds = days + 1, 0
    clock = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}"
    if parts == "t":
        return CellText(clock)
    if days == 60 and not since_1904:
        year, month, day = "1900", "02", "29"  # a day that only spreadsheets have
    else:
        first = date(1904, 1, 1) if since_1904 else date(1899, 12, 31 if days < 60 else 30)
        if (date.max - first).days < days:
            return CellText("", bad="a day after the year 9999")
        year, month, day = (first + timedelta(days)).isoformat().split("-")
    if parts == "ym?":
        parts = "ym" if day == "01" else "ymd"
    text = {
        "y": year,
        "ym": f"{year}-{month}",
        "m": f"XXXX-{month}",
        "md": f"XXXX-{month}-{day}",
        "d": f"XXXX-XX-{day}",
        "yd": f"{year}-XX-{day}",
    }.get(parts.rstrip("t"), f"{year}-{month}-{day}")
    doubt = None
    if "y" in parts and not since_1904 and value.is_integer() and 1900 <= value <= 2100:
        doubt = "a date of 1905, which may be a year typed into a date cell"
    return CellText(f"{text} {clock}" if "t" in parts and len(text) == 10 else text, doubt=doubt)


def cut(day: str, how: Format) -> str:
    """Cut a date that a file has written out (ISO 8601) to what its cell shows."""
    found = re.match(r"(\d{4})-(\d\d)-(\d\d)", day, re.ASCII)
    if not found or "t" in how.parts:
        return day
    length = {"y": 4, "ym": 7}.get(how.parts, 10)
    return f"XXXX-{found[2]}-{found[3]}" if how.parts == "md" else found[0][:length]
