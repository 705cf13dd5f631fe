"""One battery for every method: what must hold whatever the method."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from itertools import permutations

import numpy as np
import pytest

from uncounted.captures import CaptureTable
from uncounted.estimate import METHODS, Estimate, run

SETTINGS: dict[str, dict[str, float]] = {"two-list": {"psi": 1.5}}
HOPELESS = {
    "nobody": CaptureTable.of("AB", {}),
    "one list": CaptureTable.of("A", {"1": 10}),
    "no overlap": CaptureTable.of("ABC", {"100": 60, "010": 49, "001": 40}),
    "disconnected": CaptureTable.of(
        "ABCD", {"1100": 5, "1000": 9, "0100": 3, "0011": 4, "0010": 8}
    ),
    "holds everyone": CaptureTable.of("ABC", {"111": 5, "110": 9, "101": 3, "100": 30}),
    "same list twice": CaptureTable.of("AB", {"11": 50}),
    "partly active": CaptureTable.of("ABC", {"10-": 5, "11-": 9, "011": 3, "110": 30}),
}

FOUND = {
    "nobody": "empty-table",
    "one list": "too-few-lists",
    "no overlap": "no-overlap",
    "disconnected": "disconnected-lists",
    "holds everyone": "list-covers-all",
    "same list twice": "too-few-lists",
    "partly active": "partly-active",
}


def fit(name: str, table: CaptureTable, **more: float) -> Estimate:
    method: Callable[..., Estimate] = METHODS[name]
    return method(table, **{**SETTINGS.get(name, {}), **more})


# Those that sample longest, or fit anew to every resample.
LONG = {"latent-class"}


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(name, marks=[pytest.mark.sampler] if name in LONG else []) for name in METHODS
    ],
)
def name(request: pytest.FixtureRequest) -> str:
    value: str = request.param
    return value


@pytest.fixture(scope="module")
def table(name: str, tables: Mapping[str, CaptureTable]) -> CaptureTable:
    if name == "two-list":
        return tables["kosovo"].select(["EXH", "ABA"])
    return tables["kosovo"]


def test_same_seed_same_answer(name: str, table: CaptureTable) -> None:
    one, two = fit(name, table, seed=7), fit(name, table, seed=7)
    assert (one.point, one.interval) == (two.point, two.interval)
    if one.draws is not None and two.draws is not None:
        assert np.array_equal(one.draws, two.draws)
        other = fit(name, table, seed=8).draws
        assert other is not None
        assert not np.array_equal(one.draws, other)


def test_order_of_lists_does_not_matter(name: str, table: CaptureTable) -> None:
    first = fit(name, table)
    for order in list(permutations(table.lists))[1::7] or [table.lists[::-1]]:
        again = fit(name, table.select(order))
        tolerance = 0.05 if name == "two-list" else 1e-9  # it draws in the order of the cells
        assert again.point == pytest.approx(first.point, rel=tolerance)
        if name != "sample-coverage":  # the resamples follow the order of equal counts
            assert again.interval == pytest.approx(first.interval, rel=2 * tolerance)


def test_never_below_the_observed(name: str, table: CaptureTable) -> None:
    estimate = fit(name, table)
    assert estimate.interval is not None
    assert estimate.point is not None
    low, high = estimate.interval
    assert table.observed <= low <= estimate.point <= high
    if estimate.draws is not None:
        assert estimate.draws.min() >= table.observed


def test_higher_level_wider_interval(name: str, table: CaptureTable) -> None:
    narrow, wide = fit(name, table, level=0.5).interval, fit(name, table, level=0.99).interval
    assert narrow is not None
    assert wide is not None
    assert wide[0] < narrow[0] < narrow[1] < wide[1]


@pytest.mark.parametrize("case", HOPELESS)
def test_refuses_what_must_be_refused(name: str, case: str) -> None:
    estimate = fit(name, HOPELESS[case])
    assert estimate.status == "refused"
    assert estimate.reason
    assert estimate.to_json()["refusal_code"] == FOUND[case]
    assert estimate.point is None
    assert estimate.interval is None
    assert estimate.draws is None


def test_json_says_what_the_contract_says(name: str, table: CaptureTable) -> None:
    said = json.loads(json.dumps(fit(name, table).to_json(), allow_nan=False))
    assert {
        "method", "status", "reason", "point", "point_kind", "mean", "interval", "level",
        "interval_kind", "assumption", "settings", "diagnostics", "seconds",
    } <= said.keys()  # fmt: skip
    assert said["method"] == name
    assert said["status"] == "ok"
    assert said["reason"] is None
    assert said["refusal_code"] is None
    assert said["assumption"]
    assert table.digest() not in json.dumps(said)


def test_huge_counts_end_soon_and_in_finite_numbers(name: str) -> None:
    table = CaptureTable.of("AB", {"10": 4 * 10**13, "01": 2 * 10**13, "11": 10**13})
    estimate = fit(name, table)
    assert estimate.seconds < 2
    if estimate.point is not None:
        assert np.isfinite(estimate.point)
        assert estimate.point >= 7e13


@pytest.mark.parametrize("case", HOPELESS)
def test_a_study_of_a_hopeless_table_refuses_as_a_whole(case: str) -> None:
    study = run(HOPELESS[case])
    assert study.refused
    assert study.headline is None
    assert study.sensitivity == ()
    assert all(estimate.reason for estimate in study.estimates)
    json.dumps(study.to_json(), allow_nan=False)
