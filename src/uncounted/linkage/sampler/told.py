"""Room to read what the reports of a cluster say of one another, so that no reading makes any.

Compiled.
"""

# numba compiles these functions; numpy's stubs know less than it does
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from uncounted._numba import compiled

USUAL = 64  # reports of a cluster for which a chain keeps room: one word of bits


class Told(NamedTuple):
    """What is read of a cluster of k reports.

    `codes` has the packed levels of each pair x > y, at x (x - 1) / 2 + y. By report, `alike` sums
    what its pairs were worth before any partition, and `explained` what different people explain
    of them.

    The others are of one field. `seen` has four counts of 16 bits each (so k is at most 65,536),
    from the lowest: with how many a report can be compared, with how many of these it agrees, from
    how many it is a slip away, and with how many it agrees in all there is to say. `copies` is the
    log of the product of t / u if it is the original. `right` and `wrong` have a bit for each
    report that it agrees with, and does not, where anybody does not: shape (k, words of 64 bits).
    """

    codes: NDArray[np.int32]
    alike: NDArray[np.float64]
    explained: NDArray[np.float64]
    seen: NDArray[np.int64]
    copies: NDArray[np.float64]
    right: NDArray[np.int64]
    wrong: NDArray[np.int64]


@compiled
def room(k: int) -> Told:
    """Room for up to k reports."""
    logs, words = np.empty((3, k)), np.empty((2, k, (k + 63) // 64), np.int64)
    codes, seen = np.empty(k * (k - 1) // 2, np.int32), np.empty(k, np.int64)
    return Told(codes, logs[0], logs[1], seen, logs[2], words[0], words[1])
