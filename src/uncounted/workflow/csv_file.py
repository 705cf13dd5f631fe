"""Write a CSV file for its owner alone, in which no cell is a formula to a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from uncounted import atomic_files, spreadsheet_formulas


def write_csv(out: Path, header: Sequence[str], rows: Iterable[Iterable[object]]) -> None:
    """Write a header and rows, whole or not at all, with permissions for the owner alone."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(map(_inert, header))
    writer.writerows(map(_inert, row) for row in rows)
    atomic_files.write(out, text.getvalue().encode(), private=True)


def _inert(cell: object) -> object:
    return spreadsheet_formulas.inert(cell) if isinstance(cell, str) else cell
