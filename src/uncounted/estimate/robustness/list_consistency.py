"""Internal consistency on lists of known size (Binette and Steorts 2022).

Binette and Steorts (2022) JRSS A 185:640. The people on one list are all known. Of
these the other lists have seen some, so a method can say from the other lists how
many they are, and here, for once, the truth can be looked up. A method that fails on
the lists may fail on the whole; one that does not may fail there all the same, since
people on no list may be unlike those on one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from uncounted.captures import CaptureTable
from uncounted.estimate.base.checks import disconnected_groups
from uncounted.estimate.base.result import Estimate
from uncounted.estimate.base.rounding import round_to_interval
from uncounted.estimate.base.rows import KnownListRow
from uncounted.estimate.base.warning import EstimateWarning
from uncounted.estimate.robustness.leave_one_out import MOST_LISTS, Fit
from uncounted.estimate.simple.independence import independence

type Method = Callable[..., Estimate]

# On two lists a log-linear model can be nothing but independence, so that is what is used there.
TWO_LISTS: Mapping[str, Method] = {
    "log-linear": independence,
    "log-linear-stepwise": independence,
}


def within(table: CaptureTable, name: str) -> CaptureTable:
    """The people of one list by which of the others they are on; those on no other are dropped."""
    at = table.lists.index(name)
    counts = {
        pattern[:at] + pattern[at + 1 :]: count
        for pattern, count in table.counts.items()
        if pattern[at] == "1" and pattern.count("1") > 1
    }
    return CaptureTable(table.lists[:at] + table.lists[at + 1 :], counts, table.stratum)


def joined(table: CaptureTable) -> CaptureTable:
    """The lists that share people with one another; of several such groups the largest.

    A list that shares no person with the others has no information on how many they missed,
    and one such list would refuse the whole.
    """
    groups = [table.select(sorted(g, key=table.lists.index)) for g in disconnected_groups(table)]
    largest = max(groups, key=lambda group: (len(group.lists) > 1, group.observed))
    return largest if len(largest.lists) > 1 else table


def consistency(
    table: CaptureTable, fit: Fit, *, two_lists: Fit | None = None
) -> tuple[KnownListRow, ...]:
    """Estimate the size of each list from the other lists.

    Lists that share no person with the others among these people are left out (`without`). There
    are no rows but for 3 to 9 lists, so that 2 to 8 remain. Where two remain, `two_lists` takes
    the place of the method.
    """
    if not 3 <= len(table.lists) <= MOST_LISTS + 1:
        return ()
    rows = []
    for name, truth in table.list_totals.items():
        rest = joined(within(table, name))
        estimate = two_lists(rest) if two_lists and len(rest.lists) == 2 else fit(rest)
        interval = estimate.interval
        covered = None if interval is None else interval[0] <= truth <= interval[1]
        without = tuple(other for other in table.lists if other not in (name, *rest.lists))
        shown = (rest.observed, without, estimate.method, *estimate.result)
        rows.append(KnownListRow(name, truth, *shown, covered))
    return tuple(rows)


def consistency_warnings(rows: Sequence[KnownListRow]) -> tuple[EstimateWarning, ...]:
    """Lists whose known size is outside the interval estimated from the other lists."""
    missed = [
        f"{row.name} has {row.known_size:,} people; the other lists predict "
        f"{round_to_interval(row.point, row.interval, row.observed).span}"
        for row in rows
        if row.covered is False and row.point is not None
    ]
    return tuple(EstimateWarning("list-check-failed", text) for text in missed)
