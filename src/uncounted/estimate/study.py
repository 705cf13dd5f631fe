"""All estimators on one capture-history table, or over posterior draws of the linkage.

A study has what can be reported: the estimate, the lower bound, what the
number rests on, how it moves when that is wrong, and what was refused.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

import attrs
import numpy as np

from uncounted.captures import CaptureTable, read_tables
from uncounted.errors import UsedWrongly, unknown
from uncounted.estimate.base.checks import check
from uncounted.estimate.base.disconnected import Disconnected, way_for
from uncounted.estimate.base.labels import label
from uncounted.estimate.base.pooling import pool, pool_imputed
from uncounted.estimate.base.result import Estimate, Fitted, Study
from uncounted.estimate.base.rows import LinkageUncertainty, Quantiles, SetAside
from uncounted.estimate.base.settings import DEFAULT, EstimateSettings, MethodSettings
from uncounted.estimate.base.warning import LINKAGE_DRAWS, REPLICATES, EstimateWarning
from uncounted.estimate.base.xi import xi_by_method, xi_table, xi_table_over
from uncounted.estimate.graphical.decomposable import decomposable
from uncounted.estimate.graphical.graph_sum import MAX_GRAPH_LISTS
from uncounted.estimate.identification.estimator import identify
from uncounted.estimate.latent_class.estimator import latent_class
from uncounted.estimate.loglinear.selection import RESAMPLES, Candidates, leaders, log_linear
from uncounted.estimate.loglinear.stepwise import log_linear_stepwise
from uncounted.estimate.robustness.attach import add_checks
from uncounted.estimate.simple.chao import chao
from uncounted.estimate.simple.independence import independence
from uncounted.estimate.simple.sample_coverage import sample_coverage
from uncounted.estimate.simple.two_list import pairs, two_list
from uncounted.estimate.track_record.calibration import TableFeatures, with_track_record
from uncounted.progress import Progress, silent

type Method = Callable[..., Estimate]

METHODS: Mapping[str, Method] = {
    "decomposable": decomposable,
    "latent-class": latent_class,
    "log-linear": log_linear,
    "log-linear-stepwise": log_linear_stepwise,
    "sample-coverage": sample_coverage,
    "independence": independence,
    "two-list": two_list,
    "identified": identify,
    "chao": chao,
}
# What a method needs to apply at all; asked for by name, it answers for itself.
_LISTS: Mapping[str, tuple[int, int]] = {
    "latent-class": (3, 64),
    "log-linear": (3, 10),
    "log-linear-stepwise": (3, 10),
    "sample-coverage": (3, 64),
    "two-list": (2, 2),
    "identified": (3, 10),
}
# Only by name: it says again what the xi table says, with a prior on the patterns.
_ON_REQUEST = ("identified",)

# What a method is given where it is one of very many fits and nothing else was asked.
LIGHTER: Mapping[str, MethodSettings] = {
    "decomposable": {"edges": False, "target_ess": 400},
    "latent-class": {"chains": 4, "target_ess": 400},
    "log-linear": {"resamples": 50},
    "log-linear-stepwise": {"resamples": 50},
}

_POOLED_DRAWS = 20_000


def applies(name: str, lists: Sequence[str]) -> bool:
    """Whether a method is among those of a study that names none, over so many lists."""
    least, most = _LISTS.get(name, (1, 64))
    return name not in _ON_REQUEST and least <= len(lists) <= most


def _studied(table: CaptureTable, settings: EstimateSettings) -> CaptureTable:
    """The people who are on no list that ends captures, by the other lists."""
    ends = settings.ends_capture
    if missing := [name for name in ends if name not in table.lists]:
        raise UsedWrongly(
            unknown("list", missing[0], table.lists), hint=f"lists: {', '.join(table.lists)}"
        )
    if not ends:
        return table
    if len(set(ends)) == len(table.lists):
        raise UsedWrongly(
            "every list ends later captures, so none is left to estimate from",
            hint="name the lists of deaths or returns alone",
        )
    return table.not_on(ends)


def _chosen(settings: EstimateSettings, table: CaptureTable) -> dict[str, Method]:
    methods, table = settings.methods, _studied(table, settings)
    lists = {
        way: check(table, way).table.lists
        for way in {way_for(name, settings.disconnected) for name in METHODS}
    }
    names = methods or tuple(
        name for name in METHODS if applies(name, lists[way_for(name, settings.disconnected)])
    )
    for name, own in settings.by_method.items():
        # A list that is empty in one stratum is no reason to refuse what holds for the others.
        unused = name not in names and (methods is not None or not applies(name, table.lists))
        if unused and own:
            raise UsedWrongly(
                f"settings were given for {name}, which is not run here",
                hint=f"methods that are: {', '.join(names)}",
            )
    return {name: METHODS[name] for name in names}


def run(
    table: CaptureTable | Any,
    settings: EstimateSettings = DEFAULT,
    *,
    progress: Progress = silent,
) -> Study:
    """Estimate by every method that applies, or by those named.

    Parameters
    ----------
    table : CaptureTable, Path, str or DataFrame
        Counts by pattern; or a file, data frame or arrow table that `read_tables` reads.
    settings : EstimateSettings, optional
        Methods, level, seed and the rest: `EstimateSettings`.
    progress : Progress, optional
        Told before each method.

    Returns
    -------
    Study
        Estimates, sensitivity analysis and robustness checks.

    Raises
    ------
    UsedWrongly
        No such method, or it has no such setting.

    Examples
    --------
    >>> from uncounted.captures import CaptureTable
    >>> study = run(CaptureTable.of("AB", {"10": 40, "01": 20, "11": 10}))
    >>> study["chao"].point
    150.0
    """
    if not isinstance(table, CaptureTable):
        (table,) = read_tables(table)
    chosen = _chosen(settings, table)
    if settings.lighter:
        lighter = {name: {**LIGHTER.get(name, {}), **settings.of(name)} for name in chosen}
        settings = attrs.evolve(settings, by_method=lighter)
    estimates = []
    for done, (name, method) in enumerate(chosen.items()):
        progress(f"estimating: {name}", done, len(chosen))
        estimates.append(method(table, **settings.for_every_method, **settings.of(name)))
    progress("estimating", len(chosen), len(chosen))
    return study_of(table, estimates, settings, progress=progress)


def methods_of(table: CaptureTable, settings: EstimateSettings = DEFAULT) -> tuple[str, ...]:
    """The methods that `run` would run on a table: those named, else every one that applies."""
    return tuple(_chosen(settings, table))


def study_of(
    table: CaptureTable,
    estimates: Sequence[Estimate],
    settings: EstimateSettings = DEFAULT,
    *,
    brief: bool = False,
    progress: Progress = silent,
) -> Study:
    """What follows from the estimates of one table: sensitivity, what leads, robustness checks.

    `brief`: without the saturated model at each xi and the estimates of pairs of lists.
    """
    way = _least_kept((each.method for each in estimates), settings)
    checked, level = check(_studied(table, settings), way), settings.level
    study = Study(
        observed=table.observed,
        lists=table.list_totals,
        estimates=tuple(estimates),
        warnings=chain(checked.warnings, *(each.warnings for each in estimates)),
        input=table.digest(),
        seed=settings.seed,
        level=level,
        set_aside=checked.set_aside,
    )
    if study.refused and checked.refusal is not None:
        return study
    study = with_track_record(study, TableFeatures.of([checked.table]), settings.headline)
    study = attrs.evolve(study, xi_by_method=xi_by_method(study, settings.xi))
    if not brief:
        study = attrs.evolve(
            study,
            sensitivity=xi_table(
                table,
                study.headline,
                xis=settings.xi,
                level=level,
                relative=bool(settings.ends_capture),
            ),
            dependence=pairs(checked.table, level=level),
        )
    checkable = _checkable(study, settings, table)
    return add_checks(study, settings, checkable, METHODS, progress=progress)


def _least_kept(chosen: Iterable[str], settings: EstimateSettings) -> Disconnected:
    """What the study does with lists that share no person with the others.

    They are set aside unless every method keeps them.
    """
    ways = {way_for(name, settings.disconnected) for name in chosen}
    return "set-aside" if "set-aside" in ways else min(ways)


def _checkable(
    study: Study, settings: EstimateSettings, table: CaptureTable | None
) -> CaptureTable | None:
    """The lists that the headline is of, for the robustness checks; None for no checks."""
    if table is None or study.headline is None or not settings.robustness:
        return None
    studied = _studied(table, settings)
    checked = check(studied, way_for(study.headline.method, settings.disconnected))
    if checked.refusal is not None or not settings.ends_capture:
        return None if checked.refusal is not None else checked.table
    kept = {*checked.table.lists, *settings.ends_capture}
    return table.select(name for name in table.lists if name in kept)


def run_over(
    tables: Sequence[CaptureTable],
    settings: EstimateSettings = DEFAULT,
    *,
    point: CaptureTable | None = None,
    progress: Progress = silent,
) -> Study:
    """Estimate on every table that linkage drew, and pool (Sadinle 2018).

    With `imputed` in the settings the tables are imputed replicates of one file, pooled by Rubin's
    rules on log n0.

    Equal tables are fitted once. `linkage` in the result says how many tables were
    different and what share of the variance of log N comes from linkage.

    Parameters
    ----------
    tables : Sequence[CaptureTable]
        One per linkage draw, all over the same lists.
    settings : EstimateSettings, optional
        As in `run`; `lighter` has no effect.
    point : CaptureTable | None
        The table of the point partition, for the robustness checks; without it
        none are made.
    progress : Progress, optional
        Told after each table.

    Returns
    -------
    Study
        Estimates, sensitivity analysis and robustness checks.

    Raises
    ------
    UsedWrongly
        No tables, or tables over different lists.

    References
    ----------
    Sadinle, M. (2018). Bayesian propagation of record linkage uncertainty into population size
    estimation of human rights violations. Annals of Applied Statistics 12:1013-1038.

    Examples
    --------
    >>> from uncounted.captures import CaptureTable
    >>> table = CaptureTable.of("AB", {"10": 40, "01": 20, "11": 10})
    >>> study = run_over([table, table], EstimateSettings("chao"))
    >>> study["chao"].point, study.linkage.distinct_tables
    (150.0, 1)
    """
    if not tables:
        raise UsedWrongly("there are no linkage draws to estimate over")
    if len({table.lists for table in tables}) > 1:
        raise UsedWrongly("the tables are not all over the same lists, in the same order")
    seed, how = settings.seed, settings.for_every_method
    of = REPLICATES if settings.imputed else LINKAGE_DRAWS
    distinct, places = distinct_tables(tables)
    commonest = distinct[max(places, key=lambda digest: len(places[digest]))]
    chosen = _chosen(settings, point if point is not None and point.observed else commonest)
    some = _some(places, len(tables))
    per_draw = max(1, -(-_POOLED_DRAWS // len(tables)))
    lighter = _lighter(chosen, distinct, _studied(commonest, settings), settings.disconnected)
    fits: dict[str, list[Fitted]] = {name: [] for name in chosen}
    for done, (digest, table) in enumerate(distinct.items()):
        progress(f"estimating on {of}", done, len(distinct))
        for name, method in chosen.items():
            at: Sequence[int] = places[digest]
            share = 1.0
            if _slow(name, table):
                at, share = some.get(digest, []), len(tables) / sum(map(len, some.values()))
            if not at:
                continue
            more = {**lighter.get(name, {}), **settings.of(name)}
            if name in _HAVE_DRAWS:
                more["draws"] = math.ceil(per_draw * len(at) * share)
            estimate = method(table, **{**how, "seed": seed + done}, **more)
            fits[name].append(Fitted(estimate, table.observed, len(at), tuple(at)))
    progress(f"estimating on {of}", len(distinct), len(distinct))
    return study_over(tables, fits, settings, point=point, progress=progress)


def distinct_tables(
    tables: Sequence[CaptureTable],
) -> tuple[dict[str, CaptureTable], dict[str, list[int]]]:
    """Each different table once, by its digest, and its places among all."""
    distinct: dict[str, CaptureTable] = {}
    places: dict[str, list[int]] = {}
    for place, table in enumerate(tables):
        digest = table.digest()
        distinct[digest] = table
        places.setdefault(digest, []).append(place)
    return distinct, places


def study_over(
    tables: Sequence[CaptureTable],
    fits: Mapping[str, Sequence[Fitted]],
    settings: EstimateSettings = DEFAULT,
    *,
    point: CaptureTable | None = None,
    brief: bool = False,
    progress: Progress = silent,
) -> Study:
    """Pool the fits of each method over tables, and what follows from the pooled estimates.

    `brief`: without the saturated model at each xi.
    """
    level, seed, way = settings.level, settings.seed, _least_kept(fits, settings)
    distinct, places = distinct_tables(tables)
    estimates = tuple(
        attrs.evolve(_pooled(each, len(tables), settings), seed=seed) for each in fits.values()
    )
    observed = np.array([table.observed for table in tables])
    digests = "".join(table.digest() for table in tables).encode()
    study = Study(
        observed=round(float(observed.mean())),
        lists={
            name: round(float(np.mean([table.list_totals[name] for table in tables])))
            for name in tables[0].lists
        },
        estimates=estimates,
        warnings=chain(*(each.warnings for each in estimates)),
        input=hashlib.sha256(digests).hexdigest(),
        seed=seed,
        level=level,
        fits=fits,
        set_aside=_set_aside_over(distinct, places, way),
    )
    studied = [_studied(table, settings) for table in distinct.values()]
    features = [TableFeatures.of([check(table, way).table]) for table in studied]
    weights = [len(places[digest]) for digest in distinct]
    study = with_track_record(study, TableFeatures.mean(features, weights), settings.headline)
    low, high = np.quantile(observed, [0.5 - level / 2, 0.5 + level / 2], method="inverted_cdf")
    headline = study.headline
    linkage = LinkageUncertainty(
        draws=len(tables),
        distinct_tables=len(distinct),
        observed=Quantiles(float(np.median(observed)), (int(low), int(high))),
        variance_share=headline.diagnostics.get("linkage_variance_share") if headline else None,
    )
    study = attrs.evolve(
        study,
        linkage=None if settings.imputed else linkage,
        sensitivity=()
        if brief
        else xi_table_over(
            study,
            list(distinct.values()),
            weights,
            settings.xi,
            relative=bool(settings.ends_capture),
        ),
        xi_by_method=xi_by_method(study, settings.xi),
    )
    checkable = _checkable(study, settings, point)
    return add_checks(study, settings, checkable, METHODS, progress=progress)


def _set_aside_over(
    distinct: Mapping[str, CaptureTable],
    places: Mapping[str, Sequence[int]],
    way: Disconnected,
) -> tuple[SetAside, ...]:
    """Groups set aside in any draw, as the commonest table with them has them, with the draws."""
    found: dict[tuple[str, ...], SetAside] = {}
    draws: Counter[tuple[str, ...]] = Counter()
    for digest in sorted(distinct, key=lambda digest: -len(places[digest])):
        for group in check(distinct[digest], way).set_aside:
            found.setdefault(group.lists, group)
            draws[group.lists] += len(places[digest])
    return tuple(attrs.evolve(each, draws=draws[lists]) for lists, each in found.items())


_HAVE_DRAWS = ("decomposable", "latent-class", "two-list", "identified")


def _slow(method: str, table: CaptureTable) -> bool:
    """Whether a fit takes tenths of a second or more; linkage draws are alike."""
    sampled = method == "decomposable" and len(table.lists) > MAX_GRAPH_LISTS
    return sampled or method == "latent-class"


_ENOUGH = 25  # linkage draws for such a method
_RESAMPLES = 2000  # over all tables; at least ten a table


def _some(places: Mapping[str, Sequence[int]], draws: int) -> Mapping[str, Sequence[int]]:
    """Tables for a method that is too slow for all of them, with their places among the draws.

    Of more than 25, those of 25 draws, evenly spaced: draws come in the order of the chains,
    so every chain is among them, and in every stratum the draws are the same.
    """
    if len(places) <= _ENOUGH:
        return places
    chosen = {i * draws // _ENOUGH for i in range(_ENOUGH)}
    some = {digest: [place for place in at if place in chosen] for digest, at in places.items()}
    return {digest: at for digest, at in some.items() if at}


def _pooled(fits: Sequence[Fitted], draws: int, settings: EstimateSettings) -> Estimate:
    """One method pooled; that it saw only some of the tables is said in figures and in words."""
    pooling = pool_imputed if settings.imputed else pool
    of = REPLICATES if settings.imputed else LINKAGE_DRAWS
    estimate = pooling(fits, max_refused=settings.max_refused)
    used = sum(fit.times for fit in fits)
    if used == draws:
        return estimate
    text = (
        f"{label(estimate.method)}: fitted to {used:,} of {draws:,} {of} "
        f"({len(fits):,} different tables)"
    )
    return attrs.evolve(
        estimate,
        settings={**estimate.settings, "linkage_draws_used": used, "linkage_draws": draws},
        warnings=(*estimate.warnings, EstimateWarning("few-linkage-draws", text)),
    )


def _lighter(
    chosen: Mapping[str, Method],
    distinct: Mapping[str, CaptureTable],
    commonest: CaptureTable,
    disconnected: Disconnected,
) -> Mapping[str, MethodSettings]:
    """Settings for many tables: the resamples are shared out among them.

    From five lists on, every table chooses among the models that lead on the commonest.
    """
    resamples = max(10, min(RESAMPLES, _RESAMPLES // len(distinct)))
    settings: dict[str, dict[str, Any]] = {
        name: {"resamples": resamples}
        for name in ("log-linear", "log-linear-stepwise")
        if name in chosen
    }
    if "latent-class" in chosen and len(distinct) > 1:
        settings["latent-class"] = dict(LIGHTER["latent-class"])
    if "decomposable" in chosen and len(commonest.lists) > MAX_GRAPH_LISTS and len(distinct) > 1:
        settings["decomposable"] = {"target_ess": 400}
    if "log-linear" in chosen and len(commonest.lists) > 4 and len(distinct) > 1:
        candidates = Candidates(models=leaders(commonest, way_for("log-linear", disconnected)))
        settings["log-linear"]["candidates"] = candidates
    return settings
