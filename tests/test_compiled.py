"""Compiled code that is kept is never older than the sources it was made of."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np

from uncounted.compiled import borrow, compiled, sources

CALLER = """
from room import callee
from uncounted.compiled import compiled

@compiled
def twice(x):
    return 2 * callee.step(x)

print(twice(1), sum(twice.stats.cache_hits.values()))
"""
CALLEE = """
from uncounted.compiled import compiled

@compiled
def step(x):
    return x + {by}
"""


def run(folder: Path) -> list[int]:
    shown = subprocess.run(
        [sys.executable, "-m", "room.caller"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    return [int(x) for x in shown.stdout.split()]


def test_a_change_of_a_called_file_compiles_its_callers_anew(tmp_path: Path) -> None:
    room = tmp_path / "room"
    room.mkdir()
    (room / "__init__.py").touch()
    (room / "caller.py").write_text(textwrap.dedent(CALLER))
    (room / "callee.py").write_text(CALLEE.format(by=1))
    assert run(tmp_path) == [4, 0]
    assert run(tmp_path) == [4, 1]  # from what was kept
    (room / "callee.py").write_text(CALLEE.format(by=10))
    assert run(tmp_path) == [22, 0]


def test_sources_tell_files_apart(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("a = 1")
    before = sources(tmp_path)
    sources.cache_clear()
    (tmp_path / "one.py").write_text("a = 2")
    assert sources(tmp_path) != before


@compiled
def _through(pair, name):  # type: ignore[no-untyped-def]
    first, at = borrow(pair)
    return first[at], borrow(name)


def test_what_is_borrowed_is_the_same_and_outlives_the_call() -> None:
    array = np.arange(10) * 7
    name = "x" * 1000
    for _ in range(1000):
        found, text = _through((array, 3), name)
        assert (found, text) == (21, name)
    assert array[3] == 21
