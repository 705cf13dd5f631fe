"""Compiled code that is kept is never older than the sources it was made of."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from numba import TypingError

from uncounted.compiled import borrow, compiled, compiled_inner, lend, sources

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


class _Room(NamedTuple):
    table: np.ndarray
    flags: np.ndarray


class _House(NamedTuple):
    far: np.ndarray
    room: _Room
    share: float


@compiled
def _lent(house):  # type: ignore[no-untyped-def]
    house = lend(house)
    for at in range(len(house.far)):
        _write(house.room, at)
    return _read(house), house.share


@compiled_inner
def _write(room, at):  # type: ignore[no-untyped-def]
    room.table[at, 1] += at + 1
    room.flags[at] = True


@compiled_inner
def _read(house):  # type: ignore[no-untyped-def]
    return house.room.table[-1, 1] + house.far[-1] + house.room.table.shape[0]


def test_what_is_lent_is_read_and_written_by_name_and_outlives_the_call() -> None:
    whole = np.zeros((3, 5, 2), np.int32)
    house = _House(np.arange(0, 40, 2)[::4], _Room(whole[1], np.zeros(5, np.bool_)), 0.5)
    for times in range(1, 500):
        assert _lent(house) == (5 * times + 32 + 5, 0.5)
    assert whole[1].tolist() == [[0, x * times] for x in range(1, 6)]
    assert not whole[0].any()
    assert house.room.flags.all()


@compiled
def _wrong(house):  # type: ignore[no-untyped-def]
    return lend(house).garden


def test_a_name_that_is_not_there_is_refused_when_compiled() -> None:
    house = _House(np.arange(5), _Room(np.zeros((1, 2)), np.zeros(5, np.bool_)), 0.5)
    with pytest.raises(TypingError, match="garden"):
        _wrong(house)


CALLED_FIRST_BY = """
from uncounted.compiled import compiled_fast, compiled_in_place, compiled_inner

@compiled_inner
def large(x):
    return x + 1.0

@compiled_in_place
def small(x):
    return large(x)

@compiled_fast
def fast(x):
    return small(x)

fast(1.0)
for each in (large, small, fast):
    code = each.inspect_llvm(each.signatures[0])
    print(int("alwaysinline" in code), int("reassoc" in code))
"""


def test_nothing_is_taken_over_from_whoever_calls_first(tmp_path: Path) -> None:
    room = tmp_path / "room"
    room.mkdir()
    (room / "__init__.py").touch()
    (room / "caller.py").write_text(CALLED_FIRST_BY)
    # written out where it is called, and arithmetic in any order: as each says itself
    assert run(tmp_path) == [0, 0, 1, 0, 0, 0]
