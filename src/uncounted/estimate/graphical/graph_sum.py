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
from uncounted._threads import cores
from uncounted._threads import over as over_threads
from uncounted.estimate.graphical.eight_rows import (
    BITS,
    LEAST_EXPONENT,
    ROWS,
    WIDTH,
    get,
    minus,
    nothing,
    one,
    over,
    plus,
    put,
    times,
)

type Floats = npt.NDArray[np.float64]
type Ints = npt.NDArray[np.int64]

MAX_GRAPH_LISTS = 10

_LN2 = math.log(2.0)
_THREADS = 2
_THREADED = range(6, 10)  # lists: of fewer there is too little to do, of more each takes 400 MB


class Tables(NamedTuple):
    """Values of the programme over disjoint sets of lists, each a number of eight rows.

    `t3[S] + 2 t3[R]` is the place of a pair of disjoint sets, `t4[S] + 2 t4[A] + 3 t4[U]` that
    of three; `low` is the lowest list of a set. `p`: scores of cliques; `never`: those that no row
    allows. `G[S, R]` is F(S, R) / p(S): the sum over graphs on R that hang together outside the
    separator S. `K`, `a`, `P` and W = P - D: sums over ways in which parts of R hang on a clique.
    `Z[U]`: over all graphs on U.
    """

    t3: Ints
    t4: Ints
    low: Ints
    never: Ints
    p: Floats
    G: Floats
    K: Floats
    a: Floats
    P: Floats
    W: Floats
    Z: Floats


def _tables(J: int) -> Tables:
    """Room for `J` lists, from numpy: it asks for large pages, which halve the time."""
    n = 1 << J
    bits = (np.arange(n)[:, None] >> np.arange(J)) & 1
    t3, t4 = bits @ 3 ** np.arange(J), bits @ 4 ** np.arange(J)
    low = np.argmax(bits, axis=1)
    sizes = (n, 3**J, J * n, 4**J, 4**J, 4**J, n)
    return Tables(t3, t4, low, np.zeros(n, np.int64), *(np.zeros(WIDTH * each) for each in sizes))


@compiled
def _sums(logp, J, w):  # type: ignore[no-untyped-def]
    """Log of the sum over graphs for each row of `logp` (rows, 2**J), by eights."""
    out = np.empty(logp.shape[0])
    for row in range(0, logp.shape[0], ROWS):
        _sum(logp, row, J, out, w)
    return out


@compiled
def _sum(logp, row, J, out, w):  # type: ignore[no-untyped-def]
    logp, out, w = borrow(logp), borrow(out), lend(w)
    n = 1 << J
    _set_scores(logp, row, w)
    for R in range(1, n):
        comp = (n - 1) ^ R
        _set_connected(R, comp, w)
        if comp == 0:
            break
        _set_subset_sums(R, comp, J, n, w)
        _set_attached(R, comp, w)
    _set_all_graphs(n, w)
    at = WIDTH * (n - 1)
    for r in range(min(ROWS, logp.shape[0] - row)):
        out[row + r] = np.log(w.Z[at + r]) + BITS * _LN2 * w.Z[at + ROWS + r]


@compiled_inner
def _set_scores(logp, row, w):  # type: ignore[no-untyped-def]
    """Scores of eight rows from `row` on; the last row again where there are no more."""
    for C in range(logp.shape[1]):
        w.never[C] = 1
        for r in range(ROWS):
            score = logp[min(row + r, logp.shape[0] - 1), C]
            m, e = 0.0, LEAST_EXPONENT
            if score != -np.inf:
                e = np.floor(score / (_LN2 * BITS))
                m = 2.0 ** (score / _LN2 - BITS * e)
                w.never[C] = 0
            w.p[WIDTH * C + r], w.p[WIDTH * C + ROWS + r] = m, e
        if not w.never[C]:
            put(w.p, C, get(w.p, C))


@compiled_inner
def _set_connected(R, comp, w):  # type: ignore[no-untyped-def]
    """F(S, R) = sum over {} != A of p(Q) [P - D](R - A), Q = S + A, for every S outside R."""
    S = comp
    while True:
        total = nothing()
        if not w.never[S]:
            A = R
            while A:
                Q = S | A
                if not w.never[Q]:
                    U = R ^ A
                    if U:
                        at = w.t4[S] + 2 * w.t4[A] + 3 * w.t4[U]
                        total = plus(total, times(get(w.p, Q), get(w.W, at)))
                    else:  # W at U = {} is 1 for every (S, Q); P too
                        total = plus(total, get(w.p, Q))
                A = (A - 1) & R
            total = over(total, get(w.p, S))
        put(w.G, w.t3[S] + 2 * w.t3[R], total)
        if S == 0:
            break
        S = (S - 1) & comp


@compiled_inner
def _set_subset_sums(R, comp, J, n, w):  # type: ignore[no-untyped-def]
    """K_v(Q) = sum over S' within Q, v in S', of G(S', R): a sum over subsets for each v."""
    for v in range(J):
        if not (comp >> v) & 1:
            continue
        bit = 1 << v
        rest = comp ^ bit
        T = rest
        while True:
            put(w.K, v * n + (T | bit), get(w.G, w.t3[T | bit] + 2 * w.t3[R]))
            if T == 0:
                break
            T = (T - 1) & rest
        for b in range(J):
            if not (rest >> b) & 1:
                continue
            without = rest ^ (1 << b)
            T = without
            while True:
                Q = v * n + (T | (1 << b) | bit)
                put(w.K, Q, plus(get(w.K, Q), get(w.K, v * n + (T | bit))))
                if T == 0:
                    break
                T = (T - 1) & without


@compiled_inner
def _set_attached(R, comp, w):  # type: ignore[no-untyped-def]
    """a(S, Q; R) = a(S, Q - v; R) + K_v(Q), then P and P - D at U = R."""
    n = w.low.size
    for A in range(1, n):
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
            attached = get(w.K, v * n + Q)
            if smaller:
                at = w.t4[S] + 2 * w.t4[smaller] + 3 * w.t4[R]
                attached = plus(attached, get(w.a, at))
            put(w.a, here, attached)
            if w.never[Q] or w.never[S]:
                put(w.P, here, nothing())
                put(w.W, here, nothing())
            else:
                _set_parts(R, Q, base, w)
            if S == 0:
                break
            S = (S - 1) & free


@compiled_inner
def _set_parts(R, Q, base, w):  # type: ignore[no-untyped-def]
    """P and W = P - D of one clique: R falls into a part R1 and what is left of it."""
    first = R & -R
    here = base + 3 * w.t4[R]
    total = get(w.a, here)  # P; all of R at once
    away = get(w.G, w.t3[Q] + 2 * w.t3[R])  # D
    R1 = (R - 1) & R
    while R1:
        left = get(w.P, base + 3 * w.t4[R ^ R1])
        if R1 & first:
            total = plus(total, times(get(w.a, base + 3 * w.t4[R1]), left))
        away = plus(away, times(get(w.G, w.t3[Q] + 2 * w.t3[R1]), left))
        R1 = (R1 - 1) & R
    put(w.P, here, total)
    put(w.W, here, minus(total, away))


@compiled_inner
def _set_all_graphs(n, w):  # type: ignore[no-untyped-def]
    """Z(U) = sum over connected R1 holding the first of U."""
    put(w.Z, 0, one())
    for U in range(1, n):
        first = U & -U
        total = nothing()
        R1 = U
        while R1:
            if R1 & first:
                total = plus(total, times(get(w.G, 2 * w.t3[R1]), get(w.Z, U ^ R1)))
            R1 = (R1 - 1) & U
        put(w.Z, U, total)


class Room:
    """Work space that calls of `log_sums` share while it is kept: 400 MB of ten lists."""

    def __init__(self) -> None:
        self._free: list[tuple[int, Tables]] = []

    def sums(self, logp: Floats, J: int) -> Floats:
        """Sum each row of reduced scores, in space of its own."""
        try:
            lists, tables = self._free.pop()
        except IndexError:
            lists = 0
        if lists != J:
            lists, tables = J, _tables(J)
        answer: Floats = _sums(logp, J, tables)
        self._free.append((lists, tables))
        return answer


def log_sums(scores: Floats, room: Room | None = None) -> Floats:
    """Log of the sum over all decomposable graphs of prod p(cliques) / prod p(separators).

    Args:
        scores: shape (rows, 2**J), log p(C) for every set C of lists as a bit mask;
            column 0 (the empty separator) must be 0; -inf forbids a set as a clique
            (then forbid every set that holds it).
        room: of earlier calls, which is used again.

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
    side_by_side = _THREADS if J in _THREADED else 1
    size = -(-len(scores) // (side_by_side * ROWS)) * ROWS
    space = room or Room()
    parts = over_threads(
        len(scores),
        lambda here: space.sums(reduced[here], J),
        size=max(size, ROWS),
        threads=min(side_by_side, cores()),
    )
    total: Floats = np.concatenate([*parts, np.zeros(0)]) + singles.sum(axis=1)
    return total
