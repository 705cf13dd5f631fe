"""Stick-breaking latent class model of capture heterogeneity (Manrique-Vallier 2016).

Within a kind, being on one list says nothing about being on another. What a chain
of this model reports about itself proves little, so there are eight from starts far
apart, and no number unless they agree.
"""

from __future__ import annotations

import math

import attrs
import numpy as np

from uncounted.captures import CaptureTable
from uncounted.errors import NotEstimable, UsedWrongly
from uncounted.estimate.base.estimator import estimator
from uncounted.estimate.base.mcmc import LEAST_ESS, check_chains, not_converged, places
from uncounted.estimate.base.priors import INVERSE, AnyPrior, prior_of, reweighted
from uncounted.estimate.base.result import Estimate
from uncounted.estimate.base.rows import Details
from uncounted.estimate.base.warning import EstimateWarning
from uncounted.estimate.latent_class.chains import (
    ChainDraws,
    bound_of,
    pattern_tree,
    rounds_for,
    sample,
)
from uncounted.estimate.latent_class.kernels import Floats, Ints, Prior

CLASSES = 10
CHAINS = 8
TARGET_ESS = 2000.0
DRAWS = 4000
BUDGET = 60.0
LEAST_LISTS = 3
MOST_OBSERVED = 10**9
_MOST_CLASSES = 50

ASSUMPTION = (
    "The population is a mixture of latent classes. Within a class the lists are independent, and "
    "people on no list belong to the same classes as those on some."
)


@attrs.frozen
class StickBreakingPrior:
    """The prior of the latent class model.

    Attributes:
        classes: K, the most there can be; 1 is independence of the lists.
        alpha: shape and rate of the gamma prior of the concentration alpha.
        chance: of the beta prior of each class's chance to be on a list.
    """

    classes: int = CLASSES
    alpha: tuple[float, float] = (0.25, 0.25)
    chance: tuple[float, float] = (1.0, 1.0)


STICK_BREAKING = StickBreakingPrior()


@estimator("latent-class")
def latent_class(
    table: CaptureTable,
    *,
    level: float = 0.95,
    seed: int = 1,
    prior: StickBreakingPrior = STICK_BREAKING,
    prior_n: AnyPrior = INVERSE,
    chains: int = CHAINS,
    target_ess: float = TARGET_ESS,
    budget: float = BUDGET,
    draws: int = DRAWS,
) -> Estimate:
    """Stick-breaking latent class model (Manrique-Vallier 2016): capture heterogeneity by classes.

    The model: z ~ nu, x_j | z = k ~ Bernoulli(lambda_jk), nu by sticks V_k ~ Beta(1, alpha)
    cut off at K classes, p(N) ~ 1/N, and no cap on N.

    Parameters
    ----------
    table : CaptureTable
        3 lists or more.
    level : float, default 0.95
        Of the equal-tailed credible interval.
    seed : int, default 1
        Of all chains; the answer does not depend on the machine or the threads.
    prior : StickBreakingPrior, optional
        Prior on the classes and on their capture probabilities.
    prior_n : Prior or callable, optional
        On N; 1/N unless given, or the log of one as a function of N. Draws under 1/N are
        reweighted.
    chains : int, default CHAINS
        4 or more, from overdispersed starting values.
    target_ess : float, default TARGET_ESS
        Target effective sample size, of log n0 and of the log odds of being undocumented.
    budget : float, default BUDGET
        Seconds of one core, about: turned into a number of steps beforehand. When it is used
        up, the number stands if R-hat is 1.01 at most and there are 400 effective draws; else
        the method refuses. Chains still far apart (R-hat above 1.2) after an eighth of it, and
        3,000 iterations, refuse then.
    draws : int, default DRAWS
        How many draws of N to keep.

    Returns
    -------
    Estimate
        N with its interval, or a refusal with its reason.

    Raises
    ------
    UsedWrongly
        A setting out of range.

    References
    ----------
    Manrique-Vallier, D. (2016). Bayesian population size estimation using Dirichlet process
    mixtures. Biometrics 72:1246-1254.

    Examples
    --------
    >>> from uncounted.captures import CaptureTable
    >>> table = CaptureTable.of("ABC", {"100": 60, "010": 49, "110": 4, "001": 247,
    ...                                 "101": 112, "011": 142, "111": 12})
    >>> 720 < latent_class(table, target_ess=800).number() < 750
    True
    """
    _check_settings(prior, chains, target_ess, budget)
    _check_table(table)
    prior_n = prior_of(prior_n)
    classes, alpha, chance = prior.classes, prior.alpha, prior.chance
    counts = pattern_tree(table)
    found = sample(
        counts,
        Prior(*alpha, *chance, bound_of(table)),
        classes=classes,
        chains=chains,
        seed=seed,
        target=target_ess,
        most=rounds_for(budget, counts, classes, chains),
    )
    if not found.convergence.reached(LEAST_ESS):
        raise NotEstimable(
            not_converged(
                found.convergence, found.log_n0, np.median(found.n0, axis=1) + table.observed
            ),
            hint="use fewer lists (merge or leave out small ones), estimate by strata, or give a"
            " larger budget; if the chains still disagree, report no estimate",
        )
    tails = [0.5 - level / 2, 0.5, 0.5 + level / 2]
    drawn = _draws(found, table.observed, draws, seed)
    n0, logs = found.n0.ravel(), found.log_n0.ravel()
    mean, why = _mean(found, table, chance)
    if prior_n != INVERSE:
        rng, ess = np.random.default_rng([seed, 2]), found.convergence.ess
        n0 = reweighted(prior_n, table.observed, n0, rng, ess=ess, size=len(n0))
        drawn, logs = n0[:draws] + table.observed, np.log(n0 + 0.5)
        mean, why = None, "not given: draws under 1/N were reweighted"
    quantiles = np.quantile(n0, tails, method="inverted_cdf")
    low, middle, high = (float(table.observed + at) for at in quantiles)
    far = float(np.mean(n0 > 20 * table.observed))
    return Estimate(
        method="latent-class",
        status="ok",
        point=middle,
        point_kind="posterior median",
        mean=mean,
        interval=(low, high),
        level=level,
        interval_kind="credible",
        assumption=ASSUMPTION,
        settings={
            "classes": classes,
            "prior_alpha": f"Gamma({alpha[0]:g}, rate {alpha[1]:g})",
            "prior_chances": f"Beta({chance[0]:g}, {chance[1]:g})",
            "prior_N": prior_n.name,
            "target_ess": target_ess,
            "budget": budget,
            "mean": why,
        },
        diagnostics=_diagnostics(found, table.observed, target_ess, far),
        warnings=_warnings(table, classes, far, level) + _short(found, target_ess),
        seed=seed,
        draws=drawn,
        chains=_thinned(found.n0) + table.observed if prior_n == INVERSE else None,
        log_n0=(float(logs.mean()), float(logs.var())),
    )


def _check_settings(
    prior: StickBreakingPrior, chains: int, target_ess: float, budget: float
) -> None:
    if not 1 <= prior.classes <= _MOST_CLASSES:
        raise UsedWrongly(
            f"{prior.classes} classes are not between 1 and {_MOST_CLASSES}", hint="10 is usual"
        )
    if not all(0 < value < math.inf for value in (*prior.alpha, *prior.chance)):
        raise UsedWrongly("the parameters of a gamma or beta prior must be above 0")
    check_chains(chains, target_ess, budget)


def _check_table(table: CaptureTable) -> None:
    if len(table.lists) < LEAST_LISTS:
        raise NotEstimable(
            f"latent classes need at least {LEAST_LISTS} lists: with two,"
            " capture heterogeneity would come from the prior only",
            hint="add a third list, or use two-list",
        )
    if table.observed > MOST_OBSERVED:
        raise NotEstimable(
            f"more than {MOST_OBSERVED:,} people are beyond the precision of this method",
            hint="check the counts",
        )


def _mean(
    found: ChainDraws, table: CaptureTable, chance: tuple[float, float]
) -> tuple[float | None, str]:
    """E[N] = n E[1 / (1 - rho)], where its draws have a variance.

    The likelihood given n is at most 1, some class has weight 1/K at least, and so the
    prior chance that 1 - rho < delta is of order delta^(J a): with a > 2 / J the mean and
    the variance of 1 / (1 - rho) are finite.
    """
    if len(table.lists) * chance[0] <= 2:
        return None, "not given: its draws may have no variance under such a prior on chances"
    return float(table.observed * np.mean(1.0 + np.exp(found.logits))), "finite"


def _diagnostics(found: ChainDraws, observed: int, target_ess: float, far: float) -> Details:
    return {
        "rhat": found.convergence.rhat,
        "ess": found.convergence.ess,
        "ess_tail": found.convergence.tail,
        "target_reached": found.convergence.ess >= target_ess,
        "chains": found.n0.shape[0],
        "rounds": found.rounds,
        "draws_kept": found.n0.size,
        "chain_medians": tuple((np.median(found.n0, axis=1) + observed).tolist()),
        "modes": len(places(found.log_n0)),
        "warmup_extensions": found.dropped,
        "acceptance_leap": float(found.leaps.mean()),
        "acceptance_exchange": float(found.exchanges.mean()),
        "classes_with_people": float(found.classes.mean()),
        "prob_gt_21n": far,
    }


def _draws(found: ChainDraws, observed: int, draws: int, seed: int) -> Ints:
    """Draws of N, evenly over the chains and in random order; n0 anew from its odds.

    Any part of them is as good as all, which is how draws of many tables are pooled.
    """
    rng = np.random.default_rng([seed, 1])
    pool: Floats = found.logits.ravel()
    at = np.linspace(0, pool.size, draws, endpoint=False).astype(np.int64)
    mean = rng.standard_gamma(float(observed), draws) * np.exp(pool[rng.permutation(at)])
    answer: Ints = observed + rng.poisson(np.minimum(mean, 4e18)).astype(np.int64)
    return answer


def _thinned(by_chain: Ints) -> Ints:
    """At most `DRAWS` draws of each chain, evenly spaced and in their order."""
    return by_chain[:, :: -(-by_chain.shape[1] // DRAWS)]


def _warnings(
    table: CaptureTable, classes: int, far: float, level: float
) -> tuple[EstimateWarning, ...]:
    J = len(table.lists)
    patterns, unknown = 2**J - 1, classes * (J + 1) - 1
    found = []
    if unknown > patterns:
        found.append(
            EstimateWarning(
                "lca-prior",
                f"{J} lists give {patterns} cells; {classes} classes have {unknown} parameters: "
                "the prior matters",
            )
        )
    if far > (1 - level) / 2:
        found.append(EstimateWarning("heavy-upper-tail", f"latent class: P(N > 21 n) = {far:.1%}"))
    return tuple(found)


def _short(found: ChainDraws, target_ess: float) -> tuple[EstimateWarning, ...]:
    """That the chains agree and yet their effective sample size is smaller than it should be."""
    found_short = []
    if found.convergence.ess < target_ess:
        text = f"latent class: bulk ESS {found.convergence.ess:,.0f} (<{target_ess:,.0f})"
        found_short.append(EstimateWarning("low-ess", text))
    if found.convergence.tail < LEAST_ESS:
        text = f"latent class: tail ESS {found.convergence.tail:,.0f} (<{LEAST_ESS:,.0f})"
        found_short.append(EstimateWarning("low-tail-ess", text))
    return tuple(found_short)
