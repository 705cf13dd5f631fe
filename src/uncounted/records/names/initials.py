"""Partial names: the given name is masked or cut to initials (김○○, Kim C. S., 김모).

An initial agrees with every syllable that may begin with it: weak evidence, with a level of its
own.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from functools import cache

import attrs

from uncounted.records.names import lattice, surnames, syllables

_MARKS = frozenset("○◯〇●◎△□*?ox0_-\u110b\u1106ㅇㅁ")  # 김ㅇㅇ is typed for 김○○
DOUBTS = "?*"  # after a whole name they hide nothing
_SOMEBODY = frozenset({"모", "某", "아무개", "모모", "某某"})
# After a family name alone they are forms of address, or state who it is or that nothing is known.
# 동지, 군 and 양 end names too.
_TITLES = {"씨", "선생", "선생님", "여사", "동무", "氏", "先生", "女士", "小姐", "同志"} | {
    *("과장", "부장", "국장", "처장", "반장", "조장", "소장", "대장"),
    *("사장", "원장", "지도원", "보위원"),
    *("모름", "미상", "불상", "불명", "不详", "不詳", "不明", "未知"),
}
_CERTAIN = re.compile("모(?:씨|군|양|여사)")
_SURNAMED = re.compile("姓(?:男|女)?(?:子|性|孩|童|人|士|人士|村民|居民)?")  # 金姓男子
_GAPS = re.compile(r"[\s.·]+")
# a digit within a word is a slip of the key, and does not cut it in two
_TOKENS = re.compile(r"[^\W\d_](?:[^\W_]*[^\W\d_])?\.?")
_PARTS = re.compile(rf"\*+|{_TOKENS.pattern}")
_NO_LETTER = re.compile(r"[ox]{2,3}|\*+|x")  # "Kim X", while "x." is an initial
_ONE_SYLLABLE = re.compile("[^aeiouyw]*[aeiouyw]+[^aeiouyw]*")  # vowels in one place
_VOWELS = frozenset("aeiou")
_TWO = frozenset({"ch.", "kh.", "th.", "ph.", "sh.", "ts.", "jh."})
_LONGEST = 4  # hidden syllables
_USUAL = 2  # syllables of a given name
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
ALL = (1 << len(_LETTERS)) - 1
_SECOND = len(_LETTERS)  # bits of the second syllable begin here
NONE = 1 << (2 * len(_LETTERS))  # the bit of a given name without a second syllable


@attrs.frozen
class PartialName:
    """What is left of a name.

    `family` is said (in Hangul, characters or letters) or else `family_initial`; `given` are
    words that are said in full; `initials` the letters each syllable may begin with ("" where
    nothing is said).
    """

    family: str = ""
    family_initial: str = ""
    given: tuple[str, ...] = ()
    initials: tuple[str, ...] = ()


def korean(text: str) -> PartialName | None:
    """Read a masked name in Hangul or characters; None if nothing in it is masked.

    After two syllables a mark of doubt is one, after one it may hide the other.

    Examples:
        >>> korean("김○철").initials, korean("김철수"), korean("김철수?")
        (('', 'ct'), None, None)
    """
    closed = _GAPS.sub("", text)
    for size in (2, 1):
        head, tail = closed[:size], closed[size:]
        if head not in surnames.hangul() and head not in surnames.han():
            continue
        if tail in _SOMEBODY or _is_title(tail):
            return PartialName(family=head)
        if 0 < len(tail) <= _LONGEST and _MARKS & set(tail) and all(map(_is_part, tail)):
            if len(bare := tail.rstrip(DOUBTS)) == _USUAL and not _MARKS & set(bare):
                return None
            known = tuple("" if char in _MARKS else _begins(char) for char in tail)
            return PartialName(family=head, initials=known if any(known) else ())
    return None


def titled(text: str) -> PartialName | None:
    """Read a family name alone with a title (김씨, 金先生), or return None.

    김 모씨, "a certain Kim", is one, and 김모군 and 김모양 are boys and girls.
    """
    for size in (2, 1):
        head, tail = text[:size], text[size:]
        known = head in surnames.hangul() or head in surnames.han()
        if known and (_is_title(tail) or _CERTAIN.fullmatch(tail)):
            return PartialName(family=head)
    return None


def _is_title(tail: str) -> bool:
    return tail in _TITLES or bool(_SURNAMED.fullmatch(tail))


def _is_part(char: str) -> bool:
    return char in _MARKS or lattice.is_hangul(char) or bool(lattice.of_han(char))


def _begins(char: str) -> str:
    rows = [lattice.of_hangul(char)] if lattice.is_hangul(char) else list(lattice.of_han(char))
    letters = {letter for row in rows for letter in syllables.first_letters(row[0])}
    return "".join(sorted(letters))


def words(text: str) -> list[PartialName]:
    """Read a name in plain small letters with initials; empty if none, or one in the middle.

    Examples:
        >>> words("kim c. s.")
        [PartialName(family='kim', ...initials=('c', 's'))]
    """
    tokens = _TOKENS.findall(text)
    found = _read(_split(tokens))
    if _TWO & set(tokens):  # "ch." is one initial, or two
        found += [one for one in _read(_joined(tokens)) if one not in found]
    return found


def given_parts(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Words and initials of a given name in plain Latin letters, whose family name is known."""
    found = _TOKENS.findall(text)
    parts = _joined(found) if _TWO & set(found) else _split(found)
    initial = [_is_initial(part) for part in parts]
    if not all(initial):  # "Kyong Oo" is a name
        initial = [is_ and part != "oo" for part, is_ in zip(parts, initial, strict=True)]
    words = tuple(part.strip(".") for part, is_ in zip(parts, initial, strict=True) if not is_)
    letters = [_letter(part) for part, is_ in zip(parts, initial, strict=True) if is_]
    return words, tuple(letters[:_LONGEST])


def mixed(text: str) -> tuple[str, ...]:
    """Possible first letters by syllable of a given name, if some are in full and some cut."""
    return _mixed(_parts(text))


def _parts(text: str) -> list[str]:
    return [f"{part[0]}." if part in _TWO else part for part in _PARTS.findall(text)]


def _mixed(parts: list[str]) -> tuple[str, ...]:
    initial = list(map(_is_initial, parts))
    words = [part for part, is_ in zip(parts, initial, strict=True) if not is_]
    if all(initial) or not any(initial) or len(parts) > _LONGEST:
        return ()
    return tuple(map(_letter, parts)) if all(map(_ONE_SYLLABLE.fullmatch, words)) else ()


def partly(text: str, table: Container[str]) -> list[PartialName]:
    """Read a name of which some syllables are in full and some cut: Kim Chol S., C. Su Kim.

    `text` is in plain small letters, with its dots; `table` holds family names.
    """
    parts = _parts(text)
    splits = (parts[:1], parts[1:]), (parts[:2], parts[2:]), (parts[-1:], parts[:-1])
    found = (
        PartialName(family="".join(family), initials=_mixed(given))
        for family, given in splits
        if len(given) > 1 and "".join(family) in table
    )
    return [one for one in found if one.initials]


def _read(tokens: list[str]) -> list[PartialName]:
    initial = [_is_initial(token) for token in tokens]
    if not any(initial) or len(tokens) > 5:
        return []
    letters = list(map(_letter, tokens))
    if all(initial):
        return _no_words(letters) if 2 <= len(tokens) <= 4 and all(letters) else []
    count = sum(initial)
    if initial == sorted(initial):
        whole, cut, first = tokens[:-count], letters[-count:], False
    elif initial == sorted(initial, reverse=True):
        whole, cut, first = tokens[count:], letters[:count], True
    else:
        return []
    return _of_words_and_initials([token.strip(".") for token in whole], cut, first=first)


def _letter(token: str) -> str:
    return "" if _NO_LETTER.fullmatch(token) else token[0]


def _joined(tokens: list[str]) -> list[str]:
    """Initials of two letters as the first of them."""
    return _split([f"{token[0]}." if token in _TWO else token for token in tokens])


def _split(tokens: list[str]) -> list[str]:
    """Initials written together ("cs") apart."""
    out: list[str] = []
    for token in tokens:
        bare = token.strip(".")
        together = 2 <= len(bare) <= 3 and not set(bare) & {*_VOWELS, "y", "x"}
        out += list(bare) if together and bare.isascii() else [token]
    return out


def _is_initial(token: str) -> bool:
    bare = token.strip(".")
    if _NO_LETTER.fullmatch(bare):
        return True
    return len(bare) == 1 and bare in _LETTERS and (token != bare or bare not in _VOWELS)


def _no_words(letters: list[str]) -> list[PartialName]:
    return [
        PartialName(family_initial=letters[0], initials=tuple(letters[1:])),
        PartialName(family_initial=letters[-1], initials=tuple(letters[:-1])),
    ]


def _of_words_and_initials(whole: list[str], cut: list[str], *, first: bool) -> list[PartialName]:
    """Words in full with initials before (`first`) or after them."""
    joined = "".join(whole)
    initials = tuple(cut) if any(cut) else ()
    found = []
    is_family = joined in surnames.wide("latin") or joined in surnames.pinyin()
    if is_family:
        found.append(PartialName(family=joined, initials=initials))
    if first and len(whole) == 1 and len(cut) == 2 and all(cut):  # K. C. Su may be 김철수
        found.append(PartialName(family_initial=cut[0], initials=(cut[1], joined[0])))
    if not is_family and len(cut) == 1 and cut[0]:
        found.append(PartialName(family_initial=cut[0], given=tuple(whole)))
    if not is_family and len(whole) == 1 and any(cut):  # no Korean name: Tobar L. A.
        found.append(PartialName(family=joined, initials=initials))
    return found


def family_mask(readings: Iterable[surnames.Key], initial: str = "") -> int:
    """The letters that a family name may begin with, a bit each; 0 if not stated."""
    mask = bits(initial)
    for key in () if initial else readings:
        mask |= _first_of(key, 0)
    return mask


def given_mask(readings: Iterable[surnames.Key], initials: tuple[str, ...] = ()) -> int:
    """The letters that the first two syllables may begin with; 0 if not stated.

    Bits of the first syllable, then of the second, then whether there may be no second.
    """
    if initials:
        first = bits(initials[0]) or ALL
        second = (bits(initials[1]) or ALL) if len(initials) > 1 else ALL
        return first | second << _SECOND | (NONE if len(initials) == 1 else 0)
    mask = 0
    for key in readings:
        if isinstance(key, str):
            mask |= bits(key[:1]) | ALL << _SECOND | NONE
        else:
            mask |= _first_of(key, 0)
            mask |= _first_of(key, 1) << _SECOND if len(key) > 1 else NONE
    return mask


def _first_of(key: surnames.Key, at: int) -> int:
    return bits(key[:1]) if isinstance(key, str) else _first_letters(key[at])


@cache  # by syllable, so at most 11,172
def _first_letters(syllable: int) -> int:
    return bits(syllables.first_letters(syllable))


def bits(letters: Iterable[str]) -> int:
    """Latin letters, a bit each."""
    found = 0
    for letter in letters:
        found |= 1 << _LETTERS.find(letter) if letter in _LETTERS else 0
    return found
