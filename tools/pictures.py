"""Write the charts of the documentation into docs/images: `python tools/pictures.py`.

Kosovo's charts come from `examples/kosovo.csv`, the coverage chart from the table in
docs/explanation/validation.md. `make docs` runs this; a test holds the coverage chart against it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

import uncounted
from uncounted.estimate import Claim, EstimateSettings, run
from uncounted.publish.plots import posterior, upset, xi_curve

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


def kosovo() -> uncounted.CaptureTable:
    """The table of the example."""
    [table] = uncounted.read_tables(ROOT / "examples" / "kosovo.csv")
    return table


def kosovo_methods() -> str:
    """All methods side by side."""
    return posterior(run(kosovo())).svg


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
}


def main() -> int:
    """Write all of them."""
    for name, draw in PICTURES.items():
        (IMAGES / name).write_text(draw(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
