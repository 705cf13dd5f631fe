"""Client of a timestamp authority (RFC 3161): the one module that opens a connection.

Nothing is looked up, followed or sent but what RFC 3161 needs: a hash, once, to one
address. Redirections are not followed and no proxy is used that the system names for
other programs, so that the answer comes from where the question went.
"""

from __future__ import annotations

import io
import ssl
import time
import urllib.error
import urllib.request
from http import HTTPStatus
from http.client import (
    HTTPConnection,
    HTTPException,
    HTTPMessage,
    HTTPResponse,
    HTTPSConnection,
)
from socket import socket
from typing import IO, Any
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
        raise UsedWrongly("that address cannot be read", hint=_SHAPE) from None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise UsedWrongly("that is no address of a timestamp authority", hint=_SHAPE)
    return f"{parts.hostname}, port {port or (443 if parts.scheme == 'https' else 80)}"


_SHAPE = "it looks like http://stamps.example/tsr"


def ask(url: str, query: bytes, *, seconds: float = SECONDS) -> bytes:
    """Send a timestamp query to an authority and give its answer (RFC 3161, section 3.4).

    The answer is not checked here, and not trusted: over http anybody on the way could
    have written it. What makes it good is the signature in it.

    Args:
        url: of the authority.
        query: what is asked.
        seconds: for connecting, and again for the whole of the answer, however it comes: a
            server that sends a byte now and then cannot hold a case file for longer.

    Raises:
        NotStamped: nobody there, no answer in time, or one that is no timestamp reply.
        UsedWrongly: not an address.
    """
    place(url)
    question = urllib.request.Request(  # noqa: S310 - `place` allows http and https alone
        url, data=query, headers={"Content-Type": _QUERY, "Accept": _REPLY}, method="POST"
    )
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), _Straight(), _Http(), _Https()
    )
    try:
        with opener.open(question, timeout=seconds) as reply:
            kind = reply.headers.get_content_type()
            answer: bytes = reply.read(MOST_BYTES + 1)
    except urllib.error.HTTPError as error:
        error.close()
        raise NotStamped(f"the authority answered with HTTP {error.code}", hint=_AGAIN) from None
    except (OSError, HTTPException) as error:
        raise NotStamped(
            f"the authority cannot be reached ({_why(error)})",
            hint="check the address and the connection; nothing was changed",
        ) from None
    if kind != _REPLY:
        raise NotStamped("what answered there is no timestamp authority", hint=_AGAIN)
    if len(answer) > MOST_BYTES:
        raise NotStamped("the answer is too long to be a timestamp", hint=_AGAIN)
    return answer


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, urllib.error.URLError) and isinstance(error.reason, OSError):
        return _why(error.reason)
    if isinstance(error, ConnectionRefusedError):
        return "the connection was refused"
    return type(error).__name__


class _Straight(urllib.request.HTTPRedirectHandler):
    """Follow no redirection: it would lead where the user did not ask to go."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> None:
        """Refuse; the answer then counts as an error."""
        raise urllib.error.HTTPError(
            req.full_url, HTTPStatus(code), "a redirection is not followed", headers, fp
        )


class _Reply(HTTPResponse):
    """A response that is there, headers and all, within the connection's timeout or not at all."""

    def __init__(self, sock: socket, *args: Any, **more: Any) -> None:
        super().__init__(sock, *args, **more)
        self.fp.close()
        self.fp = io.BufferedReader(_Within(sock, sock.gettimeout() or SECONDS))


class _Within(io.RawIOBase):
    """Reads from a socket until a moment; its own timeout starts anew with each piece."""

    def __init__(self, sock: socket, seconds: float) -> None:
        self._sock, self._raw = sock, sock.makefile("rb", buffering=0)
        self._end = time.monotonic() + seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Connection(HTTPConnection):
    response_class = _Reply


class _Secured(HTTPSConnection):
    response_class = _Reply


class _Http(urllib.request.HTTPHandler):
    def http_open(self, req: urllib.request.Request) -> HTTPResponse:
        return self.do_open(_Connection, req)


class _Https(urllib.request.HTTPSHandler):
    def https_open(self, req: urllib.request.Request) -> HTTPResponse:
        return self.do_open(_Secured, req, context=ssl.create_default_context())
