"""Tables as text from strangers: CSV in the encodings that really arrive.

Reads UTF-8 with or without a byte-order mark, UTF-16 with one, and the Korean
and Chinese encodings that spreadsheets still write. What cannot be read is
refused with its row; no cell is ever repeated in an error.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from pathlib import Path

import attrs

from uncounted.errors import BadInput

_SNIFF = 1 << 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@attrs.frozen
class Row:
    """One row: its number in the file (the header is row 1) and its cells by column.

    `wrong` says why the row is not well formed (ragged), or is None.
    """

    number: int
    cells: dict[str, str]
    wrong: str | None = None


@attrs.frozen
class Sheet:
    """A table of text: its columns, its encoding, and its rows, read as they are asked for."""

    path: Path
    columns: tuple[str, ...]
    encoding: str
    delimiter: str

    def __iter__(self) -> Iterator[Row]:
        """Give each row that is not blank; a ragged one has `wrong` set."""
        with self.path.open(encoding=self.encoding, newline="") as file:
            reader = csv.reader(file, delimiter=self.delimiter, strict=True)
            next(reader)
            for number, cells in enumerate(reader, start=2):
                if not any(cell.strip() for cell in cells):
                    continue
                wrong = None
                if len(cells) != len(self.columns):
                    wrong = f"{len(cells)} cells where the header has {len(self.columns)}"
                padded = cells + [""] * (len(self.columns) - len(cells))
                yield Row(number, dict(zip(self.columns, padded, strict=False)), wrong)


def read(path: Path, *, encoding: str | None = None) -> Sheet:
    """Open a CSV file: find its encoding and its delimiter, read its header.

    Raises:
        BadInput: no file, no text, no header, two columns of one name, an encoding
            that cannot be told.
    """
    if not path.is_file():
        raise BadInput(f"there is no file {path.name}", hint="check the path")
    encoding = encoding or _encoding(path)
    with path.open(encoding=encoding, newline="") as file:
        head = file.read(_SNIFF)
    first = head.splitlines()[0] if head.strip() else ""
    if not first.strip():
        raise BadInput(f"{path.name} is empty")
    delimiter = max(",;\t", key=first.count)
    header = next(csv.reader(io.StringIO(head), delimiter=delimiter))
    columns = tuple(cell.strip() for cell in header)
    if len(set(columns)) != len(columns) or "" in columns:
        raise BadInput(f"{path.name}: a column has no name, or the name of another column")
    return Sheet(path, columns, encoding, delimiter)


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(_SNIFF)
    for bom, name in _BOMS:
        if head.startswith(bom):
            return name
    return "utf-8"
