"""Passphrases: how they are spelled, which are too short, and generated ones.

A generated one is six words of the list of SLIP-39, which comes with the library for recovery
shares: 1,024 words that differ in their first four letters, so six of them are 60 bits.
"""

from __future__ import annotations

import secrets
import unicodedata

from uncounted.errors import UsedWrongly

SHORTEST = 12  # characters
GENERATED_WORDS = 6


def normal(passphrase: str) -> str:
    """One spelling for each passphrase: a Mac types Hangul in pieces (NFD), others whole.

    Raises:
        UsedWrongly: it is empty.
    """
    words = unicodedata.normalize("NFC", passphrase)
    if not words.strip():
        raise UsedWrongly("the passphrase is empty", hint="use six random words")
    return words


def is_short(passphrase: str) -> bool:
    """Whether it has fewer characters than a new passphrase must have."""
    return len(normal(passphrase).strip()) < SHORTEST


def refuse_short(passphrase: str) -> None:
    """Refuse a new passphrase that can be guessed by its length alone.

    Raises:
        UsedWrongly: it is too short.
    """
    if is_short(passphrase):
        raise UsedWrongly(
            f"the passphrase has fewer than {SHORTEST} characters",
            hint="use six random words; --allow-short-passphrase accepts it all the same",
        )


def generated() -> str:
    """Six random words.

    Examples:
        >>> len(generated().split())
        6
    """
    from shamir_mnemonic.wordlist import WORDLIST

    return " ".join(secrets.choice(WORDLIST) for _ in range(GENERATED_WORDS))
