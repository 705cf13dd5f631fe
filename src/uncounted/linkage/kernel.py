"""Moves over partitions: who is with whom, given what each pair of reports is worth.

Notation. r: a report, on list s. A cluster's cell h is the set of lists it is on, a bit
a list. The target is a distribution over partitions, prior times evidence, given rates.

Prior (S. Aleshin-Guendel and M. Sadinle, "Multifile partitioning for record linkage and
duplicate detection", JASA 118, 2023): the number of clusters n uniform, cells
Dirichlet-multinomial with weight `alpha` each, a cluster's reports on one list
1 + geometric with parameter q[s]. Up to a constant, with A = alpha times the cells,

    p(partition) = n! Gamma(A) / Gamma(n + A) prod_h Gamma(n_h + alpha) / Gamma(alpha)
                   prod over clusters and their lists of c! (1 - q_s) q_s^(c - 1)

Evidence of a cluster: in each field one of the reports that say something there, any of
them alike, is the original that the others copy with mistakes. With w[i, j] the log of
m / u of that field for a pair, over the K reports that say it,

    evidence = log (1 / K) sum_i exp(sum_{j not i} w[i, j])        (0 for K < 2)

summed over fields, less 2 / k times the sum over the cluster's k (k - 1) / 2 pairs of what
companions cost (`Worth.penalty`). K reports make K - 1 comparisons, never K (K - 1) / 2;
a report that leaves a field out costs nothing; one report that errs is one error, however
many others it differs from. A cluster of two is worth its pair.

Compiled; no I/O.

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
_FEW_LISTS = 6
_LOG_2 = float(np.log(2.0))
MOST_EXACT_LISTS = 12  # with more lists, cells count lists and no longer tell which


class Rooms(NamedTuple):
    """Components: reports that might be one person, and what each pair of them is worth.

    Component c has reports `members[starts[c]:starts[c + 1]]`; the pair of its local
    reports i > j is at `pair_starts[c] + i (i - 1) / 2 + j` of `pattern`, which numbers
    the distinct rows of levels. `said` tells which fields a report says anything in.
    """

    starts: Ints
    members: Ints
    pair_starts: Ints
    pattern: NDArray[np.int32]
    lists: Ints  # a report in the order of `members`
    said: NDArray[np.bool_]  # (reports, fields), likewise


class Worth(NamedTuple):
    """What the patterns of a pair are worth."""

    fields: Floats  # (patterns, fields): log(m / u)
    ratios: Floats  # (patterns, fields): m / u
    penalty: Floats  # (patterns,): how much companions explain
    total: Floats  # (patterns,): the sum over fields, less the penalty


class Sums(NamedTuple):
    """Of the present partition, kept up to date within a component."""

    star: Floats  # (reports, fields): what the others of its cluster are worth to a report
    chance: Floats  # (reports, fields): its exponential
    penalty: Floats  # by slot: over the cluster's pairs
    fields: Floats  # (slots, fields): evidence of the cluster without the penalty
    value: Floats  # by slot: evidence


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
        total += np.log(state.cells[_cell(bit, lists)] + alpha) + log_p[s]
        return total - (np.log(float(lists)) if lists > MOST_EXACT_LISTS else 0.0)
    already = state.on[slot, s]
    if already == 1:
        return _LOG_2 + log_q[s]
    if already:
        return np.log(already + 1.0) + log_q[s]
    before, after = _cell(state.mask[slot], lists), _cell(state.mask[slot] | bit, lists)
    total += np.log(state.cells[after] + alpha) - np.log(state.cells[before] - 1.0 + alpha)
    if lists > MOST_EXACT_LISTS:  # the sets of so many lists share their cell alike
        total -= np.log((lists - before) / (before + 1.0))
    return total + log_p[s]


@numba.njit(cache=True)
def _cells_possible(lists: int, cells: Ints) -> float:
    return float(len(cells) - 1)


@numba.njit(cache=True)
def _evidence(rooms: Rooms, worth: Worth, c: int, group: Ints, k: int) -> float:
    """Evidence of a cluster: local reports `group[:k]` of component c."""
    if k < 2:
        return 0.0
    if k == 2:
        return worth.total[_pattern(rooms, c, group[0], group[1])]
    total = 0.0
    for x in range(1, k):
        for y in range(x):
            total -= 2.0 / k * worth.penalty[_pattern(rooms, c, group[x], group[y])]
    for f in range(rooms.said.shape[1]):
        total += _field(rooms, worth, c, group, k, f)
    return total


@numba.njit(cache=True)
def _field(rooms: Rooms, worth: Worth, c: int, group: Ints, k: int, f: int) -> float:
    """Evidence of one field of a cluster."""
    first = rooms.starts[c]
    chance, count = 0.0, 0
    for x in range(k):
        if rooms.said[first + group[x], f]:
            star = 0.0
            for y in range(k):
                if y != x:
                    star += worth.fields[_pattern(rooms, c, group[x], group[y]), f]
            chance += _exp(star)
            count += 1
    return np.log(chance / count) if count > 1 else 0.0


@numba.njit(cache=True)
def _exp(x: float) -> float:
    """An exponential that neither overflows nor vanishes."""
    return np.exp(min(max(x, -600.0), 600.0))


@numba.njit(cache=True)
def _pattern(rooms: Rooms, c: int, i: int, j: int) -> int:
    if i < j:
        i, j = j, i
    return rooms.pattern[rooms.pair_starts[c] + i * (i - 1) // 2 + j]


@numba.njit(cache=True)
def _sum_up(rooms: Rooms, state: State, worth: Worth, c: int, slot: int, sums: Sums) -> None:
    """Sums of one cluster from nothing."""
    first = rooms.starts[c]
    k = rooms.starts[c + 1] - first
    group = np.empty(k, np.int64)
    count = 0
    for i in range(k):
        if state.slot[first + i] == slot:
            group[count] = i
            count += 1
    sums.penalty[slot] = 0.0
    for x in range(count):
        sums.star[first + group[x]] = 0.0
        for y in range(count):
            if x != y:
                pattern = _pattern(rooms, c, group[x], group[y])
                sums.star[first + group[x]] += worth.fields[pattern]
                if y < x:
                    sums.penalty[slot] += worth.penalty[pattern]
        _exponents(sums, first + group[x])
    _value(rooms, worth, c, slot, group, count, sums)


@numba.njit(cache=True)
def _value(rooms: Rooms, worth: Worth, c: int, slot: int, group: Ints, k: int, sums: Sums) -> None:
    """Evidence of a cluster, by field and whole, into the sums."""
    sums.value[slot] = -2.0 / max(k, 1) * sums.penalty[slot] if k > 1 else 0.0
    for f in range(rooms.said.shape[1]):
        sums.fields[slot, f] = _field(rooms, worth, c, group, k, f)
        sums.value[slot] += sums.fields[slot, f]


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
    worth: Worth,
    alpha: float,
    q: Floats,
    splits: float,
) -> None:
    """One pass: each report is reassigned (Gibbs), then clusters are split and merged.

    Args:
        rng: the generator.
        rooms: components and patterns.
        state: changed in place.
        worth: of each pattern.
        alpha: weight of a cell in the prior.
        q: chance that a list has one more report of somebody it has, a list.
        splits: split-merge attempts for each report of a component.
    """
    log_q, log_p = np.log(q), np.log1p(-q)
    reports, fields = rooms.said.shape
    sums = Sums(
        np.zeros((reports, fields)),
        np.ones((reports, fields)),
        np.zeros(reports),
        np.zeros((reports, fields)),
        np.zeros(reports),
    )
    for c in range(len(rooms.starts) - 1):
        first, k = rooms.starts[c], rooms.starts[c + 1] - rooms.starts[c]
        if k == 1:
            continue
        for slot in range(first, first + k):
            if state.size[slot] > 1:
                _sum_up(rooms, state, worth, c, slot, sums)
        for i in range(k):
            _reassign(rng, rooms, state, worth, alpha, log_q, log_p, c, i, sums)
        if k > 2:
            for _ in range(int(np.ceil(splits * k))):
                _split_or_merge(rng, rooms, state, worth, alpha, log_q, log_p, c, sums)


@numba.njit(cache=True)
def _exponents(sums: Sums, r: int) -> None:
    for f in range(sums.star.shape[1]):
        sums.chance[r, f] = _exp(sums.star[r, f])


@numba.njit(cache=True)
def _joined(
    rooms: Rooms, state: State, worth: Worth, c: int, i: int, sums: Sums
) -> tuple[Floats, Floats, Floats]:
    """Each cluster of a component with report i in it: evidence, by field, and penalties."""
    first = rooms.starts[c]
    k = rooms.starts[c + 1] - first
    fields = rooms.said.shape[1]
    value, by_field, penalty = np.zeros(k), np.zeros((k, fields)), np.zeros(k)
    chance, own = np.zeros((k, fields)), np.zeros((k, fields))
    count = np.zeros((k, fields), np.int64)
    for j in range(k):
        if j == i:
            continue
        d = state.slot[first + j] - first
        pattern = _pattern(rooms, c, i, j)
        penalty[d] += worth.penalty[pattern]
        if state.size[first + d] == 1:
            value[d] = worth.total[pattern]
            by_field[d] = worth.fields[pattern]
            continue
        for f in range(fields):
            if rooms.said[first + i, f] and rooms.said[first + j, f]:
                weight = worth.fields[pattern, f]
                own[d, f] += weight
                chance[d, f] += sums.chance[first + j, f] * worth.ratios[pattern, f]
                count[d, f] += 1
    for d in range(k):
        size = state.size[first + d]
        if size < 2:
            continue
        value[d] = -2.0 / (size + 1) * (sums.penalty[first + d] + penalty[d])
        for f in range(fields):
            if not rooms.said[first + i, f]:  # it takes nothing away
                by_field[d, f] = sums.fields[first + d, f]
            elif count[d, f]:
                by_field[d, f] = np.log((chance[d, f] + _exp(own[d, f])) / (count[d, f] + 1))
            value[d] += by_field[d, f]
    return value, by_field, penalty


@numba.njit(cache=True)
def _reassign(
    rng: np.random.Generator,
    rooms: Rooms,
    state: State,
    worth: Worth,
    alpha: float,
    log_q: Floats,
    log_p: Floats,
    c: int,
    i: int,
    sums: Sums,
) -> None:
    """Take report i out and put it back where its full conditional says."""
    first = rooms.starts[c]
    k = rooms.starts[c + 1] - first
    r, s = first + i, rooms.lists[first + i]
    old = state.slot[r]
    _remove(state, r, s)
    _taken_out(rooms, state, worth, c, i, old, sums)
    value, by_field, penalty = _joined(rooms, state, worth, c, i, sums)
    scores = np.empty(k)
    known = np.full(1 << min(state.on.shape[1], _FEW_LISTS), np.nan)
    free = -1
    top = -np.inf
    for d in range(k):
        if state.size[first + d] == 0:
            if free >= 0:
                scores[d] = -np.inf
                continue
            free = d
            scores[d] = 0.0
        else:
            before = sums.value[first + d] if state.size[first + d] > 1 else 0.0
            scores[d] = value[d] - before
        mask = state.mask[first + d]
        if mask < len(known) and state.on[first + d, s] == 0:
            if np.isnan(known[mask]):  # alike for all clusters of a cell
                known[mask] = _log_add(state, s, first + d, alpha, log_q, log_p)
            scores[d] += known[mask]
        else:
            scores[d] += _log_add(state, s, first + d, alpha, log_q, log_p)
        top = max(top, scores[d])
    total = 0.0
    for d in range(k):
        scores[d] = np.exp(scores[d] - top) if scores[d] > top - 50.0 else 0.0
        total += scores[d]
    left = rng.random() * total
    chosen = free
    for d in range(k):
        left -= scores[d]
        if left < 0:
            chosen = d
            break
    to = first + chosen
    _add(state, r, s, to)
    sums.star[r] = 0.0
    for j in range(k):
        if j != i and state.slot[first + j] == to:
            pattern = _pattern(rooms, c, i, j)
            sums.star[first + j] += worth.fields[pattern]
            _exponents(sums, first + j)
            sums.star[r] += worth.fields[pattern]
    _exponents(sums, r)
    sums.penalty[to] = (sums.penalty[to] if state.size[to] > 2 else 0.0) + penalty[chosen]
    sums.value[to] = value[chosen]
    sums.fields[to] = by_field[chosen]


@numba.njit(cache=True)
def _taken_out(
    rooms: Rooms, state: State, worth: Worth, c: int, i: int, old: int, sums: Sums
) -> None:
    """Keep the sums of the cluster that report i has left."""
    first = rooms.starts[c]
    k = rooms.starts[c + 1] - first
    group = np.empty(k, np.int64)
    count = 0
    for j in range(k):
        if j != i and state.slot[first + j] == old:
            pattern = _pattern(rooms, c, i, j)
            sums.star[first + j] -= worth.fields[pattern]
            _exponents(sums, first + j)
            sums.penalty[old] -= worth.penalty[pattern]
            group[count] = j
            count += 1
    _value(rooms, worth, c, old, group, count, sums)


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
    worth: Worth,
    alpha: float,
    log_q: Floats,
    log_p: Floats,
    c: int,
    sums: Sums,
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
    both = np.empty(k, np.int64)
    both[0], both[1] = i, j
    count = 2
    for m in range(k):
        if m not in (i, j) and state.slot[first + m] in (a, b):
            both[count] = m
            count += 1
    for m in range(count - 1, 2, -1):
        x = rng.integers(2, m + 1)
        both[m], both[x] = both[x], both[m]
    one, two = np.empty(k, np.int64), np.empty(k, np.int64)
    one[0], two[0] = i, j
    ones, twos = 1, 1
    log_chance = 0.0
    for at in range(2, count):
        m = both[at]
        with_one, with_two = 0.0, 0.0
        for x in range(ones):
            with_one += worth.total[_pattern(rooms, c, m, one[x])]
        for x in range(twos):
            with_two += worth.total[_pattern(rooms, c, m, two[x])]
        lead = min(max(with_one / ones - with_two / twos, -30.0), 30.0)
        chance_one = 1.0 / (1.0 + np.exp(-lead))
        joins_one = rng.random() < chance_one if split else state.slot[first + m] == a
        if joins_one:
            log_chance -= np.log1p(np.exp(-lead))
            one[ones] = m
            ones += 1
        else:
            log_chance -= np.log1p(np.exp(lead))
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
    gain = _evidence(rooms, worth, c, both, count) - _evidence(rooms, worth, c, one, ones)
    gain -= _evidence(rooms, worth, c, two, twos)
    log_ratio = prior - gain - log_chance if split else prior + gain + log_chance
    if np.log(rng.random()) >= log_ratio:
        _move_all(rooms, state, moved, twos, b, alpha, log_q, log_p)
        return
    _sum_up(rooms, state, worth, c, a, sums)
    if split:
        _sum_up(rooms, state, worth, c, to, sums)


@numba.njit(cache=True)
def comparisons(
    rng: np.random.Generator, rooms: Rooms, state: State, worth: Worth, patterns: int
) -> Floats:
    """How often each pattern is compared within clusters, field by field.

    In each field of each cluster an original is drawn given the rest, and the others are
    compared with it: a cluster of K reports that say the field gives K - 1 comparisons.

    Returns:
        Shape (patterns, fields).
    """
    fields = rooms.said.shape[1]
    found = np.zeros((patterns, fields))
    group = np.empty(len(rooms.members), np.int64)
    chance = np.empty(len(rooms.members))
    for c in range(len(rooms.starts) - 1):
        first, k = rooms.starts[c], rooms.starts[c + 1] - rooms.starts[c]
        for slot in range(first, first + k):
            if state.size[slot] < 2:
                continue
            for f in range(fields):
                count = 0
                for i in range(k):
                    if state.slot[first + i] == slot and rooms.said[first + i, f]:
                        group[count] = i
                        count += 1
                if count < 2:
                    continue
                total = 0.0
                for x in range(count):
                    star = 0.0
                    for y in range(count):
                        if x != y:
                            pattern = _pattern(rooms, c, group[x], group[y])
                            star += worth.fields[pattern, f]
                    total += _exp(star)
                    chance[x] = total
                left, x = rng.random() * total, 0
                while x < count - 1 and chance[x] < left:
                    x += 1
                for y in range(count):
                    if y != x:
                        found[_pattern(rooms, c, group[x], group[y]), f] += 1.0
    return found
