"""One Markov chain over partitions, and chains side by side: on every core, or on a cluster."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from typing import Any, NamedTuple

import attrs
import numpy as np
from numpy.typing import NDArray

from uncounted import _processes, _threads
from uncounted.linkage.arrays import Floats
from uncounted.linkage.comparison import levels
from uncounted.linkage.model import fellegi_sunter as model
from uncounted.linkage.model import partition_priors
from uncounted.linkage.sampler import (
    candidate_graph,
    comparison_counts,
    pair_likelihood,
    split_merge,
    sweep,
)
from uncounted.linkage.sampler import state as partition
from uncounted.linkage.sampler.candidate_graph import CandidateGraph
from uncounted.linkage.sampler.collapsed_pairs import CollapsedPairs
from uncounted.linkage.sampler.scan_schedule import ScanSchedule, every, every_turn_taken
from uncounted.linkage.sampler.workspace import Scratch
from uncounted.progress import Progress

CHAINS = 4
WARM_UP = 100
UNGUESSED = 20  # last sweeps of the warm-up, in which nothing is guessed: guesses rest on them
LENGTH = 300  # sweeps of a chain after it, at the least
THIN = 5  # sweeps between kept draws, at the least; odd, as two in doubt go back and forth
WATCH = 5  # sweeps between looks
TARGET_RHAT = 1.03
TARGET_ESS = 100.0  # effective draws of whatever moves most slowly
REFUSED_RHAT = 1.1
MOST_ROUNDS = 8  # after the first they are half, or once, and then twice, three times ... as long
SPLITS = 0.1  # exchanges for each visit of a report, and attempts while nothing is guessed
SPLITS_AT_FIRST = 0.3  # while chains leave their starts
LARGE = 20.0  # reports of the clusters a move is of: with more it is tried more seldom
_MANY = 2000  # candidates, both ways, from which chains run side by side
RUNAWAY_CHECK = 20  # sweeps after which chains that have run away are given up
_FIRMER = 4  # sweeps of the warm-up between looks at which candidates are firm
_FEW_LISTS = 5  # of these, all combinations are watched
_LOOK = 0.2  # seconds between words of progress


@attrs.frozen
class Run:
    """How long chains run, and what they must reach."""

    chains: int = CHAINS
    warm_up: int = WARM_UP
    unguessed: int = UNGUESSED
    length: int = LENGTH
    rounds: int = MOST_ROUNDS
    watch: int = WATCH
    thin: int = THIN
    target: float = TARGET_RHAT
    ess: float = TARGET_ESS
    refuse: float = REFUSED_RHAT
    hopeless: float = np.inf  # with a higher R-hat after a round, no other is worth it
    most_pairs: float = np.inf  # with more pairs linked than these, chains have run away
    hold_m: bool = False  # m stays as the EM has it, and so does how often values recur
    sampling_error: bool = False  # all people agree to within it; draws are kept more seldom


@attrs.define
class Chain:
    """One Markov chain: where it stands, and what it keeps."""

    rng: np.random.Generator
    graph: partition.Graph
    state: partition.PartitionState
    rates: model.MatchProbabilities
    prior: partition.PriorParameters
    schedule: ScanSchedule
    collapsed: CollapsedPairs | None = None
    watched: list[Floats] = attrs.field(factory=list)
    labels: list[NDArray[np.int32]] = attrs.field(factory=list)
    m: list[Floats] = attrs.field(factory=list)
    q: list[Floats] = attrs.field(factory=list)
    compared: Floats = attrs.field(
        factory=lambda: np.zeros((len(levels.COUNTS), max(levels.COUNTS)))
    )
    sweeps: int = 0
    scratch: Scratch = attrs.field(init=False)

    @scratch.default
    def _make_scratch(self) -> Scratch:
        return sweep.make_scratch(self.graph, self.state, self.schedule)

    def keep(self) -> None:
        """Keep where the chain stands as a draw."""
        self.labels.append(self.state.slot.copy())
        self.m.append(np.concatenate(self.rates.m))
        self.q.append(self.prior.q)

    def keep_every(self, number: int) -> None:
        """Keep one in so many of the draws that were kept, from the first on."""
        of_draws: tuple[list[Any], ...] = self.labels, self.m, self.q
        for kept in of_draws:
            kept[:] = kept[::number]

    def drop_half(self) -> None:
        """Take the first half of what was kept for warm-up."""
        for kept in (self.watched, self.labels, self.m, self.q):
            del kept[: len(kept) // 2]
        self.compared[:] = 0.0


def start_chain(
    built: CandidateGraph,
    rates: model.MatchProbabilities,
    lists: int,
    prior: partition_priors.PartitionPrior,
    rng: np.random.Generator,
    together: bool,
    like: NDArray[np.int32] | None = None,
) -> Chain:
    """Start a chain with all candidates apart, or joined; or from a partition like this."""
    if like is None:
        label = candidate_graph.start(built, together=together, once_a_list=prior.once_a_list)
    else:
        label = candidate_graph.hanging_together(built.graph, like)
    state = partition.empty_state(len(built.graph.lists), lists)
    partition.place(built.graph, state, label)
    parameters = prior.start(lists, len(state.cells) - 1)
    if like is not None:  # those of another prior are far from what such a partition says
        parameters = prior.draw(rng, state, *component_sizes(built), parameters)
    return Chain(
        rng,
        built.graph if _processes.cluster() else pair_likelihood.with_memory(built.graph),
        state,
        rates,
        parameters,
        every(built.graph),
    )


def component_sizes(built: CandidateGraph) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The sizes of components, and how many have each, for the prior `ewens`.

    Where most reports that have candidates are in one component, all that have candidates count as
    one: theta of a component of thousands and of a pair differ by orders of magnitude.
    """
    sizes, times = np.unique(np.bincount(built.component), return_counts=True)
    have = int((sizes * times)[sizes > 1].sum())
    if 0 < have < 2 * sizes[-1]:
        alone = int(times[sizes == 1].sum())
        sizes, times = np.array([1, have]), np.array([alone, 1])
    return sizes, times


class ChainState(NamedTuple):
    """Where a chain stands, and what it has kept since: what is sent to a cluster and back."""

    rng: np.random.Generator
    graph: partition.Graph | None  # as it was, where it comes back without
    state: partition.PartitionState
    rates: model.MatchProbabilities
    prior: partition.PriorParameters
    schedule: ScanSchedule
    collapsed: CollapsedPairs | None
    compared: Floats
    sweeps: int
    kept: tuple[list[Any], ...] = ()

    @classmethod
    def of(cls, chain: Chain, like: partition.Graph) -> ChainState:
        """Where a chain stands; without its memory of pairs, which are those of `like`."""
        return cls(
            chain.rng,
            _bare(chain.graph, like),
            chain.state,
            chain.rates,
            chain.prior,
            chain.schedule,
            chain.collapsed,
            chain.compared,
            chain.sweeps,
        )

    def chain(self, graph: partition.Graph) -> Chain:
        """A chain that stands there, with a memory of pairs, and has kept nothing."""
        return Chain(
            self.rng,
            pair_likelihood.with_memory(graph),
            self.state,
            self.rates,
            self.prior,
            self.schedule,
            self.collapsed,
            compared=self.compared,
            sweeps=self.sweeps,
        )

    def to(self, chain: Chain) -> None:
        """Have a chain stand there, and keep what was kept on the way."""
        if self.graph is not None:
            chain.graph = remembering(self.graph, chain)
        chain.rng, chain.state, chain.rates = self.rng, self.state, self.rates
        chain.prior, chain.schedule = self.prior, self.schedule
        chain.compared, chain.sweeps = self.compared, self.sweeps
        for kept, new in zip(_kept(chain), self.kept, strict=True):
            kept.extend(new)


def _kept(chain: Chain) -> tuple[list[Any], ...]:
    return chain.watched, chain.labels, chain.m, chain.q


def _bare(graph: partition.Graph, like: partition.Graph) -> partition.Graph:
    return graph._replace(met=like.met, met_worth=like.met_worth, buffers=like.buffers)


def _swept(
    prior: partition_priors.PartitionPrior,
    components: tuple[NDArray[np.int64], NDArray[np.int64]],
    run: Run,
    sweeps: int,
    keep: bool,
    stand: ChainState,
) -> ChainState:
    """On a cluster: run a chain from where it stands."""
    assert stand.graph is not None
    chain = stand.chain(stand.graph)
    before = chain.graph
    run_chain(chain, prior, components, run, sweeps, keep=keep, stop=threading.Event())
    graph = None if chain.graph is before else chain.graph
    return ChainState.of(chain, stand.graph)._replace(
        graph=graph and _bare(graph, stand.graph), collapsed=None, kept=_kept(chain)
    )


def _looked(whole: partition.Graph, tried: partition.Graph | None, stand: ChainState) -> ChainState:
    """On a cluster: look everywhere."""
    chain = stand.chain(whole)
    visit_all_candidates(whole, tried, chain)
    return ChainState.of(chain, whole)._replace(graph=None, collapsed=None, kept=_kept(chain))


@attrs.frozen
class ParallelChains:
    """What all chains share, and how they are run side by side."""

    built: CandidateGraph
    prior: partition_priors.PartitionPrior
    sizes: NDArray[np.int64]  # of components, distinct
    times: NDArray[np.int64]
    progress: Progress
    stop: threading.Event = attrs.field(factory=threading.Event)
    lent: Any = attrs.field(init=False)  # the graph, on the workers of a cluster

    @lent.default
    def _lend(self) -> Any:
        cluster = _processes.cluster()
        return None if cluster is None else cluster.lend(self.built.graph)

    def all(self, chains: list[Chain], run: Run, sweeps: int, *, keep: bool) -> None:
        """Run every chain for so many sweeps: on every core, or each on the cluster."""
        if self.lent is not None:
            components = self.sizes, self.times
            work = functools.partial(_swept, self.prior, components, run, sweeps, keep)
            for at, _ in enumerate(self._there(chains, work)):
                self.progress("sampling the linkage", (at + 1) * sweeps, len(chains) * sweeps)
            return
        before = sum(chain.sweeps for chain in chains)
        with self._pool(len(chains)) as pool:
            todo = {pool.submit(self.run_one, chain, run, sweeps, keep) for chain in chains}
            try:
                self._wait(todo, chains, before, sweeps * len(chains))
            finally:
                self.stop.set()
        self.stop.clear()

    def look_everywhere(self, chains: list[Chain]) -> None:
        """Visit each report once, with all of its candidates as options; then try all clusters.

        What is looked at seldom may have become likely since. Clusters that attempts have put
        together are not looked at again: they would be tried often and part, and others like them
        would meet as seldom as before.
        """
        link_probability, whole = (
            chains[0].graph.link_probability,
            candidate_graph.all_firm(chains[0].graph),
        )
        tried = split_merge.for_all(whole, link_probability) if len(link_probability) else None
        if self.lent is not None:
            bare = functools.partial(_bare, like=self.built.graph)
            work = functools.partial(_looked, bare(whole), tried and bare(tried))
            list(self._there(chains, work))
            return
        with self._pool(len(chains)) as pool:
            list(pool.map(functools.partial(visit_all_candidates, whole, tried), chains))

    def _there(
        self, chains: list[Chain], work: Callable[[ChainState], ChainState]
    ) -> Iterator[None]:
        """Work on each chain, on the cluster; a chain then stands where it has come to there."""
        cluster = _processes.cluster()
        assert cluster is not None
        stand = (ChainState.of(chain, self.built.graph) for chain in chains)
        done = cluster.each(work, stand, lent=self.lent)
        for chain, came in zip(chains, done, strict=True):
            came.to(chain)
            yield

    def _pool(self, chains: int) -> ThreadPoolExecutor:
        # of a small graph little is compiled work: threads would wait for one another
        side_by_side = _threads.cores() if len(self.built.graph.near) >= _MANY else 1
        return ThreadPoolExecutor(min(chains, side_by_side))

    def _wait(self, todo: set[Future[None]], chains: list[Chain], before: int, total: int) -> None:
        while todo:
            done, todo = wait(todo, timeout=_LOOK, return_when=FIRST_EXCEPTION)
            for each in done:
                each.result()
            self.progress("sampling the linkage", sum(c.sweeps for c in chains) - before, total)

    def run_one(self, chain: Chain, run: Run, sweeps: int, keep: bool) -> None:
        """Run one chain for so many sweeps."""
        components = self.sizes, self.times
        run_chain(chain, self.prior, components, run, sweeps, keep=keep, stop=self.stop)


def run_chain(
    chain: Chain,
    prior: partition_priors.PartitionPrior,
    components: tuple[NDArray[np.int64], NDArray[np.int64]],
    run: Run,
    sweeps: int,
    *,
    keep: bool,
    stop: threading.Event,
) -> None:
    """Run one chain for so many sweeps; `components` are sizes, and how many have each."""
    worth, anew = chain.rates.worth(), True
    for at in range(sweeps):
        if stop.is_set():
            return
        near, state = chain.graph, chain.state
        at_first = not keep and chain.sweeps < RUNAWAY_CHECK
        splits = SPLITS_AT_FIRST if at_first else SPLITS
        space = chain.scratch._replace(schedule=chain.schedule, large=LARGE if keep else np.inf)
        sweep.sweep(chain.rng, near, state, worth, chain.prior, splits, space, anew)
        anew = every_turn_taken(chain.schedule)
        if anew:
            counts = comparison_counts.comparisons(chain.rng, near, state, worth)
            if not run.hold_m:
                kinds = comparison_counts.reports(chain.rng, counts, worth.chance)
                chain.rates = model.draw_m(
                    chain.rng, *linked_by_field(counts.found, kinds), chain.rates
                )
                chain.rates = model.draw_recurring(chain.rng, counts, chain.rates)
            chain.prior = prior.draw(chain.rng, chain.state, *components, chain.prior)
            if chain.collapsed is not None and not run.hold_m:
                chain.rates = model.draw_m_collapsed(
                    chain.rng, near, state, chain.prior, chain.collapsed, counts, chain.rates
                )
            worth = chain.rates.reweighed(worth)
            if keep:
                chain.compared[: len(counts.found)] += counts.found
        chain.sweeps += 1
        if not keep and chain.sweeps >= RUNAWAY_CHECK and chain.sweeps % _FIRMER == 0:
            chain.graph = candidate_graph.firmer(near, [state.slot])
        if keep and at % run.watch == 0:
            chain.watched.append(monitored(chain.state))
        if keep and at % run.thin == 0:
            chain.keep()


def visit_all_candidates(
    whole: partition.Graph, tried: partition.Graph | None, chain: Chain
) -> None:
    """Sweep once over all candidates, then over the attempts on all clusters."""
    rng, state, worth, prior = chain.rng, chain.state, chain.rates.worth(), chain.prior
    each = every(whole)
    schedule = chain.schedule._replace(often=each.often, turns=each.turns)
    space = chain.scratch._replace(schedule=schedule)
    sweep.sweep(rng, remembering(whole, chain), state, worth, prior, 0.0, space, True)
    if tried is not None:  # without a visit, and as turns go it is no sweep
        schedule.often[:] = 0.0
        space = space._replace(schedule=schedule._replace(sweeps=each.sweeps))
        sweep.sweep(rng, remembering(tried, chain), state, worth, prior, 0.0, space, False)


def remembering(shared: partition.Graph, chain: Chain) -> partition.Graph:
    """The same graph with a chain's own memory of pairs, and room."""
    own = chain.graph
    return shared._replace(met=own.met, met_worth=own.met_worth, buffers=own.buffers)


def linked_by_field(found: Floats, kinds: Floats) -> tuple[tuple[Floats, ...], Floats]:
    """Comparisons at each level but the first, of all fields; of those left out, none."""
    linked = tuple(
        found[f, 1:size].copy() if f < len(found) else np.zeros(size - 1)
        for f, size in enumerate(levels.COUNTS)
    )
    of_all = np.zeros((len(levels.COUNTS), kinds.shape[1]))
    of_all[: len(kinds)] = kinds
    return linked, of_all


def monitored(state: partition.PartitionState) -> Floats:
    """People, then people by combination of lists (of more than five, on each and by number)."""
    lists = state.on.shape[1]
    if lists <= _FEW_LISTS:
        return np.concatenate([state.n, state.cells[1:]]).astype(np.float64)
    on = state.on > 0
    many = np.bincount(on.sum(axis=1), minlength=lists + 1)[1:]
    return np.concatenate([state.n, on.sum(axis=0), many]).astype(np.float64)
