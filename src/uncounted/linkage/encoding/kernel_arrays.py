"""The arrays of encoded reports that compiled comparisons read, as a named tuple."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from uncounted.linkage.encoding.encode import Encoded


class ReportArrays(NamedTuple):
    """The arrays of `Encoded` that the compiled loop reads."""

    name: NDArray[np.int32]
    form_starts: NDArray[np.int64]
    form_family: NDArray[np.int32]
    form_given: NDArray[np.int32]
    family_starts: NDArray[np.int64]
    family_values: NDArray[np.int64]
    family_weights: NDArray[np.float64]
    given_starts: NDArray[np.int64]
    given_values: NDArray[np.int64]
    given_weights: NDArray[np.float64]
    family_log_share: NDArray[np.float64]
    given_log_share: NDArray[np.float64]
    korean: NDArray[np.bool_]
    initials_only: NDArray[np.bool_]
    open: NDArray[np.bool_]
    alias: NDArray[np.bool_]
    less_likely_order: NDArray[np.bool_]
    family_firsts: NDArray[np.int64]
    given_firsts: NDArray[np.int64]
    family_words: NDArray[np.int64]
    given_words: NDArray[np.int64]
    family_bag: NDArray[np.int64]
    family_bag_words: NDArray[np.int64]
    given_bag: NDArray[np.int64]
    given_bag_words: NDArray[np.int64]
    word_log_share: NDArray[np.float64]
    first_word: int
    letter_starts: NDArray[np.int64]
    letters: NDArray[np.int32]
    letter_sets: NDArray[np.int64]
    sex: NDArray[np.int8]
    birth: NDArray[np.int64]
    origin: NDArray[np.int64]
    relative: NDArray[np.int32]
    occupation: NDArray[np.int32]
    number: NDArray[np.int32]
    text_starts: NDArray[np.int64]
    text_letters: NDArray[np.int32]
    act_starts: NDArray[np.int64]
    act_kind: NDArray[np.int64]
    act_days: NDArray[np.int64]
    act_place: NDArray[np.int64]
    place_levels: NDArray[np.uint8]


def report_arrays(encoded: Encoded) -> ReportArrays:
    """Pick what the compiled loop needs."""
    e = encoded
    return ReportArrays(
        e.name,
        e.form_starts,
        e.form_family,
        e.form_given,
        e.family.starts,
        e.family.values,
        e.family.weights,
        e.given.starts,
        e.given.values,
        e.given.weights,
        e.family_log_share,
        e.given_log_share,
        e.korean,
        e.initials_only,
        e.open,
        e.alias,
        e.less_likely_order,
        e.family_firsts,
        e.given_firsts,
        e.family_word_starts,
        e.given_word_starts,
        e.family_words.starts,
        e.family_words.values,
        e.given_words.starts,
        e.given_words.values,
        e.word_log_share,
        e.first_word,
        e.letter_starts,
        e.letters,
        _letter_sets(e),
        e.sex,
        e.birth,
        e.origin,
        e.relative,
        e.occupation,
        e.number,
        e.text_starts,
        e.text_letters,
        e.act_starts,
        e.act_kind,
        e.act_days,
        e.act_place,
        e.place_levels,
    )


def _letter_sets(encoded: Encoded) -> NDArray[np.int64]:
    """Which letters each word has, a bit a letter (others share one)."""
    sets = np.zeros(len(encoded.letter_starts) - 1, np.int64)
    owner = np.repeat(np.arange(len(sets)), np.diff(encoded.letter_starts))
    np.bitwise_or.at(sets, owner, np.int64(1) << (encoded.letters.astype(np.int64) % 61))
    return sets
