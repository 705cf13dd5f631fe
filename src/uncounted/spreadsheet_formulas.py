"""Cells that a spreadsheet would run as a formula: found, and made inert by an apostrophe.

A formula begins with one of four signs or its full-width form, at the start of a cell or behind a
separator: where cells are separated by semicolons, a spreadsheet begins a new cell there, quoted
or not. Quotation marks and spaces before the sign are no hindrance; an apostrophe is, and makes
the rest of the cell text. A plain number below zero is no formula.
"""

from __future__ import annotations

import re
from typing import Final

_FORMULA: Final = re.compile(
    r"(?:\A|[;,|\t\r\n])[\s\"]*(?=[=+@\uff1d\uff0b\uff20]|[-\uff0d](?![0-9.]+\Z))"
)


def runs(cell: str) -> bool:
    """Whether a spreadsheet would run something in a cell.

    Examples:
        >>> runs("=1+1"), runs("x; +1"), runs("-5"), runs("Saebyok-2")
        (True, True, False, False)
    """
    return _FORMULA.search(cell) is not None


def inert(cell: str) -> str:
    """A cell with an apostrophe before whatever a spreadsheet would run.

    Examples:
        >>> inert("S-17"), inert("x;=1+1"), inert("\uff1d1+1"), inert("-5")
        ('S-17', "x;'=1+1", "'\uff1d1+1", '-5')
    """
    return _FORMULA.sub(lambda found: found[0] + "'", cell)
