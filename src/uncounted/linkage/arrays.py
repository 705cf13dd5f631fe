"""Array types of record linkage, and connected components of pairs of reports."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Ints = NDArray[np.int64]
Codes = NDArray[np.int32]  # reports, clusters or packed comparison levels
Kinds = NDArray[np.uint8]  # comparison levels, and other small codes
Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Flags = NDArray[np.bool_]
Labels = NDArray[np.int32]  # (draws, reports) or (reports,): equal labels are one person


def connected(count: int, left: Ints, right: Ints) -> Ints:
    """A label a report, the same for those that pairs lead from one to the other."""
    pairs = coo_array((np.ones(len(left), np.int8), (left, right)), shape=(count, count))
    return np.asarray(connected_components(pairs, directed=False)[1], np.int64)


def within(row: NDArray[np.integer]) -> tuple[Ints, Ints]:
    """The pairs of reports that are one person, the later first; small people before large ones."""
    order = np.argsort(row, kind="stable")
    starts = np.flatnonzero(np.diff(row[order], prepend=-1))
    sizes = np.diff(np.append(starts, len(row)))
    left, right = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for size in np.unique(sizes[sizes > 1]).tolist():
        one, two = np.tril_indices(size, -1)
        first = starts[sizes == size][:, np.newaxis]
        left.append(order[first + one].ravel())
        right.append(order[first + two].ravel())
    return np.concatenate(left), np.concatenate(right)
