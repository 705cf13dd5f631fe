"""Expected accuracy of the point partition by the draws alone: right if they are calibrated."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
import numpy as np
from numpy.typing import NDArray

from uncounted.linkage.diagnostics import Json
from uncounted.linkage.evaluation import metrics as ms
from uncounted.linkage.evaluation.calibration import StatedPairs, band
from uncounted.linkage.evaluation.intervals import Interval
from uncounted.linkage.point_estimate import point_partition
from uncounted.linkage.result import Linkage


@attrs.frozen
class ExpectedAccuracy:
    """Each measure's mean over the draws, every one taken for the truth in turn.

    `figures` by name: the mean, and the interval of the draws, which reaches to the mean at least;
    None where most draws have nothing that it could be a share of. `linked` pairs and `people` are
    those of the point partition; `doubtful` pairs have a probability between .05 and .95.
    """

    figures: Mapping[str, tuple[float, Interval] | None]
    linked: int
    links: tuple[float, Interval]
    people: int
    people_draws: tuple[float, Interval]
    doubtful: int
    level: float

    def to_json(self) -> Json:
        """As plain values."""
        return {
            **attrs.asdict(self),
            "figures": {
                name: None if found is None else {"mean": found[0], "interval": list(found[1])}
                for name, found in self.figures.items()
            },
            "holds_if": "the probabilities mean what they say; only labels can show that",
        }


def expected_accuracy(linkage: Linkage, *, level: float = 0.95) -> ExpectedAccuracy:
    """Compare the point partition with each draw in turn."""
    point = point_partition(linkage)
    sums = np.array(
        [
            ms.parts(ms.cluster_overlap(point, row.astype(np.int64))).sum(axis=0)
            for row in linkage.labels
        ]
    )
    values = ms.measures(sums)
    figures: dict[str, tuple[float, Interval] | None] = {}
    for i, name in enumerate(ms.MEASURES):
        values_drawn = values[np.isfinite(values[:, i]), i]
        figures[name] = (
            _with_mean(values_drawn, level) if 2 * len(values_drawn) > len(values) else None
        )
    links = sums[:, ms.SUMS.index("true")]
    people = linkage.people.astype(np.float64)
    return ExpectedAccuracy(
        figures=figures,
        linked=round(float(sums[0, ms.SUMS.index("found")])) if len(sums) else 0,
        links=(float(links.mean()), band(links, level)),
        people=int(point.max(initial=-1)) + 1,
        people_draws=(float(np.median(people)), band(people, level)),
        doubtful=int(StatedPairs.of(linkage.labels).doubtful.sum()),
        level=level,
    )


def _with_mean(values_drawn: NDArray[np.float64], level: float) -> tuple[float, Interval]:
    """The mean and the band; where nearly all draws agree, a few others may move the mean out."""
    mean, (low, high) = float(values_drawn.mean()), band(values_drawn, level)
    return mean, (min(low, mean), max(high, mean))
