"""What the comparison levels could give on simulated registers of people killed.

    python benchmarks/study_register.py                 seeds 201 to 212
    python benchmarks/study_register.py 1 12            those of `bench_labelled.py`
    python benchmarks/study_register.py 1 12 --review 20 40

For each register (`synthetic_register`) the pairwise F1 of pairs ranked by their match weight, at
the best threshold: weights of the EM, as they are and with m learned one to one (which is where
chains start); and two oracles, which learn from the labels of the other registers: true m and u of
each level, and the true ratio of matches to non-matches at each pair of levels of name and event.
The linkage itself has no labels and must choose its threshold (`bench_labelled.py`).

With `--review`, F1 of the linkage itself, and after that many clerical decisions in all: the pairs
are those that `uncounted review` would ask for next, in rounds, and each is decided rightly.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import attrs
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.partition_accuracy import evaluate

from benchmarks import synthetic_register
from uncounted.linkage import compare_reports, link, point_partition
from uncounted.linkage.active_review import review_order
from uncounted.linkage.arrays import Floats
from uncounted.linkage.comparison import levels
from uncounted.linkage.encoding.encode import encode
from uncounted.linkage.model.fit import fit_pairs
from uncounted.linkage.sampler.candidate_graph import Decision
from uncounted.progress import silent

FIELDS = (levels.FIELDS.index("name"), levels.FIELDS.index("event"))  # what a register has
SHAPE = tuple(levels.COUNTS[field] for field in FIELDS)
FEW = 0.1  # matches added to each level


@attrs.frozen(eq=False)
class Compared:
    """The compared pairs of one register."""

    true: NDArray[np.bool_]
    found: levels.Levels  # of name and event
    weights: dict[str, Floats]

    def counts(self, *, matches: bool) -> Floats:
        """How many matches, or others, are at each pair of levels."""
        out = np.zeros(SHAPE)
        np.add.at(out, tuple(self.found[self.true == matches].T), 1.0)
        return out


def compared(seed: int) -> Compared:
    """A register whose pairs are compared, with the EM's weights."""
    reports, truth = synthetic_register.made(seed)
    encoded = encode(reports)
    left, right, *_ = compare_reports._pairs(encoded, silent)
    weights = {}
    for name, one_to_one in (("EM", False), ("EM, one to one", True)):
        codes, _, weights[name] = fit_pairs(
            encoded, left, right, seed=1, progress=silent, one_to_one=one_to_one
        )
    person = np.unique(truth, return_inverse=True)[1]
    found = levels.unpacked(codes)[:, FIELDS]
    return Compared(person[left] == person[right], found, weights)


def best_f1(weights: Floats, true: NDArray[np.bool_]) -> float:
    """F1 of the pairs above the best threshold."""
    order = np.argsort(-weights, kind="stable")
    right, said = np.cumsum(true[order]), np.arange(1, len(order) + 1)
    return float((2 * right / (said + synthetic_register.REPEATED)).max())


def oracles(matches: Floats, others: Floats) -> dict[str, Floats]:
    """Weights by levels of name and event."""
    ratios = [
        np.log(matches.sum(axis=axis, keepdims=True) + FEW)
        - np.log(others.sum(axis=axis, keepdims=True) + 1.0)
        for axis in (1, 0)
    ]
    joint = np.log(matches + FEW / 5) - np.log(others + 1.0)
    return {"true m and u": ratios[0] + ratios[1], "true ratio, joint": joint}


def reviewed(seed: int, rounds: Sequence[int]) -> dict[str, float]:
    """F1 of the linkage of a register, and after so many decisions in all."""
    reports, truth = synthetic_register.made(seed)
    decisions: list[Decision] = []
    linkage = link(reports, draws=100, with_grid=False)
    found = {"decided 0": evaluate(point_partition(linkage), truth).f1}
    for decided in rounds:
        order = review_order(
            linkage.labels,
            linkage.sources,
            most=decided - len(decisions),
            decided=[(left, right) for left, right, _ in decisions],
        )
        decisions += [
            (pair.left, pair.right, truth[pair.left] == truth[pair.right]) for pair in order.pairs
        ]
        linkage = link(reports, draws=100, with_grid=False, decisions=decisions)
        found[f"decided {decided}"] = evaluate(point_partition(linkage), truth).f1
    return found


def print_reviewed(seeds: Sequence[int], rounds: Sequence[int]) -> None:
    """Print a line a register, and medians."""
    rows = []
    for seed in seeds:
        rows.append(reviewed(seed, rounds))
        print(seed, "  ".join(f"{name} {f1:.3f}" for name, f1 in rows[-1].items()), flush=True)
    medians = {name: np.median([row[name] for row in rows]) for name in rows[0]}
    print("median", "  ".join(f"{name} {f1:.3f}" for name, f1 in medians.items()))


def main() -> None:
    """Print a line a register, and medians."""
    parser = argparse.ArgumentParser()
    parser.add_argument("first", type=int, nargs="?", default=201)
    parser.add_argument("last", type=int, nargs="?", default=212)
    parser.add_argument("--review", type=int, nargs="+", help="clerical decisions, in all")
    arguments = parser.parse_args()
    seeds = range(arguments.first, arguments.last + 1)
    if arguments.review:
        print_reviewed(seeds, sorted(set(arguments.review)))
        return
    rows = [compared(seed) for seed in seeds]
    matches, others = (
        np.stack([each.counts(matches=which) for each in rows]) for which in (True, False)
    )
    found: dict[str, list[float]] = {}
    for at, (seed, row) in enumerate(zip(seeds, rows, strict=True)):
        tables = oracles(matches.sum(axis=0) - matches[at], others.sum(axis=0) - others[at])
        weights = row.weights | {name: table[tuple(row.found.T)] for name, table in tables.items()}
        for name, each in weights.items():
            found.setdefault(name, []).append(best_f1(each, row.true))
        print(seed, "  ".join(f"{name} {values[-1]:.3f}" for name, values in found.items()))
    print("median", "  ".join(f"{name} {np.median(each):.3f}" for name, each in found.items()))
    print("mean", "  ".join(f"{name} {np.mean(each):.3f}" for name, each in found.items()))


if __name__ == "__main__":
    main()
