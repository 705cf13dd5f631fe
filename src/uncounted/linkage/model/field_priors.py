"""Priors of the m-probabilities: judgements about such records, each worth so many comparisons.

How lists err differs from file to file, and the matches of a file tell. Where there are few
matches, as in a register of people killed, names and events have more weight: agreement by chance
would count as matches.
"""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import NDArray

from uncounted.linkage.arrays import Floats
from uncounted.linkage.comparison import levels as compare
from uncounted.linkage.comparison import name_levels as levels
from uncounted.linkage.sampler.pair_likelihood import DIFFERENT, LESS, RIGHT, SLIP, WHOLE

WEIGHT, MOST_WEIGHT = 10.0, 40.0  # comparisons; the second of names and events, of few matches
FEW_REPEATS = 0.025  # expected matches for each report: fewer are few
# Among reports of one person: mean of each level, after "not said", of names read as Korean.
_NAME = (
    *(0.027, 0.183, 0.202, 0.15, 0.043),  # the same
    *(0.03, 0.03, 0.01, 0.01, 0.01, 0.01, 0.005),  # slips, near, exchanged
    *(0.01, 0.005, 0.02, 0.02),  # of the given name all, its first letters, its first part
    *(0.02, 0.05, 0.035, 0.005),  # in part
    *(0.003, 0.004, 0.003),  # only the given name in part
    *(0.03, 0.02),  # both in part or another word first, and in part with a slip
    0.005,  # what both are called besides
    *(0.01, 0.01, 0.005),  # one of the two alone
    *(0.028, 0.00175, 0.00525),  # another name
)
# The same of names compared by their words, of which lists often leave out one; Korean names are
# never in part.
_NAME_OF_WORDS = (
    *(0.02, 0.135, 0.15, 0.112, 0.033),
    *(0.03, 0.03, 0.01, 0.01, 0.01, 0.01, 0.005),
    *(0.01, 0.005, 0.01, 0.015),
    *(0.045, 0.055, 0.03, 0.005),
    *(0.01, 0.05, 0.03),
    *(0.05, 0.055),
    0.005,
    *(0.01, 0.02, 0.005),
    *(0.014, 0.0035, 0.0175),
)
# Who knows a birth by the year errs by one; who knows the day seldom has two of its parts wrong.
_BIRTH = (0.2, 0.05, 0.435, 0.1, 0.05, 0.01, 0.08, 0.01, 0.05, 0.005, 0.01)
_SEX = (0.97, 0.03)
_ORIGIN = (0.6, 0.28, 0.04, 0.03, 0.05)
_DATE = (0.35, 0.25, 0.2, 0.1, 0.1)
_PLACE = (0.75, 0.1, 0.04, 0.03, 0.08)
_RELATIVE = (0.75, 0.15, 0.1)
_OCCUPATION = (0.65, 0.15, 0.2)
_NUMBER = (0.8, 0.07, 0.03, 0.1)
_OTHER_ACT_SHARE = 0.15
# Of the people who are recorded under another given name, how many keep the family name, have
# it misspelt, and have another.
_DIFFERS = (0.8, 0.05, 0.15)
# The same of names compared by their words: in simulated lists by two other authors .12 to .53,
# .01 to .19 and .43 to .8, since many people have several names, and no family name.
_DIFFERS_OF_WORDS = (0.4, 0.1, 0.5)


def _event_means() -> tuple[float, ...]:
    """The product of date and place, each not said in one of ten; other acts agree less."""
    day = np.array([0.1, *(0.9 * np.array(_DATE))])
    place = np.array([0.1, *(0.9 * np.array(_PLACE))])
    same = np.outer(day, place).ravel()
    loose_day = np.array([0.1, 0.05, 0.1, 0.25, 0.2, 0.3])
    other = np.outer(loose_day, place).ravel()
    both = np.concatenate([(1 - _OTHER_ACT_SHARE) * same, _OTHER_ACT_SHARE * other])[1:]
    return tuple(both / both.sum())


@attrs.frozen
class FieldPrior:
    """Prior of m of one field, over its levels but the first ("not said")."""

    mean: tuple[float, ...]
    kinds: tuple[int, ...]  # right, a slip or different
    says: tuple[int, ...]  # of right levels, whether both say all there is to say or one less; or 0
    least: float  # the share of right levels and slips is never below this
    split: tuple[float, ...] = ()  # of the levels that differ, where none may be for a link
    weighs_more: bool = False  # where there are few matches

    @property
    def agrees(self) -> NDArray[np.bool_]:
        """Which levels are some form of agreement."""
        return np.asarray(np.array(self.kinds) != DIFFERENT)


def _prior(
    mean: tuple[float, ...],
    right: set[int],
    slips: set[int],
    least: float,
    *,
    whole: frozenset[int] = frozenset({1}),
    either: frozenset[int] = frozenset(),
    split: tuple[float, ...] = (),
    weighs_more: bool = False,
) -> FieldPrior:
    """Of `right` levels, at `whole` both say all, and at `either` one may say more than that."""
    numbers = range(1, len(mean) + 1)
    kinds = tuple(RIGHT if at in right else SLIP if at in slips else DIFFERENT for at in numbers)
    less = right - whole - either
    says = tuple(WHOLE if at in whole else LESS if at in less else 0 for at in numbers)
    return FieldPrior(mean, kinds, says, least, split, weighs_more)


def _events(days: set[int], places: set[int]) -> set[int]:
    """Levels of one act at which day and place are at these levels of their own."""
    return {day * len(compare.PLACE) + place for day in days for place in places} - {0}


# of several words in a name, and of several names, either may say more
_EITHER_MORE = frozenset(
    {
        *(levels.BEGINS_ALIKE, levels.ANOTHER),
        *range(levels.IN_PART, levels.IN_PART_LAST + 1),
        *range(levels.GIVEN_IN_PART, levels.GIVEN_IN_PART_LAST + 1),
    }
)
# the same, or the same as far as stated
_RIGHT_NAMES = {
    *range(levels.SAME, levels.SAME_LAST + 1),
    *(levels.GIVEN_ALONE, levels.INITIALS, levels.FAMILY_ALONE),
    *_EITHER_MORE,
}
_RIGHT_EVENTS = _events({0, 1, 2, 3}, {0, 1, 2})
PRIORS: tuple[FieldPrior, ...] = (
    _prior(
        _NAME,
        _RIGHT_NAMES,
        set(range(1, compare.NAME_AGREES + 1)) - _RIGHT_NAMES,
        0.8,
        whole=frozenset(range(levels.SAME, levels.SAME_LAST + 1)),
        either=_EITHER_MORE,
        split=_DIFFERS,
        weighs_more=True,
    ),
    _prior(_BIRTH, {1, 2, 3, 4}, {5, 6, 7}, 0.7),
    _prior(_SEX, {1}, set(), 0.9),
    _prior(_ORIGIN, {1, 2}, {4}, 0.3),
    _prior(
        _event_means(),
        _RIGHT_EVENTS,
        _events({0, 1, 2, 3, 4}, {0, 1, 2, 4}) - _RIGHT_EVENTS,
        0.0,
        whole=frozenset(_events({1}, {1})),
        weighs_more=True,
    ),
    _prior(_RELATIVE, {1}, {2}, 0.5),
    _prior(_OCCUPATION, {1}, {2}, 0.3),
    _prior(_NUMBER, {1}, {2, 3}, 0.5),
)


def priors_for(names_of_words: float) -> tuple[FieldPrior, ...]:
    """The priors where of one person's names such a share is compared by their words."""

    def mixed(korean: tuple[float, ...], of_words: tuple[float, ...]) -> tuple[float, ...]:
        both = (1 - names_of_words) * np.array(korean) + names_of_words * np.array(of_words)
        return tuple(both.tolist())

    mean, split = mixed(_NAME, _NAME_OF_WORDS), mixed(_DIFFERS, _DIFFERS_OF_WORDS)
    return attrs.evolve(PRIORS[0], mean=mean, split=split), *PRIORS[1:]


def weight_by_matches(matches: float, reports: int) -> float:
    """The weight of the priors of names and events where so many matches are expected."""
    ends = FEW_REPEATS, 2 * FEW_REPEATS
    return float(np.interp(matches / reports, ends, (MOST_WEIGHT, WEIGHT)))


def prior_counts(prior: FieldPrior) -> Floats:
    """What a prior with the weight `WEIGHT` adds to the counts of its levels."""
    rate = WEIGHT * np.array(prior.mean)
    if prior.split:  # known well enough that few cases would teach it
        rate[~prior.agrees] = WEIGHT * np.array(prior.split)
    return rate
