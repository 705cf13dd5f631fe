"""Whether lists have rows of one another: a file taken in twice, or a list that copied.

Lists that know of people by themselves are what estimates rest on, and their reports what errors
are learned from. Two clean and long lists may agree in all that they say of most people, too; but
then they nearly agree of others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Hashable, Iterable, Sequence
from itertools import combinations
from typing import Any

from uncounted.records.names import Name, plain
from uncounted.records.report import Act, Report

FEWEST = 10  # reports alike, from which it is said
SHARE = 0.8  # of the shorter list
MOST_NEARLY = 0.1  # pairs that nearly agree, for each that agrees, of lists that copied
ENOUGH = 2  # things that a report must say besides a name: who is called alike is no copy


def copied(reports: Iterable[Report]) -> list[dict[str, Any]]:
    """Pairs of lists that have rows of one another, or of which the shorter stands in the longer.

    Two reports are alike if they say the same of name, sex, birth, origin, relative,
    occupation, number and acts, however letters and dates are written. Notes are not looked at.

    Returns:
        For each pair, by name: the `shorter` and the `longer` list, how many reports are
        `alike`, and `of` how many reports of the shorter.
    """
    reports = tuple(reports)
    sizes = Counter(report.source for report in reports)
    alike = _alike(reports)
    took = taken_over(reports)
    found = []
    for pair, count in sorted(alike.items()):
        shorter, longer = sorted(pair, key=sizes.__getitem__)
        of = sizes[shorter]
        if pair in took or count >= SHARE * of:
            found.append({"shorter": shorter, "longer": longer, "alike": count, "of": of})
    return found


def taken_over(reports: Sequence[Report]) -> frozenset[tuple[str, str]]:
    """Pairs of lists of which one took rows of the other over, by name.

    They agree word for word in ten reports and more, and hardly ever but for one thing, as lists
    do that know of people by themselves: who writes a name or a day otherwise now and then does so
    of one thing more often than of none.
    """
    alike = _alike(reports)
    if not alike:
        return frozenset()
    nearly = _nearly(reports, {source for pair in alike for source in pair})
    return frozenset(pair for pair, count in alike.items() if nearly[pair] <= MOST_NEARLY * count)


def _alike(reports: Sequence[Report]) -> dict[tuple[str, str], int]:
    """Of pairs of lists, in how many reports they agree, if in ten or more."""
    found = _shared(map(said, reports), reports, min)
    return {pair: count for pair, count in found.items() if count >= FEWEST}


def _nearly(reports: Sequence[Report], sources: Container[str]) -> Counter[tuple[str, str]]:
    """Of pairs of lists, how many pairs of reports say the same of all things but one."""
    those = [report for report in reports if report.source in sources]
    things = [_things(report) for report in those]
    found: Counter[tuple[str, str]] = Counter()
    exact = _shared(things, those, _times)
    for at in range(len(things[0])):
        rest = _shared((each[:at] + each[at + 1 :] for each in things), those, _times)
        found.update({pair: count - exact[pair] for pair, count in rest.items()})
    return found


def _shared(
    things: Iterable[Hashable], reports: Iterable[Report], count: Callable[[int, int], int]
) -> Counter[tuple[str, str]]:
    """Of pairs of lists, how much they share of these things, one a report; None is nothing."""
    who_says: dict[Hashable, Counter[str]] = {}
    for thing, report in zip(things, reports, strict=True):
        if thing is not None:
            who_says.setdefault(thing, Counter())[report.source] += 1
    found: Counter[tuple[str, str]] = Counter()
    for times in who_says.values():
        for one, other in combinations(sorted(times), 2):
            found[one, other] += count(times[one], times[other])
    return found


def _times(one: int, other: int) -> int:
    return one * other


def said(report: Report) -> Hashable:
    """What a report says; None where that is hardly more than a name."""
    things = _things(report)
    _, _, *further, _ = things
    many = sum(map(bool, further)) + sum(bool(act.date or act.place) for act in report.acts)
    many += report.birth is not None and report.birth.is_day  # which says as much as two
    return things if many >= ENOUGH else None


def _things(report: Report) -> tuple[Hashable, ...]:
    return (
        tuple(map(_name, report.names)),
        report.sex,
        report.birth and report.birth.edtf,
        report.origin and plain(report.origin),
        report.relative and _name(report.relative),
        report.occupation and plain(report.occupation),
        report.number and plain(report.number),
        tuple(map(_act, report.acts)),
    )


def _name(name: Name) -> Hashable:
    return (name.plain, plain(name.family or ""), plain(name.given or ""))


def _act(act: Act) -> Hashable:
    date, place = act.date and act.date.edtf, act.place and plain(act.place)
    return (act.kind, date, place, act.authority, act.outcome)
