"""The collection of tables with populations of known size."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from uncounted.estimate import disconnected_groups
from uncounted.estimate.track_record.collection import collected_tables, known_populations

REFERENCE = Path(__file__).parents[4] / "shared" / "reference"


def test_every_table_has_counts_a_title_and_a_source() -> None:
    tables = collected_tables()
    assert len({each.name for each in tables}) == len(tables)
    for each in tables:
        assert 4 <= len(each.table.lists) <= 10, each.name
        assert each.table.observed > 0
        assert each.title, each.name
        assert each.counts_from, each.name
        if each.known_size is not None:
            assert each.known_size >= each.table.observed


def test_kosovo_as_published() -> None:
    kosovo = next(each for each in collected_tables() if each.name == "kosovo")
    assert kosovo.table.observed == 4400
    assert dict(kosovo.table.list_totals) == {"EXH": 1910, "ABA": 1528, "OSCE": 1786, "HRW": 685}


def test_populations_of_known_size() -> None:
    found = list(known_populations())
    kinds = Counter(each.whole for each in found)
    assert kinds[True] >= 20
    assert kinds[False] >= 200
    assert len({(each.name, each.whole) for each in found}) == len(found)
    for each in found:
        assert each.size >= each.table.observed >= 15
        if not each.whole:
            assert len(each.table.lists) >= 3
            assert min(each.table.list_totals.values()) >= 5
            assert len(disconnected_groups(each.table)) == 1


def test_people_of_a_list_are_those_of_the_table() -> None:
    by_name = {each.name: each for each in known_populations()}
    kosovo = next(each for each in collected_tables() if each.name == "kosovo").table
    aba = by_name["kosovo/ABA"]
    assert aba.size == 1528
    seen = sum(n for h, n in kosovo.counts.items() if h[1] == "1" and h.count("1") > 1)
    assert aba.table.observed == seen


@pytest.mark.skipif(not REFERENCE.exists(), reason="the reference tables are not at hand")
def test_counts_are_those_of_the_reference_tables() -> None:
    reference = {}
    for file in ("tables.json", "lists.json"):
        for entry in json.loads((REFERENCE / file).read_text(encoding="utf-8")).values():
            if isinstance(entry, dict) and isinstance(entry.get("patterns"), dict):
                counts = {history: n for history, n in entry["patterns"].items() if n}
                reference[tuple(map(str, entry["lists"])), tuple(sorted(counts.items()))] = entry
    for each in collected_tables():
        key = each.table.lists, tuple(sorted(each.table.counts.items()))
        assert key in reference, each.name
        truth = reference[key].get("truth")
        assert each.known_size == (truth["N"] if truth else None), each.name
