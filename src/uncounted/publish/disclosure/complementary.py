"""Complementary cell suppression of least cost, by mixed-integer linear programming.

Costs come from a `SuppressionKey`, never from a count. `suppression` has `audit` attack the
result before it is used.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import attrs
import numpy as np
import numpy.typing as npt

from uncounted.captures import CaptureTable
from uncounted.publish.disclosure import audit, milp
from uncounted.publish.disclosure.audit import AttackerKnowledge, PublishedSum
from uncounted.publish.disclosure.suppression_key import SuppressionKey

TOTAL_COST = 1000.0  # a list's total is suppressed only when suppressing cells is not enough
TOTAL_SPREAD = 100.0

type Table = Mapping[str, float]


@attrs.frozen
class SuppressionPattern:
    """What is suppressed: cells by capture pattern, totals by list."""

    cells: frozenset[str]
    totals: frozenset[str]


@attrs.frozen(eq=False)
class SuppressionProblem:
    """The counts to protect, and what an attacker knows of sums."""

    table: CaptureTable
    counts: Mapping[str, int]
    threshold: int
    known: tuple[PublishedSum, ...]
    suppression_key: SuppressionKey

    def knowledge(self, suppression: SuppressionPattern) -> AttackerKnowledge:
        """All that a reader would have."""
        return AttackerKnowledge(
            shown={cell: n for cell, n in self.counts.items() if cell not in suppression.cells},
            hidden=tuple(cell for cell in self.counts if cell in suppression.cells),
            published_sums=(*self._sums(suppression.totals), *self.known),
            threshold=self.threshold,
        )

    def _sums(self, hidden_totals: frozenset[str]) -> tuple[PublishedSum, ...]:
        n, totals = self.table.observed, self.table.list_totals
        return (
            PublishedSum("people on at least one list", frozenset(self.counts), n, n),
            *(
                PublishedSum(
                    f"people of {name}",
                    of_list(self.table, name, self.counts),
                    totals[name],
                    totals[name],
                )
                for name in self.table.lists
                if name not in hidden_totals
            ),
        )


def of_list(table: CaptureTable, name: str, cells: Iterable[str]) -> frozenset[str]:
    """Those of the patterns that are on a list."""
    at = table.lists.index(name)
    return frozenset(cell for cell in cells if cell[at] == "1")


def suppress(problem: SuppressionProblem) -> SuppressionPattern | None:
    """Primary, then complementary suppression, one small cell at a time; None: there is no way.

    1. Suppress every small cell, and every list total under the threshold; if there is any,
       also what the key suppresses at random.
    2. For each small cell in a fixed order: the cheapest further suppression under which it
       could be zero, and under which it could reach the threshold while another suppressed
       cell is the small one. What is suppressed already costs nothing more.
    3. The same for whatever the attack still finds.
    """
    counts, t = problem.counts, problem.threshold
    suppression = _begin(problem)  # 1
    small = [cell for cell, n in counts.items() if n < t]
    witnesses: list[Table] = [counts] if small else []
    for cell in sorted(small, key=lambda c: (c.count("1"), c)):  # 2
        for least in (False, True):
            if any(w[cell] == 0 if least else w[cell] >= t for w in witnesses):
                continue  # a table that the reader cannot tell from this one shows it already
            grown = _complementary(problem, suppression, cell, least=least)
            if grown is None:
                return None
            suppression, witness = grown
            witnesses.append(witness)
    while disclosive := _first_disclosive(problem, suppression):  # 3
        grown = _complementary(problem, suppression, disclosive, least=True)
        if grown is None or grown[0] == suppression:
            return None
        suppression = grown[0]
    return suppression


def _begin(problem: SuppressionProblem) -> SuppressionPattern:
    table, counts, t = problem.table, problem.counts, problem.threshold
    small = frozenset(cell for cell, n in counts.items() if n < t)
    totals = frozenset(name for name, n in table.list_totals.items() if n < t)
    if not small:
        return SuppressionPattern(small, totals)
    key = problem.suppression_key
    drawn = {cell for cell in counts if key.random_suppression(table.lists, cell)}
    return SuppressionPattern(small | drawn, totals)


def _first_disclosive(problem: SuppressionProblem, suppression: SuppressionPattern) -> str | None:
    """The first suppressed cell whose feasible interval is still disclosive."""
    if not suppression.cells:
        return None
    found = audit.feasible_intervals(problem.knowledge(suppression))
    t = problem.threshold
    return next((c for c, limits in found.items() if audit.is_disclosive(limits, t)), None)


def _complementary(
    problem: SuppressionProblem, suppression: SuppressionPattern, cell: str, *, least: bool
) -> tuple[SuppressionPattern, Table] | None:
    """Least-cost suppression that contains `suppression` and lets `cell` be zero, or the threshold.

    Also returns the witness: a whole table that the reader then cannot tell from the true one.

    Variables: a count x and a 'hidden' y for each cell, a 'hidden' h for each list total,
    a 'small' z for each cell. A witness table x must agree with all that stays printed.
    """
    cells, lists = list(problem.counts), problem.table.lists
    t, n = problem.threshold, problem.table.observed
    k, j = len(cells), len(lists)
    x, y, h, z = (slice(0, k), slice(k, 2 * k), slice(2 * k, 2 * k + j), slice(2 * k + j, None))
    rows = milp.Rows(3 * k + j)
    for a, one in zip(problem.counts.values(), np.eye(k), strict=True):
        rows.must(-np.inf, a, (x, one), (y, (a - n) * one))  # shown: x = a
        rows.must(a, np.inf, (x, one), (y, a * one))
        rows.must(-np.inf, n, (x, one), (z, (n - t + 1) * one))
        rows.must(-np.inf, 0, (z, one), (y, -one))  # small only if hidden
    rows.must(n, n, (x, np.ones(k)))
    for name, one in zip(lists, np.eye(j), strict=True):
        part, total = _inside(cells, of_list(problem.table, name, cells)), problem.table.on([name])
        rows.must(-np.inf, total, (x, part), (h, (total - n) * one))
        rows.must(total, np.inf, (x, part), (h, total * one))
    for statement in problem.known:
        rows.must(statement.low, statement.high, (x, _inside(cells, statement.cells)))
    rows.must(1, k, (z, np.ones(k)))
    low, high, cost = np.zeros((3, 3 * k + j))
    high[:] = 1.0
    high[x] = n
    low[y] = [cell in suppression.cells for cell in cells]
    low[h] = [name in suppression.totals for name in lists]
    at = cells.index(cell)
    low[at], high[at] = (0, 0) if least else (t, n)
    cost[y] = [problem.suppression_key.cost(lists, cell) for cell in cells]
    cost[h] = [
        TOTAL_COST + TOTAL_SPREAD * problem.suppression_key.total_cost(lists, name)
        for name in lists
    ]
    found = milp.least(cost, rows, low, high)
    if not found.success:
        return None
    grown = SuppressionPattern(_chosen(cells, found.x[y]), _chosen(lists, found.x[h]))
    return grown, dict(zip(cells, (round(v) for v in found.x[x]), strict=True))


def _inside(cells: Sequence[str], part: frozenset[str]) -> npt.NDArray[np.float64]:
    return np.array([float(cell in part) for cell in cells])


def _chosen(names: Sequence[str], values: npt.NDArray[np.float64]) -> frozenset[str]:
    return frozenset(name for name, value in zip(names, values, strict=True) if value > 0.5)
