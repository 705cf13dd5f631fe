"""The rows of one sheet of an XLSX file, as they are asked for.

One piece of the sheet is in memory at a time. A formula counts as the value that was
saved with it; where none was saved, where the cell holds an error of the spreadsheet, or
is merged with others, the cell is `bad` and says why. Hidden rows and columns are read
as any other: hiding is how it looks, not what it says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import attrs

from uncounted.delimited import Row, named_columns
from uncounted.errors import BadInput
from uncounted.records.tabular import xlsx_formats, xlsx_workbook
from uncounted.records.tabular.xlsx_workbook import Attributes, SheetPart, Workbook

MOST_COLUMNS, MOST_ROWS = 16_384, 1_048_576
_MOST_MERGES = 1_000_000
_MERGE = re.compile(
    rb"<(?:\w{1,40}:)?mergeCell\s[^>]{0,200}?ref\s{0,9}=\s{0,9}[\"']"
    rb"\$?([A-Z]{1,3})\$?([0-9]{1,7}):\$?([A-Z]{1,3})\$?([0-9]{1,7})[\"']"
)
_TAIL = 400  # bytes in which a tag may be cut by the end of a piece
_DIGITS = "0123456789"


class _Cell(NamedTuple):  # a million of them a file, and quicker to make than attrs' own
    text: str
    bad: str | None = None
    doubt: str | None = None


_EMPTY = _Cell("")
_NEVER_SAVED = _Cell(
    "",
    "a formula whose value was never saved (open the file in a spreadsheet program and save it)",
)
_ERROR = _Cell("", "an error of the spreadsheet, such as a formula that cannot be worked out")
_MERGED = "merged with other cells (unmerge them, and fill in each)"


@attrs.frozen
class Merge:
    """Cells shown as one: first and last row, first and last column, from 1."""

    top: int
    bottom: int
    left: int
    right: int


class Worksheet:
    """A sheet with a first row that names its columns.

    Raises:
        BadInput: it has no first row, or one that does not name each column once.
    """

    def __init__(self, book: Workbook, sheet: SheetPart) -> None:
        self.book, self.sheet = book, sheet
        rows = _rows(book, sheet)
        number, cells = next(rows, (1, {}))
        header = [cells.get(at, _EMPTY) for at in range(1, max(cells, default=0) + 1)]
        while header and not (header[-1].text.strip() or header[-1].bad):
            header.pop()
        if number != 1 or (cells and not header):
            raise BadInput(
                f"{book.path.name} has an empty first row", hint="its first row names the columns"
            )
        self.columns = named_columns(book.path.name, [cell.text for cell in header])
        self._merges: list[Merge] | None = None

    def __iter__(self) -> Iterator[Row]:
        """Give each row that is not blank, numbered as the spreadsheet numbers it."""
        if self._merges is None:
            self._merges = _merges(self.book, self.sheet)
        waiting, open_ = self._merges[::-1], list[Merge]()
        for number, cells in _rows(self.book, self.sheet):
            while waiting and waiting[-1].top <= number:
                open_.append(waiting.pop())
            if open_:
                open_ = [merge for merge in open_ if merge.bottom >= number]
            if number == 1 or not any(cell.text.strip() or cell.bad for cell in cells.values()):
                continue
            yield self._row(number, cells, open_)

    def _row(self, number: int, cells: dict[int, _Cell], merges: list[Merge]) -> Row:
        values, bad, doubts = [], {}, {}
        for at, column in enumerate(self.columns, 1):
            cell = cells.get(at, _EMPTY)
            values.append(cell.text)
            if cell.bad:
                bad[column] = cell.bad
            if cell.doubt:
                doubts[column] = cell.doubt
            if merges and any(merge.left <= at <= merge.right for merge in merges):
                bad[column] = _MERGED
        beyond = [at for at, cell in cells.items() if at > len(self.columns) and cell.text.strip()]
        wrong = f"a cell in column {letters(beyond[0])}, which has no name" if beyond else None
        return Row(number, dict(zip(self.columns, values, strict=True)), wrong, bad, doubts)


def letters(column: int) -> str:
    """Name a column as a spreadsheet does.

    Examples:
        >>> letters(3), letters(28)
        ('C', 'AB')
    """
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def _column(name: str) -> int:
    number = 0
    for letter in name:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _merges(book: Workbook, sheet: SheetPart) -> list[Merge]:
    """Find what is merged. It stands after the rows, so the sheet is gone through for it once."""
    found: list[Merge] = []
    tail = b""
    for piece in xlsx_workbook.chunks(book.path, sheet.part):
        seen = tail + piece
        last = 0
        for match in _MERGE.finditer(seen):
            left, top, right, bottom = match.groups()
            found.append(
                Merge(int(top), int(bottom), _column(left.decode()), _column(right.decode()))
            )
            last = match.end()
        tail = seen[max(last, len(seen) - _TAIL) :]
        if len(found) > _MOST_MERGES:
            raise xlsx_workbook.damaged(book.path)
    return sorted(found, key=lambda merge: merge.top)


def _rows(book: Workbook, sheet: SheetPart) -> Iterator[tuple[int, dict[int, _Cell]]]:
    """Give each row that the file has: its number, and its cells by column from 1."""
    reader = _Reader(book)
    for _ in xlsx_workbook.parsing(book.path, sheet.part, reader.start, reader.end, reader.text):
        done, reader.done = reader.done, []
        yield from done


class _Reader:
    """Hears the tags of a sheet and puts rows together."""

    def __init__(self, book: Workbook) -> None:
        self.done: list[tuple[int, dict[int, _Cell]]] = []
        self._book = book
        self._columns: dict[str, int] = {}
        self._row, self._at = 0, 0
        self._cells: dict[int, _Cell] = {}
        self._kind, self._style = "n", 0
        self._in_cell = self._spoken = self._formula = self._saved = self._hears = False
        self._runs: list[str] = []
        self._length = 0

    def start(self, tag: str, held: Attributes) -> None:
        if tag == "c":
            self._start_cell(held)
        elif tag == "row":
            self._start_row(held)
        elif not self._in_cell:
            return
        elif tag == "v":
            self._hears = self._saved = True
        elif tag == "t":
            self._hears = self._saved = not self._spoken
        elif tag == "f":
            self._formula = True
        elif tag == "rPh":
            self._spoken = True

    def end(self, tag: str) -> None:
        if tag in ("v", "t"):
            self._hears = False
        elif tag == "c" and self._in_cell:
            self._in_cell = False
            self._cells[self._at] = self._cell()
        elif tag == "row":
            self.done.append((self._row, self._cells))
            self._cells = {}
        elif tag == "rPh":
            self._spoken = False

    def text(self, text: str) -> None:
        if self._hears:
            self._length += len(text)
            if self._length > xlsx_workbook.LONGEST_CELL:
                raise xlsx_workbook.too_long(self._book.path.name)
            self._runs.append(text)

    def _start_row(self, held: Attributes) -> None:
        stated = held.get("r", str(self._row + 1))
        number = int(stated) if stated.isascii() and stated.isdigit() and len(stated) < 8 else 0
        if not self._row < number <= MOST_ROWS:
            raise xlsx_workbook.damaged(self._book.path)
        self._row, self._at, self._cells = number, 0, {}

    def _start_cell(self, held: Attributes) -> None:
        name = held.get("r", "").rstrip(_DIGITS)
        at = self._columns.get(name) if name else self._at + 1
        if at is None:
            good = len(name) < 4 and name.isascii() and name.isalpha() and name.isupper()
            at = self._columns[name] = _column(name) if good else 0
        if not self._at < at <= MOST_COLUMNS or not self._row:
            raise xlsx_workbook.damaged(self._book.path)
        style = held.get("s", "0")
        self._style = int(style) if len(style) < 8 and style.isascii() and style.isdigit() else 0
        self._at, self._kind, self._in_cell = at, held.get("t", "n"), True
        self._formula = self._saved = self._spoken = self._hears = False
        self._runs, self._length = [], 0

    def _cell(self) -> _Cell:
        if not self._saved:
            return _NEVER_SAVED if self._formula else _EMPTY
        text = self._runs[0] if len(self._runs) == 1 else "".join(self._runs)
        if self._kind == "s":
            if not (len(text) < 12 and text.isascii() and text.isdigit()) or int(text) >= len(
                self._book.texts
            ):
                raise xlsx_workbook.damaged(self._book.path)
            return _Cell(self._book.texts[int(text)])
        if self._kind in ("inlineStr", "str"):
            return _Cell(xlsx_workbook.plain(self._book.path.name, text))
        if self._kind == "e":
            return _ERROR
        if self._kind == "b":
            return _Cell("TRUE" if text == "1" else "FALSE")
        how = xlsx_formats.PLAIN
        if self._style < len(self._book.formats):
            how = self._book.formats[self._style]
        if self._kind == "d":
            return _Cell(xlsx_formats.cut(text, how))
        if not text.strip():
            return _NEVER_SAVED if self._formula else _EMPTY
        found = xlsx_formats.cell_text(text.strip(), how, self._book.since_1904)
        return _Cell(found.text, found.bad, found.doubt)
