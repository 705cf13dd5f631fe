"""Calibrated intervals of a study, and how they do on populations of known size."""

from __future__ import annotations

import importlib.util
import math
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from uncounted.captures import CaptureTable
from uncounted.estimate import EstimateSettings, run, run_over, run_strata, summary
from uncounted.estimate.track_record.calibration import COMBINED, COMBINED_METHODS
from uncounted.estimate.track_record.collection import collected_tables, known_populations

ROOT = Path(__file__).parents[3]
FAST = EstimateSettings((*COMBINED_METHODS, "independence"), robustness=False)
HEPATITIS = CaptureTable.of(
    "PQE", {"001": 63, "010": 55, "011": 18, "100": 69, "101": 17, "110": 21, "111": 28}
)


def _kosovo() -> CaptureTable:
    return next(each for each in collected_tables() if each.name == "kosovo").table


@pytest.fixture(scope="module")
def study() -> ModuleType:
    """The script that made the record."""
    path = ROOT / "benchmarks" / "study_track_record.py"
    spec = importlib.util.spec_from_file_location("study_track_record", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_kosovo_and_hepatitis_are_inside() -> None:
    for table, low, high in ((_kosovo(), 8_700, 10_400), (HEPATITIS, 545, 545)):
        found = run(table, FAST).calibrated
        assert found is not None
        assert found.method == COMBINED
        assert found.interval is not None
        assert found.interval[0] <= low <= high <= found.interval[1]


def test_each_method_has_its_record_and_its_calibrated_interval() -> None:
    done = run(_kosovo(), FAST)
    for each in done.estimates:
        assert each.track_record is not None
        assert 0.2 < each.track_record.covered < 0.9
        assert each.calibrated is not None
        assert each.calibrated.interval is not None
        assert each.interval is not None
        own, wider = each.interval, each.calibrated.interval
        assert (wider[1] - 4400) / (wider[0] - 4400) > (own[1] - 4400) / (own[0] - 4400)
    answer = done.to_json()
    assert answer["headline"]["interval_kind"] == "calibrated"
    assert answer["estimates"][0]["calibrated"]["track_record"].startswith("On ")


def test_level() -> None:
    wide = run(HEPATITIS, FAST).calibrated
    narrow = run(HEPATITIS, EstimateSettings(FAST.methods, level=0.8, robustness=False))
    assert wide is not None
    assert narrow.calibrated is not None
    assert wide.interval is not None
    assert narrow.calibrated.interval is not None
    assert wide.interval[0] < narrow.calibrated.interval[0]
    assert narrow.calibrated.interval[1] < wide.interval[1]
    assert wide.point is not None
    assert narrow.calibrated.point == pytest.approx(wide.point, rel=0.05)
    assert narrow.estimates[0].track_record is None  # known at 95% only


def test_without_the_three_methods_the_first_one_leads() -> None:
    found = run(_kosovo(), EstimateSettings("sample-coverage", robustness=False)).calibrated
    assert found is not None
    assert found.method == "sample-coverage"
    bound = run(_kosovo(), EstimateSettings("chao", robustness=False))
    assert bound.calibrated is None
    model = EstimateSettings(FAST.methods, robustness=False, headline="model")
    answer = run(_kosovo(), model).to_json()["headline"]
    assert (answer["method"], answer["interval_kind"]) == ("decomposable", "credible")


def test_a_table_unlike_the_collection_has_none_and_a_reason() -> None:
    two = CaptureTable.of("AB", {"10": 40, "01": 20, "11": 10})
    done = run(two, EstimateSettings(("independence", "chao"), robustness=False))
    assert done.calibrated is not None
    assert done.calibrated.point is None
    assert "3 to" in (done.calibrated.reason or "")
    assert "No calibrated interval: methods were tested" in summary(done)
    answer = done.to_json()
    assert answer["headline"]["method"] == "independence"
    assert answer["headline"]["reason"] == done.calibrated.reason
    sparse = CaptureTable.of("ABC", {"100": 4000, "010": 3000, "001": 2000, "110": 1, "011": 2})
    reason = run(sparse, FAST).calibrated
    assert reason is not None
    assert "two lists or more" in (reason.reason or "")


def test_linkage_draws_and_strata() -> None:
    one = run(HEPATITIS, FAST).calibrated
    draws = run_over([HEPATITIS] * 3, FAST).calibrated
    assert one is not None
    assert draws is not None
    assert one.interval is not None
    assert draws.interval is not None
    assert math.log(draws.interval[1] / one.interval[1]) == pytest.approx(0, abs=0.1)
    halves = [CaptureTable(HEPATITIS.lists, HEPATITIS.counts, {"part": part}) for part in "ab"]
    total = run_strata(halves, FAST)
    assert total.calibrated is not None
    assert total.calibrated.interval is not None
    assert total.calibrated.interval[0] < 2 * 545 < total.calibrated.interval[1]
    assert total.to_json()["headline"]["method"] == COMBINED


def test_the_record_is_that_of_the_errors(study: ModuleType) -> None:
    errors = [
        each.error for each in study.errors_of(COMBINED, study._read()) if not each.answer.whole
    ]
    written = tomllib.loads(study.RECORD.read_text(encoding="utf-8"))["methods"][COMBINED]
    found = study.fit_error_model(errors)
    assert written["tests"] == len(errors)
    assert (found.shift, found.sd) == pytest.approx((written["shift"], written["sd"]), abs=2e-3)


def test_errors_are_those_of_the_methods_today(study: ModuleType) -> None:
    kept = {(each.population, each.whole, each.method): each for each in study._read()}
    populations = list(known_populations())
    assert {name for name, _, _ in kept} == {each.name for each in populations}
    for population in populations[::12]:
        for method in ("sample-coverage", "independence", "chao"):
            now = study.ask(population, method)
            before = kept[population.name, population.whole, method]
            for a, b in ((now.point, before.point), (now.low, before.low), (now.high, before.high)):
                assert (a is None) == (b is None), (population.name, method)
                if a is not None:
                    assert a == pytest.approx(b, rel=1e-5), (population.name, method)


def test_coverage_on_populations_of_known_size(study: ModuleType) -> None:
    """At least 90% of lists and 85% of whole populations, by errors of the other collections."""
    judged = study.errors_of(COMBINED, study._read())
    lists = [each.error for each in judged if not each.answer.whole]
    whole = [each.error for each in judged if each.answer.whole]
    _, model = study.leave_one_out(lists)
    on_lists, on_whole = study.judge(lists, model), study.judge(whole, model)
    assert min(on_lists.by_test, on_lists.by_collection) >= 0.90
    assert min(on_whole.by_test, on_whole.by_collection) >= 0.85
    assert on_lists.factor <= 6
