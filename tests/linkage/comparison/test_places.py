"""Two places as written, and the level they have: by the table, across scripts, no distances."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uncounted.linkage.encoding import places as compared
from uncounted.records.places import gazetteer as places

SAME, WITHIN, SAME_WIDE = compared.SAME, compared.WITHIN, compared.SAME_WIDE
NEAR, DIFFERENT, MISSING = compared.NEAR, compared.DIFFERENT, compared.MISSING
PLACES = st.sampled_from([place for place in places.every() if place.level != "country"])
LANGUAGE = st.sampled_from(["en", "ko", "zh"])
ANY = st.text(st.characters(), max_size=30)


def level(one: str, other: str) -> int:
    return int(compared.compare([one, other], [compared.read(one), compared.read(other)])[0, 1])


@pytest.mark.parametrize(
    ("one", "other", "expect"),
    [
        ("함경북도 회령시", "Hoeryong, North Hamgyong", SAME),
        ("회령", "会宁", SAME),
        ("Hoeryeong", "Hoiryong", SAME),  # two systems
        ("룡천", "용천군", SAME),  # North and South
        ("图们", "圖們市", SAME),  # simplified and traditional
        ("도문", "Tumen City, Jilin", SAME),  # Korean reading of a Chinese name
        ("투먼", "Tumen", SAME),  # and its sound
        ("연길", "옌지", SAME),
        ("단동", "Dandong (China)", SAME),
        ("함경북도 무산군 어느 리", "Musan", SAME),  # nothing finer than the county
        ("회령", "함경북도", WITHIN),
        ("Yanji", "연변", WITHIN),
        ("Yanji", "Jilin Province", WITHIN),
        ("회령", "무산", SAME_WIDE),
        ("연길", "훈춘", SAME_WIDE),
        ("회령", "혜산", DIFFERENT),
        ("회령", "Yanji", DIFFERENT),
        ("회령", "량강도", DIFFERENT),
        ("Pyongsong", "Pyongyang", DIFFERENT),  # alike and far apart
        ("Camp 14", "14호 관리소", SAME),
        ("Camp 14", "Camp 15", NEAR),  # a sign of a code, not the word "camp" in common
        ("Camp 14", "Camp 22", DIFFERENT),
        ("Site B-14", "site b14", SAME),
        ("Overthere", "Overthere", SAME),  # as written
        ("전거리 교화소", "전거리", SAME),
        ("미상", "미상", MISSING),  # who is not known to be from somewhere is no neighbour
        ("unknown", "Unknown", MISSING),
        ("N/A", "N/A", MISSING),
        ("不详", "未知", MISSING),
        ("미상", "무산", MISSING),  # with the same consonants
        ("미상", "회령", MISSING),
        ("함경북도 미상", "회령", WITHIN),
        ("함경북도 미상", "North Hamgyong (place unknown)", WITHIN),
        ("중국 어딘가", "연길", MISSING),
        ("somewhere in Jilin", "Yanji", WITHIN),
        ("수용소", "西安", MISSING),  # a kind of place, of the same consonants
        ("수용소", "수용소", MISSING),
        ("구금시설", "구금시설", MISSING),  # two prisons, or one: nobody says
        ("detention", "detention", MISSING),
        ("detention facility", "Dandong", MISSING),
        ("감옥", "감옥", MISSING),
        ("prison", "prison", MISSING),
        ("조중국경", "조중국경 지역", MISSING),
        ("조중국경", "중화", MISSING),
        ("Chinese-Korean border", "Changsha", MISSING),
        ("中朝边境", "中朝边境", MISSING),
        ("Fooburg prison", "Fooburg", SAME),
        ("detention facility in Fooburg", "detention facility in Quuxville", DIFFERENT),
        ("Fooburg restaurant", "Quuxville restaurant", DIFFERENT),
        ("두만강", "두만강", MISSING),  # five hundred kilometres of it
        ("Tumen River", "图们", MISSING),
        ("Tumen River near Musan", "무산", SAME),
        ("조선족 마을", "조선족 마을", MISSING),
        ("중국 조선족 가정", "중국 조선족 가정", MISSING),
        ("한국 영사관", "한국 영사관", MISSING),
        ("심양 한국 영사관", "선양 미국 영사관", SAME),
        ("연길→도문", "도문→연길", SAME),  # by their words
        ("Chonjin", "청진", SAME),
        ("Chonjin", "天津", SAME),
        ("San Vicente", "San Miguel", DIFFERENT),  # a word in common is no town
        ("La Paz", "La Libertad", DIFFERENT),
        ("Port-au-Prince", "Port de Paix", DIFFERENT),
        ("El Mozote", "El Mozote, Morazán", SAME),
        ("El Mozote (Morazán)", "Mozote", SAME),
        ("El Mozote, Meanguera, Morazán", "Morazán, El Mozote", SAME),
        ("Meanguera, Morazán", "Arambala, Morazán", SAME_WIDE),
        ("Meanguera, Morazán", "Morazán", WITHIN),
        ("San Antonio, La Paz", "San Antonio, Morazán", DIFFERENT),  # two of one name
        ("San Antonio, La Paz", "La Libertad", DIFFERENT),
        ("13-02", "1302", SAME),
    ],
)
def test_two_places(one: str, other: str, expect: int) -> None:
    assert level(one, other) == level(other, one) == expect


def test_the_word_that_fewer_places_have_tells_which_it_is() -> None:
    texts = ["Morazan mill", "Morazan gate", "Belen mill", "Linfen mill", "Luan gate", "Bata gate"]
    found = compared.compare(texts, [compared.read(text) for text in texts])
    assert found[0, 1] == SAME
    assert found[0, 2] == found[0, 3] == found[1, 4] == found[4, 5] == DIFFERENT


@settings(deadline=None, max_examples=80)
@given(PLACES, LANGUAGE, LANGUAGE)
def test_a_place_is_itself_in_all_three_languages(
    place: places.Place, one: str, other: str
) -> None:
    texts = [", ".join([place.label(one), _province(place, one)]) for one in (one, other)]
    assert level(*texts) in (SAME, WITHIN), texts


def _province(place: places.Place, language: str) -> str:
    return next(found.label(language) for found in places.every() if found.code == place.path[1])


@settings(deadline=None)
@given(ANY, ANY)
def test_any_two_texts_have_one_level_both_ways(one: str, other: str) -> None:
    assert level(one, other) == level(other, one)
    assert level(one, other) in range(compared.LEVELS)


def test_the_table_stops_at_the_county() -> None:
    below = {"county", "district"}
    for place in places.every():
        assert place.level in places.LEVELS
        above = places._ROWS[place.path[-2]]["level"] if len(place.path) > 1 else ""
        assert above not in below, place.code
        assert len(place.path) <= 4
        assert all(place.label(language) for language in ("en", "ko", "zh")), place.code


def test_no_place_of_the_table_has_coordinates_or_a_word_for_a_crossing() -> None:
    columns = set(next(iter(places._ROWS.values())))
    assert columns == {"code", "level", "parent", "ko", "zh", "en", "also", "once"}
    for row in places._ROWS.values():
        text = " ".join(row.values()).casefold()
        assert not any(word in text for word in ("bridge", "crossing", "大桥", "口岸", "다리"))


def across(one: str, other: str, *beside: str) -> int:
    """The level of two places in a case that has others beside them."""
    texts = [one, other, *beside]
    keys = compared.across_scripts(texts, [compared.read(text) for text in texts])
    return int(compared.compare(texts, keys)[0, 1])


@pytest.mark.parametrize(
    ("one", "other", "expect"),
    [
        ("حمص", "Homs", SAME),
        ("الرقة", "Raqqa", SAME),  # the article is no part of it
        ("دير الزور", "Deir ez-Zor", SAME),
        ("درعا", "Daraa", SAME),
        ("درعا", "Daraya", DIFFERENT),  # which sounds more like داريا
        ("حلب", "Aleppo", DIFFERENT),  # an exonym: no sound tells
        ("Маріуполь", "Mariupol", SAME),
        ("Ізюм", "Изюм", SAME),
        ("Херсон", "Харків", DIFFERENT),
        ("မန္တလေး", "Mandalay", SAME),
        ("ရန်ကုန်", "ရွှေကူ", DIFFERENT),  # signs of vowels end no word
        ("회령", "Hoeryong", SAME),
    ],
)
def test_places_in_two_scripts_are_compared_by_sound(one: str, other: str, expect: int) -> None:
    assert across(one, other, "داريا") == expect
    assert across(other, one, "داريا") == expect


def test_places_of_one_script_keep_their_keys() -> None:
    texts = ["San Vicente", "Morazan mill", "회령", "丹东", "무산군"]
    read = [compared.read(text) for text in texts]
    assert compared.across_scripts(texts, read) == read


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ح\u200dمص", "\u200fحمص"),
        ("Маріуполь", "Марі\u0443поль"),
        ("Дніпро\u0438\u0306", "Дніпро\u0439"),
        ("Camp ١٤", "Camp 14"),
        ("စခန်း ၁၄", "စခန်း 14"),
        ("حِمْص", "حمص"),
        ("حمـــص", "حمص"),
    ],
)
def test_signs_that_are_not_seen_and_digits_of_other_scripts_are_no_other_place(
    one: str, other: str
) -> None:
    assert level(one, other) == SAME
