"""What is publishable: the protected table, and every method's answer, rounded.

A count reaches a sentence out of `ProtectedTable`, or rounded to the precision of an interval.
The true table stops at `prepare`.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping

import attrs

from uncounted.errors import NotPublishable
from uncounted.estimate.base.result import Estimate
from uncounted.estimate.base.rounding import Rounded, round_estimate, round_to_interval, step_for
from uncounted.publish.disclosure.suppression import ProtectedTable, protect
from uncounted.publish.facts import ReleaseFacts
from uncounted.publish.plan import Plan
from uncounted.publish.report.rounding import LEAST_STEP_WHERE_HIDDEN, STEPS_WHERE_HIDDEN

_STEPS_OF_BOUND = 8  # steps in the interval of the lower bound, where counts are hidden
METHODS = {
    "decomposable": "Decomposable graphs",
    "latent-class": "Latent classes",
    "log-linear": "Log-linear models",
    "log-linear-stepwise": "Log-linear, stepwise",
    "sample-coverage": "Sample coverage",
    "independence": "Independent lists",
    "two-list": "Two lists",
    "chao": "Lower bound (Chao)",
}


@attrs.frozen
class PublishableEstimate:
    """A method's answer as published."""

    estimate: Estimate
    value: Rounded | None

    @property
    def label(self) -> str:
        """The method in words."""
        return METHODS.get(self.estimate.method, self.estimate.method)

    @property
    def bound(self) -> bool:
        """Whether it is a lower bound."""
        return self.estimate.bound


@attrs.frozen
class PublishableNumbers:
    """Everything a sentence may take a number from."""

    table: ProtectedTable
    answers: tuple[PublishableEstimate, ...]
    headline: PublishableEstimate | None
    labels: Mapping[str, str]
    linkage_range: Rounded | None = None

    @property
    def bound(self) -> PublishableEstimate | None:
        """The lower bound, where one may be printed."""
        return next((a for a in self.answers if a.bound and a.value), None)


def prepare(facts: ReleaseFacts, plan: Plan) -> PublishableNumbers:
    """Protect the table and round the estimates."""
    plan.check_lists(facts.table.lists)
    chao = next((e for e in facts.study.estimates if e.bound and e.ok), None)
    step = 50
    if chao is not None and chao.interval is not None and math.isfinite(chao.interval[1]):
        step = max(10, step_for(chao.interval[1] - chao.interval[0], _STEPS_OF_BOUND))
    table = protect(
        facts.table,
        plan.threshold,
        facts.suppression_key,
        reports={a.name: a.reports for a in facts.lists if a.reports is not None},
        bound=chao is not None,
        bound_step=step,
    )
    least = facts.study.least_observed
    answers = tuple(_shown(e, table, least) for e in facts.study.estimates)
    headline = _headline(answers, plan.method)
    if table.hidden:
        answers = tuple(a if a is headline else _without_interval(a) for a in answers)
    labels = {
        a.name: unicodedata.normalize(
            "NFC", (plan.lists[a.name].label if a.name in plan.lists else "") or a.label or a.name
        )
        for a in facts.lists
    }
    return PublishableNumbers(
        table, answers, headline, labels, _linkage_range(facts, headline, table)
    )


def _linkage_range(
    facts: ReleaseFacts, headline: PublishableEstimate | None, table: ProtectedTable
) -> Rounded | None:
    """No finer than the headline, whose interval is within it."""
    ways = facts.linkage and facts.linkage.alternatives
    if not ways or ways.passing == ways.not_estimable or headline is None or headline.value is None:
        return None
    point, step = headline.estimate.number(), headline.value.step
    around = round_to_interval(
        point, ways.interval, table.observed, step=step, least=0
    )  # other ways link more
    return around.including(headline.value)


def _shown(estimate: Estimate, table: ProtectedTable, least: int) -> PublishableEstimate:
    if estimate.point is None:
        return PublishableEstimate(estimate, None)
    if estimate.bound and table.hidden:
        if table.bound_step is None:
            return PublishableEstimate(estimate, None)
        return PublishableEstimate(
            estimate,
            # no interval: it is a function of the same two counts, and the audit allows the point
            round_to_interval(estimate.point, None, table.observed, step=table.bound_step),
        )
    if not table.hidden:
        return PublishableEstimate(estimate, round_estimate(estimate, table.observed, least=least))
    step = _coarse(estimate, table.observed)
    value = round_to_interval(
        estimate.point, estimate.interval, table.observed, step=step, least=least
    )
    return PublishableEstimate(estimate, value)


def _coarse(estimate: Estimate, observed: int) -> int:
    """The step where counts are hidden: two in an interval, so that the table is not searchable."""
    low, high = estimate.interval or (float(observed), math.inf)
    width = high - low if math.isfinite(high) else estimate.number() - observed
    return max(LEAST_STEP_WHERE_HIDDEN, step_for(width, STEPS_WHERE_HIDDEN))


def _without_interval(answer: PublishableEstimate) -> PublishableEstimate:
    """Two more numbers of every method would help to search for the table it came from."""
    if answer.value is None:
        return answer
    return attrs.evolve(answer, value=attrs.evolve(answer.value, low=None, high=None))


def _headline(
    answers: tuple[PublishableEstimate, ...], method: str | None
) -> PublishableEstimate | None:
    whole_ones = [a for a in answers if a.value and not a.bound]
    if method is None:
        return whole_ones[0] if whole_ones else None
    for answer in whole_ones:
        if answer.estimate.method == method:
            return answer
    raise NotPublishable(
        f"the plan's method {method!r} gives no estimate here",
        hint="omit 'method' from the plan to use the first method that gives one",
    )


def sentence(words: str) -> str:
    """With a capital and a full stop."""
    return words[:1].upper() + words[1:] + ("" if words.endswith(".") else ".")


def reason(answer: PublishableEstimate, table: ProtectedTable, labels: Mapping[str, str]) -> str:
    """Why a method shows no number; where counts are hidden, in words that tell of none of them."""
    if answer.estimate.ok:
        return "Its estimate would disclose a suppressed count."
    if table.hidden:
        return "It gives no estimate; the reason could disclose a suppressed count."
    text = answer.estimate.reason or ""
    for name, shown in labels.items():  # a reason names lists as the case file does
        text = text.replace(repr(name), repr(shown))
    return sentence(text)
