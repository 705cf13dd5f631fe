"""Profile likelihood interval of n0 (Cormack 1992)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from uncounted.estimate.base.estimator import z_of
from uncounted.estimate.base.rows import Interval

type Floats = npt.NDArray[np.float64]
type Likelihood = Callable[[Floats], Floats]

UNBOUNDED = 50  # an upper end beyond this many times the observed is called unbounded
_LEAST = -12.0
_STEPS = 61


def profile_interval(
    likelihood: Likelihood, n0: float, observed: float, level: float
) -> tuple[Interval, float]:
    """Both ends for N, and the N of the highest likelihood (Cormack 1992), which is near `n0`.

    The ends are where the log likelihood has fallen by half the chi-square quantile on one
    degree of freedom; an upper end beyond 50 n is inf.
    """
    centre = float(np.log(max(n0, 1e-6)))
    for width in 3 * 0.1 ** np.arange(7):
        grid = _from(centre - width, width / 30)
        centre = float(grid[int(np.argmax(likelihood(grid)))])
    floor = float(likelihood(np.array([centre]))[0]) - z_of(level) ** 2 / 2
    low = _end(likelihood, floor, centre, -1.0, _LEAST)
    high = _end(likelihood, floor, centre, 1.0, float(np.log(UNBOUNDED * observed)))
    return (observed + low, observed + high), observed + float(np.exp(centre))


def _from(start: float, step: float, many: int = _STEPS) -> Floats:
    return np.arange(many, dtype=np.float64) * step + start


def _end(likelihood: Likelihood, floor: float, best: float, direction: float, last: float) -> float:
    """n0 where the likelihood falls below the floor: 0 or inf when it does not before `last`."""
    far = max((last - best) * direction, 0.0)
    near, step = best, 0.05 * direction
    grid = _from(near + step, step, int(far / 0.05) + 1)
    below = likelihood(grid) < floor
    if not below.any():
        return 0.0 if direction < 0 else float("inf")
    for _ in range(9):
        # the end of a finer grid is where the coarser was below, but for its last digits
        at = int(np.argmax(below)) if below.any() else len(grid) - 1
        near = float(grid[at]) - step
        step /= _STEPS
        grid = _from(near + step, step)
        below = likelihood(grid) < floor
    return float(np.exp(near))
