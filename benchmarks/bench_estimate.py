"""How long the exact average over all decomposable graphs and the log-linear methods take.

    python benchmarks/bench_estimate.py

Prints a table; the figures depend on the machine, their order of magnitude does not.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time

import numpy as np

from uncounted.captures import CaptureTable
from uncounted.estimate import METHODS, decomposable, run_over

GRAPHS = {3: 8, 4: 61, 5: 822, 6: 18_154, 7: 617_675, 8: 30_888_596, 9: 2_192_816_760, 10: None}


def population(lists: int, people: int = 3000, seed: int = 1) -> CaptureTable:
    """A population in which some are easier to record than others."""
    rng = np.random.default_rng(seed)
    ease = np.where(rng.random((people, 1)) < 0.8, 0.08, 0.3)
    on = rng.random((people, lists)) < ease
    names = "ABCDEFGHIJ"[:lists]
    return CaptureTable.tally(
        names, [[n for n, hit in zip(names, row, strict=True) if hit] for row in on if row.any()]
    )


def cold(cache: str) -> float:
    """Seconds of a new process that imports and estimates four lists."""
    code = (
        "from benchmarks.bench_estimate import population\n"
        "from uncounted.estimate import decomposable\n"
        "decomposable(population(4))\n"
    )
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", code], check=True, env={**os.environ, "NUMBA_CACHE_DIR": cache}
    )
    return time.perf_counter() - began


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as cache:
        print(f"a new process, nothing compiled: {cold(cache):.1f} s")
        print(f"a new process, compiled before:  {cold(cache):.1f} s")
    decomposable(population(3))
    print(f"{'lists':>5} {'graphs':>15} {'seconds':>9} {'points':>7}")
    for lists, graphs in GRAPHS.items():
        table = population(lists)
        began = time.perf_counter()
        estimate = decomposable(table)
        seconds = time.perf_counter() - began
        said = f"{graphs:,}" if graphs else "not known"
        print(
            f"{lists:>5} {said:>15} {seconds:>9.3f} {estimate.diagnostics.get('points'):>7}",
            flush=True,
        )
    print(f"{'lists':>5} {'method':>20} {'models':>7} {'seconds, 1,000 resamples':>25}")
    for lists in (3, 4, 5, 6):
        for name in ("log-linear", "log-linear-stepwise"):
            fitted = METHODS[name](population(lists))
            models = fitted.settings.get("models", "")
            print(f"{lists:>5} {name:>20} {models:>7} {fitted.seconds:>25.3f}", flush=True)
    tables = [population(4, seed=seed) for seed in range(200)]
    began = time.perf_counter()
    run_over(tables)
    print(f"200 different tables of 4 lists, all methods: {time.perf_counter() - began:.1f} s")


if __name__ == "__main__":
    main()
