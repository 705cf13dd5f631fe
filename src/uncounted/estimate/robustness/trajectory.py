"""Subsampling stability: estimates from growing random parts (Binette and Steorts 2022).

Binette and Steorts (2022) JRSS A 185:640: the people recorded are put in a random
order, and the estimate is made on the first so many of them, and more, and all. A
random half of the people is half the population to be estimated, so N divided by the
number seen should stay where it is. Where it does not, how many were recorded, and
not only who, decides the answer: a prior or a choice of model gives way as counts
grow, and would go on giving way.

The unit is a person with all that the lists say of them, as in the paper's own code.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs
import numpy as np

from uncounted.captures import CaptureTable
from uncounted.errors import UsedWrongly
from uncounted.estimate.base.result import Estimate
from uncounted.estimate.base.rounding import round_to_interval
from uncounted.estimate.base.rows import SubsampleRow
from uncounted.estimate.base.warning import EstimateWarning
from uncounted.estimate.robustness.leave_one_out import Fit

MOST_LISTS = 7  # fifteen fits; beyond it they take a minute
MOST_PEOPLE = 10**9 - 1  # as many as numpy draws from without replacement
FRACTIONS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
SHUFFLES = 2
FEWER = (0.5, 0.75, 1.0)  # in one order, for a method of which each fit takes long
_LATE = 0.5  # smaller parts are shown and not judged


def trajectory(
    table: CaptureTable,
    fit: Fit,
    *,
    seed: int,
    fractions: Sequence[float] = FRACTIONS,
    shuffles: int = SHUFFLES,
    whole: Estimate | None = None,
) -> tuple[SubsampleRow, ...]:
    """Estimate on growing random parts of the table; each part holds the smaller ones.

    There are no rows but for 2 to 7 lists and fewer than a thousand million people. `point` is
    of a part of the population, and is rescaled to the whole in proportion to the people seen:
    that should not move. All the records are fitted once (`whole`, where that is given) and are
    the last row of every order.

    Raises:
        UsedWrongly: fractions that do not rise to at most 1.

    Examples:
        >>> from uncounted.estimate.simple.chao import chao
        >>> table = CaptureTable.of("AB", {"10": 400, "01": 200, "11": 100})
        >>> rows = trajectory(table, chao, seed=1, shuffles=1, fractions=(0.5, 1.0))
        >>> [(row.fraction, row.observed) for row in rows]
        [(0.5, 350), (1.0, 700)]
    """
    _check(fractions)
    if not 2 <= len(table.lists) <= MOST_LISTS or not 0 < table.observed <= MOST_PEOPLE:
        return ()
    rng = np.random.default_rng(seed)
    fitted: dict[str, Estimate] = {} if whole is None else {table.digest(): whole}
    rows = []
    for shuffle in range(1, shuffles + 1):
        for fraction, part in reversed(list(_parts(table, fractions, rng))):
            key = part.digest()
            if key not in fitted:
                fitted[key] = fit(part)
            times = table.observed / part.observed if part.observed else 1.0
            row = SubsampleRow("people", shuffle, fraction, part.observed, *fitted[key].result)
            rows.append(_rescaled(row, times))
    return tuple(rows)


def _rescaled(row: SubsampleRow, times: float) -> SubsampleRow:
    point, interval = row.point, row.interval
    return attrs.evolve(
        row,
        rescaled=None if point is None else point * times,
        rescaled_interval=interval and (interval[0] * times, interval[1] * times),
    )


def _check(fractions: Sequence[float]) -> None:
    if (
        not fractions
        or list(fractions) != sorted(set(fractions))
        or not 0 < fractions[0] <= fractions[-1] <= 1
    ):
        raise UsedWrongly("the fractions must rise, from above 0 to at most 1")


def _parts(
    table: CaptureTable, fractions: Sequence[float], rng: np.random.Generator
) -> Iterator[tuple[float, CaptureTable]]:
    """The parts from the largest down: each is drawn from the one before."""
    part = table
    for fraction in reversed(fractions):
        part = _some_people(part, round(fraction * table.observed), rng)
        yield fraction, part


def _some_people(table: CaptureTable, many: int, rng: np.random.Generator) -> CaptureTable:
    if many >= table.observed:
        return table
    counts = list(table.counts.values())
    drawn = rng.multivariate_hypergeometric(counts, many, method="marginals")
    counts_left = dict(zip(table.counts, drawn.tolist(), strict=True))
    return CaptureTable(table.lists, counts_left, table.stratum)


def stability_warnings(rows: Sequence[SubsampleRow]) -> tuple[EstimateWarning, ...]:
    """Whether the rescaled estimate moves, from half of the records on.

    It is stable where the rescaled interval of every part covers the estimate of the whole. (A
    point of half the people may leave the interval of the whole by chance alone.)
    """
    whole = [row.rescaled for row in rows if row.fraction == 1.0 and row.rescaled]
    late = [row for row in rows if _LATE <= row.fraction < 1.0]
    if not whole or not late:
        return ()
    missed = [
        row
        for row in late
        if row.rescaled_interval is not None
        and not row.rescaled_interval[0] <= whole[0] <= row.rescaled_interval[1]
    ]
    refused = [row for row in late if row.rescaled_interval is None]
    if missed:
        first = min(missed, key=lambda row: (row.fraction, row.order))
        assert first.rescaled is not None
        value = round_to_interval(first.rescaled, first.rescaled_interval)
        text = f"from {first.fraction:.0%} of the records: {value.with_interval}"
        return (EstimateWarning("unstable", text),)
    if refused:
        text = f"no estimate from {len(refused)} of {len(late)} samples of half or more"
        return (EstimateWarning("unstable", text),)
    return ()
