"""Explain the warnings of estimates and linkages, by their codes."""

from __future__ import annotations

import attrs

from uncounted.errors import UsedWrongly, unknown
from uncounted.explanations import Explanation, explanations_of

__all__ = ["Explained", "Explanation", "explain"]

_ROOMS = ("uncounted.linkage", "uncounted.estimate.base")


@attrs.frozen
class Explained:
    """The explanations of the codes asked for."""

    warnings: tuple[Explanation, ...]


def explain(code: str | None) -> Explained:
    """The explanation of a code; of every code for None."""
    every: dict[str, Explanation] = {}
    for room in _ROOMS:
        every |= explanations_of(room)
    if code is None:
        return Explained(tuple(every.values()))
    if code not in every:
        raise UsedWrongly(
            unknown("warning code", code, every), hint="uncounted explain lists all codes"
        )
    return Explained((every[code],))
