"""Language packs: the tables of names of one language or script, read from this folder's files.

A pack is data: letters, what to drop from a name or to write otherwise, and words by which a list
in Latin letters is known to be in the language. docs/how-to/add-a-language.md describes the file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from typing import Any

import attrs

Steps = tuple[tuple[re.Pattern[str], str], ...]


@attrs.frozen(eq=False)
class Romanization:
    """Letters of a language that shares its script with others, in Latin letters.

    A name is in the language if it has letters of its `own`, and none of the `others`.
    """

    own: re.Pattern[str]
    others: re.Pattern[str]
    letters: Mapping[int, str]  # as `str.translate` has them

    def romanized(self, text: str, *, known: bool = False) -> str:
        """A name in Latin letters, if it is in the language; as it is, if not.

        Args:
            text: a name.
            known: whether its list is in the language, so that no letter of its own is needed.
        """
        if (known or self.own.search(text)) and not self.others.search(text):
            return text.translate(self.letters)
        return text


@attrs.frozen(eq=False)
class Language:
    """One language, or several that share a script and its habits.

    `letters` gives what each letter is read as; `first` and `last` where it begins or ends a word,
    `rhymes` what follows the first consonant of a syllable. `rewrite` is applied to a whole name.
    `abbreviations` is applied before that, to a name as written, and `romanization` to one in a
    script that other packs read. `family` and `father` are endings
    of family names and of fathers' names, `given` are given names that end as family names do.
    `short_forms` has a row for each given name: the name and its short forms.
    """

    code: str  # the name of its file
    name: str
    also: tuple[str, ...]  # other words by which a mapping can state it
    script: str  # as names of its characters in Unicode begin
    vowels_written: bool
    pinyin: bool  # names in Chinese characters are spelt by their sound
    syllables: bool  # a name is a row of syllables, written together or apart
    letters: Mapping[str, str]
    romanization: Romanization | None
    first: Mapping[str, str]
    last: Mapping[str, str]
    rhymes: Mapping[str, str]
    abbreviations: Steps
    rewrite: Steps
    signs: frozenset[str]
    endings: re.Pattern[str] | None
    family: re.Pattern[str] | None
    given: re.Pattern[str] | None
    father: re.Pattern[str] | None
    short_forms: tuple[tuple[str, ...], ...]

    @classmethod
    def parse(cls, code: str, text: str) -> Language:
        """Read the file of a pack."""
        table: dict[str, Any] = tomllib.loads(text)
        signs, order = table.get("signs", {}), table.get("order", {})
        return cls(
            code=code,
            name=table["name"],
            also=tuple(table.get("also", ())),
            script=table["script"],
            vowels_written=table.get("vowels_written", True),
            pinyin=table.get("pinyin", False),
            syllables=table.get("syllables", False),
            letters=table.get("letters", {}),
            romanization=_romanization(table.get("romanization")),
            first=table.get("first", {}),
            last=table.get("last", {}),
            rhymes=table.get("rhymes", {}),
            abbreviations=_steps(table.get("abbreviations", {}), re.IGNORECASE),
            rewrite=_steps(table.get("rewrite", {})),
            signs=frozenset(signs.get("words", "").split()),
            endings=_pattern(signs.get("endings")),
            family=_pattern(order.get("family")),
            given=_pattern(order.get("given")),
            father=_pattern(order.get("father")),
            short_forms=tuple(
                (name, *forms.split()) for name, forms in table.get("short_forms", {}).items()
            ),
        )

    def is_sign(self, word: str) -> bool:
        """Whether a word tells that a name is in this language."""
        return word in self.signs or bool(self.endings and self.endings.search(word))

    def rewritten(self, text: str) -> str:
        """A whole name in small letters, without what is no part of it."""
        return _applied(self.rewrite, text)

    def expand_abbreviations(self, text: str) -> str:
        """A name as written, its abbreviations in full."""
        return _applied(self.abbreviations, text)


def _steps(table: Mapping[str, Any], flags: re.RegexFlag = re.NOFLAG) -> Steps:
    lists = {f"{{{name}}}": _any_of(words) for name, words in table.get("lists", {}).items()}
    steps = []
    for old, new in table.get("steps", ()):
        for name, pattern in lists.items():
            old = old.replace(name, pattern)
        steps.append((re.compile(old, flags), new))
    return tuple(steps)


def _any_of(words: str) -> str:
    """A pattern of any of these words, the longest first."""
    return "|".join(sorted(words.split(), key=len, reverse=True))


def _applied(steps: Steps, text: str) -> str:
    for old, new in steps:
        text = old.sub(new, text)
    return text


def _romanization(table: Mapping[str, Any] | None) -> Romanization | None:
    if table is None:
        return None
    own, others = re.compile(table["own"]), re.compile(table["others"])
    return Romanization(own, others, str.maketrans(table["letters"]))


def _pattern(text: str | None) -> re.Pattern[str] | None:
    return re.compile(text) if text else None


@lru_cache(maxsize=1)
def languages() -> tuple[Language, ...]:
    """All packs, by the names of their files.

    Examples:
        >>> [each.name for each in languages()][:2]
        ['Arabic', 'Bengali and Rohingya']
    """
    files = (each for each in resources.files(__package__).iterdir() if each.name.endswith(".toml"))
    return tuple(
        Language.parse(file.name.removesuffix(".toml"), file.read_text(encoding="utf-8"))
        for file in sorted(files, key=lambda each: each.name)
    )


@lru_cache(maxsize=1)
def romanizations() -> tuple[Romanization, ...]:
    """Those of all packs that have one."""
    return tuple(each.romanization for each in languages() if each.romanization)


@lru_cache(maxsize=1)
def by_script() -> dict[str, Language]:
    """The pack of each script but Latin."""
    return {each.script: each for each in languages() if each.script != "LATIN"}


KOREAN, OTHER = "korean", "other"  # what a mapping can state besides the packs


@lru_cache(maxsize=1)
def stated_words() -> dict[str, str]:
    """Each word by which a mapping can state a language, and its code; `other` has no pack.

    Examples:
        >>> stated_words()["persian"], stated_words()["korean"]
        ('arabic', 'korean')
    """
    packs = {word: each.code for each in languages() for word in (each.code, *each.also)}
    return {KOREAN: KOREAN, **packs, OTHER: OTHER}
