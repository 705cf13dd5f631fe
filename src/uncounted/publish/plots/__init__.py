"""Plots of a study as SVG, for those who may see its table.

They show exact counts, so they are not for publication; a release has its own figures, made
from the protected table. They read in black and white, at two widths.
"""

from __future__ import annotations

from uncounted.captures import CaptureTable
from uncounted.estimate.base.result import Study
from uncounted.publish.plots.base import Plot, save_plots
from uncounted.publish.plots.model_spread import model_spread
from uncounted.publish.plots.posterior import posterior
from uncounted.publish.plots.track_record import track_record
from uncounted.publish.plots.trajectory import trajectory
from uncounted.publish.plots.upset import upset
from uncounted.publish.plots.xi import xi_curve

__all__ = [
    "Plot",
    "all_plots",
    "model_spread",
    "posterior",
    "save_plots",
    "track_record",
    "trajectory",
    "upset",
    "xi_curve",
]


def all_plots(study: Study, table: CaptureTable) -> tuple[Plot, ...]:
    """Every plot for which the study or the table has data.

    Parameters
    ----------
    study : Study
        Of `uncounted.estimate.run` or `run_over`.
    table : CaptureTable
        What it came from; over linkage draws, that of the point partition.

    Returns
    -------
    tuple of Plot
        In reading order.

    Examples
    --------
    >>> from uncounted.estimate import EstimateSettings, run
    >>> table = CaptureTable.of("AB", {"10": 40, "01": 20, "11": 10})
    >>> [plot.name for plot in all_plots(run(table, EstimateSettings(["chao"])), table)]
    ['posterior', 'upset', 'xi']
    """
    found = [posterior(study)]
    found += [upset(table)] if table.observed else []
    for estimate in study.estimates:
        if estimate.ok and estimate.diagnostics.get("models"):
            found.append(model_spread(estimate, study.observed, tuple(study.lists)))
    if study.xi_by_method:
        stated = study.claim
        more = stated is not None and stated.side == "more than"
        found.append(xi_curve(study, stated.number if stated is not None and more else None))
    found += [trajectory(study.trajectory)] if study.trajectory else []
    if any(each.track_record is not None and not each.bound for each in study.estimates):
        found.append(track_record(study))
    return tuple(found)
