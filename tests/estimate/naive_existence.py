"""A slow and plain twin of `existence.code`: the linear programme of the literature itself."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog


def code(model: tuple[int, ...], present: np.ndarray) -> int:
    """Rank for whether it is unique; largest s with A'm = A'x, m >= s for whether it exists."""
    cells = list(range(1, len(present)))
    seen = [c for c in cells if present[c]]
    kept = [a for a in model if a == 0 or any(c & a == a for c in seen)]
    gone = [a for a in model if a not in kept]
    cells = [c for c in cells if not any(c & a == a for a in gone)]
    A = np.array([[float(c & a == a) for a in kept] for c in cells])
    x = np.array([float(present[c]) for c in cells])
    best = linprog(
        np.append(np.zeros(len(cells)), -1.0),
        A_ub=np.hstack([-np.eye(len(cells)), np.ones((len(cells), 1))]),
        b_ub=np.zeros(len(cells)),
        A_eq=np.hstack([A.T, np.zeros((len(kept), 1))]),
        b_eq=A.T @ x,
        bounds=(0, None),
        method="highs",
    )
    none = not (best.status == 0 and -best.fun > 1e-7)
    return (2 if np.linalg.matrix_rank(A) < len(kept) else 0) + none
