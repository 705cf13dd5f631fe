"""Check the sizes that keep the package navigable: modules of a room and lines of a module.

    python tools/house_rules.py

A room (a folder of `src/uncounted`) has at most 20 modules, a module at most 500 lines. Used by
`make lint` and by the pre-commit hook. Exit status 1 and one line for each breach.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "uncounted"
MOST_LINES = 500
MOST_MODULES = 20


def breaches(package: Path) -> Iterator[str]:
    """Name every module with too many lines and every room with too many modules."""
    for room in sorted({file.parent for file in package.rglob("*.py")}):
        modules = sorted(room.glob("*.py"))
        if len(modules) > MOST_MODULES:
            where = room.relative_to(package.parent)
            yield f"{where} has {len(modules)} modules; at most {MOST_MODULES}: look for a sub-room"
        for module in modules:
            lines = len(module.read_text("utf-8").splitlines())
            if lines > MOST_LINES:
                where = module.relative_to(package.parent)
                yield f"{where} has {lines} lines; at most {MOST_LINES}: look for the second idea"


if __name__ == "__main__":
    found = list(breaches(PACKAGE))
    for each in found:
        print(each, file=sys.stderr)
    sys.exit(1 if found else 0)
