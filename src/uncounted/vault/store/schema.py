"""The SQL schema of a case file's database, and its migrations."""

from __future__ import annotations

SCHEMA_VERSION = 4
SIGNED_SCHEMA = 4  # the first in which entries are signed

SCHEMA = """
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
CREATE TABLE signatures (
    first INTEGER PRIMARY KEY, end INTEGER NOT NULL,
    member INTEGER NOT NULL REFERENCES members (n), signature BLOB NOT NULL);
"""
# `members` are those who wrote entries or may; `revoked` is the entry that took their access
# away. `holders` are those who have the case key now; `key` is their file, to put it back.

# What makes version n + 1 out of version n.
UPGRADES = {
    1: "ALTER TABLE members ADD COLUMN revoked INTEGER;"
    "CREATE TABLE holders (recipient TEXT PRIMARY KEY, vkey TEXT, name TEXT, "
    "since INTEGER NOT NULL, key BLOB) WITHOUT ROWID;"
    "INSERT INTO holders SELECT recipient, vkey, NULL, 0, NULL FROM members;",
    # Decisions are entries alone. One that knows none would leave them when a report goes.
    2: "",
    # Entries before stay without a signature: nobody can sign for who wrote them. What was kept
    # of a release goes with a withdrawal: from now on, and where one came after it.
    3: "CREATE TABLE signatures (first INTEGER PRIMARY KEY, end INTEGER NOT NULL, "
    "member INTEGER NOT NULL REFERENCES members (n), signature BLOB NOT NULL);"
    "UPDATE objects SET derived = 1 "
    "WHERE seq IN (SELECT seq FROM entries WHERE kind = 'release');"
    "INSERT OR REPLACE INTO meta SELECT 'unscrubbed', x'' WHERE EXISTS ("
    "SELECT 1 FROM entries WHERE kind = 'release' "
    "AND seq < (SELECT max(seq) FROM entries WHERE kind IN ('withdrawal', 'undo')));"
    "DELETE FROM objects WHERE seq IN (SELECT seq FROM entries WHERE kind = 'release' "
    "AND seq < (SELECT max(seq) FROM entries WHERE kind IN ('withdrawal', 'undo')));",
}
