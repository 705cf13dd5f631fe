"""Counts of capture histories by mask of the lists, which log-linear models are fitted to."""

from __future__ import annotations

import attrs
import numpy as np
from scipy.special import gammaln

from uncounted.captures import CaptureTable
from uncounted.estimate.loglinear.poisson import UNSEEN, Floats


@attrs.frozen(eq=False)
class CellCounts:
    """A table as counts by mask, its lists in order of their names (so that order is nothing)."""

    lists: int
    observed: int
    counts: Floats
    places: tuple[int, ...]

    @classmethod
    def of(cls, table: CaptureTable) -> CellCounts:
        """Count; cell 0 is `UNSEEN`."""
        J = len(table.lists)
        order = sorted(range(J), key=lambda i: table.lists[i])
        counts = np.zeros(1 << J)
        for pattern, count in table.counts.items():
            counts[sum(1 << at for at, i in enumerate(order) if pattern[i] == "1")] = count
        counts[0] = UNSEEN
        return cls(J, table.observed, counts, tuple(i + 1 for i in order))

    @property
    def log_ways(self) -> float:
        """Sum of log x!, which the kernel leaves out of the likelihood."""
        return float(gammaln(self.counts[1:] + 1).sum())
