"""The order in which pairs are looked at: against brute force on draws whose law is known."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from uncounted.captures import CaptureTable
from uncounted.errors import NotEstimable, UsedWrongly
from uncounted.linkage.active_review import (
    HIGH,
    LOW,
    ReviewOrder,
    review_order,
    variance_gain,
)
from uncounted.linkage.result import capture_table, numbered, pair_shares, together

Labels = NDArray[np.int32]
# Partitions of a room of three reports, as labels within the room.
THREE = np.array([[0, 1, 2], [0, 0, 1], [0, 1, 0], [0, 1, 1], [0, 0, 0]])


def log_chao(table: CaptureTable) -> float:
    """Log of Chao's lower bound, which every table has once two lists share somebody."""
    f1, f2 = table.seen_exactly(1), table.seen_exactly(2)
    return float(np.log(table.observed + f1 * f1 / (2 * f2)))


class World:
    """Rooms of three reports, each with chances of its own for its partitions."""

    def __init__(self, seed: int, rooms: int = 40, fixed: int = 60) -> None:
        rng = np.random.default_rng(seed)
        self.rooms = rooms
        self.chances = rng.dirichlet([0.5] * len(THREE), rooms)
        held = [
            rng.permutation(["A", "B", "C"] if rng.random() < 0.7 else ["A", "A", "B"])
            for _ in range(rooms)
        ]
        self.sources = [str(s) for each in held for s in each]
        # People whom nobody doubts, some on two lists, keep the table from being degenerate.
        self.sure = [(2 * i, 2 * i + 1) for i in range(fixed)]
        self.sources += ["A", "B"] * fixed

    def draws(self, count: int, seed: int) -> Labels:
        rng = np.random.default_rng(seed)
        steps, rows = self.chances.cumsum(axis=1)[:, :-1], []
        for _ in range(count):
            which = (rng.random((self.rooms, 1)) > steps).sum(axis=1)
            doubted = (THREE[which] + 3 * np.arange(self.rooms)[:, None]).ravel()
            certain = 3 * self.rooms + np.repeat(np.arange(len(self.sure)), 2)
            rows.append(numbered(np.concatenate([doubted, certain])))
        return np.array(rows)

    def values(self, labels: Labels) -> NDArray[np.float64]:
        """Chao's bound in each draw, by arrays; the first is held against `log_chao`."""
        place = np.array([1 << "ABC".index(source) for source in self.sources])
        found = []
        for row in labels:
            pattern = np.zeros(int(row.max()) + 1, np.int64)
            np.bitwise_or.at(pattern, row, place)
            f = np.bincount(np.bitwise_count(pattern), minlength=4)
            found.append(np.log(len(pattern) + f[1] ** 2 / (2 * f[2])))
        assert found[0] == pytest.approx(log_chao(capture_table(labels[0], self.sources)))
        return np.array(found)


def split_variance(values: NDArray[np.float64], same: NDArray[np.bool_]) -> float:
    """By how much the variance of values falls when the draws are split, chance and all.

    Var(v) - p Var(v | same) - (1 - p) Var(v | different) = p (1 - p) (difference of means)^2.
    """
    p = float(same.mean())
    if p in (0.0, 1.0):
        return 0.0
    return p * (1 - p) * float(values[same].mean() - values[~same].mean()) ** 2


@pytest.fixture(scope="module")
def world() -> World:
    return World(1)


@pytest.fixture(scope="module")
def truth(world: World) -> dict[tuple[int, int], float]:
    """By how much the variance of log N falls with each pair: four thousand draws, split."""
    labels = world.draws(4000, 2)
    values = world.values(labels)
    return {
        (i, j): split_variance(values, labels[:, i] == labels[:, j])
        for (i, j), p in together(labels).items()
        if LOW < p < HIGH
    }


def alone(world: World, labels: Labels, value: object = log_chao) -> ReviewOrder:
    """Every pair on its own: asked one at a time, the others taken for decided."""
    assert callable(value)
    return review_order(labels, world.sources, value=value, most=10_000)


def first_gains(order: ReviewOrder, world: World, labels: Labels) -> dict[tuple[int, int], float]:
    """What each pair is worth when it is the first of its room."""
    seen, found = set[int](), dict[tuple[int, int], float]()
    for pair in order.pairs:
        room = pair.left // 3
        if room not in seen:
            found[pair.left, pair.right] = pair.variance
        seen.add(room)
    return found


def test_the_adjusted_order_is_nearer_the_truth_than_splitting(
    world: World, truth: dict[tuple[int, int], float]
) -> None:
    labels = world.draws(200, 3)
    values = world.values(labels)
    adjusted = first_gains(alone(world, labels), world, labels)
    pairs = [pair for pair in adjusted if pair in truth]
    assert len(pairs) > 30
    right = np.array([truth[pair] for pair in pairs])
    plain = np.array([split_variance(values, labels[:, i] == labels[:, j]) for i, j in pairs])
    ours = np.array([adjusted[pair] for pair in pairs])

    def away(found: NDArray[np.float64]) -> float:
        return float(np.sqrt(np.mean((found - right) ** 2)))

    assert away(ours) < 0.4 * away(plain)
    assert np.corrcoef(ours, right)[0, 1] > 0.95
    # And it is of the right size, not only in the right order.
    assert ours.sum() == pytest.approx(right.sum(), rel=0.15)
    assert plain.sum() > 1.2 * right.sum(), "splitting takes chance for narrowing"


def test_the_best_ten_of_two_hundred_draws_are_nearly_the_best_ten(
    world: World, truth: dict[tuple[int, int], float]
) -> None:
    best = dict[int, float]()
    for (i, _), gain in truth.items():
        best[i // 3] = max(gain, best.get(i // 3, 0.0))
    possible = sum(sorted(best.values())[-10:])
    labels = world.draws(200, 4)
    order = review_order(labels, world.sources, value=log_chao, most=10)
    got: dict[int, float] = {}
    for pair in order.pairs:
        got.setdefault(pair.left // 3, truth.get((pair.left, pair.right), 0.0))
    assert sum(got.values()) > 0.85 * possible


def test_what_was_chosen_before_is_taken_into_account() -> None:
    """Three reports that are one person or three: the first pair says what the others say."""
    one, three = [0, 0, 0], [0, 1, 2]
    labels = np.array([[*row, 3, 4] for row in [one, three] * 50], np.int32)
    order = review_order(labels, "ABCAB", value=lambda t: float(np.log(t.observed)), most=3)
    assert order.uncertain == 3
    first, second, third = order.pairs
    assert first.variance > 0
    assert (second.variance, third.variance) == (0.0, 0.0)
    assert order.expected_reduction == pytest.approx(1.0)


def test_deciding_everything_takes_all_of_linkages_doubt(world: World) -> None:
    order = alone(world, world.draws(500, 5))
    assert order.expected_reduction > 0.9
    beside = review_order(
        world.draws(500, 5),
        world.sources,
        value=log_chao,
        elsewhere=order.linkage,
        most=10_000,
    )
    assert beside.expected_reduction == pytest.approx(1 - np.sqrt(0.5), abs=0.03)
    assert beside.expected_reduction == pytest.approx(
        sum(pair.expected_reduction for pair in beside.pairs)
    )


def test_a_pair_that_changes_nothing_comes_last() -> None:
    """Two reports of one list that is left out: N is the same whether they are one or two."""
    rng = np.random.default_rng(6)
    rows = []
    for _ in range(100):
        matters, not_matters = rng.integers(2, size=2)
        rows.append([0, 0 if matters else 1, 2, 2 if not_matters else 3, 4, 4])
    order = review_order(
        np.array(rows, np.int32),
        ["A", "B", "C", "C", "A", "B"],
        lists=["A", "B"],
        value=lambda table: float(np.log(table.observed)),
    )
    assert [(pair.left, pair.right) for pair in order.pairs] == [(0, 1), (2, 3)]
    assert order.pairs[1].variance == 0.0


def test_without_a_number_people_are_what_counts() -> None:
    rows = [[0, k % 2, 2, 2 if k % 4 else 3] for k in range(100)]
    order = review_order(np.array(rows, np.int32), "ABAB")
    assert [(pair.left, pair.right) for pair in order.pairs] == [(0, 1), (2, 3)]
    assert [pair.variance for pair in order.pairs] == [0.0, 0.0]
    assert order.pairs[0].people == pytest.approx(0.25)
    assert order.pairs[0].overlap == pytest.approx(0.25)
    assert order.pairs[1].people == pytest.approx(3 / 16)
    assert order.expected_reduction == 0.0


def test_what_was_decided_does_not_come_again(world: World) -> None:
    labels = world.draws(100, 7)
    first = review_order(labels, world.sources, value=log_chao, most=5)
    gone = [(pair.right, pair.left) for pair in first.pairs]
    then = review_order(labels, world.sources, value=log_chao, most=10_000, decided=gone)
    assert then.uncertain == first.uncertain - 5
    assert not {(p.left, p.right) for p in then.pairs} & {(p.left, p.right) for p in first.pairs}


def test_the_order_of_reports_changes_nothing(world: World) -> None:
    labels = world.draws(150, 8)
    turn = np.random.default_rng(9).permutation(labels.shape[1])
    turned = np.array([numbered(row[turn]) for row in labels])
    sources = [world.sources[at] for at in turn]
    one = review_order(labels, world.sources, value=log_chao, most=20)
    other = review_order(turned, sources, value=log_chao, most=20)
    assert [p.variance for p in one.pairs] == pytest.approx([p.variance for p in other.pairs])
    assert one.linkage == pytest.approx(other.linkage)


def test_gain_is_the_split_less_chance() -> None:
    """The naive twin: sums of squares by loops, within cells of what was decided before."""
    rng = np.random.default_rng(10)
    values, same = rng.normal(size=(60, 3)), rng.random((60, 3)) < 0.4
    cells = rng.integers(3, size=60)
    for at in range(3):
        between = left = 0.0
        both = groups = 0
        for cell in range(3):
            here = cells == cell
            v, s = values[here, at], same[here, at]
            between += len(v) * split_variance(v, s)
            both += 0 < s.sum() < len(s)
            for answer in (True, False):
                if (s == answer).any():
                    groups += 1
                    left += float(((v[s == answer] - v[s == answer].mean()) ** 2).sum())
        wanted = max(0.0, between - both * left / (60 - groups)) / 60
        assert variance_gain(values, same, cells)[at] == pytest.approx(wanted)


def test_chance_alone_is_worth_little() -> None:
    """Values that have nothing to do with the answer: what is left is a third of chance's due."""
    rng = np.random.default_rng(11)
    values, same = rng.normal(size=(200, 2000)), rng.random((200, 2000)) < 0.5
    whole = np.zeros(200, np.int64)
    plain = [split_variance(values[:, at], same[:, at]) for at in range(2000)]
    assert np.mean(plain) == pytest.approx(1 / 200, rel=0.1)
    assert float(np.mean(variance_gain(values, same, whole))) < 0.55 * np.mean(plain)


def test_pairs_are_those_of_the_draws(world: World) -> None:
    labels = world.draws(30, 12)
    left, right, share = pair_shares(labels)
    i, j = np.triu_indices(labels.shape[1], 1)
    wanted = (labels[:, i] == labels[:, j]).mean(axis=0)
    ever = wanted > 0
    assert (left.tolist(), right.tolist()) == (i[ever].tolist(), j[ever].tolist())
    assert share == pytest.approx(wanted[ever])


@pytest.mark.parametrize("labels", [np.zeros((5, 2), np.int32), np.zeros((20, 3), np.int32)])
def test_too_little_to_order_by(labels: Labels) -> None:
    with pytest.raises(UsedWrongly, match="ten draws or more"):
        review_order(labels, "AB")


def test_a_number_that_cannot_be_given_is_no_order(world: World) -> None:
    def refuse(table: CaptureTable) -> float:
        raise NotEstimable("two lists share nobody")

    with pytest.raises(NotEstimable, match="share nobody"):
        alone(world, world.draws(20, 13), refuse)


def many(reports: int, draws: int, seed: int) -> tuple[Labels, Sequence[str]]:
    """Pairs and triples of reports with chances of their own, as a large linkage has them."""
    rng = np.random.default_rng(seed)
    third = reports // 3
    chances = rng.dirichlet([0.4] * len(THREE), third)
    steps = chances.cumsum(axis=1)
    rows = []
    for _ in range(draws):
        which = (rng.random((third, 1)) > steps).sum(axis=1).clip(max=len(THREE) - 1)
        rows.append(numbered((THREE[which] + 3 * np.arange(third)[:, None]).ravel()))
    return np.array(rows), [str(s) for s in rng.choice(list("ABCD"), 3 * third)]


def test_the_next_fifty_of_five_thousand_reports_take_seconds() -> None:
    labels, sources = many(5000, 200, 14)
    began = time.process_time()
    order = review_order(labels, sources, value=log_chao)
    assert time.process_time() - began < 10
    assert len(order.pairs) == 50
    assert order.uncertain > 3000
    assert [pair.variance for pair in order.pairs] == sorted(
        (pair.variance for pair in order.pairs), reverse=True
    )
