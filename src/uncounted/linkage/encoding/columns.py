"""Reports by column: each distinct name, date, place and text once, by number."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

import attrs
import numpy as np
from numpy.typing import NDArray

from uncounted.linkage.arrays import Codes, Ints
from uncounted.linkage.encoding.name_index import Indexer
from uncounted.records.cells.name_parser import relative_of
from uncounted.records.dates.partial_date import PartialDate
from uncounted.records.names.name import Name
from uncounted.records.report import Act, Report

NOTHING = -1
MOST_ACTS = 6
_SEXES = {"f": 1, "m": 2}


@attrs.frozen
class ReportColumns:
    """Reports by column: each distinct value once, and which of them a report has."""

    source: Ints  # row of `sources`
    sources: tuple[str, ...]
    names: Codes  # row of `name_rows`
    name_rows: tuple[tuple[Name, ...], ...]
    sex: NDArray[np.int8]  # 0 not said, 1 f, 2 m
    birth: Codes  # row of `dates`
    origin: Codes  # row of `places`
    relative: Codes  # row of `name_rows`
    occupation: Codes  # row of `texts`
    number: Codes
    act_starts: Ints  # (reports + 1)
    act_kind: Codes
    act_date: Codes
    act_place: Codes
    dates: tuple[PartialDate, ...]
    places: tuple[str, ...]
    texts: tuple[str, ...]  # letters and digits alone


def columns(reports: Iterable[Report]) -> ReportColumns:
    """Take reports apart, one by one: none is kept, so that they may come from a stream."""
    sources, places_, kinds, texts = (Indexer[str]() for _ in range(4))
    names, dates = Indexer[tuple[Name, ...]](), Indexer[PartialDate]()
    rows: list[tuple[int, ...]] = []
    acts: list[tuple[int, int, int]] = []
    act_starts = [0]
    for report in reports:
        birth = dates(report.birth) if report.birth else NOTHING
        origin = places_(report.origin) if report.origin else NOTHING
        sex = _SEXES.get(report.sex or "", 0)
        relative = relative_of(report)
        rows.append(
            (
                *(sources(report.source), names(report.names), sex, birth, origin),
                names((relative,) if relative else ()),
                _text(report.occupation, texts),
                _number(report.number, texts),
            )
        )
        for act in _acts(report):
            place = places_(act.place) if act.place else NOTHING
            kind = kinds(act.kind) if act.kind else NOTHING
            date = dates(act.date) if act.date else NOTHING
            acts.append((kind, date, place))
        act_starts.append(len(acts))
    table = np.array(rows, np.int32).reshape(-1, 8)
    act_table = np.array(acts, np.int32).reshape(-1, 3)
    return ReportColumns(
        source=table[:, 0].astype(np.int64),
        sources=tuple(sources.of),
        names=table[:, 1].copy(),
        name_rows=tuple(names.of),
        sex=table[:, 2].astype(np.int8),
        birth=table[:, 3].copy(),
        origin=table[:, 4].copy(),
        relative=table[:, 5].copy(),
        occupation=table[:, 6].copy(),
        number=table[:, 7].copy(),
        act_starts=np.array(act_starts, np.int64),
        act_kind=act_table[:, 0].copy(),
        act_date=act_table[:, 1].copy(),
        act_place=act_table[:, 2].copy(),
        dates=tuple(dates.of),
        places=tuple(places_.of),
        texts=tuple(texts.of),
    )


def _text(recorded: str | None, texts: Indexer[str]) -> int:
    """The row of a text, read by its letters and digits alone."""
    folded = unicodedata.normalize("NFKC", recorded or "").casefold()
    kept = "".join(char for char in folded if char.isalnum())
    return texts(kept) if kept else NOTHING


def _number(recorded: str | None, texts: Indexer[str]) -> int:
    """The row of a number in a register; spreadsheets drop leading zeros."""
    return _text((recorded or "").lstrip("0 ") or recorded, texts)


def _acts(report: Report) -> list[Act]:
    recorded = [act for act in report.acts if act.date is not None or act.place is not None]
    return recorded[:MOST_ACTS]
