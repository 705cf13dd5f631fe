"""Whether one list holds another, word for word: a file taken in twice, or a list that copied.

Lists know of people independently of one another, or estimates are wrong. Two that each
wrote a name, a birth and an event down themselves are seldom alike in every letter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from itertools import combinations
from typing import Any

from uncounted.records.report import Report

FEWEST = 10  # reports alike, from which it is said
SHARE = 0.5  # of the shorter list
_ENOUGH = 2  # things that a report must say besides a name: who is called alike is no copy


def copied(reports: Sequence[Report]) -> list[dict[str, Any]]:
    """Pairs of lists of which the shorter stands in the longer, half of it or more.

    Returns:
        For each pair, by name: the `shorter` and the `longer` list, how many reports are
        `alike` in all that they say, and `of` how many reports of the shorter.
    """
    said: dict[str, Counter[Hashable]] = {}
    for report in reports:
        said.setdefault(report.source, Counter())[_words(report)] += 1
    found = []
    for pair in combinations(sorted(said), 2):
        shorter, longer = sorted(pair, key=lambda name: said[name].total())
        alike = said[shorter] & said[longer]
        del alike[None]
        of = said[shorter].total()
        if alike.total() >= FEWEST and alike.total() >= SHARE * of:
            found.append({"shorter": shorter, "longer": longer, "alike": alike.total(), "of": of})
    return found


def _words(report: Report) -> Hashable:
    """All that a report says; None where that is hardly more than a name."""
    what = (report.birth, report.origin, report.note, report.relative, report.occupation)
    acts = [act for act in report.acts if act.date or act.place]
    if sum(each is not None for each in (*what, report.number)) + len(acts) < _ENOUGH:
        return None
    return (report.names, report.sex, report.acts, report.number, *what)
