"""The whole name in one of two columns: 김철수 beside 김, or alone under "family name"."""

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
        *(("김", "김철수"), ("김", "김 철수"), ("김철수", "철수"), ("김철수", "김철수")),
        *(("김철수", None), (None, "김철수"), ("김철수", "미상"), ("김철수 씨", "")),
        *(("金", "金哲洙"), ("金哲洙", None), (None, "金哲洙"), ("Ким", "Ким Чер Су")),
        *(("Kim", "Kim Chol Su"), ("KIM", "Kim Cholsu"), ("Kim", "Chol Su Kim")),
        *(("Kim Chol Su", None), (None, "Kim Chol Su"), (None, "Chol Su Kim")),
        *(("unknown", "Kim Chol Su"), ("Kim, Chol Su", None)),
        *(("Kim", "Kim, Chol Su"), ("Kim, Chol Su", "Chol Su")),
    ],
)
def test_a_whole_name_in_one_part_is_a_whole_name(family: str | None, given: str | None) -> None:
    assert level("김철수", parts(family, given)) == "same"
    assert level("김영호", parts(family, given)) != "same"


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


@pytest.mark.parametrize(
    ("family", "given", "whole", "other"),
    [
        *(("Han", "Han Na Ri", "한나리", "리한나"), ("Han", "Na Ri Han", "한나리", "나리한")),
        *(("Han Na Ri", "Na Ri", "한나리", "리한나"), ("Ha", "Ha SONU", "하선우", "선우하")),
        ("Han", "Han Na Ri (Pak Min)", "한나리", "리한나"),
    ],
)
def test_the_family_name_that_is_stated_is_the_one_of_the_whole_name(
    family: str, given: str, whole: str, other: str
) -> None:
    assert level(whole, parts(family, given)) == "same"
    assert level(other, parts(family, given)) != "same"
    assert not forms([parts(family, given)])[0].is_other_way


def test_what_stands_next_to_the_whole_name_in_a_part_is_read_as_well() -> None:
    assert level("박민", parts("Han", "Han Na Ri (Pak Min)")) == "same"
    assert level("박민", parts("김", "김철수(일명 박민)")) == "same"


@pytest.mark.parametrize(
    ("family", "given"), [("이", "이슬비"), ("강", "강산아"), ("한", "한나리"), ("남", "남궁민")]
)
def test_a_given_name_that_may_begin_as_the_family_name_does_is_read_both_ways(
    family: str, given: str
) -> None:
    assert level(given, parts(family, given)) == "same"
    assert level(f"{family}{given}", parts(family, given)) == "same"
    usual = forms([parts("김", "김철수")])
    assert [form.given_letters[0] for form in usual] == ["cheolsu"]


@pytest.mark.parametrize(
    ("family", "given"), [("Kim", "Kim Chol Su's wife"), ("김", "김철수의 딸")]
)
def test_a_relative_in_the_part_that_holds_both_is_no_name(family: str, given: str) -> None:
    assert forms([parts(family, given)]) == []


@pytest.mark.parametrize("given", ["철수", "Chol Su", "Jong Il", "정일", "María José"])
def test_a_given_name_alone_is_one(given: str) -> None:
    assert not any(form.family for form in forms([parts(None, given)]))


@pytest.mark.parametrize("family", ["김", "남궁", "Kim", "Tobar Paz", "长谷川"])
def test_a_family_name_alone_is_one(family: str) -> None:
    assert not any(form.given for form in forms([parts(family, None)]))
