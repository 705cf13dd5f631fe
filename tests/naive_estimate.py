"""Slow and plain twins of the kernels of `estimate`: they list every graph.

Nothing here is quick or clever. A test that compares a kernel with its twin is worth
only as much as the twin is easy to check by reading.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations
from math import lgamma, log

import numpy as np

type Graph = frozenset[tuple[int, int]]
type Sets = list[frozenset[int]]


def graphs(J: int) -> Iterator[Graph]:
    """Every graph on J vertices."""
    pairs = list(combinations(range(J), 2))
    for mask in range(1 << len(pairs)):
        yield frozenset(pair for i, pair in enumerate(pairs) if mask >> i & 1)


def junction(J: int, graph: Graph) -> tuple[Sets, Sets] | None:
    """Cliques and separators (with multiplicity) of a chordal graph; None if it is not chordal.

    Maximum cardinality search: visit the vertex with most visited neighbours; the graph
    is chordal when these always form a complete set.
    """
    near = {v: {w for w in range(J) if tuple(sorted((v, w))) in graph} for v in range(J)}
    visited: list[int] = []
    cliques: Sets = []
    separators: Sets = []
    while len(visited) < J:
        left = [v for v in range(J) if v not in visited]
        v = max(left, key=lambda v: len(near[v] & set(visited)))
        before = frozenset(near[v] & set(visited))
        if any(w not in near[u] for u, w in combinations(sorted(before), 2)):
            return None
        if cliques and before == cliques[-1]:
            cliques[-1] = before | {v}
        else:
            if cliques:
                separators.append(before)
            cliques.append(before | {v})
        visited.append(v)
    return cliques, separators


def chordal(J: int) -> list[tuple[Graph, Sets, Sets]]:
    """Every decomposable graph with its cliques and separators."""
    found = []
    for graph in graphs(J):
        parts = junction(J, graph)
        if parts is not None:
            found.append((graph, *parts))
    return found


def mask_of(members: frozenset[int]) -> int:
    return sum(1 << v for v in members)


def log_weight(scores: np.ndarray, cliques: Sets, separators: Sets) -> float:
    """Log of prod(clique scores) / prod(separator scores)."""
    return float(
        sum(scores[mask_of(c)] for c in cliques) - sum(scores[mask_of(s)] for s in separators)
    )


def log_sum(scores: np.ndarray) -> float:
    """Twin of `averaging.log_sums` for one row."""
    J = len(scores).bit_length() - 1
    return float(np.logaddexp.reduce([log_weight(scores, c, s) for _, c, s in chordal(J)]))


def log_clique(counts: dict[str, int], members: frozenset[int], n0: int, delta: float) -> float:
    """L_C(n0), Dawid and Lauritzen (1993), straight from the marginal table."""
    if not members:
        return 0.0
    J = len(next(iter(counts)))
    d = delta * 2 ** (J - len(members))
    cells: dict[str, int] = {"0" * len(members): n0}
    for pattern, count in counts.items():
        key = "".join(pattern[v] for v in sorted(members))
        cells[key] = cells.get(key, 0) + count
    N = sum(counts.values()) + n0
    total = sum(lgamma(y + d) - lgamma(d) for y in cells.values())
    return total + lgamma(delta * 2**J) - lgamma(N + delta * 2**J)


def log_joint(
    counts: dict[str, int],
    n0: int,
    delta: float,
    log_prior: Callable[[int], float] = lambda N: -log(N),
) -> list[float]:
    """log p(x, n0, G) for every decomposable graph, in the order of `chordal`."""
    J = len(next(iter(counts)))
    N = sum(counts.values()) + n0
    ways = lgamma(N + 1) - lgamma(n0 + 1) + log_prior(N)
    return [
        ways
        + sum(log_clique(counts, c, n0, delta) for c in cliques)
        - sum(log_clique(counts, s, n0, delta) for s in separators)
        for _, cliques, separators in chordal(J)
    ]
