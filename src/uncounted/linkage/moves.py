"""A sweep of moves over partitions: who is with whom, given what each pair is worth.

The target is a distribution over partitions, prior (`partition`) times evidence
(`evidence`), given rates. Moves: `reassign`, `split_merge`, `exchange`.

Compiled; no I/O; no GIL, so that chains run side by side. What Python calls lends its
arrays (`compiled`) before it passes them on.
"""

# numba compiles these functions; numpy's stubs know less than it does
# mypy: disable-error-code="no-any-return,arg-type,assignment"

from __future__ import annotations

import numpy as np

from uncounted.compiled import borrow, compiled, compiled_inner, lend
from uncounted.linkage.exchange import exchange
from uncounted.linkage.pair_worth import Worth
from uncounted.linkage.partition import (
    Codes,
    Floats,
    Graph,
    Prior,
    State,
    first_of_unit,
    unit_of,
)
from uncounted.linkage.reassign import reassign
from uncounted.linkage.scratch import Scratch
from uncounted.linkage.split_merge import split_or_merge
from uncounted.linkage.visits import Visits

WEAK_LOOKS = 0.1  # visits a sweep at which a report's weak candidates are options too
_FEW_LISTS = 6
_TRIES = 4  # to come upon a candidate that is not weak


@compiled
def sweep(
    rng: np.random.Generator,
    graph: Graph,
    state: State,
    worth: Worth,
    prior: Prior,
    splits: float,
    visits: Visits,
) -> None:
    """One pass: units are reassigned (Gibbs), change places, and clusters are split and merged.

    Each report is visited as often as `visits` says, by chance and without a look at the state.
    Most pairs of candidates are weak. At most visits a report's strong candidates alone are
    options; whether it is such a visit is chosen without a look at the state, so each is a
    Gibbs step of the same target.

    Args:
        rng: the generator.
        graph: reports and candidates.
        state: changed in place.
        worth: what levels are worth.
        prior: of partitions.
        splits: split-merge attempts for each visit of a report that has candidates.
        visits: how often; counts are kept there.
    """
    count, most, lists = len(state.slot), _most_options(graph), state.on.shape[1]
    scratch = Scratch(
        seen=np.full(count, -1, np.int64),
        options=np.empty(most, np.int32),
        scores=np.empty(most),
        gains=np.empty(most),
        via=np.empty(most, np.int64),
        known=np.empty(1 << min(lists, _FEW_LISTS)),
        unit=np.empty(count, np.int32),
        group=np.empty(count, np.int32),
        one=np.empty(count, np.int32),
        two=np.empty(count, np.int32),
        both=np.empty(count, np.int32),
    )
    edges = np.empty(len(graph.codes))
    _sweep(rng, graph, state, worth, prior, splits, visits, edges, scratch)


@compiled
def _sweep(
    rng: np.random.Generator,
    graph: Graph,
    state: State,
    worth: Worth,
    prior: Prior,
    splits: float,
    visits: Visits,
    edges: Floats,
    scratch: Scratch,
) -> None:
    graph, state, worth, prior = lend(graph), lend(state), lend(worth), lend(prior)
    visits, edges, scratch = lend(visits), borrow(edges), lend(scratch)
    for slot in range(len(state.value)):
        state.value[slot] = np.nan if state.size[slot] > 1 else 0.0
    edges[:] = np.nan
    tried = rng.random()  # who comes first in a sweep has as many attempts as who comes last
    for r in graph.order:
        degree = graph.starts[r + 1] - graph.starts[r]
        if degree == 0 and graph.mate[r] == r:
            continue
        for _ in range(int(visits.often[r] + rng.random())):
            visits.times[r] += 1
            if first_of_unit(graph, r):
                size = unit_of(graph, r, scratch.unit)
                all_ = size > 1 or rng.random() * visits.often[r] < WEAK_LOOKS
                visits.moves[r] += reassign(
                    rng, graph, state, worth, prior, edges, scratch, size, all_
                )
            tried += splits if degree else 0.0
            while tried >= 1.0:
                tried -= 1.0
                at = _candidate(rng, graph, r)
                if at >= 0:
                    j = graph.near[at]
                    visits.moves[r] += split_or_merge(
                        rng, graph, state, worth, prior, scratch, r, j
                    )
                    to = _candidate(rng, graph, j)
                    if to >= 0:
                        k = graph.near[to]
                        visits.moves[r] += exchange(rng, graph, state, worth, scratch, r, k)


@compiled_inner
def _candidate(rng: np.random.Generator, graph: Graph, r: int) -> int:
    """Where a candidate of r by lot stands, a weak one seldom; -1 where it would be weak."""
    degree = graph.starts[r + 1] - graph.starts[r]
    weak_too = rng.random() < WEAK_LOOKS
    for _ in range(_TRIES):
        at = graph.starts[r] + int(rng.random() * degree)
        if weak_too or not graph.weak[at]:
            return at
    return -1


@compiled
def _most_options(graph: Graph) -> int:
    """Candidates of whichever unit has most, and one."""
    most, unit = 0, np.empty(len(graph.mate), np.int32)
    for r in range(len(graph.mate)):
        if first_of_unit(graph, r):
            most = max(most, _degree(graph, unit, unit_of(graph, r, unit)))
    return most + 1


@compiled_inner
def _degree(graph: Graph, unit: Codes, size: int) -> int:
    total = 0
    for x in range(size):
        total += graph.starts[unit[x] + 1] - graph.starts[unit[x]]
    return total
