"""Two lists: what they say pair by pair, and what they can say when dependence is stated.

Two lists cannot show whether being on one makes the other likelier. So `two_list`
gives no number until somebody states that dependence, and why. `pairs` is a
diagnostic: where one pair of lists gives a far smaller number than the others, the
two are likely to have found the same people.
"""

from __future__ import annotations

import math
from itertools import combinations
from typing import Any

import numpy as np

from uncounted.captures import CaptureTable
from uncounted.errors import NotEstimable, UsedWrongly
from uncounted.estimate.method import estimator, log_normal_interval
from uncounted.estimate.result import Estimate

_DRAWS = 4000
_MOST = 1e15


@estimator("two-list")
def two_list(
    table: CaptureTable,
    *,
    level: float = 0.95,
    seed: int = 1,
    psi: float | None = None,
    log_psi_sd: float = 0.0,
    draws: int = _DRAWS,
) -> Estimate:
    """Two lists with a stated odds ratio psi between them.

    The unseen are psi n10 n01 / n11. Shares of the three cells have a
    Dirichlet(count + 1/2) posterior, and n0 given them is negative binomial, as under
    p(N) ~ 1/N (Aleshin-Guendel, Sadinle and Wakefield 2024; xi = 1 / psi).

    Args:
        table: exactly 2 lists.
        level: of the credible interval.
        seed: of the draws.
        psi: how many times as high the odds of being on one list are for people on the
            other as for people not on it. There is no default.
        log_psi_sd: how unsure one is of psi, as the standard deviation of its logarithm.
        draws: of N.

    Examples:
        >>> from uncounted.captures import CaptureTable
        >>> table = CaptureTable.of("AB", {"10": 40, "01": 20, "11": 10})
        >>> two_list(table).status, two_list(table, psi=2).status
        ('refused', 'ok')
    """
    if len(table.lists) != 2:
        raise NotEstimable(
            f"this is for exactly two lists, and there are {len(table.lists)}",
            hint="choose two lists, or use a method for more",
        )
    if psi is None:
        raise NotEstimable(
            "two lists cannot show how far they depend on each other, so it must be stated",
            hint="state the odds ratio between them as psi (1: independent) and say why",
        )
    if not (psi > 0 and math.isfinite(psi)) or log_psi_sd < 0:
        raise UsedWrongly("psi must be above 0 and log_psi_sd not below 0")
    rng = np.random.default_rng(seed)
    counts = np.array([table.counts.get(pattern, 0) for pattern in ("10", "01", "11")])
    p = rng.dirichlet(counts + 0.5, size=draws)
    odds = psi * np.exp(log_psi_sd * rng.standard_normal(draws))
    r = odds * p[:, 0] * p[:, 1] / p[:, 2]
    n0 = rng.poisson(np.minimum(rng.gamma(table.observed, 1.0, draws) * r, _MOST))
    tails = [0.5 - level / 2, 0.5, 0.5 + level / 2]
    low, middle, high = np.quantile(n0, tails, method="inverted_cdf") + table.observed
    logs = np.log(n0 + 0.5)
    first, second = table.lists
    return Estimate(
        method="two-list",
        status="ok",
        point=float(middle),
        point_kind="posterior median",
        interval=(float(low), float(high)),
        level=level,
        interval_kind="credible",
        assumption=(
            f"The odds of being on {second} are {psi:g} times as high for people on {first} as "
            "for people not on it. The two lists cannot show whether this is so."
        ),
        settings={"psi": psi, "log_psi_sd": log_psi_sd, "xi": 1 / psi, "prior_N": "p(N) ~ 1/N"},
        diagnostics={"both": int(counts[2])},
        seed=seed,
        draws=n0.astype(np.int64) + table.observed,
        log_n0=(float(logs.mean()), float(logs.var())),
    )


def pairs(table: CaptureTable, *, level: float = 0.95) -> tuple[dict[str, Any], ...]:
    """Chapman's estimate for every pair of lists, each as if the two were independent.

    N = (n1 + 1)(n2 + 1)/(m + 1) - 1 with Chao's log-normal interval. A pair far below
    the others: the two tend to have the same people. Far above: they avoid each other.

    Examples:
        >>> pairs(CaptureTable.of("AB", {"10": 40, "01": 20, "11": 10}))[0]["point"]
        142.72727272727272
    """
    rows = []
    totals = table.list_totals
    for one, two in combinations(table.lists, 2):
        n1, n2, m = totals[one], totals[two], table.on([one, two])
        N = (n1 + 1) * (n2 + 1) / (m + 1) - 1
        variance = (n1 + 1) * (n2 + 1) * (n1 - m) * (n2 - m) / ((m + 1) ** 2 * (m + 2))
        either = n1 + n2 - m
        interval = log_normal_interval(either, max(N - either, 0.0), variance, level)
        rows.append({"lists": [one, two], "both": m, "point": N, "interval": interval})
    return tuple(rows)
