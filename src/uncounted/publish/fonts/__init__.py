"""Fonts of the package: their letters, advance widths and subsets; never those of the machine.

`README.md` in this folder says where they come from.
"""

from __future__ import annotations

import base64
import functools
import io
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

from uncounted.errors import NotPublishable

FAMILY = "Uncounted Sans"
FOLDER = Path(__file__).parent
WEIGHTS = {400: "UncountedSans-Regular.otf", 700: "UncountedSans-Bold.otf"}


@functools.cache
def _advances(weight: int) -> tuple[dict[int, int], int]:
    with TTFont(FOLDER / WEIGHTS[weight], lazy=True) as font:
        widths = font["hmtx"].metrics
        names = font.getBestCmap()
        return {p: widths[name][0] for p, name in names.items()}, font["head"].unitsPerEm


def width(text: str, size: float, weight: int = 400) -> float:
    """How wide `text` is at `size`, in the unit of `size`."""
    advances, em = _advances(weight)
    return sum(advances.get(ord(letter), em) for letter in text) * size / em


def missing(text: str) -> set[str]:
    """Letters of `text` that the fonts do not have."""
    advances, _ = _advances(400)
    return {letter for letter in text if letter > " " and ord(letter) not in advances}


def refuse_missing(text: str) -> None:
    """Refuse letters that the fonts lack: a box in their place would misquote."""
    if lacking := missing(text):
        points = ", ".join(sorted(f"U+{ord(letter):04X}" for letter in lacking)[:8])
        raise NotPublishable(
            f"the report's font has no letter for {points}",
            hint="write these letters of the plan or of a list's name in another way",
        )


def part(text: str, weight: int) -> str:
    """The letters of `text` alone, as a base64 WOFF2: the same text, the same bytes."""
    options = subset.Options()
    options.layout_features = ["kern", "liga", "ccmp", "locl", "tnum"]
    options.recalc_timestamp = False
    options.drop_tables += ["DSIG"]
    tool = subset.Subsetter(options)
    tool.populate(text=text + " ")
    out = io.BytesIO()
    with TTFont(FOLDER / WEIGHTS[weight], recalcTimestamp=False) as font:
        tool.subset(font)
        font.flavor = "woff2"
        font.save(out)
    return base64.b64encode(out.getvalue()).decode("ascii")
