"""m drawn with clusters of three and four: against its prior, weighed by the slow evidence."""

from __future__ import annotations

import math

import attrs
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import special
from tests import naive_linkage as naive
from tests.linkage.sampler.test_moves import KINDS, small_linkage

from uncounted.linkage import mcmc
from uncounted.linkage.comparison import levels as compare
from uncounted.linkage.model import fellegi_sunter as model
from uncounted.linkage.model import field_priors
from uncounted.linkage.sampler import comparison_counts, pair_likelihood
from uncounted.linkage.sampler import state as partition

pytestmark = pytest.mark.sampler

Floats = NDArray[np.float64]
NAME, BIRTH = 0, 1
SIZES = (2, 3, 3, 4, 4)
FROM_PRIOR = 20_000  # draws of the prior, weighed
DRAWS, BATCHES = 6_000, 40
LIGHT = (8.0, 2.0, 2.0)  # reports that are right, a slip and different, thought of before


def light(patch: pytest.MonkeyPatch, shares: float) -> None:
    """A prior so light that some reports move m; levels count `shares` times what they are."""
    rates = tuple(np.maximum(shares * np.array(p.mean), 1.0) for p in field_priors.PRIORS)
    has = [[kind in prior.kinds for kind in range(4)] for prior in field_priors.PRIORS]
    patch.setattr(model, "LEVEL_COUNTS", rates)
    patch.setattr(model, "KIND_COUNTS", np.where(has, (0.0, *LIGHT), 0.0))


@attrs.frozen(eq=False)
class Case:
    """Clusters of which one field is said; levels in it drawn by lot; and u."""

    field: int
    levels: NDArray[np.int64]  # (reports, reports)
    u: tuple[Floats, ...]

    @property
    def kinds(self) -> NDArray[np.int64]:
        """Of levels but the first."""
        return np.array(field_priors.PRIORS[self.field].kinds)


def case_of(field: int, seed: int, *, binds: bool = False, vague: bool = False) -> Case:
    """Levels of pairs by lot, whatever they say of others; one pair in eight is not comparable.

    With `vague`, one of the last four agrees with the others, who contradict one another.
    """
    rng = np.random.default_rng(seed)
    prior = field_priors.PRIORS[field]
    kinds, count = np.array(prior.kinds), sum(SIZES)
    of_kind = np.array([0.0, 0.74, 0.13, 0.13])[kinds]
    shares = of_kind / np.bincount(kinds, minlength=4)[kinds]
    levels = np.zeros((count, count), np.int64)
    for i in range(count):
        for j in range(i):
            shown = 1 + rng.choice(len(kinds), p=shares / shares.sum())
            levels[i, j] = levels[j, i] = shown if rng.random() < 0.875 else 0
    if vague:
        levels[-3:, -3:] = compare.BIRTH.index("different")
        levels[-4, -3:] = levels[-3:, -4] = compare.BIRTH.index("compatible")
        np.fill_diagonal(levels, 0)
    u = [np.full(size - 1, 1 / (size - 1)) for size in compare.COUNTS]
    differ = kinds == pair_likelihood.DIFFERENT
    # names differ in a fifth of pairs at the most: with the greater u no level has .7 u
    u[field] = np.where(differ, (0.02 if binds else 0.3), 0.1)
    return Case(field, levels, tuple(u))


def of_gibbs(case: Case) -> tuple[Floats, Floats, Floats]:
    """Draws of m, of r, s and d, and of how likely a value recurs, as chains take them."""
    rng, count = np.random.default_rng(11), sum(SIZES)
    left, right = np.tril_indices(count, -1)
    rows = np.zeros((len(left), len(compare.FIELDS)), np.uint8)
    rows[:, case.field] = case.levels[left, right]
    graph = small_linkage(rng, [0] * count, 1.0).graph._replace(dense=naive.packed(rows))
    state = partition.empty_state(count, 1)
    partition.place(graph, state, np.repeat(np.arange(len(SIZES)), SIZES))
    m = tuple(np.array(prior.mean) for prior in field_priors.PRIORS)
    rates, levels, reports = model.MatchProbabilities(m, case.u, m, first=m), [], []
    recurring = list[float]()
    worth = rates.worth()
    for _ in range(DRAWS):
        counts = comparison_counts.comparisons(rng, graph, state, worth)
        kinds = comparison_counts.reports(rng, counts, worth.chance)
        rates = model.draw_m(rng, *mcmc.linked_by_field(counts.found, kinds), rates)
        rates = model.draw_recurring(rng, counts, rates)
        worth = rates.reweighed(worth)
        levels.append(rates.m[case.field])
        reports.append(worth.chance[case.field, 1:])
        recurring.append(rates.recurring[case.field])
    return np.array(levels), np.array(reports), np.array(recurring)


def of_prior(rng: np.random.Generator, field: int, draws: int) -> tuple[Floats, Floats, Floats]:
    """The same from their prior (`model`), m before the cap."""
    prior, kinds = field_priors.PRIORS[field], np.array(field_priors.PRIORS[field].kinds)
    right, slip, different = model.KIND_COUNTS[field, 1:]
    below = special.betainc(right + slip, different, math.sqrt(prior.least))
    lot = below + (1 - below) * rng.random(draws)
    agree = special.betaincinv(right + slip, different, lot)
    r = agree * rng.beta(right, slip, draws) if slip else agree
    reports = np.stack([r, agree - r, 1 - agree], axis=1)
    pairs = np.stack([np.zeros(draws), r**2, agree**2 - r**2, 1 - agree**2], axis=1)
    m = pairs[:, kinds]
    for kind in set(kinds.tolist()):
        m[:, kinds == kind] *= rng.dirichlet(model.LEVEL_COUNTS[field][kinds == kind], draws)
    return m, reports, rng.beta(*model.RECURRING, draws)


def log_weights(case: Case, m: Floats, reports: Floats, recurring: Floats) -> Floats:
    """The slow evidence of all clusters, for each draw of the prior."""
    says = np.append(0, field_priors.PRIORS[case.field].says)
    kinds = np.append(0, case.kinds)
    ends = np.cumsum(SIZES)
    right = np.where(case.kinds == pair_likelihood.RIGHT, field_priors.PRIORS[case.field].mean, 0.0)
    than_u = np.append(1.0, right / right.sum() / case.u[case.field])
    found = np.zeros(len(m))
    for end, size in zip(ends, SIZES, strict=True):
        levels = case.levels[end - size : end, end - size : end]
        kind = [[KINDS[kinds[shown]] for shown in row] for row in levels]
        whole = (says == pair_likelihood.WHOLE)[levels].tolist()
        less = (says == pair_likelihood.LESS)[levels].tolist()
        none = [[0.0] * size] * size
        said = (levels > 0).astype(np.float64)
        each = zip(m, reports.tolist(), recurring.tolist(), strict=True)
        for at, (row, (r, s, d), share) in enumerate(each):
            weights = np.append(0.0, np.log(row / case.u[case.field]))
            # t of m: r^2 a is r a, (2 r + s) s b is s b, and (2 - d) d e is d e
            more = np.log(np.array([1.0, r, 2 * r + s, 2 - d]))[kinds]
            copies = (weights - more)[levels].tolist()
            pairs = weights[levels].tolist()
            again = np.log(1 + said * share * (than_u[levels] - 1)).tolist()
            chance = [{"right": r, "slip": s, "different": d}]
            found[at] += naive.log_evidence(
                (0,) * size,
                [pairs],
                [none],
                [copies],
                [kind],
                [whole],
                [less],
                chance,
                none,
                [again],
            )
    return found


def compared(case: Case) -> tuple[Floats, Floats]:
    """Means of draws less means of weighed draws of the prior, and their standard errors.

    Of m, r, s and d, r among those not different, of what m of a kind sums to each level's
    share, and how likely a value recurs.
    """
    m, reports, recurring = of_prior(np.random.default_rng(12), case.field, FROM_PRIOR)
    if case.field == NAME:
        differ = case.kinds == pair_likelihood.DIFFERENT
        m[:, differ] = np.minimum(m[:, differ], 0.7 * case.u[NAME][differ])
    logs = log_weights(case, m, reports, recurring)
    weight = np.exp(logs - logs.max())
    weight /= weight.sum()
    assert 1 / (weight**2).sum() > 300  # or what is weighed says little
    weighed, drawn = (_reported(case, *each) for each in ((m, reports, recurring), of_gibbs(case)))
    mean = weight @ weighed
    of_mean = np.sqrt(weight**2 @ (weighed - mean) ** 2)
    batches = drawn.reshape(BATCHES, -1, drawn.shape[1]).mean(axis=1)
    error = np.hypot(batches.std(axis=0, ddof=1) / math.sqrt(BATCHES), of_mean)
    return drawn.mean(axis=0) - mean, error


def _reported(case: Case, m: Floats, reports: Floats, recurring: Floats) -> Floats:
    right, slip, _ = reports.T
    of_kind = np.stack([m[:, case.kinds == kind].sum(axis=1) for kind in case.kinds], axis=1)
    rightly, again = (right / (right + slip))[:, None], recurring[:, None]
    return np.concatenate([m, reports, rightly, m / of_kind, again], axis=1)


@pytest.fixture(autouse=True)
def _light(monkeypatch: pytest.MonkeyPatch) -> None:
    light(monkeypatch, 20.0)
    monkeypatch.setattr(model, "RECURRING", (1.0, 3.0))  # so that few reports move it


@pytest.mark.parametrize(
    ("field", "seed", "vague"),
    [(BIRTH, 1, False), (BIRTH, 5, True), (NAME, 1, False)],
)
def test_m_is_drawn_from_its_distribution(field: int, seed: int, vague: bool) -> None:
    apart, error = compared(case_of(field, seed, vague=vague))
    assert np.abs(apart).max() < 0.02
    assert np.abs(apart / error)[error > 0].max() < 4


def test_where_the_cap_binds_all_but_names_that_differ_is_drawn_from_its_distribution() -> None:
    """Drawn as if there were no cap (docs/dev/linkage.md, section 4): d is somewhat too high."""
    case = case_of(NAME, 3, binds=True)
    apart, error = compared(case)
    levels = len(case.kinds)
    of_right = levels + 3  # r among those not different; then shares
    free = np.flatnonzero(case.kinds != pair_likelihood.DIFFERENT)
    exact = np.append(of_right, of_right + 1 + free)
    assert np.abs(apart / error)[exact].max() < 4
    too_high = apart[of_right - 1]
    assert 0 < too_high < 0.02
    # as r and s have what is left
    assert apart[levels : of_right - 1].sum() == pytest.approx(-too_high)
