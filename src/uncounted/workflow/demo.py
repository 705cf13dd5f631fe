"""How far a released estimate of the example is from its known truth."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path

import attrs

from uncounted.captures import CaptureTable


@attrs.frozen
class PerfectLinkage:
    """The estimate from the true table of counts."""

    point: float
    interval: Sequence[float]


@attrs.frozen
class CalibratedEstimate:
    """The calibrated estimate as released."""

    point: float
    interval: Sequence[float]


@attrs.frozen
class DemoResult:
    """The released estimates, the one under perfect linkage, and the true number."""

    page: str
    pdf: str
    method: str
    point: float
    interval: Sequence[float]
    calibrated: CalibratedEstimate | None
    perfect_linkage: PerfectLinkage
    truth: int
    off_by: float
    seconds: float


def compare_with_truth(truth_file: Path, released: Path, seconds: float) -> DemoResult:
    """Compare a release with the truth of the simulated population it is of."""
    from uncounted.estimate import EstimateSettings, run
    from uncounted.estimate.base.rounding import round_to_interval

    truth = json.loads(truth_file.read_text(encoding="utf-8"))
    release = json.loads((released / "estimate.json").read_text(encoding="utf-8"))
    method = release["headline"]
    headline = next(each for each in release["estimates"] if each["method"] == method)
    table = CaptureTable(tuple(truth["lists"]), truth["with_consent"]["patterns"])
    perfect = run(table, EstimateSettings(method))[method]
    calibrated = release["calibrated"]
    shown = round_to_interval(perfect.number(), perfect.interval, table.observed)
    return DemoResult(
        page=str(released / "report.html"),
        pdf=str(released / "report.pdf"),
        method=method,
        point=headline["point"],
        interval=headline["interval"],
        calibrated=calibrated and CalibratedEstimate(calibrated["point"], calibrated["interval"]),
        perfect_linkage=PerfectLinkage(
            shown.point, (shown.low or 0, math.inf if shown.high is None else shown.high)
        ),
        truth=truth["people"],
        off_by=headline["point"] / truth["people"] - 1,
        seconds=seconds,
    )
