"""Log-linear models with covariates, averaged over models by AIC (Buckland et al. 1997).

Every hierarchical log-linear model of the lists is fitted twice: with list interactions that are
the same for all people, and with interactions that vary with the covariates. The estimates are
averaged with Akaike weights, as Jamaluddine and others (2025) and Rossi and others (2010) do.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import attrs
import numpy as np

from uncounted.captures import CaptureTable
from uncounted.errors import NotEstimable, UsedWrongly
from uncounted.estimate.base.checks import check
from uncounted.estimate.base.estimator import log_n0, log_normal_interval
from uncounted.estimate.base.result import Estimate
from uncounted.estimate.base.rows import CategoryRow, Details
from uncounted.estimate.base.warning import EstimateWarning
from uncounted.estimate.covariates.cross_fitting import MANY_EXPECTED
from uncounted.estimate.covariates.nuisance import Floats
from uncounted.estimate.covariates.pattern_model import PatternFit, PatternModel, fit_patterns
from uncounted.estimate.covariates.profiles import Profiles, profiles_of
from uncounted.estimate.loglinear.hierarchy import (
    Model,
    hierarchical,
    in_brackets,
    main_effects,
    neighbours,
)
from uncounted.histories import PersonTable

METHOD = "log-linear-covariates"
FEWEST = 3
MOST = 8  # lists: beyond them a search takes minutes
_ALL = 4  # lists up to which every hierarchical model may be fitted
_PROFILES = 100  # up to which that is done of four lists
_SHOWN = 10
_WEIGHT = 0.1  # of a model that counts in the warning
_FACTOR = 2.0
_HEAVY = 0.1  # share of the undocumented that a single person may stand for without a warning

type Criterion = Literal["aic", "bic"]


@attrs.frozen(eq=False)
class AveragedLogLinear:
    """The average over models, and the same for each category."""

    estimate: Estimate
    categories: tuple[CategoryRow, ...] = ()


@attrs.frozen(eq=False)
class _Average:
    """Models with an estimate, the best first, and their weights."""

    models: tuple[PatternModel, ...]
    fits: tuple[PatternFit, ...]
    criterion: Floats
    fitted: int

    @property
    def weights(self) -> Floats:
        weight = np.exp((self.criterion[0] - self.criterion) / 2)
        answer: Floats = weight / weight.sum()
        return answer

    def of(self, people: Floats, chosen: Floats | None = None) -> tuple[float, float]:
        """Average of the undocumented, and its variance with that between models."""
        each = np.array([fit.total(people, chosen) for fit in self.fits])
        number = float(self.weights @ each[:, 0])
        error = float(self.weights @ np.sqrt(each[:, 1] + (each[:, 0] - number) ** 2))
        return number, error**2


def averaged_log_linear(
    people: PersonTable, *, criterion: Criterion = "aic", level: float = 0.95
) -> AveragedLogLinear:
    """Average over log-linear models whose parameters depend on covariates.

    Args:
        people: one row per person; three lists or more.
        criterion: of the weights exp(-criterion / 2).
        level: of the interval.
    """
    if criterion not in ("aic", "bic"):
        raise UsedWrongly(f"unknown criterion {criterion!r}", hint="criteria: aic, bic")
    began = time.perf_counter()
    table = CaptureTable(people.lists, people.counts())
    checked = check(table)
    refusal = checked.refusal
    try:
        if refusal is not None:
            raise NotEstimable(refusal.reason, hint=refusal.hint)  # noqa: TRY301
        if len(checked.table.lists) < len(people.lists):
            raise NotEstimable(  # noqa: TRY301
                "a list is empty or identical to another", hint="leave it out"
            )
        found = _averaged(people, criterion, level)
    except NotEstimable as why:
        code = None if refusal is None else refusal.code
        found = AveragedLogLinear(
            Estimate(METHOD, "refused", str(why), why.hint, refusal_code=code)
        )
    seconds = time.perf_counter() - began
    estimate = attrs.evolve(found.estimate, seconds=seconds, input=people.digest())
    return attrs.evolve(found, estimate=estimate)


def _averaged(people: PersonTable, criterion: Criterion, level: float) -> AveragedLogLinear:
    if not people.covariates:
        raise NotEstimable("no covariate to adjust for", hint="use log-linear, or name covariates")
    if len(people.lists) < FEWEST:
        raise NotEstimable(
            "log-linear models with covariates are averaged over three lists or more",
            hint="the doubly robust estimate is for two lists",
        )
    if len(people.lists) > MOST:
        raise NotEstimable(
            f"log-linear models with covariates are averaged for up to {MOST} lists, and there are"
            f" {len(people.lists)}",
            hint="choose lists with --lists, or merge lists of one collector",
        )
    profiles = profiles_of(people)
    average = _average(profiles, criterion)
    size, n = profiles.people, people.observed
    n0, variance = average.of(size)
    estimate = Estimate(
        METHOD,
        "ok",
        point=n + n0,
        point_kind=f"average over models, {criterion.upper()} weights",
        interval=log_normal_interval(n, n0, variance, level),
        level=level,
        interval_kind="log-normal, with the variance between models",
        assumption=assumption(tuple(people.covariates), len(people.lists)),
        settings=_settings(people, profiles, average, criterion),
        diagnostics=_diagnostics(profiles, average, criterion, variance),
        warnings=tuple(_warnings(profiles, average)),
        log_n0=log_n0(n0, variance),
    )
    return AveragedLogLinear(estimate, tuple(_categories(profiles, average, level)))


def _average(profiles: Profiles, criterion: Criterion) -> _Average:
    J = len(profiles.lists)
    if _how(profiles) == "all":
        tried = _fitted(profiles, hierarchical(J, J - 1))
    else:
        tried = _climbed(profiles, criterion)
    found = [(model, fit) for model, fit in tried if fit is not None]
    if not found:
        raise NotEstimable(
            "no log-linear model with these covariates has an estimate: "
            + (_without_a_list(profiles) or "too many overlaps of lists are empty in a category"),
            hint="merge categories, or omit a covariate that is known mainly from one list",
        )
    scores = np.array([_criterion(fit, profiles, criterion) for _, fit in found])
    order = np.argsort(scores, kind="stable")
    return _Average(
        tuple(found[k][0] for k in order),
        tuple(found[k][1] for k in order),
        scores[order],
        len(tried),
    )


def _without_a_list(profiles: Profiles, expected: float = 0.0) -> str:
    """The first covariate of which some category has no person on some list; empty for none.

    `expected`: how many there have to be by the list's share of everyone, to be counted.
    """
    J = len(profiles.lists)
    on = np.array([[cell >> j & 1 for j in range(J)] for cell in range(1 << J)], np.float64)
    share = profiles.counts.sum(axis=0) @ on / profiles.counts.sum()
    for covariate, (names, of) in profiles.categories.items():
        counts = np.array([profiles.counts[of == k].sum(axis=0) for k in range(len(names))])
        missing = (counts @ on == 0) & (counts.sum(axis=1)[:, None] * share >= expected)
        if empty := int(np.sum(missing.any(axis=1))):
            return (
                f"in {empty} of the {len(names)} categories of {covariate!r} a list has no person"
            )
    return ""


def _how(profiles: Profiles) -> str:
    """Whether all hierarchical models are fitted, or those that a greedy search visits."""
    J, many = len(profiles.lists), len(profiles.people) > _PROFILES
    return "all" if J == FEWEST or (J <= _ALL and not many) else "greedy"


def _fitted(
    profiles: Profiles, models: Iterable[Model]
) -> list[tuple[PatternModel, PatternFit | None]]:
    """Each model with constant and, if it has interactions, with varying ones."""
    alone = main_effects(len(profiles.lists))
    tried: list[tuple[PatternModel, PatternFit | None]] = []
    near: PatternFit | None = None
    for sets in models:
        for varying in (False,) if sets == alone else (False, True):
            model = PatternModel(sets, varying)
            fit = fit_patterns(profiles, model, near)
            tried.append((model, fit))
            near = fit or near
    return tried


def _climbed(
    profiles: Profiles, criterion: Criterion
) -> list[tuple[PatternModel, PatternFit | None]]:
    """Greedy search: all that were fitted on the way; of five lists and more only pairs."""
    J = len(profiles.lists)
    order = J - 1 if J <= _ALL else 2
    here = main_effects(J)
    tried = _fitted(profiles, [here])
    seen, best = {here}, _lowest(tried, profiles, criterion)
    while True:
        around = [model for model in neighbours(here, J, order) if model not in seen]
        found = _fitted(profiles, around)
        seen.update(around)
        tried += found
        scores = [_lowest([each], profiles, criterion) for each in found]
        if not scores or min(scores) >= best:
            return tried
        best = min(scores)
        here = found[int(np.argmin(scores))][0].sets


def _lowest(
    tried: Sequence[tuple[PatternModel, PatternFit | None]],
    profiles: Profiles,
    criterion: Criterion,
) -> float:
    return min(
        (_criterion(fit, profiles, criterion) for _, fit in tried if fit is not None),
        default=float("inf"),
    )


def _criterion(fit: PatternFit, profiles: Profiles, criterion: Criterion) -> float:
    price = 2.0 if criterion == "aic" else float(np.log(profiles.people.sum()))
    return price * fit.parameters - 2 * fit.likelihood


def assumption(covariates: tuple[str, ...], lists: int) -> str:
    """What must be believed, in plain words.

    Examples:
        >>> assumption(("age", "sex"), 3)[:57]
        'Among people alike in age and sex, the lists depend on ea'
    """
    alike = " and ".join(filter(None, [", ".join(covariates[:-1]), covariates[-1]]))
    how = "pairs" if lists == FEWEST or lists > _ALL else "smaller groups"
    return (
        f"Among people alike in {alike}, the lists depend on each other through {how} only, and one"
        " of the averaged models holds. The lists cannot show whether this is so."
    )


def _settings(
    people: PersonTable, profiles: Profiles, average: _Average, criterion: Criterion
) -> Details:
    kinds = {
        name: "categories" if column.dtype.kind != "f" else "numbers, splines of 3 knots"
        for name, column in people.covariates.items()
    }
    return {
        "covariates": kinds,
        "criterion": criterion,
        "search": _how(profiles),
        "max_order": 2 if len(people.lists) > _ALL else len(people.lists) - 1,
        "models": average.fitted,
    }


def _diagnostics(
    profiles: Profiles, average: _Average, criterion: Criterion, variance: float
) -> Details:
    places = tuple(range(1, len(profiles.lists) + 1))
    size = profiles.people
    n = float(size.sum())
    weights = average.weights.tolist()
    shown = []
    for k, (model, fit) in enumerate(zip(average.models[:_SHOWN], average.fits, strict=False)):
        n0, own = fit.total(size)
        shown.append(
            {
                "model": in_brackets(model.sets, places),
                "interactions_vary": model.varying,
                "parameters": fit.parameters,
                "point": n + n0,
                "se": own**0.5,
                criterion: float(average.criterion[k]),
                "weight": weights[k],
            }
        )
    return {
        "se": variance**0.5,
        "profiles": len(size),
        "inadmissible": average.fitted - len(average.fits),
        "models": shown,
    }


def _warnings(profiles: Profiles, average: _Average) -> Iterator[EstimateWarning]:
    size = profiles.people
    n = float(size.sum())
    totals = [
        fit.total(size)[0]
        for fit, weight in zip(average.fits, average.weights.tolist(), strict=True)
        if weight >= _WEIGHT
    ]
    if totals and max(totals) > _FACTOR * min(totals):
        yield EstimateWarning(
            "models-disagree",
            f"models with a weight of {_WEIGHT:.0%} or more give from {n + min(totals):,.0f} to"
            f" {n + max(totals):,.0f}",
        )
    best = average.fits[0].n0
    if (part := float(np.max(best / size) / best.sum())) > _HEAVY:
        yield EstimateWarning(
            "influential-person", f"one person accounts for {part:.0%} of the undocumented"
        )
    if without := _without_a_list(profiles, MANY_EXPECTED):
        yield EstimateWarning("category-without-list", without)
    if _how(profiles) == "greedy":
        yield EstimateWarning(
            "greedy-search",
            f"the average is over {average.fitted:,} models that the search visited",
        )


def _categories(profiles: Profiles, average: _Average, level: float) -> Iterator[CategoryRow]:
    size = profiles.people
    for covariate, (names, of) in profiles.categories.items():
        for k, name in enumerate(names):
            chosen = (of == k).astype(np.float64)
            n = int(size @ chosen)
            n0, variance = average.of(size, chosen)
            interval = log_normal_interval(n, n0, variance, level)
            yield CategoryRow(covariate, name, n, n + n0, interval)
