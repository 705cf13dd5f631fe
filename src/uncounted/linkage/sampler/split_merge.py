"""Moves of two reports: sequentially allocated split-merge (Dahl 2005; Jain and Neal 2004), swaps.

Where one report is uncertain, its own Gibbs updates decide. Where several are surely together and
uncertain with several others who are so too, no update of one of them does: it would have to leave
the others. Two such clusters may be proposed by as many pairs as one of each makes, so the more
pairs may stand for the same two, the fewer proposals are made for each.
"""

from __future__ import annotations

import numpy as np

from uncounted._numba import compiled, compiled_inner, lend
from uncounted.linkage.arrays import Codes, Floats, Singles
from uncounted.linkage.sampler.candidate_graph import as_either_sees
from uncounted.linkage.sampler.cluster_likelihood import evidence
from uncounted.linkage.sampler.pair_likelihood import of_two
from uncounted.linkage.sampler.state import (
    Graph,
    PartitionState,
    add,
    fresh,
    hangs_together,
    log_add,
    remove,
    unit_of,
)
from uncounted.linkage.sampler.workspace import MoveContext, cannot_link, passed_over, value_of

SURE = 0.8  # guessed to be one so surely, two reports are of one cluster
# Attempts in a sweep, from each side, for two clusters as much in doubt as may be, if each of one
# is a candidate of each of the other; and for two reports of which one has no cluster, or whose
# cluster is too small to part into two.
EACH_SIDE, LONE = 1.2, 0.005
AT_A_LOOK = 2.0  # from each side, for any two clusters, when chains look everywhere
# Those who are one surely may be two halves that part as easily, which visits of one do not show:
# attempts are made for them as for so much doubt, at the least.
_LEAST = 0.01
_HALVES = 4  # reports of the least cluster that parts into two


@compiled_inner
def split_or_merge(rng: np.random.Generator, context: MoveContext, i: int, j: int) -> float:
    """Sequentially allocated split-merge of two candidates' clusters; the chance of accepting.

    (D. B. Dahl, "Sequentially-allocated merge-split sampler for conjugate and nonconjugate
    Dirichlet process models", 2005).

    1. The units of i and j. 2. Their clusters' other units in random order. 3. Same cluster:
    propose to divide it, each unit joining either by its pair weights; else propose one cluster. 4.
    Metropolis-Hastings with the chance of the division.
    """
    graph, state = context.graph, context.state
    scratch, weights = context.scratch, context.weights
    a, b = state.slot[i], state.slot[j]
    split = a == b
    if passed_over(rng, scratch, state.size[a] + (0 if split else state.size[b])):
        return 0.0
    one, two, unit = scratch.one, scratch.two, scratch.unit
    if graph.unit[i] == graph.unit[j]:
        return 0.0  # a decision has put them together
    ones, twos = unit_of(graph, i, one), unit_of(graph, j, two)
    count = _others(rng, context, i, j)
    ones, twos, log_chance = _divide(rng, context, ones, twos, count, split)
    if not split and cannot_link(context, one, ones, b):
        return 0.0
    if split and not (hangs_together(graph, one, ones) and hangs_together(graph, two, twos)):
        return 0.0
    if split:
        together = value_of(context, a)
        value_one = evidence(graph, weights, one, ones)
        value_two = evidence(graph, weights, two, twos)
    else:
        value_one, value_two = value_of(context, a), value_of(context, b)
        for x in range(ones):
            unit[x] = one[x]
        for x in range(twos):
            unit[ones + x] = two[x]
        together = evidence(graph, weights, unit, ones + twos)
    gain = together - value_one - value_two
    to = fresh(state) if split else a
    ratio = _move_all(context, two, twos, to)
    log_ratio = ratio - gain - log_chance if split else ratio + gain + log_chance
    chance: float = np.exp(min(log_ratio, 0.0))
    if rng.random() >= chance:
        back = b if split or state.size[b] else fresh(state)
        _move_all(context, two, twos, back)
        state.value[a] = together if split else value_one
        if not split:
            state.value[back] = value_two
        return chance
    state.value[a] = value_one if split else together
    if split:
        state.value[to] = value_two
    return chance


@compiled_inner
def redivide(rng: np.random.Generator, context: MoveContext, i: int, j: int) -> None:
    """Divide the clusters of two reports between them again, if they are two.

    Reports move from one to the other together, or are exchanged: one by one the first would have
    to leave the others; by a merge and a split, all would have to be one person in between.

    1. The units of i and j stay. 2. The others, in random order, join either by their pair weights.
    3. Metropolis-Hastings with the chances of the new division and, in the same order, of the old
    one.
    """
    graph, state, scratch = context.graph, context.state, context.scratch
    a, b = state.slot[i], state.slot[j]
    if a == b or state.size[a] + state.size[b] < 3:
        return
    if passed_over(rng, scratch, state.size[a] + state.size[b]):
        return
    one, two, moved = scratch.one, scratch.two, scratch.unit
    ones, twos = unit_of(graph, i, one), unit_of(graph, j, two)
    count = _others(rng, context, i, j)
    _, _, log_back = _divide(rng, context, ones, twos, count, False)
    ones, twos, log_there = _divide(rng, context, ones, twos, count, True)
    moves = 0
    for x in range(ones + twos):
        r, to = (one[x], a) if x < ones else (two[x - ones], b)
        if state.slot[r] != to:
            moved[moves] = r
            moves += 1
    if not (moves and hangs_together(graph, one, ones) and hangs_together(graph, two, twos)):
        return
    gain = -value_of(context, a)
    gain -= value_of(context, b)
    value_one = evidence(graph, context.weights, one, ones)
    value_two = evidence(graph, context.weights, two, twos)
    gain += value_one + value_two
    ratio = _to_the_other(context, moved, moves, a, b)
    chance = np.exp(min(ratio + gain + log_back - log_there, 0.0))
    if rng.random() < chance and not _cannot_link_now(context, moved, moves):
        state.value[a], state.value[b] = value_one, value_two
    else:
        _to_the_other(context, moved, moves, a, b)


@compiled_inner
def _to_the_other(context: MoveContext, moved: Codes, count: int, a: int, b: int) -> float:
    """Move reports from either of two slots to the other; the log ratio of priors."""
    total = 0.0
    for at in range(count):
        to = b if context.state.slot[moved[at]] == a else a
        total += _move_all(context, moved[at : at + 1], 1, to)
    return total


@compiled_inner
def _cannot_link_now(context: MoveContext, moved: Codes, count: int) -> bool:
    """Whether a decision keeps one of those who moved from another in its slot."""
    for x in range(count):
        if cannot_link(context, moved[x : x + 1], 1, context.state.slot[moved[x]]):
            return True
    return False


@compiled_inner
def _move_all(context: MoveContext, group: Codes, count: int, to: int) -> float:
    """Move reports to a slot one by one; the log ratio of priors, after to before."""
    state, prior, total = context.state, context.prior, 0.0
    for at in range(count):
        r = group[at]
        s, old = context.graph.lists[r], state.slot[r]
        remove(state, r, s)
        total -= log_add(state, prior, s, old)
        total += log_add(state, prior, s, to)
        add(state, r, s, to)
    return total


@compiled_inner
def _others(rng: np.random.Generator, context: MoveContext, i: int, j: int) -> int:
    """Write the first report of each other unit in two clusters, in random order; how many."""
    unit, state, both = context.graph.unit, context.state, context.scratch.both
    a, b, count = state.slot[i], state.slot[j], 0
    for which in range(1 if a == b else 2):
        r = state.head[a if which == 0 else b]
        while r >= 0:
            if unit[r] == r and r != unit[i] and r != unit[j]:
                both[count] = r
                count += 1
            r = state.after[r]
    for m in range(count - 1, 0, -1):
        x = int(rng.random() * (m + 1))
        both[m], both[x] = both[x], both[m]
    return count


@compiled_inner
def _divide(
    rng: np.random.Generator,
    context: MoveContext,
    ones: int,
    twos: int,
    count: int,
    at_random: bool,
) -> tuple[int, int, float]:
    """Let the others join a group, `at_random` or as they are; sizes and log probability."""
    state, scratch = context.state, context.scratch
    one, two, both, unit = scratch.one, scratch.two, scratch.both, scratch.unit
    a, log_chance = state.slot[one[0]], 0.0
    for at in range(count):
        size = unit_of(context.graph, both[at], unit)
        lead = _lead(context, size, ones, twos)
        joins_one = (
            rng.random() < 1.0 / (1.0 + np.exp(-lead)) if at_random else state.slot[both[at]] == a
        )
        if joins_one:
            log_chance -= np.log1p(np.exp(-lead))
            for x in range(size):
                one[ones + x] = unit[x]
            ones += size
        else:
            log_chance -= np.log1p(np.exp(lead))
            for x in range(size):
                two[twos + x] = unit[x]
            twos += size
    return ones, twos, log_chance


@compiled_inner
def _lead(context: MoveContext, size: int, ones: int, twos: int) -> float:
    """How much better a unit fits the first group than the second: mean weight of pairs."""
    graph, weights, scratch = context.graph, context.weights, context.scratch
    with_one, with_two = 0.0, 0.0
    for m in range(size):
        for x in range(ones):
            with_one += of_two(graph, weights, scratch.unit[m], scratch.one[x])
        for x in range(twos):
            with_two += of_two(graph, weights, scratch.unit[m], scratch.two[x])
    return min(max((with_one / ones - with_two / twos) / size, -30.0), 30.0)


@compiled_inner
def swap(rng: np.random.Generator, context: MoveContext, i: int, k: int) -> float:
    """Exchange the clusters of i and k, if of one list (Metropolis); the chance of accepting.

    Where a list has hardly any duplicates, a report cannot join a cluster that is on its list
    already: the other has to leave first, and states in between are unlikely. A swap leaves the
    number of reports of each list in each cluster as it was, so the prior cancels. Who is proposed
    must not depend on the state: then the way back is as likely.
    """
    graph, state, scratch = context.graph, context.state, context.scratch
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
    before = value_of(context, a)
    before += value_of(context, b)
    value_one = evidence(graph, context.weights, one, ones)
    value_two = evidence(graph, context.weights, two, twos)
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


def by_doubt(graph: Graph) -> Graph:
    """The same graph, with attempts in proportion to the root of the doubt of two clusters."""
    return _with_attempts(graph, graph.link_probability, EACH_SIDE, LONE, 0.0)


def for_all(graph: Graph, link_probability: Singles) -> Graph:
    """The same graph, with attempts for any two clusters, however sure or unlikely."""
    return _with_attempts(graph, link_probability, AT_A_LOOK, 0.0, 1.0)


def _with_attempts(
    graph: Graph, link_probability: Singles, often: float, lone: float, least: float
) -> Graph:
    tries, tries_of = _tries(graph, as_either_sees(graph, link_probability), often, lone, least)
    return graph._replace(tries=tries, tries_of=tries_of)


@compiled
def _tries(
    graph: Graph, likely: Floats | Singles, often: float, lone: float, least: float
) -> tuple[Singles, Singles]:
    graph = lend(graph)
    count = len(graph.lists)
    tries, tries_of = np.zeros(len(graph.near), np.float32), np.zeros(count, np.float32)
    size = np.ones(count)  # of the cluster in which each surely is
    for r in range(count):
        for at in range(graph.starts[r], graph.starts[r + 1]):
            size[r] += likely[at] >= SURE
    for r in range(count):
        for at in range(graph.starts[r], graph.starts[r + 1]):
            j, doubt = graph.near[at], max(4.0 * likely[at] * (1.0 - likely[at]), least)
            together = likely[at] >= SURE
            if min(size[r], size[j]) == 1 or (together and max(size[r], size[j]) < _HALVES):
                tries[at] = lone * np.sqrt(doubt)
            else:
                doubt = max(doubt, _LEAST) if together else doubt
                tries[at] = often * np.sqrt(doubt) / (size[r] * size[j])
            tries_of[r] += tries[at]
    return tries, tries_of
