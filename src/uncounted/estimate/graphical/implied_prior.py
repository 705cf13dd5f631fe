"""The prior on the share missed that model averaging over decomposable graphs implies.

Under a decomposable graph with a hyper-Dirichlet law the chance of being on no list is
a product of independent betas, one per clique. Over all graphs that is a prior on the
share missed, wide but not flat. To use another prior, divide this one
out first; it depends on the number of lists and on delta alone.
"""

from __future__ import annotations

import functools
from collections import Counter
from itertools import combinations

import numpy as np
from scipy.special import betainc

from uncounted.errors import NotEstimable
from uncounted.estimate.base.result import Floats

MAX_LISTS = 6
_DRAWS = 400_000
_FEWEST = 4_000

# A graph as far as pi0 goes: for each clique in order, (lists in it, lists in its separator).
type Shape = tuple[tuple[int, int], ...]


@functools.cache
def shapes(J: int) -> Counter[Shape]:
    """How many decomposable graphs on J labelled lists have each shape.

    Cliques by maximum cardinality search: lists are visited by how many visited
    neighbours they have, and a graph is decomposable if and only if those are always a
    complete set (Tarjan and Yannakakis 1984).
    """
    if J > MAX_LISTS:
        raise NotEstimable(
            f"the implied prior is computed for up to {MAX_LISTS} lists, and there are {J}",
            hint="merge lists, or pool another method",
        )
    pairs = list(combinations(range(J), 2))
    found: Counter[Shape] = Counter()
    for code in range(1 << len(pairs)):
        near = [0] * J
        for bit, (i, j) in enumerate(pairs):
            if code >> bit & 1:
                near[i] |= 1 << j
                near[j] |= 1 << i
        shape = _shape(near)
        if shape is not None:
            found[shape] += 1
    return found


def _shape(near: list[int]) -> Shape | None:
    J = len(near)
    visited = 0
    cliques: list[list[int]] = []
    for _ in range(J):
        free = [v for v in range(J) if not visited >> v & 1]
        v = max(free, key=lambda u: (near[u] & visited).bit_count())
        before = near[v] & visited
        if any(before & ~(near[u] | 1 << u) for u in range(J) if before >> u & 1):
            return None
        if cliques and cliques[-1][0] == before:
            cliques[-1][0] |= 1 << v
        else:
            cliques.append([before | 1 << v, before])
        visited |= 1 << v
    return tuple(sorted((c.bit_count(), s.bit_count()) for c, s in cliques))


@functools.lru_cache(maxsize=32)
def _log_odds(J: int, delta: float) -> tuple[Floats, Floats]:
    """Draws of logit pi0 under every graph but the complete one, and their weights.

    P(on no list of C | on none of S) ~ Beta(d_C, d_S - d_C), d_C = delta 2^(J - |C|). Each
    shape has its share of the draws, made with a seed of their own.
    """
    known = shapes(J)
    rng = np.random.default_rng([J, _DRAWS])
    values, weights = [], []
    for shape, graphs in sorted(known.items()):
        if shape == ((J, 0),):
            continue
        share = graphs / sum(known.values())
        size = max(_FEWEST, int(_DRAWS * share))
        log_pi0 = np.zeros(size)
        for clique, separator in shape:
            a = delta * 2.0 ** (J - clique)
            log_pi0 += _log_beta(a, delta * 2.0 ** (J - separator) - a, rng, size)
        values.append(log_pi0 - np.log(-np.expm1(np.minimum(log_pi0, -1e-300))))
        weights.append(np.full(size, share / size))
    return np.concatenate(values), np.concatenate(weights)


def _log_beta(a: float, b: float, rng: np.random.Generator, size: int) -> Floats:
    """Logarithms of beta draws; a gamma of small shape is far below what a double holds."""
    one = np.log(rng.gamma(a + 1, size=size)) + np.log(rng.random(size)) / a
    two = np.log(rng.gamma(b + 1, size=size)) + np.log(rng.random(size)) / b
    answer: Floats = one - np.logaddexp(one, two)
    return answer


@functools.lru_cache(maxsize=64)
def implied_shares(J: int, delta: float, edges: tuple[float, ...]) -> Floats:
    """Prior probability of logit pi0 in each bin; the outer bins hold all beyond them.

    Exact for the complete graph, by 400,000 draws of fixed seed for the others (about 1%
    of each bin where there is mass). For at most 6 lists; `edges` rise.
    """
    values, weights = _log_odds(J, delta)
    inner = np.array(edges[1:-1])
    bins = len(edges) - 1
    rest = np.bincount(np.searchsorted(inner, values), weights=weights, minlength=bins)
    pi = 1 / (1 + np.exp(-inner))
    below = np.concatenate([[0.0], betainc(delta, delta * (2.0**J - 1), pi), [1.0]])
    share = shapes(J)[((J, 0),)] / sum(shapes(J).values())
    answer: Floats = rest + share * np.diff(below)
    return answer
