"""Accuracy measures of a partition, as sums over true people: pairwise, B-cubed, exact, entropy.

Every measure is a function of sums over people (or over groups of people mixed up with each other),
so that one table gives the measure, its variance, and what a sample of people says of all (O.
Binette, S. A. York, E. Hickerson, Y. Baek, S. Madhavan and C. Jones, "Estimating the performance of
entity resolution algorithms", The American Statistician 77, 2023, for pairs; O. Binette and others,
"How to evaluate entity resolution systems", 2024, for clusters).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray
from scipy import special

from uncounted.linkage.arrays import Floats, Ints, connected
from uncounted.linkage.evaluation.intervals import Interval, clustered_share

# A person c has n reports in the found cluster k; |c| and |k| are their sizes.
SUMS = (
    "reports",  # |c|
    "both",  # pairs of c that are linked: n (n - 1) / 2
    "found",  # linked pairs, half for each end in c: n (|k| - 1) / 2
    "true",  # pairs of c: |c| (|c| - 1) / 2
    "purity",  # n^2 / |k|
    "unity",  # n^2 / |c|
    "exact",  # 1 if c is one found cluster, and no other report is in it
    "people",  # 1
    "found_people",  # n / |k|
    "mixed",  # n log(|k| / n)
    "split",  # n log(|c| / n)
    "size",  # |c| log |c|
    "found_size",  # n log |k|
)
_AT = {name: i for i, name in enumerate(SUMS)}
# Each measure, and the sums that count what it is a share of.
MEASURES: Mapping[str, tuple[str, ...]] = {
    "precision": ("found",),
    "recall": ("true",),
    "f1": ("found", "true"),
    "bcubed_precision": ("reports",),
    "bcubed_recall": ("reports",),
    "bcubed_f1": ("reports",),
    "exact_precision": ("found_people",),
    "exact_recall": ("people",),
    "homogeneity": ("reports",),
    "completeness": ("reports",),
}
_STEP = 1e-6
_ROUNDING = 1e-16  # a variance of a share below this is rounding error


@attrs.frozen(eq=False)
class ClusterOverlap:
    """Where people and found clusters meet: person, cluster and reports of each meeting."""

    person: Ints
    cluster: Ints
    n: Floats
    persons: int
    cluster_sizes: Floats


def cluster_overlap(labels: NDArray[Any], person: Ints) -> ClusterOverlap:
    """Count reports by person (-1: not labelled) and found cluster, both numbered from 0."""
    labels = labels.astype(np.int64)
    known = person >= 0
    persons = int(person.max(initial=-1)) + 1
    codes, n = np.unique(labels[known] * max(persons, 1) + person[known], return_counts=True)
    sizes = np.bincount(labels, minlength=1).astype(np.float64)
    one = max(persons, 1)
    return ClusterOverlap(codes % one, codes // one, n.astype(np.float64), persons, sizes)


def parts(of: ClusterOverlap) -> Floats:
    """The sums, one row per person: shape (persons, len(SUMS))."""
    n, size = of.n, of.cluster_sizes[of.cluster]
    own = np.bincount(of.person, n, minlength=of.persons)
    mine = own[of.person]
    each = {
        "both": n * (n - 1) / 2,
        "found": n * (size - 1) / 2,
        "purity": n * n / size,
        "unity": n * n / mine,
        "exact": (n == size) & (n == mine),
        "found_people": n / size,
        "mixed": n * np.log(size / n),
        "split": n * np.log(mine / n),
        "found_size": n * np.log(size),
    }
    table = np.zeros((of.persons, len(SUMS)))
    for name, values in each.items():
        table[:, _AT[name]] = np.bincount(of.person, values, minlength=of.persons)
    table[:, _AT["reports"]] = own
    table[:, _AT["true"]] = own * (own - 1) / 2
    table[:, _AT["people"]] = 1.0
    table[:, _AT["size"]] = special.xlogy(own, own)
    return table


def measures(sums: Floats) -> Floats:
    """The measures of sums: shape (..., len(MEASURES)) of (..., len(SUMS)).

    A share of nothing is NaN; homogeneity of one true person, and completeness of one found, is 1.
    """
    of = {name: sums[..., i] for name, i in _AT.items()}
    reports = of["reports"]
    with np.errstate(divide="ignore", invalid="ignore"):
        purity, unity = of["purity"] / reports, of["unity"] / reports
        doubt, found_doubt = (
            special.xlogy(reports, reports) - of[name] for name in ("size", "found_size")
        )
        return np.stack(
            [
                of["both"] / of["found"],
                of["both"] / of["true"],
                2 * of["both"] / (of["found"] + of["true"]),
                purity,
                unity,
                2 * purity * unity / (purity + unity),
                of["exact"] / of["found_people"],
                of["exact"] / of["people"],
                np.where(doubt > _STEP, 1 - of["mixed"] / doubt, 1.0),
                np.where(found_doubt > _STEP, 1 - of["split"] / found_doubt, 1.0),
            ],
            axis=-1,
        )


def mixed_up(of: ClusterOverlap) -> Ints:
    """Number the groups of people whose reports some found cluster mixes: a group a person."""
    count = of.persons + len(of.cluster_sizes)
    group = connected(count, of.person, of.persons + of.cluster)
    return np.asarray(np.unique(group[: of.persons], return_inverse=True)[1], np.int64)


def by_group(table: Floats, group: Ints) -> Floats:
    """Add rows up by group."""
    out = np.zeros((int(group.max(initial=-1)) + 1, table.shape[1]))
    np.add.at(out, group, table)
    return out


def sampling(table: Floats, weights: Floats, level: float = 0.95) -> dict[str, Interval | None]:
    """Sampling intervals of the measures: delta method between rows, and `clustered_share`."""
    weighted = table * weights[:, None]
    totals = weighted.sum(axis=0)
    values = measures(totals)
    influence = weighted @ _slopes(totals).T  # (rows, measures)
    rows = len(table)
    spread = np.zeros(len(values))
    if rows > 1:
        spread = influence.var(axis=0, ddof=1) * rows
        spread[spread < _ROUNDING] = 0.0
    out: dict[str, Interval | None] = {}
    for i, (name, counted) in enumerate(MEASURES.items()):
        of = table[:, [_AT[one] for one in counted]].sum(axis=1)
        clusters, units = int((of > 0).sum()), float(of.sum())
        out[name] = clustered_share(float(values[i]), float(spread[i]), clusters, units, level)
    return out


def _slopes(totals: Floats) -> Floats:
    steps = _STEP * np.maximum(np.abs(totals), 1.0)
    shifts = np.diag(steps)
    with np.errstate(invalid="ignore"):
        slopes = (measures(totals + shifts) - measures(totals - shifts)) / (2 * steps[:, None])
    return np.asarray(np.nan_to_num(slopes.T), np.float64)


def more_people(table: Floats, level: float = 0.95) -> Interval | None:
    """Sampling interval of the people found for each true one."""
    rows, found, true = len(table), table[:, _AT["found_people"]], table[:, _AT["people"]]
    if rows < 2:
        return None
    ratio = float(found.sum() / true.sum())
    off = (found - ratio * true) / found.sum()
    half = float(special.stdtrit(rows - 1, (1 + level) / 2)) * float(
        np.sqrt(off.var(ddof=1) * rows)
    )
    return float(ratio * np.exp(-half)), float(ratio * np.exp(half))
