"""The notebooks of `examples/` run from top to bottom, and show what the files say."""

import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SPEC = importlib.util.spec_from_file_location("notebook", ROOT / "tools" / "notebook.py")
assert SPEC is not None
assert SPEC.loader is not None
notebook = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(notebook)


def in_words(document: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """What each cell shows: text, and which kinds of picture."""
    for cell in document["cells"]:
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            yield output.get("text") or data["text/plain"], data.get("text/html"), sorted(data)


@pytest.mark.parametrize("file", notebook.NOTEBOOKS, ids=lambda file: file.stem)
def test_notebook_shows_what_its_cells_give(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    written = json.loads(file.read_text(encoding="utf-8"))
    assert list(in_words(notebook.executed(written))) == list(in_words(written))


def test_there_is_a_notebook() -> None:
    assert [file.name for file in notebook.NOTEBOOKS] == ["kosovo-1999.ipynb"]
