"""Doubly robust estimation with covariates (Das, Kennedy and Jewell 2021).

Das, Kennedy and Jewell (arXiv:2104.14091): two lists are taken to be independent among
people who are alike in what is known of them. Sums over people replace the one
cross-product of a table; the regressions inside may be wrong for either list, if not
for both, and may be slow learners without spoiling the interval.

It takes a `PersonTable`, never a count table, and gives one row a pair of lists. The
rows are not averaged: they rest on different assumptions.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from itertools import combinations
from typing import Any, Literal

import attrs
import numpy as np

from uncounted.captures import CaptureTable
from uncounted.errors import NotEstimable, UsedWrongly
from uncounted.estimate.base.checks import check
from uncounted.estimate.base.estimator import log_n0, log_normal_interval, z_of
from uncounted.estimate.base.result import Estimate
from uncounted.estimate.base.rows import Details, Interval, PsiRow, as_json
from uncounted.estimate.covariates.cross_fitting import (
    FOLDS,
    MARGIN,
    Unrecorded,
    Way,
    fit_lists,
    parity_signs,
    restricted,
)
from uncounted.estimate.covariates.nuisance import Learner, RidgeLogit
from uncounted.histories import PersonTable

type IntervalKind = Literal["log-normal", "wald"]

METHOD = "doubly-robust"
MOST_LISTS = 4
PSI = (0.5, 2 / 3, 1.0, 1.5, 2.0)
_HEAVY = 0.1  # share of the unseen that a single person may stand for without a warning


@attrs.frozen(eq=False)
class CovariateStudy:
    """An estimate for each set of lists that was asked for, refusals included.

    Attributes:
        observed: people on at least one list.
        lists: people on each list.
        covariates: their names.
        chosen: the lists of each estimate.
        estimates: one a choice of lists, in the same order.
        sensitivity: rows `lists`, `psi`, `point`, `interval`.
        seed: of the folds.
    """

    observed: int
    lists: Mapping[str, int]
    covariates: tuple[str, ...]
    chosen: tuple[tuple[str, ...], ...]
    estimates: tuple[Estimate, ...]
    sensitivity: tuple[PsiRow, ...]
    seed: int

    @property
    def refused(self) -> bool:
        """Whether no choice of lists gives a number."""
        return not any(estimate.ok for estimate in self.estimates)

    @property
    def first(self) -> Estimate:
        """The first estimate; when all are refused, its reason is given."""
        return self.estimates[0]

    def to_json(self) -> dict[str, Any]:
        """`estimates`: one a choice of lists, with `lists`; `sensitivity`: rows of psi."""
        return {
            "observed": self.observed,
            "lists": dict(self.lists),
            "covariates": list(self.covariates),
            "seed": self.seed,
            "version": version("uncounted"),
            "estimates": [
                {"lists": list(lists), **estimate.to_json()}
                for lists, estimate in zip(self.chosen, self.estimates, strict=True)
            ],
            "sensitivity": as_json(self.sensitivity),
        }


@attrs.frozen
class CrossFitting:
    """How the doubly robust estimator is fitted.

    Attributes:
        way: which estimator is the point: `one-step`, `tmle` or `plug-in`, the last
            without an interval. All three are in `diagnostics`.
        interval: `log-normal` for n0, or `wald` cut off at the observed, as in the paper.
        learner: of the regressions.
        folds: each person's chances come from a regression on the other folds.
        margin: chances in a denominator are raised to this.
        given_others: whether a pair is taken to be independent only among people on none
            of the other lists, whose members are then counted as they are (Dulce Rubio and
            Kennedy, arXiv:2407.03539).
    """

    way: Way = "one-step"
    interval: IntervalKind = "log-normal"
    learner: Learner = attrs.field(factory=RidgeLogit)
    folds: int = FOLDS
    margin: float = MARGIN
    given_others: bool = False


CROSS_FITTING = CrossFitting()


def doubly_robust(
    people: PersonTable,
    *,
    lists: Sequence[Sequence[str]] | None = None,
    level: float = 0.95,
    seed: int = 1,
    psi: float = 1.0,
    fitting: CrossFitting = CROSS_FITTING,
) -> CovariateStudy:
    """Doubly robust estimation of N, lists independent given covariates (Das et al. 2021).

    Each pair's answer is a refusal or an `Estimate`, as of any method; see `fit_lists`
    for the formulas.

    Args:
        people: one row a person.
        lists: pairs (or sets of up to four lists); every pair unless given.
        level: of the intervals.
        seed: of the folds.
        psi: how many times as high the odds of being on one list are, among people who
            are alike, for those on the other as for those not on it.
        fitting: estimator, interval and regressions.

    Raises:
        UsedWrongly: no such list, a set of fewer than 2 or more than 4, or a setting
            that cannot be.
    """
    z_of(level)
    _check_settings(psi, fitting)
    chosen = tuple(map(tuple, lists)) if lists is not None else _pairs(people)
    for names in chosen:
        _check_lists(people, names)
    spec = _Spec(level, seed, fitting)
    estimates, rows = [], []
    for names in chosen:
        began = time.perf_counter()
        estimate, unrecorded = _fit(people, names, psi, spec)
        estimates.append(attrs.evolve(estimate, seconds=time.perf_counter() - began))
        rows += _sensitivity(estimate, unrecorded, people.observed, names, psi, spec)
    totals = people.memberships.sum(axis=0).tolist()
    return CovariateStudy(
        observed=people.observed,
        lists=dict(zip(people.lists, totals, strict=True)),
        covariates=tuple(people.covariates),
        chosen=chosen,
        estimates=tuple(estimates),
        sensitivity=tuple(rows),
        seed=seed,
    )


@attrs.frozen
class _Spec:
    level: float
    seed: int
    fitting: CrossFitting


def _check_settings(psi: float, fitting: CrossFitting) -> None:
    folds, margin = fitting.folds, fitting.margin
    if not 0 < psi < np.inf:
        raise UsedWrongly(f"psi {psi} is not above 0", hint="1: independent among people alike")
    if folds < 2:
        raise UsedWrongly(f"{folds} folds are too few", hint="5 are usual")
    if not 0 < margin < 0.2:
        raise UsedWrongly(f"margin {margin} is not between 0 and 0.2", hint="0.005 is usual")
    if fitting.way not in ("one-step", "tmle", "plug-in") or fitting.interval not in (
        "log-normal",
        "wald",
    ):
        raise UsedWrongly(
            "there is no such way or no such interval",
            hint="way: one-step, tmle, plug-in; interval: log-normal, wald",
        )


def _pairs(people: PersonTable) -> tuple[tuple[str, ...], ...]:
    if len(people.lists) < 2:
        raise UsedWrongly("at least two lists are needed, and there is one")
    return tuple(combinations(people.lists, 2))


def _check_lists(people: PersonTable, names: tuple[str, ...]) -> None:
    if missing := [name for name in names if name not in people.lists]:
        raise UsedWrongly(
            f"there is no list called {missing[0]!r}",
            hint=f"the lists are {', '.join(people.lists)}",
        )
    if not 2 <= len(set(names)) == len(names) <= MOST_LISTS:
        raise UsedWrongly(f"sets of 2 to {MOST_LISTS} different lists are estimated from")


def _fit(
    people: PersonTable, names: tuple[str, ...], psi: float, spec: _Spec
) -> tuple[Estimate, Unrecorded | None]:
    kept = restricted(people, names, spec.fitting.given_others)
    table = CaptureTable(people.lists, kept.counts()).select(names)
    checked = check(table)
    refusal = checked.refusal
    try:
        if refusal is not None:
            raise NotEstimable(refusal.reason, hint=refusal.hint)  # noqa: TRY301
        if len(checked.table.lists) < len(names):
            raise NotEstimable(  # noqa: TRY301
                "a list has nobody, or the very same people as another",
                hint="leave it out",
            )
        unrecorded = fit_lists(
            people,
            names,
            learner=spec.fitting.learner,
            seed=spec.seed,
            folds=spec.fitting.folds,
            margin=spec.fitting.margin,
            given_others=spec.fitting.given_others,
        )
        return _estimate(people, names, table, psi, spec, unrecorded), unrecorded
    except NotEstimable as why:
        finding = None if refusal is None else refusal.finding
        no = Estimate(METHOD, "refused", str(why), why.hint, input=people.digest(), finding=finding)
        return no, None


def _estimate(
    people: PersonTable,
    names: tuple[str, ...],
    table: CaptureTable,
    psi: float,
    spec: _Spec,
    unrecorded: Unrecorded,
) -> Estimate:
    n0 = psi * unrecorded.of(spec.fitting.way)
    seen = table.observed
    if spec.fitting.given_others:
        seen = unrecorded.documented
    N = seen + n0
    if n0 <= 0:
        raise NotEstimable(
            "the corrected estimate is below the number documented: the regressions do not fit",
            hint="way='tmle', fewer covariates, or another learner",
        )
    variance = unrecorded.variance(spec.fitting.way, psi)
    floor = max(unrecorded.documented, seen)
    interval = _interval(seen, n0, variance, floor, spec)
    if floor > N and (interval is None or interval[1] <= floor):
        raise NotEstimable(
            "these lists give fewer people than all lists together have documented: among people "
            "alike, they tend to have the same ones, and the assumption is contradicted",
            hint="state how they go together (psi above 1), or choose other lists",
        )
    return Estimate(
        method=METHOD,
        status="ok",
        point=max(N, float(floor)),
        point_kind=spec.fitting.way,
        interval=interval,
        level=spec.level,
        interval_kind="none" if spec.fitting.way == "plug-in" else spec.fitting.interval,
        assumption=assumption(names, tuple(people.covariates), psi, spec.fitting.given_others),
        settings=_settings(people, names, psi, spec),
        diagnostics=_diagnostics(names, table, psi, unrecorded, variance),
        warnings=_warnings(N, floor, unrecorded),
        seed=spec.seed,
        input=people.digest(),
        log_n0=None if spec.fitting.way == "plug-in" else log_n0(max(N - floor, 0.0), variance),
    )


def _interval(seen: int, n0: float, variance: float, floor: int, spec: _Spec) -> Interval | None:
    if spec.fitting.way == "plug-in":
        return None
    if spec.fitting.interval == "log-normal":
        low, high = log_normal_interval(seen, n0, variance, spec.level)
    else:
        reach = z_of(spec.level) * variance**0.5
        low, high = seen + n0 - reach, seen + n0 + reach
    return max(low, float(floor)), max(high, float(floor))


def _settings(people: PersonTable, names: tuple[str, ...], psi: float, spec: _Spec) -> Details:
    kinds = {
        name: "kinds" if column.dtype.kind != "f" else "numbers"
        for name, column in people.covariates.items()
    }
    return {
        "lists": list(names),
        "covariates": kinds,
        "psi": psi,
        "learner": getattr(spec.fitting.learner, "name", "given by the caller"),
        "folds": spec.fitting.folds,
        "margin": spec.fitting.margin,
        "beside_others": spec.fitting.given_others,
    }


def _diagnostics(
    names: tuple[str, ...], table: CaptureTable, psi: float, unrecorded: Unrecorded, variance: float
) -> Details:
    """The three ways, the answer without covariates, and how far it hangs on few people."""
    base = unrecorded.documented - len(unrecorded.terms)
    seen = 1 / (1 + psi * unrecorded.stood_for)
    flat = np.array([table.counts[_pattern(c, len(names))] for c in range(1, 2 ** len(names))])
    return {
        "both": table.on(names),
        "rows": len(unrecorded.terms),
        "elsewhere": base,
        "plug_in": psi * unrecorded.plug_in,
        "one_step": psi * unrecorded.one_step,
        "tmle": None if unrecorded.tmle is None else psi * unrecorded.tmle,
        "without_covariates": psi * float(np.exp(np.log(flat) @ parity_signs(len(flat)))),
        "se": variance**0.5,
        "clipped": unrecorded.clipped,
        "largest_part": unrecorded.largest_part,
        "chance_of_being_seen": np.quantile(seen, [0.01, 0.5, 0.99]).tolist(),
    }


def _pattern(code: int, K: int) -> str:
    return "".join("1" if code >> i & 1 else "0" for i in range(K))


def _warnings(N: float, floor: int, unrecorded: Unrecorded) -> tuple[str, ...]:
    found = []
    if floor > N:
        found.append(
            "These lists alone give fewer people than all lists together have documented, so the"
            " number documented stands: the two lists tend to have the same people."
        )
    if unrecorded.clipped:
        found.append(
            f"{unrecorded.clipped} people are of kinds that are hardly ever on both lists; for them"
            " the chance of that was raised to the margin, and the number rests on it."
        )
    if (share := unrecorded.largest_part) > _HEAVY:
        found.append(f"One person decides {share:.0%} of the unseen.")
    return tuple(found)


def assumption(
    names: tuple[str, ...], covariates: tuple[str, ...], psi: float = 1.0, rest: bool = False
) -> str:
    """What must be believed, in plain words.

    Examples:
        >>> assumption(("A", "B"), ("age", "sex"))[:59]
        'Among people alike in age and sex, the odds of being on B a'
    """
    alike = " and ".join(filter(None, [", ".join(covariates[:-1]), covariates[-1]]))
    who = f"Among people alike in {alike}" + (", on no other list," if rest else ",")
    if len(names) == 2:
        a, b = names
        how = "the same" if psi == 1 else f"{psi:g} times as high"
        what = f"the odds of being on {b} are {how} for people on {a} as for people not on it"
    else:
        how = (
            "nothing is" if psi == 1 else f"the unseen are {psi:g} times what follows if nothing is"
        )
        what = f"{how} added by all {len(names)} lists acting together"
    return (
        f"{who} {what}; and people of every kind have some chance of being on"
        f" {'both' if len(names) == 2 else 'all'}. The lists cannot show whether this is so."
    )


def _sensitivity(
    estimate: Estimate,
    unrecorded: Unrecorded | None,
    documented: int,
    names: tuple[str, ...],
    psi: float,
    spec: _Spec,
) -> list[PsiRow]:
    """N at other psi: the unseen are psi times as many, whatever kind of people they are."""
    if unrecorded is None or not estimate.ok:
        return []
    seen = documented if spec.fitting.given_others else len(unrecorded.terms)
    rows: list[PsiRow] = []
    for other in sorted({*PSI, psi}):
        n0 = other * unrecorded.of(spec.fitting.way)
        interval = _interval(
            seen, n0, unrecorded.variance(spec.fitting.way, other), documented, spec
        )
        point = max(seen + n0, float(documented))
        rows.append(PsiRow(names, other, point, interval))
    return rows
