"""Other ways to count years, months and days: the Juche era, the lunar calendar, numerals.

Lunar dates are not converted to a day, since sources seldom say whether a month was a
leap month; they are widened to the days that they can be.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from uncounted.errors import BadInput

JUCHE_OFFSET = 1911  # Juche 1 is 1912: decree of the DPRK of 8 July 1997
_JUCHE = re.compile(
    r"(?:주체|主体|主體|juche)\s*(\d{1,3})\s*(?:\(\s*(\d{4})\s*\))?\s*(년|年)?", re.ASCII
)
# The solar term that falls into each lunar month (month 1: the Sun at 330 degrees), as
# month and day of the civil year; months 11 and 12 of a lunar year are those of winter.
_TERMS = (
    *((2, 19), (3, 20), (4, 20), (5, 21), (6, 21), (7, 23)),
    *((8, 23), (9, 23), (10, 23), (11, 22), (12, 22), (1, 20)),
)
_LUNAR_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)
_DIGITS = {char: number % 10 for number, char in enumerate("〇一二三四五六七八九零")}
_CHINESE_YEAR = re.compile(r"[〇零一二三四五六七八九]{4}(?=\s*年)")
_CHINESE_NUMBER = re.compile(
    r"(?:[一二三四五六七八九廿卅]?十?[一二三四五六七八九]?)(?=\s*[月日号號])"
)

# A day of a lunar month is written without 日: 初七, 十五, 廿三.
_LUNAR_DAY = re.compile(
    r"(?<=月)初?((?<=初)[一二三四五六七八九十]|(?:十|廿|二十)[一二三四五六七八九]|二十|三十|卅)(?![\w旬])"
)


def western_year(text: str) -> tuple[str, bool]:
    """Write a Juche year at the beginning of a text as a western one; tell whether there was.

    Raises:
        BadInput: the western year beside it is not the same one.

    Examples:
        >>> western_year("주체102(2013)년 5월"), western_year("2013")
        (('2013년 5월', True), ('2013', False))
    """
    found = _JUCHE.match(text)
    if not found:
        return text, False
    year = JUCHE_OFFSET + int(found[1])
    if found[2] and int(found[2]) != year:
        raise BadInput(
            "the Juche year and the year beside it are not the same year",
            hint="check both: Juche 1 is 1912",
        )
    return f"{year}{found[3] or ''}{text[found.end() :]}", True


def decimal_numerals(text: str) -> str:
    """Write Chinese numerals before 年, 月 and 日 in digits, and days of a lunar month.

    Examples:
        >>> decimal_numerals("二〇一三年十二月廿七日"), decimal_numerals("2013年五月初七")
        ('2013年12月27日', '2013年5月7日')
    """
    text = _LUNAR_DAY.sub(r"\1日", text)
    text = text.replace("正月", "1月").replace("腊月", "12月")
    text = _CHINESE_YEAR.sub(lambda found: "".join(str(_DIGITS[c]) for c in found[0]), text)
    return _CHINESE_NUMBER.sub(_small_number, text)


def _small_number(found: re.Match[str]) -> str:
    word = found[0].replace("廿", "二十").replace("卅", "三十").replace("十十", "十")
    if not word:
        return ""
    if "十" not in word:
        return "".join(str(_DIGITS[char]) for char in word)
    tens, _, ones = word.partition("十")
    return str((_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0))


def lunar_days(text: str, *, leap: bool = False) -> tuple[date, date]:
    """Give the first and last day on which a date of the East Asian lunar calendar can fall.

    A lunar month is the one into which its solar term falls, so it begins at most 29 days
    before the term. The leap month of the same number has no term of its own: it begins on
    the term or just after it. Korea and China may differ by a day, and in whose month is a leap
    month (in 2012, Korea's third, China's fourth). For 1900 to 2100, in both, a month
    computed by astronomy began 30 days before to 1 after the term as tabled here, a leap
    month 0 to 4 after it; a day is added to the end of each.

    Args:
        text: "2013", "2013-08" or "2013-08-15", of the lunar calendar.
        leap: the source says that it is a leap month. If not, it may be one all the same.

    Raises:
        BadInput: there is no such month or day in that calendar.

    Examples:
        >>> first, last = lunar_days("2013-08-15")  # Chuseok 2013 was on 19 September
        >>> first <= date(2013, 9, 19) <= last
        True
    """
    found = _LUNAR_DATE.fullmatch(text)
    if not found or not 1000 <= int(found[1]) <= 2998:
        raise BadInput("not a lunar date", hint="write it as year, month and day in digits")
    year, month, day = int(found[1]), found[2], found[3]
    if month is None:
        return date(year, 1, 20), date(year + 1, 2, 21)
    if not 1 <= int(month) <= 12 or (day is not None and not 1 <= int(day) <= 30):
        raise BadInput(
            "the lunar calendar has no such month or day",
            hint="months run from 1 to 12, days from 1 to 30",
        )
    term = date(year + (month == "12"), *_TERMS[int(month) - 1])
    first, last = (int(day), int(day)) if day else (1, 30)
    return (
        term + timedelta(days=(-1 if leap else -30) + first - 1),
        term + timedelta(days=5 + last - 1),
    )
