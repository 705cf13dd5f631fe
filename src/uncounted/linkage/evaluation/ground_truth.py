"""Accuracy of a linkage against ground truth: person ids of all or some reports, or labelled pairs.

Each figure has its sampling error and its linkage uncertainty apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from uncounted.errors import BadInput, UsedWrongly
from uncounted.linkage.arrays import Flags, Floats, Ints, connected
from uncounted.linkage.diagnostics import Json
from uncounted.linkage.evaluation import metrics as ms
from uncounted.linkage.evaluation.calibration import (
    Calibration,
    StatedPairs,
    band,
    calibrate,
    rooms,
)
from uncounted.linkage.evaluation.intervals import Interval
from uncounted.linkage.evaluation.labels import LabelledPairs, Persons
from uncounted.linkage.point_estimate import point_partition
from uncounted.linkage.result import Linkage, numbered, pairs_within

_BOTH, _FOUND, _TRUE = (ms.SUMS.index(name) for name in ("both", "found", "true"))


@attrs.frozen
class AccuracyFigure:
    """A measure (None: of nothing), its sampling interval, and median and interval of draws."""

    value: float | None
    sampling: Interval | None = None
    draws: tuple[float, float, float] | None = None


@attrs.frozen
class TruthComparison:
    """A linkage held against labels.

    `compared_with` is "persons", "people in full" (the people named are complete), or "pairs";
    `resampled` what the sampling intervals draw again ("groups of people", "people" or "groups of
    pairs"), of which there are `units`. `found`, `true` and `both` are pairs linked, true and both,
    as weights say. `people_ratio` is people found for each true one.
    """

    compared_with: str
    resampled: str
    units: int
    level: float
    figures: Mapping[str, AccuracyFigure]
    found: float
    true: float
    both: float
    counts: Mapping[str, int]
    calibration: Calibration
    people: float | None = None
    true_people: float | None = None
    people_draws: tuple[float, float, float] | None = None
    people_ratio: AccuracyFigure | None = None

    def to_json(self) -> Json:
        """As plain values."""
        out = {**attrs.asdict(self), "calibration": self.calibration.to_json()}
        return {**out, **{name: figure.value for name, figure in self.figures.items()}}


def against_persons(
    linkage: Linkage, truth: Persons, *, complete: bool = False, level: float = 0.95
) -> TruthComparison:
    """Compare the point partition of a linkage with who each report is about.

    `complete`: all reports of the people named are named, so a link to any other report is false;
    else labelled reports are judged among themselves. Weights of people need it.
    """
    if truth.weight and not complete:
        raise UsedWrongly(
            "weights of people need --all-records",
            hint="add --all-records if the file has all reports of each of its people",
        )
    person, weight, missing = _persons(linkage, truth)
    known = person >= 0
    if not known.any():
        raise BadInput(
            "the file of known matches has none of the linked reports",
            hint="its columns source and report must be as uncounted clusters writes them",
        )
    point = point_partition(linkage)
    kept = np.ones_like(known) if complete else known
    seen, who = numbered(point[kept]), person[kept]
    cells = ms.cluster_overlap(seen, who)
    table = ms.parts(cells)
    group = np.arange(cells.persons) if complete else ms.mixed_up(cells)
    units = ms.by_group(table, group)
    totals = np.array(
        [weight @ ms.parts(ms.cluster_overlap(numbered(row[kept]), who)) for row in linkage.labels]
    )
    point_totals = weight @ table
    unit_weight = weight if complete else np.ones(len(units))
    figures = _figures(point_totals, totals, ms.sampling(units, unit_weight, level), level)
    if complete and not known.all():  # the entropy of a part has no relation to that of the whole
        figures = {k: v for k, v in figures.items() if k not in ("homogeneity", "completeness")}
    people = totals[:, ms.SUMS.index("found_people")]
    found_people, true_people = (
        float(point_totals[ms.SUMS.index(name)]) for name in ("found_people", "people")
    )
    return TruthComparison(
        compared_with="people in full" if complete else "persons",
        resampled="people" if complete else "groups of people",
        units=len(units),
        level=level,
        figures=figures,
        found=float(point_totals[_FOUND]),
        true=float(point_totals[_TRUE]),
        both=float(point_totals[_BOTH]),
        counts={
            "reports": int(known.sum()),
            "not_in_the_truth": int((~known).sum()),
            "not_linked": missing,
            "of_no_list": _of_no_list(linkage, (source for source, _ in truth.of)),
            "without_a_person": truth.unlabelled,
            "links_not_judged": 0 if complete else pairs_within(point) - pairs_within(seen),
        },
        calibration=_calibrated(linkage, person, weight, complete, level),
        people=found_people,
        true_people=true_people,
        people_draws=_over_draws(people, level),
        people_ratio=AccuracyFigure(
            found_people / true_people,
            ms.more_people(units * unit_weight[:, None], level),
        ),
    )


def _persons(linkage: Linkage, truth: Persons) -> tuple[Ints, Floats, int]:
    """The person of each report (-1: not labelled), each person's weight, labels not linked."""
    at = linkage.index
    number: dict[str, int] = {}
    person = np.full(len(linkage.keys), -1, np.int64)
    missing = 0
    for key, name in truth.of.items():
        if key in at:
            person[at[key]] = number.setdefault(name, len(number))
        else:
            missing += 1
    weight = np.array([truth.weight.get(name, 1.0) for name in number], np.float64)
    return person, weight, missing


def _of_no_list(linkage: Linkage, sources: Iterable[str]) -> int:
    """How many lists are named that have no report among the linked."""
    return len(set(sources) - set(linkage.sources))


def _over_draws(values: Floats, level: float) -> tuple[float, float, float] | None:
    values = values[np.isfinite(values)]
    if not len(values):
        return None
    return (float(np.median(values)), *band(values, level))


def _figures(
    point: Floats, totals: Floats, sampled: Mapping[str, Interval | None], level: float
) -> dict[str, AccuracyFigure]:
    values, drawn = ms.measures(point), ms.measures(totals)
    return {
        name: AccuracyFigure(
            float(values[i]) if np.isfinite(values[i]) else None,
            sampled[name],
            _over_draws(drawn[:, i], level),
        )
        for i, name in enumerate(ms.MEASURES)
    }


def _calibrated(
    linkage: Linkage, person: Ints, weight: Floats, complete: bool, level: float
) -> Calibration:
    """Pairs with a label at both ends; of complete people, half a pair for each labelled end."""
    pairs = StatedPairs.of(linkage.labels)
    one, two = person[pairs.left], person[pairs.right]
    right = (one == two) & (one >= 0)
    own = np.append(weight, 0.0)  # -1 is no person, and weighs nothing
    if complete:
        mass = (own[one] + own[two]) / 2
    else:
        mass = ((one >= 0) & (two >= 0)).astype(np.float64)
    whole = np.zeros(len(mass), np.int64)
    whole[mass > 0] = rooms(len(linkage.keys), pairs.only(mass > 0))
    sizes = np.bincount(person[person >= 0], minlength=len(weight))
    true = float((weight * (sizes * (sizes - 1) / 2)).sum())
    never = true - float(mass[right].sum())
    return calibrate(
        pairs,
        right,
        whole,
        linkage.labels,
        alike=of_one_list(linkage, pairs),
        mass=mass,
        never=max(never, 0.0),
        level=level,
    )


def of_one_list(linkage: Linkage, pairs: StatedPairs) -> Flags:
    """Whether each pair is of two reports of one list."""
    _, source = np.unique(np.array(linkage.sources), return_inverse=True)
    return np.asarray(source[pairs.left] == source[pairs.right], np.bool_)


def against_pairs(
    linkage: Linkage, truth: LabelledPairs, *, level: float = 0.95
) -> TruthComparison:
    """Compare a linkage with labelled pairs; representative only if these are a random sample."""
    at = linkage.index
    judged = [row for row in truth.rows if row.same is not None]
    rows = [row for row in judged if row.one in at and row.two in at]
    if not rows:
        raise BadInput(
            "the file of known matches has no pair of linked reports",
            hint="its columns of sources and reports must be as uncounted clusters writes them",
        )
    same = np.array([bool(row.same) for row in rows])
    pairs = StatedPairs.labelled(linkage, rows)
    group = np.unique(
        connected(len(linkage.keys), pairs.left, pairs.right)[pairs.left], return_inverse=True
    )[1]
    units = ms.by_group(_pair_parts(pairs, same, point_partition(linkage)), group)
    totals = np.array([_pair_parts(pairs, same, row).sum(axis=0) for row in linkage.labels])
    point = units.sum(axis=0)
    sampled = ms.sampling(units, np.ones(len(units)), level)
    figures = _figures(point, totals, sampled, level)
    ever = pairs.stated > 0
    return TruthComparison(
        compared_with="pairs",
        resampled="groups of pairs",
        units=len(units),
        level=level,
        figures={name: figures[name] for name in ("precision", "recall", "f1")},
        found=float(point[_FOUND]),
        true=float(point[_TRUE]),
        both=float(point[_BOTH]),
        counts={
            "pairs": len(rows),
            "unsure": truth.unsure,
            "not_linked": len(judged) - len(rows),
            "of_no_list": _of_no_list(
                linkage, (end[0] for row in judged for end in (row.one, row.two))
            ),
        },
        calibration=calibrate(
            pairs.only(ever),
            same[ever],
            rooms(len(linkage.keys), pairs.only(ever)),
            linkage.labels,
            alike=of_one_list(linkage, pairs.only(ever)),
            never=float(same[~ever].sum()),
            level=level,
        ),
    )


def _pair_parts(pairs: StatedPairs, same: Flags, labels: NDArray[Any]) -> Floats:
    linked = labels[pairs.left] == labels[pairs.right]
    table = np.zeros((len(same), len(ms.SUMS)))
    table[:, _BOTH], table[:, _FOUND], table[:, _TRUE] = same & linked, linked, same
    return table
