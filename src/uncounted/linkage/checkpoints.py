"""Checkpoints: what a stage of a linkage has made, as plain arrays, to go on from when interrupted.

A stage makes one value. It is kept as arrays and JSON, field by field, and is read back by the
types of its fields: nothing that is kept says which code to run. Where it is kept, and that it is
of the same reports, is the caller's to see to.
"""

from __future__ import annotations

import io
import json
import types
import typing
import zipfile
import zlib
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import attrs
import numpy as np
from numpy.typing import NDArray

_ABOUT, _ARRAY = "about.json", ".npy"
_NOT_AS_WRITTEN = (  # what reading raises, where bytes are others
    zipfile.BadZipFile,
    zlib.error,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,  # an array that says it is larger than there is room
    OSError,  # of the content, which is in memory
    RecursionError,
    RuntimeError,
    TypeError,
    ValueError,
)


class Checkpoints(Protocol):
    """Where stages are kept, each by its name."""

    @property
    def keeps(self) -> bool:
        """Whether stages are kept."""

    def load(self, stage: str) -> bytes | None:
        """What a stage has made; None if it is not kept, or not whole."""

    def save(self, stage: str, content: bytes) -> None:
        """Keep what a stage has made, if there is room."""

    def refuse(self, stage: str) -> None:
        """Say that what was loaded is not what such a stage makes."""


class NoCheckpoints:
    """Nothing is kept."""

    keeps = False

    def load(self, stage: str) -> bytes | None:
        """Nothing."""

    def save(self, stage: str, content: bytes) -> None:
        """Keep nothing."""

    def refuse(self, stage: str) -> None:
        """Nothing was loaded."""


NOTHING_KEPT: Checkpoints = NoCheckpoints()


def recalled[T](
    kept: Checkpoints, stage: str, kind: type[T], fits: Callable[[T], bool]
) -> T | None:
    """What a stage has made before, if that is kept and fits."""
    content = kept.load(stage) if kept.keeps else None
    if content is None:
        return None
    try:
        found = restored(kind, content)
        if fits(found):
            return found
    except _NOT_AS_WRITTEN:
        pass
    kept.refuse(stage)
    return None


def keep(kept: Checkpoints, stage: str, made: object) -> None:
    """Keep what a stage has made, if stages are kept."""
    if kept.keeps:
        kept.save(stage, packed(made))


def staged[T](
    kept: Checkpoints,
    stage: str,
    kind: type[T],
    fits: Callable[[T], bool],
    make: Callable[[], T],
) -> T:
    """What a stage has made before, if that is kept and fits; else make it, and keep it."""
    found = recalled(kept, stage, kind, fits)
    if found is None:
        found = make()
        keep(kept, stage, found)
    return found


def packed(value: object) -> bytes:
    """A value of arrays and numbers, field by field, as a zip of .npy files and JSON.

    Examples:
        >>> from uncounted.linkage.sampler.candidate_graph import CandidatePairs
        >>> one = np.array([4]), np.array([2]), np.array([7], np.int32), np.array([0.5])
        >>> restored(CandidatePairs, packed(CandidatePairs(*one))).codes
        array([7], dtype=int32)
    """
    about, arrays = dict[str, object](), dict[str, NDArray[Any]]()
    _take_apart(value, "", about, arrays)
    text = json.dumps(about, sort_keys=True, separators=(",", ":"))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(_ABOUT, text)
        for name, array in arrays.items():
            with archive.open(name + _ARRAY, "w", force_zip64=True) as file:
                np.lib.format.write_array(file, array, allow_pickle=False)
    return out.getvalue()


def restored[T](kind: type[T], content: bytes) -> T:
    """Read back what `packed` gave of a value of this type; raises whatever, if it is not that."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        about = json.loads(archive.read(_ABOUT))
        arrays = dict[str, NDArray[Any]]()
        for name in archive.namelist():
            if name.endswith(_ARRAY):
                with archive.open(name) as file:
                    read = np.lib.format.read_array(file, allow_pickle=False)
                arrays[name.removesuffix(_ARRAY)] = read
    value: T = _put_together(kind, "", about, arrays)
    if about or arrays:
        raise ValueError("there is more than the type has")
    return value


def _fields(kind: Any) -> dict[str, Any] | None:
    """The types of the fields of an attrs class or a named tuple; None of anything else."""
    if attrs.has(kind):
        hints = typing.get_type_hints(kind)
        return {each.name: hints[each.name] for each in attrs.fields(kind)}
    if isinstance(kind, type) and issubclass(kind, tuple) and hasattr(kind, "_fields"):
        hints = typing.get_type_hints(kind)
        return {name: hints[name] for name in kind._fields}
    return None


def _take_apart(
    value: Any, at: str, about: dict[str, object], arrays: dict[str, NDArray[Any]]
) -> None:
    if isinstance(value, np.ndarray):
        arrays[at] = value
    elif (fields := _fields(type(value))) is not None:
        for name in fields:
            _take_apart(getattr(value, name), f"{at}.{name}", about, arrays)
    elif isinstance(value, Mapping):
        about[at] = list(value)
        for name, each in value.items():
            _take_apart(each, f"{at}.{name}", about, arrays)
    elif isinstance(value, tuple):
        about[at] = len(value)
        for number, each in enumerate(value):
            _take_apart(each, f"{at}.{number}", about, arrays)
    else:
        about[at] = value.item() if isinstance(value, np.generic) else value


def _put_together(
    kind: Any, at: str, about: dict[str, Any], arrays: dict[str, NDArray[Any]]
) -> Any:
    if isinstance(kind, typing.TypeAliasType):
        kind = kind.__value__
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):  # X or None
        if at in about and about[at] is None:
            return about.pop(at)
        return _put_together(
            next(each for each in inner if each is not type(None)), at, about, arrays
        )
    if (number := _number(kind)) is not None:
        found = arrays.pop(at)
        if found.dtype != number:
            raise ValueError("an array has other numbers than its field")
        return found
    if (fields := _fields(kind)) is not None:
        values = {
            name: _put_together(of, f"{at}.{name}", about, arrays) for name, of in fields.items()
        }
        return kind(**values)
    said = about.pop(at)
    if origin is tuple:
        return tuple(
            _put_together(inner[0], f"{at}.{number}", about, arrays)
            for number in range(_whole(said))
        )
    if origin is not None:  # a mapping of text
        return {str(name): _put_together(inner[1], f"{at}.{name}", about, arrays) for name in said}
    if type(said) is not kind and not (kind is float and type(said) is int):
        raise ValueError("a value is of another type than its field")
    return said


def _number(kind: Any) -> np.dtype[Any] | None:
    """What numbers an array has, by its type; None of another type."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin is NDArray:  # an alias that is kept as such, in later versions of numpy
        of: Any = inner[0]
    elif origin is np.ndarray:
        of = typing.get_args(inner[1])[0]
    else:
        return None
    number: np.dtype[Any] = np.dtype(of)
    return number


def _whole(said: Any) -> int:
    if type(said) is not int or not 0 <= said < 1000:
        raise ValueError("no number of parts")
    return said
