"""Maximum likelihood of Poisson log-linear models, tens of thousands at a time.

The design of such a model is the lattice of sets of lists: its products with
vectors are sums over subsets and over supersets, and its information matrix is one
sum over supersets, looked up at the union of two sets. No design matrix is made.
"""

from __future__ import annotations

from typing import NamedTuple

import attrs
import numpy as np
import numpy.typing as npt

from uncounted._numba import borrow, compiled
from uncounted.estimate.loglinear.hierarchy import Masks

type Floats = npt.NDArray[np.float64]
type Ints = npt.NDArray[np.int64]

UNSEEN = -1.0  # the count of a cell that cannot be observed
FITTED, DOUBTFUL, SINGULAR = 0, 1, 2
_MOST = 50
_SMALL = 1e-6


@attrs.frozen(eq=False)
class Fits:
    """One entry a fit.

    Attributes:
        intercept: log of the expected number on no list.
        variance: of the intercept, from the information matrix.
        likelihood: log likelihood without the -log x! terms.
        status: FITTED: converged with every fitted mean away from 0, which proves that
            the (extended) estimate exists. DOUBTFUL: it may not. SINGULAR: the table
            cannot tell the parameters apart.
        means: fitted means of the cells (0 in those that hold an empty overlap of the
            model), or None when not asked for.
    """

    intercept: Floats
    variance: Floats
    likelihood: Floats
    status: Ints
    means: Floats | None


@compiled
def _cholesky(H, p, least):  # type: ignore[no-untyped-def]
    """Lower factor in place; False when a pivot falls below `least` of its diagonal."""
    for i in range(p):
        for j in range(i + 1):
            s = H[i, j]
            for k in range(j):
                s -= H[i, k] * H[j, k]
            if i == j:
                if not s > least * H[i, i]:
                    return False
                H[i, i] = np.sqrt(s)
            else:
                H[i, j] = s / H[j, j]
    return True


@compiled
def _solve(H, p, b):  # type: ignore[no-untyped-def]
    for i in range(p):
        for k in range(i):
            b[i] -= H[i, k] * b[k]
        b[i] /= H[i, i]
    for i in range(p - 1, -1, -1):
        for k in range(i + 1, p):
            b[i] -= H[k, i] * b[k]
        b[i] /= H[i, i]


@compiled
def _over_supersets(v, J):  # type: ignore[no-untyped-def]
    for b in range(J):
        bit = 1 << b
        for mask in range(v.size):
            if not mask & bit:
                v[mask] += v[mask | bit]


@compiled
def _information(H, sums, term, p):  # type: ignore[no-untyped-def]
    for i in range(p):
        for j in range(i + 1):
            H[i, j] = sums[term[i] | term[j]]


class Work(NamedTuple):
    """Room to fit one model: arrays over its terms, and over the cells.

    `H` information and its Cholesky factor, `term` masks of the terms, `t` their sufficient
    statistics, `alpha` parameters, `step` Newton's; over cells `live` (not a structural zero),
    `star` counts, `sums`, `eta` linear predictors, `mu` means.
    """

    H: Floats
    term: Ints
    t: Floats
    step: Floats
    alpha: Floats
    live: npt.NDArray[np.bool_]
    star: Floats
    sums: Floats
    eta: Floats
    mu: Floats


@compiled
def _keep(x, masks, J, w):  # type: ignore[no-untyped-def]
    """A term without people: its parameter is minus infinity, its cells have mean 0."""
    p = 0
    for c in range(x.size):
        w.star[c] = max(x[c], 0.0)
        w.live[c] = x[c] >= 0
    _over_supersets(w.star, J)
    for mask in masks:
        if mask == 0 or w.star[mask] > 0:
            w.term[p] = mask
            w.t[p] = w.star[mask]
            p += 1
        else:
            for c in range(x.size):
                if c & mask == mask:
                    w.live[c] = False
    return p


@compiled
def _identified(p, J, w):  # type: ignore[no-untyped-def]
    """Whether the table can tell the parameters apart: a design of full rank."""
    for c in range(w.live.size):
        w.sums[c] = 1.0 if w.live[c] else 0.0
    _over_supersets(w.sums, J)
    _information(w.H, w.sums, w.term, p)
    return _cholesky(w.H, p, 1e-9)


@compiled
def _begin(x, p, J, w):  # type: ignore[no-untyped-def]
    """One weighted least squares from the counts themselves."""
    for c in range(x.size):
        weight = x[c] + 0.1 if w.live[c] else 0.0
        w.sums[c] = weight
        w.eta[c] = weight * np.log(weight) + x[c] - weight if w.live[c] else 0.0
    _over_supersets(w.sums, J)
    _over_supersets(w.eta, J)
    _information(w.H, w.sums, w.term, p)
    for i in range(p):
        w.alpha[i] = w.eta[w.term[i]]
    fine = _cholesky(w.H, p, 1e-14)
    if fine:
        _solve(w.H, p, w.alpha)
    return fine


@compiled
def _expect(x, p, J, w):  # type: ignore[no-untyped-def]
    """Means of the cells; log likelihood, and the least of the means."""
    for c in range(x.size):
        w.eta[c] = 0.0
    for i in range(p):
        w.eta[w.term[i]] = w.alpha[i]
    for b in range(J):
        bit = 1 << b
        for c in range(x.size):
            if c & bit:
                w.eta[c] += w.eta[c ^ bit]
    value, least = 0.0, np.inf
    for c in range(x.size):
        w.mu[c] = 0.0
        if w.live[c]:
            w.mu[c] = np.exp(min(w.eta[c], 300.0))
            value += x[c] * w.eta[c] - w.mu[c]
            least = min(least, w.mu[c])
    return value, least


@compiled
def _climb(x, p, J, w):  # type: ignore[no-untyped-def]
    """Newton's steps; log likelihood, whether it settled, and whether H can be solved for."""
    best, least, share, settled, fine = -np.inf, 0.0, 1.0, False, True
    for i in range(p):
        w.step[i] = 0.0
    for _ in range(_MOST):
        value, least = _expect(x, p, J, w)
        if value < best - 1e-12 * abs(best) and share > 1e-6:  # too far: half the way back
            share *= 0.5
            for i in range(p):
                w.alpha[i] -= w.step[i] * share
            continue
        best, share = value, 1.0
        for c in range(x.size):
            w.sums[c] = w.mu[c]
        _over_supersets(w.sums, J)
        _information(w.H, w.sums, w.term, p)
        for i in range(p):
            w.step[i] = w.t[i] - w.sums[w.term[i]]
        fine = _cholesky(w.H, p, 1e-14)
        if settled or not fine:
            break
        rise = 0.0
        for i in range(p):
            w.eta[i] = w.step[i]
        _solve(w.H, p, w.step)
        for i in range(p):
            rise += w.eta[i] * w.step[i]
            w.alpha[i] += w.step[i]
        settled = rise < 1e-9
    return best, settled and fine and least > _SMALL, fine


@compiled
def _fit(terms, sizes, counts, model_of, row_of, J, means):  # type: ignore[no-untyped-def]
    n, most = 1 << J, terms.shape[1]
    w = Work(
        np.empty((most, most)), np.empty(most, np.int64), np.empty(most), np.empty(most),
        np.zeros(most), np.empty(n, np.bool_), np.empty(n), np.empty(n), np.empty(n), np.empty(n),
    )  # fmt: skip
    out = np.empty((model_of.size, 4))
    for job in range(model_of.size):
        model, x = model_of[job], counts[row_of[job]]
        _fit_one(x, terms[model, : sizes[model]], J, w, out[job])
        if means.shape[0] and out[job, 3] != 2:
            means[job] = w.mu
    return out


@compiled
def _fit_one(x, masks, J, w, out):  # type: ignore[no-untyped-def]
    """Intercept, variance, log likelihood and status of one fit, into `out`."""
    x, w = borrow(x), borrow(w)
    p = _keep(x, masks, J, w)
    out[0], out[1], out[2], out[3] = np.nan, np.nan, -np.inf, 2
    if not _identified(p, J, w):
        return
    best, sure, fine = -np.inf, False, _begin(x, p, J, w)
    if fine:
        best, sure, fine = _climb(x, p, J, w)
    out[0], out[2], out[3] = w.alpha[0], best, 0 if sure else 1
    if fine:
        for i in range(p):
            w.step[i] = 0.0
        w.step[0] = 1.0
        _solve(w.H, p, w.step)
        out[1] = w.step[0]


def fit_all(
    models: tuple[Masks, Masks],
    counts: Floats,
    model_of: Ints,
    row_of: Ints,
    *,
    means: bool = False,
) -> Fits:
    """Fit model `model_of[k]` to the table `counts[row_of[k]]`, for every k.

    Args:
        models: as `hierarchy.padded` gives them.
        counts: shape (tables, 2**J), by mask of the lists; column 0 is `UNSEEN`, or a
            number on no list to be fitted with the rest (profile likelihood).
        model_of: shape (fits,).
        row_of: shape (fits,).
        means: whether to keep the fitted means.
    """
    J = int(counts.shape[1]).bit_length() - 1
    kept = np.empty((len(model_of), counts.shape[1]) if means else (0, 0))
    out = _fit(*models, counts, model_of, row_of, J, kept)
    status: Ints = out[:, 3].astype(np.int64)
    return Fits(out[:, 0], out[:, 1], out[:, 2], status, kept if means else None)
