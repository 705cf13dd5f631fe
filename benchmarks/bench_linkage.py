"""Linkage of the example against its truth: F1, people, seconds, and N beside perfect linkage's.

Run: python benchmarks/linkage.py [draws]
"""

from __future__ import annotations

import csv
import resource
import sys
import time
from pathlib import Path

import numpy as np

from uncounted import estimate
from uncounted.linkage import capture_table, evaluate, link
from uncounted.records import intake, mapping
from uncounted.records.report import Report

EXAMPLE = Path(__file__).parents[1] / "examples" / "returns"
LISTS = ("Saebyok", "TumenWatch", "Panel", "OpenDoor")


def example() -> tuple[list[Report], list[str]]:
    """The made-up reports, and who each is about."""
    reports: list[Report] = []
    for source in LISTS:
        columns = mapping.Mapping.parse(EXAMPLE / f"{source}.toml")
        rows = intake.read(EXAMPLE / f"{source}.csv", columns, source)
        reports += [row.report for row in rows if isinstance(row, intake.Accepted)]
    lines = (EXAMPLE / "truth.csv").read_text("utf-8-sig").splitlines()
    person = {(row["source"], row["id"]): row["person"] for row in csv.DictReader(lines)}
    return reports, [person[report.source, report.id] for report in reports]


def main() -> None:
    """Link, evaluate, estimate; print one line each."""
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    reports, truth = example()
    began = time.perf_counter()
    linkage = link(reports, draws=draws)
    seconds = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{len(reports)} reports, {seconds:.1f} s, {memory} MB")
    print(evaluate(linkage.labels, truth))
    print(linkage.diagnostics)
    real = np.unique(truth, return_inverse=True)[1].astype(np.int32)
    perfect = estimate.decomposable(capture_table(real, linkage.sources, LISTS)).point
    step = max(1, draws // 20)
    points = [
        estimate.decomposable(capture_table(row, linkage.sources, LISTS)).point
        for row in linkage.labels[::step]
    ]
    mean = float(np.mean([point for point in points if point is not None]))
    assert perfect is not None
    print(f"N perfect {perfect:.0f}, over draws {mean:.0f}, ratio {mean / perfect:.3f}")


if __name__ == "__main__":
    main()
