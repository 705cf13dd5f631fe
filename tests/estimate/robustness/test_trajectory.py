"""Growing parts of the table, against people shuffled one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from uncounted.captures import CaptureTable
from uncounted.errors import UsedWrongly
from uncounted.estimate import Estimate, chao, decomposable, independence, log_linear
from uncounted.estimate.base.rows import SubsampleRow
from uncounted.estimate.robustness.leave_one_out import lighter
from uncounted.estimate.robustness.trajectory import FRACTIONS, stability_warnings, trajectory


def line(
    table: CaptureTable, fit: Callable[..., Estimate] = chao, **more: Any
) -> tuple[SubsampleRow, ...]:
    return trajectory(table, fit, **{"seed": 1, **more})


def seen(table: CaptureTable, fit_to: list[CaptureTable], **more: Any) -> None:
    """Run a trajectory and keep the tables that it fits."""

    def fit(part: CaptureTable) -> Estimate:
        fit_to.append(part)
        return chao(part)

    line(table, fit, **more)


def test_rows(kosovo: CaptureTable) -> None:
    rows = line(kosovo)
    assert [(row.order, row.fraction) for row in rows] == [
        (shuffle, fraction) for shuffle in (1, 2) for fraction in FRACTIONS
    ]
    assert {row.unit for row in rows} == {"people"}
    assert [row.observed for row in rows[:8]] == [
        1320, 1760, 2200, 2640, 3080, 3520, 3960, 4400,
    ]  # fmt: skip
    whole = chao(kosovo)
    for row in (rows[7], rows[15]):
        assert (row.point, row.interval) == (whole.point, whole.interval)
    assert rows[0].point != rows[8].point


def test_a_larger_part_holds_the_smaller(kosovo: CaptureTable) -> None:
    parts: list[CaptureTable] = []
    seen(kosovo, parts, shuffles=1)
    assert len(parts) == 8
    for small, large in pairwise(parts):
        for name in kosovo.lists:
            assert small.on([name]) <= large.on([name])
        assert small.on(["EXH", "ABA"]) <= large.on(["EXH", "ABA"])
        assert all(small.counts[p] <= large.counts.get(p, 0) for p in small.counts)


def test_people_are_drawn_as_by_shuffling_them_one_by_one() -> None:
    table = CaptureTable.of("AB", {"10": 12, "01": 6, "11": 3})
    everybody = [pattern for pattern, count in table.counts.items() for _ in range(count)]
    rng = np.random.default_rng(2)
    plainly = [Counter(rng.permutation(everybody)[:10].tolist())["11"] for _ in range(4000)]
    ours = []
    for seed in range(1500):
        parts: list[CaptureTable] = []
        seen(table, parts, shuffles=1, seed=seed, fractions=(10 / 21, 0.7))
        ours.append(parts[0].counts.get("11", 0))
    assert np.mean(ours) == pytest.approx(np.mean(plainly), abs=0.09)  # 4 standard errors
    assert np.var(ours) == pytest.approx(np.var(plainly), abs=0.09)


def test_seeded(kosovo: CaptureTable) -> None:
    assert line(kosovo, seed=5) == line(kosovo, seed=5)
    assert line(kosovo, seed=5) != line(kosovo, seed=6)


def test_equal_parts_are_fitted_once(kosovo: CaptureTable) -> None:
    parts: list[CaptureTable] = []
    seen(kosovo, parts)
    assert len(parts) == 15


def test_a_right_model_is_steady_and_a_choice_that_gives_way_is_not(
    tables: Mapping[str, CaptureTable],
) -> None:
    """Independent lists; and the United Kingdom, where 12,000 turns into 23,000 by size alone."""
    rng = np.random.default_rng(8)
    on = rng.random((4000, 4)) < 0.2
    independent = CaptureTable.tally(
        "ABCD", [[n for n, hit in zip("ABCD", row, strict=True) if hit] for row in on if row.any()]
    )
    for fit in (independence, decomposable):
        assert stability_warnings(line(independent, fit)) == ()
    rows = line(tables["uk"], decomposable)
    (warning,) = stability_warnings(rows)
    assert warning.code == "unstable"
    first = min(
        (
            row
            for row in rows
            if row.fraction >= 0.5
            and row.rescaled_interval
            and row.rescaled_interval[1] < (rows[-1].rescaled or 0)
        ),
        key=lambda row: (row.fraction, row.order),
    )
    assert warning.text.startswith(f"from {first.fraction:.0%} of the records: ")


def test_false_alarms_are_rare() -> None:
    """Independence on independent lists: half the people hold the whole, but for a few in 100."""
    rng = np.random.default_rng(21)
    patterns = [format(c, "03b") for c in range(1, 8)]
    chances = [0.2 ** p.count("1") * 0.8 ** p.count("0") for p in patterns]
    moved = 0
    for seed in range(25):
        counts = rng.multinomial(2000, [*chances, 1 - sum(chances)])[:-1]
        table = CaptureTable.of("ABC", dict(zip(patterns, counts.tolist(), strict=True)))
        rows = line(table, independence, seed=seed, fractions=(0.5, 0.7, 0.9, 1.0))
        moved += len(stability_warnings(rows))
    assert moved <= 3


def test_fewer_records_and_no_estimate() -> None:
    """Six people on two lists: half of the people sometimes leave the lists apart."""
    table = CaptureTable.of("ABC", {"100": 60, "010": 49, "001": 40, "110": 1, "011": 2})
    rows = line(table, independence)
    assert any(row.status == "refused" and row.point is None for row in rows)
    late = [row for row in rows if 0.5 <= row.fraction < 1]
    refused = [row for row in late if row.rescaled is None]
    assert refused
    (warning,) = stability_warnings([row for row in rows if row in refused or row.fraction == 1])
    assert warning.text.startswith(f"no estimate from {len(refused)} of {len(refused)} samples")


def part(fraction: float, rescaled: float, low: float, high: float) -> SubsampleRow:
    result = (rescaled, (low, high))
    return SubsampleRow("people", 1, fraction, 100, "ok", None, *result, *result)


def test_higher_with_fewer_records() -> None:
    whole = part(1.0, 200.0, 150, 300)
    half = part(0.5, 800.0, 600, 1000)
    (warning,) = stability_warnings([half, whole])
    assert str(warning) == "unstable: from 50% of the records: 800 (600–1,000)"
    assert stability_warnings([whole]) == ()
    assert stability_warnings([]) == ()


def test_the_smallest_part_that_does_not_cover_the_whole_is_named() -> None:
    whole = part(1.0, 241.0, 232.0, 600.0)
    covering = [part(0.5, 922.0, 232.0, 5916.0), part(0.8, 717.0, 232.0, 6905.0), whole]
    assert stability_warnings(covering) == ()
    moved = [part(0.8, 717.0, 250.0, 6905.0), part(0.5, 922.0, 300.0, 5916.0), whole]
    (warning,) = stability_warnings(moved)
    assert warning.text.startswith("from 50% of the records")
    early = [part(0.4, 922.0, 300.0, 5916.0), whole]
    assert stability_warnings(early) == ()


def test_carried_to_the_whole(kosovo: CaptureTable) -> None:
    """Half of the people, and half of the population: twice the number is of all of it."""
    for row in line(kosovo, independence):
        assert row.point is not None
        assert row.interval is not None
        assert row.rescaled is not None
        assert row.rescaled == pytest.approx(row.point * 4400 / row.observed)
        assert row.rescaled == pytest.approx(7394.6, rel=0.12)
        ends = [end * row.rescaled / row.point for end in row.interval]
        assert row.rescaled_interval == pytest.approx(ends)
    refused = line(kosovo.select(["EXH", "ABA"]), log_linear)[0]
    assert (refused.rescaled, refused.rescaled_interval) == (None, None)


def test_nothing_to_say_where_the_whole_has_no_number(kosovo: CaptureTable) -> None:
    rows = line(kosovo.select(["EXH", "ABA"]), log_linear)
    assert all(row.status == "refused" for row in rows)
    assert stability_warnings(rows) == ()


def test_lighter_settings_and_time(tables: Mapping[str, CaptureTable]) -> None:
    settings: Any = lighter("log-linear", {}, resamples=50)
    assert settings == {"resamples": 50}
    rows = line(tables["kosovo"], partial(log_linear, **settings))
    assert all(row.status == "ok" for row in rows)


def test_too_wide_too_many_or_no_one_have_no_rows() -> None:
    wide = CaptureTable.of("ABCDEFGH", {"11111111": 5, "10000000": 3})
    assert line(wide) == ()
    assert line(CaptureTable.of("AB", {"10": 10**9, "11": 5})) == ()
    assert line(CaptureTable.of("AB", {})) == ()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"fractions": ()}, "must rise"),
        ({"fractions": (0.5, 0.4)}, "must rise"),
        ({"fractions": (0.0, 0.4)}, "must rise"),
        ({"fractions": (0.5, 1.4)}, "must rise"),
    ],
)
def test_wrong_use(kosovo: CaptureTable, more: dict[str, Any], words: str) -> None:
    with pytest.raises(UsedWrongly, match=words):
        line(kosovo, **more)
