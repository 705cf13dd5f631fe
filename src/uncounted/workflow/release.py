"""The whole road on one page: from lists of names to a number and a report.

    bytes -> records.intake -> vault (sealed) -> linkage -> CaptureTable -> estimate -> publish

Each step is a function that takes plain values and gives a plain value; this is
the only module that knows every room. A step that fails leaves the case file as
it was. Rooms are imported where they are used, so that `verify` and `init` start
without numpy.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from uncounted.errors import NotLinkable, UsedWrongly
from uncounted.progress import Progress, silent
from uncounted.proof import durable
from uncounted.vault.case import Case
from uncounted.vault.keys import identity as identities
from uncounted.vault.reports import identifiers
from uncounted.vault.reports.ingest import IncomingReport
from uncounted.vault.reports.rejected_rows import RejectedRow
from uncounted.workflow.counts import (
    count,
    decided,
    decided_before_a_change,
    linked,
    split,
    summary,
)
from uncounted.workflow.estimate import Asked, over_draws, refuse_if_nothing, refuse_unknown_method

DRAWS = 200


# 1. A case file ------------------------------------------------------------------------------


def init(folder: Path, home: Path, passphrase: str) -> dict[str, Any]:
    """Make a case file, and the identity of whoever makes it if there is none yet."""
    made = not identities.exists(home)
    me = (identities.create if made else identities.load)(home, passphrase)
    with Case.create(folder, me) as case:
        return {
            "case": str(folder),
            "id": case.id,
            "identity": str(home),
            "identity_created": made,
            "recipient": me.recipient,
            "signer": me.vkey,
        }


# 2. Reports come in --------------------------------------------------------------------------


def import_file(
    case: Case,
    file: Path,
    source: str,
    *,
    mapping: Path | None = None,
    encoding: str | None = None,
    sheet: str | None = None,
    dry_run: bool = False,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Seal the reports of one file; every row is accounted for.

    Rows = created + updated + unchanged + rejected. All of the file is in the case
    afterwards, or nothing of it.
    """
    from uncounted.records.custom_vocabulary import OwnWords
    from uncounted.records.intake import rows as intake
    from uncounted.records.intake.mapping import Mapping as ColumnMapping
    from uncounted.records.tabular import open_table

    source = identifiers.whole(source)
    _check_source(source)
    stated = ColumnMapping.parse(mapping) if mapping else None
    table = open_table.open_table(
        file, encoding=encoding, sheet=sheet, repeats=stated.repeats if stated else ()
    )
    which = stated or ColumnMapping.default(table.columns)
    which = which.with_words(OwnWords.of_case(case.sources().values()))
    seen: Counter[str] = Counter()

    def incoming() -> Iterator[IncomingReport | RejectedRow]:
        for row in intake.read_table(table, which, source):
            if isinstance(row, intake.Rejected):
                yield RejectedRow(row.row, row.reasons)
                continue
            for warning in row.warnings:
                seen[f"warning: {warning}"] += 1
            yield IncomingReport(row.report.id, row.report.to_payload(), row.consent, row.row)

    outcome = case.intake(source, which.about(), incoming(), progress=progress, dry_run=dry_run)
    return {
        "source": source,
        "rows": outcome.rows,
        "created": outcome.created,
        "updated": outcome.updated,
        "unchanged": outcome.unchanged,
        "rejected": outcome.rejected,
        "rejects": None if dry_run else outcome.rejects,
        "reasons": dict(outcome.reasons),
        "warnings": _counts(seen, "warning: "),
        "no_use_allowed": outcome.no_use_allowed,
        "encoding": table.encoding,
        "dry_run": dry_run,
        "entry": None if dry_run else outcome.entry,
        "consent_kept": outcome.consent_kept,
        "amendments_replaced": outcome.amendments_replaced,
        "renamed": outcome.renamed,
        "beside_others": outcome.beside_others,
    }


def suggest_mapping(file: Path, *, encoding: str | None = None, sheet: str | None = None) -> str:
    """Draft a `MAP.toml` for a file, from its columns' names and its cells' look; for correction.

    No case file is needed, and none is touched.
    """
    from uncounted.records.intake import suggest
    from uncounted.records.tabular import open_table

    return suggest.draft(*open_table.survey(file, encoding=encoding, sheet=sheet))


_RESERVED = ("count", "sex", "year", "origin")


def _check_source(name: str) -> None:
    """A source's name stands in headers, options and on pages: it must be able to."""
    if name in _RESERVED:
        raise UsedWrongly(
            "a source cannot be called what tables call a column of theirs",
            hint=f"any name but {', '.join(_RESERVED)}, such as --source Seoul",
        )
    if (
        not name.strip()
        or name != name.strip()
        or len(name) > 60
        or not name.isprintable()
        or set(name) & set(",;\"'/\\")
        or name[0] in "=+-@"
    ):
        raise UsedWrongly(
            "that is no name for a source",
            hint="up to 60 letters, digits, spaces, dots or hyphens, such as --source Seoul",
        )


def _counts(seen: Counter[str], prefix: str) -> dict[str, int]:
    return {
        what.removeprefix(prefix): n for what, n in seen.most_common() if what.startswith(prefix)
    }


# 3. Who is who -------------------------------------------------------------------------------


def link(
    case: Case, *, draws: int = DRAWS, seed: int = 1, on: dt.date, progress: Progress = silent
) -> dict[str, Any]:
    """Draw who is who, from the reports whose consent allows `link` on the day `on`.

    Decisions on pairs of them hold in every draw; those on others are not looked at.
    """
    from uncounted import linkage
    from uncounted.records.custom_vocabulary import OwnWords
    from uncounted.records.report import Report

    chosen = case.reports("link", on)
    own = OwnWords.of_case(case.sources().values())
    reports = list(own.translated(Report.from_payload(stored.payload) for stored in chosen.reports))
    if not reports:
        raise NotLinkable(
            "there is no report that may be linked",
            hint="import some, with consent for link: see [consent] in docs/reference/mapping.md",
        )
    keys = [(stored.source, stored.id) for stored in chosen.reports]
    said, older = decided(case, keys), decided_before_a_change(case, keys)
    result = linkage.link(reports, draws=draws, seed=seed, progress=progress, decisions=said)
    summed = summary(result)
    case.put(
        "linkage",
        {"settings": result.settings, "diagnostics": result.diagnostics, **summed},
        result.to_bytes(),
        uses=["link"],
    )
    return {
        **summed,
        "decisions": len(said),
        "decisions_older": older,
        "seconds": result.seconds,
        "left_out": dict(chosen.left_out),
        "diagnostics": result.diagnostics,
    }


def people(case: Case, out: Path, *, on: dt.date) -> dict[str, Any]:
    """Write which reports are about one person: `source,report,person,probability`."""
    from uncounted import linkage

    drawn = linked(case, on).linkage
    rows, summed = linkage.people_rows(drawn), summary(drawn)
    _write_csv(
        out,
        ("source", "report", "person", "probability"),
        [(source, id_, person, f"{sure:.3f}") for source, id_, person, sure in rows],
    )
    return {
        "reports": len(rows),
        "people": len({person for _, _, person, _ in rows}),
        "people_interval": summed["people"]["interval"],
        "draws": summed["draws"],
        "out": str(out),
    }


# 4. Through the door -------------------------------------------------------------------------


def captures(
    case: Case,
    out: Path,
    *,
    lists: Sequence[str] | None = None,
    by: Sequence[str] = (),
    draw: int | None = None,
    on: dt.date,
) -> dict[str, Any]:
    """Write the table of one draw of who is who, or of the point partition; split, if asked."""
    opened = linked(case, on)
    if draw is not None and draw >= len(opened.linkage.labels):
        raise UsedWrongly(
            f"there is no draw {draw}", hint=f"the draws are 0 to {len(opened.linkage.labels) - 1}"
        )
    split_tables = split(opened, draw, by, lists)
    header = split_tables[0].lists if split_tables else tuple(lists or ())
    rows = [
        (*pattern, *table.stratum.values(), n)
        for table in split_tables
        for pattern, n in table.counts.items()
    ]
    _write_csv(out, (*header, *by, "count"), rows)
    return {
        "observed": sum(table.observed for table in split_tables),
        "lists": {name: sum(table.list_totals[name] for table in split_tables) for name in header},
        "by": list(by),
        "draw": draw,
        "left_out": dict(opened.left_out(lists)),
        "out": str(out),
    }


# 5. What leaves ------------------------------------------------------------------------------


def release(
    case: Case,
    plan_file: Path,
    out: Path,
    *,
    despite_earlier: bool = False,
    on: dt.date,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Write a release: what it says is decided at the door, and the log takes note of it.

    0. The folder is one that can be written, before anything is done or noted.
    1. Count and estimate, over the draws of who is who.
    2. Say it, with small counts hidden, and attack what is said.
    3. The manifest's hash becomes an entry of the log; the log is sealed.
    4. The folder is written whole, and verified.

    What is hidden beside the small counts is drawn from a secret of the case file. It is
    made at the first release and sealed with every one, since two secrets would hide two
    sets of counts, and what both hide would be the small ones.
    A crash between 3 and 4 leaves an entry without a folder, and nothing to mend.

    Raises:
        UsedWrongly: the plan asks for a method that there is not.
        NotPublishable: a small count could be read or computed; the case file was
            released before with other counts, and `despite_earlier` is not given; or the plan's
            words hold the name of somebody on record.
    """
    from uncounted.publish import bundle
    from uncounted.publish.plan import Plan
    from uncounted.publish.release import build
    from uncounted.workflow import release_facts
    from uncounted.workflow.plan_words import refuse_names

    plan = Plan.parse(plan_file)
    refuse_unknown_method(plan.method)
    opened = linked(case, on, plan.audience)
    refuse_names(plan, opened.reports)
    bundle.refuse_unwritable(out)  # 0
    counted = count(opened, plan.order(opened.lists))  # 1
    kept = release_facts.keep(case.latest("release"), plan, counted.point, despite_earlier)
    study = over_draws(case, counted, Asked(), progress, leading=plan.method)
    refuse_if_nothing(study)
    facts = release_facts.facts(case.sources(), plan, opened, counted, study, kept.blind)
    files = build(facts, plan)  # 2
    me = case.signer
    manifest = bundle.manifest(
        files,
        {"title": plan.title, "tables": facts.commitment, "made_up": facts.synthetic},
        signer=me.vkey,
        made_at=facts.made_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        version=facts.version,
    )
    entry = case.put("release", bundle.entry(manifest), kept.to_bytes())  # 3
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
    return {
        "out": str(out),
        "files": sorted(files),
        "signer": me.vkey,
        "left_out": dict(counted.left_out),
        "copied": list(opened.copied(counted.point.lists)),
        "fails": opened.fails,
        "headline": json.loads(files["estimate.json"])["sentence"],
    }


# Files ---------------------------------------------------------------------------------------


def _write_csv(out: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    durable.write(out, text.getvalue().encode(), private=True)
