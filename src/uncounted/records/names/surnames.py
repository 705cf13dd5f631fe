"""Family names: what a word may be as a family name, in each script.

A table a script, from a word to the readings that it may have, with weights that sum to 1.
The narrow tables are spellings that are usual; they tell which word of a name is the family
name. The wide ones hold every spelling that the letters give, for a word that has its place.
"""

from __future__ import annotations

import itertools
from functools import lru_cache
from typing import Literal

from uncounted.records.names import lattice, romanization_tables, syllables

Key = tuple[int, ...] | str  # folded syllables, or the letters themselves
Table = dict[str, dict[Key, float]]

_PINYIN_SHARE = 0.003  # of a family name in pinyin before a given name that is not
_CHINESE_SHARE = 0.2  # of names in pinyin, the share of Chinese family names that are not Korean
_LEAST_IN_PINYIN = 0.001
_RARE = 0.015  # percent: rarer family names do not tell which word is one
_UNUSUAL = 0.02  # weight of a spelling that only the letters give, beside a usual one
_LEAST = 0.002  # shares of spellings below this are left out


@lru_cache(maxsize=1)
def hangul() -> Table:
    """Family names in Hangul, North and South."""
    table: Table = {}
    for row in romanization_tables.surnames("KR"):
        for text in row.hangul:
            table.setdefault(text, {lattice.of_hangul(text): 1.0})
    return table


@lru_cache(maxsize=1)
def well_known() -> frozenset[str]:
    """Family names in Hangul but the rarest, most of which begin or end given names, too."""
    return frozenset(
        text
        for row in romanization_tables.surnames("KR")
        if row.share > _RARE
        for text in row.hangul
    )


@lru_cache(maxsize=1)
def han() -> Table:
    """Family names in characters, full and simplified, and in other forms of them."""
    table: Table = {}
    for row in romanization_tables.surnames("KR"):
        _add_characters(table, row.hangul[0], row.characters)
    of_china: Table = {}
    for row in romanization_tables.surnames("CN"):
        _add_characters(of_china, row.hangul[0], row.characters)
    return _scaled({**of_china, **table})


def _add_characters(table: Table, hangul: str, characters: tuple[str, ...]) -> None:
    variants = romanization_tables.character_variants()
    for text in characters:
        for forms in itertools.product(*(variants.get(char, char) for char in text)):
            table.setdefault("".join(forms), {})[lattice.of_hangul(hangul)] = 1.0


@lru_cache(maxsize=1)
def latin() -> Table:
    """Usual spellings in Latin letters."""
    return _scaled(_latin())


@lru_cache(maxsize=1)
def _latin() -> Table:
    table: Table = {}
    for row in romanization_tables.surnames("KR"):
        if row.share > _RARE or len(row.hangul[0]) > 1:
            weights = {word: row.share / (1 + at) for at, word in enumerate(row.latin)}
            for word in row.pinyin:
                weights.setdefault(word, row.share * _PINYIN_SHARE)
            _add(table, lattice.of_hangul(row.hangul[0]), weights)
    return table


@lru_cache(maxsize=4096)
def how_usual(word: str) -> float:
    """How usual a word in Latin letters is as a family name, in percent of people or so."""
    return sum(_latin().get(word, {}).values()) or _RARE


@lru_cache(maxsize=2)
def wide(script: Literal["latin", "cyrillic"]) -> Table:
    """Every spelling of every family name, usual ones in Latin letters included."""
    table: Table = {}
    for row in romanization_tables.surnames("KR"):
        key = lattice.of_hangul(row.hangul[0])
        if script == "latin":
            _add(table, key, {word: row.share / (1 + at) for at, word in enumerate(row.latin)})
        for text in row.hangul:
            rows = [syllables.spellings(script, ord(c) - syllables.FIRST).items() for c in text]
            weights: dict[str, float] = {}
            for parts in itertools.product(*rows):
                word = "".join(part for part, _ in parts)
                weight = 1.0
                for _, part in parts:
                    weight *= part
                if weight > _LEAST:
                    usual = 1.0 if script == "cyrillic" else _UNUSUAL
                    weights[word] = weights.get(word, 0.0) + weight * row.share * usual
            _add(table, key, weights)
    return _scaled(table)


@lru_cache(maxsize=1)
def pinyin() -> Table:
    """Family names in pinyin, without tones: ü as u, v or yu."""
    table: Table = {}
    for row in romanization_tables.surnames("KR"):
        written = {form for word in row.pinyin for form in _umlauts(word)}
        _add(table, lattice.of_hangul(row.hangul[0]), dict.fromkeys(sorted(written), row.share))
    for row in romanization_tables.surnames("CN"):
        shares = dict.fromkeys(row.pinyin, row.share * _CHINESE_SHARE)
        _add(table, lattice.of_hangul(row.hangul[0]), shares)
    return _scaled(table, _LEAST_IN_PINYIN)


@lru_cache(maxsize=1)
def chinese() -> dict[str, float]:
    """Family names of China in pinyin that are no usual ones of Korea, with shares in percent."""
    shares: dict[str, float] = {}
    for row in romanization_tables.surnames("CN"):
        for word in row.pinyin:
            if word not in latin():
                shares[word] = shares.get(word, 0.0) + row.share
    return shares


def _umlauts(word: str) -> set[str]:
    return {word, "lv", "lyu"} if word == "lu" else {word}


@lru_cache(maxsize=1)
def usual() -> frozenset[str]:
    """Usual spellings that are not only pinyin."""
    return frozenset(word for row in romanization_tables.surnames("KR") for word in row.latin)


@lru_cache(maxsize=1)
def compounds() -> frozenset[str]:
    """Spellings of family names of two syllables."""
    return frozenset(
        word
        for word, keys in wide("latin").items()
        if any(isinstance(key, tuple) and len(key) > 1 for key in keys)
    )


def of_latin(word: str) -> dict[Key, float]:
    """The family names that a word in Latin letters may be; the letters if there is none."""
    known = latin().get(word) or wide("latin").get(word)
    return dict(known) if known else {word: 1.0}


def _add(table: Table, key: Key, weights: dict[str, float]) -> None:
    for word, weight in weights.items():
        found = table.setdefault(word, {})
        found[key] = found.get(key, 0.0) + weight


def _scaled(table: Table, least: float = 0.01) -> Table:
    out: Table = {}
    for word, keys in table.items():
        total = sum(keys.values())
        out[word] = {key: weight / total for key, weight in keys.items() if weight > least * total}
    return out


def is_foreign(text: str) -> bool:
    """Whether characters with points are a name of another language, and not two names.

    阿卜杜拉·买买提 is one, 金明哲·朴顺实 is not.
    """
    parts, known = text.split("·"), han()
    return len(parts) > 1 and not all(
        1 < len(part) < 5 and (part[0] in known or part[:2] in known) for part in parts
    )
