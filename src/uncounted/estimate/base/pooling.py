"""Pooling over linkage draws: linkage uncertainty propagated into N (Sadinle 2018).

Linkage gives linkage draws, each a table. The estimate is made on every
table and the answers are averaged equally (Sadinle 2018, Annals of Applied
Statistics 12:1013); equal tables are fitted once. It never reports an average of
the tables that happened to work without saying how many did not.

With n people recorded in a table, and n another in each table, N = n + n0 is pooled and
never n0 alone: where nearly everybody is recorded, most of the doubt about N is that about n.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from uncounted.estimate.base.mixture import Mixture, log_number
from uncounted.estimate.base.posterior import open_ended, quantiles
from uncounted.estimate.base.result import Estimate, Fitted
from uncounted.estimate.base.rows import Details
from uncounted.estimate.base.settings import MAX_REFUSED
from uncounted.estimate.base.warning import (
    LINKAGE_DRAWS,
    REPLICATES,
    EstimateWarning,
    over_draws,
)

FEWEST_REPLICATES = 10
BY_RUBIN = "Rubin's rules on log n0"  # the kind of an interval
Floats = NDArray[np.float64]


@attrs.frozen
class LogNVariance:
    """The variance of log N: between tables, due to linkage, and within them."""

    between: float
    within: float

    @property
    def share(self) -> float:
        """What of it lies between tables; 0 where there is none at all."""
        whole = self.between + self.within
        return self.between / whole if whole > 0 else 0.0


def pool(
    fits: Sequence[Fitted], *, max_refused: float = MAX_REFUSED, allow_for_few: bool = True
) -> Estimate:
    """Pool one method's estimates over linkage draws.

    Draws of N are put together, as many from each table as its share; of methods without
    draws the log-normal laws of N are (`Mixture`). A refusal in more than `max_refused`
    of the draws refuses the whole; fewer are left out, and counted in a warning.

    `allow_for_few`: the ends of a method without draws are moved out where tables are few; not
    so where they are held against those of many tables.

    `linkage_variance_share` is the share of the variance of log N that lies between tables.
    """
    total = sum(fit.times for fit in fits)
    bad = [fit for fit in fits if not fit.estimate.ok]
    good = [fit for fit in fits if fit.estimate.ok]
    missed = sum(fit.times for fit in bad)
    first = fits[0].estimate
    seconds = sum(fit.estimate.seconds for fit in fits)
    if not good or missed > max_refused * total:
        return _refuse(first, bad, missed, total, seconds, LINKAGE_DRAWS)
    total_variance = log_n_variance(good)
    model = good[0].estimate
    settings = {
        name: value
        for name, value in model.settings.items()
        if all(fit.estimate.settings.get(name) == value for fit in good)
    }
    good[0] = attrs.evolve(good[0], estimate=attrs.evolve(model, settings=settings))
    further = _few(total_variance, total - missed, model.level) if allow_for_few else 1.0
    pooled = _pool_draws(good) if model.draws is not None else _pool_distributions(good, further)
    warnings = _warnings(good, missed, total, LINKAGE_DRAWS)
    if not pooled.ok:
        return attrs.evolve(pooled, seconds=seconds)
    return attrs.evolve(
        pooled,
        diagnostics={
            **pooled.diagnostics,
            "linkage_variance_share": total_variance.share,
            "refused_in": missed,
        },
        warnings=warnings,
        seconds=seconds,
        input="",
    )


def pool_imputed(fits: Sequence[Fitted], *, max_refused: float = MAX_REFUSED) -> Estimate:
    """Pool one method's estimates over imputed replicates of one file, by Rubin's rules on log n0.

    With m_r and W_r the mean and variance of log(n0 + 1/2) in replicate r of R, m and W their
    means, and B the variance of m_r: T = W + (1 + 1/R) B, and the interval is n + exp(m +- t
    sqrt(T)) - 1/2 with t on (R - 1) (1 + W / ((1 + 1/R) B))^2 degrees of freedom (Rubin 1987,
    sec. 3.3). n is the rounded mean of the documented; the point is n and the mean of n0.
    """
    R = sum(fit.times for fit in fits)
    bad = [fit for fit in fits if not fit.estimate.ok]
    good = [fit for fit in fits if fit.estimate.ok]
    missed = sum(fit.times for fit in bad)
    seconds = sum(fit.estimate.seconds for fit in fits)
    if not good or missed > max_refused * R:
        return _refuse(fits[0].estimate, bad, missed, R, seconds, REPLICATES)
    model, used = good[0].estimate, R - missed
    weight = np.array([fit.times for fit in good], dtype=np.float64) / used
    mean, variance = np.array([_log_n0(fit) for fit in good]).T
    added = np.array([fit.estimate.number() - fit.observed for fit in good])
    observed = round(float(weight @ [fit.observed for fit in good]))
    pooled = rubin(mean, variance, weight, used, model.level)
    point = observed + float(weight @ added)
    low, high = pooled.interval(observed, point)
    ended = all(fit.estimate.interval and math.isfinite(fit.estimate.interval[1]) for fit in good)
    return attrs.evolve(
        model,
        point=point,
        point_kind=model.point_kind if model.bound else "mean over replicates",
        mean=None,
        interval=(low, high if ended else math.inf),
        interval_kind=BY_RUBIN,
        assumption=f"{model.assumption} The {used} imputed replicates are draws of one file, and"
        " how they differ is part of the interval (Rubin's rules).",
        settings={**model.settings, "replicates": used, "pooled": "log n0, by Rubin's rules"},
        diagnostics={
            **_average([(fit.estimate.diagnostics, fit.times) for fit in good]),
            "imputation_variance_share": pooled.between_share,
            "refused_in": missed,
        },
        draws=None,
        chains=None,
        log_n0=(pooled.mean, pooled.variance),
        warnings=_warnings(good, missed, R, REPLICATES) + _few_replicates(used),
        seconds=seconds,
        input="",
    )


@attrs.frozen
class PooledLogN0:
    """log(n0 + 1/2) by Rubin's rules: its variance, that between replicates, and the t quantile."""

    mean: float
    variance: float
    between: float
    quantile: float

    @property
    def between_share(self) -> float:
        """What of the variance lies between replicates."""
        return self.between / self.variance if self.variance > 0 else 0.0

    def interval(self, observed: float, point: float) -> tuple[float, float]:
        """Of N with so many documented; it holds the point."""
        wide = self.quantile * math.sqrt(self.variance)
        low, high = (math.exp(self.mean + end * wide) - 0.5 for end in (-1, 1))
        return min(observed + max(low, 0.0), point), max(observed + high, point)


def rubin(mean: Floats, variance: Floats, weight: Floats, used: int, level: float) -> PooledLogN0:
    """Pool the mean and variance of each of `used` replicates, `weight` its share.

    Rubin (1987), sec. 3.3.
    """
    m, W = float(weight @ mean), float(weight @ variance)
    B = float(weight @ (mean - m) ** 2) * used / (used - 1) if used > 1 else 0.0
    between = (1 + 1 / used) * B
    quantile = float(ndtri(0.5 + level / 2))
    if between > 0:
        df = (used - 1) * (1 + W / between) ** 2
        quantile = float(stdtrit(df, 0.5 + level / 2))
    return PooledLogN0(m, W + between, between, quantile)


def _log_n0(fit: Fitted) -> tuple[float, float]:
    found = fit.estimate.log_n0
    return found if found is not None else (math.log(fit.estimate.number() - fit.observed + 0.5), 0)


def _few_replicates(used: int) -> tuple[EstimateWarning, ...]:
    if used >= FEWEST_REPLICATES:
        return ()
    return (EstimateWarning("few-replicates", f"{used} imputed replicates"),)


def _refuse(
    first: Estimate, bad: Sequence[Fitted], missed: int, total: int, seconds: float, of: str
) -> Estimate:
    common: Counter[tuple[str, str | None, str | None]] = Counter()
    for fit in bad:
        refusal = fit.estimate
        common[refusal.reason or "", refusal.hint, refusal.refusal_code] += fit.times
    (reason, hint, refusal_code), _ = common.most_common(1)[0]
    if missed < total:
        reason = f"refused in {missed} of {total} {of}: {reason}"
    return Estimate(
        first.method,
        "refused",
        reason,
        hint,
        level=first.level,
        seconds=seconds,
        seed=first.seed,
        refusal_code=refusal_code,
    )


def log_n_variance(fits: Sequence[Fitted]) -> LogNVariance:
    """Between and within tables, what the means of few draws vary by chance taken off."""
    weight = np.array([fit.times for fit in fits], dtype=np.float64)
    weight /= weight.sum()
    mean, variance = np.array([log_number(fit.estimate, fit.observed) for fit in fits]).T
    chance = sum(
        float(share) * (1 - float(share)) * float(each) / _draws_of(fit.estimate)
        for share, each, fit in zip(weight, variance, fits, strict=True)
    )
    between = float(weight @ (mean - weight @ mean) ** 2)
    return LogNVariance(max(0.0, between - chance), float(weight @ variance))


def _draws_of(estimate: Estimate) -> float:
    """Of how many independent draws a table's mean is; no end of them where it has none."""
    if estimate.draws is None:
        return math.inf
    return float(min(len(estimate.draws), estimate.diagnostics.get("ess", math.inf)))


def _pool_draws(fits: Sequence[Fitted]) -> Estimate:
    model = fits[0].estimate
    per_draw = min(
        len(fit.estimate.draws) // fit.times for fit in fits if fit.estimate.draws is not None
    )
    draws = np.concatenate(
        [
            fit.estimate.draws[: per_draw * fit.times]
            for fit in fits
            if fit.estimate.draws is not None
        ]
    )
    middle, low, high = quantiles(open_ended(draws), model.level)
    if not math.isfinite(middle):
        total = sum(fit.times for fit in fits)
        return Estimate(
            model.method,
            "refused",
            "half of the draws or more put no end to the number of people",
            "too few people are on two lists; look at the lower bounds",
            level=model.level,
            diagnostics={"draws": total},
            seed=model.seed,
        )
    return attrs.evolve(
        model,
        point=middle,
        mean=None,
        interval=(low, high),
        settings={**model.settings, "pooled": "draws of N from every table, equally"},
        diagnostics=_average([(fit.estimate.diagnostics, fit.times) for fit in fits]),
        draws=draws,
        chains=None,
        log_n0=None,
    )


def _pool_distributions(fits: Sequence[Fitted], further: float) -> Estimate:
    """The mixture over tables of each table's own law of N; the point is the mean of points."""
    model = fits[0].estimate
    R = sum(fit.times for fit in fits)
    N = Mixture.of(fits)
    middle = N.quantile(0.5)
    low, high = (
        max(float(N.observed.min()), middle * (N.quantile(p) / middle) ** further)
        for p in (0.5 - model.level / 2, 0.5 + model.level / 2)
    )
    # Tables whose interval has no end are draws of a tail: more of them than it holds open it.
    open_ = sum(
        fit.times
        for fit in fits
        if fit.estimate.interval and not math.isfinite(fit.estimate.interval[1])
    )
    ended = open_ / R <= (1 - model.level) / 2
    points = [fit.estimate.number() for fit in fits]
    return attrs.evolve(
        model,
        point=float(np.average(points, weights=[fit.times for fit in fits])),
        interval=(low, high if ended else math.inf),
        settings={**model.settings, "pooled": "the laws of N from every table, equally"},
        diagnostics=_average([(fit.estimate.diagnostics, fit.times) for fit in fits]),
        log_n0=None,
    )


def _few(total_variance: LogNVariance, R: int, level: float) -> float:
    """How much longer the ends are on log N since the tables are few; 1 for very many.

    Rubin (1987, sec. 3.3): the variance is W + (1 + 1/R) B, of which a mixture of R tables has
    W + (1 - 1/R) B, and t on (R - 1) (1 + W / ((1 + 1/R) B))^2 takes the place of the normal.
    """
    if R == 1 or total_variance.between == 0:
        return 1.0
    B, W = total_variance.between * R / (R - 1), total_variance.within
    df = (R - 1) * (1 + W / ((1 + 1 / R) * B)) ** 2
    t = float(stdtrit(df, 0.5 + level / 2) / ndtri(0.5 + level / 2))
    return t * math.sqrt((W + (1 + 1 / R) * B) / (W + (1 - 1 / R) * B))


def _average(of: Sequence[tuple[Details, int]]) -> Details:
    """Weighted means of the diagnostics that are plain numbers in every table."""
    weights = [times for _, times in of]
    answer: dict[str, Any] = {}
    for name, value in of[0][0].items():
        if isinstance(value, int | float):
            answer[name] = float(np.average([each[name] for each, _ in of], weights=weights))
        elif isinstance(value, list) and all(len(each[name]) == len(value) for each, _ in of):
            answer[name] = [
                {
                    **item,
                    "probability": float(
                        np.average(
                            [each[name][i]["probability"] for each, _ in of], weights=weights
                        )
                    ),
                }
                for i, item in enumerate(value)
                if "probability" in item
            ]
    return answer


def _warnings(
    fits: Sequence[Fitted], missed: int, total: int, of: str
) -> tuple[EstimateWarning, ...]:
    """The warnings of all tables, once each; the number of tables left out."""
    found = over_draws(((w, fit.times) for fit in fits for w in fit.estimate.warnings), total, of)
    if not missed:
        return found
    text = f"{missed:,} of {total:,} {of} have no estimate and are left out"
    return (*found, EstimateWarning("draws-not-estimated", text))
