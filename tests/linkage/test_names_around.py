"""Signs that cut a name, and what stands around a whole one: titles, roles, what is said."""

from __future__ import annotations

import numpy as np
import pytest

from uncounted.linkage import besides, compare
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
        *("김·철·수", "김.철.수", "김-철수", "김_철수", "김, 철수", "김・철수", "김 - 철수"),
        *("김．철．수", "金、哲洙", "金,哲洙", "金·哲洙", "金-哲洙"),
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


AROUND = """
김철수 목사|김철수 선교사|김철수 대위|김철수 지배인|김 철수 교수|김철수 아저씨|김철수 등
김철수 일가|김철수 외 3명|김철수 회령|피해자 김철수|수감자 김철수|정치범 김철수|증인 김철수
목사 김 철수|김철수/남/36|金哲洙氏|金哲洙等|金哲洙等人
Col. Kim Chol Su|General Kim Chol Su|Rev. Chol-su Kim|Mr. Deputy Director Kim Chol Su
Victim Kim Chol Su|VICTIM KIM CHOL SU|Witness Kim Chol Su|Pastor Kim Chol Su|Kim Chol Su II
Kim Chol Su, Jr.|Kim Chol Su, PhD|Kim Chol Su, male|Kim Chol Su, M|Kim Chol Su/M/36
Kim Chol Su / male / 36|Kim Chol Su 36|Kim Chol Su et al.|Kim Chol Su and family
Kim Chol Su & wife|Kim Chol Su of Hoeryong|Kim Chol-su of Hoeryong|Kim Chol Su, age 35
Col. Kim Ch'ol Su|Col. Kim Ch'ŏl-su
"""


@pytest.mark.parametrize(
    "written", [text for row in AROUND.strip().splitlines() for text in row.split("|")]
)
def test_what_stands_around_a_whole_name_is_none_of_it(written: str) -> None:
    assert level("김철수", written) == "same"
    assert level("김영호", written) != "same"


NAMES = """
박철 군|김 아름누리|남궁 이슬비|교수 이|김 목사|王氏|김 철수|피해자 김모
Pastor Lopez Garcia|Major Owens Smith|General Kim|Pastor Kim|Kim, M|Kim II|Lopez Garcia, M
Son of Kim Chol|Young son of Kim|Prisoner No 36|Witness No 3|Victim No. 12
"""


@pytest.mark.parametrize(
    "name", [text for row in NAMES.strip().splitlines() for text in row.split("|")]
)
def test_what_may_be_a_name_or_speaks_of_another_is_left(name: str) -> None:
    assert besides.bare(name) == name


def test_a_name_at_birth_is_another_name() -> None:
    assert level("김영희", "Wang Fang, born Kim Yong Hui") == "same"
    assert level("王芳", "Wang Fang, born Kim Yong Hui") == "same"
    assert besides.parted("Kim Chol Su, born South Hamgyong") == ["Kim Chol Su"]
