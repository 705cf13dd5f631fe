"""Nuisance regressions: multinomial ridge logit of the capture pattern on covariates.

Estimation with covariates needs, for each person, the chance of each pattern among
people who were seen. Any function may learn that; the one that ships is a multinomial
logistic regression with splines and a ridge, written out here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from uncounted.errors import NotEstimable
from uncounted.histories import Column, Covariates

type Floats = npt.NDArray[np.float64]
type Ints = npt.NDArray[np.int64]
type Predictor = Callable[[Covariates], Floats]
# (covariates of people, the cell each is in, number of cells) -> covariates -> (people, cells)
type Learner = Callable[[Covariates, Ints, int], Predictor]

_STEPS = 100
_TOLERANCE = 1e-9
_KNOTS = (0.1, 0.5, 0.9)  # quantiles at which the knots of a spline are
PENALTY = 1.0  # of the ridge: an odds ratio of 7 a standard deviation is a surprise
SHRINK = 4.0  # times as large a penalty for each list more in a set
RIDGE_LOGIT = f"ridge {PENALTY:g} multinomial logit, splines of {len(_KNOTS)} knots"


def ridge_logit(covariates: Covariates, cell: Ints, cells: int) -> Predictor:
    """Multinomial logistic regression: splines of numbers, terms of categories, a ridge.

    log q_w = sum over the sets of lists in pattern w of a_s + b_s . f(x), all sets but that of
    every list: log-linear terms, which fit any chances of the patterns among those seen. Cell c
    is the pattern whose lists are the bits of c + 1; every cell has somebody. For two lists that
    is the usual logit, "on every list" being the reference. A numeric covariate gives itself and
    a restricted cubic spline (Stone and Koo 1985) through 3 knots at quantiles; with few distinct
    values its square, or nothing, instead. Each category gives a term. Terms
    of numbers have mean 0 and standard deviation 1; the coefficients of single lists have a
    normal prior of variance 1, those of k lists one of variance 1 / 4**(k - 1), so that
    interactions of lists vary little with covariates unless the data say so; the a_s a flat one. A
    category that the regression has not seen has no term.
    """
    terms = {name: terms_of(column) for name, column in covariates.items()}

    def features(of: Covariates) -> Floats:
        blocks = [terms[name](of[name]) for name in sorted(terms)]
        return np.column_stack([np.ones(len(blocks[0])), *blocks])

    sets = range(1, cells)
    basis = np.array([[((w + 1) & s) == s for w in range(cells)] for s in sets], dtype=np.float64)
    penalties = [PENALTY * SHRINK ** (s.bit_count() - 1) for s in sets]
    beta = fit_multinomial(features(covariates), cell, cells, penalties, basis)
    return lambda of: _shares(features(of), beta, basis)


def terms_of(column: Column) -> Callable[[Column], Floats]:
    """What a covariate becomes, learnt from these people and applied to any."""
    if column.dtype.kind != "f":
        levels = np.unique(column)
        return lambda of: (of[:, None] == levels[None, :]).astype(np.float64)
    values = column.astype(np.float64)
    center = values.mean()
    reach = np.abs(values - center).max()
    if not reach > 0:
        return lambda of: np.zeros((len(of), 0))
    scale = reach * ((values - center) / reach).std()  # squares of very small numbers are 0
    z = (values - center) / scale
    bent = len(np.unique(values)) > 2
    at = np.unique(np.quantile(z, _KNOTS)) if bent else np.zeros(0)

    def raw(of: Floats) -> Floats:
        if not bent:
            return of[:, None]
        return np.column_stack([of, _spline(of, at) if len(at) > 2 else of**2])

    first = raw(z)
    mean, sd = first.mean(axis=0), first.std(axis=0)
    kept = sd > 1e-9

    def terms(of: Column) -> Floats:
        answer: Floats = ((raw((of.astype(np.float64) - center) / scale) - mean) / (sd + ~kept))[
            :, kept
        ]
        return answer

    return terms


def _spline(x: Floats, knots: Floats) -> Floats:
    """Restricted cubic spline: linear beyond the outer knots; one column less two a knot."""

    def cube(at: float) -> Floats:
        answer: Floats = np.maximum(x - at, 0.0) ** 3
        return answer

    last, before = float(knots[-1]), float(knots[-2])
    width = last - before
    columns = [
        cube(k) - cube(before) * (last - k) / width + cube(last) * (before - k) / width
        for k in knots[:-2].tolist()
    ]
    return np.column_stack(columns) / (last - float(knots[0])) ** 2


def _shares(X: Floats, beta: Floats, basis: Floats) -> Floats:
    """Shares of the cells; `basis` has a row a term, a column a cell."""
    eta = X @ beta @ basis
    eta -= eta.max(axis=1, keepdims=True)
    weight = np.exp(eta)
    answer: Floats = weight / weight.sum(axis=1, keepdims=True)
    return answer


def fit_multinomial(
    X: Floats,
    cell: Ints,
    cells: int,
    penalty: float | Sequence[float],
    basis: Floats | None = None,
) -> Floats:
    """Coefficients, shape (columns of X, terms), by Newton's method with halved steps.

    Args:
        X: features; the first column is 1 and has no penalty.
        cell: the cell of each row.
        cells: how many.
        penalty: half of it times the sum of squares is added to minus the log-likelihood; one
            for all terms, or one a term.
        basis: shape (terms, cells): what each term adds to the logarithm of each cell. Unless
            given, a term for every cell but the last, with which the others are compared.
    """
    if len(np.unique(cell)) < cells:
        raise NotEstimable(
            "a capture history is empty in the training data of a regression",
            hint="fewer folds, or fewer lists at a time",
        )
    M = np.eye(cells - 1, cells) if basis is None else basis
    X, of = np.unique(X, axis=0, return_inverse=True)  # people alike in all features are one row
    Y = np.zeros((len(X), cells))
    np.add.at(Y, (of.ravel(), cell), 1.0)
    size, pairs = Y.sum(axis=1), products(X)
    p, K = X.shape[1], len(M)
    ridge = np.tile(np.broadcast_to(np.asarray(penalty, dtype=np.float64), K), (p, 1))
    ridge[0] = 0.0

    def loss(beta: Floats) -> float:
        shares = _shares(X, beta, M)
        logs = np.log(np.maximum(shares, 1e-300))
        return float(-np.sum(Y * logs) + 0.5 * np.sum(ridge * beta**2))

    beta = np.zeros((p, K))
    share = np.log(Y.sum(axis=0))
    beta[0] = np.linalg.lstsq((M[:, :-1] - M[:, -1:]).T, share[:-1] - share[-1], rcond=None)[0]
    value = loss(beta)
    for _ in range(_STEPS):
        shares = _shares(X, beta, M)
        slope = X.T @ ((Y - size[:, None] * shares) @ M.T) - ridge * beta
        H = information(pairs, shares, size, M) + np.diag(ridge.T.ravel())
        step = np.linalg.solve(H, slope.T.ravel()).reshape(K, p).T
        gain = float(np.sum(step * slope))
        if gain < _TOLERANCE:
            return beta + step
        part = 1.0
        while loss(beta + part * step) > value and part > 1e-10:
            part /= 2
        beta = beta + part * step
        value = loss(beta)
    raise NotEstimable("a regression did not converge", hint="a larger penalty")


def products(X: Floats) -> Floats:
    """Of each row the products of two features, each pair once."""
    first, second = np.triu_indices(X.shape[1])
    answer: Floats = X[:, first] * X[:, second]
    return answer


def information(pairs: Floats, chance: Floats, size: Floats, M: Floats) -> Floats:
    """Fisher information of a multinomial model whose terms all have these features.

    Args:
        pairs: `products` of the features.
        chance: of the cells, a row each.
        size: people of each row.
        M: what each term adds to the logarithm of each cell.

    Returns:
        In order of term, then feature.
    """
    K = len(M)
    mean = chance @ M.T
    first, second = np.triu_indices(K)
    covariance = chance @ (M[first] * M[second]).T - mean[:, first] * mean[:, second]
    blocks = (size[:, None] * covariance).T @ pairs
    q = int((2 * pairs.shape[1]) ** 0.5)
    each = blocks[_places(K)][:, :, _places(q)]
    answer: Floats = each.transpose(0, 2, 1, 3).reshape(K * q, K * q)
    return answer


def _places(size: int) -> Ints:
    """Where each entry of a symmetric matrix is among those of its upper triangle."""
    answer = np.empty((size, size), np.int64)
    first, second = np.triu_indices(size)
    answer[first, second] = answer[second, first] = np.arange(len(first))
    return answer
