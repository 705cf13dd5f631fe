"""Withdrawal of a report: its keys, its rows and what was made from it are destroyed.

Every version's key and salt is destroyed, those of the decisions about it, and those of its
attachments, whose files are deleted; the row in the state is deleted, every artefact that
was made from reports loses its bytes, and a tombstone keeps the report from coming back.
The log keeps its leaves and still verifies. What this cannot reach: copies of the case file
made before, and what has been published.
"""

from __future__ import annotations

from pathlib import Path

from uncounted.errors import UsedWrongly
from uncounted.vault.log.bodies import WithdrawalBody
from uncounted.vault.log.entries import Entries, Entry
from uncounted.vault.reports import attachments, decisions, identifiers, versions


def withdraw(entries: Entries, folder: Path, source: str, report_id: str) -> Entry:
    """Withdraw a report, in one transaction, as `Case.withdraw` says."""
    source, report_id = identifiers.of_report(entries.storage, source, report_id)
    tag = entries.keys.tag(source, report_id)
    with entries.storage.transaction():
        row = entries.storage.report(source, report_id)
        if row is None:
            raise UsedWrongly(
                "no such report in this source",
                hint="it may have been withdrawn already"
                if tag in entries.storage.tombstones()
                else "check the source's name and the report's id",
            )
        before = (body.previous for _, body in versions.chain(entries, row.seq))
        chain = [row.seq, *(seq for seq in before if seq is not None)]
        for seq in chain:
            entries.storage.forget_entry(seq)
        held = [each.entry.seq for each in attachments.every(entries, source, report_id)]
        attachments.forget(entries, source, report_id)
        decided = decisions.forget(entries, [(source, report_id)])
        entries.storage.forget_report(source, report_id, tag)
        entries.storage.forget_derived()
        body = WithdrawalBody(tag.hex(), chain, held, decided)
        entry = entries.append("withdrawal", body.to_json())
    finish(entries, folder)
    return entry


def finish(entries: Entries, folder: Path) -> None:
    """Do what follows once it is kept that something was forgotten; again after a crash."""
    with entries.storage.finishing():
        attachments.sweep(entries, folder)
        entries.storage.scrub()
