"""Rates by group and their contrasts, with everything that must stand beside them.

A rate among reports is not a rate among all attempts. So none comes alone: each has the
interval that chance alone would give, the bounds of what the data say when outcomes or
attempts are missing, and what follows if one outcome reaches us more easily than the other.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np

from uncounted.errors import NotEstimable, UsedWrongly
from uncounted.estimate.base.estimator import z_of
from uncounted.estimate.base.result import Floats, Interval
from uncounted.rates import bounds, clusters, contrasts, reporting_bias, source_mix
from uncounted.rates.clusters import Counts
from uncounted.rates.outcomes import Outcomes
from uncounted.rates.proportions import jeffreys, wilson
from uncounted.rates.result import Asked, Clustered, Contrast, Measure, Rate, Rates


def compare(table: Outcomes, asked: Asked | None = None) -> Rates:
    """Every group's rate, and the contrast of each with one of them.

    Raises:
        UsedWrongly: no such group, a level or a coding that is none.
        NotEstimable: not one outcome is known.

    Examples:
        >>> table = Outcomes.of({"before 2020": (14, 20), "since 2020": (6, 30)})
        >>> found = compare(table, Asked(against="since 2020"))
        >>> contrast = found.contrasts[0]
        >>> contrast.group, round(contrast.measures["difference"].point, 2)
        ('before 2020', 0.5)
        >>> [round(end, 2) for end in contrast.measures["difference"].intervals["newcombe"]]
        [0.22, 0.69]
    """
    asked = asked or Asked()
    z_of(asked.level)
    if asked.coding is not None:
        reporting_bias.check_coding(*asked.coding)
    names = _reference_first(table, asked.against)
    tallies = {name: table.group(name) for name in names}
    if not any(tally.n for tally in tallies.values()):
        raise NotEstimable(
            "not one row has a known outcome, so there is no rate",
            hint="an empty cell is an outcome that is not known; write 0 for one that did not",
        )
    rates = {name: _rate(table, name, asked) for name in names}
    first = rates[names[0]]
    return Rates(
        table,
        asked,
        tuple(rates.values()),
        tuple(_contrast(table, rates[name], first, asked) for name in names[1:]),
        source_mix.per_source(table, asked.level),
    )


def _reference_first(table: Outcomes, against: str | None) -> list[str]:
    if against is None:
        return list(table.groups)
    if against not in table.groups:
        raise UsedWrongly(
            "no row is in the group that the others should be held against",
            hint="--against takes the group's name as it is written in the file",
        )
    return [against, *(name for name in table.groups if name != against)]


def _generator(table: Outcomes, group: str, asked: Asked, use: int) -> np.random.Generator:
    return np.random.default_rng([asked.seed, table.groups.index(group), use])


def _clustered(table: Outcomes, group: str, level: float) -> Clustered:
    x, n = table.by_cluster([group])
    try:
        found = clusters.effective([row[0] for row in x], [row[0] for row in n], level)
    except NotEstimable as refusal:
        return Clustered(None, str(refusal))
    tally = table.group(group)
    at = tally.x / tally.n * found.n
    both = {"wilson": wilson(at, found.n, level), "jeffreys": jeffreys(at, found.n, level)}
    return Clustered(found, None, both)


def _rate(table: Outcomes, group: str, asked: Asked) -> Rate:
    tally, level = table.group(group), asked.level
    clustered = _clustered(table, group, level) if table.clustered and tally.n else None
    told = {"wilson": wilson, "jeffreys": jeffreys} if tally.n else {}
    intervals = {name: method(tally.x, tally.n, level) for name, method in told.items()}
    rate = Rate(group, tally, intervals, clustered)
    found = bounds.outcome_bounds(tally.x, tally.n, tally.unknown, level, effect=rate.effect)
    reported = []
    for share in bounds.SHARES:
        low, high = bounds.reported_bounds(found.low, found.high, share)
        reported.append({"share": share, "low": low, "high": high})
    rate = attrs.evolve(rate, bounds=found, reported=tuple(reported))
    if rate.share is None:
        return rate
    believed = None
    if asked.belief is not None and rate.counts is not None:
        rngs = [_generator(table, group, asked, 2)]
        believed = reporting_bias.believed(rngs, [rate.counts], asked.belief, level)["rates"][0]
    corrected = None
    if asked.coding is not None and rate.interval is not None:
        corrected = reporting_bias.recoded(rate.share, rate.interval, *asked.coding)
    rows = tuple(_at_rho(rate.share, rate.interval, rho) for rho in reporting_bias.RHOS)
    return attrs.evolve(rate, reporting=rows, corrected=corrected, believed=believed)


def _at_rho(share: float, interval: Interval | None, rho: float) -> dict[str, Any]:
    ends = None
    if interval is not None:
        ends = (
            reporting_bias.among_all(interval[0], rho),
            reporting_bias.among_all(interval[1], rho),
        )
    return {"rho": rho, "rate": reporting_bias.among_all(share, rho), "interval": ends}


def _contrast(table: Outcomes, one: Rate, two: Rate, asked: Asked) -> Contrast:
    """Each part needs those before it: what chance leaves of it, then what reporting would."""
    if one.share is None or two.share is None:
        reason = "no outcome is known in one of the two groups"
        return Contrast(one.group, two.group, reason)
    contrast = Contrast(
        one.group,
        two.group,
        measures=_measures(table, one, two, asked, _whole(one), _whole(two)),
        reporting=reporting_bias.two_way(one.share, two.share),
        corrected=_corrected(one, two),
        believed=_believed(table, one, two, asked),
    )
    contrast = _with_clusters(table, contrast, one, two, asked)
    contrast = _with_tipping(contrast)
    contrast = _with_bounds(contrast, one, two, asked.level)
    return _with_sources(table, contrast, asked)


def _with_tipping(contrast: Contrast) -> Contrast:
    odds = contrast.best.get("odds_ratio")
    interval = (0.0, math.inf) if odds is None else odds.intervals["score"]
    tip = reporting_bias.tipping(contrast.measures["odds_ratio"].point, interval)
    return attrs.evolve(contrast, tipping=tip)


def _with_bounds(contrast: Contrast, one: Rate, two: Rate, level: float) -> Contrast:
    """Add what the data say alone; nothing settles what chance could have made."""
    found = bounds.difference_bounds(
        attrs.astuple(one.tally),
        attrs.astuple(two.tally),
        level,
        effects=(one.effect, two.effect),
    )
    tip, beyond = contrast.tipping, None
    if found.interval is not None and tip is not None and tip.limit > 1:
        beyond = bounds.share_that_settles(found.interval)
    return attrs.evolve(
        contrast,
        bounds=found,
        settles=bounds.share_that_settles((found.low, found.high)),
        settles_beyond_chance=beyond,
    )


def _with_sources(table: Outcomes, contrast: Contrast, asked: Asked) -> Contrast:
    if not table.sources:
        return contrast
    pair = contrast.group, contrast.against
    rng = _generator(table, contrast.group, asked, 3)
    return attrs.evolve(
        contrast,
        leaving_source=source_mix.leave_one_out(table, *pair, asked.level),
        standardised=source_mix.standardise(table, *pair, rng, asked.level),
    )


def _whole(rate: Rate) -> Counts:
    return rate.tally.x, rate.tally.n


def _corrected(one: Rate, two: Rate) -> float | None:
    if one.corrected is None or two.corrected is None:
        return None
    return one.corrected.value - two.corrected.value


def _believed(table: Outcomes, one: Rate, two: Rate, asked: Asked) -> Mapping[str, Any] | None:
    if asked.belief is None or one.counts is None or two.counts is None:
        return None
    rngs = [_generator(table, rate.group, asked, 2) for rate in (one, two)]
    return reporting_bias.believed(rngs, [one.counts, two.counts], asked.belief, asked.level)


def _with_clusters(
    table: Outcomes, contrast: Contrast, one: Rate, two: Rate, asked: Asked
) -> Contrast:
    """Add what the clusters leave of the contrast."""
    if not table.clustered:
        return contrast
    measures: Mapping[str, Measure] = {}
    if one.counts is not None and two.counts is not None:
        measures = _measures(table, one, two, asked, one.counts, two.counts)
    x, n = table.by_cluster([one.group, two.group])
    bootstrap, reason = None, None
    try:
        rng = _generator(table, one.group, asked, 4)
        bootstrap = clusters.bootstrap(rng, x, n, asked.level).difference
    except NotEstimable as refusal:
        reason = str(refusal)
    return attrs.evolve(
        contrast,
        clustered=measures,
        bootstrap=bootstrap,
        bootstrap_reason=reason,
        leaving_cluster=clusters.leaving_one_out(x, n),
    )


def _measures(
    table: Outcomes, one: Rate, two: Rate, asked: Asked, first: Counts, second: Counts
) -> dict[str, Measure]:
    """All three measures, by score and by Jeffreys draws, from whole or effective counts."""
    four, level = (*first, *second), asked.level
    whole = (*_whole(one), *_whole(two))
    drawn = _drawn(table, one, two, asked, first, second)

    def measure(name: str, point: float | None, **intervals: Interval) -> Measure:
        median, jeffreys = drawn[name]
        return Measure(point, {**intervals, "jeffreys": jeffreys}, median)

    x1, n1, x2, n2 = whole
    return {
        "difference": measure(
            "difference",
            (x1 * n2 - x2 * n1) / (n1 * n2),
            newcombe=contrasts.newcombe(*four, level),
            score=contrasts.score_difference(*four, level),
        ),
        "ratio": measure(
            "ratio",
            contrasts.ratio(*whole),
            score=contrasts.score_ratio(*four, level),
            koopman=contrasts.score_ratio(*four, level, koopman=True),
        ),
        "odds_ratio": measure(
            "odds_ratio",
            contrasts.odds_ratio(*whole),
            score=contrasts.score_odds_ratio(*four, level),
        ),
    }


def _drawn(
    table: Outcomes, one: Rate, two: Rate, asked: Asked, first: Counts, second: Counts
) -> dict[str, tuple[float, Interval]]:
    """Median and interval of Jeffreys draws of each measure.

    An end that only the prior would set (an empty cell) is left open, as of one proportion.
    """
    p1, odds1 = contrasts.jeffreys_odds(_generator(table, one.group, asked, 1), *first)
    p2, odds2 = contrasts.jeffreys_odds(_generator(table, two.group, asked, 1), *second)
    (x1, n1), (x2, n2) = _whole(one), _whole(two)

    def positive(draws: Floats, *, no_low: bool, no_high: bool) -> tuple[float, Interval]:
        median, (low, high) = contrasts.summary(draws, asked.level)
        return median, (0.0 if no_low else low, math.inf if no_high else high)

    return {
        "difference": contrasts.summary(p1 - p2, asked.level),
        "ratio": positive(p1 / p2, no_low=x1 == 0, no_high=x2 == 0),
        "odds_ratio": positive(
            odds1 / odds2, no_low=x1 == 0 or x2 == n2, no_high=x1 == n1 or x2 == 0
        ),
    }
