"""Calibrated intervals: what a method says, corrected by its errors on lists of known size.

The figures are in `record.toml`, which `benchmarks/study_track_record.py` writes. A table unlike
any in the collection has no calibrated interval.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

import attrs
import numpy as np

from uncounted.captures import CaptureTable
from uncounted.estimate.base.labels import label
from uncounted.estimate.base.result import Estimate, Study, first_number
from uncounted.estimate.base.rows import CalibratedInterval, TrackRecord
from uncounted.estimate.track_record.error_model import (
    ErrorModel,
    UndocumentedLaw,
    combination,
    implied_log_sd,
)

COMBINED = "combined"
COMBINED_METHODS = ("decomposable", "sample-coverage", "chao")
_RECORD = "record.toml"


@attrs.frozen
class TableFeatures:
    """What a table is compared by with those of the collection.

    Attributes:
        lists: number of lists.
        documented: people on at least one list.
        shared: share of them on two lists or more.
    """

    lists: float
    documented: float
    shared: float

    @classmethod
    def of(cls, tables: Sequence[CaptureTable]) -> TableFeatures:
        """Of one table, or of strata together: the most lists in any."""
        documented = sum(table.observed for table in tables)
        single = sum(table.seen_exactly(1) for table in tables)
        lists = max(sum(n > 0 for n in table.list_totals.values()) for table in tables)
        return cls(lists, documented, 1 - single / documented if documented else 0.0)

    @classmethod
    def mean(cls, each: Sequence[TableFeatures], weights: Sequence[int]) -> TableFeatures:
        """The mean over linkage draws: of each different table, and how many draws gave it."""
        columns = zip(*map(attrs.astuple, each), strict=True)
        return cls(*(float(np.average(values, weights=weights)) for values in columns))


@attrs.frozen
class _Record:
    """The contents of `record.toml`."""

    limits: Mapping[str, tuple[float, float]]
    methods: Mapping[str, TrackRecord]
    models: Mapping[str, ErrorModel]


@cache
def _record() -> _Record:
    text = resources.files(__package__).joinpath(_RECORD).read_text("utf-8")
    found = tomllib.loads(text)
    methods = found["methods"]
    return _Record(
        {name: (low, high) for name, (low, high) in found["limits"].items()},
        {
            name: TrackRecord(each["tests"], each["collections"], each["covered"])
            for name, each in methods.items()
        },
        {name: ErrorModel(each["shift"], each["sd"]) for name, each in methods.items()},
    )


def unlike_collection(features: TableFeatures) -> str | None:
    """Why the errors on the collection say nothing about a table; None if they do."""
    limits = _record().limits
    fewest, most = limits["lists"]
    if not fewest <= features.lists <= most:
        return (
            f"methods were tested on tables of {fewest:g} to {most:g} lists, not on"
            f" {features.lists:g}"
        )
    least, greatest = limits["documented"]
    if not least <= features.documented <= greatest:
        return (
            f"methods were tested on tables of {least:,.0f} to {greatest:,.0f} documented people,"
            f" not on {features.documented:,.0f}"
        )
    low, high = limits["shared"]
    if not low <= features.shared <= high:
        return (
            f"{features.shared:.1%} of the documented people are on two lists or more; in the"
            f" tables on which methods were tested, {low:.1%} to {high:.0%}"
        )
    return None


def with_track_record(study: Study, features: TableFeatures, headline: str) -> Study:
    """Add to each estimate its track record and its calibrated interval, and what leads.

    The combined calibrated interval leads; where its methods were not all run, that of the first
    method that is no lower bound; with the headline `model` none does.
    """
    reason = unlike_collection(features)
    estimates = tuple(with_own_record(each, study.observed, reason) for each in study.estimates)
    found = None if headline == "model" else lead(estimates, study.observed, reason)
    return attrs.evolve(study, estimates=estimates, calibrated=found)


def lead(
    estimates: Sequence[Estimate], observed: int, reason: str | None
) -> CalibratedInterval | None:
    """The calibrated interval that leads, of estimates with theirs."""
    found = combined(estimates, observed, reason)
    if found is not None:
        return found
    main = first_number(estimates)
    return None if main is None else main.calibrated


def with_own_record(estimate: Estimate, observed: int, reason: str | None) -> Estimate:
    """One method's track record (at 95%) and its calibrated interval."""
    if not estimate.ok or estimate.method not in _record().methods:
        return estimate
    found = _calibrated(estimate.method, [estimate], observed, reason)
    own = _record().methods[estimate.method]
    return attrs.evolve(
        estimate,
        track_record=own if reason is None and math.isclose(estimate.level, 0.95) else None,
        calibrated=found,
    )


def combined(
    estimates: Sequence[Estimate], observed: int, reason: str | None = None
) -> CalibratedInterval | None:
    """The calibrated interval that a study leads with; None where its methods were not all run.

    The undocumented by decomposable graphs, sample coverage and Chao's lower bound are combined
    as the mean of their logarithms, over those of the three that give a number. On lists of known
    size this has smaller errors than any of them.
    """
    by_name = {each.method: each for each in estimates}
    if not all(name in by_name for name in COMBINED_METHODS):
        return None
    answering = [by_name[name] for name in COMBINED_METHODS if by_name[name].ok]
    return _calibrated(COMBINED, answering, observed, reason)


def _parts(estimates: Sequence[Estimate], observed: int) -> list[tuple[float, float]]:
    """Of each estimate the undocumented and the standard deviation of their log, if it has one."""
    parts = []
    for each in estimates:
        low, high = each.interval or (math.nan, math.inf)
        log_sd = implied_log_sd((low - observed, high - observed), each.level)
        if log_sd is not None:
            parts.append((each.number() - observed, log_sd))
    return parts


def combined_law(study: Study) -> UndocumentedLaw | None:
    """The law of which a study's combined calibrated interval has the quantiles; None without."""
    found = study.calibrated
    if found is None or found.point is None or found.method != COMBINED:
        return None
    answering = [study[name] for name in COMBINED_METHODS if study[name].ok]
    combination_of = combination(_parts(answering, study.observed))
    return _record().models[COMBINED].law(*combination_of)


def _calibrated(
    method: str,
    estimates: Sequence[Estimate],
    observed: int,
    reason: str | None,
) -> CalibratedInterval:
    record = _record()
    parts = _parts(estimates, observed)
    level = estimates[0].level if estimates else 0.95
    if not parts:
        reason = reason or f"{label(method)}: no interval with an upper limit"
    if reason is not None:
        return CalibratedInterval(method, level, reason=reason)
    model, tests = record.models[method], record.methods[method].tests
    middle, low, high = model.undocumented(*combination(parts), level)
    limits = (observed + low, observed + high)
    return CalibratedInterval(method, level, observed + middle, limits, tests=tests)
