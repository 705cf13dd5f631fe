"""Laws of sums and pools: one part is the whole, no end stays no end, order changes nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pytest

from uncounted.captures import CaptureTable
from uncounted.estimate import EstimateSettings, run, run_over
from uncounted.estimate.strata.stratified import run_strata

SPARSE = CaptureTable.of("ABC", {"100": 14, "010": 9, "001": 11, "110": 3, "101": 2, "011": 2})
HARDLY = CaptureTable.of("AB", {"10": 300, "01": 250, "11": 1})


def named(table: CaptureTable, stratum: str) -> CaptureTable:
    return CaptureTable.of(table.lists, table.counts, s=stratum)


@pytest.mark.parametrize("method", ["independence", "sample-coverage", "log-linear", "chao"])
def test_the_total_of_one_stratum_is_that_stratum(method: str) -> None:
    alone = run(SPARSE, EstimateSettings([method], robustness=False))[method]
    (total,) = run_strata([named(SPARSE, "1")], EstimateSettings([method], robustness=False)).total
    assert total.point == pytest.approx(alone.point, rel=1e-3)
    assert alone.interval is not None
    assert total.interval is not None
    assert total.interval[0] == pytest.approx(alone.interval[0], rel=0.15)


def test_the_total_is_the_sum_of_the_estimates_where_there_are_no_draws() -> None:
    parts = run_strata(
        [named(SPARSE, str(i)) for i in range(12)],
        EstimateSettings(["independence"], robustness=False),
    )
    assert parts.total[0].point == pytest.approx(
        sum(study["independence"].number() for study in parts.studies), rel=1e-3
    )


def test_no_sum_has_an_end_where_a_part_has_none() -> None:
    alone = run(HARDLY, EstimateSettings(["independence"], robustness=False))["independence"]
    assert alone.interval is not None
    assert math.isinf(alone.interval[1])
    tables = [named(HARDLY, "1"), named(HARDLY, "2")]
    (total,) = run_strata(tables, EstimateSettings(["independence"], robustness=False)).total
    assert total.interval is not None
    assert math.isinf(total.interval[1])


def test_no_pool_has_an_end_where_most_draws_have_none() -> None:
    more = CaptureTable.of("AB", {"10": 301, "01": 250, "11": 1})
    pooled = run_over([HARDLY, HARDLY, more], EstimateSettings(["independence"]))["independence"]
    assert pooled.interval is not None
    assert math.isinf(pooled.interval[1])


@pytest.mark.sampler
def test_the_draws_of_who_is_who_come_in_any_order(tables: Mapping[str, CaptureTable]) -> None:
    """One draw in which a list is empty changes the methods of no other."""
    table = tables["spina-bifida"]
    odd = CaptureTable.of(
        table.lists, {pattern: n for pattern, n in table.counts.items() if pattern[2] == "0"}
    )
    first = run_over([odd, *[table] * 39], EstimateSettings(["decomposable"], max_refused=0.2))
    last = run_over([*[table] * 39, odd], EstimateSettings(["decomposable"], max_refused=0.2))
    assert first.observed == last.observed
    names = [
        [
            each.method
            for each in run_over(draws, EstimateSettings(by_method={}, max_refused=0.2)).estimates
        ]
        for draws in ([odd, *[table] * 5], [*[table] * 5, odd])
    ]
    assert names[0] == names[1]
    assert "two-list" not in names[0]
