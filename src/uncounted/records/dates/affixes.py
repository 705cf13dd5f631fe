"""Affixes that are no part of a date: a time of day, "born", an age, "in", "미상"."""

from __future__ import annotations

import re

from uncounted.errors import BadInput
from uncounted.records.lexicon import pattern, words

_UNKNOWN_DATE = pattern(  # 날짜 모름, 연도미상, 日期不详, exact date unknown
    r"(?:{date-noun:ko}\s*[은는이가을를도]?\s*|{date-noun:zh}){unknown:ko zh}"
    r"|(?:the )?(?:exact )?(?:date|day|year|time)(?: of birth)? (?:is |was )?"
    r"(?:unknown|not known|not recorded)",
    re.ASCII,
)
_HOUR = (
    r"(?<!\d)(?P<{0}>\d{{1,2}})\s*(?:[시時点點时](?:\s*(?:\d{{1,2}}\s*[분分]|반|半))?|:\d\d(?::\d\d)?)"
    r"(?:\s*(?:경|쯤|무렵|께|左右))?"
)
_TIME_AFTER = pattern(  # 오전, 14시, 새벽 3시경, 14시~16시
    r"(.*[\d.)일日号號])[\s,(]*"
    rf"(?:{{time-of-day:ko zh}}(?:\s*{_HOUR.format('h1')})?|{_HOUR.format('h2')})"
    rf"(?:\s*[~-]\s*{_HOUR.format('h3')})?\s*(?:경|쯤|무렵|께)?(?:에)?\)?",
    re.ASCII,
)
_ENGLISH_TIME = r"(?:(?:early|late|mid)[ -])?{time-of-day:en}"
_TIME_BEFORE = pattern(
    rf"(?:(?:in|on|at|during) )?(?:the )?{_ENGLISH_TIME} (?:of|on) (?:the )?(.+)", re.NOFLAG
)
_TIME_LAST = pattern(
    r"(.*?[\da-z])[\s,(]+(?:(?:at|in|by|around|about|ca?\.?|during) )*(?:the )?"
    rf"(?:{_ENGLISH_TIME}|(?P<h1>\d{{1,2}})(?:[:.]\d\d)?\s*[ap]\.?m\b\.?|(?P<h2>\d{{1,2}}):\d\d)\)?",
    re.ASCII,
)
_BLANK = r"(?:[?x○〇*]{1,2}|모|某)"
_PART_UNKNOWN = pattern(
    rf"(.*(?:\d\s*[년年월月]|\d{{4}}(?:\s*[-./]\s*\d{{1,2}}\.?)?)-?)[\s,(]*(?:"
    rf"(?:월일|날짜|일자|월|일|月日|日期|月|日)?\s*[은는이가]?\s*{{unknown:ko zh}}"
    rf"|{_BLANK}\s*[월月](?:\s*{_BLANK}\s*[일日])?|{_BLANK}\s*[일日]|(?<=-)\?\?(?:-\?\?)?"
    r"|(?:the )?(?:exact )?(?:day and month|month and day|day|month|date) (?:is )?"
    r"(?:unknown|not known)"
    r")\)?",
    re.ASCII,
)
_BEFORE = re.compile(
    r"(?:(?:some ?time|some day|at some point|once) )?(?:in|at|during|within|on) (?!or\b)"
    r"(?:the (?:year|month)(?: of)? |the )?|some ?time |(?:the )?year "
)
_AFTER = re.compile(r"(?<=[년월일])\s*(?:어느\s*(?:날|때)|중)?(?:에)?$|(?<=[年月])(?:期?间|期?間)$")

# What says only that the day is one of birth: "1985년생", "b. 1985", "*1985".
_BORN_BEFORE = re.compile(
    r"^(?:\(?(?:born|date of birth|d\.?o\.?b\.?|birth|geb\.?|nacid[oa]|生于|生於|出生于|出生於"
    r"|род(?:\.|ился|илась)?|нар(?:\.|одив(?:ся)?|одила(?:ся|сь))|(?:출생|생년월일|出生日期)(?=[\s:)])|b\.|b(?=\s?\d))\)?|\*)"
    r"[\s:]*(?:in |on |en |[ву] )?",
    re.ASCII,
)
_BORN_AFTER = pattern(
    r"\s*(?:(?:에\s*)?(?:출생|태생|태어남)|생(?:임|인)?|出生|生|\(?born\)?"
    r"|{year-word:uk}\.?\s*{born-word:uk}|{year-word:ru}\.?\s*{born-word:ru})(?=$|[\s(?~추쯤정경.])\.?",
    re.ASCII,
)

# A word for year after one of four digits: "1985 р.", "12.03.1985 года", "1975 ခုနှစ်". Of the
# Gregorian calendar alone: "1337 ခုနှစ်" may be a year of the Burmese era.
_YEAR_WORD = pattern(
    r"(?<!\d)(1[89]\d\d|20\d\d)\s*{year-word}(?![^\W\d_])"
    r"(?!\.?\s*{born-word}(?![^\W\d_]))\.?",
    re.NOFLAG,
)

# What may stand beside a birth: "(만 23세)", "aged 23", "소띠", "属牛".
_AGE_SIGN = re.compile("[세살岁歲띠属屬]|age|y[/er]")
_AGE = re.compile(
    r"(.*?[^\s,(])(?:\s*\(|[\s,]+)\s*(?:"
    r"(?:(?:만|당시|향년|虚岁|周岁)\s*)*\d{1,3}\s*(?:세|살|周?岁|歲|years? old|yrs?(?: old)?|y/o)"
    r"|aged? \d{1,3}(?: years)?|[가-힣]{1,3}띠(?:생)?|[属屬]\S)\s*\)?",
    re.ASCII,
)


def says_unknown(text: str, *, of_what: bool = True) -> bool:
    """Tell whether a text says that no date is known, with a word for date if `of_what`."""
    bare = unwrapped(text)
    if {text, text.rstrip("."), bare} & words("date-unknown"):
        return True
    if not bare or bare[0].isdecimal():
        return False
    return not bare.strip("-–—―?") or (of_what and bool(_UNKNOWN_DATE.fullmatch(bare)))


def without_year_word(text: str) -> str:
    """A date without a word for year after its years.

    Examples:
        >>> without_year_word("12.03.1985 р."), without_year_word("1975 ခုနှစ်")
        ('12.03.1985', '1975')
    """
    return text if text.isascii() else _YEAR_WORD.sub(r"\1", text).strip()


def without_birth(text: str) -> str:
    """A date of birth without what says that it is one."""
    rest = _BORN_AFTER.sub("", _BORN_BEFORE.sub("", text, count=1), count=1).strip()
    if rest != text and re.fullmatch(r"['’]?\d\d(?:\s*[년年]\.?)?", rest, re.ASCII):
        raise BadInput("a year of two digits", hint="write the year in full")
    return rest or text


def without_age(text: str) -> str:
    """A date of birth without an age or a sign of the zodiac after it."""
    found = _AGE.fullmatch(text) if _AGE_SIGN.search(text) else None
    return without_age(found[1]) if found else text


def without_time(text: str) -> str:
    """A text without a time of day at its end ("오전", "14시", "at night") or beginning."""
    if found := _TIME_BEFORE.fullmatch(text):
        return found[1]
    found = _TIME_AFTER.fullmatch(text) or _TIME_LAST.fullmatch(text)
    if not found:
        return text
    hours = (hour for hour in found.groupdict().values() if hour)
    if any(int(hour) > 24 for hour in hours):
        raise BadInput("no such time of day", hint="a date needs no time: delete it")
    return found[1].strip(" ,(")


def without_unknown(text: str) -> str:
    """A year or month without the words that its month or day is not known."""
    found = _PART_UNKNOWN.fullmatch(text)
    return found[1].rstrip("-") if found else text


def unwrapped(text: str) -> str:
    """A text without brackets around it, "sometime in" before it, "중에" after it."""
    if text.startswith("(") and text.endswith(")") and not re.search(r"[()]", text[1:-1]):
        text = text[1:-1].strip()
    found = _BEFORE.match(text)
    return _AFTER.sub("", text[found.end() :] if found else text)
