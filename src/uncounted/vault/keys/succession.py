"""Key succession: evidence that a case key was made by someone who had the one before it.

Each case key gives a succession secret (HKDF). The entry that records a new case key holds the
new secret, encrypted under the one before. An identity that remembers a secret follows these
links to the present key. A former member has no secret of a later key, and can make no link
from it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from uncounted.vault.keys.case_keys import CaseKeys

FIELD = "successor"  # of the body of the entry that records a new case key
_NONCE_BYTES = 12


def link(older: CaseKeys, newer: CaseKeys, epoch: int) -> bytes:
    """Encrypt the succession secret of a new case key, which has this epoch, under the older."""
    nonce = os.urandom(_NONCE_BYTES)
    place = _place(older.case_id, epoch)
    return nonce + AESGCM(older.succession).encrypt(nonce, newer.succession, place)


def follow(secret: bytes, epoch: int, links: Iterable[tuple[int, bytes]], case_id: str) -> bytes:
    """The secret to which links lead from the secret of an epoch; the last one that was reached.

    `links` are (epoch, link), in the order of their entries. One that does not open is passed
    over.
    """
    for to, sealed in links:
        if to != epoch + 1:
            continue
        nonce, content = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        try:
            secret = AESGCM(secret).decrypt(nonce, content, _place(case_id, to))
        except (InvalidTag, ValueError):
            continue
        epoch = to
    return secret


def _place(case_id: str, epoch: int) -> bytes:
    return b"uncounted case 1\0" + bytes.fromhex(case_id) + b"succession" + epoch.to_bytes(8)
