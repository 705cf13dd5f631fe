"""The facts of a release: counts, studies, and words about lists and methods.

Only plain values are made here; what may be printed of them is decided in `publish`. The words
of a plan are checked against the names on record.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version

from uncounted import regular_files
from uncounted.captures import CaptureTable
from uncounted.errors import BadMapping, NotPublishable
from uncounted.estimate import Study, run
from uncounted.proof.canonical_json import JSONObject
from uncounted.publish.disclosure.suppression import about, to_nearest
from uncounted.publish.disclosure.suppression_key import SuppressionKey
from uncounted.publish.facts import (
    AlternativeLinkages,
    LinkageFacts,
    ListFacts,
    ReleaseFacts,
    SyntheticTruth,
)
from uncounted.publish.plan import Plan
from uncounted.records.cells.name_parser import relative_of
from uncounted.records.cells.names_in_text import SoughtNames
from uncounted.records.names.name import Name
from uncounted.records.report import Report
from uncounted.vault.case import Case
from uncounted.workflow.captures import CaptureTables
from uncounted.workflow.link import LinkedReports, PeopleInterval

_LINKAGE_IN_WORDS = (
    "Every two reports that could be about the same person were compared by name (in any script"
    " and romanisation), birth, sex, origin, and the date and place of the act. Where reports have"
    " them, the name of a relative, the occupation and a number in another register were compared"
    " too."
    " Posterior draws of the linkage were then taken: groupings of the records into people, the"
    " more probable ones more often."
)


def facts(
    lists: Sequence[ListFacts],
    plan: Plan,
    opened: LinkedReports,
    counted: CaptureTables,
    study: Study,
    key: bytes,
) -> ReleaseFacts:
    """What a release is made from: counts, and words about lists and methods.

    `key` is the case file's suppression key, from which it is drawn what is hidden.
    """
    people = PeopleInterval.over([table.observed for table in counted.whole.tables])
    truth = _truth(plan, counted.whole.point.lists)
    return ReleaseFacts(
        lists=tuple(lists),
        table=counted.whole.point,
        study=study,
        made_at=dt.datetime.now(dt.UTC).replace(microsecond=0),
        version=version("uncounted"),
        suppression_key=SuppressionKey(key),
        linkage=LinkageFacts(
            method=_LINKAGE_IN_WORDS,
            draws=len(counted.whole.tables),
            people_median=people.median,
            people_interval=people.interval,
            rhat=opened.linkage.diagnostics.rhat,
            linkage_variance_share=_share_of_linkage(study, plan.method),
            copied=opened.any_copied(counted.whole.point.lists),
            failed_check=opened.failed_check is not None,
            alternatives=_alternatives(study),
        ),
        left_out=dict(counted.excluded),
        commitment=study.input,
        synthetic=truth is not None,
        truth=truth,
    )


def list_facts(
    about: Mapping[str, JSONObject], plan: Plan, counted: CaptureTables
) -> list[ListFacts]:
    """How each list is presented: by the plan, else by what the case file says of it."""
    found = []
    for name in counted.whole.point.lists:
        stated = plan.lists.get(name)
        found.append(
            ListFacts(
                name,
                label=stated.label if stated else "",
                collector=(stated.collector if stated else "")
                or about[name].get("collector")
                or "",
                describe=stated.describe if stated else "",
                covers=(stated.covers if stated else "") or _covers_in_words(about[name]),
                reports=counted.reports[name],
            )
        )
    return found


def _share_of_linkage(study: Study, method: str | None) -> float | None:
    """Of the method that leads the report."""
    if method is None:
        return study.linkage.variance_share if study.linkage else None
    leading = next((each for each in study.estimates if each.method == method), None)
    return leading.diagnostics.get("linkage_variance_share") if leading else None


def _alternatives(study: Study) -> AlternativeLinkages | None:
    linkage = study.linkage
    if linkage is None or linkage.range is None:
        return None
    found = linkage.range
    low, high = found.interval
    extremes = {row.name: row.point for row in linkage.alternatives or () if not row.in_grid}
    return AlternativeLinkages(
        found.alternatives,
        found.passing,
        found.not_estimable,
        (-math.inf if low is None else low, math.inf if high is None else high),
        extremes.get("strict"),
        extremes.get("loose"),
    )


def _covers_in_words(about: JSONObject) -> str:
    covers = about.get("covers") or {}
    parts = []
    if covers.get("from") or covers.get("to"):
        parts.append(f"{covers.get('from') or '..'} to {covers.get('to') or '..'}")
    if covers.get("acts"):
        parts.append(" and ".join(act.replace("-", " ") for act in covers["acts"]))
    return ": ".join(parts)


def _truth(plan: Plan, lists: Sequence[str]) -> SyntheticTruth | None:
    """What is known of a simulated population, and what perfect linkage would have given."""
    if plan.truth_file is None:
        return None
    try:
        known = json.loads(regular_files.read(plan.truth_file).decode())
        number = int(known["people"])
        perfect = CaptureTable(tuple(known["lists"]), known["with_consent"]["patterns"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadMapping(
            f"the plan's [truth] file {plan.truth_file.name} is not one",
            hint="see docs/reference/release.md; only synthetic data have a known truth",
        ) from error
    return SyntheticTruth(number, plan.truth_capture, run(perfect.select(lists)))


def published_words(plan: Plan, lists: Iterable[ListFacts]) -> Iterator[str]:
    """All text of a release that a person wrote: of the plan, and of the lists as presented."""
    yield from (*plan.words(), plan.audience)
    for one in lists:
        yield from (one.label or one.name, one.collector, one.describe, one.covers)


def printed(plan: Plan, facts: ReleaseFacts) -> list[str | None]:
    """What a report prints besides counts and estimates, with numbers as they are rounded there."""
    reports = [str(to_nearest(each.reports or 0)) for each in facts.lists]
    excluded = about(sum(facts.left_out.values()), plan.threshold)
    return [plan.method, *published_words(plan, facts.lists), *reports, excluded]


def names_on_record(case: Case) -> Iterator[Name]:
    """Every name of every report, whatever its consent: of relatives and earlier versions too."""
    for stored in case.every_report():
        for said in case.history(stored.source, stored.id):
            report = Report.from_payload(said.payload)
            yield from report.names
            if (relative := relative_of(report)) is not None:
                yield relative


def refuse_names(words: Iterable[str], names: Iterable[Name]) -> None:
    """Refuse words in which one of these names stands whole, however it is spaced or ordered.

    Short names, and names of one word in an alphabet, are not looked for: they stand in other
    words.
    """
    if SoughtNames.of(names).are_in(words):
        raise NotPublishable(
            "a text of the release holds the name of a documented person, or of a relative",
            hint="title, population, audience and the labels, collectors and descriptions"
            " of lists are published as written; remove names",
        )
