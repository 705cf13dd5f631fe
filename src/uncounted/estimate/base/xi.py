"""Sensitivity to the identifying assumption: N at stated values of xi.

What was observed never says how many were not: it fixes the shares of the seen
patterns and nothing else. Aleshin-Guendel, Sadinle and Wakefield (Biometrics 2024)
put what is missing into one number: xi, the product of the shares of the patterns
with an odd number of lists, divided by that of the even ones, the unseen included.
xi = 1 is "no highest-order interaction". With the seen patterns held as they are,
the number unseen is proportional to 1/xi, whatever model they came from.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import attrs
import numpy as np

from uncounted.captures import CaptureTable
from uncounted.errors import NotEstimable
from uncounted.estimate.base.assumptions import words
from uncounted.estimate.base.estimator import estimator, log_normal_estimate
from uncounted.estimate.base.pooling import pool
from uncounted.estimate.base.posterior import LAST, Ints
from uncounted.estimate.base.result import Estimate, Fitted, Study
from uncounted.estimate.base.rows import MethodXiRow, XiRow
from uncounted.estimate.base.settings import XI
from uncounted.estimate.base.validation import xi_of, xis_of

SATURATED = "no highest-order interaction, saturated table"


@estimator("saturated")
def saturated(
    table: CaptureTable, *, level: float = 0.95, seed: int = 1, xi: float = 1.0
) -> Estimate:
    """Saturated model: only the highest-order interaction is assumed, with parameter xi.

    n0 = prod(odd cells) / prod(even cells) / xi; the variance of log n0 is the sum of
    1/count over all cells (Poisson), so that of n0 is n0 + n0^2 sum(1/x)
    (Rivest and Levesque 2001, eq. 5).

    Parameters
    ----------
    table : CaptureTable
        Every pattern must have people; otherwise refused.
    level : float, default 0.95
        Of the log-normal interval.
    seed : int, default 1
        Kept in the result; nothing here is random.
    xi : float, default 1.0
        From 1/1000 to 1000; larger xi, fewer undocumented.

    Returns
    -------
    Estimate
        N with its interval, or a refusal with its reason.

    References
    ----------
    Aleshin-Guendel, S., Sadinle, M. and Wakefield, J. (2024). The central role of the identifying
    assumption in population size estimation. Biometrics 80.

    Examples
    --------
    >>> from uncounted.captures import CaptureTable
    >>> table = CaptureTable.of("AB", {"10": 40, "01": 20, "11": 10})
    >>> round(saturated(table).point), round(saturated(table, xi=0.5).point)
    (150, 230)
    """
    xi = xi_of(xi)
    J, n = len(table.lists), table.observed
    if len(table.counts) < 2**J - 1:
        empty = 2**J - 1 - len(table.counts)
        raise NotEstimable(
            f"{empty} of the {2**J - 1} capture histories have no people",
            hint="the table of xi can start from another method's estimate",
        )
    log_r = sum(
        (1 if pattern.count("1") % 2 else -1) * math.log(count)
        for pattern, count in table.counts.items()
    )
    if log_r - math.log(xi) > math.log(LAST):
        raise NotEstimable(
            "the estimated number of undocumented people is too large to represent",
            hint="too few people are on an even number of lists; use a lower bound (chao)",
        )
    n0 = math.exp(log_r - math.log(xi))
    variance = n0 + n0**2 * sum(1 / count for count in table.counts.values())
    return log_normal_estimate(
        "saturated",
        n,
        n0,
        variance,
        level=level,
        point_kind="maximum likelihood",
        assumption=words(table.lists, xi),
        settings={"xi": xi},
        seed=seed,
    )


def with_xi(estimate: Estimate, observed: int, xi: float) -> Estimate:
    """The estimate if its assumption is wrong by a factor xi: n0 becomes n0 / xi.

    Draws are scaled with the noise of n0 in them, so that where n0 is small the interval
    at xi < 1 is a little too wide. An infinite draw stays infinite.

    Parameters
    ----------
    estimate : Estimate
        With point and interval; a refusal comes back as it is.
    observed : int
        People on at least one list.
    xi : float
        From 1/1000 to 1000.

    Returns
    -------
    Estimate
        N with its interval, or a refusal with its reason.

    References
    ----------
    Aleshin-Guendel, S., Sadinle, M. and Wakefield, J. (2024). The central role of the identifying
    assumption in population size estimation. Biometrics 80.

    Examples
    --------
    >>> from uncounted.captures import CaptureTable
    >>> from uncounted.estimate.simple.chao import chao
    >>> table = CaptureTable.of("AB", {"10": 40, "01": 20, "11": 10})
    >>> with_xi(chao(table), 70, 0.5).point
    230.0
    """
    return _with_xi(estimate, observed, xi_of(xi))


def _with_xi(estimate: Estimate, observed: int, xi: float) -> Estimate:
    if not estimate.ok or estimate.point is None or estimate.interval is None:
        return estimate

    def scale(N: float) -> float:
        return observed + (N - observed) / xi

    def scale_draws(draws: Ints | None) -> Ints | None:
        if draws is None:
            return None
        n0 = np.where(draws - observed >= LAST, np.inf, (draws - observed) / xi)
        return np.int64(observed) + np.minimum(np.rint(n0), LAST).astype(np.int64)

    spread = estimate.log_n0
    return attrs.evolve(
        estimate,
        point=scale(estimate.point),
        interval=(scale(estimate.interval[0]), scale(estimate.interval[1])),
        draws=scale_draws(estimate.draws),
        chains=scale_draws(estimate.chains),
        log_n0=None if spread is None else (spread[0] - math.log(xi), spread[1]),
    )


def study_with_xi(study: Study, estimate: Estimate, xi: float) -> Estimate:
    """`with_xi` of a study's estimate; over linkage draws on each table, since n differs."""
    fits = study.fits.get(estimate.method)
    if not fits:
        return _with_xi(estimate, study.observed, xi)
    moved = [attrs.evolve(fit, estimate=_with_xi(fit.estimate, fit.observed, xi)) for fit in fits]
    return pool(moved, max_refused=1.0)


def xi_by_method(study: Study, xis: Sequence[float]) -> tuple[MethodXiRow, ...]:
    """The xi table of each method that has a number, relative to what the method assumes."""
    return tuple(
        MethodXiRow(each.method, xi, moved.point, moved.interval, relative_basis(each.method))
        for each in study.estimates
        if each.ok
        for xi in xis
        for moved in [study_with_xi(study, each, xi)]
    )


def xi_table(
    table: CaptureTable,
    headline: Estimate | None,
    *,
    xis: Sequence[float] | float = XI,
    level: float = 0.95,
    relative: bool = False,
) -> tuple[XiRow, ...]:
    """N at each xi: from the saturated table, or from the headline where a pattern is empty.

    Parameters
    ----------
    table : CaptureTable
        A checked table.
    headline : Estimate | None
        The estimate to start from where a pattern is empty.
    xis : Sequence[float] | float, default XI
        Values of xi.
    level : float, default 0.95
        Of the intervals.
    relative : bool, default False
        Whether to start from the headline, whether a pattern is empty or not.

    Returns
    -------
    tuple[XiRow, ...]
        A row for each xi; empty where there is no estimate.

    References
    ----------
    Aleshin-Guendel, S., Sadinle, M. and Wakefield, J. (2024). The central role of the identifying
    assumption in population size estimation. Biometrics 80.

    Examples
    --------
    >>> from uncounted.captures import CaptureTable
    >>> table = CaptureTable.of("AB", {"10": 40, "01": 20, "11": 10})
    >>> [(row.xi, round(row.point)) for row in xi_table(table, None, xis=(0.5, 1, 2))]
    [(0.5, 230), (1.0, 150), (2.0, 110)]
    """
    xis = xis_of(xis)
    if not relative and saturated(table).ok:
        basis, moved = SATURATED, [saturated(table, xi=xi, level=level) for xi in xis]
    elif headline is not None:
        basis = relative_basis(headline.method)
        moved = [_with_xi(headline, table.observed, xi) for xi in xis]
    else:
        return ()
    return tuple(
        XiRow(xi, each.point, each.interval, basis) for xi, each in zip(xis, moved, strict=True)
    )


def xi_table_over(
    study: Study,
    tables: Sequence[CaptureTable],
    times: Sequence[int],
    xis: Sequence[float],
    *,
    relative: bool = False,
) -> tuple[XiRow, ...]:
    """`xi_table` over linkage draws: `times` is how many draws gave each table."""
    headline = study.headline
    if headline is None:
        return ()
    full = not relative and all(saturated(table).ok for table in tables)

    def at(xi: float) -> Estimate:
        if not full:
            return study_with_xi(study, headline, xi)
        fits = [
            Fitted(saturated(table, xi=xi, level=study.level), table.observed, often)
            for table, often in zip(tables, times, strict=True)
        ]
        return pool(fits, max_refused=1.0)

    basis = SATURATED if full else relative_basis(headline.method)
    return tuple(XiRow(xi, each.point, each.interval, basis) for xi in xis for each in [at(xi)])


def relative_basis(method: str) -> str:
    """What xi = 1 means when the table starts from a method's own estimate."""
    return f"relative to what {method} assumes"
