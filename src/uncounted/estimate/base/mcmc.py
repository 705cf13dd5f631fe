"""Convergence of MCMC chains: rank-normalised R-hat and effective sample size (Vehtari 2021).

Vehtari, Gelman, Simpson, Carpenter and Bürkner (2021), Bayesian Analysis 16:667: split
R-hat of ranks and effective sample size of ranks, as arviz-stats computes them.
"""

from __future__ import annotations

import attrs
import numpy as np
import numpy.typing as npt

type Floats = npt.NDArray[np.float64]

MOST_RHAT = 1.01
LEAST_ESS = 400.0


@attrs.frozen
class Convergence:
    """What the draws of several quantities say together: the worst of each.

    Attributes:
        rhat: rank-normalised split R-hat; 1 when chains agree.
        ess: effective draws in the bulk, all chains together.
        tail: effective draws at the 5% and 95% quantiles.
    """

    rhat: float
    ess: float
    tail: float

    def reached(self, ess: float) -> bool:
        """Whether this is agreement, with so many effective draws."""
        return self.rhat <= MOST_RHAT and self.ess >= ess


def convergence(*quantities: Floats, tails: bool = True) -> Convergence:
    """Look at draws of shape (chains, draws) of each quantity.

    A quantity that never moves in any chain agrees with itself and counts in full.
    """
    from arviz_stats.base import array_stats  # takes most of a second to import

    rhat, ess, tail = 1.0, np.inf, np.inf
    for draws in quantities:
        size = float(draws.size)
        if np.ptp(draws) == 0:
            ess, tail = min(ess, size), min(tail, size)
            continue
        axes = {"chain_axis": 0, "draw_axis": 1}
        rhat = max(rhat, _number(array_stats.rhat(draws, **axes), np.inf))
        ess = min(ess, _number(array_stats.ess(draws, method="bulk", **axes), 0.0))
        if tails:
            worth = array_stats.ess(draws, method="tail", prob=(0.05, 0.95), **axes)
            tail = min(tail, _number(worth, 0.0))
    return Convergence(rhat, ess, tail)


def _number(value: npt.ArrayLike, instead: float) -> float:
    found = float(np.asarray(value))
    return found if np.isfinite(found) else instead


def places(draws: Floats) -> list[list[int]]:
    """Sort chains into groups whose medians lie together: more than one is a bad sign.

    Between two groups there is a gap wider than the middle half of a chain is, in the
    median over chains.

    Examples:
        >>> rng = np.random.default_rng(1)
        >>> places(rng.normal(size=(3, 500)) + np.array([[0], [9], [0]]))
        [[0, 2], [1]]
    """
    medians = np.median(draws, axis=1)
    low, high = np.quantile(draws, [0.25, 0.75], axis=1)
    width = float(np.median(high - low))
    order = np.argsort(medians, kind="stable")
    groups: list[list[int]] = []
    last = -np.inf
    for chain in order.tolist():
        if medians[chain] - last > width:
            groups.append([])
        groups[-1].append(chain)
        last = medians[chain]
    return [sorted(group) for group in groups]
