"""Scratch arrays of the moves over partitions, and helpers that several of them use."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from uncounted._numba import compiled_inner
from uncounted.linkage.arrays import Codes, Floats
from uncounted.linkage.sampler.cluster_likelihood import evidence
from uncounted.linkage.sampler.pair_likelihood import MatchWeights
from uncounted.linkage.sampler.scan_schedule import ScanSchedule
from uncounted.linkage.sampler.state import Graph, PartitionState, PriorParameters, members


class Scratch(NamedTuple):
    """Room to work in, so that no move makes any.

    `seen`, by slot: place among the options of a unit, of which `options`, `scores` and `gains`
    are the rest; `known`, by mask: log prior ratio of joining a cluster on these lists; `schedule`:
    what is seen there; `large`: with more reports than this a move is skipped at random
    (`passed_over`). The others hold reports.
    """

    seen: Codes
    options: Codes
    scores: Floats
    gains: Floats
    known: Floats
    schedule: ScanSchedule
    large: float
    unit: Codes
    group: Codes
    one: Codes
    two: Codes
    both: Codes


class MoveContext(NamedTuple):
    """What a move reads and changes: the target, the partition, and room to work in."""

    graph: Graph
    state: PartitionState
    weights: MatchWeights
    prior: PriorParameters
    scratch: Scratch


@compiled_inner
def value_of(context: MoveContext, slot: int) -> float:
    """Evidence of a cluster, computed once after weights have changed; `scratch.group` is used."""
    state, group = context.state, context.scratch.group
    if np.isnan(state.value[slot]):
        k = members(state, slot, group, 0)
        state.value[slot] = evidence(context.graph, context.weights, group, k)
    value: float = state.value[slot]
    return value


@compiled_inner
def passed_over(rng: np.random.Generator, scratch: Scratch, size: int) -> bool:
    """Whether a move is skipped, for cost, with chance 1 - large / size; `size` must not change."""
    return size > scratch.large and rng.random() * size >= scratch.large


@compiled_inner
def cannot_link(context: MoveContext, unit: Codes, size: int, slot: int) -> bool:
    """Whether a cannot-link decision keeps one of a unit from a report in a slot."""
    graph = context.graph
    for x in range(size):
        for at in range(graph.apart_starts[unit[x]], graph.apart_starts[unit[x] + 1]):
            if context.state.slot[graph.apart[at]] == slot:
                return True
    return False
