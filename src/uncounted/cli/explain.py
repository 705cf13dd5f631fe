"""The command explain: what a warning means, why it matters, what to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from uncounted.cli.app import answers, app
from uncounted.cli.terminal import answer, columns, wrapped

if TYPE_CHECKING:
    from uncounted.workflow.explain import Explained, Explanation

_INDENT = 19


def explanation_lines(found: Explanation) -> Iterator[str]:
    """A code in prose: what is the case, why it matters, what to do, where more is said."""
    yield found.code
    yield from wrapped(f"{found.title}.", "  ", indent=2)
    yield ""
    yield from _part("  Why it matters", found.why)
    several = len(found.todo) > 1
    steps = [f"{i}. {step}" if several else step for i, step in enumerate(found.todo, 1)]
    for i, step in enumerate(steps):
        yield from _part("  What to do" if i == 0 else "", step)
    yield from _part("  Reference", found.reference)


def _part(head: str, text: str) -> list[str]:
    return wrapped(text, head.ljust(_INDENT), indent=_INDENT)


def _answer(found: Explained) -> None:
    if len(found.warnings) == 1:
        lines = list(explanation_lines(found.warnings[0]))
    else:
        lines = columns([(each.code, each.title) for each in found.warnings]).splitlines()
    for line in lines:
        answer(line)


@app.command()
@click.argument("code", required=False)
@answers(_answer)
def explain(code: str | None) -> Explained:
    r"""Explain a warning: what it means, why it matters and what to do.

    Without CODE, all codes are listed.

    \b
    Examples:
      uncounted explain
      uncounted explain influential-list
    """
    from uncounted.workflow.explain import explain

    return explain(code)
