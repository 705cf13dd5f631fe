"""What is believed about N before the lists are looked at, and how draws of pi_0 obey it.

Under p(N) ~ 1/N the number seen says nothing about pi_0, the share of people on no
list, and the unseen given pi_0 are negative binomial. Under an informed prior a draw
of pi_0 is kept with the probability that it gives the number seen, relative to the
best it could be (Aleshin-Guendel, Sadinle and Wakefield 2024). All of it is in
logarithms: pi_0 may be as near to 1 as it likes.
"""

from __future__ import annotations

import math

import numpy as np

from uncounted.errors import UsedWrongly
from uncounted.estimate.decomposable import INVERSE, GammaPoissonPrior, InversePrior, Prior
from uncounted.estimate.posterior import LAST, Ints
from uncounted.estimate.result import Floats

__all__ = [
    "INVERSE",
    "GammaPoissonPrior",
    "InversePrior",
    "Prior",
    "draw_unseen",
    "log_acceptance",
    "negative_binomial",
]


def negative_binomial(*, size: float, mean: float) -> GammaPoissonPrior:
    """N ~ negative binomial of this size and mean; its variance is mean + mean^2 / size.

    The same law as N ~ Poisson(theta), theta ~ Gamma(shape size, scale mean / size).

    Raises:
        UsedWrongly: size or mean is not above 0.

    Examples:
        >>> negative_binomial(size=10, mean=2000).name
        'N ~ Poisson(theta), theta ~ Gamma(10, scale 200)'
    """
    if not (0 < size < math.inf and 0 < mean < math.inf):
        raise UsedWrongly(
            f"a prior of size {size} and mean {mean} is none: both are above 0",
            hint="mean: the N you expect; size: (mean / standard deviation) squared, about",
        )
    return GammaPoissonPrior(float(size), mean / size)


def log_acceptance(prior: Prior, observed: int, log_odds: Floats) -> Floats:
    """Log of the probability with which each draw of pi_0 is kept.

    With N ~ NB(size a, mean M) the number seen is NB(a, mean m = (1 - pi_0) M), whose
    probability of n is greatest at m = n; the ratio to that is the probability.

    Args:
        prior: on N.
        observed: n.
        log_odds: of pi_0, any shape; nan (a draw that its assumption rules out) is never kept.
    """
    possible = ~np.isnan(log_odds)
    if isinstance(prior, InversePrior):
        return np.where(possible, 0.0, -np.inf)
    a, n = prior.shape, float(observed)
    log_m = math.log(a * prior.scale) - np.logaddexp(0.0, np.where(possible, log_odds, 0.0))
    log_ratio = (n + a) * (math.log(n + a) - np.logaddexp(log_m, math.log(a)))
    log_ratio += n * (log_m - math.log(n))
    return np.where(possible, np.minimum(log_ratio, 0.0), -np.inf)


def draw_unseen(prior: Prior, observed: int, log_odds: Floats, rng: np.random.Generator) -> Ints:
    """One n0 for each draw of pi_0.

    Under 1/N: negative binomial (n, 1 - pi_0). Under NB(a, M): negative binomial
    (n + a, 1 - M pi_0 / (M + a)). Both as a Poisson of a Gamma. No n0 is above `LAST`.

    Args:
        prior: on N.
        observed: n.
        log_odds: log(pi_0 / (1 - pi_0)), shape (draws,).
        rng: of the draws.

    Examples:
        >>> odds = np.full(3, np.log(2.0))
        >>> draw_unseen(INVERSE, 10**6, odds, np.random.default_rng(1)) // 10**4
        array([200, 200, 200])
    """
    size = float(observed)
    if isinstance(prior, GammaPoissonPrior):
        a, M = prior.shape, prior.shape * prior.scale
        size += a
        log_seen = -np.logaddexp(0.0, log_odds)  # log(1 - pi_0)
        log_odds = (
            math.log(M) + log_odds + log_seen - np.logaddexp(math.log(M) + log_seen, math.log(a))
        )
    log_rate = np.log(rng.standard_gamma(size, len(log_odds))) + log_odds
    beyond = log_rate >= math.log(LAST)
    n0: Ints = rng.poisson(np.exp(np.where(beyond, 0.0, log_rate)))
    return np.where(beyond, LAST, np.minimum(n0, LAST))
