"""Row reader: each row of a file is accepted as a report or rejected with all its reasons.

One row is in memory at a time, beside the ids seen. Reasons name the column as the mapping calls it
and never repeat a cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial

import attrs

from uncounted import delimited
from uncounted._processes import in_order
from uncounted.errors import BadInput
from uncounted.records import vocabulary
from uncounted.records.cells.kinship import after_kin, is_fate, whose
from uncounted.records.cells.name_annotations import is_whole
from uncounted.records.cells.name_parser import holds_more
from uncounted.records.cells.placeholders import (
    NAME_FIELDS,
    is_header_and_name,
    is_header_word,
    is_label,
    is_no_name,
    is_null,
    is_unknown_part,
    says_nothing,
)
from uncounted.records.cells.several_people import speaks_of_others
from uncounted.records.dates import partial_date as dates
from uncounted.records.fields import ActColumns, Column
from uncounted.records.intake.cell_reader import CellReader, codes_of
from uncounted.records.intake.mapping import Mapping
from uncounted.records.names import name as names
from uncounted.records.names.name import Name, visible
from uncounted.records.report import Act, Report
from uncounted.records.report_limits import LONGEST_NAME, LONGEST_NOTE, faults
from uncounted.records.tabular.open_table import Table
from uncounted.vault.reports.consent import USES, Consent

# Reasons to reject a row, for its names.
NO_NAME = "no name"
SEVERAL_PEOPLE = "a name of several people (a report is about one: give each a row, with an id)"
OF_NAMES = frozenset((NO_NAME, SEVERAL_PEOPLE))
ID_TAKEN = "id already used above"  # one reason for all, however many there are
HEADER_AGAIN = "the names of the columns once more, and no report"


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


def read_table(table: Table, mapping: Mapping, source: str) -> Iterator[Accepted | Rejected]:
    """Read a table opened with the repeats of this mapping, after checking its columns."""
    mapping.check(table.columns)
    return _rows(table, mapping, source)


def _rows(table: Table, mapping: Mapping, source: str) -> Iterator[Accepted | Rejected]:
    if column := mapping.sex:
        cells = (row.cells[column] for row in table if not row.wrong)
        mapping = mapping.for_cells_of_sex(cells)
    taken: set[str] = set()  # a row that is rejected takes no id from one below
    for row in in_order(partial(_read_rows, mapping, source), table):
        if isinstance(row, Rejected):
            yield row
        elif row.report.id in taken:
            yield Rejected(row.row, (ID_TAKEN, *row.reasons))
        elif row.reasons:
            yield Rejected(row.row, row.reasons)
        else:
            taken.add(row.report.id)
            yield Accepted(row.row, row.report, row.consent, row.warnings)


@attrs.frozen
class _Read:
    """A row that has an id, and every reason why it is not taken."""

    row: int
    report: Report
    consent: Consent
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]


def _read_rows(mapping: Mapping, source: str, rows: list[delimited.Row]) -> list[_Read | Rejected]:
    return [_read_row(row, mapping, source) for row in rows]


def _read_row(row: delimited.Row, mapping: Mapping, source: str) -> _Read | Rejected:
    """Read a row on its own, whatever the others have."""
    if row.wrong:
        return Rejected(row.number, (row.wrong,))
    if _is_header(row, mapping):
        return Rejected(row.number, (HEADER_AGAIN,))
    cells = RowReader(row, mapping)
    report_id = cells.ident(mapping.id)
    if report_id is not None:
        cells.reaches(mapping.id, report_id)
    report = cells.report(source, report_id or "")
    consent = cells.consent()
    if not cells.reasons:
        cells.reasons += faults(report)
    reasons = tuple(dict.fromkeys(cells.reasons))
    if report_id is None:
        return Rejected(row.number, reasons)
    return _Read(row.number, report, consent, reasons, tuple(dict.fromkeys(cells.warnings)))


def _is_header(row: delimited.Row, mapping: Mapping) -> bool:
    """Whether a row has names of columns where the id and the name should stand."""
    ident = row.cells[mapping.id].strip()
    columns = [each for each in (mapping.name, mapping.family_name, mapping.given_name) if each]
    filled = {column: row.cells[column].strip() for column in columns if row.cells[column].strip()}
    if not ident or not filled:
        return False
    again = ident == mapping.id and all(column == cell for column, cell in filled.items())
    if again or not is_header_word(ident):
        return again
    heads = all(is_header_word(cell, NAME_FIELDS) for cell in filled.values())
    return heads and (len(filled) > 1 or not all(map(is_header_and_name, filled.values())))


_COMMA = re.compile(r",(?![^(（]*[)）])")  # not in brackets


def _relative(cell: str) -> str:
    """The relative that a cell names, or the cell; 아버지 사망, 어머니 박영희 names one."""
    parts = [one.strip() for one in _COMMA.split(cell)]
    left = [one for one in parts if is_no_name(one) or not _is_no_relative(one)]
    return left[0] if len(left) == 1 else cell


def _is_no_relative(text: str) -> bool:
    """Whether a relative's cell has no name: unknown (아버지 미상), or their fate (사망)."""
    return is_no_name(after_kin(visible(text))[0] or text) or is_fate(text)


def _known_part(part: str | None) -> str | None:
    """A part of a name unless it says that it is not known; 김 ○○ stays as it was written."""
    has_letters = part and any(map(str.isalnum, part))
    return None if part and has_letters and is_unknown_part(part) else part


def _is_nobody(name: Name) -> bool:
    """Whether a name is none. Case and A are no label, but a family and a given name, if apart."""
    family, given = name.family, name.given
    apart = family and given and given.isalpha() and name.written == names.joined(family, given)
    return is_no_name(name.written, may_be_label=not apart or is_label(family or ""))


def _may_be_whole(part: str, other: str | None) -> bool:
    """Whether a part of a name has the other in it and two syllables or words more, or has both."""
    if not other:
        return is_whole(part, least=3)
    one, whole = names.plain(other), names.plain(part)
    if one not in whole:
        return False
    parts: Sequence[str] = whole if names.script(whole) in ("hangul", "han") else whole.split()
    size = len(one) if parts is whole else len(one.split())
    return len(parts) > size + 1 and (whole.startswith(one) or whole.endswith(one))


class RowReader(CellReader):
    """One row read into a report and its consent."""

    def names(self) -> tuple[Name, ...]:
        """The main name first, then the others, each once."""
        mapping, before = self.mapping, len(self.reasons)
        main = self.text(mapping.name, LONGEST_NAME)
        family, given = self._parts(mapping.family_name, mapping.given_name)
        whole_in = (
            (mapping.given_name, given and _may_be_whole(given, family)),
            (mapping.family_name, family and _may_be_whole(family, given)),
        )
        self.warnings += [
            f"column {column!r}: may hold the whole name: if it does, it is the name in the"
            " mapping, and no part of one"
            for column, may_be in whole_in
            if may_be and not main
        ]
        found = []
        if main or family or given:
            found.append(Name(main or names.joined(family, given), family, given))
        for column in mapping.name_alt:
            found += [Name(one) for one in names.listed(self.known(column, LONGEST_NAME) or "")]
        stated = [name for name in found if not _is_nobody(name)]
        columns = (mapping.name, mapping.given_name, mapping.family_name, *mapping.name_alt)
        for each in columns:
            self.no_telephone(each)
            if each != mapping.family_name or not given:  # Null Hans is kept
                self._not_emptied(each)
        if not stated and len(self.reasons) == before:  # else it was said what is wrong with it
            self.reasons.append(NO_NAME)
        self._of_one(stated, (mapping.name, mapping.given_name, mapping.family_name))
        if stated and all(whose(name.given or name.written) is not None for name in stated):
            filled = [each for each in columns if each and self.row.cells[each].strip()]
            kin = [each for each in filled if whose(self.row.cells[each]) is not None]
            first = (kin or filled)[0]
            self.warnings.append(
                f"column {first!r}: gives only a relation to someone else, not a name:"
                " it is linked by the other fields only"
            )
        once = {name.written: name for name in reversed(stated)}
        return tuple(reversed(once.values()))

    def _parts(self, *columns: str | None) -> tuple[str | None, str | None]:
        family, given = (self.text(column, LONGEST_NAME) for column in columns)
        if all(part is None or says_nothing(part) for part in (family, given)):
            return None, None
        if given and is_null(given):  # Null may be a family name, and no given one
            given = None
        family, given = map(_known_part, (family, given))
        return family, given

    def _of_one(self, stated: list[Name], columns: tuple[str | None, ...]) -> None:
        """Refuse names of several people, and say so where there may be several."""
        if any(speaks_of_others(name.written) for name in stated):
            self.reasons.append(SEVERAL_PEOPLE)
            return
        for column in filter(None, columns if stated else ()):
            if holds_more(self.row.cells[column]):
                self.warnings.append(
                    f"column {column!r}: holds more than a name, and is kept as written: give each"
                    " person a row, put another name of the same one into name_alt, and the rest"
                    " into columns of its own"
                )

    def _not_emptied(self, column: str | None) -> None:
        """Say so where what may be a name is read as an empty cell: 난 may be spelt nan."""
        if column and not {"nan", "null", "Null"}.isdisjoint(names.listed(self.row.cells[column])):
            self.warnings.append(
                f"column {column!r}: reads as an empty cell (if it is a name, begin it with a"
                " capital, or write it in another script)"
            )

    def relative(self) -> Name | None:
        """The relative's name; of several the first, since a report has room for one."""
        column = self.mapping.relative
        self.no_telephone(column)
        listed = names.listed(self.distinguishing(column, LONGEST_NAME) or "")
        found = [one for one in map(_relative, listed) if not _is_no_relative(one)]
        if len(found) > 1:
            self.warnings.append(f"column {column!r}: several names, of which the first is kept")
        if found and (speaks_of_others(found[0]) or holds_more(found[0])):
            self.warnings.append(
                f"column {column!r}: may name several people, where a report names one"
                " relative: leave the one whom other lists name"
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
        cells = RowReader(row, self.mapping)
        if row.wrong:
            cells.reasons.append(row.wrong)
        else:
            yield from cells.acts(attrs.evolve(where, repeat=None))
        self.reasons += [f"{where.repeat!r}, row {row.number}: {one}" for one in cells.reasons]
        self.warnings += [f"{where.repeat!r}: {one}" for one in cells.warnings]

    def _split(self, where: ActColumns) -> Iterator[Act]:
        """Acts of one cell: parted by ; | / or line ends, or, as in a form, by spaces."""
        text = self.text(where.act) or ""
        kinds = codes_of(text, self.act_code)
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
        by_age = mapping.birth is not None and mapping.birth.by_age
        birth = None if by_age else self.when(mapping.birth, birth=True)
        acts = tuple(act for where in mapping.acts for act in self.acts(where))
        if mapping.birth and by_age:
            birth = self.birth_by_age(mapping.birth.year, [act.date for act in acts if act.date])
        if birth and birth.earliest:
            last_days = [act.date.latest for act in acts if act.date and act.date.latest]
            if any(end < birth.earliest for end in last_days):
                self.warnings.append("an act before the birth of the person")
        return Report(
            source=source,
            id=report_id,
            names=self.names(),
            sex=self.sex(mapping.sex),
            birth=birth,
            origin=self.place(mapping.origin),
            acts=acts,
            note=self.text(mapping.note, LONGEST_NOTE),
            collector=self.text(mapping.collector) or mapping.source.collector,
            relative=self.relative(),
            occupation=self.distinguishing(mapping.occupation),
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
            source = self.mapping.source
            day = dates.parse(text, day_first=source.day_first, calendar=source.calendar)
        except BadInput:
            day = None
        if day is None or not day.is_day:
            self.reasons.append(
                f"column {column!r}: not a full day, so when consent ends is not known"
            )
            return None
        return day.earliest
