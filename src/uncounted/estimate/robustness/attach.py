"""Robustness checks and comparisons added to a study; no estimate is changed.

A study is made of estimates; this module adds the checks that
`docs/explanation/sensitivity.md` lists.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import attrs

from uncounted.captures import CaptureTable
from uncounted.estimate.base.result import Estimate, Study
from uncounted.estimate.base.rows import PriorRow
from uncounted.estimate.base.settings import DEFAULT, EstimateSettings
from uncounted.estimate.robustness.claims import compare_claim
from uncounted.estimate.robustness.contradictions import read_first
from uncounted.estimate.robustness.ending_lists import ending_warnings
from uncounted.estimate.robustness.leave_one_out import (
    disagreements,
    influence_warnings,
    leave_one_out,
    lighter,
    priors,
    spread,
)
from uncounted.estimate.robustness.list_consistency import (
    TWO_LISTS,
    consistency,
    consistency_warnings,
)
from uncounted.estimate.robustness.trajectory import FEWER, stability_warnings, trajectory
from uncounted.progress import Progress, silent

type Method = Callable[..., Estimate]

_FEW = 60  # resamples of a fit that is one of twenty
_SLOW = ("latent-class",)  # a fit takes tenths of a second or more: fewer parts, in one order


def add_checks(
    study: Study,
    settings: EstimateSettings,
    table: CaptureTable | None,
    methods: Mapping[str, Method],
    *,
    progress: Progress = silent,
) -> Study:
    """Add what follows from the estimates alone, and robustness checks on a checked table, if any.

    The table is that of the study, or of its point partition.
    """
    study = compare(study, settings)
    if table is not None and study.headline is not None:
        study = _add_robustness(study, study.headline, settings, table, methods, progress)
    return attrs.evolve(study, read_first=read_first(study, study.headline, study.calibrated))


def compare(study: Study, settings: EstimateSettings = DEFAULT) -> Study:
    """Add what follows from the estimates alone: their spread, a claim."""
    return attrs.evolve(
        study,
        spread=spread(study),
        warnings=study.warnings + disagreements(study),
        claim=None
        if settings.claim is None
        else compare_claim(study.estimates, study.observed, settings.claim, study.least_observed),
    )


def _add_robustness(
    study: Study,
    headline: Estimate,
    settings: EstimateSettings,
    table: CaptureTable,
    methods: Mapping[str, Method],
    progress: Progress,
) -> Study:
    """Add what the headline's method does on other tables and under other priors.

    1. Each list is left out in turn.
    2. `decomposable` under other prior counts and other priors on N.
    3. Each list is taken as a population of known size.
    4. Growing random parts of the people.
    """
    name, seed = headline.method, settings.seed
    how: dict[str, Any] = settings.for_every_method
    fit = partial(methods[name], **how, **lighter(name, settings.of(name)))
    few = partial(methods[name], **how, **lighter(name, settings.of(name), resamples=_FEW))
    two_lists = partial(TWO_LISTS[name], **how) if name in TWO_LISTS else None
    what = "robustness checks"
    progress(what, 0, 4)
    without = leave_one_out(table, fit, always=settings.ends_capture)  # 1
    progress(what, 1, 4)
    beliefs: tuple[PriorRow, ...] = ()
    if any(each.ok and each.method == "decomposable" for each in study.estimates):  # 2
        own = dict(settings.of("decomposable"))
        if settings.ends_capture:
            own["ends_capture"] = settings.ends_capture
        beliefs = priors(table, level=settings.level, seed=seed, settings=own)
    progress(what, 2, 4)
    lists = consistency(table, few, two_lists=two_lists)  # 3
    progress(what, 3, 4)
    more: dict[str, Any] = {}
    if name in _SLOW:
        whole = headline if study.linkage is None else None
        more = {"fractions": FEWER, "shuffles": 1, "whole": whole}
    parts = trajectory(table, few, seed=seed, **more)  # 4
    progress(what, 4, 4)
    return attrs.evolve(
        study,
        warnings=(
            *study.warnings,
            *(() if settings.ends_capture else ending_warnings(table)),
            *influence_warnings(headline, without, table.observed),
            *consistency_warnings(lists),
            *stability_warnings(parts),
        ),
        leave_one_out=without,
        consistency=lists,
        trajectory=parts,
        priors=beliefs,
    )
