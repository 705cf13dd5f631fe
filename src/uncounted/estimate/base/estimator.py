"""What all estimators share: checks, timing, refusals, log-normal and credible intervals.

A method is written as a function of a checked table; it raises `NotEstimable` to
refuse. `estimator` turns that into the value that callers see, once level, seed, draws
and the names of the settings are in order.
"""

from __future__ import annotations

import functools
import math
import time
from collections.abc import Callable, Sequence
from typing import Any, Concatenate

import attrs
import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from uncounted.captures import CaptureTable
from uncounted.errors import NotEstimable
from uncounted.estimate.base import validation
from uncounted.estimate.base.checks import Checked, check
from uncounted.estimate.base.disconnected import SET_ASIDE, in_words, names_of, way_for
from uncounted.estimate.base.posterior import open_ended, quantiles
from uncounted.estimate.base.result import Estimate
from uncounted.estimate.base.rows import Details, Interval

_MOST_LOG = 700.0  # of a variance of logs; beyond it there is no floating point


def estimator[**P](
    method: str,
) -> Callable[
    [Callable[Concatenate[CaptureTable, P], Estimate]],
    Callable[Concatenate[CaptureTable, P], Estimate],
]:
    """Make a method of a fit: check the table, time the fit, turn a refusal into a value.

    A study passes `disconnected`, what to do with lists that share no person with the others,
    and `ends_capture`, lists after which nobody comes on another, beside the settings of the fit.
    """

    def wrap(
        fit: Callable[Concatenate[CaptureTable, P], Estimate],
    ) -> Callable[Concatenate[CaptureTable, P], Estimate]:
        @functools.wraps(fit)
        def run(table: CaptureTable, /, *args: P.args, **kwargs: P.kwargs) -> Estimate:
            began = time.perf_counter()
            way = way_for(method, kwargs.pop("disconnected", SET_ASIDE))  # type: ignore[arg-type]
            ends = [name for name in kwargs.pop("ends_capture", ()) if name in table.lists]  # type: ignore[attr-defined]
            studied = table.not_on(ends) if ends else table
            kwargs.update(validation.checked(method, fit, kwargs))
            checked = check(studied, way)
            if checked.refusal is not None:
                found = checked.refusal
                result = Estimate(
                    method, "refused", found.reason, found.hint, refusal_code=found.code
                )
            else:
                try:
                    result = fit(checked.table, *args, **kwargs)
                    if checked.set_aside:
                        result = _with_set_aside(result, studied.observed, checked)
                    if ends:
                        result = _with_counted(result, table.observed - studied.observed, ends)
                except NotEstimable as refusal:
                    result = Estimate(method, "refused", str(refusal), refusal.hint)
            return attrs.evolve(
                result,
                warnings=checked.warnings + result.warnings,
                seconds=time.perf_counter() - began,
                input=table.digest(),
            )

        return run

    return wrap


def _with_set_aside(estimate: Estimate, observed: int, checked: Checked) -> Estimate:
    """An estimate from the connected lists as one of all: at least those documented.

    The people on lists that are set aside are among those that the others missed, so N stays
    and fewer of it are undocumented.
    """
    lists = names_of(checked.set_aside)
    number, spread, mean = estimate.number(), estimate.log_n0, estimate.mean
    if spread is not None:
        n0 = number - checked.table.observed
        variance = math.expm1(min(spread[1], _MOST_LOG)) * (n0 + 0.5) ** 2
        spread = log_n0(max(number - observed, 0.0), variance)
    settings = {**estimate.settings, "set_aside": list(lists)}
    if mean is not None and estimate.draws is not None and np.any(estimate.draws < observed):
        mean, settings["mean"] = None, "not given: some draws are below the number documented"
    low, high = estimate.interval or (number, number)
    return attrs.evolve(
        estimate,
        point=max(number, float(observed)),
        mean=mean,
        interval=estimate.interval and (max(low, float(observed)), max(high, float(observed))),
        draws=None if estimate.draws is None else np.maximum(estimate.draws, observed),
        chains=None if estimate.chains is None else np.maximum(estimate.chains, observed),
        log_n0=spread,
        assumption=f"{estimate.assumption} {in_words(lists)}".strip(),
        settings=settings,
    )


def _with_counted(estimate: Estimate, people: int, ends: Sequence[str]) -> Estimate:
    """An estimate of those on none of these lists as one of all: n0 is the same.

    Given that a person is on no list that ends captures, the others had all the time to record
    them (Schaller, Titman and McCrea 2026, arXiv:2605.21283, fit the same interactions freely).
    """
    low, high = estimate.interval or (0.0, 0.0)
    names = " and ".join(repr(name) for name in ends)
    verb, whose = ("ends", "its") if len(ends) == 1 else ("end", "their")
    words = (
        f"{names} {verb} later captures: {whose} {people:,} people are counted, and the other"
        " lists say how many others there are."
    )
    return attrs.evolve(
        estimate,
        point=None if estimate.point is None else estimate.point + people,
        mean=None if estimate.mean is None else estimate.mean + people,
        interval=estimate.interval and (low + people, high + people),
        draws=None if estimate.draws is None else estimate.draws + people,
        chains=None if estimate.chains is None else estimate.chains + people,
        assumption=f"{estimate.assumption} {words}".strip(),
        settings={**estimate.settings, "ends_capture": list(ends)},
    )


def z_of(level: float) -> float:
    """The normal quantile of a two-sided interval."""
    return float(ndtri(0.5 + validation.level_of(level) / 2))


def log_normal_interval(observed: float, n0: float, variance: float, level: float) -> Interval:
    """An interval for N that never goes below what was observed (Chao 1987, eq. 12).

    n0 is taken as log-normal: [n + n0 / C, n + n0 C], C = exp(z sqrt(log(1 + var / n0^2))).

    Examples:
        >>> log_normal_interval(100, 0.0, 0.0, 0.95)
        (100.0, 100.0)
    """
    if n0 <= 0:
        return float(observed), float(observed)
    spread = math.exp(z_of(level) * math.sqrt(math.log1p(variance / n0**2)))
    return observed + n0 / spread, observed + n0 * spread


def root(f: Callable[[float], float], low: float, high: float) -> float:
    """Where a function that has different signs at `low` and `high` is zero, by halving."""
    rising = f(high) > 0
    while True:
        middle = (low + high) / 2
        if not low < middle < high:
            return middle
        if (f(middle) > 0) == rising:
            high = middle
        else:
            low = middle


def log_n0(n0: float, variance: float) -> tuple[float, float]:
    """Mean and variance of log(n0 + 1/2), by which such estimates are pooled."""
    return math.log(n0 + 0.5), math.log1p(variance / (n0 + 0.5) ** 2)


def log_normal_estimate(
    method: str,
    observed: int,
    n0: float,
    variance: float,
    *,
    level: float,
    interval_kind: str = "log-normal",
    diagnostics: Details | None = None,
    **more: Any,
) -> Estimate:
    """An estimate from n0 and its variance alone: interval, standard error, log n0.

    `more` is whatever else an `Estimate` holds: `point_kind`, `assumption`, `settings`, `seed`.

    Examples:
        >>> log_normal_estimate("chao", 70, 90.0, 0.0, level=0.95).interval
        (160.0, 160.0)
    """
    return Estimate(
        method=method,
        status="ok",
        point=observed + n0,
        interval=log_normal_interval(observed, n0, variance, level),
        level=level,
        interval_kind=interval_kind,
        diagnostics={**(diagnostics or {}), "se": variance**0.5},
        log_n0=log_n0(n0, variance),
        **more,
    )


def estimate_from_draws(
    method: str, observed: int, n0: npt.NDArray[np.int64], *, level: float, **more: Any
) -> Estimate:
    """An estimate from draws of n0: their median and an equal-tailed credible interval.

    A draw of `LAST` stands for everything from there on: an end that lands on it is `inf`.
    """
    middle, low, high = (observed + x for x in quantiles(open_ended(n0), level))
    if not math.isfinite(middle):
        raise NotEstimable(
            "the upper end is unbounded in at least half of the draws",
            hint="too few people are on two lists; use a lower bound (chao)",
        )
    logs = np.log(n0 + 0.5)
    return Estimate(
        method=method,
        status="ok",
        point=middle,
        point_kind="posterior median",
        interval=(low, high),
        level=level,
        interval_kind="credible",
        draws=n0.astype(np.int64) + observed,
        log_n0=(float(logs.mean()), float(logs.var())),
        **more,
    )
