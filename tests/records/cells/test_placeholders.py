"""Cells that hold no name, name several people or name no place: kept, left out or flagged."""

from __future__ import annotations

import pytest

from uncounted.records.cells.kinship import after_kin, is_fate, whose
from uncounted.records.cells.name_parser import forms, holds_more
from uncounted.records.cells.placeholders import (
    is_filler,
    is_header_word,
    is_label,
    is_no_name,
    is_unknown,
    says_where,
    stated_place,
)
from uncounted.records.cells.several_people import speaks_of_others
from uncounted.records.names.name import Name


@pytest.mark.parametrize(
    "text",
    [
        *("NULL", "비공개", "상동", "Witness 3", "피해자 A", "A씨", "Full name", "test", "TBD"),
        *("Witness (3)", "Witness [3]", "A씨(35)"),
    ],
)
def test_it_has_nothing_to_compare(text: str) -> None:
    assert forms([Name(text)]) == []
    assert [form.is_alias for form in forms([Name(text), Name("김철수")])] == [False]


def test_a_part_that_is_withheld_leaves_the_other() -> None:
    [form] = forms([Name("Kim TBD", "Kim", "TBD")])
    assert form.family
    assert not form.given


@pytest.mark.parametrize("given", ["상동", "Null", "Test"])
def test_a_part_that_may_be_a_name_is_one(given: str) -> None:
    assert not is_unknown(given)
    assert all(form.given for form in forms([Name(f"Kim {given}", "Kim", given)]))


LABELS = (
    "피해자 (A)|증인(1)|Witness (3)|Witness [3]|Detainee A-3|피해자 A (35)|A씨(35)|B씨 (여, 40대)"
    "|P양(17)|Victim A, 35|W-3|No. 12|피해자(A)|[Witness 3]|Witness 3 (f)|Victim A (F, 35)"
    "|证人（1）|증인 3-A|Person (B)|12번|제3호|3번 피해자|7-A|7a"
    "|피해자 (A)씨|증인 1 (남/40세)|受害人甲（女，35岁）|Case 3, aged 35"
)
NO_LABELS = (
    "A. Kim|K|Mr. K|No Chol|No 12|No|Case, A|Case, 35|Case (Ann)|Boy, O|김철수 (A)|김철수(35)"
    "|김씨(35)|Kim-3|Kim (3)|구금자|여자아|Kim, 35|여자현(35)|피해자 김철수 (35)"
)


@pytest.mark.parametrize("text", LABELS.split("|"))
def test_a_label_may_have_brackets_or_an_age(text: str) -> None:
    assert is_label(text)


@pytest.mark.parametrize("text", NO_LABELS.split("|"))
def test_a_name_next_to_brackets_or_an_age_is_no_label(text: str) -> None:
    assert not is_label(text)


KINDS = (
    "꽃제비|꽃제비 소년|어린 꽃제비|이름 모르는 남자|이름모를 여자|신원미상 여성"
    "|이름을 알 수 없는 남성|탈북여성|북한 여성|북한출신 여성|조선족 여성|중국인 남성"
    "|북한 주민|중국 사람|탈북자|북한이탈주민|조선인 남성|30대 여성|30대 중반의 탈북 남성"
    "|20대 초반 남성|30대 남|30대|5세 여아|세 살 아이|여성(30대)|여성 한 명|아동 1명"
    "|30대 여성 A씨|북한 여성 3"
    "|탈북 여성 B|본인|본인(남)|신청인|제보자|임산부|성인 여성|한 여성"
    "|朝鲜女子|一名朝鲜女子|朝鲜妇女|朝鲜籍女子|脱北女性|女性脱北者|30岁女子|女孩子|男婴|朝鲜人|本人|北朝鲜难民"
    "|North Korean woman|a 30-year-old woman|Korean woman in her 30s|woman from North Korea"
    "|30 yo man|a 30-yo woman|30yo North Korean woman|man, 30 y/o"
    "|applicant|elderly Chinese man|North Korean defector|woman aged 35|the complainant"
    "|어느 학생|학생|한 북한 여성|한 30대 남성|북한 영아|세 살 유아|여자 영아"
    "|North Korean|여성들|가족|일가족|부부|모녀|남매|母女|夫妇|couple|the family"
    "|한여자|한남자|한사람|한여성|한남성|한소녀|한소년|한노인|한여자아이|한북한여성|한20대여성|한젊은여성"
)
NAMES_OF_THE_KIND = (
    "구금자|진정인|송환자|조선인|한국인|조선희|한국희|북한수|성인경|남성일|김여성|여인숙|이주민|유아인|노인영|중국"
    "|한영아|한유아|한주민|한 영아|한자매|한일행|한여인|한학생|한여자현|한중국|한성인|여영아"
    "|女英子|金男子|朝鮮玉|孫子女|김모녀|박형제|Yo Man|Yo, Man|YO MAN 3"
    "|3 Yo Man|Korean Kim|Kim Man|Man Ho|China Kim"
)


NOBODY_NAMED = (
    "невідомий|Невідомий чоловік|Невідомий №3|тіло невідомого чоловіка|ім'я невідоме|Без імені"
    "|Ім’я не встановлено|неопознанное тело|неустановленное лицо|личность не установлена"
    "|مجهول الهوية|جثة مجهولة الهوية|غير معروف|بدون اسم|طفلة مجهولة|امرأة مجهولة"
    "|ناشناس|مرد ناشناس|شهید گمنام|بی نام|အမည်မသိ|အမည်မသိ အမျိုးသား|ያልታወቀ|ስሙ ያልታወቀ|ዘይተፈልጠ"
    "|nepoznat muškarac|NN lice|không rõ tên|kimliği belirsiz erkek|tidak diketahui"
    "|NN masculino|cadáver no identificado|recién nacido|se desconoce|homem desconhecido"
    "|não identificado|corps non identifié|unidentified body|Unknown #12"
)
PEOPLE_NAMED = (
    "Маруся Невідома-Коваль|Хлопець Іван|معروف حسن|شهید حسینی|سيدة محمد|Zena Hassan|Adi Nugroho"
    "|Ime Udoka|Juan Joven|Bebe Rosa López|Chu Thi Khong|Martin Corps|Adi Unknown|Zena Unknown"
    "|Se Unknown|Nao Unknown|личность установлена|особу встановлено|فرزند علی"
)


@pytest.mark.parametrize("text", [*KINDS.split("|"), *NOBODY_NAMED.split("|")])
def test_of_which_kind_somebody_is_or_unknown_is_no_name(text: str) -> None:
    assert is_no_name(text)
    assert forms([Name(text)]) == []


@pytest.mark.parametrize("text", PEOPLE_NAMED.split("|"))
def test_a_name_beside_such_a_word_is_one(text: str) -> None:
    assert not is_no_name(text)


@pytest.mark.parametrize("text", NAMES_OF_THE_KIND.split("|"))
def test_a_name_that_has_a_word_for_a_kind_is_one(text: str) -> None:
    assert not is_no_name(text)
    assert forms([Name(text)])


@pytest.mark.parametrize(
    "text",
    [
        "1. 김철수 2. 박영희",
        "1) 김철수(사망), 2) 박영희(35)",
        "김철수, 김철수, 박영희",
        "김철수의 딸, 김철수, 박영희",
        "부: 김철수（사망）, 모: 박영희",
        "(late) KIM Chol Su, PAK Yong Hui",
        "김철수 선생님 박영희",
        "아버지 김철수 어머니 박영희",
        "할아버지 김철수 할머니 박영희",
        "남편 김철수 시어머니 박영희",
        "아버지 김철수(사망) 어머니 박영희",
        "부친 김철수 모친 박영희",
        "부 김철수 모 박영희",
        "김철수 및 박영희",
        "김철수 그리고 박영희",
        "김철수 + 박영희",
        "김철수 씨 박영희",
        "김철수 씨 박영희 씨",
        "김철수 동무 박영희 동무",
        "성태성 김춘옥",
        "박은경 차봉남",
        "아버지 강복남 어머니 한혜원",
        "성태원씨 김혜원씨",
        "부친 엄진혁 모친 주유진",
        "父马光浩 母梁仁淑",
        "金日男先生 马真赫女士",
        "부:김철수 모:박영희",
        "아버지 김철수와 어머니 박영희",
        "김철수 씨와 박영희 씨",
        "남궁명과, 박영희",
        "장진호, 박민호",
        "이원철, 박영희",
        "조명희, 강남철",
        "김정숙 박영희",
        "장인철, 박영희",
        "Jang Song Chol / Pak Min Ok",
        "Kim Chol Su; wife Pak Min Ok",
        "Kim Chol Su, his wife Pak Cholmin",
        "Kim Chol Su / son Kim Chol Min",
        "father Pak To Won; mother O Nam",
        "김철수 아버지 박영희 어머니",
        "金明哲·朴顺实",
        "李强•王伟•张敏",
    ],
)
def test_a_cell_with_names_of_two_people_holds_more(text: str) -> None:
    assert holds_more(text)


@pytest.mark.parametrize(
    "text",
    [
        "김철수 정신병",
        "Garcia Lopez, Maria Jose",
        "Kim Chol Su / Born in Musan",
        "Kim Chol Su, Friend of Pak",
        "Kim Chol Su, North Hamgyong Province",
        "Kim Chol Su / In China",
        "Kim Chol Su / North Hamgyong",
        "Kim Chol Su / Musan, North Hamgyong",
        "김철수, 함북 회령",
        "김철수, 안주 출신",
        "김철수, 하남성",
        "김철수, 김정숙군",
        "김철수 신의주",
        "김철수 개명전 박영희",
        "金明哲 曾用名 朴顺实",
        "迪丽热巴·迪力木拉提",
        "阿卜杜拉•买买提",
        "བསྟན་འཛིན་རྒྱ་མཚོ་",
        "ཚེ་རིང་ སྒྲོལ་མ",
    ],
)
def test_a_name_next_to_an_annotation_a_place_or_an_alias_is_one_person(text: str) -> None:
    assert not holds_more(text)


OF_A_KIND = (
    "관리소(명칭 미상)|구금시설 명칭 불명|prison name unknown|Detention center (name unknown)"
    "|집결소 (이름 모름)|监狱名称不详|Prison (exact name not known to me)|수용소(시설명 미상)"
    "|某监狱|모 교화소|상호 미상 식당|보위부(장소 미상)"
)
NOWHERE = (
    "village name unknown|마을 이름 모름|마을이름 모름|unknown to me|某县|某县某村"
    "|exact place withheld|name of the village not known|모 지역|村名不详"
    "|이름 없는 마을|place withheld on request|구체적인 지명은 모름"
)
IN_PART = (
    ("N. Hamgyong, exact place withheld", "N. Hamgyong"),
    ("길림성 모 지역", "길림성"),
    ("중국 모지역에서", "중국"),
    ("吉林省某县", "吉林省"),
    ("吉林省某地", "吉林省"),
    ("延边某县某村", "延边"),
    ("延吉监狱名称不详", "延吉监狱"),
    ("Hoeryong (name of prison unknown to me)", "Hoeryong"),
    ("회령 (정확한 명칭 미상)", "회령"),
    ("Name, Iran", "Name, Iran"),
    ("모산군", "모산군"),
    ("Exact Place", "Exact Place"),
    ("회령 구금시설 명칭 불명", "회령 구금시설"),
)


@pytest.mark.parametrize("text", OF_A_KIND.split("|"))
def test_a_place_whose_name_is_not_known_is_no_town(text: str) -> None:
    assert stated_place(text) == ""
    assert says_where(text)  # and is kept as written


@pytest.mark.parametrize("text", NOWHERE.split("|"))
def test_what_says_only_that_no_name_is_known_is_no_place(text: str) -> None:
    assert stated_place(text) == ""
    assert not says_where(text)


@pytest.mark.parametrize(("text", "left"), IN_PART)
def test_of_a_place_the_part_that_is_known_is_left(text: str, left: str) -> None:
    assert stated_place(text) == left


def test_nothing_of_this_is_slow_on_a_long_text() -> None:
    for text in (
        "김" * 4000,
        "a " * 2000,
        "(" * 4000,
        "the " * 1000,
        "등 " * 2000,
        "1, " * 1500,
        "군도시" * 900,
        "여성" * 29 + "김",
        "조선족 여성 " * 9 + "김",
        "朝鲜族女" * 14 + "金",
        "부모" * 99 + "김",
        "부모는 " * 49 + "사망김",
        "가족과 이혼함" * 24 + "김",
        "중국에서 " * 39 + "사망김",
        "성태성 " * 99,
        "아버지 " * 99 + "김철수",
        "김철수와 " * 99,
        "Kim Chol Su; wife " * 30,
        "north hamgyong " * 30,
        "son: " * 40,
        "둘째 " * 100,
        "金 " * 250,
    ):
        found = (is_no_name(text), is_filler(text), is_label(text), is_header_word(text))
        assert not any(found[1:])
        assert not speaks_of_others(text)
        assert not is_fate(text)
        assert after_kin(text)[0] != text
        assert holds_more(text) in (True, False)
        assert isinstance(stated_place(text), str)


def test_the_word_for_and_after_a_name_in_hangul_joins_two() -> None:
    assert holds_more("김철수와 박영희")
    assert holds_more("김철수 씨와 김토미 씨")
    assert holds_more("김철수와 박영희, 이민호, 정금순")


def test_a_word_of_kin_in_russian_capitals_is_no_name() -> None:
    assert whose("МУЖ") == whose("Муж") == ""
