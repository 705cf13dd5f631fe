"""BCa bootstrap that repeats the model selection (Silverman, Chan and Vincent 2024).

An interval that takes the chosen model for the true one leaves out the doubt about
the choice, which is often the larger part. Here each resample chooses for itself.
"""

from __future__ import annotations

from collections.abc import Callable

import attrs
import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from uncounted.errors import NotEstimable
from uncounted.estimate.base.rows import Interval

type Floats = npt.NDArray[np.float64]
type Estimator = Callable[[Floats], Floats]

ENOUGH = 200  # resamples below which no interval is read off their quantiles
MOST_FAILED = 0.5
_BLOCK = 250


@attrs.frozen(eq=False)
class BootstrapResult:
    """Estimates on resampled tables (those that have one), and what BCa needs beside them."""

    estimates: Floats
    failed: int
    bias: float
    acceleration: float

    def interval(self, level: float) -> Interval:
        """BCa: quantiles (of type 8) at levels moved by bias and acceleration (Efron 1987)."""
        at = []
        for tail in (0.5 - level / 2, 0.5 + level / 2):
            z = self.bias + float(ndtri(tail))
            at.append(float(ndtr(self.bias + z / (1 - self.acceleration * z))))
        low, high = np.quantile(self.estimates, at, method="median_unbiased")
        return float(low), float(high)

    def log_variance(self, observed: float) -> float:
        """Variance of log(n0 + 1/2) over the resamples."""
        return float(np.var(np.log(np.maximum(self.estimates - observed, 0.0) + 0.5)))


def resample(
    cells: Floats, estimate: Estimator, point: float, rng: np.random.Generator, resamples: int
) -> BootstrapResult:
    """Resample the seen people and estimate again, each time from the beginning.

    `cells` are counts by mask, shape (2**J,), of which cell 0 is not counted; `estimate` gives N
    for each row of such counts, nan where there is none; `point` is N on the table itself.
    """
    seen = np.flatnonzero(cells > 0)
    n = int(cells[seen].sum())
    tables = np.tile(cells, (resamples, 1))
    tables[:, seen] = rng.multinomial(n, cells[seen] / n, size=resamples)
    blocks = [estimate(tables[at : at + _BLOCK]) for at in range(0, resamples, _BLOCK)]
    found = np.concatenate(blocks)
    good = found[np.isfinite(found)]
    if len(good) < max(2, (1 - MOST_FAILED) * resamples):
        raise NotEstimable(
            f"{resamples - len(good)} of {resamples} resamples of the table have no estimate",
            hint="the overlaps depend on a few people; use fewer lists, or a lower bound (chao)",
        )
    share = np.clip(np.mean(good < point), 0.5 / len(good), 1 - 0.5 / len(good))
    acceleration = _acceleration(cells, seen, estimate) if resamples >= ENOUGH else 0.0
    return BootstrapResult(good, resamples - len(good), float(ndtri(share)), acceleration)


def _acceleration(cells: Floats, seen: npt.NDArray[np.int64], estimate: Estimator) -> float:
    """From leaving one person out, once for each non-empty cell."""
    tables = np.tile(cells, (len(seen), 1))
    tables[np.arange(len(seen)), seen] -= 1
    found = estimate(tables)
    weight = np.where(np.isfinite(found), cells[seen], 0.0)
    found = np.where(np.isfinite(found), found, 0.0)
    if weight.sum() == 0:
        return 0.0
    off = np.sum(weight * found) / weight.sum() - found
    spread = float(np.sum(weight * off**2))
    return float(np.sum(weight * off**3)) / (6 * spread**1.5) if spread > 0 else 0.0
