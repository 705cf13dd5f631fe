"""Taking an export in again: the JSON file, its folder, or a BagIt bag of it.

Reports, consents, first collectors, sources and attachments stand afterwards as they
did. Everything read here is foreign bytes until it is checked.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs

from uncounted.errors import BadInput
from uncounted.export import bag
from uncounted.export.content import FORMAT
from uncounted.export.writing import REPORTS
from uncounted.progress import Progress, silent
from uncounted.records.report import Report
from uncounted.vault.case import Case
from uncounted.vault.consent import Consent
from uncounted.vault.intake import Incoming

_HINT = "take the export once more, or import the CSV files of an export one by one"


@attrs.frozen
class Arriving:
    """A checked export: what it says of sources, its reports by source, its attachments."""

    sources: dict[str, dict[str, Any]]
    reports: dict[str, list[Incoming]] = attrs.field(repr=False)
    attachments: list[tuple[str, str, str, Path]] = attrs.field(repr=False)


def is_export(path: Path) -> bool:
    """Whether a path may be an export: a folder, or a JSON file that begins like one."""
    if path.is_dir():
        return True
    if path.suffix.casefold() != ".json" or not path.is_file():
        return False
    with path.open("rb") as file:
        return FORMAT.encode() in file.read(200)


def read(path: Path, *, progress: Progress = silent) -> Arriving:
    """Check an export, whole, before anything of it is taken.

    1. A bag has all its files, and every checksum holds.
    2. The JSON is an export of a known version.
    3. Every report and consent can be read, and no id is there twice on a list.
    4. Every attachment is there and is what it was, inside the folder, and of a report.

    Raises:
        BadInput: one of the steps fails; the message says which report, by its number.
    """
    file = _file(path, progress)
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        raise BadInput(f"{file.name} is not JSON", hint=_HINT) from None
    if not isinstance(value, dict) or value.get("format") != FORMAT:  # 2
        raise BadInput(f"{file.name} is no export that this version knows", hint=_HINT)
    try:
        sources = {str(name): dict(about) for name, about in value["sources"].items()}
        reports = _reports(value["reports"])  # 3
        attachments = list(_attachments(value["attachments"], file.parent, reports))  # 4
    except (KeyError, TypeError, AttributeError):
        raise BadInput(f"{file.name} lacks a part that an export has", hint=_HINT) from None
    return Arriving(sources, reports, attachments)


def take_in(
    case: Case, path: Path, *, dry_run: bool = False, progress: Progress = silent
) -> dict[str, Any]:
    """Take a checked export into a case file, a list at a time, each whole or not at all.

    Returns:
        `rows`, `created`, `updated`, `unchanged`, `rejected` in all, `attachments`, and
        `sources` with the same for each list.

    Raises:
        BadInput: it is no sound export; nothing was taken.
    """
    arriving = read(path, progress=progress)
    told: dict[str, dict[str, int]] = {}
    for source, reports in arriving.reports.items():
        outcome = case.intake(
            source,
            arriving.sources.get(source, {}),
            reports,
            dry_run=dry_run,
            progress=progress,
        )
        told[source] = {
            name: getattr(outcome, name)
            for name in ("rows", "created", "updated", "unchanged", "rejected")
        }
    attached = 0 if dry_run else _attach(case, arriving, progress)
    total = {
        name: sum(each[name] for each in told.values())
        for name in ("rows", "created", "updated", "unchanged", "rejected")
    }
    return {**total, "attachments": attached, "sources": told, "dry_run": dry_run}


def _file(path: Path, progress: Progress) -> Path:
    if not path.is_dir():
        return path
    if (path / "bagit.txt").is_file():
        progress("checking the bag", 0, None)
        bag.check(path)  # 1
        path = path / bag.PAYLOAD
    if not (path / REPORTS).is_file():
        raise BadInput(f"that folder holds no {REPORTS}", hint=_HINT)
    return path / REPORTS


def _reports(listed: list[dict[str, Any]]) -> dict[str, list[Incoming]]:
    found: dict[str, list[Incoming]] = {}
    seen: set[tuple[str, str]] = set()
    for number, one in enumerate(listed, start=1):
        try:
            report = Report.from_payload(one["says"])
            consent = Consent.from_json(one["consent"])
            source, key, collector = one["source"], one["id"], one["collector"]
            sound = report.source == source and report.id == key and bool(key and source)
        except (BadInput, KeyError, TypeError, ValueError, AttributeError):
            sound = False
        if not sound:
            raise BadInput(f"report {number} of the export cannot be read", hint=_HINT)
        if (source, key) in seen:
            raise BadInput(f"report {number} of the export is there twice", hint=_HINT)
        seen.add((source, key))
        found.setdefault(source, []).append(
            Incoming(key, report.to_payload(), consent, number, collector=collector)
        )
    return found


def _attachments(
    listed: list[dict[str, Any]], folder: Path, reports: dict[str, list[Incoming]]
) -> Iterator[tuple[str, str, str, Path]]:
    known = {(source, one.id) for source, those in reports.items() for one in those}
    sums: dict[Path, str] = {}
    for number, one in enumerate(listed, start=1):
        file = folder / str(one["file"])
        inside = file.resolve().is_relative_to(folder.resolve())
        if not inside or not file.is_file() or (one["source"], one["report"]) not in known:
            raise BadInput(f"attachment {number} of the export is missing", hint=_HINT)
        if file not in sums:
            with file.open("rb") as content:
                sums[file] = hashlib.file_digest(content, "sha256").hexdigest()
        if sums[file] != one["sha256"]:
            raise BadInput(f"attachment {number} of the export was changed", hint=_HINT)
        yield one["source"], one["report"], str(one["name"]), file


def _attach(case: Case, arriving: Arriving, progress: Progress) -> int:
    there = {(each.source, each.report, each.name) for each in case.attachments()}
    standing = {(report.source, report.id) for report in case.every_report()}
    count = 0
    for source, report, name, file in arriving.attachments:
        if (source, report, name) in there or (source, report) not in standing:
            continue  # taken in before, or the report is withdrawn here
        case.attach(source, report, [file], names=[name], progress=progress)
        count += 1
    return count
