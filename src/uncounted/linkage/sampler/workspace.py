"""Scratch arrays of the moves over partitions, and helpers that several of them use."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from uncounted._numba import compiled_inner
from uncounted.linkage.arrays import Codes, Floats
from uncounted.linkage.sampler.cluster_likelihood import evidence
from uncounted.linkage.sampler.pair_likelihood import MatchWeights
from uncounted.linkage.sampler.scan_schedule import ScanSchedule
from uncounted.linkage.sampler.state import Graph, PartitionState, members


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


@compiled_inner
def value_of(
    graph: Graph, state: PartitionState, worth: MatchWeights, slot: int, group: Codes
) -> float:
    """Evidence of a cluster, found when it is first asked for: levels are worth otherwise now."""
    if np.isnan(state.value[slot]):
        k = members(state, slot, group, 0)
        state.value[slot] = evidence(graph, worth, group, k)
    value: float = state.value[slot]
    return value


@compiled_inner
def passed_over(rng: np.random.Generator, scratch: Scratch, size: int) -> bool:
    """Whether a move is skipped at random, since its clusters have so many reports.

    What evidence costs grows as the square of how many there are. It is tried with chance large /
    size. A move must leave `size` as it is, or the way back would be tried more often or less.
    """
    return size > scratch.large and rng.random() * size >= scratch.large


@compiled_inner
def cannot_link(graph: Graph, state: PartitionState, unit: Codes, size: int, slot: int) -> bool:
    """Whether a cannot-link decision keeps one of a unit from a report in a slot."""
    for x in range(size):
        for at in range(graph.apart_starts[unit[x]], graph.apart_starts[unit[x] + 1]):
            if state.slot[graph.apart[at]] == slot:
                return True
    return False
