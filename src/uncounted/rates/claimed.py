"""Stated rates, "70% before and 20% after", compared with the estimated ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from uncounted.errors import UsedWrongly
from uncounted.estimate.base.rows import Interval
from uncounted.rates.estimated import EstimatedRates
from uncounted.rates.sentences import (
    MAX_GROUPS_IN_SENTENCE,
    MIN_ROWS_FOR_PERCENT,
    named,
    percentage_points,
    points_interval,
    within,
)
from uncounted.rates.tables import TextTable


@attrs.frozen
class ClaimedRate:
    """A stated rate of one group, and its difference from that of the reference group.

    Attributes:
        group: its name.
        rate: as stated.
        in_interval: whether the interval of the estimated rate holds it. Without an interval
            False if it is outside the bounds, else None.
        difference: of the stated rates; None for the reference group.
        difference_in_interval: whether the interval of the estimated difference holds that.
        difference_in_same_errors: whether that of the same errors in both groups does.
    """

    group: str
    rate: float
    in_interval: bool | None
    difference: float | None = None
    difference_in_interval: bool | None = None
    difference_in_same_errors: bool | None = None


def parse_claim(values: Sequence[str]) -> tuple[float, ...]:
    """Shares from percentages such as `70` or `20%`.

    Raises:
        UsedWrongly: one is no percentage.
    """
    try:
        found = tuple(float(value.removesuffix("%")) / 100 for value in values)
    except ValueError:
        found = (-1.0,)
    if not all(0 <= value <= 1 for value in found):
        raise UsedWrongly(
            "--claim takes rates in percent, from 0 to 100", hint="e.g. --claim 70,20"
        )
    return found


def compare_claim(rates: EstimatedRates, claim: Sequence[float]) -> tuple[ClaimedRate, ...]:
    """Stated rates of the groups in their order, the reference group first.

    Raises:
        UsedWrongly: there are more or fewer rates than groups.
    """
    if len(claim) != len(rates.rates):
        raise UsedWrongly(
            f"--claim states {len(claim)} rates, and there are {len(rates.rates)} groups",
            hint="give one rate for each group, in the order in which they are printed",
        )
    contrasts = {contrast.group: contrast for contrast in rates.contrasts}
    found = []
    for rate, stated in zip(rates.rates, claim, strict=True):
        held = _holds(rate.interval, stated)
        if held is None and not _holds(rate.bounds, stated):
            held = False
        one = ClaimedRate(rate.group, stated, held)
        if rate is not rates.rates[0]:
            contrast, difference = contrasts.get(rate.group), stated - claim[0]
            one = attrs.evolve(one, difference=difference)
            if contrast is not None:
                one = attrs.evolve(
                    one,
                    difference_in_interval=_holds(contrast.difference_interval, difference),
                    difference_in_same_errors=_holds(contrast.difference_same_errors, difference),
                )
        found.append(one)
    return tuple(found)


def claim_sentences(rates: EstimatedRates, claims: Sequence[ClaimedRate]) -> Iterator[str]:
    """Whether the estimates are compatible with what is stated; of many groups, in how many."""
    if len(claims) > MAX_GROUPS_IN_SENTENCE:
        yield f"Claim, {len(claims)} rates: {_counted(claims, [c.in_interval for c in claims])}."
        others = [claim for claim in claims if claim.difference is not None]
        held = [claim.difference_in_interval for claim in others]
        yield f"Its {len(others)} differences: {_counted(others, held)}. Each: --verbose."
        return
    clauses = [
        f"{100 * claim.rate:g}%{within(claim.group)} "
        + _is(claim.in_interval, "the interval" if rate.interval else "the bound")
        for rate, claim in zip(rates.rates, claims, strict=True)
    ]
    yield f"Claim: {', '.join(clauses)}."
    contrasts = {contrast.group: contrast for contrast in rates.contrasts}
    for claim in claims:
        contrast = contrasts.get(claim.group)
        if contrast is None or claim.difference is None:
            continue
        of_group = "" if len(claims) == 2 else within(claim.group)
        points = percentage_points(claim.difference, MIN_ROWS_FOR_PERCENT)
        text = (
            f"Its difference{of_group} of {points} points is "
            f"{_is(claim.difference_in_interval, 'the interval')}"
        )
        if contrast.difference_same_errors is not None:
            alike = claim.difference_in_same_errors == claim.difference_in_interval
            limits = points_interval(contrast.difference_same_errors, MIN_ROWS_FOR_PERCENT)
            which = _is(claim.difference_in_same_errors, limits)
            text += f" {'and' if alike else 'but'} {which} (errors by the same factor)"
        yield f"{text}."


def claims_table(rates: EstimatedRates, claims: Sequence[ClaimedRate]) -> TextTable | None:
    """Each stated rate and difference, of more groups than the sentences name; else None."""
    if len(claims) <= MAX_GROUPS_IN_SENTENCE:
        return None
    rows = []
    for claim in claims:
        cells = (named(claim.group), f"{100 * claim.rate:g}%", _word(claim.in_interval))
        if claim.difference is None:
            rows.append((*cells, "", "", ""))
            continue
        points = percentage_points(claim.difference, MIN_ROWS_FOR_PERCENT)
        held = _word(claim.difference_in_interval), _word(claim.difference_in_same_errors)
        rows.append((*cells, points, *held))
    against = f"points, against {named(rates.rates[0].group)}"
    header = ("", "stated", "interval or bound", against, "interval", "same errors")
    return TextTable("The claim against the estimates", header, tuple(rows))


def _word(held: bool | None) -> str:
    return "not tested" if held is None else "within" if held else "outside"


def _counted(claims: Sequence[ClaimedRate], held: Sequence[bool | None]) -> str:
    """`9 within the interval, 2 outside (women, men)`."""
    outside = [
        named(claim.group) for claim, each in zip(claims, held, strict=True) if each is False
    ]
    parts = [f"{sum(each is True for each in held)} within the interval"]
    names = f" ({', '.join(outside)})" if outside else ""
    parts.append(f"{len(outside)} outside the interval or bound{names}")
    if untested := sum(each is None for each in held):
        parts.append(f"{untested} cannot be tested")
    return ", ".join(parts)


def _is(held: bool | None, interval: str) -> str:
    if held is None:
        return "cannot be tested"
    return f"within {interval}" if held else f"outside {interval}"


def _holds(interval: Interval | None, value: float) -> bool | None:
    return None if interval is None else interval[0] <= value <= interval[1]
