"""Rows that are written together: nobody who asks sees the difference."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from uncounted.vault.store import connection
from uncounted.vault.store.database import Storage
from uncounted.vault.store.rows import ReportRow, Sealed

SEALED = Sealed(b"key", b"content")


@pytest.fixture
def base(tmp_path: Path) -> Iterator[Storage]:
    opened = Storage.create(tmp_path / "a.db", bytes(32))
    opened.set_author("recipient", "vkey")
    yield opened
    opened.close()


def add(base: Storage, seq: int, source: int) -> None:
    base.add_entry(seq, "report", "2026-11-24T12:00:00Z", 1, b"leaf", SEALED)
    base.set_report(ReportRow("one", f"R-{seq}", "ref", seq, seq, None, "{}", b""), source)


def interrupted(base: Storage, source: int) -> None:
    with base.transaction():
        add(base, 1, source)
        raise KeyboardInterrupt


def test_waiting_rows_are_read_by_every_query(base: Storage) -> None:
    with base.transaction():
        source = base.set_source("one", "{}")
        for seq in range(connection.BATCH + 3):
            add(base, seq, source)
        asked = base.size(), base.has_reports("one"), base.report("one", f"R-{seq}") is not None
        assert asked == (seq + 1, True, True)
        add(base, seq + 1, source)
        base.forget_entry(seq + 1)
    forgotten = base.entry(seq + 1)
    assert forgotten is not None
    assert forgotten.sealed is None
    assert len(list(base.reports())) == seq + 2


def test_waiting_rows_are_kept_or_dropped_with_their_transaction(base: Storage) -> None:
    with base.transaction():
        source = base.set_source("one", "{}")
        add(base, 0, source)
    assert base.size() == 1
    with pytest.raises(KeyboardInterrupt):
        interrupted(base, source)
    with base.transaction(keep=False):
        add(base, 1, source)
    with base.transaction():
        add(base, 1, source)
    assert [row.seq for row in base.entries()] == [0, 1]


def test_a_row_outside_a_transaction_is_written_at_once(base: Storage, tmp_path: Path) -> None:
    base.add_entry(0, "note", "2026-11-24T12:00:00Z", 1, b"leaf", SEALED)
    base.close()
    again = Storage(tmp_path / "a.db", bytes(32))
    assert again.size() == 1
    again.close()


def test_what_refers_to_a_row_that_waits_comes_after_it(base: Storage) -> None:
    """A report's row names its entry, whichever of the two kinds was written first."""
    with base.transaction():
        source = base.set_source("one", "{}")
        add(base, 0, source)
    with base.transaction():
        base.set_report(ReportRow("one", "R-0", "new", 0, 0, None, "{}", b""), source)
        add(base, 1, source)
    assert [(row.id, row.ref) for row in base.reports()] == [("R-0", "new"), ("R-1", "ref")]
