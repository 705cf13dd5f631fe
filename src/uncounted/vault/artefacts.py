"""Artefacts: linkages, estimates, releases and commitments, each an entry with its own bytes.

A linkage, an estimate, a release, a commitment. What was made from reports loses its bytes
when one of them is forgotten; its entry stays. Nothing here knows what an artefact says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import attrs

from uncounted.errors import NotPublishable, UsedWrongly
from uncounted.proof.canonical_json import JSONObject
from uncounted.proof.commitment import commit, new_salt, opens
from uncounted.vault.access import membership
from uncounted.vault.log.entries import Entries, Entry, public_body
from uncounted.vault.reports import decisions, erasures
from uncounted.vault.store.rows import EntryRow

MAX_PAYLOAD_BYTES = 900_000_000  # SQLite takes 10^9 bytes in one piece, seal included
# Kinds that the case file writes itself; an artefact may not pass for one.
OWN_KINDS = frozenset(
    {
        "create",
        "report",
        "amendment",
        "consent",
        "attachment",
        "import",
        "undo",
        "withdrawal",
        "commitment",
    }
    | membership.KINDS
    | decisions.KINDS
)
_KIND = re.compile(r"[a-z][a-z0-9-]{0,39}")


@attrs.frozen
class Artefact:
    """An artefact: its entry, its body, and its bytes (None: it had none, or they were forgotten).

    The body is the one given to `put`, with `uses` and the salted commitment to the
    bytes under `payload`, where there are such.
    """

    entry: Entry
    body: JSONObject = attrs.field(repr=False)
    payload: bytes | None = attrs.field(repr=False)


@attrs.define
class Commitments:
    """Salted commitments that are kept with an artefact, or not at all when it is refused."""

    _made: list[tuple[str, bytes]] = attrs.field(init=False, factory=list)

    def to(self, value: bytes) -> str:
        """A commitment to a value, in hex."""
        salt = new_salt()
        given = commit(value, salt).hex()
        self._made.append((given, salt))
        return given

    def append(self, entries: Entries) -> None:
        """Keep their salts, within a transaction."""
        for given, salt in self._made:
            entries.append("commitment", {"commitment": given}, salt, derived=True)


def put(
    entries: Entries,
    kind: str,
    body: JSONObject,
    payload: bytes | None,
    uses: Iterable[str],
    commitments: Commitments,
) -> Entry:
    """Keep an artefact, in one transaction, as `Case.put` says."""
    if not _KIND.fullmatch(kind) or kind in OWN_KINDS:
        raise UsedWrongly(
            f"{kind!r} is no kind of artefact",
            hint="small letters, digits and hyphens; the case file keeps some for itself: "
            + ", ".join(sorted(OWN_KINDS)),
        )
    if payload is not None and len(payload) > MAX_PAYLOAD_BYTES:
        raise UsedWrongly(
            f"an artefact has at most {MAX_PAYLOAD_BYTES:,} bytes",
            hint="make it smaller: fewer draws, for one",
        )
    made_for = sorted(set(uses))
    body = {**body, "uses": made_for} if made_for else body
    with entries.storage.transaction():
        commitments.append(entries)
        derived = bool(made_for) or kind in erasures.DERIVED
        return entries.append(kind, body, payload, derived=derived)


def opened(entries: Entries, row: EntryRow | None) -> Artefact | None:
    """The artefact of an entry, opened; None when there is none, or it was forgotten."""
    entry = entries.open(row) if row is not None else None
    if entry is None:
        return None
    apart = entries.artefact(entry)
    return Artefact(entry.entry, entry.body, entry.payload if apart is None else apart)


def commit_to(entries: Entries, value: bytes) -> str:
    """Keep a salt and give the commitment, as `Case.commit_to` says."""
    made = Commitments()
    given = made.to(value)
    with entries.storage.transaction():
        made.append(entries)
    return given


def is_to(entries: Entries, commitment: str, value: bytes) -> bool:
    """Whether a commitment that this case file gave is to this value."""
    for row in entries.storage.entries("commitment"):
        found = opened(entries, row)
        if found and found.payload and found.body["commitment"] == commitment:
            return opens(bytes.fromhex(commitment), value, found.payload)
    return False


def opening(entries: Entries, seq: int) -> JSONObject:
    """What shows an artefact's entry to a stranger, as `Case.opening` says."""
    opened = entries.at(seq)
    if opened is None:
        raise UsedWrongly(
            f"no entry {seq} can be opened",
            hint="list the entries with uncounted log; withdrawn reports cannot be opened",
        )
    if opened.entry.kind in OWN_KINDS:
        raise NotPublishable(
            f"entry {seq} is of the kind {opened.entry.kind}: it stays sealed",
            hint="only entries of what was made, such as a release, are shown",
        )
    return {"body": public_body(opened.entry, opened.body), "salt": opened.salt.hex()}
