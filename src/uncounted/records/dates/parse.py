"""Dates as people write them, in English, Korean, Chinese and in part other languages, as EDTF.

Reads the usual orders, "about", "before", "between", "early", seasons, decades, Juche years (Juche
1 is 1912), lunar, Hijri and Ethiopian dates. An ambiguous text admits both readings with a remark;
an unreadable one is refused in words that do not repeat it. Nothing is guessed: no century for
"13.5.7", no day for a spreadsheet's number.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta
from functools import lru_cache

from uncounted.errors import BadInput
from uncounted.records.dates import edtf
from uncounted.records.dates.affixes import (
    says_unknown,
    without_age,
    without_birth,
    without_year_word,
)
from uncounted.records.dates.calendars import decimal_numerals, lunar_end, lunar_names
from uncounted.records.dates.expressions import BRACKETED, ExpressionReader
from uncounted.records.dates.intervals import is_backwards, lies_in, qualified
from uncounted.records.dates.month_words import in_digits
from uncounted.records.dates.other_calendars import converted, without_gregorian_mark
from uncounted.records.dates.single_dates import HINT, point, sought
from uncounted.records.tabular.xlsx_formats import JANUARY_OR_OCTOBER, MAY_BE_OCTOBER

LONGEST = 120


# An EDTF string, or None where the text says "unknown"; and remarks on the reading.
Translation = tuple[str | None, tuple[str, ...]]
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
_EN_DASHES = sought(r"(?<!\d)(\d{1,4})–(\d{1,2})–(\d{1,4})(?!\d)")  # as Word writes hyphens
_SIGNS = str.maketrans("\u2010\u2011\u2012\u2212\u223c\u301c", "----~~")
_DAY = sought(r"\d{4}-\d\d-\d\d")
_HAS_YEAR = sought(r"\d{4}")
_YEAR_AND_NUMBERS = sought(r"(\d{4})년 (\d{1,2})\s*[-./]")


@lru_cache(
    maxsize=16_384
)  # lists repeat their dates: half the work of an import is here without it
def translate(
    text: str,
    *,
    day_first: bool | None = None,
    birth: bool = False,
    calendar: str | None = None,
) -> Translation:
    """Convert one date to EDTF; without `day_first` 07/05/2013 is read both ways.

    `calendar`: that of dates which are not marked (`other_calendars.CALENDARS`).
    """
    if len(text) > LONGEST:
        raise BadInput("not a date: too long for one", hint=HINT)
    return _Reader(day_first, birth=birth, calendar=calendar).translate(text)


class _Reader(ExpressionReader):
    """Reads one text: its calendar and its time of day, then the expression that is left."""

    def __init__(
        self, day_first: bool | None, *, birth: bool = False, calendar: str | None = None
    ) -> None:
        super().__init__(day_first)
        self.birth = birth
        self.calendar = calendar

    def translate(self, text: str) -> Translation:
        seen = "".join(c for c in text if unicodedata.category(c) != "Cf")
        plain = " ".join(unicodedata.normalize("NFKC", seen).casefold().split()).strip(" ,;၊။")
        plain = plain.translate(_SIGNS)
        if not plain.isascii():
            plain = without_year_word("".join(map(_ascii_digit, plain)))
        if "–" in plain:
            plain = _EN_DASHES.sub(r"\1-\2-\3", plain)
        if not plain or says_unknown(plain):
            return None, ()
        gregorian = without_gregorian_mark(plain)
        gregorian = in_digits(gregorian or plain) or gregorian
        if self.calendar and gregorian is None:
            return self._of_calendar(plain), tuple(self.notes)
        plain = gregorian or plain
        if edtf.is_edtf(plain.upper()) and "-00" not in plain:
            return plain.upper(), _half_empty(plain)
        if self.birth:
            plain = self._of_birth(plain)
        if MAY_BE_OCTOBER.fullmatch(plain):  # as a spreadsheet saves 2008.10 in a CSV
            self.note(JANUARY_OR_OCTOBER)
        return self._calendar(plain), tuple(self.notes)

    def _of_calendar(self, text: str) -> str:
        """A date of the calendar that the mapping states."""
        if self.birth:
            text = self._of_birth(text)
        found = converted(text, self.note, calendar=self.calendar)
        if found is None:
            raise BadInput(
                "not a date of the calendar that the mapping states",
                hint="write year, month and day, and A.D. or G.C. after a Gregorian date",
            )
        return found

    def _of_birth(self, text: str) -> str:
        bare = without_age(text)
        if bare != text:
            self.note("an age or a sign of the zodiac was left out")
        return without_birth(bare)

    def _calendar(self, text: str) -> str:
        """Strip the mark of a calendar; convert a date of another to the days that it can be."""
        if (days := converted(text, self.note)) is not None:
            return days
        text, perhaps = lunar_names(text if text.isascii() else _FILLER.sub(r"\1\2", text))
        text = decimal_numerals(text)
        if twice := self._of_both(text):
            return twice
        unmarked = _without(_SOLAR, text)  # as is meant where nothing is said
        without = _without(_LUNAR, unmarked)
        solar, lunar = unmarked != text, without != unmarked
        if solar and lunar:
            raise BadInput("a date marked solar and lunar", hint="keep the correct mark")
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
        found = BRACKETED.fullmatch(text)
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
            days = [self.point(_YEAR_AND_NUMBERS.sub(r"\1.\2.", whole)) for whole in wholes]
            meant = [(day, one) for day in days for one in self._lunar_twins(lunar, day)]
        except BadInput:
            return None
        if not meant:
            return None
        day = next((day for day, one in meant if lies_in(day, one)), None)
        if day is None:
            raise BadInput(
                "the solar and the lunar date are not the same day",
                hint="check both and keep the correct one",
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
        return [
            self._widened(one, leap=leap, possible=True) for one in found if _DAY.fullmatch(one)
        ]

    def _lunar(self, text: str, *, first: bool) -> str:
        """A lunar date; `first` says that the mark stands before all of it.

        The mark of "1998년 5월~음력 7월" may be that of its end alone: then the beginning is
        left as it is, since a lunar month is never before the other of its number.
        """
        self.lunar = True
        leap = bool(_LEAP.search(text))
        text = _LEAP.sub("", text).strip()
        try:
            found, whole = self.expression(text, ranges=False), True
        except BadInput:
            found, whole = self.expression(text), first
        self.note("a lunar date, converted to the days that it can be")
        return self._widened(found, leap=leap, from_solar=not whole)

    def _widened(
        self,
        found: str,
        *,
        leap: bool = False,
        from_solar: bool = False,
        possible: bool = False,
    ) -> str:
        """The days that an EDTF string can be if it is of the lunar calendar."""
        halves = found.split("/")
        start, end = halves[0], halves[-1]
        if is_backwards(start, end):
            raise BadInput(
                "the interval ends before it begins",
                hint="write the earlier date first, and the year of both",
            )
        leap = leap and len(halves) == 1
        first = (
            qualified(start, "?")
            if from_solar
            else lunar_end(start, 0, leap=leap, possible=possible)
        )
        return f"{first}/{lunar_end(end, 1, leap=leap, possible=possible)}"

    def _timed(self, text: str) -> str:
        """Leave out the time of day; where a time in UTC hides which day it was, admit both."""
        found = _TIMED.fullmatch(text)
        if not found:
            return self.expression(text)
        rest, hour, minute, zone = found.groups()
        if int(hour) > 24 or int(minute) > 59:
            raise BadInput("no such time of day", hint="a date needs no time: delete it")
        self.note("the time of day was left out")
        day = self.expression(rest)
        in_utc = zone in ("z", "utc", "+00:00", "+0000")
        # From 15:00 UTC on it is the next day in Korea (UTC+9), where most of it happened.
        if in_utc and int(hour) >= 15 and len(day) == 10 and "X" not in day:
            self.note("given in UTC, so it may have been the next day in Korea")
            first, last = edtf.bounds(day)
            if first and last:
                return f"{day}/{(last + timedelta(days=1)).isoformat()}"
        return day


def _without(mark: re.Pattern[str], text: str) -> str:
    """A text without a mark, of which no two parts have grown together."""
    return " ".join(mark.sub(" ", text).split()) if mark.search(text) else text


def _ascii_digit(char: str) -> str:
    """A digit of any script as one of ASCII; another character as it is."""
    return char if char.isascii() or not char.isdecimal() else str(unicodedata.decimal(char))


def _half_empty(text: str) -> tuple[str, ...]:
    """What to remark on "2008/", which is EDTF, or a form with one half left empty."""
    if "/" not in text or "/" not in (text[0], text[-1]):
        return ()
    return ("one end of an interval is empty, and taken as open",)
