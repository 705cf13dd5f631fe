"""A stated population size compared with every estimate; its tipping points in xi.

"More than 10,000" is what people say, and no table can bear it out alone: it rests on
an assumption that cannot be tested. What can be said is how wrong that assumption may
be, by a factor xi, before the estimate, or its interval, no longer carries the claim.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, Literal

from uncounted.estimate.base.claim import Claim
from uncounted.estimate.base.result import Estimate
from uncounted.estimate.base.rows import ClaimComparison, Standing, Stands

type End = Literal["point", "low", "high"]


def tipping(estimate: Estimate, observed: int, claim: float, *, end: End = "point") -> float | None:
    """The xi at which the estimate, or a limit of its interval, equals a claimed N.

    "N is above `claim`" holds at the point for every xi below it; with `end="low"` the
    whole interval is above for every xi below it, with `end="high"` none of it is for any
    xi above it. None: no xi does it, since the claim is not above what was observed, or
    there is no estimate, or n0 is 0, or no limit. In words: `standing`.

    Parameters
    ----------
    estimate : Estimate
        With point and interval.
    observed : int
        People on at least one list.
    claim : float
        A stated population size.
    end : End, default 'point'
        Which number comes to the claim: `point`, `low` or `high`.

    Returns
    -------
    float | None
        The tipping point in xi.

    Examples
    --------
    >>> from uncounted.captures import CaptureTable
    >>> from uncounted.estimate.base.xi import saturated
    >>> table = CaptureTable.of("AB", {"10": 40, "01": 20, "11": 10})
    >>> round(tipping(saturated(table), 70, 110), 6)
    2.0
    >>> round(tipping(saturated(table), 70, 110, end="low"), 2)
    0.89
    """
    if estimate.point is None or estimate.interval is None or claim <= observed:
        return None
    low, high = estimate.interval
    N = {"point": estimate.point, "low": low, "high": high}[end]
    if not observed < N < math.inf:
        return None
    return (N - observed) / (claim - observed)


def standing(estimate: Estimate, observed: int, claim: Claim, least: int | None = None) -> Standing:
    """How a claim stands with an estimate of a study, or with its refusal.

    `least` is how few may be recorded, where the linkage leaves it open; unless given, `observed`.
    """
    method, more = estimate.method, claim.side == "more than"
    sure = observed if least is None else min(observed, least)
    if claim.number < sure or (claim.number == sure and not more):
        return _by_the_record(method, sure, claim)
    if estimate.point is None or estimate.interval is None:
        words = f"gives no number, and so says nothing about {claim.words}: {estimate.reason}"
        return Standing(method, "refused", words, reason=estimate.reason)
    if claim.number < observed:
        words = (
            f"{claim.words} depends on the linkage: at least {sure:,} people are on record, and"
            f" {observed:,} on average."
        )
        return Standing(method, _stands(estimate, claim), words)
    xi, low, high = (
        tipping(estimate, observed, claim.number, end="point"),
        tipping(estimate, sure, claim.number, end="low"),  # of those draws that have fewest
        tipping(estimate, observed, claim.number, end="high"),
    )
    inner, outer = (low, high) if more else (high, low)
    stands = _stands(estimate, claim)
    if claim.number == observed:
        words = f"{claim.words} holds at any xi as soon as one person was missed."
        return Standing(method, stands, words)
    if estimate.bound:
        return Standing(method, stands, _of_a_bound(claim, stands, xi, inner), xi, inner, outer)
    return Standing(method, stands, _words(estimate, claim, stands, xi, inner), xi, inner, outer)


def _by_the_record(method: str, observed: int, claim: Claim) -> Standing:
    if claim.side == "more than":
        words = f"{claim.words} needs no estimate: {observed:,} people are on record."
        return Standing(method, "on record", words)
    words = f"{claim.words} is contradicted by the records: {observed:,} people are on them."
    return Standing(method, "against the record", words)


def _stands(estimate: Estimate, claim: Claim) -> Stands:
    """At the method's own assumption."""
    assert estimate.point is not None
    assert estimate.interval is not None
    low, high = estimate.interval
    point, N = estimate.point, claim.number
    if claim.side == "fewer than":
        low, high, point, N = -high, -low, -point, -N
        bound: Stands = "contradicted" if point <= N else "silent"
    else:
        bound = "point" if point > N else "silent"
    if estimate.bound:
        whole = claim.side == "more than" and low > N
        ruled_out = claim.side == "fewer than" and high <= N
        return "interval" if whole else "ruled out" if ruled_out else bound
    if low > N:
        return "interval"
    if point > N:
        return "point"
    return "contradicted" if high > N else "ruled out"


def _of_a_bound(claim: Claim, stands: Stands, xi: float | None, inner: float | None) -> str:
    if stands == "silent" and claim.side == "more than":
        return f"{claim.words}: a lower bound that does not reach it says nothing against it."
    if stands == "silent":
        return f"{claim.words}: no lower bound can bear that out."
    if claim.side == "more than":
        assert xi is not None
        head = f"{claim.words} holds even by the lower bound, for xi below {down(xi)}"
        if inner is None:
            return f"{head}; with its whole interval at no xi."
        return f"{head}; with its whole interval, for xi below {down(inner)}."
    return f"{claim.words} is contradicted by the lower bound, if its assumption holds."


def _words(
    estimate: Estimate, claim: Claim, stands: Stands, xi: float | None, inner: float | None
) -> str:
    """The sentence for an estimate that is no bound and a claim above what is on record."""
    more = claim.side == "more than"
    side, rounded = ("below", down) if more else ("above", up)
    level = f"{estimate.level * 100:g}% interval"
    if xi is None:  # no one undocumented
        other = "at no xi" if more else "at any xi"
        return f"{claim.words} holds {other}: the method finds no undocumented people."
    if stands in ("interval", "point"):
        head = f"{claim.words} holds for xi {side} {rounded(xi)}"
    else:
        against = "" if stands == "contradicted" else f", as is its whole {level}"
        head = (
            f"{claim.words} is not what the method gives: its number is on the other side"
            f"{against}; it would hold for xi {side} {rounded(xi)}"
        )
    if inner is None:
        return f"{head}; with the whole {level} at no xi."
    return f"{head}; with the whole {level}, for xi {side} {rounded(inner)}."


def down(xi: float) -> str:
    """An xi below which a claim holds, in two or three digits and never more than it is."""
    return _two_digits(xi, math.floor)


def up(xi: float) -> str:
    """An xi above which a claim holds, never less than it is."""
    return _two_digits(xi, math.ceil)


def _two_digits(xi: float, to: Any) -> str:
    """Two significant digits (three from 1 to 2), to the side on which the claim still holds."""
    digits = 3 if 1 <= xi < 2 else 2
    unit = 10.0 ** (math.floor(math.log10(xi)) + 1 - digits)
    # What differs from a round number in the tenth digit only is that number.
    return f"{to(round(xi / unit, 8)) * unit:.{digits}g}"


def compare_claim(
    estimates: Iterable[Estimate], observed: int, claim: Claim, least: int | None = None
) -> ClaimComparison:
    """How a claim stands with each estimate."""
    rows = tuple(standing(estimate, observed, claim, least) for estimate in estimates)
    return ClaimComparison(claim.side, claim.number, rows)
