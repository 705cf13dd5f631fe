"""Lists that end later captures: what they do to an estimate, the check, and the method."""

from __future__ import annotations

import numpy as np
import pytest

from uncounted.captures import CaptureTable
from uncounted.errors import UsedWrongly
from uncounted.estimate import EstimateSettings, Study, run, run_over
from uncounted.estimate.robustness.ending_lists import ending_warnings

PEOPLE = 3000


def absorbing(seed: int, *, ends: bool = True) -> CaptureTable:
    """Three lists record at constant rates until death, which D records; or D ends nothing."""
    rng = np.random.default_rng(seed)
    died = rng.exponential(1 / 0.7, PEOPLE)
    alive = np.minimum(died, 1.0) if ends else np.ones(PEOPLE)
    counts: dict[str, int] = {}
    for at in range(PEOPLE):
        recorded = rng.random(3) < 1 - np.exp(-np.array([0.5, 0.4, 0.3]) * alive[at])
        history = "".join("1" if mark else "0" for mark in (*recorded, died[at] < 1))
        if "1" in history:
            counts[history] = counts.get(history, 0) + 1
    return CaptureTable.of("ABCD", counts)


def estimated(table: CaptureTable, method: str, *ends: str) -> Study:
    return run(table, EstimateSettings(method, ends_capture=ends, robustness=False))


@pytest.mark.parametrize("method", ["chao", "independence"])
def test_a_list_of_deaths_pushes_n_up_and_the_method_takes_it_away(method: str) -> None:
    tables = [absorbing(seed) for seed in range(4)]
    plain = np.mean([estimated(table, method).estimates[0].number() for table in tables])
    ended = np.mean([estimated(table, method, "D").estimates[0].number() for table in tables])
    assert plain > 1.15 * PEOPLE  # Chao's lower bound is above the truth
    assert abs(ended - PEOPLE) < 0.02 * PEOPLE


def test_people_on_the_list_are_counted_and_the_others_estimated_without_it() -> None:
    table = absorbing(1)
    on = table.list_totals["D"]
    alone = estimated(table.not_on("D"), "decomposable")
    ended = estimated(table, "decomposable", "D")
    (own,), (rest,) = ended.estimates, alone.estimates
    assert ended.observed == table.observed == alone.observed + on
    assert own.number() == rest.number() + on
    assert own.interval is not None
    assert rest.interval is not None
    assert own.interval == (rest.interval[0] + on, rest.interval[1] + on)
    assert own.log_n0 == rest.log_n0
    assert own.settings["ends_capture"] == ["D"]
    assert "'D' ends later captures" in own.assumption


def test_over_linkage_draws_it_is_the_same() -> None:
    table = absorbing(2)
    settings = EstimateSettings("chao", ends_capture=["D"], robustness=False)
    over, one = run_over([table, table], settings), run(table, settings)
    assert over["chao"].point == pytest.approx(one["chao"].point)
    assert [row.point for row in over.sensitivity] == pytest.approx(
        [row.point for row in one.sensitivity]
    )


def test_the_check_finds_the_list_and_no_other() -> None:
    for seed in range(4):
        (found,) = ending_warnings(absorbing(seed))
        assert found.code == "may-end-capture"
        assert "people on D are on other lists less often" in found.text
        assert not ending_warnings(absorbing(seed, ends=False))


def test_it_stands_with_the_estimate_until_the_list_is_named() -> None:
    table = absorbing(0)
    plain = run(table, EstimateSettings("independence"))
    assert "may-end-capture" in {each.code for each in plain.warnings}
    named = run(table, EstimateSettings("independence", ends_capture="D"))
    assert "may-end-capture" not in {each.code for each in named.warnings}


def test_a_list_that_is_not_there_or_all_lists_are_refused() -> None:
    table = CaptureTable.of("AB", {"10": 40, "01": 20, "11": 10})
    with pytest.raises(UsedWrongly, match="'C'"):
        run(table, EstimateSettings(ends_capture=["C"]))
    with pytest.raises(UsedWrongly, match="every list ends later captures"):
        run(table, EstimateSettings(ends_capture=["A", "B"]))


def test_the_checks_keep_the_list_and_count_its_people() -> None:
    table = absorbing(3)
    study = run(table, EstimateSettings("decomposable", ends_capture=["D"]))
    assert [row.left_out for row in study.leave_one_out] == ["A", "B", "C"]
    (used,) = {row.point for row in study.priors if row.delta == 2**-3 and "1/N" in row.prior_name}
    assert used is not None
    assert abs(used - study.estimates[0].number()) < 0.02 * PEOPLE
