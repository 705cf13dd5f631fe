"""Tables that are written are no programs to a spreadsheet."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from uncounted.records.intake.mapping import Mapping
from uncounted.records.intake.rows import Rejected, read_table
from uncounted.records.tabular import open_table
from uncounted.workflow.csv_file import write_csv

FORMULAS = ["=1+1", "x;=1+1", "x; +1", "\uff1d1+1", "\uff0b1", "\uff20x", "-x", "\uff0dx", 'x;"=1"']


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_a_formula_whatever_separates_cells(text: str, tmp_path: Path) -> None:
    out = tmp_path / "people.csv"
    write_csv(out, ("report", "person"), [(text, 3)])
    written = out.read_text(encoding="utf-8")
    for separator in ",;|\t":
        for row in csv.reader(written.splitlines(), delimiter=separator):
            for cell in row:
                shown = cell.lstrip("\"' ")
                assert not shown.startswith(tuple("=+@-\uff1d\uff0b\uff20\uff0d")) or "'" in cell


@pytest.mark.parametrize("text", ["S-17", "-5", "2019;3", "a=b", "A | B", "김무명", ""])
def test_what_is_none_stays_as_it_is(text: str, tmp_path: Path) -> None:
    write_csv(tmp_path / "t.csv", ("report",), [(text,)])
    (_, (cell,)) = csv.reader((tmp_path / "t.csv").read_text(encoding="utf-8").splitlines())
    assert cell == text


def test_such_an_id_is_not_taken_in(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    with file.open("w", encoding="utf-8", newline="") as target:
        rows = csv.writer(target)
        rows.writerow(["id", "name"])
        rows.writerows([text, "김무명"] for text in [*FORMULAS[:-1], "S-17", "2019;3"])
    table = open_table.open_table(file)
    found = list(read_table(table, Mapping.default(table.columns), "one"))
    kept = [row.report.id for row in found if not isinstance(row, Rejected)]
    assert kept == ["S-17", "2019;3"]
