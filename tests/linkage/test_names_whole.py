"""The whole name in one of two columns: 김철수 beside 김, or alone under "family name"."""

from __future__ import annotations

import numpy as np
import pytest

from uncounted.linkage import compare
from uncounted.linkage.encode import encode
from uncounted.linkage.name_levels import NAME
from uncounted.linkage.names import forms
from uncounted.records.names import Name
from uncounted.records.report import Report


def parts(family: str | None, given: str | None) -> Name:
    return Name(" ".join(part for part in (family, given) if part), family=family, given=given)


def level(one: str, other: Name) -> str:
    reports = [Report("0", "1", (Name(one),)), Report("1", "1", (other,))]
    found = int(compare.levels(encode(reports), np.array([0]), np.array([1]))[0, 0])
    return "same" if 1 <= found <= compare.NAME_SAME else NAME[found]


@pytest.mark.parametrize(
    ("family", "given"),
    [
        *(("김", "김철수"), ("김", "김 철수"), ("김철수", "철수"), ("김철수", "김철수")),
        *(("김철수", None), (None, "김철수"), ("김철수", "미상"), ("김철수 씨", "")),
        *(("金", "金哲洙"), ("金哲洙", None), (None, "金哲洙"), ("Ким", "Ким Чер Су")),
        *(("Kim", "Kim Chol Su"), ("KIM", "Kim Cholsu"), ("Kim", "Chol Su Kim")),
        *(("Kim Chol Su", None), (None, "Kim Chol Su"), (None, "Chol Su Kim")),
        *(("unknown", "Kim Chol Su"), ("Kim, Chol Su", None)),
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


@pytest.mark.parametrize("given", ["철수", "Chol Su", "Jong Il", "정일", "María José"])
def test_a_given_name_alone_is_one(given: str) -> None:
    assert not any(form.family for form in forms([parts(None, given)]))


@pytest.mark.parametrize("family", ["김", "남궁", "Kim", "Tobar Paz", "长谷川"])
def test_a_family_name_alone_is_one(family: str) -> None:
    assert not any(form.given for form in forms([parts(family, None)]))
