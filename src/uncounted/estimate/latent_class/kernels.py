"""Hamiltonian Monte Carlo for the stick-breaking latent class model (Manrique-Vallier 2016).

Compiled densities, gradients and moves, with class membership integrated out. K classes have
weights w and capture probabilities lambda; d_k is the probability that a person of class k is
documented, and v_k = log(w_k d_k) the log of the class's share of the documented.
Given (v, lambda) the table has the density

    sum_m f_m log sum_k e^(v_k) q_mk  -  n log sum_k e^(v_k),    q_mk = P(m | k) / d_k,

n0 is negative binomial and the classes of people are multinomial. `leap` moves (v, lambda)
with them integrated out; the Gibbs sweep, which draws them, is in `gibbs`. Holding v fixed
while lambda moves is the ridge along which an undocumented class grows. This module
has arrays only. `docs/dev/decisions/0007-latent-classes.md` gives the reasons.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from uncounted._numba import compiled, compiled_fast
from uncounted.estimate.latent_class.fast_exp import fast_exp

type Floats = npt.NDArray[np.float64]
type Ints = npt.NDArray[np.int64]

LEAST_LOGIT = 700.0  # logits go down to minus this
_LONGEST = 1e12  # sticks that `stretch` still tells apart in floating point
_THINNEST = 1e-300
_FAINTEST = -550.0  # log of a share among the seen for which plain numbers will do


class Counts(NamedTuple):
    """The patterns as a tree: each is its parent and one list more; row 0 is the empty one."""

    parent: Ints
    last: Ints
    people: Floats
    members: npt.NDArray[np.bool_]
    share: Floats
    n: float


class Prior(NamedTuple):
    """alpha ~ Gamma(a, rate b), lambda ~ Beta(la, lb), logit lambda <= bound."""

    a: float
    b: float
    la: float
    lb: float
    bound: float


class Leapfrog(NamedTuple):
    """Settings of the Hamiltonian move.

    `step`, an array of one, is in units of the masses; there are up to `most` of them; `width`
    is that of the aim. While `adapt`, the step is fitted to an acceptance of .8.
    """

    step: Floats
    most: int
    width: float
    adapt: bool


class Kept(NamedTuple):
    """What a chain keeps of each round: n0, log odds of being unrecorded, classes with people."""

    n0: Ints
    log_odds: Floats
    classes: Ints


class Space(NamedTuple):
    """Room to work in, of one chain."""

    lam: Floats
    odds: Floats
    g0: Floats
    d: Floats
    cells: Floats
    gx: Floats
    gv: Floats
    v: Floats
    V: Floats
    weight: Floats
    aim: Floats
    px: Floats
    pv: Floats
    mx: Floats
    mv: Floats
    old: Floats
    size: Ints
    caught: Ints


@compiled
def room(counts, K):  # type: ignore[no-untyped-def]
    """Space for K classes."""
    M, J = counts.members.shape
    return Space(
        np.empty((J, K)), np.empty((J, K)), np.empty(K), np.empty(K), np.empty((M, K)),
        np.empty((J, K)), np.empty(K), np.empty(K), np.empty(K), np.empty(K), np.empty(K),
        np.empty((J, K)), np.empty(K), np.empty((J, K)), np.empty(K), np.empty((J, K)),
        np.zeros(K, np.int64), np.zeros((J, K), np.int64),
    )  # fmt: skip


@compiled_fast
def chances(x, s):  # type: ignore[no-untyped-def]
    """From x = logit lambda: lambda, odds, g0 = prod (1 - lambda), d = 1 - g0 without loss."""
    J, K = x.shape
    for k in range(K):
        s.g0[k] = 1.0
        s.d[k] = 0.0
    for j in range(J):
        for k in range(K):
            s.odds[j, k] = fast_exp(x[j, k])
        for k in range(K):
            off = 1.0 / (1.0 + s.odds[j, k])
            s.lam[j, k] = s.odds[j, k] * off
            s.d[k] += s.g0[k] * s.lam[j, k]
            s.g0[k] *= off


@compiled
def log_add(p, q):  # type: ignore[no-untyped-def]
    """log(e^p + e^q)."""
    return max(p, q) + math.log1p(math.exp(-abs(p - q)))


@compiled
def log_sticks(y, prior):  # type: ignore[no-untyped-def]
    """Log density of log-weights y (of any sum) under the sticks, alpha integrated out.

    With s_k = -log(1 - V_k) the sticks have density ~ (b + sum s)^-(a + K - 1): Exp(alpha)
    mixed over Gamma(a, b). In log-weights it is sum log V_k - (a + K - 1) log(b - log w_K).
    """
    K = y.shape[0]
    rest, total = y[K - 1], 0.0
    for k in range(K - 2, -1, -1):
        rest = log_add(y[k], rest)
        total += y[k] - rest
    return total - (prior.a + K - 1) * math.log(prior.b + rest - y[K - 1])


@compiled_fast
def _sticks(v, top, prior, s, want):  # type: ignore[no-untyped-def]
    """V_k = w_k / (w_k + w_(k+1) + ...) into `s.V`; sum of log V_k if wanted; their depth.

    `s.weight` holds w_k up to a factor. Where these span more than a double does, by logs.
    """
    K = v.shape[0]
    sticks, rest, least = 0.0, s.weight[K - 1], v[0]
    s.V[K - 1] = 1.0
    for k in range(1, K):
        least = min(least, v[k])
    if least - top > _FAINTEST:
        for k in range(K - 2, -1, -1):
            rest += s.weight[k]
            s.V[k] = s.weight[k] / rest
        depth = prior.b + math.log(rest / s.weight[K - 1])
        if want:
            for k in range(K - 1):
                sticks += math.log(s.V[k])
        if rest < np.inf and sticks > -np.inf:
            return sticks, depth
    lowest = v[K - 1] - math.log(s.d[K - 1])
    rest, sticks = lowest, 0.0
    for k in range(K - 2, -1, -1):
        y = v[k] - math.log(s.d[k])
        rest = log_add(y, rest)
        s.V[k] = math.exp(y - rest)
        sticks += y - rest
    return sticks, prior.b + rest - lowest


@compiled_fast
def collapsed_gradient(x, v, counts, prior, s, want):  # type: ignore[no-untyped-def]
    """Gradient of the collapsed log posterior in (x, v) into `s`; the log posterior if wanted."""
    J, K = x.shape
    M = counts.parent.shape[0]
    cells, n = s.cells, counts.n
    A = prior.a + K - 1
    chances(x, s)
    top = v[0]
    for k in range(1, K):
        top = max(top, v[k])
    total = 0.0
    for k in range(K):
        s.gv[k] = fast_exp(v[k] - top)
        total += s.gv[k]
        s.weight[k] = s.gv[k] / s.d[k]
        cells[0, k] = s.weight[k] * s.g0[k]
    sticks, depth = _sticks(v, top, prior, s, want)
    # patterns: each its parent times the odds of one list more
    for m in range(1, M):
        p, j = counts.parent[m], counts.last[m]
        for k in range(K):
            cells[m, k] = cells[p, k] * s.odds[j, k]
    fit = 0.0
    for m in range(1, M):
        c = 0.0
        if counts.people[m] > 0.0:
            for k in range(K):
                c += cells[m, k]
            if want:
                fit += counts.people[m] * math.log(c)
            # A leap that went astray has left no chance for a pattern: no number, so not taken.
            c = counts.people[m] / c if c > 0.0 else np.nan
        for k in range(K):
            cells[m, k] *= c
    # and back: how many people of each class are expected on each list
    for j in range(J):
        for k in range(K):
            s.gx[j, k] = 0.0
    for k in range(K):
        cells[0, k] = 0.0
    for m in range(M - 1, 0, -1):
        p, j = counts.parent[m], counts.last[m]
        for k in range(K):
            s.gx[j, k] += cells[m, k]
            cells[p, k] += cells[m, k]
    left, within = 1.0, 1.0
    for k in range(K):
        V = s.V[k]
        pull = 1.0 - V * within - (A / depth) * V * left
        if k == K - 1:
            pull += A / depth
        within = 1.0 + within * (1.0 - V)
        left *= 1.0 - V
        s.gv[k] = cells[0, k] - n * s.gv[k] / total + pull
        s.V[k] = (cells[0, k] + pull * s.g0[k]) / s.d[k] + prior.la + prior.lb
    for j in range(J):
        for k in range(K):
            s.gx[j, k] += prior.la - s.lam[j, k] * s.V[k]
    if not want:
        return 0.0
    answer = sticks - A * math.log(depth) + fit - n * math.log(total)
    for k in range(K):
        answer += prior.lb * math.log(s.g0[k])
    for j in range(J):
        for k in range(K):
            answer += prior.la * math.log(s.lam[j, k])
    return answer


@compiled
def _aims(rng, x, y, counts, prior, s, width):  # type: ignore[no-untyped-def]
    """Draw aim ~ N(v, width^2) and, from it alone, inverse masses and momenta.

    A class that shows many people is stiff, an empty one is loose. Masses may depend on
    the aim because the aim is a variable of its own, held fixed while (x, v) moves.
    """
    J, K = x.shape
    chances(x, s)
    top = -np.inf
    for k in range(K):
        s.v[k] = y[k] + math.log(s.d[k])
        top = max(top, s.v[k])
    total = 0.0
    for k in range(K):
        total += math.exp(s.v[k] - top)
    top += math.log(total)
    high = -np.inf
    for k in range(K):
        s.v[k] -= top
        s.aim[k] = s.v[k] + width * rng.standard_normal()
        high = max(high, s.aim[k])
    total = 0.0
    for k in range(K):
        total += math.exp(s.aim[k] - high)
    for k in range(K):
        u = math.exp(s.aim[k] - high) / total
        s.mv[k] = 1.0 / (counts.n * u * (1.0 - u) + 0.5 + 1.0 / width**2)
        s.pv[k] = rng.standard_normal() / math.sqrt(s.mv[k])
        for j in range(J):
            s.mx[j, k] = 1.0 / (counts.n * u * counts.share[j] + 0.25 * (prior.la + prior.lb))
            s.px[j, k] = rng.standard_normal() / math.sqrt(s.mx[j, k])


@compiled_fast
def _kick(v, s, width, step):  # type: ignore[no-untyped-def]
    """Momenta move by `step` times the gradient."""
    J, K = s.px.shape
    for j in range(J):
        for k in range(K):
            s.px[j, k] += step * s.gx[j, k]
    for k in range(K):
        s.pv[k] += step * (s.gv[k] + (s.aim[k] - v[k]) * (1.0 / width**2))


@compiled_fast
def _drift(x, v, s, step):  # type: ignore[no-untyped-def]
    """Positions move by `step` times the velocity; the least and the greatest logit then."""
    J, K = x.shape
    low, high = 0.0, 0.0
    for j in range(J):
        for k in range(K):
            x[j, k] += step * s.px[j, k] * s.mx[j, k]
            low = min(low, x[j, k])
            high = max(high, x[j, k])
    for k in range(K):
        v[k] += step * s.pv[k] * s.mv[k]
    return low, high


@compiled
def _energy(v, s, width):  # type: ignore[no-untyped-def]
    """Kinetic energy, and that of the pull towards the aim."""
    J, K = s.px.shape
    total = 0.0
    for k in range(K):
        total += s.pv[k] ** 2 * s.mv[k] + (s.aim[k] - v[k]) ** 2 / width**2
        for j in range(J):
            total += s.px[j, k] ** 2 * s.mx[j, k]
    return 0.5 * total


@compiled
def leap(rng, x, y, counts, prior, s, leapfrog):  # type: ignore[no-untyped-def]
    """One Hamiltonian move of (x, y) with people summed out; chance that it was taken.

    x are logits of lambda, shape (J, K), and y log-weights, shape (K,): changed in place.
    The step is varied by a factor .6 to 1.2, and there are 1 to `leapfrog.most` of them.
    """
    K = y.shape[0]
    v, width = s.v, leapfrog.width
    _aims(rng, x, y, counts, prior, s, width)
    s.old[:] = x
    before = _energy(v, s, width) - collapsed_gradient(x, v, counts, prior, s, True)
    step = leapfrog.step[0]
    step *= 0.6 + 0.6 * rng.random()
    steps = 1 + int(rng.random() * leapfrog.most)
    after, inside = 0.0, True
    _kick(v, s, width, 0.5 * step)
    for i in range(steps):
        low, high = _drift(x, v, s, step)
        inside = low >= -LEAST_LOGIT and high <= prior.bound
        if not inside:
            break
        last = i == steps - 1
        after = collapsed_gradient(x, v, counts, prior, s, last)
        _kick(v, s, width, (0.5 if last else 1.0) * step)
    chance = 0.0
    if inside:
        gain = before - (_energy(v, s, width) - after)
        if gain == gain:
            chance = math.exp(min(gain, 0.0))
    if rng.random() < chance:
        for k in range(K):
            y[k] = v[k] - math.log(s.d[k])
    else:
        x[:] = s.old
    return chance


@compiled
def exchange(rng, x, y, prior, tries):  # type: ignore[no-untyped-def]
    """Label-switching move: exchange two classes; only the prior of the sticks changes."""
    J, K = x.shape
    if K < 2:
        return 0
    taken, here = 0, log_sticks(y, prior)
    for _ in range(tries):
        k, h = int(rng.random() * K), int(rng.random() * (K - 1))
        if h >= k:
            h += 1
        y[k], y[h] = y[h], y[k]
        there = log_sticks(y, prior)
        if rng.random() < math.exp(min(0.0, there - here)):
            here = there
            taken += 1
            for j in range(J):
                x[j, k], x[j, h] = x[j, h], x[j, k]
        else:
            y[k], y[h] = y[h], y[k]
    return taken


@compiled_fast
def _shown(y, counts, s):  # type: ignore[no-untyped-def]
    """Log likelihood of the table given n and log-weights y; `s.cells` holds P(m | k)."""
    K = y.shape[0]
    top = y[0]
    for k in range(1, K):
        top = max(top, y[k])
    seen = 0.0
    for k in range(K):
        s.gv[k] = math.exp(y[k] - top)
        seen += s.gv[k] * s.d[k]
    fit = -counts.n * math.log(seen)
    for m in range(1, counts.parent.shape[0]):
        if counts.people[m] > 0.0:
            c = 0.0
            for k in range(K):
                c += s.gv[k] * s.cells[m, k]
            fit += counts.people[m] * math.log(max(c, 1e-300))
    return fit


@compiled
def _patterns(x, counts, s):  # type: ignore[no-untyped-def]
    """P(m | k) of every pattern into `s.cells`."""
    K = x.shape[1]
    chances(x, s)
    for k in range(K):
        s.cells[0, k] = s.g0[k]
    for m in range(1, counts.parent.shape[0]):
        p, j = counts.parent[m], counts.last[m]
        for k in range(K):
            s.cells[m, k] = s.cells[p, k] * s.odds[j, k]


@compiled
def stretch(rng, x, y, counts, prior, s, tries):  # type: ignore[no-untyped-def]
    """Stick rescaling move: the common length of the last sticks is drawn anew; how many taken.

    A small alpha makes sticks long (s_k = -log(1 - V_k) ~ Exp(alpha)), and long sticks keep
    alpha small: without this, a chain stays for a thousand rounds where all are in one class.
    With alpha summed out and their proportions held, the last q of K - 1 sticks have together
    the length S ~ S^(q-1) (c + S)^-(a + K - 1), where c is b and the other sticks. So S / c is
    Gamma(q) / Gamma(a + K - 1 - q): that is proposed, and the table decides.
    """
    K = x.shape[1]
    if K < 2:
        return 0
    _patterns(x, counts, s)
    taken, here = 0, _shown(y, counts, s)
    for _ in range(tries):
        first = max(0, int((2 * rng.random() - 1.0) * (K - 1)))
        q = K - 1 - first
        before, length, rest = 0.0, 0.0, y[K - 1]
        for k in range(K - 2, -1, -1):
            s.V[k] = log_add(y[k] - rest, 0.0)  # s_k = -log(1 - V_k)
            rest += s.V[k]
            if k < first:
                before += s.V[k]
            else:
                length += s.V[k]
        log_ratio = log_gamma(rng, float(q)) - log_gamma(rng, prior.a + K - 1.0 - q)
        if not 0.0 < length < _LONGEST or log_ratio > 100.0:
            continue
        factor = (prior.b + before) * math.exp(log_ratio) / length
        if not 0.0 < factor * length < _LONGEST:
            continue
        left, thinnest = rest, np.inf
        for k in range(K - 1):
            stick = s.V[k] * (factor if k >= first else 1.0)
            thinnest = min(thinnest, stick)
            s.aim[k] = left + math.log(-math.expm1(-max(stick, _THINNEST)))
            left -= stick
        if thinnest < _THINNEST:
            continue
        s.aim[K - 1] = left
        there = _shown(s.aim, counts, s)
        if rng.random() < math.exp(min(0.0, there - here)):
            here = there
            taken += 1
            y[:] = s.aim
    return taken


@compiled
def log_gamma(rng, shape):  # type: ignore[no-untyped-def]
    """Log of a Gamma(shape, 1) variate, also where the variate itself is zero to a float."""
    if shape < 1.0:
        return math.log(rng.standard_gamma(shape + 1.0)) + math.log(1.0 - rng.random()) / shape
    return math.log(rng.standard_gamma(shape))


@compiled
def log_odds_unrecorded(y, s):  # type: ignore[no-untyped-def]
    """log(rho / (1 - rho)) from log-weights and the g0, d in `s`."""
    top = y[0]
    for k in range(1, y.shape[0]):
        top = max(top, y[k])
    unrecorded, seen = 0.0, 0.0
    for k in range(y.shape[0]):
        w = math.exp(y[k] - top)
        unrecorded += w * s.g0[k]
        seen += w * s.d[k]
    return math.log(max(unrecorded, 1e-300)) - math.log(seen)
