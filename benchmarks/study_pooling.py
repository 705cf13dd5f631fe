"""Pooled numbers: how near the truth, and how often intervals hold it.

    python benchmarks/study_pooling.py [replicates]
    python benchmarks/study_pooling.py linkage [replicates]

First: small strata pooled and alone.

Twenty strata of 50 to 200 people, three lists that are independent in each stratum, the
logit of the share missed being N(-0.4, t^2) with t = 0.3 or 0.8, or rising from stratum to
stratum, against what pooling assumes. Prints the root mean squared error of log N, the
share of 95% intervals that hold the truth, and the same for the total.

`linkage`: one population over draws of who is who. Three independent lists of N people. Among
pairs of reports on the first two lists M are in doubt, of which each is one person with chance
1/2, in truth as in the draws: K of them are people on just these two lists, the others pairs of
people on one of them alone. A draw links K' of the M, binomial. Prints how often the 95%
interval holds N and the number under perfect linkage, and its median width over that of the truth's
table, each beside what log n0 pooled by Rubin's rules on the mean of those recorded gives.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from scipy import stats

from uncounted.captures import CaptureTable
from uncounted.estimate import EstimateSettings
from uncounted.estimate.base.pooling import pool
from uncounted.estimate.base.result import Fitted
from uncounted.estimate.base.rows import Interval
from uncounted.estimate.strata.partial_pooling import pool_strata
from uncounted.estimate.study import METHODS

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


# People, the chance to be on each list, pairs of reports in doubt, draws of who is who.
LINKED: dict[str, tuple[int, float, int, int]] = {
    "99% recorded": (900, 0.785, 40, 200),
    "66% recorded": (1500, 0.3, 80, 200),
    "99% recorded, 20 draws": (900, 0.785, 40, 20),
    "66% recorded, 20 draws": (1500, 0.3, 80, 20),
}
LINKED_METHODS = ("independence", "chao")


def relinked(table: CaptureTable, more: int) -> CaptureTable:
    """The table, had so many more pairs of people on one list been taken for one person."""
    counts = dict(table.counts)
    for pattern, by in (("110", more), ("100", -more), ("010", -more)):
        counts[pattern] = counts.get(pattern, 0) + by
    return CaptureTable.of(table.lists, {at: n for at, n in counts.items() if n})


def on_log_n0(fits: Sequence[Fitted]) -> Interval:
    """What `pool` no longer does: log n0 by Rubin's rules, put on the mean of those recorded."""
    times = np.array([fit.times for fit in fits], dtype=float)
    mean, variance = np.array([fit.estimate.log_n0 or (0.0, 0.0) for fit in fits]).T
    R, middle = times.sum(), np.average(mean, weights=times)
    W, B = np.average(variance, weights=times), np.average((mean - middle) ** 2, weights=times)
    B = B * R / (R - 1)
    df = (R - 1) * (1 + W / ((1 + 1 / R) * max(B, 1e-12))) ** 2
    spread = stats.t.ppf(0.975, df) * np.sqrt(W + (1 + 1 / R) * B)
    n = np.average([fit.observed for fit in fits], weights=times)
    low, high = n + np.maximum(np.exp(middle + np.array([-spread, spread])) - 0.5, 0)
    return float(low), float(high)


def one_linked(N: int, p: float, M: int, R: int, method: str, rng: Generator) -> list[float]:
    """Whether each way holds N, whether each holds perfect linkage's number, their widths."""
    rows = rng.random((N, 3)) < p
    people = [[name for name, hit in zip("ABC", row, strict=True) if hit] for row in rows]
    perfect = CaptureTable.tally("ABC", [on for on in people if on])
    linked = rng.binomial(M, 0.5)
    fits = []
    for also, times in zip(*np.unique(rng.binomial(M, 0.5, R), return_counts=True), strict=True):
        table = relinked(perfect, int(also) - int(linked))
        fits.append(Fitted(METHODS[method](table), table.observed, int(times)))
    alone = METHODS[method](perfect)
    ends = [pool(fits).interval or (0.0, 0.0), on_log_n0(fits)]
    low, high = alone.interval or (0.0, 0.0)
    return [
        *(float(holds(each, N)) for each in (*ends, alone.interval)),
        *(float(holds(each, alone.number())) for each in ends),
        *((each[1] - each[0]) / (high - low) for each in ends),
    ]


def main_linked(replicates: int) -> None:
    """Print the table over draws of who is who."""
    print(
        "| | method | holds N, and log n0 | truth's table | holds its number | width, and log n0 |"
    )
    print("|---|---|---:|---:|---:|---:|")
    for label, setting in LINKED.items():
        for method in LINKED_METHODS:
            each = [
                one_linked(*setting, method, np.random.default_rng(seed))
                for seed in range(replicates)
            ]
            now, then, alone, held, was = np.mean(each, axis=0)[:5].tolist()
            width, before = np.median(each, axis=0)[5:].tolist()
            print(
                f"| {label} | {method} | {now:.3f}, {then:.3f} | {alone:.3f} | {held:.3f}, "
                f"{was:.3f} | {width:.2f}, {before:.2f} |",
                flush=True,
            )


def main() -> None:
    """Print the table that is asked for."""
    asked = sys.argv[1:]
    if asked[:1] == ["linkage"]:
        return main_linked(int(asked[1]) if asked[1:] else 1000)
    return main_strata(int(asked[0]) if asked else REPLICATES)


def main_strata(replicates: int) -> None:
    """Print the table of strata."""
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
                found = pool_strata(tables, EstimateSettings(method))
                for row, N in zip(found.rows, sizes, strict=True):
                    for which, each in (("pooled", row.pooled), ("alone", row.unpooled)):
                        if each.point is not None:
                            error[which].append(np.log(each.point / N))
                            held[which].append(holds(each.interval, N))
                for which, of_all in zip(("pooled", "alone"), found.total, strict=True):
                    total[which].append(np.log(of_all.number() / sum(sizes)))
                    whole[which].append(holds(of_all.interval, sum(sizes)))
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
