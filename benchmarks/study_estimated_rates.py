"""Rates of known size, and simulated ones: is the estimated rate worth more than the documented?

    python benchmarks/study_estimated_rates.py

1. Rates of known size. In a table of the collection the people on one list are a population, and
   whether they are on a second list is an outcome: how many have it is known, and the other lists
   see those with it and those without it at different rates. The same of tables whose whole
   population is known. The errors of both numbers are drawn with some correlation; the model of the
   errors is fitted without the collection that is judged.
2. Contrasts of known size: groups are those on a third list and the others, or the periods of one
   study. Errors of one outcome are correlated between the groups.
3. Simulated populations of two groups, four lists, with capture that differs by outcome.

It prints the tables of docs/dev/rates.md, in about five minutes.
"""

from __future__ import annotations

import math
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, permutations
from pathlib import Path

import attrs
import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.study_track_record import answers as known_answers
from benchmarks.study_track_record import errors_of, leave_one_out

from uncounted.captures import CaptureTable
from uncounted.estimate.track_record.calibration import COMBINED, combined_law
from uncounted.estimate.track_record.collection import CollectedTable, collected_tables
from uncounted.estimate.track_record.error_model import ErrorModel, UndocumentedLaw
from uncounted.rates.contrasts import newcombe
from uncounted.rates.estimated import estimate_rates
from uncounted.rates.histories import Cell as Group
from uncounted.rates.histories import OutcomeHistories
from uncounted.rates.outcomes import OutcomeTable
from uncounted.rates.proportions import wilson
from uncounted.workflow.rate import leading_study

type Floats = npt.NDArray[np.float64]
type Interval = tuple[float, float]

MOST_LISTS = 8  # exact averages over more take long
DRAWS = 8_000
# The same people as another table, or a part of them.
REPEATED = {"uk-modern-slavery-2013-5lists", "wildfire-screened"}
REPEATED |= {"brighton-total", "brighton-male", "brighton-female"}
CORRELATIONS = (0.0, 0.25, 0.5, 0.75, 0.9, 1.0)
REPLICATES = 100


@attrs.frozen
class Cell:
    """People of known number with one outcome, and what the other lists say of them."""

    documented: int
    size: int
    law: UndocumentedLaw

    def draws(self, model: ErrorModel, every: ErrorModel, errors: Floats, seed: int) -> Floats:
        """Draws of the number by another model of the errors."""
        shifted = self.law.log_mean - every.shift + model.shift
        law = attrs.evolve(self.law, log_mean=shifted, between=model.sd)
        rng = np.random.default_rng([seed, self.documented, self.size])
        return self.documented + law.draws(rng, len(errors), errors=errors)


@attrs.frozen
class Known:
    """Two numbers (one group) or four (two groups) of known size: with the outcome, without."""

    collection: str
    cells: tuple[Cell, ...]

    @property
    def rates(self) -> list[float]:
        """True rates."""
        pairs = zip(self.cells[::2], self.cells[1::2], strict=True)
        return [having.size / (having.size + others.size) for having, others in pairs]

    @property
    def documented(self) -> list[tuple[int, int]]:
        """Documented with the outcome, and all documented, of each group."""
        pairs = zip(self.cells[::2], self.cells[1::2], strict=True)
        return [(one.documented, one.documented + two.documented) for one, two in pairs]


def cells_of(
    table: CaptureTable, population: str | None, by: Sequence[str], size: int | None
) -> Iterator[Cell | None]:
    """Of the people on one list (or all of known number) those with each mark on the lists `by`.

    In the order 11, 10, 01, 00 of the marks on `by`.
    """
    left_out = {population, *by}
    others = [at for at, name in enumerate(table.lists) if name not in left_out]
    at_by = [table.lists.index(name) for name in by]
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for pattern, n in table.counts.items():
        if population is None or pattern[table.lists.index(population)] == "1":
            marks = "".join("1" if pattern[at] == "1" else "0" for at in at_by)
            counts[marks]["".join(pattern[at] for at in others).replace("-", "0")] += n
    names = tuple(table.lists[at] for at in others)
    for marks in ("11", "10", "01", "00") if len(by) == 2 else ("1", "0"):
        own = counts[marks]
        people = own.total()
        if size is not None and "1" not in marks:
            people += size - table.observed
        seen = CaptureTable(names, {key: n for key, n in own.items() if "1" in key})
        law = None if seen.observed < 15 else combined_law(leading_study([seen], 0.95, 1))
        yield None if law is None else Cell(seen.observed, people, law)


def known(table: CollectedTable, by: int) -> Iterator[tuple[tuple[str | None, ...], Known]]:
    """Every population and outcome (and group) of a table, where all numbers have an estimate."""
    lists = table.table.lists
    least = 3 + by + (table.known_size is None)
    if not least <= len(lists) <= MOST_LISTS:
        return
    populations = [None] if table.known_size is not None else list(lists)
    for population in populations:
        for names in permutations([name for name in lists if name != population], by):
            cells = []
            for cell in cells_of(table.table, population, names, table.known_size):
                if cell is None:
                    break
                cells.append(cell)
            if len(cells) == 2**by:
                yield (population, *names), Known(table.collection, tuple(cells))


@attrs.frozen
class Judged:
    """Coverage by test and by collection, mean width, and mean absolute error."""

    tests: int
    collections: int
    by_test: float
    by_collection: float
    width: float
    error: float


def judged(found: Mapping[str, Sequence[tuple[bool, float, float]]]) -> Judged:
    """Of (covered, width, error) by collection."""
    every = [each for rows in found.values() for each in rows]
    return Judged(
        len(every),
        len(found),
        float(np.mean([covered for covered, _, _ in every])),
        float(np.mean([np.mean([row[0] for row in rows]) for rows in found.values()])),
        float(np.median([width for _, width, _ in every])),
        float(np.mean([abs(error) for _, _, error in every])),
    )


def errors(rng: np.random.Generator, groups: int, within: float, between: float) -> list[Floats]:
    """Errors of each number, correlated `within` a group or, by outcome, `between` groups."""

    def normal() -> Floats:
        return rng.standard_normal(DRAWS)

    shared = [normal(), normal()]
    found = []
    for _ in range(groups):
        together = normal()
        for outcome in range(2):
            own = math.sqrt(1 - within - between) * normal()
            found.append(own + math.sqrt(within) * together + math.sqrt(between) * shared[outcome])
    return found


class Judge:
    """Judges rates and contrasts by the models of the errors fitted without each collection."""

    def __init__(self) -> None:
        lists = [each for each in known_answers(fresh=False, processes=1) if not each.whole]
        self.every, self.without = leave_one_out(
            [each.error for each in errors_of(COMBINED, lists)]
        )

    def shares(
        self, one: Known, within: float, between: float, *, own_error: bool = False
    ) -> list[Floats]:
        """Draws of the rate of each group; of the method's own error alone, if stated."""
        rng, model = np.random.default_rng(7), self.without(one.collection)
        if own_error:
            model = ErrorModel(model.shift, 0.0)
        drawn = [
            cell.draws(model, self.every, each, at)
            for at, (cell, each) in enumerate(
                zip(one.cells, errors(rng, len(one.cells) // 2, within, between), strict=True)
            )
        ]
        return [
            having / (having + others)
            for having, others in zip(drawn[::2], drawn[1::2], strict=True)
        ]

    def correlation(self, found: Sequence[Known]) -> tuple[float, dict[str, float]]:
        """The correlation of the two errors that is most likely, of all and of each collection.

        The logarithms of true to estimated undocumented people are taken as normal.
        """
        grid = np.linspace(-0.5, 0.95, 30)
        by: dict[str, list[Floats]] = defaultdict(list)
        for one in found:
            by[one.collection].append(np.array([self._log_likelihood(one, rho) for rho in grid]))
        each = {name: np.mean(rows, axis=0) for name, rows in by.items()}
        together = np.sum(list(each.values()), axis=0)
        best = {name: float(grid[row.argmax()]) for name, row in each.items()}
        return float(grid[together.argmax()]), best

    def _log_likelihood(self, one: Known, rho: float) -> float:
        missed = [cell.size - cell.documented + 0.5 for cell in one.cells]
        y = np.log(missed) - [cell.law.log_mean for cell in one.cells]
        own = [cell.law.within**2 + 1 / n0 for cell, n0 in zip(one.cells, missed, strict=True)]
        covariance = self.every.sd**2 * np.array([[1, rho], [rho, 1]]) + np.diag(own)
        _, log_det = np.linalg.slogdet(covariance)
        return float(-0.5 * (y @ np.linalg.solve(covariance, y) + log_det))

    def rates(self, found: Sequence[Known], within: float) -> Judged:
        """Of one rate."""
        rows = defaultdict(list)
        for one in found:
            (draws,) = self.shares(one, within, 0.0)
            rows[one.collection].append(_row(draws, one.rates[0]))
        return judged(rows)

    def contrasts(self, found: Sequence[Known], between: float) -> Judged:
        """Of a difference."""
        rows = defaultdict(list)
        for one in found:
            first, second = self.shares(one, 0.0, between)
            truth = one.rates[0] - one.rates[1]
            rows[one.collection].append(_row(first - second, truth))
        return judged(rows)


def undocumented_lines(judge: Judge, found: Sequence[Known]) -> Iterator[str]:
    """Rates by the share of the people that is on no list.

    The last column is how far the error of the log odds is beyond what the method's own intervals
    imply: if the rate were calibrated, and not its two numbers, this would have to be one figure.
    """
    yield "| on no list | rates | covers | width | error | documented: error | excess, log odds |"
    yield "|---|---|---|---|---|---|---|"
    rows = []
    for one in found:
        having, others = one.cells
        size = having.size + others.size
        (draws,) = judge.shares(one, 0.0, 0.0)
        held, width, error = _row(draws, one.rates[0])
        (x, n), truth = one.documented[0], one.rates[0]
        (own,) = judge.shares(one, 0.0, 0.0, own_error=True)
        odds = np.log(own / (1 - own))
        off = float(odds.mean()) - math.log(truth / (1 - truth))
        rows.append((1 - n / size, held, width, abs(error), abs(x / n - truth), off, odds.var()))
    table = np.array(rows, dtype=np.float64)
    for low, high in ((0, 0.15), (0.15, 0.3), (0.3, 0.5), (0.5, 1.0)):
        own_rows = table[(table[:, 0] >= low) & (table[:, 0] < high)]
        held, width, error, plain = own_rows[:, 1:5].mean(axis=0)
        excess = math.sqrt(max(0.0, np.mean(own_rows[:, 5] ** 2) - np.mean(own_rows[:, 6])))
        yield (
            f"| {low:.0%} to {high:.0%} | {len(own_rows)} | {held:.0%} | {100 * width:.0f} "
            f"| {100 * error:.1f} | {100 * plain:.1f} | {excess:.2f} |"
        )


def _row(draws: Floats, truth: float) -> tuple[bool, float, float]:
    low, middle, high = np.quantile(draws, [0.025, 0.5, 0.975])
    return bool(low <= truth <= high), float(high - low), float(middle - truth)


def documented(found: Sequence[Known]) -> Judged:
    """The documented share or difference, with Wilson's or Newcombe's interval."""
    rows = defaultdict(list)
    for one in found:
        low, point, high, truth = _documented(one.documented, one.rates)
        rows[one.collection].append((low <= truth <= high, high - low, point - truth))
    return judged(rows)


def _documented(
    counts: Sequence[tuple[int, int]], rates: Sequence[float]
) -> tuple[float, float, float, float]:
    if len(counts) == 1:
        ((x, n),) = counts
        low, high = wilson(x, n)
        return low, x / n, high, rates[0]
    (x, n), (y, m) = counts
    low, high = newcombe(x, n, y, m)
    return low, x / n - y / m, high, rates[0] - rates[1]


def periods() -> Iterator[Known]:
    """The same population and outcome in two periods of the study of Colombia."""
    found: dict[tuple[str | None, ...], list[Known]] = defaultdict(list)
    for table in collected_tables():
        if table.name.startswith("colombia-19"):
            wide = attrs.evolve(table, table=_at_most(table.table))
            for names, one in known(wide, 1):
                found[names].append(one)
    for same in found.values():
        for one, two in combinations(same, 2):
            yield Known(one.collection, one.cells + two.cells)


def _at_most(table: CaptureTable) -> CaptureTable:
    """The largest lists, where there are too many."""
    totals = table.list_totals
    largest = sorted(totals, key=lambda name: -totals[name])[:MOST_LISTS]
    return table.select([name for name in table.lists if name in largest])


def known_lines() -> Iterator[str]:
    """The tables of 1 and 2."""
    judge = Judge()
    tables = [table for table in collected_tables() if table.name not in REPEATED]
    lists = [table for table in tables if table.known_size is None]
    whole = [table for table in tables if table.known_size is not None]
    yield "| | tests (collections) | covers, by test (by collection) | width | error |"
    yield "|---|---|---|---|---|"
    every: list[Known] = []
    for name, of in (("lists", lists), ("whole populations", whole)):
        found = [one for table in of for _, one in known(table, 1)]
        yield _line(f"rate, {name}: documented", documented(found))
        for within in CORRELATIONS:
            title = f"rate, {name}: estimated, correlation within the group {within:g}"
            yield _line(title, judge.rates(found, within))
        best, each = judge.correlation(found)
        of_each = ", ".join(f"{name} {rho:.2f}" for name, rho in each.items())
        yield f"most likely correlation, {name}: {best:.2f} ({of_each})"
        every += found
    yield from undocumented_lines(judge, every)
    split = [one for table in tables for _, one in known(table, 2)]
    for name, found in (("groups by a list", split), ("periods", list(periods()))):
        yield _line(f"difference, {name}: documented", documented(found))
        for between in CORRELATIONS:
            title = f"difference, {name}: estimated, correlation between groups {between:g}"
            yield _line(title, judge.contrasts(found, between))


def _line(title: str, of: Judged) -> str:
    return (
        f"| {title} | {of.tests} ({of.collections}) | {of.by_test:.1%} ({of.by_collection:.1%}) "
        f"| {100 * of.width:.0f} | {100 * of.error:.1f} |"
    )


# Simulated populations.

TRUE = {"before": (500, 500), "after": (350, 650)}  # with the outcome, without
EASE = {"before": (2.0, 1.0), "after": (0.6, 1.0)}  # times as easily captured: with, without
BASE = (0.12, 0.15, 0.10, 0.08)
KINDS: Mapping[str, tuple[float, float]] = {  # spread of ease, share of list 1 copied into list 2
    "independent lists": (0.0, 0.0),
    "unequal capture (sd 0.8)": (0.8, 0.0),
    "copied list (a third)": (0.0, 0.33),
}
CAPTURE: Mapping[str, Mapping[str, tuple[float, float]]] = {
    "the same by outcome": {"before": (1.3, 1.3), "after": (1.0, 1.0)},
    "differing by outcome": EASE,
}


def simulated(
    kind: tuple[float, float],
    ease: Mapping[str, tuple[float, float]],
    rng: np.random.Generator,
) -> OutcomeHistories:
    """Histories of both groups."""
    spread, copied = kind
    logit = np.log(np.array(BASE) / (1 - np.array(BASE)))
    names = ("A", "B", "C", "D")
    cells: dict[Group, CaptureTable] = {}
    counts: dict[str, tuple[int, int]] = {}
    for group, sizes in TRUE.items():
        for outcome, people, factor in zip((True, False), sizes, ease[group], strict=True):
            own = logit + math.log(factor) + spread * rng.standard_normal((people, 1))
            on = rng.random((people, len(BASE))) < 1 / (1 + np.exp(-own))
            on[:, 1] |= on[:, 0] & (rng.random(people) < copied)
            patterns = Counter("".join("01"[int(mark)] for mark in row) for row in on)
            del patterns["0000"]
            cells[group, outcome] = CaptureTable(names, patterns)
        having, others = (cells[group, outcome].observed for outcome in (True, False))
        counts[group] = (having, having + others)
    return OutcomeHistories(OutcomeTable.of(counts), names, cells)


def simulated_lines() -> Iterator[str]:
    """The table of 3: bias and coverage of rates, and of their difference."""
    yield (
        "| | rate, documented: error, covers | estimated | difference, documented: bias, covers "
        "| estimated | same errors |"
    )
    yield "|---|---|---|---|---|---|"
    truth = {group: having / (having + others) for group, (having, others) in TRUE.items()}
    gap = truth["after"] - truth["before"]
    for name, kind in KINDS.items():
        for how, ease in CAPTURE.items():
            rng = np.random.default_rng([2026, *name.encode(), *how.encode()])
            off: dict[str, list[float]] = defaultdict(list)
            held: dict[str, list[bool]] = defaultdict(list)

            def note(of: str, point: float, interval: Interval, value: float) -> None:
                off[of].append(point - value)  # noqa: B023
                held[of].append(interval[0] <= value <= interval[1])  # noqa: B023

            for _ in range(REPLICATES):
                histories = simulated(kind, ease, rng)
                one, two = (histories.outcomes.group(group) for group in ("before", "after"))
                found = estimate_rates(
                    histories,
                    list(TRUE),
                    lambda group, outcomes, seed, every: leading_study(
                        histories.tables(group, *outcomes),  # noqa: B023
                        0.95,
                        seed,
                        every=every,
                    ),
                    level=0.95,
                    seed=1,
                )
                for rate, tally in zip(found.rates, (one, two), strict=True):
                    value = truth[rate.group]
                    note("documented", tally.x / tally.n, wilson(tally.x, tally.n), value)
                    if rate.rate is not None and rate.interval is not None:
                        note("estimated", rate.rate, rate.interval, value)
                limits = newcombe(two.x, two.n, one.x, one.n)
                note("gap", two.x / two.n - one.x / one.n, limits, gap)
                for each in found.contrasts:
                    note("own", each.difference, each.difference_interval, gap)
                    assert each.difference_same_errors is not None
                    note("same", each.difference, each.difference_same_errors, gap)
            rates = (
                f"{100 * np.mean(np.abs(off[each])):.1f}, {np.mean(held[each]):.0%}"
                for each in ("documented", "estimated")
            )
            gaps = (
                f"{100 * np.mean(off[each]):+.1f}, {np.mean(held[each]):.0%}"
                for each in ("gap", "own", "same")
            )
            yield f"| {name}; capture {how} | {' | '.join((*rates, *gaps))} |"


if __name__ == "__main__":
    for lines in (known_lines(), simulated_lines()):
        for line in lines:
            print(line, flush=True)
        print()
