"""Settings of a comparison of rates, and its result."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version

import attrs

from uncounted.estimate.base.rows import Interval, as_json
from uncounted.rates.bounds import Bounds, ReportedBounds
from uncounted.rates.clusters import Counts, EffectiveSampleSize
from uncounted.rates.contrasts import PosteriorSummary
from uncounted.rates.outcomes import OutcomeTable, Tally
from uncounted.rates.reporting_bias import (
    AtReportingRatio,
    BiasAnalysis,
    BiasPrior,
    ReportingRatios,
    RoganGladenEstimate,
    TippingPoint,
)
from uncounted.rates.source_mix import SourceRate, Standardised, WithoutSource

UNBOUNDED = Bounds(0.0, 1.0, (0.0, 1.0))  # where nothing is known


@attrs.frozen
class RateSettings:
    """Settings of a comparison of rates.

    Parameters
    ----------
    reference : str or None
        The reference group; None takes the first.
    level : float
        Of all intervals.
    seed : int
        Of all draws.
    sensitivity : float or None
        Share of those with the outcome that are coded so; None: no correction.
    specificity : float or None
        Share of those without it that are coded so.
    bias_prior : BiasPrior or None
        Of the reporting ratio; None: none is stated.

    Examples
    --------
    >>> RateSettings(reference="since 2020", sensitivity=0.9, specificity=0.95).level
    0.95
    """

    reference: str | None = None
    level: float = 0.95
    seed: int = 1
    sensitivity: float | None = None
    specificity: float | None = None
    bias_prior: BiasPrior | None = None

    @property
    def coding(self) -> tuple[float, float] | None:
        """Sensitivity and specificity when either was stated; the other is then 1."""
        if self.sensitivity is None and self.specificity is None:
            return None
        return (
            1.0 if self.sensitivity is None else self.sensitivity,
            1.0 if self.specificity is None else self.specificity,
        )


@attrs.frozen
class Clustered:
    """What is left of a group's certainty when its rows came in clusters.

    Attributes:
        effective: how many separate rows its rows are worth; None when no interval can be
            given, and then `reason` says why.
        intervals: `wilson` and `jeffreys` from the effective rows.
    """

    effective: EffectiveSampleSize | None
    reason: str | None = None
    intervals: Mapping[str, Interval] = attrs.field(factory=dict)


@attrs.frozen
class Rate:
    """One group.

    Attributes
    ----------
    group : str
        Its name.
    tally : Tally
        Rows with the outcome, with a known one, with an unknown one.
    intervals : Mapping[str, Interval]
        `wilson` and `jeffreys`, treating rows as independent; empty when n = 0.
    clustered : Clustered or None
        The same for clustered rows; None without a cluster column.
    bounds : Bounds
        Of the rate, were all outcomes known.
    reported : tuple[ReportedBounds, ...]
        Bounds if a share of all attempts is here, one row per share.
    reporting : tuple[AtReportingRatio, ...]
        The rate among all, one row per reporting ratio.
    corrected : RoganGladenEstimate or None
        Without wrong codings, as stated; None when nothing was stated.
    believed : PosteriorSummary or None
        Under the prior on the reporting ratio; None when none was stated.

    Examples
    --------
    >>> from uncounted.rates.compare import compare
    >>> from uncounted.rates.outcomes import OutcomeTable
    >>> rate = compare(OutcomeTable.of({"before": (14, 20), "since": (6, 30)}))["before"]
    >>> rate.tally, [round(limit, 2) for limit in rate.intervals["wilson"]]
    (Tally(x=14, n=20, unknown=0), [0.48, 0.85])
    """

    group: str
    tally: Tally
    intervals: Mapping[str, Interval]
    clustered: Clustered | None = None
    bounds: Bounds = attrs.field(default=UNBOUNDED)
    reported: tuple[ReportedBounds, ...] = ()
    reporting: tuple[AtReportingRatio, ...] = ()
    corrected: RoganGladenEstimate | None = None
    believed: PosteriorSummary | None = None

    @property
    def share(self) -> float | None:
        """Of n rows, x: x / n; None when no outcome is known."""
        return self.tally.x / self.tally.n if self.tally.n else None

    @property
    def interval(self) -> Interval | None:
        """The interval to print: that of the clusters when there are any, else Wilson's."""
        intervals = self.intervals if self.clustered is None else self.clustered.intervals
        return intervals.get("wilson")

    @property
    def counts(self) -> Counts | None:
        """The x and n that intervals are made from: effective ones where rows came in clusters."""
        if not self.tally.n:
            return None
        if self.clustered is None:
            return self.tally.x, self.tally.n
        if self.clustered.effective is None:
            return None
        n = self.clustered.effective.n
        return self.tally.x / self.tally.n * n, n

    @property
    def effect(self) -> float | None:
        """By how much its rows are worth less than as many that stand alone; None for one voice."""
        if not self.tally.n:
            return 1.0
        return None if self.counts is None else self.tally.n / self.counts[1]


@attrs.frozen
class Measure:
    """A difference, a ratio or an odds ratio with its intervals by method.

    Attributes:
        point: None for none over none, infinite for some over none.
        intervals: by method; an end that the data do not set is 0 or infinite.
        median: of the Jeffreys draws.
    """

    point: float | None
    intervals: Mapping[str, Interval]
    median: float | None = None


@attrs.frozen
class Contrast:
    """One group compared with the reference group.

    Attributes
    ----------
    group : str
        The one looked at.
    reference : str
        The reference group.
    reason : str or None
        Why there is no contrast; None when there is one.
    measures : Mapping[str, Measure]
        `difference`, `ratio`, `odds_ratio`, treating rows as independent.
    clustered : Mapping[str, Measure] or None
        The same from effective rows; None when no column says what came together,
        empty when no interval can be given.
    bootstrap : Interval or None
        Bootstrap interval of the difference, from resampled clusters.
    bootstrap_reason : str or None
        Why there is none.
    leaving_cluster : Interval or None
        Least and greatest difference when any one cluster is left out.
    bounds : Bounds or None
        Of the difference, were all outcomes known.
    settles : float or None
        The share of attempts that must be here for the data alone to give the sign,
        chance aside: of the attempts as they happened.
    settles_beyond_chance : float or None
        The same with the interval around the bounds; None also when
        chance alone could make the contrast.
    tipping : TippingPoint or None
        Factor by which reporting must differ to explain the whole contrast.
    reporting : tuple[ReportingRatios, ...]
        One row per pair of reporting ratios; 1 is `group`.
    corrected : float or None
        The difference corrected for the stated misclassification.
    believed : BiasAnalysis or None
        Under the prior on the reporting ratios; None when none was stated.
    leaving_source : tuple[WithoutSource, ...]
        The difference without each source, from effective rows.
    standardised : Standardised or None
        Both groups with the same mix of sources.

    Examples
    --------
    >>> from uncounted.rates.compare import compare
    >>> from uncounted.rates.outcomes import OutcomeTable
    >>> (contrast,) = compare(OutcomeTable.of({"before": (14, 20), "since": (6, 30)})).contrasts
    >>> contrast.group, contrast.reference, round(contrast.measures["difference"].point, 2)
    ('since', 'before', -0.5)
    """

    group: str
    reference: str
    reason: str | None = None
    measures: Mapping[str, Measure] = attrs.field(factory=dict)
    clustered: Mapping[str, Measure] | None = None
    bootstrap: Interval | None = None
    bootstrap_reason: str | None = None
    leaving_cluster: Interval | None = None
    bounds: Bounds | None = None
    settles: float | None = None
    settles_beyond_chance: float | None = None
    tipping: TippingPoint | None = None
    reporting: tuple[ReportingRatios, ...] = ()
    corrected: float | None = None
    believed: BiasAnalysis | None = None
    leaving_source: tuple[WithoutSource, ...] = ()
    standardised: Standardised | None = None

    @property
    def best(self) -> Mapping[str, Measure]:
        """The measures to print: those of the clusters when there are any."""
        return self.measures if self.clustered is None else self.clustered


@attrs.frozen
class Rates:
    """Rates of all groups, contrasts, and the counts behind them.

    Attributes
    ----------
    table : OutcomeTable
        The counts.
    settings : RateSettings
        The settings of the comparison.
    rates : tuple[Rate, ...]
        One for each group.
    contrasts : tuple[Contrast, ...]
        Each other group compared with the reference group.
    sources : tuple[SourceRate, ...]
        The rate of each source; empty when no column says who reported.

    Examples
    --------
    >>> from uncounted.rates.compare import compare
    >>> from uncounted.rates.outcomes import OutcomeTable
    >>> found = compare(OutcomeTable.of({"before": (14, 20), "since": (6, 30)}))
    >>> [rate.group for rate in found.rates], found["since"].tally
    (['before', 'since'], Tally(x=6, n=30, unknown=0))
    """

    table: OutcomeTable
    settings: RateSettings
    rates: tuple[Rate, ...]
    contrasts: tuple[Contrast, ...]
    sources: tuple[SourceRate, ...] = ()

    def __getitem__(self, group: str) -> Rate:
        for rate in self.rates:
            if rate.group == group:
                return rate
        raise KeyError(group)

    @property
    def smallest(self) -> int | None:
        """The smallest count above 0 of rows with, without or of unknown outcome.

        In any group, and in any source of it; None when there is none.
        """
        tallies = [rate.tally for rate in self.rates]
        tallies += [Tally(row.x, row.n, row.unknown) for row in self.sources]
        counts = {count for each in tallies for count in (each.x, each.n - each.x, each.unknown)}
        return min(counts - {0}, default=None)

    def to_json(self) -> dict[str, object]:
        """The numbers as plain values: an end that the data do not set is None.

        They hold small counts as they are, so they are not for publication.
        """
        return {
            "level": self.settings.level,
            "seed": self.settings.seed,
            "version": version("uncounted"),
            "input": self.table.digest(),
            "ungrouped": self.table.ungrouped,
            "outcome_coding": as_json(self.settings.coding),
            "bias_prior": None
            if self.settings.bias_prior is None
            else attrs.asdict(self.settings.bias_prior),
            "groups": [_rate_json(rate) for rate in self.rates],
            "contrasts": [_contrast_json(contrast) for contrast in self.contrasts],
            "sources": [as_json(attrs.asdict(row)) for row in self.sources],
        }


def _rate_json(rate: Rate) -> dict[str, object]:
    """What is printed under the plain name, so that the other is not used by mistake."""
    value = as_json(attrs.asdict(rate))
    assert isinstance(value, dict)
    tally = value.pop("tally")
    group = value.pop("group")
    if rate.clustered is not None:
        value["as_if_separate"] = value["intervals"]
        value["intervals"] = value["clustered"].pop("intervals")
    return {"group": group, **tally, "rate": as_json(rate.share), **value}


def _contrast_json(contrast: Contrast) -> dict[str, object]:
    value = as_json(attrs.asdict(contrast))
    assert isinstance(value, dict)
    measures, clustered = value.pop("measures"), value.pop("clustered")
    if clustered is None:
        return {**value, **measures}
    value["as_if_separate"] = measures
    for name, measure in measures.items():
        value[name] = clustered.get(name, {**measure, "intervals": {}, "median": None})
    return value
