"""Mixed-integer linear programmes, solved exactly by HiGHS without output.

HiGHS prints a line to standard output when it repairs a solution, whatever its options say;
`uncounted --json` prints one JSON object and nothing else.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from collections.abc import Iterator
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp

type Floats = npt.NDArray[np.float64]

OPTIMAL, INFEASIBLE = 0, 2


@attrs.frozen(eq=False)
class Rows:
    """The constraints of a programme in `size` variables, each given by its parts."""

    size: int
    rows: list[Floats] = attrs.field(factory=list)
    lows: list[float] = attrs.field(factory=list)
    highs: list[float] = attrs.field(factory=list)

    def must(self, low: float, high: float, *parts: tuple[slice, Floats]) -> None:
        """Require low <= sum of values @ v[where] over the parts (where, values) <= high."""
        row = np.zeros(self.size)
        for where, values in parts:
            row[where] += values
        self.rows.append(row)
        self.lows.append(low)
        self.highs.append(high)


def least(cost: Floats, rows: Rows, low: Floats, high: Floats) -> Any:
    """Least `cost @ v` over whole numbers v with low <= v <= high that fulfil the rows.

    Returns scipy's result, run to a zero gap; `status` says whether there is any such v.
    """
    with _no_output():
        return milp(
            cost,
            integrality=np.ones(len(cost)),
            bounds=Bounds(low, high),
            constraints=LinearConstraint(np.array(rows.rows), rows.lows, rows.highs),
            options={"mip_rel_gap": 0.0},
        )


@contextlib.contextmanager
def _no_output() -> Iterator[None]:
    """Point file descriptor 1 at nothing; C's own buffer is emptied before it is put back."""
    sys.stdout.flush()
    stdout, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        if os.name == "posix":
            ctypes.CDLL(None).fflush(None)
        os.dup2(stdout, 1)
        os.close(stdout)
        os.close(nowhere)
