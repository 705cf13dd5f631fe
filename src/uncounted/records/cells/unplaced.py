"""What stands for a place, or for the rest of one, and is none: 장소 미상, "somewhere in China".

All who are from such a place would be taken for neighbours.
"""

from __future__ import annotations

import re

from uncounted.records.cells.unnamed import is_unknown_word, says_nothing
from uncounted.records.names.name import unmarked

_WORD = re.compile(r"[^\W_]+")
_NOT_EN = (
    "(?:unknown|unidentified|unspecified|undisclosed|unclear|unstated|withheld|redacted|somewhere"
    "|n/a|tbd"
    "|not (?:(?:exactly|precisely|yet) )?"
    "(?:known|stated|given|recorded|specified|sure|clear|provided|available|remembered|disclosed))"
    "(?: (?:by|on|at|upon) request)?"
    "(?: to (?:me|us|him|her|them|the (?:witness|victim|family|author)))?"
)
_WHERE_EN = (
    "(?:(?:(?:the|an?|some|exact|precise|specific|other|particular) )*"
    "(?:places?|locations?|towns?|villages?|count(?:y|ies)|cit(?:y|ies)|areas?|sites?|provinces?"
    "|districts?|details?|hometown|origin|birthplace"
    "|names?(?: of (?:the |an? )?(?:place|town|village|county|city|prison|camp|facility))?))"
)
_NOT_KO = (
    "(?:미상지?|불명|불상|불분명|모름|모르겠음|모른다|모르는|모를"
    "|알 ?수 ?없[음는]|미확인|미기재|비공개|확인 ?불가"
    "|기억 ?(?:안|못) ?(?:남|함)|없음|없는)"
)
_WHERE_KO = (
    "(?:장소|지역|지명|위치|지점|고향|출신지|출생지|소재지|시군|군|마을|도시|곳|주소|행선지"
    "|이름|명칭|상호|(?:시설|기관|지역|마을|도시)명)"
)
_MORE_KO = "(?:구체적인?|정확한|자세한|상세|세부|이하|기타|나머지)"
_WHERE_ZH = (
    "(?:地点|地點|地方|地区|地區|位置|籍贯|籍貫|家乡|家鄉|出生地|地址|名称|名稱|名字"
    "|[县縣市村镇鎮]名)"
)
_NOT_ZH = (
    "(?:不详|不詳|不明|未知|不清楚?|不知道?|未说明|未說明|未记录|未記錄|保密|不公开|不公開|没有"
    "|沒有)"
)
_MORE_ZH = "具体|具體|详细|詳細|其他|其余"
_SOME_PLACE = re.compile(
    rf"\b(?:{_WHERE_EN} )?(?:is |was )?{_NOT_EN}(?: {_WHERE_EN})?"
    r"(?: (?:in|at|near|of|within|on)\b)?"
    rf"|(?<![가-힣])(?:{_MORE_KO} ?){{0,3}}"
    rf"(?:{_WHERE_KO}[은는이가을를도]? ?){{0,2}}{_NOT_KO}(?![가-힣])"
    r"|(?<![가-힣])(?:어딘가|모처|어느 ?(?:곳|지역|마을|도시))(?:에서?)?(?![가-힣])"
    r"|(?<![가-힣])모 ?(?:장소|지역|지점|마을|도시)(?:에서?)?(?![가-힣])"
    r"|(?<![가-힣])모(?= [가-힣]{2})"
    rf"|(?:(?<![一-鿿])(?:{_MORE_ZH})?{_WHERE_ZH}?|(?:{_MORE_ZH})?{_WHERE_ZH}){_NOT_ZH}(?![一-鿿])"
    r"|(?:\bместо )?\bне (?:известн|указан)\w+"
    r"|(?:某 ?(?:地[方区區]?|处|處|个地方|[县縣市村镇鎮乡鄉省区區州]))+(?![一-鿿])"
    r"|某 ?(?=监狱|監獄|看守所|拘留所|收容所|派出所)",
    re.IGNORECASE,
)
_ONLY_WHERE = re.compile(
    rf"{_WHERE_EN}|{_WHERE_KO}|{_WHERE_ZH}|место|город|lugar|lieu"
    "|in|at|on|near|around|of|the|exact|precise|specific|근처|부근|인근|附近",
    re.IGNORECASE,
)
# What says of which kind a place is, and where its name is not known, not which it is.
_KIND = re.compile(
    "prisons?|jail|detention|cent(?:er|re)|facility|camp|police|station|labou?r|political"
    "|kwanl?liso|kyohwaso|jipkyulso|korean|chinese|ethnic"
    "|restaurant|hotel|factory|farm|hospital|school|home|house|market|mine|border|river|mountains?"
    "|(?:구금|수감|수용|보호)?시설|(?:정치범)?(?:관리소|수용소)|교화소|집결소|구류장|구치소|유치장|교도소"
    "|(?:노동|로동)?단련대|감옥|보위부|안전부|보안서|분주소|파출소|경찰서"
    "|식당|여관|공장|농장|병원|학교|집|가정|시장|장마당|광산|탄광|강가?|산|(?:북중|조중)?(?:국경)?(?:지역|지대)?"
    "|监狱|監獄|看守所|拘留所|收容所|派出所|管理所|教化所|(?:中朝|朝中)?(?:边境|邊境|国境|國境)|[县縣市镇鎮乡鄉村]",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"[(（\[]([^()（）\[\]]*)[)）\]]")


def stated(text: str) -> str:
    """A place without what says that it, or the rest of it, is not known; "" if nothing is left.

    Examples:
        >>> stated("함경북도 미상"), stated("somewhere in China"), stated("Yanji, town unknown")
        ('함경북도', 'China', 'Yanji')
        >>> stated("장소 미상"), stated("unknown"), stated("不详"), stated("Somerville")
        ('', '', '', 'Somerville')
        >>> stated("관리소(명칭 미상)"), stated("prison name unknown"), stated("prison")
        ('', '', 'prison')
    """
    left = _known(text)
    return "" if left != text and _has_only(left, _ONLY_WHERE, _KIND) else left


def is_kind(text: str) -> bool:
    """Tell whether a text has only words of which kind a place is: no two such are one place.

    Examples:
        >>> is_kind("구금시설"), is_kind("detention facility"), is_kind("Camp 14"), is_kind("회령")
        (True, True, False, False)
    """
    return _has_only(text, _ONLY_WHERE, _KIND)


def says_where(text: str) -> bool:
    """Tell whether a text says anything of a place: where it is, or only of which kind it was.

    Examples:
        >>> says_where("관리소(명칭 미상)"), says_where("장소 미상")
        (True, False)
    """
    return bool(_known(text))


def _known(text: str) -> str:
    if says_nothing(text):
        return ""
    left = _SOME_PLACE.sub(" ", text)
    left = _WORD.sub(lambda found: " " if _says_unknown(found[0]) else found[0], left)
    if left == text:
        return text
    if says_nothing(left) or _has_only(left, _ONLY_WHERE):
        return ""
    left = _BRACKETS.sub(lambda found: " " if _has_only(found[1], _ONLY_WHERE) else found[0], left)
    return " ".join(left.split()).strip(" ,，、;/·-()（）[]")


def _has_only(text: str, *words: re.Pattern[str]) -> bool:
    return all(any(each.fullmatch(word) for each in words) for word in _WORD.findall(text))


def _says_unknown(word: str) -> bool:
    return is_unknown_word(unmarked(word.casefold()))
