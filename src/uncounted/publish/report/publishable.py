"""What is publishable: the protected table, and every method's answer, rounded.

A count reaches a sentence out of `ProtectedTable`, or rounded to the precision of an interval.
The true table stops at `prepare`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

import attrs

from uncounted.errors import NotPublishable
from uncounted.estimate.base.result import Estimate
from uncounted.estimate.base.rounding import Rounded, round_estimate, round_to_interval
from uncounted.estimate.base.rows import CalibratedInterval
from uncounted.publish.disclosure.suppression import ProtectedTable, protect
from uncounted.publish.facts import ReleaseFacts
from uncounted.publish.plan import Plan

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
class PublishableCalibrated:
    """The calibrated interval as published."""

    found: CalibratedInterval
    value: Rounded


@attrs.frozen
class PublishableNumbers:
    """Everything a sentence may take a number from."""

    table: ProtectedTable
    answers: tuple[PublishableEstimate, ...]
    headline: PublishableEstimate | None
    labels: Mapping[str, str]
    linkage_range: Rounded | None = None
    calibrated: PublishableCalibrated | None = None

    @property
    def bound(self) -> PublishableEstimate | None:
        """The lower bound, where one may be printed."""
        return next((a for a in self.answers if a.bound and a.value), None)


def prepare(facts: ReleaseFacts, plan: Plan) -> PublishableNumbers:
    """Protect the table and round the estimates.

    Where a count is suppressed there are no estimates: anyone can run the methods on every table
    that fits what is printed, and keep the tables that give the printed estimates.
    """
    plan.check_lists(facts.table.lists)
    table = protect(
        facts.table,
        plan.threshold,
        facts.suppression_key,
        reports={a.name: a.reports for a in facts.lists if a.reports is not None},
    )
    labels = {
        a.name: unicodedata.normalize(
            "NFC", (plan.lists[a.name].label if a.name in plan.lists else "") or a.label or a.name
        )
        for a in facts.lists
    }
    answers: tuple[PublishableEstimate, ...] = ()
    headline = None
    if not table.hidden:
        least = facts.study.least_observed
        answers = tuple(_shown(e, table, least, labels) for e in facts.study.estimates)
        headline = _headline(answers, plan.method)
    reach = _linkage_range(facts, headline, table)
    calibrated = _calibrated(facts, plan, headline, table)
    return PublishableNumbers(table, answers, headline, labels, reach, calibrated)


def _calibrated(
    facts: ReleaseFacts, plan: Plan, headline: PublishableEstimate | None, table: ProtectedTable
) -> PublishableCalibrated | None:
    """The combined calibrated interval, or that of the method that the plan names."""
    if headline is None:
        return None
    named = plan.method is not None
    found = headline.estimate.calibrated if named else facts.study.calibrated
    if found is None or found.point is None:
        return None
    least = facts.study.least_observed
    value = round_to_interval(found.point, found.interval, table.observed, least=least)
    return PublishableCalibrated(found, value)


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


def _shown(
    estimate: Estimate, table: ProtectedTable, least: int, labels: Mapping[str, str]
) -> PublishableEstimate:
    estimate = attrs.evolve(estimate, assumption=relabelled(estimate.assumption, labels))
    if estimate.point is None:
        return PublishableEstimate(estimate, None)
    return PublishableEstimate(estimate, round_estimate(estimate, table.observed, least=least))


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


def reason(answer: PublishableEstimate, labels: Mapping[str, str]) -> str:
    """Why a method gives no number."""
    return sentence(relabelled(answer.estimate.reason or "", labels))


def relabelled(text: str, labels: Mapping[str, str]) -> str:
    """Words that name lists as the case file does, with the labels of the release."""
    for name, shown in labels.items():
        text = text.replace(repr(name), repr(shown))
    return text
