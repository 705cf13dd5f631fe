"""What is on the disk: no clear byte, for its owner alone, and no flip unnoticed."""

from __future__ import annotations

import contextlib
import datetime
import shutil
import sqlite3
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from tests.vault.opened import entries_of, execute

from uncounted.errors import Damaged, Error
from uncounted.vault.case import Case
from uncounted.vault.keys.identity import Identity
from uncounted.vault.reports.consent import Consent
from uncounted.vault.reports.ingest import IncomingReport
from uncounted.vault.reports.rejected_rows import RejectedRow
from uncounted.vault.reports.replay import replay

Many = Callable[..., Iterable[IncomingReport]]
DAY = datetime.date(2026, 11, 24)
WORDS = (
    "김무명씨",
    "MUMYONG-KIM",
    "국경에서 헤어졌다",
    "Gather-One",
    "R-SECRET-ID",
    "column-dob",
    "source-one",
)


def _bytes_of(*folders: Path) -> Iterator[tuple[Path, bytes]]:
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file():
                yield path, path.read_bytes()


def _assert_no_clear_word(*folders: Path) -> None:
    for path, content in _bytes_of(*folders):
        for word in WORDS:
            for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
                assert word.encode(encoding) not in content, (path.name, word, encoding)


def test_no_word_is_ever_on_the_disk_in_clear(
    tmp_path: Path, me: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    for name in ("TMPDIR", "SQLITE_TMPDIR", "TMP", "TEMP"):
        monkeypatch.setenv(name, str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.chdir(temporary)
    looks, open_files = 0, set[str]()

    def look(what: str, done: int, total: int | None) -> None:
        nonlocal looks
        looks += 1
        for descriptor in Path("/proc/self/fd").iterdir():
            if descriptor.exists():
                open_files.add(str(descriptor.readlink()))
        if done % 4096 == 0:
            _assert_no_clear_word(tmp_path)

    payload = {"names": [{"written": WORDS[0]}, {"written": WORDS[1]}], "note": WORDS[2] * 20}
    rows: list[IncomingReport | RejectedRow] = [
        IncomingReport(f"{WORDS[4]}-{n}", {**payload, "n": n}, Consent(frozenset({"link"})), n)
        for n in range(12_000)
    ]
    rows.append(RejectedRow(12_001, (f"{WORDS[5]}: not a date",)))
    with Case.create(tmp_path / "case", me) as case:
        outcome = case.intake(WORDS[6], {"collector": WORDS[3]}, rows, progress=look)
        assert outcome.rejects is not None
        journal = tmp_path / "case" / "case.db-wal"
        assert journal.stat().st_size > 2_000_000, "the journal was looked at while it was long"
        assert stat.S_IMODE(journal.stat().st_mode) == 0o600
        _assert_no_clear_word(tmp_path)
        assert case.rejects(outcome.rejects) == [RejectedRow(12_001, (f"{WORDS[5]}: not a date",))]
        assert case.reports("link", DAY).reports[0].payload["note"] == WORDS[2] * 20
        case.put("linkage", {"people": 3}, WORDS[0].encode(), ["link"])
    assert looks > 40
    ours = {path for path in open_files if path.startswith(str(tmp_path))}
    inside = str(tmp_path / "case")
    assert ours
    assert {path for path in ours if not path.startswith(inside)} == set()
    assert list(temporary.iterdir()) == []
    assert {path.name for path in (tmp_path / "case").iterdir()} == {
        "case.db", "case.json", "lock", "log", "members",
    }  # fmt: skip
    _assert_no_clear_word(tmp_path)


def test_the_database_is_encrypted_from_its_first_byte(filled: Path) -> None:
    content = (filled / "case.db").read_bytes()
    assert b"SQLite format 3" not in content
    # Two case files of the same content share not one page.
    assert (
        len({content[i : i + 4096] for i in range(0, len(content), 4096)}) == len(content) // 4096
    )


def test_for_the_owner_alone(filled: Path) -> None:
    assert stat.S_IMODE(filled.stat().st_mode) == 0o700
    assert stat.S_IMODE((filled / "members").stat().st_mode) == 0o700
    for path in [
        filled / "case.db",
        filled / "case.json",
        filled / "lock",
        *filled.glob("members/*"),
    ]:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name


def test_sqlite_itself_may_not_read_it(filled: Path) -> None:
    with (
        contextlib.closing(sqlite3.connect(filled / "case.db")) as database,
        pytest.raises(sqlite3.DatabaseError, match="file is not a database"),
    ):
        database.execute("SELECT * FROM sqlite_schema")


def _read_everything(folder: Path, me: Identity) -> None:
    with Case.open(folder, me) as case:
        case.reports("link", DAY)
        assert case.replay() == case.state()
        for entry in case.entries():
            case.stored(entry.seq)
        wrong = case.check()
        if wrong:
            raise Damaged(wrong[0])


@pytest.mark.parametrize("bit", [0, 7 * 8 + 3, 15 * 8 + 7, 16 * 8, 100 * 8, 4095 * 8, 4096 * 8 + 1])
def test_a_flip_at_the_head_of_the_database_is_noticed(
    filled: Path, me: Identity, bit: int
) -> None:
    _flip(filled / "case.db", bit)
    with pytest.raises(Damaged, match="database of the case file was changed"):
        _read_everything(filled, me)


def _flip(path: Path, bit: int) -> None:
    content = bytearray(path.read_bytes())
    content[bit // 8] ^= 1 << bit % 8
    path.write_bytes(content)


def test_a_flip_in_any_page_or_a_cut_is_noticed(filled: Path, me: Identity) -> None:
    database = filled / "case.db"
    whole = database.read_bytes()
    for page in range(0, len(whole), 4096):
        _flip(database, (page + 1234) * 8 + 3)
        with pytest.raises(Damaged, match=r"altered|changed"):
            _read_everything(filled, me)
        database.write_bytes(whole)
    for size in (0, 10, 4096, len(whole) - 4096, len(whole) - 1):
        database.write_bytes(whole[:size])
        with pytest.raises(Error, match=r"altered|changed or truncated|not that of|not a database"):
            _read_everything(filled, me)
    database.write_bytes(whole)
    _read_everything(filled, me)


def test_two_pages_that_trade_places_are_noticed(filled: Path, me: Identity) -> None:
    content = (filled / "case.db").read_bytes()
    pages = [content[i : i + 4096] for i in range(0, len(content), 4096)]
    pages[5], pages[6] = pages[6], pages[5]
    (filled / "case.db").write_bytes(b"".join(pages))
    with pytest.raises(Damaged, match=r"altered|changed"):
        _read_everything(filled, me)


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    "pattern",
    [
        "members/*.age",
        "log/checkpoint",
        "log/tile/0/000",
        "log/tile/0/001.p/*",
        "log/tile/1/000.p/*",
        "log/tile/entries/000",
        "log/tile/entries/001.p/*",
        "case.json",
    ],
)
def test_a_flip_or_a_cut_in_any_other_file_is_noticed(
    filled: Path, me: Identity, pattern: str
) -> None:
    path = next(path for path in sorted(filled.glob(pattern)) if path.is_file())
    whole = path.read_bytes()
    bits = range(0, len(whole) * 8, max(1, len(whole) * 8 // 40))
    for bit in bits:
        _flip(path, bit)
        with pytest.raises(Error):
            _read_everything(filled, me)
        path.write_bytes(whole)
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Error):
        _read_everything(filled, me)
    path.write_bytes(whole)
    _read_everything(filled, me)


def test_files_of_another_case_are_noticed(
    filled: Path, tmp_path: Path, me: Identity, many: Many
) -> None:
    other = tmp_path / "other"
    with Case.create(other, me) as case:
        case.intake("one", {}, many(300))
        case.put("release", {"title": "other"}, b"manifest")
    for name in ("case.json", "case.db", "log", "members"):
        copy = shutil.copytree(filled, tmp_path / f"with-{name}")
        if (copy / name).is_dir():
            shutil.rmtree(copy / name)
            shutil.copytree(other / name, copy / name)
        else:
            shutil.copy(other / name, copy / name)
        with pytest.raises(Damaged):
            _read_everything(copy, me)


def test_rows_that_trade_their_sealed_content_are_noticed(
    tmp_path: Path, me: Identity, many: Many
) -> None:
    folder = tmp_path / "case"
    with Case.create(folder, me) as case:
        case.intake("one", {}, many(4))
    for columns in ("wrapped, content", "content", "leaf"):
        (row,) = execute(folder, me, f"SELECT {columns} FROM entries WHERE seq = 1")
        names = columns.split(", ")
        pairs = ", ".join(f"{name} = (SELECT {name} FROM entries WHERE seq = 2)" for name in names)
        execute(folder, me, f"UPDATE entries SET {pairs} WHERE seq = 1")
        with entries_of(folder, me) as entries, pytest.raises(Damaged, match="entry 1"):
            replay(filter(None, map(entries.open, entries.storage.entries())))
        back = ", ".join(f"{name} = ?" for name in names)
        execute(folder, me, f"UPDATE entries SET {back} WHERE seq = 1", rows=[row])
    with Case.open(folder, me) as case:
        assert case.replay() == case.state()
