"""Memory that is free inside the heap, given back to the system.

The C library and Python keep freed memory for later allocations. Of a million reports that is a
gigabyte once they are read, too fragmented for the arrays of the chains. Python gives back whole
arenas alone: the id of one report, or a cached name, keeps what was freed beside it. So ids are
packed, and caches are emptied.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Sequence
from itertools import pairwise

import attrs
import numpy as np

from uncounted.linkage.arrays import Ints
from uncounted.linkage.person_ids import Key

_LARGE = 1000  # values of a cache: others hold tables


def give_back() -> None:
    """Give free memory back to the system, where the C library is glibc."""
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):  # another C library
        return
    trim(0)


def empty_caches() -> None:
    """Empty the large `functools` caches of this package, which hold names, dates and places."""
    modules = [module for name, module in [*sys.modules.items()] if name.startswith("uncounted.")]
    for each in (value for module in modules for value in vars(module).values()):
        if hasattr(each, "cache_clear") and (each.cache_parameters()["maxsize"] or 0) > _LARGE:
            each.cache_clear()


@attrs.frozen(eq=False)
class PackedKeys:
    """Keys of reports, without an object for each."""

    sources: tuple[str, ...]
    source: Ints  # of each report, which of `sources`
    ids: str  # one after the other
    ends: Ints  # where they begin and end

    @classmethod
    def of(cls, keys: Sequence[Key]) -> PackedKeys:
        """Pack keys."""
        numbers = {source: at for at, source in enumerate(dict.fromkeys(key[0] for key in keys))}
        source = np.fromiter((numbers[key[0]] for key in keys), np.int64, len(keys))
        ends = np.zeros(len(keys) + 1, np.int64)
        np.cumsum(np.fromiter((len(key[1]) for key in keys), np.int64, len(keys)), out=ends[1:])
        return cls(tuple(numbers), source, "".join(key[1] for key in keys), ends)

    def keys(self) -> tuple[Key, ...]:
        """The keys, in their order."""
        ids = (self.ids[start:end] for start, end in pairwise(self.ends.tolist()))
        sources = (self.sources[at] for at in self.source.tolist())
        return tuple(zip(sources, ids, strict=True))
