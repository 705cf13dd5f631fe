"""How often each report is visited in a sweep."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from uncounted.linkage.partition import Floats, Ints

SELDOM = 0.1  # visits a sweep, at the least
RESTLESS = 0.05  # chance of moving, at a visit, from which a report is visited at each sweep


class Visits(NamedTuple):
    """How often each report is visited in a sweep, and what came of it: arrays of one a report.

    `often` is the mean number of visits; `times` counts those since it was last settled, and
    `moves` sums the chances of moving at each.
    """

    often: Floats
    times: Ints
    moves: Floats


def every(count: int) -> Visits:
    """Each report once a sweep."""
    return Visits(np.ones(count), np.zeros(count, np.int64), np.zeros(count))


def settle(chains: Sequence[Visits]) -> None:
    """From now on, visit reports the less often the less they moved over all chains; count anew.

    A report that is away from home with chance p (small) and has v visits adds p / v or so to
    the variance of an average over draws: for so many visits in all that is least where v is
    as sqrt(p). One that was not seen keeps what it had.
    However often reports are visited, each move leaves the target as it is. What has been chosen
    by a chain's own past is forgotten as where it started is, if it is chosen a few times only.
    """
    times = np.sum([each.times for each in chains], axis=0)
    chance = np.sum([each.moves for each in chains], axis=0) / np.maximum(times, 1)
    often = np.clip(np.sqrt(chance / RESTLESS), SELDOM, 1.0)
    for each in chains:
        each.often[:] = np.where(times > 0, often, each.often)
        each.times[:] = 0
        each.moves[:] = 0.0
