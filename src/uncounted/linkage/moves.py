"""Moves over partitions: who is with whom, given what each pair of reports is worth.

Notation. r: a report, on list s. A cluster's cell h is the set of lists it is on, a bit
a list. The target is a distribution over partitions, prior times evidence, given rates.
A cluster hangs together: candidate pairs within it lead from each report to each other one.

Prior `OVERLAP` (S. Aleshin-Guendel and M. Sadinle, "Multifile partitioning for record
linkage and duplicate detection", JASA 118, 2023): the number of clusters n uniform, cells
Dirichlet-multinomial with weight `alpha` each, a cluster's reports on one list
1 + geometric with parameter q[s]. Up to a constant, with A = alpha times the cells,

    p(partition) = n! Gamma(A) / Gamma(n + A) prod_h Gamma(n_h + alpha) / Gamma(alpha)
                   prod over clusters and their lists of c! (1 - q_s) q_s^(c - 1)

Prior `EWENS`, within each component of the candidate graph: theta^n prod_k (size_k - 1)!.
Prior `FLAT`: every partition alike.

Evidence of a cluster: in each field one of the reports that say something there, any of
them alike, is the original that the others copy with mistakes. With w[i, j] the log of
m / u of that field for a pair, over the K reports that say it,

    evidence = log (1 / K) sum_i exp(sum_{j not i} w[i, j])        (0 for K < 2)

summed over fields, less 2 / k times the sum over the cluster's k (k - 1) / 2 pairs of what
namesakes and companions explain (`Worth`). K reports make K - 1 comparisons, never
K (K - 1) / 2; a report that leaves a field out costs nothing; one report that errs is one
error, however many others it differs from. A cluster of two is worth its pair.

Human decisions are hard: reports that are said to be one person are a unit and move as
one; reports that are said to be different never share a cluster.

Compiled; no I/O; no GIL, so that chains run side by side. What Python calls borrows its
arrays (`compiled`) before it passes them on.
"""

# numba compiles these functions; numpy's stubs know less than it does
# mypy: disable-error-code="no-any-return,arg-type,assignment"

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from uncounted.compiled import borrow, compiled
from uncounted.linkage import compare

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
OVERLAP, EWENS, FLAT = 0, 1, 2
MOST_EXACT_LISTS = 12  # with more lists, cells count lists and no longer tell which
_FEW_LISTS = 6
WEAK_LOOKS = 0.1  # share of a report's visits at which its weak candidates are options too
_MOST_MET = 1 << 21  # pairs that a chain remembers
_SCATTER = 0x1E3779B97F4A7C15  # odd, for hashes
_LOG_2 = float(np.log(2.0))
_SHIFTS = compare.SHIFTS
_MASKS = compare.MASKS


class Graph(NamedTuple):
    """Reports, and the candidate pairs between them. Report r is on `lists[r]`.

    The candidates of r are `near[starts[r]:starts[r + 1]]`, ascending, each with the packed
    levels of the pair and whether the pair is `weak`: unlikely before any fitting. `said` has
    a bit for each field a report says anything in. `mate` links the reports of a unit in a
    ring (alone: to itself). Those from whom r is told apart by a decision are
    `apart[apart_starts[r]:apart_starts[r + 1]]`.
    """

    starts: Ints
    near: NDArray[np.int32]
    codes: NDArray[np.int32]
    weak: NDArray[np.bool_]
    lists: NDArray[np.int64]
    said: NDArray[np.uint8]
    mate: NDArray[np.int32]
    apart_starts: Ints
    apart: NDArray[np.int32]
    dense: NDArray[np.int32]  # packed levels of all pairs i > j at i (i - 1) / 2 + j, or empty
    arrays: compare.Arrays  # to compare a pair that is no candidate
    met: Ints  # such pairs, each in the place of its hash, for one chain alone; -1 nobody
    met_codes: NDArray[np.int32]


class Worth(NamedTuple):
    """What levels are worth: log(m / u), shape (fields, levels), and for companions likewise.

    Fields are in the order of `compare.FIELDS`; the last may be left out, where nobody says them.
    `namesakes` is how much likelier levels are among strangers whose given names agree than
    among all, in logs; `alike` says at which levels of the name they do. `joint`, shape
    (origin levels, event levels), is how much likelier two of them are together than apart.
    """

    weights: Floats
    companions: Floats
    phi: float  # share of companions among pairs of different people
    namesakes: Floats
    alike: NDArray[np.bool_]
    joint: Floats


class Prior(NamedTuple):
    """Which prior, and its parameters: weight of a cell, log theta, and q by list."""

    kind: int
    alpha: float
    log_theta: float
    q: Floats


class State(NamedTuple):
    """A partition, with the counts that the prior needs and the evidence of each cluster.

    `slot` says which cluster a report is in; `head` a cluster's first report (-1: none), `after`
    and `before` link its reports. The last `idle[0]` of `spare` are slots of nobody.
    """

    slot: NDArray[np.int32]
    head: NDArray[np.int32]
    after: NDArray[np.int32]
    before: NDArray[np.int32]
    size: NDArray[np.int32]
    mask: Ints
    on: NDArray[np.int32]
    value: Floats
    cells: Ints
    n: Ints  # one number
    spare: NDArray[np.int32]
    idle: Ints  # one number


class Scratch(NamedTuple):
    """Room to work in, so that no move makes any.

    `seen`, by slot: place among the options of a unit, of which `options`, `scores`, `gains`
    and `via` are the rest; `known`, by mask: what the prior says of joining a cluster on these
    lists. The others hold reports.
    """

    seen: Ints
    options: NDArray[np.int32]
    scores: Floats
    gains: Floats
    via: Ints
    known: Floats
    unit: NDArray[np.int32]
    group: NDArray[np.int32]
    one: NDArray[np.int32]
    two: NDArray[np.int32]
    both: NDArray[np.int32]


def empty_state(count: int, lists: int) -> State:
    """A state with no report placed."""
    cells = 1 << lists if lists <= MOST_EXACT_LISTS else lists + 1
    return State(
        slot=np.full(count, -1, np.int32),
        head=np.full(count, -1, np.int32),
        after=np.full(count, -1, np.int32),
        before=np.full(count, -1, np.int32),
        size=np.zeros(count, np.int32),
        mask=np.zeros(count, np.int64),
        on=np.zeros((count, lists), np.int32),
        value=np.zeros(count),
        cells=np.zeros(cells, np.int64),
        n=np.zeros(1, np.int64),
        spare=np.arange(count, dtype=np.int32)[::-1].copy(),
        idle=np.array([count], np.int64),
    )


@compiled
def _cell(mask: int, lists: int) -> int:
    if lists <= MOST_EXACT_LISTS:
        return mask
    found = 0
    while mask:
        found += mask & 1
        mask >>= 1
    return found


@compiled
def _add(state: State, r: int, s: int, slot: int) -> None:
    """Put report r of list s into a slot, and keep the counts; an empty one must be `_fresh`."""
    lists = state.on.shape[1]
    if state.size[slot]:
        state.cells[_cell(state.mask[slot], lists)] -= 1
    else:
        state.n[0] += 1
        state.idle[0] -= 1
    state.size[slot] += 1
    state.on[slot, s] += 1
    state.mask[slot] |= np.int64(1) << s
    state.cells[_cell(state.mask[slot], lists)] += 1
    state.slot[r] = slot
    first = state.head[slot]
    state.after[r], state.before[r] = first, -1
    if first >= 0:
        state.before[first] = r
    state.head[slot] = r


@compiled
def _remove(state: State, r: int, s: int) -> None:
    """Take report r out. A cluster left empty gives its slot back."""
    lists = state.on.shape[1]
    slot = state.slot[r]
    state.cells[_cell(state.mask[slot], lists)] -= 1
    state.size[slot] -= 1
    state.on[slot, s] -= 1
    if state.on[slot, s] == 0:
        state.mask[slot] &= ~(np.int64(1) << s)
    after, before = state.after[r], state.before[r]
    if after >= 0:
        state.before[after] = before
    if before >= 0:
        state.after[before] = after
    else:
        state.head[slot] = after
    if state.size[slot]:
        state.cells[_cell(state.mask[slot], lists)] += 1
    else:
        state.n[0] -= 1
        state.spare[state.idle[0]] = slot
        state.idle[0] += 1
        state.value[slot] = 0.0
    state.slot[r] = -1


@compiled
def _fresh(state: State) -> int:
    """The slot of nobody that `_add` takes next."""
    return state.spare[state.idle[0] - 1]


@compiled
def _log_add(state: State, prior: Prior, s: int, slot: int) -> float:
    """Log of prior(after) / prior(before) for putting one report of list s into a slot."""
    size = state.size[slot]
    if prior.kind == FLAT:
        return 0.0
    if prior.kind == EWENS:
        return np.log(float(size)) if size else prior.log_theta
    lists = state.on.shape[1]
    bit = np.int64(1) << s
    already = state.on[slot, s]
    if already:
        return np.log(already + 1.0) + np.log(prior.q[s]) if prior.q[s] > 0 else -np.inf
    log_p = np.log1p(-prior.q[s])
    if size == 0:
        n = state.n[0]
        total = np.log(n + 1.0) - np.log(n + prior.alpha * (len(state.cells) - 1))
        total += np.log(state.cells[_cell(bit, lists)] + prior.alpha) + log_p
        return total - (np.log(float(lists)) if lists > MOST_EXACT_LISTS else 0.0)
    before, after = _cell(state.mask[slot], lists), _cell(state.mask[slot] | bit, lists)
    total = np.log(state.cells[after] + prior.alpha)
    total -= np.log(state.cells[before] - 1.0 + prior.alpha)
    if lists > MOST_EXACT_LISTS:  # the sets of so many lists share their cell alike
        total -= np.log((lists - before) / (before + 1.0))
    return total + log_p


def with_memory(graph: Graph) -> Graph:
    """The same graph for one chain, which remembers pairs that it has compared."""
    size = 1 if len(graph.dense) else min(_MOST_MET, 1 << (8 * len(graph.lists)).bit_length())
    return graph._replace(met=np.full(size, -1, np.int64), met_codes=np.zeros(size, np.int32))


@compiled
def _code(graph: Graph, i: int, j: int) -> int:
    """Packed levels of any pair."""
    if i < j:
        i, j = j, i
    if len(graph.dense):
        return graph.dense[np.int64(i) * (i - 1) // 2 + j]
    at = _edge(graph, i, j)
    if at >= 0:
        return graph.codes[at]
    pair = np.int64(i) << 32 | np.int64(j)
    place = ((pair * _SCATTER) >> 42) & (len(graph.met) - 1)
    if graph.met[place] != pair:
        graph.met[place] = pair
        graph.met_codes[place] = compare.pair(graph.arrays, i, j)
    return graph.met_codes[place]


@compiled
def _edge(graph: Graph, i: int, j: int) -> int:
    """Where a candidate pair stands, -1 if it is none."""
    if graph.starts[i + 1] - graph.starts[i] > graph.starts[j + 1] - graph.starts[j]:
        i, j = j, i
    low, high = graph.starts[i], graph.starts[i + 1]
    while low < high:
        middle = (low + high) // 2
        if graph.near[middle] < j:
            low = middle + 1
        else:
            high = middle
    return low if low < graph.starts[i + 1] and graph.near[low] == j else -1


@compiled
def _fields(worth: Worth, code: int) -> float:
    total = 0.0
    for f in range(len(worth.weights)):
        total += worth.weights[f, (code >> _SHIFTS[f]) & _MASKS[f]]
    return total


@compiled
def _penalty(worth: Worth, code: int) -> float:
    """What namesakes and companions explain of a pair: log of (1 - phi) v / u + phi c / u."""
    strangers = worth.joint[(code >> _SHIFTS[3]) & _MASKS[3], (code >> _SHIFTS[4]) & _MASKS[4]]
    if worth.alike[(code >> _SHIFTS[0]) & _MASKS[0]]:
        for f in range(1, len(worth.weights)):
            strangers += worth.namesakes[f, (code >> _SHIFTS[f]) & _MASKS[f]]
    if worth.phi == 0.0:
        return strangers
    total = 0.0
    for f in range(len(worth.weights)):
        total += worth.companions[f, (code >> _SHIFTS[f]) & _MASKS[f]]
    return np.log((1.0 - worth.phi) * _exp(strangers) + worth.phi * _exp(total))


@compiled
def _exp(x: float) -> float:
    """An exponential that neither overflows nor vanishes."""
    return np.exp(min(max(x, -600.0), 600.0))


@compiled
def evidence(graph: Graph, worth: Worth, group: NDArray[np.int32], k: int) -> float:
    """Evidence of the cluster `group[:k]`."""
    if k < 2:
        return 0.0
    if k == 2:
        code = _code(graph, group[0], group[1])
        return _fields(worth, code) - _penalty(worth, code)
    codes = np.empty((k, k), np.int32)
    total = 0.0
    for x in range(1, k):
        for y in range(x):
            code = _code(graph, group[x], group[y])
            codes[x, y] = codes[y, x] = code
            total -= 2.0 / k * _penalty(worth, code)
    for f in range(len(worth.weights)):
        total += _field(graph, worth, group, k, codes, f)
    return total


@compiled
def _field(
    graph: Graph, worth: Worth, group: NDArray[np.int32], k: int, codes: NDArray[np.int32], f: int
) -> float:
    """Evidence of one field of a cluster."""
    chance, count = 0.0, 0
    for x in range(k):
        if graph.said[group[x]] >> f & 1:
            chance += _exp(_star(worth, k, codes, f, x))
            count += 1
    return np.log(chance / count) if count > 1 else 0.0


@compiled
def _star(worth: Worth, k: int, codes: NDArray[np.int32], f: int, x: int) -> float:
    """What one field says if x is its original, which the others of the cluster copy."""
    total = 0.0
    for y in range(k):
        if y != x:  # a report that does not say it is at level 0, worth nothing
            total += worth.weights[f, (codes[x, y] >> _SHIFTS[f]) & _MASKS[f]]
    return total


@compiled
def _members(state: State, slot: int, group: NDArray[np.int32], at: int) -> int:
    """Write a cluster's reports into `group` from place `at`; the place after them."""
    r = state.head[slot]
    while r >= 0:
        group[at] = r
        at += 1
        r = state.after[r]
    return at


@compiled
def place(graph: Graph, state: State, label: NDArray[np.int64]) -> None:
    """Fill an empty state: reports of one label together. Labels must heed the decisions."""
    graph, state = borrow(graph), borrow(state)
    slots = np.full(len(label), -1, np.int32)
    for r in range(len(label)):
        if slots[label[r]] < 0:
            slots[label[r]] = _fresh(state)
        _add(state, r, graph.lists[r], slots[label[r]])


@compiled
def _value_all(graph: Graph, state: State, worth: Worth, group: NDArray[np.int32]) -> None:
    """Evidence of every cluster anew, since what levels are worth has changed."""
    for slot in range(len(state.head)):
        if state.size[slot] > 1:
            k = _members(state, slot, group, 0)
            state.value[slot] = evidence(graph, worth, group, k)


@compiled
def sweep(
    rng: np.random.Generator,
    graph: Graph,
    state: State,
    worth: Worth,
    prior: Prior,
    splits: float,
) -> None:
    """One pass: each unit is reassigned (Gibbs), then clusters are split and merged.

    Most pairs of candidates are weak. At most visits a report's strong candidates alone are
    options; whether it is such a visit is chosen without a look at the state, so each is a
    Gibbs step of the same target.

    Args:
        rng: the generator.
        graph: reports and candidates.
        state: changed in place.
        worth: what levels are worth.
        prior: of partitions.
        splits: split-merge attempts for each report that has candidates.
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
    _sweep(rng, graph, state, worth, prior, splits, np.empty(len(graph.codes)), scratch)


@compiled
def _most_options(graph: Graph) -> int:
    """Candidates of whichever unit has most, and one."""
    most, unit = 0, np.empty(len(graph.mate), np.int32)
    for r in range(len(graph.mate)):
        if _first_of_unit(graph, r):
            most = max(most, _degree(graph, unit, _unit(graph, r, unit)))
    return most + 1


@compiled
def _sweep(
    rng: np.random.Generator,
    graph: Graph,
    state: State,
    worth: Worth,
    prior: Prior,
    splits: float,
    edges: Floats,
    scratch: Scratch,
) -> None:
    graph, state, worth, prior = borrow(graph), borrow(state), borrow(worth), borrow(prior)
    edges, scratch = borrow(edges), borrow(scratch)
    _value_all(graph, state, worth, scratch.group)
    for at in range(len(edges)):  # evidence of each candidate pair as a cluster of two
        edges[at] = _fields(worth, graph.codes[at]) - _penalty(worth, graph.codes[at])
    tried = 0.0
    for r in range(len(state.slot)):
        degree = graph.starts[r + 1] - graph.starts[r]
        if (degree or graph.mate[r] != r) and _first_of_unit(graph, r):
            size = _unit(graph, r, scratch.unit)
            _reassign(rng, graph, state, worth, prior, edges, scratch, size)
        if degree:
            tried += splits
            while tried >= 1.0:
                tried -= 1.0
                j = graph.near[graph.starts[r] + rng.integers(0, degree)]
                _split_or_merge(rng, graph, state, worth, prior, scratch, r, j)


@compiled
def _first_of_unit(graph: Graph, r: int) -> bool:
    mate = graph.mate[r]
    while mate != r:
        if mate < r:
            return False
        mate = graph.mate[mate]
    return True


@compiled
def _unit(graph: Graph, r: int, unit: NDArray[np.int32]) -> int:
    """Write the reports of r's unit, r first; how many."""
    unit[0] = r
    size = 1
    mate = graph.mate[r]
    while mate != r:
        unit[size] = mate
        size += 1
        mate = graph.mate[mate]
    return size


@compiled
def _reassign(
    rng: np.random.Generator,
    graph: Graph,
    state: State,
    worth: Worth,
    prior: Prior,
    edges: Floats,
    scratch: Scratch,
    size: int,
) -> None:
    """Take a unit, `scratch.unit[:size]`, out and put it back where its full conditional says.

    The options are the clusters of its candidates and a new one. It stays where its present
    cluster is none of them (its only candidates there are weak, and this is no visit for
    these), or would fall apart without it.
    """
    unit, group, seen = scratch.unit, scratch.group, scratch.seen
    options, scores, gains, via = scratch.options, scratch.scores, scratch.gains, scratch.via
    old = state.slot[unit[0]]
    alone = state.size[old] == size
    all_ = size > 1 or rng.random() < WEAK_LOOKS
    if not alone and not _meets(graph, state, unit, size, old, all_):
        return
    for x in range(size):
        _remove(state, unit[x], graph.lists[unit[x]])
    if not alone:
        k = _members(state, old, group, 0)
        if k > 1 and not hangs_together(graph, group, k):
            for x in range(size):
                _add(state, unit[x], graph.lists[unit[x]], old)
            return
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
            gains[at] = edges[via[at]]
        else:
            k = _members(state, slot, group, 0)
            for x in range(size):
                group[k + x] = unit[x]
            gains[at] = evidence(graph, worth, group, k + size)
        scores[at] = gains[at] - state.value[slot]
        scores[at] += _unit_prior(graph, state, prior, unit, size, slot, scratch.known)
        if _told_apart(graph, state, unit, size, slot):
            scores[at] = -np.inf
    chosen = _choose(rng, scores, found)
    to = options[chosen]
    for x in range(size):
        _add(state, unit[x], graph.lists[unit[x]], to)
    state.value[to] = gains[chosen]


@compiled
def hangs_together(graph: Graph, group: NDArray[np.int32], k: int) -> bool:
    """Whether candidate pairs and decisions among `group[:k]` lead from each to each."""
    if k == 2:
        return _joined(graph, group[0], group[1])
    reached = np.zeros(k, np.bool_)
    open_ = np.empty(k, np.int64)
    reached[0], open_[0] = True, 0
    count, at = 1, 0
    while at < count:
        i = group[open_[at]]
        at += 1
        for y in range(k):
            if not reached[y] and _joined(graph, i, group[y]):
                reached[y] = True
                open_[count] = y
                count += 1
    return count == k


@compiled
def _joined(graph: Graph, i: int, j: int) -> bool:
    """Whether two reports are candidates, or one person by decision."""
    return _edge(graph, i, j) >= 0 or (graph.mate[i] != i and _same_unit(graph, i, j))


@compiled
def _degree(graph: Graph, unit: NDArray[np.int32], size: int) -> int:
    total = 0
    for x in range(size):
        total += graph.starts[unit[x] + 1] - graph.starts[unit[x]]
    return total


@compiled
def _meets(
    graph: Graph, state: State, unit: NDArray[np.int32], size: int, slot: int, all_: bool
) -> bool:
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


@compiled
def _options(
    graph: Graph,
    state: State,
    unit: NDArray[np.int32],
    size: int,
    all_: bool,
    seen: Ints,
    options: NDArray[np.int32],
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
    options[found] = _fresh(state)
    return found + 1


@compiled
def _unit_prior(
    graph: Graph,
    state: State,
    prior: Prior,
    unit: NDArray[np.int32],
    size: int,
    slot: int,
    known: Floats,
) -> float:
    """Log of prior(after) / prior(before) for putting a unit into a slot."""
    s = graph.lists[unit[0]]
    if size == 1:
        mask = state.mask[slot]
        if prior.kind != OVERLAP or mask >= len(known) or state.on[slot, s]:
            return _log_add(state, prior, s, slot)
        if np.isnan(known[mask]):  # alike for all clusters of a cell
            known[mask] = _log_add(state, prior, s, slot)
        return known[mask]
    total = 0.0
    for x in range(size):
        s = graph.lists[unit[x]]
        total += _log_add(state, prior, s, slot)
        _add(state, unit[x], s, slot)
    value = state.value[slot]
    for x in range(size):
        _remove(state, unit[size - 1 - x], graph.lists[unit[size - 1 - x]])
    state.value[slot] = value
    return total


@compiled
def _told_apart(graph: Graph, state: State, unit: NDArray[np.int32], size: int, slot: int) -> bool:
    for x in range(size):
        for at in range(graph.apart_starts[unit[x]], graph.apart_starts[unit[x] + 1]):
            if state.slot[graph.apart[at]] == slot:
                return True
    return False


@compiled
def _choose(rng: np.random.Generator, scores: Floats, found: int) -> int:
    """One of the options, by the logs of their chances; the last is always possible."""
    top = -np.inf
    for at in range(found):
        top = max(top, scores[at])
    total = 0.0
    for at in range(found):
        scores[at] = np.exp(scores[at] - top)
        total += scores[at]
    left = rng.random() * total
    for at in range(found):
        left -= scores[at]
        if left < 0:
            return at
    return found - 1


@compiled
def _move_all(
    graph: Graph, state: State, prior: Prior, group: NDArray[np.int32], count: int, to: int
) -> float:
    """Move reports to a slot one by one; the log ratio of priors, after to before."""
    total = 0.0
    for at in range(count):
        r = group[at]
        s = graph.lists[r]
        old = state.slot[r]
        _remove(state, r, s)
        total -= _log_add(state, prior, s, old)
        total += _log_add(state, prior, s, to)
        _add(state, r, s, to)
    return total


@compiled
def _split_or_merge(
    rng: np.random.Generator,
    graph: Graph,
    state: State,
    worth: Worth,
    prior: Prior,
    scratch: Scratch,
    i: int,
    j: int,
) -> None:
    """Sequentially allocated split-merge of the clusters of two candidates.

    (D. B. Dahl, "Sequentially-allocated merge-split sampler for conjugate and nonconjugate
    Dirichlet process models", 2005).

    1. The units of i and j. 2. Their clusters' other units in random order. 3. Same cluster:
    propose to divide it, each unit joining either by its pair weights; else propose one
    cluster. 4. Metropolis-Hastings with the chance of the division.
    """
    a, b = state.slot[i], state.slot[j]
    split = a == b
    one, two, both, unit = scratch.one, scratch.two, scratch.both, scratch.unit
    ones = _unit(graph, i, one)
    for x in range(ones):
        if one[x] == j:
            return  # a decision has put them together
    twos = _unit(graph, j, two)
    count = _other_heads(graph, state, a, b, one, ones, two, twos, both)
    for m in range(count - 1, 0, -1):
        x = rng.integers(0, m + 1)
        both[m], both[x] = both[x], both[m]
    log_chance = 0.0
    for at in range(count):
        size = _unit(graph, both[at], unit)
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
        return
    if split and not (hangs_together(graph, one, ones) and hangs_together(graph, two, twos)):
        return
    for x in range(ones):
        unit[x] = one[x]
    for x in range(twos):
        unit[ones + x] = two[x]
    value_one = evidence(graph, worth, one, ones)
    value_two = evidence(graph, worth, two, twos)
    together = evidence(graph, worth, unit, ones + twos)
    gain = together - value_one - value_two
    to = _fresh(state) if split else a
    ratio = _move_all(graph, state, prior, two, twos, to)
    log_ratio = ratio - gain - log_chance if split else ratio + gain + log_chance
    if np.log(rng.random()) >= log_ratio:
        back = b if split or state.size[b] else _fresh(state)
        _move_all(graph, state, prior, two, twos, back)
        state.value[a] = together if split else value_one
        if not split:
            state.value[back] = value_two
        return
    state.value[a] = value_one if split else together
    if split:
        state.value[to] = value_two


@compiled
def _other_heads(
    graph: Graph,
    state: State,
    a: int,
    b: int,
    one: NDArray[np.int32],
    ones: int,
    two: NDArray[np.int32],
    twos: int,
    both: NDArray[np.int32],
) -> int:
    """The first report of each other unit in the two clusters."""
    count = 0
    for which in range(1 if a == b else 2):
        r = state.head[a if which == 0 else b]
        while r >= 0:
            other = _first_of_unit(graph, r)
            for x in range(ones):
                other = other and not _same_unit(graph, one[x], r)
            for x in range(twos):
                other = other and not _same_unit(graph, two[x], r)
            if other:
                both[count] = r
                count += 1
            r = state.after[r]
    return count


@compiled
def _same_unit(graph: Graph, i: int, j: int) -> bool:
    if i == j:
        return True
    mate = graph.mate[i]
    while mate != i:
        if mate == j:
            return True
        mate = graph.mate[mate]
    return False


@compiled
def _lead(
    graph: Graph,
    worth: Worth,
    unit: NDArray[np.int32],
    size: int,
    one: NDArray[np.int32],
    ones: int,
    two: NDArray[np.int32],
    twos: int,
) -> float:
    """How much better a unit fits the first group than the second: mean weight of pairs."""
    with_one, with_two = 0.0, 0.0
    for m in range(size):
        for x in range(ones):
            code = _code(graph, unit[m], one[x])
            with_one += _fields(worth, code) - _penalty(worth, code)
        for x in range(twos):
            code = _code(graph, unit[m], two[x])
            with_two += _fields(worth, code) - _penalty(worth, code)
    return min(max((with_one / ones - with_two / twos) / size, -30.0), 30.0)


@compiled
def _apart_between(
    graph: Graph, state: State, one: NDArray[np.int32], ones: int, slot: int
) -> bool:
    for x in range(ones):
        for at in range(graph.apart_starts[one[x]], graph.apart_starts[one[x] + 1]):
            if state.slot[graph.apart[at]] == slot:
                return True
    return False


@compiled
def comparisons(rng: np.random.Generator, graph: Graph, state: State, worth: Worth) -> Floats:
    """How often each level is compared within clusters, field by field.

    In each field of each cluster an original is drawn given the rest, and the others are
    compared with it: a cluster of K reports that say the field gives K - 1 comparisons.

    Returns:
        Shape (fields, levels), as `Worth.weights`.
    """
    found = np.zeros(worth.weights.shape)
    group, chance = np.empty(len(state.slot), np.int32), np.empty(len(state.slot))
    _count_all(rng, graph, state, worth, group, chance, found)
    return found


@compiled
def _count_all(
    rng: np.random.Generator,
    graph: Graph,
    state: State,
    worth: Worth,
    group: NDArray[np.int32],
    chance: Floats,
    found: Floats,
) -> None:
    graph, state, worth = borrow(graph), borrow(state), borrow(worth)
    group, chance, found = borrow(group), borrow(chance), borrow(found)
    for slot in range(len(state.head)):
        if state.size[slot] < 2:
            continue
        k = _members(state, slot, group, 0)
        if k == 2:
            code = _code(graph, group[0], group[1])
            for f in range(len(worth.weights)):
                level = (code >> _SHIFTS[f]) & _MASKS[f]
                if level:
                    found[f, level] += 1.0
            continue
        codes = np.empty((k, k), np.int32)
        for x in range(1, k):
            for y in range(x):
                codes[x, y] = codes[y, x] = _code(graph, group[x], group[y])
        for f in range(len(worth.weights)):
            _count_field(rng, graph, worth, group, k, codes, f, chance, found)


@compiled
def _count_field(
    rng: np.random.Generator,
    graph: Graph,
    worth: Worth,
    group: NDArray[np.int32],
    k: int,
    codes: NDArray[np.int32],
    f: int,
    chance: Floats,
    found: Floats,
) -> None:
    total, count, last = 0.0, 0, -1
    for x in range(k):
        chance[x] = 0.0
        if graph.said[group[x]] >> f & 1:
            chance[x] = _exp(_star(worth, k, codes, f, x))
            total += chance[x]
            count, last = count + 1, x
    if count < 2:
        return
    left, original = rng.random() * total, last
    for x in range(k):
        left -= chance[x]
        if chance[x] > 0 and left < 0:
            original = x
            break
    for y in range(k):
        level = (codes[original, y] >> _SHIFTS[f]) & _MASKS[f] if y != original else 0
        if level:  # not every report that says a field can be compared in it with every other
            found[f, level] += 1.0
