"""Log-linear models fitted by maximum likelihood, tens of thousands at a time.

The design of such a model is the lattice of sets of lists: its products with
vectors are sums over subsets and over supersets, and its information matrix is one
sum over supersets, looked up at the union of two sets. No design matrix is made.
"""

from __future__ import annotations

import attrs
import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

from uncounted._numba import compiled
from uncounted.captures import CaptureTable
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


@attrs.frozen(eq=False)
class Cells:
    """A table as counts by mask, its lists in order of their names (so that order is nothing)."""

    lists: int
    observed: int
    counts: Floats
    places: tuple[int, ...]

    @classmethod
    def of(cls, table: CaptureTable) -> Cells:
        """Count; cell 0 is `UNSEEN`."""
        J = len(table.lists)
        order = sorted(range(J), key=lambda i: table.lists[i])
        counts = np.zeros(1 << J)
        for pattern, count in table.counts.items():
            counts[sum(1 << at for at, i in enumerate(order) if pattern[i] == "1")] = count
        counts[0] = UNSEEN
        return cls(J, table.observed, counts, tuple(i + 1 for i in order))

    @property
    def log_ways(self) -> float:
        """Sum of log x!, which the kernel leaves out of the likelihood."""
        return float(gammaln(self.counts[1:] + 1).sum())


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


@compiled
def _keep(x, masks, J, star, live, term, t):  # type: ignore[no-untyped-def]
    """A set that nobody is on: its parameter is minus infinity, its cells have mean 0."""
    p = 0
    for c in range(x.size):
        star[c] = max(x[c], 0.0)
        live[c] = x[c] >= 0
    _over_supersets(star, J)
    for mask in masks:
        if mask == 0 or star[mask] > 0:
            term[p] = mask
            t[p] = star[mask]
            p += 1
        else:
            for c in range(x.size):
                if c & mask == mask:
                    live[c] = False
    return p


@compiled
def _told_apart(live, term, p, J, sums, H):  # type: ignore[no-untyped-def]
    for c in range(live.size):
        sums[c] = 1.0 if live[c] else 0.0
    _over_supersets(sums, J)
    _information(H, sums, term, p)
    return _cholesky(H, p, 1e-9)


@compiled
def _begin(x, live, term, p, J, sums, eta, H, alpha):  # type: ignore[no-untyped-def]
    """One weighted least squares from the counts themselves."""
    for c in range(x.size):
        w = x[c] + 0.1 if live[c] else 0.0
        sums[c] = w
        eta[c] = w * np.log(w) + x[c] - w if live[c] else 0.0
    _over_supersets(sums, J)
    _over_supersets(eta, J)
    _information(H, sums, term, p)
    for i in range(p):
        alpha[i] = eta[term[i]]
    fine = _cholesky(H, p, 1e-14)
    if fine:
        _solve(H, p, alpha)
    return fine


@compiled
def _expect(x, live, term, p, J, alpha, eta, mu):  # type: ignore[no-untyped-def]
    """Means of the cells; log likelihood, and the least of the means."""
    for c in range(x.size):
        eta[c] = 0.0
    for i in range(p):
        eta[term[i]] = alpha[i]
    for b in range(J):
        bit = 1 << b
        for c in range(x.size):
            if c & bit:
                eta[c] += eta[c ^ bit]
    value, least = 0.0, np.inf
    for c in range(x.size):
        mu[c] = 0.0
        if live[c]:
            mu[c] = np.exp(min(eta[c], 300.0))
            value += x[c] * eta[c] - mu[c]
            least = min(least, mu[c])
    return value, least


@compiled
def _climb(x, live, term, t, p, J, alpha, step, sums, eta, mu, H):  # type: ignore[no-untyped-def]
    """Newton's steps; log likelihood, whether it settled, and whether H can be solved for."""
    best, least, share, settled, fine = -np.inf, 0.0, 1.0, False, True
    for i in range(p):
        step[i] = 0.0
    for _ in range(_MOST):
        value, least = _expect(x, live, term, p, J, alpha, eta, mu)
        if value < best - 1e-12 * abs(best) and share > 1e-6:  # too far: half the way back
            share *= 0.5
            for i in range(p):
                alpha[i] -= step[i] * share
            continue
        best, share = value, 1.0
        for c in range(x.size):
            sums[c] = mu[c]
        _over_supersets(sums, J)
        _information(H, sums, term, p)
        for i in range(p):
            step[i] = t[i] - sums[term[i]]
        fine = _cholesky(H, p, 1e-14)
        if settled or not fine:
            break
        rise = 0.0
        for i in range(p):
            eta[i] = step[i]
        _solve(H, p, step)
        for i in range(p):
            rise += eta[i] * step[i]
            alpha[i] += step[i]
        settled = rise < 1e-9
    return best, settled and fine and least > _SMALL, fine


@compiled
def _fit(terms, sizes, counts, model_of, row_of, J, means):  # type: ignore[no-untyped-def]
    n, most = 1 << J, terms.shape[1]
    out = np.empty((model_of.size, 4))
    H, term, live = np.empty((most, most)), np.empty(most, np.int64), np.empty(n, np.bool_)
    t, step, alpha = np.empty(most), np.empty(most), np.zeros(most)
    star, sums, eta, mu = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    for job in range(model_of.size):
        model, x = model_of[job], counts[row_of[job]]
        p = _keep(x, terms[model, : sizes[model]], J, star, live, term, t)
        out[job, 0], out[job, 1], out[job, 2], out[job, 3] = np.nan, np.nan, -np.inf, 2
        if not _told_apart(live, term, p, J, sums, H):
            continue
        best, sure, fine = -np.inf, False, _begin(x, live, term, p, J, sums, eta, H, alpha)
        if fine:
            best, sure, fine = _climb(x, live, term, t, p, J, alpha, step, sums, eta, mu, H)
        out[job, 0], out[job, 2], out[job, 3] = alpha[0], best, 0 if sure else 1
        if fine:
            for i in range(p):
                step[i] = 0.0
            step[0] = 1.0
            _solve(H, p, step)
            out[job, 1] = step[0]
        if means.shape[0]:
            means[job] = mu
    return out


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

    Examples:
        >>> from uncounted.estimate.loglinear.hierarchy import main_effects, padded
        >>> counts = np.array([[UNSEEN, 40, 20, 10.0]])
        >>> one = np.zeros(1, dtype=np.int64)
        >>> fits = fit_all(padded([main_effects(2)]), counts, one, one)
        >>> round(float(np.exp(fits.intercept[0])), 6)
        80.0
    """
    J = int(counts.shape[1]).bit_length() - 1
    kept = np.empty((len(model_of), counts.shape[1]) if means else (0, 0))
    out = _fit(*models, counts, model_of, row_of, J, kept)
    status: Ints = out[:, 3].astype(np.int64)
    return Fits(out[:, 0], out[:, 1], out[:, 2], status, kept if means else None)
