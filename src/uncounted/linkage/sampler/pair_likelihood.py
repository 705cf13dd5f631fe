"""Match weight of a pair of reports (log Bayes factor), and a chain's memory of it.

What different people explain of a pair, and what it was worth before any partition, stay as
they are while a chain runs. They are computed once for a pair that is met again and again, and
stored with its levels.

Compiled.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from uncounted._numba import compiled_in_place, compiled_inner
from uncounted.linkage.arrays import Floats
from uncounted.linkage.comparison import levels
from uncounted.linkage.sampler.state import BUFFERED_REPORTS, Graph, cluster_buffers, code_of

RIGHT, SLIP, DIFFERENT = 1, 2, 3  # kinds of levels; 0: nothing is compared
WHOLE, LESS = 1, 2  # what right levels say: all there is to say, or less than one who says all does
# Counts that share a number, 16 bits each; what one more adds. A report is compared; the other
# agrees with it, or is a slip away; and both say all there is to say.
MET, AGREE, SLIPS, ALL = 1, 1 << 16, 1 << 32, 1 << 48
_SHIFTS = levels.SHIFTS
_MASKS = levels.MASKS
_HASH = 21  # bits of a hash
_MOST_MET = 1 << _HASH  # pairs that a chain remembers, 32 bytes each: 67 MB
_MET_EACH = 24  # for each report, or up to twice as many, before that
_SCATTER = 0x1E3779B97F4A7C15  # odd, for hashes
_RECORD = 4  # of a pair: which, its levels, `first` of them, and what different people explain


class MatchWeights(NamedTuple):
    """What levels are worth: log(m / u), shape (fields, levels), and for event-correlated pairs.

    Fields are in the order of `compare.FIELDS`; the last may be left out. `first` is log(m / u)
    before any partition, `copies` log(t / u); `kind` says whether a level is right, a slip or
    different, `says` of right ones whether both say all there is to say (`WHOLE`) or one at the
    most (`LESS`); `steps` is what these add to the counts of either report; `chance`, shape
    (fields, 4), has r, s and d. `same_given_name` is log u of non-matches with one given name over
    u, `alike` the name levels at which they agree. `joint`, shape (origin levels, event levels),
    and `errors`, by kind of name and birth, are the dependences of `MatchProbabilities`. `recurs`
    is the log of how much likelier levels are of two reports that differ from a third if one value
    may recur, and at index 0 of 1 - lambda.
    """

    weights: Floats
    first: Floats
    copies: Floats
    kind: NDArray[np.uint8]
    says: NDArray[np.uint8]
    steps: NDArray[np.int64]
    chance: Floats
    event_correlated: Floats
    event_correlated_share: float  # phi, of pairs of different people
    same_given_name: Floats
    alike: NDArray[np.bool_]
    joint: Floats
    errors: Floats
    recurs: Floats


def steps_of(kind: NDArray[np.uint8], says: NDArray[np.uint8]) -> NDArray[np.int64]:
    """What a comparison at each level adds to the counts of either report (`MET` and so on)."""
    right = kind == RIGHT
    steps = np.where(kind > 0, MET, 0) + np.where(kind == SLIP, SLIPS, 0)
    return np.asarray(steps + np.where(right, AGREE, 0) + np.where(right & (says == WHOLE), ALL, 0))


@compiled_in_place
def level(code: int, f: int) -> int:
    """Level of a field in the packed levels of a pair."""
    return (code >> _SHIFTS[f]) & _MASKS[f]


@compiled_in_place
def agreement(weights: Floats, code: int) -> float:
    """What the levels of a pair are worth, field by field: log m / u."""
    total = 0.0
    for f in range(len(weights)):
        total += weights[f, level(code, f)]
    return total


@compiled_in_place
def explained(worth: MatchWeights, code: int) -> float:
    """Log of ((1 - phi) v / u + phi c / u) / e: given names, events, and joint errors."""
    non_matches: float = worth.joint[level(code, 3), level(code, 4)]
    as_one: float = worth.errors[worth.kind[0, level(code, 0)], worth.kind[1, level(code, 1)]]
    if worth.alike[level(code, 0)]:
        for f in range(1, len(worth.weights)):
            non_matches += worth.same_given_name[f, level(code, f)]
    if worth.event_correlated_share == 0.0:
        return non_matches - as_one
    total = 0.0
    for f in range(len(worth.weights)):
        total += worth.event_correlated[f, level(code, f)]
    mix: float = np.log(
        (1.0 - worth.event_correlated_share) * _exp(non_matches)
        + worth.event_correlated_share * _exp(total)
    )
    return mix - as_one


@compiled_in_place
def _exp(x: float) -> float:
    """An exponential that neither overflows nor vanishes."""
    value: float = np.exp(min(max(x, -600.0), 600.0))
    return value


def with_memory(graph: Graph) -> Graph:
    """The same graph for one chain, with room, and a memory of pairs while `MatchWeights` stay."""
    size = min(_MOST_MET, 1 << (_MET_EACH * len(graph.lists)).bit_length())
    met = np.full(_RECORD * size, -1, np.int64)
    return graph._replace(
        met=met, met_worth=met.view(np.float64), buffers=cluster_buffers(BUFFERED_REPORTS)
    )


@compiled_in_place
def pair_of(graph: Graph, worth: MatchWeights, i: int, j: int) -> tuple[int, float, float]:
    """Levels of any pair, packed; `first` of them; and what different people explain."""
    if i < j:
        i, j = j, i
    if len(graph.met) == 0:
        code = code_of(graph, i, j)
        return code, agreement(worth.first, code), explained(worth, code)
    pair = np.int64(i) << 32 | np.int64(j)
    at = (((pair * _SCATTER) >> (64 - _HASH)) & (len(graph.met) // _RECORD - 1)) * _RECORD
    if graph.met[at] != pair:
        _meet(graph, worth, i, j, pair, at)
    return graph.met[at + 1], graph.met_worth[at + 2], graph.met_worth[at + 3]


@compiled_inner
def _meet(graph: Graph, worth: MatchWeights, i: int, j: int, pair: np.int64, at: np.int64) -> None:
    code = code_of(graph, i, j)
    graph.met[at], graph.met[at + 1] = pair, code
    graph.met_worth[at + 2] = agreement(worth.first, code)
    graph.met_worth[at + 3] = explained(worth, code)


@compiled_in_place
def of_two(graph: Graph, worth: MatchWeights, i: int, j: int) -> float:
    """Evidence of a cluster of two."""
    code, _, by_others = pair_of(graph, worth, i, j)
    return agreement(worth.weights, code) - by_others
