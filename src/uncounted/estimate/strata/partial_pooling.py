"""Partial pooling of strata: a hierarchical normal model of the logit of the share missed.

A stratum of forty people says little about how many were missed there. If the share that
was missed is much the same everywhere, the other strata say the rest; if it is not, they
do not. How alike the strata are is estimated along with everything else (a law over
strata, `shares`). Pooled and unpooled numbers always stand side by side, for pooling
takes a stratum's own evidence for less than it would alone, and can flatten a trend.

A stratum that cannot be estimated on its own gets no number here either. Nothing on its
lists says how many were missed; a number would be the other strata's, lent to the very
stratum that is most likely to differ from them, since lists that share no person are as a
rule lists that were not linked or did not cover the same people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from uncounted.captures import CaptureTable
from uncounted.errors import UsedWrongly
from uncounted.estimate.base.checks import check
from uncounted.estimate.base.mixture import drawn
from uncounted.estimate.base.priors import DEFAULT_PRIOR, prior_of
from uncounted.estimate.base.result import Estimate, Floats, Study
from uncounted.estimate.base.rows import (
    CommonDistribution,
    Details,
    PooledResult,
    PooledRow,
    Quantiles,
    Slope,
    Slopes,
    Trend,
    UnpooledResult,
    as_json,
)
from uncounted.estimate.base.settings import DEFAULT, EstimateSettings, MethodSettings
from uncounted.estimate.base.validation import delta_of, draws_of
from uncounted.estimate.base.warning import EstimateWarning
from uncounted.estimate.graphical.decomposable import posterior_n0
from uncounted.estimate.strata.hierarchical_grid import (
    M_SD,
    Evidence,
    GridPosterior,
    NormalEvidence,
    graph_evidence,
    integrate,
)
from uncounted.estimate.strata.stratified import Strata, run_strata
from uncounted.estimate.strata.unanswered import Floors, Unanswered
from uncounted.progress import Progress, silent

FEWEST_STRATA = 3
DRAWS = 4000
MOST_T = 1e6
_METHODS = ("decomposable", "log-linear", "log-linear-stepwise", "independence", "two-list")
_LEAST_ORDERED = 4


@attrs.frozen(eq=False)
class Pooled(Strata):
    """Strata with two estimates each, pooled first, then alone; and two totals.

    Attributes:
        common: the distribution over strata of the share missed; None when refused.
        rows: each stratum alone and pooled.
        trend: how N and the share missed move along numbered strata, alone and pooled;
            None where the labels are no numbers.
        warnings: to be reported with the numbers.
        draws: joint draws of N, one row per usable stratum; None when refused.
    """

    common: CommonDistribution | None = None
    rows: tuple[PooledRow, ...] = ()
    trend: Trend | None = None
    warnings: tuple[EstimateWarning, ...] = ()
    draws: Floats | None = attrs.field(default=None, repr=False)

    def to_json(self) -> dict[str, Any]:
        """As of strata, with `pooling`."""
        pooling = {
            "distribution": as_json(self.common),
            "rows": as_json(self.rows),
            "trend": as_json(self.trend),
            "warnings": as_json(self.warnings),
        }
        return {**super().to_json(), "pooling": pooling}


def pool_strata(
    tables: Sequence[CaptureTable],
    settings: EstimateSettings = DEFAULT,
    *,
    draws: int = DRAWS,
    t: float | None = None,
    progress: Progress = silent,
) -> Pooled:
    """Estimate each stratum alone, then all with partial pooling of the share missed.

    logit P(on no list in stratum s) ~ N(m, t^2), m ~ N(0, 2^2), t ~ half-normal(1). With
    `decomposable` a stratum's whole posterior of n0 goes in, its implied prior on the share
    missed divided out (`hierarchical_grid.graph_evidence`); with another method, its
    log(n0 + 1/2) with a normal error (`NormalEvidence`). p(N) ~ 1/N is used once in each
    stratum, before and after.

    Parameters
    ----------
    tables : Sequence[CaptureTable]
        One per stratum, with `stratum` set.
    settings : EstimateSettings, optional
        As for `run`, with one method at most: `decomposable` (where none is named),
        `log-linear`, `log-linear-stepwise`, `independence` or `two-list`.
    draws : int, default DRAWS
        Joint draws of all strata.
    t : float | None
        How far strata differ, if it is not to be estimated.
    progress : Progress, optional
        Told after each stratum.

    Returns
    -------
    Pooled
        Strata alone and pooled, and both totals.

    Raises
    ------
    UsedWrongly
        No tables, or methods that cannot be pooled.

    Examples
    --------
    >>> from uncounted.captures import CaptureTable
    >>> tables = [CaptureTable.of("AB", {"10": 9 + k, "01": 7, "11": 3}, year=str(k))
    ...           for k in range(5)]
    >>> pooled = pool_strata(tables, EstimateSettings("independence"))
    >>> pooled.rows[0].shrinkage > 0.5, len(pooled.total)
    (True, 2)
    """
    draws = draws_of(draws)
    if t is not None and not 0 < t <= MOST_T:
        raise UsedWrongly(
            f"t, the standard deviation between strata, must be above 0 and at most {MOST_T:g},"
            f" not {t}",
            hint="1 lets odds differ threefold",
        )
    method, *others = settings.methods or ("decomposable",)
    if others:
        raise UsedWrongly("strata are pooled with one method", hint="name one of them")
    if method not in _METHODS:
        raise UsedWrongly(
            f"strata cannot be pooled with {method!r}", hint=f"methods: {', '.join(_METHODS)}"
        )
    own = settings.of(method)
    if "grid" in own:
        raise UsedWrongly("pooling needs the full posterior", hint="omit the grid")
    alone = run_strata(
        tables,
        attrs.evolve(settings, methods=(method,), by_method={method: own}, robustness=False),
        progress=progress,
    )
    usable = [s for s, study in enumerate(alone.studies) if study[method].ok]
    if len(usable) < FEWEST_STRATA:
        return _refused(alone, method, len(usable))
    evidence, seen = [], []
    for done, s in enumerate(usable):
        progress("reading each stratum's evidence", done, len(usable))
        # The posterior of n0 is that of the lists that share people: without those set aside.
        table = check(tables[s]).table if method == "decomposable" else tables[s]
        evidence.append(_evidence(table, alone.studies[s][method], method, own))
        seen.append(table.observed)
    progress("pooling", 0, 1)
    distribution = integrate(evidence, t=t)
    rng = np.random.default_rng([settings.seed, len(tables)])
    n0 = distribution.draws(draws, rng)
    documented = np.array([[alone.studies[s].observed] for s in usable], dtype=np.float64)
    N = np.maximum(np.array(seen, dtype=np.float64)[:, None] + n0, documented)
    floors = Floors()
    apart = [table for s, table in enumerate(tables) if s not in usable]
    unanswered = Unanswered.of(
        [[table] for table in tables],
        alone.studies,
        [s in usable for s in range(len(tables))],
        floors,
    )
    least = sum((floors.draws(table, draws, rng) for table in apart), np.zeros(draws))
    pooled = _assemble(alone, method, usable, distribution, N, settings, t)
    total = _total(alone, method, N, least, settings.level, unanswered)
    pooled = attrs.evolve(
        pooled,
        total=(total, *alone.total),
        warnings=(*total.warnings, *pooled.warnings),
    )
    progress("pooling", 1, 1)
    return pooled


def _evidence(
    table: CaptureTable, fit: Estimate, method: str, settings: MethodSettings
) -> Evidence:
    if method == "decomposable":
        J, delta = len(table.lists), settings.get("delta")
        delta = 2.0**-J if delta is None else delta_of(delta)
        prior = prior_of(settings.get("prior", DEFAULT_PRIOR))
        posterior = posterior_n0(table, delta=delta, prior=prior)
        return graph_evidence(posterior, table.observed, J, delta)
    return NormalEvidence.of(table.observed, fit.log_n0 or (0.0, 0.0))


def _refused(alone: Strata, method: str, usable: int) -> Pooled:
    reason = (
        f"of the strata {usable} can be estimated on their own, and {FEWEST_STRATA} are needed to"
        " say how far strata differ"
    )
    no = Estimate(f"{method}, pooled", "refused", reason, "coarser strata, or do not pool")
    studies = tuple(
        attrs.evolve(study, estimates=(no, *study.estimates)) for study in alone.studies
    )
    rows = tuple(
        _pair(label, study, study[method], no, None)
        for label, study in zip(alone.labels, alone.studies, strict=True)
    )
    return Pooled(alone.labels, studies, (no, *alone.total), rows=rows)


def _pair(
    label: Mapping[str, str], study: Study, fit: Estimate, pooled: Estimate, pull: float | None
) -> PooledRow:
    """A stratum alone and pooled, side by side."""
    return PooledRow(
        dict(label),
        study.observed,
        UnpooledResult(fit.point, fit.interval, fit.reason),
        PooledResult(pooled.point, pooled.interval),
        pull,
    )


def _assemble(
    alone: Strata,
    method: str,
    usable: Sequence[int],
    distribution: GridPosterior,
    N: Floats,
    settings: EstimateSettings,
    t: float | None,
) -> Pooled:
    level, seed = settings.level, settings.seed
    at = {s: i for i, s in enumerate(usable)}
    pull = distribution.pull()
    about = {
        "m": f"N(0, {M_SD:g}^2)",
        "t": "half-normal" if t is None else t,
        "strata": len(usable),
    }
    studies, rows = [], []
    for s, study in enumerate(alone.studies):
        fit = study[method]
        if s in at:
            pooled = _estimate(fit, N[at[s]], level, seed, about)
        else:
            pooled = Estimate(
                f"{method}, pooled", "refused", fit.reason, fit.hint, refusal_code=fit.refusal_code
            )
        studies.append(attrs.evolve(study, estimates=(pooled, *study.estimates)))
        weight = float(pull[at[s]]) if s in at else None
        rows.append(_pair(alone.labels[s], study, fit, pooled, weight))
    trend = _trend(alone, method, usable, N, level, seed)
    return Pooled(
        labels=alone.labels,
        studies=tuple(studies),
        total=alone.total,
        common=_common(distribution, level),
        rows=tuple(rows),
        trend=trend,
        warnings=_moved(rows) + (_flattened(trend) if trend else ()),
        draws=N,
    )


def _estimate(fit: Estimate, N: Floats, level: float, seed: int, about: Details) -> Estimate:
    low, middle, high = np.quantile(
        N, [0.5 - level / 2, 0.5, 0.5 + level / 2], method="inverted_cdf"
    ).tolist()
    return Estimate(
        method=f"{fit.method}, pooled",
        status="ok",
        point=middle,
        point_kind="posterior median",
        interval=(low, high),
        level=level,
        interval_kind="credible",
        assumption=(
            f"{fit.assumption} And the strata are alike, in that nothing but chance and what is"
            " on the lists tells which of them had more of its people missed."
        ),
        settings={**fit.settings, "pooling": dict(about)},
        seed=seed,
        input=fit.input,
    )


def _total(
    alone: Strata,
    method: str,
    N: Floats,
    least: Floats,
    level: float,
    unanswered: Unanswered,
) -> Estimate:
    """The pooled total; `least` are draws of the bounds of the strata without an estimate."""
    ends = [0.5 - level / 2, 0.5, 0.5 + level / 2]
    rest_low, rest, rest_high = np.quantile(N.sum(axis=0), ends).tolist()
    low, middle, high = np.quantile(N.sum(axis=0) + least, ends).tolist()
    base = next(each for each in alone.total if each.method == method)
    total = attrs.evolve(
        base,
        method=f"{method}, pooled",
        point=middle,
        point_kind="median of joint draws",
        interval=(low, high),
        warnings=(),
        assumption=f"{base.assumption} And the strata are alike in the share missed.",
    )
    return unanswered.bounded(total, (rest, (rest_low, rest_high)))


def _common(of: GridPosterior, level: float) -> CommonDistribution:
    levels = [0.5, 0.5 - level / 2, 0.5 + level / 2]
    m, low, high = of.quantiles(of.m, levels)
    t, t_low, t_high = of.quantiles(of.t, levels)

    def share(logit: float) -> float:
        return float(1 / (1 + np.exp(-logit)))

    return CommonDistribution(
        share_missed=Quantiles(share(m), (share(low), share(high))),
        m=Quantiles(m, (low, high)),
        t=Quantiles(t, (t_low, t_high)),
    )


def _moved(rows: Sequence[PooledRow]) -> tuple[EstimateWarning, ...]:
    out = [
        row
        for row in rows
        if row.pooled.point is not None
        and row.unpooled.interval is not None
        and not row.unpooled.interval[0] <= row.pooled.point <= row.unpooled.interval[1]
    ]
    if not out:
        return ()
    return (
        EstimateWarning(
            "pooling-moved-strata",
            f"in {len(out)} of {len(rows)} strata the pooled estimate is outside the interval of"
            " the stratum alone",
        ),
    )


def _trend(
    alone: Strata, method: str, usable: Sequence[int], N: Floats, level: float, seed: int
) -> Trend | None:
    """Slopes over strata that have a number, as years do, from joint draws.

    Least squares of log N and of log(n0 / n) on the number, draw by draw, alone and pooled.
    """
    x = _positions([alone.labels[s] for s in usable])
    if x is None:
        return None
    rng = np.random.default_rng([seed, 1])
    fits: list[tuple[Study, Estimate]] = [
        (alone.studies[s], alone.studies[s][method]) for s in usable
    ]
    single = np.stack([drawn(fit, study.observed, N.shape[1], rng) for study, fit in fits])
    n = np.array([[study.observed] for study, _ in fits])
    tails = [0.5, 0.5 - level / 2, 0.5 + level / 2]

    def slope(y: Floats) -> Slope:
        each = (x - x.mean()) @ y / np.sum((x - x.mean()) ** 2)
        median, low, high = np.quantile(each, tails).tolist()
        return Slope(median, (low, high))

    return Trend(
        log_N=Slopes(unpooled=slope(np.log(single)), pooled=slope(np.log(N))),
        log_odds_missed=Slopes(
            unpooled=slope(np.log((single - n + 0.5) / n)),
            pooled=slope(np.log((N - n + 0.5) / n)),
        ),
    )


def _positions(labels: Sequence[Mapping[str, str]]) -> Floats | None:
    """The numbers of strata that are split by one number; None for other strata."""
    if len(labels) < _LEAST_ORDERED or any(len(label) != 1 for label in labels):
        return None
    try:
        x = np.array([float(next(iter(label.values()))) for label in labels])
    except ValueError:
        return None
    return x if np.isfinite(x).all() and np.ptp(x) > 0 else None


def _flattened(trend: Trend) -> tuple[EstimateWarning, ...]:
    def clear(of: Slope) -> bool:
        low, high = of.interval
        return bool(low > 0 or high < 0)

    found = []
    N, missed = trend.log_N, trend.log_odds_missed
    if clear(N.unpooled) and not clear(N.pooled):
        found.append(
            EstimateWarning(
                "pooling-removed-trend", "log N has a trend over strata alone, none when pooled"
            )
        )
    if clear(N.pooled) and not clear(N.unpooled):
        found.append(
            EstimateWarning(
                "pooling-made-trend", "log N has a trend over strata when pooled, none alone"
            )
        )
    if clear(missed.unpooled):
        found.append(
            EstimateWarning(
                "share-missed-trend",
                "the share missed has a trend over strata; pooling shrinks the first and the last",
            )
        )
    return tuple(found)
