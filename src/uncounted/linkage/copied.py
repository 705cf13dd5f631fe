"""Whether one list stands in another: a file taken in twice, or a list that copied.

Lists that know of people by themselves are what estimates rest on. Two clean and long lists
may agree in all that they say of most people, too: this tells, and changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable
from itertools import combinations
from typing import Any

from uncounted.records.names import Name, plain
from uncounted.records.report import Act, Report

FEWEST = 10  # reports alike, from which it is said
SHARE = 0.8  # of the shorter list
ENOUGH = 2  # things that a report must say besides a name: who is called alike is no copy


def copied(reports: Iterable[Report]) -> list[dict[str, Any]]:
    """Pairs of lists of which the shorter stands in the longer, most of it.

    Two reports are alike if they say the same of name, sex, birth, origin, relative,
    occupation, number and acts, however letters and dates are written. Notes are not looked at.

    Returns:
        For each pair, by name: the `shorter` and the `longer` list, how many reports are
        `alike`, and `of` how many reports of the shorter.
    """
    sizes: Counter[str] = Counter()
    who_says: dict[Hashable, Counter[str]] = {}
    for report in reports:
        sizes[report.source] += 1
        if (what := said(report)) is not None:
            who_says.setdefault(what, Counter())[report.source] += 1
    alike: Counter[tuple[str, str]] = Counter()
    for times in who_says.values():
        for one, other in combinations(sorted(times), 2):
            alike[one, other] += min(times[one], times[other])
    found = []
    for pair, count in sorted(alike.items()):
        shorter, longer = sorted(pair, key=sizes.__getitem__)
        if count >= FEWEST and count >= SHARE * sizes[shorter]:
            of = sizes[shorter]
            found.append({"shorter": shorter, "longer": longer, "alike": count, "of": of})
    return found


def said(report: Report) -> Hashable:
    """What a report says; None where that is hardly more than a name."""
    further = (
        report.birth and report.birth.edtf,
        report.origin and plain(report.origin),
        report.relative and _name(report.relative),
        report.occupation and plain(report.occupation),
        report.number and plain(report.number),
    )
    acts = tuple(_act(act) for act in report.acts)
    things = sum(map(bool, further)) + sum(bool(act.date or act.place) for act in report.acts)
    if things < ENOUGH:
        return None
    return (tuple(map(_name, report.names)), report.sex, further, acts)


def _name(name: Name) -> Hashable:
    return (name.plain, plain(name.family or ""), plain(name.given or ""))


def _act(act: Act) -> Hashable:
    date, place = act.date and act.date.edtf, act.place and plain(act.place)
    return (act.kind, date, place, act.authority, act.outcome)
