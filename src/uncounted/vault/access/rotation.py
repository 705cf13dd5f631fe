"""A new case key, and everything under it: all of it or nothing, wherever it is cut short.

The database is written anew beside the old one, under the new key, with every wrapped key
wrapped again. Then each member's file is written. Then one rename puts the new database in
the place of the old one, and that moment decides. Before it the old key opens the case file,
after it only the new one; what is left over of the other is deleted at the next opening.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path

import attrs

from uncounted.errors import Damaged
from uncounted.vault.access.unlock import DATABASE, EPOCH, HASHING, UnlockedCase
from uncounted.vault.keys import grants
from uncounted.vault.keys.case_keys import KEY_BYTES, CaseKeys
from uncounted.vault.keys.identity import Identity
from uncounted.vault.log.entries import PARTS
from uncounted.vault.store.database import Storage
from uncounted.vault.store.files import on_disk, read_private, sync_folder

NEXT = "case.db.next"


def renew(
    folder: Path,
    case_id: str,
    old: UnlockedCase,
    by: Identity,
    change: Callable[[UnlockedCase], None],
) -> UnlockedCase:
    """Give a case file a new case key, for the members that `change` leaves, and give its base.

    1. The database is copied under the new key; every wrapped key is wrapped anew.
    2. `change` says in the copy what happened: its entry, who is a member.
    3. The new key is sealed to each member; the copy is written anew once more, so that
       no page of it holds a key as it was wrapped before, and closed.
    4. The members' new files are written.
    5. The old database is closed, so that no journal of it is left to be taken for the
       new one's, and the copy takes its place.
    6. The members' old files are deleted.

    Raises:
        NoSpace: the disk is full (twice the size of the database is needed) or fails. Before
            step 5 nothing is changed, and the old base is still open.
        Damaged: something cannot be wrapped anew, since it is not what was sealed.
    """
    tidy(folder, old)
    fresh = _copy(folder, case_id, old)  # 1
    try:
        with fresh.storage.transaction():
            change(fresh)  # 2
            for holder in fresh.storage.holders():  # 3
                key = fresh.keys.unsafe_case_key()
                sealed = grants.seal(case_id, key, holder.recipient, by, fresh.epoch)
                fresh.storage.set_key(holder.recipient, sealed)
        holders = fresh.storage.holders()
        fresh.storage.scrub()
        fresh.storage.close()
        for holder in holders:  # 4
            assert holder.key is not None
            grants.put(folder, holder.recipient, fresh.epoch, holder.key)
    except BaseException:
        fresh.storage.abandon()
        tidy(folder, old)
        raise
    _take_place(folder, old.storage)  # 5
    now = attrs.evolve(fresh, storage=Storage(folder / DATABASE, fresh.keys.database))
    tidy(folder, now)  # 6
    return now


def tidy(folder: Path, base: UnlockedCase) -> None:
    """Delete what a rotation that was cut short left, and put a missing member's file back.

    `base` is what the case file stands on: that there is a copy beside it, or a key of
    another epoch, means nothing any more.

    Raises:
        NoSpace: the folder cannot be written to.
    """
    with on_disk():
        for path in folder.glob(f"{NEXT}*"):
            if not path.is_dir():  # we make none, and `check` counts it
                path.unlink()
    for holder in base.storage.holders():
        path = folder / grants.FOLDER / grants.file_name(holder.recipient, base.epoch)
        if holder.key is None and path.is_file():  # made by a version that kept no copy
            with base.storage.transaction():
                base.storage.set_key(holder.recipient, read_private(path))
    grants.tidy(folder, files(base))


def files(base: UnlockedCase) -> dict[str, bytes | None]:
    """The files that belong in the members' folder, and what is in each."""
    return {
        grants.file_name(holder.recipient, base.epoch): holder.key
        for holder in base.storage.holders()
    }


def _copy(folder: Path, case_id: str, old: UnlockedCase) -> UnlockedCase:
    keys = CaseKeys(case_id, secrets.token_bytes(KEY_BYTES))
    try:
        old.storage.export(folder / NEXT, keys.database)
        storage = Storage(folder / NEXT, keys.database)
    except BaseException:
        tidy(folder, old)
        raise
    fresh = UnlockedCase(keys, storage, old.epoch + 1)
    try:
        with storage.transaction():
            for part in PARTS:
                storage.rewrap(
                    part, lambda seq, of, wrapped: old.keys.rewrap(seq, of, wrapped, keys)
                )
            hashing = keys.carried(old.keys)
            storage.set_meta(HASHING, hashing)
            storage.set_meta(EPOCH, str(fresh.epoch).encode())
    except BaseException:
        storage.abandon()
        tidy(folder, old)
        raise
    return attrs.evolve(fresh, keys=keys.carrying(hashing))


def _take_place(folder: Path, old: Storage) -> None:
    old.close()
    journal = folder / f"{DATABASE}-wal"
    if journal.exists() and journal.stat().st_size:
        # It would be read as the journal of the database that comes in its place.
        raise Damaged(
            "the journal of the database could not be emptied", hint="open the case file again"
        )
    with on_disk():
        journal.unlink(missing_ok=True)
        descriptor = os.open(folder / NEXT, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        (folder / NEXT).replace(folder / DATABASE)
        sync_folder(folder)
