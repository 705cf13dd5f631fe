"""The tables of a study from its files: strata, and for each its table in every replicate.

CSV and Parquet; of a file with a row for each person, as replicates of imputed data are shipped,
only the lists, the strata and the counts are read.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import attrs

from uncounted import captures, regular_files
from uncounted.captures import CaptureTable, cell_text, read_tables
from uncounted.errors import BadInput, UsedWrongly
from uncounted.estimate.small_lists import SmallLists, without_small_lists
from uncounted.progress import Progress, silent
from uncounted.text_table import plural
from uncounted.workflow.studies.fits import damaged, digest_of, program, unzipped
from uncounted.workflow.studies.parallel import map_batches
from uncounted.workflow.studies.store import Store
from uncounted.workflow.studies.study_file import Comparable, StudyTable, comparable

_MANY_BYTES = 20_000_000  # less is read before another process has started
_VALUES, _FEW = 5, 5  # values of a column in an error, and people that have each of them
_MARKS = ("0", "1", "")
_READERS = ("polars", "pyarrow", "pandas")
_READING = ("captures.py", "delimited.py", "regular_files.py", "text_encoding.py")


@attrs.frozen
class Stratum:
    """A stratum: its table in each replicate (one without), and the lists left out of it.

    `identical`: the files of the replicates are the same, byte for byte.
    """

    tables: tuple[CaptureTable, ...]
    small: SmallLists | None = None
    identical: bool = False


def strata_of(
    entry: StudyTable,
    *,
    store: Store | None = None,
    jobs: int | None = 1,
    progress: Progress = silent,
) -> list[Stratum]:
    """Read the files of a table; those that the store knows by their bytes are not read again.

    Raises:
        BadInput: a file cannot be read, or has other lists than the others.
        UsedWrongly: there is no such column.
    """
    by = entry.request.by
    column = entry.replicate_column
    columns = tuple(dict.fromkeys((*((column,) if column else ()), *by, *entry.only)))
    found: dict[tuple[tuple[str, str], ...], dict[str, CaptureTable]] = {}
    replicates: dict[str, None] = {}
    lists: tuple[str, ...] | None = None
    digests = _digests(entry, progress)
    identical = entry.kind == "replicates" and len(set(digests)) == 1
    everything = _all_counted(entry, digests, columns, store, jobs, progress)
    for file, tables in zip(entry.files, everything, strict=True):
        for table in _chosen(tables, entry.only, by, column):
            if lists is not None and set(table.lists) != set(lists):
                raise BadInput(
                    f"{file.name} has other lists than the files before it",
                    hint="choose the lists with lists = [...]",
                )
            lists = lists or table.lists
            stratum = dict(table.stratum)
            replicate = stratum.pop(column) if column else ""
            if entry.kind == "replicates":
                replicate = str(file)
            elif entry.kind == "files":
                stratum = {"file": file.stem, **stratum}
            replicates[replicate] = None
            own = found.setdefault(tuple(stratum.items()), {})
            own[replicate] = attrs.evolve(table.select(lists), stratum=stratum)
    if column is not None and len(replicates) < 2:
        raise UsedWrongly(
            f"column {column!r} has one value, so there is one replicate",
            hint="leave replicate_column out",
        )
    if lists is None:
        raise BadInput(
            f"no row of {entry.name} has the values that 'only' names",
            hint=_values(entry.only, [table for tables in everything for table in tables]),
        )
    strata = []
    for key, own in sorted(found.items()):
        empty = CaptureTable(lists, {}, dict(key))  # no one is in it in that replicate
        stratum_of = _stratum(entry, [own.get(each, empty) for each in replicates])
        strata.append(attrs.evolve(stratum_of, identical=identical))
    return strata


def _chosen(
    tables: Iterable[CaptureTable],
    only: Mapping[str, frozenset[Comparable]],
    by: Sequence[str],
    column: str | None,
) -> Iterator[CaptureTable]:
    """The tables of rows that are to be read, those that differ in other columns as one."""
    if not only:
        yield from tables
        return
    counts: dict[tuple[tuple[str, str], ...], Counter[str]] = {}
    lists: tuple[str, ...] = ()
    for table in tables:
        if all(comparable(table.stratum[name]) in values for name, values in only.items()):
            kept = [(k, v) for k, v in table.stratum.items() if k in by or k == column]
            counts.setdefault(tuple(kept), Counter()).update(table.counts)
            lists = table.lists
    for stratum, own in counts.items():
        yield CaptureTable(lists, own, dict(stratum))


def _values(only: Mapping[str, frozenset[Comparable]], tables: Sequence[CaptureTable]) -> str:
    """Up to five values of the columns, the commonest first; none that only a few people have."""
    shown = []
    for name in only:
        people: Counter[str] = Counter()
        for table in tables:
            people[table.stratum[name]] += table.observed
        common = [value for value, count in people.most_common(_VALUES) if count >= _FEW]
        if common:
            shown.append(f"{name!r} has {', '.join(common)}")
    return "; ".join(shown) or "write the values as in the file"


def _all_counted(
    entry: StudyTable,
    digests: Sequence[str],
    columns: Sequence[str],
    store: Store | None,
    jobs: int | None,
    progress: Progress,
) -> list[list[CaptureTable]]:
    """The tables of each file, in order."""
    what = f"reading {entry.name}"
    known = dict[Path, list[CaptureTable]]()
    unread = list[tuple[Path, str, str]]()
    for file, digest in zip(entry.files, digests, strict=True):
        key = _key(file, digest, columns, entry.request.lists)
        record = None if store is None else store.file(key)
        if record is not None:
            known[file] = tables_of(record)
        else:
            unread.append((file, digest, key))
    how = [(file, digest, tuple(columns), entry.request.lists) for file, digest, _ in unread]
    many = sum(file.stat().st_size for file, *_ in unread) > _MANY_BYTES
    read = map_batches(_count, [[each] for each in how], jobs if many else 1, local=True)
    for (file, _, key), record in zip(unread, read, strict=True):
        if store is not None:
            store.keep_file(key, record)
        known[file] = tables_of(record)
        progress(what, len(known), len(entry.files))
    progress(what, len(entry.files), len(entry.files))
    return [known[file] for file in entry.files]


def _digests(entry: StudyTable, progress: Progress) -> list[str]:
    """The hash of each file; of two that are the same every person would be counted twice."""
    digests = list[str]()
    for file in entry.files:
        progress(f"reading {entry.name}", len(digests), len(entry.files))
        digests.append(_digest(file))
    first: dict[str, Path] = {}
    for file, digest in zip(entry.files, digests, strict=True):
        if entry.kind == "files" and digest in first:
            raise BadInput(
                f"{first[digest].name} and {file.name} are identical: each person in them would"
                " be counted twice",
                hint="leave one out of 'files'; if two strata do have the same counts, write them"
                " into one file with a column for 'by'",
            )
        first[digest] = file
    return digests


def _digest(file: Path) -> str:
    try:
        with regular_files.opened(file) as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise BadInput(
            f"{file.name} cannot be read: {error.strerror}", hint="check that you may read it"
        ) from error


def _key(file: Path, digest: str, columns: Sequence[str], lists: Sequence[str] | None) -> str:
    """The hash of a file's bytes, of what is read of it, and of the code that reads."""
    own = (lists and list(lists), program(), _reading())
    stated = [digest, file.suffix.lower(), list(columns), *own]
    return hashlib.sha256(json.dumps(stated).encode()).hexdigest()


@cache
def _reading() -> str:
    """A digest of the code that reads files."""
    room = Path(captures.__file__).parent
    return digest_of(room, [*(room / name for name in _READING), Path(__file__)])


def _count(files: Sequence[tuple[Path, str, tuple[str, ...], Sequence[str] | None]]) -> bytes:
    """The tables of a file as bytes; on any process of this computer."""
    tables = [table for file, _, columns, lists in files for table in _read(file, columns, lists)]
    for file, digest, *_ in files:
        if _digest(file) != digest:
            raise BadInput(
                f"{file.name} changed while it was being read", hint="run the command again"
            )
    rows = [[table.lists, table.counts, dict(table.stratum)] for table in tables]
    return zlib.compress(json.dumps(rows, separators=(",", ":")).encode(), 1)


def tables_of(record: bytes) -> list[CaptureTable]:
    """The tables of a file from the bytes that were kept.

    Raises:
        Damaged: they are not what was written.
    """
    try:
        rows = json.loads(unzipped(record))
        return [CaptureTable(tuple(lists), counts, stratum) for lists, counts, stratum in rows]
    except (ValueError, TypeError, AttributeError, zlib.error, BadInput) as error:
        raise damaged() from error


def _stratum(entry: StudyTable, tables: Sequence[CaptureTable]) -> Stratum:
    if entry.request.min_records is None:
        return Stratum(tuple(tables))
    kept, small = without_small_lists(tables, entry.request.min_records)
    return Stratum(tuple(kept), small)


def _read(file: Path, by: Sequence[str], lists: Sequence[str] | None) -> list[CaptureTable]:
    if file.suffix.lower() != ".parquet":
        return read_tables(file, by=by, lists=lists)
    frame = _parquet(file)
    try:
        return read_tables(_counted(frame, by, lists, file), by=by, lists=lists)
    except BadInput as error:
        raise BadInput(f"{file.name}: {error}", hint=error.hint) from error


def _parquet(file: Path) -> Any:
    """A Parquet file as a narwhals data frame, by whichever library is installed."""
    import narwhals as nw

    try:
        with file.open("rb") as stream:
            magic = stream.read(4)
    except OSError as error:
        raise BadInput(f"{file.name} cannot be read: {error.strerror}") from error
    if magic != b"PAR1":
        raise BadInput(f"{file.name} is not a Parquet file", hint="save it as Parquet or as CSV")
    for name in _READERS:
        try:
            import_module(name)
        except ImportError:
            continue
        try:
            return nw.read_parquet(str(file), backend=name)  # type: ignore[arg-type]
        except MemoryError:
            raise
        except Exception as error:  # each library has errors of its own
            raise BadInput(
                f"{file.name} cannot be read as Parquet ({type(error).__name__})",
                hint="the file may be damaged: write or download it again",
            ) from error
    raise BadInput(
        f"{file.name}: reading Parquet needs another package",
        hint="pip install 'uncounted[parquet]', or save the file as CSV",
    )


def _counted(frame: Any, by: Sequence[str], lists: Sequence[str] | None, file: Path) -> Any:
    """One row for each combination of lists and strata, of a frame with a row for each person."""
    import narwhals as nw

    columns = tuple(frame.columns)
    if missing := [name for name in (*by, *(lists or ())) if name not in columns]:
        from uncounted import delimited

        raise UsedWrongly(
            f"{file.name} has no column {missing[0]!r}", hint=delimited.near(columns, missing[0])
        )
    wanted = [*(lists or [name for name in columns if name not in by and name != "count"]), *by]
    if "count" in columns:
        return frame.select(*wanted, "count").to_native()
    grouped = frame.group_by(*wanted).agg(nw.len().alias("count"))
    names = [name for name in wanted if name not in by]
    _refuse_cells(grouped.iter_rows(named=True), names, file, any_list=lists is not None)
    return grouped.to_native()


def _refuse_cells(
    rows: Iterable[Mapping[str, Any]], lists: Sequence[str], file: Path, *, any_list: bool
) -> None:
    """Refuse cells that are not 0, 1 or empty, and people on no list; a group has no row number.

    A column without 0 and 1 is refused later, as what it is.
    """
    marked, wrong, on_none = set[str](), Counter[str](), 0
    for row in rows:
        cells = {name: cell_text(row[name]).strip() for name in lists}
        marked.update(name for name, cell in cells.items() if cell in ("0", "1"))
        wrong.update({name: row["count"] for name, cell in cells.items() if cell not in _MARKS})
        on_none += 0 if "1" in cells.values() else row["count"]
    if set(wrong) - marked:
        return
    for name, people in wrong.items():
        raise BadInput(
            f"{file.name}, column {name!r}: {plural(people, 'person has', 'people have')} a value"
            " other than 0, 1 or empty",
            hint="1: on the list; 0: not on it; empty: the list was not active here",
        )
    if on_none and not any_list:
        raise BadInput(
            f"{file.name}: {plural(on_none, 'person is', 'people are')} on no list, and cannot be"
            " observed",
            hint="leave these rows out: their number is what is estimated",
        )
