"""How far linked numbers are from perfect linkage's, over simulated populations with a known truth.

    python benchmarks/study_linkage.py                 seeds 2801 to 2900
    python benchmarks/study_linkage.py 2801 2810 --grid     with other priors and rules
    python benchmarks/study_linkage.py 2801 2900 --keep figures.csv   goes on where it stopped
    python benchmarks/study_linkage.py 2801 2900 --own-names    no two of a family have one name

A population is that of the shipped example, made with another seed: four lists, some 1,400
reports, wrong sexes, places and days, typing errors, other names, partial dates. Which seeds had
no part in any choice of the model, docs/dev/linkage.md says of each table. For each: F1 of
the point partition; whether the number of people is within the draws' 95%; N averaged over draws
beside N of perfect linkage, whether the interval holds the latter, and how much wider it is; and
links that the draws expect among doubtful pairs, beside those that are true: in all, within one
list and across lists, since these may err in opposite ways, and by the line on the log-odds. Of
brothers and sisters taken together, who share a syllable, one in twenty have one name by the
example's law, which draws the other syllable of each by itself. No family gives two children one
name, and nothing in the reports tells such two apart: `--own-names` draws them again.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.bench_labelled import held
from benchmarks.bench_linkage import LISTS, fresh
from benchmarks.partition_accuracy import evaluate

from examples import returns_people
from uncounted import estimate
from uncounted.captures import CaptureTable
from uncounted.estimate import EstimateSettings
from uncounted.estimate.linkage_sensitivity import AlternativeTables, with_alternatives
from uncounted.estimate.study import run_over
from uncounted.linkage import Linkage, capture_table, link, point_partition

DRAWS = 200


@contextlib.contextmanager
def own_names() -> Iterator[None]:
    """Within it, nobody who is made has the name of another of their family."""
    relative, names = returns_people._relative, dict[int, set[str]]()

    def other(dice: returns_people.Dice, head: returns_people.Person) -> returns_people.Person:
        taken = names.setdefault(head.family, {head.given})
        found = relative(dice, head)
        while found.given in taken:
            found = relative(dice, head)
        taken.add(found.given)
        return found

    returns_people._relative = other
    try:
        yield
    finally:
        returns_people._relative = relative


def one(seed: int, *, grid: bool, names: bool) -> dict[str, float]:
    """One population, of `own_names` or not: everything that the table needs."""
    with own_names() if names else contextlib.nullcontext():
        reports, truth = fresh([seed])
    linkage = link(reports, draws=DRAWS, with_grid=grid)
    found = evaluate(point_partition(linkage), truth)
    real = np.unique(truth, return_inverse=True)[1].astype(np.int32)
    perfect = estimate.decomposable(capture_table(real, linkage.sources, LISTS))
    tables = [capture_table(row, linkage.sources, LISTS) for row in linkage.labels]
    study = run_over(tables, EstimateSettings(["decomposable"]))
    mine = study["decomposable"]
    assert mine.interval is not None
    assert perfect.interval is not None
    low, high = mine.interval
    points = [estimate.decomposable(table, edges=False).number() for table in tables]
    ends = np.quantile(points, [0.025, 0.975])
    people = linkage.diagnostics.fit.people_interval
    row = {
        "seed": seed,
        "f1": found.f1,
        "precision": found.precision,
        "recall": found.recall,
        "people": float(people[0] <= found.true_people <= people[1]),
        "ratio": mine.number() / perfect.number(),
        "holds": float(low <= perfect.number() <= (high or np.inf)),
        "range": float(min(points) <= perfect.number() <= max(points)),
        "by_linkage": float(ends[0] <= perfect.number() <= ends[1]),
        "width": ((high or np.inf) - low) / ((perfect.interval[1] or np.inf) - perfect.interval[0]),
        **_doubtful(linkage, truth),
    }
    if grid:
        row |= _envelope(linkage, tables, perfect.number())
    return row


def _doubtful(linkage: Linkage, truth: list[str]) -> dict[str, float]:
    found = held(linkage, truth)
    links, within, line = found.doubtful, found.within, found.line
    assert within is not None
    assert line is not None
    return {
        "expected": links.expected,
        "actual": links.actual,
        "calibrated": float(links.within),
        "within_expected": within.expected,
        "within_actual": within.actual,
        "middle": line.coefficients[0],
        "slope": line.coefficients[1],
    }


def _envelope(linkage: Linkage, tables: Sequence[CaptureTable], perfect: float) -> dict[str, float]:
    study = with_alternatives(
        run_over(tables, EstimateSettings(["decomposable"])),
        [
            AlternativeTables(
                each.name,
                [[capture_table(x, linkage.sources, LISTS) for x in each.labels]],
                each.why,
            )
            for each in linkage.grid
        ],
        EstimateSettings(level=0.95, seed=1),
    )
    assert study.linkage is not None
    assert study.linkage.range is not None
    low, high = study.linkage.range.interval
    low = low or 0.0
    return {
        "envelope": float(low <= perfect <= (high or np.inf)),
        "passing": study.linkage.range.passing,
        "envelope_width": (high or np.inf) - low,
    }


def table(rows: Sequence[dict[str, float]]) -> str:
    """What came of it, as lines of Markdown."""
    col = {name: np.array([row[name] for row in rows if name in row]) for name in rows[0]}
    errors = np.abs(col["ratio"] - 1)
    lines = [
        f"| {len(rows)} populations | |",
        "|---|---|",
        f"| F1 of the point partition, mean and least | {col['f1'].mean():.3f}, "
        f"{col['f1'].min():.3f} |",
        f"| precision, recall | {col['precision'].mean():.3f}, {col['recall'].mean():.3f} |",
        f"| true number of people within the draws' 95% | {_share(col['people'])} |",
        f"| N over N of perfect linkage: mean, 5% to 95% | {col['ratio'].mean():.3f}, "
        f"{np.quantile(col['ratio'], 0.05):.3f} to {np.quantile(col['ratio'], 0.95):.3f} |",
        f"| median distance from perfect linkage's N | {np.median(errors):.1%} |",
        f"| the interval holds perfect linkage's N | {_share(col['holds'])} |",
        f"| draws' own numbers reach to both sides of it | {_share(col['range'])} |",
        f"| 95% of draws' own numbers hold it | {_share(col['by_linkage'])} |",
        f"| width of the interval over perfect linkage's, median | {np.median(col['width']):.2f} |",
        f"| links expected among pairs between .05 and .95, and true | "
        f"{col['expected'].sum():.0f}, {col['actual'].sum():.0f} |",
        f"| of these within one list | {col['within_expected'].sum():.0f}, "
        f"{col['within_actual'].sum():.0f} |",
        f"| their line on the log-odds, mean: in the middle, slope | {_mean(col['middle'])}, "
        f"{_mean(col['slope'])} |",
        f"| true ones within the draws' 95% | {_share(col['calibrated'])} |",
    ]
    if "envelope" in col and len(col["envelope"]):
        lines.append(f"| the envelope over the grid holds it | {_share(col['envelope'])} |")
    return "\n".join(lines)


def _mean(values: np.ndarray) -> str:
    """A mean and its standard error."""
    return f"{values.mean():.2f} ({values.std(ddof=1) / np.sqrt(len(values)):.2f})"


def _share(yes: np.ndarray) -> str:
    return f"{int(yes.sum())} of {len(yes)}"


def main() -> None:
    """Run the seeds that were asked for, and print the table."""
    ask = argparse.ArgumentParser()
    ask.add_argument("first", type=int, nargs="?", default=2801)
    ask.add_argument("last", type=int, nargs="?", default=2900)
    ask.add_argument("--grid", action="store_true")
    ask.add_argument("--keep", type=Path)
    ask.add_argument("--own-names", action="store_true")
    asked = ask.parse_args()
    rows: list[dict[str, float]] = []
    if asked.keep and asked.keep.exists():
        with asked.keep.open() as file:
            rows = [{k: float(v) for k, v in row.items() if v} for row in csv.DictReader(file)]
    done = {row["seed"] for row in rows}
    for seed in range(asked.first, asked.last + 1):
        if seed in done:
            continue
        rows.append(one(seed, grid=asked.grid, names=asked.own_names))
        print(
            " ".join(f"{name} {value:.3f}" for name, value in rows[-1].items()),
            file=sys.stderr,
            flush=True,
        )
        if asked.keep:
            with asked.keep.open("w") as file:
                out = csv.DictWriter(file, list(rows[0]), restval="", extrasaction="ignore")
                out.writeheader()
                out.writerows(rows)
    print(table(rows))


if __name__ == "__main__":
    main()
