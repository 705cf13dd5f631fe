"""Files of decisions: a note has an end."""

from __future__ import annotations

from pathlib import Path

from uncounted.records.intake import decisions_csv
from uncounted.vault.reports.rejected_rows import RejectedRow


def test_a_note_without_end_is_rejected(tmp_path: Path) -> None:
    file = tmp_path / "d.csv"
    header = "source_a,report_a,source_b,report_b,decision,note\n"
    file.write_text(f"{header}A,1,B,1,same,{'n' * 10_000}\nA,2,B,2,same,{'n' * 10_001}\n")
    kept, rejected = decisions_csv.read(file).rows
    assert not isinstance(kept, RejectedRow)
    assert rejected == RejectedRow(3, ("the note is longer than 10,000 characters",))
