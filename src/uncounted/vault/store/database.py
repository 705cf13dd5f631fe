"""The one place that speaks SQL: the encrypted database of a case file.

It keeps sealed bytes and the tables that can be replayed from them; it never
seals, opens or judges anything. Whatever else is to hold a case file one day
(PostgreSQL, which would see ciphertext) takes the place of this module.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path
from typing import Any

import attrs
from sqlcipher3 import dbapi2 as sqlcipher

from uncounted.errors import CaseBusy, Damaged, Error, NoSpace, NotACase, UsedWrongly
from uncounted.vault.keys.case_keys import Sealed
from uncounted.vault.store.files import on_disk

SCHEMA_VERSION = 3

_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE members (
    n INTEGER PRIMARY KEY, recipient TEXT NOT NULL UNIQUE, vkey TEXT NOT NULL, revoked INTEGER);
CREATE TABLE entries (
    seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, at TEXT NOT NULL,
    member INTEGER NOT NULL REFERENCES members (n),
    leaf BLOB NOT NULL, wrapped BLOB, content BLOB);
CREATE INDEX entries_by_kind ON entries (kind, seq) WHERE kind <> 'report';
CREATE TABLE objects (
    seq INTEGER PRIMARY KEY REFERENCES entries (seq),
    derived INTEGER NOT NULL, wrapped BLOB NOT NULL, content BLOB NOT NULL);
CREATE TABLE sources (n INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, about TEXT NOT NULL);
CREATE TABLE reports (
    source INTEGER NOT NULL REFERENCES sources (n), id TEXT NOT NULL,
    ref TEXT NOT NULL, seq INTEGER NOT NULL REFERENCES entries (seq), first INTEGER NOT NULL,
    collector TEXT, consent TEXT NOT NULL, print BLOB NOT NULL,
    PRIMARY KEY (source, id)) WITHOUT ROWID;
CREATE TABLE tombstones (tag BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE holders (
    recipient TEXT PRIMARY KEY, vkey TEXT, name TEXT, since INTEGER NOT NULL, key BLOB
    ) WITHOUT ROWID;
"""
# `members` are those who wrote entries or may; `revoked` is the entry that took their access
# away. `holders` are those who have the case key now; `key` is their file, to put it back.

# What makes version n + 1 out of version n.
_UPGRADES = {
    1: "ALTER TABLE members ADD COLUMN revoked INTEGER;"
    "CREATE TABLE holders (recipient TEXT PRIMARY KEY, vkey TEXT, name TEXT, "
    "since INTEGER NOT NULL, key BLOB) WITHOUT ROWID;"
    "INSERT INTO holders SELECT recipient, vkey, NULL, 0, NULL FROM members;",
    # Decisions are entries alone. One that knows none would leave them when a report goes.
    2: "",
}

# Primary result codes of SQLite (sqlite.org/rescode.html), the low byte of the extended ones.
_BUSY = {5, 6}  # BUSY, LOCKED
_REFUSED = {8, 13, 14}  # READONLY, FULL, CANTOPEN
_DAMAGED = {11, 26}  # CORRUPT, NOTADB: also what SQLCipher says when an HMAC does not match
_IOERR = 10
_NOMEM = 7
_UNSCRUBBED, _SWEEPING = "unscrubbed", "sweeping"
_MEGABYTE = 1_000_000
_BEYOND = 2**63  # SQLite has no such whole number
_TOGETHER = 256  # rows of one kind that go to the database in one call

_ADD_ENTRY = "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)"
_SET_REPORT = (
    "INSERT INTO reports VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source, id) "
    "DO UPDATE SET ref = excluded.ref, seq = excluded.seq, "
    "consent = excluded.consent, print = excluded.print"
)


@attrs.frozen
class EntryRow:
    """An entry as stored; `sealed` is None when its key has been destroyed."""

    seq: int
    kind: str
    when: str
    by: str
    leaf: bytes
    sealed: Sealed | None


@attrs.frozen
class AuthorRow:
    """Somebody who wrote entries, and the entry that took their access away, if one did."""

    number: int = attrs.field(eq=False)
    recipient: str
    vkey: str
    revoked: int | None


@attrs.frozen
class HolderRow:
    """Somebody whom the case key is sealed to, since which entry, and their file in members/."""

    recipient: str
    vkey: str | None
    name: str | None
    since: int
    key: bytes | None = attrs.field(default=None, eq=False, repr=False)


@attrs.frozen
class ReportRow:
    """The current state of one report; a replay of the entries gives the same row."""

    source: str
    id: str
    ref: str
    seq: int
    first: int
    collector: str | None
    consent: str
    print: bytes


class Storage:
    """The database, open. One connection, exclusive; every change inside `transaction`.

    Raises (everywhere):
        Damaged: a page does not match its HMAC, or the key is not that of this database.
        NoSpace: the disk is full or the folder read-only.
        CaseBusy: another process has the database open.
    """

    def __init__(self, path: Path, key: bytes) -> None:
        try:
            self._db = sqlcipher.connect(path, isolation_level=None, timeout=5.0)
        except sqlcipher.Error as error:
            raise _in_words(error) from error
        self._closed = self._only_read = False
        # Rows of a transaction that are still to be written, entries before what refers to them.
        self._waiting: dict[str, list[Sequence[Any]]] = {_ADD_ENTRY: [], _SET_REPORT: []}
        try:
            self._set_up(key)
        except sqlcipher.Error as error:
            self.abandon()
            raise _in_words(error) from error

    @classmethod
    def create(cls, path: Path, key: bytes) -> Storage:
        """Make the database file (mode 0600, which its journal inherits) and its tables."""
        with on_disk():
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        storage = cls(path, key)
        with storage.transaction():
            for statement in _SCHEMA.split(";")[:-1]:
                storage._run(statement)
            storage._run(f"PRAGMA user_version = {SCHEMA_VERSION}")
        return storage

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

    def check_version(self) -> None:
        """Refuse a database of another version.

        Raises:
            NotACase: it was made by a newer version, or holds no case file.
        """
        row = self._one("PRAGMA user_version")
        assert row is not None
        version = int(row[0])
        if version > SCHEMA_VERSION:
            raise NotACase(
                f"the case file has version {version}, this program knows {SCHEMA_VERSION}",
                hint="use a newer version of uncounted",
            )
        if version < 1:
            raise NotACase("the database holds no case file", hint="uncounted init makes one")

    def upgrade(self) -> None:
        """Make what an older version wrote into what this one writes, in one transaction."""
        row = self._one("PRAGMA user_version")
        assert row is not None
        with self.transaction():
            for version in range(int(row[0]), SCHEMA_VERSION):
                for statement in _UPGRADES[version].split(";")[:-1]:
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
        """Copy everything into a new database file (mode 0600) under another key.

        Raises:
            NoSpace: the disk is full or the folder read-only.
        """
        with on_disk():
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        self._run("PRAGMA foreign_keys = OFF")  # tables are copied one after the other
        self._run("ATTACH DATABASE ? AS other KEY ?", (str(path), f"x'{key.hex()}'"))
        try:
            self._one("SELECT sqlcipher_export('other')")
            self._run(f"PRAGMA other.user_version = {SCHEMA_VERSION}")
        finally:
            self._run("DETACH DATABASE other")
            self._run("PRAGMA foreign_keys = ON")

    def fold(self) -> None:
        """Fold the journal into the database and empty it, so that it keeps nothing deleted."""
        for _ in self._rows("PRAGMA wal_checkpoint(TRUNCATE)"):
            pass

    def scrub(self) -> None:
        """Write the database anew after something was forgotten, and empty the journal.

        `secure_delete` overwrites what is deleted; SQLite makes no promise about the slack
        of pages between which rows move. Done again on opening when a crash came first.
        """
        self._run("VACUUM")  # through memory, since temp_store says so
        self.forget_meta(_UNSCRUBBED)
        self.fold()

    @contextlib.contextmanager
    def finishing(self) -> Iterator[None]:
        """What is still to be done when the forgetting itself is done and kept.

        Raises:
            NoSpace: it could not be; the note of `must_be_scrubbed` stays.
        """
        try:
            yield
        except NoSpace as error:
            size = -(-self._bytes() // _MEGABYTE)
            raise NoSpace(
                "it is forgotten, and that was kept; what is left of it on the disk is still to "
                f"be overwritten, which needs about {size} MB",
                hint="make room, check who owns the folder, and open the case file again: "
                "that overwrites it",
            ) from error

    def _bytes(self) -> int:
        pages, size = self._one("PRAGMA page_count"), self._one("PRAGMA page_size")
        assert pages is not None
        assert size is not None
        return int(pages[0]) * int(size[0])

    def must_be_scrubbed(self) -> None:
        """Take note that something was forgotten and `scrub` is to follow."""
        self.set_meta(_UNSCRUBBED, b"")

    def must_scrub(self) -> bool:
        """Whether something was forgotten and `scrub` has not been done since."""
        return self.meta(_UNSCRUBBED) is not None

    @property
    def reads_only(self) -> bool:
        """Whether no change is let in."""
        return self._only_read

    def only_read(self) -> None:
        """Let no change be made from now on."""
        self._only_read = True

    def must_be_swept(self) -> None:
        """Take note that attachments are on their way, which a crash would leave behind."""
        self.set_meta(_SWEEPING, b"")

    def nothing_to_sweep(self) -> None:
        """Take the note of `must_be_swept` away."""
        self.forget_meta(_SWEEPING)

    def must_sweep(self) -> bool:
        """Whether attachments were on their way, and may have been left behind."""
        return self.meta(_SWEEPING) is not None

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
                "the case file is open for reading only, since its log is missing",
                hint="bring log/ back from a copy, and open it as always",
            )
        self._run("BEGIN IMMEDIATE")
        try:
            yield
            self._run("COMMIT" if keep else "ROLLBACK")
        finally:
            for rows in self._waiting.values():
                rows.clear()
            if self._db.in_transaction:
                with contextlib.suppress(sqlcipher.Error):
                    self._db.execute("ROLLBACK")

    def _soon(self, sql: str, values: Sequence[Any]) -> None:
        # Every other statement, COMMIT too, writes what waits before it: nobody sees the
        # difference, but for the time that single calls take.
        if not self._db.in_transaction:
            self._run(sql, values)
            return
        waiting = self._waiting[sql]
        waiting.append(values)
        if len(waiting) >= _TOGETHER:
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
            raise _in_words(error) from error

    def _many(self, sql: str, values: Sequence[Sequence[Any]]) -> None:
        try:
            self._db.executemany(sql, values)
        except sqlcipher.Error as error:
            raise _in_words(error) from error

    def _rows(self, sql: str, values: Sequence[Any] = ()) -> Generator[tuple[Any, ...]]:
        self._write_waiting()
        try:
            yield from self._db.execute(sql, values)
        except sqlcipher.Error as error:
            raise _in_words(error) from error

    def _one(self, sql: str, values: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        self._write_waiting()
        try:
            row: tuple[Any, ...] | None = self._db.execute(sql, values).fetchone()
        except sqlcipher.Error as error:
            raise _in_words(error) from error
        return row

    # --- what is said once -------------------------------------------------------------

    def meta(self, name: str) -> bytes | None:
        """A value kept under a name, such as how much of the log is published."""
        row = self._one("SELECT value FROM meta WHERE name = ?", (name,))
        return bytes(row[0]) if row else None

    def set_meta(self, name: str, value: bytes) -> None:
        """Keep a value under a name, in place of an earlier one."""
        self._run(
            "INSERT INTO meta VALUES (?, ?) "
            "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, value),
        )

    def forget_meta(self, name: str) -> None:
        """Keep no value under a name any more."""
        self._run("DELETE FROM meta WHERE name = ?", (name,))

    # --- members ------------------------------------------------------------------------

    def authors(self) -> list[AuthorRow]:
        """Everybody who may write entries, or could."""
        rows = self._rows("SELECT n, recipient, vkey, revoked FROM members ORDER BY n")
        return [AuthorRow(*row) for row in rows]

    def set_author(self, recipient: str, vkey: str) -> int:
        """Let a member write entries (again); give their number."""
        self._run(
            "INSERT INTO members (recipient, vkey) VALUES (?, ?) "
            "ON CONFLICT (recipient) DO UPDATE SET revoked = NULL",
            (recipient, vkey),
        )
        row = self._one("SELECT n FROM members WHERE recipient = ?", (recipient,))
        assert row is not None
        return int(row[0])

    def holders(self) -> list[HolderRow]:
        """Whom the case key is sealed to, in the order in which they came."""
        rows = self._rows(
            "SELECT recipient, vkey, name, since, key FROM holders ORDER BY since, recipient"
        )
        return [HolderRow(*row) for row in rows]

    def set_holder(self, row: HolderRow) -> None:
        """Keep whom the case key is sealed to, in place of what was said of them earlier."""
        self._run(
            "INSERT INTO holders VALUES (?, ?, ?, ?, ?) ON CONFLICT (recipient) DO UPDATE SET "
            "vkey = excluded.vkey, name = excluded.name, since = excluded.since, "
            "key = excluded.key",
            (row.recipient, row.vkey, row.name, row.since, row.key),
        )

    def set_key(self, recipient: str, key: bytes) -> None:
        """Keep a holder's file."""
        self._run("UPDATE holders SET key = ? WHERE recipient = ?", (key, recipient))

    def remove_holder(self, recipient: str, seq: int) -> None:
        """Take access away, by entry `seq`; what the member wrote stays theirs."""
        self._run("DELETE FROM holders WHERE recipient = ?", (recipient,))
        self._run("UPDATE members SET revoked = ? WHERE recipient = ?", (seq, recipient))

    # --- entries -----------------------------------------------------------------------

    def size(self) -> int:
        """How many entries there are; also the number of the next one."""
        row = self._one("SELECT coalesce(max(seq) + 1, 0) FROM entries")
        assert row is not None
        return int(row[0])

    def add_entry(
        self, seq: int, kind: str, when: str, member: int, leaf: bytes, sealed: Sealed
    ) -> None:
        """Add an entry at the end."""
        self._soon(_ADD_ENTRY, (seq, kind, when, member, leaf, sealed.wrapped, sealed.content))

    _ENTRY = """SELECT seq, kind, at, vkey, leaf, wrapped, content
                FROM entries JOIN members ON members.n = entries.member """

    def entry(self, seq: int) -> EntryRow | None:
        """One entry; None when there is none of that number, whatever number it is."""
        if not 0 <= seq < _BEYOND:
            return None
        row = self._one(self._ENTRY + "WHERE seq = ?", (seq,))
        return _entry(row) if row else None

    def latest(self, kind: str) -> EntryRow | None:
        """The last entry of a kind (other than `report`)."""
        row = self._one(
            self._ENTRY + "WHERE kind = ? AND kind <> 'report' ORDER BY seq DESC LIMIT 1", (kind,)
        )
        return _entry(row) if row else None

    def entries(self, kind: str | None = None) -> Iterator[EntryRow]:
        """Every entry, or every one of a kind (other than `report`), in order."""
        if kind is None:
            return map(_entry, self._rows(self._ENTRY + "ORDER BY seq"))
        some = self._ENTRY + "WHERE kind = ? AND kind <> 'report' ORDER BY seq"
        return map(_entry, self._rows(some, (kind,)))

    def newest_time(self) -> str | None:
        """The latest time that an entry claims; reports have that of their import."""
        row = self._one("SELECT max(at) FROM entries WHERE kind <> 'report'")
        return None if row is None else row[0]

    def leaves(self, start: int, end: int) -> Iterator[bytes]:
        """The leaves of the entries `start` to `end` (not included)."""
        rows = self._rows(
            "SELECT leaf FROM entries WHERE seq >= ? AND seq < ? ORDER BY seq", (start, end)
        )
        return (row[0] for row in rows)

    def last_change(self) -> int:
        """The last entry that changed which reports there are, what they say or what was decided.

        0 without any.
        """
        row = self._one(
            "SELECT max(coalesce((SELECT max(seq) FROM reports), 0), "
            "coalesce((SELECT max(seq) FROM entries WHERE kind = 'withdrawal'), 0), "
            "coalesce((SELECT max(seq) FROM entries WHERE kind = 'undo'), 0), "
            "coalesce((SELECT max(seq) FROM entries WHERE kind = 'decision'), 0), "
            "coalesce((SELECT max(seq) FROM entries WHERE kind = 'decision-undo'), 0))"
        )
        assert row is not None
        return int(row[0])

    def forget_entry(self, seq: int) -> None:
        """Destroy an entry's key and content; its place and its leaf stay."""
        self._run("UPDATE entries SET wrapped = NULL, content = NULL WHERE seq = ?", (seq,))

    def rewrap(self, part: bytes, anew: Callable[[int, bytes, bytes], bytes]) -> None:
        """Replace the wrapped key of every sealed thing by what `anew(seq, part, wrapped)` gives.

        `part` is `entry` or `object`, the table whose rows are meant.
        """
        table = {b"entry": "entries", b"object": "objects"}[part]
        last = -1
        while True:
            rows = list(
                self._rows(
                    f"SELECT seq, wrapped FROM {table} WHERE seq > ? "  # noqa: S608
                    "AND wrapped IS NOT NULL ORDER BY seq LIMIT 5000",
                    (last,),
                )
            )
            if not rows:
                return
            fresh = [(anew(seq, part, bytes(wrapped)), seq) for seq, wrapped in rows]
            self._many(f"UPDATE {table} SET wrapped = ? WHERE seq = ?", fresh)  # noqa: S608
            last = rows[-1][0]

    def entries_with_content(self, first: int, end: int) -> int:
        """How many of the entries `first` to `end` (not included) were not forgotten."""
        row = self._one(
            "SELECT count(*) FROM entries WHERE seq >= ? AND seq < ? AND wrapped IS NOT NULL",
            (first, end),
        )
        assert row is not None
        return int(row[0])

    # --- what belongs to an entry and may go before it ---------------------------------

    def add_object(self, seq: int, sealed: Sealed, *, derived: bool) -> None:
        """Keep an artefact's bytes; `derived` says that they were made from reports."""
        self._run(
            "INSERT INTO objects VALUES (?, ?, ?, ?)",
            (seq, derived, sealed.wrapped, sealed.content),
        )

    def object(self, seq: int) -> Sealed | None:
        """The sealed bytes of an artefact, or None when there are none (any more)."""
        row = self._one("SELECT wrapped, content FROM objects WHERE seq = ?", (seq,))
        return Sealed(*row) if row else None

    def apart(self) -> dict[int, bool]:
        """Of which entries there are bytes, and whether as something made from reports."""
        rows = self._rows("SELECT seq, derived FROM objects")
        return {seq: bool(derived) for seq, derived in rows}

    def forget_derived(self) -> None:
        """Destroy every artefact that was made from reports."""
        self._run("DELETE FROM objects WHERE derived")

    # --- the state, which a replay gives again -----------------------------------------

    def set_source(self, name: str, about: str) -> int:
        """Keep what is known about a source; give its number."""
        self._run(
            "INSERT INTO sources (name, about) VALUES (?, ?) "
            "ON CONFLICT (name) DO UPDATE SET about = excluded.about",
            (name, about),
        )
        return self.source_number(name)

    def source_number(self, name: str) -> int:
        """The number of a source that there is."""
        row = self._one("SELECT n FROM sources WHERE name = ?", (name,))
        assert row is not None
        return int(row[0])

    def has_reports(self, source: str) -> bool:
        """Whether a source has any report."""
        found = "SELECT 1 FROM reports JOIN sources ON sources.n = reports.source WHERE name = ?"
        return self._one(found + " LIMIT 1", (source,)) is not None

    def reports_of(self, source: str) -> int:
        """How many reports a source has."""
        found = "SELECT COUNT(*) FROM reports JOIN sources ON sources.n = reports.source"
        row = self._one(found + " WHERE name = ?", (source,))
        return 0 if row is None else int(row[0])

    def forget_source(self, name: str) -> None:
        """Delete what is known about a source that has no reports."""
        self._run("DELETE FROM sources WHERE name = ?", (name,))

    def sources(self) -> dict[str, str]:
        """What is known about each source, as JSON."""
        return dict(self._rows("SELECT name, about FROM sources ORDER BY name"))

    _REPORT = """SELECT name, id, ref, seq, first, collector, consent, print
                 FROM reports JOIN sources ON sources.n = reports.source """

    def report(self, source: str, report_id: str) -> ReportRow | None:
        """The state of one report."""
        row = self._one(self._REPORT + "WHERE name = ? AND id = ?", (source, report_id))
        return ReportRow(*row) if row else None

    def report_of(self, number: int, source: str, report_id: str) -> ReportRow | None:
        """The state of one report, by the number of its source, which spares a look."""
        row = self._one(
            "SELECT ref, seq, first, collector, consent, print "
            "FROM reports WHERE source = ? AND id = ?",
            (number, report_id),
        )
        return ReportRow(source, report_id, *row) if row else None

    def reports(self) -> Iterator[ReportRow]:
        """The state of every report, in the order in which they first came."""
        return (ReportRow(*row) for row in self._rows(self._REPORT + "ORDER BY first"))

    def reports_from(self, first: int, end: int) -> Iterator[ReportRow]:
        """Reports whose current version is an entry from `first` to `end` (not included)."""
        some = self._REPORT + "WHERE seq >= ? AND seq < ? ORDER BY seq"
        return (ReportRow(*row) for row in self._rows(some, (first, end)))

    def drop_report(self, source: str, report_id: str) -> None:
        """Delete a report's state, without a tombstone: it may come again."""
        self._run(
            "DELETE FROM reports WHERE id = ? AND source = (SELECT n FROM sources WHERE name = ?)",
            (report_id, source),
        )

    def reports_sealed(self) -> Iterator[tuple[ReportRow, Sealed]]:
        """Every report with its sealed payload, in the order in which they first came.

        Raises:
            Damaged: the key of one was destroyed, and its row says that it stands.
        """
        rows = self._rows(
            "SELECT name, id, ref, r.seq, first, collector, consent, print, wrapped, content "
            "FROM reports r JOIN sources ON sources.n = r.source "
            "JOIN entries e ON e.seq = r.seq ORDER BY first"
        )
        with contextlib.closing(rows):  # a reader left open would keep the journal
            for row in rows:
                if row[8] is None:
                    raise Damaged(
                        f"entry {row[3]} was destroyed, and its report stands",
                        hint="bring the case file back from a copy; uncounted check says more",
                    )
                yield ReportRow(*row[:8]), Sealed(row[8], row[9])

    def set_report(self, row: ReportRow, source: int) -> None:
        """Keep the state of a report, in place of an earlier one."""
        self._soon(
            _SET_REPORT,
            (source, row.id, row.ref, row.seq, row.first, row.collector, row.consent, row.print),
        )

    def forget_report(self, source: str, report_id: str, tag: bytes) -> None:
        """Delete a report's state and leave its tombstone; `scrub` is to follow."""
        self.drop_report(source, report_id)
        self._run("INSERT OR IGNORE INTO tombstones VALUES (?)", (tag,))
        self.must_be_scrubbed()

    def tombstones(self) -> set[bytes]:
        """The tag of every withdrawn report."""
        return {bytes(row[0]) for row in self._rows("SELECT tag FROM tombstones")}


def _entry(row: tuple[Any, ...]) -> EntryRow:
    seq, kind, when, by, leaf, wrapped, content = row
    sealed = None if wrapped is None else Sealed(wrapped, content)
    return EntryRow(seq, kind, when, by, leaf, sealed)


def _in_words(error: sqlcipher.Error | MemoryError) -> Error:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == _NOMEM or isinstance(error, MemoryError):
        return NoSpace(
            "there is not enough memory for this",
            hint="close other programs, or use a machine with more: as much is needed as the "
            "database is large",
        )
    if code in _BUSY:
        return CaseBusy("another process has the case file open", hint="wait until it has finished")
    if code in _REFUSED or code == _IOERR:
        return NoSpace(
            "the disk is full, or the case file cannot be written to",
            hint="make room, check who owns the folder, and do it again: nothing was kept",
        )
    if code in _DAMAGED:
        return Damaged(
            "the database of the case file was altered or cut short",
            hint="bring the case file back from a copy",
        )
    # Anything else is a mistake of ours, and is shown as one.
    raise error
