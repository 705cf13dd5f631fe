"""Which counts of a table may be shown, and which must be hidden for their sake.

Counts under the threshold are hidden (zero among them), then as few others as it
takes so that no hidden one can be computed: by integer programming against all that
is published. `audit` then attacks the result on its own, and nothing that it can
break is returned. `docs/decisions/0006-publication.md` says why the rule is what it is.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import attrs
import numpy as np

from uncounted.captures import NOT_ACTIVE, CaptureTable
from uncounted.errors import NotPublishable
from uncounted.publish import audit, solver
from uncounted.publish.audit import Printed, Range, Statement

MAX_LISTS = 8
TOTAL_COST = 1000.0  # a list's total is hidden only when hiding cells is not enough
REPORT_STEP = 10  # counts of reports are printed to the nearest ten
BOUND_STEPS = (1, 2, 4, 10, 20, 40)


@attrs.frozen
class Kept:
    """A count with what the reader may know of it: the number, or that it is hidden."""

    count: int | None

    @property
    def hidden(self) -> bool:
        """Whether the reader sees no number."""
        return self.count is None


@attrs.frozen
class ProtectedTable:
    """A table that has withstood the attack: the only source of counts for what is printed.

    Attributes:
        lists: in the order of the patterns.
        cells: every pattern, possible ones that nobody has included.
        totals: people on each list.
        observed: people on at least one list, always shown.
        threshold: counts under it are hidden.
        ranges: what the audit found, for each hidden cell.
        statements: everything else the audit took the reader to know.
        bound_step: the lower bound may be printed to the nearest such step; None: not at all.
    """

    lists: tuple[str, ...]
    cells: Mapping[str, Kept]
    totals: Mapping[str, Kept]
    observed: int
    threshold: int
    ranges: Mapping[str, Range]
    statements: tuple[Statement, ...]
    bound_step: int | None = None

    @property
    def hidden(self) -> tuple[str, ...]:
        """Patterns whose count is not shown."""
        return tuple(cell for cell, kept in self.cells.items() if kept.hidden)

    @property
    def shown(self) -> dict[str, int]:
        """Counts that are, by pattern."""
        return {cell: kept.count for cell, kept in self.cells.items() if kept.count is not None}


def patterns(table: CaptureTable) -> tuple[str, ...]:
    """Every pattern the table could hold, for each set of active lists it has.

    Examples:
        >>> patterns(CaptureTable.of("AB", {"10": 5}))
        ('11', '10', '01')
    """
    masks = {"".join("-" if c == NOT_ACTIVE else "x" for c in p) for p in table.counts}
    masks = masks or {"x" * len(table.lists)}
    found = {
        "".join(choice)
        for mask in masks
        for choice in itertools.product(*("-" if m == "-" else "01" for m in mask))
        if "1" in choice
    }
    return tuple(sorted(found, reverse=True))


def protect(
    table: CaptureTable,
    threshold: int,
    *,
    reports: Mapping[str, int] | None = None,
    bound: bool = True,
    bound_step: int = 50,
) -> ProtectedTable:
    """Hide what must be hidden, and prove it.

    Args:
        table: the true counts.
        threshold: counts under it are hidden; zeros too.
        reports: reports by list, which are printed to the nearest ten and say that a
            list has no more people than that.
        bound: whether a lower bound (a function of the people on one and on two lists)
            is to be printed.
        bound_step: the step in which it would be; a coarser one is taken where that saves a
            list's total from being hidden, and none is printed where none is safe.

    Raises:
        NotPublishable: no way of hiding keeps the small counts from being computed.

    Examples:
        >>> table = CaptureTable.of("ABC", {"100": 50, "010": 40, "001": 30, "110": 20,
        ...                                 "101": 3, "011": 12, "111": 9})
        >>> protected = protect(table, 5)
        >>> "101" in protected.hidden, protected.observed, len(protected.hidden) > 1
        (True, 164, True)
    """
    _refuse_outright(table, threshold)
    cells = patterns(table)
    counts = {cell: table.counts.get(cell, 0) for cell in cells}
    caps = _report_caps(table, reports or {})
    best: tuple[_Hiding, tuple[Statement, ...], int | None] | None = None
    for step in (bound_step * k for k in BOUND_STEPS if bound):
        extra = (*caps, *_bound_box(table, cells, step))
        hiding = _hide(table, counts, threshold, extra)
        if hiding and (best is None or len(hiding.totals) < len(best[0].totals)):
            best = hiding, extra, step
        if best and not best[0].totals:
            break
    if best is None and (hiding := _hide(table, counts, threshold, caps)):
        best = hiding, caps, None
    if best is not None:
        return _proved(table, counts, threshold, *best)
    raise NotPublishable(
        f"no way of hiding counts keeps those under {threshold} from being computed",
        hint="publish fewer lists together, or count a wider population",
    )


def _refuse_outright(table: CaptureTable, threshold: int) -> None:
    if table.observed < threshold:
        raise NotPublishable(
            f"fewer than {threshold} people are on any list, and nothing may be said of so few"
        )
    if len(table.lists) > MAX_LISTS:
        raise NotPublishable(
            f"a table of {len(table.lists)} lists has more cells than can be shown or protected",
            hint=f"publish at most {MAX_LISTS} lists together",
        )
    if len(table.lists) == 2 and table.on(table.lists) < threshold:
        raise NotPublishable(
            f"fewer than {threshold} people are on both lists, and an estimate from two lists "
            "gives their number away",
            hint="a third list, or a wider population",
        )


def _report_caps(table: CaptureTable, reports: Mapping[str, int]) -> tuple[Statement, ...]:
    """A list has no more people than reports, which are printed to the nearest ten."""
    return tuple(
        Statement(
            f"reports of {name}",
            _of_list(table, name, patterns(table)),
            0,
            coarse(reports[name]) + REPORT_STEP // 2,
        )
        for name in table.lists
        if name in reports and reports[name] >= table.on([name])
    )


def coarse(count: int, step: int = REPORT_STEP) -> int:
    """To the nearest ten, half up.

    Examples:
        >>> coarse(364), coarse(365), coarse(3)
        (360, 370, 0)
    """
    return (count + step // 2) // step * step


def _of_list(table: CaptureTable, name: str, cells: Sequence[str]) -> frozenset[str]:
    at = table.lists.index(name)
    return frozenset(cell for cell in cells if cell[at] == "1")


def _bound_box(table: CaptureTable, cells: Sequence[str], step: int) -> tuple[Statement, ...]:
    """Hold f1 and f2 in a box in which the printed lower bound does not change.

    Chao's bound is n + f1^2 / (2 f2): not linear, so the reader's knowledge of it cannot
    be handed to the audit as it is. Holding f1 and f2 in a box around the truth in which
    the printed number stays the same hands the attacker more than he has, so what
    withstands this withstands that.
    """
    f1, f2, n, lists = (
        table.seen_exactly(1),
        table.seen_exactly(2),
        table.observed,
        len(table.lists),
    )
    printed = _bound(n, f1, f2, lists, step)
    reach = 0
    while reach < n and all(
        _bound(n, f1 + a * (reach + 1), f2 + b * (reach + 1) * 2, lists, step) == printed
        for a in (-1, 1)
        for b in (-1, 1)
    ):
        reach += 1
    boxes = ((1, f1, reach), (2, f2, 2 * reach))
    return tuple(
        Statement(
            f"people on exactly {k} lists, as the lower bound tells",
            frozenset(cell for cell in cells if cell.count("1") == k),
            max(f - width, 0),
            f + width,
        )
        for k, f, width in boxes
    )


def _bound(n: int, f1: int, f2: int, lists: int, step: int) -> int | None:
    if f1 < 0 or f2 < 0:
        return None
    unseen = f1 * f1 / (2 * f2) if f2 else f1 * (f1 - 1) / 2
    return round((n + (lists - 1) / lists * unseen) / step)


@attrs.frozen
class _Hiding:
    cells: frozenset[str]
    totals: frozenset[str]


def _statements(
    table: CaptureTable, cells: Sequence[str], hidden_totals: frozenset[str]
) -> tuple[Statement, ...]:
    n, totals = table.observed, table.list_totals
    return (
        Statement("people on at least one list", frozenset(cells), n, n),
        *(
            Statement(f"people of {name}", _of_list(table, name, cells), totals[name], totals[name])
            for name in table.lists
            if name not in hidden_totals
        ),
    )


def _hide(
    table: CaptureTable, counts: Mapping[str, int], threshold: int, extra: tuple[Statement, ...]
) -> _Hiding | None:
    """Primary, then complementary suppression, one small cell at a time.

    1. Hide every small cell, and every list total under the threshold.
    2. For each small cell in a fixed order: the cheapest further hiding under which it
       could be zero, and under which it could reach the threshold while another hidden
       cell is the small one. What is hidden already costs nothing more.

    Costs do not depend on the counts that are hidden, or the choice would tell them.
    """
    small = frozenset(cell for cell, n in counts.items() if n < threshold)
    totals = frozenset(name for name, n in table.list_totals.items() if n < threshold)
    hiding = _Hiding(small, totals)
    witnesses: list[Mapping[str, float]] = [counts] if small else []
    for cell in sorted(small, key=lambda c: (c.count("1"), c)):
        for least in (False, True):
            if any(w[cell] == 0 if least else w[cell] >= threshold for w in witnesses):
                continue  # a table that the reader cannot tell from this one shows it already
            grown = _shield(table, counts, threshold, extra, hiding, cell, least=least)
            if grown is None:
                return None
            hiding, witness = grown
            witnesses.append(witness)
    while open_ := _told_closely(table, counts, threshold, extra, hiding):
        grown = _shield(table, counts, threshold, extra, hiding, open_, least=True)
        if grown is None or grown[0] == hiding:
            return None
        hiding = grown[0]
    return hiding


def _told_closely(
    table: CaptureTable,
    counts: Mapping[str, int],
    threshold: int,
    extra: tuple[Statement, ...],
    hiding: _Hiding,
) -> str | None:
    """The first hidden cell that could still be told too closely."""
    if not hiding.cells:
        return None
    found = audit.ranges(_printed(table, counts, threshold, hiding, extra))
    return next((c for c, limits in found.items() if audit.gives_away(limits, threshold)), None)


def _printed(
    table: CaptureTable,
    counts: Mapping[str, int],
    threshold: int,
    hiding: _Hiding,
    extra: tuple[Statement, ...],
) -> Printed:
    cells = tuple(counts)
    return Printed(
        shown={cell: n for cell, n in counts.items() if cell not in hiding.cells},
        hidden=tuple(cell for cell in cells if cell in hiding.cells),
        statements=(*_statements(table, cells, hiding.totals), *extra),
        threshold=threshold,
    )


def _shield(
    table: CaptureTable,
    counts: Mapping[str, int],
    threshold: int,
    extra: tuple[Statement, ...],
    hiding: _Hiding,
    cell: str,
    *,
    least: bool,
) -> tuple[_Hiding, Mapping[str, float]] | None:
    """The cheapest hiding that holds `hiding` and lets `cell` be zero, or the threshold.

    Also returns the witness: a whole table that the reader then cannot tell from the true one.

    Variables: a count x and a 'hidden' y for each cell, a 'hidden' h for each list total,
    a 'small' z for each cell. A witness table x must agree with all that stays printed.
    """
    cells, lists = list(counts), table.lists
    k, j, n = len(cells), len(lists), table.observed
    x, y, h, z = (slice(0, k), slice(k, 2 * k), slice(2 * k, 2 * k + j), slice(2 * k + j, None))
    size = 3 * k + j
    a = np.array([counts[c] for c in cells], float)
    rows: list[np.ndarray] = []
    lows: list[float] = []
    highs: list[float] = []

    def must(low: float, high: float, **parts: tuple[slice, np.ndarray]) -> None:
        row = np.zeros(size)
        for where, values in parts.values():
            row[where] += values
        rows.append(row)
        lows.append(low)
        highs.append(high)

    def inside(part: frozenset[str]) -> np.ndarray:
        return np.array([float(c in part) for c in cells])

    for i in range(k):
        one = np.eye(k)[i]
        must(-np.inf, a[i], up=(x, one), off=(y, (a[i] - n) * one))  # shown: x = a
        must(a[i], np.inf, up=(x, one), off=(y, a[i] * one))
        must(-np.inf, n, up=(x, one), small=(z, (n - threshold + 1) * one))
        must(-np.inf, 0, small=(z, one), off=(y, -one))  # small only if hidden
    must(n, n, all=(x, np.ones(k)))
    for q, name in enumerate(lists):
        part, total = inside(_of_list(table, name, cells)), table.on([name])
        must(-np.inf, total, all=(x, part), off=(h, (total - n) * np.eye(j)[q]))
        must(total, np.inf, all=(x, part), off=(h, total * np.eye(j)[q]))
    for statement in extra:
        must(statement.low, statement.high, all=(x, inside(statement.cells)))
    must(1, k, small=(z, np.ones(k)))
    low = np.zeros(size)
    high = np.concatenate([np.full(k, float(n)), np.ones(k + j + k)])
    low[y] = [float(c in hiding.cells) for c in cells]
    low[h] = [float(name in hiding.totals) for name in lists]
    at = cells.index(cell)
    low[at], high[at] = (0.0, 0.0) if least else (float(threshold), float(n))
    cost = np.zeros(size)
    cost[y] = [1.0 + 1.0 / (1 + c.count("1")) + 1e-3 * i / k for i, c in enumerate(cells)]
    cost[h] = [TOTAL_COST + 1e-3 * q / j for q in range(j)]
    found = solver.least(cost, rows, lows, highs, low, high)
    if not found.success:
        return None
    hiding = _Hiding(
        frozenset(c for c, v in zip(cells, found.x[y], strict=True) if v > 0.5),
        frozenset(c for c, v in zip(lists, found.x[h], strict=True) if v > 0.5),
    )
    return hiding, dict(zip(cells, (round(v) for v in found.x[x]), strict=True))


def _proved(
    table: CaptureTable,
    counts: Mapping[str, int],
    threshold: int,
    hiding: _Hiding,
    extra: tuple[Statement, ...],
    step: int | None,
) -> ProtectedTable:
    printed = _printed(table, counts, threshold, hiding, extra)
    return ProtectedTable(
        lists=table.lists,
        cells={cell: Kept(printed.shown.get(cell)) for cell in counts},
        totals={
            name: Kept(None if name in hiding.totals else total)
            for name, total in table.list_totals.items()
        },
        observed=table.observed,
        threshold=threshold,
        ranges=audit.judge(printed, counts),
        statements=printed.statements,
        bound_step=step,
    )
