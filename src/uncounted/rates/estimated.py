"""Rates from estimated numbers of people with and without an outcome (multiple systems estimation).

In each group the people with the outcome and those without are estimated as two populations, by
the methods and the calibration of `estimate`. Their rate, and its contrast between groups, are
quantiles over joint draws. Errors of the numbers are drawn independently. That gives the widest
interval only among errors that all have the same correlation of 0 or more: negatively correlated
errors within a group widen its rate, and positive correlations between the outcome in one group and
the others in another widen the difference. `docs/dev/rates.md` has the correlations and the
coverage that were measured.

No method is run here: studies come from a function that is handed in.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

import attrs
import numpy as np

from uncounted.estimate.base.mixture import drawn
from uncounted.estimate.base.result import Floats, Study
from uncounted.estimate.base.rows import Interval, as_json
from uncounted.estimate.base.warning import EstimateWarning
from uncounted.estimate.track_record.calibration import COMBINED_METHODS, combined_law
from uncounted.rates.histories import OutcomeHistories

DRAWS = 40_000
CALIBRATED = "combined"
FEWEST_DOCUMENTED = 15  # as in the populations of known size by which methods are calibrated
_MOST = 1e15  # draws without an end
_CONTRADICTED = "bound-above-estimate"
_NEVER_LEADS = ("chao", "independence")  # a lower bound, and a model for comparison

# Of a group, outcomes and a seed, with the methods of the calibrated interval or every method.
type StudyOf = Callable[[str, tuple[bool | None, ...], int, bool], Study]


@attrs.frozen
class EstimatedCount:
    """People with one outcome in one group.

    Attributes:
        documented: on at least one list.
        point: estimated number of all of them; None if there is none.
        interval: of it.
        reason: why there is no number.
        warnings: of the study, to be reported with the number.
        read_first: what in the study contradicts the number.
    """

    documented: int
    point: float | None = None
    interval: Interval | None = None
    reason: str | None = None
    warnings: tuple[EstimateWarning, ...] = ()
    read_first: tuple[str, ...] = ()

    @property
    def limit(self) -> float | None:
        """The upper limit; None without one, or where a lower bound contradicts the number."""
        if self.interval is None or any(told.code == _CONTRADICTED for told in self.warnings):
            return None
        return self.interval[1] if math.isfinite(self.interval[1]) else None

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
        bounds: where there is no rate, the documented against the upper limit of the other
            number. They hold only if that limit does; 0 and 1 where a lower bound contradicts it.
        unknown_as: the rate if none, and if all, of unknown outcome had the outcome; None if
            there are none, or no such rate.
        reporting_ratio: how many times as likely those with the outcome are on a list as those
            without (rho); the median.
        reporting_ratio_interval: of it.
    """

    group: str
    with_outcome: EstimatedCount
    without_outcome: EstimatedCount
    unknown: int = 0
    rate: float | None = None
    interval: Interval | None = None
    bounds: Interval = (0.0, 1.0)
    unknown_as: Interval | None = None
    reporting_ratio: float | None = None
    reporting_ratio_interval: Interval | None = None

    @property
    def counts(self) -> tuple[EstimatedCount, EstimatedCount]:
        """The two numbers."""
        return self.with_outcome, self.without_outcome

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
    method: str | None = None,
) -> EstimatedRates:
    """Rates of the groups, the reference group first; by one method, if it is named.

    1. The people of each group with the outcome, and those without, are one table each.
    2. If any has a calibrated number, all are calibrated, and a table that has no calibrated
       number has none. Else all are by the method that answers for the most groups, and a table
       of fewer than 15 people has no number.
    3. Draws of all numbers are independent; rates and contrasts are quantiles of theirs.
    4. Where a number is missing, the documented bound the rate from one side, at the upper limit
       of the other number.
    """
    cells = _Cells(histories, study_of, level, seed)
    cells.every_method = method is not None
    method = method or cells.choose_method(groups)
    found = [cells.rate(method, group) for group in groups]
    contrasts = [cells.contrast(method, group, groups[0]) for group in groups[1:]]
    calibrated = method == CALIBRATED
    return EstimatedRates(
        histories.lists,
        method,
        None if calibrated else cells.not_calibrated(groups),
        max(cells.tests(groups)) if calibrated else 0,
        level,
        _assumption(cells.studies(groups), method),
        tuple(found),
        tuple(each for each in contrasts if each is not None),
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
        self.every_method = False
        self._studies: dict[tuple[str, tuple[bool | None, ...], bool], Study] = {}

    def study(self, group: str, *outcomes: bool | None) -> Study:
        """A study of a group's people with these outcomes; its seed is of these alone."""
        key = group, outcomes, self.every_method
        if key not in self._studies:
            entropy = np.random.SeedSequence(self._entropy(group, outcomes))
            seed = int(entropy.generate_state(1)[0])
            self._studies[key] = self.study_of(group, outcomes, seed, self.every_method)
        return self._studies[key]

    def studies(self, groups: Sequence[str]) -> list[Study]:
        """Of each group the study of those with the outcome, then of those without."""
        return [self.study(group, outcome) for group in groups for outcome in (True, False)]  # 1

    def choose_method(self, groups: Sequence[str]) -> str:  # 2
        """`combined` where any number is calibrated, else the method of most groups."""
        studies = self.studies(groups)
        if any(combined_law(study) is not None for study in studies):
            return CALIBRATED
        if not all(_answers(study, studies[0].first.method) for study in studies):
            self.every_method = True
            studies = self.studies(groups)
        names = dict.fromkeys(
            each.method
            for study in studies
            for each in study.estimates
            if each.ok and not each.bound and each.method not in _NEVER_LEADS
        )
        pairs = list(zip(studies[::2], studies[1::2], strict=True))
        answered = {
            name: sum(_answers(one, name) and _answers(two, name) for one, two in pairs)
            for name in names
        }
        return max(answered, key=lambda name: answered[name], default=studies[0].first.method)

    def not_calibrated(self, groups: Sequence[str]) -> str:
        """Why no number is calibrated."""
        found = (study.calibrated for study in self.studies(groups))
        reasons = (each.reason for each in found if each is not None and each.reason is not None)
        return next(reasons, "the method was not tested on lists of known size")

    def tests(self, groups: Sequence[str]) -> list[int]:
        """By how many lists of known size each number is calibrated."""
        return [0 if (found := s.calibrated) is None else found.tests for s in self.studies(groups)]

    def rate(self, method: str, group: str) -> EstimatedRate:
        """The rate of a group, or its bounds."""
        having, others = self.number(method, group, True), self.number(method, group, False)
        unknown = self.histories.table(group, None).observed
        rate = EstimatedRate(group, having.count, others.count, unknown)
        share = _share(having, others)
        if share is None:
            return attrs.evolve(rate, bounds=_bounds(having.count, others.count))  # 4
        point, interval = _summary(share, self.level)
        unknown_as = None
        if unknown:
            none = _share(having, self.number(method, group, False, None))
            every = _share(self.number(method, group, True, None), others)
            if none is not None and every is not None:
                unknown_as = float(np.median(none)), float(np.median(every))
        documented = having.count.documented / others.count.documented
        rho, rho_interval = _summary(documented * (1 - share) / share, self.level)
        return attrs.evolve(
            rate,
            rate=point,
            interval=interval,
            unknown_as=unknown_as,
            reporting_ratio=rho,
            reporting_ratio_interval=rho_interval,
        )

    def contrast(self, method: str, group: str, reference: str) -> EstimatedContrast | None:
        """The contrast of two groups; None where one has no rate."""

        def share(of: str, *, same: bool) -> Floats | None:
            having = self.number(method, of, True, same_errors=same)
            return _share(having, self.number(method, of, False, same_errors=same))

        one, two = share(group, same=False), share(reference, same=False)
        if one is None or two is None:
            return None
        (difference, limits), (ratio, ratio_limits) = _contrasted(one, two, self.level)
        contrast = EstimatedContrast(group, reference, difference, limits, ratio, ratio_limits)
        one, two = share(group, same=True), share(reference, same=True)
        if method != CALIBRATED or one is None or two is None:
            return contrast
        (_, limits), (_, ratio_limits) = _contrasted(one, two, self.level)
        return attrs.evolve(contrast, difference_same_errors=limits, ratio_same_errors=ratio_limits)

    def number(
        self, method: str, group: str, *outcomes: bool | None, same_errors: bool = False
    ) -> _Number:  # 3
        """The number by a method; with `same_errors` of calibrated numbers in all groups."""
        study = self.study(group, *outcomes)
        n, rng = study.observed, np.random.default_rng(self._entropy(group, outcomes))
        told = tuple(each for each in study.warnings if each.must_report)
        main = study.headline.method if study.headline is not None else None
        first = study.read_first if method in (CALIBRATED, main) else ()  # it is of the main one
        count = EstimatedCount(n, warnings=told, read_first=first)
        if method != CALIBRATED:
            if not _answers(study, method):
                return _Number(attrs.evolve(count, reason=_why_not(study, method)))
            estimate = study[method]
            count = attrs.evolve(count, point=estimate.point, interval=estimate.interval)
            return _Number(count, drawn(estimate, n, DRAWS, rng))
        found, law = study.calibrated, combined_law(study)
        if found is None or law is None:
            why = found.reason if found is not None else study.first.reason
            return _Number(attrs.evolve(count, reason=why or "no calibrated interval"))
        errors = None
        if same_errors:
            shared = np.random.default_rng([self.seed, bool(outcomes[0])])
            errors = shared.standard_normal(DRAWS)
        count = attrs.evolve(count, point=found.point, interval=found.interval)
        return _Number(count, n + law.draws(rng, DRAWS, errors=errors))

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


def _assumption(studies: Iterable[Study], method: str) -> str:
    """What identifies the numbers: of the main method of the combination, or of the method."""
    main = COMBINED_METHODS[0] if method == CALIBRATED else method
    found = (each for study in studies for each in study.estimates if each.method == main)
    return next((each.assumption for each in found if each.ok), "")


def _share(having: _Number, others: _Number) -> Floats | None:
    """Draws of a rate; None where a number is missing."""
    if having.draws is None or others.draws is None:
        return None
    one, two = (np.minimum(each, _MOST) for each in (having.draws, others.draws))
    share: Floats = one / np.maximum(one + two, 1.0)
    return share


def _summary(draws: Floats, level: float) -> tuple[float, Interval]:
    low, middle, high = np.quantile(draws, [0.5 - level / 2, 0.5, 0.5 + level / 2])
    return float(middle), (float(low), float(high))


def _contrasted(
    one: Floats, two: Floats, level: float
) -> tuple[tuple[float, Interval], tuple[float, Interval]]:
    """Median and interval of the difference and of the ratio."""
    return _summary(one - two, level), _summary(one / two, level)


def _bounds(having: EstimatedCount, others: EstimatedCount) -> Interval:
    """A rate without one of the numbers, if the other is at most its upper limit."""
    low, high = 0.0, 1.0
    if others.limit is not None and having.documented:
        low = having.documented / (having.documented + others.limit)
    if having.limit is not None and others.documented:
        high = having.limit / (having.limit + others.documented)
    return low, high
