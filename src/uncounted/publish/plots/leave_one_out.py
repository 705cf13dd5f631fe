"""Forest plot of the headline with each list left out."""

from __future__ import annotations

from uncounted.errors import NotEstimable
from uncounted.estimate.base.result import Estimate, Study
from uncounted.estimate.base.rows import LeaveOneOutRow
from uncounted.publish.plots.base import (
    EDGE,
    Axis,
    Plot,
    axis_reach,
    clean,
    draw_plot,
    estimate_text,
    head,
    notes,
)
from uncounted.publish.plots.forest import ForestRow, draw_rows
from uncounted.publish.plots.posterior import label
from uncounted.publish.report.figures import IntervalMark
from uncounted.publish.svg import Drawing


def leave_one_out(study: Study) -> Plot:
    """Forest plot of the headline's method without each list in turn.

    Parameters
    ----------
    study : Study
        Of `uncounted.estimate.run`.

    Returns
    -------
    Plot
        SVG in two widths, which a notebook shows.

    Raises
    ------
    NotEstimable
        No list was left out: no headline, two lists or more than eight, or no robustness checks.

    Examples
    --------
    >>> from uncounted.captures import CaptureTable
    >>> from uncounted.estimate import EstimateSettings, run
    >>> table = CaptureTable.of("ABC", {"100": 60, "010": 49, "110": 4, "001": 247,
    ...                                 "101": 112, "011": 142, "111": 12})
    >>> leave_one_out(run(table, EstimateSettings(["decomposable"]))).desc
    'Decomposable graphs with all lists: about 732, between 694 and 788. Without A: ...
    """
    headline = study.headline
    if headline is None or not study.leave_one_out:
        raise NotEstimable(
            "this study has no leave-one-list-out estimates to plot",
            hint="three to eight lists, a headline, and robustness=True",
        )
    rows = [_whole(headline, study), *(_without(row) for row in study.leave_one_out)]
    marks = [row.mark for row in rows if row.mark is not None]
    far = axis_reach(
        [m.point for m in marks], [m.high for m in marks if m.high is not None], marks[0].high
    )
    cut = any(m.high is not None and m.high > far for m in marks)

    def draw(on: Drawing) -> float:
        axis = Axis(EDGE, on.width - 12.0, far)
        y = draw_rows(on, head(on), rows, axis, observed=None, band=headline.interval)
        words = [
            f"A bar is a {headline.level:.0%} interval; dotted lines go on from the first bar's "
            "ends. A bar that does not reach between them is another answer.",
            "The upright stroke is how many people are documented by the lists that are left.",
        ]
        if cut:
            words.append("An arrow at the right: the interval goes on beyond the picture.")
        return notes(on, y, words)

    desc = " ".join(f"{clean(row.name)}: {row.text.long}." for row in rows)
    return draw_plot("leave-one-out", "The answer without each list", desc, draw)


def _whole(headline: Estimate, study: Study) -> ForestRow:
    point = headline.number()
    low, high = headline.interval or (None, None)
    words = estimate_text(point, headline.interval, study.least_observed)
    mark = IntervalMark(point, low, high, headline=True)
    return ForestRow(f"{label(headline)} with all lists", words, mark, observed=study.observed)


def _without(row: LeaveOneOutRow) -> ForestRow:
    name, observed = f"Without {row.left_out}", row.observed
    if row.point is None:
        return ForestRow.refused(name, row.reason)
    low, high = row.interval or (None, None)
    words = estimate_text(row.point, row.interval, observed)
    return ForestRow(name, words, IntervalMark(row.point, low, high), observed=observed)
