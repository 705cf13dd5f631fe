"""An estimate or a release that is refused leaves no entry in the log, which is public."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.synthetic_linkage import kept_in, own_copy, synthetic

from uncounted.cli.app import open_case
from uncounted.cli.main import run

PLAN = """
title = "Returned"
[population]
who = "people"
where = "the border"
when = "2020"
"""


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return kept_in(tmp_path_factory.mktemp("ready"), synthetic(3, rooms=4, sure=2, draws=20))


def _kinds(case: Path) -> list[str]:
    with open_case(case, None) as opened:
        return [entry.kind for entry in opened.entries()]


def test_a_refusal_leaves_no_gap(
    ready: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = own_copy(ready, tmp_path, monkeypatch)
    before = _kinds(case)
    assert run(["estimate", str(case), "--method", "two-list"]) == 1
    assert _kinds(case) == before
    plan = tmp_path / "plan.toml"
    plan.write_text("threshold = 1000\n" + PLAN)
    assert run(["release", str(case), "--plan", str(plan), "--out", str(tmp_path / "out")]) == 1
    assert _kinds(case) == before
    assert run(["estimate", str(case), "--method", "independence"]) == 0
    assert _kinds(case) == [*before, "commitment", "estimate"]
