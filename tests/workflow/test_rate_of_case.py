"""Rates from a case file: the last known outcome, over the draws of the linkage; what is noted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.synthetic_linkage import kept_in, own_copy, synthetic

from uncounted.cli.app import open_case
from uncounted.cli.main import run
from uncounted.vault.log.entries import Entry

HELD = ("--outcome", "outcome", "--outcome-is", "held")


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of ten people three are held, six released, one of unknown fate."""
    linkage = synthetic(5, rooms=60, sure=20, draws=5)
    return kept_in(
        tmp_path_factory.mktemp("ready"),
        linkage,
        lambda person: "unknown" if person % 10 == 9 else "held" if person % 3 == 0 else "released",
    )


def _entries(case: Path) -> list[Entry]:
    with open_case(case, None) as opened:
        return list(opened.entries())


def test_the_rate_is_over_draws_and_is_noted_by_a_commitment(
    ready: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    case = own_copy(ready, tmp_path, monkeypatch)
    before = _entries(case)
    assert run(["rate", str(case), *HELD, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    (rate,) = answer["estimated"]["rates"]
    (group,) = answer["groups"]
    assert rate["unknown"] == group["unknown"] > 0
    assert rate["interval"][0] < 0.33 < rate["interval"][1]
    assert abs(rate["with_outcome"]["documented"] - group["x"]) <= 6  # a mean over draws
    commitment, estimate = _entries(case)[len(before) :]
    assert (commitment.kind, estimate.kind) == ("commitment", "estimate")
    assert len(answer["input"]) == 64
    out = tmp_path / "outcomes.csv"
    assert run(["overlap", str(case), "--by", "outcome", "--out", str(out)]) == 0
    capsys.readouterr()
    lists = ("--lists", "A,B,C")
    assert run(["rate", str(out), *HELD, *lists, "--json"]) == 0
    of_table = json.loads(capsys.readouterr().out)
    assert of_table["groups"][0]["x"] == group["x"]
    assert of_table["input"] != answer["input"]


def test_what_is_refused_leaves_no_entry(
    ready: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    case = own_copy(ready, tmp_path, monkeypatch)
    before = _entries(case)
    assert run(["rate", str(case), "--outcome", "outcome", "--outcome-is", "died"]) == 2
    assert "outcomes of these reports: held, released" in capsys.readouterr().err
    assert run(["rate", str(case), *HELD, "--out", str(tmp_path / "page.html")]) == 2
    assert run(["rate", str(case), *HELD, "--by", "number"]) == 2
    assert len(_entries(case)) == len(before)
