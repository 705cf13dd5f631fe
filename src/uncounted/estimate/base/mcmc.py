"""Convergence of MCMC chains: rank-normalised R-hat and effective sample size (Vehtari 2021).

Vehtari, Gelman, Simpson, Carpenter and Bürkner (2021), Bayesian Analysis 16:667: split
R-hat of ranks and effective sample size of ranks, as arviz-stats computes them.
"""

from __future__ import annotations

import math
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt
from scipy.fft import irfft, next_fast_len, rfft
from scipy.special import ndtri

from uncounted.errors import UsedWrongly

type Floats = npt.NDArray[np.float64]

MOST_RHAT = 1.01
LEAST_ESS = 400.0
LEAST_CHAINS = 4


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

    A quantity that never moves in any chain agrees with itself and counts in full. These are the
    figures of arviz-stats, whose import would take most of a second.
    """
    rhat, ess, tail = 1.0, np.inf, np.inf
    for draws in quantities:
        size = float(draws.size)
        if np.ptp(draws) == 0:
            ess, tail = min(ess, size), min(tail, size)
            continue
        if draws.shape[1] < _FEWEST or not np.isfinite(draws).all():
            rhat, ess, tail = np.inf, 0.0, 0.0
            continue
        split = _split(draws)
        z = _normal_scores(split)
        rhat = max(rhat, _rhat(z), _rhat(_normal_scores(np.abs(split - np.median(split)))))
        ess = min(ess, _ess(z))
        if tails:
            for limit in np.quantile(draws, [0.05, 0.95]):
                tail = min(tail, _ess(_split(draws <= limit).astype(np.float64)))
    return Convergence(rhat, ess, tail)


_FEWEST = 4  # draws of a chain


def _split(draws: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The halves of each chain as chains of their own."""
    half = draws.shape[1] // 2
    return np.vstack([draws[:, :half], draws[:, -half:]])


def _normal_scores(draws: Floats) -> Floats:
    """The normal quantiles of the ranks (of equal draws the mean rank), section 4.1."""
    _, place, count = np.unique(draws, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[place.reshape(-1)]
    answer: Floats = ndtri((rank - 3 / 8) / (draws.size + 1 / 4)).reshape(draws.shape)
    return answer


def _rhat(chains: Floats) -> float:
    """Root of the pooled variance over the variance within chains, eq. 3."""
    draws = chains.shape[1]
    within, between = chains.var(axis=1, ddof=1).mean(), chains.mean(axis=1).var(ddof=1)
    if within == 0:
        return math.inf if between > 0 else 1.0
    return float(np.sqrt(between / within + (draws - 1) / draws))


def _ess(chains: Floats) -> float:
    """Draws over their autocorrelation time, by Geyer's initial monotone sequence, section 3.2."""
    many, draws = chains.shape
    if np.ptp(chains) == 0:
        return float(chains.size)
    length = next_fast_len(2 * draws, real=True)
    centred = chains - chains.mean(axis=1, keepdims=True)
    covariance = (
        irfft(np.abs(rfft(centred, length, axis=1)) ** 2, length, axis=1)[:, :draws] / draws
    )
    within = covariance[:, 0].mean() * draws / (draws - 1)
    pooled = within * (draws - 1) / draws
    if many > 1:
        pooled += chains.mean(axis=1).var(ddof=1)
    rho = 1 - (within - covariance.mean(axis=0)) / pooled
    rho[0] = 1.0
    even, odd = rho[: draws - 2 : 2], rho[1 : draws - 1 : 2]
    even, odd = even[: len(odd)], odd[: len(even)]
    pairs = even + odd
    ends = np.flatnonzero(pairs <= 0)
    last = int(ends[0]) if len(ends) else len(pairs) - 1
    time = -1 + 2 * np.minimum.accumulate(pairs[:last]).sum() + max(even[last], 0.0)
    return float(chains.size / max(time, 1 / math.log10(chains.size)))


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


def check_chains(chains: int, target_ess: float, budget: float) -> None:
    """Settings of chains that allow convergence to be checked."""
    if chains < LEAST_CHAINS:
        raise UsedWrongly(
            f"{chains} chains are too few to check convergence", hint=f"at least {LEAST_CHAINS}"
        )
    if not target_ess >= LEAST_ESS:
        raise UsedWrongly(
            f"{target_ess:g} is too small an effective sample size for an interval",
            hint=f"at least {LEAST_ESS:g}",
        )
    if not 0 < budget < math.inf:
        raise UsedWrongly("the budget must be above 0 seconds")


def not_converged(found: Convergence, draws: Floats, medians: Floats) -> str:
    """Why chains give no number: R-hat and ESS, and the modes, where they are in several.

    `draws` of log n0 are of shape (chains, draws); `medians` of N, one a chain.
    """
    rhat = f"{found.rhat:.3f}" if math.isfinite(found.rhat) else "infinite"
    reason = (
        f"the chains have not converged within the steps allowed: R-hat is {rhat} "
        f"({MOST_RHAT} at most), and the effective sample size is {found.ess:,.0f} "
        f"({LEAST_ESS:.0f} at least)"
    )
    groups = places(draws)
    if len(groups) == 1:
        return reason
    where = ", ".join(f"{len(group)} about {np.median(medians[group]):,.0f}" for group in groups)
    return f"{reason}; the chains are in {len(groups)} modes: {where} people"
