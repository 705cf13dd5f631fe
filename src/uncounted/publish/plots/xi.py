"""Sensitivity of N to the identifying assumption, by the parameter xi."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

import attrs

from uncounted.errors import NotEstimable, UsedWrongly
from uncounted.estimate.base.result import Estimate, Study
from uncounted.estimate.base.rows import Interval, MethodXiRow
from uncounted.estimate.robustness.claims import down
from uncounted.publish import fonts
from uncounted.publish.plots.base import (
    EDGE,
    SMALL,
    Box,
    EstimateText,
    Plot,
    boxes_meet,
    clean,
    draw_plot,
    estimate_text,
    head,
    limits,
    notes,
)
from uncounted.publish.plots.posterior import label
from uncounted.publish.svg import ACCENT, GREY, INK, PALE, Drawing, number, ticks
from uncounted.text_table import whole

_HIGH = 250.0
_FARTHEST = 8.0  # a tipping point within so many times the table's ends is drawn
_STEPS = 40
_LINE = 17.0  # words in less room than this would be struck through


@attrs.frozen
class LogAxes:
    """Two log axes: xi to the right, people upwards."""

    left: float
    right: float
    top: float
    bottom: float
    xi: tuple[float, float]
    people: tuple[float, float]

    def x(self, xi: float) -> float:
        """Where an xi lies."""
        low, high = (math.log(end) for end in self.xi)
        return self.left + (self.right - self.left) * (math.log(xi) - low) / (high - low)

    def y(self, people: float) -> float:
        """Where a number of people lies; what is beyond stands at the top."""
        low, high = (math.log(end) for end in self.people)
        share = (min(math.log(max(people, self.people[0])), high) - low) / (high - low)
        return self.bottom - (self.bottom - self.top) * share


def xi_words(xi: float) -> str:
    """An xi as a fraction where it is one, or to two digits.

    Examples:
        >>> xi_words(2 / 3), xi_words(2.0), xi_words(2.113)
        ('2/3', '2', '2.1')
    """
    near = Fraction(xi).limit_denominator(6)
    return str(near) if math.isclose(float(near), xi, rel_tol=1e-9) else f"{xi:.2g}"


def log_ticks(low: float, high: float) -> list[int]:
    """Round numbers between two, at most six: the finest of three ladders that has no more."""
    found: list[int] = []
    for ladder in ((1, 2, 3, 4, 5, 6, 8), (1, 2, 5), (1,)):
        found = [
            m * 10**e
            for e in range(max(0, math.floor(math.log10(low))), math.ceil(math.log10(high)) + 1)
            for m in ladder
            if low <= m * 10**e <= high
        ]
        if len(found) <= 6:
            break
    return found if len(found) > 1 else [tick for tick in ticks(high, 20) if tick >= low]


@attrs.frozen
class XiLine:
    """N = observed + undocumented / xi, with the rows of the table of xi."""

    observed: int
    undocumented: float
    rows: tuple[MethodXiRow, ...]

    def at(self, xi: float) -> float:
        """N at one xi."""
        return self.observed + self.undocumented / xi

    def text(self, row: MethodXiRow) -> EstimateText:
        """A row in words."""
        return estimate_text(_point(row), row.interval, self.observed)

    def tip(self, claim: float | None) -> float | None:
        """The xi at which the line comes down to a claim."""
        if claim is None or claim <= self.observed or self.undocumented <= 0:
            return None
        return self.undocumented / (claim - self.observed)

    def _low_tip(self, claim: float) -> float | None:
        """The same of the lower end of the interval, between two rows."""
        n = self.observed
        lows = [(row.xi, row.interval[0] - n) for row in self.rows if row.interval]
        for (xi, low), (next_xi, next_low) in pairwise(lows):
            if low >= claim - n >= next_low > 0 and low > next_low:
                share = math.log(low / (claim - n)) / math.log(low / next_low)
                return float(xi ** (1 - share) * next_xi**share)
        return None

    def holds(self, claim: float) -> str:
        """How far a claim holds."""
        if claim <= self.observed:
            documented = whole(self.observed)
            return f"More than {whole(claim)} needs no assumption: {documented} are documented."
        tip, low = self.tip(claim), self._low_tip(claim)
        if tip is None:
            return (
                f"More than {whole(claim)} holds at no xi: the estimate has no undocumented people."
            )
        holds = f"More than {whole(claim)} holds for xi below {down(tip)}"
        if low is None:
            return f"{holds}."
        return f"{holds}; the whole interval is above it for xi below {down(low)}."


def _point(row: MethodXiRow) -> float:
    assert row.point is not None  # the table of xi has rows of estimates alone
    return row.point


def leading(study: Study) -> Estimate | None:
    """The estimate whose line is drawn: the headline, or else a lower bound."""
    return study.headline or next((each for each in study.estimates if each.ok), None)


def xi_curve(study: Study, claim: float | None = None) -> Plot:
    """Sensitivity of N to the identifying assumption, as a curve over xi.

    N of the headline against xi with its interval, xi = 1 (what its method assumes) and the
    tipping point of a claim.

    Parameters
    ----------
    study : Study
        With rows of `xi_by_method`.
    claim : float, optional
        A number of people that is claimed to be exceeded; the xi at which the curve comes down
        to it is marked.

    Returns
    -------
    Plot
        SVG in two widths, which a notebook shows.

    Raises
    ------
    NotEstimable
        The study has no table of xi.
    UsedWrongly
        The claim is not above 0.

    References
    ----------
    Aleshin-Guendel, Sadinle and Wakefield (2024), Biometrics 80.

    Examples
    --------
    >>> from uncounted.captures import CaptureTable
    >>> from uncounted.estimate import EstimateSettings, run
    >>> table = CaptureTable.of("AB", {"10": 40, "01": 20, "11": 10})
    >>> study = run(table, EstimateSettings(["independence"]))
    >>> xi_curve(study, claim=110).desc.split(". ")[-1]
    'More than 110 holds for xi below 2; the whole interval is above it for xi below 0.78.'
    """
    lead = leading(study)
    rows = [row for row in study.xi_by_method if lead and row.method == lead.method]
    if lead is None or not rows:
        raise NotEstimable(
            "this study has no sensitivity to xi to plot",
            hint=study.first.reason or "estimate with `run`, which makes one",
        )
    if claim is not None and not 0 < claim < math.inf:
        raise UsedWrongly(
            f"a claim must be a positive number, not {claim}",
            hint="for example 10000",
        )
    rows.sort(key=lambda row: row.xi)
    line = XiLine(study.observed, lead.number() - study.observed, tuple(rows))
    claimed = [] if claim is None else [line.holds(claim)]
    parts = [f"Documented: {whole(study.observed)}."]
    parts += [f"At xi = {xi_words(r.xi)} {line.text(r).long}." for r in line.rows]
    meaning = (
        f"xi = 1: as many people are on no list as the method gives ({clean(label(lead))}). At xi"
        " = 2 they are half as many, at xi = 1/2 twice as many. The lists cannot tell which."
    )

    def draw(on: Drawing) -> float:
        axes = _log_axes(on, head(on), line, claim)
        _curve(on, axes, line)
        _marks(on, axes, line, claim)
        below = _foot(on, axes, line.rows)
        return notes(on, below, [*claimed, meaning])

    title = "What if the assumption is wrong by a factor xi?"
    figures = (
        {"method": row.method, "xi": row.xi, "point": row.point, **limits(row.interval)}
        for row in rows
    )
    return draw_plot("xi", title, " ".join([*parts, *claimed]), draw, figures)


def _log_axes(on: Drawing, top: float, line: XiLine, claim: float | None) -> LogAxes:
    rows, n = line.rows, line.observed
    low, high = rows[0].xi / 1.12, rows[-1].xi * 1.12
    low, high = min(low, 0.9), max(high, 1.1)
    tip = line.tip(claim)
    if tip is not None and low / _FARTHEST < tip < high * _FARTHEST:
        low, high = min(low, tip / 1.2), max(high, tip * 1.2)
    points = [_point(row) for row in rows] + [line.at(low)]
    uppers = [row.interval[1] for row in rows if row.interval]
    most = max([*points, *(upper for upper in uppers if upper <= 10 * max(points))]) * 1.15
    if claim is not None and claim * 1.1 <= most * 3:
        most = max(most, claim * 1.1)
    left = EDGE + fonts.width(whole(most), SMALL) + 10
    return LogAxes(left, on.width - 10, top + 18, top + 18 + _HIGH, (low, high), (n / 1.15, most))


def _curve(on: Drawing, axes: LogAxes, line: XiLine) -> None:
    """The band between the rows, on log n0, and the curve n + n0/xi over the whole axis."""
    n = line.observed
    for tick in log_ticks(*axes.people):
        on.line(axes.left, axes.y(tick), axes.right, axes.y(tick), stroke=PALE, width=0.7)
    banded = [(row.xi, row.interval) for row in line.rows if row.interval is not None]
    if banded:
        lower = [(axes.x(xi), axes.y(low)) for xi, (low, _) in banded]
        upper = [(axes.x(xi), axes.y(high)) for xi, (_, high) in banded]
        ring = [*_dense(banded, 1, axes, n), *reversed(_dense(banded, 0, axes, n))]
        if len(ring) > 2:
            on.path(_line(ring) + "z", fill=PALE)
        for (x, a), (_, b) in zip(lower, upper, strict=True):
            on.line(x, a, x, b, stroke=GREY, width=1)
    low, high = axes.xi
    xis = [low * (high / low) ** (i / _STEPS) for i in range(_STEPS + 1)]
    curve = [(axes.x(xi), axes.y(line.at(xi))) for xi in xis]
    on.path(_line(curve), fill="none", stroke=ACCENT, width=2)


def _dense(
    rows: Sequence[tuple[float, Interval]], end: int, axes: LogAxes, n: int
) -> list[tuple[float, float]]:
    """One edge of the band: between two rows n0 is interpolated on its logarithm."""
    found = []
    for a, b in pairwise(rows):
        first, last = (max(interval[end] - n, 0.5) for _, interval in (a, b))
        for i in range(8):
            share = i / 8
            xi = a[0] ** (1 - share) * b[0] ** share
            n0 = math.inf if math.isinf(last) else first ** (1 - share) * last**share
            found.append((axes.x(xi), axes.y(n + n0) if n0 < math.inf else axes.top))
    return [*found, (axes.x(rows[-1][0]), axes.y(rows[-1][1][end]))]


def _line(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points)


@attrs.define
class LabelPlacer:
    """Writes where nothing is written yet, and where no level line runs through the words."""

    on: Drawing
    axes: LogAxes
    levels: list[float]
    taken: list[Box] = attrs.field(factory=list)

    def dot(self, x: float, y: float) -> None:
        """Keep words off a dot."""
        self.taken.append((x - 3, y - 3, x + 3, y + 3))

    def write(
        self, words: str, spots: Sequence[tuple[float, float]], *, bold: bool = False
    ) -> bool:
        """At the first of the spots (left, base) that is free; False where none is."""
        wide = fonts.width(words, SMALL, 700 if bold else 400)
        for x, y in spots:
            left = min(max(x, self.axes.left + 2), self.axes.right - wide)
            box = (left, y - 11, left + wide, y + 4)
            struck = any(box[1] < level < box[3] for level in [*self.levels, self.axes.bottom])
            struck = struck or box[1] > self.axes.bottom
            if not struck and not any(boxes_meet(box, other, 3) for other in self.taken):
                self.on.text(left, y, words, size=SMALL, bold=bold, halo=True)
                self.taken.append(box)
                return True
        return False


def _marks(on: Drawing, axes: LogAxes, line: XiLine, claim: float | None) -> None:
    """Observed, xi = 1, the claim, and each row's dot with its number."""
    n = line.observed
    bottom = axes.y(n)
    drawn = claim is not None and n < claim < axes.people[1]
    level = axes.y(claim) if drawn and claim is not None else bottom
    words = LabelPlacer(on, axes, [bottom, level])
    on.line(axes.left, bottom, axes.right, bottom, dash="4 3")
    on.line(axes.x(1.0), axes.top, axes.x(1.0), axes.bottom, stroke=INK, dash="2 3")
    half = fonts.width("xi = 1, as assumed", SMALL, 700) / 2
    words.write("xi = 1, as assumed", [(axes.x(1.0) - half, axes.top - 6)], bold=True)
    documented = f"documented: {whole(n)}"
    if drawn and claim is not None:
        on.line(axes.left, level, axes.right, level, stroke=INK, width=1.2, dash="8 3")
        near = bottom - level < _LINE
        above = f"claim: more than {whole(claim)}" + (" (upper line)" if near else "")
        documented += " (lower line)" if near else ""
        spots = [(axes.left + 4, level - 5), (axes.right, level - 5), (axes.left + 4, level + 14)]
        words.write(above, spots, bold=True)
    spots = [(axes.left + 4, bottom - 5), (axes.left + 4, level - 5 - _LINE)]
    words.write(documented, spots, bold=True)
    tip = line.tip(claim)
    if drawn and tip is not None:
        _tipped(on, axes, words, tip, level)
    for row in line.rows:
        on.dot(axes.x(row.xi), axes.y(_point(row)), 4.5, fill=ACCENT)
        words.dot(axes.x(row.xi), axes.y(_point(row)))
    for row in sorted(line.rows, key=lambda r: abs(math.log(r.xi))):
        shown = line.text(row)
        about = shown.long.split(",", 1)[0] if row.interval is None else ""
        text = about or shown.short.removeprefix("about ").split(" ", 1)[0]
        words.write(text, _around(axes.x(row.xi), axes.y(_point(row)), text))


def _around(x: float, y: float, words: str) -> list[tuple[float, float]]:
    """Where the words of a dot may stand, the best first."""
    left = x - fonts.width(words, SMALL) - 7
    return [(x + 7, y - 6), (x + 7, y - 18), (left, y + 16), (left, y - 6), (left, y - 18)]


def _tipped(on: Drawing, axes: LogAxes, words: LabelPlacer, tip: float, level: float) -> None:
    """Where a line comes down to the claim: a ring, and its xi."""
    if not axes.xi[0] < tip < axes.xi[1]:
        return
    x = axes.x(tip)
    on.line(x, level, x, axes.bottom, width=1.2, dash="8 3")
    on.dot(x, level, 6, fill="#ffffff", stroke=INK)
    text = f"xi = {down(tip)}"
    wide = fonts.width(text, SMALL, 700)
    sides = [left for left in (x + 8, x - 8 - wide) if left + wide <= axes.right]
    heights = (words.levels[0] - 5, axes.bottom - 8, level + 18, level - 10, level - 24)
    words.write(text, [(left, y) for y in heights for left in sides], bold=True)


def _foot(on: Drawing, axes: LogAxes, rows: Sequence[MethodXiRow]) -> float:
    """Both axes' lines and numbers, and which way there are more; where it ends."""
    on.line(axes.left, axes.bottom, axes.right, axes.bottom, stroke=GREY)
    for tick in log_ticks(*axes.people):
        y = axes.y(tick)
        on.text(axes.left - 6, y + 4, whole(tick), size=SMALL, fill=GREY, anchor="end")
    last = -math.inf
    for row in rows:
        words, x = xi_words(row.xi), axes.x(row.xi)
        half = fonts.width(words, SMALL) / 2
        on.line(x, axes.bottom, x, axes.bottom + 5, stroke=GREY)
        if x - half > last + 5:
            on.text(x, axes.bottom + 18, words, size=SMALL, fill=GREY, anchor="middle")
            last = x + half
    y = axes.bottom + 36
    on.text(axes.left, y, "← more undocumented", size=SMALL, fill=INK)
    on.text((axes.left + axes.right) / 2, y, "xi", size=SMALL, bold=True, anchor="middle")
    on.text(axes.right, y, "fewer →", size=SMALL, fill=INK, anchor="end")
    return y + 6
