"""Files of clerical decisions: which pairs of reports are about one person, and which are not.

Reports are identified by source and id, never by a name. Two shapes are read: what `uncounted
review` writes (source_a, report_a, source_b, report_b, decision, optionally note), and a labelled
sample (source_1, report_1, source_2, report_2, same). Reasons never repeat a cell.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path

import attrs

from uncounted import delimited
from uncounted.errors import BadInput
from uncounted.records.report_limits import LONGEST_REASON
from uncounted.vault.reports.decisions import ProposedDecision
from uncounted.vault.reports.rejected_rows import RejectedRow

COLUMNS = ("source_a", "report_a", "source_b", "report_b", "decision")
PAIR_COLUMNS = ("source_1", "report_1", "source_2", "report_2", "same")
NOTE = "note"
# With each pair, for the reviewer: what review and a labelled sample say of it.
_DRAWN = frozenset({"stratum", "of", "drawn"})
BESIDE = frozenset({"probability", "expected_reduction", "narrowing"}) | _DRAWN
# Words that people answer with, in the three languages of the records.
SAME = frozenset(["same", "yes", "y", "1", "true", "예", "네", "같음", "동일", "是", "同"])
DIFFERENT = frozenset(
    ["different", "no", "n", "0", "false", "아니오", "아니요", "다름", "否", "不同"]
)
OPEN = frozenset(("", "?", "unsure", "모름", "不确定"))


@attrs.frozen
class Decisions:
    """The rows of a file; `is_sample` if `uncounted evaluate` drew it, to judge a linkage by."""

    rows: Iterator[ProposedDecision | RejectedRow]
    is_sample: bool


def read(path: Path, *, encoding: str | None = None) -> Decisions:
    """Read a file of decisions row by row; its columns are checked before the first.

    A row without an answer is rejected like one that cannot be read.
    """
    sheet = delimited.read(path, encoding=encoding)
    columns = _shape(sheet)
    rows = (_decision(row, columns) for row in sheet)
    return Decisions(rows, is_sample=columns == PAIR_COLUMNS and _DRAWN.issubset(sheet.columns))


def _shape(sheet: delimited.Sheet) -> tuple[str, ...]:
    there = set(sheet.columns)
    columns = PAIR_COLUMNS if not there & set(COLUMNS) and there & set(PAIR_COLUMNS) else COLUMNS
    for needed in columns:
        if needed not in there:
            raise BadInput(
                f"{sheet.path.name} has no column {needed!r}",
                hint=f"columns: {', '.join(columns)}, optionally {NOTE};"
                f" {delimited.near(sheet.columns, needed)}",
            )
    for place, name in enumerate(sheet.columns, start=1):
        if name not in {*columns, NOTE} | BESIDE:
            raise BadInput(
                f"{sheet.path.name}: column {place} is not a column of a file of decisions",
                hint=f"delete it, or name it {NOTE} if it gives reasons",
            )
    return columns


def _decision(row: delimited.Row, columns: tuple[str, ...]) -> ProposedDecision | RejectedRow:
    if row.wrong is not None:
        return RejectedRow(row.number, (row.wrong,))
    cells = [unicodedata.normalize("NFC", row.cells[name]).strip() for name in columns]
    source_one, one, source_two, two, decision = cells
    answer = decision.casefold()
    reasons = []
    if not all(cells[:4]):
        reasons.append("a report is named by its source and its id, and one of them is empty")
    if answer in OPEN:
        reasons.append("no decision is filled in")
    elif answer not in SAME | DIFFERENT:
        reasons.append("the decision is neither same nor different")
    if len(row.cells.get(NOTE, "")) > LONGEST_REASON:
        reasons.append(f"the note is longer than {LONGEST_REASON:,} characters")
    if reasons:
        return RejectedRow(row.number, tuple(reasons))
    note = row.cells.get(NOTE, "").strip() or None
    return ProposedDecision(row.number, (source_one, one), (source_two, two), answer in SAME, note)
