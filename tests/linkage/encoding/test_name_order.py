"""Where family names stand in each list: by capitals, by other lists, and by sex."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from uncounted.linkage.encoding.columns import columns
from uncounted.linkage.encoding.source_names import of_lists, of_sources
from uncounted.records.names.name import Name
from uncounted.records.report import Report

MEN = ("Bego", "Zoran", "Goran", "Milan", "Novica", "Hamed", "Fadil", "Nermin")
WOMEN = ("Zejna", "Rukija", "Fatima", "Hajra", "Zumra", "Milica", "Ana", "Jelena")
FAMILIES = ("Oric", "Pasic", "Hodzic", "Popovic", "Jusic", "Dautovic", "Efendic", "Mujic")
type Person = tuple[str, str, str]


def people(count: int = 80, seed: int = 1) -> list[Person]:
    """Given name, family name and sex of people."""
    rng = np.random.default_rng(seed)
    out = []
    for _ in range(count):
        sex = "mf"[int(rng.integers(2))]
        given = (MEN if sex == "m" else WOMEN)[int(rng.integers(8))]
        out.append((given, FAMILIES[int(rng.integers(8))], sex))
    return out


def given_first(given: str, family: str) -> str:
    return f"{given} {family}"


def family_first(given: str, family: str) -> str:
    return f"{family} {given}"


def reports(
    source: str, written: Callable[[str, str], str], of: Sequence[Person], *, sex: bool = True
) -> list[Report]:
    return [
        Report(source, str(at), (Name(written(given, family)),), sex=which if sex else None)
        for at, (given, family, which) in enumerate(of)
    ]


def orders(rows: list[Report]) -> list[str | None]:
    recorded = columns(rows)
    return [each.order for each in of_sources(recorded)]


def test_given_names_are_of_one_sex() -> None:
    assert orders(reports("A", given_first, people())) == ["last"]
    assert orders(reports("A", family_first, people())) == ["first"]


def test_without_sex_one_list_does_not_tell() -> None:
    assert orders(reports("A", family_first, people(), sex=False)) == [None]


def test_capitals_tell_for_lists_that_have_none() -> None:
    rows = reports("A", lambda g, f: f"{f.upper()} {g}", people(), sex=False)
    rows += reports("B", given_first, people(seed=2), sex=False)
    rows += reports("C", family_first, people(seed=3), sex=False)
    assert orders(rows) == ["first", "last", "first"]
    listed = of_lists(rows)
    assert [listed[each].family_first for each in "ABC"] == [True, False, True]


def test_names_all_in_capitals_tell_nothing() -> None:
    rows = reports("A", lambda g, f: f"{f} {g}".upper(), people(), sex=False)
    assert orders(rows) == [None]


def test_of_lists_the_other_way_round_most_are_assumed_to_have_the_given_name_first() -> None:
    rows = reports("A", given_first, people(60), sex=False)
    rows += reports("B", family_first, people(90, seed=2), sex=False)
    rows += reports("C", given_first, people(60, seed=3), sex=False)
    assert orders(rows) == ["last", "first", "last"]
    assert not of_lists(rows)["B"].family_first  # nothing is shown that is assumed


def test_a_few_names_in_capitals_are_no_custom() -> None:
    few = reports("A", lambda g, f: f"{g} {f.upper()}", people(6), sex=False)
    rows = [*few, *reports("B", family_first, people(), sex=False)]
    assert orders(rows) != ["last", "first"]


def test_capitals_with_a_hyphen_or_an_apostrophe() -> None:
    rows = reports("A", lambda g, f: f"{f.upper()}-GOMEZ {g}", people(), sex=False)
    assert orders(rows) == ["first"]
    rows = reports("A", lambda g, f: f"{g} O'{f.upper()}", people(), sex=False)
    assert orders(rows) == ["last"]


def test_few_last_names_that_tell_the_sex_are_no_given_names() -> None:
    """Singh and Kaur: given names are of men and women."""
    rng = np.random.default_rng(1)
    given = ("Gurpreet", "Harjit", "Manjit", "Jaspreet", "Sukhdev", "Amarjit", "Kuldip", "Paramjit")
    rows = []
    for at in range(200):
        woman = rng.random() < 0.2
        name = f"{given[int(rng.integers(8))]} {'Kaur' if woman else 'Singh'}"
        rows.append(Report("A", str(at), (Name(name),), sex="f" if woman else "m"))
    assert orders(rows) == [None]


def test_a_list_in_both_orders_has_none() -> None:
    mixed = reports("A", given_first, people(), sex=False)
    mixed += [
        Report("A", f"x{each.id}", each.names)
        for each in reports("A", family_first, people(), sex=False)
    ]
    assert orders([*mixed, *reports("B", given_first, people(seed=2), sex=False)])[0] is None


@pytest.mark.parametrize("apart", [False, True])
def test_names_that_say_their_parts_are_not_counted(apart: bool) -> None:
    def written(given: str, family: str) -> str:
        return f"{family}, {given}"

    rows = reports("A", written, people())
    if apart:
        rows = [
            Report("A", each.id, (Name(f"{f} {g}", f, g),), sex=each.sex)
            for each, (g, f, _) in zip(rows, people(), strict=True)
        ]
    assert orders(rows) == [None]


def test_cyrillic_and_latin_lists_are_compared_by_sound() -> None:
    cyrillic = str.maketrans("abvgdezijklmnoprstucfh", "абвгдезијклмнопрстуцфх")
    rows = reports("A", family_first, people())
    rows += reports(
        "B",
        lambda g, f: f"{g} {f}".lower().translate(cyrillic).title(),
        people(seed=2),
        sex=False,
    )
    assert orders(rows) == ["first", "last"]


def test_syllables_and_korean_names_have_no_order_to_be_found() -> None:
    """Their first words belong to one sex, and their last to both, as given and family names."""
    firsts = {"m": ("အောင်", "ကျော်", "ဇော်", "တင်", "ဘ"), "f": ("ခင်", "နု", "သီတာ", "မေ", "စန်း")}
    lasts = "ဝင်း", "မြင့်", "ထွန်း", "စိုး", "လှ"
    rows = [
        Report("A", f"{at}", (Name(f"{firsts[sex][at % 5]} {lasts[at % 7 % 5]}"),), sex=sex)
        for at in range(60)
        for sex in ("mf"[at % 2],)
    ]
    assert orders(rows) == [None]


def test_a_few_endings_of_a_language_are_no_custom() -> None:
    """Serbian names, of which one ends as a Ukrainian family name does."""
    given, family = ("Драгана", "Милан", "Зоран", "Весна", "Јован"), ("Симић", "Пашић", "Ковач")
    names = [f"{given[at % 5]} {family[at % 3]}" for at in range(29)]
    rows = [Report("A", str(at), (Name(name),)) for at, name in enumerate(["Вук Орић", *names])]
    assert orders(rows) == [None]
