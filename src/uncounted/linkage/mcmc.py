"""MCMC over partitions, m, u and the prior: parallel chains from two opposite starts.

Half the chains start with every report apart, half with all likely matches together. The number of
people and the counts by combination of lists are monitored (split R-hat and effective sample size,
Vehtari et al. 2021). Chains that disagree run for longer, and then the linkage is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from uncounted.errors import NotConverged
from uncounted.linkage.arrays import Floats
from uncounted.linkage.chains import CHAINS as CHAINS
from uncounted.linkage.chains import LARGE as LARGE
from uncounted.linkage.chains import REFUSED_RHAT as REFUSED_RHAT
from uncounted.linkage.chains import RUNAWAY_CHECK as RUNAWAY_CHECK
from uncounted.linkage.chains import SPLITS as SPLITS
from uncounted.linkage.chains import SPLITS_AT_FIRST as SPLITS_AT_FIRST
from uncounted.linkage.chains import THIN as THIN
from uncounted.linkage.chains import WARM_UP as WARM_UP
from uncounted.linkage.chains import Chain as Chain
from uncounted.linkage.chains import ParallelChains as ParallelChains
from uncounted.linkage.chains import Run as Run
from uncounted.linkage.chains import component_sizes, remembering
from uncounted.linkage.chains import linked_by_field as linked_by_field
from uncounted.linkage.chains import monitored as monitored
from uncounted.linkage.chains import start_chain as start_chain
from uncounted.linkage.chains import visit_all_candidates as visit_all_candidates
from uncounted.linkage.diagnostics import ChainDiagnostics
from uncounted.linkage.model import fellegi_sunter as model
from uncounted.linkage.model import partition_priors
from uncounted.linkage.sampler import candidate_graph, split_merge
from uncounted.linkage.sampler import state as partition
from uncounted.linkage.sampler.candidate_graph import CandidateGraph
from uncounted.linkage.sampler.informed_proposal import with_proposal
from uncounted.linkage.sampler.scan_schedule import alternate_turns, settle
from uncounted.progress import Progress

MANY_REPORTS, VERY_MANY = 3000, 50_000  # of more, counts settle in fewer sweeps (`usual_run`)
_ROUNDS_ANYWAY = 4  # after these, chains that are far from agreement will hardly reach it
_NEARLY = 1.2  # R-hat of chains that are not far from it
_APT = 0.5  # of how often two draws of where a report goes are alike, guesses have to be right


def usual_run(reports: int, draws: int) -> Run:
    """How long chains of so many reports run, for so many draws."""
    if reports <= MANY_REPORTS:
        return Run()
    run = Run(length=60, watch=1)
    if reports > VERY_MANY:
        run = Run(warm_up=50, unguessed=10, length=30, watch=1, sampling_error=True)
    apart = min(run.length * CHAINS // max(draws, 1), THIN)
    return attrs.evolve(run, thin=apart // 2 * 2 + 1)  # odd, and few labels are kept in vain


@attrs.frozen
class PartitionDraws:
    """Posterior draws of the partition, and what was monitored."""

    slots: NDArray[np.int32]  # (draws, reports)
    chains: ChainDiagnostics
    rates: model.MatchProbabilities  # m is the mean over the draws
    compared: Floats  # (fields, levels): comparisons within people, since the warm-up
    watched: Floats  # (chains, looks, quantities)

    def are(self, draws: int, reports: int) -> bool:
        """Whether they can be so many draws of so many reports."""
        return self.slots.shape == (draws, reports) and bool((self.slots >= 0).all())


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
    their present states stand for draws. Chains start from m in `rates`; u and the
    rates of event-correlated pairs stay as they are. A seed gives the same draws, bit for bit.
    """
    run = run or Run()
    like = [None if prior.once_a_list or not starts else starts[at] for at in range(run.chains)]
    chains = [
        start_chain(
            built, rates, lists, prior, np.random.default_rng([seed, 7, at]), at % 2 == 1, start
        )
        for at, start in enumerate(like)
    ]
    work = ParallelChains(built, prior, *component_sizes(built), progress)
    length = max(run.length, run.thin * -(-draws // run.chains))
    first = min(RUNAWAY_CHECK, run.warm_up)
    done, halfway = 0, (first + run.warm_up) // 2
    proposed = run.warm_up - run.unguessed
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
    more, kept, thin = length, 0, run.thin
    reports = len(built.graph.lists) if run.sampling_error else 0
    for round_ in range(run.rounds):
        if run.sampling_error:  # a label for each of very many reports: few draws are kept
            while len(chains[0].labels) + more // thin > 2 * (length // run.thin):
                thin *= 3
                for chain in chains:
                    chain.keep_every(3)
        work.all(chains, attrs.evolve(run, thin=thin), more, keep=True)
        kept += more
        watched = np.array([chain.watched for chain in chains])
        rhat, ess = convergence(watched, reports=reports)
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
        chain.graph = remembering(shared, chain)


def _linked(chain: Chain) -> float:
    size = chain.state.size.astype(np.float64)
    return float((size * (size - 1)).sum()) / 2


def _given_up(chains: list[Chain], draws: int) -> PartitionDraws:
    for chain in chains:
        chain.keep()
    return _gather(chains, draws, ChainDiagnostics(np.inf, 0.0), np.zeros((len(chains), 0, 0)))


def convergence(watched: Floats, *, reports: int = 0) -> tuple[float, float]:
    """The worst split R-hat and the least bulk effective sample size (Vehtari et al. 2021).

    `watched` has shape (chains, looks, quantities): the number of people, then counts of people by
    combination of lists (of more than five lists, on each and by number of lists). R-hat is 1 when
    nothing ever moves.

    Of the latter both are those of a count with its sampling error, a variance of the mean count
    (Poisson's): that is how every estimate takes it. So they are of the number of people, too, if
    that of all `reports` is given, with a variance of the people or of the links, whichever are
    fewer. Chains of which one has 30 people and another 31, and which stay there, give the same
    estimates, and so do those of hundreds of thousands, which linkage leaves far more certain than
    that (a relative fixed-width rule: J. M. Flegal and L. Gong, "Relative fixed-width stopping
    rules for Markov chain Monte Carlo simulations", Statistica Sinica 25, 2015). R-hat is then of
    the counts, not of their ranks, which do not say how far apart they are.
    """
    from arviz_stats.base import array_stats as untyped

    array_stats: Any = untyped

    if watched.shape[1] < 4:  # half a chain has no variance
        return np.inf, 0.0
    worst, least = 1.0, np.inf
    for at in range(watched.shape[2]):
        rows = watched[:, :, at]
        half = rows.shape[1] // 2
        halves = np.concatenate([rows[:, :half], rows[:, -half:]])
        # a count that hardly ever moves has no R-hat worth the name; compare its means
        if not np.ptp(halves) or (np.ptp(rows.mean(axis=1)) < 0.1 and rows.std() < 0.5):
            continue
        ess = float(array_stats.ess(rows, chain_axis=0, draw_axis=1))
        if reports or at > 0:
            count, within = rows.mean(), halves.var(axis=1, ddof=1).mean()
            count = count if at > 0 else min(count, reports - count)
            pooled = within * (half - 1) / half + halves.mean(axis=1).var(ddof=1)
            worst = max(worst, float(np.sqrt((pooled + count) / (within + count))))
            least = min(least, ess * float((pooled + count) / pooled))
            continue
        if halves.std(axis=1).max() == 0.0:  # split R-hat is a ratio to nothing
            return np.inf, 0.0
        # the tails of what takes two values alone may be all alike: only its middle is looked at
        method = "rank" if len(np.unique(rows)) > 2 else "z_scale"
        worst = max(worst, float(array_stats.rhat(rows, chain_axis=0, draw_axis=1, method=method)))
        least = min(least, ess)
    return worst, least if np.isfinite(least) else float(watched.shape[0] * watched.shape[1])


def _gather(
    chains: list[Chain], draws: int, found: ChainDiagnostics, watched: Floats
) -> PartitionDraws:
    share = [draws // len(chains) + (at < draws % len(chains)) for at in range(len(chains))]
    slots = np.empty((draws, len(chains[0].state.slot)), np.int32)
    rows = iter(slots)
    for chain, wanted in zip(chains, share, strict=True):
        for at in evenly_spaced(len(chain.labels), wanted):
            next(rows)[:] = chain.labels[at]
        chain.labels.clear()  # of a million reports half a gigabyte
    mean_m = np.mean([row for chain in chains for row in chain.m], axis=0)
    rates = attrs.evolve(chains[0].rates, m=model.by_field(mean_m), uncapped=None)
    q = np.mean([row for chain in chains for row in chain.q], axis=0)
    of_each = tuple(round(float(x), 4) for x in q)
    found = attrs.evolve(found, chains=len(chains), duplicates_in_a_list=of_each)
    compared = np.sum([chain.compared for chain in chains], axis=0)
    return PartitionDraws(slots, found, rates, compared, watched)


def evenly_spaced(kept: int, wanted: int) -> list[int]:
    """So many of the kept draws, evenly spaced, an odd number apart, as `THIN` is."""
    skipped = np.linspace(0, max(kept - wanted, 0) // 2, wanted).round().astype(int)
    return [min(at + 2 * int(skip), kept - 1) for at, skip in enumerate(skipped)]
