"""Tasks of a study on all cores, or on a cluster, by joblib; a lost worker costs its own tasks.

joblib decides where: processes of this computer, or the back end of an active
`joblib.parallel_config`, such as Dask.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor
from contextlib import closing, contextmanager
from typing import Any

from joblib import Parallel, delayed, parallel_config

from uncounted._cluster.dask import connected
from uncounted._threads import cores
from uncounted.errors import ClusterLost
from uncounted.workflow.studies.fits import FitDone, FitTask, fit_all

# Methods of which a fit takes milliseconds: many of them are one task of joblib.
_QUICK = ("decomposable", "sample-coverage", "independence", "two-list", "chao", "identified")
_MOST_LISTS = 7  # of a table that decomposable graphs do in milliseconds
_BATCH = 60
_LOST = "its worker ended twice (out of memory?)"


@contextmanager
def on_dask(address: str | None) -> Iterator[None]:
    """Within, tasks go to the Dask scheduler at an address; None: where they went before.

    Raises:
        UsedWrongly: Dask is not installed, or no scheduler answers.
        ClusterLost: it has no workers, or does not answer any more.
    """
    if address is None:
        yield
        return
    with connected(address) as client, parallel_config(backend="dask", client=client):
        from distributed import CancelledError

        try:
            yield
        except TimeoutError as error:
            raise ClusterLost(
                "the Dask cluster has no worker that answers", hint="start workers, and try again"
            ) from error
        except (CancelledError, OSError) as error:
            raise ClusterLost(
                "the connection to the Dask cluster is lost; every fit that was done is kept",
                hint="run the study again when the cluster answers, or without --dask",
            ) from error


def run_tasks(tasks: Sequence[FitTask], jobs: int | None) -> Iterator[list[FitDone]]:
    """Run tasks, in any order; what is done is given as it comes.

    Tasks that a lost worker had in its hands are run again, one at a time; one that loses its
    worker again is a failure.

    Args:
        tasks: with different keys.
        jobs: processes of this computer; None: as joblib is configured, else one for each core.
    """
    remaining = {task.key: task for task in tasks}
    while remaining:
        handed: dict[str, FitTask] = {}
        try:
            for done in _parallel(fit_all, _batches(list(remaining.values()), handed), jobs):
                for each in done:
                    del remaining[each.key]
                yield done
        except _lost_worker():
            for key in [key for key in handed if key in remaining]:
                yield [_alone(remaining.pop(key), jobs)]


def _alone(task: FitTask, jobs: int | None) -> FitDone:
    try:
        # never in this process, which would be lost as well
        (done,) = _parallel(fit_all, iter([[task]]), None if jobs is None else max(2, jobs))
    except _lost_worker():
        return FitDone(task.key, failed=_LOST)
    return done[0]


def map_batches[T, R](
    work: Callable[[Sequence[T]], R],
    batches: Iterable[Sequence[T]],
    jobs: int | None,
    *,
    local: bool = False,
) -> Iterator[R]:
    """Work on batches, in order; `local`: on this computer, where the files are."""
    if local:
        jobs = -1 if jobs is None else jobs
    return _parallel(work, batches, jobs, ordered=True, backend="loky" if local else None)


def _parallel[T, R](
    work: Callable[[Sequence[T]], R],
    batches: Iterable[Sequence[T]],
    jobs: int | None,
    *,
    ordered: bool = False,
    backend: str | None = None,
) -> Iterator[R]:
    how: dict[str, Any] = {"return_as": "generator" if ordered else "generator_unordered"}
    if backend is not None:
        how["backend"] = backend
    parallel = Parallel(n_jobs=jobs, batch_size=1, pre_dispatch="2*n_jobs", **how)
    found: Any = parallel(delayed(work)(batch) for batch in batches)
    with closing(found):
        yield from found


def _batches(tasks: Sequence[FitTask], handed: dict[str, FitTask]) -> Iterator[list[FitTask]]:
    """Quick fits many at a time, others alone; what was handed out is noted."""
    quick = [task for task in tasks if _is_quick(task)]
    slow = [task for task in tasks if not _is_quick(task)]
    size = max(1, min(_BATCH, len(quick) // (8 * cores())))
    parts = [[task] for task in slow]
    parts += [list(quick[at : at + size]) for at in range(0, len(quick), size)]
    for part in parts:
        handed.update((task.key, task) for task in part)
        yield part


def _is_quick(task: FitTask) -> bool:
    return task.method in _QUICK and len(task.table.lists) <= _MOST_LISTS


def _lost_worker() -> tuple[type[BaseException], ...]:
    """What is raised where a worker ended: by processes of this computer, and by Dask."""
    distributed = sys.modules.get("distributed")
    return (BrokenExecutor, *([distributed.KilledWorker] if distributed else []))
