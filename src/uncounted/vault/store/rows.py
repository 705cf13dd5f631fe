"""The rows of a case file's database, as values."""

from __future__ import annotations

import attrs


@attrs.frozen
class Sealed:
    """A sealed thing: its own key wrapped under the case key, and its ciphertext (AES-256-GCM)."""

    wrapped: bytes
    content: bytes


@attrs.frozen
class EntryRow:
    """An entry as stored; `sealed` is None when its key has been destroyed."""

    seq: int
    kind: str
    when: str
    by: str
    leaf: bytes
    sealed: Sealed | None


@attrs.frozen
class SignatureRow:
    """A signature over the entries `first` to `end` (not included)."""

    first: int
    end: int
    signature: bytes


@attrs.frozen
class AuthorRow:
    """A person who wrote entries, and the entry that took their access away, if one did."""

    number: int = attrs.field(eq=False)
    recipient: str
    vkey: str
    revoked: int | None


@attrs.frozen
class HolderRow:
    """A recipient of the case key, since which entry, and their file in members/."""

    recipient: str
    vkey: str | None
    name: str | None
    since: int
    key: bytes | None = attrs.field(default=None, eq=False, repr=False)


@attrs.frozen
class ReportRow:
    """The current state of one report; a replay of the entries gives the same row."""

    source: str
    id: str
    ref: str
    seq: int
    first: int
    collector: str | None
    consent: str
    print: bytes
