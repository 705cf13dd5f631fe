"""Primary and complementary cell suppression, with an audit before anything is published.

Counts under the threshold are suppressed (zero among them), then as few others as protect
them against all that is published. `audit` attacks the result; a table that fails it is never
returned. `docs/dev/decisions/0006-publication.md` gives the reasons for the rule.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import attrs

from uncounted.captures import NOT_ACTIVE, CaptureTable
from uncounted.errors import NotPublishable
from uncounted.publish.disclosure import audit
from uncounted.publish.disclosure.audit import FeasibleInterval, PublishedSum
from uncounted.publish.disclosure.complementary import (
    SuppressionPattern,
    SuppressionProblem,
    of_list,
    suppress,
)
from uncounted.publish.disclosure.suppression_key import SuppressionKey
from uncounted.text_table import whole

MAX_LISTS = 8
REPORT_STEP = 10  # counts of reports are printed to the nearest ten


@attrs.frozen
class PublishedCount:
    """A count with what the reader may know of it: the number, or that it is hidden."""

    count: int | None

    @property
    def hidden(self) -> bool:
        """Whether the reader sees no number."""
        return self.count is None


@attrs.frozen
class ProtectedTable:
    """A table that has passed the audit: the only source of counts for what is published.

    Attributes:
        lists: in the order of the patterns.
        cells: every pattern, possible ones with no person included.
        totals: people on each list.
        observed: people on at least one list, always published.
        threshold: counts under it are suppressed.
        feasible_intervals: what the audit found, for each suppressed cell.
        published_sums: everything else the audit took the reader to know.
    """

    lists: tuple[str, ...]
    cells: Mapping[str, PublishedCount]
    totals: Mapping[str, PublishedCount]
    observed: int
    threshold: int
    feasible_intervals: Mapping[str, FeasibleInterval]
    published_sums: tuple[PublishedSum, ...]

    @property
    def hidden(self) -> tuple[str, ...]:
        """Patterns whose count is not shown."""
        return tuple(cell for cell, kept in self.cells.items() if kept.hidden)

    @property
    def shown(self) -> dict[str, int]:
        """Counts that are, by pattern."""
        return {cell: kept.count for cell, kept in self.cells.items() if kept.count is not None}


def patterns(table: CaptureTable) -> tuple[str, ...]:
    """Every pattern the table could hold, for each set of active lists it has.

    Examples:
        >>> patterns(CaptureTable.of("AB", {"10": 5}))
        ('11', '10', '01')
    """
    masks = {"".join("-" if c == NOT_ACTIVE else "x" for c in p) for p in table.counts}
    masks = masks or {"x" * len(table.lists)}
    found = {
        "".join(choice)
        for mask in masks
        for choice in itertools.product(*("-" if m == "-" else "01" for m in mask))
        if "1" in choice
    }
    return tuple(sorted(found, reverse=True))


def protect(
    table: CaptureTable,
    threshold: int,
    suppression_key: SuppressionKey,
    *,
    reports: Mapping[str, int] | None = None,
) -> ProtectedTable:
    """Suppress small counts and what would disclose them, and audit the result.

    Args:
        table: the true counts.
        threshold: counts under it are suppressed; zeros too.
        suppression_key: the case file's secret, for random suppression.
        reports: reports by list, which are printed to the nearest ten and say that a
            list has no more people than the most reports that are rounded so.

    Raises:
        NotPublishable: no suppression keeps the small counts from being computed.
    """
    _refuse_outright(table, threshold)
    cells = patterns(table)
    counts = {cell: table.counts.get(cell, 0) for cell in cells}
    known = (*_list_sizes(table, threshold, reports or {}), *_overlap(table, threshold))
    problem = SuppressionProblem(table, counts, threshold, known, suppression_key)
    suppression = suppress(problem)
    if suppression is not None:
        return _audited(problem, suppression)
    raise NotPublishable(
        f"no suppression protects the counts under {threshold}",
        hint="publish fewer lists together, or count a wider population",
    )


def _refuse_outright(table: CaptureTable, threshold: int) -> None:
    if table.observed < threshold:
        raise NotPublishable(f"fewer than {threshold} people are on any list, too few to publish")
    if small := [name for name, people in table.list_totals.items() if people < threshold]:
        raise NotPublishable(
            f"fewer than {threshold} people are on the list {small[0]!r}, too few to publish",
            hint="leave it out: name the other lists in 'only' of the plan",
        )
    if len(table.lists) > MAX_LISTS:
        raise NotPublishable(
            f"a table of {len(table.lists)} lists has too many cells to show or protect",
            hint=f"publish at most {MAX_LISTS} lists together",
        )
    if len(table.lists) == 2 and table.on(table.lists) < threshold:
        raise NotPublishable(
            f"fewer than {threshold} people are on both lists, and an estimate"
            " from two lists would disclose their number",
            hint="add a third list, or use a wider population",
        )


def _list_sizes(
    table: CaptureTable, threshold: int, reports: Mapping[str, int]
) -> tuple[PublishedSum, ...]:
    """The most and the fewest people that a reader can take a list to have.

    No more than reports, which are printed to the nearest ten, and no fewer than the threshold:
    a smaller list refuses the release.
    """
    if any(reports.get(name, people) < people for name, people in table.list_totals.items()):
        raise NotPublishable("a list has more people than reports: one of the two is wrong")
    return tuple(
        PublishedSum(
            f"reports of {name}" if name in reports else f"size of {name}",
            of_list(table, name, patterns(table)),
            threshold,
            most_rounded(reports[name]) if name in reports else table.observed,
        )
        for name in table.lists
    )


def _overlap(table: CaptureTable, threshold: int) -> tuple[PublishedSum, ...]:
    """Of two lists the reader knows that their overlap is not small, or there were no release."""
    if len(table.lists) != 2:
        return ()
    return (PublishedSum("people on both lists", frozenset({"11"}), threshold, table.observed),)


def to_nearest(count: int, step: int = REPORT_STEP) -> int:
    """To the nearest ten, half up.

    Examples:
        >>> to_nearest(364), to_nearest(365), to_nearest(3)
        (360, 370, 0)
    """
    return (count + step // 2) // step * step


def most_rounded(count: int, step: int = REPORT_STEP) -> int:
    """The most that `to_nearest` rounds to the same: 5 to 14 are about 10.

    Examples:
        >>> most_rounded(3), most_rounded(5), most_rounded(14), most_rounded(15)
        (4, 14, 14, 24)
    """
    return to_nearest(count, step) + step // 2 - 1


def about(count: int, threshold: int) -> str:
    """A number of reports in words: to the nearest ten, or that it is small.

    "Fewer than" holds zero and the threshold, so it says neither that there is a report nor that
    there are fewer than the threshold.

    Examples:
        >>> about(0, 5), about(9, 5), about(10, 5), about(16, 10), about(1234, 5)
        ('fewer than 10', 'fewer than 10', 'about 10', 'fewer than 20', 'about 1,230')
    """
    few = (threshold // REPORT_STEP + 1) * REPORT_STEP
    return f"fewer than {whole(few)}" if count < few else f"about {whole(to_nearest(count))}"


def _audited(problem: SuppressionProblem, suppression: SuppressionPattern) -> ProtectedTable:
    knowledge, table = problem.knowledge(suppression), problem.table
    return ProtectedTable(
        lists=table.lists,
        cells={cell: PublishedCount(knowledge.shown.get(cell)) for cell in problem.counts},
        totals={
            name: PublishedCount(None if name in suppression.totals else total)
            for name, total in table.list_totals.items()
        },
        observed=table.observed,
        threshold=problem.threshold,
        feasible_intervals=audit.audit_table(knowledge, problem.counts),
        published_sums=knowledge.published_sums,
    )
