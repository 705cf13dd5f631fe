"""A table from a file of any supported kind: CSV, XLSX, JSON.

A table has columns and rows, numbered as a person sees them, with what cannot be read marked by its
reason. Rows of a second table (the repeats of a form) come with the row that they belong to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Mapping as Map
from pathlib import Path
from typing import Literal

import attrs

from uncounted import delimited
from uncounted.delimited import Row
from uncounted.errors import BadInput, BadMapping
from uncounted.records.tabular import xlsx_workbook
from uncounted.records.tabular.headers import fields_of
from uncounted.records.tabular.json_items import LARGEST, JsonItems
from uncounted.records.tabular.xlsx_workbook import SheetPart, Workbook
from uncounted.records.tabular.xlsx_worksheet import Worksheet

JSON_SUFFIXES = (".json", ".jsonl", ".ndjson")
# How the forms of KoBo and of ODK join a repeat to what it belongs to: (there, in the repeat).
KEYS = (("_index", "_parent_index"), ("KEY", "PARENT_KEY"))
_PARENT_TABLE = "_parent_table_name"


@attrs.frozen
class Repeat:
    """A second table (sheet, file, or list in JSON) whose rows belong to those of the first.

    `key` of the first and `parent` of the second have the same values (None: KoBo's or ODK's).
    """

    name: str
    key: str | None = None
    parent: str | None = None
    columns: tuple[str, ...] = ()


@attrs.frozen
class Table:
    """A table: `columns`, `repeats` (columns by name of the repeat), and its rows by iteration."""

    path: Path
    kind: Literal["CSV", "XLSX", "JSON"]
    columns: tuple[str, ...]
    encoding: str
    rows: Callable[[], Iterator[Row]] = attrs.field(repr=False)
    repeats: Map[str, tuple[str, ...]] = attrs.field(factory=dict)

    @property
    def unit(self) -> str:
        """What a row is called."""
        return "item" if self.kind == "JSON" else "row"

    def __iter__(self) -> Iterator[Row]:
        """Give each row that is not blank; at the end refuse repeats that belong to no row."""
        return self.rows()


def open_table(
    path: Path,
    *,
    encoding: str | None = None,
    sheet: str | None = None,
    repeats: Sequence[Repeat] = (),
) -> Table:
    """Open a file (CSV, XLSX, or JSON by its suffix) as a table, with the tables that go with it.

    `sheet` is the name or number (from 1) of an XLSX sheet, where there are several; `encoding`
    that of a CSV file, where it cannot be detected.
    """
    start = delimited.head(path)
    packed = start.startswith(b"PK\x03\x04")
    if not packed and path.suffix.casefold() in JSON_SUFFIXES:
        delimited.head(path, most=LARGEST)
    if sheet is not None and not packed:
        raise BadInput(f"{path.name} has no sheets", hint="omit --sheet")
    if packed or path.suffix.casefold() in JSON_SUFFIXES:
        if encoding is not None:
            raise BadInput(f"{path.name} declares its own encoding", hint="omit --encoding")
        return _xlsx(path, sheet, repeats) if packed else _json(path, repeats)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise BadInput(
            f"{path.name} is an old Excel file, or has a password",
            hint="save it as .xlsx without a password, or as CSV UTF-8",
        )
    main = delimited.read(path, encoding=encoding, knows=_is_called_so)
    others = [
        (repeat, delimited.read(_sibling(path, repeat.name), knows=_is_called_so))
        for repeat in repeats
    ]
    return _joined(Table(path, "CSV", main.columns, main.encoding, main.__iter__), others, {})


def _is_called_so(cell: str) -> bool:
    return bool(fields_of(cell))


def survey(
    path: Path, *, encoding: str | None = None, sheet: str | None = None
) -> tuple[Table, dict[str, Table]]:
    """Open a file, and every repeat it seems to have: KoBo or ODK sheets, lists in JSON items."""
    if not delimited.head(path).startswith(b"PK\x03\x04"):
        table = open_table(path, encoding=encoding, sheet=sheet)
        return table, {
            name: attrs.evolve(
                table,
                columns=columns,
                rows=_children(table, name),
                repeats={},
            )
            for name, columns in table.repeats.items()
        }
    book = xlsx_workbook.read(path)
    found: dict[str, Worksheet] = {}
    for one in book.sheets:
        try:
            other = Worksheet(book, one)
        except BadInput:
            continue  # a sheet of notes
        if not one.hidden and any(parent in other.columns for _, parent in KEYS):
            found[one.name] = other
    main = Worksheet(book, _chosen(book, sheet, [other.sheet for other in found.values()]))
    table = Table(path, "XLSX", main.columns, "utf-8", main.__iter__)
    return table, {
        name: Table(path, "XLSX", other.columns, "utf-8", other.__iter__)
        for name, other in found.items()
        if name != main.sheet.name and any(key in main.columns for key, _ in KEYS)
    }


def _children(table: Table, name: str) -> Callable[[], Iterator[Row]]:
    return lambda: (child for row in table for child in row.repeats.get(name, ()))


def _json(path: Path, repeats: Sequence[Repeat]) -> Table:
    items = JsonItems(path)
    for number, repeat in enumerate(repeats, 1):
        if repeat.name not in items.repeats:
            raise BadMapping(
                f"no item of {path.name} has the list that repeat {number} of the mapping names",
                hint='write it with its path, as in repeat = "group/acts"',
            )
        if repeat.key or repeat.parent:
            raise BadMapping(
                "a list in an item needs no key", hint="omit key and parent from [[acts]]"
            )
        _check_columns(repeat, items.repeats[repeat.name])
    return Table(path, "JSON", items.columns, "utf-8", items.__iter__, items.repeats)


def _xlsx(path: Path, sheet: str | None, repeats: Sequence[Repeat]) -> Table:
    book = xlsx_workbook.read(path)
    others = [
        (repeat, Worksheet(book, _repeat_sheet(book, number, repeat)))
        for number, repeat in enumerate(repeats, 1)
    ]
    chosen = _chosen(book, sheet, [other.sheet for _, other in others])
    main = Worksheet(book, chosen)
    unused = {one.name for one in book.sheets if one.name != chosen.name}
    table = Table(path, "XLSX", main.columns, "utf-8", main.__iter__)
    return _joined(table, others, unused)


def _repeat_sheet(book: Workbook, number: int, repeat: Repeat) -> SheetPart:
    found = next((sheet for sheet in book.sheets if sheet.name == repeat.name), None)
    if found is None:
        raise BadMapping(
            f"{book.path.name} has no sheet named as repeat {number} of the mapping says",
            hint="write the name as on the tab of the sheet",
        )
    return found


def _chosen(book: Workbook, wanted: str | None, taken: list[SheetPart]) -> SheetPart:
    """The sheet that is meant: named, or numbered, or the only one that is seen and not taken."""
    if wanted is not None:
        for number, sheet in enumerate(book.sheets, 1):
            if wanted == sheet.name or (
                wanted == str(number) and wanted not in {one.name for one in book.sheets}
            ):
                return sheet
        raise BadInput(
            f"{book.path.name} has no such sheet",
            hint=f"add --sheet NAME, or --sheet N with N from 1 to {len(book.sheets)}",
        )
    free = [sheet for sheet in book.sheets if not sheet.hidden and sheet not in taken]
    if len(free) == 1:
        return free[0]
    hidden = sum(sheet.hidden for sheet in book.sheets)
    raise BadInput(
        f"{book.path.name} has {len(free) or 'no'} sheets that may be meant"
        + (f", and {hidden} hidden" if hidden else ""),
        hint="add --sheet NAME, or --sheet N with its number from the left (hidden sheets count)",
    )


def _sibling(path: Path, name: str) -> Path:
    if Path(name).name != name or name in ("", ".", ".."):
        raise BadMapping(
            "a repeat must be a file in the same folder",
            hint="write its name without a folder",
        )
    return path.with_name(name)


Joinable = delimited.Sheet | Worksheet


def _joined(
    table: Table, others: Sequence[tuple[Repeat, Joinable]], unused: Iterable[str]
) -> Table:
    if not others:
        return table
    keys = [_keys(table.columns, other.columns, repeat) for repeat, other in others]
    for (repeat, other), (_, parent) in zip(others, keys, strict=True):
        _check_columns(repeat, other.columns)
        _refuse_nested(other, unused, parent)

    def rows() -> Iterator[Row]:
        held = [
            _Held(table.path.name, repeat, other, parent)
            for (repeat, other), (_, parent) in zip(others, keys, strict=True)
        ]
        for row in table.rows():
            wrong = row.wrong
            found: dict[str, Sequence[Row]] = {}
            for one, (key, _) in zip(held, keys, strict=True):
                given, why = one.claim(row.cells[key].strip())
                found[one.name] = given
                wrong = wrong or why
            yield attrs.evolve(row, wrong=wrong, repeats=found)
        for one in held:
            one.refuse_left()

    columns = {repeat.name: other.columns for repeat, other in others}
    return attrs.evolve(table, rows=rows, repeats=columns)


def _check_columns(repeat: Repeat, columns: Sequence[str]) -> None:
    for name in repeat.columns:
        if name not in columns:
            raise BadMapping(
                f"[[acts]] names a column {name!r} that its repeat does not have",
                hint=delimited.near(columns, name),
            )


def _keys(main: Sequence[str], other: Sequence[str], repeat: Repeat) -> tuple[str, str]:
    own = ((repeat.key, repeat.parent),) if repeat.key and repeat.parent else ()
    pairs: tuple[tuple[str, str], ...] = own or KEYS
    for key, parent in pairs:
        if key in main and parent in other:
            return key, parent
    raise BadMapping(
        "the rows of [[acts]] cannot be matched with the rows of the file",
        hint='give the columns with the same values: key = "...", there, and'
        ' parent = "...", in the repeat',
    )


def _refuse_nested(other: Joinable, unused: Iterable[str], parent: str) -> None:
    """A repeat inside a repeat belongs to rows of that one, not of the first table."""
    if parent != "_parent_index" or _PARENT_TABLE not in other.columns:
        return
    first = next(iter(other), None)
    if first is not None and first.cells[_PARENT_TABLE] in unused:
        raise BadMapping(
            "the rows of a repeat belong to a sheet that is not read",
            hint="a repeat inside a repeat cannot be read; or say which sheet with --sheet",
        )


class _Held:
    """The requested columns of a repeat's rows, grouped by the row that they belong to."""

    def __init__(self, file: str, repeat: Repeat, other: Joinable, parent: str) -> None:
        self.name, self._file = repeat.name, file
        self._rows: dict[str, list[Row]] = {}
        self._claimed: set[str] = set()
        words: dict[str, str] = {}
        for row in other:
            cells = {
                name: words.setdefault(row.cells[name], row.cells[name]) for name in repeat.columns
            }
            bad = {name: why for name, why in row.bad.items() if name in cells}
            kept = Row(row.number, cells, row.wrong, bad, row.doubts)
            self._rows.setdefault(row.cells[parent].strip(), []).append(kept)

    def claim(self, key: str) -> tuple[Sequence[Row], str | None]:
        """The rows of one key, once; and why they cannot be given again."""
        if key in self._claimed:
            return (), "its repeats are those of a row above too (the same key)"
        found = self._rows.pop(key, ()) if key else ()
        if found:
            self._claimed.add(key)
        return found, None

    def refuse_left(self) -> None:
        left = sum(map(len, self._rows.values()))
        if left:
            first = min(row.number for rows in self._rows.values() for row in rows)
            raise BadInput(
                f"{left:,} rows of a repeat belong to no row of {self._file}"
                f" (the first is row {first})",
                hint="export both again together; a repeat inside a repeat cannot be read",
            )
