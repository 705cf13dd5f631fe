"""Signed notes: published ones, and every way of spoiling one."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uncounted.errors import BadInput, BadSignature, MalformedNote, NotVerified, UnknownSigner
from uncounted.proof.signed_note import (
    MAX_NOTE_BYTES,
    Signer,
    Verifier,
    fingerprint,
    open_note,
    split,
)

A = Signer.from_seed("example.org/a", bytes(32))
B = Signer.from_seed("example.org/b", b"\x01" * 32)
TEXT = "uncounted\n4400\n"
DASH = "\u2014 "


def line_of(note: bytes) -> bytes:
    return note.split(b"\n\n")[-1]


def test_a_note_published_elsewhere() -> None:
    """The example in the documentation of golang.org/x/mod/sumdb/note (BSD-3-Clause, v0.30)."""
    vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    text = (
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n"
    )
    note = (
        f"{text}\n{DASH}PeterNeumann "
        "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    )
    assert open_note(note.encode(), [Verifier.parse(vkey)]) == text


def test_the_key_of_a_seed_is_that_of_rfc_8032() -> None:
    """RFC 8032, section 7.1, test 1."""
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    signer = Signer.from_seed("example.org/rfc", seed)
    assert signer.verifier.public.hex() == public
    assert signer.unsafe_seed() == seed


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n")))
def test_what_is_signed_can_be_opened(text: str) -> None:
    assert open_note(A.sign(f"{text}\n"), [B.verifier, A.verifier]) == f"{text}\n"


def test_a_text_with_empty_lines_stops_at_the_last_one() -> None:
    text = f"one\n\n{DASH}not a signature\n\n\n"
    assert open_note(A.sign(text), [A.verifier]) == text


def test_signatures_by_unknown_keys_are_passed_over() -> None:
    both = A.sign(TEXT) + line_of(B.sign("something else\n"))
    assert open_note(both, [A.verifier]) == TEXT


def test_one_known_signature_that_fails_spoils_the_note() -> None:
    both = A.sign(TEXT) + line_of(B.sign("something else\n"))
    with pytest.raises(BadSignature, match="the signature does not fit the text"):
        open_note(both, [A.verifier, B.verifier])


def test_no_one_known() -> None:
    with pytest.raises(UnknownSigner, match="no signature by a key that is trusted"):
        open_note(A.sign(TEXT), [B.verifier])
    with pytest.raises(UnknownSigner):
        open_note(A.sign(TEXT), [])


def test_the_same_name_with_another_key_is_a_stranger() -> None:
    impostor = Signer.from_seed(A.name, b"\x02" * 32)
    with pytest.raises(UnknownSigner):
        open_note(impostor.sign(TEXT), [A.verifier])


def test_a_forged_key_id_is_a_bad_signature() -> None:
    impostor = Signer.from_seed(A.name, b"\x02" * 32)
    data = base64.b64decode(line_of(impostor.sign(TEXT)).split(b" ")[2])
    forged = base64.b64encode(A.verifier.id + data[4:]).decode()
    with pytest.raises(BadSignature):
        open_note(f"{TEXT}\n{DASH}{A.name} {forged}\n".encode(), [A.verifier])


@settings(max_examples=300)
@given(st.data())
def test_one_bit_anywhere_and_it_is_refused(data: st.DataObject) -> None:
    note = bytearray(A.sign(TEXT))
    at = data.draw(st.integers(0, len(note) * 8 - 1))
    note[at // 8] ^= 1 << (at % 8)
    with pytest.raises((MalformedNote, UnknownSigner, BadSignature)):
        open_note(bytes(note), [A.verifier])


@given(st.integers(0, len(A.sign(TEXT)) - 1))
def test_cut_anywhere_and_it_is_refused(at: int) -> None:
    with pytest.raises(NotVerified):
        open_note(A.sign(TEXT)[:at], [A.verifier])


GOOD = A.sign(TEXT).decode()
SIGNATURE = GOOD.split(" ")[-1].strip()


@pytest.mark.parametrize(
    ("note", "words"),
    [
        (b"", "no signature lines"),
        (b"\n\n\n", "no signature lines"),
        (TEXT.encode(), "no signature lines"),
        (f"{TEXT}\n".encode(), "no signature lines"),
        (GOOD.rstrip("\n").encode(), "no signature lines"),
        (GOOD.replace("\n", "\r\n").encode(), "no signature lines"),
        (GOOD.replace("4400", "44\t00").encode(), "control character"),
        (GOOD.replace("4400", "44\x0000").encode(), "control character"),
        (GOOD.replace("4400", "44\r00").encode(), "control character"),
        (GOOD.encode().replace(b"4400", b"44\xff0"), "not UTF-8"),
        (GOOD.encode().replace(b"4400", b"\xed\xa0\x80"), "not UTF-8"),
        (GOOD.replace(DASH, "- ").encode(), "malformed"),
        (GOOD.replace(DASH, "\u2014").encode(), "malformed"),
        (GOOD.replace(A.name, "").encode(), "malformed"),
        (GOOD.replace(A.name, "a+b").encode(), "malformed"),
        (GOOD.replace(A.name, "a\u3000b").encode(), "malformed"),
        (GOOD.replace(A.name, "a\u00a0b").encode(), "malformed"),
        (GOOD.replace(A.name, "a b").encode(), "malformed"),
        (GOOD.replace(SIGNATURE, "").encode(), "malformed"),
        (GOOD.replace(SIGNATURE, "AAAAAA==").encode(), "malformed"),
        (GOOD.replace(SIGNATURE, SIGNATURE + "=").encode(), "malformed"),
        (GOOD.replace(SIGNATURE, SIGNATURE[:-1]).encode(), "malformed"),
        (GOOD.replace(SIGNATURE, SIGNATURE + " x").encode(), "malformed"),
        (GOOD.replace(SIGNATURE, SIGNATURE[:8] + "-" + SIGNATURE[9:]).encode(), "malformed"),
        (GOOD.encode() + b"\n", "no signature lines"),
        (GOOD.encode() + b"more\n", "malformed"),
        (GOOD.encode() + line_of(A.sign(TEXT)) * 100, "more than 100 signatures"),
        (b"x" * MAX_NOTE_BYTES + GOOD.encode(), "more than 1,000,000 bytes"),
    ],
)
def test_malformed_notes(note: bytes, words: str) -> None:
    with pytest.raises(MalformedNote, match=words):
        open_note(note, [A.verifier])


def test_altered_padding_bits_are_another_spelling_and_refused() -> None:
    # 68 bytes end in one letter with two unused bits: Python's decoder takes all four.
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    last = SIGNATURE.rstrip("=")[-1]
    twin = letters[letters.index(last) ^ 1]
    other = SIGNATURE.rstrip("=")[:-1] + twin + "=" * SIGNATURE.count("=")
    assert base64.b64decode(other, validate=True) == base64.b64decode(SIGNATURE)
    with pytest.raises(MalformedNote):
        open_note(GOOD.replace(SIGNATURE, other).encode(), [A.verifier])


def test_sixteen_signatures_are_read() -> None:
    """signed-note: verifiers MUST accept at least up to 16."""
    note = A.sign(TEXT)
    for i in range(15):
        note += line_of(Signer.from_seed(f"w{i}", bytes([i]) * 32).sign(TEXT))
    assert open_note(note, [Signer.from_seed("w14", b"\x0e" * 32).verifier]) == TEXT
    assert len(split(note)[1]) == 16


@pytest.mark.parametrize("text", ["", "no newline", "a\rb\n", "\x1b[2J\n", "\ud800\n"])
def test_what_no_note_can_carry_is_not_signed(text: str) -> None:
    with pytest.raises(MalformedNote):
        A.sign(text)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u2028b", "a\x7fb", "a\u202eb"])
def test_names_that_no_key_may_have(name: str) -> None:
    with pytest.raises(BadInput, match="a key needs a name"):
        Signer.from_seed(name, bytes(32))


def test_a_seed_has_32_bytes() -> None:
    with pytest.raises(BadInput, match="has 32 bytes"):
        Signer.from_seed("a", bytes(31))


def test_verifier_keys_come_back() -> None:
    assert Verifier.parse(A.vkey) == A.verifier
    assert A.verifier.vkey == A.vkey


@pytest.mark.parametrize(
    ("vkey", "words"),
    [
        ("", "not a verifier key"),
        ("example.org/a", "not a verifier key"),
        (A.vkey[:-1], "not a verifier key"),
        (A.vkey + "\n", "not a verifier key"),
        (" " + A.vkey, "not a verifier key"),
        (A.vkey.replace("+A", "+B"), "not a verifier key"),
        (A.vkey.replace(A.verifier.id.hex(), A.verifier.id.hex().upper()), "not a verifier key"),
        (A.vkey.replace("/a+", "/b+"), "does not match its own hash"),
        (A.vkey.replace(A.verifier.id.hex(), "00000000"), "does not match its own hash"),
    ],
)
def test_what_is_not_a_verifier_key(vkey: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        Verifier.parse(vkey)


def test_fingerprints() -> None:
    assert fingerprint(A.vkey) == fingerprint(A.verifier.vkey) != fingerprint(B.vkey)
    assert len(fingerprint(A.vkey)) == 24
    with pytest.raises(BadInput):
        fingerprint("not a key")


def test_the_secret_stays_out_of_words() -> None:
    signer = Signer.generate("example.org/secret")
    assert signer.unsafe_seed().hex() not in repr(signer)
    assert "example.org/secret" in repr(signer)
    assert Signer.generate("x").vkey != Signer.generate("x").vkey
