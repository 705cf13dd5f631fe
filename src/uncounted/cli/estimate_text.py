"""A study as a person reads it in a terminal: the numbers, a small picture, what they rest on.

Nothing is printed finer than it is known, a refusal stands among the numbers with
its reason, and the methods that disagree are not in smaller print.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Sequence

import attrs

from uncounted.cli.terminal import columns, interval_picture, number, plain_terminal, plural
from uncounted.workflow.estimate import (
    DIFFER,
    WHAT_XI_IS,
    AlternativesRange,
    ClaimComparison,
    CovariateStudy,
    Estimate,
    LinkageUncertainty,
    Pooled,
    Result,
    Strata,
    StrataAlternatives,
    Study,
    about,
    range_of,
    round_to_interval,
    what_would_change,
)

_WIDTH = 80
_PICTURE = (12, 32)  # characters at least and at most
_FARTHEST = 4  # the axis ends at so many times the largest point


def lines(done: Study | Strata | CovariateStudy) -> Iterator[str]:
    """Whatever came of an estimate, in lines."""
    if isinstance(done, CovariateStudy):
        yield from _given_covariates(done)
    else:
        yield from study_lines(done)


def _recorded(study: Study | CovariateStudy) -> str:
    """How many are on how many lists, and how many on each."""
    be = "is" if study.observed == 1 else "are"
    lists = " · ".join(f"{name} {number(n)}" for name, n in study.lists.items())
    people = plural(study.observed, "person", "people")
    return f"{people} {be} on {plural(len(study.lists), 'list')}: {lists}"


def _given_covariates(study: CovariateStudy) -> Iterator[str]:
    """Two lists at a time, each a line, and how the number moves with psi."""
    yield _recorded(study)
    yield f"Alike, as far as is known, in: {', '.join(study.covariates)}"
    yield ""
    named = [
        attrs.evolve(estimate, method=" and ".join(chosen))
        for chosen, estimate in zip(study.chosen, study.estimates, strict=True)
    ]
    yield from _table(tuple(named), study.observed)
    good = [estimate for estimate in study.estimates if estimate.ok]
    if good:
        yield ""
        yield from _paragraph("What it rests on: ", good[0].assumption)
        for pair in dict.fromkeys(tuple(row.lists) for row in study.sensitivity):
            parts = [
                f"{row.psi:.3g}: {_about(row, study.observed)}"
                for row in study.sensitivity
                if tuple(row.lists) == pair
            ]
            head = f"{' and '.join(pair)}, if the odds of one are psi times as high on the other: "
            yield from _paragraph(head, "; ".join(parts))
    yield from _warnings([w for estimate in study.estimates for w in estimate.warnings])


def study_lines(study: Study | Strata) -> Iterator[str]:
    """A study in lines; a stratified one stratum by stratum, then the total."""
    if isinstance(study, Pooled):
        yield from _pooled(study)
        return
    if not isinstance(study, Strata):
        yield from _fails(study)
        yield from _one_study(study)
        return
    yield from _fails(study.studies[0])
    for label, one in zip(study.labels, study.studies, strict=True):
        yield f"== {', '.join(f'{name} {value or "not said"}' for name, value in label.items())}"
        yield from _differing(one) if DIFFER in label.values() else _one_study(one)
        yield ""
    yield f"== in all: {number(study.observed)} people are documented"
    yield from _table(study.total, study.observed, study.least_observed)
    yield from _other_totals(study)
    yield from _warnings([w for estimate in study.total for w in estimate.warnings])


def _differing(study: Study) -> Iterator[str]:
    """A stratum of which there can be no number is no table of refusals."""
    yield _recorded(study)
    yield from _paragraph("No number: ", f"{study.first.reason}.")


def _other_totals(strata: Strata) -> Iterator[str]:
    """What the total is under other ways of linking; strata alone were not looked at so."""
    if strata.linkage is None:
        return
    method = strata.linkage.method
    (headline,) = (total for total in strata.total if total.method == method)
    yield ""
    yield f"The total by {method}, linked otherwise (strata alone were not looked at):"
    yield from _readings(headline, strata.linkage, strata.least_observed)


def _pooled(pooled: Pooled) -> Iterator[str]:
    """Each stratum alone and pooled, side by side, then both totals."""
    rows = []
    for row in pooled.rows:
        label = ", ".join(f"{name} {value or 'not said'}" for name, value in row.stratum.items())
        pull = "" if row.shrinkage is None else f"{row.shrinkage:.0%}"
        alone, together = (_interval(result, row.observed) for result in (row.alone, row.pooled))
        rows.append((label, number(row.observed), alone, together, pull))
    yield columns(
        [("", "documented", "alone", "pooled", "pull of the others"), *rows], right=[1, 4]
    )
    yield ""
    yield f"In all {number(pooled.observed)} people are documented."
    yield from _table(pooled.total, pooled.observed)
    parts = [w for estimate in pooled.total for w in estimate.warnings]
    yield from _warnings([*pooled.warnings, *parts])


def _interval(row: Result, observed: int) -> str:
    """A number with its interval, as short as can be."""
    if row.point is None or row.interval is None:
        return "no number"
    rounded = round_to_interval(row.point, row.interval[0], row.interval[1], observed)
    high = "no end" if rounded.high is None else number(rounded.high)
    return f"{number(rounded.point)} ({number(rounded.low)} to {high})"


def _one_study(study: Study) -> Iterator[str]:
    yield _recorded(study)
    yield ""
    yield from _table(study.estimates, study.observed, study.least_observed)
    headline = study.headline
    if headline is not None:
        yield ""
        yield from _paragraph("What it rests on: ", headline.assumption)
        rows = study.xi_by_method
        change = what_would_change(headline, study.observed, rows, study.least_observed)
        yield from _paragraph("What would change it: ", change)
    yield from _between(study)
    yield from _links(study)
    yield from _linkage(study)
    yield from _robustness(study)
    for check in study.checks:
        yield from _paragraph("Looked at: ", check)
    yield from _known(study)
    yield from _parts(study)
    yield from _warnings(study.warnings)
    yield from _xi(study)
    yield from _claim(study.claim)


_LIKELY = 0.5  # a link between two lists that is said


def _links(study: Study) -> Iterator[str]:
    """Which lists depend on each other, and what each pair would give on its own."""
    edges = [
        edge
        for estimate in study.estimates
        if estimate.method == "decomposable"
        for edge in estimate.diagnostics.get("edges", ())
    ]
    if len(study.lists) > 2:
        parts = [
            f"{' and '.join(edge['lists'])} {edge['probability']:.0%}"
            for edge in sorted(edges, key=lambda edge: -edge["probability"])
            if edge["probability"] > _LIKELY
        ]
        yield from _paragraph(
            "Lists that depend on each other, by decomposable: ", "; ".join(parts)
        )
    yield from _silent(study)
    if len(study.dependence) > 1:
        rows = sorted(study.dependence, key=lambda row: row.point)
        parts = [f"{' and '.join(row.lists)} {_about(row, 0)}" for row in rows]
        yield from _paragraph(
            "Two lists at a time, as if independent (Chapman): ", "; ".join(parts)
        )


def _silent(study: Study) -> Iterator[str]:
    """How likely it is that the table says nothing about the unseen, whether much or little."""
    for estimate in study.estimates:
        share = estimate.diagnostics.get("complete_graph") if estimate.ok else None
        if share is not None:
            words = "less than 0.1%" if share < 0.001 else f"{share:.1%}"
            yield from _paragraph(
                "Every list depends on every other, and only the prior speaks of the unseen: ",
                f"{words} likely, by {estimate.method}.",
            )


def _between(study: Study) -> Iterator[str]:
    """How far the methods lie apart: that is doubt too, and in no interval."""
    if study.spread is None:
        return
    limits = sorted(
        (_rounded(study[name], study.least_observed), i, name)
        for i, name in enumerate(
            each.method for each in (study.spread.lowest, study.spread.highest)
        )
    )
    (low, _, one), (high, _, other) = limits
    words = (
        f"about {number(low)} ({one}, {other})"
        if low == high
        else f"from about {number(low)} ({one}) to about {number(high)} ({other})"
    )
    yield from _paragraph("Between the methods: ", f"{words}.")


def _xi(study: Study) -> Iterator[str]:
    """For each method, how many there are when its assumption is wrong by a factor."""
    rows: dict[str, list[str]] = {}
    for row in study.xi_by_method:
        rows.setdefault(row.method, []).append(
            _about(row, study.least_observed).removeprefix("about ")
        )
    if not rows:
        return
    first = study.xi_by_method[0].method
    xis = [f"{row.xi:.3g}" for row in study.xi_by_method if row.method == first]
    yield ""
    yield from _paragraph(
        "What nobody can test: ",
        "if those on no list are 1/xi times as many, beside those recorded, as a method's"
        " assumption says, there are so many in all:",
    )
    bounds = {each.method for each in study.estimates if each.point_kind == "lower bound"}
    table = [
        ("xi", *xis),
        *((f"{name}, at least" if name in bounds else name, *row) for name, row in rows.items()),
    ]
    yield columns(table, right=range(1, len(xis) + 1))


def _claim(claim: ClaimComparison | None) -> Iterator[str]:
    """How far a stated number carries, method by method."""
    if claim is None:
        return
    yield ""
    yield f'How far "{claim.side} {number(claim.number)}" carries:'
    for row in claim.rows:
        yield from _paragraph(f"{row.method}: ", row.words)
        if row.stands in ("on record", "against the record"):
            return
    yield from _paragraph("", WHAT_XI_IS)


def _robustness(study: Study) -> Iterator[str]:
    """Each list left out in turn, and other weights of the prior, a line each."""
    without = [f"{row.left_out} {_about(row, row.observed)}" for row in study.leave_one_out]
    yield from _paragraph("Without one list: ", "; ".join(without))
    parts = [f"{row.delta:.3g} {_about(row, study.observed)}" for row in study.deltas]
    yield from _paragraph("With another weight of the prior (delta): ", "; ".join(parts))
    others = [row for row in study.priors[len(study.deltas) :] if row.point is not None]
    if others:
        limits = range_of(_rounded(row, study.observed) for row in others)
        yield from _paragraph("With other priors on how many there are: ", f"{limits}.")


def _known(study: Study) -> Iterator[str]:
    """Each list as a population of known size: how large it is, and what the others say."""
    parts = []
    for row in study.consistency:
        answer = "no number"
        if row.point is not None:
            answer = f"about {_interval(row, row.observed)}"
        parts.append(f"{row.name} {number(row.known_size)}, by the others {answer}")
    yield from _paragraph("Each list's size: ", "; ".join(parts))


def _parts(study: Study) -> Iterator[str]:
    """The estimate from growing parts, carried to the whole; one number for each order."""
    by_fraction: dict[float, list[str]] = {}
    for row in sorted(study.trajectory, key=lambda row: float(row.fraction)):
        words = about(row.rescaled, row.rescaled_interval, study.observed).removeprefix("about ")
        by_fraction.setdefault(row.fraction, []).append(words)
    parts = [
        f"{fraction:.0%} {' or '.join(dict.fromkeys(each))}"
        for fraction, each in by_fraction.items()
    ]
    yield from _paragraph("From growing parts, carried to the whole: ", "; ".join(parts))


def _about(row: Result, observed: int) -> str:
    return about(row.point, row.interval, observed)


def _rounded(row: Result, observed: int) -> int:
    assert row.point is not None
    low, high = row.interval or (row.point, row.point)
    return round_to_interval(row.point, low, high, observed).point


def _table(
    estimates: tuple[Estimate, ...], observed: int, least: int | None = None
) -> Iterator[str]:
    """One line a method: name, number, interval, and the interval on an axis common to all.

    The axis begins at the people observed, or at an end below that if linkage leaves it open (down
    to `least`).
    """
    least = observed if least is None else least
    estimated = [e for e in estimates if e.ok]
    limits = [e.interval[1] for e in estimated if e.interval and e.interval[1] < float("inf")]
    points = [e.number() for e in estimated]
    right = max([*limits, *points], default=float(observed))
    right = min(right, _FARTHEST * max(points, default=right))  # one wide interval hides all others
    if estimated:
        header = ("", "people", f"{estimated[0].level * 100:g}% interval")
        low = min((e.interval[0] for e in estimated if e.interval), default=float(observed))
        left = min(float(observed), max(low, float(least)))
        yield _pictured(header, estimated, least, left, right)
    for estimate in estimates:
        if not estimate.ok:
            yield from _paragraph(f"{estimate.method}: no number: ", estimate.reason or "")


def _pictured(
    header: tuple[str, ...], estimated: Sequence[Estimate], least: int, left: float, right: float
) -> str:
    """The numbers, and beside them their intervals in what the line has left, if it has room."""
    rows = [_row(estimate, least) for estimate in estimated]
    used = max(len(line) for line in columns([header, *rows]).splitlines()) + 2
    width = min(_WIDTH - used, _PICTURE[1])
    axis_labels = number(left), number(right)
    if width < max(_PICTURE[0], sum(map(len, axis_labels)) + 1):
        return columns([header, *rows])
    pictures = [
        interval_picture(
            *_limits(estimate),
            left=left,
            right=right,
            width=width,
            plain=plain_terminal(),
        )
        for estimate in estimated
    ]
    axis = axis_labels[0].ljust(width - len(axis_labels[1])) + axis_labels[1]
    drawn = [(*row, picture) for row, picture in zip(rows, pictures, strict=True)]
    return columns([(*header, axis), *drawn])


def _limits(estimate: Estimate) -> tuple[float, float, float]:
    """Lower end, point, upper end."""
    low, high = estimate.interval or (estimate.number(), estimate.number())
    return low, estimate.number(), high


def _row(estimate: Estimate, observed: int) -> tuple[str, str, str]:
    low, point, high = _limits(estimate)
    rounded = round_to_interval(point, low, high, observed)
    bound = "at least" if estimate.point_kind == "lower bound" else "about"
    upper = "no upper end" if rounded.high is None else number(rounded.high)
    between = f"{number(rounded.low)} to {upper}"
    return estimate.method, f"{bound} {number(rounded.point)}", between


def _fails(study: Study) -> Iterator[str]:
    """That the linkage itself fails a check comes before any number that rests on it."""
    if why := study.linkage and study.linkage.fails:
        yield from _paragraph(
            "Mind: ",
            f"the linkage fails a check that other ways of linking have to pass: {why}. Look at the"
            " links with uncounted review, and decide some, before you rest a number on them.",
        )
        yield ""


def _linkage(study: Study) -> Iterator[str]:
    if study.linkage is None:
        return
    share = study.linkage.variance_share
    low, high = study.linkage.observed.interval
    recorded = (
        f"{plural(int(low), 'person is', 'people are')} recorded"
        if low == high
        else f"between {number(low)} and {number(high)} people are recorded"
    )
    words = f"averaged over {plural(study.linkage.draws, 'draw')}, in which {recorded}"
    if share is not None:
        words += f"; {share:.0%} of the doubt comes from not being sure who is who"
    yield from _paragraph("Who is who: ", words + ".")
    if study.headline is not None:
        yield from _readings(study.headline, study.linkage, int(low))


def _readings(
    headline: Estimate, linkage: LinkageUncertainty | StrataAlternatives, recorded: int
) -> Iterator[str]:
    """How far the number hangs on how reports were linked."""
    envelope, rows = linkage.range, linkage.alternatives
    if envelope is None or rows is None:
        return
    yield from _paragraph("Other ways of linking: ", _reach(headline, envelope, recorded))
    extremes = {row.name: row for row in rows if not row.in_grid}
    parts = [
        f"{about(row.point, row.interval and _open(row.interval), row.observed)}"
        f" read {'strictly' if name == 'strict' else 'loosely'}"
        f" ({number(row.observed)} people recorded)"
        for name, row in extremes.items()
    ]
    if parts:
        yield from _paragraph("Linked strictly or loosely: ", " and ".join(parts) + ".")


def _reach(headline: Estimate, envelope: AlternativesRange, recorded: int) -> str:
    """From where to where, the number's own interval among the rest; or that nobody knows."""
    passing, silent = envelope.passing, envelope.without_number
    head = (
        f"under {envelope.alternatives} other pairs of a prior and a rule of who may be one person"
    )
    if silent == passing:
        found = "none of those that pass gives a number" if passing else "none passes its checks"
        return (
            f"{head} reports were linked, too, and {found}: how far the number hangs on how"
            " they were linked is not known."
        )
    every = _open(envelope.interval), headline.interval or _open(envelope.interval)
    # each is rounded by its own width, and the wider one must not end before the other
    limits = [_rounded_limits(headline.number(), *each, recorded) for each in every]
    low, high = min(low for low, _ in limits), max(high for _, high in limits)
    upper = number(high) if math.isfinite(high) else "no upper end"
    return (
        f"{head}, of which {passing} {'passes its' if passing == 1 else 'pass their'} checks, the"
        f" interval reaches from {number(low)} to {upper}."
        + (f" Under {silent} of those that pass there is no number at all." if silent else "")
        + _by_chance(envelope.error)
    )


def _rounded_limits(point: float, low: float, high: float, recorded: int) -> tuple[float, float]:
    rounded = round_to_interval(point, low, high, recorded)
    return rounded.low, math.inf if rounded.high is None else rounded.high


def _by_chance(errors: Sequence[float | None]) -> str:
    """How well the ends are known that rest on few draws."""
    known = [math.ceil(error) for error in errors if error is not None]
    if not known or max(known) == 0:
        return ""
    return f" An end is known to about {number(max(known))}."


def _open(interval: Sequence[float | None]) -> tuple[float, float]:
    """The ends as numbers; JSON has none for an upper end that there is not."""
    low, high = interval
    return low or 0.0, math.inf if high is None else high


def _warnings(warnings: list[str] | tuple[str, ...]) -> Iterator[str]:
    for warning in dict.fromkeys(warnings):
        yield from _paragraph("Mind: ", warning)


def _paragraph(head: str, text: str) -> Iterator[str]:
    if text:
        yield from textwrap.wrap(head + text, _WIDTH, subsequent_indent="  ")
