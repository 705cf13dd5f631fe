"""Key rotation: a new case key, and everything re-wrapped under it, in one atomic step.

The database is written anew beside the old one, under the new key, with every wrapped key
wrapped again. Then each member's file is written. Then one rename puts the new database in
the place of the old one, and that moment decides. Before it the old key opens the case file,
after it only the new one; what is left over of the other is deleted at the next opening.
"""

from __future__ import annotations

import secrets

import attrs

from uncounted import atomic_files
from uncounted.errors import Damaged
from uncounted.proof.canonical_json import JSONObject
from uncounted.vault.access import membership
from uncounted.vault.access.unlock import DATABASE, EPOCH, HASHING, UnlockedCase
from uncounted.vault.keys import grants, succession
from uncounted.vault.keys.case_keys import KEY_BYTES, CaseKeys
from uncounted.vault.keys.grants import Member
from uncounted.vault.keys.identity import Identity
from uncounted.vault.log.entries import PARTS, Entries, Entry
from uncounted.vault.store.database import Storage

NEXT = "case.db.next"


def renew(
    old: UnlockedCase,
    entries: Entries,
    by: Identity,
    kind: str,
    body: JSONObject,
    *,
    removed: str | None = None,
    added: Member | None = None,
) -> tuple[UnlockedCase, Entry]:
    """Give a case file a new case key, for other members or the same, and note that it has one.

    1. The database is copied under the new key; every wrapped key is wrapped anew.
    2. The copy gets the entry, with the link from the old case key to the new, and is without
       the member whose recipient is `removed`, and with the one that is `added`.
    3. The new key is sealed to each member; the copy is written anew once more, so that
       no page of it holds a key as it was wrapped before, and closed.
    4. The members' new files are written.
    5. The old database is closed, so that no journal of it is left to be taken for the
       new one's, and the copy takes its place.
    6. The members' old files are deleted.
    """
    tidy(old)
    fresh = _copy(old)  # 1
    try:
        with fresh.storage.transaction():
            written = entries.over(fresh.storage, fresh.keys)
            follows = succession.link(old.keys, fresh.keys, fresh.epoch).hex()
            renewed = {"epoch": fresh.epoch, succession.FIELD: follows}
            entry = written.append(kind, {**body, **renewed})  # 2
            if removed is not None:
                fresh.storage.remove_holder(removed, entry.seq)
            if added is not None:
                membership.hold(fresh, added, entry.seq, by)
            for holder in fresh.storage.holders():  # 3
                key = fresh.keys.unsafe_case_key()
                sealed = grants.seal(fresh.id, key, holder.recipient, by, fresh.epoch)
                fresh.storage.set_key(holder.recipient, sealed)
        holders = fresh.storage.holders()
        fresh.storage.scrub()
        fresh.storage.close()
        for holder in holders:  # 4
            assert holder.key is not None
            grants.put(fresh.folder, holder.recipient, fresh.epoch, holder.key)
    except BaseException:
        fresh.storage.abandon()
        tidy(old)
        raise
    _take_place(old)  # 5
    now = attrs.evolve(fresh, storage=Storage(fresh.folder / DATABASE, fresh.keys.database))
    tidy(now)  # 6
    return now, entry


def tidy(case: UnlockedCase) -> None:
    """Delete what a rotation that was cut short left, and put a missing member's file back.

    That there is a copy beside the database that opened, or a key of another epoch, means
    nothing any more.
    """
    with atomic_files.disk_errors():
        for path in case.folder.glob(f"{NEXT}*"):
            if not path.is_dir():  # we make none, and `check` counts it
                path.unlink()
    for holder in case.storage.holders():
        path = case.folder / grants.FOLDER / grants.file_name(holder.recipient, case.epoch)
        if holder.key is None and path.is_file():  # made by a version that kept no copy
            with case.storage.transaction():
                case.storage.set_key(holder.recipient, atomic_files.read_private(path))
    grants.tidy(case.folder, files(case))


def files(case: UnlockedCase) -> dict[str, bytes | None]:
    """The files that belong in the members' folder, and what is in each."""
    return {
        grants.file_name(holder.recipient, case.epoch): holder.key
        for holder in case.storage.holders()
    }


def _copy(old: UnlockedCase) -> UnlockedCase:
    keys = CaseKeys(old.id, secrets.token_bytes(KEY_BYTES))
    try:
        old.storage.export(old.folder / NEXT, keys.database)
        storage = Storage(old.folder / NEXT, keys.database)
    except BaseException:
        tidy(old)
        raise
    fresh = attrs.evolve(old, keys=keys, storage=storage, epoch=old.epoch + 1)
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
        tidy(old)
        raise
    return attrs.evolve(fresh, keys=keys.carrying(hashing))


def _take_place(old: UnlockedCase) -> None:
    folder = old.folder
    old.storage.close()
    journal = folder / f"{DATABASE}-wal"
    if journal.exists() and journal.stat().st_size:
        # It would be read as the journal of the database that comes in its place.
        raise Damaged(
            "the journal of the database could not be emptied", hint="open the case file again"
        )
    with atomic_files.disk_errors():
        journal.unlink(missing_ok=True)
        atomic_files.sync_file(folder / NEXT)
        (folder / NEXT).replace(folder / DATABASE)
        atomic_files.sync_folders([folder])
