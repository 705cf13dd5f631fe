"""The average over decomposable graphs by sampling them, for more lists than the exact sum takes.

Tempered chains from the empty and from the complete graph: each has copies at powers of the weight
below 1, which cross between good graphs that lie far apart, and exchange graphs with it. The
posterior of n0 is the mean, over every graph visited, of the posterior given the graph. The time
allowed is turned into a number of rounds by a fixed rule, so that a seed gives the same result on
every machine.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import attrs
import numpy as np

from uncounted.captures import CaptureTable
from uncounted.errors import NotEstimable, UsedWrongly
from uncounted.estimate.base.mcmc import (
    LEAST_ESS,
    Convergence,
    convergence,
    not_converged,
    places,
)
from uncounted.estimate.base.posterior import Ints, Posterior, from_grid, from_nodes
from uncounted.estimate.base.priors import Prior
from uncounted.estimate.base.result import Floats
from uncounted.estimate.base.rows import Details
from uncounted.estimate.base.warning import EstimateWarning
from uncounted.estimate.graphical.clique_scores import CliqueScores
from uncounted.estimate.graphical.graph_chain import GraphChain
from uncounted.estimate.graphical.graph_sum import MAX_GRAPH_LISTS

MOST_SAMPLED_LISTS = 40
CHAINS = 4
TARGET_ESS = 1000.0
BUDGET = 150.0
POWERS = (1.0, 0.8, 0.64, 0.5, 0.4, 0.31, 0.24)  # of the weight
POWERS_FEW = (1.0, 0.64, 0.4)  # of fewer than
_FEW_PEOPLE = 1_000
ANNEALED_FROM = 0.02  # power at which the warm-up begins
WARM_ROUNDS = 100
VERTICES = 0.1  # share of the lists whose vertex move is tried in a round
_FIRST = 250  # rounds before the chains are first looked at
_HOPELESS = 1.2  # R-hat of chains that are given up early, after a share of the rounds
_PATIENCE = 1 / 2  # that share
_LONGEST = 5_000  # values of a grid
_NOTHING = 1e-250  # mass of a node, below which the sum has lost digits


@attrs.frozen(eq=False)
class GraphAverage:
    """The average over graphs, summed or sampled.

    Attributes:
        posterior: of n0.
        complete: posterior probability of the complete graph.
        edges: that of each pair, in order of `combinations`.
        settings, diagnostics, warnings, chains: of sampled graphs, for the estimate.
    """

    posterior: Posterior
    complete: float
    edges: Floats
    settings: Details = attrs.field(factory=dict)
    diagnostics: Details = attrs.field(factory=dict)
    warnings: tuple[EstimateWarning, ...] = ()
    chains: Ints | None = None


@attrs.frozen
class SampleSettings:
    """How graphs are sampled."""

    chains: int
    target_ess: float
    budget: float
    seed: int


def sampled_average(
    table: CaptureTable, delta: float, prior: Prior, grid: range | None, how: SampleSettings
) -> GraphAverage:
    """The average over sampled graphs; refused if the chains have not converged."""
    if grid is not None and len(grid) > _LONGEST:
        raise UsedWrongly(
            f"for more than {MAX_GRAPH_LISTS} lists the grid of n0 may have at most"
            f" {_LONGEST:,} values",
            hint="give it a step, or omit it",
        )
    found = sample_graphs(
        table,
        delta=delta,
        log_prior=prior.log,
        chains=how.chains,
        seed=how.seed,
        target=how.target_ess,
        budget=how.budget,
        grid=None if grid is None else np.arange(grid.start, grid.stop, grid.step, dtype=np.int64),
    )
    medians = table.observed + np.exp(np.median(found.log_n0, axis=1)) - 0.5
    if not found.convergence.reached(LEAST_ESS):
        raise NotEstimable(
            not_converged(found.convergence, found.log_n0, medians),
            hint="use fewer lists (merge or leave out small ones), or estimate by strata; a larger"
            " budget gives the chains longer",
        )
    warnings: tuple[EstimateWarning, ...] = ()
    if found.convergence.ess < how.target_ess:
        text = (
            f"decomposable graphs: bulk ESS {found.convergence.ess:,.0f} (<{how.target_ess:,.0f})"
        )
        warnings = (EstimateWarning("low-ess", text),)
    return GraphAverage(
        posterior=found.posterior,
        complete=found.complete,
        edges=found.edges,
        settings={"graphs": "sampled", "target_ess": how.target_ess, "budget": how.budget},
        diagnostics={
            "rhat": found.convergence.rhat,
            "ess": found.convergence.ess,
            "ess_tail": found.convergence.tail,
            "target_reached": found.convergence.ess >= how.target_ess,
            "chains": how.chains,
            "rounds": found.rounds,
            "chain_medians": tuple(np.round(medians).tolist()),
            "modes": len(places(found.log_n0)),
            "edge_error": found.edge_error,
            "acceptance_exchange": found.exchanges,
        },
        warnings=warnings,
        chains=table.observed + np.round(np.exp(found.log_n0) - 0.5).astype(np.int64),
    )


@attrs.frozen(eq=False)
class SampledGraphs:
    """What the chains gave in their last block, at least half of all rounds after the warm-up.

    Attributes:
        posterior: of n0, averaged over the graphs.
        edges: posterior probability of each pair, in order of `combinations`.
        edge_error: its Monte Carlo standard error, the largest of any pair.
        complete: share of the complete graph.
        log_n0: log(n0 + 1/2), drawn given the graph at each round, of shape (chains, rounds).
        convergence: of `log_n0`.
        rounds: of each chain, warm-up included.
        exchanges: share of proposed exchanges between neighbouring powers that were made.
    """

    posterior: Posterior
    edges: Floats
    edge_error: float
    complete: float
    log_n0: Floats
    convergence: Convergence
    rounds: int
    exchanges: float


class _Tempered:
    """One chain and its copies at lower powers."""

    def __init__(self, scores: CliqueScores, rng: np.random.Generator, *, complete: bool) -> None:
        self.rng = rng
        self.lists = scores.lists
        self.pairs = self.lists * (self.lists - 1) // 2
        self.powers = powers_for(scores.observed)
        self.copies = [GraphChain(scores, rng, beta=b, complete=complete) for b in self.powers]
        self.tried = self.made = 0

    def warm_up(self, rounds: int) -> None:
        """Annealing: the power rises from `ANNEALED_FROM` to its own."""
        for chain, power in zip(self.copies, self.powers, strict=True):
            for done in range(rounds):
                chain.beta = power * ANNEALED_FROM ** (1 - done / rounds)
                chain.propose_edges(self.pairs)
            chain.beta = power

    def run(self, rounds: int) -> Floats:
        """Averages and draws of these rounds alone."""
        for chain in self.copies:
            chain.collect()
            chain.forget()
        draws = np.empty(rounds)
        for at in range(rounds):
            for chain in self.copies:
                chain.propose_edges(self.pairs)
                for v in np.flatnonzero(self.rng.random(self.lists) < VERTICES).tolist():
                    chain.move_vertex(v)
            self._exchange()
            draws[at] = math.log(self.copies[0].draw() + 0.5)
        self.copies[0].collect()
        return draws

    def _exchange(self) -> None:
        for cold, hot in zip(self.copies, self.copies[1:], strict=False):
            self.tried += 1
            log_chance = (cold.beta - hot.beta) * (hot.log_weight - cold.log_weight)
            if math.log(self.rng.random()) < log_chance:
                cold.exchange(hot)
                self.made += 1


def powers_for(observed: int) -> tuple[float, ...]:
    """Powers between which exchanges are accepted often enough: more people, steeper weights."""
    return POWERS if observed >= _FEW_PEOPLE else POWERS_FEW


def rounds_for(seconds: float, scores: CliqueScores, chains: int) -> int:
    """Rounds a chain that take about so many seconds of one core of the year 2026.

    A rule, not a clock: measured on 15 to 40 lists.
    """
    pairs = scores.lists * (scores.lists - 1) / 2
    step = 8e-6 + 1.5e-8 * len(scores.nodes)
    copies = len(powers_for(scores.observed))
    return max(4, int(seconds / (chains * copies * pairs * step)))


def sample_graphs(
    table: CaptureTable,
    *,
    delta: float,
    log_prior: Callable[[Floats], Floats],
    chains: int,
    seed: int,
    target: float,
    budget: float,
    grid: Ints | None = None,
) -> SampledGraphs:
    """Sample decomposable graphs until the chains agree and are worth `target` draws of log n0.

    Blocks double in length, and each is looked at alone: what the last one gave counts. When the
    budget is used up, or half of it where chains are far apart, the chains are given up;
    whether what there is then is enough is for the caller to say.
    """
    scores = CliqueScores(table, delta, log_prior, grid)
    most = rounds_for(budget, scores, chains)
    warm = min(WARM_ROUNDS, max(1, most // 4))
    seeds = np.random.SeedSequence(seed).spawn(chains)
    running = [
        _Tempered(scores, np.random.Generator(np.random.SFC64(own)), complete=i % 2 == 1)
        for i, own in enumerate(seeds)
    ]
    for chain in running:
        chain.warm_up(warm)
    done, block = warm, min(_FIRST, max(4, most - warm))
    while True:
        draws = np.array([chain.run(block) for chain in running])
        done += block
        found = convergence(draws)
        hopeless = found.rhat > _HOPELESS and done > _PATIENCE * most
        if found.reached(target) or hopeless or done + 2 * block > most:
            return _averaged(scores, running, draws, done, exact=grid is not None)
        block *= 2


def _averaged(
    scores: CliqueScores, running: list[_Tempered], draws: Floats, rounds: int, *, exact: bool
) -> SampledGraphs:
    cold = [chain.copies[0] for chain in running]
    density = np.sum([chain.posterior / chain.steps for chain in cold], axis=0) / len(cold)
    held = np.flatnonzero(density > _NOTHING)
    some = slice(0, None) if exact else slice(held[0], held[-1] + 1)
    nodes = scores.nodes[some]
    log_density = np.log(np.maximum(density[some], _NOTHING)) - scores.log_weights[some]
    J = scores.lists
    upper = np.triu_indices(J, 1)
    edges = np.array([np.array(chain.edges).reshape(J, J)[upper] / chain.steps for chain in cold])
    tried = sum(chain.tried for chain in running)
    return SampledGraphs(
        posterior=from_grid(nodes, log_density) if exact else from_nodes(nodes, log_density),
        edges=edges.mean(axis=0),
        edge_error=float((edges.std(axis=0, ddof=1) / math.sqrt(len(cold))).max()),
        complete=sum(chain.complete / chain.steps for chain in cold) / len(cold),
        log_n0=draws,
        convergence=convergence(draws),
        rounds=rounds,
        exchanges=sum(chain.made for chain in running) / max(tried, 1),
    )
