"""How the acts of two reports agree: what is not said is no disagreement."""

from __future__ import annotations

import numpy as np
import pytest

from uncounted.linkage.comparison import levels
from uncounted.linkage.encoding.encode import encode
from uncounted.records.dates.partial_date import parse
from uncounted.records.names.name import Name
from uncounted.records.report import Act, Report


def level(one: list[Act], other: list[Act]) -> str:
    reports = [
        Report(source, "1", (Name("김철수"),), acts=tuple(acts))
        for source, acts in (("A", one), ("B", other))
    ]
    found = levels.levels(encode(reports), np.array([0]), np.array([1]))
    return str(levels.EVENT[found[0, 4]])


def act(kind: str | None, day: str = "2019-03-16", place: str | None = "용정") -> Act:
    return Act(kind, parse(day), place)


@pytest.mark.parametrize(
    ("one", "other", "expect"),
    [
        ("arrest", "arrest", "same act: same day, same town"),
        ("arrest", "forced-return", "other act: same day, same town"),
        (None, "arrest", "same act: same day, same town"),
        ("arrest", None, "same act: same day, same town"),
        (None, None, "same act: same day, same town"),
    ],
)
def test_what_was_done_is_compared_where_both_say_it(
    one: str | None, other: str | None, expect: str
) -> None:
    assert level([act(one)], [act(other)]) == expect


def test_of_several_acts_the_best_agreeing_of_one_kind_counts() -> None:
    both = [act("arrest", "2018-01-05", "혜산"), act("forced-return")]
    assert level(both, [act(None)]) == "same act: same day, same town"
    assert level(both, [act("arrest", "2018-01", "혜산")]) == "same act: within a month, same town"
