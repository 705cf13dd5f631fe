"""Arrays that compiled code looks at and does not own.

Compiled functions count who holds each array, with an atomic step at every call and every
field of a tuple of arrays. In kernels that pass such tuples about that is most of the time
(78% of a sweep of the chains, measured), and chains side by side wait for one another's
counts. An entry point that Python calls therefore borrows what it was given, and passes that
on: the same memory, without an owner to count. Python's own references keep it alive for as
long as the entry point runs, so nothing borrowed may be returned or kept.
"""

# numba has no types for what follows
# mypy: disable-error-code="no-untyped-call,var-annotated,arg-type"

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from numba import types
from numba.core import cgutils
from numba.extending import intrinsic


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
