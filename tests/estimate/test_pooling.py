"""Averages over linkage draws."""

from __future__ import annotations

import json

import numpy as np
import pytest

from uncounted.captures import CaptureTable
from uncounted.errors import UsedWrongly
from uncounted.estimate import decomposable, run, run_over


def relinked(table: CaptureTable, merged: int) -> CaptureTable:
    """The table, had `merged` more people been recognised on both EXH and ABA."""
    counts = dict(table.counts)
    counts["1100"] += merged
    counts["1000"] -= merged
    counts["0100"] -= merged
    return CaptureTable.of(table.lists, counts)


def test_equal_tables_give_the_single_answer(kosovo: CaptureTable) -> None:
    pooled, single = run_over([kosovo] * 40), run(kosovo)
    assert pooled.linkage is not None
    assert pooled.linkage["distinct_tables"] == 1
    assert pooled.linkage["variance_share"] == 0
    assert pooled["decomposable"].interval == pytest.approx(
        single["decomposable"].interval, rel=2e-3
    )
    assert pooled["chao"].interval == pytest.approx(single["chao"].interval, rel=1e-3)
    assert pooled["chao"].point == pytest.approx(single["chao"].point)
    points = [row["point"] for row in pooled.sensitivity]
    assert points == pytest.approx([row["point"] for row in single.sensitivity])


def test_doubt_about_who_is_who_widens_the_interval(kosovo: CaptureTable) -> None:
    tables = [relinked(kosovo, merged) for merged in (0, 100) for _ in range(10)]
    study = run_over(tables)
    single = [decomposable(tables[0]), decomposable(tables[-1])]
    interval = study["decomposable"].interval
    assert interval is not None
    assert study.linkage is not None
    assert study.linkage["distinct_tables"] == 2
    assert study.observed == 4350
    # Two equal shares: the pooled distribution function is the mean of the two.
    for end, level in zip(interval, (0.025, 0.975), strict=True):
        below = [np.mean(each.draws <= end) for each in single if each.draws is not None]
        assert np.mean(below) == pytest.approx(level, abs=0.004)
    logs = [each.log_n0 for each in single if each.log_n0 is not None]
    between = np.var([mean for mean, _ in logs])
    within = np.mean([variance for _, variance in logs])
    assert study.linkage["variance_share"] == pytest.approx(between / (between + within), abs=0.01)
    json.dumps(study.to_json(), allow_nan=False)


def test_same_seed_same_study(kosovo: CaptureTable) -> None:
    tables = [relinked(kosovo, merged) for merged in (0, 5, 9, 5)]
    one, two = run_over(tables, seed=3), run_over(tables, seed=3)
    first, second = one["decomposable"].draws, two["decomposable"].draws
    assert first is not None
    assert second is not None
    assert np.array_equal(first, second)


def test_few_refusals_are_counted_and_many_refuse(kosovo: CaptureTable) -> None:
    apart = CaptureTable.of(kosovo.lists, {"1000": 1131, "0100": 845, "0010": 936, "0001": 306})
    few = run_over([kosovo] * 39 + [apart])
    assert few["decomposable"].ok
    assert any("1 of 40 draws of who is who could not" in text for text in few.warnings)
    many = run_over([kosovo] * 30 + [apart] * 10)
    assert many.refused
    reason = many["chao"].reason
    assert reason == (
        "refused in 10 of 40 draws of who is who: no person is on two lists, so nothing says how "
        "many all of them missed"
    )


def test_a_method_that_sees_only_some_of_the_draws_says_so() -> None:
    """Thirty different tables: a slow method is fitted to 25 of them, the others to all."""
    counts = {"100": 14, "010": 9, "110": 5, "101": 4, "011": 4, "111": 3}
    tables = [CaptureTable.of("ABC", {**counts, "001": 11 + i}) for i in range(30)]
    methods, quick = ["latent-class", "independence"], {"latent-class": {"budget": 0.05}}
    study = run_over(tables, methods, settings=quick)
    some, whole = study["latent-class"], study["independence"]
    assert (some.settings["linkage_draws_used"], some.settings["linkage_draws"]) == (25, 30)
    (said,) = [text for text in study.warnings if "evenly spaced" in text]
    assert "fitted to 25 of the different tables" in said
    assert "25 of 30 draws of who is who" in said
    assert "linkage_draws_used" not in whole.settings
    few = run_over(tables[:2], methods, settings=quick)
    assert not any("evenly spaced" in text for text in few.warnings)


def test_every_table_refused_gives_the_reason_alone() -> None:
    study = run_over([CaptureTable.of("AB", {"10": 5, "01": 7})] * 3)
    assert study.refused
    assert study["decomposable"].reason == (
        "no person is on two lists, so nothing says how many all of them missed"
    )


def test_tables_must_have_the_same_lists(kosovo: CaptureTable) -> None:
    with pytest.raises(UsedWrongly, match="not all over the same lists"):
        run_over([kosovo, kosovo.select(["ABA", "EXH"])])
    with pytest.raises(UsedWrongly, match="no linkage draws"):
        run_over([])


def test_progress_is_told(kosovo: CaptureTable) -> None:
    told: list[tuple[int, int | None]] = []
    run_over([kosovo] * 3, progress=lambda what, done, total: told.append((done, total)))
    assert told == [(0, 1), (1, 1)]
