"""Tables of romanization: the CSV files beside this module, which name their sources."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Literal

import attrs

from uncounted.records.data_files import table_rows

ONSETS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
CODAS = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")
# How usual syllables are in given names that `given_syllables.csv` does not list: readings of
# Chinese characters, and all others.
SHARE_OF_CHARACTERS, SHARE_OTHER = 0.03, 0.004

Shares = dict[str, float]


@attrs.frozen
class Spellings:
    """Each letter of Hangul with its spellings in one script and the share of each.

    `syllables` are spellings of a whole syllable that no sum of letters gives.
    """

    onsets: dict[str, Shares]
    vowels: dict[str, Shares]
    codas: dict[str, Shares]
    syllables: dict[str, Shares]


@cache
def spellings(script: Literal["latin", "cyrillic", "pinyin"]) -> Spellings:
    """The spellings of a script; of pinyin only those that `pinyin.txt` weighs too low."""
    parts: dict[str, dict[str, Shares]] = {"onset": {}, "vowel": {}, "coda": {}, "syllable": {}}
    for row in table_rows(__package__, "romanization.csv"):
        if row["script"] == script:
            pairs = (pair.split("=") for pair in row["spellings"].split())
            shares = {_letters(spelling): float(share) for spelling, share in pairs}
            parts[row["part"]][_letters(row["letter"])] = shares
    return Spellings(*parts.values())


def _letters(cell: str) -> str:
    return "" if cell == "-" else cell


@cache
def given_syllables() -> dict[str, float]:
    """How usual a syllable is in given names, of those that are."""
    rows = table_rows(__package__, "given_syllables.csv")
    return {syllable: float(row["share"]) for row in rows for syllable in row["syllables"]}


@cache
def systems() -> tuple[tuple[list[str], list[str], list[str]], ...]:
    """Onsets, vowels and codas in each system of `romanization_systems.csv`, in its order."""
    rows = table_rows(__package__, "romanization_systems.csv")

    def column(part: str, system: str) -> list[str]:
        return [row[system] for row in rows if row["part"] == part]

    return tuple(
        (column("onset", system), column("vowel", system), column("coda", system))
        for system in list(rows[0])[2:]
    )


@cache
def character_variants() -> dict[str, str]:
    """A character of a family name with the other forms of it, itself first."""
    rows = table_rows(__package__, "character_variants.csv")
    return {row["character"]: row["character"] + row["variants"] for row in rows}


@attrs.frozen
class Surname:
    """A family name of Korea or China: its share of people in percent, and how it is written."""

    share: float
    hangul: tuple[str, ...]  # the Southern spelling, then the Northern one if it differs
    latin: tuple[str, ...]
    characters: tuple[str, ...]
    pinyin: tuple[str, ...]


@cache
def surnames(country: Literal["KR", "CN"]) -> tuple[Surname, ...]:
    """The family names of Korea, or those of China that are none, or rare ones, of Korea's."""
    scripts = ("hangul", "latin", "characters", "pinyin")
    return tuple(
        Surname(float(row["share"]), *(tuple(row[script].split()) for script in scripts))
        for row in table_rows(__package__, "surnames.csv")
        if row["country"] == country
    )


def readings(file: Literal["hanja.txt", "pinyin.txt"]) -> list[tuple[str, str]]:
    """Rows of a table of readings: what stands before the tab, and what after it."""
    text = resources.files(__package__).joinpath(file).read_text("utf-8")
    return [
        (first, rest)
        for first, _, rest in (line.partition("\t") for line in text.splitlines())
        if not first.startswith("#")
    ]
