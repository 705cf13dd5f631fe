"""Estimates given covariates once more: a Poisson regression with dense design, sums in loops."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np
import numpy.typing as npt

type Floats = npt.NDArray[np.float64]


def poisson_regression(
    strata: Sequence[tuple[Sequence[float], Mapping[str, int]]],
    interactions: Sequence[tuple[int, ...]],
    *,
    varying: bool,
) -> tuple[float, float]:
    """Undocumented people, and the variance of N, by iteratively reweighted least squares.

    A row for each stratum and pattern; an intercept for each stratum; each list, and each
    interaction if `varying`, has a term of its own and one for each covariate.
    """
    J = len(next(iter(strata[0][1])))
    X, y = [], []
    for k, (covariates, counts) in enumerate(strata):
        for pattern in product((0, 1), repeat=J):
            if not any(pattern):
                continue
            row = [1.0 if k == other else 0.0 for other in range(len(strata))]
            for lists in [(j,) for j in range(J)] + list(interactions):
                on = 1.0 if all(pattern[j] for j in lists) else 0.0
                row.append(on)
                if len(lists) == 1 or varying:
                    row += [on * value for value in covariates]
            X.append(row)
            y.append(counts.get("".join(map(str, pattern)), 0))
    design, seen = np.array(X), np.array(y, dtype=np.float64)
    beta = np.linalg.lstsq(design, np.log(seen + 0.5), rcond=None)[0]
    for _ in range(200):
        mean = np.exp(design @ beta)
        information = design.T @ (design * mean[:, None])
        beta = beta + np.linalg.solve(information, design.T @ (seen - mean))
    mean = np.exp(design @ beta)
    covariance = np.linalg.inv(design.T @ (design * mean[:, None]))
    intercepts = np.exp(beta[: len(strata)])
    part = covariance[: len(strata), : len(strata)]
    n0 = float(intercepts.sum())
    return n0, float(intercepts @ part @ intercepts) + n0


def unseen(patterns: Sequence[Sequence[int]], shares: Floats) -> tuple[float, float, float]:
    """The one-step sum, the plug-in, and the variance of N, person by person.

    `shares` has a column for each pattern, in the order of the number whose bit j is list j.
    """
    one_step = plug_in = squares = 0.0
    for pattern, share in zip(patterns, shares.tolist(), strict=True):
        r = 1.0
        for cell in range(1, len(share) + 1):
            odd = sum(cell >> j & 1 for j in range(len(pattern))) % 2
            r = r * share[cell - 1] if odd else r / share[cell - 1]
        own = sum(mark << j for j, mark in enumerate(pattern))
        sign = 1 if sum(pattern) % 2 else -1
        term = r * sign / share[own - 1]
        one_step, plug_in, squares = one_step + term, plug_in + r, squares + term**2
    return one_step, plug_in, squares + one_step
