"""Family and given name in columns of their own: each is read as what its column says."""

from __future__ import annotations

import numpy as np
import pytest

from uncounted.linkage.comparison import levels
from uncounted.linkage.comparison.name_levels import NAME
from uncounted.linkage.encoding.encode import encode
from uncounted.records.cells.name_parser import forms
from uncounted.records.names import surnames
from uncounted.records.names.name import Name
from uncounted.records.report import Report


def parts(family: str | None, given: str | None) -> Name:
    return Name(" ".join(part for part in (family, given) if part), family=family, given=given)


def level(one: str, other: Name) -> str:
    reports = [Report("0", "1", (Name(one),)), Report("1", "1", (other,))]
    found = int(levels.levels(encode(reports), np.array([0]), np.array([1]))[0, 0])
    return "same" if 1 <= found <= levels.NAME_SAME else NAME[found]


@pytest.mark.parametrize(
    ("family", "given"),
    [
        *(("정", "정희"), ("Song", "Song Chol"), ("김", "철수"), ("Tobar Paz", "Juan")),
        *(("Kim", "Kimberly"), ("Kim", "Kim"), ("Lee", "Lee Ann")),
    ],
)
def test_a_given_name_that_begins_as_the_family_name_does_is_no_whole_name(
    family: str, given: str
) -> None:
    whole = f"{family}{given}" if not family.isascii() else f"{family}, {given}"
    assert level(whole, parts(family, given)) == "same"


@pytest.mark.parametrize(
    ("family", "given", "whole"),
    [
        *(("Yuan", "An", "袁安"), ("Moon", "On", "문온"), ("Huang", "Ang", "黄昂")),
        *(("Koo", "O", "구오"), ("Yoon", "On", "윤온"), ("Nam Gung", "Gung", "남궁궁")),
        *(("남궁", "궁", "남궁궁"), ("南宮", "宮", "남궁궁"), ("황보", "보", "황보보")),
        ("Moreno", "Reno", "Moreno, Reno"),
    ],
)
def test_a_given_name_with_the_last_syllable_of_the_family_name_is_kept(
    family: str, given: str, whole: str
) -> None:
    assert level(whole, parts(family, given)) == "same"


def test_no_given_name_is_lost_because_it_is_the_last_syllable_of_the_family_name() -> None:
    tables = surnames.latin(), surnames.hangul()
    pairs = [(word, word[at:]) for table in tables for word in table for at in range(1, len(word))]
    cut = [
        (word, tail)
        for word, tail in pairs
        if word.removesuffix(tail) in tables[0] | tables[1] and tail != "oo"  # as 김○○
    ]
    for pair in cut:
        first = forms([parts(*pair)])[0]
        assert first.family_letters
        assert first.given or first.initials
    assert len(cut) > 50


@pytest.mark.parametrize("given", ["철수", "Chol Su", "Jong Il", "정일", "María José"])
def test_a_given_name_alone_is_one(given: str) -> None:
    assert not any(form.family for form in forms([parts(None, given)]))


@pytest.mark.parametrize("family", ["김", "남궁", "Kim", "Tobar Paz", "长谷川"])
def test_a_family_name_alone_is_one(family: str) -> None:
    assert not any(form.given for form in forms([parts(family, None)]))
