"""How many links within one list and place agreement of names by chance explains.

In a village of few family names many people have one family name, and some share a name: far more
than the shares of names in the whole list suggest. How many pairs of different people agree in
their names is estimated as if given names were independent of family names within a place: each
pair of reports of one list and place keeps its family names, its event and all else, and has the
given names of two reports of that list and place, unless they are close relatives. A link whose
kind of agreement is as frequent among such pairs as among the real ones is no better than chance.
"""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import NDArray

from uncounted.linkage.arrays import Codes, Floats, Ints, Labels, within
from uncounted.linkage.blocking.pair_sampling import blocks_of, sample_within
from uncounted.linkage.blocking.rules import joined
from uncounted.linkage.comparison import levels
from uncounted.linkage.encoding.encode import NO_KEY, Encoded
from uncounted.linkage.encoding.kernel_arrays import ReportArrays

MOST = 0.4  # of the links: a linkage with more by chance fails a check
WORTH_SAYING = 0.2
MOST_PAIRS = 200_000  # pairs of one list and place, and links, that are compared; of more, a sample
OF_PLACE = 20  # reports of a list and place from which given names are drawn; of fewer, from a list
_CLOSE_RELATIVES = 5  # of one family name, of whom no two have one given name
_DRAWS = 5
_ROUNDS, _CLOSE = 100, 1e-3


def share_by_chance(
    encoded: Encoded, labels: Labels, *, least: float = 0.0, seed: int = 0
) -> float:
    """The share of linked pairs expected to be of two people whose names agree by chance.

    Where relatives are named after one another it is higher. A linked pair counts among the pairs
    of different people with this share as its weight; of several solutions the least is taken.

    Parameters
    ----------
    encoded : Encoded
        The reports.
    labels : int array, shape (draws, reports)
        The person of each report in each draw; of many draws, a few are looked at.
    least : float
        Where the share cannot be greater, since few links are judged, nothing is compared.
    seed : int
        Of the sample of pairs, and of the given names drawn.

    Returns
    -------
    float
        Of all linked pairs, on average over the draws; only those of one list and place are
        judged. Links between lists have the overlap of the lists as evidence, too. 0 where it
        cannot be greater than `least`.
    """
    rng = np.random.default_rng([seed, 5])
    group = _groups(encoded)
    thinned = labels[np.linspace(0, len(labels) - 1, min(_DRAWS, len(labels))).astype(int)]
    left, right = (np.concatenate(each) for each in zip(*map(within, thinned), strict=True))
    judged = np.flatnonzero((group[left] == group[right]) & (group[left] != NO_KEY))
    share_judged = len(judged) / max(len(left), 1)
    if share_judged <= least:
        return 0.0
    if len(judged) > MOST_PAIRS:
        judged = rng.choice(judged, MOST_PAIRS, replace=False)
    one, other, stands_for = _pairs(group, rng)
    linked = levels.codes(encoded, left[judged], right[judged])
    real = levels.codes(encoded, one, other)
    names, given = _with_other_given_names(encoded, group, one, other, rng)
    row, (of_one, of_other) = thinned[-1], np.split(given, 2)
    together = (row[one] == row[other]).astype(int) + (row[of_one] == row[of_other])
    each, at = np.unique_inverse(np.concatenate([linked, real, real & ~levels.MASKS[0] | names]))
    shown, alike, made = np.split(at, np.cumsum([len(linked), len(real)]))
    links = np.bincount(shown, minlength=len(each)) / len(judged)
    a_draw = share_judged * len(left) / len(thinned)  # links judged
    pairs = np.maximum(np.bincount(alike, minlength=len(each)), links * a_draw / stands_for)
    apart = _not_closely_related(encoded, group, one, other)
    found = _least_share(links, pairs, made, of_one != of_other, together, apart)
    return found * share_judged


def _least_share(
    links: Floats,
    pairs: Floats,
    made: Ints,
    possible: NDArray[np.bool_],
    together: Ints,
    apart: Floats,
) -> float:
    """The least share by chance that agrees with itself, found from 0 on.

    Of each row of levels `links` is the share of links and `pairs` the number of real pairs; of
    each pair with given names of others, `made` is its row of levels.
    """
    share = 0.0
    for _ in range(_ROUNDS):
        counts = np.where(possible, share**together, 0.0)
        scale = len(counts) / max(float(counts.sum()), 1.0)
        by_chance = np.bincount(made, counts * apart * scale, len(links))
        likely = np.minimum(by_chance / np.maximum(pairs, 1e-300), 1.0)
        before, share = share, float((links * likely).sum())
        if abs(share - before) < _CLOSE:
            break
    return share


def describe(share: float | None) -> str | None:
    """That so large a share of the links is by chance, in words; None: few are."""
    if share is None or share < WORTH_SAYING:
        return None
    return (
        f"about {share:.0%} of the links are expected to be of two people of one place whose names"
        " agree by chance"
    )


def _groups(encoded: Encoded) -> Ints:
    """The list and the place of the event of each report with a name; `NO_KEY`: no place."""
    a, place = encoded.arrays, encoded.keys["event_place"]
    named = a.form_starts[a.name] < a.form_starts[a.name + 1]
    lists = int(encoded.source.max()) + 1
    return np.where(named & (place != NO_KEY), place * lists + encoded.source, NO_KEY)


def _pairs(group: Ints, rng: np.random.Generator) -> tuple[Ints, Ints, float]:
    """Pairs of reports of one group, all or a sample, and how many pairs each stands for."""
    blocks = blocks_of([group])
    total = int(blocks.pairs.sum())
    if total > MOST_PAIRS:
        return *sample_within(blocks, rng, MOST_PAIRS), total / MOST_PAIRS
    left, right = within(blocks.block[blocks.members])
    return blocks.members[left], blocks.members[right], 1.0


def _not_closely_related(encoded: Encoded, group: Ints, left: Ints, right: Ints) -> Floats:
    """The chance that two are not parent and child, or brothers and sisters, who differ in name."""
    family = joined([np.unique_inverse(each)[1] for each in (group, encoded.keys["family"])])
    others = np.bincount(family)[family[left]] - 1
    chance = np.maximum(1 - _CLOSE_RELATIVES / np.maximum(others, 1), 0.0)
    return np.asarray(np.where(family[left] == family[right], chance, 1.0))


def _with_other_given_names(
    encoded: Encoded, group: Ints, left: Ints, right: Ints, rng: np.random.Generator
) -> tuple[Codes, Ints]:
    """The name levels of pairs with given names of other reports, and these: first all of left."""
    a = encoded.arrays
    ends = np.concatenate([left, right])
    of_list = np.where(group != NO_KEY, encoded.source, NO_KEY)
    given, _ = _of_group(of_list, ends, rng)
    of_place, reports = _of_group(group, ends, rng)
    given = np.where(reports >= OF_PLACE, of_place, given)
    first = a.form_starts[a.name]
    drawn = attrs.evolve(encoded, arrays=_names(a, first[ends], first[given]))
    at = np.arange(len(left))
    return levels.codes(drawn, at, at + len(left)), given


def _of_group(group: Ints, ends: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """For each of these reports a random one of its group, and how many are in it."""
    order = np.argsort(group, kind="stable")
    values, first, count = np.unique(group[order], return_index=True, return_counts=True)
    at = np.searchsorted(values, group[ends])
    return order[first[at] + rng.integers(count[at])], count[at]


def _names(a: ReportArrays, family: Ints, given: Ints) -> ReportArrays:
    """Reports that have a name alone: the family name of one form, the given name of another."""
    count = len(family)
    none = np.full(count, count, np.int32)  # the row without forms
    unsaid = np.full(count, NO_KEY)
    return a._replace(
        name=np.arange(count, dtype=np.int32),
        form_starts=np.append(np.arange(count + 1), count),
        form_family=a.form_family[family],
        form_given=a.form_given[given],
        korean=a.korean[given],
        general=a.general[family],
        initials_only=a.initials_only[family],
        open=a.open[family],
        alias=a.alias[family],
        less_likely_order=a.less_likely_order[family],
        family_firsts=a.family_firsts[family],
        given_firsts=a.given_firsts[given],
        joined_starts=np.zeros(count + 1, np.int64),  # names run together are not drawn
        sex=np.zeros(count, a.sex.dtype),
        birth=np.zeros((count, 2), np.int64),
        origin=unsaid,
        relative=none,
        father=none,
        occupation=unsaid.astype(a.occupation.dtype),
        number=unsaid.astype(a.number.dtype),
        act_starts=np.zeros(count + 1, np.int64),
    )
