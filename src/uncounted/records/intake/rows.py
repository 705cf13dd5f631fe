"""From the rows of a file to reports: each row is accepted or rejected, with its reasons.

Streams: one row is in memory at a time, beside the ids that were seen. Reasons name
the column as the mapping calls it and never repeat what a cell holds.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path

import attrs

from uncounted import delimited
from uncounted.errors import BadInput
from uncounted.records import vocabulary
from uncounted.records.cells.annotations import holds_more
from uncounted.records.cells.kinship import after_kin, is_fate, whose
from uncounted.records.cells.place_placeholders import says_where
from uncounted.records.cells.placeholders import (
    NAME_FIELDS,
    is_as_above,
    is_header_and_name,
    is_header_word,
    is_label,
    is_no_name,
    is_null,
    is_placeholder,
    is_unknown_part,
    may_be_no_null,
    says_nothing,
)
from uncounted.records.cells.several_people import may_be_several, speaks_of_others
from uncounted.records.dates import partial_date as dates
from uncounted.records.dates.partial_date import PartialDate
from uncounted.records.fields import ActColumns, Column, DateColumns
from uncounted.records.intake.mapping import Mapping
from uncounted.records.names import name as names
from uncounted.records.names.name import Name, visible
from uncounted.records.places import gazetteer as places
from uncounted.records.report import Act, Report
from uncounted.records.tabular import open_table
from uncounted.records.tabular.open_table import Table
from uncounted.vault.reports.consent import USES, Consent

_SECONDS = "take unix_dates out of the mapping if dates are written out"
# Reasons to reject a row, for its names.
NO_NAME = "no name"
SEVERAL_PEOPLE = (
    "a name that speaks of several people (a report is about one: give each a row, with an id)"
)
_MAY_SAY_NOTHING = ("sex", "authority")
# Of an act or outcome "none", "missing", "removed" and a tick may mean something.
_UNSAID = re.compile(
    "n[/.]?a|unk(?:nown)?|not (?:known|stated|given|recorded|specified|provided|available)"
    "|미상|불명|불상|모름|알 ?수 ?없음|不[明详詳]|未知|[-‐-―−?.… ]*"
)
_MEANT = re.compile("removed|suppressed|삭제")
OF_NAMES = frozenset((NO_NAME, SEVERAL_PEOPLE))
ID_TAKEN = "id already used above"  # one reason for all, however many there are
HEADER_AGAIN = "the names of the columns once more, and no report"
_MAY_BE_MANY = (
    "a number that a spreadsheet shortened, which others may share"
    " (make the column a text, and export it again)"
)
LONGEST_ID = 200
LONGEST_NAME = 500
LONGEST_WORD = 2_000
LONGEST_NOTE = 1_000_000


# What a spreadsheet takes for a formula: tables of who is who have the ids as they are. A
# plain negative number is none, and some systems count so.
_RUN = re.compile(r"[=+@]|-(?![0-9]+\Z)")
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
_EARLY = date(1850, 1, 1)  # before anybody counted here was born


def _without_unit(text: str) -> str:
    """A year, month or day from its own column: 3 of "3월" and "3.0"."""
    found = _NUMBER.fullmatch(text)
    return found[1] if found else text


def _is_no_part(part: str) -> bool:
    """Whether what stands for a year, month or day is none: 0, 00, 0000, 99 or 9999."""
    return not part.strip("0") or part in ("99", "9999")


def _read_year(part: str, *, birth: bool) -> tuple[str, tuple[str, ...]]:
    """Read a column of the year beside a month or a day: "주체97년" is 2008, with a remark.

    Raises:
        BadInput: it has more in it than a year (2008-03 beside 3), or it is no date.
    """
    read = dates.read(part, birth=birth)
    if read.date is None:
        return part, ()
    if not _YEAR_ALONE.fullmatch(read.date.edtf):
        raise BadInput(
            "more than a year in its column, and a month or day beside it",
            hint="leave the year alone in it, or name one column for the whole date",
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


@attrs.frozen
class Accepted:
    """A row that is a report; `warnings` say what a person should look at, without content."""

    row: int
    report: Report
    consent: Consent
    warnings: tuple[str, ...] = ()


@attrs.frozen
class Rejected:
    """A row that is not taken, and every reason why, without content."""

    row: int
    reasons: tuple[str, ...]


def read(
    path: Path,
    mapping: Mapping,
    source: str,
    *,
    encoding: str | None = None,
    sheet: str | None = None,
) -> Iterator[Accepted | Rejected]:
    """Read a file row by row.

    The file and the mapping are checked against each other before the first row is
    asked for.

    Args:
        path: a file of a kind that `tables` opens.
        mapping: which column is what.
        source: the name of the list that the reports belong to.
        encoding: the encoding of a CSV file, where it cannot be told.
        sheet: which sheet of a workbook, where there are several.

    Raises:
        BadInput: the file cannot be read as a table.
        BadMapping: the mapping names a column that is not there.
    """
    table = open_table.open_table(path, encoding=encoding, sheet=sheet, repeats=mapping.repeats)
    return read_table(table, mapping, source)


def read_table(table: Table, mapping: Mapping, source: str) -> Iterator[Accepted | Rejected]:
    """Read a table that was opened with the repeats of this mapping, row by row.

    Raises:
        BadMapping: the mapping names a column that is not there; before the first row.
    """
    mapping.check(table.columns)
    return _rows(table, mapping, source)


def _rows(table: Table, mapping: Mapping, source: str) -> Iterator[Accepted | Rejected]:
    taken: set[str] = set()  # a row that is rejected takes no id from one below
    for row in table:
        if row.wrong:
            yield Rejected(row.number, (row.wrong,))
            continue
        if _is_header(row, mapping):
            yield Rejected(row.number, (HEADER_AGAIN,))
            continue
        cells = Cells(row, mapping)
        report_id = cells.ident(mapping.id)
        if report_id in taken:
            cells.reasons.append(ID_TAKEN)
        elif report_id is not None:
            cells.reaches(mapping.id, report_id)
        report = cells.report(source, report_id or "")
        consent = cells.consent()
        if cells.reasons or report_id is None:
            yield Rejected(row.number, tuple(dict.fromkeys(cells.reasons)))
        else:
            taken.add(report_id)
            yield Accepted(row.number, report, consent, tuple(dict.fromkeys(cells.warnings)))


def _is_header(row: delimited.Row, mapping: Mapping) -> bool:
    """Whether a row has names of columns where the id and the name should stand."""
    ident = row.cells[mapping.id].strip()
    columns = [each for each in (mapping.name, mapping.family_name, mapping.given_name) if each]
    said = {column: row.cells[column].strip() for column in columns if row.cells[column].strip()}
    if not ident or not said:
        return False
    again = ident == mapping.id and all(column == cell for column, cell in said.items())
    if again or not is_header_word(ident):
        return again
    heads = all(is_header_word(cell, NAME_FIELDS) for cell in said.values())
    return heads and (len(said) > 1 or not all(map(is_header_and_name, said.values())))


_COMMA = re.compile(r",(?![^(（]*[)）])")  # not in brackets


def _relative(cell: str) -> str:
    """The relative that a cell names, or the cell; 아버지 사망, 어머니 박영희 names one."""
    said = [one.strip() for one in _COMMA.split(cell)]
    left = [one for one in said if is_no_name(one) or not _is_no_relative(one)]
    return left[0] if len(left) == 1 else cell


def _is_no_relative(text: str) -> bool:
    """Whether a relative's name is none: not known (아버지 미상), or what became of them (사망)."""
    return is_no_name(after_kin(visible(text))[0] or text) or is_fate(text)


def _known_part(part: str | None) -> str | None:
    """A part of a name unless it says that it is not known; 김 ○○ stays as it was written."""
    said = part and any(map(str.isalnum, part))
    return None if part and said and is_unknown_part(part) else part


def _is_nobody(name: Name) -> bool:
    """Whether a name is none. Case and A are no label, but a family and a given name, if apart."""
    family, given = name.family, name.given
    apart = family and given and given.isalpha() and name.written == names.joined(family, given)
    return is_no_name(name.written, may_be_label=not apart or is_label(family or ""))


def _has_both(family: str, given: str) -> bool:
    """Whether a given name has the family name in it, and two syllables or words more."""
    one, whole = names.plain(family), names.plain(given)
    if one not in whole:
        return False
    parts: Sequence[str] = whole if names.script(whole) in ("hangul", "han") else whole.split()
    size = len(one) if parts is whole else len(one.split())
    return len(parts) > size + 1 and (whole.startswith(one) or whole.endswith(one))


_AND = re.compile(r"\s*[,·，&+]\s*|\s+(?:and|und|и|및)\s+", re.IGNORECASE)


def _parted(text: str) -> list[str]:
    """The parts of a cell of several acts: apart by ; | / or line ends, by commas or "and"."""
    return [piece for part in names.listed(text) for piece in _AND.split(part) if piece]


def says_several(text: str, code_for: Callable[[str], str | None]) -> bool:
    """Whether a cell parts several acts, of which each has a code.

    A space parts nothing here: a death sentence is no death.
    """
    codes = {code_for(part) for part in _parted(text)}
    return None not in codes and len(codes - {""}) > 1


def _is_unsaid(text: str) -> bool:
    """Whether what stands for an act or outcome only says that nothing is said."""
    word = vocabulary.key(text)
    if is_null(text) or _UNSAID.fullmatch(word):
        return True
    return is_placeholder(text) and not is_as_above(text) and not _MEANT.search(word)


def _codes_of(text: str, code_for: Callable[[str], str | None]) -> list[str] | None:
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
    """Seconds since 1970 as a day, with its time if that is not midnight, in UTC.

    Raises:
        BadInput: it is no such number, or of a year that no date has.
    """
    if not re.fullmatch(r"-?[0-9]{1,11}", text):
        raise BadInput("not a number of seconds since 1970", hint=_SECONDS)
    try:
        moment = datetime(1970, 1, 1) + timedelta(seconds=int(text))
    except OverflowError:
        raise BadInput("not a number of seconds since 1970", hint=_SECONDS) from None
    midnight = moment.time() == time.min
    return moment.date().isoformat() if midnight else f"{moment.isoformat()}Z"


class Cells:
    """One row while it is read: collects every reason, not only the first."""

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
        return text if names.has_letters(text) else None

    def known(self, column: str | None, longest: int = LONGEST_WORD) -> str | None:
        """A cell as text, or None when it says that nothing is known: all such would agree."""
        text = self.text(column, longest)
        if text is None or not says_nothing(text):
            return text
        if is_as_above(text):
            self.warnings.append(
                f"column {column!r}: says only that it is as above, which is not read:"
                " write it out in each row"
            )
        return None

    def telling(self, column: str | None, longest: int = LONGEST_WORD) -> str | None:
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
        elif not text.isprintable() or _RUN.match(text):
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
        if kind == "act" and says_several(text, self._act_code):
            self.reasons.append(
                f"column {column!r}: several acts in one cell"
                " (say split = true in an [[acts]] section of the mapping: then each is one)"
            )
            return None
        if self.known(column) is None if kind in _MAY_SAY_NOTHING else _is_unsaid(text):
            return None
        if strict:
            self.reasons.append(
                f"column {column!r}: not a word of the vocabulary"
                f" (say what it means under [values.{kind}] of the mapping)"
            )
            return None
        self.warnings.append(f"column {column!r}: not a word of the vocabulary, kept as written")
        return text

    def _act_code(self, word: str) -> str | None:
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
            reading = dates.read(seen, day_first=source.day_first, birth=birth)
        except BadInput as error:
            self.reasons.append(f"column {column!r}: {error}")
            return None
        self.warnings += [f"column {column!r}: {note}" for note in reading.notes]
        if reading.date and (odd := _odd(reading.date)):
            self.warnings.append(f"column {column!r}: {odd}")
        day = reading.date and attrs.evolve(reading.date, written=text)
        return self._unpadded(column, day)

    def _dated(self, column: str) -> str | None:
        """A cell of a date, or None when it says that nothing is known; a digit says something.

        Raises:
            BadInput: a spreadsheet has put an error, or ####, where a date was.
        """
        text = self.text(column)
        if text is not None and _DIGIT.search(text):
            return text
        cell = self.row.cells[column]
        if "#" in cell and _NOT_SHOWN.fullmatch(cell.strip()):
            raise BadInput(
                "an error of the spreadsheet, or #### of a column that is too narrow",
                hint="widen the column, or mend the formula, and export it again",
            )
        return text and self.known(column)

    def _joined(self, where: DateColumns, *, birth: bool) -> tuple[str | None, str | None]:
        """Year, month and day from their columns, as written and as they are to be read.

        Beside a year that is not certain ("about 1985") no month or day is read: EDTF would
        say "about" of the day, as if the year were known.

        Raises:
            BadInput: there is no such month (21 to 24 would be read as seasons), or the year is
                no year alone, or has two digits.
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
            raise BadInput("there is no such month", hint="months run from 01 to 12")
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

    def names(self) -> tuple[Name, ...]:
        """The main name first, then the others, each once."""
        mapping, before = self.mapping, len(self.reasons)
        main = self.text(mapping.name, LONGEST_NAME)
        family, given = self._parts(mapping.family_name, mapping.given_name)
        if family and given and _has_both(family, given):
            self.warnings.append(
                f"column {mapping.given_name!r}: begins or ends with the family name, as a whole"
                " name does: if it is one, it is the name in the mapping, and no given_name"
            )
        found = []
        if main or family or given:
            found.append(Name(main or names.joined(family, given), family, given))
        for column in mapping.name_alt:
            found += [Name(one) for one in names.listed(self.known(column, LONGEST_NAME) or "")]
        stated = [name for name in found if not _is_nobody(name)]
        columns = (mapping.name, mapping.given_name, mapping.family_name, *mapping.name_alt)
        for each in columns:
            self._no_telephone(each)
            if each != mapping.family_name or not given:  # Null Hans is kept
                self._not_emptied(each)
        if not stated and len(self.reasons) == before:  # else it was said what is wrong with it
            self.reasons.append(NO_NAME)
        self._of_one(stated, (mapping.name, mapping.given_name, mapping.family_name))
        if stated and all(whose(name.given or name.written) is not None for name in stated):
            said = [each for each in columns if each and self.row.cells[each].strip()]
            kin = [each for each in said if whose(self.row.cells[each]) is not None]
            first = (kin or said)[0]
            self.warnings.append(
                f"column {first!r}: says whose relative this is, and no name of their own:"
                " who is who goes by what else is said"
            )
        once = {name.written: name for name in reversed(stated)}
        return tuple(reversed(once.values()))

    def _parts(self, *columns: str | None) -> tuple[str | None, str | None]:
        """Family and given name, each without what says that it is not known."""
        family, given = (self.text(column, LONGEST_NAME) for column in columns)
        if all(part is None or says_nothing(part) for part in (family, given)):
            return None, None
        if given and is_null(given):  # Null may be a family name, and no given one
            given = None
        family, given = map(_known_part, (family, given))
        return family, given

    def _of_one(self, stated: list[Name], columns: tuple[str | None, ...]) -> None:
        """Refuse names that speak of several people, and say so where there may be several."""
        if any(speaks_of_others(name.written) for name in stated):
            self.reasons.append(SEVERAL_PEOPLE)
            return
        for column in filter(None, columns if stated else ()):
            if may_be_several(self.row.cells[column]):
                self.warnings.append(
                    f"column {column!r}: may name several people, of whom one would be counted:"
                    " give each a row, or put another name of the same person into name_alt"
                )
            elif holds_more(self.row.cells[column]):
                self.warnings.append(
                    f"column {column!r}: holds more than a name, and is kept as written:"
                    " leave the name alone in it, and put the rest into columns of its own"
                )

    def _not_emptied(self, column: str | None) -> None:
        """Say so where what may be a name is read as an empty cell: 난 may be spelt nan."""
        if column and any(map(may_be_no_null, names.listed(self.row.cells[column]))):
            self.warnings.append(
                f"column {column!r}: reads as an empty cell (if it is a name, begin it with a"
                " capital, or write it in another script)"
            )

    def _no_telephone(self, column: str | None) -> None:
        """Say so where a name holds a telephone number, or an address in the web."""
        text = self.row.cells[column] if column else ""
        if text.isalpha() or not _MAY_REACH.search(text):  # as most are
            return
        for pattern, what in ((_TELEPHONE, "a telephone number"), (_ADDRESS, "a web address")):
            if pattern.search(text):
                self.warnings.append(
                    f"column {column!r}: holds what looks like {what}, which leads to"
                    " somebody and is no part of a name: take it out"
                )

    def reaches(self, column: str, ident: str) -> None:
        """Say so where an id says how somebody is reached: ids stand in the clear in tables."""
        if _TELEPHONE.fullmatch(ident) or _ADDRESS.search(ident):
            self.warnings.append(
                f"column {column!r}: looks like a telephone number or a web address, which leads to"
                " somebody; ids stand in tables as they are: number the reports anew"
            )

    def number(self, column: str | None) -> str | None:
        """A number in another register; one that looks like a telephone's is kept, and told."""
        text = self.telling(column, LONGEST_ID)
        if text and _SHORTENED.fullmatch(text):
            self.warnings.append(f"column {column!r}: {_MAY_BE_MANY}; it is left out")
            return None
        if text and _TELEPHONE.fullmatch(text):
            self.warnings.append(
                f"column {column!r}: looks like a telephone number, which leads to somebody;"
                " take it out unless it is another register's"
            )
        return text

    def relative(self) -> Name | None:
        """The relative's name; of several the first, since a report has room for one."""
        column = self.mapping.relative
        self._no_telephone(column)
        listed = names.listed(self.telling(column, LONGEST_NAME) or "")
        found = [one for one in map(_relative, listed) if not _is_no_relative(one)]
        if len(found) > 1:
            self.warnings.append(f"column {column!r}: several names, of which the first is kept")
        if found and (speaks_of_others(found[0]) or may_be_several(found[0])):
            self.warnings.append(
                f"column {column!r}: speaks of several people, where a report names one relative:"
                " leave the one whom other lists name"
            )
        return Name(found[0]) if found else None

    def acts(self, where: ActColumns) -> Iterator[Act]:
        """The acts of a place in the mapping: one, several of a cell, or those of the repeats."""
        if where.repeat is not None:
            for row in self.row.repeats.get(where.repeat, ()):
                yield from self._repeated(row, where)
        elif where.split:
            yield from self._split(where)
        elif act := self.act(where):
            yield act

    def _repeated(self, row: delimited.Row, where: ActColumns) -> Iterator[Act]:
        cells = Cells(row, self.mapping)
        if row.wrong:
            cells.reasons.append(row.wrong)
        else:
            yield from cells.acts(attrs.evolve(where, repeat=None))
        self.reasons += [f"{where.repeat!r}, row {row.number}: {one}" for one in cells.reasons]
        self.warnings += [f"{where.repeat!r}: {one}" for one in cells.warnings]

    def _split(self, where: ActColumns) -> Iterator[Act]:
        """Acts of one cell: parted by ; | / or line ends, or, as in a form, by spaces."""
        text = self.text(where.act) or ""
        kinds = _codes_of(text, self._act_code)
        if kinds is None:
            self.reasons.append(
                f"column {where.act!r}: not words of the vocabulary"
                " (say what each means under [values.act] of the mapping)"
            )
            return
        rest = attrs.evolve(where, act=None)
        for kind in kinds or [""]:
            if act := self.act(attrs.evolve(rest, kind=kind or None)):
                yield act
            elif kind:
                yield self._covered(Act(kind))

    def act(self, where: ActColumns) -> Act | None:
        """One act, or None when the row says nothing of it."""
        kind = self.term("act", where.act)
        when, place = self.when(where.date), self.place(where.place)
        authority = self.term("authority", where.authority, strict=False)
        outcome = self.term("outcome", where.outcome)
        act = Act(kind, when, place, authority, outcome)
        if act == Act():
            return None
        return self._covered(attrs.evolve(act, kind=where.kind or kind))

    def _covered(self, act: Act) -> Act:
        """The act, with a warning if the source does not cover it."""
        covers = self.mapping.source.covers
        if covers is None:
            return act
        if act.date and not covers.admits_date(act.date):
            self.warnings.append("an act outside the period that the source covers")
        if act.kind and covers.acts and act.kind not in covers.acts:
            self.warnings.append("an act of a kind that the source does not cover")
        return act

    def report(self, source: str, report_id: str) -> Report:
        """The report of the row, of worth only when there are no reasons against it."""
        mapping = self.mapping
        birth = self.when(mapping.birth, birth=True)
        acts = tuple(act for where in mapping.acts for act in self.acts(where))
        if birth and birth.earliest:
            ends = [act.date.latest for act in acts if act.date and act.date.latest]
            if any(end < birth.earliest for end in ends):
                self.warnings.append("an act before the birth of the person")
        return Report(
            source=source,
            id=report_id,
            names=self.names(),
            sex=self.term("sex", mapping.sex),
            birth=birth,
            origin=self.place(mapping.origin),
            acts=acts,
            note=self.text(mapping.note, LONGEST_NOTE),
            collector=self.text(mapping.collector) or mapping.source.collector,
            relative=self.relative(),
            occupation=self.telling(mapping.occupation),
            number=self.number(mapping.number),
        )

    def consent(self) -> Consent:
        """The consent of the row; what cannot be understood allows nothing and is a reason."""
        rule = self.mapping.consent
        if (same := rule.same_for_all) is not None:
            return same
        uses = self._uses(rule.uses.name) if isinstance(rule.uses, Column) else rule.uses
        until = self._until(rule.until.name) if isinstance(rule.until, Column) else rule.until
        audience, given_by = (
            self.text(value.name) if isinstance(value, Column) else value
            for value in (rule.audience, rule.given_by)
        )
        return Consent(uses, audience, until, given_by)

    def _uses(self, column: str) -> frozenset[str]:
        text = self.text(column)
        if text is None:
            return frozenset()
        own = self.mapping.uses_words
        if (meant := own.get(vocabulary.key(text))) is not None:
            return meant
        uses: set[str] = set()
        is_refused = False
        for word in names.listed(text.replace(",", ";")):
            code = word.casefold()
            if code in USES:
                uses.add(code)
            elif (part := own.get(vocabulary.key(word))) is not None:
                uses |= part
                is_refused = is_refused or not part
            elif form := self._uses_of_form(word):
                uses |= form
            elif code in ("no", "none"):
                is_refused = True
            else:
                self.reasons.append(
                    f"column {column!r}: not a use that can be consented to"
                    " (say what it means under [values.uses] of the mapping)"
                )
        if is_refused and uses:
            self.reasons.append(
                f"column {column!r}: allows a use, and says no beside it"
                " (say what the whole cell means under [values.uses] of the mapping)"
            )
        return frozenset(uses)

    def _uses_of_form(self, words: str) -> frozenset[str]:
        """Uses parted by spaces, as a form writes them; none if a word is anything else.

        "no link" must never become `link`, so each word has to allow something.
        """
        own = self.mapping.uses_words
        uses = [
            own.get(vocabulary.key(word), frozenset({word.casefold()} & set(USES)))
            for word in words.split()
        ]
        return frozenset[str]().union(*uses) if all(uses) else frozenset()

    def _until(self, column: str) -> date | None:
        text = self.text(column)
        if text is None:
            return None
        try:
            day = dates.parse(text, day_first=self.mapping.source.day_first)
        except BadInput:
            day = None
        if day is None or not day.is_day:
            self.reasons.append(
                f"column {column!r}: not a full day, so when consent ends is not known"
            )
            return None
        return day.earliest
