"""Posterior densities of N by method, as a forest plot."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from uncounted.estimate.base.result import Estimate, Study
from uncounted.publish.plots.base import (
    EDGE,
    Axis,
    EstimateText,
    Plot,
    axis_reach,
    draw_plot,
    estimate_text,
    head,
    limits,
    notes,
)
from uncounted.publish.plots.forest import ForestRow, Outline, draw_rows
from uncounted.publish.report.figures import IntervalMark
from uncounted.publish.report.publishable import METHODS
from uncounted.publish.report.rounding import percent
from uncounted.publish.svg import Drawing
from uncounted.text_table import whole

type Draws = npt.NDArray[np.int64]

_POINTS = 240
_BINS = 80
_FEW_UNSEEN = 20  # a tenth of the draws with fewer unseen: whole numbers are drawn as steps


def label(estimate: Estimate) -> str:
    """A method in words."""
    return METHODS.get(estimate.method, estimate.method)


def density(draws: Draws, observed: int, reach: float) -> Outline:
    """How likely each N up to `reach` is, in share of the highest; nothing below the observed.

    A Gaussian kernel on log(n0 + 1/2), with Silverman's bandwidth (1986, eq. 3.31), turned
    into a density of N by dividing by n0 + 1/2. Where few are unseen, n0 is plainly
    discrete, and what is drawn is a histogram of whole numbers.
    """
    n0 = np.maximum(draws - observed, 0)
    if np.quantile(n0, 0.1) < _FEW_UNSEEN:
        return _steps(n0, observed, reach)
    logs = np.log(n0 + 0.5)
    counts, edges = np.histogram(logs, bins=2048)
    centres = (edges[1:] + edges[:-1]) / 2
    grid = np.linspace(observed, reach, _POINTS)
    x = np.log(grid - observed + 0.5)
    h = _bandwidth(logs)
    held = counts > 0
    kernel = np.exp(-0.5 * ((x[:, None] - centres[held]) / h) ** 2) @ counts[held]
    height = kernel / (grid - observed + 0.5)
    height[0] = 0.0
    return [(float(N), float(y)) for N, y in zip(grid, height / height.max(), strict=True)]


def _bandwidth(logs: npt.NDArray[np.float64]) -> float:
    low, high = np.quantile(logs, [0.25, 0.75])
    spread = min(float(logs.std()), float(high - low) / 1.34) or float(logs.std()) or 0.1
    return float(0.9 * spread * len(logs) ** -0.2)


def _steps(n0: Draws, observed: int, reach: float) -> Outline:
    wide = max(1, math.ceil((reach - observed) / _BINS))
    many = max(1, math.ceil((reach - observed) / wide))
    counts = np.bincount(np.minimum(n0 // wide, many), minlength=many + 1)[:many]
    outline: list[tuple[float, float]] = []
    for i, height in enumerate(counts / max(int(counts.max()), 1)):
        outline += [
            (observed + i * wide, float(height)),
            (observed + (i + 1) * wide, float(height)),
        ]
    return outline


def rows_of(study: Study, reach: float) -> list[ForestRow]:
    """Every method's answer, refusals last."""
    rows = []
    for estimate in study.estimates:
        if estimate.point is None:
            continue
        bound = estimate.bound
        interval = estimate.interval
        low, high = interval or (None, None)
        mark = IntervalMark(estimate.point, low, high, bound, estimate is study.headline)
        words = estimate_text(estimate.point, interval, study.least_observed, bound=bound)
        if bound and "bound" not in label(estimate).lower():
            words = EstimateText(f"lower bound: {words.long}", f"bound: {words.short}")
        outline = None
        if estimate.draws is not None:
            base = min(study.observed, int(estimate.draws.min()))
            outline = density(estimate.draws, base, reach)
        rows.append(ForestRow(label(estimate), words, mark, outline))
    refused = [estimate for estimate in study.estimates if estimate.point is None]
    if len(refused) > 1 and not rows and len({each.reason for each in refused}) == 1:
        return [ForestRow.refused("Every method", refused[0].reason)]
    return [*rows, *(ForestRow.refused(label(each), each.reason) for each in refused)]


def study_reach(study: Study) -> float:
    """How far the axis goes."""
    ok = [estimate for estimate in study.estimates if estimate.point is not None]
    points = [study.observed, *(e.point for e in ok if e.point is not None)]
    lead = study.headline.interval if study.headline else None
    uppers = [e.interval[1] for e in ok if e.interval]
    return axis_reach(points, uppers, lead[1] if lead else None)


def in_sentences(study: Study) -> str:
    """What the rows say, for those who hear it."""
    parts = [f"Documented: {whole(study.observed)}."]
    parts += [f"{row.name}: {row.text.long}." for row in rows_of(study, study_reach(study))]
    return " ".join(parts)


def cut_notes(study: Study, far: float) -> list[str]:
    """Say whose interval or hill goes on beyond the picture, and how much of it does."""
    found = []
    for estimate in study.estimates:
        if estimate.interval is None or estimate.bound:
            continue
        parts = []
        if math.isinf(estimate.interval[1]):
            parts.append("the interval has no upper end")
        elif estimate.interval[1] > far:
            words = estimate_text(estimate.number(), estimate.interval, study.least_observed).long
            parts.append(f"the interval goes on to {words.rsplit(' ', 1)[-1]}")
        beyond = 0.0 if estimate.draws is None else float(np.mean(estimate.draws > far))
        if beyond >= 0.005 or (parts and beyond):
            parts.append(f"{percent(beyond)} of the draws are beyond the right end of the picture")
        if parts:
            found.append(f"{label(estimate)}: {', and '.join(parts)}.")
    return found


def posterior(study: Study) -> Plot:
    """Posterior density of N and the interval of every method, one under the other.

    A method with draws has a density over its interval, one without has its interval, a lower
    bound an arrow, a refusal its reason.

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
    >>> posterior(run(table, EstimateSettings(["independence"]))).desc
    'Documented: 70. Independent lists: about 150, between 100 and 255.'
    """
    far = study_reach(study)
    words = [*bar_notes(study), *cut_notes(study, far)]
    if any(e.ok and e.draws is not None for e in study.estimates):
        words.insert(0, "Curves are posterior densities, scaled to one height.")

    def draw(on: Drawing) -> float:
        axis = Axis(EDGE, on.width - 12.0, far)
        rows = rows_of(study, far)
        return notes(on, draw_rows(on, head(on), rows, axis, observed=study.observed), words)

    title = "Total by method, with intervals"
    rows = (
        {"method": each.method, "point": each.point, **limits(each.interval), "reason": each.reason}
        for each in study.estimates
    )
    return draw_plot("posterior", title, in_sentences(study), draw, rows)


def bar_notes(study: Study) -> list[str]:
    """What a bar and an arrow mean."""
    found = []
    if (headline := study.headline) is not None:
        found.append(
            f"A bar is a {headline.level:.0%} interval and its dot the estimate; the main method "
            "is in bold."
        )
    if any(e.ok and e.bound for e in study.estimates):
        found.append("A triangle is a lower bound: the total is at least that.")
    return found
