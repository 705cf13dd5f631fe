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
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from uncounted.progress import on_compile

WIDTH = 80
_PATIENCE = 2.0  # seconds before anything is shown
_A_MOMENT = 1.0  # of compiling
_LISTED = 10  # rows of a file that are named one by one


# C0 and C1 controls and DEL; marks, overrides and isolates of direction; the two separators.
_CONTROLS = (*range(0x20), *range(0x7F, 0xA0))
_DIRECTIONS = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_SHOWN = {
    code: f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
    for code in (*_CONTROLS, *_DIRECTIONS, 0x2028, 0x2029)
} | {ord("\n"): "\\n", ord("\r"): "\\r", ord("\t"): "\\t"}
_IN_JSON = {code: f"\\u{code:04x}" for code in _SHOWN if code >= 0x7F}  # JSON escapes the rest
_LAID_OUT = {code: shown for code, shown in _SHOWN.items() if chr(code) not in "\n\t"}


def visible(text: str) -> str:
    r"""A cell of foreign text on one line: what a terminal would obey, as it is written in code.

    Examples:
        >>> print(visible("김철수\x1b[2J, 2013\u202e\n李英姬"))
        김철수\x1b[2J, 2013\u202e\n李英姬
    """
    return text.translate(_SHOWN)


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

    On a terminal it is a bar that is gone when the work is done; elsewhere it is
    one line for each finished stage of more than two seconds. Always on stderr.
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
                    console=self._console,
                    transient=True,
                )
                self._bar.add_task("working", total=None)
                self._bar.start()
            self._update()

    def _update(self) -> None:
        what, done, total = self._now
        if self._bar is not None:
            task = self._bar.task_ids[0]
            self._bar.update(task, description=what, completed=done, total=total)

    def _finish_stage(self) -> None:
        """Where there is no terminal: a line for the stage that ends, if it took long."""
        seconds = time.monotonic() - self._stage_began
        if self._bar is None and not self._console.is_terminal and seconds >= _PATIENCE:
            say(f"uncounted: {self._now[0]}: {seconds:.0f} s")


def plain_terminal() -> bool:
    """Whether stdout can take nothing but ASCII."""
    return (sys.stdout.encoding or "ascii").lower() not in ("utf-8", "utf8")


def number(value: float) -> str:
    """A whole number as people write it.

    Examples:
        >>> number(12595.4)
        '12,595'
    """
    return f"{round(value):,}"


def plural(count: int, one: str, many: str | None = None) -> str:
    """A count with its noun.

    Examples:
        >>> plural(1, "report"), plural(1200, "person", "people")
        ('1 report', '1,200 people')
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def named_rows(rows: Sequence[int]) -> str:
    """Rows of a file by their numbers, the first ten of them.

    Examples:
        >>> named_rows([3]), named_rows(range(2, 14))
        ('row 3', 'rows 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 2 more')
    """
    more = f" and {len(rows) - _LISTED:,} more" if len(rows) > _LISTED else ""
    return f"{'row' if len(rows) == 1 else 'rows'} {', '.join(map(str, rows[:_LISTED]))}{more}"


def columns(rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> str:
    """Align rows of text in columns, wide Korean and Chinese letters counted as two.

    Cells are foreign text: each stays on its line, and controls in it are shown.

    Examples:
        >>> print(columns([["A", "10"], ["BB", "7"]], right=[1]))
        A   10
        BB   7
    """
    from rich.cells import cell_len

    rows = [[visible(cell) for cell in row] for row in rows]
    widths = [max(cell_len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = []
        for i, cell in enumerate(row):
            gap = " " * (widths[i] - cell_len(cell))
            cells.append(gap + cell if i in right else cell + gap)
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def wrapped(text: str, first: str = "", *, indent: int = 0, width: int = WIDTH) -> list[str]:
    """Words on lines of at most `width` columns, wide Korean and Chinese letters counted as two.

    `first` is put before the first word as it is; the other lines are indented. No word is
    broken, so that codes and options can be copied.

    Examples:
        >>> wrapped("a list-check-failed", "  A  ", indent=5, width=20)
        ['  A  a', '     list-check-failed']
    """
    from rich.cells import cell_len

    lines, line, begun = [], first, False
    for word in text.split():
        if begun and cell_len(line) + 1 + cell_len(word) > width:
            lines.append(line)
            line, begun = " " * indent, False
        line += f" {word}" if begun else word
        begun = True
    return [*lines, line]


def interval_picture(
    low: float,
    point: float | None,
    high: float,
    *,
    left: float,
    right: float,
    width: int = 40,
    plain: bool = False,
) -> str:
    """An interval drawn in `width` characters on an axis from `left` to `right`.

    A limit beyond the axis is an arrow, and so is a lower bound, which has no point and no upper
    limit. `plain` draws it in ASCII, for a terminal that
    has nothing else.

    Examples:
        >>> interval_picture(2, 5, 8, left=0, right=10, width=11)
        '  ├──●──┤'
        >>> interval_picture(6, None, float("inf"), left=0, right=10, width=11)
        '      ▸'
        >>> interval_picture(2, 5, 99, left=0, right=10, width=11, plain=True)
        '  |--o---->'
    """
    bar, dot, start, end, beyond = "-o||>" if plain else "─●├┤▶"

    def at(value: float) -> int:
        share = (value - left) / (right - left) if right > left else 0.0
        return round(min(max(share, 0.0), 1.0) * (width - 1))

    cells = [" "] * width
    if point is None:
        return " " * at(low) + (">" if plain else "▸")
    for i in range(at(low), at(high) + 1):
        cells[i] = bar
    cells[at(low)], cells[at(high)] = start, beyond if high > right else end
    cells[at(point)] = dot
    return "".join(cells).rstrip()
