"""Record linkage and multiple systems estimation of people whom reports document in part.

Counts in, a `Study` of estimates out, without a case file (`uncounted.estimate.run`):

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
    from uncounted import estimate, linkage, rates, simulate
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
    "linkage",
    "plots",
    "rates",
    "read_tables",
    "simulate",
]

_MODULES = {
    "estimate": "uncounted.estimate",
    "linkage": "uncounted.linkage",
    "plots": "uncounted.publish.plots",
    "rates": "uncounted.rates",
    "simulate": "uncounted.simulate",
}
_HOMES = {
    "CaptureTable": "uncounted.captures",
    "Estimate": "uncounted.estimate",
    "Study": "uncounted.estimate",
    "read_tables": "uncounted.captures",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return importlib.import_module("importlib.metadata").version("uncounted")
    if name in _MODULES:
        return importlib.import_module(_MODULES[name])
    if name not in _HOMES:
        raise AttributeError(f"module 'uncounted' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
