"""Mixed-integer programmes, solved exactly and in silence.

HiGHS prints a line of its own to standard output when it repairs a solution, whatever
it is told; there `uncounted --json` owes its reader one JSON object and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp

from uncounted.publish.disclosure.silence import silence

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
    with silence():
        return milp(
            cost,
            integrality=np.ones(len(cost)),
            bounds=Bounds(low, high),
            constraints=LinearConstraint(np.array(rows), lows, highs),
            options={"mip_rel_gap": 0.0},
        )
