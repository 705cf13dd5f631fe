"""From scored pairs to components: reports that might be one person, to be sampled together.

Every pair within a component counts, scored or not by blocking. A component that grows
past `LARGEST` is cut by asking for more evidence among its reports alone, and how much
that and the floor may have cost is told.
"""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from uncounted.linkage import compare
from uncounted.linkage.encode import NO_KEY, Encoded
from uncounted.linkage.kernel import Rooms

Ints = NDArray[np.int64]
FLOOR = 0.01  # a pair less likely than this before any fitting does not join a component
LARGEST = 200
_STEP = 0.5  # in log odds


@attrs.frozen
class Components:
    """Rooms for the kernel, the distinct rows of levels, and where each report stands."""

    rooms: Rooms
    patterns: compare.Levels
    facts: dict[str, Any]


def build(encoded: Encoded, left: Ints, right: Ints, log_odds: NDArray[np.float64]) -> Components:
    """Make components of the pairs whose log odds pass the floor.

    Args:
        encoded: the reports.
        left: one report of each candidate pair.
        right: the other.
        log_odds: prior odds and evidence of the pair, before any fitting.
    """
    floor = float(np.log(FLOOR) - np.log1p(-FLOOR))
    keep = log_odds >= floor
    chance = 1.0 / (1.0 + np.exp(-log_odds))
    label = _cut(encoded.count, left[keep], right[keep], log_odds[keep], floor)
    members, starts = _grouped(label)
    apart = label[left] != label[right]
    rooms, patterns = _rooms(encoded, members, starts)
    sizes = np.diff(starts)
    facts = {
        "candidate_pairs": int(keep.sum()),
        "components": int((sizes > 1).sum()),
        "largest_component": int(sizes.max()),
        "scored_pairs": len(rooms.pattern),
        "expected_links_below_floor": round(float(chance[apart].sum()), 2),
    }
    return Components(rooms, patterns, facts)


def _cut(count: int, left: Ints, right: Ints, odds: NDArray[np.float64], floor: float) -> Ints:
    """Connected components, those too large cut at a higher floor of their own."""
    label = _connected(count, left, right)
    while True:
        sizes = np.bincount(label, minlength=count)
        crowded = sizes[label[left]] > LARGEST
        if not crowded.any():
            return label
        floor += _STEP
        keep = ~crowded | (odds >= floor)
        left, right, odds = left[keep], right[keep], odds[keep]
        label = _connected(count, left, right)


def _connected(count: int, left: Ints, right: Ints) -> Ints:
    graph = coo_array((np.ones(len(left), np.int8), (left, right)), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1], np.int64)


def _grouped(label: Ints) -> tuple[Ints, Ints]:
    """Reports by component, in order of each component's first report."""
    _, first, inverse = np.unique(label, return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first))
    members = np.lexsort((np.arange(len(label)), rank[inverse]))
    sizes = np.bincount(rank[inverse])
    return members.astype(np.int64), np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


def _rooms(encoded: Encoded, members: Ints, starts: Ints) -> tuple[Rooms, compare.Levels]:
    sizes = np.diff(starts)
    pair_starts = np.concatenate([[0], np.cumsum(sizes * (sizes - 1) // 2)]).astype(np.int64)
    left = np.empty(pair_starts[-1], np.int64)
    right = np.empty(pair_starts[-1], np.int64)
    for c in np.flatnonzero(sizes > 1):
        rows, columns = np.tril_indices(sizes[c], -1)
        here = slice(pair_starts[c], pair_starts[c + 1])
        left[here], right[here] = members[starts[c] + rows], members[starts[c] + columns]
    patterns, inverse = distinct(compare.levels(encoded, left, right))
    lists = encoded.source[members]
    said = _said(encoded)[members]
    return Rooms(starts, members, pair_starts, inverse.astype(np.int32), lists, said), patterns


def _said(encoded: Encoded) -> NDArray[np.bool_]:
    """Which fields each report says anything in, in the order of `compare.FIELDS`."""
    return np.stack(
        [
            (np.diff(encoded.form_starts) > 0)[encoded.name],
            (encoded.birth != 0).any(axis=1),
            encoded.sex != 0,
            encoded.origin != NO_KEY,
            np.diff(encoded.act_starts) > 0,
        ],
        axis=1,
    )


def distinct(rows: compare.Levels) -> tuple[compare.Levels, Ints]:
    """The distinct rows of levels, and for each row which of them it is."""
    code = np.zeros(len(rows), np.int64)
    for field, size in enumerate(compare.COUNTS):
        code = code * size + rows[:, field]
    _, first, inverse = np.unique(code, return_index=True, return_inverse=True)
    return rows[first], inverse.astype(np.int64)
