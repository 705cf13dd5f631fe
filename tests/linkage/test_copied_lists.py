"""A list that stands in another is told; people who are called alike are not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import attrs
import pytest

from uncounted.linkage.copied_lists import copied, taken_over
from uncounted.records.dates.partial_date import parse
from uncounted.records.names.name import Name
from uncounted.records.report import Act, Report


def same(each: Report) -> Report:
    return each


def of(
    source: str, numbers: Sequence[int], change: Callable[[Report], Report] = same
) -> list[Report]:
    made = [
        Report(
            source,
            f"{source}-{at}-{number}",
            (Name(f"Kim Yong {number}"),),
            sex="f",
            birth=parse(f"{1950 + number}-03-04"),
            acts=(Act(kind="arrest", place="Musan"),),
        )
        for at, number in enumerate(numbers)
    ]
    return [change(each) for each in made]


def reported(*lists: list[Report]) -> list[tuple[Any, ...]]:
    found = copied([report for each in lists for report in each])
    return [attrs.astuple(x) for x in found]


def test_a_copy_is_reported_whichever_comes_first() -> None:
    assert reported(of("a", range(20)), of("b", range(12))) == [("b", "a", 12, 12)]
    assert reported(of("b", range(12)), of("a", range(20))) == [("b", "a", 12, 12)]


def test_ten_reports_at_the_least() -> None:
    a = of("a", range(40))
    assert reported(a, of("b", range(10))) == [("b", "a", 10, 10)]
    assert reported(a, of("b", range(9))) == []
    assert reported(a, of("b", range(25, 45))) == [("b", "a", 15, 20)]
    assert reported(a, of("b", range(31, 51))) == []


def _slip(at: int, each: Report) -> Report:
    """A list that knows by itself: every third report has one thing otherwise."""
    other = (
        {"sex": "m"},
        {"birth": parse("1930")},
        {"origin": "Musan"},
    )[at // 3 % 3]
    return attrs.evolve(each, **other) if at % 3 == 0 else each


def test_lists_that_nearly_agree_too_know_by_themselves() -> None:
    """Four fifths of the shorter list are told all the same; but no rows are taken over."""
    a = of("a", range(60))
    b = [_slip(at, each) for at, each in enumerate(of("b", range(45)))]
    assert reported(a, b) == []
    assert taken_over([*a, *b]) == frozenset()
    clean = [_slip(0 if at % 6 == 0 else 1, each) for at, each in enumerate(of("b", range(48)))]
    assert reported(a, clean) == [("b", "a", 40, 48)]
    assert taken_over([*a, *clean]) == frozenset()
    assert taken_over([*a, *of("b", range(30, 90))]) == {("a", "b")}


def test_those_who_were_returned_together_hide_no_copy() -> None:
    """Thirty of one act, sex and year of birth each: they agree in all but their names."""
    a = [
        Report(
            "a",
            str(at),
            (Name(f"Kim Yong {at}"),),
            sex="f",
            birth=parse(str(1960 + at // 60)),
            acts=(Act(kind="forced-return", date=parse(f"20{10 + at // 30}-03"), place="Tumen"),),
        )
        for at in range(300)
    ]
    b = [attrs.evolve(each, source="b", id=f"{each.id}-b") for each in a]
    assert taken_over([*a, *b]) == {("a", "b")}


WRITTEN = {
    "a note": lambda each: attrs.evolve(each, note="from the list of A"),
    "dates": lambda each: attrs.evolve(
        each, birth=attrs.evolve(each.birth, written="4 March") if each.birth else None
    ),
    "capitals": lambda each: attrs.evolve(each, names=(Name(each.names[0].written.upper()),)),
    "spaces": lambda each: attrs.evolve(each, acts=(attrs.evolve(each.acts[0], place=" Musan  "),)),
}


@pytest.mark.parametrize("how", WRITTEN)
def test_a_copy_written_otherwise_is_reported(how: str) -> None:
    assert reported(of("a", range(20)), of("b", range(15), WRITTEN[how])) == [("b", "a", 15, 15)]


OTHER = {
    "name": lambda each: attrs.evolve(each, names=(Name("Ri Chol"),)),
    "another name": lambda each: attrs.evolve(each, names=(*each.names, Name("Ri Chol"))),
    "sex": lambda each: attrs.evolve(each, sex="m"),
    "birth": lambda each: attrs.evolve(each, birth=parse("1940")),
    "origin": lambda each: attrs.evolve(each, origin="Hoeryong"),
    "relative": lambda each: attrs.evolve(each, relative=Name("Ri Chol")),
    "occupation": lambda each: attrs.evolve(each, occupation="miner"),
    "number": lambda each: attrs.evolve(each, number="7"),
    "act": lambda each: attrs.evolve(
        each, acts=(attrs.evolve(each.acts[0], kind="forced-return"),)
    ),
    "place": lambda each: attrs.evolve(each, acts=(attrs.evolve(each.acts[0], place="Tumen"),)),
    "day": lambda each: attrs.evolve(each, acts=(attrs.evolve(each.acts[0], date=parse("2013")),)),
}


@pytest.mark.parametrize("what", OTHER)
def test_who_says_something_else_is_no_copy(what: str) -> None:
    assert reported(of("a", range(20)), of("b", range(20), OTHER[what])) == []


def test_a_name_and_one_thing_more_is_not_enough() -> None:
    def little(each: Report) -> Report:
        assert each.birth
        return attrs.evolve(each, acts=(), birth=parse(each.birth.edtf[:4]))

    assert reported(of("a", range(20), little), of("b", range(20), little)) == []


def test_a_report_is_a_copy_as_often_as_it_is_there() -> None:
    assert reported(of("a", range(20)), of("b", [3] * 12)) == []
    assert reported(of("a", [3] * 12), of("b", [3] * 12)) == [("a", "b", 12, 12)]


def test_three_lists_are_three_pairs() -> None:
    lists = [of(name, range(20)) for name in "abc"]
    assert [pair[:2] for pair in reported(*lists)] == [("a", "b"), ("a", "c"), ("b", "c")]
