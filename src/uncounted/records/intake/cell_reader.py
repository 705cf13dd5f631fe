"""Cell reader: text, ids, places, terms and dates; reasons name the column and no content."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta

import attrs

from uncounted import delimited
from uncounted.errors import BadInput
from uncounted.records import vocabulary
from uncounted.records.cells.placeholders import (
    is_as_above,
    is_no_name,
    is_null,
    is_placeholder,
    says_nothing,
    says_where,
)
from uncounted.records.cells.zawgyi import is_zawgyi
from uncounted.records.dates import partial_date as dates
from uncounted.records.dates.partial_date import PartialDate
from uncounted.records.fields import DateColumns
from uncounted.records.intake.mapping import Mapping
from uncounted.records.intake.sex_letters import letter_of
from uncounted.records.names import name as names
from uncounted.records.places import gazetteer as places
from uncounted.records.report_limits import LONGEST_ID, LONGEST_WORD, is_id

_SECONDS = "take unix_dates out of the mapping if dates are written out"
_MAY_SAY_NOTHING = ("sex", "authority")
# Of an act or outcome "none", "missing", "removed" and a tick may mean something.
_UNSAID = re.compile(
    "n[/.]?a|unk(?:nown)?|not (?:known|stated|given|recorded|specified|provided|available)"
    "|미상|불명|불상|모름|알 ?수 ?없음|不[明详詳]|未知|[-‐-―−?.… ]*"
)
_MEANT = re.compile("removed|suppressed|삭제")
_MAY_BE_MANY = (
    "a number that a spreadsheet shortened, which others may share"
    " (make the column a text, and export it again)"
)
_SHORTENED = re.compile(r"[0-9](?:[.,][0-9]+)?E\+[0-9]{1,3}", re.IGNORECASE)  # 1.23E+12
_TELEPHONE = re.compile(
    r"\+\d[\d .-]{7,}|0\d{1,3}[ .-]\d{3,4}[ .-]\d{4}"
    r"|(?<!\d)(?:01[016-9]\d{7,8}|1[3-9]\d{9})(?!\d)"  # mobile ones, written as one number
)
_ADDRESS = re.compile(r"@\w[\w-]*\.\w|://|www\.")
_MAY_REACH = re.compile(r"[\d@/.]")  # neither is without one of these
_DIGIT = re.compile(r"\d")
_NUMBER = re.compile(r"(\d+)(?:\.0+)?\s*[년월일年月日.]?")  # 3, 3월 and, as pandas writes it, 3.0
_NUMBERS = re.compile(r"\d+\W+\d[\W\d]*")
_NOT_SHOWN = re.compile(r"#(?:.*[#!?])?")  # #####, #REF!, #NAME?, but not #N/A, which is "none"
_YEAR_ALONE = re.compile(r"[\dX]{4}[?~%]?")
_AGE = re.compile(
    r"(?:aged?|العمر)?\s*(\d{1,3})(?:\.0+)?\s*(?:y(?:ea)?rs?(?: old)?|y/?o|세|살|岁|歳|años|ans"
    r"|سنة|عام[اً]*|рок(?:и|ів)|рік|лет|года?|နှစ်)?\.?",
    re.IGNORECASE,
)
_OLDEST = 115
_EARLY = date(1850, 1, 1)  # before anybody counted here was born
_ZAWGYI = (
    "Burmese that looks like the Zawgyi encoding, most of which agrees with nothing in Unicode:"
    " if other cells do too, convert the file to Unicode, and import it again"
)


def _without_unit(text: str) -> str:
    """A year, month or day from its own column: 3 of "3월" and "3.0"."""
    found = _NUMBER.fullmatch(text)
    return found[1] if found else text


def _is_no_part(part: str) -> bool:
    """Whether what stands for a year, month or day is none: 0, 00, 0000, 99 or 9999."""
    return not part.strip("0") or part in ("99", "9999")


def _read_year(part: str, *, birth: bool) -> tuple[str, tuple[str, ...]]:
    """Read a year column beside a month or a day: "주체97년" is 2008, with a remark."""
    read = dates.read(part, birth=birth)
    if read.date is None:
        return part, ()
    if not _YEAR_ALONE.fullmatch(read.date.edtf):
        raise BadInput(
            "the year column has more than a year, and there is a month or day column",
            hint="keep only the year in it, or use one column for the whole date",
        )
    return read.date.edtf, read.notes


def _odd(day: PartialDate) -> str | None:
    """What to look at in a date that can be, and hardly is meant."""
    if day.earliest and day.earliest > _today():
        return "a date that is still to come"
    end = day.latest or day.earliest
    return "a date before 1850" if end and end < _EARLY else None


def _today() -> date:
    return datetime.now().astimezone().date()


_AND = re.compile(r"\s*[,·，&+]\s*|\s+(?:and|und|и|및)\s+", re.IGNORECASE)


def _parted(text: str) -> list[str]:
    """The parts of a cell of several acts: apart by ; | / or line ends, by commas or "and"."""
    return [piece for part in names.listed(text) for piece in _AND.split(part) if piece]


def says_several(text: str, code_for: Callable[[str], str | None]) -> bool:
    """Whether a cell parts several acts with codes; spaces part none (death sentence)."""
    codes = {code_for(part) for part in _parted(text)}
    return None not in codes and len(codes - {""}) > 1


def _is_unsaid(text: str) -> bool:
    word = vocabulary.key(text)
    if is_null(text) or _UNSAID.fullmatch(word):
        return True
    return is_placeholder(text) and not is_as_above(text) and not _MEANT.search(word)


def codes_of(text: str, code_for: Callable[[str], str | None]) -> list[str] | None:
    """The codes of the words of a cell, each once; None if one of them has no code."""
    codes: dict[str, None] = {}
    whole = code_for(text) if text else None
    for part in [] if whole is not None or _is_unsaid(text) else _parted(text):
        if code_for(part) is None and _is_unsaid(part):
            continue
        for word in [part] if code_for(part) is not None else part.split():
            code = code_for(word)
            if code is None:
                return None
            codes[code] = None
    return [code for code in (codes if whole is None else [whole]) if code]


def _unix(text: str) -> str:
    """Seconds since 1970 as a day in UTC, with its time if that is not midnight."""
    if not re.fullmatch(r"-?[0-9]{1,11}", text):
        raise BadInput("not a number of seconds since 1970", hint=_SECONDS)
    try:
        moment = datetime(1970, 1, 1) + timedelta(seconds=int(text))
    except OverflowError:
        raise BadInput("not a number of seconds since 1970", hint=_SECONDS) from None
    midnight = moment.time() == time.min
    return moment.date().isoformat() if midnight else f"{moment.isoformat()}Z"


class CellReader:
    """The cells of one row, while they are read: collects every reason, not only the first."""

    def __init__(self, row: delimited.Row, mapping: Mapping) -> None:
        self.row, self.mapping = row, mapping
        self.reasons: list[str] = []
        self.warnings: list[str] = []

    def text(self, column: str | None, longest: int = LONGEST_WORD) -> str | None:
        """A cell as text (NFC, trimmed), or None when it says nothing."""
        if column is None:
            return None
        if column in self.row.bad:
            self.reasons.append(f"column {column!r}: {self.row.bad[column]}")
            return None
        if column in self.row.doubts:
            self.warnings.append(f"column {column!r}: {self.row.doubts[column]}")
        text = unicodedata.normalize("NFC", self.row.cells[column]).strip()
        if len(text) > longest:
            self.reasons.append(f"column {column!r}: longer than {longest} characters")
            return None
        if "\ufffd" in text:
            self.warnings.append(
                f"column {column!r}: a character was lost before the file came here"
            )
        if is_zawgyi(text):
            self.warnings.append(f"column {column!r}: {_ZAWGYI}")
        return text if names.has_letters(text) else None

    def known(self, column: str | None, longest: int = LONGEST_WORD) -> str | None:
        """A cell as text, or None when it says that nothing is known: all such would agree."""
        text = self.text(column, longest)
        if text is None or not says_nothing(text):
            return text
        if is_as_above(text):
            self.warnings.append(
                f"column {column!r}: says only 'same as above', which is not read:"
                " write it out in each row"
            )
        return None

    def distinguishing(self, column: str | None, longest: int = LONGEST_WORD) -> str | None:
        """What tells people of one name apart, as `known`; nor is it a 0, which many have."""
        text = self.known(column, longest)
        return text if text and text.strip("0") else None

    def ident(self, column: str) -> str | None:
        """The source's own key, or None with the reason why the cell holds none."""
        before = len(self.reasons)
        text = self.text(column, LONGEST_ID)
        if text is None:
            if len(self.reasons) == before:  # else it was said what is wrong with it
                self.reasons.append(f"no id (column {column!r} is empty)")
        elif not is_id(text):
            self.reasons.append(
                f"column {column!r}: not an id (a line break, a sign that is not seen,"
                " or one that spreadsheets run)"
            )
        elif _SHORTENED.fullmatch(text):
            self.reasons.append(f"column {column!r}: {_MAY_BE_MANY}")
        elif not any(map(str.isdigit, text)) and is_no_name(text, may_be_label=False):
            # with a digit it tells rows apart: X-17, Unknown 3
            self.reasons.append(f"no id (column {column!r} says only that there is none)")
        else:
            return text
        return None

    def place(self, column: str | None) -> str | None:
        """A place as written, or None when it says only that it is not known."""
        text = self.known(column)
        if text is None or not says_where(text):
            return None
        if places.lies_opposite(text):
            self.warnings.append(
                f"column {column!r}: says what lies opposite a place, which is compared with no"
                " place: write where it was"
            )
        return text

    def term(self, kind: str, column: str | None, *, strict: bool = True) -> str | None:
        """The code of a word; without `strict` an unknown word is kept as written."""
        text = self.text(column)
        if text is None:
            return None
        code = self.mapping.code_for(kind, text)
        if code is not None:
            return code or None
        if kind == "act" and says_several(text, self.act_code):
            self.reasons.append(
                f"column {column!r}: several acts in one cell"
                " (say split = true in an [[acts]] section of the mapping: then each is one)"
            )
            return None
        if self.known(column) is None if kind in _MAY_SAY_NOTHING else _is_unsaid(text):
            return None
        if strict and is_zawgyi(text):
            self.reasons.append(f"column {column!r}: {_ZAWGYI}")
        elif strict:
            self.reasons.append(
                f"column {column!r}: not a word of the vocabulary"
                f" (say what it means under [values.{kind}] of the mapping, as in"
                f' "the word" = "{vocabulary.codes(kind)[0]}"; the word is not repeated here,'
                " since a cell may name a person: find it in the file)"
            )
            return None
        self.warnings.append(f"column {column!r}: not a word of the vocabulary, kept as written")
        return text

    def sex(self, column: str | None) -> str | None:
        """The code of a word for the sex; a letter as the whole column has it."""
        codes, remark = self.mapping.sex_letters.codes, self.mapping.sex_letters.remark
        letter = letter_of(self.text(column) or "") if codes else None
        if letter is None or letter not in codes:
            return self.term("sex", column)
        if remark:
            (self.warnings if codes[letter] else self.reasons).append(
                f"column {column!r}: {remark}"
            )
        return codes[letter]

    def act_code(self, word: str) -> str | None:
        """The code of a word for an act: see `Mapping.code_for`."""
        return self.mapping.code_for("act", word)

    def when(self, where: DateColumns | None, *, birth: bool = False) -> PartialDate | None:
        """A date, with remarks as warnings; one that cannot be is a reason."""
        if where is None:
            return None
        column = where.year
        source = self.mapping.source
        try:
            if where.whole:
                text = seen = self._dated(column)
            else:
                text, seen = self._joined(where, birth=birth)
            if text is None or seen is None:
                return None
            if source.unix_dates and where.whole:
                seen = _unix(seen)
            reading = dates.read(
                seen, day_first=source.day_first, birth=birth, calendar=source.calendar
            )
        except BadInput as error:
            self.reasons.append(f"column {column!r}: {error}")
            return None
        self.warnings += [f"column {column!r}: {note}" for note in reading.notes]
        if reading.date and (odd := _odd(reading.date)):
            self.warnings.append(f"column {column!r}: {odd}")
        day = reading.date and attrs.evolve(reading.date, written=text)
        return self._unpadded(column, day)

    def birth_by_age(self, column: str, days: Sequence[PartialDate]) -> PartialDate | None:
        """The years of birth by an age in completed years at the first of these days."""
        text = self.text(column)
        if text is None or self.known(column) is None:
            return None
        found = _AGE.fullmatch(names.visible(text).strip())
        if found is None or int(found[1]) > _OLDEST:
            self.reasons.append(f"column {column!r}: not an age in years")
            return None
        known = [(day.earliest, day.latest) for day in days if day.earliest and day.latest]
        if not known:
            self.warnings.append(f"column {column!r}: an age, and no act has a date")
            return None
        (first, last), age = min(known), int(found[1])
        return PartialDate.of(f"{first.year - age - 1}/{last.year - age}")

    def _dated(self, column: str) -> str | None:
        """A cell of a date, or None if unknown; spreadsheet errors and #### are refused."""
        text = self.text(column)
        if text is not None and _DIGIT.search(text):
            return text
        cell = self.row.cells[column]
        if "#" in cell and _NOT_SHOWN.fullmatch(cell.strip()):
            raise BadInput(
                "a spreadsheet error, or #### from a column that is too narrow",
                hint="widen the column or correct the formula, and export the file again",
            )
        return text and self.known(column)

    def _joined(self, where: DateColumns, *, birth: bool) -> tuple[str | None, str | None]:
        """Year, month and day from their columns, as written and as they are to be read.

        Beside an uncertain year ("about 1985") no month or day is read; 21 to 24 would be seasons.
        """
        parts = [_without_unit(self._dated(column) or "") for column in where.columns]
        if parts[0] in ("00", "99") and {*parts[1:]} != {parts[0]}:  # 1999, where no other is 99
            raise BadInput("a year of two digits", hint="write the year in full")
        parts = ["" if _is_no_part(part) else part for part in parts]
        while parts and not parts[-1]:
            parts.pop()
        if not parts:
            return None, None
        year, *rest = (part or "X" * (2 if at else 4) for at, part in enumerate(parts))
        read = year
        if rest and parts[0] and not year.isdecimal():
            read, notes = _read_year(year, birth=birth)
            self.warnings += [f"column {where.year!r}: {note}" for note in notes]
        if rest and rest[0].isdecimal() and int(rest[0]) > 12:
            raise BadInput("no such month", hint="months run from 01 to 12")
        numeric = all(part.isdecimal() or part == "XX" for part in rest)
        numbers = "".join(f"-{part.zfill(2)}" for part in rest)
        written = year + numbers if numeric else " ".join([year, *rest])
        if rest and read[-1] in "?~%":
            self.warnings.append(
                f"column {where.year!r}: the year is not certain, so the month and day beside it"
                " are left out"
            )
            return written, read
        if numeric:
            return written, read + numbers
        # "3-5" is no 5 March where it stands for a month.
        united = (
            f"{part}{unit}" if _NUMBERS.fullmatch(part) else part
            for part, unit in zip(rest, "월일", strict=False)
        )
        return written, " ".join([read, *united])

    def _unpadded(self, column: str, day: PartialDate | None) -> PartialDate | None:
        """A first of the month from a system that fills gaps with 1 is only a month or a year."""
        if day is None or not day.is_day or not day.edtf.endswith("-01"):
            return day
        if self.mapping.source.calendar:  # a converted day
            return day
        if not self.mapping.source.pads_dates:
            if day.edtf.endswith("-01-01"):
                self.warnings.append(
                    f"column {column!r}: 1 January, which may be only a year"
                    " (if so: pads_dates = true under [source])"
                )
            return day
        shorter = day.edtf[:4] if day.edtf.endswith("-01-01") else day.edtf[:7]
        self.warnings.append(f"column {column!r}: a first of the month taken as not known")
        return PartialDate.of(shorter, written=day.written)

    def no_telephone(self, column: str | None) -> None:
        """Say so where a name holds a telephone number, or an address in the web."""
        text = self.row.cells[column] if column else ""
        if text.isalpha() or not _MAY_REACH.search(text):  # as most are
            return
        for pattern, what in ((_TELEPHONE, "a telephone number"), (_ADDRESS, "a web address")):
            if pattern.search(text):
                self.warnings.append(
                    f"column {column!r}: holds what looks like {what}, which can lead"
                    " to a person and is no part of a name: take it out"
                )

    def reaches(self, column: str, ident: str) -> None:
        """Warn of an id by which a person can be reached: ids are printed in tables."""
        if _TELEPHONE.fullmatch(ident) or _ADDRESS.search(ident):
            self.warnings.append(
                f"column {column!r}: looks like a telephone number or a web address, which can lead"
                " to a person; ids are printed in tables: number the reports anew"
            )

    def number(self, column: str | None) -> str | None:
        """A number in another register; one that looks like a telephone's is kept, and told."""
        text = self.distinguishing(column, LONGEST_ID)
        if text and _SHORTENED.fullmatch(text):
            self.warnings.append(f"column {column!r}: {_MAY_BE_MANY}; it is left out")
            return None
        if text and _TELEPHONE.fullmatch(text):
            self.warnings.append(
                f"column {column!r}: looks like a telephone number, which can lead to a person;"
                " take it out unless it is another register's"
            )
        return text
