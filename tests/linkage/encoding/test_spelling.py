"""Which words of a case may be spellings of one name, and what the names of a source are."""

from __future__ import annotations

import numpy as np
import pytest
from tests.records.cells.test_names_vectors import level

from uncounted.linkage.comparison import levels
from uncounted.linkage.comparison.name_levels import IN_PART, IN_PART_LAST, NAME
from uncounted.linkage.encoding import spelling
from uncounted.linkage.encoding.columns import columns
from uncounted.linkage.encoding.encode import encode
from uncounted.linkage.encoding.source_names import of_sources
from uncounted.linkage.encoding.spelling import NEAR, OTHER, SLIP, TWO_SEXES, VARIANT, variants
from uncounted.records.names.name import Name
from uncounted.records.report import Report


def kind(one: str, other: str) -> int:
    found = variants([one, other])
    return int(found.kinds[found.starts[0]]) if len(found.words) else OTHER


@pytest.mark.parametrize("family", ["Ruiz Mora", "Lemus Pérez"])
@pytest.mark.parametrize(
    ("longer", "shorter", "expect"),
    [("María José", "María", "usual"), ("María Adán", "Adán", "rare")],
)
def test_given_names_in_part_are_classed_by_how_rare_the_given_name_is(
    longer: str, shorter: str, expect: str, family: str
) -> None:
    """Brothers have one family name, however rare it is."""
    names = [Name(f"{each} {family}", given=each, family=family) for each in (longer, shorter)]
    rest = [
        Name(f"María {at}", given="María", family="Ruiz Mora" if at % 2 else "Cruz")
        for at in range(200)
    ]
    rows = [Report("A", str(at), (name,)) for at, name in enumerate([*names, *rest])]
    encoded = encode(rows, {"A": ("other",)})
    found = levels.levels(encoded, np.array([0]), np.array([1]))[0, 0]
    assert NAME[found] == f"given name in part, {expect}"


@pytest.mark.parametrize(
    ("one", "other", "expect"),
    [
        ("محمد", "muhammad", {VARIANT}),
        ("محمد", "mahmoud", {SLIP, NEAR, OTHER}),
        ("حسين", "hussein", {VARIANT}),
        ("سعيد", "saeed", {VARIANT}),
        ("сергій", "sergey", {VARIANT}),
        ("олександр", "alexander", {VARIANT, SLIP}),
        ("иванов", "petrov", {OTHER}),
        ("mohammed", "mohamad", {SLIP}),  # in one script another vowel is a slip
        ("hassan", "hasan", {VARIANT}),
        ("juan", "juana", {TWO_SEXES}),
        ("سمير", "samira", {TWO_SEXES}),
        ("khaled", "walid", {OTHER, NEAR}),
    ],
)
def test_how_far_two_words_are_apart(one: str, other: str, expect: set[int]) -> None:
    assert kind(one, other) in expect
    assert kind(other, one) == kind(one, other)


def test_costs_are_symmetric_where_vowels_are_written_and_no_letter_costs_nothing_to_keep() -> None:
    full, half = spelling.prior_costs()
    assert np.array_equal(full, full.T)
    assert not np.diag(full)[:-1].any()
    assert (half >= 0).all()


def test_many_words_are_compared_by_keys_as_few_are(monkeypatch: pytest.MonkeyPatch) -> None:
    words = sorted({"محمد", "muhammad", "mohamed", "сергій", "sergey", "sergei", "juan", "juana"})
    few = variants(words)
    monkeypatch.setattr(spelling, "ALL_WORDS", 2)
    many = variants(words)
    assert [row.tolist() for row in few] == [row.tolist() for row in many]


@pytest.mark.parametrize(
    ("maria", "marta", "expect"),
    [
        ([9], [7], NEAR),  # two names of one list
        ([9], [5], SLIP),  # one is rare
        ([5000], [12], SLIP),  # a common misspelling
        ([9, 0], [0, 9], SLIP),  # each list spells in its own way
        ([9, 0], [9, 9], NEAR),
        ([], [], SLIP),
    ],
)
def test_two_common_names_of_one_list_are_no_misspellings(
    maria: list[int], marta: list[int], expect: int
) -> None:
    by_list = [np.array(each, float) for each in zip(maria, marta, strict=True)]
    found = spelling.apart_from_own_names(variants(["maria", "marta"]), by_list)
    assert found.kinds.tolist() == [expect, expect]


def test_names_of_a_register_that_are_a_letter_apart() -> None:
    given = ["Maria", "Marta"] * 6 + ["Maris"]
    names = [Name("x", family="Cruz", given=each) for each in given]
    encoded = encode(Report("A", str(at), (name,)) for at, name in enumerate(names))
    found = levels.levels(encoded, np.array([0, 0, 0]), np.array([1, 2, 12]))[:, 0]
    assert [NAME[at].split(",")[0] for at in found] == ["given near", "same", "given slip"]


@pytest.mark.parametrize(
    ("one", "other", "expect"),
    [
        (("José Adán", "Lemus Pérez"), ("José Adán", "Lemus"), "in part, by rarity"),
        (("José Adán", "Lemus Pérez"), ("José Adán", "Pérez"), "in part, both names or"),
        (("José Adán", "Lemus Pérez"), ("José Adán", "Lemuz"), "in part, a slip"),
        (("José Adán", "Lemus Pérez"), ("José", "Lemus"), "in part, both names or"),
        (("José Adán", "Lemus Pérez"), ("Jose", "Peres"), "in part, both names or"),
        (("José Adán", "Lemus Pérez"), ("José", "Lemus Pérez"), "given name in part"),
        (("José Adán", "Lemus Pérez"), ("Adán", "Lemus Pérez"), "given name in part"),
        (("José Adán", "Lemus Pérez"), ("José", "Pérez Lemus"), "given name in part"),
        (("José Adán", "Lemus Pérez"), ("Jose", "Pérez Lemuz"), "in part, both names or"),
        (("José Adán", "Lemus Pérez"), ("Jose", "Lemuz Pérez"), "in part, a slip"),
        (("José Adán", "Lemus"), ("José Adán", "Lemus"), "same"),
    ],
)
def test_which_words_of_a_name_are_left_out(
    one: tuple[str, str], other: tuple[str, str], expect: str
) -> None:
    names = [Name(" ".join(each), given=each[0], family=each[1]) for each in (one, other)]
    rest = [Name(f"Ana Ruiz{at}", given="Ana", family=f"Ruiz{at}") for at in range(30)]
    rows = [Report("A", str(at), (name,)) for at, name in enumerate([*names, *rest])]
    encoded = encode(rows, {"A": ("other",)})
    for i, j in ((0, 1), (1, 0)):
        found = NAME[levels.levels(encoded, np.array([i]), np.array([j]))[0, 0]]
        if expect == "in part, by rarity":
            assert found in NAME[IN_PART : IN_PART_LAST + 1]
        else:
            assert found.startswith(expect)


@pytest.mark.parametrize(
    ("one", "other", "expect"),
    [
        ("محمد بن علي الخطيب", "Mohammed Ali Alkhatib", "same"),
        ("محمد الخطيب", "Muhammad Ali al-Khatib", "in part"),
        ("Шевченко Тарас", "Taras Shevchenko", "same"),
        ("Іванова Олена", "Olena Ivanova", "same"),
        ("အောင်ကျော်မိုး", "U Aung Kyaw Moe", "same"),
        ("Tesfay Haile", "ተስፋይ ሃይለ", "same"),
        ("خالد الخطيب", "Tariq al-Khatib", "other given, same family"),
        ("سمير الخطيب", "Samira al-Khatib", "another given one letter off, same family"),
        ("محمد الخطيب", "Ivan Petrenko", "different"),
    ],
)
def test_names_across_scripts(one: str, other: str, expect: str) -> None:
    assert level(one, other) == level(other, one) == expect


def reports(source: str, *names: str) -> list[Report]:
    return [Report(source, str(at), (Name(name),)) for at, name in enumerate(names)]


def test_what_the_names_of_a_source_are() -> None:
    rows = [
        *reports("A", "محمد الخطيب", "خالد النجار", "علي حسن"),
        *reports("B", "Mohammed al-Khatib", "Khaled al-Najjar", "Ali Hassan"),
        *reports("K", *["김철수", "Kim Yong Hui", "리영희", "Pak Chol", "최은희"] * 3),
    ]
    arabic, latin, korean = of_sources(columns(rows))
    assert not arabic.korean
    assert arabic.scripts == ("ARABIC",)
    assert not latin.korean
    assert latin.language is not None
    assert latin.language.name == "Arabic"
    assert korean.korean
    assert korean.language is None
