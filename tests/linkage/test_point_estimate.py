"""One partition to look at: what it may be, and that no draw is nearer to all draws."""

from __future__ import annotations

import attrs
import numpy as np
import pytest
from numpy.typing import NDArray

from uncounted.linkage import Linkage, point_estimate, point_partition
from uncounted.linkage.arrays import Labels
from uncounted.linkage.result import numbered, pair_shares, together

REPORTS = 12


def drawn(seed: int, *, draws: int = 30, reports: int = REPORTS) -> Linkage:
    """Draws around one partition: in each, a few reports are somewhere else."""
    rng = np.random.default_rng(seed)
    middle = rng.integers(0, reports // 3, reports)
    rows = np.tile(middle, (draws, 1))
    away = rng.random((draws, reports)) < rng.beta(0.5, 1.5, reports)
    rows[away] = rng.integers(0, reports // 3 + 2, away.sum())
    rows[:, 1] = rows[:, 0]  # decided to be one person
    keys = tuple(("A" if at % 2 else "B", f"{at:02}") for at in range(reports))
    return Linkage(keys, np.stack([numbered(row) for row in rows]))


def loss(labels: Labels, point: NDArray[np.int64], cost: float) -> float:
    """Expected Binder loss, from its definition."""
    lower = np.tril_indices(len(point), -1)
    same = point[lower[0]] == point[lower[1]]
    really = labels[:, lower[0]] == labels[:, lower[1]]
    return float((2 * cost * (same & ~really) + 2 * (1 - cost) * (~same & really)).sum(1).mean())


def least(linkage: Linkage, cost: float) -> NDArray[np.int64]:
    return point_estimate.BinderSearch(linkage.labels, *pair_shares(linkage.labels)).at(cost)


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("cost", [0.3, 0.5, 0.65])
def test_no_draw_has_less_loss(seed: int, cost: float) -> None:
    labels = drawn(seed).labels
    found = loss(labels, least(drawn(seed), cost), cost)
    assert found <= min(loss(labels, row.astype(np.int64), cost) for row in labels) + 1e-9


@pytest.mark.parametrize("seed", range(30))
def test_nothing_impossible_is_shown(seed: int) -> None:
    linkage = drawn(seed)
    found = point_partition(linkage)
    assert (found == numbered(found)).all()
    chances = together(linkage.labels)
    assert found[0] == found[1]
    for i in range(REPORTS):
        for j in range(i):
            assert found[i] != found[j] or chances.get((j, i), 0.0) > 0.0


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("cost", [0.3, 0.5, 0.65])
def test_no_single_move_or_union_would_have_less(seed: int, cost: float) -> None:
    linkage = drawn(seed)
    found = numbered(least(linkage, cost)).astype(np.int64)
    best, chances = loss(linkage.labels, found, cost), together(linkage.labels)
    others = []
    for at in range(2, REPORTS):
        for person in range(max(found) + 2):
            changed = found.copy()
            changed[at] = person
            others.append(changed)
    for one in range(max(found) + 1):
        others += [np.where(found == one, other, found) for other in range(one)]
    for changed in others:
        pairs = ((i, j) for j in range(REPORTS) for i in range(j) if changed[i] == changed[j])
        if all(pair in chances for pair in pairs):
            assert loss(linkage.labels, changed, cost) >= best - 1e-9


def test_some_corner_of_a_large_group_is_in_no_draw() -> None:
    """Each of ten pairs is one person in nine draws of ten; in the tenth one is with the next."""
    right = np.arange(20) // 2
    rows = np.tile(right, (10, 1))
    for at in range(10):
        rows[at, 2 * at + 1] = (at + 1) % 10
    keys = tuple(("A", f"{at:02}") for at in range(20))
    linkage = Linkage(keys, np.stack([numbered(row) for row in rows]))
    assert (point_partition(linkage) == right).all()
    group = point_estimate.BinderSearch(linkage.labels, *pair_shares(linkage.labels)).groups[0]
    assert (numbered(group.nearest(0.5)) == linkage.labels[0]).all()


def pairs_at(chances: NDArray[np.float64], *, draws: int = 200) -> Linkage:
    """Pairs of reports, each one person in its share of the draws."""
    rng = np.random.default_rng(5)
    rows = np.tile(np.arange(2 * len(chances)), (draws, 1))
    linked = rng.random((draws, len(chances))) < chances
    rows[:, 1::2] = np.where(linked, rows[:, ::2], rows[:, 1::2])
    keys = tuple(("A", f"{at:05}") for at in range(2 * len(chances)))
    return Linkage(keys, np.stack([numbered(row) for row in rows]))


@pytest.mark.parametrize("most", [0.45, 0.6, 1.0])
@pytest.mark.parametrize("count", [30, 1000])
def test_many_unlikely_links_are_some_links(count: int, most: float) -> None:
    """However many pairs there are: with costs alike the error would grow with them."""
    linkage = pairs_at(np.random.default_rng(3).uniform(0.25, most, count))
    people = linkage.labels.max(axis=1) + 1
    assert abs(max(point_partition(linkage)) + 1 - np.median(people)) <= max(0.01 * count, 1)
    if most < 1 and count > 100:
        assert len(set(least(linkage, 0.5).tolist())) > np.quantile(people, 0.975)


def test_where_nothing_tells_reports_apart_it_is_a_draw_with_as_many_people() -> None:
    """Of twenty reports some six are paired by lot, so no pair is likely; there are 17 people."""
    rng = np.random.default_rng(5)
    rows = []
    for at in range(200):
        row = np.arange(20)
        paired = rng.permutation(20)[: 6 + 2 * (at % 3 - 1)]
        row[paired[::2]] = row[paired[1::2]]
        rows.append(numbered(row))
    keys = tuple((f"{at % 2}", f"{at:02}") for at in range(20))
    linkage = Linkage(keys, np.stack(rows))
    assert max(together(linkage.labels).values()) < 0.1
    found = point_partition(linkage)
    assert found.max() + 1 == 17
    assert any((numbered(row) == found).all() for row in linkage.labels)
    of_as_many = [row for row in linkage.labels if row.max() == 16]
    least_of_them = min(loss(linkage.labels, row.astype(np.int64), 0.5) for row in of_as_many)
    assert loss(linkage.labels, found.astype(np.int64), 0.5) == pytest.approx(least_of_them)


def test_who_is_together_more_often_than_not_may_be_left_apart() -> None:
    linkage = pairs_at(np.full(200, 0.62) + np.linspace(-0.1, 0.1, 200))
    people = np.median(linkage.labels.max(axis=1) + 1)
    assert len(set(least(linkage, 0.5).tolist())) < people - 60
    assert abs(max(point_partition(linkage)) + 1 - people) <= 3


def test_no_one_joins_somebody_of_whom_no_draw_says_it() -> None:
    people = point_estimate.PartitionSearch([0, 0, 1], [{1: 0.5, 2: 0.9}, {0: 0.5}, {0: 0.9}])
    assert not people.move(2)
    near = [{1: 0.8, 2: 0.9, 3: 0.9}, {0: 0.8, 2: 0.9}, {3: 0.8, 0: 0.9, 1: 0.9}, {2: 0.8, 0: 0.9}]
    assert not point_estimate.PartitionSearch([0, 0, 1, 1], near).join(0)
    near[1][3] = near[3][1] = -0.9
    assert point_estimate.PartitionSearch([0, 0, 1, 1], near).join(0)


def test_two_people_become_one_where_no_report_would_go_over_by_itself() -> None:
    near = [{j: 0.8 if i // 2 == j // 2 else 0.3 for j in range(4) if j != i} for i in range(4)]
    people = point_estimate.PartitionSearch([0, 0, 1, 1], near)
    assert not any(people.move(at) for at in range(4))
    assert people.join(1)
    assert people.of == [0, 0, 0, 0]
    assert not people.join(1)  # nobody is left there


def test_those_who_are_always_together_count_each() -> None:
    knot = np.array([0, 0, 0, 1, 2])
    found = point_estimate.improved(
        np.array([0, 0, 0, 3, 3]), knot, {(0, 1): 0.6, (1, 2): 0.7}, 0.5
    )
    assert numbered(found).tolist() == [0, 0, 0, 0, 1]


@pytest.mark.parametrize("seed", range(10))
def test_a_cost_between_two_is_searched_as_if_it_were_the_first(seed: int) -> None:
    linkage = drawn(seed, reports=60)
    known = point_estimate.BinderSearch(linkage.labels, *pair_shares(linkage.labels))
    for cost in (0.5, 0.75, 0.6, 0.55, 0.65):
        assert (known.at(cost) == least(linkage, cost)).all()


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_reports_is_no_matter(seed: int) -> None:
    linkage = drawn(seed, reports=30)
    order = np.random.default_rng(seed).permutation(30)
    turned = attrs.evolve(
        linkage,
        keys=tuple(linkage.keys[at] for at in order),
        labels=np.stack([numbered(row) for row in linkage.labels[:, order]]),
    )
    assert (numbered(point_partition(linkage)[order]) == point_partition(turned)).all()


def test_no_draws_say_nothing_of_anybody() -> None:
    keys = tuple(("A", str(at)) for at in range(4))
    nothing = Linkage(keys, np.zeros((0, 4), np.int32))
    assert point_partition(nothing).tolist() == [0, 1, 2, 3]


def test_no_one_at_all() -> None:
    assert len(point_partition(Linkage((), np.zeros((3, 0), np.int32)))) == 0
