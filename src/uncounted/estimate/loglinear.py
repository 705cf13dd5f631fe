"""Log-linear models: all are fitted, one is chosen, and each resample chooses again.

The number that the best model gives says nothing about the other models that fit
nearly as well, so the interval is taken over resamples that choose for themselves,
and the average over all models is reported beside it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

import attrs
import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

from uncounted.captures import CaptureTable
from uncounted.errors import NotEstimable, UsedWrongly
from uncounted.estimate import bootstrap
from uncounted.estimate.checks import check
from uncounted.estimate.existence import Register
from uncounted.estimate.hierarchy import Masks, Model, hierarchical, in_brackets, padded
from uncounted.estimate.method import estimator, log_n0, log_normal_interval, z_of
from uncounted.estimate.poisson import FITTED, SINGULAR, UNSEEN, fit_all
from uncounted.estimate.profile import profile_interval
from uncounted.estimate.result import Estimate, Interval

type Floats = npt.NDArray[np.float64]
type Ints = npt.NDArray[np.int64]
type Criterion = Literal["bic", "aic"]

FEWEST, MOST = 3, 6
RESAMPLES = 1000
_TOP = {3: 8, 4: 20, 5: 100, 6: 100}  # Silverman, Chan and Vincent (2024)
_SHOWN = 10

ASSUMPTION = (
    "How being on one list goes with being on others follows the chosen log-linear model: sets of "
    "lists that it leaves out do not act on one another, and the people whom no list has follow "
    "the same model as those who are on some."
)


@attrs.frozen(eq=False)
class Cells:
    """A table as counts by mask, its lists in order of their names (so that order is nothing)."""

    lists: int
    observed: int
    counts: Floats
    places: tuple[int, ...]

    @classmethod
    def of(cls, table: CaptureTable) -> Cells:
        """Count; cell 0 is `UNSEEN`."""
        J = len(table.lists)
        order = sorted(range(J), key=lambda i: table.lists[i])
        counts = np.zeros(1 << J)
        for pattern, count in table.counts.items():
            counts[sum(1 << at for at, i in enumerate(order) if pattern[i] == "1")] = count
        counts[0] = UNSEEN
        return cls(J, table.observed, counts, tuple(i + 1 for i in order))

    @property
    def log_ways(self) -> float:
        """Sum of log x!, which the kernel leaves out of the likelihood."""
        return float(gammaln(self.counts[1:] + 1).sum())


@attrs.frozen(eq=False)
class Ranked:
    """The admissible models of a table, best first."""

    models: tuple[Model, ...]
    numbers: Floats
    errors: Floats
    criterion: Floats
    fitted: int
    inadmissible: int

    @property
    def weights(self) -> Floats:
        """exp(-criterion / 2), adding up to 1 (Buckland, Burnham and Augustin 1997)."""
        weight = np.exp((self.criterion[0] - self.criterion) / 2)
        total: Floats = weight / weight.sum()
        return total


def rank(
    cells: Cells, models: Sequence[Model], criterion: Criterion, top: int, register: Register
) -> Ranked:
    """Fit every model, and keep the `top` best that have an estimate on this table.

    Which of the doubtful ones have one is decided from the best downwards, no further
    than needed: `inadmissible` counts those passed over on the way.

    Raises:
        NotEstimable: no model has an estimate.
    """
    rows = np.zeros(len(models), dtype=np.int64)
    fits = fit_all(padded(models), cells.counts[None], np.arange(len(models)), rows)
    scores = _criterion(models, fits.likelihood - cells.log_ways, cells.observed, criterion)
    kept: list[int] = []
    passed = int(np.sum(fits.status == SINGULAR))
    for k in np.argsort(scores, kind="stable"):
        if len(kept) == top or not np.isfinite(scores[k]):
            break
        if fits.status[k] == FITTED or not register.code(models[k], cells.counts):
            kept.append(int(k))
        else:
            passed += 1
    if not kept:
        raise NotEstimable(
            "no log-linear model has a maximum likelihood estimate on this table",
            hint="too many overlaps are empty; leave a list out, or look at lower bounds",
        )
    n0, variance = np.exp(fits.intercept[kept]), fits.variance[kept]
    return Ranked(
        tuple(models[k] for k in kept),
        cells.observed + n0,
        np.sqrt(n0 + n0**2 * variance),
        scores[kept],
        len(models),
        passed,
    )


def _criterion(
    models: Sequence[Model], likelihood: Floats, observed: float | Floats, criterion: Criterion
) -> Floats:
    """Parameters at minus infinity count too."""
    sizes = np.array([len(model) for model in models], dtype=np.float64)
    price = 2.0 if criterion == "aic" else np.log(observed)
    answer: Floats = price * sizes - 2 * likelihood
    return answer


def leaders(table: CaptureTable) -> tuple[Model, ...]:
    """The models that resamples of this table would choose from, for `among`; () if none."""
    checked = check(table)
    J = len(checked.table.lists)
    if checked.refusal is not None or not FEWEST <= J <= MOST:
        return ()
    models = hierarchical(J, 2 if J == MOST else J - 1)
    try:
        return rank(Cells.of(checked.table), models, "bic", _TOP[J], Register()).models
    except NotEstimable:
        return ()


def best_of(
    tables: Floats, models: Sequence[Model], criterion: Criterion, register: Register
) -> Floats:
    """N of the best admissible model for each row of counts; nan where there is none."""
    M, R = len(models), len(tables)
    fits = fit_all(padded(models), tables, np.tile(np.arange(M), R), np.repeat(np.arange(R), M))
    observed = tables[:, 1:].sum(axis=1)
    likelihood = fits.likelihood.reshape(R, M)
    scores = _criterion(models, likelihood, observed[:, None], criterion)
    status, intercept = fits.status.reshape(R, M), fits.intercept.reshape(R, M)
    answer = np.full(R, np.nan)
    for i in range(R):
        while np.isfinite(scores[i]).any():
            k = int(np.argmin(scores[i]))
            if status[i, k] == FITTED or not register.code(models[k], tables[i]):
                answer[i] = observed[i] + np.exp(intercept[i, k])
                break
            scores[i, k] = np.inf
    return answer


def profile(
    cells: Cells, model: Model, n0: float, level: float, resamples: int
) -> tuple[Interval | None, dict[str, Any]]:
    """Profile likelihood interval of one model: n0 is put into the zero cell and fitted.

    Left out, for speed, where a few resamples give the interval.
    """
    if 0 < resamples < bootstrap.ENOUGH:
        return None, {}
    models: tuple[Masks, Masks] = padded([model])

    def likelihood(log_n0: Floats) -> Floats:
        rows = np.arange(len(log_n0))
        counts = np.tile(cells.counts, (len(rows), 1))
        counts[:, 0] = np.exp(log_n0)
        N = cells.observed + counts[:, 0]
        fitted = fit_all(models, counts, np.zeros_like(rows), rows).likelihood
        # Poisson with fitted total N, turned into the multinomial of N people
        ways: Floats = N - N * np.log(N) + gammaln(N + 1) - gammaln(counts[:, 0] + 1)
        return fitted + ways

    ends, top = profile_interval(likelihood, n0, cells.observed, level)
    return ends, {"profile_low": ends[0], "profile_high": ends[1], "profile_maximum": top}


@estimator("log-linear")
def log_linear(
    table: CaptureTable,
    *,
    level: float = 0.95,
    seed: int = 1,
    criterion: Criterion = "bic",
    max_order: int | None = None,
    resamples: int = RESAMPLES,
    top: int | None = None,
    among: Sequence[Model] | None = None,
) -> Estimate:
    """The best hierarchical log-linear model, with an interval that repeats the choice.

    1. Every hierarchical model with all main effects, up to order `max_order`, is fitted
       to the observable cells as Poisson counts; an overlap that nobody is in has its
       parameter at minus infinity and its cells at 0 (Chan, Silverman and Vincent 2021).
    2. Models without an estimate, or with more than one, are passed over (Fienberg and
       Rinaldo 2012). The least BIC (or AIC) of the rest is chosen.
    3. The people are resampled; in each resample the `top` models of step 2 are fitted
       again and the best is chosen; BCa (Silverman, Chan and Vincent 2024).

    Args:
        table: 3 to 6 lists.
        level: of the interval.
        seed: of the resamples.
        criterion: `bic` (with the number of people) or `aic`.
        max_order: most lists that act on one another at once: one less than all of them,
            unless given; 2 for six lists.
        resamples: for the BCa interval; from 2 to 199 they give a standard error and a
            log-normal interval, with 0 the interval is the profile likelihood of the
            chosen model, which leaves the doubt about the choice out.
        top: models that resamples choose from; 8, 20, 100, 100 for 3, 4, 5, 6 lists.
        among: only these models (masks over the lists in order of their names), for
            tables of which a similar one has been ranked before (see `leaders`); left
            aside when a list of this table was empty, so that there are fewer.

    Raises:
        UsedWrongly: no such criterion, or an order or number that cannot be.

    Examples:
        >>> from uncounted.captures import CaptureTable
        >>> korea = CaptureTable.of("bcd", {"001": 41, "010": 5, "100": 5, "110": 54,
        ...                                 "101": 6, "111": 12})
        >>> estimate = log_linear(korea, resamples=0)
        >>> estimate.settings["model"], round(estimate.point, 4)
        ('[12,23]', 157.1667)
    """
    z_of(level)
    J = len(table.lists)
    _check(J, criterion, max_order, resamples, top)
    order = max_order or (2 if J == MOST else J - 1)
    usable = among is not None and len(among) > 0 and max(among[0]).bit_length() == J
    models = tuple(among or ()) if usable else hierarchical(J, order)
    cells, register = Cells.of(table), Register()
    top = top or _TOP[J]
    ranked = rank(cells, models, criterion, top, register)
    n0 = float(ranked.numbers[0]) - cells.observed
    ends, profiled = profile(cells, ranked.models[0], n0, level, resamples)
    settings = {
        "model": in_brackets(ranked.models[0], cells.places),
        "criterion": criterion,
        "max_order": order,
        "models": ranked.fitted,
        "resamples": resamples,
        "top": top,
    }
    interval, kind, spread, more, warnings = with_resamples(
        cells,
        lambda tables: best_of(tables, ranked.models, criterion, register),
        float(ranked.numbers[0]),
        float(ranked.errors[0]),
        ends,
        level=level,
        seed=seed,
        resamples=resamples,
    )
    return Estimate(
        method="log-linear",
        status="ok",
        point=float(ranked.numbers[0]),
        point_kind="maximum likelihood of the model with the least " + criterion.upper(),
        interval=interval,
        level=level,
        interval_kind=kind,
        assumption=ASSUMPTION,
        settings=settings,
        diagnostics={**_diagnostics(cells, ranked, criterion), **profiled, **more},
        warnings=warnings,
        seed=seed,
        log_n0=spread,
    )


def _check(J: int, criterion: str, max_order: int | None, resamples: int, top: int | None) -> None:
    if J < FEWEST:
        raise NotEstimable(
            "with two lists no log-linear model but independence can be fitted",
            hint="state how they depend on each other (two-list), or look at independence",
        )
    if J > MOST:
        raise NotEstimable(
            f"all hierarchical models are fitted for up to {MOST} lists, and there are {J}",
            hint="log-linear-stepwise goes further; or leave lists out",
        )
    if criterion not in ("bic", "aic"):
        raise UsedWrongly(f"there is no criterion called {criterion!r}", hint="bic or aic")
    if max_order is not None and not 1 <= max_order < J:
        raise UsedWrongly(
            f"max_order {max_order} is not between 1 and {J - 1}",
            hint="all lists together cannot act on one another: nothing would be left to tell",
        )
    if resamples < 0 or resamples == 1 or (top is not None and top < 1):
        raise UsedWrongly("resamples must be 0 or at least 2, and top at least 1")


def _diagnostics(cells: Cells, ranked: Ranked, criterion: Criterion) -> dict[str, Any]:
    """What a statistician looks at: the rivals, their average, the fit."""
    weights = ranked.weights
    average = float(weights @ ranked.numbers)
    spread = np.sqrt(ranked.errors**2 + (ranked.numbers - average) ** 2)
    shown = [
        {
            "model": in_brackets(model, cells.places),
            "point": float(ranked.numbers[i]),
            "se": float(ranked.errors[i]),
            criterion: float(ranked.criterion[i]),
            "weight": float(weights[i]),
        }
        for i, model in enumerate(ranked.models[:_SHOWN])
    ]
    return {
        "se": float(ranked.errors[0]),
        criterion: float(ranked.criterion[0]),
        "deviance": deviance(cells, ranked.models[0]),
        "average": average,
        "average_se": float(weights @ spread),
        "weight": float(weights[0]),
        "inadmissible": ranked.inadmissible,
        "models": shown,
    }


def deviance(cells: Cells, model: Model) -> float:
    """Twice the log likelihood ratio between the counts and the model's fitted means."""
    only = np.zeros(1, dtype=np.int64)
    means = fit_all(padded([model]), cells.counts[None], only, only, means=True).means
    x = cells.counts[1:]
    seen = x > 0
    mu = np.ones_like(x) if means is None else means[0, 1:]
    return float(2 * np.sum(x[seen] * np.log(x[seen] / mu[seen])))


def with_resamples(
    cells: Cells,
    estimate: bootstrap.Estimator,
    point: float,
    error: float,
    ends: Interval | None,
    *,
    level: float,
    seed: int,
    resamples: int,
) -> tuple[Interval, str, tuple[float, float], dict[str, Any], tuple[str, ...]]:
    """Interval, its kind, the mean and variance of log n0, diagnostics and warnings."""
    n0 = point - cells.observed
    if ends is not None and resamples == 0:
        kind = "profile likelihood of the chosen model; doubt about the choice is not in it"
        return ends, kind, log_n0(n0, error**2), {"failed_resamples": 0}, ()
    rng = np.random.default_rng(seed)
    found = bootstrap.resample(cells.counts, estimate, point, rng, resamples)
    variance = found.log_variance(cells.observed)
    spread = math.log(n0 + 0.5), variance
    if resamples >= bootstrap.ENOUGH:
        interval, kind = found.interval(level), "BCa bootstrap, the choice repeated"
    else:
        kind = "log-normal, bootstrap variance, the choice repeated"
        interval = log_normal_interval(cells.observed, n0, n0**2 * math.expm1(variance), level)
    failed = found.failed
    warning = (
        f"{failed} of {resamples} resamples of the table have no estimate and are left out, so "
        "the interval is too narrow, if anything."
    )
    more = {
        "failed_resamples": failed,
        "bias": found.bias,
        "acceleration": found.acceleration,
    }
    return interval, kind, spread, more, (warning,) if failed > resamples // 100 else ()
