"""Difference, ratio and odds ratio of two proportions: Newcombe and score intervals.

Group 2 is the reference; in each x of n rows whose outcome is known have it. Effective counts
need not be whole. A score interval holds every value that the score test does not
reject, so empty cells need no added halves; a limit that the data do not set is 0 or infinity.
Sampling error only, as of a random sample.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import attrs
import numpy as np

from uncounted.estimate.base.estimator import root, z_of
from uncounted.estimate.base.result import Floats
from uncounted.estimate.base.rows import Interval
from uncounted.rates.proportions import check_counts, wilson_at

DRAWS = 100_000
_FAR = 40.0  # logarithm beyond which no ratio of counts lies


def newcombe(x1: float, n1: float, x2: float, n2: float, level: float = 0.95) -> Interval:
    """Newcombe's hybrid score interval for a difference of proportions, p1 - p2.

    Newcombe (1998), Statistics in Medicine 17:873, method 10.
    """
    z = z_of(level)
    return mover_difference((x1 / n1, *wilson_at(x1, n1, z)), (x2 / n2, *wilson_at(x2, n2, z)))


def mover_difference(
    first: tuple[float, float, float], second: tuple[float, float, float]
) -> Interval:
    """An interval for a difference from (point, low, high) of each part (Newcombe 1998)."""
    p1, l1, u1 = first
    p2, l2, u2 = second
    d = p1 - p2
    return d - math.hypot(p1 - l1, u2 - p2), d + math.hypot(u1 - p1, p2 - l2)


def score_difference(x1: float, n1: float, x2: float, n2: float, level: float = 0.95) -> Interval:
    """Miettinen-Nurminen score interval for a difference of proportions, p1 - p2.

    Miettinen and Nurminen (1985), Statistics in Medicine 4:213.
    """
    check_counts(x1, n1)
    check_counts(x2, n2)
    z, d = z_of(level), x1 / n1 - x2 / n2

    def score(delta: float) -> float:
        p1, p2 = _with_difference(x1, n1, x2, n2, delta)
        variance = p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2
        return _standard(d - delta, variance * _small_sample(n1 + n2))

    low = -1.0 if d == -1 else root(lambda delta: score(delta) - z, -1.0, d)
    high = 1.0 if d == 1 else root(lambda delta: score(delta) + z, d, 1.0)
    return low, high


def score_ratio(
    x1: float, n1: float, x2: float, n2: float, level: float = 0.95, *, koopman: bool = False
) -> Interval:
    """Miettinen-Nurminen or Koopman score interval for a ratio of proportions, p1 / p2.

    Koopman (1984), Biometrics 40:513, leaves out the factor N / (N - 1). The upper limit is
    infinite when no row of group 2 has the outcome.
    """
    check_counts(x1, n1)
    check_counts(x2, n2)
    factor = 1.0 if koopman else _small_sample(n1 + n2)

    def score(phi: float) -> float:
        p1, p2 = _with_ratio(x1, n1, x2, n2, phi)
        variance = p1 * (1 - p1) / n1 + phi * phi * p2 * (1 - p2) / n2
        return _standard(x1 / n1 - phi * x2 / n2, variance * factor)

    return _on_log_scale(score, z_of(level), no_low=x1 == 0, no_high=x2 == 0)


def score_odds_ratio(x1: float, n1: float, x2: float, n2: float, level: float = 0.95) -> Interval:
    """Miettinen-Nurminen score interval for the odds ratio; 0 or infinite where it is not set."""
    check_counts(x1, n1)
    check_counts(x2, n2)
    factor = math.sqrt(_small_sample(n1 + n2))

    def above_one(a: float, n: float, b: float, m: float, psi: float) -> float:
        p, q, p2 = _with_odds_ratio(a, n, b, m, psi)
        information = 1 / (n * p * q) + 1 / (m * p2 * (1 - p2))
        return (a - n * p) * math.sqrt(information) / factor

    def score(psi: float) -> float:
        if psi >= 1:
            return above_one(x1, n1, x2, n2, psi)
        return -above_one(x2, n2, x1, n1, 1 / psi)

    nothing = x1 + x2 in (0, n1 + n2)  # all alike: the data say nothing of an odds ratio
    return _on_log_scale(
        score,
        z_of(level),
        no_low=nothing or x1 == 0 or x2 == n2,
        no_high=nothing or x1 == n1 or x2 == 0,
    )


def ratio(x1: float, n1: float, x2: float, n2: float) -> float | None:
    """p1 / p2; infinite over none, and None for none over none."""
    return _over(x1 * n2, x2 * n1)


def odds_ratio(x1: float, n1: float, x2: float, n2: float) -> float | None:
    """x1 (n2 - x2) / (x2 (n1 - x1)); infinite over none, and None for none over none."""
    return _over(x1 * (n2 - x2), x2 * (n1 - x1))


def _over(above: float, below: float) -> float | None:
    if below == 0:
        return None if above == 0 else math.inf
    return above / below


def jeffreys_odds(
    rng: np.random.Generator, x: float, n: float, draws: int = DRAWS
) -> tuple[Floats, Floats]:
    """Draws from the Jeffreys posterior of one proportion, and of its odds.

    Beta as two gammas, so that odds near nothing or near everything lose no digits.
    """
    yes = rng.gamma(x + 0.5, size=draws)
    no = rng.gamma(n - x + 0.5, size=draws)
    return yes / (yes + no), yes / no


@attrs.frozen
class PosteriorSummary:
    """Median and central interval of posterior draws."""

    median: float
    interval: Interval


def summary(draws: Floats, level: float) -> PosteriorSummary:
    """Median and central interval of draws."""
    low, middle, high = np.quantile(draws, [0.5 - level / 2, 0.5, 0.5 + level / 2])
    return PosteriorSummary(float(middle), (float(low), float(high)))


def _small_sample(total: float) -> float:
    return total / (total - 1)


def _standard(distance: float, variance: float) -> float:
    if variance > 0:
        return distance / math.sqrt(variance)
    return math.copysign(math.inf, distance) if distance else 0.0


def _on_log_scale(
    score: Callable[[float], float], z: float, *, no_low: bool, no_high: bool
) -> Interval:
    """Where a falling score passes z and -z; 0 and infinity where it never does."""
    low = 0.0 if no_low else math.exp(root(lambda t: score(math.exp(t)) - z, -_FAR, _FAR))
    high = math.inf if no_high else math.exp(root(lambda t: score(math.exp(t)) + z, -_FAR, _FAR))
    return low, high


def _with_difference(
    x1: float, n1: float, x2: float, n2: float, delta: float
) -> tuple[float, float]:
    """The likeliest p1 and p2 that differ by `delta` (Miettinen and Nurminen 1985, appendix I)."""
    N, x = n1 + n2, x1 + x2
    L2 = (n1 + 2 * n2) * delta - N - x
    L1 = (n2 * delta - N - 2 * x2) * delta + x
    L0 = x2 * delta * (1 - delta)
    q = L2**3 / (3 * N) ** 3 - L1 * L2 / (6 * N * N) + L0 / (2 * N)
    p = math.copysign(math.sqrt(max(L2**2 / (3 * N) ** 2 - L1 / (3 * N), 0.0)), q)
    angle = math.acos(min(max(q / p**3, -1.0), 1.0)) if p else 0.0
    p2 = 2 * p * math.cos((math.pi + angle) / 3) - L2 / (3 * N)
    p2 = min(max(p2, 0.0, -delta), 1.0, 1.0 - delta)
    return min(max(p2 + delta, 0.0), 1.0), p2


def _with_ratio(x1: float, n1: float, x2: float, n2: float, phi: float) -> tuple[float, float]:
    """The likeliest p1 and p2 with p1 = phi p2 (Miettinen and Nurminen 1985, appendix I)."""
    A = (n1 + n2) * phi
    B = n1 * phi + x1 + n2 + x2 * phi
    C = x1 + x2
    p2 = 2 * C / (B + math.sqrt(max(B * B - 4 * A * C, 0.0)))
    p2 = min(p2, 1.0, 1.0 / phi)
    return min(phi * p2, 1.0), p2


def _with_odds_ratio(
    x1: float, n1: float, x2: float, n2: float, psi: float
) -> tuple[float, float, float]:
    """The likeliest p1, 1 - p1 and p2 with odds ratio psi, at least 1 (the same appendix)."""
    A = n2 * (psi - 1)
    B = n1 * psi + n2 - (x1 + x2) * (psi - 1)
    C = x1 + x2
    under = math.sqrt(max(B * B + 4 * A * C, 0.0))
    p2 = 2 * C / (B + under) if B >= 0 else (under - B) / (2 * A)
    p2 = min(p2, 1.0)
    below = 1 + p2 * (psi - 1)
    return p2 * psi / below, (1 - p2) / below, p2
