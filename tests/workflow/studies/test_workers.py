"""Studies on several processes and on a Dask cluster: Ctrl-C, and workers that die."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from uncounted.captures import CaptureTable
from uncounted.estimate import EstimateSettings
from uncounted.workflow.studies.fits import FitTask, task_of
from uncounted.workflow.studies.parallel import on_dask, run_tasks
from uncounted.workflow.studies.store import NAME
from uncounted.workflow.studies.study import run_study

pytestmark = pytest.mark.process


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


def test_ctrl_c_keeps_every_fit_that_was_done(tmp_path: Path) -> None:
    file = _study(tmp_path, 250, "sample-coverage")
    command = [sys.executable, "-m", "uncounted", "estimate", str(file), "--jobs", "1"]
    program = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    store = file.with_suffix(".results") / f"{NAME}-wal"
    until = time.monotonic() + 60
    while not (store.exists() and store.stat().st_size > 60_000) and time.monotonic() < until:
        time.sleep(0.002)
    program.send_signal(signal.SIGINT)
    _, said = program.communicate(timeout=60)
    assert program.returncode == 130, said
    assert "every fit that was done is kept: the same command computes the rest" in said
    tasks = run_study(file, jobs=1).tasks
    assert 0 < tasks.kept < tasks.total == 250
    assert tasks.computed == tasks.total - tasks.kept


class _Deadly(FitTask):
    """A task that ends the process that unpickles it."""

    def __reduce__(self) -> tuple[object, ...]:
        return os._exit, (1,)


def test_a_worker_that_dies_costs_its_own_task() -> None:
    table = CaptureTable.of("AB", {"10": 9, "01": 5, "11": 3})
    task = task_of(table, "chao", EstimateSettings(), lighter=False)
    deadly = _Deadly("deadly", "chao", table, {}, "")
    done = {each.key: each for batch in run_tasks([deadly, task], 2) for each in batch}
    assert done.pop("deadly").failed == "its worker ended twice (out of memory?)"
    assert done.keys() == {task.key}
    assert done[task.key].record


def test_on_a_dask_cluster_a_worker_that_is_killed_costs_its_tasks_alone(tmp_path: Path) -> None:
    from distributed import LocalCluster

    file = _study(tmp_path, 20, "sample-coverage")
    with (
        LocalCluster(  # type: ignore[no-untyped-call]
            n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
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
