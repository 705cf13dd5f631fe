"""Who is who: from reports to draws of which of them are one person.

The road: 1. reports to numbers; 2. candidate pairs (Splink) and, in small files, all
pairs; 3. components; 4. chains over partitions; 5. checks that may refuse.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from uncounted.errors import NotLinkable, UsedWrongly
from uncounted.linkage import chains, compare, components, model
from uncounted.linkage.draws import Linkage
from uncounted.linkage.encode import Encoded, encode
from uncounted.progress import Progress, silent
from uncounted.records.report import Report

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
ALL_PAIRS = 3000  # reports up to which every pair is compared
RANDOM_PAIRS = 3_000_000  # pairs from which u is learned in larger files
MOST_LISTS = 60
MOST_LINKS_UNJUDGED = 25  # links up to which what was learned says little
_CHUNK = 500_000


def link(
    reports: Sequence[Report],
    *,
    draws: int = 200,
    seed: int = 1,
    progress: Progress = silent,
) -> Linkage:
    """Draw partitions of reports into people.

    Names, birth, sex, origin and events are compared as levels (`compare`); what each
    level is worth, how often a list repeats somebody, and who is with whom are sampled
    together (`chains`, `kernel`).

    Args:
        reports: each with its source and id; no two alike.
        draws: how many partitions.
        seed: the same reports in the same order, draws and seed give the same labels.
        progress: told as it goes.

    Raises:
        UsedWrongly: no draws asked for, two reports with one source and id, or more than
            60 sources.
        NotLinkable: what happened outweighs names in what was learned.
        NotConverged: the chains disagree.

    Examples:
        >>> from uncounted.records.names import Name
        >>> from uncounted.records.dates import parse
        >>> born = parse("1971-03-04"), parse("1994-10-30")
        >>> names = ("김철수", "Ri Yong Hui"), ("Kim Chol Su", "리영희")
        >>> rows = [
        ...     Report(source, str(at), (Name(name),), birth=born[at])
        ...     for source, pair in zip("AB", names, strict=True)
        ...     for at, name in enumerate(pair)
        ... ]
        >>> labels = link(rows, draws=20).labels
        >>> bool((labels[:, 0] != labels[:, 1]).all())
        True
    """
    began = time.perf_counter()
    keys = _keys(reports, draws)
    if len(reports) < 2:
        labels = np.zeros((draws, len(reports)), np.int32)
        return Linkage(keys, labels, 0, {}, {}, seed, time.perf_counter() - began)
    progress("reading names", 0, None)
    encoded = encode(reports)
    lists = int(encoded.source.max()) + 1
    left, right, blocking = _candidates(encoded, seed, progress)
    levels, rates = _all_levels(encoded, left, right, seed, progress)
    log_odds = rates.of(levels) - np.log(encoded.count)
    built = components.build(encoded, left, right, log_odds)
    sampled = chains.sample(built, rates, lists, draws=draws, seed=seed, progress=progress)
    labels = _labels(sampled.slots, built.rooms.members)
    facts = {
        **sampled.facts,
        **built.facts,
        "splink": blocking,
        **_told(sampled, built, labels),
    }
    settings = {
        "prior": "overlap table of the lists (Aleshin-Guendel and Sadinle 2023)",
        "floor": components.FLOOR,
        "all_pairs_compared": encoded.count <= ALL_PAIRS,
        "warm_up": chains.WARM_UP,
    }
    return Linkage(keys, labels, len(left), facts, settings, seed, time.perf_counter() - began)


def _keys(reports: Sequence[Report], draws: int) -> tuple[tuple[str, str], ...]:
    if draws < 1:
        raise UsedWrongly(f"{draws} draws were asked for", hint="ask for 200 or so")
    keys = tuple((report.source, report.id) for report in reports)
    if len(set(keys)) != len(keys):
        raise UsedWrongly("two reports have the same source and id")
    if len({source for source, _ in keys}) > MOST_LISTS:
        raise UsedWrongly(f"reports come from more than {MOST_LISTS} sources")
    return keys


def _candidates(
    encoded: Encoded, seed: int, progress: Progress
) -> tuple[Ints, Ints, dict[str, Any]]:
    """Pairs worth comparing: all of a small file's, else those that Splink's rules find."""
    from uncounted.linkage import splink_model

    progress("finding candidate pairs", 0, None)
    found = splink_model.candidates(encoded, seed=seed)
    if encoded.count > ALL_PAIRS:
        return found.left, found.right, found.facts
    left, right = np.triu_indices(encoded.count, 1)
    return left.astype(np.int64), right.astype(np.int64), found.facts


def _all_levels(
    encoded: Encoded, left: Ints, right: Ints, seed: int, progress: Progress
) -> tuple[compare.Levels, model.Rates]:
    """Levels of the candidates; rates learned from all pairs, or from random ones."""
    levels = _compare(encoded, left, right, progress)
    everything, scale = levels, 1.0
    if encoded.count > ALL_PAIRS:
        rng = np.random.default_rng([seed, 3])
        one = rng.integers(0, encoded.count, RANDOM_PAIRS)
        two = (one + rng.integers(1, encoded.count, RANDOM_PAIRS)) % encoded.count
        everything = _compare(encoded, one, two, progress)
        scale = encoded.count * (encoded.count - 1) / 2 / RANDOM_PAIRS
    patterns, which = components.distinct(everything)
    times = np.asarray(np.bincount(which, minlength=len(patterns)) * scale, np.float64)
    return levels, model.learn(patterns, times, encoded.count)


def _compare(encoded: Encoded, left: Ints, right: Ints, progress: Progress) -> compare.Levels:
    parts = [np.zeros((0, len(compare.FIELDS)), np.uint8)]
    for at in range(0, len(left), _CHUNK):
        progress("comparing pairs", at, len(left))
        here = slice(at, at + _CHUNK)
        parts.append(compare.levels(encoded, left[here], right[here]))
    return np.concatenate(parts)


def _labels(slots: Ints, members: Ints) -> NDArray[np.int32]:
    """Number people by the first of their reports, so that equal partitions look equal."""
    out = np.empty(slots.shape, np.int32)
    for row, slot in zip(out, slots, strict=True):
        by_report = np.empty(len(members), np.int64)
        by_report[members] = slot
        _, first, inverse = np.unique(by_report, return_index=True, return_inverse=True)
        row[:] = np.argsort(np.argsort(first))[inverse]
    return out


def _told(
    sampled: chains.Sampled, built: components.Components, labels: NDArray[np.int32]
) -> dict[str, Any]:
    """What the fit says of each field; refuses one that rests on events and not on names."""
    rates, patterns = sampled.rates, built.patterns
    tables = rates.weights()
    worth = {}
    for field, name in enumerate(compare.FIELDS):
        said = patterns[:, field] > 0
        shown = sampled.compared[said, field]
        value = float((tables[field][patterns[said, field]] * shown).sum())
        worth[name] = round(value / float(shown.sum()), 3) if shown.sum() else 0.0
    people = labels.max(axis=1) + 1
    links = float(labels.shape[1] - people.mean())
    if links > MOST_LINKS_UNJUDGED and worth["event"] > worth["name"]:
        raise NotLinkable(
            "what happened when and where outweighs names in what was learned",
            hint="people of one event would be taken for one person: "
            "leave date and place out, or bring fuller names",
        )
    return {
        "evidence_by_field": worth,
        "companions": round(rates.phi, 7),
        "name_agrees": round(float(rates.m[0][: compare.NAME_AGREES].sum()), 4),
        "people_median": float(np.median(people)),
        "people_interval": [float(x) for x in np.quantile(people, [0.025, 0.975])],
    }
