"""What is found before a fit, by name and by words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uncounted.captures import DIFFER, CaptureTable
from uncounted.estimate import check, disconnected_groups


@pytest.mark.parametrize(
    ("lists", "counts", "finding", "words"),
    [
        ("AB", {}, "empty-table", "the table has no people"),
        ("A", {"1": 3}, "too-few-lists", "at least two different lists"),
        ("AB", {"10": 3}, "too-few-lists", "at least two different lists"),
        ("ABC", {"100": 6, "010": 4, "001": 4}, "no-overlap", "no person is on two lists"),
        ("ABC", {"100": 40, "010": 30, "001": 20, "110": 6}, "disconnected-lists", "2 groups"),
        ("ABC", {"111": 5, "110": 9, "100": 3, "101": 1}, "list-covers-all", "list 'A' holds"),
        ("AB", {"11": 50}, "too-few-lists", "the lists hold the same people"),
        ("ABC", {"111": 1}, "too-few-lists", "the lists hold the same people"),
        ("ABC", {"10-": 5, "011": 9, "110": 3}, "partly-active", "list 'C' was active for a part"),
    ],
)
def test_refusals_by_name(lists: str, counts: dict[str, int], finding: str, words: str) -> None:
    refusal = check(CaptureTable.of(lists, counts)).refusal
    assert refusal is not None
    assert refusal.code == finding
    assert words in refusal.reason
    assert refusal.hint


def test_of_people_whose_reports_differ_no_one_is_missing() -> None:
    counts = {"10": 50, "01": 40, "11": 20}
    refusal = check(CaptureTable.of("AB", counts, sex=DIFFER, year="2015")).refusal
    assert refusal is not None
    assert refusal.code == "reports-differ"
    assert check(CaptureTable.of("AB", counts, sex="", year="2015")).refusal is None


@pytest.mark.parametrize(
    ("lists", "counts", "kept", "warning"),
    [
        (
            "ABC",
            {"100": 5, "110": 3, "010": 4},
            ("A", "B"),
            "empty-list: C is left out: no people",
        ),
        (
            "ABC",
            {"10-": 5, "11-": 3, "01-": 4},
            ("A", "B"),
            "inactive-list: C is left out: not active here",
        ),
        (
            "ABC",
            {"101": 5, "111": 3, "010": 4},
            ("A", "B"),
            "duplicate-list: C is left out: same people as another list",
        ),
    ],
)
def test_what_can_be_put_right_is_reported(
    lists: str, counts: dict[str, int], kept: tuple[str, ...], warning: str
) -> None:
    checked = check(CaptureTable.of(lists, counts))
    assert checked.refusal is None
    assert checked.table.lists == kept
    assert checked.table.observed == 12
    assert str(checked.warnings[0]) == warning
    assert [each.code for each in checked.warnings[1:]] == ["two-lists"]


@given(
    st.dictionaries(
        st.text("01", min_size=4, max_size=4).filter(lambda p: "1" in p),
        st.integers(1, 9),
        max_size=9,
    )
)
def test_islands_share_no_one_and_hold_every_list(counts: dict[str, int]) -> None:
    table = CaptureTable.of("ABCD", counts)
    groups = disconnected_groups(table)
    assert sorted(name for group in groups for name in group) == list("ABCD")
    for pattern in counts:
        on = {name for name, mark in zip("ABCD", pattern, strict=True) if mark == "1"}
        assert sum(bool(on & group) for group in groups) == 1
