"""Facts for the tests of what is printed: four made-up lists, with and without small cells."""

from __future__ import annotations

import datetime as dt

import attrs

from uncounted.captures import CaptureTable
from uncounted.estimate.base.result import Estimate, Study
from uncounted.estimate.base.rows import XiRow
from uncounted.estimate.base.warning import EstimateWarning
from uncounted.publish.disclosure.suppression_key import SuppressionKey
from uncounted.publish.facts import LinkageFacts, ListFacts, ReleaseFacts, SyntheticTruth
from uncounted.publish.plan import Plan

LISTS = ("Dawn", "River", "Panel", "Door")
LARGE = dict(
    zip(
        [f"{i:04b}" for i in range(15, 0, -1)],
        (22, 29, 11, 33, 19, 43, 51, 122, 23, 72, 25, 110, 49, 165, 117),
        strict=True,
    )
)
SMALL = {
    **{"1000": 2231, "0100": 1180, "0010": 1140, "0001": 996, "1100": 451, "1010": 332},
    **{"1001": 322, "0110": 431, "0101": 521, "0011": 312, "1110": 77, "1101": 66},
    **{"1011": 3, "0111": 2, "1111": 1},
}

SUPPRESSION_KEY = SuppressionKey(bytes(range(32)))
PLAN = Plan.parse(
    """
title = "Returned by force, 2015-2024: 강제송환 遣返 <&>"
[population]
who = "people sent back"
where = "the border"
when = "2015 to 2024"
[lists.Dawn]
label = "Dawn Archive (새벽 기록)"
collector = "Dawn Archive, Seoul"
describe = "Interviews & letters."
[lists.River]
collector = "River Watch"
[lists.Panel]
collector = "Panel"
[lists.Door]
collector = "Open Door"
"""
)


def study_of(table: CaptureTable, point: float, low: float, high: float) -> Study:
    """A study with fixed numbers, so that pages do not move when a method does."""
    ok = Estimate(
        method="decomposable",
        status="ok",
        point=point,
        point_kind="posterior median",
        interval=(low, high),
        interval_kind="credible",
        settings={"prior_N": "p(N) ~ 1/N", "delta": 0.0625},
        input=table.digest(),
        assumption="Nothing ties the lists together.",
        seed=90210,
    )
    bound = attrs.evolve(
        ok,
        method="chao",
        point=point - 37.0,
        point_kind="lower bound",
        interval_kind="log-normal, of the bound",
        diagnostics={"f1": table.seen_exactly(1), "f2": table.seen_exactly(2)},
    )
    refusal = Estimate(
        method="log-linear",
        status="refused",
        reason="3 of the 15 capture histories have no people",
        input=table.digest(),
    )
    return Study(
        observed=table.observed,
        lists=table.list_totals,
        estimates=(ok, bound, refusal),
        warnings=(
            EstimateWarning("methods-disagree", f"{table.observed} to 3; one does not overlap"),
            EstimateWarning("empty-list", f"{table.lists[0]} is left out: no people"),
        ),
        sensitivity=tuple(XiRow(xi, 1.0, (1.0, 2.0), "any") for xi in (0.5, 1.0, 2.0)),
        input=table.digest(),
        seed=90210,
    )


def facts_of(counts: dict[str, int], *, truth: int | None = None) -> ReleaseFacts:
    """Facts on a table, made up when there is a truth."""
    table = CaptureTable.of(LISTS, counts)
    n = table.observed
    study = study_of(table, n * 1.5, n * 1.3, n * 1.8)
    return ReleaseFacts(
        lists=tuple(ListFacts(name, reports=table.on([name]) + 61) for name in LISTS),
        table=table,
        study=study,
        made_at=dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC),
        version="0.1.0",
        suppression_key=SUPPRESSION_KEY,
        linkage=LinkageFacts("By comparison of names.", 200, n, (n - 8, n + 9), 1.003, 0.13),
        left_out={"consent does not cover statistics": 38, "consent has run out": 3},
        commitment="9f" * 32,
        synthetic=truth is not None,
        truth=None if truth is None else SyntheticTruth(truth, "Some are easier to record.", study),
    )
