"""Disclosure audit: the attacker's feasible interval of each suppressed count, by MILP.

It gets only what a reader has (published counts, published sums, the rule) and solves for the
least and the greatest whole number that fit. It shares the solver with `complementary`, which
decides what is suppressed, and nothing else.

The attacker knows the rule: a count is suppressed when it is small or when it protects one
that is small, so among the suppressed counts of a table at least one is small.
"""

from __future__ import annotations

from collections.abc import Mapping

import attrs
import numpy as np

from uncounted.errors import NotPublishable
from uncounted.publish.disclosure import milp


@attrs.frozen
class PublishedSum:
    """Something printed (or otherwise known) about a sum of cells: `low <= sum <= high`."""

    what: str
    cells: frozenset[str]
    low: int
    high: int


@attrs.frozen
class AttackerKnowledge:
    """All that a reader has of a table."""

    shown: Mapping[str, int]
    hidden: tuple[str, ...]
    published_sums: tuple[PublishedSum, ...]
    threshold: int


@attrs.frozen
class FeasibleInterval:
    """The least and the greatest value of a hidden count that fit what is printed."""

    low: int
    high: int


def feasible_intervals(knowledge: AttackerKnowledge) -> dict[str, FeasibleInterval]:
    """Attack: for each hidden cell, the least and greatest whole number that fit.

    Two mixed-integer programmes a cell (HiGHS, run to a zero gap). For the greatest,
    the attacker's rule is used as well: some hidden cell, this one or another, is small.
    """
    return {
        cell: FeasibleInterval(
            _extreme(knowledge, cell, least=True), _extreme(knowledge, cell, least=False)
        )
        for cell in knowledge.hidden
    }


def _extreme(knowledge: AttackerKnowledge, cell: str, *, least: bool) -> int:
    """Variables: one count a hidden cell, then one 0/1 a hidden cell that says 'this is small'."""
    hidden, k = knowledge.hidden, len(knowledge.hidden)
    most = _most(knowledge)
    count, small = slice(0, k), slice(k, 2 * k)
    rows = milp.Rows(2 * k)
    for statement in knowledge.published_sums:
        known = sum(n for pattern, n in knowledge.shown.items() if pattern in statement.cells)
        inside = np.array([float(c in statement.cells) for c in hidden])
        rows.must(statement.low - known, statement.high - known, (count, inside))
    for one in np.eye(k):  # small_i = 1 forces count_i < threshold
        rows.must(0, most, (count, one), (small, (most - knowledge.threshold + 1) * one))
    rows.must(1, k, (small, np.ones(k)))  # at least one of them is
    objective = np.zeros(2 * k)
    objective[hidden.index(cell)] = 1.0 if least else -1.0
    found = milp.least(objective, rows, np.zeros(2 * k), np.array([most] * k + [1] * k, float))
    if found.status == milp.INFEASIBLE:
        raise NotPublishable(
            "no table is consistent with what would be printed: one of the sums is wrong"
        )
    if not found.success:
        raise NotPublishable(f"the disclosure audit could not finish: {found.message}")
    value: float = found.x[hidden.index(cell)]
    return round(value)


def _most(knowledge: AttackerKnowledge) -> int:
    """No hidden count is greater than this (every pattern is in some statement, or n is)."""
    return max((s.high for s in knowledge.published_sums), default=0) + knowledge.threshold


def audit_table(
    knowledge: AttackerKnowledge, truth: Mapping[str, int]
) -> dict[str, FeasibleInterval]:
    """Attack, and refuse unless every hidden cell withstands.

    The rule, for a threshold t: every hidden count is either possible both at zero and at
    t or more, so a reader can tell neither that it is small nor that it is positive; or it
    is known to be t or more, and was hidden for the sake of others. It asks nothing that
    a reader does not know. Every shown count must be t or more.
    """
    t = knowledge.threshold
    if any(n < t for n in knowledge.shown.values()):
        raise NotPublishable(f"a count under {t} would be printed")
    _refuse_untrue(knowledge, truth)
    found = feasible_intervals(knowledge) if knowledge.hidden else {}
    for cell, limits in found.items():
        if not limits.low <= truth.get(cell, 0) <= limits.high:
            raise NotPublishable("the disclosure audit found a range without the true count")
        if is_disclosive(limits, t):
            raise NotPublishable(
                "a suppressed count could be computed from what would be printed",
                hint="publish fewer lists, or a wider population, so that fewer cells are small",
            )
    return found


def is_disclosive(limits: FeasibleInterval, threshold: int) -> bool:
    """Whether a feasible interval discloses that a suppressed count is small."""
    known_large = limits.low >= threshold
    open_both_ways = limits.low == 0 and limits.high >= threshold
    return not (known_large or open_both_ways)


def _refuse_untrue(knowledge: AttackerKnowledge, truth: Mapping[str, int]) -> None:
    """What is printed must be true, or the attack was on another table."""
    shown = all(truth.get(cell, 0) == n for cell, n in knowledge.shown.items())
    sums = all(
        s.low <= sum(truth.get(cell, 0) for cell in s.cells) <= s.high
        for s in knowledge.published_sums
    )
    if not (shown and sums):
        raise NotPublishable("what would be printed does not agree with the table")
