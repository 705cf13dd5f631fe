"""The suppression key outlives a withdrawal, and what was kept of a release does not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from uncounted.vault.case import Case, IncomingReport
from uncounted.vault.keys.identity import Identity
from uncounted.vault.reports.consent import Consent
from uncounted.workflow import custody, release_record, reports

KEY = b"7" * 32


@pytest.mark.parametrize(
    "forget",
    [
        lambda case: custody.withdraw(case, "one", "R-1"),
        lambda case: reports.undo(case, 3),
    ],
)
def test_the_key_in_a_release_of_an_earlier_version_is_kept(
    forget: Callable[[Case], object], tmp_path: Path
) -> None:
    kept = {"blind": KEY.hex(), "lists": ["one"], "table": "0a" * 32, "threshold": 5}
    with Case.create(tmp_path / "case", Identity.generate()) as case:
        rows = [IncomingReport(f"R-{n}", {"names": []}, Consent(frozenset()), n) for n in (1, 2)]
        assert case.intake("one", {}, rows).entry == 3
        assert release_record.suppression_key(case) != release_record.suppression_key(case)
        case.put("release", {"title": "first"}, json.dumps(kept).encode())
        assert release_record.suppression_key(case) == KEY
        forget(case)
        assert release_record.suppression_key(case) == KEY
        release = case.latest("release")
        assert release is not None
        assert release.payload is None
        release_record.keep_suppression_key(case, b"another")
        assert release_record.suppression_key(case) == KEY
        assert [entry.kind for entry in case.entries()].count("suppression-key") == 1
