"""Warnings in the terminal with their codes; the command explain, which says what one means."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import click

from uncounted.cli.app import answers, app
from uncounted.cli.terminal import answer
from uncounted.text_table import WIDTH, columns, plural, wrapped

if TYPE_CHECKING:
    from uncounted.workflow.explain import Explained, Explanation
    from uncounted.workflow.link import CopiedList

_INDENT = 19  # of an explanation

type Printer = Callable[[str], None]


def warning(code: str, words: str, out: Printer = answer) -> None:
    """Print a warning with its code, wrapped."""
    out(
        textwrap.fill(
            f"warning {code}: {words}", WIDTH, initial_indent="  ", subsequent_indent="    "
        )
    )


def failed_check(why: str | None) -> None:
    """Warn that the linkage fails a check, if it does."""
    if why:
        warning("linkage-check-failed", f"{why}. Nothing is counted: review links, and link again.")


def copied_lists(copied: Sequence[CopiedList], out: Printer = answer) -> None:
    """Warn of lists that share nearly all their reports with another."""
    for each in copied:
        warning(
            "copied-list",
            f"{each.alike:,} of {each.of:,} reports of {each.shorter} say exactly what reports of"
            f" {each.longer} say",
            out,
        )


def excluded(reports: Mapping[str, int]) -> str:
    """How many reports were not linked or not counted, by reason; empty for none.

    Examples:
        >>> excluded({"no consent for link": 39, "withdrawn": 1})
        '39 reports (no consent for link), 1 report (withdrawn)'
    """
    return ", ".join(f"{plural(count, 'report')} ({reason})" for reason, count in reports.items())


def left_out(reports: Mapping[str, int], out: Printer = answer) -> None:
    """Say which reports were excluded, if any."""
    if reports:
        out(f"Excluded: {excluded(reports)}")


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
