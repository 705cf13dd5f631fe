"""What all methods share: the checks before a fit, the clock, and how a refusal is made.

A method is written as a function of a checked table; it raises `NotEstimable` to
refuse. `estimator` turns that into the value that callers see.
"""

from __future__ import annotations

import functools
import math
import time
from collections.abc import Callable
from typing import Concatenate

import attrs
from scipy.special import ndtri

from uncounted.captures import CaptureTable
from uncounted.errors import NotEstimable, UsedWrongly
from uncounted.estimate.checks import check
from uncounted.estimate.result import Estimate, Interval


def estimator[**P](
    method: str,
) -> Callable[
    [Callable[Concatenate[CaptureTable, P], Estimate]],
    Callable[Concatenate[CaptureTable, P], Estimate],
]:
    """Make a method of a fit: check the table, time the fit, turn a refusal into a value."""

    def wrap(
        fit: Callable[Concatenate[CaptureTable, P], Estimate],
    ) -> Callable[Concatenate[CaptureTable, P], Estimate]:
        @functools.wraps(fit)
        def run(table: CaptureTable, /, *args: P.args, **kwargs: P.kwargs) -> Estimate:
            began = time.perf_counter()
            checked = check(table)
            if checked.refusal is not None:
                result = Estimate(method, "refused", checked.refusal.reason, checked.refusal.hint)
            else:
                try:
                    result = fit(checked.table, *args, **kwargs)
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


def z_of(level: float) -> float:
    """The normal quantile of a two-sided interval.

    Raises:
        UsedWrongly: the level is not strictly between 0 and 1.
    """
    if not 0 < level < 1:
        raise UsedWrongly(f"level {level} is not between 0 and 1", hint="0.95 is usual")
    return float(ndtri(0.5 + level / 2))


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
    """Where a function that has different signs at `low` and `high` is zero, by halving.

    Examples:
        >>> root(lambda x: x * x - 2, 0.0, 2.0)
        1.414213562373095
    """
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
