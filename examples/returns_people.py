"""People who were never born, and how they come to be on a list or on none.

Part of `make_returns.py`; the tables are in `names.toml` and `places.toml`. What is
stated here is the whole truth of the example: nothing was fitted to anything.
"""

from __future__ import annotations

import datetime as dt
import functools
import math
import random
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
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
    "The lists are not independent given all that: Panel asks TumenWatch for names, so people on "
    "TumenWatch's list are more often on Panel's; and a person who reports one member of a family "
    "also reports the others.",
)


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


def options(cell: str) -> dict[str, float]:
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


def rows_of(lines: str) -> list[list[str]]:
    """Read a table whose cells are parted by a stroke."""
    return [line.split("|") for line in lines.strip().splitlines()]


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


def _at(name: str, keys: Sequence[str]) -> object:
    value: object = _toml(name)
    for key in keys:
        assert isinstance(value, dict)
        value = value[key]
    return value


def text(name: str, *keys: str) -> str:
    """One text of a table file."""
    value = _at(name, keys)
    assert isinstance(value, str)
    return value


def table(name: str, *keys: str) -> dict[str, str]:
    """One section of a table file, texts by name."""
    value = _at(name, keys)
    assert isinstance(value, dict)
    return {str(key): str(word) for key, word in value.items()}


@functools.cache
def surnames() -> dict[str, tuple[float, Surname]]:
    """Every surname with its weight, by its Northern spelling."""
    found = {}
    for north, south, weight, hanja, *latin in rows_of(text("names.toml", "surnames")):
        spellings = dict(zip(("south", "north", "abroad"), map(options, latin), strict=True))
        found[north] = (float(weight), Surname(north, south, hanja, spellings))
    return found


@functools.cache
def _hanja() -> dict[str, str]:
    return {word[0]: word[1:] for word in text("names.toml", "hanja", "table").split()}


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
        for weight, county, long, short, rr, nk, rr_province, nk_province, region in rows_of(
            text("places.toml", "origins")
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
    rows = rows_of(text("places.toml", "handed"))
    return {Town(hangul, latin, prov, region): float(w) for w, hangul, latin, prov, region in rows}


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


def given_name(dice: Dice, sex: str, year: int, first: str | None = None) -> str:
    """A given name of this sex and these years; `first` is the syllable a family shares."""
    age = "old" if year < 1962 else "mid" if year < 1983 else "young"
    seconds = text("names.toml", "second", sex).split()
    if first is not None:
        return first + dice.pick([s for s in seconds if s != first])
    if dice.chance(0.05 if age == "young" else 0.02):
        return dice.weighted(_zipf(text("names.toml", "single", sex)))
    if dice.chance(0.46):
        return dice.weighted(_zipf(text("names.toml", "popular", f"{sex}_{age}")))
    opening = dice.weighted(_zipf(text("names.toml", "first", sex)))
    return opening + dice.pick([s for s in seconds if s != opening])


def _as_hanja(dice: Dice, surname: str, given: str) -> str:
    table = _hanja()
    if any(syllable not in table for syllable in given):
        return ""
    return surnames()[surname][1].hanja + "".join(dice.pick(table[s]) for s in given)


def _born(dice: Dice, year: int) -> dt.date:
    age = dice.weighted({(15, 19): 6, (20, 29): 30, (30, 39): 29, (40, 49): 20, (50, 68): 15})
    return dt.date(year - dice.between(*age), 1, 1) + dt.timedelta(dice.below(365))


NEAR = {"hamgyong-north": 1.5, "ryanggang": 4.0, "other": 3.0}


def _near(town: Town) -> dict[Place, float]:
    """Where people who pass this town come from: more often from across the river."""
    return {
        place: weight * (NEAR[place.region] if place.region == town.region else 1)
        for place, weight in origins().items()
    }


def _one(dice: Dice, when: dt.date, town: Town, family: int) -> Person:
    """One person handed over on that day in that town."""
    sex = "f" if dice.chance(0.75) else "m"
    born = _born(dice, when.year)
    surname = dice.weighted({name: weight for name, (weight, _) in surnames().items()})
    given = given_name(dice, sex, born.year)
    return Person(
        surname=surname,
        given=given,
        hanja=_as_hanja(dice, surname, given),
        sex=sex,
        born=born,
        origin=dice.weighted(_near(town)),
        returned=when,
        town=town,
        reached=dice.chance(0.51 if when.year < 2020 else 0.20),
        family=family,
        lean={name: dice.bell(0.5) for name in LISTS},
        in_china=dice.pick(text("names.toml", "hanja", "in_china").split("\n")[:-1])
        if dice.chance(0.12)
        else None,
    )


def _relative(dice: Dice, head: Person) -> Person:
    """A brother, sister or child who was handed over with `head`."""
    other = _one(dice, head.returned, head.town, head.family)
    age = head.returned.year - head.born.year
    child = age >= 36 and dice.chance(0.5)
    year = head.born.year + (dice.between(20, min(30, age - 14)) if child else dice.between(-7, 7))
    born = dt.date(min(year, head.returned.year - 14), 1, 1) + dt.timedelta(dice.below(365))
    # Brothers and sisters share a syllable; a child bears the father's name.
    first = head.given[0] if len(head.given) == 2 and not child else None
    surname = other.surname if child and head.sex == "f" else head.surname
    given = given_name(dice, other.sex, born.year, first)
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
