"""Lists whose names cannot be compared are found by the birthdays that they share with others."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from uncounted.linkage import link
from uncounted.linkage.encoding.encode import Encoded, encode
from uncounted.linkage.shared_birthdays import not_comparable
from uncounted.records.dates.partial_date import parse
from uncounted.records.names.name import Name
from uncounted.records.report import Report

PEOPLE = 60
GIVEN = ("Ana", "Rosa", "Marta", "Elena", "Julia", "Sofia", "Irma", "Lidia", "Petrona", "Gloria")
FAMILY = (
    *("Lopez", "Cruz", "Rivera", "Reyes", "Mejia", "Pineda", "Campos", "Lara"),
    *("Molina", "Tobar", "Rios"),
)


def birth(person: int, rng: np.random.Generator) -> str:
    return f"{1950 + person % 40}-{rng.integers(1, 13):02}-{rng.integers(1, 29):02}"


def population(*, cipher: bool, order: str = "ABC") -> tuple[list[Report], list[int]]:
    """Three lists of the same people; the names of list C are other words, if in `cipher`."""
    rng = np.random.default_rng(4)
    births = [birth(at, rng) for at in range(PEOPLE)]
    rows, truth = [], []
    for source in order:
        for at in rng.permutation(PEOPLE)[:40].tolist():
            name = f"{GIVEN[at % len(GIVEN)]} {FAMILY[at % len(FAMILY)]}"
            if cipher and source == "C":
                name = name.translate(str.maketrans("aeiourlmnstj", "oyubkzgxwdph"))
            names, born = (Name(name),), parse(births[at])
            job = "farmer" if source == "B" else None  # or its rows would count as copied
            rows.append(Report(source, str(at), names, birth=born, occupation=job))
            truth.append(at)
    return rows, truth


def given(rows: list[Report], people: list[int]) -> tuple[Encoded, NDArray[np.int32]]:
    return encode(rows), np.array([people], np.int32)


def without_c(rows: list[Report], truth: list[int]) -> list[int]:
    """The people, if no report of list C is linked to others."""
    return [PEOPLE + at if row.source == "C" else truth[at] for at, row in enumerate(rows)]


def test_a_list_whose_names_are_other_words() -> None:
    rows, truth = population(cipher=True)
    found = not_comparable(*given(rows, without_c(rows, truth)))
    assert found is not None
    assert found.source == 2
    of_others = {truth[at] for at, row in enumerate(rows) if row.source != "C"}
    day = {at: row.birth.edtf[-2:] for row, at in zip(rows, truth, strict=True) if row.birth}
    shared = [
        at
        for row, at in zip(rows, truth, strict=True)
        if row.source == "C" and at in of_others and day[at] not in ("01", "15")
    ]
    assert found.excess == pytest.approx(len(shared), abs=4)
    assert found.linked == 0.0
    assert "reports of list C share" in found.in_words("C")


def test_lists_that_are_linked_pass() -> None:
    assert not_comparable(*given(*population(cipher=False))) is None


def test_people_of_no_other_list_pass() -> None:
    """No two lists have a person in common: birthdays are shared by chance alone."""
    rows, _ = population(cipher=False)
    rng = np.random.default_rng(8)
    unrelated = [
        Report(row.source, str(at), row.names, birth=parse(birth(int(rng.integers(40)), rng)))
        for at, row in enumerate(rows)
    ]
    assert not_comparable(*given(unrelated, list(range(len(rows))))) is None


def registers(dates: list[str], common: int, size: int) -> tuple[list[Report], list[int]]:
    """Three lists of `size` reports with `common` people on all; people's births are `dates`."""
    rows, truth = [], []
    own = common
    for source in "ABC":
        for at in range(size):
            who = at if at < common else own
            own += at >= common
            names = (Name(f"{GIVEN[who % len(GIVEN)]} {FAMILY[who % len(FAMILY)]}"),)
            rows.append(Report(source, str(at), names, birth=parse(dates[who])))
            truth.append(who)
    return rows, truth


@pytest.mark.parametrize("heaped", ["01-01", "07-01", "07-02", "06-30"])
@pytest.mark.parametrize("before", [1965, 2000])
def test_heaped_dates_are_no_birthdays(heaped: str, before: int) -> None:
    """People born before a year whose day is not known have one that stands for it."""
    for seed in range(4):
        rng = np.random.default_rng(seed)
        dates = []
        for _ in range(1100):
            year, day = int(rng.integers(1940, 2000)), birth(0, rng)[5:]
            dates.append(f"{year}-{heaped if year < before and rng.random() < 0.3 else day}")
        rows, truth = registers(dates, 50, 400)
        assert not_comparable(*given(rows, truth)) is None
        nobody = list(range(len(rows)))
        assert not_comparable(*given(rows, nobody)) is not None  # fifty people are on all three


def test_people_who_are_entered_often_count_once() -> None:
    rows, truth = population(cipher=False)
    again = [
        Report("A", f"{row.id}-{at}", row.names, birth=row.birth)
        for row in rows[:10]
        for at in range(12)
    ]
    people = truth + [who for who in truth[:10] for _ in range(12)]
    assert not_comparable(*given(rows + again, people)) is None


def test_reports_without_a_name_are_left_out() -> None:
    rows, truth = population(cipher=True)
    unnamed = [
        Report(row.source, row.id, () if row.source == "C" else row.names, birth=row.birth)
        for row in rows
    ]
    assert not_comparable(*given(unnamed, without_c(rows, truth))) is None


def test_few_reports_say_nothing() -> None:
    rows, _ = population(cipher=True)
    for few in (rows[:1], rows[:2], rows[38:42]):
        assert not_comparable(*given(few, list(range(len(few))))) is None


@pytest.mark.parametrize("order", ["ABC", "CBA"])
def test_the_linkage_fails_then(order: str) -> None:
    rows, _ = population(cipher=True, order=order)
    failed = link(rows, draws=20, with_grid=False).diagnostics.failed_check
    assert "reports of list C share" in str(failed)
    rows, _ = population(cipher=False, order=order)
    assert link(rows, draws=20, with_grid=False).diagnostics.failed_check is None
