"""What the answer hangs on: each list left out in turn, and another weight of the prior.

Both are made for one method on one table. They are no tests: an answer that does
not move may still be wrong, and one that moves tells the reader where to look.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from uncounted.captures import CaptureTable
from uncounted.errors import UsedWrongly
from uncounted.estimate.decomposable import decomposable
from uncounted.estimate.result import Estimate

MOST_LISTS = 8  # beyond it each fit takes seconds
_RESAMPLES = 200


def leave_one_out(
    table: CaptureTable,
    fit: Callable[..., Estimate],
    *,
    level: float,
    seed: int,
    settings: Mapping[str, Any],
) -> tuple[dict[str, Any], ...]:
    """The estimate without each list; people on no other list are dropped with it.

    Returns rows with `list` (the one left out), `observed`, `status`, `reason`, `point`
    and `interval`; none for two lists, or for more than eight.

    Examples:
        >>> from uncounted.estimate.chao import chao
        >>> table = CaptureTable.of("ABC", {"100": 60, "010": 49, "110": 4, "001": 247,
        ...                                 "101": 112, "011": 142, "111": 12})
        >>> rows = leave_one_out(table, chao, level=0.95, seed=1, settings={})
        >>> [(row["list"], row["observed"]) for row in rows]
        [('A', 566), ('B', 577), ('C', 379)]
    """
    if not 3 <= len(table.lists) <= MOST_LISTS:
        return ()
    rows = []
    for left_out in table.lists:
        rest = table.select(name for name in table.lists if name != left_out)
        estimate = fit(rest, level=level, seed=seed, **settings)
        rows.append({"list": left_out, "observed": rest.observed, **_said(estimate)})
    return tuple(rows)


def deltas(
    table: CaptureTable, *, level: float, seed: int, settings: Mapping[str, Any]
) -> tuple[dict[str, Any], ...]:
    """`decomposable` with a quarter of the prior count, with it, with four times it, and 1/2.

    Returns rows with `delta`, `status`, `reason`, `point` and `interval`; none for more
    than eight lists. In a sparse table the number can move many times over.
    """
    J = len(table.lists)
    if J > MOST_LISTS:
        return ()
    used = settings.get("delta") or 2.0**-J
    rows = []
    for delta in sorted({used / 4, used, used * 4, 0.5}):
        try:
            estimate = decomposable(table, level=level, seed=seed, **{**settings, "delta": delta})
        except UsedWrongly:  # so large that this prior on N leaves the posterior no end
            continue
        rows.append({"delta": delta, **_said(estimate)})
    return tuple(rows)


def _said(estimate: Estimate) -> dict[str, Any]:
    return {
        "status": estimate.status,
        "reason": estimate.reason,
        "point": estimate.point,
        "interval": estimate.interval,
    }


def lighter(method: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """A method's settings for fits that stand beside the first: fewer resamples."""
    less = {"resamples": _RESAMPLES} if method.startswith("log-linear") else {}
    return {**less, **settings}


def hangs_on(headline: Estimate, rows: tuple[dict[str, Any], ...]) -> tuple[str, ...]:
    """Say which lists the answer hangs on: without one, the intervals do not even meet.

    No number is in the sentence: it may be printed where the table may not.
    """
    if headline.interval is None:
        return ()
    low, high = headline.interval
    apart = [
        row["list"]
        for row in rows
        if row["interval"] is not None and (row["interval"][1] < low or row["interval"][0] > high)
    ]
    if not apart:
        return ()
    names = " or ".join(repr(name) for name in apart)
    return (
        f"The answer hangs on a list: without {names} the same method gives an interval that does "
        "not meet this one.",
    )
