"""The auditor's twin: every table there could be, one by one, for tables of a few people."""

from __future__ import annotations

import itertools

from uncounted.publish.disclosure.audit import AttackerKnowledge


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
