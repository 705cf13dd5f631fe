"""A list whose people are on fewer other lists than chance has it: it may end later captures.

Who has died or been returned comes on no list after that. Such a list biases N upwards, Chao's
lower bound too (Schaller, Titman and McCrea 2026, arXiv:2605.21283).
"""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import numpy.typing as npt

from uncounted.captures import NOT_ACTIVE, CaptureTable
from uncounted.estimate.base.warning import EstimateWarning

_Z = 1.959964


def ending_warnings(table: CaptureTable) -> tuple[EstimateWarning, ...]:
    """A warning for each list whose odds ratio with the others is below 1, where theirs is not.

    The odds ratio of two lists is taken among people on a third, where nobody is missing. Those of
    one list with all others are pooled on the log scale by inverse variance; the standard error
    takes them for fully correlated, since they are of the same people.

    Examples:
        >>> table = CaptureTable.of("ABD", {"110": 90, "111": 10, "101": 30, "011": 30,
        ...                                 "100": 100, "010": 100, "001": 200})
        >>> [warning.code for warning in ending_warnings(table)]
        ['may-end-capture']
    """
    J = len(table.lists)
    if J < 3 or any(NOT_ACTIVE in pattern for pattern in table.counts):
        return ()
    on = np.array([[mark == "1" for mark in pattern] for pattern in table.counts])
    people = np.array(list(table.counts.values()), float)
    ratios = {pair: _log_odds(on, people, *pair) for pair in combinations(range(J), 2)}
    found = []
    for at, name in enumerate(table.lists):
        own = _pooled([ratio for pair, ratio in ratios.items() if at in pair])
        others = _pooled([ratio for pair, ratio in ratios.items() if at not in pair])
        if own[0] + _Z * own[1] < 0 and others[0] + _Z * others[1] >= 0:
            middle, low, high = (math.exp(own[0] + k * own[1]) for k in (0, -_Z, _Z))
            text = (
                f"people on {name} are on other lists less often than people who are not on it:"
                f" odds ratio {middle:.2f} ({low:.2f} to {high:.2f})"
            )
            found.append(EstimateWarning("may-end-capture", text))
    return tuple(found)


def _log_odds(
    on: npt.NDArray[np.bool_], people: npt.NDArray[np.float64], a: int, b: int
) -> tuple[float, float]:
    """Log odds ratio of two lists among people on any other, and its variance (Haldane)."""
    third = np.delete(on, [a, b], axis=1).any(axis=1)
    cells = [
        people[third & (on[:, a] == x) & (on[:, b] == y)].sum() + 0.5
        for x, y in ((1, 1), (0, 0), (1, 0), (0, 1))
    ]
    log = math.log(cells[0]) + math.log(cells[1]) - math.log(cells[2]) - math.log(cells[3])
    return log, sum(1 / cell for cell in cells)


def _pooled(ratios: list[tuple[float, float]]) -> tuple[float, float]:
    """Mean by inverse variance, and its standard error if all are fully correlated."""
    weights = [1 / variance for _, variance in ratios]
    total = sum(weights)
    mean = sum(w * log for w, (log, _) in zip(weights, ratios, strict=True)) / total
    return mean, sum(w * v**0.5 for w, (_, v) in zip(weights, ratios, strict=True)) / total
