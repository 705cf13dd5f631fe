"""Write `docs/reference/commands.md` from the help of every command.

    python tools/commands_page.py

A test holds the page against the commands as they are.
"""

from __future__ import annotations

from pathlib import Path

import click
from click.testing import CliRunner

from uncounted.cli import app

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "commands.md"
HEAD = """# Commands

Written by `tools/commands_page.py` from `uncounted COMMAND --help`. Every command has `--json`,
which prints one JSON object, unless its help says otherwise. Exit status: 0 done, 1 refused or
errors found, 2 used wrongly.
"""
FOOT = """
## What this page does not cover

What a result means: see the how-to pages and [glossary](glossary.md).
"""


def _leaves(group: click.Group, words: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The words of every command, groups before what is in them."""
    found = []
    for name in group.list_commands(click.Context(group)):
        command = group.commands[name]
        found.append((*words, name))
        if isinstance(command, click.Group):
            found += _leaves(command, (*words, name))
    return found


def page() -> str:
    """The text of the page."""
    sections = [HEAD]
    for words in [(), *_leaves(app)]:
        shown = CliRunner().invoke(
            app,
            [*words, "--help"],
            prog_name="uncounted",
            max_content_width=80,
            terminal_width=80,
            env={"NO_COLOR": "1", "COLUMNS": "80"},
        )
        title = " ".join(words) or "uncounted"
        sections.append(f"\n## {title}\n\n```text\n{shown.output.rstrip()}\n```\n")
    return "".join([*sections, FOOT])


if __name__ == "__main__":
    PAGE.write_text(page())
