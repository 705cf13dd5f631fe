"""What changes a report after it came: an amendment, a consent, an import taken back.

Nothing is edited in place. An amendment or a consent is a new version of the report,
an entry of its own, and the earlier one stays. Taking an import back is the exception
that people need when they took in the wrong file: what it brought is forgotten as in a
withdrawal, but without a tombstone, so that the right file can be taken in.
"""

from __future__ import annotations

import functools
import json
import secrets
from collections.abc import Iterator
from typing import Any, Literal

import attrs

from uncounted.errors import UsedWrongly
from uncounted.proof.canonical_json import canonical
from uncounted.vault.log.entries import Entries, Entry
from uncounted.vault.reports import decisions, erasures, identifiers
from uncounted.vault.reports.consent import Consent
from uncounted.vault.reports.replay import report_row
from uncounted.vault.store.database import Storage
from uncounted.vault.store.rows import ReportRow

type Change = Literal["amendment", "consent"]


@attrs.frozen
class Version:
    """One version of a report: its entry, the consent that came with it, and what it said."""

    entry: Entry
    consent: Consent = attrs.field(repr=False)
    payload: dict[str, Any] = attrs.field(repr=False)


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
    payload: dict[str, Any] | None = None,
    consent: Consent | None = None,
) -> Entry:
    """Add a version with another payload or another consent, in one transaction.

    `print` stays that of the last import, so that taking the same file in again changes
    nothing, and does not undo what was decided here.

    Raises:
        UsedWrongly: there is no such report.
        BadInput: the payload has no canonical form.
    """
    with entries.storage.transaction():
        row = current(entries.storage, source, report_id)
        (newest,) = _opened(entries, row.seq, most=1)
        said = newest.payload if payload is None else payload
        seq = entries.storage.size()
        changed = attrs.evolve(
            row,
            ref=secrets.token_hex(16),
            seq=seq,
            consent=row.consent if consent is None else canonical(consent.to_json()).decode(),
        )
        entry = entries.append(kind, report_body(changed, row.seq), canonical(said), seq=seq)
        entries.storage.set_report(changed, entries.storage.source_number(row.source))
    return entry


def history(entries: Entries, source: str, report_id: str) -> list[Version]:
    """Every version of a report, the newest first.

    Raises:
        UsedWrongly: there is no such report.
        Damaged: a version is not what was sealed.
    """
    return list(_opened(entries, current(entries.storage, source, report_id).seq))


def current(storage: Storage, source: str, report_id: str) -> ReportRow:
    """The report as it stands.

    Raises:
        UsedWrongly: there is no such report.
    """
    row = storage.report(*identifiers.of_report(storage, source, report_id))
    if row is None:
        raise UsedWrongly(
            "there is no such report in this source",
            hint="check the source's name and the report's id; uncounted search finds reports",
        )
    return row


def decided_here(entries: Entries, row: ReportRow) -> tuple[Consent | None, bool, dict[str, Any]]:
    """What was decided in this case file about a report, apart from what its source sent.

    Returns:
        The last consent noted here (None: none was); whether the report was amended here since
        its source last sent it; and what it says as it stands.
    """
    amended, sent = False, False
    says: dict[str, Any] | None = None
    for version in _opened(entries, row.seq):
        says = version.payload if says is None else says
        if version.entry.kind == "consent":
            return version.consent, amended, says
        sent = sent or version.entry.kind == "report"
        amended = amended or (version.entry.kind == "amendment" and not sent)
    return None, amended, says or {}


def undo_import(entries: Entries, number: int) -> tuple[Entry, UndoneImport]:
    """Take one import back, as `Case.take_back` says.

    1. The entry is an import, and was not taken back before.
    2. Each report whose current version came with it falls back to the version before that
       came with no import taken back, or goes; the keys of what it falls past are destroyed.
       What was changed since stays. Decisions about reports that go are forgotten.
    3. What is known of the source is what its newest import that stands said; a source
       without imports and without reports goes.
    4. What was made from reports loses its bytes; the database is written anew.

    Raises:
        UsedWrongly: step 1.
    """
    with entries.storage.transaction():
        opened = _import(entries, number)  # 1
        source, (first, end) = opened["source"], opened["reports"]
        counts = {"removed": 0, "restored": 0}
        gone = erasures.forgotten(entries)
        held = _with_attachments(entries)
        rows = [
            row
            for row in entries.storage.reports_from(first, end)
            if (row.source, row.id) not in held
        ]
        went = []
        for row in rows:  # 2
            done = _fall_back(entries, row, gone)
            counts[done] += 1
            if done == "removed":
                went.append((row.source, row.id))
        said_of_them = decisions.forget(entries, went)
        kept = entries.storage.entries_with_content(first, end)
        others = _said_by_imports(entries, source, {number})  # 3
        if others:
            entries.storage.set_source(source, canonical(others[max(others)]).decode())
        elif not entries.storage.has_reports(source):
            entries.storage.forget_source(source)
        entries.storage.forget_derived()  # 4
        entries.storage.must_be_scrubbed()
        standing = entries.storage.sources().get(source)
        body = {
            "import": number,
            "source": source,
            "about": None if standing is None else json.loads(standing),
            **counts,
            "kept": kept,
            "decisions": said_of_them,
        }
        entry = entries.append("undo", body)
    with entries.storage.finishing():
        entries.storage.scrub()
    taken = UndoneImport(source, counts["removed"], counts["restored"], kept, len(said_of_them))
    return entry, taken


def report_body(row: ReportRow, previous: int | None) -> dict[str, Any]:
    """The body of a version's entry: all that its row in the state needs, and the one before."""
    return {
        "source": row.source,
        "id": row.id,
        "ref": row.ref,
        "first": row.first,
        "previous": previous,
        "collector": row.collector,
        "consent": _fields(row.consent),
        "print": row.print.hex(),
    }


@functools.lru_cache(maxsize=1024)
def _fields(consent: str) -> dict[str, Any]:
    # Few consents are different, and whoever gets one writes it down and changes nothing.
    fields: dict[str, Any] = json.loads(consent)
    return fields


def _import(entries: Entries, number: int) -> dict[str, Any]:
    row = entries.storage.entry(number)
    opened = entries.open(row) if row is not None and row.kind == "import" else None
    if opened is None:
        raise UsedWrongly(
            f"entry {number} is no import and no decision",
            hint="uncounted log lists both by their numbers",
        )
    if number in erasures.undone_imports(entries):
        raise UsedWrongly(
            f"the import of entry {number} was taken back before", hint="there is nothing to do"
        )
    return opened.body


def _with_attachments(entries: Entries) -> set[tuple[str, str]]:
    """Reports to which somebody attached a file: that counts as a change since the import."""
    bodies = (each.body for each in entries.of_kind("attachment"))
    return {(body["source"], body["report"]) for body in bodies}


def _fall_back(
    entries: Entries, row: ReportRow, gone: erasures.Erasures
) -> Literal["removed", "restored"]:
    seq: int | None = row.seq
    while seq is not None:
        opened = entries.at(seq)
        assert opened is not None, "what a standing version follows is not forgotten before it"
        # A version of an import that was taken back earlier may not come back to light.
        if seq != row.seq and not (opened.entry.kind == "report" and gone.import_of(seq)):
            number = entries.storage.source_number(row.source)
            entries.storage.set_report(report_row(seq, opened.body), number)
            return "restored"
        entries.storage.forget_entry(seq)
        seq = opened.body["previous"]
    entries.storage.drop_report(row.source, row.id)
    return "removed"


def _said_by_imports(entries: Entries, source: str, but: set[int]) -> dict[int, dict[str, Any]]:
    """What each import of a source that was not taken back said of it, by its entry."""
    taken = erasures.undone_imports(entries) | but
    return {
        each.entry.seq: each.body["about"]
        for each in entries.of_kind("import")
        if each.body["source"] == source and each.entry.seq not in taken
    }


def _opened(entries: Entries, newest: int, most: int | None = None) -> Iterator[Version]:
    seq: int | None = newest
    while seq is not None and (most is None or most > 0):
        opened = entries.at(seq)
        if opened is None or opened.payload is None:
            return
        yield Version(
            opened.entry, Consent.from_json(opened.body["consent"]), json.loads(opened.payload)
        )
        seq = opened.body["previous"]
        most = None if most is None else most - 1
