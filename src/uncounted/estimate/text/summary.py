"""A study in words and figures: the result, how the methods agree, what to report with it.

At most 25 lines by default; `tables` has the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from uncounted.estimate.base.labels import label
from uncounted.estimate.base.result import Estimate, Study
from uncounted.estimate.base.rounding import (
    Rounded,
    round_estimate,
    round_to_interval,
    round_undocumented,
    rounded_at_xi,
)
from uncounted.estimate.base.rows import (
    AlternativeRow,
    CalibratedInterval,
    LinkageUncertainty,
    StrataAlternatives,
)
from uncounted.estimate.base.warning import EstimateWarning, explanations
from uncounted.estimate.covariates.covariate_study import CovariateStudy
from uncounted.estimate.strata.partial_pooling import Pooled
from uncounted.estimate.strata.stratified import Strata
from uncounted.estimate.text import tables
from uncounted.text_table import WIDTH, columns, interval_picture, plural, whole, wrapped

_LINES = 25
_PICTURE = (12, 32)  # characters at least and at most
_FARTHEST = 4  # the axis ends at so many times the largest point
_FEWEST_WARNINGS = 1  # lines for warnings, however long the rest is


def summary(done: Study | Strata | CovariateStudy, *, verbose: bool = False) -> str:
    """The result as the command line prints it.

    Parameters
    ----------
    done : Study | Strata | CovariateStudy
        The result of `run`, `run_strata`, `pool_strata` or `doubly_robust`.
    verbose : bool, default False
        With every diagnostic, as tables.

    Returns
    -------
    str
        Lines of at most 80 characters; at most 25 of them by default.

    Examples
    --------
    >>> from uncounted.captures import CaptureTable
    >>> from uncounted.estimate import EstimateSettings, run, summary
    >>> table = CaptureTable.of("AB", {"10": 40, "01": 20, "11": 10})
    >>> print(summary(run(table, EstimateSettings("independence"))).splitlines()[5])
    Method        Total  95% interval  70                           255
    """
    return "\n".join(lines(done, verbose=verbose))


def lines(done: Study | Strata | CovariateStudy, *, verbose: bool = False) -> Iterator[str]:
    """The result of `estimate` in lines; with every diagnostic if it is `verbose`."""
    if isinstance(done, CovariateStudy):
        yield from _given_covariates(done, verbose=verbose)
    elif isinstance(done, Pooled):
        yield from _pooled(done)
    elif isinstance(done, Strata):
        yield from _strata(done, verbose=verbose)
    else:
        yield from _study(done, verbose=verbose)


def _study(study: Study, *, verbose: bool) -> Iterator[str]:
    if study.refused and len({estimate.reason for estimate in study.estimates}) == 1:
        return  # the error on stderr says it, once
    top = [*_head(study), *_read_first(study.read_first)]
    top += [*_calibrated(study.calibrated, study.observed, study.least_observed), ""]
    top += _table(
        study.estimates,
        study.observed,
        study.least_observed,
        study.headline,
        hints=verbose or study.headline is None,
    )
    if study.headline is not None:
        said = top[-1].startswith("*") or any(not each.ok for each in study.estimates)
        top += [*([] if said else [""]), *_undocumented(study, study.headline)]
    if study.linkage is not None:
        top += _linkage(study.linkage, _rounded(study.headline, study))
    top += _imputation(study.headline)
    yield from top
    yield from _warnings(study.warnings, _LINES - len(top) - 2, verbose=verbose)
    if study.claim is not None:
        yield ""
        yield from tables.claim(study)
    if verbose:
        yield from tables.diagnostics(study)
    else:
        code = min((w.code for w in study.warnings if w.must_report), key=_gravity, default="")
        yield ""
        meaning = f"    What a warning means: uncounted explain {code}" if code else ""
        yield f"Details: --verbose{meaning}"


def _head(study: Study | CovariateStudy) -> Iterator[str]:
    people = plural(study.observed, "person", "people") + " documented"
    if isinstance(study, Study) and study.linkage is not None:
        level = f"{study.first.level * 100:g}%"
        people += f" ({level} {_documented_interval(study.linkage)})"
    yield f"Multiple systems estimation · {plural(len(study.lists), 'list')} · {people}"
    lists = " · ".join(f"{name} {whole(n)}" for name, n in study.lists.items())
    yield from wrapped(lists)


def _read_first(sentences: Sequence[str]) -> Iterator[str]:
    """What stands before the numbers, where something contradicts them."""
    if sentences:
        yield ""
        yield from wrapped(" ".join(sentences), "Read first: ", indent=2)


def _calibrated(found: CalibratedInterval | None, observed: int, least: int) -> Iterator[str]:
    """The total calibrated on lists of known size, or why there is none."""
    if found is None:
        return
    yield ""
    if found.point is None:
        yield from wrapped(f"No calibrated interval: {found.reason}")
        return
    rounded = round_to_interval(found.point, found.interval, observed, least=least)
    level = f"{found.level * 100:g}%"
    yield from wrapped(
        f"{rounded.with_interval}, {level} calibrated on {found.tests:,} lists of known size",
        "Total  ",
        indent=7,
    )


def _documented_interval(linkage: LinkageUncertainty) -> str:
    low, high = linkage.observed.interval
    return whole(low) if low == high else f"{whole(low)}–{whole(high)}"


def _undocumented(study: Study, headline: Estimate) -> Iterator[str]:
    """The number on no list, and the total if the model is wrong about it by a factor of two."""
    least = study.least_observed
    hidden = round_undocumented(headline, study.observed, least=least)
    share = 1 - study.observed / headline.number()
    main = "  [main method]" if len(study.estimates) > 1 else ""
    yield f"Not documented   {hidden.with_interval}, about {share:.0%} of the total{main}"
    half, twice = (
        whole(rounded_at_xi(headline, study.observed, xi, study.xi_by_method, least).point)
        for xi in (2.0, 0.5)
    )
    yield from wrapped(
        f"Half or twice as many would make {half} or {twice}. The lists cannot test this."
    )


def _rounded(estimate: Estimate | None, of: Study | Strata) -> Rounded | None:
    if estimate is None:
        return None
    return round_estimate(estimate, of.observed, least=of.least_observed)


def _imputation(headline: Estimate | None) -> Iterator[str]:
    """What imputed replicates add to the variance of the headline."""
    if headline is not None and "replicates" in headline.settings:
        share = headline.diagnostics["imputation_variance_share"]
        replicates = plural(headline.settings["replicates"], "replicate")
        yield f"Imputation       {share:.0%} of the variance ({replicates})"


def _linkage(linkage: LinkageUncertainty, main: Rounded | None) -> Iterator[str]:
    share = linkage.variance_share
    draws = f"({plural(linkage.draws, 'posterior draw')})"
    variance = "no share of the variance known" if share is None else f"{share:.0%} of the variance"
    yield f"Record linkage   {variance} {draws}"
    for line in _alternatives(linkage, main):
        yield f"{'':17}{line}"


def _alternatives(
    linkage: LinkageUncertainty | StrataAlternatives, main: Rounded | None
) -> Iterator[str]:
    """The range over alternative linkage models, and the estimate at two thresholds."""
    reach, rows = linkage.range, linkage.alternatives
    if reach is None or rows is None:
        return
    passing = f"other linkage models that pass checks ({reach.passing} of {reach.alternatives})"
    if reach.passing == 0:
        yield f"other linkage models ({reach.alternatives}): none passes its checks"
    elif reach.not_estimable == reach.passing:
        yield f"{passing}: no estimate"
    else:
        limits = tables.open_limits(reach.interval)
        shown = round_to_interval(main.point if main else limits[0], limits)
        yield f"{passing}: {(shown.including(main) if main else shown).span}"
        if reach.not_estimable:
            yield f"of these {reach.not_estimable} without an estimate"
    extremes = [row for row in rows if not row.in_grid]
    if extremes:
        names = " / ".join("strict" if row.name == "strict" else "lenient" for row in extremes)
        points = " / ".join(map(_alternative_point, extremes))
        yield f"{names} matching: {points}"


def _alternative_point(row: AlternativeRow) -> str:
    if row.point is None:
        return "no estimate"
    interval = None if row.interval is None else tables.open_limits(row.interval)
    return whole(round_to_interval(row.point, interval, row.observed).point)


def _warnings(found: Iterable[EstimateWarning], room: int, *, verbose: bool) -> Iterator[str]:
    """Each code once with its figures, the gravest first; those without room by their code."""
    every = sorted(found, key=lambda each: _gravity(each.code))
    texts = _by_code(each for each in every if each.must_report)
    notes = _by_code(each for each in every if verbose and not each.must_report)
    if texts:
        which = "report it" if len(texts) == 1 else "report these"
        yield ""
        yield f"{plural(len(texts), 'warning')}: {which} with the number"
        yield from _fitting(_coded(texts), list(texts), room - 2, verbose=verbose)
    if notes:
        yield ""
        yield "Notes"
        yield from (line for each in _coded(notes) for line in each)


def _gravity(code: str) -> int:
    """The place of a code among the explanations, of which the gravest come first."""
    return list(explanations()).index(code)


def _by_code(found: Iterable[EstimateWarning]) -> dict[str, list[str]]:
    texts: dict[str, list[str]] = {}
    for warning in found:
        texts.setdefault(warning.code, []).append(warning.text)
    return texts


def _coded(texts: dict[str, list[str]]) -> list[list[str]]:
    """The lines of each code, its figures one after the other."""
    indent = max(map(len, texts)) + 4
    return [
        wrapped("; ".join(dict.fromkeys(parts)), f"  {code}".ljust(indent), indent=indent)
        for code, parts in texts.items()
    ]


def _fitting(
    rows: Sequence[Sequence[str]], codes: Sequence[str], room: int, *, verbose: bool
) -> Iterator[str]:
    """As many codes as there is room for; the others by their names."""
    left = max(room, _FEWEST_WARNINGS)
    for shown in range(len(codes), -1, -1):
        cut = ", ".join(codes[shown:])
        more = wrapped(cut, "  more (--verbose): ", indent=4) if cut else []
        if verbose or shown == 0 or sum(map(len, rows[:shown])) + len(more) <= left:
            yield from (line for each in rows[:shown] for line in each)
            yield from more
            return


def _table(
    estimates: Sequence[Estimate],
    observed: int,
    least: int | None = None,
    headline: Estimate | None = None,
    *,
    hints: bool = True,
) -> Iterator[str]:
    """One line a method: total, interval, and the interval on an axis common to all.

    The axis begins at the people observed, or at a limit below that if linkage leaves it open
    (down to `least`).
    """
    least = observed if least is None else least
    estimated = [e for e in estimates if e.ok]
    if estimated:
        known = any(each.track_record and not each.bound for each in estimated)
        head = ("Method", "Total", f"{estimated[0].level * 100:g}% interval")
        rows = [(*head, "Covered*") if known else head]
        for each in estimated:
            main = " (main)" if each is headline and len(estimated) > 1 else ""
            row = (label(each.method) + main, *_total(each, observed, least))
            rows.append((*row, _covered(each)) if known else row)
        yield from _pictured(rows, estimated, observed, least)
        if known:
            yield "* of lists of known size, the share that the method's own interval covered"
    reasons: dict[tuple[str, str], list[str]] = {}
    for estimate in estimates:
        if not estimate.ok:
            why = (estimate.reason or "", estimate.hint or "")
            reasons.setdefault(why, []).append(label(estimate.method))
    for (reason, hint), methods in reasons.items():
        yield from wrapped(f"no estimate: {', '.join(methods)}: {reason}", indent=2)
        if hint and hints:
            yield from wrapped(f"  hint: {hint}", indent=4)


def _covered(estimate: Estimate) -> str:
    """The track record of a method's interval; a lower bound has none."""
    if estimate.track_record is None or estimate.bound:
        return ""
    return f"{estimate.track_record.covered:.0%}"


def _total(estimate: Estimate, observed: int, least: int) -> tuple[str, str]:
    rounded = round_estimate(estimate, observed, least=least)
    if rounded is None:
        return "no estimate", ""
    if estimate.bound:
        return f"≥ {whole(rounded.point)}", ""
    return whole(rounded.point), rounded.span


def _pictured(
    rows: Sequence[Sequence[str]], estimated: Sequence[Estimate], observed: int, least: int
) -> Iterator[str]:
    """The table, with a chart of the intervals in the rest of the line, if there is room."""
    left, right = _axis(estimated, observed, least)
    used = max(len(line) for line in columns(rows).splitlines()) + 2
    width = min(WIDTH - used, _PICTURE[1])
    axis_labels = whole(left), whole(right)
    if width < max(_PICTURE[0], sum(map(len, axis_labels)) + 1):
        yield from columns(rows, right=[1, 2, 3]).splitlines()
        return
    pictures = [
        interval_picture(*_limits(estimate), left=left, right=right, width=width)
        for estimate in estimated
    ]
    axis = axis_labels[0].ljust(width - len(axis_labels[1])) + axis_labels[1]
    drawn = [(*row, picture) for row, picture in zip(rows, [axis, *pictures], strict=True)]
    yield from columns(drawn, right=[1, 2, 3][: len(rows[0]) - 1]).splitlines()


def _axis(estimated: Sequence[Estimate], observed: int, least: int) -> tuple[float, float]:
    """From the people documented to the highest limit that is not absurdly far."""
    shown = {e: round_estimate(e, observed) for e in estimated}
    points = [each.point for each in shown.values() if each]
    highs = [
        each.high for e, each in shown.items() if each and each.high is not None and not e.bound
    ]
    right = min(max([*highs, *points]), _FARTHEST * max(points))
    low = min((e.interval[0] for e in estimated if e.interval), default=float(observed))
    return min(float(observed), max(low, float(least))), right


def _limits(estimate: Estimate) -> tuple[float, float | None, float]:
    """Lower limit, point, upper limit; of a bound, all that is above it."""
    if estimate.bound:
        return estimate.number(), None, float("inf")
    low, high = estimate.interval or (estimate.number(), estimate.number())
    return low, estimate.number(), high


def _strata(strata: Strata, *, verbose: bool) -> Iterator[str]:
    """A line for each stratum by the main method, then the total by every method."""
    top = [
        f"Multiple systems estimation · {plural(len(strata.studies), 'stratum', 'strata')} · "
        f"{plural(strata.observed, 'person', 'people')} documented",
        *_read_first(strata.read_first),
        "",
    ]
    main = strata.headline
    level = main.level if main is not None else strata.total[0].level
    rows = [("Stratum", "Documented", "Total", f"{level * 100:g}% interval")]
    for stratum, study in zip(strata.labels, strata.studies, strict=True):
        total = _of_stratum(study, main)
        rows.append((tables.stratum_name(stratum), whole(study.observed), *total))
    top += columns(rows, right=[1, 2, 3]).splitlines()
    if main is not None:
        top += [f"  [{label(main.method)}]"]
    top += ["", "All strata"]
    top += [*_calibrated(strata.calibrated, strata.observed, strata.least_observed)][1:]
    top += _table(strata.total, strata.observed, strata.least_observed, main)
    if strata.linkage is not None:
        top += _alternatives(strata.linkage, _rounded(main, strata))
    yield from top
    found = [  # of strata without an estimate, those of the total that leads
        w
        for e in strata.total
        for w in e.warnings
        if e is main or main is None or w.code != "strata-not-estimated"
    ]
    inside = dict.fromkeys(
        w.code for study in strata.studies for w in study.warnings if w.must_report
    )
    yield from _warnings(found, _LINES - len(top) - 3, verbose=verbose)
    if not verbose and any(study.claim is not None for study in strata.studies):
        yield ""
        yield "The claim in each stratum: --verbose"
    if verbose:
        for stratum, study in zip(strata.labels, strata.studies, strict=True):
            yield ""
            yield f"== {tables.stratum_name(stratum)}"
            yield from _study(study, verbose=True)
    else:
        yield ""
        if inside:
            yield from wrapped(f"Warnings within strata: {', '.join(inside)}", indent=2)
        yield "Each stratum in full: --verbose"


def _of_stratum(study: Study, main: Estimate | None) -> tuple[str, str]:
    """What a stratum has by the method that leads; else its lower bound, if there is one."""
    wanted = [main.method] if main is not None else []
    if study.headline is not None and main is None:
        wanted.append(study.headline.method)
    for name in (*wanted, "chao"):
        estimate = next((e for e in study.estimates if e.method == name and e.ok), None)
        if estimate is not None:
            total, span = _total(estimate, study.observed, study.least_observed)
            return total, span if name in wanted else "no estimate"
    return "no estimate", ""


def _pooled(pooled: Pooled) -> Iterator[str]:
    """Each stratum alone and pooled, side by side, then both totals."""
    yield (
        f"Multiple systems estimation, partial pooling · {len(pooled.rows)} strata · "
        f"{plural(pooled.observed, 'person', 'people')} documented"
    )
    yield from _read_first(pooled.read_first)
    yield ""
    rows = [("Stratum", "Documented", "Alone", "Pooled", "Shrinkage")]
    for row in pooled.rows:
        shrinkage = "" if row.shrinkage is None else f"{row.shrinkage:.0%}"
        alone, together = (
            "no estimate"
            if each.point is None
            else round_to_interval(each.point, each.interval, row.observed).with_interval
            for each in (row.unpooled, row.pooled)
        )
        name = tables.stratum_name(row.stratum)
        rows.append((name, whole(row.observed), alone, together, shrinkage))
    yield columns(rows, right=[1, 2, 3, 4])
    yield ""
    yield "All strata"
    yield from _table(pooled.total, pooled.observed)
    main = pooled.headline
    parts = [
        w
        for estimate in pooled.total
        for w in estimate.warnings
        if estimate is main or w.code != "strata-not-estimated"
    ]
    yield from _warnings(dict.fromkeys([*pooled.warnings, *parts]), _LINES, verbose=True)


def _on_no_list(study: CovariateStudy) -> str:
    """How many people of the file are on none of the chosen lists, and whether they count."""
    people = plural(study.on_no_list, "person is", "people are")
    if len(first := study.chosen[0]) == len(study.lists):
        return f"{people} on none of these lists and in no count."
    return f"{people} on neither {' nor '.join(first)}, but among the documented."


def _given_covariates(study: CovariateStudy, *, verbose: bool) -> Iterator[str]:
    """Each choice of lists a line, totals by category, and how the number moves with psi or xi."""
    main, many = study.headline, len(study.chosen) > 2
    top = [*_head(study), *wrapped(f"Conditional on covariates: {', '.join(study.covariates)}")]
    if study.on_no_list:
        top += wrapped(_on_no_list(study))
    top += [*_read_first(study.read_first), ""]
    shown = tables.named_by_lists(study, verbose=verbose)
    top += _table(shown, study.observed, hints=verbose or main is None or not many)
    if many and not verbose:
        top += tables.range_of_pairs(study)
    rest: list[str] = []
    if main is not None:
        rest += ["", *tables.paragraph("Identifying assumption: ", main.assumption)]
    if verbose or not many:
        rest += tables.psi(study)
    rest += tables.xi_of_lists(study)
    categories = list(tables.by_category(study))
    every = verbose or not many
    kept = [e for e in study.estimates if every or e is main]
    found = [w for estimate in kept for w in estimate.warnings]
    if study.read_first and not verbose:  # it says the same
        found = [w for w in found if w.code != "bound-above-estimate"]
    space = _LINES - len(top) - len(rest) - 2 - (3 if found else 0)
    if verbose or len(categories) <= space:
        top += categories
    yield from [*top, *rest]
    room = _LINES - len(top) - len(rest) - 4
    yield from _warnings(dict.fromkeys(found), room, verbose=every)
    if many and not verbose:
        yield ""
        yield "Details, pairs of lists, categories: --verbose"
    elif many:
        yield from tables.averaged_models(study)
