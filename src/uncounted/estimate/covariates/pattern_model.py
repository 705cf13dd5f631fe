"""Multinomial logit model of the capture pattern given covariates (Zwane and van der Heijden 2005).

A log-linear model whose parameters depend on covariates. Each profile of covariates has its own
intercept, that is, its own number of people; the likelihood given who is documented no longer
holds it (Alho 1990, Huggins 1989).
"""

from __future__ import annotations

from collections.abc import Mapping

import attrs
import numpy as np

from uncounted.estimate.covariates.nuisance import Floats, Ints, information
from uncounted.estimate.covariates.profiles import Profiles
from uncounted.estimate.loglinear.hierarchy import Model

_STEPS = 60
_TOLERANCE = 1e-9
_TINY = 1e-4  # expected people of a profile and pattern below which the estimate may not exist
_MOST_ROWS = 6000  # of profiles and patterns, for which existence is decided by linear programming
_MOST_ERROR = 50.0  # of a parameter, where there are more rows: its estimate is at infinity
_RANK = 1e-8


@attrs.frozen
class PatternModel:
    """A hierarchical log-linear model, and whether interactions of lists vary with covariates."""

    sets: Model
    varying: bool

    @property
    def terms(self) -> tuple[int, ...]:
        """Masks of the sets of lists that have a parameter, the empty set left out."""
        return tuple(mask for mask in self.sets if mask)


@attrs.frozen(eq=False)
class PatternFit:
    """A fitted model.

    Attributes:
        n0: estimated undocumented people of each profile.
        slopes: derivatives of log n0 by the parameters, shape (S, p).
        covariance: of the parameters, shape (p, p).
        likelihood: log-likelihood of the patterns of the documented.
        parameters: how many, those at minus infinity included.
        beta: the parameters of each term.
    """

    n0: Floats
    slopes: Floats
    covariance: Floats
    likelihood: float
    parameters: int
    beta: Mapping[int, Floats]

    def total(self, people: Floats, chosen: Floats | None = None) -> tuple[float, float]:
        """Undocumented people of these profiles (all unless given), and the variance of N.

        The parameters, which people are documented, and how many happen to be undocumented:
        with one profile, Rivest and Levesque's (2001) exp(2 b) Var(b) + exp(b).
        """
        n0 = self.n0 if chosen is None else self.n0 * chosen
        slope = n0 @ self.slopes
        number = float(n0.sum())
        spread = float(np.sum(n0**2 / people))
        return number, float(slope @ self.covariance @ slope) + spread + number


def fit_patterns(
    profiles: Profiles, model: PatternModel, near: PatternFit | None = None
) -> PatternFit | None:
    """Maximum likelihood of a model; None if n0 has no estimate. `near`: a fit to start from.

    1. Newton's method. If every pattern keeps a chance above 0, the estimate exists.
    2. Else linear programming finds the patterns whose chance goes to 0 (the extended maximum
       likelihood estimate, Fienberg and Rinaldo 2012). They are removed, and the rest is fitted.
    3. n0 has an estimate if and only if the directions that the rest leaves open change it in no
       profile.
    """
    design = _Design.of(profiles, model)
    live = np.ones(profiles.counts.shape, np.bool_)
    live[:, 0] = False
    start = None if near is None else design.start(near)
    found = _newton(design, profiles.counts, live, None, start=start)
    if found is None:
        if profiles.counts.size > _MOST_ROWS:
            return None
        face = _face(design, profiles.counts, live)
        if face is None:
            return None
        live, basis = face
        found = _newton(design, profiles.counts, live, basis, sure=True)
        if found is None:
            return None
    beta, covariance, likelihood = found
    chance, total = _chances(design, beta, live)
    return PatternFit(
        n0=profiles.people / total,
        slopes=-design.means(chance),
        covariance=covariance,
        likelihood=likelihood,
        parameters=design.size,
        beta={
            mask: beta[at : at + width]
            for mask, at, width in zip(design.terms, design.starts, design.widths, strict=False)
        },
    )


@attrs.frozen(eq=False)
class _Design:
    """The terms of a model: which columns of the features each has."""

    features: Floats
    terms: tuple[int, ...]
    widths: tuple[int, ...]
    inside: Floats  # shape (terms, patterns): 1 where the pattern holds the term
    pairs: Floats

    @classmethod
    def of(cls, profiles: Profiles, model: PatternModel) -> _Design:
        q = profiles.features.shape[1]
        cells = np.arange(profiles.counts.shape[1])
        inside = np.array([(cells & mask) == mask for mask in model.terms], dtype=np.float64)
        widths = tuple(q if mask.bit_count() == 1 or model.varying else 1 for mask in model.terms)
        return cls(profiles.features, model.terms, widths, inside, profiles.pairs)

    @property
    def size(self) -> int:
        return sum(self.widths)

    @property
    def starts(self) -> list[int]:
        return [0, *np.cumsum(self.widths).tolist()]

    def start(self, near: PatternFit) -> Floats:
        """The parameters of another model, 0 for those that it has not."""
        answer = np.zeros(self.size)
        for mask, at, width in zip(self.terms, self.starts, self.widths, strict=False):
            known = near.beta.get(mask, np.zeros(0))[:width]
            answer[at : at + len(known)] = known
        return answer

    def predictor(self, beta: Floats) -> Floats:
        """Linear predictor of each profile and pattern; 0 for the pattern of no list."""
        at = self.starts
        each = [
            self.features[:, :width] @ beta[at[i] : at[i] + width]
            for i, width in enumerate(self.widths)
        ]
        answer: Floats = np.column_stack(each) @ self.inside
        return answer

    def means(self, chance: Floats) -> Floats:
        """Mean of the design over the patterns of each profile, shape (S, p)."""
        weight = chance @ self.inside.T
        return np.column_stack(
            [weight[:, [i]] * self.features[:, :width] for i, width in enumerate(self.widths)]
        )

    def gradient(self, residual: Floats) -> Floats:
        weight = residual @ self.inside.T
        return np.concatenate(
            [weight[:, i] @ self.features[:, :width] for i, width in enumerate(self.widths)]
        )

    def information(self, chance: Floats, people: Floats) -> Floats:
        """Fisher information given who is documented."""
        q = self.features.shape[1]
        every = information(self.pairs, chance, people, self.inside)
        own = [i * q + k for i, width in enumerate(self.widths) for k in range(width)]
        answer: Floats = every[np.ix_(own, own)]
        return answer

    def rows(self, profile: Ints, pattern: Ints) -> Floats:
        """The design of these profiles and patterns."""
        blocks = [
            self.inside[i][pattern][:, None] * self.features[profile, :width]
            for i, width in enumerate(self.widths)
        ]
        return np.column_stack(blocks)


def _chances(design: _Design, beta: Floats, live: np.ndarray) -> tuple[Floats, Floats]:
    """Chances of the patterns among the documented; their sum relative to no list."""
    eta = np.where(live, design.predictor(beta), -np.inf)
    top = eta.max(axis=1, keepdims=True)
    weight = np.exp(eta - top)
    total = weight.sum(axis=1, keepdims=True)
    with np.errstate(over="ignore"):
        return weight / total, (total * np.exp(top))[:, 0]


def _newton(
    design: _Design,
    counts: Floats,
    live: np.ndarray,
    basis: Floats | None,
    *,
    start: Floats | None = None,
    sure: bool = False,
) -> tuple[Floats, Floats, float] | None:
    """Parameters, their covariance and the log-likelihood; None where it runs to a boundary."""
    people = counts.sum(axis=1)
    B = np.eye(design.size) if basis is None else basis

    def value(gamma: Floats) -> float:
        chance, _ = _chances(design, B @ gamma, live)
        return float(np.sum(counts[counts > 0] * np.log(np.maximum(chance[counts > 0], 1e-300))))

    gamma = np.zeros(B.shape[1]) if start is None else start
    best = value(gamma)
    for _ in range(_STEPS):
        chance, _ = _chances(design, B @ gamma, live)
        slope = B.T @ design.gradient(counts - people[:, None] * chance)
        H = B.T @ design.information(chance, people) @ B
        try:
            inverse = np.linalg.inv(np.linalg.cholesky(H))
        except np.linalg.LinAlgError:
            return None
        covariance = inverse.T @ inverse
        step = covariance @ slope
        if float(step @ slope) < _TOLERANCE:
            least = float((people[:, None] * chance)[live].min())
            if not sure and least < _TINY:
                doubtful = counts.size <= _MOST_ROWS or covariance.diagonal().max() > _MOST_ERROR**2
                if doubtful:
                    return None
            return B @ (gamma + step), B @ covariance @ B.T, best
        size = 1.0
        enough = best - 1e-12 * abs(best)
        while (new := value(gamma + size * step)) < enough and size > 1e-8:
            size /= 2
        gamma, best = gamma + size * step, new
    return None


def _face(design: _Design, counts: Floats, live: np.ndarray) -> tuple[np.ndarray, Floats] | None:
    """Patterns that keep a chance above 0, and a basis of the parameters they determine."""
    base = np.argmax(counts, axis=1)
    rows = np.arange(len(counts))
    reference = design.rows(rows, base)
    s, y = np.nonzero(live & (counts > 0))
    filled = design.rows(s, y) - reference[s]
    free = _null(filled)
    s0, y0 = np.nonzero(live & (counts == 0))
    empty = design.rows(s0, y0) - reference[s0]
    kept = live.copy()
    if free.shape[1] and len(s0):
        G = empty @ free
        m, k = G.shape
        from scipy.optimize import linprog  # only here: other estimates start sooner

        solved = linprog(
            np.concatenate([np.zeros(k), -np.ones(m)]),
            A_ub=np.hstack([G, np.eye(m)]),
            b_ub=np.zeros(m),
            bounds=[(None, None)] * k + [(0, 1)] * m,
        )
        if solved.status != 0:
            return None
        gone = solved.x[k:] > 0.5
        kept[s0[gone], y0[gone]] = False
        free = _null(np.vstack([filled, empty[~gone]]))
    if free.shape[1] and np.abs(reference @ free).max() > 1e-6:
        return None
    return kept, _null(free.T) if free.shape[1] else np.eye(design.size)


def _null(rows: Floats) -> Floats:
    """An orthonormal basis of what the rows are orthogonal to, as columns."""
    if not len(rows):
        return np.eye(rows.shape[1])
    _, sizes, basis = np.linalg.svd(rows, full_matrices=True)
    rank = int(np.sum(sizes > _RANK * max(sizes[0], 1e-300)))
    answer: Floats = basis[rank:].T
    return answer
