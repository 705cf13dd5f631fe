"""Figure of rates: sampling intervals, and the range under differential reporting.

One row per group on an axis from 0 to 100%. It reads in black and white.
"""

from __future__ import annotations

from collections.abc import Callable

from uncounted.publish import fonts
from uncounted.publish.report.figures import SvgFigure, draw_figure
from uncounted.publish.svg import ACCENT, GREY, INK, PALE, Drawing, folded
from uncounted.rates.result import Rate, Rates
from uncounted.rates.sentences import RowLabels, counts_with_percent, interval_words

_SIZE = 13.0


def rates_figure(rates: Rates, labels: RowLabels) -> SvgFigure:
    """Each group's rate with both doubts."""
    title = f"Which share of the reported {labels.unit} {labels.says}"
    known = [rate for rate in rates.rates if rate.share is not None]
    desc = " ".join(f"{_label(rate)}; {_wider(rate)}." for rate in known)
    return draw_figure("rates", title, desc, lambda draw: _draw(draw, known))


def _label(rate: Rate) -> str:
    name = f"{rate.group}: " if rate.group else ""
    sampling = interval_words(rate.interval, rate.tally.n)
    return f"{name}{counts_with_percent(rate.tally)}; if a random sample, {sampling}"


def bias_range(rate: Rate) -> tuple[float, float]:
    """The rate among all with chance, if reporting differs up to four times either way."""
    intervals = [row.interval or (row.rate, row.rate) for row in rate.reporting]
    return min(low for low, _ in intervals), max(high for _, high in intervals)


def _wider(rate: Rate) -> str:
    return f"with unequal reporting {interval_words(bias_range(rate), rate.tally.n)}"


def _draw(draw: Drawing, rates: list[Rate]) -> str:
    left, right = 4.0, draw.width - 8.0

    def at(share: float) -> float:
        return left + (right - left) * share

    y = 2.0
    for rate in rates:
        for line in folded(_label(rate), _SIZE, right - left, weight=700):
            draw.text(left, y + 14, line, bold=True, size=_SIZE)
            y += 18
        _row(draw, rate, y, at)
        y += 42
    draw.line(left, y, right, y, stroke=GREY)
    for tick in (0, 25, 50, 75, 100):
        x = at(tick / 100)
        draw.line(x, y, x, y + 5, stroke=GREY)
        words = f"{tick}%"
        middle = min(max(x, left + fonts.width(words, 12) / 2), right - fonts.width(words, 12) / 2)
        draw.text(middle, y + 18, words, size=12, fill=GREY, anchor="middle")
    return draw.finish(y + 24)


def _row(draw: Drawing, rate: Rate, y: float, at: Callable[[float], float]) -> None:
    middle = y + 11
    if rate.interval is not None:
        low, high = rate.interval
        draw.bar(at(low), middle - 3.5, at(high) - at(low), 7, fill=PALE)
        draw.line(at(low), middle, at(high), middle, stroke=ACCENT, width=2)
        for end in (low, high):
            draw.line(at(end), middle - 6, at(end), middle + 6, stroke=ACCENT, width=2)
    if rate.share is not None:
        draw.dot(at(rate.share), middle, 5.5, fill=ACCENT)
    low, high = bias_range(rate)
    below = middle + 15
    draw.line(at(low), below, at(high), below, stroke=INK, width=1.5, dash="5 4")
    for end in (low, high):
        draw.line(at(end), below - 4, at(end), below + 4, stroke=INK, width=1.5)
