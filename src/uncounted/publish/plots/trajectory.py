"""Estimates from growing random subsamples of the records."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import attrs

from uncounted.errors import UsedWrongly
from uncounted.estimate.base.rows import Interval, SubsampleRow
from uncounted.publish import fonts
from uncounted.publish.plots.base import (
    EDGE,
    SMALL,
    Plot,
    axis_reach,
    draw_plot,
    estimate_text,
    head,
    limits,
    notes,
)
from uncounted.publish.report.figures import NARROW
from uncounted.publish.report.rounding import percent
from uncounted.publish.svg import ACCENT, GREY, INK, PALE, Drawing, number, ticks
from uncounted.text_table import whole

_HIGH = 230.0
_DASHES = ("", "6 3", "2 3", "8 3 2 3")


@attrs.frozen
class _LinearAxes:
    left: float
    right: float
    top: float
    bottom: float
    reach: float
    shift: float  # shuffles stand side by side

    def x(self, fraction: float) -> float:
        return self.left + (self.right - self.left) * fraction

    def y(self, people: float) -> float:
        return max(self.bottom - (self.bottom - self.top) * people / self.reach, self.top)


def trajectory(rows: Sequence[SubsampleRow]) -> Plot:
    """Estimates of N from growing random subsamples of the records, rescaled to the whole.

    Parameters
    ----------
    rows : sequence of SubsampleRow
        As in `Study.trajectory`.

    Returns
    -------
    Plot
        SVG in two widths, which a notebook shows.

    Raises
    ------
    UsedWrongly
        No rows.

    Examples
    --------
    >>> from uncounted.estimate.base.rows import SubsampleRow
    >>> N = (160.0, (110.0, 270.0))
    >>> row = SubsampleRow("people", 1, 1.0, 70, "ok", None, *N, *N)
    >>> trajectory([row]).desc
    'Of all the records: 70 documented, about 160, between 110 and 270.'
    """
    if not rows:
        raise UsedWrongly(
            "no subsampling rows to plot", hint="rows as of `estimate.robustness.trajectory`"
        )
    shuffles = sorted({row.order for row in rows})
    points = [(row.fraction, row.rescaled) for row in rows if row.rescaled is not None]
    most = max(row.observed for row in rows)
    uppers = [row.rescaled_interval[1] for row in rows if row.rescaled_interval is not None]
    far = axis_reach([most, *_usual(points)], uppers)
    words = [
        "What each part gives is carried to the whole: half of the people stand for half. A "
        "level line with short bars is reassuring: more records of the same kind do not move the "
        "number. It does not show that the number is right, and under long bars it shows nothing."
    ]
    refused = len(rows) - len(points)
    if refused:
        words.append(
            f"A cross on the axis: no number from that part ({refused} of {len(rows)} parts)."
        )
    if any(upper > far for upper in uppers):
        words.append("A black arrow at the top: the bar goes on beyond the picture.")
    if beyond := sum(point > far for _, point in points):
        words.append(
            f"A large arrow at the top: the number itself is beyond the picture "
            f"({beyond} of {len(rows)} parts)."
        )
    words.append("The grey lines at the bottom are how many people each part documents.")

    def draw(on: Drawing) -> float:
        y = head(on, "total; a bar is an interval, a line a random order of the records")
        wide = fonts.width(whole(max(ticks(far))), SMALL)
        left = EDGE + wide + 10
        room = (on.width - 24 - left) / max(len({row.fraction for row in rows}), 1)
        shift = min(7.0, 0.6 * room / max(len(shuffles), 1))
        axes = _LinearAxes(left, on.width - 18, y + 14, y + 14 + _HIGH, far, shift)
        _draw_axes(on, axes, rows)
        for i, shuffle in enumerate(shuffles):
            of = sorted((r for r in rows if r.order == shuffle), key=lambda r: r.fraction)
            _one(on, axes, of, i, (i - (len(shuffles) - 1) / 2) * shift)
        return notes(on, axes.bottom + 44, words)

    figures = (
        {
            "order": row.order,
            "fraction": row.fraction,
            "observed": row.observed,
            "point": row.rescaled,
            **limits(row.rescaled_interval),
            "reason": row.reason,
        }
        for row in rows
    )
    title = "Estimates from increasing subsamples of the records"
    return draw_plot("trajectory", title, _desc(rows), draw, figures)


def _usual(points: Sequence[tuple[float, float]]) -> list[float]:
    """Points, without those more than three times as far as the farthest of the largest part."""
    largest = max((fraction for fraction, _ in points), default=1.0)
    top = max((point for fraction, point in points if fraction == largest), default=0.0)
    return [point for _, point in points if point <= 3 * top]


def _desc(rows: Sequence[SubsampleRow]) -> str:
    parts = []
    for fraction in sorted({row.fraction for row in rows}, reverse=True):
        of = [row for row in rows if row.fraction == fraction]
        which = "all" if fraction == 1 else percent(fraction) + " of"
        texts = list(dict.fromkeys(_row_text(row) for row in of))
        parts.append(f"Of {which} the records: {'; or '.join(texts)}.")
    return " ".join(parts)


def _row_text(row: SubsampleRow) -> str:
    documented = f"{whole(row.observed)} documented, "
    if row.rescaled is None:
        return documented + "no number"
    return documented + estimate_text(row.rescaled, row.rescaled_interval, row.observed).long


def _draw_axes(on: Drawing, axes: _LinearAxes, rows: Sequence[SubsampleRow]) -> None:
    for tick in ticks(axes.reach, 6):
        y = axes.y(tick)
        on.line(axes.left, y, axes.right + 8, y, stroke=PALE, width=0.7)
        on.text(axes.left - 6, y + 4, whole(tick), size=SMALL, fill=GREY, anchor="end")
    on.line(axes.left, axes.bottom, axes.right + 8, axes.bottom, stroke=GREY)
    last = -math.inf
    marked = sorted({row.fraction for row in rows}, reverse=True)
    for fraction in sorted(_apart(on, axes, marked)):
        words, x = percent(fraction), axes.x(fraction)
        half = fonts.width(words, SMALL) / 2
        left = min(max(x - half, last + 4), on.width - EDGE - 2 * half)
        on.text(left, axes.bottom + 24, words, size=SMALL, fill=GREY)
        last = left + 2 * half
    for fraction in marked:
        on.line(axes.x(fraction), axes.bottom, axes.x(fraction), axes.bottom + 5, stroke=GREY)
    middle = (axes.left + axes.right) / 2
    on.text(middle, axes.bottom + 40, "of the records", size=SMALL, fill=GREY, anchor="middle")


def _apart(on: Drawing, axes: _LinearAxes, fractions: Sequence[float]) -> list[float]:
    """Fractions whose labels do not touch, the largest first."""
    kept: list[float] = []
    gap = fonts.width("100%", SMALL) + (6 if on.width > NARROW else 8)
    for fraction in fractions:
        if not kept or axes.x(kept[-1]) - axes.x(fraction) >= gap:
            kept.append(fraction)
    return kept


def _one(
    on: Drawing, axes: _LinearAxes, rows: Sequence[SubsampleRow], i: int, shift: float
) -> None:
    """A shuffle: its line, its intervals and points, its refusals, and what it documents."""
    dash = _DASHES[i % len(_DASHES)]
    seen = [(axes.x(row.fraction), axes.y(row.observed)) for row in rows]
    for (x1, y1), (x2, y2) in pairwise(seen):
        on.line(x1, y1, x2, y2, stroke=GREY, width=1)
    before: tuple[float, float] | None = None
    for row in rows:
        x = axes.x(row.fraction) + shift
        if row.rescaled is None:
            _cross(on, x, axes.bottom)
            before = None
            continue
        here = (x, axes.y(row.rescaled)) if row.rescaled <= axes.reach else None
        if before is not None and here is not None:
            on.line(*before, *here, stroke=ACCENT, width=1.8, dash=dash)
        before = here
    for row in rows:
        if row.rescaled is not None:
            x = axes.x(row.fraction) + shift
            _point(on, axes, row.rescaled, row.rescaled_interval, x, i)


def _point(
    on: Drawing, axes: _LinearAxes, point: float, interval: Interval | None, x: float, i: int
) -> None:
    if interval is not None:
        low, high = interval
        on.line(x, axes.y(low), x, axes.y(high), stroke=INK, width=1.2)
        on.line(x - 3, axes.y(low), x + 3, axes.y(low), stroke=INK, width=1.2)
        if high <= axes.reach:
            on.line(x - 3, axes.y(high), x + 3, axes.y(high), stroke=INK, width=1.2)
        else:
            _up(on, x, axes.top)
    fill = (ACCENT, "#ffffff")[i % 2]
    if point > axes.reach:
        y = axes.top
        on.path(f"M{number(x - 7)} {number(y)}l7 -11l7 11z", fill=fill, stroke=ACCENT, width=1.5)
        return
    on.dot(x, axes.y(point), 4, fill=fill, stroke=ACCENT)


def _up(on: Drawing, x: float, y: float) -> None:
    on.path(f"M{number(x - 4)} {number(y)}l4 -7l4 7z")


def _cross(on: Drawing, x: float, y: float) -> None:
    on.line(x - 4, y - 4, x + 4, y + 4, width=2)
    on.line(x - 4, y + 4, x + 4, y - 4, width=2)
