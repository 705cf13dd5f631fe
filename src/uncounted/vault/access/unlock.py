"""Unlocking: from a folder and a secret key to the open database of a case file.

A rotation that was cut short leaves two case keys in the folder, and the database opens
with one of them. Which one it is decides what is left over. An opening writes nothing here,
but that a database of an older version is brought up to this one, and that what a crash left
in the log is deleted. A new case file begins here, too.
"""

from __future__ import annotations

import contextlib
import re
import secrets
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import attrs

from uncounted import atomic_files
from uncounted.errors import AlreadyThere, Damaged, NoAccess, NotACase
from uncounted.vault.keys import grants as members
from uncounted.vault.keys.case_keys import KEY_BYTES, CaseKeys
from uncounted.vault.keys.grants import Grant
from uncounted.vault.keys.identity import Identity
from uncounted.vault.keys.recipients import Opener
from uncounted.vault.log import rollback
from uncounted.vault.reports import attachments
from uncounted.vault.store import manifest
from uncounted.vault.store.database import Storage
from uncounted.vault.store.rows import HolderRow
from uncounted.vault.store.schema import SCHEMA_VERSION

DATABASE = "case.db"
LOG = "log"
EPOCH, HASHING = "epoch", "hashing"  # in the table of what is said once
_PASSING = re.compile(r"\..+\.[0-9a-f]{8}(\.tmp)?")  # as what writes them names them
_COPY = "restore the case file from a copy"
# Where something is written or deleted by name. Other files are replaced by a rename, which
# takes the place of a link and does not follow it.
_ROOMS = (
    "lock",
    DATABASE,
    f"{DATABASE}-wal",
    f"{DATABASE}-journal",  # SQLite would look into it for what a crash left
    members.FOLDER,
    attachments.FOLDER,
    LOG,
    f"{LOG}/tile",
    f"{LOG}/timestamps",
)


@attrs.frozen
class UnlockedCase:
    """A case file's keys and the database that they open.

    `epoch` counts the case keys that there were, this one included; `giver` is the verifier key
    whose signature is under this one. `older` says that an earlier version wrote the database,
    which `storage.upgrade` is to change.
    """

    folder: Path
    id: str
    keys: CaseKeys
    storage: Storage
    epoch: int
    giver: str
    older: bool = False


def refuse_others(folder: Path) -> None:
    """Refuse a link, a pipe or a device in the place of a part of a case file.

    Someone who may write to the folder could have a file elsewhere overwritten by its reader,
    every file of another folder deleted, and a reader wait without end.
    """
    for name in _ROOMS:
        try:
            mode = (folder / name).lstat().st_mode
        except OSError:
            continue  # what is missing, and may not be, is found when it is opened
        if stat.S_ISLNK(mode):
            raise Damaged(
                f"{name} is a symbolic link, which a case file must not have there:"
                " nothing was opened",
                hint="replace it by the file or folder itself",
            )
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            raise Damaged(
                f"{name} is a device or a pipe, which a case file must not have there:"
                " nothing was opened",
                hint="move it away, and restore the file from a copy",
            )


@contextlib.contextmanager
def beginning(folder: Path) -> Iterator[None]:
    """Make the folder of a new case file; whatever fails within, nothing of it is left.

    Raises:
        AlreadyThere: the folder holds something.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise AlreadyThere("the folder is not empty", hint="give a folder that does not exist yet")
    made = not folder.exists()
    try:
        atomic_files.make_private_folder(folder)
        with atomic_files.disk_errors():
            folder.chmod(0o700)
        yield
    except BaseException:
        _clear(folder, itself=made)
        raise


def _clear(folder: Path, *, itself: bool) -> None:
    # Takes back a creation that failed: only called on a folder that was empty or not there.
    for path in list(folder.iterdir()) if folder.is_dir() else []:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    if itself and folder.is_dir():
        with contextlib.suppress(OSError):
            folder.rmdir()


def first(folder: Path, case_id: str, identity: Identity) -> UnlockedCase:
    """Make the first case key and the database, with their creator as the only member."""
    case_key = secrets.token_bytes(KEY_BYTES)
    keys = CaseKeys(case_id, case_key)
    storage = Storage.create(folder / DATABASE, keys.database)
    try:
        recipient, vkey = identity.recipient, identity.vkey
        sealed = members.seal(case_id, case_key, recipient, identity)
        members.put(folder, recipient, 1, sealed)
        with storage.transaction():
            storage.set_meta("case", case_id.encode())
            storage.set_author(recipient, vkey)
            storage.set_holder(HolderRow(recipient, vkey, None, 0, sealed))
    except BaseException:
        storage.abandon()
        raise
    return UnlockedCase(folder, case_id, keys, storage, 1, identity.vkey)


def unlock(
    folder: Path, case_id: str, opener: Opener, *, despite_foreign: bool = False
) -> UnlockedCase:
    """Open the database with the case key that is sealed to a key.

    1. Every case key that is sealed to it opens, and is of this case.
    2. The newest of them that opens the database is the one.
    3. The database is of this case, and knows who gave the key. With `despite_foreign` what a
       member added to it is passed over, and it is open for reading only.

    Raises:
        NotACase: there is no database, no member, or the version is not known.
        NoAccess: the key is no member's, or not any more.
    """
    grants = members.grants(folder, opener)  # 1
    if any(grant.case_id != case_id for grant in grants):
        raise Damaged(
            f"the case key belongs to another case file than {manifest.NAME} names",
            hint=_COPY,
        )
    if not (folder / DATABASE).is_file():
        raise NotACase(f"{DATABASE} is missing", hint="restore it from a copy")
    case = _first_that_opens(folder, case_id, grants)  # 2
    try:
        older = _check(case, despite_foreign)  # 3
    except BaseException:
        case.storage.abandon()
        raise
    case = attrs.evolve(case, older=older)
    hashing = case.storage.meta(HASHING)
    return case if hashing is None else attrs.evolve(case, keys=case.keys.carrying(hashing))


def _first_that_opens(folder: Path, case_id: str, grants: list[Grant]) -> UnlockedCase:
    first: Damaged | None = None
    for grant in grants:
        keys = CaseKeys(case_id, grant.case_key)
        try:
            storage = Storage(folder / DATABASE, keys.database)
            return UnlockedCase(folder, case_id, keys, storage, grant.epoch, grant.granted_by)
        except Damaged as error:
            first = first or error
    if members.newest_epoch(folder) > grants[0].epoch:
        raise no_more() from first
    assert first is not None
    raise first


def _check(case: UnlockedCase, despite_foreign: bool) -> bool:
    case.storage.check_schema(despite_foreign=despite_foreign)
    if case.storage.meta("case") != case.id.encode():
        raise Damaged("the database belongs to another case file", hint=_COPY)
    older = case.storage.schema < SCHEMA_VERSION
    if case.storage.schema == 1:  # it cannot say who is a member
        case.storage.upgrade()
    if int(case.storage.meta(EPOCH) or b"1") != case.epoch:
        raise Damaged("the case key has no number", hint=_COPY)
    if case.giver not in {row.vkey for row in case.storage.authors() if row.revoked is None}:
        raise Damaged(
            "the case key was given by someone who is not a member",
            hint="restore the folder with the keys from a copy",
        )
    return older


def tidy(folder: Path) -> None:
    """Delete what a crash left beside the manifest and the files of the log."""
    with atomic_files.disk_errors():
        for path in (*(folder / LOG).rglob(".*.tmp"), *folder.glob(f".{manifest.NAME}.*")):
            if _PASSING.fullmatch(path.name) and not path.is_dir():
                path.unlink(missing_ok=True)


def no_more() -> NoAccess:
    """Say that an identity was a member and is none now."""
    return NoAccess(
        "this identity is no longer a member of the case file",
        hint="ask a member for access",
    )


def why_not(error: NoAccess, home: Path | None, case_id: str, through: Opener | None) -> NoAccess:
    """Say as much as can be known of why a key opens nothing here."""
    if through is not None:
        return NoAccess(
            "this key, or these shares, do not open this case file",
            hint="they belong to another case file, or were replaced by newer ones",
        )
    if home is None:
        return error
    this_one, others = rollback.opened_before(home, case_id)
    if this_one:
        return no_more()
    if others:
        return NoAccess(
            str(error),
            hint="check the folder and UNCOUNTED_HOME, or ask a member for access",
        )
    return error
