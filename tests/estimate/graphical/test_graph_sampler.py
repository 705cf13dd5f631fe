"""Sampled decomposable graphs against the exact sum, enumeration and known populations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import attrs
import numpy as np
import numpy.typing as npt
import pytest
from tests import naive_estimate as naive

from uncounted.captures import CaptureTable
from uncounted.errors import UsedWrongly
from uncounted.estimate import EstimateSettings, decomposable, run_over
from uncounted.estimate.base.mcmc import convergence
from uncounted.estimate.base.priors import INVERSE
from uncounted.estimate.graphical import graph_sampler
from uncounted.estimate.graphical.clique_scores import CliqueScores, nodes_for
from uncounted.estimate.graphical.decomposable import GraphModel, posterior_n0
from uncounted.estimate.graphical.graph_chain import GraphChain
from uncounted.estimate.graphical.graph_sampler import SampledGraphs, sample_graphs

type Floats = npt.NDArray[np.float64]

LISTS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
TAILS = np.array([0.025, 0.25, 0.5, 0.75, 0.975])


def simulated(J: int, people: int, p: float, *, pairs: int = 0, seed: int = 1) -> CaptureTable:
    """Independent lists, but that each of `pairs` lists copies half of the list before it."""
    rng = np.random.default_rng(seed)
    on = rng.random((people, J)) < p
    for j in range(1, 2 * pairs, 2):
        on[:, j] |= on[:, j - 1] & (rng.random(people) < 0.5)
    rows = [[LISTS[j] for j in np.flatnonzero(row)] for row in on if row.any()]
    return CaptureTable.tally(LISTS[:J], rows)


def sampled(table: CaptureTable, *, target: float, budget: float = 60.0) -> SampledGraphs:
    return sample_graphs(
        table,
        delta=2.0 ** -len(table.lists),
        log_prior=INVERSE.log,
        chains=4,
        seed=1,
        target=target,
        budget=budget,
    )


def near_the_sum(table: CaptureTable, *, target: float) -> None:
    """Mean, quantiles and edges of the exact sum, within four Monte Carlo standard errors.

    The error of the mean of log n0 is its standard deviation over the root of the effective
    sample size; draws vary more than the averages of posteriors that are compared.
    """
    found, exact = sampled(table, target=target), posterior_n0(table)
    assert found.convergence.reached(target)

    def log(n0: Floats) -> Floats:
        answer: Floats = np.log(n0 + 0.5)
        return answer

    mean = exact.expect(log)
    sd = (exact.expect(lambda n0: (log(n0) - mean) ** 2)) ** 0.5
    error = sd / found.convergence.ess**0.5
    assert found.posterior.expect(log) == pytest.approx(mean, abs=4 * error)
    below = [
        found.posterior.expect(lambda n0, end=end: (n0 <= end).astype(np.float64))  # type: ignore[misc]
        for end in exact.quantiles(TAILS)
    ]
    cell = exact.mass.max() + found.posterior.mass.max()
    assert below == pytest.approx(TAILS, abs=4 * 0.5 / found.convergence.ess**0.5 + cell)
    edges = np.array(
        [row["probability"] for row in decomposable(table).diagnostics["edge_probabilities"]]
    )
    assert np.abs(found.edges - edges).max() < max(6 * found.edge_error, 0.01)


def test_five_lists_as_the_exact_sum(tables: Mapping[str, CaptureTable]) -> None:
    near_the_sum(tables["congenital"], target=1000)


@pytest.mark.sampler
@pytest.mark.parametrize("name", ["kosovo", "uk", "spina-bifida", "korea"])
def test_published_tables_as_the_exact_sum(tables: Mapping[str, CaptureTable], name: str) -> None:
    near_the_sum(tables[name], target=2000)


@pytest.mark.sampler
def test_more_lists_as_the_exact_sum() -> None:
    near_the_sum(simulated(8, 300, 0.2, pairs=2), target=2000)


def test_without_the_weight_every_graph_is_visited_equally_often(kosovo: CaptureTable) -> None:
    """At power 0 the moves are symmetric: the 61 graphs on four lists, chi-square on 60."""
    scores = CliqueScores(kosovo, 2.0**-4, INVERSE.log)
    chain = GraphChain(scores, np.random.default_rng(1), beta=0.0, complete=True)
    seen: Counter[tuple[int, ...]] = Counter()
    for _ in range(12_000):
        chain.propose_edges(5)
        chain.move_vertex(int(chain.rng.integers(4)))
        seen[tuple(chain.near)] += 1
    assert len(seen) == 61
    expected = 12_000 / 61
    # Neighbouring draws are alike: about two of these for one that is independent.
    assert sum((count - expected) ** 2 / expected for count in seen.values()) < 2 * 100


def test_the_weight_is_that_of_cliques_and_separators() -> None:
    """After many moves, as summed anew from the junction tree of the naive twin."""
    table = simulated(5, 200, 0.3, pairs=2)
    scores = CliqueScores(table, 2.0**-5, INVERSE.log)
    chain = GraphChain(scores, np.random.default_rng(1), beta=0.3, complete=False)
    for _ in range(20):
        chain.propose_edges(10)
        for v in range(5):
            chain.move_vertex(v)
        pairs = [(i, j) for i in range(5) for j in range(i + 1, 5) if chain.near[i] >> j & 1]
        tree = naive.junction(5, frozenset(pairs))
        assert tree is not None
        expected = scores.start.copy()
        for sign, sets in zip((1, -1), tree, strict=True):
            for members in sets:
                expected += sign * scores.of(naive.mask_of(members))
        assert chain.at == pytest.approx(expected, abs=1e-6)


def test_scores_are_those_of_the_exact_sum() -> None:
    table = simulated(11, 500, 0.2, pairs=3)
    nodes = nodes_for(table.observed)
    scores = CliqueScores(table, 2.0**-11, INVERSE.log)
    exact = GraphModel.of(table, 2.0**-11).scores(nodes)
    for C in [0, 1, 3, 1 << 10, 0b10110010011, (1 << 11) - 1]:
        assert scores.of(C) == pytest.approx(exact[:, C], abs=1e-6)


@pytest.mark.sampler
def test_twelve_lists_of_a_known_population() -> None:
    table = simulated(12, 1000, 0.12, pairs=3)
    estimate = decomposable(table)
    assert estimate.interval is not None
    assert estimate.interval[0] <= 1000 <= estimate.interval[1]
    assert estimate.settings["graphs"] == "sampled"
    assert estimate.diagnostics["rhat"] <= 1.01
    assert estimate.diagnostics["ess"] >= 400
    assert len(estimate.diagnostics["edge_probabilities"]) == 66
    pairs = {
        tuple(e["lists"]): e["probability"] for e in estimate.diagnostics["edge_probabilities"]
    }
    assert min(pairs["A", "B"], pairs["C", "D"], pairs["E", "F"]) > 0.9
    assert estimate.chains is not None
    assert estimate.chains.shape[0] == 4
    again = decomposable(table)
    assert (again.point, again.interval) == (estimate.point, estimate.interval)


def test_chains_that_disagree_give_no_number_but_their_modes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = graph_sampler.sample_graphs

    def apart(*args: object, **more: object) -> SampledGraphs:
        found = real(*args, **more)  # type: ignore[arg-type]
        draws = found.log_n0 + 3.0 * np.arange(4)[:, None].clip(max=1)
        return attrs.evolve(found, log_n0=draws, convergence=convergence(draws))

    monkeypatch.setattr(graph_sampler, "sample_graphs", apart)
    estimate = decomposable(simulated(11, 200, 0.2), budget=1.0, seed=2)
    assert not estimate.ok
    assert "have not converged within the steps allowed" in str(estimate.reason)
    assert "in 2 modes: 1 about" in str(estimate.reason)
    assert "3 about" in str(estimate.reason)
    assert "use fewer lists" in str(estimate.hint)


def test_more_lists_than_are_sampled() -> None:
    names = [f"L{i}" for i in range(41)]
    rows = [[names[i], names[(7 * i + 1) % 41], names[(3 * i + 2) % 41]] for i in range(41)]
    estimate = decomposable(CaptureTable.tally(names, rows))
    assert "up to 40 lists, and there are 41" in str(estimate.reason)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"chains": 3}, "3 chains are too few"),
        ({"target_ess": 100.0}, "too small an effective sample size"),
        ({"budget": 0.0}, "must be above 0 seconds"),
        ({"grid": range(0, 100_000, 3)}, "at most 5,000 values"),
    ],
)
def test_settings_out_of_range(settings: dict[str, float], words: str) -> None:
    with pytest.raises(UsedWrongly, match=words):
        decomposable(simulated(11, 200, 0.2), **settings)  # type: ignore[arg-type]


def test_a_grid_is_all_that_n0_takes() -> None:
    estimate = decomposable(simulated(11, 200, 0.2), grid=range(0, 2000, 2), budget=5.0)
    assert estimate.draws is not None
    observed = simulated(11, 200, 0.2).observed
    assert set((estimate.draws - observed) % 2) == {0}
    assert estimate.mean is not None


@pytest.mark.sampler
def test_draws_of_the_linkage_with_more_lists_than_are_summed() -> None:
    """Equal tables are fitted once, and the posterior is pooled like any other."""
    table, other = simulated(11, 200, 0.25), simulated(11, 200, 0.25, seed=2)
    study = run_over([table, other, table], EstimateSettings("decomposable", robustness=False))
    assert study["decomposable"].ok
    assert study["decomposable"].settings["target_ess"] == 400
