"""A study of many strata of five lists, and the same again from its kept results.

    python benchmarks/bench_study.py          10,000 strata (target: under 5 minutes on two cores)
    python benchmarks/bench_study.py 1000     so many

Average over decomposable graphs, sample coverage, Chao's lower bound and the calibrated interval,
with three values of xi, of simulated strata of 150 to 600 people whose capture probabilities
differ. Two processes. Wall clock and CPU seconds (user and system, of all processes) and the
memory of the main process; and the ratio of the CPU time to that of `run` in a loop, without a
store, without files, in one process, on 300 of the strata.
"""

from __future__ import annotations

import csv
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from joblib.externals.loky import get_reusable_executor

from uncounted.captures import read_tables
from uncounted.estimate import EstimateSettings, run
from uncounted.workflow.studies.study import run_study

LISTS, METHODS, XI = "ABCDE", ("decomposable", "sample-coverage", "chao"), (0.5, 1.0, 2.0)
PROCESSES = 2
BARE = 300


def write_study(folder: Path, strata: int) -> Path:
    """The table, and the study file."""
    rng = np.random.default_rng(1)
    with (folder / "strata.csv").open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([*LISTS, "stratum", "count"])
        for stratum in range(strata):
            N = int(rng.integers(150, 600))
            logits = rng.normal(0, 0.6, (N, 1)) - 1.6
            on = rng.random((N, len(LISTS))) < 1 / (1 + np.exp(-logits))
            patterns, counts = np.unique(on[on.any(axis=1)].astype(int), axis=0, return_counts=True)
            writer.writerows(
                [*pattern, stratum, n] for pattern, n in zip(patterns, counts, strict=True)
            )
    file = folder / "STUDY.toml"
    file.write_text(
        f"methods = {list(METHODS)}\nxi = {list(XI)}\n"
        '[tables.strata]\nfile = "strata.csv"\nby = "stratum"\n'
    )
    return file


def cpu() -> float:
    """CPU seconds of this process and of those that have ended."""
    each = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in each)


def measure(file: Path) -> float:
    """One line for a run; its CPU seconds."""
    began, before = time.perf_counter(), cpu()
    done = run_study(file, jobs=PROCESSES)
    get_reusable_executor().shutdown(wait=True)  # the CPU time of its processes counts
    wall, spent = time.perf_counter() - began, cpu() - before
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    tasks = done.tasks
    print(
        f"{tasks.total:,} fits, {tasks.kept:,} kept: {wall:.0f} s, {spent:.0f} CPU s,"
        f" {memory:.0f} MB"
    )
    return spent


def main(strata: int) -> None:
    """The study, the study again, and the bare loop."""
    settings = EstimateSettings(METHODS, xi=XI, robustness=False, lighter=True)
    with tempfile.TemporaryDirectory() as name:
        file = write_study(Path(name), strata)
        tables = read_tables(file.with_name("strata.csv"), by=["stratum"])[:BARE]
        run(tables[0], settings)
        before = time.process_time()
        for table in tables:
            run(table, settings)
        bare = (time.process_time() - before) / len(tables)
        spent = measure(file)
        print(f"{spent / strata * 1000:.1f} ms of CPU a stratum; run alone {bare * 1000:.1f} ms:")
        print(f"ratio {spent / strata / bare:.2f}")
        measure(file)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
