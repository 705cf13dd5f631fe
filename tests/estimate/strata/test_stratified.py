"""A total is the sum of joint draws, and says what it could not estimate."""

from __future__ import annotations

import numpy as np
import pytest

from uncounted.captures import CaptureTable
from uncounted.errors import UsedWrongly
from uncounted.estimate import METHODS, EstimateSettings, run
from uncounted.estimate.base.result import Estimate
from uncounted.estimate.strata.stratified import run_strata, run_strata_over
from uncounted.estimate.study import run_over

WOMEN = CaptureTable.of(
    "ABC",
    {"100": 60, "010": 50, "001": 40, "110": 20, "101": 15, "011": 12, "111": 6},
    sex="f",
)
MEN = CaptureTable.of(
    "ABC", {"100": 30, "010": 22, "001": 20, "110": 9, "101": 8, "011": 7, "111": 3}, sex="m"
)
APART = CaptureTable.of("ABC", {"100": 4, "010": 3}, sex="unknown")


def test_the_total_lies_where_the_sum_of_independent_draws_lies() -> None:
    strata = run_strata([WOMEN, MEN], EstimateSettings(["decomposable"]))
    (total,) = strata.total
    alone = [
        run(table, EstimateSettings(["decomposable"], seed=7))["decomposable"].draws
        for table in (WOMEN, MEN)
    ]
    rng = np.random.default_rng(3)
    joint = np.sum([rng.permutation(draws)[:4000] for draws in alone if draws is not None], axis=0)
    assert total.point == pytest.approx(np.median(joint), rel=0.01)
    assert total.interval is not None
    ends = [study["decomposable"].interval for study in strata.studies]
    assert total.interval[1] < sum(end[1] for end in ends if end)  # ends are not added up


def test_a_stratum_that_cannot_be_estimated_is_a_row_that_says_so() -> None:
    strata = run_strata([WOMEN, APART], EstimateSettings(["decomposable", "chao"]))
    assert strata.studies[1].refused
    alone = run_strata([WOMEN], EstimateSettings(["decomposable", "chao"]))
    for total, without in zip(strata.total, alone.total, strict=True):
        assert total.point == pytest.approx(without.number() + 7, rel=0.01)
        assert total.warnings[0].code == "strata-not-estimated"
        assert total.warnings[0].text.startswith(
            "1 of 2 strata (7 people documented); the other stratum: "
        )
    answer = strata.to_json()
    assert [row["stratum"] for row in answer["strata"]] == [{"sex": "f"}, {"sex": "unknown"}]
    assert answer["observed"] == WOMEN.observed + 7


def test_a_method_that_applies_to_some_strata_only() -> None:
    two_lists = CaptureTable.of("ABC", {"100": 30, "010": 20, "110": 9}, sex="unknown")
    for tables in ([WOMEN, two_lists], [two_lists, WOMEN]):
        strata = run_strata(tables)
        methods = {fit.method for study in strata.studies for fit in study.estimates}
        assert {total.method for total in strata.total} == methods
        assert len({frozenset(f.method for f in s.estimates) for s in strata.studies}) == 2


def test_nothing_to_say() -> None:
    assert run_strata([APART]).refused
    assert run_strata([APART]).total[0].status == "refused"
    with pytest.raises(UsedWrongly, match="no strata"):
        run_strata([])


def test_a_total_does_not_depend_on_the_other_methods_nor_on_threads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also where strata are fitted side by side: each has its seed by its place alone."""
    alone = run_strata([WOMEN, MEN], EstimateSettings(["decomposable"], seed=5)).total[0]
    beside = run_strata([WOMEN, MEN], EstimateSettings(["chao", "decomposable"], seed=5)).total[1]
    assert (alone.point, alone.interval) == (beside.point, beside.interval)
    answers = []
    for threads in (1, 3):
        monkeypatch.setattr("uncounted.estimate.strata.stratified._MANY", 1)
        monkeypatch.setattr("uncounted.estimate.strata.stratified._THREADS", threads)
        strata = run_strata(
            [WOMEN, MEN, APART, MEN], EstimateSettings(["latent-class", "log-linear"], seed=5)
        )
        answers.append([(fit.point, fit.interval) for s in strata.studies for fit in s.estimates])
    assert answers[0] == answers[1]


def relinked(table: CaptureTable, merged: int) -> CaptureTable:
    """The table, had `merged` more people been recognised on both A and B."""
    counts = dict(table.counts)
    for pattern, more in (("110", merged), ("100", -merged), ("010", -merged)):
        counts[pattern] += more
    return CaptureTable.of(table.lists, counts, **table.stratum)


@pytest.mark.parametrize("method", ["decomposable", "chao", "independence"])
def test_a_draw_of_who_is_who_is_one_for_all_strata(method: str) -> None:
    """Links that come together in both strata widen the total; in turn, they narrow it.

    Naive twin: draw by draw N of each stratum's own table, from fits made one by one.
    """
    merged = [0, 9] * 20
    together = [[relinked(table, k) for k in merged] for table in (WOMEN, MEN)]
    in_turn = [[relinked(WOMEN, k) for k in merged], [relinked(MEN, 9 - k) for k in merged]]
    spread: list[float] = []
    made: dict[str, Estimate] = {}
    for strata in (together, in_turn):
        points = [tables[0] for tables in strata]
        (total,) = run_strata_over(strata, EstimateSettings([method], seed=4), points=points).total
        rng = np.random.default_rng(1)
        drawn = np.zeros((len(merged), 1000))
        for row, tables in zip(drawn, zip(*strata, strict=True), strict=True):
            for table in tables:
                if (key := table.digest()) not in made:
                    made[key] = METHODS[method](table)
                fit = made[key]
                row += naive_draws(fit, table.observed, rng)
        wanted = np.quantile(drawn, [0.025, 0.975])
        low, high = total.interval or (0, 0)
        assert high - low == pytest.approx(wanted[1] - wanted[0], rel=0.06)
        spread.append(high - low)
    assert spread[0] > 1.15 * spread[1]


def naive_draws(fit: Estimate, n: int, rng: np.random.Generator) -> np.ndarray:
    if fit.draws is not None:
        return np.asarray(rng.choice(fit.draws, 1000).astype(float))
    mean, variance = fit.log_n0 or (0, 0)
    return np.asarray(n + np.exp(mean + variance**0.5 * rng.standard_normal(1000)) - 0.5)


def test_a_draw_that_refuses_in_one_stratum_leaves_the_others_joint() -> None:
    """In 1 of 40 draws nobody is a man; the women of that draw still count."""
    men = [MEN] * 39 + [CaptureTable.of("ABC", {}, sex="m")]
    women = [relinked(WOMEN, k) for k in [0, 9] * 20]
    strata = run_strata_over([women, men], EstimateSettings(["chao"]), points=[WOMEN, MEN])
    whole = run_strata_over([women, [MEN] * 40], EstimateSettings(["chao"]), points=[WOMEN, MEN])
    assert strata.studies[1]["chao"].diagnostics["refused_in"] == 1
    assert strata.total[0].interval == pytest.approx(whole.total[0].interval, rel=0.02)


def test_those_documented_in_a_draw_count_in_that_draw() -> None:
    """Of a stratum without an estimate as many as are recorded in each draw, not their mean."""
    apart = [CaptureTable.of("ABC", {"100": 200 + k}, sex="unknown") for k in [0, 100] * 20]
    strata = run_strata_over(
        [[WOMEN] * 40, apart], EstimateSettings(["chao"]), points=[WOMEN, apart[0]]
    )
    low, high = strata.total[0].interval or (0, 0)
    (alone,) = run_strata([WOMEN], EstimateSettings(["chao"])).total
    ends = alone.interval or (0, 0)
    assert low < ends[0] + 215
    assert high > ends[1] + 270


@pytest.mark.parametrize("method", ["chao", "sample-coverage"])
def test_the_total_of_imputed_replicates_is_as_wide_as_what_varies_in_it(method: str) -> None:
    """A stratum that is the same in every replicate adds its people and nearly no variance."""
    rng = np.random.default_rng(1)
    patterns = "100", "010", "001", "110", "101", "011", "111"
    means = np.array([300, 200, 150, 60, 40, 30, 12])
    drawn = [rng.poisson(means * 1.3 ** rng.normal(size=7)).tolist() for _ in range(4)]
    varying = [
        CaptureTable.of("ABC", dict(zip(patterns, each, strict=True)), place="north")
        for each in drawn
    ]
    whole = dict(zip(patterns, (8, 8, 8, 60, 60, 60, 400), strict=True))
    same = [CaptureTable.of("ABC", whole, place="south")] * 4
    settings = EstimateSettings(method, imputed=True)
    alone = run_over(varying, settings)[method]
    both = run_strata_over([varying, same], settings, points=[varying[0], same[0]])
    total = both.total[0]
    assert alone.interval is not None
    assert total.interval is not None
    assert total.interval_kind == "Rubin's rules on log n0"
    width, least = (high - low for low, high in (total.interval, alone.interval))
    assert width == pytest.approx(least, rel=0.15)
    of_mixture = run_strata_over(
        [varying, same], EstimateSettings(method), points=[varying[0], same[0]]
    ).total[0]
    assert of_mixture.interval is not None
    assert width > 1.3 * (of_mixture.interval[1] - of_mixture.interval[0])
