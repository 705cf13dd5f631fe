"""Annotations of a person in a cell for a name: sex, age, fate, occupation, origin, relative.

Only words of the lexicon and places are annotations here. What else stands beside a name is kept
as written, and `holds_more` tells `records.intake.rows` to flag the cell.
"""

from __future__ import annotations

import re
from functools import lru_cache

from uncounted.records.cells.kinship import is_fate, whose
from uncounted.records.cells.placeholders import is_no_name
from uncounted.records.cells.several_people import is_sure_name, may_be_whole_name
from uncounted.records.lexicon import pattern, words
from uncounted.records.names.name import untitled
from uncounted.records.places import gazetteer as places

AGE = (
    r"(?:(?:당시|향년|aged?:?) ?\d{1,3}(?: ?[세살])?"
    r"|[1-9]0대(?: ?(?:초반|중반|후반))?(?: ?(?:남성|여성|남자|여자))?"
    r"|\d{1,3} ?(?:세|살|岁|歲|лет|года?|years?(?: old)?|yrs?[.]?(?: old)?|y[.]?/?o[.]?))"
)
BORN = r"(?:(?:18|19|20)\d\d ?(?:년 ?생|年生?|년)|(?:b[.]|born(?: in)?) ?(?:18|19|20)\d\d)"
REMARK = (
    "(?:{sex}[.]?|{kin:ko zh}|{fate|remark}|{attribute:ko zh} ?{unknown:ko zh}"
    "|(?:강제|공개|재|만기)?{fate|remark:ko}(?:됨|함|당함| ?중)?"
    "|[가-힣]{2,4} ?(?:출신|거주|태생)"
    "|(?:previously|formerly) (?-i:[a-z ]+))"
)
_ANNOTATION = pattern(
    rf"{REMARK}|{AGE}|{BORN}|{{occupation}}님?|{{pair|family:ko}}|{{place-kind:ko zh 2}}"
    r"|(?:one|two|three) (?:sons?|daughters?|child(?:ren)?)"
    r"|(?:[a-z]+[ -])?(?:chinese|korean|japanese)|(?:(?:now )?in|at|from|to) [a-z]+"
)
_IN_A_PLACE = re.compile("^(?:now )?(?:in|at|from|to|near|of) ", re.IGNORECASE)
_QUARTER = re.compile("[가-힣]{2,}[동리읍면구촌진]")  # after a place: 회령시 남문동
_BRACKETS = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]")
_HANGUL = re.compile("[가-힣]{2,}")


@lru_cache(maxsize=4096)
def is_annotation(text: str) -> bool:
    """Tell whether a text beside a name is an annotation by its words, and no name.

    Examples:
        >>> [is_annotation(text) for text in ("석방", "회령", "회령시 농민", "아버지", "In China")]
        [True, True, True, True, True]
        >>> [is_annotation(text) for text in ("김철수", "박민", "Park Min", "허영자")]
        [False, False, False, False]
    """
    if _ANNOTATION.fullmatch(text) or is_kin(text) or is_no_name(text) or is_fate(text):
        return True
    if places.is_place_name(_IN_A_PLACE.sub("", text)):
        return not (text[0] == "김" and is_sure_name(text))  # 김정숙 is a county as well
    first, *others = [text] if text.isascii() else text.split() or [text]
    if others and places.is_place_name(first) and all(map(_QUARTER.fullmatch, others)):
        return True
    return bool(others) and all(map(is_annotation, (first, *others)))


def is_kin(word: str) -> bool:
    """Tell whether a word says whose relative one is and no more."""
    return word in words("kin", "ko") | words("kin", "zh") or whose(word) == ""


def holds_more(text: str) -> bool:
    """Tell whether a cell holds a whole Korean name and words that are not known.

    Such a cell is kept as written, and no name is cut out of it.

    Examples:
        >>> holds_more("김철수 화가"), holds_more("김철수 농민"), holds_more("김 철수")
        (True, False, False)
    """
    if text.isascii() or " " not in text:
        return False
    parts = untitled(_BRACKETS.sub(" ", text)).split()
    known = words("elder|alias", "ko") | {"또는", "혹은"}
    if whose(text) is not None or any(part in known or part.endswith("의") for part in parts):
        return False
    left = [part for part in parts if _HANGUL.fullmatch(part) and not is_annotation(part)]
    return len(left) > 1 and any(map(may_be_whole_name, left))
