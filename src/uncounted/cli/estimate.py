"""The command estimate: options in, a study in words or JSON out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from uncounted.cli import messages
from uncounted.cli.app import (
    answers,
    app,
    listed,
    open_case,
    passphrase_option,
    seed_option,
    today,
)
from uncounted.cli.terminal import Waiting, answer, say
from uncounted.errors import UsedWrongly

if TYPE_CHECKING:
    from uncounted.workflow.estimate import EstimateResult


def _answer(done: EstimateResult) -> None:
    from uncounted.cli.estimate_text import lines

    for line in lines(done.study):
        answer(line)


def _after(done: EstimateResult) -> None:
    """What is said of the reports and the pictures; without any number the command fails."""
    from uncounted.workflow.estimate import refuse_if_nothing

    messages.copied_lists(done.copied)
    messages.left_out(done.left_out, "counted")
    if done.pictures is not None:
        say(f"Pictures in {done.pictures}: they show exact counts and are not for publication.")
    refuse_if_nothing(done.study)


def _numbers(parts: Sequence[str] | None) -> list[float] | None:
    try:
        return None if parts is None else [float(part) for part in parts]
    except ValueError:
        raise UsedWrongly("--xi takes numbers above 0, e.g. --xi 0.5,1,2") from None


@app.command()
@click.argument("where", metavar="CASE|TABLE.csv", type=click.Path(path_type=Path))
@click.option("--method", "methods", multiple=True, help="Only this method (may be repeated).")
@click.option(
    "--by", help="Columns of TABLE.csv that split it; on a case file sex, year or origin."
)
@click.option("--lists", help="Only these lists, e.g. A,B,C.")
@click.option(
    "--xi", help="Values of the sensitivity parameter, from 1/1000 to 1000, e.g. 0.5,1,2."
)
@click.option(
    "--psi", type=click.FloatRange(0, min_open=True), help="Two lists: their odds ratio, as stated."
)
@click.option(
    "--delta",
    type=click.FloatRange(1e-6, 100),
    help="Of decomposable: the prior count of a pattern (default: 1 / 2^lists).",
)
@click.option(
    "--prior",
    metavar="PRIOR",
    help="On the number of people: 1/N (default), or SHAPE,SCALE of Madigan and York.",
)
@click.option(
    "--claim", metavar="NUMBER", help='A stated number, e.g. 10000 (more than) or "<15000".'
)
@click.option("--pool", is_flag=True, help="Strata lean on each other, where each is small.")
@click.option(
    "--covariates",
    help="Rows of people, two lists at a time: what makes people alike.",
)
@click.option("--kinds", help="Covariates whose numbers are codes, e.g. region.")
@click.option(
    "--pictures", type=click.Path(path_type=Path), help="A folder for pictures (SVG) to be made."
)
@click.option("--level", type=click.FloatRange(0.5, 0.999), default=0.95, show_default=True)
@seed_option
@passphrase_option
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
    pool: bool,
    covariates: str | None,
    kinds: str | None,
    pictures: Path | None,
    level: float,
    seed: int,
    passphrase_file: Path | None,
) -> EstimateResult:
    r"""Estimate how many people there are, recorded or not, and say what it rests on.

    TABLE.csv has one column of 0/1 a list and a `count` column (or a row a
    person). On a case file the estimate is averaged over the draws of who is who.

    \b
    Examples:
      uncounted estimate kosovo.csv
      uncounted estimate kosovo.csv --claim 10000 --pictures pictures
      uncounted estimate kosovo.csv --delta 0.5 --prior 13.14,55.17
      uncounted estimate by_year.csv --by year --pool
      uncounted estimate people.csv --covariates age,sex
      uncounted estimate returns.case --json
    """
    from uncounted.workflow.estimate import EstimateRequest, estimate_case, estimate_table

    request = EstimateRequest(
        methods=tuple(methods) or None,
        by=listed("--by", by) or (),
        lists=listed("--lists", lists),
        xi=_numbers(listed("--xi", xi)),
        psi=psi,
        delta=delta,
        prior=prior,
        claim=claim,
        pool=pool,
        covariates=listed("--covariates", covariates) or (),
        kinds=listed("--kinds", kinds) or (),
        pictures=pictures,
        level=level,
        seed=seed,
    )
    if where.is_dir():
        with open_case(where, passphrase_file) as case, Waiting() as waiting:
            return estimate_case(case, request, on=today(), progress=waiting)
    with Waiting() as waiting:
        return estimate_table(where, request, progress=waiting)
