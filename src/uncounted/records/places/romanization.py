"""Korean place names in Latin letters, by rule: as the DPRK, the South and scholars spell them.

Three systems: that of the DPRK (1992, without its marks over letters), McCune-Reischauer
(1939, likewise) and the South's Revised Romanization (2000). Names of places only: what a
person's name may be in Hangul is a matter of likelihood, and for `linkage`.
"""

from __future__ import annotations

_FIRST, _LAST = 0xAC00, 0xD7A3
_KIYOK, _NIUN, _TIGUT, _RIUL, _MIUM, _PIUP, _SIOT, _IUNG = 0, 2, 3, 5, 6, 7, 9, 11
# By initial: as it stands at the beginning or after a stop, and as it stands voiced.
_ONSETS = {
    "north": "k kk n t tt r m p pp s ss - j jj ch kh th ph h",
    "scholars": "k kk n t tt r m p pp s ss - ch tch ch k t p h",
    "south": "g kk n d tt r m b pp s ss - j jj ch k t p h",
}
_VOICED = {"k": "g", "t": "d", "p": "b", "ch": "j"}
_LENIS = (_KIYOK, _TIGUT, _PIUP, 12)
_VOWELS = {
    "north": "a ae ya yae o e yo ye o wa wae oe yo u wo we wi yu u ui i",
    "south": "a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i",
}
_CODAS = "- k k k n n n t l k m l l l p l m p p t t ng t t k t p t"
_SONORANT = frozenset({0, 4, 8, 16, 21})
_PALATAL = frozenset({2, 3, 6, 7, 12, 17, 20})


def parts(char: str) -> tuple[int, int, int]:
    """Initial, vowel and final of one syllable, by number in Unicode's order."""
    number = ord(char) - _FIRST
    return number // 588, number // 28 % 21, number % 28


def is_hangul(text: str) -> bool:
    """Tell whether a text is nothing but composed syllables, at least one."""
    return bool(text) and all(_FIRST <= ord(char) <= _LAST for char in text)


def southern(text: str) -> str:
    """A name as the South writes its first sound: 룡천 is 용천, 라진 is 나진, 녕변 is 영변."""
    onset, vowel, coda = parts(text[0])
    if onset == _RIUL:
        onset = _IUNG if vowel in _PALATAL else _NIUN
    elif onset == _NIUN and vowel in _PALATAL:
        onset = _IUNG
    return chr(_FIRST + onset * 588 + vowel * 28 + coda) + text[1:]


def spellings(text: str) -> frozenset[str]:
    """Every spelling of a name in Hangul by one of the three systems, in small letters.

    With and without the change of sounds that meet (Tongrim, Tongnim) and the South's first sound;
    without marks over letters and apostrophes.
    """
    return frozenset(
        _romanized(written, system, joined)
        for written in {text, southern(text)}
        for system in _ONSETS
        for joined in (False, True)
    )


def _romanized(text: str, system: str, joined: bool) -> str:
    syllables = [parts(char) for char in text]
    finals = [_CODAS.split()[coda].replace("-", "") for _, _, coda in syllables]
    onsets = [onset for onset, _, _ in syllables]
    if joined:
        _join(finals, onsets)
    vowels = _VOWELS["south" if system == "south" else "north"].split()
    letters = _ONSETS[system].split()
    out = []
    for at, (onset, (_, vowel, _)) in enumerate(zip(onsets, syllables, strict=True)):
        initial = letters[onset].replace("-", "")
        sounding = at > 0 and syllables[at - 1][2] in _SONORANT
        if system != "south" and sounding and onset in _LENIS:
            initial = _VOICED.get(initial, initial)
        if at > 0 and finals[at - 1] == "l" and onset == _RIUL:
            initial = "l"
        out.append(initial + vowels[vowel] + finals[at])
    return "".join(out)


def _join(finals: list[str], onsets: list[int]) -> None:
    """What changes where a final meets an initial, in place: ngr to ngn, kr to ngn, nr to ll."""
    for at in range(len(finals) - 1):
        final, onset = finals[at], onsets[at + 1]
        if onset == _RIUL and final in ("k", "t", "p", "m", "ng"):
            onsets[at + 1] = onset = _NIUN
        if onset in (_NIUN, _MIUM):
            finals[at] = {"k": "ng", "t": "n", "p": "m"}.get(final, final)
        if {final, "n" if onset == _NIUN else "r" if onset == _RIUL else ""} in (
            {"n", "r"},
            {"l", "n"},
        ):
            finals[at], onsets[at + 1] = "l", _RIUL
