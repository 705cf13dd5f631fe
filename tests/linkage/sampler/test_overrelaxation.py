"""Draws on the other side of their law: they keep it, and are unlike the last."""

from __future__ import annotations

import attrs
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from tests.linkage.sampler.test_parameters import rates_for

from uncounted.linkage.comparison import levels
from uncounted.linkage.model import fellegi_sunter as model
from uncounted.linkage.model import partition_priors
from uncounted.linkage.model.field_priors import PRIORS
from uncounted.linkage.sampler import overrelaxation
from uncounted.linkage.sampler import state as partition
from uncounted.linkage.sampler.pair_likelihood import DIFFERENT, RIGHT, SLIP

pytestmark = pytest.mark.sampler

DRAWS = 200_000


def test_the_distribution_is_kept_and_the_last_is_mirrored() -> None:
    rng = np.random.default_rng(1)
    last = rng.standard_gamma(0.7, DRAWS)
    fresh = rng.standard_gamma(0.7, (overrelaxation.FRESH, DRAWS))
    given = overrelaxation.opposite(rng, last, fresh)
    assert stats.kstest(given, stats.gamma(0.7).cdf).pvalue > 1e-3
    assert stats.spearmanr(last, given).statistic < -0.7
    # whoever was the least of ten is the greatest now
    least = last < fresh.min(axis=0)
    assert (given[least] == fresh.max(axis=0)[least]).all()


def test_draws_that_are_alike_keep_their_distribution() -> None:
    """Gammas of a small weight are nothing, mostly."""
    rng = np.random.default_rng(2)
    draws = rng.poisson(0.8, (1 + overrelaxation.FRESH, DRAWS)).astype(float)
    given = overrelaxation.opposite(rng, draws[0], draws[1:])
    found = np.bincount(given.astype(int), minlength=4)[:4]
    expected = DRAWS * stats.poisson(0.8).pmf(np.arange(4))
    assert np.abs(found - expected).max() < 5 * np.sqrt(DRAWS / 4)


def twin(
    rng: np.random.Generator,
    field: int,
    linked: NDArray[np.float64],
    kinds: NDArray[np.float64],
    u: NDArray[np.float64],
    draws: int,
    weight: float,
) -> NDArray[np.float64]:
    """m of a field by independent draws, written plainly; shape (draws, levels)."""
    prior = PRIORS[field]
    known = weight / 10 if levels.FIELDS[field] in ("name", "event") else 1.0
    right, slip, different = known * model.KIND_COUNTS[field][1:] + kinds[1:]
    kind = model.KINDS[field, 1 : len(linked) + 1]
    agree = rng.beta(right + slip, different, 4 * draws)
    agree = agree[agree > np.sqrt(prior.least)][:draws]
    assert len(agree) == draws
    rightly = agree * (rng.beta(right, slip, draws) if (kind == SLIP).any() else 1.0)
    m = np.zeros((draws, len(linked)))
    shares = {RIGHT: rightly**2, SLIP: agree**2 - rightly**2, DIFFERENT: 1 - agree**2}
    for which, share in shares.items():
        here = kind == which
        if here.any():
            m[:, here] = rng.dirichlet((known * model.LEVEL_COUNTS[field] + linked)[here], draws)
            m[:, here] *= share[:, None]
    if prior.split:
        m[:, kind == DIFFERENT] = np.minimum(m, 0.7 * u)[:, kind == DIFFERENT]
    return m


# Of names that differ, the first is capped now and then (`u`).
@pytest.mark.parametrize(
    ("field", "weight", "u"),
    [(0, 10.0, 0.05), (0, 40.0, 0.068), (1, 40.0, 0.05), (2, 40.0, 0.05), (4, 40.0, 0.05)],
)
def test_m_is_drawn_from_its_distribution_whatever_it_was(
    field: int, weight: float, u: float
) -> None:
    rng = np.random.default_rng(field)
    rates = attrs.evolve(rates_for(rng), prior_weight=weight)
    rates.u[0][-3] = u
    size = levels.COUNTS[field] - 1
    linked = tuple(
        rng.integers(0, 30, each - 1).astype(float) * (f == field)
        for f, each in enumerate(levels.COUNTS)
    )
    kinds = np.zeros((len(levels.COUNTS), 4))
    slips = 12.0 if (model.KINDS[field] == SLIP).any() else 0.0
    kinds[field] = [0.0, 400.0, slips, 20.0]  # about the cut of sexes
    found = np.empty((6_000, size))
    for at in range(len(found)):
        rates = model.draw_m(rng, linked, kinds, rates)
        found[at] = rates.m[field]
    assert rates.uncapped is not None
    cap = 0.7 * rates.u[0][-3:]
    assert rates.m[0][-3:].tolist() == np.minimum(rates.uncapped, cap).tolist()
    truth = twin(rng, field, linked[field], kinds[field], rates.u[field], 40_000, weight)
    large = truth.mean(axis=0) > 0.01
    assert large.sum() >= 2
    for level in np.flatnonzero(large):
        assert found[:, level].mean() == pytest.approx(truth[:, level].mean(), rel=0.03)
        assert found[:, level].std() == pytest.approx(truth[:, level].std(), rel=0.06)
        low, high = np.quantile(truth[:, level], [0.1, 0.9])
        inside, said = (((x > low) & (x < high)).mean() for x in (found[:, level], truth[:, level]))
        assert inside == pytest.approx(said, abs=0.03)
        assert np.corrcoef(found[1:, level], found[:-1, level])[0, 1] < -0.4
    capped = (truth[:, -3] == 0.7 * u).mean() if field == 0 else 0.5
    assert 0.1 < capped < 0.9


def test_q_is_drawn_from_its_distribution_whatever_it_was() -> None:
    rng = np.random.default_rng(5)
    state = partition.empty_state(30, 2)
    state.on[:20, 0], state.on[:7, 0], state.on[10:25, 1] = 1, 2, 1
    prior = partition_priors.OVERLAP_TABLE.start(2, 3)
    found = np.empty((20_000, 2))
    for at in range(len(found)):
        prior = partition_priors.OVERLAP_TABLE.draw(
            rng, state, np.ones(1, int), np.ones(1, int), prior
        )
        found[at] = prior.q
    a, b = partition_priors.Q_PRIOR
    for column, more, clusters in zip(found.T, (7, 0), (20, 15), strict=True):
        law = stats.beta(a + more, b + clusters)
        assert column.mean() == pytest.approx(law.mean(), rel=0.02)
        assert column.std() == pytest.approx(law.std(), rel=0.04)
        assert np.corrcoef(column[1:], column[:-1])[0, 1] < -0.5
