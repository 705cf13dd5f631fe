"""Robustness checks and comparisons of a study, as values, as JSON and as lines."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from uncounted.captures import CaptureTable
from uncounted.errors import UsedWrongly
from uncounted.estimate import METHODS, Claim, EstimateSettings, Study, run, run_over
from uncounted.estimate.base.xi import with_xi
from uncounted.estimate.text.summary import lines


@pytest.fixture(scope="module")
def study(tables: Mapping[str, CaptureTable]) -> Study:
    return run(
        tables["kosovo"],
        EstimateSettings(["decomposable", "sample-coverage", "chao"], claim=Claim.parse("10000")),
    )


def test_every_part_is_there_and_goes_into_json(study: Study) -> None:
    said = json.loads(json.dumps(study.to_json(), allow_nan=False))
    assert [row["list"] for row in said["robustness"]["known_list"]] == list(said["lists"])
    assert {row["order"] for row in said["robustness"]["subsampling"]} == {1, 2}
    assert "checks" not in said
    assert {"list-check-failed", "unstable", "methods-disagree"} <= {
        each["code"] for each in said["warnings"]
    }
    assert all(set(each) == {"code", "text"} for each in said["warnings"])
    assert said["method_range"]["lowest"]["method"] == "sample-coverage"
    assert said["sensitivity"]["prior"][: len(said["sensitivity"]["delta"])] != []
    assert [row["method"] for row in said["claim"]["rows"]] == [e.method for e in study.estimates]
    assert said["claim"]["rows"][0]["stands"] == "point"


def test_each_method_has_its_own_xi_table(study: Study) -> None:
    for estimate in study.estimates:
        rows = [row for row in study.xi_by_method if row.method == estimate.method]
        assert [row.xi for row in rows] == [row.xi for row in study.sensitivity]
        for row in rows:
            assert row.point == with_xi(estimate, study.observed, row.xi).point


def test_a_person_can_read_it(study: Study) -> None:
    printed = "\n".join(lines(study, verbose=True)).splitlines()
    text = " ".join(" ".join(printed).split())
    for words in (
        "methods-disagree 9,100 to 12,600; sample coverage does not overlap decomposable graphs ",
        "list-check-failed ABA has 1,528 people; the other lists predict 840–960",
        "The lists cannot test this.",
        "List of known size, predicted from the others list people predicted EXH 1,910 ",
        "Subsampling: estimates from random parts, rescaled records 30% ",
        "Claim: more than 10,000 (whether it holds, and while xi is below) method point interval",
        "decomposable graphs yes no 1.46 0.96",
        "Chao lower bound says nothing",
    ):
        assert words in text
    assert max(map(len, printed)) <= 80


def test_without_robustness_only_what_follows_from_the_estimates(
    tables: Mapping[str, CaptureTable],
) -> None:
    bare = run(tables["kosovo"], EstimateSettings(["chao", "independence"], robustness=False))
    assert not any((bare.consistency, bare.trajectory, bare.priors, bare.leave_one_out))
    assert bare.xi_by_method
    assert bare.spread is None  # a bound and one method
    assert bare.claim is None


def test_linkage_draws_are_compared_and_the_point_is_looked_around(
    tables: Mapping[str, CaptureTable],
) -> None:
    table = tables["spina-bifida"]
    pooled = run_over(
        [table, table],
        EstimateSettings(["decomposable", "chao"], claim=Claim.parse(">700")),
        point=table,
    )
    assert pooled.claim is not None
    assert len(pooled.consistency) == 3
    assert len(pooled.xi_by_method) == 10


def test_one_is_left_to_be_requested(tables: Mapping[str, CaptureTable]) -> None:
    assert "identified" in METHODS
    default = [
        each.method
        for each in run(tables["spina-bifida"], EstimateSettings(robustness=False)).estimates
    ]
    assert "identified" not in default


def test_a_claim_that_is_none() -> None:
    with pytest.raises(UsedWrongly, match="a claim is a whole number of people"):
        Claim.parse("many")
