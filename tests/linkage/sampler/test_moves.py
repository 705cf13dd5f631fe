"""The compiled moves against every partition written out, and laws of the whole."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import attrs
import numba
import numpy as np
import pytest
from numpy.typing import NDArray
from tests import naive_linkage as naive

from uncounted._numba import lend
from uncounted.linkage import mcmc
from uncounted.linkage.arrays import Singles
from uncounted.linkage.comparison import levels as compare
from uncounted.linkage.encoding.encode import encode
from uncounted.linkage.sampler import (
    candidate_graph,
    cluster_likelihood,
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
from uncounted.linkage.sampler.scan_schedule import (
    ALWAYS,
    SELDOM,
    ScanSchedule,
    alternate_turns,
    every,
    every_turn_taken,
    settle,
)
from uncounted.linkage.sampler.state import cluster_buffers
from uncounted.linkage.sampler.workspace import MoveContext

pytestmark = pytest.mark.sampler

FIELDS = len(compare.FIELDS)
LEVELS = max(compare.COUNTS)
SWEEPS = 2_500
THIN = 20  # moves between draws, which are compared with draws that know nothing of one another
KINDS = ("", "right", "slip", "different")


@attrs.frozen(eq=False)
class SmallLinkage:
    """A few reports with levels of agreement drawn by lot, and what the levels are worth."""

    graph: partition.Graph
    worth: pair_likelihood.MatchWeights
    levels: NDArray[np.uint8]  # (reports, reports, fields)
    near: set[naive.Pair]


def small_linkage(
    rng: np.random.Generator,
    lists: list[int],
    spread: float,
    *,
    sparse: bool = False,
    same: tuple[naive.Pair, ...] = (),
    apart: tuple[naive.Pair, ...] = (),
) -> SmallLinkage:
    """A component in which every pair of levels is as likely as any other."""
    count = len(lists)
    speaks = rng.random((count, FIELDS)) < 0.7
    levels = np.zeros((count, count, FIELDS), np.uint8)
    for i in range(1, count):
        for j in range(i):
            drawn = np.array([rng.integers(1, size) for size in compare.COUNTS], np.uint8)
            # now and then two say a field and cannot be compared in it
            compared = speaks[i] & speaks[j] & (rng.random(FIELDS) < 0.8)
            levels[i, j] = levels[j, i] = np.where(compared, drawn, 0)
    pairs = [(i, j) for i in range(1, count) for j in range(i)]
    near = {pair for pair in pairs if not sparse or rng.random() < 0.6 or pair[0] == pair[1] + 1}
    rows = sorted((i, j) for pair in near for i, j in (pair, pair[::-1]))
    weak = {pair: rng.choice(3, p=(0.6, 0.2, 0.2)) for pair in near}
    decided = [(*pair, True) for pair in same] + [(*pair, False) for pair in apart]
    apart_starts, apart_of = candidate_graph.decided_apart(count, decided)
    left, right = (np.array(side, np.int64) for side in zip(*pairs, strict=True))
    weights = rng.normal(0.1, spread, (FIELDS, LEVELS))
    weights[:, 0] = 0.0
    event_correlated = rng.normal(0.0, 0.5, (FIELDS, LEVELS))
    event_correlated[:, 0] = 0.0
    same_given_name = rng.normal(0.0, 0.5, (FIELDS, LEVELS))
    same_given_name[:, 0] = 0.0
    alike = rng.random(LEVELS) < 0.5
    joint = rng.normal(0.0, 0.5, (len(compare.ORIGIN), len(compare.EVENT)))
    joint[0], joint[:, 0] = 0.0, 0.0
    copies, first = rng.normal(0.1, spread, (2, FIELDS, LEVELS))
    copies[:, 0] = first[:, 0] = 0.0
    kind = rng.integers(1, 4, (FIELDS, LEVELS)).astype(np.uint8)
    kind[:, 0] = 0
    said = np.random.default_rng(count).integers(0, 3, kind.shape)
    says = np.where(kind == pair_likelihood.RIGHT, said, 0).astype(np.uint8)
    chance = np.pad(rng.dirichlet(np.ones(3), FIELDS), ((0, 0), (1, 0)))
    errors = rng.normal(0.0, 0.5, (4, 4))
    errors[0], errors[:, 0] = 0.0, 0.0
    # proposals know nothing of it: with much of it chains would stay long where they start
    recurs = np.random.default_rng([count, 1]).normal(0.0, spread / 3, (FIELDS, LEVELS))
    recurs[:, 0] = 0.0
    worth = pair_likelihood.MatchWeights(
        weights,
        first,
        copies,
        kind,
        says,
        pair_likelihood.steps_of(kind, says),
        chance,
        event_correlated,
        0.3,
        same_given_name,
        alike,
        joint,
        errors,
        recurs,
    )
    starts = np.searchsorted([i for i, _ in rows], np.arange(count + 1)).astype(np.int64)
    kinds = np.array([weak[max(i, j), min(i, j)] for i, j in rows], np.uint8)
    unit = candidate_graph.decided_units(count, decided)
    return SmallLinkage(
        candidate_graph.with_firm(
            partition.Graph(
                starts=starts,
                near=np.array([j for _, j in rows], np.int32),
                codes=naive.packed(np.array([levels[i, j] for i, j in rows], np.uint8)),
                weak=kinds,
                informed=np.zeros(count, np.bool_),
                lists=np.array(lists, np.int64),
                unit=unit,
                mate=candidate_graph.unit_rings(unit),
                apart_starts=apart_starts,
                apart=apart_of,
                dense=naive.packed(levels[left, right]),
                arrays=encode([]).arrays,
                buffers=cluster_buffers(0),
            )
        ),
        worth,
        levels,
        near,
    )


def guessing(case: SmallLinkage, seed: int = 3) -> SmallLinkage:
    """The same, with guesses by lot of where reports go: good ones save work, no others harm."""
    rng = np.random.default_rng(seed)
    link_probability, alone = (
        rng.choice([0.05, 0.2, 0.9], size).astype(np.float32)
        for size in (len(case.graph.near), len(case.graph.lists))
    )
    informed = np.ones(len(alone), np.bool_)
    slots = rng.integers(0, 3, (2, len(alone))).astype(np.int32)
    guessed = case.graph._replace(link_probability=link_probability, alone=alone, informed=informed)
    tries = rng.choice(np.array([0.0, 0.2, 1.0]), len(link_probability))
    return attrs.evolve(case, graph=trying(with_proposal(guessed, list(slots)), tries))


def trying(near: partition.Graph, tries: NDArray[np.float64]) -> partition.Graph:
    """The same, with so many attempts a sweep to split and merge for each candidate."""
    of_all = np.bincount(candidate_graph.whose(near), tries, len(near.lists))
    return near._replace(tries=tries.astype(np.float32), tries_of=of_all.astype(np.float32))


def pair_tables(case: SmallLinkage) -> tuple[Any, ...]:
    """What `naive.log_evidence` is told of each pair."""
    count = len(case.graph.lists)

    def of_pairs[T](table: NDArray[Any], as_: Callable[[Any], T]) -> list[list[list[T]]]:
        return [
            [[as_(table[f, case.levels[i, j, f]]) for j in range(count)] for i in range(count)]
            for f in range(FIELDS)
        ]

    weights, copies = of_pairs(case.worth.weights, float), of_pairs(case.worth.copies, float)
    first = of_pairs(case.worth.first, float)
    kinds = of_pairs(case.worth.kind, lambda kind: KINDS[kind])
    whole = of_pairs(case.worth.says, lambda says: says == pair_likelihood.WHOLE)
    less = of_pairs(case.worth.says, lambda says: says == pair_likelihood.LESS)
    chance = [dict(zip(KINDS, row.tolist(), strict=True)) for row in case.worth.chance]
    phi, worth = case.worth.event_correlated_share, case.worth

    def non_match(levels: NDArray[np.uint8]) -> float:
        total = float(worth.joint[levels[3], levels[4]])
        if worth.alike[levels[0]]:
            total += sum(worth.same_given_name[f, levels[f]] for f in range(1, FIELDS))
        return math.exp(total)

    def err_as_one(levels: NDArray[np.uint8]) -> float:
        return float(worth.errors[worth.kind[0, levels[0]], worth.kind[1, levels[1]]])

    penalty = [
        [
            -err_as_one(case.levels[i, j])
            + math.log(
                (1 - phi) * non_match(case.levels[i, j])
                + phi
                * math.exp(
                    sum(case.worth.event_correlated[f, case.levels[i, j, f]] for f in range(FIELDS))
                )
            )
            for j in range(count)
        ]
        for i in range(count)
    ]
    recurs = of_pairs(case.worth.recurs, float)
    return weights, first, copies, kinds, whole, less, chance, penalty, recurs


def exact(case: SmallLinkage, log_prior: Any, **decisions: Any) -> dict[naive.Partition, float]:
    """Every partition that is allowed, with its probability."""
    said = pair_tables(case)
    return naive.probabilities(
        {
            partition: log_prior(partition) + naive.log_evidence(partition, *said)
            for partition in naive.partitions(len(case.graph.lists))
            if naive.admits(partition, case.near, **decisions)
        }
    )


def drawn(
    case: SmallLinkage,
    prior: partition.PriorParameters,
    *,
    splits: float = 0.5,
    sweeps: int = SWEEPS,
    often: Sequence[float] = (1.0,),
    thin: int = THIN,
    large: float = np.inf,
) -> dict[naive.Partition, float]:
    """How often each partition is drawn; reports in turn are visited so often a sweep."""
    rng = np.random.default_rng(11)
    count = len(case.graph.lists)
    state = partition.empty_state(count, len(prior.q))
    partition.place(case.graph, state, case.graph.unit.astype(np.int64))
    schedule = every(case.graph)
    schedule.often[:] = np.resize(often, count)
    if len(case.graph.link_probability):  # as chains do, from when there are guesses
        schedule.turns[:] = alternate_turns(case.graph)
        thin *= 2
    space = moves.make_scratch(case.graph, state, schedule, large)
    rows = _labels(rng, case.graph, state, case.worth, prior, splits, space, sweeps, thin)
    seen, times = np.unique(rows, axis=0, return_counts=True)
    return {tuple(row): n / sweeps for row, n in zip(seen.tolist(), times.tolist(), strict=True)}


def once(
    rng: np.random.Generator,
    near: partition.Graph,
    state: partition.PartitionState,
    worth: pair_likelihood.MatchWeights,
    prior: partition.PriorParameters,
    splits: float,
    schedule: ScanSchedule,
    anew: bool,
) -> None:
    """A sweep in room of its own."""
    space = moves.make_scratch(near, state, schedule)
    moves.sweep(rng, near, state, worth, prior, splits, space, anew)


# Lent as the moves lend them: with other types all that is called would be compiled again.
@numba.njit
def evidence(graph: Any, worth: Any, group: Any, k: int) -> Any:
    """Evidence of the cluster `group[:k]`."""
    return cluster_likelihood.evidence(lend(graph), lend(worth), group, k)


@numba.njit
def _levels_of(graph: Any, worth: Any, i: Any, j: Any) -> Any:
    return comparison_counts.pair_levels(lend(graph), lend(worth), i, j)


@numba.njit
def _hangs_together(graph: Any, group: Any, k: int) -> Any:
    return partition.hangs_together(lend(graph), group, k)


@numba.njit
def _labels(
    rng: Any,
    graph: Any,
    state: Any,
    worth: Any,
    prior: Any,
    splits: float,
    scratch: Any,
    sweeps: int,
    thin: int,
) -> Any:
    """Partitions, a label a report in order of first reports."""
    count = len(state.slot)
    rows = np.empty((sweeps, count), np.int64)
    names = np.empty(count, np.int64)
    for at in range(sweeps):
        for _ in range(thin):
            anew = scratch.schedule.sweeps[0] % 2 == 0  # levels are worth the same throughout
            moves.sweep(rng, graph, state, worth, prior, splits, scratch, anew)
        names[:] = -1
        found = 0
        for r in range(count):
            if names[state.slot[r]] < 0:
                names[state.slot[r]] = found
                found += 1
            rows[at, r] = names[state.slot[r]]
    return rows


def check(
    truth: dict[naive.Partition, float],
    found: dict[naive.Partition, float],
    draws: int = SWEEPS,
) -> None:
    """Total variation is at most twice that of as many exact draws; pairs are within .03.

    The 200 likeliest partitions are told one by one, the rest as one.
    """
    assert max(truth.values()) < 0.95  # or the test would say little
    assert set(found) <= set(truth)  # what is not allowed is never drawn
    ranked = sorted(truth, key=lambda partition: -truth[partition])[:200]
    shares = np.array([truth[partition] for partition in ranked])
    shares = np.append(shares, max(1.0 - shares.sum(), 0.0))
    shares /= shares.sum()
    mine = np.array([found.get(partition, 0.0) for partition in ranked])
    exact_draws = np.random.default_rng(5).multinomial(draws, shares, size=400) / draws
    usual = np.abs(exact_draws - shares).sum(axis=1) / 2
    most = max(2 * usual.mean(), np.quantile(usual, 0.99))  # of two partitions, it scatters more
    assert np.abs(np.append(mine, 1.0 - mine.sum()) - shares).sum() / 2 <= most
    for i in range(1, len(next(iter(truth)))):
        for j in range(i):
            assert abs(together(truth, i, j) - together(found, i, j)) < 0.03


def together(shares: dict[naive.Partition, float], i: int, j: int) -> float:
    """How likely two reports are one person."""
    return sum(share for row, share in shares.items() if row[i] == row[j])


@pytest.mark.parametrize(
    ("lists", "alpha", "q", "spread", "splits", "sparse"),
    [
        ([0, 1], 1.0, [0.05, 0.05], 0.1, 0.5, False),
        ([0, 1, 2], 1.0, [0.05, 0.05, 0.05], 1.0, 0.5, False),
        ([0, 0, 1, 1], 1.0, [0.3, 0.1], 1.0, 0.5, True),
        ([0, 1, 0, 2, 1], 0.5, [0.2, 0.4, 0.05], 1.0, 2.0, True),
        ([0, 0, 0, 1, 1, 2], 1.0, [0.3, 0.2, 0.1], 0.8, 0.0, True),  # reassignment alone
        ([1, 0, 2, 3, 0, 1, 2], 1.0, [0.1, 0.1, 0.2, 0.3], 1.2, 1.0, True),
        ([0] * 5, 1.0, [0.5], 1.0, 1.0, False),
        ([0, 5, 13, 5, 0], 1.0, [0.2] * 14, 0.4, 0.5, False),  # cells that count lists
        ([0, 1, 2, 0, 1], 1.0, [0.0, 0.0, 0.0], 1.0, 0.5, True),  # nobody twice on a list
    ],
)
@pytest.mark.parametrize("link_probability", [False, True])
def test_draws_agree_with_every_partition_written_out(
    lists: list[int],
    alpha: float,
    q: list[float],
    spread: float,
    splits: float,
    sparse: bool,
    link_probability: bool,
) -> None:
    case = small_linkage(np.random.default_rng(len(lists)), lists, spread, sparse=sparse)
    case = guessing(case) if link_probability else case
    truth = exact(
        case, lambda row: naive.log_overlap(row, lists, alpha, q, partition.MOST_EXACT_LISTS)
    )
    # of few reports more hangs on those who are looked at seldom; so far apart, draws agree with
    # the truth as well as independent ones do
    found = drawn(
        case,
        partition.PriorParameters(partition.OVERLAP, alpha, 0.0, np.array(q)),
        splits=splits,
        thin=(2 if len(lists) < 6 else 1) * THIN // (1 + link_probability),
    )
    possible = {row: share for row, share in truth.items() if share > 0}
    check(possible, found)


@pytest.mark.parametrize("link_probability", [False, True])
@pytest.mark.parametrize(
    ("lists", "same", "apart"),
    [
        ([0, 1, 0, 2, 1], (), ()),
        ([0, 1, 0, 0, 0, 1, 2], (), ()),
        ([0, 1, 0, 2, 1, 0], ((2, 0),), ((4, 3),)),
    ],
)
def test_the_distribution_is_the_same_where_moves_of_large_clusters_are_tried_more_seldom(
    lists: list[int],
    same: tuple[naive.Pair, ...],
    apart: tuple[naive.Pair, ...],
    link_probability: bool,
) -> None:
    """From two reports on with the inverse of how many there are as its chance, here."""
    rng = np.random.default_rng(len(lists))
    case = small_linkage(rng, lists, 0.8, sparse=True, same=same, apart=apart)
    case = guessing(case) if link_probability else case
    q = [0.3, 0.2, 0.1]
    truth = exact(
        case,
        lambda row: naive.log_overlap(row, lists, 1.0, q, partition.MOST_EXACT_LISTS),
        same=same,
        apart=apart,
    )
    prior = partition.PriorParameters(partition.OVERLAP, 1.0, 0.0, np.array(q))
    found = drawn(case, prior, splits=1.0, thin=2 * THIN, large=1.0)
    check({row: share for row, share in truth.items() if share > 0}, found)


def test_turns_of_large_clusters_are_passed_over_and_do_not_count() -> None:
    """Two who surely are one person: who is taken out leaves one, twice what is large here."""
    case = alike(200.0, each=1)
    state, schedule = partition.empty_state(2, 2), every(case.graph)
    partition.place(case.graph, state, np.zeros(2, np.int64))
    space = moves.make_scratch(case.graph, state, schedule, large=0.5)
    prior = partition.PriorParameters(partition.FLAT, 1.0, 0.0, np.full(2, 0.1))
    rng = np.random.default_rng(1)
    for _ in range(2000):
        moves.sweep(rng, case.graph, state, case.worth, prior, 0.0, space, True)
    assert state.slot[0] == state.slot[1]
    assert schedule.times.tolist() == schedule.worked.tolist()
    assert schedule.times == pytest.approx(np.full(2, 1000), abs=90)


@pytest.mark.parametrize("log_theta", [0.5, 3.0])
def test_ewens_within_a_component(log_theta: float) -> None:
    lists = [0, 1, 1, 0, 2]
    case = small_linkage(np.random.default_rng(10), lists, 1.0, sparse=True)
    truth = exact(case, lambda row: naive.log_ewens(row, log_theta))
    prior = partition.PriorParameters(partition.EWENS, 1.0, log_theta, np.full(3, 0.1))
    check(truth, drawn(case, prior))
    check(truth, drawn(guessing(case), prior))


def test_the_flat_prior_leaves_evidence_alone() -> None:
    case = small_linkage(np.random.default_rng(9), [0, 1, 1, 0, 2], 1.0, sparse=True)
    prior = partition.PriorParameters(partition.FLAT, 1.0, 0.0, np.full(3, 0.1))
    check(exact(case, lambda row: 0.0), drawn(case, prior))
    check(exact(case, lambda row: 0.0), drawn(guessing(case), prior))


@pytest.mark.parametrize(
    ("same", "apart"),
    [
        (((3, 0),), ()),
        ((), ((2, 1), (4, 0))),
        (((3, 0), (5, 3)), ((1, 0),)),
        (((4, 1),), ((4, 2),)),
    ],
)
def test_decisions_always_hold(same: tuple[naive.Pair, ...], apart: tuple[naive.Pair, ...]) -> None:
    lists = [0, 1, 2, 0, 1, 2]
    case = small_linkage(np.random.default_rng(16), lists, 1.0, sparse=True, same=same, apart=apart)
    truth = exact(
        case,
        lambda row: naive.log_overlap(row, lists, 1.0, [0.2] * 3, partition.MOST_EXACT_LISTS),
        same=same,
        apart=apart,
    )
    prior = partition.PriorParameters(partition.OVERLAP, 1.0, 0.0, np.full(3, 0.2))
    check(truth, drawn(case, prior, splits=5.0))
    check(truth, drawn(guessing(case), prior, splits=5.0, thin=THIN // 2))


def test_a_decision_may_put_together_two_of_a_list_that_repeats_no_one() -> None:
    lists, same = [0, 0, 1, 1, 0], ((1, 0),)
    case = small_linkage(np.random.default_rng(3), lists, 0.6, same=same)
    nearly = [1e-12, 1e-12]
    truth = exact(case, lambda row: naive.log_overlap(row, lists, 1.0, nearly, 12), same=same)
    possible = {row: share for row, share in truth.items() if share > 1e-9}
    prior = partition.PriorParameters(partition.OVERLAP, 1.0, 0.0, np.zeros(2))
    check(possible, drawn(case, prior, splits=1.0, thin=3 * THIN))  # much hangs on faint candidates


def alike(weight: float, each: int = 2) -> SmallLinkage:
    """So many reports of each of two lists; each is as like any of the other list."""
    case = small_linkage(np.random.default_rng(5), [0] * each + [1] * each, 0.0)
    weights = case.worth.weights.copy()
    weights[0, 1] = weight
    levels = np.zeros_like(case.levels)
    levels[:each, each:, 0] = levels[each:, :each, 0] = 1
    graph_ = case.graph._replace(
        dense=naive.packed(levels[np.tril_indices(2 * each, -1)]),
        codes=naive.packed(levels[~np.eye(2 * each, dtype=bool)]),
    )
    graph_ = candidate_graph.with_kinds(graph_, np.zeros_like(case.graph.weak))
    return attrs.evolve(
        case, graph=graph_, worth=case.worth._replace(weights=weights, event_correlated_share=0.0)
    )


def uninformative(count: int) -> SmallLinkage:
    """Reports that say nothing, so that any partition is as likely as any other."""
    case = small_linkage(np.random.default_rng(5), [at % 2 for at in range(count)], 0.0)
    firm = candidate_graph.with_kinds(case.graph, np.zeros_like(case.graph.weak))
    silent = firm._replace(dense=np.zeros_like(firm.dense), codes=np.zeros_like(firm.codes))
    return attrs.evolve(case, graph=silent, worth=case.worth._replace(event_correlated_share=0.0))


def two_and_two() -> tuple[SmallLinkage, Singles, float]:
    """0 and 1 are one person, 2 and 3 are, and all four may be: no visit of one shows it.

    Also guesses, and how likely it is that all four are (flat prior).
    """
    case = uninformative(4)
    levels = np.zeros_like(case.levels)
    levels[:2, 2:, 0] = levels[2:, :2, 0] = 1
    levels[[0, 1, 2, 3], [1, 0, 3, 2], 0] = 2
    weights = case.worth.weights.copy()
    weights[0, 1:3] = 8.0, 16.0
    codes = naive.packed(levels[~np.eye(4, dtype=bool)])
    silent = case.graph._replace(dense=naive.packed(levels[np.tril_indices(4, -1)]), codes=codes)
    worth = case.worth._replace(weights=weights, copies=weights)
    case = attrs.evolve(case, graph=silent, levels=levels, worth=worth)
    truth = exact(case, lambda row: 0.0)
    all_one, apart = truth[0, 0, 0, 0], truth[0, 0, 1, 1]
    assert min(all_one, apart) > 0.3
    assert all_one + apart > 0.99  # one of the four alone is hardly ever apart
    # as visits see it: 1 while they are one, and 0 while they are not
    sure = candidate_graph.whose(silent) // 2 == silent.near // 2
    return case, np.where(sure, 1.0, all_one).astype(np.float32), all_one


@pytest.mark.parametrize("seed", range(4))
def test_a_few_reports_that_are_visited_seldom_change_places_still(seed: int) -> None:
    case, rng = alike(9.0), np.random.default_rng(seed)
    state, schedule = partition.empty_state(4, 2), every(case.graph)
    partition.place(case.graph, state, np.arange(4))
    prior = partition.PriorParameters(partition.OVERLAP, 1.0, 0.0, np.zeros(2))

    def sweep() -> bool:
        once(rng, case.graph, state, case.worth, prior, mcmc.SPLITS, schedule, True)
        return bool(state.slot[0] == state.slot[2])

    for more in (10, 10, 80):  # much as chains do
        for _ in range(more):
            sweep()
        settle([schedule])
    assert schedule.often.min() == SELDOM
    assert 0.3 < np.mean([sweep() for _ in range(20_000)]) < 0.7  # some 200 changes of place


@pytest.mark.parametrize("splits", [0.0, 1.0])
def test_how_often_reports_are_visited_moves_no_chance(splits: float) -> None:
    lists = [0, 1, 0, 2, 1, 2]
    case = small_linkage(np.random.default_rng(22), lists, 1.0, sparse=True)
    q = [0.2, 0.3, 0.1]
    truth = exact(case, lambda row: naive.log_overlap(row, lists, 1.0, q, 12))
    prior = partition.PriorParameters(partition.OVERLAP, 1.0, 0.0, np.array(q))
    check(truth, drawn(case, prior, splits=splits, often=(0.3, 1.0, 2.5)))


def test_reports_are_visited_the_less_the_less_they_moved_over_all_chains() -> None:
    case = small_linkage(np.random.default_rng(5), [0, 1, 0, 1, 2], 1.0)
    one, other = every(case.graph), every(case.graph)
    for schedule in (one, other):
        schedule.often[4] = 0.7
        schedule.looks[:2], schedule.joins[:2] = [8.0, 4.0], [2.0, 0.0]
        schedule.worked[0], schedule.alone[0] = 4.0, 3.0
    one.times[:], one.moves[:] = [10, 10, 10, 10, 0], [0.0, 0.04, 0.02, 9.0, 0.0]
    other.times[:], other.moves[:] = [10, 0, 10, 10, 0], [0.0, 0.0, 0.0, 9.0, 0.0]
    settle([one, other])
    for schedule in (one, other):
        assert schedule.often == pytest.approx([SELDOM, 0.8, 0.4, 1.0, 0.7])
        assert not schedule.times.any()
        assert not schedule.moves.any()
        # what was seen of candidates counts for less, beside what will be seen
        assert schedule.looks[:2].tolist() == [2.0, 1.0]
        assert schedule.joins[:2].tolist() == [0.5, 0.0]
        assert (schedule.worked[0], schedule.alone[0]) == (1.0, 0.75)
    settle([one, other], fading=False)
    for schedule in (one, other):
        assert (schedule.looks[0], schedule.joins[0], schedule.worked[0]) == (2.0, 0.5, 1.0)


def test_what_hardly_moves_is_visited_seldom_and_what_moves_often() -> None:
    lists = [0, 1, 0, 1]
    case = small_linkage(np.random.default_rng(5), lists, 0.0)
    sure = case.worth.weights.copy()
    sure[0, 1:3] = 12.0, -12.0
    worth = case.worth._replace(weights=sure, event_correlated_share=0.0)
    levels = np.zeros_like(case.levels)
    levels[0, 1, 0] = levels[1, 0, 0] = 1  # one person for sure; others may be anybody
    for i, j in ((2, 0), (2, 1), (3, 0), (3, 1)):
        levels[i, j, 0] = levels[j, i, 0] = 2
    graph_ = case.graph._replace(
        dense=naive.packed(levels[np.tril_indices(4, -1)]),
        codes=naive.packed(levels[~np.eye(4, dtype=bool)]),
    )
    graph_ = candidate_graph.with_kinds(graph_, np.zeros_like(case.graph.weak))
    state, schedule = partition.empty_state(4, 2), every(graph_)
    partition.place(graph_, state, np.arange(4))
    prior = partition.PriorParameters(partition.FLAT, 1.0, 0.0, np.full(2, 0.1))
    rng = np.random.default_rng(1)
    for _ in range(200):
        once(rng, graph_, state, worth, prior, 0.5, schedule, True)
    settle([schedule])
    assert schedule.often[:2].tolist() == [SELDOM, SELDOM]
    assert (schedule.often[2:] > 0.8).all()


def test_who_is_in_doubt_with_somebody_has_the_other_turn() -> None:
    case = small_linkage(np.random.default_rng(5), [0, 1, 0, 1, 2, 2, 0], 1.0)
    one = candidate_graph.whose(case.graph)
    link_probability = np.full(len(one), 1e-4, np.float32)
    # three in a ring, of whom the doubt of 0 and 2 is least, as one of each two sees it; 3 is
    # surely with 0, and the others alone
    for pair, chance in {(0, 1): 0.5, (2, 1): 0.6, (0, 2): 0.8, (0, 3): 1.0}.items():
        link_probability[(one == pair[0]) & (case.graph.near == pair[1])] = chance
    moving = np.full(7, 0.5, np.float32)
    turns = alternate_turns(case.graph._replace(link_probability=link_probability, moving=moving))
    assert set(turns.tolist()) == {0, 1}
    assert turns[0] != turns[1]
    assert turns[1] != turns[2]
    assert turns[0] == turns[2]
    assert turns[3:].tolist() == [1, 0, 1, 0]  # who is in no doubt, by its place


def test_attempts_are_made_for_two_clusters_as_they_are_in_doubt() -> None:
    """0 and 1 are one surely, 2 to 5 are, and 7 to 9 are; 6 is in doubt with 0."""
    case = uninformative(10)
    one, near = candidate_graph.whose(case.graph), case.graph.near
    link_probability, weak = np.full(len(near), 0.0, np.float32), np.zeros(len(near), np.uint8)

    def of(i: int, j: int) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = (one == i) & (near == j)
        return found

    for i, j, chance in [(0, 1, 0.9), (0, 2, 0.5), (1, 2, 0.02), (6, 0, 0.2), (1, 7, 0.1)]:
        link_probability[of(i, j)] = chance  # as one sees it: the other never looked
    for surely in ([2, 3, 4, 5], [7, 8, 9]):
        link_probability[np.isin(one, surely) & np.isin(near, surely) & (near < one)] = 1.0
    link_probability[of(8, 2)] = 0.85  # 8 and 2 are in larger clusters than whom they are with
    weak[of(1, 7) | of(7, 1)] = partition.WEAK
    given = candidate_graph.with_kinds(case.graph, weak)._replace(link_probability=link_probability)
    found = split_merge.by_doubt(given)

    def made_for(i: int, j: int) -> float:
        assert found.tries[of(i, j)] == found.tries[of(j, i)]
        return float(found.tries[of(i, j)][0])

    often, lone = split_merge.EACH_SIDE, split_merge.LONE
    assert made_for(0, 3) == 0.0
    assert made_for(0, 2) == pytest.approx(often / (2 * 5))
    assert made_for(1, 2) == pytest.approx(often * math.sqrt(4 * 0.02 * 0.98) / (2 * 5))
    assert made_for(1, 7) == pytest.approx(often * math.sqrt(4 * 0.1 * 0.9) / (2 * 3))  # weak, too
    assert made_for(3, 5) == pytest.approx(often * 0.1 / (4 * 4))  # as halves of one cluster
    assert made_for(8, 7) == pytest.approx(often * 0.1 / (4 * 3))
    assert made_for(0, 1) == pytest.approx(lone * math.sqrt(4 * 0.9 * 0.1))  # halves are alone
    assert made_for(7, 9) == 0.0  # of three, one half is
    assert made_for(0, 6) == pytest.approx(lone * math.sqrt(4 * 0.2 * 0.8))
    everybody = split_merge.for_all(candidate_graph.all_firm(given), link_probability)
    look = np.float32(split_merge.AT_A_LOOK)
    assert everybody.tries[of(0, 2)] == everybody.tries[of(1, 2)] == look / np.float32(2 * 5)
    assert everybody.tries[of(0, 3)] == look / np.float32(2 * 4)
    assert everybody.tries[of(3, 5)] == look / np.float32(4 * 4)
    assert everybody.tries[of(0, 6) | of(0, 1) | of(7, 9)].tolist() == [0.0, 0.0, 0.0]
    for each in (found, everybody):
        assert each.tries_of == pytest.approx(np.bincount(one, each.tries), rel=1e-5)


def test_a_unit_has_the_turn_of_who_stands_for_it() -> None:
    case = small_linkage(np.random.default_rng(5), [0, 1, 0, 1], 1.0, same=((3, 0),))
    one = candidate_graph.whose(case.graph)
    link_probability = np.full(len(one), 1e-4, np.float32)
    link_probability[(one == 3) & (case.graph.near == 2)] = 0.5
    moving = np.full(4, 0.5, np.float32)
    turns = alternate_turns(case.graph._replace(link_probability=link_probability, moving=moving))
    assert turns[0] != turns[2]


def test_a_report_that_only_its_own_turns_move_has_every_turn() -> None:
    """1 and 2 are surely one person; 0, and who 3 stands for, may be that person too."""
    case = small_linkage(np.random.default_rng(5), [0, 1, 0, 1, 2, 2, 0, 1], 1.0, same=((5, 3),))
    one = candidate_graph.whose(case.graph)
    link_probability = np.full(len(one), 1e-4, np.float32)
    for pair, chance in {
        (1, 2): 0.9999,
        (0, 1): 0.4,
        (0, 2): 0.4,
        (5, 1): 0.3,
        (5, 2): 0.3,
        (4, 1): 0.01,  # too seldom for a turn in every sweep
        (6, 7): 0.4,  # 6 and 7 are in doubt with one another, and 6 with 2 a little
        (6, 2): 0.05,
    }.items():
        link_probability[(one == pair[0]) & (case.graph.near == pair[1])] = chance
    moving = np.array([0.4, 1e-4, 1e-4, 0.3, 0.009, 0.0, 0.4, 0.4], np.float32)
    doubtful = case.graph._replace(link_probability=link_probability, moving=moving)
    assert np.flatnonzero(alternate_turns(doubtful) == ALWAYS).tolist() == [0, 3]
    # what 6 may be one with moves .7 times as often as it does itself: .24 of 7's, and none of 2's
    doubt, rest = 0.4 * 0.6, 0.05 * 0.95
    moving[7] = 0.7 * 0.4 * (doubt + rest) / doubt
    assert np.flatnonzero(alternate_turns(doubtful) == ALWAYS).tolist() == [0, 3, 6]
    assert (alternate_turns(doubtful._replace(moving=np.full(8, 0.4, np.float32))) < ALWAYS).all()


def test_a_report_is_proposed_to_go_where_it_is_likely_to_be() -> None:
    case = small_linkage(np.random.default_rng(5), [0, 1, 0, 1, 2], 1.0)
    weak = np.zeros_like(case.graph.weak)
    one, near = candidate_graph.whose(case.graph), case.graph.near
    weak[(one == 0) & (near == 4)] = partition.FAINT
    link_probability = np.zeros(len(near), np.float32)
    for j, chance in {1: 0.6, 2: 0.5, 3: 0.2, 4: 0.9}.items():
        link_probability[(one == 0) & (near == j)] = chance
    alone = np.full(5, 0.1, np.float32)
    given = candidate_graph.with_kinds(case.graph, weak)._replace(
        link_probability=link_probability, alone=alone
    )
    # 1 and 2 are together in one of two states, and 1 with 4, who is looked at seldom, in the other
    slots = [np.array([0, 1, 1, 2, 3], np.int32), np.array([0, 1, 2, 3, 1], np.int32)]
    found = with_proposal(given, slots)
    share = (6 / 11 + 1) / 2
    proposal_weights = [0.6 * share, 0.5 * share, 0.2, 0.9]
    assert found.proposal_weights[one == 0] == pytest.approx(proposal_weights)
    assert found.moving[0] == pytest.approx(1 - 0.6 / (0.1 + sum(proposal_weights[:3])))
    # of 3 nothing is guessed: each is proposed as often as anybody at the least, and nowhere else
    # is it known to be; 1 is with another in both states
    assert found.proposal_weights[one == 3] == pytest.approx(0.003 * np.array([1, 0.5, 0.75, 0.75]))
    assert found.moving[3] == 0.0


@pytest.mark.parametrize("start", [(0, 1, 1, 3), (1, 1, 1, 3)])
@pytest.mark.parametrize("alone", [0.1, 1.5])
def test_a_visit_by_guess_proposes_by_lots_and_goes_by_their_ratio(
    alone: float, start: tuple[int, ...]
) -> None:
    case = uninformative(4)
    link_probability = np.zeros(12, np.float32)
    link_probability[:3] = 0.6, 0.6, 0.2
    given = case.graph._replace(
        link_probability=link_probability,
        alone=np.full(4, alone, np.float32),
        informed=np.ones(4, np.bool_),
    )
    guessed = with_proposal(given, [np.array([0, 1, 1, 3], np.int32)])
    prior = partition.PriorParameters(partition.FLAT, 1.0, 0.0, np.full(2, 0.1))
    rng = np.random.default_rng(1)
    schedule, went, times = every(guessed), Counter[str](), 20_000
    schedule.often[:] = 1, 0, 0, 0
    for _ in range(times):
        state = partition.empty_state(4, 2)
        partition.place(guessed, state, np.array(start))
        once(rng, guessed, state, case.worth, prior, 0.0, schedule, True)
        with_one, with_three = state.slot[0] == state.slot[[1, 3]]
        went["one" if with_one else "three" if with_three else "alone"] += 1
    proposal_weights = {"alone": alone, "one": 0.6, "three": 0.2}
    all_ = sum(proposal_weights.values())
    here = "alone" if start[0] == 0 else "one"
    seldom = moves.WEAK_LOOKS[1]  # looks at weak candidates are Gibbs visits
    for to in proposal_weights:
        if to != here:
            proposed = proposal_weights[to] / (
                all_ - min(proposal_weights[here], proposal_weights[to])
            )
            goes = proposed * min(proposal_weights[here] / proposal_weights[to], 1.0)
            expected = (1 - seldom) * goes + seldom / 3
            assert went[to] / times == pytest.approx(expected, abs=0.01)
    assert schedule.moves[0] == pytest.approx(
        times * (1 - max(proposal_weights.values()) / all_), rel=0.02
    )


def test_two_in_even_doubt_go_back_and_forth_and_draws_that_are_kept_show_both() -> None:
    case = uninformative(2)
    even = np.full(2, 0.5, np.float32)
    given = case.graph._replace(link_probability=even, alone=even, informed=np.ones(2, np.bool_))
    state, schedule = partition.empty_state(2, 2), every(case.graph)
    partition.place(case.graph, state, np.arange(2))
    guessed = with_proposal(given, [state.slot])
    schedule.turns[:] = 0, 1
    prior = partition.PriorParameters(partition.FLAT, 1.0, 0.0, np.full(2, 0.1))
    rng, together = np.random.default_rng(1), list[bool]()
    for _ in range(4_000):
        once(rng, guessed, state, case.worth, prior, 0.0, schedule, True)
        together.append(bool(state.slot[0] == state.slot[1]))
    moved = np.diff(together)
    seldom = moves.WEAK_LOOKS[1]  # looks at weak candidates are Gibbs visits
    assert moved.mean() == pytest.approx(1 - seldom / 2, abs=0.005)
    kept = together[:: mcmc.THIN]
    assert np.diff(kept).mean() > 0.95
    assert np.mean(kept) == pytest.approx(0.5, abs=0.03)


def test_levels_of_a_pair_in_a_cluster_are_those_of_its_candidates() -> None:
    case = small_linkage(np.random.default_rng(7), [0, 1, 0, 1, 2, 2], 1.0)
    rows = case.graph._replace(dense=np.zeros(0, np.int32))
    for i, j in zip(candidate_graph.whose(rows), rows.near, strict=True):
        one, other = np.int32(i), np.int32(j)
        found = _levels_of(rows, case.worth, one, other)
        assert found == _levels_of(case.graph, case.worth, one, other)


def test_reports_are_visited_in_their_turns_and_books_are_kept_between() -> None:
    case = small_linkage(np.random.default_rng(6), [0, 1, 0, 1, 2, 2], 1.0, sparse=True)
    prior = partition.PriorParameters(partition.OVERLAP, 1.0, 0.0, np.full(3, 0.2))
    rng = np.random.default_rng(2)
    state, schedule = partition.empty_state(6, 3), every(case.graph)
    partition.place(case.graph, state, np.arange(6))
    assert every_turn_taken(schedule)
    schedule.turns[:] = [0, 1, 0, 1, 0, 1]
    for at in range(200):
        once(rng, case.graph, state, case.worth, prior, 0.5, schedule, at % 2 == 0)
        assert schedule.times.tolist() == [at // 2 + 1, (at + 1) // 2] * 3
        assert every_turn_taken(schedule) == (at % 2 == 1)
        for slot in range(6):
            group = np.flatnonzero(state.slot == slot).astype(np.int32)
            worth = evidence(case.graph, case.worth, group, len(group))
            assert np.isnan(state.value[slot]) or state.value[slot] == pytest.approx(worth)
    state.value[:] = 7.0  # whatever was known of clusters is found anew where levels changed
    once(rng, case.graph, state, case.worth, prior, 0.5, schedule, True)
    assert not (state.value == 7.0).any()


def test_a_field_left_out_takes_nothing_away() -> None:
    case = small_linkage(np.random.default_rng(1), [0, 1, 2], 1.0)
    worth = case.worth._replace(
        weights=np.zeros_like(case.worth.weights),
        first=np.zeros_like(case.worth.weights),
        copies=np.zeros_like(case.worth.weights),
        chance=np.tile([0.0, 1.0, 0.0, 0.0], (FIELDS, 1)),
        event_correlated_share=0.0,
        alike=np.zeros(LEVELS, np.bool_),
        joint=np.zeros_like(case.worth.joint),
        errors=np.zeros_like(case.worth.errors),
    )
    worth.weights[0, 1] = worth.copies[0, 1] = 5.0
    worth.kind[0, 1] = pair_likelihood.RIGHT
    worth.steps[:] = pair_likelihood.steps_of(worth.kind, worth.says)
    levels = np.zeros_like(case.levels)
    levels[0, 1, 0] = levels[1, 0, 0] = 1  # reports 0 and 1 agree, 2 says nothing
    codes = naive.packed(np.array([levels[1, 0], levels[2, 0], levels[2, 1]]))
    buffers = case.graph._replace(dense=codes)
    group = np.arange(3, dtype=np.int32)
    assert evidence(buffers, worth, group, 3) == pytest.approx(5.0)
    assert evidence(buffers, worth, group, 2) == pytest.approx(5.0)


def test_comparisons_are_one_less_than_those_who_speak() -> None:
    case = small_linkage(np.random.default_rng(3), [0, 1, 2, 3], 1.0)
    state = partition.empty_state(4, 4)
    partition.place(case.graph, state, np.zeros(4, np.int64))
    rng = np.random.default_rng(1)
    counts = comparison_counts.comparisons(rng, case.graph, state, case.worth)
    found, kinds = counts.found, comparison_counts.reports(rng, counts, case.worth.chance)
    # all but one of those with whom whoever is compared with most is compared
    met = (case.levels > 0).sum(axis=1).max(axis=0)
    assert found.sum(axis=1).tolist() == met.tolist()
    assert kinds.sum(axis=1).tolist() == np.where(met > 0, met + 1, 0).tolist()
    # one says a date alone, another a place alone: both say the field, and nothing is compared
    mute = case.graph._replace(dense=np.zeros_like(case.graph.dense))
    silent = partition.empty_state(4, 4)  # another file's: levels are kept
    partition.place(mute, silent, np.zeros(4, np.int64))
    for nothing_found in comparison_counts.comparisons(rng, mute, silent, case.worth):
        assert nothing_found.sum() == 0
    everyone = np.arange(4, dtype=np.int32)
    nothing = case.worth._replace(event_correlated_share=0.0)
    assert evidence(mute, nothing, everyone, 4) == 0.0


@pytest.mark.parametrize(
    "kind", [pair_likelihood.RIGHT, pair_likelihood.SLIP, pair_likelihood.DIFFERENT]
)
def test_who_is_right_of_two(kind: int) -> None:
    """Of two, either is the original; what the other is says its level, what it is, its chances."""
    case = small_linkage(np.random.default_rng(3), [0, 1], 1.0)
    right, slip, different = 0.5, 0.2, 0.3
    kinds = np.where(case.worth.kind > 0, kind, 0).astype(np.uint8)
    chance = np.tile([0.0, right, slip, different], (FIELDS, 1))
    steps = pair_likelihood.steps_of(kinds, case.worth.says)
    worth = case.worth._replace(kind=kinds, steps=steps, chance=chance)
    levels = np.ones((1, FIELDS), np.uint8)
    graph = case.graph._replace(dense=naive.packed(levels), codes=naive.packed(levels))
    state = partition.empty_state(2, 2)
    partition.place(graph, state, np.zeros(2, np.int64))
    rng, times = np.random.default_rng(1), 4000
    total = np.zeros((FIELDS, 4))
    for _ in range(times):
        counts = comparison_counts.comparisons(rng, graph, state, worth)
        assert counts.found[:, 1].tolist() == [1.0] * FIELDS
        assert counts.kinds.sum() == 0.0
        total += comparison_counts.reports(rng, counts, worth.chance)
    # g: agreeing, it is right; a slip away, right or half a slip; else right, a slip, or one of two
    # that are different
    own = {
        pair_likelihood.RIGHT: [1.0, 0.0, 0.0],
        pair_likelihood.SLIP: [right, slip / 2, 0.0],
        pair_likelihood.DIFFERENT: [right, slip, different / 2],
    }[kind]
    expected = np.array(own) / sum(own)
    expected[kind - 1] += 1.0
    assert total[:, 1:] / times == pytest.approx(np.tile(expected, (FIELDS, 1)), abs=0.04)


@pytest.mark.parametrize("count", [64, 65, 300])
def test_of_a_cluster_of_many_all_are_compared_with_the_original(count: int) -> None:
    """More reports than a chain keeps room for are counted as fewer are."""
    case = small_linkage(np.random.default_rng(5), [0] * count, 1.0)
    levels = np.ones((count * (count - 1) // 2, FIELDS), np.uint8)
    buffers = case.graph._replace(dense=naive.packed(levels), codes=case.graph.codes[:0])
    state = partition.empty_state(count, 1)
    partition.place(buffers, state, np.zeros(count, np.int64))
    counts = comparison_counts.comparisons(np.random.default_rng(1), buffers, state, case.worth)
    assert counts.found[:, 1].tolist() == [count - 1.0] * FIELDS
    assert counts.kinds.sum(axis=1).tolist() == [float(count)] * FIELDS


@pytest.mark.parametrize("same", [(), ((3, 0),)])
def test_books_are_kept_while_reports_go_as_proposed(same: tuple[naive.Pair, ...]) -> None:
    lists = [0, 1, 0, 2, 1, 2, 0, 1]
    case = guessing(small_linkage(np.random.default_rng(6), lists, 1.0, sparse=True, same=same))
    state, schedule = partition.empty_state(8, 3), every(case.graph)
    unit = np.arange(8)
    for i, j in same:
        unit[i] = unit[j]
    partition.place(case.graph, state, unit)
    schedule.turns[:] = alternate_turns(case.graph)
    assert set(schedule.turns.tolist()) == {0, 1, ALWAYS}
    prior = partition.PriorParameters(partition.OVERLAP, 1.0, 0.0, np.array([0.2, 0.0, 0.1]))
    rng, sizes = np.random.default_rng(1), set()
    for at in range(300):
        once(rng, case.graph, state, case.worth, prior, 0.5, schedule, at % 2 == 0)
        for slot in np.unique(state.slot):
            group = np.flatnonzero(state.slot == slot).astype(np.int32)
            sizes.add(len(group))
            assert state.size[slot] == len(group)
            if not np.isnan(state.value[slot]):
                of = evidence(case.graph, case.worth, group, len(group))
                assert state.value[slot] == pytest.approx(of, abs=1e-9)
        assert state.n[0] == len(np.unique(state.slot)) == state.cells.sum()
    assert len(sizes) > 2


@pytest.mark.parametrize("count", [3, 6, 63, 64, 65, 130])
@pytest.mark.parametrize("agree", [False, True])
def test_evidence_of_one_cluster_is_what_the_formula_says(count: int, agree: bool) -> None:
    case = small_linkage(np.random.default_rng(count), [0] * count, 0.05)
    if agree:  # all with all, but for the last two: nobody is an original of both
        case.levels[:] = 1
        case.levels[count - 1, count - 2] = case.levels[count - 2, count - 1] = 2
        case.worth.kind[:, 1], case.worth.kind[:, 2] = (
            pair_likelihood.RIGHT,
            pair_likelihood.DIFFERENT,
        )
        case.worth.says[:, 1:3] = 0
        case.worth.steps[:] = pair_likelihood.steps_of(case.worth.kind, case.worth.says)
        rows, columns = np.tril_indices(count, -1)
        case.graph.dense[:] = naive.packed(case.levels[rows, columns])
    found = evidence(case.graph, case.worth, np.arange(count, dtype=np.int32), count)
    assert found == pytest.approx(naive.log_evidence((0,) * count, *pair_tables(case)), rel=1e-9)


def test_what_a_chain_remembers_changes_no_evidence() -> None:
    rng = np.random.default_rng(12)
    case = small_linkage(rng, [0, 1] * 40, 1.0, sparse=True)
    for records in (1, 4, 64):  # most pairs take the place of another
        met = np.full(4 * records, -1, np.int64)
        remembers = case.graph._replace(met=met, met_worth=met.view(np.float64))
        for _ in range(200):
            group = rng.choice(80, 4, replace=False).astype(np.int32)
            for k in (2, 3, 4):
                plain = evidence(case.graph, case.worth, group, k)
                assert evidence(remembers, case.worth, group, k) == plain
    assert (met[::4] >= 0).all()


def test_candidates_who_are_together_become_firm() -> None:
    case = small_linkage(np.random.default_rng(3), [0, 1, 0, 1, 2, 2], 1.0, sparse=True)
    slot = np.array([4, 4, 1, 0, 1, 1], np.int32)
    found = candidate_graph.firmer(case.graph, [slot])
    one = candidate_graph.whose(case.graph)
    together = slot[one] == slot[case.graph.near]
    assert (found.weak[together] == partition.FIRM).all()
    assert (found.weak[~together] == case.graph.weak[~together]).all()
    assert (case.graph.weak[together] != partition.FIRM).any()  # the graph it was given stays
    for r in range(6):
        firm = found.firm[found.firm_starts[r] : found.firm_starts[r + 1]]
        mine = np.arange(found.starts[r], found.starts[r + 1])
        assert firm.tolist() == mine[found.weak[mine] == partition.FIRM].tolist()


def test_what_is_seen_of_candidates_is_how_likely_they_are_joined() -> None:
    """Two reports that may be one person: a look sees how likely, whatever comes of it."""
    case = small_linkage(np.random.default_rng(2), [0, 1], 0.1)
    case = attrs.evolve(
        case, graph=candidate_graph.with_kinds(case.graph, np.zeros_like(case.graph.weak))
    )
    q = np.full(2, 0.1)
    prior = partition.PriorParameters(partition.OVERLAP, 1.0, 0.0, q)
    truth = exact(case, lambda row: naive.log_overlap(row, [0, 1], 1.0, q.tolist(), 12))
    state, schedule = partition.empty_state(2, 2), every(case.graph)
    partition.place(case.graph, state, np.arange(2))
    for _ in range(10):
        rng = np.random.default_rng(1)
        once(rng, case.graph, state, case.worth, prior, 0.0, schedule, True)
    assert schedule.looks.tolist() == schedule.worked.tolist() == [10.0, 10.0]
    assert schedule.joins / schedule.looks == pytest.approx(np.full(2, truth[0, 0]), rel=1e-5)
    assert schedule.alone / schedule.worked == pytest.approx(np.full(2, truth[0, 1]), rel=1e-5)


def test_what_is_proposed_well_is_worked_out_seldom() -> None:
    case = guessing(small_linkage(np.random.default_rng(2), [0, 1, 0, 1], 1.0))
    case.graph.informed[3] = False
    state, schedule = partition.empty_state(4, 2), every(case.graph)
    partition.place(case.graph, state, np.arange(4))
    prior = partition.PriorParameters(partition.FLAT, 1.0, 0.0, np.full(2, 0.1))
    rng = np.random.default_rng(1)
    for _ in range(2000):
        once(rng, case.graph, state, case.worth, prior, 0.0, schedule, True)
    assert schedule.times.tolist() == [2000] * 4
    assert schedule.worked[:3] == pytest.approx(np.full(3, 2000 * moves.WEAK_LOOKS[1]), rel=0.5)
    assert schedule.worked[3] > 1000  # it stays where others hang by it alone


def test_how_good_guesses_are_is_seen_where_chances_are_worked_out() -> None:
    """Two reports, together with chance p: two draws are alike with p p + (1 - p)(1 - p)."""
    case = small_linkage(np.random.default_rng(2), [0, 1], 0.1)
    case = attrs.evolve(
        case, graph=candidate_graph.with_kinds(case.graph, np.zeros_like(case.graph.weak))
    )
    prior = partition.PriorParameters(partition.FLAT, 1.0, 0.0, np.full(2, 0.1))
    p = exact(case, lambda row: 0.0)[0, 0]
    link_probability, alone = np.full(2, 0.1, np.float32), np.full(2, 0.3, np.float32)
    guessed = case.graph._replace(link_probability=link_probability, alone=alone)
    case = attrs.evolve(case, graph=with_proposal(guessed, [np.arange(2, dtype=np.int32)]))
    state, schedule = partition.empty_state(2, 2), every(case.graph)
    partition.place(case.graph, state, np.arange(2))
    rng = np.random.default_rng(1)
    once(rng, case.graph, state, case.worth, prior, 0.0, schedule, True)
    assert schedule.again == pytest.approx(np.full(2, p * p + (1 - p) * (1 - p)), rel=1e-5)
    assert schedule.proposed == pytest.approx(np.full(2, p * 0.25 + (1 - p) * 0.75), rel=1e-5)


def test_guesses_are_as_good_as_their_lots_which_weak_candidates_have_not() -> None:
    """0 may be with 1 and 2, who are together, or with 3, who is weak."""
    case = uninformative(4)
    weak = np.zeros_like(case.graph.weak)
    weak[(candidate_graph.whose(case.graph) == 0) & (case.graph.near == 3)] = partition.WEAK
    link_probability, alone = np.full(12, 0.6, np.float32), np.zeros(4, np.float32)
    given = candidate_graph.with_kinds(case.graph, weak)._replace(
        link_probability=link_probability, alone=alone
    )
    stand = np.array([0, 1, 1, 3], np.int32)
    guessed = with_proposal(given, [stand])
    # as likely as there are reports: .25 alone, .5 with 1 and 2, .25 with 3
    prior, rng = (
        partition.PriorParameters(partition.EWENS, 1.0, 0.0, np.zeros(2)),
        np.random.default_rng(1),
    )
    for _ in range(2000):  # until it is a look at weak candidates, too
        state, schedule = partition.empty_state(4, 2), every(guessed)
        schedule.often[:] = 1, 0, 0, 0
        partition.place(guessed, state, stand.astype(np.int64))
        once(rng, guessed, state, case.worth, prior, 0.0, schedule, True)
        if schedule.looks[candidate_graph.whose(guessed) == 0].all():
            break
    assert schedule.looks[:3].tolist() == [1, 1, 1]
    assert schedule.again[0] == pytest.approx(0.25**2 + 0.5**2 + 0.25**2)
    assert schedule.proposed[0] == pytest.approx((0.25 * 0.003 + 0.5 * 0.6) / 0.603)


def test_two_clusters_of_which_no_one_leaves_alone_meet_and_part_by_attempts() -> None:
    case, link_probability, all_one = two_and_two()
    given = case.graph._replace(alone=np.zeros(4, np.float32), informed=np.ones(4, np.bool_))
    given = with_proposal(
        given._replace(link_probability=link_probability), [np.array([0, 0, 1, 1], np.int32)]
    )
    prior, sweeps = partition.PriorParameters(partition.FLAT, 1.0, 0.0, np.zeros(2)), 4000

    def together(near: partition.Graph) -> NDArray[np.bool_]:
        state, schedule, rng = partition.empty_state(4, 2), every(near), np.random.default_rng(1)
        partition.place(near, state, np.array([0, 0, 2, 2]))
        found = np.empty(sweeps, np.bool_)
        for at in range(sweeps):
            once(rng, near, state, case.worth, prior, mcmc.SPLITS, schedule, at == 0)
            found[at] = state.slot[0] == state.slot[2]
        return found

    seldom, often = (
        together(trying(given, np.zeros(len(link_probability)))),
        together(split_merge.by_doubt(given)),
    )
    assert np.diff(seldom).sum() < 0.01 * sweeps
    assert np.diff(often).sum() > 0.3 * sweeps
    assert often.mean() == pytest.approx(all_one, abs=0.03)


@numba.njit
def _redivided(
    rng: Any,
    near: Any,
    state: Any,
    worth: Any,
    prior: Any,
    scratch: Any,
    i: int,
    j: int,
    draws: int,
    thin: int,
) -> Any:
    """Who is with i and who with j, as one is divided from the other again and again."""
    near, state = lend(near), lend(state)
    context = MoveContext(near, state, lend(worth), lend(prior), lend(scratch))
    rows = np.empty((draws, len(state.slot)), np.bool_)
    for at in range(draws):
        for _ in range(thin):
            split_merge.redivide(rng, context, i, j)
        for r in range(len(state.slot)):
            rows[at, r] = state.slot[r] == state.slot[i]
    return rows


@pytest.mark.parametrize(
    ("lists", "same", "apart", "large"),
    [
        ([0, 1, 2], (), (), np.inf),
        ([0, 1, 0, 2, 1], (), (), np.inf),
        ([0, 1, 0, 2, 1, 2, 0], ((4, 1),), ((6, 5),), 5.0),
    ],
)
@pytest.mark.parametrize("sparse", [False, True])
def test_two_clusters_are_divided_anew_as_every_division_of_them_is_likely(
    lists: list[int],
    same: tuple[naive.Pair, ...],
    apart: tuple[naive.Pair, ...],
    large: float,
    sparse: bool,
) -> None:
    rng = np.random.default_rng(20 + len(lists))
    case = small_linkage(rng, lists, 0.5, sparse=sparse, same=same, apart=apart)
    q = [0.3, 0.2, 0.1]
    truth = exact(
        case,
        lambda row: naive.log_overlap(row, lists, 1.0, q, partition.MOST_EXACT_LISTS),
        same=same,
        apart=apart,
    )
    two = {row: share for row, share in truth.items() if max(row) == 1 and row[0] != row[1]}
    assert len(two) > 1
    truth = {row: share / sum(two.values()) for row, share in two.items()}
    state = partition.empty_state(len(lists), 3)
    partition.place(case.graph, state, np.array(min(two, key=two.__getitem__)))
    space = moves.make_scratch(case.graph, state, every(case.graph), large)
    prior = partition.PriorParameters(partition.OVERLAP, 1.0, 0.0, np.array(q))
    rows = _redivided(rng, case.graph, state, case.worth, prior, space, 0, 1, SWEEPS, 10 * THIN)
    seen, times = np.unique(rows, axis=0, return_counts=True)
    found = {
        tuple(int(with_first ^ True) for with_first in row): n / SWEEPS
        for row, n in zip(seen.tolist(), times.tolist(), strict=True)
    }
    check(truth, found)
    for slot in range(len(lists)):  # what is kept of clusters is true of them
        group = np.flatnonzero(state.slot == slot).astype(np.int32)
        value = evidence(case.graph, case.worth, group, len(group))
        assert np.isnan(state.value[slot]) or state.value[slot] == pytest.approx(value)


def test_several_go_from_one_cluster_to_another_by_attempts() -> None:
    """4 and 5 are one, and as likely with 0 and 1 as with 2 and 3, who are two people."""
    case, pair = uninformative(6), np.arange(6) // 2
    levels = np.zeros_like(case.levels)
    for each in range(3):  # what they share is said of nobody else
        levels[2 * each, 2 * each + 1, 1 + each] = levels[2 * each + 1, 2 * each, 1 + each] = 1
    levels[..., 0] = np.where(pair[:, None] == pair, 0, 1)
    levels[:2, 2:4, 0] = levels[2:4, :2, 0] = 2
    weights = np.zeros_like(case.worth.weights)
    weights[0, 1:3], weights[1:4, 1] = [4.0, -30.0], 40.0
    kind = np.where(np.arange(LEVELS) == 2, pair_likelihood.DIFFERENT, pair_likelihood.RIGHT) * (
        weights != 0
    )
    kind = kind.astype(np.uint8)
    says = np.zeros_like(kind)
    worth = case.worth._replace(
        weights=weights,
        copies=weights,
        kind=kind,
        says=says,
        steps=pair_likelihood.steps_of(kind, says),
        chance=np.tile([0.0, 0.9998, 1e-4, 1e-4], (FIELDS, 1)),
        same_given_name=np.zeros_like(case.worth.same_given_name),
        joint=np.zeros_like(case.worth.joint),
        errors=np.zeros((4, 4)),
    )
    codes = naive.packed(levels[~np.eye(6, dtype=bool)])
    near = case.graph._replace(dense=naive.packed(levels[np.tril_indices(6, -1)]), codes=codes)
    truth = exact(attrs.evolve(case, graph=near, levels=levels, worth=worth), lambda row: 0.0)
    with_first = truth[0, 0, 1, 1, 0, 0]
    assert with_first == pytest.approx(truth[0, 0, 1, 1, 1, 1])
    assert with_first > 0.4
    sure = candidate_graph.whose(near) // 2 == near.near // 2
    twos = (candidate_graph.whose(near) < 4) & (near.near < 4)
    link_probability = np.where(sure, 1.0, np.where(twos, 0.0, 0.5)).astype(np.float32)
    given = near._replace(alone=np.zeros(6, np.float32), informed=np.ones(6, np.bool_))
    given = split_merge.by_doubt(
        with_proposal(given._replace(link_probability=link_probability), [pair.astype(np.int32)])
    )
    state, schedule, rng = partition.empty_state(6, 2), every(near), np.random.default_rng(1)
    partition.place(near, state, np.array([0, 0, 2, 2, 0, 0]))
    prior = partition.PriorParameters(partition.FLAT, 1.0, 0.0, np.zeros(2))
    first = np.empty(4000, np.bool_)
    for at in range(len(first)):
        once(rng, given, state, worth, prior, mcmc.SPLITS, schedule, at == 0)
        first[at] = state.slot[0] == state.slot[4]
    assert np.diff(first).sum() > 0.03 * len(first)
    assert first.mean() == pytest.approx(0.5, abs=0.05)


def test_attempts_to_split_and_merge_are_made_as_often_as_is_reported() -> None:
    """Reports that say nothing, and are not visited: what is tried is taken."""
    case, prior = (
        uninformative(6),
        partition.PriorParameters(partition.FLAT, 1.0, 0.0, np.zeros(2)),
    )
    one, near = candidate_graph.whose(case.graph), case.graph.near
    said = {(0, 3): 0.25, (3, 0): 0.05, (1, 2): 2.5, (4, 5): 0.1}  # 2.5: twice, or three times
    tries = np.zeros(30)
    for (i, j), often in said.items():
        tries[(one == i) & (near == j)] = often
    weak = np.zeros(30, np.uint8)
    weak[(one == 4) & (near == 5)] = partition.WEAK
    given = candidate_graph.with_kinds(case.graph, weak)._replace(
        link_probability=np.full(30, 0.5, np.float32)
    )
    given = trying(given, tries)
    state, schedule = partition.empty_state(6, 2), every(given)
    schedule.often[:], schedule.turns[:] = 0.0, [0, 1, 0, 1, 0, 1]  # whose turn it is has no say
    partition.place(given, state, np.arange(6))
    rng, times, changed = np.random.default_rng(1), 10_000, np.zeros(3)

    def together() -> list[bool]:
        return [bool(state.slot[i] == state.slot[j]) for i, j in ((0, 3), (1, 2), (4, 5))]

    for _ in range(times):
        before = together()
        once(rng, given, state, case.worth, prior, 1.0, schedule, False)
        changed += np.not_equal(before, together())
        assert len({*state.slot[[0, 1, 4]]} & {*state.slot[[2, 3, 5]]}) == sum(together())
    assert changed / times == pytest.approx([0.3, 0.5, 0.1], abs=0.015)
    assert not schedule.moves.any()  # which are of visits


def test_of_its_candidates_a_report_is_tried_with_each_as_often_as_is_reported() -> None:
    case, prior = (
        uninformative(4),
        partition.PriorParameters(partition.FLAT, 1.0, 0.0, np.zeros(2)),
    )
    given = case.graph._replace(link_probability=np.full(12, 0.5, np.float32))
    given = trying(given, np.array([0.1, 0.0, 0.3, *[0.0] * 9]))  # 0 with 1, 2 and 3
    rng, times, met = np.random.default_rng(1), 10_000, np.zeros(4)
    for _ in range(times):
        state, schedule = partition.empty_state(4, 2), every(given)
        schedule.often[:] = 0.0
        partition.place(given, state, np.arange(4))
        once(rng, given, state, case.worth, prior, 0.0, schedule, True)
        met += state.slot == state.slot[0]
    assert met / times == pytest.approx([1.0, 0.1, 0.0, 0.3], abs=0.015)


def test_exchanges_are_tried_whatever_is_proposed() -> None:
    """0 and 1 are on one list, and either may be with 2: one attempt in four is with the other."""
    case = uninformative(3)
    case = attrs.evolve(case, graph=case.graph._replace(lists=np.array([0, 0, 1])))
    given = case.graph._replace(
        link_probability=np.zeros(6, np.float32),
        alone=np.ones(3, np.float32),
        proposal_weights=np.full(6, 1e-9, np.float32),
        moving=np.zeros(3, np.float32),
        informed=np.ones(3, np.bool_),
        tries=np.zeros(6, np.float32),
        tries_of=np.zeros(3, np.float32),
    )
    prior = partition.PriorParameters(partition.FLAT, 1.0, 0.0, np.zeros(2))
    state, schedule = partition.empty_state(3, 2), every(given)
    schedule.often[:] = 1, 0, 0
    rng, times, taken = np.random.default_rng(1), 4000, 0.0
    for _ in range(times):
        state = partition.empty_state(3, 2)
        partition.place(given, state, np.array([0, 1, 0]))
        once(rng, given, state, case.worth, prior, 1.0, schedule, True)
        taken += state.slot[1] == state.slot[2]
    assert taken / times == pytest.approx(0.25, abs=0.03)


def test_candidates_are_firm_by_how_likely_they_are_joined_as_either_sees_it() -> None:
    case = small_linkage(np.random.default_rng(3), [0, 1, 2], 1.0)
    assert case.graph.near.tolist() == [1, 2, 0, 2, 0, 1]
    faint = candidate_graph.with_kinds(case.graph, np.full(6, partition.FAINT, np.uint8))
    # of 0 and 1 one says .01 and the other nothing; 0 and 2 are hardly ever one, 1 and 2 never
    seen = np.array([np.nan, 1e-4, 0.01, 1e-7, 2e-5, 0.0], np.float32)
    found = candidate_graph.guessing(faint, seen, np.array([0.5, np.nan, 1.0], np.float32))
    firm, weak, never = partition.FIRM, partition.WEAK, partition.FAINT
    assert found.weak.tolist() == [firm, weak, firm, never, weak, never]
    least = candidate_graph.MIN_LINK_PROBABILITY
    assert found.link_probability == pytest.approx(
        np.array([least, least, 0.01, least, least, least])
    )
    assert found.alone == pytest.approx(np.array([0.5, least, 1.0]))
    # who is firm stays so; of whom nothing is seen nothing is changed
    again = candidate_graph.guessing(found, np.full(6, np.nan, np.float32), found.alone)
    assert again.weak.tolist() == found.weak.tolist()
    less = candidate_graph.guessing(found, np.zeros(6, np.float32), found.alone)
    assert less.weak.tolist() == [firm, never, firm, never, never, never]


def test_what_hangs_together() -> None:
    case = small_linkage(np.random.default_rng(4), [0, 1, 2, 3], 1.0)
    path = case.graph._replace(
        starts=np.array([0, 1, 3, 4, 4]),
        near=np.array([1, 0, 2, 1], np.int32),
    )

    def hangs(*group: int) -> bool:
        return bool(_hangs_together(path, np.array(group, np.int32), len(group)))

    assert hangs(0, 1)
    assert hangs(2, 0, 1)
    assert not hangs(0, 2)
    assert not hangs(0, 1, 2, 3)


def test_counts_that_hardly_move_are_agreed_on_or_not() -> None:
    rng = np.random.default_rng(2)
    still = np.zeros((4, 60))
    two = rng.integers(0, 2, (4, 60)).astype(float)
    two[:, ::2], two[:, 1::2] = 0.0, 1.0  # as often 0 as 1: |x - median| is the same for all
    apart = np.repeat([0.0, 0.0, 1.0, 1.0], 60).reshape(4, 60)
    jump = np.zeros((4, 60))
    jump[0, 30:] = 1.0

    def rhat(*rows: NDArray[np.float64]) -> float:
        return mcmc.convergence(np.stack(rows, axis=2))[0]

    assert rhat(still) == 1.0
    assert rhat(still, two) < 1.1
    assert rhat(apart) == rhat(jump) == np.inf
    assert rhat(still, 30 + apart) < 1.01  # beside the sampling error of a count of 30
    assert 1.02 < rhat(still, 3 + apart) < 1.1
    assert rhat(still, 30 + 40 * apart) > 2


def test_chains_agree_that_differ_by_little_of_the_sampling_error_of_a_count() -> None:
    rng = np.random.default_rng(2)

    def chains(count: float, sd: float, apart: float) -> NDArray[np.float64]:
        rows: NDArray[np.float64] = count + rng.normal(0.0, sd, (2, 200))
        rows[1] += apart
        return rows

    def of(*rows: NDArray[np.float64], reports: int = 2_000_000) -> tuple[float, float]:
        return mcmc.convergence(np.stack(rows, axis=2), reports=reports)

    near, few, far = chains(6e5, 30.0, 200.0), chains(400.0, 2.0, 20.0), chains(6e5, 30.0, 6e3)
    assert of(near, reports=0)[0] > 1.5
    assert of(near)[0] < 1.03
    assert of(near)[1] > 100
    assert of(few)[0] > 1.1
    assert of(far)[0] > 3
    assert of(far)[1] < 10
    links = 59_000 + np.array([[55.0], [-55.0]]) + rng.normal(0.0, 5.0, (2, 200))
    assert of(links, reports=60_000)[0] > 1.2  # few links, of which a tenth are doubtful
    assert of(links, reports=120_000)[0] < 1.05
    assert mcmc.convergence(near[:, :3, None]) == (np.inf, 0.0)


def test_r_hat_with_sampling_error_is_that_of_counts_drawn_with_it() -> None:
    rng = np.random.default_rng(3)
    counts = 900 + rng.normal(0.0, 25.0, (4, 4000)) + rng.normal(0.0, 15.0, (4, 1))
    sampled = rng.poisson(counts).astype(np.float64)
    with_error = mcmc.convergence(counts[:, :, None], reports=2000)[0]
    assert with_error == pytest.approx(mcmc.convergence(sampled[:, :, None])[0], abs=0.01)
    assert mcmc.convergence(counts[:, :, None])[0] > with_error + 0.02
