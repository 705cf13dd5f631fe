"""Precision and recall of a linkage from a hand-labelled sample of pairs.

Design-based: a sampled pair stands for all pairs of its stratum (Horvitz and Thompson 1952), and
precision, recall and F1 are ratios of such totals. Their intervals have sampling error alone:
labels are assumed right, and pairs without an answer like the others of their stratum (the two
extremes are given beside).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from uncounted.errors import BadInput
from uncounted.linkage.arrays import Flags, Floats, Ints
from uncounted.linkage.diagnostics import Json
from uncounted.linkage.evaluation.calibration import (
    Bin,
    Calibration,
    Links,
    StatedPairs,
    band,
    bins_of,
    error_of,
    rooms,
)
from uncounted.linkage.evaluation.ground_truth import of_one_list
from uncounted.linkage.evaluation.intervals import (
    Interval,
    Stratum,
    clustered_share,
    ratio_limits,
    total_limits,
)
from uncounted.linkage.evaluation.labels import Labelled, LabelledPairs
from uncounted.linkage.evaluation.recalibration import recalibrated
from uncounted.linkage.evaluation.sampling import MANY, all_fit, holds_links
from uncounted.linkage.point_estimate import point_partition
from uncounted.linkage.result import Linkage, pairs_within

# Kinds of pairs: linked and the same; linked and not; the same, not linked, in some draw and
# in none. Each measure falls to 0 in r at weights(r) . kinds.
_KINDS = ("both", "false", "missed", "never")
_WEIGHTS: Mapping[str, tuple[tuple[float, float], ...]] = {  # (at r = 0, slope), a kind each
    "precision": ((1, -1), (0, -1), (0, 0), (0, 0)),
    "recall": ((1, -1), (0, 0), (0, -1), (0, -1)),
    "f1": ((2, -2), (0, -1), (0, -1), (0, -1)),
    "recall_of_possible": ((1, -1), (0, 0), (0, -1), (0, 0)),
}


@attrs.frozen
class DesignEstimate:
    """An estimate (None: of nothing), its interval, and its value if all unsure are yes or no."""

    value: float | None
    interval: Interval
    if_unsure_same: float | None
    if_unsure_different: float | None


@attrs.frozen
class ClericalEvaluation:
    """A linkage held against a hand-labelled sample.

    `figures` are precision, recall and F1 over the frame, and the recall of pairs that some draw
    links. `linked` pairs are those of the point partition, of which the frame holds `n_evaluated`
    by the sample's estimate; `gone` ones are of reports not linked here (`gone_rows` of the file).
    `relinked`: the linkage is not the one that the sample was drawn from; pairs that it
    newly links are not evaluated.
    """

    figures: Mapping[str, DesignEstimate]
    true: float
    true_interval: Interval
    linked: int
    drawn: int
    labelled: int
    unsure: int
    gone: int
    gone_rows: tuple[int, ...]
    relinked: bool
    calibration: Calibration
    level: float
    includes_single_key_pairs: bool = True
    n_evaluated: float = 0.0

    def to_json(self) -> Json:
        """As plain values."""
        out = {**attrs.asdict(self), "calibration": self.calibration.to_json()}
        return {**out, **{name: each.value for name, each in self.figures.items()}}


@attrs.frozen(eq=False)
class _Judged:
    """The labelled pairs as arrays, in the order of the file, and their strata, by name."""

    pairs: StatedPairs
    stratum: Ints
    weight: Floats  # pairs of the frame that each represents
    linked: Flags
    same: Flags
    names: Sequence[str]
    strata: Sequence[Stratum]  # with their kinds of pairs, in the order of `_KINDS`


def estimate(linkage: Linkage, sample: LabelledPairs, *, level: float = 0.95) -> ClericalEvaluation:
    """Estimate precision, recall, F1 and calibration from a labelled sample of pairs."""
    at = linkage.index
    present = [row for row in sample.rows if row.one in at and row.two in at]
    if not present:
        raise BadInput(
            "the sample holds no pair of reports that were linked",
            hint="use a sample that was drawn from this case file",
        )
    names = sorted({row.stratum for row in sample.rows})
    answered = [row for row in present if row.same is not None]
    unsure = [row for row in present if row.same is None]
    _check_answered(names, answered)
    point = point_partition(linkage)
    judged = _judged(linkage, answered, point, names)
    strata, extremes = judged.strata, []
    for same in (True, False):
        rows = [*answered, *(attrs.evolve(row, same=same) for row in unsure)]
        extremes.append(_judged(linkage, rows, point, names).strata)
    total, low, high = total_limits(strata, np.array([[1.0, 0.0, 1.0, 1.0]]), level)
    linked = pairs_within(point)
    return ClericalEvaluation(
        figures={name: _sampled(name, strata, extremes, level) for name in _WEIGHTS},
        true=float(total[0]),
        true_interval=(max(float(low[0]), 0.0), float(high[0])),
        linked=linked,
        drawn=len(sample.rows),
        labelled=len(answered),
        unsure=len(unsure),
        gone=len(sample.rows) - len(present),
        gone_rows=tuple(row.row for row in sample.rows if not (row.one in at and row.two in at)),
        relinked=_relinked(judged, linked),
        calibration=_calibration(linkage, judged, level),
        level=level,
        includes_single_key_pairs=MANY in names,
        n_evaluated=float(total_limits(strata, np.array([[1.0, 1.0, 0.0, 0.0]]), level)[0][0]),
    )


def _check_answered(names: Sequence[str], answered: Sequence[Labelled]) -> None:
    done = {row.stratum for row in answered}
    if lacking := [name for name in names if name not in done]:
        raise BadInput(
            f"no pair of stratum {lacking[0]} is labelled",
            hint="label some pairs of each stratum; the rows are in random order, so"
            " start with the first",
        )


def _judged(
    linkage: Linkage, rows: Sequence[Labelled], point: NDArray[Any], names: Sequence[str]
) -> _Judged:
    pairs = StatedPairs.labelled(linkage, rows)
    stratum = np.array([names.index(row.stratum) for row in rows], np.int64)
    of, drawn = {row.stratum: row.of for row in rows}, np.bincount(stratum, minlength=len(names))
    linked = point[pairs.left] == point[pairs.right]
    same = np.array([bool(row.same) for row in rows], np.bool_)
    ever = pairs.stated > 0
    kinds = np.stack([linked & same, linked & ~same, ~linked & same & ever, ~linked & same & ~ever])
    strata = [
        Stratum(of[name], int(drawn[i]), tuple(kinds[:, stratum == i].sum(axis=1).tolist()))
        for i, name in enumerate(names)
    ]
    weight = np.array([row.of for row in rows], np.float64) / drawn[stratum]
    return _Judged(pairs, stratum, weight, linked, same, names, strata)


def _sampled(
    name: str, strata: Sequence[Stratum], extremes: Sequence[Sequence[Stratum]], level: float
) -> DesignEstimate:
    def weights(r: Floats) -> Floats:
        return np.stack([start + slope * r for start, slope in _WEIGHTS[name]], axis=1)

    limits = ratio_limits(strata, weights, level)
    return DesignEstimate(_ratio(strata, name), limits, *(_ratio(each, name) for each in extremes))


def _ratio(strata: Sequence[Stratum], name: str) -> float | None:
    """The estimate: where the total of the weighted kinds is 0."""
    totals = sum(each.of * np.array(each.kinds) / each.drawn for each in strata)
    start, slope = (float(np.dot(totals, [each[i] for each in _WEIGHTS[name]])) for i in (0, 1))
    return start / -slope if slope else None


def _relinked(judged: _Judged, linked: int) -> bool:
    """Whether a pair is where it was not drawn from, or more or less is linked than was."""
    strata = zip(judged.names, judged.strata, strict=True)
    then = sum(stratum.of for name, stratum in strata if holds_links(name))
    names = [judged.names[at] for at in judged.stratum]
    return then != linked or not all_fit(names, judged.linked, judged.pairs.stated)


def _calibration(linkage: Linkage, judged: _Judged, level: float) -> Calibration:
    """Bins from the sample by weight; the links that draws expect are of all pairs."""
    ever = judged.pairs.stated > 0
    stated = np.where(ever, judged.pairs.stated, np.nan)  # what no draw links is in no bin
    bins, mass = [], []
    for low, high, inside in bins_of(stated):
        weight = judged.weight[inside]
        share = float((weight * judged.same[inside]).sum() / weight.sum())
        variance = _variance(judged, inside, share)
        count = int(inside.sum())
        mean = float((weight * stated[inside]).sum() / weight.sum())
        worth = float(weight.sum() ** 2 / (weight**2).sum())
        interval = clustered_share(share, variance, worth, count, level)
        bins.append(Bin(low, high, mean, share, interval, count, count))
        mass.append(float(weight.sum()))
    pairs = StatedPairs.of(linkage.labels)
    doubt, alike = judged.pairs.doubtful, of_one_list(linkage, judged.pairs)
    doubtful, all_alike = pairs.doubtful, of_one_list(linkage, pairs)

    def links(of: Flags, sampled: Flags) -> Links:
        return _links(linkage, pairs.only(of), judged, sampled, level)

    return Calibration(
        bins=tuple(bins),
        error=error_of(bins, mass),
        all_pairs=links(np.ones_like(doubtful), np.ones_like(ever)),
        doubtful=links(doubtful, doubt),
        never=float((judged.weight * (judged.same & ~ever)).sum()),
        level=level,
        within=links(doubtful & all_alike, doubt & alike),
        across=links(doubtful & ~all_alike, doubt & ~alike),
        line=recalibrated(
            judged.pairs.stated[doubt],
            judged.same[doubt],
            rooms(len(linkage.keys), pairs, judged.pairs)[doubt].tolist(),
            weight=judged.weight[doubt],
            level=level,
            by="randomly sampled pairs",
        ),
    )


def _variance(judged: _Judged, inside: Flags, share: float) -> float:
    """Of a weighted share within a stratified sample, linearised."""
    off = np.where(inside, judged.weight * (judged.same - share), 0.0)
    off = off / judged.weight[inside].sum()
    total = 0.0
    for i, stratum in enumerate(judged.strata):
        own = off[judged.stratum == i]
        if len(own) > 1:
            total += (1 - stratum.drawn / stratum.of) * len(own) * float(own.var(ddof=1))
    return total


def _links(
    linkage: Linkage,
    pairs: StatedPairs,
    judged: _Judged,
    inside: Flags,
    level: float,
) -> Links:
    """Links that the draws expect over `pairs`, and an estimate of how many are true."""
    counted = [
        attrs.evolve(stratum, kinds=(int((judged.same & inside)[judged.stratum == i].sum()),))
        for i, stratum in enumerate(judged.strata)
        if inside[judged.stratum == i].any()
    ]
    total, low, high = total_limits(counted, np.ones((1, 1)), level)
    mass = np.ones(len(pairs.left))
    return Links(
        pairs=len(pairs.left),
        expected=float(pairs.stated.sum()),
        interval=band(pairs.drawn(linkage.labels, mass), level),
        actual=float(total[0]),
        actual_interval=(max(float(low[0]), 0.0), float(high[0])),
    )
