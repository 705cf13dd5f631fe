"""Linkage's target written down the slow way: every partition of a few reports, weighed.

Follows the docstrings of `uncounted.linkage.sampler.state` and `cluster_likelihood`, and
shares no code with it but where levels stand in a packed number.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from uncounted.linkage.comparison.levels import SHIFTS

Partition = tuple[int, ...]  # a label a report, counted in order of first reports
Pair = tuple[int, int]


def packed(rows: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Rows of levels, each in one number, as `comparison.levels` has them."""
    shifted = [rows[:, f].astype(np.int32) << shift for f, shift in enumerate(SHIFTS)]
    return np.asarray(sum(shifted), np.int32)


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


def clusters(partition: Partition) -> list[list[int]]:
    """The reports of each cluster."""
    return [
        [at for at, own in enumerate(partition) if own == label] for label in sorted(set(partition))
    ]


def admits(
    partition: Partition, near: set[Pair], same: Sequence[Pair] = (), apart: Sequence[Pair] = ()
) -> bool:
    """Whether each cluster hangs together by candidates, and decisions are kept."""
    if any(partition[i] != partition[j] for i, j in same):
        return False
    if any(partition[i] == partition[j] for i, j in apart):
        return False
    edges = {frozenset(pair) for pair in (*near, *same)}
    for members in clusters(partition):
        reached, grown = set(members[:1]), True
        while grown:
            more = {j for j in members for i in reached if j not in reached and {i, j} in edges}
            reached |= more
            grown = bool(more)
        if len(reached) < len(members):
            return False
    return True


def log_overlap(
    partition: Partition, lists: Sequence[int], alpha: float, q: Sequence[float], exact: int
) -> float:
    """Log prior up to a constant; with more lists than `exact`, a cell is how many lists."""
    on_lists = [Counter(lists[i] for i in members) for members in clusters(partition)]
    n, many = len(on_lists), len(q)
    by_set = many <= exact
    total_weight = alpha * (2**many - 1 if by_set else many)
    found = math.lgamma(n + 1) + math.lgamma(total_weight) - math.lgamma(n + total_weight)
    cells = Counter(frozenset(on) if by_set else len(on) for on in on_lists)
    found += sum(math.lgamma(size + alpha) - math.lgamma(alpha) for size in cells.values())
    for on in on_lists:
        if not by_set:
            found -= math.log(math.comb(many, len(on)))
        for source, times in on.items():
            if times > 1 and q[source] == 0:
                return -math.inf
            found += math.lgamma(times + 1) + math.log(1 - q[source])
            found += (times - 1) * math.log(q[source]) if times > 1 else 0.0
    return found


def log_ewens(partition: Partition, log_theta: float) -> float:
    """theta^n prod (size - 1)!."""
    sizes = [len(members) for members in clusters(partition)]
    return log_theta * len(sizes) + sum(math.lgamma(size) for size in sizes)


def log_evidence(
    partition: Partition,
    weights: Sequence[Sequence[Sequence[float]]],
    first: Sequence[Sequence[Sequence[float]]],
    copies: Sequence[Sequence[Sequence[float]]],
    kinds: Sequence[Sequence[Sequence[str]]],
    whole: Sequence[Sequence[Sequence[bool]]],
    less: Sequence[Sequence[Sequence[bool]]],
    chance: Sequence[Mapping[str, float]],
    penalty: Sequence[Sequence[float]],
    recurs: Sequence[Sequence[Sequence[float]]],
) -> float:
    """Log evidence: `weights[f][i][j]` of a pair, `copies[f][i][j]` of a copy and an original.

    `kinds[f][i][j]` is "right", "slip", "different" or "" (not compared), `chance[f]` how often a
    report is each; `whole[f][i][j]`: both say all there is to say, `less[f][i][j]`: one of
    them at the most; `first[f][i][j]` says who is likely the original; `penalty[i][j]`;
    `recurs[f][i][j]` of two that are different from the original, if one has what the other has.
    """
    found = 0.0
    for members in clusters(partition):
        if len(members) == 2:
            i, j = members
            found += sum(weight[i][j] for weight in weights)
        for f, copy in enumerate(copies if len(members) > 2 else ()):
            others = {i: [j for j in members if j != i and kinds[f][i][j]] for i in members}
            speak = [i for i in members if others[i]]
            if not speak:
                continue
            most = max(len(others[i]) for i in speak)
            originals = [i for i in speak if len(others[i]) == most]
            sure = {i for i in members for j in others[i] if whole[f][i][j]}
            total = 0.0
            for i in originals:
                if i not in sure and any(less[f][i][j] and j in sure for j in originals if j != i):
                    continue
                met = Counter(kinds[f][i][j] for j in others[i])
                right = [j for j in others[i] if kinds[f][i][j] == "right"]
                weight = chance[f]["right"] / (1 + sum(j in originals for j in right))
                against = Counter(
                    j for j in right for k in right if kinds[f][j][k] in ("slip", "different")
                )
                if against:
                    pairs, most_of_one = against.total() / 2, max(against.values())
                    err = max(min(against.values()), math.ceil(pairs / most_of_one))
                    weight = chance[f]["different"] / len(speak)
                    weight *= (chance[f]["different"] / chance[f]["right"]) ** (err - 1)
                elif not right:
                    weight += chance[f]["slip"] / (1 + met["slip"])
                    if not met["slip"]:
                        weight += chance[f]["different"] / len(speak)
                different = [j for j in others[i] if kinds[f][i][j] == "different"]
                if (
                    len(different) > 1 and len(members) <= 64
                ):  # one of them has first what others may have, too
                    weight *= sum(
                        math.exp(sum(recurs[f][y][z] for z in different if z != y))
                        for y in different
                    ) / len(different)
                total += weight * math.exp(sum(copy[i][j] for j in others[i]))
            found += math.log(total)
        likely = [
            math.exp(sum(weight[i][j] for weight in first for j in members if i != j))
            for i in members
        ]
        explained = [sum(penalty[i][j] for j in members if i != j) for i in members]
        found -= sum(a * b for a, b in zip(likely, explained, strict=True)) / sum(likely)
    return found


def probabilities(logs: dict[Partition, float]) -> dict[Partition, float]:
    """Scaled to sum to 1."""
    top = max(logs.values())
    total = math.fsum(math.exp(value - top) for value in logs.values())
    return {partition: math.exp(value - top) / total for partition, value in logs.items()}
