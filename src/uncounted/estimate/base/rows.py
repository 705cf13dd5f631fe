"""Rows of the tables of a study: sensitivity analysis, robustness checks, linkage uncertainty.

Each class has the keys of its JSON object as its fields, in their order; a key that differs
from the field's name, or that is left out where there is nothing, says so.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal, Protocol

import attrs
import numpy as np

from uncounted.estimate.base.claim import Side

type Interval = tuple[float, float]
type Status = Literal["ok", "refused"]
type Stands = Literal[
    "on record",  # true by those recorded alone
    "against the record",  # false by those recorded alone
    "interval",  # the whole interval says so
    "point",  # the point says so, the interval does not
    "contradicted",  # the point says the opposite
    "ruled out",  # the whole interval says the opposite
    "silent",  # a lower bound that says nothing about it
    "refused",  # no number
]
type Details = Mapping[str, Any]  # settings or diagnostics of one method: its own keys


def as_json(value: Any) -> Any:
    """A value in the terms of JSON: no classes, no numpy, no infinity (None), no tuples."""
    if attrs.has(type(value)):
        answer: dict[str, Any] = {}
        for field in attrs.fields(type(value)):
            item, how = getattr(value, field.name), field.metadata
            if item is None and how.get("optional"):
                continue
            if how.get("flat"):
                answer |= as_json(item)
            else:
                answer[how.get("key", field.name)] = as_json(item)
        return answer
    if isinstance(value, Mapping):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(item) for item in value]
    if isinstance(value, np.ndarray):
        return as_json(value.tolist())
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    return value


class Result(Protocol):
    """What has a point and an interval, or neither: an estimate, or a row."""

    @property
    def point(self) -> float | None:
        """People in all."""

    @property
    def interval(self) -> Interval | None:
        """Its interval."""


@attrs.frozen
class SetAside:
    """Lists that share no person with the others, and are set aside.

    Attributes:
        lists: a group of lists that share people with one another, or one list.
        people: on any of them.
        expected_overlap: people in common with the other lists that were to be expected.
        p: the probability of none.
        draws: linkage draws in which they are set aside; None for a single table.
    """

    lists: tuple[str, ...]
    people: int
    expected_overlap: float
    p: float
    draws: int | None = attrs.field(default=None, metadata={"optional": True})


@attrs.frozen
class XiRow:
    """N at one value of xi."""

    xi: float
    point: float | None
    interval: Interval | None
    basis: str


@attrs.frozen
class MethodXiRow:
    """N by one method at one value of xi; fields as of `XiRow`."""

    method: str
    xi: float
    point: float | None
    interval: Interval | None
    basis: str


@attrs.frozen
class PsiRow:
    """N given covariates, for lists whose odds ratio is psi."""

    lists: tuple[str, ...]
    psi: float
    point: float
    interval: Interval | None


@attrs.frozen
class ListsXiRow:
    """N given covariates, if the undocumented are 1 / xi times as many as is assumed.

    Of three lists xi is the ratio of two odds ratios; of two or four, one over the interaction.
    `among`: of whom, `everyone` or `on no other list`.
    """

    lists: tuple[str, ...]
    among: str
    xi: float
    point: float
    interval: Interval | None


@attrs.frozen
class CategoryRow:
    """The total of one category of a covariate."""

    covariate: str
    category: str
    observed: int
    point: float
    interval: Interval


@attrs.frozen
class PairRow:
    """Chapman's estimate from two lists, and how many people are on both."""

    lists: tuple[str, str]
    overlap: int
    point: float
    interval: Interval


@attrs.frozen
class LeaveOneOutRow:
    """The headline's method without one list, and how many people the others document."""

    left_out: str = attrs.field(metadata={"key": "list"})
    observed: int
    status: Status
    reason: str | None
    point: float | None
    interval: Interval | None


@attrs.frozen
class PriorRow:
    """`decomposable` under another prior count delta or another prior on N."""

    delta: float
    prior_name: str = attrs.field(metadata={"key": "prior"})
    status: Status
    reason: str | None
    point: float | None
    interval: Interval | None


@attrs.frozen
class KnownListRow:
    """A list taken as a population of known size, and its size estimated from the others."""

    name: str = attrs.field(metadata={"key": "list"})
    known_size: int
    observed: int
    without: tuple[str, ...]
    method: str
    status: Status
    reason: str | None
    point: float | None
    interval: Interval | None
    covered: bool | None


@attrs.frozen
class SubsampleRow:
    """The estimate from a random part of the records, and the same rescaled to the whole."""

    unit: Literal["people"]
    order: int
    fraction: float
    observed: int
    status: Status
    reason: str | None
    point: float | None
    interval: Interval | None
    rescaled: float | None = None
    rescaled_interval: Interval | None = None


@attrs.frozen
class MethodPoint:
    """The point of one method."""

    method: str
    point: float


@attrs.frozen
class MethodRange:
    """The lowest and the highest point of the methods that are no bounds."""

    lowest: MethodPoint
    highest: MethodPoint
    ratio: float
    ratio_unrecorded: float | None = attrs.field(metadata={"key": "ratio_undocumented"})
    methods: int


@attrs.frozen
class TrackRecord:
    """How often the 95% interval of a method held the size of a list of known size.

    Attributes:
        tests: lists of known size.
        collections: groups of tables they are from.
        covered: share of the lists whose size was in the interval.
    """

    tests: int
    collections: int
    covered: float

    @property
    def sentence(self) -> str:
        """In a sentence."""
        return (
            f"On {self.tests:,} lists of known size ({self.collections} collections of tables)"
            f" its 95% interval covered {self.covered:.0%}."
        )


@attrs.frozen
class CalibratedInterval:
    """An estimate corrected by the errors of its method on lists of known size.

    Attributes:
        method: whose errors; `combined` for the three methods that a study leads with.
        level: of the interval.
        point: median of the calibrated distribution; None if there is none.
        interval: its quantiles.
        reason: why there is none.
        tests: lists of known size from which the errors are known.
    """

    method: str
    level: float
    point: float | None = None
    interval: Interval | None = None
    reason: str | None = None
    tests: int = 0


@attrs.frozen
class Quantiles:
    """A median and an equal-tailed interval."""

    median: float
    interval: tuple[float, float]


@attrs.frozen
class AlternativeRow:
    """The estimate under an alternative linkage model.

    Attributes:
        name: of the alternative.
        in_grid: whether it belongs to the grid of priors, and so may widen the range.
        passes: whether it passes its checks.
        reason: the check that it fails, or why it gives no number.
        observed: people recorded, the median over its draws.
        point: the estimate; None for none.
        interval: its interval; an end that is None is not bounded.
        error: Monte Carlo standard errors of the interval's two ends; None: not known.
        draws: of the linkage that were used.
        refused_in: how many of these the method refuses; None: not counted.
    """

    name: str
    in_grid: bool = attrs.field(metadata={"key": "alternative_model"})
    passes: bool
    reason: str | None = attrs.field(metadata={"key": "fail_reason"})
    observed: int
    point: float | None
    interval: tuple[float | None, float | None] | None
    error: tuple[float | None, float | None] = attrs.field(metadata={"key": "interval_mcse"})
    draws: int
    refused_in: int | None = attrs.field(default=None, metadata={"optional": True})


@attrs.frozen
class AlternativesRange:
    """From the lowest to the highest end of the intervals under all linkage models that pass.

    Attributes:
        interval: lower and upper end; None where not bounded.
        error: Monte Carlo standard errors of the ends.
        alternatives: how many are in the grid.
        passing: how many of them pass their checks.
        not_estimable: how many of these give no number.
    """

    interval: tuple[float | None, float | None]
    error: tuple[float | None, float | None] = attrs.field(metadata={"key": "interval_mcse"})
    alternatives: int
    passing: int
    not_estimable: int = attrs.field(metadata={"key": "n_not_estimable"})


@attrs.frozen
class SelfCheck:
    """The check that the linkage itself fails; None: it passes all."""

    failed_check: str | None


@attrs.frozen
class LinkageUncertainty:
    """What record linkage adds to the uncertainty of a study.

    Attributes:
        draws: posterior draws of the linkage.
        distinct_tables: different tables among them.
        observed: people recorded, over the draws.
        variance_share: share of the variance of log N that is due to linkage.
        alternatives: the headline under alternative linkage models, if looked at.
        range: over these that pass.
        self_check: of the linkage itself, if made.
    """

    draws: int
    distinct_tables: int
    observed: Quantiles
    variance_share: float | None = attrs.field(metadata={"key": "linkage_variance_share"})
    alternatives: tuple[AlternativeRow, ...] | None = attrs.field(
        default=None, metadata={"optional": True}
    )
    range: AlternativesRange | None = attrs.field(default=None, metadata={"optional": True})
    self_check: SelfCheck | None = attrs.field(
        default=None, metadata={"optional": True, "flat": True}
    )

    @property
    def failed_check(self) -> str | None:
        """The check that the linkage fails, if one was made and it does."""
        return self.self_check.failed_check if self.self_check else None


@attrs.frozen
class StrataAlternatives:
    """The total by one method under alternative linkage models; fields as there."""

    method: str
    alternatives: tuple[AlternativeRow, ...]
    range: AlternativesRange


@attrs.frozen
class Standing:
    """How a claim stands with one method.

    Attributes:
        method: its name.
        stands: see `Stands`; at xi = 1, what the method assumes.
        xi: "more than" holds at the point below it, "fewer than" above it; None: no xi decides.
        xi_interval: the same for the whole interval.
        xi_ruled_out: beyond it (above, for "more than") the whole interval says the opposite.
        words: a sentence or two.
        reason: of a refusal.
    """

    method: str
    stands: Stands
    words: str = attrs.field(metadata={"key": "text"})
    xi: float | None = None
    xi_interval: float | None = None
    xi_ruled_out: float | None = None
    reason: str | None = None


@attrs.frozen
class ClaimComparison:
    """How a stated population size stands with each method."""

    side: Side
    number: float
    rows: tuple[Standing, ...]


@attrs.frozen
class UnpooledResult:
    """A stratum's estimate alone."""

    point: float | None
    interval: Interval | None
    reason: str | None


@attrs.frozen
class PooledResult:
    """A stratum's estimate with partial pooling."""

    point: float | None
    interval: Interval | None


@attrs.frozen
class PooledRow:
    """A stratum alone and pooled."""

    stratum: Mapping[str, str]
    observed: int
    unpooled: UnpooledResult
    pooled: PooledResult
    shrinkage: float | None


@attrs.frozen
class CommonDistribution:
    """The posterior of the distribution over strata of the share missed."""

    share_missed: Quantiles
    m: Quantiles = attrs.field(metadata={"key": "logit_mean"})
    t: Quantiles = attrs.field(metadata={"key": "logit_sd"})


@attrs.frozen
class Slope:
    """A least-squares slope over numbered strata: posterior median and interval."""

    slope: float
    interval: tuple[float, float]


@attrs.frozen
class Slopes:
    """A slope alone and with partial pooling."""

    unpooled: Slope
    pooled: Slope


@attrs.frozen
class Trend:
    """How log N and the log odds of being missed move along numbered strata."""

    log_N: Slopes  # noqa: N815  (the letter of every paper)
    log_odds_missed: Slopes
