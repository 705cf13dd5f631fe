"""A stratum without an estimate is bounded; the total holds it, and the first sentence says so."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from uncounted.captures import DIFFER, CaptureTable
from uncounted.estimate import (
    EstimateSettings,
    chao,
    pool_strata,
    run_strata,
    run_strata_over,
    summary,
)
from uncounted.estimate.base.result import Estimate
from uncounted.estimate.strata.stratified import Strata
from uncounted.estimate.strata.unanswered import leading
from uncounted.estimate.text.one_line import quiet_line

BASE = {"100": 60, "010": 50, "001": 40, "110": 20, "101": 15, "011": 12, "111": 6}
# Every pair of lists shares so few that decomposable graphs answer from the prior alone.
SPARSE = {"100": 20000, "010": 30000, "001": 25000, "110": 2000, "101": 4100, "011": 900,
          "111": 700}  # fmt: skip
APART = {"100": 40, "010": 30}


def stratum(counts: dict[str, int], year: str) -> CaptureTable:
    return CaptureTable.of("ABC", counts, year=year)


def strata_of(
    *counts: dict[str, int], methods: tuple[str, ...] = ("decomposable", "chao")
) -> Strata:
    tables = [stratum(each, str(2020 + at)) for at, each in enumerate(counts)]
    return run_strata(tables, EstimateSettings(methods, robustness=False))


def test_the_total_holds_what_a_refused_stratum_may_have() -> None:
    strata = strata_of(BASE, SPARSE)
    assert not strata.studies[1]["decomposable"].ok
    total, bound = strata.total
    floor = chao(stratum(SPARSE, "2021"))
    assert total.number() == pytest.approx(
        strata.studies[0]["decomposable"].number() + floor.number(), rel=0.01
    )
    assert total.bound
    assert total.interval is not None
    assert total.interval[1] == math.inf
    assert total.number() >= 0.99 * bound.number() or total is not strata.headline
    assert (total.settings["refused"], total.settings["no_upper_limit"]) == (1, 1)
    assert total.settings["documented_only"] == 0  # it is bounded
    others = total.settings["strata_with_estimate"]
    alone = strata_of(BASE).total[0]
    assert others["point"] == pytest.approx(alone.number(), rel=0.01)
    assert others["interval"] == pytest.approx(alone.interval, rel=0.03)
    assert bound.settings["no_upper_limit"] == 0


def test_a_stratum_without_overlap_has_its_documented_people_as_a_bound() -> None:
    strata = strata_of(BASE, APART)
    for total in strata.total:
        assert total.bound
        assert total.settings["documented_only"] == 70
        (warning,) = total.warnings
        assert warning.code == "strata-not-estimated"
        assert warning.text.startswith("1 of 2 strata (70 people documented); the other stratum:")
    assert strata.read_first[0].startswith(
        "1 of 2 strata has no estimate (decomposable graphs), so its total is at least "
    )
    shown = summary(strata).splitlines()
    assert shown[2].startswith("Read first: 1 of 2 strata has no estimate")
    assert quiet_line(strata).endswith("; 1 of 2 strata without an estimate; 273 documented")
    assert json.loads(json.dumps(strata.to_json()))["read_first"] == list(strata.read_first)


def test_people_whose_reports_differ_leave_nothing_open() -> None:
    tables = [stratum(BASE, "2020"), CaptureTable.of("ABC", {"110": 9, "101": 4}, year=DIFFER)]
    strata = run_strata(tables, EstimateSettings(["decomposable", "chao"], robustness=False))
    alone = strata_of(BASE)
    for total, without in zip(strata.total, alone.total, strict=True):
        assert total.number() == pytest.approx(without.number() + 13, rel=0.01)
        assert math.isfinite((total.interval or (0, math.inf))[1])
        assert total.warnings == ()
        assert total.settings["no_upper_limit"] == 0
    assert not any("no estimate" in sentence for sentence in strata.read_first)


def test_a_total_of_all_strata_leads_before_one_that_leaves_some_out() -> None:
    strata = strata_of(BASE, SPARSE, methods=("decomposable", "log-linear", "chao"))
    assert strata.headline is strata.total[1]
    assert not strata.headline.bound
    (sentence,) = strata.read_first
    assert sentence == (
        "The main method is log-linear, lowest BIC, since there is no estimate by decomposable"
        " graphs in 1 of 2 strata."
    )
    assert "log-linear, lowest BIC (main)" in summary(strata)


def total(method: str, point: float, low: float, *, left_out: int = 0) -> Estimate:
    return Estimate(
        method,
        "ok",
        point=point,
        point_kind="lower bound" if left_out or method == "chao" else "median of joint draws",
        interval=(low, math.inf if left_out else 2 * point),
        settings={"no_upper_limit": left_out, "strata": 6},
    )


def test_which_total_leads() -> None:
    """The rule of decision 12: Gaza by governorate came to 37,000, and its bound to 61,000."""
    chao_ = total("chao", 61_000, 59_000, left_out=1)
    average = total("decomposable", 37_000, 35_000, left_out=2)
    classes = total("latent-class", 90_000, 70_000, left_out=1)
    independence = total("independence", 50_000, 49_000)
    assert leading([average, chao_]) is chao_
    assert leading([total("decomposable", 60_000, 50_000, left_out=2), chao_]).method == (  # type: ignore[union-attr]
        "decomposable"
    )
    assert leading([average, classes, chao_]) is classes
    assert leading([average, classes, independence]) is classes
    assert leading([independence, chao_]) is independence
    assert leading([chao_]) is chao_
    assert leading([Estimate("decomposable", "refused", "no")]) is None


def test_over_linkage_draws_the_bound_is_of_each_draw() -> None:
    fewer = {**APART, "110": 1}
    draws = [[stratum(BASE, "2020")] * 4, [stratum(APART, "2021"), stratum(fewer, "2021")] * 2]
    strata = run_strata_over(
        draws, EstimateSettings("chao"), points=[stratum(BASE, "2020"), stratum(APART, "2021")]
    )
    assert strata.studies[1].refused  # in half of the draws
    bound = (70 + chao(stratum(fewer, "2021")).number()) / 2
    rest = chao(stratum(BASE, "2020")).number()
    draws_of_total = strata.total[0].number()
    assert rest + 70 < draws_of_total < rest + 2 * bound
    assert strata.total[0].settings["no_upper_limit"] == 1


def test_pooled_strata_have_the_same_bound() -> None:
    counts = [{key: n + at for key, n in BASE.items()} for at in range(4)]
    tables = [stratum(each, str(2000 + at)) for at, each in enumerate([*counts, APART])]
    pooled = pool_strata(tables, EstimateSettings("independence"), draws=2000)
    assert pooled.headline is pooled.total[0]
    assert pooled.total[0].bound
    whole = pool_strata(tables[:4], EstimateSettings("independence"), draws=2000)
    assert pooled.total[0].number() == pytest.approx(whole.total[0].number() + 70, rel=0.01)
    assert pooled.draws is not None
    assert np.isfinite(pooled.draws).all()
    assert pooled.read_first[0].startswith("1 of 5 strata has no estimate")
    assert whole.read_first == ()
