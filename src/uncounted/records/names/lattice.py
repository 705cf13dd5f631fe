"""Spelling lattice: the Korean readings of a part of a name, each with its probability.

A reading is a row of syllables. "chol" may be 철 or 촐, "yongil" 영일 or 연길; a name in characters
has all the readings of each. Two spellings agree when they share a reading.
"""

from __future__ import annotations

import itertools
import re
from functools import lru_cache

from uncounted.records.names import romanization_tables
from uncounted.records.names.syllables import FIRST, Script, chunks, fold, readings_of_characters
from uncounted.records.names.syllables import is_hangul as is_hangul

Syllables = tuple[int, ...]
Readings = dict[Syllables, float]

KEPT = 48  # readings kept of one name
LONGEST = 4  # syllables of a given name
LONGEST_LATIN = 18  # letters; what is longer is no Korean given name


def of_hangul(text: str) -> Syllables:
    """The folded syllables of a text in Hangul; other letters are dropped."""
    return tuple(fold(ord(char) - FIRST) for char in text if is_hangul(char))


def hangul(syllables: Syllables) -> str:
    """Write syllables down."""
    return "".join(chr(syllable + FIRST) for syllable in syllables)


def of_han(text: str) -> Readings:
    """All readings of a text in characters, alike in weight; empty if one has none."""
    table = readings_of_characters()
    choices = []
    for char in text[:LONGEST]:
        if is_hangul(char):
            choices.append({of_hangul(char)[0]})
        else:
            choices.append({of_hangul(reading)[0] for reading in table.get(char, ())})
    rows = list(itertools.islice(itertools.product(*map(sorted, choices)), KEPT))
    return {row: 1.0 / len(rows) for row in rows if row}


_LONGEST_CHUNK = 7
_FLOOR = 0.002  # readings of less total weight are dropped
# Given names have two syllables as a rule.
_LENGTHS = {1: 0.06, 2: 0.92, 3: 0.02, 4: 0.001}


@lru_cache(maxsize=65536)
def _cut(script: Script, letters: str, left: int) -> tuple[tuple[Syllables, float], ...]:
    """The readings of letters written together, of at most `left` syllables."""
    if not letters:
        return (((), 1.0),)
    if left == 0:
        return ()
    found: Readings = {}
    table = chunks(script)
    for size in range(1, min(_LONGEST_CHUNK, len(letters)) + 1):
        heads = table.get(letters[:size])
        if heads is None:
            continue
        for tail, weight in _cut(script, letters[size:], left - 1):
            for head, share in heads.items():
                row = (head, *tail)
                found[row] = max(found.get(row, 0.0), share * weight)
    return tuple(_best(_likely(found)).items())


def _likely(found: Readings) -> Readings:
    """Without readings beside which another of as many syllables makes them a `_FLOOR`th.

    Whatever comes before or after, such a reading stays below the floor of `normalised`.
    """
    best = dict.fromkeys(range(LONGEST + 1), 0.0)
    for row, weight in found.items():
        best[len(row)] = max(best[len(row)], weight)
    return {row: weight for row, weight in found.items() if weight >= _FLOOR * best[len(row)]}


def _best(found: Readings) -> Readings:
    if len(found) <= KEPT:
        return found
    return dict(sorted(found.items(), key=lambda row: (-row[1], row[0]))[:KEPT])


def of_latin(words: tuple[str, ...]) -> Readings:
    """The readings of a given name in small Latin letters, as words cut by its writer.

    Weights sum to 1; empty if it cannot be a Korean name.

    Examples:
        >>> hangul(max(of_latin(("young", "chul")).items(), key=lambda row: row[1])[0])
        '영철'
    """
    return normalised(weighed("latin", words))


@lru_cache(maxsize=65536)
def weighed(script: Script, words: tuple[str, ...]) -> Readings:
    """The readings of a given name, each with P(spelling | reading) P(reading), not scaled."""
    if sum(map(len, words)) > LONGEST_LATIN or not words:
        return {}
    rows: Readings = {}
    for changed, share in _as_written(script, words):
        for row, weight in _rows_of(script, changed).items():
            rows[row] = max(rows.get(row, 0.0), weight * share)
    return _best(rows)


def _rows_of(script: Script, words: tuple[str, ...]) -> Readings:
    rows: Readings = dict(_cut(script, words[0], LONGEST))
    for word in words[1:]:
        grown: Readings = {}
        best = [0.0] * (LONGEST + 1)
        for head, weight in rows.items():
            size = len(head)
            for tail, share in _cut(script, word, LONGEST - size):
                both, long = weight * share, size + len(tail)
                if both < _FLOOR * best[long]:
                    continue  # as `_likely` would say of it
                best[long] = max(best[long], both)
                row = head + tail
                if both > grown.get(row, 0.0):
                    grown[row] = both
        rows = _best(_likely(grown))
    return {row: weight * _LENGTHS[len(row)] for row, weight in rows.items() if row}


# Sounds that change where syllables meet, as McCune and Reischauer write them: 명록 is
# Myŏngnok, 신례 Sillye. Where it has happened the letters are put back.
_CHANGES = (("ng(?=-?[nm])", "k"), ("m(?=-?n)", "p"), ("l(?=-?l)", "n"))
_CHANGED = 0.1


def _as_written(script: Script, words: tuple[str, ...]) -> list[tuple[tuple[str, ...], float]]:
    """The words, and the same with one change of sounds undone."""
    found = [(words, 1.0)]
    if script == "latin":
        text = "-".join(words)
        for sound, letters in _CHANGES:
            undone = re.sub(sound, letters, text)
            if undone != text:
                found.append((tuple(undone.split("-")), _CHANGED))
    return found


def normalised(rows: Readings) -> Readings:
    """Scale weights to sum to 1, without those below `_FLOOR` of the whole."""
    total = sum(rows.values())
    kept = {row: weight / total for row, weight in rows.items() if weight >= _FLOOR * total}
    again = sum(kept.values())
    return {row: weight / again for row, weight in sorted(kept.items())}


def _letters(syllables: Syllables, column: int) -> str:
    onsets, vowels, codas = romanization_tables.systems()[column]
    out: list[str] = []
    for syllable in syllables:
        onset, rest = divmod(syllable, 588)
        vowel, coda = divmod(rest, 28)
        out += (onsets[onset], vowels[vowel], codas[coda])
    return "".join(out)


def romanizations(syllables: Syllables) -> tuple[str, ...]:
    """A few usual Latin spellings: Revised, McCune-Reischauer without marks, western."""
    return tuple(dict.fromkeys(_letters(syllables, column) for column in range(3)))


def latin(text: str) -> str:
    """Letters of a text in Hangul, syllable by syllable, with nothing folded."""
    return _letters(tuple(ord(char) - FIRST for char in text if is_hangul(char)), 0)


_SKELETON = str.maketrans(
    {"g": "k", "q": "k", "c": "k", "d": "t", "b": "p", "v": "p", "f": "p", "r": "l", "z": "j"}
)


def skeleton(letters: str) -> str:
    """A coarse key of consonants that spellings of one name nearly always share, for blocking only.

    Examples:
        >>> skeleton("yeongcheol"), skeleton("yongchul"), skeleton("ryongchol")
        ('njl', 'njl', 'njl')
    """
    text = letters
    for old, new in (("tch", "j"), ("ch", "j"), ("sh", "s"), ("ck", "k"), ("ng", "n")):
        text = text.replace(old, new)
    text = text.translate(_SKELETON)
    kept: list[str] = []
    for at, char in enumerate(text):
        if not char.isalpha() or char in "aeiouwy" or (char == "h" and at):
            continue
        after_n = bool(kept) and kept[-1] == "n" and text[at - 1] == "n"
        if (kept and kept[-1] == char) or (char == "k" and after_n):
            continue
        kept.append(char)
    if len(kept) > 1 and kept[0] in "ln" and text[0] in "ln" and text[1:2] in ("i", "y"):
        kept.pop(0)
    return "".join(kept)
