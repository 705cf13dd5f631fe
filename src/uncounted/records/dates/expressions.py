"""Date expressions: about, perhaps, ranges, one of two dates, open ends, parts of a year.

A date alone is read in `single_dates`, a part of a year in `year_parts`; what stands beside a date
is taken off in `affixes`. Calendars and times of day are read before, in `parse`.
"""

from __future__ import annotations

import re
from contextlib import suppress

from uncounted.errors import BadInput
from uncounted.records import lexicon
from uncounted.records.dates import edtf
from uncounted.records.dates.affixes import says_unknown, unwrapped, without_time, without_unknown
from uncounted.records.dates.intervals import (
    is_of_two_winters,
    lies_in,
    months_of,
    opened,
    qualified,
    winters_of,
    years_of,
)
from uncounted.records.dates.month_words import in_digits
from uncounted.records.dates.single_dates import HINT, MONTH, point, sought
from uncounted.records.dates.year_parts import part_of, parted, winter_of_two_years

_WEEKDAY = sought(
    r"\s*[월화수목금토일]요일$|\s*星期[一二三四五六日天]$"
    r"|\s*\((?:[월화수목금토일](?:요일)?|(?:周|星期)?[一二三四五六日])\)"
    r"|\s*\((?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\.?\)"
    r"|^(?:mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun)[a-z]*,?\s+(?=[0-9a-z])"
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
    lexicon.pattern(r"^{about}(?:\.\s*|\s+)", re.NOFLAG),  # близько, ок., hacia, vers, حوالي
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
    sought(r"(\d{1,2}\.\d{1,2}\.\d{4})\s*-\s*(\d{1,2}\.\d{1,2}\.\d{4})"),
    sought(r"(\d{1,2})\s*-\s*(\d{1,2}(?:\.\s?\d{1,2}\.\s?|\.? [^\d]+)\d{4})"),  # 5-7.03.2022
    sought(rf"(.+?)\s*-\s*({_NOW})"),
)
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
BRACKETED = sought(r"([^()]+?)\s*\((?!\d+\))([^()]+)\)(?:에)?")
_PART_OF_DECADE = sought(r"(\d{3})\d/\1\d")
_MONTHS_FIRST = sought(r"\d{1,2}\s*[-~–/,]\s*\d{1,2}\s*[월月]")
_ONE_MONTH = sought(r"\d{4}-(?:0\d|1[0-2])")
_DIGIT = sought(r"\d")
_BARE_END = sought(r"(?:(\d{1,2})\s*[-./]\s*)?(\d{1,2})\.?")
_WITHOUT_YEAR = sought(r"(?:(\d{1,2})\s*[월月]\s*)?(?:(\d{1,2})\s*[일日号])?")


class ExpressionReader:
    """Reads one date expression; collects remarks on the way."""

    def __init__(self, day_first: bool | None) -> None:
        self.day_first = day_first
        self.notes: list[str] = []
        self.lunar = False

    def note(self, words: str) -> None:
        """Add a remark, once."""
        if words not in self.notes:
            self.notes.append(words)

    def expression(self, text: str, *, ranges: bool = True) -> str:
        """A date; else about or perhaps one, a range, an open end, or a part of a year.

        "About" at either end of a range is taken of both. The ends of a range are no ranges
        themselves, so the work stays in proportion to the length of the text.
        """
        text = _WEEKDAY.sub("", text).strip()
        try:
            return self.point(text)
        except BadInput as error:
            why = error
        if (plain := self._plain(text)) != text:
            return self.expression(plain, ranges=ranges)
        if (rest := without_unknown(text)) != text:
            return self._less_known(rest, ranges=ranges)
        if rest := _less(_ABOUT, text):
            return self._about(self.expression(rest, ranges=ranges))
        if rest := _less(_PERHAPS, text):
            return qualified(self.expression(rest, ranges=ranges), "?")
        if ranges and (span := winter_of_two_years(text) or self._span(text)):
            return span
        if rest := _less(_DOUBT, text):
            return qualified(self.expression(rest, ranges=ranges), "?")
        found = _EITHER.fullmatch(text) if ranges else None
        if found and (span := self._range(found[1], found[2], ordered=False)):
            return self._either(span)
        for pattern, before, inclusive in _OPEN:
            if found := pattern.fullmatch(text):
                end = self.expression(found[1], ranges=False)
                return opened(end, before=before, inclusive=inclusive or self.lunar)
        part = self._part(text) or self._bracketed(text)
        if part is None:
            raise why
        return part

    def _plain(self, text: str) -> str:
        bare = unwrapped(text)
        if (rest := without_time(bare)) != bare:
            self.note("the time of day was left out")
        return unwrapped(rest)

    def _less_known(self, rest: str, *, ranges: bool) -> str:
        found = self.expression(rest, ranges=ranges)
        if "/" not in found and "-" in found[7:]:
            raise BadInput("not a date: it has a day and says that the day is unknown", hint=HINT)
        self.note("a month or day is said not to be known")
        return found

    def _about(self, found: str) -> str:
        if "/" in found and not self.lunar:
            edtf.bounds(found)  # the ends of "about 1999 to 1998" would not be found backwards
        return qualified(found, "~")

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
        found = self.expression(rest, ranges=False)
        if ".." in found:  # "2004년부터~" is no "about"
            return opened(found, before=before, inclusive=True)
        about = qualified(found, "~")
        self.note(f"about, or {'until' if before else 'from'} then: both are admitted")
        return opened(about, before=before, inclusive=True)

    def _either(self, span: str) -> str:
        self.note("one of two dates, taken as the time between them")
        return qualified(span, "?")

    def _range(self, start: str, end: str, *, ordered: bool = True) -> str | None:
        """The interval of two expressions, or None; not `ordered`: one of two dates."""
        start, end = start.strip(), end.strip()
        try:
            if ordered and (open_ended := self._to_no_end(start, end)):
                return open_ended
            try:
                first = self.expression(start, ranges=False)
            except BadInput:
                last = self.expression(end, ranges=False)
                first = self._of_year(start, last, ordered=ordered)
            else:
                last = self._same_year(first, end, ordered=ordered) or self.expression(
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
        found = self.expression(end if before else start, ranges=False)
        if not now:
            self.note("an end that is not known is left open")
        return opened(found, before=before, inclusive=True)

    def _of_year(self, start: str, last: str, *, ordered: bool) -> str:
        """The beginning of "May to June 2003" and "5-7 May 2003", whose year stands at the end."""
        if re.fullmatch(r"\d{1,2}", start) and len(last) == 10:
            return f"{last[:8]}{start.zfill(2)}"
        if not last[:4].isdecimal() or len(last.rstrip("?~%")) == 4:
            raise BadInput("not a date", hint=HINT)
        # "early to mid-May 2003" begins in May, "early to May 2003" in January.
        if len(last.rstrip("?~%")) > 7 and last[:7] == last.split("/")[-1][:7]:
            with suppress(BadInput):
                return self.expression(f"{start} {last[:7]}", ranges=False)
        if _PART_OF_DECADE.fullmatch(last):  # "early to mid 1990s"
            return self._of_decade(last, start)
        found = self.expression(f"{start} {last[:4]}", ranges=False)
        before = int(last[:4]) - 1
        doubt = "?" if "?" in found else ""
        # "winter to spring 1999" begins in 1998, and so may "midwinter to spring 1999".
        if found.replace("?", "")[4:] in ("-24", f"-01/{before + 2}-02"):
            return f"{before}-12{doubt}"
        if self._crosses(found, last, ordered=ordered):
            return self.expression(f"{start} {before}", ranges=False)
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
        later = is_of_two_winters(first) and not "09" <= found.split("/")[-1][5:7] <= "12"
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
        candidates = (self._part(f"{whole} {end}") for whole in wholes)
        return next(filter(None, candidates), None)

    def _crosses(self, first: str, last: str, *, ordered: bool) -> bool:
        """Tell whether a range of one year ends in the next: "2003년 12월~1월", not "7월~5월"."""
        one, two = months_of(first), months_of(last)
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
                part = part_of(self.point(whole), name)
            except BadInput:
                continue
            if part:
                return part
        return None

    def _bracketed(self, text: str) -> str | None:
        """One date said twice, "1998년 겨울(12월경)": the narrower, if it lies in the other."""
        found = BRACKETED.fullmatch(text)
        if not found:
            return None
        outer = self._part(found[1])
        if outer is None:  # "late 1998 (December)" is no late December
            if not _MONTHS_FIRST.match(found[2]):  # of "1998년 5월(5~6월)" is no 5 May
                with suppress(BadInput):
                    return self.expression(f"{found[1]} {found[2]}")
            outer = self.expression(found[1], ranges=False)
        inner = self._within(found[2], years_of(outer))
        if not inner:
            return None
        wholes = winters_of(outer) if outer[4:7] == "-24" else (outer,)
        narrow = [one for one in inner if any(lies_in(one, whole) for whole in wholes)]
        if not narrow:
            wider = [one for one in inner if lies_in(outer, one)]
            # but "May 1998 (May-June)" is not only May
            if wider and not (_ONE_MONTH.fullmatch(outer) and all("/" in one for one in wider)):
                return outer
            raise BadInput("two dates that contradict each other", hint="keep the correct one")
        if len(narrow) == 1:
            return qualified(narrow[0], "?") if "?" in outer else narrow[0]
        return self._either(f"{narrow[0].split('/')[0]}/{narrow[-1].split('/')[-1]}")

    def _within(self, text: str, years: tuple[str, ...]) -> list[str]:
        """A date in brackets, in each year that the date before them admits."""
        found = []
        for year in years:
            with suppress(BadInput):
                # "about 1998" is no other date, so what goes before a year has to be a month.
                whole = f"{text} {year}" if _MONTH_NAME.search(text) else f"{year}년 {text}"
                found.append(self.expression(whole))
        return found

    def point(self, text: str) -> str:
        """A date alone: see `single_dates.point` and `month_words`."""
        return point(in_digits(text) or text, self.note, day_first=self.day_first)


def _less(marks: tuple[re.Pattern[str], ...], text: str) -> str:
    """What is left of a text without the first of some marks; empty if it has none."""
    for mark in marks:
        rest = mark.sub("", text, count=1)
        if rest != text:
            return rest
    return ""
