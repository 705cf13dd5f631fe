"""Linkage by this commit, by an earlier one and by Splink, of the same simulated reports.

    python benchmarks/bench_before.py EARLIER [SPLINK] [--rows arabic burmese ...] [--seeds 3]

EARLIER is the Python of an environment with an earlier commit, SPLINK of one with Splink, DuckDB
and AnyASCII. Each links in a process of its own. A line a row: pairwise F1, people found and true,
N over N of perfect linkage, and in how many populations the 95% interval of N holds that. Splink
compares transliterated names (Jaro-Winkler, with term frequencies), births, sex, place and act as
its documentation advises, m by EM; pairs above a half are links, and there is one table and no
uncertainty of links. Nobody in these reports exists.
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
    *("korean", "korean without births", "killed"),
)


def simulated(row: str, seed: int) -> tuple[list[Any], list[str]]:
    """The reports of a row, and whom each is about."""
    sys.path.insert(0, str(ROOT))
    import attrs

    from benchmarks import bench_linkage, study_names, synthetic_register

    if row == "killed":
        return synthetic_register.made(200 + seed)
    if row.startswith("korean"):
        reports, truth = bench_linkage.fresh([2900 + seed])
        if row != "korean":
            reports = [attrs.evolve(report, birth=None) for report in reports]
        return reports, truth
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


def link_by_splink(file: Path, out: Path) -> None:
    """Link with Splink."""
    import pandas as pd
    import splink.comparison_library as cl
    from anyascii import anyascii
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    rows = []
    for at, line in enumerate(file.read_text().splitlines()):
        one = json.loads(line)
        first = one["names"][0]
        text = first.get("text") or f"{first.get('given') or ''} {first.get('family') or ''}"
        words: list[Any] = anyascii(text).lower().replace("-", " ").split() or [None]
        birth = (one.get("birth") or {}).get("edtf") or ""
        act = (one.get("acts") or [{}])[0]
        when = (act.get("date") or {}).get("edtf") or ""
        rows.append(
            {
                "unique_id": at,
                "name": " ".join(sorted(filter(None, words))) or None,
                "first": words[0],
                "last": words[-1],
                "born": birth if len(birth) == 10 else None,
                "year": birth[:4] if birth[:4].isdigit() else None,
                "sex": one.get("sex"),
                "origin": one.get("origin"),
                "day": when if len(when) == 10 else None,
                "month": when[:7] if len(when) >= 7 else None,
                "place": act.get("place"),
            }
        )
    table = pd.DataFrame(rows)
    used = [column for column in table if column != "unique_id" and table[column].nunique() > 1]
    fields = {
        "name": cl.JaroWinklerAtThresholds("name", [0.95, 0.88, 0.8]).configure(
            term_frequency_adjustments=True
        ),
        "born": cl.LevenshteinAtThresholds("born", [1, 2]),
        "year": cl.ExactMatch("year"),
        "sex": cl.ExactMatch("sex"),
        "origin": cl.ExactMatch("origin").configure(term_frequency_adjustments=True),
        "day": cl.LevenshteinAtThresholds("day", [1]),
        "place": cl.ExactMatch("place").configure(term_frequency_adjustments=True),
    }
    fields = {column: each for column, each in fields.items() if column in used}
    if "born" in fields:
        fields.pop("year", None)
    keys = [
        key
        for key in (["first"], ["last"], ["born"], ["year", "origin"], ["month", "place"])
        if set(key) <= set(used)
    ]
    rules = [block_on(*key) for key in keys] if len(table) > 3000 else ["1=1"]
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=list(fields.values()),
        blocking_rules_to_generate_predictions=rules,
        probability_two_random_records_match=1.0 / len(table),
    )
    api = DuckDBAPI(":memory:")
    linker = Linker(api.register(table), settings, log_level=50)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for key in keys:
        try:
            linker.training.estimate_parameters_using_expectation_maximisation(block_on(*key))
        except Exception as error:  # noqa: BLE001 - no pair agrees in this key
            print(type(error).__name__, file=sys.stderr)
    pairs = linker.inference.predict(threshold_match_probability=0.5)
    found = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, 0.5)
    label = {
        row["unique_id"]: row["cluster_id"]
        for row in found.as_pandas_dataframe().to_dict("records")
    }
    point = np.unique([label[at] for at in range(len(table))], return_inverse=True)[1]
    np.savez(out, point=point, draws=point[None, :])


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
    ask.add_argument("splink", nargs="?")
    ask.add_argument("--rows", nargs="*", default=ROWS)
    ask.add_argument("--seeds", type=int, default=3)
    asked = ask.parse_args()
    programs = {
        "before": (asked.earlier, "--link"),
        "now": (sys.executable, "--link"),
        **({"splink": (asked.splink, "--splink")} if asked.splink else {}),
    }
    with tempfile.TemporaryDirectory() as folder:
        file, out = Path(folder) / "reports.jsonl", Path(folder) / "found.npz"
        for row in asked.rows:
            done: dict[str, list[dict[str, float]]] = {name: [] for name in programs}
            for seed in range(1, asked.seeds + 1):
                reports, truth = simulated(row, seed)
                file.write_text("".join(json.dumps(each.to_payload()) + "\n" for each in reports))
                for name, (python, how) in programs.items():
                    command = [python, str(Path(__file__).resolve()), how, str(file), str(out)]
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
    elif sys.argv[1:2] == ["--splink"]:
        link_by_splink(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        main()
