"""Lists whose names cannot be compared are found by the birthdays that they share with others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from uncounted.linkage import link
from uncounted.linkage.encoding.encode import Encoded, encode
from uncounted.linkage.shared_birthdays import hardly_linked, in_words
from uncounted.records.dates.partial_date import parse
from uncounted.records.names.name import Name
from uncounted.records.report import Report

PEOPLE = 60
GIVEN = ("Ana", "Rosa", "Marta", "Elena", "Julia", "Sofia", "Irma", "Lidia", "Petrona", "Gloria")
FAMILY = ("Lopez", "Cruz", "Rivera", "Reyes", "Mejia", "Pineda", "Campos", "Lara", "Molina", "Tobar", "Rio")
    "Lopez",
    "Cruz",
    "Rivera",
    "Reyes",
    "Mejia",
    "Pineda",
    "Campos",
    "Lara",
    "Molina",
    "Tobar",
    "Rios",
)


def birth(person: int, rng: np.random.Generator) -> str:
    return f"{1950 + person % 40}-{rng.integers(1, 13):02}-{rng.integers(1, 29):02}"


def population(*, cipher: bool, heaped: bool = False) -> tuple[list[Report], list[int]]:
    """Three lists of the same people; the names of the third are other words, if in `cipher`."""
    rng = np.random.default_rng(4)
    births = [birth(at, rng) for at in range(PEOPLE)]
    rows, truth = [], []
    for source in "ABC":
        for at in rng.permutation(PEOPLE)[:40].tolist():
            name = f"{GIVEN[at % len(GIVEN)]} {FAMILY[at % len(FAMILY)]}"
            if cipher and source == "C":
                name = name.translate(str.maketrans("aeiourlmnstj", "oyubkzgxwdph"))
            day = births[at]
            if heaped:
                day = f"{day[:4]}-01-01"
            rows.append(Report(source, str(at), (Name(name),), birth=parse(day)))
            truth.append(at)
    return rows, truth


def slots_of(rows: list[Report], people: list[int]) -> tuple[Encoded, NDArray[np.int32]]:
    return encode(rows), np.array([people], np.int32)


def test_a_list_whose_names_are_other_words() -> None:
    rows, truth = population(cipher=True)
    alone = [PEOPLE + at if row.source == "C" else truth[at] for at, row in enumerate(rows)]
    found = hardly_linked(*slots_of(rows, alone))
    assert found is not None
    assert found.source == 2
    pairs = [(i, j) for i in range(len(rows)) for j in range(i) if truth[i] == truth[j]]
    of_c = [each for each in pairs if "C" in {rows[at].source for at in each}]
    assert abs(found.expected - len(of_c)) < 5
    assert found.linked == 0.0
    assert "of list C" in str(in_words(found, "ABC"))


def test_lists_that_are_linked_pass() -> None:
    rows, truth = population(cipher=False)
    assert hardly_linked(*slots_of(rows, truth)) is None
    assert in_words(None, "ABC") is None


def test_people_of_no_other_list_pass() -> None:
    """No two lists have a person in common: birthdays are shared by chance alone."""
    rows, _ = population(cipher=False)
    rng = np.random.default_rng(8)
    strangers = [
        Report(row.source, str(at), row.names, birth=parse(birth(int(rng.integers(40)), rng)))
        for at, row in enumerate(rows)
    ]
    assert hardly_linked(*slots_of(strangers, list(range(len(rows))))) is None


def test_a_date_that_stands_for_others_is_no_birthday() -> None:
    rows, _ = population(cipher=True, heaped=True)
    assert hardly_linked(*slots_of(rows, list(range(len(rows))))) is None


def test_sexes_that_differ_are_other_people() -> None:
    rows, truth = population(cipher=True)
    sexes = {"A": "m", "B": "m", "C": "f"}
    apart = [
        Report(row.source, row.id, row.names, birth=row.birth, sex=sexes[row.source])
        for row in rows
    ]
    alone = [PEOPLE + at if row.source == "C" else truth[at] for at, row in enumerate(apart)]
    assert hardly_linked(*slots_of(apart, alone)) is None


def test_the_linkage_fails_then() -> None:
    rows, _ = population(cipher=True)
    failed = link(rows, draws=20, with_grid=False).diagnostics.failed_check
    assert "its names cannot be compared with those of the other lists" in str(failed)
    rows, _ = population(cipher=False)
    assert link(rows, draws=20, with_grid=False).diagnostics.failed_check is None
