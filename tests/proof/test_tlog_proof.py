"""Proof files: what they look like, what they prove, and what spoils them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uncounted.errors import MalformedNote, NotVerified, UnknownSigner
from uncounted.proof import merkle
from uncounted.proof.checkpoint import Checkpoint, sign
from uncounted.proof.merkle import leaf_hash, nodes_of
from uncounted.proof.signed_note import Signer
from uncounted.proof.tlog_proof import TlogProof

A = Signer.from_seed("example.org/a", bytes(32))
B = Signer.from_seed("example.org/b", b"\x01" * 32)
LEAVES = [leaf_hash(b"entry %d" % i) for i in range(11)]
ORIGIN = "example.org/log"


def proof_of(index: int, signer: Signer = A) -> TlogProof:
    node = nodes_of(LEAVES)
    note = sign(Checkpoint(ORIGIN, 11, merkle.root(node, 11)), signer)
    return TlogProof(index, tuple(merkle.inclusion_proof(node, index, 11)), note)


def test_what_a_file_looks_like() -> None:
    """C2SP tlog-proof, "Format"."""
    data = proof_of(10).encode()
    lines = data.decode().split("\n")
    assert lines[:2] == ["c2sp.org/tlog-proof@v1", "index 10"]
    assert len(lines[2]) == 44
    assert lines[lines.index("") + 1] == ORIGIN
    assert data.endswith(proof_of(10).checkpoint)


@given(st.integers(0, 10))
def test_every_leaf(index: int) -> None:
    proof = TlogProof.parse(proof_of(index).encode())
    assert proof == proof_of(index)
    assert proof.verify(LEAVES[index], [A.verifier], origin=ORIGIN).size == 11


def test_a_log_of_one_has_an_empty_proof() -> None:
    note = sign(Checkpoint(ORIGIN, 1, LEAVES[0]), A)
    proof = TlogProof.parse(TlogProof(0, (), note).encode())
    assert proof.verify(LEAVES[0], [A.verifier]).size == 1


def test_another_entry_another_key_another_log() -> None:
    with pytest.raises(NotVerified, match="does not lead from this entry"):
        proof_of(3).verify(LEAVES[4], [A.verifier])
    with pytest.raises(UnknownSigner):
        proof_of(3).verify(LEAVES[3], [B.verifier])
    with pytest.raises(UnknownSigner, match="another log"):
        proof_of(3).verify(LEAVES[3], [A.verifier], origin="example.org/other")


@settings(max_examples=300)
@given(st.data())
def test_one_bit_anywhere_and_it_proves_nothing(data: st.DataObject) -> None:
    whole = bytearray(proof_of(6).encode())
    at = data.draw(st.integers(0, len(whole) * 8 - 1))
    whole[at // 8] ^= 1 << (at % 8)
    with pytest.raises(NotVerified):
        TlogProof.parse(bytes(whole)).verify(LEAVES[6], [A.verifier])


GOOD = proof_of(6).encode().decode()
FIRST = GOOD.split("\n")[2]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no checkpoint"),
        (GOOD.split("\n\n")[0] + "\n", "no checkpoint"),
        (GOOD.replace("@v1", "@v2"), "first line"),
        ("\n\n" + GOOD, "first line"),
        (GOOD.replace("index 6", "extra AAAA\nindex 6"), "malformed"),
        (GOOD.replace("index 6", "index 06"), "malformed"),
        (GOOD.replace("index 6", "index -6"), "malformed"),
        (GOOD.replace("index 6", "index  6"), "malformed"),
        (GOOD.replace("index 6", "index " + "9" * 5000), "malformed"),
        (GOOD.replace("index 6\n", ""), "malformed"),
        (GOOD.replace(FIRST, FIRST[:-4]), "malformed"),
        (GOOD.replace(FIRST, FIRST + " "), "malformed"),
        (GOOD.replace(FIRST, FIRST + "\r"), "malformed"),
        (GOOD.replace(FIRST, "\n".join([FIRST] * 65)), "malformed"),
        (GOOD.replace("index 6", "index \u0666"), "ASCII"),
        ("x" * 1_000_001 + "\n\n", "too long"),
    ],
)
def test_malformed_proofs(text: str, words: str) -> None:
    with pytest.raises(MalformedNote, match=words):
        TlogProof.parse(text.encode())
