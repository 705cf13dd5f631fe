"""Sensitivity to differential reporting and to outcome misclassification.

The reporting ratio rho is how likely an attempt with the outcome is to be reported, over how
likely one without it is. The odds in the reports are rho times the true odds, so the data hold
no information on rho: tipping points and bias analysis say what follows from each value.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import attrs
import numpy as np

from uncounted.errors import UsedWrongly
from uncounted.estimate.base.result import Floats
from uncounted.estimate.base.rows import Interval
from uncounted.rates.clusters import Counts
from uncounted.rates.contrasts import DRAWS, PosteriorSummary, jeffreys_odds, summary

RHOS = (0.25, 0.5, 1.0, 2.0, 4.0)


def bias_adjusted(share: float, rho: float) -> float:
    """Proportion among all attempts, adjusted for differential reporting.

    p / (p + rho (1 - p)), from observed odds = rho x true odds.
    """
    if not (rho > 0 and math.isfinite(rho)):
        raise UsedWrongly("a reporting ratio must be above 0", hint="1: reporting does not differ")
    return share / (share + rho * (1 - share))


@attrs.frozen
class AtReportingRatio:
    """The rate among all attempts, were the reporting ratio `rho`."""

    rho: float
    rate: float
    interval: Interval | None


@attrs.frozen
class ReportingRatios:
    """The contrast among all attempts, were the reporting ratios of the groups these.

    Attributes:
        rho_1: of the first group.
        rho_2: of the second.
        difference: p1 - p2.
        odds_ratio: the observed one times rho_2 / rho_1; None where it has no value.
    """

    rho_1: float
    rho_2: float
    difference: float
    odds_ratio: float | None


def reporting_ratio_grid(
    p1: float, p2: float, rhos: Sequence[float] = RHOS
) -> tuple[ReportingRatios, ...]:
    """The contrast for every pair of reporting ratios, that of group 1 first.

    Examples:
        >>> rows = reporting_ratio_grid(0.7, 0.2)
        >>> round(next(r for r in rows if (r.rho_1, r.rho_2) == (4, 0.25)).difference, 2)
        -0.13
    """
    rows = []
    for first in rhos:
        for second in rhos:
            a, b = bias_adjusted(p1, first), bias_adjusted(p2, second)
            odds = None
            if a < 1 and b > 0:
                odds = a / (1 - a) * (1 - b) / b
            rows.append(ReportingRatios(first, second, a - b, odds))
    return tuple(rows)


@attrs.frozen
class TippingPoint:
    """By what factor reporting must have changed for a contrast to be nothing but that.

    Attributes:
        point: for the observed contrast to vanish; infinite where a count is 0.
        limit: for it to come within what chance alone could give; 1 where it is already.
        direction: `less` when the first group's outcome must have become less likely to reach
            us than in the second, relative to the other outcome; `more` otherwise.
    """

    point: float
    limit: float
    direction: str


def tipping_point(odds_ratio: float | None, interval: Interval) -> TippingPoint | None:
    """Tipping point of a contrast under differential reporting, from its odds ratio.

    The odds ratio among all attempts is the observed one times rho_2 / rho_1, so it is 1 when
    rho_1 / rho_2 equals the observed one. None when there is no contrast: an odds ratio of 1,
    or none.

    Examples:
        >>> found = tipping_point(9.333, (2.547, 34.231))
        >>> found.point, found.limit, found.direction
        (9.333, 2.547, 'more')
        >>> tipping_point(0.5, (0.2, 1.3)).limit
        1.0
    """
    if odds_ratio is None or odds_ratio == 1:
        return None
    low, high = interval
    if odds_ratio > 1:
        return TippingPoint(odds_ratio, max(low, 1.0), "more")
    point = 1 / odds_ratio if odds_ratio > 0 else math.inf
    return TippingPoint(point, max(1 / high, 1.0) if high > 0 else math.inf, "less")


@attrs.frozen
class RoganGladenEstimate:
    """A value as it would be without wrong codings.

    Attributes:
        value: within what is possible.
        interval: the same of the limits of the interval.
        outside: whether the formula left what is possible, which says that the stated
            sensitivity and specificity do not fit the data.
    """

    value: float
    interval: Interval
    outside: bool


def check_coding(sensitivity: float, specificity: float) -> None:
    """Refuse a coding that is no better than a coin."""
    for name, value in (("sensitivity", sensitivity), ("specificity", specificity)):
        if not 0 < value <= 1:
            raise UsedWrongly(f"the {name} must be above 0 and at most 1", hint="for example 0.95")
    if sensitivity + specificity <= 1:
        raise UsedWrongly(
            "sensitivity and specificity add up to 1 or less: such a coding is not informative",
            hint="both are shares coded correctly: 0.95, not 5",
        )


def rogan_gladen(
    share: float, interval: Interval, sensitivity: float, specificity: float
) -> RoganGladenEstimate:
    """A rate without wrong codings: (p + c - 1) / (s + c - 1) (Rogan and Gladen 1978).

    American Journal of Epidemiology 107:71. Sensitivity s is the share of those with the
    outcome that are coded so, specificity c of those without. Both are taken as known.
    """
    check_coding(sensitivity, specificity)

    def right(p: float) -> float:
        return (p + specificity - 1) / (sensitivity + specificity - 1)

    def possible(p: float) -> float:
        return min(max(p, 0.0), 1.0)

    value, (low, high) = right(share), interval
    inside = possible(right(low)), possible(right(high))
    return RoganGladenEstimate(possible(value), inside, not 0 <= value <= 1)


@attrs.frozen
class BiasPrior:
    """Prior on differential reporting by outcome: log rho ~ N(mean, sd^2).

    Each group has its own rho, drawn independently.

    Parameters
    ----------
    mean : float
        Of log rho.
    sd : float
        Standard deviation of log rho, from 0 to 10.

    Raises
    ------
    UsedWrongly
        The mean is not finite, or the standard deviation is not from 0 to 10.

    Examples
    --------
    >>> BiasPrior(sd=0.35).mean
    0.0
    """

    mean: float = 0.0
    sd: float = 0.0

    def __attrs_post_init__(self) -> None:
        if not (math.isfinite(self.mean) and math.isfinite(self.sd) and 0 <= self.sd <= 10):
            raise UsedWrongly(
                "the prior on log rho needs a mean and a standard deviation from 0 to 10",
                hint="0.35: rho is between 1/2 and 2 with 95% probability",
            )


@attrs.frozen
class BiasAnalysis:
    """Two rates among all attempts under a prior on the reporting ratio, and their contrast."""

    rates: tuple[PosteriorSummary, PosteriorSummary]
    difference: PosteriorSummary
    odds_ratio: PosteriorSummary
    same_sign: float | None


def bias_adjusted_posterior(
    rng: np.random.Generator, counts: Counts, prior: BiasPrior, level: float = 0.95
) -> PosteriorSummary:
    """The rate among all attempts under a prior on the reporting ratio."""
    odds = _odds(rng, counts, prior)
    return summary(odds / (1 + odds), level)


def probabilistic_bias_analysis(
    rngs: tuple[np.random.Generator, np.random.Generator],
    counts: tuple[Counts, Counts],
    prior: BiasPrior,
    level: float = 0.95,
) -> BiasAnalysis:
    """Probabilistic bias analysis of a contrast (Lash, Fox and Fink 2009, chapter 8).

    Jeffreys draws of the odds among the reports, over draws of rho; counts are effective where
    rows came in clusters.
    """
    one, two = (_odds(rng, each, prior) for rng, each in zip(rngs, counts, strict=True))
    p1, p2 = one / (1 + one), two / (1 + two)
    (x1, n1), (x2, n2) = counts
    sign = np.sign(x1 / n1 - x2 / n2)
    return BiasAnalysis(
        (summary(p1, level), summary(p2, level)),
        summary(p1 - p2, level),
        summary(one / two, level),
        float(np.mean(np.sign(p1 - p2) == sign)) if sign else None,
    )


def _odds(rng: np.random.Generator, counts: Counts, prior: BiasPrior) -> Floats:
    """Draws of the odds among all attempts."""
    _, reported = jeffreys_odds(rng, *counts, DRAWS)
    return reported / np.exp(prior.mean + prior.sd * rng.standard_normal(DRAWS))
