"""How long the exact average over all decomposable graphs and the log-linear methods take.

    python benchmarks/bench_estimate.py            everything
    python benchmarks/bench_estimate.py graphs     starting up, and the average over all graphs
    python benchmarks/bench_estimate.py strata     1,000 strata of five lists
    python benchmarks/bench_estimate.py whole      the command, with and without its checks
    python benchmarks/bench_estimate.py log-linear the log-linear methods, and what stands beside
                                                   an estimate

Prints tables; the figures depend on the machine, their order of magnitude does not. The
log-linear figures are CPU seconds, which other work on the machine changes little.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import numpy as np

from uncounted.captures import CaptureTable, read_tables
from uncounted.estimate import METHODS, EstimateSettings, decomposable, run_over
from uncounted.estimate.robustness.leave_one_out import leave_one_out, priors
from uncounted.estimate.robustness.list_consistency import TWO_LISTS, consistency
from uncounted.estimate.robustness.trajectory import trajectory
from uncounted.estimate.strata.stratified import run_strata
from uncounted.estimate.track_record.collection import collected_tables

GRAPHS = {3: 8, 4: 61, 5: 822, 6: 18_154, 7: 617_675, 8: 30_888_596, 9: 2_192_816_760, 10: None}


# Sources: tests/estimate/conftest.py and tests/estimate/loglinear/test_selection.py.
KOSOVO = CaptureTable.of(
    ["EXH", "ABA", "OSCE", "HRW"],
    {
        "1000": 1131, "0100": 845, "0010": 936, "0001": 306, "1100": 177, "1010": 228,
        "1001": 106, "0110": 217, "0101": 31, "0011": 123, "1110": 181, "1101": 18,
        "1011": 42, "0111": 32, "1111": 27,
    },
)  # fmt: skip
UK = CaptureTable.of(
    ["LA", "NG", "PFNCA", "GO", "GP"],
    {
        "10000": 54, "01000": 463, "00100": 995, "00010": 695, "00001": 316, "11000": 15,
        "10100": 19, "10010": 3, "01100": 62, "01010": 19, "01001": 1, "00110": 76,
        "00101": 11, "00011": 8, "11100": 1, "11010": 1, "01110": 4, "11110": 1,
    },
)  # fmt: skip
HIV = CaptureTable.of(
    ["c1", "c2", "c3", "c4"],
    {
        "1110": 3, "1101": 1, "1100": 33, "1010": 20, "1001": 6, "1000": 403, "0111": 3,
        "0110": 35, "0101": 10, "0100": 545, "0011": 11, "0010": 621, "0001": 205,
    },
)  # fmt: skip
SPINA_BIFIDA = CaptureTable.of(
    ["L1", "L2", "L3"],
    {"100": 60, "010": 49, "110": 4, "001": 247, "101": 112, "011": 142, "111": 12},
)
CONGENITAL = CaptureTable.of(
    ["L1", "L2", "L3", "L4", "L5"],
    {
        "10000": 27, "01000": 37, "11000": 19, "00100": 4, "10100": 4, "01100": 1,
        "11100": 1, "00010": 97, "10010": 22, "01010": 37, "11010": 25, "00110": 2,
        "10110": 1, "01110": 3, "11110": 5, "00001": 83, "10001": 36, "01001": 34,
        "11001": 18, "00101": 3, "10101": 5, "11101": 2, "00011": 30, "10011": 5,
        "01011": 23, "11011": 8, "10111": 3, "11111": 2,
    },
)  # fmt: skip


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


def peak() -> float:
    """The most memory that this process has held, in megabytes."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def cpu(work: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of some work, and what it gives."""
    began = time.process_time()
    answer = work()
    return time.process_time() - began, answer


def sparse() -> CaptureTable:
    """Five lists tied together by a few people: most overlaps are empty, again and again."""
    pairs = {"11000": 3, "01100": 1, "00110": 1, "00011": 3}
    alone = {"10000": 76, "01000": 6, "00100": 5, "00010": 12, "00001": 40}
    return CaptureTable.of("ABCDE", pairs | alone)


def log_linear_figures() -> None:
    """The two log-linear methods, 1,000 resamples that choose again, by number of lists."""
    named = {"sparse, 5 lists": sparse(), "Kosovo": KOSOVO, "United Kingdom, 5 lists": UK}
    named |= {f"{lists} lists": population(lists) for lists in range(3, 11)}
    METHODS["log-linear"](population(3))
    print(
        f"{'table':>24} {'method':>20} {'models':>7} {'search':>7} {'CPU s, 1,000 resamples':>23}"
    )
    for name, table in named.items():
        for method in ("log-linear", "log-linear-stepwise"):
            seconds, fitted = cpu(partial(METHODS[method], table))
            said = fitted.settings
            print(
                f"{name:>24} {method:>20} {said.get('models', ''):>7} {said.get('search', ''):>7} "
                f"{seconds:>7.2f}",
                flush=True,
            )


def beside_figures() -> None:
    """What stands beside a `decomposable` estimate, by number of lists."""
    plain: dict[str, Any] = {"level": 0.95, "seed": 1, "settings": {}}
    work: dict[str, Callable[[CaptureTable], Any]] = {
        "each list left out": lambda table: leave_one_out(table, decomposable),
        "other priors": lambda table: priors(table, **plain),
        "known lists": lambda table: consistency(table, decomposable),
        "trajectory": lambda table: trajectory(table, decomposable, seed=1),
    }
    print(f"{'beside decomposable':>24} " + " ".join(f"{J:>8}" for J in range(3, 8)) + "  lists")
    for name, each in work.items():
        seconds = [cpu(partial(each, population(J)))[0] for J in range(3, 8)]
        print(f"{name:>24} " + " ".join(f"{second:>8.2f}" for second in seconds), flush=True)


def known_lists_figures() -> None:
    """How often the size of a known list is found from the others (Binette and Steorts 2022)."""
    chosen = ("decomposable", "independence", "log-linear", "log-linear-stepwise")
    print(f"{'known lists':>20} {'lists':>6} {'cover':>6} {'mean':>6} {'median':>7} {'RMSE':>6}")
    for name in chosen:
        settings = {"resamples": 500} if name.startswith("log") else {}
        rows = [
            row
            for table in (KOSOVO, UK, HIV, SPINA_BIFIDA, CONGENITAL)
            for row in consistency(
                table, partial(METHODS[name], **settings), two_lists=TWO_LISTS.get(name)
            )
            if row.observed >= 30 and row.point is not None
        ]
        bias = np.log([row.point / row.known_size for row in rows if row.point is not None])
        cover = np.mean([row.covered for row in rows])
        print(
            f"{name:>20} {len(rows):>6} {cover:>6.2f} {bias.mean():>6.2f} {np.median(bias):>7.2f} "
            f"{np.sqrt(np.mean(bias**2)):>6.2f}"
        )


def main() -> None:
    """Print the figures."""
    parts = sys.argv[1:] or ["graphs", "strata", "whole", "log-linear"]
    if "graphs" in parts:
        graph_figures()
    if "strata" in parts:
        strata_figures()
    if "whole" in parts:
        whole_figures()
    if "log-linear" in parts:
        log_linear_figures()
        beside_figures()
        known_lists_figures()


def strata_figures() -> None:
    """Exact averages and lower bounds of 1,000 strata of five lists."""
    tables = [
        attrs.evolve(population(5, people=300, seed=seed), stratum={"s": str(seed)})
        for seed in range(1000)
    ]
    began = time.perf_counter()
    seconds, done = cpu(partial(run_strata, tables, EstimateSettings(("decomposable", "chao"))))
    wall = time.perf_counter() - began
    refused = sum(study.refused for study in done.studies)
    print(f"1,000 strata: {wall:.1f} s, {seconds:.1f} CPU s, {refused} refused")


def command(table: CaptureTable, *options: str) -> tuple[float, float]:
    """Seconds and CPU seconds of `uncounted estimate` on a table, a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "table.csv"
        rows = [",".join([*history, str(count)]) for history, count in table.counts.items()]
        file.write_text("\n".join([",".join([*table.lists, "count"]), *rows]) + "\n")
        before, began = os.times(), time.perf_counter()
        run = [sys.executable, "-m", "uncounted", "estimate", str(file), "--json", *options]
        subprocess.run(run, check=True, capture_output=True)
        wall, after = time.perf_counter() - began, os.times()
    spent = after.children_user - before.children_user
    return wall, spent + after.children_system - before.children_system


def whole_figures() -> None:
    """The whole command on real tables, with its robustness checks and without."""
    known = {each.name: each.table for each in collected_tables()}
    examples = Path(__file__).parents[1] / "examples"
    tables = {
        "Gaza, 3 lists": read_tables(examples / "gaza.csv")[0],
        "Peru, 3 lists": read_tables(examples / "peru.csv")[0],
        "Peru, 6 lists": known["peru-6lists"],
        "Colombia, 8 lists": known["colombia-8lists"],
        "simulated, 9 lists": population(9),
        "simulated, 10 lists": population(10),
    }
    print(f"{'table':>20} {'people':>7} {'s':>6} {'CPU s':>6}   without checks: s, CPU s")
    for name, table in tables.items():
        command(table)  # compiled before
        (wall, spent), (bare, least) = command(table), command(table, "--no-checks")
        print(
            f"{name:>20} {table.observed:>7,} {wall:>6.1f} {spent:>6.1f}   {bare:.1f} {least:.1f}",
            flush=True,
        )


def graph_figures() -> None:
    """Start-up, the average over all graphs by number of lists, and many linkage draws."""
    with tempfile.TemporaryDirectory() as cache:
        print(f"a new process, nothing compiled: {cold(cache):.1f} s")
        print(f"a new process, compiled before:  {cold(cache):.1f} s")
    decomposable(population(3))
    print(f"{'lists':>5} {'graphs':>15} {'seconds':>9} {'CPU s':>7} {'points':>7} {'MB':>6}")
    for lists, graphs in GRAPHS.items():
        table = population(lists)
        began = time.perf_counter()
        seconds, estimate = cpu(partial(decomposable, table))
        wall = time.perf_counter() - began
        said = f"{graphs:,}" if graphs else "not known"
        print(
            f"{lists:>5} {said:>15} {wall:>9.3f} {seconds:>7.3f}"
            f" {estimate.diagnostics.get('points'):>7} {peak():>6.0f}",
            flush=True,
        )
    tables = [population(4, seed=seed) for seed in range(200)]
    began = time.perf_counter()
    run_over(tables)
    print(f"200 different tables of 4 lists, all methods: {time.perf_counter() - began:.1f} s")


if __name__ == "__main__":
    main()
