"""Gibbs sweeps for the stick-breaking latent class model (Manrique-Vallier 2016), and chains.

A chain (`run_chain`) joins them with the moves of `kernels`; `run_plain` is of sweeps alone.
"""

from __future__ import annotations

import math

import numpy as np

from uncounted._numba import borrow, compiled, lend
from uncounted.estimate.latent_class.kernels import (
    LEAST_LOGIT,
    Kept,
    chances,
    exchange,
    leap,
    log_add,
    log_gamma,
    log_odds_unrecorded,
    room,
    stretch,
)

FINE = 0
TOO_MANY = 1  # n0 does not fit
LOST = 2  # a pattern has no chance in floating point
TRIES = 5  # exchanges a round
STRETCHES = 4  # a round
_TRIES_INSIDE = 100
_MOST = 4e18  # mean of n0 that still fits whole numbers of 64 bits


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
    """Draw n0 given rho, then the class of everybody, recorded or not. n0, and how it went."""
    K = x.shape[1]
    chances(x, s)
    top = y[0]
    for k in range(1, K):
        top = max(top, y[k])
    for k in range(K):
        s.cells[0, k] = math.exp(y[k] - top) * s.g0[k]
    mean = rng.standard_gamma(counts.n) * math.exp(log_odds_unrecorded(y, s))
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
    """One blocked Gibbs sweep (Manrique-Vallier 2016, tabulated). n0, and how it went.

    1. n0 given rho; classes of the unrecorded, then of the recorded.
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
            for _ in range(_TRIES_INSIDE):  # else as it was, which leaves the distribution as it is
                logit = log_gamma(rng, on) - log_gamma(rng, off)
                if -LEAST_LOGIT <= logit <= prior.bound:
                    x[j, k] = logit
                    break
    after, left = n0 + counts.n, 0.0  # 4
    for k in range(K - 1):
        after -= s.size[k]
        one = log_gamma(rng, 1.0 + s.size[k])
        two = log_gamma(rng, alpha + max(after, 0.0))
        both = log_add(one, two)
        y[k] = left + one - both
        left += two - both
    y[K - 1] = left
    return n0, FINE


@compiled
def run_plain(rng, x, y, counts, prior, sweeps, thin):  # type: ignore[no-untyped-def]
    """A chain of Gibbs sweeps alone, to measure what `run_chain` gains: (n0, log odds), code."""
    s, size = room(counts, x.shape[1]), sweeps // thin
    kept = Kept(np.empty(size, np.int64), np.empty(size), np.empty(0, np.int64))
    how = _sweeps(rng, x, y, counts, prior, s, thin, kept)
    return kept.n0, kept.log_odds, how


@compiled
def _sweeps(rng, x, y, counts, prior, s, thin, kept):  # type: ignore[no-untyped-def]
    """The sweeps of `run_plain`, into `kept`; how it went."""
    x, y, counts, s, kept = borrow(x), borrow(y), lend(counts), lend(s), borrow(kept)
    for i in range(kept.n0.shape[0]):
        n0, how = 0, FINE
        for _ in range(thin):
            n0, how = sweep(rng, x, y, counts, prior, s)
            if how != FINE:
                return how
        chances(x, s)
        kept.n0[i], kept.log_odds[i] = n0, log_odds_unrecorded(y, s)
    return FINE


@compiled
def run_chain(rng, x, y, counts, prior, rounds, leapfrog):  # type: ignore[no-untyped-def]
    """A chain: each round an HMC move, label switching, stick rescaling, and a Gibbs sweep.

    `rng` is this chain's own; the state (x, y) changes in place, and the step of `leapfrog`
    while it adapts: such rounds are no draws.

    Returns n0, log odds of being unrecorded and classes with people (one a round each); the
    mean chance of a leap and the share of exchanges taken; how it went.
    """
    s = room(counts, x.shape[1])
    kept = Kept(np.empty(rounds, np.int64), np.empty(rounds), np.empty(rounds, np.int64))
    leaps, exchanged, how = _rounds(rng, x, y, counts, prior, s, leapfrog, kept)
    count = max(rounds, 1)
    return kept.n0, kept.log_odds, kept.classes, leaps / count, exchanged / (count * TRIES), how


@compiled
def _rounds(rng, x, y, counts, prior, s, leapfrog, kept):  # type: ignore[no-untyped-def]
    """The rounds of `run_chain`: chances of leaps and exchanges taken, added up; how it went."""
    x, y, counts, s = borrow(x), borrow(y), lend(counts), lend(s)
    leapfrog, kept = borrow(leapfrog), borrow(kept)
    leaps, exchanged = 0.0, 0
    for i in range(kept.classes.shape[0]):
        chance = leap(rng, x, y, counts, prior, s, leapfrog)
        leaps += chance
        if leapfrog.adapt:
            leapfrog.step[0] *= math.exp(0.5 * (chance - 0.8) / math.sqrt(1.0 + 0.05 * i))
        exchanged += exchange(rng, x, y, prior, TRIES)
        stretch(rng, x, y, counts, prior, s, STRETCHES)
        chances(x, s)  # a leap that was not taken has left those of where it went
        kept.log_odds[i] = log_odds_unrecorded(y, s)
        kept.n0[i], how = sweep(rng, x, y, counts, prior, s)
        if how != FINE:
            return 0.0, 0, how
        filled = 0
        for k in range(s.size.shape[0]):
            filled += s.size[k] > 0
        kept.classes[i] = filled
    return leaps, exchanged, FINE
