"""Exact sum over all decomposable graphs for Bayesian model averaging (Madigan and York 1997).

A dynamic programme over disjoint pairs of sets of lists gives the sum, over all
chordal graphs on up to ten lists, of prod(clique scores) / prod(separator scores).
Each graph counts once. This module knows nothing of people, priors or counts: it
sees scores. It never lists a graph; `tests/naive_estimate.py` does, to check it.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from uncounted._numba import borrow, compiled, compiled_inner, lend

type Floats = npt.NDArray[np.float64]
type Ints = npt.NDArray[np.int64]

MAX_GRAPH_LISTS = 10

# Scores span thousands of powers of ten, so a number is (m, e) = m * 2**(512 e) with
# 2**-256 <= |m| < 2**256, or m = 0. The wide mantissa makes most additions plain ones.
_HIGH = 2.0**256
_LOW = 2.0**-256
_UP = 2.0**512
_DOWN = 2.0**-512
_LN2 = math.log(2.0)


@compiled_inner
def _fit(m, e):  # type: ignore[no-untyped-def]
    size = abs(m)
    if size >= _HIGH:
        return m * _DOWN, e + 1
    if size < _LOW:
        if m == 0.0:
            return 0.0, 0
        return m * _UP, e - 1
    return m, e


@compiled_inner
def _add(m1, e1, m2, e2):  # type: ignore[no-untyped-def]
    if m2 == 0.0:
        return m1, e1
    if m1 == 0.0:
        return m2, e2
    d = e1 - e2
    if d == 0:
        return _fit(m1 + m2, e1)
    if d == 1:
        return _fit(m1 + m2 * _DOWN, e1)
    if d == -1:
        return _fit(m2 + m1 * _DOWN, e2)
    if d > 1:
        return m1, e1
    return m2, e2


class Tables(NamedTuple):
    """Values of the programme over disjoint sets of lists, each as (m, e).

    `t3[S] + 2 t3[R]` is the place of a pair of disjoint sets, `t4[S] + 2 t4[A] + 3 t4[U]` that
    of three; `low` is the lowest list of a set. `p`: scores of cliques. `G[S, R]` is F(S, R) /
    p(S): the sum over graphs on R that hang together outside the separator S. `K`, `a`, `P` and
    W = P - D: sums over ways in which parts of R hang on a clique. `Z[U]`: over all graphs on U.
    """

    t3: Ints
    t4: Ints
    low: Ints
    pm: Floats
    pe: Ints
    Gm: Floats
    Ge: Ints
    Km: Floats
    Ke: Ints
    am: Floats
    ae: Ints
    Pm: Floats
    Pe: Ints
    Wm: Floats
    We: Ints
    Zm: Floats
    Ze: Ints


@compiled
def _tables(J):  # type: ignore[no-untyped-def]
    n = 1 << J
    t3, t4, low = np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(n, np.int64)
    for mask in range(1, n):
        v = 0
        while not (mask >> v) & 1:
            v += 1
        low[mask] = v
        t3[mask] = t3[mask & (mask - 1)] + 3**v
        t4[mask] = t4[mask & (mask - 1)] + 4**v
    return Tables(
        t3, t4, low,
        np.zeros(n), np.zeros(n, np.int64),
        np.zeros(3**J), np.zeros(3**J, np.int64),
        np.zeros((J, n)), np.zeros((J, n), np.int64),
        np.zeros(4**J), np.zeros(4**J, np.int64),
        np.zeros(4**J), np.zeros(4**J, np.int64),
        np.zeros(4**J), np.zeros(4**J, np.int64),
        np.zeros(n), np.zeros(n, np.int64),
    )  # fmt: skip


@compiled
def _sums(logp, J):  # type: ignore[no-untyped-def]
    """Log of the sum over graphs for each row of `logp` (rows, 2**J); see `log_sums`."""
    w = _tables(J)
    out = np.empty(logp.shape[0])
    for row in range(logp.shape[0]):
        out[row] = _sum(logp[row], J, w)
    return out


@compiled
def _sum(logp, J, w):  # type: ignore[no-untyped-def]
    logp, w = borrow(logp), lend(w)
    n = 1 << J
    _set_scores(logp, w)
    for R in range(1, n):
        comp = (n - 1) ^ R
        _set_connected(R, comp, w)
        if comp == 0:
            break
        _set_subset_sums(R, comp, J, w)
        _set_attached(R, comp, w)
    _set_all_graphs(n, w)
    return np.log(w.Zm[n - 1]) + 512.0 * _LN2 * w.Ze[n - 1]


@compiled_inner
def _set_scores(logp, w):  # type: ignore[no-untyped-def]
    for C in range(logp.size):
        if logp[C] == -np.inf:
            w.pm[C], w.pe[C] = 0.0, 0
        else:
            bits = logp[C] / _LN2
            e = int(np.floor(bits / 512.0 + 0.5))
            w.pm[C], w.pe[C] = _fit(2.0 ** (bits - 512.0 * e), e)


@compiled_inner
def _set_connected(R, comp, w):  # type: ignore[no-untyped-def]
    """F(S, R) = sum over {} != A of p(Q) [P - D](R - A), Q = S + A, for every S outside R."""
    S = comp
    while True:
        m, e = 0.0, 0
        if w.pm[S] != 0.0:
            A = R
            while A:
                Q = S | A
                if w.pm[Q] != 0.0:
                    U = R ^ A
                    if U:
                        at = w.t4[S] + 2 * w.t4[A] + 3 * w.t4[U]
                        xm, xe = _fit(w.pm[Q] * w.Wm[at], w.pe[Q] + w.We[at])
                    else:  # W at U = {} is 1 for every (S, Q); P too
                        xm, xe = w.pm[Q], w.pe[Q]
                    m, e = _add(m, e, xm, xe)
                A = (A - 1) & R
            m, e = _fit(m / w.pm[S], e - w.pe[S])
        at = w.t3[S] + 2 * w.t3[R]
        w.Gm[at], w.Ge[at] = m, e
        if S == 0:
            break
        S = (S - 1) & comp


@compiled_inner
def _set_subset_sums(R, comp, J, w):  # type: ignore[no-untyped-def]
    """K_v(Q) = sum over S' within Q, v in S', of G(S', R): a sum over subsets for each v."""
    for v in range(J):
        if not (comp >> v) & 1:
            continue
        bit = 1 << v
        rest = comp ^ bit
        T = rest
        while True:
            at = w.t3[T | bit] + 2 * w.t3[R]
            w.Km[v, T | bit], w.Ke[v, T | bit] = w.Gm[at], w.Ge[at]
            if T == 0:
                break
            T = (T - 1) & rest
        for b in range(J):
            if not (rest >> b) & 1:
                continue
            without = rest ^ (1 << b)
            T = without
            while True:
                Q = T | (1 << b) | bit
                w.Km[v, Q], w.Ke[v, Q] = _add(
                    w.Km[v, Q], w.Ke[v, Q], w.Km[v, T | bit], w.Ke[v, T | bit]
                )
                if T == 0:
                    break
                T = (T - 1) & without


@compiled_inner
def _set_attached(R, comp, w):  # type: ignore[no-untyped-def]
    """a(S, Q; R) = a(S, Q - v; R) + K_v(Q), then P and P - D at U = R."""
    for A in range(1, w.low.size):
        if A & R:
            continue
        v = w.low[A]
        smaller = A & (A - 1)
        free = comp ^ A
        S = free
        while True:
            Q = S | A
            base = w.t4[S] + 2 * w.t4[A]
            here = base + 3 * w.t4[R]
            m, e = w.Km[v, Q], w.Ke[v, Q]
            if smaller:
                at = w.t4[S] + 2 * w.t4[smaller] + 3 * w.t4[R]
                m, e = _add(m, e, w.am[at], w.ae[at])
            w.am[here], w.ae[here] = m, e
            w.Pm[here], w.Pe[here] = 0.0, 0
            w.Wm[here], w.We[here] = 0.0, 0
            if w.pm[Q] != 0.0 and w.pm[S] != 0.0:
                _set_parts(R, Q, base, w)
            if S == 0:
                break
            S = (S - 1) & free


@compiled_inner
def _set_parts(R, Q, base, w):  # type: ignore[no-untyped-def]
    """P and W = P - D of one clique: R falls into a part R1 and what is left of it."""
    first = R & -R
    m, e = 0.0, 0  # P
    dm, de = 0.0, 0  # D
    R1 = R
    while R1:
        U = R ^ R1
        if U:
            um, ue = w.Pm[base + 3 * w.t4[U]], w.Pe[base + 3 * w.t4[U]]
        else:
            um, ue = 1.0, 0
        if um != 0.0:
            if R1 & first:
                at = base + 3 * w.t4[R1]
                xm, xe = _fit(w.am[at] * um, w.ae[at] + ue)
                m, e = _add(m, e, xm, xe)
            at = w.t3[Q] + 2 * w.t3[R1]
            xm, xe = _fit(w.Gm[at] * um, w.Ge[at] + ue)
            dm, de = _add(dm, de, xm, xe)
        R1 = (R1 - 1) & R
    here = base + 3 * w.t4[R]
    w.Pm[here], w.Pe[here] = m, e
    w.Wm[here], w.We[here] = _add(m, e, -dm, de)


@compiled_inner
def _set_all_graphs(n, w):  # type: ignore[no-untyped-def]
    """Z(U) = sum over connected R1 holding the first of U."""
    w.Zm[0], w.Ze[0] = 1.0, 0
    for U in range(1, n):
        first = U & -U
        m, e = 0.0, 0
        R1 = U
        while R1:
            if R1 & first:
                at = 2 * w.t3[R1]
                xm, xe = _fit(w.Gm[at] * w.Zm[U ^ R1], w.Ge[at] + w.Ze[U ^ R1])
                m, e = _add(m, e, xm, xe)
            R1 = (R1 - 1) & U
        w.Zm[U], w.Ze[U] = m, e


def log_sums(scores: Floats) -> Floats:
    """Log of the sum over all decomposable graphs of prod p(cliques) / prod p(separators).

    Args:
        scores: shape (rows, 2**J), log p(C) for every set C of lists as a bit mask;
            column 0 (the empty separator) must be 0; -inf forbids a set as a clique
            (then forbid every set that holds it).

    Returns:
        One value a row. The cost of a row is about 5**J.

    Source: the sum without multiplicity rests on "cliques minus separators that hold
    a complete set is one" (Dawid and Lauritzen 1993, junction trees), in the style of
    Kangas, Niinimaki and Koivisto (NIPS 2014), whose own recursion counts rooted
    junction trees instead of graphs.
    """
    scores = np.ascontiguousarray(scores, dtype=np.float64)
    J = int(scores.shape[1]).bit_length() - 1
    if scores.shape[1] != 1 << J or not 1 <= J <= MAX_GRAPH_LISTS:
        raise ValueError(f"scores for 2**J sets are needed, J up to {MAX_GRAPH_LISTS}")
    # Dividing by the scores of single lists changes every graph by the same factor.
    member = (np.arange(1 << J)[:, None] >> np.arange(J)) & 1
    singles = scores[:, 1 << np.arange(J)]
    reduced = scores - singles @ member.T.astype(np.float64)
    total: Floats = _sums(reduced, J) + singles.sum(axis=1)
    return total
