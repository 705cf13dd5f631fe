"""Linkage on a Dask cluster: the same numbers, workers that die, and nothing in clear."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest
from cryptography.exceptions import InvalidTag

from uncounted import _processes
from uncounted._cluster import dask, worker
from uncounted._cluster.dask import Cluster, on_cluster
from uncounted.errors import ClusterLost, NotLinkable, UsedWrongly
from uncounted.linkage import link, prior_sensitivity
from uncounted.linkage.encoding import read_names
from uncounted.linkage.model import fit
from uncounted.progress import Progress, silent
from uncounted.records.intake import rows
from uncounted.records.intake.mapping import Mapping
from uncounted.records.report import Report
from uncounted.records.tabular.open_table import open_table

RETURNS = Path(__file__).parents[1] / "examples" / "returns"
NAME = "Kim Chol Su"


@contextmanager
def _workers(**options: Any) -> Iterator[Any]:
    from distributed import LocalCluster

    usual: dict[str, Any] = {
        "n_workers": 1,
        "threads_per_worker": 1,
        "dashboard_address": "127.0.0.1:0",
    }
    usual |= {"memory_limit": 0, "processes": False, "host": "127.0.0.1", "protocol": "tcp://"}
    with LocalCluster(**usual | options) as cluster:  # type: ignore[no-untyped-call]
        yield cluster


@pytest.fixture
def one_worker() -> Iterator[Cluster]:
    """A cluster within this process."""
    with _workers() as cluster, on_cluster(cluster.scheduler_address):
        there = _processes.cluster()
        assert isinstance(there, Cluster)
        yield there


def _reports() -> list[Report]:
    return [
        row.report
        for name in ("OpenDoor", "Panel")
        for row in rows.read_table(
            open_table(RETURNS / f"{name}.csv"), Mapping.parse(RETURNS / f"{name}.toml"), name
        )
        if isinstance(row, rows.Accepted)
    ][::5]


def _linked(reports: list[Report], progress: Progress = silent) -> bytes:
    return attrs.evolve(link(reports, draws=20, progress=progress), seconds=0.0).to_bytes()


@pytest.mark.process
def test_linkage_is_the_same_though_a_worker_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_names, "in_order", partial(_processes.in_order, least=2))
    monkeypatch.setattr(fit, "_CHUNK", 1000)
    monkeypatch.setattr(fit, "_TASK", 1000)
    two = prior_sensitivity.grid_cells("overlap-table")[-2:]
    monkeypatch.setattr(prior_sensitivity, "grid_cells", lambda *_: two)
    reports, killed = _reports(), list[int]()
    with _workers(n_workers=2, processes=True) as cluster:

        def kill(what: str, done: int, total: int | None) -> None:
            if what == "sampling the linkage" and not killed:
                cluster.workers[0].auto_restart = False
                killed.append(cluster.workers[0].pid)
                os.kill(killed[0], signal.SIGKILL)

        with on_cluster(cluster.scheduler_address):
            there = _processes.cluster()
            linked = _linked(reports, kill)
            assert isinstance(there, Cluster)
            assert min(there.sent, there.received) > 1_000_000  # it was the cluster that linked
    assert killed
    assert linked == _linked(reports)


def test_another_computer_is_refused_without_tls_before_it_is_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import distributed

    monkeypatch.setattr(distributed, "Client", None)  # to connect would fail
    for address in ("tcp://10.0.0.5:8786", "10.0.0.5:8786", "ucx://127.0.0.1:1", "tcp://::2:1"):
        with pytest.raises(UsedWrongly, match="without encryption"), on_cluster(address):
            pass
    for address in ("tls://10.0.0.5:8786", "tcp://127.0.0.1:8786", "localhost:1", "tcp://[::1]:1"):
        assert dask._protected(address)
    assert not dask._protected("tcp://127.0.0.1:8786@10.0.0.5:8786")


def test_a_worker_that_may_write_to_its_disk_is_refused() -> None:
    before = worker.keys.copy()
    with (
        _workers(memory_limit="1 GiB") as cluster,
        pytest.raises(UsedWrongly, match="may write names to its disk") as caught,
        on_cluster(cluster.scheduler_address),
    ):
        pass
    assert "--memory-limit 0" in str(caught.value.hint)
    assert worker.keys == before  # it has not got the key


def test_a_worker_that_comes_later_is_checked(
    one_worker: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    unfit = {"tcp://127.0.0.1:9": UsedWrongly("it may write")}
    there = {**one_worker._client.nthreads(), **dict.fromkeys(unfit, 1)}
    with monkeypatch.context() as patch:
        patch.setattr(one_worker._client, "nthreads", lambda: there)
        patch.setattr(Cluster, "_unfit", lambda *_: unfit)
        assert one_worker.admit() == 1
    assert one_worker._admitted == there.keys() - unfit.keys()


def test_other_versions_are_refused(one_worker: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "versions", lambda: {"Python": str(os.urandom(4))})
    (found,) = one_worker._unfit(list(one_worker._admitted)).values()
    assert "has not the versions of this computer" in str(found)


def _upper(names: list[str]) -> list[str]:
    if NAME in names:
        raise ValueError(NAME)
    if not names:
        raise NotLinkable("there is nothing to link")
    return [name.upper() for name in names]


def test_what_fails_there_says_no_name(
    one_worker: Cluster, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(ClusterLost, match=r"failed on the Dask cluster \(ValueError\)") as caught:
        list(one_worker.each(_upper, [["a"], [NAME]]))
    assert caught.value.__cause__ is None
    assert NAME not in caplog.text
    with pytest.raises(NotLinkable, match="nothing to link"):
        list(one_worker.each(_upper, [[]]))


def _raises(*_: object) -> None:
    raise ValueError(NAME)


def test_what_dask_itself_raises_is_an_error(
    one_worker: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "run", _raises)
    with pytest.raises(ClusterLost, match=r"could not run a task \(ValueError\)"):
        list(one_worker.each(_upper, [["a"]]))


def test_dask_sees_no_name(one_worker: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    seen, sealed = list[bytes](), worker.sealed

    def watched(*arguments: Any) -> bytes:
        seen.append(sealed(*arguments))
        return seen[-1]

    monkeypatch.setattr(worker, "sealed", watched)
    array = np.array([NAME.lower()])
    lent = one_worker.lend({"names": array})
    assert list(one_worker.each(np.char.upper, [array], lent=lent)) == [[NAME.upper()]]
    assert len(seen) == 3  # what is lent, the task, and the answer
    assert not any(NAME.encode().lower() in each.lower() for each in seen)


@pytest.mark.parametrize("gone", [True, False])
def test_a_task_that_no_worker_finishes_is_an_error(
    one_worker: Cluster, monkeypatch: pytest.MonkeyPatch, gone: bool
) -> None:
    from distributed import Future, KilledWorker

    def without_end(*_: object, timeout: float) -> Exception:
        if not gone:
            return KilledWorker("uncounted-1", None, 3)  # type: ignore[arg-type]
        monkeypatch.setattr(one_worker._client, "nthreads", dict)  # they are no more
        monkeypatch.setattr(dask, "_RESTART", 0.0)
        raise TimeoutError

    monkeypatch.setattr(Future, "exception", without_end)
    monkeypatch.setattr(dask, "_LOOK", 0.01)
    why = "all workers of the Dask cluster have gone" if gone else "lost its worker again and again"
    with pytest.raises(ClusterLost, match=why):
        list(one_worker.each(_upper, [["a"]]))


def test_a_worker_that_has_lost_the_key_is_checked_again(one_worker: Cluster) -> None:
    worker.keys.clear()
    assert list(one_worker.each(_upper, [["a"], ["b"]])) == [["A"], ["B"]]


def test_what_was_lent_and_is_lost_is_lent_again(
    one_worker: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    from distributed import CancelledError

    array, wait, lost = np.array([NAME.lower()]), Cluster._wait, list[str]()
    lent = one_worker.lend(array)

    def gone(cluster: Cluster, task: Any) -> Any:
        if not lost:
            lost.append(lent.future.key)
            cluster._client.cancel(lent.future)
            raise CancelledError
        return wait(cluster, task)

    monkeypatch.setattr(Cluster, "_wait", gone)
    assert list(one_worker.each(np.char.upper, [array], lent=lent)) == [[NAME.upper()]]
    assert [lent.future.key] != lost


def test_parcels_of_several_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "CHUNK", 10)
    key, value = bytes(32), list(range(100))
    parcel = worker.sealed(key, value, {})
    assert worker.unsealed(key, parcel, []) == value
    part = 10 + worker.NONCE + worker.TAG
    for other in (parcel[part:], parcel[:part], parcel[part : 2 * part] + parcel[:part]):
        with pytest.raises(InvalidTag):
            worker.unsealed(key, other, [])


@pytest.mark.process
def test_nothing_is_linked_without_workers(one_worker: Cluster) -> None:
    one_worker._client.retire_workers(list(one_worker._admitted))
    with pytest.raises(ClusterLost, match="has no worker"):
        list(one_worker.each(_upper, [["a"]]))
