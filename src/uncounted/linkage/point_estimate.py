"""Point estimate of the partition: minimum expected Binder loss with unequal costs.

Estimates of N average over the draws and use none of these point estimates; the table that a
release shows, checks, plots and evaluation use the first of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from uncounted.linkage.arrays import Labels, connected
from uncounted.linkage.result import Linkage, numbered, pair_shares, together

Pairs = dict[tuple[int, int], float]
_GAIN = 1e-9  # of loss, below which a change does not count
_MOST_UNEVEN, _HALVINGS = 0.25, 7  # how far c goes from a half, and how closely it is found


def point_partition(linkage: Linkage) -> Labels:
    """Point estimate of the partition: low expected Binder loss, as many people as the draws.

    The loss has unequal costs: a pair that is together and should not be costs 2 c, one
    that is apart and should not be 2 (1 - c), so that a pair by itself is together where its
    probability is above c.

    1. Reports that some draw puts together, directly or through others, form a group. Within each
    group the draw is taken that is nearest to the pair probabilities (Dahl 2006), since the loss
    is a sum over groups. Ties go to the earliest draw.
    2. From there reports join another person, leave to be alone, and people are merged, as long
    as the loss falls (the sweetening of Dahl, Johnson and Mueller 2022). Those who are together in
    each draw stay so, and two whom no draw puts together never are.
    3. c is what brings the number of people nearest to the draws' median, between .25 and .75, by
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
    group = connected(len(order), left, right)
    doubtful = np.isin(group, group[left[share < 1.0]])  # all draws have the other groups alike
    best = labels[0].astype(np.int64)
    if doubtful.any():
        place = np.cumsum(doubtful) - 1
        of = doubtful[left]
        pairs = zip(place[left[of]].tolist(), place[right[of]].tolist(), strict=True)
        chances = dict(zip(pairs, share[of].tolist(), strict=True))
        rows = np.stack([numbered(row[doubtful]) for row in labels])
        best[doubtful] = best.max() + 1 + _point_of(rows, chances)
    point = np.empty(len(order), np.int64)
    point[order] = best
    return numbered(point)


def _point_of(labels: Labels, chances: Pairs) -> NDArray[np.int64]:
    """Steps 1 to 4 of `point_partition`, of reports that draws differ on."""
    people = float(np.median(labels.max(axis=1) + 1))
    nearest = NearestDraws(labels, chances)
    best = improved(nearest.at(0.5), chances, 0.5)
    off = _people(best) - people
    least = abs(off)
    low, high = (0.5 - _MOST_UNEVEN, 0.5) if off > 0 else (0.5, 0.5 + _MOST_UNEVEN)
    for _ in range(_HALVINGS):
        if least <= people % 1:  # a median may lie between two numbers
            break
        cost = (low + high) / 2  # people grow with it
        found = improved(nearest.at(cost), chances, cost)
        off = _people(found) - people
        low, high = (low, cost) if off > 0 else (cost, high)
        if abs(off) < least:
            best, least = found, abs(off)
    if not _within(_people(best), labels):
        best = _typical(labels, chances)
    return best


def _within(people: int, labels: Labels) -> bool:
    low, high = np.quantile(labels.max(axis=1) + 1, (0.025, 0.975), method="inverted_cdf")
    return bool(low <= people <= high)


def _typical(labels: Labels, chances: Pairs) -> NDArray[np.int64]:
    """The draw of least loss, of those whose number of people is nearest to the median."""
    off = np.abs(labels.max(axis=1) + 1 - np.median(labels.max(axis=1) + 1))
    rows = np.flatnonzero(off == off.min())
    endpoints = np.array(list(chances), np.int64).reshape(-1, 2)
    worth = 0.5 - np.array(list(chances.values()))
    loss = [
        ((labels[at][endpoints[:, 0]] == labels[at][endpoints[:, 1]]) * worth).sum() for at in rows
    ]
    return np.asarray(labels[rows[int(np.argmin(np.round(loss, 9)))]], np.int64)


def _people(point: NDArray[np.int64]) -> int:
    return len(np.unique(point))


@attrs.frozen
class _Group:
    """Reports that draws put together, and of each draw the pairs that it has together."""

    members: NDArray[np.int64]
    labels: NDArray[np.int32]  # (draws, members)
    pairs: NDArray[np.int64]  # how many a draw has together
    chances: NDArray[np.float64]  # the sum of their probabilities

    @classmethod
    def of(cls, labels: Labels, rows: Sequence[tuple[int, int, float]]) -> _Group:
        one, two = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
        alike = labels[:, one] == labels[:, two]
        members = np.unique(np.concatenate([one, two]))
        chances = alike @ np.array([row[2] for row in rows])
        return cls(members, labels[:, members], alike.sum(axis=1), chances)


class NearestDraws:
    """Within each group of reports the draw that is nearest to the pair probabilities."""

    def __init__(self, labels: Labels, chances: Pairs) -> None:
        self.count = labels.shape[1]
        groups = _groups(self.count, chances)
        inside: dict[int, list[tuple[int, int, float]]] = {}
        for (i, j), p in chances.items():
            inside.setdefault(int(groups[i]), []).append((i, j, p))
        self.groups = [_Group.of(labels, rows) for rows in inside.values()]

    def at(self, cost: float) -> NDArray[np.int64]:
        """The partition of these draws, where being together wrongly has this cost."""
        point = np.arange(self.count, dtype=np.int64)
        for group in self.groups:
            loss = 2.0 * (cost * group.pairs - group.chances)
            best = group.labels[int(np.argmin(np.round(loss, 9)))]
            _, first, inverse = np.unique(best, return_index=True, return_inverse=True)
            point[group.members] = group.members[first][inverse]
        return point


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


def improved(point: NDArray[np.int64], chances: Pairs, cost: float) -> NDArray[np.int64]:
    """The same partition, or one of less expected loss."""
    always = _groups(len(point), (pair for pair, p in chances.items() if p == 1.0))
    _, first, place, size = np.unique(
        always, return_index=True, return_inverse=True, return_counts=True
    )
    pair_gain: list[dict[int, float]] = [{} for _ in first]
    for (i, j), p in chances.items():
        a, b = int(place[i]), int(place[j])
        if a != b:
            pair_gain[a][b] = pair_gain[b][a] = float(size[a] * size[b]) * 2.0 * (p - cost)
    people = PartitionSearch(point[first].tolist(), pair_gain)
    doubtful = [knot for knot, others in enumerate(pair_gain) if others]
    joined = 1
    while joined:
        while sum(people.move(knot) for knot in doubtful):
            pass
        joined = sum(people.join(person) for person in sorted({people.of[at] for at in doubtful}))
    return np.asarray(people.of, np.int64)[place]


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


def _groups(count: int, pairs: Iterable[tuple[int, int]]) -> NDArray[np.int64]:
    endpoints = np.array(list(pairs), np.int64).reshape(-1, 2)
    return connected(count, endpoints[:, 0], endpoints[:, 1])


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
