"""Append-only entries of a case file, each sealed under its own key and committed to in the log.

An entry is sealed with a key of its own, and its leaf in the public log is a
salted commitment to it. What is current (which reports, which sources) is only a
table derived from the entries. Nothing here decides what may be done.
"""

from __future__ import annotations

import datetime
import functools
import json
from collections.abc import Callable, Iterator

import attrs

from uncounted.errors import Damaged
from uncounted.proof.canonical_json import JSONObject, canonical
from uncounted.proof.commitment import SALT_BYTES, commit, new_salt
from uncounted.proof.signed_note import Signer
from uncounted.vault.keys.case_keys import CaseKeys
from uncounted.vault.log import signatures
from uncounted.vault.log.signatures import Run, SignedEntries
from uncounted.vault.store.database import Storage
from uncounted.vault.store.rows import EntryRow, Sealed

_ENTRY = b"entry"
_OBJECT = b"object"
PARTS = (_ENTRY, _OBJECT)
_LENGTH = 4

Clock = Callable[[], datetime.datetime]


@attrs.frozen
class Entry:
    """That something happened: its place in the log, what kind, when (UTC), by which vkey."""

    seq: int
    kind: str
    when: str
    by: str


@attrs.frozen
class OpenedEntry:
    """An entry's content: its salt, its body, and a payload sealed together with it."""

    entry: Entry
    salt: bytes = attrs.field(repr=False)
    body: JSONObject = attrs.field(repr=False)
    payload: bytes | None = attrs.field(repr=False)


def now() -> datetime.datetime:
    """The time in UTC, as the machine's clock has it."""
    return datetime.datetime.now(datetime.UTC)


def public_body(entry: Entry, body: JSONObject) -> JSONObject:
    """What a leaf commits to, as the plain value that an opening shows."""
    return {
        "kind": entry.kind,
        "seq": entry.seq,
        "when": entry.when,
        "by": entry.by,
        "body": body,
    }


def _public_bytes(entry: Entry, content: bytes) -> bytes:
    # canonical(public_body(entry, body)), made from the canonical bytes of the body, which
    # are at hand: the keys stand in RFC 8785's order. A bulk import spends its time here.
    before, after = _around(entry.by, entry.kind, entry.when)
    return b"".join((b'{"body":', content, before, b"%d" % entry.seq, after))


@functools.lru_cache(maxsize=8)
def _around(by: str, kind: str, when: str) -> tuple[bytes, bytes]:
    # What stands before and after the number; the same for every report of an import.
    return b"," + canonical({"by": by, "kind": kind})[1:-1] + b',"seq":', (
        b"," + canonical({"when": when})[1:]
    )


class Entries:
    """The entries of a case file: writes as one member, and reads everybody's.

    Call `append` inside a transaction of `storage`, at whose end `signer` signs what was added.
    """

    def __init__(
        self, storage: Storage, keys: CaseKeys, member: int, signer: Signer, clock: Clock = now
    ) -> None:
        self.storage = storage
        self.keys = keys
        self._member = member
        self._signer, self._vkey = signer, signer.vkey
        self._clock = clock
        self._unsigned: Run | None = None

    def time(self) -> str:
        """Now, to the second, as entries carry it (RFC 3339)."""
        return self._clock().strftime("%Y-%m-%dT%H:%M:%SZ")

    def append(
        self,
        kind: str,
        body: JSONObject,
        payload: bytes | None = None,
        *,
        seq: int | None = None,
        when: str | None = None,
        derived: bool | None = None,
    ) -> Entry:
        """Add an entry and give it.

        1. The payload is committed to under a salt of its own, in the body.
        2. The leaf commits to the public body under another salt.
        3. Salt, body and payload are sealed together; with `derived` given (was it made
           from reports?), the payload is sealed apart, so that it can be forgotten alone.
        4. The leaf is among those that are signed when the transaction ends.

        `seq` and `when` spare a bulk caller the asking.

        Raises:
            BadInput: the body has no canonical form.
        """
        entry = Entry(
            self.storage.size() if seq is None else seq, kind, when or self.time(), self._vkey
        )
        tail = b""
        if payload is not None:  # 1
            payload_salt = new_salt()
            body = {**body, "payload": commit(payload, payload_salt).hex()}
            tail = payload_salt + payload
        salt, content = new_salt(), canonical(body)
        leaf = commit(_public_bytes(entry, content), salt)  # 2
        plain = salt + len(content).to_bytes(_LENGTH) + content  # 3
        inside = tail if derived is None else b""
        sealed = self.keys.seal(entry.seq, _ENTRY, plain + inside)
        self.storage.add_entry(entry.seq, kind, entry.when, self._member, leaf, sealed)
        if tail and derived is not None:
            apart = self.keys.seal(entry.seq, _OBJECT, tail)
            self.storage.add_object(entry.seq, apart, derived=derived)
        self._run(entry.seq).add(entry.seq, leaf)  # 4
        return entry

    def _run(self, seq: int) -> Run:
        """The entries of this transaction that are still to be signed."""
        now = self.storage.transactions
        if self._unsigned is None or self._unsigned.transaction != now:
            self._unsigned = Run(
                self.storage, self.keys.case_id, seq, self._member, self._signer, now
            )
            self.storage.before_commit(self._unsigned.sign)
        return self._unsigned

    def signed(self) -> list[SignedEntries]:
        """Whose signature holds: the state of every entry's, entries of one state together."""
        first = self.at(0)
        from_the_start = first is not None and first.body.get("signed") is True
        return signatures.every(self.storage, self.keys.case_id, from_the_start=from_the_start)

    def over(self, storage: Storage, keys: CaseKeys) -> Entries:
        """The entries of another database of this case file, written as the same member."""
        return Entries(storage, keys, self._member, self._signer, self._clock)

    def at(self, seq: int) -> OpenedEntry | None:
        """Open the entry of that number; None when there is none, or it was destroyed."""
        row = self.storage.entry(seq)
        return None if row is None else self.open(row)

    def of_kind(self, kind: str) -> Iterator[OpenedEntry]:
        """Open every entry of a kind (other than `report`) that was not destroyed, in order."""
        return filter(None, map(self.open, self.storage.entries(kind)))

    def open(self, row: EntryRow) -> OpenedEntry | None:
        """Open an entry, check it against its leaf and its payload against it.

        None when it was destroyed.
        """
        if row.sealed is None:
            return None
        opened = self._take_apart(row, self.keys.unseal(row.seq, _ENTRY, row.sealed))
        if commit(canonical(public_body(opened.entry, opened.body)), opened.salt) != row.leaf:
            raise Damaged(
                f"entry {row.seq} does not fit its commitment in the log",
                hint="restore the case file from a copy",
            )
        return opened

    def _take_apart(self, row: EntryRow, plain: bytes) -> OpenedEntry:
        salt, rest = plain[:SALT_BYTES], plain[SALT_BYTES:]
        end = _LENGTH + int.from_bytes(rest[:_LENGTH])
        tail, body = rest[end:], json.loads(rest[_LENGTH:end])
        payload = tail[SALT_BYTES:] if tail else None
        if payload is not None and commit(payload, tail[:SALT_BYTES]).hex() != body.get("payload"):
            raise _another_payload(row.seq)
        return OpenedEntry(Entry(row.seq, row.kind, row.when, row.by), salt, body, payload)

    def payload(self, seq: int, sealed: Sealed) -> bytes:
        """Open the payload that is sealed inside an entry, without reading the rest of it.

        Whether the body that commits to it is the one in the log, `open` looks, not this.
        """
        plain = self.keys.unseal(seq, _ENTRY, sealed)
        start = SALT_BYTES + _LENGTH
        end = start + int.from_bytes(plain[SALT_BYTES:start])
        tail = plain[end:]
        payload = tail[SALT_BYTES:]
        # Not parsed, for speed. Within a string of the body these quotes would be escaped.
        member = f'"payload":"{commit(payload, tail[:SALT_BYTES]).hex()}"'
        if member.encode() not in plain[start:end]:
            raise _another_payload(seq)
        return payload

    def artefact(self, opened: OpenedEntry) -> bytes | None:
        """The payload that was sealed apart from its entry; None when there is none any more."""
        sealed = self.storage.object(opened.entry.seq)
        if sealed is None:
            return None
        tail = self.keys.unseal(opened.entry.seq, _OBJECT, sealed)
        payload = tail[SALT_BYTES:]
        if commit(payload, tail[:SALT_BYTES]).hex() != opened.body.get("payload"):
            raise _another_payload(opened.entry.seq)
        return payload


def _another_payload(seq: int) -> Damaged:
    return Damaged(
        f"the bytes kept with entry {seq} are not those it commits to",
        hint="restore the case file from a copy",
    )
