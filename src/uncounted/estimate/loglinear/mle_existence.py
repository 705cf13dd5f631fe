"""Existence of the extended maximum likelihood estimate (Fienberg and Rinaldo 2012).

Which counts are zero decides it, not how large the others are (Fienberg and Rinaldo
2012, Annals of Statistics 40:996), so each (model, pattern of zeros) is looked at once.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from uncounted._numba import compiled
from uncounted.estimate.loglinear.hierarchy import Model

type Floats = npt.NDArray[np.float64]

NONE, UNIDENTIFIED = 1, 2  # 3: both
_TINY = 1e-9


@compiled
def _reduced(A):  # type: ignore[no-untyped-def]
    """Gauss and Jordan, in place: the column of each row's leading 1."""
    rows, columns = A.shape
    lead = np.empty(min(rows, columns), np.int64)
    r = 0
    for j in range(columns):
        if r == rows:
            break
        best = r
        for i in range(r + 1, rows):
            if abs(A[i, j]) > abs(A[best, j]):
                best = i
        if abs(A[best, j]) < _TINY:
            continue
        for k in range(columns):
            A[r, k], A[best, k] = A[best, k], A[r, k]
        A[r] /= A[r, j]
        for i in range(rows):
            if i != r and A[i, j] != 0.0:
                A[i] -= A[i, j] * A[r]
        lead[r] = j
        r += 1
    return lead[:r]


@compiled
def _free(masks, present):  # type: ignore[no-untyped-def]
    """What the present cells leave open, as the empty cells see it.

    Columns are a basis of the directions of the parameters that change the mean of no
    cell with people in it, rows the empty cells that are kept.
    """
    n = present.size
    kept = np.zeros(masks.size, np.bool_)
    live = np.ones(n, np.bool_)
    live[0] = False
    for i in range(masks.size):
        for c in range(1, n):
            if present[c] and c & masks[i] == masks[i]:
                kept[i] = True
                break
        if masks[i] and not kept[i]:
            for c in range(n):
                if c & masks[i] == masks[i]:
                    live[c] = False
    kept[0] = True
    term = masks[kept]
    filled, empty = np.flatnonzero(live & present), np.flatnonzero(live & ~present)
    A = np.zeros((filled.size, term.size))
    for i in range(filled.size):
        for j in range(term.size):
            A[i, j] = 1.0 if filled[i] & term[j] == term[j] else 0.0
    lead = _reduced(A)
    bound = np.zeros(term.size, np.bool_)
    for j in lead:
        bound[j] = True
    open_ = np.flatnonzero(~bound)
    Z = np.zeros((empty.size, open_.size))
    for i in range(empty.size):
        for k in range(open_.size):
            for r in range(lead.size):
                if empty[i] & term[lead[r]] == term[lead[r]]:
                    Z[i, k] -= A[r, open_[k]]
            if empty[i] & term[open_[k]] == term[open_[k]]:
                Z[i, k] += 1.0
    return Z


@compiled
def _feasible(A, b):  # type: ignore[no-untyped-def]
    """Whether A u = b for some u >= 0: the simplex method's first phase, Bland's rule."""
    rows, columns = A.shape
    T = np.zeros((rows + 1, columns + 1))
    for i in range(rows):
        sign = -1.0 if b[i] < 0 else 1.0
        T[i, :columns], T[i, columns] = sign * A[i], sign * b[i]
        T[rows] += T[i]
    basis = np.arange(columns, columns + rows)  # one artificial variable a row; none comes back
    while T[rows, columns] > 1e-7:
        enters = -1
        for j in range(columns):
            if T[rows, j] > _TINY * (rows + 1):  # so one of the rows is above _TINY
                enters = j
                break
        if enters < 0:
            return False
        at = -1
        for i in range(rows):
            if T[i, enters] > _TINY:
                if at < 0:
                    at = i
                    continue
                this, least = T[i, columns] / T[i, enters], T[at, columns] / T[at, enters]
                if this < least - _TINY or (this < least + _TINY and basis[i] < basis[at]):
                    at = i
        T[at] /= T[at, enters]
        for i in range(rows + 1):
            if i != at:
                T[i] -= T[i, enters] * T[at]
        basis[at] = enters
    return True


def code(model: Model, present: npt.NDArray[np.bool_]) -> int:
    """0: there is an (extended) estimate; 1: there is none; 2: it is not unique; 3: both.

    1. A term of the model without people is removed, with the cells that contain it.
    2. Of the directions in which the parameters can go without changing the mean of a
       cell that has people, only the empty cells can say anything. Not unique: some
       direction changes no mean at all.
    3. None: some direction lowers empty cells and raises none, so that the likelihood
       rises along it without bound. By Stiemke's lemma there is none such if and only if
       some weights of the empty cells, all above 0, cancel; the simplex method finds them.

    Args:
        model: masks of its sets of lists.
        present: shape (2**J,), which cells have people; cell 0 is not looked at.

    Examples:
        >>> from uncounted.estimate.loglinear.hierarchy import main_effects
        >>> code(main_effects(2), np.array([False, True, True, True]))
        0
    """
    Z: Floats = _free(np.array(model, dtype=np.int64), present)
    if not Z.shape[1]:
        return 0
    Z = np.where(np.abs(Z) > _TINY, Z, 0.0)
    Z = Z[np.any(Z, axis=1)]
    rank = len(_reduced(Z.copy())) if len(Z) else 0
    return (UNIDENTIFIED if rank < Z.shape[1] else 0) | (0 if _cancel(Z) else NONE)


def _cancel(Z: Floats) -> bool:
    """Whether y'Z = 0 for some y with every entry above 0."""
    if not len(Z):
        return True
    if np.any((np.all(Z <= 0, axis=0) | np.all(Z >= 0, axis=0)) & np.any(Z, axis=0)):
        return False  # a column of one sign is such a direction
    return Z.shape[1] == 1 or bool(_feasible(Z.T.copy(), -Z.sum(axis=0)))  # y = 1 + u, u >= 0


class Register:
    """Codes found so far. Give it to every fit on the same lists."""

    def __init__(self) -> None:
        self._codes: dict[tuple[Model, bytes], int] = {}

    def code(self, model: Model, counts: Floats) -> int:
        """As `code`, for counts; each pattern of zeros is decided once."""
        present = counts > 0
        key = model, np.packbits(present).tobytes()
        if key not in self._codes:
            self._codes[key] = code(model, present)
        return self._codes[key]
