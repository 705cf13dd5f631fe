"""Pairs by lot stand for all pairs, and show what seldom agrees."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks import bench_million

from uncounted.linkage import blocking, compare, road, strangers
from uncounted.linkage.encode import NO_KEY, encode
from uncounted.progress import silent

COUNT = 300


def _keys(seed: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    keys = {
        "family": rng.geometric(0.2, COUNT),
        "given": rng.geometric(0.02, COUNT),
        "birth_day": rng.integers(0, 4000, COUNT),  # a dozen pairs
        "event_month": rng.integers(0, 30, COUNT),
        "event_place": rng.integers(0, 5, COUNT),
        "number": np.arange(COUNT),  # nobody shares it
    }
    for values in keys.values():
        values[rng.random(COUNT) < 0.2] = NO_KEY
    return keys


def test_lots_add_up_to_all_pairs_whatever_is_asked_of_them() -> None:
    keys = _keys(1)
    rng = np.random.default_rng(2)
    lots = [strangers.drawn(keys, rng, among_all=300, sharing=150) for _ in range(400)]
    left, right = np.tril_indices(COUNT, -1)
    other = rng.integers(0, 7, COUNT)  # something that no lot looks at

    def share(one: np.ndarray, two: np.ndarray, *names: str) -> np.ndarray:
        same = [(keys[n][one] == keys[n][two]) & (keys[n][one] != NO_KEY) for n in names]
        return np.asarray(np.logical_and.reduce(same))

    for what in (
        lambda a, b: np.ones(len(a), bool),
        lambda a, b: share(a, b, "family"),
        lambda a, b: share(a, b, "given", "family"),
        lambda a, b: share(a, b, "birth_day"),
        lambda a, b: ~share(a, b, "birth_day") & (other[a] == other[b]),
        lambda a, b: share(a, b, "event_place") & ~share(a, b, "event_month"),
        lambda a, b: (keys["given"][a] == NO_KEY) & (other[a] < other[b]),
    ):
        truth = what(left, right).sum()
        found = np.array([each.stands_for[what(each.left, each.right)].sum() for each in lots])
        error = found.std() / np.sqrt(len(found))
        assert truth > 5
        assert abs(found.mean() - truth) < 4 * error
    assert all((each.left > each.right).all() for each in lots)


def test_what_is_shared_by_few_is_seen_often() -> None:
    keys = _keys(3)
    left, right = np.tril_indices(COUNT, -1)
    same = (keys["birth_day"][left] == keys["birth_day"][right]) & (keys["birth_day"][left] >= 0)
    found = strangers.drawn(keys, np.random.default_rng(1), among_all=1000, sharing=1000)
    on_one_day = keys["birth_day"][found.left] == keys["birth_day"][found.right]
    on_one_day &= keys["birth_day"][found.left] >= 0
    assert on_one_day.sum() >= 1000
    assert found.stands_for[on_one_day].sum() == pytest.approx(same.sum(), rel=0.02)


def test_one_report_on_each_key_leaves_pairs_among_all() -> None:
    found = strangers.drawn(
        {"family": np.arange(5)}, np.random.default_rng(1), among_all=40, sharing=9
    )
    assert len(found.left) == 40
    assert found.stands_for.sum() == pytest.approx(10)


def test_rates_are_those_of_all_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    """20,000 pairs by lot, of 1.8 million, know how often strangers agree in whatever there is."""
    encoded = encode(bench_million.made(1900)[0])
    exact = road.compared(encoded, seed=1, progress=silent).rates
    monkeypatch.setattr(road, "ALL_PAIRS", 10)
    monkeypatch.setattr(blocking, "LOOKED_AT_ALL", 0)
    monkeypatch.setattr(strangers, "ALL", 10_000)
    monkeypatch.setattr(strangers, "SHARING", 1_000)
    done = road.compared(encoded, seed=1, progress=silent)
    assert len(done.pairs.left) < encoded.count * (encoded.count - 1) // 2
    assert len(done.pairs.left)
    sampled = done.rates
    keyed = {  # what a key is for, and is seen in 20 pairs at the least
        0: np.arange(compare.NAME_SAME),
        1: np.array([compare.BIRTH.index("same day"), compare.BIRTH.index("same year")]) - 1,
        3: np.array([compare.ORIGIN.index("same town")]) - 1,
        4: np.array([compare.EVENT.index("same act: same day, same town")]) - 1,
    }
    for f, (one, other) in enumerate(zip(exact.u, sampled.u, strict=True)):
        off = np.abs(np.log(other / one))
        assert off[one > 0.01].max(initial=0) < 0.15
        levels = keyed.get(f, np.zeros(0, np.int64))
        levels = levels[one[levels] * len(encoded.source) ** 2 / 2 > 20]
        assert off[levels].max(initial=0) < 0.5
        lean = np.log(sampled.namesake[f] / other) - np.log(exact.namesake[f] / one)
        assert np.abs(lean).max() < 0.7
    assert sampled.place_and_event is not None
    assert exact.place_and_event is not None
    assert np.abs(np.log(sampled.place_and_event / exact.place_and_event)).max() < 1.0
