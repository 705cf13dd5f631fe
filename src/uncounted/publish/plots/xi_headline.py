"""The headline's own line in the plot of xi, where the table of xi is the saturated one."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import attrs

from uncounted.estimate.base.result import Study
from uncounted.estimate.base.rows import Interval, XiRow
from uncounted.estimate.base.xi import SATURATED, row, with_xi
from uncounted.publish.plots.base import EstimateText, clean, estimate_text
from uncounted.publish.plots.posterior import label

_SAME = 0.005  # lines nearer than this are one on paper


@attrs.frozen
class XiPoint:
    """A row of the table of xi that has a number."""

    xi: float
    point: float
    interval: Interval | None


def xi_points(rows: Iterable[XiRow]) -> tuple[XiPoint, ...]:
    """The rows that have a number, by xi."""
    points = (XiPoint(r.xi, r.point, r.interval) for r in rows if r.point is not None)
    return tuple(sorted(points, key=lambda each: each.xi))


@attrs.frozen
class HeadlineLine:
    """The headline at each xi.

    Attributes:
        name: of its method, in words.
        observed: people documented.
        undocumented: people on no list at xi = 1.
        rows: as of the table of xi.
    """

    name: str
    observed: int
    undocumented: float
    rows: tuple[XiPoint, ...]

    def at(self, xi: float) -> float:
        """How many in all."""
        return self.observed + self.undocumented / xi

    @property
    def text(self) -> EstimateText:
        """The headline in words, at xi = 1."""
        (at_one,) = (row for row in self.rows if row.xi == 1.0)
        return estimate_text(at_one.point, at_one.interval, self.observed)

    def desc(self, words: Mapping[float, str]) -> list[str]:
        """The rows in sentences, an xi in its own words."""
        return [
            f"The headline ({self.name}) at xi = {words[each.xi]}: "
            f"{estimate_text(each.point, each.interval, self.observed).long}."
            for each in self.rows
            if each.xi in words
        ]


def own_line(study: Study, rows: Sequence[XiPoint], undocumented: float) -> HeadlineLine | None:
    """The headline's line, or None where the line that is drawn is that, or as good as that.

    Args:
        study: with a headline, or None comes back.
        rows: of the table of xi.
        undocumented: that the table gives at xi = 1.
    """
    headline = study.headline
    if headline is None or headline.interval is None or study.sensitivity[0].basis != SATURATED:
        return None
    n0 = headline.number() - study.observed
    if math.isclose(study.observed + n0, study.observed + undocumented, rel_tol=_SAME):
        return None
    xis = sorted({1.0, *(each.xi for each in rows)})
    own = xi_points(row(with_xi(headline, study.observed, xi), xi, "") for xi in xis)
    return HeadlineLine(clean(label(headline)), study.observed, n0, own)


def which_line(study: Study, own: HeadlineLine | None, basis: str) -> str:
    """A sentence on whose line is drawn, and where the headline is."""
    if own is not None:
        return (
            f"Solid line and band: the table alone, with nothing assumed but xi. Broken line: the "
            f"headline ({own.name}), {own.text.long} at xi = 1."
        )
    if study.headline is None:
        return ""
    name = clean(label(study.headline))
    if basis == SATURATED:
        return f"The headline ({name}) is on this line."
    return f"The line is that of the headline ({name})."
