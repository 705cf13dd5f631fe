"""Matches among pairs that are not candidates, added to the posterior draws.

Chains link candidates only. The fitted model gives every other pair a match probability, too: each
is too unlikely to be a candidate, and together they are 1% of the matches of 100,000 reports. Draws
without them have as many people too many.

A draw gets a Poisson number of these matches. Of pairs that were compared and are less likely than
a candidate, each is linked in proportion to its match probability. Of pairs that were not compared
blocking estimates the number of matches; for each, two reports are drawn that agree in sex, nearly
in birth (two years) and in the event (twelve months) as far as both have them. A pair is passed
over if its reports are one person's already, if a decision keeps them apart, or if it would give a
list a second report of a person.

Where all pairs were compared and capture-recapture over keys suggests that matches are not found,
half of the draws get some, uniform between none and as many as there may be (`matches_unfound`),
and a quarter of the links at the most.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import attrs
import numpy as np
from numpy.typing import NDArray
from scipy import special

from uncounted.linkage.arrays import Codes, Floats, Ints
from uncounted.linkage.blocking.recall import matches_unfound
from uncounted.linkage.diagnostics import BlockingDiagnostics
from uncounted.linkage.encoding.encode import NO_KEY, Encoded
from uncounted.linkage.result import pairs_within
from uncounted.linkage.sampler.candidate_graph import CandidatePairs, Decision

LEAST = 0.01  # of the expected matches: fewer are within the error of the linkage
MOST_UNLIKELY = 0.1  # of them, among compared pairs that are no candidates: the model is in doubt
_WEAK, _DRAWS = 0.5, 10  # links of less likely pairs tell between which lists matches are missed
# Matches that are suggested and not found, of those that are: fewer are within the error of this.
FEW_UNFOUND, MOST_UNFOUND = 0.05, 0.25
_SHAPE = 16.0  # of matches not compared, a quarter more or less
_ATTEMPTS = 100  # reports among which one is looked for that agrees


@attrs.frozen(eq=False)
class MissedMatches:
    """Matches expected among pairs that are not candidates.

    `chance` is of compared pairs; `spread[s, t]` is the share of the other matches that is between
    the lists s and t. `not_compared` is the number expected among pairs that were not compared,
    `unfound` the most that half of the draws get beyond these.
    """

    left: Ints  # pairs that were compared
    right: Ints
    chance: Floats
    spread: Floats
    not_compared: float
    unfound: float = 0.0

    @classmethod
    def of(
        cls,
        pairs: CandidatePairs,
        least: float,
        source: Ints,
        slots: NDArray[np.int32],
        not_compared: float,
    ) -> MissedMatches:
        """Of pairs that were compared, these are all less likely than `least`.

        Matches among the others are between lists as links of weak pairs are in draws, `slots`;
        where there are none, as the pairs' probabilities.
        """
        below = pairs.only(pairs.log_odds < special.logit(least))
        weak = pairs.only(pairs.log_odds < special.logit(_WEAK))
        lists = int(source.max()) + 1
        between = source[weak.left] * lists + source[weak.right]
        by_lists = np.zeros(lists * lists)
        for row in slots[:: max(1, len(slots) // _DRAWS)]:
            linked = between[row[weak.left] == row[weak.right]]
            by_lists += np.bincount(linked, minlength=lists * lists)
        if not by_lists.any():
            between = source[pairs.left] * lists + source[pairs.right]
            by_lists += np.bincount(between, special.expit(pairs.log_odds), lists * lists)
        spread = by_lists.reshape(lists, lists) / max(float(by_lists.sum()), 1e-300)
        chance = special.expit(below.log_odds)
        return cls(below.left, below.right, chance, spread, not_compared)

    @property
    def total(self) -> float:
        """How many matches are expected, at the most."""
        return float(self.chance.sum()) + self.not_compared + self.unfound

    def times(self, rng: np.random.Generator) -> Ints:
        """How many matches of other pairs a draw gets, by the lists of their reports."""
        many = self.not_compared * (rng.standard_gamma(_SHAPE) / _SHAPE)
        if self.unfound:
            many += self.unfound * max(0.0, 2 * rng.random() - 1)
        return np.asarray(rng.poisson(self.spread * many), np.int64)


def with_unfound(
    missed: MissedMatches, blocking: BlockingDiagnostics, slots: NDArray[np.int32]
) -> MissedMatches:
    """Add matches that are neither linked in draws, `slots`, nor missed otherwise.

    They are added if there may be more of them than a twentieth of those found, and a quarter of
    those found at the most.
    """
    found = float(np.mean([pairs_within(row) for row in slots])) + missed.total
    beyond = matches_unfound(blocking, found)
    if beyond <= FEW_UNFOUND * found:
        return missed
    return attrs.evolve(missed, unfound=min(beyond, MOST_UNFOUND * found))


def with_missed(
    slots: NDArray[np.int32],
    encoded: Encoded,
    missed: MissedMatches | None,
    decisions: Sequence[Decision],
    *,
    seed: int,
) -> NDArray[np.int32]:
    """Draws, shape (draws, reports), each with missed matches that were drawn for it."""
    if missed is None:
        return slots
    rng = np.random.default_rng([seed, 5])
    upto = np.cumsum(missed.chance)
    apart = np.array([(i, j) for i, j, same in decisions if not same], np.int64).reshape(-1, 2)
    lists = np.left_shift(np.int64(1), encoded.source)
    found = slots.copy()
    for row in found:
        on = np.zeros(int(row.max()) + 1, np.int64)  # of each person, their lists, a bit each
        np.bitwise_or.at(on, row, lists)
        many = rng.poisson(upto[-1]) if len(upto) else 0
        at = np.searchsorted(upto, rng.random(many) * upto[-1]) if many else np.zeros(0, np.int64)
        pairs = [np.stack([missed.left[at], missed.right[at]])]
        times = missed.times(rng)
        for one, two in np.argwhere(times):
            pairs.append(_alike(encoded, on[row], one, two, int(times[one, two]), rng))
        left, right = rng.permutation(np.concatenate(pairs, axis=1), axis=1)
        _merge(row, on, lists, left, right, apart)
    return found


def _alike(
    encoded: Encoded, on: Ints, one: int, two: int, many: int, rng: np.random.Generator
) -> Ints:
    """Pairs of reports of two lists, shape (2, pairs), that do not contradict each other.

    Neither report's person is on the other list, by the lists that each report's person is `on`.
    """
    left = np.flatnonzero((encoded.source == one) & ((on >> two) & 1 == (one == two)))
    right = np.flatnonzero((encoded.source == two) & ((on >> one) & 1 == (one == two)))
    if not len(left) or not len(right):
        return np.zeros((2, 0), np.int64)
    left = left[rng.integers(0, len(left), many)]
    others = right[rng.integers(0, len(right), (many, _ATTEMPTS))]
    own = 1 << one if one == two else 0  # a list that has a person twice
    fits = (others != left[:, None]) & (on[left][:, None] & on[others] == own)
    alike = ("sex", 0), ("birth_year", 2), ("event_year", 1), ("event_month", 12)
    for values, difference in alike:
        mine, theirs = encoded.keys[values][left][:, None], encoded.keys[values][others]
        fits &= (mine == NO_KEY) | (theirs == NO_KEY) | (np.abs(mine - theirs) <= difference)
    chosen = (np.arange(many), np.argmax(fits, axis=1))
    return np.stack([left, others[chosen]])[:, fits[chosen]]


def _merge(row: Codes, on: Ints, lists: Ints, left: Ints, right: Ints, apart: Ints) -> None:
    """Merge the people of these pairs in a draw, one pair after another (union-find)."""
    root = np.arange(len(on), dtype=np.int32)
    forbidden: defaultdict[int, set[int]] = defaultdict(set)
    for one, two in row[apart].tolist():
        forbidden[one].add(two)
        forbidden[two].add(one)
    for i, j in zip(left.tolist(), right.tolist(), strict=True):
        one, two = _root(root, int(row[i])), _root(root, int(row[j]))
        shared = on[one] & on[two]
        if one == two or (shared and not shared == lists[i] == lists[j]):
            continue
        if two in forbidden[one]:
            continue
        root[two] = one
        on[one] |= on[two]
        for other in forbidden.pop(two, ()):
            forbidden[one].add(other)
            forbidden[other] = forbidden[other] - {two} | {one}
    while (further := root[root] != root).any():
        root[further] = root[root[further]]
    row[:] = root[row]


def _root(root: Codes, person: int) -> int:
    while (further := int(root[person])) != person:
        root[person] = root[further]
        person = further
    return person
