"""Draws and their ends: what has no end stays without one, also in a sum or a pool.

A posterior that no table ends has draws at `LAST`, which stand for everything from there
on. Added up or averaged as numbers they would give an end that means nothing.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from uncounted.estimate.base.posterior import LAST
from uncounted.estimate.base.result import Floats


def open_ended(draws: npt.NDArray[np.int64]) -> Floats:
    """Draws of N as floating point, `inf` where they have no end.

    Examples:
        >>> open_ended(np.array([5, LAST + 5]))
        array([ 5., inf])
    """
    return np.where(draws >= LAST, np.inf, draws.astype(np.float64))


def quantiles(draws: Floats, level: float) -> tuple[float, float, float]:
    """The middle and the equal-tailed ends of draws, each a draw itself; `inf` may be one.

    Examples:
        >>> quantiles(np.array([1.0, 2.0, 3.0, np.inf]), 0.5)
        (2.0, 1.0, 3.0)
    """
    tails = [0.5, 0.5 - level / 2, 0.5 + level / 2]
    middle, low, high = np.quantile(draws, tails, method="inverted_cdf").tolist()
    return middle, low, high
