"""Pairs by lot stand for all pairs, and show what seldom agrees."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import bench_million
from uncounted.linkage import compare_reports
from uncounted.linkage.blocking import pair_sampling
from uncounted.linkage.blocking import rules as blocking
from uncounted.linkage.comparison import levels
from uncounted.linkage.encoding.encode import NO_KEY, encode
from uncounted.linkage.model import fit
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


def test_lots_add_up_to_all_pairs_whatever_is_requested_of_them() -> None:
    keys = _keys(1)
    rng = np.random.default_rng(2)
    proposal_weights = [
        pair_sampling.sample_pairs(keys, rng, from_all=300, sharing=150) for _ in range(400)
    ]
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
        found = np.array(
            [each.stands_for[what(each.left, each.right)].sum() for each in proposal_weights]
        )
        error = found.std() / np.sqrt(len(found))
        assert truth > 5
        assert abs(found.mean() - truth) < 4 * error
    assert all((each.left > each.right).all() for each in proposal_weights)


def test_what_is_shared_by_few_is_seen_often() -> None:
    keys = _keys(3)
    left, right = np.tril_indices(COUNT, -1)
    same = (keys["birth_day"][left] == keys["birth_day"][right]) & (keys["birth_day"][left] >= 0)
    found = pair_sampling.sample_pairs(keys, np.random.default_rng(1), from_all=1000, sharing=1000)
    on_one_day = keys["birth_day"][found.left] == keys["birth_day"][found.right]
    on_one_day &= keys["birth_day"][found.left] >= 0
    assert on_one_day.sum() >= 1000
    assert found.stands_for[on_one_day].sum() == pytest.approx(same.sum(), rel=0.02)


def test_one_report_on_each_key_leaves_pairs_within_all() -> None:
    found = pair_sampling.sample_pairs(
        {"family": np.arange(5)}, np.random.default_rng(1), from_all=40, sharing=9
    )
    assert len(found.left) == 40
    assert found.stands_for.sum() == pytest.approx(10)


@pytest.mark.sampler
def test_rates_are_those_of_all_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    """20,000 sampled pairs, of 3.4 million, show how often non-matches agree in what has a key.

    Blocking keeps so little that those who share a birthday, or a day and a town, are mostly none
    of its candidates.
    """
    encoded = encode(bench_million.made(2600)[0])
    exact = compare_reports.compared(encoded, seed=1, progress=silent).rates
    monkeypatch.setattr(compare_reports, "ALL_PAIRS", 10)
    monkeypatch.setattr(blocking, "LOOKED_AT_ALL", 0)
    monkeypatch.setattr(blocking, "MOST_KEPT", 1)
    monkeypatch.setattr(blocking, "LEAST_KEPT", 1)
    monkeypatch.setattr(pair_sampling, "ALL", 10_000)
    monkeypatch.setattr(pair_sampling, "SHARING", 1_000)
    done = compare_reports.compared(encoded, seed=1, progress=silent)
    assert 0 < len(done.pairs.left) < 1.5 * encoded.count  # one a report or so: a sample cuts
    birth = levels.levels(encoded, done.pairs.left, done.pairs.right)[:, 1]
    pairs = encoded.count * (encoded.count - 1) / 2
    non_matches_on_one_day = exact.u[1][0] * pairs
    assert non_matches_on_one_day > 10
    assert non_matches_on_one_day > (birth == levels.BIRTH.index("same day")).sum() / 10
    sampled = done.rates
    keyed = {
        0: range(levels.NAME_SAME),
        1: [levels.BIRTH.index(each) - 1 for each in ("same day", "same year")],
        3: [levels.ORIGIN.index("same town") - 1],
        4: [levels.EVENT.index("same act: same day, same town") - 1],
    }
    looked_at = 0
    for f, (one, other) in enumerate(zip(exact.u, sampled.u, strict=True)):
        off = np.abs(np.log(other / one))
        assert off[one > 0.01].max(initial=0) < 0.2
        for level in keyed.get(f, ()):
            if one[level] * pairs > 10:
                assert off[level] < 0.6, (levels.FIELDS[f], level)
                looked_at += 1
    assert looked_at >= 7


def test_each_two_people_count_once_however_often_they_are_reported() -> None:
    """Candidates and sampled pairs together stand for all pairs of people."""
    rng = np.random.default_rng(2)
    times = rng.integers(1, 5, 60)
    person = np.repeat(np.arange(60), times)
    right, left = np.triu_indices(len(person), 1)
    kind = (person[left] + person[right]) % 3
    kind[person[left] == person[right]] = 3
    mine = (kind == 3) | (rng.random(len(left)) < 0.3)
    sampled = pair_sampling.SampledPairs(left[~mine], right[~mine], np.full((~mine).sum(), 7.0))
    candidates, others = fit.people_weights(
        len(person), left[mine], right[mine], kind[mine], 4, kind[mine] == 3, sampled
    )
    found = candidates + np.bincount(kind[~mine], others, 4)
    one, other = np.triu_indices(60, 1)
    assert found[:3] == pytest.approx(np.bincount((one + other) % 3))
    apart = times[times > 1] - 1  # of two who are likely one person neither counts with the other
    assert found[3] == pytest.approx(((apart + 1) / apart / 2).sum())


@pytest.mark.sampler
def test_what_lots_never_show_is_not_thought_rare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of few pairs by lot stands for thousands: of two things at once they may show none."""
    encoded = encode(bench_million.made(2600)[0])
    monkeypatch.setattr(compare_reports, "ALL_PAIRS", 10)
    monkeypatch.setattr(blocking, "LOOKED_AT_ALL", 0)
    monkeypatch.setattr(pair_sampling, "ALL", 3_000)
    monkeypatch.setattr(pair_sampling, "SHARING", 300)
    rates = compare_reports.compared(encoded, seed=1, progress=silent).rates
    assert rates.place_and_event is not None
    assert np.abs(np.log(rates.place_and_event)).max() < 1.2
    for lean, u in zip(rates.same_given_name[1:], rates.u[1:], strict=True):
        assert np.abs(np.log(lean / u)).max() < 1.2
