"""One estimate from many tables: the doubt about who is who, carried into the number.

Linkage gives draws of who is who, each a table. The estimate is made on every
table and the answers are averaged equally (Sadinle 2018, Annals of Applied
Statistics 12:1013); equal tables are fitted once. It never reports an average of
the tables that happened to work without saying how many did not.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
from scipy.special import ndtri, stdtrit

from uncounted.estimate.ends import open_ended, quantiles
from uncounted.estimate.result import Estimate

MAX_REFUSED = 0.05


@attrs.frozen(eq=False)
class Fitted:
    """One method's estimate on one table, and how many draws of the linkage gave that table."""

    estimate: Estimate
    observed: int
    times: int


def pool(fits: Sequence[Fitted], *, max_refused: float = MAX_REFUSED) -> Estimate:
    """Pool one method's estimates over linkage draws.

    Draws of N are put together, as many from each table as its share; methods without
    draws are combined on log n0 by Rubin's rules. A refusal in more than `max_refused`
    of the draws refuses the whole; fewer are left out, and counted in a warning.
    """
    total = sum(fit.times for fit in fits)
    bad = [fit for fit in fits if not fit.estimate.ok]
    good = [fit for fit in fits if fit.estimate.ok]
    missed = sum(fit.times for fit in bad)
    first = fits[0].estimate
    seconds = sum(fit.estimate.seconds for fit in fits)
    if not good or missed > max_refused * total:
        return _refuse(first, bad, missed, total, seconds)
    share, between, within = _variance(good)
    model = good[0].estimate
    settings = {
        name: value
        for name, value in model.settings.items()
        if all(fit.estimate.settings.get(name) == value for fit in good)
    }
    good[0] = attrs.evolve(good[0], estimate=attrs.evolve(model, settings=settings))
    pooled = _pool_draws(good) if model.draws is not None else _pool_logs(good, between, within)
    warnings = _warnings(good, missed, total)
    if not pooled.ok:
        return attrs.evolve(pooled, seconds=seconds)
    return attrs.evolve(
        pooled,
        diagnostics={**pooled.diagnostics, "linkage_share": share, "refused_in": missed},
        warnings=warnings,
        seconds=seconds,
        input="",
    )


def _refuse(
    first: Estimate, bad: Sequence[Fitted], missed: int, total: int, seconds: float
) -> Estimate:
    common: Counter[tuple[str, str | None, str | None]] = Counter()
    for fit in bad:
        refusal = fit.estimate
        common[refusal.reason or "", refusal.hint, refusal.finding] += fit.times
    (reason, hint, finding), _ = common.most_common(1)[0]
    if missed < total:
        reason = f"refused in {missed} of {total} draws of who is who: {reason}"
    return Estimate(
        first.method,
        "refused",
        reason,
        hint,
        level=first.level,
        seconds=seconds,
        seed=first.seed,
        finding=finding,
    )


def _variance(fits: Sequence[Fitted]) -> tuple[float, float, float]:
    """Share of the variance of log n0 that lies between tables; between; within."""
    times = np.array([fit.times for fit in fits], dtype=np.float64)
    mean = np.array([fit.estimate.log_n0[0] if fit.estimate.log_n0 else 0.0 for fit in fits])
    variance = np.array([fit.estimate.log_n0[1] if fit.estimate.log_n0 else 0.0 for fit in fits])
    within = float(np.average(variance, weights=times))
    between = float(np.average((mean - np.average(mean, weights=times)) ** 2, weights=times))
    return (between / (between + within) if between + within > 0 else 0.0), between, within


def _pool_draws(fits: Sequence[Fitted]) -> Estimate:
    model = fits[0].estimate
    per_draw = min(
        len(fit.estimate.draws) // fit.times for fit in fits if fit.estimate.draws is not None
    )
    draws = np.concatenate(
        [
            fit.estimate.draws[: per_draw * fit.times]
            for fit in fits
            if fit.estimate.draws is not None
        ]
    )
    middle, low, high = quantiles(open_ended(draws), model.level)
    if not math.isfinite(middle):
        total = sum(fit.times for fit in fits)
        return Estimate(
            model.method,
            "refused",
            "half of the draws or more put no end to the number of people",
            "too few people are on two lists; look at the lower bounds",
            level=model.level,
            diagnostics={"draws": total},
            seed=model.seed,
        )
    return attrs.evolve(
        model,
        point=middle,
        mean=None,
        interval=(low, high),
        settings={**model.settings, "pooled": "draws of N from every table, equally"},
        diagnostics=_average([(fit.estimate.diagnostics, fit.times) for fit in fits]),
        draws=draws,
        log_n0=None,
    )


def _pool_logs(fits: Sequence[Fitted], between: float, within: float) -> Estimate:
    """Rubin's rules on log n0: T = W + (1 + 1/R) B, t on (R-1)(1 + W / ((1 + 1/R) B))^2."""
    model = fits[0].estimate
    R = sum(fit.times for fit in fits)
    times = [fit.times for fit in fits]
    n = float(np.average([fit.observed for fit in fits], weights=times))
    logs = [fit.estimate.log_n0[0] if fit.estimate.log_n0 else 0.0 for fit in fits]
    log_n0 = float(np.average(logs, weights=times))
    B = between * R / (R - 1) if R > 1 else 0.0
    T = within + (1 + 1 / R) * B
    if B > 0:
        df = (R - 1) * (1 + within / ((1 + 1 / R) * B)) ** 2
        factor = float(stdtrit(df, 0.5 + model.level / 2))
    else:
        factor = float(ndtri(0.5 + model.level / 2))
    spread = factor * T**0.5
    points = [fit.estimate.point or 0.0 for fit in fits]
    # Tables whose interval has no end are draws of a tail: more of them than it holds open it.
    open_ = sum(
        fit.times
        for fit in fits
        if fit.estimate.interval and not math.isfinite(fit.estimate.interval[1])
    )
    ended = open_ / R <= (1 - model.level) / 2
    return attrs.evolve(
        model,
        point=float(np.average(points, weights=times)),
        interval=(
            n + max(0.0, float(np.exp(log_n0 - spread)) - 0.5),
            n + max(0.0, float(np.exp(log_n0 + spread)) - 0.5) if ended else math.inf,
        ),
        settings={**model.settings, "pooled": "log n0 by Rubin's rules, T = W + (1 + 1/R) B"},
        diagnostics=_average([(fit.estimate.diagnostics, fit.times) for fit in fits]),
        log_n0=(log_n0, T),
    )


def _average(of: Sequence[tuple[Any, int]]) -> dict[str, Any]:
    """Weighted means of the diagnostics that are plain numbers in every table."""
    weights = [times for _, times in of]
    answer: dict[str, Any] = {}
    for name, value in of[0][0].items():
        if isinstance(value, int | float):
            answer[name] = float(np.average([each[name] for each, _ in of], weights=weights))
        elif isinstance(value, list) and all(len(each[name]) == len(value) for each, _ in of):
            answer[name] = [
                {
                    **item,
                    "probability": float(
                        np.average(
                            [each[name][i]["probability"] for each, _ in of], weights=weights
                        )
                    ),
                }
                for i, item in enumerate(value)
                if "probability" in item
            ]
    return answer


def _warnings(fits: Sequence[Fitted], missed: int, total: int) -> tuple[str, ...]:
    """A sentence that came with most tables, once; the number of tables left out.

    Figures in a sentence differ from table to table: the commonest form stands for all.
    """
    seen: Counter[str] = Counter()
    kinds: dict[str, Counter[str]] = {}
    for fit in fits:
        for text in fit.estimate.warnings:
            kind = "".join(letter for letter in text if not letter.isdigit())
            seen[kind] += fit.times
            kinds.setdefault(kind, Counter())[text] += fit.times
    found = []
    for kind, times in seen.items():
        text = kinds[kind].most_common(1)[0][0]
        found.append(
            text if times == total else f"{text} (In {times} of {total} draws of who is who.)"
        )
    if missed:
        found.append(
            f"{missed} of {total} draws of who is who could not be estimated and are left out."
        )
    return tuple(found)
