"""The rows of one sheet of an XLSX file, one piece in memory at a time.

A formula counts as its saved value; without one, with an error of the spreadsheet, or merged with
others, a cell is `bad` and says why. Hidden rows and columns are read as any other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from xml.etree.ElementTree import Element

import attrs

from uncounted.delimited import (
    MOST_COLUMNS,
    MOST_ROWS,
    Row,
    most_rows,
    named_columns,
    too_many_cells,
)
from uncounted.errors import BadInput
from uncounted.records.tabular import xlsx_formats, xlsx_workbook
from uncounted.records.tabular.xlsx_formats import CellText
from uncounted.records.tabular.xlsx_workbook import SheetPart, Workbook

# Characters of all cells of a sheet that come from shared texts: as many as the first, or as the
# second times the bytes of the file.
MOST_SHARED, SHARED_RATIO = 16 << 20, 100
_MOST_OVERLAPS = 100
_MERGE = re.compile(
    rb"<(?:\w{1,40}:)?mergeCell\s[^>]{0,200}?ref\s{0,9}=\s{0,9}[\"']"
    rb"\$?([A-Z]{1,3})\$?([0-9]{1,7}):\$?([A-Z]{1,3})\$?([0-9]{1,7})[\"']"
)
_TAIL = 400  # bytes in which a tag may be cut by the end of a piece
_DIGITS = "0123456789"


_EMPTY = CellText("")
_NEVER_SAVED = CellText(
    "",
    "a formula whose value was never saved (open the file in a spreadsheet program and save it)",
)
_ERROR = CellText("", "an error of the spreadsheet, such as a formula that cannot be worked out")
_MERGED = "merged with other cells (unmerge them, and fill in each)"


@attrs.frozen
class Merge:
    """Cells shown as one: first and last row, first and last column, from 1."""

    top: int
    bottom: int
    left: int
    right: int


class Worksheet:
    """A sheet whose first row names each of its columns once."""

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
            found = _merges(self.book, self.sheet)
            self._merges = [merge for merge in found if merge.left <= len(self.columns)]
        waiting, open_, merged = self._merges[::-1], list[Merge](), frozenset[int]()
        closes = there = 0
        most = most_rows(self.book.path, len(self.columns))
        for number, cells in _rows(self.book, self.sheet):
            if (waiting and waiting[-1].top <= number) or (open_ and closes < number):
                while waiting and waiting[-1].top <= number:
                    open_.append(waiting.pop())
                open_ = [merge for merge in open_ if merge.bottom >= number]
                closes = min((merge.bottom for merge in open_), default=0)
                merged = self._merged(open_)
            if number == 1 or not any(cell.text.strip() or cell.bad for cell in cells.values()):
                continue
            there += 1
            if there > most:
                raise too_many_cells(self.book.path.name)
            yield self._row(number, cells, merged)

    def _merged(self, open_: list[Merge]) -> frozenset[int]:
        """The named columns that are merged in a row."""
        last = len(self.columns)
        spans = [range(merge.left, min(merge.right, last) + 1) for merge in open_]
        if sum(map(len, spans)) > last + _MOST_OVERLAPS:  # those of a spreadsheet never overlap
            raise xlsx_workbook.damaged(self.book.path)
        return frozenset(at for span in spans for at in span)

    def _row(self, number: int, cells: dict[int, CellText], merged: frozenset[int]) -> Row:
        values, bad, doubts = [], {}, {}
        for at, column in enumerate(self.columns, 1):
            cell = cells.get(at, _EMPTY)
            values.append(cell.text)
            if cell.bad:
                bad[column] = cell.bad
            if cell.doubt:
                doubts[column] = cell.doubt
            if at in merged:
                bad[column] = _MERGED
        beyond = [at for at, cell in cells.items() if at > len(self.columns) and cell.text.strip()]
        wrong = f"a cell in column {letters(beyond[0])}, which has no name" if beyond else None
        return Row(number, dict(zip(self.columns, values, strict=True)), wrong, bad, doubts)


def letters(column: int) -> str:
    """Name a column as a spreadsheet does: 28 is AB."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


@cache
def _column(name: str) -> int:
    """The number of a column from its letters; 0 if they name none."""
    number = 0
    if len(name) > 3 or not (name.isascii() and name.isalpha() and name.isupper()):
        return 0
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
        if len(found) > max(xlsx_workbook.FEW, book.bytes):
            raise xlsx_workbook.too_many(book.path, "merged cells")
    return sorted(found, key=lambda merge: merge.top)


def _rows(book: Workbook, sheet: SheetPart) -> Iterator[tuple[int, dict[int, CellText]]]:
    """Give each row that the file has: its number, and its cells by column from 1."""
    number = shared = 0
    most = max(MOST_SHARED, SHARED_RATIO * book.bytes)
    for tag, row in xlsx_workbook.elements(book.path, sheet.part, whole=("row",)):
        if tag == "row":
            stated = row.get("r", str(number + 1))
            good = stated.isascii() and stated.isdigit() and len(stated) < 8
            before, number = number, int(stated) if good else 0
            if not before < number <= MOST_ROWS:
                raise xlsx_workbook.damaged(book.path)
            cells, repeated = _cells(book, row)
            shared += repeated
            if shared > most:
                raise BadInput(
                    f"{book.path.name} repeats its texts to more than {most:,} characters",
                    hint="it may be malicious; ask the sender for a CSV file",
                )
            yield number, cells


def _cells(book: Workbook, row: Element[str]) -> tuple[dict[int, CellText], int]:
    """The cells of a row by column, and how many characters they have from shared texts."""
    at, cells, shared = 0, dict[int, CellText](), 0
    for held in row:
        if xlsx_workbook.local(held.tag) != "c":
            continue
        name = held.get("r", "").rstrip(_DIGITS)
        before, at = at, _column(name) if name else at + 1
        if not before < at <= MOST_COLUMNS:
            raise xlsx_workbook.damaged(book.path)
        cells[at] = _cell(book, held)
        if held.get("t") == "s":
            shared += len(cells[at].text)
    return cells, shared


def _cell(book: Workbook, held: Element[str]) -> CellText:
    kind, text, is_saved, is_formula = held.get("t", "n"), "", False, False
    for part in held:
        tag = xlsx_workbook.local(part.tag)
        is_formula |= tag == "f"
        is_saved |= tag in ("v", "is")
        if tag == "v":
            text = part.text or ""
        elif tag == "is":
            text = xlsx_workbook.text_of(book.path, part)
    if not is_saved or (kind in ("n", "d") and not text.strip()):
        return _NEVER_SAVED if is_formula else _EMPTY
    if kind in ("inlineStr", "str"):
        return CellText(xlsx_workbook.plain(book.path.name, text))
    if kind == "s":
        if not (len(text) < 12 and text.isascii() and text.isdigit()) or int(text) >= len(
            book.texts
        ):
            raise xlsx_workbook.damaged(book.path)
        return CellText(book.texts[int(text)])
    if kind == "e":
        return _ERROR
    if kind == "b":
        return CellText("TRUE" if text == "1" else "FALSE")
    style = held.get("s", "0")
    at = int(style) if len(style) < 8 and style.isascii() and style.isdigit() else 0
    how = book.formats[at] if at < len(book.formats) else xlsx_formats.PLAIN
    if kind == "d":
        return CellText(xlsx_formats.cut(text, how))
    return xlsx_formats.cell_text(text.strip(), how, book.since_1904)
