"""Whether two groups can be compared: the same sources, in the same mix?

A rate can rise because more attempts end so, or because a source that hears of such
attempts has become a larger part of the reports. Here each source is shown on its own,
each is left out in turn, and both groups are given the same mix.
"""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from uncounted.estimate.rates.contrasts import jeffreys_odds, newcombe, summary
from uncounted.estimate.rates.outcomes import Outcomes, Tally
from uncounted.estimate.rates.proportions import wilson
from uncounted.estimate.result import Interval

_DRAWS = 20_000  # of each source in each group


def per_source(table: Outcomes, level: float = 0.95) -> tuple[dict[str, Any], ...]:
    """Every source in every group: `source`, `group`, `x`, `n`, `unknown`, `interval` (Wilson)."""
    rows = []
    for source in table.sources:
        for group in table.groups:
            tally = table.group(group, source)
            rows.append(
                {
                    "source": source,
                    "group": group,
                    **attrs.asdict(tally),
                    "interval": wilson(tally.x, tally.n, level) if tally.n else None,
                }
            )
    return tuple(rows)


def leave_one_out(
    table: Outcomes, group: str, against: str, level: float = 0.95
) -> tuple[dict[str, Any], ...]:
    """The difference without each source: `source`, `difference`, `interval` (Newcombe).

    Both are None where nothing would be left of a group.
    """
    rows = []
    whole = table.group(group), table.group(against)
    for source in table.sources:
        one, two = (
            Tally(all_.x - its.x, all_.n - its.n)
            for all_, its in zip(
                whole, (table.group(group, source), table.group(against, source)), strict=True
            )
        )
        difference: float | None = None
        interval: Interval | None = None
        if one.n and two.n:
            difference = one.x / one.n - two.x / two.n
            interval = newcombe(one.x, one.n, two.x, two.n, level)
        rows.append({"source": source, "difference": difference, "interval": interval})
    return tuple(rows)


@attrs.frozen
class Standardised:
    """Both groups with the same mix of sources.

    Attributes:
        sources: those with known outcomes in both groups; only they can be compared.
        weights: the share of each in the mix, that of both groups' rows together.
        rates: of the group and of the one it is held against: point and interval.
        difference: point, or None where no source is in both.
        interval: of the difference.
        as_reported: the difference over the same sources in their own mixes.
        left_out: rows of sources that are in one group only.
    """

    sources: tuple[str, ...]
    weights: tuple[float, ...] = ()
    rates: tuple[tuple[float, Interval], ...] = ()
    difference: float | None = None
    interval: Interval | None = None
    as_reported: float | None = None
    left_out: int = 0


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
    independent Jeffreys draws of every p_s. The weights are taken as known.

    Examples:
        >>> from uncounted.estimate.rates.outcomes import Tally
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
    rates, drawn, plain = [], [], []
    for i in (0, 1):
        tallies = [pair[i] for pair in common.values()]
        shares = np.array([tally.x / tally.n for tally in tallies])
        cells = np.array([jeffreys_odds(rng, tally.x, tally.n, draws)[0] for tally in tallies])
        drawn.append(weights @ cells)
        rates.append((float(weights @ shares), summary(drawn[-1], level)[1]))
        plain.append(sum(tally.x for tally in tallies) / sum(tally.n for tally in tallies))
    return Standardised(
        sources=tuple(common),
        weights=tuple(float(w) for w in weights),
        rates=tuple(rates),
        difference=rates[0][0] - rates[1][0],
        interval=summary(drawn[0] - drawn[1], level)[1],
        as_reported=plain[0] - plain[1],
        left_out=rows - kept,
    )
