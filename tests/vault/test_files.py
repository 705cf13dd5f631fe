"""What a folder or a disk refuses a case file."""

from __future__ import annotations

from pathlib import Path

import pytest

from uncounted.errors import UsedWrongly
from uncounted.vault import artefacts
from uncounted.vault.case import Case
from uncounted.vault.keys.identity import Identity


def test_a_case_cannot_be_made_under_a_file(tmp_path: Path, me: Identity) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UsedWrongly, match="part of the path is a file"):
        Case.create(tmp_path / "file" / "case", me)


def test_an_artefact_that_is_too_large(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(artefacts, "MAX_PAYLOAD_BYTES", 10)
    with pytest.raises(UsedWrongly, match="at most 10 bytes"):
        case.put("linkage", {}, bytes(11))


def test_others_who_may_read_are_found_by_check(filled: Path, me: Identity) -> None:
    (filled / "case.db").chmod(0o644)
    with Case.open(filled, me) as case:
        assert "case.db can be read by others than its owner" in case.check()
