"""Primary and complementary cell suppression, with an audit before anything is published.

Counts under the threshold are suppressed (zero among them), then as few others as protect
them against all that is published. `audit` attacks the result; a table that fails it is never
returned. `docs/dev/decisions/0006-publication.md` gives the reasons for the rule.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

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

MAX_LISTS = 8
REPORT_STEP = 10  # counts of reports are printed to the nearest ten
BOUND_STEPS = (1, 2, 4, 10, 20, 40)


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
        bound_step: the lower bound may be printed to the nearest such step; None: not at all.
    """

    lists: tuple[str, ...]
    cells: Mapping[str, PublishedCount]
    totals: Mapping[str, PublishedCount]
    observed: int
    threshold: int
    feasible_intervals: Mapping[str, FeasibleInterval]
    published_sums: tuple[PublishedSum, ...]
    bound_step: int | None = None

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
    bound: bool = True,
    bound_step: int = 50,
) -> ProtectedTable:
    """Suppress small counts and what would disclose them, and audit the result.

    Args:
        table: the true counts.
        threshold: counts under it are suppressed; zeros too.
        suppression_key: the case file's secret, for random suppression.
        reports: reports by list, which are printed to the nearest ten and say that a
            list has no more people than that.
        bound: whether a lower bound (a function of the people on each list alone and on two)
            is to be printed.
        bound_step: the step in which it would be; a coarser one is taken where that saves a
            list's total from being suppressed, and none is printed where none is safe.

    Raises:
        NotPublishable: no suppression keeps the small counts from being computed.
    """
    _refuse_outright(table, threshold)
    cells = patterns(table)
    counts = {cell: table.counts.get(cell, 0) for cell in cells}
    caps = _report_caps(table, reports or {})
    best: tuple[SuppressionProblem, SuppressionPattern, int | None] | None = None
    for step in (bound_step * k for k in BOUND_STEPS if bound):
        known = (*caps, *_bound_box(table, cells, step))
        problem = SuppressionProblem(table, counts, threshold, known, suppression_key)
        suppression = suppress(problem)
        if suppression and (best is None or len(suppression.totals) < len(best[1].totals)):
            best = problem, suppression, step
        if best and not best[1].totals:
            break
    if best is None:
        problem = SuppressionProblem(table, counts, threshold, caps, suppression_key)
        suppression = suppress(problem)
        best = (problem, suppression, None) if suppression else None
    if best is not None:
        return _audited(*best)
    raise NotPublishable(
        f"no suppression protects the counts under {threshold}",
        hint="publish fewer lists together, or count a wider population",
    )


def _refuse_outright(table: CaptureTable, threshold: int) -> None:
    if table.observed < threshold:
        raise NotPublishable(f"fewer than {threshold} people are on any list, too few to publish")
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


def _report_caps(table: CaptureTable, reports: Mapping[str, int]) -> tuple[PublishedSum, ...]:
    """A list has no more people than reports, which are printed to the nearest ten."""
    return tuple(
        PublishedSum(
            f"reports of {name}",
            of_list(table, name, patterns(table)),
            0,
            to_nearest(reports[name]) + REPORT_STEP // 2,
        )
        for name in table.lists
        if name in reports and reports[name] >= table.on([name])
    )


def to_nearest(count: int, step: int = REPORT_STEP) -> int:
    """To the nearest ten, half up.

    Examples:
        >>> to_nearest(364), to_nearest(365), to_nearest(3)
        (360, 370, 0)
    """
    return (count + step // 2) // step * step


def _bound_box(table: CaptureTable, cells: Sequence[str], step: int) -> tuple[PublishedSum, ...]:
    """Hold what the lower bound is made of in a box in which the printed bound does not change.

    Chao's bound is n + sum S_i S_j / f2, S_j the people on list j alone and f2 those on two
    lists: not linear, so the reader's knowledge of it cannot be handed to the audit as it is.
    It rises with each S_j and falls with f2, so it is the same in the whole box where it is
    the same at two corners. The box gives the attacker more than a reader has.
    """
    J, n = len(table.lists), table.observed
    alone = ["".join("1" if i == j else "0" for i in range(J)) for j in range(J)]
    S, f2 = [table.counts.get(pattern, 0) for pattern in alone], table.seen_exactly(2)
    printed = _bound(n, S, f2, step)
    reach = 0
    while reach < n and all(
        _bound(n, [s + a * (reach + 1) for s in S], f2 - a * 2 * (reach + 1), step) == printed
        for a in (-1, 1)
    ):
        reach += 1
    held = [
        (f"people on {name} alone, as the lower bound tells", {pattern}, s, reach)
        for name, pattern, s in zip(table.lists, alone, S, strict=True)
    ]
    on_two = {cell for cell in cells if cell.count("1") == 2}
    held.append(("people on exactly two lists, as the lower bound tells", on_two, f2, 2 * reach))
    return tuple(
        PublishedSum(
            words, frozenset(which) & frozenset(cells), max(count - width, 0), count + width
        )
        for words, which, count, width in held
    )


def _bound(n: int, alone: Sequence[int], f2: int, step: int) -> int | None:
    if min(alone) < 0 or f2 < 0:
        return None
    pairs = (sum(alone) ** 2 - sum(s * s for s in alone)) / 2
    return round((n + pairs / (f2 or 1)) / step)


def _audited(
    problem: SuppressionProblem, suppression: SuppressionPattern, step: int | None
) -> ProtectedTable:
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
        bound_step=step,
    )
