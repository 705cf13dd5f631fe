"""How many links within one place agreement of names by chance explains.

In a village of few family names many people have one family name, and some have one name: far more
than the shares of names in the whole list suggest. How many pairs of different people agree in
their names is estimated as if given names were independent of family names within a place: each
pair of reports keeps its family names, its event and all else, and has the given names of two
other reports of the place. A link whose kind of agreement is as frequent among such pairs as
among the real ones is no better than chance.
"""

from __future__ import annotations

import attrs
import numpy as np

from uncounted.linkage.arrays import Codes, Ints, Labels, within
from uncounted.linkage.comparison import levels
from uncounted.linkage.encoding.encode import NO_KEY, Encoded
from uncounted.linkage.encoding.kernel_arrays import ReportArrays

MOST_PAIRS = 200_000  # pairs of one place that are compared; of more, a sample
_DRAWS, _ROUNDS = 5, 5
_WORTH_SAYING = 0.2  # of the links
OF_PLACE = 20  # reports of a list and place from which given names are drawn; of fewer, from a list


def share_by_chance(encoded: Encoded, labels: Labels, *, seed: int = 0) -> float:
    """The share of linked pairs expected to be of two people whose names agree by chance.

    Where relatives are named after one another namesakes are more, so it is at least so much.

    Parameters
    ----------
    encoded : Encoded
        The reports.
    labels : int array, shape (draws, reports)
        The person of each report in each draw; of many draws, a few are looked at.
    seed : int
        Of the sample of pairs, and of the given names drawn.

    Returns
    -------
    float
        Of all linked pairs, on average over the draws; only those of one place are judged.
    """
    place = _places(encoded)
    thinned = labels[:: -max(1, len(labels) // _DRAWS)]
    left, right = (np.concatenate(each) for each in zip(*map(within, thinned), strict=True))
    judged = (place[left] == place[right]) & (place[left] != NO_KEY)
    if not judged.any():
        return 0.0
    rng = np.random.default_rng([seed, 5])
    one, other, stands_for = _pairs(place, rng)
    linked = levels.codes(encoded, left[judged], right[judged])
    real = levels.codes(encoded, one, other)
    names, given = _with_other_given_names(encoded, place, one, other, rng)
    row, of_one, of_other = thinned[0], *np.split(given, 2)
    together = (row[one] == row[other]).astype(int) + (row[of_one] == row[of_other])
    each, at = np.unique_inverse(np.concatenate([linked, real, real & ~levels.MASKS[0] | names]))
    shown, alike, made = np.split(at, np.cumsum([len(linked), len(real)]))
    links = np.bincount(shown, minlength=len(each)) / len(thinned)
    pairs = np.maximum(np.bincount(alike, minlength=len(each)), links / stands_for)
    share = 1.0
    for _ in range(_ROUNDS):  # of linked pairs so many are two people
        counts = np.where(of_one != of_other, share**together, 0.0)
        by_chance = np.bincount(made, counts * len(counts) / counts.sum(), len(each))
        likely = np.minimum(by_chance / np.maximum(pairs, 1e-300), 1.0)
        share = float((links * likely).sum() / (len(left) / len(thinned)))
    return share


def describe(share: float | None) -> str | None:
    """That so large a share of the links is by chance, in words; None: few are."""
    if share is None or share < _WORTH_SAYING:
        return None
    return (
        f"at least {share:.0%} of the links are expected to be of two people of one place whose"
        " names agree by chance"
    )


def _places(encoded: Encoded) -> Ints:
    """The place of the event of each report with a name; `NO_KEY`: not said."""
    a = encoded.arrays
    named = a.form_starts[a.name] < a.form_starts[a.name + 1]
    return np.where(named, encoded.keys["event_place"], NO_KEY)


def _pairs(place: Ints, rng: np.random.Generator) -> tuple[Ints, Ints, float]:
    """Pairs of reports of one place, all or a sample, and how many pairs each stands for."""
    order = np.argsort(place, kind="stable")
    order = order[place[order] != NO_KEY]
    sizes = np.unique_counts(place[order]).counts
    before = np.arange(len(order)) - np.repeat(np.cumsum(sizes) - sizes, sizes)  # of its place
    last = np.cumsum(before)  # of the pairs with those before it, one past the last
    total = int(last[-1])
    chosen = np.arange(total) if total <= MOST_PAIRS else rng.integers(total, size=MOST_PAIRS)
    at = np.searchsorted(last, chosen, side="right")
    return order[at], order[at - last[at] + chosen], total / len(chosen)


def _with_other_given_names(
    encoded: Encoded, place: Ints, left: Ints, right: Ints, rng: np.random.Generator
) -> tuple[Codes, Ints]:
    """The name levels of pairs with given names of other reports, and these: first all of left."""
    a = encoded.arrays
    ends = np.concatenate([left, right])
    given = _others(place, encoded.source, ends, rng)
    first = a.form_starts[a.name]
    drawn = attrs.evolve(encoded, arrays=_names(a, first[ends], first[given]))
    at = np.arange(len(left))
    return levels.codes(drawn, at, at + len(left)), given


def _others(place: Ints, source: Ints, ends: Ints, rng: np.random.Generator) -> Ints:
    """For each of these reports a random one of its list and place, or of its list."""
    found = np.empty(len(ends), np.int64)
    lists = int(source.max()) + 1
    of_place = place * lists + source
    for group, least in ((np.where(place != NO_KEY, source, NO_KEY), 1), (of_place, OF_PLACE)):
        order = np.argsort(group, kind="stable")
        values, first, count = np.unique(group[order], return_index=True, return_counts=True)
        at = np.searchsorted(values, group[ends])
        drawn = order[first[at] + rng.integers(count[at])]
        found = np.where(count[at] >= least, drawn, found)
    return found


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
        sex=np.zeros(count, a.sex.dtype),
        birth=np.zeros((count, 2), np.int64),
        origin=unsaid,
        relative=none,
        father=none,
        occupation=unsaid.astype(a.occupation.dtype),
        number=unsaid.astype(a.number.dtype),
        act_starts=np.zeros(count + 1, np.int64),
    )
