"""How the answer moves when its untestable assumption is wrong by a stated factor xi.

What was observed never says how many were not: it fixes the shares of the seen
patterns and nothing else. Aleshin-Guendel, Sadinle and Wakefield (Biometrics 2024)
put what is missing into one number: xi, the product of the shares of the patterns
with an odd number of lists, divided by that of the even ones, the unseen included.
xi = 1 is "no highest-order interaction". With the seen patterns held as they are,
the number unseen is proportional to 1/xi, whatever model they came from.
"""

from __future__ import annotations

import math
from typing import Any

import attrs
import numpy as np

from uncounted.captures import CaptureTable
from uncounted.errors import NotEstimable, UsedWrongly
from uncounted.estimate.method import estimator, log_n0, log_normal_interval
from uncounted.estimate.result import Estimate

XI = (0.5, 2 / 3, 1.0, 1.5, 2.0)

SATURATED = "no highest-order interaction, saturated table"


@estimator("saturated")
def saturated(
    table: CaptureTable, *, level: float = 0.95, seed: int = 1, xi: float = 1.0
) -> Estimate:
    """Nothing assumed but the highest-order interaction, which is set to xi.

    n0 = prod(odd cells) / prod(even cells) / xi; the variance of log n0 is the sum of
    1/count over all cells (Poisson), so that of n0 is n0 + n0^2 sum(1/x)
    (Rivest and Levesque 2001, eq. 5).

    Args:
        table: every pattern must have somebody, or it refuses.
        level: of the log-normal interval.
        seed: kept in the result; nothing here is random.
        xi: above 0; larger xi, fewer unseen.

    Examples:
        >>> from uncounted.captures import CaptureTable
        >>> table = CaptureTable.of("AB", {"10": 40, "01": 20, "11": 10})
        >>> round(saturated(table).point), round(saturated(table, xi=0.5).point)
        (150, 230)
    """
    _check_xi(xi)
    J, n = len(table.lists), table.observed
    if len(table.counts) < 2**J - 1:
        empty = 2**J - 1 - len(table.counts)
        raise NotEstimable(
            f"{empty} of the {2**J - 1} patterns have nobody",
            hint="the table of xi can start from another method's estimate",
        )
    log_r = sum(
        (1 if pattern.count("1") % 2 else -1) * math.log(count)
        for pattern, count in table.counts.items()
    )
    n0 = math.exp(log_r) / xi
    variance = n0 + n0**2 * sum(1 / count for count in table.counts.values())
    return Estimate(
        method="saturated",
        status="ok",
        point=n + n0,
        point_kind="maximum likelihood",
        interval=log_normal_interval(n, n0, variance, level),
        level=level,
        interval_kind="log-normal",
        assumption=words(table.lists, xi),
        settings={"xi": xi},
        diagnostics={"se": variance**0.5},
        seed=seed,
        log_n0=log_n0(n0, variance),
    )


def _check_xi(xi: float) -> None:
    if not (xi > 0 and math.isfinite(xi)):
        raise UsedWrongly(f"xi {xi} is not above 0", hint="1 is the usual assumption")


def with_xi(estimate: Estimate, observed: int, xi: float) -> Estimate:
    """The same estimate, had its assumption been wrong by a factor xi: n0 becomes n0 / xi."""
    _check_xi(xi)
    if not estimate.ok or estimate.point is None or estimate.interval is None:
        return estimate

    def scale(N: float) -> float:
        return observed + (N - observed) / xi

    draws = estimate.draws
    if draws is not None:
        draws = observed + np.rint((draws - observed) / xi).astype(np.int64)
    spread = estimate.log_n0
    return attrs.evolve(
        estimate,
        point=scale(estimate.point),
        interval=(scale(estimate.interval[0]), scale(estimate.interval[1])),
        draws=draws,
        log_n0=None if spread is None else (spread[0] - math.log(xi), spread[1]),
    )


def row(estimate: Estimate, xi: float, basis: str) -> dict[str, Any]:
    """A row of the xi table."""
    return {"xi": xi, "point": estimate.point, "interval": estimate.interval, "basis": basis}


def xi_table(
    table: CaptureTable,
    headline: Estimate | None,
    *,
    xis: tuple[float, ...] = XI,
    level: float = 0.95,
) -> tuple[dict[str, Any], ...]:
    """N at each xi: from the saturated table, or from the headline where a pattern is empty."""
    if saturated(table).ok:
        return tuple(row(saturated(table, xi=xi, level=level), xi, SATURATED) for xi in xis)
    if headline is None:
        return ()
    basis = relative_basis(headline.method)
    return tuple(row(with_xi(headline, table.observed, xi), xi, basis) for xi in xis)


def relative_basis(method: str) -> str:
    """What xi = 1 means when the table starts from a method's own estimate."""
    return f"relative to what {method} assumes"


def tipping(estimate: Estimate, observed: int, claim: float) -> float | None:
    """The xi at which the estimate comes down (or up) to a claimed N; None if no xi does.

    The claim "N is above `claim`" holds for every xi below it.

    Examples:
        >>> from uncounted.captures import CaptureTable
        >>> table = CaptureTable.of("AB", {"10": 40, "01": 20, "11": 10})
        >>> round(tipping(saturated(table), 70, 110), 6)
        2.0
    """
    if estimate.point is None or claim <= observed or estimate.point <= observed:
        return None
    return (estimate.point - observed) / (claim - observed)


def words(lists: tuple[str, ...], xi: float = 1.0) -> str:
    """What xi says, in words, for two lists, three, and more."""
    if len(lists) == 2:
        a, b = lists
        how = "the same" if xi == 1 else f"{1 / xi:.3g} times as high"
        return f"The odds of being on {b} are {how} for people on {a} as for people not on it."
    if len(lists) == 3:
        a, b, c = lists
        how = "the same" if xi == 1 else f"{xi:.3g} times as large"
        return (
            f"How strongly {a} and {b} go together (their odds ratio) is {how} among people on {c} "
            "as among people not on it."
        )
    how = "do not act" if xi == 1 else f"act, by a factor of {xi:.3g},"
    return (
        f"Lists may depend on each other in any way in which fewer than {len(lists)} take part; "
        f"all {len(lists)} together {how} on one another."
    )
