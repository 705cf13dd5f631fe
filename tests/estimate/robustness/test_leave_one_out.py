"""Each list left out in turn, other priors, and the spread between methods."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import pytest

from uncounted.captures import CaptureTable
from uncounted.estimate import (
    EstimateSettings,
    GammaPoissonPrior,
    decomposable,
    log_linear,
    run,
    run_over,
)
from uncounted.estimate.base.result import Estimate, Study
from uncounted.estimate.base.rows import LeaveOneOutRow, as_json
from uncounted.estimate.base.warning import EstimateWarning
from uncounted.estimate.robustness.leave_one_out import (
    disagreements,
    influence_warnings,
    lighter,
    priors,
    spread,
)
from uncounted.estimate.strata.stratified import run_strata


def test_rows_are_what_the_method_gives_without_each_list(kosovo: CaptureTable) -> None:
    study = run(kosovo, EstimateSettings(["decomposable"]))
    rows = {row.left_out: row for row in study.leave_one_out}
    assert list(rows) == list(kosovo.lists)
    rest = kosovo.select(["EXH", "OSCE", "HRW"])
    assert rows["ABA"].observed == rest.observed == 3555
    assert rows["ABA"].interval == decomposable(rest).interval
    assert rows["HRW"].status == "refused"
    assert rows["HRW"].point is None
    assert "the complete graph holds" in (rows["HRW"].reason or "")
    (found,) = [each for each in study.warnings if each.code == "influential-list"]
    assert found.text == "without ABA: 7,120 (6,700–7,580), no overlap with main"


def test_no_list_decides_alone(tables: Mapping[str, CaptureTable]) -> None:
    study = run(tables["congenital"], EstimateSettings(["decomposable"]))
    assert len(study.leave_one_out) == 5
    assert not any(each.code == "influential-list" for each in study.warnings)


def test_deltas_are_those_of_r_dga(tables: Mapping[str, CaptureTable]) -> None:
    """R dga 2.0.2: Kosovo at 1/16 and 1/2, on a grid that ends; the medians agree."""
    rows = {
        row.delta: row for row in run(tables["kosovo"], EstimateSettings(["decomposable"])).deltas
    }
    assert list(rows) == [1 / 64, 1 / 16, 1 / 4, 1 / 2]
    assert rows[1 / 16].point == 12595
    assert rows[1 / 2].point == 11319


def test_delta_decides_where_the_table_is_sparse(tables: Mapping[str, CaptureTable]) -> None:
    rows = {row.delta: row for row in run(tables["uk"], EstimateSettings(["decomposable"])).deltas}
    assert (rows[1 / 32].point or 0) > 1.5 * (rows[1 / 8].point or 0)
    assert rows[1 / 2].status == "refused"


def test_deltas_are_a_quarter_and_four_times_the_one_used(kosovo: CaptureTable) -> None:
    rows = priors(kosovo, level=0.95, seed=1, settings={"delta": 0.3})[:4]
    assert [row.delta for row in rows] == pytest.approx([0.075, 0.3, 0.5, 1.2])


def test_the_headline_with_its_own_settings_is_used(kosovo: CaptureTable) -> None:
    study = run(
        kosovo, EstimateSettings(["log-linear"], by_method={"log-linear": {"resamples": 0}})
    )
    rest = kosovo.select(["EXH", "OSCE", "HRW"])
    assert study.leave_one_out[1].interval == log_linear(rest, resamples=0).interval
    assert study.deltas == ()


def test_two_lists_have_no_rows_and_json_has_both_fields(kosovo: CaptureTable) -> None:
    assert run(kosovo.select(["EXH", "ABA"])).leave_one_out == ()
    said = json.loads(
        json.dumps(run(kosovo, EstimateSettings(["decomposable"])).to_json(), allow_nan=False)
    )
    assert [row["list"] for row in said["robustness"]["leave_one_out"]] == list(kosovo.lists)
    assert len(said["sensitivity"]["delta"]) == 4
    assert run(kosovo, EstimateSettings(["decomposable"], robustness=False)).leave_one_out == ()


def test_over_linkage_draws_only_on_the_stated_table(kosovo: CaptureTable) -> None:
    more = CaptureTable(kosovo.lists, {**kosovo.counts, "1111": 30})
    assert run_over([kosovo, more], EstimateSettings(["decomposable"])).leave_one_out == ()
    study = run_over([kosovo, more], EstimateSettings(["decomposable"]), point=kosovo)
    assert [row.observed for row in study.leave_one_out] == [3269, 3555, 3464, 4094]
    assert len(study.deltas) == 4


def test_many_strata_have_fewer_resamples_and_no_rows(tables: Mapping[str, CaptureTable]) -> None:
    table = tables["spina-bifida"]
    strata = [CaptureTable(table.lists, table.counts, {"year": str(i)}) for i in range(21)]
    found = run_strata(strata, EstimateSettings(["decomposable", "log-linear"]))
    assert all(study.leave_one_out == () for study in found.studies)
    assert {study["log-linear"].settings["resamples"] for study in found.studies} == {50}
    few = run_strata(strata[:2], EstimateSettings(["log-linear"]))
    assert {study["log-linear"].settings["resamples"] for study in few.studies} == {1000}


PLAIN: dict[str, Any] = {"level": 0.95, "seed": 1}


def test_priors_are_the_deltas_and_then_other_beliefs_about_n(kosovo: CaptureTable) -> None:
    rows = priors(kosovo, **PLAIN, settings={})
    assert [row.delta for row in rows] == [1 / 64, 1 / 16, 1 / 4, 1 / 2, 1 / 16, 1 / 16, 1 / 16]
    assert {row.prior_name for row in rows[:4]} == {"p(N) ~ 1/N"}
    for row in rows[:4]:
        assert row.interval == decomposable(kosovo, delta=row.delta).interval
    flat = GammaPoissonPrior(1.0, 88_000.0)
    assert rows[4].prior_name == flat.name
    assert rows[4].interval == decomposable(kosovo, prior=flat).interval
    assert rows[5].prior_name == "N ~ Poisson(theta), theta ~ Gamma(1.6, scale 5500)"
    points = [row.point or 0 for row in rows[4:]]
    assert points[1] < points[0] < points[2]  # expected at twice, nearly flat, at ten times


def test_an_informed_prior_of_the_user_is_kept_and_compared_with_one_over_n(
    kosovo: CaptureTable,
) -> None:
    """Aleshin-Guendel, Sadinle and Wakefield (2024): N ~ NB(mean 8,000, size 43) for Kosovo."""
    mine = GammaPoissonPrior(43.0, 8000 / 43)
    rows = priors(kosovo, **PLAIN, settings={"prior": mine, "delta": 0.1})
    assert [row.prior_name for row in rows[:4]] == [mine.name] * 4
    assert [row.prior_name for row in rows[4:5]] == ["p(N) ~ 1/N"]
    assert [row.delta for row in rows[4:]] == [0.1] * 4
    assert (rows[1].point or 0) < (rows[4].point or 0)


def test_a_sparse_table_moves_with_the_prior_on_n(tables: Mapping[str, CaptureTable]) -> None:
    rows = priors(tables["uk"], **PLAIN, settings={})[4:]
    assert (rows[0].point or 0) > 1.9 * (rows[1].point or 0)


def test_more_than_eight_lists_have_no_prior_rows() -> None:
    wide = CaptureTable.of("ABCDEFGHI", {"1" * 9: 5, "100000000": 3})
    assert priors(wide, **PLAIN, settings={}) == ()


def estimate_of(method: str, point: float, low: float, high: float, kind: str = "mean") -> Estimate:
    return Estimate(method, "ok", point=point, point_kind=kind, interval=(low, high))


def study(*estimates: Estimate) -> Study:
    return Study(observed=100, lists={"A": 80, "B": 60}, estimates=estimates)


def test_spread_is_over_methods_that_are_no_bounds() -> None:
    found = spread(
        study(
            estimate_of("log-linear", 600, 400, 900),
            estimate_of("chao", 150, 120, 170, "lower bound"),
            estimate_of("decomposable", 300, 200, 500),
            Estimate("sample-coverage", "refused", "no"),
        )
    )
    assert as_json(found) == {
        "lowest": {"method": "decomposable", "point": 300},
        "highest": {"method": "log-linear", "point": 600},
        "ratio": 2.0,
        "ratio_undocumented": 2.5,
        "methods": 2,
    }
    assert spread(study(estimate_of("decomposable", 300, 200, 500))) is None
    nobody = spread(study(estimate_of("a", 100, 100, 120), estimate_of("b", 300, 200, 500)))
    assert nobody is not None
    assert nobody.ratio_unrecorded is None


def test_methods_that_agree_say_nothing() -> None:
    one, two = estimate_of("decomposable", 300, 200, 500), estimate_of("log-linear", 400, 250, 600)
    assert disagreements(study(one, two)) == ()
    assert disagreements(study()) == ()


def test_intervals_that_do_not_meet_are_reported_by_name() -> None:
    found = disagreements(
        study(
            estimate_of("decomposable", 300, 200, 350),
            estimate_of("sample-coverage", 320, 210, 380),
            estimate_of("log-linear", 600, 400, 900),
            estimate_of("log-linear-stepwise", 620, 360, 950),
        )
    )
    text = (
        "300 to 620; decomposable graphs does not overlap log-linear, lowest BIC or log-linear, "
        "stepwise; sample coverage does not overlap log-linear, lowest BIC"
    )
    assert found == (EstimateWarning("methods-disagree", text),)


def test_points_far_apart_are_reported_where_intervals_meet() -> None:
    (found,) = disagreements(
        study(estimate_of("decomposable", 300, 200, 800), estimate_of("log-linear", 700, 400, 900))
    )
    assert found.code == "methods-disagree"
    assert found.text == "300 to 700; the highest is more than 2 times the lowest"
    near = study(
        estimate_of("decomposable", 300, 200, 800), estimate_of("log-linear", 590, 400, 900)
    )
    assert disagreements(near) == ()


@pytest.mark.parametrize(
    ("low", "high", "code", "side"),
    [(110, 150, "positive-dependence", "below"), (600, 900, "negative-dependence", "above")],
)
def test_independence_is_compared_apart(low: float, high: float, code: str, side: str) -> None:
    """It is shown for comparison only: in no range, and no disagreement."""
    (found,) = disagreements(
        study(
            estimate_of("decomposable", 300, 200, 500),
            estimate_of("independence", low + 10, low, high),
        )
    )
    assert found.code == code
    assert not found.must_report
    assert found.text == f"the interval of independence lies {side} that of decomposable graphs"


def test_independence_is_in_the_range_where_it_is_the_headline() -> None:
    one, other = estimate_of("independence", 120, 110, 150), estimate_of("two-list", 300, 200, 500)
    found = spread(study(one, other))
    assert found is not None
    assert (found.lowest.method, found.highest.method) == ("independence", "two-list")
    assert spread(study(other, one)) is None
    (warning,) = disagreements(study(one, other))
    assert warning.text == "120 to 300; independence does not overlap two lists"


def test_a_bound_above_estimates_with_all_its_interval_names_them() -> None:
    bound = estimate_of("chao", 400, 350, 450, "lower bound")
    low, lower = (
        estimate_of("decomposable", 340, 300, 500),
        estimate_of("log-linear", 345, 300, 500),
    )
    (found,) = disagreements(study(low, bound))
    assert found.code == "bound-above-estimate"
    assert found.text == "the lower bound is above decomposable graphs with all of its interval"
    above = estimate_of("decomposable", 420, 300, 500)
    (found,) = disagreements(study(above, lower, bound))
    assert "above log-linear, lowest BIC with all" in found.text
    (found,) = disagreements(study(low, lower, bound))
    assert "above decomposable graphs and log-linear, lowest BIC with all" in found.text


@pytest.mark.parametrize(
    ("point", "bound", "low", "high"), [(294, 297, 250, 380), (320, 350, 319, 390)]
)
def test_a_bound_whose_point_alone_is_above_the_headline_is_chance(
    point: float, bound: float, low: float, high: float
) -> None:
    headline = estimate_of("decomposable", point, point - 40, point + 90)
    assert (
        disagreements(study(headline, estimate_of("chao", bound, low, high, "lower bound"))) == ()
    )


def without(name: str, point: float | None, low: float = 0, high: float = 0) -> LeaveOneOutRow:
    interval = None if point is None else (low, high)
    return LeaveOneOutRow(name, 120, "refused" if point is None else "ok", None, point, interval)


def test_fewer_without_a_list_than_all_lists_document_is_reported() -> None:
    headline = estimate_of("decomposable", 900, 640, 1500)
    rows = [
        without("A", 700, 500, 1100),
        without("B", 610, 480, 800),
        without("C", 156, 130, 210),
        without("D", None),
    ]
    assert [
        (each.code, each.text.split(";")[0]) for each in influence_warnings(headline, rows, 627)
    ] == [
        ("influential-list", "without C: 156 (130–210), no overlap with main"),
        ("below-documented", "without B: 610 (480–800)"),
        ("below-documented", "without C: 156 (130–210)"),
    ]
    assert influence_warnings(headline, rows[:1], 627) == ()


def test_a_study_says_when_a_list_takes_most_people_with_it() -> None:
    table = CaptureTable.of(
        "ABC", {"100": 20, "010": 15, "110": 60, "001": 500, "101": 15, "011": 10, "111": 7}
    )
    found = run(table, EstimateSettings(["independence"]))
    rows = {row.left_out: row for row in found.leave_one_out}
    assert (rows["C"].interval or (0, math.inf))[1] < found.observed
    (warning,) = [each for each in found.warnings if each.code == "below-documented"]
    assert warning.text.startswith("without C: ")
    assert warning.text.endswith(f"all lists together document {found.observed}")


FEWER: dict[str, Any] = {
    "methods": ["decomposable", "log-linear", "log-linear-stepwise", "chao"],
    "robustness": False,
    "by_method": {"log-linear": {"resamples": 200}, "log-linear-stepwise": {"resamples": 200}},
}


def test_published_tables_that_disagree(tables: Mapping[str, CaptureTable]) -> None:
    """The United Kingdom's two valleys: about 12,000 and 23,000 (Silverman 2020)."""
    found = run(tables["uk"], EstimateSettings(**FEWER))
    between = spread(found)
    assert between is not None
    assert between.lowest.method == "log-linear-stepwise"
    assert between.highest.method == "log-linear"
    assert between.ratio == pytest.approx(25311.29 / 11312.99, abs=1e-3)
    (warning,) = [each for each in disagreements(found) if each.code == "methods-disagree"]
    assert warning.text.startswith("11,400 to 25,000; ")
    agreeing = disagreements(run(tables["congenital"], EstimateSettings(**FEWER)))
    assert "methods-disagree" not in {each.code for each in agreeing}


def test_lighter() -> None:
    assert lighter("log-linear", {"resamples": 7}) == {"resamples": 7}
    assert lighter("log-linear-stepwise", {}) == {"resamples": 200}
    assert lighter("decomposable", {"delta": 0.1}) == {"edges": False, "delta": 0.1}
    assert lighter("latent-class", {"chains": 6})["chains"] == 6
    assert lighter("latent-class", {})["target_ess"] == 400
