"""Copied lists: a file imported twice, or a list that took rows of another.

Estimates assume lists that record people independently, and errors are learned from their reports.
Two clean and long lists may agree fully on most people, too; but then they nearly agree about
others.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any

from uncounted.linkage.diagnostics import CopiedList
from uncounted.records.names.name import Name, plain
from uncounted.records.report import Act, Report

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
FEWEST = 10  # identical reports, from which it is reported
SHARE = 0.8  # of the shorter list
MOST_NEARLY = 0.1  # pairs that nearly agree, for each that agrees, of lists that copied
Things = tuple[Any, ...]  # what a report says, one for each of its fields
ENOUGH = 2  # things that a report must say besides a name: who is called alike is no copy


def copied(reports: Iterable[Report]) -> list[CopiedList]:
    """Pairs of lists that have rows of one another, or of which the shorter stands in the longer.

    Notes are not compared.
    """
    lists = _by_list(reports)
    found = []
    for pair, count in sorted(_alike(lists).items()):
        shorter, longer = sorted(pair, key=lambda name: len(lists[name]))
        of = len(lists[shorter])
        if count >= SHARE * of or _took_over(lists, pair, count):
            found.append(CopiedList(shorter, longer, count, of))
    return found


def taken_over(reports: Sequence[Report]) -> frozenset[tuple[str, str]]:
    """Pairs of lists of which one took rows of the other over, by name.

    They agree word for word in ten reports and more, and hardly ever but for one field: independent
    lists differ in one field more often than in none.
    """
    lists = _by_list(reports)
    alike = _alike(lists).items()
    return frozenset(pair for pair, count in alike if _took_over(lists, pair, count))


def _by_list(reports: Iterable[Report]) -> dict[str, list[Things]]:
    found: dict[str, list[Things]] = {}
    for report in reports:
        found.setdefault(report.source, []).append(_things(report))
    return found


def _alike(lists: Mapping[str, Sequence[Things]]) -> dict[tuple[str, str], int]:
    """Of pairs of lists, in how many reports they agree, if in ten or more."""
    who_says: dict[Things, Counter[str]] = {}
    for name, rows in lists.items():
        for things in rows:
            if _says_enough(things):
                who_says.setdefault(things, Counter())[name] += 1
    found: Counter[tuple[str, str]] = Counter()
    for times in who_says.values():
        for one, other in combinations(sorted(times), 2):
            found[one, other] += min(times[one], times[other])
    return {pair: count for pair, count in found.items() if count >= FEWEST}


def _took_over(lists: Mapping[str, Sequence[Things]], pair: tuple[str, str], alike: int) -> bool:
    """Whether hardly any two reports of two lists, without twins, agree in all but one field."""
    one, other = (lists[name] for name in pair)
    twins = set(one) & set(other)
    one, other = ([things for things in rows if things not in twins] for rows in (one, other))
    nearly = 0
    fields = len(one[0]) if one else 0
    for at in range(fields):
        rest = Counter(things[:at] + things[at + 1 :] for things in one)
        nearly += sum(rest[things[:at] + things[at + 1 :]] for things in other)
    return nearly <= MOST_NEARLY * alike


def content(report: Report) -> Hashable:
    """What a report says; None where that is hardly more than a name."""
    things = _things(report)
    return things if _says_enough(things) else None


def _says_enough(things: Things) -> bool:
    """Whether more than a name and one field is stated; a day of birth counts as two fields."""
    _, _, birth, *further, acts = things
    many = sum(map(bool, (birth, *further))) + sum(
        bool(date or place) for _, date, place, *_ in acts
    )
    return many + (birth is not None and _DAY.fullmatch(birth) is not None) >= ENOUGH


def _things(report: Report) -> Things:
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
