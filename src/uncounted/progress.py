"""Progress of long work, reported by a callback.

Rooms below `cli` never print. They call a `Progress`; the terminal shows a bar
once two seconds have passed, and everybody else passes `silent`.
"""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Called as work goes on: `done` of `total` units (`total` None: not known), doing `what`."""

    def __call__(self, what: str, done: int, total: int | None) -> None:
        """Tell; must return at once and never raise, but for `KeyboardInterrupt`."""


def silent(what: str, done: int, total: int | None) -> None:
    """Tell nobody."""
