"""The cases in other languages: reproducible, read whole, and as their README says."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from examples.make_languages import CASES, case, describe
from tests.records.read_file import read_file

from uncounted.records.intake import rows as intake
from uncounted.records.intake.mapping import Mapping

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
    row = re.search(rf"^\| `{language}/`.*$", (EXAMPLES / "README.md").read_text("utf-8"), re.M)
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
