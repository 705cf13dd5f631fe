"""Each figure that a release rounds is known to the audit as a reader knows it."""

from __future__ import annotations

import random

import pytest
from tests import naive_disclosure
from tests.publish.synthetic_release import SUPPRESSION_KEY

from uncounted.captures import CaptureTable
from uncounted.errors import NotPublishable
from uncounted.publish.disclosure import audit
from uncounted.publish.disclosure.audit import AttackerKnowledge
from uncounted.publish.disclosure.suppression import (
    about,
    most_rounded,
    patterns,
    protect,
    to_nearest,
)

SIX_OF_SEVEN = {"100": 200, "010": 180, "110": 60, "001": 1, "101": 1, "011": 1}


def test_the_most_that_is_rounded_to_the_same() -> None:
    for count in range(200):
        same = [other for other in range(400) if to_nearest(other) == to_nearest(count)]
        assert most_rounded(count) == max(same)


@pytest.mark.parametrize("threshold", [5, 10, 15, 25])
def test_a_small_number_in_words_may_be_zero_and_the_threshold(threshold: int) -> None:
    for count in range(100):
        same = [other for other in range(200) if about(other, threshold) == about(count, threshold)]
        assert min(same) >= threshold or (min(same) == 0 and max(same) >= threshold)


@pytest.mark.parametrize("counts", [SIX_OF_SEVEN, SIX_OF_SEVEN | {"111": 1}])
def test_a_list_with_fewer_people_than_the_threshold_is_refused(counts: dict[str, int]) -> None:
    """Its reports are "about 0", so at most 4: all its counts would be known to be small."""
    table = CaptureTable.of("ABD", counts)
    reports = {"A": 270, "B": 250, "D": table.on(["D"])}
    with pytest.raises(NotPublishable, match="fewer than 5 people are on the list 'D'") as refused:
        protect(table, 5, SUPPRESSION_KEY, reports=reports)
    assert "'only'" in (refused.value.hint or "")


@pytest.mark.parametrize("threshold", [5, 10, 15])
def test_the_audit_has_the_most_reports_that_are_printed_so(threshold: int) -> None:
    table = CaptureTable.of("ABD", dict.fromkeys(patterns(CaptureTable.of("ABD", {})), threshold))
    for reports in range(4 * threshold, 4 * threshold + 20):
        protected = protect(table, threshold, SUPPRESSION_KEY, reports={"D": reports})
        (limit,) = (s for s in protected.published_sums if s.what == "reports of D")
        assert (limit.low, limit.high) == (threshold, to_nearest(reports) + 4)


def test_more_people_than_reports_are_refused() -> None:
    table = CaptureTable.of("AB", {"10": 50, "01": 40, "11": 20})
    with pytest.raises(NotPublishable, match="a list has more people than reports"):
        protect(table, 5, SUPPRESSION_KEY, reports={"A": 69})


def _small_tables(lists: int, threshold: int, most: int, cases: int) -> list[CaptureTable]:
    drawn, rng = list[CaptureTable](), random.Random(lists)
    cells = patterns(CaptureTable.of("ABC"[:lists], {}))
    while len(drawn) < cases:
        table = CaptureTable.of("ABC"[:lists], {cell: rng.randint(0, most) for cell in cells})
        if min(table.list_totals.values()) >= threshold and table.observed <= 26 - 5 * lists:
            drawn.append(table)
    return drawn


@pytest.mark.parametrize(("lists", "threshold", "most"), [(2, 5, 9), (3, 3, 4)])
def test_the_audit_knows_all_that_the_page_prints(lists: int, threshold: int, most: int) -> None:
    """Against every table that would print the same page, without the sums of the audit."""
    rng, compared = random.Random(1), 0
    for table in _small_tables(lists, threshold, most, 30 if lists == 2 else 8):
        reports = {name: people + rng.randint(0, 6) for name, people in table.list_totals.items()}
        try:
            protected = protect(table, threshold, SUPPRESSION_KEY, reports=reports)
        except NotPublishable:
            continue
        found = naive_disclosure.of_the_page(protected, reports)
        if found is None:
            continue
        compared += 1
        knowledge = AttackerKnowledge(
            protected.shown, protected.hidden, protected.published_sums, threshold
        )
        audited = audit.feasible_intervals(knowledge)
        assert {cell: (limits.low, limits.high) for cell, limits in audited.items()} == found
        for low, high in found.values():
            assert low >= threshold or (low == 0 and high >= threshold)
    assert compared >= 4
