"""The tables of a study from its files: strata, and for each its table in every replicate.

CSV and Parquet; of a file with a row for each person, as replicates of imputed data are shipped,
only the lists, the strata and the counts are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import attrs

from uncounted.captures import CaptureTable, read_tables
from uncounted.errors import BadInput, UsedWrongly
from uncounted.estimate.small_lists import SmallLists, without_small_lists
from uncounted.progress import Progress, silent
from uncounted.workflow.studies.study_file import StudyTable

_READERS = ("polars", "pyarrow", "pandas")


@attrs.frozen
class Stratum:
    """A stratum: its table in each replicate (one without), and the lists left out of it."""

    tables: tuple[CaptureTable, ...]
    small: SmallLists | None = None


def strata_of(entry: StudyTable, *, progress: Progress = silent) -> list[Stratum]:
    """Read the files of a table.

    Raises:
        BadInput: a file cannot be read, or has other lists than the others.
        UsedWrongly: there is no such column.
    """
    by = entry.request.by
    column = entry.replicate_column
    found: dict[tuple[tuple[str, str], ...], dict[str, CaptureTable]] = {}
    replicates: dict[str, None] = {}
    lists: tuple[str, ...] | None = None
    for done, file in enumerate(entry.files):
        progress(f"reading {entry.name}", done, len(entry.files))
        for table in _read(file, (*((column,) if column else ()), *by), entry.request.lists):
            if lists is not None and set(table.lists) != set(lists):
                raise BadInput(
                    f"{file.name} has other lists than the files before it",
                    hint="choose the lists with lists = [...]",
                )
            lists = lists or table.lists
            stratum = dict(table.stratum)
            replicate = stratum.pop(column) if column else ""
            if entry.kind == "replicates":
                replicate = file.name
            elif entry.kind == "files":
                stratum = {"file": file.stem, **stratum}
            replicates[replicate] = None
            own = found.setdefault(tuple(stratum.items()), {})
            own[replicate] = attrs.evolve(table.select(lists), stratum=stratum)
    progress(f"reading {entry.name}", len(entry.files), len(entry.files))
    if column is not None and len(replicates) < 2:
        raise UsedWrongly(
            f"column {column!r} has one value, so there is one replicate",
            hint="leave replicate_column out",
        )
    assert lists is not None
    strata = []
    for key, tables in sorted(found.items()):
        empty = CaptureTable(lists, {}, dict(key))  # no one is in it in that replicate
        strata.append(_stratum(entry, [tables.get(each, empty) for each in replicates]))
    return strata


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
    return frame.group_by(*wanted).agg(nw.len().alias("count")).to_native()
