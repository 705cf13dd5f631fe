"""Maximum likelihood under independence of the lists (Darroch 1958).

It is shown so that the others can be compared with it. It is hardly ever true, and
when people differ in how easily they are recorded it is too low.
"""

from __future__ import annotations

import numpy as np
from scipy.special import gammaln

from uncounted.captures import CaptureTable
from uncounted.errors import NotEstimable
from uncounted.estimate.base.estimator import estimator, log_n0, root
from uncounted.estimate.base.result import Estimate, Floats
from uncounted.estimate.base.rows import Interval
from uncounted.estimate.loglinear.profile import UNBOUNDED, profile_interval

ASSUMPTION = (
    "The lists are independent, and on each list everybody had the same probability of being "
    "recorded."
)


@estimator("independence")
def independence(table: CaptureTable, *, level: float = 0.95, seed: int = 1) -> Estimate:
    """Maximum likelihood under independence, with a profile likelihood interval.

    N solves 1 - n/N = prod_j (1 - n_j/N) (Darroch 1958). The interval contains every N with
    2 (max l - l(N)) below the chi-square quantile (Cormack 1992), where the lists'
    shares at each N are n_j/N. A limit above 50 n is given as unbounded.

    Parameters
    ----------
    table : CaptureTable
        2 lists or more.
    level : float, default 0.95
        Of the profile likelihood interval.
    seed : int, default 1
        Kept in the result; nothing here is random.

    Returns
    -------
    Estimate
        N with its interval, or a refusal with its reason.

    References
    ----------
    Darroch, J. N. (1958). The multiple-recapture census: I. Biometrika 45:343-359.

    Examples
    --------
    >>> from uncounted.captures import CaptureTable
    >>> round(independence(CaptureTable.of("AB", {"10": 40, "01": 20, "11": 10})).point)
    150
    """
    n = float(table.observed)
    totals = np.array(list(table.list_totals.values()), dtype=np.float64)
    N = _root(n, totals)
    p = totals / N
    # Darroch (1958), eq. 22: the asymptotic variance of N.
    information = float(np.expm1(-np.log1p(-p).sum()) - np.sum(p / (1 - p)))
    interval, top = _profile(n, totals, N, level)
    if not (information > 0 and interval[0] <= N <= interval[1]):
        raise NotEstimable(
            "these counts are beyond the precision of this method",
            hint="check the counts",
        )
    variance = N / information
    return Estimate(
        method="independence",
        status="ok",
        point=N,
        point_kind="maximum likelihood",
        interval=interval,
        level=level,
        interval_kind="profile likelihood",
        assumption=ASSUMPTION,
        settings={"unbounded_beyond": f"{UNBOUNDED} times the observed"},
        diagnostics={"se": variance**0.5, "profile_maximum": top},
        seed=seed,
        log_n0=log_n0(N - n, variance),
    )


def _root(n: float, totals: np.ndarray) -> float:
    """The N at which as many are missed as independence says."""

    def excess(log_n0: float) -> float:
        n0 = float(np.exp(log_n0))
        return float(np.sum(np.log1p(-totals / (n + n0))) + np.log1p(n / n0))

    # Far out both sides vanish together, so the first change of sign is looked for.
    grid = np.arange(np.log(1e-9), np.log(n) + 40.0, 0.5)
    above = np.array([excess(x) for x in grid]) > 0
    if not above[0] or above.all():
        raise NotEstimable(
            "no total fits these lists under independence",
            hint="check the overlaps: one list may be part of another",
        )
    at = int(np.argmin(above))
    return n + float(np.exp(root(excess, grid[at - 1], grid[at])))


def _profile(n: float, totals: np.ndarray, N: float, level: float) -> tuple[Interval, float]:
    """Both ends, and the N of the highest likelihood."""

    def likelihood(log_n0: Floats) -> Floats:
        n0 = np.exp(log_n0)
        M = n + n0
        lists = totals[:, None]
        seen = np.sum(lists * np.log(lists / M) + (M - lists) * np.log1p(-lists / M), axis=0)
        answer: Floats = gammaln(M + 1) - gammaln(n0 + 1) + seen
        return answer

    return profile_interval(likelihood, N - n, n, level)
