"""Arrays without an owner and tuples by reference in compiled code, by numba's own lowering.

This is written against the internals of one release of numba (`_numba.LOWERED`); with any other,
`_numba` does without it.

*Borrowed.* Compiled functions count who holds each array, with an atomic step at every call
and every field of a tuple of arrays. In kernels that pass such tuples about that is most of
the time (78% of a sweep of the chains, measured), and chains side by side wait for one
another's counts. An entry point that Python calls therefore borrows what it was given, and
passes that on: the same memory, without an owner to count. Python's own references keep it
alive for as long as the entry point runs, so nothing borrowed may be returned or kept.

*Lent.* A tuple of arrays is passed on whole: five words an array and more, some four hundred of
them for a graph of candidates, at every call. `lend` keeps it in one place, for as long as the
entry point runs, and passes on where. Fields are read by name, as before; what is not asked
for is not read. It halves a sweep, and the time to compile one. A function that makes an array
hands it to another function, which lends it: lent where it was made, it is freed there and then.

*Called.* LLVM optimises a function, and again each function that it is written into, up to the one
that Python calls. Those in between are only simplified (the passes that numba runs before it
removes counts of references), which takes a quarter off the time to compile; the last pass over
the whole is the same.
"""

# numba has no types for what follows
# mypy: disable-error-code="no-untyped-call,var-annotated,arg-type,attr-defined,no-any-return"
# mypy: disable-error-code="untyped-decorator,override,import-untyped"

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler
from numba.core.datamodel.models import PrimitiveModel
from numba.core.imputils import lower_getattr_generic
from numba.core.typing.templates import AttributeTemplate
from numba.extending import infer_getattr, intrinsic, register_model

_OWNERS = ("meminfo", "parent")  # of an array, where numba keeps who holds it


class _CalledLibrary(JITCodeLibrary):
    """Compiled code that other compiled code holds: simplified, and optimised there."""

    def _optimize_final_module(self) -> None:
        codegen = self._codegen
        passes, builder = codegen._module_pass_manager(
            loop_vectorize=False, slp_vectorize=False, opt=codegen._opt_level, cost="cheap"
        )
        passes.run(self._final_module, builder)


class CalledCompiler(Compiler):
    """The pipeline of functions that only compiled functions call."""

    def __init__(
        self, typing_context: Any, target: Any, library: Any, *arguments: Any, **options: Any
    ) -> None:
        if library is None:
            library = _CalledLibrary(target.codegen(), "called")
            library.enable_object_caching()
        super().__init__(typing_context, target, library, *arguments, **options)


def _borrow(typing_context: Any, value: Any) -> Any:
    """Give the same array, or tuple of arrays, without an owner; other values as they are."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _without_owner(context, builder, signature.args[0], arguments[0])

    return value(value), build


class Lent(types.Type):
    """A named tuple of arrays that stands in one place, known by where that is."""

    def __init__(self, of: Any) -> None:
        self.of = of
        super().__init__(name=f"Lent({of})")


@register_model(Lent)
class _LentModel(PrimitiveModel):
    def __init__(self, models: Any, kind: Any) -> None:
        super().__init__(models, kind, models.lookup(kind.of).get_value_type().as_pointer())


@infer_getattr
class _LentFields(AttributeTemplate):
    key = Lent

    def generic_resolve(self, kind: Any, name: str) -> Any:
        if name not in kind.of.fields:
            return None
        field = kind.of[kind.of.fields.index(name)]
        return Lent(field) if isinstance(field, types.BaseTuple) else field


@lower_getattr_generic(Lent)
def _lent_field(context: Any, builder: Any, kind: Any, value: Any, name: str) -> Any:
    at = kind.of.fields.index(name)
    field, where = kind.of[at], cgutils.gep_inbounds(builder, value, 0, at)
    if isinstance(field, types.BaseTuple):
        return where
    if not isinstance(field, types.Array):
        return builder.load(where)
    array = context.make_array(field)(context, builder)
    for part, kept in enumerate(array._datamodel._fields):
        if kept not in _OWNERS:  # an array that is made so has none
            found = _loaded(builder, cgutils.gep_inbounds(builder, where, 0, part))
            setattr(array, kept, found)
    return _without_owner(context, builder, field, array._getvalue())


def _loaded(builder: Any, where: Any) -> Any:
    """Load numbers one by one, since the compiler removes those that are not used."""
    kind = where.type.pointee
    if not isinstance(kind, ir.ArrayType):
        return builder.load(where)
    whole = cgutils.get_null_value(kind)
    for at in range(kind.count):
        one = builder.load(cgutils.gep_inbounds(builder, where, 0, at))
        whole = builder.insert_value(whole, one, at)
    return whole


def _lend(typing_context: Any, value: Any) -> Any:
    """Keep a named tuple where the caller is, without owners, and give where."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        held = _without_owner(context, builder, signature.args[0], arguments[0])
        return cgutils.alloca_once_value(builder, held)

    return Lent(value)(value), build


borrow = intrinsic(_borrow)
lend = intrinsic(_lend)


def _without_owner(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    if isinstance(kind, types.Array):
        array = context.make_array(kind)(context, builder, value)
        for owner in _OWNERS:
            setattr(array, owner, cgutils.get_null_value(getattr(array, owner).type))
        return array._getvalue()
    if isinstance(kind, types.BaseTuple):
        for at, each in enumerate(kind):
            part = builder.extract_value(value, at)
            value = builder.insert_value(value, _without_owner(context, builder, each, part), at)
        return value
    context.nrt.incref(builder, kind, value)  # what owns memory otherwise stays owned
    return value
