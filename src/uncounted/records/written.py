"""Dates as people write them, in English, Korean and Chinese, put into EDTF.

Reads calendar dates in the usual orders, "about", "before", "between", "early", seasons
and decades, years of the Juche era (Juche 1 is 1912) and lunar dates. Where a text
can be read in two ways it admits both and says so; where it cannot be read it is
refused in words that do not repeat it. Nothing is guessed: no century for "13.5.7",
no day for a spreadsheet's number.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from functools import lru_cache

import attrs

from uncounted.errors import BadInput
from uncounted.records import edtf
from uncounted.records.calendars import decimal_numerals, lunar_end, lunar_names, western_year

LONGEST = 120
_HINT = 'write it as "2013", "2013-05", "2013-05-07" or "201X"'


@attrs.frozen
class Translation:
    """An EDTF string, or None where the text says "unknown"; and remarks on the reading."""

    edtf: str | None
    notes: tuple[str, ...] = ()


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.ASCII)


_UNKNOWN = frozenset(
    word
    for row in (
        "unknown|not known|unk|unspecified|undated|no date|n.d.|nd|n/a|na|none|nil|null",
        "-|--|?|??|xxxx|xxxx-xx|xxxx-xx-xx|0000-00-00|9999|неизвестно",
        "미상|모름|불명|없음|알 수 없음|不详|不明|未知|不知道|无",
    )
    for word in row.split("|")
)
_NO_DAY = _pattern(  # 날짜 모름, 연도미상
    r"(?:생년월일|생년|생일|출생일?|연월일|연도|년도|날짜|일자|일시|시기)\s*[은는이가을를도]?\s*"
    r"(?:미상|모름|모른다|불명|불상|미확인|없음|알 ?수 ?없음)"
)
_WEEKDAY = _pattern(
    r"\s*[월화수목금토일]요일$|\s*星期[一二三四五六日天]$"
    r"|\s*\((?:[월화수목금토일](?:요일)?|(?:周|星期)?[一二三四五六日])\)"
    r"|^(?:mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun)[a-z]*,?\s+(?=[0-9a-z])"
)
_LUNAR = _pattern(
    r"\(?(?:음력|陰曆|陰历|阴历|农历|農曆|旧历|舊曆|lunar(?: calendar| date)?)\)?:?\s*"
    r"|\s*\((?:음|陰|阴)\)\s*|^(?:음|陰|阴)[.:]?\s*(?=\d)"
)
_SOLAR = _pattern(
    r"\(?(?:양력|陽曆|陽历|阳历|公历|公曆|新历|新曆|solar(?: calendar| date)?)\)?:?\s*"
    r"|\s*\((?:양|陽|阳)\)\s*|^(?:양|陽|阳)[.:]?\s*(?=\d)"
)
_LEAP = _pattern(r"윤(?=\s*\d)|闰|閏|\bleap (?:month )?")
_TIMED = _pattern(
    r"(.*\d)(?:t|\s+)(\d{1,2}):(\d\d)(?::\d\d(?:[.,]\d+)?)?\s*(?:[ap]\.?m\.?)?\s*(z|utc|[+-]\d\d:?\d\d)?"
)
_ABOUT = (
    _pattern(
        r"^(?:on or about|about|around|approximately|approx\b\.?|circa|ca\b\.?|c\.|c(?=\s?\d)"
        r"|roughly|est\b\.?|estimated|약|대략|大约|大約|大概|约|約)\s*(?:in )?"
    ),
    _pattern(
        r"\s*(?:경|쯤|무렵|정도|전후|내외|안팎|께|左右|前后|前後|上下|\(?approx\.?\)?|~)(?:에)?$"
    ),
)
_DOUBT = (
    _pattern(r"^(?:possibly|perhaps|maybe|probably|아마도?|可能|也许|或许)\s*(?:in )?"),
    _pattern(r"\s*(?:\(?\?\)?|\(?추정\)?|로 추정|\(?uncertain\)?|\(?불확실\)?|\(?可能\)?)$"),
)
_RANGES = (
    _pattern(r"(?:sometime )?between (.+?) and (.+)"),
    _pattern(r"from (.+?) (?:to|until|till|through) (.+)"),
    _pattern(r"(.+?)(?:부터|에서)\s*(.+?)(?:까지)?(?:\s*사이)?"),
    _pattern(r"(.+?)(?:와|과)\s*(.+?)\s*사이"),
    _pattern(r"[从自从由](.+?)[至到](.+?)(?:之间|期间|止)?"),
    _pattern(r"(.+?)\s*[至到]\s*(.+?)(?:之间|期间|止)?"),
    _pattern(r"(.+?)\s*[~∼〜–—]\s*(.+)"),
    _pattern(r"(.+?) (?:to|until|through|-) (.+)"),
    _pattern(r"(\d{4})\s*-\s*(\d{4})"),
)
_EITHER = _pattern(r"(?:either )?(.+?)\s*(?: or |또는|혹은|이나|或者|或)\s*(.+)")
# (pattern, goes before, the date itself is in)
_OPEN = (
    (_pattern(r"(?:on or before|no later than|not after|by|until|till|up to) (.+)"), True, True),
    (_pattern(r"(?:sometime )?(?:before|prior to|earlier than) (.+)"), True, False),
    (_pattern(r"(.+?)\s*(?:이전|까지|以前|为止|or (?:earlier|before))(?:에)?"), True, True),
    (_pattern(r"(.+?)\s*(?:전|之前)(?:에)?"), True, False),
    (_pattern(r"(?:on or after|no earlier than|not before|since|from) (.+)"), False, True),
    (_pattern(r"(?:sometime )?(?:after|later than|following) (.+)"), False, False),
    (
        _pattern(r"(.+?)\s*(?:이후|부터|以后|以後|以来|起|onwards?|or (?:later|after))(?:에)?"),
        False,
        True,
    ),
    (_pattern(r"(.+?)\s*(?:후|之后|之後)(?:에)?"), False, False),
)
_PART_WORDS = {
    "early": "early|the beginning of|beginning of|the start of|start of|초반?|初",
    "mid": "mid|the middle of|middle of|중반?|중순경|年中|中期",
    "late": "late|the end of|end of|말|후반|底|末",
    "first-half": "the first half of|first half of|상반기|上半年|上半",
    "second-half": "the second half of|second half of|하반기|下半年|下半",
    "first-ten": "초순|상순|上旬",
    "mid-ten": "중순|中旬",
    "last-ten": "하순|下旬",
    "21": "spring(?: of)?|봄|春(?:天|季)?",
    "22": "summer(?: of)?|여름|夏(?:天|季)?",
    "23": "(?:autumn|fall)(?: of)?|가을|秋(?:天|季)?",
    "24": "winter(?: of)?|겨울|冬(?:天|季)?",
}
_PARTS = tuple(
    (name, _pattern(rf"(?:{words})[\s-]*(?:in )?(.+)|(.+?)[\s,]*(?:{words})(?:에)?"))
    for name, words in _PART_WORDS.items()
)
_OF_YEAR = {
    "early": ("01", "05"),
    "mid": ("04", "09"),
    "late": ("08", "12"),
    "first-half": ("01", "06"),
    "second-half": ("07", "12"),
}
_OF_DECADE = {"early": ("0", "4"), "mid": ("3", "6"), "late": ("5", "9")}
_OF_MONTH = {
    "early": ("01", "12"),
    "mid": ("09", "22"),
    "late": ("19", "XX"),
    "first-half": ("01", "15"),
    "second-half": ("16", "XX"),
    "first-ten": ("01", "10"),
    "mid-ten": ("11", "20"),
    "last-ten": ("21", "XX"),
}
_MONTH_NAMES = (
    *("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july"),
    *("aug august", "sep sept september", "oct october", "nov november", "dec december"),
)
_MONTHS = {
    name: f"{number:02d}"
    for number, names in enumerate(_MONTH_NAMES, start=1)
    for name in names.split()
}
_MONTH = "(" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?"
_ORDINAL = r"(\d{1,2})(?:st|nd|rd|th)?"
_YEAR_FIRST = _pattern(
    r"(\d{4})\s*(?:[-./]|년도?|年|,|\s)\s*(\d{1,2})\s*(?:[-./]|월|月|,|\s|$)"
    r"(?:\s*(\d{1,2})\s*(?:일|日|号|號|\.)?)?"
)
_YEAR_ONLY = _pattern(r"(\d{4})\s*(?:년도?|年|\.)?")
_DECADE = _pattern(r"(?:the )?(\d{3})0(?:'?s|\s*년대|\s*年代)")
_COMPACT = _pattern(r"(\d{4})(\d\d)(\d\d)")
_YEAR_LAST = _pattern(r"(\d{1,2})\s*([-./])\s*(\d{1,2})\s*\2\s*(\d{4})\.?")
_MONTH_YEAR = _pattern(r"(\d{1,2})\s*[-./]\s*(\d{4})")
_ENGLISH = (
    (_pattern(rf"{_ORDINAL}[\s-]*(?:of )?{_MONTH}[\s,-]*(\d{{4}})"), (3, 2, 1)),
    (_pattern(rf"{_MONTH}[\s-]*{_ORDINAL}(?:\s*,\s*|\s+|-)(\d{{4}})"), (3, 1, 2)),
    (_pattern(rf"{_MONTH}[\s,-]*(?:of )?(\d{{4}})"), (2, 1)),
    (_pattern(rf"(\d{{4}})[\s,-]*{_MONTH}(?:[\s-]*{_ORDINAL})?"), (1, 2, 3)),
)
_SHORT_YEAR = _pattern(
    r"['’]?\d{1,2}\s*[-./년年]\s*\d{1,2}(?:\s*[-./월月]\s*\d{1,2}\s*[일日.]?|월|月)?"
)
_OF_TWO_DIGITS = _pattern(r"['’]\d\d|['’]?\d\d\s*[년年]|['’]?\d0\s*(?:'?s|년대|年代)")
# What says only that the day is one of birth: "1985년생", "b. 1985", "*1985".
_BORN_BEFORE = _pattern(
    r"^(?:\(?(?:born|date of birth|d\.?o\.?b\.?|birth|geb\.?|nacid[oa]|生于|生於|出生于|出生於"
    r"|род(?:\.|ился|илась)?|(?:출생|생년월일|出生日期)(?=[\s:)])|b\.|b(?=\s?\d))\)?|\*)"
    r"[\s:]*(?:in |on |en |в )?"
)
_BORN_AFTER = _pattern(
    r"\s*(?:(?:에\s*)?(?:출생|태생|태어남)|생(?:임|인)?|出生|生|\(?born\)?"
    r"|г\.?\s*р\.?|года рождения)(?=$|[\s(?~추쯤정경.])\.?"
)
_WITHOUT_YEAR = _pattern(r"(?:(\d{1,2})\s*[월月]\s*)?(?:(\d{1,2})\s*[일日号])?")


def translate(text: str, *, day_first: bool | None = None, birth: bool = False) -> Translation:
    """Put one written date into EDTF.

    The day that comes out need not exist: `edtf.bounds` says so.

    Args:
        text: what the source wrote.
        day_first: how 07/05/2013 is meant; None admits both readings.
        birth: the date is one of birth, so "1985년생" and "b. 1985" are dates.

    Raises:
        BadInput: it cannot be read as a date. The text is not repeated.

    Examples:
        >>> translate("between May 2012 and 2014").edtf, translate("주체102년 5월").edtf
        ('2012-05/2014', '2013-05')
    """
    if len(text) > LONGEST:
        raise BadInput("not a date: too long for one", hint=_HINT)
    return _translated(text, day_first, birth)


# Lists repeat their dates: half the work of an import is here without it.
@lru_cache(maxsize=16_384)
def _translated(text: str, day_first: bool | None, birth: bool) -> Translation:
    return _Reader(day_first, birth=birth).translate(text)


class _Reader:
    """Reads one text; collects remarks on the way."""

    def __init__(self, day_first: bool | None, *, birth: bool = False) -> None:
        self.day_first, self.birth = day_first, birth
        self.notes: list[str] = []

    def note(self, words: str) -> None:
        if words not in self.notes:
            self.notes.append(words)

    def translate(self, text: str) -> Translation:
        seen = "".join(c for c in text if unicodedata.category(c) != "Cf")
        plain = " ".join(unicodedata.normalize("NFKC", seen).casefold().split()).strip(" ,;")
        if not plain or {plain, plain.rstrip(".")} & _UNKNOWN or _NO_DAY.fullmatch(plain):
            return Translation(None)
        if edtf.is_edtf(plain.upper()) and "-00" not in plain:
            return Translation(plain.upper())
        if self.birth:
            plain = self._unborn(plain)
        return Translation(self._lunar(plain), tuple(self.notes))

    def _unborn(self, text: str) -> str:
        """A date of birth without what says that it is one."""
        rest = _BORN_AFTER.sub("", _BORN_BEFORE.sub("", text, count=1), count=1).strip()
        if rest != text and re.fullmatch(r"['’]?\d\d(?:\s*[년年]\.?)?", rest, re.ASCII):
            raise BadInput("a year of two digits", hint="write the year in full")
        return rest or text

    def _lunar(self, text: str) -> str:
        """Strip the mark of a calendar, and widen a lunar date to the days that it can be."""
        text, perhaps = lunar_names(text)
        text = decimal_numerals(text)
        unmarked = _without(_SOLAR, text)  # as is meant where nothing is said
        without = _without(_LUNAR, unmarked)
        solar, lunar = unmarked != text, without != unmarked
        if solar and lunar:
            raise BadInput("a date marked solar and lunar", hint="leave the mark that is true")
        if not lunar:
            found = self._timed(unmarked)
            if solar or not perhaps or "/" in found:
                return found
            try:
                edtf.bounds(found)
            except BadInput:  # 二月三十 is a day of the lunar calendar alone
                pass
            else:
                self.note("may be a lunar date: the days of both calendars are admitted")
                return f"{_qualified(found, '?')}/{lunar_end(found, 1, leap=False)}"
        leap = bool(_LEAP.search(without))
        found = self._point(_LEAP.sub("", without).strip())
        self.note("a lunar date, widened to the days that it can be")
        return f"{lunar_end(found, 0, leap=leap)}/{lunar_end(found, 1, leap=leap)}"

    def _timed(self, text: str) -> str:
        """Leave out the time of day; where a time in UTC hides which day it was, admit both."""
        found = _TIMED.fullmatch(text)
        if not found:
            return self._expression(text)
        rest, hour, minute, zone = found.groups()
        if int(hour) > 24 or int(minute) > 59:
            raise BadInput("no such time of day", hint="a date needs no time: leave it out")
        self.note("the time of day was left out")
        day = self._expression(rest)
        in_utc = zone in ("z", "utc", "+00:00", "+0000")
        # From 15:00 UTC on it is the next day in Korea (UTC+9), where most of it happened.
        if in_utc and int(hour) >= 15 and len(day) == 10 and "X" not in day:
            self.note("given in UTC, so it may have been the next day in Korea")
            first, last = edtf.bounds(day)
            if first and last:
                return f"{day}/{(last + timedelta(days=1)).isoformat()}"
        return day

    def _expression(self, text: str, *, ranges: bool = True) -> str:
        """A date; else a range, about and perhaps, an open end, or a part of a year.

        The ends of a range are no ranges themselves, so the work stays in proportion to
        the length of the text.
        """
        text = _WEEKDAY.sub("", text).strip()
        try:
            return self._point(text)
        except BadInput as error:
            why = error
        if ranges:
            for pattern in _RANGES:
                if (found := pattern.fullmatch(text)) and (span := self._range(found[1], found[2])):
                    return span
        for mark, patterns in (("?", _DOUBT), ("~", _ABOUT)):
            for pattern in patterns:
                rest = pattern.sub("", text, count=1)
                if rest != text and rest:
                    return _qualified(self._expression(rest, ranges=ranges), mark)
        if ranges and (found := _EITHER.fullmatch(text)):
            span = self._range(found[1], found[2])
            if span:
                self.note("one of two dates, taken as the time between them")
                return _qualified(span, "?")
        for pattern, before, inclusive in _OPEN:
            if found := pattern.fullmatch(text):
                end = self._expression(found[1], ranges=False)
                return _open(end, before=before, inclusive=inclusive)
        part = self._part(text)
        if part is None:
            raise why
        return part

    def _range(self, start: str, end: str) -> str | None:
        """The interval from one expression to another, or None if they are no such thing."""
        bare = end.strip()
        try:
            first = self._expression(start.strip(), ranges=False)
            last = self._same_year(first, bare) or self._expression(bare, ranges=False)
        except BadInput:
            return None
        return None if "/" in first + last else f"{first}/{last}"

    def _same_year(self, first: str, end: str) -> str | None:
        """The end of "2013년 5월~7월", whose year (and month) stand at the beginning."""
        found = _WITHOUT_YEAR.fullmatch(end)
        if not found or not end:
            return None
        month, day = found.groups()
        parts = (first[:4], month or first[5:7], day)
        return "-".join(part.zfill(2) for part in parts if part)

    def _part(self, text: str) -> str | None:
        """A part of a decade, a year or a month; or a season. None if it is none."""
        for name, pattern in _PARTS:
            found = pattern.fullmatch(text)
            if not found:
                continue
            try:
                whole = self._point((found[1] or found[2]).strip())
            except BadInput:
                continue
            return _part_of(whole, name)
        return None

    def _point(self, text: str) -> str:
        """One date, in any order of its parts."""
        text, era = western_year(text.strip(" ,"))
        if era:
            self.note("a year of the Juche era")
        if edtf.is_edtf(text.upper()) and "/" not in text and "-00" not in text:
            return text.upper()
        if found := _DECADE.fullmatch(text):
            return f"{found[1]}X"
        if found := _YEAR_ONLY.fullmatch(text):
            return found[1]
        if found := _COMPACT.fullmatch(text) or _YEAR_FIRST.fullmatch(text):
            return self._joined(*found.groups())
        if found := _YEAR_LAST.fullmatch(text):
            return self._year_last(found[1], found[2], found[3], found[4])
        if found := _MONTH_YEAR.fullmatch(text):
            return self._joined(found[2], found[1])
        for pattern, order in _ENGLISH:
            if found := pattern.fullmatch(text):
                year, month, *day = (found[at] for at in order)
                return self._joined(year, _MONTHS[month], *day)
        if _SHORT_YEAR.fullmatch(text) or _OF_TWO_DIGITS.fullmatch(text):
            raise BadInput("a year of two digits", hint="write the year in full")
        if re.fullmatch(r"[1-5]\d{4}(?:\.0)?", text):
            raise BadInput(
                "a spreadsheet's count of days, not a date",
                hint="format the column as text or as 2013-05-07, and save the file again",
            )
        raise BadInput("not a date", hint=_HINT)

    def _joined(self, year: str, month: str | None, day: str | None = None) -> str:
        parts = [year]
        for part in (month, day):
            if part is None:
                break
            if int(part) == 0:
                self.note("a month or day of 0 taken as not known")
                break
            parts.append(part.zfill(2))
        return "-".join(parts)

    def _year_last(self, one: str, separator: str, two: str, year: str) -> str:
        """7/5/2013: by what can be, by what the mapping says, or both. With dots, day first."""
        day_first = True if self.day_first is None and separator == "." else self.day_first
        if int(one) > 12 or int(two) > 12 or int(one) == int(two):
            stated, day_first = day_first, int(one) > 12 or int(two) <= 12
            if stated is not None and stated != day_first and int(one) != int(two):
                self.note("day and month the other way round than is usual in this file")
        if day_first is None:
            self.note("day and month could be either way round")
            first, last = sorted((self._joined(year, one, two), self._joined(year, two, one)))
            return f"{first}?/{last}?"
        return self._joined(year, two, one) if day_first else self._joined(year, one, two)


def _without(mark: re.Pattern[str], text: str) -> str:
    """A text without a mark, of which no two parts have grown together."""
    return " ".join(mark.sub(" ", text).split()) if mark.search(text) else text


def _part_of(whole: str, name: str) -> str | None:
    """Put a part ("early", "last-ten", a season) of an EDTF decade, year or month into EDTF."""
    if name.isdigit():
        return f"{whole}-{name}" if len(whole) == 4 else None
    if len(whole) == 4 and whole[3] == "X" and name in _OF_DECADE:
        start, end = _OF_DECADE[name]
        return f"{whole[:3]}{start}/{whole[:3]}{end}"
    table = {4: _OF_YEAR, 7: _OF_MONTH}.get(len(whole), {})
    if "X" in whole or name not in table:
        return None
    first, last = table[name]
    return f"{whole}-{first}/{whole}" + ("" if last == "XX" else f"-{last}")


def _qualified(text: str, mark: str) -> str:
    """Add `?` or `~` to each date of an EDTF string; both together are `%`."""

    def one(end: str) -> str:
        if end in ("", ".."):
            return end
        there = end[-1] if end[-1] in "?~%" else ""
        return end.rstrip("?~%") + (mark if there in ("", mark) else "%")

    return "/".join(one(end) for end in text.split("/"))


def _open(text: str, *, before: bool, inclusive: bool) -> str:
    """Open an EDTF date to one side; without `inclusive` the date itself is left out."""
    if ".." in text:
        raise BadInput("a date with two open ends", hint=_HINT)
    ends = text.split("/")
    end = ends[-1] if before == inclusive else ends[0]
    # What is only about a date, or doubted, cannot be left out by a day.
    if inclusive or end[-1] in "?~%":
        return f"../{end}" if before else f"{end}/.."
    first, last = edtf.bounds(end)
    if first is None or last is None:
        raise BadInput("not a date: an open end without a year", hint=_HINT)
    day = first - timedelta(days=1) if before else last + timedelta(days=1)
    short = _shortened(day, len(end))
    return f"../{short}" if before else f"{short}/.."


def _shortened(day: date, length: int) -> str:
    return day.isoformat()[:length]
