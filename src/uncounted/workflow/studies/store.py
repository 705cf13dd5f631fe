"""The results store of a study: records of fits by their keys, in one SQLite file.

Each batch is written whole or not at all. One process writes at a time; a second one is refused.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import attrs

from uncounted import atomic_files
from uncounted.errors import AlreadyThere, CaseBusy
from uncounted.estimate.base.result import Estimate
from uncounted.workflow.studies.fits import FitDone, damaged, unpacked
from uncounted.workflow.studies.tables import ESTIMATES, XI, has_our_header

NAME = "results.db"
_OURS = (ESTIMATES, XI, NAME, *(f"{NAME}-{end}" for end in ("wal", "shm", "journal")))
_FORMAT = 0x756E6331  # `application_id` of the file
_NAMES = ("fit", "file", "about")
_TABLES = tuple(
    f"CREATE TABLE IF NOT EXISTS {name} (key TEXT PRIMARY KEY, record BLOB NOT NULL) WITHOUT ROWID"
    for name in _NAMES
)
_STUDY = "study"  # of `about`: the study file, from the folder of results
_AT_ONCE = 500


@attrs.frozen(eq=False)
class Store:
    """An open results store; joblib reads it from a thread of its own."""

    path: Path
    _database: sqlite3.Connection = attrs.field(repr=False)
    _asked: set[str] = attrs.field(factory=set, repr=False)  # keys of this run

    @classmethod
    @contextmanager
    def opened(cls, folder: Path, study: Path | None = None) -> Iterator[Self]:
        """Open the store of a results folder for this process alone; make it if there is none.

        A store belongs to one study file; another one is refused while the first is there.

        Raises:
            AlreadyThere: the folder is another one, or has the results of another study.
            CaseBusy: another run of the study has it open.
            Damaged: the file is no store, or is damaged.
        """
        path = folder / NAME
        _refuse_another(folder)
        atomic_files.make_private_folder(folder)
        with atomic_files.disk_errors():
            path.touch(mode=0o600)
        database = sqlite3.connect(path, isolation_level=None, timeout=0.5, check_same_thread=False)
        try:
            with _errors(path):
                database.execute("PRAGMA trusted_schema = OFF")
                database.execute("PRAGMA secure_delete = ON")
                database.execute("PRAGMA locking_mode = EXCLUSIVE")
                # A power cut may lose the last seconds, and damages nothing.
                database.execute("PRAGMA journal_mode = WAL")
                database.execute("PRAGMA synchronous = NORMAL")
                database.execute("BEGIN IMMEDIATE")
                (found,) = database.execute("PRAGMA application_id").fetchone()
                (tables,) = database.execute("SELECT count(*) FROM sqlite_master").fetchone()
                if found != _FORMAT and tables:
                    raise damaged()
                database.execute(f"PRAGMA application_id = {_FORMAT}")
                for statement in _TABLES:
                    database.execute(statement)
                database.execute("COMMIT")
            store = cls(path, database)
            if study is not None:
                store._claim(study)
            yield store
        finally:
            database.close()

    def _claim(self, study: Path) -> None:
        """Note the study file; a study that was moved or renamed keeps its results."""
        folder = self.path.parent.resolve()
        known = self.note(_STUDY)
        other = None if known is None else folder / known
        if other is not None and other.is_file() and not other.samefile(study):
            raise AlreadyThere(
                f"{folder.name} has the results of another study, {other.name}",
                hint='name another folder in one of the two: results = "..."',
            )
        try:
            self.keep_note(_STUDY, os.path.relpath(study.resolve(), folder))
        except ValueError:  # on another drive of Windows
            self.keep_note(_STUDY, str(study.resolve()))

    def note(self, key: str) -> str | None:
        """What was noted under a key."""
        self._asked.add(key)
        with _errors(self.path):
            query = "SELECT record FROM about WHERE key = ?"
            found = self._database.execute(query, (key,)).fetchone()
        return None if found is None else bytes(found[0]).decode(errors="replace")

    def keep_note(self, key: str, text: str) -> None:
        """Note a text under a key."""
        self._asked.add(key)
        with _errors(self.path):
            row = key, text.encode(errors="replace")
            self._database.execute("INSERT OR REPLACE INTO about VALUES (?, ?)", row)

    def has(self, keys: Iterable[str]) -> set[str]:
        """Which of these keys have a record."""
        wanted, found = list(keys), set[str]()
        self._asked.update(wanted)
        for part in _parts(wanted):
            marks = ",".join("?" * len(part))
            with _errors(self.path):
                rows = self._database.execute(f"SELECT key FROM fit WHERE key IN ({marks})", part)  # noqa: S608
                found.update(key for (key,) in rows)
        return found

    def records(self, keys: Iterable[str]) -> dict[str, bytes]:
        """The records of these keys; of those that have one."""
        found: dict[str, bytes] = {}
        for part in _parts(list(keys)):
            marks = ",".join("?" * len(part))
            query = f"SELECT key, record FROM fit WHERE key IN ({marks})"  # noqa: S608
            with _errors(self.path):
                found.update(self._database.execute(query, part))
        return found

    def estimates(self, keys: Iterable[str]) -> dict[str, Estimate]:
        """The estimates of these keys.

        Raises:
            Damaged: a record is not what was written.
        """
        return {key: unpacked(record) for key, record in self.records(keys).items()}

    def keep(self, done: Iterable[FitDone]) -> None:
        """Write the records of a batch; what failed has none."""
        rows = [(each.key, each.record) for each in done if each.failed is None]
        try:
            self._write(rows)
        except KeyboardInterrupt:  # what was computed is kept first
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            self._write(rows)
            raise

    def _write(self, rows: Sequence[tuple[str, bytes]]) -> None:
        with _errors(self.path):
            self._database.execute("BEGIN IMMEDIATE")
            self._database.executemany("INSERT OR REPLACE INTO fit VALUES (?, ?)", rows)
            self._database.execute("COMMIT")

    def file(self, key: str) -> bytes | None:
        """What was counted in a file, if it was read before."""
        self._asked.add(key)
        with _errors(self.path):
            query = "SELECT record FROM file WHERE key = ?"
            found = self._database.execute(query, (key,)).fetchone()
        return None if found is None else bytes(found[0])

    def keep_file(self, key: str, record: bytes) -> None:
        """Write what was counted in a file."""
        with _errors(self.path):
            self._database.execute("INSERT OR REPLACE INTO file VALUES (?, ?)", (key, record))

    def forget_the_rest(self) -> None:
        """Delete what this run did not ask for: of earlier versions of files and settings."""
        with _errors(self.path):
            self._database.execute("BEGIN IMMEDIATE")
            for name in _NAMES:
                keys = [key for (key,) in self._database.execute(f"SELECT key FROM {name}")]  # noqa: S608
                unasked = [(key,) for key in keys if key not in self._asked]
                self._database.executemany(f"DELETE FROM {name} WHERE key = ?", unasked)  # noqa: S608
            self._database.execute("COMMIT")

    def __len__(self) -> int:
        with _errors(self.path):
            (count,) = self._database.execute("SELECT count(*) FROM fit").fetchone()
        return int(count)


def _refuse_another(folder: Path) -> None:
    """Refuse a folder in which a file that is not ours would be replaced."""
    if not folder.exists():
        return
    if folder.is_dir():
        inside = list(folder.iterdir())
        if folders := [each for each in inside if each.name in _OURS and not each.is_file()]:
            raise AlreadyThere(
                f"{folders[0].name} in {folder.name} is a folder, not a file of results",
                hint='rename it, or name another folder in the study: results = "..."',
            )
        if (folder / NAME).exists() or all(map(_is_ours, inside)):
            return
    raise AlreadyThere(
        f"{folder.resolve().name} is there already, and is no folder of results",
        hint='name another in the study: results = "..."',
    )


def _is_ours(file: Path) -> bool:
    return file.name in _OURS and (file.suffix != ".csv" or has_our_header(file))


def _parts(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    return (keys[at : at + _AT_ONCE] for at in range(0, len(keys), _AT_ONCE))


@contextmanager
def _errors(path: Path) -> Iterator[None]:
    """SQLite's errors in words."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
            raise CaseBusy(
                f"another run is writing to {path.parent.name}",
                hint="wait for it to end, or stop it",
            ) from error
        if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
            with atomic_files.disk_errors():
                raise OSError(28, "the disk is full or failed") from error
        raise damaged() from error
    except sqlite3.ProgrammingError:
        raise
    except sqlite3.DatabaseError as error:
        raise damaged() from error
