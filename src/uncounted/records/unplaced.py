"""What stands for a place, or for the rest of one, and is none: 장소 미상, "somewhere in China".

All who are from such a place would be taken for neighbours.
"""

from __future__ import annotations

import re

from uncounted.records.names import unmarked
from uncounted.records.unnamed import is_unknown_word, says_nothing

_WORD = re.compile(r"[^\W_]+")
_NOT_EN = (
    "(?:unknown|unidentified|unspecified|undisclosed|unclear|unstated|somewhere|n/a|tbd"
    "|not (?:(?:exactly|precisely|yet) )?"
    "(?:known|stated|given|recorded|specified|sure|clear|provided|available|remembered|disclosed))"
)
_WHERE_EN = (
    "(?:(?:(?:the|an?|some|exact|precise|specific|other|particular) )*"
    "(?:places?|locations?|towns?|villages?|count(?:y|ies)|cit(?:y|ies)|areas?|sites?|provinces?"
    "|districts?|details?|hometown|origin|birthplace))"
)
_NOT_KO = (
    "(?:미상지?|불명|불상|불분명|모름|모르겠음|모른다|알 ?수 ?없음|미확인|미기재|비공개|확인 ?불가"
    "|기억 ?(?:안|못) ?(?:남|함)|없음)"
)
_WHERE_KO = (
    "(?:장소|지역|지명|위치|지점|고향|출신지|출생지|소재지|시군|군|마을|도시|곳|주소|행선지)"
)
_MORE_KO = "(?:구체적인?|정확한|자세한|상세|세부|이하|기타|나머지)"
_WHERE_ZH = "(?:地点|地點|地方|地区|地區|位置|籍贯|籍貫|家乡|家鄉|出生地|地址)"
_NOT_ZH = (
    "(?:不详|不詳|不明|未知|不清楚?|不知道?|未说明|未說明|未记录|未記錄|保密|不公开|不公開|没有"
    "|沒有)"
)
_SOME_PLACE = re.compile(
    rf"\b(?:{_WHERE_EN} )?(?:is |was )?{_NOT_EN}(?: {_WHERE_EN})?"
    r"(?: (?:in|at|near|of|within|on)\b)?"
    rf"|(?<![가-힣])(?:{_MORE_KO} ?)*(?:{_WHERE_KO}[은는이가을를도]? ?)?{_NOT_KO}(?![가-힣])"
    r"|(?<![가-힣])(?:어딘가|모처|어느 ?(?:곳|지역|마을|도시))(?:에서?)?(?![가-힣])"
    rf"|(?<![一-鿿])(?:具体|具體|详细|詳細|其他|其余)?{_WHERE_ZH}?{_NOT_ZH}(?![一-鿿])"
    r"|(?:\bместо )?\bне (?:известн|указан)\w+|(?<![一-鿿])(?:某地|某处|某處|某个地方)(?![一-鿿])",
    re.IGNORECASE,
)
_ONLY_WHERE = re.compile(
    rf"{_WHERE_EN}|{_WHERE_KO}|{_WHERE_ZH}|место|город|lugar|lieu|in|at|near|of|the", re.IGNORECASE
)


def stated(text: str) -> str:
    """A place without what says that it, or the rest of it, is not known; "" if nothing is left.

    Examples:
        >>> stated("함경북도 미상"), stated("somewhere in China"), stated("Yanji, town unknown")
        ('함경북도', 'China', 'Yanji')
        >>> stated("장소 미상"), stated("unknown"), stated("不详"), stated("Somerville")
        ('', '', '', 'Somerville')
    """
    if says_nothing(text):
        return ""
    left = _SOME_PLACE.sub(" ", text)
    left = _WORD.sub(lambda found: " " if _says_unknown(found[0]) else found[0], left)
    if left == text:
        return text
    words = _WORD.findall(left)
    if says_nothing(left) or all(_ONLY_WHERE.fullmatch(word) for word in words):
        return ""
    return " ".join(re.sub(r"[(（\[] *[)）\]]", " ", left).split()).strip(" ,，、;/·-()（）[]")


def _says_unknown(word: str) -> bool:
    return is_unknown_word(unmarked(word.casefold()))
