"""Annotated pictures of what readers look at: the screen of `estimate`, and a report.

    python -m tools.screens           # docs/images/terminal.svg, from the tutorial's executed block
    python -m tools.screens report    # also report.png: runs the demo, and needs Debian's Chromium

`make docs` runs both.
"""

from __future__ import annotations

import base64
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

from fontTools import subset
from fontTools.ttLib import TTFont
from tools.site_fonts import MONO

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
TUTORIAL = ROOT / "docs" / "tutorials" / "first-estimate.md"
COMMAND = "$ uncounted estimate examples/kosovo.csv"
LINE, CHAR, LEFT, TOP = 19.0, 8.4, 50.0, 52.0
BLUE, INK, PAPER = "#123f6b", "#1a1a1a", "#ffffff"


class Note(NamedTuple):
    """A number beside the first line that begins with the pattern `start`, and what it says."""

    start: str
    words: str


TERMINAL = (
    Note("Multiple systems", "Documented: on at least one list. This count needs no model."),
    Note("Total  ", "The total, with an interval calibrated on lists of known size."),
    Note("Method", "The total by each method; its own interval is often too narrow."),
    Note("Not documented", "The others, by the main method. The lists cannot test it."),
    Note(r"\d+ warnings?:", "Warnings to report with the number; each has a code to look up."),
)
REPORT = ("h1", "header p:nth-of-type(3)", "header p:nth-of-type(4)", "header p:nth-of-type(5)")
"""The parts of the report that docs/how-to/verify-and-cite-a-release.md explains by number."""


def screen_lines() -> list[str]:
    """The lines that `estimate` prints for Kosovo, as the tutorial has them."""
    text = TUTORIAL.read_text(encoding="utf-8")
    found = re.search(re.escape(COMMAND) + r"\n(.*?)```", text, flags=re.DOTALL)
    assert found
    return [COMMAND, *found[1].rstrip().split("\n")]


def mono_part(letters: str) -> str:
    """The letters of the code font that a picture uses, as base64."""
    options = subset.Options()
    options.recalc_timestamp = False
    tool = subset.Subsetter(options)
    tool.populate(text=letters)
    out = io.BytesIO()
    with TTFont(MONO, recalcTimestamp=False) as font:
        tool.subset(font)
        font.flavor = "woff2"
        font.save(out)
    return base64.b64encode(out.getvalue()).decode("ascii")


def badge(number: int, x: float, y: float) -> str:
    """A number in a circle."""
    return (
        f'<circle cx="{x:.0f}" cy="{y:.0f}" r="10" fill="{BLUE}"/>'
        f'<text x="{x:.0f}" y="{y + 5:.0f}" fill="{PAPER}" text-anchor="middle">{number}</text>'
    )


def terminal() -> str:
    """The screen of `estimate`, its parts numbered and explained below."""
    lines = screen_lines()
    width = LEFT + CHAR * 80 + 20
    bottom = TOP + LINE * len(lines)
    height = bottom + 16 + 26 * len(TERMINAL)
    parts = []
    for row, line in enumerate(lines):
        if line:
            indent = len(line) - len(line.lstrip())
            words = line.strip()
            parts.append(
                f'<text x="{LEFT + CHAR * indent:.1f}" y="{TOP + LINE * row:.0f}" '
                f'textLength="{CHAR * len(words):.1f}" xml:space="preserve">{escape(words)}</text>'
            )
    for number, note in enumerate(TERMINAL, 1):
        row = next(i for i, line in enumerate(lines) if re.match(note.start, line))
        y = bottom + 22 + 26 * (number - 1)
        parts += [
            badge(number, 26, TOP - 5 + LINE * row),
            badge(number, 26, y - 5),
            f'<text x="{LEFT:.0f}" y="{y:.0f}">{escape(note.words)}</text>',
        ]
    letters = "".join(lines) + "".join(note.words for note in TERMINAL) + "123456789"
    said = " ".join(f"{i}: {note.words}" for i, note in enumerate(TERMINAL, 1))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'font-family="\'Uncounted Mono\',Menlo,Consolas,monospace" font-size="14" fill="{INK}" '
        'role="img" aria-labelledby="t d">\n'
        '<title id="t">The screen of uncounted estimate for Kosovo, annotated</title>\n'
        f'<desc id="d">{escape(said)}</desc>\n'
        '<style>@font-face{font-family:"Uncounted Mono";'
        f"src:url(data:font/woff2;base64,{mono_part(letters)})}}</style>\n"
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="{PAPER}"/>\n'
        f'<rect x="8" y="24" width="{width - 16:.0f}" height="{bottom - 28:.0f}" fill="#f6f6f4" '
        'stroke="#bbb" rx="6"/>\n' + "\n".join(parts) + "\n</svg>\n"
    )


MARK = """(parts) => {
  parts.forEach((selector, i) => {
    const at = document.querySelector(selector).getBoundingClientRect();
    const dot = document.createElement('div');
    dot.textContent = i + 1;
    dot.style.cssText = `position:absolute;left:${at.left - 46}px;top:${at.top + 4}px;width:28px;`
      + 'height:28px;border-radius:50%;background:#123f6b;color:#fff;text-align:center;'
      + 'font:700 16px/28px "Uncounted Sans"';
    document.body.append(dot);
  });
}"""


def report(to: Path) -> None:
    """A picture of the first page of the demo's report, its parts numbered."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium")
    assert chromium, "Debian's Chromium is not installed"
    with tempfile.TemporaryDirectory(prefix="uncounted-report-") as name:
        program = Path(sys.executable).parent / "uncounted"
        command = [str(program), "demo", "--out", str(Path(name) / "demo")]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=dict(os.environ))
        page_of = Path(name) / "demo" / "release" / "report.html"
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            page = browser.new_context(
                offline=True, viewport={"width": 800, "height": 800}
            ).new_page()
            page.goto(page_of.as_uri())
            page.evaluate("document.fonts.ready.then(() => 1)")
            page.evaluate(MARK, list(REPORT))
            page.screenshot(path=to)
            browser.close()


def main() -> int:
    """Write the pictures."""
    (IMAGES / "terminal.svg").write_text(terminal(), encoding="utf-8")
    if "report" in sys.argv[1:]:
        report(IMAGES / "report.png")
    return 0


if __name__ == "__main__":
    sys.exit(main())
