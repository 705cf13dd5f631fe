"""Dates as people write them, in English, Korean and Chinese, put into EDTF.

Reads calendar dates in the usual orders, "about", "before", "between", "early", seasons
and decades, years of the Juche era (Juche 1 is 1912) and lunar dates. Where a text
can be read in two ways it admits both and says so; where it cannot be read it is
refused in words that do not repeat it. Nothing is guessed: no century for "13.5.7",
no day for a spreadsheet's number. A date alone is read in `datepoints`, a part of a year in
`dateparts`; what stands beside a date is taken off in `asides`.
"""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from datetime import date, timedelta
from functools import lru_cache

import attrs

from uncounted.errors import BadInput
from uncounted.records.dates import edtf
from uncounted.records.dates.affixes import (
    says_unknown,
    unwrapped,
    without_age,
    without_birth,
    without_time,
    without_unknown,
)
from uncounted.records.dates.calendars import decimal_numerals, lunar_end, lunar_names
from uncounted.records.dates.single_dates import HINT, MONTH, point, sought
from uncounted.records.dates.year_parts import part_of, parted, winter_of_two_years
from uncounted.records.tabular.xlsx_formats import JANUARY_OR_OCTOBER, MAY_BE_OCTOBER

LONGEST = 120


@attrs.frozen
class Translation:
    """An EDTF string, or None where the text says "unknown"; and remarks on the reading."""

    edtf: str | None
    notes: tuple[str, ...] = ()


_WEEKDAY = sought(
    r"\s*[월화수목금토일]요일$|\s*星期[一二三四五六日天]$"
    r"|\s*\((?:[월화수목금토일](?:요일)?|(?:周|星期)?[一二三四五六日])\)"
    r"|\s*\((?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\.?\)"
    r"|^(?:mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun)[a-z]*,?\s+(?=[0-9a-z])"
)
_LUNAR = sought(
    r"\(?(?:음력(?:으로)?|陰曆|陰历|阴历|农历|農曆|旧历|舊曆|lunar(?: calendar| date)?)\)?:?\s*"
    r"|\s*\((?:음|陰|阴)\)\s*|^(?:음|陰|阴)[.:]?\s*(?=\d)"
)
_SOLAR = sought(
    r"\(?(?:양력|陽曆|陽历|阳历|公历|公曆|新历|新曆|solar(?: calendar| date)?)\)?:?\s*"
    r"|\s*\((?:양|陽|阳)\)\s*|^(?:양|陽|阳)[.:]?\s*(?=\d)"
)
_FILLER = sought(r"(月)份|([年月])的|[公西]元\s*")
_LEAP = sought(r"윤(?=\s*\d)|闰|閏|\bleap (?:month )?")
_TIMED = sought(
    r"(.*\d)(?:t|\s+)(\d{1,2}):(\d\d)(?::\d\d(?:[.,]\d+)?)?\s*(?:[ap]\.?m\.?)?\s*(z|utc|[+-]\d\d:?\d\d)?"
)
_DOUBTED = r"(?:\(?\?\)?|\(?추정\)?|로 추정|\(?uncertain\)?|\(?불확실\)?|\(?可能\)?)"
_ABOUT = (
    sought(
        r"^(?:(?:(?:on|in|at) or )?(?:about|around)|approximately|approx\b\.?|circa|ca\b\.?|c\."
        r"|c(?=\s?\d)|roughly|est\b\.?|estimated|약|대략|大约|大約|大概|约|約)\s*(?:in )?"
    ),
    sought(
        r"\s*(?:경|쯤|무렵|정도|전후|내외|안팎|께|左右|前后|前後|上下|\(?approx\.?\)?"
        rf"| or so)(?:에)?(?=(?:\s*{_DOUBTED})?$)"
    ),
)
_PERHAPS = (sought(r"^(?:possibly|perhaps|maybe|probably|아마도?|可能|也许|或许)\s*(?:in )?"),)
_DOUBT = (sought(rf"\s*{_DOUBTED}$"),)
_NOW = r"(?:the )?present(?: day)?|now|today|date|(?:지금|현재|오늘)(?:까지)?|今|现在|現在"
_IS_NOW = sought(_NOW)
# Without one of these there is no range, and nothing in a row.
_RANGE_SIGN = sought(r"[-~–—/,·\u119e、至到에와과]|부터|\b(?:to|until|till|through|and)\b")
_AMID = r"(?:\s*(?:사이|之间|之間)(?:에)?|까지)?"
_RANGES = (
    sought(r"(?:sometime )?between (.+?) and (.+)"),
    sought(r"from (.+?) (?:to|until|till|through) (.+)"),
    sought(r"(.+?)(?:부터|에서)\s*(.+?)(?:까지)?(?:\s*사이)?"),
    sought(r"(.+?)(?:와|과)\s*(.+?)\s*사이"),
    sought(r"[从自从由](.+?)[至到](.+?)(?:之间|期间|止)?"),
    sought(r"(.+?)\s*[至到]\s*(.+?)(?:之间|期间|止)?"),
    sought(rf"(.+?)\s*[~–—]\s*(.+?){_AMID}"),
    sought(r"(.+?) (?:to|until|through|-) (.+)"),
    sought(r"(.+?\d{4})\s*-\s*([a-z].*\d{4})"),
    sought(r"(\d{4}-\d{1,2}-\d{1,2})\s*/\s*(\d{1,2}(?:-\d{1,2})?)"),
    sought(r"(\d{4}([./])\s*\d{1,2}\2\s*\d{1,2}\.?)\s*-\s*(.+)"),
    sought(rf"(.+?[년年월月일日初초말봄름을울])\s*-\s*(.+?){_AMID}"),
    sought(rf"(\d{{4}})\s*-\s*(\d{{4}}\s*[년年]?){_AMID}"),
    sought(r"(\d{4}([-./])\s*\d{1,2}(?:\2\s*\d{1,2})?\.?)\s*-\s*(\d{4}\2.+)"),
    sought(r"(\d{8})\s*-\s*(\d{8})"),
    sought(  # 28 May-2 June 2008
        r"(\d{1,2}[a-z]{0,2} [a-z]+\.?|[a-z]+\.? \d{1,2}[a-z]{0,2})\s*-\s*([a-z\d]+\.? .+)"
    ),
    sought(rf"(.+?)\s*-\s*({_NOW})"),
)
_EN_DASHES = sought(r"(?<!\d)(\d{1,4})–(\d{1,2})–(\d{1,4})(?!\d)")  # as Word writes hyphens
_SIGNS = str.maketrans("\u2010\u2011\u2012\u2212\u223c\u301c", "----~~")
_LISTED = sought(r"(.+?)(\d{1,2})\s*[월月일日号]?\s*([,·\u119e、/-])\s*(\d{1,2}\s*([월月일日号]))")
_EITHER = sought(  # in "spring/3/2009" and "March/2008/12" is no month after the slash
    r"(?!(?:\d{1,2}\s*[월月])?\D*/\s*\d{4}\s*[-./]\s*\d{1,2}$)"
    r"(?:either )?(.+?)\s*(?: or |또는|혹은|이나|或者|或"
    r"|(?:(?<!\d)/|/(?!\d))(?=.*\d{4})(?!\s*\d{1,2}\s*[-./]\s*\d{4}))\s*(.+)"
)
# (pattern, goes before, the date itself is in)
_OPEN = (
    (sought(r"(?:on or before|no later than|not after|by|until|till|up to) (.+)"), True, True),
    (sought(r"(?:sometime )?(?:before|prior to|earlier than) (.+)"), True, False),
    (sought(r"(.+?)\s*(?:이전|까지|以前|为止|or (?:earlier|before))(?:에)?"), True, True),
    (sought(r"(.+?)\s*(?:전|之前)(?:에)?"), True, False),
    (sought(r"(?:on or after|no earlier than|not before|since|from) (.+)"), False, True),
    (sought(r"(?:sometime )?(?:after|later than|following) (.+)"), False, False),
    (
        sought(r"(.+?)\s*(?:이후|부터|以后|以後|以来|起|onwards?|or (?:later|after))(?:에)?"),
        False,
        True,
    ),
    (sought(r"(.+?)\s*(?:후|之后|之後)(?:에)?"), False, False),
)
_MONTH_NAME = sought(rf"\b{MONTH}\b")
_MONTHS_LISTED = sought(rf"{MONTH}\s*([-/,]|\band\b)\s*({MONTH}.*)")
_DAYS_LISTED = sought(rf"(\d{{1,2}})\s*([-/,]|and)\s*(\d{{1,2}} (?:of )?{MONTH}.*)")
_AFTER_MONTH = sought(rf"{MONTH}\s*(\d{{1,2}})\s*([-/,~–]|and|or)\s*(\d{{1,2}}),?\s+(\d{{4}})")
_BRACKETED = sought(r"([^()]+?)\s*\((?!\d+\))([^()]+)\)(?:에)?")
_PART_OF_DECADE = sought(r"(\d{3})\d/\1\d")
_MONTHS_FIRST = sought(r"\d{1,2}\s*[-~–/,]\s*\d{1,2}\s*[월月]")
_ONE_MONTH = sought(r"\d{4}-(?:0\d|1[0-2])")
_DAY = sought(r"\d{4}-\d\d-\d\d")
_DIGIT = sought(r"\d")
_HAS_YEAR = sought(r"\d{4}")
_YEAR_AND_NUMBERS = sought(r"(\d{4})년 (\d{1,2})\s*[-./]")
_BARE_END = sought(r"(?:(\d{1,2})\s*[-./]\s*)?(\d{1,2})\.?")
_WITHOUT_YEAR = sought(r"(?:(\d{1,2})\s*[월月]\s*)?(?:(\d{1,2})\s*[일日号])?")


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
        raise BadInput("not a date: too long for one", hint=HINT)
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
        self.lunar = False

    def note(self, words: str) -> None:
        if words not in self.notes:
            self.notes.append(words)

    def translate(self, text: str) -> Translation:
        seen = "".join(c for c in text if unicodedata.category(c) != "Cf")
        plain = " ".join(unicodedata.normalize("NFKC", seen).casefold().split()).strip(" ,;")
        plain = plain.translate(_SIGNS)
        if "–" in plain:
            plain = _EN_DASHES.sub(r"\1-\2-\3", plain)
        if not plain or says_unknown(plain):
            return Translation(None)
        if edtf.is_edtf(plain.upper()) and "-00" not in plain:
            return Translation(plain.upper(), _half_empty(plain))
        if self.birth:
            plain = self._of_birth(plain)
        if MAY_BE_OCTOBER.fullmatch(plain):  # as a spreadsheet saves 2008.10 in a CSV
            self.note(JANUARY_OR_OCTOBER)
        return Translation(self._calendar(plain), tuple(self.notes))

    def _of_birth(self, text: str) -> str:
        """A date of birth without an age, and without what says that it is one."""
        bare = without_age(text)
        if bare != text:
            self.note("an age or a sign of the zodiac was left out")
        return without_birth(bare)

    def _calendar(self, text: str) -> str:
        """Strip the mark of a calendar, and widen a lunar date to the days that it can be."""
        text, perhaps = lunar_names(text if text.isascii() else _FILLER.sub(r"\1\2", text))
        text = decimal_numerals(text)
        if twice := self._of_both(text):
            return twice
        unmarked = _without(_SOLAR, text)  # as is meant where nothing is said
        without = _without(_LUNAR, unmarked)
        solar, lunar = unmarked != text, without != unmarked
        if solar and lunar:
            raise BadInput("a date marked solar and lunar", hint="leave the mark that is true")
        if lunar:
            return self._lunar(without, first=bool(_LUNAR.match(unmarked)))
        found = self._timed(unmarked)
        if solar or not perhaps:
            return found
        try:
            edtf.bounds(found)
        except BadInput:  # 二月三十 is a day of the lunar calendar alone
            return self._lunar(unmarked, first=True)
        self.note("may be a lunar date: the days of both calendars are admitted")
        return self._widened(found, from_solar=True)

    def _of_both(self, text: str) -> str | None:
        """A day said in both calendars, "1985.3.15(음 1.24)": the solar one; None if it is none."""
        found = _BRACKETED.fullmatch(text)
        sides = sorted(found.groups(), key=lambda side: bool(_LUNAR.search(side))) if found else []
        bare = [_without(_SOLAR, _without(_LUNAR, side)) for side in sides]
        if not all(bare) or sum(bool(_LUNAR.search(side)) for side in sides) != 1:
            return None
        solar, lunar = bare
        wholes = [solar]
        if not _HAS_YEAR.search(solar) and (year := _HAS_YEAR.search(lunar)):
            # The lunar year ends in the next one.
            wholes = [f"{int(year[0]) + later}년 {solar}" for later in (0, 1)]
        try:
            days = [self._point(_YEAR_AND_NUMBERS.sub(r"\1.\2.", whole)) for whole in wholes]
            meant = [(day, one) for day in days for one in self._lunar_twins(lunar, day)]
        except BadInput:
            return None
        if not meant:
            return None
        day = next((day for day, one in meant if _lies_in(day, one)), None)
        if day is None:
            raise BadInput(
                "the solar and the lunar date beside it are not the same day",
                hint="check both, and leave the one that is true",
            )
        self.note("said in both calendars, of which the solar one is read; not checked to the day")
        return day

    def _lunar_twins(self, text: str, day: str) -> list[str]:
        """The days that a lunar date beside a solar day can be; of no year, in both that it may."""
        if not _DAY.fullmatch(day):
            return []
        plain = _LEAP.sub("", text).strip()
        leap = plain != text
        wholes = [plain]
        if not _HAS_YEAR.search(plain):
            wholes = [f"{int(day[:4]) - back}년 {plain}" for back in (0, 1)]
        found = [point(_YEAR_AND_NUMBERS.sub(r"\1.\2.", whole), self.note) for whole in wholes]
        return [self._widened(one, leap=leap) for one in found if _DAY.fullmatch(one)]

    def _lunar(self, text: str, *, first: bool) -> str:
        """A lunar date; `first` says that the mark stands before all of it.

        The mark of "1998년 5월~음력 7월" may be that of its end alone: then the beginning is
        left as it is, since a lunar month is never before the other of its number.
        """
        self.lunar = True
        leap = bool(_LEAP.search(text))
        text = _LEAP.sub("", text).strip()
        try:
            found, whole = self._expression(text, ranges=False), True
        except BadInput:
            found, whole = self._expression(text), first
        self.note("a lunar date, widened to the days that it can be")
        return self._widened(found, leap=leap, from_solar=not whole)

    def _widened(self, found: str, *, leap: bool = False, from_solar: bool = False) -> str:
        """The days that an EDTF string can be if it is of the lunar calendar."""
        ends = found.split("/")
        start, end = ends[0], ends[-1]
        if _backwards(start, end):
            raise BadInput(
                "the interval ends before it begins",
                hint="write the earlier date first, and the year of both",
            )
        leap = leap and len(ends) == 1
        first = _qualified(start, "?") if from_solar else lunar_end(start, 0, leap=leap)
        return f"{first}/{lunar_end(end, 1, leap=leap)}"

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
        """A date; else about or perhaps one, a range, an open end, or a part of a year.

        "About" at the beginning or end of a range may be said of one end or of both: so of both.

        The ends of a range are no ranges themselves, so the work stays in proportion to
        the length of the text.
        """
        text = _WEEKDAY.sub("", text).strip()
        try:
            return self._point(text)
        except BadInput as error:
            why = error
        if (plain := self._plain(text)) != text:
            return self._expression(plain, ranges=ranges)
        if (rest := without_unknown(text)) != text:
            return self._less_known(rest, ranges=ranges)
        if rest := _less(_ABOUT, text):
            return self._about(self._expression(rest, ranges=ranges))
        if rest := _less(_PERHAPS, text):
            return _qualified(self._expression(rest, ranges=ranges), "?")
        if ranges and (span := winter_of_two_years(text) or self._span(text)):
            return span
        if rest := _less(_DOUBT, text):
            return _qualified(self._expression(rest, ranges=ranges), "?")
        found = _EITHER.fullmatch(text) if ranges else None
        if found and (span := self._range(found[1], found[2], ordered=False)):
            return self._either(span)
        for pattern, before, inclusive in _OPEN:
            if found := pattern.fullmatch(text):
                end = self._expression(found[1], ranges=False)
                return _open(end, before=before, inclusive=inclusive or self.lunar)
        part = self._part(text) or self._bracketed(text)
        if part is None:
            raise why
        return part

    def _plain(self, text: str) -> str:
        """A text without a time of day, and without "in" and the like."""
        bare = unwrapped(text)
        if (rest := without_time(bare)) != bare:
            self.note("the time of day was left out")
        return unwrapped(rest)

    def _less_known(self, rest: str, *, ranges: bool) -> str:
        """What is known, where the month or the day is said to be unknown."""
        found = self._expression(rest, ranges=ranges)
        if "/" not in found and "-" in found[7:]:
            raise BadInput("not a date: a day, and that it is unknown", hint=HINT)
        self.note("a month or day is said not to be known")
        return found

    def _about(self, found: str) -> str:
        if "/" in found and not self.lunar:
            edtf.bounds(found)  # the ends of "about 1999 to 1998" would not be found backwards
        return _qualified(found, "~")

    def _span(self, text: str) -> str | None:
        """A range, or months and days in a row ("5,6월"); None if it is none."""
        if not _RANGE_SIGN.search(text):
            return None
        if found := _LISTED.fullmatch(text):
            head, one, sign, end, unit = found.groups()
            start = f"{head}{one}{unit}"
        elif found := _AFTER_MONTH.fullmatch(text):
            month, one, sign, end, year = found.groups()
            start, end = f"{month} {one} {year}", f"{month} {end} {year}"
        elif found := _MONTHS_LISTED.fullmatch(text) or _DAYS_LISTED.fullmatch(text):
            start, sign, end = found.group(1, 2, 3)
        else:
            for pattern in _RANGES:
                if not (found := pattern.fullmatch(text)):
                    continue
                if span := self._range(found[1], found[pattern.groups]):
                    return span
            return self._tilde(text)
        ordered = sign in "-~–"
        span = self._range(start, end, ordered=ordered)
        return span if span is None or ordered else self._either(span)

    def _tilde(self, text: str) -> str | None:
        """A date with ~ before or after it: in Korean "until" or "from", elsewhere "about"."""
        before = text.startswith("~")
        if not before and not text.endswith("~"):
            return None
        rest = text[1:] if before else text[:-1]
        found = self._expression(rest, ranges=False)
        if ".." in found:  # "2004년부터~" is no "about"
            return _open(found, before=before, inclusive=True)
        about = _qualified(found, "~")
        self.note(f"about, or {'until' if before else 'from'} then: both are admitted")
        return _open(about, before=before, inclusive=True)

    def _either(self, span: str) -> str:
        self.note("one of two dates, taken as the time between them")
        return _qualified(span, "?")

    def _range(self, start: str, end: str, *, ordered: bool = True) -> str | None:
        """The interval from one expression to another, or None if they are no such thing.

        `ordered` is false for one of two dates, which may be written in any order.
        """
        start, end = start.strip(), end.strip()
        try:
            if ordered and (open_ended := self._to_no_end(start, end)):
                return open_ended
            try:
                first = self._expression(start, ranges=False)
            except BadInput:
                last = self._expression(end, ranges=False)
                first = self._of_year(start, last, ordered=ordered)
            else:
                last = self._same_year(first, end, ordered=ordered) or self._expression(
                    end, ranges=False
                )
        except BadInput:
            return None
        return None if ".." in first + last else f"{first.split('/')[0]}/{last.split('/')[-1]}"

    def _to_no_end(self, start: str, end: str) -> str | None:
        """A range up to now, or of which one end is not known ("2008~?"); None if it has both."""
        if _DIGIT.search(start) and _DIGIT.search(end):
            return None
        before, after = (says_unknown(one, of_what=False) for one in (start, end))
        now = bool(_IS_NOW.fullmatch(end))
        if before == (after or now):
            return None
        found = self._expression(end if before else start, ranges=False)
        if not now:
            self.note("an end that is not known is left open")
        return _open(found, before=before, inclusive=True)

    def _of_year(self, start: str, last: str, *, ordered: bool) -> str:
        """The beginning of "May to June 2003" and "5-7 May 2003", whose year stands at the end."""
        if re.fullmatch(r"\d{1,2}", start) and len(last) == 10:
            return f"{last[:8]}{start.zfill(2)}"
        if not last[:4].isdecimal() or len(last.rstrip("?~%")) == 4:
            raise BadInput("not a date", hint=HINT)
        # "early to mid-May 2003" begins in May, "early to May 2003" in January.
        if len(last.rstrip("?~%")) > 7 and last[:7] == last.split("/")[-1][:7]:
            with suppress(BadInput):
                return self._expression(f"{start} {last[:7]}", ranges=False)
        if _PART_OF_DECADE.fullmatch(last):  # "early to mid 1990s"
            return self._of_decade(last, start)
        found = self._expression(f"{start} {last[:4]}", ranges=False)
        before = int(last[:4]) - 1
        doubt = "?" if "?" in found else ""
        # "winter to spring 1999" begins in 1998, and so may "midwinter to spring 1999".
        if found.replace("?", "")[4:] in ("-24", f"-01/{before + 2}-02"):
            return f"{before}-12{doubt}"
        if self._crosses(found, last, ordered=ordered):
            return self._expression(f"{start} {before}", ranges=False)
        return found

    def _of_decade(self, decade: str, name: str) -> str:
        """Another part of the decade of which one part is said: no season, and no month."""
        found = self._part(f"{decade[:3]}0s {name.removeprefix('the ')}")
        if found is None or not _PART_OF_DECADE.fullmatch(found):
            raise BadInput("not a date", hint=HINT)
        return found

    def _same_year(self, first: str, end: str, *, ordered: bool) -> str | None:
        """The end of "2013년 5월~7월", whose year (and month) stand at the beginning."""
        if not end or not first[:4].isdecimal():
            return None
        if _PART_OF_DECADE.fullmatch(first):  # 1990년대 중반~후반
            return None if _DIGIT.search(end) else self._of_decade(first, end)
        found = self._end_in(first[:4], first, end)
        if found is None:
            return None
        # "1998년 겨울~봄" and "1998년 겨울~2월" may end in 1999, "1998년 겨울~12월" does not.
        later = _of_two_winters(first) and not "09" <= found.split("/")[-1][5:7] <= "12"
        if later or self._crosses(first, found, ordered=ordered):
            return self._end_in(str(int(first[:4]) + 1), first, end)
        return found

    def _end_in(self, year: str, first: str, end: str) -> str | None:
        """The end of a range, of which no year is written, in a year; None if it is none."""
        if found := _WITHOUT_YEAR.fullmatch(end):
            month, day = found.groups()
            start, last = first.split("/")[0], first.split("/")[-1]
            if int(month or 0) > 12 or (not month and (start[:7] != last[:7] or len(start) < 10)):
                return None
            parts = (year, month or first[5:7], day)
            return "-".join(part.zfill(2) for part in parts if part)
        if (found := _BARE_END.fullmatch(end)) and "/" not in first and len(first) in (7, 10):
            month, part = found.groups()
            if len(first) == 10:
                return f"{year}-{(month or first[5:7]).zfill(2)}-{part.zfill(2)}"
            return None if month or int(part) > 12 else f"{year}-{part.zfill(2)}"
        if len(first) == 4:
            return None
        wholes = [year]
        if first[:7] == first.split("/")[-1][:7]:  # "2013년 5월 초~말"
            wholes.insert(0, first[:7])
        ends = (self._part(f"{whole} {end}") for whole in wholes)
        return next(filter(None, ends), None)

    def _crosses(self, first: str, last: str, *, ordered: bool) -> bool:
        """Tell whether a range with one year written is of two: "2003년 12월~1월".

        "7월~5월" is as likely a slip: what lies between the two is the longer way.
        """
        one, two = _months(first), _months(last)
        if one is None or two is None or one[0] <= two[1]:
            return False
        apart = one[0] - two[1]
        if two[0] + 12 - one[1] > apart or not (ordered or apart == 11):
            return False
        self.note("read across the end of a year")
        return True

    def _part(self, text: str) -> str | None:
        """A part of a decade, a year or a month; or a season. None if it is none."""
        for whole, name in parted(text):
            try:
                part = part_of(self._point(whole), name)
            except BadInput:
                continue
            if part:
                return part
        return None

    def _bracketed(self, text: str) -> str | None:
        """One date said twice, "1998년 겨울(12월경)": the narrower, if it lies in the other."""
        found = _BRACKETED.fullmatch(text)
        if not found:
            return None
        outer = self._part(found[1])
        if outer is None:  # "late 1998 (December)" is no late December
            if not _MONTHS_FIRST.match(found[2]):  # of "1998년 5월(5~6월)" is no 5 May
                with suppress(BadInput):
                    return self._expression(f"{found[1]} {found[2]}")
            outer = self._expression(found[1], ranges=False)
        inner = self._within(found[2], _years(outer))
        if not inner:
            return None
        wholes = _winters(outer) if outer[4:7] == "-24" else (outer,)
        narrow = [one for one in inner if any(_lies_in(one, whole) for whole in wholes)]
        if not narrow:
            wider = [one for one in inner if _lies_in(outer, one)]
            # but "May 1998 (May-June)" is not only May
            if wider and not (_ONE_MONTH.fullmatch(outer) and all("/" in one for one in wider)):
                return outer
            raise BadInput("two dates that contradict one another", hint="leave the true one")
        if len(narrow) == 1:
            return _qualified(narrow[0], "?") if "?" in outer else narrow[0]
        return self._either(f"{narrow[0].split('/')[0]}/{narrow[-1].split('/')[-1]}")

    def _within(self, text: str, years: tuple[str, ...]) -> list[str]:
        """A date in brackets, in each year that the date before them admits."""
        found = []
        for year in years:
            with suppress(BadInput):
                # "about 1998" is no other date, so what goes before a year has to be a month.
                whole = f"{text} {year}" if _MONTH_NAME.search(text) else f"{year}년 {text}"
                found.append(self._expression(whole))
        return found

    def _point(self, text: str) -> str:
        return point(text, self.note, day_first=self.day_first)


def _without(mark: re.Pattern[str], text: str) -> str:
    """A text without a mark, of which no two parts have grown together."""
    return " ".join(mark.sub(" ", text).split()) if mark.search(text) else text


def _less(marks: tuple[re.Pattern[str], ...], text: str) -> str:
    """What is left of a text without the first of some marks; empty if it has none."""
    for mark in marks:
        rest = mark.sub("", text, count=1)
        if rest != text:
            return rest
    return ""


def _half_empty(text: str) -> tuple[str, ...]:
    """What to remark on "2008/", which is EDTF, or a form with one half left empty."""
    if "/" not in text or "/" not in (text[0], text[-1]):
        return ()
    return ("one end of an interval is empty, and taken as open",)


def _backwards(start: str, end: str) -> bool:
    """Tell whether an EDTF date is after another, as far as both are stated."""
    one, two = start.rstrip("?~%"), end.rstrip("?~%")
    length = min(len(one), len(two))
    return ".." not in (one, two) and two[:length] < one[:length]


def _months(text: str) -> tuple[int, int] | None:
    """The first and the last month that a date states, counted; None if it states none."""
    ends = text.split("/")
    try:
        first, last = edtf.bounds(f"{ends[0][:7]}/{ends[-1][:7]}")
    except BadInput:  # the range is refused, in these words, once it is read
        return None
    if first is None or last is None:
        return None
    return first.year * 12 + first.month, last.year * 12 + last.month


def _of_two_winters(text: str) -> bool:
    """Tell whether a text is a winter, or the middle or end of one, of either end of its year."""
    return text[4:7] == "-24" or (text[4:7] == "-01" and text.split("/")[-1][:4] > text[:4])


def _years(text: str) -> tuple[str, ...]:
    first, last = edtf.bounds(text)
    if first is None or last is None or last.year - first.year > 1:
        return ()
    return tuple(str(year) for year in range(first.year, last.year + 1))


def _winters(text: str) -> tuple[str, str]:
    """The two winters of a year, from the first cold to the last."""
    year = int(text[:4])
    return f"{year}-01/{year}-03", f"{year}-11/{year + 1}-03"


def _lies_in(one: str, other: str) -> bool:
    """Tell whether the days of one, as stated, are all days of the other."""
    first, last = edtf.bounds(re.sub("[?~%]", "", one))
    begin, end = edtf.bounds(other)
    if first is None or last is None or begin is None or end is None:
        return False
    return begin <= first and last <= end


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
    ends = text.split("/")
    if inclusive and ends[0 if before else -1] == "..":
        return text
    if ".." in text:
        raise BadInput("a date with two open ends", hint=HINT)
    end = ends[-1] if before == inclusive else ends[0]
    # What is only about a date, or doubted, cannot be left out by a day.
    if inclusive or end[-1] in "?~%":
        return f"../{end}" if before else f"{end}/.."
    first, last = edtf.bounds(end)
    if first is None or last is None:
        raise BadInput("not a date: an open end without a year", hint=HINT)
    day = first - timedelta(days=1) if before else last + timedelta(days=1)
    short = _shortened(day, len(end))
    return f"../{short}" if before else f"{short}/.."


def _shortened(day: date, length: int) -> str:
    return day.isoformat()[:length]
