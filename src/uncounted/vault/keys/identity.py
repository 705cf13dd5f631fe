"""Identities: an age key to open and an Ed25519 key to sign, under one passphrase.

An identity is two files in a home folder: `identity.age`, both secret keys under
the passphrase (age's scrypt), and `identity.json`, both public halves, which
anyone may read. The secret keys are never written anywhere else, and nothing
here can bring a forgotten passphrase back.
"""

from __future__ import annotations

import json
from pathlib import Path

import attrs
import pyrage
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pyrage import x25519

from uncounted import atomic_files
from uncounted.errors import (
    AlreadyThere,
    BadInput,
    Damaged,
    NoAccess,
    UsedWrongly,
)
from uncounted.proof.signed_note import Signer
from uncounted.vault.keys import passphrase_file, passphrases

FORMAT = "uncounted-identity/1"
_SEALED = "identity.age"
_PUBLIC = "identity.json"


@attrs.frozen
class PublicIdentity:
    """What others need of an identity: `recipient` to seal to it, `vkey` to check its signature."""

    recipient: str
    vkey: str


@attrs.frozen
class Identity:
    """An opened identity: opens what was sealed to it and signs notes.

    `recipient` is an age recipient (`age1...`); `vkey` is a C2SP signed-note
    verifier key. The secrets stay out of `repr`. `home` is the folder that it was opened
    from, where it remembers what it saw of case files; None: it is kept nowhere.
    """

    recipient: str
    vkey: str
    signer: Signer = attrs.field(repr=False)
    _age: x25519.Identity = attrs.field(repr=False, alias="age")
    home: Path | None = attrs.field(default=None, eq=False, repr=False)

    @classmethod
    def generate(cls) -> Identity:
        """Make new keys, kept nowhere."""
        age_identity = x25519.Identity.generate()
        recipient = str(age_identity.to_public())
        signer = Signer.generate(f"uncounted.member/{recipient[4:16]}")
        return cls(recipient, signer.vkey, signer, age_identity)

    @classmethod
    def parse(cls, plain: bytes) -> Identity:
        """Take up the keys that `unsafe_secret` gave.

        Raises:
            Damaged: the bytes hold no identity, or one of a format not known here.
        """
        try:
            fields = json.loads(plain)
            if fields["format"] != FORMAT:
                raise Damaged(
                    "the identity has a format that this version does not know",
                    hint="use the version that made it, or a newer one",
                )
            age_identity = x25519.Identity.from_str(fields["age"])
            signer = Signer.from_seed(fields["name"], bytes.fromhex(fields["ed25519"]))
        except (ValueError, KeyError, TypeError, BadInput, pyrage.IdentityError) as error:
            raise Damaged(
                f"{_SEALED} does not hold an identity", hint="restore it from a copy"
            ) from error
        return cls(str(age_identity.to_public()), signer.vkey, signer, age_identity)

    def unsafe_secret(self) -> bytes:
        """Give both secret keys, to be sealed at once."""
        fields = {
            "format": FORMAT,
            "age": str(self._age),
            "ed25519": self.signer.unsafe_seed().hex(),
            "name": self.signer.name,
        }
        return json.dumps(fields).encode()

    def own_key(self, purpose: bytes) -> bytes:
        """A key of 32 bytes for what this identity keeps for itself alone, by purpose."""
        seed = self.signer.unsafe_seed()
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(seed)

    @property
    def public(self) -> PublicIdentity:
        """Both public halves."""
        return PublicIdentity(self.recipient, self.vkey)

    def unseal(self, sealed: bytes) -> bytes:
        """Open an age file that was sealed to this identity.

        Raises:
            NoAccess: it was not, or it has been altered; age cannot tell which.
        """
        try:
            return bytes(pyrage.decrypt(sealed, [self._age]))
        except pyrage.DecryptError as error:
            raise NoAccess(
                "this identity does not open it",
                hint="ask a member of the case file to grant access to your recipient",
            ) from error


def create(
    home: Path,
    passphrase: str,
    *,
    allow_short: bool = False,
    work: int = passphrase_file.WORK_FACTOR,
) -> Identity:
    """Make an identity in the folder `home`; age's scrypt takes a second or two, on purpose.

    `work` is the base-2 logarithm of scrypt's cost: less only where the passphrase is no secret.

    Raises:
        UsedWrongly: the passphrase is empty, or short and `allow_short` is not set.
        AlreadyThere: there is an identity in this folder; it is never overwritten.
        NoSpace: the folder cannot be written to.
    """
    words = passphrases.normal(passphrase)
    refuse_existing(home)
    if not allow_short:
        passphrases.refuse_short(words)
    identity = Identity.generate()
    sealed = passphrase_file.seal(identity.unsafe_secret(), words, work)
    atomic_files.make_private_folder(home)
    atomic_files.write(home / _SEALED, sealed, private=True, replace=False)
    atomic_files.write(home / _PUBLIC, _public_bytes(identity), private=True)
    return attrs.evolve(identity, home=home)


def refuse_existing(home: Path) -> None:
    """Say no where a second identity would be made in the folder of the first.

    Raises:
        AlreadyThere: the folder holds one.
    """
    if exists(home):
        raise AlreadyThere(
            "this folder already has an identity",
            hint="use it, or set UNCOUNTED_HOME to another folder",
        )


def exists(home: Path) -> bool:
    """Whether the folder holds an identity."""
    return (home / _SEALED).exists()


def load(home: Path, passphrase: str) -> Identity:
    """Open the identity in the folder `home`.

    Raises:
        NoAccess: there is none.
        WrongPassphrase: the passphrase does not open it.
        Damaged: the file was altered or cut short, or its public half is another's.
    """
    if not exists(home):
        raise NoAccess(
            "no identity in this folder",
            hint="create one with uncounted identity new, or set UNCOUNTED_HOME to its folder",
        )
    sealed = atomic_files.read_private(home / _SEALED)
    identity = Identity.parse(_unlock(sealed, passphrases.normal(passphrase)))
    public = home / _PUBLIC
    if not public.exists():  # a crash between the two files of `create`
        atomic_files.write(public, _public_bytes(identity), private=True)
    elif atomic_files.read_private(public) != _public_bytes(identity):
        # An attacker who swaps it would have others seal the next case file to them.
        raise Damaged(
            "the public keys of the identity do not match its secret keys",
            hint=f"delete {_PUBLIC}; it is created again when the identity is opened",
        )
    _sweep(home)
    return attrs.evolve(identity, home=home)


def weak_work_factor(home: Path) -> int | None:
    """The work factor of an identity that an earlier version sealed with less than today's.

    None: it has what a new one has, or more.
    """
    try:
        found = passphrase_file.work_factor(atomic_files.read_private(home / _SEALED))
    except passphrase_file.NotAFile:
        return None  # opening it says more
    return found if found < passphrase_file.WORK_FACTOR else None


def change_passphrase(home: Path, old: str, new: str, *, allow_short: bool = False) -> Identity:
    """Put the identity in the folder `home` under a new passphrase; its keys stay the same.

    1. The identity is opened with the old one.
    2. It is sealed under the new one, in memory, and opened again to see that it does.
    3. The new file takes the place of the old one in one step, so that after a crash
       either the old passphrase opens it or the new one.

    Copies and backups of the old file still open with the old passphrase.

    Raises:
        UsedWrongly: the new passphrase is empty, or is the old one; or it is short and
            `allow_short` is not set.
        NoAccess, WrongPassphrase, Damaged: as `load`.
        NoSpace: the folder cannot be written to; the old file is kept.
    """
    words = passphrases.normal(new)
    if words == passphrases.normal(old):
        raise UsedWrongly(
            "the new passphrase is the same as the old one", hint="choose another one"
        )
    if not allow_short:
        passphrases.refuse_short(words)
    identity = load(home, old)  # 1
    sealed = passphrase_file.seal(identity.unsafe_secret(), words)  # 2
    if _unlock(sealed, words) != identity.unsafe_secret():
        raise Damaged(
            "the new file does not open; the old one was kept", hint="run the command again"
        )
    atomic_files.write(home / _SEALED, sealed, private=True)  # 3
    return identity


def _sweep(home: Path) -> None:
    # What a crash in the middle of writing left; it may be under a passphrase that was meant
    # to be gone.
    for path in (*home.glob(f".{_SEALED}.*"), *home.glob(f".{_PUBLIC}.*")):
        with atomic_files.disk_errors():
            path.unlink(missing_ok=True)


def public(home: Path) -> PublicIdentity:
    """Read the public half, without a passphrase.

    Raises:
        NoAccess: there is no identity.
        Damaged: the file is not one.
    """
    try:
        fields = json.loads(atomic_files.read_private(home / _PUBLIC))
        return PublicIdentity(fields["recipient"], fields["vkey"])
    except FileNotFoundError as error:
        raise NoAccess(
            "no identity in this folder",
            hint="create one with uncounted identity new, or set UNCOUNTED_HOME to its folder",
        ) from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Damaged(
            f"{_PUBLIC} does not hold the public keys of an identity",
            hint=f"delete {_PUBLIC}; it is created again when the identity is opened",
        ) from error


def _unlock(sealed: bytes, words: str) -> bytes:
    try:
        return passphrase_file.unseal(sealed, words)
    except passphrase_file.NotAFile as error:
        raise Damaged(
            f"{_SEALED} was changed or truncated", hint="restore it from a copy"
        ) from error


def _public_bytes(identity: Identity) -> bytes:
    fields = {"format": FORMAT, "recipient": identity.recipient, "vkey": identity.vkey}
    return json.dumps(fields, indent=1).encode() + b"\n"
