"""The encrypted database of a closed case folder, through the public functions of the vault."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2 as sqlcipher

from uncounted.vault.access import membership, unlock
from uncounted.vault.keys.identity import Identity
from uncounted.vault.log.entries import Entries
from uncounted.vault.log.public_log import PublicLog
from uncounted.vault.store import manifest


@contextlib.contextmanager
def entries_of(folder: Path, identity: Identity) -> Iterator[Entries]:
    """The entries of a case file, with their `storage` and `keys`."""
    unlocked = unlock.unlock(folder, manifest.read(folder), identity)
    try:
        number = membership.number_of(unlocked.storage, identity)
        assert number is not None
        yield Entries(unlocked.storage, unlocked.keys, number, identity.signer)
    finally:
        unlocked.storage.close()


@contextlib.contextmanager
def log_of(folder: Path, identity: Identity) -> Iterator[PublicLog]:
    """The public log of a case file, as it is, without recovery."""
    with entries_of(folder, identity) as entries:
        yield PublicLog(folder / unlock.LOG, manifest.read(folder), entries.storage)


def execute(
    folder: Path, identity: Identity, *statements: str, rows: list[tuple[Any, ...]] | None = None
) -> list[tuple[Any, ...]]:
    """Run SQL on the database of a case file; the rows of the last statement.

    With `rows`, the one statement is run once for each of them.
    """
    with entries_of(folder, identity) as entries:
        key = entries.keys.database.hex()
    found: list[tuple[Any, ...]] = []
    with contextlib.closing(sqlcipher.connect(folder / unlock.DATABASE)) as database:
        database.execute(f"PRAGMA key = \"x'{key}'\"")
        for statement in statements:
            if rows is not None:
                database.executemany(statement, rows)
            else:
                found = database.execute(statement).fetchall()
        database.commit()
    return found
