"""Ordered over-relaxation (R. M. Neal 1998).

Rates and partitions are drawn in turn, each given the other. A rate above the median of
its conditional makes links whose evidence makes it high again, so that both random-walk. A rate
drawn on the other side of its conditional suppresses that.

R. M. Neal, "Suppressing random walks in Markov chain Monte Carlo using ordered overrelaxation",
in M. I. Jordan (ed.), Learning in Graphical Models, 1998.
"""

from __future__ import annotations

import numpy as np

from uncounted.linkage.arrays import Floats

FRESH = 9  # draws beside the last one


def opposite(rng: np.random.Generator, last: Floats, fresh: Floats) -> Floats:
    """The draw that has as many above it as the last has below; `fresh`: shape (draws, numbers)."""
    below, alike = np.add.reduce(fresh < last), np.add.reduce(fresh == last)
    place = below + rng.integers(0, alike + 1)  # ties are broken at random
    order = np.sort(np.concatenate([last[None], fresh]), axis=0)
    return np.asarray(order[len(fresh) - place, np.arange(len(place))])
