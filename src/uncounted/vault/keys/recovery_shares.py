"""Recovery shares (SLIP-39, Shamir's secret sharing): any few open a case file together.

A random secret of 128 bits is split with SLIP-39 (Shamir's scheme over GF(256), with a
checksum in each share and a digest of the whole). An age key is derived from the secret, and
its recipient is a member of the case file like any other. Neither the secret nor a share is
ever kept by the program.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

import attrs
import shamir_mnemonic
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from shamir_mnemonic.share import Share
from shamir_mnemonic.utils import MnemonicError
from shamir_mnemonic.wordlist import WORDLIST

from uncounted.errors import BadInput, UsedWrongly
from uncounted.vault.keys.recipients import SecretKey

MOST_SHARES = 16
# The exponent slows down guessing of a passphrase, and there is none. With 15, which a share may
# state, the library takes minutes.
_ITERATION_EXPONENT = 0
_SECRET_BYTES = 16  # what X25519 is worth; 20 words a share
_WORDS = 20
# Four letters are enough to know a word (SLIP-39, "Wordlist").
_BY_START = {word[:4]: word for word in WORDLIST}
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


@attrs.frozen
class RecoveryShares:
    """A new key that access is granted to, and the shares that make it; to be handed out at once.

    Each share is 20 words.
    """

    recipient: str
    threshold: int
    unsafe_shares: tuple[str, ...] = attrs.field(repr=False)


def split(case_id: str, shares: int, threshold: int) -> RecoveryShares:
    """Make a new secret and split it: any `threshold` of the `shares` give it again.

    Raises:
        UsedWrongly: not 2 to 16 shares, or a threshold that is none.
    """
    if not 2 <= threshold <= shares <= MOST_SHARES:
        raise UsedWrongly(
            f"there are at most {MOST_SHARES} shares, and at least 2 of them are needed to open",
            hint="a share that opens alone is a key: grant access to an age recipient instead",
        )
    secret = secrets.token_bytes(_SECRET_BYTES)
    (made,) = shamir_mnemonic.generate_mnemonics(
        1, [(threshold, shares)], secret, iteration_exponent=_ITERATION_EXPONENT
    )
    return RecoveryShares(_key(case_id, secret).recipient, threshold, tuple(made))


@attrs.frozen
class RecoveryShare:
    """One share, read and checked by itself. `needed` of one split make the key."""

    number: int
    needed: int
    share: Share = attrs.field(repr=False)

    def of_one_split_with(self, other: RecoveryShare) -> bool:
        """Whether both are shares of one secret, as far as they say."""
        return bool(self.share.group_parameters() == other.share.group_parameters())


def read_all(texts: Sequence[str]) -> list[RecoveryShare]:
    """Read shares, one a text.

    Raises:
        BadInput: more than there can be of one split, or one that is none.
    """
    _refuse_many(len(texts))
    return [read(text, number) for number, text in enumerate(texts, start=1)]


def _refuse_many(shares: int) -> None:
    if shares > MOST_SHARES:
        raise BadInput(
            f"{shares:,} recovery shares were given, and one set has at most {MOST_SHARES}",
            hint="give only as many shares of one set as are needed",
        )


def read(text: str, number: int) -> RecoveryShare:
    """Read one share: 20 words, of which the first four letters are enough.

    `number` says which one it is, in messages; these name places, never words.

    Raises:
        BadInput: it has not 20 words, one is not on the list, or they do not fit together.
    """
    words = text.lower().replace(",", " ").split()
    if len(words) != _WORDS:
        raise BadInput(
            f"share {number} has {len(words)} words, and a share has {_WORDS}",
            hint="type or copy the whole line again",
        )
    known = [_BY_START.get(word[:4]) for word in words]
    for place, (word, whole) in enumerate(zip(words, known, strict=True), start=1):
        if whole is None or not (whole == word or len(word) == len(word[:4])):
            raise BadInput(
                f"word {place} of share {number} is not a word of recovery shares",
                hint="compare it with the paper letter by letter",
            )
    try:
        share = Share.from_mnemonic(" ".join(filter(None, known)))
    except MnemonicError as error:
        raise BadInput(
            f"the words of share {number} do not match: one is wrong, or two are swapped",
            hint="compare every word with the paper",
        ) from error
    return RecoveryShare(number, share.member_threshold, share)


def refuse_unfit(shares: Sequence[RecoveryShare]) -> None:
    """Check that shares are of one split of ours, and each another one, as far as they say.

    Raises:
        BadInput: they are not.
    """
    first = shares[0]
    if first.share.iteration_exponent != _ITERATION_EXPONENT:
        raise BadInput(
            f"share {first.number} is not a share of uncounted: it has another iteration exponent",
            hint="give the shares that recovery split made for this case file",
        )
    for share in shares[1:]:
        if not share.of_one_split_with(first):
            raise BadInput(
                f"share {share.number} does not belong to the same set as share {first.number}",
                hint="shares made at different times or for different case files cannot"
                " be combined",
            )
    seen = dict[int, int]()
    for share in shares:
        if share.share.index in seen:
            raise BadInput(
                f"share {share.number} is share {seen[share.share.index]} once more",
                hint="give each share once",
            )
        seen[share.share.index] = share.number


def join(case_id: str, shares: Sequence[RecoveryShare]) -> SecretKey:
    """Make the key of a case file's recovery again; whether it opens anything is seen with it.

    More shares than are needed must fit as well.

    Raises:
        BadInput: too few or too many, one twice, or of different splits.
    """
    if not shares:
        raise BadInput("no recovery share was given", hint="give as many shares as are needed")
    _refuse_many(len(shares))
    refuse_unfit(shares)
    first = shares[0]
    if len(shares) < first.needed:
        raise BadInput(
            f"{first.needed} shares are needed, and {len(shares)} were given",
            hint="ask another holder of a share",
        )
    secret = _combined(shares[: first.needed])
    for extra in shares[first.needed :]:
        _combined((*shares[: first.needed - 1], extra))
    return _key(case_id, secret)


def _combined(shares: Sequence[RecoveryShare]) -> bytes:
    # The digest of the secret is among what is shared: shares that do not belong are noticed.
    try:
        return bytes(shamir_mnemonic.combine_mnemonics([s.share.mnemonic() for s in shares]))
    except MnemonicError as error:
        raise BadInput(
            "these shares do not form a key: one of them is wrong",
            hint="try other shares of the same set",
        ) from error


def _key(case_id: str, secret: bytes) -> SecretKey:
    derived = HKDF(
        algorithm=SHA256(),
        length=32,
        salt=b"uncounted recovery 1\0" + bytes.fromhex(case_id),
        info=b"age identity",
    ).derive(secret)
    return SecretKey.from_age(bech32("age-secret-key-", derived).upper())


def bech32(prefix: str, data: bytes) -> str:
    """Encode bytes as Bech32 (BIP 173), lower case."""
    # age has no other spelling for a key that is made elsewhere.
    bits = int.from_bytes(data) << (-len(data) * 8 % 5)
    count = -(-len(data) * 8 // 5)
    values = [bits >> 5 * place & 31 for place in reversed(range(count))]
    spread = [ord(letter) >> 5 for letter in prefix] + [0]
    spread += [ord(letter) & 31 for letter in prefix]
    check = _polymod([*spread, *values, *bytes(6)]) ^ 1
    values += [check >> 5 * (5 - place) & 31 for place in range(6)]
    return prefix + "1" + "".join(_BECH32[value] for value in values)


def _polymod(values: Sequence[int]) -> int:
    total = 1
    for value in values:
        top = total >> 25
        total = (total & 0x1FFFFFF) << 5 ^ value
        for place, term in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            total ^= term if top >> place & 1 else 0
    return total
