"""Studies on several processes and on a Dask cluster: workers that die."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor
from pathlib import Path

import attrs
import numpy as np
import pytest
from joblib.externals.loky.process_executor import TerminatedWorkerError

from uncounted.captures import CaptureTable
from uncounted.estimate import EstimateSettings
from uncounted.workflow.studies import parallel
from uncounted.workflow.studies.fits import FitDone, FitTask, fit_all, task_of
from uncounted.workflow.studies.parallel import on_dask, run_tasks
from uncounted.workflow.studies.study import run_study


def _study(folder: Path, strata: int, method: str) -> Path:
    rng = np.random.default_rng(1)
    rows = ["A,B,C,D,area,count"]
    for area in range(strata):
        counts = rng.poisson(30 / np.arange(1, 16)) + 1
        rows += [f"{','.join(f'{at:04b}')},{area},{counts[at - 1]}" for at in range(1, 16)]
    (folder / "areas.csv").write_text("\n".join(rows))
    file = folder / "STUDY.toml"
    file.write_text(f'methods = "{method}"\n[tables.areas]\nfile = "areas.csv"\nby = "area"\n')
    return file


def _failing_pool(
    _: object, batches: Iterable[Sequence[FitTask]], jobs: int | None
) -> Iterator[list[FitDone]]:
    """In place of joblib: a pool whose worker ends at one task."""
    for batch in batches:
        if any(task.key == "deadly" for task in batch):
            raise BrokenExecutor
        yield fit_all(batch)


def test_a_task_that_kills_its_worker_costs_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    assert issubclass(TerminatedWorkerError, BrokenExecutor)
    monkeypatch.setattr(parallel, "_parallel", _failing_pool)
    table = CaptureTable.of("AB", {"10": 9, "01": 5, "11": 3})
    tasks = [
        task_of(table, method, EstimateSettings(), lighter=False)
        for method in ("chao", "independence")
    ]
    tasks.insert(1, attrs.evolve(tasks[0], key="deadly"))
    done = {each.key: each for batch in run_tasks(tasks, 2) for each in batch}
    assert done.pop("deadly").failed == "its worker ended twice (out of memory?)"
    assert done.keys() == {tasks[0].key, tasks[2].key}
    assert all(each.record for each in done.values())


@pytest.mark.process
def test_on_a_dask_cluster_a_worker_that_is_killed_costs_its_tasks_alone(tmp_path: Path) -> None:
    from distributed import LocalCluster

    file = _study(tmp_path, 20, "sample-coverage")
    with (
        LocalCluster(  # type: ignore[no-untyped-call]
            n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0", host="127.0.0.1"
        ) as cluster,
        on_dask(cluster.scheduler_address),
    ):
        killed: list[int] = []

        def kill(what: str, done: int, total: int | None) -> None:
            if what == "estimating" and done and not killed:
                killed.append(cluster.workers[0].pid)
                os.kill(killed[0], signal.SIGKILL)

        done = run_study(file, progress=kill)
    assert killed
    assert (done.tasks.computed, done.tasks.failed) == (20, 0)
    before = [study.to_json()["estimates"] for study in done.tables[0].studies]
    shutil.rmtree(file.with_suffix(".results"))
    again = run_study(file, jobs=1)
    after = [study.to_json()["estimates"] for study in again.tables[0].studies]
    for one, two in zip(before, after, strict=True):
        assert [{**row, "seconds": 0} for row in one] == [{**row, "seconds": 0} for row in two]
