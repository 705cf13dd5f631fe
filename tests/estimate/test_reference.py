"""Recomputed values of the R packages, from the reference tables where they are at hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from uncounted.captures import CaptureTable
from uncounted.estimate import decomposable, independence

REFERENCE = Path(__file__).parents[3] / "shared" / "reference" / "tables.json"
pytestmark = pytest.mark.skipif(
    not REFERENCE.exists(), reason="the folder of reference tables is not beside the project"
)


@pytest.fixture(scope="module")
def reference() -> dict[str, Any]:
    said: dict[str, Any] = json.loads(REFERENCE.read_text())
    return said


def of(entry: dict[str, Any]) -> CaptureTable:
    return CaptureTable.of(entry["lists"], entry["patterns"])


def test_typed_tables_are_the_reference_tables(
    reference: dict[str, Any], tables: dict[str, CaptureTable]
) -> None:
    pairs = {
        "kosovo": "kosovo",
        "korea": "korea_palembang",
        "uk": "uk_modern_slavery_2013_5lists",
        "spina-bifida": "madigan_york_spina_bifida_3lists",
        "congenital": "madigan_york_congenital_5lists",
    }
    for ours, theirs in pairs.items():
        assert tables[ours].counts == of(reference[theirs]).counts


def test_six_lists_which_r_dga_cannot(reference: dict[str, Any]) -> None:
    """The reference took every twentieth n0 up to 60,000."""
    entry = reference["uk_modern_slavery_2013_6lists"]
    said = entry["recomputed"]["dga_exact_6lists_DP_delta_1_64_grid20"]
    estimate = decomposable(of(entry), grid=range(0, 60_001, 20))
    assert estimate.mean == pytest.approx(said["mean"], abs=1e-6)


def test_independence_as_rcapture(reference: dict[str, Any]) -> None:
    entry = reference["hiv_lazio"]
    said = entry["recomputed"]["Mt"]
    estimate = independence(of(entry))
    assert estimate.point == pytest.approx(said["N"], abs=0.05)
    assert estimate.diagnostics["se"] == pytest.approx(said["se"], abs=0.1)
