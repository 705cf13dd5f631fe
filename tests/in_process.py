"""The command line in this process: a program spends a second on its imports alone."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from unittest.mock import patch

from uncounted.cli.main import run


def run_here(
    arguments: Sequence[str], *, env: Mapping[str, str], cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """What `python -m uncounted` with these arguments prints, and its exit status.

    An error that would end as a traceback is raised here.
    """
    out, err = io.BytesIO(), io.BytesIO()
    with (
        patch.dict(os.environ, env, clear=True),
        contextlib.chdir(cwd or Path.cwd()),
        contextlib.redirect_stdout(io.TextIOWrapper(out, "utf-8", write_through=True)),
        contextlib.redirect_stderr(io.TextIOWrapper(err, "utf-8", write_through=True)),
        _nothing_to_read(),
        warnings.catch_warnings(action="ignore"),  # as `__main__` does
    ):
        status = run(arguments)
        return subprocess.CompletedProcess(
            list(arguments), status, out.getvalue().decode(), err.getvalue().decode()
        )


@contextlib.contextmanager
def _nothing_to_read() -> Iterator[None]:
    """As with `stdin=DEVNULL`: nobody is there to be asked."""
    with Path(os.devnull).open() as nothing, patch.object(sys, "stdin", nothing):
        yield
