"""Every move alone, on exact draws of the posterior; the gradient; simulated truth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
import pytest
from tests.estimate.naive_latent import by_person, by_weights, chance_of, from_prior

from uncounted._numba import lend
from uncounted.captures import CaptureTable
from uncounted.estimate.latent_class.chains import pattern_tree, start
from uncounted.estimate.latent_class.fast_exp import fast_exp
from uncounted.estimate.latent_class.gibbs import (
    FINE,
    STRETCHES,
    TOO_MANY,
    run_chain,
    run_plain,
    sweep,
)
from uncounted.estimate.latent_class.kernels import (
    Counts,
    Floats,
    Leapfrog,
    Prior,
    _sticks,
    chances,
    collapsed_gradient,
    exchange,
    leap,
    log_odds_unrecorded,
    room,
    stretch,
)

PRIOR = Prior(0.25, 0.25, 1.0, 1.0, 35.0)
TINY = CaptureTable.of("ABC", {"100": 7, "010": 5, "001": 3, "110": 3, "011": 1, "111": 2})
COUNTS = pattern_tree(TINY)
K = 3

type Move = Callable[[np.random.Generator, Floats, Floats], None]


# Lent as chains lend them: with other types all that is called would be compiled again.
@numba.njit
def _leap(rng: Any, x: Any, y: Any, counts: Any, prior: Any, space: Any, leapfrog: Any) -> Any:
    return leap(rng, x, y, lend(counts), prior, lend(space), leapfrog)


@numba.njit
def _stretch(rng: Any, x: Any, y: Any, counts: Any, prior: Any, space: Any) -> Any:
    return stretch(rng, x, y, lend(counts), prior, lend(space), STRETCHES)


@numba.njit
def _sweep(rng: Any, x: Any, y: Any, counts: Any, prior: Any, space: Any) -> Any:
    return sweep(rng, x, y, lend(counts), prior, lend(space))


def one_leap(rng: np.random.Generator, x: Floats, y: Floats) -> None:
    leapfrog = Leapfrog(np.array([0.5]), 12, 1.0, False)
    _leap(rng, x, y, COUNTS, PRIOR, room(COUNTS, K), leapfrog)


def one_exchange(rng: np.random.Generator, x: Floats, y: Floats) -> None:
    exchange(rng, x, y, PRIOR, 3)


def one_stretch(rng: np.random.Generator, x: Floats, y: Floats) -> None:
    _stretch(rng, x, y, COUNTS, PRIOR, room(COUNTS, K))


def one_sweep(rng: np.random.Generator, x: Floats, y: Floats) -> None:
    _sweep(rng, x, y, COUNTS, PRIOR, room(COUNTS, K))


type Weighted = tuple[Floats, Floats, Floats, Floats]


@pytest.fixture(scope="module")
def weighted() -> Weighted:
    return by_weights(TINY, K, 400_000, np.random.default_rng(2))


@pytest.fixture(scope="module")
def exact(weighted: Weighted) -> list[tuple[Floats, Floats]]:
    """Draws of the posterior: from the prior, taken again in proportion to the likelihood."""
    _, belief, weights, lam = weighted
    taken = np.random.default_rng(11).choice(len(belief), size=4000, p=belief)
    order = [TINY.lists.index(name) for name in ordered(TINY)]
    lam = lam[taken][:, order]
    with np.errstate(divide="ignore"):
        logs = np.maximum(np.log(weights[taken]), -700.0)
    x = np.log(lam) - np.log1p(-lam)
    return [(np.ascontiguousarray(each), y.copy()) for each, y in zip(x, logs, strict=True)]


def ordered(table: CaptureTable) -> list[str]:
    totals = table.list_totals
    return sorted(table.lists, key=lambda name: (-totals[name], name))


def seen(states: list[tuple[Floats, Floats]]) -> Floats:
    """Functions of the state that a wrong Jacobian or ratio would move: (states, functions)."""
    space = room(COUNTS, K)
    rows = []
    for x, y in states:
        chances(x, space)
        w = np.exp(y - y.max())
        w /= w.sum()  # a move leaves log-weights of any sum
        rows.append(
            [
                log_odds_unrecorded(y, space),
                np.sqrt(w[0]),
                np.sqrt(w[-1]),
                w @ w,
                float(np.tanh(x[:, 0] / 2).mean()),
                float(np.tanh(x[:, -1] / 2).mean()),
                float((w[None, :] * space.lam).sum(axis=1) @ np.arange(3)),
                float(np.tanh(np.log(w[-1] + 1e-6))),
            ]
        )
    return np.array(rows)


@pytest.mark.sampler
@pytest.mark.parametrize("move", [one_leap, one_exchange, one_stretch, one_sweep])
def test_a_move_alone_leaves_the_posterior_alone(
    exact: list[tuple[Floats, Floats]], move: Move
) -> None:
    """Draws of the posterior are still that after eight moves: paired differences, |z| < 4."""
    before = seen(exact)
    states = [(x.copy(), y.copy()) for x, y in exact]
    rng = np.random.Generator(np.random.SFC64(5))
    for x, y in states:
        for _ in range(8):
            move(rng, x, y)
    change = seen(states) - before
    moved = change.std(axis=0) > 0
    z = change.mean(axis=0)[moved] / (change.std(axis=0)[moved] / len(states) ** 0.5)
    assert moved.sum() >= 5
    assert np.abs(z).max() < 4


def test_the_chain_finds_the_exact_posterior(weighted: Weighted) -> None:
    """Weighted prior draws against a chain with every move: quantiles of the log odds."""
    logits, belief, *_ = weighted
    order = np.argsort(logits)
    at = np.cumsum(belief[order])
    rng = np.random.Generator(np.random.SFC64(1))
    x, y = start("prior", COUNTS, PRIOR, K, rng)
    tuning = np.array([0.3])
    run_chain(rng, x, y, COUNTS, PRIOR, 300, Leapfrog(tuning, 16, 1.0, True))
    _, found, *_ = run_chain(rng, x, y, COUNTS, PRIOR, 20_000, Leapfrog(tuning, 16, 1.0, False))
    worth = 1 / np.sum(belief**2)
    for share in (0.05, 0.25, 0.5, 0.75, 0.95):
        exact = logits[order][np.searchsorted(at, share)]
        error = (share * (1 - share) * (1 / worth + 1 / 2000)) ** 0.5
        assert abs(np.mean(found < exact) - share) < 3.5 * error


def test_what_is_noted_is_where_the_chain_is() -> None:
    """A leap that went astray leaves no trace in the log odds; of one class nothing else moves."""
    rng = np.random.Generator(np.random.SFC64(6))
    x, y = start("independence", COUNTS, PRIOR, 1, rng)
    space = room(COUNTS, 1)
    chances(x, space)
    here = log_odds_unrecorded(y, space)
    astray = np.array([6.0])
    _, logits, _, leaps, _, how = run_chain(
        rng, x, y, COUNTS, PRIOR, 1, Leapfrog(astray, 64, 1.0, False)
    )
    assert (how, leaps) == (FINE, 0.0)
    assert logits[0] == here


def test_the_gradient_is_that_of_the_density() -> None:
    rng = np.random.default_rng(3)
    space = room(COUNTS, K)
    for _ in range(5):
        x, v = rng.normal(0, 2, (3, K)), rng.normal(0, 3, K)
        collapsed_gradient(x, v, COUNTS, PRIOR, space, True)
        exact = np.append(space.gx.ravel(), space.gv)
        q = np.append(x.ravel(), v)

        def value(q: Floats) -> float:
            at = np.ascontiguousarray(q[: 3 * K].reshape(3, K)), q[3 * K :].copy()
            return float(collapsed_gradient(*at, COUNTS, PRIOR, space, True))

        steps = 1e-5 * np.eye(len(q))
        slope = [(value(q + step) - value(q - step)) / 2e-5 for step in steps]
        assert np.allclose(exact, slope, rtol=1e-5, atol=1e-5)


def test_the_exponential_is_that_of_the_library() -> None:
    x = np.linspace(-707, 708, 20_001)
    ours = np.array([fast_exp(value) for value in x])
    assert np.abs(ours / np.exp(x) - 1).max() < 4e-14
    assert fast_exp(-np.inf) < 1e-300
    assert fast_exp(0.0) == 1.0


@pytest.mark.parametrize("far", [3.0, 450.0, 900.0])
def test_sticks_in_plain_numbers_are_those_in_logs(far: float) -> None:
    """Shares of the seen that span 1e-200, and so far that only their logs can be told apart."""
    rng = np.random.default_rng(7)
    space = room(COUNTS, K)
    x, v = rng.normal(0, 2, (3, K)), np.array([0.0, -far, -far / 2])
    collapsed_gradient(x, v, COUNTS, PRIOR, space, True)
    total, depth = _sticks(v, 0.0, PRIOR, space, True)
    y = v - np.log(space.d)
    rest = np.logaddexp.accumulate(y[::-1])[::-1]
    assert total == pytest.approx(np.sum(y - rest), rel=1e-9)
    assert depth == pytest.approx(PRIOR.b + rest[0] - y[-1], rel=1e-9)
    assert pytest.approx(np.exp(y - rest), rel=1e-9, abs=1e-300) == space.V


def test_one_person_a_row_gives_the_same() -> None:
    """The sampler as in the paper, 4,000 sweeps, against tabulated sweeps: mean log n0."""
    slow = np.log(np.array(by_person(TINY, K, 4000, np.random.default_rng(4))[500:]) + 0.5)
    rng = np.random.Generator(np.random.SFC64(2))
    x, y = start("split", COUNTS, PRIOR, K, rng)
    n0, _, how = run_plain(rng, x, y, COUNTS, PRIOR, 60_000, 5)
    fast = np.log(n0[500:] + 0.5)
    batches = slow.reshape(20, -1).mean(axis=1)
    assert how == FINE
    assert abs(slow.mean() - fast.mean()) < 3.5 * batches.std(ddof=1) / 20**0.5


@pytest.mark.sampler
def test_ranks_of_the_truth_are_uniform() -> None:
    """Simulation-based calibration given n (Talts et al. 2018), 250 tables of 25 people.

    Truth from the prior, a table of n seen people from it; its rank among 15 spaced draws
    is uniform on 0..15. Chi-square on 7 degrees of freedom: above 24 once in a thousand.
    """
    rng = np.random.default_rng(8)
    patterns = [format(i, "03b") for i in range(1, 8)]
    whole = pattern_tree(CaptureTable.of("ABC", dict.fromkeys(patterns, 1)))
    names = ["".join("1" if on else "0" for on in row) for row in whole.members[1:]]
    ranks = []
    for _ in range(250):
        _, weights, lam = from_prior(3, K, 1, rng)
        chance = np.array([chance_of(name, weights, lam)[0] for name in names])
        rho = 1 - chance.sum()
        people = rng.multinomial(25, chance / chance.sum())
        count = np.append(0.0, people)
        share = np.clip(count @ whole.members / 25, 0.02, 0.98)
        counts = Counts(whole.parent, whole.last, count, whole.members, share, 25.0)
        own = np.random.Generator(np.random.SFC64(rng.integers(2**32)))
        x, y = start("prior", counts, PRIOR, K, own)
        tuning = np.array([0.3])
        run_chain(own, x, y, counts, PRIOR, 100, Leapfrog(tuning, 12, 1.0, True))
        _, logits, *_ = run_chain(own, x, y, counts, PRIOR, 450, Leapfrog(tuning, 12, 1.0, False))
        ranks.append(int(np.sum(logits[::30] < np.log(rho) - np.log1p(-rho))))
    bins = np.bincount(np.array(ranks) // 2, minlength=8)
    expected = 250 / 8
    assert np.sum((bins - expected) ** 2) / expected < 24


def test_too_many_for_whole_numbers_is_reported() -> None:
    space = room(COUNTS, K)
    x, y = np.full((3, K), -34.0), np.zeros(K)
    counts = COUNTS._replace(n=1e6)
    _, how = _sweep(np.random.Generator(np.random.SFC64(1)), x, y, counts, PRIOR, space)
    assert how == TOO_MANY
