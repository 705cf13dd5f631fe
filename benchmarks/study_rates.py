"""How often the intervals of `uncounted rate` hold the truth, if rows were drawn at random.

    python benchmarks/study_rates.py

Of separate rows exactly: every table is weighed by its probability, over a grid of true
rates from 5 to 95%. Of rows in clusters by simulation: 1,000 times, clusters of 1 to 7 rows
whose rates are beta with mean 30%. Printed are the least and the mean coverage of 95%
intervals. Reports are no random sample: this says that the arithmetic is right, no more.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np

from uncounted.estimate.base.rows import Interval
from uncounted.rates import clusters, contrasts, proportions

GRID = np.linspace(0.05, 0.95, 19)
RATE, TIMES = 0.3, 1000
type Method = Callable[..., Interval]
ONE: dict[str, Method] = {"Wilson": proportions.wilson, "Jeffreys": proportions.jeffreys}
TWO: dict[str, tuple[Method, Callable[[float, float], float]]] = {
    "difference, Newcombe": (contrasts.newcombe, lambda p, q: p - q),
    "difference, score": (contrasts.score_difference, lambda p, q: p - q),
    "ratio, score": (contrasts.score_ratio, lambda p, q: p / q),
    "odds ratio, score": (contrasts.score_odds_ratio, lambda p, q: p / (1 - p) * (1 - q) / q),
}


def weights(n: int, p: float) -> list[float]:
    """The binomial law."""
    return [math.comb(n, x) * p**x * (1 - p) ** (n - x) for x in range(n + 1)]


def of_one(n: int, method: Method) -> list[float]:
    """Coverage of an interval for one rate, at each true rate of a fine grid."""
    told = [method(x, n) for x in range(n + 1)]
    return [
        sum(w for w, (low, high) in zip(weights(n, p), told, strict=True) if low <= p <= high)
        for p in np.linspace(0.05, 0.95, 181)
    ]


def of_two(n1: int, n2: int, method: Method, truth: Callable[[float, float], float]) -> list[float]:
    """Coverage of an interval for a contrast, at each pair of true rates."""
    told = {(x, y): method(x, n1, y, n2) for x in range(n1 + 1) for y in range(n2 + 1)}
    found = []
    for p in GRID:
        for q in GRID:
            first, second, true = weights(n1, p), weights(n2, q), truth(p, q)
            held = (at for at, (low, high) in told.items() if low - 1e-9 <= true <= high + 1e-9)
            found.append(sum(first[x] * second[y] for x, y in held))
    return found


def of_clusters(rng: np.random.Generator, count: int, alike: float) -> tuple[float, float]:
    """Coverage of Wilson's interval of separate rows, and of effective rows."""
    strength = 1 / alike - 1
    separate = worth = 0
    for _ in range(TIMES):
        m = rng.integers(1, 8, size=count)
        x = rng.binomial(m, rng.beta(RATE * strength, (1 - RATE) * strength, size=count))
        low, high = proportions.wilson(int(x.sum()), int(m.sum()))
        separate += low <= RATE <= high
        n = clusters.effective_sample_size(x.tolist(), m.tolist()).n
        low, high = proportions.wilson(x.sum() / m.sum() * n, n)
        worth += low <= RATE <= high
    return separate / TIMES, worth / TIMES


def lines() -> Iterator[str]:
    """The table, line by line."""
    for n in (10, 20, 30, 100):
        for name, method in ONE.items():
            found = of_one(n, method)
            yield f"{name}, n = {n}: least {min(found):.1%}, mean {np.mean(found):.1%}"
    for n1, n2 in ((20, 30), (8, 12)):
        for name, (method, truth) in TWO.items():
            found = of_two(n1, n2, method, truth)
            yield f"{name}, {n1} and {n2}: least {min(found):.1%}, mean {np.mean(found):.1%}"
    rng = np.random.default_rng(1)
    for count in (6, 10, 25, 60):
        for alike in (0.05, 0.4):
            separate, worth = of_clusters(rng, count, alike)
            yield (
                f"{count} clusters, correlation {alike:g}: rows as separate {separate:.1%}, "
                f"effective rows {worth:.1%}"
            )


if __name__ == "__main__":
    for line in lines():
        print(line, flush=True)
