"""Names, vocabulary and places: what they say, in three languages."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools import codes_page

from uncounted.records import vocabulary
from uncounted.records.names import name as names
from uncounted.records.names.name import Name
from uncounted.records.places import exclusions
from uncounted.records.places import gazetteer as places
from uncounted.records.report import Report

DOCS = Path(__file__).parents[2] / "docs" / "reference"
TEXT = st.text(st.characters(codec="utf-8"), max_size=20)


@given(TEXT)
def test_plain_names_are_settled(text: str) -> None:
    plain = names.plain(text)
    assert plain == " ".join(plain.split())
    assert not any(unicodedata.category(char) in ("Cf", "Cc") for char in plain)
    assert names.script(text) in {
        *("hangul", "han", "latin", "cyrillic", "kana", "other", "mixed", "none")
    }


def test_a_composed_and_a_decomposed_name_are_one() -> None:
    assert Name("김철수").written == "김철수"
    assert Name("Kim\u200b Chol\u202e Su").plain == "kim chol su"
    assert Name("Ms").plain == "ms"
    assert Name("남궁민수 선생님").plain == "남궁민수"


def test_no_spelling_stands_for_two_codes() -> None:
    for kind, terms in vocabulary.TERMS.items():
        for term in terms:
            for spelling in term.spellings:
                assert vocabulary.code_for(kind, spelling) == term.code, (kind, spelling)


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        ("act", "강제북송됨", "forced-return"),
        ("act", "북송됨", "forced-return"),
        ("act", "강제 송환 되었다", "forced-return"),
        ("act", "체포 됨", "arrest"),
        ("act", "체포당했음", "arrest"),
        ("act", "被遣返", "forced-return"),
        ("act", "已被强制遣返", "forced-return"),
        ("act", "forcibly repatriated", "forced-return"),
        ("act", "forcibly returned", "forced-return"),
        ("act", "forcible repatriation", "forced-return"),
        ("act", "arbitrarily detained", "detention"),
        ("act", "被抓", "arrest"),
        ("act", "被遣送回国", "forced-return"),
        ("outcome", "소식 두절", "fate-unknown"),
        # lists of the missing, the detained and the dead, in other languages
        ("act", "killed", "killing"),
        ("act", "was shot dead", "killing"),
        ("act", "살해됨", "killing"),
        ("act", "被杀", "killing"),
        ("act", "اعتقال", "arrest"),
        ("act", "إعتقال", "arrest"),
        ("act", "إختفاء قسري", "disappearance"),
        ("act", "قُتِل", "killing"),
        ("act", "Desaparición forzada", "disappearance"),
        ("act", "DESAPARICION FORZADA", "disappearance"),
        ("act", "desplazamiento forzado", "displacement"),
        ("act", "зниклий безвісти", "disappearance"),
        ("act", "пропал без вести", "disappearance"),
        ("act", "ဖမ်းဆီး", "arrest"),
        ("outcome", "killed", "killed"),
        ("outcome", "detenida", "held"),
        ("outcome", "مفقود", "disappeared"),
        ("outcome", "أُفرج عنه", "released"),
        ("outcome", "ув’язнений", "held"),
        ("outcome", "освобождён", "released"),
        ("outcome", "သေဆုံး", "died"),
        ("outcome", "پیدا", None),
        ("sex", "жіноча", "f"),
        ("sex", "أنثى", "f"),
        *(
            ("outcome", unknown, "fate-unknown")
            for unknown in ("미상", "미확인", "불상", "파악 불가", "확인불가", "알수없음")
        ),
        ("outcome", "关押中", "held"),
        ("sex", "♀", "f"),
        ("act", "was arrested", "arrest"),
        ("act", "death in custody", "death"),
        ("act", "옥사", "death"),
        ("act", "human trafficking", "trafficking"),
        ("act", "public execution", "execution"),
        ("act", "공개 처형", "execution"),
        ("act", "감금", "detention"),
        ("act", "체포 (arrest)", "arrest"),
        ("outcome", "death in custody", "died-in-custody"),
        ("outcome", "사망함", "died"),
        ("outcome", "被释放", "released"),
        ("sex", "남(男)", "m"),
        ("sex", "Male (M)", "m"),
        ("sex", "여성（F）", "f"),
        ("authority", "국가보위부 (SSD)", "kp-state-security"),
        *(("sex", word, "m") for word in ("чол.", "Чол", "ч", "муж.", "ذكور", "پسر", "ကျား")),
        *(("sex", word, "f") for word in ("жін.", "Жін", "ж", "жен.", "إناث", "دختر", "မ")),
        *(("sex", word, "m") for word in ("Homme", "masc.", "muško", "Muški", "nam", "ወንድ")),
        *(("sex", word, "f") for word in ("Femme", "fem.", "žensko", "zenski", "Nữ", "ሴት", "Ž")),
        *(("sex", word, "m") for word in ("ተባዕታይ", "homem", "garçon", "Masculin")),
        *(("sex", word, "f") for word in ("ኣንስተይቲ", "mulher", "hembra", "Feminin")),
        # and what is not meant
        *(("sex", letter, None) for letter in ("H", "V", "Z", "о")),
        ("sex", "чоловік жінка", None),
        ("sex", "masculino/femenino", None),
        ("act", "석방 안 됨", None),
        ("act", "미송환됨", None),
        ("act", "未被逮捕", None),
        ("act", "not arrested", None),
        ("act", "체포 (death)", None),
        ("act", "체포 처형", None),
        ("sex", "남(여)", None),
        ("sex", "여함", None),
        ("outcome", "N/A", None),
        ("outcome", "removed", None),
    ],
)
def test_a_word_stated_otherwise(kind: str, text: str, code: str | None) -> None:
    assert vocabulary.code_for(kind, text) == code


def test_the_page_lists_every_word() -> None:
    page = (DOCS / "codes.md").read_text(encoding="utf-8")
    assert page == codes_page.page(), "run: .venv/bin/python tools/codes_page.py"
    for terms in vocabulary.TERMS.values():
        for term in terms:
            assert f"| `{term.code}` | {term.en} | {term.ko} | {term.zh} |" in page


def test_no_word_helps_to_find_anybody() -> None:
    forbidden = {
        "shelter",
        "route",
        "helper",
        "broker",
        "guide",
        "address",
        "safe house",
        "whereabouts",
    }
    for terms in vocabulary.TERMS.values():
        assert not forbidden & {term.code for term in terms}
    with pytest.raises(TypeError):
        Report("A", "1", (Name("x"),), whereabouts="x")  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("회령", "KP-09-hoeryong"),
        ("함북 회령시", "KP-09-hoeryong"),
        ("Hoeryong, North Hamgyŏng Province", "KP-09-hoeryong"),
        ("咸镜北道会宁市", "KP-09-hoeryong"),
        ("양강도", "KP-10"),
        ("Yanggang-do", "KP-10"),
        ("吉林省延边朝鲜族自治州图们市", "CN-2224-tumen"),
        ("길림성 연길", "CN-2224-yanji"),
        ("함경북도 라선시", "KP-13"),
        ("Hun-chun (China)", "CN-2224-hunchun"),
        ("Yanji?", "CN-2224-yanji"),
        ("China?", "CN"),
        ("「연길」", "CN-2224-yanji"),
        ("함북_회령", "KP-09-hoeryong"),
        ("N. Korea", "KP"),
        ("NK", "KP"),
        ("咸北", "KP-09"),
        ("咸南 端川", "KP-08-tanchon"),
        ("平北", "KP-03"),
        ("黄南", "KP-05"),
        ("量江道", "KP-10"),
        ("나진선봉", "KP-13"),
        ("Rajin-Sonbong", "KP-13"),
        ("라선시 라진", "KP-13-rajin"),
        ("Chonjin, North Hamgyong", "KP-09-chongjin"),
        ("Chonjin-si, China", "CN-12"),
        ("在延吉", "CN-2224-yanji"),
        ("被关押在图们看守所", "CN-2224-tumen"),
        ("住会宁", "KP-09-hoeryong"),
        # beside a river, a people or a consulate
        ("Tumen River near Musan", "KP-09-musan"),
        ("图们江边（茂山）", "KP-09-musan"),
        ("중국 조선족 가정", "CN"),
        ("연변조선족자치주", "CN-2224"),
        ("연변 조선족 자치주 연길", "CN-2224-yanji"),
        ("长白朝鲜族自治县", "CN-2206-changbai"),
        ("被关押在長白朝鮮族自治縣", "CN-2206-changbai"),
        ("逃到延边朝鲜族自治州", "CN-2224"),
        ("在吉林省延边 朝鲜族自治州", "CN-2224"),
        ("길림성연변 조선족 자치주 연길", "CN-2224-yanji"),
        ("평양시 대동강구역", "KP-01-taedonggang"),
        ("조선인민군", "KP"),
        ("심양 한국 영사관", "CN-2101"),
        ("주선양 한국총영사관", "CN-2101"),
        ("북경 한국대사관", "CN-11"),
        ("沈阳日本领事馆", "CN-2101"),
        ("South Korea consulate, Shenyang", "CN-2101"),
        ("Embassy of the Republic of Korea in Beijing", "CN-11"),
        ("South Korean embassy, Bangkok, Thailand", "TH"),
        ("Japanese consulate in Shenyang", "CN-2101"),
        ("韩国驻沈阳总领事馆", "CN-2101"),
        ("在美国驻沈阳总领馆", "CN-2101"),
        ("駐瀋陽總領事館", "CN-2101"),
        ("北朝鲜驻北京大使馆", "CN-11"),
        ("朝鲜驻丹东领事办公室", "CN-2106"),
        ("韩国驻泰国大使馆", "TH"),
        ("朝鲜驻俄罗斯符拉迪沃斯托克总领事馆", "RU-PRI-vladivostok"),
        ("한국 주심양 총영사관", "CN-2101"),
        ("대한민국 주선양총영사관", "CN-2101"),
        ("연길 북한식당", "CN-2224-yanji"),
        ("济南朝鲜族村", "CN-3701"),
        ("Tumen riverside, Onsong", "KP-09-onsong"),
        ("banks of the Tumen, Musan", "KP-09-musan"),
        ("the Tumen prison", "CN-2224-tumen"),
        # what is beside it is read, unless it lies in that
        ("연길로 건너와", "CN-2224-yanji"),
        ("중국으로 건너 연길", "CN-2224-yanji"),
        ("house facing the Tumen River, Onsong", "KP-09-onsong"),
        # what is opposite a landmark is where it is
        # but not if a river is between, or another place is named  # 东新 is a county, too
        # who crosses is where it begins
        ("함경북도 무산군에서 두만강을 건너", "KP-09-musan"),
        ("라오스 국경을 건너", "LA"),
        # a mission is where it is
        ("태국 주재 한국대사관", "TH"),
        ("베트남주재 대한민국 대사관", "VN"),
        ("심양 주재 한국총영사관", "CN-2101"),
        ("심양 한국교회", "CN-2101"),
        ("the Chinese side of the border", "CN"),
        ("Hoeryong, on the North Korean side", "KP-09-hoeryong"),
    ],
)
def test_places_in_three_scripts(text: str, code: str) -> None:
    found = places.place(text)
    assert found is not None
    assert found.code == code
    assert found.path[0] == code[:2]


BEARING_A_NAME = (
    "Tumen River|the Tumen river bank|River Tumen|Tuman-gang|图们江|圖們江|图们江边|두만강|두만강변"
    "|Tumen riverbank|Tumen riverside|by the Tumen|Tumen (river)"
    "|도문강|압록강|鸭绿江|Yalu River|송화강|Songhwa River|대동강|Amur River"
    "|아무르강|松花江|大同江|豆满江|豆滿江|鴨綠江|阿穆爾河|阿穆尔河沿岸|長白山|白頭山|白头山|장백산맥"
    "|长白山|Changbai Mountain|Mt. Changbai|Changbaishan|장백산|백두산"
    "|조선족 마을|朝鲜族村|조선족자치주|중국인 집|북한 사람 집|朝鲜人|蒙古族"
    "|over the Tumen from Musan|on the Chinese side of the Tumen near Musan|opposite Hyesan center"
    "|across from Hoeryong customs office|opposite Musan mine office|한국교회|在韩国教会"
    "|opposite Musan|함경북도 무산군 맞은편|茂山對面|across the river from Musan"
    "|咸镜北道茂山对面|중국 길림성 도문 맞은편|무산 맞은편 혜산 맞은편|회령 시 맞은편"
    "|across the Tumen River from Musan|opposite Musan, North Hamgyong"
    "|opposite Musan in North Hamgyong|across from Musan, opposite Hyesan"
    "|무산군 칠성리 맞은편|함경북도 온성군 남양 맞은편|도문 시 맞은편|도문 바로 맞은편"
    "|길림성 연변 조선족 자치주 도문시 맞은편|북한 함경북도 회령 시 맞은편"
    "|Jilin City 맞은편|图们口岸对面"
    "|무산지역 맞은편|延边朝鲜族自治州对面|opposite Musan, North Hamgyong, North Korea"
    "|도문 남양 맞은편|图们市南阳对岸|룡정 삼합 맞은편|남양(온성군) 맞은편|혜산시 강안동 맞은편"
    "|opposite Musan Jilin|opposite Yanji, Yanji|opposite Hyesan and Musan|혜산과 무산 맞은편"
    "|함경북도, 무산 맞은편|중국 길림성 장백조선족자치현 맞은편|朝鲜黄海南道对岸"
    "|opposite Namyang, Onsong|opposite Namyang (Onsong County)|opposite Wiyon-dong, Hyesan"
    "|across the river from Namyang, Onsong County, North Hamgyong Province, DPRK"
    "|on the opposite bank of the Tumen River from Musan|opposite river bank from Onsong"
    "|other side of the river from Musan|over the river from Hyesan|across the Yalu from Sinuiju"
    "|village facing Hoeryong|회령 맞은켠|회령 건너켠|무산 맞은 편|무산 강 건너 마을|무산 강건너"
    "|회령 건너 삼합|혜산에서 강 건너|across the border from Hoeryong station"
    "|across the river from Sinuiju station|会宁站对岸|무산역 두만강 건너편|신의주역 압록강 건너편"
    "|한국 영사관|주한국대사관|日本領事館|South Korea embassy|Consulate General of Japan"
    "|South Korean embassy|the North Korean Consulate General|S. Korean consulate|Thai embassy"
    "|Chinese embassy|U.S. Embassy|韩国驻华大使馆|북한 식당|朝鲜饭店"
)


# ISO 3166-2:KP (codes of 2010, KP-14 of 2017, KP-15 of 2022), ISO 3166-2:RU, GB/T 2260.
STANDARD = """
KP-01 평양시 KP-02 평안남도 KP-03 평안북도 KP-04 자강도 KP-05 황해남도 KP-06 황해북도 KP-07 강원도
KP-08 함경남도 KP-09 함경북도 KP-10 량강도 KP-13 라선시 KP-14 남포시 KP-15 개성시 RU-AMU 阿穆尔州
RU-KHA 哈巴罗夫斯克边疆区 RU-PRI 滨海边疆区 CN-11 北京市 CN-12 天津市 CN-13 河北省 CN-14 山西省
CN-15 内蒙古自治区 CN-21 辽宁省 CN-22 吉林省 CN-23 黑龙江省 CN-31 上海市 CN-32 江苏省 CN-33 浙江省
CN-34 安徽省 CN-35 福建省 CN-36 江西省 CN-37 山东省 CN-41 河南省 CN-42 湖北省 CN-43 湖南省
CN-44 广东省 CN-45 广西壮族自治区 CN-46 海南省 CN-50 重庆市 CN-51 四川省 CN-52 贵州省 CN-53 云南省
CN-54 西藏自治区 CN-61 陕西省 CN-62 甘肃省 CN-63 青海省 CN-64 宁夏回族自治区 CN-65 新疆维吾尔自治区
CN-2101 沈阳市 CN-2102 大连市 CN-2106 丹东市 CN-2201 长春市 CN-2205 通化市 CN-2206 白山市
CN-2224 延边朝鲜族自治州 CN-2301 哈尔滨市 CN-2310 牡丹江市 CN-3702 青岛市 CN-5301 昆明市
"""


OPPOSITE = (
    "新义州（丹东对面）|Tumen, opposite Namyang|두만강 건너 도문|"
    "across the street from the Korean consulate, Shenyang|沈阳朝鲜饭店对面|"
    "장백현 혜산 맞은편 마을|중국 무산군 맞은편|长白县惠山对面|中国 茂山对岸|"
    "village opposite Musan near Helong|across the river from Hyesan at Changbai|"
    "opposite Musan, Jilin|opposite the hospital in Yanji|룡정 삼합 맞은편 회령|"
    "도문 남양 맞은편 온성|和龙市南坪对岸茂山|和龙市南坪镇茂山对面|吉林省和龙市朝鲜茂山郡对岸|"
    "무산군 중국 하남성 정주시 맞은편|장백 혜산(량강도) 맞은편|회령 건너 룡정|"
    "会宁对面的龙井三合|图们江对岸会宁|Tumen City (opposite Namyang, Onsong County)|"
    "Hoeryong (across from Sanhe, Longjing)|opposite Musan (Helong)|"
    "Dandong, on the opposite bank of the Yalu from Sinuiju|"
    "opposite bank from Hyesan, Changbai County|Dandong, across the Yalu from Sinuiju|"
    "a village facing Musan, Helong|연길역 맞은편|연길 기차역 맞은편 식당|延吉市医院对面|"
    "연변대학 맞은편|심양 한국 영사관 맞은편 식당|沈阳日本领事馆对面|opposite Yanji station|"
    "opposite Yanji Hotel, Yanji|회령 장마당 맞은편|회령 보위부 길 건너편|연길 공안국 맞은편|"
    "opposite Tumen detention center|across the street from Musan prison|남양역 건너편 도문|"
    "온성군 남양역 맞은편 도문시|满浦站对面集安|新义州站对岸丹东|혜산역 압록강 건너편 장백|"
    "심양역 맞은편 한국 교회|丹东新义州对面|辽宁丹东新义州对岸"
)


@pytest.mark.parametrize("text", OPPOSITE.split("|"))
def test_what_lies_opposite_a_place_is_kept_as_written_and_flagged(text: str) -> None:
    assert places.place(text) is None
    assert places.lies_opposite(text)


def test_codes_of_standards_name_what_the_standards_say() -> None:
    said = STANDARD.split()
    pairs = dict(zip(said[::2], said[1::2], strict=True))
    for code, name in pairs.items():
        language = "ko" if code.startswith("KP") else "zh"
        assert places.Place(code, ()).label(language) == name
        assert places.place(name) is not None
    coded = {row for row in places._ROWS if re.fullmatch(r"KP-\d+|CN-\d+|RU-[A-Z]+", row)}
    assert set(pairs) <= coded
    # No other first-level division has a code of a standard's shape.
    assert {row for row in coded - set(pairs) if not re.fullmatch(r"CN-\d{4}", row)} == set()


@pytest.mark.parametrize("text", ["", "Atlantis", "회령 혜산", "Tumen, Musan", "x" * 400])
def test_no_place_is_inferred(text: str) -> None:
    assert places.place(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "연길→도문",
        "연길과도문",
        "연길및도문",
        "연길&도문",
        "연길ㆍ도문",
        "延吉到图们",
        "延吉和和龙",
    ],
)
def test_of_two_places_run_together_neither_wins(text: str) -> None:
    assert places.place(text) is None


def test_no_name_begins_like_a_word_before_one() -> None:
    assert not [name for name in places._indexes()[0] if places._AT.match(name)]
    assert places.place("从会宁逃到图们") is None


def test_a_county_that_begins_like_a_word_for_and_is_one() -> None:
    assert [found.code for found in places.candidates("延边和龙")] == ["CN-2224-helong"]


def test_a_name_between_the_countries_is_of_either() -> None:
    assert places.place("Chonjin") is None
    assert {found.code for found in places.candidates("Chonjin")} == {"KP-09-chongjin", "CN-12"}


@pytest.mark.parametrize("text", BEARING_A_NAME.split("|"))
def test_what_bears_the_name_of_a_place_is_none(text: str) -> None:
    assert places.place(text) is None
    assert places.settled(text) != text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("삼합 회령 맞은편", ""),
        ("across the river from Hoeryong in Sanhe", ""),
        ("the South Korean embassy", "the"),
        ("U.S. Embassy school", "school"),
    ],
)
def test_of_a_text_is_left_what_is_next_to_that(text: str, left: str) -> None:
    assert places.settled(text) == left


def test_few_names_of_places_are_looked_at_for_a_river_or_a_people() -> None:
    keys = [places.key(found.label(name)) for found in places.every() for name in ("ko", "zh")]
    assert sum(map(exclusions.may_name_one, keys)) < len(keys) / 20


def test_a_text_with_many_opposites_says_nothing_and_a_long_one_is_left() -> None:
    text = "연길 " + "맞은편 무산 " * 40
    assert places.settled(text[: places.LONGEST]) == ""
    assert places.settled(text * 3) == text * 3
    assert places.place(text[: places.LONGEST]) is None


@pytest.mark.parametrize("place", places.every(), ids=lambda place: place.code)
def test_what_lies_opposite_a_place_is_not_in_its_country(place: places.Place) -> None:
    line = [places.Place(code, ()) for code in place.path]
    ko, zh, en = (
        sign.join(each.label(language) for each in line[::step])
        for language, sign, step in (("ko", " ", 1), ("zh", "", 1), ("en", ", ", -1))
    )
    nothing = {f"{ko} 맞은편", f"{ko} 칠성 건너편", f"{zh}对岸", f"{zh}七星对面"}
    nothing |= {f"opposite {en}", f"across the river from Sambat, {en}", f"{ko}, {ko} 맞은편"}
    other = places.place("도문시" if place.path[0] == "KP" else "무산군")
    assert other is not None
    # on which side it is cannot be told: no place is read, whatever is named beside it
    nothing |= {f"{other.label('ko')} {ko} 맞은편", f"{zh}对岸{other.label('zh')}"}
    nothing |= {f"opposite {en} near {other.label()}"}
    assert {text for text in nothing if places.candidates(text)} == set()
    assert all(map(places.lies_opposite, nothing))


@pytest.mark.parametrize("sign", ["对面", "맞은편 ", "opposite ", "across from, "])
def test_signs_of_an_opposite_alone_are_no_place(sign: str) -> None:
    assert places.candidates((sign * 150)[: places.LONGEST]) == ()


@given(TEXT)
def test_any_text_is_a_place_or_none(text: str) -> None:
    found = places.place(text)
    assert found is None or found.level in places.LEVELS
