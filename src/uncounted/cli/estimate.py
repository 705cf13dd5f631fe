"""The command estimate: options in, a study in words or JSON out."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from uncounted.cli import messages, study
from uncounted.cli.app import (
    answers,
    app,
    detail,
    level_option,
    listed,
    open_case,
    opening_options,
    quiet_option,
    seed_option,
    today,
    verbose_option,
)
from uncounted.cli.terminal import Waiting, answer, plain_terminal, say
from uncounted.errors import UsedWrongly
from uncounted.text_table import PLAIN

if TYPE_CHECKING:
    from uncounted.workflow.estimate import Disconnected, EstimateResult
    from uncounted.workflow.studies.result import StudyResult


def _answer(done: EstimateResult | StudyResult) -> None:
    from uncounted.workflow.estimate import EstimateResult, lines, quiet_line

    if not isinstance(done, EstimateResult):
        study.print_study(done)
        return

    quiet = detail() == "quiet"
    text = [quiet_line(done.study)] if quiet else lines(done.study, verbose=detail() == "verbose")
    for line in text:
        answer(line.translate(PLAIN) if plain_terminal() else line)
    if not quiet:
        _of_reports(done, answer)


def _of_reports(done: EstimateResult, out: messages.Printer) -> None:
    """Lists that share their records, and reports that were not counted."""
    messages.copied_lists(done.copied, out)
    messages.left_out(done.excluded, out)


def _after(done: EstimateResult | StudyResult) -> None:
    """What is said of the reports and the pictures; without any number the command fails."""
    from uncounted.workflow.estimate import EstimateResult, refuse_if_nothing

    if not isinstance(done, EstimateResult):
        from uncounted.workflow.studies.result import refuse_if_failed

        refuse_if_failed(done)
        return

    options = click.get_current_context().params
    if options["as_json"]:
        _of_reports(done, say)
    if (folder := options["pictures"]) is not None:
        say(f"Pictures in {folder}: they show exact counts and are not for publication.")
    refuse_if_nothing(done.study)


def _numbers(parts: Sequence[str] | None) -> list[float] | None:
    try:
        return None if parts is None else [float(part) for part in parts]
    except ValueError:
        raise UsedWrongly("--xi takes numbers above 0, e.g. --xi 0.5,1,2") from None


@app.command()
@click.argument("where", metavar="CASE|TABLE.csv|STUDY.toml", type=click.Path(path_type=Path))
@click.option("--method", "methods", multiple=True, help="Use only this method (may be repeated).")
@click.option(
    "--by",
    help="Stratify by these columns of TABLE.csv; on a case file by sex, year, origin or outcome.",
)
@click.option("--lists", help="Use only these lists, e.g. A,B,C.")
@click.option(
    "--xi", help="Values of the sensitivity parameter xi, from 1/1000 to 1000, e.g. 0.5,1,2."
)
@click.option(
    "--psi", type=click.FloatRange(0, min_open=True), help="Two lists: their assumed odds ratio."
)
@click.option(
    "--delta",
    type=click.FloatRange(1e-6, 100),
    help="decomposable: prior pseudo-count of each cell (default: 1 / 2^lists).",
)
@click.option(
    "--prior",
    metavar="PRIOR",
    help="Prior on the total: 1/N (default), or SHAPE,SCALE (Madigan and York).",
)
@click.option(
    "--claim", metavar="NUMBER", help='Test a stated figure, e.g. 10000 (more than) or "<15000".'
)
@click.option(
    "--disconnected",
    type=click.Choice(["set-aside", "keep", "refuse"]),
    default="set-aside",
    show_default=True,
    help="Lists that share no person with the others: set aside if none was to be expected, keep"
    " for log-linear methods, or refuse.",
)
@click.option(
    "--ends-capture",
    multiple=True,
    metavar="LIST",
    help="A list after which nobody comes on another, e.g. of deaths (may be repeated).",
)
@click.option(
    "--headline",
    type=click.Choice(["calibrated", "model"]),
    default="calibrated",
    help="First figure: calibrated on lists of known size (default), or the model's own.",
)
@click.option(
    "--no-checks", is_flag=True, help="Leave the robustness checks out (they refit the model)."
)
@click.option(
    "--min-records", type=int, metavar="K", help="Leave out lists with fewer than K people."
)
@click.option(
    "--replicates",
    metavar="COLUMN",
    help="The column of TABLE.csv that numbers imputed replicates: pool them (Rubin's rules).",
)
@click.option("--partial-pooling", is_flag=True, help="With --by: pool small strata partially.")
@click.option(
    "--covariates",
    help="Columns to condition on, e.g. age,sex (one row per person, or a count column).",
)
@click.option("--categorical", help="Covariates that are categories, e.g. region.")
@click.option("--pictures", type=click.Path(path_type=Path), help="Folder to write plots (SVG) to.")
@click.option(
    "--jobs", type=click.IntRange(1), help="A study: processes (default: one for each core)."
)
@click.option(
    "--dask", metavar="ADDRESS", help="A study: run its fits on the Dask scheduler at this address."
)
@level_option
@seed_option
@verbose_option
@quiet_option
@opening_options
@answers(_answer, _after)
def estimate(
    where: Path,
    methods: Sequence[str],
    by: str | None,
    lists: str | None,
    xi: str | None,
    psi: float | None,
    delta: float | None,
    prior: str | None,
    claim: str | None,
    disconnected: Disconnected,
    ends_capture: Sequence[str],
    headline: str,
    no_checks: bool,
    min_records: int | None,
    replicates: str | None,
    partial_pooling: bool,
    covariates: str | None,
    categorical: str | None,
    pictures: Path | None,
    jobs: int | None,
    dask: str | None,
    level: float,
    seed: int,
    passphrase_file: Path | None,
) -> EstimateResult | StudyResult:
    r"""Estimate the total number of people (multiple systems estimation).

    The total is of those documented on at least one list and those on none.

    TABLE.csv has one column of 0/1 for each list, and a `count` column or one row
    per person. On a case file the estimate is averaged over posterior draws of the linkage.
    STUDY.toml names many tables, replicates and settings; it is resumed by the same command.

    \b
    Examples:
      uncounted estimate kosovo.csv
      uncounted estimate kosovo.csv --claim 10000 --pictures pictures
      uncounted estimate kosovo.csv --delta 0.5 --prior 13.14,55.17
      uncounted estimate by_year.csv --by year --partial-pooling
      uncounted estimate people.csv --covariates age,sex
      uncounted estimate returns.case --json
      uncounted estimate STUDY.toml --jobs 2
    """
    if where.suffix.lower() == study.SUFFIX:
        return study.run(where, jobs, dask)
    study.refuse_options(study=False)
    from uncounted.workflow.estimate import (
        EstimateRequest,
        draw,
        estimate_case,
        estimate_table,
        refuse_pictures,
    )

    request = EstimateRequest(
        methods=tuple(methods) or None,
        by=listed("--by", by) or (),
        lists=listed("--lists", lists),
        xi=_numbers(listed("--xi", xi)),
        psi=psi,
        delta=delta,
        prior=prior,
        claim=claim,
        disconnected=disconnected,
        ends_capture=tuple(ends_capture),
        headline=headline,
        robustness=not no_checks,
        min_records=min_records,
        replicates=replicates,
        partial_pooling=partial_pooling,
        covariates=listed("--covariates", covariates) or (),
        categorical=listed("--categorical", categorical) or (),
        level=level,
        seed=seed,
    )
    if pictures is not None:
        refuse_pictures(pictures, request)
    with ExitStack() as stack:
        if where.is_dir():
            case = stack.enter_context(open_case(where, passphrase_file))
            waiting = stack.enter_context(Waiting())
            done = estimate_case(case, request, on=today(), progress=waiting)
        else:
            waiting = stack.enter_context(Waiting())
            done = estimate_table(where, request, progress=waiting)
        if pictures is not None:
            draw(done, pictures)
    return done
