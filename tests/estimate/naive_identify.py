"""Slow and plain twins of identification: products, sums and grids written out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from math import exp, lgamma, log, prod

import numpy as np

type Shares = Mapping[str, float]


def patterns(J: int) -> list[str]:
    """Every seen pattern."""
    return ["".join(letters) for letters in product("01", repeat=J) if "1" in letters]


def odds_nhoi(shares: Shares, xi: float) -> float:
    """pi_0 / (1 - pi_0) = prod(odd) / prod(even) / xi."""
    odd = prod(share for pattern, share in shares.items() if pattern.count("1") % 2 == 1)
    even = prod(share for pattern, share in shares.items() if pattern.count("1") % 2 == 0)
    return odd / even / xi


def odds_pair(shares: Shares, a: int, b: int, xi: float) -> float:
    """u10 u01 / (u11 xi) - u00; below 0 when contradicted."""
    u = {"11": 0.0, "10": 0.0, "01": 0.0, "00": 0.0}
    for pattern, share in shares.items():
        u[pattern[a] + pattern[b]] += share
    return u["10"] * u["01"] / (u["11"] * xi) - u["00"]


def whole(shares: Shares, odds: float) -> dict[str, float]:
    """All 2^J probabilities, the unseen included."""
    J = len(next(iter(shares)))
    return {"0" * J: odds / (1 + odds)} | {p: s / (1 + odds) for p, s in shares.items()}


def odds_ratio(pi: Shares, a: int, b: int, given: Mapping[int, str]) -> float:
    """Of lists a and b, where the lists in `given` are as it says, the others summed over."""
    u = {"11": 0.0, "10": 0.0, "01": 0.0, "00": 0.0}
    for pattern, share in pi.items():
        if all(pattern[at] == letter for at, letter in given.items()):
            u[pattern[a] + pattern[b]] += share
    return u["11"] * u["00"] / (u["10"] * u["01"])


def log_negative_binomial(n: int, size: float, mean: float) -> float:
    """Log probability of n."""
    p = size / (mean + size)
    ways = lgamma(n + size) - lgamma(size) - lgamma(n + 1)
    return ways + size * log(p) + n * log(1 - p)


def posterior_n0(
    odds: Sequence[float], observed: int, log_prior: Callable[[int], float], most: int
) -> np.ndarray:
    """p(n0 | x) on 0..most: the prior on N times C(N, n) (1 - pi_0)^n pi_0^n0, over the draws."""
    n0 = np.arange(most + 1)
    ways = np.array([lgamma(observed + k + 1) - lgamma(k + 1) for k in n0])
    prior = np.array([log_prior(observed + int(k)) for k in n0])
    logs = [ways + prior + observed * log(1 / (1 + o)) + n0 * log(o / (1 + o)) for o in odds]
    top = max(float(each.max()) for each in logs)
    total = np.sum([np.exp(each - top) for each in logs], axis=0)
    return np.asarray(total / total.sum())


def quantile(mass: np.ndarray, level: float) -> int:
    """Smallest value whose cumulative mass reaches the level."""
    return int(np.searchsorted(np.cumsum(mass), level))


def n0_with_offset(counts: Mapping[str, int], xi: float) -> float:
    """The frequentist version: a Poisson log-linear model of all terms but the highest.

    The highest is an offset of (-1)^(J+1) log xi on the all-ones cell; fitted by weighted
    least squares, repeated.
    """
    J = len(next(iter(counts)))
    cells = patterns(J)
    sets = ["0" * J] + [s for s in cells if s.count("1") < J]
    X = np.array(
        [[all(c == "1" for c, s in zip(cell, one, strict=True) if s == "1") for one in sets]
         for cell in cells],
        dtype=float,
    )  # fmt: skip
    offset = np.array([(-1) ** (J + 1) * log(xi) if "0" not in cell else 0.0 for cell in cells])
    y = np.array([counts[cell] for cell in cells], dtype=float)
    mu = y + 0.5
    beta = np.zeros(len(sets))
    for _ in range(50):
        z = np.log(mu) - offset + (y - mu) / mu
        root = np.sqrt(mu)
        beta = np.linalg.lstsq(X * root[:, None], z * root, rcond=None)[0]
        mu = np.exp(X @ beta + offset)
    return exp(beta[0])
