"""Spellings of one name, and names of different people: how many are taken for one name.

    python benchmarks/bench_names.py                  the table kept back
    python benchmarks/bench_names.py development      the table that rules were made on
    python benchmarks/bench_names.py held_out missed  also lists the spellings that were missed

The tables (`tests/vectors/names`) hold published spellings of public figures, a person a line; to
them come spellings made from those: capitals without a gap, the family name last, a comma.
"Accepted" is a level at which both parts share a reading (`NAME[1:5]`), of the name in
Hangul as the North writes it against the spelling. Beside it stands Jaro-Winkler of at least .9
between the letters, the Hangul in Revised Romanization, in the better of both orders of words.
Pairs of different people are all pairs of the spellings, and of a thousand fictitious people as
the organisations of the example would write them. People of one name are no different people.
"""

from __future__ import annotations

import argparse
import csv
import math
import re
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.process import cdist

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from examples.returns_people import Dice, population, surnames
from examples.returns_spelling import latin_given, southern

from uncounted.linkage.comparison import levels as compare
from uncounted.linkage.comparison.name_levels import NAME
from uncounted.linkage.encoding.encode import encode
from uncounted.records.names import lattice
from uncounted.records.names import surnames as families
from uncounted.records.names.name import Name
from uncounted.records.report import Report

TABLES = Path(__file__).parents[1] / "tests" / "vectors" / "names"
WRITTEN = ("south", "hanja", "simplified", "pinyin", "north", "mccune", "revised", "other")
MADE = ("run together", "family last", "comma", "spaced")
INITIALS = ("initials", "hidden")
LATIN = ("north", "mccune", "revised", "other", "run together", "family last", "comma")
Pairs = NDArray[np.int64]


def people(table: str) -> list[dict[str, list[str]]]:
    """Each person of a table: spellings by kind, published and made."""
    with (TABLES / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        rows = [{k: v.split("|") for k, v in row.items() if v} for row in csv.DictReader(file)]
    return [{**row, **made(row)} for row in rows]


def made(row: dict[str, list[str]]) -> dict[str, list[str]]:
    """Spellings made from published ones, and names that hide the given name."""
    hangul, north, revised = row["hangul"][0], row["north"][0], row["revised"][0]
    family, *given = north.split(" ")
    size = 2 if hangul[:2] in families.hangul() and len(hangul) > 2 else 1
    letters = [word[0] for word in given]
    return {
        "run together": [re.sub("[ -]", "", text).upper() for text in (north, revised)],
        "family last": [f"{' '.join(given)} {family}", " ".join(revised.split(" ")[::-1])],
        "comma": [f"{family.upper()}, {'-'.join(given)}"],
        "spaced": [f"{hangul[:size]} {hangul[size:]}"],
        "initials": [
            f"{family} {' '.join(f'{letter}.' for letter in letters)}",
            f"{''.join(f'{letter}.' for letter in letters)} {family.upper()}",
        ],
        "hidden": [hangul[:size] + "○" * (len(hangul) - size), hangul[:size] + "모"],
    }


def level(written: Sequence[str], left: Pairs, right: Pairs) -> NDArray[np.uint8]:
    """The name's level of pairs of writings; each is a source of its own."""
    reports = [Report(str(at), str(at), (Name(text),)) for at, text in enumerate(written)]
    return compare.levels(encode(reports), left, right)[:, 0]


def is_same(levels: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Family and given name share a reading."""
    return (levels >= 1) & (levels <= compare.NAME_SAME)


def plain_letters(text: str) -> tuple[str, str]:
    """Letters for Jaro-Winkler, in both orders; Hangul is put into Revised Romanization."""
    if any(map(lattice.is_hangul, text)):
        text = " ".join(lattice.latin(part) for part in text.split())
    bare = unicodedata.normalize("NFKD", text.casefold())
    words = re.findall(r"[^\W_]+", re.sub("['’‘]", "", bare.replace("\u0306", "")))
    return "".join(words), "".join([*words[1:], *words[:1]])


def winkler(written: Sequence[str], left: Pairs, right: Pairs) -> NDArray[np.bool_]:
    """Whether the letters of pairs have a Jaro-Winkler similarity of at least .9."""
    both = [plain_letters(text) for text in written]
    out = np.zeros(len(left), np.bool_)
    for order in (0, 1):
        scores = cdist(
            [letters[0] for letters in both],
            [letters[order] for letters in both],
            scorer=JaroWinkler.similarity,
            dtype=np.float32,
        )
        out |= np.maximum(scores[left, right], scores[right, left]) >= 0.9
    return out


def wilson(found: int, of: int) -> str:
    """A share with its 95% interval (E. B. Wilson, JASA 22, 1927)."""
    if of == 0:
        return "none"
    z, p = 1.959964, found / of
    middle = (p + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * math.sqrt(p * (1 - p) / of + z * z / (4 * of * of))
    return f"{100 * p:6.2f}% [{100 * (middle - half):.1f}, {100 * (middle + half):.1f}]"


def variants(table: list[dict[str, list[str]]], show: bool) -> None:
    """The share of true spellings accepted, by kind."""
    kinds, written, owner = [], [], []
    for at, row in enumerate(table):
        for kind in ("hangul", *WRITTEN, "cyrillic", *MADE, *INITIALS):
            for text in row.get(kind, []):
                kinds.append(kind)
                written.append(text)
                owner.append(at)
    first = {
        who: at for at, (who, kind) in enumerate(zip(owner, kinds, strict=True)) if kind == "hangul"
    }
    right = np.array([at for at, kind in enumerate(kinds) if kind != "hangul"])
    left = np.array([first[owner[at]] for at in right])
    levels = level(written, left, right)
    same, jw = is_same(levels), winkler(written, left, right)
    kind = np.array(kinds)[right]
    print(f"{len(table)} people, {len(right)} spellings beside the Hangul")
    print(f"{'kind':>16} {'n':>5}  accepted                  Jaro-Winkler >= .9")

    def line(name: str, among: NDArray[np.bool_]) -> None:
        n = int(among.sum())
        print(
            f"{name:>16} {n:5}  {wilson(int(same[among].sum()), n):24}  "
            f"{wilson(int(jw[among].sum()), n)}"
        )

    for name in (*WRITTEN, "cyrillic", *MADE):
        line(name, kind == name)
    line("published", np.isin(kind, (*WRITTEN, "cyrillic")))
    line("in Latin letters", np.isin(kind, LATIN))
    line("all", ~np.isin(kind, INITIALS))
    for name in INITIALS:
        some = levels[kind == name]
        counts = {NAME[at]: int((some == at).sum()) for at in np.unique(some)}
        print(f"{name:>16} {len(some):5}  {counts}")
    if show:
        for a, b, at in zip(left, right, levels, strict=True):
            if not 1 <= at <= compare.NAME_SAME and kinds[b] not in INITIALS:
                print("  missed:", written[a], kinds[b], written[b], "-", NAME[at])


def across(name: str, written: list[str], owner: list[int], key: list[str], show: bool) -> None:
    """Pairs of different people that are taken for one name, per 1,000; and pairs of one person."""
    left, right = np.triu_indices(len(written), 1)
    who, keys = np.array(owner), np.array(key)
    same, jw = is_same(level(written, left, right)), winkler(written, left, right)
    other = keys[left] != keys[right]
    one = who[left] == who[right]
    n = int(other.sum())
    print(f"{name}: {n:,} pairs of different people")
    letters = [plain_letters(text)[0] for text in written]
    alike = sum(
        letters[a] == letters[b]
        for a, b in zip(left[same & other], right[same & other], strict=True)
    )
    print(
        f"  taken for one name, per 1,000: {1000 * float(same[other].mean()):.3f} "
        f"({int(same[other].sum())} pairs, {alike} of them spelt letter for letter the same); "
        f"Jaro-Winkler {1000 * float(jw[other].mean()):.3f}"
    )
    print(
        f"  any two spellings of one person: {wilson(int(same[one].sum()), int(one.sum()))}; "
        f"Jaro-Winkler {wilson(int(jw[one].sum()), int(one.sum()))}"
    )
    if show:
        wrong = sorted(
            {
                (written[a], written[b])
                for a, b in zip(left[same & other], right[same & other], strict=True)
            }
        )
        for a, b in wrong[:: max(1, len(wrong) // 60)]:
            print("  taken for one:", a, "/", b)


def of_table(table: list[dict[str, list[str]]]) -> tuple[list[str], list[int], list[str]]:
    """All published spellings, whose they are, and each person's name."""
    rows = [
        (text, at, row["hangul"][0])
        for at, row in enumerate(table)
        for kind in ("hangul", *WRITTEN, "cyrillic")
        for text in row.get(kind, [])
    ]
    return [row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows]


def made_up(count: int, seed: int = 5) -> tuple[list[str], list[int], list[str]]:
    """Fictitious people's names as the example's organisations write them, Hangul and Latin."""
    dice = Dice(seed)
    written: list[str] = []
    owner: list[int] = []
    key: list[str] = []
    for at, person in enumerate(population(seed)[:count]):
        surname = surnames()[person.surname][1]
        given = {
            style: " ".join(latin_given(dice, person.given, style)) for style in ("north", "abroad")
        }
        found: Iterable[str] = (
            person.surname + person.given,
            surname.south + southern(person.given),
            f"{dice.weighted(surname.latin['north'])} {given['north']}",
            f"{given['abroad'].replace(' ', '-')} {dice.weighted(surname.latin['abroad'])}",
        )
        for text in found:
            written.append(text)
            owner.append(at)
            key.append(lattice.hangul(lattice.of_hangul(person.surname + person.given)))
    return written, owner, key


def main() -> None:
    """Print what was asked for."""
    tables = sorted(file.stem for file in TABLES.glob("*.csv") if file.stem != "pairs")
    parser = argparse.ArgumentParser()
    parser.add_argument(
        "asked", nargs="*", default=["held_out"], help=" ".join([*tables, "missed"])
    )
    asked = parser.parse_args().asked
    if unknown := set(asked) - {*tables, "missed"}:
        parser.error(f"no table {' '.join(sorted(unknown))}; there are {' '.join(tables)}")
    show = "missed" in asked
    for name in asked:
        if name != "missed":
            print(f"== {name}")
            table = people(name)
            variants(table, show)
            across(name, *of_table(table), show)
    across("fictitious people", *made_up(600), show)


if __name__ == "__main__":
    main()
