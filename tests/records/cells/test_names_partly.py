"""Names of which one syllable is said and another cut to a letter: Kim Chol S., Ким Чер С."""

from __future__ import annotations

import numpy as np
import pytest

from uncounted.linkage.comparison import levels
from uncounted.linkage.comparison.name_levels import NAME
from uncounted.linkage.encoding.encode import encode
from uncounted.records.names.name import Name
from uncounted.records.report import Report

INITIALS, FAMILY_ONLY = "given initials agree, same family", "given not said, same family"
OTHER = "other given, same family"


def level(one: str, other: str | Name) -> str:
    names = Name(one), other if isinstance(other, Name) else Name(other)
    reports = [Report(str(at), "1", (name,)) for at, name in enumerate(names)]
    found = int(levels.levels(encode(reports), np.array([0]), np.array([1]))[0, 0])
    return "same" if 1 <= found <= levels.NAME_SAME else NAME[found]


@pytest.mark.parametrize(
    "written",
    [
        *("Kim Chol S.", "Kim Chol-s.", "KIM Chol S", "Kim Ch'ŏl S.", "Kim, Chol S.", "Kim Chol X"),
        *("Kim C. Su", "Kim C Su", "Kim Ch. Su", "Kim, C. Su", "Kim * Su", "Kim Chol *"),
        *("C. Su Kim", "Chol S. Kim", "Ким Чер С.", "Ким Ч. Су"),
    ],
)
def test_a_name_that_is_partly_cut_agrees_by_its_first_letters(written: str) -> None:
    assert level("김철수", written) == level(written, "김철수") == INITIALS
    assert level("金哲洙", written) == INITIALS
    assert level("김영호", written) == OTHER
    assert level("박철수", written) == "different"


@pytest.mark.parametrize(
    ("one", "other", "expect"),
    [
        ("남궁철수", "Namgung Chol S.", INITIALS),
        ("최철수", "Цой Ч. С.", INITIALS),
        ("최철수", "Цой Чер С.", INITIALS),
        ("김정일", "Jong Il K.", "same given, family not said"),
        ("김철수", "Kim X", FAMILY_ONLY),
        ("김철수", "Kim X X", FAMILY_ONLY),
        ("David Smith", "David A. Smith", "same"),  # a middle initial
        ("John Lee", "John A. Lee", "same"),
        ("박민", "Min J. Park", "same"),
        ("박민준", "Min J. Park", INITIALS),
        ("Juan Tobar", "Juan A. Tobar", "same"),
    ],
)
def test_what_may_be_a_middle_initial_is_read_as_that_too(
    one: str, other: str, expect: str
) -> None:
    assert level(one, other) == level(other, one) == expect
