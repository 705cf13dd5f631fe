"""Make three cases in other languages than Korean: people who do not exist, on three or four lists.

    python examples/make_languages.py              writes arabic/, ukrainian/ and burmese/ here
    python examples/make_languages.py --describe   prints what the truth is

How the lists write, and how people come to be on them, is in `languages.toml`; names are those of
`benchmarks/simulated_names.py`. Everything follows from one seed a case and from `Random.random`.
"""

from __future__ import annotations

import argparse
import csv
import io
import itertools
import math
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import attrs

HERE = Path(__file__).resolve().parent
# Run as a script, only this folder is on the path.
sys.path.insert(0, str(HERE.parent))

from benchmarks.simulated_names import OF_PATRONYMIC, Person, Population, Word  # noqa: E402

from examples.make_returns import odds_ratio  # noqa: E402
from examples.returns_people import Dice, rows_of, text  # noqa: E402

CASES = ("arabic", "ukrainian", "burmese")
MONTHS = text("lists.toml", "months").split()


class Numbers(Dice):
    """Chance as a `Population` asks for it, the same on every machine."""

    def random(self) -> float:
        """A number from 0 to 1."""
        return self._random()

    def integers(self, low: int, high: int | None = None) -> int:
        """A whole number from `low`, or 0, to below `high`."""
        first, end = (0, low) if high is None else (low, high)
        return first + self.below(end - first)

    def choice(self, a: Any, p: Any = None) -> Any:
        """One of `a`, or of the numbers below it, by weight."""
        options = range(a) if isinstance(a, int) else list(a)
        if p is None:
            return self.pick(options)
        return self.weighted(dict(zip(options, map(float, p), strict=True)))


@attrs.frozen
class Fate:
    """What happened to a person, whether they are easily found, and the lists that have them."""

    person: Person
    act: str
    outcome: str
    found: bool
    lists: frozenset[str]


def _odds(settings: Mapping[str, Any], person: Person, found: bool, on: frozenset[str]) -> float:
    """How likely a list is to have a person, as log-odds."""
    odds = settings["odds"]
    total = float(odds["found" if found else "others"])
    total += float(odds.get("women", 0.0)) * (person.sex == "f")
    return total + sum(float(more) for other, more in odds.get("with", {}).items() if other in on)


def _fate(dice: Dice, case: Mapping[str, Any], person: Person) -> Fate:
    found = dice.chance(0.5)
    act, outcome = dice.weighted(case["acts"]), dice.weighted(case["outcomes"])
    on: frozenset[str] = frozenset()
    for settings in case["lists"]:
        if dice.chance(1 / (1 + math.exp(-_odds(settings, person, found, on)))):
            on |= {settings["name"]}
    return Fate(person, act, "died" if act == "killing" else outcome, found, on)


class Writer:
    """One list: how it writes what it has of a person."""

    def __init__(
        self,
        dice: Dice,
        population: Population,
        case: Mapping[str, Any],
        settings: Mapping[str, Any],
    ) -> None:
        self.dice, self.population, self.case, self.settings = dice, population, case, settings
        self.places = [row[settings["place"]] for row in rows_of(case["places"])]
        self.script: int = settings["script"]
        self.latin = self.script == len(population.table[0].spellings) - 1
        self.style = [(re.compile(old), new) for old, new in settings.get("style", ())]

    def row(self, number: int, fate: Fate) -> list[str]:
        """The cells of one person, some of them missing or wrong."""
        cells = {"id": self.settings["id"].format(n=number)} | self._names(fate.person)
        cells |= self._births(fate.person) | self._event(fate)
        missing = {
            field for field, share in self.settings["missing"].items() if self.dice.chance(share)
        }
        return [
            self._cell(cells, missing, fate, column) for column in self.settings["columns"].values()
        ]

    def _cell(self, cells: Mapping[str, str], missing: set[str], fate: Fate, column: str) -> str:
        fields = column.split()
        if fields[-1] in self.case["acts"] and fields.pop() != fate.act:
            return ""
        last = fields[0].split("_")[0]
        if last in missing or (last == "age" and "birth" in missing):
            return ""
        joint = "" if self.settings.get("joined") else " "
        kept = [
            cells[field]
            for field in fields
            if not (len(fields) > 1 and field == "father" and "father" in missing)
        ]
        return joint.join(part for part in kept if part)

    def _names(self, person: Person) -> dict[str, str]:
        woman = person.sex == "f"
        patronymic = self.population.language == "ukrainian"
        given = [self._word(word, woman) for word in person.given]
        if self.dice.chance(self.settings.get("title", 0.0)):
            title = self.dice.pick(self.case["titles"][person.sex]).split("|")[self.script]
            given = [title, *given]
        fathers = [self._word(word, woman and patronymic) for word in person.fathers]
        if self.population.language == "arabic":
            fathers = fathers[:1]
            before = self.settings.get("before_father")
            if before and self.dice.chance(0.15):
                fathers = [before, *fathers]
        joint = "" if self.settings.get("joined") else " "
        family = [self._word(word, woman) for word in person.family]
        return {
            "given": joint.join(given),
            "father": joint.join(fathers),
            "father_given": self._father_given(person),
            "family": " ".join(family),
        }

    def _word(self, word: Word, woman: bool) -> str:
        spelt = self.population.spelt(self.settings["name"], self.script, word, woman)
        for old, new in self.style:
            spelt = old.sub(new, spelt)
        return self.population.slip(self.latin, spelt) if self.dice.chance(0.03) else spelt

    def _father_given(self, person: Person) -> str:
        """The name that a patronymic is made of, where it is in the table."""
        for word in person.fathers:
            given = OF_PATRONYMIC.get(word.spellings[0][0][0])
            for one in self.population.table:
                if one.kind == "m" and one.spellings[0][0][0] == given:
                    return self._word(one, False)
        return ""

    def _births(self, person: Person) -> dict[str, str]:
        born = person.birth
        if self.dice.chance(0.08):
            born += timedelta(self.dice.pick((-365, 365, -1, 1, 31, -31, 3650)))
        age = person.event.year - born.year - self.dice.below(2)
        written = str(born.year) if self.dice.chance(0.3) else self._date(born)
        return {"birth": self._digits(written), "birth_year": self._digits(str(born.year))} | {
            "age": self._digits(str(age))
        }

    def _event(self, fate: Fate) -> dict[str, str]:
        words, dice = self.settings["words"], self.dice
        day = fate.person.event
        if dice.chance(0.12):
            day += timedelta(dice.pick((-30, -3, -1, 1, 3, 30)))
        written = self._date(day, "month" if dice.chance(0.15) else "date")
        sex = fate.person.sex if dice.chance(0.985) else {"f": "m", "m": "f"}[fate.person.sex]
        return {
            "sex": words.get(sex, ""),
            "act": words.get(fate.act, ""),
            "outcome": "" if dice.chance(0.2) else words[fate.outcome],
            "date": self._digits(written),
            "place": self.places[fate.person.event_place - 1],
            "origin": self.places[fate.person.place - 1],
        }

    def _date(self, day: date, form: str = "date") -> str:
        said: str = self.settings[form]
        months = self.settings.get("months", MONTHS)
        return said.format(y=day.year, m=day.month, d=day.day, month=months[day.month - 1])

    def _digits(self, written: str) -> str:
        digits = self.settings.get("digits")
        return written.translate(str.maketrans("0123456789", digits)) if digits else written


@attrs.frozen
class Case:
    """Everyone of a case, the rows of its files, and whom each row is about."""

    lists: tuple[str, ...]
    fates: tuple[Fate, ...]
    files: Mapping[str, bytes]
    truth: tuple[tuple[str, str, int], ...]

    def patterns(self) -> Counter[str]:
        """People by the lists that have them, one character a list; on none is left out."""
        found = Counter("".join("01"[name in x.lists] for name in self.lists) for x in self.fates)
        return Counter({pattern: n for pattern, n in found.items() if "1" in pattern})


def _csv(rows: Sequence[Sequence[str]], delimiter: str = ",") -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


@cache
def case(language: str) -> Case:
    """One case, from its seed."""
    settings: dict[str, Any] = tomllib.loads((HERE / "languages.toml").read_text("utf-8"))[language]
    dice = Numbers(settings["seed"])
    population = Population(
        language,
        settings["people"],
        dice,
        settings["since"],
        len(rows_of(settings["places"])),
        burmese_fathers=language == "burmese",
    )
    fates = tuple(_fate(dice, settings, person) for person in population.people)
    files, truth = {}, []
    for each in settings["lists"]:
        for word in population.table:  # the usual spelling of a list that has one
            if "spelling" in each:
                at = min(each["spelling"], len(word.spellings[each["script"]]) - 1)
                population.habits[each["name"], id(word) * 4 + each["script"]] = at
        writer = Writer(dice, population, settings, each)
        on = [at for at, fate in enumerate(fates) if each["name"] in fate.lists]
        rows = [list(each["columns"])]
        for number, at in enumerate(dice.shuffled(on + [at for at in on if dice.chance(0.03)]), 1):
            rows.append(writer.row(number, fates[at]))
            truth.append((each["name"], rows[-1][0], at))
        files[f"{each['name']}.csv"] = _csv(rows, each.get("delimiter", ","))
    files["truth.csv"] = _csv(
        [("source", "id", "person"), *((s, i, f"p{p:03}") for s, i, p in truth)]
    )
    return Case(tuple(x["name"] for x in settings["lists"]), fates, files, tuple(truth))


def describe(language: str) -> str:
    """The truth of a case in words and tables."""
    made = case(language)
    counts = made.patterns()
    rows = Counter(source for source, _, _ in made.truth)
    out = [
        f"{language}: {len(made.fates)} people, {counts.total()} on a list,"
        f" {len(made.truth)} reports"
    ]
    out += [f"  {name}: {rows[name]} reports" for name in made.lists]
    out += [f"  {pattern}  {counts[pattern]:4}" for pattern in sorted(counts, reverse=True)]
    for a, b in itertools.combinations(range(len(made.lists)), 2):
        ratio = odds_ratio(counts, a, b, len(made.fates))
        out.append(f"  {made.lists[a]} and {made.lists[b]}: odds ratio {ratio:.1f}")
    return "\n".join(out)


def main() -> None:
    """Write the files, or say what is in them."""
    parser = argparse.ArgumentParser(description="Make the cases of people who do not exist.")
    parser.add_argument("--describe", action="store_true", help="print the truth, write nothing")
    asked = parser.parse_args()
    for language in CASES:
        if asked.describe:
            print(describe(language))
            continue
        (HERE / language).mkdir(exist_ok=True)
        for name, content in case(language).files.items():
            (HERE / language / name).write_bytes(content)


if __name__ == "__main__":
    main()
