"""From a case file to the door: the latest linkage, who may be counted, and the tables.

This is the last place that knows both reports and counts. What leaves it is a
`CaptureTable` a draw, and how many reports were left out and why, never which.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs

from uncounted.captures import DIFFER, CaptureTable
from uncounted.errors import NotLinked, UsedWrongly
from uncounted.vault.case import Case
from uncounted.vault.reports.selection import left_out_of

if TYPE_CHECKING:
    from uncounted.linkage import Linkage
    from uncounted.records.report import Report


def summary(linkage: Linkage) -> dict[str, Any]:
    """How many people the draws say there are, and how many reports each list has."""
    import numpy as np

    people = [len(np.unique(labels)) for labels in linkage.labels]
    return {
        "reports": len(linkage.keys),
        "pairs": linkage.pairs,
        "people": over_draws(people),
        "draws": len(people),
        "lists": dict(sorted(Counter(source for source, _ in linkage.keys).items())),
    }


def over_draws(people: Sequence[int]) -> dict[str, Any]:
    """The median number of people over draws of who is who, and their middle 95%."""
    import numpy as np

    low, high = np.quantile(people, [0.025, 0.975], method="inverted_cdf")
    return {"median": float(np.median(people)), "interval": [int(low), int(high)]}


def decided(case: Case, keys: Sequence[tuple[str, str]]) -> list[tuple[int, int, bool]]:
    """What people decided of pairs of these reports, each by its place among them.

    A report that is not among them links no others: a chain of decisions over one that may
    not be linked says nothing here.
    """
    at = {key: place for place, key in enumerate(keys)}
    return [
        (at[one], at[other], each.same)
        for each in case.decisions()
        for one, other in [each.pair]
        if one in at and other in at
    ]


def decided_before_a_change(case: Case, keys: Collection[tuple[str, str]]) -> int:
    """How many decisions on these reports are older than what one of the two says now."""
    among = set(keys)
    return sum(
        case.older_than_report(each) for each in case.decisions() if among.issuperset(each.pair)
    )


@attrs.frozen
class Linked:
    """The latest linkage, and the reports that may be counted: `may[i]` belongs to column i."""

    linkage: Linkage
    reports: Sequence[Report]
    may: Sequence[bool]
    left_out_by_list: Mapping[str, Mapping[str, int]]

    def left_out(self, lists: Iterable[str] | None = None) -> Mapping[str, int]:
        """How many reports, of these lists or of all, may not be counted, by reason."""
        by_list = self.left_out_by_list
        return left_out_of(by_list, by_list if lists is None else lists)

    @property
    def lists(self) -> tuple[str, ...]:
        """The lists that were linked, by name."""
        return tuple(sorted({source for source, _ in self.linkage.keys}))

    @property
    def fails(self) -> str | None:
        """Which check the linkage fails that other ways of linking have to pass, in words."""
        why: str | None = self.linkage.diagnostics.get("fails")
        return why

    def copied(self, lists: Sequence[str] | None = None) -> Sequence[Mapping[str, Any]]:
        """Which of some lists (all, if none are named) stand in others, if that was looked at."""
        found: Sequence[Mapping[str, Any]] = self.linkage.diagnostics.get("copied", ())
        counted = set(lists or self.lists)
        return [each for each in found if {each["shorter"], each["longer"]} <= counted]

    def copied_among(self, lists: Sequence[str]) -> bool:
        """Whether one of these lists stands in another nearly whole, by what may be counted."""
        from uncounted.linkage.copied_lists import SHARE, copied

        rows = zip(self.reports, self.may, strict=True)
        found = copied(each for each, may in rows if may and each.source in lists)
        return any(each["alike"] >= SHARE * each["of"] for each in found)


def linked(case: Case, on: dt.date, audience: str | None = None) -> Linked:
    """The latest linkage, checked against the reports as they are now.

    `audience` is for whom something is published: reports whose consent is for another
    are not counted.

    Raises:
        NotLinked: there is none, or reports or decisions have come, changed or gone since.
    """
    from uncounted.linkage import Linkage
    from uncounted.records.custom_vocabulary import OwnWords
    from uncounted.records.report import Report

    stored = case.latest("linkage")
    if stored is None:
        raise NotLinked("the reports have not been linked", hint="run uncounted link first")
    result = Linkage.from_bytes(stored.payload) if stored.payload else None
    now = {(report.source, report.id): report for report in case.reports("link", on).reports}
    if result is None or stored.entry.seq < case.last_change or set(result.keys) != set(now):
        raise NotLinked(
            "reports, what may be done with them, or decisions on them have changed since they"
            " were linked",
            hint="run uncounted link again",
        )
    countable = case.reports(("link", "statistics"), on, audience)
    may = {(report.source, report.id) for report in countable.reports}
    own = OwnWords.of_case(case.sources().values())
    return Linked(
        result,
        list(own.translated(Report.from_payload(now[key].payload) for key in result.keys)),
        [key in may for key in result.keys],
        countable.left_out_by_list,
    )


@attrs.frozen
class OtherReading:
    """Tables under another way of linking: a cell of the grid, or pairs at a stated chance."""

    name: str
    tables: Sequence[CaptureTable]
    why: str | None = None  # the check it fails
    in_grid: bool = True


@attrs.frozen
class Counted:
    """What passes the door: a table of counts a draw, and one of the stated point partition."""

    tables: Sequence[CaptureTable]
    point: CaptureTable
    reports: Mapping[str, int]  # reports that were counted, by list
    left_out: Mapping[str, int]
    others: Sequence[OtherReading] = ()
    fails: str | None = None  # the check that the linkage itself fails


STRICT, LOOSE = 0.95, 0.05  # chances from which pairs are links, read strictly and loosely
_AT_CHANCE = (("strict", STRICT), ("loose", LOOSE))


def count(linked: Linked, lists: Sequence[str] | None = None) -> Counted:
    """Turn draws of who is who into tables of counts; after this nobody has a name.

    Raises:
        UsedWrongly: there is no such list.
    """
    from uncounted import linkage

    names, counted = _counted(linked, lists)
    linkage_ = linked.linkage
    sources = [key[0] for key, yes in zip(linked.linkage.keys, counted, strict=True) if yes]

    def tally(labels: Any) -> CaptureTable:
        return linkage.capture_table(labels[counted], sources, names)

    return Counted(
        [tally(labels) for labels in linked.linkage.labels],
        tally(linkage.point_partition(linked.linkage)),
        {name: sources.count(name) for name in names},
        linked.left_out(names),
        [
            *(
                OtherReading(each.name, [tally(labels) for labels in each.labels], each.why)
                for each in linked.linkage.grid
            ),
            *(
                OtherReading(name, [tally(linkage.at_chance(linkage_, chance))], in_grid=False)
                for name, chance in _AT_CHANCE
            ),
        ],
        linked.fails,
    )


def _counted(linked: Linked, lists: Sequence[str] | None) -> tuple[tuple[str, ...], Any]:
    """The lists to count, and for each report whether it is counted."""
    import numpy as np

    present = linked.lists
    names = tuple(lists or present)
    if missing := [name for name in names if name not in present]:
        raise UsedWrongly(
            f"there is no list called {missing[0]!r}", hint=f"the lists are {', '.join(present)}"
        )
    counted = np.array(
        [
            may and source in names
            for (source, _), may in zip(linked.linkage.keys, linked.may, strict=True)
        ],
        dtype=bool,
    )
    return names, counted


SPLITS = ("sex", "year", "origin")


def split(
    linked: Linked, draw: int | None, by: Sequence[str], lists: Sequence[str] | None = None
) -> list[CaptureTable]:
    """One draw's table (or the point partition's), split by what reports say of a person.

    Of a person whose reports differ, what most of them say counts. Where as many say one thing
    as another it is `DIFFER`, of which there is no estimate: that takes two reports. Where none
    says it the value is empty: not known. `year` is that of the first dated act, `origin` the
    province.

    Raises:
        UsedWrongly: a split that there is not.
    """
    from uncounted import linkage

    if wrong := [name for name in by if name not in SPLITS]:
        raise UsedWrongly(
            f"people cannot be split by {wrong[0]!r}", hint=f"by {', '.join(SPLITS)}, or several"
        )
    all_labels = linked.linkage.labels
    labels = linkage.point_partition(linked.linkage) if draw is None else all_labels[draw]
    return _split(linked, labels, by, *_counted(linked, lists))


def _split(
    linked: Linked, labels: Any, by: Sequence[str], names: tuple[str, ...], counted: Any
) -> list[CaptureTable]:
    """One partition's tables: `labels` says of each report which person it is."""
    people: dict[int, list[Report]] = {}
    for label, report, yes in zip(labels.tolist(), linked.reports, counted, strict=True):
        if yes:
            people.setdefault(label, []).append(report)
    strata: dict[tuple[str, ...], list[set[str]]] = {}
    for reports in people.values():
        key = tuple(_most([_said(report, name) for report in reports]) for name in by)
        strata.setdefault(key, []).append({report.source for report in reports})
    return [
        CaptureTable.tally(names, on, **dict(zip(by, key, strict=True)))
        for key, on in sorted(strata.items())
    ]


@attrs.frozen
class Split:
    """A stratum through the draws: its table in each, and in the stated point partition."""

    tables: Sequence[CaptureTable]
    point: CaptureTable | None


def split_all(linked: Linked, by: Sequence[str], lists: Sequence[str] | None = None) -> list[Split]:
    """Every draw's table, split by what reports say of a person; see `split`.

    A stratum that is in some draws only has an empty table in the others.

    Raises:
        UsedWrongly: a split that there is not, or no such list.
    """
    point = {tuple(table.stratum.values()): table for table in split(linked, None, by, lists)}
    through = _through(linked, linked.linkage.labels, by, lists, point)
    return [Split(tables, point.get(key)) for key, tables in through.items()]


def _through(
    linked: Linked,
    rows: Iterable[Any],
    by: Sequence[str],
    lists: Sequence[str] | None,
    also: Collection[tuple[str, ...]] = (),
) -> dict[tuple[str, ...], list[CaptureTable]]:
    """Each stratum's table in each of these partitions, empty where nobody is in it."""
    names, counted = _counted(linked, lists)
    draws = [
        {
            tuple(table.stratum.values()): table
            for table in _split(linked, labels, by, names, counted)
        }
        for labels in rows
    ]
    return {
        key: [
            draw.get(key, CaptureTable(names, {}, dict(zip(by, key, strict=True))))
            for draw in draws
        ]
        for key in sorted({key for draw in (*draws, also) for key in draw})
    }


@attrs.frozen
class OtherSplit:
    """Strata under another way of linking, each with its table in every draw; `OtherReading`."""

    name: str
    strata: Sequence[Sequence[CaptureTable]]
    why: str | None = None
    in_grid: bool = True


def split_others(
    linked: Linked, by: Sequence[str], lists: Sequence[str] | None = None
) -> list[OtherSplit]:
    """Under every other reading the draws' tables, split as `split_all` does.

    Raises:
        UsedWrongly: no such list.
    """
    from uncounted import linkage

    def strata(rows: Iterable[Any]) -> list[list[CaptureTable]]:
        return list(_through(linked, rows, by, lists).values())

    return [
        *(OtherSplit(each.name, strata(each.labels), each.why) for each in linked.linkage.grid),
        *(
            OtherSplit(name, strata([linkage.at_chance(linked.linkage, chance)]), in_grid=False)
            for name, chance in _AT_CHANCE
        ),
    ]


def _most(values: Sequence[str]) -> str:
    told = Counter(value for value in values if value).most_common(2)
    if not told:
        return ""
    return DIFFER if len(told) == 2 and told[0][1] == told[1][1] else told[0][0]


def _said(report: Report, split: str) -> str:
    from uncounted.records.places.gazetteer import place

    if split == "sex":
        return report.sex or ""
    if split == "origin":
        found = place(report.origin) if report.origin else None
        return found.path[0 if len(found.path) == 1 else 1] if found else ""
    years = [
        act.date.earliest.year
        for act in report.acts
        if act.date is not None
        and act.date.earliest is not None
        and act.date.latest is not None
        and act.date.earliest.year == act.date.latest.year
    ]
    return str(min(years)) if years else ""
