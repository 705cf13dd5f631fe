"""Where work is done: on this computer, or on the cluster that was named (`working_on`).

Batches of Python work go to processes of this computer. What goes to a process and comes back
passes through a pipe, never through a file.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import BrokenExecutor
from contextlib import contextmanager
from typing import Any, Protocol

from uncounted._threads import cores
from uncounted.errors import ClusterLost

BATCH = 500
BATCH_OF_CLUSTER = 2000  # a task takes some milliseconds to send
AHEAD = 3  # batches of each process that wait or are done
WORTH_IT = 20_000  # items from which processes save more than their start costs

_executors = list[Any]()  # the one whose processes may be at work


class Cluster(Protocol):
    """Other computers that work on tasks (`_cluster.dask.Cluster`)."""

    def lend(self, value: object) -> Any:
        """Lend the arrays within a value: each computer is sent them once."""

    def each[T, R](
        self, work: Callable[[T], R], parts: Iterable[T], *, lent: Any = None
    ) -> Iterator[R]:
        """Work on each part, as a task; answers in order."""


_clusters = list[Cluster]()


def cluster() -> Cluster | None:
    """The cluster that work goes to; None: this computer."""
    return _clusters[-1] if _clusters else None


@contextmanager
def working_on(cluster: Cluster) -> Iterator[None]:
    """Within, work goes to this cluster."""
    _clusters.append(cluster)
    try:
        yield
    finally:
        _clusters.remove(cluster)


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
    there = cluster()
    failed = list[Exception]()
    upcoming = _until_one_fails(items, failed)
    first = list(itertools.islice(upcoming, least if jobs > 1 or there else 0))
    every = itertools.chain(first, upcoming)
    answers: Iterator[list[R]]
    if not first or len(first) < least or (jobs < 2 and there is None):
        answers = map(work, _batches(every, BATCH))
    elif there is not None:
        answers = there.each(work, _batches(every, BATCH_OF_CLUSTER))
    else:
        answers = _in_processes(work, _batches(every, BATCH), jobs)
    try:
        for batch in answers:
            yield from batch
    finally:
        if isinstance(answers, Generator):
            answers.close()
    if failed:
        raise failed[0]


def _batches[T](items: Iterator[T], size: int) -> Iterator[list[T]]:
    return map(list, itertools.batched(items, size))


def _in_processes[T, R](
    work: Callable[[list[T]], list[R]], batches: Iterator[list[T]], jobs: int
) -> Iterator[list[R]]:
    from joblib.externals import loky  # a fifth of a second

    executor = loky.get_reusable_executor(max_workers=jobs)
    _executors[:] = [executor]
    handed = deque[Any]()
    try:
        for batch in batches:
            handed.append(executor.submit(work, batch))
            if len(handed) > AHEAD * jobs:  # no more in memory than is being worked on
                yield handed.popleft().result()
        while handed:
            yield handed.popleft().result()
    except BrokenExecutor as error:
        raise ClusterLost(
            "a process that worked beside this one was ended (out of memory?)",
            hint="close other programs, then run the command again",
        ) from error
    finally:
        for each in handed:
            each.cancel()


def stop() -> None:
    """End the processes, whatever they are at: a program that is left at once would leave them."""
    while _executors:
        _executors.pop().shutdown(wait=True, kill_workers=True)


def _until_one_fails[T](items: Iterable[T], failed: list[Exception]) -> Iterator[T]:
    try:
        yield from items
    except Exception as error:  # noqa: BLE001 - raised again when what came before is answered
        failed.append(error)
