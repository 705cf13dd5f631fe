"""Write docs/reference/warnings.md from the explanations of warnings in the source.

    python tools/warnings_page.py

`tests/test_warnings_page.py` fails when the page is not what this writes.
"""

from __future__ import annotations

import sys
from pathlib import Path

from uncounted.explanations import Explanation, explanations_of

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "warnings.md"
ROOMS = {"Record linkage": "uncounted.linkage", "Estimation": "uncounted.estimate.base"}
HEAD = """# Warnings

A warning has a code, and the figure that triggered it. Those marked *report* are to be reported
with the number: `estimate` prints them, and a release prints their titles. The others are notes,
which `estimate --verbose` prints. `uncounted explain CODE` prints what this page says of one code.
In Python and in `--json` a warning has a `code` and a `text`.
"""


def entry(found: Explanation) -> str:
    """One code."""
    several = len(found.todo) > 1
    steps = [f"{i}. {step}" for i, step in enumerate(found.todo, 1)] if several else found.todo
    level = "report" if found.level == "warning" else "note"
    todo = " ".join(steps)
    return (
        f"### {found.code}\n\n{found.title}. *({level})*\n\n{found.why}\n\n"
        f"What to do: {todo}\n\nReference: {found.reference}.\n"
    )


def page() -> str:
    """The whole page."""
    parts, done = [HEAD], set[str]()
    for title, package in ROOMS.items():
        parts.append(f"## {title}\n")
        for code, found in explanations_of(package).items():
            if code not in done:
                parts.append(entry(found))
                done.add(code)
    return "\n".join(parts)


def main(*, check: bool) -> int:
    """Write the page, or say that it is not what the explanations say."""
    if not check:
        PAGE.write_text(page(), encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page():
        print(f"docs/reference/warnings.md is out of date: run tools/{Path(__file__).name}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
