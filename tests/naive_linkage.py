"""Linkage's target written down the slow way: every partition of a few reports, weighed.

Follows the module docstring of `uncounted.linkage.kernel` and shares no code with it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence

Partition = tuple[int, ...]  # a label a report, counted in order of first reports


def partitions(count: int) -> Iterator[Partition]:
    """All set partitions of `count` things, as restricted growth strings.

    Examples:
        >>> list(partitions(3))
        [(0, 0, 0), (0, 0, 1), (0, 1, 0), (0, 1, 1), (0, 1, 2)]
    """

    def grow(row: list[int]) -> Iterator[Partition]:
        if len(row) == count:
            yield tuple(row)
            return
        for label in range(max(row, default=-1) + 2):
            yield from grow([*row, label])

    return grow([])


def log_prior(
    partition: Partition, lists: Sequence[int], alpha: float, q: Sequence[float], exact: int
) -> float:
    """Log prior up to a constant; with more lists than `exact`, a cell is how many lists."""
    clusters: dict[int, Counter[int]] = {}
    for label, source in zip(partition, lists, strict=True):
        clusters.setdefault(label, Counter())[source] += 1
    n, many = len(clusters), len(q)
    by_set = many <= exact
    total_weight = alpha * (2**many - 1 if by_set else many)
    found = math.lgamma(n + 1) + math.lgamma(total_weight) - math.lgamma(n + total_weight)
    cells = Counter(frozenset(on) if by_set else len(on) for on in clusters.values())
    found += sum(math.lgamma(size + alpha) - math.lgamma(alpha) for size in cells.values())
    for on in clusters.values():
        if not by_set:
            found -= math.log(math.comb(many, len(on)))
        for source, times in on.items():
            found += math.lgamma(times + 1)
            found += math.log(1 - q[source]) + (times - 1) * math.log(q[source])
    return found


def log_evidence(
    partition: Partition,
    weights: Sequence[Sequence[Sequence[float]]],
    penalty: Sequence[Sequence[float]],
    said: Sequence[Sequence[bool]],
) -> float:
    """Log evidence: `weights[f][i][j]` of fields, `penalty[i][j]`, `said[i][f]`."""
    found = 0.0
    for label in set(partition):
        members = [at for at, own in enumerate(partition) if own == label]
        for f, weight in enumerate(weights):
            speak = [i for i in members if said[i][f]]
            if len(speak) > 1:
                stars = [math.exp(sum(weight[i][j] for j in speak if j != i)) for i in speak]
                found += math.log(sum(stars) / len(stars))
        pairs = [penalty[i][j] for i in members for j in members if i < j]
        found -= 2.0 / len(members) * sum(pairs)
    return found


def probabilities(logs: dict[Partition, float]) -> dict[Partition, float]:
    """Scaled to sum to 1."""
    top = max(logs.values())
    total = math.fsum(math.exp(value - top) for value in logs.values())
    return {partition: math.exp(value - top) / total for partition, value in logs.items()}
