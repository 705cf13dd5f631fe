"""What a person does with single reports: find, read, amend, decide on two, take a file back.

Beside `steps`, which is the road from many reports to a number. What is read here is
shown to whoever opened the case file and goes nowhere else.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from uncounted.errors import BadInput, NotEstimable, UsedWrongly
from uncounted.progress import Progress, silent
from uncounted.proof import durable
from uncounted.records import custom_vocabulary, vocabulary
from uncounted.records import search as searching
from uncounted.records.intake import amend as amending
from uncounted.records.intake import decisions_csv
from uncounted.records.intake.rows import Rejected
from uncounted.records.names.name import Name
from uncounted.records.report import Report
from uncounted.vault.case import Case
from uncounted.vault.reports import decisions, identifiers
from uncounted.vault.reports.consent import USES, Consent
from uncounted.vault.reports.decisions import ProposedDecision
from uncounted.workflow.counts import count, decided, linked

_EVERY = 1000
NEXT = 50  # pairs that are weighed when nobody says how many


def search(
    case: Case, words: Sequence[str], *, progress: Progress = silent
) -> list[dict[str, Any]]:
    """Find reports whose name, relative's name or note holds all the words.

    A name is found as well if it may be another spelling of the words, in any script. Every
    report is opened and read, some thousands a second; there is no index to leak.

    Returns:
        A row a report: `source`, `report`, `names` as written, and `in`: `name`, `relative`,
        `note`, and `spelling` where the words stand in no name and may be a spelling of one.

    Raises:
        UsedWrongly: there is no letter to look for.
    """
    from uncounted.records.cells.name_search import Wanted

    wanted, spelt = searching.keys(words), Wanted(" ".join(words))
    found = []
    for done, stored in enumerate(case.every_report()):
        if done % _EVERY == 0:
            progress("reading reports", done, None)
        places = searching.found_in(stored.payload, wanted)
        if "name" not in places and spelt.spelt(Name(**name) for name in stored.payload["names"]):
            places = (*places, "spelling")
        if places:
            found.append(
                {
                    "source": stored.source,
                    "report": stored.id,
                    "names": [name["written"] for name in stored.payload["names"]],
                    "in": list(places),
                }
            )
    return found


def show(case: Case, source: str, report_id: str) -> dict[str, Any]:
    """What a report says, what may be done with it, and what happened to it.

    Raises:
        UsedWrongly: there is no such report.
    """
    versions = case.history(source, report_id)
    newest = versions[0]
    return {
        "source": source,
        "report": report_id,
        "says": newest.payload,
        "consent": newest.consent.to_json(),
        "attachments": [
            {"entry": each.entry.seq, "name": each.name, "size": each.size, "sha256": each.sha256}
            for each in case.attachments(source, report_id)
        ],
        "decisions": _decisions(case, source, report_id),
        "versions": [
            {
                "entry": version.entry.seq,
                "kind": version.entry.kind,
                "when": version.entry.when,
                "by": version.entry.by,
            }
            for version in versions
        ],
    }


def _decisions(case: Case, source: str, report_id: str) -> list[dict[str, Any]]:
    """What was decided of a report and others, each by the other's source and id."""
    key = identifiers.whole(source), identifiers.whole(report_id)
    rows = []
    for each in case.decisions(source, report_id):
        first, second = each.pair
        other = first if tuple(map(identifiers.whole, second)) == key else second
        rows.append(
            {
                "entry": each.entry.seq,
                "when": each.entry.when,
                "by": each.entry.by,
                "source": other[0],
                "report": other[1],
                "decision": "same" if each.same else "different",
                "note": each.note,
                "older_than_report": case.older_than_report(each),
            }
        )
    return rows


def amend(case: Case, source: str, report_id: str, fields: Mapping[str, str]) -> dict[str, Any]:
    """Say fields of a report anew; what it said before stays as an earlier version.

    Raises:
        UsedWrongly: there is no such report, or no such field.
        BadInput: a field cannot be read, for every reason found.
    """
    before = Report.from_payload(case.history(source, report_id)[0].payload)
    own = custom_vocabulary.OwnWords.of_case(case.sources().values())
    read = amending.said_anew(fields, before, own)
    if isinstance(read, Rejected):
        reasons, hint = _in_place(read.reasons)
        raise BadInput(f"the report was not changed: {'; '.join(reasons)}", hint=hint)
    warnings = [warning.removeprefix("column ") for warning in read.warnings]
    if read.report == before:
        return {"changed": False, "entry": None, "warnings": warnings}
    entry = case.amend(source, report_id, read.report.to_payload())
    return {"changed": True, "entry": entry.seq, "warnings": warnings}


def _in_place(reasons: Sequence[str]) -> tuple[list[str], str | None]:
    """Reasons for who typed a value, not for who wrote a mapping: here there is none.

    Returns:
        The reasons, and as a hint the codes of the vocabulary where a word is not in it.
    """
    told, kinds = [], dict[str, None]()
    for reason in reasons:
        words, mapping, rest = reason.removeprefix("column ").partition(" (say what ")
        told.append(words if mapping else reason.removeprefix("column "))
        kinds |= {kind: None for kind in vocabulary.KINDS if f"[values.{kind}]" in rest}
    lists = [f"{kind}: {', '.join(vocabulary.codes(kind))}" for kind in kinds]
    return told, "; ".join(lists) or None


def set_consent(
    case: Case,
    source: str,
    report_id: str,
    *,
    uses: Sequence[str],
    audience: str | None = None,
    until: str | None = None,
    given_by: str | None = None,
) -> dict[str, Any]:
    """Note what may be done with a report from now on.

    Raises:
        UsedWrongly: not a use, not a full day, an audience of no words, or no such report.
    """
    if wrong := [use for use in uses if use not in USES]:
        raise UsedWrongly(
            f"{wrong[0]!r} is not a use that can be consented to",
            hint=f"the uses are {', '.join(USES)}; none: --uses none",
        )
    if audience is not None and not audience.strip():
        raise UsedWrongly(
            "an audience of no words is nobody",
            hint="like --audience UN; leave it out if it may be published for everybody",
        )
    consent = Consent(frozenset(uses), audience, _day(until), given_by)
    entry = case.set_consent(source, report_id, consent)
    return {"entry": entry.seq, "consent": consent.to_json()}


def _day(text: str | None) -> dt.date | None:
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise UsedWrongly(
            "--until takes a full day", hint="like --until 2027-12-31, that day included"
        ) from None


def decide(
    case: Case,
    file: Path,
    *,
    on: dt.date,
    encoding: str | None = None,
    dry_run: bool = False,
) -> dict[str, Any]:
    """Take a file of decisions in: which reports are about one person, and which are not.

    Rows = new + changed + unchanged + rejected; `rejects` has each rejected row and why, and
    `without_use` the rows of a report that may not be linked. `spends_sample` says that the file
    is one of `evaluate --sample`, which judges no linkage that was told its answers. Of the rows
    `taken`, `against_linkage` contradict what the latest linkage holds for nearly certain, and
    `most_joined` is of how many reports decisions make one person where they make most so: a
    column that was sorted by itself shows in either.

    Args:
        case: an open case file.
        file: of decisions.
        on: the day for which consent is asked.
        encoding: of the file, where it cannot be told.
        dry_run: keep nothing.

    Raises:
        BadInput: the file is none of decisions, or they cannot all be true together with
            what was decided before; nothing was kept.
    """
    read = decisions_csv.read(file, encoding=encoding)
    rows = list(read.rows)
    done = case.decide(rows, dry_run=dry_run)
    rejected = {each.row for each in done.rejects}
    taken = [
        each for each in rows if isinstance(each, ProposedDecision) and each.row not in rejected
    ]
    return {
        "rows": done.rows,
        "new": done.new,
        "changed": done.changed,
        "unchanged": done.unchanged,
        "rejected": done.rejected,
        "reasons": dict(Counter(why for each in done.rejects for why in each.reasons)),
        "rejects": [{"row": each.row, "why": list(each.reasons)} for each in done.rejects],
        "without_use": _without_use(case, taken, on),
        "spends_sample": read.is_sample and bool(taken),
        "taken": len(taken),
        "against_linkage": _against_linkage(case, taken),
        "most_joined": _most_joined(case, taken),
        "dry_run": dry_run,
        "entry": done.entry,
    }


def _without_use(case: Case, taken: Sequence[ProposedDecision], on: dt.date) -> list[int]:
    """Rows about a report whose consent does not allow linking: they hold once it does."""
    asked = {key for each in taken for key in (each.one, each.other)}
    closed = {key for key in asked if not case.history(*key)[0].consent.allows("link", on)}
    return [each.row for each in taken if each.one in closed or each.other in closed]


_NEARLY_CERTAIN = 0.01  # of being wrong, by the draws


def _against_linkage(case: Case, taken: Sequence[ProposedDecision]) -> int:
    """How many decisions contradict what the latest linkage holds for nearly certain."""
    from uncounted.linkage import Linkage
    from uncounted.linkage.evaluation.ground_truth import composed, index_of

    stored = case.latest("linkage")
    if stored is None or not stored.payload or not taken:
        return 0
    linkage = Linkage.from_bytes(stored.payload)
    at = index_of(linkage)
    count = 0
    for each in taken:
        one, other = at.get(composed(each.one)), at.get(composed(each.other))
        if one is not None and other is not None:
            together = float((linkage.labels[:, one] == linkage.labels[:, other]).mean())
            count += (together if each.same else 1 - together) < _NEARLY_CERTAIN
    return count


def _most_joined(case: Case, taken: Sequence[ProposedDecision]) -> int:
    """Of how many reports decisions make one person: the most, among those of these rows."""
    import numpy as np

    from uncounted.linkage.sampler.candidate_graph import connected

    said = {frozenset(each.pair) for each in case.decisions() if each.same}
    said |= {frozenset((each.one, each.other)) for each in taken if each.same}
    at = {key: place for place, key in enumerate(sorted({key for pair in said for key in pair}))}
    one, other = np.array([[at[key] for key in pair] for pair in said], np.int64).reshape(-1, 2).T
    person = connected(len(at), one, other)
    touched = [person[at[each.one]] for each in taken if each.same]
    return int(np.bincount(person)[touched].max(initial=0)) if touched else 0


def review(
    case: Case,
    *,
    most: int | None = None,
    out: Path | None = None,
    on: dt.date,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Which pairs of reports to look at next: those that would narrow the interval of N most.

    How N moves with the table is asked of a fast stand-in (`estimate.fast_log_n`), at the stated
    point partition. Where that table, or one beside it, allows no number yet, pairs come in the
    order of the number of people.

    Args:
        case: an open case file that was linked.
        most: how many pairs; None: the next fifty.
        out: a file for `decide`: the pairs, with the column `decision` to be filled in. None is
            written where there are none.
        on: the day of use.
        progress: told as it goes.

    Raises:
        NotLinked: the reports have not been linked, or something has changed since.
    """
    from uncounted.estimate.fast_log_n import log_number
    from uncounted.linkage.active_review import review_order

    opened = linked(case, on)
    keys = opened.linkage.keys
    said = decided(case, keys)
    progress("weighing pairs", 0, None)
    elsewhere, why = 0.0, None
    try:
        elsewhere = log_number(count(opened).point).variance
    except NotEstimable as error:
        why = str(error)
    ordered = partial(
        review_order,
        opened.linkage.labels,
        opened.linkage.sources,
        counted=opened.may,
        decided=[(one, other) for one, other, _ in said],
        most=most or NEXT,
    )
    try:
        near = None if why else lambda table: log_number(table).mean
        order = ordered(value=near, elsewhere=elsewhere)
    except NotEstimable as error:  # a table near it, of one person fewer in a cell
        why, elsewhere = str(error), 0.0
        order = ordered(value=None, elsewhere=elsewhere)
    pairs = [
        {
            **dict(
                zip(decisions_csv.COLUMNS[:4], (*keys[pair.left], *keys[pair.right]), strict=True)
            ),
            "probability": round(pair.probability, 4),
            "narrowing": round(pair.narrowing, 6),
        }
        for pair in order.pairs
    ]
    if not pairs:
        out = None  # there is nothing to fill in
    if out is not None:
        _write_pairs(out, pairs)
    return {
        "undecided": order.undecided,
        "decided": len(said),
        "pairs": pairs,
        "narrowing": round(order.narrowing, 6),
        "linkage_share": round(order.linkage / whole, 4)
        if (whole := order.linkage + elsewhere)
        else 0.0,
        "why_no_number": why,
        "out": None if out is None else str(out),
    }


def _write_pairs(out: Path, pairs: Sequence[Mapping[str, Any]]) -> None:
    text = io.StringIO()
    header = (*decisions_csv.COLUMNS, decisions_csv.NOTE, "probability", "narrowing")
    table = csv.DictWriter(text, header, restval="", lineterminator="\n")
    table.writeheader()
    table.writerows(pairs)
    durable.write(out, text.getvalue().encode(), private=True)


def is_decision(case: Case, number: int) -> bool:
    """Whether an entry is a decision or a file of them."""
    entry = case.entry(number)
    return entry is not None and entry.kind in (decisions.KIND, decisions.FILE)


def undo(case: Case, number: int) -> dict[str, Any]:
    """Take an import, a decision or a file of decisions back: all stands as it did before.

    Raises:
        UsedWrongly: the entry is none of them, or was taken back before.
        BadInput: a decision that would stand again contradicts later ones.
    """
    if is_decision(case, number):
        entry, count = case.undo_decision(number)
        return {"entry": entry.seq, "decisions": count}
    entry, done = case.undo_import(number)
    return {
        "entry": entry.seq,
        "source": done.source,
        "removed": done.removed,
        "restored": done.restored,
        "kept": done.kept,
        "decisions_forgotten": done.decisions,
    }
