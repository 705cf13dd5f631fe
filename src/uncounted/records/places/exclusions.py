"""What bears the name of a place and is not there: a river, a people, a consulate, "opposite".

The Tumen River is not the city of Tumen, a 조선족 village lies in China, and a South Korean
consulate is wherever it is. What lies opposite Musan lies in the other country, and where it
cannot be told what lies opposite, the text says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# As `places.key` gives them; with the bank or the shore, of which none says where.
_RIVERS = (
    "(?:두만강|도문강|압록강|송화강|아무르강|대동강(?! ?구역))(?:변|가|유역|연안)?"
    "|(?:图们江|豆满江|鸭绿江|松花江|阿穆尔河|大同江(?!区))(?:沿岸|流域|[边岸畔])?"
    r"|\b(?:(?:tum[ae]n|yalu|am[nr]ok|songh[wu]a|[td]aedong|amur) \(?river(?:bank|side|bed)?s?\)?"
    r"|river (?:tum[ae]n|yalu|am[nr]ok|amur)|[td]uman ?[gk]ang|am[nr]ok ?[gk]ang|tumen ?jiang)"
    r"(?: (?:banks?|basin|border|side))?(?!\w)"
    r"|(?<=the )tum[ae]n(?=$|[^\w ]| (?:from|in|near|at|to)\b)"
)
_MOUNTAINS = (
    "백두산|장백산맥?|长白山脉?|白头山"
    r"|\b(?:(?:changbai|paektu|baekdu) ?(?:mountains?|mt|range|shan|san)"
    r"|(?:mt|mount) (?:changbai|paektu|baekdu)(?: ?san)?)\b"
)
_PEOPLES = "(?:인(?![민천])| ?사람|人(?!民)|[족族])(?: ?자치[주현]| ?自治[州县])?"
_OPPOSITE = r"(?:맞은 ?[편켠쪽]|건너(?: ?[편켠쪽]|(?<!로 건너)(?<![을를] 건너)[에의]?\b)|对面|对岸)"
# What is opposite a mission is in one city with it.
_MISSION = f"(?:총?영사관|영사부|대사관|总?领(?:事馆?|馆)|大?使馆)(?: ?{_OPPOSITE})?"
_AFTER_COUNTRY = (  # a Korean restaurant, too, is wherever it is, and what is opposite it
    rf"(?:{_PEOPLES}| ?{_MISSION}"
    rf"| ?(?=(?:주(?!재)\w{{2,4}}|驻\w{{1,12}}) ?(?:COUNTRY ?)?{_MISSION})"
    "|(?:(?<=남한|북한|한국|조선|朝鲜|韩国) ?(?:식당|饭店)|(?<=한국|韩国) ?(?:교회|教会))"
    f"(?: ?{_OPPOSITE})?)"
)
_MISSION_EN = "(?:consulate(?: general)?|embassy)"
_OF_COUNTRY = (  # before the two; with those whose missions people from the DPRK come to
    "(?:(?:(?:south|north|s|n) )?korean|chinese|japanese|mongolian|vietnamese|lao(?:tian)?"
    "|(?:royal )?thai|burmese|cambodian|russian|american|u ?s(?: ?a)?|british|canadian|german)"
)
_MISSIONS = (
    rf"驻(?P<host>\w{{1,12}}?) ?(?:COUNTRY ?)?{_MISSION}"
    rf"|주(?<!\w주)(?=\w{{2,4}} ?(?:COUNTRY ?)?{_MISSION})|{_MISSION}"
    r"|\b(?:(?:opposite|across (?:the (?:street|road) )?from) (?:the )?)?"
    rf"(?:(?:COUNTRY|{_OF_COUNTRY}) )?{_MISSION_EN}(?: of (?:the )?COUNTRY)?\b"
)
# In a text in which the others are left out: "across the Tumen River from" has no river.
OPPOSITE = re.compile(
    rf"(?<![\w ])(?P<before>[\w ]*(?:\([\w ]+\) ?)?){_OPPOSITE}"
    r"|\b(?:opposite|facing(?! the)"
    r"|(?:across|(?:over|side|bank)(?= (?:of|the)\b))(?: of)?(?: the)?(?: \w+)? from)"
    r"(?P<after>(?:[ ,(]+\w+)+)"
)
# What is opposite one of these is in the same place as it (연길역 맞은편, opposite Yanji Hotel),
LANDMARK = re.compile(
    "(?:(?<![지구])역전?|병원|학교|대학|교회|식당|여관|호텔|시장|장마당|공장|은행|공원|백화점"
    "|보위부|위원회|공안국|경찰서|보안서|파출소|구류소|교화소|감옥"
    "|站|医院|学校|[大中小]学|教堂|饭店|酒店|宾馆|市场|工厂|银行|公园"
    "|公安局|派出所|看守所|监狱)(?: 길)?$"
    r"|\b(?:station|hospital|school|church|university|restaurant|hotel|market|factory|park"
    r"|prison|jail|police|(?<!customs )(?<!mine )office|terminal"
    r"|(?:detention|holding|training|medical) cent(?:er|re))\b"
)
# unless a river or a border is between the two.
CROSSING = re.compile(
    rf"{_RIVERS}|강 ?(?:건너|맞은)|국경|岸|[江河]对|[国边]境"
    r"|\b(?:(?:river|border|bank|side|shore)\w*"
    r"|(?:across|over)(?! (?:from|the (?:street|road))\b))\b"
)
# One of these is in each, in small letters: looking for them is quicker than for all of it. 강
# alone is in 강원 and 평강, 山 in half of the counties.
_LATIN_SIGNS = (
    *("river", "changbai", "paektu", "baekdu", "tuman", "duman", "tumen", "amnok", "amrok"),
    *("consulate", "embassy", "opposite", "across", "facing", "over the", "side of", "bank of"),
)
_SIGNS = (
    *("만강", "문강", "록강", "화강", "르강", "동강", "두산", "장백", "영사부"),
    *("长白", "長白", "白头", "白頭", "们江", "們江", "满江", "滿江", "绿江", "綠江", "花江"),
    *(
        "尔河",
        "爾河",
        "同江",
        *"족인람族人관馆館面岸맞너당店事",
        "교회",
        "教会",
        "教會",
        *_LATIN_SIGNS,
    ),
)
_LAST = frozenset(sign[-1] for sign in _SIGNS)


def may_name_one(text: str) -> bool:
    """Tell quickly whether there may be any in a text in small letters."""
    if _LAST.isdisjoint(text):
        return False
    return any(map(text.__contains__, _LATIN_SIGNS if text.isascii() else _SIGNS))


def pattern(countries: Iterable[str], names: Iterable[str]) -> re.Pattern[str]:
    """What finds all of them but what lies opposite a place; and, as "kept", what is a place.

    Args:
        countries: the names of countries, in all languages.
        names: the names of all places; those with a people in them (延边朝鲜族自治州) are kept.
    """
    longest_first = sorted(countries, key=lambda name: (-len(name), name))
    country = f"(?:{'|'.join(map(re.escape, longest_first))})"
    country = re.sub("([南北]朝鲜)", r"\1(?!族)", country)  # 济南朝鲜族村 is in 济南
    people = re.compile(f".{country}{_PEOPLES}")
    kept = "|".join(sorted(" ?".join(name) for name in names if people.search(name)))
    found = "|".join((_RIVERS, _MOUNTAINS, f"COUNTRY{_AFTER_COUNTRY}", _MISSIONS))
    return re.compile(f"(?P<kept>{kept or '(?!)'})|{found.replace('COUNTRY', country)}")
