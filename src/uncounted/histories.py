"""Capture histories with covariates: people as rows of lists and characteristics.

What estimation with covariates needs is one row per person, or counts of people who are alike;
nothing more may come in:
no name, no identifier, no date. A column that looks like one is refused, and the
order of the rows in the file is not kept.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import attrs
import numpy as np
import numpy.typing as npt

from uncounted import delimited
from uncounted.errors import BadInput, UsedWrongly, unknown

type Column = npt.NDArray[np.float64] | npt.NDArray[np.str_]
type Covariates = Mapping[str, Column]

MAX_LEVELS = 50
MOST_ROWS = 1_000_000
LARGEST = 1e15  # beyond it a float64 does not tell whole numbers apart
_MANY_ROWS = 100
_OTHER_UNIT = (
    "use a larger unit; if the numbers are codes of categories, name the column in --categorical"
)
_DATE = re.compile(r"\s*(\d{4}[-./]\d{1,2}([-./]\d{1,2})?|\d{1,2}[-./]\d{1,2}[-./]\d{2,4})\s*")


@attrs.frozen(eq=False)
class PersonTable:
    """One row per person: which lists, and covariates, each of numbers or of categories.

    Make one with `of`, which sorts the rows by what they hold, so that the answer
    cannot depend on the order of the file.

    Attributes:
        lists: names of the lists.
        memberships: shape (n, J), true where the person is on the list.
        covariates: by name, n numbers (float64) or n names of categories (str).

    Raises:
        BadInput: a person is on no list, a number is not finite or beyond 1e15, a column that looks
            like a name, an identifier or a date.
    """

    lists: tuple[str, ...]
    memberships: npt.NDArray[np.bool_]
    covariates: Covariates

    def __attrs_post_init__(self) -> None:
        if self.memberships.ndim != 2 or self.memberships.shape[1] != len(self.lists):
            raise BadInput("memberships have one row per person and one column per list")
        if len(set(self.lists)) != len(self.lists) or not self.lists:
            raise BadInput("lists need different names", hint="rename one of the columns")
        unrecorded = int(np.sum(~self.memberships.any(axis=1)))
        if unrecorded:
            raise BadInput(
                f"{unrecorded} people are on no list: they cannot be observed",
                hint="delete these rows: their number is what is estimated",
            )
        for name, column in self.covariates.items():
            if column.shape != (self.observed,):
                raise BadInput(f"covariate {name!r} does not have one value a person")
            _refuse_identifying(name, column)

    @classmethod
    def of(
        cls,
        lists: Iterable[str],
        memberships: npt.ArrayLike,
        covariates: Mapping[str, npt.ArrayLike],
    ) -> PersonTable:
        """Make a table from a 0/1 array and columns of covariates.

        Examples:
            >>> people = PersonTable.of("AB", [[1, 0], [1, 1], [0, 1]],
            ...                         {"age": [31, 40, 18], "sex": ["f", "f", "m"]})
            >>> people.observed, people.counts()
            (3, {'11': 1, '10': 1, '01': 1})
        """
        on = np.asarray(memberships)
        if on.size and not np.isin(on, (0, 1)).all():
            raise BadInput("memberships are 0 or 1")
        columns = {name: _column(values) for name, values in covariates.items()}
        on = on.astype(np.bool_).reshape(-1, len(tuple(lists)))
        if any(len(column) != len(on) for column in columns.values()):
            raise BadInput("every covariate needs one value a person")
        keys = [columns[name] for name in sorted(columns, reverse=True)]
        order = np.lexsort([*keys, *on.T])
        return cls(tuple(lists), on[order], {name: c[order] for name, c in columns.items()})

    @property
    def observed(self) -> int:
        """People on at least one list (n)."""
        return len(self.memberships)

    def counts(self) -> dict[str, int]:
        """People by pattern, in the letters of a `CaptureTable`."""
        found = Counter("".join("01"[mark] for mark in row) for row in self.memberships.tolist())
        return {pattern: found[pattern] for pattern in sorted(found, reverse=True)}

    def rows(self, kept: npt.NDArray[np.bool_] | npt.NDArray[np.int64]) -> PersonTable:
        """These rows only, in the order they have here."""
        columns = {name: column[kept] for name, column in self.covariates.items()}
        return PersonTable(self.lists, self.memberships[kept], columns)

    def select(self, lists: Iterable[str]) -> PersonTable:
        """The people on these lists, and these lists only.

        Raises:
            UsedWrongly: there is no such list.
        """
        chosen = tuple(dict.fromkeys(lists))
        if missing := [name for name in chosen if name not in self.lists]:
            raise UsedWrongly(
                unknown("list", missing[0], self.lists),
                hint=f"lists: {', '.join(self.lists)}",
            )
        at = [self.lists.index(name) for name in chosen]
        kept = self.memberships[:, at].any(axis=1)
        columns = {name: column[kept] for name, column in self.covariates.items()}
        return PersonTable(chosen, self.memberships[kept][:, at], columns)

    def digest(self) -> str:
        """SHA-256 of the rows. Never publish it: a small table is found by trying."""
        whole = hashlib.sha256(repr((self.lists, sorted(self.covariates))).encode())
        whole.update(np.packbits(self.memberships, axis=1).tobytes())
        for name in sorted(self.covariates):
            whole.update(repr(self.covariates[name].tolist()).encode())
        return whole.hexdigest()


def _column(values: npt.ArrayLike) -> Column:
    column = np.asarray(values)
    if column.dtype.kind in "biuf":
        return column.astype(np.float64)
    return column.astype(np.str_)


def _refuse_identifying(name: str, column: Column) -> None:
    distinct = len(np.unique(column))
    if column.dtype.kind == "f":
        numbers = column.astype(np.float64)
        if not np.isfinite(numbers).all():
            raise BadInput(f"covariate {name!r} has a value that is not a finite number")
        if np.abs(numbers).max(initial=0) > LARGEST:
            raise BadInput(f"covariate {name!r} has a number beyond 1e15", hint=_OTHER_UNIT)
        if distinct == len(column) >= _MANY_ROWS and (numbers == np.rint(numbers)).all():
            raise BadInput(
                f"covariate {name!r} has a different whole number for every person,"
                " like an identifier",
                hint="leave it out; if it is a measurement, round it",
            )
        return
    if any(_DATE.fullmatch(value) for value in column[:_MANY_ROWS].tolist()):
        raise BadInput(
            f"covariate {name!r} looks like a date: exact dates are not accepted as covariates",
            hint="use an age, a year or a period instead",
        )
    if distinct > MAX_LEVELS:
        raise BadInput(
            f"covariate {name!r} has {distinct} different values, like names or identifiers",
            hint=f"join them into at most {MAX_LEVELS} categories, or leave the column out",
        )


def read_persons(
    path: Path, covariates: Iterable[str], *, categorical: Iterable[str] = ()
) -> PersonTable:
    """Read a CSV of people: 0/1 columns of lists, and these covariates.

    One row per person, or a column `count` of people who agree in lists and covariates. A
    covariate of numbers only is numeric unless it is named in `categorical`. Every other
    column must hold 0 and 1 and is a list. No cell may be empty: whether a person's age
    is known depends as a rule on the list, and then it is no trait of the person.

    Args:
        path: the file.
        covariates: columns of characteristics of people, such as age.
        categorical: covariates whose numbers are codes of categories, such as a region.

    Raises:
        BadInput: with the row (the header is row 1) and the column, never a cell.
        UsedWrongly: there is no such column.
    """
    (people,) = _read(path, covariates, categorical, None)
    return people


def read_replicates(
    path: Path, covariates: Iterable[str], column: str, *, categorical: Iterable[str] = ()
) -> list[PersonTable]:
    """The same of a file of imputed replicates: a table for each value of `column`.

    Raises:
        BadInput: as `read_persons`.
        UsedWrongly: there is no such column, it is a covariate, or there is one replicate.
    """
    if column in covariates or column == "count":
        raise UsedWrongly(
            "the column of --replicates cannot be a covariate or the column 'count'",
            hint="name the column that numbers the replicates",
        )
    found = _read(path, covariates, categorical, column)
    if len(found) < 2:
        raise UsedWrongly(
            f"column {column!r} has one value, so there is one replicate",
            hint="leave --replicates out",
        )
    return found


def _read(
    path: Path, covariates: Iterable[str], categorical: Iterable[str], replicates: str | None
) -> list[PersonTable]:
    sheet = delimited.read(path)
    names, coded = tuple(dict.fromkeys(covariates)), set(categorical)
    numbered = () if replicates is None else (replicates,)
    for name in (*names, *sorted(coded), *numbered):
        if name not in sheet.columns or (name in coded and name not in names):
            what = "column" if name == replicates else "covariate column"
            raise UsedWrongly(
                f"{path.name} has no {what} {name!r}",
                hint=delimited.near(sheet.columns, name),
            )
    if "count" in names:
        raise UsedWrongly(
            "the column 'count' holds the number of people of each row and cannot be a covariate",
            hint="leave it out of --covariates",
        )
    counted = "count" in sheet.columns
    lists = tuple(name for name in sheet.columns if name not in (*names, *numbered, "count"))
    if not lists:
        raise BadInput(
            f"{path.name} has no column of 0 and 1 that is not a covariate",
            hint="one column per list, 1 where it has them",
        )
    lists_at = [(at, name) for at, name in enumerate(sheet.columns, start=1) if name in lists]
    memberships: list[list[int]] = []
    columns: dict[str, list[str]] = {name: [] for name in (*names, *numbered)}
    counts: list[int] = []
    at: list[int] = []
    for row in sheet:
        if row.wrong:
            raise BadInput(f"{path.name}, row {row.number}: {row.wrong}")
        at.append(row.number)
        counts.append(delimited.count(path.name, row) if counted else 1)
        memberships.append([_membership(path, row, at, name) for at, name in lists_at])
        for name, cells in columns.items():
            cells.append(_cell(path, row, name))
    if not memberships:
        raise BadInput(f"{path.name} has a header but no rows")
    found = {
        name: np.asarray(cells if name in coded else _numbers(path, at, name, cells))
        for name, cells in columns.items()
        if name in names
    }
    on, size = np.array(memberships).reshape(-1, len(lists)), np.array(counts)
    labels = np.array(columns[replicates] if replicates is not None else [""] * len(counts))
    tables = []
    for label in dict.fromkeys(labels.tolist()):
        own = np.flatnonzero(labels == label)
        if size[own].sum() > MOST_ROWS:
            raise BadInput(
                f"{path.name} has more than {MOST_ROWS:,} people, too many for covariates",
                hint="estimate by strata (--by)",
            )
        of = np.repeat(own, size[own])
        tables.append(PersonTable.of(lists, on[of], {name: found[name][of] for name in names}))
    return tables


def _membership(path: Path, row: delimited.Row, at: int, name: str) -> int:
    cell = row.cells[name].strip()
    if cell not in ("0", "1"):
        # Not by its name: a file without a header has a person in its first row.
        raise BadInput(
            f"{path.name}, row {row.number}, column {at}: neither 0 nor 1",
            hint="if the column is not a list, name it in --covariates or take it out",
        )
    return int(cell)


def _cell(path: Path, row: delimited.Row, name: str) -> str:
    cell = row.cells[name].strip()
    if not cell:
        raise BadInput(
            f"{path.name}, row {row.number}, column {name!r}: empty",
            hint="leave the covariate out, or write 'unknown' where it is equally often unknown on"
            " every list",
        )
    return cell


def _numbers(path: Path, at: list[int], name: str, cells: list[str]) -> list[float] | list[str]:
    """A column of numbers; where some cell is none, its cells are categories."""
    try:
        numbers = [float(cell) for cell in cells]
    except ValueError:
        return cells
    for row, number in zip(at, numbers, strict=True):
        if not math.isfinite(number):
            raise BadInput(
                f"{path.name}, row {row}, column {name!r}: not a finite number",
                hint="correct the cell; if the column holds categories, name it in --categorical",
            )
        if abs(number) > LARGEST:
            raise BadInput(
                f"{path.name}, row {row}, column {name!r}: a number beyond 1e15",
                hint=_OTHER_UNIT,
            )
    return numbers
