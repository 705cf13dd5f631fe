"""Comparisons that the clusters of a partition make: what m and the errors are drawn from.

In each field of each cluster an original is drawn given the rest (data augmentation of the model
of `cluster_likelihood`), and the other reports are compared with it.

Compiled; what Python calls lends its arrays before it passes them on.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from uncounted._numba import compiled, compiled_in_place, compiled_inner, lend
from uncounted.linkage.arrays import Floats
from uncounted.linkage.sampler.cluster_likelihood import (
    FieldComparisons,
    as_original,
    differs,
    level_of,
    may_be_original,
    may_recur,
    read_field,
    recurring,
    recurs_from,
)
from uncounted.linkage.sampler.pair_likelihood import (
    DIFFERENT,
    RIGHT,
    SLIP,
    MatchWeights,
    level,
    pair_of,
)
from uncounted.linkage.sampler.state import (
    BUFFERED_REPORTS,
    ClusterBuffers,
    Graph,
    PartitionState,
    cluster_buffers,
    edge,
    members,
)


class ComparisonCounts(NamedTuple):
    """Comparisons within the clusters of a partition, field by field.

    `found` at each level, shape as `MatchWeights.weights`. Shape as `MatchWeights.chance`: in
    clusters of three and more, `kinds` of reports that are right, a slip and different; of
    clusters of two, `two` at levels of each kind. `recurs`, shape (fields, 2), of the reports that
    are different and compared with the one that is taken to have another value first: those that
    have it from there, and those that have not.
    """

    found: Floats
    kinds: Floats
    two: Floats
    recurs: Floats


@compiled
def comparisons(
    rng: np.random.Generator, graph: Graph, state: PartitionState, worth: MatchWeights
) -> ComparisonCounts:
    """How often each level is compared within clusters, and who is right.

    An original is drawn in each field; the K - 1 others that say it are compared with it.
    """
    found = np.zeros(worth.weights.shape)
    kinds, two = np.zeros(worth.chance.shape), np.zeros(worth.chance.shape)
    counts = ComparisonCounts(found, kinds, two, np.zeros((len(kinds), 2)))
    _count_all(rng, graph, state, worth, counts, cluster_buffers(BUFFERED_REPORTS))
    return counts


def reports(rng: np.random.Generator, counts: ComparisonCounts, chance: Floats) -> Floats:
    """Reports that are right, a slip and different, shape (fields, 4), as `MatchWeights.chance`.

    Which of two that disagree errs is drawn.
    """
    right, slip, different = chance[:, 1:].T
    kinds = counts.kinds + counts.two
    kinds[:, RIGHT] += counts.two[:, RIGHT]
    for kind, errs in (
        (SLIP, np.stack([right, slip / 2, np.zeros_like(slip)])),
        (DIFFERENT, np.stack([right, slip, different / 2])),
    ):
        pairs = counts.two[:, kind].astype(np.int64)
        kinds[:, 1:] += rng.multinomial(pairs, (errs / errs.sum(axis=0)).T)
    return kinds


class _Work(NamedTuple):
    """What is counted, where to, and room to read clusters in."""

    graph: Graph
    state: PartitionState
    weights: MatchWeights
    counts: ComparisonCounts
    buffers: ClusterBuffers


@compiled
def _count_all(
    rng: np.random.Generator,
    graph: Graph,
    state: PartitionState,
    worth: MatchWeights,
    counts: ComparisonCounts,
    buffers: ClusterBuffers,
) -> None:
    state = lend(state)
    work = _Work(lend(graph), state, lend(worth), lend(counts), lend(buffers))
    for slot in range(len(state.head)):
        k = state.size[slot]
        if k > BUFFERED_REPORTS:
            _count_large(rng, work, slot, k, cluster_buffers(k))
        elif k > 1:
            _compare(work, slot, k)
            if k == 2:
                _count_pair(work, work.buffers.codes[0])
            else:
                _count_more(rng, work, k)


@compiled
def _count_large(
    rng: np.random.Generator, work: _Work, slot: int, k: int, buffers: ClusterBuffers
) -> None:
    """Of a cluster of more reports than a chain keeps room for; the caller holds the room."""
    large = _Work(work.graph, work.state, work.weights, work.counts, lend(buffers))
    _compare(large, slot, k)
    _count_more(rng, large, k)


@compiled_inner
def _compare(work: _Work, slot: int, k: int) -> None:
    """Write the levels of all pairs of a cluster."""
    group, at = work.buffers.group, 0
    members(work.state, slot, group, 0)
    for x in range(1, k):
        for y in range(x):
            work.buffers.codes[at] = pair_levels(work.graph, work.weights, group[x], group[y])
            at += 1


@compiled_inner
def _count_more(rng: np.random.Generator, work: _Work, k: int) -> None:
    """As `_count_pair`, of a cluster of three and more: who is the original is drawn."""
    for f in range(len(work.weights.weights)):
        field = read_field(work.weights, k, f, work.buffers)
        if field.most:
            _count_field(rng, field, work.counts)


@compiled_inner
def pair_levels(graph: Graph, worth: MatchWeights, i: int, j: int) -> int:
    """Packed levels of any pair: a candidate's are nearer than what a chain remembers."""
    at = edge(graph, i, j) if len(graph.dense) == 0 else -1
    return graph.codes[at] if at >= 0 else pair_of(graph, worth, i, j)[0]


@compiled_inner
def _count_pair(work: _Work, code: int) -> None:
    """As `_count_field`, of a cluster of two."""
    counts, worth = work.counts, work.weights
    for f in range(len(worth.weights)):
        shown = level(code, f)
        if shown:
            counts.found[f, shown] += 1.0
            counts.two[f, worth.kind[f, shown]] += 1.0


@compiled_in_place
def kind_of_original(rng: np.random.Generator, right: float, slip: float, different: float) -> int:
    """Draw what an original is."""
    left = rng.random() * (right + slip + different) - right
    return RIGHT if left < 0 else (SLIP if left < slip else DIFFERENT)


@compiled_inner
def _count_recurring(
    rng: np.random.Generator, field: FieldComparisons, counts: ComparisonCounts, original: int
) -> None:
    """Draw who has first what recurs, and which others have it from there."""
    f, recurs, weight = field.f, field.weights.recurs, field.buffers.weight
    top = -np.inf
    for y in range(field.k):
        weight[y] = recurs_from(field, original, y) if differs(field, original, y) else -np.inf
        top = max(top, weight[y])
    total = 0.0
    for y in range(field.k):
        weight[y] = np.exp(weight[y] - top)
        total += weight[y]
    left, first = rng.random() * total, 0
    for y in range(field.k):
        left -= weight[y]
        if weight[y] > 0:
            first = y
            if left < 0:
                break
    for z in range(field.k):
        shown = level_of(field, first, z)
        if shown and differs(field, original, z):
            # recurs is log(1 - lambda + lambda a' / u): the first part is of those that have not
            from_u = np.exp(recurs[f, 0] - recurs[f, shown])
            counts.recurs[f, int(rng.random() < from_u)] += 1.0


@compiled_in_place
def _count_field(
    rng: np.random.Generator, field: FieldComparisons, counts: ComparisonCounts
) -> None:
    worth, k, f = field.weights, field.k, field.f
    weight, copies = field.buffers.weight, field.buffers.copies
    top, last, total = -np.inf, -1, 0.0
    for x in range(k):
        weight[x] = 0.0
        if may_be_original(field, x):
            right, slip, different, _ = as_original(field, x)
            weight[x] = right + slip + different
            if may_recur(field, x):
                copies[x] += recurring(field, x)
            top, last = max(top, copies[x]), x
    for x in range(k):
        if weight[x] > 0:
            weight[x] *= np.exp(copies[x] - top)
            total += weight[x]
    left, original = rng.random() * total, last
    for x in range(k):
        left -= weight[x]
        if weight[x] > 0 and left < 0:
            original = x
            break
    for y in range(k):
        shown = level_of(field, original, y)
        if shown:  # not every report that says a field can be compared in it with every other
            counts.found[f, shown] += 1.0
            counts.kinds[f, worth.kind[f, shown]] += 1.0
    right, slip, different, err = as_original(field, original)
    surely = slip + different == 0.0
    counts.kinds[f, RIGHT if surely else kind_of_original(rng, right, slip, different)] += 1.0
    if may_recur(field, original):
        _count_recurring(rng, field, counts, original)
    if err:  # it was counted as one of those who err, and those who agree with it as right
        counts.kinds[f, DIFFERENT] += err - 1
        counts.kinds[f, RIGHT] -= err - 1
