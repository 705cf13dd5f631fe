"""A list that holds another word for word is told; people who are called alike are not."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from uncounted.linkage.copied import copied
from uncounted.records.dates import parse
from uncounted.records.names import Name
from uncounted.records.report import Act, Report


def of(
    source: str, count: int, change: Callable[[Report], Report] = lambda each: each
) -> list[Report]:
    made = [
        Report(
            source,
            f"{source}-{at}",
            (Name(f"Kim Yong {at}"),),
            birth=parse(f"{1950 + at}-03-04"),
            acts=(Act(kind="arrest", place="Musan"),),
        )
        for at in range(count)
    ]
    return [change(each) for each in made]


def test_a_copy_is_told_whichever_comes_first() -> None:
    expected = [{"shorter": "b", "longer": "a", "alike": 12, "of": 12}]
    assert copied([*of("a", 20), *of("b", 12)]) == expected
    assert copied([*of("b", 12), *of("a", 20)]) == expected


def test_half_of_the_shorter_list_and_ten_reports_are_asked_for() -> None:
    def other(each: Report) -> Report:
        return attrs.evolve(each, birth=parse("1940"))

    changed = of("b", 30, other)
    assert copied([*of("a", 30), *of("b", 30)[:15], *changed[15:]]) != []
    assert copied([*of("a", 30), *of("b", 30)[:14], *changed[14:]]) == []
    assert copied([*of("a", 9), *of("b", 9)]) == []


def test_names_alone_are_no_copies_and_repeats_count_as_often_as_they_are_there() -> None:
    def bare(each: Report) -> Report:
        return attrs.evolve(each, birth=None, acts=())

    assert copied([*of("a", 20, bare), *of("b", 20, bare)]) == []
    one = of("a", 1) * 1 + of("b", 30)
    same = [attrs.evolve(each, birth=parse("1971"), names=(Name("X"),)) for each in one[1:]]
    assert copied([*of("a", 20), *same]) == []


def test_three_lists_are_three_pairs() -> None:
    found = copied([*of("a", 20), *of("b", 20), *of("c", 20)])
    assert [(each["shorter"], each["longer"]) for each in found] == [
        ("a", "b"),
        ("a", "c"),
        ("b", "c"),
    ]
