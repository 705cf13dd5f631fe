"""From the rows of a file to reports: each row is accepted or rejected, with its reasons.

Streams: one row is in memory at a time, beside the ids that were seen. Reasons name
the column as the mapping calls it and never repeat what a cell holds.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import attrs

from uncounted import delimited
from uncounted.errors import BadInput
from uncounted.records import dates, names, vocabulary
from uncounted.records.columns import ActColumns, Column, DateColumns
from uncounted.records.dates import PartialDate
from uncounted.records.mapping import Mapping
from uncounted.records.names import Name
from uncounted.records.report import Act, Report
from uncounted.vault.consent import USES, Consent

LONGEST_ID = 200
LONGEST_NAME = 500
LONGEST_WORD = 2_000
LONGEST_NOTE = 1_000_000


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
    path: Path, mapping: Mapping, source: str, *, encoding: str | None = None
) -> Iterator[Accepted | Rejected]:
    """Read a file row by row.

    The file and the mapping are checked against each other before the first row is
    asked for.

    Args:
        path: a CSV file in any of the encodings of `delimited`.
        mapping: which column is what.
        source: the name of the list that the reports belong to.
        encoding: the encoding of the file, where it cannot be told.

    Raises:
        BadInput: the file cannot be read as a table.
        BadMapping: the mapping names a column that is not there.
    """
    sheet = delimited.read(path, encoding=encoding)
    mapping.check(sheet.columns)
    return _rows(sheet, mapping, source)


def _rows(sheet: delimited.Sheet, mapping: Mapping, source: str) -> Iterator[Accepted | Rejected]:
    first_row: dict[str, int] = {}
    for row in sheet:
        if row.wrong:
            yield Rejected(row.number, (row.wrong,))
            continue
        cells = Cells(row, mapping)
        report_id = cells.text(mapping.id, LONGEST_ID)
        if report_id is None:
            cells.reasons.append(f"no id (column {mapping.id!r} is empty)")
        elif not report_id.isprintable() or report_id[0] in "=+@":
            cells.reasons.append(
                f"column {mapping.id!r}: not an id (a line break or a sign that spreadsheets run)"
            )
        elif report_id in first_row:
            cells.reasons.append(f"id already used in row {first_row[report_id]}")
        else:
            first_row[report_id] = row.number
        report = cells.report(source, report_id or "")
        consent = cells.consent()
        if cells.reasons:
            yield Rejected(row.number, tuple(dict.fromkeys(cells.reasons)))
        else:
            yield Accepted(row.number, report, consent, tuple(dict.fromkeys(cells.warnings)))


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
        text = unicodedata.normalize("NFC", self.row.cells[column]).strip()
        if len(text) > longest:
            self.reasons.append(f"column {column!r}: longer than {longest} characters")
            return None
        if "\ufffd" in text:
            self.warnings.append(
                f"column {column!r}: a character was lost before the file came here"
            )
        return text if names.has_letters(text) else None

    def term(self, kind: str, column: str | None, *, strict: bool = True) -> str | None:
        """The code of a word; without `strict` an unknown word is kept as written."""
        text = self.text(column)
        if text is None:
            return None
        code = self.mapping.code_for(kind, text)
        if code is not None:
            return code or None
        if strict:
            self.reasons.append(
                f"column {column!r}: not a word of the vocabulary"
                f" (say what it means under [values.{kind}] of the mapping)"
            )
            return None
        self.warnings.append(f"column {column!r}: not a word of the vocabulary, kept as written")
        return text

    def when(self, where: DateColumns | None) -> PartialDate | None:
        """A date, with remarks as warnings; one that cannot be is a reason."""
        if where is None:
            return None
        column = where.year
        text = self.text(column) if where.whole else self._joined(where)
        if text is None:
            return None
        try:
            reading = dates.read(text, day_first=self.mapping.source.day_first)
        except BadInput as error:
            self.reasons.append(f"column {column!r}: {error}")
            return None
        self.warnings += [f"column {column!r}: {note}" for note in reading.notes]
        return self._unpadded(column, reading.date)

    def _joined(self, where: DateColumns) -> str | None:
        """Year, month and day from their columns; 0, 00 and 99 stand for "not known"."""
        parts = [self.text(column) or "" for column in where.columns]
        known = [
            "" if part in ("0", "00", "99") else part.rstrip("년월일年月日.") for part in parts
        ]
        while known and not known[-1]:
            known.pop()
        if not known:
            return None
        year, *rest = known
        return "-".join([year or "XXXX", *((part.zfill(2) if part else "XX") for part in rest)])

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
        mapping = self.mapping
        main = self.text(mapping.name, LONGEST_NAME)
        family = self.text(mapping.family_name, LONGEST_NAME)
        given = self.text(mapping.given_name, LONGEST_NAME)
        found = []
        if main or family or given:
            found.append(Name(main or names.joined(family, given), family, given))
        for column in mapping.name_alt:
            found += [Name(one) for one in names.listed(self.text(column, LONGEST_NAME) or "")]
        stated = [name for name in found if not names.is_unknown(name.written)]
        if not stated:
            self.reasons.append("no name")
        once = {name.written: name for name in reversed(stated)}
        return tuple(reversed(once.values()))

    def act(self, where: ActColumns) -> Act | None:
        """One act, or None when the row says nothing of it."""
        kind = self.term("act", where.act)
        when, place = self.when(where.date), self.text(where.place)
        authority = self.term("authority", where.authority, strict=False)
        outcome = self.term("outcome", where.outcome)
        act = Act(kind, when, place, authority, outcome)
        if act == Act():
            return None
        act = attrs.evolve(act, kind=where.kind or kind)
        self._check_coverage(act)
        return act

    def _check_coverage(self, act: Act) -> None:
        covers = self.mapping.source.covers
        if covers is None:
            return
        if act.date and not covers.admits_date(act.date):
            self.warnings.append("an act outside the period that the source covers")
        if act.kind and covers.acts and act.kind not in covers.acts:
            self.warnings.append("an act of a kind that the source does not cover")

    def report(self, source: str, report_id: str) -> Report:
        """The report of the row, of worth only when there are no reasons against it."""
        mapping = self.mapping
        birth = self.when(mapping.birth)
        acts = tuple(act for act in map(self.act, mapping.acts) if act)
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
            origin=self.text(mapping.origin),
            acts=acts,
            note=self.text(mapping.note, LONGEST_NOTE),
            collector=self.text(mapping.collector) or mapping.source.collector,
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
        for word in names.listed(text.replace(",", ";")):
            code = word.casefold()
            if code in USES:
                uses.add(code)
            elif (part := own.get(vocabulary.key(word))) is not None:
                uses |= part
            elif code not in ("no", "none"):
                self.reasons.append(
                    f"column {column!r}: not a use that can be consented to"
                    " (say what it means under [values.uses] of the mapping)"
                )
        return frozenset(uses)

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
