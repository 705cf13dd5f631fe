"""Mixed-integer linear programmes, solved exactly by HiGHS without output.

HiGHS prints a line to standard output when it repairs a solution, whatever its options say;
`uncounted --json` prints one JSON object and nothing else.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp

type Floats = npt.NDArray[np.float64]

OPTIMAL, INFEASIBLE = 0, 2


def least(
    cost: Floats,
    rows: Sequence[Floats],
    lows: Sequence[float],
    highs: Sequence[float],
    low: Floats,
    high: Floats,
) -> Any:
    """Least `cost @ v` over whole numbers v with low <= v <= high and lows <= rows @ v <= highs.

    Returns scipy's result, run to a zero gap; `status` says whether there is any such v.
    """
    with _no_output():
        return milp(
            cost,
            integrality=np.ones(len(cost)),
            bounds=Bounds(low, high),
            constraints=LinearConstraint(np.array(rows), lows, highs),
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
