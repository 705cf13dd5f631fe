"""From a case file to the door: the latest linkage, who may be counted, and the tables.

This is the last place that knows both reports and counts. What leaves it is a
`CaptureTable` a draw, and how many reports were left out and why, never which.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs

from uncounted.captures import CaptureTable
from uncounted.errors import NotLinked, UsedWrongly
from uncounted.vault.case import Case

if TYPE_CHECKING:
    from uncounted.linkage import Linkage


def summary(linkage: Linkage) -> dict[str, Any]:
    """How many people the draws say there are, and how many reports each list has."""
    import numpy as np

    people = np.array([len(np.unique(labels)) for labels in linkage.labels])
    low, high = np.quantile(people, [0.025, 0.975], method="inverted_cdf")
    return {
        "reports": len(linkage.keys),
        "pairs": linkage.pairs,
        "people": {"median": float(np.median(people)), "interval": [int(low), int(high)]},
        "draws": len(people),
        "lists": dict(sorted(Counter(source for source, _ in linkage.keys).items())),
    }


@attrs.frozen
class Linked:
    """The latest linkage, and the reports that may be counted: `may[i]` belongs to column i."""

    linkage: Linkage
    may: Sequence[bool]
    left_out: Mapping[str, int]


def linked(case: Case, on: dt.date) -> Linked:
    """The latest linkage, checked against the reports as they are now.

    Raises:
        NotLinked: there is none, or reports have come, changed or gone since.
    """
    from uncounted.linkage import Linkage

    stored = case.latest("linkage")
    if stored is None:
        raise NotLinked("the reports have not been linked", hint="run uncounted link first")
    result = Linkage.from_bytes(stored.payload) if stored.payload else None
    now = {(report.source, report.id) for report in case.reports("link", on).reports}
    if result is None or stored.entry.seq < case.last_change or set(result.keys) != now:
        raise NotLinked(
            "reports, or what may be done with them, have changed since they were linked",
            hint="run uncounted link again",
        )
    countable = case.reports(("link", "statistics"), on)
    may = {(report.source, report.id) for report in countable.reports}
    return Linked(result, [key in may for key in result.keys], countable.left_out)


@attrs.frozen
class Counted:
    """What passes the door: a table of counts a draw, and one of the stated point partition."""

    tables: Sequence[CaptureTable]
    point: CaptureTable
    reports: Mapping[str, int]  # reports that were counted, by list
    left_out: Mapping[str, int]


def count(linked: Linked, lists: Sequence[str] | None = None) -> Counted:
    """Turn draws of who is who into tables of counts; after this nobody has a name.

    Raises:
        UsedWrongly: there is no such list.
    """
    import numpy as np

    from uncounted import linkage

    present = sorted({source for source, _ in linked.linkage.keys})
    names = tuple(lists or present)
    if missing := [name for name in names if name not in present]:
        raise UsedWrongly(
            f"there is no list called {missing[0]!r}", hint=f"the lists are {', '.join(present)}"
        )
    counted = np.array(
        [
            may and source in names
            for (source, _), may in zip(linked.linkage.keys, linked.may, strict=True)
        ],
        dtype=bool,
    )
    sources = [key[0] for key, yes in zip(linked.linkage.keys, counted, strict=True) if yes]

    def tally(labels: Any) -> CaptureTable:
        return linkage.capture_table(labels[counted], sources, names)

    return Counted(
        [tally(labels) for labels in linked.linkage.labels],
        tally(linkage.point_partition(linked.linkage)),
        {name: sources.count(name) for name in names},
        linked.left_out,
    )
