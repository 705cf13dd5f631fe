"""Atomic and private writes: each file whole or not there, and each refusal as one error."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from uncounted import atomic_files, regular_files
from uncounted.errors import AlreadyThere, Damaged, Error, NoAccess, NoSpace, UsedWrongly


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def open_mask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


# --- what a disk can refuse ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "expected", "words"),
    [
        (errno.ENOSPC, NoSpace, "disk is full"),
        (errno.EDQUOT, NoSpace, "disk is full"),
        (errno.EFBIG, NoSpace, "disk is full"),
        (errno.EROFS, NoSpace, "cannot be written to: its disk is mounted read-only"),
        (errno.EACCES, NoSpace, "cannot be written to"),
        (errno.ENOLCK, NoSpace, "lock a file, link it"),
        (errno.EIO, NoSpace, "disk failed"),
        (errno.ENOENT, NoSpace, "cannot be written to: No such file or directory"),
        (errno.ENOTEMPTY, AlreadyThere, "the folder is not empty"),
        (errno.ENAMETOOLONG, UsedWrongly, "no such folder"),
    ],
)
def test_each_refusal_is_one_error_without_the_path(
    number: int, expected: type[Error], words: str
) -> None:
    with pytest.raises(expected, match=words) as caught, atomic_files.disk_errors():
        raise OSError(number, os.strerror(number), "/a/secret/path")
    assert "secret" not in f"{caught.value} {caught.value.hint}"
    assert caught.value.hint


def test_a_broken_pipe_is_not_of_a_disk() -> None:
    with pytest.raises(BrokenPipeError), atomic_files.disk_errors():
        raise OSError(errno.EPIPE, os.strerror(errno.EPIPE))


# --- one file ------------------------------------------------------------------------------


@pytest.mark.parametrize("private", [True, False])
def test_an_interrupted_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, private: bool
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    atomic_files.write(tmp_path / "key", b"first", private=private)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NoSpace, match="disk is full"):
        atomic_files.write(tmp_path / "key", b"second", private=private)
    assert [path.name for path in tmp_path.iterdir()] == ["key"]
    assert (tmp_path / "key").read_bytes() == b"first"


def test_a_file_is_kept_where_it_may_not_be_replaced(tmp_path: Path) -> None:
    atomic_files.write(tmp_path / "key", b"first", replace=False)
    with pytest.raises(AlreadyThere, match="key already exists"):
        atomic_files.write(tmp_path / "key", b"second", replace=False)
    assert [path.name for path in tmp_path.iterdir()] == ["key"]
    assert (tmp_path / "key").read_bytes() == b"first"
    atomic_files.write(tmp_path / "key", b"second")
    assert (tmp_path / "key").read_bytes() == b"second"


@pytest.mark.usefixtures("open_mask")
def test_private_files_and_the_folders_made_for_them_are_private(tmp_path: Path) -> None:
    atomic_files.write(tmp_path / "a" / "b" / "key", b"x", private=True)
    atomic_files.write(tmp_path / "c" / "page", b"x")
    atomic_files.make_private_folder(tmp_path / "d")
    with atomic_files.create(tmp_path / "d" / "file"):
        assert mode_of(tmp_path / "d" / "file") == 0o600  # from its first byte
    with atomic_files.create_text(tmp_path / "d" / "text") as file:
        file.write("한\r\n\n")
    assert (tmp_path / "d" / "text").read_bytes() == "한\r\n\n".encode()
    modes = {path.name: mode_of(path) for path in tmp_path.rglob("*")}
    assert modes == {
        **dict.fromkeys(("a", "b", "d"), 0o700),
        **dict.fromkeys(("key", "file", "text"), 0o600),
        **{"c": 0o777, "page": 0o666},
    }
    with pytest.raises(FileExistsError):
        atomic_files.create(tmp_path / "d" / "file")


def test_what_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Damaged, match="cannot be read"):
        atomic_files.read_private(tmp_path)
    with pytest.raises(FileNotFoundError):
        atomic_files.read_private(tmp_path / "nothing")
    assert atomic_files.read_or_none(tmp_path) is None

    def forbidden(path: Path, **_: object) -> bytes:
        raise PermissionError(errno.EACCES, "no")

    monkeypatch.setattr(regular_files, "read", forbidden)
    with pytest.raises(NoAccess, match="cannot be read: permission denied"):
        atomic_files.read_private(tmp_path / "key")


# --- many files ----------------------------------------------------------------------------


@pytest.mark.parametrize("count", [0, 3, 40])
def test_every_file_is_synced_and_stands_under_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    synced = list[int]()
    monkeypatch.setattr(os, "fsync", synced.append)
    files = [(tmp_path / f"{n % 3}" / "deep" / f"{n}", b"%d" % n) for n in range(count)]
    changed = atomic_files.place_all(files)
    assert len(synced) == count
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == dict(
        files
    )
    # Every folder that a new name stands in: of files, and of the folders made for them.
    assert changed == {parent for path, _ in files for parent in list(path.parents)[:3]}


@pytest.mark.parametrize("count", [3, 40])
def test_a_refusal_leaves_no_temporary_files(tmp_path: Path, count: int) -> None:
    (tmp_path / "file").touch()
    files = [(tmp_path / f"{n}", b"x") for n in range(count)]
    files[count // 2] = (tmp_path / "file" / "below", b"x")
    with pytest.raises(UsedWrongly, match="part of the path is a file"):
        atomic_files.place_all(files)
    assert not list(tmp_path.glob(".*"))
    assert all(path.read_bytes() == b"x" for path, _ in files if path.is_file())


# --- a folder ------------------------------------------------------------------------------


def test_a_partial_folder_is_removed_unless_it_is_renamed(tmp_path: Path) -> None:
    with atomic_files.partial_folder(tmp_path / "out", private=True) as temporary:
        assert mode_of(temporary) == 0o700
        assert len(list(tmp_path.iterdir())) == 2  # and its lock
    assert list(tmp_path.iterdir()) == []
    with atomic_files.partial_folder(tmp_path / "out") as temporary:
        (temporary / "file").touch()
        temporary.rename(tmp_path / "out")
    assert [path.name for path in tmp_path.rglob("*")] == ["out", "file"]


def test_what_was_left_is_deleted_with_and_without_its_lock_file(tmp_path: Path) -> None:
    left = tmp_path / ".out.0a1b2c3d.partial"  # of a version that locked the folder itself
    left.mkdir()
    (left / "testimony").touch()
    (tmp_path / ".out.00000000.partial.lock").touch()  # killed between lock and folder
    out = tmp_path / "out"
    with atomic_files.partial_folder(out) as one, atomic_files.partial_folder(out) as other:
        assert one.is_dir()
        assert other.is_dir()
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_deleted_where_nothing_can_be_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(descriptor: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    left = tmp_path / ".out.0a1b2c3d.partial"
    left.mkdir()
    lock = left.with_name(f"{left.name}.lock")
    lock.touch()
    monkeypatch.setattr("fcntl.flock", refuse)
    with atomic_files.partial_folder(tmp_path / "out") as temporary:
        assert temporary.is_dir()
    assert set(tmp_path.iterdir()) == {left, lock}


def test_reading_and_writing_files_loads_no_lock() -> None:
    """Whoever verifies a release locks nothing: it stays a small program."""
    code = "import sys, uncounted.atomic_files; print('filelock' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
