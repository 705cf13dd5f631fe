"""A father's name in a column of one list and in the patronymic of another's names."""

from __future__ import annotations

import attrs
import numpy as np
import pytest

from uncounted.linkage.comparison.levels import FURTHER, levels
from uncounted.linkage.encoding.encode import encode
from uncounted.records.names.name import Name
from uncounted.records.report import Report

NAMED = Report("A", "1", (Name("Шевченко Тарас Григорович"),))
BARE = Report("B", "1", (Name("Тарас Шевченко"),))


def level(*pair: Report) -> str:
    found = levels(encode(pair), np.array([1, 0]), np.array([0, 1]))[:, 5]
    assert found[0] == found[1]
    return FURTHER[found[0]]


@pytest.mark.parametrize(
    ("relative", "expected"),
    [
        ("Григорович", "same"),
        ("Григорий Шевченко", "slip"),
        ("Григор", "same"),
        ("Микола", "different"),
        ("Миколайович", "different"),
    ],
)
def test_a_relative_is_compared_with_the_patronymic_of_the_other_name(
    relative: str, expected: str
) -> None:
    other = attrs.evolve(BARE, relative=Name(relative))
    assert level(NAMED, other) == expected


def test_a_patronymic_in_the_place_of_a_relative_is_the_fathers_name() -> None:
    one, other = (attrs.evolve(BARE, relative=Name(x)) for x in ("Іван", "Іванівна"))
    assert level(one, other) == "same"


def test_what_the_names_share_already_is_not_counted_again() -> None:
    stated = attrs.evolve(NAMED, source="B", relative=Name("Григорович"))
    assert level(NAMED, attrs.evolve(NAMED, source="B")) == "not said"
    assert level(NAMED, stated) == "not said"
    assert level(BARE, attrs.evolve(BARE, source="A")) == "not said"


def test_korean_names_have_no_father_in_them() -> None:
    one = Report("A", "1", (Name("김철수"),))
    assert level(one, attrs.evolve(one, source="B", relative=Name("김영호"))) == "not said"
