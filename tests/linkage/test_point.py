"""One partition to look at: what it may be, and that no draw is nearer to all draws."""

from __future__ import annotations

import attrs
import numpy as np
import pytest
from numpy.typing import NDArray

from uncounted.linkage import Linkage, point_partition
from uncounted.linkage.draws import Labels, numbered, together

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
    return Linkage(keys, np.stack([numbered(row) for row in rows]), 0, {}, {}, 1, 0.0)


def loss(labels: Labels, point: NDArray[np.int32]) -> float:
    """Expected Binder loss, from its definition."""
    lower = np.tril_indices(len(point), -1)
    same = point[lower[0]] == point[lower[1]]
    return float(np.mean([(same != (row[lower[0]] == row[lower[1]])).sum() for row in labels]))


@pytest.mark.parametrize("seed", range(30))
def test_no_draw_has_less_loss_and_nothing_impossible_is_shown(seed: int) -> None:
    linkage = drawn(seed)
    point = point_partition(linkage)
    assert (point == numbered(point)).all()
    assert loss(linkage.labels, point) <= min(loss(linkage.labels, row) for row in linkage.labels)
    chances = together(linkage.labels)
    assert point[0] == point[1]
    for i in range(REPORTS):
        for j in range(i):
            assert point[i] != point[j] or chances.get((j, i), 0.0) > 0.0


@pytest.mark.parametrize("seed", range(10))
def test_no_single_move_or_union_would_have_less(seed: int) -> None:
    linkage = drawn(seed)
    point = point_partition(linkage)
    best, chances = loss(linkage.labels, point), together(linkage.labels)
    others = []
    for at in range(2, REPORTS):
        for person in range(max(point) + 2):
            changed = point.copy()
            changed[at] = person
            others.append(changed)
    for one in range(max(point) + 1):
        others += [np.where(point == one, other, point) for other in range(one)]
    for changed in others:
        pairs = ((i, j) for j in range(REPORTS) for i in range(j) if changed[i] == changed[j])
        if all(pair in chances for pair in pairs):
            assert loss(linkage.labels, changed) >= best - 1e-9


def test_some_corner_of_a_large_group_is_in_no_draw() -> None:
    """Each of ten pairs is one person in most draws, and no draw has all of them."""
    rows = np.arange(20) // 2 * np.ones((10, 1), np.int64)
    for at in range(10):
        rows[at, 2 * at + 1] = 20
        rows[at, [0, 19]] = [21, 21] if at == 9 else rows[at, [0, 19]]  # they are one group
    keys = tuple(("A", f"{at:02}") for at in range(20))
    linked = np.stack([numbered(row) for row in rows])
    point = point_partition(Linkage(keys, linked, 0, {}, {}, 1, 0.0))
    assert point.tolist() == (np.arange(20) // 2).tolist()


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


def test_nobody() -> None:
    assert len(point_partition(Linkage((), np.zeros((3, 0), np.int32), 0, {}, {}, 1, 0.0))) == 0
