"""The lines in the plot of xi: that of the table of xi, and the headline's own where it differs."""

from __future__ import annotations

import math
from itertools import pairwise

import attrs

from uncounted.estimate.base.result import Study
from uncounted.estimate.base.rounding import whole
from uncounted.estimate.base.rows import Interval
from uncounted.estimate.base.xi import SATURATED, with_xi
from uncounted.estimate.robustness.claims import down
from uncounted.publish.plots.base import EstimateText, clean, estimate_text
from uncounted.publish.plots.posterior import label

_SAME = 0.005  # lines nearer than this are one on paper


@attrs.frozen
class XiPoint:
    """N at one xi."""

    xi: float
    point: float
    interval: Interval | None


@attrs.frozen
class XiLine:
    """N = observed + undocumented / xi."""

    observed: int
    undocumented: float
    rows: tuple[XiPoint, ...]

    def at(self, xi: float) -> float:
        """How many in all."""
        return self.observed + self.undocumented / xi

    def text(self, row: XiPoint) -> EstimateText:
        """A row in words."""
        return estimate_text(row.point, row.interval, self.observed)

    @property
    def text_at_one(self) -> EstimateText:
        """In words at xi = 1."""
        return next(self.text(row) for row in self.rows if row.xi == 1.0)

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
            return f"More than {whole(claim)} holds at no xi: the estimate adds nobody."
        holds = f"More than {whole(claim)} holds for xi below {down(tip)}"
        if low is None:
            return f"{holds}."
        return f"{holds}; the whole interval is above it for xi below {down(low)}."


def table_line(study: Study) -> XiLine | None:
    """The line of the study's table of xi; None where it has no number."""
    points = [XiPoint(r.xi, r.point, r.interval) for r in study.sensitivity if r.point is not None]
    if not points:
        return None
    rows = tuple(sorted(points, key=lambda each: each.xi))
    undocumented = sorted(row.xi * (row.point - study.observed) for row in rows)
    return XiLine(study.observed, undocumented[len(undocumented) // 2], rows)


def own_line(study: Study, table: XiLine) -> XiLine | None:
    """The headline's line, or None where that of the table is the same or as good as that."""
    headline = study.headline
    if headline is None or headline.interval is None or study.sensitivity[0].basis != SATURATED:
        return None
    n0 = headline.number() - study.observed
    if math.isclose(study.observed + n0, table.at(1.0), rel_tol=_SAME):
        return None
    xis = sorted({1.0, *(each.xi for each in table.rows)})
    moved = [(xi, with_xi(headline, study.observed, xi)) for xi in xis]
    rows = tuple(XiPoint(xi, each.number(), each.interval) for xi, each in moved)
    return XiLine(study.observed, n0, rows)


def which_line(study: Study, own: XiLine | None) -> str:
    """A sentence on whose line is drawn, and where the headline is."""
    if study.headline is None:
        return ""
    name = clean(label(study.headline))
    if own is not None:
        return (
            f"Solid line and band: the table alone, with nothing assumed but xi. Broken line: the "
            f"headline ({name}), {own.text_at_one.long} at xi = 1."
        )
    if study.sensitivity[0].basis == SATURATED:
        return f"The headline ({name}) is on this line."
    return f"The line is that of the headline ({name})."
