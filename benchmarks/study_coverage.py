"""How often each method's interval holds the truth, on populations whose size is known.

    python benchmarks/study_coverage.py [replicates] [resamples]

Four populations of 2,000 people: independent lists; Manrique-Vallier's (2016) two
classes; three classes; and lists of which two pairs go together. Prints a table of the
median estimate, the share of 95% intervals that hold the truth, the median width, the
root mean squared error and the refusals. No method wins everywhere; that is the point.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from uncounted.captures import CaptureTable
from uncounted.estimate import METHODS, Estimate

TRUTH = 2000
REPLICATES = 100
RESAMPLES = 200  # the shortest bootstrap from which quantiles are read
NAMES = ("decomposable", "log-linear", "log-linear-stepwise", "independence", "chao")

type Cells = npt.NDArray[np.float64]


def classes(shares: list[float], chances: list[list[float]]) -> Cells:
    """Chance of each of the 2**J patterns when people are of several kinds."""
    p = np.array(chances)
    J = p.shape[1]
    on = ((np.arange(1 << J)[:, None] >> np.arange(J)) & 1).astype(bool)
    by_kind = np.where(on[None], p[:, None, :], 1 - p[:, None, :]).prod(axis=2)
    answer: Cells = np.array(shares) @ by_kind
    return answer


def pairs() -> Cells:
    """Four lists, log-linear: lists 1 and 2, and lists 3 and 4, go together (+1)."""
    on = ((np.arange(16)[:, None] >> np.arange(4)) & 1).astype(float)
    eta = on @ np.array([-2.2, -2.0, -1.8, -2.4]) + on[:, 0] * on[:, 1] + on[:, 2] * on[:, 3]
    answer: Cells = np.exp(eta) / np.exp(eta).sum()
    return answer


POPULATIONS: dict[str, Callable[[], Cells]] = {
    "independent": lambda: classes([1.0], [[0.10, 0.15, 0.20, 0.10, 0.05]]),
    "two classes": lambda: classes(
        [0.9, 0.1], [[0.033, 0.033, 0.099, 0.132, 0.033], [0.660, 0.825, 0.759, 0.990, 0.693]]
    ),
    "three classes": lambda: classes(
        [0.7, 0.2, 0.1],
        [[0.02, 0.05, 0.05, 0.10, 0.03], [0.2, 0.3, 0.15, 0.25, 0.2], [0.7, 0.8, 0.6, 0.9, 0.5]],
    ),
    "two pairs go together": pairs,
}  # fmt: skip


def draw(chances: Cells, rng: np.random.Generator) -> CaptureTable:
    """A table of 2,000 people, those on no list left out."""
    J = len(chances).bit_length() - 1
    counts = rng.multinomial(TRUTH, chances)
    return CaptureTable(
        tuple("ABCDEF"[:J]),
        {format(c, f"0{J}b")[::-1]: int(counts[c]) for c in range(1, 1 << J)},
    )


def fit(name: str, table: CaptureTable, seed: int, resamples: int) -> Estimate:
    """One method with the study's own number of resamples."""
    more = {"resamples": resamples} if name.startswith("log-linear") else {}
    return METHODS[name](table, seed=seed, **more)


def row(fits: list[Estimate]) -> str:
    """Median, coverage, width, error and refusals of one method on one population."""
    good = [each for each in fits if each.point is not None and each.interval is not None]
    points = np.array([each.point for each in good], dtype=float)
    ends = np.array([each.interval for each in good], dtype=float).reshape(-1, 2)
    held = (ends[:, 0] <= TRUTH) & (ends[:, 1] >= TRUTH)
    rmse = np.sqrt(np.mean((points - TRUTH) ** 2))
    return (
        f"{np.median(points):,.0f} | {held.mean():.2f} | "
        f"{np.median(ends[:, 1] - ends[:, 0]):,.0f} | {rmse:,.0f} | {len(fits) - len(good)}"
    )


def main() -> None:
    """Print the table, as Markdown."""
    replicates = int(sys.argv[1]) if len(sys.argv) > 1 else REPLICATES
    resamples = int(sys.argv[2]) if len(sys.argv) > 2 else RESAMPLES
    print(f"{replicates} replicates of {TRUTH:,} people, {resamples} resamples, level 95%\n")
    print("| population | method | median | cover | width | RMSE | refused |")
    print("|---|---|---|---|---|---|---|")
    for kind, make in POPULATIONS.items():
        chances = make()
        rng = np.random.default_rng(2026)
        tables = [draw(chances, rng) for _ in range(replicates)]
        for name in NAMES:
            fits = [fit(name, table, seed, resamples) for seed, table in enumerate(tables)]
            print(f"| {kind} | {name} | {row(fits)} |", flush=True)


if __name__ == "__main__":
    main()
