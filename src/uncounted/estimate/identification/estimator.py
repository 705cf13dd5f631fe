"""Estimation under a stated identifying assumption (Aleshin-Guendel, Sadinle, Wakefield 2024).

Aleshin-Guendel, Sadinle and Wakefield (Biometrics 2024) take apart what most methods
mix: how the seen patterns share the seen (which a table teaches), what the unseen have
to do with them (which no table teaches), and what was believed of N beforehand. Here
each is an argument, and the middle one is never left out in silence.
"""

from __future__ import annotations

import math

import attrs
import numpy as np
import numpy.typing as npt

from uncounted.captures import CaptureTable
from uncounted.errors import NotEstimable, UsedWrongly
from uncounted.estimate.base.assumptions import NHOI, Assumption, MarginalPair, signs
from uncounted.estimate.base.estimator import estimate_from_draws, estimator
from uncounted.estimate.base.posterior import LAST
from uncounted.estimate.base.priors import (
    INVERSE,
    AnyPrior,
    InversePrior,
    LogPrior,
    Prior,
    draw_n0,
    log_acceptance,
    prior_of,
    reweighted,
)
from uncounted.estimate.base.result import Estimate, Floats
from uncounted.estimate.base.warning import EstimateWarning
from uncounted.estimate.identification.cell_models import Dirichlet

METHOD = "identified"
UNIFORM = Dirichlet(1)
DEFAULT_DRAWS = 4000
MOST_CONTRADICTED = 0.5
MOST_PRIOR = 0.9  # of the spread; beyond it only the prior on the patterns speaks
_SAID_PRIOR = 0.1
_FEWEST = 100
_MOST_TRIES = 50


@estimator(METHOD)
def identify(
    table: CaptureTable,
    *,
    level: float = 0.95,
    seed: int = 1,
    cells: Dirichlet = UNIFORM,
    assumption: Assumption | None = None,
    prior: AnyPrior = INVERSE,
    draws: int = DEFAULT_DRAWS,
) -> Estimate:
    """Posterior of N from a model of the observed patterns and a named assumption.

    1. Draw the shares of the observed patterns (`cells`).
    2. The assumption turns each draw into pi_0, the share of people on no list. A draw
       that contradicts it is left out and counted.
    3. The prior on N keeps or leaves each pi_0, and n0 is drawn given it.

    Parameters
    ----------
    table : CaptureTable
        2 to 10 lists.
    level : float, default 0.95
        Of the equal-tailed credible interval.
    seed : int, default 1
        Of the draws.
    cells : Dirichlet, default Dirichlet(1)
        Model of the observed patterns, with its prior count.
    assumption : Assumption | None
        `NHOI(xi)` or `MarginalPair(a, b, xi)`. `NHOI(1)` unless given; with two lists it must be
        given.
    prior : Prior or callable, optional
        On N; 1/N unless given, or the log of one as a function of N.
        `GammaPoissonPrior(size, mean / size)` is negative binomial.
    draws : int, default DEFAULT_DRAWS
        Of N, at least.

    Returns
    -------
    Estimate
        N with its interval, or a refusal with its reason.

    Raises
    ------
    UsedWrongly
        No such model or list.

    References
    ----------
    Aleshin-Guendel, S., Sadinle, M. and Wakefield, J. (2024). The central role of the identifying
    assumption in population size estimation. Biometrics 80.

    Examples
    --------
    >>> table = CaptureTable.of("ABC", {"100": 60, "010": 49, "110": 4, "001": 247,
    ...                                 "101": 112, "011": 142, "111": 12})
    >>> estimate = identify(table, assumption=NHOI(xi=2))
    >>> estimate.point < identify(table).point
    True
    >>> estimate.assumption[:47]
    'The dependence of A and B (their odds ratio) is'
    """
    prior = prior_of(prior)
    assumption = _stated(assumption, table)
    if not isinstance(cells, Dirichlet):
        raise UsedWrongly("not a model of the cell probabilities", hint="e.g. Dirichlet(1/2)")
    # In the order of their names, so that the order of the lists is nothing.
    ordered = table.select(sorted(table.lists))
    prior_share = cells.prior_share(ordered, assumption)
    if prior_share is not None and prior_share > MOST_PRIOR:
        raise NotEstimable(
            f"{prior_share:.0%} of the variance comes from the prior of"
            f" {cells.name} rather than from the data: {_empty(ordered)} of the"
            f" {2 ** len(table.lists) - 1} capture histories are empty",
            hint="try another prior (cells=Dirichlet(1/2)), or use fewer lists",
        )
    kept = _keep(ordered, cells, assumption, prior, seed=seed, draws=draws)
    n0 = draw_n0(prior, table.observed, kept.log_odds, np.random.default_rng([seed, 2]))
    if isinstance(prior, LogPrior):
        rng, size = np.random.default_rng([seed, 3]), len(n0)
        n0 = reweighted(prior, table.observed, n0, rng, ess=size, size=size)
    mean, why = _mean(ordered, cells, assumption, prior, n0)
    return estimate_from_draws(
        METHOD,
        table.observed,
        n0,
        level=level,
        mean=mean,
        assumption=assumption.plain(table.lists),
        settings={
            "cells": cells.name,
            "identified_by": assumption.name,
            "xi": assumption.xi,
            "exactly": assumption.exact(table.lists),
            "prior_N": prior.name,
            "mean": why,
        },
        diagnostics={
            "empty_patterns": _empty(ordered),
            "prior_share": prior_share,
            "contradicted": kept.contradicted,
            "accepted": kept.accepted,
        },
        warnings=_warnings(ordered, cells, prior_share, kept),
        seed=seed,
    )


def _stated(assumption: Assumption | None, table: CaptureTable) -> Assumption:
    if assumption is None and len(table.lists) == 2:
        raise NotEstimable(
            "two lists cannot show their own dependence: it must be assumed",
            hint="assume xi = 1 / (their odds ratio), for example NHOI(xi=1), and say why",
        )
    if assumption is None:
        return NHOI()
    if not isinstance(assumption, NHOI | MarginalPair):
        raise UsedWrongly("not an identifying assumption", hint="e.g. NHOI(xi=2)")
    return assumption


def _empty(table: CaptureTable) -> int:
    return (1 << len(table.lists)) - 1 - len(table.counts)


@attrs.frozen(eq=False)
class _Kept:
    """Draws of log odds of pi_0 that neither the assumption nor the prior on N left out."""

    log_odds: Floats
    contradicted: float
    accepted: float


def _keep(
    table: CaptureTable,
    model: Dirichlet,
    assumption: Assumption,
    prior: Prior,
    *,
    seed: int,
    draws: int,
) -> _Kept:
    """Draw batches of shares until enough are kept (steps 1 to 3 up to n0)."""
    rng = np.random.default_rng([seed, 1])
    kept: list[Floats] = []
    tried = contradicted = enough = 0
    for log_shares in model.batches(table, draws, np.random.default_rng([seed, 0])):
        log_odds = assumption.log_odds(log_shares, table.lists)
        tried += len(log_odds)
        contradicted += int(np.isnan(log_odds).sum())
        if contradicted > MOST_CONTRADICTED * tried:
            raise NotEstimable(
                f"{contradicted / tried:.0%} of the draws contradict what is assumed: more people "
                "are on neither of the two lists than it allows for",
                hint="a smaller xi (the two lists go together), or another pair of lists",
            )
        chance = np.exp(log_acceptance(prior, table.observed, log_odds))
        kept.append(log_odds[rng.random(len(log_odds)) < chance])
        enough += len(kept[-1])
        if enough >= draws or tried >= _MOST_TRIES * draws:
            break
    possible = max(tried - contradicted, 1)
    if enough < min(_FEWEST, draws):
        raise NotEstimable(
            f"the table and the prior on N contradict each other: of {possible:,} draws the prior "
            f"keeps {enough}",
            hint="use the prior 1/N, or more draws",
        )
    return _Kept(np.concatenate(kept), contradicted / tried, enough / possible)


def _mean(
    table: CaptureTable,
    model: Dirichlet,
    assumption: Assumption,
    prior: Prior,
    n0: npt.NDArray[np.int64],
) -> tuple[float | None, str]:
    """The posterior mean of N where it is known to exist, or why there is none."""
    if isinstance(prior, LogPrior):
        return None, "not given: draws under 1/N were reweighted"
    if not isinstance(prior, InversePrior):
        return table.observed + float(n0.mean()), "of the draws; finite under this prior"
    if not isinstance(assumption, NHOI):
        return None, "not given: under p(N) ~ 1/N it may not exist"
    shapes, sign = model.shapes(table), signs(len(table.lists))
    if (shapes[sign < 0] <= 1).any():
        return None, "infinite: a capture history with an even number of lists has no people"
    # E r = prod_odd a / (A prod_even (a - 1)): a moment of the Dirichlet law of shapes a.
    log_r = np.log(shapes[sign > 0]).sum() - np.log(shapes[sign < 0] - 1).sum()
    log_odds = float(log_r - np.log(shapes.sum())) - math.log(assumption.xi)
    if log_odds > math.log(LAST):
        return None, "not given: beyond any number of people that can be counted"
    return table.observed * (1 + math.exp(log_odds)), "exact"


def _warnings(
    table: CaptureTable, model: Dirichlet, prior_share: float | None, kept: _Kept
) -> tuple[EstimateWarning, ...]:
    found = []
    if prior_share is not None and prior_share > _SAID_PRIOR:
        found.append(
            EstimateWarning(
                "prior-share",
                f"{prior_share:.0%} of the variance is due to the prior of {model.name}",
            )
        )
    if kept.contradicted > 0.005:
        found.append(
            EstimateWarning(
                "assumption-contradicted",
                f"{kept.contradicted:.1%} of the draws contradict the identifying assumption",
            )
        )
    return tuple(found)
