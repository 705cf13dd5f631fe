"""What the family and the given name of a form may be, in each script.

A part of a name becomes its readings, with weights, and its letters; both parts are a `Form`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Literal

import attrs

from uncounted.records.names import initials as masked
from uncounted.records.names import lattice, surnames, syllables
from uncounted.records.names.surnames import Key

Order = Literal["first", "last"]
LONGEST_LETTERS = 60
MOST_WORDS = 6  # of a part of a name
_KEPT_PARTS = 65536  # distinct given names whose readings are kept: many have the same
PINYIN = 0.05  # how often a Korean name in Latin letters is pinyin, before it is seen
_UNKNOWN_FAMILY = 0.02  # how often a Korean family name is spelt as no table has it
_LEAST = 0.01  # less probable readings are dropped
SURELY_FAMILY = 1.0  # percent of people, who have a family name that leaves no doubt
_USUAL = 0.25  # of syllables in given names: see `spelling`
_APOSTROPHES = re.compile("['‘’ʼ`´ʻʹ]")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")
WORDS = re.compile(r"[^\W_]+")  # digits too: a slip of the key must not cut a name in two


@attrs.frozen
class Form:
    """One way of reading a name.

    `family` and `given` map readings to weights that sum to 1 (empty: not said; less than 1 for one
    of several ways); `family_letters` and `given_letters` are spellings, for finding slips. With
    `initials` nothing else is known of the given name, with `family_initial` of the family name.
    `family_words` and `given_words` are the words of a name that has several, in an alphabet.
    """

    family: dict[Key, float]
    given: dict[Key, float]
    family_letters: tuple[str, ...] = ()
    given_letters: tuple[str, ...] = ()
    family_initial: str = ""
    initials: tuple[str, ...] = ()  # a syllable each; "" if not stated
    family_words: tuple[str, ...] = ()
    given_words: tuple[str, ...] = ()
    is_open: bool = False  # which word is the family name is a guess
    is_other_way: bool = False  # another way of telling which word is the family name is likelier
    is_general: bool = False  # read as no Korean name: its words are all there is
    # of a name beside the main one, or of what stands beside that, and no way to write it
    is_alias: bool = attrs.field(default=False, eq=False)

    @property
    def is_masked(self) -> bool:
        """A part has only initials."""
        return bool(self.family_initial or self.initials)

    @property
    def firsts(self) -> tuple[int, int]:
        """What family and given name may begin with, in bits: see `masked`."""
        return (
            masked.family_mask(self.family, self.family_initial),
            masked.given_mask(self.given, self.initials),
        )

    @property
    def korean(self) -> bool:
        """The given name can be read as Korean, and so can the family name if there is one."""
        family = not self.family or any(isinstance(key, tuple) for key in self.family)
        return family and any(isinstance(key, tuple) for key in self.given)


def form_of_partial(name: masked.PartialName, *, in_cyrillic: bool = False) -> Form:
    """The form of a name that is hidden or cut."""
    family = family_of(name.family)
    if in_cyrillic and (known := cyrillic_families().get(name.family)):
        family = dict(known), family[1]
    given = given_of_words(name.given)
    return Form(
        family[0], given[0], family[1], given[1], name.family_initial, initials=name.initials
    )


@lru_cache(maxsize=1)
def cyrillic_families() -> surnames.Table:
    """Family names in Cyrillic as `words_of` spells them."""
    return {"".join(words_of(word)): keys for word, keys in surnames.wide("cyrillic").items()}


def family_of(text: str) -> Part:
    """What a family name may be, in Hangul, in characters or in letters."""
    if text in surnames.hangul() or text in surnames.han():
        return family_of_korean(text)
    return family_of_word(text)


Part = tuple[dict[Key, float], tuple[str, ...]]
Way = tuple[tuple[str, ...], tuple[str, ...]]
_NOTHING: Part = ({}, ())


def family_of_korean(text: str) -> Part:
    """What a family name of the tables, in Hangul or in characters, may be."""
    table = surnames.hangul() if lattice.is_hangul(text[0]) else surnames.han()
    keys = table[text]
    letters = next(iter(keys))
    return keys, lattice.romanizations(letters) if isinstance(letters, tuple) else (text,)


@lru_cache(maxsize=_KEPT_PARTS)
def given_of_korean(text: str) -> Part:
    """What a given name in Hangul or in characters may be."""
    if not text:
        return _NOTHING
    if len(text) > lattice.LONGEST:  # no given name: of two texts all letters have to agree
        return {text: 1.0}, (text[:LONGEST_LETTERS],)
    readings: lattice.Readings
    if all(map(lattice.is_hangul, text)):
        readings = {lattice.of_hangul(text): 1.0}
    else:
        readings = lattice.of_han(text)
    if not readings:
        return {text: 1.0}, (text[:LONGEST_LETTERS],)
    letters = [word for row in list(readings)[:2] for word in lattice.romanizations(row)]
    keys: dict[Key, float] = {row: weight for row, weight in readings.items()}  # noqa: C416
    return keys, tuple(dict.fromkeys(letters))


def in_pinyin(given: tuple[str, ...]) -> float:
    """How usual words are as a given name in pinyin, as `how_usual_given` is of the others."""
    return PINYIN * sum(lattice.weighed("pinyin", given).values())


def likeliest(words: tuple[str, ...]) -> tuple[int, ...]:
    """The most probable folded syllables of words in Latin letters; empty if not Korean."""
    rows = lattice.of_latin(words)
    return max(rows, key=lambda row: (rows[row], row), default=())


def are_usual(given: tuple[int, ...]) -> bool:
    """Whether folded syllables are usual in given names."""
    return all(syllables.usual(at) >= _USUAL for at in given)


def how_usual(family: tuple[str, ...], given: tuple[str, ...]) -> float:
    """How usual a Korean name is, in Latin letters, to a factor that is the same for all."""
    return surnames.how_usual("".join(family)) * how_usual_given(given)


@lru_cache(maxsize=_KEPT_PARTS)
def how_usual_given(given: tuple[str, ...]) -> float:
    """How usual words are as a Korean given name, to a factor that is the same for all."""
    return sum(lattice.weighed("latin", given).values())


def both(
    family: tuple[str, ...], given: tuple[str, ...], *, is_other_way: bool = False
) -> list[Form]:
    """A name read as Korean in Latin letters, and as pinyin where it can be."""
    form, word = form_of(family, given, is_other_way=is_other_way), "".join(family)
    pinyin = surnames.pinyin().get(word)
    rows = lattice.weighed("pinyin", given) if pinyin else {}
    if not pinyin or not rows:
        return [form]
    known = 1.0 if word in surnames.usual() else _UNKNOWN_FAMILY
    letters = (1 - PINYIN) * known * how_usual_given(given)
    both = PINYIN * sum(rows.values())
    share = both / (both + letters)
    if share < _LEAST:
        return [form]
    keys: dict[Key, float] = {row: share * w for row, w in lattice.normalised(rows).items()}
    other = attrs.evolve(form, family=dict(pinyin), given=keys)
    return [form, other]


def form_of(family: tuple[str, ...], given: tuple[str, ...], *, is_other_way: bool = False) -> Form:
    """A name read as Korean in Latin letters, or as none."""
    family_part, given_part = family_of_word("".join(family)), given_of_words(given)
    return Form(
        family_part[0],
        given_part[0],
        family_part[1],
        given_part[1],
        family_words=_whole_words(family),
        given_words=_whole_words(given),
        is_other_way=is_other_way,
    )


def _whole_words(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word[:LONGEST_LETTERS] for word in words if len(word) > 1)[:MOST_WORDS]


def family_of_word(word: str) -> Part:
    """What a word in Latin letters may be as a family name."""
    return (surnames.of_latin(word), (word[:LONGEST_LETTERS],)) if word else _NOTHING


@lru_cache(maxsize=_KEPT_PARTS)
def given_of_words(words: tuple[str, ...]) -> Part:
    """What words in an alphabet may be as a given name."""
    # a lone consonant among words is an initial; O, U and I are syllables
    in_full = tuple(
        word for word in words if len(word) > 1 or word in "aeiou" or not word.isascii()
    )
    if not in_full:
        return _NOTHING
    joined = "".join(in_full)
    readings = lattice.of_latin(in_full) if joined.isascii() else {}
    keys: dict[Key, float] = {joined: 1.0}
    if readings:
        keys = {row: weight for row, weight in readings.items()}  # noqa: C416
    return keys, (joined[:LONGEST_LETTERS],)


def cyrillic_form(family: tuple[str, ...], given: tuple[str, ...]) -> Form:
    """The form of a family name and a given name in Cyrillic."""
    word = "".join(family)
    latin = [tuple(each for one in part for each in words_of(one)) for part in (family, given)]
    family_letters, given_letters = "".join(words_of(word)), "".join(words_of("".join(given)))
    keys = dict(surnames.wide("cyrillic").get(word, {}))
    if word and not keys:
        keys = surnames.of_latin(family_letters)
    readings = lattice.normalised(lattice.weighed("cyrillic", given))
    rows: dict[Key, float] = {row: weight for row, weight in readings.items()}  # noqa: C416
    if given and not rows:
        rows = {given_letters: 1.0}
    return Form(
        keys,
        rows,
        (family_letters[:LONGEST_LETTERS],) if family_letters else (),
        (given_letters[:LONGEST_LETTERS],) if given_letters else (),
        family_words=_whole_words(latin[0]),
        given_words=_whole_words(latin[1]),
    )


def raw_words(text: str) -> list[str]:
    """The words as written; "Chun JongKu" has three, "McDonald" is one."""
    return [
        word
        for whole in WORDS.findall(_APOSTROPHES.sub("", text))
        for word in (_HUMP.split(whole) if not whole.startswith(("Mc", "Mac")) else [whole])
    ]


def words_of(text: str) -> tuple[str, ...]:
    """Words in plain letters: marks and apostrophes gone, Cyrillic spelt in Latin."""
    bare = bare_letters(text)
    if bare.isascii():
        return tuple(WORDS.findall(bare))
    return tuple(WORDS.findall(transliterated(bare)))


def transliterated(text: str) -> str:
    """Cyrillic in Latin letters, one by one."""
    return text.replace("чх", "ч").translate(_CYRILLIC)


def bare_letters(text: str) -> str:
    """A text in small letters without marks and apostrophes."""
    plain_text = _APOSTROPHES.sub("", text.casefold())
    if plain_text.isascii():
        return plain_text
    bare = unicodedata.normalize("NFKD", plain_text)
    return "".join(char for char in bare if not unicodedata.combining(char))


_CYRILLIC = str.maketrans(
    {
        **dict(zip("абвгдезийклмнопрстуфыэ", "abvgdezijklmnoprstufye", strict=True)),
        "ж": "j", "х": "h", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sh", "ъ": "", "ь": "",
        "ю": "yu", "я": "ya", "ё": "yo",
    }
)  # fmt: skip
