"""Sections of a report on the documented counts: lists, overlaps, exclusions, the table."""

from __future__ import annotations

from uncounted.publish.disclosure.suppression import (
    REPORT_STEP,
    ProtectedTable,
    about,
    to_nearest,
)
from uncounted.publish.facts import ReleaseFacts
from uncounted.publish.plan import Plan
from uncounted.publish.report import figures
from uncounted.publish.report.document import (
    BulletList,
    FigureBlock,
    Paragraph,
    Section,
    TableBlock,
)
from uncounted.publish.report.figures import HIDDEN
from uncounted.publish.report.publishable import PublishableNumbers
from uncounted.publish.report.rounding import spelled
from uncounted.text_table import whole


def lists(facts: ReleaseFacts, plan: Plan, numbers: PublishableNumbers) -> Section:
    """Each list, its people and reports, and how it came about."""
    rows, points = [], []
    for each in facts.lists:
        planned = plan.lists.get(each.name)
        collector = (planned.collector if planned else "") or each.collector
        total = numbers.table.totals[each.name].count
        reports = "" if each.reports is None else f"about {whole(to_nearest(each.reports))}"
        rows.append(
            (numbers.labels[each.name], whole(total) if total is not None else HIDDEN, reports)
        )
        describe = (planned.describe if planned else "") or each.describe
        covers = (planned.covers if planned else "") or each.covers
        words = " ".join(
            part
            for part in (
                f"By {collector}." if collector else "",
                describe,
                f"Covers {covers.rstrip('.')}." if covers else "",
            )
            if part
        )
        if words:
            points.append((f"{numbers.labels[each.name]}.", words))
    grid = TableBlock(
        ("List", "People", "Reports"),
        tuple(rows),
        numeric=frozenset({1, 2}),
        caption="People on each list. A person may be on several, and may have several reports "
        f"on one; reports are given to the nearest {REPORT_STEP}.",
    )
    blocks = (grid, BulletList(tuple(points))) if points else (grid,)
    return Section("lists", "The lists", blocks)


def overlaps(numbers: PublishableNumbers) -> Section:
    """The UpSet plot of the protected table."""
    table = numbers.table
    words = (
        "Each row is one combination of lists (a capture history): filled dots are the lists that "
        "these people are on. Everybody is in one row."
    )
    hidden = len(table.hidden)
    if hidden:
        words += (
            f" {spelled(hidden)} count{'s are' if hidden != 1 else ' is'} suppressed to protect "
            "small groups. The hatched boxes are all of one size, whatever their count."
        )
    return Section(
        "overlaps",
        "Overlap of the lists",
        (FigureBlock(figures.upset_figure(table, numbers.labels), words),),
    )


def exclusions(facts: ReleaseFacts, plan: Plan) -> Section:
    """Reports that were not used for want of consent: one number, whatever the reasons.

    A row for each reason would say, by being there, that one to a few reports have it.
    """
    excluded = about(sum(facts.left_out.values()), plan.threshold)
    return Section(
        "left-out",
        "Excluded reports",
        (
            Paragraph(
                "Consent is recorded with each report, for stated uses and audiences. Reports "
                "without consent to record linkage, to being counted or to publication for this "
                "audience were neither linked nor counted: no figure here depends on them. There "
                f"are {excluded} such reports. The number is rounded, so that no single report can "
                "be inferred."
            ),
        ),
    )


def counts(numbers: PublishableNumbers) -> Section:
    """The protected table, and what is suppressed in it."""
    table = numbers.table
    marks = {"1": "●", "0": "○", "-": "–"}
    rows = []
    for pattern in figures.in_reading_order(table):
        count = table.cells[pattern].count
        shown = whole(count) if count is not None else HIDDEN
        rows.append((*(marks[c] for c in pattern), shown))
    totals = [
        whole(kept.count) if kept.count is not None else HIDDEN for kept in table.totals.values()
    ]
    rows.append((*totals, whole(table.observed)))
    grid = TableBlock(
        (*(numbers.labels[name] for name in table.lists), "People"),
        tuple(rows),
        numeric=frozenset({len(table.lists)}),
        emphasis=frozenset({len(rows) - 1}),
        caption="● on the list, ○ not on it. Last row: people on each list, and all people. The "
        "same table is in table.csv.",
    )
    return Section("table", "Counts", (Paragraph(_what_is_hidden(table)), grid))


def _what_is_hidden(table: ProtectedTable) -> str:
    t = table.threshold
    if not table.hidden:
        return f"Counts under {t}, zero included, would be suppressed. There are none."
    return (
        f"Counts under {t}, zero included, are suppressed (primary suppression). Others are "
        "suppressed with them, some so that no sum reveals a small count (complementary "
        "suppression) and some at random. Before publication, a program that knows the counts "
        "and sums printed here tried to compute every suppressed count. For all that "
        f"it could tell, each may be zero and may be {t} or more, or is known to be {t} or more "
        "and protects another. The program did not compute how likely either is, and did not use "
        "earlier reports on the same people."
    )
