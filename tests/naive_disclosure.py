"""The auditor's twin: every table there could be, one by one, for tables of a few people."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

from uncounted.publish.disclosure.audit import AttackerKnowledge
from uncounted.publish.disclosure.suppression import ProtectedTable, to_nearest


def feasible_intervals(printed: AttackerKnowledge) -> dict[str, tuple[int, int]]:
    """Least and greatest value of each hidden count over all tables that fit what is printed."""
    most = max(statement.high for statement in printed.published_sums)
    low = dict.fromkeys(printed.hidden, most + 1)
    high = dict.fromkeys(printed.hidden, -1)
    for values in itertools.product(range(most + 1), repeat=len(printed.hidden)):
        counts = {**printed.shown, **dict(zip(printed.hidden, values, strict=True))}
        if not all(
            s.low <= sum(counts.get(cell, 0) for cell in s.cells) <= s.high
            for s in printed.published_sums
        ):
            continue
        if not any(value < printed.threshold for value in values):
            continue
        for cell, value in zip(printed.hidden, values, strict=True):
            low[cell], high[cell] = min(low[cell], value), max(high[cell], value)
    return {cell: (low[cell], high[cell]) for cell in printed.hidden}


def of_the_page(
    table: ProtectedTable, reports: Mapping[str, int]
) -> dict[str, tuple[int, int]] | None:
    """The same from what the page prints and what refuses a release, with no sum of the audit.

    Every table that prints the same page, for some numbers of reports; None: nothing is hidden.
    """
    t, cells = table.threshold, list(table.cells)
    hidden = [cell for cell in cells if table.cells[cell].hidden]
    if not hidden:
        return None
    page = {name: to_nearest(count) for name, count in reports.items()}
    left = table.observed - sum(table.shown.values())
    found: dict[str, list[int]] = {cell: [] for cell in hidden}
    for values in _sums_to(left, len(hidden)):
        counts = {**table.shown, **dict(zip(hidden, values, strict=True))}
        sizes = {
            name: sum(n for cell, n in counts.items() if cell[at] == "1")
            for at, name in enumerate(table.lists)
        }
        if (
            all(value >= t for value in values)
            or any(kept.count not in (None, sizes[name]) for name, kept in table.totals.items())
            or any(size < t for size in sizes.values())
            or (len(sizes) == 2 and counts["11"] < t)
            or any(
                all(to_nearest(more) != seen for more in range(sizes[name], sizes[name] + 99))
                for name, seen in page.items()
            )
        ):
            continue
        for cell, value in zip(hidden, values, strict=True):
            found[cell].append(value)
    return {cell: (min(values), max(values)) for cell, values in found.items()}


def _sums_to(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    if parts == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in _sums_to(total - first, parts - 1):
            yield (first, *rest)
