"""Attachments: sealed in one pass, kept once, put back bit for bit or not at all."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from uncounted import atomic_files, regular_files
from uncounted.errors import BadInput, Damaged, NoSpace, UsedWrongly
from uncounted.export import write as writing
from uncounted.vault.case import Case
from uncounted.vault.keys.identity import Identity
from uncounted.vault.log.entries import Entries
from uncounted.vault.reports import attachments
from uncounted.vault.reports.ingest import IncomingReport

Maker = Callable[..., IncomingReport]
ABOUT = {"collector": "A"}


@pytest.fixture
def case(tmp_path: Path, me: Identity, make: Maker) -> Iterator[Case]:
    with Case.create(tmp_path / "a.case", me) as made:
        made.intake("one", ABOUT, [make(1), make(2)])
        yield made


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    file = tmp_path / "면담 1.pdf"
    file.write_bytes(b"%PDF testimony in clear " + os.urandom(200_000))
    return file


def held(case: Case) -> list[str]:
    place = case.folder / attachments.FOLDER
    return sorted(path.name for path in place.iterdir()) if place.is_dir() else []


def back(case: Case, at: int = 0) -> bytes:
    target = io.BytesIO()
    case.put_back(case.attachments()[at], target)
    return target.getvalue()


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 1_000_003])
def test_bit_for_bit(case: Case, tmp_path: Path, size: int) -> None:
    file = tmp_path / "f"
    file.write_bytes(os.urandom(size))
    (made,) = case.attach("one", "R-1", [file])
    assert (made.size, made.name) == (size, "f")
    assert made.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert back(case) == file.read_bytes()
    assert case.check() == ()


def test_nothing_in_clear_is_on_the_disk(case: Case, scan: Path) -> None:
    (made,) = case.attach("one", "R-1", [scan])
    case.seal_log()
    for path in case.folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert b"testimony in clear" not in content, path
            assert "면담".encode() not in content, path
            assert made.sha256.encode() not in content, path
    assert oct((case.folder / attachments.FOLDER / f"{made.file}.age").stat().st_mode)[-3:] == "600"


def test_age_opens_what_we_wrote(case: Case, scan: Path, tmp_path: Path) -> None:
    (made,) = case.attach("one", "R-1", [scan])
    key = tmp_path / "key.txt"
    key.write_text(str(made.key))
    done = subprocess.run(
        ["age", "-d", "-i", key, case.folder / attachments.FOLDER / f"{made.file}.age"],
        capture_output=True,
        check=True,
    )
    assert done.stdout == scan.read_bytes()


def test_equal_files_are_kept_once_and_as_long_as_anybody_has_them(case: Case, scan: Path) -> None:
    case.attach("one", "R-1", [scan])
    case.attach("one", "R-2", [scan])
    assert len(held(case)) == 1
    case.withdraw("one", "R-1")
    assert len(held(case)) == 1
    assert back(case) == scan.read_bytes()
    case.withdraw("one", "R-2")
    assert held(case) == []
    assert case.attachments() == []
    assert case.check() == ()


def test_a_withdrawal_takes_the_key_and_the_file(case: Case, scan: Path) -> None:
    (made,) = case.attach("one", "R-1", [scan])
    case.withdraw("one", "R-1")
    assert case.stored(made.entry.seq) is None
    assert held(case) == []
    case.seal_log()
    assert case.check() == ()
    assert case.replay() == case.state()


@pytest.mark.parametrize("cut", [1, 16, 70_000, 199_000])
def test_a_file_cut_short_gives_not_a_byte(case: Case, scan: Path, cut: int) -> None:
    (made,) = case.attach("one", "R-1", [scan])
    path = case.folder / attachments.FOLDER / f"{made.file}.age"
    path.write_bytes(path.read_bytes()[:-cut])
    target = io.BytesIO()
    with pytest.raises(Damaged, match=r"entry 4 was altered or is missing"):
        case.put_back(made, target)
    assert target.getvalue() == b""
    assert case.check() == ("the attachment of entry 4 was altered",)


def test_a_flipped_bit_a_swapped_and_a_missing_file(case: Case, scan: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_bytes(b"another file")
    one, two = case.attach("one", "R-1", [scan, other])
    place = case.folder / attachments.FOLDER
    first, second = place / f"{one.file}.age", place / f"{two.file}.age"
    whole = first.read_bytes()
    for at in range(0, len(whole), len(whole) // 13):
        first.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
        target = io.BytesIO()
        with pytest.raises(Damaged):
            case.put_back(one, target)
        assert target.getvalue() == b""
    shutil.copy(second, first)
    with pytest.raises(Damaged):
        case.put_back(one, io.BytesIO())
    first.unlink()
    assert case.check() == ("the attachment of entry 4 is missing",)
    first.write_bytes(whole)
    first.chmod(0o600)
    (place / "strange").write_bytes(b"")
    (place / "strange").chmod(0o600)
    assert case.check() == ("attachments/ holds 1 that no entry speaks of",)


def test_all_files_or_none(case: Case, scan: Path, tmp_path: Path) -> None:
    with pytest.raises(UsedWrongly, match="file 2 to attach does not exist"):
        case.attach("one", "R-1", [scan, tmp_path / "nothere"])
    with pytest.raises(UsedWrongly, match="no such report"):
        case.attach("one", "R-9", [scan])
    assert held(case) == []
    assert [entry.kind for entry in case.entries()][-1] == "import"
    assert case.check() == ()


def test_a_full_disk_keeps_nothing(case: Case, scan: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.BytesIO):
        def write(self, part: object) -> int:
            raise OSError(28, "No space left on device")

        def fileno(self) -> int:
            return 0

    monkeypatch.setattr(atomic_files, "create", lambda path: Full())
    with pytest.raises(NoSpace, match="the disk is full"):
        case.attach("one", "R-1", [scan])
    monkeypatch.undo()
    assert held(case) == []
    assert case.check() == ()


def test_a_disk_that_fails_while_reading(
    case: Case, scan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError(5, "Input/output error")

    real = regular_files.opened
    monkeypatch.setattr(
        regular_files,
        "opened",
        lambda path, **more: Broken() if path == scan else real(path, **more),
    )
    with pytest.raises(BadInput, match="cannot be read completely"):
        case.attach("one", "R-1", [scan])
    monkeypatch.undo()
    assert held(case) == []


def test_a_target_that_is_full_is_reported_as_such(case: Case, scan: Path) -> None:
    class Full(io.BytesIO):
        def write(self, part: object) -> int:
            raise OSError(28, "No space left on device")

    case.attach("one", "R-1", [scan])
    with pytest.raises(OSError, match="No space left"):
        case.put_back(case.attachments()[0], Full())


def test_what_a_crash_left_is_swept_on_opening(
    tmp_path: Path, me: Identity, make: Maker, scan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Gone(BaseException):
        pass

    def crash(*_: object) -> None:
        raise Gone

    with Case.create(tmp_path / "b.case", me) as case:
        case.intake("one", ABOUT, [make(1)])
    case = Case.open(tmp_path / "b.case", me)
    monkeypatch.setattr(Entries, "append", crash)
    monkeypatch.setattr(attachments, "sweep", lambda *_: None)
    with pytest.raises(Gone):
        case.attach("one", "R-1", [scan])
    assert len(held(case)) == 1
    monkeypatch.undo()
    case.close()
    with Case.open(tmp_path / "b.case", me) as again:
        assert held(again) == []
        assert again.check() == ()
        again.attach("one", "R-1", [scan])
        assert back(again) == scan.read_bytes()


def test_an_import_is_taken_back_around_what_has_attachments(
    case: Case, scan: Path, make: Maker
) -> None:
    done = case.intake("two", ABOUT, [make(5), make(6)])
    case.attach("two", "R-5", [scan])
    _, back_ = case.undo_import(done.entry)
    assert (back_.removed, back_.kept) == (1, 1)
    assert [each.report for each in case.attachments()] == ["R-5"]
    assert case.check() == ()


def test_equal_files_in_one_call_are_kept_once(case: Case, scan: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copy(scan, tmp_path / "copy.pdf"))
    made = case.attach("one", "R-1", [scan, copy, scan])
    assert [each.name for each in made] == ["면담 1.pdf", "copy.pdf"]
    assert len(held(case)) == 1
    assert case.check() == ()


def test_a_file_that_the_report_has_already_is_passed_over(case: Case, scan: Path) -> None:
    case.attach("one", "R-1", [scan])
    entries = len(list(case.entries()))
    assert case.attach("one", "R-1", [scan]) == []
    assert len(list(case.entries())) == entries
    scan.write_bytes(b"another interview under the same name")
    (made,) = case.attach("one", "R-1", [scan])
    assert (made.name, made.size) == ("면담 1.pdf", 37)
    assert len(case.attachments("one", "R-1")) == 2
    assert case.check() == ()


def test_names_that_do_not_fit_the_files(case: Case, scan: Path) -> None:
    with pytest.raises(UsedWrongly, match="the numbers of files and names differ"):
        case.attach("one", "R-1", [scan], names=[])


def test_what_is_none_of_ours_is_left_and_keeps_no_one_out(
    tmp_path: Path, me: Identity, make: Maker, scan: Path
) -> None:
    """A file server puts a folder into every folder; who looks after the case puts a note there."""
    folder = tmp_path / "b.case"
    with Case.create(folder, me) as case:
        case.intake("one", ABOUT, [make(1), make(2)])
        case.attach("one", "R-1", [scan])
        place = folder / attachments.FOLDER
        for strange in (place / "@eaDir", place / f"{'a' * 64}.age", folder / "case.db.next"):
            strange.mkdir(mode=0o700)
        for strange in (place / "note.txt", folder / "members" / "note.txt"):
            strange.write_text("keep me")
            strange.chmod(0o600)
        case.withdraw("one", "R-1")
    with Case.open(folder, me) as again:
        assert held(again) == sorted(["@eaDir", f"{'a' * 64}.age", "note.txt"])
        assert again.check() == (
            "attachments/ holds 3 that no entry speaks of",
            "the folder holds 1 that are none of the case file's: they are not sealed",
            "members/ holds 1 that are no member's: they are not sealed",
        )


@pytest.mark.parametrize("harm", ["cut", "missing"])
def test_a_lost_file_does_not_stand_for_a_whole_one(
    case: Case, scan: Path, tmp_path: Path, harm: str
) -> None:
    (lost,) = case.attach("one", "R-1", [scan])
    path = case.folder / attachments.FOLDER / f"{lost.file}.age"
    path.write_bytes(path.read_bytes()[:-1]) if harm == "cut" else path.unlink()
    (other,) = case.attach("one", "R-2", [scan])
    (again,) = case.attach("one", "R-1", [scan])  # the same report, the same name
    assert other.file == again.file != lost.file
    assert back(case, 1) == back(case, 2) == scan.read_bytes()
    with pytest.raises(Damaged, match="altered or is missing"):
        back(case, 0)
    assert len(case.check()) == 1
    # What one entry has lost and another holds whole goes out.
    writing.write(case, "json", tmp_path / "out")
    (file,) = (tmp_path / "out/attachments").iterdir()
    assert file.read_bytes() == scan.read_bytes()


@pytest.mark.parametrize("kind", ["folder", "pipe", "device"])
def test_what_is_no_ordinary_file_is_reported_without_its_name(
    case: Case, tmp_path: Path, kind: str
) -> None:
    path = {"device": Path("/dev/zero")}.get(kind, tmp_path / "철수")
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    with pytest.raises(UsedWrongly, match="file 1 to attach") as raised:
        case.attach("one", "R-1", [path])
    assert path.name not in f"{raised.value}{raised.value.hint}"
    assert held(case) == []
