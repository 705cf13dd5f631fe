"""Signed notes (C2SP signed-note): short texts with Ed25519 signatures under them.

A note is opened with the keys that the reader brought along, never with a key
found in the note. Nothing of the text is given out before a signature by one
of those keys has been checked, and no other kind of signature is made or read.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from typing import Final

import attrs
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from uncounted.errors import BadInput, BadSignature, MalformedNote, UnknownSigner
from uncounted.proof import strict_base64

MAX_NOTE_BYTES: Final = 1_000_000
MAX_SIGNATURES: Final = 100  # a reader must take at least 16
_ED25519: Final = b"\x01"
AGAIN = "copy the file again; it was changed, cut short, or is a file of another kind"
_DASH: Final = "\u2014 "
_VKEY = re.compile(r"(?P<name>[^+]+)\+(?P<id>[0-9a-f]{8})\+(?P<key>[A-Za-z0-9+/=]+)")


@attrs.frozen
class Verifier:
    """The public half of a key, under its name.

    Examples:
        >>> Verifier.parse(Signer.from_seed("example.com/log", bytes(32)).vkey).name
        'example.com/log'
    """

    name: str
    public: bytes  # 32 bytes, RFC 8032

    @classmethod
    def parse(cls, vkey: str) -> Verifier:
        """Read a verifier key: `name+hash+base64(0x01 || public key)`.

        Raises:
            BadInput: the text is not one, or its hash does not fit its key.
        """
        found = _VKEY.fullmatch(vkey)
        key = strict_base64.decode(found["key"], size=33) if found else None
        if found is None or key is None or key[:1] != _ED25519 or not _may_sign(found["name"]):
            raise BadInput(
                "this is not a verifier key",
                hint="it looks like name+33d7b496+AeHT...; copy the whole line",
            )
        verifier = cls(found["name"], key[1:])
        if verifier.id.hex() != found["id"]:
            raise BadInput(
                "this verifier key does not match its own hash",
                hint="a character is missing or changed; copy the whole line again",
            )
        return verifier

    @property
    def id(self) -> bytes:
        """The key ID, four bytes (signed-note, "Ed25519 signatures")."""
        return _digest(self.name.encode() + b"\n" + _ED25519 + self.public)[:4]

    @property
    def vkey(self) -> str:
        """The key as one line of text, for handing on."""
        return f"{self.name}+{self.id.hex()}+{strict_base64.encode(_ED25519 + self.public)}"

    def verifies(self, text: bytes, signature: bytes) -> bool:
        """Tell whether this key signed these bytes."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text)
        except (InvalidSignature, ValueError):
            return False
        return True


@attrs.frozen
class Signer:
    """The private half of a key. Its `repr` shows the name alone."""

    name: str
    _private: Ed25519PrivateKey = attrs.field(repr=False, alias="private")

    def __attrs_post_init__(self) -> None:
        """Refuse a name that no note could carry."""
        if not _may_sign(self.name):
            raise BadInput(
                "a key needs a name without spaces, plus signs or control characters",
                hint="for example example.org/documentation",
            )

    @classmethod
    def generate(cls, name: str) -> Signer:
        """Make a new key from the system's generator."""
        return cls(name, Ed25519PrivateKey.generate())

    @classmethod
    def from_seed(cls, name: str, seed: bytes) -> Signer:
        """Take up a key again from its 32 bytes (RFC 8032, section 5.1.5)."""
        if len(seed) != 32:
            raise BadInput(
                f"an Ed25519 key has 32 bytes, this one {len(seed)}",
                hint="give the complete key and nothing else",
            )
        return cls(name, Ed25519PrivateKey.from_private_bytes(seed))

    def unsafe_seed(self) -> bytes:
        """Give the 32 secret bytes, to be sealed at once."""
        return self._private.private_bytes_raw()

    @property
    def verifier(self) -> Verifier:
        """The public half."""
        return Verifier(self.name, self._private.public_key().public_bytes_raw())

    @property
    def vkey(self) -> str:
        """The public half as one line of text."""
        return self.verifier.vkey

    def sign_bytes(self, message: bytes) -> bytes:
        """Sign bytes that no note could be, by their first ones: the 64 bytes alone."""
        return self._private.sign(message)

    def sign(self, text: str) -> bytes:
        r"""Make the note: the text, an empty line, one signature line.

        Raises:
            MalformedNote: the text does not end in a newline, or holds a control character.

        Examples:
            >>> signer = Signer.from_seed("example.com/log", bytes(32))
            >>> open_note(signer.sign("4400\n"), [signer.verifier])
            '4400\n'
        """
        _check_text(text)
        body = text.encode()
        line = strict_base64.encode(self.verifier.id + self._private.sign(body))
        return body + f"\n{_DASH}{self.name} {line}\n".encode()


def open_note(note: bytes, verifiers: Iterable[Verifier]) -> str:
    """Give the text of a note that one of these keys signed.

    1. The bytes are a note: size, UTF-8, no control character, text, signature lines.
    2. Signatures by keys we do not know are passed over, even when the name or the key
       ID (but not both) is one we know.
    3. Every signature by a known key must verify; one that does not spoils the note.
    4. At least one must be there.

    Raises:
        MalformedNote: step 1.
        BadSignature: step 3.
        UnknownSigner: step 4.
    """
    text, signatures = split(note)  # 1
    known = {(verifier.name, verifier.id): verifier for verifier in verifiers}
    verified = False
    for name, signature in signatures:
        verifier = known.get((name, signature[:4]))
        if verifier is None:  # 2
            continue
        if not verifier.verifies(text.encode(), signature[4:]):  # 3
            raise BadSignature(
                "the signature does not fit the text",
                hint="the text or the signature was changed after signing; fetch the file again",
            )
        verified = True
    if not verified:  # 4
        raise UnknownSigner(
            "no signature by a key that is trusted",
            hint="check that the verifier key is the right one",
        )
    return text


def split(note: bytes) -> tuple[str, list[tuple[str, bytes]]]:
    """Take a note apart, WITHOUT checking any signature: text, then (name, key ID + signature).

    Raises:
        MalformedNote: signed-note, "Format", is not kept.
    """
    if len(note) > MAX_NOTE_BYTES:
        raise MalformedNote(
            f"a note of more than {MAX_NOTE_BYTES:,} bytes is too large", hint=AGAIN
        )
    try:
        whole = note.decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedNote("the note is not UTF-8", hint=AGAIN) from None
    # The text ends at the LAST empty line: it may hold empty lines of its own.
    text, gap, rest = whole.rpartition("\n\n")
    if not gap or not rest.endswith("\n"):
        raise MalformedNote("the note has no signature lines after an empty line", hint=AGAIN)
    text += "\n"
    _check_text(text)
    lines = rest[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise MalformedNote(
            f"a note with more than {MAX_SIGNATURES} signatures is too large", hint=AGAIN
        )
    return text, [_signature(line) for line in lines]


def fingerprint(vkey: str) -> str:
    """Give 100 bits of a verifier key's hash in a form that two people can read to each other.

    Raises:
        BadInput: not a verifier key.

    Examples:
        >>> fingerprint(Signer.from_seed("example.com/log", bytes(32)).vkey)
        'qjg4-yta4-2ma6-l5dj-5l7u'
    """
    # The canonical spelling is hashed with a prefix of its own, so that a fingerprint is
    # never mistaken for (or made from) any other hash of the same key.
    digest = _digest(b"uncounted/fingerprint/v1\x00" + Verifier.parse(vkey).vkey.encode())
    letters = base64.b32encode(digest).decode("ascii").lower()[:20]
    return "-".join(letters[i : i + 4] for i in range(0, 20, 4))


def _signature(line: str) -> tuple[str, bytes]:
    name, gap, encoded = line.removeprefix(_DASH).partition(" ")
    data = strict_base64.decode(encoded)
    if not line.startswith(_DASH) or not gap or not _is_name(name) or data is None or len(data) < 5:
        raise MalformedNote("a signature line of the note is malformed", hint=AGAIN)
    return name, data


def _check_text(text: str) -> None:
    if not text.endswith("\n"):
        raise MalformedNote("the text of a note ends in a newline", hint=AGAIN)
    if any(letter < " " and letter != "\n" for letter in text):
        raise MalformedNote("the text of a note holds a control character", hint=AGAIN)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise MalformedNote("the text of a note is not UTF-8", hint=AGAIN) from None


def _is_name(name: str) -> bool:
    return bool(name) and not any(c == "+" or c < " " or c.isspace() for c in name)


def _may_sign(name: str) -> bool:
    # Stricter than the format for keys that we take up: the name is shown on terminals.
    return _is_name(name) and name.isprintable()


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
