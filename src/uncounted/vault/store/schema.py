"""The SQL schema of a case file's database, and its migrations."""

from __future__ import annotations

import re
from collections.abc import Iterable

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
    # Entries before stay without a signature: no one can sign for their authors. What was kept
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

# What each version's tables lack of today's, as it is declared; an upgrade declares it alike.
_ADDED_COLUMNS = {2: ("members", ", revoked INTEGER")}
_ADDED_TABLES = {2: "holders", 4: "signatures"}

_DECLARED = re.compile(r"CREATE (TABLE|INDEX) (\w+)")
_SPACE = re.compile(r"\s+")
_BESIDE_SIGNS = re.compile(r" ?([(),]) ?")


def declared(version: int) -> list[tuple[str, str, str]]:
    """Type, name and SQL of each table and index of a version, as `normalised` gives them.

    Examples:
        >>> [name for _, name, _ in declared(1)][:3]
        ['entries_by_kind', 'entries', 'members']
    """
    found = []
    for statement in SCHEMA.split(";")[:-1]:
        match = _DECLARED.match(sql := statement.strip())
        assert match is not None
        kind, name = match[1].lower(), match[2]
        if any(name == table and version < since for since, table in _ADDED_TABLES.items()):
            continue
        for since, (table, column) in _ADDED_COLUMNS.items():
            if name == table and version < since:
                sql = sql.replace(column, "")
        found.append((kind, name, _one_spelling(sql)))
    return sorted(found)


def normalised(rows: Iterable[tuple[object, object, object]]) -> list[tuple[str, str, str]]:
    """Type, name and SQL of what a database declares, whatever spaces it is written with.

    The indexes that SQLite makes by itself for a primary key or UNIQUE are left out: they have
    no SQL, and follow from their table.
    """
    return sorted(
        (str(kind), str(name), _one_spelling(str(sql)))
        for kind, name, sql in rows
        if not (kind == "index" and sql is None and str(name).startswith("sqlite_autoindex_"))
    )


def _one_spelling(sql: str) -> str:
    return _BESIDE_SIGNS.sub(r"\1", _SPACE.sub(" ", sql))
