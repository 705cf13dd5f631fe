"""Matches among pairs that are not candidates, added to the posterior draws.

Chains link candidates only. The fitted model gives every other pair that was compared a match
probability, too, and blocking expects matches among pairs that were not compared: together a tenth
of the matches of a million reports. Draws without them have as many people too many.

A draw gets a Poisson number of these matches: the match probabilities of pairs that were compared
and are less likely than a candidate, and what blocking expects among pairs that were not compared.
Whose they are is not known. They are imputed for people with the capture histories of those who are
linked: for each, a person on both lists is drawn; one of the two lists is taken out of the history;
and a single report (one whose person has no other) of that list joins a person with the rest of it.
Chains that link a person in part mostly leave one report single. The report agrees with that of the
other list in sex, nearly in birth (two years) and in the event (twelve months) as far as both say
so. Two reports of the lists drawn at random would mostly be of people who are linked already, and
those on all lists would be too many (decision 18). Of compared pairs no more matches are imputed
than one for each twenty single reports: where nearly all reports are linked, few can be missed,
whatever the probabilities of the others add up to.

Where all pairs were compared and capture-recapture over keys suggests that matches are not found,
half of the draws get some, uniform between none and as many as there may be (`matches_unfound`),
and a quarter of the links at the most.
"""

from __future__ import annotations

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

MOST_UNLIKELY = 0.1  # of them, among compared pairs that are no candidates: the model is in doubt
MOST_OF_SINGLE = 0.05  # of the single reports, imputed matches among compared pairs
_WEAK, _DRAWS = 0.5, 10  # links of less likely pairs tell between which lists matches are missed
# Matches that are suggested and not found, of those that are: fewer are within the error of this.
FEW_UNFOUND, MOST_UNFOUND = 0.05, 0.25
_PAIRS_AT_A_TIME = 1_000_000
_SHAPE = 16.0  # of matches not compared, a quarter more or less
_AGREEING = ("sex", 0), ("birth_year", 2), ("event_year", 1), ("event_month", 12)  # apart at most
_ATTEMPTS, _ROUNDS = 30, 10  # reports among which one is looked for that agrees, at a time


@attrs.frozen(eq=False)
class MissedMatches:
    """Matches expected among pairs that are not candidates.

    `unlikely[s, t]` is the number among compared pairs of the lists s and t; `spread[s, t]` is the
    share of the other matches that is between these. `not_compared` is the number expected among
    pairs that were not compared, `unfound` how many reports half of the draws link beyond these, at
    the most.
    """

    unlikely: Floats
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
        lists = int(source.max()) + 1
        unlikely, every, by_lists = (np.zeros(lists * lists) for _ in range(3))
        for start in range(0, len(pairs.left), _PAIRS_AT_A_TIME):
            part = slice(start, start + _PAIRS_AT_A_TIME)
            left, right, log_odds = pairs.left[part], pairs.right[part], pairs.log_odds[part]
            between = source[left] * lists + source[right]
            below = log_odds < special.logit(least)
            unlikely += _expected(between[below], log_odds[below], lists)
            every += _expected(between, log_odds, lists)
            doubtful = log_odds < special.logit(_WEAK)
            left, right, between = left[doubtful], right[doubtful], between[doubtful]
            for row in _some(slots):
                linked = between[row[left] == row[right]]
                by_lists += np.bincount(linked, minlength=lists * lists)
        spread = by_lists if by_lists.any() else every
        spread = spread.reshape(lists, lists) / max(float(spread.sum()), 1e-300)
        return cls(unlikely.reshape(lists, lists), spread, not_compared)

    @property
    def total(self) -> float:
        """How many matches are expected, at the most."""
        return self.each + self.unfound

    @property
    def each(self) -> float:
        """How many matches are expected in each draw, without those not found."""
        return float(self.unlikely.sum()) + self.not_compared

    def limited(self, slots: NDArray[np.int32]) -> MissedMatches:
        """The same with no more unlikely matches than `MOST_OF_SINGLE` of draws' single reports."""
        single = float(np.mean([(np.bincount(row) == 1).sum() for row in _some(slots)]))
        times = MOST_OF_SINGLE * single / max(float(self.unlikely.sum()), 1e-300)
        return attrs.evolve(self, unlikely=self.unlikely * min(1.0, times))

    def times(self, rng: np.random.Generator) -> Ints:
        """How many matches a draw gets, by the lists of their reports."""
        many = self.not_compared * (rng.standard_gamma(_SHAPE) / _SHAPE)
        if self.unfound:
            many += self.unfound * max(0.0, 2 * rng.random() - 1)
        return np.asarray(rng.poisson(self.unlikely + self.spread * many), np.int64)


def _some(slots: NDArray[np.int32]) -> NDArray[np.int32]:
    """Every so many draws, at least `_DRAWS` of them if there are as many."""
    return slots[:: max(1, len(slots) // _DRAWS)]


def _expected(between: Ints, log_odds: Floats, lists: int) -> Floats:
    """Matches expected among pairs, by the lists of their reports."""
    return np.bincount(between, special.expit(log_odds), lists * lists)


def with_unfound(
    missed: MissedMatches, blocking: BlockingDiagnostics, slots: NDArray[np.int32]
) -> MissedMatches:
    """Add matches that are neither linked in draws, `slots`, nor missed otherwise.

    They are added if there may be more of them than a twentieth of those found, and a quarter of
    those found at the most. A report that joins a person with others is as many matches as these.
    """
    found = float(np.mean([pairs_within(row) for row in slots])) + missed.total
    beyond = matches_unfound(blocking, found)
    if beyond <= FEW_UNFOUND * found:
        return missed
    sizes = np.concatenate([np.bincount(row) for row in slots])
    others = float(np.mean(sizes[sizes > 1] - 1)) if (sizes > 1).any() else 1.0
    return attrs.evolve(missed, unfound=min(beyond, MOST_UNFOUND * found) / others)


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
    apart = np.array([(i, j) for i, j, same in decisions if not same], np.int64).reshape(-1, 2)
    apart = np.concatenate([apart, apart[:, ::-1]])
    found = slots.copy()
    for row, to in zip(slots, found, strict=True):
        people = _People.of(row, encoded.source)
        times = missed.times(rng)
        first = rng.binomial(times, 0.5)  # either report may be the one that is missed
        times = first + (times - first).T
        for one, two in rng.permutation(np.argwhere(times)):
            left, right = _missed_reports(encoded, people, one, two, int(times[one, two]), rng)
            to[left] = row[right]
        kept_apart = apart[to[apart[:, 0]] == to[apart[:, 1]], 0]
        to[kept_apart] = row[kept_apart]
    return found


@attrs.frozen(eq=False)
class _People:
    """People of a draw, `row`, and their capture histories.

    `known` has each distinct history, a bit a list. `reports` are sorted by history and list;
    those of history h and list s begin at `starts[h * lists + s]`. `single` is whether a report's
    person has no other; `taken` whether a missed match was drawn for a person. `weight[h, s, 1]` is
    the weight of the reports of a history and list whose person has another on that list, and
    `weight[h, s, 0]` that of those whose person has none. Each person has the same weight, summed
    over pairs of a report and a list that it may be linked to.
    """

    row: Codes
    known: Ints
    reports: Ints
    starts: Ints
    single: NDArray[np.bool_]
    weight: Floats
    taken: NDArray[np.bool_]

    @classmethod
    def of(cls, row: Codes, source: Ints) -> _People:
        lists = int(source.max()) + 1
        on = np.zeros(int(row.max()) + 1, np.int64)
        np.bitwise_or.at(on, row, np.left_shift(np.int64(1), source))
        of_person = np.bincount(row, minlength=len(on))
        repeated = np.zeros(len(row), np.bool_)
        several = np.flatnonzero((of_person > np.bitwise_count(on))[row])
        on_list = row[several].astype(np.int64) * lists + source[several]
        _, at, counts = np.unique(on_list, return_inverse=True, return_counts=True)
        repeated[several] = counts[at] > 1
        known, own = np.unique(on, return_inverse=True)
        key, keys = own[row] * lists + source, len(known) * lists
        times = of_person * (np.bitwise_count(on).astype(np.int64) - 1)
        times += np.bincount(row[several], repeated[several], len(on)).astype(np.int64)
        each = np.where(times > 0, 1 / np.maximum(times, 1), 0.0)[row]
        return cls(
            row,
            known,
            np.argsort(key.astype(np.min_scalar_type(keys)), kind="stable"),
            np.append(0, np.cumsum(np.bincount(key, minlength=keys))),
            of_person[row] == 1,
            np.bincount(key * 2 + repeated, each, keys * 2).reshape(len(known), lists, 2),
            np.zeros(len(on), np.bool_),
        )

    def with_history(self, history: int, of_list: int) -> Ints:
        """Reports on a list whose people have a capture history."""
        at = int(np.searchsorted(self.known, history))
        if at == len(self.known) or self.known[at] != history:
            return self.reports[:0]
        key = at * self.weight.shape[1] + of_list
        return self.reports[self.starts[key] : self.starts[key + 1]]

    def without(self, one: int, two: int) -> tuple[Ints, Floats]:
        """Capture histories of people on both lists without their report on `one`, and weights.

        Only histories that occur are given; without any, that of being on `two` alone. There is
        none for a list without repeats, if that is both lists.
        """
        on_both = np.flatnonzero(self.known >> one & self.known >> two & 1)
        whole = self.known[on_both]
        rest = np.concatenate([whole & ~np.int64(1 << one), whole])
        weight = self.weight[on_both, one].T.ravel()
        if one == two:
            weight[: len(whole)] = 0.0
        at = np.minimum(np.searchsorted(self.known, rest), len(self.known) - 1)
        weight *= self.known[at] == rest
        if not weight.any():
            alone = np.full(int(one != two), 1 << two, np.int64)
            return alone, np.ones(len(alone))
        return rest, weight / weight.sum()


def _missed_reports(
    encoded: Encoded, people: _People, one: int, two: int, many: int, rng: np.random.Generator
) -> Ints:
    """Single reports of the list `one`, each with a report of `two` whose person it joins.

    Shape (2, pairs); at most `many`. Reports of a pair do not contradict each other, and each
    person is in one pair at the most; they are taken from then on.
    """
    row, taken = people.row, people.taken
    rest, weight = people.without(one, two)
    if not len(rest):
        return np.zeros((2, 0), np.int64)
    single = people.with_history(1 << one, one)
    single = single[people.single[single] & ~taken[row[single]]]
    left = rng.choice(single, min(many, len(single)), replace=False)
    taken[row[left]] = True
    times = rng.multinomial(len(left), weight)
    upto = np.cumsum(times)
    pairs = [np.zeros((2, 0), np.int64)]
    for at in rng.permutation(np.flatnonzero(times)):
        part = left[upto[at] - times[at] : upto[at]]
        others = people.with_history(int(rest[at]), two)
        if len(others):
            pairs.append(_alike(encoded, people, part, others, rng))
    joined = np.concatenate(pairs, axis=1)
    taken[row[left]] = False
    taken[row[joined]] = True
    return joined


def _alike(
    encoded: Encoded, people: _People, left: Ints, right: Ints, rng: np.random.Generator
) -> Ints:
    """Each report of `left` with one of `right` that does not contradict it, if there is one."""
    row, taken = people.row, people.taken
    linked_to = np.full(len(left), -1)
    for _ in range(_ROUNDS):
        waiting = np.flatnonzero(linked_to < 0)
        if not len(waiting):
            break
        others = right[rng.integers(0, len(right), (len(waiting), _ATTEMPTS))].ravel()
        at = np.flatnonzero(~taken[row[others]])
        for values, difference in _AGREEING:
            known = encoded.keys[values]
            mine, theirs = known[left[waiting[at // _ATTEMPTS]]], known[others[at]]
            at = at[(mine == NO_KEY) | (theirs == NO_KEY) | (np.abs(mine - theirs) <= difference)]
        # of each report the first that agrees, of a person the first report
        at = at[np.unique(at // _ATTEMPTS, return_index=True)[1]]
        at = at[np.unique(row[others[at]], return_index=True)[1]]
        linked_to[waiting[at // _ATTEMPTS]] = others[at]
        taken[row[others[at]]] = True
    found = linked_to >= 0
    return np.stack([left, linked_to])[:, found]
