"""Small strata pooled and alone: how near the truth, and how often intervals hold it.

    python benchmarks/study_pooling.py [replicates]

Twenty strata of 50 to 200 people, three lists that are independent in each stratum, the
logit of the share missed being N(-0.4, t^2) with t = 0.3 or 0.8, or rising from stratum to
stratum, against what pooling assumes. Prints the root mean squared error of log N, the
share of 95% intervals that hold the truth, and the same for the total.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from uncounted.captures import CaptureTable
from uncounted.estimate.partial_pooling import pool_strata
from uncounted.estimate.result import Interval

REPLICATES = 50
STRATA = 20

type Floats = npt.NDArray[np.float64]
type Generator = np.random.Generator

POPULATIONS: dict[str, Callable[[Generator], Floats]] = {
    "alike (t = 0)": lambda rng: np.full(STRATA, -0.4),
    "t = 0.3": lambda rng: -0.4 + 0.3 * rng.standard_normal(STRATA),
    "t = 0.8": lambda rng: -0.4 + 0.8 * rng.standard_normal(STRATA),
    "rising": lambda rng: np.linspace(-1.2, 0.4, STRATA),
}


def stratum(N: int, logit: float, rng: Generator, label: str) -> CaptureTable:
    """Three independent lists that together miss this share."""
    p = 1 - (1 / (1 + np.exp(-logit))) ** (1 / 3)
    on = rng.random((N, 3)) < p
    rows = on[on.any(axis=1)]
    people = [[name for name, hit in zip("ABC", row, strict=True) if hit] for row in rows]
    return CaptureTable.tally("ABC", people, year=label)


def holds(interval: Interval | None, truth: float) -> bool:
    """Whether an interval has the truth in it."""
    return interval is not None and interval[0] <= truth <= interval[1]


def line(name: str, errors: Sequence[float], held: Sequence[bool]) -> str:
    """Root mean squared error and coverage."""
    return f"{name} {np.sqrt(np.mean(np.square(errors))):.3f} | {np.mean(held):.2f} |"


def main() -> None:
    """Print the table."""
    replicates = int(sys.argv[1]) if len(sys.argv) > 1 else REPLICATES
    began = time.perf_counter()
    print("| strata | method | RMSE of log N | cover | RMSE of log total | cover | its bias |")
    print("|---|---|---:|---:|---:|---:|---:|")
    for label, logits in POPULATIONS.items():
        for method in ("decomposable", "independence"):
            error: dict[str, list[float]] = {"pooled": [], "alone": []}
            held: dict[str, list[bool]] = {"pooled": [], "alone": []}
            total: dict[str, list[float]] = {"pooled": [], "alone": []}
            whole: dict[str, list[bool]] = {"pooled": [], "alone": []}
            for seed in range(replicates):
                rng = np.random.default_rng(seed)
                sizes = rng.integers(50, 200, STRATA).tolist()
                missed = logits(rng).tolist()
                tables = [
                    stratum(N, logit, rng, str(s))
                    for s, (N, logit) in enumerate(zip(sizes, missed, strict=True))
                ]
                found = pool_strata(tables, method)
                for row, N in zip(found.rows, sizes, strict=True):
                    for which in ("pooled", "alone"):
                        if row[which]["point"] is not None:
                            error[which].append(np.log(row[which]["point"] / N))
                            held[which].append(holds(row[which]["interval"], N))
                for which, each in zip(("pooled", "alone"), found.total, strict=True):
                    total[which].append(np.log(each.number() / sum(sizes)))
                    whole[which].append(holds(each.interval, sum(sizes)))
            for which in ("pooled", "alone"):
                print(
                    line(f"| {label} | {method}, {which} |", error[which], held[which])
                    + line("", total[which], whole[which])
                    + f" {np.mean(total[which]):+.3f} |",
                    flush=True,
                )
    print(f"{time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
