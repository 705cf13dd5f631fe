"""Arguments in, words out; the one place that catches errors.

Answers go to stdout, everything else to stderr. Exit status: 0 done, 1 refused or
found wanting, 2 used wrongly, 130 stopped by the user.
"""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType

import click

from uncounted.cli import app
from uncounted.cli.terminal import escape_what_is_lacking, say
from uncounted.errors import DISK_FULL, Error, Interrupted


def _complain(message: str, hint: str | None) -> None:
    say(f"uncounted: error: {message}")
    if hint:
        say(f"uncounted: hint: {hint}")


@contextlib.contextmanager
def _stopping(stops: list[int]) -> Iterator[None]:
    """Let Ctrl-C and the signals that ask to end take back what is half done; note each.

    At a signal that asks to end Python would end at once, and an export would leave what it
    wrote in clear. A second one of these is not heard: taking back should come to its end.
    A second Ctrl-C is, since a library may have swallowed the first. A signal that the caller
    started us passes over (nohup) stays passed over.

    A library may be in the middle of something when the signal comes and make an error of
    its own of it (NumPy's C API does while a module is being loaded): what fails
    after a request to stop is that we stopped, unless taking back is what failed.
    """
    over = False

    def stop(number: int, _frame: FrameType | None) -> None:
        if over:  # the command has come to its end, and only handlers are put back
            return
        stops.append(number)
        if number != signal.SIGINT:  # a terminal that closes sends more than one
            for one in before:
                signal.signal(one, signal.SIG_IGN)
        raise KeyboardInterrupt

    names = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")  # no platform has all
    wanted = [getattr(signal, name) for name in names if hasattr(signal, name)]
    if threading.current_thread() is not threading.main_thread():
        wanted = []
    as_python_has_it = (signal.SIG_DFL, signal.default_int_handler)
    before = {one: now for one in wanted if (now := signal.getsignal(one)) in as_python_has_it}
    for one in before:
        signal.signal(one, stop)
    try:
        yield
    except Exception as error:
        if stops and not _in_taking_back(error):
            raise KeyboardInterrupt from error
        raise
    finally:
        over = True
        for one, handler in before.items():
            signal.signal(one, handler)


def _in_taking_back(error: Exception) -> bool:
    """Whether an error of a disk or of ours came up while what is half done was taken back."""
    before: BaseException | None = error
    while before is not None and not isinstance(before, KeyboardInterrupt):
        before = before.__context__
    return before is not None and isinstance(error, (OSError, Error))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit status; no error passes this line as a traceback."""
    stops: list[int] = []
    escape_what_is_lacking()
    _leave_no_core()
    try:
        with _stopping(stops):
            app.main(args=arguments, prog_name="uncounted", standalone_mode=False)
    except Error as error:
        if stops:
            return _half_taken_back(str(error))
        _complain(str(error), error.hint)
        return error.exit_status
    except click.ClickException as error:
        help_at = (
            error.ctx.command_path
            if isinstance(error, click.UsageError) and error.ctx
            else "uncounted"
        )
        _complain(error.format_message(), f"see {help_at} --help")
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        if len(stops) > 1:
            return _half_taken_back("it was stopped again")
        _complain("stopped; nothing was left half done", "a step is kept whole or not at all")
        return Interrupted.exit_status
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        message, hint = _in_words(error)
        if stops:
            return _half_taken_back(os.strerror(error.errno) if error.errno else message)
        _complain(message, hint)
        return 1
    return 0


def _leave_no_core() -> None:
    """Let no crash write the memory of this process, with the case key in it, to the disk."""
    try:
        import resource
    except ImportError:  # Windows
        return
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _half_taken_back(why: str) -> int:
    """Say that a step was stopped and that something of it may be left."""
    _complain(
        f"stopped, and taking back what was half done may not have come to its end: {why}",
        "a file that this step began to write may be left: look for it, and run uncounted check",
    )
    return Interrupted.exit_status


def _in_words(error: OSError) -> tuple[str, str | None]:
    """A failing disk in words; the path is the user's own, no cell of a file is in it."""
    where = f": {Path(error.filename).name}" if isinstance(error.filename, str) else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return DISK_FULL
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return (
            f"not allowed to read or write{where}",
            "check the permissions of the file and its folder",
        )
    return f"{os.strerror(error.errno) if error.errno else 'the file cannot be used'}{where}", None
