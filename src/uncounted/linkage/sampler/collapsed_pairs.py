"""The pairs that collapsed Gibbs steps for m sum out (`collapsed_m`).

At each level, and at all slips and all different levels of a field: the most uncertain pairs, no
report in two of them. The choice does not depend on the state.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from uncounted._numba import compiled
from uncounted.linkage.arrays import Codes, Floats, Ints, Kinds
from uncounted.linkage.comparison import levels
from uncounted.linkage.sampler.candidate_graph import as_either_sees, whose
from uncounted.linkage.sampler.pair_likelihood import (
    DIFFERENT,
    SLIP,
    MatchWeights,
    agreement,
    explained,
)
from uncounted.linkage.sampler.state import Graph

# Doubt of a chance p is p (1 - p). A rate of which less than so much is in doubt is known well
# enough, and one that more links teach, too: it is drawn in turn with the partition alone.
_LEAST_SHARE, MOST_LINKS = 0.05, 1000
_LEAST_DOUBT, _MOST_OF_IT = 1e-4, 0.95  # pairs with less, and those with the rest, are left out


class CollapsedPairs(NamedTuple):
    """The pairs to sum out, step by step.

    Step x is about level `level[x]` of a field, or, if that is 0, about how often its reports are
    of `kind[x]`. It has the runs `runs[x]` to `runs[x + 1]`: pairs of the same levels and lists.
    Those of run y are `pairs[y]` to `pairs[y + 1]` of `one`, `two` and `link_probability`, the
    share of visits at which they were joined. Of each run: packed levels, and log of how likely
    different people show them.
    """

    field: Ints
    level: Ints
    kind: Ints
    runs: Ints
    codes: Codes
    others: Floats
    pairs: Ints
    one: Codes
    two: Codes
    link_probability: Floats


class _Pairs(NamedTuple):
    one: Ints
    two: Codes
    link_probability: Floats
    doubt: Floats
    row: Ints  # among distinct packed levels
    run: Ints  # the same for pairs of the same levels and lists


def choose(graph: Graph, worth: MatchWeights, kinds: Kinds, log_u: Floats) -> CollapsedPairs:
    """Choose the pairs to sum out, by `worth` without its present m; `kinds` 0: no rate."""
    codes, explained_, pairs = _in_doubt(graph, worth)
    shown = levels.unpacked(codes)
    links, doubts = (
        np.bincount(pairs.row, each, len(codes)) for each in (pairs.link_probability, pairs.doubt)
    )
    steps, chosen = list[tuple[int, int, int]](), [np.zeros(0, np.int64)]
    for field, row in enumerate(kinds):
        for level, kind in _to_draw(row):
            here = shown[:, field] == level if level else row[shown[:, field]] == kind
            linked = links[here].sum()
            if linked <= MOST_LINKS and doubts[here].sum() > _LEAST_SHARE * linked:
                mine = _most_in_doubt(len(graph.mate), pairs, here[pairs.row])
                if len(mine):
                    steps.append((field, level, kind))
                    chosen.append(mine)
    others = _sums(log_u, codes) + explained_
    return _in_steps(steps, chosen, codes, others, pairs)


def _in_doubt(graph: Graph, worth: MatchWeights) -> tuple[Codes, Floats, _Pairs]:
    """Distinct levels, what is explained of them, and candidates without decisions."""
    one, two = whose(graph), graph.near
    free = (graph.mate == np.arange(len(graph.mate))) & (np.diff(graph.apart_starts) == 0)
    at = np.flatnonzero((two < one) & free[one] & free[two])
    link_probability = as_either_sees(graph, graph.link_probability)[at].astype(np.float64)
    codes, row = np.unique_inverse(graph.codes[at])
    explained_ = _explained(worth, codes)
    log_odds = _sums(worth.first, codes) - explained_ - np.log(len(graph.mate))
    likely = special.expit(log_odds)[row]
    doubt = np.maximum(link_probability * (1 - link_probability), likely * (1 - likely))
    s, t = np.sort(graph.lists[np.stack([one[at], two[at]])], axis=0)
    lists = int(graph.lists.max(initial=0)) + 1
    pairs = _Pairs(one[at], two[at], link_probability, doubt, row, (row * lists + s) * lists + t)
    return codes, explained_, pairs


def _to_draw(kinds: Kinds) -> list[tuple[int, int]]:
    """Levels that share a kind, each with it; and 0 with the kinds of error that there are."""
    many = np.bincount(kinds, minlength=4)
    shared = [(int(at), int(kinds[at])) for at in np.flatnonzero(kinds) if many[kinds[at]] > 1]
    return [*shared, *((0, kind) for kind in (SLIP, DIFFERENT) if many[kind])]


def _most_in_doubt(count: int, pairs: _Pairs, here: NDArray[np.bool_]) -> Ints:
    """Of the pairs that are here, those most in doubt with no report in two of them; by run."""
    mine = np.flatnonzero(here & (pairs.doubt > _LEAST_DOUBT))
    mine = mine[np.argsort(-pairs.doubt[mine], kind="stable")]
    before = np.cumsum(pairs.doubt[mine]) - pairs.doubt[mine]
    mine = mine[before < _MOST_OF_IT * pairs.doubt[mine].sum()]
    mine = mine[_matched(count, pairs.one[mine], pairs.two[mine])]
    return np.asarray(mine[np.argsort(pairs.run[mine], kind="stable")])


@compiled
def _matched(count: int, one: Ints, two: Codes) -> NDArray[np.bool_]:
    """Pairs in turn, if neither of the two is in one before."""
    taken, kept = np.zeros(count, np.bool_), np.zeros(len(one), np.bool_)
    for at in range(len(one)):
        if not (taken[one[at]] or taken[two[at]]):
            taken[one[at]] = taken[two[at]] = kept[at] = True
    return kept


def _in_steps(
    steps: list[tuple[int, int, int]],
    chosen: list[Ints],
    codes: Codes,
    others: Floats,
    pairs: _Pairs,
) -> CollapsedPairs:
    """Pairs chosen in each step (after none), one after the other, and where runs begin."""
    mine = np.concatenate(chosen)
    step = np.repeat(np.arange(len(steps)), [len(each) for each in chosen[1:]])
    new = (np.diff(pairs.run[mine]) != 0) | (np.diff(step) != 0)
    first = np.flatnonzero(np.append(True, new)[: len(mine)])
    field, level, kind = np.array(steps, np.int64).reshape(-1, 3).T.copy()
    of_runs = pairs.row[mine[first]]
    return CollapsedPairs(
        field=field,
        level=level,
        kind=kind,
        runs=np.searchsorted(step[first], np.arange(len(steps) + 1)),
        codes=codes[of_runs],
        others=others[of_runs],
        pairs=np.append(first, len(mine)),
        one=pairs.one[mine].astype(np.int32),
        two=pairs.two[mine],
        link_probability=pairs.link_probability[mine],
    )


@compiled
def _explained(worth: MatchWeights, codes: Codes) -> Floats:
    out = np.empty(len(codes))
    for at in range(len(codes)):
        out[at] = explained(worth, codes[at])
    return out


@compiled
def _sums(table: Floats, codes: Codes) -> Floats:
    out = np.empty(len(codes))
    for at in range(len(codes)):
        out[at] = agreement(table, codes[at])
    return out
