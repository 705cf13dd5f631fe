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
    """A table fit for estimation (or the reason why none is), and what was done to it."""

    table: CaptureTable
    warnings: tuple[EstimateWarning, ...] = ()
    refusal: Refusal | None = None


def check(table: CaptureTable) -> Checked:
    """Look at a table before any fit.

    0. A stratum of people whose reports differ: refused, since they have two reports or more.
    1. No people: refused.
    2. A list that was active for no one is left out, with a warning. A list that
       was active for some of the people only: refused, since these are two populations.
    3. Empty lists are left out, with a warning.
    4. Of lists with the very same people all but the first are left out, with a warning.
    5. Fewer than two lists remain: refused.
    6. No person on two lists, or the lists are disconnected: refused.
    7. A list that holds everyone: refused.

    Parameters
    ----------
    table : CaptureTable
        Counts by pattern.

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
    if DIFFER in table.stratum.values():
        return Checked(table, (), _DIFFER)
    if table.observed == 0:
        return Checked(table, (), _NOBODY)
    table, refusal = _only_active(table, warnings)
    if refusal is None:
        table = _without(table, empty_lists(table), "empty-list", "no people", warnings)
        copies = duplicate_lists(table)
        table = _without(table, copies, "duplicate-list", "same people as another list", warnings)
        refusal = _SAME if copies and len(table.lists) == 1 else _refusal(table)
    if refusal is None and len(table.lists) == 2:
        warnings.append(
            EstimateWarning("two-lists", "their dependence is assumed and cannot be tested")
        )
    return Checked(table, tuple(warnings), refusal)


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


def _refusal(table: CaptureTable) -> Refusal | None:
    if len(table.lists) < 2:
        return Refusal(
            "too-few-lists",
            "at least two different lists with people are needed, but there is one",
            "one list alone cannot be estimated from",
        )
    groups = disconnected_groups(table)
    if len(groups) == len(table.lists):
        return Refusal(
            "no-overlap",
            "no person is on two lists, so the number missed by all lists cannot be estimated",
            "check the record linkage: matches between lists may have been missed",
        )
    if len(groups) > 1:
        return Refusal(
            "disconnected-lists",
            f"the lists form {len(groups)} groups with no person in common",
            "check the record linkage between the groups, or estimate each group separately",
        )
    if whole := lists_with_everyone(table):
        return Refusal(
            "list-covers-all",
            f"list {whole[0]!r} holds every documented person, so the other lists have no "
            "information about people it missed",
            "omit it if it was compiled from the others",
        )
    return None


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
    """Lists with nobody on them."""
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
    groups: list[set[str]] = [{name} for name in table.lists]
    for pattern in table.counts:
        on = {name for name, mark in zip(table.lists, pattern, strict=True) if mark == "1"}
        touched = [group for group in groups if group & on]
        groups = [group for group in groups if not group & on]
        groups.append(set().union(*touched))
    return sorted(groups, key=lambda group: min(table.lists.index(name) for name in group))
