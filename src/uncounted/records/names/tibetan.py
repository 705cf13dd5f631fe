"""Names in Tibetan script as they are spoken, in Latin letters.

The spelling has letters that are not spoken: a prefix, a letter above the root, a suffix (bstan
'dzin, Tenzin). Which is the root follows from the letters, and its sound from what is below it: the
rules of D. Germano and N. Tournadre, "THL Simplified Phonetic Transcription of Standard Tibetan"
(2003), without tones, length, aspiration and umlauts. Words are not set apart; names have two
syllables each, as a rule.
"""

from __future__ import annotations

import re

_SYLLABLE = re.compile("[\u0f40-\u0f6c\u0f71-\u0f7d\u0f80\u0f90-\u0fbc]+")
_RUN = re.compile("[\u0f0b-\u0f14\u0f40-\u0fbc]+")  # with the signs between syllables
_SOUNDS = "k k g ng ch ch j ny t t d n p p b m ts ts dz w sh z - y r l sh s h -"
_ROOTS = dict(zip("ཀཁགངཅཆཇཉཏཐདནཔཕབམཙཚཛཝཞཟའཡརལཤསཧཨ", _SOUNDS.split(), strict=True))
_VOWELS = {"\u0f72": "i", "\u0f74": "u", "\u0f7a": "e", "\u0f7c": "o"}
_YA, _RA, _LA, _WA = "\u0fb1", "\u0fb2", "\u0fb3", "\u0fad"
_BELOW = _YA + _RA + _LA + _WA
_INDIAN = re.compile("(?<=པ)དྨ|(?<=ཀ)རྨ")  # padma and karma: a letter above that ends a syllable
_ABOVE, _PREFIXES = "རལས", "གདབམའ"
_WITH_YA = {"k": "ky", "g": "gy", "p": "ch", "b": "j", "m": "ny"}
_WITH_RA = {**dict.fromkeys("ktp", "tr"), **dict.fromkeys("gdb", "dr"), "h": "hr"}
_SUFFIXES = {"ག": "k", "ང": "ng", "ན": "n", "བ": "p", "མ": "m", "ར": "r", "ལ": "l"}
_FRONT = "དནལས"  # suffixes before which a is e


def spoken(text: str) -> str:
    """A text whose words in Tibetan script are in Latin letters, two syllables a word.

    Examples:
        >>> spoken("བསྟན་འཛིན་རྒྱ་མཚོ"), spoken("རྡོ་རྗེ"), spoken("Dorje")
        ('tendzin gyatso', 'dorje', 'Dorje')
    """
    if not _RUN.search(text):
        return text
    return " ".join(_RUN.sub(lambda run: f" {_words(run[0])} ", text).split())


def _words(run: str) -> str:
    found = _SYLLABLE.findall(_INDIAN.sub(lambda stack: f"{stack[0][0]}་མ", run))
    return " ".join(_word(found[at : at + 2]) for at in range(0, len(found), 2))


def _word(syllables: list[str]) -> str:
    word = ""
    for syllable in syllables:
        word += _spoken(syllable, after=word)
    return word


def _spoken(syllable: str, after: str) -> str:
    """One syllable after another of its word; a letter above it, or ' before it, may join them."""
    stacks = _stacks(syllable)
    at = _root(stacks)
    letters, vowel = stacks[at]
    above, sound = _onset(letters, prefix=stacks[at - 1][0] if at else "")
    open_before = after[-1:] in tuple("aeiou")
    nasal = at and stacks[at - 1][0] == "འ" and sound[:1] in tuple("gdjk") and sound != "dz"
    if open_before and above == "ར" and not at:
        sound = "r" + sound
    elif open_before and nasal:
        sound = "n" + sound
    elif open_before and letters == "བ" and not at and vowel in ("", "o"):
        sound = "w"
    suffix = stacks[at + 1][0] if len(stacks) > at + 1 else ""
    vowel = vowel or ("e" if suffix and suffix in _FRONT else "a")
    return sound + vowel + _SUFFIXES.get(suffix, "")


def _stacks(syllable: str) -> list[tuple[str, str]]:
    """The letters of a syllable, each with what is below it, and its vowel if it has a sign."""
    out: list[tuple[str, str]] = []
    for char in syllable:
        if "\u0f40" <= char <= "\u0f6c":
            out.append((char, ""))
        elif out and char in _VOWELS:
            out[-1] = (out[-1][0], _VOWELS[char])
        elif out and "\u0f90" <= char <= "\u0fbc":
            out[-1] = (out[-1][0] + char, out[-1][1])
    return out or [("ཨ", "")]


def _root(stacks: list[tuple[str, str]]) -> int:
    """Which letter is the root: one with a vowel or letters below, but for -'i; else by place."""
    for at, (letters, vowel) in enumerate(stacks):
        if (vowel or len(letters) > 1) and not (at and letters == "འ"):
            return at
    if len(stacks) < 3 or stacks[0][0] not in _PREFIXES:
        return 0
    after = len(stacks) == 3 and stacks[2][0] == "ས" and stacks[1][0] in "གངབམ"
    return 0 if after else 1


def _onset(letters: str, prefix: str) -> tuple[str, str]:
    """The letter above the root, if there is one, and how root and what is below it sound."""
    above = ""
    below = letters[1:]
    root = letters[0]
    if below and root in _ABOVE and below[0] not in _BELOW:
        if below[0] == "\u0fb7":  # lha
            return "", "lh"
        above, root, below = root, chr(ord(below[0]) - 0x50), below[1:]
    sound = _ROOTS.get(root, "").replace("-", "")
    if root == "བ" and prefix == "ད":
        return above, "y" if _YA in below else "r" if _RA in below else "w"
    if _LA in below:
        return above, "d" if root == "ཟ" else "l"
    if _YA in below:
        sound = _WITH_YA.get(sound, sound)
    if _RA in below:
        sound = _WITH_RA.get(sound, sound)
    return above, sound
