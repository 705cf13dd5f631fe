"""Random-scan schedule: how often each report is updated in a sweep, adapted to how it moves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from uncounted._numba import compiled
from uncounted.linkage.arrays import Codes, Floats, Ints, Singles
from uncounted.linkage.sampler.candidate_graph import as_either_sees, whose
from uncounted.linkage.sampler.state import Graph

Turns = NDArray[np.uint8]

SELDOM = 0.25  # visits at a report's turn, at the least
RESTLESS = 0.00625  # chance of moving, at a visit, from which it is visited at each of its turns
ALWAYS = 2  # a report whose turn it is in every sweep
_DOUBT = 1e-3  # that of a guess p is p (1 - p): with less, whose turn it is does not matter
_STILL = 0.01  # who moves less is not worth a turn in every sweep
_AS_OFTEN = 0.8  # of how often a report moves, others move who may be one with it: either decides
_FADES = 0.25  # what a look on the way from the start counts for when visits are settled after it


class ScanSchedule(NamedTuple):
    """How often each report is visited in a sweep, and what came of it.

    Arrays of one a report: it is its turn in every second sweep (`turns`: 0 or 1) or in each
    (`ALWAYS`), and `often` is the mean number of visits then; `times` counts those since it was
    last settled, and `moves` sums the chances, known or guessed, that it is not where it is
    likeliest. At some visits all chances are worked out: `worked` counts these, and `alone` sums
    the chances of a cluster of its own. `again` sums the chances that two draws are alike there,
    and `proposed` those that a draw is where one by guesses would be.
    Arrays of one a candidate, as in `Graph.near`: `looks` counts where it was an option, and
    `joins` sums the chances that the visited report went to where it was.
    `sweeps[0]` counts sweeps, looks at all candidates among them: by it goes whose turn it is.
    """

    turns: Turns
    often: Floats
    times: Ints
    moves: Floats
    sweeps: Ints
    worked: Singles
    alone: Singles
    again: Singles
    proposed: Singles
    looks: Singles
    joins: Singles


def every(graph: Graph) -> ScanSchedule:
    """Each report once a sweep."""
    count, near = len(graph.lists), len(graph.near)
    reports, candidates = np.zeros((4, count), np.float32), np.zeros((2, near), np.float32)
    turns, times = np.full(count, ALWAYS, np.uint8), np.zeros(count, np.int64)
    often, moves, sweeps = np.ones(count), np.zeros(count), np.zeros(1, np.int64)
    return ScanSchedule(turns, often, times, moves, sweeps, *reports, *candidates)


def alternate_turns(graph: Graph) -> Turns:
    """In which of two sweeps, by turns, each report is visited, as candidates are guessed.

    Of two reports in doubt with one another, one visit decides as well as two: those most in doubt
    have different turns (the maximum spanning tree of doubts, in two colours). A report that may
    join several who hardly move has its turn in every sweep. Of a unit the turn of its first report
    counts.
    """
    count, p = len(graph.lists), graph.link_probability
    doubt = as_either_sees(graph, p * (1.0 - p))
    first = graph.unit  # who stands for its unit has the turn of all of it
    at = np.flatnonzero(doubt > _DOUBT)
    doubt, one, two = doubt[at], first[whose(graph)[at]], first[graph.near[at]]
    once = np.flatnonzero(two < one)
    once = once[np.argsort(-doubt[once], kind="stable")]
    turns = _coloured(count, one[once], two[once])
    others = np.bincount(one, doubt * graph.moving[two], count)  # with the weights of doubt
    own = graph.moving * np.bincount(one, doubt, count)
    turns[(graph.moving >= _STILL) & (others < _AS_OFTEN * own)] = ALWAYS
    return turns


def every_turn_taken(schedule: ScanSchedule) -> bool:
    """Whether the last sweep was the second of two in which reports take turns, if they do."""
    return int(schedule.sweeps[0]) % 2 == 0 or bool((schedule.turns == ALWAYS).all())


@compiled
def _coloured(count: int, one: Codes, two: Codes) -> Turns:
    """Two colours, alike in no pair that joins what pairs before it have not (union-find)."""
    up, other = np.arange(count), np.zeros(count, np.uint8)
    size = np.ones(count, np.int64)
    for at in range(len(one)):
        x, x_other = _root(up, other, one[at])
        y, y_other = _root(up, other, two[at])
        if x == y:
            continue
        if size[x] < size[y]:
            x, y = y, x
        up[y], other[y] = x, 1 ^ x_other ^ y_other
        size[x] += size[y]
    colours = np.empty(count, np.uint8)
    for r in range(count):
        root, is_other = _root(up, other, r)
        colours[r] = (root & 1) ^ is_other
    return colours


@compiled
def _root(up: Ints, other: Turns, r: int) -> tuple[int, int]:
    """The root of r's tree, and whether r is of the other colour."""
    is_other = 0
    while up[r] != r:
        is_other ^= other[r]
        r = up[r]
    return r, is_other


def settle(chains: Sequence[ScanSchedule], *, fading: bool = True) -> None:
    """Visit reports the less often the less they moved over all chains; reset the counts.

    A report away from home with (small) probability p and v visits adds some p / v to the variance
    of an average over draws: least where v is as sqrt(p). A report not seen keeps its rate. While
    chains are on their way from their starts, what was seen is `fading`.
    """
    times = np.sum([each.times for each in chains], axis=0)
    chance = np.sum([each.moves for each in chains], axis=0) / np.maximum(times, 1)
    often = np.clip(np.sqrt(chance / RESTLESS), SELDOM, 1.0)
    for each in chains:
        each.often[:] = np.where(times > 0, often, each.often)
        each.times[:] = 0
        each.moves[:] = 0.0
        for seen in (each.worked, each.alone, each.again, each.proposed, each.looks, each.joins):
            seen *= _FADES if fading else 1.0
