"""Similarity of places that the gazetteer lacks, by their words and how rare these are here.

"San Vicente" and "San Miguel" have a word in common, and so have "Morazan mill" and "Morazan gate".
Which word identifies the place is learned from the places as written: the rarer one (inverse
document frequency). What stands after a comma is what the place lies in.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import attrs
import numpy as np

from uncounted.linkage.arrays import Flags, Ints

MOST_WORDS = 6
MOST_SHARING = 500  # places that have a word: such a word alone brings no two together
_NO_WORD = -1
_MANY = 1 << 40


@attrs.frozen
class PlaceWords:
    """The words of a place: of its own name, and of what it lies in."""

    head: frozenset[str]
    rest: frozenset[str]


class Related(NamedTuple):
    """Pairs of places with a word in common, and how they are related, a flag a pair."""

    left: Ints
    right: Ints
    same: Flags
    within: Flags  # one lies in what the other names
    same_area: Flags  # both lie in what both name


def related(places: Sequence[PlaceWords]) -> Related:
    """Relations of places that have words in common; a word of both parts counts for the first."""
    table = _Words(places)
    left, right = table.pairs()
    one, other = table.side(left, right), table.side(right, left)
    rarer = np.minimum(one.shared, other.shared) < np.minimum(one.alone, other.alone)
    of_both = (one.hit & one.own & one.theirs).any(axis=1)
    heads = one.head_within & other.head_within
    apart = one.rest_alone & other.rest_alone
    within = one.lies_in | other.lies_in
    contained = (one.contained | other.contained) & ~within
    same = contained | (heads & ~apart) | (rarer & of_both & ~heads)
    same_area = (one.rest_within | other.rest_within) & ~same & ~within
    return Related(left, right, same, within & ~same, same_area)


class _Side(NamedTuple):
    """Of pairs (i, j), how the words of i are in j, shape (pairs, words) or (pairs,)."""

    hit: Flags  # a word of i is in j
    own: Flags  # it is of the name of i
    theirs: Flags  # it is of the name of j
    shared: Ints  # places that have the most telling word that both have
    alone: Ints  # that have the most telling word that i alone has
    contained: Flags  # all words of i are in j
    lies_in: Flags  # and all of them in what j lies in
    head_within: Flags  # the name of i is all in that of j
    rest_within: Flags  # i lies in something, all of which j names
    rest_alone: Flags  # i lies in something, of which j names nothing


class _Words:
    """The words of places, by number, the most telling first."""

    def __init__(self, places: Sequence[PlaceWords]) -> None:
        numbers: dict[str, int] = {}
        rows = [
            [(numbers.setdefault(word, len(numbers)), word in place.head) for word in words]
            for place in places
            for words in [sorted(place.head | place.rest)[: 2 * MOST_WORDS]]
        ]
        self._kinds = len(numbers)
        owner = np.array([at for at, row in enumerate(rows) for _ in row], np.int64)
        word = np.array([number for row in rows for number, _ in row], np.int64)
        self._times = np.bincount(word, minlength=self._kinds)
        of_head = np.array([flag for row in rows for _, flag in row], bool)
        order = np.lexsort((word, self._times[word], owner))
        owner, word, of_head = owner[order], word[order], of_head[order]
        place = np.arange(len(owner)) - np.searchsorted(owner, owner)
        kept = place < MOST_WORDS
        owner, word, of_head, place = owner[kept], word[kept], of_head[kept], place[kept]
        self._word = np.full((len(places), MOST_WORDS), _NO_WORD, np.int64)
        self._word[owner, place] = word
        self._own = np.zeros(self._word.shape, bool)
        self._own[owner, place] = of_head
        codes = owner * max(self._kinds, 1) + word
        sorting = np.argsort(codes)
        self._codes, self._of_head = codes[sorting], of_head[sorting]

    def pairs(self) -> tuple[Ints, Ints]:
        """Pairs that share a word, each once."""
        found = [np.zeros(0, np.int64)]
        count = len(self._word)
        owner, place = np.nonzero(self._word >= 0)
        word = self._word[owner, place]
        order = np.argsort(word, kind="stable")
        starts = np.searchsorted(word[order], np.arange(self._kinds + 1))
        for first, last in itertools.pairwise(starts.tolist()):
            if 1 < last - first <= MOST_SHARING:
                members = np.sort(owner[order[first:last]])
                i, j = np.triu_indices(len(members), 1)
                found.append(members[i] * count + members[j])
        both = np.unique(np.concatenate(found))
        return both // max(count, 1), both % max(count, 1)

    def side(self, i: Ints, j: Ints) -> _Side:
        """How the words of places `i` are in places `j`."""
        words, own = self._word[i], self._own[i]
        present = words >= 0
        code = j[:, None] * max(self._kinds, 1) + words
        at = np.minimum(np.searchsorted(self._codes, code), max(len(self._codes) - 1, 0))
        hit = present & (self._codes[at] == code) if len(self._codes) else present
        theirs = hit & self._of_head[at] if len(self._codes) else present
        times = np.where(present, self._times[words] if self._kinds else 0, _MANY)
        rest = present & ~own
        return _Side(
            hit,
            own,
            theirs,
            np.where(hit, times, _MANY).min(axis=1),
            np.where(present & ~hit, times, _MANY).min(axis=1),
            (hit | ~present).all(axis=1),
            ((hit & ~theirs) | ~present).all(axis=1),
            own.any(axis=1) & (theirs | ~own).all(axis=1),
            rest.any(axis=1) & (hit | ~rest).all(axis=1),
            rest.any(axis=1) & ~(rest & hit).any(axis=1),
        )
