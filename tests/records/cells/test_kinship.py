"""What stands for a name and says only whose relative somebody is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from uncounted.linkage.comparison import levels
from uncounted.linkage.comparison.name_levels import NAME
from uncounted.linkage.encoding.encode import encode
from uncounted.records.cells.kinship import after_kin, is_fate, whose
from uncounted.records.cells.name_parser import forms, relative_of
from uncounted.records.lexicon import words
from uncounted.records.names.name import Name
from uncounted.records.report import Report


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("wife of Kim Chol Su", "Kim Chol Su"),
        ("the eldest daughter of Kim", "Kim"),
        ("unnamed son of Kim", "Kim"),
        ("KIM CHOL SU'S MOTHER-IN-LAW", "KIM CHOL SU"),
        ("Kim Chol Su’s younger brother", "Kim Chol Su"),
        ("Agnes' son", "Agnes"),
        ("esposa de Juan Pérez", "Juan Pérez"),
        ("la hija de Juan", "Juan"),
        ("fille d'Ali", "Ali"),
        ("wife of An Chol Su", "An Chol Su"),
        ("Her Jun's wife", "Her Jun"),
        ("زوجة محمد", "محمد"),
        ("طفل أحمد حسن", "أحمد حسن"),
        ("همسر حسین محمدی", "حسین محمدی"),
        ("s/o Abdul Hakim", "Abdul Hakim"),
        ("رضيعة مجهول", ""),
        ("김철수의 아내", "김철수"),
        ("김철수 처", "김철수"),
        ("김 철수 아내", "김 철수"),
        ("김씨의 딸", "김씨"),
        ("김철의 아내", "김철"),
        ("김철수의 둘째 딸", "김철수"),
        ("김철수의 형", "김철수"),
        ("김철수의 어머니", "김철수"),
        ("金哲洙之妻", "金哲洙"),
        ("金哲洙之长女", "金哲洙"),
        ("王小明的女儿", "王小明"),
        ("他的妻子", ""),
        ("его жена", ""),
        ("wife 1", ""),
        ("wife of the victim", ""),
        ("mother of victim", ""),
        ("Wife", ""),
        ("(mother)", ""),
        ("his/her grandmother", ""),
        ("his son", ""),
        ("Baby girl", ""),
        ("her mother", ""),
        ("Her mother", ""),
        ("su hija", ""),
        ("unborn child", ""),
        ("아내", ""),
        ("큰딸", ""),
        ("어머니", ""),
        ("儿子", ""),
    ],
)
def test_who_is_only_somebodys_relative(text: str, named: str) -> None:
    assert whose(text) == named
    assert forms([Name(text)]) == []


LATIN = (
    *("Kim Chol Su", "Son Chol Su", "Son", "Baby", "My Son", "Father Kim", "Sister Maria"),
    *("Brother Lopez", "María López viuda de Pérez", "Maria de la Cruz", "Nieto", "Uncle Ho"),
    *("Irma de Leon", "Fille Dupont", "Mae De Leon", "Hermano de la Cruz", "Padre de Souza"),
    *("Fils d'Aubigne", "Mere", "Ann daughter of John", "Lee Son of Ho", "", " ", "…"),
    *("wife of Kim Chol Su, Ri Yong Hui", "Father An", "Sister Son", "Brother Ma", "Sister Su"),
    *("Grandmother An", "An, Brother", "Her Son", "Son Her", "Baby Little", "Aunt Mi", "Father Le"),
)
RUSSIAN = (
    *("Сын Мин Пак", "Сын Ман Ли", "Сын Хи", "Сын Мин", "Мать Мария Скобцова", "Отец Павел"),
    *("Брат Иван", "Бабушка Зина", "Дочь Мария", "жена Ким Анна", "Муж Цой Виктор"),
)
# 김복동 할머니 is Kim Bok Dong herself; 김 준 형 is 김준형.
KOREAN = (
    *("김철수", "김형", "김모", "남궁모", "이모", "고모", "장남", "장녀", "차남", "장모", "장인"),
    *("손자", "김부인", "이 부인", "김아기", "박막내", "황보부", "김복동 할머니", "길원옥할머니"),
    *("이소선 어머니", "박정기 아버지", "리설주 부인", "김철수 형", "김 준 형", "김 성 모"),
    *(
        "황보금딸",
        "김이쁜딸",
        "김작은아들",
        "배막내딸",
        "이 정 부",
        "리 영 처",
        "김 은 아이",
        "김 의형",
        "조 의 형",
        "남궁의형",
        "황보 의형",
    ),
)
CHINESE = (
    *("鈴木丈夫", "丈夫", "我妻", "我孫子", "佐藤之夫", "中村之子"),
    "王子",
    "李太太",
    "夫差",
    "子",
    "妹妹",
    "韦绍兰奶奶",
    "朴英姬太太",
    "李妹妹",
)


@pytest.mark.parametrize("text", [*LATIN, *RUSSIAN, *KOREAN, *CHINESE])
def test_what_may_be_a_name_is_one(text: str) -> None:
    assert whose(text) is None


@pytest.mark.parametrize("before", ["", "father ", "아버지 ", "부모 모두 ", "父", "父母已"])
@pytest.mark.parametrize("word", [*sorted(words("fate")), "사망함", "실종 중"])
def test_every_word_for_what_became_of_somebody_is_read(before: str, word: str) -> None:
    assert is_fate(before + word)
    assert not is_fate(f"{before}{word} Kim")


NEAR = (
    "전처 친구 형수 처남 매부 장모 계모 약혼녀 애인 부모 자녀 손자 외동딸 의붓딸 유족 이웃 동료"
    " 이모부 동생 사촌동생 장남"
)


@pytest.mark.parametrize("word", NEAR.split())
def test_who_is_near_somebody_is_not_that_one(word: str) -> None:
    assert whose(f"김철수 {word}") == "김철수"
    assert whose(f"김철수의 {word}") == "김철수"
    assert forms([Name(f"김철수 {word}")]) == []
    assert after_kin(f"{word} 김철수") == ("김철수", False)


@pytest.mark.parametrize(
    "text",
    ["둘째 딸", "큰 딸", "어린 딸", "한족 남편", "남편(중국인)", "사촌동생", "의붓아버지", "전처"],
)
def test_kin_of_a_kind_is_no_one(text: str) -> None:
    assert whose(text) == ""


def test_a_son_in_small_letters_stands_before_a_name() -> None:
    assert after_kin("son Kim Chol Su") == ("Kim Chol Su", False)
    for name in ("Son Chol Su", "son chol su", "SON CHOL SU"):
        assert after_kin(name) == ("", False)


FATES = (
    "부모 미상|양친 미상|부모님 모두 모름|parents unknown|父母不详|행불|아버지 행불|북송됨|돌아가심"
    "|아버지 돌아가셨음|중국 거주|아버지 중국 거주|passed away|in China|mother in China"
    "|starved to death|아버지는 사망|아버지가 2008년 사망|부친은 사망|조부 사망|가족 사망"
    "|온 가족 사망|시부모 사망|오빠 2명 사망|병으로 사망|수감 중|소식 없음|연락 두절|생사불명"
    "|son dead|two sons dead|children dead|남편과 이혼"
)
NO_FATES = (
    "김사망|아버지 김중국 거주|김철수 사망|Son Dead Kim|In Chin|In Sook|전미상|전병사|김거주|부모성"
    "|김철로 사망|이하심|김철수는 사망|이모름"
)


@pytest.mark.parametrize("text", FATES.split("|"))
def test_what_became_of_kin_is_no_name(text: str) -> None:
    assert is_fate(text)


@pytest.mark.parametrize("text", NO_FATES.split("|"))
def test_a_name_is_no_fate(text: str) -> None:
    assert not is_fate(text)


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    named = whose(text)
    assert named is None or not any(mark in named for mark in ",;/|()")


def level(one: Report, other: Report, field: int) -> int:
    rows = levels.levels(encode([one, other]), np.array([0]), np.array([1]))
    return int(rows[0, field])


def report(at: str, *names: Name, relative: str | None = None) -> Report:
    return Report(at, "1", names, relative=Name(relative) if relative else None)


@pytest.mark.parametrize("called", ["Kim Chol Su's wife", "wife of Kim Chol Su", "김철수의 아내"])
def test_a_wife_is_not_her_husband(called: str) -> None:
    """Her name is not said, and who she is called after is her relative."""
    wife, husband = report("A", Name(called)), report("B", Name("김철수"))
    assert level(wife, husband, 0) == 0
    assert level(wife, report("B", Name("리영희"), relative="김철수"), 5) == 1
    named = report("A", Name(called), relative="Ri Yong Hui")
    assert relative_of(named) == Name("Ri Yong Hui")  # what is said in a field of its own


def test_wives_of_a_victim_have_no_husband_in_common() -> None:
    for called in ("wife of the victim", "son of a farmer", "widow of deceased"):
        assert level(report("A", Name(called)), report("B", Name(called)), 5) == 0


def test_a_family_name_that_names_somebody_else_is_none() -> None:
    wife = report("A", Name("x", family="wife of Kim", given="Yong Hui"))
    assert level(wife, report("B", Name("x", family="Ri", given="Yong Hui")), 0) == NAME.index(
        "same given, family not said"
    )


def test_parts_say_whose_relative_as_a_whole_name_does() -> None:
    parts = Name("김철수의 딸영희", family="김철수의 딸", given="영희")
    assert relative_of(report("A", parts)) == Name("김철수")
    assert relative_of(report("A", Name("鈴木丈夫", family="鈴木", given="丈夫"))) is None
    assert relative_of(report("A", Name("김철수의 딸", family="리"))) == Name("김철수")
    assert forms([Name("mother", family="mother")]) == []


def test_two_mothers_are_not_of_one_name() -> None:
    for one in ("mother", "어머니", "母亲"):
        assert level(report("A", Name(one)), report("B", Name(one)), 0) == 0
        here, there = (report(at, Name("x", family="Kim", given=one)) for at in "AB")
        assert level(here, there, 0) == NAME.index("given not said, same family")
