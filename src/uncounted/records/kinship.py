"""What stands for a name and says only whose relative somebody is: "Kim's wife", "김철수의 딸".

Who is called so has no name here, and is not the person who is named. Only what can hardly be
a name is taken: 장남 is an eldest son, and somebody called Jang Nam.
"""

from __future__ import annotations

import re

from uncounted.records.names import tokens, unmarked, visible


def _set(*rows: str) -> frozenset[str]:
    return frozenset(word for row in rows for word in row.split())


def _any(*rows: str) -> str:
    """The words of some rows, the longest first, as a part of a pattern."""
    return "|".join(sorted(_set(*rows), key=lambda word: (-len(word), word)))


_ENGLISH = (
    "wife husband widow widower mother father daughter brother sister grandmother grandfather"
    " grandson granddaughter nephew niece uncle aunt stepmother stepfather"
)
_ROMANCE = (
    "esposa esposo marido viuda viudo madre padre hijo hija hermano hermana abuela abuelo"
    " sobrino sobrina filho filha irmao epouse epoux femme mere fils fille frere soeur veuve"
)
_RUSSIAN = "жена муж мать отец сын дочь брат сестра вдова внук внучка бабушка дедушка"
_KOREAN = (
    "아내 부인 남편 어머니 아버지 엄마 아빠 모친 부친 아들 딸 큰딸 작은딸 큰아들 작은아들 맏딸"
    " 맏아들 막내딸 막내아들 언니 오빠 누나 동생 남동생 여동생 할머니 할아버지 외할머니"
    " 외할아버지 며느리 사위 조카 시어머니 시아버지 삼촌 외삼촌 갓난아기"
)
_KOREAN_BESIDE = "처 모 부 형 형님 장남 장녀 차남 차녀 막내 아기 이모 고모 장모 장인 손자 손녀 아이"
_CHINESE = (
    "妻子 太太 老婆 丈夫 老公 母亲 母親 妈妈 媽媽 父亲 父親 爸爸 儿子 兒子 女儿 女兒 哥哥 弟弟 姐姐"
    " 妹妹 孙子 孫子 孙女 孫女 儿媳 兒媳 女婿 奶奶 爷爷 爺爺"
)
_CHINESE_BESIDE = "妻 夫 夫人 母 父 子 女 兄 弟 姐 妹 侄子 侄女 姪子 姪女"

# Alone, each of these is no name; a brother of an order and a priest have one beside it.
_ALONE = _set(
    _ENGLISH,
    "esposa esposo marido hijo hija hermana abuela abuelo filho filha epouse mere frere soeur",
    _RUSSIAN,
    _KOREAN,
    _CHINESE,
)
_WITH = _set(
    "the a an his her my our their in law elder older eldest younger youngest big little first"
    " second third late infant baby newborn unborn unnamed la el su mi le sa ma mon",
    "son girl boy child",
)
# Son and Baby are names, but not beside these: his son, a baby girl.
_CHILD = _set("son child boy girl baby")
_WHICH = _set("his her their little infant newborn unborn")

_LONGEST = 200  # letters of a text that is looked at
# A text without any of these says nothing of the kind, and most names are seen by this alone.
_LATIN = _set(_ENGLISH, _ROMANCE, "son child baby infant newborn")
_NO_LETTERS = str.maketrans(dict.fromkeys("-()[],.;:/'", " "))
_OTHERS = re.compile(
    _any(*_LATIN, _RUSSIAN, _KOREAN, _KOREAN_BESIDE, _CHINESE, _CHINESE_BESIDE, "زوج"),
    re.IGNORECASE,
)
_IN_ENGLISH = rf"(?:{_any(_ENGLISH, 'son child baby')})(?:[- ]in[- ]law)?"
_WHOSE = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?:the )?(?:\w+ )?(?:{_IN_ENGLISH}) of (?P<whose>.+)",
        rf"(?P<whose>.+?)(?:['’]s|(?<=s)['’]) (?:\w+ )?(?:{_IN_ENGLISH})",
        rf"(?:(?:la|el|le|a|o) )?(?:{_any(_ROMANCE)}) (?:d(?:e|el|o|a|u|es) |d['’] ?)(?P<whose>.+)",
        rf"(?:{_any(_RUSSIAN)}) (?P<whose>.+)",
        r"(?:زوجة|زوج) (?P<whose>.+)",
        rf"(?P<whose>[가-힣 ]{{2,}}?)의 ?(?:{_any(_KOREAN, _KOREAN_BESIDE)})",
        rf"(?P<whose>[가-힣]{{3,}}|[가-힣]{{1,2}} [가-힣]{{1,3}}|[가-힣]{{1,4}}씨)"
        rf" (?:{_any(_KOREAN, _KOREAN_BESIDE)})",
        rf"(?P<whose>[가-힣]{{3,}}?)(?:{_any(_KOREAN)})",
        rf"(?P<whose>[一-鿿]{{2,}}?)[之的](?:{_any(_CHINESE, _CHINESE_BESIDE)})",
        rf"(?P<whose>[一-鿿]{{2,4}}?)(?:{_any(_CHINESE)})",
    )
)


def whose(text: str) -> str | None:
    """Whose relative somebody is, of whom nothing else stands for a name.

    Returns:
        Who is named, "" if nobody is, and None where the text is, or may be, a name.

    Examples:
        >>> whose("wife of Kim Chol Su"), whose("김철수의 딸"), whose("金哲洙之妻"), whose("mother")
        ('Kim Chol Su', '김철수', '金哲洙', '')
        >>> [whose(name) for name in ("Sister Maria", "김형", "Son Chol Su", "장남")]
        [None, None, None, None]
    """
    if len(text) > _LONGEST:
        return None
    if text.isascii():
        if _LATIN.isdisjoint(text.lower().translate(_NO_LETTERS).split()):
            return None
    elif not _OTHERS.search(unmarked(text)):
        return None
    seen = " ".join(visible(text).split()).strip(" .,;:()[]（）")
    words = {unmarked(word) for word in tokens(seen)}
    child = bool(words & _CHILD) and (bool(words & _WHICH) or {"baby"} < words & _CHILD)
    if (child or words & _ALONE) and words <= _ALONE | _WITH:
        return ""
    bare = unmarked(seen)
    for pattern in _WHOSE:
        if found := pattern.fullmatch(bare):
            return found["whose"].strip()
    return None
