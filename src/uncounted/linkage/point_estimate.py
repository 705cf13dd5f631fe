"""Point estimate of the partition: minimum expected Binder loss with unequal costs.

Estimates of N average over the draws and use none of these point estimates; the table that a
release shows, checks, plots and evaluation use the first of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from uncounted.linkage.arrays import Floats, Ints, Labels, connected
from uncounted.linkage.result import Linkage, numbered, pair_shares, together

_GAIN = 1e-9  # of loss, below which a change does not count
_RARE, _MANY = 0.05, 20_000  # of more reports, pairs in so few draws (missed matches) stay apart
_MOST_UNEVEN, _HALVINGS = 0.4, 8  # how far c goes from a half, and how closely it is found


def point_partition(linkage: Linkage) -> Labels:
    """Point estimate of the partition: low expected Binder loss, as many people as the draws.

    The loss has unequal costs: a pair that is together and should not be costs 2 c, one
    that is apart and should not be 2 (1 - c), so that a pair by itself is together where its
    probability is above c.

    1. Reports that some draw puts together, directly or through others, form a group. Within each
    group the draw is taken that is nearest to the pair probabilities (Dahl 2006), since the loss
    is a sum over groups. Ties go to the earliest draw. Of more than 20,000 reports, pairs that no
    more than one draw in twenty has together stay apart: most were added to draws at random.
    2. From there reports join another person, leave to be alone, and people are merged, as long
    as the loss falls (the sweetening of Dahl, Johnson and Mueller 2022). Those who are together in
    each draw stay so, and two whom no draw puts together never are.
    3. c is what brings the number of people nearest to the draws' median, between .1 and .9, by
    bisection. Many unlikely links are some links, though each is more likely a non-match: with
    c = 1/2 there would be more people than the draws have.
    4. Where that still leaves more people than 97.5% of the draws have, or fewer, it is the draw of
    least loss among those nearest to the median.

    Parameters
    ----------
    linkage : Linkage
        The draws. The order of reports does not matter.

    Returns
    -------
    int32 array, shape (reports,)
        Labels, from 0 in order of first reports.

    References
    ----------
    D. A. Binder, "Bayesian cluster analysis", Biometrika 65, 1978.
    D. B. Dahl, "Model-based clustering for expression data via a Dirichlet process mixture
    model", 2006.
    D. B. Dahl, D. J. Johnson and P. Mueller, "Search algorithms and loss functions for Bayesian
    clustering", JCGS 31, 2022.

    Examples
    --------
    >>> keys = ("A", "1"), ("A", "2"), ("B", "7")
    >>> draws = np.array([[0, 1, 0]] * 3 + [[0, 1, 2]], np.int32)
    >>> point_partition(Linkage(keys, draws)).tolist()
    [0, 1, 0]
    """
    order = np.array(sorted(range(len(linkage.keys)), key=linkage.keys.__getitem__), np.int64)
    labels = np.take(linkage.labels, order, axis=1)
    if labels.size == 0:
        return numbered(np.arange(len(order), dtype=np.int64))
    left, right, share = pair_shares(labels)
    likely = share > (_RARE if len(order) > _MANY else 0.0)
    best = _with_as_many_people(
        BinderSearch(labels, left[likely], right[likely], share[likely]), labels
    )
    if best is None:
        best = _typical(labels, left, right, share)
    point = np.empty(len(order), np.int64)
    point[order] = best
    return numbered(point)


def _with_as_many_people(search: BinderSearch, labels: Labels) -> Ints | None:
    """Steps 1 to 3 of `point_partition`; None where the number of people stays outside the 95%."""
    each = labels.max(axis=1) + 1
    people = float(np.median(each))
    fewest, most = np.quantile(each, (0.025, 0.975), method="inverted_cdf")
    best = search.at(0.5)
    off = _people(best) - people
    least = abs(off)
    low, high = (0.5 - _MOST_UNEVEN, 0.5) if off > 0 else (0.5, 0.5 + _MOST_UNEVEN)
    if not fewest <= _people(best) <= most:
        utmost = _people(search.at(low if off > 0 else high))
        if utmost > most if off > 0 else utmost < fewest:
            return None
    for _ in range(_HALVINGS):
        if least <= people % 1:  # a median may lie between two numbers
            break
        cost = (low + high) / 2  # people grow with it
        found = search.at(cost)
        off = _people(found) - people
        low, high = (low, cost) if off > 0 else (cost, high)
        if abs(off) < least:
            best, least = found, abs(off)
    return best if fewest <= _people(best) <= most else None


def _typical(labels: Labels, left: Ints, right: Ints, share: Floats) -> NDArray[np.int64]:
    """The draw of least loss, of those whose number of people is nearest to the median."""
    off = np.abs(labels.max(axis=1) + 1 - np.median(labels.max(axis=1) + 1))
    rows = np.flatnonzero(off == off.min())
    loss = [((labels[at][left] == labels[at][right]) * (0.5 - share)).sum() for at in rows]
    return np.asarray(labels[rows[int(np.argmin(np.round(loss, 9)))]], np.int64)


def _people(point: NDArray[np.int64]) -> int:
    return len(np.unique(point))


class BinderSearch:
    """Partitions of low expected loss, group by group; a group is not searched in vain twice.

    People of a group grow with the cost: where a lower and a higher cost have given the same
    partition of it, one between them gives it too.
    """

    def __init__(self, labels: Labels, left: Ints, right: Ints, share: Floats) -> None:
        """From draws, shape (draws, reports), and their pairs, in order."""
        group = connected(labels.shape[1], left, right)
        _, first, place = np.unique(group, return_index=True, return_inverse=True)
        self.alike = first[place]  # of each report the first of its group
        doubtful = np.flatnonzero(np.isin(group[left], group[left[share < 1.0]]))
        order = doubtful[np.argsort(group[left[doubtful]], kind="stable")]
        starts = np.flatnonzero(np.diff(group[left[order]], prepend=-1, append=-2))
        self.groups = [
            Group.of(labels, left[rows], right[rows], share[rows])
            for rows in (order[first:stop] for first, stop in pairwise(starts))
        ]
        self.known: dict[float, list[NDArray[np.int64]]] = {}

    def at(self, cost: float) -> NDArray[np.int64]:
        """The partition, where being together wrongly has this cost."""
        lower = max((each for each in self.known if each < cost), default=None)
        higher = min((each for each in self.known if each > cost), default=None)
        if lower is None or higher is None:
            found = [group.at(cost) for group in self.groups]
        else:
            found = [
                one if np.array_equal(one, other) else group.at(cost)
                for group, one, other in zip(
                    self.groups, self.known[lower], self.known[higher], strict=True
                )
            ]
        self.known[cost] = found
        point = self.alike.copy()
        for group, labels in zip(self.groups, found, strict=True):
            point[group.members] = group.members[labels]
        return point


@attrs.frozen(eq=False)
class Group:
    """Reports that draws put together, and of each draw the pairs that it has together."""

    members: Ints
    labels: Labels  # (draws, members)
    pairs: Ints  # how many a draw has together
    chances: Floats  # the sum of their probabilities
    knot: Ints  # of each member: reports together in each draw are one knot
    between: dict[tuple[int, int], float]  # knots, and their probability

    @classmethod
    def of(cls, labels: Labels, left: Ints, right: Ints, share: Floats) -> Group:
        """Of the pairs of one group."""
        members, local = np.unique(np.concatenate([left, right]), return_inverse=True)
        one, two = local[: len(left)], local[len(left) :]
        own = labels[:, members]
        alike = own[:, one] == own[:, two]
        always = share == 1.0
        knot = np.arange(len(members), dtype=np.int64)
        if always.any():
            knot = connected(len(members), one[always], two[always])
        ends = zip(knot[one].tolist(), knot[two].tolist(), share.tolist(), strict=True)
        between = {(a, b): p for a, b, p in ends if a != b}
        return cls(members, own, alike.sum(axis=1), alike @ share, knot, between)

    def at(self, cost: float) -> Ints:
        """Of each member the first member of its person, where being together has this cost."""
        return _first(improved(self.nearest(cost), self.knot, self.between, cost))

    def nearest(self, cost: float) -> Ints:
        """The same of the draw that is nearest to the pair probabilities."""
        loss = 2.0 * (cost * self.pairs - self.chances)
        return _first(self.labels[int(np.argmin(np.round(loss, 9)))])


def _first(labels: NDArray[Any]) -> Ints:
    """Of each label, where the first like it is."""
    seen: dict[int, int] = {}
    found = [seen.setdefault(label, at) for at, label in enumerate(labels.tolist())]
    return np.array(found, np.int64)


class PartitionSearch:
    """A partition of knots (reports together in each draw) whose expected loss only falls."""

    def __init__(self, of: list[int], pair_gain: list[dict[int, float]]) -> None:
        self.of = of  # person of each knot
        self.pair_gain = (
            pair_gain  # by how much two knots that some draw has together lower the loss
        )
        self.knots: dict[int, set[int]] = defaultdict(set)
        for knot, person in enumerate(of):
            self.knots[person].add(knot)
        self.unused = max(of, default=-1) + 1  # a label that no person has

    def move(self, knot: int) -> bool:
        """Put a knot where the loss is least; whether it moved."""
        here = self.of[knot]
        gain, met = self._around([knot])
        best, most = here, gain[here] + _GAIN
        if most < 0.0 and len(self.knots[here]) > 1:
            best, most = self.unused, 0.0
        for person, worth in gain.items():
            if person != here and worth > most and met[person] == len(self.knots[person]):
                best, most = person, worth
        if best != here:
            self.unused += best == self.unused
            self._put([knot], best)
        return best != here

    def join(self, person: int) -> bool:
        """Join a person with whom that lowers the loss most; whether there is one."""
        mine = sorted(self.knots.get(person, ()))
        gain, met = self._around(mine)
        best, most = person, _GAIN
        for other, worth in gain.items():
            every = len(mine) * len(self.knots[other])
            if other != person and worth > most and met[other] == every:
                best, most = other, worth
        if best != person:
            self._put(mine, best)
        return best != person

    def _around(self, knots: Iterable[int]) -> tuple[dict[int, float], dict[int, int]]:
        """What each person around is worth to some knots, and in how many pairs they meet."""
        gain: dict[int, float] = defaultdict(float)
        met: dict[int, int] = defaultdict(int)
        for knot in knots:
            for other, worth in self.pair_gain[knot].items():
                gain[self.of[other]] += worth
                met[self.of[other]] += 1
        return gain, met

    def _put(self, knots: Iterable[int], person: int) -> None:
        for knot in knots:
            here = self.of[knot]
            self.knots[here].discard(knot)
            if not self.knots[here]:
                del self.knots[here]
            self.of[knot] = person
            self.knots[person].add(knot)


def improved(
    point: Ints, knot: Ints, between: Mapping[tuple[int, int], float], cost: float
) -> Ints:
    """The same partition of a group, or one of less expected loss."""
    size, first = np.bincount(knot).tolist(), np.unique(knot, return_index=True)[1]
    pair_gain: list[dict[int, float]] = [{} for _ in size]
    for (a, b), p in between.items():
        pair_gain[a][b] = pair_gain[b][a] = float(size[a] * size[b]) * 2.0 * (p - cost)
    people = PartitionSearch(point[first].tolist(), pair_gain)
    doubtful = [at for at, others in enumerate(pair_gain) if others]
    joined = 1
    while joined:
        while sum(people.move(at) for at in doubtful):
            pass
        joined = sum(people.join(person) for person in sorted({people.of[at] for at in doubtful}))
    return np.asarray(people.of, np.int64)[knot]


def at_chance(linkage: Linkage, chance: float) -> Labels:
    """Partition of the pairs of at least this probability, and chains of them.

    Strict near 1, lenient near 0; neither is a probable partition. Pairs are joined in order of
    probability, and never so that two are one person who are so in no draw: cannot-link decisions
    hold.

    Parameters
    ----------
    linkage : Linkage
        The draws.
    chance : float
        Least share of draws, from 0 to 1.

    Returns
    -------
    int32 array, shape (reports,)
        Labels, from 0 in order of first reports.

    Examples
    --------
    >>> keys = ("A", "1"), ("A", "2"), ("B", "7")
    >>> linkage = Linkage(keys, np.array([[0, 1, 0]] * 3 + [[0, 1, 2]], np.int32))
    >>> at_chance(linkage, 0.9).tolist(), at_chance(linkage, 0.7).tolist()
    ([0, 1, 2], [0, 1, 0])
    """
    chances = together(linkage.labels)
    likeliest = sorted((-p, pair) for pair, p in chances.items() if p >= chance)
    of = list(range(len(linkage.keys)))
    people = [[at] for at in of]
    for _, (i, j) in likeliest:
        one, other = sorted((of[i], of[j]))
        if one != other and all(
            (min(a, b), max(a, b)) in chances for a in people[one] for b in people[other]
        ):
            for at in people[other]:
                of[at] = one
            people[one] += people[other]
    return numbered(np.array(of, np.int64))


def people_rows(linkage: Linkage) -> list[tuple[str, str, int, float]]:
    """Point partition as rows: source, id, person, and probability of belonging there.

    Parameters
    ----------
    linkage : Linkage
        The draws.

    Returns
    -------
    list of (str, str, int, float)
        A row for each report. Persons count from 1. The probability of a report that is with
        others is the mean, over them, of the share of draws that has the two together; of a
        report alone, the share of draws that has it alone.

    Examples
    --------
    >>> keys = ("A", "1"), ("A", "2"), ("B", "7")
    >>> people_rows(Linkage(keys, np.array([[0, 1, 0]] * 3 + [[0, 1, 2]], np.int32)))
    [('A', '1', 1, 0.75), ('A', '2', 2, 1.0), ('B', '7', 1, 0.75)]
    """
    if not linkage.keys:
        return []
    point = point_partition(linkage)
    chances = together(linkage.labels)
    partner: list[list[float]] = [[] for _ in linkage.keys]
    for (i, j), p in chances.items():
        if point[i] == point[j]:
            partner[i].append(p)
            partner[j].append(p)
    sizes = np.bincount(point)
    alone = _alone(linkage.labels)
    rows = []
    for at, (source, id_) in enumerate(linkage.keys):
        others = int(sizes[point[at]]) - 1
        belongs = sum(partner[at]) / others if others else float(alone[at])
        rows.append((source, id_, int(point[at]) + 1, round(belongs, 4)))
    return rows


def _alone(labels: Labels) -> NDArray[np.float64]:
    total = np.zeros(labels.shape[1])
    for row in labels:
        total += np.bincount(row)[row] == 1
    return total / max(len(labels), 1)
