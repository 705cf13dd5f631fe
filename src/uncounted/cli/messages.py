"""What several commands print of a linkage: warnings, and reports that were excluded."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from uncounted.cli.terminal import WIDTH, answer, plural

if TYPE_CHECKING:
    from uncounted.workflow.link import CopiedList

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
        warning("linkage-check-failed", f"{why}. Review links before you use any number.")


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
