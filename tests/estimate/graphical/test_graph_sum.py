"""The sum over graphs against the list of graphs."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from uncounted.captures import CaptureTable
from uncounted.estimate.graphical.decomposable import GraphModel, edge_posteriors
from uncounted.estimate.graphical.graph_sum import log_sums


@pytest.fixture(scope="module")
def naive() -> ModuleType:
    path = Path(__file__).parents[2] / "naive_estimate.py"
    spec = importlib.util.spec_from_file_location("naive_estimate", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("lists", "graphs"),
    [(1, 1), (2, 2), (3, 8), (4, 61), (5, 822), (6, 18_154), (7, 617_675), (8, 30_888_596)],
)
def test_every_decomposable_graph_counts_once(lists: int, graphs: int) -> None:
    """With all scores 1 the sum is the number of labelled chordal graphs (OEIS A058862)."""
    assert float(np.exp(log_sums(np.zeros((1, 2**lists)))[0])) == pytest.approx(graphs, rel=1e-12)


@pytest.mark.parametrize("lists", [2, 3, 4, 5])
@pytest.mark.parametrize("scale", [1.0, 50.0, 3000.0])
def test_sum_equals_that_over_the_list_of_graphs(
    naive: ModuleType, lists: int, scale: float
) -> None:
    rng = np.random.default_rng(lists)
    scores = rng.normal(0, scale, size=(3, 2**lists))
    scores[:, 0] = 0
    expected = [naive.log_sum(row) for row in scores]
    assert log_sums(scores) == pytest.approx(expected, rel=1e-12, abs=1e-9)


@pytest.mark.parametrize("lists", [4, 6])
def test_rows_side_by_side_do_not_touch_each_other(lists: int) -> None:
    """Eight rows are summed at a time, in two threads from six lists on; each as if alone."""
    rng = np.random.default_rng(9)
    scores = rng.normal(0, 1, size=(37, 2**lists)) * 10.0 ** rng.integers(0, 8, (37, 1))
    scores[:, 0] = 0
    pair = [mask for mask in range(2**lists) if mask & 3 == 3]
    scores[np.ix_(range(0, 37, 3), pair)] = -np.inf  # in some rows only
    alone = np.concatenate([log_sums(row[None]) for row in scores])
    assert np.isfinite(alone).all()
    assert log_sums(scores) == pytest.approx(alone, rel=1e-14, abs=1e-12)
    assert log_sums(scores[:0]).tolist() == []


def test_forbidden_sets_leave_the_graphs_without_them(naive: ModuleType) -> None:
    rng = np.random.default_rng(5)
    scores = rng.normal(0, 4, size=32)
    scores[0] = 0
    pair = 0b00110
    scores[[mask for mask in range(32) if mask & pair == pair]] = -np.inf
    kept = [
        naive.log_weight(scores, cliques, separators)
        for graph, cliques, separators in naive.chordal(5)
        if (1, 2) not in graph
    ]
    assert log_sums(scores[None])[0] == pytest.approx(np.logaddexp.reduce(kept), abs=1e-9)


@pytest.mark.parametrize("n0", [0, 3, 120])
def test_scores_and_edges_equal_their_twins(naive: ModuleType, n0: int) -> None:
    table = CaptureTable.of(
        "ABCD", {"1000": 7, "0100": 9, "0011": 4, "1100": 3, "1111": 1, "0110": 6, "0001": 5}
    )
    model = GraphModel.of(table, 1 / 16)
    joint = np.array(naive.log_joint(dict(table.counts), n0, 1 / 16, lambda N: 0.0))
    grid = np.array([n0])
    ours = log_sums(model.scores(grid)) + model.log_ways(grid)
    assert ours[0] == pytest.approx(np.logaddexp.reduce(joint), abs=1e-8)
    weight = np.exp(joint - np.logaddexp.reduce(joint))
    graphs = [graph for graph, _, _ in naive.chordal(4)]
    pairs = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]
    edges = [sum(w for w, g in zip(weight, graphs, strict=True) if pair in g) for pair in pairs]
    assert edge_posteriors(model, grid) == pytest.approx(edges, abs=1e-9)


def test_scores_do_not_lose_digits_far_out() -> None:
    """At n0 = 1e15 the plain difference of log-gammas is off by more than 1."""
    table = CaptureTable.of("AB", {"10": 40, "01": 20, "11": 10})
    model = GraphModel.of(table, 0.25)
    far = np.array([10**14, 10**15])
    complete = model.scores(far)[:, 3] + model.log_ways(far)
    # under the complete graph p(n0) ~ n0^(delta - 1), up to N^0
    assert complete[1] - complete[0] == pytest.approx((0.25 - 1) * np.log(10), abs=1e-9)


def test_wrong_shape_is_refused() -> None:
    with pytest.raises(ValueError, match=r"2\*\*J sets"):
        log_sums(np.zeros((1, 7)))
