"""Identification against populations that were made: the truth is covered where it should be."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chisquare
from tests.estimate import naive_identify as naive

from uncounted.captures import CaptureTable
from uncounted.estimate.base.assumptions import NHOI, Assumption, MarginalPair
from uncounted.estimate.base.priors import GammaPoissonPrior
from uncounted.estimate.identification.cell_models import patterns
from uncounted.estimate.identification.estimator import identify

pytestmark = pytest.mark.sampler

SEEN = {"100": 0.22, "010": 0.18, "001": 0.2, "110": 0.12, "101": 0.1, "011": 0.1, "111": 0.08}


def simulated_table(rng: np.random.Generator, pi: dict[str, float], N: int) -> CaptureTable:
    counts = dict(zip(pi, rng.multinomial(N, list(pi.values())).tolist(), strict=True))
    return CaptureTable.of("ABC", {p: c for p, c in counts.items() if "1" in p})


def test_made_with_xi_2_it_is_covered_at_2_and_not_at_1() -> None:
    xi, N = 2.0, 8000
    pi = naive.whole(SEEN, naive.odds_nhoi(SEEN, xi))
    rng = np.random.default_rng(11)
    rounds, at_2, at_1 = 120, 0, 0
    for seed in range(rounds):
        table = simulated_table(rng, pi, N)
        for assumed in (2.0, 1.0):
            found = identify(table, assumption=NHOI(assumed), draws=1000, seed=seed).interval
            assert found is not None
            covered = found[0] <= N <= found[1]
            at_2 += covered and assumed == 2.0
            at_1 += covered and assumed == 1.0
    assert 0.88 * rounds <= at_2 <= rounds
    assert at_1 <= 0.1 * rounds


def test_made_with_a_pair_at_one_half_it_is_covered_at_one_half_and_not_at_1() -> None:
    xi, N = 0.5, 8000
    pi = naive.whole(SEEN, naive.odds_pair(SEEN, 0, 1, xi))
    rng = np.random.default_rng(12)
    covered = {0.5: 0, 1.0: 0}
    for seed in range(120):
        table = simulated_table(rng, pi, N)
        for assumed in covered:
            pair = MarginalPair("A", "B", assumed)
            found = identify(table, assumption=pair, draws=1000, seed=seed).interval
            assert found is not None
            covered[assumed] += found[0] <= N <= found[1]
    assert covered[0.5] >= 0.88 * 120
    assert covered[1.0] == 0


@pytest.mark.parametrize(
    ("assumption", "lists"),
    [(NHOI(), "AB"), (NHOI(0.5), "AB"), (NHOI(), "ABC"), (MarginalPair("A", "B"), "ABC")],
)
def test_ranks_of_the_truth_are_uniform(assumption: Assumption, lists: str) -> None:
    """Talts et al. (2018): N and the shares from the prior, a table from them, N's rank.

    Tables that are refused are left out, which the table alone decides, so ranks stay
    uniform among the others.
    """
    rng = np.random.default_rng(21)
    size, mean, names = 4.0, 400.0, tuple(lists)
    prior = GammaPoissonPrior(size, mean / size)
    ranks: list[int] = []
    while len(ranks) < 200:
        row = rng.dirichlet(np.ones(2 ** len(lists) - 1))
        log_odds = assumption.log_odds(np.log(row)[None], names)[0]
        if np.isnan(log_odds):
            continue
        N = int(rng.negative_binomial(size, size / (size + mean)))
        n = int(rng.binomial(N, 1 / (1 + np.exp(log_odds))))
        counts = dict(zip(patterns(names), rng.multinomial(n, row).tolist(), strict=True))
        estimate = identify(
            CaptureTable.of(names, counts),
            assumption=assumption,
            prior=prior,
            draws=99,
            seed=len(ranks),
        )
        if estimate.draws is None:
            continue
        first = estimate.draws[:99]
        below, ties = int(np.sum(first < N)), int(np.sum(first == N))
        ranks.append(below + int(rng.integers(ties + 1)))
    found = np.bincount(np.array(ranks) // 10, minlength=10)
    assert chisquare(found).pvalue > 0.002
