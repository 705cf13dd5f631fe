"""For whom attempts to split and merge are made: for two clusters that may be one.

Where one report is in doubt, its own visits decide. Where several are with one another surely and
in doubt with several who are so too, no visit of one of them does: it would have to leave the
others. Two such clusters may be attempted by as many pairs as one of each makes, so the more pairs
may stand for the same two, the fewer attempts are made for each.
"""

# numba compiles some of these functions; numpy's stubs know less than it does
# mypy: disable-error-code="no-any-return,arg-type,assignment"

from __future__ import annotations

import numpy as np

from uncounted._numba import compiled, lend
from uncounted.linkage.sampler.candidate_graph import as_either_sees
from uncounted.linkage.sampler.state import Graph, Singles

SURE = 0.8  # guessed to be one so surely, two reports are of one cluster
# Attempts in a sweep, from each side, for two clusters as much in doubt as may be, if each of one
# is a candidate of each of the other; and for two reports of which one has no cluster, or whose
# cluster is too small to part into two.
EACH_SIDE, LONE = 1.2, 0.005
AT_A_LOOK = 2.0  # from each side, for any two clusters, when chains look everywhere
# Those who are one surely may be two halves that part as easily, which visits of one do not show:
# attempts are made for them as for so much doubt, at the least.
_LEAST = 0.01
_HALVES = 4  # reports of the least cluster that parts into two


def by_doubt(graph: Graph) -> Graph:
    """The same graph, where attempts are made the more the more in doubt two clusters are.

    As with visits (`visits.settle`): what is one with a small chance p, and is asked v times a
    sweep, adds some p / v to the variance of an average over draws, which is least where v is as
    sqrt(p). Here p is 4 p (1 - p), which is as much in doubt.

    Args:
        graph: the candidates, with guesses.
    """
    return _with_attempts(graph, graph.guess, EACH_SIDE, LONE, 0.0)


def for_all(graph: Graph, guess: Singles) -> Graph:
    """The same graph, where attempts are made for any two clusters, however sure or unlikely.

    How likely they are to be one is guessed by visits of one report, which may see too little.

    Args:
        graph: the candidates.
        guess: how likely each is joined, by which it is seen who surely is in a cluster.
    """
    return _with_attempts(graph, guess, AT_A_LOOK, 0.0, 1.0)


def _with_attempts(graph: Graph, guess: Singles, often: float, lone: float, least: float) -> Graph:
    tries, tries_of = _tries(graph, as_either_sees(graph, guess), often, lone, least)
    return graph._replace(tries=tries, tries_of=tries_of)


@compiled
def _tries(
    graph: Graph, likely: Singles, often: float, lone: float, least: float
) -> tuple[Singles, Singles]:
    graph = lend(graph)
    count = len(graph.lists)
    tries, tries_of = np.zeros(len(graph.near), np.float32), np.zeros(count, np.float32)
    size = np.ones(count)  # of the cluster in which each surely is
    for r in range(count):
        for at in range(graph.starts[r], graph.starts[r + 1]):
            size[r] += likely[at] >= SURE
    for r in range(count):
        for at in range(graph.starts[r], graph.starts[r + 1]):
            j, doubt = graph.near[at], max(4.0 * likely[at] * (1.0 - likely[at]), least)
            together = likely[at] >= SURE
            if min(size[r], size[j]) == 1 or (together and max(size[r], size[j]) < _HALVES):
                tries[at] = lone * np.sqrt(doubt)
            else:
                doubt = max(doubt, _LEAST) if together else doubt
                tries[at] = often * np.sqrt(doubt) / (size[r] * size[j])
            tries_of[r] += tries[at]
    return tries, tries_of
