"""Capture histories by group and outcome: from which people with each outcome are estimated.

A row is a person (or a capture history with a `count`); columns of 0 and 1 say on which lists.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs

from uncounted.captures import CaptureTable, membership
from uncounted.errors import BadInput, UsedWrongly
from uncounted.rates.outcomes import OutcomeColumns, OutcomeTable, opened

type Cell = tuple[str, bool | None]  # group and outcome, None: not known


@attrs.frozen(eq=False)
class OutcomeHistories:
    """People by group, outcome and capture history.

    Attributes:
        outcomes: counts by group of those on at least one of the lists.
        lists: names of the lists.
        cells: capture histories by group and outcome; empty tables are left out.
        on_no_list: people in the file who are on none of the lists, and in no count.
    """

    outcomes: OutcomeTable
    lists: tuple[str, ...]
    cells: Mapping[Cell, CaptureTable]
    on_no_list: int = 0

    def table(self, group: str, *outcomes: bool | None) -> CaptureTable:
        """Capture histories of a group's people with any of these outcomes."""
        counts: Counter[str] = Counter()
        for outcome in outcomes:
            cell = self.cells.get((group, outcome))
            counts.update({} if cell is None else cell.counts)
        return CaptureTable(self.lists, counts)


def read_histories(
    path: Path, columns: OutcomeColumns, lists: Sequence[str], *, encoding: str | None = None
) -> OutcomeHistories:
    """Read a table with an outcome and lists; every other column is left aside."""
    named = {columns.outcome, columns.by, "count"}
    if twice := [name for name in lists if name in named]:
        raise UsedWrongly(
            f"column {twice[0]!r} cannot be a list as well",
            hint="--lists names the columns of 0 and 1 that say who is on which list",
        )
    if len(lists) < 2:
        raise UsedWrongly(
            "--lists needs two lists or more", hint="rates are estimated from lists that overlap"
        )
    sheet, reader = opened(path, columns, lists=lists, encoding=encoding)
    cells: dict[Cell, Counter[str]] = {}
    on_no_list = 0
    for row in sheet:
        if row.wrong:
            raise BadInput(f"{path.name}, row {row.number}: {row.wrong}")
        pattern = "".join(membership(path.name, row, name) for name in lists)
        if "1" not in pattern:
            on_no_list += reader.count(row)
            continue
        taken = reader.take(row)
        if taken is not None:
            group, outcome, count = taken
            cells.setdefault((group, outcome), Counter())[pattern] += count
    if not cells:
        raise BadInput(f"{path.name} has no row with a person on one of these lists")
    tables = {cell: CaptureTable(tuple(lists), counts) for cell, counts in cells.items()}
    return OutcomeHistories(reader.finish(), tuple(lists), tables, on_no_list)
