"""Every diagnostic of a study as tables: `uncounted estimate --verbose`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs

from uncounted.estimate.base.labels import SOURCES, label
from uncounted.estimate.base.result import Estimate, Study
from uncounted.estimate.base.rounding import Rounded, round_to_interval
from uncounted.estimate.base.rows import Result
from uncounted.estimate.covariates.covariate_study import CovariateStudy
from uncounted.estimate.robustness.claims import down, up
from uncounted.text_table import WIDTH, columns, whole, wrapped

_LIKELY = 0.5  # probability of an edge that is shown where there are many
_PAIRS = 10  # pairs of lists that are shown: those with the lowest and the highest estimates
_FEW_PAIRS = 6  # estimates of pairs of lists given covariates
_SETTINGS = {
    "prior_N": "prior on N",
    "prior_graphs": "prior on graphs",
    "delta": "hyper-Dirichlet delta",
    "classes": "classes",
    "model": "model",
    "criterion": "criterion",
    "resamples": "bootstrap resamples",
    "psi": "odds ratio psi",
    "variant": "variant",
}
_DIAGNOSTICS = {
    "rhat": "R-hat",
    "ess": "bulk ESS",
    "ess_tail": "tail ESS",
    "chains": "chains",
    "modes": "modes",
    "failed_resamples": "failed resamples",
    "deviance": "deviance",
    "df": "df",
    "bic": "BIC",
    "coverage": "sample coverage",
    "se": "standard error",
    "prob_saturated": "P(complete graph)",
    "prob_gt_21n": "P(N > 21 n)",
}


def paragraph(head: str, text: str) -> Iterator[str]:
    """A text with its head, wrapped; nothing for no text."""
    if text:
        yield from wrapped(text, head, indent=2)


def stratum_name(stratum: Mapping[str, str]) -> str:
    """The values of a stratum on one line."""
    return ", ".join(f"{name} {value or 'not stated'}" for name, value in stratum.items())


def diagnostics(study: Study) -> Iterator[str]:
    """All tables of a study, each with a heading."""
    blocks: Iterable[tuple[str, Iterator[str]]] = (
        ("Methods", _methods(study)),
        ("Calibrated on lists of known size", _calibrated(study)),
        ("List dependence (posterior probability of an edge)", _edges(study)),
        ("Pairwise Chapman estimates (each pair taken as independent)", _chapman(study)),
        ("Sensitivity to the identifying assumption (xi; 1 = as the method assumes)", _xi(study)),
        ("Sensitivity to priors", _priors(study)),
        ("Leave one list out", _leave_one_out(study)),
        ("List of known size, predicted from the others", _known_lists(study)),
        ("Subsampling: estimates from random parts, rescaled", _subsamples(study)),
        ("Alternative linkage models", _linkage_models(study)),
    )
    for heading, block in blocks:
        found = list(block)
        if found:
            yield ""
            point = study.linkage is not None and heading.startswith(_OF_POINT_PARTITION)
            yield heading + (" [one representative partition]" if point else "")
            yield from (f"  {line}" for text in found for line in text.splitlines())


_OF_POINT_PARTITION = ("Pairwise", "Leave", "List of known", "Subsampling", "Sensitivity to priors")


def open_limits(interval: Sequence[float | None]) -> tuple[float, float]:
    """Limits as numbers; JSON has none for an upper limit that there is not."""
    low, high = interval
    return low or 0.0, math.inf if high is None else high


def _shown(row: Result, observed: int) -> str:
    if row.point is None:
        return "no estimate"
    return round_to_interval(row.point, row.interval, observed).with_interval


def _point(row: Result, observed: int, least: int | None = None) -> str:
    if row.point is None:
        return "none"
    return whole(round_to_interval(row.point, row.interval, observed, least=least).point)


def _methods(study: Study) -> Iterator[str]:
    for estimate in study.estimates:
        if not estimate.ok:
            continue
        source = SOURCES.get(estimate.method, label(estimate.method))
        yield from wrapped(source, indent=2, width=WIDTH - 2)
        parts = [f"{estimate.point_kind}, {estimate.interval_kind} interval"]
        parts += _named(_SETTINGS, estimate.settings)
        parts += _named(_DIAGNOSTICS, estimate.diagnostics)
        for text in (" · ".join(parts), f"assumes: {estimate.assumption}"):
            yield from wrapped(text, "  ", indent=2, width=WIDTH - 2)


def _calibrated(study: Study) -> Iterator[str]:
    rows = [("", "total", "lists", "collections", "covered*")]
    for each in study.estimates:
        found, known = each.calibrated, each.track_record
        if found is None or found.point is None:
            continue
        shown = round_to_interval(found.point, found.interval, study.observed).with_interval
        covered = ("", "") if known is None else (str(known.collections), f"{known.covered:.0%}")
        rows.append((label(each.method), shown, str(found.tests), *covered))
    if len(rows) > 1:
        yield columns(rows, right=[1, 2, 3, 4])


def _named(names: Mapping[str, str], values: Mapping[str, object]) -> list[str]:
    parts = []
    for key, name in names.items():
        value = values.get(key)
        if isinstance(value, float):
            parts.append(f"{name} {value:.4g}")
        elif value is not None:
            parts.append(f"{name} {value}")
    return parts


def _edges(study: Study) -> Iterator[str]:
    """A lower triangle of the probabilities for up to ten lists; ten likely pairs for more."""
    for estimate in study.estimates:
        edges = {
            frozenset(edge["lists"]): edge["probability"]
            for edge in estimate.diagnostics.get("edge_probabilities", ())
        }
        names = list(study.lists)
        if len(names) < 3 or not edges:
            continue
        if len(names) > _PAIRS:
            yield from _likely_edges(study, edges)
            continue
        head = ("", *names[:-1])
        rows = [
            (
                names[i],
                *(f"{edges.get(frozenset((names[i], names[j])), 0):.2f}" for j in range(i)),
                *("" for _ in range(i, len(names) - 1)),
            )
            for i in range(1, len(names))
        ]
        yield columns([head, *rows], right=range(1, len(names)))


def _likely_edges(study: Study, edges: Mapping[frozenset[str], float]) -> Iterator[str]:
    on_both = {frozenset(row.lists): row.overlap for row in study.dependence}
    likely = [pair for pair, chance in edges.items() if chance >= _LIKELY]
    likely.sort(key=lambda pair: -on_both.get(pair, 0))
    shown = likely[:_PAIRS]
    most = f"the {len(shown)} with the most people on both" if shown else "none shown"
    yield f"{len(likely)} of {len(edges)} pairs have a probability of {_LIKELY} or more; {most}"
    if shown:
        rows = [
            (
                " – ".join(sorted(pair, key=list(study.lists).index)),
                whole(on_both.get(pair, 0)),
                f"{edges[pair]:.2f}",
            )
            for pair in shown
        ]
        yield columns([("pair", "on both", "probability"), *rows], right=[1, 2])


def _chapman(study: Study) -> Iterator[str]:
    if len(study.dependence) < 2:
        return
    rows = sorted(study.dependence, key=lambda row: row.point)
    if len(rows) > _PAIRS:
        half = _PAIRS // 2
        yield f"the {half} lowest and the {half} highest of {len(rows)} pairs"
        rows = [*rows[:half], *rows[-half:]]
    yield columns(
        [
            ("pair", "on both", "estimate"),
            *((" – ".join(row.lists), whole(row.overlap), _shown(row, 0)) for row in rows),
        ],
        right=[1, 2],
    )


def _xi(study: Study) -> Iterator[str]:
    by_method: dict[str, list[str]] = {}
    for row in study.xi_by_method:
        by_method.setdefault(row.method, []).append(
            _point(row, study.observed, study.least_observed)
        )
    if not by_method:
        return
    first = study.xi_by_method[0].method
    xis = [f"{row.xi:.3g}" for row in study.xi_by_method if row.method == first]
    bounds = {each.method for each in study.estimates if each.bound}
    rows = [
        (label(name), *(f"≥ {point}" if name in bounds else point for point in points))
        for name, points in by_method.items()
    ]
    if study.sensitivity and len(study.sensitivity) == len(xis):
        points = [_point(row, study.observed, study.least_observed) for row in study.sensitivity]
        rows.append(("saturated log-linear", *points))
    yield columns([("xi", *xis), *rows], right=range(1, len(xis) + 1))
    yield "xi < 1: more people were missed than the method assumes; xi > 1: fewer"


def _priors(study: Study) -> Iterator[str]:
    rows = [
        (
            f"{row.delta:.3g}",
            row.prior_name.replace("N ~ Poisson(theta), theta ~ ", "Poisson-"),
            _shown(row, study.observed),
        )
        for row in study.priors
    ]
    if rows:
        yield columns([("delta", "prior on N", "estimate"), *rows], right=[2])


def _leave_one_out(study: Study) -> Iterator[str]:
    rows = [
        (row.left_out, whole(row.observed), _shown(row, row.observed))
        for row in study.leave_one_out
    ]
    if rows:
        yield columns([("without", "documented", "estimate"), *rows], right=[1, 2])


def _known_lists(study: Study) -> Iterator[str]:
    covered = {True: "covered", False: "no", None: ""}
    rows = [
        (row.name, whole(row.known_size), _shown(row, row.observed), covered[row.covered])
        for row in study.consistency
    ]
    if rows:
        yield columns([("list", "people", "predicted", ""), *rows], right=[1, 2])


def _subsamples(study: Study) -> Iterator[str]:
    parts: dict[float, list[str]] = {}
    for row in sorted(study.trajectory, key=lambda row: row.fraction):
        value = "none"
        if row.rescaled is not None:
            value = whole(
                round_to_interval(row.rescaled, row.rescaled_interval, study.observed).point
            )
        parts.setdefault(row.fraction, []).append(value)
    if not parts:
        return
    orders = range(max(map(len, parts.values())))
    rows = [
        (f"order {i + 1}", *(each[i] if i < len(each) else "" for each in parts.values()))
        for i in orders
    ]
    head = ("records", *(f"{fraction:.0%}" for fraction in parts))
    yield columns([head, *rows], right=range(1, len(parts) + 1))


def _linkage_models(study: Study) -> Iterator[str]:
    if study.linkage is None or not study.linkage.alternatives:
        return
    rows = []
    for row in study.linkage.alternatives:
        value = "no estimate"
        if row.point is not None:
            limits = open_limits(row.interval or (row.point, row.point))
            value = round_to_interval(row.point, limits, row.observed).with_interval
        rows.append((row.name, whole(row.observed), value, "" if row.passes else row.reason or ""))
    yield columns([("model", "documented", "estimate", "failed check"), *rows], right=[1, 2])


def claim(study: Study) -> Iterator[str]:
    """A stated number held against every method, and the xi below or above which it holds."""
    if (found := study.claim) is None:
        return
    first = found.rows[0]
    if first.stands in ("on record", "against the record"):
        yield from paragraph("Claim: ", first.words)
        return
    side, rounded = ("below", down) if found.side == "more than" else ("above", up)
    yield f"Claim: {found.side} {whole(found.number)} (whether it holds, and while xi is {side})"
    rows: list[Sequence[str]] = [("method", "point", "interval", "xi, point", "xi, interval")]
    for row in found.rows:
        name = label(row.method)
        if row.stands == "refused":
            rows.append((name, "no estimate", "", "", ""))
        elif row.stands == "silent":
            rows.append((name, "says nothing", "", "", ""))
        else:
            yes = {"interval": ("yes", "yes"), "point": ("yes", "no")}
            point, interval = yes.get(row.stands, ("no", "no"))
            xi, inner = (
                "" if each is None else rounded(each) for each in (row.xi, row.xi_interval)
            )
            rows.append((name, point, interval, xi, inner))
    yield from (f"  {line}" for line in columns(rows, right=[1, 2, 3, 4]).splitlines())
    yield "  xi < 1: more people were missed than the method assumes; xi > 1: fewer"


def named_by_lists(study: CovariateStudy, *, verbose: bool) -> tuple[Estimate, ...]:
    """The estimates, each under its method and lists; with three lists pairs if nothing leads."""
    every = tuple(study.lists)
    shown = _pairs_shown(study)
    named = []
    for chosen, estimate in zip(study.chosen, study.estimates, strict=True):
        pair, apart = len(chosen) == 2, estimate.settings.get("among") == "on no other list"
        if pair and not verbose and not ((estimate.ok and shown) or len(study.chosen) <= 2):
            continue
        name = " and ".join(chosen) if pair else label(estimate.method)
        if pair and apart and len(every) > 2:
            name += ", on no other list"
        if not pair and estimate.method == "doubly-robust":
            name += ", all lists"
        if estimate is study.headline and len(study.chosen) > 2:
            name += " (main)"
        named.append(attrs.evolve(estimate, method=name))
    return tuple(named)


def _pairs_shown(study: CovariateStudy) -> bool:
    """Whether pairs of lists are shown one by one: if nothing leads, and they are few."""
    pairs = sum(len(lists) == 2 for lists in study.chosen)
    return study.headline is None and pairs <= _FEW_PAIRS


def range_of_pairs(study: CovariateStudy) -> Iterator[str]:
    """The lowest and the highest total of pairs of lists, where they are not shown."""
    pairs = [
        round_to_interval(each.number(), each.interval, study.observed).point
        for lists, each in zip(study.chosen, study.estimates, strict=True)
        if len(lists) == 2 and each.ok
    ]
    if len(study.lists) > 2 and not _pairs_shown(study) and len(pairs) > 1:
        reach = f"{whole(min(pairs))} to {whole(max(pairs))}"
        yield f"Two lists alone: {reach} ({len(pairs)} estimates)"


def by_category(study: CovariateStudy) -> Iterator[str]:
    """The total of each category of the covariates."""
    if not study.categories:
        return
    yield ""
    rows = [
        (
            f"{row.covariate} {row.category}",
            whole(row.observed),
            *_split(round_to_interval(row.point, row.interval, row.observed)),
        )
        for row in study.categories
    ]
    head = (f"By category ({label(study.estimates[0].method)})", "Documented", "Total", "Interval")
    yield from columns([head, *rows], right=[1, 2, 3]).splitlines()


def _split(rounded: Rounded) -> tuple[str, str]:
    return whole(rounded.point), rounded.span


def psi(study: CovariateStudy) -> Iterator[str]:
    """The total at other odds ratios of two lists; on no other list, psi is 1 / xi."""
    rows: list[tuple[str, float, Result]] = []
    rows += [(" and ".join(row.lists), row.psi, row) for row in study.sensitivity]
    apart = sorted((row for row in study.xi if len(row.lists) == 2), key=lambda row: -row.xi)
    one = len({row.lists for row in apart}) == 1
    rows += [
        (
            "on no other list" if one else f"{' and '.join(row.lists)}, on no other list",
            1 / row.xi,
            row,
        )
        for row in apart
    ]
    if rows:
        yield ""
        yield "Sensitivity to the odds ratio psi of the two lists (1 = independent)"
        yield from _at_values("psi", rows, study.observed)


def xi_of_lists(study: CovariateStudy) -> Iterator[str]:
    """The doubly robust total of three lists and more, if the undocumented are 1 / xi times."""
    rows = [("doubly robust, all lists", row.xi, row) for row in study.xi if len(row.lists) > 2]
    if rows:
        yield ""
        yield from _at_values("xi (undocumented times 1/xi)", rows, study.observed)


def _at_values(
    parameter: str, rows: Sequence[tuple[str, float, Result]], observed: int
) -> Iterator[str]:
    """A column for each value of a parameter, a line for each name."""
    values = sorted({f"{value:.3g}" for _, value, _ in rows}, key=float)
    points: dict[str, dict[str, str]] = {}
    for name, value, row in rows:
        points.setdefault(name, {})[f"{value:.3g}"] = _point(row, observed)
    table = [(parameter, *values)]
    table += [(name, *(own.get(value, "") for value in values)) for name, own in points.items()]
    yield from columns(table, right=range(1, len(values) + 1)).splitlines()


def averaged_models(study: CovariateStudy) -> Iterator[str]:
    """The log-linear models with the largest weights."""
    models = study.estimates[0].diagnostics.get("models", ())
    rows = [
        (
            each["model"],
            "vary" if each["interactions_vary"] else "constant",
            str(each["parameters"]),
            whole(round(each["point"])),
            f"{each['weight']:.3f}",
        )
        for each in models
    ]
    if rows:
        yield ""
        head = ("log-linear model", "interactions", "parameters", "total", "weight")
        yield from columns([head, *rows], right=[2, 3, 4]).splitlines()
