"""Collapsed Gibbs steps for m: candidate pairs are summed out, and drawn after it.

Drawn in turn, rates and partition hold one another: where few are one person at a level, its m is
small, and so few become so; where many happen to be, it is large, and they stay. Of two with no
other report in their clusters, it is known what they are worth together and apart for any m. So m
of a level is drawn with such pairs summed out, and then whether each is one person, given m: a
collapsed Gibbs step (J. S. Liu, "The collapsed Gibbs sampler in Bayesian computations with
applications to a gene regulation problem", Journal of the American Statistical Association 89,
1994). Likewise how often reports are a slip, or different.

The prior of one pair depends a little on how many others are together. So rate and pairs
are proposed as if there were as many as usual, and taken or not by what it says of all
(Metropolis-Hastings).

The pairs to sum out (`collapsed_pairs`) are chosen without a look at the state, and no report is in
two of a step's: whether another report is with one of them is the same before a step and after it.

Compiled; what Python calls lends its arrays before it passes them on.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from uncounted._numba import borrow, compiled, compiled_inner, lend
from uncounted.linkage.arrays import Floats, Ints, Kinds
from uncounted.linkage.sampler.collapsed_pairs import CollapsedPairs
from uncounted.linkage.sampler.pair_likelihood import DIFFERENT, agreement, level
from uncounted.linkage.sampler.slice_m import (
    MConditional,
    Runs,
    draw_rate,
    gain,
    log_1_exp,
    move,
    of_kind,
    of_level,
)
from uncounted.linkage.sampler.state import (
    PartitionState,
    PriorParameters,
    add,
    cell_of,
    fresh,
    log_add,
    remove,
)

_WITH_OTHERS, _APART, _TOGETHER = 0, 1, 2  # of a pair: who is with them
_NOTHING = 1e-300  # m is no less


class _Workspace(NamedTuple):
    """Room to work in. Of the pairs of a step: who is with them; which change, and of which runs.

    Of its runs: what `draw_rate` needs of pairs without others, and what of their
    worth the prior says. `lists`, shape (lists, lists), is for what is by the lists of two.
    """

    usual: PartitionState
    who: Kinds
    changed: Ints
    run: Ints
    times: Floats
    worth: Floats
    by_prior: Floats
    lists: Floats


@compiled
def draw_collapsed(
    rng: np.random.Generator,
    lists: Ints,
    state: PartitionState,
    usual: PartitionState,
    prior: PriorParameters,
    collapsed: CollapsedPairs,
    given: MConditional,
    m: Floats,
) -> None:
    """Draw m with the chosen pairs summed out, then which of these pairs are links.

    Args:
        rng: the generator.
        lists: of each report.
        state: changed in place.
        usual: an empty state of two reports, in which to ask what the prior says of a pair.
        prior: of partitions.
        collapsed: which pairs.
        given: what m is drawn from; its counts change in place as pairs come together and part.
        m: by level, shape (fields, levels), 0 where there is none; changed in place.
    """
    many = state.on.shape[1]
    runs = pairs = 1
    for x in range(len(collapsed.field)):
        low, high = collapsed.runs[x], collapsed.runs[x + 1]
        runs = max(runs, high - low)
        pairs = max(pairs, collapsed.pairs[high] - collapsed.pairs[low])
    room = _Workspace(
        usual=usual,
        who=np.empty(pairs, np.uint8),
        changed=np.empty(pairs, np.int64),
        run=np.empty(pairs, np.int64),
        times=np.empty(runs),
        worth=np.empty(runs),
        by_prior=np.empty(runs),
        lists=np.empty((many, many)),
    )
    log_m = np.where(m > 0, np.log(np.maximum(m, _NOTHING)), 0.0)
    _draw(rng, lists, state, prior, collapsed, given, log_m, room)
    for f in range(m.shape[0]):
        for at in range(m.shape[1]):
            if m[f, at] > 0:
                m[f, at] = np.exp(log_m[f, at])


@compiled
def _draw(
    rng: np.random.Generator,
    lists: Ints,
    state: PartitionState,
    prior: PriorParameters,
    collapsed: CollapsedPairs,
    given: MConditional,
    log_m: Floats,
    room: _Workspace,
) -> None:
    lists, log_m, state, prior = borrow(lists), borrow(log_m), lend(state), lend(prior)
    collapsed, given, room = lend(collapsed), lend(given), lend(room)
    for x in range(len(collapsed.field)):
        f, at, kind = collapsed.field[x], collapsed.level[x], collapsed.kind[x]
        linked = _look(lists, state, collapsed, room, x)
        _weigh(lists, prior, collapsed, log_m, room, x)
        if at:
            was, a, b = of_level(given, log_m, f, at, linked)
        else:
            was, a, b = of_kind(rng, given, log_m, f, kind, linked)
        least = given.least[f] if at == 0 and kind == DIFFERENT else 0.0
        runs = collapsed.runs[x + 1] - collapsed.runs[x]
        now = draw_rate(rng, Runs(room.times, room.worth), runs, was, a, b, least, at > 0)
        change = gain(was, now, at > 0)
        for y in range(runs):
            room.worth[y] += change
        changed, log_ratio = _settle(rng, lists, state, prior, collapsed, room, x)
        if rng.random() < np.exp(min(log_ratio, 0.0)):
            move(given.level_kinds, log_m, f, at, kind, was, now)
            for n in range(changed):
                p, code = room.changed[n], collapsed.codes[room.run[n]]
                _count(given, code, state, collapsed.one[p], collapsed.two[p])
        else:
            for n in range(changed):
                p = room.changed[n]
                _change(state, prior, lists, collapsed.one[p], collapsed.two[p])


@compiled_inner
def _look(
    lists: Ints, state: PartitionState, collapsed: CollapsedPairs, room: _Workspace, x: int
) -> int:
    """Find which of a step's pairs have no other report with them; how many of these are together.

    `usual` counts clusters as they were if as many of these were together as is likely.
    """
    many, low, linked = state.on.shape[1], collapsed.pairs[collapsed.runs[x]], 0
    usual = room.usual
    usual.n[0] = state.n[0]
    for at in range(len(state.cells)):
        usual.cells[at] = state.cells[at]
    for s in range(many):
        for t in range(many):
            room.lists[s, t] = 0.0
    for y in range(collapsed.runs[x], collapsed.runs[x + 1]):
        room.times[y - collapsed.runs[x]] = 0.0
        for p in range(collapsed.pairs[y], collapsed.pairs[y + 1]):
            i, j = collapsed.one[p], collapsed.two[p]
            a, b = state.slot[i], state.slot[j]
            who = _TOGETHER if a == b else _APART
            if state.size[a] + state.size[b] != (4 if a == b else 2):
                who = _WITH_OTHERS
            room.who[p - low] = who
            if who != _WITH_OTHERS:
                room.times[y - collapsed.runs[x]] += 1.0
                room.lists[lists[i], lists[j]] += collapsed.link_probability[p]
            if who == _TOGETHER:
                _join(usual, lists[i], lists[j], -1)
                linked += 1
    for s in range(many):
        for t in range(many):
            _join(usual, s, t, int(np.rint(room.lists[s, t])))
    return linked


@compiled_inner
def _join(usual: PartitionState, s: int, t: int, pairs: int) -> None:
    """Count so many more pairs of two lists as together."""
    many, one, two = usual.on.shape[1], np.int64(1) << s, np.int64(1) << t
    usual.cells[cell_of(one | two, many)] += pairs
    usual.cells[cell_of(one, many)] -= pairs
    usual.cells[cell_of(two, many)] -= pairs
    usual.n[0] -= pairs


@compiled_inner
def _weigh(
    lists: Ints,
    prior: PriorParameters,
    collapsed: CollapsedPairs,
    log_m: Floats,
    room: _Workspace,
    x: int,
) -> None:
    """What the pairs of a step are worth, run by run."""
    usual = room.usual
    many = usual.on.shape[1]
    for s in range(many):
        for t in range(many):
            room.lists[s, t] = np.nan
    for y in range(collapsed.runs[x], collapsed.runs[x + 1]):
        p = collapsed.pairs[y]
        s, t = lists[collapsed.one[p]], lists[collapsed.two[p]]
        if np.isnan(room.lists[s, t]):
            room.lists[s, t] = _together(usual, prior, s, t)
        as_one = room.lists[s, t] + agreement(log_m, collapsed.codes[y])
        room.by_prior[y - collapsed.runs[x]] = room.lists[s, t]
        room.worth[y - collapsed.runs[x]] = as_one - collapsed.others[y]


@compiled_inner
def _together(usual: PartitionState, prior: PriorParameters, s: int, t: int) -> float:
    """Log of the prior of a pair together to apart, by their lists, where others are as usual."""
    many = usual.on.shape[1]
    one, two = cell_of(np.int64(1) << s, many), cell_of(np.int64(1) << t, many)
    # the first is alone in the first slot, the other on the way into it or into an empty one
    usual.size[0], usual.size[1], usual.mask[0] = 1, 0, np.int64(1) << s
    for at in range(many):
        usual.on[0, at] = at == s
    cells, others, n = usual.cells[one], usual.cells[two], usual.n[0]
    usual.cells[two] = max(others - 1, 0)
    usual.cells[one] = max(usual.cells[one], 1)
    usual.n[0] = max(n - 1, 1)
    ratio = log_add(usual, prior, t, 0) - log_add(usual, prior, t, 1)
    usual.cells[one], usual.cells[two], usual.n[0] = cells, others, n
    return ratio


@compiled_inner
def _settle(
    rng: np.random.Generator,
    lists: Ints,
    state: PartitionState,
    prior: PriorParameters,
    collapsed: CollapsedPairs,
    room: _Workspace,
    x: int,
) -> tuple[int, float]:
    """Draw who of a step's pairs are together.

    How many change, and log of what the prior says of all at once, over what it says one by one.
    """
    low, changed, log_ratio = collapsed.pairs[collapsed.runs[x]], 0, 0.0
    for y in range(collapsed.runs[x], collapsed.runs[x + 1]):
        chance = np.exp(-log_1_exp(-room.worth[y - collapsed.runs[x]]))
        for p in range(collapsed.pairs[y], collapsed.pairs[y + 1]):
            who = room.who[p - low]
            if who != _WITH_OTHERS and (rng.random() < chance) != (who == _TOGETHER):
                room.changed[changed], room.run[changed] = p, y
                changed += 1
                log_prior = room.by_prior[y - collapsed.runs[x]]
                log_ratio += log_prior if who == _TOGETHER else -log_prior
                log_ratio += _change(state, prior, lists, collapsed.one[p], collapsed.two[p])
    return changed, log_ratio


@compiled_inner
def _count(given: MConditional, code: int, state: PartitionState, i: int, j: int) -> None:
    """Count the comparison of a pair that has come together, or no more."""
    counts, kinds = given.counts, given.level_kinds
    more = 1.0 if state.slot[i] == state.slot[j] else -1.0
    for f in range(len(counts.found)):
        shown = level(code, f)
        if shown:
            counts.found[f, shown] += more
            counts.two[f, kinds[f, shown]] += more


@compiled_inner
def _change(state: PartitionState, prior: PriorParameters, lists: Ints, i: int, j: int) -> float:
    """Put two together who are apart, or part them; log of the prior, after to before."""
    a, b, s = state.slot[i], state.slot[j], lists[j]
    remove(state, j, s)
    to = fresh(state) if a == b else a
    ratio = log_add(state, prior, s, to) - log_add(state, prior, s, b)
    add(state, j, s, to)
    state.value[a] = 0.0 if a == b else np.nan
    return ratio
