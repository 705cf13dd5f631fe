"""Strata in which a method gives no number: bounded from below by Chao, from above by nothing.

People on no list of such a stratum belong to the total, too. To count its documented people
alone would state a total that is known to be too low, with an interval that cannot hold it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import attrs
import numpy as np

from uncounted.captures import DIFFER, CaptureTable
from uncounted.estimate.base.labels import label
from uncounted.estimate.base.mixture import drawn
from uncounted.estimate.base.result import LOWER_BOUND, Estimate, Floats, Study
from uncounted.estimate.base.rounding import round_estimate, round_to_interval
from uncounted.estimate.base.rows import Interval
from uncounted.estimate.base.warning import EstimateWarning
from uncounted.estimate.simple.chao import chao
from uncounted.text_table import plural, whole


def is_open(tables: Sequence[CaptureTable]) -> bool:
    """Whether an unknown number of people may be missing in a stratum without an estimate.

    None are in a stratum of people whose reports differ (each of them has two reports).
    """
    return DIFFER not in tables[0].stratum.values() and any(table.observed for table in tables)


class Floors:
    """The least that a stratum without an estimate adds: Chao's bound where there is one."""

    def __init__(self) -> None:
        self._bounds: dict[str, Estimate | None] = {}

    def bound(self, table: CaptureTable) -> Estimate | None:
        """Chao's bound; None where the table has none, or no one is missing."""
        key = table.digest()
        if key not in self._bounds:
            fit = chao(table) if is_open([table]) else None
            self._bounds[key] = fit if fit is not None and fit.ok else None
        return self._bounds[key]

    def draws(self, table: CaptureTable, size: int, rng: np.random.Generator) -> Floats:
        """Draws of the bound; the documented where there is none."""
        fit = self.bound(table)
        if fit is None:
            return np.full(size, float(table.observed))
        return drawn(fit, table.observed, size, rng)


@attrs.frozen
class Unanswered:
    """Strata in which a method gives no number.

    Attributes:
        strata: all strata.
        refused: those without a number.
        open: of these, those in which an unknown number of people may be missing.
        documented: people documented in the open ones.
        least: with the bounds of the open ones that have one; else their documented people.
        unbounded: people documented in open ones that have no bound.
    """

    strata: int
    refused: int
    open: int
    documented: int
    least: float
    unbounded: int

    @classmethod
    def of(
        cls,
        strata: Sequence[Sequence[CaptureTable]],
        studies: Sequence[Study],
        answering: Sequence[bool],
        floors: Floors,
    ) -> Unanswered:
        """Of strata with their tables and studies, and whether each has a number."""
        silent = [
            (tables, study)
            for tables, study, answers in zip(strata, studies, answering, strict=True)
            if not answers
        ]
        unknown = [(tables, study) for tables, study in silent if is_open(tables)]
        bounds = [
            [fit.number() if (fit := floors.bound(table)) else None for table in tables]
            for tables, _ in unknown
        ]
        return cls(
            len(studies),
            len(silent),
            len(unknown),
            sum(study.observed for _, study in unknown),
            sum(
                float(
                    np.mean(
                        [
                            table.observed if least is None else least
                            for table, least in zip(tables, found, strict=True)
                        ]
                    )
                )
                for (tables, _), found in zip(unknown, bounds, strict=True)
            ),
            sum(
                study.observed
                for (_, study), found in zip(unknown, bounds, strict=True)
                if all(least is None for least in found)
            ),
        )

    def bounded(self, total: Estimate, rest: tuple[float, Interval]) -> Estimate:
        """A total as a lower bound, if a stratum is open; the interval of the others beside it.

        `rest` is the point and the interval of the strata that have a number.
        """
        settings = {
            **total.settings,
            "strata": self.strata,
            "refused": self.refused,
            "no_upper_limit": self.open,
            "documented_only": self.unbounded,
        }
        if not self.open:
            return attrs.evolve(total, settings=settings)
        low = total.interval[0] if total.interval else total.number()
        others = {"strata": self.strata - self.refused, "point": rest[0], "interval": rest[1]}
        return attrs.evolve(
            total,
            point_kind=LOWER_BOUND,
            interval=(low, math.inf),
            settings={**settings, "strata_with_estimate": others},
            warnings=(*total.warnings, self.warning(rest)),
        )

    def warning(self, rest: tuple[float, Interval]) -> EstimateWarning:
        """How many strata have no number, the least in them, and what the others add up to."""
        bound = f"{plural(self.documented, 'person', 'people')} documented"
        if self.least > self.documented:
            limits = float(self.documented), math.inf
            least = round_to_interval(self.least, limits, self.documented, bound=True).point
            bound = f"{bound}, at least {whole(least)} in all by Chao's bound"
        shown = round_to_interval(rest[0], rest[1]).with_interval
        others = _others(self.strata - self.refused)
        return EstimateWarning(
            "strata-not-estimated",
            f"{self.open} of {self.strata} strata ({bound}); {others}: {shown}",
        )


def open_strata(total: Estimate) -> int:
    """In how many strata of a total an unknown number of people may be missing."""
    return int(total.settings.get("no_upper_limit", 0))


def without_estimate(total: Estimate, observed: int) -> str:
    """That some strata of a total have no estimate; empty where all have."""
    left_out, of = open_strata(total), total.settings.get("strata")
    shown = round_estimate(total, observed)
    if not left_out or shown is None:
        return ""
    have = "has" if left_out == 1 else "have"
    least = f"total is at least {shown.point:,} and has no upper limit."
    if total.method == "chao":
        return f"{left_out} of {of} strata {have} no lower bound but the documented, so the {least}"
    rest = total.settings["strata_with_estimate"]
    others = round_to_interval(rest["point"], rest["interval"]).with_interval
    return (
        f"{left_out} of {of} strata {have} no estimate ({label(total.method)}), so its {least} T"
        f"{_others(rest['strata'])[1:]}: {others}."
    )


def _others(strata: int) -> str:
    return "the other stratum" if strata == 1 else f"the other {strata} strata"


def leading(totals: Sequence[Estimate]) -> Estimate | None:
    """The total that leads; a lower bound where no method has a number for every stratum.

    1. The total with the fewest strata without an estimate, in the order of the methods.
       Independence, which is shown for comparison, only if there is no other.
    2. If that is a lower bound, and Chao's bound of all strata is above it with all of its
       interval, the latter.
    """
    whole_ones = [total for total in totals if total.ok and total.method != "chao"]
    chao = next((total for total in totals if total.ok and total.method == "chao"), None)
    if not whole_ones:
        return chao
    first = min(whole_ones, key=lambda total: (total.method == "independence", open_strata(total)))
    if chao is not None and chao.interval and first.bound and first.number() < chao.interval[0]:
        return chao
    return first


def instead_of(main: Estimate, totals: Sequence[Estimate]) -> str:
    """Why a total leads that is not the first; empty where it is, and where the first is Chao's.

    A bound leads only where there is no other.
    """
    first = totals[0]
    if main is first or first.method == "chao" or (first.ok and not open_strata(first)):
        return ""
    if main.method == "chao":
        if not any(total.ok for total in totals if total is not main):
            return ""
        return (
            "No method has an estimate for each stratum, and what they add up to is below Chao's"
            " lower bound of all strata."
        )
    left_out = "any stratum"
    if first.ok:
        left_out = f"{open_strata(first)} of {first.settings['strata']} strata"
    return (
        f"The main method is {label(main.method)}, since there is no estimate by"
        f" {label(first.method)} in {left_out}."
    )
