"""Grants: the case key as an age file for each member, in a note signed by who gave it.

`members/<hash>.<epoch>.age` is an age file to one member's recipient. It holds a signed
note, so that the key comes with the word of the member who gave it: an age file
alone could have been made by anyone. The key is never written in clear.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

import attrs

from uncounted import atomic_files
from uncounted.errors import BadInput, Damaged, NoAccess, NotACase, NotVerified
from uncounted.proof.signed_note import Verifier, open_note, split
from uncounted.vault.keys import recipients
from uncounted.vault.keys.case_keys import KEY_BYTES
from uncounted.vault.keys.identity import Identity
from uncounted.vault.keys.recipients import Opener

FOLDER = "members"
_HEADER = "uncounted case key"
_NAME = re.compile(r"[0-9a-f]{16}(?:\.([1-9][0-9]{0,8}))?\.age")
_PASSING = re.compile(r"\..+\.age\.[0-9a-f]{8}(\.tmp)?")  # what a crash left of one


@attrs.frozen
class Member:
    """Who may open a case file: age or SSH recipient, verifier key if they sign, and a name."""

    recipient: str
    vkey: str | None
    name: str | None = None


@attrs.frozen
class Grant:
    """A case key, which one it is in the row of them, and whose signature vouches for it."""

    case_id: str
    case_key: bytes = attrs.field(repr=False)
    granted_by: str
    epoch: int = 1


def seal(case_id: str, case_key: bytes, recipient: str, by: Identity, epoch: int = 1) -> bytes:
    """Make the file that gives a member the case key of an epoch.

    Raises:
        BadInput: not a recipient.
    """
    # The first version of the format had no epoch; such files are still read.
    lines = (f"{_HEADER} 2", case_id, recipient, case_key.hex(), by.vkey, str(epoch))
    return recipients.seal(by.signer.sign("\n".join(lines) + "\n"), recipient)


def put(folder: Path, recipient: str, epoch: int, sealed: bytes) -> None:
    """Write a member's file, in place of one that is there."""
    atomic_files.make_private_folder(folder / FOLDER)
    atomic_files.write(folder / FOLDER / file_name(recipient, epoch), sealed, private=True)


def file_name(recipient: str, epoch: int) -> str:
    """The name of a member's file; that of the first epoch has no number in it.

    Examples:
        >>> file_name("age1example", 2)
        'e37425255c92f8d2.2.age'
    """
    number = "" if epoch == 1 else f".{epoch}"
    return f"{_digest(recipient)}{number}.age"


def newest_epoch(folder: Path) -> int:
    """The highest epoch for which there is any member's file; 0 when there is none."""
    return max((_epoch(path) for path in _files(folder)), default=0)


def grants(folder: Path, opener: Opener) -> list[Grant]:
    """Open every case key that is sealed to this key, the newest first.

    More than one is there only when a rotation was cut short. Whether the one who signed
    is a member is for the caller to check, once the database that says so is open.

    Raises:
        NotACase: there are no members at all.
        NoAccess: this key belongs to none of them.
    """
    files = _files(folder)
    if not files:
        raise NotACase(
            f"the folder has no file in {FOLDER}/, so it cannot be opened",
            hint="restore the folder from a copy",
        )
    mine = [path for path in files if path.name.startswith(_digest(opener.recipient))]
    if not mine:
        raise NoAccess(
            "this identity is not a member of the case file",
            hint="use the identity that created it, or ask a member for access",
        )
    return [_open(path, opener) for path in sorted(mine, key=_epoch, reverse=True)]


def tidy(folder: Path, wanted: Mapping[str, bytes | None]) -> None:
    """Leave of the members' files those with these names, and write those that are missing.

    The bytes are what the database keeps of each; None is a file that it does not keep. What
    is no member's file by its name is not ours, and stays.
    """
    there = {path.name: path for path in (folder / FOLDER).iterdir() if path.is_file()}
    for name, sealed in wanted.items():
        if sealed is not None and name not in there:
            atomic_files.write(folder / FOLDER / name, sealed, private=True, replace=False)
    left = [name for name in sorted(there.keys() - wanted.keys()) if is_ours(name)]
    with atomic_files.disk_errors():
        for name in left:
            there[name].unlink()
        if left:
            atomic_files.sync_folders([folder / FOLDER])


def is_ours(name: str) -> bool:
    """Whether a file of this name in the members' folder is one that this module writes."""
    return bool(_NAME.fullmatch(name) or _PASSING.fullmatch(name))


def _files(folder: Path) -> list[Path]:
    return [path for path in (folder / FOLDER).glob("*.age") if _NAME.fullmatch(path.name)]


def _epoch(path: Path) -> int:
    found = _NAME.fullmatch(path.name)
    assert found is not None
    return int(found[1] or 1)


def _digest(recipient: str) -> str:
    return hashlib.sha256(recipient.encode()).hexdigest()[:16]


def _open(path: Path, opener: Opener) -> Grant:
    sealed = atomic_files.read_private(path)
    try:
        return _parse(opener.unseal(sealed), opener.recipient, _epoch(path))
    except (NoAccess, NotVerified, BadInput, ValueError) as error:
        raise Damaged(
            "the file that holds the case key for this identity was changed or truncated",
            hint=f"bring {FOLDER}/{path.name} back from a copy",
        ) from error


def _parse(note: bytes, recipient: str, expected: int) -> Grant:
    header, case_id, to, key, vkey, *rest = split(note)[0].split("\n")
    open_note(note, [Verifier.parse(vkey)])
    case_key = bytes.fromhex(key)
    # Version 1 of the note had no epoch: there was one case key only.
    known = {f"{_HEADER} 1": ["1", ""], f"{_HEADER} 2": [str(expected), ""]}.get(header)
    epoch = ["1", *rest] if header == f"{_HEADER} 1" else rest
    if epoch != known or epoch[0] != str(expected) or to != recipient or len(case_key) != KEY_BYTES:
        raise ValueError("not a case key of this epoch for this recipient")
    return Grant(case_id, case_key, vkey, expected)
