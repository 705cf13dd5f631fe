"""A text that is published holds no name on record, however the name is written there."""

from __future__ import annotations

from pathlib import Path

import pytest

from uncounted.publish.plan import Plan
from uncounted.records.cells.names_in_text import SoughtNames
from uncounted.records.names.name import Name

EXAMPLE = Path(__file__).parents[3] / "examples/returns/plan.toml"


def found(name: Name, text: str) -> bool:
    return SoughtNames.of([name]).are_in([text])


@pytest.mark.parametrize(
    ("record", "text"),
    [
        ("김영숙", "기록: 김영숙은"),
        ("김영숙", "기록: 김 영숙 씨"),
        ("김영숙", "기록: 김·영·숙"),
        ("김영숙", "영숙 김"),
        ("김·영숙", "김영숙"),
        ("金英淑", "金 英淑"),
        ("金 英淑", "关于金英淑的"),
        ("남궁민수", "남궁 민수"),
        ("이수", "이수 씨의 증언"),
        ("王伟", "王伟先生"),
        ("Kim Young-sook", "about Kim Youngsook."),
        ("Kim Youngsook", "about KIM, Young-sook."),
        ("Kim Young-sook", "about Young-sook Kim's file"),
        ("Kim Young-sook", "Sook Young Kim"),
        ("KIM, Young-sook", "about kim_young_sook"),
        ("Kim Young-sook", "about Kim Y\u043eung-so\u00adok"),  # a Cyrillic letter, a soft hyphen
        ("José Núñez", "Nunez Jose"),
        ("Kim Chol Su", "about KimCholsu"),
        ("Kim Chol Su", "about KIMCHOLSU"),
        ("Kim Chol Su", "the_KimCholSu"),
        ("Kim Chol Su", "CholSuKim"),
        ("Smith, John", "JohnSmith's list"),
        ("Ким Ён Сук", "Ён-Сук Ким"),
        ("Ri Chol", "the Chol Ri Foundation"),
        ("김영숙 (Kim Young-sook)", "김영숙"),
        ("김영숙 (Kim Young-sook)", "Kim Young-sook"),
        ("김영숙/박철수", "박철수"),
        ("Kim Young-sook aka Pak Soon-ja", "Pak Soonja"),
        ("Kim Young-sook, Pak Soon-ja", "Soon-ja Pak"),
    ],
)
def test_a_name_is_found(record: str, text: str) -> None:
    assert found(Name(record), text)


def test_a_name_in_two_columns_is_found_either_way() -> None:
    name = Name("KIM", family="Kim", given="Young-sook")
    assert found(name, "Young Sook Kim")
    assert found(Name("김", family="김", given="영숙"), "김 영숙")


@pytest.mark.parametrize(
    ("record", "text"),
    [
        ("김영숙", "김영수"),
        ("김영숙", "영숙"),
        ("이동수", "이동 수단"),  # means of transport
        ("이산", "이산 가족"),  # separated families
        ("이수", "이수"),
        ("Kang Won", "deaths in Kangwon"),
        ("Kang In Won", "deaths in Kangwon"),
        ("Kim Chol Su", "Kimcholsu"),  # as the page says: no capital within the word
        ("Kim Chol Su", "UNHCR, KimCholSuk"),
        ("Ri Chol", "the ri chol"),  # short: words with a capital alone
        ("An So", "An So"),
        ("Musan", "returned from Musan"),
        ("unknown woman", "an unknown woman from Musan"),
        ("북한 여성", "송환된 북한 여성"),
        ("Kim Young-sook (teacher in Musan)", "a teacher in Musan"),
        ("김영숙 (회령시, 북송)", "회령시에서 북송"),
        ("김영숙 정치범", "정치범 수용소"),
    ],
)
def test_words_that_are_no_name_on_record_pass(record: str, text: str) -> None:
    assert not found(Name(record), text)


def test_a_name_is_not_found_across_two_texts() -> None:
    names = SoughtNames.of([Name("Kim Young-sook"), Name("김영숙")])
    assert not names.are_in(["Kim", "Young-sook", "김", "영숙"])


SURNAMES = "김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허남심노하주"
SYLLABLES = (
    "가강경광규금기길남단대덕동란련리만명모무문미민범병보복사산상서석선설성소수숙순승식실안영옥"
    "용우욱원월은의이인일자재전정조종주준중지진창채철춘탄태표하학한해향혁현혜호화환효훈희"
)
KOREAN = (
    "강제송환 피해자 2015-2024",
    "중국에서 북한으로 강제 송환된 사람들",
    "강제 실종과 자의적 구금 실태 조사",
    "이산 가족과 납북자 명단",
    "이동 수단과 경로는 싣지 않는다",
    "함경북도와 량강도에서의 송환",
    "조선 민주주의 인민 공화국",
    "남북 회담 의제, 서울 연구소 자료실",
    "이 조사는 가족의 증언에 근거한다",
)
ENGLISH = (
    "People forcibly returned from China to North Korea, 2015-2024",
    "Deaths in Kangwon, Hamhung, Chongjin and Hoeryong",
    "Submissions to the Panel of Experts in Geneva; it asks Tumen Watch for names",
    "So many were sent in one day, as the men saw it",
    "Han River Watch, and a church in Shenyang",
)


def test_ordinary_titles_pass_whatever_names_are_on_record() -> None:
    """All names of a usual family name and two syllables, but those in a title as they are."""
    hangul = {
        name
        for family in SURNAMES[::3]
        for one in SYLLABLES[::2]
        for other in SYLLABLES[1::2]
        if not any((name := family + one + other) in title for title in KOREAN)
    }
    latin = {
        (family, one, other)
        for family in ("klm", "kang", "so", "ln", "han", "chong", "pak")
        for one in ("won", "ln", "jln", "hung", "many", "on", "sun")
        for other in ("won", "ln", "jln", "song", "ryong", "rlver")
    }
    plan = Plan.parse(EXAMPLE)
    assert not SoughtNames(frozenset(hangul), frozenset(latin)).are_in(
        [*KOREAN, *ENGLISH, *plan.words()]
    )
