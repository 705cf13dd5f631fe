"""A hierarchical model of the share missed over strata, integrated on a grid.

theta_s = logit of the chance of being on no list in stratum s, theta_s ~ N(m, t^2), t
half-normal, m weakly normal. Each stratum brings a likelihood of theta on a common grid
(`Evidence`); everything else is sums over that grid.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np
from scipy.special import gammaln, ndtr

from uncounted.estimate.base.posterior import Ints, Posterior
from uncounted.estimate.base.result import Floats
from uncounted.estimate.graphical.implied_prior import implied_shares

LOWEST, HIGHEST = -14.0, 12.0
M_SD = 2.0
_T_POINTS = 32
_T_MOST = 4.0  # half-normal(1) has 6e-5 beyond
_M_POINTS = 81
_CELLS = 250
_RATIO = 0.04
_EDGES = np.linspace(LOWEST, HIGHEST, 261)
_COARSE = (_EDGES[:-1] + _EDGES[1:]) / 2
_COARSE_STEP = 0.1


@attrs.frozen(eq=False)
class GraphEvidence:
    """A stratum whose posterior of n0 is known cell by cell, the implied prior divided out.

    `first` and `last` are the whole numbers that each cell spans, `weight` its mass over
    the implied prior's, `coarse` the likelihood on a first, coarse grid.
    """

    n: int
    first: Floats
    last: Floats
    weight: Floats
    coarse: Floats

    @property
    def middle(self) -> Floats:
        """Where each cell's chances are evaluated."""
        return (self.first + self.last) / 2

    def chances(self, theta: Floats) -> Floats:
        """P(cell | theta) times its weight, each column scaled; shape (cells, theta)."""
        n0 = self.middle[:, None]
        log_pi, log_rest = -np.logaddexp(0, -theta), -np.logaddexp(0, theta)
        ways = gammaln(self.n + self.middle) - gammaln(self.n) - gammaln(self.middle + 1)
        log = ways[:, None] + n0 * log_pi + self.n * log_rest
        answer: Floats = np.exp(log) * self.weight[:, None]
        return answer

    def likelihood(self, theta: Floats, step: float) -> Floats:
        """Of theta at each point of the grid, up to a constant."""
        answer: Floats = self.chances(theta).sum(axis=0)
        return answer

    def draw(self, theta: Floats, at: Ints, rng: np.random.Generator) -> Floats:
        """One n0 for each draw, `at` naming its place on the grid."""
        places, which, times = np.unique(at, return_inverse=True, return_counts=True)
        total = np.cumsum(self.chances(theta[places]), axis=0).T.copy()
        u = rng.random(len(at))
        cell = np.empty(len(at), np.int64)
        order, bounds = np.argsort(which, kind="stable"), np.cumsum(times)
        for row, mine in zip(total, np.split(order, bounds[:-1]), strict=True):
            cell[mine] = np.searchsorted(row, u[mine] * row[-1])
        cell = np.minimum(cell, len(self.first) - 1)
        width = self.last[cell] - self.first[cell] + 1
        answer: Floats = self.first[cell] + np.floor(rng.random(len(at)) * width)
        return answer


@attrs.frozen(eq=False)
class NormalEvidence:
    """A stratum of which a method says theta with a normal error, and has no prior.

    Attributes:
        n: people on its lists.
        mean: estimate of log(n0 / n), which is theta's.
        sd: of that estimate as one of theta, without the chance in n0 given theta.
    """

    n: int
    mean: float
    sd: float

    @classmethod
    def of(cls, n: int, log_n0: tuple[float, float]) -> NormalEvidence:
        """From mean and variance of log(n0 + 1/2), the variance being that for n0 itself.

        That variance is the estimate's error plus the chance in n0 given theta, 1 / n0 +
        1 / n for a negative binomial; the second comes back with each draw, so it is taken
        off here. At least a tenth is left.
        """
        mean, variance = log_n0
        left = max(variance - np.exp(-mean) - 1 / n, variance / 10)
        return cls(n, mean - float(np.log(n)), float(left) ** 0.5)

    @property
    def coarse(self) -> Floats:
        """The likelihood on a first, coarse grid."""
        return self.likelihood(_COARSE, _COARSE_STEP)

    def likelihood(self, theta: Floats, step: float) -> Floats:
        """Of theta, averaged over each step of the grid."""
        sd = max(self.sd, step / 4)
        upper, lower = (theta + step / 2 - self.mean) / sd, (theta - step / 2 - self.mean) / sd
        # From the nearer tail, where the difference of two numbers near 1 would be lost.
        far = upper + lower > 0
        answer: Floats = np.where(far, ndtr(-lower) - ndtr(-upper), ndtr(upper) - ndtr(lower))
        return answer

    def draw(self, theta: Floats, at: Ints, rng: np.random.Generator) -> Floats:
        """One n0 for each draw: negative binomial, a Poisson of a gamma of shape n."""
        spread = theta[at] + (theta[1] - theta[0]) * (rng.random(len(at)) - 0.5)
        n0 = rng.poisson(rng.gamma(self.n, 1.0, len(at)) * np.exp(spread))
        return np.asarray(n0, dtype=np.float64)


type Evidence = GraphEvidence | NormalEvidence


def graph_evidence(posterior: Posterior, n: int, J: int, delta: float) -> GraphEvidence:
    """What a table says of theta by the average over graphs, without that average's prior.

    Under theta's implied prior f and p(N): p(n0 | x) ~ p(N) P_f(n0 | N) p(x | n, N), with
    P_f(n0 | N) = int Binomial(n0; N, pi0) f. So p(n0 | x) / P_f(n0 | N) is p(N) times what
    the overlaps say. Because Binomial(n0; N, pi0) = (N / n) NegBin(n0; n, 1 - pi0), the
    ratio of two such P is the ratio of two mixtures of negative binomials: the weight of
    a cell is its mass over int NegBin(n0; n, 1 - pi0) f. p(N) stays, once.
    """
    first, last, mass = _joined(posterior, n)
    bare = GraphEvidence(n, first, last, np.ones(len(first)), np.zeros(0))
    chances = bare.chances(_COARSE)
    prior = chances @ implied_shares(J, delta, tuple(_EDGES.tolist()))
    weight = np.where(prior > 0, mass / np.maximum(prior, 1e-300), 0.0)
    return GraphEvidence(n, first, last, weight, weight @ chances)


def _joined(posterior: Posterior, n: int) -> tuple[Floats, Floats, Floats]:
    """The posterior's cells, small ones joined: at most 4% wide and of 1/250 of the mass."""
    start, width, mass = posterior.start, posterior.width, posterior.mass
    kept = (start + 1 <= n * np.exp(HIGHEST)) & (mass > 0)
    start, end, mass = start[kept], (start + width)[kept], mass[kept]
    slot = np.floor(np.cumsum(mass) * _CELLS) + np.floor(np.log1p(end) / _RATIO)
    at = np.concatenate([[0], np.flatnonzero(np.diff(slot)) + 1])
    total = np.add.reduceat(mass, at)
    first = (start[at] + 1).astype(np.float64)
    last = np.concatenate([first[1:] - 1, [float(end[-1])]])
    return first, last, total


@attrs.frozen(eq=False)
class GridPosterior:
    """The posterior of m and t, and the grid it was computed on.

    Attributes:
        theta: the grid of theta, evenly spaced.
        m: means, one a row of the grid of laws.
        t: standard deviations, likewise.
        weight: posterior probability of each (m, t).
        within: P(theta | m, t) on the grid, shape (laws, theta).
        likelihood: of each stratum on the grid, shape (strata, theta).
        evidence: the strata.
    """

    theta: Floats
    m: Floats
    t: Floats
    weight: Floats
    within: Floats
    likelihood: Floats
    evidence: tuple[Evidence, ...]

    def quantiles(self, of: Floats, levels: Sequence[float]) -> list[float]:
        """Posterior quantiles of m or of t, between points of the grid."""
        values, at = np.unique(of, return_inverse=True)
        mass = np.bincount(at, weights=self.weight)
        middle = np.cumsum(mass) - mass / 2
        return np.interp(levels, middle, values).tolist()

    def pull(self) -> Floats:
        """For each stratum, the share v / (v + t^2) that the others have in its theta."""
        v = _spread(self.theta, self.likelihood) ** 2
        t2 = self.quantiles(self.t, [0.5])[0] ** 2
        answer: Floats = v / (v + t2) if t2 > 0 else np.ones(len(v))
        return answer

    def draws(self, size: int, rng: np.random.Generator) -> Floats:
        """Joint draws of n0 of every stratum, shape (strata, size).

        Each draw has one m and one t for all strata, then a theta and an n0 for each.
        """
        S, K = self.likelihood.shape
        node = np.sort(rng.choice(len(self.weight), size=size, p=self.weight))
        at = np.empty((S, size), np.int64)
        for row in np.unique(node):
            mine = np.flatnonzero(node == row)
            total = np.cumsum(self.likelihood * self.within[row], axis=1)
            # Row s of the cumulative sums is moved to s .. s + 1, so that one search serves all.
            line = (total / total[:, -1:] + np.arange(S)[:, None]).ravel()
            u = rng.random((S, len(mine))) + np.arange(S)[:, None]
            at[:, mine] = np.searchsorted(line, u) - K * np.arange(S)[:, None]
        order = rng.permutation(size)
        at = np.clip(at, 0, K - 1)[:, order]
        return np.stack([each.draw(self.theta, at[s], rng) for s, each in enumerate(self.evidence)])


def integrate(evidence: Sequence[Evidence], *, t: float | None = None) -> GridPosterior:
    """The posterior of m and t given all strata.

    Args:
        evidence: one per stratum.
        t: a fixed standard deviation between strata; integrated over unless given. Near
            0 every stratum has the same share missed; large, each stands alone.
    """
    theta, likelihood = _grid(evidence)
    step = theta[1] - theta[0]
    if t is None:
        j = (np.arange(_T_POINTS) + 0.5) / _T_POINTS
        ts = _T_MOST * j**2  # half-normal(1)
        log_t = np.log(j) - 0.5 * ts**2
    else:
        ts, log_t = np.array([t]), np.zeros(1)
    low, high = theta[0] + step, theta[-1] - step
    for _ in range(3):  # the grid of m, drawn closer to where its mass is
        means = np.linspace(low, high, _M_POINTS)
        m, tt = (each.ravel() for each in np.meshgrid(means, ts))
        within = _within(theta, step, m, tt)
        with np.errstate(divide="ignore"):
            log = np.log(within @ likelihood.T).sum(axis=1)
        log += np.repeat(log_t, _M_POINTS) - 0.5 * (m / M_SD) ** 2
        weight = np.exp(log - log.max())
        by_m = weight.reshape(len(ts), -1).sum(axis=0)
        near = np.flatnonzero(by_m > 1e-7 * by_m.max())
        gap = means[1] - means[0]
        low, high = means[near[0]] - gap, means[near[-1]] + gap
    return GridPosterior(theta, m, tt, weight / weight.sum(), within, likelihood, tuple(evidence))


def _grid(evidence: Sequence[Evidence]) -> tuple[Floats, Floats]:
    """A grid of theta fine enough for the sharpest stratum, and every likelihood on it."""
    coarse = _COARSE
    rough = np.stack([each.coarse for each in evidence])
    sd = _spread(coarse, rough)
    step = float(np.clip(sd.min() / 3, 0.01, 0.1))
    peaks = coarse[np.argmax(rough, axis=1)]
    low, high = max(LOWEST, peaks.min() - 8), min(HIGHEST, peaks.max() + 8)
    theta = np.arange(low, high, step)
    likelihood = np.stack([each.likelihood(theta, step) for each in evidence])
    return theta, likelihood / likelihood.max(axis=1, keepdims=True)


def _spread(theta: Floats, likelihood: Floats) -> Floats:
    """Standard deviation of each row by its quartiles: a table's tail may never fall off."""
    total = np.cumsum(likelihood, axis=1)
    total /= total[:, -1:]
    bounds = [np.interp([0.25, 0.75], row, theta) for row in total]
    answer: Floats = np.array([high - low for low, high in bounds]) / 1.349
    return answer


def _within(theta: Floats, step: float, m: Floats, t: Floats) -> Floats:
    """P(theta in each step | m, t); the outer steps hold all beyond them."""
    edges = (theta[:-1] + theta[1:]) / 2
    below = ndtr((edges[None, :] - m[:, None]) / t[:, None])
    ones = np.ones((len(m), 1))
    answer: Floats = np.diff(np.hstack([0 * ones, below, ones]), axis=1)
    return answer
