"""Whether a log-linear model has a maximum likelihood estimate on a table, decided exactly.

Which counts are zero decides it, not how large the others are (Fienberg and Rinaldo
2012, Annals of Statistics 40:996), so each (model, pattern of zeros) is looked at once.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from uncounted.estimate.hierarchy import Model
from uncounted.estimate.silence import silence

NONE, UNIDENTIFIED = 1, 2  # 3: both


def code(model: Model, present: npt.NDArray[np.bool_]) -> int:
    """0: there is an (extended) estimate; 1: there is none; 2: it is not unique; 3: both.

    1. A set of the model that nobody is on is taken out, with the cells that hold it.
    2. Not unique: the rank of what is left is below the number of its parameters.
    3. None: no table with the same sums has every cell above 0. Found by the linear
       programme "largest s with A'm = A'x and m >= s".

    Args:
        model: masks of its sets of lists.
        present: shape (2**J,), which cells have somebody; cell 0 is not looked at.

    Examples:
        >>> from uncounted.estimate.hierarchy import main_effects
        >>> code(main_effects(2), np.array([False, True, True, True]))
        0
    """
    cells = np.arange(1, len(present))
    seen = cells[present[1:]]
    kept = [a for a in model if a == 0 or np.any(seen & a == a)]
    for gone in set(model) - set(kept):
        cells = cells[cells & gone != gone]
    A = ((cells[:, None] & np.array(kept)) == np.array(kept)).astype(np.float64)
    answer = UNIDENTIFIED if np.linalg.matrix_rank(A) < len(kept) else 0
    return answer | (0 if _inside(A, present[cells].astype(np.float64)) else NONE)


def _inside(A: npt.NDArray[np.float64], x: npt.NDArray[np.float64]) -> bool:
    if np.all(x > 0):
        return True
    from scipy.optimize import linprog  # a fifth of a second, and most tables never need it

    cells = len(A)
    with silence():
        best = linprog(
            np.append(np.zeros(cells), -1.0),
            A_ub=np.hstack([-np.eye(cells), np.ones((cells, 1))]),
            b_ub=np.zeros(cells),
            A_eq=np.hstack([A.T, np.zeros((A.shape[1], 1))]),
            b_eq=A.T @ x,
            bounds=(0, None),
            method="highs",
        )
    return bool(best.status == 0 and -best.fun > 1e-7)


class Register:
    """Codes found so far. Give it to every fit on the same lists."""

    def __init__(self) -> None:
        self._codes: dict[tuple[Model, bytes], int] = {}

    def code(self, model: Model, counts: npt.NDArray[np.float64]) -> int:
        """As `code`, for counts; each pattern of zeros is decided once."""
        present = counts > 0
        key = model, np.packbits(present).tobytes()
        if key not in self._codes:
            self._codes[key] = code(model, present)
        return self._codes[key]
