"""Counts of rows with and without an outcome, by group, source and cluster.

A row is an attempt (or a person). Of each only its group, source, number of its cluster and
outcome are kept; no other cell of the file, and no cluster's name.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from uncounted import delimited
from uncounted.captures import DIFFER
from uncounted.errors import BadInput, UsedWrongly
from uncounted.estimate.base.result import Floats

MAX_GROUPS = 40
MAX_SOURCES = 200
_MAX_LABEL_LENGTH = 60
_MANY = 1000
_EARLY = frozenset({"before", "until", "till", "pre", "prior", "earlier"})
_LATE = frozenset({"after", "since", "post", "later", "from"})
_YES = frozenset({"1", "yes", "y", "true", "예", "네", "是"})
_NO = frozenset({"0", "no", "n", "false", "아니오", "아니요", "否"})
_UNKNOWN = frozenset({"", "?", "unknown", "not known", "n/a", "na", "미상", "불명", "不详", "不明"})
_UNKNOWN |= {DIFFER}


@attrs.frozen
class Tally:
    """Rows with the outcome, rows whose outcome is known, rows whose outcome is not.

    Parameters
    ----------
    x : int
        Rows with the outcome.
    n : int
        Rows whose outcome is known.
    unknown : int
        Rows whose outcome is not known.

    Examples
    --------
    >>> Tally(14, 20) + Tally(1, 2, 3)
    Tally(x=15, n=22, unknown=3)
    """

    x: int = 0
    n: int = 0
    unknown: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.x + other.x, self.n + other.n, self.unknown + other.unknown)


type Key = tuple[str, str | None, int | None]


@attrs.frozen
class OutcomeTable:
    """Counts by group, source and cluster.

    Attributes
    ----------
    groups : tuple[str, ...]
        "before" first and "after" last, the others between them by their names,
        numbers in them as numbers; never by the order of rows.
    cells : Mapping[Key, Tally]
        By (group, source, cluster); a source or a cluster is None when no column
        was named for it.
    ungrouped : int
        Rows without a group, which are in no count.
    others : int
        How many different values were taken to say "not", where one was named that
        says "yes".
    marked : tuple[str, ...]
        Columns of the file that were not named and hold 0 and 1, as a list's do.

    Examples
    --------
    >>> table = OutcomeTable.of({"before": (14, 20), "after": (6, 30, 2)})
    >>> table.groups, table.group("after")
    (('before', 'after'), Tally(x=6, n=30, unknown=2))
    """

    groups: tuple[str, ...]
    cells: Mapping[Key, Tally]
    ungrouped: int = 0
    others: int = 0
    marked: tuple[str, ...] = ()

    @classmethod
    def of(cls, counts: Mapping[str, Sequence[int]]) -> OutcomeTable:
        """Make a table from (x, n) or (x, n, unknown) by group."""
        cells: dict[Key, Tally] = {}
        for name, given in counts.items():
            tally = Tally(*given)
            if not (0 <= tally.x <= tally.n and tally.unknown >= 0):
                raise UsedWrongly("a group needs x from 0 to n")
            cells[name, None, None] = tally
        return cls(tuple(sorted(counts, key=in_time)), cells)

    def group(self, name: str, source: str | None = None) -> Tally:
        """All rows of a group, or those that one source gave."""
        return self._totals.get((name, source), Tally())

    @functools.cached_property
    def _totals(self) -> dict[tuple[str, str | None], Tally]:
        """By group and source, and by group alone (None)."""
        sums: dict[tuple[str, str | None], list[int]] = defaultdict(lambda: [0, 0, 0])
        for (group, source, _), tally in self.cells.items():
            for key in {(group, source), (group, None)}:
                found = sums[key]
                found[0] += tally.x
                found[1] += tally.n
                found[2] += tally.unknown
        return {key: Tally(*found) for key, found in sums.items()}

    @functools.cached_property
    def sources(self) -> tuple[str, ...]:
        """Names of the sources, in order; none when no column was named."""
        named = {source for _, source in self._totals if source is not None}
        return tuple(sorted(named, key=in_order))

    @functools.cached_property
    def clustered(self) -> bool:
        """Whether rows are known to have come together."""
        return any(cluster is not None for _, _, cluster in self.cells)

    def by_cluster(self, groups: Sequence[str]) -> tuple[list[list[int]], list[list[int]]]:
        """(x, n): a row for each cluster with a known outcome here, a column for each group."""
        sums: dict[int | None, list[int]] = defaultdict(lambda: [0] * 2 * len(groups))
        for i, name in enumerate(groups):
            for _, cluster, x, n in self._by_group.get(name, ()):
                found = sums[cluster]
                found[i] += x
                found[len(groups) + i] += n
        rows = [sums[k] for k in sorted(sums, key=lambda k: -1 if k is None else k)]
        return [row[: len(groups)] for row in rows], [row[len(groups) :] for row in rows]

    def in_clusters(
        self, group: str, source: str, *, without: bool = False
    ) -> tuple[Floats, Floats]:
        """(x, n) a cluster, of what one source has of a group, or of all but that."""
        sources, clusters, x, n = self._arrays[group]
        kept = (sources == self.sources.index(source)) != without
        return (
            np.bincount(clusters[kept], weights=x[kept]),
            np.bincount(clusters[kept], weights=n[kept]),
        )

    def across_sources(self, group: str, sources: Collection[str]) -> bool:
        """Whether some cluster has known outcomes from more than one of these sources."""
        rows = self._by_group.get(group, ())
        found = [cluster for source, cluster, _, _ in rows if source in sources]
        return len(set(found)) < len(found)

    @functools.cached_property
    def _by_group(self) -> dict[str, list[tuple[str | None, int | None, int, int]]]:
        rows: dict[str, list[tuple[str | None, int | None, int, int]]] = defaultdict(list)
        for (group, source, cluster), tally in self.cells.items():
            if tally.n:
                rows[group].append((source, cluster, tally.x, tally.n))
        return rows

    @functools.cached_property
    def _arrays(self) -> dict[str, tuple[NDArray[Any], ...]]:
        """Of each group: numbers of the sources, of the clusters, x, n; an entry a cell."""
        number = {source: i for i, source in enumerate(self.sources)}
        found: dict[str, tuple[NDArray[Any], ...]] = {}
        for group, rows in self._by_group.items():
            sources, clusters, x, n = zip(*rows, strict=True)
            _, within = np.unique(np.array(clusters), return_inverse=True)
            places = np.array([number[source] for source in sources])
            found[group] = (places, within, np.array(x, float), np.array(n, float))
        return found

    def digest(self) -> str:
        """SHA-256 of the counts. Never publish it: small counts are found by trying them all."""
        cells = [[*key, *attrs.astuple(tally)] for key, tally in self.cells.items()]
        cells.sort(key=lambda cell: [str(part) for part in cell])
        value = json.dumps([list(self.groups), cells, self.ungrouped], ensure_ascii=False)
        return hashlib.sha256(value.encode()).hexdigest()


def in_order(name: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts names with their numbers as numbers."""
    parts = re.findall(r"[0-9]+|[^0-9]+", name)
    return tuple((0, int(p), "") if "0" <= p[0] <= "9" else (1, 0, p.casefold()) for p in parts)


def in_time(name: str) -> tuple[int, tuple[tuple[int, int, str], ...]]:
    """A key that sorts groups: what says "before" first, what says "after" last.

    Examples:
        >>> sorted(["after", "2015-2019", "since 2020", "before 2015"], key=in_time)
        ['before 2015', '2015-2019', 'after', 'since 2020']
    """
    first = re.split(r"[^a-z]", name.casefold(), maxsplit=1)[0]
    return (first in _LATE) - (first in _EARLY), in_order(name)


@attrs.frozen
class OutcomeColumns:
    """The columns of a file.

    Parameters
    ----------
    outcome : str
        Whether a row has the outcome.
    by : str or None
        What the rows are split by; None: all rows are one group.
    outcome_is : str or None
        The value of `outcome` that counts, every other value being "not"; None
        for a column of 0 and 1, or of yes and no.
    unknown_is : tuple[str, ...]
        Further values that say that the outcome is not known.
    cluster : str or None
        What groups rows: an interview, an incident, a group.
    source : str or None
        Who reported.

    Examples
    --------
    >>> OutcomeColumns("arrested", by="period", unknown_is=("n/a",)).by
    'period'
    """

    outcome: str
    by: str | None = None
    outcome_is: str | None = None
    unknown_is: tuple[str, ...] = ()
    cluster: str | None = None
    source: str | None = None

    def __attrs_post_init__(self) -> None:
        named = [name for name in (self.outcome, self.by, self.cluster, self.source) if name]
        named.append("count")
        if len(set(named)) != len(named):
            raise UsedWrongly(
                "one column is named twice",
                hint="outcome, by, cluster, source and count must be different columns",
            )


def read(path: Path, columns: OutcomeColumns, *, encoding: str | None = None) -> OutcomeTable:
    r"""Read a table of rows, each an attempt or a person, or a pattern with a `count`.

    An empty cell of the outcome, or a word such as `unknown`, is an outcome that is not known.
    Rows without a group are counted apart, in `ungrouped`.

    Parameters
    ----------
    path : Path
        A CSV file with a header.
    columns : OutcomeColumns
        Which column is what.
    encoding : str, optional
        Of the file; None to detect it.

    Returns
    -------
    OutcomeTable
        Counts; no other cell of the file is kept.

    Raises
    ------
    UsedWrongly
        A column that is not there.
    BadInput
        With the row (the header is row 1) and the column.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "attempts.csv"
    ...     _ = file.write_text("arrested,count\n1,14\n0,6\n")
    ...     read(file, OutcomeColumns("arrested")).group("")
    Tally(x=14, n=20, unknown=0)
    """
    sheet, reader = opened(path, columns, encoding=encoding)
    named = {columns.outcome, columns.by, columns.cluster, columns.source, "count"}
    marked = {name: "" for name in sheet.columns if name not in named}
    rows = 0
    for row in sheet:
        reader.take(row)
        rows += 1
        if marked:
            cells = {name: row.cells[name].strip() for name in marked}
            marked = {k: max(marked[k], v) for k, v in cells.items() if v in ("", "0", "1")}
    if not rows:
        raise BadInput(f"{path.name} has a header but no rows")
    lists = tuple(name for name, most in marked.items() if most == "1")
    return attrs.evolve(reader.finish(), marked=lists)


def opened(
    path: Path, columns: OutcomeColumns, *, lists: Sequence[str] = (), encoding: str | None = None
) -> tuple[delimited.Sheet, RowReader]:
    """The rows of a file that has these columns, and what counts them."""
    sheet = delimited.read(path, encoding=encoding)
    for name in (columns.outcome, columns.by, columns.cluster, columns.source, *lists):
        if name is not None and name not in sheet.columns:
            raise UsedWrongly(
                f"{path.name} has no column {name!r}",
                hint=delimited.near(sheet.columns, name),
            )
    return sheet, RowReader(path.name, columns, counted="count" in sheet.columns)


_MANY_ALONE = 4  # rows that are each a group of its own


class RowReader:
    """Counts rows as they come, so that no row is held."""

    def __init__(self, name: str, columns: OutcomeColumns, *, counted: bool) -> None:
        self.name = name
        self.columns = columns
        self.counted = counted
        self.wanted = None if columns.outcome_is is None else _plain(columns.outcome_is)
        self.unknown = _UNKNOWN | {_plain(value) for value in columns.unknown_is}
        if self.wanted is not None:
            self.unknown = self.unknown - {self.wanted}
        self.found = False
        self.others: set[str] = set()
        self.counts: Counter[tuple[str, str | None, str | None, bool | None]] = Counter()
        self.groups: set[str] = set()
        self.ungrouped = 0

    def take(self, row: delimited.Row) -> tuple[str, bool | None, int] | None:
        """Count a row; its group, outcome and people, or None if it is in no group."""
        if row.wrong:
            raise BadInput(f"{self.name}, row {row.number}: {row.wrong}")
        count = self.count(row)
        outcome = self._outcome(row)
        group = self._label(row, self.columns.by, MAX_GROUPS, self.groups)
        if group in ("", DIFFER):
            self.ungrouped += count
            return None
        source = self._named(row, self.columns.source)
        cluster = self._named(row, self.columns.cluster)
        self.groups.add(group or "")
        self.counts[group or "", source, cluster, outcome] += count
        return group or "", outcome, count

    def finish(self) -> OutcomeTable:
        """The table of all rows that were taken."""
        if self.wanted is not None and not self.found:
            raise UsedWrongly(
                f"no row of {self.name} has that value in column {self.columns.outcome!r}",
                hint="write --outcome-is as in the file",
            )
        if not self.groups:
            raise BadInput(
                f"{self.name}: every row is empty in column {self.columns.by!r}",
                hint="omit --by to treat all rows as one group",
            )
        rows = self.counts.total()
        if not self.counted and len(self.groups) == rows >= _MANY_ALONE:
            raise BadInput(
                f"{self.name}, column {self.columns.by!r}: a different value in each row",
                hint="use a column with few values: years, periods, places; never a name or an id,"
                " for the values are printed",
            )
        names = sorted({c for _, _, c, _ in self.counts if c is not None}, key=in_order)
        number = {name: i for i, name in enumerate(names)}
        cells: dict[Key, Tally] = defaultdict(Tally)
        for (group, source, cluster, outcome), count in self.counts.items():
            key = (group, source, None if cluster is None else number[cluster])
            known = outcome is not None
            cells[key] += Tally(count * bool(outcome), count * known, count * (not known))
        if len({source for _, source, _ in cells}) > MAX_SOURCES:
            raise BadInput(
                f"{self.name}, column {self.columns.source!r}: more than {MAX_SOURCES} sources",
                hint="use --cluster for interviews or people; --source is who collected them",
            )
        groups = tuple(sorted(self.groups, key=in_time))
        return OutcomeTable(groups, dict(cells), self.ungrouped, len(self.others))

    def _outcome(self, row: delimited.Row) -> bool | None:
        value = _plain(row.cells[self.columns.outcome])
        if value in self.unknown:
            return None
        if self.wanted is not None:
            if value == self.wanted:
                self.found = True
            elif len(self.others) < _MANY:
                self.others.add(value)
            return value == self.wanted
        if value in _YES or value in _NO:
            return value in _YES
        raise BadInput(
            f"{self._at(row, self.columns.outcome)}: must be 0 or 1, yes or no, or empty",
            hint="if the column holds words, add --outcome-is VALUE",
        )

    def _label(
        self, row: delimited.Row, column: str | None, most: int, known: Iterable[str]
    ) -> str | None:
        """The group; empty when the cell is, None when there is no such column."""
        if column is None:
            return None
        label = unicodedata.normalize("NFC", " ".join(row.cells[column].split()))
        seen = set(known)
        if label and label not in seen and len(seen) >= most:
            raise BadInput(
                f"{self.name}, column {column!r}: more than {most} different values",
                hint="use a column with few values: years, periods, places",
            )
        return self._fit(row, column, label)

    def _named(self, row: delimited.Row, column: str | None) -> str | None:
        if column is None:
            return None
        label = unicodedata.normalize("NFC", " ".join(row.cells[column].split()))
        if not label:
            raise BadInput(
                f"{self._at(row, column)}: empty cell",
                hint="fill every row; give a row that stands alone a value of its own",
            )
        return self._fit(row, column, label)

    def _fit(self, row: delimited.Row, column: str, label: str) -> str:
        if len(label) > _MAX_LABEL_LENGTH or not label.isprintable():
            raise BadInput(
                f"{self._at(row, column)}: longer than {_MAX_LABEL_LENGTH} letters, or not "
                "printable",
                hint="use a short name",
            )
        return label

    def count(self, row: delimited.Row) -> int:
        """People (or attempts) of a row."""
        if not self.counted:
            return 1
        cell = row.cells["count"].strip()
        if not (cell.isascii() and cell.isdigit()):
            raise BadInput(f"{self._at(row, 'count')}: must be a whole number, 0 or more")
        if len(cell) > 10 or int(cell) > delimited.MOST_PEOPLE:
            raise BadInput(f"{self._at(row, 'count')}: more than {delimited.MOST_PEOPLE:,}")
        return int(cell)

    def _at(self, row: delimited.Row, column: str) -> str:
        return f"{self.name}, row {row.number}, column {column!r}"


def _plain(value: str) -> str:
    return unicodedata.normalize("NFC", " ".join(value.split())).casefold()
