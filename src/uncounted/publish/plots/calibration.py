"""Calibration plot (reliability diagram): stated against observed match probabilities.

A point under the dashed line means that links are stated too likely. Shares only: no report
and no name.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from uncounted.publish import fonts
from uncounted.publish.plots.base import EDGE, SMALL, Plot, draw_plot, head, notes
from uncounted.publish.report.figures import NARROW
from uncounted.publish.svg import GREY, INK, PALE, Drawing

_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
_LEFT = 46.0
_MOST_SIDE = 420.0
_ROW = 15.0
_CAP = 4.0
_SHIFT = 9.0  # so that one bar does not hide the other


@attrs.frozen
class CalibrationBin:
    """Pairs stated at about `stated`: the share that is true, its interval, how many there are.

    `calibrated` is what pairs drawn by lot make of `stated`, if enough of them have an answer,
    and `calibrated_interval` how sure that is.
    """

    stated: float
    true: float
    interval: tuple[float, float] | None
    pairs: int
    calibrated: float | None = None
    calibrated_interval: tuple[float, float] | None = None


def calibration(shares: Sequence[CalibrationBin], verdict: str, *, level: float = 0.95) -> Plot:
    """Calibration plot: true against stated match probabilities, with intervals.

    Parameters
    ----------
    shares : sequence of CalibrationBin
        At least one, in order of `stated`.
    verdict : str
        One sentence on all of it.
    level : float, default 0.95
        Confidence level of the intervals.

    Returns
    -------
    Plot
        SVG in two widths, which a notebook shows.

    Examples
    --------
    >>> calibration([CalibrationBin(0.31, 0.27, (0.2, 0.35), 140)], "As stated.").desc
    'Of 140 pairs stated at .31, .27 are true (.20 to .35). As stated.'
    """
    again = any(each.calibrated is not None for each in shares)

    def draw(on: Drawing) -> float:
        top = head(on) + 2 * _ROW
        side = min(on.width - _LEFT - 14.0, _MOST_SIDE)
        _frame(on, top, side)
        _points(on, top, side, shares)
        words = [
            "Dashed: perfect calibration. Under it, match probabilities are too high.",
            f"Bars are {level:.0%} intervals; the numbers above are pairs.",
        ]
        if again:
            words.append(
                "Open marks with thin bars: recalibrated with the labels of randomly sampled pairs."
            )
        return notes(on, top + side + 44, [*words, verdict])

    desc = [_sentence(each) for each in shares]
    return draw_plot(
        "calibration", "Calibration of the match probabilities", " ".join([*desc, verdict]), draw
    )


def _sentence(each: CalibrationBin) -> str:
    again = ""
    if each.calibrated is not None:
        again = f"; sampled: {_short(each.calibrated)}{_interval_words(each.calibrated_interval)}"
    return (
        f"Of {each.pairs:,} pairs stated at {_short(each.stated)}, {_short(each.true)} are"
        f" true{_interval_words(each.interval)}{again}."
    )


def _interval_words(interval: tuple[float, float] | None) -> str:
    return "" if interval is None else f" ({_short(interval[0])} to {_short(interval[1])})"


def _short(share: float) -> str:
    """A share to two digits, as it is spoken."""
    return "1" if share >= 0.995 else f"{share:.2f}".removeprefix("0")


def _frame(on: Drawing, top: float, side: float) -> None:
    """Grid, axes with their words, and the line on which all would lie."""
    for tick in _TICKS:
        x, y = _LEFT + side * tick, top + side * (1 - tick)
        on.line(_LEFT, y, _LEFT + side, y, stroke=PALE)
        on.line(x, top, x, top + side, stroke=PALE)
        words = f"{tick:g}".removeprefix("0") or "0"
        on.text(_LEFT - 6, y + 4, words, size=SMALL, fill=GREY, anchor="end")
        on.text(x, top + side + 16, words, size=SMALL, fill=GREY, anchor="middle")
    on.line(_LEFT, top + side, _LEFT + side, top, stroke=GREY, dash="4 3")
    on.text(EDGE, top - 8, "true", size=SMALL, fill=GREY)
    on.text(_LEFT + side / 2, top + side + 32, "stated", size=SMALL, fill=GREY, anchor="middle")


def _bar(on: Drawing, x: float, limits: Sequence[float], *, width: float) -> None:
    """An interval, upright, with a cap at each end; nothing where there is none."""
    if limits:
        on.line(x, limits[0], x, limits[1], width=width)
    for end in limits:
        on.line(x - _CAP, end, x + _CAP, end, width=width)


def _points(on: Drawing, top: float, side: float, shares: Sequence[CalibrationBin]) -> None:
    last = [0.0, 0.0]  # where the last number on each of two rows ends
    for at, each in enumerate(shares):
        x, y = _LEFT + side * each.stated, top + side * (1 - each.true)
        limits = [top + side * (1 - end) for end in each.interval or ()]
        _bar(on, x, limits, width=1.6)
        if at:
            before = shares[at - 1]
            on.line(_LEFT + side * before.stated, top + side * (1 - before.true), x, y, stroke=GREY)
        if each.calibrated is not None:
            shifted = x + _SHIFT if x + _SHIFT < _LEFT + side else x - _SHIFT
            limits = [top + side * (1 - end) for end in each.calibrated_interval or ()]
            _bar(on, shifted, limits, width=0.8)
            on.dot(shifted, top + side * (1 - each.calibrated), 5, fill="#ffffff", stroke=INK)
        on.dot(x, y, 4)
        words = f"{each.pairs:,}"
        wide = fonts.width(words, SMALL)
        left = min(max(x - wide / 2, EDGE + 30), on.width - EDGE - wide)
        row = 0 if left > last[0] + 4 else 1
        if left > last[row] + 4 or on.width > NARROW:
            on.text(max(left, last[row] + 4), top - 8 - _ROW * row, words, size=SMALL)
            last[row] = max(left, last[row] + 4) + wide
