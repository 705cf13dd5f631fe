"""Files under a passphrase: age files with one scrypt stanza, at a fixed work factor.

The library chooses a work factor by how fast the machine is at that moment, and a busy one gets
a weak file. So the recipient of a passphrase is written and read here; the format is age's
(c2sp.org/age), and `age -d` opens it. Only small files: an identity is one chunk.
"""

from __future__ import annotations

import hmac
import os
import re
from typing import Final

import attrs
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from uncounted.errors import NoAccess, NoSpace, WrongPassphrase
from uncounted.proof import strict_base64

WORK_FACTOR: Final = 18  # log2 of scrypt's N: 256 MB of memory for each guess
MOST_WORK: Final = 22  # 4 GB; what earlier versions wrote on a fast machine is well below
_SALT_LABEL: Final = b"age-encryption.org/v1/scrypt"
_BYTES, _NONCE = 16, 16
_CHUNK: Final = 65_536
_LAST: Final = bytes(11) + b"\x01"  # nonce of the first chunk, which is the last one
_HEADER: Final = re.compile(
    rb"(age-encryption\.org/v1\n-> scrypt (?P<salt>[A-Za-z0-9+/]{22}) (?P<work>[1-9][0-9]{0,2})\n"
    rb"(?P<body>[A-Za-z0-9+/]{43})\n---) (?P<mac>[A-Za-z0-9+/]{43})\n"
)


class NotAFile(ValueError):
    """The bytes are not such a file, or were changed or cut short."""


def seal(plain: bytes, words: str, work: int = WORK_FACTOR) -> bytes:
    """Make an age file that a passphrase opens.

    Raises:
        NoSpace: there is not enough memory for scrypt.
    """
    assert len(plain) <= _CHUNK
    file_key, salt, nonce = os.urandom(_BYTES), os.urandom(_BYTES), os.urandom(_NONCE)
    body = ChaCha20Poly1305(_wrapping(words, salt, work)).encrypt(bytes(12), file_key, None)
    head = f"age-encryption.org/v1\n-> scrypt {_base64(salt)} {work}\n{_base64(body)}\n---"
    mac = hmac.digest(_derived(file_key, None, b"header"), head.encode(), "sha256")
    content = ChaCha20Poly1305(_derived(file_key, nonce, b"payload")).encrypt(_LAST, plain, None)
    return f"{head} {_base64(mac)}\n".encode() + nonce + content


def unseal(sealed: bytes, words: str) -> bytes:
    """Open one.

    Raises:
        WrongPassphrase: the passphrase is another.
        NotAFile: the bytes are not one, or were changed.
        NoAccess: it asks for more work than `MOST_WORK`.
        NoSpace: there is not enough memory for the work that it asks for.
    """
    header = _Header.parse(sealed)
    if header.work > MOST_WORK:
        raise NoAccess(
            f"opening the identity would take scrypt with a work factor of 2^{header.work}, and"
            f" this program does at most 2^{MOST_WORK}",
            hint="uncounted makes no such file: restore identity.age from a copy, or decrypt it"
            " with age on a machine with enough memory and encrypt it again",
        )
    wrapping = ChaCha20Poly1305(_wrapping(words, header.salt, header.work))
    try:
        file_key = wrapping.decrypt(bytes(12), header.body, None)
    except InvalidTag as error:
        raise WrongPassphrase(
            "the passphrase does not open the identity",
            hint="check the keyboard layout and caps lock",
        ) from error
    mac = hmac.digest(_derived(file_key, None, b"header"), header.signed, "sha256")
    if not hmac.compare_digest(mac, header.mac):
        raise NotAFile("the header was changed")
    nonce, content = header.rest[:_NONCE], header.rest[_NONCE:]
    try:
        return ChaCha20Poly1305(_derived(file_key, nonce, b"payload")).decrypt(_LAST, content, None)
    except (InvalidTag, ValueError) as error:
        raise NotAFile("the content was changed") from error


def work_factor(sealed: bytes) -> int:
    """The work factor that a file asks for, which needs no passphrase.

    Raises:
        NotAFile: the bytes are not one.
    """
    return _Header.parse(sealed).work


@attrs.frozen
class _Header:
    salt: bytes
    work: int
    body: bytes
    mac: bytes
    signed: bytes
    rest: bytes

    @classmethod
    def parse(cls, sealed: bytes) -> _Header:
        found = _HEADER.match(sealed)
        if found is None:
            raise NotAFile("not an age file under a passphrase")
        sizes = {"salt": _BYTES, "body": _BYTES + 16, "mac": 32}
        decoded = {
            name: strict_base64.decode(found[name].decode() + "=" * (-len(found[name]) % 4), size=n)
            for name, n in sizes.items()
        }
        salt, body, mac = decoded.values()
        if salt is None or body is None or mac is None:
            raise NotAFile("base64 that is not in its one spelling")
        return cls(salt, int(found["work"]), body, mac, found[1], sealed[found.end() :])


def _wrapping(words: str, salt: bytes, work: int) -> bytes:
    try:
        scrypt = Scrypt(_SALT_LABEL + salt, length=32, n=1 << work, r=8, p=1)
        return scrypt.derive(words.encode())
    except MemoryError as error:
        raise NoSpace(
            f"there is not enough memory for scrypt with a work factor of 2^{work}",
            hint=f"close other programs: it needs {(1 << work) // 1024:,} MB",
        ) from error


def _derived(key: bytes, salt: bytes | None, info: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt, info).derive(key)


def _base64(value: bytes) -> str:
    return strict_base64.encode(value).rstrip("=")
