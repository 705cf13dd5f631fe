"""Write a release: counts, an estimate and words that anyone can verify."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from uncounted.errors import UsedWrongly
from uncounted.estimate import METHODS, EstimateSettings
from uncounted.progress import Progress, silent
from uncounted.publish import bundle
from uncounted.publish.plan import Plan
from uncounted.publish.release import build
from uncounted.vault.case import Case, Commitments
from uncounted.workflow import release_facts, release_record

if TYPE_CHECKING:
    from uncounted.linkage.diagnostics import CopiedList
from uncounted.workflow.captures import count
from uncounted.workflow.estimate import refuse_if_nothing, study_over_draws
from uncounted.workflow.link import Audience, latest_linkage


@attrs.frozen
class ReleaseSummary:
    """What was released, and what its reader should know of the linkage."""

    out: str
    files: Sequence[str]
    signer: str
    excluded: Mapping[str, int]
    copied_lists: Sequence[CopiedList]
    failed_check: str | None
    headline: str
    threshold: int
    suppressed: int
    smallest: int | None
    released_before: bool


def release(
    case: Case,
    plan_file: Path,
    out: Path,
    *,
    despite_earlier: bool = False,
    on: dt.date,
    progress: Progress = silent,
) -> ReleaseSummary:
    """Write a release; the log of the case file takes note of it.

    0. The folder is one that can be written, before anything is done or noted.
    1. Count, check every published word for names of any report, and estimate over the draws.
    2. Say it, with small counts hidden, and attack what is said.
    3. The manifest's hash becomes an entry of the log; the log is sealed. Nothing is noted before:
       a release that is refused leaves no entry.
    4. The folder is written whole, and verified.

    A crash between 3 and 4 leaves an entry without a folder, and nothing to mend.

    Raises:
        UsedWrongly: the plan asks for a method that there is not.
        NotPublishable: a small count could be read or computed; the case file was
            released before with other counts, and `despite_earlier` is not given; or a
            published text holds the name of a person in the case file, or of a relative, with or
            without consent.
    """
    plan = Plan.parse(plan_file)
    if plan.method is not None and plan.method not in METHODS:
        raise UsedWrongly(
            f"unknown method {plan.method!r} in the plan", hint=f"methods: {', '.join(METHODS)}"
        )
    plan.order(case.sources())  # a plan that cannot be carried out is refused unlinked, too
    opened = latest_linkage(case, on, Audience(plan.audience, plan.only))
    opened.refuse_failed()
    bundle.refuse_unwritable(out)  # 0
    counted = count(opened, plan.order(opened.lists))  # 1
    lists = release_facts.list_facts(case.sources(), plan, counted)
    release_facts.refuse_names(
        release_facts.published_words(plan, lists), release_facts.names_on_record(case)
    )
    key = release_record.suppression_key(case)
    earlier = case.latest("release")
    kept = release_record.keep(earlier, plan, counted.whole.point, key, despite_earlier)
    commitments = Commitments()
    study = study_over_draws(
        commitments, counted, EstimateSettings(), progress, leading=plan.method
    )
    facts = release_facts.facts(lists, plan, opened, counted, study, key)
    files = build(facts, plan)  # 2
    counts = _published_counts(files["table.csv"])
    if None not in counts:  # else nothing that is computed from the exact counts decides anything
        refuse_if_nothing(study)
    kept = release_record.keep_published(
        kept, earlier, release_facts.printed(plan, facts), files, key, despite_earlier
    )
    me = case.signer
    manifest = bundle.manifest(
        files,
        {"title": plan.title, "tables": facts.commitment, "made_up": facts.synthetic},
        signer=me.vkey,
        made_at=facts.made_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        version=facts.version,
    )
    release_record.keep_suppression_key(case, key)  # 3
    entry = case.put("release", bundle.entry(manifest), kept.to_bytes(), commitments=commitments)
    case.seal_log()
    bundle.write(  # 4
        out,
        files,
        manifest=manifest,
        signer=me,
        opening=case.opening(entry.seq),
        checkpoint=case.checkpoint(),
        proof=case.proof(entry.seq),
        leaves=case.leaves(),
    )
    return ReleaseSummary(
        out=str(out),
        files=sorted(files),
        signer=me.vkey,
        excluded=dict(counted.excluded),
        copied_lists=list(counted.copied),
        failed_check=counted.failed_check,
        headline=json.loads(files["estimate.json"])["sentence"],
        threshold=plan.threshold,
        suppressed=counts.count(None),
        smallest=min((count for count in counts if count), default=None),
        released_before=earlier is not None,
    )


def _published_counts(table: bytes) -> list[int | None]:
    """The counts of the cells, as printed; None for a suppressed one."""
    rows = csv.DictReader(table.decode().splitlines())
    return [int(row["count"]) if row["count"] else None for row in rows]
