"""Pairwise precision, recall and F1 of a partition whose true persons are all known.

For tests and benchmarks. `uncounted.linkage.evaluation.ground_truth` adds
intervals and partial labels.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from uncounted.errors import UsedWrongly
from uncounted.linkage.evaluation import metrics as ms
from uncounted.linkage.evaluation.calibration import StatedPairs
from uncounted.linkage.result import numbered


@attrs.frozen
class Accuracy:
    """Pairwise accuracy, and the number of persons beside the true one."""

    precision: float
    recall: float
    f1: float
    people: int
    true_people: int
    exact: float  # share of true persons found exactly


def evaluate(labels: NDArray[Any], truth: Sequence[Hashable]) -> Accuracy:
    """Compare a partition, or draws of one, with the truth.

    Args:
        labels: shape (reports,) or (draws, reports). For draws, precision, recall and F1
            are of the pairs that most draws put together.
        truth: who each report is about.

    Raises:
        UsedWrongly: they are of different lengths.

    Examples:
        >>> found = evaluate(np.array([0, 0, 1, 2]), ["a", "a", "b", "b"])
        >>> found.precision, found.recall, found.people, found.true_people
        (1.0, 0.5, 3, 2)
    """
    rows = np.atleast_2d(labels)
    if rows.shape[1] != len(truth):
        raise UsedWrongly(f"{rows.shape[1]} reports and {len(truth)} true persons")
    order: dict[Hashable, int] = {}
    real = np.array([order.setdefault(person, len(order)) for person in truth], np.int64)
    sizes = np.bincount(real) if len(real) else np.zeros(0, np.int64)
    true_pairs = int((sizes * (sizes - 1) // 2).sum())
    pairs = StatedPairs.of(rows.astype(np.int32))
    right, chosen = real[pairs.left] == real[pairs.right], pairs.stated > 0.5
    hits, found = int(right[chosen].sum()), int(chosen.sum())
    precision = hits / found if found else 1.0
    recall = hits / true_pairs if true_pairs else 1.0
    both = precision + recall
    people = [len(np.unique(row)) for row in rows]
    return Accuracy(
        precision=precision,
        recall=recall,
        f1=2 * precision * recall / both if both else 0.0,
        people=int(np.median(people)),
        true_people=len(sizes),
        exact=float(np.mean([_exact(row, real) for row in rows])) if len(real) else 1.0,
    )


def _exact(row: NDArray[Any], real: NDArray[np.int64]) -> float:
    """The share of true people whose reports are one person here, with no other report."""
    return float(
        ms.parts(ms.cluster_overlap(numbered(row), real))[:, ms.SUMS.index("exact")].mean()
    )
