"""Forest plot of all methods: the range across estimators."""

from __future__ import annotations

from uncounted.estimate.base.result import Study
from uncounted.publish.plots.base import EDGE, Axis, Plot, draw_plot, head, notes
from uncounted.publish.plots.forest import draw_rows
from uncounted.publish.plots.posterior import (
    bar_notes,
    cut_notes,
    in_sentences,
    rows_of,
    study_reach,
)
from uncounted.publish.svg import Drawing


def method_spread(study: Study) -> Plot:
    """Forest plot of every method's interval, the documented count and the refusals.

    Parameters
    ----------
    study : Study
        Of `uncounted.estimate.run`.

    Returns
    -------
    Plot
        SVG in two widths, which a notebook shows.

    Examples
    --------
    >>> from uncounted.captures import CaptureTable
    >>> from uncounted.estimate import EstimateSettings, run
    >>> table = CaptureTable.of("AB", {"10": 40, "01": 20, "11": 10})
    >>> method_spread(run(table, EstimateSettings(["chao"]))).title
    'How many in all: the methods side by side'
    """
    far = study_reach(study)

    def draw(on: Drawing) -> float:
        axis = Axis(EDGE, on.width - 12.0, far)
        rows = rows_of(study, far, densities=False)
        y = draw_rows(on, head(on), rows, axis, observed=study.observed)
        return notes(on, y, [*bar_notes(study), *cut_notes(study, far, densities=False)])

    return draw_plot(
        "spread", "How many in all: the methods side by side", in_sentences(study), draw
    )
