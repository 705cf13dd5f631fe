"""How a fictitious name is spelled: the South's orthography, three ways of Latin letters, slips.

Part of `make_returns.py`. Linkage has its own tables and shares nothing with these.
"""

from __future__ import annotations

from examples.returns_people import Dice, options, text

INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
FINALS = " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
LATIN_FINAL = dict(zip(" ㄱㄴㄹㅁㅂㅇㅅ", ("", "k", "n", "l", "m", "p", "ng", "t"), strict=True))
_NORTH = "k kk n t tt r m p pp s ss . j jj ch kh th ph h"
_SOUTH = "g kk n d tt r m b pp s ss . j jj ch k t p h"
LATIN_INITIAL = {
    style: dict(zip(INITIALS, letters.split(), strict=True))
    for style, letters in (("north", _NORTH), ("south", _SOUTH))
}
YOUNG = {"south": "young:7 yeong:3 yong:1", "abroad": "yong:6 young:6 yeong:2 yung:1"}
OPEN_NEVER = ("u", "yu", "you")
DROPPED = "ㅣㅑㅕㅖㅛㅠ"


def _split(syllable: str) -> tuple[str, str, str]:
    code = ord(syllable) - 0xAC00
    return INITIALS[code // 588], VOWELS[code % 588 // 28], FINALS[code % 28]


def _join(initial: str, vowel: str, final: str) -> str:
    code = (INITIALS.index(initial) * 21 + VOWELS.index(vowel)) * 28 + FINALS.index(final)
    return chr(0xAC00 + code)


def southern(given: str) -> str:
    """Apply the South's rule for a sound that opens a word: 련희 becomes 연희, 란 becomes 난."""
    initial, vowel, final = _split(given[0])
    if initial in "ㄴㄹ" and vowel in DROPPED:
        initial = "ㅇ"
    elif initial == "ㄹ":
        initial = "ㄴ"
    return _join(initial, vowel, final) + given[1:]


def _syllable(dice: Dice, syllable: str, style: str, *, after: bool) -> str:
    """Spell one syllable in Latin letters, as this style does or happens to."""
    initial, vowel, final = _split(syllable)
    if style == "north":
        letters = LATIN_INITIAL["north"][initial].replace(".", "")
        if after and letters == "k" and dice.chance(0.25):
            letters = "g"
        return letters + text("names.toml", "vowels", "north", vowel) + LATIN_FINAL[final]
    if syllable == "영":
        return dice.weighted(options(YOUNG[style]))
    letters = LATIN_INITIAL["south"][initial].replace(".", "")
    if letters == "g" and dice.chance(0.6 if style == "south" else 0.75):
        letters = "k"
    if style == "abroad":
        if letters in ("b", "d") and dice.chance(0.25):
            letters = {"b": "p", "d": "t"}[letters]
        if letters == "j" and dice.chance(0.12):
            letters = "ch"
    sounds = options(text("names.toml", "vowels", style, vowel))
    if final == " " and vowel not in "ㅜㅠ":
        sounds = {sound: w for sound, w in sounds.items() if sound not in OPEN_NEVER} or sounds
    elif vowel == "ㅣ" and final != " ":
        sounds = {"i": 1}
    return letters + dice.weighted(sounds) + LATIN_FINAL[final]


def latin_given(dice: Dice, given: str, style: str) -> list[str]:
    """Spell a given name, syllable by syllable."""
    if (style == "south" and dice.chance(0.6)) or (style == "abroad" and dice.chance(0.3)):
        given = southern(given)
    return [_syllable(dice, s, style, after=at > 0).capitalize() for at, s in enumerate(given)]


CONFUSED = {
    "ㅐ": "ㅔ", "ㅔ": "ㅐ", "ㅓ": "ㅗ", "ㅗ": "ㅓ", "ㅜ": "ㅡ", "ㅡ": "ㅜ", "ㅕ": "ㅓ",
    "ㅣ": "ㅢ", "ㅢ": "ㅣ", "ㅏ": "ㅓ", "ㅘ": "ㅏ", "ㅠ": "ㅜ", "ㅛ": "ㅗ", "ㅖ": "ㅔ",
}  # fmt: skip


def mistyped_hangul(dice: Dice, name: str) -> str:
    """One letter of one syllable is another: misheard or mistyped."""
    at = dice.between(1, len(name) - 1)
    initial, vowel, final = _split(name[at])
    kind = dice.weighted({"vowel": 5, "final": 4, "initial": 2})
    if kind == "vowel":
        vowel = CONFUSED.get(vowel, "ㅏ")
    elif kind == "final":
        final = dice.pick([f for f in " ㄱㄴㄹㅁㅇ" if f != final])
    else:
        initial = dice.pick([i for i in "ㄱㅋㅇㅅㅈㅊㅎㅂ" if i != initial])
    return name[:at] + _join(initial, vowel, final) + name[at + 1 :]


def mistyped_latin(dice: Dice, word: str) -> str:
    """One letter is dropped, doubled, swapped with the next, or another."""
    at = dice.between(1, len(word) - 1) if len(word) > 2 else len(word) - 1
    kind = dice.weighted({"drop": 3, "double": 2, "swap": 3, "other": 3})
    if kind == "drop" and len(word) > 2:
        return word[:at] + word[at + 1 :]
    if kind == "double":
        return word[: at + 1] + word[at:]
    if kind == "swap" and at + 1 < len(word):
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + dice.pick("aeionmgkhu") + word[at + 1 :]
