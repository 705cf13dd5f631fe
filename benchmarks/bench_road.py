"""From files to a number: seconds of each command, of made-up populations as one case.

    python benchmarks/bench_road.py 301 302 303       some 4,400 reports
    python benchmarks/bench_road.py 301               one population, as large as the example

A population is that of the shipped example, made with another seed; the files of several are
put one behind another, with the seed before each id. Each command is a process of its own, as
a user runs it; compiled code is there already. Nobody in them exists.
"""

from __future__ import annotations

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


def together(seeds: list[int], source: str) -> bytes:
    """The files of one list of these populations, as one: CSV in UTF-8."""
    layout, columns = LAYOUTS[source], table("lists.toml", source, "columns")
    at = list(columns.values()).index("id")
    rows: list[list[str]] = []
    for seed in seeds:
        text = files(seed)[f"{source}.csv"].decode(layout.encoding)
        found = list(csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=layout.delimiter))
        if not rows:
            rows.append(found[0])
        rows += [[*row[:at], f"{seed}-{row[at]}", *row[at + 1 :]] for row in found[1:]]
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=layout.delimiter).writerows(rows)
    return out.getvalue().encode()


def main() -> None:
    """Run the road, and print a line a command."""
    seeds = [int(seed) for seed in sys.argv[1:]] or [301, 302, 303]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "passphrase").write_text("a made-up passphrase of a made-up case\n")
        for source in LAYOUTS:
            (folder / f"{source}.csv").write_bytes(together(seeds, source))
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
