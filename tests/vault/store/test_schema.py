"""What a database declares is what its version does: nothing that a member added stays unseen."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2 as sqlcipher
from tests.vault.opened import entries_of, execute

from uncounted.errors import Damaged, UsedWrongly
from uncounted.vault.case import Case
from uncounted.vault.keys.identity import Identity
from uncounted.vault.store import schema

VECTORS = Path(__file__).parents[2] / "vectors"

KEEPS = (
    "CREATE TABLE kept (seq INTEGER, wrapped BLOB, content BLOB)",
    "CREATE TRIGGER keeps BEFORE UPDATE ON entries WHEN NEW.wrapped IS NULL "
    "BEGIN INSERT INTO kept VALUES (OLD.seq, OLD.wrapped, OLD.content); END",
)
PLANTED = {
    "a table and a trigger": KEEPS,
    "a table": KEEPS[:1],
    "a trigger into a table of ours": (
        "CREATE TRIGGER keeps BEFORE DELETE ON objects "
        "BEGIN INSERT INTO meta VALUES ('kept', OLD.content); END",
    ),
    "a view": ("CREATE VIEW seen AS SELECT * FROM entries",),
    "an index": ("CREATE INDEX by_leaf ON entries (leaf)",),
    "a column": ("ALTER TABLE entries ADD COLUMN kept BLOB",),
    "a column that computes": (
        "ALTER TABLE entries ADD COLUMN kept BLOB GENERATED ALWAYS AS (content) VIRTUAL",
    ),
    "statistics": ("ANALYZE",),
    "an index that is gone": ("DROP INDEX entries_by_kind",),
    "a table that is gone": ("DROP TABLE tombstones",),
    "a version that it is not": ("PRAGMA user_version = 3",),
}


def _declared(database: sqlcipher.Connection) -> list[tuple[str, str, str]]:
    return schema.normalised(database.execute("SELECT type, name, sql FROM sqlite_master"))


@pytest.mark.parametrize("what", PLANTED)
def test_what_is_none_of_a_case_files_is_refused_before_anything_is_written(
    what: str, filled: Path, me: Identity
) -> None:
    execute(filled, me, *PLANTED[what])
    before = {p: p.read_bytes() for p in filled.rglob("*") if p.is_file() and p.name != "lock"}
    for without_log in (False, True):
        with pytest.raises(Damaged, match="declares other tables, indexes or triggers"):
            Case.open(filled, me, without_log=without_log)
    assert {p: p.read_bytes() for p in before} == before


ADDED = set(PLANTED) - {
    *("a column", "a column that computes", "an index that is gone", "a table that is gone"),
    "a version that it is not",
}


@pytest.mark.parametrize("what", PLANTED)
def test_the_only_copy_is_left_by_an_export_that_writes_nothing_to_it(
    what: str, filled: Path, me: Identity, tmp_path: Path
) -> None:
    changed = Path(shutil.copytree(filled, tmp_path / "changed"))
    execute(changed, me, "UPDATE reports SET consent = '{}' WHERE id = 'R-1'", *PLANTED[what])
    execute(filled, me, *PLANTED[what])
    before = {p: p.read_bytes() for p in filled.rglob("*") if p.is_file() and p.name != "lock"}
    if what not in ADDED:
        with pytest.raises(Damaged, match="declares other tables") as caught:
            Case.open(filled, me, despite_foreign=True)
        assert "--despite-foreign" not in str(caught.value.hint)
        return
    with pytest.raises(Damaged) as caught:
        Case.open(filled, me)
    assert "uncounted export --despite-foreign takes out" in str(caught.value.hint)
    with Case.open(filled, me, despite_foreign=True) as case:
        assert len(list(case.every_report())) == 300
        (said,) = case.doubts()
        assert re.fullmatch(
            r"the database has foreign tables, indexes, triggers or views: [12]", said
        )
        with pytest.raises(UsedWrongly, match="open for reading only"):
            case.withdraw("one", "R-1")
    assert {p: p.read_bytes() for p in before} == before
    with Case.open(changed, me, despite_foreign=True) as case:
        assert case.doubts()[0] == "the tables of reports and consents are not what the entries say"


def test_an_index_of_which_a_row_was_taken_out_is_not_read(filled: Path, me: Identity) -> None:
    """By way of a table that has another root page than its index was made for."""
    hide = (
        "CREATE INDEX hidden ON reports (seq) WHERE seq > 3",
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_master SET sql = 'CREATE INDEX hidden ON reports (seq)' "
        "WHERE name = 'hidden'",
    )
    execute(filled, me, *hide)
    with pytest.raises(Damaged, match="declares other tables"):
        Case.open(filled, me, despite_foreign=True)


def test_a_sound_case_file_is_opened_as_ever(filled: Path, me: Identity) -> None:
    with Case.open(filled, me, despite_foreign=True) as case:
        case.withdraw("one", "R-1")
        assert case.doubts() == ()


def test_a_check_says_it_of_an_open_case_file(filled: Path, me: Identity) -> None:
    with Case.open(filled, me) as case:
        for statement in KEEPS:
            case._storage._run(statement)
        assert any("declares other tables" in found for found in case.check())


@pytest.mark.parametrize("start", [1, 2, 3, 4])
def test_each_version_becomes_what_this_one_declares(start: int) -> None:
    """An upgrade and a new case file differ in white space alone."""
    database = sqlcipher.connect(":memory:")
    for _, _, sql in reversed(schema.declared(start)):  # tables before what is on them
        database.execute(sql)
    assert _declared(database) == schema.declared(start)
    for version in range(start, schema.SCHEMA_VERSION):
        for statement in schema.UPGRADES[version].split(";")[:-1]:
            database.execute(statement)
        assert _declared(database) == schema.declared(version + 1)


@pytest.mark.parametrize("name", ["case-1", "case-3", "case-3-later", "case-4"])
def test_case_files_of_each_version_open_before_and_after_their_upgrade_and_a_rotation(
    name: str, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(VECTORS / name / "case", tmp_path / "case"))
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
    me = Identity.parse((VECTORS / name / "identity.json").read_bytes())
    with Case.open(folder, me) as case:
        case.rotate()
        assert case.check() == ()
    with entries_of(folder, me) as entries:
        assert entries.storage.declares_its_tables()
