"""Gibbs updates: a unit of reports is taken out and put back by its full conditional."""

from __future__ import annotations

import numpy as np

from uncounted._numba import compiled_inner
from uncounted.linkage.arrays import Floats
from uncounted.linkage.sampler.cluster_likelihood import evidence
from uncounted.linkage.sampler.state import (
    FIRM,
    OVERLAP,
    add,
    candidate,
    fresh,
    hangs_together,
    log_add,
    looked_at,
    members,
    remove,
    singleton_weight,
)
from uncounted.linkage.sampler.workspace import MoveContext, cannot_link, passed_over, value_of


@compiled_inner
def reassign(rng: np.random.Generator, context: MoveContext, size: int, weakest: int) -> float:
    """Take a unit, `scratch.unit[:size]`, out and put it back by its full conditional.

    The options are the clusters of its candidates, down to the `weakest` that are looked at, and a
    new one. It stays where its present cluster is none of them (its only candidates there are
    weaker), or would fall apart without it. Returns the chance that it is not where it is
    likeliest.
    """
    graph, state, scratch = context.graph, context.state, context.scratch
    unit, group = scratch.unit, scratch.group
    options, scores, gains = scratch.options, scratch.scores, scratch.gains
    old = state.slot[unit[0]]
    alone = state.size[old] == size
    if not alone and not _meets(context, size, old, weakest):
        return 0.0
    large = 0 if scratch.large == np.inf else _largest(context, size, old, weakest)
    if passed_over(rng, scratch, large):
        scratch.schedule.times[unit[0]] -= 1  # it was no visit, and would count as one that stays
        return 0.0
    whole = np.nan if alone else value_of(context, old)
    for x in range(size):
        remove(state, unit[x], graph.lists[unit[x]])
    if not alone:
        k = members(state, old, group, 0)
        if k > 1 and not hangs_together(graph, group, k):
            for x in range(size):
                add(state, unit[x], graph.lists[unit[x]], old)
            return 0.0
        state.value[old] = evidence(graph, context.weights, group, k)
    found = _options(context, size, weakest)
    own = evidence(graph, context.weights, unit, size)
    scratch.known[:] = np.nan
    for at in range(found):
        slot = options[at]
        if slot == old and not alone:
            gains[at] = whole
        elif state.size[slot] == 0:
            gains[at] = own
        else:
            k = members(state, slot, group, 0)
            for x in range(size):
                group[k + x] = unit[x]
            gains[at] = evidence(graph, context.weights, group, k + size)
        scores[at] = gains[at] - value_of(context, slot)
        scores[at] += _unit_prior(context, size, slot)
        if cannot_link(context, unit, size, slot):
            scores[at] = -np.inf
    chosen, stays = _choose(rng, scores, found)
    to, value = options[chosen], gains[chosen]
    _note(context, size, weakest, found, stays)
    for x in range(size):
        add(state, unit[x], graph.lists[unit[x]], to)
    state.value[to] = value
    return 1.0 - stays


@compiled_inner
def _largest(context: MoveContext, size: int, slot: int, weakest: int) -> int:
    """Reports of the largest cluster that a unit may join, without it; it is in a slot."""
    graph, state, unit = context.graph, context.state, context.scratch.unit
    most: int = state.size[slot] - size
    for x in range(size):
        low, high = looked_at(graph, unit[x], weakest)
        for number in range(low, high):
            at = candidate(graph, number, weakest)
            other = state.slot[graph.near[at]]
            if graph.weak[at] <= weakest and other != slot:
                most = max(most, state.size[other])
    return most


@compiled_inner
def _meets(context: MoveContext, size: int, slot: int, weakest: int) -> bool:
    """Whether a candidate of the unit, not of it, is in the slot."""
    graph, state, unit = context.graph, context.state, context.scratch.unit
    for x in range(size):
        low, high = looked_at(graph, unit[x], weakest)
        for number in range(low, high):
            at = candidate(graph, number, weakest)
            j = graph.near[at]
            there = graph.weak[at] <= weakest and state.slot[j] == slot
            if there and graph.unit[j] != graph.unit[unit[0]]:
                return True
    return False


@compiled_inner
def _options(context: MoveContext, size: int, weakest: int) -> int:
    """The slots that a unit taken out may join, a new one last."""
    graph, state, scratch = context.graph, context.state, context.scratch
    seen, options, found = scratch.seen, scratch.options, 0
    for x in range(size):
        low, high = looked_at(graph, scratch.unit[x], weakest)
        for number in range(low, high):
            at = candidate(graph, number, weakest)
            if graph.weak[at] > weakest:
                continue
            slot = state.slot[graph.near[at]]
            if slot >= 0 and seen[slot] < 0:
                seen[slot] = found
                options[found] = slot
                found += 1
    options[found] = fresh(state)
    return found + 1


@compiled_inner
def _note(context: MoveContext, size: int, weakest: int, found: int, likeliest: float) -> None:
    """Record the probabilities of a unit's options (relative `scratch.scores`), and clear these."""
    graph, scratch = context.graph, context.scratch
    schedule, first = scratch.schedule, scratch.unit[0]
    chances, guesses = scratch.scores, scratch.gains
    known = len(graph.proposal_weights) > 0
    for at in range(found):
        chances[at] *= likeliest
        guesses[at] = 0.0
    for x in range(size):
        low, high = looked_at(graph, scratch.unit[x], weakest)
        for number in range(low, high):
            at = candidate(graph, number, weakest)
            slot = context.state.slot[graph.near[at]]
            if graph.weak[at] <= weakest and slot >= 0:
                option = scratch.seen[slot]
                schedule.looks[at] += 1.0
                schedule.joins[at] += chances[option]
                if known and graph.weak[at] == FIRM:  # no other is proposed by a guess
                    guesses[option] += graph.proposal_weights[at]
    schedule.worked[first] += 1.0
    schedule.alone[first] += chances[found - 1]
    if known:
        guesses[found - 1] = singleton_weight(graph, first)
        total, again, proposed = 0.0, 0.0, 0.0
        for at in range(found):
            total += guesses[at]
            again += chances[at] ** 2
            proposed += chances[at] * guesses[at]
        schedule.again[first] += again
        schedule.proposed[first] += proposed / total
    for at in range(found - 1):
        scratch.seen[scratch.options[at]] = -1


@compiled_inner
def _unit_prior(context: MoveContext, size: int, slot: int) -> float:
    """Log of prior(after) / prior(before) for putting a unit into a slot."""
    graph, state, prior = context.graph, context.state, context.prior
    unit, known = context.scratch.unit, context.scratch.known
    s = graph.lists[unit[0]]
    if size == 1:
        mask = state.mask[slot]
        if prior.kind != OVERLAP or mask >= len(known) or state.on[slot, s]:
            return log_add(state, prior, s, slot)
        if np.isnan(known[mask]):  # alike for all clusters of a cell
            known[mask] = log_add(state, prior, s, slot)
        ratio: float = known[mask]
        return ratio
    total = 0.0
    for x in range(size):
        s = graph.lists[unit[x]]
        total += log_add(state, prior, s, slot)
        add(state, unit[x], s, slot)
    value = state.value[slot]
    for x in range(size):
        remove(state, unit[size - 1 - x], graph.lists[unit[size - 1 - x]])
    state.value[slot] = value
    return total


@compiled_inner
def _choose(rng: np.random.Generator, scores: Floats, found: int) -> tuple[int, float]:
    """Draw an option by log weights (the last is always possible); the likeliest's probability."""
    top = -np.inf
    for at in range(found):
        top = max(top, scores[at])
    total = 0.0
    for at in range(found):
        scores[at] = np.exp(scores[at] - top)
        total += scores[at]
    left, chosen = rng.random() * total, found - 1
    for at in range(found):
        left -= scores[at]
        if left < 0:
            chosen = at
            break
    return chosen, 1.0 / total
