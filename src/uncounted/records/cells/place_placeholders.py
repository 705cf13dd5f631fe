"""Text in a cell for a place that says that the place is unknown.

Without it all reports from "somewhere in China" would be taken for neighbours.
"""

from __future__ import annotations

import re

from uncounted.records.cells.placeholders import is_unknown_word, says_nothing
from uncounted.records.lexicon import pattern
from uncounted.records.names.name import unmarked

_WORD = re.compile(r"[^\W_]+")
_WHERE_EN = "(?:(?:(?:the|an?|some|exact|precise|specific|other|particular) )*{where:en})"
_UNKNOWN_EN = (
    "(?:{unknown:en}|somewhere|n/a|tbd|not (?:(?:exactly|precisely|yet) )?{stated:en})"
    "(?: (?:by|on|at|upon) request)?"
    "(?: to (?:me|us|him|her|them|the (?:witness|victim|family|author)))?"
)
_MORE_KO = "(?:구체적인?|정확한|자세한|상세|세부|이하|기타|나머지)"
_MORE_ZH = "(?:具体|具體|详细|詳細|其他|其余)"
_UNKNOWN_PLACE = pattern(
    rf"\b(?:{_WHERE_EN} )?(?:is |was )?{_UNKNOWN_EN}(?: {_WHERE_EN})?"
    r"(?: (?:in|at|near|of|within|on)\b)?"
    rf"|(?<![가-힣])(?:(?:{_MORE_KO} ?){{0,3}}"
    r"(?:{where:ko}[은는이가을를도]? ?){0,2}{unknown:ko}"
    r"|(?:어딘가|모처|(?:어느 ?|모 ?)(?:곳|장소|지역|지점|마을|도시))(?:에서?)?)(?![가-힣])"
    r"|(?<![가-힣])모(?= [가-힣]{2})"
    rf"|(?:(?<![一-鿿]){_MORE_ZH}?{{where:zh}}?|{_MORE_ZH}?{{where:zh}}){{unknown:zh}}(?![一-鿿])"
    r"|(?:\bместо )?\bне (?:известн|указан)\w+"
    r"|(?:某 ?(?:地[方区區]?|处|處|个地方|[县縣市村镇鎮乡鄉省区區州]))+(?![一-鿿])"
    r"|某 ?(?=监狱|監獄|看守所|拘留所|收容所|派出所)"
)
_WHERE = pattern(
    rf"{_WHERE_EN}|{{where}}|in|at|on|near|around|of|the|exact|precise|specific|근처|부근|인근|附近"
)
_KIND = pattern("{place-kind}")
_BRACKETS = re.compile(r"[(（\[]([^()（）\[\]]*)[)）\]]")


def stated(text: str) -> str:
    """Remove from a place what says that it, or the rest of it, is unknown; "" if nothing is left.

    Examples:
        >>> stated("함경북도 미상"), stated("somewhere in China"), stated("Yanji, town unknown")
        ('함경북도', 'China', 'Yanji')
        >>> stated("장소 미상"), stated("unknown"), stated("不详"), stated("Somerville")
        ('', '', '', 'Somerville')
        >>> stated("관리소(명칭 미상)"), stated("prison name unknown"), stated("prison")
        ('', '', 'prison')
    """
    left = _known(text)
    return "" if left != text and _has_only(left, _WHERE, _KIND) else left


def is_kind(text: str) -> bool:
    """Tell whether a text has only words for a kind of place: no two such are one place.

    Examples:
        >>> is_kind("구금시설"), is_kind("detention facility"), is_kind("Camp 14"), is_kind("회령")
        (True, True, False, False)
    """
    return _has_only(text, _WHERE, _KIND)


def says_where(text: str) -> bool:
    """Tell whether a text says anything of a place: where it is, or of which kind it was.

    Examples:
        >>> says_where("관리소(명칭 미상)"), says_where("장소 미상")
        (True, False)
    """
    return bool(_known(text))


def _known(text: str) -> str:
    if says_nothing(text):
        return ""
    left = _UNKNOWN_PLACE.sub(" ", text)
    left = _WORD.sub(
        lambda found: " " if is_unknown_word(unmarked(found[0].casefold())) else found[0], left
    )
    if left == text:
        return text
    if says_nothing(left) or _has_only(left, _WHERE):
        return ""
    left = _BRACKETS.sub(lambda found: " " if _has_only(found[1], _WHERE) else found[0], left)
    return " ".join(left.split()).strip(" ,，、;/·-()（）[]")


def _has_only(text: str, *kinds: re.Pattern[str]) -> bool:
    return all(any(each.fullmatch(word) for each in kinds) for word in _WORD.findall(text))
