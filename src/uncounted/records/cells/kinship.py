"""What stands for a name and says only whose relative somebody is: "Kim's wife", "김철수의 딸".

Who is called so has no name here, and is not the person who is named. Only what can hardly be
a name, or a way to speak to somebody, is taken: 장남 is an eldest son, and somebody called Jang
Nam; 김복동 할머니 is Kim Bok Dong herself; Сын Мин is 승민; Father Kim may be a priest.
"""

from __future__ import annotations

import re

from uncounted.records.cells.labels import KIND_KO
from uncounted.records.cells.unnamed import is_no_name
from uncounted.records.names.name import tokens, unmarked, untitled


def _set(*rows: str) -> frozenset[str]:
    return frozenset(word for row in rows for word in row.split())


def _any(*rows: str) -> str:
    """The words of some rows, the longest first, as a part of a pattern."""
    return "|".join(sorted(_set(*rows), key=lambda word: (-len(word), word)))


_ENGLISH = (
    "wife husband widow widower mother father daughter brother sister grandmother grandfather"
    " grandson granddaughter nephew niece uncle aunt stepmother stepfather cousin"
    " friend neighbour neighbor"
)
_ROMANCE = "esposa esposo marido hijo hija filho filha fille veuve"
_RUSSIAN = "жена муж вдова дочь мать отец бабушка дедушка"
# Kin and who is near. Nobody is spoken to as these; 할머니, 어머니, 부인 and 형 stand after one's
# own name as well.
_KOREAN = (
    "아내 남편 딸 아들 모친 부친 며느리 사위 동생 남동생 여동생 시동생 시누이 조카 조카딸 사촌 처남"
    " 처제 매부 매형 매제 올케 이모부 고모부 전처 후처 전남편 약혼자 약혼녀 애인 동거인 동거남"
    " 동거녀 양딸 양아들 배우자 외조부 외조모 누이 이복동생 부모 부모님"
    " 양친 자녀 자식 유족 유가족 친구 이웃 동료"
)
_KOREAN_ALONE = (
    "부인 어머니 아버지 엄마 아빠 언니 오빠 누나 할머니 할아버지 외할머니 외할아버지"
    " 시어머니 시아버지 이복형 갓난아기"
)
# May be names, and after a whole name are none: somebody else is meant, whose name is not said.
_KOREAN_AFTER = (
    "장남 장녀 차남 차녀 손자 손녀 장모 장인 형수 제수 계모 계부 조부 조모 양부 양모 생부 생모 친부"
    " 친모 백부 숙부 숙모 형부 시부 시모"
)
_KOREAN_OF = f"처 모 부 형 형님 삼촌 외삼촌 이모 고모 막내 아기 아이 {_KOREAN_AFTER}"
_WHICH_CHILD = "(?:첫째|둘째|셋째|넷째|막내|맏|큰|작은|외동|의붓|이복|사촌)?"
# 丈夫 is a given name in Japan, and 我妻 a family name.
_CHINESE = (
    "妻子 太太 老婆 母亲 母親 妈妈 媽媽 父亲 父親 爸爸 儿子 兒子 女儿 女兒 儿媳 兒媳 女婿 哥哥"
    " 姐姐 孙子 孫子 孙女 孫女 奶奶 爷爷 爺爺 老公"
)
_CHINESE_OF = (
    "妻 丈夫 夫 夫人 母 父 子 女 兄 弟 姐 妹 弟弟 妹妹 长子 長子 长女 長女 次子 次女 侄子 侄女 姪子"
    " 姪女"
)

_SHORT = 3  # letters of a usual name
_LONGEST = 200  # letters of a text that is looked at
# A text without any of these says nothing of the kind, and most names are seen by this alone.
_LATIN = _set(_ENGLISH, _ROMANCE, "épouse époux son child baby boy girl infant newborn")
_NO_LETTERS = str.maketrans(dict.fromkeys("-()[],.;:/'", " "))
_OTHERS = _set(_RUSSIAN, _KOREAN, _KOREAN_ALONE, _KOREAN_OF, _CHINESE, _CHINESE_OF, "زوجة")
_ENDS = {word[-1] for word in _OTHERS}
_HINTS = re.compile(_any(*_LATIN, *_OTHERS), re.IGNORECASE)

_IN_ENGLISH = rf"(?:{_any(_ENGLISH, 'son child baby')})(?:[- ]in[- ]law)?"
_FIRST = "(?:(?:elder|older|eldest|younger|youngest|big|little|first|second|third|late|unnamed) )*"
_OF_KIND = f"(?: ?{KIND_KO}인? ?)?"  # 어린 딸, 남편(중국인)
# Alone each of these is no name; a group is what it begins with, for `_may_be_names`.
_ALONE = re.compile(
    rf"(?:(the|an?|his|her|his her|my|our|their) )?{_FIRST}"
    rf"(?:{_any(_ENGLISH)})(?: in law)?"
    r"|(his|her|their) son"
    r"|(?:his |her |their )?(?:(?:unnamed|little) )?(?:infant|newborn|unborn|baby|little)"
    r" (?:boy|girl|child|son|daughter)|infant|newborn"
    rf"|(?:(la|el|su|mi|le|sa|ma|mon) )?(?:{_any(_ROMANCE)}|epouse|epoux)"
    rf"|(?:его |ее |их )?(?:{_any(_RUSSIAN)})"
    rf"|{_OF_KIND}{_WHICH_CHILD} ?(?:{_any(_KOREAN, _KOREAN_ALONE)}){_OF_KIND}"
    rf"|{_any(_CHINESE)}|زوجة"
    rf"|[他她其我][之的](?:{_any(_CHINESE, _CHINESE_OF)})"
)
# Who is named so is nobody in particular: two wives of a victim have no husband in common.
_NOBODY = re.compile(
    r"(?:the|an?|his|her|their) [a-z].*|(?i:(?:the )?(?:victim|deceased|above|same)|los?|las?|el)"
)
_NAMED = "(?P<whose>[^,;/|()]+)"
_HANGUL = "[가-힣]{3,4}|[가-힣]{1,2} [가-힣]{2,3}|[가-힣]{1,4}씨"
_WHOSE = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?:the |an? )?{_FIRST}(?:{_IN_ENGLISH}) of {_NAMED}",
        rf"(?P<whose>[^,;/|()]+?)(?:['’]s|(?<=s)['’]) {_FIRST}(?:{_IN_ENGLISH})",
        rf"(?:(?:la|el|le|a|o) )?(?:{_any(_ROMANCE, 'épouse époux')})"
        rf" (?:d(?:e|el|o|a|u|es) |d['’] ?){_NAMED}",
        rf"زوجة {_NAMED}",
        rf"(?P<whose>{_HANGUL})의 ?{_WHICH_CHILD} ?(?:{_any(_KOREAN, _KOREAN_ALONE, _KOREAN_OF)})",
        rf"(?P<whose>[가-힣]{{2}})의 {_WHICH_CHILD} ?(?:{_any(_KOREAN, _KOREAN_ALONE)})",
        rf"(?P<whose>{_HANGUL}) {_WHICH_CHILD} ?(?:{_any(_KOREAN, _KOREAN_AFTER)})",
        r"(?P<whose>[가-힣]{3,4}) 처",
        rf"(?P<whose>[一-鿿]{{2,4}}?)的(?:{_any(_CHINESE, _CHINESE_OF)})",
        rf"(?P<whose>[一-鿿]{{3,4}}?)之(?:{_any(_CHINESE, _CHINESE_OF)})",
    )
)
# Before a name: with a colon or a space; close to it only a word that is long enough for both.
_LONG = "|".join(word for word in _any(_KOREAN, _KOREAN_ALONE, _KOREAN_OF).split("|") if word[1:])
_BEFORE = re.compile(
    rf"(?:{_WHICH_CHILD} ?(?:(?:{_LONG}) ?|[딸처부모형자녀] )(?=[가-힣])"
    rf"|(?:{_any(_CHINESE, _CHINESE_OF)}) ?(?=[一-鿿])"
    rf"|(?:(?:his|her|my|the) )?{_FIRST}"
    rf"(?:(?:{_any(_ENGLISH)})(?:[- ]in[- ]law)? (?!of )(?=[^\W\d])"
    r"|(?-i:son|child) (?=(?-i:[A-Z]))))"
    rf"|(?:{_WHICH_CHILD} ?(?:{_LONG}|[딸처부모형자녀])|{_any(_CHINESE, _CHINESE_OF)}"
    rf"|{_any(_RUSSIAN)}|сын|{_FIRST}{_IN_ENGLISH}|{_any(_ROMANCE)}|padre|madre)"
    r"(?P<colon> ?: ?)(?=[^\W\d])",
    re.IGNORECASE,
)
# A text that begins with none of these, a word in letters or else a sign, has no such word.
_BEGINS = _LATIN | _set("his her my the padre madre", "elder older eldest younger youngest big")
_BEGINS |= _set("little first second third late unnamed")
_SIGNS = frozenset(word[0] for word in (*_OTHERS, *"첫둘셋넷막맏큰작외의이сСЖМВДОБ"))
# What became of a relative, and no name: 사망, 부모 모두 사망, "father deceased".
_BECAME_KO = (
    "사망 생존 작고 별세 타계 사별 이혼 별거 재혼 미혼 고아 실종 행불 처형 총살 옥사 아사 병사 동사"
    " 피살 돌아감 죽음 북송 탈북 체포 수감 두절 미상 불상 불명 모름 확인불가"
)
_BECAME = (
    "없음 死亡 双亡 雙亡 去世 已故 病故 健在 在世 离婚 離婚 离异 離異 失踪 失蹤 孤儿 孤兒"
    " 下落不明 生死不明 处决 處決 饿死 餓死 病死 不详 不詳 不明 未知"
    " deceased dead died killed executed starved alive living missing divorced separated orphan"
    " orphaned widow widowed unknown"
    " умер умерла умерли жив жива живы"
)
_COUNTRIES = "(?:중국|한국|남한|북한|조선|일본|미국|해외|외국)"
_WHERE_EN = "(?:china|(?:south |north )?korea|japan|russia|prison|custody)"
_LAST = (
    rf"(?:(?:[가-힣]{{1,7}}(?:으로|에서|사고로) )?(?:{_any(_BECAME_KO)})"
    "(?:함|됨|당함|하심|자| ?중)?(?: ?(?:으로 ?)?추정(?:됨)?)?"
    # no name ends so
    "|[가-힣]{2,4}(?:됨|당함|[가하]심|[했됐갔셨](?:음|다|습니다))"
    f"|{_COUNTRIES}(?:에서?|으로)? ?(?:거주|체류|입국|있음)(?: ?중)?|(?:굶어|맞아|얼어) ?죽음"
    rf"|(?:an )?(?:{_any(_BECAME)})|passed away|starved to death|not known"
    rf"|(?:lives |living |now )?in {_WHERE_EN})[.]?"
)
_OF_MANY = "양친 조부 조모 조부모 외조부 외조모 시부 시모 시부모 가족 일가족 형제 남매 자매"
_NOUNS = "생사 행방 소식 연락 이름 성명 모두"
_FATE = re.compile(
    rf"(?>(?!{_LAST}\Z)(?:(?:{_WHICH_CHILD}|[온전](?= ?가족)) ?"
    rf"(?:{_any(_KOREAN, _KOREAN_ALONE, _KOREAN_OF, _OF_MANY, _NOUNS)})[은는이가과와]?"
    r"|[0-9]{1,2} ?명|both|two|three|parents?|presumed|추정|all|are|is|was|sons?"
    rf"|child(?:ren)?|family|{_any(_CHINESE, _CHINESE_OF)}|父母|双亲|雙親|皆|都|均|已"
    rf"|(?:{_any(_ENGLISH)})s?)[ :]*)*+{_LAST}",
    re.IGNORECASE,
)
# A text in letters and spaces that ends with none of these, as most names do, says nothing of it.
_LAST_WORDS = _set(_BECAME, "away death known china korea japan russia prison custody")
_LAST_SIGNS = {word[-1] for word in (*_set(_BECAME_KO, _BECAME), *"함됨심자중정음다주류국")}
# When it was, and that nobody is sure: 사망(2008), "dead?".
_UNSURE = re.compile(
    r"(?:\b(?:in|since) )?[12][0-9]{3}[0-9 .년월일年月日-]*경?에?|[?？]", re.IGNORECASE
)
_COMMAS = re.compile(
    rf" ?[,;/()（）\[\]] ?| (?=(?:{_any(_KOREAN, _KOREAN_ALONE, _KOREAN_OF, _ENGLISH)}) ?:)",
    re.IGNORECASE,
)


def after_kin(text: str) -> tuple[str, bool]:
    """A text without the word before it that says whose relative somebody is: 아들 김철수.

    Args:
        text: a name as it is seen.

    Returns:
        What follows the word, "" if there is none, and whether a colon makes it sure: whether
        what follows is a whole name is for who asks. 남편철 may be 남 편철.

    Examples:
        >>> after_kin("아들 김철수"), after_kin("父金哲洙"), after_kin("Father: Kim Chol Su")
        (('김철수', False), ('金哲洙', False), ('Kim Chol Su', True))
        >>> after_kin("김철수"), after_kin("Son Chol Su")
        (('', False), ('', False))
    """
    if text.isascii():
        begins = text.partition(" ")[0].partition("-")[0].rstrip(":").lower() in _BEGINS
    else:
        begins = len(text) > _SHORT and text[0] in _SIGNS
    found = _BEFORE.match(text) if begins else None
    return (text[found.end() :], bool(found["colon"])) if found else ("", False)


def is_fate(text: str) -> bool:
    """Tell whether what stands for a relative's name says only what became of them.

    Examples:
        >>> is_fate("사망"), is_fate("아버지 사망"), is_fate("both parents dead"), is_fate("김사망")
        (True, True, True, False)
        >>> is_fate("사망(2008)"), is_fate("부:사망 모:생존"), is_fate("사망(김철수)")
        (True, True, False)
    """
    if len(text) > _LONGEST:
        return False
    seen = untitled(text)
    if seen.replace(" ", "").isalpha():
        may_be = (
            seen.rpartition(" ")[2].lower() in _LAST_WORDS
            if seen.isascii()
            else seen[-1].lower() in _LAST_SIGNS
        )
        return may_be and bool(_FATE.fullmatch(seen))
    parts = [part.strip() for part in _COMMAS.split(_UNSURE.sub("", seen))]
    fates = [part for part in parts if _FATE.fullmatch(part)]
    others = [part for part in parts if part and part not in fates]  # 부(사망)
    return bool(fates) and all(_FATE.fullmatch(f"{part} 사망") for part in others)


def whose(text: str) -> str | None:
    """Whose relative somebody is, of whom nothing else stands for a name.

    Returns:
        Who is named, "" if nobody is, and None where the text is, or may be, a name.

    Examples:
        >>> whose("wife of Kim Chol Su"), whose("김철수의 딸"), whose("金哲洙之妻"), whose("mother")
        ('Kim Chol Su', '김철수', '金哲洙', '')
        >>> [whose(name) for name in ("Sister Maria", "김복동 할머니", "Son Chol Su", "장남")]
        [None, None, None, None]
    """
    if len(text) > _LONGEST:
        return None
    if text.isascii():
        if _LATIN.isdisjoint(text.lower().translate(_NO_LETTERS).split()):
            return None
    elif (
        len(text) <= _SHORT and text.isalpha() and text[-1].lower() not in _ENDS
    ) or not _HINTS.search(text):
        return None
    seen = " ".join(untitled(text).split()).strip(" .,;:()[]（）")
    words = [unmarked(word) for word in tokens(seen) if not word.isdecimal()]
    if (found := _ALONE.fullmatch(" ".join(words))) and not _may_be_names(found, seen):
        return ""
    for pattern in _WHOSE:
        if found := pattern.fullmatch(seen):
            named = found["whose"].strip()
            return "" if _NOBODY.fullmatch(named) or is_no_name(named) else named
    return None


def _may_be_names(alone: re.Match[str], seen: str) -> bool:
    """Her Son may be 허선, and An, My, Su and Ma are names too: small letters tell."""
    first = next(filter(None, alone.groups()), None)
    sure = first in (None, "the", "his", "his her", "our", "their")
    return not sure and all(word[:1].isupper() for word in seen.split())
