"""Simulated people with names that are not Korean, and how lists spell them.

The words are in `name_tables`, written from general knowledge and not by the tables of the program.
Relatives share a family name, a father and often a place; many people share an event. Used by
`study_names.py` and `examples/make_languages.py`. Nobody in it exists.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import attrs
import numpy as np

from benchmarks import synthetic_register

TABLES = Path(__file__).parent / "name_tables"
FIRST_SPELLING = 0.6  # how often a list writes a word as it usually does
ALPHABETS = {
    "latin": "abcdefghijklmnopqrstuvwxyz",
    "arabic": "ابتجحدرسعفقكلمنهوي",
    "persian": "ابتجحدرسعفقکلمنهوی",
    "ukrainian": "абвгдеиіклмнопрстуя",
    "burmese": "ကခမနလသစတ",
    "amharic": "ሀለመረሰተነከደገ",
    "tigrinya": "ሃለመረሰተነከደገ",
    "bengali": "কনমরলসতবদহজ",
    "tibetan": "ཀགངདནབམརལསའ",
    "uyghur": "ئابپتدرسشقكگلمنىۇە",
    **dict.fromkeys(("somali", "hausa"), "abcdefghijklmnopqrstuvwxyz"),
}
# How many words names have that are no family names, and how often.
WORDS = {"burmese": ([2, 3, 4], [0.3, 0.55, 0.15]), "tibetan": ([1, 2], [0.15, 0.85])}

OF_PATRONYMIC = {
    "Олександрович": "Олександр",
    "Миколайович": "Микола",
    "Іванович": "Іван",
    "Володимирович": "Володимир",
    "Васильович": "Василь",
    "Петрович": "Петро",
    "Вікторович": "Віктор",
    "Сергійович": "Сергій",
    "Михайлович": "Михайло",
    "Юрійович": "Юрій",
    "Богданович": "Богдан",
    "Степанович": "Степан",
}


@attrs.frozen
class Word:
    """One word of names: its spellings by script, for men and for women."""

    kind: str
    spellings: tuple[tuple[tuple[str, str], ...], ...]  # by script: of men and of women


@attrs.frozen
class Person:
    """Somebody simulated: the words of the name by role, and what else there is to report."""

    given: tuple[Word, ...]
    fathers: tuple[Word, ...]
    family: tuple[Word, ...]
    sex: str
    birth: date
    place: int
    event: date
    event_place: int


def words(language: str) -> list[Word]:
    """The table of a language; the last script is Latin letters."""
    if language == "spanish":
        kinds = zip(
            "mfn",
            (synthetic_register.MEN, synthetic_register.WOMEN, synthetic_register.FAMILIES),
            strict=True,
        )
        return [Word(kind, (((word, word),),)) for kind, rows in kinds for word in rows]
    found = []
    for line in (TABLES / f"{language}.tsv").read_text().splitlines():
        if line.startswith("#"):
            continue
        kind, *cells = line.split("\t")
        found.append(Word(kind, tuple(tuple(map(_of_both, cell.split("|"))) for cell in cells)))
    return found


def short_forms(language: str) -> dict[tuple[str, str], tuple[str, ...]]:
    """Short forms of given names in one language, by m or f and the name."""
    lines = (TABLES / "short_forms.tsv").read_text().splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return {
        (kind, name): tuple(forms.split("|")) for of, kind, name, forms in rows if of == language
    }


def _of_both(spelling: str) -> tuple[str, str]:
    man, _, woman = spelling.partition(" / ")
    return man, woman or man


class Population:
    """People of one language, in places by number, and the spellings of their names."""

    def __init__(
        self,
        language: str,
        people: int,
        rng: Any,  # numpy's Generator, or what has its `random`, `integers` and `choice`
        since: date,
        places: int = 40,
        *,
        burmese_fathers: bool = False,
    ) -> None:
        self.rng, self.since, self.places = rng, since, places
        self.burmese_fathers = burmese_fathers
        self.language = language
        self.table = words(language)
        self.habits: dict[tuple[str, int], int] = {}
        self.large = [self._day_and_place() for _ in range(12)]  # events of many people
        self.people = self._families(people)

    def pick(self, kinds: str) -> Word:
        """A word of these kinds, the first of the table the commonest."""
        rows = [word for word in self.table if word.kind in kinds]
        weight = 1 / (np.arange(len(rows)) + 6)
        return rows[int(self.rng.choice(len(rows), p=weight / weight.sum()))]

    def _families(self, count: int) -> list[Person]:
        people: list[Person] = []
        while len(people) < count:
            size = int(self.rng.choice([1, 1, 1, 2, 3, 4]))
            people += self._siblings(size)
        return people[:count]

    def _siblings(self, size: int) -> list[Person]:
        rng = self.rng
        fathers: tuple[Word, ...] = ()
        if self.language == "arabic":
            fathers = tuple(self.pick("m") for _ in range(2))
        elif self.language == "ukrainian":
            fathers = (self.pick("p"),)
        elif self.language == "somali":
            fathers = (self.pick("m"),)
        elif self.burmese_fathers:
            fathers = tuple(dict.fromkeys(self.pick("wm") for _ in range(3)))
        count = {"spanish": 2, **dict.fromkeys(WORDS, 0)}.get(self.language, 1)
        family = tuple(self.pick("n") for _ in range(count))
        place = int(rng.integers(1, self.places + 1))
        event, event_place = self._event()
        born, taken = int(rng.integers(1950, 1995)), set[Word]()
        found = []
        for _ in range(size):
            sex = "f" if rng.random() < 0.35 else "m"
            if self.language in WORDS:
                counts, chances = WORDS[self.language]
                count = int(rng.choice(counts, p=chances))
                kept = [self.pick("w" + sex) for _ in range(count)]
                given, family = tuple(dict.fromkeys(kept)), ()
                if len(given) < counts[0]:
                    given = (self.pick("w" + sex), *given)
            else:
                one = self.pick(sex)
                while one in taken:
                    one = self.pick(sex)
                taken.add(one)
                given = (one,)
                if self.language == "spanish" and rng.random() < 0.4:
                    given = (one, self.pick(sex))
            birth = date(min(born + int(rng.integers(0, 14)), 2005), 1, 1) + timedelta(
                int(rng.integers(365))
            )
            if rng.random() < 0.5:
                event, event_place = self._event()
            found.append(Person(given, fathers, family, sex, birth, place, event, event_place))
        return found

    def _event(self) -> tuple[date, int]:
        if self.rng.random() < 0.6:
            return self.large[int(self.rng.integers(len(self.large)))]
        return self._day_and_place()

    def _day_and_place(self) -> tuple[date, int]:
        day = self.since + timedelta(int(self.rng.integers(900)))
        return day, int(self.rng.integers(1, self.places + 1))

    def spelt(self, source: str, script: int, word: Word, woman: bool) -> str:
        """A word as a list writes it, most often in its usual way."""
        rows = word.spellings[script]
        usual = self.habits.setdefault((source, id(word) * 4 + script), self._one(len(rows)))
        at = usual if self.rng.random() < FIRST_SPELLING else self._one(len(rows))
        return rows[at][int(woman)]

    def _one(self, count: int) -> int:
        weight = 1 / (np.arange(count) + 1)
        return int(self.rng.choice(count, p=weight / weight.sum()))

    def slip(self, latin: bool, word: str) -> str:
        """A word with a letter changed, left out or added."""
        if len(word) < 4:
            return word
        letters = ALPHABETS["latin" if latin else self.language]
        at = int(self.rng.integers(1, len(word) - 1))
        letter = letters[int(self.rng.integers(len(letters)))]
        return (
            word[:at]
            + (letter + word[at + 1 :], word[at + 1 :], letter + word[at:])[
                int(self.rng.integers(3))
            ]
        )
