"""Tasks on a Dask cluster: what they are sent is encrypted, and the key goes to checked workers.

A worker is given the key only if it keeps what it is sent in memory, is reached by TLS or on this
computer, and has the same versions as this computer. The key is in its memory alone, so that
neither logs, nor a disk, nor a worker that was not checked has anything in clear.
"""

from __future__ import annotations

import io
import logging
import os
import pickle
import sys
import uuid
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import metadata
from typing import Any

import attrs
from cryptography.exceptions import InvalidTag as InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from uncounted import _processes
from uncounted.errors import ClusterLost, Error, UsedWrongly

_LOOK = 1.0  # seconds between looks at whether workers are there
_TIMES = 2  # that a task is handed to a worker which has been started anew and has no key
_CHUNK = 1 << 30  # bytes that are encrypted at a time: AES-GCM takes no more than 2^31
_NONCE, _TAG = 12, 16
_OPENED = 3  # lent values that a worker keeps in memory
_SAME = ("uncounted", "numpy", "numba")  # packages on which numbers depend
_HERE = ("127.0.0.1", "localhost", "::1")
_SPILLS = (
    "start every worker with --memory-limit 0, or with distributed.worker.memory.target and"
    " distributed.worker.memory.spill set to false in its configuration"
)
_TOO_OFTEN = "a task lost its worker again and again (out of memory?); nothing was stored"
_MORE_MEMORY = "start workers with more memory, and run the command again"

# in the memory of a worker: the key of each client, and what it was lent
_keys = dict[str, bytes]()
_opened = OrderedDict[str, list[object]]()


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
    """Values that many tasks refer to; each worker is sent them once."""

    values: Sequence[object]
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

    def lend(self, values: Sequence[object]) -> Lent:
        """Lend values to all workers: tasks refer to them without sending them again."""
        return Lent(values)

    def each[T, R](
        self, work: Callable[[T], R], parts: Iterable[T], *, lent: Lent | None = None
    ) -> Iterator[R]:
        """Work on each part, as a task; answers in order, no more in memory than is worked on.

        Raises:
            ClusterLost: no worker is left, or a task lost its worker too often, or failed.
        """
        with self.lost():
            threads = self.admit()
            if lent is not None:
                self._scatter(lent)
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
        fit = [address for address in new if address not in unfit]
        if fit:
            self._client.run(_receive, self._name, self._key, workers=fit)
        self._admitted = frozenset(there) - unfit.keys()
        return sum(there[address] for address in self._admitted)

    def _unfit(self, addresses: Sequence[str]) -> dict[str, Error]:
        """Which of these workers must be sent nothing, and why."""
        found: dict[str, Error] = {
            address: UsedWrongly(
                "a worker of the Dask cluster is reached without TLS",
                hint="start all workers with TLS",
            )
            for address in addresses
            if not _protected(address)
        }
        asked = [address for address in addresses if address not in found]
        here = _versions()
        facts = self._client.run(_facts, workers=asked, on_error="return") if asked else {}
        for address, fact in facts.items():
            if isinstance(fact, BaseException) or fact["versions"] != here:
                found[address] = UsedWrongly(
                    "a worker of the Dask cluster has not the versions of this computer",
                    hint="install on all: " + ", ".join(map(" ".join, here.items())),
                )
            elif not fact["in_memory"]:
                found[address] = UsedWrongly(
                    "a worker of the Dask cluster may write names to its disk when memory is short",
                    hint=_SPILLS,
                )
        return found

    def leave(self) -> None:
        """Have workers forget the key."""
        with suppress(Exception):
            self._client.run(_forget, self._name, workers=list(self._admitted))

    def _scatter(self, lent: Lent) -> None:
        if lent.future is not None and self._admitted <= lent.holders:
            return
        parcel = _sealed(self._key, list(lent.values), {})
        self.sent += len(parcel)
        holders = list(self._admitted)
        lent.future = self._client.scatter(parcel, workers=holders, broadcast=True, hash=False)
        lent.holders = self._admitted

    def _submit(self, task: _Task) -> _Task:
        known = task.lent.known if task.lent else {}
        parcel = _sealed(self._key, (task.work, task.part), known)
        self.sent += len(parcel)
        name, lent = (task.lent.name, task.lent.future) if task.lent else (None, None)
        task.future = self._client.submit(
            _run,
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
        with self.lost():
            for _ in range(_TIMES):
                parcel = self._wait(task)
                if parcel is not None:
                    break
                self._admitted = frozenset()  # the worker was started anew at its address
                self.admit()
                self._submit(task)
            else:
                raise ClusterLost(_TOO_OFTEN, hint=_MORE_MEMORY)
        self.received += len(parcel)
        done, answer = _unsealed(self._key, parcel, list(task.lent.values) if task.lent else [])
        if done:
            return answer
        if isinstance(answer, Error):
            raise answer
        raise ClusterLost(
            f"a task failed on the Dask cluster ({answer})",
            hint="run the command without --dask; if it fails there too, report the error",
        )

    def _wait(self, task: _Task) -> Any:
        while True:
            try:
                return task.future.result(timeout=_LOOK)
            except TimeoutError:
                if not self._admitted & self._client.nthreads().keys():
                    raise ClusterLost(
                        "all workers of the Dask cluster have gone; nothing was stored",
                        hint=_MORE_MEMORY,
                    ) from None

    @contextmanager
    def lost(self) -> Iterator[None]:
        """Raise `ClusterLost` for what Dask raises."""
        from distributed import CancelledError, KilledWorker

        try:
            yield
        except KilledWorker:
            raise ClusterLost(_TOO_OFTEN, hint=_MORE_MEMORY) from None
        except (CancelledError, OSError) as error:
            raise ClusterLost(
                f"the connection to the Dask cluster is lost ({type(error).__name__});"
                " nothing was stored",
                hint="run the command again when the cluster answers, or without --dask",
            ) from None


@attrs.define(eq=False)
class _Task:
    work: Callable[[Any], Any]
    part: object
    lent: Lent | None
    future: Any = None


class _Pickler(pickle.Pickler):
    """Refers to what was lent instead of writing it."""

    def __init__(self, file: io.BytesIO, known: dict[int, int]) -> None:
        super().__init__(file, protocol=5)
        self._known = known

    def persistent_id(self, value: object) -> int | None:
        return self._known.get(id(value))


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, values: Sequence[object]) -> None:
        super().__init__(file)
        self._values = values

    def persistent_load(self, place: Any) -> object:
        return self._values[place]


def _sealed(key: bytes, value: object, known: dict[int, int]) -> bytes:
    """A value as encrypted bytes, in which what is known stands as its place."""
    if known:
        file = io.BytesIO()
        _Pickler(file, known).dump(value)
        clear = file.getbuffer()
    else:
        clear = memoryview(pickle.dumps(value, protocol=5))
    cipher, parts = AESGCM(key), list[bytes]()
    for at in range(0, len(clear), _CHUNK):
        nonce = os.urandom(_NONCE)
        last = at + _CHUNK >= len(clear)
        parts += [nonce, cipher.encrypt(nonce, clear[at : at + _CHUNK], _place(at, last=last))]
    return b"".join(parts)


def _unsealed(key: bytes, parcel: bytes, values: Sequence[object]) -> Any:
    cipher, clear, whole = AESGCM(key), io.BytesIO(), memoryview(parcel)
    size = _NONCE + _CHUNK + _TAG
    for number, at in enumerate(range(0, len(whole), size)):
        part, last = whole[at : at + size], at + size >= len(whole)
        place = _place(number * _CHUNK, last=last)
        clear.write(cipher.decrypt(part[:_NONCE], part[_NONCE:], place))
    clear.seek(0)
    return _Unpickler(clear, values).load()


def _place(at: int, *, last: bool) -> bytes:
    return b"%d %d" % (at, last)


def _run(name: str, parcel: bytes, lent: str | None, of_lent: bytes | None) -> bytes | None:
    """On a worker: one task. None: this worker has no key.

    Nothing is raised: Dask would write the error and what the task was sent to a log.
    """
    key = _keys.get(name)
    if key is None:
        return None
    try:
        work, part = _unsealed(key, parcel, values := _values(key, lent, of_lent))
        known = {id(value): at for at, value in enumerate(values)}
        return _sealed(key, (True, work(part)), known)
    except Error as error:
        return _sealed(key, (False, error), {})
    except Exception as error:  # noqa: BLE001 - its kind is told; its words may hold a name
        return _sealed(key, (False, type(error).__name__), {})


def _values(key: bytes, lent: str | None, of_lent: bytes | None) -> list[object]:
    if lent is None or of_lent is None:
        return []
    values = _opened.get(lent)
    if values is None:
        values = _opened[lent] = _unsealed(key, of_lent, [])
        while len(_opened) > _OPENED:
            _opened.popitem(last=False)
    return values


def _versions() -> dict[str, str]:
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return {"Python": python} | {each: metadata.version(each) for each in _SAME}


def _facts(dask_worker: Any) -> dict[str, Any]:
    """On a worker: its versions, and whether what it is sent stays in memory."""
    return {"versions": _versions(), "in_memory": type(dask_worker.data) is dict}


def _receive(name: str, key: bytes) -> None:
    _keys[name] = key


def _forget(name: str) -> None:
    _keys.pop(name, None)
    _opened.clear()
