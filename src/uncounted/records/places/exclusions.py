"""Exclusions: names of places that name no place (rivers, mountains, peoples, missions).

The Tumen River is not the city of Tumen, a 조선족 village lies in China, and a consulate is not in
the country that it represents. A text that says what lies opposite a place is not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from uncounted.records.lexicon import pattern

# Texts are as `gazetteer.key` gives them. With the bank or the shore of a river.
_RIVERS = (
    "(?:{river:ko}|대동강(?! ?구역))(?:변|가|유역|연안)?"
    "|(?:{river:zh}|大同江(?!区))(?:沿岸|流域|[边岸畔])?"
    r"|\b(?:{river:en} \(?river(?:bank|side|bed)?s?\)?|river {river:en}|{river:en} ?(?:[gk]|ji)ang)"
    r"(?: (?:banks?|basin|border|side))?(?!\w)"
    r"|(?<=the )tum[ae]n(?=$|[^\w ]| (?:from|in|near|at|to)\b)"
)
_MOUNTAINS = (
    r"{mountain:ko zh}|\b(?:{mountain:en} ?(?:mountains?|mt|range|shan|san)"
    r"|(?:mt|mount) {mountain:en}(?: ?san)?)\b"
)
_PEOPLES = "(?:인(?![민천])| ?사람|人(?!民)|[族족])(?: ?자치[주현]| ?自治[州县])?"
_OPPOSITE = r"(?:맞은 ?[편켠쪽]|건너(?: ?[편켠쪽]|(?<!로 건너)(?<![을를] 건너)[에의]?\b)|对面|对岸)"
_MISSION = "{mission:ko zh}"
_AFTER_COUNTRY = (
    rf"(?:{_PEOPLES}| ?{_MISSION}"
    rf"| ?(?=(?:주(?!재)\w{{2,4}}|驻\w{{1,12}}) ?(?:COUNTRY ?)?{_MISSION})"
    "|(?<=남한|북한|한국|조선|朝鲜|韩国) ?(?:식당|饭店)|(?<=한국|韩国) ?(?:교회|教会))"
)
_MISSIONS = (
    rf"驻(?P<host>\w{{1,12}}?) ?(?:COUNTRY ?)?{_MISSION}"
    rf"|주(?<!\w주)(?=\w{{2,4}} ?(?:COUNTRY ?)?{_MISSION})|{_MISSION}"
    r"|\b(?:(?:COUNTRY|{nationality}) )?{mission:en}(?: of (?:the )?COUNTRY)?\b"
)
# What lies opposite a place is on its side or on the other: a text that says so names no place.
OPPOSITE = re.compile(
    rf"{_OPPOSITE}|\b(?:opposite|facing(?! the)"
    r"|(?:across|(?:over|side|bank)(?= (?:of|the)\b))(?: of)?(?: the)?(?: \w+)? from)\b"
)
_HINT = pattern(
    "{river|mountain|mission}|대동강|大同江|图们江|圖們江|豆滿江|鴨綠江|長白山|白頭山|[족인람族人岸맞너]|对面|對面|爾河"
    "|[总領]領?事|使館|식당|[饭飯]店|교회|教[会會]"
    "|river|opposite|across|facing|over the|(?:side|bank) of"
)


def may_name_one(text: str) -> bool:
    """Tell quickly whether there may be any in a text."""
    return bool(_HINT.search(text))


def exclusion_pattern(countries: Iterable[str], names: Iterable[str]) -> re.Pattern[str]:
    """Compile what finds rivers, mountains, peoples and missions; and, as "kept", a place.

    `countries` in all languages; of the `names` of places, those with a people in them are kept
    (延边朝鲜族自治州).
    """
    longest_first = sorted(countries, key=lambda name: (-len(name), name))
    country = f"(?:{'|'.join(map(re.escape, longest_first))})"
    country = re.sub("([南北]朝鲜)", r"\1(?!族)", country)  # 济南朝鲜族村 is in 济南
    people = re.compile(f".{country}{_PEOPLES}")
    kept = "|".join(sorted(" ?".join(name) for name in names if people.search(name)))
    found = "|".join((_RIVERS, _MOUNTAINS, f"COUNTRY{_AFTER_COUNTRY}", _MISSIONS))
    return pattern(f"(?P<kept>{kept or '(?!)'})|{found.replace('COUNTRY', country)}")
