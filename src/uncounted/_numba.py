"""Functions compiled by numba, kept on disk, and arrays that they look at and do not own.

*Cache.* numba keeps compiled code until the function's own file changes. Functions that are
compiled into one another stand in several files here, in several sub-packages, so the key of a
cached function holds a hash of every file of the package that its module imports, directly or
through others: change one, and no stale code runs. (A hash of the whole package would be as safe,
and would recompile every kernel, for minutes, after a change to a help text.)

*Borrowed and lent.* Arrays are passed on without an owner to count, and tuples of arrays by
reference (`_numba_lowering`, where the release of numba is the one it was written for). With other
releases, or where UNCOUNTED_PLAIN_NUMBA is set, both are passed on as numba does: the figures are
the same, and a sweep of linkage takes several times as long.

*Inner.* Even where nobody owns an array, each function that is given one asks whether
somebody does: in kernels of small functions that was most of what remained (three quarters of a
sweep). `compiled_inner` functions do not ask. They make no array and give none back; numba
refuses to compile one that would make any. `compiled_in_place` are inner ones so small and so
often called that they are written out where they are called.
"""

from __future__ import annotations

import functools
import hashlib
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numba
from numba.core.caching import FunctionCache

from uncounted.progress import report_compile

LOWERED = "0.68."  # the releases of numba that `_numba_lowering` is written for
PLAIN = not numba.__version__.startswith(LOWERED) or bool(os.environ.get("UNCOUNTED_PLAIN_NUMBA"))

_CALLED: dict[str, Any] = {}  # options of functions that compiled ones call
if not PLAIN:
    from uncounted._numba_lowering import CalledCompiler

    _CALLED["pipeline_class"] = CalledCompiler


def compiled[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function at its first call, without the interpreter's lock; keep it on disk.

    It may call compiled functions of its own room and what stands here, no others.
    """
    return _kept(function, _nrt=True)


def compiled_inner[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """The same, for functions that create and keep no array: references are not counted in them.

    What calls them optimises them with itself: alone they are only simplified.
    """
    return _kept(function, _nrt=False, **_CALLED)


def compiled_in_place[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """The same, written out wherever it is called: for what is small and called most."""
    return _kept(function, _nrt=False, forceinline=True, **_CALLED)


def compiled_fast[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """The same, for arithmetic in any order; infinities and NaN keep their meaning."""
    return _kept(function, _nrt=True, fastmath={"reassoc", "contract", "nsz", "arcp"})


# What numba takes over from whichever function happens to call first, unless it is said: a large
# function first called from a small one would be written out in all its callers (minutes of
# compiling), and one first called from fast arithmetic would round otherwise.
_OWN: dict[str, Any] = {"forceinline": False, "fastmath": False, "error_model": "python"}
_OWN["no_cfunc_wrapper"] = True  # nothing here is called from C


def _kept[F: Callable[..., Any]](function: F, **options: Any) -> F:
    if PLAIN:
        options.pop("_nrt")
    made = numba.njit(nogil=True, **(_OWN | options))(function)
    made._cache = _Cache(function)
    return cast(F, made)


class _Cache(FunctionCache):
    """Compiled code of one function, by its types, the processor, and the sources it is made of.

    These are read when the function is made: a file saved after that is not what is compiled.
    """

    def __init__(self, function: Any) -> None:
        self._sources = sources(Path(function.__code__.co_filename))
        super().__init__(function)  # type: ignore[no-untyped-call]

    def _index_key(self, signature: Any, codegen: Any) -> tuple[Any, ...]:
        key = super()._index_key(signature, codegen)  # type: ignore[no-untyped-call]
        return (*key, self._sources, PLAIN)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Give compiled code, if it is kept. An index of a removed class is begun again."""
        try:
            found = super().load_overload(sig, target_context)  # type: ignore[no-untyped-call]
        except (AttributeError, ImportError):  # of pickle
            self.flush()  # type: ignore[no-untyped-call]
            found = None
        if found is None:
            report_compile()
        return found


@functools.cache
def sources(module: Path) -> str:
    """Hash a module, all modules of its package that it imports, directly or not, and these two."""
    root = module.parent
    while (root.parent / "__init__.py").exists():
        root = root.parent
    found: set[Path] = {Path(__file__), Path(__file__).with_name("_numba_lowering.py")}
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


if TYPE_CHECKING:

    def borrow[T](value: T) -> T:
        """Give the same array, or tuple of arrays, without an owner; other values as they are."""

    def lend[T](value: T) -> T:
        """Give the same named tuple of arrays, to be read by name, without owners.

        It stands where it was lent, and is gone when that function returns.
        """

elif PLAIN:

    @numba.njit
    def borrow(value):
        return value

    lend = borrow
else:
    from uncounted._numba_lowering import borrow, lend  # noqa: F401
