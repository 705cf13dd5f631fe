"""The workers of a Dask cluster: checked, given the key, sent tasks, and missed when they die.

A worker is given the key only if it keeps what it is sent in memory, is reached by TLS or on this
computer, and has the same versions as this computer.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import attrs
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from uncounted import _processes
from uncounted._cluster import worker
from uncounted.errors import ClusterLost, Error, UsedWrongly

_LOOK = 1.0  # seconds between looks at whether workers are there
_TIMES = 3  # that a task is handed out: its worker may be new, or what it was lent may be lost
_RESTART = 20.0  # seconds in which workers that all end may be started anew
_COPIES = 2  # of what is lent, to begin with: workers copy it from one another
_HERE = ("127.0.0.1", "localhost", "::1")
_SPILLS = (
    "start every worker with --memory-limit 0, or with distributed.worker.memory.target and"
    " distributed.worker.memory.spill set to false in its configuration"
)
_TOO_OFTEN = "a task lost its worker again and again (out of memory?)"
_MORE_MEMORY = "start workers with more memory, and run the command again"


@contextmanager
def connected(address: str) -> Iterator[Any]:
    """A client of the Dask scheduler at an address.

    Raises:
        UsedWrongly: Dask is not installed, or no scheduler answers.
    """
    try:
        from distributed import Client
    except ImportError:
        raise UsedWrongly(
            "--dask needs the package distributed", hint="pip install 'uncounted[cluster]'"
        ) from None
    for name in [
        each for each in logging.root.manager.loggerDict if each.startswith("distributed")
    ]:
        logging.getLogger(name).setLevel(logging.CRITICAL)  # they print tracebacks
    try:
        client = Client(address, timeout=10)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TypeError) as error:
        hint = "give it as the scheduler prints it, e.g. tcp://10.0.0.5:8786"
        if address.startswith("tls:"):
            hint = (
                "give it as the scheduler prints it, and the certificates in the configuration"
                " of Dask (distributed.comm.tls)"
            )
        raise UsedWrongly(
            "no Dask scheduler answers at the address of --dask", hint=hint
        ) from error
    with client:
        yield client


@contextmanager
def on_cluster(address: str | None) -> Iterator[None]:
    """Within, the stages of a linkage are tasks of a Dask cluster; None: of this computer.

    Raises:
        UsedWrongly: the address is of another computer and without TLS, no scheduler answers, or
            a worker may write what it is sent to its disk.
        ClusterLost: there is no worker.
    """
    if address is None:
        yield
        return
    if not _protected(address):
        raise UsedWrongly(
            "--dask would send reports over the network without encryption",
            hint="start the cluster with TLS, and give its address as tls://HOST:PORT",
        )
    with connected(address) as client:
        cluster = Cluster(client)
        with cluster.lost():
            cluster.admit(strictly=True)
        try:
            with _processes.working_on(cluster):
                yield
        finally:
            cluster.leave()


def _protected(address: str) -> bool:
    """Whether an address is reached by TLS, or on this computer."""
    scheme, _, rest = address.rpartition("://")
    if scheme in ("tls", "inproc"):
        return True
    host = rest if rest in _HERE else rest.rpartition(":")[0]
    return scheme in ("", "tcp") and host.removeprefix("[").removesuffix("]") in _HERE


@attrs.define(eq=False)
class Lent:
    """Arrays that many tasks refer to; each worker that needs them is sent them once."""

    values: list[object]
    name: str = attrs.field(factory=lambda: uuid.uuid4().hex)
    holders: frozenset[str] = frozenset()
    future: Any = None

    @property
    def known(self) -> dict[int, int]:
        """The place of each value, by its identity."""
        return {id(value): at for at, value in enumerate(self.values)}


@attrs.define(eq=False)
class Cluster:
    """The workers of a Dask cluster that were checked, and the key that they have.

    Attributes:
        sent: bytes of tasks and of what was lent, so far, before Dask copies them to workers.
        received: bytes of answers.
    """

    _client: Any
    _name: str = attrs.field(factory=lambda: uuid.uuid4().hex)
    _key: bytes = attrs.field(factory=lambda: AESGCM.generate_key(256), repr=False)
    _admitted: frozenset[str] = frozenset()
    sent: int = 0
    received: int = 0

    def lend(self, value: object) -> Lent:
        """Lend the arrays within a value to all workers; tasks refer to them."""
        return Lent(worker.arrays_within(value))

    def each[T, R](
        self, work: Callable[[T], R], parts: Iterable[T], *, lent: Lent | None = None
    ) -> Iterator[R]:
        """Work on each part, as a task; answers in order, no more in memory than is worked on.

        Raises:
            ClusterLost: no worker is left, or a task lost its worker too often, or failed.
        """
        with self.lost():
            threads = self.admit()
        handed = deque[_Task]()
        try:
            for part in parts:
                with self.lost():
                    handed.append(self._submit(_Task(work, part, lent)))
                if len(handed) > _processes.AHEAD * threads:
                    yield self._answer(handed.popleft())
            while handed:
                yield self._answer(handed.popleft())
        finally:
            with suppress(Exception):
                self._client.cancel([each.future for each in handed])

    def admit(self, *, strictly: bool = False) -> int:
        """Check workers that are new, and give them the key; how many threads all have.

        Raises:
            UsedWrongly: a worker is not fit, if `strictly`, or none is.
            ClusterLost: there is no worker.
        """
        there: dict[str, int] = self._client.nthreads()
        if not there:
            raise ClusterLost("the Dask cluster has no worker", hint="start workers, and try again")
        new = [address for address in there if address not in self._admitted]
        unfit = self._unfit(new) if new else {}
        if unfit and (strictly or len(unfit) == len(there)):
            raise next(iter(unfit.values()))
        have = {address for address in there if address in self._admitted}
        fit = [address for address in new if address not in unfit]
        given = self._on(fit, worker.receive, self._name, self._key)
        have.update(address for address in fit if given.get(address) == self._name)
        if not have:
            raise ClusterLost(
                "no worker of the Dask cluster answers", hint="start workers, and try again"
            )
        self._admitted = frozenset(have)
        return sum(there[address] for address in have)

    def _on(self, addresses: Sequence[str], work: Callable[..., Any], *arguments: Any) -> Any:
        """What each of these workers answers at once, or the error of one that does not."""
        if not addresses:
            return {}
        return self._client.run(work, *arguments, workers=list(addresses), on_error="return")

    def _unfit(self, addresses: Sequence[str]) -> dict[str, Error]:
        """Which of these workers must be sent nothing, and why."""
        found: dict[str, Error] = {
            address: UsedWrongly(
                f"the Dask worker at {address} is reached without TLS",
                hint="start all workers with TLS",
            )
            for address in addresses
            if not _protected(address)
        }
        asked = [address for address in addresses if address not in found]
        here = worker.versions()
        for address, fact in self._on(asked, worker.facts).items():
            if isinstance(fact, OSError):
                found[address] = ClusterLost(
                    f"the Dask worker at {address} does not answer", hint="try again"
                )
            elif isinstance(fact, BaseException) or fact["versions"] != here:
                found[address] = UsedWrongly(
                    f"the Dask worker at {address} has not the versions of this computer",
                    hint="install on all: " + ", ".join(map(" ".join, here.items())),
                )
            elif not fact["in_memory"]:
                found[address] = UsedWrongly(
                    f"the Dask worker at {address} may write names to its disk",
                    hint=_SPILLS,
                )
        return found

    def leave(self) -> None:
        """Have workers forget the key."""
        with suppress(Exception):
            there = self._admitted & self._client.nthreads().keys()
            self._on(list(there), worker.forget, self._name)

    def _scatter(self, lent: Lent) -> None:
        kept = lent.future is not None and lent.future.status == "finished"
        if kept and self._admitted <= lent.holders:
            return
        parcel = worker.sealed(self._key, lent.values, {})
        self.sent += len(parcel)
        there = self._there()
        lent.future = self._client.scatter(
            parcel, workers=there, broadcast=min(_COPIES, len(there)), hash=False
        )
        lent.holders = self._admitted

    def _submit(self, task: _Task) -> _Task:
        if task.lent is not None:
            self._scatter(task.lent)
        known = task.lent.known if task.lent else {}
        parcel = worker.sealed(self._key, (task.work, task.part), known)
        self.sent += len(parcel)
        task.workers = self._admitted
        name, lent = (task.lent.name, task.lent.future) if task.lent else (None, None)
        task.future = self._client.submit(
            worker.run,
            self._name,
            parcel,
            name,
            lent,
            key=f"uncounted-{uuid.uuid4().hex}",
            pure=False,
            workers=list(self._admitted),
            allow_other_workers=False,
        )
        return task

    def _answer(self, task: _Task) -> Any:
        from distributed import CancelledError

        with self.lost():
            for _ in range(_TIMES):
                try:
                    parcel = self._wait(task)
                except CancelledError:  # Dask keeps what was lent once, and its worker is gone
                    if self._client.status != "running":
                        raise
                    parcel = None
                if parcel is not None:
                    break
                task.future.cancel()
                self._await_workers()
                self._admitted = frozenset()  # a worker may have been started anew at its address
                self.admit()
                self._submit(task)
            else:
                raise ClusterLost(_TOO_OFTEN, hint=_MORE_MEMORY)
        self.received += len(parcel)
        done, answer = worker.unsealed(self._key, parcel, task.lent.values if task.lent else [])
        if done:
            return answer
        if isinstance(answer, Error):
            raise answer
        raise ClusterLost(
            f"a task failed on the Dask cluster ({answer})",
            hint="run the command without --dask; if it fails there too, report the error",
        )

    def _wait(self, task: _Task) -> Any:
        """The answer; None if the worker has no key, or all that may do the task have gone."""
        from distributed import KilledWorker

        while True:
            try:
                failed = task.future.exception(timeout=_LOOK)
            except TimeoutError:
                if task.workers.isdisjoint(self._client.nthreads()):
                    return None
                continue
            if isinstance(failed, KilledWorker):
                raise ClusterLost(_TOO_OFTEN, hint=_MORE_MEMORY)
            if failed is not None:  # tasks raise nothing: this is Dask's own
                raise ClusterLost(
                    f"the Dask cluster could not run a task ({type(failed).__name__})",
                    hint="install the same version of uncounted on the scheduler and all workers",
                )
            return task.future.result()

    def _await_workers(self) -> None:
        """Wait for workers to be started anew, if all have gone."""
        ends = time.monotonic() + _RESTART
        while not self._client.nthreads():
            if time.monotonic() > ends:
                raise ClusterLost("all workers of the Dask cluster have gone", hint=_MORE_MEMORY)
            time.sleep(_LOOK)

    def _there(self) -> list[str]:
        """Workers that were checked and have not gone; to Dask, none would stand for all."""
        there = self._admitted & self._client.nthreads().keys()
        if not there:
            raise ClusterLost("the Dask cluster has no worker", hint="start workers, and try again")
        return list(there)

    @contextmanager
    def lost(self) -> Iterator[None]:
        """Raise `ClusterLost` where the scheduler does not answer any more."""
        from distributed import CancelledError

        try:
            yield
        except (CancelledError, OSError, KeyError):  # KeyError: a worker that has just gone
            raise ClusterLost(
                "the connection to the Dask cluster is lost",
                hint="run the command again when the cluster answers, or without --dask",
            ) from None


@attrs.define(eq=False)
class _Task:
    work: Callable[[Any], Any]
    part: object
    lent: Lent | None
    future: Any = None
    workers: frozenset[str] = frozenset()  # that may do it
