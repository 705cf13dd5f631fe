"""The charts of the documentation are what the code draws."""

from __future__ import annotations

from tools import pictures, screens


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


def test_the_terminal_picture_is_the_screen_of_the_tutorial() -> None:
    drawn = (pictures.IMAGES / "terminal.svg").read_text(encoding="utf-8")
    assert drawn == screens.terminal(), "run: .venv/bin/python -m tools.screens"
    assert len(screens.screen_lines()) > 20


def test_the_picture_of_the_report_is_small() -> None:
    assert 20_000 < (pictures.IMAGES / "report.png").stat().st_size < 150_000
