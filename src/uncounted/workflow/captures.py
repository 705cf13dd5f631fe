"""Tables of counts from a linkage: the one place where people become counts.

What leaves this module is a `CaptureTable` for each posterior draw of the linkage, how many
reports were left out and why, never which.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from uncounted.captures import DIFFER, CaptureTable
from uncounted.errors import BadInput, UsedWrongly, unknown
from uncounted.records.places.gazetteer import place
from uncounted.records.report import Act, Report
from uncounted.vault.case import Case
from uncounted.vault.reports.selection import left_out_of
from uncounted.workflow.csv_file import write_csv
from uncounted.workflow.link import LinkedReports, latest_linkage

if TYPE_CHECKING:
    from uncounted.estimate.linkage_sensitivity import AlternativeTables
    from uncounted.linkage import Linkage
    from uncounted.linkage.arrays import Labels
    from uncounted.linkage.diagnostics import CopiedList

SPLITS = ("sex", "year", "origin", "outcome")
_UNKNOWN_OUTCOME = "fate-unknown"  # of the vocabulary
STRICT, LOOSE = 0.95, 0.05  # match probabilities from which pairs are links, strict and lenient


@attrs.frozen
class StratumTables:
    """Tables of counts of one stratum: one per draw, and one of the point estimate."""

    tables: Sequence[CaptureTable]
    point: CaptureTable


@attrs.frozen
class CaptureTables:
    """Tables of each stratum (of one, if nothing is split), and what was not counted.

    Attributes:
        strata: in the order of their values.
        reports: how many were counted, by list.
        excluded: how many were not, by reason.
        alternatives: the tables under alternative linkages.
        failed_check: which check the linkage itself fails, in words.
        copied: lists that share their reports with others.
    """

    strata: Sequence[StratumTables]
    reports: Mapping[str, int]
    excluded: Mapping[str, int]
    alternatives: Sequence[AlternativeTables] = ()
    failed_check: str | None = None
    copied: Sequence[CopiedList] = ()

    @property
    def whole(self) -> StratumTables:
        """The tables of everybody, where nothing is split."""
        (whole,) = self.strata
        return whole


def count(
    linked: LinkedReports, lists: Sequence[str] | None = None, by: Sequence[str] = ()
) -> CaptureTables:
    """Count people by lists in each draw of the linkage, in its point estimate and alternatives.

    With `by` each stratum on its own (see `split`). One that is in some draws only has an empty
    table in the others.
    """
    from uncounted.estimate.linkage_sensitivity import AlternativeTables
    from uncounted.linkage import point_partition

    counted = _CountedReports.of(linked, lists, by)
    point = counted.strata(point_partition(linked.linkage))
    found = counted.through(linked.linkage.labels, point)
    strata = [
        StratumTables(tables, point.get(key) or counted.empty(key)) for key, tables in found.items()
    ]
    alternatives = [
        AlternativeTables(other.name, list(counted.through(other.rows).values()), *other.standing)
        for other in _alternatives(linked.linkage)
    ]
    return CaptureTables(
        strata,
        {name: counted.sources.count(name) for name in counted.lists},
        left_out_of(linked.left_out_by_list, counted.lists),
        alternatives,
        linked.failed_check,
        [each for each in linked.copied if {each.shorter, each.longer} <= set(counted.lists)],
    )


def split(
    linked: LinkedReports, draw: int | None, by: Sequence[str], lists: Sequence[str] | None = None
) -> list[CaptureTable]:
    """One draw's table (or the point estimate's), split by what reports say of a person.

    Where the reports of a person differ, the value that most of them have counts. A tie is
    `DIFFER`, a stratum without an estimate: it takes two reports to be in it. A value that no
    report has is empty: not known. `year` is that of the first dated act, `origin` the province,
    `outcome` that of the last act of which one is known.
    """
    from uncounted.linkage import point_partition

    counted = _CountedReports.of(linked, lists, by)
    linkage = linked.linkage
    labels = point_partition(linkage) if draw is None else linkage.labels[draw]
    return list(counted.strata(labels).values())


@attrs.frozen
class OverlapSummary:
    """The table that was written: how many people are on which lists."""

    observed: int
    lists: Mapping[str, int]
    by: Sequence[str]
    draw: int | None
    excluded: Mapping[str, int]
    out: str


def write_overlap(
    case: Case,
    out: Path,
    *,
    lists: Sequence[str] | None = None,
    by: Sequence[str] = (),
    draw: int | None = None,
    on: dt.date,
) -> OverlapSummary:
    """Write the table of one draw of the linkage, or of its point estimate; split by `by`."""
    opened = latest_linkage(case, on)
    opened.refuse_failed()
    draws = len(opened.linkage.labels)
    if draw is not None and draw >= draws:
        raise UsedWrongly(f"no draw {draw}", hint=f"draws: 0 to {draws - 1}")
    tables = split(opened, draw, by, lists)
    header = tables[0].lists if tables else tuple(lists or ())
    if taken := {"count", *by} & set(header):
        raise BadInput(
            f"a list has the name of a column of this table: {sorted(taken)[0]}",
            hint="leave it out (--lists), or import its file under another --source",
        )
    rows = [
        (*pattern, *table.stratum.values(), n)
        for table in tables
        for pattern, n in table.counts.items()
    ]
    write_csv(out, (*header, *by, "count"), rows)
    return OverlapSummary(
        observed=sum(table.observed for table in tables),
        lists={name: sum(table.list_totals[name] for table in tables) for name in header},
        by=list(by),
        draw=draw,
        excluded=left_out_of(opened.left_out_by_list, lists or opened.left_out_by_list),
        out=str(out),
    )


@attrs.frozen
class _Alternative:
    """Partitions under another prior or rule, or at a stated match probability."""

    name: str
    rows: Iterable[Labels]
    standing: tuple[str | None, bool]  # the check it fails, and whether it may widen the range


def _alternatives(linkage: Linkage) -> Iterator[_Alternative]:
    from uncounted.linkage import at_chance

    for each in linkage.grid:
        yield _Alternative(each.name, each.labels, (each.why, True))
    for name, chance in (("strict", STRICT), ("loose", LOOSE)):
        yield _Alternative(name, [at_chance(linkage, chance)], (None, False))


type _Key = tuple[str, ...]


@attrs.frozen
class _CountedReports:
    """The reports that are counted: their rows in the linkage, lists, and values of the splits."""

    lists: tuple[str, ...]
    by: tuple[str, ...]
    rows: Sequence[int]
    sources: Sequence[str]
    values: Sequence[_Key]

    @classmethod
    def of(
        cls, linked: LinkedReports, lists: Sequence[str] | None, by: Sequence[str] = ()
    ) -> _CountedReports:
        if wrong := [name for name in by if name not in SPLITS]:
            raise UsedWrongly(
                unknown("column", wrong[0], SPLITS),
                hint=f"--by takes one or several of {', '.join(SPLITS)}",
            )
        names = tuple(lists or linked.lists)
        if missing := [name for name in names if name not in linked.lists]:
            raise UsedWrongly(
                unknown("list", missing[0], linked.lists),
                hint=f"lists: {', '.join(linked.lists)}",
            )
        every = linked.linkage.sources
        rows = [at for at, source in enumerate(every) if source in names]
        values = [tuple(_value(linked.reports[at], name) for name in by) for at in rows]
        return cls(names, tuple(by), rows, [every[at] for at in rows], values)

    def strata(self, labels: Labels) -> dict[_Key, CaptureTable]:
        """One partition's table in each stratum that has people in it, or of everybody.

        `labels` says of each report which person it is of.
        """
        from uncounted.linkage import capture_table

        mine = labels[list(self.rows)]
        if not self.by:
            return {(): capture_table(mine, self.sources, self.lists)}
        people: dict[int, list[int]] = {}
        for at, label in enumerate(mine.tolist()):
            people.setdefault(label, []).append(at)
        strata: dict[_Key, list[int]] = {}
        for reports in people.values():
            key = tuple(map(_majority, zip(*(self.values[at] for at in reports), strict=True)))
            strata.setdefault(key, []).extend(reports)
        return {
            key: attrs.evolve(
                capture_table(mine[at], [self.sources[i] for i in at], self.lists),
                stratum=self._stratum(key),
            )
            for key, at in sorted(strata.items())
        }

    def through(
        self, rows: Iterable[Labels], also: Collection[_Key] = ()
    ) -> dict[_Key, list[CaptureTable]]:
        """Each stratum's table in each of these partitions, empty where it has no people."""
        draws = [self.strata(labels) for labels in rows]
        keys = sorted({key for draw in (*draws, also) for key in draw})
        return {key: [draw.get(key) or self.empty(key) for draw in draws] for key in keys}

    def empty(self, key: _Key) -> CaptureTable:
        """The table of a stratum that has no people in a partition."""
        return CaptureTable(self.lists, {}, self._stratum(key))

    def _stratum(self, key: _Key) -> dict[str, str]:
        return dict(zip(self.by, key, strict=True))


def _majority(values: Sequence[str]) -> str:
    first = Counter(value for value in values if value).most_common(2)
    if not first:
        return ""
    return DIFFER if len(first) == 2 and first[0][1] == first[1][1] else first[0][0]


def _value(report: Report, name: str) -> str:
    if name == "sex":
        return report.sex or ""
    if name == "origin":
        found = place(report.origin) if report.origin else None
        return found.path[0 if len(found.path) == 1 else 1] if found else ""
    if name == "outcome":
        return _outcome(report)
    years = [
        act.date.earliest.year
        for act in report.acts
        if act.date is not None
        and act.date.earliest is not None
        and act.date.latest is not None
        and act.date.earliest.year == act.date.latest.year
    ]
    return str(min(years)) if years else ""


def _outcome(report: Report) -> str:
    """The last known: acts in the order of their dates, then those without, as they are listed."""

    def day(act: Act) -> dt.date:
        return (act.date and act.date.earliest) or dt.date.max

    known = [act for act in report.acts if act.outcome not in (None, _UNKNOWN_OUTCOME)]
    return (sorted(known, key=day)[-1].outcome or "") if known else ""
