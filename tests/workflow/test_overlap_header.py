"""A table of overlaps is one that reads back: no list in it has the name of another column."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from uncounted.captures import CaptureTable
from uncounted.errors import BadInput
from uncounted.workflow import captures


@pytest.mark.parametrize(("name", "by"), [("count", ()), ("sex", ("sex",))])
def test_a_list_with_the_name_of_a_column_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, by: tuple[str, ...]
) -> None:
    linked = SimpleNamespace(
        linkage=SimpleNamespace(labels=[]), left_out_by_list={}, refuse_failed=lambda: None
    )
    tables = [CaptureTable.of(("A", name), {"10": 3, "11": 1}, **dict.fromkeys(by, "f"))]
    monkeypatch.setattr(captures, "latest_linkage", lambda *_: linked)
    monkeypatch.setattr(captures, "split", lambda *_: tables)
    no_case: Any = None
    with pytest.raises(BadInput, match=f"the name of a column of this table: {name}"):
        captures.write_overlap(no_case, tmp_path / "o.csv", by=by, on=dt.date(2026, 11, 30))
    assert not (tmp_path / "o.csv").exists()
