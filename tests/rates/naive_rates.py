"""Slow twins of the intervals for two proportions: likelihoods maximised by search.

No closed form, no cubic: the likeliest pair under a constraint is found by golden-section
search, and the ends of an interval by a scan that only knows the score statistic.
"""

from __future__ import annotations

import math
from collections.abc import Callable

type Pair = tuple[float, float]


def log_likelihood(x1: int, n1: int, x2: int, n2: int, p1: float, p2: float) -> float:
    total = 0.0
    for count, p in ((x1, p1), (n1 - x1, 1 - p1), (x2, p2), (n2 - x2, 1 - p2)):
        if count:
            total += count * math.log(p) if p > 0 else -math.inf
    return total


def likeliest(f: Callable[[float], float], low: float, high: float) -> float:
    """Where a function with one top has it."""
    golden = (math.sqrt(5) - 1) / 2
    for _ in range(120):
        a, b = high - golden * (high - low), low + golden * (high - low)
        if f(a) > f(b):
            high = b
        else:
            low = a
    return (low + high) / 2


def score(
    x1: int, n1: int, x2: int, n2: int, first: Callable[[float], float], low: float, high: float
) -> tuple[float, float, float]:
    """Chi-square with N / (N - 1) of p1 = first(p2), and the pair that is likeliest under it."""
    p2 = likeliest(lambda p: log_likelihood(x1, n1, x2, n2, first(p), p), low, high)
    p1 = first(p2)
    chi = 0.0
    for x, n, p in ((x1, n1, p1), (x2, n2, p2)):
        if 0 < p < 1:
            chi += (x - n * p) ** 2 / (n * p * (1 - p))
        elif x != n * p:
            return math.inf, p1, p2
    return chi * (n1 + n2 - 1) / (n1 + n2), p1, p2


def chi_difference(x1: int, n1: int, x2: int, n2: int, delta: float) -> float:
    return score(x1, n1, x2, n2, lambda p: p + delta, max(0.0, -delta), min(1.0, 1 - delta))[0]


def chi_ratio(x1: int, n1: int, x2: int, n2: int, phi: float) -> float:
    return score(x1, n1, x2, n2, lambda p: p * phi, 0.0, min(1.0, 1 / phi))[0]


def chi_odds_ratio(x1: int, n1: int, x2: int, n2: int, psi: float) -> float:
    return score(x1, n1, x2, n2, lambda p: psi * p / (1 + p * (psi - 1)), 0.0, 1.0)[0]
