"""A study: the command estimate on a STUDY.toml, many tables whose results are kept and resumed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from uncounted.cli.app import detail
from uncounted.cli.terminal import Waiting, answer, plain_terminal, say
from uncounted.errors import UsedWrongly
from uncounted.text_table import PLAIN

if TYPE_CHECKING:
    from uncounted.workflow.studies.result import StudyResult

SUFFIX = ".toml"
_OF_STUDIES = ("jobs", "dask")
_ALL_TAKE = ("where", "as_json", "verbose", "quiet", *_OF_STUDIES)


def refuse_options(*, study: bool) -> None:
    """Refuse options that belong into the study file, or that are for studies alone."""
    context = click.get_current_context()
    for option in context.command.params:
        name = option.name or ""
        given = context.get_parameter_source(name) is ParameterSource.COMMANDLINE
        if study and given and name not in _ALL_TAKE:
            raise UsedWrongly(
                f"{option.opts[-1]} cannot be used with a study",
                hint="write it into the study file, for all tables or for one",
            )
        if not study and given and name in _OF_STUDIES:
            raise UsedWrongly(
                f"{option.opts[-1]} is for studies", hint="give a STUDY.toml, or leave it out"
            )


def run(file: Path, jobs: int | None, dask: str | None) -> StudyResult:
    """Run a study with a bar, and write its results."""
    from uncounted.workflow.studies.parallel import on_dask
    from uncounted.workflow.studies.study import run_study

    refuse_options(study=True)
    if jobs is not None and dask is not None:
        raise UsedWrongly(
            "--jobs and --dask exclude each other", hint="the cluster has its own workers"
        )
    try:
        with Waiting() as waiting, on_dask(dask):
            own = None if dask is not None else jobs or -1  # one for each core
            return run_study(file, jobs=own, progress=waiting)
    except KeyboardInterrupt:
        say("uncounted: every fit that was done is kept: the same command computes the rest")
        raise


def print_study(done: StudyResult) -> None:
    """The summary, or one line."""
    from uncounted.workflow.studies.summary import lines, quiet_line

    shown = lines(done, verbose=detail() == "verbose")
    for line in [quiet_line(done)] if detail() == "quiet" else shown:
        answer(line.translate(PLAIN) if plain_terminal() else line)
