"""The log-linear form of Chao's bound by trying every set of parameters that may be above 0.

Slow and plain: each set is fitted by a general optimiser on the full design, sets with a
parameter below 0 are thrown away, and the highest likelihood wins.
"""

from __future__ import annotations

from itertools import chain, combinations, product

import numpy as np
from scipy.optimize import minimize

from uncounted.captures import CaptureTable


def lower_bound(table: CaptureTable, *, lists_differ: bool) -> float:
    """exp(gamma) of the best fit with every eta at 0 or above."""
    J = len(table.lists)
    patterns = [p for p in product((0, 1), repeat=J) if any(p)]
    x = np.array([table.counts.get("".join(map(str, p)), 0) for p in patterns], dtype=float)
    on = np.array(patterns, dtype=float)
    size = on.sum(axis=1)
    below = [on[:, j] for j in range(J)] if lists_differ else [size]
    hinges = [np.maximum(size - k + 1, 0) for k in range(3, J + 1)]
    best, answer = -np.inf, np.nan
    for some in chain.from_iterable(combinations(hinges, r) for r in range(len(hinges) + 1)):
        A = np.column_stack([np.ones(len(x)), *below, *some])

        def minus(at: np.ndarray, A: np.ndarray = A) -> tuple[float, np.ndarray]:
            mu = np.exp(np.minimum(A @ at, 50))
            return float(mu.sum() - x @ (A @ at)) / x.sum(), A.T @ (mu - x) / x.sum()

        start = np.linalg.lstsq(A, np.log(x + 0.5), rcond=None)[0]
        found = minimize(minus, start, jac=True, method="BFGS", options={"gtol": 1e-9})
        eta = found.x[1 + len(below) :]
        if np.all(eta >= -1e-7) and -found.fun > best + 1e-12:
            best, answer = -found.fun, float(np.exp(found.x[0]))
    return answer
