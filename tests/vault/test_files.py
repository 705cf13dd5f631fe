"""What a disk can refuse, said in words; nothing half written."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from uncounted.errors import AlreadyThere, Damaged, NoAccess, NoSpace, UsedWrongly
from uncounted.vault import artefacts
from uncounted.vault.case import Case
from uncounted.vault.keys.identity import Identity
from uncounted.vault.store import files


@pytest.mark.parametrize(
    ("number", "expected", "words"),
    [
        (errno.ENOSPC, NoSpace, "disk is full"),
        (errno.EDQUOT, NoSpace, "disk is full"),
        (errno.EFBIG, NoSpace, "disk is full"),
        (errno.EROFS, NoSpace, "cannot be written to"),
        (errno.EACCES, NoSpace, "cannot be written to"),
        (errno.EIO, NoSpace, "disk failed"),
        (errno.ENAMETOOLONG, UsedWrongly, "no such folder"),
    ],
)
def test_each_refusal_has_its_words(number: int, expected: type[Exception], words: str) -> None:
    with pytest.raises(expected, match=words), files.on_disk():
        raise OSError(number, os.strerror(number), "/a/secret/path")


def test_what_nobody_foresaw_is_not_dressed_up() -> None:
    with pytest.raises(OSError, match="Broken pipe"), files.on_disk():
        raise OSError(errno.EPIPE, os.strerror(errno.EPIPE))


def test_a_file_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    files.write_private(tmp_path / "key", b"first")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NoSpace, match="disk is full"):
        files.write_private(tmp_path / "key", b"second", replace=True)
    assert [path.name for path in tmp_path.iterdir()] == ["key"]
    assert (tmp_path / "key").read_bytes() == b"first"


def test_nothing_is_overwritten_unasked(tmp_path: Path) -> None:
    old_mask = os.umask(0)
    try:
        files.write_private(tmp_path / "key", b"first")
    finally:
        os.umask(old_mask)
    with pytest.raises(AlreadyThere, match="key is there already"):
        files.write_private(tmp_path / "key", b"second")
    assert [path.name for path in tmp_path.iterdir()] == ["key"]
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


def test_what_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Damaged, match="cannot be read"):
        files.read_private(tmp_path)
    with pytest.raises(FileNotFoundError):
        files.read_private(tmp_path / "nothing")

    def forbidden(path: Path) -> bytes:
        raise PermissionError(errno.EACCES, "no")

    monkeypatch.setattr(Path, "read_bytes", forbidden)
    with pytest.raises(NoAccess, match="may not be read by this user"):
        files.read_private(tmp_path / "key")


def test_a_case_cannot_be_made_under_a_file(tmp_path: Path, me: Identity) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UsedWrongly, match="part of the path is a file"):
        Case.create(tmp_path / "file" / "case", me)


def test_an_artefact_that_is_too_large(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(artefacts, "MAX_PAYLOAD_BYTES", 10)
    with pytest.raises(UsedWrongly, match="at most 10 bytes"):
        case.put("linkage", {}, bytes(11))


def test_others_who_may_read_are_found_by_check(filled: Path, me: Identity) -> None:
    (filled / "case.db").chmod(0o644)
    with Case.open(filled, me) as case:
        assert "case.db can be read by others than its owner" in case.check()
