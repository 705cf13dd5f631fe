"""How far a number hangs on how reports were linked: other priors and rules, strict, loose.

Nominal doubt is that of one model of who is who. Every other reading that passed its checks
has an interval of its own, and the envelope runs from the lowest end to the highest.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import attrs

from uncounted.captures import CaptureTable
from uncounted.estimate.pooling import pool
from uncounted.estimate.result import Fitted, Study, plain
from uncounted.estimate.study import LIGHTER, METHODS, Settings
from uncounted.progress import Progress, silent

MOST_TABLES = 5  # of a reading that are estimated from: a look, not a study


@attrs.frozen
class Reading:
    """Tables under one way of linking.

    Attributes:
        name: which, in words.
        tables: one a draw; one alone for a partition that was not drawn.
        why: the check that this way of linking fails; None: it passes.
        in_grid: whether it is a cell of the grid, and so may widen the envelope.
    """

    name: str
    tables: Sequence[CaptureTable]
    why: str | None = None
    in_grid: bool = True


def hang_on(
    study: Study,
    readings: Sequence[Reading],
    *,
    level: float,
    seed: int,
    settings: Settings | None = None,
    progress: Progress = silent,
) -> Study:
    """Say beside a study what its headline method gives under every other reading.

    `linkage` gains `readings`, a row each, and `envelope`: the interval from the lowest to the
    highest end over the study's own and the readings of the grid that pass their checks.
    Passing ones under which the method gives no number have no ends, and are counted.

    Args:
        study: over linkage draws.
        readings: the others.
        level: of the intervals.
        seed: of the draws.
        settings: as the study's own.
        progress: told before each reading.
    """
    headline = study.headline
    if headline is None or headline.interval is None or study.linkage is None or not readings:
        return study
    own = {**LIGHTER.get(headline.method, {}), **(settings or {}).get(headline.method, {})}
    rows = []
    for done, reading in enumerate(readings):
        progress("estimating under other readings of who is who", done, len(readings))
        rows.append(_row(reading, headline.method, level, seed, own))
    inside = [row for row in rows if row["passes"] and row["in_grid"]]
    ends = [headline.interval, *(row["interval"] for row in inside if row["interval"])]
    highest = max(_above(high) for _, high in ends)
    envelope = {
        "interval": [
            min(low for low, _ in ends),
            highest if math.isfinite(highest) else None,
        ],
        "readings": sum(row["in_grid"] for row in rows),
        "passing": len(inside),
        "without_number": sum(row["interval"] is None for row in inside),
    }
    linkage = {**study.linkage, "readings": rows, "envelope": envelope}
    return attrs.evolve(study, linkage=linkage)


def _above(end: float | None) -> float:
    """An upper end as a number: `inf` for none."""
    return math.inf if end is None else end


def _row(
    reading: Reading, name: str, level: float, seed: int, own: dict[str, Any]
) -> dict[str, Any]:
    """What a method gives under one reading, pooled over a few of its draws."""
    step = max(1, -(-len(reading.tables) // MOST_TABLES))
    tables = list(reading.tables)[::step]
    times = Counter(table.digest() for table in tables)
    distinct = {table.digest(): table for table in tables}
    fits = [
        Fitted(
            METHODS[name](table, level=level, seed=seed + at, **own), table.observed, times[digest]
        )
        for at, (digest, table) in enumerate(distinct.items())
    ]
    pooled = pool(fits)
    observed = sorted(table.observed for table in reading.tables)
    return {
        "reading": reading.name,
        "in_grid": reading.in_grid,
        "passes": reading.why is None,
        "why": reading.why or (None if pooled.ok else pooled.reason),
        "observed": observed[len(observed) // 2],
        "point": pooled.point,
        "interval": plain(pooled.interval),
    }
