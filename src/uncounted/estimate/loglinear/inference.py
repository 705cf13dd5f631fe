"""Interval and fit of a selected log-linear model: bootstrap, profile likelihood, deviance."""

from __future__ import annotations

import math

import attrs
import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

from uncounted.estimate.base.estimator import log_n0, log_normal_interval
from uncounted.estimate.base.result import Estimate
from uncounted.estimate.base.rows import Details, Interval
from uncounted.estimate.base.warning import EstimateWarning
from uncounted.estimate.loglinear import bootstrap
from uncounted.estimate.loglinear.cell_counts import CellCounts
from uncounted.estimate.loglinear.hierarchy import Masks, Model, padded
from uncounted.estimate.loglinear.poisson import fit_all
from uncounted.estimate.loglinear.profile import profile_interval

type Floats = npt.NDArray[np.float64]

RESAMPLES = 1000
_PROFILE = "profile likelihood of the chosen model; doubt about the choice is not in it"
_BCA = "BCa bootstrap, the choice repeated"
_FEW = "log-normal, bootstrap variance, the choice repeated"


@attrs.frozen(eq=False)
class Choice:
    """A model chosen on a table, what it says, and how the choice is made on another table."""

    model: Model
    n0: float
    error: float
    again: bootstrap.Estimator


def with_interval(chosen: Estimate, cells: CellCounts, choice: Choice, resamples: int) -> Estimate:
    """The estimate of a selected model, with an interval by a bootstrap that repeats the selection.

    With no resamples it is the profile likelihood interval.
    """
    interval, profiled = profile(cells, choice.model, choice.n0, chosen.level, resamples)
    fit = {
        "se": choice.error,
        "deviance": deviance(cells, choice.model),
        "df": len(cells.counts) - 1 - len(choice.model),
    }
    estimate = attrs.evolve(
        chosen,
        settings={**chosen.settings, "resamples": resamples},
        diagnostics={**fit, **chosen.diagnostics, **profiled},
    )
    if interval is not None and resamples == 0:
        return attrs.evolve(
            estimate,
            interval=interval,
            interval_kind=_PROFILE,
            log_n0=log_n0(choice.n0, choice.error**2),
            diagnostics={**estimate.diagnostics, "failed_resamples": 0},
        )
    return _resampled(estimate, cells, choice, resamples)


def _resampled(estimate: Estimate, cells: CellCounts, choice: Choice, resamples: int) -> Estimate:
    rng = np.random.default_rng(estimate.seed)
    found = bootstrap.resample(cells.counts, choice.again, estimate.number(), rng, resamples)
    variance, n0 = found.log_variance(cells.observed), choice.n0
    if resamples >= bootstrap.ENOUGH:
        interval, kind = found.interval(estimate.level), _BCA
    else:
        kind, spread = _FEW, n0**2 * math.expm1(variance)
        interval = log_normal_interval(cells.observed, n0, spread, estimate.level)
    warning = EstimateWarning(
        "failed-resamples",
        f"{estimate.method}: {found.failed:,} of {resamples:,} bootstrap resamples have no "
        "estimate and are left out",
    )
    return attrs.evolve(
        estimate,
        interval=interval,
        interval_kind=kind,
        log_n0=(math.log(n0 + 0.5), variance),
        diagnostics={
            **estimate.diagnostics,
            "failed_resamples": found.failed,
            "bias": found.bias,
            "acceleration": found.acceleration,
        },
        warnings=estimate.warnings + ((warning,) if found.failed > resamples // 100 else ()),
    )


def profile(
    cells: CellCounts, model: Model, n0: float, level: float, resamples: int = 0
) -> tuple[Interval | None, Details]:
    """Profile likelihood interval of one model: n0 is put into the zero cell and fitted.

    Left out, for speed, where a few resamples give the interval. An upper end beyond 50
    times the observed is inf (Cormack 1992).
    """
    if 0 < resamples < bootstrap.ENOUGH:
        return None, {}
    models: tuple[Masks, Masks] = padded([model])

    def likelihood(log_n0: Floats) -> Floats:
        rows = np.arange(len(log_n0))
        counts = np.tile(cells.counts, (len(rows), 1))
        counts[:, 0] = np.exp(log_n0)
        N = cells.observed + counts[:, 0]
        fitted = fit_all(models, counts, np.zeros_like(rows), rows).likelihood
        # Poisson with fitted total N, turned into the multinomial of N people
        ways: Floats = N - N * np.log(N) + gammaln(N + 1) - gammaln(counts[:, 0] + 1)
        return fitted + ways

    (low, high), top = profile_interval(likelihood, n0, cells.observed, level)
    found = {"profile_low": low, "profile_high": high, "profile_maximum": top}
    return (low, high), found


def deviance(cells: CellCounts, model: Model) -> float:
    """Twice the log likelihood ratio between the counts and the model's fitted means."""
    only = np.zeros(1, dtype=np.int64)
    means = fit_all(padded([model]), cells.counts[None], only, only, means=True).means
    x = cells.counts[1:]
    seen = x > 0
    mu = np.ones_like(x) if means is None else means[0, 1:]
    return float(2 * np.sum(x[seen] * np.log(x[seen] / mu[seen])))
