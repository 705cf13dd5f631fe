"""Short forms (hypocorisms) of given names, by the tables of language packs.

Bill and William, Саша and Олександр are not alike in spelling. A table holds for given names of the
lists that are in its language, by sound, so that other spellings of them count too. A word that is
a family name in most names is none of them: Wilson is no form of Will.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import cache

import numpy as np

from uncounted.linkage.arrays import Flags, Floats
from uncounted.linkage.encoding.source_names import SourceNames
from uncounted.linkage.encoding.spelling import VARIANT, Variants
from uncounted.records.names.general import words
from uncounted.records.names.languages.pack import Language, languages
from uncounted.records.names.sounds import script_of, sounds


def with_short_forms(
    near: Variants,
    vocabulary: Sequence[str],
    lists: Sequence[tuple[SourceNames, Floats]],
    as_family: Floats,
) -> Variants:
    """The same, with the forms of one given name as variants of each other.

    Parameters
    ----------
    near : Variants
        Words that are near each word.
    vocabulary : sequence of str
        The words.
    lists : sequence of (SourceNames, float64 array of shape (words,))
        How the names of each list are read, and how many of them have each word as a given name.
    as_family : float64 array, shape (words,)
        How many names have each word as a family name.
    """
    as_given = sum((uses for _, uses in lists), np.zeros(len(vocabulary)))
    given = (as_given > 0) & (as_given >= as_family)
    found = set[tuple[int, int]]()
    for language in languages():
        if language.short_forms:
            of_language = np.flatnonzero(given & _in_language(language, vocabulary, lists))
            found |= _pairs(language, vocabulary, of_language.tolist())
    if not found:
        return near
    one, other = np.array(sorted(found), np.int64).T
    count = len(vocabulary)
    owner = np.concatenate([one, np.repeat(np.arange(count), np.diff(near.starts))])
    word = np.concatenate([other, near.words])
    kinds = np.concatenate([np.full(len(one), VARIANT, near.kinds.dtype), near.kinds])
    costs = np.concatenate([np.zeros(len(one), near.costs.dtype), near.costs])
    _, first = np.unique(owner * count + word, return_index=True)  # a form before what it was
    starts = np.concatenate([[0], np.cumsum(np.bincount(owner[first], minlength=count))])
    return Variants(starts, word[first].astype(near.words.dtype), kinds[first], costs[first])


def _in_language(
    language: Language, vocabulary: Sequence[str], lists: Sequence[tuple[SourceNames, Floats]]
) -> Flags:
    """Which words are in the script of a language, or on a list in it."""
    found = np.zeros(len(vocabulary), np.bool_)
    for names, uses in lists:
        if names.language is language:
            found |= uses > 0
    if language.script != "LATIN":
        found |= np.array([script_of(word) == language.script for word in vocabulary], np.bool_)
    return found


def _pairs(
    language: Language, vocabulary: Sequence[str], among: Sequence[int]
) -> set[tuple[int, int]]:
    """Two words, in either order, that are forms of one name."""
    by_sound: dict[str, list[int]] = {}
    for at in among:
        by_sound.setdefault(sounds(vocabulary[at]), []).append(at)
    found = set[tuple[int, int]]()
    for forms in _forms(language) if by_sound else ():
        of_name = [by_sound[form] for form in forms if form in by_sound]
        for one, other in itertools.permutations(of_name, 2):
            found.update(itertools.product(one, other))
    return found


@cache
def _forms(language: Language) -> list[frozenset[str]]:
    """The forms of each name in the table of a language, by sound."""
    return [
        frozenset(sounds(word) for name in names for word in words(name, language))
        for names in language.short_forms
    ]
