"""Base64 with one spelling for each value (RFC 4648, sections 3.5 and 4).

Python accepts any value in the unused bits of the last letter, so that sixteen
different texts can stand for the same signature. Here a text is encoded again
and must come out the same.
"""

from __future__ import annotations

import base64
import binascii


def encode(data: bytes) -> str:
    """Encode with padding, on one line."""
    return base64.b64encode(data).decode("ascii")


def decode(text: str, *, size: int | None = None) -> bytes | None:
    r"""Decode, or give None when the text is not the one spelling of its value.

    Args:
        text: base64 in the standard alphabet, with padding.
        size: how many bytes it must hold, when that is known.

    Examples:
        >>> decode("AA=="), decode("AB=="), decode("AA")
        (b'\x00', None, None)
    """
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return None
    if encode(data) != text or (size is not None and len(data) != size):
        return None
    return data
