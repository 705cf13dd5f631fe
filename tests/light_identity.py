"""Identities under a passphrase with next to no work in it: in earnest opening takes a second."""

from __future__ import annotations

import base64
import hmac
import os
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from uncounted.vault.keys import identity
from uncounted.vault.keys.identity import Identity


def sealed_lightly(plain: bytes, words: str, work: int = 1) -> bytes:
    """An age file under a passphrase with next to no work (c2sp.org/age), whatever is asked."""
    del work
    file_key, salt, nonce = os.urandom(16), os.urandom(16), os.urandom(16)
    wrap = Scrypt(b"age-encryption.org/v1/scrypt" + salt, 32, n=2, r=8, p=1).derive(words.encode())
    body = ChaCha20Poly1305(wrap).encrypt(bytes(12), file_key, None)
    head = f"age-encryption.org/v1\n-> scrypt {_base64(salt)} 1\n{_base64(body)}\n---"
    mac = hmac.digest(_hkdf(file_key, b"", b"header"), head.encode(), "sha256")
    stream = ChaCha20Poly1305(_hkdf(file_key, nonce, b"payload"))
    last = stream.encrypt(bytes(11) + b"\x01", plain, None)
    return f"{head} {_base64(mac)}\n".encode() + nonce + last


def made_lightly(home: Path, words: str) -> None:
    """A new identity in this home, with next to no work in its passphrase."""
    home.mkdir(parents=True)
    secret = Identity.generate().unsafe_secret()
    (home / "identity.age").write_bytes(sealed_lightly(secret, words))


def seal_lightly(home: Path, words: str) -> None:
    """Put the identity of this home, made in earnest, under its passphrase again, lightly."""
    secret = identity.load(home, words).unsafe_secret()
    (home / "identity.age").write_bytes(sealed_lightly(secret, words))


def _hkdf(key: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt, info).derive(key)


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode().rstrip("=")
