"""Stratified random samples of pairs for clerical review, with known inclusion probabilities.

The frame is every pair that some draw links, and every pair that no draw links and that shares two
blocking keys; those that share one only if the sample is large enough to say something about them.
Matches outside the frame are not seen. Strata are by whether the point partition links the pair and
its probability; of unlikely pairs, by how many keys they share. Within a stratum every pair has the
same inclusion probability. A sample has sources and ids, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from uncounted.errors import NotEstimable, UsedWrongly
from uncounted.linkage.arrays import Flags, Floats, Ints
from uncounted.linkage.diagnostics import Json
from uncounted.linkage.encoding.encode import NO_KEY, encode
from uncounted.linkage.encoding.source_names import NOT_STATED, Stated
from uncounted.linkage.evaluation.calibration import StatedPairs
from uncounted.linkage.evaluation.intervals import exact_share
from uncounted.linkage.evaluation.labels import DESIGN_COLUMNS, Labelled
from uncounted.linkage.point_estimate import point_partition
from uncounted.linkage.result import Linkage
from uncounted.records.intake.decisions_csv import PAIR_COLUMNS
from uncounted.records.report import Report

HEADER = (*PAIR_COLUMNS, *DESIGN_COLUMNS)
_LEAST = 2  # of a stratum, so that it can be seen how its pairs differ
_USUAL = 16  # one in so many for each stratum: what is stated may be wrong, and is to be checked
_TELLING = 0.1  # of all links: a stratum whose labels could not tell as much from none is left out
_MOST_EACH = 100  # pairs a report that a rule may give
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
MANY = "H"  # the stratum that is left out where labels are few
_SHARING = (
    ("G", 2, 10**6, "in no draw, sharing two or more blocking keys"),
    ("H", 1, 1, "in no draw, sharing one blocking key"),
)
UNLINKED = frozenset(letter for letter, *_ in _SHARING)

# What pairs of the frame share; part of the design of samples that are out for labelling.
FRAME = (
    *(("given", "family"), ("alias", "birth_year"), ("given", "event_month")),
    *(("given", "event_place"), ("given", "origin"), ("family", "birth_year", "event_place")),
    *(("family", "birth_year", "origin"), ("family", "event_month", "event_place")),
    *(("birth_day",), ("family", "origin"), ("number",)),
)


@attrs.frozen(eq=False)
class Sharing:
    """Pairs that share blocking keys, `left < right`, and how many each shares."""

    left: Ints
    right: Ints
    keys: Ints


@attrs.frozen
class SampledStratum:
    """A stratum as it was sampled: its letter, what is in it, its size, and how many were drawn."""

    letter: str
    text: str
    of: int
    drawn: int


@attrs.frozen(eq=False)
class Sample:
    """What was drawn: rows for a file, in random order, and the design in words."""

    rows: tuple[tuple[str, str, str, str, str, str, int, int], ...]
    cuts: tuple[SampledStratum, ...]
    seed: int
    outside: int  # pairs of reports that are in no stratum
    left_out: int = 0  # those of them that share one key, where the labels are too few for them
    enough: int = 0  # labels from which on they are not left out

    def to_json(self) -> Json:
        """The design; the rows are in their file."""
        return {
            "pairs": len(self.rows),
            "strata": [attrs.asdict(cut) for cut in self.cuts],
            "outside": self.outside,
            "left_out": self.left_out,
            "enough": self.enough,
            "seed": self.seed,
        }


def near(reports: Sequence[Report], languages: Stated = NOT_STATED) -> Sharing:
    """The pairs that share the blocking keys of `FRAME`."""
    return sharing(encode(reports, languages).keys, FRAME)


def sharing(keys: Mapping[str, Ints], rules: Sequence[Sequence[str]]) -> Sharing:
    """Pairs of reports that share all keys of a rule, and of how many (not too long) rules."""
    count = len(next(iter(keys.values()), ()))
    codes, total = [np.zeros(0, np.int64)], 0
    for rule in rules:
        rows = np.stack([keys[name] for name in rule], axis=1)
        who = np.flatnonzero((rows != NO_KEY).all(axis=1))
        if not len(who):
            continue
        _, block, sizes = np.unique(rows[who], axis=0, return_inverse=True, return_counts=True)
        pairs = int((sizes * (sizes - 1) // 2).sum())
        if pairs > _MOST_EACH * count:
            continue
        total += pairs
        if total > _MOST_SHARING:
            raise NotEstimable(
                f"more than {_MOST_SHARING:,} pairs of reports share a blocking key",
                hint="label whole people instead: uncounted evaluate --truth FILE --all-records",
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


def draw_sample(linkage: Linkage, shared: Sharing, *, size: int, seed: int = 1) -> Sample:
    """Draw pairs to be labelled, two a stratum at the least.

    Each stratum gets a sixteenth of all. Each further label goes where it narrows the limits of
    precision and recall most (`_allocate`): J. Neyman's allocation (Journal of the Royal
    Statistical Society 97, 1934), but for exact limits. His own gives nothing to strata thought to
    be known, and their labels set the limits.
    """
    whole = _frame(linkage, shared)
    frame, enough = _informative(whole, size)
    if not frame:
        raise NotEstimable(
            "no pair of reports is linked in any draw or shares a blocking key: nothing to label",
            hint="known matches can be given with --truth",
        )
    sizes = np.array([len(part.codes) for part in frame])
    least = int(np.minimum(sizes, _LEAST).sum())
    if size < least:
        raise UsedWrongly(
            f"{size} pairs are too few for {len(frame)} strata", hint=f"draw {least} or more"
        )
    drawn = _allocate(sizes, np.array([part.wrong for part in frame]), _weights(frame), size)
    rng = np.random.default_rng([seed, 2022])
    count = len(linkage.keys)
    rows, cuts = [], []
    for part, n in zip(frame, drawn.tolist(), strict=True):
        letter = part.letter
        cuts.append(SampledStratum(letter, part.text, len(part.codes), n))
        for code in np.sort(rng.choice(part.codes, n, replace=False)).tolist():
            one, two = linkage.keys[code // count], linkage.keys[code % count]
            rows.append((*one, *two, "", letter, len(part.codes), n))
    order = rng.permutation(len(rows)).tolist()
    outside = count * (count - 1) // 2 - int(sizes.sum())
    left_out = sum(len(part.codes) for part in whole) - int(sizes.sum())
    return Sample(tuple(rows[at] for at in order), tuple(cuts), seed, outside, left_out, enough)


def fits(letter: str, linked: bool, stated: float) -> bool:
    """Whether the current linkage would put a pair into that stratum."""
    for name, whether, low, high, _ in _LIKELY:
        if name == letter:
            return linked == whether and low <= stated < high and stated > 0
    return stated == 0


def all_fit(letters: Sequence[str], linked: Flags, stated: Floats) -> bool:
    """Whether each pair would be in its stratum."""
    pairs = zip(letters, linked.tolist(), stated.tolist(), strict=True)
    return all(fits(letter, whether, chance) for letter, whether, chance in pairs)


def is_of(linkage: Linkage, rows: Sequence[Labelled]) -> bool:
    """Whether rows are those of a sample of this linkage, by their strata and the strata's sizes.

    Strata of pairs that no draw links need the reports (`sharing_sizes`).
    """
    stated_sizes = {row.stratum: row.of for row in rows}
    likely = {letter: stated_sizes.pop(letter, 0) for letter, *_ in _LIKELY}
    if not stated_sizes.keys() <= UNLINKED:
        return False
    pairs, at = StatedPairs.of(linkage.labels), linkage.index
    if sum(likely.values()) != len(pairs.left):
        return False
    if not all(row.one in at and row.two in at for row in rows):
        return False
    point = point_partition(linkage)
    if likely != {letter: int(here.sum()) for letter, here in _likely(pairs, point)}:
        return False
    drawn = StatedPairs.labelled(linkage, rows)
    linked = point[drawn.left] == point[drawn.right]
    return all_fit([row.stratum for row in rows], linked, drawn.stated)


def sharing_sizes(linkage: Linkage, shared: Sharing) -> dict[str, int]:
    """How many pairs are in each stratum of those that no draw links."""
    frame = _frame(linkage, shared)
    return {part.letter: len(part.codes) for part in frame if part.letter in UNLINKED}


def _likely(pairs: StatedPairs, point: NDArray[Any]) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """The strata of pairs that some draw links, and which pairs are in each."""
    linked = point[pairs.left] == point[pairs.right]
    for letter, whether, low, high, _ in _LIKELY:
        yield letter, (linked == whether) & (pairs.stated >= low) & (pairs.stated < high)


def holds_links(letter: str) -> bool:
    """Whether the pairs of a stratum were linked when it was drawn."""
    return any(name == letter and whether for name, whether, *_ in _LIKELY)


@attrs.frozen(eq=False)
class _Part:
    """A stratum: its pairs, and the share that is thought to be other than the partition says."""

    letter: str
    text: str
    codes: Ints
    wrong: float


def _frame(linkage: Linkage, shared: Sharing) -> list[_Part]:
    """The strata that have a pair in them, as codes `left * reports + right`.

    Expected links in no draw: the pairs that one draw has, over the draws (I. J. Good 1953).
    """
    count = len(linkage.keys)
    point = point_partition(linkage)
    pairs = StatedPairs.of(linkage.labels)
    codes = pairs.left * count + pairs.right
    out = []
    for (letter, here), (_, whether, *_, words) in zip(_likely(pairs, point), _LIKELY, strict=True):
        mean = float(pairs.stated[here].mean()) if here.any() else 0.0
        out.append(_Part(letter, words, codes[here], 1 - mean if whether else mean))
    near_codes = shared.left * count + shared.right
    fresh = ~np.isin(near_codes, codes)
    draws = max(len(linkage.labels), 1)
    good_turing = float((pairs.stated * draws < 1.5).sum()) / draws
    share = min(good_turing / max(int(fresh.sum()), 1), 0.5)
    for letter, least, most, words in _SHARING:
        here = fresh & (shared.keys >= least) & (shared.keys <= most)
        out.append(_Part(letter, words, near_codes[here], share))
    return [part for part in out if len(part.codes)]


def _informative(frame: Sequence[_Part], size: int) -> tuple[list[_Part], int]:
    """The strata without those that so few labels say nothing of, and how many were enough.

    With a third of all labels, and none found, the limit must be below a tenth of all links.
    """
    rest = [part for part in frame if part.letter != MANY]
    many = [part for part in frame if part.letter == MANY]
    others = sum(len(part.codes) for part in rest)
    if not many or size > others:
        return list(frame), 0
    wrong = {part.letter: part.wrong * len(part.codes) for part in rest}
    links = sum(
        len(part.codes) - wrong[part.letter] if holds_links(part.letter) else wrong[part.letter]
        for part in rest
    )
    of = len(many[0].codes)
    aim = min(_TELLING * links / of, 0.5)
    enough = 3 * of if aim <= 0 else 3 * min(of, int(np.ceil(np.log(0.025) / np.log1p(-aim))))
    return (list(frame), 0) if size >= enough else (rest, min(enough, others + 1))


def _weights(frame: Sequence[_Part]) -> Floats:
    """A false link costs precision and recall, a missed one recall alone."""
    return np.array([2.0 if holds_links(part.letter) else 1.0 for part in frame])


def _allocate(sizes: Ints, wrong: Floats, weights: Floats, size: int) -> Ints:
    """How many of each stratum, at least two: greedy on weighted squared distance to the limit."""
    drawn = np.minimum(sizes, _LEAST)
    left = min(size, int(sizes.sum())) - int(drawn.sum())
    while left > 0 and (low := drawn < np.minimum(sizes, size // _USUAL)).any():
        drawn[np.flatnonzero(low)[np.argmin(drawn[low])]] += 1
        left -= 1

    def gain(at: int) -> float:
        of, n, share = int(sizes[at]), int(drawn[at]), float(wrong[at])
        if n >= of:
            return -1.0
        return float(weights[at]) * (_reach(of, n, share) ** 2 - _reach(of, n + 1, share) ** 2)

    gains = [gain(at) for at in range(len(sizes))]
    for _ in range(left):
        at = int(np.argmax(gains))
        drawn[at] += 1
        gains[at] = gain(at)
    return drawn


def _reach(of: int, drawn: int, share: float) -> float:
    """From an estimated number to its upper limit, if the share is found that is thought."""
    high = exact_share(share * drawn, drawn, of)[1]
    return of * (high - share)
