"""Bayesian model averaging over decomposable graphical models (Madigan and York 1997).

Madigan and York (1997): which lists depend on which is a chordal graph, all such
graphs are given a share, and N is read off the average. R dga does this for 3 to 5
lists by enumeration; the dynamic programme of `graph_sum` does it for up to ten without
one, and `graph_sampler` samples graphs for more. No graph is ever chosen, and no grid of
N cuts the tail off in silence.
"""

from __future__ import annotations

import functools
from itertools import combinations

import attrs
import numpy as np
from scipy.special import gammaln

from uncounted.captures import CaptureTable
from uncounted.errors import NotEstimable, UsedWrongly
from uncounted.estimate.base.estimator import estimator
from uncounted.estimate.base.mcmc import check_chains
from uncounted.estimate.base.posterior import LAST, Ints, Posterior, at_grid, explore
from uncounted.estimate.base.priors import (
    DEFAULT_PRIOR,
    AnyPrior,
    InversePrior,
    LogPrior,
    Prior,
    prior_of,
)
from uncounted.estimate.base.result import Estimate
from uncounted.estimate.base.rows import Details
from uncounted.estimate.base.validation import delta_of
from uncounted.estimate.base.warning import EstimateWarning
from uncounted.estimate.graphical.graph_sampler import (
    BUDGET,
    CHAINS,
    MOST_SAMPLED_LISTS,
    TARGET_ESS,
    GraphAverage,
    SampleSettings,
    sampled_average,
)
from uncounted.estimate.graphical.graph_sum import MAX_GRAPH_LISTS, Floats, Room, log_sums

DEFAULT_DRAWS = 4000
# Log-gammas of larger counts are off by more than the posterior can bear.
MOST_OBSERVED = 10**9
MOST_COMPLETE = 0.5  # beyond it the middle of the posterior is the prior's
_BLOCK = 2**20  # scores held at a time
_MOST_KEPT = 10_000  # values of n0 whose sums are kept
_LONGEST = 10_000_000  # values of a grid

ASSUMPTION = (
    "Lists may depend on each other, in pairs or in groups. Conditional on that dependence, as the "
    "graphs describe it, the lists are independent, and people on no list follow the same model "
    "as those on some."
)
ASSUMPTION_TWO_LISTS = (
    "The two lists are independent. Under the complete graph, which is averaged with that, the "
    "number of people on no list is known only from the prior."
)


@attrs.frozen(eq=False)
class GraphModel:
    """log p(x, n0, C) for every set C of lists, as a function of n0 (hyper-Dirichlet law).

    For a clique or separator C with marginal cells y, prior count d = delta 2^(J-|C|) a cell:
    L_C(n0) = sum over its cells of log G(y + d) - log G(d), with n0 more people in its zero
    cell, + log G(delta 2^J) - log G(N + delta 2^J). Dawid and Lauritzen (1993).
    """

    lists: int
    observed: int
    delta: float
    constant: Floats
    zero: Floats
    weight: float

    @classmethod
    def of(cls, table: CaptureTable, delta: float) -> GraphModel:
        """Collapse the table to every set of lists."""
        J = len(table.lists)
        cells = np.zeros(1 << J)
        for pattern, count in table.counts.items():
            cells[sum(1 << i for i in range(J) if pattern[i] == "1")] += count
        constant, zero = np.zeros(1 << J), np.zeros(1 << J)
        for C in range(1 << J):
            d = delta * 2.0 ** (J - C.bit_count())
            y = np.bincount(np.arange(1 << J) & C, weights=cells, minlength=1 << J)
            seen = y[1:][y[1:] > 0]
            constant[C] = np.sum(gammaln(seen + d) - gammaln(d)) - gammaln(d)
            zero[C] = y[0] + d
        weight = delta * 2.0**J
        constant[0] = 0.0
        constant[1:] += gammaln(weight)
        return cls(J, table.observed, delta, constant, zero, weight)

    def scores(self, n0: Ints) -> Floats:
        """L_C(n0): shape (len(n0), 2**J); 0 for the empty set."""
        column = n0.astype(np.float64)[:, None]
        total = _log_rising(column, np.array([[self.observed + self.weight]]))
        answer = self.constant + _log_rising(column, self.zero[None, :]) - total
        answer[:, 0] = 0.0
        return answer

    def log_ways(self, n0: Ints) -> Floats:
        """Log N! / n0!: in how many ways the seen are chosen, up to a constant."""
        ways: Floats = _log_rising(
            n0.astype(np.float64)[:, None], np.array([[self.observed + 1.0]])
        )
        return ways[:, 0]


def _log_rising(n0: Floats, a: Floats) -> Floats:
    """Log G(n0 + a) - log G(n0 + 1), to full precision also where n0 is huge.

    The plain difference of two log-gammas near 1e15 is off by several units, more
    than the whole posterior; Stirling's series, subtracted by hand, is not.
    """
    x, b = n0 + 1.0, a - 1.0
    far = (x + b - 0.5) * np.log1p(b / x) + b * np.log(x) - b + (1 / (x + b) - 1 / x) / 12
    near = gammaln(n0 + a) - gammaln(x)
    answer: Floats = np.where(n0 > 1e4, far, near)
    return answer


class _Sums:
    """Sums over graphs by n0, and the share of the complete graph, each computed once.

    They do not depend on the prior on N, so that other priors cost next to nothing.
    """

    def __init__(self, model: GraphModel) -> None:
        self.model = model
        self._known: dict[int, tuple[float, float]] = {}

    def __call__(self, n0: Ints, room: Room) -> tuple[Floats, Floats]:
        if len(n0) > _MOST_KEPT:  # a grid
            return self._computed(n0, room)
        whole = n0.tolist()
        missing = [each for each in dict.fromkeys(whole) if each not in self._known]
        if missing:
            columns = self._computed(np.array(missing, dtype=np.int64), room)
            pairs = zip(*(column.tolist() for column in columns), strict=True)
            self._known.update(zip(missing, pairs, strict=True))
        found = np.array([self._known[each] for each in whole]).reshape(-1, 2)
        return found[:, 0], found[:, 1]

    def _computed(self, n0: Ints, room: Room) -> tuple[Floats, Floats]:
        rows = max(1, _BLOCK >> self.model.lists)
        total, complete = np.empty(len(n0)), np.empty(len(n0))
        for at in range(0, len(n0), rows):
            here = slice(at, at + rows)
            scores = self.model.scores(n0[here])
            total[here] = log_sums(scores, room)
            complete[here] = np.exp(scores[:, -1] - total[here])
        return total, complete


@functools.lru_cache(maxsize=4)
def _sums_of(lists: tuple[str, ...], counts: tuple[tuple[str, int], ...], delta: float) -> _Sums:
    return _Sums(GraphModel.of(CaptureTable(lists, dict(counts)), delta))


class _LogPosterior:
    """log p(n0 | x) up to a constant, remembering the share of the complete graph."""

    def __init__(self, table: CaptureTable, delta: float, prior: Prior) -> None:
        self._sums = _sums_of(tuple(table.lists), tuple(table.counts.items()), delta)
        self.model, self.prior, self.room = self._sums.model, prior, Room()
        self._seen: list[tuple[Ints, Floats]] = []

    def __call__(self, n0: Ints) -> Floats:
        total, complete = self._sums(n0, self.room)
        self._seen.append((n0, complete))
        N = n0.astype(np.float64) + self.model.observed
        answer: Floats = total + self.model.log_ways(n0) + self.prior.log(N)
        return answer

    def complete(self, posterior: Posterior) -> float:
        """Posterior probability of the complete graph, which says nothing about n0."""
        n0, share = (np.concatenate(column) for column in zip(*self._seen, strict=True))
        n0, first = np.unique(n0, return_index=True)
        x = np.log1p(n0.astype(np.float64))
        within = posterior.expect(lambda at: np.interp(np.log1p(at), x, share[first]))
        return (1 - posterior.beyond) * within + posterior.beyond


def edge_posteriors(model: GraphModel, n0: Ints, room: Room | None = None) -> Floats:
    """P(edge | n0) averaged over these n0: one value a pair, in order of `combinations`.

    Without every set that holds a pair, the sum is over the graphs without that edge.
    """
    scores = model.scores(n0)
    whole = log_sums(scores, room)
    sets = np.arange(1 << model.lists)
    pairs = [(1 << i) | (1 << j) for i, j in combinations(range(model.lists), 2)]
    kept = np.concatenate([np.where((sets & pair) == pair, -np.inf, scores) for pair in pairs])
    without = log_sums(kept, room).reshape(len(pairs), len(n0))
    answer: Floats = np.clip(1 - np.exp(without - whole).mean(axis=1), 0.0, 1.0)
    return answer


def posterior_n0(
    table: CaptureTable, *, delta: float | None = None, prior: Prior = DEFAULT_PRIOR
) -> Posterior:
    """The whole posterior of n0 for a table that `check` lets pass, on every whole number."""
    delta = 2.0 ** -len(table.lists) if delta is None else delta_of(delta)
    prior = prior_of(prior)
    return explore(_LogPosterior(table, delta, prior), table.observed)


@estimator("decomposable")
def decomposable(
    table: CaptureTable,
    *,
    level: float = 0.95,
    seed: int = 1,
    delta: float | None = None,
    prior: AnyPrior = DEFAULT_PRIOR,
    grid: range | None = None,
    draws: int = DEFAULT_DRAWS,
    edges: bool = True,
    chains: int = CHAINS,
    target_ess: float = TARGET_ESS,
    budget: float = BUDGET,
) -> Estimate:
    """Average over all decomposable graphs (Madigan and York 1997).

    For up to 10 lists the sum over all graphs is exact. For 11 to 40 lists the average is over
    graphs sampled by Markov chains, and there is no number unless the chains agree.

    Parameters
    ----------
    table : CaptureTable
        2 to 40 lists.
    level : float, default 0.95
        Of the equal-tailed credible interval.
    seed : int, default 1
        Of the draws of N; the interval does not depend on it.
    delta : float | None
        Prior count of each of the 2**J cells, above 0; 2**-J unless given.
    prior : Prior or callable, optional
        On N; 1/N unless given, or the log of one as a function of N (`LogPrior`).
    grid : range | None
        None: every n0 from 0 up, however far the tail goes. A range: n0 takes just these values
        (R dga does this; the posterior mean then exists).
    draws : int, default DEFAULT_DRAWS
        How many draws of N to keep.
    edges : bool, default True
        Whether to compute the probability that each pair of lists is dependent; with six
        lists that takes two thirds of the time.
    chains : int, default CHAINS
        Of sampled graphs, 4 or more, half of them from the graph without edges and half from the
        complete one. This and the next two are for more than 10 lists only.
    target_ess : float, default TARGET_ESS
        Target effective sample size of log n0.
    budget : float, default BUDGET
        Seconds of one core, about: turned into a number of steps beforehand. When it is used up,
        the number stands if R-hat is 1.01 at most and there are 400 effective draws; else the
        method refuses.

    Returns
    -------
    Estimate
        N with its interval, or a refusal with its reason.

    Raises
    ------
    UsedWrongly
        Delta is not from 1e-9 to 1000, the grid is empty, or a setting of the chains is out of
        range.

    References
    ----------
    Madigan, D. and York, J. C. (1997). Bayesian methods for estimation of the size of a closed
    population. Biometrika 84:19-31.

    Examples
    --------
    >>> from uncounted.captures import CaptureTable
    >>> table = CaptureTable.of("ABC", {"100": 60, "010": 49, "110": 4, "001": 247,
    ...                                 "101": 112, "011": 142, "111": 12})
    >>> decomposable(table).point
    731.0
    """
    J = len(table.lists)
    if J > MOST_SAMPLED_LISTS:
        raise NotEstimable(
            f"the average over graphs is computed for up to {MOST_SAMPLED_LISTS} lists, "
            f"and there are {J}",
            hint="use fewer lists, or merge lists of one collector",
        )
    if table.observed > MOST_OBSERVED:
        raise NotEstimable(
            f"more than {MOST_OBSERVED:,} people are beyond the precision of this average",
            hint="check the counts",
        )
    delta = 2.0**-J if delta is None else delta_of(delta)
    prior = prior_of(prior)
    _check_grid(grid)
    _check_support(prior, table.observed, grid)
    check_chains(chains, target_ess, budget)
    if J <= MAX_GRAPH_LISTS:
        averaged = _summed(table, delta, prior, grid, edges=edges)
    else:
        given = SampleSettings(chains, target_ess, budget, seed)
        averaged = sampled_average(table, delta, prior, grid, given)
    posterior, complete = averaged.posterior, averaged.complete
    tails = np.array([0.5 - level / 2, 0.5, 0.5 + level / 2])
    low, middle, high = (float(table.observed + n0) for n0 in posterior.quantiles(tails))
    n0_draws = posterior.draws(np.random.default_rng(seed), draws)
    logs = np.log(n0_draws + 0.5)
    if complete > MOST_COMPLETE:
        raise NotEstimable(
            f"with probability {complete:.2f} the complete graph holds: the"
            " result would come from the prior, not from the data",
            hint="see the sensitivity to xi, or use fewer lists",
        )
    within = posterior.start + posterior.width <= 20 * table.observed
    far = 1 - float(posterior.mass[within].sum())
    mean, why = _mean(posterior, prior, table, delta)
    return Estimate(
        method="decomposable",
        status="ok",
        point=middle,
        point_kind="posterior median",
        mean=mean,
        interval=(low, high),
        level=level,
        interval_kind="credible",
        assumption=ASSUMPTION if len(table.lists) > 2 else ASSUMPTION_TWO_LISTS,
        settings={
            "delta": delta,
            "prior_N": prior.name,
            "prior_graphs": "uniform over all decomposable graphs",
            "grid": "all whole numbers" if grid is None else f"n0 in {_range(grid)}",
            "mean": why,
            **averaged.settings,
        },
        diagnostics={
            "prob_saturated": complete,
            "prob_gt_21n": far,
            "edge_probabilities": _edge_rows(table, averaged.edges) if edges else [],
            "points": posterior.points,
            **averaged.diagnostics,
        },
        chains=averaged.chains,
        warnings=_warnings(complete, far, level) + averaged.warnings,
        seed=seed,
        draws=n0_draws + table.observed,
        log_n0=(float(logs.mean()), float(logs.var())),
    )


def _check_grid(grid: range | None) -> None:
    if grid is None:
        return
    if not isinstance(grid, range):
        raise UsedWrongly("the grid of n0 must be a range", hint="e.g. range(0, 50_000, 10)")
    if grid.start < 0 or grid.step < 1 or not grid[1:2]:
        raise UsedWrongly("the grid of n0 must rise from 0 or more over at least two values")
    if grid.stop > LAST or len(grid) > _LONGEST:
        raise UsedWrongly(
            f"the grid of n0 goes beyond {LAST:,}, or has more than {_LONGEST:,} values",
            hint="give it a step, or omit it",
        )


def _check_support(prior: Prior, observed: int, grid: range | None) -> None:
    """Refuse a prior that rules out some N, unless the grid says which n0 there are."""
    if isinstance(prior, LogPrior) and grid is None:
        ends = np.concatenate([np.arange(24.0), 2.0 ** np.arange(5, 52)]) + observed
        if np.isneginf(prior.log(ends)).any():
            raise UsedWrongly(
                "the prior on N is 0 for some N above the documented",
                hint="give grid=range(...) with the n0 that it allows",
            )


def _summed(
    table: CaptureTable, delta: float, prior: Prior, grid: range | None, *, edges: bool
) -> GraphAverage:
    """The exact sum over all graphs."""
    log_posterior = _LogPosterior(table, delta, prior)
    posterior = (
        at_grid(log_posterior, grid) if grid is not None else explore(log_posterior, table.observed)
    )
    return GraphAverage(
        posterior=posterior,
        complete=log_posterior.complete(posterior),
        edges=_edges(log_posterior, posterior) if edges else np.zeros(0),
    )


def _mean(
    posterior: Posterior, prior: Prior, table: CaptureTable, delta: float
) -> tuple[float | None, str]:
    """The posterior mean of N, where there is one.

    Under p(N) ~ 1/N the tail of the complete graph falls as n0^-(1 + delta (2^J - 1)), the
    slowest of all graphs: the mean exists when delta (2^J - 1) > 1, and above 2 what lies
    beyond the last cell adds nothing that could be seen.
    """
    if isinstance(prior, LogPrior) and not posterior.exact:
        return None, "not given: whether it exists depends on the tail of the prior"
    power = delta * (2.0 ** len(table.lists) - 1)
    if isinstance(prior, InversePrior) and not posterior.exact and power <= 2:
        why = "grows with any grid" if power <= 1 else "has so heavy a tail that none is computed"
        kind = "infinite" if power <= 1 else "not given"
        return None, f"{kind}: under the complete graph and p(N) ~ 1/N it {why}"
    mean = table.observed + posterior.expect(lambda n0: n0)
    return mean, "over the stated grid" if posterior.exact else "finite under this prior"


def _range(grid: range) -> str:
    step = "" if grid.step == 1 else f" by {grid.step}"
    return f"{grid.start}..{grid[-1]}{step}"


def _edges(log_posterior: _LogPosterior, posterior: Posterior) -> Floats:
    """Edge posteriors at the middles of equal slices of the posterior of n0."""
    lists = log_posterior.model.lists
    slices = 33 if lists <= 6 else 9 if lists <= 8 else 5
    n0 = posterior.quantiles((np.arange(slices) + 0.5) / slices)
    return edge_posteriors(
        log_posterior.model, n0[np.isfinite(n0)].astype(np.int64), log_posterior.room
    )


def _edge_rows(table: CaptureTable, edges: Floats) -> list[Details]:
    return [
        {"lists": list(pair), "probability": float(chance)}
        for pair, chance in zip(combinations(table.lists, 2), edges, strict=True)
    ]


def _warnings(complete: float, far: float, level: float) -> tuple[EstimateWarning, ...]:
    found = []
    if complete > 0.05:
        found.append(
            EstimateWarning(
                "prior-dominated",
                f"posterior probability of the complete graph {complete:.2f} (>0.05)",
            )
        )
    if far > (1 - level) / 2:
        found.append(
            EstimateWarning("heavy-upper-tail", f"decomposable graphs: P(N > 21 n) = {far:.1%}")
        )
    return tuple(found)
