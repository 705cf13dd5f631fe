"""Client of a timestamp authority (RFC 3161): the one module that opens a connection.

Nothing is looked up, followed or sent but what RFC 3161 needs: a hash, once, to one
address. Redirections are not followed and no proxy is used that the system names for
other programs, so that the answer comes from where the question went.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from uncounted.errors import NotStamped, UsedWrongly
from uncounted.proof.rfc3161 import MOST_BYTES

SECONDS = 20.0
_QUERY, _REPLY = "application/timestamp-query", "application/timestamp-reply"
_AGAIN = "ask again later, or another authority; nothing was changed"


def place(url: str) -> str:
    """Host and port that a connection will be opened to.

    Raises:
        UsedWrongly: not an http or https address, or one with a name and password in it.

    Examples:
        >>> place("http://stamps.example/tsr")
        'stamps.example, port 80'
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise UsedWrongly("not a valid address", hint=_SHAPE) from None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise UsedWrongly("not an address of a timestamp authority", hint=_SHAPE)
    return f"{parts.hostname}, port {port or (443 if parts.scheme == 'https' else 80)}"


_SHAPE = "it looks like http://stamps.example/tsr"


def ask(url: str, query: bytes, *, seconds: float = SECONDS) -> bytes:
    """Send a timestamp query to an authority and give its answer (RFC 3161, section 3.4).

    The answer is not checked here, and not trusted: over http anyone on the way could
    have written it. What makes it good is the signature in it.

    Args:
        url: of the authority.
        query: what is asked.
        seconds: for connecting, and again for the whole of the answer, however it comes: a
            server that sends a byte now and then cannot hold a case file for longer.

    Raises:
        NotStamped: no connection, no answer in time, or one that is no timestamp reply.
        UsedWrongly: not an address.
    """
    place(url)
    parts = urlsplit(url)
    connect = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = connect(str(parts.hostname), parts.port, timeout=seconds)
    late = threading.Event()
    try:
        connection.connect()
        with _closed_after(seconds, connection.sock, late):
            path = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
            headers = {"Content-Type": _QUERY, "Accept": _REPLY}
            connection.request("POST", path, body=query, headers=headers)
            reply = connection.getresponse()
            kind, answer = reply.headers.get_content_type(), reply.read(MOST_BYTES + 1)
        if late.is_set():
            raise TimeoutError
    except (OSError, HTTPException) as error:
        why = _why(TimeoutError() if late.is_set() else error)
        raise NotStamped(
            f"the authority cannot be reached ({why})",
            hint="check the address and the connection; nothing was changed",
        ) from None
    finally:
        connection.close()
    if not 200 <= reply.status < 300:
        raise NotStamped(f"the authority answered with HTTP {reply.status}", hint=_AGAIN)
    if kind != _REPLY:
        raise NotStamped("the answer is not from a timestamp authority", hint=_AGAIN)
    if len(answer) > MOST_BYTES:
        raise NotStamped("the answer is too long to be a timestamp", hint=_AGAIN)
    return answer


@contextlib.contextmanager
def _closed_after(seconds: float, sock: socket.socket, late: threading.Event) -> Iterator[None]:
    """Shut a socket after a time, whatever comes from it: its own timeout is for each piece."""

    def shut() -> None:
        late.set()
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, shut)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ConnectionRefusedError):
        return "the connection was refused"
    return type(error).__name__
