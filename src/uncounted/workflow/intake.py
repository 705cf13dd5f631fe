"""Reports come in: make a case file, import files and exports, list what was rejected.

An import is kept whole or not at all, and every row is accounted for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import attrs

from uncounted.errors import UsedWrongly
from uncounted.export.restore import RestoreSummary, check_is_one, is_export, take_in
from uncounted.progress import Progress, silent
from uncounted.proof.canonical_json import JSONObject
from uncounted.records.custom_vocabulary import OwnWords
from uncounted.records.intake import rows as intake
from uncounted.records.intake import suggest
from uncounted.records.intake.mapping import Mapping as ColumnMapping
from uncounted.records.report_limits import RESERVED, is_source
from uncounted.records.tabular import open_table
from uncounted.vault.case import Case
from uncounted.vault.keys import identity as identities
from uncounted.vault.keys import passphrases
from uncounted.vault.reports import identifiers
from uncounted.vault.reports.ingest import IncomingReport
from uncounted.vault.reports.rejected_rows import ImportRejects, RejectedRow

__all__ = [
    "ImportSummary",
    "MappingDraft",
    "NewCase",
    "RejectedRow",
    "RejectedRows",
    "RejectsLists",
    "RestoreSummary",
    "TableFormat",
    "check_is_one",
    "create_case",
    "import_file",
    "is_export",
    "rejects",
    "suggest_mapping",
    "take_in",
]


@attrs.frozen
class NewCase:
    """A case file that was made, and the public keys of its first member."""

    case: str
    id: str
    identity: str
    identity_created: bool
    recipient: str
    signer: str
    short_passphrase: bool = False

    def to_json(self) -> JSONObject:
        """As plain values, without what is only printed on the terminal."""
        return attrs.asdict(self, filter=lambda field, _: field.name != "short_passphrase")


def create_case(folder: Path, home: Path, passphrase: str, *, allow_short: bool = False) -> NewCase:
    """Make a case file, and the identity in `home` of its first member if there is none yet.

    A new passphrase that is short is refused without `allow_short`.
    """
    made = not identities.exists(home)
    if made:
        me = identities.create(home, passphrase, allow_short=allow_short)
    else:
        me = identities.load(home, passphrase)
    with Case.create(folder, me) as case:
        short = passphrases.is_short(passphrase)
        return NewCase(str(folder), case.id, str(home), made, me.recipient, me.vkey, short)


@attrs.frozen
class ImportSummary:
    """What became of a file's rows: `rows` = created + updated + unchanged + rejected.

    Attributes:
        rejects: name of the sealed file that says which rows were rejected and why.
        reasons: rows rejected, by reason.
        warnings: rows taken in with a remark, by remark.
        without_consent: reports without any consent.
        entry: of the log.
        consent_kept: reports whose consent had been noted here.
        renamed: reports updated with another name than before.
        not_in_file: reports the source held before, where none of them is in the file.
    """

    source: str
    rows: int
    created: int
    updated: int
    unchanged: int
    rejected: int
    rejects: str | None
    reasons: Mapping[str, int]
    warnings: Mapping[str, int]
    without_consent: int
    encoding: str
    dry_run: bool
    entry: int | None
    consent_kept: int
    edits_replaced: int
    renamed: int
    not_in_file: int


@attrs.frozen
class TableFormat:
    """How a file is read: its column mapping, encoding and sheet; None where it can be told."""

    mapping: Path | None = None
    encoding: str | None = None
    sheet: str | None = None


def import_file(
    case: Case,
    file: Path,
    source: str,
    form: TableFormat = TableFormat(),
    *,
    dry_run: bool = False,
    replace_ids: bool = False,
    progress: Progress = silent,
) -> ImportSummary:
    """Seal the reports of one file: all of it is in the case afterwards, or nothing of it."""
    source = identifiers.whole(source)
    _check_source(source)
    stated = ColumnMapping.parse(form.mapping) if form.mapping else None
    table = open_table.open_table(
        file,
        encoding=form.encoding,
        sheet=form.sheet,
        repeats=stated.repeats if stated else (),
    )
    columns = stated or ColumnMapping.default(table.columns)
    columns = columns.with_words(OwnWords.of_case(case.sources().values()))
    warnings: Counter[str] = Counter()

    def incoming() -> Iterator[IncomingReport | RejectedRow]:
        for row in intake.read_table(table, columns, source):
            if isinstance(row, intake.Rejected):
                yield RejectedRow(row.row, row.reasons)
                continue
            warnings.update(row.warnings)
            yield IncomingReport(row.report.id, row.report.to_payload(), row.consent, row.row)

    done = case.intake(
        source,
        columns.about(),
        incoming(),
        dry_run=dry_run,
        replace_ids=replace_ids,
        progress=progress,
    )
    return ImportSummary(
        source=source,
        rows=done.rows,
        created=done.created,
        updated=done.updated,
        unchanged=done.unchanged,
        rejected=done.rejected,
        rejects=None if dry_run else done.rejects,
        reasons=dict(done.reasons),
        warnings=dict(warnings.most_common()),
        without_consent=done.without_consent,
        encoding=table.encoding,
        dry_run=dry_run,
        entry=None if dry_run else done.entry,
        consent_kept=done.consent_kept,
        edits_replaced=done.amendments_replaced,
        renamed=done.renamed,
        not_in_file=done.not_in_file,
    )


@attrs.frozen
class MappingDraft:
    """A drafted `MAP.toml`."""

    mapping: str


def suggest_mapping(file: Path, form: TableFormat) -> MappingDraft:
    """Draft a `MAP.toml` for a file, from its columns' names and its cells' look; for correction.

    No case file is needed, and none is touched.
    """
    table = open_table.survey(file, encoding=form.encoding, sheet=form.sheet)
    return MappingDraft(suggest.draft(*table))


@attrs.frozen
class RejectsLists:
    """The imports that rejected rows."""

    lists: Sequence[ImportRejects]


@attrs.frozen
class RejectedRows:
    """The rows that one import rejected."""

    rows: Sequence[RejectedRow]

    def to_json(self) -> JSONObject:
        """As plain values."""
        return {"rows": [{"row": each.row, "reasons": each.reasons} for each in self.rows]}


def rejects(case: Case, name: str | None) -> RejectsLists | RejectedRows:
    """Which imports rejected rows; or which rows the import of this name rejected, and why."""
    if name is None:
        return RejectsLists(case.every_rejects())
    return RejectedRows(case.rejects(name))


def _check_source(name: str) -> None:
    """A source's name stands in headers, options and on pages: it must be able to."""
    if name in RESERVED:
        raise UsedWrongly(
            "a source cannot have the name of a column of tables",
            hint=f"choose a name other than {', '.join(RESERVED)}, such as --source Seoul",
        )
    if not is_source(name):
        raise UsedWrongly(
            "not a valid name for a source",
            hint="up to 60 letters, digits, spaces, dots or hyphens, such as --source Seoul",
        )
