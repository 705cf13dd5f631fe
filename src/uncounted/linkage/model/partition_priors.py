"""Priors over partitions of records.

`overlap-table` and `no-duplicates`: S. Aleshin-Guendel and M. Sadinle, "Multifile
partitioning for record linkage and duplicate detection", JASA 118 (2023), with duplicates
within a list geometric, or none. `ewens`: the Ewens-Pitman prior (W. J. Ewens, "The sampling
theory of selectively neutral alleles", 1972), restricted to the components of the candidate graph
(all as one, if one holds most reports), with theta learned. `flat`: uniform over the partitions
that the candidates allow, as in M. Sadinle, "Detecting duplicates in a homicide registry using a
Bayesian partitioning approach", Annals of Applied Statistics 8 (2014).
"""

from __future__ import annotations

from types import MappingProxyType

import attrs
import numpy as np
from numpy.typing import NDArray
from scipy import special

from uncounted._numba import compiled
from uncounted.errors import UsedWrongly, unknown
from uncounted.linkage.arrays import Floats
from uncounted.linkage.sampler import overrelaxation
from uncounted.linkage.sampler import state as partition

# Probability that a list has one more report of a person it has: Beta prior, mean 1 in 20.
Q_PRIOR = (1.0, 19.0)
# Total weight of the cells of the overlap table in its prior; 1 each up to four lists.
MOST_CELL_WEIGHT = 15.0
_THETAS = np.exp(np.linspace(np.log(1e-2), np.log(1e7), 600))


@attrs.frozen
class PartitionPrior:
    """A prior over partitions, by name."""

    name: str
    words: str
    kind: int
    once_a_list: bool = False  # no duplicates within a list

    def start(self, lists: int, cells: int) -> partition.PriorParameters:
        """With the parameters that a chain begins with."""
        q = np.full(lists, 0.0 if self.once_a_list else Q_PRIOR[0] / sum(Q_PRIOR))
        return partition.PriorParameters(self.kind, min(1.0, MOST_CELL_WEIGHT / cells), 0.0, q)

    def draw(
        self,
        rng: np.random.Generator,
        state: partition.PartitionState,
        sizes: NDArray[np.int64],
        times: NDArray[np.int64],
        prior: partition.PriorParameters,
    ) -> partition.PriorParameters:
        """Draw the parameters given a partition; `sizes` of components occur `times` each."""
        if self.kind == partition.EWENS:
            return prior._replace(log_theta=_draw_log_theta(rng, int(state.n[0]), sizes, times))
        if self.kind == partition.OVERLAP and not self.once_a_list:
            return prior._replace(q=_draw_q(rng, state, prior.q))
        return prior


OVERLAP_TABLE = PartitionPrior(
    "overlap-table",
    "overlap table of the lists, with possible duplicates within a list",
    partition.OVERLAP,
)
NO_DUPLICATES = PartitionPrior(
    "no-duplicates",
    "overlap table of the lists, without duplicates within a list",
    partition.OVERLAP,
    once_a_list=True,
)
EWENS = PartitionPrior(
    "ewens",
    "Ewens within components of the candidates (all as one, if one holds most), theta learned",
    partition.EWENS,
)
FLAT = PartitionPrior("flat", "every partition that the candidates allow alike", partition.FLAT)
PRIORS = MappingProxyType({each.name: each for each in (OVERLAP_TABLE, NO_DUPLICATES, EWENS, FLAT)})


def named(name: str) -> PartitionPrior:
    """The prior of this name; an unknown name is refused with the nearest one."""
    if name not in PRIORS:
        raise UsedWrongly(unknown("prior", name, PRIORS), hint=f"priors: {', '.join(PRIORS)}")
    return PRIORS[name]


def _draw_q(rng: np.random.Generator, state: partition.PartitionState, last: Floats) -> Floats:
    clusters, more = repeats_by_list(state.on)
    fresh = rng.beta(Q_PRIOR[0] + more, Q_PRIOR[1] + clusters, (overrelaxation.FRESH, len(last)))
    return np.clip(overrelaxation.opposite(rng, last, fresh), 1e-6, 1 - 1e-6)


@compiled
def repeats_by_list(on: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """By list: clusters that are on it, and reports there beyond the first of each."""
    clusters, more = np.zeros(on.shape[1], np.int64), np.zeros(on.shape[1], np.int64)
    for slot in range(len(on)):
        for s in range(on.shape[1]):
            if on[slot, s]:
                clusters[s] += 1
                more[s] += on[slot, s] - 1
    return clusters, more


def _draw_log_theta(
    rng: np.random.Generator, n: int, sizes: NDArray[np.int64], times: NDArray[np.int64]
) -> float:
    """Theta given n people, on a log grid: theta^n prod Gamma(theta) / Gamma(theta + size)."""
    rising = special.gammaln(_THETAS[:, None] + sizes) - special.gammaln(_THETAS[:, None])
    logs = n * np.log(_THETAS) - rising @ times
    chance = np.exp(logs - logs.max())
    at = np.searchsorted(np.cumsum(chance), rng.random() * chance.sum())
    return float(np.log(_THETAS[min(int(at), len(_THETAS) - 1)]))
