"""What is drawn with the partition (m, q, theta), against partitions with it integrated out."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import attrs
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import integrate
from tests import naive_linkage as naive
from tests.linkage.sampler.test_moves import (
    SmallLinkage,
    alike,
    evidence,
    once,
    pair_tables,
    small_linkage,
    two_and_two,
)

from uncounted.linkage import chains, mcmc
from uncounted.linkage.comparison import levels as compare
from uncounted.linkage.comparison.name_levels import NAME
from uncounted.linkage.diagnostics import CandidateDiagnostics
from uncounted.linkage.model import em, field_priors, partition_priors
from uncounted.linkage.model import fellegi_sunter as model
from uncounted.linkage.sampler import (
    candidate_graph,
    comparison_counts,
    pair_likelihood,
    split_merge,
)
from uncounted.linkage.sampler import (
    state as partition,
)
from uncounted.linkage.sampler import (
    sweep as moves,
)
from uncounted.linkage.sampler.informed_proposal import with_proposal
from uncounted.linkage.sampler.scan_schedule import ALWAYS, ScanSchedule, every, settle
from uncounted.progress import silent

pytestmark = pytest.mark.sampler

SWEEPS = 12_000
Labels = tuple[int, ...]


def check(truth: dict[Labels, float], rows: list[Labels], worth: float) -> None:
    """Total variation is at most twice that of exact draws, of which each sweep is worth so many.

    A parameter and the partition move each other, so sweeps are no independent draws.
    """
    assert max(truth.values()) < 0.9  # or the test would say little
    names = list(truth)
    shares = np.array([truth[row] for row in names])
    found = Counter(rows)
    assert set(found) <= set(names)
    mine = np.array([found[row] / len(rows) for row in names])
    exact = np.random.default_rng(3).multinomial(int(len(rows) * worth), shares, size=200)
    usual = np.abs(exact / exact[0].sum() - shares).sum(axis=1).mean() / 2
    assert np.abs(mine - shares).sum() / 2 <= 2 * usual


def in_order(slots: NDArray[np.int32]) -> Labels:
    """Labels in order of first reports."""
    names: dict[int, int] = {}
    return tuple(names.setdefault(slot, len(names)) for slot in slots.tolist())


def rates_for(rng: np.random.Generator) -> model.MatchProbabilities:
    """u by lot, with names that differ common enough that the cap of their m never binds."""
    u = [rng.dirichlet(np.full(count - 1, 2.0)) for count in compare.COUNTS]
    agree = compare.NAME_AGREES
    u[0] = np.append(0.3 * rng.dirichlet(np.full(agree, 2.0)), [0.3, 0.1, 0.3])
    m = tuple(np.array(prior.mean) for prior in field_priors.PRIORS)
    return model.MatchProbabilities(m, tuple(u), m)


def of_reports(rates: model.MatchProbabilities) -> NDArray[np.float64]:
    """How often reports are right, a slip and different, by field."""
    return model.report_shares(model.kind_sums(np.concatenate(rates.m)))


def log_mean_of_products(f: int, counts: NDArray[np.int64], u: NDArray[np.float64]) -> float:
    """Log of the mean, over the prior of m, of the product of m / u over pairs."""
    prior, rate, reports = field_priors.PRIORS[f], model.LEVEL_COUNTS[f], model.KIND_COUNTS[f]
    kinds = np.array(prior.kinds)
    found = -float(counts @ np.log(u))
    n: dict[int, float] = {}
    for kind in (pair_likelihood.RIGHT, pair_likelihood.SLIP, pair_likelihood.DIFFERENT):
        here = kinds == kind
        n[kind] = float(counts[here].sum())
        if here.any():
            found += log_dirichlet(rate[here], counts[here])
    right, slip, different = reports[1:]

    def mean(a: float, b: float, least: float, value: Callable[[float], float]) -> float:
        def m_prior(x: float) -> float:
            return float(x ** (a - 1) * (1 - x) ** (b - 1))

        whole = integrate.quad(m_prior, least, 1.0, limit=200)[0]
        return float(
            integrate.quad(lambda x: m_prior(x) * value(x), least, 1.0, limit=200)[0] / whole
        )

    found += math.log(
        mean(
            right + slip,
            different,
            math.sqrt(prior.least),
            lambda x: (
                x ** (2 * (n[pair_likelihood.RIGHT] + n[pair_likelihood.SLIP]))
                * (1 - x**2) ** n[pair_likelihood.DIFFERENT]
            ),
        )
    )
    if slip > 0:
        found += math.log(
            mean(
                right,
                slip,
                0.0,
                lambda t: (
                    t ** (2 * n[pair_likelihood.RIGHT]) * (1 - t**2) ** n[pair_likelihood.SLIP]
                ),
            )
        )
    return found


def log_dirichlet(rate: NDArray[np.float64], counts: NDArray[np.int64]) -> float:
    """Log of the mean of a product of shares."""
    total = math.lgamma(rate.sum()) - math.lgamma(rate.sum() + counts.sum())
    return total + sum(
        math.lgamma(a + n) - math.lgamma(a) for a, n in zip(rate, counts, strict=True)
    )


@pytest.mark.parametrize(("seed", "in_turns"), [(1, False), (2, True)])
def test_m_drawn_with_the_partition(
    seed: int, in_turns: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two lists that repeat nobody: links are pairs, and m integrates out in closed form."""
    # so light that three links move m, and no level so rare that chains would wait for it
    light = tuple(np.maximum(3.0 * np.array(prior.mean), 1.0) for prior in field_priors.PRIORS)
    monkeypatch.setattr(model, "LEVEL_COUNTS", light)
    rng = np.random.default_rng(seed)
    lists = [0, 0, 0, 1, 1, 1]
    case = small_linkage(rng, lists, 1.0)
    rates = rates_for(rng)
    truth = exact_with_m(case, lists, rates)
    work = mcmc.ParallelChains(
        built_of(case), partition_priors.NO_DUPLICATES, np.array([6]), np.array([1]), silent
    )
    chain = mcmc.start_chain(
        work.built,
        rates,
        2,
        partition_priors.NO_DUPLICATES,
        np.random.default_rng(7),
        together=False,
    )
    # which candidates are looked at is no matter here
    chain.graph = candidate_graph.with_kinds(chain.graph, np.zeros_like(chain.graph.weak))
    thin = 1
    if in_turns:
        chain.schedule.turns[:], thin = [0, 1, 1, 0, 1, 0], 2
    work.run_one(chain, mcmc.Run(thin=thin), thin * SWEEPS, keep=True)
    check(truth, [in_order(row) for row in chain.labels], worth=0.25)


def test_which_candidates_are_firm_does_not_change_while_draws_are_kept() -> None:
    rng = np.random.default_rng(8)
    case = small_linkage(rng, [0, 0, 1, 1], 1.0)
    weak = np.full_like(case.graph.weak, partition.FAINT)
    case = attrs.evolve(case, graph=candidate_graph.with_kinds(case.graph, weak))
    work = mcmc.ParallelChains(
        built_of(case), partition_priors.OVERLAP_TABLE, np.array([4]), np.array([1]), silent
    )
    chain = mcmc.start_chain(
        work.built,
        rates_for(rng),
        2,
        partition_priors.OVERLAP_TABLE,
        np.random.default_rng(7),
        together=True,
    )
    work.run_one(chain, mcmc.Run(), 400, keep=False)
    assert (chain.graph.weak == partition.FIRM).any()
    settled = chain.graph
    work.run_one(chain, mcmc.Run(), 400, keep=True)
    assert chain.graph is settled


def test_what_one_chain_has_come_upon_is_firm_in_all() -> None:
    rng = np.random.default_rng(8)
    case = small_linkage(rng, [0, 0, 1, 1], 1.0)
    weak = np.full_like(case.graph.weak, partition.FAINT)
    case = attrs.evolve(case, graph=candidate_graph.with_kinds(case.graph, weak))
    start = rates_for(rng)
    one, two = (
        mcmc.start_chain(
            built_of(case), start, 2, partition_priors.OVERLAP_TABLE, rng, together=False
        )
        for _ in range(2)
    )
    one.graph = candidate_graph.firmer(
        one.graph, [np.array([0, 0, 2, 3], np.int32)]
    )  # in its warm-up
    two.labels.append(np.array([0, 1, 2, 1], np.int32))  # in a draw
    mcmc.firm_together([one, two])
    firm = {(0, 1), (1, 0), (1, 3), (3, 1)}
    for chain in (one, two):
        for i, j, kind in zip(
            candidate_graph.whose(chain.graph), chain.graph.near, chain.graph.weak, strict=True
        ):
            assert kind == (partition.FIRM if (int(i), int(j)) in firm else partition.FAINT)
        assert len(chain.graph.firm) == 4
        assert chain.graph.met is not case.graph.met  # each keeps what it remembers
    assert one.graph.met is not two.graph.met


def test_chains_share_how_likely_candidates_are_and_whose_guesses_are_any_good() -> None:
    rng = np.random.default_rng(8)
    case = small_linkage(rng, [0, 0, 1, 1], 1.0)
    case = attrs.evolve(
        case, graph=candidate_graph.with_kinds(case.graph, np.zeros_like(case.graph.weak))
    )
    start = rates_for(rng)
    both = [
        mcmc.start_chain(
            built_of(case), start, 2, partition_priors.OVERLAP_TABLE, rng, together=False
        )
        for _ in range(2)
    ]
    both[1].state = partition.empty_state(4, 2)
    partition.place(case.graph, both[1].state, np.array([0, 0, 0, 1]))
    near = len(case.graph.near)
    for chain, looks, joins in zip(both, (1.0, 3.0), (0.5, 0.7), strict=True):
        chain.schedule.looks[:], chain.schedule.joins[:] = looks, joins * np.arange(near) / near
        chain.schedule.worked[:], chain.schedule.alone[:] = looks, joins * np.arange(4) / 4
    # guesses of the first are right half as often as draws are alike, of the second less often;
    # the third's are good as one chain saw it; the fourth was never worked out
    both[0].schedule.again[:], both[0].schedule.proposed[:] = [1, 1, 1, 0], [0.5, 0.4, 0.9, 0]
    both[1].schedule.again[:], both[1].schedule.proposed[:] = [2, 2, 2, 0], [1.0, 1.0, 0.7, 0]
    mcmc.share_proposals(both)
    for chain in both:
        least = candidate_graph.MIN_LINK_PROBABILITY
        assert chain.graph.link_probability == pytest.approx(
            np.maximum(0.3 * np.arange(near) / near, least)
        )
        assert chain.graph.alone == pytest.approx(np.maximum(0.3 * np.arange(4) / 4, least))
        assert chain.graph.informed.tolist() == [True, False, True, False]
        assert set(chain.schedule.turns.tolist()) == {0, 1}
        stand = [chain.state.slot for chain in both]
        assert chain.graph.proposal_weights == pytest.approx(
            with_proposal(chain.graph, stand).proposal_weights
        )
        assert chain.graph.tries.tolist() == split_merge.by_doubt(chain.graph).tries.tolist()
        assert len(chain.graph.moving) == 4
    assert both[0].schedule.turns.tolist() == both[1].schedule.turns.tolist()


def test_a_look_everywhere_finds_whom_chains_have_taken_for_faint() -> None:
    """A cluster that has grown since it was looked at is likelier joined than was seen."""
    case = alike(7.0, 1)
    weak = np.full_like(case.graph.weak, partition.FAINT)
    seldom = candidate_graph.with_kinds(case.graph, weak)
    one, none = np.ones(2, np.float32), np.zeros(2, np.float32)
    seldom = seldom._replace(link_probability=none, alone=one, informed=np.ones(2, np.bool_))
    state = partition.empty_state(2, 2)
    partition.place(seldom, state, np.arange(2))
    prior = partition.PriorParameters(partition.OVERLAP, 1.0, 0.0, np.zeros(2))
    rng, rates = np.random.default_rng(4), rates_for(np.random.default_rng(4))
    chain = mcmc.Chain(rng, seldom, state, rates, prior, every(seldom))
    chain.schedule.often[:], chain.schedule.turns[:] = 0.0, [0, 1]
    mcmc.visit_all_candidates(candidate_graph.all_firm(seldom), None, chain)
    assert chain.graph is seldom
    assert chain.schedule.often.tolist() == [0.0, 0.0]
    assert chain.schedule.turns.tolist() == [0, 1]
    assert chain.schedule.times.tolist() == chain.schedule.looks.tolist() == [1, 1]
    assert (chain.schedule.joins > candidate_graph.FIRM_FROM).all()
    mcmc.share_proposals([chain])
    assert chain.graph.weak.tolist() == [partition.FIRM, partition.FIRM]
    assert chain.graph.link_probability == pytest.approx(chain.schedule.joins)


def test_what_attempts_join_at_a_look_everywhere_is_not_taken_for_likely() -> None:
    """Known as joined, it would be tried often and part, and others would meet as seldom."""
    case, link_probability, all_one = two_and_two()
    tried = split_merge.for_all(case.graph, link_probability)
    prior = partition.PriorParameters(partition.FLAT, 1.0, 0.0, np.zeros(2))
    rates: Any = SimpleNamespace(worth=lambda: case.worth)
    cross = link_probability < 1.0
    met = 0
    for seed in range(100):
        state = partition.empty_state(4, 2)
        partition.place(case.graph, state, np.array([0, 0, 2, 2]))
        rng = np.random.default_rng(seed)
        chain = mcmc.Chain(rng, case.graph, state, rates, prior, every(case.graph))
        mcmc.visit_all_candidates(case.graph, tried, chain)
        assert chain.schedule.times.tolist() == [1, 1, 1, 1]
        assert chain.schedule.sweeps[0] == 1
        assert chain.schedule.looks.tolist() == [1.0] * 12
        assert (chain.schedule.joins[cross] < 0.01).all()
        met += state.slot[0] == state.slot[2]
    assert met / 100 > all_one / 2  # they were apart, and one look is not for ever


def test_rates_are_drawn_when_everyone_has_had_a_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    case = small_linkage(rng, [0, 1, 0, 1], 1.0)
    chain = mcmc.start_chain(
        built_of(case), rates_for(rng), 2, partition_priors.OVERLAP_TABLE, rng, together=False
    )
    work = mcmc.ParallelChains(
        built_of(case), partition_priors.OVERLAP_TABLE, np.array([4]), np.array([1]), silent
    )
    draws, draw = list[int](), model.draw_m

    def seen(*args: Any) -> model.MatchProbabilities:
        draws.append(int(chain.schedule.sweeps[0]))
        return draw(*args)

    monkeypatch.setattr(model, "draw_m", seen)
    work.run_one(chain, mcmc.Run(), 4, keep=False)
    assert draws == [1, 2, 3, 4]
    chain.schedule.turns[:] = [0, 1, 0, ALWAYS]  # who has every turn makes the others wait for none
    work.run_one(chain, mcmc.Run(), 8, keep=True)
    assert draws[4:] == [6, 8, 10, 12]


def test_exchanges_are_many_while_chains_leave_their_starts_and_attempts_go_by_doubt_from_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = small_linkage(np.random.default_rng(8), [0, 0, 1, 1], 1.0)
    made_at, large, sweep = list[float](), list[float](), moves.sweep
    by_doubt, for_all = list[bool](), split_merge.for_all
    everybody, looked = list[partition.Graph](), list[partition.Graph]()

    def seen(*args: Any) -> None:
        made_at.append(args[5])
        by_doubt.append(len(args[1].tries) > 0)
        if args[5] == 0.0 and by_doubt[-1]:
            looked.append(args[1])
        large.append(args[6].large)
        sweep(*args)

    def all_alike(near: partition.Graph, link_probability: NDArray[np.float32]) -> partition.Graph:
        assert (near.weak == partition.FIRM).all()
        everybody.append(for_all(near, link_probability))
        return everybody[-1]

    monkeypatch.setattr(moves, "sweep", seen)
    monkeypatch.setattr(split_merge, "for_all", all_alike)
    run = mcmc.Run(chains=1, warm_up=24, length=20, rounds=1, refuse=np.inf)
    rates = rates_for(np.random.default_rng(8))
    mcmc.sample(built_of(case), rates, 2, draws=1, seed=1, progress=silent, run=run)
    looks = [0.1, 0.1, 0.0, 0.0, 0.1, 0.1, 0.0, 0.0]
    assert made_at == [*[mcmc.SPLITS_AT_FIRST] * 20, *looks, *[0.1] * 20]
    # before anything is guessed they are made at visits; at two looks, after all are visited
    after = [True, True, False, True]
    assert by_doubt == [*[False] * 2, *[True] * 18, *after, *after, *[True] * 20]
    assert [each.tries.tolist() for each in looked] == [each.tries.tolist() for each in everybody]
    assert len(looked) == 2
    # moves of large clusters are all tried in the warm-up, and at looks at all candidates
    assert large == [*[np.inf] * 28, *[mcmc.LARGE] * 20]
    made_at.clear()
    run = attrs.evolve(run, warm_up=2)
    mcmc.sample(built_of(case), rates, 2, draws=1, seed=1, progress=silent, run=run)
    assert made_at[-20:] == [mcmc.SPLITS] * 20


@pytest.mark.parametrize(("kept", "wanted"), [(60, 50), (90, 50), (61, 30), (9, 5), (7, 7), (1, 3)])
def test_draws_are_an_odd_number_apart(kept: int, wanted: int) -> None:
    given = mcmc.evenly_spaced(kept, wanted)
    gaps = np.diff(given)
    assert len(given) == wanted
    assert 0 <= given[0] <= given[-1] < kept
    if kept >= wanted:
        assert (gaps % 2 == 1).all()
        assert given[-1] >= kept - 2
        assert np.ptp(gaps) <= 2


def noted(done: list[str], name: str, call: Callable[..., None]) -> Callable[..., None]:
    """The same function, whose calls are noted."""

    def noting(*args: Any, **kwargs: Any) -> None:
        done.append(name)
        call(*args, **kwargs)

    return noting


def test_linked_pairs_are_firm_before_the_sweep_over_all_candidates_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(3)
    case = small_linkage(rng, [0, 1, 0, 1], 1.0)
    done = list[str]()
    for where, name in (
        (mcmc, "firm_together"),
        (mcmc.ParallelChains, "look_everywhere"),
        (mcmc, "share_proposals"),
    ):
        monkeypatch.setattr(where, name, noted(done, name, getattr(where, name)))
    run = mcmc.Run(chains=2, warm_up=40, length=6, rounds=3, ess=np.inf, refuse=np.inf)
    mcmc.sample(built_of(case), rates_for(rng), 2, draws=2, seed=1, progress=silent, run=run)
    looks = [at for at, name in enumerate(done) if name == "look_everywhere"]
    assert len(looks) == 4  # halfway through what is left of the warm-up, at its end, and twice
    for at in looks:
        assert done[at - 1 : at + 2] == ["firm_together", "look_everywhere", "share_proposals"]


@pytest.mark.parametrize(("each", "informed"), [(1, True), (3, False)])
def test_guesses_are_poor_where_a_place_hangs_on_the_others(each: int, informed: bool) -> None:
    """As many of two lists that repeat nobody, all alike: who is with whom is who is left.

    Of one each it is always the other; of three each any of three, and each time one for sure.
    """
    rng, count, case = np.random.default_rng(4), 2 * each, alike(7.0, each)
    near, worth = case.graph, case.worth
    prior = partition.PriorParameters(partition.OVERLAP, 1.0, 0.0, np.zeros(2))
    state = partition.empty_state(count, 2)
    partition.place(near, state, np.arange(count))
    chain = mcmc.Chain(rng, near, state, rates_for(rng), prior, every(near))
    for _ in range(2):
        for _ in range(300):
            once(rng, chain.graph, state, worth, prior, 1.0, chain.schedule, True)
        mcmc.share_proposals([chain])
    assert (chain.graph.informed == informed).all()


@pytest.mark.parametrize("warm_up", [0, 1, 2, 3])
def test_a_short_warm_up_is_a_warm_up(warm_up: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(8)
    case = small_linkage(rng, [0, 0, 1, 1], 1.0)
    run = mcmc.Run(warm_up=warm_up, length=20, rounds=1, refuse=np.inf)
    looked, look = list[int](), mcmc.ParallelChains.look_everywhere

    def seen(work: mcmc.ParallelChains, all_: list[mcmc.Chain]) -> None:
        looked.append(all_[0].sweeps)
        look(work, all_)

    monkeypatch.setattr(mcmc.ParallelChains, "look_everywhere", seen)
    sampled = mcmc.sample(
        built_of(case), rates_for(rng), 2, draws=4, seed=1, progress=silent, run=run
    )
    assert sampled.slots.shape == (4, 4)
    assert looked == [warm_up] * (warm_up > 0)


@pytest.mark.parametrize(
    ("warm_up", "unguessed", "guessing"),
    [
        (0, 20, {}),
        (20, 20, {2: False, 5: False, 20: True}),
        (20, 5, {2: True, 5: True, 15: False, 20: True}),
        (24, 20, {2: True, 5: False, 20: False, 22: False, 24: True}),  # too early to be apt
        (35, 20, {2: True, 5: True, 15: False, 20: False, 27: False, 35: True}),
        (40, 20, {2: True, 5: True, 20: False, 30: False, 40: True}),
        (50, 10, {2: True, 5: True, 20: True, 35: True, 40: False, 50: True}),
        (70, 20, {2: True, 5: True, 20: True, 45: True, 50: False, 70: True}),
    ],
)
def test_in_the_last_sweeps_of_the_warm_up_proposals_are_not_informed(
    warm_up: int, unguessed: int, guessing: dict[int, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guesses rest on them: where a report is likely to go is worked out at each visit."""
    rng = np.random.default_rng(8)
    case = small_linkage(rng, [0, 0, 1, 1], 1.0)
    said, share = dict[int, bool](), mcmc.share_proposals

    def seen(all_: list[mcmc.Chain], *, guessing: bool = True) -> None:
        share(all_, guessing=guessing)
        said[all_[0].sweeps] = guessing
        if not guessing or len(said) == 1:  # of guesses that nobody has tried none is good
            assert not any(chain.graph.informed.any() for chain in all_)

    monkeypatch.setattr(mcmc, "share_proposals", seen)
    run = mcmc.Run(warm_up=warm_up, unguessed=unguessed, length=20, rounds=1, refuse=np.inf)
    mcmc.sample(built_of(case), rates_for(rng), 2, draws=4, seed=1, progress=silent, run=run)
    assert said == guessing


def test_what_the_last_sweeps_of_the_warm_up_saw_does_not_fade(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(8)
    case = small_linkage(rng, [0, 0, 1, 1], 1.0)
    said = list[bool]()

    def seen(schedule: list[ScanSchedule], *, fading: bool = True) -> None:
        said.append(fading)
        settle(schedule, fading=fading)

    monkeypatch.setattr(mcmc, "settle", seen)
    run = mcmc.Run(warm_up=40, length=20, rounds=2, target=0.0, refuse=np.inf)
    mcmc.sample(built_of(case), rates_for(rng), 2, draws=4, seed=1, progress=silent, run=run)
    assert said == [True, True, True, True, False, False]  # at its end, and where they go on


def test_chains_share_after_the_warm_up_and_where_they_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(8)
    case = small_linkage(rng, [0, 0, 1, 1], 1.0)
    weak = np.full_like(case.graph.weak, partition.FAINT)
    case = attrs.evolve(case, graph=candidate_graph.with_kinds(case.graph, weak))
    kept_at, share = list[int](), mcmc.share_proposals
    looked_at, look = list[int](), mcmc.ParallelChains.look_everywhere

    def looks(work: mcmc.ParallelChains, all_: list[mcmc.Chain]) -> None:
        look(work, all_)
        looked_at.append(len(kept_at))

    def seen(all_: list[mcmc.Chain], *, guessing: bool = True) -> None:
        share(all_, guessing=guessing)
        kept_at.append(len(all_[0].watched))
        assert all((chain.graph.weak == all_[0].graph.weak).all() for chain in all_)
        assert all((chain.schedule.often == all_[0].schedule.often).all() for chain in all_)

    monkeypatch.setattr(mcmc, "share_proposals", seen)
    monkeypatch.setattr(mcmc.ParallelChains, "look_everywhere", looks)
    run = mcmc.Run(warm_up=24, length=20, rounds=3, watch=1, target=0.0, refuse=np.inf)
    mcmc.sample(built_of(case), rates_for(rng), 2, draws=4, seed=1, progress=silent, run=run)
    # five times in the warm-up; then ten more are run, or ten are dropped and twenty run
    assert kept_at == [0, 0, 0, 0, 0, 20, 30]
    assert looked_at == [3, 4, 5, 6]  # before they share twice in warm-up, and each time since


@pytest.mark.parametrize(
    ("rhat", "ess", "rounds", "kept"),
    [
        (1.0, 100.0, 1, 20),
        (1.0, 99.0, 8, 241),  # agreement is not enough where draws are few
        (1.05, 500.0, 8, 241),
        (1.15, 50.0, 8, 241),
        (1.25, 50.0, 4, 88),  # 20; then a half of what is there and 20, and 40, and 60
    ],
)
def test_chains_that_nearly_agree_go_on_for_longer(
    rhat: float, ess: float, rounds: int, kept: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(8)
    case = small_linkage(rng, [0, 0, 1, 1], 1.0)
    collapsed = list[int]()

    def agreement(watched: NDArray[np.float64], *, reports: int) -> tuple[float, float]:
        assert not reports
        collapsed.append(watched.shape[1])
        return rhat, ess

    monkeypatch.setattr(mcmc, "convergence", agreement)
    run = mcmc.Run(warm_up=24, length=20, watch=1, refuse=np.inf)
    done = mcmc.sample(built_of(case), rates_for(rng), 2, draws=4, seed=1, progress=silent, run=run)
    assert len(collapsed) == rounds
    assert collapsed[-1] == done.chains.sweeps == kept


def test_further_rounds_of_very_many_reports_keep_at_most_twice_the_draws_of_the_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(8)
    case = small_linkage(rng, [0, 0, 1, 1], 1.0)
    kept = list[tuple[int, int]]()

    def agreement(watched: NDArray[np.float64], *, reports: int) -> tuple[float, float]:
        assert reports == 4
        kept.append((watched.shape[1], drawn[0]))
        drawn[0] = 0
        return 1.15, 50.0

    drawn, keep = [0], mcmc.Chain.keep

    def counted(chain: mcmc.Chain) -> None:
        drawn[0] += 1
        keep(chain)

    monkeypatch.setattr(mcmc, "convergence", agreement)
    monkeypatch.setattr(mcmc.Chain, "keep", counted)
    run = mcmc.Run(warm_up=24, length=30, watch=1, thin=3, refuse=np.inf, sampling_error=True)
    mcmc.sample(built_of(case), rates_for(rng), 2, draws=40, seed=1, progress=silent, run=run)
    draws = [each for _, each in kept]
    assert draws[0] == 40
    assert max(draws) <= 80
    assert kept[-1][0] > 8 * kept[0][0]


def built_of(case: SmallLinkage) -> candidate_graph.CandidateGraph:
    """What chains need of a graph; no chain begins with pairs together."""
    none = np.zeros(0, np.int64)
    kept = candidate_graph.CandidatePairs(
        none, none, none.astype(np.int32), none.astype(np.float64)
    )
    return candidate_graph.CandidateGraph(
        case.graph, np.zeros(len(case.levels), np.int64), kept, CandidateDiagnostics()
    )


def exact_with_m(
    case: SmallLinkage, lists: list[int], rates: model.MatchProbabilities
) -> dict[Labels, float]:
    """Every partition of two lists that repeat nobody, m integrated out."""
    logs = {}
    for row in naive.partitions(len(lists)):
        value = naive.log_overlap(row, lists, 1.0, [0.0, 0.0], partition.MOST_EXACT_LISTS)
        if value == -math.inf:
            continue
        pairs = [each for each in naive.clusters(row) if len(each) == 2]
        levels = np.array([case.levels[i, j] for i, j in pairs], np.int64).reshape(-1, 8)
        for f, size in enumerate(compare.COUNTS):
            counts = np.bincount(levels[:, f], minlength=size)[1:]
            value += log_mean_of_products(f, counts, rates.u[f])
        logs[row] = value
    return naive.probabilities(logs)


def drawn_with(
    case: SmallLinkage, prior: partition_priors.PartitionPrior, lists: list[int], cut: int = 0
) -> list[Labels]:
    """Partitions drawn in turn with the parameters of their prior."""
    rng = np.random.default_rng(5)
    many = max(lists) + 1
    state = partition.empty_state(len(lists), many)
    partition.place(case.graph, state, np.arange(len(lists)))
    now = prior.start(many, len(state.cells) - 1)
    rows = []
    for at in range(SWEEPS):
        once(rng, case.graph, state, case.worth, now, 0.5, every(case.graph), True)
        now = prior.draw(rng, state, np.array([len(lists)]), np.array([1]), now)
        if at >= cut:
            rows.append(in_order(state.slot))
    return rows


def exact_with(case: SmallLinkage, log_prior: Callable[[Labels], float]) -> dict[Labels, float]:
    """Every partition that hangs together, no evidence at all."""
    count = len(case.levels)
    rows = [row for row in naive.partitions(count) if naive.admits(row, case.near)]
    return naive.probabilities({row: log_prior(row) for row in rows})


def silent_case(rng: np.random.Generator, lists: list[int]) -> SmallLinkage:
    """Reports of which nothing is said."""
    case = small_linkage(rng, lists, 1.0)
    said = np.arange(case.worth.weights.shape[1]) > 0
    right = np.tile(said * np.uint8(pair_likelihood.RIGHT), (len(case.worth.kind), 1))
    nothing = case.worth._replace(
        weights=np.zeros_like(case.worth.weights),
        copies=np.zeros_like(case.worth.weights),
        chance=np.tile([0.0, 1.0, 0.0, 0.0], (len(case.worth.weights), 1)),
        kind=right,
        steps=pair_likelihood.steps_of(right, case.worth.says),
        event_correlated=np.zeros_like(case.worth.event_correlated),
        same_given_name=np.zeros_like(case.worth.same_given_name),
        joint=np.zeros_like(case.worth.joint),
        errors=np.zeros_like(case.worth.errors),
    )
    return SmallLinkage(case.graph, nothing, case.levels, case.near)


def test_q_drawn_with_the_partition(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partition_priors, "Q_PRIOR", (2.0, 3.0))  # so that repeats are seen
    lists = [0, 0, 0, 1, 1]
    case = silent_case(np.random.default_rng(4), lists)

    def log_prior(row: Labels) -> float:
        # all that has q, taken out of the prior and put back with q integrated out
        value = naive.log_overlap(row, lists, 1.0, [0.5, 0.5], partition.MOST_EXACT_LISTS)
        for source in (0, 1):
            on = [sum(lists[i] == source for i in each) for each in naive.clusters(row)]
            people = sum(times > 0 for times in on)
            more = sum(on) - people
            value -= (people + more) * math.log(0.5)
            value += math.lgamma(2 + more) + math.lgamma(3 + people)
            value -= math.lgamma(5 + people + more)
        return value

    check(
        exact_with(case, log_prior),
        drawn_with(case, partition_priors.OVERLAP_TABLE, lists),
        worth=0.2,
    )


def in_components(*sizes: int) -> candidate_graph.CandidateGraph:
    component = np.repeat(np.arange(len(sizes)), sizes)
    built = built_of(small_linkage(np.random.default_rng(8), [0, 0, 1, 1], 1.0))
    return attrs.evolve(built, component=component)


@pytest.mark.parametrize(
    ("sizes", "counted"),
    [
        ((1, 1, 1), {1: 3}),
        ((2, 2, 3, 1), {1: 1, 2: 2, 3: 1}),
        ((4, 2, 2, 1, 1), {1: 2, 2: 2, 4: 1}),  # half of those with candidates is not most
        ((5, 2, 2, 1, 1), {1: 2, 9: 1}),
        ((6,), {1: 0, 6: 1}),
    ],
)
def test_one_component_of_most_reports_has_the_others_with_it(
    sizes: tuple[int, ...], counted: dict[int, int]
) -> None:
    found, times = chains.component_sizes(in_components(*sizes))
    assert dict(zip(found.tolist(), times.tolist(), strict=True)) == counted


def test_theta_is_drawn_given_the_components_as_they_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = small_linkage(np.random.default_rng(8), [0, 0, 1, 1] * 3, 1.0, sparse=True)
    component = np.repeat(np.arange(5), (5, 2, 2, 1, 2))
    built = attrs.evolve(built_of(case), component=component)
    given = list[tuple[list[int], list[int]]]()

    def drawn(rng: object, n: int, sizes: NDArray[np.int64], times: NDArray[np.int64]) -> float:
        given.append((sizes.tolist(), times.tolist()))
        return 1.0

    monkeypatch.setattr(partition_priors, "_draw_log_theta", drawn)
    run = mcmc.Run(warm_up=4, length=20, rounds=1, refuse=np.inf)
    rates, ewens = rates_for(np.random.default_rng(8)), partition_priors.EWENS
    mcmc.sample(built, rates, 2, draws=4, seed=1, progress=silent, prior=ewens, run=run)
    few = ([1, 2, 5], [1, 3, 1])  # five of eleven
    assert given
    assert all(each == few for each in given)
    given.clear()
    built = attrs.evolve(built, component=np.repeat(np.arange(4), (7, 2, 2, 1)))
    mcmc.sample(built, rates, 2, draws=4, seed=1, progress=silent, prior=ewens, run=run)
    assert given
    assert all(each == ([1, 11], [1, 1]) for each in given)


def test_chains_from_a_partition_begin_with_the_theta_that_it_suggests() -> None:
    case = small_linkage(np.random.default_rng(8), [0, 0, 1, 1] * 50, 1.0, sparse=True)
    built, rates = built_of(case), rates_for(np.random.default_rng(8))
    apart = np.arange(200, dtype=np.int32)

    def log_theta(like: NDArray[np.int32] | None) -> float:
        rng = np.random.default_rng(1)
        ewens = partition_priors.EWENS
        return mcmc.start_chain(built, rates, 2, ewens, rng, False, like).prior.log_theta

    assert log_theta(None) == 0.0
    assert log_theta(apart) > np.log(200)  # with theta 1 there would be six people


def test_theta_drawn_with_the_partition() -> None:
    lists = [0, 0, 1, 1, 1]
    case = silent_case(np.random.default_rng(6), lists)

    def log_prior(row: Labels) -> float:
        n = max(row) + 1
        thetas = np.exp(np.linspace(np.log(1e-2), np.log(1e7), 600))
        rising = sum(np.log(thetas + k) for k in range(len(lists)))
        logs = n * np.log(thetas) - rising
        value = math.log(float(np.exp(logs - logs.max()).sum())) + float(logs.max())
        return value + naive.log_ewens(row, 0.0)

    check(exact_with(case, log_prior), drawn_with(case, partition_priors.EWENS, lists), worth=0.05)


def test_that_reports_err_once_is_learned_and_that_they_differ_speaks_for_nothing() -> None:
    name = [NAME.index(x) for x in ("same, rare", "given slip, same family", "different")]
    birth = [compare.BIRTH.index(x) for x in ("same day", "a slip apart", "different")]
    patterns = np.zeros((9, len(compare.FIELDS)), np.uint8)
    patterns[:, 0], patterns[:, 1] = np.repeat(name, 3), np.tile(birth, 3)
    once = em.error_dependence(patterns, np.array([0.0, 300, 60, 600, 0, 0, 40, 0, 0]))
    right, slip, different = (
        pair_likelihood.RIGHT,
        pair_likelihood.SLIP,
        pair_likelihood.DIFFERENT,
    )
    assert once[right, slip] > 1.7
    assert once[slip, slip] < 0.3
    assert once[different, right] <= 1.0
    assert once[right, different] <= 1.0
    apart = em.error_dependence(patterns, np.outer([60, 30, 10], [50, 40, 10]).ravel() / 10.0)
    assert np.abs(apart - 1).max() < 1e-9
    assert (once[0] == 1).all()
    assert (once[:, 0] == 1).all()


def test_chance_alone_hardly_says_that_another_name_goes_with_no_slip_in_birth() -> None:
    """Where name and birth err apart, what is cut at 1 would else be below it on average."""
    name = [NAME.index(x) for x in ("same, rare", "given slip, same family", "different")]
    birth = [compare.BIRTH.index(x) for x in ("same day", "a slip apart", "different")]
    patterns = np.zeros((9, len(compare.FIELDS)), np.uint8)
    patterns[:, 0], patterns[:, 1] = np.repeat(name, 3), np.tile(birth, 3)
    expected = 800 * np.outer([0.9, 0.04, 0.06], [0.75, 0.2, 0.05]).ravel()
    rng = np.random.default_rng(4)
    found = [em.error_dependence(patterns, rng.poisson(expected).astype(float)) for _ in range(400)]
    mean = np.mean(found, axis=0)
    assert mean[pair_likelihood.DIFFERENT, pair_likelihood.SLIP] > 0.95  # of some ten pairs
    assert mean[pair_likelihood.DIFFERENT].max() <= 1.0


def test_what_is_reported_of_different_people_is_counted_by_people() -> None:
    """Who is reported often is mostly from one town; of those reported once few are.

    Of pairs of reports a third are of one town, of pairs of people a tenth.
    """
    town, far = compare.ORIGIN.index("same town"), compare.ORIGIN.index("different")
    patterns = np.zeros((2, len(compare.FIELDS)), np.uint8)
    patterns[:, 0], patterns[:, 3] = NAME.index("different"), [town, far]
    reports, people = np.array([40_000.0, 80_000]), np.array([1_000.0, 9_000])
    rates = em.fit(patterns, reports, 500)
    assert rates.u[3][town - 1] == pytest.approx(1 / 3, abs=1e-3)
    found = em.reweight_by_people(rates, patterns, reports, people, np.ones(2))
    assert found.u[3][town - 1] == pytest.approx(0.1, abs=1e-3)
    assert found.event_correlated[3][town - 1] < rates.event_correlated[3][town - 1]
    for same in ("m", "errors", "expected_pairs", "first", "fields_recorded"):
        assert getattr(found, same) is getattr(rates, same)
    again = em.reweight_by_people(rates, patterns, reports, reports, np.ones(2))
    for one, other in zip(rates.u, again.u, strict=True):  # nobody is reported twice
        assert other == pytest.approx(one, rel=1e-6)


def test_where_all_pairs_are_links_what_is_reported_of_others_is_a_number() -> None:
    patterns = np.ones((1, len(compare.FIELDS)), np.uint8)
    pairs = np.array([10.0])
    rates = em.fit(patterns, pairs, 5)
    assert em.match_probability(rates, patterns, pairs)[0] > 0.9
    found = em.reweight_by_people(rates, patterns, pairs, pairs / 25, np.ones(1))
    assert all(
        np.isfinite(row).all()
        for row in (*found.u, *found.event_correlated, *found.same_given_name)
    )
    assert found.event_correlated_share <= 0.05


def test_people_of_one_given_name_share_no_birthday_by_chance() -> None:
    """Of 5,000 pairs of one given name none, or three, are born on one day: that is chance.

    A level by which pairs are then thought links is not taken from them once more.
    """
    day, far = compare.BIRTH.index("same day"), compare.BIRTH.index("different")
    same, other = compare.SEX.index("same"), compare.SEX.index("different")
    patterns = np.zeros((4, len(compare.FIELDS)), np.uint8)
    patterns[:, 0] = NAME.index("same given, other family")
    patterns[:, 1], patterns[:, 2] = [far, far, day, day], [same, other, same, other]
    u = [np.full(size - 1, 1 / (size - 1)) for size in compare.COUNTS]
    u[1] = np.full(len(compare.BIRTH) - 1, 1e-9)
    u[1][day - 1], u[1][far - 1] = 4e-5, 1 - 4e-5
    u[2] = np.array([0.5, 0.5])
    for on_one_day in (0.0, 0.3, 3.0):
        seen = np.array([4800.0, 200.0, on_one_day, 0.0])
        found = em.u_of_same_given_name(patterns, seen, tuple(u), np.ones(4))
        assert found[1][day - 1] / u[1][day - 1] == pytest.approx(1, abs=0.11)
        assert found[1][far - 1] / u[1][far - 1] == pytest.approx(1, abs=0.01)
        assert found[2] == pytest.approx([0.96, 0.04], abs=0.01)  # of one sex, as names are
        assert [row.sum() for row in found] == pytest.approx(np.ones(len(found)))
    many = em.u_of_same_given_name(patterns, np.array([4800.0, 200, 90, 0]), tuple(u), np.ones(4))
    assert many[1][day - 1] / u[1][day - 1] > 3  # no chance
    u[2] = np.array([0.3, 0.7])
    few = em.u_of_same_given_name(patterns, np.array([90.0, 10, 0, 0]), tuple(u), np.ones(4))
    assert few[2].sum() == pytest.approx(1)
    assert 0.3 < few[2][0] < 0.9


def test_what_pairs_by_lot_do_not_show_is_no_rarity() -> None:
    """A pair by lot that stands for 1,000 is one that was compared: none of them is no evidence."""
    origin, event = compare.ORIGIN.index("slip"), compare.EVENT.index("same act: close, slip")
    other, far = compare.ORIGIN.index("different"), len(compare.EVENT) - 1
    patterns = np.zeros((3, len(compare.FIELDS)), np.uint8)
    patterns[:, 0] = NAME.index("different")
    patterns[:, 3], patterns[:, 4] = [origin, other, other], [far, event, far]
    stand = np.full(3, 1000.0)
    times = stand * [40, 50, 4000]  # half a pair is expected at both at once
    found = em.origin_event_dependence(patterns, times, stand)
    assert np.log(found[origin, event]) == pytest.approx(0, abs=0.02)
    one_each = em.origin_event_dependence(patterns, times, np.ones(3))  # had each been compared
    assert np.log(one_each[origin, event]) < -2

    day, apart = compare.BIRTH.index("same day"), compare.BIRTH.index("different")
    patterns[:, 0] = [NAME.index("same given, other family")] * 2 + [NAME.index("different")]
    patterns[:, 1] = [apart, apart, day]
    patterns[:, 2:5] = [1, 0, 0]
    u = [np.full(size - 1, 1 / (size - 1)) for size in compare.COUNTS]
    u[1] = np.full(len(compare.BIRTH) - 1, 1e-9)
    u[1][day - 1], u[1][apart - 1] = 1e-4, 1 - 1e-4
    times = np.array([900.0, 100, 10]) * 1000
    proposal_weights = em.u_of_same_given_name(patterns, times, tuple(u), stand)
    assert proposal_weights[1][day - 1] / u[1][day - 1] == pytest.approx(1, abs=0.01)
    all_seen = em.u_of_same_given_name(patterns, times, tuple(u), np.ones(3))
    assert all_seen[1][day - 1] / u[1][day - 1] < 0.3


def test_event_correlated_pairs_are_learned_from_pairs() -> None:
    """Random pairs of one person, of siblings arrested together, and of unrelated people."""
    rng = np.random.default_rng(12)
    sizes, agree = compare.COUNTS, compare.NAME_AGREES

    def at(f: int, **shares: float) -> NDArray[np.float64]:
        names = {0: NAME, 1: compare.BIRTH, 2: compare.SEX, 3: compare.ORIGIN}[f]
        rows = {name.replace(" ", "_").replace(",", ""): n for n, name in enumerate(names)}
        out = np.zeros(sizes[f])
        for name, share in shares.items():
            out[rows[name]] = share
        return out / out.sum()

    unrelated = [
        at(0, other_given_same_family=0.1, different=0.897, same_rare=0.003),
        at(1, same_year=0.02, within_a_year=0.05, within_three_years=0.1, different=0.83),
        at(2, same=0.6, different=0.4),
        at(3, same_town=0.05, same_province=0.15, different=0.8),
        np.pad(rng.dirichlet(np.full(sizes[4] - 1, 0.2)), (1, 0)),
    ]
    one = [
        at(0, same_rare=0.95, other_given_same_family=0.04, different=0.01),
        at(1, same_year=0.85, within_a_year=0.1, different=0.05),
        at(2, same=0.98, different=0.02),
        at(3, same_town=0.8, same_province=0.15, different=0.05),
        np.append([0.0], field_priors.PRIORS[4].mean),
    ]
    kin = [
        at(0, other_given_same_family=0.8, different=0.2),
        at(1, same_year=0.05, within_a_year=0.2, within_three_years=0.35, different=0.4),
        unrelated[2],
        at(3, same_town=0.9, same_province=0.1),
        one[4],
    ]
    reports = 1200
    rows = [
        np.stack(
            [rng.choice(len(m_prior), many, p=m_prior) for m_prior in laws]
            + [np.zeros(many, int)] * 3,
            axis=1,
        )
        for laws, many in ((one, 900), (kin, 700), (unrelated, reports * (reports - 1) // 2))
    ]
    patterns, times = np.unique(np.concatenate(rows).astype(np.uint8), axis=0, return_counts=True)
    learned = em.fit(patterns, times.astype(np.float64), reports)
    pairs = reports * (reports - 1) / 2
    assert learned.event_correlated_share == pytest.approx(700 / pairs, rel=0.15)
    assert learned.expected_pairs == pytest.approx(900, rel=0.1)
    for f in (1, 3):
        assert np.abs(learned.event_correlated[f] - kin[f][1:]).max() < 0.06
    assert learned.event_correlated[0][agree:].sum() > 0.95  # one person's are not among them
    family = NAME.index("other given, same family") - 1
    assert learned.event_correlated[0][family] == pytest.approx(0.8, abs=0.07)


def test_a_third_that_cannot_be_compared_changes_nothing() -> None:
    """Level by level: the evidence of a pair is log m / u, whoever else is in the cluster."""
    rng = np.random.default_rng(3)
    rates = rates_for(rng)
    case = small_linkage(rng, [0, 1, 2], 1.0)
    worth = rates.worth()
    group = np.arange(3, dtype=np.int32)
    for f, size in enumerate(compare.COUNTS):
        for level in range(size):
            rows = np.zeros((3, 8), np.uint8)
            rows[0, f] = level  # of reports 1 and 0; both are at level 0 with report 2
            graph_ = case.graph._replace(dense=naive.packed(rows))
            expected = math.log(rates.m[f][level - 1] / rates.u[f][level - 1]) if level else 0.0
            for k in (2, 3):
                found = evidence(graph_, worth, group, k)
                assert found == pytest.approx(expected, abs=1e-9)


def nothing_recurs(rates: model.MatchProbabilities) -> pair_likelihood.MatchWeights:
    """What levels are worth if no report that is different has the value of another."""
    worth = rates.worth()
    return worth._replace(recurs=np.zeros_like(worth.recurs))


def test_a_value_that_recurs_counts_as_an_error_once() -> None:
    """Two lists have one name of a person, and three have another, which is rare."""
    rates = rates_for(np.random.default_rng(3))
    case, worth = small_linkage(np.random.default_rng(3), [0] * 5, 1.0), rates.worth()
    rare, other = NAME.index("same, rare"), NAME.index("different")
    name = np.array([0, 0, 0, 1, 1])
    levels = np.where(name[:, None] == name, rare, other)
    rows = np.zeros((10, 8), np.uint8)
    rows[:, 0] = levels[np.tril_indices(5, -1)]
    graph_, group = case.graph._replace(dense=naive.packed(rows)), np.arange(5, dtype=np.int32)
    right, of = of_reports(rates)[0, 1], worth.copies[0]
    two, three = (
        right * math.exp(k * of[rare] + (4 - k) * of[other] + (3 - k) * worth.recurs[0, rare])
        for k in (1, 2)
    )
    assert worth.recurs[0, rare] > 0.5
    assert worth.recurs[0, other] == pytest.approx(math.log(0.95), abs=1e-9)
    found = evidence(graph_, worth, group, 5)
    assert found == pytest.approx(math.log(two + three), abs=1e-9)
    assert found > evidence(graph_, nothing_recurs(rates), group, 5) + 0.5


def test_one_who_agrees_with_one_of_two_excuses_neither() -> None:
    """The first and second differ; the third agrees with the first, or says too little of both."""
    rates = rates_for(np.random.default_rng(3))
    case, worth = small_linkage(np.random.default_rng(3), [0, 1, 2], 1.0), nothing_recurs(rates)
    group = np.arange(3, dtype=np.int32)
    day = compare.BIRTH.index("same day")
    far, year = compare.BIRTH.index("different"), compare.BIRTH.index("same year")

    def birth(one: int, two: int, three: int) -> float:
        rows = np.zeros((3, 8), np.uint8)
        rows[:, 1] = one, two, three  # of reports 1 and 0, 2 and 0, 2 and 1
        return float(evidence(case.graph._replace(dense=naive.packed(rows)), worth, group, 3))

    apart = math.log(rates.m[1][far - 1] / rates.u[1][far - 1])
    alike = math.log(rates.m[1][day - 1] / rates.u[1][day - 1])
    assert birth(far, day, 0) < alike + apart + 0.01
    right, slip, different = of_reports(rates)[1, 1:]
    copies = worth.copies[1]
    # two alike are one original; or it is the third, who is right alone or errs as well
    both = right * math.exp(copies[day] + copies[far])
    third = (right + slip + different / 3) * math.exp(2 * copies[far])
    assert birth(far, day, far) == pytest.approx(math.log(both + third), abs=1e-9)
    # "1971" agrees with both of two days that are far apart: it is no original of both
    vague = different / 3 * math.exp(2 * copies[year])
    either = right * math.exp(copies[year] + copies[far])
    assert birth(far, year, year) == pytest.approx(math.log(vague + either), abs=1e-9)


CONTRADICT = {
    "two days": ([1, 1], (), 1),
    "three days": ([1, 1, 1], (), 2),
    "one month of two reports, and another": ([2, 1], (), 1),
    "two months of three reports": ([3, 3], (), 3),
    "six days": ([1, 1, 1, 1, 1, 1], (), 5),
    # who errs can be had from whoever contradicts most: the last contradicts the third alone
    "three days, and a month with two of them": ([1, 1, 1, 1], ((3, 0), (3, 1)), 2),
}


@pytest.mark.parametrize(("days", "agree", "err"), CONTRADICT.values(), ids=CONTRADICT)
def test_a_report_with_little_is_not_the_original_of_all(
    days: list[int], agree: tuple[tuple[int, int], ...], err: int
) -> None:
    """A year agrees with several days: of those who say them only those of one day can be right."""
    rates = rates_for(np.random.default_rng(3))
    group_of = np.repeat(np.arange(len(days)), days)
    k = len(group_of) + 1  # the last says the year alone
    levels = np.zeros((k, k), np.uint8)
    words = "within a month", "different", "same year"
    near, far, year = (compare.BIRTH.index(x) for x in words)
    levels[:-1, :-1] = np.where(group_of[:, None] == group_of, near, far)
    for one, two in agree:
        levels[one, two] = levels[two, one] = year
    levels[-1], levels[:, -1] = year, year
    case, worth = small_linkage(np.random.default_rng(3), [0] * k, 1.0), nothing_recurs(rates)
    rows = np.zeros((k * (k - 1) // 2, 8), np.uint8)
    rows[:, 1] = levels[np.tril_indices(k, -1)]
    graph_ = case.graph._replace(dense=naive.packed(rows))
    right, _, different = of_reports(rates)[1, 1:]
    copies, total = worth.copies[1], 0.0
    for one in range(k):
        others = np.delete(levels[one], one)
        g = right / (1 + int((others != far).sum()))
        if one == k - 1:
            g = different / k * (different / right) ** (err - 1)
        elif agree and one == 3:  # the month: of the two days one errs
            g = different / k
        total += g * math.exp(copies[others].sum())
    found = evidence(graph_, worth, np.arange(k, dtype=np.int32), k)
    assert found == pytest.approx(math.log(total), abs=1e-9)


def test_a_report_with_less_than_another_is_a_copy() -> None:
    """A given name alone is no original of the whole names that agree with it: it says less."""
    rates = rates_for(np.random.default_rng(3))
    case, worth = small_linkage(np.random.default_rng(3), [0, 1, 2, 0], 1.0), rates.worth()
    whole, alone = NAME.index("same, usual"), NAME.index("same given, family not said")

    def name(*levels: int) -> float:
        rows = np.zeros((len(levels), 8), np.uint8)
        rows[:, 0] = levels  # of reports 1 and 0, 2 and 0, 2 and 1, 3 and 0, ...
        k = {3: 3, 6: 4}[len(levels)]
        graph_ = case.graph._replace(dense=naive.packed(rows))
        return float(evidence(graph_, worth, np.arange(k, dtype=np.int32), k))

    right = of_reports(rates)[0, pair_likelihood.RIGHT]
    of = worth.copies[0]
    assert name(whole, alone, alone) == pytest.approx(
        math.log(2 * right / 3) + of[whole] + of[alone], abs=1e-9
    )
    three = whole, whole, whole
    assert name(*three, alone, alone, alone) == pytest.approx(
        math.log(3 * right / 4) + 2 * of[whole] + of[alone], abs=1e-9
    )
    # of three of which none says all, nobody is known to say less
    assert name(alone, alone, alone) == pytest.approx(math.log(right) + 2 * of[alone], abs=1e-9)
    # nor is one that agrees with nobody who says all
    slip = NAME.index("given slip, same family")
    chance = of_reports(rates)[0]
    of_slip = (chance[1] + chance[2] / 3) * math.exp(2 * of[slip])
    both = right * math.exp(of[whole] + of[slip])
    assert name(whole, slip, slip) == pytest.approx(math.log(of_slip + both), abs=1e-9)


def test_a_fuller_name_is_an_original_still() -> None:
    """Of several words, one that agrees in part with a name that is there twice may say more."""
    rates = rates_for(np.random.default_rng(3))
    case, worth = small_linkage(np.random.default_rng(3), [0, 1, 2, 0], 1.0), nothing_recurs(rates)
    whole, part, other = (NAME.index(x) for x in ("same, rare", "in part, rare", "different"))
    rows = np.zeros((6, 8), np.uint8)  # the first is the fullest, two are alike, and one is not
    rows[:, 0] = part, part, whole, part, other, other
    graph_ = case.graph._replace(dense=naive.packed(rows))
    _, right, _, different = of_reports(rates)[0]
    of = worth.copies[0]
    fullest = different / 4 * math.exp(3 * of[part])
    twice = 2 * right / 3 * math.exp(of[whole] + of[part] + of[other])
    once = right / 2 * math.exp(of[part] + 2 * of[other])
    found = evidence(graph_, worth, np.arange(4, dtype=np.int32), 4)
    assert found == pytest.approx(math.log(fullest + twice + once), abs=1e-9)


def test_who_cannot_be_compared_makes_no_one_a_copy() -> None:
    """Two are alike, each compared with two others: who is compared with three is the original."""
    rates = rates_for(np.random.default_rng(3))
    case, worth = small_linkage(np.random.default_rng(3), [0, 1, 2, 0], 1.0), rates.worth()
    whole, alone = NAME.index("same, usual"), NAME.index("same given, family not said")
    rows = np.zeros((6, 8), np.uint8)
    rows[:, 0] = alone, alone, whole, alone, 0, 0
    graph_ = case.graph._replace(dense=naive.packed(rows))
    right = of_reports(rates)[0, pair_likelihood.RIGHT]
    found = evidence(graph_, worth, np.arange(4, dtype=np.int32), 4)
    assert found == pytest.approx(math.log(right) + 3 * worth.copies[0, alone], abs=1e-9)


def test_what_right_levels_say() -> None:
    """Levels at which both say all there is to say, and those at which one of them says less."""
    words = [NAME, compare.BIRTH, compare.SEX, compare.ORIGIN, compare.EVENT]
    words += [compare.FURTHER, compare.FURTHER, compare.NUMBER]
    whole = [
        {word for word, says in zip(names, row, strict=False) if says == pair_likelihood.WHOLE}
        for names, row in zip(words, model.SAYS, strict=True)
    ]
    same = {each for each in NAME if each.startswith("same, ")}
    one = [{"same day"}, {"same"}, {"same town"}, {"same act: same day, same town"}]
    assert whole == [same, *one, {"same"}, {"same"}, {"same"}]
    less = [
        {word for word, says in zip(names, row, strict=False) if says == pair_likelihood.LESS}
        for names, row in zip(words, model.SAYS, strict=True)
    ]
    assert less[0] == {
        "same given, family not said",
        "given initials agree, same family",
        "given not said, same family",
    }
    assert less[1] == {"within a month", "same year", "compatible"}
    assert less[3] == {"same province"}
    assert not less[2] | less[5] | less[6] | less[7]
    right = (model.KINDS == pair_likelihood.RIGHT).sum(axis=1)
    assert len(less[4]) == right[4] - 1 == 10


def test_evidence_of_small_clusters_that_mostly_agree() -> None:
    """Against the twin: who says less, who is no original of all, and who errs."""
    excluded = 0
    for seed in range(300):
        rng = np.random.default_rng(seed)
        count = int(rng.integers(3, 7))
        case = small_linkage(rng, [0] * count, 0.5)
        draws = np.tril(rng.choice([0, 1, 1, 1, 2, 2, 2], case.levels.T.shape), -1).T
        case.levels[:] = draws + draws.transpose(1, 0, 2)
        case.worth.kind[:, 1:3] = rng.choice([1, 1, 1, 2, 3], (len(compare.COUNTS), 2))
        agree = case.worth.kind == pair_likelihood.RIGHT
        case.worth.says[:] = np.where(agree, rng.integers(0, 3, agree.shape), 0)
        case.worth.steps[:] = pair_likelihood.steps_of(case.worth.kind, case.worth.says)
        rows, columns = np.tril_indices(count, -1)
        case.graph.dense[:] = naive.packed(case.levels[rows, columns])
        group = np.arange(count, dtype=np.int32)
        found = evidence(case.graph, case.worth, group, count)
        said = pair_tables(case)
        assert found == pytest.approx(naive.log_evidence((0,) * count, *said), rel=1e-9)
        nobody = [[[False] * count] * count] * len(compare.COUNTS)
        weights, first, copies, kinds, _, less, chance, penalty, recurs = said
        without = naive.log_evidence(
            (0,) * count, weights, first, copies, kinds, nobody, less, chance, penalty, recurs
        )
        excluded += abs(found - without) > 1e-6
    assert excluded > 30


def test_what_is_left_out_is_counted_once() -> None:
    """However many whole names agree with a given name alone, one comparison of it is counted."""
    rates = rates_for(np.random.default_rng(3))
    case = small_linkage(np.random.default_rng(3), [0, 1, 2, 0], 1.0)
    whole, alone = NAME.index("same, usual"), NAME.index("same given, family not said")
    copies = rates.worth().copies.copy()
    copies[0, alone] = copies[0, whole] + 5  # as an original it would be the likeliest by far
    worth = rates.worth()._replace(copies=copies)
    rows = np.zeros((6, 8), np.uint8)
    rows[:, 0] = whole, whole, whole, alone, alone, alone
    graph_ = case.graph._replace(dense=naive.packed(rows))
    state = partition.empty_state(4, 3)
    partition.place(graph_, state, np.zeros(4, np.int64))
    rng = np.random.default_rng(8)
    for _ in range(20):
        found, kinds = comparison_counts.comparisons(rng, graph_, state, worth)[:2]
        assert (found[0, whole], found[0, alone]) == (2.0, 1.0)
        assert kinds[0, pair_likelihood.RIGHT] == 4.0


def test_errors_are_counted_alike_whichever_report_is_the_original() -> None:
    """Of three days and a year two err, whether a day is the original or the year."""
    rates = rates_for(np.random.default_rng(3))
    case = small_linkage(np.random.default_rng(3), [0, 1, 2, 0], 1.0)
    far, year = compare.BIRTH.index("different"), compare.BIRTH.index("same year")
    copies = rates.worth().copies.copy()  # so that a day is the original as often as the year
    right, _, different = of_reports(rates)[1, 1:]
    copies[1, far] = copies[1, year] + math.log(different / right)
    worth = rates.worth()._replace(copies=copies)
    rows = np.zeros((6, 8), np.uint8)
    rows[:, 1] = far, far, far, year, year, year  # the last report says the year
    graph_ = case.graph._replace(dense=naive.packed(rows))
    state = partition.empty_state(4, 3)
    partition.place(graph_, state, np.zeros(4, np.int64))
    rng, originals = np.random.default_rng(8), set()
    for _ in range(50):
        found, kinds = comparison_counts.comparisons(rng, graph_, state, worth)[:2]
        originals.add(found[1, year])
        assert kinds[1, pair_likelihood.RIGHT] == kinds[1, pair_likelihood.DIFFERENT] == 2.0
    assert originals == {1.0, 3.0}


def test_comparisons_are_drawn_as_often_as_they_are_likely() -> None:
    """Of three reports, with one that is vague: who is the original, and who is right."""
    rates = rates_for(np.random.default_rng(3))
    case, worth = small_linkage(np.random.default_rng(3), [0, 1, 2], 1.0), rates.worth()
    far, year = compare.BIRTH.index("different"), compare.BIRTH.index("same year")
    rows = np.zeros((3, 8), np.uint8)
    rows[:, 1] = far, year, year
    graph_ = case.graph._replace(dense=naive.packed(rows))
    state = partition.empty_state(3, 3)
    partition.place(graph_, state, np.zeros(3, np.int64))
    right, _, different = of_reports(rates)[1, 1:]
    copies = worth.copies[1]
    vague = different / 3 * math.exp(2 * copies[year])
    either = right * math.exp(copies[year] + copies[far])
    rng, times = np.random.default_rng(8), 4000
    draws = [comparison_counts.comparisons(rng, graph_, state, worth) for _ in range(times)]
    of_vague = vague / (vague + either)
    found = float(np.mean([found[1, year] == 2 for found, _, _, _ in draws]))
    assert found == pytest.approx(of_vague, abs=4 * math.sqrt(0.25 / times))
    kinds = np.mean([kinds[1] for _, kinds, _, _ in draws], axis=0)
    # the vague one as original errs itself, and both agree; else it and the original are right
    assert kinds[pair_likelihood.RIGHT] == pytest.approx(2.0, abs=1e-9)
    assert kinds[pair_likelihood.DIFFERENT] == pytest.approx(1.0, abs=1e-9)


def test_repeats_in_lists_are_counted() -> None:
    rng = np.random.default_rng(8)
    on = rng.poisson(0.6, (200, 3)).astype(np.int32)
    clusters, more = partition_priors.repeats_by_list(on)
    assert clusters.tolist() == (on > 0).sum(axis=0).tolist()
    assert more.tolist() == np.maximum(on - 1, 0).sum(axis=0).tolist()


def test_matches_outside_candidates_are_few_in_the_em() -> None:
    """Pairs that blocking did not find make no more than a twentieth of the matches."""
    field = compare.FIELDS.index("birth")
    patterns = np.zeros((3, len(compare.FIELDS)), np.uint8)
    patterns[:, 0], patterns[:, field] = (1, 2, 28), (1, 1, 11)
    times = np.array([1_000.0, 50_000.0, 1e9])
    candidates = np.array([1_000.0, 0.0, 0.0])
    free = em.fit(patterns, times, 100_000)
    held = em.fit(patterns, times, 100_000, candidates=candidates)
    assert free.expected_pairs > 5_000
    assert held.expected_pairs == pytest.approx(1_050, rel=0.01)
    all_found = em.fit(patterns, times, 100_000, candidates=times)
    assert all_found.expected_pairs == free.expected_pairs
