"""Rates by group and their contrasts, with intervals, bounds and sensitivity analysis."""

from __future__ import annotations

import math
from collections.abc import Mapping

import attrs
import numpy as np

from uncounted.errors import NotEstimable, UsedWrongly
from uncounted.estimate.base.estimator import z_of
from uncounted.estimate.base.result import Floats
from uncounted.estimate.base.rows import Interval
from uncounted.rates import bounds, clusters, contrasts, reporting_bias, source_mix
from uncounted.rates.clusters import Counts
from uncounted.rates.contrasts import PosteriorSummary
from uncounted.rates.outcomes import OutcomeTable
from uncounted.rates.proportions import jeffreys, wilson
from uncounted.rates.reporting_bias import AtReportingRatio, BiasAnalysis
from uncounted.rates.result import Clustered, Contrast, Measure, Rate, Rates, RateSettings


def compare(table: OutcomeTable, settings: RateSettings | None = None) -> Rates:
    """Proportion of each group with its interval, bounds and sensitivity, and their contrasts.

    Parameters
    ----------
    table : OutcomeTable
        Counts by group, source and cluster.
    settings : RateSettings, optional
        Reference group, confidence level, seed, and stated misclassification or bias prior.

    Returns
    -------
    Rates
        The reference group's rate first; the contrast of each other group with it.

    Raises
    ------
    UsedWrongly
        No such group, or a level or a misclassification that cannot be.
    NotEstimable
        No outcome is known.

    Examples
    --------
    >>> table = OutcomeTable.of({"before 2020": (14, 20), "since 2020": (6, 30)})
    >>> found = compare(table, RateSettings(reference="since 2020"))
    >>> contrast = found.contrasts[0]
    >>> contrast.group, round(contrast.measures["difference"].point, 2)
    ('before 2020', 0.5)
    >>> [round(limit, 2) for limit in contrast.measures["difference"].intervals["newcombe"]]
    [0.22, 0.69]
    """
    settings = settings or RateSettings()
    z_of(settings.level)
    if settings.coding is not None:
        reporting_bias.check_coding(*settings.coding)
    names = _reference_first(table, settings.reference)
    tallies = {name: table.group(name) for name in names}
    if not any(tally.n for tally in tallies.values()):
        raise NotEstimable(
            "no row has a known outcome",
            hint="an empty cell means unknown; write 0 if the outcome did not happen",
        )
    rates = {name: _rate(table, name, settings) for name in names}
    first = rates[names[0]]
    return Rates(
        table,
        settings,
        tuple(rates.values()),
        tuple(_contrast(table, rates[name], first, settings) for name in names[1:]),
        source_mix.rates_by_source(table, settings.level),
    )


def _reference_first(table: OutcomeTable, reference: str | None) -> list[str]:
    if reference is None:
        return list(table.groups)
    if reference not in table.groups:
        raise UsedWrongly(
            "no row is in the reference group",
            hint="write --reference as in the file",
        )
    return [reference, *(name for name in table.groups if name != reference)]


def _generator(
    table: OutcomeTable, group: str, settings: RateSettings, use: int
) -> np.random.Generator:
    return np.random.default_rng([settings.seed, table.groups.index(group), use])


def _clustered(table: OutcomeTable, group: str, level: float) -> Clustered:
    x, n = table.by_cluster([group])
    try:
        found = clusters.effective_sample_size([row[0] for row in x], [row[0] for row in n], level)
    except NotEstimable as refusal:
        return Clustered(None, str(refusal))
    tally = table.group(group)
    at = tally.x / tally.n * found.n
    both = {"wilson": wilson(at, found.n, level), "jeffreys": jeffreys(at, found.n, level)}
    return Clustered(found, None, both)


def _rate(table: OutcomeTable, group: str, settings: RateSettings) -> Rate:
    tally, level = table.group(group), settings.level
    clustered = _clustered(table, group, level) if table.clustered and tally.n else None
    methods = {"wilson": wilson, "jeffreys": jeffreys} if tally.n else {}
    intervals = {name: method(tally.x, tally.n, level) for name, method in methods.items()}
    rate = Rate(group, tally, intervals, clustered)
    found = bounds.manski_bounds(tally.x, tally.n, tally.unknown, level, effect=rate.effect)
    reported = []
    for share in bounds.SHARES:
        low, high = bounds.worst_case_bounds(found.low, found.high, share)
        reported.append(bounds.ReportedBounds(share, low, high))
    rate = attrs.evolve(rate, bounds=found, reported=tuple(reported))
    if rate.share is None:
        return rate
    believed = None
    if settings.bias_prior is not None and rate.counts is not None:
        rng = _generator(table, group, settings, 2)
        believed = reporting_bias.bias_adjusted_posterior(
            rng, rate.counts, settings.bias_prior, level
        )
    corrected = None
    if settings.coding is not None and rate.interval is not None:
        corrected = reporting_bias.rogan_gladen(rate.share, rate.interval, *settings.coding)
    rows = tuple(_at_rho(rate.share, rate.interval, rho) for rho in reporting_bias.RHOS)
    return attrs.evolve(rate, reporting=rows, corrected=corrected, believed=believed)


def _at_rho(share: float, interval: Interval | None, rho: float) -> AtReportingRatio:
    adjusted = None
    if interval is not None:
        adjusted = (
            reporting_bias.bias_adjusted(interval[0], rho),
            reporting_bias.bias_adjusted(interval[1], rho),
        )
    return AtReportingRatio(rho, reporting_bias.bias_adjusted(share, rho), adjusted)


def _contrast(table: OutcomeTable, one: Rate, two: Rate, settings: RateSettings) -> Contrast:
    """Each part needs those before it: what chance leaves of it, then what reporting would."""
    if one.share is None or two.share is None:
        reason = "no outcome is known in one of the two groups"
        return Contrast(one.group, two.group, reason)
    measures = _measures(table, one, two, settings, _whole(one), _whole(two))
    contrast = _with_clusters(
        table, Contrast(one.group, two.group, None, measures), one, two, settings
    )
    odds = contrast.best.get("odds_ratio")
    interval = (0.0, math.inf) if odds is None else odds.intervals["score"]
    tip = reporting_bias.tipping_point(measures["odds_ratio"].point, interval)
    found = bounds.manski_difference_bounds(
        attrs.astuple(one.tally),
        attrs.astuple(two.tally),
        settings.level,
        effects=(one.effect, two.effect),
    )
    corrected = None
    if one.corrected is not None and two.corrected is not None:
        corrected = one.corrected.value - two.corrected.value
    beyond = None  # nothing settles what chance could have made
    if found.interval is not None and tip is not None and tip.limit > 1:
        beyond = bounds.sign_identifying_share(found.interval)
    contrast = attrs.evolve(
        contrast,
        bounds=found,
        settles=bounds.sign_identifying_share((found.low, found.high)),
        settles_beyond_chance=beyond,
        tipping=tip,
        reporting=reporting_bias.reporting_ratio_grid(one.share, two.share),
        corrected=corrected,
        believed=_believed(table, one, two, settings),
    )
    if not table.sources:
        return contrast
    pair, rng = (one.group, two.group), _generator(table, one.group, settings, 3)
    return attrs.evolve(
        contrast,
        leaving_source=source_mix.leave_one_source_out(table, *pair, settings.level),
        standardised=source_mix.direct_standardisation(table, *pair, rng, settings.level),
    )


def _whole(rate: Rate) -> Counts:
    return rate.tally.x, rate.tally.n


def _believed(
    table: OutcomeTable, one: Rate, two: Rate, settings: RateSettings
) -> BiasAnalysis | None:
    if settings.bias_prior is None or one.counts is None or two.counts is None:
        return None
    rngs = _generator(table, one.group, settings, 2), _generator(table, two.group, settings, 2)
    counts = one.counts, two.counts
    return reporting_bias.probabilistic_bias_analysis(
        rngs, counts, settings.bias_prior, settings.level
    )


def _with_clusters(
    table: OutcomeTable, contrast: Contrast, one: Rate, two: Rate, settings: RateSettings
) -> Contrast:
    """Add what the clusters leave of the contrast."""
    if not table.clustered:
        return contrast
    measures: Mapping[str, Measure] = {}
    if one.counts is not None and two.counts is not None:
        measures = _measures(table, one, two, settings, one.counts, two.counts)
    x, n = table.by_cluster([one.group, two.group])
    bootstrap, reason = None, None
    try:
        rng = _generator(table, one.group, settings, 4)
        bootstrap = clusters.bootstrap(rng, x, n, settings.level)
    except NotEstimable as refusal:
        reason = str(refusal)
    return attrs.evolve(
        contrast,
        clustered=measures,
        bootstrap=bootstrap,
        bootstrap_reason=reason,
        leaving_cluster=clusters.leave_one_cluster_out(x, n),
    )


def _measures(
    table: OutcomeTable, one: Rate, two: Rate, settings: RateSettings, first: Counts, second: Counts
) -> dict[str, Measure]:
    """All three measures, by score and by Jeffreys draws, from whole or effective counts."""
    four, level = (*first, *second), settings.level
    whole = (*_whole(one), *_whole(two))
    posterior = _posterior_summaries(table, one, two, settings, first, second)

    def measure(name: str, point: float | None, **intervals: Interval) -> Measure:
        found = posterior[name]
        return Measure(point, {**intervals, "jeffreys": found.interval}, found.median)

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


def _posterior_summaries(
    table: OutcomeTable, one: Rate, two: Rate, settings: RateSettings, first: Counts, second: Counts
) -> dict[str, PosteriorSummary]:
    """Median and interval of Jeffreys draws of each measure.

    An end that only the prior would set (an empty cell) is left open, as of one proportion.
    """
    p1, odds1 = contrasts.jeffreys_odds(_generator(table, one.group, settings, 1), *first)
    p2, odds2 = contrasts.jeffreys_odds(_generator(table, two.group, settings, 1), *second)
    (x1, n1), (x2, n2) = _whole(one), _whole(two)

    def positive(draws: Floats, *, no_low: bool, no_high: bool) -> PosteriorSummary:
        found = contrasts.summary(draws, settings.level)
        low, high = found.interval
        limits = (0.0 if no_low else low, math.inf if no_high else high)
        return PosteriorSummary(found.median, limits)

    return {
        "difference": contrasts.summary(p1 - p2, settings.level),
        "ratio": positive(p1 / p2, no_low=x1 == 0, no_high=x2 == 0),
        "odds_ratio": positive(
            odds1 / odds2, no_low=x1 == 0 or x2 == n2, no_high=x1 == n1 or x2 == 0
        ),
    }
