"""The section on coverage, for synthetic data: how far the report is from the true value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from uncounted.estimate.base.rounding import Rounded, round_estimate
from uncounted.publish.facts import SyntheticTruth
from uncounted.publish.report.document import Paragraph, Section, TableBlock
from uncounted.publish.report.publishable import PublishableNumbers
from uncounted.publish.report.rounding import percent
from uncounted.text_table import whole


def lead_sentence(truth: SyntheticTruth, value: Rounded) -> str:
    """For the head of the report: what the truth is, and whether the range holds it."""
    text = f"In this synthetic example the true total is known: {whole(truth.number)}. "
    if _holds(value, truth.number):
        return text + "The interval covers it."
    return text + 'The interval misses it; "Comparison with the true total" below says why.'


def coverage_section(truth: SyntheticTruth, numbers: PublishableNumbers) -> Section:
    """The section that only a simulated population can have."""
    N = truth.number
    perfect = {
        e.method: value
        for e in (truth.perfect.estimates if truth.perfect else ())
        if (value := round_estimate(e, truth.perfect.observed if truth.perfect else 0))
    }
    rows = []
    if numbers.calibrated is not None:
        rows.append(("Calibrated", _verdict(numbers.calibrated.value, N, bound=False), ""))
    for answer in numbers.answers:
        if answer.value is None:
            continue
        clean = perfect.get(answer.estimate.method)
        rows.append(
            (
                answer.label,
                _verdict(answer.value, N, bound=answer.bound),
                "" if clean is None else _verdict(clean, N, bound=answer.bound),
            )
        )
    grid = TableBlock(
        ("Method", "On these lists as linked", "With perfect record matching"),
        tuple(rows),
        caption=f"Whether each interval covers the true total, {whole(N)}.",
    )
    blocks: list[Paragraph | TableBlock] = [Paragraph(_distance(N, numbers)), grid]
    if truth.perfect is not None:
        blocks.append(Paragraph(_why(truth, numbers, perfect)))
        found, real = numbers.table.observed, truth.perfect.observed
        blocks.append(
            Paragraph(
                f"The lists hold {whole(real)} different people; record linkage found "
                f"{whole(found)}."
            )
        )
    if truth.capture:
        blocks.append(Paragraph(f"How these lists were simulated. {truth.capture}"))
    return Section("truth", "Comparison with the true total", tuple(blocks))


def _distance(N: int, numbers: PublishableNumbers) -> str:
    begin = f"The population is simulated, so its true total is known: {whole(N)}. "
    if numbers.headline is None or numbers.headline.value is None:
        return begin + "No method gives an estimate to compare with it."
    value = numbers.calibrated.value if numbers.calibrated else numbers.headline.value
    off = (value.point - N) / N
    side = "above" if off > 0 else "below"
    missed = "" if abs(off) < 0.005 else f", {percent(abs(off))} {side} it"
    return (
        f"{begin}The estimate of this report is {whole(value.point)}{missed}; its interval "
        f"{'covers' if _holds(value, N) else 'misses'} it. No real population allows this "
        "comparison."
    )


def _holds(value: Rounded, N: int) -> bool:
    return (value.low or 0) <= N and (value.high is None or value.high >= N)


def _well_within(value: Rounded, N: int) -> bool:
    """Whether the truth is further from both ends than the rounding of an end may have moved it."""
    low = value.low is None or value.low + value.step <= N
    return low and (value.high is None or value.high - value.step >= N)


def _verdict(value: Rounded, N: int, *, bound: bool) -> str:
    if bound:
        kept = "holds as a bound" if value.point <= N else "above the true total, so it fails"
        return f"at least {whole(value.point)}: {kept}"
    if _holds(value, N):
        return f"{value.span}: covers it"
    return f"{value.span}: misses it, too {'low' if (value.high or 0) < N else 'high'}"


def _why(truth: SyntheticTruth, numbers: PublishableNumbers, perfect: Mapping[str, Rounded]) -> str:
    N = truth.number
    full = {a.estimate.method: a.label for a in numbers.answers if not a.bound}
    judged = {m: v for m, v in perfect.items() if m in full}
    missing = {m: v for m, v in judged.items() if not _holds(v, N)}
    parts = []
    if not judged:
        return "With perfect record matching no method gives an estimate."
    if not missing:
        parts.append(
            "With perfect record matching every interval would cover the true total. One "
            "population proves little: an interval that covers here may miss in the next."
        )
    else:
        parts.append(
            f"With perfect record matching {_named(missing, full)} would still miss the true "
            "total. So the assumption is the cause, not the linkage."
        )
        parts.extend(_unequal_or_apart(missing.values(), N))
    parts.extend(_by_linkage(numbers, judged, N))
    headline = numbers.headline
    if headline and headline.value and (clean := judged.get(headline.estimate.method)):
        moved = headline.value.point - clean.point
        if abs(moved) < headline.value.step:
            parts.append("Record linkage moved the main estimate by less than its rounding.")
        else:
            parts.append(
                f"{'Missed matches raised' if moved > 0 else 'False matches lowered'} the main "
                f"estimate by about {whole(abs(moved))}."
            )
    return " ".join(parts)


def _named(methods: Iterable[str], labels: Mapping[str, str]) -> str:
    """`the interval of "Independent lists"`, or of several."""
    names = [f'"{labels[m]}"' for m in methods]
    if len(names) == 1:
        return f"the interval of {names[0]}"
    return f"the intervals of {', '.join(names[:-1])} and {names[-1]}"


def _verb(methods: Sequence[str], plural: str) -> str:
    """The verb after `_named`: "covers" for one interval, "cover" for several."""
    if len(methods) > 1:
        return plural
    return f"{plural}es" if plural.endswith("s") else f"{plural}s"


def _unequal_or_apart(missing: Iterable[Rounded], N: int) -> Iterator[str]:
    sides = {(v.high or 0) < N for v in missing}
    if True in sides:
        yield (
            "Intervals that are too low are typical of capture heterogeneity. When some people are "
            "easy to record for every list and others for none, or lists take names from each "
            "other, the lists overlap more than by chance; a method that does not model this "
            "concludes that few are missing."
        )
    if False in sides:
        yield (
            "Intervals that are too high are typical of lists that avoid each other, as when they "
            "divide the work: they overlap less than by chance, and the method concludes that "
            "many are missing."
        )


def _by_linkage(
    numbers: PublishableNumbers, perfect: Mapping[str, Rounded], N: int
) -> Iterator[str]:
    """Where the linkage itself made an interval miss the truth, or happened to save it."""
    labels = {a.estimate.method: a.label for a in numbers.answers}
    linked = {
        a.estimate.method: a.value
        for a in numbers.answers
        if a.value is not None and a.estimate.method in perfect
    }
    lost = [m for m, v in linked.items() if not _holds(v, N) and _holds(perfect[m], N)]
    saved = [m for m, v in linked.items() if _holds(v, N) and not _holds(perfect[m], N)]
    rounded = [m for m in saved if not _well_within(linked[m], N)]
    saved = [m for m in saved if m not in rounded]
    if lost:
        yield f"Because of record linkage {_named(lost, labels)} {_verb(lost, 'miss')} it."
    if saved:
        yield (
            f"As linked, {_named(saved, labels)} {_verb(saved, 'cover')} it by chance: errors of "
            "the linkage moved the estimate towards the true total."
        )
    if rounded:
        yield (
            f"As linked, {_named(rounded, labels)} {_verb(rounded, 'cover')} it only by a narrow"
            " margin, perhaps because of rounding."
        )
