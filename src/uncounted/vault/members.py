"""The case key, sealed to each member.

`members/<id>.age` is an age file to one member's recipient. It holds a signed
note, so that the key comes with the word of the member who gave it: an age file
alone could have been made by anybody. The key is never written in clear.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import attrs
import pyrage
from pyrage import x25519

from uncounted.errors import BadInput, Damaged, NoAccess, NotACase, NotVerified
from uncounted.proof.notes import Verifier, open_note, split
from uncounted.vault.files import make_folder, read_private, write_private
from uncounted.vault.identity import Identity
from uncounted.vault.keys import KEY_BYTES

FOLDER = "members"
_HEADER = "uncounted case key 1"


@attrs.frozen
class Member:
    """Who may open a case file: age recipient and verifier key."""

    recipient: str
    vkey: str


@attrs.frozen
class Grant:
    """A case key and whose signature vouches for it."""

    case_id: str
    case_key: bytes = attrs.field(repr=False)
    granted_by: str


def seal_to(folder: Path, case_id: str, case_key: bytes, recipient: str, by: Identity) -> None:
    """Give the member with this age recipient the case key.

    Raises:
        BadInput: not an age recipient.
        AlreadyThere: they have it already.
        NoSpace: the folder cannot be written to.
    """
    try:
        to = x25519.Recipient.from_str(recipient)
    except pyrage.RecipientError as error:
        raise BadInput("this is not an age recipient", hint="it looks like age1...") from error
    text = "\n".join((_HEADER, case_id, recipient, case_key.hex(), by.vkey)) + "\n"
    make_folder(folder / FOLDER)
    write_private(_path(folder, recipient), pyrage.encrypt(by.signer.sign(text), [to]))


def open_for(folder: Path, identity: Identity) -> Grant:
    """Open the case key for this identity.

    Whether the one who signed is a member is for the caller to check, once the
    database that says so is open.

    Raises:
        NotACase: there are no members at all.
        NoAccess: this identity is none of them.
        Damaged: its file was altered, cut short, or is another's.
    """
    path = _path(folder, identity.recipient)
    if not path.is_file():
        if not any((folder / FOLDER).glob("*.age")):
            raise NotACase(
                f"the folder has no file in {FOLDER}/, so nobody can open it",
                hint="bring the folder back from a copy",
            )
        raise NoAccess(
            "this identity is not a member of the case file",
            hint="use the identity that made it, or ask a member for access",
        )
    sealed = read_private(path)
    try:
        return _parse(identity.unseal(sealed), identity.recipient)
    except (NoAccess, NotVerified, BadInput, ValueError) as error:
        raise Damaged(
            "the file that holds the case key for this identity was altered or cut short",
            hint=f"bring {FOLDER}/{path.name} back from a copy",
        ) from error


def _parse(note: bytes, recipient: str) -> Grant:
    _, case_id, to, key, vkey, _ = split(note)[0].split("\n")
    header, *_ = open_note(note, [Verifier.parse(vkey)]).split("\n")
    case_key = bytes.fromhex(key)
    if header != _HEADER or to != recipient or len(case_key) != KEY_BYTES:
        raise ValueError("not a case key for this recipient")
    return Grant(case_id, case_key, vkey)


def _path(folder: Path, recipient: str) -> Path:
    return folder / FOLDER / f"{hashlib.sha256(recipient.encode()).hexdigest()[:16]}.age"
