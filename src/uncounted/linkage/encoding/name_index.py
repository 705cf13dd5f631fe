"""Distinct family and given names by number, with readings, spellings and blocking keys."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from uncounted.records.names import initials, lattice
from uncounted.records.names.romanization_tables import VOWELS, systems
from uncounted.records.names.sounds import skeleton
from uncounted.records.names.surnames import Key

KEYED_READINGS = 6  # most likely readings of a name that it can be found by


class Indexer[T: Hashable]:
    """Gives each distinct value a number, in order of first sight."""

    def __init__(self) -> None:
        self.of: dict[T, int] = {}

    def __call__(self, value: T) -> int:
        """Its number; a new one if it is new."""
        return self.of.setdefault(value, len(self.of))


class NameParts:
    """Distinct family or given names: readings and spellings of each, and blocking keys.

    `keys` has the coarse key of its likeliest reading, and `sounds` a finer one, with its vowels.
    Of names compared by words, `keys` has that of the first word in any script, `ends` of the last.
    """

    def __init__(self, given: bool, keys: Indexer[Hashable]) -> None:
        self._given = given
        self._skeleton = keys  # family and given names may share it
        self._rows = Indexer[Hashable]()
        self._rows(((), (), ()))
        self.readings: list[list[tuple[int, float]]] = [[]]
        self.korean = [False]
        self.firsts = [0]
        self.letters: list[tuple[str, ...]] = [()]
        self.keys = [-1]
        self.sounds = [-1]
        self.ends = [-1]
        self.reading = Indexer[Hashable]()
        self._sound = Indexer[Hashable]()
        self.words: list[tuple[str, ...]] = [()]

    def __call__(
        self, readings: dict[Key, float], letters: tuple[str, ...], words: tuple[str, ...] = ()
    ) -> int:
        """The number of a part: what it may be, with weights, its spellings and its words."""
        at = self._rows((tuple(readings.items()), letters, words))
        if at == len(self.letters):
            self.readings.append([(self.reading(k), w) for k, w in readings.items()])
            self.letters.append(letters)
            self.korean.append(any(isinstance(key, tuple) for key in readings))
            mask = initials.given_mask if self._given else initials.family_mask
            self.firsts.append(mask(readings))
            self.words.append(words)
            if words:
                self.keys.append(self._skeleton(word_key(words)))
                self.ends.append(self._skeleton(word_key(words[::-1])))
                self.sounds.append(self._sound(word_key(words)))
            elif self._given:
                coarse = [self._skeleton(key) for key in skeletons(readings, letters)]
                self.keys.append(coarse[0] if coarse else -1)
                self.ends.append(-1)
                self.sounds.append(self._sound(sound(readings)) if readings else -1)
            else:  # a family name beside an initial has no words
                of_letters = letters[:1] if not self.korean[-1] else ()
                self.keys.append(self._skeleton(word_key(of_letters)) if of_letters else -1)
                for row in (self.ends, self.sounds):
                    row.append(-1)
        return at


def word_key(words: Sequence[str]) -> str:
    """A coarse key of the first of some words in any script; of two if the first says little.

    Examples:
        >>> word_key(["sergey", "ivanov"]), word_key(["сергей"]), word_key(["moe", "zaw"])
        ('sl', 'sl', 'ns')
    """
    found = skeleton(words[0])
    return found if len(found) > 1 or len(words) < 2 else found + skeleton(words[1])


def skeletons(readings: dict[Key, float], letters: Sequence[str]) -> dict[Hashable, None]:
    """Coarse keys of a part, in order: consonants by syllable, or of each spelling."""
    likely = sorted(readings, key=lambda key: -readings[key])[:KEYED_READINGS]
    korean = [key for key in likely if isinstance(key, tuple)]
    if korean:
        return dict.fromkeys(tuple(map(_consonants, key)) for key in korean)
    return dict.fromkeys(lattice.skeleton(word) or word for word in letters)


def _consonants(syllable: int) -> int:
    """Onset and coda of a syllable, those alike that spellings confuse."""
    onset, rest = divmod(syllable, 588)
    return _ONSET_CLASS[onset] * 28 + _CODA_CLASS[rest % 28]


# ㄱㄲㅋ, ㄷㄸㅌ, ㅂㅃㅍ, ㅅㅆ and ㅈㅉㅊ are one each.
_ONSET_CLASS = (0, 0, 2, 3, 3, 5, 6, 7, 7, 9, 9, 11, 12, 12, 12, 0, 3, 7, 18)
# Codas are alike that sound alike, and ㄴ and ㅇ: -n and -ng are confused.
_CODAS = ["n" if coda == "ng" else coda for coda in systems()[0][2]]
_CODA_CLASS = tuple(map(_CODAS.index, _CODAS))


def sound(readings: dict[Key, float]) -> Hashable:
    """A finer key than the skeleton: the likeliest reading, with confusable vowels alike."""
    likeliest = max(readings, key=lambda key: readings[key])
    if isinstance(likeliest, str):
        return likeliest
    return tuple((_consonants(at), _VOWEL_CLASS[at % 588 // 28]) for at in likeliest)


# As o, u and oo; yo, yu and you; e, ae and oe; i, ui and ee.
_ALIKE = ("ㅓㅗㅜㅡ", "ㅕㅛㅠ", "ㅐㅔㅚ", "ㅒㅖ", "ㅙㅞ", "ㅣㅢㅟ")
_VOWEL_CLASS = tuple(next((row[0] for row in _ALIKE if vowel in row), vowel) for vowel in VOWELS)
