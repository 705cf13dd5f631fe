"""Checks of a capture-history table before any fit: whether it can be estimated from at all.

Each finding has a name. Some can be put right and said (an empty list is left
out), the others refuse every method, lower bounds too: no estimator may rescue a
table that holds no information about who was missed.
"""

from __future__ import annotations

from itertools import combinations
from typing import Literal

import attrs

from uncounted.captures import DIFFER, NOT_ACTIVE, CaptureTable
from uncounted.estimate.base import disconnected as apart
from uncounted.estimate.base.disconnected import SET_ASIDE, Disconnected
from uncounted.estimate.base.rows import SetAside
from uncounted.estimate.base.warning import EstimateWarning

type RefusalCode = Literal[
    "reports-differ",
    "empty-table",
    "partly-active",
    "too-few-lists",
    "no-overlap",
    "disconnected-lists",
    "list-covers-all",
]


@attrs.frozen
class Refusal:
    """Why no method may give a number for this table."""

    code: RefusalCode
    reason: str
    hint: str


@attrs.frozen
class Checked:
    """A table fit for estimation (or the reason why none is), and what was done to it.

    `set_aside`: lists that share no person with those of the table, and are not in it.
    """

    table: CaptureTable
    warnings: tuple[EstimateWarning, ...] = ()
    refusal: Refusal | None = None
    set_aside: tuple[SetAside, ...] = ()


def check(table: CaptureTable, disconnected: Disconnected = SET_ASIDE) -> Checked:
    """Look at a table before any fit.

    0. A stratum of people whose reports differ: refused, since they have two reports or more.
    1. No people: refused.
    2. A list that was active for no one is left out, with a warning. A list that
       was active for some of the people only: refused, since these are two populations.
    3. Empty lists are left out, with a warning.
    4. Of lists with the very same people all but the first are left out, with a warning.
    5. Fewer than two lists remain: refused.
    6. No person on two lists: refused.
    7. Lists that share no person with the others: left out, with a warning, where no overlap was
       to be expected; else refused.
    8. A list that holds everyone: refused.

    Parameters
    ----------
    table : CaptureTable
        Counts by pattern.
    disconnected : {"set-aside", "keep", "refuse"}, default "set-aside"
        What to do with lists that share no person with the others: step 7; keep them in the
        table; or refuse.

    Returns
    -------
    Checked
        The table that can be fitted, warnings, and a refusal or None.

    Examples
    --------
    >>> check(CaptureTable.of("AB", {"10": 5, "01": 7})).refusal.code
    'no-overlap'
    """
    warnings: list[EstimateWarning] = []
    set_aside: tuple[SetAside, ...] = ()
    if DIFFER in table.stratum.values():
        return Checked(table, (), _DIFFER)
    if table.observed == 0:
        return Checked(table, (), _NOBODY)
    table, refusal = _only_active(table, warnings)
    if refusal is None:
        table = _without(table, empty_lists(table), "empty-list", "no people", warnings)
        copies = duplicate_lists(table)
        table = _without(table, copies, "duplicate-list", "same people as another list", warnings)
        refusal = _SAME if copies and len(table.lists) == 1 else _too_few(table)
        if refusal is None and disconnected != "keep":
            table, set_aside, refusal = _connected(table, disconnected)
        if set_aside:
            warnings.append(apart.warning_of(set_aside))
        refusal = refusal or _covers_all(table, set_aside)
    if refusal is None and len(table.lists) == 2:
        warnings.append(
            EstimateWarning("two-lists", "their dependence is assumed and cannot be tested")
        )
    return Checked(table, tuple(warnings), refusal, set_aside)


_DIFFER = Refusal(
    "reports-differ",
    "the reports of these people contradict each other; every one has two reports, so undocumented "
    "people are in the other strata",
    "they count as documented; if they are many, the estimates of the other strata are too high; "
    "if a report is wrong, correct it with uncounted edit",
)
_SAME = Refusal(
    "too-few-lists",
    "the lists hold the same people, so together they have no more information than one of them",
    "if one was copied from another, use it once; one list alone cannot be estimated from",
)
_NOBODY = Refusal("empty-table", "the table has no people", "check the file and the chosen lists")


def _too_few(table: CaptureTable) -> Refusal | None:
    if len(table.lists) < 2:
        return Refusal(
            "too-few-lists",
            "at least two different lists with people are needed, but there is one",
            "one list alone cannot be estimated from",
        )
    if all(pattern.count("1") == 1 for pattern in table.counts):
        return Refusal(
            "no-overlap",
            "no person is on two lists, so the number missed by all lists cannot be estimated",
            "check the record linkage: matches between lists may have been missed; if there are "
            "none, lists that cover the same people are needed",
        )
    return None


def _connected(
    table: CaptureTable, disconnected: Disconnected
) -> tuple[CaptureTable, tuple[SetAside, ...], Refusal | None]:
    """The connected lists and what was set aside; or the whole table and a refusal."""
    groups = apart.split(table)
    count = len(groups.apart) + 1
    if groups.apart and disconnected == "refuse":
        return table, (), Refusal("disconnected-lists", *apart.strict(groups, count))
    if groups.surprising:
        return table, (), Refusal("disconnected-lists", *apart.surprise(groups, count))
    return groups.rest, groups.apart, None


def _covers_all(table: CaptureTable, set_aside: tuple[SetAside, ...]) -> Refusal | None:
    whole = lists_with_everyone(table)
    if not whole:
        return None
    whom = "every documented person"
    if set_aside:
        whom = f"every person on the {len(table.lists)} lists that share people"
    return Refusal(
        "list-covers-all",
        f"list {whole[0]!r} holds {whom}, so the other lists have no "
        "information about people it missed",
        "omit it if it was compiled from the others",
    )


def _only_active(
    table: CaptureTable, warnings: list[EstimateWarning]
) -> tuple[CaptureTable, Refusal | None]:
    off = [
        {name for name, mark in zip(table.lists, pattern, strict=True) if mark == NOT_ACTIVE}
        for pattern in table.counts
    ]
    never = set.intersection(*off)
    partly = [name for name in table.lists if name in set.union(*off) - never]
    if partly:
        return table, Refusal(
            "partly-active",
            f"list {partly[0]!r} was active for a part of the people only, so this is more than "
            "one population",
            "split the table by what decides where the list was active (--by), or leave it out",
        )
    return _without(
        table,
        [name for name in table.lists if name in never],
        "inactive-list",
        "not active here",
        warnings,
    ), None


def _without(
    table: CaptureTable,
    names: list[str],
    code: str,
    why: str,
    warnings: list[EstimateWarning],
) -> CaptureTable:
    if not names:
        return table
    warnings.extend(EstimateWarning(code, f"{name} is left out: {why}") for name in names)
    kept = [name for name in table.lists if name not in names]
    # One list must stay, since a table has at least one; `check` refuses it then.
    return table.select(kept or table.lists[:1])


def empty_lists(table: CaptureTable) -> list[str]:
    """Lists without people."""
    return [name for name, total in table.list_totals.items() if total == 0]


def duplicate_lists(table: CaptureTable) -> list[str]:
    """Lists that hold exactly the people of an earlier list: one source under two names."""
    totals = table.list_totals
    found: list[str] = []
    for one, two in combinations(table.lists, 2):
        same = totals[one] == totals[two] == table.on([one, two])
        if same and totals[one] > 0 and one not in found and two not in found:
            found.append(two)
    return found


def lists_with_everyone(table: CaptureTable) -> list[str]:
    """Lists that hold every person who was recorded."""
    return [name for name, total in table.list_totals.items() if total == table.observed]


def disconnected_groups(table: CaptureTable) -> list[set[str]]:
    """Split the lists into groups that share no person with each other.

    Estimation needs one group. With two or more, the data do not show how
    many people one group missed that another documented.

    Parameters
    ----------
    table : CaptureTable
        Counts by pattern.

    Returns
    -------
    list[set[str]]
        Groups of lists.

    Examples
    --------
    >>> disconnected_groups(CaptureTable.of("AB", {"10": 5, "01": 7}))
    [{'A'}, {'B'}]
    """
    return [set(group) for group in table.connected_groups()]
