"""Sensitivity of an estimate to the linkage model: alternative priors, thresholds and rules.

The nominal uncertainty is that of one linkage model. Every other reading that passed its checks
has an interval of its own, and the envelope runs from the lowest end to the highest. Ends
from ten draws move by chance alone, and the highest of several such ends is too high: what
chance does is taken off before an end may widen the envelope.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import attrs
import numpy as np

from uncounted.captures import CaptureTable
from uncounted.estimate.base.mixture import spread_out
from uncounted.estimate.base.pooling import pool
from uncounted.estimate.base.result import Fitted, Floats, Study
from uncounted.estimate.base.rows import (
    AlternativeRow,
    AlternativesRange,
    Interval,
    StrataAlternatives,
)
from uncounted.estimate.base.settings import MAX_REFUSED, EstimateSettings
from uncounted.estimate.strata.stratified import Strata, run_strata_over, total_of
from uncounted.estimate.study import LIGHTER, METHODS
from uncounted.progress import Progress, silent

MOST_TABLES = 10  # of a reading that are estimated from: as many as the grid stores


type Errors = tuple[float | None, float | None]  # of lower and upper end; None: not known


@attrs.frozen
class AlternativeTables:
    """Tables under an alternative linkage model, prior or threshold."""

    name: str
    strata: Sequence[Sequence[CaptureTable]]
    failed_check: str | None = None
    in_grid: bool = True


def with_alternatives(
    study: Study,
    readings: Sequence[AlternativeTables],
    settings: EstimateSettings,
    *,
    method: str | None = None,
    progress: Progress = silent,
) -> Study:
    """Say beside a study what one of its methods gives under every other reading.

    `linkage` gains `alternatives`, a row each, and `range`: the interval from the lowest to the
    highest end over the study's own and the readings of the grid that pass their checks, what
    chance does to those ends taken off (`widened`). `error` is the Monte Carlo standard error
    of either end. Passing ones under which the method gives no number are counted. Unless a
    method is named it is the study's headline.
    """
    headline = study.headline
    if method is not None:
        headline = next((each for each in study.estimates if each.method == method), None)
    if headline is None or headline.interval is None or study.linkage is None or not readings:
        return study
    name = headline.method
    settings = _of_one_method(settings, name)
    rows = []
    for done, reading in enumerate(readings):
        progress("estimating under alternative linkage models", done, len(readings))
        rows.append(_row(reading, name, settings))
    main = (headline.interval, _errors(_distributions(study.fits.get(name, ())), study.level))
    found = _range_over(main, rows)
    linkage = attrs.evolve(study.linkage, alternatives=tuple(rows), range=found)
    return attrs.evolve(study, linkage=linkage)


def strata_with_alternatives(
    done: Strata,
    strata: Sequence[Sequence[CaptureTable]],
    readings: Sequence[AlternativeTables],
    settings: EstimateSettings,
    *,
    progress: Progress = silent,
) -> Strata:
    """Say beside a total what the method that leads gives under other readings.

    `linkage` has `alternatives` and `range` as for one study, and `method`. A total under a
    reading is of the strata that have a number in the study; where one of them has none there,
    the reading gives no number.
    """
    headline = done.headline
    if headline is None or headline.method == "chao":
        return done
    if headline.interval is None or not readings:
        return done
    name, level, seed = headline.method, headline.level, settings.seed
    settings = _of_one_method(settings, name)
    rows = []
    for place, reading in enumerate(readings):
        progress("estimating under alternative linkage models", place, len(readings))
        rows.append(_row_of_total(reading, name, done.answering(name), settings))
    own_draws = total_of(name, strata, done.studies, np.random.default_rng(seed)).draws
    found = _range_over((headline.interval, _errors(list(own_draws), level)), rows)
    return attrs.evolve(done, linkage=StrataAlternatives(name, tuple(rows), found))


def _of_one_method(settings: EstimateSettings, name: str) -> EstimateSettings:
    own = {**LIGHTER.get(name, {}), **settings.of(name)}
    return attrs.evolve(settings, methods=(name,), by_method={name: own})


def _unestimated(reading: AlternativeTables, observed: Sequence[int], draws: int) -> AlternativeRow:
    """A row without a number; `observed` is the people recorded in each draw."""
    return AlternativeRow(
        name=reading.name,
        in_grid=reading.in_grid,
        passes=reading.failed_check is None,
        reason=reading.failed_check,
        observed=sorted(observed)[len(observed) // 2],
        point=None,
        interval=None,
        error=(None, None),
        draws=draws,
    )


def _row_of_total(
    reading: AlternativeTables,
    name: str,
    wanted: set[tuple[str, ...]],
    settings: EstimateSettings,
) -> AlternativeRow:
    """The total under one reading: strata that have no number in the study count as recorded."""
    step = max(1, -(-len(reading.strata[0]) // MOST_TABLES))
    strata = [list(tables)[::step] for tables in reading.strata]
    draws = len(strata[0])
    there = run_strata_over(
        strata,
        attrs.evolve(settings, max_refused=_may_refuse(draws)),
        points=[None] * len(strata),
    )
    studies = [
        study if tuple(label.values()) in wanted else attrs.evolve(study, estimates=())
        for label, study in zip(there.labels, there.studies, strict=True)
    ]
    recorded = [sum(table.observed for table in draw) for draw in zip(*strata, strict=True)]
    row, missing = _unestimated(reading, recorded, draws), wanted - there.answering(name)
    if missing:
        silent_ = f"{len(missing)} of {len(wanted)} strata that have a number have none"
        return attrs.evolve(row, reason=reading.failed_check or silent_)
    found = total_of(name, strata, studies, np.random.default_rng(settings.seed))
    total = found.estimate
    return attrs.evolve(
        row,
        reason=reading.failed_check or total.reason,
        point=total.point,
        interval=_open(total.interval),
        error=_errors(list(found.draws), total.level),
    )


def _open(interval: Interval | None) -> tuple[float | None, float | None] | None:
    """An interval of which an end that is not finite is None."""
    if interval is None:
        return None
    low, high = (end if math.isfinite(end) else None for end in interval)
    return low, high


def _range_over(main: tuple[Interval, Errors], rows: Sequence[AlternativeRow]) -> AlternativesRange:
    inside = [row for row in rows if row.passes and row.in_grid]
    return AlternativesRange(
        *_widest(main, [(row.interval, row.error) for row in inside if row.interval]),
        alternatives=sum(row.in_grid for row in rows),
        passing=len(inside),
        not_estimable=sum(row.interval is None for row in inside),
    )


def _widest(
    main: tuple[Interval, Errors],
    others: Sequence[tuple[tuple[float | None, float | None], Errors]],
) -> tuple[tuple[float | None, float | None], Errors]:
    """Lower and upper end, and the error of each: that of the draws whose end it is."""
    limits: list[float | None] = []
    errors: list[float | None] = []
    for which, side in ((0, -1), (1, 1)):
        own, error = main[0][which], main[1][which] or 0.0
        reached = [
            (widened(own, _above(interval[which]), error, each[which] or 0.0, side), each[which])
            for interval, each in others
        ]
        end, by = max([(own, main[1][which]), *reached], key=lambda found: side * found[0])
        limits.append(end if math.isfinite(end) else None)
        errors.append(by)
    return (limits[0], limits[1]), (errors[0], errors[1])


def widened(own: float, other: float, error: float, other_error: float, side: int) -> float:
    """How far another reading's end carries beyond the study's own.

    What is seen to lie between them has on average the square d^2 + errors^2, d being what
    does lie between them: the square of the errors is taken off. An end that chance alone
    explains widens nothing; one that lies far off loses next to nothing.

    Examples:
        >>> widened(1400.0, 1450.0, 3.0, 4.0, 1), widened(1400.0, 1404.0, 3.0, 4.0, 1)
        (1449.749371855331, 1400.0)
    """
    beyond = side * (other - own)
    if beyond <= 0 or not math.isfinite(beyond):
        return own if beyond <= 0 else other
    return own + side * math.sqrt(max(0.0, beyond**2 - error**2 - other_error**2))


def _distributions(fits: Sequence[Fitted]) -> list[Floats]:
    """What each linkage draw says of N, in numbers of equal weight."""
    good = [fit for fit in fits if fit.estimate.ok]
    return [
        draws_of_N
        for fit in good
        for draws_of_N in [spread_out(fit.estimate, fit.observed)] * fit.times
    ]


def _errors(distributions: Sequence[Floats], level: float) -> Errors:
    """Standard errors of the two ends of laws that are averaged, as the laws are a sample.

    The end q of level p moves by (p - F_r(q)) / f(q) for a law F_r more; so its error is the
    standard deviation of F_r(q) over the root of how many laws, by the density f, which is
    read off its quantiles. None: one law, or no end.
    """
    if len(distributions) < 2:
        return None, None
    size = min(map(len, distributions))  # as many of each, evenly spaced
    taken = np.linspace(0.5, size - 0.5, size) / size
    every = np.concatenate(
        [np.sort(draws_of_N)[(taken * len(draws_of_N)).astype(int)] for draws_of_N in distributions]
    )
    found: list[float | None] = []
    for p in (0.5 - level / 2, 0.5 + level / 2):
        tail = (0.5 - level / 2) / 2
        low, end, high = np.quantile(every, [p - tail, p, p + tail], method="inverted_cdf")
        chances = [float(np.mean(draws_of_N <= end)) for draws_of_N in distributions]
        if not math.isfinite(high):
            found.append(None)
            continue
        slope = float(high - low) / (2 * tail)
        found.append(float(np.std(chances, ddof=1)) / math.sqrt(len(distributions)) * slope)
    return found[0], found[1]


def _above(end: float | None) -> float:
    """An upper end as a number: `inf` for none."""
    return math.inf if end is None else end


def _row(reading: AlternativeTables, name: str, settings: EstimateSettings) -> AlternativeRow:
    """What a method gives under one reading, pooled over a few of its draws."""
    how, seed = settings.for_every_method, settings.seed
    (every,) = reading.strata
    step = max(1, -(-len(every) // MOST_TABLES))
    tables = list(every)[::step]
    times = Counter(table.digest() for table in tables)
    distinct = {table.digest(): table for table in tables}
    fits = [
        Fitted(
            METHODS[name](table, **{**how, "seed": seed + at}, **settings.of(name)),
            table.observed,
            times[digest],
        )
        for at, (digest, table) in enumerate(distinct.items())
    ]
    pooled = pool(fits, max_refused=_may_refuse(len(tables)), allow_for_few=False)
    return attrs.evolve(
        _unestimated(reading, [table.observed for table in every], len(tables)),
        reason=reading.failed_check or (None if pooled.ok else pooled.reason),
        point=pooled.point,
        interval=_open(pooled.interval),
        error=_errors(_distributions(fits), settings.level) if pooled.ok else (None, None),
        refused_in=sum(fit.times for fit in fits if not fit.estimate.ok),
    )


def _may_refuse(draws: int) -> float:
    """The share of draws that may refuse: one of ten, as ten of two hundred.

    Where one draw in twenty refuses, one of ten or more does so in two samples of five: no
    sign that more than one in twenty do.
    """
    return max(MAX_REFUSED, 1 / draws) if draws >= MOST_TABLES else MAX_REFUSED
