"""A partition of reports, what it may be, and what the prior says of it.

Notation. r: a report, on list s. A cluster's cell h is the set of lists it is on, a bit
a list. A cluster hangs together: candidate pairs within it lead from each report to each
other one.

Prior `OVERLAP` (S. Aleshin-Guendel and M. Sadinle, "Multifile partitioning for record
linkage and duplicate detection", JASA 118, 2023): the number of clusters n uniform, cells
Dirichlet-multinomial with weight `alpha` each, a cluster's reports on one list
1 + geometric with parameter q[s]. Up to a constant, with A = alpha times the cells,

    p(partition) = n! Gamma(A) / Gamma(n + A) prod_h Gamma(n_h + alpha) / Gamma(alpha)
                   prod over clusters and their lists of c! (1 - q_s) q_s^(c - 1)

Prior `EWENS`, within components of the candidate graph: theta^n prod_k (size_k - 1)!.
Prior `FLAT`: every partition alike.

Human decisions are hard: reports that are said to be one person are a unit and move as
one; reports that are said to be different never share a cluster.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from uncounted._numba import compiled, compiled_in_place, compiled_inner, lend
from uncounted.linkage.arrays import Codes, Flags, Floats, Ints, Kinds, Singles
from uncounted.linkage.comparison import levels as compare
from uncounted.linkage.encoding.kernel_arrays import ReportArrays

OVERLAP, EWENS, FLAT = 0, 1, 2
FIRM, WEAK, FAINT = 0, 1, 2  # kinds of candidates, by how likely they are joined
MOST_EXACT_LISTS = 12  # with more lists, cells count lists and no longer tell which
# No candidate, nor a cluster of its own, is proposed for less, before those together share. A guess
# rests on some ten looks: who was not seen joined may be so once in thirty, would be proposed as
# seldom as guessed, and stay away or there for as long.
MIN_PROPOSAL_WEIGHT = 3e-3
NOTHING_SEEN = np.zeros(0, np.float32)
BUFFERED_REPORTS = 64  # reports of a cluster for which a chain keeps room: one word of bits
# Log of a chance that is none, finite: where a decision has put two reports of a list together
# without duplicates, it is in every option, and cancels.
_REFUSED = -1e6


class ClusterBuffers(NamedTuple):
    """What is read of a cluster of k reports.

    `codes` has the packed levels of each pair x > y, at x (x - 1) / 2 + y. By report, `alike` sums
    what its pairs were worth before any partition, and `explained` what different people explain
    of them.

    The others are of one field. `seen` has four counts of 16 bits each (so k is at most 65,536),
    from the lowest: with how many a report can be compared, with how many of these it agrees, from
    how many it is a slip away, and with how many it agrees in all there is to say. `copies` is the
    log of the product of t / u if it is the original. `right` and `wrong` have a bit for each
    report that it agrees with, and does not, if any report does not: shape (k, words of 64 bits).
    `weight` is how likely each is the original, `differ` and `recur` what reports that are
    different from it say of one another (`cluster_likelihood.recurring`); `group` has the reports.
    """

    codes: NDArray[np.int32]
    alike: NDArray[np.float64]
    explained: NDArray[np.float64]
    seen: NDArray[np.int64]
    copies: NDArray[np.float64]
    right: NDArray[np.int64]
    wrong: NDArray[np.int64]
    weight: NDArray[np.float64]
    differ: NDArray[np.int64]
    recur: NDArray[np.float64]
    group: NDArray[np.int32]


class Graph(NamedTuple):
    """Reports, and the candidate pairs between them. Report r is on `lists[r]`.

    The candidates of r are `near[starts[r]:starts[r + 1]]`, ascending, each with the packed
    levels of the pair and how `weak` it is: `FIRM`, `WEAK` or `FAINT`. Of its firm candidates
    `firm[firm_starts[r]:firm_starts[r + 1]]` are the places in `near`, and `firm_near` has who
    they are: they are read most, and stand together. `unit` has the first report of each report's
    unit, and `mate` links the reports of a unit in a ring (alone: to itself). Those from whom a
    decision parts r are `apart[apart_starts[r]:apart_starts[r + 1]]`.
    """

    starts: Ints
    near: Codes
    codes: Codes
    weak: Kinds
    informed: Flags  # whether guesses propose where a report goes
    lists: Ints
    unit: Codes
    mate: Codes
    apart_starts: Ints
    apart: Codes
    dense: Codes  # packed levels of all pairs i > j at i (i - 1) / 2 + j, or empty
    arrays: ReportArrays  # to compare a pair that is no candidate
    buffers: ClusterBuffers  # room to read clusters in, of a chain, or of none
    # what stands together of firm candidates (`candidate_graph.with_firm`)
    firm_starts: Ints = np.zeros(0, np.int64)
    firm: Codes = np.zeros(0, np.int32)
    firm_near: Codes = np.zeros(0, np.int32)
    firm_weights: Singles = NOTHING_SEEN  # `proposal_weights` of firm ones, as in `firm`
    total_weights: Floats = np.zeros(0)  # of each report's firm ones, and of a cluster of its own
    # what chains have seen; empty before they have
    link_probability: Singles = NOTHING_SEEN  # of each candidate, where it is an option
    alone: Singles = NOTHING_SEEN  # how likely each report goes to a cluster of its own
    proposal_weights: Singles = NOTHING_SEEN  # by which candidates of a report are proposed
    moving: Singles = NOTHING_SEEN  # how likely each report is not where it is most often
    tries: Singles = NOTHING_SEEN  # attempts in a sweep to split or merge, for each candidate
    tries_of: Singles = NOTHING_SEEN  # and for all of each report
    # the pairs that a chain remembers, each in the place of its hash, and where it holds logs
    met: Ints = np.zeros(0, np.int64)
    met_worth: Floats = np.zeros(0)


class PriorParameters(NamedTuple):
    """Which prior, and its parameters: weight of a cell, log theta, and q by list."""

    kind: int
    alpha: float
    log_theta: float
    q: Floats


class PartitionState(NamedTuple):
    """A partition, with the counts that the prior needs and the evidence of each cluster.

    `slot` says which cluster a report is in; `head` a cluster's first report (-1: none), `after`
    and `before` link its reports. The last `idle[0]` of `spare` are empty slots.
    """

    slot: Codes
    head: Codes
    after: Codes
    before: Codes
    size: Codes
    mask: Ints
    on: Codes
    value: Floats
    cells: Ints
    n: Ints  # one number
    spare: Codes
    idle: Ints  # one number


def empty_state(count: int, lists: int) -> PartitionState:
    """A state with no report placed."""
    cells = 1 << lists if lists <= MOST_EXACT_LISTS else lists + 1
    return PartitionState(
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
def cluster_buffers(k: int) -> ClusterBuffers:
    """Room for up to k reports."""
    logs, words = np.empty((5, k)), np.empty((3, k, (k + 63) // 64), np.int64)
    codes, seen = np.empty(k * (k - 1) // 2, np.int32), np.empty(k, np.int64)
    group = np.empty(k, np.int32)
    of_field = seen, logs[2], words[0], words[1], logs[3], words[2], logs[4]
    return ClusterBuffers(codes, logs[0], logs[1], *of_field, group)


@compiled_inner
def cell_of(mask: int | np.int64, lists: int) -> int:
    """The cell of a set of lists."""
    if lists <= MOST_EXACT_LISTS:
        return int(mask)
    found, rest = 0, int(mask)
    while rest:
        found += rest & 1
        rest >>= 1
    return found


@compiled_inner
def add(state: PartitionState, r: int, s: int, slot: int) -> None:
    """Put report r of list s into a slot, and keep the counts; an empty one must be `fresh`."""
    lists = state.on.shape[1]
    if state.size[slot]:
        state.cells[cell_of(state.mask[slot], lists)] -= 1
    else:
        state.n[0] += 1
        state.idle[0] -= 1
    state.size[slot] += 1
    state.on[slot, s] += 1
    state.mask[slot] |= np.int64(1) << s
    state.cells[cell_of(state.mask[slot], lists)] += 1
    state.slot[r] = slot
    first = state.head[slot]
    state.after[r], state.before[r] = first, -1
    if first >= 0:
        state.before[first] = r
    state.head[slot] = r


@compiled_inner
def remove(state: PartitionState, r: int, s: int) -> None:
    """Take report r out. A cluster left empty gives its slot back."""
    lists = state.on.shape[1]
    slot = state.slot[r]
    state.cells[cell_of(state.mask[slot], lists)] -= 1
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
        state.cells[cell_of(state.mask[slot], lists)] += 1
    else:
        state.n[0] -= 1
        state.spare[state.idle[0]] = slot
        state.idle[0] += 1
        state.value[slot] = 0.0
    state.slot[r] = -1


@compiled_inner
def fresh(state: PartitionState) -> int:
    """The empty slot that `add` takes next."""
    slot: int = state.spare[state.idle[0] - 1]
    return slot


@compiled_inner
def log_add(state: PartitionState, prior: PriorParameters, s: int, slot: int) -> float:
    """Log of prior(after) / prior(before) for putting one report of list s into a slot."""
    size = state.size[slot]
    if prior.kind == FLAT:
        return 0.0
    if prior.kind == EWENS:
        return np.log(float(size)) if size else prior.log_theta
    lists: int = state.on.shape[1]
    bit = np.int64(1) << s
    already = state.on[slot, s]
    if already:
        again: float = np.log(already + 1.0)
        return again + (np.log(prior.q[s]) if prior.q[s] > 0 else _REFUSED)
    log_p: float = np.log1p(-prior.q[s])
    if size == 0:
        n = state.n[0]
        total: float = np.log(n + 1.0) - np.log(n + prior.alpha * (len(state.cells) - 1))
        total += np.log(state.cells[cell_of(bit, lists)] + prior.alpha) + log_p
        return total - (np.log(float(lists)) if lists > MOST_EXACT_LISTS else 0.0)
    before, after = cell_of(state.mask[slot], lists), cell_of(state.mask[slot] | bit, lists)
    total = np.log(state.cells[after] + prior.alpha)
    total -= np.log(state.cells[before] - 1.0 + prior.alpha)
    if lists > MOST_EXACT_LISTS:  # the sets of so many lists share their cell alike
        total -= np.log((lists - before) / (before + 1.0))
    return total + log_p


@compiled_inner
def members(state: PartitionState, slot: int, group: Codes, at: int) -> int:
    """Write a cluster's reports into `group` from place `at`; the place after them."""
    r = state.head[slot]
    while r >= 0:
        group[at] = r
        at += 1
        r = state.after[r]
    return at


@compiled
def place(graph: Graph, state: PartitionState, label: NDArray[np.int64]) -> None:
    """Fill an empty state: reports of one label together. Labels must heed the decisions."""
    graph, state = lend(graph), lend(state)
    slots = np.full(len(label), -1, np.int32)
    for r in range(len(label)):
        if slots[label[r]] < 0:
            slots[label[r]] = fresh(state)
        add(state, r, graph.lists[r], slots[label[r]])


@compiled_inner
def unit_of(graph: Graph, r: int, unit: Codes) -> int:
    """Write the reports of r's unit, r first; how many."""
    unit[0] = r
    size = 1
    mate = graph.mate[r]
    while mate != r:
        unit[size] = mate
        size += 1
        mate = graph.mate[mate]
    return size


@compiled_inner
def code_of(graph: Graph, i: int, j: int) -> int:
    """Packed levels of any pair."""
    if i < j:
        i, j = j, i
    if len(graph.dense):
        code: int = graph.dense[np.int64(i) * (i - 1) // 2 + j]
        return code
    at = edge(graph, i, j)
    if at >= 0:
        code = graph.codes[at]
    else:
        code = compare.pair(graph.arrays, i, j)
    return code


@compiled_in_place
def looked_at(graph: Graph, r: int, weakest: int) -> tuple[int, int]:
    """The range of numbers that `candidate` knows, of the candidates of r down to `weakest`."""
    if weakest == FIRM:
        return graph.firm_starts[r], graph.firm_starts[r + 1]
    return graph.starts[r], graph.starts[r + 1]


@compiled_in_place
def candidate(graph: Graph, number: int, weakest: int) -> int:
    """Where the candidate of this number (`looked_at`) stands in `near`."""
    return graph.firm[number] if weakest == FIRM else number


@compiled_in_place
def singleton_weight(graph: Graph, r: int) -> float:
    """As `Graph.proposal_weights`, for a cluster of its own."""
    weight: float = max(graph.alone[r], MIN_PROPOSAL_WEIGHT)
    return weight


@compiled_inner
def edge(graph: Graph, i: int, j: int) -> int:
    """The index of a candidate pair, or -1."""
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


@compiled_inner
def _joined(graph: Graph, i: int, j: int) -> bool:
    return edge(graph, i, j) >= 0 or graph.unit[i] == graph.unit[j]


@compiled
def hangs_together(graph: Graph, group: Codes, k: int) -> bool:
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
