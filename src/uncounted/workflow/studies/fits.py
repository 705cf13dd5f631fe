"""One fit: a method on a table; its key, and its record as bytes.

A record is JSON and, where a method has them, sorted posterior draws; both compressed. It is
never a pickle, which would run what a file from elsewhere holds.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import attrs
import numpy as np

from uncounted import estimate
from uncounted.captures import CaptureTable
from uncounted.errors import Damaged, Error, UsedWrongly
from uncounted.estimate.base.result import Estimate
from uncounted.estimate.base.rows import as_json
from uncounted.estimate.base.settings import EstimateSettings
from uncounted.estimate.base.warning import from_pairs
from uncounted.estimate.study import LIGHTER, METHODS

_RECORD = 1  # the form of a record; a change makes all earlier ones unread
_FIELDS = (
    "method", "status", "reason", "hint", "refusal_code", "point", "point_kind", "mean", "interval",
    "level", "interval_kind", "assumption", "settings", "diagnostics", "seconds", "seed", "log_n0",
)  # fmt: skip
_TUPLE = "(tuple)"
MOST_BYTES = 1 << 28  # of a record, unpacked


@attrs.frozen
class FitTask:
    """A method to be run on a table."""

    key: str
    method: str
    table: CaptureTable
    options: Mapping[str, Any]
    program: str


@attrs.frozen
class FitDone:
    """What came of a task: its record, or why it failed."""

    key: str
    record: bytes = b""
    failed: str | None = None


def task_of(
    table: CaptureTable, method: str, settings: EstimateSettings, *, lighter: bool
) -> FitTask:
    """The task of a method on a table, and its key: the hash of table, settings and version.

    The seed is made of the study's seed and the table.
    """
    options: dict[str, Any] = {
        **settings.for_every_method,
        **(LIGHTER.get(method, {}) if lighter else {}),
        **settings.of(method),
    }
    canonical = table.canonical()
    mixed = hashlib.sha256(f"{settings.seed}\n".encode() + canonical).digest()
    options["seed"] = int.from_bytes(mixed[:4], "big")
    stated = [_RECORD, program(), method, sorted((key, repr(options[key])) for key in options)]
    key = hashlib.sha256(json.dumps(stated).encode() + b"\n" + canonical).hexdigest()
    return FitTask(key, method, table, options, program())


@cache
def program() -> str:
    """The version of the program, and a digest of the code and data that estimates come from.

    Two checkouts of one version may estimate differently.
    """
    room = Path(estimate.__file__).parent
    files = [each for each in room.rglob("*") if each.suffix in (".py", ".csv", ".toml")]
    digest = digest_of(room.parent, [room.with_name("captures.py"), *sorted(files)])
    return f"{version('uncounted')} {digest}"


def digest_of(root: Path, files: Sequence[Path]) -> str:
    """The hash of files and of their names."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.relative_to(root).as_posix().encode() + b"\n" + file.read_bytes())
    return digest.hexdigest()


def fit(task: FitTask) -> FitDone:
    """Run a task, on this computer or on another; a failure is an answer.

    Raises:
        UsedWrongly: a setting is wrong, as it would be for every table; or this computer has
            another version of the program than the one that asks.
    """
    if task.program != program():
        raise UsedWrongly(
            "the workers have another version of uncounted than this computer",
            hint="install the same on all of them",
        )
    try:
        return FitDone(task.key, packed(METHODS[task.method](task.table, **task.options)))
    except UsedWrongly:
        raise
    except Error as error:
        return FitDone(task.key, failed=str(error))
    except Exception as error:  # noqa: BLE001 - a row that says so, and exit status 1
        return FitDone(task.key, failed=_defect(error))


def fit_all(tasks: Sequence[FitTask]) -> list[FitDone]:
    """Run tasks one after the other."""
    return [fit(task) for task in tasks]


def _defect(error: Exception) -> str:
    """What kind of error and where in our code; its words may hold what the user typed."""
    if isinstance(error, MemoryError):
        return "out of memory"
    place, trace = "an unknown place", error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if "uncounted" in Path(code.co_filename).parts:
            place = f"{Path(code.co_filename).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"a defect in uncounted ({type(error).__name__} at {place})"


def failure(task: FitTask, reason: str) -> Estimate:
    """The estimate of a task that failed."""
    return Estimate(task.method, "refused", f"not computed: {reason}", level=task.options["level"])


def packed(found: Estimate) -> bytes:
    """An estimate as bytes; of its draws the order is not kept."""
    value = {name: _kept(getattr(found, name)) for name in _FIELDS}
    value["warnings"] = [[each.code, each.text] for each in found.warnings]
    text = json.dumps(value, separators=(",", ":")).encode()
    draws = b""
    if found.draws is not None:
        draws = np.diff(np.sort(found.draws), prepend=0).astype("<i8").tobytes()
    return zlib.compress(len(text).to_bytes(4, "big") + text + draws, 1)


def unpacked(record: bytes) -> Estimate:
    """The estimate of a record.

    Raises:
        Damaged: the bytes are not what `packed` wrote.
    """
    try:
        return _unpacked(record)
    except (ValueError, KeyError, TypeError, zlib.error) as error:
        raise damaged() from error


def damaged() -> Damaged:
    """The error of results that cannot be read."""
    return Damaged(
        "the results of earlier runs are damaged, or are no results of a study",
        hint="move their folder away and run the study again: everything is computed anew",
    )


def _unpacked(record: bytes) -> Estimate:
    content = unzipped(record)
    end = 4 + int.from_bytes(content[:4], "big")
    value = json.loads(content[4:end])
    fields = {name: _given_back(value[name]) for name in _FIELDS}
    warnings = from_pairs(value["warnings"])
    draws = np.cumsum(np.frombuffer(content[end:], "<i8")) if content[end:] else None
    return Estimate(**fields, warnings=warnings, draws=draws)


def unzipped(record: bytes) -> bytes:
    """The content of a record, within a limit.

    Raises:
        ValueError: it is cut short, or too long.
        zlib.error: it was never compressed.
    """
    unpacking = zlib.decompressobj()
    content = unpacking.decompress(record, MOST_BYTES)
    if not unpacking.eof:
        raise ValueError("a record is cut short, or too long")
    return content


def _kept(value: Any) -> Any:
    """A value for JSON, tuples and infinite numbers kept as they are."""
    if isinstance(value, tuple):
        return {_TUPLE: [_kept(each) for each in value]}
    if isinstance(value, list):
        return [_kept(each) for each in value]
    if isinstance(value, Mapping):
        return {str(key): _kept(each) for key, each in value.items()}
    if isinstance(value, float):  # numpy's too
        return float(value)
    return value if value is None or isinstance(value, bool | int | str) else as_json(value)


def _given_back(value: Any) -> Any:
    if isinstance(value, list):
        return [_given_back(each) for each in value]
    if isinstance(value, dict):
        if value.keys() == {_TUPLE}:
            return tuple(_given_back(each) for each in value[_TUPLE])
        return {key: _given_back(each) for key, each in value.items()}
    return value
