from __future__ import annotations

import numpy as np
import pytest

from uncounted.linkage.comparison import levels
from uncounted.linkage.comparison.name_levels import NAME
from uncounted.linkage.encoding.encode import encode
from uncounted.records.cells import name_parser
from uncounted.records.names import lattice, surnames, syllables
from uncounted.records.names.name import Name, joined
from uncounted.records.report import Report

SAME = {
    "김철수": "Kim Chol Su|KIM, Chul-soo|Chulsoo Kim|KIMCHOLSU|Kim Cheol-su|金哲洙|Gim Cheolsu",
    "리영희": "이영희|RI Yong Hui|Lee Young-hee|Yi Yŏng-hŭi|Young Hee Rhee|李英姬|I Yeong-hui",
    "박정숙": "PAK Jong Suk|Park Jung-sook|Chong-suk Pak|Bak Jeongsuk|朴貞淑",
    "최은경": "CHOE Un Gyong|Choi Eun-kyung|Ch'oe Ŭn-gyŏng|Eunkyoung Choi|崔恩京",
    "림성일": "임성일|RIM Song Il|Lim Sung-il|Im Seong-il|林成日|Yim Sung Il",
    "류명옥": "유명옥|RYU Myong Ok|Yoo Myung-ok|Yu Myeong-ok|柳明玉",
    "정광혁": "JONG Kwang Hyok|Jung Kwang-hyuk|Jeong Gwang-hyeok|Chŏng Kwang-hyŏk",
    "로순녀": "노순여|RO Sun Nyo|Noh Soon-nyeo|Roh Sun-nyo",
    "남궁옥": "NAMGUNG Ok|Namkung Ok|Ok Namgoong|OK Namgoong",
    "허진주": "HO Jin Ju|Hur Jin-joo|Heo Jinju|Huh Jin Ju",
}
OTHER = "김철호|김영수|리명희|박정옥|최은정|림성철|류명숙|정광일|로순희|허진아|김길수|리영호|박영숙"


def _level(one: str, other: str) -> int:
    encoded = encode([Report("A", "1", (Name(one),)), Report("B", "2", (Name(other),))])
    return int(levels.levels(encoded, np.array([0]), np.array([1]))[0, 0])


def _is_same(one: str, other: str) -> bool:
    return 1 <= _level(one, other) <= levels.NAME_SAME


@pytest.mark.parametrize("name", SAME)
def test_spellings_of_one_name_are_the_same(name: str) -> None:
    missed = [spelt for spelt in SAME[name].split("|") if not _is_same(name, spelt)]
    assert missed == []


COMPOUND = {
    "남궁민": "Namgoong Min|Namkoong Min|Min Namgung|Nam Goong Min|Namgoongmin",
    "제갈명": "Jaegal Myung|Chegal Myong|Je Gal Myung|Jekal Myung|Myung Jegal",
    "선우경": "Seonwoo Kyung|Sonu Kyong|Sunwoo Kyung|Sun Woo Kyung|Kyung Sonwoo",
    "황보영": "Hwangbo Young|Hwang Bo Young|Young Whangbo|Hwangpo Yong",
    "독고준": "Dokgo Jun|Tokko Jun|Dogko Jun|Dok Go Jun|Jun Tokko",
    "사공일": "Sagong Il|Sakong Il|Il Sakong|Sa Gong Il",
    "서문탁": "Seomun Tak|Somun Tak|Suh Moon Tak|Tak Seomoon",
    "동방석": "Dongbang Seok|Tongbang Sok|Suk Dongbang",
}


@pytest.mark.parametrize("name", COMPOUND)
def test_family_names_of_two_syllables_in_their_usual_spellings(name: str) -> None:
    assert [spelt for spelt in COMPOUND[name].split("|") if not _is_same(name, spelt)] == []


@pytest.mark.parametrize(
    ("name", "spelt"),
    [
        ("김정환", "Kim Jung-whan|Junghwan Kim"),
        ("박경화", "Kyung-wha Park"),
        ("김여진", "Kim Yuh-jin|Yuh Jin Kim"),
        ("리명준", "Lee Myung-june"),
        ("편영호", "Phyon Yong Ho"),
        ("피영수", "Phi Yong Su|PHIYONGSU"),
        ("태영수", "Thae Yong Su"),
        ("염철수", "RYEOMCHEOLSU"),
    ],
)
def test_spellings_that_no_system_has_but_many_people(name: str, spelt: str) -> None:
    assert [text for text in spelt.split("|") if not _is_same(name, text)] == []


@pytest.mark.parametrize(
    ("name", "characters"),
    [
        ("유길수", "兪吉洙 俞吉洙 劉吉洙 刘吉洙"),
        ("강길수", "姜吉洙 康吉洙 强吉洙 強吉洙 江吉洙"),
        ("연길수", "淵吉洙 渊吉洙 渕吉洙"),
        ("뢰길수", "賴吉洙 赖吉洙"),
        ("오길수", "吳吉洙 吴吉洙 呉吉洙"),
        ("권길수", "權吉洙 权吉洙 権吉洙"),
        ("방길수", "龐吉洙 庞吉洙 方吉洙"),
        ("구길수", "具吉洙 丘吉洙 邱吉洙"),
        ("모길수", "毛吉洙"),
        ("소길수", "邵吉洙"),
        ("부길수", "傅吉洙"),
        ("국길수", "國吉洙 国吉洙"),
        ("남궁길", "南宮吉 南宫吉"),
    ],
)
def test_family_names_in_each_form_of_their_characters(name: str, characters: str) -> None:
    assert [text for text in characters.split() if not _is_same(name, text)] == []


def test_characters_of_family_names_have_the_readings_that_unihan_gives_them() -> None:
    readings = syllables.readings_of_characters()
    wrong = [
        char
        for text, keys in surnames.han().items()
        if len(text) == 1
        for char in text
        if char in readings
        and not set(keys) & {lattice.of_hangul(reading) for reading in readings[char]}
    ]
    assert wrong == []


def test_other_people_are_not_a_spelling() -> None:
    wrong = [
        (spelt, other)
        for spellings in SAME.values()
        for spelt in spellings.split("|")
        for other in OTHER.split("|")
        if _is_same(spelt, other)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "text", ["金哲洙 김철수", "김철수 金哲洙", "金哲洙·김철수", "金철수", "金 철수"]
)
def test_two_scripts_next_to_each_other_are_one_name(text: str) -> None:
    assert _is_same(text, "김철수")
    assert not _is_same(text, "김철호")


def _called(one: tuple[str, ...], other: tuple[str, ...]) -> str:
    people = Report("A", "1", tuple(map(Name, one))), Report("B", "2", tuple(map(Name, other)))
    level = int(levels.levels(encode(people), np.array([0]), np.array([1]))[0, 0])
    return "same" if 1 <= level <= levels.NAME_SAME else NAME[level]


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        (("김혜영", "刘芳"), ("정은정", "刘芳"), "another name the same"),
        (("김혜영", "刘芳"), ("Kim Un Wol", "Liu Fang"), "another name the same"),
        (("김혜영", "刘芳"), ("김혜영", "刘芳"), "same"),
        (("김혜영", "刘芳"), ("Kim Hye-yong",), "same"),
        (("김혜영", "刘芳"), ("刘芳",), "same"),  # what one is called besides is the other's name
        (("刘芳",), ("정은정", "刘芳"), "same"),
        (("Unknown", "刘芳"), ("정은정", "刘芳"), "same"),  # no other name is known of the first
        (("김혜영", "刘芳"), ("정은정", "王丽"), "different"),
        (("김혜영", "王丽"), ("김은월", "王立"), "other given, same family"),
        # nearly the same name: what they are called besides says the more
        (("Anna Petrova", "Sun"), ("Anna Petrava", "Sun"), "same given, family slip"),
        (("Ri Yong Hui", "Liu Fang"), ("Ri Yong", "Liu Fang"), "same"),
        (("Karim Nasser", "Abu Said"), ("Omar Haddad", "Abu Said"), "another name the same"),
        (("Kim Hye Yong alias Liu Fang",), ("Jong Un Jong (Liu Fang)",), "another name the same"),
        (("Kim Hye Yong alias Liu Fang",), ("Liu Fang",), "same"),
        (("김혜영(刘芳)",), ("정은정(刘芳)",), "another name the same"),
        (("김혜영(가명 刘芳)",), ("정은정 alias 刘芳",), "another name the same"),
        (("김혜영 (Liu Fang)",), ("Jong Un Jong (刘芳)",), "another name the same"),
        # nothing is known but what they are called
        (("Not known (Liu Fang)",), ("Jong Un Jong (Liu Fang)",), "same"),
        (("이름 모름(刘芳)",), ("정은정(刘芳)",), "same"),
        # in another script it is the main name still, and the other way to write it is a mistake
        (("김은별", "金玉蘭"), ("김옥란", "金玉蘭"), "same"),
        (("Kim Ok Ran", "김옥란"), ("Kim Ok Nyo", "김옥란"), "same"),
    ],
)
def test_what_both_are_called_as_well_is_no_name_of_theirs(
    one: tuple[str, ...], other: tuple[str, ...], level: str
) -> None:
    assert _called(one, other) == level
    assert _called(other, one) == level


@pytest.mark.parametrize(
    ("family", "given"),
    [
        ("Man", "Ho"),
        ("Kim", "Man"),
        ("김", "아기"),
        ("李", "男"),
        ("Child", "Ann"),
        ("Body", "Ann"),
    ],
)
def test_a_word_for_a_kind_of_person_is_a_name_where_parts_stand_apart(
    family: str, given: str
) -> None:
    (form,) = name_parser.forms([Name(f"{family} {given}", family=family, given=given)])[:1]
    assert form.family
    assert form.given


@pytest.mark.parametrize(
    ("written", "family", "given"),
    [
        *(("김철수", "김", "철수"), ("철수", "김", "철수"), ("김 철수", "김", "철수")),
        *(("金哲洙", "金", "哲洙"), ("哲洙", "金", "哲洙"), ("남궁옥", "남궁", "옥")),
        *(("Kim Chol Su", "Kim", "Chol Su"), ("Chol Su", "Kim", "Chol Su")),
        *(("KIM, Chol-su", "Kim", "Chol-su"), ("Chol Su KIM", "KIM", "Chol Su")),
        *(("John Smith", "Smith", "John"), ("Smith John", "Smith", "John")),
        *(("Ким Чхоль Су", "Ким", "Чхоль Су"), ("Kim C. S.", "Kim", "C. S.")),
        *(("김", "김", None), ("Kim", "KIM", None), ("Mr. Kim", "Kim", None), ("미상", "김", None)),
        *(("Baby Kim", "Kim", None), ("김씨", "김", None), ("철수의 아내", "김", None)),
    ],
)
def test_a_family_name_alone_next_to_a_name_says_what_the_rest_is(
    written: str, family: str, given: str | None
) -> None:
    whole = joined(family, given)
    assert name_parser.forms([Name(written, family)]) == name_parser.forms(
        [Name(whole, family, given)]
    )


@pytest.mark.parametrize(
    ("written", "given"), [("김철수", "철수"), ("김", "철수"), ("Kim Chol Su", "Chol Su")]
)
def test_so_does_a_given_name_alone(written: str, given: str) -> None:
    family = "Kim" if written.isascii() else "김"
    assert name_parser.forms([Name(written, None, given)]) == name_parser.forms(
        [Name("", family, given)]
    )
    assert [one.family for one in name_parser.forms([Name(given, None, given)])] == [{}]


def test_what_may_be_a_whole_name_or_a_given_one_is_read_both_ways() -> None:
    both = [
        *name_parser.forms([Name("", "정", "희")]),
        *name_parser.forms([Name("", "정", "정희")]),
    ]
    assert name_parser.forms([Name("정희", "정")]) == both
    [main, *others] = name_parser.forms([Name("김철수 일명 박민", "김")])
    assert main == name_parser.forms([Name("김철수")])[0]
    assert all(form.is_alias for form in others)
