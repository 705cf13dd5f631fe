"""Recipients and secret keys: age X25519 and SSH.

A recipient is one line of text, `age1...` or `ssh-ed25519 AAAA...` without its comment,
spelled in one way only, since its hash names a file. Nothing here knows a case file.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Protocol

import attrs
import pyrage
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_ssh_private_key,
)
from pyrage import ssh, x25519

from uncounted import atomic_files
from uncounted.errors import BadInput, NoAccess, UsedWrongly

_SSH = ("ssh-ed25519", "ssh-rsa")
_OTHER_SSH = ("ecdsa-", "sk-", "ssh-dss")
_AGE_SECRET = "AGE-SECRET-KEY-1"  # noqa: S105 - how such a key begins
_MOST_BYTES = 100_000
_LOOKS = "it looks like age1... or ssh-ed25519 AAAA..."


class Opener(Protocol):
    """A secret key: opens what was sealed to its recipient."""

    @property
    def recipient(self) -> str:
        """Its public half."""
        ...

    def unseal(self, sealed: bytes) -> bytes:
        """Open an age file, or raise NoAccess."""
        ...


@attrs.frozen
class SecretKey:
    """A secret key that is not an identity, from a file or from shares: opens, signs nothing."""

    recipient: str
    _key: x25519.Identity | ssh.Identity = attrs.field(repr=False, alias="key")

    @classmethod
    def from_age(cls, secret: str) -> SecretKey:
        """Take up an age X25519 identity, `AGE-SECRET-KEY-1...`.

        Raises:
            BadInput: it is none.
        """
        try:
            key = x25519.Identity.from_str(secret)
        except pyrage.IdentityError as error:
            raise BadInput("this is not an age identity", hint="copy the whole line") from error
        return cls(str(key.to_public()), key)

    def unseal(self, sealed: bytes) -> bytes:
        """Open an age file that was sealed to this key.

        Raises:
            NoAccess: it was not, or it has been altered; age cannot tell which.
        """
        try:
            return bytes(pyrage.decrypt(sealed, [self._key]))
        except pyrage.DecryptError as error:
            raise NoAccess(
                "this key does not open it", hint="use the key that access was granted to"
            ) from error


@attrs.frozen
class PublicKeys:
    """What names a member: a recipient and, if they sign, their verifier key."""

    recipient: str
    vkey: str | None = None


def parse(text: str) -> str:
    """Give the one spelling of a recipient: `age1...`, or type and key of an SSH public key.

    Raises:
        BadInput: it is none, or of a kind that is not taken.

    Examples:
        >>> parse(" age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p ")[:12]
        'age1ql3z7hjy'
    """
    spelled = _spelled(text)
    _age_recipient(spelled)
    return spelled


def seal(plain: bytes, recipient: str) -> bytes:
    """Seal bytes to one recipient: an age file.

    Raises:
        BadInput: not a recipient.
    """
    return bytes(pyrage.encrypt(plain, [_age_recipient(recipient)]))


def _spelled(text: str) -> str:
    words = text.split()
    return " ".join(words[:2]) if words and words[0] in _SSH else text.strip()


def _age_recipient(spelled: str) -> x25519.Recipient | ssh.Recipient:
    try:
        if spelled.startswith(_SSH):
            return ssh.Recipient.from_str(spelled)
        return x25519.Recipient.from_str(spelled)
    except pyrage.RecipientError as error:
        if spelled.startswith(_OTHER_SSH):
            raise BadInput(
                "nothing can be sealed to an SSH key of this kind",
                hint="take an ssh-ed25519 or ssh-rsa key, or an age recipient",
            ) from error
        if spelled.startswith(_SSH):
            raise BadInput("this is not an SSH public key", hint="copy the whole line") from error
        raise BadInput("this is not an age recipient", hint=_LOOKS) from error


def read(given: str) -> PublicKeys:
    """Take a recipient as a user gives it: itself, or a file that holds one.

    A file holds one line (lines that begin with # are passed over), or is the public half
    of an identity: `identity.json`, or what `uncounted identity --json` prints.

    Raises:
        BadInput: it is none, or the file holds none or several.
        UsedWrongly: neither a recipient nor a file.
    """
    if given.strip().startswith(("age1", *_SSH, *_OTHER_SSH)):
        return PublicKeys(parse(given))
    path = Path(given)
    if not path.is_file():
        raise UsedWrongly("not a recipient, and not a file that holds one", hint=_LOOKS)
    text = _text(path)
    if _AGE_SECRET in text.upper() or "PRIVATE KEY" in text:
        raise BadInput(
            f"{path.name} holds a secret key",
            hint="access is granted to the public half: age-keygen -y gives it, or the .pub file",
        )
    if text.lstrip().startswith("{"):
        return _public_half(path, text)
    lines = [line for line in map(str.strip, text.splitlines()) if line and line[0] != "#"]
    if len(lines) != 1:
        raise BadInput(
            f"{path.name} holds {len(lines)} lines where one recipient should be", hint=_LOOKS
        )
    return PublicKeys(parse(lines[0]))


def _public_half(path: Path, text: str) -> PublicKeys:
    try:
        fields = json.loads(text)
        recipient, vkey = fields["recipient"], fields.get("vkey") or fields["signer"]
        return PublicKeys(parse(recipient), str(vkey))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadInput(
            f"{path.name} does not hold the public keys of an identity",
            hint="uncounted identity --json prints it",
        ) from error


def read_key(path: Path) -> SecretKey:
    """Take up a secret key from a file: an age identity, or an SSH private key.

    Raises:
        UsedWrongly: there is no such file.
        BadInput: it holds no such key, several, or one under a passphrase.
    """
    if not path.is_file():
        raise UsedWrongly("there is no such key file", hint="check the path")
    text = _text(path)
    if "PRIVATE KEY" in text:
        return _ssh_key(text.encode())
    secrets = [line for line in text.split() if line.upper().startswith(_AGE_SECRET)]
    if len(secrets) != 1:
        raise BadInput(
            f"{path.name} holds {len(secrets)} age identities, and one is needed",
            hint="it has a line that begins with AGE-SECRET-KEY-1",
        )
    return SecretKey.from_age(secrets[0])


def _ssh_key(content: bytes) -> SecretKey:
    try:
        public = load_ssh_private_key(content, None).public_key()
        line = public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
        return SecretKey(parse(line), ssh.Identity.from_buffer(content))
    except (ValueError, TypeError, UnsupportedAlgorithm, pyrage.IdentityError) as error:
        raise BadInput(
            "this SSH key cannot be used: it is under a passphrase, or of another kind",
            hint="copy it, take the passphrase off the copy with ssh-keygen -p, use it, destroy it",
        ) from error


def _text(path: Path) -> str:
    if path.stat().st_size > _MOST_BYTES:
        raise BadInput(f"{path.name} is too large to hold a key", hint=_LOOKS)
    try:
        return atomic_files.read_private(path, most=_MOST_BYTES).decode()
    except UnicodeDecodeError as error:
        raise BadInput(f"{path.name} holds no key", hint=_LOOKS) from error
