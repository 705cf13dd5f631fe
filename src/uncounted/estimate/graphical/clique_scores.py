"""Scores of sets of lists, each computed when a graph first has the set as clique or separator.

The exact sum needs the scores of all 2^J sets; a sampler meets thousands of them, of any number
of lists. A score is log p(x, n0, C) of the hyper-Dirichlet law (see `decomposable`), here as a
vector over a fixed grid of n0, so that the weight of a graph, summed over n0, costs one sum.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy.special import gammaln

from uncounted.captures import CaptureTable
from uncounted.estimate.base.posterior import LAST, Ints
from uncounted.estimate.base.result import Floats

_DENSE = 24  # whole numbers from 0 that are all in the grid
_STEP = 1.5  # standard deviations of the narrowest peak
_WIDER = 1.3  # ratio of neighbouring steps at most
_FEW = 30  # patterns that are collapsed faster without numpy
_TABULATED = 10  # lists of a set whose cells are counted in a table of all cells
_MOST_NUMBERS = 24_000_000  # floating-point numbers kept: 200 MB


def nodes_for(observed: int) -> Ints:
    """A grid of n0 from 0 to 2^52, in steps of about the narrowest peak a graph can have.

    Every whole number to 23; then steps of 1.5 max(sqrt(n0), n0^1.5 / n), at most half of n0. The
    trapezoid rule sums a normal peak in steps of 1.5 standard deviations to 3 parts in 10,000.
    """
    nodes = list(range(_DENSE))
    x, step, n = nodes[-1], 1.0, max(observed, 1)
    while x < LAST // 2:
        step = max(1.0, min(_STEP * max(x**0.5, x**1.5 / n), 0.5 * x, step * _WIDER))
        x += int(step)
        nodes.append(x)
    return np.array(nodes, dtype=np.int64)


def _log_weights(nodes: Ints) -> Floats:
    """Log of how many whole numbers each node stands for: the trapezoid rule in log(n0 + 1)."""
    x = nodes + 1.0
    u = np.log(x)
    weights = np.empty(len(x))
    weights[1:-1] = x[1:-1] * (u[2:] - u[:-2]) / 2
    weights[0], weights[-1] = 1.0, x[-1] * (u[-1] - u[-2]) / 2
    weights[: _DENSE - 1] = 1.0
    answer: Floats = np.log(weights)
    return answer


class CliqueScores:
    """Vectors of scores over the grid; those of the sets met last are kept.

    `start` is log N! / n0! + log p(N), the part of the weight that no graph changes; with the
    numbers that a node stands for, so that a weight is a sum of exponentials.
    """

    def __init__(
        self,
        table: CaptureTable,
        delta: float,
        log_prior: Callable[[Floats], Floats],
        grid: Ints | None = None,
    ) -> None:
        self.lists = len(table.lists)
        self.observed, self.delta = table.observed, delta
        self.weight = delta * 2.0**self.lists
        self.nodes = nodes_for(table.observed) if grid is None else grid
        self.x = self.nodes.astype(np.float64)
        self.log_weights = _log_weights(self.nodes) if grid is None else np.zeros(len(self.x))
        self._far = int(np.searchsorted(self.x, _DENSE))
        self._log_x = np.log(self.x[self._far :] + 1.0)
        self._near = gammaln(self.x[: self._far] + 1.0)
        self._total = self.log_rising(self.observed + self.weight)
        ways = self.log_rising(self.observed + 1.0)
        self.start: Floats = ways + log_prior(self.x + self.observed) + self.log_weights
        marks = [[mark == "1" for mark in pattern] for pattern in table.counts]
        self._members = np.array(marks, dtype=np.float64)
        self._people = np.array(list(table.counts.values()), dtype=np.float64)
        self._patterns = self._members.astype(np.int64) @ (1 << np.arange(self.lists))
        patterns = zip(self._patterns.tolist(), self._people.tolist(), strict=True)
        self._few = list(patterns) if len(self._patterns) <= _FEW else []
        self._log_weight = math.lgamma(self.weight)
        self._empty = np.zeros(len(self.x))
        self._vectors: dict[int, Floats] = {}
        self._changes: dict[tuple[int, int, int], Floats] = {}
        self._rising: dict[float, Floats] = {}
        self._most_kept = max(100, _MOST_NUMBERS // (3 * len(self.x)))

    def log_rising(self, a: float) -> Floats:
        """Log G(n0 + a) - log G(n0 + 1) on the grid, by Stirling's series from 24 on."""
        x, b = self.x[self._far :] + 1.0, a - 1.0
        y = x + b
        answer = np.empty(len(self.x))
        answer[: self._far] = gammaln(self.x[: self._far] + a) - self._near
        answer[self._far :] = (
            (y - 0.5) * np.log1p(b / x)
            + b * (self._log_x - 1.0)
            + (1 / y - 1 / x) / 12
            - (1 / y**3 - 1 / x**3) / 360
        )
        return answer

    def of(self, C: int) -> Floats:
        """L_C(n0) for a set of lists as a bit mask; 0 for the empty set."""
        if C == 0:
            return self._empty
        found = self._vectors.get(C)
        if found is None:
            constant, zero = self._collapsed(C)
            rising = self._rising.get(zero)
            if rising is None:
                rising = self.log_rising(zero) - self._total
                if len(self._rising) >= self._most_kept:
                    self._rising.clear()
                self._rising[zero] = rising
            found = rising + constant
            if len(self._vectors) >= self._most_kept:
                self._vectors.clear()
            self._vectors[C] = found
        return found

    def _collapsed(self, C: int) -> tuple[float, float]:
        """The part of L_C without n0, and what is added to n0 in its zero cell."""
        lists = C.bit_count()
        d = self.delta * 2.0 ** (self.lists - lists)
        each = math.lgamma(d)
        if len(self._few):
            cells = {0: 0.0}
            for pattern, people in self._few:
                cells[pattern & C] = cells.get(pattern & C, 0.0) + people
            zero = cells.pop(0)
            constant = sum(math.lgamma(y + d) - each for y in cells.values()) - each
            return constant + self._log_weight, zero + d
        if lists <= _TABULATED:
            columns = [i for i in range(self.lists) if C >> i & 1]
            cell = self._members[:, columns] @ (2.0 ** np.arange(lists))
            y = np.bincount(cell.astype(np.int64), weights=self._people, minlength=1)
            zero = float(y[0])
        else:
            found, cell = np.unique(self._patterns & C, return_inverse=True)
            y = np.bincount(cell, weights=self._people)
            zero = float(y[0]) if found[0] == 0 else 0.0
            y = y if found[0] == 0 else np.concatenate([[0.0], y])
        seen = y[1:][y[1:] > 0]
        constant = float(gammaln(seen + d).sum()) - (len(seen) + 1) * each
        return constant + self._log_weight, zero + d

    def joined(self, S: int, i: int, j: int) -> Floats:
        """How the log weight changes when lists i and j, with common neighbours S, are joined."""
        key = (S, i, j)
        found = self._changes.get(key)
        if found is None:
            a, b = S | 1 << i, S | 1 << j
            found = self.of(a | b) + self.of(S) - self.of(a) - self.of(b)
            self._keep(key, found)
        return found

    def attached(self, B: int, v: int) -> Floats:
        """How the log weight changes when list v comes in with the complete set B as neighbours."""
        key = (B, v, v)
        found = self._changes.get(key)
        if found is None:
            found = self.of(B | 1 << v) - self.of(B)
            self._keep(key, found)
        return found

    def _keep(self, key: tuple[int, int, int], change: Floats) -> None:
        if len(self._changes) >= self._most_kept:
            self._changes.clear()
        self._changes[key] = change
