"""Dates as people write them, in English, Korean and Chinese, put into EDTF."""

from __future__ import annotations

import re
import unicodedata

import attrs

from uncounted.errors import BadInput
from uncounted.records import edtf


@attrs.frozen
class Translation:
    """An EDTF string, or None where the text says "unknown"; and remarks on the reading."""

    edtf: str | None
    notes: tuple[str, ...] = ()


_NUMERIC = re.compile(
    r"(\d{4})\s*[-./년年]\s*(\d{1,2})(?:\s*[-./월月]\s*(\d{1,2}))?\s*[월月일日.]?"
)


def translate(text: str, *, day_first: bool | None = None) -> Translation:
    """Put one written date into EDTF."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if edtf.is_edtf(plain):
        return Translation(plain)
    if found := _NUMERIC.fullmatch(plain):
        year, month, day = found.groups()
        return Translation("-".join([year, *(f"{int(part):02d}" for part in (month, day) if part)]))
    raise BadInput("not a date", hint='write it as "2013", "2013-05", "2013-05-07" or "201X"')
