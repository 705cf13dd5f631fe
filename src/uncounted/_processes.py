"""Python work on every core: batches of items in processes of this computer, answers in order.

What goes to a process and comes back passes through a pipe, never through a file.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor
from typing import Any

from uncounted._threads import cores
from uncounted.errors import ClusterLost

BATCH = 500
AHEAD = 3  # batches of each process that wait or are done
WORTH_IT = 20_000  # items from which processes save more than their start costs

_executors = list[Any]()  # the one whose processes may be at work


def in_order[T, R](
    work: Callable[[list[T]], list[R]],
    items: Iterable[T],
    *,
    least: int = WORTH_IT,
    jobs: int | None = None,
) -> Iterator[R]:
    """Do `work` on batches of items; an answer an item, in order, while later ones are read.

    Fewer than `least` items, or work for one core, are done in this process. Where `items` fail,
    what came before is answered first.

    Examples:
        >>> list(in_order(sorted, [3, 1, 2]))
        [1, 2, 3]
    """
    jobs = cores() if jobs is None else jobs
    failed = list[Exception]()
    upcoming = _until_one_fails(items, failed)
    first = list(itertools.islice(upcoming, least if jobs > 1 else 0))
    batches = map(list, itertools.batched(itertools.chain(first, upcoming), BATCH))
    if jobs < 2 or len(first) < least:
        for batch in batches:
            yield from work(batch)
        if failed:
            raise failed[0]
        return
    from joblib.externals import loky  # a fifth of a second

    executor = loky.get_reusable_executor(max_workers=jobs)
    _executors[:] = [executor]
    handed = deque[Any]()
    try:
        for batch in batches:
            handed.append(executor.submit(work, batch))
            if len(handed) > AHEAD * jobs:  # no more in memory than is being worked on
                yield from handed.popleft().result()
        while handed:
            yield from handed.popleft().result()
    except BrokenExecutor as error:
        raise ClusterLost(
            "a process that worked beside this one was ended (out of memory?)",
            hint="close other programs, then run the command again",
        ) from error
    finally:
        for each in handed:
            each.cancel()
    if failed:
        raise failed[0]


def stop() -> None:
    """End the processes, whatever they are at: a program that is left at once would leave them."""
    while _executors:
        _executors.pop().shutdown(wait=True, kill_workers=True)


def _until_one_fails[T](items: Iterable[T], failed: list[Exception]) -> Iterator[T]:
    try:
        yield from items
    except Exception as error:  # noqa: BLE001 - raised again when what came before is answered
        failed.append(error)
