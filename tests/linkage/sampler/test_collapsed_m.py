"""Rates drawn with pairs summed out: the law is kept, the books too, and chains wander less."""

from __future__ import annotations

import math

import attrs
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import integrate
from tests import naive_linkage as naive
from tests.linkage.sampler.test_moves import SmallLinkage, small_linkage
from tests.linkage.sampler.test_parameters import built_of, check, exact_with_m, in_order, rates_for

from uncounted.linkage import chains, mcmc
from uncounted.linkage.comparison import levels as compare
from uncounted.linkage.model import fellegi_sunter as model
from uncounted.linkage.model import field_priors, partition_priors
from uncounted.linkage.sampler import (
    candidate_graph,
    collapsed_pairs,
    comparison_counts,
    pair_likelihood,
)
from uncounted.linkage.sampler import (
    state as partition,
)
from uncounted.progress import silent

pytestmark = pytest.mark.sampler

SWEEPS = 5_000
LISTS = [0, 0, 0, 1, 1, 1]


def light(monkeypatch: pytest.MonkeyPatch) -> None:
    """So light a prior of levels that three links move m."""
    each = tuple(np.maximum(3.0 * np.array(prior.mean), 0.3) for prior in field_priors.PRIORS)
    monkeypatch.setattr(model, "LEVEL_COUNTS", each)


def seen(case: SmallLinkage, seed: int) -> SmallLinkage:
    """The same, with all candidates firm, and each seen joined with a chance by lot."""
    rng, near = np.random.default_rng(seed), len(case.graph.near)
    link_probability = rng.choice([0.1, 0.3, 0.5, 0.8], near).astype(np.float32)
    firm = candidate_graph.with_kinds(case.graph, np.zeros_like(case.graph.weak))
    return attrs.evolve(case, graph=firm._replace(link_probability=link_probability))


def only(case: SmallLinkage, near: set[naive.Pair]) -> SmallLinkage:
    """The same, with these candidates alone."""
    rows = sorted((i, j) for pair in near for i, j in (pair, pair[::-1]))
    starts = np.searchsorted([i for i, _ in rows], np.arange(len(case.levels) + 1))
    weak = np.zeros(len(rows), np.uint8)
    few = case.graph._replace(
        starts=starts.astype(np.int64),
        near=np.array([j for _, j in rows], np.int32),
        codes=naive.packed(
            np.array([case.levels[i, j] for i, j in rows], np.uint8).reshape(
                -1, len(compare.FIELDS)
            )
        ),
    )
    return attrs.evolve(case, graph=candidate_graph.with_kinds(few, weak), near=near)


def worth_about(
    rates: model.MatchProbabilities, less: float, rng: np.random.Generator
) -> model.MatchProbabilities:
    """The same, with all levels worth next to nothing, or `less` than that."""
    u = tuple(each * np.exp(rng.normal(less, 0.5, len(each))) for each in rates.m)
    return attrs.evolve(rates, u=u)


def with_errors(
    rates: model.MatchProbabilities, rng: np.random.Generator
) -> model.MatchProbabilities:
    """The same, where name and birth err together, so that something is explained of pairs."""
    errors = np.exp(rng.normal(0.0, 1.0, (4, 4)))
    errors[0], errors[:, 0] = 1.0, 1.0
    return attrs.evolve(rates, errors=errors)


def chain_of(
    case: SmallLinkage,
    rates: model.MatchProbabilities,
    prior: partition_priors.PartitionPrior,
    lists: int,
    *,
    asking: bool,
    seed: int = 7,
) -> tuple[mcmc.ParallelChains, mcmc.Chain]:
    work = mcmc.ParallelChains(
        built_of(case), prior, np.array([len(case.levels)]), np.array([1]), silent
    )
    rng = np.random.default_rng(seed)
    chain = mcmc.start_chain(work.built, rates, lists, prior, rng, together=False)
    if asking:
        chain.collapsed = model.choose_collapsed(case.graph, rates)
    return work, chain


def test_m_and_partition_have_their_distribution(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two lists that repeat nobody: links are pairs, and m integrates out in closed form."""
    light(monkeypatch)
    rng = np.random.default_rng(1)
    case, rates = seen(small_linkage(rng, LISTS, 1.0), 1), rates_for(rng)
    truth = exact_with_m(case, LISTS, rates)
    work, chain = chain_of(case, rates, partition_priors.NO_DUPLICATES, 2, asking=True)
    assert chain.collapsed is not None
    assert len(chain.collapsed.field) > 20
    work.run_one(chain, mcmc.Run(thin=1), SWEEPS, keep=True)
    check(truth, [in_order(row) for row in chain.labels], worth=0.25)


@pytest.mark.parametrize(
    ("seed", "prior"), [(7, partition_priors.NO_DUPLICATES), (4, partition_priors.FLAT)]
)
def test_pairs_come_and_go_with_m_alone(
    seed: int, prior: partition_priors.PartitionPrior, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is visited: who is together is drawn with m, and by nothing else."""
    light(monkeypatch)
    rng = np.random.default_rng(seed)
    case, rates = small_linkage(rng, LISTS, 1.0), rates_for(rng)
    case = seen(only(case, {(3, 0), (4, 1), (5, 2)}), seed)
    rates = with_errors(worth_about(rates, 0.3, rng), rng)
    logs = {}
    for row, chance in exact_with_m(case, LISTS, rates).items():
        if naive.admits(row, case.near):
            pairs = [each for each in naive.clusters(row) if len(each) == 2]
            levels = np.array([case.levels[i, j] for i, j in pairs]).reshape(
                -1, len(compare.FIELDS)
            )
            together = rates.together(levels.astype(np.uint8))
            logs[row] = math.log(chance) + float(together.sum())
            if prior is partition_priors.FLAT:
                logs[row] -= naive.log_overlap(
                    row, LISTS, 1.0, [0.0, 0.0], partition.MOST_EXACT_LISTS
                )
    assert len(logs) == 8
    work, chain = chain_of(case, rates, prior, 2, asking=True)
    chain.schedule.often[:] = 0.0
    work.run_one(chain, mcmc.Run(thin=1), SWEEPS, keep=True)
    assert chain.schedule.moves.sum() == 0.0
    check(naive.probabilities(logs), [in_order(row) for row in chain.labels], worth=0.2)


def test_others_with_them_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where people have three reports and more, draws are as without it."""
    light(monkeypatch)
    rng = np.random.default_rng(5)
    lists = [0, 1, 2, 0, 1]
    case, rates = seen(small_linkage(rng, lists, 1.0), 5), worth_about(rates_for(rng), 0.3, rng)
    rates.u[0][-3:] += 1.0  # no cap binds
    rates, found = with_errors(rates, rng), []
    for asking in (False, True):
        work, chain = chain_of(case, rates, partition_priors.OVERLAP_TABLE, 3, asking=asking)
        work.run_one(chain, mcmc.Run(thin=6), SWEEPS, keep=True)
        labels = np.array(chain.labels)
        together = labels[:, :, None] == labels[:, None, :]
        sizes = together.sum(axis=2).max(axis=1)
        found.append([*together.mean(axis=0).ravel(), *((sizes == k).mean() for k in range(1, 6))])
    assert 0.1 < sum(found[0][-3:]) < 0.95  # somebody has three reports or more
    assert found[1] == pytest.approx(found[0], abs=0.05)


def test_who_errs_of_others_is_drawn() -> None:
    """How often reports err, while somebody else is with the pairs that are asked for."""
    lists, birth = [0, 1, 0], 1
    case = small_linkage(np.random.default_rng(8), lists, 1.0)
    levels = np.zeros((2, len(compare.FIELDS)), np.uint8)
    levels[:, birth] = compare.BIRTH.index("a slip apart"), compare.BIRTH.index("different")
    choose_collapsed = collapsed_pairs.CollapsedPairs(
        field=np.array([birth, birth]),
        level=np.zeros(2, np.int64),
        kind=np.array([pair_likelihood.SLIP, pair_likelihood.DIFFERENT]),
        runs=np.arange(3),
        codes=naive.packed(levels),
        others=np.zeros(2),
        pairs=np.arange(3),
        one=np.ones(2, np.int32),
        two=np.zeros(2, np.int32),
        link_probability=np.full(2, 0.5),
    )
    state = partition.empty_state(3, 2)
    partition.place(case.graph, state, np.zeros(3, np.int64))
    prior = partition.PriorParameters(partition.FLAT, 1.0, 0.0, np.zeros(2))
    two = np.zeros((len(compare.FIELDS), 4))
    right, slip, different = two[birth, 1:] = 20.0, 12.0, 40.0
    nothing = np.zeros((len(compare.FIELDS), max(compare.COUNTS)))
    rng, rates = np.random.default_rng(9), rates_for(np.random.default_rng(9))
    agree, rightly = [], []
    for _ in range(6000):
        counts = comparison_counts.ComparisonCounts(nothing, np.zeros_like(two), two, two[:, :2])
        rates = model.draw_m_collapsed(
            rng, case.graph, state, prior, choose_collapsed, counts, rates
        )
        kinds = model.kind_sums(np.concatenate(rates.m))[birth]
        agree.append(math.sqrt(kinds[pair_likelihood.RIGHT] + kinds[pair_likelihood.SLIP]))
        rightly.append(math.sqrt(kinds[pair_likelihood.RIGHT]) / agree[-1])
    a, b, c = model.KIND_COUNTS[birth, 1:]
    least = math.sqrt(field_priors.PRIORS[birth].least)

    def mean(yes: float, no: float, pairs: float, errors: float, low: float) -> float:
        def m_prior(p: float, power: int) -> float:
            p_yes = p ** (yes - 1 + 2 * pairs + power)
            return float(p_yes * (1 - p) ** (no - 1) * (1 - p * p) ** errors)

        whole, times = (integrate.quad(m_prior, low, 1, args=(k,))[0] for k in (0, 1))
        return float(times / whole)

    assert np.mean(agree) == pytest.approx(mean(a + b, c, right + slip, different, least), abs=3e-3)
    assert np.mean(rightly) == pytest.approx(mean(a, b, right, slip, 0.0), abs=3e-3)
    assert set(state.slot.tolist()) == {state.slot[0]}


def test_books_are_kept() -> None:
    lists = [0, 1, 0, 2, 1, 2, 0, 1]
    rng = np.random.default_rng(6)
    case = seen(small_linkage(rng, lists, 1.0, sparse=True, same=((3, 0),), apart=((7, 6),)), 6)
    rates = rates_for(rng)
    choose_collapsed, worth = model.choose_collapsed(case.graph, rates), rates.worth()
    prior = partition.PriorParameters(partition.OVERLAP, 1.0, 0.0, np.array([0.2, 0.0, 0.1]))
    together = set()
    for _ in range(300):
        state = partition.empty_state(8, 3)
        unit = np.arange(8)
        unit[3] = 0
        unit[2] = unit[1] if rng.random() < 0.3 else 2
        partition.place(case.graph, state, unit)
        counts = comparison_counts.comparisons(rng, case.graph, state, worth)
        after = model.draw_m_collapsed(
            rng, case.graph, state, prior, choose_collapsed, counts, rates
        )
        for slot in np.unique(state.slot):
            assert state.size[slot] == (state.slot == slot).sum() <= 2
        anew = partition.empty_state(8, 3)
        partition.place(case.graph, anew, np.unique_inverse(state.slot)[1])
        assert (state.n.tolist(), state.cells.tolist()) == (anew.n.tolist(), anew.cells.tolist())
        assert state.on[state.slot].tolist() == anew.on[anew.slot].tolist()
        assert state.mask[state.slot].tolist() == anew.mask[anew.slot].tolist()
        assert state.slot[3] == state.slot[0]  # by decision
        again = comparison_counts.comparisons(rng, case.graph, state, after.worth())
        assert counts.found.tolist() == again.found.tolist()
        assert counts.two.tolist() == again.two.tolist()
        for f, (row, prior_) in enumerate(zip(after.m, field_priors.PRIORS, strict=True)):
            assert row.sum() == pytest.approx(rates.m[f].sum(), abs=1e-9)
            agree = math.sqrt(row[prior_.agrees].sum())
            assert agree >= math.sqrt(prior_.least) - 1e-9
            if prior_.split:
                assert row[~prior_.agrees] == pytest.approx(rates.m[f][~prior_.agrees], rel=1e-12)
        together |= {(i, j) for i in range(8) for j in range(i) if state.slot[i] == state.slot[j]}
    assert len(together) > 3
    assert (7, 6) not in together


def test_which_pairs_are_requested(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(6)
    lists = [0, 1, 0, 2, 1, 2, 0, 1]
    case = seen(small_linkage(rng, lists, 1.0, same=((3, 0),), apart=((7, 6),)), 6)
    rates = rates_for(rng)
    choose_collapsed = model.choose_collapsed(case.graph, rates)
    assert {0, 3, 6, 7}.isdisjoint({*choose_collapsed.one.tolist(), *choose_collapsed.two.tolist()})
    steps = list[tuple[int, int, int]]()
    for x, step in enumerate(
        zip(choose_collapsed.field, choose_collapsed.level, choose_collapsed.kind, strict=True)
    ):
        field, level, kind = (int(each) for each in step)
        steps.append((field, level, kind))
        pairs = slice(
            choose_collapsed.pairs[choose_collapsed.runs[x]],
            choose_collapsed.pairs[choose_collapsed.runs[x + 1]],
        )
        reports = [*choose_collapsed.one[pairs].tolist(), *choose_collapsed.two[pairs].tolist()]
        assert 0 < len(reports) == len(set(reports))
        for y in range(choose_collapsed.runs[x], choose_collapsed.runs[x + 1]):
            alike = set()
            for p in range(choose_collapsed.pairs[y], choose_collapsed.pairs[y + 1]):
                i, j = int(choose_collapsed.one[p]), int(choose_collapsed.two[p])
                alike.add((*sorted((lists[i], lists[j])), *case.levels[i, j].tolist()))
                shown = int(case.levels[i, j, field])
                assert shown == level if level else shown > 0
                assert model.KINDS[field, shown] == kind
                assert naive.packed(case.levels[i, j][None]) == choose_collapsed.codes[y]
            assert len(alike) == 1
    assert len(set(steps)) == len(steps)
    assert {kind for _, level, kind in steps if level == 0} == {
        pair_likelihood.SLIP,
        pair_likelihood.DIFFERENT,
    }
    # of names that differ m may be capped, and pairs are not worth in proportion to what is drawn
    assert not any(field == 0 and kind == pair_likelihood.DIFFERENT for field, _, kind in steps)
    assert not any(field == 2 and kind == pair_likelihood.SLIP for field, _, kind in steps)
    # known well enough, or taught by many
    sure = case.graph._replace(link_probability=np.ones_like(case.graph.link_probability))
    worth, kinds = rates.worth(), model.KINDS
    log_u = np.zeros_like(worth.weights)
    likely = worth._replace(first=np.where(kinds > 0, 50.0, 0.0))
    assert len(collapsed_pairs.choose(sure, likely, kinds, log_u).field) == 0
    unsure = worth._replace(first=np.zeros_like(worth.first))  # somewhere else it may be in doubt
    assert len(collapsed_pairs.choose(sure, unsure, kinds, log_u).field) > 10
    monkeypatch.setattr(collapsed_pairs, "MOST_LINKS", 0.5)
    assert len(collapsed_pairs.choose(sure, unsure, kinds, log_u).field) == 0


def test_no_one_is_requested_where_no_one_is_a_candidate() -> None:
    rng = np.random.default_rng(1)
    case = only(small_linkage(rng, [0, 1, 2], 1.0), set())
    case = attrs.evolve(case, graph=case.graph._replace(link_probability=np.zeros(0, np.float32)))
    rates = rates_for(np.random.default_rng(1))
    choose_collapsed = model.choose_collapsed(case.graph, rates)
    assert len(choose_collapsed.field) == len(choose_collapsed.one) == 0
    assert (choose_collapsed.runs.tolist(), choose_collapsed.pairs.tolist()) == ([0], [0])
    state, none = partition.empty_state(3, 3), np.zeros((len(compare.FIELDS), 4))
    partition.place(case.graph, state, np.arange(3))
    prior = partition.PriorParameters(partition.OVERLAP, 1.0, 0.0, np.zeros(3))
    counts = comparison_counts.ComparisonCounts(
        np.zeros_like(rates.worth().weights), none, none.copy(), none[:, :2]
    )
    after = model.draw_m_collapsed(rng, case.graph, state, prior, choose_collapsed, counts, rates)
    for row, before in zip(after.m, rates.m, strict=True):
        assert row == pytest.approx(before, rel=1e-12)


def wandering(
    case: SmallLinkage, rates: model.MatchProbabilities, *, asking: bool, seed: int
) -> float:
    """Correlation of the number of people, four draws on."""
    work, chain = chain_of(case, rates, partition_priors.FLAT, 2, asking=asking, seed=seed)
    people = list[int]()

    def note(state: partition.PartitionState) -> NDArray[np.float64]:
        people.append(int(state.n[0]))
        return np.zeros(1)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(chains, "monitored", note)
        work.run_one(chain, mcmc.Run(watch=1), 2000, keep=True)
    off = np.array(people) - np.mean(people)
    assert off.std() > 0.5
    return float((off[4:] * off[:-4]).mean() / off.var())


def test_chains_wander_less_where_few_links_teach_a_rate() -> None:
    """Of sixty pairs of one name whose births differ next to none are links, or some dozens."""
    doubtful, sure = 60, 300
    lists = [at % 2 for at in range(2 * (doubtful + sure))]
    case = small_linkage(np.random.default_rng(2), lists[:4], 1.0)
    levels = np.zeros((len(lists), len(lists), len(compare.FIELDS)), np.uint8)
    near = {(2 * at + 1, 2 * at) for at in range(doubtful + sure)}
    alike, differ = compare.BIRTH.index("same day"), compare.BIRTH.index("different")
    for i, j in near:
        levels[i, j, :2] = levels[j, i, :2] = 2, differ if i < 2 * doubtful else alike
    rates = rates_for(np.random.default_rng(2))
    u = [each.copy() for each in rates.u]
    u[0][1], u[1][differ - 1], u[1][alike - 1] = rates.m[0][1] / 1.4, 0.9, 1e-6
    rates = attrs.evolve(rates, u=tuple(u))
    rows, columns = np.tril_indices(len(lists), -1)
    graph_ = case.graph._replace(
        lists=np.array(lists),
        unit=np.arange(len(lists), dtype=np.int32),
        mate=np.arange(len(lists), dtype=np.int32),
        apart_starts=np.zeros(len(lists) + 1, np.int64),
        informed=np.zeros(len(lists), np.bool_),
        dense=naive.packed(levels[rows, columns]),
    )
    case = seen(only(attrs.evolve(case, graph=graph_, levels=levels), near), 2)
    without, mine = (
        np.mean([wandering(case, rates, asking=asking, seed=seed) for seed in range(5, 8)])
        for asking in (False, True)
    )
    assert mine < 0.65 * without, (mine, without)
