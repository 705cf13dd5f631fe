"""Importance-sampled non-matches: random pairs that stand for all pairs of a large file.

They show how often different people agree by chance. Agreement in rare values matters most: a
birthday is shared by four pairs in a million, so a million random pairs show it four times. Hence
some pairs are sampled among those that share a key, and each is weighted by its probability of
being sampled (the balance heuristic of E. Veach and L. Guibas, "Optimally combining sampling
techniques for Monte Carlo rendering", SIGGRAPH 1995): totals over all pairs stay unbiased.
"""

from __future__ import annotations

from collections.abc import Mapping

import attrs
import numpy as np

from uncounted import _threads
from uncounted.linkage.arrays import Floats, Ints
from uncounted.linkage.blocking import rules as blocking
from uncounted.linkage.encoding.encode import NO_KEY

ALL, SHARING = 1_000_000, 100_000  # pairs drawn among all, and among those that share a key
# What lots are drawn among: pairs that share all keys of one.
SHARED = (
    ("birth_day",),
    ("birth_year",),
    ("family",),
    ("given",),
    ("given", "family"),
    ("origin",),
    ("event_place",),
    ("event_month",),
    ("event_month", "event_place"),
    ("number",),
)


@attrs.frozen(eq=False)
class SampledPairs:
    """Sampled pairs, left > right, and the weight of each."""

    left: Ints
    right: Ints
    stands_for: Floats


@attrs.frozen(eq=False)
class Blocks:
    """Reports by a key that they share: which block each is in (-1: none), and all blocks."""

    block: Ints
    members: Ints  # by block
    starts: Ints
    pairs: Ints  # of each block


def sample_pairs(
    keys: Mapping[str, Ints], rng: np.random.Generator, *, from_all: int, sharing: int
) -> SampledPairs:
    """Draw pairs, with replacement: so many from all, and of those that share each of `SHARED`."""
    count = len(next(iter(keys.values())))
    one = rng.integers(0, count, from_all)
    two = (one + rng.integers(1, count, from_all)) % count
    parts = [(one, two)]
    numbers = [np.zeros(count, np.int64)]  # of blocks; all are one
    chance = [from_all / (count * (count - 1) / 2)]  # of a pair that shares the key
    used = [shared for shared in SHARED if all(key in keys for key in shared)]
    found = _threads.over(
        len(used), lambda here: blocks_of([keys[key] for key in used[here.start]]), size=1
    )
    for blocks in found:
        if len(blocks.pairs):
            parts.append(sample_within(blocks, rng, sharing))
            numbers.append(blocks.block)
            chance.append(sharing / int(blocks.pairs.sum()))
    left, right = (np.concatenate(each) for each in zip(*parts, strict=True))
    times = np.zeros(len(left))  # that this pair is drawn, on average
    for block, each in zip(numbers, chance, strict=True):
        times += each * ((block[left] == block[right]) & (block[left] >= 0))
    return SampledPairs(np.maximum(left, right), np.minimum(left, right), 1.0 / times)


def blocks_of(values: list[Ints]) -> Blocks:
    """Blocks of at least two reports that say all of these keys, and say the same."""
    count = len(values[0])
    recorded = np.flatnonzero(np.logical_and.reduce([each != NO_KEY for each in values]))
    joint = blocking.joined([np.unique_inverse(each[recorded])[1] for each in values])
    sizes = np.bincount(joint)
    alone = sizes < 2
    number = np.where(alone, -1, np.cumsum(~alone) - 1)
    block = np.full(count, -1, np.int64)
    block[recorded] = number[joint]
    members = recorded[np.argsort(joint, kind="stable")]
    members = members[block[members] >= 0]
    sizes = sizes[~alone]
    return Blocks(block, members, np.cumsum(sizes) - sizes, sizes * (sizes - 1) // 2)


def sample_within(blocks: Blocks, rng: np.random.Generator, wanted: int) -> tuple[Ints, Ints]:
    """Pairs of reports of one block, with replacement: each pair of all blocks is as likely."""
    upto = np.cumsum(blocks.pairs)
    at = np.searchsorted(upto, rng.integers(0, upto[-1], wanted), side="right")
    size = np.diff(np.append(blocks.starts, len(blocks.members)))[at]
    one = rng.integers(0, size)
    two = (one + rng.integers(1, size)) % size
    return blocks.members[blocks.starts[at] + one], blocks.members[blocks.starts[at] + two]
