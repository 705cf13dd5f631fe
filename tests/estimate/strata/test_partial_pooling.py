"""Strata under one law: brute force, the two limits, populations of known size, refusals."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pytest
from scipy.special import gammaln
from tests.estimate import naive_pooling as naive

from uncounted.captures import CaptureTable
from uncounted.errors import UsedWrongly
from uncounted.estimate import EstimateSettings, decomposable
from uncounted.estimate.graphical.implied_prior import implied_shares, shapes
from uncounted.estimate.strata.hierarchical_grid import NormalEvidence, integrate
from uncounted.estimate.strata.partial_pooling import Pooled, pool_strata

# Spina bifida, upstate New York 1969-74, by ethnicity: birth certificates, death
# certificates, medical rehabilitation. Madigan and York (1997) Biometrika 84:19; counts as
# in R conting 1.7, data(spina).
SPINA_BIFIDA = [
    CaptureTable.of(
        ["birth", "death", "rehabilitation"],
        {"010": 45, "100": 230, "110": 134, "001": 52, "011": 3, "101": 107, "111": 12},
        ethnicity="caucasian",
    ),
    CaptureTable.of(
        ["birth", "death", "rehabilitation"],
        {"010": 3, "100": 13, "110": 8, "001": 8, "011": 1, "101": 3},
        ethnicity="afro-american",
    ),
    CaptureTable.of(
        ["birth", "death", "rehabilitation"], {"100": 1, "101": 1}, ethnicity="other"
    ),
]  # fmt: skip
TWO_LISTS = [(20, 15, 12), (30, 22, 9), (12, 18, 10)]


def tables_of(counts: Sequence[tuple[int, int, int]], **label: str) -> list[CaptureTable]:
    return [
        CaptureTable.of("AB", {"10": a, "01": b, "11": m}, year=str(2000 + s))
        for s, (a, b, m) in enumerate(counts)
    ]


def population(
    sizes: Sequence[int], shares: Sequence[float], seed: int, lists: str = "ABC"
) -> list[CaptureTable]:
    """Independent lists in each stratum, together missing this share of its people."""
    rng = np.random.default_rng(seed)
    tables = []
    for s, (N, missed) in enumerate(zip(sizes, shares, strict=True)):
        p = 1 - missed ** (1 / len(lists))
        on = rng.random((N, len(lists))) < p
        kept = on[on.any(axis=1)]
        people = [[name for name, hit in zip(lists, row, strict=True) if hit] for row in kept]
        tables.append(CaptureTable.tally(lists, people, s=f"stratum {s}"))
    return tables


@pytest.fixture(scope="module")
def pooled() -> Pooled:
    return pool_strata(tables_of([*TWO_LISTS, (25, 25, 14), (16, 12, 9)]))


def test_brute_force() -> None:
    found, m, t = naive.pooled(TWO_LISTS)
    ours = pool_strata(tables_of(TWO_LISTS), draws=20_000)
    assert ours.common is not None
    assert ours.common.m.median == pytest.approx(m, abs=0.06)
    for p, row, counts in zip(found, ours.rows, TWO_LISTS, strict=True):
        ends = np.searchsorted(np.cumsum(p), [0.1, 0.5, 0.9]) + sum(counts)
        draws = ours.draws
        assert draws is not None
        mine = np.quantile(draws[ours.rows.index(row)], [0.1, 0.5, 0.9])
        assert mine == pytest.approx(ends, rel=0.03)
    assert t > 0.2  # three strata cannot show that t is small


def test_the_implied_prior_is_that_of_the_graphs() -> None:
    n = 40
    edges = np.linspace(-14, 12, 261)
    theta = (edges[:-1] + edges[1:]) / 2
    n0 = np.arange(300)
    log_pi, log_rest = -np.logaddexp(0, -theta), -np.logaddexp(0, theta)
    ways = gammaln(n + n0) - gammaln(n) - gammaln(n0 + 1)
    chance = np.exp(ways[:, None] + n0[:, None] * log_pi + n * log_rest)
    ours = chance @ implied_shares(2, 0.25, tuple(edges.tolist()))
    brute = naive.prior_unrecorded(n)[:300] * n / (n + n0)
    assert ours[1:] == pytest.approx(brute[1:], rel=0.03)


def test_graphs_by_shape() -> None:
    assert sum(shapes(4).values()) == 61
    # three lists: none joined, one pair, two pairs, all
    assert sorted(shapes(3).values()) == [1, 1, 3, 3]


def test_no_difference_between_strata_is_one_table(pooled: Pooled) -> None:
    tables = tables_of([*TWO_LISTS, (25, 25, 14), (16, 12, 9)])
    same = pool_strata(tables, t=1e-3, draws=8000)
    assert same.draws is not None
    shares = [
        np.median(1 - table.observed / draws)
        for table, draws in zip(tables, same.draws, strict=True)
    ]
    assert np.ptp(shares) < 0.04
    assert min(row.shrinkage or 0 for row in same.rows) > 0.99
    apart = [
        1 - t.observed / (p.unpooled.point or 0) for t, p in zip(tables, pooled.rows, strict=True)
    ]
    assert np.ptp(apart) > 0.1


def test_strata_that_differ_without_limit_stand_alone() -> None:
    tables = population([900, 600, 800, 700], [0.2, 0.5, 0.35, 0.3], 4)
    far = pool_strata(tables, EstimateSettings("independence"), t=30.0, draws=20_000)
    for row, study in zip(far.rows, far.studies, strict=True):
        mean, variance = study["independence"].log_n0 or (0, 0)
        low, high = np.exp(mean + variance**0.5 * 1.96 * np.array([-1, 1])) + row.observed
        assert row.pooled.interval == pytest.approx((low, high), rel=0.02)
        assert row.pooled.point == pytest.approx(row.unpooled.point, rel=0.02)
        assert row.shrinkage is not None
        assert row.shrinkage < 0.01
    whole = pool_strata(tables, t=30.0)
    for row in whole.rows:  # but for what 2^-J and the graphs believe of the share
        assert row.pooled.point == pytest.approx(row.unpooled.point, rel=0.05)


@pytest.mark.sampler
def test_pooled_numbers_are_nearer_the_truth_and_cover_it() -> None:
    rng = np.random.default_rng(9)
    held, error, total = [], [], []
    for seed in range(3):
        N = rng.integers(50, 200, 20)
        missed = 1 / (1 + np.exp(-(-0.4 + 0.3 * rng.standard_normal(20))))
        ours = pool_strata(population(N.tolist(), missed.tolist(), seed))
        for row, truth in zip(ours.rows, N.tolist(), strict=True):
            if row.unpooled.point is None:
                continue
            assert row.pooled.point is not None
            error.append([np.log(N / truth) for N in (row.pooled.point, row.unpooled.point)])
            low, high = row.pooled.interval or (0, 0)
            held.append(low <= truth <= high)
        total.append(abs(np.log(ours.total[0].number() / N.sum())))
    pooled, alone = np.sqrt(np.mean(np.square(error), axis=0))
    assert pooled < 0.85 * alone
    assert np.mean(held) > 0.8  # strata share m and t: 60 of them are not 60 chances
    assert max(total) < 0.12


def test_a_population_split_at_random_keeps_its_total() -> None:
    rng = np.random.default_rng(3)
    on = rng.random((1500, 3)) < [0.3, 0.35, 0.25]
    people = [[n for n, hit in zip("ABC", row, strict=True) if hit] for row in on[on.any(axis=1)]]
    part = rng.integers(0, 15, len(people))
    parts = [
        CaptureTable.tally(
            "ABC", [p for p, s in zip(people, part, strict=True) if s == k], s=f"p{k}"
        )
        for k in range(15)
    ]
    whole = decomposable(CaptureTable.tally("ABC", people)).number()
    split = pool_strata(parts)
    assert split.total[0].number() == pytest.approx(whole, rel=0.06)
    assert split.common is not None
    assert split.common.t.median < 0.35


def test_the_total_is_of_joint_draws(pooled: Pooled) -> None:
    assert pooled.draws is not None
    sums = pooled.draws.sum(axis=0)
    assert pooled.total[0].number() == pytest.approx(np.median(sums))
    assert np.var(sums) > 1.1 * np.var(pooled.draws, axis=1).sum()  # m is shared


def test_a_stratum_without_overlap_gets_no_number(pooled: Pooled) -> None:
    tables = [*tables_of([*TWO_LISTS, (25, 25, 14), (16, 12, 9)])]
    tables.insert(2, CaptureTable.of("AB", {"10": 6, "01": 5}, year="1999"))
    ours = pool_strata(tables)
    assert ours.rows[2].pooled.point is None
    assert "no person is on two lists" in (ours.rows[2].unpooled.reason or "")
    assert ours.studies[2].refused
    assert ours.total[0].number() == pytest.approx(pooled.total[0].number() + 11, rel=0.02)
    assert ours.warnings[0].code == "strata-not-estimated"
    assert ours.warnings[0].text.startswith(
        "1 of 6 strata (11 people documented); the other 5 strata: "
    )
    answer = json.loads(json.dumps(ours.to_json()))
    assert answer["pooling"]["rows"][2]["shrinkage"] is None
    assert [each["method"] for each in answer["total"]] == ["decomposable, pooled", "decomposable"]


def test_too_few_strata() -> None:
    ours = pool_strata(SPINA_BIFIDA)
    assert ours.common is None
    assert [each.status for each in ours.total] == ["refused", "ok"]
    assert "of the strata 2 can be estimated on their own, and 3 are needed" in str(
        ours.total[0].reason
    )
    assert ours.studies[0]["decomposable"].ok
    for row, study in zip(ours.rows, ours.studies, strict=True):  # alone they are still given
        assert row.unpooled.point == study["decomposable"].point
        assert (row.pooled.point, row.shrinkage) == (None, None)


def test_a_trend_is_reported_alone_and_pooled() -> None:
    # the same people on lists each year, but ever fewer on both: more and more are missed
    counts = [(60 + 3 * k, 60 + 3 * k, 60 - 6 * k) for k in range(8)]
    rising = pool_strata(tables_of(counts), EstimateSettings("independence"))
    assert rising.trend is not None
    assert rising.trend.log_odds_missed.unpooled.interval[0] > 0
    alone, pooled = rising.trend.log_N.unpooled.slope, rising.trend.log_N.pooled.slope
    assert 0 < pooled < alone
    assert "share-missed-trend" in {each.code for each in rising.warnings}
    flat = pool_strata(tables_of([(60, 60, 30)] * 5), EstimateSettings("independence"))
    assert flat.warnings == ()
    assert pool_strata(population([80] * 4, [0.4] * 4, 2)).trend is None  # labels are no numbers


def test_seeds_and_the_order_of_strata(pooled: Pooled) -> None:
    tables = tables_of([*TWO_LISTS, (25, 25, 14), (16, 12, 9)])
    again, other = pool_strata(tables), pool_strata(tables, EstimateSettings(seed=2))
    assert again.draws is not None
    assert np.array_equal(again.draws, np.asarray(pooled.draws))
    assert not np.array_equal(again.draws, np.asarray(other.draws))
    assert other.total[0].number() == pytest.approx(again.total[0].number(), rel=0.02)
    turned = pool_strata(tables[::-1])
    for one, two in zip(turned.rows[::-1], pooled.rows, strict=True):
        assert one.pooled.point == pytest.approx(two.pooled.point, rel=0.03)


def test_a_stratum_that_says_nothing_changes_nothing_in_the_distribution() -> None:
    told = [
        NormalEvidence(50, -0.5, 0.2),
        NormalEvidence(60, -0.2, 0.2),
        NormalEvidence(40, -0.6, 0.3),
    ]
    law, more = integrate(told), integrate([*told, NormalEvidence(10, 0.0, 500.0)])
    for of in ("m", "t"):
        one = law.quantiles(getattr(law, of), [0.1, 0.5, 0.9])
        two = more.quantiles(getattr(more, of), [0.1, 0.5, 0.9])
        assert two == pytest.approx(one, abs=0.02)


def test_the_number_does_not_need_the_edges() -> None:
    table = SPINA_BIFIDA[0]
    with_edges, without = decomposable(table), decomposable(table, edges=False)
    assert with_edges.interval == without.interval
    assert len(with_edges.diagnostics["edge_probabilities"]) == 3
    assert without.diagnostics["edge_probabilities"] == []


def test_used_wrongly() -> None:
    tables = tables_of(TWO_LISTS)
    with pytest.raises(UsedWrongly, match="strata cannot be pooled with"):
        pool_strata(tables, EstimateSettings("chao"))
    with pytest.raises(UsedWrongly, match="no strata"):
        pool_strata([])
    with pytest.raises(UsedWrongly, match="pooling needs the full posterior"):
        pool_strata(tables, EstimateSettings(by_method={"decomposable": {"grid": range(0, 50)}}))
    with pytest.raises(UsedWrongly, match="above 0"):
        pool_strata(tables, t=0.0)
