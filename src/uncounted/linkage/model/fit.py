"""Comparison levels of the candidate pairs, and m- and u-probabilities fitted to all pairs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import attrs
import numpy as np
from numpy.typing import NDArray

from uncounted import _processes, _threads
from uncounted.linkage.arrays import Codes, Floats, Ints
from uncounted.linkage.blocking import pair_sampling
from uncounted.linkage.blocking.pair_sampling import SampledPairs
from uncounted.linkage.comparison import levels as compare
from uncounted.linkage.encoding.encode import Encoded
from uncounted.linkage.model import em
from uncounted.linkage.model import fellegi_sunter as model
from uncounted.progress import Progress

_CHUNK = 2_000_000
_TASK = 250_000  # pairs of a task of a cluster, where there are as many as a chunk


def fit_pairs(
    encoded: Encoded,
    left: Ints,
    right: Ints,
    *,
    seed: int,
    progress: Progress,
    one_to_one: bool = False,
) -> tuple[Codes, model.MatchProbabilities, Floats]:
    """Levels of the candidates, packed; rates; and the log odds of each before any partition.

    In larger files rates are learned from two strata: the candidates, and sampled pairs that stand
    for the rest (`pair_sampling`); of a million reports' pairs, one in 700,000 is a match. u is
    counted again by people, once it is known how often each is likely reported. `left` is the later
    report of each pair; pairs are in order. `one_to_one`: m and the number of matches are learned
    from pairs each of whose reports is the other's likeliest match; a report that agrees with each
    of many counts once.
    """
    count = encoded.count
    codes = _compare(encoded, left, right, progress)
    own, times = np.unique_counts(codes)
    row = _rows(own, codes)
    sampled = _others(encoded, left, right, seed)
    sampled_codes = _compare(encoded, sampled.left, sampled.right, progress)
    patterns, place = np.unique_inverse(np.concatenate([own, sampled_codes]))
    mine, theirs = place[: len(own)], place[len(own) :]

    def together(candidates: Floats | Ints, others: Floats) -> Floats:
        return np.asarray(
            np.bincount(mine, candidates, len(patterns))
            + np.bincount(theirs, others, len(patterns))
        )

    levels = compare.unpacked(patterns)
    weights = together(times, sampled.stands_for)
    stand_for = together(times, sampled.stands_for**2) / weights
    of_candidates = together(times, np.zeros(len(theirs)))
    rates = em.fit(
        levels,
        weights,
        count,
        stand_for,
        candidates=of_candidates,
        names_of_words=_names_of_words(encoded),
    )
    likely = em.match_probability(rates, levels, weights)[mine]
    linked = (likely > 0.5)[row]
    if one_to_one:
        linked &= _mutually_best(count, left, right, likely[row])
        found = np.bincount(row[linked], likely[row[linked]], len(own))
        rates = em.with_matches(rates, levels, together(found, np.zeros(len(theirs))))
    by_people = together(
        *people_weights(encoded.count, left, right, row, len(own), linked, sampled)
    )
    rates = em.reweight_by_people(rates, levels, weights, by_people, stand_for)
    return codes, rates, (rates.of(levels)[mine] - np.log(count))[row]


def _names_of_words(encoded: Encoded) -> float:
    """The share of main names that are compared by their words, of these and Korean ones.

    Of one person's reports both names mostly are.
    """
    a = encoded.arrays
    starts = a.form_starts[a.name]
    main = starts[starts < a.form_starts[a.name + 1]]
    main = main[a.general[main] | a.korean[main]]  # others have initials only
    return float(a.general[main].mean()) if len(main) else 0.0


def people_weights(
    count: int,
    left: Ints,
    right: Ints,
    row: Codes,
    rows: int,
    linked: NDArray[np.bool_],
    sampled: SampledPairs,
) -> tuple[Floats, Floats]:
    """How many pairs of people have each row of levels, and the weight of each sampled pair.

    A report likely one person's with k - 1 others is one of k, and a pair of people reported k and
    l times counts for 1 / (k l), neither counted among the other's reports. `row` is the row of
    levels of each candidate pair, of so many `rows`; `linked` says which pairs are likely matches.
    """
    endpoints = np.concatenate([left[linked], right[linked]])
    reported = 1.0 + np.bincount(endpoints, minlength=count)
    share = 1.0 / reported
    candidates, counted = np.zeros(rows), 0.0
    for here in _chunks(len(row)):
        counted += float((share[left[here]] * share[right[here]]).sum())
        itself = linked[here]
        others = (reported[left[here]] - itself) * (reported[right[here]] - itself)
        candidates += np.bincount(row[here], 1.0 / others, rows)
    by_lot = sampled.stands_for * share[sampled.left] * share[sampled.right]
    missing = float(share.sum() ** 2 - (share**2).sum()) / 2 - counted
    total = float(by_lot.sum())
    return candidates, by_lot * (max(missing, 0.0) / total if total > 0 else 0.0)


def _mutually_best(count: int, left: Ints, right: Ints, likely: Floats) -> NDArray[np.bool_]:
    """Pairs each of whose reports is the other's likeliest match, the first of equally likely."""
    order = np.argsort(-likely, kind="stable")
    best = np.full(count, len(left))
    rank = np.empty(len(left), np.int64)
    rank[order] = np.arange(len(left))
    np.minimum.at(best, left, rank)
    np.minimum.at(best, right, rank)
    return np.asarray((best[left] == rank) & (best[right] == rank))


def _others(encoded: Encoded, left: Ints, right: Ints, seed: int) -> SampledPairs:
    """Sample pairs outside these; empty if these are all."""
    count = encoded.count
    missing = count * (count - 1) // 2 - len(left)
    if not missing:
        return SampledPairs(left[:0], right[:0], np.zeros(0))
    sampled = pair_sampling.sample_pairs(
        encoded.keys,
        np.random.default_rng([seed, 3]),
        from_all=pair_sampling.ALL,
        sharing=pair_sampling.SHARING,
    )
    rest = ~_isin(sampled.left * count + sampled.right, left * count + right)
    stands_for = sampled.stands_for[rest]
    total = max(float(stands_for.sum()), 1.0)  # none, if all lots are among the candidates
    return SampledPairs(sampled.left[rest], sampled.right[rest], stands_for * (missing / total))


def _isin(some: Ints, ordered: Ints) -> NDArray[np.bool_]:
    at = np.searchsorted(ordered, some)
    return np.asarray(np.append(ordered, -1)[at] == some)


def _compare(encoded: Encoded, left: Ints, right: Ints, progress: Progress) -> Codes:
    there = _processes.cluster()
    if len(left) < _CHUNK:
        there = None
    parts = [np.zeros(0, np.int32)]
    chunks = _chunks(len(left), _CHUNK if there is None else _TASK)
    compared: Iterator[Codes]
    if there is None:
        compared = (compare.codes(encoded, left[here], right[here]) for here in chunks)
    else:
        arrays = attrs.evolve(encoded, keys={})
        pairs = ((left[here].astype(np.int32), right[here].astype(np.int32)) for here in chunks)
        compared = there.each(partial(_codes, arrays), pairs, lent=there.lend(arrays))
    for here in chunks:
        progress("comparing pairs", here.start, len(left))
        parts.append(next(compared))
    return np.concatenate(parts)


def _codes(encoded: Encoded, pairs: tuple[Codes, Codes]) -> Codes:
    """On a cluster: compare pairs."""
    left, right = (each.astype(np.int64) for each in pairs)
    return compare.codes(encoded, left, right)


def _rows(patterns: Codes, codes: Codes) -> Codes:
    out = np.empty(len(codes), np.int32)
    _threads.over(
        len(codes), lambda here: np.copyto(out[here], np.searchsorted(patterns, codes[here]))
    )
    return out


def _chunks(count: int, size: int | None = None) -> list[slice]:
    size = size or _CHUNK
    return [slice(at, at + size) for at in range(0, count, size)]
