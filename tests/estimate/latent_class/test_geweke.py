"""Geweke's joint-distribution test of the latent-class sampler (2004, JASA 99:799).

Given n, a table has the law prod (P_m / (1 - rho))^f_m, and that is the likelihood of the
sampler, n0 summed out under 1/N. If its rounds leave the posterior as it is, then taking
turns (a table from the parameters, parameters from the table by one round) leaves the
prior as it is. Any slip in a move, a Jacobian, a density or a conditional moves it.
"""

from __future__ import annotations

import numpy as np
import pytest

from uncounted.captures import CaptureTable
from uncounted.estimate.latent_class.chains import pattern_tree
from uncounted.estimate.latent_class.gibbs import run_chain, run_plain
from uncounted.estimate.latent_class.kernels import Counts, Floats, Leapfrog, Prior

pytestmark = pytest.mark.sampler

PRIOR = Prior(1.5, 1.0, 2.0, 3.0, 35.0)  # proper and light-tailed, so that means are known soon
J, K, PEOPLE = 3, 3, 12
WHOLE = pattern_tree(
    CaptureTable.of("ABC", dict.fromkeys([format(i, "03b") for i in range(1, 8)], 1))
)
ON = WHOLE.members[1:].T[:, None, :]  # lists, 1, patterns


def from_prior(rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Logits of the chances (J, K) and log-weights (K)."""
    lam = rng.beta(PRIOR.la, PRIOR.lb, (J, K))
    alpha = rng.gamma(PRIOR.a, 1 / PRIOR.b)
    y, left = np.empty(K), 0.0
    for k in range(K - 1):
        one, two = rng.gamma(1.0), np.log(rng.gamma(alpha + 1.0)) + np.log(rng.random()) / alpha
        both = np.logaddexp(np.log(one), two)
        y[k] = left + np.log(one) - both
        left += two - both
    y[K - 1] = left
    return np.log(lam) - np.log1p(-lam), y


def table_of(x: Floats, y: Floats, rng: np.random.Generator) -> Counts:
    """People seen, from the parameters."""
    lam = (1 / (1 + np.exp(-x)))[:, :, None]
    weights = np.exp(y - np.logaddexp.reduce(y))
    chance = weights @ np.where(ON, lam, 1 - lam).prod(axis=0)
    people = np.append(0.0, rng.multinomial(PEOPLE, chance / chance.sum()))
    share = np.clip(people @ WHOLE.members / PEOPLE, 0.05, 0.95)
    return Counts(WHOLE.parent, WHOLE.last, people, WHOLE.members, share, float(PEOPLE))


def looked_at(x: Floats, y: Floats) -> list[float]:
    """What is free of labels, bounded or light-tailed: rho, weights squared, chances, both."""
    lam = 1 / (1 + np.exp(-x))
    w = np.exp(y - np.logaddexp.reduce(y))
    rho = float(w @ (1 - lam).prod(axis=0))
    return [
        rho,
        rho**2,
        float(w @ w),
        float(w[0]),
        float(w[-1]),
        float(w @ lam[0]),
        float(w @ (lam[0] * lam[1])),
        float((w @ lam[2]) ** 2),
        float(lam[0, 0]),
        float(lam[1, -1] ** 2),
    ]


def z_scores(plain: bool, rounds: int, inside: Prior = PRIOR) -> Floats:
    """Difference of the means of `looked_at`, prior against taking turns, in standard errors."""
    rng = np.random.default_rng(17)
    own = np.random.Generator(np.random.SFC64(5))
    direct = np.array([looked_at(*from_prior(rng)) for _ in range(8000)])
    x, y = from_prior(rng)
    turns, tuning = [], np.array([0.35])
    for _ in range(rounds):
        counts = table_of(x, y, rng)
        if plain:
            run_plain(own, x, y, counts, inside, 1, 1)
        else:
            run_chain(own, x, y, counts, inside, 1, Leapfrog(tuning, 8, 1.0, False))
        turns.append(looked_at(x, y))
    series = np.array(turns)
    batches = series.reshape(40, -1, series.shape[1]).mean(axis=1)
    error = np.hypot(direct.std(axis=0) / len(direct) ** 0.5, batches.std(axis=0, ddof=1) / 40**0.5)
    answer: Floats = (series.mean(axis=0) - direct.mean(axis=0)) / error
    return answer


def test_rounds_leave_the_joint_distribution_as_it_is() -> None:
    assert np.abs(z_scores(plain=False, rounds=12_000)).max() < 4


def test_plain_sweeps_leave_the_joint_distribution_as_it_is() -> None:
    assert np.abs(z_scores(plain=True, rounds=12_000)).max() < 4


def test_a_sampler_of_another_prior_is_noticed() -> None:
    """As if the density of one chance had been written down with an exponent slightly off."""
    assert np.abs(z_scores(plain=False, rounds=12_000, inside=PRIOR._replace(la=2.3))).max() > 5
