"""The collection: published tables in which populations of known size can be estimated.

In a table of four lists or more the people on one list are a population of known size, which
the other lists see in part (Binette and Steorts 2022). Of some tables the size of the whole
population is known as well. Tables of one collection share their data (strata, periods) and
count as one where errors are averaged.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from importlib import resources

import attrs

from uncounted.captures import CaptureTable
from uncounted.estimate.robustness.list_consistency import joined, within

FEWEST_ON_LIST = 5  # a list that has fewer of these people is left out
FEWEST_LISTS = 3
FEWEST_DOCUMENTED = 15


@attrs.frozen
class CollectedTable:
    """A table of the collection, and where its counts are published.

    Attributes:
        collection: the group of tables that share their data.
        name: of the table, unique.
        title: what was counted.
        table: the counts.
        known_size: size of the whole population, where it is known.
        citation: the publication.
        counts_from: file or package from which the counts were read.
    """

    collection: str
    name: str
    title: str
    table: CaptureTable
    known_size: int | None
    citation: str
    counts_from: str


@attrs.frozen
class KnownPopulation:
    """A population of known size and the lists that see a part of it.

    Attributes:
        collection: the group of tables it belongs to.
        name: the table, and after a slash the list whose people are the population.
        whole: whether it is the whole population of a table, and not the people of one list.
        table: the lists that see a part of it.
        size: the known size.
    """

    collection: str
    name: str
    whole: bool
    table: CaptureTable
    size: int

    @property
    def undocumented(self) -> int:
        """People on none of the lists."""
        return self.size - self.table.observed


@cache
def collected_tables() -> tuple[CollectedTable, ...]:
    """Every table of the collection."""
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for row in _rows("histories.csv"):
        counts[row["table"]][row["history"]] = int(row["count"])
    return tuple(
        CollectedTable(
            row["collection"],
            row["table"],
            row["title"],
            CaptureTable(tuple(row["lists"].split(";")), counts[row["table"]]),
            int(row["known_size"]) if row["known_size"] else None,
            row["citation"],
            row["counts_from"],
        )
        for row in _rows("tables.csv")
    )


def known_populations() -> Iterator[KnownPopulation]:
    """The populations of known size in the collection: of lists, then of each whole table.

    Of the lists that see a population, those with fewer than 5 of its people and those that
    share no one with the others are left out; 3 lists and 15 documented people have to remain.
    """
    for each in collected_tables():
        for name, size in each.table.list_totals.items():
            seen = within(each.table, name)
            large = [other for other, n in seen.list_totals.items() if n >= FEWEST_ON_LIST]
            if len(large) < FEWEST_LISTS:
                continue
            table = joined(seen.select(large))
            if len(table.lists) >= FEWEST_LISTS and table.observed >= FEWEST_DOCUMENTED:
                yield KnownPopulation(each.collection, f"{each.name}/{name}", False, table, size)
        if each.known_size is not None and each.table.observed >= FEWEST_DOCUMENTED:
            yield KnownPopulation(each.collection, each.name, True, each.table, each.known_size)


def _rows(file: str) -> list[dict[str, str]]:
    text = resources.files(__package__).joinpath(file).read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))
