"""How far a method's number of undocumented people is from the true one: a model of its errors.

n0 people are undocumented where a method says e. The model is Poisson-log-normal,

    n0 ~ Poisson(L),   log L ~ Normal(log(e + 1/2) + shift, sd^2 + s^2),

with s the standard deviation of log n0 that the method's own interval implies. `shift` and `sd`
are fitted by maximum likelihood to populations of known size, with the same weight for each
collection of tables however many populations it has.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import attrs
import numpy as np
from scipy.special import gammaln, ndtri, pdtr

from uncounted.estimate.base.result import Floats

_NODES = np.linspace(-6.0, 6.0, 241)
_WEIGHTS = np.exp(-(_NODES**2) / 2) / np.exp(-(_NODES**2) / 2).sum()
_MOST_DRAWN = 1e15  # a mean beyond it cannot be drawn from
_BELOW = np.cumsum(_WEIGHTS)
_WIDER = 1.3  # of the integration grid, against the product of the two normal shapes


@attrs.frozen
class KnownError:
    """One method's estimate for one population of known size.

    Attributes:
        collection: the group of tables the population is from.
        estimated: undocumented people by the method.
        log_sd: standard deviation of log n0 implied by its interval.
        undocumented: undocumented people in truth.
    """

    collection: str
    estimated: float
    log_sd: float
    undocumented: int


@attrs.frozen
class UndocumentedLaw:
    """The law of the undocumented given an estimate: Poisson about a log-normal mean.

    Attributes:
        log_mean: mean of the logarithm of that mean.
        between: its standard deviation between populations: the errors of the method.
        within: its standard deviation for this table: its own interval.
    """

    log_mean: float
    between: float
    within: float

    @property
    def log_sd(self) -> float:
        """Standard deviation of the logarithm, from both."""
        return math.hypot(self.between, self.within)

    def draws(self, rng: np.random.Generator, size: int, *, errors: Floats | None = None) -> Floats:
        """Draws of the undocumented; `errors`: standard normal errors between populations."""
        if errors is None:
            errors = rng.standard_normal(size)
        within = self.within * rng.standard_normal(size)
        means = np.exp(self.log_mean + self.between * errors + within)
        return rng.poisson(np.minimum(means, _MOST_DRAWN)).astype(np.float64)


@attrs.frozen
class ErrorModel:
    """Errors of a method on populations of known size.

    Attributes:
        shift: mean of log(true / estimated), beyond sampling.
        sd: its standard deviation between populations.
    """

    shift: float
    sd: float

    def law(self, estimated: float, log_sd: float) -> UndocumentedLaw:
        """The law of the undocumented where a method's estimate and its own error are given."""
        return UndocumentedLaw(math.log(estimated + 0.5) + self.shift, self.sd, log_sd)

    def undocumented(
        self, estimated: float, log_sd: float, level: float
    ) -> tuple[float, float, float]:
        """Median and interval of the number of undocumented people.

        Args:
            estimated: undocumented people by the method.
            log_sd: standard deviation of log n0 implied by its interval.
            level: of the interval.
        """
        law = self.law(estimated, log_sd)
        means = np.exp(law.log_mean + law.log_sd * _NODES)
        low, middle, high = (_quantile(means, at) for at in (0.5 - level / 2, 0.5, 0.5 + level / 2))
        return middle, low, high


def fit_error_model(errors: Sequence[KnownError]) -> ErrorModel:
    """Maximum likelihood, every collection with the same weight."""
    from scipy.optimize import minimize  # an estimate uses the fitted model and starts sooner

    sizes = Counter(each.collection for each in errors)
    weights = np.array([1 / sizes[each.collection] for each in errors])

    def loss(parameters: Floats) -> float:
        model = ErrorModel(float(parameters[0]), math.exp(float(parameters[1])))
        return -float(weights @ log_likelihood(model, errors))

    found = minimize(
        loss, [0.7, -0.4], method="Nelder-Mead", options={"xatol": 1e-3, "fatol": 1e-4}
    )
    return ErrorModel(float(found.x[0]), math.exp(float(found.x[1])))


def log_likelihood(model: ErrorModel, errors: Sequence[KnownError]) -> Floats:
    """Log probability of the true number in each population, by quadrature over log L."""
    n0 = np.array([float(each.undocumented) for each in errors])
    least = 1e-3  # an interval that is a single number still has an error
    centre = np.log([each.estimated + 0.5 for each in errors]) + model.shift
    sd = np.maximum(np.hypot(model.sd, [each.log_sd for each in errors]), least)
    precision = 1 / sd**2 + n0 + 0.5
    middle = (centre / sd**2 + np.log(n0 + 0.5) * (n0 + 0.5)) / precision
    spread = precision**-0.5
    spread = _WIDER * np.where(n0 < 3, np.maximum(spread, 1.0), spread)
    at = middle[:, None] + spread[:, None] * _NODES
    terms = (
        n0[:, None] * at
        - np.exp(at)
        - gammaln(n0 + 1)[:, None]
        - ((at - centre[:, None]) / sd[:, None]) ** 2 / 2
        - np.log(sd * math.sqrt(2 * math.pi))[:, None]
    )
    most = terms.max(axis=1)
    steps = spread * (_NODES[1] - _NODES[0])
    found: Floats = most + np.log(np.exp(terms - most[:, None]).sum(axis=1) * steps)
    return found


def implied_log_sd(undocumented: tuple[float, float], level: float) -> float | None:
    """Standard deviation of log n0 that an interval implies; None without an upper limit."""
    low, high = undocumented
    if not math.isfinite(high):
        return None
    z = float(ndtri(0.5 + level / 2))
    return (math.log(max(high, 0.0) + 0.5) - math.log(max(low, 0.0) + 0.5)) / (2 * z)


def combination(parts: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Several estimates of the undocumented as one: mean of the logarithms, mean of the variances.

    Args:
        parts: of each, undocumented people and the standard deviation of log n0.

    Returns:
        The same two of the combination.
    """
    centre = sum(math.log(max(n0, 0.0) + 0.5) for n0, _ in parts) / len(parts)
    variance = sum(log_sd**2 for _, log_sd in parts) / len(parts)
    return math.exp(centre) - 0.5, math.sqrt(variance)


def _quantile(means: Floats, probability: float) -> float:
    """The smallest n0 whose distribution function reaches a probability.

    A bracket is grown from the quantile of the means, and narrowed by secants and halving in turn.
    """
    step = 1
    low = max(-1, math.ceil(np.interp(probability, _BELOW, means)) - 1)
    at_low = _distribution(means, low)
    while at_low >= probability:
        low, step = max(-1, low - step), 4 * step
        at_low = _distribution(means, low)
    high = low + step
    while (at_high := _distribution(means, high)) < probability:
        low, at_low, step = high, at_high, 4 * step
        high += step
    halve = False
    while high - low > 1:
        share = 0.5 if halve else (probability - at_low) / (at_high - at_low)
        middle = min(max(low + round(share * (high - low)), low + 1), high - 1)
        found = _distribution(means, middle)
        if found < probability:
            low, at_low = middle, found
        else:
            high, at_high = middle, found
        halve = not halve
    return float(high)


def _distribution(means: Floats, n0: int) -> float:
    return float(_WEIGHTS @ pdtr(float(n0), means)) if n0 >= 0 else 0.0
