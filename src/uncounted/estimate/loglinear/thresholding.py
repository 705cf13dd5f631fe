"""Bayesian thresholding of two-way interactions in a log-linear model (Silverman 2020).

Silverman (2020) JRSS A 183:691, section 6. All pairs are fitted at once, so that no
order of steps decides; then those that stand less than two posterior standard
deviations from 0 are left out, once, and the rest is fitted again. As with stepwise
selection no three lists act on one another, and the doubt about which pairs to keep
is not in the interval.
"""

from __future__ import annotations

import attrs
import numpy as np
import numpy.typing as npt

from uncounted.captures import CaptureTable
from uncounted.errors import NotConverged, NotEstimable, UsedWrongly
from uncounted.estimate.base.estimator import estimate_from_draws, estimator, z_of
from uncounted.estimate.base.posterior import LAST
from uncounted.estimate.base.result import Estimate
from uncounted.estimate.identification.loglinear_cells import (
    LEAST_ESS,
    MOST_RHAT,
    Chains,
    Terms,
    agreement,
)
from uncounted.estimate.loglinear.hierarchy import Model, completed, in_brackets, pair_terms
from uncounted.estimate.loglinear.mle_existence import code
from uncounted.estimate.loglinear.poisson import CellCounts

type Floats = npt.NDArray[np.float64]

FEWEST, MOST = 3, 6
THRESHOLD = 2.0
DRAWS = 8000
_FLAT = float("inf")
_FIRST = 4  # times the draws for the choice, which hangs on a ratio
_EDGE = 3  # errors of that ratio, within which chance decides
_LOOKS = 250  # of each chain, at least
_LONGER = 4  # times that a run is made twice as long before it is given up

ASSUMPTION = (
    "Lists act on one another two at a time only, pairs whose link cannot be told from none have "
    "none, and the people whom no list has follow the same pattern as those who are on some."
)


@attrs.frozen(eq=False)
class ThresholdDraws:
    """Draws of the terms of a model's sets, and of the mean of the unseen cell."""

    sets: tuple[int, ...]
    terms: Floats
    mean_n0: Floats
    rhat: float
    ess: float


def draw(cells: CellCounts, model: Model, many: int, rng: np.random.Generator) -> ThresholdDraws:
    """Draw from the Poisson model with flat priors on the intercept and on every term.

    Given the terms the seen cells are multinomial; the intercept, integrated, leaves
    exp(intercept) S ~ Gamma(n, 1), S the sum of the seen means at intercept 0. Sets that
    nobody is on are at minus infinity: neither they nor the cells that hold them enter.

    Raises:
        NotConverged: the chains do not agree.
    """
    masks = np.arange(1, len(cells.counts))
    counts = cells.counts[1:]
    holds = {a: (masks & a) == a for a in model if a}
    sets = tuple(a for a, on in holds.items() if counts[on].any())
    live = ~np.any([holds[a] for a in holds if a not in sets] or [masks < 0], axis=0)
    X = np.array([holds[a][live] for a in sets], dtype=np.float64).T
    chains = Chains(Terms(X, counts[live], _FLAT), rng)
    chains.warm_up()
    seen = chains.sample(max(-(-many // len(chains.at)), _LOOKS))
    rhat, ess = agreement(seen)
    for _ in range(_LONGER):
        if rhat <= MOST_RHAT and ess >= LEAST_ESS:
            break
        seen = np.concatenate([seen, chains.sample(seen.shape[1])], axis=1)
        rhat, ess = agreement(seen)
    else:
        raise NotConverged(
            f"the draws of the pairs depend on where they start (R-hat {rhat:.3f}, {ess:.0f} "
            "effective draws)",
            hint="a pair of lists may hang on one or two people; see log-linear-stepwise",
        )
    flat = seen.reshape(-1, seen.shape[2])
    flat = flat[:: max(1, len(flat) // many)][:many]
    total = np.exp(flat @ X.T).sum(axis=1)
    return ThresholdDraws(
        sets, flat, rng.standard_gamma(cells.observed, len(flat)) / total, rhat, ess
    )


def deviations(drawn: ThresholdDraws) -> dict[int, float]:
    """How many posterior standard deviations the mean of each pair's term is from 0."""
    ratio = drawn.terms.mean(axis=0) / drawn.terms.std(axis=0)
    return {a: float(far) for a, far in zip(drawn.sets, ratio, strict=True) if a.bit_count() > 1}


@estimator("log-linear-thresholding")
def log_linear_thresholding(
    table: CaptureTable,
    *,
    level: float = 0.95,
    seed: int = 1,
    threshold: float = THRESHOLD,
    draws: int = DRAWS,
) -> Estimate:
    """All pairs at once with flat priors, those near 0 left out, and fitted again.

    1. With every pair in the model there must be an (extended) maximum likelihood
       estimate, or the posterior under flat priors has no end (Fienberg and Rinaldo 2012).
    2. Draw from it; keep the pairs whose mean is more than `threshold` posterior standard
       deviations from 0. A pair that nobody is on has its term at minus infinity, and stays.
    3. Draw from what is left: n0 is Poisson with mean exp(intercept).

    Args:
        table: 3 to 6 lists.
        level: of the credible interval, in which the choice of pairs is not.
        seed: of the chains.
        threshold: posterior standard deviations.
        draws: of N.

    Raises:
        UsedWrongly: a threshold below 0, or too few draws.

    Examples:
        >>> kosovo = CaptureTable.of(["EXH", "ABA", "OSCE", "HRW"], {
        ...     "1000": 1131, "0100": 845, "0010": 936, "0001": 306, "1100": 177, "1010": 228,
        ...     "1001": 106, "0110": 217, "0101": 31, "0011": 123, "1110": 181, "1101": 18,
        ...     "1011": 42, "0111": 32, "1111": 27})
        >>> log_linear_thresholding(kosovo).settings["model"]
        '[12,13,14,23,34]'
    """
    z_of(level)
    J = len(table.lists)
    if not FEWEST <= J <= MOST:
        raise NotEstimable(
            f"all pairs are fitted at once for {FEWEST} to {MOST} lists, and there are {J}",
            hint="log-linear-stepwise goes further; with two lists, state how they depend",
        )
    if not threshold >= 0 or draws < 100:
        raise UsedWrongly("the threshold must be 0 or more, and there must be 100 draws or more")
    cells, rng = CellCounts.of(table), np.random.default_rng(seed)
    full = completed(J, pair_terms(J))
    if code(full, cells.counts > 0):
        raise NotEstimable(
            "with every pair of lists in the model this table does not tell its parameters",
            hint="too many overlaps are empty; see log-linear, which chooses among fewer",
        )
    first = draw(cells, full, _FIRST * draws, rng)
    far = deviations(first)
    empty = tuple(a for a in pair_terms(J) if a not in far)
    model = completed(J, (*(a for a in far if abs(far[a]) > threshold), *empty))
    second = draw(cells, model, draws, rng)
    n0 = np.minimum(rng.poisson(np.minimum(second.mean_n0, float(LAST))), LAST).astype(np.int64)
    return estimate_from_draws(
        "log-linear-thresholding",
        cells.observed,
        n0,
        level=level,
        assumption=ASSUMPTION,
        settings={
            "model": in_brackets(model, cells.places),
            "threshold": threshold,
            "prior": "flat on every term",
            "max_order": 2,
        },
        diagnostics={
            "rhat": max(first.rhat, second.rhat),
            "ess": min(first.ess, second.ess),
            "pairs": [
                {
                    "pair": in_brackets((0, a), cells.places),
                    "deviations": far[a],
                    "in_model": a in model,
                }
                for a in far
            ],
            "minus_infinity": [in_brackets((0, a), cells.places) for a in empty],
        },
        warnings=_edge(table.lists, far, threshold, first.ess),
        seed=seed,
    )


def _edge(
    lists: tuple[str, ...], far: dict[int, float], threshold: float, ess: float
) -> tuple[str, ...]:
    """Say which pairs are kept or left out by the chance of the draws.

    The error of mean / standard deviation, r, is sqrt((1 + r^2 / 2) / ESS).
    """
    names = sorted(lists)
    near = [
        f"{one} and {two}"
        for a, r in far.items()
        if abs(abs(r) - threshold) < _EDGE * ((1 + r**2 / 2) / ess) ** 0.5
        for one, two in [[name for i, name in enumerate(names) if a >> i & 1]]
    ]
    if not near:
        return ()
    return (
        f"The link between {'; '.join(near)} is so near the threshold that the draws decide "
        "whether it is kept: another seed may give another model.",
    )
