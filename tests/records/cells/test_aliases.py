"""Aliases beside a name, and annotations of a person, in one cell."""

from __future__ import annotations

import numpy as np
import pytest

from uncounted.linkage.comparison import levels as compare
from uncounted.linkage.comparison.name_levels import NAME
from uncounted.linkage.encoding.encode import encode
from uncounted.records.cells.name_annotations import split_aliases, without_annotations
from uncounted.records.names.name import Name, untitled
from uncounted.records.report import Report


def called(one: tuple[str, ...], *other: str) -> str:
    people = Report("A", "1", tuple(map(Name, one))), Report("B", "2", tuple(map(Name, other)))
    encoded = encode(people)
    levels = [
        int(compare.levels(encoded, np.array([at]), np.array([1 - at]))[0, 0]) for at in (0, 1)
    ]
    assert levels[0] == levels[1], "the other way round"
    return "same" if 1 <= levels[0] <= compare.NAME_SAME else NAME[levels[0]]


ALIAS = """
김철수(일명 박민)|김철수(본명 박민)|김철수(필명 박민)|김철수(별명: 박민)|김철수 (본명은 박민)
김철수, 일명 박민|김철수 본명 박민|김철수(일명박민희)|김철수(개명 전 박민)|김철수 또는 박민
金哲洙（又名朴民）|金哲洙(曾用名朴民)|金哲洙，又名朴民|金哲洙又名朴民|金哲洙 化名 朴民
金哲洙(化名:朴民)|金哲洙（別名 朴民）|김철수 a.k.a. Park Min|김철수 aka Park Min
Kim Chol Su, also known as Park Min
Kim Chol Su (also known as Park Min)|Kim Chol Su (real name: Park Min)|Kim Chol Su alias: Park Min
Kim Chol Su born Park Min|Kim Chol Su / Park Min|Kim Chol Su; Park Min|Ким Чхоль Су / Пак Мин
Kim Chol Su, born Park Min, aka Choe Mi Ran
김 철수 / 박 민|金 哲洙 / 朴 民
Kim Chol Su (formerly Park Min)|Kim Chol Su a/k/a Park Min|Ким Чхоль Су (он же Пак Мин)
김철수(일명 박민, 35세)|김철수(개명 박민)|김철수(이전이름 박민)
"""


@pytest.mark.parametrize(
    "written", [text for row in ALIAS.strip().splitlines() for text in row.split("|")]
)
def test_somebody_is_found_by_the_name_before_and_by_that_after_the_word(written: str) -> None:
    assert called((written,), "김철수") == "same"
    assert called((written,), "박민희" if "희" in written else "박민") == "same"
    assert called((written,), "리영호") == "different"


@pytest.mark.parametrize(
    "other",
    [
        *("일명 박민", "일명: 박민", "본명 박민", "別名 朴民", "又名朴民", "化名 朴民"),
        *("aka Park Min", "a.k.a. Park Min"),
    ],
)
def test_the_word_may_stand_before_a_further_name(other: str) -> None:
    assert called(("김철수", other), "박민") == "same"
    assert called(("김철수", other), "김철수") == "same"


@pytest.mark.parametrize("said", ["임신중", "노동자", "조선족", "송환됨", "박사님"])
def test_a_word_after_a_whole_name_in_hangul_is_no_name_of_theirs(said: str) -> None:
    assert called((f"김철수 {said}",), "김철수") == "same"
    assert called((f"김철수 {said}",), f"리영호 {said}") == "different"


@pytest.mark.parametrize("said", ["in China", "to Yanji", "one son", "an elder", "Kim family"])
def test_what_is_reported_after_a_sign_in_letters_is_no_name_of_theirs(said: str) -> None:
    assert called((f"Kim Chol Su / {said}",), f"Pak Yong Hui / {said}") == "different"


def test_a_comma_or_an_apostrophe_is_no_reason_to_be_one_name() -> None:
    assert called(("KIM, Chol Su; PAK, Min Ho",), "Pak Min Ho") == "same"
    assert called(("Ch'oe Chol-su / in custody",), "최철수") == "same"


def test_a_name_that_both_are_called_as_well_is_still_no_name_of_theirs() -> None:
    assert called(("김철수(일명 박민)",), "리영호(일명 박민)") == "another name the same"


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("김선희", "김순희", "another given one letter off, same family"),
        ("전영희", "천영희", "same given, family slip"),
        ("김철", "김철수", "same"),  # one may be cut
        ("김선희", "김선희", "same"),
        ("김선희", "김○○", "same"),
    ],
)
def test_a_name_as_well_says_nothing_of_sisters_a_letter_apart(
    one: str, other: str, level: str
) -> None:
    assert called((one, "王芳"), other, "王芳") == level


@pytest.mark.parametrize(
    "name",
    [
        *("이명박", "김일명", "박본명", "필명수", "Nana Aka Kouame", "Kim (Chol Su)", "王又名"),
        *("Max Born", "Born Maria", "Kim/Chol Su", "Juan Tobar / San Salvador", "김철수 이모"),
    ],
)
def test_what_may_be_a_name_is_no_word_for_another(name: str) -> None:
    assert split_aliases(name) == [name]


SAID = """
故 김철수|故김철수|고 김철수|고(故) 김철수|망 김철수|故金哲洙|已故金哲洙|the late Kim Chol Su
late Kim Chol Su|The late Mr Kim Chol Su|покойный Ким Чхоль Су|Kim Chol Su, aged 35
Kim Chol Su (aged 35)|Kim Chol Su, 35|Kim Chol Su, 35 years old|Kim Chol Su, born 1980
Kim Chol Su (male, 35)|Kim Chol Su (deceased)|Ким Чхоль Су, 35 лет|김철수 군|김철수군|김철수 씨
김철수 할머니|김철수 할아버지|김철수 씨(35)|김철수(35세)|김철수(당시 35세)|김철수(남, 35세)
김철수 35세|김철수(1980년생)|김철수(사망)|金哲洙（男，35岁）|金哲洙，35岁
김 철수 군|Kim Chol-su halmoni|김철수(金哲洙, 35세)
"""


@pytest.mark.parametrize(
    "written", [text for row in SAID.strip().splitlines() for text in row.split("|")]
)
def test_what_is_reported_of_somebody_is_no_part_of_the_name(written: str) -> None:
    assert called((written,), "김철수") == "same"
    assert called((written,), "Kim Chol Su") == "same"
    assert called((written,), "김철호") == "other given, same family"


@pytest.mark.parametrize(
    "name",
    [
        *(
            "고 철수",
            "고 김철",
            "고김철수",
            "故",
            "박철 군",
            "김형군",
            "남궁민군",
            "김 영양",
            "이양",
        ),
        *("Kim, F", "Kim (3)", "Late", "김철수 외할머니", "우리 할머니", "(35세)", "장남"),
        *("김철수(박장남)", "金哲洙(金子)"),
    ],
)
def test_what_may_be_a_name_is_left_alone(name: str) -> None:
    assert without_annotations(untitled(name)) == name


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("김철수(사망)", "박민(사망)"),
        ("김철수(가명)", "박민(가명)"),
        ("김철수(남편)", "박민(남편)"),
        ("김철수 (동생)", "리영호 (동생)"),
        ("김철수(장남)", "리영호(장남)"),
        ("김철수(나이 미상)", "박민(나이 미상)"),
        ("김철수(추정)", "박민(추정)"),
        ("김철수(30대 남성)", "박민(30대 남성)"),
        ("김철수(함흥 출신)", "박민(함흥 출신)"),
        ("故 김철수", "故 박민"),
        ("김철수 35세", "박민 35세"),
        ("김철수 할머니", "박민자 할머니"),
        ("Kim Chol Su (deceased)", "Park Min (deceased)"),
        ("Kim Chol Su (previously arrested)", "Park Min (previously arrested)"),
        ("Kim Chol Su (real name)", "Park Min (real name)"),
        ("성명: 김철수", "성명: 박민"),
        ("Name: Kim Chol Su", "Name: Park Min"),
    ],
)
def test_it_is_no_name_that_two_people_have_in_common(one: str, other: str) -> None:
    assert called((one,), other) == "different"


@pytest.mark.parametrize(
    "after",
    [
        *(" / Hoeryong City", "; South Pyongan", " born Hoeryong City", " born North Hamgyong"),
        *(" / Ham Hung City", " | Kang Won Do", "; date unknown", " / case closed", "; he died"),
        *("; In custody", " / No contact", " / no name", " / a woman"),
    ],
)
def test_what_stands_after_a_name_and_a_sign_and_is_none_is_left_out(after: str) -> None:
    assert called((f"Kim Chol Su{after}",), f"Pak Yong Hui{after}") == "different"
    assert called((f"Kim Chol Su{after}",), "김철수") == "same"


@pytest.mark.parametrize("after", ["이장", "이송", "강계", "목사", "강원도", "학생", "남포시"])
def test_a_role_or_a_place_after_a_name_in_hangul_is_none(after: str) -> None:
    assert called((f"김철수 {after}",), f"박영희 {after}") == "different"
    assert called((f"김철수 {after}",), "김철수") == "same"
    assert split_aliases("김철수 조선족") == ["김철수 조선족"]


def test_a_relative_who_is_named_is_not_taken_for_the_person() -> None:
    assert called(("김철수의 할머니",), "김철수") == "not said"
    assert called(("the late Kim Chol Su's wife",), "김철수") == "not said"


@pytest.mark.parametrize(
    "text", ["(" * 200, "(1 " * 66, "고 " * 100, "known as " * 22, "본명 " * 66]
)
def test_repeats_without_end_are_read(text: str) -> None:
    assert without_annotations(text)
    assert split_aliases(text)


KIN = """
아들 김철수|남편 김철수|처 김철수|아버지 김철수|부: 김철수|남편김철수|둘째 아들 김철수
아들 김철수 군|아버지 김철수(사망)|父金哲洙|父亲 金哲洙|夫：金哲洙|Father: Kim Chol Su
Son: Kim Chol Su|father Kim Chol-su|Uncle Kim Chol Su|his brother Kim Chol Su|отец: Ким Чхоль Су
아버지 김철수(金哲洙)
"""


@pytest.mark.parametrize(
    "written", [text for row in KIN.strip().splitlines() for text in row.split("|")]
)
def test_whose_relative_somebody_is_before_a_whole_name_is_no_part_of_it(written: str) -> None:
    assert called((written,), "김철수") == "same"
    assert called((written,), "김철호") == "other given, same family"
    people = [
        Report(at, "1", (Name("x"),), relative=Name(name))
        for at, name in (("A", written), ("B", "김철수"))
    ]
    assert compare.levels(encode(people), np.array([0]), np.array([1]))[0, 5] == 1


@pytest.mark.parametrize(
    "name",
    [
        *(
            "남편철",
            "딸김",
            "부철수",
            "모 김철",
            "형김철수",
            "이모김",
            "Father Kim",
            "Uncle Ho",
            "Sister Maria",
        ),
        *(
            "Son Chol Su",
            "Sister Maria Lopez",
            "鈴木丈夫",
            "夫差",
            "子金哲",
            "아들 김철",
            "Son Kim Chol Su",
        ),
    ],
)
def test_a_word_for_a_relative_that_may_be_a_name_is_one(name: str) -> None:
    assert without_annotations(untitled(name)) == name
