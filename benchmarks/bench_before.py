"""Linkage by this commit beside an earlier one, of the same simulated reports, in one run.

    python benchmarks/bench_before.py EARLIER [--rows arabic burmese ...] [--seeds 3]

EARLIER is the Python of an environment with an earlier commit. Each links in a process of its own.
A line a row: pairwise F1, people found over true, N over N of perfect linkage, and in how many
populations the 95% interval of N holds that. Nobody in these reports exists.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
ROWS = (
    *("arabic", "arabic-latin", "ukrainian", "burmese", "burmese-latin", "persian", "spanish"),
    *("arabic 2.5", "ukrainian 2.5", "burmese 2.5"),
    *("korean", "korean without births", "korean names alone", "korean of 20,000", "killed"),
)


def simulated(row: str, seed: int) -> tuple[list[Any], list[str]]:
    """The reports of a row, and whom each is about."""
    sys.path.insert(0, str(ROOT))
    import attrs

    from benchmarks import bench_linkage, study_names, synthetic_register

    if row == "killed":
        return synthetic_register.made(200 + seed)
    if row.startswith("korean"):
        seeds = range(3000 + 14 * seed, 3014 + 14 * seed) if "20,000" in row else [2900 + seed]
        reports, truth = bench_linkage.fresh(seeds)
        said: dict[str, Any] = {"birth": None} if "births" in row else {}
        if "alone" in row:
            said = {"birth": None, "sex": None, "origin": None, "acts": ()}
        return [attrs.evolve(report, **said) for report in reports], truth
    name, _, noise = row.partition(" ")
    return study_names.made(name, 300 + seed, 240, float(noise or 1))


def link_here(file: Path, out: Path) -> None:
    """Link with the `uncounted` of this process: point partition and draws."""
    from uncounted.errors import Error
    from uncounted.linkage import link, point_partition
    from uncounted.records.report import Report

    reports = [Report.from_payload(json.loads(line)) for line in file.read_text().splitlines()]
    try:
        linkage = link(reports, draws=100, with_grid=False)
    except Error as error:
        print(type(error).__name__, error, file=sys.stderr)
        raise SystemExit(3) from None
    index = linkage.index
    place = [index[report.source, report.id] for report in reports]
    np.savez(out, point=point_partition(linkage)[place], draws=linkage.labels[::4][:, place])


def measured(found: Any, reports: Sequence[Any], truth: Sequence[str]) -> dict[str, float]:
    """F1, people, and N beside N of perfect linkage."""
    from benchmarks.partition_accuracy import evaluate

    from uncounted import estimate
    from uncounted.errors import Error
    from uncounted.estimate import EstimateSettings
    from uncounted.estimate.study import run_over
    from uncounted.linkage import capture_table

    accuracy = evaluate(found["point"], truth)
    row = {"f1": accuracy.f1, "people": accuracy.people / accuracy.true_people}
    sources = [report.source for report in reports]
    if len(set(sources)) < 2:
        return row
    real = np.unique(truth, return_inverse=True)[1].astype(np.int32)
    perfect = estimate.decomposable(capture_table(real, sources)).number()
    tables = [capture_table(labels.astype(np.int32), sources) for labels in found["draws"]]
    try:
        mine = run_over(tables, EstimateSettings(["decomposable"]))["decomposable"]
        low, high = mine.interval or (np.inf, -np.inf)
        row |= {"n": mine.number() / perfect, "held": float(low <= perfect <= (high or np.inf))}
    except Error:
        row |= {"held": 0.0}
    return row


def main() -> None:
    """Print a line a row and program."""
    ask = argparse.ArgumentParser()
    ask.add_argument("earlier")
    ask.add_argument("--rows", nargs="*", default=ROWS)
    ask.add_argument("--seeds", type=int, default=3)
    asked = ask.parse_args()
    programs = {"before": asked.earlier, "now": sys.executable}
    with tempfile.TemporaryDirectory() as folder:
        file, out = Path(folder) / "reports.jsonl", Path(folder) / "found.npz"
        for row in asked.rows:
            done: dict[str, list[dict[str, float]]] = {name: [] for name in programs}
            for seed in range(1, asked.seeds + 1):
                reports, truth = simulated(row, seed)
                file.write_text("".join(json.dumps(each.to_payload()) + "\n" for each in reports))
                for name, python in programs.items():
                    command = [python, str(Path(__file__).resolve()), "--link", str(file), str(out)]
                    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True)
                    if ran.returncode:
                        print(f"{row:>22} {name:>7}: {ran.stderr.strip().splitlines()[-1][:100]}")
                        done[name].append({"held": 0.0})
                        continue
                    with np.load(out) as found:
                        done[name].append(measured(found, reports, truth))
            for name, rows in done.items():
                print(f"{row:>22} {name:>7}  {_line(rows)}", flush=True)


def _line(rows: Sequence[dict[str, float]]) -> str:
    def mean(key: str) -> str:
        values = [row[key] for row in rows if key in row]
        return f"{np.mean(values):.3f}" if values else "-"

    held = [row["held"] for row in rows if "held" in row]
    told = f"  N {mean('n')}  held {sum(held):.0f} of {len(held)}" if held else ""
    return f"F1 {mean('f1')}  people {mean('people')}{told}"


if __name__ == "__main__":
    if sys.argv[1:2] == ["--link"]:
        link_here(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        main()
