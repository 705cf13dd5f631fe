"""Signs within a name, and annotations around a whole one: titles, occupations, remarks."""

from __future__ import annotations

import re

import numpy as np
import pytest

from uncounted.linkage.comparison import levels
from uncounted.linkage.comparison.name_levels import NAME
from uncounted.linkage.encoding.encode import encode
from uncounted.records.cells.name_annotations import without_annotations
from uncounted.records.names.name import Name
from uncounted.records.report import Report


def level(one: str, other: str) -> str:
    reports = [Report(str(at), "1", (Name(name),)) for at, name in enumerate((one, other))]
    found = int(levels.levels(encode(reports), np.array([0]), np.array([1]))[0, 0])
    return "same" if 1 <= found <= levels.NAME_SAME else NAME[found]


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
박철 군|김 아름누리|남궁 이슬비|교수 이|김 목사|王氏|김 철수
Pastor Lopez Garcia|Major Owens Smith|General Kim|Pastor Kim|Kim, M|Kim II|Lopez Garcia, M
Son of Kim Chol|Young son of Kim|Prisoner No 36|Witness No 3|Victim No. 12
"""


@pytest.mark.parametrize(
    "name", [text for row in NAMES.strip().splitlines() for text in row.split("|")]
)
def test_what_may_be_a_name_or_speaks_of_another_is_left(name: str) -> None:
    assert without_annotations(name) == name


@pytest.mark.parametrize(
    "written",
    [
        *("은계생 강안동", "남명자 교통사고로", "석철민 송학리", "김철수 용접공", "박민호 김철수"),
        *("김철수 농민 박민호", "김 철수 박 영희", "강복남씨 한은향씨", "전거리 김영희"),
    ],
)
def test_a_name_next_to_words_that_are_not_known_is_kept_as_written(written: str) -> None:
    assert without_annotations(written) == written
    assert level(written, written) != "different"
    assert level(written, f"{written.split()[-1]} {written.split()[0]}") != "same"


def test_a_known_word_next_to_a_name_is_left_out() -> None:
    assert without_annotations("고복녀 이주") == "고복녀"
    assert without_annotations("지도원 강철") == "강철"


def test_a_name_at_birth_is_another_name() -> None:
    assert level("김영희", "Wang Fang, born Kim Yong Hui") == "same"
    assert level("王芳", "Wang Fang, born Kim Yong Hui") == "same"


@pytest.mark.parametrize(
    "word",
    [
        *("노동자", "로동자", "안전원", "지도원", "변호사", "전도사", "소학생", "연구원", "인민군"),
        *("조선족", "장애인", "이혼녀", "신고자", "신의주", "양강도", "여학생", "남학생"),
        *("제보자", "임산부", "임신부", "어린이", "탈북민", "농민", "함흥", "회령시 농민", "석방"),
    ],
)
def test_a_word_before_or_after_a_name_in_hangul_is_not_kept_in_its_place(word: str) -> None:
    for name, other in (("김영희", "박철수"), ("김 영희", "박 철수"), ("차명옥", "김영희")):
        assert level(f"{word} {name}", name) == level(f"{name} {word}", name) == "same"
        assert level(f"{word} {name}", f"{word} {other}") == "different"
        assert level(f"{name} {word}", f"{other} {word}") == "different"


@pytest.mark.parametrize(
    ("written", "name"),
    [
        *(("강철 농민", "강철"), ("노동자 강철", "강철"), ("김철수 여", "김철수")),
        *(("김철수 남 35", "김철수"), ("김철수 여 35세", "김철수"), ("金哲洙 工人", "김철수")),
        *(("남명자 농민", "남명자"), ("회령 남궁민", "남궁민"), ("김정숙 농민", "김정숙")),
        ("김철수의 딸 박영희", "박영희"),
        ("피해자 김모", "김○○"),
    ],
)
def test_a_name_is_found_within_words(written: str, name: str) -> None:
    assert without_annotations(written).split("; ")[0] == name or level(written, name) == level(
        name, name
    )


@pytest.mark.parametrize("sign", ["%s: %s", "(%s) %s", "%s, %s", "%s %s"])
@pytest.mark.parametrize(
    "word", ["피해자", "증인", "증언자", "대상자", "학생", "목사", "성함", "신청인"]
)
def test_who_somebody_is_before_a_sign_is_no_name(sign: str, word: str) -> None:
    if sign == "%s %s" and word == "성함":
        return
    assert level(sign % (word, "김철수"), "김철수") == "same"
    assert level(sign % (word, "김철수"), sign % (word, "박영희")) == "different"


@pytest.mark.parametrize("word", ["군관", "이주", "공개처형", "서울"])
def test_what_stands_before_a_colon_is_no_name_if_a_whole_one_follows(word: str) -> None:
    assert level(f"{word}: 김철수", "김철수") == "same"
    assert level(f"{word}: 김철수", f"{word}: 박영희") == "different"
    assert level("박영희: 김철수", "박영희") == "same"


@pytest.mark.parametrize("word", ["군관", "공개처형", "탄부", "브로커"])
def test_what_is_no_korean_name_before_one_is_not_the_main_one(word: str) -> None:
    for sign in ("%s, %s", "(%s) %s", "%s/%s"):
        assert level(sign % (word, "김철수"), "김철수") == "same"
        assert level(sign % (word, "김철수"), sign % (word, "박영희")) != "same"


@pytest.mark.parametrize("sign", ["%s(%s)", "%s-%s", "%s, %s", "%s 이름: %s"])
@pytest.mark.parametrize("word", ["아버지", "어머니", "남편", "아들", "처"])
def test_a_word_of_kin_before_a_sign_is_no_name(sign: str, word: str) -> None:
    assert level(sign % (word, "김철수"), "김철수") == "same"
    assert level(sign % (word, "김철수"), sign % (word, "박민호")) == "different"


@pytest.mark.parametrize(
    "written",
    [
        *("김철수(처: 박영희)", "김철수(아들: 박영희)", "김철수(아내 박영희)", "김철수, 처 박영희"),
        *("金哲洙(妻:朴英姬)", "金哲洙（妻朴英姬）", "김 철수 (처: 박영희)"),
        *("Kim Chol Su (wife: Pak Yong Hui)", "Kim Chol Su (wife Pak Yong Hui)"),
    ],
)
def test_a_relative_in_brackets_is_somebody_else(written: str) -> None:
    assert level(written, "김철수") == "same"
    assert level(written, "박영희") == "different"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *(("기무라 하나코", "기무라 다로"), ("마쓰다 준코", "마쓰다 히로시")),
        *(("나타샤 이바노바", "나타샤 김"), ("마리아 로페스", "마리아 이바노바")),
        *(
            ("마이클 잭슨", "마이클 조던"),
            ("이시이 시로", "이시이 마사오"),
            ("안나 카레니나", "안나 쿠르니코바"),
        ),
    ],
)
def test_what_only_begins_as_a_korean_name_is_not_cut(one: str, other: str) -> None:
    assert level(one, other) != "same"
    assert without_annotations(one) == one


SAID = [
    "석방",
    "송환",
    "옥사",
    "이혼",
    "임신",
    "한국",
    "조선족",
    "학생",
    "로동자",
    "북송",
    "농장원",
    "회령",
    "중국",
    "공개처형",
    "강제송환됨",
    "수감중",
    "임신 중",
]


@pytest.mark.parametrize("said", SAID)
@pytest.mark.parametrize("sign", ["%s(%s)", "%s (%s)", "%s, %s", "%s/%s", "%s %s"])
def test_what_is_reported_of_two_people_is_no_name_that_they_share(said: str, sign: str) -> None:
    for one, other in (("김철수", "박영희"), ("김 철수", "박 영희")):
        assert level(sign % (one, said), sign % (other, said)) == "different"
        assert level(sign % (one, said), "김철수") == "same"


@pytest.mark.parametrize(
    "after",
    [
        *(" (Hoeryong)", " (in China)", " / In China", " / One Son", " / Han Chinese", "/Hoeryong"),
        *(" / Hoeryong", "; Musan", " (one son)", " (in China, pregnant)", " / farmer"),
    ],
)
def test_a_place_or_a_remark_next_to_a_name_in_letters_is_none(after: str) -> None:
    assert level(f"Kim Chol Su{after}", f"Pak Yong Hui{after}") == "different"
    assert level(f"Kim Chol Su{after}", "김철수") == "same"


@pytest.mark.parametrize("said", ["석방", "농민", "회령", "여", "증인"])
def test_what_is_reported_in_hangul_next_to_a_name_in_letters_is_no_name(said: str) -> None:
    for sign in ("%s, %s", "%s (%s)", "%s %s"):
        assert level(sign % ("Kim Chol Su", said), "김철수") == "same"
        assert level(sign % ("Kim Chol Su", said), sign % ("Pak Yong Hui", said)) == "different"


@pytest.mark.parametrize(
    "name",
    [
        *("은계생(여)", "국춘생, 학생", "설도원 (교화소)", "용정화(용정)", "제보자, 은계생"),
        *("구금자 (회령)", "독고봉생, 석방"),
    ],
)
def test_a_rare_name_next_to_what_is_reported_is_still_the_main_one(name: str) -> None:
    bare = next(word for word in re.findall("[가-힣]+", name) if len(word) > 2 and word != "제보자")
    assert level(name, bare) == "same"


@pytest.mark.parametrize(
    "name", ["김영철 %s|박순희 %s", "소춘자 %s|엄정녀 %s", "차정자 %s|로순자 %s"]
)
@pytest.mark.parametrize(
    "word", ["단련대", "구류소", "이민국", "정신병", "고무산", "조선인", "소학교"]
)
def test_a_last_word_for_a_body_or_a_place_is_no_second_name(name: str, word: str) -> None:
    one, other = (text % word for text in name.split("|"))
    assert level(one, other) == "different"
    assert level(one, one.removesuffix(f" {word}")) == "same"


@pytest.mark.parametrize("sign", ["%s (%s)", "%s, %s"])
@pytest.mark.parametrize("said", ["회령시 남문동", "회령시 성천동", "훈춘시 하남촌", "몽골 국경"])
def test_an_address_next_to_a_name_is_no_name_that_two_share(sign: str, said: str) -> None:
    one, other = (sign % (name, said) for name in ("리명수", "박순희"))
    assert level(one, other) == "different"
    assert level(one, "리명수") == "same"


def test_a_rare_name_before_an_occupation_is_no_address() -> None:
    assert level("선혜원 교원, 가두녀성", "선혜원") == "same"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("홍은하: 신의주", "최영: 신의주"),
        ("심옥순: 전도사", "성인철: 전도사"),
        ("송태성: 김유진", "한은향: 김유진"),
    ],
)
def test_a_name_before_a_colon_is_kept_if_it_is_likely(one: str, other: str) -> None:
    assert level(one, other) != "same"
    assert level(one, one.split(":")[0]) == "same"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *(("다카하시 하나코", "고바야시 하나코"), ("하야시 유키", "다카하시 유키")),
        *(("사토 기요시", "사토 다케시"), ("고바야시 마리", "하야시 마리")),
    ],
)
def test_the_end_of_a_japanese_name_is_no_town(one: str, other: str) -> None:
    assert level(one, other) != "same"


@pytest.mark.parametrize("word", ["배우자", "이모부", "조부", "외조모", "이복동생", "형부"])
def test_a_word_of_kin_in_front_of_a_relative_is_no_name(word: str) -> None:
    for sign in ("%s: %s", "%s(%s)"):
        one, other = (sign % (word, name) for name in ("김영희", "박철수"))
        assert level(one, other) == "different"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("전거리교화소 소장 박철", "전거리교화소 소장 김일"),
        ("朝鲜女子金哲洙", "朝鲜女子朴英姬"),
    ],
)
def test_long_texts_that_begin_alike_are_not_the_same(one: str, other: str) -> None:
    assert level(one, other) != "same"
    assert level(one, one) != "different"


@pytest.mark.parametrize("word", ["과장", "반장", "지도원", "보위원"])
def test_a_family_name_with_an_office_is_a_family_name_alone(word: str) -> None:
    assert level(f"김{word}", f"박 {word}") == "different"
    assert level(f"김{word}", "김철수") == "given not said, same family"


@pytest.mark.parametrize(
    "said",
    [
        *("35세 %s", "72년생 %s", "1972년생 %s", "20대 %s", "20대 남성 %s", "%s - 20대"),
        *("%s 30대 여성", "%s - 50대여성", "%s 2차 북송"),
    ],
)
def test_an_age_and_which_time_it_was_are_no_part_of_a_name(said: str) -> None:
    assert level(said % "김영희", "김영희") == "same"
    assert level(said % "김영희", said % "박철수") == "different"


@pytest.mark.parametrize("said", ["in China", "farmer", "died 2009", "Hoeryong", "farmer, Musan"])
def test_a_remark_after_a_comma_in_letters_is_no_given_name(said: str) -> None:
    assert level(f"Kim Chol Su, {said}", "Kim Chol Su") == "same"
    assert level(f"Kim Chol Su, {said}", f"Pak Yong Hui, {said}") == "different"


@pytest.mark.parametrize("written", ["KIM, Chol Su", "Kim, Chol Su", "Garcia Lopez, Maria Jose"])
def test_a_given_name_after_a_comma_is_no_remark(written: str) -> None:
    assert without_annotations(written) == written


@pytest.mark.parametrize("word", ["이주민", "정주시", "조사자", "정신병", "이민국", "이송중"])
def test_a_known_word_is_no_second_name(word: str) -> None:
    assert without_annotations(f"김영희 {word}") == "김영희"
    assert level(f"김영희 {word}; 박철수", f"리은심 {word}; 최명국") == "different"


def test_an_address_next_to_a_name_of_two_words_is_none() -> None:
    one, other = "김 철수 (회령시 남문동)", "박 영희 (회령시 남문동)"
    assert level(one, other) == "different"
    assert level(one, "김철수") == "same"
