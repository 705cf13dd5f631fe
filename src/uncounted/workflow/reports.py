"""Work on single reports: search, show, edit, note a consent, attach files, take entries back.

What is read here is shown to the person who opened the case file and is written nowhere else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs

from uncounted.errors import BadInput, UsedWrongly, unknown
from uncounted.progress import Progress, silent
from uncounted.proof.canonical_json import JSONObject
from uncounted.records import custom_vocabulary, vocabulary
from uncounted.records import search as searching
from uncounted.records.fields import STATED_FIELDS
from uncounted.records.intake import amend
from uncounted.records.intake.rows import Rejected
from uncounted.records.names.name import Name
from uncounted.records.report import Report
from uncounted.vault.case import Case
from uncounted.vault.reports import decisions, identifiers
from uncounted.vault.reports.consent import USES, Consent
from uncounted.vault.reports.selection import LeftOut
from uncounted.workflow.linkages.person_ids import carry_ids, ids_of_present, standing_ids
from uncounted.workflow.release_record import keep_suppression_key

__all__ = [
    "STATED_FIELDS",
    "AttachedFile",
    "AttachmentSummary",
    "Consent",
    "ConsentNoted",
    "DecisionsTakenBack",
    "EditSummary",
    "ImportTakenBack",
    "JSONObject",
    "ReportDecision",
    "ReportHistory",
    "ReportVersion",
    "SearchHit",
    "SearchResult",
    "attach",
    "edit",
    "is_decision",
    "search",
    "set_consent",
    "show",
    "undo",
]

_EVERY = 1000


@attrs.frozen
class SearchHit:
    """A report that was found, its names as written, and in which of its parts."""

    source: str
    report: str = attrs.field(repr=False)
    names: Sequence[str] = attrs.field(repr=False)
    found_in: Sequence[str]


@attrs.frozen
class SearchResult:
    """The reports that were found."""

    reports: Sequence[SearchHit]


def search(case: Case, words: Sequence[str], *, progress: Progress = silent) -> SearchResult:
    """Find reports whose name, relative's name or note holds all the words.

    A name is found as well if it may be another spelling of the words, in any script. Every
    report is opened and read, some thousands a second; there is no index to leak.

    Returns:
        Hits, each `found_in` `name`, `relative`, `note`, and `spelling` where the words are in no
        name and may be a spelling of one.
    """
    from uncounted.records.cells.name_search import NameQuery

    wanted, spellings = searching.keys(words), NameQuery(" ".join(words))
    found = []
    for done, stored in enumerate(case.every_report()):
        if done % _EVERY == 0:
            progress("reading reports", done, None)
        names = stored.payload["names"]
        places = searching.found_in(stored.payload, wanted)
        if "name" not in places and spellings.matches(Name(**name) for name in names):
            places = (*places, "spelling")
        if places:
            written = [name["written"] for name in names]
            found.append(SearchHit(stored.source, stored.id, written, list(places)))
    return SearchResult(found)


@attrs.frozen
class AttachedFile:
    """A file that was sealed with a report."""

    entry: int
    name: str = attrs.field(repr=False)
    size: int
    sha256: str


@attrs.frozen
class ReportDecision:
    """What was decided of a report and another one."""

    entry: int
    when: str
    by: str
    source: str
    report: str = attrs.field(repr=False)
    decision: str
    note: str | None = attrs.field(repr=False)
    older_than_report: bool


@attrs.frozen
class ReportVersion:
    """A version of a report: its entry, of what kind, when and by whom."""

    entry: int
    kind: str
    when: str
    by: str


@attrs.frozen
class ReportHistory:
    """A report as it stands (`content`, as it is stored), its consent, decisions and versions."""

    source: str
    report: str = attrs.field(repr=False)
    content: JSONObject = attrs.field(repr=False)
    consent: Consent = attrs.field(repr=False)
    attachments: Sequence[AttachedFile]
    decisions: Sequence[ReportDecision]
    versions: Sequence[ReportVersion]

    def to_json(self) -> JSONObject:
        """As plain values."""
        return attrs.asdict(self) | {"consent": self.consent.to_json()}


def show(case: Case, source: str, report_id: str) -> ReportHistory:
    """What a report says, what may be done with it, and what happened to it."""
    versions = case.history(source, report_id)
    return ReportHistory(
        source,
        report_id,
        versions[0].payload,
        versions[0].consent,
        [
            AttachedFile(each.entry.seq, each.name, each.size, each.sha256)
            for each in case.attachments(source, report_id)
        ],
        _decisions(case, source, report_id),
        [
            ReportVersion(each.entry.seq, each.entry.kind, each.entry.when, each.entry.by)
            for each in versions
        ],
    )


def _decisions(case: Case, source: str, report_id: str) -> list[ReportDecision]:
    """What was decided of a report and others, each by the other's source and id."""
    key = identifiers.whole(source), identifiers.whole(report_id)
    rows = []
    for each in case.decisions(source, report_id):
        first, second = each.pair
        other = first if tuple(map(identifiers.whole, second)) == key else second
        rows.append(
            ReportDecision(
                each.entry.seq,
                each.entry.when,
                each.entry.by,
                *other,
                "same" if each.same else "different",
                each.note,
                case.older_than_report(each),
            )
        )
    return rows


@attrs.frozen
class EditSummary:
    """Whether a report was changed, by which entry, and what was remarked of the values."""

    changed: bool
    entry: int | None
    warnings: Sequence[str]


def edit(case: Case, source: str, report_id: str, fields: Mapping[str, str]) -> EditSummary:
    """Change fields of a report; what it said before stays as an earlier version."""
    before = Report.from_payload(case.history(source, report_id)[0].payload)
    own = custom_vocabulary.OwnWords.of_case(case.sources().values())
    read = amend.amended(fields, before, own)
    if isinstance(read, Rejected):
        reasons, hint = _without_mapping(read.reasons)
        raise BadInput(f"the report was not changed: {'; '.join(reasons)}", hint=hint)
    warnings = [warning.removeprefix("column ") for warning in read.warnings]
    if read.report == before:
        return EditSummary(False, None, warnings)
    entry = case.amend(source, report_id, read.report.to_payload())
    return EditSummary(True, entry.seq, warnings)


def _without_mapping(reasons: Sequence[str]) -> tuple[list[str], str | None]:
    """Reasons for the person who typed a value, where no mapping can be changed.

    Returns:
        The reasons, and as a hint the codes of the vocabulary where a word is not in it.
    """
    shortened, kinds = [], dict[str, None]()
    for reason in reasons:
        words, mapping, rest = reason.removeprefix("column ").partition(" (say what ")
        shortened.append(words if mapping else reason.removeprefix("column "))
        kinds |= {kind: None for kind in vocabulary.KINDS if f"[values.{kind}]" in rest}
    lists = [f"{kind}: {', '.join(vocabulary.codes(kind))}" for kind in kinds]
    return shortened, "; ".join(lists) or None


@attrs.frozen
class ConsentNoted:
    """The entry of a consent, and what it allows."""

    entry: int
    consent: Consent = attrs.field(repr=False)

    def to_json(self) -> JSONObject:
        """As plain values."""
        return {"entry": self.entry, "consent": self.consent.to_json()}


def set_consent(
    case: Case,
    source: str,
    report_id: str,
    *,
    uses: Sequence[str],
    audience: str | None = None,
    until: str | None = None,
    given_by: str | None = None,
) -> ConsentNoted:
    """Note what may be done with a report from now on."""
    if wrong := [use for use in uses if use not in USES]:
        raise UsedWrongly(
            unknown("use", wrong[0], USES),
            hint=f"uses: {', '.join(USES)}, none",
        )
    if audience is not None and not audience.strip():
        raise UsedWrongly(
            "--audience is empty",
            hint="for example --audience UN; omit it if it may be published for everybody",
        )
    consent = Consent(frozenset(uses), audience, _day(until), given_by)
    entry = case.set_consent(source, report_id, consent)
    return ConsentNoted(entry.seq, consent)


@attrs.frozen
class ExcludedReports:
    """Which reports may not be linked and counted, and why; how many were withdrawn.

    Of a withdrawn one a keyed hash is kept, so it cannot be listed.
    """

    excluded: Sequence[LeftOut]
    withdrawn: int


def excluded(case: Case, audience: str | None = None, *, on: dt.date) -> ExcludedReports:
    """Which reports `link` leaves out on the day `on`, for this audience."""
    found = case.left_out(("link", "statistics"), on, audience)
    gone = sum(entry.kind == "withdrawal" for entry in case.entries())
    return ExcludedReports(found, gone)


def _day(text: str | None) -> dt.date | None:
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise UsedWrongly(
            "--until needs a complete date", hint="for example --until 2027-12-31 (inclusive)"
        ) from None


@attrs.frozen
class AttachmentSummary:
    """Files that were sealed with a report, and how many it had already."""

    attached: Sequence[AttachedFile]
    unchanged: int


def attach(
    case: Case, source: str, report_id: str, files: Sequence[Path], *, progress: Progress = silent
) -> AttachmentSummary:
    """Seal files and attach them to a report: all of them or none."""
    made = [
        AttachedFile(each.entry.seq, each.name, each.size, each.sha256)
        for each in case.attach(source, report_id, files, progress=progress)
    ]
    return AttachmentSummary(made, len(files) - len(made))


def is_decision(case: Case, number: int) -> bool:
    """Whether an entry is a decision or a file of them."""
    entry = case.entry(number)
    return entry is not None and entry.kind in (decisions.KIND, decisions.FILE)


@attrs.frozen
class DecisionsTakenBack:
    """How many decisions were taken back, by which entry."""

    entry: int
    decisions: int


@attrs.frozen
class ImportTakenBack:
    """What became of the reports of an import that was taken back."""

    entry: int
    source: str
    removed: int
    restored: int
    kept: int
    decisions_erased: int


def undo(case: Case, number: int) -> DecisionsTakenBack | ImportTakenBack:
    """Take an import, a decision or a file of decisions back: all is as it was before."""
    if is_decision(case, number):
        entry, count = case.undo_decision(number)
        return DecisionsTakenBack(entry.seq, count)
    keep_suppression_key(case)
    ids = standing_ids(case)
    entry, done = case.undo_import(number)
    carry_ids(case, ids_of_present(case, ids))
    return ImportTakenBack(
        entry.seq, done.source, done.removed, done.restored, done.kept, done.decisions
    )
