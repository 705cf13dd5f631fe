"""Write a CSV file for its owner alone, in which no cell is a formula to a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from uncounted import atomic_files

# What begins a formula, full-width forms too, at the start of a cell or behind a separator: where
# lists are separated by semicolons, a spreadsheet begins a new cell there, quoted or not.
_RUN = re.compile(r"(?:\A|[;,|\t\r\n])[\s\"']*(?=[=+@\uff1d\uff0b\uff20]|[-\uff0d](?![0-9.]+\Z))")


def write_csv(out: Path, header: Sequence[str], rows: Iterable[Iterable[object]]) -> None:
    """Write a header and rows, whole or not at all, with permissions for the owner alone."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(map(_inert, header))
    writer.writerows(map(_inert, row) for row in rows)
    atomic_files.write(out, text.getvalue().encode(), private=True)


def _inert(cell: object) -> object:
    """A cell with an apostrophe before whatever a spreadsheet would run.

    Examples:
        >>> _inert("S-17"), _inert("x;=1+1"), _inert("\uff1d1+1"), _inert("-5"), _inert(-5)
        ('S-17', "x;'=1+1", "'\uff1d1+1", '-5', -5)
    """
    return _RUN.sub(lambda found: found[0] + "'", cell) if isinstance(cell, str) else cell
