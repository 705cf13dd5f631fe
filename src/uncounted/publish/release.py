"""The files of a release, from facts and a plan.

Every count comes from the protected table. No seed, draw or hash of a table is in a file.
"""

from __future__ import annotations

import csv
import io
import json

from uncounted.proof.canonical_json import JSONObject
from uncounted.publish.facts import LinkageFacts, ReleaseFacts
from uncounted.publish.plan import Plan
from uncounted.publish.report import html, pdf, sections
from uncounted.publish.report.figures import in_reading_order
from uncounted.publish.report.publishable import (
    PublishableCalibrated,
    PublishableEstimate,
    PublishableNumbers,
)


def build(facts: ReleaseFacts, plan: Plan) -> dict[str, bytes]:
    """Make `report.html`, `report.pdf`, `table.csv` and `estimate.json`.

    The same facts and plan give the same bytes.

    Raises:
        NotPublishable: a small count could be read or computed from what would be
            printed, or the font lacks a letter of the plan.
        BadMapping: the plan names a list that the table does not have.
    """
    document, numbers = sections.compose(facts, plan)
    return {
        "report.html": html.html(document),
        "report.pdf": pdf.pdf(document, facts.made_at),
        "table.csv": table_csv(numbers),
        "estimate.json": estimate_json(facts, plan, numbers, document.headline),
    }


def table_csv(numbers: PublishableNumbers) -> bytes:
    """The protected table: one row per pattern; a hidden count is an empty cell marked `hidden`.

    Lists have their labels: what a case file calls them inside is not published.
    """
    table = numbers.table
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    labels = [numbers.labels[name] for name in table.lists]
    writer.writerow([*labels, "count", "shown"])
    for pattern in in_reading_order(table):
        count = table.cells[pattern].count
        cells = ["" if c == "-" else c for c in pattern]
        writer.writerow([*cells, "" if count is None else count, "hidden" if count is None else ""])
    return out.getvalue().encode()


def estimate_json(
    facts: ReleaseFacts, plan: Plan, numbers: PublishableNumbers, sentence: str
) -> bytes:
    """What the report says, for machines: rounded as published."""
    table = numbers.table
    value: JSONObject = {
        "title": plan.title,
        "sentence": sentence,
        "population": {
            "who": plan.population.who,
            "where": plan.population.where,
            "when": plan.population.when,
            "unit": plan.population.unit,
        },
        "made_at": facts.made_at.isoformat(),
        "synthetic": facts.synthetic,
        "version": facts.version,
        "commitment": facts.commitment,
        "threshold": table.threshold,
        "observed": table.observed,
        "lists": {
            numbers.labels[name]: {"people": kept.count} for name, kept in table.totals.items()
        },
        "headline": numbers.headline.estimate.method if numbers.headline else None,
        "calibrated": _calibrated(numbers.calibrated),
        "estimates": [_method(answer) for answer in numbers.answers],
        "linkage": _linkage(facts.linkage, numbers) if facts.linkage and not table.hidden else None,
    }
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _linkage(link: LinkageFacts, numbers: PublishableNumbers) -> JSONObject:
    ways, reach, share = link.alternatives, numbers.linkage_range, link.linkage_variance_share
    return {
        "draws": link.draws,
        "people": {"median": link.people_median, "interval": list(link.people_interval)},
        "linkage_variance_share": share if share is None else round(share, 2),
        "failed_check": link.failed_check,
        "alternatives": ways and {"tried": ways.tried, "passing": ways.passing},
        "range": [reach.low, reach.high] if reach and reach.low is not None else None,
    }


def _calibrated(calibrated: PublishableCalibrated | None) -> JSONObject | None:
    if calibrated is None:
        return None
    found, value = calibrated.found, calibrated.value
    return {
        "method": found.method,
        "point": value.point,
        "interval": [value.low, value.high],
        "rounded_to": value.step,
        "level": found.level,
        "tests": found.tests,
    }


def _method(answer: PublishableEstimate) -> JSONObject:
    estimate, value = answer.estimate, answer.value
    return {
        "method": estimate.method,
        "status": "ok" if value else "refused" if not estimate.ok else "not shown",
        "point": value.point if value else None,
        "interval": [value.low, value.high] if value and value.low is not None else None,
        "rounded_to": value.step if value else None,
        "point_kind": estimate.point_kind,
        "interval_kind": estimate.interval_kind,
        "level": estimate.level,
        "assumption": estimate.assumption,
    }
