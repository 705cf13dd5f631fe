"""Words in abugidas, scripts whose consonants have an inherent vowel, in Latin letters.

`anyascii` transliterates letter by letter, so it leaves inherent vowels out: मोहन is "mohn".
Scripts of India, Sinhala and Khmer write a vowel sign for another vowel, or a virama for none
(Unicode Standard, chapters 12, 13 and 16). Thai writes neither: between two consonants the vowel is
o where the second ends the syllable, and a elsewhere.
"""

from __future__ import annotations

import re
import unicodedata

from anyascii import anyascii

_NORTHERN = frozenset({"DEVANAGARI", "BENGALI", "GURMUKHI", "GUJARATI"})
_SOUTHERN = frozenset({"ORIYA", "TAMIL", "TELUGU", "KANNADA", "MALAYALAM", "SINHALA", "KHMER"})
SCRIPTS = _NORTHERN | _SOUTHERN | {"THAI"}
_VIRAMA, _NUKTA = 9, 7  # combining classes
# Parts of the Unicode names of letters: of a consonant alone, of nasals, of sh.
_WITHOUT = "CHILLU", "KHANDA"
_NASAL = "ANUSVARA", "BINDI", "TIPPI"
_SIBILANTS = " SHA", " SSA", "TAALUJA SAYANNA", "MUURDHAJA SAYANNA"

# In the north the vowel is dropped between two syllables that have one (Kamla).
_DROPPED = re.compile("([aeiou@][^aeiou@]h?)@(?=[^aeiou@]h?[aeiou@])")
_VOICED = re.compile("(?<=[aeiou@])k(?=[aeiou@])")  # Tamil has one letter for k and g
_PALATAL = re.compile("c(?!h)")  # anyascii's c of these scripts

_THAI = "[\u0e01-\u0e2c\u0e2e]"  # consonants
_SIGNS = "\u0e2d\u0e30-\u0e3a\u0e40-\u0e45\u0e47"  # vowels
_CLUSTER = "\u0e23\u0e25\u0e27"  # r, l and w after another consonant
_THAI_STEPS = tuple(
    (re.compile(old), new)
    for old, new in (
        ("\u0e4d\u0e32", "\u0e33"),  # am
        (f"{_THAI}[\u0e34\u0e38]?\u0e4c", ""),  # silent
        ("[\u0e48-\u0e4c\u0e4e]", ""),  # tones
        ("\u0e2b(?=[\u0e07\u0e0d\u0e19\u0e21\u0e22\u0e23\u0e25\u0e27])", ""),  # h of a tone
        (f"\u0e23\u0e23(?={_THAI})", "\u0e30"),  # a
        ("\u0e23\u0e23", "\u0e31\u0e19"),  # an
        (f"([\u0e40-\u0e44])({_THAI}|\u0e2d)", r"\2\1"),  # vowels written first
        ("\u0e2d(?=[\u0e30-\u0e3a\u0e40-\u0e45])", ""),  # no consonant
        (f"(?<=[{_SIGNS}])({_THAI})\u0e23(?![{_SIGNS}])", r"\1"),  # chitr
        (f"(?<![{_SIGNS}])({_THAI})({_THAI})(?![{_SIGNS}])", r"\1o\2"),
        (f"(?<![{_SIGNS}o])({_THAI})(?=(?![{_CLUSTER}]){_THAI})", r"\1a"),
    )
)


def spelled_out(word: str, script: str) -> str:
    """A folded word in Latin letters, with inherent vowels; `script` is one of `SCRIPTS`.

    Examples:
        >>> spelled_out("मोहन", "DEVANAGARI"), spelled_out("মাহমুদ", "BENGALI")
        ('mohan', 'mahmud')
        >>> spelled_out("สมชาย", "THAI"), spelled_out("วงศ์คำ", "THAI")
        ('somchay', 'wongkham')
    """
    if script == "THAI":
        for old, new in _THAI_STEPS:
            word = old.sub(new, word)
        return transliterated(word)
    letters = _marked(word)
    if script in _NORTHERN:
        letters = _DROPPED.sub(r"\1", letters)
    if script == "TAMIL":
        letters = _VOICED.sub("g", letters.replace("c", "s"))
    return _PALATAL.sub("ch", letters.replace("@", "a"))


def transliterated(text: str) -> str:
    """A text letter by letter in Latin letters and digits, as any script is by `anyascii`."""
    return "".join(char for char in anyascii(text).lower() if char.isalnum())


def _marked(word: str) -> str:
    """In letters, with @ for each inherent vowel.

    The last consonant of a word has none, as in most names, but after another consonant.
    """
    out = []
    for at, char in enumerate(word):
        after = next((c for c in word[at + 1 :] if unicodedata.combining(c) != _NUKTA), "")
        name = unicodedata.name(char, "")
        out.append(_letters_of(char, name, after))
        if unicodedata.category(char) != "Lo" or not out[-1] or out[-1][-1] in "aeiou":
            continue
        if after:
            ends = _replaces(after)
        else:
            ends = not at or unicodedata.combining(word[at - 1]) != _VIRAMA
        if not ends and not any(each in name for each in _WITHOUT):
            out.append("@")
    return "".join(out)


def _letters_of(char: str, name: str, after: str) -> str:
    """Where letter by letter is not what a name is spelt with: Krishna, Sanjay, Kishor."""
    if "VOCALIC R" in name:
        return "ri"
    if any(each in name for each in _NASAL) and after:
        return "m" if transliterated(after).startswith(("p", "b", "m")) else "n"
    if name.endswith(_SIBILANTS):
        return "sh"
    return transliterated(char)


def _replaces(sign: str) -> bool:
    """Whether this is the sign of another vowel than the inherent one, or a virama."""
    is_virama = unicodedata.combining(sign) == _VIRAMA
    return is_virama or "VOWEL SIGN" in unicodedata.name(sign, "")
