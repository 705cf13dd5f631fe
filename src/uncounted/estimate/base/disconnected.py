"""Lists that share no person with the others: set aside where that is no surprise.

Real files have lists of one or two people. That such a list shares no person with the
others says next to nothing, and is no reason to refuse an estimate from the others. Where
an overlap was to be expected, having none is a sign that the linkage missed it or that the
lists are of different populations, and then no number is given.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import attrs

from uncounted.captures import CaptureTable
from uncounted.estimate.base.lower_bound import least_total
from uncounted.estimate.base.rows import SetAside
from uncounted.estimate.base.warning import EstimateWarning

type Disconnected = Literal["set-aside", "keep", "refuse"]

SET_ASIDE: Disconnected = "set-aside"
WAYS: tuple[Disconnected, ...] = ("set-aside", "keep", "refuse")
SURPRISE = 0.05  # no overlap is a surprise where it has at most this probability
_LOG_LINEAR = ("log-linear", "log-linear-stepwise", "independence")
_NAMED = 6  # lists in a sentence


@attrs.frozen
class Groups:
    """A table split into its largest connected group, the rest, and the groups apart from it."""

    rest: CaptureTable
    apart: tuple[SetAside, ...] = ()

    @property
    def surprising(self) -> tuple[SetAside, ...]:
        """Groups of which an overlap with the rest was to be expected."""
        return tuple(group for group in self.apart if group.p <= SURPRISE)


def way_for(method: str, disconnected: Disconnected) -> Disconnected:
    """What one method does: `keep` is for log-linear methods, the others set aside."""
    if disconnected == "keep" and method not in _LOG_LINEAR:
        return "set-aside"
    return disconnected


def split(table: CaptureTable) -> Groups:
    """Split a table, in which some person is on two lists, into the rest and groups apart.

    The rest is the connected group of the most people that has two lists or more. For each
    other group, of m people, the overlap with the n people of the rest that independence
    leads to expect is m n / N, with Chao's lower bound of the rest for N (m + n people at
    least). None has the probability exp(-m n / N): Poisson. A bound below N makes an overlap
    more expected, and so a refusal more likely.

    Examples:
        >>> table = CaptureTable.of("ABC", {"100": 40, "010": 20, "110": 10, "001": 1})
        >>> groups = split(table)
        >>> groups.rest.lists, round(groups.apart[0].expected_overlap, 2)
        (('A', 'B'), 0.47)
    """
    groups = [table.select(names) for names in table.connected_groups()]
    rest = max(groups, key=lambda group: (len(group.lists) > 1, group.observed))
    n, least = rest.observed, least_total(rest)
    apart = []
    for group in groups:
        if group is not rest:
            m = group.observed
            expected = m * n / max(least, m + n)
            apart.append(SetAside(group.lists, m, expected, math.exp(-expected)))
    return Groups(rest, tuple(apart))


def named(lists: Sequence[str]) -> str:
    """Lists in a sentence, the first of them by name."""
    if len(lists) > _NAMED:
        return f"{', '.join(lists[: _NAMED - 1])} and {len(lists) - _NAMED + 1} other lists"
    return lists[0] if len(lists) == 1 else f"{', '.join(lists[:-1])} and {lists[-1]}"


def names_of(apart: Sequence[SetAside]) -> tuple[str, ...]:
    """All lists of these groups."""
    return tuple(name for group in apart for name in group.lists)


def warning_of(apart: Sequence[SetAside]) -> EstimateWarning:
    """One warning for all groups that are set aside."""
    lists = names_of(apart)
    people = sum(group.people for group in apart)
    most = max(group.expected_overlap for group in apart)
    verb, whose = ("shares", "its") if len(lists) == 1 else ("share", "their")
    if len(apart) == 1:
        expected = f"{most:.2g} expected"
    else:
        expected = f"at most {most:.2g} expected of each"
    count = "1 person counts" if people == 1 else f"{people:,} people count"
    return EstimateWarning(
        "lists-set-aside",
        f"{named(lists)} {verb} no person with the others ({expected}); {whose} {count} as"
        " documented",
    )


def surprise(groups: Groups, count: int) -> tuple[str, str]:
    """Reason and hint of a refusal: the overlap that was to be expected."""
    worst = min(groups.surprising, key=lambda group: group.p)
    verb = "shares" if len(worst.lists) == 1 else "share"
    reason = (
        f"the lists form {count} groups with no person in common: {_quoted(worst.lists)}"
        f" ({_people(worst.people)}) {verb} no person with the other lists, where about"
        f" {_rounded(worst.expected_overlap)} in common are expected (probability of none"
        f" {_probability(worst.p)})"
    )
    others = named(groups.rest.lists)
    hint = (
        f"check the record linkage of {named(worst.lists)}; or estimate from {others} alone"
        " (--lists), estimate each group separately, or fit the log-linear models to all lists"
        " (--disconnected keep)"
    )
    return reason, hint


def strict(groups: Groups, count: int) -> tuple[str, str]:
    """Reason and hint where no list is to be set aside."""
    lists = names_of(groups.apart)
    verb = "shares" if len(lists) == 1 else "share"
    return (
        f"the lists form {count} groups with no person in common: {_quoted(lists)} {verb} no person"
        " with the others",
        "check the record linkage between the groups, or estimate each group separately",
    )


def in_words(lists: Sequence[str]) -> str:
    """What an assumption says of lists that are set aside."""
    verb, whose = ("shares", "its") if len(lists) == 1 else ("share", "their")
    were = "was" if len(lists) == 1 else "were"
    return (
        f"{_quoted(lists)} {verb} no person with the other lists and {were} set aside: {whose}"
        " people count as documented, and the other lists alone say how many there are in all."
    )


def _quoted(lists: Sequence[str]) -> str:
    """In quotes, by which a release finds them to put its labels there."""
    return named([repr(name) for name in lists])


def _people(number: int) -> str:
    return "1 person" if number == 1 else f"{number:,} people"


def _rounded(expected: float) -> str:
    return f"{expected:,.0f}" if expected >= 10 else f"{expected:.1f}"


def _probability(p: float) -> str:
    return "below 0.001" if p < 0.001 else f"{p:.2g}"
