"""Moves over partitions: who is with whom, given what each pair of reports is worth.

Notation. r: a report, on list s. A cluster's cell h is the set of lists it is on, a bit
a list. w[r, t]: log(m / u) of a pair. The prior is that of S. Aleshin-Guendel and
M. Sadinle, "Multifile partitioning for record linkage and duplicate detection" (JASA
118, 2023): the number of clusters n uniform, cells Dirichlet-multinomial with weight
`alpha` each, and a cluster's reports on one list 1 + geometric with parameter q[s]:

    p(partition) = n! Gamma(A) / Gamma(n + A) prod_h Gamma(n_h + alpha) / Gamma(alpha)
                   prod over clusters and their lists of c! (1 - q_s) q_s^(c - 1)

A cluster of k reports counts its k (k - 1) / 2 pairs as k - 1 comparisons: its evidence
is 2 / k times their sum (`_evidence`). Its pairs are not independent, and counted in full
they would outgrow any prior, so that a few common names glue dozens of people together.

up to a constant (A = alpha times the number of cells). Compiled; no I/O.

State, changed in place: `slot` (of a report: which cluster, a number within the room of
its component), `size`, `mask`, `on` (a row a slot: reports a list), `cells`, `n`.
"""

# numba compiles these functions; numpy's stubs know less than it does
# mypy: disable-error-code="no-any-return,arg-type,assignment"

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
MOST_EXACT_LISTS = 12  # with more lists, cells count lists and no longer tell which


class Rooms(NamedTuple):
    """Components: reports that might be one person, and what each pair of them is worth.

    Component c has reports `members[starts[c]:starts[c + 1]]`; the pair of its local
    reports i > j is at `pair_starts[c] + i (i - 1) / 2 + j` of `pattern`, which numbers
    the distinct rows of levels.
    """

    starts: Ints
    members: Ints
    pair_starts: Ints
    pattern: NDArray[np.int32]
    lists: Ints  # a report in the order of `members`


class State(NamedTuple):
    """A partition, with the counts that the prior needs."""

    slot: Ints
    size: Ints
    mask: Ints
    on: NDArray[np.int32]
    cells: Ints
    n: Ints  # one number


def empty_state(count: int, lists: int) -> State:
    """A state with no report placed."""
    cells = 1 << lists if lists <= MOST_EXACT_LISTS else lists + 1
    return State(
        np.full(count, -1, np.int64),
        np.zeros(count, np.int64),
        np.zeros(count, np.int64),
        np.zeros((count, lists), np.int32),
        np.zeros(cells, np.int64),
        np.zeros(1, np.int64),
    )


@numba.njit(cache=True)
def _cell(mask: int, lists: int) -> int:
    if lists <= MOST_EXACT_LISTS:
        return mask
    found = 0
    while mask:
        found += mask & 1
        mask >>= 1
    return found


@numba.njit(cache=True)
def _add(state: State, r: int, s: int, slot: int) -> None:
    """Put report r of list s into a slot, and keep the counts."""
    lists = state.on.shape[1]
    if state.size[slot]:
        state.cells[_cell(state.mask[slot], lists)] -= 1
    else:
        state.n[0] += 1
    state.size[slot] += 1
    state.on[slot, s] += 1
    state.mask[slot] |= np.int64(1) << s
    state.cells[_cell(state.mask[slot], lists)] += 1
    state.slot[r] = slot


@numba.njit(cache=True)
def _remove(state: State, r: int, s: int) -> None:
    lists = state.on.shape[1]
    slot = state.slot[r]
    state.cells[_cell(state.mask[slot], lists)] -= 1
    state.size[slot] -= 1
    state.on[slot, s] -= 1
    if state.on[slot, s] == 0:
        state.mask[slot] &= ~(np.int64(1) << s)
    if state.size[slot]:
        state.cells[_cell(state.mask[slot], lists)] += 1
    else:
        state.n[0] -= 1
    state.slot[r] = -1


@numba.njit(cache=True)
def _log_add(state: State, s: int, slot: int, alpha: float, log_q: Floats, log_p: Floats) -> float:
    """Log of prior(after) / prior(before) for putting one report of list s into a slot."""
    lists = state.on.shape[1]
    bit = np.int64(1) << s
    total = 0.0
    if state.size[slot] == 0:
        n = state.n[0]
        total += np.log(n + 1.0) - np.log(n + alpha * _cells_possible(lists, state.cells))
        return total + np.log(state.cells[_cell(bit, lists)] + alpha) + log_p[s]
    already = state.on[slot, s]
    if already:
        return np.log(already + 1.0) + log_q[s]
    before, after = _cell(state.mask[slot], lists), _cell(state.mask[slot] | bit, lists)
    total += np.log(state.cells[after] + alpha) - np.log(state.cells[before] - 1.0 + alpha)
    return total + log_p[s]


@numba.njit(cache=True)
def _cells_possible(lists: int, cells: Ints) -> float:
    return float(len(cells) - 1)


@numba.njit(cache=True)
def _evidence(size: int, total: float) -> float:
    """What a cluster is worth: the mean of its pairs, times one less than its reports."""
    return 2.0 * total / size if size > 1 else 0.0


@numba.njit(cache=True)
def _totals(rooms: Rooms, state: State, weight: Floats, c: int, total: Floats) -> None:
    """The sum over pairs of each cluster of a component, into `total` by slot."""
    first, end = rooms.starts[c], rooms.starts[c + 1]
    total[first:end] = 0.0
    for i in range(1, end - first):
        for j in range(i):
            if state.slot[first + i] == state.slot[first + j]:
                total[state.slot[first + i]] += _pair(rooms, weight, c, i, j)


@numba.njit(cache=True)
def place(rooms: Rooms, state: State, together: bool) -> None:
    """Fill an empty state: everyone apart, or each component one cluster."""
    for c in range(len(rooms.starts) - 1):
        first = rooms.starts[c]
        for r in range(first, rooms.starts[c + 1]):
            _add(state, r, rooms.lists[r], first if together else r)


@numba.njit(cache=True)
def sweep(
    rng: np.random.Generator,
    rooms: Rooms,
    state: State,
    weight: Floats,
    alpha: float,
    q: Floats,
    splits: float,
) -> None:
    """One pass: each report is reassigned (Gibbs), then clusters are split and merged.

    Args:
        rng: the generator.
        rooms: components and patterns.
        state: changed in place.
        weight: log(m / u) of each pattern.
        alpha: weight of a cell in the prior.
        q: chance that a list has one more report of somebody it has, a list.
        splits: split-merge attempts for each report of a component.
    """
    log_q, log_p = np.log(q), np.log1p(-q)
    total = np.zeros(len(rooms.members))
    for c in range(len(rooms.starts) - 1):
        k = rooms.starts[c + 1] - rooms.starts[c]
        if k == 1:
            continue
        scores = np.zeros(k)
        _totals(rooms, state, weight, c, total)
        for i in range(k):
            _reassign(rng, rooms, state, weight, alpha, log_q, log_p, c, i, scores, total)
        if k > 2:
            for _ in range(int(np.ceil(splits * k))):
                _split_or_merge(rng, rooms, state, weight, alpha, log_q, log_p, c, total)


@numba.njit(cache=True)
def _pair(rooms: Rooms, weight: Floats, c: int, i: int, j: int) -> float:
    if i < j:
        i, j = j, i
    return weight[rooms.pattern[rooms.pair_starts[c] + i * (i - 1) // 2 + j]]


@numba.njit(cache=True)
def _reassign(
    rng: np.random.Generator,
    rooms: Rooms,
    state: State,
    weight: Floats,
    alpha: float,
    log_q: Floats,
    log_p: Floats,
    c: int,
    i: int,
    scores: Floats,
    totals: Floats,
) -> None:
    """Take report i out and put it back where its full conditional says."""
    first = rooms.starts[c]
    k = rooms.starts[c + 1] - first
    r, s = first + i, rooms.lists[first + i]
    old = state.slot[r]
    _remove(state, r, s)
    scores[:] = 0.0
    for j in range(k):
        if j != i:
            scores[state.slot[first + j] - first] += _pair(rooms, weight, c, i, j)
    totals[old] -= scores[old - first]
    sums = scores.copy()
    free = -1
    top = -np.inf
    for d in range(k):
        if state.size[first + d] == 0:
            if free >= 0:
                scores[d] = -np.inf
                continue
            free = d
        k_d = state.size[first + d]
        before = _evidence(k_d, totals[first + d])
        scores[d] = _evidence(k_d + 1, totals[first + d] + sums[d]) - before
        scores[d] += _log_add(state, s, first + d, alpha, log_q, log_p)
        top = max(top, scores[d])
    total = 0.0
    for d in range(k):
        scores[d] = np.exp(scores[d] - top)
        total += scores[d]
    left = rng.random() * total
    chosen = free
    for d in range(k):
        left -= scores[d]
        if left < 0:
            chosen = d
            break
    _add(state, r, s, first + chosen)
    totals[first + chosen] += sums[chosen]


@numba.njit(cache=True)
def _move_all(
    rooms: Rooms,
    state: State,
    group: Ints,
    count: int,
    to: int,
    alpha: float,
    log_q: Floats,
    log_p: Floats,
) -> float:
    """Move reports to a slot one by one; the log ratio of priors, after to before."""
    total = 0.0
    for at in range(count):
        r = group[at]
        s = rooms.lists[r]
        old = state.slot[r]
        _remove(state, r, s)
        total -= _log_add(state, s, old, alpha, log_q, log_p)
        total += _log_add(state, s, to, alpha, log_q, log_p)
        _add(state, r, s, to)
    return total


@numba.njit(cache=True)
def _split_or_merge(
    rng: np.random.Generator,
    rooms: Rooms,
    state: State,
    weight: Floats,
    alpha: float,
    log_q: Floats,
    log_p: Floats,
    c: int,
    totals: Floats,
) -> None:
    """Sequentially allocated split-merge.

    (D. B. Dahl, "Sequentially-allocated merge-split
    sampler for conjugate and nonconjugate Dirichlet process models", 2005).

    1. Two reports at random. 2. Their clusters' other reports in random order. 3. Same
    cluster: propose to divide it, each report joining either by its pair weights; else
    propose one cluster. 4. Metropolis-Hastings with the chance of the division.
    """
    first = rooms.starts[c]
    k = rooms.starts[c + 1] - first
    i = rng.integers(0, k)
    j = rng.integers(0, k - 1)
    if j >= i:
        j += 1
    a, b = state.slot[first + i], state.slot[first + j]
    split = a == b
    others = np.empty(k, np.int64)
    count = 0
    for m in range(k):
        if m not in (i, j) and state.slot[first + m] in (a, b):
            others[count] = m
            count += 1
    for m in range(count - 1, 0, -1):
        x = rng.integers(0, m + 1)
        others[m], others[x] = others[x], others[m]
    one, two = np.empty(k, np.int64), np.empty(k, np.int64)
    one[0], two[0] = i, j
    ones, twos = 1, 1
    log_chance, cross = 0.0, _pair(rooms, weight, c, i, j)
    sum_one, sum_two = 0.0, 0.0
    for at in range(count):
        m = others[at]
        with_one, with_two = 0.0, 0.0
        for x in range(ones):
            with_one += _pair(rooms, weight, c, m, one[x])
        for x in range(twos):
            with_two += _pair(rooms, weight, c, m, two[x])
        lead = with_one / ones - with_two / twos
        chance_one = 1.0 / (1.0 + np.exp(min(max(-lead, -500.0), 500.0)))
        joins_one = rng.random() < chance_one if split else state.slot[first + m] == a
        if joins_one:
            log_chance += np.log(max(chance_one, 1e-300))
            cross += with_two
            sum_one += with_one
            one[ones] = m
            ones += 1
        else:
            log_chance += np.log(max(1.0 - chance_one, 1e-300))
            cross += with_one
            sum_two += with_two
            two[twos] = m
            twos += 1
    if split:
        to = first
        while state.size[to]:
            to += 1
    else:
        to = a
    moved = two[:twos] + first
    prior = _move_all(rooms, state, moved, twos, to, alpha, log_q, log_p)
    whole = _evidence(ones + twos, sum_one + sum_two + cross)
    gain = whole - _evidence(ones, sum_one) - _evidence(twos, sum_two)
    log_ratio = prior - gain - log_chance if split else prior + gain + log_chance
    if np.log(rng.random()) >= log_ratio:
        _move_all(rooms, state, moved, twos, b if not split else a, alpha, log_q, log_p)
    elif split:
        totals[a], totals[to] = sum_one, sum_two
    else:
        totals[a], totals[b] = sum_one + sum_two + cross, 0.0


@numba.njit(cache=True)
def linked(rooms: Rooms, slots: Ints, patterns: int) -> Floats:
    """How many comparisons within clusters show each pattern, 2 / k a pair of a cluster of k.

    Args:
        rooms: the components.
        slots: one row a draw.
        patterns: how many patterns there are.
    """
    found = np.zeros(patterns)
    size = np.zeros(slots.shape[1], np.int64)
    for draw in range(len(slots)):
        size[:] = 0
        for r in range(slots.shape[1]):
            size[slots[draw, r]] += 1
        for c in range(len(rooms.starts) - 1):
            first, k = rooms.starts[c], rooms.starts[c + 1] - rooms.starts[c]
            at = rooms.pair_starts[c]
            for i in range(1, k):
                for j in range(i):
                    slot = slots[draw, first + i]
                    if slot == slots[draw, first + j]:
                        found[rooms.pattern[at]] += 2.0 / size[slot]
                    at += 1
    return found
