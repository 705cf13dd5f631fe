"""Forest plot rows: labelled intervals one under the other on one axis of people."""

from __future__ import annotations

import math
from collections.abc import Sequence

import attrs

from uncounted.publish import fonts
from uncounted.publish.plots.base import EDGE, SMALL, Axis, EstimateText, clean
from uncounted.publish.report.figures import IntervalMark, draw_interval
from uncounted.publish.svg import GREY, INK, PALE, Drawing, folded, number, shortened
from uncounted.text_table import whole

_HILL = 58.0
_BAR = 22.0
_GAP = 8.0
_SIZE = 13.0

type Outline = Sequence[tuple[float, float]]  # people, height from 0 to 1


@attrs.frozen
class ForestRow:
    """One answer."""

    name: str
    text: EstimateText
    mark: IntervalMark | None
    density_outline: Outline | None = None

    @classmethod
    def refused(cls, name: str, reason: str | None) -> ForestRow:
        """A row without a number."""
        return cls(name, EstimateText(f"no number: {reason}", f"no number: {reason}"), None)

    @property
    def headline(self) -> bool:
        """Whether it is the answer that leads."""
        return self.mark is not None and self.mark.headline


def row_lines(row: ForestRow, room: float) -> list[tuple[str, str]]:
    """The words over a row, in lines that fit, each with the text it was cut from (or "")."""
    name, weight = clean(row.name), 700 if row.headline else 400
    parts = (
        row.text
        if row.mark is not None
        else EstimateText(clean(row.text.long), clean(row.text.short))
    )
    for words in (parts.long, parts.short):
        line = f"{name}: {words}"
        if fonts.width(line, _SIZE, weight) <= room:
            return [(line, "")]
    first = shortened(f"{name}:", _SIZE, room, weight)
    cut = name if first != f"{name}:" else ""
    lines = [(first, cut)]
    fits = fonts.width(parts.long, _SIZE, weight) <= room
    rest = parts.long if fits or row.mark is None else parts.short
    lines += [(line, "") for line in folded(rest, _SIZE, room, weight=weight, most=3)]
    return lines


def draw_rows(
    draw: Drawing, y: float, rows: Sequence[ForestRow], axis: Axis, *, observed: int
) -> float:
    """Rows from `y` down, then the axis if anything stands on it; where it ends.

    `observed` is a dashed line through all bars.
    """
    drawn = any(row.mark is not None for row in rows)
    if not drawn:
        draw.text(EDGE, y + 13, f"Documented: {whole(observed)}", size=_SIZE, bold=True)
        y += 20
    else:
        words = f"documented: {whole(observed)}"
        x, wide = axis.at(observed), fonts.width(words, SMALL, 700)
        left = min(max(x - wide / 2, EDGE), draw.width - EDGE - wide)
        draw.text(left, y + 12, words, size=SMALL, bold=True)
        y += 17
    starts, at = [], y
    for row in rows:
        starts.append(at)
        at += _height(row, draw)
    for row, start in zip(rows, starts, strict=True):
        _draw(draw, start, row, axis, observed)
    return axis.foot(draw, at + 2) if drawn else at


def _height(row: ForestRow, draw: Drawing) -> float:
    words = 17.0 * len(row_lines(row, draw.width - 2 * EDGE))
    bar = 0.0 if row.mark is None else _BAR + (_HILL if row.density_outline else 0.0)
    return words + bar + _GAP


def _draw(draw: Drawing, y: float, row: ForestRow, axis: Axis, observed: int) -> None:
    for line, cut in row_lines(row, draw.width - 2 * EDGE):
        y += 17
        fill = INK if row.mark is not None else GREY
        draw.text(EDGE, y - 4, line, size=_SIZE, bold=row.headline, fill=fill)
        draw.tooltip(cut)
    if row.mark is None:
        return
    high = _BAR + (_HILL if row.density_outline else 0.0)
    middle = y + 12
    if row.density_outline:
        density_outline(draw, row.density_outline, axis, y + _HILL, _HILL - 4)
        middle += _HILL
    # beside the words of a row, never through them
    draw.line(axis.at(observed), y, axis.at(observed), y + high, dash="4 3")
    draw_interval(draw, row.mark, middle, axis.at, axis.right, axis.reach)


def density_outline(draw: Drawing, outline: Outline, axis: Axis, base: float, high: float) -> None:
    """A filled outline that stands on `base`."""
    inside = [(N, h) for N, h in outline if axis.reach >= N and math.isfinite(h)]
    d = f"M{number(axis.at(inside[0][0]))} {number(base)}"
    d += "".join(f"L{number(axis.at(N))} {number(base - high * h)}" for N, h in inside)
    draw.path(f"{d}L{number(axis.at(inside[-1][0]))} {number(base)}z", fill=PALE, stroke=INK)
