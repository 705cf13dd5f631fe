"""Functions compiled by numba, kept on disk, and arrays that they look at and do not own.

*Kept.* numba keeps compiled code until the function's own file changes. Functions that are
compiled into one another stand in several files here (`moves` calls `compare`), so what is
kept is known by every source of its room: change one, and nothing old runs.

*Borrowed.* Compiled functions count who holds each array, with an atomic step at every call
and every field of a tuple of arrays. In kernels that pass such tuples about that is most of
the time (78% of a sweep of the chains, measured), and chains side by side wait for one
another's counts. An entry point that Python calls therefore borrows what it was given, and
passes that on: the same memory, without an owner to count. Python's own references keep it
alive for as long as the entry point runs, so nothing borrowed may be returned or kept.

*Inner.* Even where nobody owns an array, each function that is given one asks whether
somebody does: in kernels of small functions that was most of what remained (three quarters of a
sweep). `compiled_inner` functions do not ask. They make no array and give none back; numba
refuses to compile one that would make any.
"""

# numba has no types for what follows
# mypy: disable-error-code="no-untyped-call,var-annotated,arg-type,attr-defined,no-any-return"

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numba
from numba import types
from numba.core import cgutils
from numba.core.caching import FunctionCache
from numba.extending import intrinsic


def compiled[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function at its first call, without the interpreter's lock; keep it on disk.

    It may call compiled functions of its own room and what stands here, no others.
    """
    return _kept(function, _nrt=True)


def compiled_inner[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """The same, for what makes no array and keeps none: nobody's hold on one is counted in it."""
    return _kept(function, _nrt=False)


def compiled_fast[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """The same, for arithmetic in any order; infinities and NaN keep their meaning."""
    return _kept(function, _nrt=True, fastmath={"reassoc", "contract", "nsz", "arcp"})


def _kept(function: Any, **options: Any) -> Any:
    made = numba.njit(nogil=True, **options)(function)
    made._cache = _Cache(function)
    return made


class _Cache(FunctionCache):
    """Compiled code of one function, by its types, the processor, and its room's sources."""

    def _index_key(self, signature: Any, codegen: Any) -> tuple[Any, ...]:
        room = Path(self._py_func.__code__.co_filename).parent
        return (*super()._index_key(signature, codegen), sources(room))


@functools.cache
def sources(room: Path) -> str:
    """A hash of all sources of a room and of this file."""
    each = hashlib.sha256()
    for file in sorted([*room.glob("*.py"), Path(__file__)]):
        each.update(hashlib.sha256(file.read_bytes()).digest())
    return each.hexdigest()


def _borrow(typing_context: Any, value: Any) -> Any:
    """Give the same array, or tuple of arrays, without an owner; other values as they are."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _without_owner(context, builder, signature.args[0], arguments[0])

    return value(value), build


if TYPE_CHECKING:

    def borrow[T](value: T) -> T:
        """Give the same array, or tuple of arrays, without an owner; other values as they are."""

else:
    borrow = intrinsic(_borrow)


def _without_owner(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    if isinstance(kind, types.Array):
        array = context.make_array(kind)(context, builder, value)
        array.meminfo = cgutils.get_null_value(array.meminfo.type)
        array.parent = cgutils.get_null_value(array.parent.type)
        return array._getvalue()
    if isinstance(kind, types.BaseTuple):
        for at, each in enumerate(kind):
            part = builder.extract_value(value, at)
            value = builder.insert_value(value, _without_owner(context, builder, each, part), at)
        return value
    context.nrt.incref(builder, kind, value)  # what owns memory otherwise stays owned
    return value
