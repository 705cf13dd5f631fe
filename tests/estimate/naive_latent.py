"""Latent classes again, slowly: a sampler with one person a row, and a posterior without a chain.

`by_weights` draws everything from the prior and weighs it by the likelihood: no Jacobian,
no gradient, no Gibbs step. `by_person` is the sampler of Manrique-Vallier (2016) as one
would write it down first.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from uncounted.captures import CaptureTable

type Floats = npt.NDArray[np.float64]


def from_prior(
    lists: int, classes: int, draws: int, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    """alpha, weights (draws, classes), chances (draws, lists, classes)."""
    alpha = rng.gamma(0.25, 1 / 0.25, draws)
    sticks = rng.beta(1.0, np.maximum(alpha, 1e-300)[:, None], (draws, classes))
    sticks[:, -1] = 1.0
    left = np.cumprod(np.hstack([np.ones((draws, 1)), 1 - sticks[:, :-1]]), axis=1)
    return alpha, sticks * left, rng.random((draws, lists, classes))


def chance_of(pattern: str, weights: Floats, chances: Floats) -> Floats:
    """P(pattern), one value a draw."""
    on = np.array([mark == "1" for mark in pattern])[None, :, None]
    each = np.where(on, chances, 1 - chances).prod(axis=1)
    answer: Floats = (weights * each).sum(axis=1)
    return answer


def by_weights(
    table: CaptureTable, classes: int, draws: int, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats, Floats]:
    """Prior draws with weights: log odds of being unseen, weights of draws, nu, lambda."""
    J = len(table.lists)
    _, weights, chances = from_prior(J, classes, draws, rng)
    rho = chance_of("0" * J, weights, chances)
    log = -table.observed * np.log1p(-rho)
    for pattern, count in table.counts.items():
        log += count * np.log(chance_of(pattern, weights, chances))
    belief = np.exp(log - log.max())
    return np.log(rho / (1 - rho)), belief / belief.sum(), weights, chances


def by_person(
    table: CaptureTable, classes: int, sweeps: int, rng: np.random.Generator
) -> list[int]:
    """n0 after each sweep; a row of 0 and 1 for everybody."""
    seen = np.array(
        [[int(mark) for mark in pattern] for pattern, n in table.counts.items() for _ in range(n)]
    )
    n, J = seen.shape
    nu = np.full(classes, 1 / classes)
    lam = rng.random((J, classes))
    alpha, found = 1.0, []
    for _ in range(sweeps):
        rho = float(nu @ np.prod(1 - lam, axis=0))
        n0 = int(rng.negative_binomial(n, 1 - rho))
        people = np.vstack([seen, np.zeros((n0, J), int)])
        log = np.log(nu) + people @ np.log(lam) + (1 - people) @ np.log1p(-lam)
        share = np.exp(log - log.max(axis=1, keepdims=True))
        share /= share.sum(axis=1, keepdims=True)
        kind = (share.cumsum(axis=1) < rng.random((len(people), 1))).sum(axis=1)
        size = np.bincount(kind, minlength=classes)
        for k in range(classes):
            on = people[kind == k].sum(axis=0)
            lam[:, k] = np.clip(rng.beta(1 + on, 1 + size[k] - on), 1e-12, 1 - 1e-12)
        left, V = 1.0, np.ones(classes)
        for k in range(classes - 1):
            V[k] = np.clip(rng.beta(1 + size[k], alpha + size[k + 1 :].sum()), 1e-12, 1 - 1e-12)
        for k in range(classes):
            nu[k] = left * V[k]
            left *= 1 - V[k]
        alpha = float(rng.gamma(0.25 + classes - 1, 1 / (0.25 - np.log(nu[-1]))))
        found.append(n0)
    return found


def twenty_lists(seed: int = 5, people: int = 5000) -> CaptureTable:
    """A sparse table of 20 lists of very different size, on which plain chains get stuck.

    List j records anybody with chance exp(N(log .004, 1)); kind 0 (60%) and kind 1 (40%)
    of people multiply that by .5 and 1.5, and by exp(N(0, 1.2^2)) for each list and kind.
    Few people are on two lists, and who they are looks like independence at first sight.
    """
    rng = np.random.default_rng(seed)
    chance = np.exp(rng.normal(np.log(0.004), 1.0, 20)).clip(0.0005, 0.35)
    kind = rng.choice(2, size=people, p=[0.6, 0.4])
    times = np.exp(rng.normal(0, 1.2, (2, 20))) * np.array([0.5, 1.5])[:, None]
    on = rng.random((people, 20)) < np.clip(chance * times[kind], 0.0008, 0.95)
    lists = [f"L{j + 1:02d}" for j in range(20)]
    return CaptureTable.tally(
        lists,
        [[name for name, hit in zip(lists, row, strict=True) if hit] for row in on if any(row)],
    )
