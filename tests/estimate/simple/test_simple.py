"""Closed forms against published and recomputed values."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations, product

import numpy as np
import pytest

from uncounted.captures import CaptureTable
from uncounted.errors import UsedWrongly
from uncounted.estimate import (
    EstimateSettings,
    chao,
    independence,
    pairs,
    run,
    sample_coverage,
    saturated,
    tipping,
    two_list,
    with_xi,
)


def test_independence_on_kosovo(kosovo: CaptureTable) -> None:
    """R Rcapture 1.4-4: Mt 7394.6, s.e. 129.6, profile interval 7147.7 to 7656.2."""
    estimate = independence(kosovo)
    assert estimate.point == pytest.approx(7394.6, abs=0.05)
    assert estimate.interval == pytest.approx((7147.7, 7656.2), abs=0.1)
    assert estimate.diagnostics["se"] == pytest.approx(129.6, abs=0.1)


def test_highest_order_interaction_on_kosovo(kosovo: CaptureTable) -> None:
    """Aleshin-Guendel, Sadinle and Wakefield (2024): N at xi = 1/2, 2/3, 1, 3/2, 2."""
    study = run(kosovo)
    points = [row.point for row in study.sensitivity]
    assert points == pytest.approx([29483.7609, 23212.8206, 16941.8804, 12761.2536, 10670.9402])
    errors = [saturated(kosovo, xi=xi).diagnostics["se"] for xi in (0.5, 2 / 3, 1, 1.5, 2)]
    assert errors == pytest.approx([11874.10, 8905.84, 5937.58, 3958.74, 2969.32], rel=1e-4)


def test_tipping_value_of_the_published_number(kosovo: CaptureTable) -> None:
    """The published 10,356 is reached at an xi of about 2.1."""
    xi = tipping(saturated(kosovo), kosovo.observed, 10_356)
    assert xi == pytest.approx(2.106, abs=0.001)
    assert saturated(kosovo, xi=xi or 1).point == pytest.approx(10_356)
    assert tipping(saturated(kosovo), kosovo.observed, 4400) is None


def test_xi_scales_the_unrecorded_alone(kosovo: CaptureTable) -> None:
    halved = with_xi(saturated(kosovo), kosovo.observed, 2.0)
    assert halved.point == pytest.approx(saturated(kosovo, xi=2.0).point)
    with pytest.raises(UsedWrongly, match="not above 0"):
        with_xi(halved, kosovo.observed, 0.0)


def test_xi_table_starts_from_the_headline_where_patterns_are_empty(
    tables: Mapping[str, CaptureTable],
) -> None:
    study = run(tables["uk"])
    assert {row.basis for row in study.sensitivity} == {"relative to what decomposable assumes"}
    assert study.sensitivity[2].point == study["decomposable"].point


def test_sample_coverage_on_hepatitis(tables: Mapping[str, CaptureTable]) -> None:
    """Chao et al. (2001): C 0.513, N0 407, N 971, N1 508."""
    estimate = sample_coverage(tables["hepatitis"])
    said = estimate.diagnostics
    assert said["coverage"] == pytest.approx(0.513, abs=0.0005)
    found = [said["if_independent"], said["high_coverage"], said["low_coverage"]]
    assert [round(value) for value in found] == [407, 971, 508]
    assert round(estimate.number()) == 508
    (warning,) = estimate.warnings
    assert warning.code == "low-coverage"
    assert warning.text.startswith("sample coverage 51% (<55%)")


def test_sample_coverage_on_congenital_anomaly(tables: Mapping[str, CaptureTable]) -> None:
    """R CARE1 1.1.0: C 0.7742137, N0 629.5419, N 659.4524, N1 649.3474."""
    said = sample_coverage(tables["congenital"]).diagnostics
    assert said["coverage"] == pytest.approx(0.7742137, abs=1e-7)
    assert said["if_independent"] == pytest.approx(629.5419, abs=1e-4)
    assert said["high_coverage"] == pytest.approx(659.4524, abs=1e-4)
    assert said["low_coverage"] == pytest.approx(649.3474, abs=1e-4)


def test_chao_is_a_labelled_bound(kosovo: CaptureTable) -> None:
    estimate = chao(kosovo)
    pairs = sum(a * b for a, b in combinations((1131, 845, 936, 306), 2))
    assert estimate.point == pytest.approx(4400 + pairs / 882)
    assert estimate.point_kind == "lower bound"
    equal = chao(kosovo, variant="equal")
    assert equal.point == pytest.approx(4400 + 0.75 * 3218**2 / (2 * 882))
    assert "no bound" in equal.assumption


@pytest.mark.parametrize("chances", [(0.5, 0.02, 0.02), (0.4, 0.05, 0.05), (0.1, 0.2, 0.05, 0.3)])
def test_chao_is_exact_where_lists_are_independent_and_people_alike(
    chances: tuple[float, ...],
) -> None:
    """However unequal the lists; the form for equal ones is then above N."""
    N, J = 10**8, len(chances)
    counts = {
        "".join(marks): round(
            N * np.prod([c if m == "1" else 1 - c for c, m in zip(chances, marks, strict=True)])
        )
        for marks in product("01", repeat=J)
        if "1" in marks
    }
    table = CaptureTable.of([f"L{j}" for j in range(J)], counts)
    assert chao(table).point == pytest.approx(N, rel=1e-6)
    assert chao(table, variant="equal").number() > 1.03 * N


def test_chao_on_two_lists_is_independence(kosovo: CaptureTable) -> None:
    two = kosovo.select(["EXH", "ABA"])
    assert chao(two).point == pytest.approx(independence(two).point)


def test_chao_bounds_from_below_where_people_differ() -> None:
    """Half are ten times as easy for every list; lists reach from 4 to 30 per cent of them."""
    chances, N = np.array([0.02, 0.01, 0.03, 0.004]), 10**8
    counts: dict[str, int] = {}
    for marks in product("01", repeat=4):
        if "1" in marks:
            on = np.array([m == "1" for m in marks])
            share = sum(np.where(on, c, 1 - c).prod() for c in (chances, 10 * chances)) / 2
            counts["".join(marks)] = round(N * share)
    table = CaptureTable.of("ABCD", counts)
    assert table.observed < chao(table).number() < N


def test_chao_without_anybody_on_exactly_two_lists() -> None:
    table = CaptureTable.of("ABC", {"100": 8, "010": 5, "001": 4, "111": 3})
    assert chao(table).point == pytest.approx(20 + 8 * 5 + 8 * 4 + 5 * 4)
    equal = chao(table, variant="equal")
    assert equal.point == pytest.approx(20 + (2 / 3) * 17 * 16 / 2)


def test_two_lists_need_a_stated_dependence() -> None:
    table = CaptureTable.of("AB", {"10": 400, "01": 200, "11": 100})
    refusal = two_list(table)
    assert refusal.reason is not None
    assert "must be assumed" in refusal.reason
    assert two_list(table, psi=1.0).point == pytest.approx(1500, rel=0.02)
    assert two_list(table, psi=2.0).point == pytest.approx(2300, rel=0.02)
    unsure = two_list(table, psi=2.0, log_psi_sd=0.5).interval
    sure = two_list(table, psi=2.0).interval
    assert unsure is not None
    assert sure is not None
    assert unsure[1] - unsure[0] > 2 * (sure[1] - sure[0])


def test_pairs_are_chapmans() -> None:
    row = pairs(CaptureTable.of("AB", {"10": 40, "01": 20, "11": 10}))[0]
    assert row.point == pytest.approx(51 * 31 / 11 - 1)
    assert row.interval[0] > 70


def test_a_bound_above_the_estimate_is_reported(tables: Mapping[str, CaptureTable]) -> None:
    study = run(tables["kosovo"], EstimateSettings(["independence", "chao"], robustness=False))
    (warning,) = [each for each in study.warnings if each.code == "bound-above-estimate"]
    assert warning.text == "the lower bound is above independence with all of its interval"
    close = run(
        tables["spina-bifida"], EstimateSettings(["decomposable", "chao"], robustness=False)
    )
    assert "bound-above-estimate" not in {each.code for each in close.warnings}


def test_methods_that_do_not_exist(kosovo: CaptureTable) -> None:
    with pytest.raises(UsedWrongly, match="unknown method 'guess'"):
        run(kosovo, EstimateSettings(["guess"]))
