"""The cases in other languages: reproducible, read whole, and as their README says."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

import attrs
import numpy as np
import pytest
from examples.make_languages import CASES, case, describe
from tests.records.read_file import read_file

from uncounted.linkage.comparison import levels, name_levels
from uncounted.linkage.encoding.encode import encode
from uncounted.records.intake import rows as intake
from uncounted.records.intake.mapping import Mapping
from uncounted.records.names.name import Name
from uncounted.records.report import Report

EXAMPLES = Path(__file__).parents[2] / "examples"
LISTS = [(language, name) for language in CASES for name in case(language).lists]


@pytest.mark.parametrize("language", CASES)
def test_making_it_again_gives_the_committed_bytes(language: str) -> None:
    made = case(language).files
    assert {*made} == {path.name for path in (EXAMPLES / language).glob("*.csv")}
    for name, content in made.items():
        assert content == (EXAMPLES / language / name).read_bytes(), name


@pytest.mark.parametrize(("language", "name"), LISTS)
def test_every_row_is_read_with_its_act_and_is_in_the_truth(language: str, name: str) -> None:
    folder = EXAMPLES / language
    rules = Mapping.parse(folder / f"{name}.toml")
    rows = read_file(folder / f"{name}.csv", rules, name)
    accepted = [row for row in rows if isinstance(row, intake.Accepted)]
    read = [row.report for row in accepted]
    truth = csv.DictReader(io.StringIO((folder / "truth.csv").read_text("utf-8")))
    told = [row["id"] for row in truth if row["source"] == name]
    assert sorted(report.id for report in read) == sorted(told)
    assert 60 <= len(read) <= 150
    acts = sum(any(act.date or act.place for act in report.acts) for report in read)
    assert acts > 0.95 * len(read)
    assert all(row.consent.uses for row in accepted)


@pytest.mark.parametrize("language", CASES)
def test_the_readme_states_the_truth(language: str) -> None:
    made = case(language)
    row = re.search(rf"^\| `{language}/` .*$", (EXAMPLES / "README.md").read_text("utf-8"), re.M)
    assert row
    stated = [int(cell) for cell in row.group().split("|") if cell.strip().isdigit()]
    assert stated == [len(made.fates), made.patterns().total(), len(made.truth)]
    assert f"{stated[0]} people, {stated[1]} on a list" in describe(language)


@pytest.mark.parametrize("language", CASES)
def test_the_last_list_depends_on_the_one_before_it(language: str) -> None:
    fates = case(language).fates
    before, last = case(language).lists[-2:]
    both = sum({before, last} <= fate.lists for fate in fates)
    expected = sum(before in fate.lists for fate in fates) * sum(last in x.lists for x in fates)
    assert both * len(fates) > 1.25 * expected
    found = [len(fate.lists) for fate in fates if fate.found]
    others = [len(fate.lists) for fate in fates if not fate.found]
    assert sum(found) / len(found) > 2 * sum(others) / len(others)


ROWS = 20
HOSTILE: dict[str, Callable[[str], str]] = {
    "joiners": "\u200d".join,
    "non-joiners": "\u200c".join,
    "marks of direction": "\u200f{}\u200e".format,
    "embedding": "\u202b{}\u202c".format,
    "isolates": "\u2067{}\u2069".format,
    "marks apart": lambda text: unicodedata.normalize("NFD", text),
    "spaces that do not break": lambda text: text.replace(" ", "\u00a0"),
    "Arabic digits": lambda text: _digits(text, "٠"),
    "Persian digits": lambda text: _digits(text, "۰"),
    "Burmese digits": lambda text: _digits(text, "၀"),
}


def _digits(text: str, zero: str) -> str:
    return "".join(chr(ord(zero) + unicodedata.decimal(c)) if c.isdecimal() else c for c in text)


def read(path: Path, language: str, name: str) -> list[Report]:
    rules = Mapping.parse(EXAMPLES / language / f"{name}.toml")
    rows = list(read_file(path, rules, name))
    assert all(isinstance(row, intake.Accepted) for row in rows)
    return [row.report for row in rows if isinstance(row, intake.Accepted)]


def changed(folder: Path, language: str, name: str, change: Callable[[str], str]) -> list[Report]:
    """The first reports of a list, as they are and with every cell and heading changed."""
    text = (EXAMPLES / language / f"{name}.csv").read_text("utf-8")
    delimiter = ";" if text.partition("\n")[0].count(";") > 2 else ","
    rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))[: ROWS + 1]
    other = [[row[0], *(change(cell) if cell else "" for cell in row[1:])] for row in rows]
    found = []
    for at, table in enumerate((rows, other)):
        path = folder / f"{at}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter=delimiter).writerows(table)
        found += read(path, language, name)
    return found


def name_levels_of(reports: list[Report]) -> list[int]:
    """Of each report in the first half the level of its name with that in the second half."""
    half = len(reports) // 2
    apart = [attrs.evolve(each, id=f"{at}") for at, each in enumerate(reports)]
    left = np.arange(half)
    found: list[int] = levels.levels(encode(apart), left, left + half)[:, 0].tolist()
    return found


@pytest.mark.parametrize("how", HOSTILE)
@pytest.mark.parametrize(
    ("language", "name"),
    [("arabic", "Sijill"), ("arabic", "Ahali"), ("ukrainian", "Reiestr"), ("burmese", "Hmattan")],
)
def test_what_is_not_seen_changes_no_cell_and_no_name(
    tmp_path: Path, language: str, name: str, how: str
) -> None:
    both = changed(tmp_path, language, name, HOSTILE[how])
    told = [
        (
            report.id,
            report.sex,
            report.birth and report.birth.edtf,
            [(act.kind, act.date and act.date.edtf, act.outcome) for act in report.acts],
        )
        for report in both
    ]
    assert told[:ROWS] == told[ROWS:]
    assert all(0 < level <= name_levels.SAME_LAST for level in name_levels_of(both))


@pytest.mark.parametrize(
    ("language", "name"),
    [("arabic", "Sijill"), ("arabic", "Monitor"), ("ukrainian", "Reiestr"), ("ukrainian", "Watch")],
)
def test_the_family_name_may_stand_at_the_other_end(language: str, name: str) -> None:
    reports = read(EXAMPLES / language / f"{name}.csv", language, name)[:ROWS]
    other = []
    for report in reports:
        end = r"(\S+) (.+)" if name == "Reiestr" else r"(.+?) ((?:(?:El|Al) )?\S+)"
        back = re.sub(f"^{end}$", r"\2 \1", report.names[0].written)
        other.append(attrs.evolve(report, names=(Name(back),)))
    assert all(0 < level <= name_levels.EXCHANGED for level in name_levels_of([*reports, *other]))
