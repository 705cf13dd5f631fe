"""Effective draws of who is who for a second of CPU, on simulated files of several sizes.

    python benchmarks/bench_chains.py            files of 1,450, 5,700 and 20,000 reports
    python benchmarks/bench_chains.py 100000     one of so many

The first two are populations of `examples/make_returns.py`, one and four as one; larger ones are
those of `bench_million.py`. Four chains as `link` runs them, 300 sweeps after the warm-up at
the least, watched at each. Told are the CPU seconds of a sweep of one chain with all that is
drawn after it, and sweeps and CPU seconds for an effective draw (bulk, of all chains together): on
average over the number of people and those of all combinations of lists, of the former, and of
whichever moves most slowly. Warm-up is told by itself.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.bench_linkage import fresh

from benchmarks import bench_million
from uncounted.linkage import compare_reports, mcmc, pipeline
from uncounted.linkage.encoding import columns, encode
from uncounted.linkage.sampler import candidate_graph
from uncounted.progress import silent

ONE, FOUR = [301], [301, 302, 303, 304]
SWEEPS = {1: 800, 4: 400}  # of a chain, by how many populations


class Clock(mcmc.ParallelChains):
    """Chains' work, with what it took of CPU: `spent[keep]`."""

    spent: ClassVar[dict[bool, float]] = {}

    def all(self, chains_: Any, run: mcmc.Run, sweeps: int, *, keep: bool) -> None:
        """As `ParallelChains.all`."""
        began = time.process_time()
        super().all(chains_, run, sweeps, keep=keep)
        self.spent[keep] = self.spent.get(keep, 0.0) + time.process_time() - began


def sampled(said: columns.ReportColumns, run: mcmc.Run) -> mcmc.PartitionDraws:
    """Draws of a file, as `link` makes them."""
    done = compare_reports.compared(encode.encode(said), seed=1, progress=silent)
    floor = pipeline.usual_floor(done.encoded.count)
    done, _ = compare_reports.arranged(done, floor)
    built = candidate_graph.build(done.encoded, done.pairs, floor=floor)
    return mcmc.sample(built, done.rates, done.lists, draws=4, seed=1, progress=silent, run=run)


def print_speed(said: columns.ReportColumns, sweeps: int) -> None:
    """One line for a file."""
    run = mcmc.Run(length=sweeps, rounds=1, watch=1, target=0.0, ess=np.inf, refuse=np.inf)
    Clock.spent.clear()
    draws = sampled(said, run)
    cpu, all_sweeps = Clock.spent[True], sweeps * run.chains
    ess = bench_million.effective(draws.watched)
    each = " ".join(
        f"{name} {all_sweeps / of:5.2f} {cpu / of:7.4f} s"
        for name, of in (("people", ess[0]), ("slowest", ess.min()))
    )
    print(
        f"{len(said.source):>8,} reports  warm-up {Clock.spent[False]:6.1f} s  "
        f"sweep {cpu / all_sweeps:.4f} s  R-hat {draws.chains.rhat:.3f}  "
        f"mean {np.mean(all_sweeps / ess):5.2f} {np.mean(cpu / ess):7.4f} s  {each}",
        flush=True,
    )


def main() -> None:
    """One line a file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("sizes", type=int, nargs="*")
    collapsed = parser.parse_args()
    mcmc.ParallelChains = Clock  # type: ignore[misc]
    said = columns.columns(fresh(ONE)[0])
    sampled(said, mcmc.Run(warm_up=24, length=4, rounds=1, refuse=np.inf))  # compiles
    if not collapsed.sizes:
        print_speed(said, SWEEPS[1])
        print_speed(columns.columns(fresh(FOUR)[0]), SWEEPS[4])
    for size in collapsed.sizes or [20_000]:
        print_speed(bench_million.made(size)[0], 300)


if __name__ == "__main__":
    main()
