"""Signatures of entries: Ed25519 by who wrote them, over the leaves of each transaction.

A leaf commits to what an entry says, when, and by whom; a signature over leaves is therefore one
over all of that, and outlives the destruction of an entry's content. One signature covers the
entries of one transaction, since signing each report of an import would take as long as
sealing it. Signatures are kept in the database: who wrote what is not public.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Literal

import attrs

from uncounted.errors import BadInput
from uncounted.proof.signed_note import Signer, Verifier
from uncounted.vault.store.database import Storage

type SignatureState = Literal["valid", "invalid", "none"]

_CONTEXT = b"uncounted entries 1\0"


@attrs.define
class Run:
    """The entries that one member writes in one transaction, to be signed before it ends."""

    storage: Storage
    case_id: str
    first: int
    member: int
    signer: Signer
    transaction: int
    end: int = attrs.field(init=False)
    _leaves: hashlib._Hash = attrs.field(init=False, factory=hashlib.sha256)

    def __attrs_post_init__(self) -> None:
        """Nothing is in it yet."""
        self.end = self.first

    def add(self, seq: int, leaf: bytes) -> None:
        """Take the next entry up."""
        assert seq == self.end
        self.end += 1
        self._leaves.update(leaf)

    def sign(self) -> None:
        """Sign them, as the last thing in the transaction."""
        text = _message(self.case_id, self.first, self.end, self._leaves.digest())
        signature = self.signer.sign_bytes(text)
        self.storage.add_signature(self.first, self.end, self.member, signature)


@attrs.frozen
class SignedEntries:
    """Entries from and to (not included), and whether their author's signature holds."""

    first: int
    end: int
    state: SignatureState


def every(storage: Storage, case_id: str, *, from_the_start: bool) -> list[SignedEntries]:
    """The state of the signature of every entry, in order, entries of one state together.

    An entry without a signature was written by an earlier version, or someone took the
    signature away: `none` where no signed entry comes before it, else `invalid`. With
    `from_the_start` the case file's first entry says that all are signed.
    """
    found: list[SignedEntries] = []
    at = 0
    for first, end, valid in _checked(storage, case_id):
        if first > at:
            found.append(_unsigned(at, first, from_the_start or bool(found)))
        found.append(SignedEntries(first, end, "valid" if valid else "invalid"))
        at = max(at, end)
    if at < storage.size():
        found.append(_unsigned(at, storage.size(), from_the_start or bool(found)))
    return list(_joined(found))


def holds(storage: Storage, case_id: str, seq: int) -> bool:
    """Whether a signature covers this entry and holds."""
    return seq not in not_signed(storage, case_id, [seq])


def not_signed(storage: Storage, case_id: str, numbers: Iterable[int]) -> Iterator[int]:
    """Of these entries, those that no signature covers that holds."""
    rows = storage.signatures()
    for seq in numbers:
        covers = (row for row in rows if row.first <= seq < row.end)
        if not any(_valid(storage, case_id, row.first, row.end, row.signature) for row in covers):
            yield seq


def _checked(storage: Storage, case_id: str) -> Iterator[tuple[int, int, bool]]:
    before = 0
    for row in storage.signatures():
        in_order = before <= row.first < row.end <= storage.size()
        valid = in_order and _valid(storage, case_id, row.first, row.end, row.signature)
        yield row.first, row.end, valid
        before = row.end


def _valid(storage: Storage, case_id: str, first: int, end: int, signature: bytes) -> bool:
    leaves, authors, count = hashlib.sha256(), set[str](), 0
    for leaf, author in storage.authored(first, end):
        leaves.update(leaf)
        authors.add(author)
        count += 1
    if len(authors) != 1 or count != end - first:
        return False
    text = _message(case_id, first, end, leaves.digest())
    try:
        return Verifier.parse(authors.pop()).verifies(text, signature)
    except BadInput:
        return False


def _message(case_id: str, first: int, end: int, leaves: bytes) -> bytes:
    return _CONTEXT + bytes.fromhex(case_id) + first.to_bytes(8) + end.to_bytes(8) + leaves


def _unsigned(first: int, end: int, must: bool) -> SignedEntries:
    return SignedEntries(first, end, "invalid" if must else "none")


def _joined(runs: Iterable[SignedEntries]) -> Iterator[SignedEntries]:
    held: SignedEntries | None = None
    for run in runs:
        if held is not None and held.state == run.state:
            held = attrs.evolve(held, end=run.end)
            continue
        if held is not None:
            yield held
        held = run
    if held is not None:
        yield held


def findings(runs: Iterable[SignedEntries]) -> Iterator[str]:
    """Say which entries are not signed by whom they name.

    Examples:
        >>> list(findings([SignedEntries(0, 3, "valid"), SignedEntries(3, 5, "invalid")]))
        ['entries 3 to 4 are not signed by the member that they name']
    """
    for run in runs:
        if run.state == "invalid":
            one = run.end - run.first == 1
            which = f"entry {run.first} is" if one else f"entries {run.first} to {run.end - 1} are"
            yield f"{which} not signed by the member that {'it names' if one else 'they name'}"
