"""Delimited text files (CSV): their delimiter, their header and their rows.

`text_encoding` finds the encoding. What cannot be read is refused with its row; no cell is
ever repeated in an error, and neither is a header, for a file without a header has a person
in its first row.

A file is read twice, once to find its encoding and once for its rows, and never held
in memory.
"""

from __future__ import annotations

import contextlib
import csv
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

import attrs

from uncounted import regular_files, text_encoding
from uncounted.errors import BadInput, nearest

LARGEST_FILE = 128 << 20  # of a table of any kind: it is read twice, and a row at a time
MOST_ROWS = 1_048_576  # blank ones too; what a spreadsheet program has
MOST_RAGGED = 10_000  # at the beginning, where no other row comes before
LONGEST_FIELD = 16 << 20
LONGEST_HEADER = 1 << 20
MOST_PEOPLE = 1_000_000_000  # beyond it floating point no longer tells one person
MOST_COLUMNS = 16_384  # of a table of any kind; what a spreadsheet program has
# Cells of a table, columns times rows: the first, or the second times the bytes of the file.
MOST_CELLS, CELLS_PER_BYTE = 1 << 22, 16
# One limit for the whole process: the standard library has no other.
csv.field_size_limit(LONGEST_FIELD)
# Where the first row names one column, of a file that has more or should have.
TITLE = "is the first row a title? take out what stands above the row that names the columns"
_GROUPED = (
    "name it in the first row, or delete the column; where the first"
    " row has headings over several columns each, take that row out, so"
    " that the one below it names the columns"
)
# What a file of another kind begins with, and what to do about it.
_FOREIGN = (
    (b"PK\x03\x04", "an Excel or OpenDocument file", "save it as CSV UTF-8 and import that"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file", "save it as CSV UTF-8 and import that"),
    (b"%PDF", "a PDF", "export the table that it was made from as CSV UTF-8"),
    (b"\x1f\x8b", "a compressed file", "unpack it first"),
    (b"SQLite format 3\x00", "a database", "export the table as CSV UTF-8"),
    (b"{\\rtf", "a rich text file", "save it as plain text, CSV UTF-8"),
)
# What some systems save under the name of .xls; a table that begins so names no column.
_PAGES = (
    *(b"<html", b"<!doct", b"<?xml", b"<table", b"<head", b"<meta", b"<style", b"<div"),
    *(b"<workbook", b"<body", b"<!--"),
)
_MARKS = b"\xef\xbb\xbf\xfe\xff\0 \t\r\n"  # of encodings, spaces, and the NULs of UTF-16


@attrs.frozen
class Row:
    """One row: its number in the file (the header is row 1) and its cells by column.

    `wrong` says why the row is not well formed (ragged), or is None. `bad` and `doubts` say,
    by column, why a cell cannot be read or should be looked at; `repeats` holds the rows of
    other tables that belong to this one. A CSV file on its own has none of the three.
    """

    number: int
    cells: dict[str, str]
    wrong: str | None = None
    bad: Mapping[str, str] = attrs.field(factory=dict)
    doubts: Mapping[str, str] = attrs.field(factory=dict)
    repeats: Mapping[str, Sequence[Row]] = attrs.field(factory=dict)


def near(columns: Sequence[str], name: str) -> str:
    """Where a column may be that is not there under that name; no header is repeated.

    Examples:
        >>> near(["sex", "year"], "Year")
        'the name of column 2 is similar'
    """
    found = nearest(name, columns)
    if found is not None:
        return f"the name of column {columns.index(found) + 1} is similar"
    if len(columns) == 1:
        return TITLE
    return f"write the column names as in the file ({len(columns)} columns)"


_NO_BREAK = {0xA0: " ", 0x202F: " "}
_LONGEST = 100  # letters of a header that are compared
# The first line that Excel reads, and does not show: it counts as no row.
_SEPARATOR = re.compile(r'"?sep=([,;\t|])"?[\r\n]*', re.IGNORECASE)


@attrs.frozen
class Sheet:
    """A table of text: its columns, its encoding, and its rows, read as they are asked for.

    `beyond` columns at the end have no name, and must be empty: a spreadsheet saves such.
    """

    path: Path
    columns: tuple[str, ...]
    encoding: str
    delimiter: str
    beyond: int = 0

    def __iter__(self) -> Iterator[Row]:
        """Give each row that is not blank; a ragged one has `wrong` set.

        Raises:
            BadInput: a quotation mark is never closed, a field is longer than `LONGEST_FIELD`,
                with the number of the row; or the first `MOST_RAGGED` rows are all ragged.
        """
        ragged = 0
        most = most_rows(self.path, len(self.columns))
        there = 0
        with _opened(self.path, self.encoding) as file:
            for number, cells in _rows(self.path, file, self.delimiter):
                if number == 1 or not any(cell.strip() for cell in cells):
                    continue
                there += 1
                if there > most:
                    raise too_many_cells(self.path.name)
                if self.beyond and len(cells) == len(self.columns) + self.beyond:
                    cells = _cut(cells, len(self.columns))
                wrong = None
                if len(cells) != len(self.columns):
                    found = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
                    wrong = f"{found} where the header has {len(self.columns)}"
                    ragged += ragged >= 0
                    if ragged == MOST_RAGGED:
                        raise BadInput(
                            f"{self.path.name}: none of the first {MOST_RAGGED:,} rows has as many"
                            " cells as the header",
                            hint=TITLE,
                        )
                else:
                    ragged = -1
                padded = cells + [""] * (len(self.columns) - len(cells))
                yield Row(number, dict(zip(self.columns, padded, strict=False)), wrong)


def read(
    path: Path, *, encoding: str | None = None, knows: Callable[[str], bool] | None = None
) -> Sheet:
    """Open a CSV file: find its encoding and its delimiter, read its header.

    Args:
        path: the file; commas, semicolons, tabs or vertical bars between its cells, of which
            Excel's first line `sep=;` may say which.
        encoding: what to read it as; None: find out, and refuse when that cannot be told.
        knows: tells whether a text is what a column is called, which no text is in Korean and,
            misread, in Chinese: so a short file's header may tell what it is.

    Raises:
        BadInput: no file or none that may be read, no text, no header, a column without a
            name or with the name of another, an encoding that cannot be told.
    """
    _check_file(path)
    if encoding:
        encoding = text_encoding.check(path, encoding)
    else:
        encoding = text_encoding.find(path, knows, lambda name: _first_line(path, name))
    delimiter = _find_delimiter(path, encoding)
    with _opened(path, encoding) as file:
        _, header = next(_rows(path, file, delimiter), (1, []))
    named = _cut(header, 2)  # a title over nothing is no header
    columns = named_columns(path.name, named if all(map(str.strip, named)) else header)
    return Sheet(path, columns, encoding, delimiter, len(header) - len(columns))


def _cut(cells: list[str], least: int) -> list[str]:
    """Cells without the empty ones at the end, but for the first few."""
    end = len(cells)
    while end > least and not cells[end - 1].strip():
        end -= 1
    return cells[:end]


def head(path: Path, *, most: int = LARGEST_FILE) -> bytes:
    """Give the first 64 bytes of a file, when it is one that may be read.

    Raises:
        BadInput: it is a folder or a device, has more than `most` bytes, is not there, or may
            not be read.
    """
    try:
        with regular_files.opened(path, most=most) as file:
            return file.read(64)
    except FileNotFoundError:
        raise BadInput(f"no such file: {path.name}", hint="check the path") from None
    except regular_files.TooLarge:
        raise BadInput(
            f"{path.name} has more than {most:,} bytes",
            hint="check that this is the file you mean; import a longer list in several files,"
            " under one --source",
        ) from None
    except regular_files.NotRegular:
        if path.is_dir():
            raise BadInput(
                f"{path.name or path} is a folder",
                hint="give a file; a case file is encrypted and cannot be read as a table",
            ) from None
        raise BadInput(
            f"{path.name} is a device or a pipe, not a file", hint="save it first"
        ) from None
    except (OSError, ValueError):
        raise BadInput(
            f"{path.name} cannot be read", hint="check that you may read it (ls -l)"
        ) from None


def _check_file(path: Path) -> None:
    start_of_file = head(path)
    for start, kind, hint in _FOREIGN:
        if start_of_file.startswith(start):
            raise BadInput(f"{path.name} is {kind}, not CSV", hint=hint)
    if start_of_file.lstrip(_MARKS).replace(b"\0", b"").lower().startswith(_PAGES):
        raise BadInput(
            f"{path.name} is a web page or XML file, despite its name",
            hint="open it in a spreadsheet program, and save it as .xlsx or as CSV UTF-8",
        )


def _opened(path: Path, encoding: str) -> TextIO:
    """Open a file at the row that names its columns, after Excel's `sep=;` where it has one."""
    return _started(path, encoding)[0]


def _first_line(path: Path, encoding: str) -> str:
    with _opened(path, encoding) as file:
        return file.readline(LONGEST_HEADER)


def _started(path: Path, encoding: str) -> tuple[TextIO, str | None]:
    """A file at that row, and the separator that the line before it states."""
    try:
        with contextlib.ExitStack() as if_it_fails:
            content = TextIOWrapper(regular_files.opened(path), encoding=encoding, newline="")
            file = if_it_fails.enter_context(content)
            stated = _SEPARATOR.fullmatch(file.readline(_LONGEST))
            if stated is None:
                file.seek(0)
            if_it_fails.pop_all()
    except (OSError, UnicodeError):
        raise BadInput(
            f"{path.name} can no longer be read", hint="check that its disk is still connected"
        ) from None
    return file, stated[1] if stated else None


def _rows(path: Path, file: TextIO, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Number the rows from 1; the reader's own words are left out, they may quote a cell."""
    number = 0
    try:
        for number, cells in enumerate(csv.reader(file, delimiter=delimiter, strict=True), 1):
            if number > MOST_ROWS:
                raise too_many_rows(path.name, "rows")
            yield number, cells
    except csv.Error:
        raise BadInput(
            f"{path.name}, row {number + 1}: not CSV (a quotation mark that is never closed or"
            " stands inside a cell, or a cell that is too long)",
            hint='a cell with quotation marks is written "so ""called"" cell"',
        ) from None
    except UnicodeError:
        raise BadInput(
            f"{path.name}, row {number + 1}: not valid in the file's encoding",
            hint="the file changed while it was being read; run the command again",
        ) from None


def too_many_rows(what: str, unit: str) -> BadInput:
    """The error for a table that is longer than a spreadsheet program makes one."""
    return BadInput(
        f"{what} has more than {MOST_ROWS:,} {unit}",
        hint="check that this is the file you mean; take out what is empty, and import a longer"
        " list in several files, under one --source",
    )


def most_rows(path: Path, columns: int) -> int:
    """How many rows of so many columns a file may have: a cell that is empty takes no byte.

    Two bytes are a row of a table with 16,384 columns, each of which has a cell in memory.
    """
    return max(MOST_CELLS, CELLS_PER_BYTE * path.stat().st_size) // max(columns, 1)


def too_many_cells(what: str) -> BadInput:
    """The error for a table with far more cells, nearly all empty, than its file has bytes."""
    return BadInput(
        f"{what} has too many cells for its size: nearly all are empty",
        hint="keep the columns that you need, and take out the rows that are empty",
    )


def heading(text: str) -> str:
    """The name of a column as it is seen: composed, no unseen marks, spaces that break.

    Examples:
        >>> heading("\u200f\u0627\u0644\u0627\u0633\u0645\u00a0") == "الاسم"
        True
    """
    if text.isascii():
        return text.strip()
    seen = "".join(char for char in text if unicodedata.category(char) != "Cf")
    return unicodedata.normalize("NFC", seen.translate(_NO_BREAK)).strip()


def named_columns(what: str, header: Sequence[str]) -> tuple[str, ...]:
    """Give the names of the columns of a first row, each once and none of them empty."""
    if len(header) > MOST_COLUMNS:
        raise BadInput(
            f"{what} has more than {MOST_COLUMNS:,} columns",
            hint="check that this is the file you mean; keep the columns that you need, and"
            " give each report a row",
        )
    if sum(map(len, header)) > LONGEST_HEADER:
        raise BadInput(
            f"the names of the columns of {what} have more than {LONGEST_HEADER:,} characters",
            hint="check that this is the file you mean; its first row names the columns",
        )
    columns = [heading(cell) for cell in header]
    if not columns:
        raise BadInput(f"{what} is empty", hint="its first row names the columns")
    first: dict[str, int] = {}
    for position, name in enumerate(columns, 1):
        if not name:
            raise BadInput(
                f"{what}: column {position} has no name",
                hint=TITLE
                if sum(map(bool, columns)) == 1 and len(columns) > 2
                else _GROUPED
                if any(columns[position:])
                else "name it in the first row, or delete the column",
            )
        if name in first:
            raise BadInput(
                f"{what}: column {position} has the name of column {first[name]}",
                hint="give each column a different name in the first row",
            )
        first[name] = position
    return tuple(columns)


def _find_delimiter(path: Path, encoding: str) -> str:
    """The separator that the first line states, or has most of, outside quotation marks.

    A vertical bar, which parts words in a cell too, is one only where there is no other.
    """
    file, stated = _started(path, encoding)
    with file:
        first = file.readline(LONGEST_HEADER)
        more = "" if first.strip(" ,;\t\r\n") else file.read(LONGEST_HEADER)
    if not first.strip(" ,;\t\r\n"):
        raise BadInput(
            f"{path.name} has an empty first row"
            if more.strip() or first.strip()
            else f"{path.name} is empty",
            hint="its first row names the columns",
        )
    if stated:
        return stated
    outside = "".join(first.split('"')[::2])
    found = max(",;\t", key=outside.count)
    return "|" if found not in outside and "|" in outside else found


def count(file: str, row: Row) -> int:
    """The number of people of a row, from its column `count`."""
    cell = row.cells["count"].strip()
    if not (cell.isascii() and cell.isdigit()):
        raise BadInput(
            f"{file}, row {row.number}, column 'count': must be a whole number, 0 or more",
            hint="write digits only: 3, not 3.7, -3 or 1,200",
        )
    if len(cell) > 10 or int(cell) > MOST_PEOPLE:
        raise BadInput(
            f"{file}, row {row.number}, column 'count': more than {MOST_PEOPLE:,} people",
            hint="check whether the columns have been shifted",
        )
    return int(cell)
