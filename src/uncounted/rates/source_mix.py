"""Whether two groups can be compared: the same sources, in the same mix?

A rate can rise because more attempts end so, or because a source that hears of such
attempts has become a larger part of the reports. Here each source is shown on its own,
each is left out in turn, and both groups are given the same mix. Rows that came in clusters count
here, too, for what they are worth, and there is no interval where that cannot be told.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import attrs
import numpy as np

from uncounted.errors import NotEstimable
from uncounted.estimate.base.result import Floats, Interval
from uncounted.rates.clusters import Counts, effective
from uncounted.rates.contrasts import jeffreys_odds, newcombe, summary
from uncounted.rates.outcomes import Outcomes, Tally
from uncounted.rates.proportions import wilson

_DRAWS = 20_000  # of each source in each group


def worth(
    table: Outcomes, group: str, source: str, level: float = 0.95, *, without: bool = False
) -> Counts | None:
    """The x and n that an interval is made from, of what one source has of a group.

    Effective ones where rows came in clusters; None without rows, or from a single cluster.

    Args:
        table: of counts.
        group: of the table.
        source: of the table.
        level: of the interval.
        without: count all but that source.

    Examples:
        >>> cells = {("", "A", k): Tally(4 * (k % 2), 4) for k in range(6)}
        >>> [round(count, 1) for count in worth(Outcomes(("",), cells), "", "A")]
        [1.6, 3.2]
    """
    tally = _left(table, group, source) if without else table.group(group, source)
    if not tally.n:
        return None
    if not table.clustered:
        return tally.x, tally.n
    try:
        counted = effective(*table.in_clusters(group, source, without=without), level).n
    except NotEstimable:
        return None
    return tally.x / tally.n * counted, counted


def _left(table: Outcomes, group: str, source: str) -> Tally:
    whole, its = table.group(group), table.group(group, source)
    return Tally(whole.x - its.x, whole.n - its.n)


def per_source(table: Outcomes, level: float = 0.95) -> tuple[dict[str, Any], ...]:
    """Every source in every group: `source`, `group`, `x`, `n`, `unknown`, `worth`, `interval`.

    `worth` is how many separate rows its rows are worth, and the interval, Wilson's, is made
    from those; both are None where there is none.
    """
    rows = []
    for source in table.sources:
        for group in table.groups:
            tally = table.group(group, source)
            counts = worth(table, group, source, level)
            rows.append(
                {
                    "source": source,
                    "group": group,
                    **attrs.asdict(tally),
                    "worth": None if counts is None else counts[1],
                    "interval": None if counts is None else wilson(*counts, level),
                }
            )
    return tuple(rows)


def leave_one_out(
    table: Outcomes, group: str, against: str, level: float = 0.95
) -> tuple[dict[str, Any], ...]:
    """The difference without each source: `source`, `difference`, `interval` (Newcombe).

    Both are None where nothing would be left of a group; the interval, from effective rows, also
    where all that is left of one comes from one cluster.
    """
    rows = []
    for source in table.sources:
        one, two = (_left(table, name, source) for name in (group, against))
        difference: float | None = None
        interval: Interval | None = None
        if one.n and two.n:
            difference = one.x / one.n - two.x / two.n
            first, second = (
                worth(table, name, source, level, without=True) for name in (group, against)
            )
            if first is not None and second is not None:
                interval = newcombe(*first, *second, level)
        rows.append({"source": source, "difference": difference, "interval": interval})
    return tuple(rows)


@attrs.frozen
class Standardised:
    """Both groups with the same mix of sources.

    Attributes:
        sources: those with known outcomes in both groups; only they can be compared.
        weights: the share of each in the mix, that of both groups' rows together.
        rates: of the group and of the one it is held against: point and interval, if any.
        difference: point, or None where no source is in both.
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


def standardise(
    table: Outcomes,
    group: str,
    against: str,
    rng: np.random.Generator,
    level: float = 0.95,
    draws: int = _DRAWS,
) -> Standardised:
    """Direct standardisation to the mix of the two groups together.

    p = sum over sources of w p_s, the points from the counts and the intervals from
    independent Jeffreys draws of every p_s, from effective rows. The weights are taken as
    known. There is no interval when one p_s rests on a single cluster, or when a cluster has
    rows from several sources, for then the p_s are not independent.

    Examples:
        >>> from uncounted.rates.outcomes import Tally
        >>> cells = {("1", "A", None): Tally(9, 10), ("1", "B", None): Tally(2, 10),
        ...          ("2", "A", None): Tally(18, 20), ("2", "B", None): Tally(16, 80)}
        >>> found = standardise(Outcomes(("1", "2"), cells), "2", "1", np.random.default_rng(1))
        >>> round(found.difference, 2), round(found.as_reported, 2)
        (0.0, -0.21)
    """
    pairs = {s: (table.group(group, s), table.group(against, s)) for s in table.sources}
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
    pieces = [[worth(table, name, s, level) for s in common] for name in (group, against)]
    reason = _no_interval(table, (group, against), found.sources, pieces)
    if reason is not None:
        return attrs.evolve(found, reason=reason)
    drawn = [_draw(rng, counts, weights, draws) for counts in pieces]
    ends = [summary(each, level)[1] for each in (*drawn, drawn[0] - drawn[1])]
    both = tuple(zip(rates, ends[:2], strict=True))
    return attrs.evolve(found, rates=both, interval=ends[2])


def _no_interval(
    table: Outcomes,
    groups: tuple[str, str],
    sources: Collection[str],
    pieces: Sequence[Sequence[Counts | None]],
) -> str | None:
    if any(counts is None for counts in (*pieces[0], *pieces[1])):
        return "all that one source has of a group comes from one cluster"
    if table.clustered and any(table.across_sources(group, sources) for group in groups):
        return "one cluster has rows from several sources"
    return None


def _draw(
    rng: np.random.Generator, counts: Sequence[Counts | None], weights: Floats, draws: int
) -> Floats:
    """Draws of sum over sources of w p_s."""
    cells = [jeffreys_odds(rng, *each, draws)[0] for each in counts if each is not None]
    return np.asarray(weights @ np.array(cells))
