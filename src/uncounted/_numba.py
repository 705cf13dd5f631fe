"""Functions compiled by numba, kept on disk, and arrays that they look at and do not own.

*Cache.* numba keeps compiled code until the function's own file changes. Functions that are
compiled into one another stand in several files here, in several sub-packages, so the key of a
cached function holds a hash of every file of the package that its module imports, directly or
through others: change one, and no stale code runs. (A hash of the whole package would be as safe,
and would compile every kernel anew, for minutes, after a change to a help text.)

*Borrowed.* Compiled functions count who holds each array, with an atomic step at every call
and every field of a tuple of arrays. In kernels that pass such tuples about that is most of
the time (78% of a sweep of the chains, measured), and chains side by side wait for one
another's counts. An entry point that Python calls therefore borrows what it was given, and
passes that on: the same memory, without an owner to count. Python's own references keep it
alive for as long as the entry point runs, so nothing borrowed may be returned or kept.

*Lent.* A tuple of arrays is passed on whole: five words an array and more, some four hundred of
them for a graph of candidates, at every call. `lend` keeps it in one place, for as long as the
entry point runs, and passes on where. Fields are read by name, as before; what is not asked
for is not read. It halves a sweep, and the time to compile one. Whoever makes an array hands it to
another function, which lends it: lent where it was made, it is freed there and then, since nobody
asks for the owner any more.

*Inner.* Even where nobody owns an array, each function that is given one asks whether
somebody does: in kernels of small functions that was most of what remained (three quarters of a
sweep). `compiled_inner` functions do not ask. They make no array and give none back; numba
refuses to compile one that would make any. `compiled_in_place` are inner ones so small and so
often called that they are written out where they are called.
"""

# numba has no types for what follows
# mypy: disable-error-code="no-untyped-call,var-annotated,arg-type,attr-defined,no-any-return"
# mypy: disable-error-code="untyped-decorator,override,import-untyped"

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numba
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.caching import FunctionCache
from numba.core.datamodel.models import PrimitiveModel
from numba.core.imputils import lower_getattr_generic
from numba.core.typing.templates import AttributeTemplate
from numba.extending import infer_getattr, intrinsic, register_model

_OWNERS = ("meminfo", "parent")  # of an array, where numba keeps who holds it


def compiled[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function at its first call, without the interpreter's lock; keep it on disk.

    It may call compiled functions of its own room and what stands here, no others.
    """
    return _kept(function, _nrt=True)


def compiled_inner[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """The same, for what makes no array and keeps none: nobody's hold on one is counted in it."""
    return _kept(function, _nrt=False)


def compiled_in_place[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """The same, written out wherever it is called: for what is small and called most."""
    return _kept(function, _nrt=False, forceinline=True)


def compiled_fast[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """The same, for arithmetic in any order; infinities and NaN keep their meaning."""
    return _kept(function, _nrt=True, fastmath={"reassoc", "contract", "nsz", "arcp"})


# What numba takes over from whichever function happens to call first, unless it is said: a large
# function first called from a small one would be written out in all its callers (minutes of
# compiling), and one first called from fast arithmetic would round otherwise.
_OWN: dict[str, Any] = {"forceinline": False, "fastmath": False, "error_model": "python"}


def _kept(function: Any, **options: Any) -> Any:
    made = numba.njit(nogil=True, **(_OWN | options))(function)
    made._cache = _Cache(function)
    return made


class _Cache(FunctionCache):
    """Compiled code of one function, by its types, the processor, and the sources it is made of.

    These are read when the function is made: a file saved after that is not what is compiled.
    """

    def __init__(self, function: Any) -> None:
        self._sources = sources(Path(function.__code__.co_filename))
        super().__init__(function)

    def _index_key(self, signature: Any, codegen: Any) -> tuple[Any, ...]:
        return (*super()._index_key(signature, codegen), self._sources)


@functools.cache
def sources(module: Path) -> str:
    """Hash a module, all modules of its package that it imports, directly or not, and this file."""
    root = module.parent
    while (root.parent / "__init__.py").exists():
        root = root.parent
    found: set[Path] = {Path(__file__)}
    waiting = [module]
    while waiting:
        file = waiting.pop()
        if file not in found:
            found.add(file)
            waiting += _source(file, root)[1]
    return hashlib.sha256(b"".join(_source(file, root)[0] for file in sorted(found))).hexdigest()


_IMPORT = re.compile(
    r"^[ \t]*(?:from|import) +([\w.]+)(?: +import *([(][^)]*[)]|.*))?", re.MULTILINE
)


@functools.cache
def _source(file: Path, root: Path) -> tuple[bytes, Sequence[Path]]:
    """Hash one file; find the files of the package under `root` that its imports name."""
    text = file.read_bytes()
    found: list[Path] = []
    for name, members in _IMPORT.findall(text.decode()):
        if name.startswith("."):  # relative: any file of the package
            found = sorted(root.rglob("*.py"))
            break
        package, *parts = name.split(".")
        if package == root.name:
            at = root.joinpath(*parts)
            inside = [at / each for each in re.findall(r"\w+", members)] if at.is_dir() else []
            for each in (at, *inside):
                found += [each.with_suffix(".py"), each / "__init__.py"]
    return hashlib.sha256(text).digest(), [each for each in found if each.is_file()]


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
    """What stands somewhere: numbers one by one, since the compiler drops those nobody asks for."""
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


if TYPE_CHECKING:

    def borrow[T](value: T) -> T:
        """Give the same array, or tuple of arrays, without an owner; other values as they are."""

    def lend[T](value: T) -> T:
        """Give the same named tuple of arrays, to be read by name, without owners.

        It stands where it was lent, and is gone when that function returns.
        """

else:
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
