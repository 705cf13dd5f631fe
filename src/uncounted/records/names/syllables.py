"""Every spelling of every Korean syllable, in Latin letters, in Cyrillic and in pinyin.

The tables are in `romanization_tables`; this turns them into one table per script, from a spelling
to the syllables that it may be. South Korea's initial-sound rule (리 becomes 이, 녀 becomes 여,
로 becomes 노) is folded away, so that North and South write the same syllable.
"""

from __future__ import annotations

import itertools
from functools import lru_cache
from typing import Literal

from uncounted.records.names import romanization_tables

Script = Literal["latin", "cyrillic", "pinyin"]
Shares = dict[int, float]

FIRST, LAST = 0xAC00, 0xD7A3
_R, _N, _SILENT = 5, 2, 11
_PALATAL = {romanization_tables.VOWELS.index(v) for v in "ㅑㅒㅕㅖㅛㅠㅣ"}


def fold(syllable: int) -> int:
    """Fold the initial-sound rule: 리 to 이, 로 to 노; indices are code points less 0xAC00."""
    onset, rest = divmod(syllable, 588)
    if onset in (_R, _N):
        onset = _SILENT if rest // 28 in _PALATAL else _N
    return onset * 588 + rest


def unfolded(syllable: int) -> tuple[int, ...]:
    """The syllables that fold to this one: 이, 리 and 니 to 이."""
    onset, rest = divmod(syllable, 588)
    if onset == _SILENT and rest // 28 in _PALATAL:
        return syllable, _R * 588 + rest, _N * 588 + rest
    return (syllable, _R * 588 + rest) if onset == _N else (syllable,)


def is_hangul(char: str) -> bool:
    """Tell whether this is one composed syllable."""
    return len(char) == 1 and FIRST <= ord(char) <= LAST


@lru_cache(maxsize=1)
def readings_of_characters() -> dict[str, tuple[str, ...]]:
    """Each Chinese character with its readings in Korean."""
    found: dict[str, list[str]] = {}
    for reading, characters in romanization_tables.readings("hanja.txt"):
        for char in characters:
            found.setdefault(char, []).append(reading)
    return {char: tuple(readings) for char, readings in found.items()}


@lru_cache(maxsize=1)
def _usual() -> dict[int, float]:
    shares: dict[int, float] = {}
    of_characters = {reading for row in readings_of_characters().values() for reading in row}
    by_character = dict.fromkeys(of_characters, romanization_tables.SHARE_OF_CHARACTERS)
    for table in (by_character, romanization_tables.given_syllables()):
        for char, share in table.items():
            index = fold(ord(char) - FIRST)
            shares[index] = max(share, shares.get(index, 0.0))
    return shares


def usual(syllable: int) -> float:
    """How usual a folded syllable is in given names, relative to the most usual."""
    return _usual().get(syllable, romanization_tables.SHARE_OTHER)


def spellings(script: Literal["latin", "cyrillic"], syllable: int) -> dict[str, float]:
    """How a syllable (not folded) is spelt, with the share of each spelling."""
    onset, rest = divmod(syllable, 588)
    vowel, coda = divmod(rest, 28)
    table = romanization_tables.spellings(script)
    found: dict[str, float] = {}
    for (a, p), (b, q), (c, r) in itertools.product(
        table.onsets[romanization_tables.ONSETS[onset]].items(),
        table.vowels[romanization_tables.VOWELS[vowel]].items(),
        table.codas.get(romanization_tables.CODAS[coda], {}).items(),
    ):
        found[a + b + c] = found.get(a + b + c, 0.0) + p * q * r
    for text, share in table.syllables.get(chr(syllable + FIRST), {}).items():
        found[text] = max(found.get(text, 0.0), share)
    return found


@lru_cache(maxsize=3)
def chunks(script: Script) -> dict[str, Shares]:
    """Every spelling of every syllable: the syllables that it may be, P(spelling) P(syllable)."""
    if script == "pinyin":
        return _pinyin_chunks()
    table: dict[str, Shares] = {}
    known = romanization_tables.spellings(script).codas
    codas = [at for at, coda in enumerate(romanization_tables.CODAS) if coda in known]
    for open_syllable, coda in itertools.product(range(0, LAST - FIRST + 1, 28), codas):
        folded = fold(open_syllable + coda)
        for text, share in spellings(script, open_syllable + coda).items():
            found = table.setdefault(text, {})
            found[folded] = max(found.get(folded, 0.0), share * usual(folded))
    return table


@lru_cache(maxsize=1)
def _pinyin_weights() -> dict[str, dict[str, float]]:
    """Pinyin without tones: Korean readings of its characters, with weights."""
    return {
        text: {pair[0]: float(pair[1:]) for pair in pairs.split()}
        for text, pairs in romanization_tables.readings("pinyin.txt")
    }


def _pinyin_chunks() -> dict[str, Shares]:
    table: dict[str, Shares] = {}
    totals: dict[str, float] = {}
    of_names = romanization_tables.spellings("pinyin").syllables
    for row in _pinyin_weights().values():
        for reading, weight in row.items():
            totals[reading] = totals.get(reading, 0.0) + weight
    for text, row in _pinyin_weights().items():
        for written in {text.replace("ü", "u"), text.replace("ü", "v"), text.replace("ü", "yu")}:
            found = table.setdefault(written, {})
            for reading, weight in row.items():
                folded = fold(ord(reading) - FIRST)
                share = max(weight / totals[reading], of_names.get(reading, {}).get(text, 0.0))
                found[folded] = max(found.get(folded, 0.0), share * usual(folded))
    return table


@lru_cache(maxsize=4096)
def first_letters(syllable: int) -> frozenset[str]:
    """Latin letters with which a folded syllable's spellings begin."""
    return frozenset(
        text[0] for one in unfolded(syllable) for text in spellings("latin", one) if text
    )
