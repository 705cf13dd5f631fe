"""Simulation-based calibration of the average over graphs (Talts et al. 2018), three lists.

Graph, cells and N come from the prior, the table from them; among draws of the posterior
the true N has a uniform rank. Tables that are refused are left out: what is refused is
decided by the table alone, and given any table the rank is uniform.
"""

from __future__ import annotations

from itertools import product

import numpy as np
import numpy.typing as npt
import pytest

from uncounted.captures import CaptureTable
from uncounted.estimate.base.priors import GammaPoissonPrior
from uncounted.estimate.graphical.decomposable import decomposable

pytestmark = pytest.mark.sampler

type Floats = npt.NDArray[np.float64]

DELTA = 0.5
PRIOR = GammaPoissonPrior(4.0, 60.0)
GRAPHS = list(product((False, True), repeat=3))  # 01, 02, 12: all are chordal


def cells(graph: tuple[bool, ...], rng: np.random.Generator) -> Floats:
    """Chances of the eight cells, shape (2, 2, 2), from the hyper-Dirichlet law of a graph."""
    if all(graph):
        return np.asarray(rng.dirichlet(np.full(8, DELTA)).reshape(2, 2, 2))
    alone = [rng.dirichlet(np.full(2, 4 * DELTA)) for _ in range(3)]
    if not any(graph):
        return np.asarray(np.einsum("i,j,k->ijk", *alone))
    pair = rng.dirichlet(np.full(4, 2 * DELTA)).reshape(2, 2)
    if sum(graph) == 1:
        which = graph.index(True)
        third = alone[(2, 1, 0)[which]]
        return np.asarray(np.einsum(("ij,k->ijk", "ik,j->ijk", "jk,i->ijk")[which], pair, third))
    # A path: the middle list is in both pairs, the others meet only through it.
    middle = (2, 1, 0)[graph.index(False)]
    given = np.array([rng.dirichlet(np.full(2, 2 * DELTA)) for _ in range(2)])
    joint = np.einsum("mi,mk->mik", pair, given)  # middle, one end, other end
    return np.moveaxis(joint, 0, middle)


def table_of(chances: Floats, N: int, rng: np.random.Generator) -> CaptureTable:
    counts = rng.multinomial(N, chances.ravel()).tolist()
    patterns = ["".join(marks) for marks in product("01", repeat=3)]
    return CaptureTable.of("ABC", dict(zip(patterns[1:], counts[1:], strict=True)))


def test_ranks_of_the_true_number_are_uniform() -> None:
    """300 tables, 15 draws each, 8 bins: chi-square above 24.3 once in a thousand."""
    rng = np.random.default_rng(12)
    ranks = list[int]()
    while len(ranks) < 300:
        graph = GRAPHS[rng.integers(len(GRAPHS))]
        N = int(rng.poisson(rng.gamma(PRIOR.shape, PRIOR.scale)))
        table = table_of(cells(graph, rng), N, rng)
        if table.observed == 0 or 0 in table.list_totals.values():
            continue  # another number of lists would be fitted
        fit = decomposable(table, delta=DELTA, prior=PRIOR, edges=False, seed=len(ranks))
        if fit.draws is None:
            continue
        drawn = rng.choice(fit.draws, 15, replace=False) + rng.random(15)  # ties fall at random
        ranks.append(int(np.sum(drawn < N + rng.random())))
    bins = np.bincount(np.array(ranks) // 2, minlength=8)
    assert np.sum((bins - 300 / 8) ** 2) / (300 / 8) < 24.3, bins
