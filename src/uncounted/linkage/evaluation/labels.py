"""Label files: the person of each report, or which pairs of reports are one person."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path

import attrs
import numpy as np

from uncounted import delimited
from uncounted.errors import BadInput, UsedWrongly
from uncounted.linkage.arrays import connected
from uncounted.records.intake.decisions_csv import DIFFERENT, OPEN, PAIR_COLUMNS, SAME

Key = tuple[str, str]  # source, id
DESIGN_COLUMNS = ("stratum", "of", "drawn")
_PERSON_HINT = (
    "columns source, report and person, one row per report; or"
    " source_1, report_1, source_2, report_2 and same, one row per pair"
)


@attrs.frozen
class Persons:
    """Who each report is about; what a person counts for (1 unless the file says)."""

    of: Mapping[Key, str]
    weight: Mapping[str, float]
    unlabelled: int = 0  # rows without a person


@attrs.frozen
class Labelled:
    """A pair of reports and whether they are one person; None where it could not be told."""

    row: int
    one: Key
    two: Key
    same: bool | None
    stratum: str = ""
    of: int = 0
    drawn: int = 0


@attrs.frozen
class LabelledPairs:
    """Pairs as the file has them, and how many of its rows have no answer."""

    rows: tuple[Labelled, ...]
    unsure: int = 0


def read_truth(file: Path, *, encoding: str | None = None) -> Persons | LabelledPairs:
    """Read person ids or labelled pairs, whichever the columns say it is; a sample is refused."""
    sheet = delimited.read(file, encoding=encoding)
    columns = set(sheet.columns)
    if columns >= {*PAIR_COLUMNS, *DESIGN_COLUMNS}:
        raise UsedWrongly(
            f"{file.name} is a sample with unequal probabilities, not a file of known matches",
            hint="give it as --labels",
        )
    if columns >= set(PAIR_COLUMNS):
        return _pairs(sheet)
    report = "report" if "report" in columns else "id"
    for needed in ("source", report, "person"):
        if needed not in columns:
            shown = "report" if needed == "id" else needed
            raise BadInput(f"{file.name} has no column {shown!r}", hint=_PERSON_HINT)
    return _persons(sheet, report)


def read_sample(file: Path, *, encoding: str | None = None) -> LabelledPairs:
    """Read a labelled sample of `uncounted evaluate --sample`; rows must be as they were drawn."""
    sheet = delimited.read(file, encoding=encoding)
    for needed in (*PAIR_COLUMNS, *DESIGN_COLUMNS):
        if needed not in sheet.columns:
            raise BadInput(
                f"{file.name} has no column {needed!r}",
                hint="a sample comes from uncounted evaluate CASE --sample N --out FILE; "
                "fill in `same` and leave the rest as it is",
            )
    pairs = _pairs(sheet)
    _check_design(file.name, pairs)
    return pairs


def _rows(sheet: delimited.Sheet) -> Iterator[delimited.Row]:
    for row in sheet:
        if row.wrong is not None:
            raise BadInput(
                f"{sheet.path.name}, row {row.number}: {row.wrong}",
                hint="each row has as many cells as the first",
            )
        yield row


def _key(name: str, row: delimited.Row, source: str, report: str) -> Key:
    cells = [unicodedata.normalize("NFC", row.cells[column].strip()) for column in (source, report)]
    for column, cell in zip((source, report), cells, strict=True):
        if not cell:
            raise BadInput(
                f"{name}, row {row.number}: empty cell in the column {column!r}",
                hint="a report is identified by its source and its id there",
            )
    return cells[0], cells[1]


def _persons(sheet: delimited.Sheet, report: str) -> Persons:
    name = sheet.path.name
    seen: dict[Key, tuple[int, str]] = {}  # the first row, and the person
    weights: dict[str, tuple[int, float]] = {}
    unlabelled = 0
    for row in _rows(sheet):
        key, person = _key(name, row, "source", report), row.cells["person"].strip()
        if not person:
            unlabelled += 1
            continue
        first, before = seen.setdefault(key, (row.number, person))
        if before != person:
            raise BadInput(
                f"{name}, row {row.number}: the report of row {first}, with another person",
                hint="a report is about one person; delete one of the two rows",
            )
        if "weight" not in sheet.columns:
            continue
        stated = _weight(name, row)
        first, weight = weights.setdefault(person, (row.number, stated))
        if weight != stated:
            raise BadInput(
                f"{name}, row {row.number}: another weight than in row {first}, where the person"
                " is the same",
                hint="a weight says how many people a person stands for",
            )
    if not seen:
        raise BadInput(f"{name} has no report with a person", hint=_PERSON_HINT)
    return Persons(
        {key: person for key, (_, person) in seen.items()},
        {person: weight for person, (_, weight) in weights.items()},
        unlabelled,
    )


def _weight(name: str, row: delimited.Row) -> float:
    try:
        stated = float(row.cells["weight"])
    except ValueError:
        stated = 0.0
    if not 0 < stated < 1e12:
        raise BadInput(
            f"{name}, row {row.number}: the weight must be above 0",
            hint="omit the column if all weights are equal",
        )
    return stated


def _pairs(sheet: delimited.Sheet) -> LabelledPairs:
    name = sheet.path.name
    design = set(DESIGN_COLUMNS) <= set(sheet.columns)
    seen: dict[frozenset[Key], Labelled] = {}
    for row in _rows(sheet):
        one, two = (_key(name, row, f"source_{i}", f"report_{i}") for i in (1, 2))
        if one == two:
            raise BadInput(
                f"{name}, row {row.number}: a report paired with itself",
                hint="a pair is two reports",
            )
        pair = Labelled(row.number, one, two, _answer(name, row))
        if design:
            stratum, of, drawn = row.cells["stratum"].strip(), *_counts(name, row)
            pair = attrs.evolve(pair, stratum=stratum, of=of, drawn=drawn)
        before = seen.setdefault(frozenset((one, two)), pair)
        if before is not pair and (design or before.same is not pair.same):
            raise BadInput(
                f"{name}, row {row.number}: the pair of row {before.row}"
                + ("" if before.same is pair.same else ", with another answer"),
                hint="a pair has one row",
            )
    rows = tuple(seen.values())
    if all(row.same is None for row in rows):
        raise BadInput(
            f"{name} has no labels: the column 'same' has no yes or no",
            hint="write yes or no for each pair, and ? if you cannot tell",
        )
    _check_consistent(name, rows)
    return LabelledPairs(rows, sum(row.same is None for row in rows))


def _answer(name: str, row: delimited.Row) -> bool | None:
    answer = unicodedata.normalize("NFC", row.cells["same"]).strip().casefold()
    if answer in OPEN:
        return None
    if answer not in SAME | DIFFERENT:
        raise BadInput(
            f"{name}, row {row.number}: 'same' is neither yes nor no",
            hint="write yes, no, or ? if you cannot tell",
        )
    return answer in SAME


def _counts(name: str, row: delimited.Row) -> tuple[int, int]:
    cells = [row.cells[column].strip() for column in ("of", "drawn")]
    for cell in cells:
        if not (cell.isascii() and cell.isdigit() and 0 < int(cell[:15]) < 10**14):
            raise BadInput(
                f"{name}, row {row.number}: no whole number in 'of' or 'drawn'",
                hint="change only the column `same`",
            )
    return int(cells[0]), int(cells[1])


def _check_consistent(name: str, rows: tuple[Labelled, ...]) -> None:
    """Reports that are one person through others cannot be two."""
    number: dict[Key, int] = {}
    ends = [[number.setdefault(end, len(number)) for end in (row.one, row.two)] for row in rows]
    pairs = np.array(ends, np.int64).reshape(-1, 2)
    same = np.array([row.same is True for row in rows], np.bool_)
    person = connected(len(number), *pairs[same].T)
    for row, (one, two) in zip(rows, ends, strict=True):
        if row.same is False and person[one] == person[two]:
            raise BadInput(
                f"{name}, row {row.row}: this row says different, but other rows"
                " make them the same person",
                hint="if A is B and B is C, then A is C: check these pairs again",
            )


def _check_design(name: str, pairs: LabelledPairs) -> None:
    first: dict[str, Labelled] = {}
    count: dict[str, int] = {}
    for row in pairs.rows:
        before = first.setdefault(row.stratum, row)
        count[row.stratum] = count.get(row.stratum, 0) + 1
        if (row.of, row.drawn) != (before.of, before.drawn) or row.drawn > row.of:
            raise BadInput(
                f"{name}, row {row.row}: its stratum has other numbers than in row {before.row}",
                hint="change only the column `same`",
            )
    for stratum, before in first.items():
        if count[stratum] != before.drawn:
            raise BadInput(
                f"{name} has {count[stratum]} of a stratum of which {before.drawn} pairs were"
                f" drawn (row {before.row} is one of them)",
                hint="do not add or delete rows: leave `same` empty if you cannot tell",
            )
