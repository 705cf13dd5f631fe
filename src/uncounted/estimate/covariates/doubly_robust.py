"""Doubly robust estimation with covariates (Das et al. 2021, Dulce Rubio and Kennedy 2024).

Das, Kennedy and Jewell (arXiv:2104.14091): two lists are taken to be independent among
people who are alike in what is known of them. Sums over people replace the one
cross-product of a table; the regressions inside may be wrong for either list, if not
for both, and may be slow learners without spoiling the interval.

Dulce Rubio and Kennedy (arXiv:2407.03539): of some of the lists it is assumed that they have no
highest-order interaction, given the covariates, among people whom the other lists miss.

It takes a `PersonTable`, never a count table, and gives one row per choice of lists. The
rows are not averaged: they rest on different assumptions.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import combinations

import attrs
import numpy as np

from uncounted.captures import CaptureTable
from uncounted.errors import NotEstimable, UsedWrongly, unknown
from uncounted.estimate.base.checks import check
from uncounted.estimate.base.estimator import log_n0, log_normal_interval, z_of
from uncounted.estimate.base.result import Estimate
from uncounted.estimate.base.rows import Details, Interval, ListsXiRow, PsiRow
from uncounted.estimate.base.settings import XI
from uncounted.estimate.base.warning import EstimateWarning
from uncounted.estimate.covariates.covariate_study import CovariateStudy
from uncounted.estimate.covariates.cross_fitting import (
    FOLDS,
    Lists,
    Unrecorded,
    fit_lists,
    margin_of,
    restricted,
    signs_of,
)
from uncounted.estimate.covariates.nuisance import RIDGE_LOGIT, Learner, ridge_logit
from uncounted.histories import PersonTable

METHOD = "doubly-robust"
PSI = (0.5, 2 / 3, 1.0, 1.5, 2.0)
_HEAVY = 0.1  # share of the unseen that a single person may stand for without a warning


def doubly_robust(
    people: PersonTable,
    *,
    lists: Sequence[Lists] | None = None,
    level: float = 0.95,
    seed: int = 1,
    psi: float = 1.0,
    learner: Learner = ridge_logit,
    alone: bool = False,
    xi: Sequence[float] = XI,
) -> CovariateStudy:
    """Doubly robust estimation of N, lists independent given covariates (Das et al. 2021).

    Three lists and more have no highest-order interaction given covariates. Each choice of
    lists has for its answer a refusal or an `Estimate`, as of any method; see `fit_lists` for
    the formulas.

    Args:
        people: one row per person.
        lists: two lists or more each; every pair unless given.
        level: of the intervals.
        seed: of the folds.
        psi: how many times as high the odds of being on one list are, among people who
            are alike, for those on the other as for those not on it; of pairs of lists.
        learner: of the regressions.
        alone: assume it only among people on no other list (Dulce Rubio and Kennedy 2024).
        xi: values of the sensitivity analysis of three lists and more.
    """
    z_of(level)
    if not 0 < psi < np.inf:
        raise UsedWrongly(f"psi {psi} is not above 0", hint="1: independent among people alike")
    chosen = tuple(lists) if lists is not None else _pairs(people)
    for names in chosen:
        _check_lists(people, names)
    spec = _Spec(level, seed, psi, learner, alone)
    estimates, rows, xi_rows = [], [], []
    for names in chosen:
        began = time.perf_counter()
        estimate, unrecorded = _fit(people, names, spec)
        estimates.append(attrs.evolve(estimate, seconds=time.perf_counter() - began))
        if len(names) == 2 and not alone:
            rows += _sensitivity(estimate, unrecorded, people.observed, names, spec)
        else:
            xi_rows += _xi(estimate, unrecorded, names, xi, spec)
    totals = people.memberships.sum(axis=0).tolist()
    return CovariateStudy(
        observed=people.observed,
        lists=dict(zip(people.lists, totals, strict=True)),
        covariates=tuple(people.covariates),
        chosen=chosen,
        estimates=tuple(estimates),
        sensitivity=tuple(rows),
        seed=seed,
        xi=tuple(xi_rows),
    )


@attrs.frozen
class _Spec:
    level: float
    seed: int
    psi: float
    learner: Learner
    alone: bool

    def factor(self, names: Lists) -> float:
        """How many times the undocumented of these lists are: psi is of two lists."""
        return self.psi if len(names) == 2 else 1.0


def _pairs(people: PersonTable) -> tuple[Lists, ...]:
    if len(people.lists) < 2:
        raise UsedWrongly("at least two lists are needed, and there is one")
    return tuple(combinations(people.lists, 2))


def _check_lists(people: PersonTable, names: Lists) -> None:
    if missing := [name for name in names if name not in people.lists]:
        raise UsedWrongly(
            unknown("list", missing[0], people.lists),
            hint=f"lists: {', '.join(people.lists)}",
        )
    if not 2 <= len(set(names)) == len(names):
        raise UsedWrongly("two different lists or more are estimated from")


def _fit(people: PersonTable, names: Lists, spec: _Spec) -> tuple[Estimate, Unrecorded | None]:
    table = CaptureTable(people.lists, restricted(people, names, alone=spec.alone).counts()).select(
        names
    )
    checked = check(table)
    refusal = checked.refusal
    try:
        if refusal is not None:
            raise NotEstimable(refusal.reason, hint=refusal.hint)  # noqa: TRY301
        if len(checked.table.lists) < len(names):
            raise NotEstimable(  # noqa: TRY301
                "a list is empty or identical to another",
                hint="leave it out",
            )
        unrecorded = fit_lists(
            people, names, learner=spec.learner, seed=spec.seed, alone=spec.alone
        )
        return _estimate(people, names, table, spec, unrecorded), unrecorded
    except NotEstimable as why:
        refusal_code = None if refusal is None else refusal.code
        no = Estimate(
            METHOD,
            "refused",
            str(why),
            why.hint,
            settings={"lists": list(names), "among": _among(spec)},
            input=people.digest(),
            refusal_code=refusal_code,
        )
        return no, None


def _estimate(
    people: PersonTable, names: Lists, table: CaptureTable, spec: _Spec, unrecorded: Unrecorded
) -> Estimate:
    factor = spec.factor(names)
    seen = unrecorded.documented if spec.alone else table.observed
    n0 = factor * unrecorded.one_step
    N = seen + n0
    if n0 <= 0:
        raise NotEstimable(
            "the corrected estimate is below the number documented: the regressions do not fit",
            hint="fewer covariates, or another learner",
        )
    variance = unrecorded.variance(factor)
    floor = max(unrecorded.documented, seen)
    interval = _interval(seen, n0, variance, floor, spec)
    if floor > N and interval[1] <= floor:
        raise NotEstimable(
            "these lists give fewer people than all lists together have"
            " documented: given the covariates they are positively dependent,"
            " which contradicts the assumption",
            hint="state their odds ratio (psi above 1), or choose other lists",
        )
    return Estimate(
        method=METHOD,
        status="ok",
        point=max(N, float(floor)),
        point_kind="one-step",
        interval=interval,
        level=spec.level,
        interval_kind="log-normal",
        assumption=assumption(names, tuple(people.covariates), factor, alone=_apart(people, spec)),
        settings=_settings(people, names, spec),
        diagnostics=_diagnostics(names, table, factor, unrecorded, variance),
        warnings=_warnings(N, floor, unrecorded, len(names)),
        seed=spec.seed,
        input=people.digest(),
        log_n0=log_n0(max(N - floor, 0.0), variance),
    )


def _interval(seen: int, n0: float, variance: float, floor: int, spec: _Spec) -> Interval:
    low, high = log_normal_interval(seen, n0, variance, spec.level)
    return max(low, float(floor)), max(high, float(floor))


def _settings(people: PersonTable, names: Lists, spec: _Spec) -> Details:
    covariates = {
        name: "categories" if column.dtype.kind != "f" else "numbers"
        for name, column in people.covariates.items()
    }
    factor, pair = spec.factor(names), len(names) == 2
    return {
        "lists": list(names),
        "among": _among(spec),
        "covariates": covariates,
        **({"psi": factor} if pair else {}),
        **({"xi": 1 / factor} if spec.alone or not pair else {}),
        "learner": RIDGE_LOGIT if spec.learner is ridge_logit else "given by the caller",
        "folds": FOLDS,
        "margin": margin_of((1 << len(names)) - 1),
    }


def _diagnostics(
    names: Lists, table: CaptureTable, psi: float, unrecorded: Unrecorded, variance: float
) -> Details:
    """Both sums, the answer without covariates, and how much it depends on few people."""
    base = unrecorded.documented - len(unrecorded.terms)
    seen = 1 / (1 + psi * unrecorded.stood_for)
    cells = (1 << len(names)) - 1
    flat = [table.counts[f"{c + 1:0{len(names)}b}"[::-1]] for c in range(cells)]
    return {
        "both": table.on(names),
        "rows": len(unrecorded.terms),
        "elsewhere": base,
        "plug_in": psi * unrecorded.plug_in,
        "one_step": psi * unrecorded.one_step,
        "without_covariates": psi * float(np.exp(np.log(flat) @ signs_of(cells))),
        "se": variance**0.5,
        "clipped": unrecorded.clipped,
        "largest_part": unrecorded.largest_part,
        "chance_of_being_seen": np.quantile(seen, [0.01, 0.5, 0.99]).tolist(),
    }


def _warnings(
    N: float, floor: int, unrecorded: Unrecorded, lists: int
) -> tuple[EstimateWarning, ...]:
    found = []
    if floor > N:
        found.append(
            EstimateWarning(
                "below-documented",
                f"these lists alone give {N:,.0f}; all lists together document {floor:,}",
            )
        )
    if unrecorded.clipped:
        found.append(
            EstimateWarning(
                "rare-overlap",
                f"{unrecorded.clipped} people: the probability of being on"
                f" {'both lists' if lists == 2 else 'some lists together'} was below the margin and"
                " was raised to it",
            )
        )
    if (share := unrecorded.largest_part) > _HEAVY:
        text = f"one person accounts for {share:.0%} of the undocumented"
        found.append(EstimateWarning("influential-person", text))
    return tuple(found)


def _apart(people: PersonTable, spec: _Spec) -> bool:
    """Whether the assumption is of people on no other list."""
    return spec.alone and len(people.lists) > 2


def _among(spec: _Spec) -> str:
    return "on no other list" if spec.alone else "everyone"


def assumption(
    names: Lists, covariates: tuple[str, ...], psi: float = 1.0, *, alone: bool = False
) -> str:
    """What must be believed, in plain words.

    Examples:
        >>> assumption(("A", "B"), ("age", "sex"))[:59]
        'Among people alike in age and sex, the odds of being on B a'
        >>> assumption(("A", "B", "C"), ("age",))[27:101]
        'the odds ratio of A and B is the same for people on C as for people not on'
    """
    alike = " and ".join(filter(None, [", ".join(covariates[:-1]), covariates[-1]]))
    if alone:
        alike += ", and on no other list"
    if len(names) > 2:
        a, b, *others = names
        what = (
            f"the odds ratio of {a} and {b} is the same for people on {others[0]} as for people"
            " not on it"
            if len(others) == 1
            else f"there is no interaction of all {len(names)} lists ({', '.join(names)})"
        )
        return (
            f"Among people alike in {alike}, {what}; and all people have some chance of"
            " being on any of them together. The lists cannot show whether this is so."
        )
    a, b = names
    how = "the same" if psi == 1 else f"{psi:g} times as high"
    return (
        f"Among people alike in {alike}, the odds of being on {b} are {how} for people on {a} as"
        " for people not on it; and all people have some chance of being on both. The"
        " lists cannot show whether this is so."
    )


def _sensitivity(
    estimate: Estimate,
    unrecorded: Unrecorded | None,
    documented: int,
    names: Lists,
    spec: _Spec,
) -> list[PsiRow]:
    """N at other psi: the unseen are psi times as many, whatever their covariates."""
    if unrecorded is None or not estimate.ok:
        return []
    seen = len(unrecorded.terms)
    rows: list[PsiRow] = []
    for other in sorted({*PSI, spec.psi}):
        n0 = other * unrecorded.one_step
        interval = _interval(seen, n0, unrecorded.variance(other), documented, spec)
        point = max(seen + n0, float(documented))
        rows.append(PsiRow(names, other, point, interval))
    return rows


def _xi(
    estimate: Estimate,
    unrecorded: Unrecorded | None,
    names: Lists,
    values: Sequence[float],
    spec: _Spec,
) -> list[ListsXiRow]:
    """N at other xi: the undocumented are 1 / xi times as many as with no interaction of all.

    So xi is the interaction of an odd number of lists, and one over that of an even number.

    If the interaction varies with the covariates between two values of xi, N is between theirs.
    """
    if unrecorded is None or not estimate.ok:
        return []
    n = unrecorded.documented
    rows: list[ListsXiRow] = []
    for other in sorted({*values, 1.0, 1 / spec.factor(names)}):
        n0 = unrecorded.one_step / other
        interval = _interval(n, n0, unrecorded.variance(1 / other), n, spec)
        rows.append(ListsXiRow(names, _among(spec), other, n + n0, interval))
    return rows
