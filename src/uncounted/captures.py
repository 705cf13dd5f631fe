"""Counts of people by which lists they are on: the only thing estimation sees.

After this module there are no names, dates or places, only a small table of
whole numbers. Everything above it that deals with people stops here.
"""

from __future__ import annotations

import hashlib
import json
import operator
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, SupportsIndex, cast

import attrs

from uncounted import delimited
from uncounted.errors import BadInput, UsedWrongly, unknown

MAX_LISTS = 64
DIFFER = "reports differ"  # a stratum's value, of people whose reports contradict each other
NOT_ACTIVE = "-"


def _frozen_counts(counts: Mapping[str, SupportsIndex]) -> dict[str, int]:
    whole = {pattern: _whole(counts[pattern]) for pattern in sorted(counts, reverse=True)}
    return {pattern: n for pattern, n in whole.items() if type(n) is not int or n}


def _whole(count: SupportsIndex) -> int:
    """As a plain int (numpy's whole numbers too); what is none is left for the table to refuse."""
    try:
        return count if isinstance(count, bool) else operator.index(count)
    except TypeError:
        return cast(int, count)


@attrs.frozen
class CaptureTable:
    """Counts of people by the lists that they are on (capture histories).

    `counts` maps a pattern, one character per list in the order of `lists`, to a
    number of people: `1` on the list, `0` looked for and not found, `-` the list
    was not active here (which is not 0). Patterns without people are left out; the
    all-zero pattern cannot be observed and is refused.

    Parameters
    ----------
    lists : tuple[str, ...]
        Names of the lists, in the order of a pattern's characters.
    counts : Mapping[str, int]
        People by capture pattern. Patterns without people are left out.
    stratum : Mapping[str, str]
        Column and value of the stratum that the table is of.

    Raises
    ------
    BadInput
        A pattern of the wrong length or letters, a count that is not whole or is
        below zero.

    Examples
    --------
    >>> table = CaptureTable.of("AB", {"10": 5, "01": 7, "11": 2})
    >>> table.observed, table.list_totals
    (14, {'A': 7, 'B': 9})
    """

    lists: tuple[str, ...]
    counts: Mapping[str, int] = attrs.field(converter=_frozen_counts)
    stratum: Mapping[str, str] = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        if len(set(self.lists)) != len(self.lists):
            raise BadInput("two lists have the same name", hint="rename one of the columns")
        if not 1 <= len(self.lists) <= MAX_LISTS:
            raise BadInput(f"a table has 1 to {MAX_LISTS} lists, this one {len(self.lists)}")
        for pattern, count in self.counts.items():
            if len(pattern) != len(self.lists) or set(pattern) - set("01-"):
                raise BadInput(f"{pattern!r} is not a capture history over {len(self.lists)} lists")
            if type(count) is not int:
                raise BadInput(
                    f"pattern {pattern} has a number of people that is not a whole number",
                    hint="write whole numbers: 3, not 3.7, True or nan",
                )
            if "1" not in pattern:
                raise BadInput(
                    f"{count} people are on no list: they cannot be observed",
                    hint="delete the all-zero row: its count is what is estimated",
                )
            if count < 0:
                raise BadInput(f"pattern {pattern} has a negative count: {count}")

    @classmethod
    def of(
        cls, lists: Iterable[str], counts: Mapping[str, SupportsIndex], **stratum: str
    ) -> CaptureTable:
        """Make a table from list names and counts by pattern."""
        return cls(tuple(lists), counts, stratum)

    @classmethod
    def tally(
        cls, lists: Iterable[str], people: Iterable[Iterable[str]], **stratum: str
    ) -> CaptureTable:
        """Count people, each given as the names of the lists they are on.

        Examples:
            >>> CaptureTable.tally("AB", [{"A"}, {"A", "B"}, ["B", "B"]]).counts
            {'11': 1, '10': 1, '01': 1}
        """
        names = tuple(lists)
        counts: Counter[str] = Counter()
        for person in people:
            on = set(person)
            counts["".join("1" if name in on else "0" for name in names)] += 1
        return cls(names, counts, stratum)

    @classmethod
    def from_frame(cls, frame: Any) -> CaptureTable:
        """Make a table from a data frame of pandas, polars or arrow, with columns as `TABLE.csv`.

        Parameters
        ----------
        frame : DataFrame
            One column of 0 and 1 for each list, and a `count` column or one row per person. A
            missing value in a list column says that the list was not active.

        Returns
        -------
        CaptureTable
            The counts of all rows.

        Raises
        ------
        BadInput
            With the row (the first is row 1) and the column.
        """
        (table,) = read_tables(frame)
        return table

    def to_frame(self, backend: str = "pandas") -> Any:
        """A data frame with a column for each list and `count`, one row per capture history.

        Parameters
        ----------
        backend : str, default "pandas"
            `pandas`, `polars` or `pyarrow`, which has to be installed.

        Returns
        -------
        DataFrame
            Of that library; a list that was not active is a missing value.
        """
        import narwhals as nw

        marks = {"0": 0, "1": 1, NOT_ACTIVE: None}
        data: dict[str, list[int | None]] = {
            name: [marks[pattern[at]] for pattern in self.counts]
            for at, name in enumerate(self.lists)
        }
        data["count"] = list(self.counts.values())
        return nw.from_dict(data, backend=backend).to_native()  # type: ignore[arg-type]

    @property
    def observed(self) -> int:
        """People on at least one list (n)."""
        return sum(self.counts.values())

    @property
    def list_totals(self) -> dict[str, int]:
        """People on each list (n_j)."""
        totals = [0] * len(self.lists)
        for pattern, n in self.counts.items():
            for at, mark in enumerate(pattern):
                if mark == "1":
                    totals[at] += n
        return dict(zip(self.lists, totals, strict=True))

    def on(self, lists: Iterable[str]) -> int:
        """People who are on all of these lists, whatever other lists they are on (N*)."""
        at = [self.lists.index(name) for name in lists]
        return sum(n for pattern, n in self.counts.items() if all(pattern[i] == "1" for i in at))

    def seen_exactly(self, k: int) -> int:
        """People on exactly `k` lists (f_k)."""
        return sum(n for pattern, n in self.counts.items() if pattern.count("1") == k)

    def select(self, lists: Iterable[str]) -> CaptureTable:
        """Keep these lists, in this order; people on none of them are dropped.

        Raises:
            UsedWrongly: there is no such list.
        """
        names = tuple(lists)
        if missing := [name for name in names if name not in self.lists]:
            raise UsedWrongly(
                unknown("list", missing[0], self.lists),
                hint=f"lists: {', '.join(self.lists)}",
            )
        at = [self.lists.index(name) for name in names]
        counts: Counter[str] = Counter()
        for pattern, n in self.counts.items():
            kept = "".join(pattern[i] for i in at)
            if "1" in kept:
                counts[kept] += n
        return CaptureTable(names, counts, self.stratum)

    def not_on(self, lists: Iterable[str]) -> CaptureTable:
        """People who are on none of these lists, by the other lists.

        Examples:
            >>> CaptureTable.of("ABC", {"110": 5, "101": 2, "010": 1}).not_on("C").counts
            {'11': 5, '01': 1}
        """
        out = [self.lists.index(name) for name in lists]
        rest = [at for at in range(len(self.lists)) if at not in out]
        counts: Counter[str] = Counter()
        for pattern, n in self.counts.items():
            if all(pattern[at] != "1" for at in out):
                counts["".join(pattern[at] for at in rest)] += n
        return CaptureTable(tuple(self.lists[at] for at in rest), counts, self.stratum)

    def connected_groups(self) -> list[tuple[str, ...]]:
        """Lists in groups: two are in one group if people on one lead to the other by overlaps.

        A list that shares no person with any other is a group of its own. Groups, and the lists
        in each, are in the order of `lists`.

        Examples:
            >>> CaptureTable.of("ABC", {"110": 5, "010": 2, "001": 7}).connected_groups()
            [('A', 'B'), ('C',)]
        """
        groups = [1 << at for at in range(len(self.lists))]
        for pattern in self.counts:
            on = sum(1 << at for at, mark in enumerate(pattern) if mark == "1")
            apart = [group for group in groups if not group & on]
            if len(groups) - len(apart) > 1:
                joined = on
                for group in groups:
                    joined |= group if group & on else 0
                groups = [*apart, joined]
        return [
            tuple(name for at, name in enumerate(self.lists) if group >> at & 1)
            for group in sorted(groups, key=lambda group: group & -group)
        ]

    def canonical(self) -> bytes:
        """The canonical bytes of this table, which `digest` hashes."""
        value = {"counts": self.counts, "lists": self.lists, "stratum": dict(self.stratum)}
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    def digest(self) -> str:
        """SHA-256 of the table.

        Never publish it: six hidden cells of 1 to 4 are found by trying them all.
        What leaves carries a commitment under a random salt instead.
        """
        return hashlib.sha256(self.canonical()).hexdigest()


def read_tables(
    source: Any, *, by: Iterable[str] = (), lists: Iterable[str] | None = None
) -> list[CaptureTable]:
    r"""Read a `TABLE.csv` or a data frame: one table, or one per stratum when `by` names columns.

    One column of 0/1 for each list, and either a `count` column (one row per pattern)
    or none (one row per person). An empty cell in a list column: the list was not
    active here. Any other column must be named in `by`.

    Parameters
    ----------
    source : Path, str or DataFrame
        The file, or a data frame of pandas or polars or an arrow table with the same columns.
    by : iterable of str
        Columns that name strata; one table for each combination of their values.
    lists : iterable of str, optional
        Read these lists alone: other columns are ignored, and so are people on none of the lists.

    Returns
    -------
    list of CaptureTable
        One without `by`.

    Raises
    ------
    BadInput
        With the row (the header is row 1) and the column.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "table.csv"
    ...     _ = file.write_text("A,B,count\n1,0,5\n0,1,7\n1,1,2\n")
    ...     (table,) = read_tables(file)
    >>> table.observed, table.lists
    (14, ('A', 'B'))
    """
    columns = (by,) if isinstance(by, str) else tuple(by)
    only = None if lists is None else tuple(lists)
    if isinstance(source, str | Path):
        path = Path(source)
        sheet = delimited.read(path)
        return _tables(path.name, sheet.columns, sheet, columns, only)
    import narwhals as nw

    try:
        data = nw.from_native(source, eager_only=True)
    except TypeError:
        raise UsedWrongly(
            "not a table: a file, a data frame or an arrow table is needed",
            hint="give its path, or a table with one column of 0 and 1 for each list",
        ) from None
    rows = [
        delimited.Row(at, {name: cell_text(value) for name, value in row.items()})
        for at, row in enumerate(data.iter_rows(named=True), start=1)
    ]
    return _tables("the data frame", tuple(data.columns), rows, columns, only)


def cell_text(value: object) -> str:
    """A value of a data frame as `TABLE.csv` has it: whole floats as whole numbers."""
    if hasattr(value, "item"):  # of numpy
        value = value.item()
    if value is None or value != value:
        return ""
    if isinstance(value, bool | float) and value == int(value):
        return str(int(value))
    return str(value)


def _tables(
    file: str,
    columns: tuple[str, ...],
    rows: Iterable[delimited.Row],
    by: tuple[str, ...],
    only: tuple[str, ...] | None,
) -> list[CaptureTable]:
    if missing := [name for name in (*by, *(only or ())) if name not in columns]:
        raise UsedWrongly(
            f"{file} has no column {missing[0]!r}", hint=delimited.near(columns, missing[0])
        )
    if "count" in by:
        raise UsedWrongly(
            "the column 'count' holds the number of people of each row and cannot define strata",
            hint="leave it out of --by",
        )
    counted = "count" in columns
    lists = only or tuple(name for name in columns if name not in by and name != "count")
    held = {name: _Held() for name in (*lists, *by)}
    for row in rows:  # gone through twice, so that no row is kept
        if row.wrong:
            raise BadInput(f"{file}, row {row.number}: {row.wrong}")
        for name, one in held.items():
            one.add(row.cells[name].strip())
    _refuse_other_columns(file, columns, lists, held)
    strata: dict[tuple[str, ...], Counter[str]] = {}
    for row in rows:
        pattern = "".join(membership(file, row, name) for name in lists)
        count = delimited.count(file, row) if counted else 1
        if "1" not in pattern:
            if count == 0 or only is not None:
                continue
            raise BadInput(
                f"{file}, row {row.number}: all zeros: people on no list cannot be observed",
                hint=_on_no_list(held, by),
            )
        key = tuple(row.cells[name].strip() for name in by)
        strata.setdefault(key, Counter())[pattern] += count
    if not strata:
        raise BadInput(f"{file} has a header but no rows")
    return [
        CaptureTable(lists, counts, dict(zip(by, key, strict=True)))
        for key, counts in sorted(strata.items())
    ]


class _Held:
    """What the cells of a column hold, beside empty ones: 0 or 1, anything else."""

    def __init__(self) -> None:
        self.marks = self.others = False

    def add(self, cell: str) -> None:
        if cell in ("0", "1"):
            self.marks = True
        elif cell:
            self.others = True


def _on_no_list(held: Mapping[str, _Held], by: tuple[str, ...]) -> str:
    """What to do about a person on no list; one of the columns that split may be a list."""
    for name in by:
        if not held[name].others:
            return f"{name!r} holds 0 and 1 as a list does: if it is one, leave it out of --by"
    return "leave this row out: its count is what is estimated"


def _refuse_other_columns(
    file: str, sheet_columns: tuple[str, ...], lists: tuple[str, ...], held: Mapping[str, _Held]
) -> None:
    if not lists:
        raise BadInput(
            f"{file} has no column of 0 and 1", hint="one column per list, 1 where it has them"
        )
    marked = [name for name in lists if held[name].marks and not held[name].others]
    # A file without a header has a person in its first row: a header is repeated only where
    # other columns hold 0 and 1 and it does not look like a row of them.
    headed = marked and not {"0", "1"} & set(sheet_columns)
    for at, name in enumerate(sheet_columns, start=1):
        if name in lists and held[name].others and not held[name].marks:
            which, named = (f"column {name!r}", f" {name}") if headed else (f"column {at}", "")
            raise BadInput(
                f"{file}: {which} holds values other than 0 and 1",
                hint=f"to use it for strata give --by{named}, or delete it; a list of"
                " reports must first be imported into a case file and linked",
            )


def membership(file: str, row: delimited.Row, name: str) -> str:
    """The cell of a list as a character of a capture history."""
    cell = row.cells[name].strip()
    if cell in ("0", "1"):
        return cell
    if not cell:
        return NOT_ACTIVE
    raise BadInput(
        f"{file}, row {row.number}, column {name!r}: must be 0, 1 or empty",
        hint="1: on the list; 0: not on it; empty: the list was not active here",
    )
