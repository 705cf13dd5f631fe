"""Progress of long work, reported by a callback.

Rooms below `cli` never print. They call a `Progress`; the terminal shows a bar
once two seconds have passed, and everybody else passes `silent`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol


class Progress(Protocol):
    """Called as work goes on: `done` of `total` units (`total` None: not known), doing `what`."""

    def __call__(self, what: str, done: int, total: int | None) -> None:
        """Tell; must return at once and never raise, but for `KeyboardInterrupt`."""


_compile_listeners: list[Callable[[], None]] = []


@contextmanager
def on_compile(listener: Callable[[], None]) -> Iterator[None]:
    """Within, call a listener whenever a kernel has to be compiled, as on the first run."""
    _compile_listeners.append(listener)
    try:
        yield
    finally:
        _compile_listeners.remove(listener)


def report_compile() -> None:
    """Tell the listeners that a kernel has to be compiled."""
    for listener in _compile_listeners:
        listener()


def silent(what: str, done: int, total: int | None) -> None:
    """Print nothing."""
