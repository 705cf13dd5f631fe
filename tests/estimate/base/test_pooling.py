"""Averages over linkage draws."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from uncounted.captures import CaptureTable
from uncounted.errors import UsedWrongly
from uncounted.estimate import EstimateSettings, decomposable, run, run_over
from uncounted.estimate.base.pooling import log_n_variance, pool
from uncounted.estimate.base.result import Estimate, Fitted
from uncounted.estimate.base.warning import EstimateWarning


def relinked(table: CaptureTable, merged: int) -> CaptureTable:
    """The table, had `merged` more people been recognised on both EXH and ABA."""
    counts = dict(table.counts)
    counts["1100"] += merged
    counts["1000"] -= merged
    counts["0100"] -= merged
    return CaptureTable.of(table.lists, counts)


@pytest.mark.sampler
def test_equal_tables_give_the_single_answer(kosovo: CaptureTable) -> None:
    pooled, single = run_over([kosovo] * 40), run(kosovo)
    assert pooled.linkage is not None
    assert pooled.linkage.distinct_tables == 1
    assert pooled.linkage.variance_share == 0
    assert pooled["decomposable"].interval == pytest.approx(
        single["decomposable"].interval, rel=2e-3
    )
    assert pooled["chao"].interval == pytest.approx(single["chao"].interval, rel=1e-3)
    assert pooled["chao"].point == pytest.approx(single["chao"].point)
    points = [row.point for row in pooled.sensitivity]
    assert points == pytest.approx([row.point for row in single.sensitivity])


@pytest.mark.sampler
def test_doubt_about_who_is_who_widens_the_interval(kosovo: CaptureTable) -> None:
    tables = [relinked(kosovo, merged) for merged in (0, 100) for _ in range(10)]
    study = run_over(tables)
    single = [decomposable(tables[0]), decomposable(tables[-1])]
    interval = study["decomposable"].interval
    assert interval is not None
    assert study.linkage is not None
    assert study.linkage.distinct_tables == 2
    assert study.observed == 4350
    # Two equal shares: the pooled distribution function is the mean of the two.
    for end, level in zip(interval, (0.025, 0.975), strict=True):
        below = [np.mean(each.draws <= end) for each in single if each.draws is not None]
        assert np.mean(below) == pytest.approx(level, abs=0.004)
    logs = [np.log(each.draws) for each in single if each.draws is not None]
    between, within = np.var([each.mean() for each in logs]), np.mean([each.var() for each in logs])
    assert study.linkage.variance_share == pytest.approx(between / (between + within), abs=0.01)
    json.dumps(study.to_json(), allow_nan=False)


@pytest.mark.sampler
def test_same_seed_same_study(kosovo: CaptureTable) -> None:
    tables = [relinked(kosovo, merged) for merged in (0, 5, 9, 5)]
    one, two = (
        run_over(tables, EstimateSettings(seed=3)),
        run_over(tables, EstimateSettings(seed=3)),
    )
    first, second = one["decomposable"].draws, two["decomposable"].draws
    assert first is not None
    assert second is not None
    assert np.array_equal(first, second)


def test_few_refusals_are_counted_and_many_refuse(kosovo: CaptureTable) -> None:
    apart = CaptureTable.of(kosovo.lists, {"1000": 1131, "0100": 845, "0010": 936, "0001": 306})
    few = run_over([kosovo] * 39 + [apart])
    assert few["decomposable"].ok
    (warning,) = [each for each in few.warnings if each.code == "draws-not-estimated"]
    assert warning.text == "1 of 40 linkage draws have no estimate and are left out"
    many = run_over([kosovo] * 30 + [apart] * 10)
    assert many.refused
    reason = many["chao"].reason
    assert reason == (
        "refused in 10 of 40 linkage draws: no person is on two lists, so the "
        "number missed by all lists cannot be estimated"
    )


@pytest.mark.sampler
def test_a_method_that_sees_only_some_of_the_draws_says_so() -> None:
    """Thirty different tables: a slow method is fitted to 25 of them, the others to all."""
    counts = {"100": 14, "010": 9, "110": 5, "101": 4, "011": 4, "111": 3}
    tables = [CaptureTable.of("ABC", {**counts, "001": 11 + i}) for i in range(30)]
    methods, quick = ["latent-class", "independence"], {"latent-class": {"budget": 0.05}}
    study = run_over(tables, EstimateSettings(methods, by_method=quick))
    some, whole = study["latent-class"], study["independence"]
    assert (some.settings["linkage_draws_used"], some.settings["linkage_draws"]) == (25, 30)
    (note,) = [each for each in study.warnings if each.code == "few-linkage-draws"]
    assert note.text == "latent class: fitted to 25 of 30 linkage draws (25 different tables)"
    assert not note.must_report
    assert "linkage_draws_used" not in whole.settings
    few = run_over(tables[:2], EstimateSettings(methods, by_method=quick))
    assert "few-linkage-draws" not in {each.code for each in few.warnings}


def test_every_table_refused_gives_the_reason_alone() -> None:
    study = run_over([CaptureTable.of("AB", {"10": 5, "01": 7})] * 3)
    assert study.refused
    assert study["decomposable"].reason == (
        "no person is on two lists, so the number missed by all lists cannot be estimated"
    )


def test_tables_must_have_the_same_lists(kosovo: CaptureTable) -> None:
    with pytest.raises(UsedWrongly, match="not all over the same lists"):
        run_over([kosovo, kosovo.select(["ABA", "EXH"])])
    with pytest.raises(UsedWrongly, match="no linkage draws"):
        run_over([])


def test_progress_is_reported(kosovo: CaptureTable) -> None:
    told: list[tuple[int, int | None]] = []
    run_over([kosovo] * 3, progress=lambda what, done, total: told.append((done, total)))
    assert told == [(0, 1), (1, 1)]


def test_warnings_of_the_tables_are_one_a_code_with_the_share_of_the_draws() -> None:
    """Of several texts the commonest stands; the share is over all the tables of the code."""
    texts = ("sample coverage 47%", "sample coverage 48%", None)
    fits = [
        Fitted(
            found(
                900, 400.0, 0.1, warnings=(EstimateWarning("low-coverage", text),) if text else ()
            ),
            900,
            times,
        )
        for text, times in zip(texts, (2, 7, 1), strict=True)
    ]
    (warning,) = pool(fits).warnings
    assert str(warning) == "low-coverage: sample coverage 48% (in 9 of 10 linkage draws)"
    (warning,) = pool(fits[:1]).warnings
    assert warning.text == "sample coverage 47%"


def found(n: int, n0: float, sd: float, **more: object) -> Estimate:
    """An estimate without draws: n recorded, and n0 log-normal."""
    log_n0 = (math.log(n0 + 0.5), sd**2)
    return Estimate("any", "ok", point=n + n0, interval=(n, n + n0), log_n0=log_n0, **more)  # type: ignore[arg-type]


def simulated(tables: list[tuple[int, float, float, int]], size: int = 2_000_000) -> np.ndarray:
    """Naive twin of the mixture: draw a table, then N on it."""
    rng = np.random.default_rng(8)
    times = np.array([times for *_, times in tables])
    which = rng.choice(len(tables), p=times / times.sum(), size=size)
    n, n0, sd, _ = np.array(tables)[which].T
    drawn = np.exp(np.log(n0 + 0.5) + sd * rng.standard_normal(size)) - 0.5
    return np.asarray(n + np.maximum(drawn, 0))


# Where nearly all are recorded, few, and where nobody may be unseen.
TABLES = {
    "nearly all": [(900 + i, 5.0 - i / 3, 0.5, 30 + i) for i in range(0, 13, 2)],
    "few": [(900 - 4 * i, 1500.0 + 40 * i, 0.1, 20) for i in range(10)],
    "none or some": [(50, 0.0, 0.0, 20), (51, 0.2, 1.0, 20), (48, 3.0, 0.7, 60)],
}


@pytest.mark.parametrize("kind", TABLES)
def test_distributions_without_draws_are_pooled_as_drawing_a_table_and_then_n(kind: str) -> None:
    tables = TABLES[kind]
    pooled = pool([Fitted(found(n, n0, sd), n, times) for n, n0, sd, times in tables])
    N = simulated(tables)
    logs = [np.log(simulated([each], 200_000)) for each in tables]
    weight = np.array([times for *_, times in tables], dtype=float)
    means = np.array([each.mean() for each in logs])
    between = np.average((means - np.average(means, weights=weight)) ** 2, weights=weight)
    within = np.average([each.var() for each in logs], weights=weight)
    assert pooled.diagnostics["linkage_variance_share"] == pytest.approx(
        between / (between + within), abs=0.01
    )
    assert pooled.interval is not None
    R = weight.sum()
    B = between * R / (R - 1)
    df = (R - 1) * (1 + within / ((1 + 1 / R) * B)) ** 2
    few = stats.t.ppf(0.975, df) / stats.norm.ppf(0.975)
    few *= math.sqrt((within + (1 + 1 / R) * B) / (within + between))
    middle = np.quantile(N, 0.5)
    for end, p in zip(pooled.interval, (0.025, 0.975), strict=True):
        wanted = max(middle * (np.quantile(N, p) / middle) ** few, min(n for n, *_ in tables))
        assert end == pytest.approx(wanted, rel=2e-3)
    assert pooled.point == pytest.approx(
        np.average([n + n0 for n, n0, *_ in tables], weights=weight)
    )


def test_what_linkage_does_to_the_recorded_is_in_the_interval() -> None:
    """From 902 to 912 people are recorded and some six are not: the interval is no narrower."""
    fits = [Fitted(found(n, 6.0, 0.3), n, 1) for n in range(902, 913) for _ in range(10)]
    low, high = pool(fits).interval or (0, 0)
    # the ends of n0 put on the mean of those recorded
    narrow = [907 + math.exp(math.log(6.5) + z * 0.3) - 0.5 for z in (-1.96, 1.96)]
    assert low < narrow[0] - 3
    assert high > narrow[1] + 2
    assert pool(fits).diagnostics["linkage_variance_share"] > 0.6  # none of it lies in log n0


@given(st.integers(1, 5000), st.floats(0.5, 1e5), st.floats(0, 1.5), st.integers(1, 300))
def test_one_table_however_often_is_its_own_interval(
    n: int, n0: float, sd: float, times: int
) -> None:
    pooled = pool([Fitted(found(n, n0, sd), n, times)])
    z = stats.norm.ppf(0.975)
    wanted = [n + max(0, math.exp(math.log(n0 + 0.5) + side * z * sd) - 0.5) for side in (-1, 1)]
    assert pooled.interval == pytest.approx(wanted, rel=1e-6)
    assert pooled.diagnostics["linkage_variance_share"] == 0


def test_few_tables_have_wider_intervals_than_many_alike() -> None:
    two = [found(900, 400.0, 0.1), found(800, 800.0, 0.1)]
    few, many = (
        pool([Fitted(each, n, times) for each, n in zip(two, (900, 800), strict=True)]).interval
        for times in (3, 300)
    )
    assert few is not None
    assert many is not None
    assert few[1] - few[0] > 1.02 * (many[1] - many[0])


def test_means_of_few_draws_do_not_pass_for_doubt_about_who_is_who() -> None:
    """Tables that are alike, each with a hundred draws: nothing lies between them."""
    rng = np.random.default_rng(1)
    shares = []
    for _ in range(20):
        each = [np.rint(1000 * np.exp(0.1 * rng.standard_normal(100))) for _ in range(100)]
        fits = [
            Fitted(Estimate("any", "ok", point=1000.0, draws=draws.astype(np.int64)), 700, 1)
            for draws in each
        ]
        shares.append(log_n_variance(fits).share)
    assert np.mean(shares) < 0.002  # without what chance does it is .01


def test_the_table_of_xi_is_made_on_every_table(kosovo: CaptureTable) -> None:
    """n is another in each: at xi = 1 it is the interval, and nothing goes below the recorded."""
    tables = [relinked(kosovo, k) for k in (0, 800) * 10]
    study = run_over(tables, EstimateSettings(["independence"], xi=(0.5, 1.0, 1000.0)))
    half, as_is, none = study.xi_by_method
    assert as_is.interval == pytest.approx(study["independence"].interval, rel=1e-9)
    fewest, most = min(t.observed for t in tables), max(t.observed for t in tables)
    assert none.interval == pytest.approx((fewest, most), rel=0.03)
    n0 = [study["independence"].number() - 4000, (half.point or 0) - 4000]
    assert n0[1] == pytest.approx(2 * n0[0], rel=1e-6)
