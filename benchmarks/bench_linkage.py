"""Linkage of simulated populations against their truth: F1, people, and N beside perfect linkage's.

    python benchmarks/bench_linkage.py                the shipped example
    python benchmarks/bench_linkage.py 21 22 23       fresh populations with these seeds
    python benchmarks/bench_linkage.py large          fourteen populations as one, 20,000 reports

One line each. Nobody in them exists. Seconds and memory depend on the machine.
"""

from __future__ import annotations

import csv
import datetime
import resource
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import attrs
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.partition_accuracy import evaluate
from examples.make_returns import files

from uncounted import estimate
from uncounted.linkage import Linkage, capture_table, link, point_partition
from uncounted.records.intake import mapping
from uncounted.records.intake import rows as intake
from uncounted.records.report import Report
from uncounted.records.tabular.open_table import open_table

EXAMPLE = Path(__file__).parents[1] / "examples" / "returns"
LISTS = ("Saebyok", "TumenWatch", "Panel", "OpenDoor")
TODAY = datetime.date(2026, 11, 24)
LARGE = range(301, 315)


def population(folder: Path, mark: str = "") -> tuple[list[Report], list[str]]:
    """The reports that may be linked and counted, and who each is about."""
    lines = (folder / "truth.csv").read_text("utf-8-sig").splitlines()
    person = {(row["source"], row["id"]): row["person"] for row in csv.DictReader(lines)}
    reports = []
    for source in LISTS:
        columns = mapping.Mapping.parse(EXAMPLE / f"{source}.toml")
        for row in intake.read_table(open_table(folder / f"{source}.csv"), columns, source):
            if isinstance(row, intake.Accepted) and all(
                row.consent.allows(use, TODAY) for use in ("link", "statistics")
            ):
                reports.append(row.report)  # noqa: PERF401
    truth = [mark + person[report.source, report.id] for report in reports]
    return [attrs.evolve(report, id=mark + report.id) for report in reports], truth


def fresh(seeds: Iterable[int]) -> tuple[list[Report], list[str]]:
    """Populations made with these seeds, as one."""
    reports: list[Report] = []
    truth: list[str] = []
    for seed in seeds:
        with tempfile.TemporaryDirectory() as folder:
            for name, content in files(seed).items():
                (Path(folder) / name).write_bytes(content)
            some, real = population(Path(folder), f"{seed}-")
        reports += some
        truth += real
    return reports, truth


def ratio(linkage: Linkage, truth: list[str]) -> float:
    """N averaged over draws, as a ratio to N of perfect linkage."""
    real = np.unique(truth, return_inverse=True)[1].astype(np.int32)
    perfect = estimate.decomposable(capture_table(real, linkage.sources, LISTS)).point
    rows = linkage.labels[:: max(1, len(linkage.labels) // 20)]
    points = [estimate.decomposable(capture_table(x, linkage.sources, LISTS)).point for x in rows]
    assert perfect is not None
    given = [point for point in points if point is not None]
    return float(np.mean(given)) / perfect if given else float("nan")


def report(name: str, reports: list[Report], truth: list[str]) -> None:
    """Link, estimate; print one line."""
    began = time.perf_counter()
    linkage = link(reports, draws=100)
    seconds = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    found = evaluate(point_partition(linkage), truth)
    low, high = linkage.diagnostics.fit.people_interval
    print(
        f"{name:>8} {len(reports):6} reports  F1 {found.f1:.3f} "
        f"precision {found.precision:.3f} recall {found.recall:.3f}  "
        f"people [{low:.0f}, {high:.0f}] true {found.true_people}  "
        f"N ratio {ratio(linkage, truth):.3f}  R-hat {linkage.diagnostics.chains.rhat:.3f}  "
        f"{seconds:.1f} s {memory} MB",
        flush=True,
    )


def main() -> None:
    """Print what was asked for."""
    link(population(EXAMPLE)[0][:50], draws=4)  # compile
    for asked in sys.argv[1:] or ["example"]:
        if asked == "example":
            report(asked, *population(EXAMPLE))
        else:
            report(asked, *fresh(LARGE if asked == "large" else [int(asked)]))


if __name__ == "__main__":
    main()
