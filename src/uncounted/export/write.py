"""Writing an export: JSON, CSV with the mappings that take it back in, or a BagIt bag.

1. Everything is written into a folder beside the one that was named, for its owner alone.
2. Only when it is whole, and on the disk, does it take its name; whatever fails before
   leaves nothing behind. What a killed process leaves is taken away by the next export
   under that name, and named by one under another.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import IO, Literal

import attrs

from uncounted import atomic_files
from uncounted.atomic_files import create, create_text
from uncounted.errors import AlreadyThere, Damaged
from uncounted.export import bagit, csv_files, premis
from uncounted.export.content import (
    ATTACHMENTS,
    FORMAT,
    decision_json,
    left_behind,
    outgoing,
    places,
)
from uncounted.progress import Progress, silent
from uncounted.vault.case import Case
from uncounted.vault.reports.attachments import Attachment

type Form = Literal["csv", "json", "bagit"]
FORMS: tuple[Form, ...] = ("csv", "json", "bagit")
REPORTS = "reports.json"
_EVERY = 500
_UNFINISHED = re.compile(r"\..+\.[0-9a-f]{8}\.partial")


@attrs.frozen
class ExportSummary:
    """What was written; `not_exported` counts what was not carried.

    `unfinished` are folders beside it that a killed process left, which may hold testimony;
    `doubts` says why what was written may not be what was recorded.
    """

    format: Form
    out: str
    reports: int
    attachments: int
    files: list[str]
    not_exported: dict[str, int]
    unfinished: list[str]
    doubts: Sequence[str]


def write(case: Case, form: Form, out: Path, *, progress: Progress = silent) -> ExportSummary:
    """Write everything that stands in a case file into a folder, in clear.

    Args:
        case: an open case file.
        form: `json` (one file, nothing lost), `csv` (a file and a mapping a source) or
            `bagit` (BagIt 1.0: the JSON, the attachments, and PREMIS events).
        out: the folder, which must not be there yet.
        progress: told as reports and files go out.

    Raises:
        AlreadyThere: the folder is there.
    """
    if out.exists() or out.is_symlink():
        raise AlreadyThere(f"{out.name} is there already", hint="give a folder that does not exist")
    with atomic_files.partial_folder(out, private=True) as passing, atomic_files.disk_errors():
        folder = passing / bagit.PAYLOAD if form == "bagit" else passing
        atomic_files.make_private_folder(folder)
        attached = _put_back(case, folder, progress)
        if form == "csv":
            reports, changed = csv_files.write(case, folder, progress=progress)
        else:
            reports, changed = _write_json(case, folder, progress), {}
        behind = {**left_behind(case, reports), **changed}
        if form == "bagit":
            progress("packing", 0, None)
            with create(folder / "premis.xml") as file:
                file.write(premis.events(case.id, case.entries()))
            bagit.make(
                passing,
                {
                    "External-Identifier": case.id,
                    "Bag-Software-Agent": f"uncounted {version('uncounted')}",
                },
            )
        _lock_up(passing)
        passing.rename(out)
        atomic_files.sync_folders([out.parent])
    doubts = case.doubts()
    files = sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file())
    unfinished = (path.name for path in out.parent.iterdir() if _UNFINISHED.fullmatch(path.name))
    return ExportSummary(
        form, str(out), reports, attached, files, behind, sorted(unfinished), doubts
    )


def _write_json(case: Case, folder: Path, progress: Progress) -> int:
    """One object, written a report at a time: a large case file does not fit into memory."""
    attachments = case.attachments()
    at = places(attachments)
    head = {
        "format": FORMAT,
        "case": case.id,
        "version": version("uncounted"),
        "sources": case.sources(),
        "custody": [attrs.asdict(entry) for entry in case.entries()],
        "attachments": [
            {
                "source": each.source,
                "report": each.report,
                "name": each.name,
                "size": each.size,
                "sha256": each.sha256,
                "file": at[each.sha256],
            }
            for each in attachments
        ],
        "decisions": [decision_json(each) for each in case.decisions()],
    }
    count = 0
    with create_text(folder / REPORTS) as file:
        file.write(json.dumps(head, ensure_ascii=False, indent=1)[:-2])
        file.write(',\n "reports": [')
        for report in outgoing(case):
            line = json.dumps(report.to_json(), ensure_ascii=False)
            file.write(f"{',' if count else ''}\n{line}")
            count += 1
            if count % _EVERY == 0:
                progress("writing reports", count, None)
        behind = json.dumps(left_behind(case, count), ensure_ascii=False)
        file.write(f'\n],\n "left_behind": {behind}}}\n')
    return count


def _put_back(case: Case, folder: Path, progress: Progress) -> int:
    attachments = case.attachments()
    if attachments:
        atomic_files.make_private_folder(folder / ATTACHMENTS)
    alike: dict[str, list[Attachment]] = {}
    for each in attachments:
        alike.setdefault(each.sha256, []).append(each)
    at = places(attachments)
    for number, (content, those) in enumerate(alike.items()):
        progress("putting files back", number, len(alike))
        with create(folder / at[content]) as target:
            _put_back_one(case, those, target)
    return len(attachments)


def _put_back_one(case: Case, alike: Sequence[Attachment], target: IO[bytes]) -> None:
    # What one attachment has lost, another of the same content may hold whole.
    for each in alike[:-1]:
        with contextlib.suppress(Damaged):
            case.put_back(each, target)
            return
        target.seek(0)
        target.truncate()
    case.put_back(alike[-1], target)


def _lock_up(folder: Path) -> None:
    """Make sure that all is for its owner alone, and wait until it is on the disk."""
    for path in (*folder.rglob("*"), folder):
        if path.is_dir():
            path.chmod(0o700)
            atomic_files.sync_folders([path])
        else:
            path.chmod(0o600)
            atomic_files.sync_file(path)
