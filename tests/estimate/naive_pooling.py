"""Partial pooling of two-list strata by brute force: every n0, every m, every t, written out."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.special import betaln, gammaln

type Floats = npt.NDArray[np.float64]

MOST = 1200


def beta_binomial(k: Floats, N: Floats, a: float, b: float) -> Floats:
    """Log probability of k among N."""
    ways = gammaln(N + 1) - gammaln(k + 1) - gammaln(N - k + 1)
    answer: Floats = ways + betaln(k + a, N - k + b) - betaln(a, b)
    return answer


def prior_unrecorded(n: int) -> Floats:
    """P(n0 | N = n + n0) before the table is seen, delta = 1/4, for n0 = 0 .. MOST.

    The complete graph: beta-binomial. Two independent lists: K people on neither's first,
    n0 of these not on the second either, each beta-binomial with halves.
    """
    answer = []
    for n0 in range(MOST + 1):
        N = float(n + n0)
        complete = math.exp(float(beta_binomial(np.array(float(n0)), np.array(N), 0.25, 0.75)))
        K = np.arange(n0, n + n0 + 1, dtype=float)
        first = beta_binomial(K, np.full_like(K, N), 0.5, 0.5)
        second = beta_binomial(np.full_like(K, float(n0)), K, 0.5, 0.5)
        answer.append((complete + float(np.exp(first + second).sum())) / 2)
    return np.array(answer)


def single(a: int, b: int, m: int) -> Floats:
    """p(n0 | x) by both graphs and p(N) ~ 1/N, up to a constant, for n0 = 0 .. MOST."""
    n0 = np.arange(MOST + 1, dtype=float)
    N = n0 + a + b + m
    common = gammaln(N + 1) - gammaln(n0 + 1)
    cells = float(np.sum(gammaln(np.array([a, b, m]) + 0.25) - gammaln(0.25)))
    complete = common + cells + gammaln(n0 + 0.25) - gammaln(0.25) - gammaln(N + 1)
    apart = common.copy()
    for on in (a + m, b + m):
        apart += betaln(on + 0.5, N - on + 0.5) - betaln(0.5, 0.5)
    log = np.logaddexp(complete, apart) - np.log(N)
    answer: Floats = np.exp(log - log.max())
    return answer


def pooled(
    strata: Sequence[tuple[int, int, int]], m_sd: float = 2.0, points: int = 16
) -> tuple[list[Floats], float, float]:
    """The posterior of n0 in each stratum, and the posterior means of m and t."""
    n0 = np.arange(MOST + 1, dtype=float)
    node, weight = np.polynomial.hermite_e.hermegauss(41)
    own, ways, sizes = [], [], []
    for a, b, m in strata:
        n = a + b + m
        # the implied prior of n0 given n: P(n0 | N) n / N
        own.append(single(a, b, m) / (prior_unrecorded(n) * n / (n + n0)))
        ways.append(gammaln(n + n0) - gammaln(n) - gammaln(n0 + 1))
        sizes.append(n)
    found = [np.zeros(MOST + 1) for _ in strata]
    total, mean_m, mean_t = 0.0, 0.0, 0.0
    for mean in np.linspace(-4, 4, 2 * points + 1).tolist():
        for t in np.linspace(0.02, 3.5, points).tolist():
            theta = mean + t * node
            log_pi, log_rest = -np.logaddexp(0, -theta), -np.logaddexp(0, theta)
            terms = []
            for q, log_ways, n in zip(own, ways, sizes, strict=True):
                chance = np.exp(log_ways[:, None] + n0[:, None] * log_pi + n * log_rest)
                terms.append(q * (chance @ weight))
            sums = [float(each.sum()) for each in terms]
            law = math.exp(-0.5 * (mean / m_sd) ** 2 - 0.5 * t**2) * float(np.prod(sums))
            for s, each in enumerate(terms):
                found[s] += law * each / sums[s]
            total, mean_m, mean_t = total + law, mean_m + law * mean, mean_t + law * t
    return [each / total for each in found], mean_m / total, mean_t / total
