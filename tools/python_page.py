"""Write docs/reference/python.md from the docstrings of the public names.

    python tools/python_page.py

`tests/docs/test_python_page.py` fails when the page is not what this writes.
"""

from __future__ import annotations

import importlib
import inspect
import re
import sys
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "python.md"
ROOMS = {
    "uncounted": "Entry points",
    "uncounted.estimate": "Estimation",
    "uncounted.linkage": "Record linkage",
    "uncounted.rates": "Rates",
    "uncounted.simulate": "Simulation",
    "uncounted.publish.plots": "Charts",
}
HEAD = """# Python

The public names of the package, with their docstrings. `help(NAME)` in Python prints the same, with
examples. A page to run is [estimate in a notebook](../how-to/estimate-in-a-notebook.md).
"""
SECTION = re.compile(r"^(\w[\w ]*)\n-{3,}\n", re.MULTILINE)
SHOWN = ("Parameters", "Attributes", "Returns", "Raises")


def cells(section: str) -> list[tuple[str, str]]:
    """The items of a numpydoc section: what stands before the indented text, and the text."""
    found: list[tuple[str, list[str]]] = []
    for line in section.strip("\n").splitlines():
        if line and not line.startswith(" "):
            found.append((line, []))
        elif found:
            found[-1][1].append(line.strip())
    return [(head, " ".join(filter(None, text))) for head, text in found]


def escaped(text: str) -> str:
    """Text for a cell of a table; code in it stays as it is."""
    parts = text.replace("|", "\\|").split("`")
    return "`".join(part if i % 2 else part.replace("<", "&lt;") for i, part in enumerate(parts))


def table(title: str, section: str) -> str:
    """One section as a table; a section without indented text as a paragraph."""
    rows = cells(section)
    if not any(text for _, text in rows):
        return f"**{title}:** {escaped(' '.join(head for head, _ in rows))}\n"
    lines = [f"| {title.lower()} | |", "|---|---|"]
    lines += [f"| `{head}` | {escaped(text)} |" for head, text in rows]
    return "\n".join(lines) + "\n"


def default(value: object) -> str:
    """A default as it is written, or an ellipsis if that is long or made anew for each call."""
    text = getattr(value, "__name__", None) or repr(value)
    return text if len(text) <= 30 and text != "NOTHING" else "..."


def signature(thing: object) -> str:
    """What it is called with, without the annotations, which the tables have; not of results."""
    if "\nAttributes\n---" in (inspect.getdoc(thing) or ""):
        return ""
    try:
        parameters = inspect.signature(thing).parameters  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return ""
    names, starred = [], False
    for name, each in parameters.items():
        if each.kind is inspect.Parameter.KEYWORD_ONLY and not starred:
            names.append("*")
            starred = True
        has = each.default is not inspect.Parameter.empty
        names.append(f"{name}={default(each.default)}" if has else name)
    return f"({', '.join(names)})"


def methods(thing: object) -> str:
    """The public methods and properties of a class, by the first line of their docstrings."""
    if not inspect.isclass(thing):
        return ""
    rows = []
    for name, member in vars(thing).items():
        plain = getattr(member, "__func__", member)
        text = inspect.getdoc(plain)
        shown = callable(plain) or isinstance(member, property)
        if name.startswith("_") or not text or not shown:
            continue
        rows.append(f"| `{name}` | {escaped(text.splitlines()[0])} |")
    return "\n".join(["| methods and properties | |", "|---|---|", *rows]) + "\n" if rows else ""


def entry(room: str, name: str, thing: object) -> str:
    """One name."""
    body, *parts = SECTION.split(inspect.getdoc(thing) or "")
    sections = dict(zip(parts[::2], parts[1::2], strict=True))
    head = f"### {name}\n\n```text\n{room}.{name}{signature(thing)}\n```\n\n{body.strip()}\n"
    tables = [table(title, sections[title]) for title in SHOWN if title in sections]
    return "\n".join(filter(None, [head, *tables, methods(thing)]))


def page() -> str:
    """The whole page."""
    parts, done = [HEAD], set[int]()
    for room, title in ROOMS.items():
        module = importlib.import_module(room)
        parts.append(f"## {title}: `{room}`\n")
        for name in sorted(module.__all__, key=str.lower):
            thing = getattr(module, name)
            if callable(thing) and id(thing) not in done:
                done.add(id(thing))
                parts.append(entry(room, name, thing))
    parts.append(
        "## What this page does not cover\n\n"
        "Modules that are not public (their docstrings are in the source), and the command line\n"
        "([commands](commands.md)).\n"
    )
    return "\n".join(parts)


def main() -> int:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
