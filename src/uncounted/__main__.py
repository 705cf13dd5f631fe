"""The `uncounted` program, also as `python -m uncounted`.

Nothing that goes wrong shows a traceback, not even while the program is being
loaded: a traceback could contain testimony.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import warnings
from pathlib import Path
from types import TracebackType

from uncounted.errors import Interrupted


def _say_defect(kind: type[BaseException], _: BaseException, trace: TracebackType | None) -> None:
    """A defect of ours in two lines: what kind and where in our code, and nothing of the files."""
    if issubclass(kind, KeyboardInterrupt):
        print("uncounted: error: stopped; nothing was left half done", file=sys.stderr)
        return
    at = "an unknown place"
    while trace is not None:
        code = trace.tb_frame.f_code
        if "uncounted" in Path(code.co_filename).parts:
            at = f"{Path(code.co_filename).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    print(
        f"uncounted: error: a defect in uncounted ({kind.__name__} at {at});"
        " nothing of this step was kept\n"
        "uncounted: hint: please report that line; it holds nothing from your files",
        file=sys.stderr,
    )


def main() -> None:
    """Run one command and exit with its status."""
    sys.excepthook = _say_defect
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # those of libraries show paths and help no user
    try:
        from uncounted.cli.main import run
    except KeyboardInterrupt:  # while the program is being loaded
        print("uncounted: error: stopped; nothing was begun", file=sys.stderr)
        sys.exit(Interrupted.exit_status)
    status = run()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # nothing is left to stop: it would change status
    if status == Interrupted.exit_status:
        _leave_at_once()
    sys.exit(status)


def _leave_at_once() -> None:
    """End without waiting for threads of libraries, and without what they do at the end.

    What was half done has been taken back by now. Twice in some thousand times, on a machine with
    much else to do, a program that had said so ended as one that the signal had killed.
    """
    from uncounted import _processes

    _processes.stop()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(Interrupted.exit_status)


if __name__ == "__main__":
    main()
