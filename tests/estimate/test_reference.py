"""Recomputed values of the R packages, from the reference tables where they are at hand.

`test_published` has them typed in; here the typed tables are held against the reference,
and whatever it records for a method of ours is compared, also what is added later.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.estimate.strata.test_partial_pooling import SPINA_BIFIDA

from uncounted.captures import CaptureTable
from uncounted.estimate import (
    Estimate,
    chao,
    decomposable,
    independence,
    sample_coverage,
    saturated,
)
from uncounted.estimate.loglinear.cell_counts import CellCounts
from uncounted.estimate.loglinear.hierarchy import hierarchical, in_brackets
from uncounted.estimate.loglinear.mle_existence import code

REFERENCE = Path(__file__).parents[3] / "shared" / "reference" / "tables.json"
pytestmark = pytest.mark.skipif(
    not REFERENCE.exists(), reason="the folder of reference tables is not beside the project"
)

TYPED = {
    "kosovo": "kosovo",
    "korea": "korea_palembang",
    "uk": "uk_modern_slavery_2013_5lists",
    "uk6": "uk_modern_slavery_2013_6lists",
    "spina-bifida": "madigan_york_spina_bifida_3lists",
    "congenital": "madigan_york_congenital_5lists",
    "hiv": "hiv_lazio",
    "artificial": "artificial_3",
}
# The grids that the reference took where it does not say: R dga wants an end of n0.
ENDS = {"korea_palembang": 20_000}


@pytest.fixture(scope="module")
def reference() -> dict[str, Any]:
    said: dict[str, Any] = json.loads(REFERENCE.read_text())
    return said


def of(entry: Mapping[str, Any]) -> CaptureTable:
    return CaptureTable.of(entry["lists"], entry["patterns"])


def delta_of(key: str) -> float:
    """The prior count in a key such as `dga_delta_1_32`, `dga_delta_0_5`."""
    if "2powminus4" in key:
        return 1 / 16
    parts = key.removeprefix("dga_delta_").split("_")
    if parts[:2] == ["0", "5"]:
        return 0.5
    return 1 / int(parts[1]) if len(parts) > 1 else float(parts[0])


def test_typed_tables_are_the_reference_tables(
    reference: dict[str, Any], tables: dict[str, CaptureTable]
) -> None:
    for ours, theirs in TYPED.items():
        entry = reference[theirs]
        assert tables[ours].counts == of(entry).counts
        assert tables[ours].observed == entry["n_observed"]
        assert list(tables[ours].list_totals.values()) == list(entry["list_totals"].values())


def test_every_table_of_the_reference_is_tested(reference: dict[str, Any]) -> None:
    """One that is added there fails here until it has a test."""
    others = {"spina_bifida_by_ethnicity", "frequency_count_data"}
    named = {name for name in reference if not name.startswith("_")}
    assert named == {*TYPED.values(), *others}


def test_typed_strata_are_the_reference_strata(reference: dict[str, Any]) -> None:
    said = reference["spina_bifida_by_ethnicity"]["strata"]
    assert [table.stratum["ethnicity"] for table in SPINA_BIFIDA] == list(said)
    for table in SPINA_BIFIDA:
        counts = said[table.stratum["ethnicity"]]
        assert table.counts == {pattern: count for pattern, count in counts.items() if count}


def test_existence_codes_of_the_reference(reference: dict[str, Any]) -> None:
    entry = reference["artificial_3"]
    present = CellCounts.of(of(entry)).counts > 0
    codes = {in_brackets(model): code(model, present) for model in hierarchical(3, 2)}
    assert codes == entry["existence_check"]


@pytest.mark.exhaustive
def test_every_average_over_graphs_that_is_recorded(reference: dict[str, Any]) -> None:
    """Refused is right where the complete graph has more than 0.9 of the posterior."""
    compared = refused = 0
    for name, entry in reference.items():
        if name.startswith("_"):
            continue
        for key, said in entry.get("recomputed", {}).items():
            if not key.startswith("dga_delta"):
                continue
            end = 2000 if name.endswith("5lists") and "0_2000" in key else ENDS.get(name, 60_000)
            estimate = decomposable(of(entry), delta=delta_of(key), grid=range(end + 1))
            if not estimate.ok:
                refused += 1
                continue
            compared += 1
            assert estimate.mean == pytest.approx(said["mean"], abs=0.006)  # two decimals
            assert estimate.interval == (said["q025"], said["q975"])
            assert estimate.point == said["median"]
    assert (compared, refused) == (7, 3)


def test_six_lists_which_r_dga_cannot(reference: dict[str, Any]) -> None:
    """The reference took every twentieth n0 up to 60,000."""
    entry = reference["uk_modern_slavery_2013_6lists"]
    said = entry["recomputed"]["dga_exact_6lists_DP_delta_1_64_grid20"]
    estimate = decomposable(of(entry), grid=range(0, 60_001, 20))
    assert estimate.mean == pytest.approx(said["mean"], abs=1e-6)


def fits(estimate: Estimate, said: Mapping[str, float]) -> None:
    assert estimate.point == pytest.approx(said["N"], abs=0.05)
    assert estimate.diagnostics["se"] == pytest.approx(said["se"], abs=0.1)


def test_independence_and_bounds_as_rcapture(reference: dict[str, Any]) -> None:
    hiv, kosovo = reference["hiv_lazio"], reference["kosovo"]
    fits(independence(of(hiv)), hiv["recomputed"]["Mt"])
    fits(chao(of(hiv), variant="mh"), hiv["recomputed"]["Mh_Chao"])
    fits(chao(of(hiv), variant="mth"), hiv["recomputed"]["Mth_Chao"])
    said = kosovo["recomputed"]["loglinear_poisson"]
    fits(independence(of(kosovo)), said["[1,2,3,4]"])
    fits(chao(of(kosovo), variant="mh"), said["Mh Chao LB"])
    fits(chao(of(kosovo), variant="mth"), said["Mth Chao LB"])


def test_sample_coverage_as_care1(reference: dict[str, Any]) -> None:
    entry = reference["madigan_york_congenital_5lists"]
    said, found = entry["recomputed"]["CARE1"], sample_coverage(of(entry)).diagnostics
    names = {"Chat": "coverage", "Nhat0": "if_independent", "Nhat": "high_coverage",
             "Nhat1": "low_coverage"}  # fmt: skip
    for theirs, ours in names.items():
        assert found[ours] == pytest.approx(said[theirs], rel=1e-7)


def test_highest_order_interaction_on_kosovo(reference: dict[str, Any]) -> None:
    """Standard errors: see `test_published`."""
    entry = reference["kosovo"]
    for key, said in entry["recomputed"]["NHOI_sensitivity"].items():
        estimate = saturated(of(entry), xi=float(key.removeprefix("xi=")))
        assert estimate.point == pytest.approx(said["N"], rel=1e-12)
        assert math.isclose(estimate.diagnostics["se"], said["se"], rel_tol=3e-5)
