"""Swap moves (Metropolis): two reports of one list exchange their clusters.

Where a list has hardly any duplicates, a report cannot join a cluster that is on its list already:
the other has to leave first, and states in between are unlikely. A swap leaves the number of
reports of each list in each cluster as it was, so the prior cancels.
"""

from __future__ import annotations

import numpy as np

from uncounted._numba import compiled_inner
from uncounted.linkage.arrays import Codes
from uncounted.linkage.sampler.cluster_likelihood import evidence
from uncounted.linkage.sampler.pair_likelihood import MatchWeights
from uncounted.linkage.sampler.state import Graph, PartitionState, add, hangs_together, remove
from uncounted.linkage.sampler.workspace import Scratch, passed_over, value_of


@compiled_inner
def exchange(
    rng: np.random.Generator,
    graph: Graph,
    state: PartitionState,
    worth: MatchWeights,
    scratch: Scratch,
    i: int,
    k: int,
) -> float:
    """Propose that i and k change places (Metropolis); nothing if they are of different lists.

    Who is proposed must not depend on the state: then the way back is as likely.

    Returns:
        The chance of accepting.
    """
    a, b = state.slot[i], state.slot[k]
    if graph.lists[i] != graph.lists[k] or a == b or (state.size[a] == 1 and state.size[b] == 1):
        return 0.0
    if graph.mate[i] != i or graph.mate[k] != k:
        return 0.0  # units move as one
    if passed_over(rng, scratch, state.size[a] + state.size[b]):
        return 0.0
    one, two = scratch.one, scratch.two
    ones, twos = _without(state, a, i, k, one), _without(state, b, k, i, two)
    if not (_may_join(graph, one, ones) and _may_join(graph, two, twos)):
        return 0.0
    before = value_of(graph, state, worth, a, scratch.group)
    before += value_of(graph, state, worth, b, scratch.group)
    value_one, value_two = evidence(graph, worth, one, ones), evidence(graph, worth, two, twos)
    chance: float = np.exp(min(value_one + value_two - before, 0.0))
    if rng.random() >= chance:
        return chance
    s = graph.lists[i]
    remove(state, k, s)
    remove(state, i, s)
    add(state, k, s, a)
    add(state, i, s, b)
    state.value[a], state.value[b] = value_one, value_two
    return chance


@compiled_inner
def _without(state: PartitionState, slot: int, r: int, other: int, group: Codes) -> int:
    """Write `other`, and a cluster's reports but r; how many."""
    group[0] = other
    size, x = 1, state.head[slot]
    while x >= 0:
        if x != r:
            group[size] = x
            size += 1
        x = state.after[x]
    return size


@compiled_inner
def _may_join(graph: Graph, group: Codes, size: int) -> bool:
    """Whether the first of a group may be with the others."""
    for at in range(graph.apart_starts[group[0]], graph.apart_starts[group[0] + 1]):
        for x in range(1, size):
            if graph.apart[at] == group[x]:
                return False
    return size == 1 or hangs_together(graph, group, size)
