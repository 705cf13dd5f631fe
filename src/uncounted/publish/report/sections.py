"""The report as a whole, and its sections on the estimate, from publishable numbers alone."""

from __future__ import annotations

from uncounted.estimate.base.result import Study
from uncounted.estimate.base.rounding import Rounded, round_to_interval, rounded_at_xi, whole
from uncounted.estimate.base.warning import explanations
from uncounted.publish.facts import ReleaseFacts
from uncounted.publish.plan import Plan
from uncounted.publish.report import count_sections, figures, linkage_section
from uncounted.publish.report.document import (
    BulletList,
    Command,
    Document,
    FigureBlock,
    Paragraph,
    Section,
    TableBlock,
)
from uncounted.publish.report.figures import EstimateRow
from uncounted.publish.report.publishable import (
    PublishableNumbers,
    prepare,
    reason,
    sentence,
)
from uncounted.publish.report.rounding import percent, spelled
from uncounted.publish.report.synthetic_section import coverage_section, lead_sentence

_ENOUGH_METHODS = 3  # without a lower bound
_CODES_WHERE_HIDDEN = (  # of warnings that say nothing of a single cell
    "methods-disagree",
    "influential-list",
    "below-documented",
    "bound-above-estimate",
    "prior-dominated",
    "low-ess",
    "low-tail-ess",
    "linkage-check-failed",
)
_TITLES_WHERE_HIDDEN = frozenset(explanations()[code].title for code in _CODES_WHERE_HIDDEN)
_SETTINGS = {
    "prior_N": "prior",
    "prior_graphs": "graphs",
    "delta": "delta",
    "K": "classes",
    "xi": "xi",
}


def compose(facts: ReleaseFacts, plan: Plan) -> tuple[Document, PublishableNumbers]:
    """Write the report; also returns the numbers it was written from.

    Raises:
        NotPublishable: the table cannot be protected.
        BadMapping: the plan names a list that is not there.
    """
    numbers = prepare(facts, plan)
    truth = facts.truth.number if facts.truth else None
    sections = [
        count_sections.lists(facts, plan, numbers),
        count_sections.overlaps(numbers),
        _estimate(numbers, truth),
        _assumption(facts, numbers),
        _methods(facts.study, numbers),
        coverage_section(facts.truth, numbers) if facts.truth else None,
        _sensitivity(facts.study, numbers),
        linkage_section.section(facts.linkage, numbers) if facts.linkage else None,
        count_sections.exclusions(facts),
        count_sections.counts(numbers),
        _is_not(plan, numbers),
        _check(facts),
    ]
    document = Document(
        language=plan.language,
        title=plan.title,
        banner=_banner(facts),
        headline=_lead_sentence(facts, plan, numbers),
        lead=_lead(facts, numbers),
        about=_about(facts, plan),
        sections=tuple(s for s in sections if s is not None),
        made=f"{facts.made_at.day} {facts.made_at:%B %Y}",
        version=facts.version,
    )
    return document, numbers


def _banner(facts: ReleaseFacts) -> str:
    if not facts.synthetic:
        return ""
    return (
        "A made-up example. Nobody in it exists: the people, the lists and the organisations were "
        "invented by a program, to show how such a report is made and how far it can be trusted."
    )


def _organisations(facts: ReleaseFacts, plan: Plan) -> str:
    owners = [
        (plan.lists[a.name].collector if a.name in plan.lists else "") or a.collector
        for a in facts.lists
    ]
    kind = "organisation" if all(owners) and len(set(owners)) == len(owners) else "list"
    return f"{spelled(len(owners))} {kind}{'s' if len(owners) != 1 else ''}"


def _lead_sentence(facts: ReleaseFacts, plan: Plan, numbers: PublishableNumbers) -> str:
    recorded = (
        f"{_organisations(facts, plan)} recorded {whole(numbers.table.observed)} "
        f"{plan.population.unit}."
    )
    if numbers.headline is None or numbers.headline.value is None:
        return f"{recorded} How many there were in all cannot be said from these lists."
    value = numbers.headline.value
    if value.high is None or value.low is None:
        return f"{recorded} There were probably about {whole(value.point)}; {value.between}."
    return f"{recorded} There were probably about {whole(value.point)}, {value.between}."


def _lead(facts: ReleaseFacts, numbers: PublishableNumbers) -> tuple[str, ...]:
    if numbers.headline is None or numbers.headline.value is None:
        return ("Every method refused to give a number. The reasons are below.",)
    value = numbers.headline.value
    on_a_list, undocumented = _documented(numbers, value)
    per_cent = percent(numbers.headline.estimate.level).rstrip("%")
    doubt = (
        "from chance and, as far as the linkage judges its own doubt rightly, from linking the "
        "lists"
        if facts.linkage
        else "from chance"
    )
    lead = [
        f"About {percent(on_a_list)} of them are on at least one list. "
        f"The others, about {whole(undocumented)}, are on none: they are "
        "inferred from how much the lists overlap, and nothing is known of any one of them.",
        f"The range is made to hold the true number {per_cent} times in 100 if the assumption "
        f"stated below is right. It holds the doubt that comes {doubt}, and none of the doubt "
        "about that assumption."
        + (linkage_section.lead_sentences(facts.linkage, numbers) if facts.linkage else "")
        + _elsewhere(numbers, value),
    ]
    bound = numbers.bound
    # by half a step, or rounding alone may have put one above the other
    if bound and bound.value and bound.value.point > value.point + value.step / 2:
        lead.append(
            f"The lower bound, about {whole(bound.value.point)}, lies above this number. That is "
            "a sign that the number is too low: some people were harder to record than others."
        )
    if facts.truth is not None:
        lead.append(lead_sentence(facts.truth, value))
    return tuple(lead)


def _elsewhere(numbers: PublishableNumbers, value: Rounded) -> str:
    """What methods with other assumptions say, beside the range, so that it is not read alone."""
    others = [
        a.value.point
        for a in numbers.answers
        if a.value is not None and not a.bound and a is not numbers.headline
    ]
    if not others:
        return ""
    if len(others) == 1:
        return f" Another method, on another assumption, gives about {whole(others[0])}."
    low, high = whole(min(others)), whole(max(others))
    return f" Other methods, on other assumptions, give from about {low} to about {high}."


def _documented(numbers: PublishableNumbers, value: Rounded) -> tuple[float, int]:
    """The share of people who are on a list, and how many are on none.

    Of a table with hidden counts from the number as it is printed, so that no more is told.
    """
    n, step = numbers.table.observed, value.step
    point = float(value.point)
    if not numbers.table.hidden:
        return n / point, value.point - n
    return n / point, max(step, round((point - n) / step) * step)


def _about(facts: ReleaseFacts, plan: Plan) -> tuple[tuple[str, str], ...]:
    population = plan.population
    return (
        ("Who", population.who),
        ("Where", population.where),
        ("When", population.when),
        ("Made", f"{facts.made_at.day} {facts.made_at:%B %Y}, for {plan.audience} use"),
    )


def _estimate(numbers: PublishableNumbers, truth: int | None) -> Section:
    further = linkage_section.further(numbers)
    answers = [
        EstimateRow(
            a.label,
            a.value,
            bound=a.bound,
            headline=a is numbers.headline,
            linkage_range=further if a is numbers.headline else None,
        )
        for a in sorted(numbers.answers, key=lambda a: not a.bound)
        if a.value is not None
    ]
    figure = figures.forest_figure(numbers.table.observed, answers, truth)
    words = (
        "The solid bar is what is documented. A dot is a method's number, the line through it its "
        "interval; the arrow is a lower bound, which says at least how many and never how many. "
        + ("Dots go on to where other ways of linking the lists take it. " if further else "")
        + "Numbers are rounded to what the intervals allow."
    )
    return Section("estimate", "How many there probably were", (FigureBlock(figure, words),))


def _assumption(facts: ReleaseFacts, numbers: PublishableNumbers) -> Section | None:
    if numbers.headline is None:
        return None
    blocks = [
        Paragraph(
            "In short: the people on no list were missed in the same ways in which people on one "
            "list were missed by the others. In full, for the main number:"
        ),
        Paragraph(numbers.headline.estimate.assumption, "strong"),
        Paragraph(
            "Nothing in the lists can confirm this: it is about people whom no list has. It fails "
            "when some people are easier to record than others in the same way for every list, "
            "such as those who got out and can be asked; then the lists overlap more than the "
            "assumption expects, and the number is too low. It also fails when lists pass names "
            "to one another, in the same direction, or when they share out the work between "
            "them, in the other."
        ),
    ]
    # where a count is hidden, this would bound the people who are on one list and not on another
    if facts.linkage is not None and facts.linkage.copied and not numbers.table.hidden:
        blocks.append(
            Paragraph(
                "One of these lists stands in another nearly whole, and the two say the same of "
                "these people. If it was copied, they are one source, their overlap says nothing "
                "about who was missed, and the number may be far too low.",
                "strong",
            )
        )
    if numbers.bound is not None:
        blocks.append(
            Paragraph(f"The lower bound rests on less. {numbers.bound.estimate.assumption}")
        )
    return Section("rests-on", "What the number rests on", tuple(blocks))


def _methods(study: Study, numbers: PublishableNumbers) -> Section:
    rows, points = [], []
    for answer in numbers.answers:
        estimate = answer.estimate
        if answer.value is None:
            why = reason(answer, numbers.table)
            rows.append((answer.label, "no number", ""))
            points.append((f"{answer.label}.", why))
            continue
        point = whole(answer.value.point)
        span = "a bound, not an estimate" if answer.bound else answer.value.span
        rows.append((answer.label, f"at least {point}" if answer.bound else point, span))
        if answer is not numbers.headline and not answer.bound and estimate.assumption:
            points.append((f"{answer.label}.", estimate.assumption))
    headline = [i for i, a in enumerate(numbers.answers) if a is numbers.headline]
    grid = TableBlock(
        ("Method", "People in all", f"{_levels(numbers)} interval"),
        tuple(rows),
        numeric=frozenset({1}),
        emphasis=frozenset(headline),
        caption="How far the methods disagree is part of the answer: their spread counts as much "
        "as any one interval.",
    )
    warnings = [*study.warnings, *(w for a in numbers.answers for w in a.estimate.warnings)]
    # by their titles: a figure may tell of a hidden count, and names lists as the case file does
    kept = [
        (sentence(title), "")
        for title in dict.fromkeys(w.title for w in warnings if w.must_report)
        if not numbers.table.hidden or title in _TITLES_WHERE_HIDDEN
    ]
    blocks: list[TableBlock | BulletList | Paragraph] = [grid]
    blocks += [BulletList(tuple(p)) for p in (points, kept) if p]
    whole_ones = [a for a in numbers.answers if not a.bound]
    if len(whole_ones) < _ENOUGH_METHODS:
        blocks.append(
            Paragraph(
                f"{spelled(len(whole_ones))} method{' was' if len(whole_ones) == 1 else 's were'} "
                "used beside the bound. How far others would disagree is not known, and would be "
                "part of the doubt."
            )
        )
    if numbers.table.hidden:
        blocks.append(
            Paragraph(
                "Counts of this table are hidden. So the main number is rounded more coarsely than "
                "it need be, and the other methods are given without an interval.",
                "small",
            )
        )
    if settings := _settings(numbers):
        blocks.append(Paragraph(f"Settings. {settings}", "small"))
    return Section("methods", "What each method says", tuple(blocks))


def _levels(numbers: PublishableNumbers) -> str:
    return " or ".join(dict.fromkeys(percent(a.estimate.level) for a in numbers.answers if a.value))


def _settings(numbers: PublishableNumbers) -> str:
    """Priors and choices that hold no count; the rest of a method's settings stays inside."""
    sentences = []
    for answer in numbers.answers:
        estimate = answer.estimate
        if answer.value is None or answer.bound:
            continue
        parts = [estimate.point_kind or ""]
        if estimate.interval is not None and estimate.interval_kind:
            parts.append(f"interval: {estimate.interval_kind}")
        parts += [
            f"{words} {value:.4g}" if isinstance(value, float) else f"{words} {value}"
            for key, words in _SETTINGS.items()
            if (value := estimate.settings.get(key)) is not None
        ]
        sentences.append(f"{answer.label}: {', '.join(part for part in parts if part)}.")
    return " ".join(sentences)


def _sensitivity(study: Study, numbers: PublishableNumbers) -> Section | None:
    """From the headline as it is printed, so that it tells nothing that the headline does not.

    The study's own xi table may start from the saturated model, which answers only when
    no cell is empty: printing it would tell that no hidden count is zero.
    """
    headline = numbers.headline
    if headline is None or headline.value is None or not study.sensitivity:
        return None
    n, main = numbers.table.observed, headline.value
    if main.low is None or main.high is None:
        return None
    rows, emphasis = [], set()
    for i, xi in enumerate(row.xi for row in study.sensitivity):
        if numbers.table.hidden:
            # Of the rounded numbers: exact ones, rounded five times, would disclose more.
            point, low, high = (n + (v - n) / xi for v in (main.point, main.low, main.high))
            value = round_to_interval(point, (low, high), n, step=main.step)
        else:
            value = rounded_at_xi(headline.estimate, n, xi, study.xi_by_method)
        rows.append((_times(1 / xi), whole(value.point), value.span))
        if xi == 1:
            emphasis.add(i)
    words = (
        "The assumption decides how many people are taken to be on no list. Each row says how "
        "many people there were in all if on no list there were more, or fewer, than that. The "
        "lists say nothing about which row is right."
    )
    grid = TableBlock(
        ("On no list, beside the assumption", "People in all", "Interval"),
        tuple(rows),
        numeric=frozenset({1}),
        emphasis=frozenset(emphasis),
        caption="In the terms of Aleshin-Guendel, Sadinle and Wakefield (2024), xi is 1 divided by "
        "the factor in the first column.",
    )
    return Section("sensitivity", "If the assumption is wrong", (Paragraph(words), grid))


def _times(factor: float) -> str:
    plain = {
        2.0: "twice as many",
        1.5: "half as many again",
        1.0: "as many: the assumption",
        0.667: "two thirds as many",
        0.5: "half as many",
    }
    return plain.get(round(factor, 3), f"{factor:.2g} times as many")


def _is_not(plan: Plan, numbers: PublishableNumbers) -> Section:
    items = [
        (
            "Not a count.",
            f"{whole(numbers.table.observed)} {plan.population.unit} are documented; anything "
            "above is inferred.",
        ),
        (
            "Not the number of another place or time.",
            f"It is about {plan.population.who}, {plan.population.where}, {plan.population.when}, "
            "and says nothing of anybody else.",
        ),
        (
            "Not a finding about any one person.",
            "Nothing here says whether somebody is on a list, and no list can be rebuilt from it.",
        ),
        (
            "Not the last word.",
            "A new list, a better linkage or another view of how the lists came about would "
            "change it; the sections above say by how much.",
        ),
    ]
    return Section("is-not", "What this number is not", (BulletList(tuple(items)),))


def _check(facts: ReleaseFacts) -> Section:
    words = (
        "The folder that this report came in holds a signed manifest of every file and a proof "
        "that ties it to a log of sealed records. To check it, without any key or password, "
        "install the program and type, beside that folder:"
    )
    after = (
        "Compare the fingerprint that it prints with one that the publisher has given you in "
        "another way; with --signer it compares for you. If a file was changed, taken away or "
        "added, it says which."
    )
    blocks: list[Paragraph | Command] = [
        Paragraph(words),
        Command("uncounted verify FOLDER"),
        Paragraph(after),
    ]
    if facts.commitment:
        blocks.append(
            Paragraph(f"Commitment to the data (salted; the salt stays sealed): {facts.commitment}")
        )
    blocks.append(Paragraph(f"Made with uncounted {facts.version}.", "small"))
    return Section("check", "How to check this", tuple(blocks))
