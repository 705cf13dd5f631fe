"""How far two births agree, from what is written of each."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from uncounted.linkage.comparison import levels
from uncounted.linkage.comparison.dates import births
from uncounted.linkage.encoding.encode import encode
from uncounted.records.dates.partial_date import parse
from uncounted.records.names.name import Name
from uncounted.records.report import Report


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("1971-03-04", "1971-03-04", "same day"),
        ("1971-03", "1971-03-04", "within a month"),
        ("1971", "1971-03-04", "same year"),
        ("197X", "1971-03-04", "compatible"),
        ("1971-03-04", "1972-03-04", "a slip apart"),
        ("1971-03-04", "1971-04-03", "a slip apart"),
        ("1971-03-04", "1971-03-14", "a slip apart"),
        ("1971-03-04", "1917-03-04", "a slip apart"),
        ("1971-03-04", "1976-03-04", "same day of another year"),
        ("1971", "1972", "within a year"),
        ("1971-03", "1971-05-09", "within a year"),
        ("1971-03-04", "1971-05-09", "days within a year"),
        ("1971", "1974-02-01", "within three years"),
        ("1971-03-04", "1973-07-11", "days within three years"),
        ("1971", "1980", "different"),
        ("1971-03-04", "1980-07-11", "different"),
    ],
)
def test_each_level(one: str, other: str, level: str) -> None:
    reports = [
        Report(str(at), "1", (Name("김철수"),), birth=parse(day))
        for at, day in enumerate((one, other))
    ]
    for left, right in ((1, 0), (0, 1)):
        found = levels.levels(encode(reports), np.array([left]), np.array([right]))[0, 1]
        assert levels.BIRTH[found] == level


_DAY = st.integers(date(1930, 1, 1).toordinal(), date(2010, 12, 31).toordinal())
_SPAN = st.tuples(_DAY, st.sampled_from([0, 0, 30, 365, 3650])).map(lambda at: (at[0], sum(at)))


@given(_SPAN, _SPAN)
def test_it_is_the_same_from_both_sides(one: tuple[int, int], other: tuple[int, int]) -> None:
    assert births(*one, *other) == births(*other, *one)


@given(_DAY, _DAY)
def test_days_are_known_from_less_by_their_level(one: int, other: int) -> None:
    """Two days a year apart say what two years do not: that two parts of a date are wrong."""
    level = levels.BIRTH[births(one, one, other, other)]
    assert level not in ("within a month", "same year", "compatible")
    assert not level.startswith("within")
    vague = levels.BIRTH[births(one, one + 365, other, other)]
    assert not vague.startswith("days")
