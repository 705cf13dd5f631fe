"""A report is proposed to go where it is likely to be, and most often that is where it is.

To work out how likely a report is to go to each of its options (`reassign`) costs the evidence of
every one of them. Chains remember how likely each was (`Visits`), and propose by that: evidence is
asked for only if another cluster is proposed, and of two alone.
"""

# numba compiles these functions; numpy's stubs know less than it does
# mypy: disable-error-code="no-any-return,arg-type,assignment"

from __future__ import annotations

import numpy as np

from uncounted.compiled import compiled_inner
from uncounted.linkage.evidence import evidence
from uncounted.linkage.pair_worth import Worth
from uncounted.linkage.partition import (
    Graph,
    Prior,
    State,
    add,
    fresh,
    hangs_together,
    log_add,
    members,
    remove,
)
from uncounted.linkage.scratch import Scratch, told_apart, value_of

_NEW = -1  # a cluster of its own
# No option is proposed less often. A guess rests on some ten looks: who was not seen joined may be
# so once in thirty, would be proposed as seldom as guessed, and stay away or there for as long.
_LEAST = 3e-3


@compiled_inner
def go_as_guessed(
    rng: np.random.Generator,
    graph: Graph,
    state: State,
    worth: Worth,
    prior: Prior,
    scratch: Scratch,
    r: int,
) -> float:
    """Propose where report r goes by how likely its options were (Metropolis-Hastings).

    They are the clusters of its firm candidates, each as likely as `graph.guess` says of
    whichever candidate there it says most of, and a new one, as `graph.alone` says; none less than
    `_LEAST`. None of this depends on where r is, so the way back is proposed by the same guesses.

    Returns:
        How likely it is guessed to be in another cluster than its own.
    """
    old, found = state.slot[r], _guess(graph, state, scratch, r)
    here = graph.alone[r] if state.size[old] == 1 else -1.0
    alone, guessed = max(graph.alone[r], _LEAST), graph.alone[r]
    total = alone
    for at in range(found):
        guessed += scratch.scores[at]
        total += max(scratch.scores[at], _LEAST)
        if scratch.options[at] == old:
            here = scratch.scores[at]
    if here < 0.0:
        return 0.0  # its candidates there are weak: it could not be proposed to come back
    lot = rng.random() * total - alone
    to, there, at = _NEW, alone, 0
    while lot >= 0.0 and at < found:
        to, there = scratch.options[at], max(scratch.scores[at], _LEAST)
        lot -= there
        at += 1
    if to != old and not (to == _NEW and state.size[old] == 1):
        back = np.log(max(here, _LEAST) / there)
        _go(rng, graph, state, worth, prior, scratch, r, to, back)
    return 1.0 - here / guessed


@compiled_inner
def _guess(graph: Graph, state: State, scratch: Scratch, r: int) -> int:
    """The clusters that r may join, as `scratch.options`, and guesses, as `scratch.scores`."""
    options, guesses, seen = scratch.options, scratch.scores, scratch.seen
    found = 0
    for number in range(graph.firm_starts[r], graph.firm_starts[r + 1]):
        at = graph.firm[number]
        slot = state.slot[graph.near[at]]
        if seen[slot] < 0:
            seen[slot] = found
            options[found], guesses[found] = slot, graph.guess[at]
            found += 1
        else:
            guesses[seen[slot]] = max(guesses[seen[slot]], graph.guess[at])
    for at in range(found):
        seen[options[at]] = -1
    return found


@compiled_inner
def _go(
    rng: np.random.Generator,
    graph: Graph,
    state: State,
    worth: Worth,
    prior: Prior,
    scratch: Scratch,
    r: int,
    to: int,
    log_back: float,
) -> None:
    """Move r to a slot (or `_NEW`), or not, the way back being so much likelier proposed."""
    group, old, s = scratch.group, state.slot[r], graph.lists[r]
    scratch.unit[0] = r
    if to != _NEW and told_apart(graph, state, scratch.unit, 1, to):
        return
    whole = value_of(graph, state, worth, old, group)
    others = value_of(graph, state, worth, to, group) if to != _NEW else 0.0
    remove(state, r, s)
    k = members(state, old, group, 0)
    if k > 1 and not hangs_together(graph, group, k):
        add(state, r, s, old)
        state.value[old] = whole
        return
    rest = evidence(graph, worth, group, k)
    emptied = k == 0
    gain = rest - whole - log_add(state, prior, s, fresh(state) if emptied else old)
    slot = fresh(state) if to == _NEW else to
    k = members(state, slot, group, 0)
    group[k] = r
    joined = evidence(graph, worth, group, k + 1)
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
