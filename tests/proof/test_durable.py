"""Many files at once: each whole or not there, and a refusal is said."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from uncounted.errors import NoSpace
from uncounted.proof import durable


@pytest.mark.parametrize("count", [0, 3, 40])
def test_every_file_is_flushed_and_stands_under_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    flushed = list[int]()
    monkeypatch.setattr(os, "fsync", flushed.append)
    files = [(tmp_path / f"{n % 3}" / "deep" / f"{n}", b"%d" % n) for n in range(count)]
    changed = durable.place_all(files)
    assert len(flushed) == count
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == dict(
        files
    )
    # Every folder that a new name stands in: of files, and of the folders made for them.
    assert changed == {parent for path, _ in files for parent in list(path.parents)[:3]}


@pytest.mark.parametrize("count", [3, 40])
def test_a_refusal_is_said_and_leaves_no_neighbours(tmp_path: Path, count: int) -> None:
    (tmp_path / "file").touch()
    files = [(tmp_path / f"{n}", b"x") for n in range(count)]
    files[count // 2] = (tmp_path / "file" / "below", b"x")
    with pytest.raises(NoSpace, match="cannot write there: "):
        durable.place_all(files)
    assert not list(tmp_path.glob(".*"))
    assert all(path.read_bytes() == b"x" for path, _ in files if path.is_file())
