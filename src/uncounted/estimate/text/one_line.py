"""A study in one line: the figure that leads, the range of the methods, the documented."""

from __future__ import annotations

from collections.abc import Iterator

from uncounted.estimate.base.result import Estimate, Study, first_number
from uncounted.estimate.base.rounding import round_estimate, round_to_interval
from uncounted.estimate.base.rows import CalibratedInterval
from uncounted.estimate.covariates.covariate_study import CovariateStudy
from uncounted.estimate.robustness.contradictions import below_bound
from uncounted.estimate.strata.stratified import Strata
from uncounted.estimate.strata.unanswered import open_strata
from uncounted.text_table import plural, whole


def quiet_line(done: Study | Strata | CovariateStudy) -> str:
    """The headline, the range of the methods and the documented, on one line."""
    documented = f"{whole(done.observed)} documented"
    if isinstance(done, CovariateStudy):
        estimates, least = done.estimates, done.observed
    elif isinstance(done, Strata):
        estimates, least = done.total, done.least_observed
    else:
        estimates, least = done.estimates, done.least_observed
    calibrated = None if isinstance(done, CovariateStudy) else done.calibrated
    if calibrated is not None and calibrated.point is not None:
        shown = round_to_interval(calibrated.point, calibrated.interval, done.observed, least=least)
        parts = [f"{whole(shown.point)} ({calibrated.level * 100:g}% calibrated {shown.span})"]
        if not isinstance(done, CovariateStudy) and done.headline is not None:
            parts += _below(done, calibrated, done.headline)
        if isinstance(done, Study) and (reach := _method_range(done)):
            parts.append(f"methods {reach}")
        return "; ".join([*parts, documented])
    main = done.headline if isinstance(done, CovariateStudy) else first_number(estimates)
    if isinstance(done, Strata):
        main = done.headline
        if main is not None and main.bound:
            return "; ".join([*_bounded(done, main), documented])
    rounded = None if main is None else round_estimate(main, done.observed, least=least)
    if main is None or rounded is None:
        bound = next((e for e in estimates if e.ok and e.bound), None)
        lowest = None if bound is None else round_estimate(bound, done.observed, least=least)
        return f"{f'at least {whole(lowest.point)}' if lowest else 'no estimate'}; {documented}"
    kind = "CrI" if main.interval_kind == "credible" else "CI"
    parts = [f"{whole(rounded.point)} ({main.level * 100:g}% {kind} {rounded.span})"]
    parts += _below(done, None, main)
    if isinstance(done, Study) and (reach := _method_range(done)):
        parts.append(f"methods {reach}")
    return "; ".join([*parts, documented])


def _below(
    done: Study | Strata | CovariateStudy, calibrated: CalibratedInterval | None, main: Estimate
) -> list[str]:
    """That the figure of the one line is below the lower bound."""
    if isinstance(done, CovariateStudy):
        return ["below the lower bound"] if done.read_first else []
    estimates = done.total if isinstance(done, Strata) else done.estimates
    said = below_bound(calibrated, main, estimates, done.observed, done.least_observed)
    return ["below the lower bound"] if said else []


def _bounded(strata: Strata, main: Estimate) -> Iterator[str]:
    """The headline of strata of which some have no estimate."""
    shown = round_estimate(main, strata.observed, least=strata.least_observed)
    assert shown is not None
    yield f"at least {whole(shown.point)}"
    if left := open_strata(main):
        yield f"{left} of {plural(len(strata.studies), 'stratum', 'strata')} without an estimate"


def _method_range(study: Study) -> str:
    """The lowest and the highest point of the methods, rounded; empty for one method."""
    if study.spread is None:
        return ""
    points = [
        rounded.point
        for each in (study.spread.lowest, study.spread.highest)
        if (
            rounded := round_estimate(
                study[each.method], study.observed, least=study.least_observed
            )
        )
    ]
    return f"{whole(min(points))}–{whole(max(points))}"
