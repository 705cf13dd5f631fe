"""No count under the threshold can be read or computed from what is printed."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import naive_disclosure
from tests.publish.synthetic_release import SUPPRESSION_KEY

from uncounted.captures import CaptureTable
from uncounted.errors import NotPublishable
from uncounted.publish.disclosure import audit
from uncounted.publish.disclosure.audit import AttackerKnowledge, PublishedSum
from uncounted.publish.disclosure.suppression import ProtectedTable, protect

pytestmark = pytest.mark.exhaustive


def all_patterns(lists: int) -> list[str]:
    return ["".join(p) for p in itertools.product("01", repeat=lists) if "1" in p]


def printed_of(table: ProtectedTable) -> AttackerKnowledge:
    return AttackerKnowledge(table.shown, table.hidden, table.published_sums, table.threshold)


@st.composite
def tables(draw: st.DrawFn, lists: tuple[int, ...] = (3, 4)) -> CaptureTable:
    """Small cells are the common case, as in life."""
    patterns = all_patterns(draw(st.sampled_from(lists)))
    count = st.one_of(st.integers(0, 6), st.integers(0, 200))
    counts = {pattern: draw(count) for pattern in patterns}
    return CaptureTable.of("ABCDE"[: len(patterns[0])], counts)


@st.composite
def few_hidden(draw: st.DrawFn) -> AttackerKnowledge:
    """Something printed about at most four hidden cells and at most a dozen people in them."""
    patterns = all_patterns(draw(st.sampled_from((2, 3))))
    hidden = tuple(draw(st.lists(st.sampled_from(patterns), min_size=1, max_size=4, unique=True)))
    truth = {
        p: draw(st.integers(0, 4)) if p in hidden else draw(st.integers(3, 9)) for p in patterns
    }
    threshold = 3
    truth[hidden[0]] = min(truth[hidden[0]], threshold - 1)
    published_sums = [PublishedSum("n", frozenset(hidden), *[sum(truth[c] for c in hidden)] * 2)]
    for at in range(len(patterns[0])):
        if draw(st.booleans()):
            cells = frozenset(p for p in patterns if p[at] == "1")
            slack = draw(st.integers(0, 2))
            total = sum(truth[c] for c in cells)
            published_sums.append(PublishedSum("list", cells, max(total - slack, 0), total + slack))
    shown = {p: n for p, n in truth.items() if p not in hidden}
    return AttackerKnowledge(shown, hidden, tuple(published_sums), threshold)


@settings(deadline=None, max_examples=60)
@given(few_hidden())
def test_the_auditor_agrees_with_trying_every_table(printed: AttackerKnowledge) -> None:
    found = audit.feasible_intervals(printed)
    assert {c: (r.low, r.high) for c, r in found.items()} == naive_disclosure.feasible_intervals(
        printed
    )


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(tables(), st.sampled_from((3, 5, 10)))
def test_no_small_count_leaks(table: CaptureTable, threshold: int) -> None:
    try:
        protected = protect(table, threshold, SUPPRESSION_KEY)
    except NotPublishable:
        assert min(table.list_totals.values()) < threshold or len(table.lists) < 4
        return
    assert all(n >= threshold for n in protected.shown.values())
    for cell, limits in audit.feasible_intervals(printed_of(protected)).items():
        true = table.counts.get(cell, 0)
        assert limits.low <= true <= limits.high
        if true < threshold:
            assert limits.low == 0
            assert limits.high >= threshold


@settings(deadline=None, max_examples=15)
@given(tables(lists=(3,)), st.permutations("ABC"))
def test_what_is_shown_is_true_whatever_the_order_of_lists(
    table: CaptureTable, order: list[str]
) -> None:
    turned = table.select(order)
    try:
        protected = protect(turned, 5, SUPPRESSION_KEY)
    except NotPublishable:
        return
    assert protected.shown == {c: turned.counts[c] for c in protected.shown}
    assert protected.observed == table.observed
    for name, kept in protected.totals.items():
        assert kept.hidden or kept.count == table.list_totals[name]


def test_an_attacker_with_the_totals_gets_nothing_from_one_small_cell() -> None:
    """The plain mistake: the small cell alone is hidden, and the totals give it away."""
    counts = {"100": 50, "010": 40, "001": 30, "110": 20, "101": 3, "011": 12, "111": 9}
    table = CaptureTable.of("ABC", counts)
    naive = AttackerKnowledge(
        {c: n for c, n in counts.items() if n >= 5},
        ("101",),
        (PublishedSum("n", frozenset(counts), 164, 164),),
        5,
    )
    assert audit.feasible_intervals(naive)["101"] == audit.FeasibleInterval(3, 3)
    with pytest.raises(NotPublishable, match="a suppressed count could be computed"):
        audit.audit_table(naive, counts)
    assert len(protect(table, 5, SUPPRESSION_KEY).hidden) >= 2


def test_a_lone_small_cell_is_not_the_only_one_that_can_be_small() -> None:
    """Who knows that some hidden count is small must not be left with one candidate."""
    printed = AttackerKnowledge(
        {"100": 90},
        ("010", "001"),
        (
            PublishedSum("n", frozenset({"100", "010", "001"}), 130, 130),
            PublishedSum("B", frozenset({"010"}), 20, 40),
        ),
        5,
    )
    assert audit.feasible_intervals(printed)["001"] == audit.FeasibleInterval(
        0, 4
    )  # without the rule: up to 20
    with pytest.raises(NotPublishable, match="a suppressed count could be computed"):
        audit.audit_table(printed, {"100": 90, "010": 38, "001": 2})


def test_a_false_statement_is_refused() -> None:
    printed = AttackerKnowledge({"1": 9}, (), (PublishedSum("n", frozenset({"1"}), 8, 8),), 5)
    with pytest.raises(NotPublishable, match="does not agree with the table"):
        audit.audit_table(printed, {"1": 9})


def test_a_small_shown_count_is_refused() -> None:
    printed = AttackerKnowledge({"1": 4}, (), (PublishedSum("n", frozenset({"1"}), 4, 4),), 5)
    with pytest.raises(NotPublishable, match="a count under 5 would be printed"):
        audit.audit_table(printed, {"1": 4})


def test_zero_is_hidden_as_the_small_are() -> None:
    table = CaptureTable.of("ABC", {"100": 50, "010": 40, "001": 30, "110": 20, "011": 12})
    hidden = protect(table, 5, SUPPRESSION_KEY).hidden
    assert {"101", "111"} <= set(hidden)


def test_two_lists_with_a_small_overlap_are_refused() -> None:
    table = CaptureTable.of("AB", {"10": 50, "01": 40, "11": 3})
    with pytest.raises(
        NotPublishable, match="an estimate from two lists would disclose their number"
    ):
        protect(table, 5, SUPPRESSION_KEY)


def test_fewer_people_than_the_threshold_are_refused() -> None:
    with pytest.raises(NotPublishable, match="fewer than 5 people are on any list"):
        protect(CaptureTable.of("AB", {"11": 4}), 5, SUPPRESSION_KEY)


def test_too_many_lists_are_refused() -> None:
    table = CaptureTable.of("ABCDEFGHI", {"111111111": 50})
    with pytest.raises(NotPublishable, match="a table of 9 lists"):
        protect(table, 5, SUPPRESSION_KEY)


def test_a_table_without_small_cells_is_shown_whole() -> None:
    """Kosovo 1999 (Ball et al. 2002): its smallest cell is 18."""
    counts = dict(
        zip(
            [
                "1000",
                "0100",
                "0010",
                "0001",
                "1100",
                "1010",
                "1001",
                "0110",
                "0101",
                "0011",
                "1110",
                "1101",
                "1011",
                "0111",
                "1111",
            ],
            (1131, 845, 936, 306, 177, 228, 106, 217, 31, 123, 181, 18, 42, 32, 27),
            strict=True,
        )
    )
    protected = protect(CaptureTable.of(["EXH", "ABA", "OSCE", "HRW"], counts), 5, SUPPRESSION_KEY)
    assert protected.shown == counts
    assert protected.observed == 4400


def test_reports_printed_to_the_ten_are_known_to_the_attacker() -> None:
    counts = {"100": 60, "010": 40, "001": 30, "110": 20, "101": 3, "011": 12, "111": 2}
    table = CaptureTable.of("ABC", counts)
    protected = protect(table, 5, SUPPRESSION_KEY, reports={"A": 90, "B": 80, "C": 50})
    assert [s.high for s in protected.published_sums if s.what.startswith("reports of")] == [
        94,
        84,
        54,
    ]


def test_same_table_same_hiding() -> None:
    table = CaptureTable.of("ABC", {"100": 50, "010": 40, "110": 20, "101": 3, "011": 12})
    assert protect(table, 5, SUPPRESSION_KEY) == protect(table, 5, SUPPRESSION_KEY)
