"""People of different kinds, each kind recorded with its own chances: two lists and covariates.

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
    Unseen,
    Way,
    among,
    fit_lists,
    signs,
)
from uncounted.estimate.covariates.nuisance import Learner, RidgeLogit
from uncounted.histories import PersonTable

type Ends = Literal["log-normal", "wald"]

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


def doubly_robust(
    people: PersonTable,
    *,
    lists: Sequence[Sequence[str]] | None = None,
    level: float = 0.95,
    seed: int = 1,
    psi: float = 1.0,
    way: Way = "one-step",
    ends: Ends = "log-normal",
    learner: Learner | None = None,
    folds: int = FOLDS,
    margin: float = MARGIN,
    beside_others: bool = False,
) -> CovariateStudy:
    """Estimate N from pairs of lists that are independent given covariates.

    Each pair's answer is a refusal or an `Estimate`, as of any method; see `fit_lists`
    for the formulas.

    Args:
        people: one row a person.
        lists: pairs (or sets of up to four lists); every pair unless given.
        level: of the intervals.
        seed: of the folds.
        psi: how many times as high the odds of being on one list are, among people who
            are alike, for those on the other as for those not on it.
        way: which estimator is the point: `one-step`, `tmle` or `plug-in`, the last
            without an interval. All three are in `diagnostics`.
        ends: `log-normal` for the unseen, or `wald` cut off at the observed, as in the
            paper.
        learner: of the regressions; `RidgeLogit()` unless given.
        folds: each person's chances come from a regression on the other folds.
        margin: chances in a denominator are raised to this.
        beside_others: whether a pair is taken to be independent only among people on none
            of the other lists, whose members are then counted as they are (Dulce Rubio and
            Kennedy, arXiv:2407.03539).

    Raises:
        UsedWrongly: no such list, a set of fewer than 2 or more than 4, or a setting
            that cannot be.
    """
    z_of(level)
    _check_settings(psi, folds, margin, way, ends)
    chosen = tuple(map(tuple, lists)) if lists is not None else _pairs(people)
    for names in chosen:
        _check_lists(people, names)
    spec = _Spec(level, seed, way, ends, learner or RidgeLogit(), folds, margin, beside_others)
    estimates, rows = [], []
    for names in chosen:
        began = time.perf_counter()
        estimate, unseen = _fit(people, names, psi, spec)
        estimates.append(attrs.evolve(estimate, seconds=time.perf_counter() - began))
        rows += _sensitivity(estimate, unseen, people.observed, names, psi, spec)
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
    way: Way
    ends: Ends
    learner: Learner
    folds: int
    margin: float
    beside_others: bool


def _check_settings(psi: float, folds: int, margin: float, way: str, ends: str) -> None:
    if not 0 < psi < np.inf:
        raise UsedWrongly(f"psi {psi} is not above 0", hint="1: independent among people alike")
    if folds < 2:
        raise UsedWrongly(f"{folds} folds are too few", hint="5 are usual")
    if not 0 < margin < 0.2:
        raise UsedWrongly(f"margin {margin} is not between 0 and 0.2", hint="0.005 is usual")
    if way not in ("one-step", "tmle", "plug-in") or ends not in ("log-normal", "wald"):
        raise UsedWrongly(
            "there is no such way or no such interval",
            hint="way: one-step, tmle, plug-in; ends: log-normal, wald",
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
) -> tuple[Estimate, Unseen | None]:
    kept = among(people, names, spec.beside_others)
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
        unseen = fit_lists(
            people,
            names,
            learner=spec.learner,
            seed=spec.seed,
            folds=spec.folds,
            margin=spec.margin,
            beside_others=spec.beside_others,
        )
        return _estimate(people, names, table, psi, spec, unseen), unseen
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
    unseen: Unseen,
) -> Estimate:
    n0 = psi * unseen.of(spec.way)
    seen = table.observed
    if spec.beside_others:
        seen = unseen.documented
    N = seen + n0
    if n0 <= 0:
        raise NotEstimable(
            "the corrected estimate is below the number documented: the regressions do not fit",
            hint="way='tmle', fewer covariates, or another learner",
        )
    variance = unseen.variance(spec.way, psi)
    floor = max(unseen.documented, seen)
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
        point_kind=spec.way,
        interval=interval,
        level=spec.level,
        interval_kind="none" if spec.way == "plug-in" else spec.ends,
        assumption=assumption(names, tuple(people.covariates), psi, spec.beside_others),
        settings=_settings(people, names, psi, spec),
        diagnostics=_diagnostics(names, table, psi, unseen, variance),
        warnings=_warnings(N, floor, unseen),
        seed=spec.seed,
        input=people.digest(),
        log_n0=None if spec.way == "plug-in" else log_n0(max(N - floor, 0.0), variance),
    )


def _interval(seen: int, n0: float, variance: float, floor: int, spec: _Spec) -> Interval | None:
    if spec.way == "plug-in":
        return None
    if spec.ends == "log-normal":
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
        "learner": getattr(spec.learner, "name", "given by the caller"),
        "folds": spec.folds,
        "margin": spec.margin,
        "beside_others": spec.beside_others,
    }


def _diagnostics(
    names: tuple[str, ...], table: CaptureTable, psi: float, unseen: Unseen, variance: float
) -> Details:
    """The three ways, the answer without covariates, and how far it hangs on few people."""
    base = unseen.documented - len(unseen.terms)
    seen = 1 / (1 + psi * unseen.stood_for)
    flat = np.array([table.counts[_pattern(c, len(names))] for c in range(1, 2 ** len(names))])
    return {
        "both": table.on(names),
        "rows": len(unseen.terms),
        "elsewhere": base,
        "plug_in": psi * unseen.plug_in,
        "one_step": psi * unseen.one_step,
        "tmle": None if unseen.tmle is None else psi * unseen.tmle,
        "without_covariates": psi * float(np.exp(np.log(flat) @ signs(len(flat)))),
        "se": variance**0.5,
        "clipped": unseen.clipped,
        "largest_part": unseen.largest_part,
        "chance_of_being_seen": np.quantile(seen, [0.01, 0.5, 0.99]).tolist(),
    }


def _pattern(code: int, K: int) -> str:
    return "".join("1" if code >> i & 1 else "0" for i in range(K))


def _warnings(N: float, floor: int, unseen: Unseen) -> tuple[str, ...]:
    found = []
    if floor > N:
        found.append(
            "These lists alone give fewer people than all lists together have documented, so the"
            " number documented stands: the two lists tend to have the same people."
        )
    if unseen.clipped:
        found.append(
            f"{unseen.clipped} people are of kinds that are hardly ever on both lists; for them"
            " the chance of that was raised to the margin, and the number rests on it."
        )
    if (share := unseen.largest_part) > _HEAVY:
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
    unseen: Unseen | None,
    documented: int,
    names: tuple[str, ...],
    psi: float,
    spec: _Spec,
) -> list[PsiRow]:
    """N at other psi: the unseen are psi times as many, whatever kind of people they are."""
    if unseen is None or not estimate.ok:
        return []
    seen = documented if spec.beside_others else len(unseen.terms)
    rows: list[PsiRow] = []
    for other in sorted({*PSI, psi}):
        n0 = other * unseen.of(spec.way)
        interval = _interval(seen, n0, unseen.variance(spec.way, other), documented, spec)
        point = max(seen + n0, float(documented))
        rows.append(PsiRow(names, other, point, interval))
    return rows
