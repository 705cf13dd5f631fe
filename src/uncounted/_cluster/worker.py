"""On a worker of a Dask cluster: encrypted tasks in, encrypted answers out.

The key of each client is in the memory of the worker alone, so that neither logs, nor a disk, nor a
worker that was not checked has anything in clear.
"""

from __future__ import annotations

import io
import os
import pickle
import sys
from collections import OrderedDict
from collections.abc import Sequence
from importlib import metadata
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from uncounted.errors import Error

CHUNK = 1 << 30  # bytes that are encrypted at a time: AES-GCM takes no more than 2^31
NONCE, TAG = 12, 16
_OPENED = 3  # lent values that are kept
_SAME = ("uncounted", "numpy", "numba")  # packages on which numbers depend

keys = dict[str, bytes]()  # of each client
opened = OrderedDict[str, list[object]]()  # what was lent


class _Pickler(pickle.Pickler):
    """Refers to what was lent instead of writing it."""

    def __init__(self, file: io.BytesIO, known: dict[int, int]) -> None:
        super().__init__(file, protocol=5)
        self._known = known

    def persistent_id(self, value: object) -> int | None:
        return self._known.get(id(value))


class _Collector(pickle.Pickler):
    """Collects arrays."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), protocol=5)
        self.found = dict[int, object]()

    def persistent_id(self, value: object) -> int | None:
        if type(value).__name__ != "ndarray":
            return None
        self.found[id(value)] = value
        return id(value)


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, values: Sequence[object]) -> None:
        super().__init__(file)
        self._values = values

    def persistent_load(self, place: Any) -> object:
        return self._values[place]


def arrays_within(value: object) -> list[object]:
    """All arrays of numpy within a value, each once."""
    collector = _Collector()
    collector.dump(value)
    return list(collector.found.values())


def sealed(key: bytes, value: object, known: dict[int, int]) -> bytes:
    """A value as encrypted bytes, in which what is known stands as its place."""
    if known:
        file = io.BytesIO()
        _Pickler(file, known).dump(value)
        clear = file.getbuffer()
    else:
        clear = memoryview(pickle.dumps(value, protocol=5))
    cipher, parts = AESGCM(key), list[bytes]()
    for at in range(0, len(clear), CHUNK):
        nonce = os.urandom(NONCE)
        last = at + CHUNK >= len(clear)
        parts += [nonce, cipher.encrypt(nonce, clear[at : at + CHUNK], _place(at, last=last))]
    return b"".join(parts)


def unsealed(key: bytes, parcel: bytes, values: Sequence[object]) -> Any:
    """What `sealed` was given, with `values` in the places of what was known."""
    cipher, clear, whole = AESGCM(key), io.BytesIO(), memoryview(parcel)
    size = NONCE + CHUNK + TAG
    for number, at in enumerate(range(0, len(whole), size)):
        part, last = whole[at : at + size], at + size >= len(whole)
        place = _place(number * CHUNK, last=last)
        clear.write(cipher.decrypt(part[:NONCE], part[NONCE:], place))
    clear.seek(0)
    return _Unpickler(clear, values).load()


def _place(at: int, *, last: bool) -> bytes:
    return b"%d %d" % (at, last)


def run(name: str, parcel: bytes, lent: str | None, of_lent: bytes | None) -> bytes | None:
    """On a worker: one task. None: this worker has no key.

    Nothing is raised: Dask would write the error and what the task was sent to a log.
    """
    key = keys.get(name)
    if key is None:
        return None
    try:
        work, part = unsealed(key, parcel, values := _values(key, lent, of_lent))
        known = {id(value): at for at, value in enumerate(values)}
        return sealed(key, (True, work(part)), known)
    except Error as error:
        return sealed(key, (False, error), {})
    except Exception as error:  # noqa: BLE001 - its kind is told; its words may hold a name
        return sealed(key, (False, type(error).__name__), {})


def _values(key: bytes, lent: str | None, of_lent: bytes | None) -> list[object]:
    if lent is None or of_lent is None:
        return []
    values = opened.get(lent)
    if values is None:
        values = opened[lent] = unsealed(key, of_lent, [])
        while len(opened) > _OPENED:
            opened.popitem(last=False)
    return values


def versions() -> dict[str, str]:
    """Of Python and of what computes."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return {"Python": python} | {each: metadata.version(each) for each in _SAME}


def facts(dask_worker: Any) -> dict[str, Any]:
    """On a worker: its versions, and whether what it is sent stays in memory."""
    return {"versions": versions(), "in_memory": type(dask_worker.data) is dict}


def receive(name: str, key: bytes) -> str:
    """On a worker: keep the key of a client; answer its name."""
    keys[name] = key
    return name


def forget(name: str) -> None:
    """On a worker: keep neither the key of a client nor what was lent."""
    keys.pop(name, None)
    opened.clear()
