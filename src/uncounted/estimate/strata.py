"""A table split by sex, year or place: one study a stratum, and the total from joint draws.

A stratum that cannot be estimated is a row that says so; the total then counts
only the people documented there, and says that as well. The ends of intervals are
never added up: draws are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

import attrs
import numpy as np

from uncounted.captures import CaptureTable
from uncounted.errors import UsedWrongly
from uncounted.estimate.result import Estimate, Floats, Study, refused
from uncounted.estimate.study import run, run_over
from uncounted.progress import Progress, silent

_DRAWS = 20_000
_MANY = 20  # strata; beyond it each has fewer resamples and no list is left out in turn
_LIGHTER: Mapping[str, Mapping[str, Any]] = {
    "decomposable": {"edges": False},
    "log-linear": {"resamples": 50},
    "log-linear-stepwise": {"resamples": 50},
}


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
    seeds = np.random.SeedSequence(seed).generate_state(len(tables))
    if len(tables) > _MANY:
        settings = more.get("settings") or {}
        more["settings"] = {
            name: {**_LIGHTER.get(name, {}), **own}
            for name, own in {**{name: {} for name in _LIGHTER}, **settings}.items()
        }
        more.setdefault("robustness", False)
    studies = []
    for done, table in enumerate(tables):
        progress("estimating each stratum", done, len(tables))
        studies.append(run(table, methods, level=level, seed=int(seeds[done]), **more))
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
    rng = np.random.default_rng(seed)
    total = tuple(_total(name, tables, studies, level, rng) for name in names)
    labels = tuple(dict(table.stratum) for table in tables)
    return Strata(labels, tuple(studies), total)


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
    draws = documented + sum(_draws(fit, seen, rng) for fit, seen in good)
    low, high = np.quantile(draws, [0.5 - level / 2, 0.5 + level / 2])
    missing = len(studies) - len(good)
    warnings: tuple[str, ...] = ()
    if missing:
        warnings = (
            f"{missing} of {len(studies)} strata cannot be estimated; of them the total counts"
            f" only the {documented:,} people who are documented",
        )
    model = good[0][0]
    return Estimate(
        method=name,
        status="ok",
        point=float(np.median(draws)),
        point_kind="lower bound" if model.point_kind == "lower bound" else "median of joint draws",
        interval=(float(low), float(high)),
        level=level,
        interval_kind="quantiles of joint draws",
        assumption=f"In every stratum: {model.assumption}",
        settings={"strata": len(studies), "refused": missing, "documented_only": documented},
        warnings=warnings,
    )


def _draws(fit: Estimate, observed: int, rng: np.random.Generator) -> Floats:
    """Draws of N in a stratum, in an order of their own, so that strata are independent."""
    if fit.draws is not None:
        return rng.choice(fit.draws, size=_DRAWS).astype(np.float64)
    if fit.log_n0 is None:
        return np.full(_DRAWS, float(fit.number()))
    # Log-normal with the estimate as its mean, not its median: a sum of medians is no median
    # of the sum, and of many strata the total would come out several per cent too high.
    mean, variance = fit.log_n0
    n0 = np.exp(rng.normal(mean - variance / 2, np.sqrt(variance), _DRAWS)) - 0.5
    return np.asarray(observed + np.maximum(n0, 0.0))
