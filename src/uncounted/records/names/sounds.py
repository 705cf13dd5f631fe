"""Words of names in any script as rows of sounds, a letter each, for comparing spellings.

Letters of a script with a language pack by its table, other scripts by `anyascii`, Latin letters
by what spellings of names have in common in many languages: kh, x and h are near, ou is u, a double
letter is one. Not a transcription: only whether two words may be spellings of one name is asked.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii

from uncounted.records.names import abugidas, tibetan
from uncounted.records.names.languages.pack import Language, by_script, romanizations

# I and U are written long (ee, ou); E is ai, ei; W is au, aw; A a written long a; 3 any vowel or
# none (ayn, alif); H e, a or h at an end. S sh, C ch, Z zh, X kh, G gh, T th, D dh, N ng.
VOWELS = "aeiouIUEWA3H"
CONSONANTS = "bcdfghjklmnpqrstvwyzSCZXGTDN"
SOUNDS = VOWELS + CONSONANTS
UNWRITTEN = "~"  # begins the sounds of a word whose short vowels are not written
_WITHOUT_VOWELS = ("ARABIC", "HEBREW")
_LONGEST = 60
# Combining classes: of marks from this on, but for vowel signs of Telugu, Thai, Lao and Tibetan.
_MARKS, _VOWEL_SIGNS = 10, frozenset((84, 91, 103, 118, 129, 130, 132))
_LONGEST_TEXT = 1000

_CONSONANT = "[\u1000-\u1021]"
# Burmese: a consonant begins a syllable if no sign kills it and it is not below another.
_BEGINS = re.compile(f"(?<=[^ \u1039])(?={_CONSONANT}(?!\u1037?\u103a|\u1039))")
_STACKED = re.compile(f"({_CONSONANT})\u103a?\u1039")
_INDEPENDENT = str.maketrans(
    {"ဣ": "အိ", "ဤ": "အီ", "ဥ": "အု", "ဦ": "အူ", "ဧ": "အေ", "ဩ": "အော", "ဪ": "အော်"}
)

_STEPS = tuple(
    (re.compile(old), new)
    for old, new in (
        ("shch|schtsch|tsch", "C"),
        ("sch|sh", "S"),
        ("tch|tj(?=[aeiou])|ch", "C"),
        ("zh", "Z"),
        ("kh", "X"),
        ("gh", "G"),
        ("th", "T"),
        ("dh", "D"),
        ("ph", "f"),
        ("ck|cq", "k"),
        ("dj", "j"),
        ("t[sz](?=[aeiouyk]|$)", "c"),
        ("qu(?=[ei])", "k"),
        ("x", "ks"),
        ("c(?=[eiy])", "s"),
        ("c", "k"),
        ("ng", "N"),
        (r"(.)\1+", r"\1\1"),
        ("oo|ou", "U"),
        ("ee", "I"),
        (r"([^aeiou])\1", r"\1"),
        ("(?:ii|iy|yi|yy|ij|ey)$", "i"),
        ("(?<=[^aeiouyIUEWA3])[iy][iyj](?=[aouU])", "i"),
        ("(?<=[^aeiouyIUEWA3])[yj](?=[aouU])", "i"),
        ("^i(?=[aouU])", "y"),
        ("^ye", "e"),
        ("[ae][iy](?![aeiouIU])", "E"),
        ("a[uw](?![aeiouIU])|ow(?![aeiouIU])", "W"),
        ("(?<=[^aeiouy])y(?![aeiouIU])|^y(?![aeiouIU])", "i"),
        ("(?<=[ae])h$", ""),
        ("(?<=[aeiou])h(?=[bcdfgjklmnpqrstvz])(?<=oh)", ""),
        (r"([a-zA-Z])\1+", r"\1"),
    )
)


def folded(text: str, *, as_written: bool = False) -> str:
    """A text in small letters, words a space apart: no accents, apostrophes or signs.

    But for `as_written`, names in Tibetan script, and those of a language that shares its script
    with others and whose pack has them so, are in Latin letters.
    """
    text = text[:_LONGEST_TEXT]
    if text.isascii():
        text = text.casefold()
    else:
        if not as_written:
            text = tibetan.spoken(text)
            for each in romanizations():
                text = each.romanized(text)
        apart = "".join(map(_apart, text.casefold()))
        text = "".join(c for c in apart if c != "ـ" and _is_own(c))
        text = unicodedata.normalize("NFC", text)
    return " ".join("".join(map(_kept, text)).split())


def _apart(char: str) -> str:
    """A letter and its marks, but those of Cyrillic letters, which make other letters."""
    return char if "Ѐ" <= char <= "ӿ" else unicodedata.normalize("NFKD", char)


def _is_own(char: str) -> bool:
    """No mark, or a mark that is a letter's own: a virama, nukta or vowel sign."""
    combining = unicodedata.combining(char)
    return combining < _MARKS or combining in _VOWEL_SIGNS


def _kept(char: str) -> str:
    if char.isalnum() or unicodedata.category(char)[0] == "M":
        return char
    return "" if char in "'‘’ʼ`´ʻʹ\u200c\u200d" else " "


def syllables(text: str) -> str:
    """A text in Burmese script with a space before each syllable.

    Examples:
        >>> syllables("အောင်ကျော်")
        'အောင် ကျော်'
    """
    return _BEGINS.sub(" ", _STACKED.sub("\\1\u103a", text.translate(_INDEPENDENT)))


@lru_cache(maxsize=65536)
def script_of(word: str) -> str:
    """The script of a word's first letter, as Unicode names it: LATIN, ARABIC, MYANMAR."""
    for char in word:
        if char.isalpha():
            return "LATIN" if char.isascii() else unicodedata.name(char, "OTHER").split()[0]
    return "LATIN"


@lru_cache(maxsize=1 << 17)
def sounds(word: str) -> str:
    """The sounds of a folded word; begins with `UNWRITTEN` where short vowels are not written.

    Examples:
        >>> sounds("youssef"), sounds("yusuf"), sounds("حسن"), sounds("хрущев")
        ('yUsef', 'yusuf', '~hsn', 'XruCev')
    """
    script = script_of(word)
    if script == "LATIN":
        return _of_latin(anyascii(word).lower()) if not word.isascii() else _of_latin(word)
    language = by_script().get(script)
    if language is not None and language.letters:
        letters = _of_letters(word, language)
    elif script in abugidas.SCRIPTS:
        letters = abugidas.spelled_out(word, script)
    else:
        letters = abugidas.transliterated(word)
    if script in _WITHOUT_VOWELS:
        return UNWRITTEN + "".join(char for char in letters if char in SOUNDS)[:_LONGEST]
    return _of_latin(letters)


def _of_letters(word: str, language: Language) -> str:
    if language.rhymes:
        return "".join(_of_syllable(part, language) for part in syllables(word).split())
    out = []
    for at, char in enumerate(word):
        table = language.first if at == 0 else language.last if at == len(word) - 1 else {}
        found = table.get(char, language.letters.get(char))
        out.append(anyascii(char).lower() if found is None else found)
    return "".join(out)


def _of_syllable(word: str, language: Language) -> str:
    """Letters before the vowel by the longest that the table has, and the rest as a rhyme."""
    for size in range(min(4, len(word)), 0, -1):
        onset = language.letters.get(word[:size])
        if onset is None:
            continue
        rest, glides = word[size:], ""
        while rest and rest not in language.rhymes and rest[0] in _MEDIALS:
            glides += rest[0]
            rest = rest[1:]
        if rest in language.rhymes:
            y = "y" if ("ျ" in glides or "ြ" in glides) and not onset.endswith("y") else ""
            return (
                ("h" if "ှ" in glides else "")
                + onset
                + y
                + ("w" if "ွ" in glides else "")
                + language.rhymes[rest]
            )
    return abugidas.transliterated(word)


_MEDIALS = "ျြွှ"


def _of_latin(word: str) -> str:
    for old, new in _STEPS:
        word = old.sub(new, word)
    return "".join(char for char in word if char in SOUNDS)[:_LONGEST]


_CLASSES = str.maketrans(
    {
        **dict.fromkeys("bp", "p"),
        "f": "f",
        **dict.fromkeys("dtT", "t"),
        **dict.fromkeys("szcSCZjD", "s"),
        **dict.fromkeys("kq", "k"),
        **dict.fromkeys("mnN", "n"),
        **dict.fromkeys("hXgGyvw~", ""),
        **dict.fromkeys("lr", "l"),
        **dict.fromkeys(VOWELS, ""),
    }
)


def skeleton(word: str) -> str:
    """A coarse key that spellings of one word share in any script: classes of its consonants.

    Examples:
        >>> skeleton("mohammed"), skeleton("محمد"), skeleton("shevchenko"), skeleton("шевченко")
        ('nt', 'nt', 'snk', 'snk')
    """
    return skeleton_of(sounds(word))


def skeleton_of(heard: str) -> str:
    """The `skeleton` of a row of sounds."""
    keyed = re.sub(r"(.)\1+", r"\1", heard.translate(_CLASSES))
    return keyed or heard
