"""Every refusal of the lower rooms says what to try."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from uncounted import errors

SOURCE = Path(errors.__file__).parent
ROOMS = ("proof", "vault", "records", "export")
FILES = ("atomic_files.py", "delimited.py", "text_encoding.py")
MODULES = [
    *sorted(path for room in ROOMS for path in (SOURCE / room).rglob("*.py")),
    *(SOURCE / name for name in FILES),
]
NAMES = {name for name, value in vars(errors).items() if isinstance(value, type)}


def refusals(path: Path) -> list[ast.Call]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = (node.exc for node in ast.walk(tree) if isinstance(node, ast.Raise))
    return [
        call
        for call in calls
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in NAMES
    ]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_every_refusal_has_a_hint(path: Path) -> None:
    bare = [call.lineno for call in refusals(path) if "hint" not in {k.arg for k in call.keywords}]
    assert bare == []


def test_there_are_as_many_refusals_as_before_the_rooms_were_divided() -> None:
    assert sum(len(refusals(path)) for path in MODULES) >= 297


def test_every_message_is_in_the_list_that_is_read() -> None:
    done = subprocess.run(
        [sys.executable, str(SOURCE.parents[1] / "tools" / "error_list.py"), "--check"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
