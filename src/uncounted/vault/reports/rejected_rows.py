"""Rejected rows: what an import refused and why, sealed beside its entry."""

from __future__ import annotations

import json
from array import array
from collections import Counter
from collections.abc import Iterator

import attrs

from uncounted.errors import UsedWrongly
from uncounted.proof.canonical_json import canonical
from uncounted.vault.log.bodies import ImportBody
from uncounted.vault.log.entries import Entries, Entry
from uncounted.vault.reports import erasures

_MOST_DIGITS = 18  # of the number of an entry


@attrs.frozen
class RejectedRow:
    """A row that was refused before it got here, and why; reasons hold no cell's content."""

    row: int
    reasons: tuple[str, ...]


class Rejects:
    """The rejected rows of one import: row numbers by reason, eight bytes each."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, ...], array[int]] = {}

    def add(self, row: int, reasons: tuple[str, ...]) -> None:
        """Note a rejected row."""
        self._rows.setdefault(reasons, array("Q")).append(row)

    def reasons(self) -> dict[str, int]:
        """How many rows each reason rejected, the commonest first."""
        found: Counter[str] = Counter()
        for reasons, rows in self._rows.items():
            found.update(dict.fromkeys(reasons, len(rows)))
        return dict(found.most_common())

    def to_bytes(self) -> bytes:
        """The payload of the import's entry."""
        return canonical([[list(reasons), list(rows)] for reasons, rows in self._rows.items()])


@attrs.frozen
class ImportRejects:
    """An import that rejected rows: the name of their list, and how many of how many.

    `undone` says that the import was undone since.
    """

    name: str
    when: str
    source: str
    rejected: int
    rows: int
    undone: bool


def every_rejects(entries: Entries) -> Iterator[ImportRejects]:
    """The imports that rejected rows, in order."""
    undone = erasures.undone_imports(entries)
    for opened in entries.of_kind("import"):
        body, entry = ImportBody.from_json(opened.body), opened.entry
        if body.rejected:
            yield ImportRejects(
                rejects_name(entry),
                entry.when,
                body.source,
                body.rejected,
                body.rows,
                entry.seq in undone,
            )


def rejects_name(entry: Entry) -> str:
    """The name of the list of rows that an import rejected."""
    return f"rejects-{entry.seq}"


def rejected_rows(entries: Entries, name: str) -> list[RejectedRow]:
    """The rows that an import rejected, in the order of the file, by the name of their list."""
    number = name.removeprefix("rejects-")
    known = number.isdecimal() and len(number) <= _MOST_DIGITS
    row = entries.storage.entry(int(number)) if known else None
    opened = entries.open(row) if row is not None and row.kind == "import" else None
    content = None if opened is None else entries.artefact(opened) or opened.payload
    if content is None:
        raise UsedWrongly(
            "no such list of rejected rows",
            hint="list them: uncounted rejects CASE",
        )
    listed = json.loads(content)
    found = sorted((row, tuple(reasons)) for reasons, rows in listed for row in rows)
    return [RejectedRow(*each) for each in found]
