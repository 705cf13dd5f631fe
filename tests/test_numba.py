"""Compiled code that is kept is never older than the sources it was made of."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from numba import TypingError

from uncounted._numba import borrow, compiled, compiled_inner, lend, sources

pytestmark = pytest.mark.process

CALLER = """
from uncounted._numba import compiled
from room.inner.deeper import (
    callee,
)

@compiled
def twice(x):
    return 2 * callee.step(x)

print(twice(1), sum(twice.stats.cache_hits.values()))
"""
CALLEE = """
from room.inner.constants import BY
from uncounted._numba import compiled

@compiled
def step(x):
    return x + BY
"""


def run(folder: Path, **environment: str) -> list[int]:
    shown = subprocess.run(
        [sys.executable, "-m", "room.caller"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return [int(x) for x in shown.stdout.split()]


def _room(folder: Path, files: Mapping[str, str]) -> Path:
    room = folder / "room"
    for name, text in files.items():
        file = room / name
        file.parent.mkdir(parents=True, exist_ok=True)
        for package in (file.parent, *file.parent.relative_to(folder).parents):
            (folder / package / "__init__.py").touch()
        file.write_text(text)
    (folder / "__init__.py").unlink(missing_ok=True)
    return room


def test_a_change_of_a_nested_module_compiles_its_callers_anew(tmp_path: Path) -> None:
    room = _room(
        tmp_path,
        {
            "caller.py": CALLER,
            "inner/deeper/callee.py": CALLEE,
            "inner/constants.py": "BY = 1\n",
            "other/help.py": "TEXT = 'a'\n",
        },
    )
    assert run(tmp_path) == [4, 0]
    assert run(tmp_path) == [4, 1]  # from the cache
    (room / "other" / "help.py").write_text("TEXT = 'b'\n")
    assert run(tmp_path) == [4, 1]  # nothing that the kernel is made of
    (room / "inner" / "constants.py").write_text("BY = 10\n")
    assert run(tmp_path) == [22, 0]
    (room / "inner" / "deeper" / "callee.py").write_text(CALLEE.replace("x + BY", "x - BY"))
    assert run(tmp_path) == [-18, 0]


OF_TUPLE = """
from room.inner import tuples
from uncounted._numba import compiled

@compiled
def first(pair):
    return pair.x

print(first(tuples.make(3)), sum(first.stats.cache_hits.values()))
"""
TUPLE = """
from typing import NamedTuple

class Before(NamedTuple):
    x: int

make = Before
"""


def test_a_kept_kernel_whose_class_was_renamed_is_compiled_anew(tmp_path: Path) -> None:
    room = _room(tmp_path, {"caller.py": OF_TUPLE, "inner/tuples.py": TUPLE})
    assert run(tmp_path) == [3, 0]
    assert run(tmp_path) == [3, 1]
    (room / "inner" / "tuples.py").write_text(TUPLE.replace("Before", "After"))
    assert run(tmp_path) == [3, 0]
    assert run(tmp_path) == [3, 1]


@pytest.mark.parametrize(
    "statement",
    [
        "from room.inner.part import VALUE",
        "from room.inner import part",
        "from room.inner import (\n    other,\n    part as p,\n)",
        "import room.inner.part",
        "from room.inner import *",
        "from .inner import part",
        "    from room.inner.part import VALUE  # within a function",
    ],
)
def test_every_way_of_importing_a_module_is_followed(tmp_path: Path, statement: str) -> None:
    one, same, other = (
        sources(_room(tmp_path / name, {"module.py": statement, **parts}) / "module.py")
        for name, value in (("one", 1), ("same", 1), ("other", 2))
        for parts in [
            {
                "inner/part.py": f"VALUE = {value}",
                "inner/__init__.py": "from room.inner import part",
            }
        ]
    )
    assert one == same != other


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
from uncounted._numba import compiled_fast, compiled_in_place, compiled_inner

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


def test_nothing_is_taken_over_from_the_first_caller(tmp_path: Path) -> None:
    room = tmp_path / "room"
    room.mkdir()
    (room / "__init__.py").touch()
    (room / "caller.py").write_text(CALLED_FIRST_BY)
    # written out where it is called, and arithmetic in any order: as each says itself
    assert run(tmp_path) == [0, 0, 1, 0, 0, 0]


ONE_OF_EACH = """
from typing import NamedTuple

import numpy as np

from uncounted._numba import PLAIN, borrow, compiled, compiled_in_place, compiled_inner, lend

class Pair(NamedTuple):
    table: np.ndarray
    share: float

@compiled_in_place
def one(pair, at):
    return pair.table[at]

@compiled_inner
def write(pair, at):
    pair.table[at] += one(pair, at) + 1

@compiled
def whole(pair):
    pair = lend(pair)
    for at in range(len(pair.table)):
        write(pair, at)
    return borrow(pair.table).sum()

table = np.arange(4)
print(int(PLAIN), whole(Pair(table, 0.5)), whole(Pair(table, 0.5)), *table)
"""


def test_another_release_of_numba_gives_the_same(tmp_path: Path) -> None:
    _room(tmp_path, {"caller.py": ONE_OF_EACH})
    lowered, plain = run(tmp_path), run(tmp_path, UNCOUNTED_PLAIN_NUMBA="1")
    assert (lowered[0], plain[0]) == (0, 1)
    assert lowered[1:] == plain[1:] == [16, 36, 3, 7, 11, 15]
