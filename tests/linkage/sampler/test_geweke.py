"""Geweke's joint-distribution test of m, who is who, and q or theta (2004, JASA 99:799).

Where people are reported twice at the most, the model of levels is exact: a pair of one person
shows them by m, any other by u. If a round leaves the law of all that is drawn as it is, then
taking turns (levels from m and people, then m and people from levels by one round) leaves the
prior as it is.
"""

from __future__ import annotations

import functools
import math

import attrs
import numpy as np
import pytest
from numpy.typing import NDArray
from tests import naive_linkage as naive
from tests.linkage.sampler.test_collapsed_m import chain_of, only
from tests.linkage.sampler.test_m_with_clusters import light, of_prior
from tests.linkage.sampler.test_moves import guessing, small_linkage

from uncounted.linkage import mcmc
from uncounted.linkage.comparison import levels
from uncounted.linkage.model import fellegi_sunter as model
from uncounted.linkage.model import field_priors, partition_priors
from uncounted.linkage.sampler import (
    candidate_graph,
    comparison_counts,
    pair_likelihood,
    state,
)
from uncounted.linkage.sampler.scan_schedule import alternate_turns

pytestmark = pytest.mark.sampler

Floats = NDArray[np.float64]
BATCHES = 40
FROM_PRIOR = 100_000
Q = (2.0, 3.0)  # so that repeats are seen
CROSS = {(i, j) for i in (3, 4, 5) for j in (0, 1, 2)}
PAIRS = {(3, 0), (4, 1), (5, 2)}
KINDS = pair_likelihood.RIGHT, pair_likelihood.SLIP, pair_likelihood.DIFFERENT


@attrs.frozen(eq=False)
class Setting:
    """Six reports, who may be one person, and what is thought of that before."""

    prior: partition_priors.PartitionPrior
    lists: list[int]
    near: set[naive.Pair]
    sweeps: int  # theta wanders, and so do people of whom any two may be one

    def log_prior(self, row: naive.Partition) -> float:
        """Of a partition, q or theta summed out."""
        if self.prior is partition_priors.EWENS:
            thetas = np.exp(np.linspace(np.log(1e-2), np.log(1e7), 600))
            each = (max(row) + 1) * np.log(thetas) - len(self.near) * np.log(thetas * (thetas + 1))
            return math.log(float(np.exp(each).mean()))
        q = 0.0 if self.prior.once_a_list else 0.5
        value = naive.log_overlap(row, self.lists, 1.0, [q, q], state.MOST_EXACT_LISTS)
        for people, more in () if self.prior.once_a_list else self.repeats(row):
            value -= (people + more) * math.log(0.5)
            value += math.lgamma(Q[0] + more) + math.lgamma(Q[1] + people)
            value -= math.lgamma(sum(Q) + people + more)
        return value

    def repeats(self, row: naive.Partition) -> list[tuple[int, int]]:
        """By list: people who are on it, and reports beyond the first of each."""
        found = []
        for source in (0, 1):
            on = [sum(self.lists[i] == source for i in each) for each in naive.clusters(row)]
            people = sum(times > 0 for times in on)
            found.append((people, sum(on) - people))
        return found


SETTINGS = (
    Setting(partition_priors.NO_DUPLICATES, [0, 0, 0, 1, 1, 1], CROSS, 6_000),
    Setting(partition_priors.OVERLAP_TABLE, [0, 0, 1, 0, 1, 1], PAIRS, 2_400),
    Setting(partition_priors.EWENS, [0, 0, 1, 0, 1, 1], PAIRS, 6_000),
)


@pytest.fixture(autouse=True)
def _light(monkeypatch: pytest.MonkeyPatch) -> None:
    light(monkeypatch, 3.0)
    monkeypatch.setattr(partition_priors, "Q_PRIOR", Q)
    monkeypatch.setattr(
        model, "DIFFERENT_NAME_CAP", math.inf
    )  # with a cap m is not how often pairs differ


def u_of() -> tuple[Floats, ...]:
    """Much like m, or levels would say who is who, and people would hardly ever change."""
    u = [0.7 * np.array(prior.mean) + 0.3 / len(prior.mean) for prior in field_priors.PRIORS]
    return tuple(each / each.sum() for each in u)


def looked_at(m: list[Floats], people: Floats, parameters: Floats, shown: Floats) -> Floats:
    """Of draws: m of each field by kind, of the first level, and of the last squared; and people.

    And both together; what the prior of partitions has; and m with how many pairs of one person
    show the first level and different ones, shape (draws, fields, 2).
    """
    found, few = [people, people < 5, parameters], people < 5
    for f, each in enumerate(m):
        right, slip, different = (of_kind(each, f, kind) for kind in KINDS)
        found += [right, slip, each[:, 0], each[:, -1] ** 2, right * few, each[:, 0] * few]
        found += [each[:, 0] * shown[:, f, 0], different * shown[:, f, 1]]
    return np.column_stack(found)


def of_kind(m: Floats, field: int, kind: int) -> Floats:
    """What m of a kind of levels sums to."""
    return np.asarray(m[:, np.array(field_priors.PRIORS[field].kinds) == kind].sum(axis=1))


@functools.cache  # each setting is compared with two ways of taking turns
def directly(setting: Setting) -> Floats:
    """Draws of the prior."""
    rng = np.random.default_rng(17)
    m = [of_prior(rng, f, FROM_PRIOR)[0] for f in range(len(levels.FIELDS))]
    rows = [row for row in naive.partitions(6) if naive.admits(row, setting.near)]
    logs = {row: setting.log_prior(row) for row in rows}
    chance = naive.probabilities({row: at for row, at in logs.items() if at > -math.inf})
    rows, which = list(chance), rng.choice(len(chance), FROM_PRIOR, p=list(chance.values()))
    people = np.array([max(row) + 1.0 for row in rows])[which]
    if setting.prior is partition_priors.EWENS:
        grid = np.linspace(np.log(1e-2), np.log(1e7), 600)
        parameters = rng.choice(grid, FROM_PRIOR)[:, None]
    else:
        shape = np.array([setting.repeats(row) for row in rows], float)[which]
        parameters = rng.beta(Q[0] + shape[:, :, 1], Q[1] + shape[:, :, 0])
        parameters *= not setting.prior.once_a_list
    # pairs of one person show a level as often as m says
    often = [
        np.stack([each[:, 0], of_kind(each, f, pair_likelihood.DIFFERENT)], axis=1)
        for f, each in enumerate(m)
    ]
    shown = np.stack(often, axis=1) * (6 - people)[:, None, None]
    return looked_at(m, people, parameters, shown)


def in_turns(setting: Setting, *, proposed: bool) -> Floats:
    """Levels from m and people, m and people from levels by one round of the sampler."""
    rng = np.random.default_rng(5)
    case = only(small_linkage(rng, setting.lists, 1.0), setting.near)
    if proposed:
        case = guessing(case)
    start = model.MatchProbabilities(
        tuple(of_prior(rng, f, 1)[0][0] for f in range(len(levels.FIELDS))), u_of(), u_of()
    )
    work, chain = chain_of(case, start, setting.prior, 2, asking=False)
    work = attrs.evolve(work, sizes=np.array([2]), times=np.array([3]))
    if proposed:
        chain.schedule.turns[:] = alternate_turns(case.graph)
    rounds = mcmc.Run(watch=10**9, thin=10**9)
    pairs, fields = np.array(sorted(case.near)), np.arange(len(levels.FIELDS))
    drawn, each = list[Floats](), 2 if proposed else 1  # guessed, reports take turns
    for _ in range(setting.sweeps // each):
        rows = show(rng, pairs, chain)
        if proposed:
            chain.collapsed = model.choose_collapsed(chain.graph, start)
        work.run_one(chain, rounds, each, keep=True)
        ours = rows[one_person(chain, pairs)]
        shown = (
            (ours == 1).sum(axis=0),
            (model.KINDS[fields, ours] == pair_likelihood.DIFFERENT).sum(axis=0),
        )
        parameters = (
            chain.prior.log_theta if setting.prior is partition_priors.EWENS else chain.prior.q
        )
        drawn.append(np.hstack([*chain.rates.m, *shown, chain.state.n, parameters]))
    ends = np.cumsum([sum(map(len, start.m)), len(fields), len(fields), 1])
    m, first, different, people, rest = np.split(np.array(drawn), ends, axis=1)
    by_field = [each.T for each in model.by_field(m.T)]
    return looked_at(by_field, people[:, 0], rest, np.stack([first, different], axis=2))


def show(
    rng: np.random.Generator, pairs: NDArray[np.int64], chain: mcmc.Chain
) -> NDArray[np.uint8]:
    """Draw the levels of all who may be one person; a row for each such pair."""
    together = one_person(chain, pairs)
    rows = np.zeros((len(pairs), len(levels.FIELDS)), np.uint8)
    for f, (m, u) in enumerate(zip(chain.rates.m, chain.rates.u, strict=True)):
        most = np.where(together[:, None], np.cumsum(m)[:-1], np.cumsum(u)[:-1])
        rows[:, f] = 1 + (rng.random((len(pairs), 1)) > most).sum(axis=1)
    codes = np.zeros((6, 6), np.int32)
    codes[pairs[:, 0], pairs[:, 1]] = codes[pairs[:, 1], pairs[:, 0]] = naive.packed(rows)
    chain.graph.codes[:] = codes[candidate_graph.whose(chain.graph), chain.graph.near]
    chain.graph.dense[:] = codes[np.tril_indices(len(codes), -1)]
    chain.graph.met[:] = -1  # nothing is remembered of what they were
    return rows


def one_person(chain: mcmc.Chain, pairs: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which pairs are."""
    slots = chain.state.slot[pairs]
    return np.asarray(slots[:, 0] == slots[:, 1])


def z_scores(setting: Setting, *, proposed: bool) -> Floats:
    """Difference of the means of `looked_at`, prior against taking turns, in standard errors."""
    direct, turns = directly(setting), in_turns(setting, proposed=proposed)
    batches = turns.reshape(BATCHES, -1, turns.shape[1]).mean(axis=1)
    error = np.hypot(
        direct.std(axis=0) / len(direct) ** 0.5, batches.std(axis=0, ddof=1) / BATCHES**0.5
    )
    apart = turns.mean(axis=0) - direct.mean(axis=0)
    assert np.abs(apart[error < 1e-9]).max(initial=0.0) < 1e-9  # of what there is none
    return np.asarray(apart[error > 1e-9] / error[error > 1e-9])


@pytest.mark.parametrize("proposed", [False, True])
@pytest.mark.parametrize("setting", SETTINGS, ids=lambda each: each.prior.name)
def test_rounds_leave_the_joint_distribution_as_it_is(setting: Setting, proposed: bool) -> None:
    assert np.abs(z_scores(setting, proposed=proposed)).max() < 4


def test_a_sampler_of_other_errors_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if both reports of two that are different erred, where either is enough."""
    reports = comparison_counts.reports

    def both(
        rng: np.random.Generator, counts: comparison_counts.ComparisonCounts, chance: Floats
    ) -> Floats:
        kinds = reports(rng, counts, chance)
        more = counts.two[:, pair_likelihood.DIFFERENT] * (1 - chance[:, pair_likelihood.DIFFERENT])
        return kinds + np.outer(more, (0, -1, 0, 1))

    monkeypatch.setattr(comparison_counts, "reports", both)
    assert np.abs(z_scores(SETTINGS[0], proposed=False)).max() > 5
