"""A Markov chain over decomposable graphs: single edges and simplicial vertices.

Two moves leave the distribution proportional to weight^beta invariant.

1. *Edge* (Giudici and Green 1999): one pair of lists is drawn. An edge may be removed if the
   common neighbours of its ends are complete; it may be added if they separate the ends. The graph
   then stays decomposable, and the proposal is symmetric.
2. *Vertex*: a list whose neighbours are complete is taken out and comes back with a complete set
   of the other lists as neighbours, drawn from all of them in proportion to the weight (Gibbs).
   A perfect elimination order names each complete set once.

n0 is summed out of the weight. Sets of lists are bit masks, neighbours included.
"""

from __future__ import annotations

import math

import numpy as np

from uncounted.estimate.base.result import Floats
from uncounted.estimate.graphical.clique_scores import CliqueScores

MOST_ADJACENT = 8  # later neighbours of a list in the order, and
MOST_SETS = 400  # complete sets: with more, the vertex move stays where it is


class GraphChain:
    """A graph, its log weight at each n0 of the grid, and what has been seen of graphs so far."""

    def __init__(
        self, scores: CliqueScores, rng: np.random.Generator, *, beta: float, complete: bool
    ) -> None:
        J = scores.lists
        self.scores, self.rng, self.beta = scores, rng, beta
        whole = (1 << J) - 1
        self.near = [whole ^ 1 << i if complete else 0 for i in range(J)]
        cliques = [whole] if complete else [1 << i for i in range(J)]
        self.at: Floats = scores.start + np.sum([scores.of(C) for C in cliques], axis=0)
        self.log_weight = _log_sum(self.at)
        self._pairs = [(i, j) for i in range(J) for j in range(i + 1, J)]
        self.forget()

    def forget(self) -> None:
        """Begin the averages anew."""
        J = self.scores.lists
        self.steps = self._stay = 0
        self.posterior = np.zeros(len(self.at))
        self.edges = [0.0] * (J * J)  # steps with the edge from i to j > i, at i J + j
        self.complete = 0

    def separator(self, i: int, j: int) -> int | None:
        """The common neighbours of two lists, if their edge may be toggled."""
        near = self.near
        S = near[i] & near[j]
        if near[i] >> j & 1:
            return S if _is_complete(S, near) else None
        reached, front, goal = S | 1 << i, near[i] & ~S, near[j]
        while front:
            if front & goal:
                return None
            reached |= front
            around = 0
            while front:
                lowest = front & -front
                around |= near[lowest.bit_length() - 1]
                front ^= lowest
            front = around & ~reached
        return S

    def propose_edges(self, times: int) -> None:
        """Metropolis steps on single edges; a pair drawn twice is tried twice."""
        pairs = self.rng.integers(len(self._pairs), size=times).tolist()
        chances = np.log(self.rng.random(times)).tolist()
        near, joined = self.near, self.scores.joined
        for pair, log_chance in zip(pairs, chances, strict=True):
            self._stay += 1
            i, j = self._pairs[pair]
            S = self.separator(i, j)
            if S is None:
                continue
            change = joined(S, i, j)
            at = self.at - change if near[i] >> j & 1 else self.at + change
            log_weight = _log_sum(at)
            if log_chance < (log_weight - self.log_weight) * self.beta:
                self.collect()
                near[i] ^= 1 << j
                near[j] ^= 1 << i
                self.at, self.log_weight = at, log_weight

    def move_vertex(self, v: int) -> None:
        """Gibbs step on the neighbours of one list, if they are complete."""
        self._stay += 1
        A, near = self.near[v], self.near
        if not _is_complete(A, near):
            return
        sets = self._complete_sets(v)
        if sets is None:
            return
        attached = self.scores.attached
        rows = np.array([attached(B, v) for B in sets])
        rows += self.at - attached(A, v)
        top = rows.max(axis=1)
        log_weights = top + np.log(np.exp(rows - top[:, None]).sum(axis=1))
        chance = np.cumsum(np.exp((log_weights - log_weights.max()) * self.beta))
        drawn = int(np.searchsorted(chance, self.rng.random() * chance[-1], side="right"))
        drawn = min(drawn, len(sets) - 1)
        B = sets[drawn]
        if B == A:
            return
        self.collect()
        for u in range(self.scores.lists):
            if (A ^ B) >> u & 1:
                near[u] ^= 1 << v
        near[v] = B
        self.at, self.log_weight = rows[drawn].copy(), float(log_weights[drawn])

    def _complete_sets(self, v: int) -> list[int] | None:
        """Every complete set of the graph without list v; None if there are too many.

        Each set is named by its first list in the reverse of a maximum cardinality search.
        """
        near, J = self.near, self.scores.lists
        left, visited = ((1 << J) - 1) ^ 1 << v, 0
        degree = [0] * J
        sets = [0]
        while left:
            u = max(_members(left), key=degree.__getitem__)
            before = near[u] & visited
            if before.bit_count() > MOST_ADJACENT or len(sets) > MOST_SETS:
                return None
            part = before
            while True:
                sets.append(part | 1 << u)
                if not part:
                    break
                part = (part - 1) & before
            visited |= 1 << u
            left ^= 1 << u
            for w in _members(near[u] & left):
                degree[w] += 1
        return sets

    def exchange(self, other: GraphChain) -> None:
        """Exchange graphs with a chain of another beta."""
        self.collect()
        other.collect()
        self.near, other.near = other.near, self.near
        self.at, other.at = other.at, self.at
        self.log_weight, other.log_weight = other.log_weight, self.log_weight

    def collect(self) -> None:
        """Add the graph that the chain is about to leave to the averages, by its steps there."""
        if not self._stay:
            return
        self.steps += self._stay
        if self.beta == 1.0:
            self.posterior += self._stay * np.exp(self.at - self.log_weight)
            J, edges = self.scores.lists, 0
            for i, near in enumerate(self.near):
                for j in _members(near >> i):
                    self.edges[i * J + i + j] += self._stay
                    edges += 1
            if edges == len(self._pairs):
                self.complete += self._stay
        self._stay = 0

    def draw(self) -> float:
        """A node of n0 drawn given the graph."""
        chance = np.cumsum(np.exp(self.at - self.log_weight))
        drawn = int(np.searchsorted(chance, self.rng.random() * chance[-1], side="right"))
        return float(self.scores.x[min(drawn, len(chance) - 1)])


def _log_sum(at: Floats) -> float:
    top = float(at.max())
    return top + math.log(float(np.exp(at - top).sum()))


def _members(mask: int) -> list[int]:
    found = []
    while mask:
        lowest = mask & -mask
        found.append(lowest.bit_length() - 1)
        mask ^= lowest
    return found


def _is_complete(lists: int, near: list[int]) -> bool:
    left = lists
    while left:
        lowest = left & -left
        if lists & ~(near[lowest.bit_length() - 1] | lowest):
            return False
        left ^= lowest
    return True
