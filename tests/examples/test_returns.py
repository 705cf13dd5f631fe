"""The example is what its README says: reproducible, unequal, and not easier than life."""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import re
import sys
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
from tests.records.read_file import read_file

from uncounted.publish.plan import Plan
from uncounted.records.intake import rows as intake
from uncounted.records.intake.mapping import Mapping

EXAMPLES = Path(__file__).parents[2] / "examples"
RETURNS = EXAMPLES / "returns"
LISTS = ("Saebyok", "TumenWatch", "Panel", "OpenDoor")
ENCODINGS = {
    "Saebyok": "utf-8",
    "TumenWatch": "utf-8-sig",
    "Panel": "utf-8-sig",
    "OpenDoor": "utf-16",
}
DELIMITERS = {"Saebyok": ",", "TumenWatch": ",", "Panel": ";", "OpenDoor": "\t"}


@cache
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_returns", EXAMPLES / "make_returns.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@cache
def rows(name: str) -> list[dict[str, str]]:
    text = (RETURNS / f"{name}.csv").read_bytes().decode(ENCODINGS[name])
    return list(csv.DictReader(io.StringIO(text), delimiter=DELIMITERS[name]))


def mapping(name: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = tomllib.loads((RETURNS / f"{name}.toml").read_text("utf-8"))
    return found


@cache
def truth_rows() -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((RETURNS / "truth.csv").read_text("utf-8"))))


def truth() -> dict[str, object]:
    found: dict[str, object] = json.loads((RETURNS / "truth.json").read_text("utf-8"))
    return found


def test_making_it_again_gives_the_committed_bytes() -> None:
    made = script().files()
    assert {*made} == {*(f"{name}.csv" for name in LISTS), "truth.csv", "truth.json"}
    for name, content in made.items():
        assert content == (RETURNS / name).read_bytes(), name


def test_another_seed_makes_other_people() -> None:
    other = script().files(7)
    assert all(content != (RETURNS / name).read_bytes() for name, content in other.items())


@pytest.mark.parametrize("name", LISTS)
def test_a_mapping_names_columns_that_are_there(name: str) -> None:
    columns = mapping(name)["columns"]
    alternatives = columns.pop("name_alt")  # the one entry that is a list
    assert {*columns.values(), *alternatives} <= set(rows(name)[0])
    assert {"id", "sex", "birth", "origin", "act", "date", "place"} <= set(columns)


@pytest.mark.parametrize("name", LISTS)
def test_every_row_is_in_the_truth_once(name: str) -> None:
    ids = [row[mapping(name)["columns"]["id"]] for row in rows(name)]
    told = [row["id"] for row in truth_rows() if row["source"] == name]
    assert len(set(ids)) == len(ids)
    assert sorted(ids) == sorted(told)


def test_the_truth_counts_itself() -> None:
    told = truth()
    on: dict[str, set[str]] = {}
    for row in truth_rows():
        on.setdefault(row["person"], set()).add(row["source"])
    patterns = Counter("".join("01"[name in lists] for name in LISTS) for lists in on.values())
    assert told["patterns"] == dict(patterns)
    assert told["people"] == 1500
    assert told["observed"] == len(on)
    assert told["on_no_list"] == 1500 - len(on)
    assert told["reports"] == len(truth_rows())


def test_consent_leaves_a_few_reports_out_and_the_truth_says_so() -> None:
    said_no = {
        "Saebyok": ("동의", ("", "연계")),
        "TumenWatch": ("consent", ("",)),
        "OpenDoor": ("OK to use?", ("no",)),
    }
    refused = {
        (name, row[mapping(name)["columns"]["id"]])
        for name, (column, words) in said_no.items()
        for row in rows(name)
        if row[column] in words
    }
    assert 0.02 < len(refused) / len(truth_rows()) < 0.06
    on: dict[str, set[str]] = {}
    for row in truth_rows():
        if (row["source"], row["id"]) not in refused:
            on.setdefault(row["person"], set()).add(row["source"])
    patterns = Counter("".join("01"[name in lists] for name in LISTS) for lists in on.values())
    assert script().truth_table(consented=True) == dict(patterns)
    assert truth()["with_consent"] == {
        "reports": len(truth_rows()) - len(refused),
        "observed": len(on),
        "patterns": dict(patterns),
    }


def test_a_third_of_all_people_are_kim_or_ri() -> None:
    people, _ = script().world()
    share = sum(person.surname in ("김", "리") for person in people) / len(people)
    assert abs(share - 0.35) < 0.04
    written = [row["성명"][0] for row in rows("Saebyok")]
    assert abs(sum(first in "김이리" for first in written) / len(written) - 0.35) < 0.05


def test_names_collide_and_some_are_short() -> None:
    people, _ = script().world()
    full = Counter((person.surname, person.given) for person in people)
    assert 0.15 < sum(n for n in full.values() if n > 1) / len(people) < 0.4
    assert 0.02 < sum(len(person.given) == 1 for person in people) / len(people) < 0.1
    assert {"남궁", "선우"} & {person.surname for person in people}


def test_a_third_of_the_dates_are_partial() -> None:
    def has_day(text: str) -> bool:
        return bool(re.search(r"일|^\d{4}-\d\d-\d\d$|^\d{1,2} [A-Z]", text))

    dates = [row[mapping(name)["columns"]["date"]] for name in LISTS for row in rows(name)]
    there = [date for date in dates if date]
    assert 0.01 < 1 - len(there) / len(dates) < 0.06
    assert abs(sum(not has_day(date) for date in there) / len(there) - 1 / 3) < 0.05


@pytest.mark.parametrize("name", LISTS)
def test_some_people_are_twice_on_a_list(name: str) -> None:
    people = [row["person"] for row in truth_rows() if row["source"] == name]
    assert 250 <= len(set(people)) <= 500
    assert 0.02 < 1 - len(set(people)) / len(people) < 0.07


def test_fields_are_missing_and_dates_are_wrong() -> None:
    for name in LISTS:
        columns = mapping(name)["columns"]
        for field in ("sex", "birth", "origin"):
            missing = sum(not row[columns[field]] for row in rows(name)) / len(rows(name))
            assert 0.03 < missing < 0.4, (name, field)
    people, _ = script().world()
    person_of = {
        row["id"]: int(row["person"][1:]) for row in truth_rows() if row["source"] == "TumenWatch"
    }
    wrong = [
        row["event_date"][:4] != str(people[person_of[row["case_no"]]].returned.year)
        for row in rows("TumenWatch")
        if row["event_date"]
    ]
    assert 0.01 < sum(wrong) / len(wrong) < 0.12


def test_no_list_spells_all_kims_and_ris_as_another_does() -> None:
    seen = " ".join(row["Full name"] for row in rows("OpenDoor"))
    assert all(
        re.search(rf"\b{spelling}\b", seen) for spelling in ("Lee", "Ri", "Li", "Pak", "Park")
    )
    assert any(row["Name (family name in capitals)"].startswith("RI ") for row in rows("Panel"))
    assert any(row["family_name"] == "Lee" for row in rows("TumenWatch"))
    assert any(re.search(r"[一-鿿]{2}", row["Korean or Chinese"]) for row in rows("OpenDoor"))
    assert any(re.search(r"[가-힣]{2}", row["Korean or Chinese"]) for row in rows("OpenDoor"))


def test_families_were_handed_over_together() -> None:
    people, _ = script().world()
    families: dict[int, list[object]] = {}
    for person in people:
        families.setdefault(person.family, []).append(person)
    together = [members for members in families.values() if len(members) > 1]
    assert 0.15 < sum(map(len, together)) / len(people) < 0.45
    assert all(len({(p.returned, p.town, p.origin) for p in m}) == 1 for m in together)  # type: ignore[attr-defined]


def test_capture_is_unequal_as_stated() -> None:
    people, _ = script().world()
    on_a_list = sum(bool(person.lists) for person in people)
    assert 0.5 < on_a_list / len(people) < 0.62
    for name in LISTS:
        reached = [name in person.lists for person in people if person.reached]
        others = [name in person.lists for person in people if not person.reached]
        assert sum(reached) / len(reached) > 2 * sum(others) / len(others)
    assert set(truth()["capture"]) == set(script().CAPTURE)  # type: ignore[call-overload]


def test_lists_depend_on_each_other() -> None:
    made = script()
    counts = made.truth_table(consented=False)
    ratios = {
        (a, b): made.odds_ratio(counts, a, b, 1500) for a in range(4) for b in range(a + 1, 4)
    }
    assert max(ratios, key=lambda pair: ratios[pair]) == (1, 2)
    assert ratios[1, 2] > 2
    assert min(ratios.values()) > 1


@pytest.mark.parametrize("name", LISTS)
def test_the_project_reads_every_row(name: str) -> None:
    rules = Mapping.parse(RETURNS / f"{name}.toml")
    read = list(read_file(RETURNS / f"{name}.csv", rules, name))
    assert len(read) == len(rows(name))
    assert all(isinstance(row, intake.Accepted) for row in read)
    assert all(row.report.acts[0].kind for row in read if isinstance(row, intake.Accepted))


def test_the_project_reads_the_plan() -> None:
    plan = Plan.parse(RETURNS / "plan.toml")
    plan.check_lists(LISTS)
    assert plan.truth_file
    assert plan.truth_file.is_file()


def test_the_plan_repeats_how_people_were_captured() -> None:
    plan = tomllib.loads((RETURNS / "plan.toml").read_text("utf-8"))
    assert plan["truth"]["capture"].split() == " ".join(script().CAPTURE).split()
    assert list(plan["lists"]) == list(LISTS)


def test_describe_gives_the_truth_in_words() -> None:
    said = script().describe()
    assert "1500 people" in said
    assert "odds ratio" in said
    assert all(pattern in said for pattern in script().truth_table())


@pytest.mark.parametrize(
    ("name", "lists", "people"),
    [("kosovo", 4, 4400), ("spina-bifida", 3, 626), ("congenital", 5, 537)],
)
def test_published_tables_have_their_published_totals(name: str, lists: int, people: int) -> None:
    """Ball et al. 2002; Madigan and York 1997: people on at least one list."""
    table = list(csv.reader(io.StringIO((EXAMPLES / f"{name}.csv").read_text("utf-8"))))
    assert len(table[0]) == lists + 1
    assert table[0][-1] == "count"
    assert sum(int(row[-1]) for row in table[1:]) == people
    assert all("1" in row[:-1] for row in table[1:])


def test_kosovo_has_its_published_list_totals() -> None:
    """Ball, Betts, Scheuren, Dudukovich, Asher 2002."""
    table = list(csv.DictReader(io.StringIO((EXAMPLES / "kosovo.csv").read_text("utf-8"))))
    totals = {
        name: sum(int(row["count"]) for row in table if row[name] == "1")
        for name in ("EXH", "ABA", "OSCE", "HRW")
    }
    assert totals == {"EXH": 1910, "ABA": 1528, "OSCE": 1786, "HRW": 685}
