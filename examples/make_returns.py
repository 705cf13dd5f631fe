"""Make the example: people who were never born, returned by nobody, as four lists saw them.

    python examples/make_returns.py              writes examples/returns/
    python examples/make_returns.py --describe   prints what the truth is

Nobody in it exists. The script takes nothing from any real list and shares nothing with
the linkage that is tried on it: how names are spelled here is in `names.toml` and
`places.toml`, and was written down before anything was linked. It is not to be made easier.

How a person comes to be on a list is in `capture_probability`, in words in `CAPTURE`, and
the page of the demo repeats it. Everything follows from one seed and from
`random.Random.random`, whose values are the same on every version of Python.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import functools
import io
import json
import math
import random
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

HERE = Path(__file__).resolve().parent
SEED = 20150101
PEOPLE = 1500
LISTS = ("Saebyok", "TumenWatch", "Panel", "OpenDoor")

CAPTURE = (
    "Each person belongs to one of two groups that no list records. About four in ten were later "
    "freed and reached the South, where organisations can ask them: each list has a good chance "
    "of them. The others were not, and each list hears of them only through relatives and "
    "witnesses: a small chance. After 2019 far fewer reached the South.",
    "Within both groups the chance differs by list, region, year and sex: TumenWatch knows "
    "Ryanggang well and the rest less; Panel asks mostly about returns after 2019; OpenDoor "
    "began in 2017; Saebyok speaks with more women than men.",
    "The lists are not independent given all that: Panel asks TumenWatch for names, so that whoever "
    "is on TumenWatch's list is more often on Panel's; and who speaks for one member of a family "
    "speaks for the others.",
)


# --- chance --------------------------------------------------------------------------------


class Dice:
    """A seeded source of chance that uses only `Random.random`."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed).random

    def chance(self, p: float) -> bool:
        """True with probability `p`."""
        return self._random() < p

    def below(self, n: int) -> int:
        """A whole number from 0 to n - 1."""
        return int(self._random() * n)

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + self.below(high - low + 1)

    def pick[T](self, options: Sequence[T]) -> T:
        """One of these, all alike."""
        return options[self.below(len(options))]

    def weighted[T](self, options: Mapping[T, float]) -> T:
        """One of these, by weight."""
        at = self._random() * sum(options.values())
        for option, weight in options.items():
            at -= weight
            if at < 0:
                return option
        return option

    def bell(self, spread: float) -> float:
        """Roughly normal about 0 (the sum of twelve uniforms)."""
        return spread * (sum(self._random() for _ in range(12)) - 6)

    def shuffled[T](self, items: Iterable[T]) -> list[T]:
        """The same items in another order."""
        return [item for _, item in sorted(((self._random(), item) for item in items), key=_first)]


def _first[T](pair: tuple[float, T]) -> float:
    return pair[0]


# --- tables --------------------------------------------------------------------------------


def _options(cell: str) -> dict[str, float]:
    """Read "Kim:50 Gim:1" (blanks inside a spelling are written as they are)."""
    if ":" not in cell:
        return {cell: 1.0}
    found: dict[str, float] = {}
    words: list[str] = []
    for word in cell.split():
        words.append(word)
        if ":" in word:
            spelling, _, weight = " ".join(words).rpartition(":")
            found[spelling] = float(weight)
            words = []
    return found


def _rows(text: str) -> list[list[str]]:
    return [line.split("|") for line in text.strip().splitlines()]


@dataclass(frozen=True)
class Surname:
    """A family name: Northern and Southern Hangul, Hanja, and spellings by weight."""

    north: str
    south: str
    hanja: str
    latin: Mapping[str, Mapping[str, float]]


@functools.cache
def _toml(name: str) -> dict[str, object]:
    return tomllib.loads((HERE / name).read_text("utf-8"))


def _text(name: str, *keys: str) -> str:
    value: object = _toml(name)
    for key in keys:
        assert isinstance(value, dict)
        value = value[key]
    assert isinstance(value, str)
    return value


@functools.cache
def surnames() -> dict[str, tuple[float, Surname]]:
    """Every surname with its weight, by its Northern spelling."""
    found = {}
    for north, south, weight, hanja, *latin in _rows(_text("names.toml", "surnames")):
        spellings = dict(zip(("south", "north", "abroad"), map(_options, latin), strict=True))
        found[north] = (float(weight), Surname(north, south, hanja, spellings))
    return found


@functools.cache
def _hanja() -> dict[str, str]:
    return {word[0]: word[1:] for word in _text("names.toml", "hanja", "table").split()}


@functools.cache
def _zipf(words: str) -> dict[str, float]:
    return {word: 1 / (rank + 3) for rank, word in enumerate(words.split())}


@dataclass(frozen=True)
class Place:
    """A county, its province, the region that capture depends on."""

    county: str
    province: tuple[str, str]
    south: tuple[str, str]
    north: tuple[str, str]
    region: str


@functools.cache
def origins() -> dict[Place, float]:
    """Where people come from, by weight."""
    return {
        Place(county, (long, short), (rr, rr_province), (nk, nk_province), region): float(weight)
        for weight, county, long, short, rr, nk, rr_province, nk_province, region in _rows(
            _text("places.toml", "origins")
        )
    }


@dataclass(frozen=True)
class Town:
    """A town where people are handed over, in its spellings."""

    hangul: str
    latin: str
    province: str
    region: str


@functools.cache
def towns() -> dict[Town, float]:
    """Where people are handed over, by weight."""
    rows = _rows(_text("places.toml", "handed"))
    return {Town(hangul, latin, prov, region): float(w) for w, hangul, latin, prov, region in rows}


# --- people --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Person:
    """Someone who never lived: what is true of them."""

    surname: str
    given: str
    hanja: str
    sex: str
    born: dt.date
    origin: Place
    returned: dt.date
    town: Town
    reached: bool
    family: int
    lean: Mapping[str, float]
    in_china: str | None
    lists: frozenset[str] = frozenset()


YEARS = {
    2015: 12, 2016: 13, 2017: 14, 2018: 13, 2019: 13,
    2020: 1.5, 2021: 3, 2022: 1, 2023: 20, 2024: 9.5,
}  # fmt: skip


def _batches(dice: Dice) -> dict[tuple[dt.date, Town], float]:
    """The days on which people were handed over: some few, some by the hundred."""
    found = {}
    for year, weight in YEARS.items():
        days = max(2, round(weight * 2.2))
        sizes = [1 / (rank + 1.5) for rank in range(days)]
        for size in sizes:
            day = dt.date(year, 1, 1) + dt.timedelta(dice.below(365))
            found[day, dice.weighted(towns())] = weight * size / sum(sizes)
    return found


def _given(dice: Dice, sex: str, year: int, first: str | None = None) -> str:
    age = "old" if year < 1962 else "mid" if year < 1983 else "young"
    seconds = _text("names.toml", "second", sex).split()
    if first is not None:
        return first + dice.pick([s for s in seconds if s != first])
    if dice.chance(0.05 if age == "young" else 0.02):
        return dice.weighted(_zipf(_text("names.toml", "single", sex)))
    if dice.chance(0.46):
        return dice.weighted(_zipf(_text("names.toml", "popular", f"{sex}_{age}")))
    opening = dice.weighted(_zipf(_text("names.toml", "first", sex)))
    return opening + dice.pick([s for s in seconds if s != opening])


def _as_hanja(dice: Dice, surname: str, given: str) -> str:
    table = _hanja()
    if any(syllable not in table for syllable in given):
        return ""
    return surnames()[surname][1].hanja + "".join(dice.pick(table[s]) for s in given)


def _born(dice: Dice, year: int) -> dt.date:
    age = dice.weighted({(15, 19): 6, (20, 29): 30, (30, 39): 29, (40, 49): 20, (50, 68): 15})
    return dt.date(year - dice.between(*age), 1, 1) + dt.timedelta(dice.below(365))


def _one(dice: Dice, when: dt.date, town: Town, family: int) -> Person:
    """One person handed over on that day in that town."""
    sex = "f" if dice.chance(0.75) else "m"
    born = _born(dice, when.year)
    surname = dice.weighted({name: weight for name, (weight, _) in surnames().items()})
    given = _given(dice, sex, born.year)
    return Person(
        surname=surname,
        given=given,
        hanja=_as_hanja(dice, surname, given),
        sex=sex,
        born=born,
        origin=dice.weighted(
            {
                place: w * (2.5 if place.region == town.region else 1)
                for place, w in origins().items()
            }
        ),
        returned=when,
        town=town,
        reached=dice.chance(0.51 if when.year < 2020 else 0.20),
        family=family,
        lean={name: dice.bell(0.5) for name in LISTS},
        in_china=dice.pick(_text("names.toml", "hanja", "in_china").split("\n")[:-1])
        if dice.chance(0.12)
        else None,
    )


def _relative(dice: Dice, head: Person) -> Person:
    """A brother, sister or child who was handed over with `head`."""
    other = _one(dice, head.returned, head.town, head.family)
    child = dice.chance(0.35) and head.returned.year - head.born.year > 24
    years = dice.between(20, 30) if child else dice.between(-7, 7)
    born = min(other.born.replace(year=head.born.year + years, day=1), head.returned)
    surname, first = head.surname, head.given[0] if len(head.given) == 2 else None
    if child:
        # A child bears the father's name; a mother keeps her own.
        first = None
        surname = other.surname if head.sex == "f" else head.surname
    given = _given(dice, other.sex, born.year, first)
    return replace(
        other,
        surname=surname,
        given=given,
        hanja=_as_hanja(dice, surname, given),
        born=born,
        origin=head.origin,
        reached=head.reached if dice.chance(0.8) else other.reached,
        lean=head.lean,
    )


def capture_probability(person: Person, source: str, on: Iterable[str] = ()) -> float:
    """How likely this list is to have this person, given the lists they are on already.

    This is the statement that `CAPTURE` puts in words: log-odds that add up.
    """
    year, region = person.returned.year, person.origin.region
    odds = -0.40 if person.reached else -2.25
    if source == "Saebyok":
        odds += 0.25 if person.sex == "f" else -0.55
    if source == "TumenWatch":
        odds += {"ryanggang": 0.9, "hamgyong-north": -0.1, "other": -0.4}[region]
    if source == "Panel":
        odds += (1.0 if year >= 2020 else -0.45) + (0.9 if "TumenWatch" in on else 0.0)
    if source == "OpenDoor":
        odds += -1.6 if year < 2017 else 0.15
    return 1 / (1 + math.exp(-(odds + person.lean[source])))


def _captured(dice: Dice, person: Person) -> Person:
    on: set[str] = set()
    for source in LISTS:
        if dice.chance(capture_probability(person, source, on)):
            on.add(source)
    return replace(person, lists=frozenset(on))


def population(seed: int = SEED) -> list[Person]:
    """Everyone who was returned, on a list or not."""
    dice = Dice(seed)
    batches = _batches(dice)
    people: list[Person] = []
    family = 0
    while len(people) < PEOPLE:
        family += 1
        head = _one(dice, *dice.weighted(batches), family)
        together = dice.weighted({0: 86, 1: 9, 2: 4, 3: 1})
        people += [head, *(_relative(dice, head) for _ in range(together))]
    return [_captured(dice, person) for person in people]


# --- how each list spells a name -------------------------------------------------------------

INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
FINALS = " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
LATIN_FINAL = {
    " ": "",
    "ㄱ": "k",
    "ㄴ": "n",
    "ㄹ": "l",
    "ㅁ": "m",
    "ㅂ": "p",
    "ㅇ": "ng",
    "ㅅ": "t",
}
LATIN_INITIAL: dict[str, dict[str, str]] = {
    "north": dict(
        zip(INITIALS, ["k", "kk", "n", "t", "tt", "r", "m", "p", "pp", "s", "ss", ".", "j", "jj", "ch", "kh", "th", "ph", "h"], strict=True)
    ),
    "south": dict(
        zip(INITIALS, ["g", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", ".", "j", "jj", "ch", "k", "t", "p", "h"], strict=True)
    ),
}
LATIN_VOWEL: dict[str, dict[str, str]] = {
    "north": {
        "ㅏ": "a", "ㅐ": "ae", "ㅑ": "ya", "ㅓ": "o", "ㅔ": "e", "ㅕ": "yo", "ㅖ": "ye", "ㅗ": "o",
        "ㅘ": "wa", "ㅚ": "oe", "ㅛ": "yo", "ㅜ": "u", "ㅝ": "wo", "ㅟ": "wi", "ㅠ": "yu", "ㅡ": "u",
        "ㅢ": "ui", "ㅣ": "i",
    },
    "south": {
        "ㅏ": "a:1", "ㅐ": "ae:1", "ㅑ": "ya:1", "ㅓ": "eo:5 u:4", "ㅔ": "e:1", "ㅕ": "yeo:3 you:2 yu:4",
        "ㅖ": "ye:3 yae:1", "ㅗ": "o:1", "ㅘ": "wa:1", "ㅚ": "oe:1", "ㅛ": "yo:1", "ㅜ": "u:5 oo:5",
        "ㅝ": "wo:1", "ㅟ": "wi:1", "ㅠ": "yu:4 yoo:2", "ㅡ": "eu:6 u:3", "ㅢ": "ee:6 ui:2 i:1",
        "ㅣ": "i:9 ee:1",
    },
    "abroad": {
        "ㅏ": "a:1", "ㅐ": "ae:6 e:2 ai:1", "ㅑ": "ya:1", "ㅓ": "o:5 eo:3 u:3", "ㅔ": "e:1",
        "ㅕ": "yo:5 you:3 yeo:2 yu:2", "ㅖ": "ye:3 e:1", "ㅗ": "o:1", "ㅘ": "wa:5 hwa:0", "ㅚ": "oe:4 oi:1",
        "ㅛ": "yo:1", "ㅜ": "u:6 oo:4", "ㅝ": "wo:4 uo:1", "ㅟ": "wi:3 ui:1", "ㅠ": "yu:3 yoo:1 iu:1",
        "ㅡ": "u:5 eu:3 oo:1", "ㅢ": "ui:3 ee:3 i:2", "ㅣ": "i:8 ee:2",
    },
}  # fmt: skip
YOUNG = {"south": "young:7 yeong:3 yong:1", "abroad": "yong:6 young:6 yeong:2 yung:1"}
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
        return letters + LATIN_VOWEL["north"][vowel] + LATIN_FINAL[final]
    if syllable == "영":
        return dice.weighted(_options(YOUNG[style]))
    letters = LATIN_INITIAL["south"][initial].replace(".", "")
    if letters == "g" and dice.chance(0.6 if style == "south" else 0.75):
        letters = "k"
    if style == "abroad":
        if letters in "bd" and letters and dice.chance(0.25):
            letters = {"b": "p", "d": "t"}[letters]
        if letters == "j" and dice.chance(0.12):
            letters = "ch"
    options = _options(LATIN_VOWEL[style][vowel])
    if final == " ":
        options = {
            sound: w for sound, w in options.items() if sound not in ("u", "yu", "you")
        } or options
        if vowel in "ㅜㅠ":
            options = _options(LATIN_VOWEL[style][vowel])
    elif vowel == "ㅣ":
        options = {"i": 1}
    return letters + dice.weighted(options) + LATIN_FINAL[final]


def _latin_given(dice: Dice, given: str, style: str) -> list[str]:
    if (style == "south" and dice.chance(0.6)) or (style == "abroad" and dice.chance(0.3)):
        given = southern(given)
    return [_syllable(dice, s, style, after=at > 0).capitalize() for at, s in enumerate(given)]


CONFUSED = {
    "ㅐ": "ㅔ", "ㅔ": "ㅐ", "ㅓ": "ㅗ", "ㅗ": "ㅓ", "ㅜ": "ㅡ", "ㅡ": "ㅜ", "ㅕ": "ㅓ", "ㅣ": "ㅢ", "ㅢ": "ㅣ",
    "ㅏ": "ㅓ", "ㅘ": "ㅏ", "ㅠ": "ㅜ", "ㅛ": "ㅗ", "ㅖ": "ㅔ",
}  # fmt: skip


def _mistyped_hangul(dice: Dice, name: str) -> str:
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


def _mistyped_latin(dice: Dice, word: str) -> str:
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


# --- what a report gets wrong ----------------------------------------------------------------


@dataclass(frozen=True)
class Seen:
    """What one report has of a person, before its list writes it down; None is missing."""

    person: Person
    given: str
    when: tuple[int, int, int]
    grain: str  # "day", "month", "year"
    about: bool
    born: tuple[int, int, int] | None
    born_grain: str
    sex: str | None
    origin: Place | None
    caught: bool
    alias: bool


def _misdated(dice: Dice, day: dt.date) -> tuple[int, int, int]:
    """A date as it is remembered: one in seven is wrong."""
    year, month, date = day.year, day.month, day.day
    kind = dice.weighted({"right": 86, "year": 4, "swap": 2, "month": 4, "days": 4})
    if kind == "year":
        year += dice.pick((-1, 1))
    elif kind == "swap" and date <= 12:
        month, date = date, month
    elif kind == "month":
        month = (month - 1 + dice.pick((-1, 1))) % 12 + 1
    elif kind == "days":
        date += dice.pick((-3, -2, -1, 1, 2, 3))
    return year, month, max(1, min(date, 28 if month == 2 else 30))


def _seen(dice: Dice, person: Person, source: str) -> Seen:
    """One report on a person, with what it leaves out and gets wrong."""
    caught = dice.chance(0.08)
    when = person.returned - dt.timedelta(dice.between(5, 90) if caught else 0)
    vague = {"Saebyok": 0.29, "TumenWatch": 0.30, "Panel": 0.32, "OpenDoor": 0.42}[source]
    grain = dice.weighted({"day": 1 - vague, "month": vague * 0.66, "year": vague * 0.34})
    born: tuple[int, int, int] | None = person.born.year, person.born.month, person.born.day
    if dice.chance({"Saebyok": 0.08, "TumenWatch": 0.12, "Panel": 0.15, "OpenDoor": 0.28}[source]):
        born = None
    elif born and dice.chance(0.15):
        # Korean ages count from one: a year off is the commonest slip.
        born = born[0] + dice.weighted({-1: 4, 1: 6, -2: 2, 2: 2, -10: 1, 10: 1}), *born[1:]
    given = person.given
    if dice.chance(0.03):
        given = _given(dice, person.sex, person.born.year)
    return Seen(
        person=person,
        given=given,
        when=_misdated(dice, when),
        grain=grain,
        about=grain != "day" and dice.chance(0.2),
        born=born,
        born_grain=dice.weighted({"day": 30, "month": 6, "year": 64}),
        sex=None
        if dice.chance(0.08)
        else {"f": "m", "m": "f"}[person.sex]
        if dice.chance(0.01)
        else person.sex,
        origin=None if dice.chance(0.14 if source != "OpenDoor" else 0.3) else person.origin,
        caught=caught,
        alias=given != person.given and dice.chance(0.6),
    )


# --- how each list writes it down --------------------------------------------------------------

MONTHS = tuple(
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]
)
Date = tuple[int, int, int]


def _korean_date(when: Date, grain: str, *, about: bool) -> str:
    year, month, day = when
    text = {
        "day": f"{year}년 {month}월 {day}일",
        "month": f"{year}년 {month}월",
        "year": f"{year}년",
    }[grain]
    return text + ("경" if about else "")


def _iso_date(when: Date, grain: str, *, about: bool) -> str:
    year, month, day = when
    text = {"day": f"{year}-{month:02}-{day:02}", "month": f"{year}-{month:02}", "year": f"{year}"}
    return text[grain] + ("~" if about else "")


def _long_date(when: Date, grain: str, *, about: bool) -> str:
    year, month, day = when
    name = MONTHS[month - 1]
    text = {"day": f"{day} {name} {year}", "month": f"{name} {year}", "year": f"{year}"}
    return ("about " if about else "") + text[grain]


def _short_date(when: Date, grain: str, *, about: bool) -> str:
    year, month, day = when
    if grain == "day":
        return f"{day} {MONTHS[month - 1][:3]} {year}"
    if grain == "month" and not about:
        return f"{month:02}/{year}"
    return _long_date(when, grain, about=about)


WRITE_DATE: dict[str, Callable[..., str]] = {
    "Saebyok": _korean_date,
    "TumenWatch": _iso_date,
    "Panel": _long_date,
    "OpenDoor": _short_date,
}

WORDS: dict[str, dict[str, str]] = {
    "Saebyok": {
        "f": "여", "m": "남", "returned": "강제북송", "caught": "체포",
        "border": "변방대", "police": "공안",
        "released": "석방", "fate-unknown": "생사불명", "labour-camp": "로동단련대",
        "prison-camp": "교화소", "political-prison-camp": "관리소", "died": "사망",
    },
    "TumenWatch": {
        "f": "F", "m": "M", "returned": "repatriated", "caught": "caught",
        "border": "border defence", "police": "PSB",
        "released": "released", "fate-unknown": "unknown", "labour-camp": "labor camp",
        "prison-camp": "kyohwaso", "political-prison-camp": "kwanliso", "died": "died",
    },
    "Panel": {
        "f": "Female", "m": "Male", "returned": "forced return", "caught": "arrest",
        "border": "Chinese border police", "police": "Chinese police",
        "released": "Released", "fate-unknown": "Fate and whereabouts unknown",
        "labour-camp": "Labour camp", "prison-camp": "Prison",
        "political-prison-camp": "Political prison camp", "died": "Died",
    },
    "OpenDoor": {
        "f": "w", "m": "m", "returned": "sent back", "caught": "arrested in China",
        "border": "Chinese border guard", "police": "Chinese police",
        "released": "free", "fate-unknown": "not known", "labour-camp": "labour camp",
        "prison-camp": "prison", "political-prison-camp": "political camp", "died": "dead",
    },
}  # fmt: skip


def _outcome(dice: Dice, person: Person) -> str:
    if person.reached:
        return "released" if dice.chance(0.7) else "labour-camp"
    return dice.weighted(
        {
            "fate-unknown": 60,
            "labour-camp": 14,
            "prison-camp": 14,
            "political-prison-camp": 7,
            "died": 5,
        }
    )


def _place(dice: Dice, seen: Seen, hangul: bool) -> str:
    if dice.chance(0.07):
        return ""
    if seen.caught:
        both = dice.pick(_rows(_text("places.toml", "arrested")))
        return both[0] if hangul else both[1]
    town = seen.person.town
    return dice.weighted(_options(town.hangul if hangul else town.latin))


def _common(dice: Dice, seen: Seen, source: str) -> dict[str, str]:
    """The cells that every list has, in its words."""
    words, write = WORDS[source], WRITE_DATE[source]
    return {
        "sex": words[seen.sex] if seen.sex else "",
        "birth": write(seen.born, seen.born_grain, about=False) if seen.born else "",
        "act": words["caught" if seen.caught else "returned"],
        "date": "" if dice.chance(0.03) else write(seen.when, seen.grain, about=seen.about),
        "place": _place(dice, seen, source == "Saebyok"),
        "authority": words[dice.weighted({"border": 3, "police": 2})] if dice.chance(0.6) else "",
        "outcome": words[_outcome(dice, seen.person)] if dice.chance(0.75) else "",
    }


def _surname(person: Person) -> Surname:
    return surnames()[person.surname][1]


def _hangul(dice: Dice, seen: Seen, given: str, *, south: float) -> str:
    surname = _surname(seen.person)
    family = surname.south if dice.chance(south) else surname.north
    return family + (southern(given) if dice.chance(south * 0.7) else given)


def _saebyok(dice: Dice, seen: Seen) -> dict[str, str]:
    """Hangul, in the South's orthography."""
    name = _hangul(dice, seen, seen.given, south=0.93)
    if dice.chance(0.05):
        name = _mistyped_hangul(dice, name)
    alias = _hangul(dice, seen, seen.person.given, south=0.93) if seen.alias else ""
    if not alias and seen.person.in_china and dice.chance(0.4):
        alias = seen.person.in_china.split("|")[0]
    home = seen.origin
    return {
        "name": name,
        "alias": alias,
        "origin": ""
        if home is None
        else dice.weighted(
            {
                f"{home.province[0]} {home.county}": 5,
                f"{home.province[1]} {home.county[:-1]}": 4,
                home.county: 2,
                home.province[0]: 1,
            }
        ),
    }


def _tumen_watch(dice: Dice, seen: Seen) -> dict[str, str]:
    """The romanisations that people in Seoul use, family and given name apart."""
    joined = dice.weighted({"-": 7, " ": 2, "": 2})
    family = dice.weighted(_surname(seen.person).latin["south"])
    parts = _latin_given(dice, seen.given, "south")
    given = joined.join([parts[0], *(p.lower() if joined != " " else p for p in parts[1:])])
    if dice.chance(0.05):
        given = _mistyped_latin(dice, given)
    alias = ""
    if seen.alias:
        alias = f"{family} {'-'.join(_latin_given(dice, seen.person.given, 'south'))}"
    elif seen.person.in_china and dice.chance(0.3):
        alias = seen.person.in_china.split("|")[1]
    home = seen.origin
    return {
        "family": family,
        "given": given,
        "alias": alias,
        "origin": ""
        if home is None
        else dice.weighted(
            {home.south[0]: 6, f"{home.south[0]}, {home.south[1]}": 3, home.south[1]: 1}
        ),
    }


def _panel(dice: Dice, seen: Seen) -> dict[str, str]:
    """The North's romanisation, family name first and in capitals."""
    family = dice.weighted(_surname(seen.person).latin["north"]).upper()
    given = " ".join(_latin_given(dice, seen.given, "north"))
    if dice.chance(0.04):
        given = _mistyped_latin(dice, given)
    alias = ""
    if seen.alias:
        alias = f"{family} {' '.join(_latin_given(dice, seen.person.given, 'north'))}"
    home = seen.origin
    return {
        "name": f"{family} {given}",
        "alias": alias,
        "origin": ""
        if home is None
        else dice.weighted(
            {
                f"{home.north[0]}, {home.north[1]} Province": 6,
                home.north[0]: 2,
                f"{home.north[1]} Province": 2,
            }
        ),
    }


def _open_door(dice: Dice, seen: Seen) -> dict[str, str]:
    """Given name first, as heard; sometimes with Hangul or Hanja beside it."""
    family = dice.weighted(_surname(seen.person).latin["abroad"])
    parts = _latin_given(dice, seen.given, "abroad")
    lower = [parts[0], *(part.lower() for part in parts[1:])]
    forms = {"".join(lower): 5.0, "-".join(parts): 3.0, "-".join(lower): 2.0, " ".join(parts): 3.0}
    forms[".".join(part[0] for part in parts) + "."] = 0.25
    given = dice.weighted(forms)
    if dice.chance(0.07) and "." not in given:
        given = _mistyped_latin(dice, given)
    name = dice.weighted(
        {f"{given} {family}": 88, f"{family} {given}": 9, given: 1, f"{given}{family}": 2}
    )
    other = ""
    kind = dice.weighted({"none": 62, "hangul": 20, "hanja": 18})
    if kind == "hangul":
        other = _hangul(dice, seen, seen.given, south=0.5)
    elif kind == "hanja" and seen.given == seen.person.given:
        other = seen.person.hanja
        if dice.chance(0.5):
            table = _text("names.toml", "hanja", "traditional"), _text("names.toml", "hanja", "simplified")
            other = other.translate(str.maketrans(*table))
    home = seen.origin
    return {
        "name": name,
        "alias": other,
        "origin": ""
        if home is None
        else dice.weighted(
            {
                home.north[0]: 4,
                home.south[0]: 2,
                home.north[1]: 4,
                f"{home.north[0]} ({home.north[1]})": 1,
            }
        ),
    }


@dataclass(frozen=True)
class Layout:
    """How a list's file looks: its columns in order, and what stands in each."""

    write: Callable[[Dice, Seen], dict[str, str]]
    columns: Mapping[str, str]
    number: Callable[[int], str]
    encoding: str
    delimiter: str
    consent: tuple[str, Mapping[str, float]] | None = None


LAYOUTS: dict[str, Layout] = {
    "Saebyok": Layout(
        _saebyok,
        {
            "번호": "id", "성명": "name", "이명": "alias", "성별": "sex", "출생": "birth", "고향": "origin",
            "사건": "act", "일시": "date", "장소": "place", "기관": "authority", "이후": "outcome",
            "동의": "consent",
        },
        lambda n: f"새벽-{n:04}",
        "utf-8",
        ",",
        ("동의", {"연계·통계": 95, "연계": 1, "": 4}),
    ),
    "TumenWatch": Layout(
        _tumen_watch,
        {
            "case_no": "id", "family_name": "family", "given_name": "given", "also_known_as": "alias",
            "sex": "sex", "born": "birth", "hometown": "origin", "event": "act", "event_date": "date",
            "event_place": "place", "by": "authority", "fate": "outcome", "consent": "consent",
        },
        lambda n: f"TW{2000 + n}",
        "utf-8-sig",
        ",",
        ("consent", {"link, statistics": 60, "link, statistics, share-with-un": 36, "": 4}),
    ),
    "Panel": Layout(
        _panel,
        {
            "Ref.": "id", "Name (family name in capitals)": "name", "Other names": "alias",
            "Gender": "sex", "Date of birth": "birth", "Place of origin": "origin", "Event": "act",
            "Date of event": "date", "Location": "place", "State agents": "authority",
            "Subsequent fate": "outcome",
        },
        lambda n: f"DPRK/{n:04}",
        "utf-8-sig",
        ";",
    ),
    "OpenDoor": Layout(
        _open_door,
        {
            "ID": "id", "Full name": "name", "Korean or Chinese": "alias", "w/m": "sex", "Born": "birth",
            "From": "origin", "What": "act", "When": "date", "Where": "place", "By whom": "authority",
            "Last known": "outcome", "OK to use?": "consent",
        },
        lambda n: f"{n}",
        "utf-16",
        "\t",
        ("OK to use?", {"yes": 97, "no": 3}),
    ),
}  # fmt: skip


# --- the files -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One row of a list and the truth about it: which person, and whether it may be counted."""

    source: str
    id: str
    person: int
    consented: bool
    cells: Mapping[str, str]


def _lines(dice: Dice, source: str, people: Sequence[Person]) -> list[Line]:
    """One list: who is on it, some of them twice, in the order in which it heard of them."""
    layout = LAYOUTS[source]
    on = [at for at, person in enumerate(people) if source in person.lists]
    again = [at for at in on if dice.chance(0.04)]
    found = []
    for number, at in enumerate(dice.shuffled(on + again), start=1):
        seen = _seen(dice, people[at], source)
        cells = _common(dice, seen, source) | layout.write(dice, seen)
        consented = True
        if layout.consent:
            cells["consent"] = dice.weighted(layout.consent[1])
            consented = cells["consent"] not in ("", "no", "연계")
        cells["id"] = layout.number(number)
        found.append(Line(source, cells["id"], at, consented, cells))
    return found


@functools.cache
def world(seed: int = SEED) -> tuple[tuple[Person, ...], tuple[Line, ...]]:
    """Everyone, and every row of every list."""
    people = population(seed)
    lines = [
        line
        for at, source in enumerate(LISTS, start=1)
        for line in _lines(Dice(seed + at), source, people)
    ]
    return tuple(people), tuple(lines)


def truth_table(*, consented: bool = True, seed: int = SEED) -> dict[str, int]:
    """Count people by capture pattern as perfect linkage would.

    Args:
        consented: count only reports whose consent allows linking and statistics.
        seed: of the world.

    Returns:
        People by pattern, one character a list in the order of `LISTS`; on no list is left out.
    """
    on: dict[int, set[str]] = {}
    for line in world(seed)[1]:
        if line.consented or not consented:
            on.setdefault(line.person, set()).add(line.source)
    counts = Counter("".join("01"[name in lists] for name in LISTS) for lists in on.values())
    return {pattern: counts[pattern] for pattern in sorted(counts, reverse=True)}


def _csv(rows: Iterable[Sequence[str]], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows(rows)
    if encoding == "utf-16":
        # Little-endian with its mark, whatever machine this runs on.
        return b"\xff\xfe" + text.getvalue().encode("utf-16-le")
    return unicodedata.normalize("NFC", text.getvalue()).encode(encoding)


def truth(seed: int = SEED) -> dict[str, object]:
    """What is true of the example, in words and numbers, for `truth.json`."""
    people, lines = world(seed)
    everyone, allowed = (truth_table(consented=c, seed=seed) for c in (False, True))
    return {
        "people": len(people),
        "about": "Nobody in this example exists. It was made by examples/make_returns.py.",
        "seed": seed,
        "lists": list(LISTS),
        "capture": list(CAPTURE),
        "on_no_list": len(people) - sum(everyone.values()),
        "observed": sum(everyone.values()),
        "reports": len(lines),
        "patterns": everyone,
        "with_consent": {
            "reports": sum(line.consented for line in lines),
            "observed": sum(allowed.values()),
            "patterns": allowed,
        },
    }


def files(seed: int = SEED) -> dict[str, bytes]:
    """Every generated file of `examples/returns/`, by name."""
    lines = world(seed)[1]
    made = {}
    for source, layout in LAYOUTS.items():
        rows = [
            [line.cells[c] for c in layout.columns.values()]
            for line in lines
            if line.source == source
        ]
        made[f"{source}.csv"] = _csv(
            [list(layout.columns), *rows], layout.delimiter, layout.encoding
        )
    made["truth.csv"] = _csv(
        [("source", "id", "person"), *((x.source, x.id, f"p{x.person:04}") for x in lines)]
    )
    made["truth.json"] = (json.dumps(truth(seed), ensure_ascii=False, indent=2) + "\n").encode()
    return made


def odds_ratio(table: Mapping[str, int], a: int, b: int, people: int) -> float:
    """The odds ratio between two lists over all people, those on no list included."""
    both = sum(n for p, n in table.items() if p[a] == p[b] == "1")
    one = sum(n for p, n in table.items() if p[a] == "1" and p[b] == "0")
    other = sum(n for p, n in table.items() if p[a] == "0" and p[b] == "1")
    return both * (people - both - one - other) / (one * other)


def describe(seed: int = SEED) -> str:
    """The truth in words and tables."""
    people, lines = world(seed)
    rows = Counter(line.source for line in lines)
    table = truth_table(consented=False, seed=seed)
    allowed = truth_table(seed=seed)
    out = [f"{len(people)} people, {sum(table.values())} on a list; seed {seed}"]
    for at, name in enumerate(LISTS):
        on = sum(n for p, n in table.items() if p[at] == "1")
        out.append(f"  {name}: {rows[name]} reports on {on} people")
    out.append(f"patterns over {', '.join(LISTS)}: all reports, and those with consent")
    out += [
        f"  {p}  {table.get(p, 0):4}  {allowed.get(p, 0):4}" for p in sorted(table, reverse=True)
    ]
    out.append(
        f"  0000  {len(people) - sum(table.values()):4}  {len(people) - sum(allowed.values()):4}"
    )
    for a, b in combinations(range(len(LISTS)), 2):
        both = sum(n for p, n in table.items() if p[a] == p[b] == "1")
        ratio = odds_ratio(table, a, b, len(people))
        out.append(f"  {LISTS[a]} and {LISTS[b]}: {both} people on both, odds ratio {ratio:.2f}")
    return "\n".join(out)


def main() -> None:
    """Write the files, or say what is in them."""
    parser = argparse.ArgumentParser(description="Make the example of people who do not exist.")
    parser.add_argument("--describe", action="store_true", help="print the truth, write nothing")
    parser.add_argument("--out", type=Path, default=HERE / "returns")
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args()
    if asked.describe:
        print(describe(asked.seed))
        return
    asked.out.mkdir(parents=True, exist_ok=True)
    for name, content in files(asked.seed).items():
        (asked.out / name).write_bytes(content)


if __name__ == "__main__":
    main()
