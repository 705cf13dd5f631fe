"""Other ways to count years, months and days: the Juche era, the lunar calendar, numerals.

A lunar date is converted to the days that it can be: sources seldom say whether a month was a leap
month, or whose calendar it is.
"""

from __future__ import annotations

import copy
import re
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import Any

from uncounted.errors import BadInput

JUCHE_OFFSET = 1911  # Juche 1 is 1912: decree of the DPRK of 8 July 1997
_JUCHE = re.compile(
    r"(?:주체|主体|主體|juche)\s*(\d{1,3})\s*(?:\(\s*(\d{4})\s*\))?\s*(년|年)?", re.ASCII
)
_WESTERN_AND_JUCHE = re.compile(  # 1998(주체87)년
    r"(\d{4})\s*(?:년|年)?\s*\(\s*(?:주체|主体|主體|juche)\s*(\d{1,3})\s*(?:년|年)?\s*\)\s*(?:년|年)?",
    re.ASCII,
)
# The solar term that falls into each lunar month (month 1: the Sun at 330 degrees), as
# month and day of the civil year; months 11 and 12 of a lunar year are those of winter.
_TERMS = (
    *((2, 19), (3, 20), (4, 20), (5, 21), (6, 21), (7, 23)),
    *((8, 23), (9, 23), (10, 23), (11, 22), (12, 22), (1, 20)),
)
_FIRST_YEAR, _LAST_YEAR = 1900, 2049  # of converted lunar dates; the table of Korea ends in 2050
# Where China has another leap month than Korea, of 1900 to 2049: the one after Korea's.
_CHINESE_LEAP_MONTHS = {2012: 4, 2017: 6}
_LUNAR_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)
_DIGITS = {char: number % 10 for number, char in enumerate("〇一二三四五六七八九零")}
_CHINESE_YEAR = re.compile(r"[〇零一二三四五六七八九]{4}(?=\s*年)")
_CHINESE_NUMBER = re.compile(
    r"(?:[一二三四五六七八九廿卅]?十?[一二三四五六七八九]?)(?=\s*[月日号號])"
)

_LUNAR_SIGN = re.compile("[正腊臘冬初十廿卅闰閏]|정월|섣달|동[짓지]달|윤|초|보름|그믐")
# Names that only the lunar calendar has: 正月, 섣달, 初七, 그믐, a leap month. 冬月 alone may be
# any month of a winter.
_LUNAR_MONTH = re.compile(r"(正月|정월|[腊臘]月|섣달|冬月(?=\s*[初十廿二三卅\d])|동[짓지]달)")
_LUNAR_MONTHS = {"正": 1, "정": 1, "腊": 12, "臘": 12, "섣": 12, "冬": 11, "동": 11}
_LUNAR_DAY = re.compile(
    r"(?<=[月至到~])\s*初([一二三四五六七八九十]|10|[1-9](?!\d))[日号號]?(?![一二三四五六七八九十旬])"
)
_LAST_DAY = re.compile(r"(?<=[월月])\s*그믐날?")
_LEAP_MONTH = re.compile(r"(?:윤|闰|閏)(?=\s*[一二三四五六七八九十\d]{1,2}\s*[월月])")
# Days that are mostly of the lunar calendar, but may be of the other: 十五 without 日, 초사흘.
_BARE_DAY = re.compile(
    r"(?<=月)\s*((?:十|廿|二十)[一二三四五六七八九]|十|二十|廿|三十|卅)(?![一二三四五六七八九十旬月日号號])"
)
_KOREAN_DAYS = {
    word: day
    for day, words in enumerate(
        (
            *("초하루|초하룻", "초이틀|초이튿", "초사흘|초사흗", "초나흘|초나흗", "초닷새|초닷샛"),
            *("초엿새|초엿샛", "초이레|초이렛", "초여드레|초여드렛", "초아흐레|초아흐렛", "초열흘"),
        ),
        start=1,
    )
    for word in words.split("|")
} | {"보름": 15, "대보름": 15}
_KOREAN_DAY = re.compile(rf"(?<=[월月])\s*({'|'.join(sorted(_KOREAN_DAYS, key=len)[::-1])})날?")


def western_year(text: str) -> tuple[str, bool]:
    """Write a Juche year at the beginning of a text as a western one; tell whether there was."""
    if found := _JUCHE.match(text):
        juche, western, sign = found.groups()
    elif found := _WESTERN_AND_JUCHE.match(text):
        western, juche = found.groups()
        sign = "년"
    else:
        return text, False
    year = JUCHE_OFFSET + int(juche)
    if western and int(western) != year:
        raise BadInput(
            "the Juche year and the other year are not the same year",
            hint="check both: Juche 1 is 1912",
        )
    return f"{year}{sign or ''}{text[found.end() :]}", True


def decimal_numerals(text: str) -> str:
    """Write Chinese numerals before 年, 月 and 日 in digits: 十二月廿七日 is 12月27日."""
    text = _CHINESE_YEAR.sub(lambda found: "".join(str(_DIGITS[c]) for c in found[0]), text)
    return _CHINESE_NUMBER.sub(_small_number, text)


def lunar_names(text: str) -> tuple[str, bool]:
    """Write names of lunar months and days in digits, and mark as lunar what is nothing else.

    Also tells whether a day may be of either calendar: 十五 without 日, 초사흘.

    Examples:
        >>> lunar_names("2013年五月初七"), lunar_names("2013年五月十五")
        (('2013年五月农历7日', False), ('2013年五月15日', True))
    """
    if not _LUNAR_SIGN.search(text):
        return text, False
    text = _LUNAR_MONTH.sub(_month_in_digits, text)
    text = _LUNAR_DAY.sub(lambda found: f"农历{_in_digits(found[1])}日", text)
    text = _LAST_DAY.sub("农历30일", text)
    text = _LEAP_MONTH.sub(r"农历\g<0>", text)
    bare = _BARE_DAY.sub(lambda found: f"{_in_digits(found[1])}日", text)
    bare = _KOREAN_DAY.sub(lambda found: f" {_KOREAN_DAYS[found[1]]}일", bare)
    return bare, bare != text


def _month_in_digits(found: re.Match[str]) -> str:
    return f"农历{_LUNAR_MONTHS[found[0][0]]}{'月' if found[0][1] == '月' else '월'}"


def _in_digits(word: str) -> str:
    found = _CHINESE_NUMBER.match(f"{word}日")
    return _small_number(found) if found and found[0] else word


def _small_number(found: re.Match[str]) -> str:
    word = found[0].replace("廿", "二十").replace("卅", "三十").replace("十十", "十")
    if not word:
        return ""
    if "十" not in word:
        return "".join(str(_DIGITS[char]) for char in word)
    tens, _, ones = word.partition("十")
    return str((_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0))


def lunar_days(text: str, *, leap: bool = False, about: bool = False) -> tuple[date, date]:
    """Give the first and last day on which a date of the East Asian lunar calendar can fall.

    The text is "2013", "2013-08" or "2013-08-15"; `leap`: of a leap month. Months of 1900 to 2049
    begin as the Korea Astronomy and Space Science Institute has them. A day is added to each end,
    since a month may begin a day earlier or later in China; a date not said to be of a leap month
    may be of the leap month of that number. `about` adds a year, a month or a week to each side.
    Other years have `possible_days`.
    """
    year, month, day = _lunar_parts(text)
    if not year - about >= _FIRST_YEAR or not year + about <= _LAST_YEAR:
        return possible_days(text, leap=leap, about=about)
    one = timedelta(days=1)
    if month is None:
        first, end = month_start(year - about, 1), month_start(year + 1 + about, 1)
        assert first is not None
        assert end is not None
        return first - one, end
    starts = _starts(year, month, leap=leap)
    if not starts:
        raise BadInput(
            "that lunar year has no such leap month", hint="check the year and the month"
        )
    first_day, last_day = (day, day) if day else (1, 30)
    first_day -= day == 30  # a last day written as the 30th is the 29th of a short month
    margin = timedelta(days=about * (7 if day else 30))
    return (
        min(starts) + timedelta(days=first_day - 1) - one - margin,
        max(starts) + timedelta(days=last_day - 1) + one + margin,
    )


@cache
def _korean_calendar() -> Any:
    """The calendar, to be copied: making one takes half a millisecond."""
    from korean_lunar_calendar import KoreanLunarCalendar

    return KoreanLunarCalendar()


@lru_cache(maxsize=4_096)
def month_start(year: int, month: int, *, leap: bool = False) -> date | None:
    """The first day of a month of the Korean lunar calendar; None: there is no such month."""
    calendar = copy.copy(_korean_calendar())
    if not calendar.setLunarDate(year, month, 1, leap):
        return None
    return date.fromisoformat(calendar.SolarIsoFormat())


def _starts(year: int, month: int, *, leap: bool) -> list[date]:
    """The days, of Korea's calendar and China's, on which a month of this number can begin."""
    found = [month_start(year, month, leap=True)]
    if not leap:
        found.append(month_start(year, month))
    if _CHINESE_LEAP_MONTHS.get(year) == month:  # there, Korea's leap month before is this month
        found.append(month_start(year, month))
        if not leap:
            found.append(month_start(year, month - 1, leap=True))
    return [first for first in found if first is not None]


def _lunar_parts(text: str) -> tuple[int, int | None, int | None]:
    found = _LUNAR_DATE.fullmatch(text)
    if not found or not 1001 <= int(found[1]) <= 2997:
        raise BadInput("not a lunar date", hint="write it as year, month and day in digits")
    year, month, day = (None if part is None else int(part) for part in found.groups())
    if (month is not None and not 1 <= month <= 12) or (day is not None and not 1 <= day <= 30):
        raise BadInput(
            "the lunar calendar has no such month or day",
            hint="months run from 1 to 12, days from 1 to 30",
        )
    assert year is not None
    return year, month, day


def possible_days(text: str, *, leap: bool = False, about: bool = False) -> tuple[date, date]:
    """The first and last day on which a lunar date of any year can fall.

    A lunar month is the one into which its solar term falls, so it begins at most 29 days before
    the term. The leap month of the same number has no term of its own: it begins on the term or
    just after it. Korea and China may differ by a day, and in which month is a leap month. For
    1900 to 2100, in both, a month computed by astronomy began 30 days before to 1 after the term
    as tabled here, a leap month 0 to 4 after it; a day is added to the end of each.
    """
    year, month, day = _lunar_parts(text)
    if month is None:
        return date(year - about, 1, 20), date(year + 1 + about, 2, 21)
    term = date(year + (month == 12), *_TERMS[month - 1])
    first, last = (day, day) if day else (1, 30)
    first -= day == 30
    margin = about * (7 if day else 30)
    return (
        term + timedelta(days=(-1 if leap else -30) + first - 1 - margin),
        term + timedelta(days=5 + last - 1 + margin),
    )


def lunar_end(text: str, at: int, *, leap: bool, possible: bool = False) -> str:
    """The first (0) or last (1) day of an EDTF date that is of the lunar calendar.

    `possible`: on which it can fall in any year.
    """
    if text in ("", ".."):
        return text
    about = text[-1] in "~%"
    days = possible_days if possible else lunar_days
    day = days(text.rstrip("?~%"), leap=leap, about=about)[at]
    # The mark for "about" widens a day by a week; what it comes to is in the days already.
    return f"{day + timedelta(days=(7, -7)[at] * about)}{'%' if about else '?'}"
