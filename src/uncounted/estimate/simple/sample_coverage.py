"""Sample coverage estimator (Chao and Tsay 1998).

Coverage is the share of all capture chances that belong to people who were
recorded. It allows for lists that depend on each other and people who differ, but
at low coverage its correction is unstable, and then it gives a lower figure and says so.
"""

from __future__ import annotations

from itertools import combinations

import attrs
import numpy as np

from uncounted.captures import CaptureTable
from uncounted.errors import NotEstimable
from uncounted.estimate.base.estimator import estimator, log_n0, log_normal_interval
from uncounted.estimate.base.result import Estimate, Floats
from uncounted.estimate.base.warning import EstimateWarning

ENOUGH = 0.55  # below it the high-coverage estimator is unstable (Chao et al. 2001)
_RESAMPLES = 500

ASSUMPTION = (
    "People may differ and lists may depend on each other in pairs, in the same way among people "
    "who are recorded and people who are missed; there are no interactions of three lists."
)


WIDEST = 3  # standard errors beyond so many times n0: an interval over a factor of 400


@attrs.frozen
class Coverage:
    """What `of_counts` computes: coverage and the three estimates that rest on it."""

    coverage: float
    independent: float
    high: float
    low: float

    @property
    def chosen(self) -> float:
        """`high` at enough coverage, `low` below."""
        return self.high if self.coverage > ENOUGH else self.low


def of_counts(patterns: Floats, counts: Floats) -> Coverage:
    """Coverage and estimates from patterns (M, J) of 0/1 and their counts (M,).

    Chao and Tsay (1998) JASA 93:283; Chao et al. (2001) Statistics in Medicine 20:3123.
    """
    C, independent, high, low = (float(value[0]) for value in _of_many(patterns, counts[None]))
    return Coverage(C, independent, high, low)


def _of_many(patterns: Floats, counts: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Coverage, D/C, high and low for every row of counts (rows, M), all at once."""
    J = patterns.shape[1]
    size = patterns.sum(axis=1)
    n = counts.sum(axis=1)
    total = counts @ patterns
    only = counts @ (patterns * (size == 1)[:, None])
    C = 1 - np.mean(only / total, axis=1)
    D = n - only.sum(axis=1) / J
    A, B = [], []
    for i, j in combinations(range(J), 2):
        both = patterns[:, i] * patterns[:, j]
        A.append(only[:, i] + only[:, j] + 2 * counts @ (both * (size == 2)))
        B.append(counts @ both / (total[:, i] * total[:, j]))
    a, b = np.array(A), np.array(B)
    above, below = J * D - a.sum(axis=0), J * C - (a * b).sum(axis=0)
    fine = (below > 0) & (above >= 1e-4)
    high = np.where(fine, above / np.where(fine, below, 1.0), n)
    some = np.where(C > 0, C, np.nan)
    first = D / some
    r = b * (first + (a * (first * b - 1)).sum(axis=0) / (J * some)) - 1
    low = first + (a * r).sum(axis=0) / (J * some)
    return C, first, np.maximum(high, n), np.maximum(low, n)


@estimator("sample-coverage")
def sample_coverage(table: CaptureTable, *, level: float = 0.95, seed: int = 1) -> Estimate:
    """Estimate from sample coverage, with a bootstrap standard error and log-normal interval.

    Parameters
    ----------
    table : CaptureTable
        3 lists or more.
    level : float, default 0.95
        Of the interval.
    seed : int, default 1
        Of the 500 resamples of the table, the undocumented included.

    Returns
    -------
    Estimate
        N with its interval, or a refusal with its reason.

    References
    ----------
    Chao, A. and Tsay, P. K. (1998). A sample coverage approach to multiple-system estimation with
    application to census undercount. Journal of the American Statistical Association 93:283-293.

    Examples
    --------
    >>> from uncounted.captures import CaptureTable
    >>> table = CaptureTable.of("PQE", {"001": 63, "010": 55, "011": 18, "100": 69,
    ...                                 "101": 17, "110": 21, "111": 28})
    >>> round(sample_coverage(table).diagnostics["coverage"], 3)
    0.513
    """
    if len(table.lists) < 3:
        raise NotEstimable(
            "sample coverage needs at least three lists",
            hint="with two lists use two-list with a stated odds ratio",
        )
    patterns = np.array([[float(mark) for mark in pattern] for pattern in table.counts])
    counts = np.array(list(table.counts.values()), dtype=np.float64)
    found = of_counts(patterns, counts)
    if found.coverage <= 0:
        raise NotEstimable("the lists overlap too little: their sample coverage is 0")
    n0 = found.chosen - table.observed
    if n0 <= 0:
        raise NotEstimable(
            "the sample coverage estimate is not above the number documented",
            hint="the table is too small or too sparse for it; use another method",
        )
    variance = _variance(patterns, counts, found, seed)
    if not variance <= (WIDEST * n0) ** 2:
        raise NotEstimable(
            "the sample coverage estimate is too uncertain: its standard error"
            f" is more than {WIDEST} times the people it adds",
            hint="the table is too small or too sparse for it; use another method",
        )
    enough = found.coverage > ENOUGH
    warning = EstimateWarning(
        "low-coverage",
        f"sample coverage {found.coverage:.0%} (<{ENOUGH:.0%}): that estimator is biased low",
    )
    return Estimate(
        method="sample-coverage",
        status="ok",
        point=found.chosen,
        point_kind="sample coverage estimate",
        interval=log_normal_interval(table.observed, n0, variance, level),
        level=level,
        interval_kind="log-normal, bootstrap standard error",
        assumption=ASSUMPTION,
        settings={"enough_coverage": ENOUGH, "resamples": _RESAMPLES},
        diagnostics={
            "coverage": found.coverage,
            "if_independent": found.independent,
            "high_coverage": found.high,
            "low_coverage": found.low,
            "se": variance**0.5,
        },
        warnings=() if enough else (warning,),
        seed=seed,
        log_n0=log_n0(n0, variance),
    )


def _variance(patterns: Floats, counts: Floats, found: Coverage, seed: int) -> float:
    """Variance of the chosen estimator over tables drawn from the fitted population."""
    rng = np.random.default_rng(seed)
    N = max(round(found.chosen), int(counts.sum()))
    # In the order of the patterns, whatever the order of the lists: so sort by count.
    order = np.argsort(-counts, kind="stable")
    chances = np.append(counts[order], N - counts.sum()) / N
    drawn = rng.multinomial(N, chances, size=_RESAMPLES)[:, :-1].astype(np.float64)
    drawn = drawn[np.all(drawn @ patterns[order] > 0, axis=1)]
    _, _, high, low = _of_many(patterns[order], drawn)
    values = high if found.coverage > ENOUGH else low
    values = values[np.isfinite(values)]
    return float(np.var(values, ddof=1)) if len(values) > 1 else 0.0
