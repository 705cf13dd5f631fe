"""Priors on N (1/N and gamma-Poisson), and draws of n0 under them given pi_0.

Under p(N) ~ 1/N the number seen says nothing about pi_0, the share of people on no
list, and the unseen given pi_0 are negative binomial. Under an informed prior a draw
of pi_0 is kept with the probability that it gives the number seen, relative to the
best it could be (Aleshin-Guendel, Sadinle and Wakefield 2024). All of it is in
logarithms: pi_0 may be as near to 1 as it likes.
"""

from __future__ import annotations

import math

import attrs
import numpy as np
from scipy.special import gammaln

from uncounted.errors import UsedWrongly
from uncounted.estimate.base.posterior import LAST, Ints
from uncounted.estimate.base.result import Floats

_LEAST, _MOST = 1e-9, 1e12  # of a prior's shape, scale and mean
_HOW = "SHAPE,SCALE expects about SHAPE times SCALE people, e.g. 13.14,55.17"


@attrs.frozen
class InversePrior:
    """p(N) proportional to 1/N (Jeffreys): uniform on log N.

    Examples
    --------
    >>> InversePrior().log(np.array([1.0, 10.0, 100.0])).round(2).tolist()
    [-0.0, -2.3, -4.61]
    """

    def log(self, N: Floats) -> Floats:
        """Log prior up to a constant."""
        answer: Floats = -np.log(N)
        return answer

    @property
    def name(self) -> str:
        """For the settings of an estimate."""
        return "p(N) ~ 1/N"


@attrs.frozen
class GammaPoissonPrior:
    """N ~ Poisson(theta), theta ~ Gamma(shape a, scale b): Madigan and York's informative prior.

    Parameters
    ----------
    shape : float
        Shape a of the gamma distribution.
    scale : float
        Scale b; the mean of N is a b.

    Raises
    ------
    UsedWrongly
        Shape, scale or their product, the mean, is not from 1e-9 to 1e12.

    Examples
    --------
    >>> GammaPoissonPrior(13.14, 55.17).name
    'N ~ Poisson(theta), theta ~ Gamma(13.14, scale 55.17)'
    """

    shape: float
    scale: float

    def __attrs_post_init__(self) -> None:
        a, b = self.shape, self.scale
        if not all(_LEAST <= each <= _MOST for each in (a, b, a * b)):
            raise UsedWrongly(
                f"a prior of shape {a} and scale {b} is not valid: both must be"
                " above 0, and they and the expected N at most 1e12",
                hint=_HOW,
            )

    def log(self, N: Floats) -> Floats:
        """Log prior up to a constant."""
        a, b = self.shape, self.scale
        answer: Floats = (
            N * np.log(b) - (N + a) * np.log1p(b) + gammaln(N + a) - gammaln(N + 1) - gammaln(a)
        )
        return answer

    @property
    def name(self) -> str:
        """For the settings of an estimate."""
        return f"N ~ Poisson(theta), theta ~ Gamma({self.shape:g}, scale {self.scale:g})"


type Prior = InversePrior | GammaPoissonPrior
INVERSE = InversePrior()
DEFAULT_PRIOR: Prior = INVERSE  # on N, of decomposable graphs unless one is stated


def prior_of(prior: object) -> Prior:
    """A prior on N, and nothing else."""
    if not isinstance(prior, InversePrior | GammaPoissonPrior):
        raise UsedWrongly(
            "not a prior on N",
            hint="use InversePrior() or GammaPoissonPrior(shape, scale)",
        )
    return prior


def read_prior(text: str) -> Prior:
    """A prior as a user writes it: `1/N`, or the shape and scale of Madigan and York's."""
    if "".join(text.split()).upper() == "1/N":
        return INVERSE
    try:
        shape, scale = (float(part) for part in text.split(","))
    except ValueError:
        raise UsedWrongly("a prior on N must be 1/N or SHAPE,SCALE", hint=_HOW) from None
    return GammaPoissonPrior(shape, scale)


def log_acceptance(prior: Prior, observed: int, log_odds: Floats) -> Floats:
    """Log of the probability with which each draw of pi_0 is kept.

    With N ~ NB(size a, mean M) the number seen is NB(a, mean m = (1 - pi_0) M), whose
    probability of n is greatest at m = n; the ratio to that is the probability. A draw whose
    log odds are nan, since its assumption rules it out, is never kept.
    """
    possible = ~np.isnan(log_odds)
    if isinstance(prior, InversePrior):
        return np.where(possible, 0.0, -np.inf)
    a, n = prior.shape, float(observed)
    log_m = math.log(a * prior.scale) - np.logaddexp(0.0, np.where(possible, log_odds, 0.0))
    log_ratio = (n + a) * (math.log(n + a) - np.logaddexp(log_m, math.log(a)))
    log_ratio += n * (log_m - math.log(n))
    return np.where(possible, np.minimum(log_ratio, 0.0), -np.inf)


def draw_n0(prior: Prior, observed: int, log_odds: Floats, rng: np.random.Generator) -> Ints:
    """One n0 for each draw of pi_0.

    Under 1/N: negative binomial (n, 1 - pi_0). Under NB(a, M): negative binomial
    (n + a, 1 - M pi_0 / (M + a)). Both as a Poisson of a Gamma. No n0 is above `LAST`.
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
