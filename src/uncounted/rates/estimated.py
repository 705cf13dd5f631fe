"""Rates from estimated numbers of people with and without an outcome (multiple systems estimation).

In each group the people with the outcome and those without are estimated as two populations, by
the methods and the calibration of `estimate`. Their rate, and its contrast between groups, are
quantiles over joint draws. Errors of the numbers are independent of each other: on populations of
known size they were found to be positively correlated or uncorrelated, and independence gives the
widest interval of these (`docs/dev/rates.md`).

No method is run here: studies come from a function that is handed in.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

import attrs
import numpy as np

from uncounted.captures import CaptureTable
from uncounted.estimate.base.mixture import drawn
from uncounted.estimate.base.result import Floats, Study
from uncounted.estimate.base.rows import Interval, as_json
from uncounted.estimate.track_record.calibration import COMBINED_METHODS, combined_law
from uncounted.rates.histories import OutcomeHistories

DRAWS = 40_000
CALIBRATED = "combined"
FEWEST_DOCUMENTED = 15  # as in the populations of known size by which methods are calibrated
_NEVER_LEADS = ("chao", "independence")  # a lower bound, and a model for comparison

type StudyOf = Callable[[CaptureTable, int], Study]  # of a table and a seed


@attrs.frozen
class EstimatedCount:
    """People with one outcome in one group.

    Attributes:
        documented: on at least one list.
        point: estimated number of all of them; None if there is none.
        interval: of it.
        reason: why there is no number.
    """

    documented: int
    point: float | None = None
    interval: Interval | None = None
    reason: str | None = None

    @property
    def documented_share(self) -> float | None:
        """Share of them that is on a list."""
        return None if self.point is None else self.documented / self.point


@attrs.frozen
class EstimatedRate:
    """The rate of one group.

    Attributes:
        group: its name.
        with_outcome: people with the outcome.
        without_outcome: people without it.
        unknown: documented people whose outcome is not known, who are in neither.
        rate: median of the share of those with the outcome; None if there is none.
        interval: of it.
        bounds: where there is no rate, what the documented and the other number leave of it.
        unknown_as: the rate if none, and if all, of unknown outcome had the outcome; None if
            there are none, or no such rate.
    """

    group: str
    with_outcome: EstimatedCount
    without_outcome: EstimatedCount
    unknown: int = 0
    rate: float | None = None
    interval: Interval | None = None
    bounds: Interval = (0.0, 1.0)
    unknown_as: Interval | None = None

    @property
    def reason(self) -> str | None:
        """Why there is no rate."""
        return self.with_outcome.reason or self.without_outcome.reason


@attrs.frozen
class EstimatedContrast:
    """The rate of a group against that of the reference group, from joint draws.

    Attributes:
        group: the one looked at.
        reference: the reference group.
        difference: median of the difference of rates.
        difference_interval: of it.
        ratio: median of the ratio of rates.
        ratio_interval: of it.
        difference_same_errors: interval of the difference if the errors of the numbers of each
            outcome are the same in both groups; None if intervals are not calibrated.
        ratio_same_errors: the same of the ratio.
    """

    group: str
    reference: str
    difference: float
    difference_interval: Interval
    ratio: float
    ratio_interval: Interval
    difference_same_errors: Interval | None = None
    ratio_same_errors: Interval | None = None


@attrs.frozen
class EstimatedRates:
    """Estimated rates of all groups and their contrasts.

    Attributes:
        lists: from which they are estimated.
        method: `combined` if intervals are calibrated, else the method whose own they are.
        not_calibrated: why the intervals are the method's own; None if they are calibrated.
        tests: lists of known size by which the intervals are calibrated.
        level: of the intervals.
        assumption: the identifying assumption.
        rates: one for each group.
        contrasts: of each other group with the reference group, where both have a rate.
        on_no_list: people in the file who are on none of the lists, and in no count.
    """

    lists: tuple[str, ...]
    method: str
    not_calibrated: str | None
    tests: int
    level: float
    assumption: str
    rates: tuple[EstimatedRate, ...]
    contrasts: tuple[EstimatedContrast, ...]
    on_no_list: int = 0

    def to_json(self) -> dict[str, object]:
        """The numbers as plain values."""
        value = as_json(self)
        assert isinstance(value, dict)
        return value


def estimate_rates(
    histories: OutcomeHistories,
    groups: Sequence[str],
    study_of: StudyOf,
    *,
    level: float,
    seed: int,
) -> EstimatedRates:
    """Rates of the groups, the reference group first.

    1. The people of each group with the outcome, and those without, are one table each.
    2. If any has a calibrated number, all are calibrated, and a table that has no calibrated
       number has none. Else all are by the method that answers for the most groups, and a table
       of fewer than 15 people has no number.
    3. Draws of all numbers are independent; rates and contrasts are quantiles of theirs.
    4. Where a number is missing, the documented bound the rate from one side.
    """
    cells = _Cells(histories, study_of, level, seed)
    studies = {
        group: (cells.study(group, True), cells.study(group, False)) for group in groups
    }  # 1
    method = _method(studies.values())  # 2
    draws: dict[str, Floats] = {}
    rates = []
    for group in groups:
        having, others = cells.number(method, group, True), cells.number(method, group, False)
        unknown = histories.table(group, None).observed
        rate = EstimatedRate(group, having.count, others.count, unknown)
        if having.draws is None or others.draws is None:
            rates.append(attrs.evolve(rate, bounds=_bounds(having.count, others.count)))  # 4
            continue
        draws[group] = _share(having.draws, others.draws)  # 3
        point, interval = _summary(draws[group], level)
        unknown_as = None
        if unknown:
            all_having = cells.number(method, group, True, None)
            all_others = cells.number(method, group, False, None)
            unknown_as = _unknown_as(having, others, all_having, all_others)
        rates.append(attrs.evolve(rate, rate=point, interval=interval, unknown_as=unknown_as))
    first = groups[0]
    contrasts = []
    for group in groups[1:]:
        if group in draws and first in draws:
            found = _contrast(group, first, draws[group], draws[first], level)
            if method == CALIBRATED:
                one, two = cells.same_errors(group), cells.same_errors(first)
                alike = _contrast(group, first, one, two, level)
                found = attrs.evolve(
                    found,
                    difference_same_errors=alike.difference_interval,
                    ratio_same_errors=alike.ratio_interval,
                )
            contrasts.append(found)
    every = [study for pair in studies.values() for study in pair]
    calibrated = [study.calibrated for study in every if study.calibrated is not None]
    reasons = [each.reason for each in calibrated if each.reason is not None]
    return EstimatedRates(
        histories.lists,
        method,
        None if method == CALIBRATED else reasons[0] if reasons else "no method gives a number",
        max((each.tests for each in calibrated), default=0) if method == CALIBRATED else 0,
        level,
        _assumption(every, method),
        tuple(rates),
        tuple(contrasts),
        histories.on_no_list,
    )


@attrs.frozen(eq=False)
class _Number:
    """A number of people and its draws; no draws where there is none."""

    count: EstimatedCount
    draws: Floats | None = None


class _Cells:
    """The study of each group and outcome, made once, and its number."""

    def __init__(
        self, histories: OutcomeHistories, study_of: StudyOf, level: float, seed: int
    ) -> None:
        self.histories, self.study_of, self.level, self.seed = histories, study_of, level, seed
        self._studies: dict[tuple[str, tuple[bool | None, ...]], Study] = {}

    def study(self, group: str, *outcomes: bool | None) -> Study:
        """A study of a group's people with these outcomes; its seed is of these alone."""
        key = group, outcomes
        if key not in self._studies:
            seed = int(np.random.SeedSequence(self._entropy(*key)).generate_state(1)[0])
            self._studies[key] = self.study_of(self.histories.table(group, *outcomes), seed)
        return self._studies[key]

    def number(self, method: str, group: str, *outcomes: bool | None) -> _Number:
        """The number by a method."""
        study = self.study(group, *outcomes)
        n, rng = study.observed, np.random.default_rng(self._entropy(group, outcomes))
        if method == CALIBRATED:
            found, law = study.calibrated, combined_law(study)
            if found is None or law is None:
                why = found.reason if found is not None else study.first.reason
                return _Number(EstimatedCount(n, reason=why or "no calibrated interval"))
            count = EstimatedCount(n, found.point, found.interval)
            return _Number(count, n + law.draws(rng, DRAWS))
        if not _answers(study, method):
            return _Number(EstimatedCount(n, reason=_why_not(study, method)))
        estimate = study[method]
        count = EstimatedCount(n, estimate.point, estimate.interval)
        return _Number(count, drawn(estimate, n, DRAWS, rng))

    def same_errors(self, group: str) -> Floats:
        """Draws of a calibrated rate, with one error for each outcome in whatever group."""
        numbers = []
        for outcome in (True, False):
            study = self.study(group, outcome)
            law = combined_law(study)
            assert law is not None
            errors = np.random.default_rng([self.seed, outcome]).standard_normal(DRAWS)
            rng = np.random.default_rng(self._entropy(group, [outcome]))
            numbers.append(study.observed + law.draws(rng, DRAWS, errors=errors))
        return _share(*numbers)

    def _entropy(self, group: str, outcomes: Sequence[bool | None]) -> list[int]:
        return [
            self.seed,
            *group.encode(),
            *(2 if each is None else int(each) for each in outcomes),
        ]


def _answers(study: Study, method: str) -> bool:
    """Whether a method gives a number with an upper limit, from enough people."""
    found = next((each for each in study.estimates if each.method == method), None)
    return (
        found is not None
        and study.observed >= FEWEST_DOCUMENTED
        and found.ok
        and found.interval is not None
        and math.isfinite(found.interval[1])
    )


def _why_not(study: Study, method: str) -> str:
    if study.observed < FEWEST_DOCUMENTED:
        return f"fewer than {FEWEST_DOCUMENTED} documented people"
    found = next((each for each in study.estimates if each.method == method), study.first)
    return found.reason or "the data set no upper limit"


def _method(pairs: Iterable[tuple[Study, Study]]) -> str:
    """`combined` where any number is calibrated, else the method of most groups."""
    pairs = list(pairs)
    if any(combined_law(study) is not None for pair in pairs for study in pair):
        return CALIBRATED
    names = dict.fromkeys(
        each.method
        for pair in pairs
        for study in pair
        for each in study.estimates
        if each.ok and not each.bound and each.method not in _NEVER_LEADS
    )
    answered = {
        name: sum(all(_answers(study, name) for study in pair) for pair in pairs) for name in names
    }
    return max(answered, key=lambda name: answered[name], default=pairs[0][0].first.method)


def _assumption(studies: Iterable[Study], method: str) -> str:
    """What identifies the numbers: of the main method of the combination, or of the method."""
    main = COMBINED_METHODS[0] if method == CALIBRATED else method
    found = (each for study in studies for each in study.estimates if each.method == main)
    return next((each.assumption for each in found if each.ok), "")


def _share(having: Floats, others: Floats) -> Floats:
    total: Floats = having / np.maximum(having + others, 1.0)
    return total


def _summary(draws: Floats, level: float) -> tuple[float, Interval]:
    low, middle, high = np.quantile(draws, [0.5 - level / 2, 0.5, 0.5 + level / 2])
    return float(middle), (float(low), float(high))


def _contrast(
    group: str, reference: str, one: Floats, two: Floats, level: float
) -> EstimatedContrast:
    difference, interval = _summary(one - two, level)
    with np.errstate(divide="ignore"):
        ratio, ratio_interval = _summary(one / two, level)
    return EstimatedContrast(group, reference, difference, interval, ratio, ratio_interval)


def _unknown_as(having: _Number, others: _Number, more: _Number, rest: _Number) -> Interval | None:
    """The rate if no one of unknown outcome had it, and if all had it."""
    if having.draws is None or others.draws is None or more.draws is None or rest.draws is None:
        return None
    none, every = _share(having.draws, rest.draws), _share(more.draws, others.draws)
    return float(np.median(none)), float(np.median(every))


def _bounds(having: EstimatedCount, others: EstimatedCount) -> Interval:
    """What is left of a rate without one of the numbers: it is at least the documented."""
    low, high = 0.0, 1.0
    if others.interval is not None and having.documented:
        low = having.documented / (having.documented + others.interval[1])
    if having.interval is not None and others.documented:
        high = having.interval[1] / (having.interval[1] + others.documented)
    return low, high
