"""MCMC over partitions, m, u and the prior: parallel chains from two opposite starts.

Half the chains start with every report apart, half with all likely matches together. The number of
people and the counts by combination of lists are monitored (split R-hat and effective sample size,
Vehtari et al. 2021). Chains that disagree run for longer, and then the linkage is refused.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from uncounted import _threads
from uncounted.errors import NotConverged
from uncounted.linkage.arrays import Floats
from uncounted.linkage.comparison import levels
from uncounted.linkage.diagnostics import ChainDiagnostics
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
from uncounted.linkage.sampler.informed_proposal import with_proposal
from uncounted.linkage.sampler.scan_schedule import (
    ScanSchedule,
    alternate_turns,
    every,
    every_turn_taken,
    settle,
)
from uncounted.linkage.sampler.workspace import Scratch
from uncounted.progress import Progress

CHAINS = 4
WARM_UP = 100
LENGTH = 300  # sweeps of a chain after it, at the least
MANY_REPORTS, VERY_MANY = 3000, 50_000  # of more, counts settle in fewer sweeps (`usual_run`)
THIN = 5  # sweeps between kept draws, at the least; odd, as two in doubt go back and forth
WATCH = 5  # sweeps between looks
TARGET_RHAT = 1.03
TARGET_ESS = 100.0  # effective draws of whatever moves most slowly
REFUSED_RHAT = 1.1
MOST_ROUNDS = 8  # after the first they are half, or once, and then twice, three times ... as long
_ROUNDS_ANYWAY = 4  # after these, chains that are far from agreement will hardly reach it
_NEARLY = 1.2  # R-hat of chains that are not far from it
SPLITS = 0.1  # exchanges for each visit of a report, and attempts while nothing is guessed
SPLITS_AT_FIRST = 0.3  # while chains leave their starts
LARGE = 20.0  # reports of the clusters a move is of: with more it is tried more seldom
_MANY = 2000  # candidates, both ways, from which chains run side by side
RUNAWAY_CHECK = 20  # sweeps after which chains that have run away are given up
_UNGUESSED = 20  # last sweeps of the warm-up, in which nothing is guessed: guesses rest on them
_FIRMER = 4  # sweeps of the warm-up between looks at which candidates are firm
_APT = 0.5  # of how often two draws of where a report goes are alike, guesses have to be right
_FEW_LISTS = 5  # of these, all combinations are watched
_LOOK = 0.2  # seconds between words of progress


@attrs.frozen
class Run:
    """How long chains run, and what they must reach."""

    chains: int = CHAINS
    warm_up: int = WARM_UP
    length: int = LENGTH
    rounds: int = MOST_ROUNDS
    watch: int = WATCH
    thin: int = THIN
    target: float = TARGET_RHAT
    ess: float = TARGET_ESS
    refuse: float = REFUSED_RHAT
    hopeless: float = np.inf  # with a higher R-hat after a round, no other is worth it
    most_pairs: float = np.inf  # with more pairs linked than these, chains have run away
    hold_m: bool = False  # m stays as the EM has it, and is not drawn


def usual_run(reports: int, draws: int) -> Run:
    """How long chains of so many reports run, for so many draws."""
    if reports <= MANY_REPORTS:
        return Run()
    run = Run(length=60, watch=1)
    if reports > VERY_MANY:  # chance in the mean of a count is then a seventh of a small error
        run = Run(warm_up=60, length=30, watch=1, target=1.05, ess=50.0)
    apart = min(run.length * CHAINS // max(draws, 1), THIN)
    return attrs.evolve(run, thin=apart // 2 * 2 + 1)  # odd, and few labels are kept in vain


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

    def drop_half(self) -> None:
        """Take the first half of what was kept for warm-up."""
        for kept in (self.watched, self.labels, self.m, self.q):
            del kept[: len(kept) // 2]
        self.compared[:] = 0.0


@attrs.frozen
class PartitionDraws:
    """Posterior draws of the partition, and what was monitored."""

    slots: NDArray[np.int32]  # (draws, reports)
    chains: ChainDiagnostics
    rates: model.MatchProbabilities  # mean over the draws
    compared: Floats  # (fields, levels): comparisons within people, since the warm-up
    watched: Floats  # (chains, looks, quantities)


def sample(
    built: CandidateGraph,
    rates: model.MatchProbabilities,
    lists: int,
    *,
    draws: int,
    seed: int,
    progress: Progress,
    prior: partition_priors.PartitionPrior = partition_priors.OVERLAP_TABLE,
    run: Run | None = None,
    starts: Sequence[NDArray[np.int32]] = (),
) -> PartitionDraws:
    """Run the chains until they agree, then keep `draws` of their partitions; else `NotConverged`.

    Chains start by turns from all reports apart and from likely matches together, or from the
    partitions `starts`, a chain each, that the posterior of a like model has been drawn from.

    If each of them runs away (`Run.most_pairs`) they are given up, with an infinite R-hat, and
    their present states stand for draws. Chains start from m in `rates`; u and companions stay as
    they are. A seed gives the same draws, bit for bit.
    """
    run = run or Run()
    like = [None if prior.once_a_list or not starts else starts[at] for at in range(run.chains)]
    chains = [
        start_chain(
            built, rates, lists, prior, np.random.default_rng([seed, 7, at]), at % 2 == 1, start
        )
        for at, start in enumerate(like)
    ]
    sizes, times = np.unique(np.bincount(built.component), return_counts=True)
    work = ParallelChains(built, prior, sizes, times, progress)
    length = max(run.length, run.thin * -(-draws // run.chains))
    first = min(RUNAWAY_CHECK, run.warm_up)
    done, halfway = 0, (first + run.warm_up) // 2
    proposed = run.warm_up - _UNGUESSED
    looks = {first // 8, first // 4, first, halfway, max(proposed, first // 4), run.warm_up}
    for until in sorted(looks - {0}):
        work.all(chains, run, until - done, keep=False)
        done = until
        if done >= first and min(map(_linked, chains)) > run.most_pairs:
            return _given_up(chains, draws)
        if done == run.warm_up:
            _take_stock(work, chains)
            break
        firm_together(chains)
        if done == halfway:
            work.look_everywhere(chains)
        share_proposals(chains, guessing=done < proposed)
        settle([chain.schedule for chain in chains], fading=True)
    more, kept = length, 0
    for round_ in range(run.rounds):
        work.all(chains, run, more, keep=True)
        kept += more
        watched = np.array([chain.watched for chain in chains])
        rhat, ess = convergence(watched)
        enough = rhat <= run.target and ess >= run.ess
        far = rhat > run.hopeless or (round_ + 1 >= _ROUNDS_ANYWAY and rhat > _NEARLY)
        if enough or far or round_ == run.rounds - 1:
            break
        _take_stock(work, chains)
        if round_ == 0 and rhat <= REFUSED_RHAT:  # a little more may do
            more = length // 2
            continue
        for chain in chains:  # what is left had twice the warm-up and more
            chain.drop_half()
        more, kept = length * (round_ + 1), kept - kept // 2
    if rhat > run.refuse:
        raise NotConverged(
            f"the linkage sampler did not converge (R-hat {rhat:.2f})",
            hint="the reports have too little to tell people apart; add birth dates"
            " or places, or link fewer reports",
        )
    return _gather(chains, draws, ChainDiagnostics(round(rhat, 4), round(ess, 1), kept), watched)


def _take_stock(work: ParallelChains, chains: list[Chain]) -> None:
    """Choose from what all chains have seen how reports are visited while draws are kept."""
    firm_together(chains)
    work.look_everywhere(chains)
    share_proposals(chains)
    settle([chain.schedule for chain in chains], fading=False)
    collapsed = model.choose_collapsed(chains[0].graph, chains[0].rates)
    for chain in chains:
        chain.collapsed = collapsed


def firm_together(chains: list[Chain]) -> None:
    """Candidates are firm in all chains if they are in any, or together in any draw of any.

    A chain would otherwise wait long for what another has found by a rare look. No draws are kept
    before every report is visited with all candidates (`ParallelChains.look_everywhere`).
    """
    firmest = np.minimum.reduce([chain.graph.weak for chain in chains])
    stand = [chain.state.slot for chain in chains]
    slots = [*stand, *(slot for chain in chains for slot in chain.labels)]
    firm = candidate_graph.firmer(candidate_graph.with_kinds(chains[0].graph, firmest), slots)
    _give(chains, firm)


def share_proposals(chains: list[Chain], *, guessing: bool = True) -> None:
    """Share among chains how likely candidates were joined, for proposals if `guessing`."""
    worked, alone, again, proposed, looks, joins = (
        np.sum([getattr(chain.schedule, name) for chain in chains], axis=0)
        for name in ("worked", "alone", "again", "proposed", "looks", "joins")
    )
    with np.errstate(invalid="ignore"):  # NaN where there was no update
        shared = candidate_graph.guessing(chains[0].graph, joins / looks, alone / worked)
    shared = split_merge.by_doubt(with_proposal(shared, [chain.state.slot for chain in chains]))
    # how good guesses were that were made before: of these new ones, the next look tells
    shared = shared._replace(informed=guessing & (again > 0) & (proposed >= _APT * again))
    _give(chains, shared)
    turns = alternate_turns(shared)
    for chain in chains:
        chain.schedule.turns[:] = turns


def _give(chains: list[Chain], shared: partition.Graph) -> None:
    for chain in chains:  # each remembers pairs of its own
        chain.graph = _remembering(shared, chain)


def _remembering(shared: partition.Graph, chain: Chain) -> partition.Graph:
    """The same graph with a chain's own memory of pairs, and room."""
    own = chain.graph
    return shared._replace(met=own.met, met_worth=own.met_worth, buffers=own.buffers)


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
    return Chain(
        rng,
        pair_likelihood.with_memory(built.graph),
        state,
        rates,
        prior.start(lists, len(state.cells) - 1),
        every(built.graph),
    )


@attrs.frozen
class ParallelChains:
    """What all chains share, and how they are run side by side."""

    built: CandidateGraph
    prior: partition_priors.PartitionPrior
    sizes: NDArray[np.int64]  # of components, distinct
    times: NDArray[np.int64]
    progress: Progress
    stop: threading.Event = attrs.field(factory=threading.Event)

    def all(self, chains: list[Chain], run: Run, sweeps: int, *, keep: bool) -> None:
        """Run every chain for so many sweeps, on every core."""
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
        with self._pool(len(chains)) as pool:
            list(pool.map(functools.partial(visit_all_candidates, whole, tried), chains))

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
        worth, anew = chain.rates.worth(), True
        for at in range(sweeps):
            if self.stop.is_set():
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
                chain.prior = self.prior.draw(
                    chain.rng, chain.state, self.sizes, self.times, chain.prior
                )
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
    sweep.sweep(rng, _remembering(whole, chain), state, worth, prior, 0.0, space, True)
    if tried is not None:  # without a visit, and as turns go it is no sweep
        schedule.often[:] = 0.0
        space = space._replace(schedule=schedule._replace(sweeps=each.sweeps))
        sweep.sweep(rng, _remembering(tried, chain), state, worth, prior, 0.0, space, False)


def linked_by_field(found: Floats, kinds: Floats) -> tuple[tuple[Floats, ...], Floats]:
    """Comparisons at each level but the first, of all fields; of those left out, none."""
    linked = tuple(
        found[f, 1:size].copy() if f < len(found) else np.zeros(size - 1)
        for f, size in enumerate(levels.COUNTS)
    )
    of_all = np.zeros((len(levels.COUNTS), kinds.shape[1]))
    of_all[: len(kinds)] = kinds
    return linked, of_all


def _linked(chain: Chain) -> float:
    size = chain.state.size.astype(np.float64)
    return float((size * (size - 1)).sum()) / 2


def _given_up(chains: list[Chain], draws: int) -> PartitionDraws:
    for chain in chains:
        chain.keep()
    return _gather(chains, draws, ChainDiagnostics(np.inf, 0.0), np.zeros((len(chains), 0, 0)))


def monitored(state: partition.PartitionState) -> Floats:
    """People, then people by combination of lists (of more than five, on each and by number)."""
    lists = state.on.shape[1]
    if lists <= _FEW_LISTS:
        return np.concatenate([state.n, state.cells[1:]]).astype(np.float64)
    on = state.on > 0
    many = np.bincount(on.sum(axis=1), minlength=lists + 1)[1:]
    return np.concatenate([state.n, on.sum(axis=0), many]).astype(np.float64)


def convergence(watched: Floats) -> tuple[float, float]:
    """The worst split R-hat and the least bulk effective sample size (Vehtari et al. 2021).

    `watched` has shape (chains, looks, quantities); R-hat is 1 when nothing ever moves.
    """
    from arviz_stats.base import array_stats as untyped

    array_stats: Any = untyped

    worst, least = 1.0, np.inf
    for at in range(watched.shape[2]):
        rows = watched[:, :, at]
        half = rows.shape[1] // 2
        halves = np.concatenate([rows[:, :half], rows[:, -half:]])
        if halves.std(axis=1).max() == 0.0:  # split R-hat is a ratio to nothing
            if np.ptp(halves) > 0:
                return np.inf, 0.0
            continue
        # a count that hardly ever moves has no R-hat worth the name; compare its means
        if np.ptp(rows.mean(axis=1)) < 0.1 and rows.std() < 0.5:
            continue
        # the tails of what takes two values alone may be all alike: only its middle is looked at
        method = "rank" if len(np.unique(rows)) > 2 else "z_scale"
        found = array_stats.rhat(rows, chain_axis=0, draw_axis=1, method=method)
        worst = max(worst, float(found))
        least = min(least, float(array_stats.ess(rows, chain_axis=0, draw_axis=1)))
    return worst, least if np.isfinite(least) else float(watched.shape[0] * watched.shape[1])


def _gather(
    chains: list[Chain], draws: int, found: ChainDiagnostics, watched: Floats
) -> PartitionDraws:
    share = [draws // len(chains) + (at < draws % len(chains)) for at in range(len(chains))]
    kept = [
        chain.labels[at]
        for chain, wanted in zip(chains, share, strict=True)
        for at in evenly_spaced(len(chain.labels), wanted)
    ]
    mean_m = np.mean([row for chain in chains for row in chain.m], axis=0)
    rates = attrs.evolve(chains[0].rates, m=model.by_field(mean_m), uncapped=None)
    q = np.mean([row for chain in chains for row in chain.q], axis=0)
    of_each = tuple(round(float(x), 4) for x in q)
    found = attrs.evolve(found, chains=len(chains), duplicates_in_a_list=of_each)
    compared = np.sum([chain.compared for chain in chains], axis=0)
    return PartitionDraws(np.array(kept, np.int32), found, rates, compared, watched)


def evenly_spaced(kept: int, wanted: int) -> list[int]:
    """So many of the kept draws, evenly spaced, an odd number apart, as `THIN` is."""
    skipped = np.linspace(0, max(kept - wanted, 0) // 2, wanted).round().astype(int)
    return [min(at + 2 * int(skip), kept - 1) for at, skip in enumerate(skipped)]
