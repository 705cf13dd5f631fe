"""From files to a number: seconds of each command, of simulated populations as one case.

    python benchmarks/bench_road.py 301 302 303 304 --reports 5000
    python benchmarks/bench_road.py 301               one population, as large as the example

A population is that of the shipped example, made with another seed; the files of several are
put one behind another, with the seed before each id. Each command is a process of its own, as
a user runs it; compiled code is there already. Nobody in them exists.
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from examples.make_returns import files
from examples.returns_lists import LAYOUTS
from examples.returns_people import table

EXAMPLE = Path(__file__).parents[1] / "examples" / "returns"


def together(seeds: list[int], source: str) -> list[list[str]]:
    """The rows of one list of these populations, as one, the header first."""
    layout, columns = LAYOUTS[source], table("lists.toml", source, "columns")
    at = list(columns.values()).index("id")
    rows: list[list[str]] = []
    for seed in seeds:
        text = files(seed)[f"{source}.csv"].decode(layout.encoding)
        found = list(csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=layout.delimiter))
        if not rows:
            rows.append(found[0])
        rows += [[*row[:at], f"{seed}-{row[at]}", *row[at + 1 :]] for row in found[1:]]
    return rows


def written(lists: dict[str, list[list[str]]], reports: int | None) -> dict[str, bytes]:
    """Files in UTF-8; of each list the same share of its first rows, so many in all."""
    total = sum(len(rows) - 1 for rows in lists.values())
    files_ = {}
    for source, rows in lists.items():
        keep = len(rows) if reports is None else 1 + round((len(rows) - 1) * reports / total)
        out = io.StringIO(newline="")
        csv.writer(out, delimiter=LAYOUTS[source].delimiter).writerows(rows[:keep])
        files_[source] = out.getvalue().encode()
    return files_


def main() -> None:
    """Run the road, and print a line a command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("seeds", type=int, nargs="*", default=[301, 302, 303, 304])
    parser.add_argument("--reports", type=int, help="so many of them; default: all")
    asked = parser.parse_args()
    lists = {source: together(asked.seeds, source) for source in LAYOUTS}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "passphrase").write_text("a passphrase of a simulated case\n")
        for source, content in written(lists, asked.reports).items():
            (folder / f"{source}.csv").write_bytes(content)
        case, secret = "bench.case", ["--passphrase-file", "passphrase"]
        maps = {source: str(EXAMPLE / f"{source}.toml") for source in LAYOUTS}
        steps = [
            ["init", case, *secret],
            *(
                ["import", case, f"{each}.csv", "--source", each, "--mapping", where, *secret]
                for each, where in maps.items()
            ),
            ["link", case, *secret],
            ["estimate", case, *secret],
        ]
        began = time.perf_counter()
        for step in steps:
            started, used = time.perf_counter(), _cpu()
            subprocess.run(
                [sys.executable, "-m", "uncounted", *step],
                cwd=folder,
                env={**os.environ, "UNCOUNTED_HOME": str(folder / "home"), "HOME": name},
                check=True,
                capture_output=True,
            )
            wall = time.perf_counter() - started
            print(f"{step[0]:>9} {wall:6.1f} s, {_cpu() - used:6.1f} of CPU", flush=True)
        print(f"    total {time.perf_counter() - began:6.1f} s")


def _cpu() -> float:
    times = os.times()
    return times.children_user + times.children_system


if __name__ == "__main__":
    main()
