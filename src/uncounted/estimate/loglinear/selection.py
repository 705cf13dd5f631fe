"""Log-linear model selection by BIC or AIC, repeated in every bootstrap resample.

The number that the best model gives says nothing about the other models that fit
nearly as well, so the interval is taken over resamples that choose for themselves,
and the average over all models is reported too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import attrs
import numpy as np

from uncounted.captures import CaptureTable
from uncounted.errors import NotEstimable, UsedWrongly
from uncounted.estimate.base.checks import check
from uncounted.estimate.base.disconnected import SET_ASIDE, Disconnected
from uncounted.estimate.base.estimator import estimator, log_normal_interval
from uncounted.estimate.base.result import Estimate
from uncounted.estimate.base.rows import Details
from uncounted.estimate.base.warning import EstimateWarning
from uncounted.estimate.loglinear.cell_counts import CellCounts
from uncounted.estimate.loglinear.hierarchy import Model, hierarchical, in_brackets
from uncounted.estimate.loglinear.inference import RESAMPLES as RESAMPLES
from uncounted.estimate.loglinear.inference import Choice, with_interval
from uncounted.estimate.loglinear.mle_existence import Register
from uncounted.estimate.loglinear.model_search import (
    STARTS,
    Criterion,
    Ranked,
    best_of,
    greedy,
    rank,
)

type Search = Literal["all", "greedy"]

FEWEST, MOST = 3, 10
ALL = 6  # lists up to which every model of pairs is fitted; one list fewer for every model
# Models that resamples choose from; for 3 to 6 lists as Silverman, Chan and Vincent (2024)
_TOP = {3: 8, 4: 20, 5: 100, 6: 100, 7: 50, 8: 40, 9: 30, 10: 30}
_SHOWN = 10

ASSUMPTION = (
    "The dependence between lists follows the selected log-linear model: interactions that it "
    "leaves out are zero, and people on no list follow the same model as those on some."
)
_GREEDY = EstimateWarning("greedy-search", "too many log-linear models to fit all of them")


def leaders(table: CaptureTable, disconnected: Disconnected = SET_ASIDE) -> tuple[Model, ...]:
    """The models that resamples of this table would choose from, for `among`; () if none."""
    checked = check(table, disconnected)
    J = len(checked.table.lists)
    if checked.refusal is not None or not FEWEST <= J <= MOST:
        return ()
    cells, order = CellCounts.of(checked.table), _order(J, None)
    try:
        return _ranked(cells, order, _how(J, order), "bic", _TOP[J], STARTS, Register()).models
    except NotEstimable:
        return ()


def _order(J: int, max_order: int | None) -> int:
    return max_order or (J - 1 if J < ALL else 2)


def _how(J: int, order: int) -> Search:
    """All models where they can be listed: 6,893 for five lists, 32,768 of pairs for six."""
    return "all" if J < ALL or order == 1 or (J == ALL and order == 2) else "greedy"


def _ranked(
    cells: CellCounts,
    order: int,
    how: str,
    criterion: Criterion,
    top: int,
    starts: int,
    register: Register,
) -> Ranked:
    if how == "all":
        return rank(cells, hierarchical(cells.lists, order), criterion, top, register)
    return greedy(cells, order, criterion, top, starts, register)


@attrs.frozen
class Candidates:
    """Log-linear models to select from.

    Attributes:
        max_order: most lists in one interaction term: one less than all of them, unless
            given; 2 from six lists on.
        search: `all`, `greedy`, or None: all models where they can be listed.
        starts: models that the greedy search starts from; 1: main effects alone, the
            downhill search of Silverman, Chan and Vincent (2024).
        models: only these (masks over the lists in order of their names), for tables of
            which a similar one has been ranked before (see `leaders`); without effect when a
            list of this table was empty, so that there are fewer.
    """

    max_order: int | None = None
    search: Search | None = None
    starts: int = STARTS
    models: Sequence[Model] | None = None


CANDIDATES = Candidates()


@estimator("log-linear")
def log_linear(
    table: CaptureTable,
    *,
    level: float = 0.95,
    seed: int = 1,
    criterion: Criterion = "bic",
    candidates: Candidates = CANDIDATES,
    resamples: int = RESAMPLES,
    top: int | None = None,
) -> Estimate:
    """Hierarchical log-linear model with the lowest BIC; the bootstrap repeats the selection.

    1. Every hierarchical model with all main effects, up to order `candidates.max_order`, is fitted
       to the observable cells as Poisson counts; an empty overlap has its
       parameter at minus infinity and its cells at 0 (Chan, Silverman and Vincent 2021).
       Where they are too many (seven lists, or six with sets of three), a greedy search
       is made instead, with a warning.
    2. Models without an estimate, or with more than one, are skipped (Fienberg and
       Rinaldo 2012). The least BIC (or AIC) of the rest is chosen.
    3. The people are resampled; in each resample the `top` models of step 2 are fitted
       again and the best is chosen; BCa (Silverman, Chan and Vincent 2024).

    Parameters
    ----------
    table : CaptureTable
        3 to 10 lists.
    level : float, default 0.95
        Of the interval.
    seed : int, default 1
        Of the resamples; the search does not depend on it.
    criterion : Criterion, default 'bic'
        `bic` (with the number of people) or `aic`.
    candidates : Candidates, optional
        Models to select from, and how they are searched.
    resamples : int, default RESAMPLES
        For the BCa interval; from 2 to 199 they give a standard error and a log-normal
        interval, with 0 the interval is the profile likelihood of the chosen model, which
        leaves the doubt about the choice out.
    top : int | None
        Models that resamples choose from; 8, 20, 100, 100 for 3, 4, 5, 6 lists, and 30 to 50
        for more.

    Returns
    -------
    Estimate
        N with its interval, or a refusal with its reason.

    Raises
    ------
    UsedWrongly
        No such criterion or search, or an order or number that cannot be.

    References
    ----------
    Silverman, B. W., Chan, L. and Vincent, K. (2024). Bootstrapping multiple systems estimates to
    account for model selection. Statistics and Computing 34.
    Fienberg, S. E. and Rinaldo, A. (2012). Maximum likelihood estimation in log-linear models.
    Annals of Statistics 40:996-1023.

    Examples
    --------
    >>> from uncounted.captures import CaptureTable
    >>> korea = CaptureTable.of("bcd", {"001": 41, "010": 5, "100": 5, "110": 54,
    ...                                 "101": 6, "111": 12})
    >>> estimate = log_linear(korea, resamples=0)
    >>> estimate.settings["model"], round(estimate.point, 4)
    ('[12,23]', 157.1667)
    """
    _check(len(table.lists), criterion, candidates, resamples, top)
    order = _order(len(table.lists), candidates.max_order)
    cells, register, starts = CellCounts.of(table), Register(), candidates.starts
    top = top or _TOP[cells.lists]
    how: str = candidates.search or _how(cells.lists, order)
    models = candidates.models
    if models and max(models[0]).bit_length() == cells.lists:
        ranked, how = rank(cells, tuple(models), criterion, top, register), "among those given"
    else:
        ranked = _ranked(cells, order, how, criterion, top, starts, register)
    choice = Choice(
        ranked.models[0],
        float(ranked.numbers[0]) - cells.observed,
        float(ranked.errors[0]),
        lambda tables: best_of(tables, ranked.models, criterion, register),
    )
    settings = {
        "model": in_brackets(ranked.models[0], cells.places),
        "criterion": criterion,
        "max_order": order,
        "search": how,
        **({"starts": starts} if how == "greedy" else {}),
        "models": ranked.fitted,
        "top": top,
    }
    chosen = Estimate(
        "log-linear",
        "ok",
        point=cells.observed + choice.n0,
        level=level,
        seed=seed,
        settings=settings,
        diagnostics=_diagnostics(cells, ranked, criterion, level),
        point_kind="maximum likelihood of the model with the least " + criterion.upper(),
        assumption=ASSUMPTION,
        warnings=(_GREEDY,) if how == "greedy" else (),
    )
    return with_interval(chosen, cells, choice, resamples)


def _check(
    J: int,
    criterion: str,
    candidates: Candidates,
    resamples: int,
    top: int | None,
) -> None:
    max_order, search, starts = candidates.max_order, candidates.search, candidates.starts
    if J < FEWEST:
        raise NotEstimable(
            "with two lists no log-linear model but independence can be fitted",
            hint="use two-list with a stated odds ratio, or independence",
        )
    if J > MOST:
        raise NotEstimable(
            f"log-linear models are selected among up to {MOST} lists, and there are {J}",
            hint="use fewer lists, or merge lists of one collector",
        )
    if criterion not in ("bic", "aic"):
        raise UsedWrongly(f"unknown criterion {criterion!r}", hint="criteria: bic, aic")
    if max_order is not None and not 1 <= max_order < J:
        raise UsedWrongly(
            f"max_order {max_order} is not between 1 and {J - 1}",
            hint="the interaction of all lists is not identifiable",
        )
    if search not in ("all", "greedy", None):
        raise UsedWrongly(f"unknown search {search!r}", hint="searches: all, greedy")
    if search == "all" and _how(J, _order(J, max_order)) != "all":
        raise UsedWrongly(
            f"the models of {J} lists with sets of up to {_order(J, max_order)}"
            " are too many to enumerate",
            hint="search greedy, or max_order 2 with six lists",
        )
    if (top is not None and top < 1) or starts < 1:
        raise UsedWrongly("top and starts must be at least 1")


def _diagnostics(cells: CellCounts, ranked: Ranked, criterion: Criterion, level: float) -> Details:
    """What a statistician looks at beside the fit: the rivals, and their average.

    Buckland, Burnham and Augustin (1997): weights exp(-criterion / 2), standard error
    sum w sqrt(se^2 + (N - average)^2); the interval is log-normal in the unseen.
    """
    weights = ranked.weights
    average = float(weights @ ranked.numbers)
    error = float(weights @ np.sqrt(ranked.errors**2 + (ranked.numbers - average) ** 2))
    shown = [
        {
            "model": in_brackets(model, cells.places),
            "point": float(ranked.numbers[i]),
            "se": float(ranked.errors[i]),
            criterion: float(ranked.criterion[i]),
            "weight": float(weights[i]),
        }
        for i, model in enumerate(ranked.models[:_SHOWN])
    ]
    return {
        criterion: float(ranked.criterion[0]),
        "average": average,
        "average_se": error,
        "average_interval": log_normal_interval(
            cells.observed, average - cells.observed, error**2, level
        ),
        "weight": float(weights[0]),
        "inadmissible": ranked.inadmissible,
        "models": shown,
    }
