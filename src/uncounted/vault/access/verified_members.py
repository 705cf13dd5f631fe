"""Verified membership: who has the case key by the entries themselves, not by the tables.

A leaf of the public log can be copied by anyone; what it commits to can be shown only by who
had the entry. Therefore every opening reads the entries that changed who may open the case
file, against their leaves and signatures, and compares the tables of members with them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from uncounted.errors import Damaged
from uncounted.proof.canonical_json import JSONObject
from uncounted.vault.access import membership
from uncounted.vault.keys import succession
from uncounted.vault.log import signatures
from uncounted.vault.log.entries import Entries, OpenedEntry
from uncounted.vault.reports import erasures
from uncounted.vault.reports.replay import CaseState, advance, agrees, replay, tables
from uncounted.vault.store.database import Storage

_CREATE = "create"
_RENEWALS = ("recovery", "revocation", "rotation")  # kinds that may record a new case key
_COPY = (
    "keep it as evidence, and restore the case file from a copy; if there is none,"
    " uncounted export --without-log takes out what can be read"
)


def creation(entries: Entries) -> OpenedEntry:
    """Open the first entry, which says who created the case file.

    Raises:
        Damaged: it is missing, was destroyed, or is not what its leaf commits to.
    """
    row = entries.storage.entry(0)
    if row is None:
        raise Damaged("the case file has no first entry", hint="restore it from a copy")
    opened = entries.open(row)
    if opened is None or opened.entry.kind != _CREATE:
        raise Damaged("the first entry does not say who created the case file", hint=_COPY)
    return opened


def creator(entries: Entries, *, or_claimed: bool = False) -> tuple[str, bool]:
    """Who created the case file, and whether the first entry says so.

    Where it cannot be read, and with `or_claimed`: who is claimed to have written it.

    Raises:
        Damaged: as `creation`.
    """
    try:
        return creation(entries).entry.by, True
    except Damaged:
        row = entries.storage.entry(0)
        if row is None or not or_claimed:
            raise
        return row.by, False


def verify(entries: Entries, epoch: int) -> None:
    """Refuse a case file whose members are others than its entries say.

    1. The first entry, and every one that let a person in or out or made a new case key, is
       there and fits its leaf.
    2. Each was written by someone who was a member then.
    3. Each is signed, if the first entry says so or a signed entry comes before it.
    4. Each that made a new case key says its number, and the last number is `epoch`.
    5. The tables of members say what these entries say.

    Raises:
        Damaged: one of these is not so.
    """
    state, first = CaseState(), creation(entries)
    opened = [first, *_changes(entries)]  # 1
    for each in opened:
        if not _by_a_member(each, state):  # 2
            raise _not_members(each.entry.seq)
        advance(state, each)
    for seq in _unsigned(entries, opened, from_the_start=first.body.get("signed") is True):  # 3
        raise Damaged(f"entry {seq}, about members, is not signed by who wrote it", hint=_COPY)
    numbers = [number for each in opened for number in _epochs(each)]
    if numbers != list(range(2, epoch + 1)):  # 4
        raise Damaged("the case key does not have the number that the entries give", hint=_COPY)
    said = tables(entries.storage, reports=False)
    if (said.holders, said.authors) != (state.holders, state.authors):  # 5
        raise Damaged("the tables of members are not what the entries say", hint=_COPY)


def verify_everything(entries: Entries) -> None:
    """Refuse a case file with an entry that does not open, or tables that are not as entries say.

    What the entries say was forgotten may be missing.

    Raises:
        Damaged: it is so.
    """
    gone = erasures.forgotten(entries)

    def every() -> Iterator[OpenedEntry]:
        for row in entries.storage.entries():
            opened = entries.open(row)
            if opened is not None:
                yield opened
            elif not gone.entry(row):
                raise Damaged(
                    f"entry {row.seq} was destroyed, and nothing says why: nothing was opened",
                    hint=_COPY,
                )

    if not agrees(replay(every()), entries.storage):
        raise Damaged(
            "the tables of reports, sources and members are not what the entries say:"
            " nothing was opened",
            hint=_COPY,
        )


def succession_links(entries: Entries) -> Iterator[tuple[int, bytes]]:
    """Each new case key's number, and the link to it from the one before, in order."""
    found = [each for kind in _RENEWALS for each in entries.of_kind(kind)]
    for each in sorted(found, key=lambda one: one.entry.seq):
        epoch, sealed = each.body.get("epoch"), each.body.get(succession.FIELD)
        if isinstance(epoch, int) and isinstance(sealed, str):
            with contextlib.suppress(ValueError):
                yield epoch, bytes.fromhex(sealed)


def unsigned(storage: Storage) -> int:
    """How many entries are under no signature; a later opening must not find more."""
    return storage.size() - sum(row.end - row.first for row in storage.signatures())


def _changes(entries: Entries) -> list[OpenedEntry]:
    kinds = (_CREATE, *sorted(membership.KINDS))
    rows = [row for kind in kinds for row in entries.storage.entries(kind) if row.seq]
    found = []
    for row in sorted(rows, key=lambda row: row.seq):
        opened = entries.open(row)
        if opened is None:
            raise Damaged(f"entry {row.seq}, about members, was destroyed", hint=_COPY)
        found.append(opened)
    return found


def _by_a_member(opened: OpenedEntry, state: CaseState) -> bool:
    by, body, kind = opened.entry.by, opened.body, opened.entry.kind
    if kind == _CREATE:
        return opened.entry.seq == 0 and _vkey(body) == by
    if kind == "join":  # by the word of a key that signs nothing
        through = state.holders.get(body.get("through", ""))
        return _vkey(body) == by and through is not None and through.vkey is None
    return by in {holder.vkey for holder in state.holders.values()}


def _epochs(opened: OpenedEntry) -> list[object]:
    # Who leaves takes the case key along, so that there must be a new one.
    leaves = opened.entry.kind in ("revocation", "rotation") or opened.body.get("replaces")
    epoch = opened.body.get("epoch")
    return [epoch] if leaves or epoch is not None else []


def _vkey(body: JSONObject) -> str | None:
    vkey: str | None = body["member"]["vkey"]
    return vkey


def _unsigned(
    entries: Entries, opened: list[OpenedEntry], *, from_the_start: bool
) -> Iterator[int]:
    storage = entries.storage
    rows = storage.signatures()
    since = 0 if from_the_start else min((row.first for row in rows), default=storage.size())
    numbers = [each.entry.seq for each in opened if each.entry.seq >= since]
    yield from signatures.not_signed(storage, entries.keys.case_id, numbers)


def _not_members(seq: int) -> Damaged:
    return Damaged(
        f"entry {seq}, about members, was written by someone who was not a member then", hint=_COPY
    )
