"""Capture histories by group and outcome: from which people with each outcome are estimated.

A row is a person (or a capture history with a `count`); columns of 0 and 1 say on which lists.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import attrs

from uncounted.captures import DIFFER, CaptureTable, membership
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
        draws: the cells in each draw of a linkage; empty where there is none.
    """

    outcomes: OutcomeTable
    lists: tuple[str, ...]
    cells: Mapping[Cell, CaptureTable]
    on_no_list: int = 0
    draws: Mapping[Cell, Sequence[CaptureTable]] = attrs.field(factory=dict)

    def table(self, group: str, *outcomes: bool | None) -> CaptureTable:
        """Capture histories of a group's people with any of these outcomes."""
        cells = (self.cells.get((group, outcome)) for outcome in outcomes)
        return _merged(self.lists, (cell for cell in cells if cell is not None))

    def tables(self, group: str, *outcomes: bool | None) -> list[CaptureTable]:
        """The same in each draw of the linkage; one table where there is none."""
        if not self.draws:
            return [self.table(group, *outcomes)]
        draws = len(next(iter(self.draws.values())))
        cells = [self.draws.get((group, outcome), ()) for outcome in outcomes]
        return [_merged(self.lists, (cell[at] for cell in cells if cell)) for at in range(draws)]


def _merged(lists: tuple[str, ...], tables: Iterable[CaptureTable]) -> CaptureTable:
    counts: Counter[str] = Counter()
    for table in tables:
        counts.update(table.counts)
    return CaptureTable(lists, counts)


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


def histories_of(
    strata: Iterable[tuple[CaptureTable, Sequence[CaptureTable]]],
    columns: OutcomeColumns,
) -> OutcomeHistories:
    """Of strata by outcome (and group): the table to count in, and that of each linkage draw.

    Raises:
        UsedWrongly: no one has the outcome that counts.
    """
    unknown = {"", DIFFER, *columns.unknown_is}
    cells: dict[Cell, list[tuple[CaptureTable, Sequence[CaptureTable]]]] = {}
    found: set[str] = set()
    ungrouped = 0
    lists: tuple[str, ...] = ()
    for point, draws in strata:
        lists, value = point.lists, point.stratum[columns.outcome]
        group = "" if columns.by is None else point.stratum[columns.by]
        if columns.by is not None and group in ("", DIFFER):
            ungrouped += point.observed
            continue
        if value not in unknown:
            found.add(value)
        outcome = None if value in unknown else value == columns.outcome_is
        cells.setdefault((group, outcome), []).append((point, draws))
    if columns.outcome_is not in found:
        raise UsedWrongly(
            "no person has that outcome",
            hint=f"outcomes of these reports: {', '.join(sorted(found)) or 'none'}",
        )
    merged = {cell: _merged(lists, (point for point, _ in parts)) for cell, parts in cells.items()}
    by_draw = {
        cell: [
            _merged(lists, tables) for tables in zip(*(draws for _, draws in parts), strict=True)
        ]
        for cell, parts in cells.items()
    }
    counts: dict[str, list[int]] = {}
    for (group, outcome), table in merged.items():
        x_n_unknown = counts.setdefault(group, [0, 0, 0])
        for at, counted in enumerate((outcome is True, outcome is not None, outcome is None)):
            x_n_unknown[at] += table.observed * counted
    outcomes = attrs.evolve(OutcomeTable.of(counts), ungrouped=ungrouped)
    return OutcomeHistories(outcomes, lists, merged, 0, by_draw)
