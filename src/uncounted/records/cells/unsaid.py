"""What stands in a cell where nothing is said: NULL, 비공개, TBD, "same as above", 장소 미상.

Programs and people fill empty cells with such words, and all reports that have one would agree.
A name that looks like one is a name where another stands beside it: Null is a family name, and
상동 a given one. So some words count only as the whole of a cell.
"""

from __future__ import annotations

import re

from uncounted.records.names.name import visible

_WORD = re.compile(r"[^\W_]+")
_LONGEST = 80  # letters of a text that says no more than this


def _set(*rows: str) -> frozenset[str]:
    return frozenset(word for row in rows for word in row.split("|"))


# Texts without signs, in small letters; Korean and Chinese without spaces.
_WITHHELD = _set(
    "redacted|withheld|undisclosed|suppressed|confidential|anonymised|anonymized|removed",
    "on request|name changed|identity protected|identity withheld|confidencial|имя скрыто|скрыто",
    "비공개|비공개요청|비공개처리|비공개희망|비식별|비식별처리|비실명|비실명처리|익명처리|가명처리|실명비공개|신원비공개|신원보호|이름비공개|성명비공개|삭제됨",
    "不公开|不公開|未公开|未公開|非公开|非公開|保密|已隐藏|已隱藏|隐去|隱去|隐名|隱名|脱敏|已脱敏|化名处理",
)
_TO_COME = _set(
    "tbd|tba|tbc|to be determined|to be confirmed|to be added|to be advised|to be filled in",
    "확인중|파악중|추후확인|추후기재|추후입력|확인예정|입력예정",
    "待定|待查|待确认|待確認|待核实|待核實|待补|待補",
)
_NO_ANSWER = _set(
    "not applicable|does not apply|no data|no info|no information|no answer|no response|no record",
    "no records|refused to answer|declined to answer|don t know|dont know|do not know",
    "does not know|doesn t know|not sure|unsure|unclear|unspecified|illegible|unreadable",
    "can t remember|cannot remember|does not remember|sin datos|sin dato|no aplica|no sabe",
    "no especificado|sans objet|нет данных|не указано|не указан|не указана|не помнит|н д",
    "해당없음|해당사항없음|자료없음|정보없음|기록없음|무응답|응답없음|응답거부|확인불가|확인안됨|파악불가|식별불가|판독불가",
    "불분명|불확실|불명확|기억안남|잘모름|미확인|미파악|미기재",
    "不适用|不適用|无数据|無數據|无资料|無資料|无记录|無記錄|无信息|暂无|暫無|暂缺|暫缺|空白|拒答|未回答|字迹不清|字跡不清",
    "无法辨认|無法辨認|不确定|不確定|未说明|未說明|未填|未填写|不清楚|未确认|未確認",
)
_AS_ABOVE = _set(
    "same as above|as above|see above|same as before|same as previous|same as the above|ibid",
    "the same as above|same person as above|то же|там же|lo mismo|como arriba",
    "위와같음|위와동일|상기와같음|상기와동일|상기동일|앞과같음|앞과동일|위와같다|위동일인",
    "同上|同前|同左|上同|同上所述",
)
_SURE = _WITHHELD | _TO_COME | _NO_ANSWER | _AS_ABOVE | {"undefined"}
# What may be a name beside another, or part of one.
_ABOVE_ALONE = _set("ditto|idem|same|상동")
_ALONE = _ABOVE_ALONE | _set(
    "null|null null|blank|empty|missing|pending|hidden|no value|void|ooo|oooo|xxxx",
    "test|tests|testing|test test|test name|test person|test user|test case|test record|test entry",
    "test data|test row|sample|sample name|sample data|example|example name|dummy|dummy name|asdf",
    "qwerty|prueba|тест|테스트|테스트용|테스트데이터|테스트입력|시험용|시험입력|예시|샘플|测试|測試|测试数据|示例|样例|樣例",
)
_WHOLE = _SURE | _ALONE
_NAN = ("nan", "NaN", "NaT", "<NA>", r"\N")  # Nan and Nat are given names
_CELL_ERROR = re.compile(r"#(?:n/[ad]|nv|н/д|[a-zа-я0-9/]{2,8}[!?]|getting_data)", re.IGNORECASE)


def is_null(text: str) -> bool:
    """Tell whether a text is what programs write for an empty cell.

    Examples:
        >>> is_null("NULL"), is_null("nan"), is_null("#N/A"), is_null("Nan")
        (True, True, True, False)
    """
    return _is_written_by_program(text.strip()) or _plain(text) == "null"


def may_be_no_null(text: str) -> bool:
    """Tell whether a name may be written like an empty cell: Nan and Null in small letters.

    Examples:
        >>> may_be_no_null("nan"), may_be_no_null("Null"), may_be_no_null("NULL")
        (True, True, False)
    """
    return text.strip() in ("nan", "null", "Null")


def _is_written_by_program(text: str) -> bool:
    return text in _NAN or (text.startswith("#") and bool(_CELL_ERROR.fullmatch(text)))


def is_as_above(text: str) -> bool:
    """Tell whether a cell says only that it is as in the row above.

    Examples:
        >>> is_as_above("Ditto"), is_as_above("위와 같음"), is_as_above("〃")
        (True, True, True)
    """
    plain = _plain(text)
    return text.strip() in ("〃", '"', "''") or _is_in(plain, _AS_ABOVE | _ABOVE_ALONE)


def is_placeholder(text: str) -> bool:
    """Tell whether a text says, wherever it stands, that something is withheld or not known yet.

    Examples:
        >>> is_placeholder("[REDACTED]"), is_placeholder("비공개 (요청)"), is_placeholder("test")
        (True, True, False)
    """
    return len(text) <= _LONGEST and _is_in(_plain(text), _SURE)


def is_filler(text: str) -> bool:
    """Tell whether the whole of a cell says nothing: also what beside a name might be one.

    Examples:
        >>> is_filler("Test 2"), is_filler("상동"), is_filler("Null"), is_filler("Hans Null")
        (True, True, True, False)
    """
    if len(text) > _LONGEST:
        return False
    return _is_written_by_program(text.strip()) or _is_in(_plain(text), _WHOLE)


def _plain(text: str) -> str:
    """Words in small letters without signs, and without numbers that stand alone."""
    words = _WORD.findall(visible(text[: 2 * _LONGEST]).casefold())
    return " ".join(word for word in words if not word.isdecimal())


def _is_in(plain: str, texts: frozenset[str]) -> bool:
    return plain in texts or (not plain.isascii() and plain.replace(" ", "") in texts)
