"""Salted commitments (HMAC-SHA-256): binding and hiding.

The bare hash of a small value is the value: six hidden cells of 1 to 4 fall to
brute force in a fraction of a second. So whatever the log or a release says
about sealed content goes through here, under a random salt of 256 bits that
stays in the case file. Destroy the salt and the commitment is a random number.
"""

from __future__ import annotations

import hmac
import secrets

from uncounted.errors import BadInput

SALT_BYTES = 32
# HMAC keys shorter than a block are padded with zeros, so that two salts could make one
# key: only salts of exactly 32 bytes are taken. The prefix keeps these values apart from
# every other use of HMAC-SHA-256 in a case file.
_DOMAIN = b"uncounted/commitment/v1\x00"


def new_salt() -> bytes:
    """Draw 32 bytes from the system's generator; use each for one commitment only."""
    return secrets.token_bytes(SALT_BYTES)


def commit(value: bytes, salt: bytes) -> bytes:
    """Commit to `value`: 32 bytes that say nothing without `salt` and bind once it is shown.

    HMAC-SHA-256 with the salt as key (RFC 2104), over a domain prefix and the value. It
    binds because a second opening would be a collision of SHA-256, and it hides because
    the key is 256 random bits.

    Raises:
        BadInput: the salt is not 32 bytes long.

    Examples:
        >>> opens(commit(b"4400", bytes(32)), b"4400", bytes(32))
        True
        >>> opens(commit(b"4400", bytes(32)), b"4401", bytes(32))
        False
    """
    if len(salt) != SALT_BYTES:
        raise BadInput(
            f"a salt has {SALT_BYTES} bytes, this one {len(salt)}",
            hint="give the complete salt of the commitment",
        )
    return hmac.digest(salt, _DOMAIN + value, "sha256")


def opens(commitment: bytes, value: bytes, salt: bytes) -> bool:
    """Tell whether `value` and `salt` are what `commitment` was made from."""
    if len(salt) != SALT_BYTES:
        return False
    return hmac.compare_digest(commitment, commit(value, salt))
