"""The charts of the documentation are what the code draws."""

from __future__ import annotations

from tools import pictures


def test_the_coverage_chart_is_that_of_the_table() -> None:
    drawn = (pictures.IMAGES / "coverage.svg").read_text(encoding="utf-8")
    assert drawn == pictures.coverage(), "run: .venv/bin/python -m tools.pictures"


def test_every_row_of_the_coverage_table_is_drawn() -> None:
    rows = pictures.coverage_rows()
    assert len(rows) == 28
    assert len({row.population for row in rows}) == 4


def test_every_chart_is_there() -> None:
    for name in pictures.PICTURES:
        assert (pictures.IMAGES / name).read_text(encoding="utf-8").startswith("<svg")
