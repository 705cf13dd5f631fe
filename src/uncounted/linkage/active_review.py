"""Active selection of pairs for clerical review: those that would narrow the interval of N most.

A pair that some draws put together and others do not is uncertain. If it were decided, the draws
that say otherwise would go, and by the law of total variance log N would vary by p Var(log N |
same) + (1 - p) Var(log N | different). Two hundred draws estimate that poorly: chance alone takes
half a percent of the variance away, ten times what most pairs are worth. Hence

1. *Regression on the table.* log N is replaced by its linear part in the counts, at the mean table
of the draws: a sum over groups of reports (rooms) that the uncertain and the linked pairs join. A
pair is judged by what its own room adds.
2. *Shrinkage.* What chance would take away is subtracted (epsilon squared of the analysis of
variance; Kelley 1935).
3. *Greedy selection.* The second pair of a room is judged given the first, in the draws that each
answer leaves.

What a decision teaches about other rooms is not counted.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import pairwise

import attrs
import numpy as np
from numpy.typing import NDArray

from uncounted.captures import CaptureTable
from uncounted.errors import UsedWrongly
from uncounted.linkage.arrays import Flags, Floats, Ints, connected
from uncounted.linkage.result import pair_shares

Value = Callable[[CaptureTable], float]

LOW, HIGH = 0.02, 0.98  # between them a pair is undecided
_CHUNK = 4096
_CRITERIA = 3  # log N, people, people on two lists or more


@attrs.frozen
class UncertainPair:
    """A pair of reports, by position (`left < right`), and what deciding it would be worth.

    `probability` is the share of draws; `variance` by how much Var(log N) is expected to fall once
    the pairs before it are decided, `expected_reduction` the share by which the interval narrows;
    `people` and `overlap` are the same falls for the number of people, and of people on two lists
    or more.
    """

    left: int
    right: int
    probability: float
    variance: float
    expected_reduction: float
    people: float
    overlap: float


@attrs.frozen
class ReviewOrder:
    """The next pairs, best first; how many are uncertain; the variance of log N by its origin."""

    pairs: tuple[UncertainPair, ...]
    uncertain: int
    linkage: float
    elsewhere: float

    @property
    def expected_reduction(self) -> float:
        """By which share the interval is expected to be narrower when all of them are decided."""
        return _narrowing(sum(pair.variance for pair in self.pairs), self._whole)

    @property
    def _whole(self) -> float:
        return self.linkage + self.elsewhere


def review_order(
    labels: NDArray[np.int32],
    sources: Sequence[str],
    *,
    lists: Sequence[str] | None = None,
    value: Value | None = None,
    elsewhere: float = 0.0,
    decided: Collection[tuple[int, int]] = (),
    most: int = 50,
) -> ReviewOrder:
    """Order the uncertain pairs by how much the interval of N would narrow.

    Counted are the reports of `lists` (default: every source); others only link. `value` gives
    log N of a table, the same each time. None: there is no N yet, and pairs come in the order of
    what they say about the number of people. `elsewhere` is the
    variance of log N that does not come from linkage. Decided pairs, by position, are left out.

    Examples:
        >>> labels = np.array([[0, 0, 1, 2], [0, 1, 2, 3]] * 20, np.int32)
        >>> order = review_order(labels, "ABAB", value=lambda t: float(np.log(t.observed)))
        >>> [(pair.left, pair.right, pair.probability) for pair in order.pairs]
        [(0, 1, 0.5)]
    """
    labels, names = np.asarray(labels), tuple(sorted(set(sources)) if lists is None else lists)
    if len(labels) < 10 or labels.shape[1] != len(sources):
        raise UsedWrongly("pairs are ordered by ten draws or more of all the reports")
    left, right, share = pair_shares(labels)
    near = share > LOW
    rooms = connected(labels.shape[1], left[near], right[near])
    kept = (share > LOW) & (share < HIGH)
    if decided:
        code = left * labels.shape[1] + right
        pairs = np.array([sorted(pair) for pair in decided], np.int64)
        kept &= ~np.isin(code, pairs[:, 0] * labels.shape[1] + pairs[:, 1])
    left, right, share = left[kept], right[kept], share[kept]
    patterns = _Patterns.of(labels, sources, names)
    amounts = patterns.amounts(value)
    linkage = float(np.var(patterns.totals(amounts)))
    used, room = np.unique(rooms[left], return_inverse=True)
    of_report = np.full(labels.shape[1], -1, np.int64)
    inside = np.isin(rooms, used)
    of_report[inside] = np.searchsorted(used, rooms[inside])
    added = patterns.by_room(labels, amounts, of_report, len(used))
    linkage = max(linkage, float(added[0].var(axis=0).sum()))
    found = _Greedy(labels, left, right, room, added).run(min(most, len(left)))
    rows, gone = [], 0.0
    for at, gain in found:
        before = _narrowing(gone, linkage + elsewhere)
        gone += gain[0]
        after = _narrowing(gone, linkage + elsewhere)
        rows.append(
            UncertainPair(
                int(left[at]), int(right[at]), float(share[at]), gain[0], after - before, *gain[1:]
            )
        )
    return ReviewOrder(tuple(rows), len(left), linkage, elsewhere)


def uncertain_pairs(labels: NDArray[np.int32]) -> int:
    """How many pairs have a match probability between `LOW` and `HIGH`.

    Examples:
        >>> uncertain_pairs(np.array([[0, 0, 1, 2], [0, 1, 2, 3]] * 20, np.int32))
        1
    """
    share = pair_shares(labels)[2]
    return int(((share > LOW) & (share < HIGH)).sum())


def _narrowing(gone: float, whole: float) -> float:
    return 1.0 - float(np.sqrt(max(0.0, 1.0 - gone / whole))) if whole > 0 else 0.0


# What each room adds ----------------------------------------------------------------------------


@attrs.frozen(eq=False)
class _Patterns:
    """The capture patterns of all the people of all the draws.

    `codes` are the distinct patterns as bits, `counts` how many people of each there are in
    each draw, `held` for each draw the pattern (by its place in `codes`) of each label.
    """

    lists: tuple[str, ...]
    codes: NDArray[np.uint64]
    counts: Ints
    held: list[Ints]

    @classmethod
    def of(
        cls, labels: NDArray[np.int32], sources: Sequence[str], lists: tuple[str, ...]
    ) -> _Patterns:
        place = {name: number for number, name in enumerate(lists)}
        bits = np.array([1 << place[s] if s in place else 0 for s in sources], np.uint64)
        seen = []
        for row in labels:
            pattern = np.zeros(int(row.max()) + 1, np.uint64)
            np.bitwise_or.at(pattern, row, bits)
            seen.append(pattern)
        codes = np.unique(np.concatenate([np.unique(each) for each in seen]))
        held = [np.searchsorted(codes, each).astype(np.int64) for each in seen]
        counts = np.array([np.bincount(each, minlength=len(codes)) for each in held])
        return cls(lists, codes, counts, held)

    def table(self, counts: Ints) -> CaptureTable:
        counted_by_pattern = {
            "".join("1" if code >> i & 1 else "0" for i in range(len(self.lists))): int(n)
            for code, n in zip(self.codes.tolist(), counts, strict=True)
            if code
        }
        return CaptureTable(self.lists, counted_by_pattern)

    def amounts(self, value: Value | None) -> Floats:
        """What one more person of each pattern adds to log N, to people, and to the overlap."""
        sizes = np.array([code.bit_count() for code in self.codes.tolist()])
        people = (sizes > 0).astype(np.float64)
        slope = np.zeros(len(sizes)) if value is None else self._slopes(value)
        return np.array([slope, people, sizes > 1], np.float64)

    def _slopes(self, value: Value) -> Floats:
        mean = np.rint(self.counts.mean(axis=0)).astype(np.int64)
        spread = np.maximum(1, np.rint(self.counts.std(axis=0))).astype(np.int64)
        slopes = np.zeros(len(mean))
        for at in np.flatnonzero((self.codes > 0) & (self.counts.std(axis=0) > 0)):
            up, down = mean.copy(), mean.copy()
            up[at] += spread[at]
            down[at] = max(
                min(1, mean[at]), mean[at] - spread[at]
            )  # an empty cell is another story
            rise = value(self.table(up)) - value(self.table(down))
            slopes[at] = rise / (up[at] - down[at])
        return slopes

    def totals(self, amounts: Floats) -> Floats:
        """The linear part of log N in each draw, up to a constant."""
        return np.asarray(self.counts @ amounts[0], np.float64)

    def by_room(
        self, labels: NDArray[np.int32], amounts: Floats, of_report: Ints, rooms: int
    ) -> Floats:
        """What each room adds in each draw, shape (criteria, draws, rooms)."""
        inside = np.flatnonzero(of_report >= 0)
        added = np.zeros((_CRITERIA, len(labels), rooms))
        for draw, row in enumerate(labels):
            size = np.bincount(row)
            person = row[inside]
            for which in range(_CRITERIA):
                each = amounts[which][self.held[draw][person]] / size[person]
                added[which, draw] = np.bincount(of_report[inside], each, minlength=rooms)
        return added


# One after the other ----------------------------------------------------------------------------


class _Greedy:
    """Takes the best pair, then the best given that, and so on; only its own room changes."""

    def __init__(
        self, labels: NDArray[np.int32], left: Ints, right: Ints, room: Ints, added: Floats
    ) -> None:
        self._labels, self._left, self._right, self._added = labels, left, right, added
        self._room = room
        order = np.argsort(room, kind="stable")
        starts = np.searchsorted(room[order], np.arange(added.shape[2] + 1))
        self._of_room = [order[a:b] for a, b in pairwise(starts)]
        self._cells = dict[int, Ints]()  # of each room with a chosen pair, the draws by answers
        self._age = np.zeros(added.shape[2], np.int64)

    def run(self, most: int) -> Iterator[tuple[int, tuple[float, float, float]]]:
        heap = list(self._first())
        heapq.heapify(heap)
        chosen: set[int] = set()
        while len(chosen) < most:
            *gains, at, age = heapq.heappop(heap)
            room = int(self._room[at])
            if at in chosen or age < self._age[room]:
                continue
            chosen.add(at)
            yield at, (-gains[0], -gains[1], -gains[2])
            cells = self._cells.get(room, np.zeros(len(self._labels), np.int64))
            self._cells[room] = np.unique(2 * cells + self._same([at])[:, 0], return_inverse=True)[
                1
            ]
            self._age[room] += 1
            left = np.array([other for other in self._of_room[room] if other not in chosen])
            for entry in self._entries(left, self._cells[room], int(self._age[room])):
                heapq.heappush(heap, entry)

    def _first(self) -> Iterator[tuple[float, float, float, int, int]]:
        whole = np.zeros(len(self._labels), np.int64)
        for at in range(0, len(self._left), _CHUNK):
            yield from self._entries(np.arange(at, min(at + _CHUNK, len(self._left))), whole, 0)

    def _same(self, pairs: Sequence[int] | Ints) -> Flags:
        return np.asarray(
            self._labels[:, self._left[pairs]] == self._labels[:, self._right[pairs]], np.bool_
        )

    def _entries(
        self, pairs: Ints, cells: Ints, age: int
    ) -> Iterator[tuple[float, float, float, int, int]]:
        if not len(pairs):
            return
        same = self._same(pairs)
        gains = [
            variance_gain(self._added[k][:, self._room[pairs]], same, cells)
            for k in range(_CRITERIA)
        ]
        for at, one, two, three in zip(pairs.tolist(), *gains, strict=True):
            yield -float(one), -float(two), -float(three), at, age


def variance_gain(values: Floats, same: Flags, cells: Ints) -> Floats:
    """By how much the variance falls when draws in known cells are split further, less chance.

    `values` is what a pair's room adds in each draw, `same` whether it is together, `cells` the
    draws by earlier decisions. For each pair, max(0, S - d W / (D - c)) / D, with S the sum of
    squares between the answers within cells, d the cells with both answers, W the sum of squares
    left, c the cells after the split, D the draws.
    """
    draws = len(values)
    number = int(cells.max()) + 1
    which = np.zeros((number, draws))
    which[cells, np.arange(draws)] = 1.0
    n, yes = which.sum(axis=1)[:, None], which @ same
    no = n - yes
    centred = values - values.mean(axis=0)
    sum_yes = which @ (centred * same)
    sum_no = which @ centred - sum_yes
    both = (yes > 0) & (no > 0)
    differ = sum_yes / np.maximum(yes, 1) - sum_no / np.maximum(no, 1)
    between = (np.where(both, yes * no / np.maximum(n, 1), 0.0) * differ**2).sum(axis=0)
    explained = (sum_yes**2 / np.maximum(yes, 1)).sum(axis=0) + (sum_no**2 / np.maximum(no, 1)).sum(
        axis=0
    )
    left = np.maximum((centred**2).sum(axis=0) - explained, 0.0)
    after = number + both.sum(axis=0)
    noise = both.sum(axis=0) * left / np.maximum(draws - after, 1)
    return np.asarray(np.maximum(between - noise, 0.0) / draws, np.float64)
