"""The results of a study as CSV files: a row for every estimate, and for every value of xi.

They have the counts of each stratum, and so are for their owner alone.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping
from pathlib import Path

from uncounted.estimate.base.result import Estimate, Study
from uncounted.estimate.base.rows import CalibratedInterval, Interval
from uncounted.estimate.strata.stratified import Strata
from uncounted.workflow.csv_file import write_csv
from uncounted.workflow.studies.result import StudyResult, TableResult

ESTIMATES, XI = "estimates.csv", "xi.csv"
_ESTIMATES = (
    "scope", "method", "status", "documented", "point", "low", "high", "level", "point_kind",
    "interval_kind", "calibrated_point", "calibrated_low", "calibrated_high", "lists",
    "replicates", "warnings", "reason", "seed", "read_first",
)  # fmt: skip
_XI = ("method", "xi", "point", "low", "high", "basis")

type _Row = list[object]


def write_results(done: StudyResult) -> tuple[Path, ...]:
    """Write every result beside the store; earlier files of these names are replaced."""
    columns = _columns(done)
    written = []
    for name, own, rows in (
        (ESTIMATES, _ESTIMATES, _estimates(done, columns)),
        (XI, _XI, _xi(done, columns)),
    ):
        headers = [f"stratum_{each}" if each in ("table", *own) else each for each in columns]
        write_csv(done.folder / name, ["table", *headers, *own], rows)
        written.append(done.folder / name)
    return tuple(written)


def has_our_header(file: Path) -> bool:
    """Whether a CSV file is one that `write_results` wrote."""
    own = list(_ESTIMATES if file.name == ESTIMATES else _XI)
    try:
        with file.open(newline="", encoding="utf-8") as stream:
            header = next(csv.reader([stream.readline(1 << 16)]), [])
    except (OSError, ValueError, csv.Error):
        return False
    return header[:1] == ["table"] and header[-len(own) :] == own


def _columns(done: StudyResult) -> list[str]:
    """The columns of strata of all tables."""
    labels = (label for table in done.tables for label in table.labels[:1])
    return list(dict.fromkeys(name for label in labels for name in label))


def _estimates(done: StudyResult, columns: list[str]) -> Iterator[_Row]:
    for table in done.tables:
        for label, study in zip(table.labels, table.studies, strict=True):
            before = _start(table, columns, label)
            scope = "table" if table.strata is None else "stratum"
            yield from (
                [*before, scope, *row]
                for row in _of(study, study.estimates, "; ".join(study.lists), table)
            )
        if table.strata is not None:
            before = _start(table, columns, {})
            for row in _of(table.strata, table.strata.total, "", table):
                yield [*before, "total", *row]


def _of(
    done: Study | Strata, estimates: tuple[Estimate, ...], lists: str, table: TableResult
) -> Iterator[_Row]:
    """The calibrated figure that leads, if it is of several methods, and every estimate."""
    after: _Row = [lists, table.replicates]
    first = " ".join(done.read_first)  # on one row of each stratum, table or total
    if (found := done.calibrated) is not None and found.method not in {e.method for e in estimates}:
        status = "ok" if found.point is not None else "refused"
        blank: _Row = ["", "", "", found.level, "", "calibrated"]
        yield [found.method, status, done.observed, *blank, *_calibrated(found), *after, "",
               found.reason or "", "", first]  # fmt: skip
        first = ""
    for each in estimates:
        yield [
            each.method, each.status, done.observed, _number(each.point), *_ends(each.interval),
            each.level, each.point_kind or "", each.interval_kind or "",
            *_calibrated(each.calibrated), *after,
            "; ".join(dict.fromkeys(warning.code for warning in each.warnings)),
            each.reason or "", "" if each.seed is None else each.seed, first,
        ]  # fmt: skip
        first = ""


def _xi(done: StudyResult, columns: list[str]) -> Iterator[_Row]:
    for table in done.tables:
        for label, study in zip(table.labels, table.studies, strict=True):
            before = _start(table, columns, label)
            for row in study.xi_by_method:
                yield [*before, row.method, row.xi, _number(row.point), *_ends(row.interval),
                       row.basis]  # fmt: skip


def _start(table: TableResult, columns: list[str], label: Mapping[str, str]) -> _Row:
    return [table.name, *(label.get(name, "") for name in columns)]


def _calibrated(found: CalibratedInterval | None) -> _Row:
    return ["", "", ""] if found is None else [_number(found.point), *_ends(found.interval)]


def _ends(interval: Interval | None) -> _Row:
    return ["", ""] if interval is None else [_number(end) for end in interval]


def _number(value: float | None) -> object:
    return value if value is not None and math.isfinite(value) else ""
