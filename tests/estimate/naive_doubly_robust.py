"""Das, Kennedy and Jewell once more, in plain loops and in the paper's own letters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

type Floats = npt.NDArray[np.float64]


def one_step(
    rows: Sequence[tuple[int, int]], q: Sequence[tuple[float, float, float]]
) -> tuple[float, float, float]:
    """N by the one-step sum, N by the plug-in, and the variance of the first.

    `rows` has (Y1, Y2) for each person on either list, `q` has (q1, q2, q12).
    """
    phi, gamma = [], []
    for (y1, y2), (q1, q2, q12) in zip(rows, q, strict=True):
        phi.append(q1 * q2 / q12 * (y1 / q1 + y2 / q2 - y1 * y2 / q12))
        gamma.append(q1 * q2 / q12)
    n = len(rows)
    inverse = sum(phi) / n
    psi = 1 / inverse
    variance = n * sum((each - inverse) ** 2 for each in phi) / n + n * (1 - psi) / psi**2
    return n * inverse, sum(gamma), variance


def loss(beta: Floats, X: Floats, cell: Sequence[int], cells: int, penalty: float) -> float:
    """Minus the penalised log-likelihood of a multinomial logit, the last cell without terms."""
    total = 0.0
    for row, at in zip(X, cell, strict=True):
        weights = [
            np.exp(sum(row[j] * beta[j, k] for j in range(len(row)))) for k in range(cells - 1)
        ]
        weights.append(1.0)
        total -= float(np.log(weights[at] / sum(weights)))
    return total + 0.5 * penalty * float(sum(b * b for b in beta[1:].ravel()))


def spline(x: float, knots: Sequence[float]) -> list[float]:
    """Restricted cubic spline, term by term."""

    def cube(v: float) -> float:
        return max(v, 0.0) ** 3

    *inner, before, last = knots
    return [
        (
            cube(x - k)
            - cube(x - before) * (last - k) / (last - before)
            + cube(x - last) * (before - k) / (last - before)
        )
        / (last - knots[0]) ** 2
        for k in inner
    ]
