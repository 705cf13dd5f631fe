"""The compiled moves against every partition written out, and laws of the whole."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from tests import naive_linkage as naive

from uncounted.linkage import kernel

FIELDS = 5


def _room(
    rng: np.random.Generator, lists: list[int], spread: float
) -> tuple[kernel.Rooms, kernel.Worth]:
    """One component with a pattern of its own for every pair."""
    count = len(lists)
    pairs = count * (count - 1) // 2
    said = rng.random((count, FIELDS)) < 0.7
    fields = rng.normal(0.5, spread, (pairs, FIELDS))
    i, j = np.tril_indices(count, -1)
    fields[~(said[i] & said[j])] = 0.0
    penalty = rng.exponential(0.3, pairs)
    rooms = kernel.Rooms(
        np.array([0, count]),
        np.arange(count),
        np.array([0, pairs]),
        np.arange(pairs, dtype=np.int32),
        np.array(lists),
        said,
    )
    return rooms, kernel.Worth(fields, np.exp(fields), penalty, fields.sum(axis=1) - penalty)


def _exact(
    rooms: kernel.Rooms, worth: kernel.Worth, alpha: float, q: list[float]
) -> dict[naive.Partition, float]:
    count = len(rooms.members)
    square = np.zeros((FIELDS + 1, count, count))
    i, j = np.tril_indices(count, -1)
    for at, row in enumerate([*worth.fields.T, worth.penalty]):
        square[at, i, j] = square[at, j, i] = row
    logs = {}
    for partition in naive.partitions(count):
        prior = naive.log_prior(partition, rooms.lists.tolist(), alpha, q, kernel.MOST_EXACT_LISTS)
        logs[partition] = prior + naive.log_evidence(
            partition, square[:FIELDS].tolist(), square[FIELDS].tolist(), rooms.said.tolist()
        )
    return naive.probabilities(logs)


def _drawn(
    rooms: kernel.Rooms,
    worth: kernel.Worth,
    alpha: float,
    q: list[float],
    *,
    splits: float,
    sweeps: int,
) -> dict[naive.Partition, float]:
    rng = np.random.default_rng(11)
    state = kernel.empty_state(len(rooms.members), len(q))
    kernel.place(rooms, state, together=True)
    seen: Counter[naive.Partition] = Counter()
    for _ in range(sweeps):
        kernel.sweep(rng, rooms, state, worth, alpha, np.array(q), splits)
        names: dict[int, int] = {}
        seen[tuple(names.setdefault(slot, len(names)) for slot in state.slot.tolist())] += 1
    return {partition: times / sweeps for partition, times in seen.items()}


@pytest.mark.parametrize(
    ("lists", "alpha", "q", "spread", "splits"),
    [
        ([0, 1, 2], 1.0, [0.05, 0.05, 0.05], 1.0, 0.5),
        ([0, 0, 1, 1], 1.0, [0.3, 0.1], 1.5, 0.5),
        ([0, 1, 0, 2, 1], 0.5, [0.2, 0.4, 0.05], 1.0, 2.0),
        ([0, 0, 0, 1, 1, 2], 1.0, [0.3, 0.2, 0.1], 0.8, 0.0),  # reassignment alone
        ([1, 0, 2, 3, 0, 1, 2], 1.0, [0.1, 0.1, 0.2, 0.3], 1.2, 1.0),
        ([0] * 8, 1.0, [0.5], 1.0, 1.0),
        ([0, 5, 13, 5, 0], 1.0, [0.2] * 14, 0.7, 0.5),  # cells that count lists
    ],
)
def test_draws_agree_with_every_partition_written_out(
    lists: list[int], alpha: float, q: list[float], spread: float, splits: float
) -> None:
    rooms, worth = _room(np.random.default_rng(len(lists)), lists, spread)
    exact = _exact(rooms, worth, alpha, q)
    assert max(exact.values()) < 0.95  # or the test would say little
    # the 200 likeliest partitions one by one, the rest as one: a tail of thousands is noise
    ranked = sorted(exact, key=lambda partition: -exact[partition])[:200]
    drawn = _drawn(rooms, worth, alpha, q, splits=splits, sweeps=80_000)
    apart = [exact[partition] - drawn.get(partition, 0.0) for partition in ranked]
    assert (sum(map(abs, apart)) + abs(sum(apart))) / 2 < 0.02


def test_a_field_left_out_takes_nothing_away() -> None:
    rooms, worth = _room(np.random.default_rng(1), [0, 1, 2], 1.0)
    rooms.said[:] = True
    rooms.said[2, 0] = False
    worth.fields[:] = 0.0
    worth.ratios[:] = 1.0
    worth.penalty[:] = 0.0
    worth.fields[0, 0] = 5.0  # reports 0 and 1 agree, 2 says nothing
    exact = _exact(rooms, worth, 1.0, [0.1] * 3)
    # whether 2 is with them rests on the prior alone: 7 cells of weight 1
    assert exact[0, 0, 0] / exact[0, 0, 1] == pytest.approx(0.5 * (2 + 7 - 1) / 1)


def test_comparisons_are_one_less_than_those_who_speak() -> None:
    rooms, worth = _room(np.random.default_rng(3), [0, 1, 2, 3], 1.0)
    state = kernel.empty_state(4, 4)
    kernel.place(rooms, state, together=True)
    found = kernel.comparisons(np.random.default_rng(1), rooms, state, worth, 6)
    speak = rooms.said.sum(axis=0)
    assert found.sum(axis=0).tolist() == np.maximum(speak - 1, 0).tolist()
