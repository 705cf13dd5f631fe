"""A table split by sex, year or place: one study a stratum, and the total from joint draws.

A stratum that cannot be estimated is a row that says so; the total then counts
only the people documented there, and says that as well. The ends of intervals are
never added up: draws are.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from typing import Any

import attrs
import numpy as np

from uncounted.captures import CaptureTable
from uncounted.errors import UsedWrongly
from uncounted.estimate.arguments import seed_of
from uncounted.estimate.ends import open_ended, quantiles
from uncounted.estimate.result import Estimate, Floats, Study, refused
from uncounted.estimate.study import run, run_over
from uncounted.progress import Progress, silent

_DRAWS = 20_000
_MANY = 20  # strata; beyond it each has fewer resamples and no list is left out in turn
_THREADS = 2  # strata at a time, where there are many


@attrs.frozen(eq=False)
class Strata:
    """Studies of the strata, in order, and the total by each method."""

    labels: tuple[Mapping[str, str], ...]
    studies: tuple[Study, ...]
    total: tuple[Estimate, ...]

    @property
    def observed(self) -> int:
        """People on at least one list, in all strata."""
        return sum(study.observed for study in self.studies)

    @property
    def refused(self) -> bool:
        """Whether no method gives a number for any stratum."""
        return all(study.refused for study in self.studies)

    @property
    def first(self) -> Estimate:
        """The first answer of the first stratum; when all refuse, its reason is given."""
        return self.studies[0].first

    def to_json(self) -> dict[str, Any]:
        """`strata`: an object like a study's for each; `total`: the sums from joint draws."""
        return {
            "observed": self.observed,
            "version": version("uncounted"),
            "strata": [
                {"stratum": dict(label), **study.to_json()}
                for label, study in zip(self.labels, self.studies, strict=True)
            ],
            "total": [estimate.to_json() for estimate in self.total],
        }


def run_strata(
    tables: Sequence[CaptureTable],
    methods: Sequence[str] | None = None,
    *,
    level: float = 0.95,
    seed: int = 1,
    progress: Progress = silent,
    **more: Any,
) -> Strata:
    """Estimate each stratum on its own, and the total from joint draws.

    A list that is empty in a stratum, or was not active in it, is handled there as
    `check` says. The strata's draws are independent of each other.

    Args:
        tables: one a stratum, with `stratum` set.
        methods: names from `METHODS`.
        level: of the intervals.
        seed: of the draws; each stratum has its own, made from it.
        progress: told after each stratum.
        more: as for `run`.

    Raises:
        UsedWrongly: no tables.
    """
    if not tables:
        raise UsedWrongly("there are no strata to estimate")
    seed = seed_of(seed)
    seeds = np.random.SeedSequence(seed).generate_state(len(tables))
    if len(tables) > _MANY:
        more = {"lighter": True, "robustness": False, **more}

    def study(at: int) -> Study:
        return run(tables[at], methods, level=level, seed=int(seeds[at]), **more)

    side_by_side = os.cpu_count() or 1 if len(tables) > _MANY else 1
    pool = ThreadPoolExecutor(min(side_by_side, _THREADS))
    try:
        running = [pool.submit(study, at) for at in range(len(tables))]
        studies = []
        for done, each in enumerate(running):
            progress("estimating each stratum", done, len(tables))
            studies.append(each.result())
    finally:
        pool.shutdown(cancel_futures=True)
    progress("estimating each stratum", len(tables), len(tables))
    return _together(tables, studies, level, seed)


def run_strata_over(
    strata: Sequence[Sequence[CaptureTable]],
    methods: Sequence[str] | None = None,
    *,
    points: Sequence[CaptureTable | None],
    level: float = 0.95,
    seed: int = 1,
    progress: Progress = silent,
    **more: Any,
) -> Strata:
    """Estimate each stratum over the draws of who is who, and the total from joint draws.

    Args:
        strata: for each, its table in every draw, with `stratum` set. In a draw in which
            nobody belongs to a stratum its table is empty, and that draw is one that refuses.
        methods: names from `METHODS`.
        points: for each stratum its table in the stated point partition; None: nobody is in it.
        level: of the intervals.
        seed: of the draws.
        progress: told after each stratum.
        more: as for `run_over`.

    Raises:
        UsedWrongly: no strata.
    """
    if not strata:
        raise UsedWrongly("there are no strata to estimate")
    seed = seed_of(seed)
    seeds = np.random.SeedSequence(seed).generate_state(len(strata))
    studies = []
    for done, (tables, point) in enumerate(zip(strata, points, strict=True)):
        progress("estimating each stratum", done, len(strata))
        few = point if len(strata) <= _MANY else None
        studies.append(
            run_over(tables, methods, level=level, seed=int(seeds[done]), point=few, **more)
        )
    progress("estimating each stratum", len(strata), len(strata))
    return _together([tables[0] for tables in strata], studies, level, seed)


def _together(
    tables: Sequence[CaptureTable], studies: Sequence[Study], level: float, seed: int
) -> Strata:
    names = dict.fromkeys(fit.method for study in studies for fit in study.estimates)
    total = tuple(_total(name, tables, studies, level, _rng_of(name, seed)) for name in names)
    labels = tuple(dict(table.stratum) for table in tables)
    return Strata(labels, tuple(studies), total)


def _rng_of(method: str, seed: int) -> np.random.Generator:
    """A method's own: its total does not depend on which others were asked for."""
    return np.random.default_rng([seed, *method.encode()])


def _total(
    name: str,
    tables: Sequence[CaptureTable],
    studies: Sequence[Study],
    level: float,
    rng: np.random.Generator,
) -> Estimate:
    good = [
        (fit, study.observed)
        for study in studies
        for fit in study.estimates  # a method that does not apply to a stratum is not among them
        if fit.method == name and fit.ok
    ]
    if not good:
        return refused(name, "no stratum gives a number", None, tables[0])
    documented = sum(study.observed for study in studies) - sum(seen for _, seen in good)
    draws = documented + sum_of([fit for fit, _ in good], [seen for _, seen in good], rng)
    point, low, high = quantiles(draws, level)
    ends = [fit.interval[1] for fit, _ in good if fit.draws is None and fit.interval]
    if not all(map(math.isfinite, ends)):
        high = math.inf  # no sum has an end where a part has none
    if not math.isfinite(point):
        return refused(name, "the strata put no end to the number of people", None, tables[0])
    missing = len(studies) - len(good)
    warnings: tuple[str, ...] = ()
    if missing:
        warnings = (
            f"{missing} of {len(studies)} strata cannot be estimated; of their people the total "
            f"counts only those who are documented: {documented:,}",
        )
    model = good[0][0]
    return Estimate(
        method=name,
        status="ok",
        point=point,
        point_kind="lower bound" if model.point_kind == "lower bound" else "median of joint draws",
        interval=(low, high),
        level=level,
        interval_kind="quantiles of joint draws",
        assumption=f"In every stratum: {model.assumption}",
        settings={"strata": len(studies), "refused": missing, "documented_only": documented},
        warnings=warnings,
    )


def sum_of(fits: Sequence[Estimate], observed: Sequence[int], rng: np.random.Generator) -> Floats:
    """Draws of the sum of N over strata, each in an order of its own: strata are independent.

    A method without draws has a log-normal n0 in each stratum, its estimate the median. A
    sum of medians is no median of the sum, and of many strata it would come out several per
    cent too high: the unseen are scaled so that the middle of the sum is the sum of the
    estimates. Of one stratum nothing is changed.
    """
    seen, without = float(sum(observed)), [fit for fit in fits if fit.draws is None]
    drawn = sum((_drawn(fit, n, rng) for fit, n in zip(fits, observed, strict=True)), np.zeros(1))
    if not without:
        return np.asarray(drawn)
    unseen = drawn - seen
    middle, wanted = float(np.median(unseen)), sum(fit.number() for fit in fits) - seen
    return np.asarray(seen + unseen * (wanted / middle if middle > 0 else 1.0))


def _drawn(fit: Estimate, observed: int, rng: np.random.Generator) -> Floats:
    """Draws of N in a stratum; inf where the posterior has no end."""
    if fit.draws is not None:
        return open_ended(rng.choice(fit.draws, size=_DRAWS))
    if fit.log_n0 is None:
        return np.full(_DRAWS, float(fit.number()))
    mean, variance = fit.log_n0
    n0 = np.exp(rng.normal(mean, np.sqrt(variance), _DRAWS)) - 0.5
    return np.asarray(observed + np.maximum(n0, 0.0))
