"""Compiled work on every core: slices of an array, each done by whichever thread is free.

The work must let go of Python's lock (`compiled`) and write its own slice only, so that
results are the same for any number of threads.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

SLICE = 50_000


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def over[T](
    count: int, work: Callable[[slice], T], *, size: int = SLICE, threads: int | None = None
) -> list[T]:
    """Do `work` on slices of `range(count)`; its answers, in order.

    Examples:
        >>> over(5, lambda here: sum(range(here.start, here.stop)), size=2)
        [1, 5, 4]
    """
    slices = [slice(at, min(at + size, count)) for at in range(0, count, size)]
    if len(slices) < 2:
        return [work(here) for here in slices]
    with ThreadPoolExecutor(threads or cores()) as pool:
        return list(pool.map(work, slices))
