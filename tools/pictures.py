"""Write the charts of the documentation into docs/images: `python tools/pictures.py`.

Kosovo's charts come from `examples/kosovo.csv`, the coverage chart from the table in
docs/explanation/validation.md, the match weight from the synthetic example. `make docs` runs this;
a test holds the coverage chart against it.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

from benchmarks.bench_linkage import EXAMPLE, population

import uncounted
from uncounted.estimate import Claim, EstimateSettings, run
from uncounted.linkage import compare_reports
from uncounted.linkage.comparison import levels
from uncounted.linkage.comparison.name_levels import NAME
from uncounted.progress import silent
from uncounted.publish.plots import posterior, track_record, upset, xi_curve

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
VALIDATION = ROOT / "docs" / "explanation" / "validation.md"
ROW = re.compile(r"\| ([a-z ]+) \| ([a-z-]+) \| [\d,]+ \| (\d\.\d+) \((\d\.\d+)\) \|")
LEFT, WIDTH, LINE, TOP = 200.0, 400.0, 19.0, 40.0


class Coverage(NamedTuple):
    """How often a method's 95% intervals covered, with its Monte Carlo standard error."""

    population: str
    method: str
    share: float
    error: float


def coverage_rows() -> list[Coverage]:
    """Read the first table of the page on validation."""
    text = VALIDATION.read_text(encoding="utf-8").partition("<!-- end of populations -->")[0]
    return [Coverage(p, m, float(s), float(e)) for p, m, s, e in ROW.findall(text)]


def coverage() -> str:
    """Dots: coverage of each method in each simulated population, beside the stated 95%."""
    parts, y, seen = [], TOP, ""
    for row in coverage_rows():
        if row.population != seen:
            seen, y = row.population, y + (12.0 if seen else 0.0)
            parts.append(f'<text x="10" y="{y:.0f}" font-weight="bold">{escape(seen)}</text>')
            y += LINE
        x, half = LEFT + WIDTH * row.share, WIDTH * 1.96 * row.error
        low, high = max(LEFT, x - half), min(LEFT + WIDTH, x + half)
        parts += [
            f'<text x="24" y="{y:.0f}">{escape(row.method)}</text>',
            f'<path d="M{low:.1f} {y - 4:.0f}H{high:.1f}" stroke="#444" stroke-width="2"/>',
            f'<circle cx="{x:.1f}" cy="{y - 4:.0f}" r="4" fill="#123f6b"/>',
            f'<text x="{LEFT + WIDTH + 14:.0f}" y="{y:.0f}">{row.share:.0%}</text>',
        ]
        y += LINE
    for tick in (0.0, 0.25, 0.5, 0.75, 0.95):
        x, dash = LEFT + WIDTH * tick, "" if tick == 0.95 else ' stroke-dasharray="2 4"'
        colour = "#b3261e" if tick == 0.95 else "#999"
        parts += [
            f'<path d="M{x:.1f} 26V{y - 10:.0f}" stroke="{colour}"{dash} fill="none"/>',
            f'<text x="{x:.1f}" y="18" text-anchor="middle" fill="{colour}">{tick:.0%}</text>',
        ]
    said = "; ".join(f"{r.population}, {r.method}: {r.share:.0%}" for r in coverage_rows())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 660 {y:.0f}" '
        'font-family="sans-serif" font-size="14" role="img" aria-labelledby="t d">\n'
        '<title id="t">Coverage of 95% intervals in four simulated populations</title>\n'
        f'<desc id="d">{escape(said)}.</desc>\n<rect width="660" height="{y:.0f}" fill="#fff"/>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


class Step(NamedTuple):
    """A bar of the match weight: what it is of, the level, and its part of the log odds."""

    field: str
    level: str
    weight: float


PAIR = (("OpenDoor", "124"), ("Saebyok", "새벽-0194"))  # Gwangmyong Kim and 김광명
LEVELS = (NAME, levels.BIRTH, levels.SEX, levels.ORIGIN, levels.EVENT)


def match_weight_steps() -> list[Step]:
    """The parts of the log odds of one pair of the example, before MCMC."""
    reports, _ = population(EXAMPLE)
    found = compare_reports.comparing(reports, seed=1, progress=silent)
    place = {(each.source, each.id): at for at, each in enumerate(reports)}
    wanted = {place[key] for key in PAIR}
    pairs = zip(found.pairs.left.tolist(), found.pairs.right.tolist(), strict=True)
    at = next(k for k, pair in enumerate(pairs) if set(pair) == wanted)
    weights, odds = found.rates.weights(), float(found.pairs.log_odds[at])
    steps = [Step("prior", f"1 in {len(reports):,} reports", -math.log(len(reports)))]
    for field, words, level, weight in zip(
        levels.FIELDS, LEVELS, levels.unpacked(found.pairs.codes[at : at + 1])[0], weights,
        strict=False,
    ):  # fmt: skip
        steps.append(Step(field, words[level].removeprefix("same act: "), float(weight[level])))
    rest = odds - sum(step.weight for step in steps)
    return [*steps, Step("dependence", "between fields", rest), Step("log odds", "", odds)]


def match_weight() -> str:
    """A waterfall: the match weight of one pair, field by field."""
    steps, scale, zero = match_weight_steps(), 21.0, 300.0 + 7.5 * 21.0
    parts, sum_so_far = [], 0.0
    for row, step in enumerate(steps):
        total = step.field == "log odds"
        start = 0.0 if total else sum_so_far
        end = start + step.weight
        sum_so_far = end
        x, y = zero + scale * min(start, end), 34.0 + 30.0 * row
        fill = "#333" if total else "#123f6b" if step.weight > 0 else "#b3261e"
        words = f"{step.field}: {step.level}" if step.level else step.field
        parts += [
            f'<text x="10" y="{y + 14:.0f}">{escape(words)}</text>',
            f'<rect x="{x:.1f}" y="{y:.0f}" width="{scale * abs(step.weight):.1f}" height="18" '
            f'fill="{fill}"/>',
            f'<text x="760" y="{y + 14:.0f}" text-anchor="end">{step.weight:+.1f}</text>',
        ]
    height = 34 + 30 * len(steps) + 6
    chance = 1 / (1 + math.exp(-steps[-1].weight))
    said = "; ".join(f"{step.field} {step.weight:+.1f}" for step in steps)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 780 {height}" '
        'font-family="sans-serif" font-size="14" role="img" aria-labelledby="t d">\n'
        '<title id="t">Match weight of a pair, field by field</title>\n'
        f'<desc id="d">{escape(said)}.</desc>\n<rect width="780" height="{height}" fill="#fff"/>\n'
        f'<text x="10" y="20" font-weight="bold">Match weight of two records: match probability '
        f"{chance:.4f} before MCMC</text>\n"
        f'<path d="M{zero:.1f} 28V{height - 4}" stroke="#999" stroke-dasharray="2 4"/>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def kosovo() -> uncounted.CaptureTable:
    """The table of the example."""
    [table] = uncounted.read_tables(ROOT / "examples" / "kosovo.csv")
    return table


def kosovo_methods() -> str:
    """All methods side by side."""
    return posterior(run(kosovo())).svg


def track_record_picture() -> str:
    """Coverage of each method on the lists of known size."""
    return track_record(run(kosovo())).svg


def kosovo_xi() -> str:
    """The total under other values of xi, with a claim."""
    settings = EstimateSettings(["decomposable"], robustness=False, claim=Claim.parse("10000"))
    return xi_curve(run(kosovo(), settings), 10_000).svg


def kosovo_lists() -> str:
    """Who is on which lists."""
    return upset(kosovo()).svg


PICTURES: dict[str, Callable[[], str]] = {
    "coverage.svg": coverage,
    "kosovo-lists.svg": kosovo_lists,
    "kosovo-methods.svg": kosovo_methods,
    "kosovo-xi.svg": kosovo_xi,
    "match-weight.svg": match_weight,
    "track-record.svg": track_record_picture,
}


def main() -> int:
    """Write all of them."""
    for name, draw in PICTURES.items():
        (IMAGES / name).write_text(draw(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
