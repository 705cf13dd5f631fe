"""Pairs to be labelled by hand: a stratified random sample with known chances.

The frame is every pair that some draw links, and every pair that no draw links and that
shares a blocking key. What is in neither is in no sample, and links missed there are not
seen. Strata are by whether the point partition links the pair and how likely a link is;
of unlikely pairs, by how many keys they share. Within a stratum every pair has the same
chance. A sample names reports by source and id, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from uncounted.errors import NotEstimable, UsedWrongly
from uncounted.linkage.blocking import RULES
from uncounted.linkage.draws import Linkage
from uncounted.linkage.encode import NO_KEY, encode
from uncounted.linkage.evaluation.calibration import Pairs
from uncounted.linkage.evaluation.labels import DESIGN_COLUMNS, PAIR_COLUMNS
from uncounted.linkage.point import point_partition
from uncounted.records.report import Report

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
HEADER = (*PAIR_COLUMNS, *DESIGN_COLUMNS)
_LEAST = 2  # of a stratum, so that it can be seen how its pairs differ
_MOST_SHARING = 20_000_000  # pairs that share a key; more would not fit into memory
# (letter, linked by the point partition, probability from, up to, words)
_LIKELY = (
    ("A", True, 0.95, 2.0, "linked, probability .95 and above"),
    ("B", True, 0.8, 0.95, "linked, .8 to .95"),
    ("C", True, 0.0, 0.8, "linked, below .8"),
    ("D", False, 0.2, 2.0, "not linked, .2 and above"),
    ("E", False, 0.05, 0.2, "not linked, .05 to .2"),
    ("F", False, 0.0, 0.05, "not linked, below .05"),
)
_SHARING = (
    ("G", 2, 10**6, "in no draw, sharing two or more blocking keys"),
    ("H", 1, 1, "in no draw, sharing one blocking key"),
)


@attrs.frozen(eq=False)
class Sharing:
    """Pairs that share blocking keys, `left < right`, and how many each shares."""

    left: Ints
    right: Ints
    keys: Ints


@attrs.frozen
class Cut:
    """A stratum as it was sampled: its letter, what is in it, its size, and how many were drawn."""

    letter: str
    words: str
    of: int
    drawn: int


@attrs.frozen(eq=False)
class Sample:
    """What was drawn: rows for a file, in random order, and the design in words."""

    rows: tuple[tuple[str, str, str, str, str, str, int, int], ...]
    cuts: tuple[Cut, ...]
    seed: int
    outside: int  # pairs of reports that are in no stratum

    def to_json(self) -> dict[str, Any]:
        """The design; the rows are in their file."""
        return {
            "pairs": len(self.rows),
            "strata": [attrs.asdict(cut) for cut in self.cuts],
            "outside": self.outside,
            "seed": self.seed,
        }


def near(reports: Sequence[Report]) -> Sharing:
    """The pairs that share the blocking keys by which candidates are found."""
    return sharing(encode(reports).keys, RULES, none=NO_KEY)


def sharing(
    keys: Mapping[str, Ints], rules: Sequence[Sequence[str]], *, none: int = -1, most: float = 100.0
) -> Sharing:
    """Find the pairs of reports that share all keys of a rule, and of how many rules.

    Args:
        keys: by name, a number a report; `none` is shared with nobody.
        rules: names of keys that have to be shared together. A rule that would give more
            than `most` pairs a report is left out.
        none: a report's number where it has no key.
        most: see `rules`.

    Raises:
        NotEstimable: there are too many to be listed.

    Examples:
        >>> found = sharing({"a": np.array([1, 1, 2, 1]), "b": np.array([5, 5, 5, -1])},
        ...                 [("a",), ("a", "b"), ("b",)])
        >>> sorted(zip(found.left.tolist(), found.right.tolist(), found.keys.tolist()))
        [(0, 1, 3), (0, 2, 1), (0, 3, 1), (1, 2, 1), (1, 3, 1)]
    """
    count = len(next(iter(keys.values()), ()))
    codes, total = [np.zeros(0, np.int64)], 0
    for rule in rules:
        rows = np.stack([keys[name] for name in rule], axis=1)
        who = np.flatnonzero((rows != none).all(axis=1))
        if not len(who):
            continue
        _, block, sizes = np.unique(rows[who], axis=0, return_inverse=True, return_counts=True)
        pairs = int((sizes * (sizes - 1) // 2).sum())
        if pairs > most * count:
            continue
        total += pairs
        if total > _MOST_SHARING:
            raise NotEstimable(
                f"more than {_MOST_SHARING:,} pairs of reports share a blocking key",
                hint="label whole people instead: uncounted evaluate --truth FILE --complete",
            )
        codes.append(_within(who, block.ravel(), sizes, count))
    values, times = np.unique(np.concatenate(codes), return_counts=True)
    width = max(count, 1)
    return Sharing(values // width, values % width, times.astype(np.int64))


def _within(who: Ints, block: Ints, sizes: Ints, count: int) -> Ints:
    """Codes `i * count + j` of all pairs i < j of one block."""
    order = who[np.argsort(block, kind="stable")]
    codes = []
    for size in np.unique(sizes[sizes > 1]).tolist():
        starts = np.repeat(sizes, sizes) == size
        members = order[starts].reshape(-1, size)  # `who` rises, so members rise within a block
        i, j = np.triu_indices(size, 1)
        codes.append((members[:, i] * count + members[:, j]).ravel())
    return np.concatenate(codes) if codes else np.zeros(0, np.int64)


def draw(linkage: Linkage, shared: Sharing, *, size: int, seed: int = 1) -> Sample:
    """Draw pairs to be labelled.

    Each stratum gets two, and of the rest a share in proportion to the square root of its
    size times the spread that its probabilities suggest (power allocation: M. D. Bankier,
    "Power allocations: determining sample sizes for subnational areas", The American
    Statistician 42, 1988), so that neither the many pairs that are surely different nor the
    many that are surely the same take it all.

    Raises:
        UsedWrongly: fewer than two a stratum are asked for.
        NotEstimable: there is no pair to draw.

    Examples:
        >>> draws = np.array([[0, 0, 1, 1]] * 9 + [[0, 0, 1, 2]], np.int32)
        >>> keys = tuple(("AB"[i % 2], str(i)) for i in range(4))
        >>> shared = sharing({"name": np.array([1, 1, 2, 2])}, [("name",)])
        >>> found = draw(Linkage(keys, draws, 6, {}, {}, 1, 0.0), shared, size=10)
        >>> [(cut.words, cut.of, cut.drawn) for cut in found.cuts]
        [('linked, probability .95 and above', 1, 1), ('linked, .8 to .95', 1, 1)]
    """
    frame = _frame(linkage, shared)
    if not frame:
        raise NotEstimable(
            "no pair of reports is linked in any draw or shares a key: there is nothing to label",
            hint="labels of pairs that you know of can be given with --truth",
        )
    sizes = np.array([len(part.codes) for part in frame])
    least = int(np.minimum(sizes, _LEAST).sum())
    if size < least:
        raise UsedWrongly(
            f"{size} pairs are too few for {len(frame)} strata", hint=f"draw {least} or more"
        )
    drawn = _allocate(sizes, np.array([part.spread for part in frame]), size)
    rng = np.random.default_rng([seed, 2022])
    count = len(linkage.keys)
    rows, cuts = [], []
    for part, n in zip(frame, drawn.tolist(), strict=True):
        letter = part.letter
        cuts.append(Cut(letter, part.words, len(part.codes), n))
        for code in np.sort(rng.choice(part.codes, n, replace=False)).tolist():
            one, two = linkage.keys[code // count], linkage.keys[code % count]
            rows.append((*one, *two, "", letter, len(part.codes), n))
    order = rng.permutation(len(rows)).tolist()
    outside = count * (count - 1) // 2 - int(sizes.sum())
    return Sample(tuple(rows[at] for at in order), tuple(cuts), seed, outside)


def fits(letter: str, linked: bool, stated: float) -> bool:
    """Whether a pair would be in that stratum by what the linkage says of it now.

    Examples:
        >>> fits("A", linked=True, stated=0.97), fits("A", linked=True, stated=0.9)
        (True, False)
        >>> fits("G", linked=False, stated=0.0), fits("G", linked=False, stated=0.1)
        (True, False)
    """
    for name, whether, low, high, _ in _LIKELY:
        if name == letter:
            return linked == whether and low <= stated < high and stated > 0
    return stated == 0


def holds_links(letter: str) -> bool:
    """Whether the pairs of a stratum were linked when it was drawn."""
    return any(name == letter and whether for name, whether, *_ in _LIKELY)


@attrs.frozen(eq=False)
class _Part:
    letter: str
    words: str
    codes: Ints
    spread: float


def _frame(linkage: Linkage, shared: Sharing) -> list[_Part]:
    """The strata that have a pair in them, as codes `left * reports + right`."""
    count = len(linkage.keys)
    point = point_partition(linkage)
    pairs = Pairs.of(linkage.labels)
    codes = pairs.left * count + pairs.right
    linked = point[pairs.left] == point[pairs.right]
    out = []
    for letter, whether, low, high, words in _LIKELY:
        here = (linked == whether) & (pairs.stated >= low) & (pairs.stated < high)
        mean = float(pairs.stated[here].mean()) if here.any() else 0.0
        out.append(_Part(letter, words, codes[here], _spread(mean)))
    near_codes = shared.left * count + shared.right
    fresh = ~np.isin(near_codes, codes)
    for letter, least, most, words in _SHARING:
        here = fresh & (shared.keys >= least) & (shared.keys <= most)
        out.append(_Part(letter, words, near_codes[here], _spread(0.0)))
    return [part for part in out if len(part.codes)]


def _spread(mean: float) -> float:
    """Standard deviation of a yes or no; no stratum is thought surer than one in a hundred."""
    share = min(max(mean, 0.01), 0.99)
    return float(np.sqrt(share * (1 - share)))


def _allocate(sizes: Ints, spreads: Floats, size: int) -> Ints:
    """How many of each stratum: at least two, at most all, in all `size` or all there are.

    Examples:
        >>> _allocate(np.array([1000, 100, 3]), np.array([0.1, 0.5, 0.1]), 60).tolist()
        [34, 24, 2]
    """
    drawn = np.minimum(sizes, _LEAST)
    want = np.sqrt(sizes * spreads)
    for _ in range(min(size, int(sizes.sum())) - int(drawn.sum())):
        # one after another to the stratum that is furthest behind its share
        behind = np.where(drawn < sizes, want / (drawn + 1), -1.0)
        drawn[int(np.argmax(behind))] += 1
    return drawn
