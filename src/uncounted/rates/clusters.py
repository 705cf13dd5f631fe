"""Clustered rows: design effect, effective sample size, and the cluster bootstrap.

Several attempts from one interview or incident are alike, so they say less than as many rows
from different people. Intervals are made from the effective sample size.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np
from scipy.special import stdtrit

from uncounted.errors import NotEstimable
from uncounted.estimate.base.result import Floats
from uncounted.estimate.base.rows import Interval

MIN_CLUSTERS = 10  # clusters under which an interval is not to be trusted, and none is drawn again
RESAMPLES = 4000
_AT_ONCE = 4_000_000  # weights held in memory


type Counts = tuple[float, float]


@attrs.frozen
class EffectiveSampleSize:
    """How many independent rows the rows of a group are worth.

    Attributes:
        clusters: with a row whose outcome is known.
        largest: rows in the largest.
        design_effect: by how much the variance is larger than of separate rows; at least 1.
        n: effective rows, corrected for there being few clusters.
        assumed: every row has the same outcome, so that the data cannot show how alike rows
            of a cluster are: they were taken as wholly alike.
    """

    clusters: int
    largest: int
    design_effect: float
    n: float
    assumed: bool


def effective_sample_size(
    x: Sequence[int] | Floats, n: Sequence[int] | Floats, level: float = 0.95
) -> EffectiveSampleSize:
    """Effective sample size of one group by the design effect (Kish 1965).

    Of x of n in each of K clusters the variance of p, K / (K - 1) sum (x_k - p n_k)^2 / n^2, over
    p (1 - p) / n, is the design effect. It is noisy when clusters are few, so the effective
    number is cut by (t_{n-1} / t_{K-1})^2 and never exceeds the rows themselves (Korn and
    Graubard 1998, Survey Methodology 24:193).

    Raises:
        NotEstimable: all rows come from one cluster.
    """
    a, m = np.asarray(x, float), np.asarray(n, float)
    a, m = a[m > 0], m[m > 0]
    K, rows, largest = len(m), float(m.sum()), int(m.max(initial=0))
    if largest <= 1:
        return EffectiveSampleSize(K, largest, 1.0, rows, assumed=False)
    if K == 1:
        raise NotEstimable(
            "all rows of the group come from one cluster",
            hint="with one cluster no interval can be given",
        )
    p = float(a.sum()) / rows
    assumed = p in (0.0, 1.0)
    if assumed:
        design = float((m**2).sum()) / rows
    else:
        variance = K / (K - 1) * float(((a - p * m) ** 2).sum()) / rows**2
        design = variance / (p * (1 - p) / rows)
    design = max(design, 1.0)
    tail = 0.5 + level / 2
    few = float(stdtrit(rows - 1, tail) / stdtrit(K - 1, tail)) ** 2
    return EffectiveSampleSize(
        K, largest, design, max(1.0, min(rows, rows / design * few)), assumed
    )


def bootstrap(
    rng: np.random.Generator,
    x: Sequence[Sequence[int]],
    n: Sequence[Sequence[int]],
    level: float = 0.95,
    resamples: int = RESAMPLES,
) -> Interval:
    """Percentile interval of a difference by drawing whole clusters, with replacement.

    A cluster that has rows in both groups keeps them together, so what it shares between
    the groups is in the interval of the difference (Davison and Hinkley 1997, section 3.8). x of
    n, rows with the outcome of those whose outcome is known: one row per cluster, a column a group.

    Raises:
        NotEstimable: a group has rows from fewer than 10 clusters, or all its rows have
            the same outcome, so that drawing again can show no other.
    """
    a, m = np.asarray(x, float), np.asarray(n, float)
    few = int((m > 0).sum(axis=0).min())
    if few < MIN_CLUSTERS:
        raise NotEstimable(
            f"a group has rows from {few} cluster{'' if few == 1 else 's'} and {MIN_CLUSTERS} are "
            "needed",
            hint="with so few clusters the bootstrap understates the uncertainty",
        )
    if np.any((a.sum(axis=0) == 0) | (a.sum(axis=0) == m.sum(axis=0))):
        raise NotEstimable(
            "all rows of a group have the same outcome: the bootstrap has no variation"
        )
    shares = _shares(rng, a, m, resamples)
    finite = shares[np.isfinite(shares).all(axis=1)]
    tails = [0.5 - level / 2, 0.5 + level / 2]
    low, high = np.quantile(finite[:, 0] - finite[:, 1], tails)
    return float(low), float(high)


def _shares(rng: np.random.Generator, a: Floats, m: Floats, resamples: int) -> Floats:
    """One row per draw, a column a group; not a number where the group is empty in that draw.

    Clusters with the same counts are drawn as one kind, as often as there are of them: the
    same law, and quick however many clusters there are.
    """
    kinds, many = np.unique(np.hstack([a, m]), axis=0, return_counts=True)
    a, m = kinds[:, : a.shape[1]], kinds[:, a.shape[1] :]
    K = int(many.sum())
    step = max(1, _AT_ONCE // len(kinds))
    parts = []
    for start in range(0, resamples, step):
        size = min(step, resamples - start)
        times = rng.multinomial(K, many / K, size=size).astype(float)
        rows = times @ m
        parts.append(np.divide(times @ a, rows, out=np.full_like(rows, np.nan), where=rows > 0))
    return np.concatenate(parts)


def leave_one_cluster_out(
    x: Sequence[Sequence[int]], n: Sequence[Sequence[int]]
) -> Interval | None:
    """The least and greatest difference p1 - p2 when any one cluster is left out.

    None when leaving one out would leave a group empty.

    Examples:
        >>> leave_one_cluster_out([[2, 0], [1, 1], [1, 0]], [[2, 2], [2, 2], [2, 2]])
        (0.25, 0.75)
    """
    a, m = np.asarray(x, float), np.asarray(n, float)
    a, m = a.sum(axis=0) - a, m.sum(axis=0) - m
    if (m == 0).any():
        return None
    differences = a[:, 0] / m[:, 0] - a[:, 1] / m[:, 1]
    return float(differences.min()), float(differences.max())
