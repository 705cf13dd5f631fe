"""What several commands say on stderr of a linkage: checks that fail, reports not counted."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from uncounted.cli.terminal import plural, say

if TYPE_CHECKING:
    from uncounted.workflow.link import CopiedList


def mind(words: str) -> None:
    """Print a warning, wrapped."""
    say(textwrap.fill(f"mind: {words}", 80, initial_indent="  ", subsequent_indent="    "))


def failed_check(why: str | None) -> None:
    """Warn that the linkage fails a check, if it does."""
    if why:
        mind(
            f"a check fails that other ways of linking have to pass: {why}. Look at the links with"
            " uncounted review, and decide some, before you rest a number on them."
        )


def copied_lists(copied: Sequence[CopiedList]) -> None:
    """Warn of lists that share nearly all their reports with another."""
    for each in copied:
        mind(
            f"of the {each.of:,} reports of '{each.shorter}' that may be linked"
            f" {each.alike:,} say just what reports of '{each.longer}' say. If one list was"
            " copied from the other, or is the same file, count them as one: estimates may be far"
            " too low. If both know it by themselves, nothing is wrong."
        )


def left_out(reports: Mapping[str, int], verb: str) -> None:
    """Say how many reports were not linked, or not counted, by reason."""
    for reason, count in reports.items():
        say(f"  {plural(count, 'report')} not {verb}: {reason}")
