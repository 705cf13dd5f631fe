"""The graph of candidate pairs: which reports may be in one cluster.

A pair is a candidate when its match probability before any partition passes the floor. What the
floor may have cost is reported. Decisions link or separate reports whatever their probability.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np
from numpy.typing import NDArray
from scipy import special

from uncounted._numba import compiled
from uncounted.errors import NotLinkable, UsedWrongly
from uncounted.linkage.arrays import Codes, Floats, Ints, Kinds, Singles, connected
from uncounted.linkage.diagnostics import CandidateDiagnostics
from uncounted.linkage.encoding.encode import Encoded
from uncounted.linkage.sampler.state import (
    FAINT,
    FIRM,
    MIN_PROPOSAL_WEIGHT,
    NOTHING_SEEN,
    WEAK,
    Graph,
    cluster_buffers,
)

Decision = tuple[int, int, bool]  # two reports, and whether they are one person
MOST_NEAR = 40  # candidates a report on average; past it the floor rises
# A candidate pair less likely than these before any fitting is weak, and faint.
WEAK_BELOW, FAINT_BELOW = 0.02, 1e-3
# Once it is known how likely candidates are joined where they are options, firm are those that
# are with such a chance at the least, and weak; and each is proposed with one at the least.
FIRM_FROM, WEAK_FROM, MIN_LINK_PROBABILITY = 3e-4, 1e-5, 1e-4
MOST_FLOOR = 0.5  # a rule that leaves out what is likelier than not would find no one
_STEP = 0.5  # in log odds
_TOGETHER = 0.05  # pairs likelier than this are one person in a chain that starts together
_LARGEST = 30  # reports of a person at such a start


@attrs.frozen
class CandidatePairs:
    """Pairs of reports, left > right, and how likely each is before any fitting."""

    left: Ints
    right: Ints
    codes: Codes  # packed levels
    log_odds: NDArray[np.float64]

    def only(self, kept: NDArray[np.bool_]) -> CandidatePairs:
        """Those of them."""
        return CandidatePairs(
            self.left[kept], self.right[kept], self.codes[kept], self.log_odds[kept]
        )


@attrs.frozen
class CandidateGraph:
    """The graph, its components, the candidates in it, and what was left out."""

    graph: Graph
    component: Ints
    kept: CandidatePairs
    diagnostics: CandidateDiagnostics


def build(
    encoded: Encoded, pairs: CandidatePairs, *, floor: float, decisions: Sequence[Decision] = ()
) -> CandidateGraph:
    """Make the graph of the pairs that are as likely as the floor before any fitting.

    `pairs` are all that were compared; if these are all there are, their levels are kept. Refused
    if decisions contradict each other, or reports have too many candidates even at a higher floor.
    """
    count = encoded.count
    unit = decided_units(count, decisions)
    log_floor = float(special.logit(floor))
    keep = pairs.log_odds >= log_floor
    while 2 * keep.sum() > MOST_NEAR * count:
        if log_floor >= 0:
            raise NotLinkable(
                f"each report has on average more than {MOST_NEAR} candidate matches",
                hint="check whether a list was imported twice or has the same values in every row",
            )
        log_floor = min(log_floor + _STEP, 0.0)
        keep = pairs.log_odds >= log_floor
    chance = special.expit(pairs.log_odds)
    kept = pairs.only(keep)
    starts, near, codes, weak = _rows(count, kept)
    everything = len(pairs.left) == count * (count - 1) // 2
    apart_starts, apart = decided_apart(count, decisions)
    graph = Graph(
        starts=starts,
        near=near,
        codes=codes,
        weak=weak,
        informed=np.zeros(count, np.bool_),
        lists=encoded.source.astype(np.int64),
        unit=unit,
        mate=unit_rings(unit),
        apart_starts=apart_starts,
        apart=apart,
        dense=_dense(pairs, count) if everything else np.zeros(0, np.int32),
        arrays=encoded.arrays,
        buffers=cluster_buffers(0),
    )
    joined = [(i, j) for i, j, same in decisions if same]
    endpoints = np.array(joined, np.int64).reshape(-1, 2)
    component = connected(
        count,
        np.concatenate([kept.left, endpoints[:, 0]]),
        np.concatenate([kept.right, endpoints[:, 1]]),
    )
    diagnostics = CandidateDiagnostics(
        candidate_pairs=int(keep.sum()),
        components=int((np.bincount(component) > 1).sum()),
        largest_component=int(np.bincount(component).max()),
        min_match_probability=float(special.expit(log_floor)),
        expected_matches_below_min=round(float(chance[~keep].sum()), 2),
    )
    return CandidateGraph(with_firm(graph), component, kept, diagnostics)


def near_one_another(count: int, pairs: CandidatePairs, floor: float) -> Ints:
    """Order of reports with candidates near (Cuthill and McKee 1969); ties by position."""
    kept = pairs.only(pairs.log_odds >= special.logit(floor))
    starts, near, _, _ = _rows(count, kept)
    return _breadth_first(starts, near, np.argsort(np.diff(starts), kind="stable"))


@compiled
def _breadth_first(starts: Ints, near: Codes, roots: Ints) -> Ints:
    """From each root that is not reached yet; at each step, those with fewest neighbours first."""
    order = np.empty(len(roots), np.int64)
    reached = np.zeros(len(roots), np.bool_)
    count, at = 0, 0
    for root in roots:
        if reached[root]:
            continue
        reached[root], order[count] = True, root
        count += 1
        while at < count:
            r, first = order[at], count
            at += 1
            for x in range(starts[r], starts[r + 1]):
                j = near[x]
                if reached[j]:
                    continue
                reached[j] = True
                wide, place = starts[j + 1] - starts[j], count
                while place > first:
                    before = order[place - 1]
                    if starts[before + 1] - starts[before] <= wide:
                        break
                    order[place] = before
                    place -= 1
                order[place] = j
                count += 1
    return order


def start(built: CandidateGraph, *, together: bool, once_a_list: bool) -> Ints:
    """Labels to start from: all apart, or likely matches `together`, likeliest first."""
    graph = built.graph
    label = graph.unit.astype(np.int64)
    if not together:
        return label
    kept = built.kept
    wanted = np.flatnonzero(kept.log_odds >= special.logit(_TOGETHER))
    order = wanted[np.argsort(-kept.log_odds[wanted], kind="stable")]
    _join(graph, kept.left[order], kept.right[order], label, once_a_list)
    return label


def hanging_together(graph: Graph, labels: Codes) -> Ints:
    """The same people, apart where no candidates of this graph lead from one report to another."""
    owner = whose(graph)
    within = labels[owner] == labels[graph.near]
    one = np.concatenate([owner[within], np.arange(len(labels))])
    other = np.concatenate([graph.near[within], graph.unit])
    return connected(len(labels), one, other)


@compiled
def _join(graph: Graph, left: Ints, right: Ints, label: Ints, once_a_list: bool) -> None:
    count = len(label)
    following = np.full(count, -1, np.int64)  # the reports of a label, from its root
    last = np.arange(count)
    size = np.ones(count, np.int64)
    mask = np.int64(1) << graph.lists
    for r in range(count):
        root = label[r]
        if root != r:
            following[last[root]] = r
            last[root] = r
            size[root] += 1
            mask[root] |= mask[r]
    for at in range(len(left)):
        a, b = label[left[at]], label[right[at]]
        if a == b or size[a] + size[b] > _LARGEST or (once_a_list and mask[a] & mask[b]):
            continue
        forbidden = False
        r = a
        while r >= 0:
            for x in range(graph.apart_starts[r], graph.apart_starts[r + 1]):
                forbidden = forbidden or label[graph.apart[x]] == b
            r = following[r]
        if forbidden:
            continue
        following[last[a]] = b
        last[a] = last[b]
        size[a] += size[b]
        mask[a] |= mask[b]
        r = b
        while r >= 0:
            label[r] = a
            r = following[r]


def decided_units(count: int, decisions: Sequence[Decision]) -> Codes:
    """The first report of each report's unit, those that decisions have made one person."""
    joined = np.array([(i, j) for i, j, same in decisions if same], np.int64).reshape(-1, 2)
    label = connected(count, joined[:, 0], joined[:, 1])
    first = np.full(label.max() + 1 if count else 0, count, np.int32)
    np.minimum.at(first, label, np.arange(count, dtype=np.int32))
    unit = first[label]
    for i, j, same in decisions:
        if not same and unit[i] == unit[j]:
            raise UsedWrongly(
                "decisions contradict each other: two reports are decided to be the"
                " same and to be different",
                hint="some are the same through a third report: undo one of them",
            )
    return unit


def unit_rings(unit: Codes) -> Codes:
    """Link the reports of each unit in a ring."""
    order = np.argsort(unit, kind="stable").astype(np.int32)
    held = unit[order]
    last = np.append(held[1:] != held[:-1], True)[: len(unit)]
    first = np.append(True, last[:-1])[: len(unit)]
    mate = np.empty(len(unit), np.int32)
    mate[order] = np.roll(order, -1)
    mate[order[last]] = order[first]
    return mate


def decided_apart(count: int, decisions: Sequence[Decision]) -> tuple[Ints, Codes]:
    """The reports that decisions keep apart from each report, as row starts and reports."""
    rows = np.array([(i, j) for i, j, same in decisions if not same], np.int64).reshape(-1, 2)
    both = np.concatenate([rows, rows[:, ::-1]])
    both = both[np.lexsort((both[:, 1], both[:, 0]))]
    return np.searchsorted(both[:, 0], np.arange(count + 1)), both[:, 1].astype(np.int32)


def _rows(count: int, kept: CandidatePairs) -> tuple[Ints, Codes, Codes, Kinds]:
    """Each report's candidates in order, from pairs said once."""
    one = np.concatenate([kept.left, kept.right])
    two = np.concatenate([kept.right, kept.left])
    order = np.lexsort((two, one))
    starts = np.zeros(count + 1, np.int64)
    np.cumsum(np.bincount(one, minlength=count), out=starts[1:])
    codes = np.concatenate([kept.codes, kept.codes])[order]
    weak = np.full(len(kept.left), FIRM, np.uint8)
    weak[kept.log_odds < special.logit(WEAK_BELOW)] = WEAK
    weak[kept.log_odds < special.logit(FAINT_BELOW)] = FAINT
    return starts, two[order].astype(np.int32), codes, np.concatenate([weak, weak])[order]


def whose(graph: Graph) -> Ints:
    """The report of each candidate, as in `Graph.near`."""
    return np.repeat(np.arange(len(graph.lists)), np.diff(graph.starts))


def as_either_sees(graph: Graph, values: Floats | Singles) -> Floats | Singles:
    """For each pair, the greater of the two values of its candidates; NaN if there is none."""
    greater: Floats | Singles = np.fmax(values, values[_back(graph.starts, graph.near)])
    return greater


@compiled
def _back(starts: Ints, near: Codes) -> Ints:
    """Where the other of each candidate pair has it: both rows do, and rows ascend."""
    back, following = np.empty(len(near), np.int64), starts.copy()
    for at in range(len(near)):
        back[at] = following[near[at]]
        following[near[at]] += 1
    return back


def with_kinds(graph: Graph, weak: Kinds) -> Graph:
    """The same graph with other candidates firm, weak and faint."""
    return with_firm(graph._replace(weak=weak))


def with_firm(graph: Graph) -> Graph:
    """The same graph, where what is read of firm candidates stands together, as they are now."""
    firm = np.flatnonzero(graph.weak == FIRM).astype(np.int32)
    graph = graph._replace(
        firm_starts=np.searchsorted(firm, graph.starts), firm=firm, firm_near=graph.near[firm]
    )
    if not len(graph.proposal_weights):
        return graph._replace(firm_weights=NOTHING_SEEN, total_weights=np.zeros(0))
    firm_weights = graph.proposal_weights[firm]
    total = np.maximum(graph.alone.astype(np.float64), MIN_PROPOSAL_WEIGHT)
    owner = np.repeat(np.arange(len(total)), np.diff(graph.firm_starts))
    np.add.at(total, owner, firm_weights.astype(np.float64))
    return graph._replace(firm_weights=firm_weights, total_weights=total)


def all_firm(graph: Graph) -> Graph:
    """The same graph, where each candidate is an option at every visit and nothing is guessed."""
    plain = graph._replace(
        link_probability=NOTHING_SEEN,
        alone=NOTHING_SEEN,
        proposal_weights=NOTHING_SEEN,
        moving=NOTHING_SEEN,
        tries=NOTHING_SEEN,
        tries_of=NOTHING_SEEN,
        informed=np.zeros_like(graph.informed),
    )
    return with_kinds(plain, np.full_like(graph.weak, FIRM))


def firmer(graph: Graph, slots: Sequence[Codes]) -> Graph:
    """The same graph, where candidates who are in one slot, in any of several states, are firm."""
    one = whose(graph)
    weak, seldom = graph.weak.copy(), np.flatnonzero(graph.weak != FIRM)
    for slot in slots:
        met = slot[graph.near[seldom]] == slot[one[seldom]]
        weak[seldom[met]] = FIRM
        seldom = seldom[~met]
    return with_kinds(graph, weak)


def guessing(graph: Graph, joined: Floats | Singles, alone: Floats | Singles) -> Graph:
    """The same graph with link probabilities of candidates (NaN: none), and kinds by these."""
    most = as_either_sees(graph, joined)
    seen = (graph.weak != FIRM) & ~np.isnan(most)
    kinds = graph.weak.copy()
    kinds[seen] = np.select([most >= FIRM_FROM, most >= WEAK_FROM], [FIRM, WEAK], FAINT)[seen]
    link_probability, alone = (
        np.fmax(each, MIN_LINK_PROBABILITY).astype(np.float32) for each in (joined, alone)
    )
    return with_kinds(graph._replace(link_probability=link_probability, alone=alone), kinds)


def _dense(pairs: CandidatePairs, count: int) -> Codes:
    out = np.zeros(count * (count - 1) // 2, np.int32)
    out[pairs.left * (pairs.left - 1) // 2 + pairs.right] = pairs.codes
    return out
