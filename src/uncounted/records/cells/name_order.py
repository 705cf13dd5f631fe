"""Which word of a name in letters is the family name.

A usual family name decides, and so do capitals. Where either end may be it, both forms are kept,
the likelier first.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import attrs

from uncounted.records.lexicon import words as meaning
from uncounted.records.names import lattice, surnames
from uncounted.records.names.forms import (
    PINYIN,
    SURELY_FAMILY,
    Form,
    Order,
    Way,
    are_usual,
    both,
    cyrillic_form,
    form_of,
    how_usual,
    how_usual_given,
    in_pinyin,
    likeliest,
    raw_words,
    words_of,
)

_PARTS_OF_GIVEN = 2  # words of a given name of which one may be a family name
_SYLLABLES = frozenset("AEIOU")  # single capitals that may be more than an initial
_LOUD = 0.99  # how often the one word in capitals is the family name
# How often the family name comes first, by the source's habit, before one looks at the words.
_FIRST: dict[Order | None, float] = {"first": 0.98, "last": 0.02, None: 0.7}
# Words beside a family name if the given name is not known, or not given yet.
NO_GIVEN = {"baby", "infant", "newborn", "child", "boy", "girl", "ssi"} | {
    *("ребенок", "ребёнок", "младенец", "мальчик", "девочка", "малыш")
}


def of_words(written: str, text: str, order: Order | None) -> list[Form]:
    """Forms of a name in an alphabet, of which no part is cut or before a comma."""
    words, raw = words_of(text), raw_words(written)
    if alone := of_child(words, surnames.latin()):
        return [form_of(alone, ())]
    humps = tuple(word for one in raw for word in words_of(one)) if len(raw) > len(words) else ()
    if len(humps) > len(words) and humps[-1] == words[-1][-len(humps[-1]) :]:
        words = humps
    if len(words) == 1:
        return _of_one_word(words[0])
    if len(words) == 2 and len(text.split()) == 1 and lattice.of_latin(words):
        return [*_by_place(words, order), form_of((), words)]  # "Ji-hyang" may lack a family name
    loud = [word for word in raw if len(word) > 1 and word.isupper()]
    if not _SYLLABLES.isdisjoint(raw):  # all of O U GYEONG may be in capitals
        loud = []
    if len(loud) == 1 and len(raw) == len(words) and loud[0] in (raw[0], raw[-1]):
        return _by_capitals(words, first=raw[0] == loud[0])
    return _by_place(words, order)


def _by_capitals(words: tuple[str, ...], *, first: bool) -> list[Form]:
    """Forms of words of which the first or the last is in capitals: the family name, as a rule."""
    splits = (words[:1], words[1:]), (words[-1:], words[:-1])
    loud, other = splits if first else splits[::-1]
    word, named = other[0][0], loud[0][0]
    if word not in surnames.latin() or not (
        word in surnames.compounds() or surnames.how_usual(word) > surnames.how_usual(named)
    ):
        return both(*loud)
    return _by_likelihood([(loud, _LOUD), (other, 1 - _LOUD)])


def of_child(words: tuple[str, ...], table: surnames.Table) -> tuple[str, ...]:
    """The family name of "baby Kim" and "Kim, unknown", where it is a usual one in Korea."""
    left = tuple(word for word in words if word not in NO_GIVEN and word not in meaning("unknown"))
    return left if len(left) == 1 and len(words) > 1 and left[0] in table else ()


def _by_place(words: tuple[str, ...], order: Order | None) -> list[Form]:
    found = _by_position(words, order)
    if of_china := _of_china(words, order):
        found = _with_korean(of_china, found, words, order)
    if len(words) > 2:
        # Son U Gyong is 선우 경, or 손 우경
        if words[0] + words[1] in surnames.compounds() and words[0] in surnames.latin():
            found += both(words[:1], words[1:])
        if words[-2] + words[-1] in surnames.compounds() and words[-1] in surnames.latin():
            found += both(words[-1:], words[:-1])
    return found


def _of_china(words: tuple[str, ...], order: Order | None) -> list[tuple[Way, float]]:
    """Ways of reading words as a name in pinyin with a family name of China, and how likely."""
    table, found = surnames.chinese(), list[tuple[Way, float]]()
    size = 2 if len(words) > 2 and words[0] + words[1] in table else 1
    if size == 1 and words[0] not in table and words[-1] not in table:
        return []
    for (family, given), first in zip(
        _family_first_or_last(words, size), _first(order, "first"), strict=True
    ):
        share = table.get("".join(family))
        if share and (weight := in_pinyin(given)):
            found.append(((family, given), share * weight * first))
    return found


def _with_korean(
    ways: list[tuple[Way, float]], found: list[Form], words: tuple[str, ...], order: Order | None
) -> list[Form]:
    """Forms of names of China before or after those of the same words read otherwise."""
    firsts = zip(_first(order), _first(order, "first"), strict=True)
    korean = max(
        surnames.how_usual(way[0][0])
        * ((1 - PINYIN) * how_usual_given(way[1]) * first + in_pinyin(way[1]) * first_in_pinyin)
        if way[0][0] in surnames.latin()
        else 0.0
        for way, (first, first_in_pinyin) in zip(_family_first_or_last(words), firsts, strict=True)
    )
    likely = [way for way, weight in ways if weight > korean]
    if likely:
        found = [attrs.evolve(form, is_other_way=True) for form in found] if korean else []
    out = [form for way in likely for form in both(*way)] + found
    for way, _ in ways:
        if way not in likely:
            out += both(*way, is_other_way=True)
    return out


def _family_first_or_last(words: tuple[str, ...], size: int = 1) -> tuple[Way, Way]:
    """The first words (`size`) or the last as the family name."""
    return (words[:size], words[size:]), (words[-1:], words[:-1])


def _first(order: Order | None, usual: Order | None = None) -> tuple[float, float]:
    """How often the family name comes first and last, by the source's habit or what is usual."""
    first = _FIRST[order or usual]
    return first, 1 - first


def _by_position(words: tuple[str, ...], order: Order | None) -> list[Form]:
    one, two = (words[:1], words[1:]), (words[-1:], words[:-1])
    if len(words) > 2 and words[0] + words[1] in surnames.compounds():
        one = (words[:2], words[2:])
    if len(words) > 2 and words[-2] + words[-1] in surnames.compounds():
        two = (words[-2:], words[:-2])
    for table in (surnames.latin(), surnames.wide("latin"), surnames.pinyin()):
        first, last = "".join(one[0]) in table, "".join(two[0]) in table
        if first != last:
            way, other = (one, two) if first else (two, one)
            return [*both(*way), *_other_way(way, other), *_given_alone(words)]
        if first:  # both ends may be it
            return _by_likelihood([(one, _FIRST[order]), (two, 1 - _FIRST[order])])
    found = both(*(one if order == "first" else two))
    return [attrs.evolve(form, is_open=True) for form in found]


def _other_way(way: Way, other: Way) -> list[Form]:
    """The other end as a family name: Goh Yong Su is 고 영수, but Kim and Pak leave no doubt."""
    (*_, word), given = way[0], other[1]
    rare = surnames.how_usual(word) < SURELY_FAMILY and len(given) == _PARTS_OF_GIVEN
    return both(*other, is_other_way=True) if rare and _is_given_syllable(word) else []


@lru_cache(maxsize=1024)
def _is_given_syllable(word: str) -> bool:
    return any(len(row) == 1 and are_usual(row) for row in lattice.of_latin((word,)))


def _by_likelihood(ways: Sequence[tuple[Way, float]]) -> list[Form]:
    """Forms for each reading of which word is the family name, the most probable first.

    Each way comes with its prior probability: Kim Chol Su is 김 철수 and hardly 수 김철.
    """
    weights = [before * how_usual(*way) for way, before in ways]
    if not any(weights):  # no Korean name: the source's habit alone tells
        weights = [before for _, before in ways]
    likeliest = sorted(range(len(ways)), key=lambda at: -weights[at])
    found = both(*ways[likeliest[0]][0])
    for at in likeliest[1:]:
        found += both(*ways[at][0], is_other_way=True)
    return found


def _given_alone(words: tuple[str, ...]) -> list[Form]:
    """Two words as a given name whose family name is left out, if both are usual in given names."""
    if len(words) != 2:
        return []
    likely = likeliest(words)
    return [form_of((), words)] if len(likely) == 2 and are_usual(likely) else []


def _of_one_word(word: str) -> list[Form]:
    """A word alone: a family name, a given name, or both run together."""
    table = surnames.latin()
    if word in table:
        return [form_of((word,), ())]
    first, last = list[Way](), list[Way]()
    for size in range(min(9, len(word) - 2), 0, -1):
        head, tail = word[:size], word[size:]
        korean = head in table and lattice.of_latin((tail,))
        if korean or (head in surnames.pinyin() and lattice.weighed("pinyin", (tail,))):
            first.append(((head,), (tail,)))
        head, tail = word[:-size], word[-size:]
        if tail in table and len(tail) > 2 and lattice.of_latin((head,)):
            last.append(((tail,), (head,)))
    found = [form for way in first for form in both(*way)]
    likely = max((how_usual(*way) for way in first), default=0.0)
    for way in last:
        found += both(*way, is_other_way=how_usual(*way) < likely)
    return [*found[:3], form_of((), (word,))]


def of_cyrillic(words: tuple[str, ...]) -> list[Form]:
    """Forms of a name in Cyrillic: the family name comes first, unless only the last can be it."""
    table = surnames.wide("cyrillic")
    if len(words) == 1:
        return [cyrillic_form(*((words, ()) if words[0] in table else ((), words)))]
    if len(words) > 2 and words[0] + words[1] in table and words[0] not in table:
        return [cyrillic_form(words[:2], words[2:])]
    if words[0] in table or words[-1] not in table:
        found = cyrillic_form(words[:1], words[1:])
        return [attrs.evolve(found, is_open=words[0] not in table)]
    return [cyrillic_form(words[-1:], words[:-1])]
