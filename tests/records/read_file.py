"""Rows of a file as an import reads them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from uncounted.records.intake.mapping import Mapping
from uncounted.records.intake.rows import Accepted, Rejected, read_table
from uncounted.records.tabular.open_table import open_table


def read_file(
    path: Path,
    mapping: Mapping,
    source: str,
    *,
    sheet: str | None = None,
    encoding: str | None = None,
) -> Iterator[Accepted | Rejected]:
    """Open a file with the repeats of a mapping, and read it row by row."""
    table = open_table(path, sheet=sheet, encoding=encoding, repeats=mapping.repeats)
    return read_table(table, mapping, source)
