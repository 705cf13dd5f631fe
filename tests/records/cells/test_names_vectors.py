"""Pairs of written names and the level each must have, a comment a pair; and the figures of the
tables of published spellings: see docs/dev/names.md for what they were when they were new."""

from __future__ import annotations

import csv
import itertools
from pathlib import Path

import numpy as np
import pytest

from benchmarks import bench_names
from uncounted.linkage.comparison import levels
from uncounted.linkage.comparison.name_levels import NAME
from uncounted.linkage.encoding.encode import encode
from uncounted.records.names.name import Name
from uncounted.records.report import Report

VECTORS = Path(__file__).parents[2] / "vectors" / "names"


def rows() -> list[dict[str, str]]:
    with (VECTORS / "pairs.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def level(one: str, other: str) -> str:
    reports = [Report(str(at), "1", (Name(name),)) for at, name in enumerate((one, other))]
    found = levels.levels(encode(reports), np.array([0]), np.array([1]))[0, 0]
    for said in ("same, ", "in part, ", "given name in part, "):  # and how rare the name is
        if NAME[found].startswith(said) and NAME[found].endswith(("rare", "rarest", "usual")):
            return said.removesuffix(", ")
    return NAME[found]


@pytest.mark.parametrize(
    "row", rows(), ids=lambda row: f"{row['one']}-{row['other'].replace(' ', '_')}"
)
def test_a_pair_has_its_level_in_both_directions(row: dict[str, str]) -> None:
    assert row["comment"]
    assert level(row["one"], row["other"]) == row["expect"], row["comment"]
    assert level(row["other"], row["one"]) == row["expect"], "the other way round"


TABLES = ("held_out", "fresh")


@pytest.fixture(scope="module", params=TABLES)
def table(request: pytest.FixtureRequest) -> list[dict[str, list[str]]]:
    return bench_names.people(request.param)


def test_published_spellings_are_accepted(table: list[dict[str, list[str]]]) -> None:
    kinds = (*bench_names.WRITTEN, "cyrillic", *bench_names.MADE)
    pairs = [
        (row["hangul"][0], text) for row in table for kind in kinds for text in row.get(kind, [])
    ]
    written = [text for pair in pairs for text in pair]
    left = np.arange(0, len(written), 2)
    same = bench_names.is_same(bench_names.level(written, left, left + 1))
    assert len(pairs) > 1500
    assert same.mean() >= 0.985


def test_those_of_the_press_are_accepted(table: list[dict[str, list[str]]]) -> None:
    pairs = [(row["hangul"][0], text) for row in table for text in row["other"]]
    written = [text for pair in pairs for text in pair]
    left = np.arange(0, len(written), 2)
    same = bench_names.is_same(bench_names.level(written, left, left + 1))
    assert len(pairs) > 250
    assert same.mean() >= 0.97


def test_different_people_are_not_taken_for_one(table: list[dict[str, list[str]]]) -> None:
    written, _, names = bench_names.of_table(table)
    left, right = np.triu_indices(len(written), 1)
    apart = np.array(names)[left] != np.array(names)[right]
    same = bench_names.is_same(bench_names.level(written, left[apart], right[apart]))
    assert len(same) > 500_000
    assert same.mean() <= 0.001


def test_the_tables_are_of_different_people() -> None:
    tables = [bench_names.people(name) for name in (*TABLES, "development")]
    people = [row["hangul"][0] for table in tables for row in table]
    assert len(people) == len(set(people))
    for row in itertools.chain(*tables):
        assert row["north"], "each has at least the romanisation that the made spellings rest on"


def test_no_one_of_the_fresh_table_is_in_the_pairs() -> None:
    pairs = {text for row in rows() for text in (row["one"], row["other"])}
    assert not pairs & {row["hangul"][0] for row in bench_names.people("fresh")}
