"""What a person sees in a terminal: progress on stderr, answers on stdout, numbers as words.

Nothing here knows a case file or a person; it prints the plain values it is
given. Colour is used only where it carries nothing that the words do not. Testimony is
foreign text: what could move the cursor, turn the direction of reading round or write to
a clipboard is shown, never sent.
"""

from __future__ import annotations

import io
import json
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Self

import attrs
import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from uncounted.progress import on_compile
from uncounted.text_table import SHOWN

_PATIENCE = 2.0  # seconds before anything is shown
_A_MOMENT = 1.0  # of compiling
_LISTED = 10  # rows of a file that are named one by one


_IN_JSON = {code: f"\\u{code:04x}" for code in SHOWN if code >= 0x7F}  # JSON escapes the rest
_LAID_OUT = {code: shown for code, shown in SHOWN.items() if chr(code) not in "\n\t"}


def escape_what_is_lacking() -> None:
    r"""From now on a letter that the encoding of a terminal lacks is `\u8d75`, and no error.

    A Korean Windows has CP949, which has no simplified Chinese: a step must not fail, or seem to
    have failed, since its words cannot be printed.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _in_utf8() -> None:
    """Stdout in UTF-8 whatever the locale is, unless it is a terminal: a program will read it."""
    if isinstance(sys.stdout, io.TextIOWrapper) and not sys.stdout.isatty():
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")


def answer_file(text: str) -> None:
    """Print what `uncounted` will read again from a file, on stdout: in UTF-8."""
    _in_utf8()
    answer(text)


def answer(text: str = "") -> None:
    """Print an answer, on stdout; line ends and tabs are the caller's, other controls shown."""
    click.echo(text.translate(_LAID_OUT))


_hushed = False


@contextmanager
def hushed() -> Iterator[None]:
    """Within, `say` prints nothing; progress is shown all the same."""
    global _hushed
    before, _hushed = _hushed, True
    try:
        yield
    finally:
        _hushed = before


def say(text: str) -> None:
    """Print a message, on stderr, likewise."""
    if _hushed:
        return
    click.echo(text.translate(_LAID_OUT), err=True)


def answer_json(value: Any) -> None:
    """Print one JSON object on stdout, and nothing else there; controls are escaped in it.

    A result is written by its own `to_json`, else by its fields. Into a file or a pipe it is
    UTF-8, as JSON is.
    """
    if hasattr(value, "to_json"):
        value = value.to_json()
    elif attrs.has(type(value)):
        value = attrs.asdict(value)
    text = json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False)
    _in_utf8()
    click.echo(text.translate(_IN_JSON))


class Waiting:
    """A `Progress` that shows itself only when the work takes longer than two seconds.

    On a terminal it is a bar that is gone when the work is done, with the time of the stage and
    an estimate of what is left of it; elsewhere it is one line for each finished stage of more
    than two seconds. Always on stderr.
    """

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._lock = threading.Lock()
        self._now: tuple[str, int, int | None] = ("working", 0, None)
        self._stage_began = time.monotonic()
        self._bar: Progress | None = None
        self._timer = threading.Timer(_PATIENCE, self._show)
        self._timer.daemon = True
        self._shown = False
        self._compile_began: float | None = None
        self._announced = False

    def __enter__(self) -> Self:
        self._timer.start()
        self._hook = on_compile(self._compiling)
        self._hook.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._hook.__exit__(None, None, None)
        with self._lock:
            self._finish_stage()
            self._shown = False
            if self._bar is not None:
                self._bar.stop()
                self._bar = None

    def __call__(self, what: str, done: int, total: int | None) -> None:
        """Take note; show it if the patience is over."""
        with self._lock:
            if what != self._now[0]:
                self._finish_stage()
                self._stage_began = time.monotonic()
            self._now = (what, done, total)
            if self._shown:
                self._update()

    def _compiling(self) -> None:
        """Say once that the first run compiles, when that takes longer than a moment."""
        now = time.monotonic()
        if self._compile_began is None:
            self._compile_began = now
        elif not self._announced and now - self._compile_began >= _A_MOMENT:
            self._announced = True
            click.echo("uncounted: compiling (once, about a minute) ...", err=True)

    def _show(self) -> None:
        with self._lock:
            self._shown = True
            if self._console.is_terminal:
                self._bar = Progress(
                    SpinnerColumn(),
                    TextColumn("{task.description}"),
                    BarColumn(),
                    TimeElapsedColumn(),
                    TextColumn("{task.fields[left]}"),
                    TimeRemainingColumn(),
                    console=self._console,
                    transient=True,
                )
                self._bar.add_task("working", total=None, left="")
                self._bar.start()
            self._update()

    def _update(self) -> None:
        what, done, total = self._now
        if self._bar is not None:
            task = self._bar.tasks[0]
            if what != task.description:  # the speed of another stage says nothing about this one
                self._bar.reset(task.id, description=what, completed=done, total=total)
            left = f"{done:,} of {total:,}, left" if total else ""
            self._bar.update(task.id, completed=done, total=total, left=left)

    def _finish_stage(self) -> None:
        """Where there is no terminal: a line for the stage that ends, if it took long."""
        seconds = time.monotonic() - self._stage_began
        if self._bar is None and not self._console.is_terminal and seconds >= _PATIENCE:
            say(f"uncounted: {self._now[0]}: {seconds:.0f} s")


def plain_terminal() -> bool:
    """Whether stdout can take nothing but ASCII."""
    return (sys.stdout.encoding or "ascii").lower() not in ("utf-8", "utf8")


def named_rows(rows: Sequence[int]) -> str:
    """Rows of a file by their numbers, the first ten of them.

    Examples:
        >>> named_rows([3]), named_rows(range(2, 14))
        ('row 3', 'rows 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 2 more')
    """
    more = f" and {len(rows) - _LISTED:,} more" if len(rows) > _LISTED else ""
    return f"{'row' if len(rows) == 1 else 'rows'} {', '.join(map(str, rows[:_LISTED]))}{more}"
