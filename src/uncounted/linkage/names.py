"""From a name as written to what it may be: family and given readings, and its letters.

A name becomes one or more forms: one for each alias, each script in it, and each way
of telling which word is the family name where that is open. Two names are compared by
their best pair of forms. Titles, marks, case, hyphens and apostrophes are folded away.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

import attrs

from uncounted.linkage import lattice, spelling
from uncounted.records.names import Name, is_unknown, plain

Order = Literal["first", "last"]
Key = tuple[int, ...] | str  # folded syllables, or the letters themselves
LONGEST_WRITTEN = 200  # letters of a name that are looked at
LONGEST_LETTERS = 24
_PINYIN_SHARE = 0.03
_APOSTROPHES = re.compile("['‘’ʼ`´ʻʹ]")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")
_WORDS = re.compile(r"[^\W_]+")  # digits too: a slip of the key must not cut a name in two
_RUNS = re.compile(r"[가-힣](?:[가-힣\s]*[가-힣])?|[㐀-鿿豈-﫿](?:[㐀-鿿豈-﫿\s·]*[㐀-鿿豈-﫿])?")


@attrs.frozen
class Form:
    """One way of reading a name.

    `family` and `given` map what they may be to weights that sum to 1 (empty: not
    said); `family_letters` and `given_letters` are spellings, for finding slips.
    """

    family: dict[Key, float]
    given: dict[Key, float]
    family_letters: tuple[str, ...] = ()
    given_letters: tuple[str, ...] = ()

    @property
    def korean(self) -> bool:
        """The given name can be read as Korean, and so can the family name if there is one."""
        family = not self.family or any(isinstance(key, tuple) for key in self.family)
        return family and any(isinstance(key, tuple) for key in self.given)


def forms(names: Iterable[Name], order: Order | None = None) -> list[Form]:
    """All forms of the names of one report, without repeats.

    Args:
        names: the main name and its alternatives.
        order: where this source puts the family name, for words that leave it open.

    Examples:
        >>> [form.given_letters[0] for form in forms([Name("KIM, Chol-su"), Name("김철수")])]
        ['cholsu', 'cheolsu']
    """
    found: list[Form] = []
    for name in names:
        for form in _forms_of(name, order):
            if form not in found and (form.family or form.given):
                found.append(form)
    return found


def order_of(name: Name) -> Order | None:
    """Tell where the family name stands, if the words leave no doubt.

    Examples:
        >>> order_of(Name("Chol Su Kim")), order_of(Name("Jong Il Kim"))
        ('last', None)
    """
    if name.family or name.given or _RUNS.search(name.written):
        return None
    words = _words(plain(name.written[:LONGEST_WRITTEN]))
    if len(words) < 2:
        return None
    first, last = words[0] in _family_spellings(), words[-1] in _family_spellings()
    return None if first == last else ("first" if first else "last")


def _forms_of(name: Name, order: Order | None) -> list[Form]:
    if name.family or name.given:
        return [_given_apart(name.family or "", name.given or "")]
    written = name.written[:LONGEST_WRITTEN]
    if is_unknown(written):
        return []
    text = plain(written)
    found = []
    for run in _RUNS.findall(text):
        found += _of_korean("".join(run.split()).replace("·", ""))
    rest = _RUNS.sub(" ", text)
    if _words(rest):
        found += _of_words(_RUNS.sub(" ", written), order)
    return found


def _given_apart(family: str, given: str) -> Form:
    """A name whose parts the source gives apart."""
    family, given = plain(family[:LONGEST_WRITTEN]), plain(given[:LONGEST_WRITTEN])
    squeezed = "".join(family.split())
    if squeezed and (squeezed in _hangul_families() or squeezed in _han_families()):
        family_part = _family_of_korean(squeezed)
    else:
        family_part = _family_of_word("".join(_words(family)))
    closed = "".join(given.split())
    if closed and _RUNS.fullmatch(closed):
        given_part = _given_of_korean(closed)
    else:
        given_part = _given_of_words(_words(given))
    return Form(family_part[0], given_part[0], family_part[1], given_part[1])


Part = tuple[dict[Key, float], tuple[str, ...]]
_NOTHING: Part = ({}, ())


def _of_korean(text: str) -> list[Form]:
    """Forms of a name in Hangul or in characters, family name first."""
    table = _hangul_families() if lattice.is_hangul(text[0]) else _han_families()
    found = []
    for size in (2, 1):
        if len(text) >= size and text[:size] in table and (size == 1 or len(text) > size):
            family, given = _family_of_korean(text[:size]), _given_of_korean(text[size:])
            found.append(Form(family[0], given[0], family[1], given[1]))
            break
    if not found or len(text) == 2:  # 정희 may be a given name alone
        given = _given_of_korean(text)
        found.append(Form({}, given[0], (), given[1]))
    return found


def _family_of_korean(text: str) -> Part:
    table = _hangul_families() if lattice.is_hangul(text[0]) else _han_families()
    keys = table[text]
    letters = next(iter(keys))
    return keys, lattice.spelt(letters) if isinstance(letters, tuple) else (text,)


def _given_of_korean(text: str) -> Part:
    if not text:
        return _NOTHING
    readings: lattice.Readings
    if all(map(lattice.is_hangul, text)):
        readings = {lattice.of_hangul(text)[: lattice.LONGEST]: 1.0}
    else:
        readings = lattice.of_han(text)
    if not readings:
        return {text: 1.0}, (text[:LONGEST_LETTERS],)
    letters = [spelt for row in list(readings)[:2] for spelt in lattice.spelt(row)]
    keys: dict[Key, float] = {row: weight for row, weight in readings.items()}  # noqa: C416
    return keys, tuple(dict.fromkeys(letters))


def _of_words(written: str, order: Order | None) -> list[Form]:
    """Forms of a name in an alphabet."""
    text = plain(written)
    words = _words(text)
    humps = tuple(word for raw in _raw_words(written) for word in _words(raw))
    if len(humps) > len(words) and humps[-1] == words[-1][-len(humps[-1]) :]:
        words = humps
    before, comma, after = text.partition(",")
    if comma and _words(before) and _words(after):
        return [_form(_words(before), _words(after))]
    if len(words) == 1:
        return _of_one_word(words[0])
    if len(words) == 2 and len(text.split()) == 1 and lattice.of_latin(words):
        return [*_by_place(words, order), _form((), words)]  # "Ji-hyang" may lack a family name
    loud = [word for word in _raw_words(written) if len(word) > 1 and word.isupper()]
    raw = _raw_words(written)
    if len(loud) == 1 and len(raw) == len(words) and raw[0] == loud[0]:
        return [_form(words[:1], words[1:])]
    if len(loud) == 1 and len(raw) == len(words) and raw[-1] == loud[0]:
        return [_form(words[-1:], words[:-1])]
    return _by_place(words, order)


def _by_place(words: tuple[str, ...], order: Order | None) -> list[Form]:
    table = _family_spellings()
    if len(words) > 2 and words[0] + words[1] in _compounds():
        return [_form((words[0] + words[1],), words[2:])]
    first, last = words[0] in table, words[-1] in table
    one, two = (words[:1], words[1:]), (words[-1:], words[:-1])
    if first and not last:
        return [_form(*one)]
    if last and not first:
        return [_form(*two)]
    if first:  # both ends may be it: the source's habit comes first, the other stays open
        return [_form(*two), _form(*one)] if order == "last" else [_form(*one), _form(*two)]
    return [_form(*(one if order == "first" else two))]


def _of_one_word(word: str) -> list[Form]:
    """A word alone: a family name, a given name, or both run together."""
    table = _family_spellings()
    found = []
    for size in range(min(9, len(word) - 2), 0, -1):
        head, tail = word[:size], word[size:]
        if head in table and lattice.of_latin((tail,)):
            found.append(_form((head,), (tail,)))
        head, tail = word[:-size], word[-size:]
        if tail in table and len(tail) > 2 and lattice.of_latin((head,)):
            found.append(_form((tail,), (head,)))
    if word in table:
        return [_form((word,), ())]
    return [*found[:3], _form((), (word,))]


def _form(family: tuple[str, ...], given: tuple[str, ...]) -> Form:
    family_part, given_part = _family_of_word("".join(family)), _given_of_words(given)
    return Form(family_part[0], given_part[0], family_part[1], given_part[1])


def _family_of_word(word: str) -> Part:
    if not word:
        return _NOTHING
    known = _family_spellings().get(word)
    return (dict(known) if known else {word: 1.0}), (word[:LONGEST_LETTERS],)


def _given_of_words(words: tuple[str, ...]) -> Part:
    said = tuple(word for word in words if len(word) > 1 or not word.isascii())
    if not said:  # initials say too little to compare
        return _NOTHING
    joined = "".join(said)
    readings = lattice.of_latin(said) if joined.isascii() else {}
    keys: dict[Key, float] = {joined: 1.0}
    if readings:
        keys = {row: weight for row, weight in readings.items()}  # noqa: C416
    return keys, (joined[:LONGEST_LETTERS],)


def _raw_words(text: str) -> list[str]:
    """The words as written; "Chun JongKu" has three, "McDonald" is one."""
    return [
        word
        for whole in _WORDS.findall(_APOSTROPHES.sub("", text))
        for word in (_HUMP.split(whole) if not whole.startswith(("Mc", "Mac")) else [whole])
    ]


def _words(text: str) -> tuple[str, ...]:
    """Words in plain letters: marks and apostrophes gone, Cyrillic spelt in Latin."""
    bare = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", text.casefold()))
    bare = "".join(char for char in bare if not unicodedata.combining(char))
    return tuple(_WORDS.findall(bare.replace("чх", "ч").translate(_CYRILLIC)))


_CYRILLIC = str.maketrans(
    {
        **dict(zip("абвгдезийклмнопрстуфыэ", "abvgdezijklmnoprstufye", strict=True)),
        "ж": "j", "х": "h", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sh", "ъ": "", "ь": "",
        "ю": "yu", "я": "ya", "ё": "yo",
    }
)  # fmt: skip


@lru_cache(maxsize=1)
def _hangul_families() -> dict[str, dict[Key, float]]:
    table: dict[str, dict[Key, float]] = {}
    for _, hangul, *_ in spelling.families():
        for text in hangul:
            table.setdefault(text, {lattice.of_hangul(text): 1.0})
    return table


_FULL = "鄭趙張吳黃權韓劉孫許盧車閔陳嚴羅馬"
_SIMPLE = "郑赵张吴黄权韩刘孙许卢车闵陈严罗马"


@lru_cache(maxsize=1)
def _han_families() -> dict[str, dict[Key, float]]:
    table: dict[str, dict[Key, float]] = {}
    simplified = dict(zip(_FULL, _SIMPLE, strict=True))
    for _, hangul, _, han, _ in spelling.families():
        for text in han:
            for variant in {text, "".join(simplified.get(char, char) for char in text)}:
                table.setdefault(variant, {})[lattice.of_hangul(hangul[0])] = 1.0
    return {text: _scaled(keys) for text, keys in table.items()}


@lru_cache(maxsize=1)
def _family_spellings() -> dict[str, dict[Key, float]]:
    table: dict[str, dict[Key, float]] = {}
    for share, hangul, latin, _, pinyin in spelling.families():
        key = lattice.of_hangul(hangul[0])
        weights = {word: share / (1 + at) for at, word in enumerate(latin)}
        for word in pinyin:
            weights.setdefault(word, share * _PINYIN_SHARE)
        for word, weight in weights.items():
            found = table.setdefault(word, {})
            found[key] = found.get(key, 0.0) + weight
    return {word: _scaled(keys) for word, keys in table.items()}


@lru_cache(maxsize=1)
def _compounds() -> frozenset[str]:
    return frozenset(
        word for _, hangul, latin, *_ in spelling.families() if len(hangul[0]) > 1 for word in latin
    )


def _scaled(keys: dict[Key, float]) -> dict[Key, float]:
    total = sum(keys.values())
    return {key: weight / total for key, weight in keys.items() if weight > 0.01 * total}
