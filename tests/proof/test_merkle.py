"""RFC 6962 trees: published vectors, an independent program, and laws."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pymerkle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uncounted.errors import BadInput
from uncounted.proof import merkle
from uncounted.proof.merkle import Frontier, leaf_hash, node_hash, nodes_of

VECTORS = Path(__file__).parents[2].parent / "shared" / "vectors" / "merkle"
needs_vectors = pytest.mark.skipif(
    not VECTORS.is_dir(), reason="the vectors of transparency-dev/merkle are not beside the project"
)

# Entries and roots of the tests of google/certificate-transparency (Apache-2.0),
# cpp/merkletree/merkle_tree_test.cc; a root for each number of entries from 1 to 8.
ENTRIES = [
    bytes.fromhex(text) for text in ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]
] + [bytes(range(0x60, 0x70))]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def leaves_of(size: int) -> list[bytes]:
    return [leaf_hash(b"entry %d" % i) for i in range(size)]


def naive_root(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, word for word."""
    if not leaves:
        return merkle.EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node_hash(naive_root(leaves[:k]), naive_root(leaves[k:]))


def flipped(values: list[bytes], at: int) -> list[bytes]:
    whole = bytearray(b"".join(values))
    whole[at // 8] ^= 1 << (at % 8)
    return [bytes(whole[i : i + 32]) for i in range(0, len(whole), 32)]


@pytest.mark.parametrize("size", range(1, 9))
def test_published_roots(size: int) -> None:
    leaves = [leaf_hash(entry) for entry in ENTRIES[:size]]
    assert merkle.root(nodes_of(leaves), size).hex() == ROOTS[size - 1]
    frontier = Frontier()
    for leaf in leaves:
        frontier = frontier.append(leaf)
    assert frontier.root().hex() == ROOTS[size - 1]


def test_the_empty_tree() -> None:
    """RFC 6962, section 2.1: MTH({}) = SHA-256()."""
    assert Frontier().root() == merkle.root(nodes_of([]), 0) == merkle.EMPTY_ROOT
    assert merkle.EMPTY_ROOT.hex().startswith("e3b0c44298fc1c149afbf4c8996fb924")


def _cases(kind: str) -> list[Any]:
    paths = sorted((VECTORS / kind).rglob("*.json"))
    return [pytest.param(path, id=str(path.relative_to(VECTORS))) for path in paths]


def _proof(case: dict[str, Any]) -> list[bytes]:
    return [base64.b64decode(text) for text in case["proof"] or []]


@needs_vectors
def test_all_vectors_are_there() -> None:
    assert len(_cases("inclusion")) == 98


@needs_vectors
@pytest.mark.parametrize("path", _cases("inclusion"))
def test_inclusion_vectors(path: Path) -> None:
    case = json.loads(path.read_bytes())
    leaf, root = base64.b64decode(case["leafHash"] or ""), base64.b64decode(case["root"] or "")
    good = merkle.includes(leaf, case["leafIdx"], case["treeSize"], _proof(case), root)
    assert good is not case["wantErr"], case["desc"]


def test_every_leaf_of_every_small_tree() -> None:
    for size in range(1, 70):
        leaves = leaves_of(size)
        node = nodes_of(leaves)
        root = naive_root(leaves)
        assert merkle.root(node, size) == root
        for index, leaf in enumerate(leaves):
            proof = merkle.inclusion_proof(node, index, size)
            assert merkle.includes(leaf, index, size, proof, root)
            assert len(proof) <= (size - 1).bit_length()


def test_against_pymerkle() -> None:
    oracle = pymerkle.InmemoryTree(algorithm="sha256")
    entries = [b"entry %d" % i for i in range(45)]
    for entry in entries:
        oracle.append_entry(entry)
    node = nodes_of([leaf_hash(entry) for entry in entries])
    for size in range(1, 46):
        assert merkle.root(node, size) == oracle.get_root(size)
        for index in range(size):
            theirs = oracle.prove_inclusion(index + 1, size).path
            ours = [leaf_hash(entries[index]), *merkle.inclusion_proof(node, index, size)]
            assert ours == theirs


@settings(max_examples=200)
@given(st.data())
def test_one_bit_and_no_inclusion_proof_verifies(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 40))
    index = data.draw(st.integers(0, size - 1))
    leaves = leaves_of(size)
    node = nodes_of(leaves)
    proof, root = merkle.inclusion_proof(node, index, size), merkle.root(node, size)
    parts = [leaves[index], root, *proof]
    spoilt = flipped(parts, data.draw(st.integers(0, len(parts) * 256 - 1)))
    assert not merkle.includes(spoilt[0], index, size, spoilt[2:], spoilt[1])


@given(st.integers(2, 60), st.data())
def test_a_proof_is_for_its_place_only(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, size - 1).filter(lambda i: i != index))
    leaves = leaves_of(size)
    node = nodes_of(leaves)
    proof, root = merkle.inclusion_proof(node, index, size), merkle.root(node, size)
    assert not merkle.includes(leaves[index], other, size, proof, root)
    assert not merkle.includes(leaves[other], index, size, proof, root)


def test_the_frontier_stays_small() -> None:
    frontier = Frontier()
    for leaf in leaves_of(1000):
        frontier = frontier.append(leaf)
    assert len(frontier.peaks) == bin(1000).count("1")
    assert frontier.root() == naive_root(leaves_of(1000))


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_no_proof_of_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(BadInput, match="has no leaf"):
        merkle.inclusion_proof(nodes_of(leaves_of(3)), index, size)


@pytest.mark.parametrize("each", [1, 2, 8])
def test_the_root_of_chunks_is_that_of_the_whole(each: int) -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(40)]
    for size in range(41):
        chunks = [b"".join(leaves[at : min(at + each, size)]) for at in range(0, size, each)]
        assert merkle.root_of_chunks(chunks) == merkle.root(nodes_of(leaves[:size]), size)
