"""From testimony to a number that can be defended.

Numbers in, an Estimate out, without a case file:

    >>> import uncounted
    >>> table = uncounted.CaptureTable.of("AB", {"10": 30, "01": 20, "11": 12})
    >>> table.observed
    62

Names are loaded when they are first used, so that `verify` starts without numpy; so is
`__version__`, since reading it takes longer than importing this.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from uncounted import estimate
    from uncounted.captures import CaptureTable, read_tables
    from uncounted.estimate import Estimate, Study
    from uncounted.publish import plots

    __version__: str

__all__ = [
    "CaptureTable",
    "Estimate",
    "Study",
    "__version__",
    "estimate",
    "plots",
    "read_tables",
]

_ROOMS = {"estimate": "uncounted.estimate", "plots": "uncounted.publish.plots"}
_AT = {
    "CaptureTable": "uncounted.captures",
    "read_tables": "uncounted.captures",
    "Estimate": "uncounted.estimate",
    "Study": "uncounted.estimate",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return importlib.import_module("importlib.metadata").version("uncounted")
    if name in _ROOMS:
        return importlib.import_module(_ROOMS[name])
    if name not in _AT:
        raise AttributeError(f"module 'uncounted' has no attribute {name!r}")
    return getattr(importlib.import_module(_AT[name]), name)
