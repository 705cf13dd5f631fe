"""Priors on N (1/N and gamma-Poisson), and draws of n0 under them given pi_0.

Under p(N) ~ 1/N the number seen says nothing about pi_0, the share of people on no
list, and the unseen given pi_0 are negative binomial. Under an informed prior a draw
of pi_0 is kept with the probability that it gives the number seen, relative to the
best it could be (Aleshin-Guendel, Sadinle and Wakefield 2024). All of it is in
logarithms: pi_0 may be as near to 1 as it likes.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import attrs
import numpy as np
from scipy.special import gammaln

from uncounted.errors import NotEstimable, UsedWrongly
from uncounted.estimate.base.posterior import LAST, Ints
from uncounted.estimate.base.result import Floats

_LEAST, _MOST = 1e-9, 1e12  # of a prior's shape, scale and mean
_LEAST_LEFT = 400  # effective draws after reweighting
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


@attrs.frozen
class LogPrior:
    """Any prior on N, stated by the logarithm of its density up to a constant.

    Methods with a grid of n0 use it as it is; those with draws reweight draws made under 1/N
    (importance resampling), and refuse if too few of these carry the weight.

    Parameters
    ----------
    function : Callable
        Log density at N, of one number or of an array.
    name : str
        What the settings of an estimate say of it.

    Examples
    --------
    >>> LogPrior(lambda N: -2 * np.log(N), "1/N^2").log(np.array([1.0, 10.0])).round(2).tolist()
    [-0.0, -4.61]
    """

    function: Callable[..., Any]
    name: str = "stated as a function"

    def log(self, N: Floats) -> Floats:
        """Log prior up to a constant.

        Raises:
            UsedWrongly: the function gives no number, or plus infinity.
        """
        try:
            found = np.asarray(self.function(N), dtype=np.float64)
        except (TypeError, ValueError):
            found = np.zeros(0)
        if found.shape != N.shape:  # a function of one number
            found = np.array([float(self.function(float(each))) for each in N])
        if np.isnan(found).any() or np.isposinf(found).any():
            raise UsedWrongly(
                "the log prior on N is not a number for some N",
                hint="give a function of N that is finite, or minus infinity where N is ruled out",
            )
        return found


type Prior = InversePrior | GammaPoissonPrior | LogPrior
type AnyPrior = Prior | Callable[..., Any]  # the log density at N, of one number or an array
INVERSE = InversePrior()
DEFAULT_PRIOR: Prior = INVERSE  # on N, of decomposable graphs unless one is stated


def prior_of(prior: object) -> Prior:
    """A prior on N: one of the classes, or the log of one as a function of N."""
    if isinstance(prior, InversePrior | GammaPoissonPrior | LogPrior):
        return prior
    if callable(prior):
        return LogPrior(prior)
    raise UsedWrongly(
        "not a prior on N",
        hint="use InversePrior(), GammaPoissonPrior(shape, scale), or a function of N that gives"
        " the log of its density",
    )


def reweighted(
    prior: Prior, observed: int, n0: Ints, rng: np.random.Generator, *, ess: float, size: int
) -> Ints:
    """Draws of n0 under another prior, resampled from draws made under p(N) ~ 1/N.

    `ess` is what the draws are worth now. Kish's effective sample size says what is left of it.

    Raises:
        NotEstimable: fewer than 400 are left.
    """
    N = (n0 + observed).astype(np.float64)
    log_weight = prior.log(N) - INVERSE.log(N)
    top = float(log_weight.max())
    weight = np.exp(log_weight - top) if math.isfinite(top) else np.zeros(len(N))
    left = ess / len(N) * weight.sum() ** 2 / max(float((weight**2).sum()), 1e-300)
    if left < _LEAST_LEFT:
        raise NotEstimable(
            f"under this prior on N the draws are worth {left:,.0f} ({_LEAST_LEFT} at least): it is"
            " far from what the table says under 1/N",
            hint="use more draws, or decomposable, which needs none",
        )
    cumulative = np.cumsum(weight)
    levels = (np.arange(size) + rng.random(size)) / size * cumulative[-1]
    at = np.minimum(np.searchsorted(cumulative, levels, side="right"), len(N) - 1)
    answer: Ints = rng.permutation(n0[at])
    return answer


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
    if not isinstance(prior, GammaPoissonPrior):  # a stated function reweights draws under 1/N
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
