"""Canonical JSON (RFC 8785): one byte form for every value, so that a hash means one thing.

RFC 8785 (JSON Canonicalization Scheme). Nothing here hashes or parses in any
other form, and nothing is ever made canonical by dropping what does not fit.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import rfc8785

from uncounted.errors import BadInput

_AS_WRITTEN = "take the file as it was written; editing or formatting it breaks its hash"
_SAFE = 2**53  # whole numbers below it, either way, are the same number to every reader
_LEAVES = frozenset({str, bool, type(None)})  # the same bytes in either way of writing
_PLAIN = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


type JSONObject = dict[str, Any]  # of JSON values, whatever its keys


def canonical(value: Any) -> bytes:
    r"""Give the canonical bytes of a JSON value.

    Raises:
        BadInput: the value holds what JSON or RFC 8785 cannot carry: a number that is
            not finite, an integer beyond 2**53, a lone surrogate, a key that is not text.

    Examples:
        >>> canonical({"b": 1.0, "a": ["서울", None]})
        b'{"a":["\xec\x84\x9c\xec\x9a\xb8",null],"b":1}'
    """
    try:
        if _is_plain(value):
            return _PLAIN.encode(value).encode()
        return rfc8785.dumps(value)
    except (ValueError, RecursionError, TypeError, AttributeError):
        raise BadInput(
            "this value has no canonical JSON form",
            hint="use text, whole numbers within 2**53, finite numbers, lists and objects",
        ) from None


def _is_plain(value: Any) -> bool:
    """Whether the standard library's encoder gives the same bytes, in a third of the time.

    It sorts keys by code point, RFC 8785 by UTF-16 unit: for ASCII keys that is one order.
    It differs in how it writes floats, so there may be none. What both refuse (a lone
    surrogate, a list in itself) may pass here; a subclass may not.
    """
    kind = type(value)
    if kind in _LEAVES:
        return True
    if kind is int:
        safe: bool = -_SAFE < value < _SAFE
        return safe
    if kind is dict:
        for key, inner in value.items():
            if type(key) is not str or not key.isascii():
                return False
            # Most values are text: asked here, they cost no call.
            if type(inner) not in _LEAVES and not _is_plain(inner):
                return False
        return True
    if kind is list or kind is tuple:
        for inner in value:  # noqa: SIM110 (a generator would take twice the time and depth)
            if type(inner) not in _LEAVES and not _is_plain(inner):
                return False
        return True
    return False


def parse(data: bytes) -> Any:
    """Read canonical JSON and nothing else: `canonical(parse(data)) == data` always holds.

    The obvious `json.loads` keeps the last of two equal keys, so that two readers of
    the same signed bytes could be shown two different things.

    Raises:
        BadInput: not UTF-8, not JSON, a key twice, or not in canonical form.

    Examples:
        >>> parse(b'{"a":1}')
        {'a': 1}
        >>> parse(b'{"a":1,"a":2}')
        Traceback (most recent call last):
        ...
        uncounted.errors.BadInput: a JSON object repeats a key
    """
    try:
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_no_key_twice,
            parse_constant=_no_constant,
            parse_int=_whole,
        )
    except (ValueError, RecursionError):
        raise BadInput("not JSON", hint=_AS_WRITTEN) from None
    if canonical(value) != data:
        raise BadInput("JSON, but not in the canonical form of RFC 8785", hint=_AS_WRITTEN)
    return value


def sha256(data: bytes) -> bytes:
    """Give the 32 bytes of SHA-256.

    Examples:
        >>> sha256(b"").hex()[:16]
        'e3b0c44298fc1c14'
    """
    return hashlib.sha256(data).digest()


def _no_key_twice(pairs: list[tuple[str, Any]]) -> JSONObject:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadInput("a JSON object repeats a key", hint=_AS_WRITTEN)
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _whole(digits: str) -> int | float:
    # Canonical JSON writes 1e17 as 100000000000000000: beyond 2**53 it was a float.
    return int(digits) if len(digits) < 16 or abs(float(digits)) < 2**53 else float(digits)
