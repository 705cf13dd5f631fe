"""Comparability of groups by source: each source, leave-one-out, direct standardisation.

A rate can rise because a source that hears of such attempts has become a larger part of the
reports. Clustered rows count by their effective sample size.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import attrs
import numpy as np

from uncounted.errors import NotEstimable
from uncounted.estimate.base.result import Floats
from uncounted.estimate.base.rows import Interval
from uncounted.rates.clusters import Counts, effective_sample_size
from uncounted.rates.contrasts import jeffreys_odds, newcombe, summary
from uncounted.rates.outcomes import OutcomeTable, Tally
from uncounted.rates.proportions import wilson

_DRAWS = 20_000  # of each source in each group


@attrs.frozen
class SourceRate:
    """What one source has of one group."""

    source: str
    group: str
    x: int
    n: int
    unknown: int
    worth: float | None
    interval: Interval | None


@attrs.frozen
class WithoutSource:
    """A difference of two groups without one source; None where nothing is left of a group."""

    source: str
    difference: float | None
    interval: Interval | None


def effective_counts(
    table: OutcomeTable, group: str, source: str, level: float = 0.95, *, without: bool = False
) -> Counts | None:
    """The x and n that an interval is made from, of what one source has of a group.

    Effective ones where rows came in clusters; None without rows, or from a single cluster.
    With `without`, of all but that source.

    Examples:
        >>> cells = {("", "A", k): Tally(4 * (k % 2), 4) for k in range(6)}
        >>> [round(count, 1) for count in effective_counts(OutcomeTable(("",), cells), "", "A")]
        [1.6, 3.2]
    """
    tally = _left(table, group, source) if without else table.group(group, source)
    if not tally.n:
        return None
    if not table.clustered:
        return tally.x, tally.n
    try:
        counted = effective_sample_size(*table.in_clusters(group, source, without=without), level).n
    except NotEstimable:
        return None
    return tally.x / tally.n * counted, counted


def _left(table: OutcomeTable, group: str, source: str) -> Tally:
    whole, its = table.group(group), table.group(group, source)
    return Tally(whole.x - its.x, whole.n - its.n)


def rates_by_source(table: OutcomeTable, level: float = 0.95) -> tuple[SourceRate, ...]:
    """Every source in every group, with Wilson's interval from effective rows."""
    rows = []
    for source in table.sources:
        for group in table.groups:
            tally = table.group(group, source)
            counts = effective_counts(table, group, source, level)
            worth = None if counts is None else counts[1]
            interval = None if counts is None else wilson(*counts, level)
            rows.append(SourceRate(source, group, tally.x, tally.n, tally.unknown, worth, interval))
    return tuple(rows)


def leave_one_source_out(
    table: OutcomeTable, group: str, reference: str, level: float = 0.95
) -> tuple[WithoutSource, ...]:
    """The difference without each source, with Newcombe's interval.

    Both are None where nothing would be left of a group; the interval, from effective rows, also
    where all that is left of one comes from one cluster.
    """
    rows = []
    for source in table.sources:
        one, two = (_left(table, name, source) for name in (group, reference))
        difference: float | None = None
        interval: Interval | None = None
        if one.n and two.n:
            difference = one.x / one.n - two.x / two.n
            first, second = (
                effective_counts(table, name, source, level, without=True)
                for name in (group, reference)
            )
            if first is not None and second is not None:
                interval = newcombe(*first, *second, level)
        rows.append(WithoutSource(source, difference, interval))
    return tuple(rows)


@attrs.frozen
class Standardised:
    """Both groups with the same mix of sources.

    Attributes:
        sources: those with known outcomes in both groups; only they can be compared.
        weights: the share of each in the mix, that of both groups' rows together.
        rates: of the group and of the one it is held against: point and interval, if any.
        difference: None where no source is in both.
        interval: of the difference.
        as_reported: the difference over the same sources in their own mixes.
        left_out: rows of sources that are in one group only.
        reason: why there is no interval; None when there is one, or nothing to give one of.
    """

    sources: tuple[str, ...]
    weights: tuple[float, ...] = ()
    rates: tuple[tuple[float, Interval | None], ...] = ()
    difference: float | None = None
    interval: Interval | None = None
    as_reported: float | None = None
    left_out: int = 0
    reason: str | None = None


def direct_standardisation(
    table: OutcomeTable,
    group: str,
    reference: str,
    rng: np.random.Generator,
    level: float = 0.95,
) -> Standardised:
    """Direct standardisation of two groups to their common mix of sources.

    p = sum over sources of w p_s, the points from the counts and the intervals from independent
    Jeffreys draws of every p_s, from effective rows. The weights are taken as known. There is no
    interval when one p_s rests on a single cluster, or when a cluster has rows from several
    sources, for then the p_s are not independent.

    Examples:
        >>> from uncounted.rates.outcomes import Tally
        >>> cells = {("1", "A", None): Tally(9, 10), ("1", "B", None): Tally(2, 10),
        ...          ("2", "A", None): Tally(18, 20), ("2", "B", None): Tally(16, 80)}
        >>> table, rng = OutcomeTable(("1", "2"), cells), np.random.default_rng(1)
        >>> found = direct_standardisation(table, "2", "1", rng)
        >>> round(found.difference, 2), round(found.as_reported, 2)
        (0.0, -0.21)
    """
    pairs = {s: (table.group(group, s), table.group(reference, s)) for s in table.sources}
    common = {s: pair for s, pair in pairs.items() if pair[0].n and pair[1].n}
    rows = sum(one.n + two.n for one, two in pairs.values())
    kept = sum(one.n + two.n for one, two in common.values())
    if not common:
        return Standardised((), left_out=rows)
    weights = np.array([one.n + two.n for one, two in common.values()]) / kept
    rates, plain = [], []
    for i in (0, 1):
        tallies = [pair[i] for pair in common.values()]
        rates.append(float(weights @ [tally.x / tally.n for tally in tallies]))
        plain.append(sum(tally.x for tally in tallies) / sum(tally.n for tally in tallies))
    found = Standardised(
        sources=tuple(common),
        weights=tuple(float(w) for w in weights),
        rates=tuple((rate, None) for rate in rates),
        difference=rates[0] - rates[1],
        as_reported=plain[0] - plain[1],
        left_out=rows - kept,
    )
    pieces = [
        [effective_counts(table, name, s, level) for s in common] for name in (group, reference)
    ]
    reason = _no_interval(table, (group, reference), found.sources, pieces)
    if reason is not None:
        return attrs.evolve(found, reason=reason)
    drawn = [_draw(rng, counts, weights) for counts in pieces]
    limits = [summary(each, level).interval for each in (*drawn, drawn[0] - drawn[1])]
    both = tuple(zip(rates, limits[:2], strict=True))
    return attrs.evolve(found, rates=both, interval=limits[2])


def _no_interval(
    table: OutcomeTable,
    groups: tuple[str, str],
    sources: Collection[str],
    pieces: Sequence[Sequence[Counts | None]],
) -> str | None:
    if any(counts is None for counts in (*pieces[0], *pieces[1])):
        return "all that one source has of a group comes from one cluster"
    if table.clustered and any(table.across_sources(group, sources) for group in groups):
        return "one cluster has rows from several sources"
    return None


def _draw(rng: np.random.Generator, counts: Sequence[Counts | None], weights: Floats) -> Floats:
    """Draws of sum over sources of w p_s."""
    cells = [jeffreys_odds(rng, *each, _DRAWS)[0] for each in counts if each is not None]
    return np.asarray(weights @ np.array(cells))
