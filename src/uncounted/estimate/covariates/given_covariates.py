"""Every method that adjusts for covariates, on one table: what `--covariates` runs.

With two lists the doubly robust estimate. With three or more the average over log-linear models
leads; beside it stand the doubly robust estimates of all lists, of each pair among people on no
other list, and of each pair among everyone, and the lower bound.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import combinations

import attrs

from uncounted.captures import CaptureTable
from uncounted.errors import UsedWrongly
from uncounted.estimate.base.estimator import z_of
from uncounted.estimate.base.pooling import pool_imputed
from uncounted.estimate.base.result import Estimate, Fitted
from uncounted.estimate.base.rows import CategoryRow, ListsXiRow
from uncounted.estimate.base.settings import XI
from uncounted.estimate.base.warning import EstimateWarning
from uncounted.estimate.covariates.averaged_log_linear import averaged_log_linear
from uncounted.estimate.covariates.covariate_study import CovariateStudy
from uncounted.estimate.covariates.doubly_robust import doubly_robust
from uncounted.estimate.robustness.contradictions import below_bound
from uncounted.estimate.simple.chao import chao
from uncounted.histories import PersonTable

_MOST_AT_ONCE = 5  # lists: beyond them some of the 2**J patterns are always empty


def given_covariates(
    people: PersonTable,
    *,
    lists: Sequence[str] | None = None,
    level: float = 0.95,
    seed: int = 1,
    psi: float | None = None,
    xi: Sequence[float] | None = None,
) -> CovariateStudy:
    """Estimate given covariates, by every method for this number of lists.

    Args:
        people: one row per person.
        lists: those to estimate from. With two of more, everyone counts as documented.
        level: of the intervals.
        seed: of the folds.
        psi: odds ratio of two lists among people alike; refused for three lists and more.
        xi: values of the sensitivity analysis; refused for two lists.
    """
    if lists is not None and len(lists) == 2:
        return _of_two(people, (lists[0], lists[1]), level=level, seed=seed, psi=psi, xi=xi)
    everyone = people.observed
    if lists is not None:
        people = people.select(lists)
    every = people.lists
    if len(every) == 2:
        return _of_two(people, (every[0], every[1]), level=level, seed=seed, psi=psi, xi=xi)
    if psi is not None and len(every) > 2:
        raise UsedWrongly(
            f"--psi is for two lists, and there are {len(every)}",
            hint="choose two, e.g. --lists A,B; for more lists use --xi",
        )
    pairs = doubly_robust(people, level=level, seed=seed)
    average = averaged_log_linear(people, level=level)
    rows = XI if xi is None else xi
    both = list(combinations(every, 2))
    whole = [every] if len(every) <= _MOST_AT_ONCE else []
    parts = [
        doubly_robust(people, lists=whole, level=level, seed=seed, xi=rows),
        doubly_robust(people, lists=both, level=level, seed=seed, xi=rows, alone=True),
        pairs,
    ]
    bound = chao(CaptureTable(every, people.counts()))
    study = attrs.evolve(
        pairs,
        chosen=(every, *(lists for part in parts for lists in part.chosen), every),
        estimates=(average.estimate, *(each for part in parts for each in part.estimates), bound),
        xi=tuple(row for part in parts for row in part.xi),
        categories=average.categories,
        on_no_list=everyone - people.observed,
    )
    return _contradicted(study, bound)


def given_covariates_over(
    replicates: Sequence[PersonTable],
    *,
    lists: Sequence[str] | None = None,
    level: float = 0.95,
    seed: int = 1,
    psi: float | None = None,
    xi: Sequence[float] | None = None,
) -> CovariateStudy:
    """Estimate on imputed replicates of one file, and pool by Rubin's rules on log n0.

    Args:
        replicates: the same people, with what is not known of them imputed.
        lists: as of `given_covariates`, and so are the others.
        level: of the intervals.
        seed: of the folds.
        psi: odds ratio of two lists among people alike; refused for three lists and more.
        xi: values of the sensitivity analysis; refused for two lists.
    """
    studies = [
        given_covariates(people, lists=lists, level=level, seed=seed, psi=psi, xi=xi)
        for people in replicates
    ]
    first = studies[0]
    n = round(sum(study.observed for study in studies) / len(studies))
    pooled = tuple(
        pool_imputed([Fitted(_scalars(study.estimates[k]), study.observed, 1) for study in studies])
        for k in range(len(first.estimates))
    )
    study = attrs.evolve(
        first,
        observed=n,
        lists={
            name: round(sum(study.lists[name] for study in studies) / len(studies))
            for name in first.lists
        },
        estimates=pooled,
        sensitivity=(),
        xi=tuple(_pooled_xi(first, pooled, n)),
        categories=tuple(_pooled_categories(studies, level)),
        read_first=(),
        on_no_list=round(sum(study.on_no_list for study in studies) / len(studies)),
    )
    bound = next((each for each in pooled if each.method == "chao"), None)
    return study if bound is None else _contradicted(study, bound)


def _scalars(estimate: Estimate) -> Estimate:
    """Without the diagnostics that have no mean over replicates, such as models."""
    kept = {k: v for k, v in estimate.diagnostics.items() if not isinstance(v, list | tuple)}
    return attrs.evolve(estimate, diagnostics=kept)


def _pooled_xi(first: CovariateStudy, pooled: Sequence[Estimate], n: int) -> Iterator[ListsXiRow]:
    """The undocumented of a pooled estimate at other values of xi than the assumed one."""
    of = {
        (lists, each.settings.get("among")): each
        for lists, each in zip(first.chosen, pooled, strict=True)
        if each.ok and each.method == "doubly-robust"
    }
    for row in first.xi:
        if (each := of.get((row.lists, row.among))) is not None and each.interval is not None:
            times = each.settings["xi"] / row.xi
            point, low, high = (n + (end - n) * times for end in (each.number(), *each.interval))
            yield attrs.evolve(row, point=point, interval=(low, high))


def _pooled_categories(studies: Sequence[CovariateStudy], level: float) -> Iterator[CategoryRow]:
    """Categories that every replicate has."""
    for row in studies[0].categories:
        key = (row.covariate, row.category)
        own = [r for study in studies for r in study.categories if (r.covariate, r.category) == key]
        if len(own) == len(studies):
            fits = [Fitted(_of_category(each, level), each.observed, 1) for each in own]
            pooled = pool_imputed(fits)
            observed = round(sum(each.observed for each in own) / len(own))
            assert pooled.interval is not None
            yield CategoryRow(*key, observed, pooled.number(), pooled.interval)


def _of_category(row: CategoryRow, level: float) -> Estimate:
    """A row as an estimate, with the variance of log n0 that its log-normal interval has."""
    low, high = (max(end - row.observed, 1e-9) for end in row.interval)
    spread = math.log(high / low) / (2 * z_of(level))
    return Estimate(
        "log-linear-covariates",
        "ok",
        point=row.point,
        interval=row.interval,
        level=level,
        log_n0=(math.log(row.point - row.observed + 0.5), spread**2),
    )


def _of_two(
    people: PersonTable,
    lists: tuple[str, str],
    *,
    level: float,
    seed: int,
    psi: float | None,
    xi: Sequence[float] | None,
) -> CovariateStudy:
    """Two lists; where there are more, also among people on no other list."""
    if xi is not None:
        raise UsedWrongly(
            "--xi is for three lists or more, and there are two",
            hint="their sensitivity analysis is over psi, the odds ratio of the two lists",
        )
    odds_ratio = 1.0 if psi is None else psi
    first = doubly_robust(people, lists=[lists], level=level, seed=seed, psi=odds_ratio)
    if len(people.lists) == 2:
        return first
    apart = doubly_robust(people, lists=[lists], level=level, seed=seed, psi=odds_ratio, alone=True)
    return attrs.evolve(
        first,
        chosen=first.chosen + apart.chosen,
        estimates=first.estimates + apart.estimates,
        xi=apart.xi,
        on_no_list=people.observed - people.select(lists).observed,
    )


def _contradicted(study: CovariateStudy, bound: Estimate) -> CovariateStudy:
    """What must be read before the number: the lower bound is above the headline."""
    main = study.headline
    if main is None or main.bound:
        return study
    said = below_bound(None, main, [bound], study.observed, study.observed)
    if not said:
        return study
    if bound.interval and main.number() < bound.interval[0]:
        text = "the lower bound is above the main estimate with all of its interval"
        warning = EstimateWarning("bound-above-estimate", text)
        warned = attrs.evolve(main, warnings=(*main.warnings, warning))
        estimates = tuple(warned if each is main else each for each in study.estimates)
        study = attrs.evolve(study, estimates=estimates)
    return attrs.evolve(study, read_first=(said,))
