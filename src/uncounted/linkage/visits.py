"""How often each report is visited in a sweep, and what is seen there of where it goes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from uncounted.linkage.partition import Floats, Graph, Ints, Singles

SELDOM, WARMING = 0.03, 0.1  # visits a sweep, at the least; and while chains leave their starts
RESTLESS = 0.1  # chance of moving, at a visit, from which a report is visited at each sweep
_FADES = 0.25  # what a look counts for when visits have been settled after it


class Visits(NamedTuple):
    """How often each report is visited in a sweep, and what came of it.

    Arrays of one a report: `often` is the mean number of visits; `times` counts those since it was
    last settled, and `moves` sums the chances of moving at each, or of proposing to. At some
    visits all chances are worked out: `worked` counts these, and `alone` sums the chances of a
    cluster of its own. `again` sums the chances that two draws are alike there, and `guessed` those
    that a draw is what guesses propose.
    Arrays of one a candidate, as in `Graph.near`: `looks` counts where it was an option, and
    `joins` sums the chances that the visited report went to where it was.
    """

    often: Floats
    times: Ints
    moves: Floats
    worked: Singles
    alone: Singles
    again: Singles
    guessed: Singles
    looks: Singles
    joins: Singles


def every(graph: Graph) -> Visits:
    """Each report once a sweep."""
    count, near = len(graph.lists), len(graph.near)
    reports, candidates = np.zeros((4, count), np.float32), np.zeros((2, near), np.float32)
    return Visits(np.ones(count), np.zeros(count, np.int64), np.zeros(count), *reports, *candidates)


def settle(chains: Sequence[Visits], seldom: float = SELDOM) -> None:
    """From now on, visit reports the less often the less they moved over all chains; count anew.

    A report that is away from home with chance p (small) and has v visits adds p / v or so to
    the variance of an average over draws: for so many visits in all that is least where v is
    as sqrt(p). One that was not seen keeps what it had. What was seen of where reports go fades.
    However often reports are visited, each move leaves the target as it is. What has been chosen
    by a chain's own past is forgotten as where it started is, if it is chosen a few times only.
    """
    times = np.sum([each.times for each in chains], axis=0)
    chance = np.sum([each.moves for each in chains], axis=0) / np.maximum(times, 1)
    often = np.clip(np.sqrt(chance / RESTLESS), seldom, 1.0)
    for each in chains:
        each.often[:] = np.where(times > 0, often, each.often)
        each.times[:] = 0
        each.moves[:] = 0.0
        for seen in (each.worked, each.alone, each.again, each.guessed, each.looks, each.joins):
            seen *= _FADES
