"""Figures of a report: the UpSet plot of the lists and the forest plot of the estimates.

Each is drawn wide for a page and narrow for a phone, from the protected table and rounded
numbers. A suppressed count is a hatched box of one size. They read in black and white.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import attrs

from uncounted.estimate.base.rounding import Rounded
from uncounted.publish import fonts
from uncounted.publish.disclosure.suppression import ProtectedTable
from uncounted.publish.svg import ACCENT, GREY, INK, PALE, Drawing, folded, ticks
from uncounted.text_table import whole

WIDE, NARROW = 680.0, 340.0
HIDDEN = "not shown"
COLUMN, PITCH = 9.0, 20.0  # the first column of dots, and from one to the next


@attrs.frozen
class SvgFigure:
    """A picture in its two widths, with the words for those who do not see it."""

    key: str
    title: str
    desc: str
    wide: str
    narrow: str


@attrs.frozen
class EstimateRow:
    """One row of the picture of estimates."""

    label: str
    value: Rounded
    bound: bool = False
    headline: bool = False
    linkage_range: Rounded | None = None


def draw_figure(key: str, title: str, desc: str, draw: Callable[[Drawing], str]) -> SvgFigure:
    """Draw in both widths."""
    wide, narrow = (
        draw(Drawing(width, title, desc, f"{key}-{name}"))
        for name, width in (("wide", WIDE), ("narrow", NARROW))
    )
    return SvgFigure(key, title, desc, wide, narrow)


def in_reading_order(table: ProtectedTable) -> list[str]:
    """Patterns by number of lists; shown ones by count, then hidden ones in a fixed order.

    Sorting the hidden ones by size would tell their sizes.
    """

    def place(pattern: str) -> tuple[int, int, int, tuple[str, ...]]:
        count = table.cells[pattern].count
        order = tuple("0" if c == "1" else "1" for c in pattern)
        return pattern.count("1"), int(count is None), -(count or 0), order

    return sorted(table.cells, key=place)


def upset_figure(table: ProtectedTable, labels: Mapping[str, str]) -> SvgFigure:
    """An UpSet plot that reads down: one row per combination of lists, a bar for its people."""
    title = "Overlap of the lists"
    hidden = len(table.hidden)
    largest = max(table.shown.values(), default=0)
    desc = (
        f"{len(table.cells)} combinations of {len(table.lists)} lists, one a row, with the number "
        f"of people on exactly those lists; the longest bar is {whole(largest)} people"
        + (f", and {hidden} counts are not shown." if hidden else ".")
    )
    return draw_figure("overlaps", title, desc, lambda draw: _overlaps(draw, table, labels))


def _overlaps(draw: Drawing, table: ProtectedTable, labels: Mapping[str, str]) -> str:
    heads = []
    for i, name in enumerate(table.lists):
        kept = table.totals[name]
        total = f"{whole(kept.count)} people" if kept.count is not None else HIDDEN
        room = draw.width - COLUMN - PITCH * i - 10
        heads.append(folded(f"{labels[name]} · {total}", 13, room))
    rows = [(pattern, table.cells[pattern].count) for pattern in in_reading_order(table)]
    return draw.finish(upset_rows(draw, 14.0, heads, rows) + 4)


def upset_rows(
    draw: Drawing,
    y: float,
    heads: Sequence[Sequence[str]],
    rows: Sequence[tuple[str, int | None]],
    *,
    pitch: float = PITCH,
    full: Sequence[str] = (),
) -> float:
    """Lists as columns of dots under their names, patterns as rows with a bar; where it ends.

    Args:
        draw: what to draw on.
        y: the first name's baseline.
        heads: the lines that name each list.
        rows: patterns in reading order, with their count; None: not shown.
        pitch: from one column of dots to the next.
        full: the lists' whole names, where `heads` had to cut them (else empty).
    """
    columns = [COLUMN + pitch * i for i in range(len(heads))]
    starts: list[float] = []
    for i, (lines, x) in enumerate(zip(heads, columns, strict=True)):
        starts.append(y + 5)
        for line in lines:
            draw.text(x + 10, y, line)
            draw.tooltip(full[i] if full else "")
            y += 18
    bars = max(columns) + 24
    largest = max((count for _, count in rows if count is not None), default=1)
    room = draw.width - bars - fonts.width("0,000,000", 13) - 4
    if largest >= 1_000_000:
        room = draw.width - bars - fonts.width(whole(largest), 13) - 8
    y += 4
    on = 0
    dots: list[tuple[float, str]] = []
    for pattern, count in rows:
        if pattern.count("1") != on:
            on = pattern.count("1")
            words = "on one list only" if on == 1 else f"on {on} lists"
            draw.text(bars, y + 12, words, size=12, fill=GREY)
            y += 20
        dots.append((y + 9, pattern))
        if count is None:
            draw.hatched(bars, y + 2, 42, 14)
            draw.text(bars + 48, y + 14, HIDDEN, size=12, fill=GREY)
        else:
            long = room * count / largest
            draw.bar(bars, y + 2, long, 14, fill=ACCENT)
            draw.text(bars + long + 6, y + 14, whole(count))
        y += 21
    for x, start in zip(columns, starts, strict=True):
        draw.line(x, start - 12, x, dots[-1][0], stroke=PALE)
    for middle, pattern in dots:
        _dots(draw, middle, pattern, columns, min(1.0, pitch / 12))
    return y


def _dots(draw: Drawing, y: float, pattern: str, xs: Sequence[float], scale: float = 1.0) -> None:
    on = [x for x, c in zip(xs, pattern, strict=True) if c == "1"]
    if len(on) > 1:
        draw.line(on[0], y, on[-1], y, width=2)
    for x, c in zip(xs, pattern, strict=True):
        if c == "1":
            draw.dot(x, y, 5 * scale)
        elif c == "0":
            draw.dot(x, y, 4 * scale, fill="#ffffff", stroke=GREY)


def forest_figure(
    observed: int, answers: Sequence[EstimateRow], truth: int | None = None
) -> SvgFigure:
    """The documented count, the lower bound and each method's interval, on one axis from zero."""
    title = "Estimated total"
    parts = [f"Documented: {whole(observed)}."]
    parts += [
        f"{a.label}: "
        + (f"at least {a.value.about}." if a.bound else f"{a.value.about}, {a.value.between}.")
        + (
            f" Under alternative linkage models, {a.linkage_range.between}."
            if a.linkage_range
            else ""
        )
        for a in answers
    ]
    if truth is not None:
        parts.append(f"True total, known because the data are synthetic: {whole(truth)}.")
    desc = " ".join(parts)
    return draw_figure(
        "estimates", title, desc, lambda draw: _estimates(draw, observed, answers, truth)
    )


def _reach(observed: int, answers: Sequence[EstimateRow], truth: int | None) -> float:
    """The right end of the axis: all points, and the intervals that are not absurdly long."""
    points = [observed, truth or 0, *(a.value.point for a in answers)]
    uppers = [each.high or 0 for a in answers for each in (a.value, a.linkage_range) if each]
    return 1.04 * max([*points, *(e for e in uppers if e <= 3 * max(points))])


def _estimates(
    draw: Drawing, observed: int, answers: Sequence[EstimateRow], truth: int | None
) -> str:
    left, right = 4.0, draw.width - 8.0
    reach = _reach(observed, answers, truth)

    def at(value: float) -> float:
        return left + (right - left) * min(value / reach, 1.0)

    top = 22.0 if truth is not None else 2.0
    rows = 1 + len(answers)
    bottom = top + rows * 46.0
    if truth is not None:
        draw.line(at(truth), top - 4, at(truth), bottom, dash="4 3")
        words = f"truth: {whole(truth)}"
        half = fonts.width(words, 12, 700) / 2
        middle = min(max(at(truth), left + half), right - half)
        draw.text(middle, 12, words, size=12, bold=True, anchor="middle")
    draw.text(left, top + 14, f"Documented: {whole(observed)}", bold=True)
    draw.bar(left, top + 21, at(observed) - left, 12, fill=INK)
    for i, answer in enumerate(answers, start=1):
        _answer(draw, answer, top + i * 46.0, at, (left, right), reach)
    draw.line(left, bottom + 4, right, bottom + 4, stroke=GREY)
    for tick in ticks(reach, 8 if draw.width > NARROW else 4):
        draw.line(at(tick), bottom + 4, at(tick), bottom + 9, stroke=GREY)
        anchor = "start" if tick == 0 else "middle"
        x = min(at(tick), right - fonts.width(whole(tick), 12) / 2)
        draw.text(x, bottom + 22, whole(tick), size=12, fill=GREY, anchor=anchor)
    return draw.finish(bottom + 28)


def _answer(
    draw: Drawing,
    answer: EstimateRow,
    y: float,
    at: Callable[[float], float],
    sides: tuple[float, float],
    reach: float,
) -> None:
    value, (left, right) = answer.value, sides
    text = f"at least {value.about}" if answer.bound else f"{value.about}, {value.between}"
    label = f"{answer.label}: {text}"
    size = 13.0
    if fonts.width(label, size, 700) > right - left:
        label, size = f"{answer.label}: {value.about} ({value.span})", 12.0
    draw.text(left, y + 14, label, bold=answer.headline, size=size, halo=True)
    mark = IntervalMark(value.point, value.low, value.high, answer.bound, answer.headline)
    if answer.linkage_range is not None and answer.linkage_range.low is not None:
        last = answer.linkage_range.high
        x = (at(answer.linkage_range.low), at(last if last is not None else reach))
        draw.line(x[0], y + 27, x[1], y + 27, stroke=ACCENT, width=2, dash="2 3")
    draw_interval(draw, mark, y + 27, at, right, reach)


@attrs.frozen
class IntervalMark:
    """What is drawn of an answer: its point and interval (`low` None: no interval)."""

    point: float
    low: float | None
    high: float | None
    bound: bool = False
    headline: bool = False


def draw_interval(
    draw: Drawing,
    mark: IntervalMark,
    middle: float,
    at: Callable[[float], float],
    right: float,
    reach: float,
) -> None:
    """A dot and a bar with ends; an arrow for a lower bound, or where the bar goes on."""
    colour = ACCENT if mark.headline else INK
    x = at(mark.point)
    if mark.bound:
        draw.path(f"M{x:.2f} {middle - 7:.2f}l10 7l-10 7z", fill=colour)
        draw.line(x, middle, min(x + 40, right), middle, stroke=colour, width=2, dash="3 3")
        return
    if mark.low is not None:
        low, high = at(mark.low), mark.high if mark.high is not None else reach * 2
        thick = 7.0 if mark.headline else 5.0
        draw.bar(low, middle - thick / 2, at(high) - low, thick, fill=PALE)
        draw.line(low, middle - 6, low, middle + 6, stroke=colour, width=1.5)
        draw.line(low, middle, at(high), middle, stroke=colour, width=1.5)
        if high <= reach:
            draw.line(at(high), middle - 6, at(high), middle + 6, stroke=colour, width=1.5)
        else:
            draw.path(f"M{right - 2:.2f} {middle - 6:.2f}l8 6l-8 6z", fill=colour)
    draw.dot(x, middle, 5.5 if mark.headline else 4.5, fill=colour)


def coverage_figure(known: Sequence[tuple[str, float, int]]) -> SvgFigure:
    """How often each method's own 95% interval covered the size of lists of known size.

    `known` has the method's label, the share covered and the number of lists.
    """
    title = "Coverage on lists of known size"
    said = "; ".join(f"{name} {share:.0%} of {lists:,} lists" for name, share, lists in known)
    return draw_figure(
        "coverage",
        title,
        f"{said}. The intervals state 95%.",
        lambda draw: draw.finish(coverage_rows(draw, 0.0, known) + 4),
    )


def coverage_rows(draw: Drawing, top: float, known: Sequence[tuple[str, float, int]]) -> float:
    """A row for each method, with the share covered against the 95% stated; where it ends."""
    left, right, small = 12.0, draw.width - 12.0, 12.0

    def x(share: float) -> float:
        return left + (right - left) * share

    bottom = top + 40.0 * len(known)
    for tick in (0.0, 0.25, 0.5, 0.75):
        draw.line(x(tick), top, x(tick), bottom, stroke=GREY, dash="2 4")
        draw.text(x(tick), bottom + 14, f"{tick:.0%}", size=small, fill=GREY, anchor="middle")
    draw.line(x(0.95), top, x(0.95), bottom, stroke=ACCENT, width=2)
    draw.text(x(0.95), bottom + 14, "95%", size=small, bold=True, anchor="middle")
    for at, (name, share, lists) in enumerate(known):
        middle = top + 40.0 * at + 30
        draw.text(left, middle - 12, f"{name}: {share:.0%} of {lists:,} lists", size=13, halo=True)
        draw.line(x(0.0), middle, x(share), middle, stroke=INK, width=2)
        draw.dot(x(share), middle, 5, fill=INK)
    return bottom + 22
