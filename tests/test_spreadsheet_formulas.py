"""One rule for what a spreadsheet would run, wherever a table is read or written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from uncounted import spreadsheet_formulas

SOURCE = Path(spreadsheet_formulas.__file__).parent
RUN = [
    *("=1+1", "+1", "@SUM(A1)", "-x", "--5", "-1+cmd", "-5;=1"),
    *("\uff1d1+1", "\uff0b1", "\uff20x", "\uff0dx"),
    *("x;=1+1", "x; +1", "x,=1", "x|@y", "x\t=1", "x\n=1", "x\r-y", 'x;"=1"', "x; =1"),
    *(" =1", '"=1', "\t=1", "\r=1"),
]
INERT = ["", "S-17", "-5", "-5.5", "\uff0d5", "2019;3", "a=b", "A | B", "김무명", "a + b", "'=1"]


@pytest.mark.parametrize("cell", RUN)
def test_what_is_run_is_found_and_made_inert(cell: str) -> None:
    assert spreadsheet_formulas.runs(cell)
    inert = spreadsheet_formulas.inert(cell)
    assert inert != cell
    assert not spreadsheet_formulas.runs(inert)
    assert inert.replace("'", "") == cell.replace("'", "")
    for part in re.split(r"[;,|\t\r\n]", inert):
        assert not re.match(r"[\s\"]*[=+@\uff1d\uff0b\uff20]", part)


@pytest.mark.parametrize("cell", INERT)
def test_what_is_not_run_stays_as_it_is(cell: str) -> None:
    assert not spreadsheet_formulas.runs(cell)
    assert spreadsheet_formulas.inert(cell) == cell


def test_the_rule_stands_in_one_module() -> None:
    signs = re.compile(r"=\+@|=\+-@")
    stated = [path.name for path in SOURCE.rglob("*.py") if signs.search(path.read_text("utf-8"))]
    assert stated == ["spreadsheet_formulas.py"]
