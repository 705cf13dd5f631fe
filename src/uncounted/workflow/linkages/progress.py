"""What a linkage has done so far, sealed in the case file until the linkage is stored.

A linkage that was interrupted goes on after its last stage that was finished, if it is of the same
reports, decisions and settings and of the same program. Of few reports nothing is kept: they are
linked in seconds.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import platform
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import uncounted
from uncounted.errors import Damaged, NoSpace, UsedWrongly
from uncounted.proof.canonical_json import canonical
from uncounted.vault.case import Case
from uncounted.vault.reports.selection import StoredReport
from uncounted.vault.reports.unfinished import UnfinishedWork

FEW = 3000  # reports up to which nothing is kept

_COMPUTED_BY = ("numpy", "numba", "scipy", "arviz-stats")
_READ_BY = ("linkage", "records")  # rooms of the package


def hash_of(reports: Sequence[StoredReport]) -> str | None:
    """A hash of all that reports say, in their order; None of few, of which nothing is kept."""
    if len(reports) <= FEW:
        return None
    found = hashlib.sha256()
    for report in reports:
        for part in (report.source.encode(), report.id.encode(), report.content):
            found.update(len(part).to_bytes(8) + part)
    return found.hexdigest()


def _fingerprint(reports: str, how: Sequence[object]) -> bytes:
    """A hash of what a linkage is made from: reports, how they are linked, and the program."""
    return hashlib.sha256(canonical([reports, *how, _program()])).digest()


@cache
def _program() -> list[str]:
    """The program and what it computes with, by version and by what its modules and tables say."""
    said = [f"{name} {importlib.metadata.version(name)}" for name in _COMPUTED_BY]
    content = hashlib.sha256()
    root = Path(uncounted.__file__).parent
    for path in sorted(path for room in _READ_BY for path in (root / room).rglob("*.*")):
        if path.suffix in {".py", ".csv", ".toml", ".txt"}:
            content.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    machine = f"Python {platform.python_version()} {platform.system()} {platform.machine()}"
    return [uncounted.__version__, machine, content.hexdigest(), *said]


class LinkProgress:
    """Stages of one linkage, kept in its case file (`linkage.checkpoints.Checkpoints`).

    Args:
        case: the case file.
        reports: their hash; None: nothing is kept.
        how: whatever else the linkage is made from, as plain values.

    Attributes:
        continued: the stages that were not done again.
        note: what could not be used or kept, in words.
    """

    def __init__(self, case: Case, reports: str | None, *how: object) -> None:
        self.continued = list[str]()
        self.note: str | None = None
        self._work: UnfinishedWork | None = None
        if reports is None:
            return
        try:
            self._work = case.unfinished(_fingerprint(reports, how))
        except (NoSpace, UsedWrongly):
            self._keeps_no_more()

    @property
    def keeps(self) -> bool:
        """Whether stages are kept."""
        return self._work is not None

    def load(self, stage: str) -> bytes | None:
        """What a stage has made; None if it is not kept, or not whole."""
        if self._work is None:
            return None
        try:
            content = self._work.load(stage)
        except Damaged:
            self.note = DAMAGED
            return None
        if content is not None:
            self.continued.append(stage)
        return content

    def save(self, stage: str, content: bytes) -> None:
        """Keep what a stage has made; if that cannot be, neither are later ones."""
        if self._work is None:
            return
        try:
            self._work.save(stage, content)
        except (NoSpace, UsedWrongly):
            self._keeps_no_more()

    def refuse(self, stage: str) -> None:
        """Note that what was kept is not what such a stage makes."""
        self.continued.remove(stage)
        self.note = DAMAGED

    def _keeps_no_more(self) -> None:
        self._work, self.note = None, NO_ROOM


DAMAGED = "what was kept of a linkage that was interrupted is damaged: it was not used"
NO_ROOM = (
    "stages of the linkage could not be kept (the disk is full, or the case file cannot be written"
    " to): interrupted, it would have begun anew"
)


def in_words(stages: Sequence[str]) -> str | None:
    """Which stages were done before, for a reader; None if none were.

    Examples:
        >>> in_words(["pairs", "draws-0", "alternative-0", "alternative-1"])
        'names and pairs, sampling, 2 alternative linkages'
    """
    alternatives = sum(each.startswith("alternative") for each in stages)
    said = [
        "names and pairs" if any(each.startswith("pairs") for each in stages) else "",
        "sampling" if any(each.startswith("draws") for each in stages) else "",
        f"{alternatives} alternative linkage{'s'[: alternatives != 1]}" if alternatives else "",
    ]
    return ", ".join(filter(None, said)) or None
