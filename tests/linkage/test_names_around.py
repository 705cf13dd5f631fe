"""Signs that cut a name, and what stands around a whole one: titles, roles, what is said."""

from __future__ import annotations

import numpy as np
import pytest

from uncounted.linkage import compare
from uncounted.linkage.encode import encode
from uncounted.linkage.name_levels import NAME
from uncounted.records.names import Name
from uncounted.records.report import Report


def level(one: str, other: str) -> str:
    reports = [Report(str(at), "1", (Name(name),)) for at, name in enumerate((one, other))]
    found = int(compare.levels(encode(reports), np.array([0]), np.array([1]))[0, 0])
    return "same" if 1 <= found <= compare.NAME_SAME else NAME[found]


@pytest.mark.parametrize(
    "written",
    [
        *(
            "김·철·수",
            "김.철.수",
            "김-철수",
            "김_철수",
            "김, 철수",
            "김・철수",
            "김 - 철수",
            "김．철．수",
        ),
        *("金、哲洙", "金,哲洙", "金·哲洙", "金-哲洙"),
    ],
)
def test_signs_do_not_cut_a_name_in_hangul_or_in_characters(written: str) -> None:
    assert level("김철수", written) == level("Kim Chol Su", written) == "same"
    assert level("김영호", written) != "same"


def test_signs_between_names_do_not_make_them_one() -> None:
    assert level("김이박", "김, 이, 박") != "same"
    assert level("남김철수", "남, 김철수") != "same"
    assert level("김철수", "김철수·박민호") == level("박민호", "김철수·박민호") == "same"


@pytest.mark.parametrize("sign", [" / ", "/", "; ", ";", " | "])
def test_two_names_in_letters_with_a_sign_between_are_two(sign: str) -> None:
    assert level("김철수", f"Kim Chol Su{sign}Park Min Ho") == "same"
    assert level("박민호", f"Kim Chol Su{sign}Park Min Ho") == "same"
    assert level("김철수", f"Ким Чер Су{sign}Пак Мин Хо") == "same"


def test_a_sign_within_a_name_in_letters_parts_nothing() -> None:
    assert level("김철수", "Kim/Chol Su") == level("김철수", "Kim; Chol-Su") == "same"
