"""Labels that a reader takes for one are one; those that differ to the eye are not."""

from __future__ import annotations

import pytest

from uncounted.lookalikes import shape


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hill", "HiII"),
        ("Hill", "Hi11"),
        ("Hill", "H|||"),
        ("List I", "List 1"),
        ("List 10", "List lO"),
        ("Born", "Bom"),
        ("Bor\u200bn", "Bom"),
        ("VVatch", "Watch"),
        ("Dawn", "D\u0430wn"),  # Cyrillic
        ("Dawn", "D\u0251wn"),
        ("Group", "\u0262roup".replace("\u0262", "\u0261")),
        ("Panel\u2013North", "Panel-North"),
        ("\u30ed\u30fc", "\u53e3\u4e00"),
        ("Ａｒｅａ", "area"),
    ],
)
def test_they_look_alike(one: str, other: str) -> None:
    assert shape(one) == shape(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Area 1", "Area 2"),
        ("List A", "List B"),
        ("List I", "List II"),
        ("List 5", "List S"),
        ("새벽 기록", "새벽 기억"),
        ("Tumen Watch", "Tumen Match"),
        ("North", "Norte"),
    ],
)
def test_they_do_not(one: str, other: str) -> None:
    assert shape(one) != shape(other)
