"""Stratified estimation: one study per stratum, and the total from joint draws.

A stratum that cannot be estimated is a row that says so; the total is then a lower bound
(`unanswered`), and says that as well. The ends of intervals are never added up: draws are.
Given the linkage, strata are independent, and all strata use the same linkage draw.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from typing import Any

import attrs
import numpy as np

from uncounted.captures import CaptureTable
from uncounted.errors import UsedWrongly
from uncounted.estimate.base.mixture import drawn
from uncounted.estimate.base.pooling import BY_RUBIN, rubin
from uncounted.estimate.base.posterior import quantiles
from uncounted.estimate.base.result import (
    LOWER_BOUND,
    Estimate,
    Fitted,
    Floats,
    Study,
    headline_json,
)
from uncounted.estimate.base.rows import CalibratedInterval, StrataAlternatives, as_json
from uncounted.estimate.base.settings import DEFAULT, EstimateSettings
from uncounted.estimate.robustness.contradictions import below_bound
from uncounted.estimate.strata.unanswered import (
    Floors,
    Unanswered,
    instead_of,
    leading,
    without_estimate,
)
from uncounted.estimate.study import run, run_over
from uncounted.estimate.track_record.calibration import (
    TableFeatures,
    lead,
    unlike_collection,
    with_own_record,
)
from uncounted.progress import Progress, silent

_DRAWS = 20_000
_MANY = 20  # strata; beyond it each has fewer resamples and no list is left out in turn
_THREADS = 2  # strata at a time, where there are many


@attrs.frozen(eq=False)
class Strata:
    """Studies of the strata, in order, and the total by each method.

    `linkage`: the total under alternative linkage models (`strata_with_alternatives`), if made.
    """

    labels: tuple[Mapping[str, str], ...]
    studies: tuple[Study, ...]
    total: tuple[Estimate, ...]
    linkage: StrataAlternatives | None = attrs.field(default=None, kw_only=True)
    calibrated: CalibratedInterval | None = attrs.field(default=None, kw_only=True)

    @property
    def observed(self) -> int:
        """People on at least one list, in all strata."""
        return sum(study.observed for study in self.studies)

    @property
    def least_observed(self) -> int:
        """The same, as few as linkage leaves open in each."""
        return sum(study.least_observed for study in self.studies)

    @property
    def headline(self) -> Estimate | None:
        """The total that leads (`leading`); a lower bound where each leaves a stratum out."""
        return leading(self.total)

    @property
    def read_first(self) -> tuple[str, ...]:
        """Sentences to be read before the total: what it leaves out, what contradicts it."""
        main = self.headline
        if main is None:
            return ()
        found = [
            without_estimate(main, self.observed),
            below_bound(self.calibrated, main, self.total, self.observed, self.least_observed),
            instead_of(main, self.total),
        ]
        return tuple(filter(None, found))

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
        answer = {
            "observed": self.observed,
            "version": version("uncounted"),
            "read_first": list(self.read_first),
            "headline": headline_json(self.calibrated, self.headline),
            "strata": [
                {"stratum": dict(label), **study.to_json()}
                for label, study in zip(self.labels, self.studies, strict=True)
            ],
            "total": [estimate.to_json() for estimate in self.total],
        }
        return answer if self.linkage is None else {**answer, "linkage": as_json(self.linkage)}

    def answering(self, method: str) -> set[tuple[str, ...]]:
        """Which strata have a number by a method, by their values."""
        return {
            tuple(label.values())
            for label, study in zip(self.labels, self.studies, strict=True)
            if _answer(study, method) is not None
        }


def run_strata(
    tables: Sequence[CaptureTable],
    settings: EstimateSettings = DEFAULT,
    *,
    progress: Progress = silent,
) -> Strata:
    """Estimate each stratum on its own, and the total from joint draws.

    A list that is empty in a stratum, or was not active in it, is handled there as
    `check` says. The strata's draws are independent of each other.

    Parameters
    ----------
    tables : Sequence[CaptureTable]
        One per stratum, with `stratum` set.
    settings : EstimateSettings, optional
        As for `run`; each stratum has a seed of its own, made from `seed`. Of more than 20
        strata each has the `lighter` settings and no robustness checks.
    progress : Progress, optional
        Told after each stratum.

    Returns
    -------
    Strata
        One study per stratum, and the total by each method.

    Raises
    ------
    UsedWrongly
        No tables.

    Examples
    --------
    >>> from uncounted.captures import CaptureTable
    >>> strata = [CaptureTable.of("AB", {"10": 40, "01": 20, "11": 10}, sex=sex) for sex in "fm"]
    >>> run_strata(strata, EstimateSettings("chao")).total[0].point > 280
    True
    """
    if not tables:
        raise UsedWrongly("there are no strata to estimate")
    each = _for_each(settings, len(tables))
    if len(tables) > _MANY:
        each = [attrs.evolve(own, lighter=True, robustness=False) for own in each]

    side_by_side = os.cpu_count() or 1 if len(tables) > _MANY else 1
    pool = ThreadPoolExecutor(min(side_by_side, _THREADS))
    try:
        running = [pool.submit(run, table, own) for table, own in zip(tables, each, strict=True)]
        studies = []
        for done, future in enumerate(running):
            progress("estimating each stratum", done, len(tables))
            studies.append(future.result())
    finally:
        pool.shutdown(cancel_futures=True)
    progress("estimating each stratum", len(tables), len(tables))
    return together([[table] for table in tables], studies, settings)


def run_strata_over(
    strata: Sequence[Sequence[CaptureTable]],
    settings: EstimateSettings = DEFAULT,
    *,
    points: Sequence[CaptureTable | None],
    progress: Progress = silent,
) -> Strata:
    """Estimate each stratum over linkage draws, and the total from joint draws.

    Parameters
    ----------
    strata : Sequence[Sequence[CaptureTable]]
        For each, its table in every draw, with `stratum` set. In a draw in which no one belongs
        to a stratum its table is empty, and that draw is one that refuses.
    settings : EstimateSettings, optional
        As for `run_over`.
    points : Sequence[CaptureTable | None]
        For each stratum its table in the stated point partition; None: it has no people.
    progress : Progress, optional
        Told after each stratum.

    Returns
    -------
    Strata
        One study per stratum, and the total by each method.

    Raises
    ------
    UsedWrongly
        No strata.

    Examples
    --------
    >>> from uncounted.captures import CaptureTable
    >>> strata = [CaptureTable.of("AB", {"10": 40, "01": 20, "11": 10}, sex=sex) for sex in "fm"]
    >>> draws = [[table] * 3 for table in strata]
    >>> run_strata_over(draws, EstimateSettings("chao"), points=strata).observed
    140
    """
    if not strata:
        raise UsedWrongly("there are no strata to estimate")
    studies = []
    each = _for_each(settings, len(strata))
    for done, (tables, point, own) in enumerate(zip(strata, points, each, strict=True)):
        progress("estimating each stratum", done, len(strata))
        studies.append(run_over(tables, own, point=point if len(strata) <= _MANY else None))
    progress("estimating each stratum", len(strata), len(strata))
    return together(strata, studies, settings)


def _for_each(settings: EstimateSettings, strata: int) -> list[EstimateSettings]:
    seeds = np.random.SeedSequence(settings.seed).generate_state(strata)
    return [attrs.evolve(settings, seed=int(seed)) for seed in seeds]


def together(
    strata: Sequence[Sequence[CaptureTable]],
    studies: Sequence[Study],
    settings: EstimateSettings,
    *,
    fits: Callable[[str], Sequence[Sequence[Fitted]]] | None = None,
) -> Strata:
    """Studies of strata, and the total by each method.

    `fits` gives the fits of a method in each stratum, where the studies have none: those of
    thousands of strata with their draws are held for one method at a time.
    """
    names = dict.fromkeys(fit.method for study in studies for fit in study.estimates)
    total = []
    for name in names:
        own = studies
        if fits is not None:
            own = [
                attrs.evolve(study, fits={name: found} if found else {})
                for study, found in zip(studies, fits(name), strict=True)
            ]
        rng = _rng_of(name, settings.seed)
        total.append(total_of(name, strata, own, rng, imputed=settings.imputed).estimate)
    labels = tuple(dict(tables[0].stratum) for tables in strata)
    features = TableFeatures.of([table for tables in strata for table in tables[:1]])
    done = Strata(labels, tuple(studies), tuple(total))
    return total_with_track_record(done, features, settings.headline)


def total_with_track_record(done: Strata, features: TableFeatures, headline: str) -> Strata:
    """Add to the total by each method its calibrated interval, and what leads."""
    reason = unlike_collection(features)
    total = tuple(with_own_record(each, done.observed, reason) for each in done.total)
    found = None if headline == "model" else lead(total, done.observed, reason)
    return attrs.evolve(done, total=total, calibrated=found)


def _rng_of(method: str, seed: int) -> np.random.Generator:
    """A method's own: its total does not depend on which others were asked for."""
    return np.random.default_rng([seed, *method.encode()])


@attrs.frozen(eq=False)
class Total:
    """The total by one method, and the draws it is of: a row for each linkage draw."""

    estimate: Estimate
    draws: Floats


def total_of(
    name: str,
    strata: Sequence[Sequence[CaptureTable]],
    studies: Sequence[Study],
    rng: np.random.Generator,
    *,
    imputed: bool = False,
) -> Total:
    """The total by one method, of strata with their tables and their studies.

    Of imputed replicates the interval is by Rubin's rules on log n0 of the total.
    """
    level = studies[0].level
    answers = [_answer(study, name) for study in studies]
    good = [fit for fit in answers if fit is not None]
    if not good:
        refused = Estimate(name, "refused", "no stratum gives a number", input=_input(strata))
        return Total(refused, np.full((1, 1), math.inf))
    floors = Floors()
    drawn_parts = _joint_draws(name, strata, studies, floors, rng)
    draws = drawn_parts.answered + drawn_parts.floors
    point, low, high = quantiles(draws.ravel(), level)
    rest, rest_low, rest_high = quantiles(drawn_parts.answered.ravel(), level)
    by_rubin = imputed and len(drawn_parts.observed) > 1 and bool(np.isfinite(draws).all())
    if by_rubin:
        low, high = _by_rubin(draws, drawn_parts.observed, level, point)
        rest_low, rest_high = _by_rubin(
            drawn_parts.answered, drawn_parts.observed_answered, level, rest
        )
    upper_limits = [fit.interval[1] for fit in good if fit.draws is None and fit.interval]
    if not all(map(math.isfinite, upper_limits)):
        high = rest_high = math.inf  # no sum has an end where a part has none
    if not math.isfinite(point):
        no_end = "the strata put no end to the number of people"
        return Total(Estimate(name, "refused", no_end, input=_input(strata)), draws)
    model = good[0]
    total = Estimate(
        method=name,
        status="ok",
        point=point,
        point_kind=LOWER_BOUND if model.bound else "median of joint draws",
        interval=(low, high),
        level=level,
        interval_kind=BY_RUBIN if by_rubin else "quantiles of joint draws",
        assumption=f"In every stratum: {model.assumption}",
    )
    unanswered = Unanswered.of(strata, studies, [fit is not None for fit in answers], floors)
    return Total(unanswered.bounded(total, (rest, (rest_low, rest_high))), draws)


def _input(strata: Sequence[Sequence[CaptureTable]]) -> str:
    return strata[0][0].digest()


def _answer(study: Study, name: str) -> Estimate | None:
    """A stratum's number by a method; None where it refuses or does not apply."""
    return next((fit for fit in study.estimates if fit.method == name and fit.ok), None)


@attrs.frozen(eq=False)
class _Parts:
    """Draws of two sums: of the strata that have a number, and the least of the others."""

    answered: Floats
    floors: Floats
    observed: Floats  # of each row, those recorded in all strata
    observed_answered: Floats  # and in those that have a number


def _joint_draws(
    name: str,
    strata: Sequence[Sequence[CaptureTable]],
    studies: Sequence[Study],
    floors: Floors,
    rng: np.random.Generator,
) -> _Parts:
    """Draws of the total by one method: a row for each linkage draw, or one row without any.

    1. A linkage draw is taken, the same for every stratum.
    2. Given it strata are independent: N of each is drawn from its own table. Where the method
       refuses in that table, another draw of that stratum stands for it.
    3. Of a stratum in which the method gives no number Chao's bound of that draw's table counts,
       or those recorded where there is none.

    A method without draws has a log-normal n0 in each stratum, its estimate the median. A
    sum of medians is no median of the sum, and of many strata it would come out several per
    cent too high: the unseen are scaled so that the middle of the sum is the sum of the
    estimates, on average over linkage draws. Of one stratum nothing is changed.
    """
    draws = max(map(len, strata))
    answering = [_answer(study, name) is not None for study in studies]
    parts = [
        _in_each(
            study.fits.get(name) or (Fitted(study[name], study.observed, 1, (0,)),), draws, rng
        )
        for study, answers in zip(studies, answering, strict=True)
        if answers
    ]
    silent = [tables for tables, answers in zip(strata, answering, strict=True) if not answers]
    shared = [draw for draw in range(draws) if all(draw in part for part in parts)]  # 1
    fits = [[part[draw] for part in parts] for draw in shared]
    size = -(-_DRAWS // len(shared))
    n0 = np.array([_total_n0(each, size, rng) for each in fits])  # 2
    wanted = np.mean([sum(fit.estimate.number() - fit.observed for fit in each) for each in fits])
    middle = float(np.mean(np.median(n0, axis=1)))
    if any(fit.estimate.draws is None for each in fits for fit in each) and 0 < middle < math.inf:
        n0 *= wanted / middle
    recorded = np.array([sum(fit.observed for fit in each) for each in fits], dtype=np.float64)
    least = [  # 3
        sum((floors.draws(tables[draw], size, rng) for tables in silent), np.zeros(size))
        for draw in shared
    ]
    others = np.array([sum(tables[draw].observed for tables in silent) for draw in shared])
    answered = np.asarray(n0 + recorded[:, None])
    return _Parts(answered, np.array(least), recorded + others, recorded)


def _by_rubin(draws: Floats, observed: Floats, level: float, point: float) -> tuple[float, float]:
    """The interval of totals, a row of draws for each imputed replicate."""
    logs = np.log(np.maximum(draws - observed[:, None], 0.0) + 0.5)
    R = len(draws)
    pooled = rubin(logs.mean(axis=1), logs.var(axis=1), np.full(R, 1 / R), R, level)
    return pooled.interval(round(float(observed.mean())), point)


def _total_n0(fits: Sequence[Fitted], size: int, rng: np.random.Generator) -> Floats:
    """Draws of those on no list in all strata together, given the linkage."""
    each = (drawn(fit.estimate, fit.observed, size, rng) - fit.observed for fit in fits)
    return sum(each, np.zeros(size))


def _in_each(fits: Sequence[Fitted], rows: int, rng: np.random.Generator) -> Mapping[int, Fitted]:
    """The fit of each linkage draw in which there is one; a good one for each refusal."""
    of = {row: fit for fit in fits for row in fit.at}
    good = [row for row in range(rows) if row in of and of[row].estimate.ok]
    return {
        row: of[row] if of[row].estimate.ok else of[good[rng.integers(len(good))]]
        for row in range(rows)
        if row in of
    }
