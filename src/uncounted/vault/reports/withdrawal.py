"""Forgetting one report: its keys, its rows, and what was made from it.

Every version's key and salt is destroyed, those of the decisions about it, and those of its
attachments, whose files are deleted; the row in the state is deleted, every artefact that
was made from reports loses its bytes, and a tombstone keeps the report from coming back.
The log keeps its leaves and still verifies. What this cannot reach: copies of the case file
made before, and what has been published.
"""

from __future__ import annotations

from pathlib import Path

from uncounted.errors import UsedWrongly
from uncounted.vault.keys.case_keys import CaseKeys
from uncounted.vault.log.entries import Entries, Entry
from uncounted.vault.reports import attachments, decisions, identifiers
from uncounted.vault.store.database import Storage


def withdraw(
    storage: Storage, ledger: Entries, keys: CaseKeys, folder: Path, source: str, report_id: str
) -> Entry:
    """Withdraw a report, in one transaction, as `Case.withdraw` says."""
    source, report_id = identifiers.of_report(storage, source, report_id)
    tag = keys.tag(source, report_id)
    with storage.transaction():
        row = storage.report(source, report_id)
        if row is None:
            raise UsedWrongly(
                "there is no such report in this source",
                hint="it may have been withdrawn already"
                if tag in storage.tombstones()
                else "check the source's name and the report's id",
            )
        versions = _versions(storage, ledger, row.seq)
        for seq in versions:
            storage.forget_entry(seq)
        held = [each.entry.seq for each in attachments.every(storage, ledger, source, report_id)]
        attachments.forget(storage, ledger, source, report_id)
        said_of_it = decisions.forget(storage, ledger, [(source, report_id)])
        storage.forget_report(source, report_id, tag)
        storage.forget_derived()
        said = {
            "tombstone": tag.hex(),
            "versions": versions,
            "attachments": held,
            "decisions": said_of_it,
        }
        entry = ledger.append("withdrawal", said)
    finish(storage, ledger, folder)
    return entry


def finish(storage: Storage, ledger: Entries, folder: Path) -> None:
    """Do what follows once it is kept that something was forgotten; again after a crash.

    Raises:
        NoSpace: the rest could not be overwritten; it is done at the next opening.
    """
    with storage.finishing():
        attachments.sweep(storage, ledger, folder)
        storage.scrub()


def _versions(storage: Storage, ledger: Entries, newest: int) -> list[int]:
    found, seq = [], newest
    while True:
        found.append(seq)
        row = storage.entry(seq)
        opened = ledger.open(row) if row is not None else None
        if opened is None or opened.body["previous"] is None:
            return found
        seq = opened.body["previous"]
