"""Freed memory goes back to the operating system."""

from __future__ import annotations

import ctypes
import platform
from pathlib import Path

import pytest

from uncounted import _memory

PAGE = 4096


def resident() -> int:
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="malloc_trim is glibc's")
def test_what_is_freed_between_objects_that_stay_is_given_back() -> None:
    rows = [bytes(2_000) for _ in range(100_000)]
    kept = rows[::200]  # holes of 400 kB between them
    del rows
    before = resident()
    _memory.release_freed()
    assert before - resident() > 100_000_000
    assert len(kept) == 500


def test_without_glibc_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "pythonapi", object())
    _memory.release_freed()
