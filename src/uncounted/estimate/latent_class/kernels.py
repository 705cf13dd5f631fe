"""The compiled inner loops of `latent-class`: densities, gradients, moves, chains.

Manrique-Vallier (2016), with people summed out. K classes have weights w and chances
lambda; d_k is the chance that a class shows somebody at all, and v_k = log(w_k d_k) its
share of the seen. Given (v, lambda) the table has the density

    sum_m f_m log sum_k e^(v_k) q_mk  -  n log sum_k e^(v_k),    q_mk = P(m | k) / d_k,

n0 is negative binomial and the classes of people are multinomial. `leap` moves (v, lambda)
with people summed out; `sweep` is the plain Gibbs sweep, which draws them. Holding v fixed
while lambda moves is the ridge along which a class grows that nobody saw. This module
knows arrays only. `docs/decisions/0007-latent-classes.md` tells why it is built so.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from uncounted._numba import borrow, compiled, compiled_fast

type Floats = npt.NDArray[np.float64]
type Ints = npt.NDArray[np.int64]

_LEAST = 700.0  # logits go down to minus this
_TRIES_INSIDE = 100
_MOST = 4e18  # mean of n0 that still fits whole numbers of 64 bits

FINE = 0
TOO_MANY = 1  # n0 does not fit
LOST = 2  # a pattern has no chance in floating point
TRIES = 5  # exchanges a round
STRETCHES = 4  # a round
_LONGEST = 1e12  # sticks that `stretch` still tells apart in floating point
_THINNEST = 1e-300


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
        np.empty((J, K)), np.empty(K), np.empty(K), np.empty(K), np.empty(K),
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
            odds = math.exp(x[j, k])
            off = 1.0 / (1.0 + odds)
            s.odds[j, k] = odds
            s.lam[j, k] = odds * off
            s.d[k] += s.g0[k] * (odds * off)
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
def gradient(x, v, counts, prior, s, want):  # type: ignore[no-untyped-def]
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
        s.gv[k] = math.exp(v[k] - top)
        total += s.gv[k]
        cells[0, k] = s.gv[k] * s.g0[k] / s.d[k]
    # the sticks: s.V holds V_k = w_k / (w_k + w_(k+1) + ...), rest their log
    lowest = v[K - 1] - math.log(s.d[K - 1])
    rest, sticks = lowest, 0.0
    s.V[K - 1] = 1.0
    for k in range(K - 2, -1, -1):
        y = v[k] - math.log(s.d[k])
        rest = log_add(y, rest)
        s.V[k] = math.exp(y - rest)
        sticks += y - rest
    depth = prior.b + rest - lowest
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
    """Draw aim ~ N(v, width^2) and, from it alone, masses and momenta; kinetic energy.

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
    energy = 0.0
    for k in range(K):
        u = math.exp(s.aim[k] - high) / total
        s.mv[k] = counts.n * u * (1.0 - u) + 0.5 + 1.0 / width**2
        z = rng.standard_normal()
        s.pv[k] = z * math.sqrt(s.mv[k])
        energy += z * z
        for j in range(J):
            s.mx[j, k] = counts.n * u * counts.share[j] + 0.25 * (prior.la + prior.lb)
            z = rng.standard_normal()
            s.px[j, k] = z * math.sqrt(s.mx[j, k])
            energy += z * z
    return 0.5 * energy


@compiled
def _kick(v, s, width, step):  # type: ignore[no-untyped-def]
    """Momenta move by `step` times the gradient; the energy they have then."""
    J, K = s.px.shape
    energy = 0.0
    for j in range(J):
        for k in range(K):
            s.px[j, k] += step * s.gx[j, k]
            energy += s.px[j, k] ** 2 / s.mx[j, k]
    for k in range(K):
        s.pv[k] += step * (s.gv[k] + (s.aim[k] - v[k]) / width**2)
        energy += s.pv[k] ** 2 / s.mv[k]
    return 0.5 * energy


@compiled
def _pull(v, s, width):  # type: ignore[no-untyped-def]
    total = 0.0
    for k in range(v.shape[0]):
        total += (s.aim[k] - v[k]) ** 2
    return 0.5 * total / width**2


@compiled
def leap(rng, x, y, counts, prior, s, step, most, width):  # type: ignore[no-untyped-def]
    """One Hamiltonian move of (x, y) with people summed out; chance that it was taken.

    x are logits of lambda, shape (J, K), and y log-weights, shape (K,): changed in place.
    `step` of the leapfrog is in units of the masses and varied by a factor .6 to 1.2; there
    are 1 to `most` steps; `width` is that of the aim.
    """
    J, K = x.shape
    v = s.v
    before = _aims(rng, x, y, counts, prior, s, width)
    s.old[:] = x
    before -= gradient(x, v, counts, prior, s, True) - _pull(v, s, width)
    step *= 0.6 + 0.6 * rng.random()
    steps = 1 + int(rng.random() * most)
    energy, after, inside = 0.0, 0.0, True
    _kick(v, s, width, 0.5 * step)
    for i in range(steps):
        for j in range(J):
            for k in range(K):
                x[j, k] += step * s.px[j, k] / s.mx[j, k]
                inside = inside and -_LEAST <= x[j, k] <= prior.bound
        for k in range(K):
            v[k] += step * s.pv[k] / s.mv[k]
        if not inside:
            break
        last = i == steps - 1
        after = gradient(x, v, counts, prior, s, last)
        energy = _kick(v, s, width, (0.5 if last else 1.0) * step)
    chance = 0.0
    if inside:
        gain = before - (energy - after + _pull(v, s, width))
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
    """Exchange the places of two classes; the table does not notice, the sticks do."""
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
    """Draw the common length of all sticks, or of those from some place on, anew; how many taken.

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
        log_ratio = _log_gamma(rng, float(q)) - _log_gamma(rng, prior.a + K - 1.0 - q)
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
def _log_gamma(rng, shape):  # type: ignore[no-untyped-def]
    """Log of a Gamma(shape, 1) variate, also where the variate itself is zero to a float."""
    if shape < 1.0:
        return math.log(rng.standard_gamma(shape + 1.0)) + math.log(1.0 - rng.random()) / shape
    return math.log(rng.standard_gamma(shape))


@compiled
def log_odds_unseen(y, s):  # type: ignore[no-untyped-def]
    """log(rho / (1 - rho)) from log-weights and the g0, d in `s`."""
    top = y[0]
    for k in range(1, y.shape[0]):
        top = max(top, y[k])
    unseen, seen = 0.0, 0.0
    for k in range(y.shape[0]):
        w = math.exp(y[k] - top)
        unseen += w * s.g0[k]
        seen += w * s.d[k]
    return math.log(max(unseen, 1e-300)) - math.log(seen)


@compiled
def _put(k, people, m, members, s):  # type: ignore[no-untyped-def]
    s.size[k] += people
    for j in range(members.shape[1]):
        if members[m, j]:
            s.caught[j, k] += people


@compiled
def _share_out(rng, people, m, members, s):  # type: ignore[no-untyped-def]
    """Draw the classes of people with one pattern: multinomial by chained binomials."""
    K = s.size.shape[0]
    total = 0.0
    for k in range(K):
        total += s.cells[m, k]
    if not 0.0 < total < np.inf:
        return False
    if people <= 3:
        for _ in range(people):
            u, k = rng.random() * total, 0
            while k < K - 1 and u >= s.cells[m, k]:
                u -= s.cells[m, k]
                k += 1
            _put(k, 1, m, members, s)
        return True
    left = people
    for k in range(K):
        if left == 0:
            break
        share = s.cells[m, k] / total if k < K - 1 and total > 0.0 else 1.0
        some = left if share >= 1.0 else rng.binomial(left, share)
        total -= s.cells[m, k]
        left -= some
        if some > 0:
            _put(k, some, m, members, s)
    return True


@compiled
def _people(rng, x, y, counts, s):  # type: ignore[no-untyped-def]
    """Draw n0 given rho, then the class of everybody, seen and unseen. n0, and how it went."""
    K = x.shape[1]
    chances(x, s)
    top = y[0]
    for k in range(1, K):
        top = max(top, y[k])
    for k in range(K):
        s.cells[0, k] = math.exp(y[k] - top) * s.g0[k]
    mean = rng.standard_gamma(counts.n) * math.exp(log_odds_unseen(y, s))
    if not mean < _MOST:
        return 0, TOO_MANY
    n0 = rng.poisson(mean)
    s.size[:] = 0
    s.caught[:, :] = 0
    if n0 > 0 and not _share_out(rng, n0, 0, counts.members, s):
        return n0, LOST
    for m in range(1, counts.parent.shape[0]):
        p, j = counts.parent[m], counts.last[m]
        for k in range(K):
            s.cells[m, k] = s.cells[p, k] * s.odds[j, k]
    for m in range(1, counts.parent.shape[0]):
        people = int(counts.people[m])
        if people > 0 and not _share_out(rng, people, m, counts.members, s):
            return n0, LOST
    return n0, FINE


@compiled
def sweep(rng, x, y, counts, prior, s):  # type: ignore[no-untyped-def]
    """One plain Gibbs sweep (Manrique-Vallier 2016, tabulated). n0, and how it went.

    1. n0 given rho; classes of the unseen, then of the seen.
    2. alpha given the weights, before they change.
    3. lambda given the classes. 4. The sticks given the classes and alpha.
    """
    J, K = x.shape
    n0, how = _people(rng, x, y, counts, s)  # 1
    if how != FINE:
        return n0, how
    rest = y[K - 1]
    for k in range(K - 2, -1, -1):
        rest = log_add(y[k], rest)
    alpha = rng.standard_gamma(prior.a + K - 1) / (prior.b + rest - y[K - 1])  # 2
    for j in range(J):  # 3
        for k in range(K):
            on, off = prior.la + s.caught[j, k], prior.lb + s.size[k] - s.caught[j, k]
            for _ in range(_TRIES_INSIDE):  # else as it was, which leaves the law as it is
                logit = _log_gamma(rng, on) - _log_gamma(rng, off)
                if -_LEAST <= logit <= prior.bound:
                    x[j, k] = logit
                    break
    after, left = n0 + counts.n, 0.0  # 4
    for k in range(K - 1):
        after -= s.size[k]
        one = _log_gamma(rng, 1.0 + s.size[k])
        two = _log_gamma(rng, alpha + max(after, 0.0))
        both = log_add(one, two)
        y[k] = left + one - both
        left += two - both
    y[K - 1] = left
    return n0, FINE


@compiled
def run_plain(rng, x, y, counts, prior, sweeps, thin):  # type: ignore[no-untyped-def]
    """A chain of plain sweeps, the measure of what `run_chain` gains: (n0, log odds), code."""
    s = room(counts, x.shape[1])
    n0s, logits = np.empty(sweeps // thin, np.int64), np.empty(sweeps // thin)
    how = _plain(rng, x, y, counts, prior, s, thin, n0s, logits)
    return n0s, logits, how


@compiled
def _plain(rng, x, y, counts, prior, s, thin, n0s, logits):  # type: ignore[no-untyped-def]
    """The sweeps of `run_plain`, into `n0s` and `logits`; how it went."""
    x, y, counts, s = borrow(x), borrow(y), borrow(counts), borrow(s)
    for i in range(n0s.shape[0]):
        n0, how = 0, FINE
        for _ in range(thin):
            n0, how = sweep(rng, x, y, counts, prior, s)
            if how != FINE:
                return how
        chances(x, s)
        n0s[i], logits[i] = n0, log_odds_unseen(y, s)
    return FINE


@compiled
def run_chain(rng, x, y, counts, prior, rounds, steps, tuning, adapt):  # type: ignore[no-untyped-def]
    """A chain: in each round a leap of at most `steps`, exchanges, stretches, and a Gibbs sweep.

    `rng` is this chain's own; the state (x, y) changes in place. `tuning[0]` is the step of the
    leapfrog; while `adapt`, it is fitted to an acceptance of .8, and such rounds are no draws.

    Returns n0, log odds of being unseen and classes with people (one a round each); the
    mean chance of a leap and the share of exchanges taken; how it went.
    """
    s = room(counts, x.shape[1])
    n0s, logits = np.empty(rounds, np.int64), np.empty(rounds)
    used = np.empty(rounds, np.int64)
    leaps, exchanged, how = _rounds(
        rng, x, y, counts, prior, s, steps, tuning, adapt, n0s, logits, used
    )
    count = max(rounds, 1)
    return n0s, logits, used, leaps / count, exchanged / (count * TRIES), how


@compiled
def _rounds(rng, x, y, counts, prior, s, steps, tuning, adapt, n0s, logits, used):  # type: ignore[no-untyped-def]
    """The rounds of `run_chain`: chances of leaps and exchanges taken, added up; how it went."""
    x, y, counts, s, tuning = borrow(x), borrow(y), borrow(counts), borrow(s), borrow(tuning)
    leaps, exchanged = 0.0, 0
    for i in range(used.shape[0]):
        chance = leap(rng, x, y, counts, prior, s, tuning[0], steps, 1.0)
        leaps += chance
        if adapt:
            tuning[0] *= math.exp(0.5 * (chance - 0.8) / math.sqrt(1.0 + 0.05 * i))
        exchanged += exchange(rng, x, y, prior, TRIES)
        stretch(rng, x, y, counts, prior, s, STRETCHES)
        chances(x, s)  # a leap that was not taken has left those of where it went
        logits[i] = log_odds_unseen(y, s)
        n0s[i], how = sweep(rng, x, y, counts, prior, s)
        if how != FINE:
            return 0.0, 0, how
        filled = 0
        for k in range(s.size.shape[0]):
            filled += s.size[k] > 0
        used[i] = filled
    return leaps, exchanged, FINE
