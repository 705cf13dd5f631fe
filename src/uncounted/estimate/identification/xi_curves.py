"""Sensitivity curves of an identified estimate: over xi, over priors on cells, up to a claim.

Each answers a question that a reader asks of a single number, with rows in which one
thing is changed and the draws of all else are kept.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from uncounted.captures import CaptureTable
from uncounted.errors import UsedWrongly
from uncounted.estimate.base.assumptions import NHOI, Assumption
from uncounted.estimate.base.checks import check
from uncounted.estimate.base.rows import CellModelRow, IdentifiedXiRow
from uncounted.estimate.base.settings import XI
from uncounted.estimate.identification.cell_models import CellModel, Dirichlet
from uncounted.estimate.identification.estimator import Remembered, identify
from uncounted.estimate.identification.loglinear_cells import MOST_LISTS, LogLinear

_FARTHEST = 12.0  # |log xi|


def xi_curve(
    table: CaptureTable,
    *,
    xis: Sequence[float] = XI,
    assumption: Assumption | None = None,
    cells: CellModel | str = "dirichlet",
    **more: Any,
) -> tuple[IdentifiedXiRow, ...]:
    """N at each xi of an assumption, all from the same draws of the seen patterns.

    Args:
        table: counts by pattern.
        xis: rows.
        assumption: whose xi is replaced; `NHOI` unless given.
        cells: as in `identify`.
        more: `level`, `seed`, `prior`, `draws`, as in `identify`.

    Examples:
        >>> table = CaptureTable.of("AB", {"10": 400, "01": 200, "11": 100})
        >>> [round(row.point, -2) for row in xi_curve(table, xis=(0.5, 1, 2))]
        [2300.0, 1500.0, 1100.0]
    """
    whole = assumption or NHOI()
    model = Remembered(cells)
    rows = []
    for xi in xis:
        estimate = identify(table, cells=model, assumption=whole.at(xi), **more)
        rows.append(
            IdentifiedXiRow(
                xi,
                *estimate.result,
                contradicted=estimate.diagnostics.get("contradicted"),
                basis=f"{whole.name}; {model.name}",
            )
        )
    return tuple(rows)


def prior_rows(
    table: CaptureTable,
    *,
    assumption: Assumption | None = None,
    cells: Sequence[CellModel] | None = None,
    **more: Any,
) -> tuple[CellModelRow, ...]:
    """N under other priors on the seen patterns: what the prior does where patterns are empty.

    Args:
        table: counts by pattern.
        assumption: `NHOI(1)` unless given; with two lists it must be given.
        cells: models to try; Dirichlet with 1, 1/2 and 2^-J, and log-linear with a standard
            deviation of 2.5, 5 and 10 (to five lists) unless given.
        more: `level`, `seed`, `prior`, `draws`, as in `identify`.

    Examples:
        >>> table = CaptureTable.of("AB", {"10": 400, "01": 200, "11": 100})
        >>> rows = prior_rows(table, assumption=NHOI(), cells=[Dirichlet(1), Dirichlet(0.5)])
        >>> [(row.cells, round(row.point, -2)) for row in rows]
        [('Dirichlet(1)', 1500.0), ('Dirichlet(0.5)', 1500.0)]
    """
    whole = assumption or NHOI()
    checked = check(table)
    if cells is None:
        cells = [Dirichlet(1.0), Dirichlet(0.5), Dirichlet(None)]
        if len(checked.table.lists) <= MOST_LISTS:
            cells = [*cells, LogLinear(2.5), LogLinear(5.0), LogLinear(10.0)]
    rows = []
    for model in cells:
        estimate = identify(table, cells=model, assumption=assumption, **more)
        share = None
        if checked.refusal is None:
            ordered = checked.table.select(sorted(checked.table.lists))
            share = model.prior_share(ordered, whole)
        rows.append(CellModelRow(model.name, *estimate.result, share))
    return tuple(rows)


def xi_at(
    table: CaptureTable,
    claim: float,
    *,
    assumption: Assumption | None = None,
    cells: CellModel | str = "dirichlet",
    **more: Any,
) -> dict[str, float | None]:
    """The xi of the assumption itself at which point, lower and upper end come to a claimed N.

    For `NHOI` this is what `tipping` says; for a pair of lists xi does not act on the unseen
    in proportion, and it is looked for by halving. None: no xi between e^-12 and e^12 does
    it, or the table contradicts the assumption before.

    Raises:
        UsedWrongly: the claim is not above the number observed.
        NotEstimable: at xi = 1, or at the assumption's own, there is no number.

    Examples:
        >>> table = CaptureTable.of("AB", {"10": 400, "01": 200, "11": 100})
        >>> round(xi_at(table, 1500, assumption=NHOI())["point"], 1)
        1.0
    """
    if not table.observed < claim < math.inf:
        raise UsedWrongly(f"a claim of {claim:,.0f} is not above the {table.observed:,} observed")
    whole, model = assumption or NHOI(), Remembered(cells)
    identify(table, cells=model, assumption=assumption, **more).number()

    own = math.log(whole.xi)

    def limits(log_xi: float) -> tuple[float, float, float]:
        at = whole.at(math.exp(log_xi))
        estimate = identify(table, cells=model, assumption=at, **more)
        if estimate.point is None or estimate.interval is None:
            # Far below its own xi there is no end, far above it a contradiction.
            return (math.inf if log_xi < own else math.nan,) * 3
        return estimate.point, *estimate.interval

    def halve(which: int) -> float | None:
        low, high = own - _FARTHEST, own + _FARTHEST
        if not limits(low)[which] > claim or limits(high)[which] > claim:
            return None
        while high - low > 1e-4:
            middle = (low + high) / 2
            low, high = (middle, high) if limits(middle)[which] > claim else (low, middle)
        return None if math.isnan(limits(high)[which]) else math.exp(low)

    return {"point": halve(0), "low": halve(1), "high": halve(2)}
