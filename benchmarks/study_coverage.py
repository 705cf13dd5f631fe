"""Coverage of each method's interval, on simulated populations of known size.

    python benchmarks/study_coverage.py [--replicates 500] [--only "two classes" ...]
    python benchmarks/study_coverage.py --published

Four populations of 2,000 people: independent lists; Manrique-Vallier's (2016) two
classes; three classes; and lists of which two pairs are dependent. Every method of the
package that takes such a table is run on each. No method is best everywhere.
`--published` repeats the design of Chan, Silverman and Vincent (2021), section
3.4, instead: data sets from the stepwise model of the United Kingdom's five lists.

Replicate k of a population is the same table whatever the number of replicates and of
processes, and its fit has the seed k. Fits are kept in `build/study`, a file for each
population and method: a run that was stopped goes on, and one with more replicates adds
to what is there; `--fresh` begins again, as one should when the methods have changed.
The table goes to stdout and, unless it has fewer replicates than the one that stands
there, between the markers of docs/explanation/validation.md.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import os
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from uncounted.captures import CaptureTable
from uncounted.estimate import METHODS, Estimate
from uncounted.estimate.base.rows import as_json
from uncounted.estimate.loglinear.cell_counts import CellCounts
from uncounted.estimate.loglinear.forward import THRESHOLD, choose, fit_each
from uncounted.estimate.loglinear.mle_existence import Register
from uncounted.estimate.loglinear.selection import Candidates
from uncounted.simulate import latent_class_cells, loglinear_cells

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "explanation" / "validation.md"
KEPT = ROOT / "build" / "study"
TRUTH = 2000
REPLICATES = 500
RESAMPLES = 200  # the shortest bootstrap from which quantiles are read
SEED = 2026
# Two lists with a stated dependence are another question; the others are for whoever asks.
NOT_HERE = ("two-list", "identified")

type Chances = npt.NDArray[np.float64]
type Fit = dict[str, Any]


POPULATIONS: dict[str, Callable[[], Chances]] = {
    "independent": lambda: latent_class_cells([1.0], [[0.10, 0.15, 0.20, 0.10, 0.05]]),
    "two classes": lambda: latent_class_cells(
        [0.9, 0.1], [[0.033, 0.033, 0.099, 0.132, 0.033], [0.660, 0.825, 0.759, 0.990, 0.693]]
    ),
    "three classes": lambda: latent_class_cells(
        [0.7, 0.2, 0.1],
        [[0.02, 0.05, 0.05, 0.10, 0.03], [0.2, 0.3, 0.15, 0.25, 0.2], [0.7, 0.8, 0.6, 0.9, 0.5]],
    ),
    "two dependent pairs": lambda: loglinear_cells(
        [-2.2, -2.0, -1.8, -2.4], [(0, 1, 1.0), (2, 3, 1.0)]
    ),
}  # fmt: skip

# Potential victims of trafficking, United Kingdom 2013. Silverman (2014).
UK = CaptureTable.of(
    ["LA", "NG", "PFNCA", "GO", "GP"],
    {
        "10000": 54, "01000": 463, "00100": 995, "00010": 695, "00001": 316, "11000": 15,
        "10100": 19, "10010": 3, "01100": 62, "01010": 19, "01001": 1, "00110": 76,
        "00101": 11, "00011": 8, "11100": 1, "11010": 1, "01110": 4, "11110": 1,
    },
)  # fmt: skip


@attrs.frozen
class Job:
    """One method on one population.

    Attributes:
        population: a name in `POPULATIONS`, or `published`.
        label: how the method is called in the table.
        method: its name in `METHODS`.
        settings: its own settings, as JSON.
        levels: of the intervals.
    """

    population: str
    label: str
    method: str
    settings: str = "{}"
    levels: tuple[float, ...] = (0.95,)

    @property
    def path(self) -> Path:
        """Where its fits are kept; another file for other settings."""
        words = f"{self.population} {self.label}".replace(" ", "-").replace(",", "")
        what = f"{self.settings} {self.levels}".encode()
        return KEPT / f"{words}-{hashlib.sha256(what).hexdigest()[:8]}.json"


def draw(population: str, replicate: int) -> tuple[CaptureTable, float]:
    """The table of a replicate, and how many people there are."""
    name = int.from_bytes(hashlib.sha256(population.encode()).digest()[:4])
    rng = np.random.default_rng([SEED, name, replicate])
    if population == "published":
        means, lists = fitted(UK)
        counts, truth = rng.poisson(means), float(means.sum())
    else:
        chances = POPULATIONS[population]()
        counts, truth = rng.multinomial(TRUTH, chances), float(TRUTH)
        lists = "ABCDEF"[: len(chances).bit_length() - 1]
    J = len(lists)
    return (
        CaptureTable(
            tuple(lists),
            {format(c, f"0{J}b")[::-1]: int(counts[c]) for c in range(1, 1 << J)},
        ),
        truth,
    )


def fitted(table: CaptureTable) -> tuple[Chances, Sequence[str]]:
    """Means of all cells, the unseen too, under the model that stepwise selection chooses."""
    cells = CellCounts.of(table)
    models, _ = choose(cells.counts[None], THRESHOLD, Register())
    model = models[0]
    assert model is not None
    fits = fit_each([model], cells.counts[None], np.zeros(1, dtype=np.int64))
    assert fits.means is not None
    means = fits.means[0].copy()
    means[0] = np.exp(fits.intercept[0])
    return means, [table.lists[place - 1] for place in cells.places]


def fit(job: Job, replicate: int) -> Fit:
    """One method on one table, as what the summary needs."""
    table, _ = draw(job.population, replicate)
    settings = json.loads(job.settings)
    if "candidates" in settings:
        settings["candidates"] = Candidates(**settings["candidates"])
    made: list[Estimate] = [
        METHODS[job.method](table, level=level, seed=replicate, **settings) for level in job.levels
    ]
    return {
        "replicate": replicate,
        "point": made[0].point,
        "intervals": [as_json(each.interval) for each in made],  # an end that is infinite: None
        "reason": made[0].reason,
        "observed": table.observed,
        "seconds": made[0].seconds,
    }


def _one(task: tuple[Job, int]) -> Fit:
    return fit(*task)


def sources() -> str:
    """A digest of what estimates are made with."""
    digest = hashlib.sha256()
    for path in sorted((ROOT / "src" / "uncounted" / "estimate").glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def fits_of(job: Job, replicates: int, pool: Any, *, fresh: bool) -> list[Fit]:
    """All replicates of a job, those kept before included; written after every fifty."""
    fits: list[Fit] = []
    if job.path.exists() and not fresh:
        fits = json.loads(job.path.read_text())
    done = {each["replicate"] for each in fits}
    left = [k for k in range(replicates) if k not in done]
    made = sources()
    for at in range(0, len(left), 50):
        some = [(job, k) for k in left[at : at + 50]]
        fits.extend({**each, "sources": made} for each in pool.imap_unordered(_one, some))
        fits.sort(key=lambda each: each["replicate"])
        job.path.parent.mkdir(parents=True, exist_ok=True)
        part = job.path.with_suffix(".part")
        part.write_text(json.dumps(fits))
        part.replace(job.path)
    return fits[:replicates]


def held(fits: Iterable[Fit], truth: float, which: int) -> tuple[float, float]:
    """Share of intervals that hold the truth, and the standard error of that share.

    The error is that of (x + 1/2) / (n + 1), so that none and all have one too.
    """
    ends = [each["intervals"][which] for each in fits if each["intervals"][which] is not None]
    x = sum(low <= truth and (high is None or truth <= high) for low, high in ends)
    if not ends:
        return float("nan"), float("nan")
    p = (x + 0.5) / (len(ends) + 1)
    return x / len(ends), float(np.sqrt(p * (1 - p) / len(ends)))


def row(job: Job, fits: list[Fit], truth: float) -> str:
    """A row of the table: `refused` are replicates in which the method gave no number."""
    good = [each for each in fits if each["point"] is not None]
    if not good:
        return (
            f"| {job.population} | {job.label} | | "
            + "| " * len(job.levels)
            + f"| | | | {len(fits)} |"
        )
    points = np.array([each["point"] for each in good])
    seen = np.array([each["observed"] for each in good])
    bias = np.mean(np.log(np.maximum(points - seen, 0.5) / (truth - seen)))
    widths = [
        np.inf if high is None else high - low
        for low, high in (each["intervals"][0] for each in good)
    ]
    rmse = np.sqrt(np.mean((points - truth) ** 2))
    covers = [held(good, truth, which) for which in range(len(job.levels))]
    said = " | ".join(f"{share:.2f} ({error:.3f})" for share, error in covers)
    width = np.median(widths)
    return (
        f"| {job.population} | {job.label} | {np.median(points):,.0f} | {said} | "
        f"{'no end' if np.isinf(width) else f'{width:,.0f}'} | {bias:+.2f} | {rmse:,.0f} | "
        f"{np.median([each['seconds'] for each in good]):.2f} | {len(fits) - len(good)} |"
    )  # fmt: skip


def jobs(names: Sequence[str], resamples: int) -> list[Job]:
    """Every method on each of these populations, with its own defaults but these."""
    less = json.dumps({"resamples": resamples})
    own = {
        "log-linear": less,
        "log-linear-stepwise": less,
        "latent-class": json.dumps({"chains": 4, "target_ess": 400}),
    }
    return [
        Job(name, method, method, own.get(method, "{}"))
        for name in names
        for method in METHODS
        if method not in NOT_HERE
    ]


def published_jobs() -> list[Job]:
    """What Chan, Silverman and Vincent (2021) compare, and ours beside it."""
    both = (0.95, 0.8)
    alone = json.dumps({"resamples": 0, "candidates": {"max_order": 2}})
    return [
        Job("published", "log-linear-stepwise", "log-linear-stepwise", levels=both),
        Job("published", "log-linear of pairs, profile of the chosen", "log-linear", alone, both),
        Job(
            "published",
            "log-linear of pairs",
            "log-linear",
            json.dumps({"candidates": {"max_order": 2}}),
            both,
        ),
        Job("published", "decomposable", "decomposable", levels=both),
    ]


def table_of(
    chosen: list[Job], replicates: int, processes: int, *, fresh: bool
) -> tuple[list[str], int]:
    """The lines of the table, printed as they come, and how many fits have other sources."""
    levels = chosen[0].levels
    heads = " | ".join(f"{level:.0%} covers (s.e.)" for level in levels)
    lines = [
        f"| population | method | median | {heads} | width | bias | RMSE | seconds | refused |",
        "|---|---|---:|" + "---:|" * (len(levels) + 5),
    ]
    print("\n".join(lines))
    older, now = 0, sources()
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        for job in chosen:
            truth = draw(job.population, 0)[1]
            fits = fits_of(job, replicates, pool, fresh=fresh)
            older += sum(each["sources"] != now for each in fits)
            lines.append(row(job, fits, truth))
            print(lines[-1], flush=True)
    return lines, older


def into_page(name: str, lines: list[str], replicates: int) -> bool:
    """Put the table between its markers, unless what stands there has more replicates."""
    page = PAGE.read_text()
    begin, end = rf"<!-- {name}: (\d+) replicates -->\n", f"<!-- end of {name} -->"
    found = re.search(begin + ".*?" + re.escape(end), page, re.DOTALL)
    if found is None or int(found[1]) > replicates:
        return False
    new = f"<!-- {name}: {replicates} replicates -->\n" + "\n".join(lines) + f"\n{end}"
    PAGE.write_text(page[: found.start()] + new + page[found.end() :])
    return True


def main() -> None:
    """Print the table, as Markdown."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--replicates", type=int, default=REPLICATES)
    parser.add_argument(
        "--resamples", type=int, default=RESAMPLES, help="of the log-linear methods"
    )
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", nargs="+", choices=list(POPULATIONS), help="these populations")
    parser.add_argument("--published", action="store_true", help="the design of Chan et al. (2021)")
    parser.add_argument("--fresh", action="store_true", help="redo what was kept")
    asked = parser.parse_args()
    if asked.published:
        name, chosen = "published", published_jobs()
    else:
        name, chosen = "populations", jobs(asked.only or list(POPULATIONS), asked.resamples)
    said = f"{asked.replicates} replicates; in parentheses the Monte Carlo standard error."
    print(said + "\n")
    table, older = table_of(chosen, asked.replicates, asked.processes, fresh=asked.fresh)
    if older:
        said = f"{said} {older} fits were kept from earlier sources of the estimates."
        print(f"{older} fits were kept from earlier sources; --fresh redoes them", file=sys.stderr)
    if asked.only is None and not into_page(name, [said, "", *table], asked.replicates):
        print(f"{PAGE.name} has more replicates already and is left as it is", file=sys.stderr)


if __name__ == "__main__":
    main()
