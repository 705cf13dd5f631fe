"""The tables of a case file's encrypted database; the only place that queries them.

It keeps sealed bytes and the tables that can be replayed from them; it never
seals, opens or judges anything. Whatever else is to hold a case file one day
(PostgreSQL, which would see ciphertext) takes the place of this module.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from uncounted.errors import Damaged, NoSpace
from uncounted.vault.store.connection import EncryptedDatabase
from uncounted.vault.store.rows import (
    AuthorRow,
    EntryRow,
    HolderRow,
    ReportRow,
    Sealed,
    SignatureRow,
)
from uncounted.vault.store.schema import SIGNED_SCHEMA

_UNSCRUBBED, _SWEEPING, _UNFINISHED = "unscrubbed", "sweeping", "unfinished"
_MEGABYTE = 1_000_000
_BEYOND = 2**63  # SQLite has no such whole number

_ADD_ENTRY = "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)"
_SET_REPORT = (
    "INSERT INTO reports VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source, id) "
    "DO UPDATE SET ref = excluded.ref, seq = excluded.seq, "
    "consent = excluded.consent, print = excluded.print"
)


class Storage(EncryptedDatabase):
    """The tables of a case file, open. Every change inside `transaction`."""

    _BATCHED = (_ADD_ENTRY, _SET_REPORT)  # entries before what refers to them

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
        return int(self._value("SELECT n FROM members WHERE recipient = ?", (recipient,)))

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
        return int(self._value("SELECT coalesce(max(seq) + 1, 0) FROM entries"))

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

    def authored(self, first: int, end: int) -> Iterator[tuple[bytes, str]]:
        """The leaves of the entries `first` to `end` (not included), and who they are by."""
        rows = self._rows(
            "SELECT leaf, vkey FROM entries JOIN members ON members.n = entries.member "
            "WHERE seq >= ? AND seq < ? ORDER BY seq",
            (first, end),
        )
        return ((bytes(leaf), vkey) for leaf, vkey in rows)

    def add_signature(self, first: int, end: int, member: int, signature: bytes) -> None:
        """Keep a member's signature over the entries `first` to `end` (not included)."""
        self._run("INSERT INTO signatures VALUES (?, ?, ?, ?)", (first, end, member, signature))

    def signatures(self) -> list[SignatureRow]:
        """Every signature, in the order of the entries that it covers; none in an older schema."""
        if self.schema < SIGNED_SCHEMA:
            return []
        rows = self._rows("SELECT first, end, signature FROM signatures ORDER BY first")
        return [SignatureRow(first, end, bytes(signature)) for first, end, signature in rows]

    def last_change(self) -> int:
        """The last entry that changed which reports there are, what they say or what was decided.

        0 without any.
        """
        return int(
            self._value(
                "SELECT coalesce(max(seq), 0) FROM (SELECT max(seq) AS seq FROM reports UNION ALL "
                "SELECT max(seq) FROM entries WHERE kind <> 'report' "
                "AND kind IN ('withdrawal', 'undo', 'decision', 'decision-undo'))"
            )
        )

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
        return int(
            self._value(
                "SELECT count(*) FROM entries WHERE seq >= ? AND seq < ? AND wrapped IS NOT NULL",
                (first, end),
            )
        )

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
        """Destroy every artefact that was made from reports, and what is to become one."""
        self._run("DELETE FROM objects WHERE derived")
        self.forget_unfinished()

    def unfinished(self) -> bytes | None:
        """What is kept of work on reports that is not finished, with the keys of its files."""
        return self.meta(_UNFINISHED)

    def set_unfinished(self, value: bytes) -> None:
        """Keep it, in place of what was kept before."""
        self.set_meta(_UNFINISHED, value)

    def forget_unfinished(self) -> None:
        """Destroy the keys of its files, which `attachments.sweep` deletes."""
        self.forget_meta(_UNFINISHED)

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
        return int(self._value("SELECT n FROM sources WHERE name = ?", (name,)))

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
        """Every report with its sealed payload, in the order in which they first came."""
        rows = self._rows(
            "SELECT name, id, ref, r.seq, first, collector, consent, print, wrapped, content "
            "FROM reports r JOIN sources ON sources.n = r.source "
            "JOIN entries e ON e.seq = r.seq ORDER BY first"
        )
        with contextlib.closing(rows):  # a reader left open would keep the journal
            for row in rows:
                if row[8] is None:
                    raise Damaged(
                        f"entry {row[3]} was destroyed, but its report is still there",
                        hint="restore the case file from a copy; uncounted check says more",
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

    # --- what is still to be overwritten or deleted ------------------------------------

    def must_be_scrubbed(self) -> None:
        """Take note that something was forgotten and `scrub` is to follow."""
        self.set_meta(_UNSCRUBBED, b"")

    def must_scrub(self) -> bool:
        """Whether something was forgotten and `scrub` has not been done since."""
        return self.meta(_UNSCRUBBED) is not None

    def scrub(self) -> None:
        """Write the database anew after something was forgotten, and empty the journal.

        Done again on opening when a crash came first.
        """
        self.overwrite_deleted()
        self.forget_meta(_UNSCRUBBED)
        self.fold()

    @contextlib.contextmanager
    def finishing(self) -> Iterator[None]:
        """What is still to be done when the forgetting itself is done and kept."""
        try:
            yield
        except NoSpace as error:
            size = -(-self.size_on_disk() // _MEGABYTE)
            raise NoSpace(
                "it was erased; its remains on the disk must still be overwritten,"
                f" which needs about {size} MB",
                hint="free some space, check who owns the folder, and open the case file"
                " again: that overwrites it",
            ) from error

    def must_be_swept(self) -> None:
        """Take note that attachments are on their way, which a crash would leave behind."""
        self.set_meta(_SWEEPING, b"")

    def nothing_to_sweep(self) -> None:
        """Take the note of `must_be_swept` away."""
        self.forget_meta(_SWEEPING)

    def must_sweep(self) -> bool:
        """Whether attachments were on their way, and may have been left behind."""
        return self.meta(_SWEEPING) is not None


def _entry(row: tuple[Any, ...]) -> EntryRow:
    seq, kind, when, by, leaf, wrapped, content = row
    sealed = None if wrapped is None else Sealed(wrapped, content)
    return EntryRow(seq, kind, when, by, leaf, sealed)
