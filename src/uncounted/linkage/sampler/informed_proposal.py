"""Informed Metropolis-Hastings proposals: Liu's modified Gibbs sampler for one report.

A Gibbs update (`gibbs`) needs the evidence of every option of a report. Chains record how likely
each candidate was to be joined (`ScanSchedule`), and propose by that: a candidate at random, and so
its cluster; where the report is there already, another by a second draw, or none.
Evidence is then computed of two clusters alone (J. S. Liu, "Peskun's theorem and a modified
discrete-state Gibbs sampler", Biometrika 83, 1996).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from uncounted._numba import compiled, compiled_inner, lend
from uncounted.linkage.arrays import Codes, Singles
from uncounted.linkage.sampler.candidate_graph import with_firm
from uncounted.linkage.sampler.cluster_likelihood import evidence
from uncounted.linkage.sampler.state import (
    FIRM,
    MIN_PROPOSAL_WEIGHT,
    Graph,
    PartitionState,
    add,
    fresh,
    hangs_together,
    log_add,
    members,
    remove,
    singleton_weight,
)
from uncounted.linkage.sampler.workspace import MoveContext, cannot_link, passed_over, value_of

_NEW = -1  # a cluster of its own, where it is alone as where it would be


def with_proposal(graph: Graph, slots: Sequence[Codes]) -> Graph:
    """The same graph, with weights by which it is proposed that a report goes where a candidate is.

    Firm candidates that are together in one of the states `slots` share the most that is guessed of
    one of them, or their cluster would be proposed once for each.
    """
    proposal_weights, moving = _proposal_weights(graph, np.array(slots))
    return with_firm(graph._replace(proposal_weights=proposal_weights, moving=moving))


@compiled
def _proposal_weights(graph: Graph, slots: Codes) -> tuple[Singles, Singles]:
    graph = lend(graph)
    states, count = slots.shape
    proposal_weights, moving = np.zeros(len(graph.near), np.float32), np.zeros(count, np.float32)
    most, total = np.zeros(count), np.zeros(count)  # of those in a slot
    for r in range(count):
        row = range(graph.starts[r], graph.starts[r + 1])
        for state in range(states):
            for at in row:
                if graph.weak[at] == FIRM:
                    slot = slots[state, graph.near[at]]
                    likely = max(graph.link_probability[at], MIN_PROPOSAL_WEIGHT)
                    most[slot] = max(most[slot], likely)
                    total[slot] += likely
            for at in row:
                slot = slots[state, graph.near[at]]
                likely = max(graph.link_probability[at], MIN_PROPOSAL_WEIGHT)
                share = most[slot] / total[slot] if graph.weak[at] == FIRM else 1.0
                proposal_weights[at] += likely * share / states
            for at in row:
                slot = slots[state, graph.near[at]]
                most[slot] = total[slot] = 0.0
        home, everywhere = graph.alone[r], graph.alone[r]
        for at in row:
            if graph.weak[at] == FIRM:  # as guessed, and not as often as is proposed at the least
                home = max(home, graph.link_probability[at])
                everywhere += proposal_weights[at] * min(
                    graph.link_probability[at] / MIN_PROPOSAL_WEIGHT, 1.0
                )
        moving[r] = max(1.0 - home / everywhere, 0.0) if len(row) else 0.0
    return proposal_weights, moving


@compiled_inner
def informed_move(rng: np.random.Generator, context: MoveContext, r: int) -> float:
    """Propose that report r goes where another of its firm candidates is, or to be alone.

    Gibbs by `Graph.proposal_weights`, which do not depend on where r is, would leave it where it is
    at most visits. So what is proposed is anywhere else: from where h of all lots T are to where l
    are with chance l / max(T - h, T - l) (J. S. Liu, "Peskun's theorem and a modified
    discrete-state Gibbs sampler", 1996). That is a first lot, and where it falls on where r is, a
    second. Times h it is the same both ways, so the rest is Metropolis-Hastings of evidence and
    prior by h / l. Returns how likely it is guessed not to be where it is most often.
    """
    graph, state = context.graph, context.state
    low, high = graph.firm_starts[r], graph.firm_starts[r + 1]
    weight = singleton_weight(graph, r)
    left, number = rng.random() * graph.total_weights[r] - weight, low
    while left >= 0.0 and number < high:
        weight = graph.firm_weights[number]
        left -= weight
        number += 1
    to = state.slot[graph.firm_near[number - 1]] if number > low else _NEW
    alone = state.after[r] < 0 and state.before[r] < 0
    home = _NEW if alone else state.slot[r]
    if to == home:
        to = _elsewhere(rng, graph, state, r, home, weight)
    if to != home:
        here, there = _lots_of(graph, state, r, home), _lots_of(graph, state, r, to)
        if here > 0.0:  # else its candidates there are weak: it could not be proposed to come back
            _go(rng, context, r, to, np.log(here / there))
    moving: float = graph.moving[r]
    return moving


@compiled_inner
def _elsewhere(
    rng: np.random.Generator, graph: Graph, state: PartitionState, r: int, home: int, least: float
) -> int:
    """A second draw among all places but `home`, taken with the odds there over those of home."""
    total = graph.total_weights[r]
    lot, against = rng.random(), (total - least) / least
    if lot >= against * against:  # most often; where its candidates are need not be looked up
        return home
    here, to = _lots_of(graph, state, r, home), home
    left = rng.random() * (total - here)
    number, high = graph.firm_starts[r], graph.firm_starts[r + 1]
    if home != _NEW:
        left, to = left - singleton_weight(graph, r), _NEW
    while left >= 0.0 and number < high:
        slot = state.slot[graph.firm_near[number]]
        if slot != home:
            left, to = left - graph.firm_weights[number], slot
        number += 1
    there = _lots_of(graph, state, r, to)
    return to if lot * here * (total - there) < there * (total - here) else home


@compiled_inner
def _lots_of(graph: Graph, state: PartitionState, r: int, slot: int) -> float:
    """How many lots of r are a slot's, or `_NEW`'s."""
    if slot == _NEW:
        return singleton_weight(graph, r)
    total = 0.0
    for number in range(graph.firm_starts[r], graph.firm_starts[r + 1]):
        if state.slot[graph.firm_near[number]] == slot:
            total += graph.firm_weights[number]
    return total


@compiled_inner
def _go(rng: np.random.Generator, context: MoveContext, r: int, to: int, log_back: float) -> None:
    """Move r to a slot or not (Metropolis-Hastings); `log_back` is the log ratio of proposals."""
    graph, state, prior = context.graph, context.state, context.prior
    unit, group = context.scratch.unit, context.scratch.group
    old, s = state.slot[r], graph.lists[r]
    unit[0] = r
    if to != _NEW and cannot_link(context, unit, 1, to):
        return
    if passed_over(rng, context.scratch, state.size[old] + (state.size[to] if to != _NEW else 0)):
        return
    whole = value_of(context, old)
    others = value_of(context, to) if to != _NEW else 0.0
    remove(state, r, s)
    k = members(state, old, group, 0)
    if k > 1 and not hangs_together(graph, group, k):
        add(state, r, s, old)
        state.value[old] = whole
        return
    rest = evidence(graph, context.weights, group, k)
    emptied = k == 0
    gain = rest - whole - log_add(state, prior, s, fresh(state) if emptied else old)
    slot = fresh(state) if to == _NEW else to
    k = members(state, slot, group, 0)
    group[k] = r
    joined = evidence(graph, context.weights, group, k + 1)
    gain += joined - others + log_add(state, prior, s, slot)
    if rng.random() < np.exp(min(gain + log_back, 0.0)):
        if not emptied:
            state.value[old] = rest
        add(state, r, s, slot)
        state.value[slot] = joined
    else:
        old = fresh(state) if emptied else old
        add(state, r, s, old)
        state.value[old] = whole
