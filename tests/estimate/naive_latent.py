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
