"""A total is the sum of joint draws, and says what it could not estimate."""

from __future__ import annotations

import numpy as np
import pytest

from uncounted.captures import CaptureTable
from uncounted.errors import UsedWrongly
from uncounted.estimate import run
from uncounted.estimate.strata import run_strata

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
    strata = run_strata([WOMEN, MEN], ["decomposable"])
    (total,) = strata.total
    alone = [run(table, ["decomposable"], seed=7)["decomposable"].draws for table in (WOMEN, MEN)]
    rng = np.random.default_rng(3)
    joint = np.sum([rng.permutation(draws)[:4000] for draws in alone if draws is not None], axis=0)
    assert total.point == pytest.approx(np.median(joint), rel=0.01)
    assert total.interval is not None
    ends = [study["decomposable"].interval for study in strata.studies]
    assert total.interval[1] < sum(end[1] for end in ends if end)  # ends are not added up


def test_a_stratum_that_cannot_be_estimated_is_a_row_that_says_so() -> None:
    strata = run_strata([WOMEN, APART], ["decomposable", "chao"])
    assert strata.studies[1].refused
    alone = run_strata([WOMEN], ["decomposable", "chao"])
    for total, without in zip(strata.total, alone.total, strict=True):
        assert total.point == pytest.approx(without.number() + 7, rel=0.01)
        assert "those who are documented: 7" in total.warnings[0]
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
    alone = run_strata([WOMEN, MEN], ["decomposable"], seed=5).total[0]
    beside = run_strata([WOMEN, MEN], ["chao", "decomposable"], seed=5).total[1]
    assert (alone.point, alone.interval) == (beside.point, beside.interval)
    answers = []
    for threads in (1, 3):
        monkeypatch.setattr("uncounted.estimate.strata._MANY", 1)
        monkeypatch.setattr("uncounted.estimate.strata._THREADS", threads)
        strata = run_strata([WOMEN, MEN, APART, MEN], ["latent-class", "log-linear"], seed=5)
        answers.append([(fit.point, fit.interval) for s in strata.studies for fit in s.estimates])
    assert answers[0] == answers[1]
