"""The command evaluate: how good the linkage is, and whether its probabilities are calibrated."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from uncounted.cli.app import (
    answers,
    app,
    case_argument,
    open_case,
    passphrase_option,
    refuse_taken_or_inside,
    seed_option,
    today,
)
from uncounted.cli.terminal import Waiting

if TYPE_CHECKING:
    from uncounted.workflow.evaluate import LinkageEvaluation, SampleDrawn


def _answer(done: LinkageEvaluation | SampleDrawn) -> None:
    from uncounted.cli.evaluate_text import answer_evaluation

    answer_evaluation(done)


@app.command()
@case_argument
@click.option(
    "--truth",
    type=click.Path(path_type=Path),
    help="CSV: source,report,person; or source_1,report_1,source_2,report_2,same.",
)
@click.option("--complete", is_flag=True, help="The people of --truth are named in full.")
@click.option(
    "--sample", "size", type=click.IntRange(1, 100_000), help="Draw so many pairs to be labelled."
)
@click.option("--out", type=click.Path(path_type=Path), help="The file for --sample.")
@click.option(
    "--labels", type=click.Path(path_type=Path), help="The sample, with your answers in it."
)
@click.option(
    "--drawn",
    type=click.Path(path_type=Path),
    help="A sample whose answers went to decide: what those decisions say of probabilities.",
)
@click.option("--encoding", help="Of --truth, --labels or --drawn, where it cannot be told.")
@click.option(
    "--pictures", type=click.Path(path_type=Path), help="A folder for the calibration curve (SVG)."
)
@click.option("--level", type=click.FloatRange(0.5, 0.999), default=0.95, show_default=True)
@seed_option
@passphrase_option
@answers(_answer)
def evaluate(
    case: Path,
    truth: Path | None,
    complete: bool,
    size: int | None,
    out: Path | None,
    labels: Path | None,
    drawn: Path | None,
    encoding: str | None,
    pictures: Path | None,
    level: float,
    seed: int,
    passphrase_file: Path | None,
) -> LinkageEvaluation | SampleDrawn:
    r"""Say how good the linkage is, with intervals, and whether its probabilities hold.

    Against a file that says who is who (--truth), or from a sample of pairs: --sample draws
    it with known chances, you look the pairs up with uncounted show and write yes, no or ?
    into the column same, and --labels estimates from it. Without any of them it tells what
    the draws themselves expect, which is no check.

    Once the sample's answers went to uncounted decide, and reports were linked again, --drawn
    holds them against what was stated before. Pairs of uncounted review are no such sample.

    \b
    Examples:
      uncounted evaluate returns.case
      uncounted evaluate returns.case --truth truth.csv --pictures pictures
      uncounted evaluate returns.case --sample 200 --out sample.csv
      uncounted evaluate returns.case --labels sample.csv
    """
    from uncounted.workflow import evaluate as workflow

    request = workflow.EvaluationRequest(
        truth, complete, size, out, labels, drawn, encoding, pictures, level, seed
    )
    request.check()
    if out is not None:
        refuse_taken_or_inside(case, out)
    with open_case(case, passphrase_file) as opened, Waiting() as waiting:
        waiting("holding draws against labels", 0, None)
        return workflow.evaluate(opened, request, on=today())
