"""Restoring an export: its JSON file, its folder, or a BagIt bag of it.

Reports, consents, first collectors, sources and attachments stand afterwards as they
did, a consent that was noted in the case file is noted in this one, and what people decided
of two reports is decided. What an export cannot carry it says itself, and that is handed on.
Everything read here is foreign bytes until it is checked.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import attrs

from uncounted import regular_files
from uncounted.errors import BadInput
from uncounted.export import bagit, validate
from uncounted.export.content import FORMAT, consent_decided
from uncounted.export.write import REPORTS
from uncounted.progress import Progress, silent
from uncounted.proof.canonical_json import JSONObject
from uncounted.records.report import Report
from uncounted.records.report_limits import LONGEST_REASON, faults
from uncounted.vault.case import Case
from uncounted.vault.log.bodies import Pair
from uncounted.vault.reports.attachments import NewAttachment
from uncounted.vault.reports.decisions import ProposedDecision, contradictions, pair_of
from uncounted.vault.reports.ingest import IncomingReport

_MOST_BYTES = 512 << 20  # of the JSON file, which is read whole
_FOLDER = "give one file of reports, or the folder that uncounted export made"
_HINT = "take the export once more, or import the CSV files of an export one by one"


@attrs.frozen
class CheckedExport:
    """A checked export: what it says of sources, its reports by source, its attachments.

    `decided` are the reports whose consent was noted where the export was made, `decisions`
    what was decided of two reports there, `left_behind` what it could not carry, with counts.
    """

    sources: dict[str, JSONObject]
    reports: dict[str, list[IncomingReport]] = attrs.field(repr=False)
    decided: list[tuple[str, IncomingReport]] = attrs.field(repr=False)
    attachments: list[ExportedAttachment] = attrs.field(repr=False)
    decisions: list[ProposedDecision] = attrs.field(repr=False)
    left_behind: dict[str, int]


@attrs.frozen
class ExportedAttachment:
    """A file that belongs to a report, as an export has it."""

    source: str
    report: str = attrs.field(repr=False)
    name: str = attrs.field(repr=False)
    sha256: str
    file: Path


def is_export(path: Path) -> bool:
    """Whether a path may be an export: a folder, or a JSON file that begins like one."""
    if path.is_dir():
        return True
    if path.suffix.casefold() != ".json" or not path.is_file():
        return False
    with regular_files.opened(path) as file:
        return FORMAT.encode() in file.read(200)


def read(path: Path, *, progress: Progress = silent) -> CheckedExport:
    """Check an export, whole, before anything of it is taken.

    1. A bag has all its files, and every checksum holds.
    2. The JSON is an export of a known version.
    3. Every report and consent can be read, and no id is there twice on a list.
    4. Every attachment is there and is what it was, inside the folder, and of a report.
    5. Every decision is of two of the reports, each pair once, and they can all be true.

    Raises:
        BadInput: one of the steps fails; the message says which report, by its number.
    """
    file = _file(path, progress)
    try:
        value = json.loads(regular_files.read(file, most=_MOST_BYTES).decode())
    except regular_files.TooLarge:
        raise _too_large(file) from None
    except OSError as error:
        raise BadInput(f"{file.name} cannot be read: {error.strerror}", hint=_HINT) from None
    except (ValueError, RecursionError):
        raise BadInput(f"{file.name} is not JSON", hint=_HINT) from None
    if not isinstance(value, dict) or value.get("format") != FORMAT:  # 2
        raise BadInput(f"{file.name} is not an export that this version can read", hint=_HINT)
    try:
        sources = {
            validate.source(name): validate.settings(found)
            for name, found in value["sources"].items()
        }
        reports, decided = _reports(value["reports"])  # 3
        attachments = list(_attachments(value["attachments"], file.parent, reports))  # 4
        decided_of_two = list(_decisions(value.get("decisions", []), reports))  # 5
        behind = {
            validate.name(what): validate.count(count)
            for what, count in value["left_behind"].items()
        }
    except (LookupError, TypeError, AttributeError, ValueError):
        raise BadInput(f"{file.name} is missing a part of an export", hint=_HINT) from None
    return CheckedExport(sources, reports, decided, attachments, decided_of_two, behind)


@attrs.frozen
class RestoredCounts:
    """What became of reports: `rows` = `created` + `updated` + `unchanged` + `rejected`.

    Of the updated, `consent_kept` have a consent that was noted here, which stands.
    """

    rows: int
    created: int
    updated: int
    unchanged: int
    rejected: int
    consent_kept: int


@attrs.frozen
class RestoreSummary(RestoredCounts):
    """What was taken in of an export: counts in all, and of each list under `sources`.

    `decisions_skipped` and `attachments_skipped` count what was passed over, by reason;
    `not_in_export` is what the export says it could not carry.
    """

    consents_recorded: int
    decisions: int
    decisions_skipped: dict[str, int]
    attachments: int
    attachments_skipped: dict[str, int]
    not_in_export: dict[str, int]
    sources: dict[str, RestoredCounts]
    dry_run: bool


_COUNTS = tuple(field.name for field in attrs.fields(RestoredCounts))


def take_in(
    case: Case,
    path: Path,
    *,
    dry_run: bool = False,
    replace_ids: bool = False,
    progress: Progress = silent,
) -> RestoreSummary:
    """Take a checked export into a case file, a list at a time, each whole or not at all.

    Raises:
        BadInput: it is no sound export, or its decisions contradict those that stand here;
            nothing was taken.
    """
    export = read(path, progress=progress)
    _refuse_contradictions(case, export)
    sources: dict[str, RestoredCounts] = {}
    for source, reports in export.reports.items():
        outcome = case.intake(
            source,
            export.sources.get(source, {}),
            reports,
            dry_run=dry_run,
            replace_ids=replace_ids,
            progress=progress,
        )
        sources[source] = RestoredCounts(*(getattr(outcome, name) for name in _COUNTS))
    noted = 0 if dry_run else _note_consents(case, export)
    decided, undecided = (0, Counter[str]()) if dry_run else _decide(case, export)
    attached, skipped = (0, Counter[str]()) if dry_run else _attach(case, export, progress)
    return RestoreSummary(
        **{name: sum(getattr(each, name) for each in sources.values()) for name in _COUNTS},
        consents_recorded=noted,
        decisions=decided,
        decisions_skipped=dict(undecided),
        attachments=attached,
        attachments_skipped=dict(skipped),
        not_in_export=export.left_behind,
        sources=sources,
        dry_run=dry_run,
    )


def check_is_one(path: Path) -> None:
    """Refuse a folder that is no export, before a file in it is opened."""
    if path.is_dir() and not (_inside(path) / REPORTS).is_file():
        raise BadInput(f"that folder holds no {REPORTS}, so it is not an export", hint=_FOLDER)


def _inside(folder: Path) -> Path:
    """Where the files of an export are: a bag has them in a folder of its own."""
    return folder / bagit.PAYLOAD if (folder / "bagit.txt").is_file() else folder


def _file(path: Path, progress: Progress) -> Path:
    if not path.is_dir():
        return path
    check_is_one(path)
    file = _inside(path) / REPORTS
    if file.stat().st_size > _MOST_BYTES:  # before the checksums of a bag are computed
        raise _too_large(file)
    if (path / "bagit.txt").is_file():
        progress("checking the bag", 0, None)
        bagit.check(path)  # 1
    return file


def _too_large(file: Path) -> BadInput:
    return BadInput(
        f"{file.name} has more than {_MOST_BYTES:,} bytes",
        hint="take the export as CSV, and import that in parts",
    )


def _reports(
    listed: list[JSONObject],
) -> tuple[dict[str, list[IncomingReport]], list[tuple[str, IncomingReport]]]:
    found: dict[str, list[IncomingReport]] = {}
    decided: list[tuple[str, IncomingReport]] = []
    seen: set[tuple[str, str]] = set()
    for number, one in enumerate(listed, start=1):
        why = ""
        try:
            report = Report.from_payload(one["says"])
            consent = validate.consent(one["consent"])
            source, key = validate.source(one["source"]), validate.text(one["id"])
            collector = validate.collector(one["collector"])
            here = one["consent_decided"]
            sound = isinstance(here, bool) and report.source == source and report.id == key
            why = next(faults(report), "")
        except (BadInput, KeyError, TypeError, ValueError, AttributeError):
            sound = False
        if not sound or why:
            raise BadInput(
                f"report {number} of the export cannot be read{': ' if why else ''}{why}",
                hint=_HINT,
            )
        if (source, key) in seen:
            raise BadInput(f"report {number} of the export occurs twice", hint=_HINT)
        seen.add((source, key))
        incoming = IncomingReport(key, report.to_payload(), consent, number, collector=collector)
        found.setdefault(source, []).append(incoming)
        if here:
            decided.append((source, incoming))
    return found, decided


def _attachments(
    listed: list[JSONObject], folder: Path, reports: dict[str, list[IncomingReport]]
) -> Iterator[ExportedAttachment]:
    known = {(source, one.id) for source, those in reports.items() for one in those}
    sums: dict[Path, str] = {}
    for number, one in enumerate(listed, start=1):
        file = folder / str(one["file"])
        inside = file.resolve().is_relative_to(folder.resolve())
        if not inside or not file.is_file() or (one["source"], one["report"]) not in known:
            raise BadInput(f"attachment {number} of the export is missing", hint=_HINT)
        if file not in sums:
            with regular_files.opened(file) as content:
                sums[file] = hashlib.file_digest(content, "sha256").hexdigest()
        if sums[file] != one["sha256"]:
            raise BadInput(f"attachment {number} of the export was changed", hint=_HINT)
        name = validate.text(one["name"])
        yield ExportedAttachment(one["source"], one["report"], name, sums[file], file)


def _decisions(
    listed: list[JSONObject], reports: dict[str, list[IncomingReport]]
) -> Iterator[ProposedDecision]:
    known = {(source, one.id) for source, those in reports.items() for one in those}
    decided: dict[Pair, bool] = {}
    for number, each in enumerate(listed, start=1):
        one, other = (each["one"][0], each["one"][1]), (each["other"][0], each["other"][1])
        same, note = each["same"], validate.perhaps(each["note"])
        if not {one, other} <= known or one == other or not isinstance(same, bool):
            raise BadInput(f"decision {number} of the export cannot be read", hint=_HINT)
        if len(note or "") > LONGEST_REASON:
            raise BadInput(
                f"decision {number} of the export has a note of more than"
                f" {LONGEST_REASON:,} characters",
                hint=_HINT,
            )
        pair = pair_of(one, other)
        if pair in decided:
            raise BadInput(f"decision {number} of the export occurs twice", hint=_HINT)
        decided[pair] = same
        yield ProposedDecision(number, one, other, same, note)
    if any(contradictions(decided)):
        raise BadInput("the decisions of the export contradict each other", hint=_HINT)


def _refuse_contradictions(case: Case, export: CheckedExport) -> None:
    """Refuse, before anything is taken in, decisions that contradict those that stand here."""
    decided = {_pair(*each.pair): each.same for each in case.decisions()}
    for each in export.decisions:
        decided.setdefault(_pair(each.one, each.other), each.same)
    if any(contradictions(decided)):
        raise BadInput(
            "the decisions of the export contradict decisions in this case file",
            hint="undo decisions here, or where the export was made (uncounted undo)",
        )


def _decide(case: Case, export: CheckedExport) -> tuple[int, Counter[str]]:
    """Decide here what was decided there; what stands here stays. Count what is passed over."""
    here = {_pair(*each.pair) for each in case.decisions()}
    standing = _standing(case)
    wanted, skipped = list[ProposedDecision](), Counter[str]()
    for each in export.decisions:
        if not {_key(*each.one), _key(*each.other)} <= standing:
            skipped["one of the two reports is withdrawn here"] += 1
        elif _pair(each.one, each.other) in here:
            skipped["decided here before"] += 1
        else:
            wanted.append(each)
    return (case.decide(wanted).new if wanted else 0), skipped


def _pair(one: tuple[str, str], other: tuple[str, str]) -> Pair:
    return pair_of(_key(*one), _key(*other))


def _note_consents(case: Case, export: CheckedExport) -> int:
    """Note again what was decided where the export was made, unless something was here.

    Without that the source's own file, taken in once more, would widen a consent again.
    """
    if not export.decided:
        return 0
    standing = _standing(case)
    count = 0
    for source, one in export.decided:
        if _key(source, one.id) in standing and not consent_decided(case, source, one.id):
            case.set_consent(source, one.id, one.consent)
            count += 1
    return count


def _standing(case: Case) -> set[tuple[str, str]]:
    return {_key(source, report_id) for source, report_id in case.state().reports}


def _key(source: str, report_id: str) -> tuple[str, str]:
    # A case file keeps letters whole, and the export may be of one that took them in pieces.
    return unicodedata.normalize("NFC", source), unicodedata.normalize("NFC", report_id)


def _attach(case: Case, export: CheckedExport, progress: Progress) -> tuple[int, Counter[str]]:
    """Attach what is not attached yet, all in one go; count what is skipped, by reason."""
    there = {
        (_key(each.source, each.report), each.name, each.sha256) for each in case.attachments()
    }
    standing = _standing(case)
    wanted = list[NewAttachment]()
    skipped = Counter[str]()
    for one in export.attachments:
        if _key(one.source, one.report) not in standing:
            skipped["its report is withdrawn here"] += 1
        elif (_key(one.source, one.report), one.name, one.sha256) in there:
            skipped["attached before"] += 1
        else:
            wanted.append(NewAttachment(one.source, one.report, one.file, one.name))
    made = case.attach_all(wanted, progress=progress) if wanted else []
    return len(made), skipped
