"""What a person does with single reports: find, read, amend, note a consent, take a file back.

Beside `steps`, which is the road from many reports to a number. What is read here is
shown to whoever opened the case file and goes nowhere else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from uncounted.errors import BadInput, UsedWrongly
from uncounted.progress import Progress, silent
from uncounted.records import amending, searching, vocabulary
from uncounted.records.intake import Rejected
from uncounted.records.report import Report
from uncounted.vault.case import Case
from uncounted.vault.consent import USES, Consent

_EVERY = 1000


def search(
    case: Case, words: Sequence[str], *, progress: Progress = silent
) -> list[dict[str, Any]]:
    """Find reports whose name or note holds all the words, in any script.

    Every report is opened and read, some 40,000 a second; there is no index to leak.

    Returns:
        A row a report: `source`, `report`, `names` as written, and `in` (`name`, `note`).

    Raises:
        UsedWrongly: there is no letter to look for.
    """
    wanted = searching.keys(words)
    found = []
    for done, stored in enumerate(case.every_report()):
        if done % _EVERY == 0:
            progress("reading reports", done, None)
        places = searching.found_in(stored.payload, wanted)
        if places:
            names = [name["written"] for name in stored.payload["names"]]
            found.append(
                {"source": stored.source, "report": stored.id, "names": names, "in": list(places)}
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


def amend(case: Case, source: str, report_id: str, fields: Mapping[str, str]) -> dict[str, Any]:
    """Say fields of a report anew; what it said before stays as an earlier version.

    Raises:
        UsedWrongly: there is no such report, or no such field.
        BadInput: a field cannot be read, for every reason found.
    """
    before = Report.from_payload(case.history(source, report_id)[0].payload)
    read = amending.said_anew(fields, before)
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
        UsedWrongly: not a use, not a full day, or no such report.
    """
    if wrong := [use for use in uses if use not in USES]:
        raise UsedWrongly(
            f"{wrong[0]!r} is not a use that can be consented to",
            hint=f"the uses are {', '.join(USES)}; none: --uses none",
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


def undo(case: Case, number: int) -> dict[str, Any]:
    """Take one import back: reports stand as they did before it.

    Raises:
        UsedWrongly: the entry is no import, or was taken back before.
    """
    entry, done = case.take_back(number)
    return {
        "entry": entry.seq,
        "source": done.source,
        "removed": done.removed,
        "restored": done.restored,
        "kept": done.kept,
    }
