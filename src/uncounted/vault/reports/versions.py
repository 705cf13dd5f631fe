"""Versions of a report: amendments, consents, and imports taken back.

Nothing is edited in place. An amendment or a consent is a new version of the report,
an entry of its own, and the earlier one stays. Taking an import back is the exception
that people need when they took in the wrong file: what it brought is forgotten as in a
withdrawal, but without a tombstone, so that the right file can be taken in.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from typing import Literal

import attrs

from uncounted.errors import UsedWrongly
from uncounted.proof.canonical_json import JSONObject, canonical
from uncounted.vault.log.bodies import AttachmentBody, ImportBody, UndoBody, VersionBody
from uncounted.vault.log.entries import Entries, Entry, OpenedEntry
from uncounted.vault.reports import decisions, erasures, identifiers
from uncounted.vault.reports.consent import Consent
from uncounted.vault.reports.replay import report_row, version_body
from uncounted.vault.store.database import Storage
from uncounted.vault.store.rows import ReportRow

type Change = Literal["amendment", "consent"]


@attrs.frozen
class Version:
    """One version of a report: its entry, the consent that came with it, and what it said."""

    entry: Entry
    consent: Consent = attrs.field(repr=False)
    payload: JSONObject = attrs.field(repr=False)


@attrs.frozen
class UndoneImport:
    """What taking an import back did.

    Attributes:
        source: whose import it was.
        removed: reports that are there no more.
        restored: reports that stand again as they did before.
        kept: reports that were changed after the import, or have attachments, and stay so.
        decisions: how many decisions were forgotten with the reports that are there no more.
    """

    source: str
    removed: int
    restored: int
    kept: int
    decisions: int = 0


def revise(
    entries: Entries,
    source: str,
    report_id: str,
    kind: Change,
    *,
    payload: JSONObject | None = None,
    consent: Consent | None = None,
) -> Entry:
    """Add a version with another payload or another consent, in one transaction.

    `print` stays that of the last import, so that taking the same file in again changes
    nothing, and does not undo what was decided here.

    Raises:
        BadInput: the payload has no canonical form.
    """
    with entries.storage.transaction():
        row = current(entries.storage, source, report_id)
        says = next(_versions(entries, row.seq)).payload if payload is None else payload
        seq = entries.storage.size()
        changed = attrs.evolve(
            row,
            ref=secrets.token_hex(16),
            seq=seq,
            consent=row.consent if consent is None else canonical(consent.to_json()).decode(),
        )
        entry = entries.append(
            kind, version_body(changed, row.seq).to_json(), canonical(says), seq=seq
        )
        entries.storage.set_report(changed, entries.storage.source_number(row.source))
    return entry


def history(entries: Entries, source: str, report_id: str) -> list[Version]:
    """Every version of a report, the newest first."""
    return list(_versions(entries, current(entries.storage, source, report_id).seq))


def current(storage: Storage, source: str, report_id: str) -> ReportRow:
    """The report as it stands."""
    row = storage.report(*identifiers.of_report(storage, source, report_id))
    if row is None:
        raise UsedWrongly(
            "no such report in this source",
            hint="check the source's name and the report's id; uncounted search finds reports",
        )
    return row


def chain(entries: Entries, newest: int) -> Iterator[tuple[OpenedEntry, VersionBody]]:
    """The entries of a report's versions, the newest first, as far as they can be opened."""
    seq: int | None = newest
    while seq is not None:
        opened = entries.at(seq)
        if opened is None:
            return
        body = VersionBody.from_json(opened.body)
        yield opened, body
        seq = body.previous


@attrs.frozen
class LocalChanges:
    """What was noted of a report in this case file, apart from what its source sent.

    Attributes:
        consent: the last one noted here; None: none was.
        amended: whether it was amended here since its source last sent it.
        payload: what it says as it stands.
    """

    consent: Consent | None
    amended: bool
    payload: JSONObject = attrs.field(repr=False)


def local_changes(entries: Entries, row: ReportRow) -> LocalChanges:
    """What was noted of a report here."""
    amended, sent = False, False
    payload: JSONObject | None = None
    for version in _versions(entries, row.seq):
        payload = version.payload if payload is None else payload
        if version.entry.kind == "consent":
            return LocalChanges(version.consent, amended, payload)
        sent = sent or version.entry.kind == "report"
        amended = amended or (version.entry.kind == "amendment" and not sent)
    return LocalChanges(None, amended, payload or {})


def undo_import(entries: Entries, number: int) -> tuple[Entry, UndoneImport]:
    """Take one import back, as `Case.undo_import` says.

    1. The entry is an import, and was not taken back before.
    2. Each report whose current version came with it falls back to the version before that
       came with no import taken back, or goes; the keys of what it falls past are destroyed.
       What was changed since stays. Decisions about reports that go are forgotten.
    3. What is known of the source is what its newest import that stands said; a source
       without imports and without reports goes.
    4. What was made from reports loses its bytes; the database is written anew.
    """
    storage = entries.storage
    with storage.transaction():
        undone = _import(entries, number)  # 1
        source, (first, end) = undone.source, undone.reports
        gone = erasures.forgotten(entries)
        attached = _with_attachments(entries)
        rows = [
            row for row in storage.reports_from(first, end) if (row.source, row.id) not in attached
        ]
        stood = {(row.source, row.id): _fall_back(entries, row, gone) for row in rows}  # 2
        removed = [key for key, restored in stood.items() if not restored]
        forgotten = decisions.forget(entries, removed)
        kept = storage.entries_with_content(first, end)
        others = _settings_by_import(entries, source, {number})  # 3
        if others:
            storage.set_source(source, canonical(others[max(others)]).decode())
        elif not storage.has_reports(source):
            storage.forget_source(source)
        storage.forget_derived()  # 4
        storage.must_be_scrubbed()
        standing = storage.sources().get(source)
        body = UndoBody(
            number,
            source,
            about=None if standing is None else json.loads(standing),
            removed=len(removed),
            restored=len(stood) - len(removed),
            kept=kept,
            decisions=forgotten,
        )
        entry = entries.append("undo", body.to_json())
    with storage.finishing():
        storage.scrub()
    return entry, UndoneImport(source, body.removed, body.restored, kept, len(forgotten))


def _import(entries: Entries, number: int) -> ImportBody:
    row = entries.storage.entry(number)
    opened = entries.open(row) if row is not None and row.kind == "import" else None
    if opened is None:
        raise UsedWrongly(
            f"entry {number} is neither an import nor a decision",
            hint="see the numbers in uncounted log",
        )
    if number in erasures.undone_imports(entries):
        raise UsedWrongly(f"the import of entry {number} was undone before", hint="nothing to do")
    return ImportBody.from_json(opened.body)


def _with_attachments(entries: Entries) -> set[tuple[str, str]]:
    """Reports with an attached file: that counts as a change since the import."""
    bodies = (AttachmentBody.from_json(each.body) for each in entries.of_kind("attachment"))
    return {(body.source, body.report) for body in bodies}


def _fall_back(entries: Entries, row: ReportRow, gone: erasures.Erasures) -> bool:
    """Let an earlier version stand, and destroy those after it; False when there is none."""
    for opened, body in chain(entries, row.seq):
        seq = opened.entry.seq
        # A version of an import that was taken back earlier may not come back to light.
        if seq != row.seq and not (opened.entry.kind == "report" and gone.import_of(seq)):
            number = entries.storage.source_number(row.source)
            entries.storage.set_report(report_row(seq, body), number)
            return True
        entries.storage.forget_entry(seq)
    entries.storage.drop_report(row.source, row.id)
    return False


def _settings_by_import(entries: Entries, source: str, but: set[int]) -> dict[int, JSONObject]:
    """What each import of a source that was not taken back said of it, by its entry."""
    undone = erasures.undone_imports(entries) | but
    bodies = (
        (each.entry.seq, ImportBody.from_json(each.body)) for each in entries.of_kind("import")
    )
    return {seq: body.about for seq, body in bodies if body.source == source and seq not in undone}


def _versions(entries: Entries, newest: int) -> Iterator[Version]:
    for opened, body in chain(entries, newest):
        if opened.payload is None:
            return
        yield Version(opened.entry, Consent.from_json(body.consent), json.loads(opened.payload))
