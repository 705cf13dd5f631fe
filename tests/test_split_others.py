"""Strata under other ways of linking: the same people as without strata, table by table."""

from __future__ import annotations

from collections import Counter

import numpy as np

from uncounted.counting import Linked, count, split_all, split_others
from uncounted.linkage import link
from uncounted.records.dates import parse
from uncounted.records.names import Name
from uncounted.records.report import Report

GIVEN = ("철수", "영희", "성호", "은주", "광일", "향미", "춘화", "명국", "옥란", "혁철")


def reports() -> list[Report]:
    """Forty people on two lists, every second of whom a woman."""
    rng = np.random.default_rng(3)
    rows = []
    for at, name in enumerate(family + given for family in "김리박최" for given in GIVEN):
        born = parse(f"{int(rng.integers(1950, 2000))}-{int(rng.integers(1, 13)):02}-07")
        rows += [
            Report(source, f"{at}", (Name(name),), birth=born, sex="fm"[at % 2]) for source in "AB"
        ]
    return rows


def test_strata_add_up_to_the_tables_of_every_reading() -> None:
    people = reports()
    linkage = link(people, draws=4)
    keys = {(each.source, each.id): each for each in people}
    opened = Linked(linkage, [keys[key] for key in linkage.keys], [True] * len(people), {})
    whole, parts = count(opened), split_others(opened, ("sex",))
    assert [each.name for each in parts] == [each.name for each in whole.others]
    assert [each.name for each in parts][-2:] == ["strict", "loose"]
    for one, other in zip(whole.others, parts, strict=True):
        assert (one.why, one.in_grid) == (other.why, other.in_grid)
        for at, table in enumerate(one.tables):
            summed: Counter[str] = Counter()
            for tables in other.strata:
                summed.update(tables[at].counts)
            assert summed == Counter(table.counts)
    main = split_all(opened, ("sex",))
    assert sum(each.point.observed for each in main if each.point) == whole.point.observed
