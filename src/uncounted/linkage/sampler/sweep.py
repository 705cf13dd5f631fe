"""One sweep over partitions: Gibbs updates, informed proposals, split-merge and swap moves.

The target is a distribution over partitions, prior (`state`) times evidence
(`cluster_likelihood`), given m and u.

Compiled; no I/O; no GIL, so that chains run side by side. What Python calls lends its
arrays (`compiled`) before it passes them on.
"""

from __future__ import annotations

import numpy as np

from uncounted._numba import compiled, compiled_inner, lend
from uncounted.linkage.sampler.gibbs import reassign
from uncounted.linkage.sampler.informed_proposal import informed_move
from uncounted.linkage.sampler.pair_likelihood import MatchWeights
from uncounted.linkage.sampler.scan_schedule import ScanSchedule
from uncounted.linkage.sampler.split_merge import redivide, split_or_merge, swap
from uncounted.linkage.sampler.state import (
    FAINT,
    FIRM,
    WEAK,
    Graph,
    PartitionState,
    PriorParameters,
    candidate,
    looked_at,
    unit_of,
)
from uncounted.linkage.sampler.workspace import MoveContext, Scratch

# Visits, for each turn, at which a report's weak candidates are options too, and the faint ones:
# while they are so by their levels alone, and once it is seen that they are hardly ever joined.
WEAK_LOOKS, FAINT_LOOKS = (0.1, 0.01), (0.02, 0.003)
REDIVIDED = 0.5  # share of the tried reports with two candidates divided again
_FEW_LISTS = 6
_TRIES = 16  # to come upon a candidate that is no weaker than those that are looked at


def make_scratch(
    graph: Graph, state: PartitionState, schedule: ScanSchedule, large: float = np.inf
) -> Scratch:
    """Room for sweeps; moves of clusters of more than `large` reports are tried the more seldom."""
    count, lists = len(state.slot), state.on.shape[1]
    candidates = np.bincount(graph.unit, np.diff(graph.starts))  # by unit
    most = int(candidates.max(initial=0)) + 1
    unit, group, one, two, both = np.empty((5, count), np.int32)
    return Scratch(
        seen=np.full(count, -1, np.int32),
        options=np.empty(most, np.int32),
        scores=np.empty(most),
        gains=np.empty(most),
        known=np.empty(1 << min(lists, _FEW_LISTS)),
        schedule=schedule,
        large=float(large),  # one type, or all is compiled twice
        unit=unit,
        group=group,
        one=one,
        two=two,
        both=both,
    )


@compiled
def sweep(
    rng: np.random.Generator,
    graph: Graph,
    state: PartitionState,
    worth: MatchWeights,
    prior: PriorParameters,
    splits: float,
    scratch: Scratch,
    anew: bool,
) -> None:
    """One pass: Gibbs or informed moves of units, swaps, splits, merges and redivisions.

    Each report is visited as often as `schedule` says, in its turn, without a look at the state. At
    most visits its firm candidates alone are options, which is a Gibbs step of the same target;
    where their probabilities are known well (`Graph.informed`), one is proposed by these.

    The state changes in place. `splits` is the number of swaps for each visit of a report that has
    candidates, and of split-merge attempts where `Graph.tries` is empty. `anew`: levels may be
    worth otherwise than in the sweep before.
    """
    graph, state, scratch = lend(graph), lend(state), lend(scratch)
    context = MoveContext(graph, state, lend(worth), lend(prior), scratch)
    schedule = scratch.schedule
    if anew:
        for slot in range(len(state.slot)):
            state.value[slot] = np.nan if state.size[slot] > 1 else 0.0
    turn = schedule.sweeps[0] % 2
    schedule.sweeps[0] += 1
    by_doubt = len(graph.tries) > 0
    tried, due = rng.random(2)  # who comes first in a sweep has as many attempts as who comes last
    for r in range(len(graph.lists)):
        degree = graph.starts[r + 1] - graph.starts[r]
        if degree == 0 and graph.mate[r] == r:
            continue
        due += graph.tries_of[r] if by_doubt else 0.0
        while due >= 1.0:
            due -= 1.0
            j = _in_doubt(rng, graph, r)
            split_or_merge(rng, context, r, j)
            if rng.random() < REDIVIDED:
                k = _in_doubt(rng, graph, r)
                redivide(rng, context, j, k)
        if schedule.turns[r] == 1 - turn:
            continue
        for _ in range(int(schedule.often[r] + rng.random())):
            schedule.times[r] += 1
            if graph.unit[r] == r:
                size = unit_of(graph, r, scratch.unit)
                weakest = FAINT if size > 1 else _weakest(graph, rng.random() * schedule.often[r])
                if size == 1 and weakest == FIRM and graph.informed[r]:
                    schedule.moves[r] += informed_move(rng, context, r)
                else:
                    schedule.moves[r] += reassign(rng, context, size, weakest)
            tried += splits if degree else 0.0
            while tried >= 1.0:
                tried -= 1.0
                at = _candidate(rng, graph, r)
                if at >= 0:
                    j = graph.near[at]
                    if not by_doubt:
                        schedule.moves[r] += split_or_merge(rng, context, r, j)
                    to = _candidate(rng, graph, j)
                    if to >= 0:
                        k = graph.near[to]
                        schedule.moves[r] += swap(rng, context, r, k)


@compiled_inner
def _weakest(graph: Graph, lot: float) -> int:
    """Down to which candidates are options, at random."""
    seen = int(len(graph.link_probability) > 0)
    if lot < FAINT_LOOKS[seen]:
        return FAINT
    return WEAK if lot < WEAK_LOOKS[seen] else FIRM


@compiled_inner
def _candidate(rng: np.random.Generator, graph: Graph, r: int) -> int:
    """Where a random candidate of r stands, a weak or faint one seldom; -1: none is found."""
    weakest = _weakest(graph, rng.random())
    low, high = looked_at(graph, r, weakest)
    for _ in range(_TRIES if high > low else 0):
        at = candidate(graph, low + int(rng.random() * (high - low)), weakest)
        if graph.weak[at] <= weakest:
            return at
    return -1


@compiled_inner
def _in_doubt(rng: np.random.Generator, graph: Graph, r: int) -> int:
    """A candidate of r, as often as attempts are made for it (`Graph.tries`)."""
    left, at = rng.random() * graph.tries_of[r], graph.starts[r]
    while at < graph.starts[r + 1] - 1 and left >= graph.tries[at]:
        left -= graph.tries[at]
        at += 1
    found: int = graph.near[at]
    return found
