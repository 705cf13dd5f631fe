"""Linkage of simulated populations with names that are not Korean, within and across scripts.

    python benchmarks/study_names.py                     every language, seeds 1 to 3
    python benchmarks/study_names.py arabic ukrainian --seeds 1 10 --noise 1.5 --people 600
    python benchmarks/study_names.py --tables            names alone: spellings accepted
    python benchmarks/study_names.py --tables --stated   the same where mappings state the language
    python benchmarks/study_names.py --without-packs     as names of a language without a pack

    python benchmarks/study_names.py arabic-fathers ukrainian-latin-fathers
    python benchmarks/study_names.py spanish-varied persian-varied

Four lists report people killed and detained. `arabic`, `ukrainian`, `burmese`, `persian`,
`amharic`, `tigrinya` and `bengali` mix lists in the script and lists in Latin letters, `somali`
lists in the Somali orthography and in English spelling, `uyghur` lists in Arabic script, pinyin and
Latin letters; with `-latin` all are in Latin letters (in English spelling), each list with its own
habit; with `-script` all are in the script. `spanish` has two family names of which one may be left
out; it, `english` and `hausa` have one script. With `-fathers` (Arabic, Ukrainian) two lists have
the father's name in a column of its own and not in the name, as it is or as a patronymic. With
`-varied` (all but Burmese) lists B and D have the family name first, D in capitals where it is in
Latin letters; one name in ten has an initial for the given name or, in Spanish, for the second
family name; and in Persian two people in five have two given names, which are written as one word
in three reports of ten. With `-short` (English, Spanish, Ukrainian) a quarter of the given names on
list A are short forms, and 4% on the others. The spellings are in `name_tables`, written from
general knowledge and not by the tables of the program. Noise is a dial: typing errors, missing and
wrong fields. For each: pairwise F1, people found and true, and N beside N of perfect linkage.
Nobody in them exists.
"""

from __future__ import annotations

import argparse
import itertools
import re
import sys
import time
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import attrs
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.partition_accuracy import evaluate
from benchmarks.simulated_names import (
    OF_PATRONYMIC,
    WORDS,
    Person,
    Population,
    Word,
    short_forms,
    words,
)

from uncounted import estimate
from uncounted.errors import Error
from uncounted.estimate import EstimateSettings
from uncounted.estimate.study import run_over
from uncounted.linkage import capture_table, link, point_partition
from uncounted.linkage.comparison import levels, name_levels
from uncounted.linkage.encoding import source_names
from uncounted.linkage.encoding.encode import encode
from uncounted.linkage.encoding.source_names import NOT_STATED
from uncounted.records.dates.partial_date import parse
from uncounted.records.names.languages import pack
from uncounted.records.names.name import Name
from uncounted.records.report import Act, Report

LISTS = ("A", "B", "C", "D")
CAPTURE = (0.45, 0.4, 0.35, 0.35)
LANGUAGES = (
    *("arabic", "ukrainian", "burmese", "persian", "spanish", "amharic", "tigrinya", "english"),
    *("bengali", "somali", "hausa", "uyghur", "tibetan"),
)
ONE_SCRIPT = ("spanish", "english", "hausa")
SHORT = {"A": 0.25}  # share of given names that are in short, with `-short`
SHORT_ELSEWHERE = 0.04
MUHAMMAD = (("মোঃ", "মোহাম্মদ"), ("Md.", "Mohammed"))  # before names of men in Bengali lists
OF_WOMEN = (("বেগম", "খাতুন", "বিবি"), ("Begum", "Khatun", "Bibi"))  # after those of women


class Lists(Population):
    """A population, and the reports of it on four lists."""

    def __init__(self, language: str, mode: str, seed: int, people: int, noise: float) -> None:
        rng = np.random.default_rng([seed, *map(ord, language)])
        super().__init__(language, people, rng, date(2012, 1, 1))
        self.order, self.noise = rng, noise
        self.mode = re.sub("-?(?:fathers|varied|short)$", "", mode)
        self.short = short_forms(language) if mode.endswith("short") else {}
        self.with_fathers, self.varied = mode.endswith("fathers"), mode.endswith("varied")
        if self.varied and language == "persian":
            self.people = [
                attrs.evolve(each, given=(*each.given, self.pick(each.sex)))
                if rng.random() < 0.4
                else each
                for each in self.people
            ]

    def reports(self) -> tuple[list[Report], list[str]]:
        """All reports, and whom each is about."""
        rows = [
            (self._report(source, at, again), str(at))
            for at in range(len(self.people))
            for source, chance in zip(LISTS, CAPTURE, strict=True)
            for again in range(
                int(self.rng.random() < chance) * (1 + int(self.rng.random() < 0.02))
            )
        ]
        order = self.order.permutation(len(rows)).tolist()
        return [rows[at][0] for at in order], [rows[at][1] for at in order]

    def _report(self, source: str, at: int, again: int) -> Report:
        rng, said, noise = self.rng, self.people[at], self.noise
        day = None
        kind = rng.random()
        if kind < 1 - 0.4 * noise:
            born = said.birth
            if rng.random() < 0.06 * noise:
                born = born + timedelta(int(rng.choice([-365, 365, -1, 1, 31, -31, 3650])))
            day = parse(born.isoformat())
        elif kind < 1 - 0.2 * noise:
            day = parse(str(said.birth.year + int(rng.random() < 0.2 * noise)))
        place = said.place if rng.random() > 0.08 * noise else int(rng.integers(1, 41))
        event, where = said.event, said.event_place
        if rng.random() < 0.15 * noise:
            event = event + timedelta(int(rng.choice([-30, -3, -1, 1, 3, 30])))
        when = event.isoformat()[: (10, 7, 4)[int(rng.choice(3, p=(0.75, 0.15, 0.1)))]]
        acts = (Act("killing", date=parse(when), place=str(where)),)
        sex = said.sex if rng.random() > 0.02 * noise else ("f" if said.sex == "m" else "m")
        return Report(
            source,
            f"{at}-{again}",
            (Name(self._name(source, said)),),
            relative=self._father(source, at),
            sex=sex if rng.random() > 0.08 * noise else None,
            birth=day,
            origin=str(place) if rng.random() > 0.15 * noise else None,
            acts=acts if rng.random() > 0.2 * noise else (),
        )

    def _father(self, source: str, at: int) -> Name | None:
        """The father's name in a column of list C or D: missing, another's or misspelt at times."""
        rng, said = self.rng, self.people[at]
        if not (self.with_fathers and source in "CD" and said.fathers):
            return None
        if rng.random() < 0.2 * self.noise:
            return None
        if rng.random() < 0.03 * self.noise:
            said = self.people[int(rng.integers(len(self.people)))]
        word, script = said.fathers[0], self._script(source)
        given = OF_PATRONYMIC.get(word.spellings[0][0][0]) if source == "D" else None
        named = [one for one in self.table if one.kind == "m" and one.spellings[0][0][0] == given]
        woman = said.sex == "f" and self.language == "ukrainian" and not named
        spelt = self.spelt(source, script, named[0] if named else word, woman)
        latin = script == len(self.table[0].spellings) - 1
        return Name(self.slip(latin, spelt) if rng.random() < 0.04 * self.noise else spelt)

    def _script(self, source: str) -> int:
        """Which column a list writes."""
        scripts = len(self.table[0].spellings)
        if self.mode == "latin" or scripts == 1:
            return scripts - 1
        if self.mode == "script":
            return 0 if scripts == 2 or source in "AC" else 1
        if source == "A":
            return 0
        if source == "B":
            return max(scripts - 2, 0) if scripts > 2 else int(self.rng.random() < 0.3)
        return scripts - 1

    def _name(self, source: str, said: Person) -> str:
        rng, noise = self.rng, self.noise
        script, woman = self._script(source), said.sex == "f"
        latin = script == len(self.table[0].spellings) - 1
        spelt = [
            [self.spelt(source, script, word, woman) for word in part]
            for part in (said.given, said.fathers, said.family)
        ]
        if self.language in ("arabic", "somali"):  # fathers are men
            spelt[1] = [self.spelt(source, script, word, False) for word in said.fathers]
        given, fathers, family = spelt
        if self.short:
            given = [
                self._in_short(source, word, text)
                for word, text in zip(said.given, given, strict=True)
            ]
        if self.with_fathers and source in "CD":
            fathers = []
        if fathers:
            keep = int(
                rng.choice(
                    len(fathers) + 1, p=(0.4, 0.45, 0.15) if len(fathers) == 2 else (0.5, 0.5)
                )
            )
            fathers = fathers[:keep]
        if len(family) == 2 and rng.random() < 0.35:
            family = family[:1]
        if len(given) == 2 and self.language == "spanish" and rng.random() < 0.35:
            given = given[:1]
        if self.language == "arabic" and rng.random() < 0.08 and fathers:
            family = []
        if self.language == "arabic" and fathers and latin and rng.random() < 0.1:
            fathers = ["bin" if source == "C" else "ibn", *fathers]
        if self.language == "burmese":
            if len(given) > 2 and rng.random() < 0.05 * noise:
                given = given[:-1]
            if rng.random() < 0.3:
                title = int(rng.integers(2))
                titles = (("U", "Ko"), ("Daw", "Ma")) if latin else (("ဦး", "ကို"), ("ဒေါ်", "မ"))
                given = [titles[int(woman)][title], *given]
        parts = [
            self.slip(latin, word) if rng.random() < 0.04 * noise else word
            for word in (*given, *fathers, *family)
        ]
        if self.language == "bengali":
            parts = self._with_titles(latin, woman, parts)
        if self.varied:
            parts = self._varied(source, latin, parts[: len(given)], parts[len(given) :])
        elif self.language == "ukrainian" and source in "AB":
            parts = [parts[-1], *parts[:-1]]
        if self.language == "burmese" and not latin and source == "A":
            return "".join(parts)
        if self.language == "tibetan" and script == 0:
            return "་".join(parts)
        return " ".join(parts)

    def _with_titles(self, latin: bool, woman: bool, parts: list[str]) -> list[str]:
        """A Bengali name with a title, in four reports of ten; a woman's may replace the last."""
        titles = (OF_WOMEN if woman else MUHAMMAD)[int(latin)]
        if self.rng.random() >= 0.4:
            return parts
        title = titles[self._one(len(titles))]
        if not woman:
            return [title, *parts]
        return [parts[0], title] if self.rng.random() < 0.5 else [*parts, title]

    def _in_short(self, source: str, word: Word, spelt: str) -> str:
        """A given name, or one of its short forms, in the first script of the language."""
        forms = self.short.get((word.kind, word.spellings[0][0][0]), ())
        if self.rng.random() >= SHORT.get(source, SHORT_ELSEWHERE) or not forms:
            return spelt
        return forms[self._one(len(forms))]

    def _varied(self, source: str, latin: bool, given: list[str], others: list[str]) -> list[str]:
        """A name in the order of its list, cut to an initial or with given names as one word."""
        rng, noise = self.rng, self.noise
        cut = rng.random() < 0.1 * noise and (latin or self.language == "ukrainian")
        if len(given) == 2 and self.language == "persian" and rng.random() < 0.3:
            given = ["".join(given)]
        if cut and len(others) > 1 and self.language == "spanish":
            return [*given, *others[:-1], f"{others[-1][0]}."]
        if cut and others:
            given = [f"{given[0][0]}."]
        if source not in "BD" or not others:
            return [*given, *others]
        family, rest = (others, []) if self.language == "spanish" else (others[-1:], others[:-1])
        if latin and source == "D":
            family = [word.upper() for word in family]
        return [*family, *given, *rest]


def made(name: str, seed: int, people: int, noise: float) -> tuple[list[Report], list[str]]:
    """Reports of a population, as "arabic", "arabic-latin" or "arabic-script"."""
    language, _, mode = name.partition("-")
    return Lists(language, mode, seed, people, noise).reports()


def one(name: str, seed: int, people: int, noise: float) -> dict[str, float]:
    """One population, linked and estimated."""
    reports, truth = made(name, seed, people, noise)
    began = time.perf_counter()
    try:
        linkage = link(reports, draws=100, with_grid=False)
    except Error as error:
        print(name, seed, type(error).__name__, str(error)[:90], flush=True)
        return {}
    seconds = time.perf_counter() - began
    found = evaluate(point_partition(linkage), truth)
    real = np.unique(truth, return_inverse=True)[1].astype(np.int32)
    perfect = estimate.decomposable(capture_table(real, linkage.sources, LISTS))
    row = {
        "f1": found.f1,
        "precision": found.precision,
        "recall": found.recall,
        "people": found.people,
        "true": found.true_people,
    }
    try:
        tables = [capture_table(labels, linkage.sources, LISTS) for labels in linkage.labels[::4]]
        mine = run_over(tables, EstimateSettings(["decomposable"]))["decomposable"]
        low, high = mine.interval or (None, None)
        row["ratio"] = mine.number() / perfect.number()
        row["holds"] = float((low or 0) <= perfect.number() <= (high or np.inf))
        assert perfect.interval is not None
        row["width"] = ((high or np.inf) - (low or 0)) / (
            (perfect.interval[1] or np.inf) - perfect.interval[0]
        )
    except Error as error:
        print("  estimate:", type(error).__name__, str(error)[:90])
        row["holds"] = 0.0
    print(
        f"{name:>16} {seed:3} {len(reports):5} reports ",
        " ".join(
            f"{key} {value:.3f}" if value < 10 else f"{key} {value:.0f}"
            for key, value in row.items()
        ),
        f" {seconds:.0f} s",
        flush=True,
    )
    return row


def tables(language: str, *, stated: bool) -> str:
    """Whole names of two words: spellings of one that agree, and of two that do."""
    table = words(language)
    rng = np.random.default_rng(5)
    people: list[list[str]] = []
    taken = set()
    for _ in range(4000):
        woman = bool(rng.integers(2))
        pools = [
            [w for w in table if w.kind in ("wmf" if woman else "wm")],
            [w for w in table if w.kind in ("n", "w")],
        ]
        if language not in WORDS:
            pools[0] = [w for w in table if w.kind == ("f" if woman else "m")]
        pair = tuple(pool[int(rng.integers(len(pool)))] for pool in pools)
        if pair in taken or pair[0] is pair[1] or len(people) == 150:
            continue
        taken.add(pair)
        taken.add(pair[::-1])
        spelt = set()
        for script in range(len(table[0].spellings)):
            rows = [[cell[int(woman)] for cell in word.spellings[script]] for word in pair]
            both = [" ".join(each) for each in itertools.product(*rows)]
            spelt |= {
                both[int(at)] for at in rng.choice(len(both), min(4, len(both)), replace=False)
            }
        people.append(sorted(spelt))
    reports = [
        Report(f"{k}", f"{at}", (Name(text),))  # each spelling from a list of its own
        for at, row in enumerate(people)
        for k, text in enumerate(row)
    ]
    who = np.array([at for at, row in enumerate(people) for _ in row])
    left, right = np.triu_indices(len(reports), 1)
    pack_of = {code: each.code for each in pack.languages() for code in (each.code, *each.also)}
    code = pack_of.get(language, "other")
    spoken = {each.source: (code,) for each in reports} if stated else NOT_STATED
    found = levels.levels(encode(reports, spoken), left, right)[:, 0]
    agree = (found > 0) & (found <= name_levels.SLIP_IN_BOTH)
    agree |= (found >= name_levels.IN_PART) & (found <= name_levels.IN_PART_SLIP)
    same = who[left] == who[right]
    exact = (found > 0) & (found <= levels.NAME_SAME)
    return (
        f"{language:>12}: {len(people)} names, {len(reports)} spellings; agree"
        f" {agree[same].mean():.3f}"
        f" (as same {exact[same].mean():.3f}) of {same.sum()}; of two people"
        f" {1000 * agree[~same].mean():.2f}"
        f" (as same {1000 * exact[~same].mean():.2f}) in 1,000"
    )


def population_arguments() -> argparse.ArgumentParser:
    """Which populations: names, seeds, people and noise."""
    ask = argparse.ArgumentParser()
    ask.add_argument("names", nargs="*")
    ask.add_argument("--seeds", type=int, nargs=2, default=(1, 3))
    ask.add_argument("--people", type=int, default=240)
    ask.add_argument("--noise", type=float, default=1.0)
    return ask


def main() -> None:
    """Run what was asked for."""
    ask = population_arguments()
    ask.add_argument("--tables", action="store_true")
    ask.add_argument("--stated", action="store_true", help="of names alone the language is known")
    ask.add_argument("--without-packs", action="store_true", help="by the general rules alone")
    asked = ask.parse_args()
    if asked.without_packs:
        for module in (pack, source_names):
            vars(module)["languages"] = tuple  # no pack
    if asked.tables:
        for language in asked.names or [each for each in LANGUAGES if each != "spanish"]:
            print(tables(language, stated=asked.stated), flush=True)
        return
    names = asked.names or [
        f"{language}{mode}"
        for language in LANGUAGES
        for mode in (("",) if language in ONE_SCRIPT else ("", "-latin"))
    ]
    for name in names:
        rows = [
            one(name, seed, asked.people, asked.noise)
            for seed in range(asked.seeds[0], asked.seeds[1] + 1)
        ]
        _summary(name, [row for row in rows if row])


def _summary(name: str, rows: Sequence[dict[str, float]]) -> None:
    if not rows:
        return
    f1 = [row["f1"] for row in rows]
    ratios = [row["ratio"] for row in rows if "ratio" in row] or [np.nan]
    widths = [row.get("width", np.inf) for row in rows]
    print(
        f"{name:>16} F1 mean {np.mean(f1):.3f}, least {min(f1):.3f}; N / perfect N median "
        f"{np.median(ratios):.3f}, covered in {sum(row['holds'] for row in rows):.0f} of"
        f" {len(rows)}; interval / perfect interval, median width {np.median(widths):.2f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
