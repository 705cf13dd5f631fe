"""How often each method's own 95% interval covered the size of lists of known size."""

from __future__ import annotations

from uncounted.errors import UsedWrongly
from uncounted.estimate.base.labels import label
from uncounted.estimate.base.result import Study
from uncounted.publish.plots.base import Plot, draw_plot, head, notes
from uncounted.publish.report.figures import coverage_rows
from uncounted.publish.report.rounding import percent
from uncounted.publish.svg import Drawing


def track_record(study: Study) -> Plot:
    """How often each method's own 95% interval covered the size of lists of known size.

    Parameters
    ----------
    study : Study
        With methods that have a track record: a table like those of the record.

    Returns
    -------
    Plot
        SVG in two widths, which a notebook shows.

    Raises
    ------
    UsedWrongly
        No method of the study has a track record.

    Examples
    --------
    >>> from uncounted.captures import CaptureTable
    >>> from uncounted.estimate import run
    >>> table = CaptureTable.of("ABC", {"100": 40, "010": 20, "001": 30, "110": 9, "011": 8,
    ...                                 "101": 7, "111": 3})
    >>> track_record(run(table)).rows[0]["method"]
    'decomposable'
    """
    known = [
        (each.method, each.track_record)
        for each in study.estimates
        if each.track_record is not None and not each.bound
    ]
    if not known:
        raise UsedWrongly(
            "no method of this study has a track record",
            hint="a table of 3 to 10 lists has one; see docs/explanation/track-record.md",
        )
    most = max(record.tests for _, record in known)

    def draw(on: Drawing) -> float:
        y = head(on, "Share of lists of known size whose size the method's 95% interval covered")
        rows = [(label(method), record.covered, record.tests) for method, record in known]
        y = coverage_rows(on, y + 4, rows)
        return notes(on, y, ["The line at 95% is what the intervals state."])

    said = "; ".join(f"{label(method)} {percent(record.covered)}" for method, record in known)
    return draw_plot(
        "track-record",
        f"Coverage of 95% intervals on up to {most:,} lists of known size",
        f"{said}. Stated: 95%.",
        draw,
        (
            {"method": method, "covered": r.covered, "lists": r.tests, "collections": r.collections}
            for method, r in known
        ),
    )
