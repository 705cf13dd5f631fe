"""m- and u-probabilities of the comparison levels (I. P. Fellegi and A. B. Sunter, 1969).

m of a field comes from how single reports err (`cluster_likelihood`): a report says nothing
different with a probability from a truncated Beta (M. Sadinle, "Detecting duplicates in a homicide
registry using a Bayesian partitioning approach", Annals of Applied Statistics 8, 2014); it is then
right and no slip with one from a Beta; levels have Dirichlets. The truncation keeps a fit from
linking people because they share an event. u is joint over what happened when and where, and over
family and given name; it is learned from pairs alone (`em`).

A name that differs is never evidence for a link, however often it is seen within clusters.
"""

from __future__ import annotations

import functools
import itertools

import attrs
import numpy as np
from numpy.typing import NDArray
from scipy import special

from uncounted.linkage.arrays import Floats
from uncounted.linkage.comparison import levels as compare
from uncounted.linkage.comparison.name_levels import NAME, OTHER_FAMILY
from uncounted.linkage.model.field_priors import (
    PRIORS,
    WEIGHT,
    FieldPrior,
    prior_counts,
    priors_for,
)
from uncounted.linkage.sampler import collapsed_m, collapsed_pairs, overrelaxation, pair_likelihood
from uncounted.linkage.sampler import state as partition
from uncounted.linkage.sampler.collapsed_m import MConditional
from uncounted.linkage.sampler.collapsed_pairs import CollapsedPairs
from uncounted.linkage.sampler.comparison_counts import ComparisonCounts

LEVEL_COUNTS = tuple(prior_counts(prior) for prior in PRIORS)
# A name that differs is at most so much likelier among reports of one person as among others.
DIFFERENT_NAME_CAP = 0.7
RECURRING = 1.0, 19.0  # reports that are different, and have another's value or have not (Beta)
# Fixed at 0 for events, which a family shares, and for sex: of two values one recurs by itself.
_MAY_RECUR = np.array([field not in ("event", "sex") for field in compare.FIELDS])
_TINY = 1e-300  # no share is nothing, whose logarithm there is not


@attrs.frozen
class MatchProbabilities:
    """m and u of each field, over its levels but the first; and event-correlated pairs.

    `event_correlated_share` is the share of pairs of different people who were recorded together,
    `event_correlated` their rates. `same_given_name` is u among different people whose given names
    agree. `place_and_event`, shape (origin levels, event levels), is how much likelier the two are
    together among different people than apart; `errors` is the same of kinds of name and birth
    within people. `first` is m before any partition, `uncapped` m of names that differ as drawn
    before the cap; both default to m. No pair compares the fields from `fields_recorded` on.
    `prior_weight`, in comparisons, is that of the priors of names and events, and `names_of_words`
    the share of names that are compared by their words, on which the prior of names depends.
    `recurring` is, by field, how likely a report that is different has the value of another that is
    (`cluster_likelihood`). All but m, `uncapped` and `recurring` stay fixed while m is drawn.
    """

    m: tuple[Floats, ...]
    u: tuple[Floats, ...]
    event_correlated: tuple[Floats, ...]
    event_correlated_share: float = 0.0
    same_given_name: tuple[Floats, ...] = ()
    place_and_event: Floats | None = None
    errors: Floats | None = None
    expected_pairs: float = 0.0
    first: tuple[Floats, ...] = ()
    fields_recorded: int = len(compare.FIELDS)
    uncapped: Floats | None = None
    prior_weight: float = WEIGHT
    names_of_words: float = 0.0
    recurring: Floats = attrs.field(
        factory=lambda: np.where(_MAY_RECUR, RECURRING[0] / sum(RECURRING), 0.0)
    )

    def weights(self) -> tuple[Floats, ...]:
        """log(m / u) a level, 0 for "not said"."""
        return self._than_u(self.m)

    def _than_u(self, rates: tuple[Floats, ...]) -> tuple[Floats, ...]:
        return tuple(
            np.concatenate([[0.0], np.log(rate) - np.log(u)])
            for rate, u in zip(rates, self.u, strict=True)
        )

    def worth(self) -> pair_likelihood.MatchWeights:
        """What each level is worth, for the compiled moves."""
        others = self._than_u(self.event_correlated)
        lean = (
            _table(self._than_u(self.same_given_name))
            if self.same_given_name
            else np.zeros((len(others), 1))
        )
        lean = np.pad(lean, ((0, 0), (0, max(map(len, others)) - lean.shape[1])))
        weights = _table(self.weights()[: self.fields_recorded])
        copies, chance = self._copies(weights)
        return pair_likelihood.MatchWeights(
            weights=weights,
            first=_table(self._than_u(self.first or self.m)[: self.fields_recorded]),
            copies=copies,
            kind=KINDS,
            says=SAYS,
            steps=STEPS,
            chance=chance,
            event_correlated=_table(others),
            event_correlated_share=self.event_correlated_share,
            same_given_name=lean,
            alike=GIVEN_AGREES,
            joint=self._joint(),
            errors=np.zeros((4, 4)) if self.errors is None else np.log(self.errors),
            recurs=self._recurs(*weights.shape),
        )

    def _recurs(self, fields: int, width: int) -> Floats:
        """log(1 - lambda + lambda a' / u) by level: of two that are different from a third."""
        first, u = np.concatenate(self.first or self.m), np.concatenate(self.u)
        right = np.where(_IS_RIGHT, first, 0.0)
        than_u = right / np.bincount(_FIELD_OF, right)[_FIELD_OF] / u
        share, found = self.recurring[_FIELD_OF], np.zeros((len(PRIORS), width))
        found[_FIELD_OF, _LEVEL_OF] = np.log1p(share * (than_u - 1.0))
        found[:, 0] = np.log1p(-self.recurring)
        return found[:fields]

    def reweighed(self, worth: pair_likelihood.MatchWeights) -> pair_likelihood.MatchWeights:
        """The same for another m, of which alone `worth` is not true any more."""
        weights = np.zeros_like(worth.weights)
        levels = sum(map(len, self.m[: len(weights)]))  # of the fields that are recorded
        logs = np.log(np.concatenate(self.m)[:levels] / np.concatenate(self.u)[:levels])
        weights[_FIELD_OF[:levels], _LEVEL_OF[:levels]] = logs
        copies, chance = self._copies(weights)
        recurs = self._recurs(*weights.shape)
        return worth._replace(weights=weights, copies=copies, chance=chance, recurs=recurs)

    def _copies(self, weights: Floats) -> tuple[Floats, Floats]:
        """log(t / u) of copies of an original, by level; r, s and d by field."""
        chance = report_shares(kind_sums(np.concatenate(self.m)))[: len(weights)]
        right, slip, different = chance[:, 1:].T
        less = np.zeros_like(chance)  # by how much m is more than t: it counts who errs twice
        less[:, pair_likelihood.RIGHT] = np.log(right)
        less[:, pair_likelihood.SLIP] = np.log(2 * right + slip)
        less[:, pair_likelihood.DIFFERENT] = np.log(2 - different)
        rows = np.arange(len(weights))[:, None]
        return weights - less[rows, KINDS[: len(weights)]], chance

    def _joint(self) -> Floats:
        if self.place_and_event is None:
            return np.zeros((len(compare.ORIGIN), len(compare.EVENT)))
        return np.log(self.place_and_event)

    def non_matches(self, patterns: compare.Levels) -> Floats:
        """Log of how much likelier rows of levels are among random non-matches than u by u says."""
        total = self._sum(self.same_given_name, patterns) if self.same_given_name else 0.0
        total = np.where(GIVEN_AGREES[patterns[:, 0]], total, 0.0)
        return np.asarray(total + self._joint()[patterns[:, 3], patterns[:, 4]])

    def fields(self, patterns: compare.Levels) -> Floats:
        """log(m / u) of rows of levels, field by field."""
        tables = self.weights()
        return np.stack([tables[f][patterns[:, f]] for f in range(len(tables))], axis=1)

    def event_correlated_pairs(self, patterns: compare.Levels) -> Floats:
        """Log of how much likelier rows of levels are among event-correlated pairs than u says."""
        return self._sum(self.event_correlated, patterns)

    def _sum(self, rates: tuple[Floats, ...], patterns: compare.Levels) -> Floats:
        total = np.zeros(len(patterns))
        for field, row in enumerate(self._than_u(rates)):
            total += row[patterns[:, field]]
        return total

    def penalty(self, patterns: compare.Levels) -> Floats:
        """What dependences of non-matches explain, as logs, for rows of levels.

        log((1 - phi) v / u + phi c / u), with v joint over place and event, and of one given name
        where given names agree.
        """
        non_matches = self.non_matches(patterns)
        if self.event_correlated_share == 0.0:
            return non_matches
        taken = np.log(self.event_correlated_share) + self.event_correlated_pairs(patterns)
        return np.asarray(np.logaddexp(np.log1p(-self.event_correlated_share) + non_matches, taken))

    def together(self, patterns: compare.Levels) -> Floats:
        """Log of how much likelier name and birth are so together than apart, of one person."""
        if self.errors is None:
            return np.zeros(len(patterns))
        return np.asarray(np.log(self.errors)[name_and_birth(patterns)])

    def of(self, patterns: compare.Levels) -> Floats:
        """Evidence for each row of levels: log m less the log of the mix of different people."""
        return np.asarray(
            self.fields(patterns).sum(axis=1) + self.together(patterns) - self.penalty(patterns)
        )


def report_shares(pairs: Floats) -> Floats:
    """How often one report is right, a slip and different, from how often pairs are; by field.

    Pairs are right if both are: r^2, and not different if neither is: (r + s)^2.
    """
    right, slip = pairs[:, pair_likelihood.RIGHT], pairs[:, pair_likelihood.SLIP]
    agree, shares = np.minimum(np.sqrt(right + slip), 1.0), np.zeros((len(pairs), 4))
    shares[:, pair_likelihood.RIGHT] = np.sqrt(right)
    shares[:, pair_likelihood.SLIP] = agree - shares[:, pair_likelihood.RIGHT]
    shares[:, pair_likelihood.DIFFERENT] = 1.0 - agree
    return shares


# Of each field and level: whether it is right, a slip or different; 0 for "not said".
KINDS = np.zeros((len(PRIORS), max(compare.COUNTS)), np.uint8)
# And what right levels say: all there is to say, or less than one who says all.
SAYS = np.zeros(KINDS.shape, np.uint8)
for _row, _says, _each in zip(KINDS, SAYS, PRIORS, strict=True):
    _row[1 : len(_each.kinds) + 1] = _each.kinds
    _says[1 : len(_each.says) + 1] = _each.says
STEPS = pair_likelihood.steps_of(KINDS, SAYS)


def name_and_birth(patterns: compare.Levels) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Of rows of levels, the kinds of those of the name and of birth."""
    return KINDS[0][patterns[:, 0]], KINDS[1][patterns[:, 1]]


def _table(rows: tuple[Floats, ...]) -> Floats:
    out = np.zeros((len(rows), max(map(len, rows))))
    for row, values in zip(out, rows, strict=True):
        row[: len(values)] = values
    return out


def _with_first(rows: tuple[Floats, ...]) -> Floats:
    """Numbers of levels but the first as one table, with 0 at the first."""
    out = np.zeros((len(rows), 1 + max(map(len, rows))))
    for row, values in zip(out, rows, strict=True):
        row[1 : len(values) + 1] = values
    return out


# Name levels, "not said" first, at which given names agree: the same, slips, initials, parts.
GIVEN_AGREES = np.array(
    [
        0 < at <= OTHER_FAMILY and not each.startswith(("another given", "given not said"))
        for at, each in enumerate(NAME)
    ]
)


def capped(m: Floats, u: Floats) -> Floats:
    """Rates of levels that differ, of which none is for a link."""
    return np.minimum(m, DIFFERENT_NAME_CAP * u)


def draw_m(
    rng: np.random.Generator, linked: tuple[Floats, ...], kinds: Floats, rates: MatchProbabilities
) -> MatchProbabilities:
    """Draw m given the comparisons of a partition, by over-relaxation from the last m.

    `linked` are comparisons within people, at each level; `kinds`, shape (fields, 4), reports that
    are right, a slip and different. u is kept: subtracting from it what a draw has linked would let
    false links feed on themselves.
    """
    last = np.concatenate(rates.m)
    if rates.uncapped is not None:
        last[_HAS_CAP] = rates.uncapped
    of_levels, of_kinds = _prior_counts(rates)
    chance = _draw_kinds(rng, of_kinds, kinds, kind_sums(last))
    weight = np.concatenate(of_levels) + np.concatenate(linked)
    drawn = _draw_shares(rng, weight, last) * chance.ravel()[_OF_KIND]
    m, uncapped = drawn.copy(), drawn[_HAS_CAP]
    m[_HAS_CAP] = capped(uncapped, np.concatenate(rates.u)[_HAS_CAP])
    return attrs.evolve(rates, m=by_field(m), uncapped=uncapped)


def draw_recurring(
    rng: np.random.Generator, counts: ComparisonCounts, rates: MatchProbabilities
) -> MatchProbabilities:
    """Draw how likely one value recurs among reports that are different, by field."""
    recurring = rates.recurring.copy()
    have, have_not = counts.recurs.T
    drawn = rng.beta(RECURRING[0] + have, RECURRING[1] + have_not)
    recurring[: len(drawn)] = np.where(_MAY_RECUR[: len(drawn)], drawn, 0.0)
    return attrs.evolve(rates, recurring=recurring)


def choose_collapsed(graph: partition.Graph, rates: MatchProbabilities) -> CollapsedPairs:
    """Choose the pairs that are summed out when m is drawn."""
    kinds = KINDS[: rates.fields_recorded].copy()
    for of_field, prior in zip(kinds, PRIORS, strict=False):
        if prior.split:  # where the cap binds, pairs are not worth in proportion to what is drawn
            of_field[of_field == pair_likelihood.DIFFERENT] = 0
    log_u = _with_first(tuple(np.log(each) for each in rates.u[: rates.fields_recorded]))
    return collapsed_pairs.choose(graph, rates.worth(), kinds, log_u)


def draw_m_collapsed(
    rng: np.random.Generator,
    graph: partition.Graph,
    state: partition.PartitionState,
    prior: partition.PriorParameters,
    collapsed: CollapsedPairs,
    counts: ComparisonCounts,
    rates: MatchProbabilities,
) -> MatchProbabilities:
    """Draw m with the chosen pairs summed out, then these; state and counts change in place."""
    m = _with_first(rates.m[: rates.fields_recorded])
    usual = partition.empty_state(2, state.on.shape[1])
    fields, width = m.shape
    of_levels, of_kinds = _prior_counts(rates)
    levels = _with_first(of_levels)[:fields, :width].copy()
    given = MConditional(counts, KINDS, levels, of_kinds[:fields], _LEAST[:fields])
    collapsed_m.draw_collapsed(rng, graph.lists, state, usual, prior, collapsed, given, m)
    drawn = [row[1 : len(each) + 1].copy() for row, each in zip(m, rates.m, strict=False)]
    return attrs.evolve(rates, m=(*drawn, *rates.m[len(drawn) :]))


def by_field(levels: Floats) -> tuple[Floats, ...]:
    """Numbers of levels but the first, given for all fields one after the other, field by field."""
    return tuple([levels[span] for span in _SPANS])


def kind_sums(levels: Floats) -> Floats:
    """Sums over levels of all fields, one after the other, by field and kind."""
    return np.bincount(_OF_KIND, levels, 4 * len(PRIORS)).reshape(-1, 4)


def _prior_counts(rates: MatchProbabilities) -> tuple[tuple[Floats, ...], Floats]:
    """What the prior adds to comparisons at each level, and to reports of each kind."""
    counts, of_kinds = LEVEL_COUNTS, KIND_COUNTS
    if rates.names_of_words > 0:
        of_names, of_kinds = _counts_where(rates.names_of_words)
        counts = of_names, *counts[1:]
    if rates.prior_weight == WEIGHT:
        return counts, of_kinds
    times = np.where(_WEIGHS_MORE, rates.prior_weight / WEIGHT, 1.0)
    levels = tuple(row * each for row, each in zip(counts, times, strict=True))
    return levels, of_kinds * times[:, None]


@functools.lru_cache(maxsize=1)  # one share in all draws of a linkage
def _counts_where(names_of_words: float) -> tuple[Floats, Floats]:
    """The prior counts of name levels, and of all kinds, by the share compared by their words."""
    priors = priors_for(names_of_words)
    return prior_counts(priors[0]), kind_counts(priors)


def kind_counts(priors: tuple[FieldPrior, ...]) -> Floats:
    """What priors add to the reports of each kind, by field: two for each pair thought of."""
    means = np.concatenate([prior.mean for prior in priors])
    return 2 * WEIGHT * report_shares(kind_sums(means))


def _draw_kinds(rng: np.random.Generator, prior: Floats, kinds: Floats, last: Floats) -> Floats:
    """How often pairs are right, slips and different, by field, opposite the last."""
    _, was_right, was_slip, _ = report_shares(last).T
    was_agree = was_right + was_slip
    right, slip, different = (prior + kinds)[:, 1:].T
    agree = _beta_above(rng, right + slip, different, _LEAST, was_agree)
    rightly = agree.copy()
    has = prior[:, pair_likelihood.SLIP] > 0
    rightly[has] *= _beta_above(rng, right[has], slip[has], 0.0, (was_right / was_agree)[has])
    drawn = np.zeros((len(agree), 4))
    drawn[:, pair_likelihood.RIGHT] = rightly**2
    drawn[:, pair_likelihood.SLIP] = agree**2 - rightly**2
    drawn[:, pair_likelihood.DIFFERENT] = 1 - agree**2
    return drawn


def _draw_shares(rng: np.random.Generator, weight: Floats, last: Floats) -> Floats:
    """Levels' shares of their kind in each field: Dirichlets, over-relaxed from the last."""
    sums = rng.standard_gamma(kind_sums(weight))
    was = last * (sums / np.maximum(kind_sums(last), _TINY)).ravel()[_OF_KIND]
    fresh = rng.standard_gamma(weight, (overrelaxation.FRESH, len(weight)))
    gammas = overrelaxation.opposite(rng, np.maximum(was, _TINY), np.maximum(fresh, _TINY))
    return np.asarray(gammas / kind_sums(gammas).ravel()[_OF_KIND])


# Of the levels of all fields, one after the other: the number of field and kind.
_OF_KIND = np.concatenate([4 * field + np.array(prior.kinds) for field, prior in enumerate(PRIORS)])
# The field of each of them, its level in it ("not said" is 0), and where those of a field stand.
_FIELD_OF = np.repeat(np.arange(len(PRIORS)), [len(prior.kinds) for prior in PRIORS])
_LEVEL_OF = np.concatenate([1 + np.arange(len(prior.kinds)) for prior in PRIORS])
_IS_RIGHT = KINDS[_FIELD_OF, _LEVEL_OF] == pair_likelihood.RIGHT
_ENDS = np.cumsum([0, *(len(prior.kinds) for prior in PRIORS)]).tolist()
_SPANS = tuple(slice(*ends) for ends in itertools.pairwise(_ENDS))
# And which of them have a cap.
_HAS_CAP = np.concatenate([~prior.agrees & bool(prior.split) for prior in PRIORS])
KIND_COUNTS = kind_counts(PRIORS)
_WEIGHS_MORE = np.array([prior.weighs_more for prior in PRIORS])
_LEAST = np.sqrt([prior.least for prior in PRIORS])


def _beta_above(
    rng: np.random.Generator, a: Floats, b: Floats, least: Floats | float, last: Floats
) -> Floats:
    """Draws of Beta(a, b) above `least`, opposite the last, by inverting the distribution.

    Their chances are in the same order: only what is chosen among them is inverted.
    """
    below = special.betainc(a, b, least)
    chances = below + rng.random((overrelaxation.FRESH, len(a))) * (1 - below)
    was = special.betainc(a, b, last)
    chosen = overrelaxation.opposite(rng, was, chances)
    values = np.where(chosen == was, last, special.betaincinv(a, b, chosen))
    # where the data are far below the cut, the draw sits on it
    return np.where(below > 1 - 1e-12, least + 1e-6, np.clip(values, least, 1 - 1e-9))
