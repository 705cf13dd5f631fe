"""Moves over partitions: who is with whom, given what each pair of reports is worth.

The target is a distribution over partitions, prior (`partition`) times evidence
(`evidence`), given rates.

Compiled; no I/O; no GIL, so that chains run side by side. What Python calls borrows its
arrays (`compiled`) before it passes them on.
"""

# numba compiles these functions; numpy's stubs know less than it does
# mypy: disable-error-code="no-any-return,arg-type,assignment"

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from uncounted.compiled import borrow, compiled, compiled_inner
from uncounted.linkage.evidence import Worth, evidence, of_pair
from uncounted.linkage.partition import (
    OVERLAP,
    Codes,
    Floats,
    Graph,
    Ints,
    Prior,
    State,
    add,
    code_of,
    first_of_unit,
    fresh,
    hangs_together,
    log_add,
    members,
    remove,
    same_unit,
    unit_of,
)

WEAK_LOOKS = 0.1  # visits a sweep at which a report's weak candidates are options too
SELDOM = 0.1  # visits a sweep, at the least
RESTLESS = 0.05  # chance of moving, at a visit, from which a report is visited at each sweep
_FEW_LISTS = 6


class Visits(NamedTuple):
    """How often each report is visited in a sweep, and what came of it.

    `often` is the mean number of visits; `times` counts those since it was last settled, and
    `moves` sums the chances of moving at each.
    """

    often: Floats
    times: Ints
    moves: Floats


def every(count: int) -> Visits:
    """Each report once a sweep."""
    return Visits(np.ones(count), np.zeros(count, np.int64), np.zeros(count))


def settle(visits: Visits) -> None:
    """From now on, visit reports the less often the less they moved, and count anew.

    A report that moves with chance p at a visit, and has v visits, adds p / v to the variance
    of an average over draws: for so many visits in all that is least where v is as sqrt(p).
    Visits that depend on what has happened leave the target alone as long as they change
    during warm-up only.
    """
    seen = visits.times > 0
    chance = np.where(seen, visits.moves / np.maximum(visits.times, 1), 1.0)
    visits.often[:] = np.clip(np.sqrt(chance / RESTLESS), SELDOM, 1.0)
    visits.times[:] = 0
    visits.moves[:] = 0.0


class Scratch(NamedTuple):
    """Room to work in, so that no move makes any.

    `seen`, by slot: place among the options of a unit, of which `options`, `scores`, `gains`
    and `via` are the rest; `known`, by mask: what the prior says of joining a cluster on these
    lists. The others hold reports.
    """

    seen: Ints
    options: Codes
    scores: Floats
    gains: Floats
    via: Ints
    known: Floats
    unit: Codes
    group: Codes
    one: Codes
    two: Codes
    both: Codes


@compiled_inner
def _value(graph: Graph, state: State, worth: Worth, slot: int, group: Codes) -> float:
    """Evidence of a cluster, found when it is first asked for: levels are worth otherwise now."""
    if np.isnan(state.value[slot]):
        k = members(state, slot, group, 0)
        state.value[slot] = evidence(graph, worth, group, k)
    return state.value[slot]


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
    """One pass: units are reassigned (Gibbs), and clusters are split and merged.

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
def _most_options(graph: Graph) -> int:
    """Candidates of whichever unit has most, and one."""
    most, unit = 0, np.empty(len(graph.mate), np.int32)
    for r in range(len(graph.mate)):
        if first_of_unit(graph, r):
            most = max(most, _degree(graph, unit, unit_of(graph, r, unit)))
    return most + 1


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
    graph, state, worth, prior = borrow(graph), borrow(state), borrow(worth), borrow(prior)
    visits, edges, scratch = borrow(visits), borrow(edges), borrow(scratch)
    for slot in range(len(state.value)):
        state.value[slot] = np.nan if state.size[slot] > 1 else 0.0
    edges[:] = np.nan
    tried = 0.0
    for r in range(len(state.slot)):
        degree = graph.starts[r + 1] - graph.starts[r]
        if degree == 0 and graph.mate[r] == r:
            continue
        for _ in range(int(visits.often[r] + rng.random())):
            visits.times[r] += 1
            if first_of_unit(graph, r):
                size = unit_of(graph, r, scratch.unit)
                all_ = size > 1 or rng.random() * visits.often[r] < WEAK_LOOKS
                visits.moves[r] += _reassign(
                    rng, graph, state, worth, prior, edges, scratch, size, all_
                )
            tried += splits if degree else 0.0
            while tried >= 1.0:
                tried -= 1.0
                j = graph.near[graph.starts[r] + int(rng.random() * degree)]
                visits.moves[r] += _split_or_merge(rng, graph, state, worth, prior, scratch, r, j)


@compiled_inner
def _reassign(
    rng: np.random.Generator,
    graph: Graph,
    state: State,
    worth: Worth,
    prior: Prior,
    edges: Floats,
    scratch: Scratch,
    size: int,
    all_: bool,
) -> float:
    """Take a unit, `scratch.unit[:size]`, out and put it back where its full conditional says.

    The options are the clusters of its candidates (the strong ones, or `all_`) and a new one.
    It stays where its present
    cluster is none of them (its only candidates there are weak, and this is no visit for
    these), or would fall apart without it.

    Returns:
        The chance of the likeliest option's not being taken: of moving, in the long run.
    """
    unit, group, seen = scratch.unit, scratch.group, scratch.seen
    options, scores, gains, via = scratch.options, scratch.scores, scratch.gains, scratch.via
    old = state.slot[unit[0]]
    alone = state.size[old] == size
    if not alone and not _meets(graph, state, unit, size, old, all_):
        return 0.0
    for x in range(size):
        remove(state, unit[x], graph.lists[unit[x]])
    if not alone:
        k = members(state, old, group, 0)
        if k > 1 and not hangs_together(graph, group, k):
            for x in range(size):
                add(state, unit[x], graph.lists[unit[x]], old)
            return 0.0
        state.value[old] = evidence(graph, worth, group, k)
    found = _options(graph, state, unit, size, all_, seen, options, via)
    own = evidence(graph, worth, unit, size)
    scratch.known[:] = np.nan
    for at in range(found):
        slot = options[at]
        seen[slot] = -1
        if state.size[slot] == 0:
            gains[at] = own
        elif size == 1 and state.size[slot] == 1:
            if np.isnan(edges[via[at]]):
                edges[via[at]] = of_pair(worth, graph.codes[via[at]])
            gains[at] = edges[via[at]]
        else:
            k = members(state, slot, group, 0)
            for x in range(size):
                group[k + x] = unit[x]
            gains[at] = evidence(graph, worth, group, k + size)
        scores[at] = gains[at] - _value(graph, state, worth, slot, group)
        scores[at] += _unit_prior(graph, state, prior, unit, size, slot, scratch.known)
        if _told_apart(graph, state, unit, size, slot):
            scores[at] = -np.inf
    chosen, stays = _choose(rng, scores, found)
    to = options[chosen]
    for x in range(size):
        add(state, unit[x], graph.lists[unit[x]], to)
    state.value[to] = gains[chosen]
    return 1.0 - stays


@compiled_inner
def _degree(graph: Graph, unit: Codes, size: int) -> int:
    total = 0
    for x in range(size):
        total += graph.starts[unit[x] + 1] - graph.starts[unit[x]]
    return total


@compiled_inner
def _meets(graph: Graph, state: State, unit: Codes, size: int, slot: int, all_: bool) -> bool:
    """Whether a candidate of the unit, not of it, is in the slot."""
    for x in range(size):
        for at in range(graph.starts[unit[x]], graph.starts[unit[x] + 1]):
            j = graph.near[at]
            if state.slot[j] == slot and (all_ or not graph.weak[at]):
                inside = False
                for y in range(size):
                    inside = inside or unit[y] == j
                if not inside:
                    return True
    return False


@compiled_inner
def _options(
    graph: Graph,
    state: State,
    unit: Codes,
    size: int,
    all_: bool,
    seen: Ints,
    options: Codes,
    via: Ints,
) -> int:
    """The slots that a unit taken out may join, a new one last; a candidate pair to each."""
    found = 0
    for x in range(size):
        for at in range(graph.starts[unit[x]], graph.starts[unit[x] + 1]):
            slot = state.slot[graph.near[at]]
            if slot >= 0 and seen[slot] < 0 and (all_ or not graph.weak[at]):
                seen[slot] = found
                options[found] = slot
                via[found] = at
                found += 1
    options[found] = fresh(state)
    return found + 1


@compiled_inner
def _unit_prior(
    graph: Graph,
    state: State,
    prior: Prior,
    unit: Codes,
    size: int,
    slot: int,
    known: Floats,
) -> float:
    """Log of prior(after) / prior(before) for putting a unit into a slot."""
    s = graph.lists[unit[0]]
    if size == 1:
        mask = state.mask[slot]
        if prior.kind != OVERLAP or mask >= len(known) or state.on[slot, s]:
            return log_add(state, prior, s, slot)
        if np.isnan(known[mask]):  # alike for all clusters of a cell
            known[mask] = log_add(state, prior, s, slot)
        return known[mask]
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
def _told_apart(graph: Graph, state: State, unit: Codes, size: int, slot: int) -> bool:
    for x in range(size):
        for at in range(graph.apart_starts[unit[x]], graph.apart_starts[unit[x] + 1]):
            if state.slot[graph.apart[at]] == slot:
                return True
    return False


@compiled_inner
def _choose(rng: np.random.Generator, scores: Floats, found: int) -> tuple[int, float]:
    """One of the options, by the logs of their chances, and how likely the likeliest is.

    The last is always possible.
    """
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


@compiled_inner
def _move_all(graph: Graph, state: State, prior: Prior, group: Codes, count: int, to: int) -> float:
    """Move reports to a slot one by one; the log ratio of priors, after to before."""
    total = 0.0
    for at in range(count):
        r = group[at]
        s = graph.lists[r]
        old = state.slot[r]
        remove(state, r, s)
        total -= log_add(state, prior, s, old)
        total += log_add(state, prior, s, to)
        add(state, r, s, to)
    return total


@compiled_inner
def _split_or_merge(
    rng: np.random.Generator,
    graph: Graph,
    state: State,
    worth: Worth,
    prior: Prior,
    scratch: Scratch,
    i: int,
    j: int,
) -> float:
    """Sequentially allocated split-merge of the clusters of two candidates.

    (D. B. Dahl, "Sequentially-allocated merge-split sampler for conjugate and nonconjugate
    Dirichlet process models", 2005).

    1. The units of i and j. 2. Their clusters' other units in random order. 3. Same cluster:
    propose to divide it, each unit joining either by its pair weights; else propose one
    cluster. 4. Metropolis-Hastings with the chance of the division.

    Returns:
        The chance of accepting.
    """
    a, b = state.slot[i], state.slot[j]
    split = a == b
    one, two, both, unit = scratch.one, scratch.two, scratch.both, scratch.unit
    ones = unit_of(graph, i, one)
    for x in range(ones):
        if one[x] == j:
            return 0.0  # a decision has put them together
    twos = unit_of(graph, j, two)
    count = _other_heads(graph, state, a, b, one, ones, two, twos, both)
    for m in range(count - 1, 0, -1):
        x = int(rng.random() * (m + 1))
        both[m], both[x] = both[x], both[m]
    log_chance = 0.0
    for at in range(count):
        size = unit_of(graph, both[at], unit)
        lead = _lead(graph, worth, unit, size, one, ones, two, twos)
        joins_one = (
            rng.random() < 1.0 / (1.0 + np.exp(-lead)) if split else state.slot[both[at]] == a
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
    if not split and _apart_between(graph, state, one, ones, b):
        return 0.0
    if split and not (hangs_together(graph, one, ones) and hangs_together(graph, two, twos)):
        return 0.0
    if split:
        together = _value(graph, state, worth, a, unit)
        value_one = evidence(graph, worth, one, ones)
        value_two = evidence(graph, worth, two, twos)
    else:
        value_one = _value(graph, state, worth, a, unit)
        value_two = _value(graph, state, worth, b, unit)
        for x in range(ones):
            unit[x] = one[x]
        for x in range(twos):
            unit[ones + x] = two[x]
        together = evidence(graph, worth, unit, ones + twos)
    gain = together - value_one - value_two
    to = fresh(state) if split else a
    ratio = _move_all(graph, state, prior, two, twos, to)
    log_ratio = ratio - gain - log_chance if split else ratio + gain + log_chance
    chance = np.exp(min(log_ratio, 0.0))
    if rng.random() >= chance:
        back = b if split or state.size[b] else fresh(state)
        _move_all(graph, state, prior, two, twos, back)
        state.value[a] = together if split else value_one
        if not split:
            state.value[back] = value_two
        return chance
    state.value[a] = value_one if split else together
    if split:
        state.value[to] = value_two
    return chance


@compiled_inner
def _other_heads(
    graph: Graph,
    state: State,
    a: int,
    b: int,
    one: Codes,
    ones: int,
    two: Codes,
    twos: int,
    both: Codes,
) -> int:
    """The first report of each other unit in the two clusters."""
    count = 0
    for which in range(1 if a == b else 2):
        r = state.head[a if which == 0 else b]
        while r >= 0:
            other = first_of_unit(graph, r)
            for x in range(ones):
                other = other and not same_unit(graph, one[x], r)
            for x in range(twos):
                other = other and not same_unit(graph, two[x], r)
            if other:
                both[count] = r
                count += 1
            r = state.after[r]
    return count


@compiled_inner
def _lead(
    graph: Graph,
    worth: Worth,
    unit: Codes,
    size: int,
    one: Codes,
    ones: int,
    two: Codes,
    twos: int,
) -> float:
    """How much better a unit fits the first group than the second: mean weight of pairs."""
    with_one, with_two = 0.0, 0.0
    for m in range(size):
        for x in range(ones):
            code = code_of(graph, unit[m], one[x])
            with_one += of_pair(worth, code)
        for x in range(twos):
            code = code_of(graph, unit[m], two[x])
            with_two += of_pair(worth, code)
    return min(max((with_one / ones - with_two / twos) / size, -30.0), 30.0)


@compiled_inner
def _apart_between(graph: Graph, state: State, one: Codes, ones: int, slot: int) -> bool:
    for x in range(ones):
        for at in range(graph.apart_starts[one[x]], graph.apart_starts[one[x] + 1]):
            if state.slot[graph.apart[at]] == slot:
                return True
    return False
