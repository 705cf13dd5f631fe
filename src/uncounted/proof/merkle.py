"""Merkle trees as of RFC 6962, section 2.1: roots, proofs, and checking them.

Proofs are made from any source of *nodes*: a function `node(level, index)` that
gives the hash of the complete subtree over the leaves `index * 2**level` up to
`(index + 1) * 2**level`. `tiles` reads them from files, `nodes_of` from a list.
Nothing here reads or writes a file, and checking trusts nothing but the roots.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

import attrs

from uncounted.errors import BadInput

HASH_BYTES = 32
Nodes = Callable[[int, int], bytes]


def leaf_hash(entry: bytes) -> bytes:
    """Hash a leaf: SHA-256(0x00 || entry)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash an inner node: SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


EMPTY_ROOT = hashlib.sha256(b"").digest()


@attrs.frozen
class Frontier:
    """The right edge of a tree: all that appending needs, log2(size) hashes.

    Attributes:
        size: number of leaves.
        peaks: roots of the complete subtrees that `size` falls into, largest first.

    Examples:
        >>> Frontier().append(leaf_hash(b"")).root().hex()[:16]
        '6e340b9cffb37a98'
    """

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def append(self, leaf: bytes) -> Frontier:
        """Add one leaf hash; amortised two hashes, at most log2(size)."""
        peaks, rest = [*self.peaks, leaf], self.size
        while rest & 1:
            right = peaks.pop()
            peaks.append(node_hash(peaks.pop(), right))
            rest >>= 1
        return Frontier(self.size + 1, tuple(peaks))

    def root(self) -> bytes:
        """The Merkle tree hash of all leaves."""
        return _fold(self.peaks) if self.peaks else EMPTY_ROOT


def nodes_of(leaves: Sequence[bytes]) -> Nodes:
    """Give the nodes over a list of leaf hashes, all inner hashes computed once."""
    layers = [list(leaves)]
    while len(layers[-1]) > 1:
        below = layers[-1]
        pairs = zip(below[::2], below[1::2], strict=False)
        layers.append([node_hash(left, right) for left, right in pairs])
    return lambda level, index: layers[level][index]


def root_of_chunks(chunks: Iterable[bytes]) -> bytes:
    """Give the root over leaf hashes that come in chunks, one of which is in memory at a time.

    Args:
        chunks: leaf hashes, 32 bytes each, one after the other. All chunks but the last have as
            many as the first, which is a power of two; the last may have fewer.

    Examples:
        >>> leaves = [leaf_hash(entry) for entry in (b"a", b"b", b"c")]
        >>> root_of_chunks([leaves[0] + leaves[1], leaves[2]]) == root(nodes_of(leaves), 3)
        True
    """
    whole, last, full = Frontier(), list[bytes](), None
    for chunk in chunks:
        full = full or len(chunk)
        leaves = [chunk[at : at + HASH_BYTES] for at in range(0, len(chunk), HASH_BYTES)]
        top = root(nodes_of(leaves), len(leaves))
        if len(chunk) == full:
            whole = whole.append(top)
        else:
            last.append(top)
    return _fold([*whole.peaks, *last]) if whole.size else EMPTY_ROOT


def root(node: Nodes, size: int) -> bytes:
    """Give the root of the tree over the first `size` leaves.

    Examples:
        >>> root(nodes_of([]), 0) == EMPTY_ROOT
        True
    """
    return _range(node, 0, size) if size else EMPTY_ROOT


def inclusion_proof(node: Nodes, index: int, size: int) -> list[bytes]:
    """Prove that leaf `index` is in the tree of `size` leaves: PATH(m, D[n]), section 2.1.1.

    Raises:
        BadInput: there is no such leaf in a tree of that size.
    """
    if not 0 <= index < size:
        raise BadInput(
            f"a tree of {size} leaves has no leaf {index}", hint="leaves are numbered from 0"
        )
    low, high, proof = 0, size, []
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            proof.append(_range(node, middle, high))
            high = middle
        else:
            proof.append(_range(node, low, middle))
            low = middle
    return proof[::-1]


def includes(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Check an inclusion proof (RFC 9162, section 2.1.3.2, whose trees are those of RFC 6962).

    Args:
        leaf: hash of the leaf, 32 bytes.
        index: its place, from 0.
        size: leaves in the tree.
        proof: sibling hashes from the leaf upwards.
        root: the root that is known to be true.
    """
    if not 0 <= index < size or not _all_hashes([leaf, root, *proof]):  # 1
        return False
    fn, sn, r = index, size - 1, leaf  # 2, 3
    for p in proof:  # 4
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, p)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and r == root  # 5


def peaks(size: int) -> list[tuple[int, int]]:
    """Give (level, index) of the complete subtrees that make up a tree, largest first.

    Examples:
        >>> peaks(6)
        [(2, 0), (1, 2)]
    """
    return _cover(0, size)


def _cover(low: int, high: int) -> list[tuple[int, int]]:
    # `low` is a multiple of the largest power of two below high - low: RFC 6962 splits so.
    found = []
    while low < high:
        level = (high - low).bit_length() - 1
        found.append((level, low >> level))
        low += 1 << level
    return found


def _range(node: Nodes, low: int, high: int) -> bytes:
    return _fold([node(level, index) for level, index in _cover(low, high)])


def _fold(hashes: Sequence[bytes]) -> bytes:
    total = hashes[-1]
    for left in reversed(hashes[:-1]):
        total = node_hash(left, total)
    return total


def _split(size: int) -> int:
    return 1 << ((size - 1).bit_length() - 1)


def _all_hashes(values: Sequence[bytes]) -> bool:
    return all(len(value) == HASH_BYTES for value in values)
