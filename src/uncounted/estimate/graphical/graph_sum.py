"""The sum over all decomposable graphs, exactly, without listing them.

A dynamic programme over disjoint pairs of sets of lists gives the sum, over all
chordal graphs on up to ten lists, of prod(clique scores) / prod(separator scores).
Each graph counts once. This module knows nothing of people, priors or counts: it
sees scores. It never lists a graph; `tests/naive_estimate.py` does, to check it.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from uncounted._numba import compiled

type Floats = npt.NDArray[np.float64]

MAX_GRAPH_LISTS = 10

# Scores span thousands of powers of ten, so a number is (m, e) = m * 2**(512 e) with
# 2**-256 <= |m| < 2**256, or m = 0. The wide mantissa makes most additions plain ones.
_HIGH = 2.0**256
_LOW = 2.0**-256
_UP = 2.0**512
_DOWN = 2.0**-512
_LN2 = math.log(2.0)


@compiled
def _fit(m, e):  # type: ignore[no-untyped-def]
    size = abs(m)
    if size >= _HIGH:
        return m * _DOWN, e + 1
    if size < _LOW:
        if m == 0.0:
            return 0.0, 0
        return m * _UP, e - 1
    return m, e


@compiled
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


@compiled
def _sums(logp, J):  # type: ignore[no-untyped-def]
    """Log of the sum over graphs for each row of `logp` (rows, 2**J); see `log_sums`."""
    n = 1 << J
    full = n - 1
    t3 = np.zeros(n, np.int64)
    t4 = np.zeros(n, np.int64)
    low = np.zeros(n, np.int64)
    for mask in range(1, n):
        v = 0
        while not (mask >> v) & 1:
            v += 1
        low[mask] = v
        t3[mask] = t3[mask & (mask - 1)] + 3**v
        t4[mask] = t4[mask & (mask - 1)] + 4**v
    pm, pe = np.zeros(n), np.zeros(n, np.int64)
    # G[S, R] = F(S, R) / p(S); F itself is only needed for S = {}, where p = 1
    Gm, Ge = np.zeros(3**J), np.zeros(3**J, np.int64)
    Km, Ke = np.zeros((J, n)), np.zeros((J, n), np.int64)
    am, ae = np.zeros(4**J), np.zeros(4**J, np.int64)
    Pm, Pe = np.zeros(4**J), np.zeros(4**J, np.int64)
    Wm, We = np.zeros(4**J), np.zeros(4**J, np.int64)
    Zm, Ze = np.zeros(n), np.zeros(n, np.int64)
    out = np.empty(logp.shape[0])
    for row in range(logp.shape[0]):
        for C in range(n):
            if logp[row, C] == -np.inf:
                pm[C], pe[C] = 0.0, 0
            else:
                bits = logp[row, C] / _LN2
                e = int(np.floor(bits / 512.0 + 0.5))
                pm[C], pe[C] = _fit(2.0 ** (bits - 512.0 * e), e)
        # W at U = {} is 1 for every (S, Q); P too
        for R in range(1, n):
            comp = full ^ R
            # F(S, R) = sum over {} != A of p(Q) [P - D](R \ A),  Q = S + A
            S = comp
            while True:
                m, e = 0.0, 0
                if pm[S] != 0.0:
                    A = R
                    while A:
                        Q = S | A
                        if pm[Q] != 0.0:
                            U = R ^ A
                            if U:
                                at = t4[S] + 2 * t4[A] + 3 * t4[U]
                                xm, xe = _fit(pm[Q] * Wm[at], pe[Q] + We[at])
                            else:
                                xm, xe = pm[Q], pe[Q]
                            m, e = _add(m, e, xm, xe)
                        A = (A - 1) & R
                    m, e = _fit(m / pm[S], e - pe[S])
                at = t3[S] + 2 * t3[R]
                Gm[at], Ge[at] = m, e
                if S == 0:
                    break
                S = (S - 1) & comp
            if comp == 0:
                break
            # K_v(Q) = sum over S' within Q, v in S', of G(S', R): a sum over subsets for each v
            for v in range(J):
                if not (comp >> v) & 1:
                    continue
                bit = 1 << v
                rest = comp ^ bit
                T = rest
                while True:
                    at = t3[T | bit] + 2 * t3[R]
                    Km[v, T | bit], Ke[v, T | bit] = Gm[at], Ge[at]
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
                        Km[v, Q], Ke[v, Q] = _add(
                            Km[v, Q], Ke[v, Q], Km[v, T | bit], Ke[v, T | bit]
                        )
                        if T == 0:
                            break
                        T = (T - 1) & without
            # a(S, Q; R) = a(S, Q - v; R) + K_v(Q), then P and P - D at U = R
            for A in range(1, n):
                if A & R:
                    continue
                v = low[A]
                smaller = A & (A - 1)
                free = comp ^ A
                S = free
                while True:
                    Q = S | A
                    base = t4[S] + 2 * t4[A]
                    here = base + 3 * t4[R]
                    m, e = Km[v, Q], Ke[v, Q]
                    if smaller:
                        at = t4[S] + 2 * t4[smaller] + 3 * t4[R]
                        m, e = _add(m, e, am[at], ae[at])
                    am[here], ae[here] = m, e
                    Pm[here], Pe[here] = 0.0, 0
                    Wm[here], We[here] = 0.0, 0
                    if pm[Q] != 0.0 and pm[S] != 0.0:
                        first = R & -R
                        m, e = 0.0, 0  # P
                        dm, de = 0.0, 0  # D
                        R1 = R
                        while R1:
                            U = R ^ R1
                            if U:
                                um, ue = Pm[base + 3 * t4[U]], Pe[base + 3 * t4[U]]
                            else:
                                um, ue = 1.0, 0
                            if um != 0.0:
                                if R1 & first:
                                    at = base + 3 * t4[R1]
                                    xm, xe = _fit(am[at] * um, ae[at] + ue)
                                    m, e = _add(m, e, xm, xe)
                                at = t3[Q] + 2 * t3[R1]
                                xm, xe = _fit(Gm[at] * um, Ge[at] + ue)
                                dm, de = _add(dm, de, xm, xe)
                            R1 = (R1 - 1) & R
                        Pm[here], Pe[here] = m, e
                        Wm[here], We[here] = _add(m, e, -dm, de)
                    if S == 0:
                        break
                    S = (S - 1) & free
        # Z(U) = sum over connected R1 holding the first of U
        Zm[0], Ze[0] = 1.0, 0
        for U in range(1, n):
            first = U & -U
            m, e = 0.0, 0
            R1 = U
            while R1:
                if R1 & first:
                    at = 2 * t3[R1]
                    xm, xe = _fit(Gm[at] * Zm[U ^ R1], Ge[at] + Ze[U ^ R1])
                    m, e = _add(m, e, xm, xe)
                R1 = (R1 - 1) & U
            Zm[U], Ze[U] = m, e
        out[row] = np.log(Zm[full]) + 512.0 * _LN2 * Ze[full]
    return out


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

    Examples:
        >>> import numpy as np
        >>> [round(float(np.exp(log_sums(np.zeros((1, 2**j)))[0]))) for j in (2, 3, 4, 5)]
        [2, 8, 61, 822]
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
