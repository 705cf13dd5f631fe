"""What a study prints of itself in Python: a repr, a table in a notebook, a summary."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from uncounted.captures import CaptureTable
from uncounted.estimate import EstimateSettings, run, summary

QUICK = EstimateSettings(["independence", "chao", "sample-coverage"], robustness=False)


def test_a_repr_is_a_line_for_each_estimate(tables: Mapping[str, CaptureTable]) -> None:
    study = run(tables["kosovo"], QUICK)
    head, *rows = repr(study).splitlines()
    assert head == "Study(4 lists, 4,400 documented, seed=1)"
    assert len(rows) == 3
    assert rows[0].startswith("  independence: 7,39")
    assert max(map(len, rows)) <= 102
    assert repr(study.estimates[0]).startswith("Estimate(independence: 7,39")


def test_a_refusal_shows_its_reason_and_no_number() -> None:
    study = run(CaptureTable.of("AB", {"10": 5, "01": 7}), QUICK)
    assert "independence: no estimate, no person is on two lists" in repr(study)
    assert "<td>no estimate</td><td></td><td>no person is on two lists" in study._repr_html_()


def test_a_notebook_shows_a_table_in_which_names_are_escaped() -> None:
    table = CaptureTable.of(["<b>", "B", "C"], {"100": 30, "110": 10, "011": 9, "101": 4})
    shown = run(table, EstimateSettings(["chao"], robustness=False))._repr_html_()
    assert shown.startswith("<table><caption>3 lists, 53 people documented</caption>")
    assert "<b>" not in shown


def test_a_summary_is_what_the_terminal_prints(tables: Mapping[str, CaptureTable]) -> None:
    text = summary(run(tables["kosovo"], QUICK))
    assert text.startswith("Multiple systems estimation · 4 lists · 4,400 people documented")
    assert len(text.splitlines()) <= 25


@pytest.mark.parametrize("backend", ["pandas", "polars"])
def test_a_data_frame_has_a_row_a_method(tables: Mapping[str, CaptureTable], backend: str) -> None:
    study = run(tables["kosovo"], QUICK)
    frame = study.to_frame(backend)
    assert list(frame.columns)[:5] == ["method", "status", "point", "low", "high"]
    assert list(frame["method"]) == [each.method for each in study.estimates]
    assert list(frame["point"]) == [each.point for each in study.estimates]
    refused = run(CaptureTable.of("AB", {"10": 5, "01": 7}), QUICK).to_frame(backend)
    assert set(refused["status"]) == {"refused"}
    assert all("no person is on two lists" in reason for reason in refused["reason"])
