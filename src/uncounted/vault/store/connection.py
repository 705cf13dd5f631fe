"""An encrypted SQLite file (SQLCipher), open: statements, transactions, erasure.

One connection, exclusive. What its tables hold is `database`'s to know.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path
from typing import Any, Self

from sqlcipher3 import dbapi2 as sqlcipher

from uncounted import atomic_files
from uncounted.errors import CaseBusy, Damaged, Error, NoSpace, NotACase, UsedWrongly
from uncounted.vault.store.schema import (
    SCHEMA,
    SCHEMA_VERSION,
    UPGRADES,
    declared,
    normalised,
)

# Primary result codes of SQLite (sqlite.org/rescode.html), the low byte of the extended ones.
_BUSY = {5, 6}  # BUSY, LOCKED
_REFUSED = {8, 13, 14}  # READONLY, FULL, CANTOPEN
_DAMAGED = {11, 26}  # CORRUPT, NOTADB: also what SQLCipher says when an HMAC does not match
_IOERR = 10
# What sqlite3_errstr says of FULL, IOERR, CANTOPEN and READONLY.
_NO_ROOM = {
    "database or disk is full",
    "disk I/O error",
    "unable to open database file",
    "attempt to write a readonly database",
}
_NOMEM = 7
_MEGABYTE = 1_000_000
BATCH = 256  # rows of one statement that go to the database in one call


class EncryptedDatabase:
    """A database file, open. Every change inside `transaction`.

    Raises (everywhere):
        Damaged: a page does not match its HMAC, or the key is not that of this database.
        NoSpace: the disk is full or the folder read-only.
        CaseBusy: another process has the database open.
    """

    # Statements whose rows are written in batches, in this order.
    _BATCHED: tuple[str, ...] = ()

    def __init__(self, path: Path, key: bytes) -> None:
        try:
            self._db = sqlcipher.connect(path, isolation_level=None, timeout=5.0)
        except sqlcipher.Error as error:
            raise as_error(error) from error
        self._closed = self._only_read = False
        self.transactions = 0  # begun so far
        self._before_commit: list[Callable[[], None]] = []
        # Rows of a transaction that are still to be written.
        self._waiting: dict[str, list[Sequence[Any]]] = {sql: [] for sql in self._BATCHED}
        try:
            self._set_up(key)
        except sqlcipher.Error as error:
            self.abandon()
            raise as_error(error) from error

    @classmethod
    def create(cls, path: Path, key: bytes) -> Self:
        """Make the database file (mode 0600, which its journal inherits) and its tables."""
        with atomic_files.disk_errors():
            atomic_files.create(path).close()
        made = cls(path, key)
        with made.transaction():
            for statement in SCHEMA.split(";")[:-1]:
                made._run(statement)
            made._run(f"PRAGMA user_version = {SCHEMA_VERSION}")
        return made

    def _set_up(self, key: bytes) -> None:
        for pragma in (
            "cipher_log_level = NONE",  # its messages would go to stderr
            # No salt is given beside the key: with one, SQLCipher would not look at the
            # first 16 bytes of the file, and flips there would pass.
            f"key = \"x'{key.hex()}'\"",
            "temp_store = MEMORY",
            "locking_mode = EXCLUSIVE",  # and so no shared-memory file beside the journal
            "journal_mode = WAL",
            "synchronous = FULL",
            "secure_delete = ON",
            "foreign_keys = ON",
            "trusted_schema = OFF",
            "cell_size_check = ON",
            "cache_size = -16000",
        ):
            self._db.execute(f"PRAGMA {pragma}").fetchall()

    @property
    def schema(self) -> int:
        """The version of the schema that the database has."""
        return int(self._value("PRAGMA user_version"))

    def check_schema(self, *, despite_foreign: bool = False) -> None:
        """Refuse a database of another version, or with a table or trigger that is none of ours.

        A trigger would copy what a withdrawal deletes, and an upgrade and a rotation would
        carry it on. With `despite_foreign` what a member added is passed over, if everything of
        ours is there too: no change is let in from then on, so no trigger runs.

        Raises:
            NotACase: it was made by a newer version, or holds no case file.
            Damaged: it declares something else than its version does.
        """
        version = self.schema
        if version > SCHEMA_VERSION:
            raise NotACase(
                f"the case file has version {version}, this program supports {SCHEMA_VERSION}",
                hint="use a newer version of uncounted",
            )
        if version < 1:
            raise NotACase(
                "the database is not that of a case file", hint="create one with uncounted init"
            )
        if self.declares_its_tables():
            return
        can_leave = version == SCHEMA_VERSION and not self._missing()
        if despite_foreign and can_leave:
            self.only_read()
            if self._value("PRAGMA integrity_check") == "ok":  # an added index holds every row
                return
        leave = (
            ". If there is none: uncounted export --despite-foreign takes out what is in it"
            if can_leave and not despite_foreign
            else ""
        )
        raise Damaged(
            "the database declares other tables, indexes or triggers than those of a case file",
            hint="a member added or removed them, perhaps to keep what is withdrawn: keep this"
            f" copy as evidence, and restore the case file from a copy made before{leave}",
        )

    def declares_its_tables(self) -> bool:
        """Whether there are the tables and indexes of the database's version and nothing else."""
        return self._declared() == declared(self.schema)

    def foreign(self) -> int:
        """How many tables, indexes, triggers and views are declared that are none of ours."""
        return len(set(self._declared()) - set(declared(self.schema)))

    def _missing(self) -> bool:
        return bool(set(declared(self.schema)) - set(self._declared()))

    def _declared(self) -> list[tuple[str, str, str]]:
        found = self._rows("SELECT type, name, sql FROM sqlite_master")
        return normalised((kind, name, sql) for kind, name, sql in found)

    def upgrade(self) -> None:
        """Make what an older version wrote into what this one writes, in one transaction."""
        found = self.schema
        with self.transaction():
            for version in range(found, SCHEMA_VERSION):
                for statement in UPGRADES[version].split(";")[:-1]:
                    self._run(statement)
                self._run(f"PRAGMA user_version = {version + 1}")

    def close(self) -> None:
        """Fold the journal into the database, leave none behind, and close; twice is no harm."""
        if self._closed:
            return
        try:
            self.fold()
        finally:
            self._closed = True
            self._db.close()

    def export(self, path: Path, key: bytes) -> None:
        """Copy everything into a new database file (mode 0600) under another key."""
        with atomic_files.disk_errors():
            atomic_files.create(path).close()
        self._run("PRAGMA foreign_keys = OFF")  # tables are copied one after the other
        self._run("ATTACH DATABASE ? AS other KEY ?", (str(path), f"x'{key.hex()}'"))
        try:
            self._copy_to("other")
            self._run(f"PRAGMA other.user_version = {SCHEMA_VERSION}")
        finally:
            self._run("DETACH DATABASE other")
            self._run("PRAGMA foreign_keys = ON")

    def _copy_to(self, other: str) -> None:
        # The function reports every failure under one code: its text says which it was.
        try:
            self._db.execute("SELECT sqlcipher_export(?)", (other,)).fetchone()
        except sqlcipher.Error as error:
            if str(error) in _NO_ROOM:
                raise _no_space() from error
            raise as_error(error) from error

    def fold(self) -> None:
        """Fold the journal into the database and empty it, so that it keeps nothing deleted."""
        for _ in self._rows("PRAGMA wal_checkpoint(TRUNCATE)"):
            pass

    def damaged_pages(self) -> list[str]:
        """What SQLCipher says of each page that does not fit its HMAC; nothing when all do."""
        return [str(row[0]) for row in self._rows("PRAGMA cipher_integrity_check")]

    def abandon(self) -> None:
        """Close without folding anything: for a database that is not to be trusted."""
        self._closed = True
        with contextlib.suppress(sqlcipher.Error):
            self._db.close()

    @contextlib.contextmanager
    def transaction(self, *, keep: bool = True) -> Iterator[None]:
        """All of it or, whatever happens, nothing; with `keep` False always nothing."""
        if self._only_read:
            raise UsedWrongly(
                "the case file is open for reading only",
                hint="export it, and import the export into a new case file",
            )
        self._run("BEGIN IMMEDIATE")
        self.transactions += 1
        try:
            yield
            for last in self._before_commit if keep else ():
                last()
            self._run("COMMIT" if keep else "ROLLBACK")
        finally:
            for rows in self._waiting.values():
                rows.clear()
            self._before_commit.clear()
            if self._db.in_transaction:
                with contextlib.suppress(sqlcipher.Error):
                    self._db.execute("ROLLBACK")

    def before_commit(self, last: Callable[[], None]) -> None:
        """Have something done at the end of this transaction, if it is to be kept."""
        self._before_commit.append(last)

    def overwrite_deleted(self) -> None:
        """Write the database anew, so that no page keeps what was deleted.

        `secure_delete` overwrites what is deleted; SQLite makes no promise about the slack
        of pages between which rows move.
        """
        self._run("VACUUM")  # through memory, since temp_store says so

    @property
    def reads_only(self) -> bool:
        """Whether no change is let in."""
        return self._only_read

    def only_read(self) -> None:
        """Let no change be made from now on."""
        self._run("PRAGMA query_only = ON")
        self._only_read = True

    def _soon(self, sql: str, values: Sequence[Any]) -> None:
        # Every other statement, COMMIT too, writes what waits before it: no reader sees the
        # difference, but for the time that single calls take.
        if not self._db.in_transaction:
            self._run(sql, values)
            return
        waiting = self._waiting[sql]
        waiting.append(values)
        if len(waiting) >= BATCH:
            self._write_waiting()

    def _write_waiting(self) -> None:
        for sql, rows in self._waiting.items():
            if rows:
                together = rows.copy()
                rows.clear()
                self._many(sql, together)

    def _run(self, sql: str, values: Sequence[Any] = ()) -> None:
        self._write_waiting()
        try:
            self._db.execute(sql, values)
        except (sqlcipher.Error, MemoryError) as error:
            raise as_error(error) from error

    def _many(self, sql: str, values: Sequence[Sequence[Any]]) -> None:
        try:
            self._db.executemany(sql, values)
        except sqlcipher.Error as error:
            raise as_error(error) from error

    def _rows(self, sql: str, values: Sequence[Any] = ()) -> Generator[tuple[Any, ...]]:
        self._write_waiting()
        try:
            yield from self._db.execute(sql, values)
        except sqlcipher.Error as error:
            raise as_error(error) from error

    def _one(self, sql: str, values: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        self._write_waiting()
        try:
            row: tuple[Any, ...] | None = self._db.execute(sql, values).fetchone()
        except sqlcipher.Error as error:
            raise as_error(error) from error
        return row

    def _value(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """The one value of a query that always has a row."""
        row = self._one(sql, values)
        assert row is not None
        return row[0]

    def size_on_disk(self) -> int:
        """How many bytes the pages of the database have."""
        return int(self._value("PRAGMA page_count")) * int(self._value("PRAGMA page_size"))


def as_error(error: sqlcipher.Error | MemoryError) -> Error:
    """What a failure of the database is to a user; one that is a defect here is raised as it is."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == _NOMEM or isinstance(error, MemoryError):
        return NoSpace(
            "there is not enough memory for this",
            hint="close other programs, or use a machine with more: it needs as much"
            " as the size of the database",
        )
    if code in _BUSY:
        return CaseBusy("another process has the case file open", hint="wait until it has finished")
    if code in _REFUSED or code == _IOERR:
        return _no_space()
    if code in _DAMAGED:
        return Damaged(
            "the database of the case file was changed or truncated",
            hint="restore the case file from a copy",
        )
    # Anything else is a mistake of ours, and is shown as one.
    raise error


def _no_space() -> NoSpace:
    return NoSpace(
        "the disk is full, or the case file cannot be written to",
        hint="free some space, check who owns the folder, and run the command"
        " again: nothing was saved",
    )
