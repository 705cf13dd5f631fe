"""Each list left out in turn, and other deltas, on published tables."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from uncounted.captures import CaptureTable
from uncounted.estimate import decomposable, log_linear, run, run_over
from uncounted.estimate.robustness import deltas
from uncounted.estimate.strata import run_strata


def test_rows_are_what_the_method_gives_without_each_list(kosovo: CaptureTable) -> None:
    study = run(kosovo, ["decomposable"])
    rows = {row["list"]: row for row in study.leave_one_out}
    assert list(rows) == list(kosovo.lists)
    rest = kosovo.select(["EXH", "OSCE", "HRW"])
    assert rows["ABA"]["observed"] == rest.observed == 3555
    assert rows["ABA"]["interval"] == decomposable(rest).interval
    assert rows["HRW"]["status"] == "refused"
    assert rows["HRW"]["point"] is None
    assert "every list depends on every other" in rows["HRW"]["reason"]
    assert any("hangs on a list: without 'ABA'" in text for text in study.warnings)


def test_no_list_decides_alone(tables: Mapping[str, CaptureTable]) -> None:
    study = run(tables["congenital"], ["decomposable"])
    assert len(study.leave_one_out) == 5
    assert not any("hangs on" in text for text in study.warnings)


def test_deltas_are_those_of_r_dga(tables: Mapping[str, CaptureTable]) -> None:
    """R dga 2.0.2: Kosovo at 1/16 and 1/2, on a grid that ends; the medians agree."""
    rows = {row["delta"]: row for row in run(tables["kosovo"], ["decomposable"]).deltas}
    assert list(rows) == [1 / 64, 1 / 16, 1 / 4, 1 / 2]
    assert rows[1 / 16]["point"] == 12595
    assert rows[1 / 2]["point"] == 11319


def test_delta_decides_where_the_table_is_sparse(tables: Mapping[str, CaptureTable]) -> None:
    rows = {row["delta"]: row for row in run(tables["uk"], ["decomposable"]).deltas}
    assert rows[1 / 32]["point"] > 1.5 * rows[1 / 8]["point"]
    assert rows[1 / 2]["status"] == "refused"


def test_a_delta_without_an_end_is_left_out(kosovo: CaptureTable) -> None:
    rows = deltas(kosovo, level=0.95, seed=1, settings={"delta": 0.3})
    assert [row["delta"] for row in rows] == pytest.approx([0.075, 0.3, 0.5])


def test_the_headline_with_its_own_settings_is_used(kosovo: CaptureTable) -> None:
    study = run(kosovo, ["log-linear"], settings={"log-linear": {"resamples": 0}})
    rest = kosovo.select(["EXH", "OSCE", "HRW"])
    assert study.leave_one_out[1]["interval"] == log_linear(rest, resamples=0).interval
    assert study.deltas == ()


def test_two_lists_have_no_rows_and_json_has_both_fields(kosovo: CaptureTable) -> None:
    assert run(kosovo.select(["EXH", "ABA"])).leave_one_out == ()
    said = json.loads(json.dumps(run(kosovo, ["decomposable"]).to_json(), allow_nan=False))
    assert [row["list"] for row in said["leave_one_out"]] == list(kosovo.lists)
    assert len(said["deltas"]) == 4
    assert run(kosovo, ["decomposable"], robustness=False).leave_one_out == ()


def test_over_linkage_draws_only_on_the_stated_table(kosovo: CaptureTable) -> None:
    more = CaptureTable(kosovo.lists, {**kosovo.counts, "1111": 30})
    assert run_over([kosovo, more], ["decomposable"]).leave_one_out == ()
    study = run_over([kosovo, more], ["decomposable"], point=kosovo)
    assert [row["observed"] for row in study.leave_one_out] == [3269, 3555, 3464, 4094]
    assert len(study.deltas) == 4


def test_many_strata_have_fewer_resamples_and_no_rows(tables: Mapping[str, CaptureTable]) -> None:
    table = tables["spina-bifida"]
    strata = [CaptureTable(table.lists, table.counts, {"year": str(i)}) for i in range(21)]
    found = run_strata(strata, ["decomposable", "log-linear"])
    assert all(study.leave_one_out == () for study in found.studies)
    assert {study["log-linear"].settings["resamples"] for study in found.studies} == {50}
    few = run_strata(strata[:2], ["log-linear"])
    assert {study["log-linear"].settings["resamples"] for study in few.studies} == {1000}
