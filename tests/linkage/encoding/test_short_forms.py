"""Short forms of given names as variants of words."""

from __future__ import annotations

import itertools

import numpy as np

from uncounted.linkage.encoding.short_forms import with_short_forms
from uncounted.linkage.encoding.source_names import SourceNames
from uncounted.linkage.encoding.spelling import NEAR, VARIANT, variants
from uncounted.records.names.languages.pack import languages

ENGLISH = next(each for each in languages() if each.code == "english")
WORDS = ["ann", "annie", "bill", "billy", "robert", "turner", "will", "william", "wilson"]


def related(given: dict[str, int], family: dict[str, int]) -> set[tuple[str, str]]:
    uses = np.array([given.get(word, 0) for word in WORDS], float)
    as_family = np.array([family.get(word, 0) for word in WORDS], float)
    lists = [(SourceNames(korean=False, language=ENGLISH), uses)]
    near = with_short_forms(variants(WORDS), WORDS, lists, as_family)
    for at in range(len(WORDS)):
        row = near.words[near.starts[at] : near.starts[at + 1]]
        assert (np.diff(row) > 0).all()  # in order, for the search by halves
    return {
        (WORDS[at], WORDS[other])
        for at in range(len(WORDS))
        for other, kind, _ in near.of(at)
        if kind == VARIANT
    }


def test_forms_of_one_name_in_either_order_and_no_others() -> None:
    found = related(dict.fromkeys(WORDS, 1), {})
    assert {(other, one) for one, other in found} == found
    table = {frozenset(row) for row in ENGLISH.short_forms}
    expected = {
        (one, other)
        for one, other in itertools.permutations(WORDS, 2)
        if any({one, other} <= row for row in table)
    }
    assert found == expected
    assert ("bill", "william") in found
    assert ("robert", "william") not in found


def test_words_that_are_mostly_family_names_are_no_forms() -> None:
    forms = dict.fromkeys(WORDS, 1)
    assert not any("will" in pair for pair in related(forms, {"will": 2}))
    assert related({}, {}) == set()


def test_what_is_near_in_spelling_becomes_the_same_name() -> None:
    words = ["ann", "annie"]
    near = variants(words)
    assert [kind for _, kind, _ in near.of(0)] == [NEAR]
    lists = [(SourceNames(korean=False, language=ENGLISH), np.ones(2))]
    found = with_short_forms(near, words, lists, np.zeros(2))
    assert [kind for _, kind, _ in found.of(0)] == [VARIANT]
