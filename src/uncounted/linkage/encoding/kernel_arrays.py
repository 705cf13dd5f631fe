"""The arrays of encoded reports that compiled comparisons read, as a named tuple."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from uncounted.linkage.arrays import Codes, Flags, Floats, Ints, Kinds
from uncounted.linkage.encoding.spelling import Variants


class NameArrays(NamedTuple):
    """Family or given names: row i is from `starts[i]` to `starts[i + 1]`; row 0 is empty."""

    starts: Ints
    values: Ints  # readings, in order
    weights: Floats
    log_share: Floats  # by reading: log of how common it is here
    spellings: Ints  # row starts: rows of `ReportArrays.letter_starts`
    bag: Ints  # row starts: the words of a part in an alphabet
    bag_words: Ints  # rows of `ReportArrays.word_log_share`


class ReportArrays(NamedTuple):
    """All that is compared. A report has a row of forms, `name[report]`.

    A form is a way of reading a name; its family and its given name are *parts*, which many forms
    share.
    """

    name: Codes  # a report: row of `form_starts`
    form_starts: Ints  # (rows + 1)
    form_family: Codes  # a form: its family name, a part
    form_given: Codes
    family: NameArrays
    given: NameArrays
    korean: Flags  # a form: its given name reads as Korean
    general: Flags  # a form: compared by its words, since it is not read as Korean
    initials_only: Flags  # a form: a part has only initials
    open: Flags  # a form: where its family name begins is a guess
    alias: Flags  # a form: of a name beside the main one
    less_likely_order: Flags  # a form: its family name is likelier another word
    family_firsts: Ints  # a form: letters that the family name may begin with, a bit each
    given_firsts: Ints  # the same for the first two syllables of the given name
    word_log_share: Floats  # log of how common a word and its variants are in names here
    word_firsts: Ints  # Latin letters that a word may begin with, a bit each
    variants: Variants
    first_word: int  # row of `letter_starts` at which words begin
    letter_starts: Ints
    letters: Codes
    letter_sets: Ints  # which letters each spelling or word has, a bit a letter (`letter_sets`)
    joined_starts: Ints  # a form: sounds of all its words as one, for names that are run together
    joined: Codes
    sex: NDArray[np.int8]  # 0 not said
    birth: Ints  # (reports, 2): first and last day; 0, 0 not said
    origin: Ints  # row of `place_levels`, NO_KEY not said
    relative: Codes  # row of `form_starts`; one without forms is not said
    father: Codes  # row of `form_starts`: the father's name as the report's own name has it
    occupation: Codes  # row of `text_starts`, NO_KEY not said
    number: Codes
    text_starts: Ints
    text_letters: Codes
    act_starts: Ints
    act_kind: Ints
    act_days: Ints  # (acts, 2)
    act_place: Ints
    place_levels: Kinds


def letter_sets(starts: Ints, letters: Codes) -> Ints:
    """Which letters each word has, a bit a letter (others share one)."""
    sets = np.zeros(len(starts) - 1, np.int64)
    owner = np.repeat(np.arange(len(sets)), np.diff(starts))
    np.bitwise_or.at(sets, owner, np.int64(1) << (letters.astype(np.int64) % 61))
    return sets
