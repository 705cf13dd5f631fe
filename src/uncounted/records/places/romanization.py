"""Romanisation of Korean place names by rule: the DPRK's, the South's and McCune-Reischauer.

Sounds that meet are changed, unlike in names of people (`records.names.lattice`).
"""

from __future__ import annotations

from uncounted.records.names.romanization_tables import systems
from uncounted.records.names.syllables import FIRST, LAST, fold

_NIUN, _RIUL, _MIUM = 2, 5, 6
_SYSTEMS = {"south": 0, "north": 3, "scholars": 4}  # columns of `romanization_systems.csv`
_VOICED = {"k": "g", "t": "d", "p": "b", "ch": "j"}
_LENIS = (0, 3, 7, 12)  # onsets that are voiced after the codas of `_SONORANT`
_SONORANT = frozenset({0, 4, 8, 16, 21})


def is_hangul(text: str) -> bool:
    """Tell whether a text is nothing but composed syllables, at least one."""
    return bool(text) and all(FIRST <= ord(char) <= LAST for char in text)


def southern(text: str) -> str:
    """A name as the South writes its first sound: 룡천 is 용천, 라진 is 나진, 녕변 is 영변."""
    return chr(FIRST + fold(ord(text[0]) - FIRST)) + text[1:]


def spellings(text: str) -> frozenset[str]:
    """Every spelling of a name in Hangul by one of the three systems, in small letters.

    With and without the change of sounds that meet (Tongrim, Tongnim) and the South's first sound;
    without marks over letters and apostrophes.
    """
    return frozenset(
        _romanized(written, system, joined)
        for written in {text, southern(text)}
        for system in _SYSTEMS
        for joined in (False, True)
    )


def _romanized(text: str, system: str, joined: bool) -> str:
    letters, vowels, codas = systems()[_SYSTEMS[system]]
    numbers = [ord(char) - FIRST for char in text]
    onsets = [number // 588 for number in numbers]
    finals = [codas[number % 28] for number in numbers]
    if joined:
        _join(finals, onsets)
    out = []
    for at, onset in enumerate(onsets):
        initial = letters[onset]
        sounding = at > 0 and numbers[at - 1] % 28 in _SONORANT
        if system != "south" and sounding and onset in _LENIS:
            initial = _VOICED.get(initial, initial)
        if at > 0 and finals[at - 1] == "l" and onset == _RIUL:
            initial = "l"
        out.append(initial + vowels[numbers[at] // 28 % 21] + finals[at])
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
