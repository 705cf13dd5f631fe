"""Two lists: Lincoln-Petersen/Chapman pairs, and a posterior given a stated odds ratio.

Two lists cannot show whether being on one makes the other likelier. So `two_list`
gives no number until that dependence is stated, with the reason. `pairs` is a
diagnostic: where one pair of lists gives a far smaller number than the others, the
two are likely to have found the same people.
"""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np

from uncounted.captures import CaptureTable
from uncounted.errors import NotEstimable, UsedWrongly
from uncounted.estimate.base.assumptions import NHOI
from uncounted.estimate.base.estimator import estimate_from_draws, estimator, log_normal_interval
from uncounted.estimate.base.priors import INVERSE, AnyPrior, draw_n0, prior_of, reweighted
from uncounted.estimate.base.result import Estimate
from uncounted.estimate.base.rows import PairRow
from uncounted.estimate.base.validation import number_of
from uncounted.estimate.identification.cell_models import Dirichlet

_DRAWS = 4000
_PRIOR_COUNT = 0.5


@estimator("two-list")
def two_list(
    table: CaptureTable,
    *,
    level: float = 0.95,
    seed: int = 1,
    psi: float | None = None,
    log_psi_sd: float = 0.0,
    prior: AnyPrior = INVERSE,
    draws: int = _DRAWS,
) -> Estimate:
    """Two lists with a stated odds ratio psi between them.

    The unseen are psi n10 n01 / n11. `identify` with Dirichlet(1/2) on the three seen
    patterns, xi = 1 / psi and p(N) ~ 1/N (Aleshin-Guendel, Sadinle and Wakefield 2024),
    except that psi may be stated with uncertainty.

    Parameters
    ----------
    table : CaptureTable
        Exactly 2 lists.
    level : float, default 0.95
        Of the credible interval.
    seed : int, default 1
        Of the draws.
    psi : float | None
        How many times as high the odds of being on one list are for people on the other as for
        people not on it. There is no default.
    log_psi_sd : float, default 0.0
        Uncertainty of psi: the standard deviation of its logarithm.
    prior : Prior or callable, optional
        On N; 1/N unless given, or the log of one as a function of N. Draws under 1/N are
        reweighted.
    draws : int, default _DRAWS
        Of N.

    Returns
    -------
    Estimate
        N with its interval, or a refusal with its reason.

    Raises
    ------
    UsedWrongly
        Psi or its standard deviation is out of range.

    References
    ----------
    Aleshin-Guendel, S., Sadinle, M. and Wakefield, J. (2024). The central role of the identifying
    assumption in population size estimation. Biometrics 80.

    Examples
    --------
    >>> from uncounted.captures import CaptureTable
    >>> table = CaptureTable.of("AB", {"10": 40, "01": 20, "11": 10})
    >>> two_list(table).status, two_list(table, psi=2).status
    ('refused', 'ok')
    """
    if len(table.lists) != 2:
        raise NotEstimable(
            f"this method takes exactly two lists, not {len(table.lists)}",
            hint="choose two lists, or use a method for more",
        )
    if psi is None:
        raise NotEstimable(
            "two lists cannot show their own dependence: it must be assumed",
            hint="state their odds ratio psi, with --psi 1 if independent, and say why",
        )
    psi, log_psi_sd = _checked(psi, log_psi_sd)
    prior = prior_of(prior)
    rng = np.random.default_rng(seed)
    # In the order of their names, so that the order of the lists is nothing.
    ordered = table.select(sorted(table.lists))
    log_shares = next(Dirichlet(_PRIOR_COUNT).batches(ordered, draws, rng))
    unsure = log_psi_sd * rng.standard_normal(draws)
    log_odds = NHOI(xi=1 / psi).log_odds(log_shares, ordered.lists) + unsure
    n0 = draw_n0(INVERSE, table.observed, log_odds, rng)
    if prior != INVERSE:
        n0 = reweighted(prior, table.observed, n0, rng, ess=draws, size=draws)
    words = NHOI(xi=1 / psi).plain(table.lists)
    return estimate_from_draws(
        "two-list",
        table.observed,
        n0,
        level=level,
        assumption=f"{words} The two lists cannot show whether this is so.",
        settings={"psi": psi, "log_psi_sd": log_psi_sd, "xi": 1 / psi, "prior_N": prior.name},
        diagnostics={"both": table.on(table.lists)},
        seed=seed,
    )


def _checked(psi: float, log_psi_sd: float) -> tuple[float, float]:
    """Refuse numbers that are none; a psi so extreme that 1 / psi is none either."""
    odds, sd = number_of(psi), number_of(log_psi_sd)
    if not (1e-300 < odds < 1e300):
        raise UsedWrongly(
            f"psi {psi} is not a number above 0", hint="1: the two lists are independent"
        )
    if not 0 <= sd < math.inf:
        raise UsedWrongly(
            f"log_psi_sd {log_psi_sd} must be 0 or more", hint="0: psi is known exactly"
        )
    return odds, sd


def pairs(table: CaptureTable, *, level: float = 0.95) -> tuple[PairRow, ...]:
    """Chapman's estimate for every pair of lists, each as if the two were independent.

    N = (n1 + 1)(n2 + 1)/(m + 1) - 1 with Chao's log-normal interval. A pair far below
    the others suggests positive dependence; far above, negative dependence.

    Parameters
    ----------
    table : CaptureTable
        Two lists or more.
    level : float, default 0.95
        Of the log-normal intervals.

    Returns
    -------
    tuple[PairRow, ...]
        A row for each pair of lists.

    References
    ----------
    Chapman, D. G. (1951). Some properties of the hypergeometric distribution with applications to
    zoological sample censuses. University of California Publications in Statistics 1:131-160.

    Examples
    --------
    >>> pairs(CaptureTable.of("AB", {"10": 40, "01": 20, "11": 10}))[0].point
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
        rows.append(PairRow((one, two), m, N, interval))
    return tuple(rows)
