"""Erasure by key destruction: what may be missing from a case file, by its own entries.

A withdrawal names what it forgot, and an import that was taken back names its entries and
the decisions about reports that went with it.
Whatever else does not open any more was destroyed without an entry.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import attrs

from uncounted.errors import Damaged
from uncounted.vault.log.bodies import ImportBody, UndoBody, WithdrawalBody
from uncounted.vault.log.entries import Entries, OpenedEntry
from uncounted.vault.store.rows import EntryRow

VERSIONS = frozenset({"report", "amendment", "consent"})
# Kinds whose bytes are made from reports, whether they name uses or not: what is kept of a release
# tells its counts to a person who tries candidates.
DERIVED = frozenset({"commitment", "release"})
_ATTACHMENT = "attachment"
_LISTED = VERSIONS | {_ATTACHMENT, "decision"}


@attrs.frozen
class Erasures:
    """What was forgotten, as the entries say it.

    Attributes:
        listed: entries that a withdrawal names: versions of a report, attachments, decisions;
            and decisions that an import taken back names.
        imports: of each import that was taken back, its entries from and to (not included).
        unlisted: attachments before this entry may be gone; an older version of this
            program did not name those that a withdrawal forgot.
        last: the last withdrawal or import taken back; what was made from reports before
            it has lost its bytes. -1 without any.
    """

    listed: frozenset[int] = frozenset()
    imports: tuple[tuple[int, int], ...] = ()
    unlisted: int = -1
    last: int = -1

    def entry(self, row: EntryRow) -> bool:
        """Whether an entry may have lost its content."""
        if row.kind == "report" and self.import_of(row.seq):
            return True
        if row.kind == _ATTACHMENT and row.seq < self.unlisted:
            return True
        return row.kind in _LISTED and row.seq in self.listed

    def import_of(self, seq: int) -> bool:
        """Whether an entry came with an import that was taken back."""
        return any(first <= seq < end for first, end in self.imports)

    def bytes_of(self, opened: OpenedEntry) -> bool:
        """Whether the bytes that were sealed apart from an entry are forgotten."""
        return made_from_reports(opened) and opened.entry.seq < self.last


def made_from_reports(opened: OpenedEntry) -> bool:
    """Whether the bytes of an entry go when a report is forgotten."""
    return opened.entry.kind in DERIVED or bool(opened.body.get("uses"))


def forgotten(entries: Entries) -> Erasures:
    """Ask the withdrawals and the imports taken back what they forgot.

    One that cannot be opened excuses nothing.
    """
    listed, unlisted, last = set[int](), -1, -1
    for opened in _sound(entries, "withdrawal"):
        own = opened.entry.seq
        body = WithdrawalBody.from_json(opened.body)
        named = (*body.versions, *(body.attachments or ()), *body.decisions)
        listed |= {seq for seq in named if seq < own}
        unlisted = own if body.attachments is None else unlisted
        last = max(last, own)
    imports = list[tuple[int, int]]()
    for opened in _sound(entries, "undo"):
        own, undo = opened.entry.seq, UndoBody.from_json(opened.body)
        last = max(last, own)
        listed |= {seq for seq in undo.decisions if seq < own}
        row = entries.storage.entry(undo.import_)
        with contextlib.suppress(Damaged):
            taken = entries.open(row) if row is not None and row.kind == "import" else None
            if taken is not None:
                first, end = ImportBody.from_json(taken.body).reports
                imports.append((first, min(end, taken.entry.seq)))
    return Erasures(frozenset(listed), tuple(imports), unlisted, last)


def undone_imports(entries: Entries) -> set[int]:
    """The imports that were taken back, by the numbers of their entries."""
    return {UndoBody.from_json(each.body).import_ for each in entries.of_kind("undo")}


def _sound(entries: Entries, kind: str) -> Iterator[OpenedEntry]:
    for row in entries.storage.entries(kind):
        with contextlib.suppress(Damaged):
            opened = entries.open(row)
            if opened is not None:
                yield opened
