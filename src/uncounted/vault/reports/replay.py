"""Event replay: the state of a case file, recomputed from its entries alone.

The tables of current reports, sources and members are only a faster way to ask what the
entries say. This module says it the slow way; the two must agree.
"""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable, Iterable
from typing import Any

import attrs

from uncounted.proof.canonical_json import JSONObject, canonical
from uncounted.vault.log.bodies import (
    Body,
    DecisionBody,
    DecisionUndoBody,
    ImportBody,
    MemberBody,
    Pair,
    UndoBody,
    VersionBody,
    WithdrawalBody,
)
from uncounted.vault.log.entries import OpenedEntry
from uncounted.vault.reports.decisions import KIND, UNDO
from uncounted.vault.store.database import Storage
from uncounted.vault.store.rows import AuthorRow, HolderRow, ReportRow


@attrs.frozen
class CaseState:
    """What is current: reports by (source, id), what is known of each source, tombstones.

    `holders` has whom the case key is sealed to, `authors` who wrote or may write, each by
    recipient. `decisions` has by entry what was decided of two reports (True: the same
    person) and not taken back; there is no table of it, so it is not compared.
    """

    reports: dict[tuple[str, str], ReportRow] = attrs.field(factory=dict)
    sources: dict[str, str] = attrs.field(factory=dict)
    tombstones: set[bytes] = attrs.field(factory=set)
    holders: dict[str, HolderRow] = attrs.field(factory=dict)
    authors: dict[str, AuthorRow] = attrs.field(factory=dict)
    decisions: dict[int, tuple[Pair, bool]] = attrs.field(factory=dict, eq=False)

    @property
    def decided(self) -> dict[Pair, bool]:
        """The decision that stands on each pair: the newest."""
        return dict(self.decisions[seq] for seq in sorted(self.decisions))


def replay(entries: Iterable[OpenedEntry]) -> CaseState:
    """Tell the state from the entries that can still be opened, in their order."""
    state = CaseState()
    for opened in entries:
        advance(state, opened)
    return state


def advance(state: CaseState, opened: OpenedEntry) -> None:
    """Take the next entry into a state."""
    if opened.entry.kind in _STEPS:
        body, step = _STEPS[opened.entry.kind]
        step(state, opened.entry.seq, body.from_json(opened.body))


def tables(storage: Storage, *, reports: bool = True) -> CaseState:
    """The state as the tables say it; without `reports`, but for them."""
    rows = storage.reports() if reports else ()
    return CaseState(
        {(row.source, row.id): row for row in rows},
        storage.sources(),
        storage.tombstones(),
        {row.recipient: row for row in storage.holders()},
        {row.recipient: row for row in storage.authors()},
    )


def agrees(replayed: CaseState, storage: Storage) -> bool:
    """Whether the tables say what a replay gave."""
    reports = dict(replayed.reports)
    for row in storage.reports():
        if reports.pop((row.source, row.id), None) != row:
            return False
    others = attrs.evolve(replayed, reports={})
    return not reports and others == tables(storage, reports=False)


def report_row(seq: int, body: VersionBody) -> ReportRow:
    """The row of a version of a report, from its entry."""
    return ReportRow(
        source=body.source,
        id=body.id,
        ref=body.ref,
        seq=seq,
        first=seq if body.first is None else body.first,
        collector=body.collector,
        consent=sys.intern(canonical(body.consent).decode()),  # few are different
        print=bytes.fromhex(body.print),
    )


def version_body(row: ReportRow, previous: int | None) -> VersionBody:
    """What the entry of a version says: all that its row needs, and the version before."""
    return VersionBody(
        source=row.source,
        id=row.id,
        ref=row.ref,
        first=row.first,
        previous=previous,
        collector=row.collector,
        consent=_consent_fields(row.consent),
        print=row.print.hex(),
    )


@functools.lru_cache(maxsize=1024)
def _consent_fields(consent: str) -> JSONObject:
    # Few consents are different, and nothing changes one.
    fields: JSONObject = json.loads(consent)
    return fields


def _version(state: CaseState, seq: int, body: VersionBody) -> None:
    state.reports[body.source, body.id] = report_row(seq, body)


def _import(state: CaseState, seq: int, body: ImportBody) -> None:
    state.sources[body.source] = canonical(body.about).decode()


def _withdrawal(state: CaseState, seq: int, body: WithdrawalBody) -> None:
    state.tombstones.add(bytes.fromhex(body.tombstone))


def _joined(state: CaseState, seq: int, body: MemberBody) -> None:
    if body.replaces is not None:
        _leave(state, seq, body.replaces)
    member = body.member
    state.holders[member.recipient] = HolderRow(member.recipient, member.vkey, member.name, seq)
    if member.vkey is not None:
        state.authors[member.recipient] = AuthorRow(0, member.recipient, member.vkey, None)


def _revocation(state: CaseState, seq: int, body: MemberBody) -> None:
    _leave(state, seq, body.member.recipient)


def _leave(state: CaseState, seq: int, recipient: str) -> None:
    state.holders.pop(recipient, None)
    if recipient in state.authors:
        state.authors[recipient] = attrs.evolve(state.authors[recipient], revoked=seq)


def _undo(state: CaseState, seq: int, body: UndoBody) -> None:
    # The versions that it took back open no more, so those before them stand.
    if body.about is None:
        state.sources.pop(body.source, None)
    else:
        state.sources[body.source] = canonical(body.about).decode()


def _decision(state: CaseState, seq: int, body: DecisionBody) -> None:
    state.decisions[seq] = body.pair, body.same


def _decision_undo(state: CaseState, seq: int, body: DecisionUndoBody) -> None:
    for undone in body.decisions:
        state.decisions.pop(undone, None)  # it may have been forgotten since


_STEPS: dict[str, tuple[type[Body], Callable[[CaseState, int, Any], None]]] = {
    "create": (MemberBody, _joined),
    "report": (VersionBody, _version),
    "amendment": (VersionBody, _version),
    "consent": (VersionBody, _version),
    "import": (ImportBody, _import),
    "withdrawal": (WithdrawalBody, _withdrawal),
    "undo": (UndoBody, _undo),
    KIND: (DecisionBody, _decision),
    UNDO: (DecisionUndoBody, _decision_undo),
    "grant": (MemberBody, _joined),
    "join": (MemberBody, _joined),
    "recovery": (MemberBody, _joined),
    "revocation": (MemberBody, _revocation),
}
