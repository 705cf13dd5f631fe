"""The distribution of N given one table, and mixtures of it over linkage draws.

A method with draws has its posterior. A method without has n people recorded and a
log(n0 + 1/2) that is normal, which is how such estimates are pooled and added up.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np
from scipy.special import ndtr, ndtri

from uncounted.estimate.base.estimator import root
from uncounted.estimate.base.posterior import open_ended
from uncounted.estimate.base.result import Estimate, Fitted, Floats

_MOST = 700.0  # an exponent beyond which there is no floating point
_POINTS = 2_000  # equal slices of a law that has no draws


@attrs.frozen(eq=False)
class Mixture:
    """N over tables: each with its own people recorded and its own log-normal n0.

    A table drawn by its weight, then N on that table: n + max(0, exp(normal) - 1/2).

    Attributes:
        observed: people recorded in each table, shape (R,).
        mean: of log(n0 + 1/2) in each.
        sd: of the same.
        weight: shares of the tables, which add up to 1.
    """

    observed: Floats
    mean: Floats
    sd: Floats
    weight: Floats

    @classmethod
    def of(cls, fits: Sequence[Fitted]) -> Mixture:
        """Of fits that have no draws; an estimate that brings no doubt is its point."""
        moments = [_log_n0(fit.estimate, fit.observed) for fit in fits]
        times = np.array([fit.times for fit in fits], dtype=np.float64)
        return cls(
            np.array([fit.observed for fit in fits], dtype=np.float64),
            np.array([mean for mean, _ in moments]),
            np.array([variance for _, variance in moments]) ** 0.5,
            times / times.sum(),
        )

    def below(self, N: float) -> float:
        """The chance of at most N people."""
        seen = self.observed <= N
        at = np.log(np.maximum(N - self.observed, 0.0) + 0.5) - self.mean
        sharp = self.sd == 0
        z = at / np.where(sharp, 1.0, self.sd)
        each = np.where(sharp, at > -1e-12, ndtr(z))
        return float(self.weight @ np.where(seen, each, 0.0))

    def quantile(self, p: float) -> float:
        """The least N that has a chance of p below it, by halving."""
        each = at(self.observed, self.mean, self.sd, float(ndtri(p)))
        low, high = float(each.min()) - 1, float(each.max()) * (1 + 1e-9) + 1
        return root(lambda N: self.below(N) - p, low, high)


def at(
    observed: float | Floats, mean: float | Floats, sd: float | Floats, z: float | Floats
) -> Floats:
    """N at a standard normal z: n + max(0, exp(mean + sd z) - 1/2)."""
    n0 = np.exp(np.minimum(mean + np.multiply(sd, z), _MOST)) - 0.5
    return np.asarray(observed + np.maximum(n0, 0.0))


def drawn(estimate: Estimate, observed: int, size: int, rng: np.random.Generator) -> Floats:
    """Draws of N by one table's law; `inf` where the posterior has no end."""
    if estimate.draws is not None:
        return open_ended(rng.choice(estimate.draws, size=size))
    mean, variance = _log_n0(estimate, observed)
    return at(observed, mean, variance**0.5, rng.standard_normal(size))


def spread_out(estimate: Estimate, observed: int) -> Floats:
    """One table's law as numbers of equal weight: its draws, or the middles of equal slices."""
    if estimate.draws is not None:
        return open_ended(estimate.draws)
    mean, variance = _log_n0(estimate, observed)
    z = ndtri((np.arange(_POINTS) + 0.5) / _POINTS)
    return at(observed, mean, variance**0.5, z)


def log_number(estimate: Estimate, observed: int) -> tuple[float, float]:
    """Mean and variance of log N on one table; a draw without an end counts where it is cut."""
    if estimate.draws is not None:
        logs = np.log(estimate.draws)
    else:
        logs = np.log(spread_out(estimate, observed))
    return float(logs.mean()), float(logs.var())


def _log_n0(estimate: Estimate, observed: int) -> tuple[float, float]:
    if estimate.log_n0 is not None:
        return estimate.log_n0
    assert estimate.point is not None  # of an estimate, never of a refusal
    return float(np.log(max(estimate.point - observed, 0.0) + 0.5)), 0.0
