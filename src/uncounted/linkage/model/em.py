"""Expectation-maximisation for the Fellegi-Sunter model, with three classes of pairs.

Matches, event-correlated pairs (non-matches that were recorded together), and random non-matches
(W. E. Winkler, "Using the EM algorithm for weight computation in the Fellegi-Sunter model of
record linkage", 1988). What is learned of non-matches stays fixed while partitions are drawn.
"""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import NDArray

from uncounted.linkage.arrays import Floats
from uncounted.linkage.comparison import levels
from uncounted.linkage.comparison.name_levels import (
    GIVEN_IN_PART,
    GIVEN_IN_PART_LAST,
    IN_PART_OTHER_FIRST,
    NAME,
    ONE_LETTER,
    OTHER_FAMILY,
    OTHER_GIVEN,
)
from uncounted.linkage.model.fellegi_sunter import MatchProbabilities, capped, name_and_birth
from uncounted.linkage.model.field_priors import (
    MOST_WEIGHT,
    WEIGHT,
    FieldPrior,
    priors_for,
    weight_by_matches,
)
from uncounted.linkage.sampler.pair_likelihood import DIFFERENT

# A level that no pair of different people shows still has this many pairs.
U_PRIOR = 0.5
_USUAL = levels.FIELDS.index("event") + 1  # fields that most reports state
# Pairs that independence among different people counts for, before any are seen.
_THOUGHT = 30.0
# The same among reports of one person, of which there are fewer. Where name or birth is a
# different one what is found is cut at 1, so that chance alone would pull it below.
_THOUGHT_OF_ONE = 5.0
_THOUGHT_OF_DIFFERENT = 30.0

# Name levels (after "not said") at which the family name is the same.
_SAME_FAMILY = np.array(
    [
        each.startswith(("same, ", "given name in part")) or each.endswith("same family")
        for each in NAME[1:]
    ]
)
# Name levels (after "not said") at which only the family name is the same.
_OTHER_GIVEN = np.array([ONE_LETTER - 1, OTHER_GIVEN - 1])
_GIVEN_IN_PART = slice(GIVEN_IN_PART - 1, GIVEN_IN_PART_LAST)
# Event-correlated pairs of one family that have both names in part, for each that has the given
# name alone in part: in simulated registers of people killed 1.3, 1.8 and 3.3. Of random
# non-matches there are 5 or more, in many of which a family name is a word of the other.
_BOTH_IN_PART = 2.0
# Birth levels (after "not said") at which two people's are near or not, and nothing else.
_OTHER_BIRTH = np.arange(levels.BIRTH.index("within a year"), len(levels.BIRTH)) - 1
_NEIGHBOUR = levels.NUMBER.index("neighbour") - 1
_NEIGHBOURS = 0.1  # of event-correlated pairs, who may have been registered one after the other
_MOST_OTHERS = 0.05  # of the matches among candidates: those of pairs that blocking did not find
_MOST_LINKS = 0.99  # share of pairs: of two reports the only pair may well be one person
MIN_NON_MATCHES = 1e-7  # share of pairs, where all may well be one person's
# Two of one name who were born, or taken, on one day are hardly ever unrelated people.
_SAME_NAME = np.array([each.startswith("same, ") for each in NAME])
_SAME_BIRTHDAY = np.array([each == "same day" for each in levels.BIRTH])
_SAME_ACT = np.array([each.startswith("same act: same day") for each in levels.EVENT])
_MOST_EVENT_CORRELATED = 0.05  # of all pairs of different people


def _event_correlated(
    m: tuple[Floats, ...], u: tuple[Floats, ...], taken: tuple[Floats, ...] | None = None
) -> tuple[Floats, ...]:
    """Rates of event-correlated pairs, from `taken`: the expected number at each level.

    Learned are how often they share a family name, whether given names are then a letter off
    (siblings may share a syllable), how far apart births are that do not agree, and origins; each
    is pulled towards its prior. Agreement of given names or births is not learned: one person's
    reports with another given name would pass for such pairs. Each compared pair counts once,
    whatever it stands for.
    """
    name, birth, sex, origin, _, relative, occupation, number = u
    kin = np.where(_SAME_FAMILY, name, 0.0)
    kin[IN_PART_OTHER_FIRST - 1] = _BOTH_IN_PART * kin[_GIVEN_IN_PART].sum()
    kin /= kin.sum()
    home, family = 0.5 * m[3] + 0.5 * origin, 0.5
    if taken is not None:
        home = _pulled(taken[3], home)
        birth = birth.copy()
        birth[_OTHER_BIRTH] = _split(birth[_OTHER_BIRTH], taken[1][_OTHER_BIRTH])
        kin[_OTHER_GIVEN] = _split(kin[_OTHER_GIVEN], taken[0][_OTHER_GIVEN])
        # of those with one family name, some have it by chance, as any two people do
        by_chance = float(name[_SAME_FAMILY].sum())
        one_name = np.array([taken[0][_SAME_FAMILY].sum(), taken[0][~_SAME_FAMILY].sum()])
        share = float(_pulled(one_name, np.array([0.5 + by_chance / 2, 0.5 - by_chance / 2]))[0])
        family = max((share - by_chance) / (1 - by_chance), 0.0)
    return (
        family * kin + (1 - family) * name,
        birth,
        sex,
        home,
        m[4],
        0.5 * m[5] + 0.5 * relative,
        occupation,
        (1 - _NEIGHBOURS) * number + _NEIGHBOURS * np.eye(len(number))[_NEIGHBOUR],
    )


def _split(rates: Floats, seen: Floats) -> Floats:
    """The same in all, split as seen."""
    return np.asarray(rates.sum() * _pulled(seen, rates / rates.sum()))


def _pulled(seen: Floats, thought: Floats) -> Floats:
    """Shares seen, with `_THOUGHT` pairs at the shares that were thought."""
    return (seen + _THOUGHT * thought) / (seen.sum() + _THOUGHT)


def fit(
    patterns: levels.Levels,
    times: Floats,
    reports: int,
    stand_for: Floats | None = None,
    *,
    candidates: Floats | None = None,
    names_of_words: float = 0.0,
) -> MatchProbabilities:
    """Fit m, u and rates of event-correlated pairs by expectation-maximisation with the prior.

    Without event-correlated pairs, two sisters arrested together look like one person with a wrong
    given name: fields that agree are not independent among different people. `times` is how many of
    all pairs of reports show each row of levels; each compared pair stands for `stand_for` pairs,
    on average over its row. Of each row `candidates` are pairs that blocking found: the others are
    no more than `_MOST_OTHERS` of the matches. Of the 10^11 others of a million reports, each
    hardly a match, EM would make most of the matches, and learn m from them. Of one person's names
    a share of `names_of_words` is compared by their words.
    """
    stand_for = np.ones(len(times)) if stand_for is None else np.maximum(stand_for, 1.0)
    alike = _alike(patterns)
    most = min(max(2.0 / reports, float(times[alike].sum() / times.sum())), _MOST_LINKS)
    u = _frequencies(patterns, np.where(alike, 0.0, times))
    linked = counts(patterns, np.where(alike, times, 0.0))
    m = _m_of_pairs(linked, u, MOST_WEIGHT, names_of_words)
    rates = MatchProbabilities(m, u, _event_correlated(m, u))
    share = np.array([most / 2, 1.0 - most / 2 - 1e-3, 1e-3])
    compared = np.flatnonzero((patterns > 0).any(axis=0))
    recorded = max(int(compared.max(initial=0)) + 1, _USUAL)
    for _ in range(60):
        kinds = times * _kinds(rates, patterns, share)
        if candidates is not None and candidates.any():
            others = kinds[0] * (1 - candidates / np.maximum(times, candidates))
            most_others = _MOST_OTHERS * float((kinds[0] - others).sum())
            beyond = others * (1 - min(1.0, most_others / max(float(others.sum()), 1e-300)))
            kinds[:2] += np.stack([-beyond, beyond])
        share = np.clip(kinds.sum(axis=1) / times.sum(), 1e-7, 1.0)
        share[0] = min(share[0], most)
        share[2] = min(share[2], _MOST_EVENT_CORRELATED)
        share[1] = 1.0 - share[0] - share[2]
        u = _frequencies(patterns, times - kinds[0])
        linked, taken = counts(patterns, kinds[0]), counts(patterns, kinds[2] / stand_for)
        weight = weight_by_matches(float(kinds[0].sum()), reports)
        m = _m_of_pairs(linked, u, weight, names_of_words)
        rates = MatchProbabilities(
            m,
            u,
            _event_correlated(m, u, taken),
            float(share[2]),
            u_of_same_given_name(patterns, kinds[1], u, stand_for),
            origin_event_dependence(patterns, kinds[1], stand_for),
            error_dependence(patterns, kinds[0]),
            float(kinds[0].sum()),
            m,
            recorded,
            prior_weight=weight,
            names_of_words=names_of_words,
        )
    return rates


def reweight_by_people(
    rates: MatchProbabilities,
    patterns: levels.Levels,
    times: Floats,
    of_people: Floats,
    stand_for: Floats,
) -> MatchProbabilities:
    """The same, with rates of different people counted by people, not by reports.

    People reported often are in many pairs, and agree more. Reports in doubt are of people reported
    seldom, who agree less. So in `of_people` each two people count for one pair.
    """
    stand_for = np.maximum(stand_for, 1.0)
    kinds = of_people * _kinds(rates, patterns, _shares(rates, times))
    u = _frequencies(patterns, kinds[1] + kinds[2])
    taken = counts(patterns, kinds[2] / stand_for)
    return attrs.evolve(
        rates,
        u=u,
        event_correlated=_event_correlated(rates.m, u, taken),
        event_correlated_share=min(float(kinds[2].sum() / of_people.sum()), _MOST_EVENT_CORRELATED),
        same_given_name=u_of_same_given_name(patterns, kinds[1], u, stand_for),
        place_and_event=origin_event_dependence(patterns, kinds[1], stand_for),
    )


def with_matches(
    rates: MatchProbabilities, patterns: levels.Levels, matches: Floats
) -> MatchProbabilities:
    """The same with m, and the number of matches, from so many matches at each row of levels."""
    linked = counts(patterns, matches)
    m = _m_of_pairs(linked, rates.u, rates.prior_weight, rates.names_of_words)
    return attrs.evolve(
        rates,
        m=m,
        first=m,
        errors=error_dependence(patterns, matches),
        expected_pairs=float(matches.sum()),
    )


def match_probability(rates: MatchProbabilities, patterns: levels.Levels, times: Floats) -> Floats:
    """How likely rows of levels are of one person, as pairs alone suggest it."""
    return np.asarray(_kinds(rates, patterns, _shares(rates, times))[0])


def _shares(rates: MatchProbabilities, times: Floats) -> Floats:
    """The shares of matches, random non-matches and event-correlated pairs."""
    linked = min(rates.expected_pairs / float(times.sum()), _MOST_LINKS)
    phi = rates.event_correlated_share
    return np.array([linked, max(1 - linked - phi, MIN_NON_MATCHES), phi])


def _kinds(rates: MatchProbabilities, patterns: levels.Levels, share: Floats) -> Floats:
    """How likely rows of levels are matches, random non-matches and event-correlated pairs."""
    logs = np.stack(
        [
            rates.fields(patterns).sum(axis=1) + rates.together(patterns),
            rates.non_matches(patterns),
            rates.event_correlated_pairs(patterns),
        ]
    )
    logs += np.log(share)[:, None]
    logs -= logs.max(axis=0)
    kinds = np.exp(logs)
    return np.asarray(kinds / kinds.sum(axis=0))


def _alike(patterns: levels.Levels) -> NDArray[np.bool_]:
    """Pairs that agree in the whole name and in a day, with which a fit starts as links.

    More expected links than these, or two a report, would be events in place of people.
    """
    day = _SAME_BIRTHDAY[patterns[:, 1]] | _SAME_ACT[patterns[:, 4]]
    return np.asarray(_SAME_NAME[patterns[:, 0]] & day)


def _mean(stand_for: Floats, times: Floats) -> float:
    """The weight of a compared pair, given the number of pairs represented."""
    total = float(times.sum())
    return float((stand_for * times).sum()) / total if total > 0 else 1.0


def origin_event_dependence(
    patterns: levels.Levels, non_matches: Floats, stand_for: Floats
) -> Floats:
    """How much likelier origin and event levels are together, among pairs whose names differ."""
    non_matches = np.where(patterns[:, 0] > levels.NAME_AGREES, non_matches, 0.0)
    both, squares = (np.zeros((len(levels.ORIGIN), len(levels.EVENT))) for _ in range(2))
    where = patterns[:, 3], patterns[:, 4]
    np.add.at(both, where, non_matches)
    np.add.at(squares, where, non_matches * stand_for)
    by_row, by_column = (
        squares.sum(axis=axis, keepdims=True) / np.maximum(both.sum(axis=axis, keepdims=True), 1.0)
        for axis in (1, 0)
    )
    return _than_apart(both, _THOUGHT * np.maximum(np.minimum(by_row, by_column), 1.0))


def error_dependence(patterns: levels.Levels, linked: Floats) -> Floats:
    """How much likelier kinds of name and birth are together than apart, among matches.

    That a name or a birth is different is never made likelier.
    """
    both = np.zeros((DIFFERENT + 1, DIFFERENT + 1))
    np.add.at(both, name_and_birth(patterns), linked)
    found = _than_apart(both, _THOUGHT_OF_ONE)
    cut = np.minimum(_than_apart(both, _THOUGHT_OF_DIFFERENT), 1.0)
    found[DIFFERENT], found[:, DIFFERENT] = cut[DIFFERENT], cut[:, DIFFERENT]
    return found


def _than_apart(both: Floats, thought: float | Floats) -> Floats:
    """Pairs at two levels together over those expected apart, pulled to 1; 1 at "not said"."""
    both[0], both[:, 0] = 0.0, 0.0
    apart = np.outer(both.sum(axis=1), both.sum(axis=0)) / max(both.sum(), 1e-12)
    return np.asarray((both + thought) / (apart + thought))


def u_of_same_given_name(
    patterns: levels.Levels, non_matches: Floats, u: tuple[Floats, ...], stand_for: Floats
) -> tuple[Floats, ...]:
    """The u-probabilities of non-matches that share a given name; the name itself is in u already.

    Taken from pairs of one given name and different family names, which are hardly ever matches.
    Each level is pulled towards u by itself, by pairs that were compared: of thousands of such
    pairs few or none are born on one day, and whether it is none or three is chance.
    """
    apart = np.where(patterns[:, 0] == OTHER_FAMILY, non_matches, 0.0)
    seen, all_seen = counts(patterns, apart), counts(patterns, non_matches)
    squares = counts(patterns, non_matches * stand_for)
    usual = max(_mean(stand_for, apart), 1.0)
    found = []
    for f in range(1, len(u)):
        stands_for = np.clip(squares[f] / np.maximum(all_seen[f], 1.0), 1.0, usual)
        thought = _THOUGHT * stands_for
        row = u[f] * (seen[f] + thought) / (seen[f].sum() * u[f] + thought)
        found.append(row / row.sum())
    return (u[0], *found)


def counts(patterns: levels.Levels, times: Floats) -> tuple[Floats, ...]:
    """Pairs at each level but the first, a field at a time."""
    return tuple(
        np.bincount(patterns[:, field], times, minlength=size)[1:]
        for field, size in enumerate(levels.COUNTS)
    )


def _frequencies(patterns: levels.Levels, times: Floats) -> tuple[Floats, ...]:
    return tuple((row + U_PRIOR) / (row + U_PRIOR).sum() for row in counts(patterns, times))


def _m_of_pairs(
    linked: tuple[Floats, ...], u: tuple[Floats, ...], weight: float, names_of_words: float
) -> tuple[Floats, ...]:
    return tuple(
        _expected(prior, weight if prior.weighs_more else WEIGHT, linked[f], u[f])
        for f, prior in enumerate(priors_for(names_of_words))
    )


def _expected(prior: FieldPrior, weight: float, linked: Floats, u: Floats) -> Floats:
    """M as pairs alone suggest it; how capped levels are split is left to partitions."""
    rate = weight * np.array(prior.mean) + linked
    agrees = prior.agrees
    out = rate / rate.sum()
    share = max(float(out[agrees].sum()), prior.least)
    out[agrees] *= share / out[agrees].sum()
    split = np.array(prior.split) if prior.split else out[~agrees]
    differ = (1 - share) * split / split.sum()
    out[~agrees] = capped(differ, u[~agrees]) if prior.split else differ
    return np.asarray(out)
