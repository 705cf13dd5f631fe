"""The command evaluate: how good the linkage is, and whether its probabilities are calibrated."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from uncounted.cli.app import (
    answers,
    app,
    case_argument,
    level_option,
    open_case,
    opening_options,
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
    help="CSV of known matches: source,report,person; or source_1,report_1,source_2,report_2,same.",
)
@click.option(
    "--all-records", is_flag=True, help="--truth holds all reports of each of its people."
)
@click.option(
    "--sample", "size", type=click.IntRange(1, 100_000), help="Draw this many pairs for labelling."
)
@click.option("--out", type=click.Path(path_type=Path), help="File to write the sample to.")
@click.option(
    "--labels", type=click.Path(path_type=Path), help="The sample, with your labels in it."
)
@click.option(
    "--adjudicated-sample",
    type=click.Path(path_type=Path),
    help="A sample whose labels were used by decide: checks the earlier probabilities.",
)
@click.option("--encoding", help="Character encoding of the file, if it cannot be detected.")
@level_option
@seed_option
@opening_options
@answers(_answer)
def evaluate(
    case: Path,
    truth: Path | None,
    all_records: bool,
    size: int | None,
    out: Path | None,
    labels: Path | None,
    adjudicated_sample: Path | None,
    encoding: str | None,
    level: float,
    seed: int,
    passphrase_file: Path | None,
) -> LinkageEvaluation | SampleDrawn:
    r"""Measure the accuracy of record linkage: precision, recall, calibration.

    Compares it with known matches (--truth), or with a random sample of pairs: --sample
    draws the sample, you look the pairs up with uncounted show and write yes, no or ? into
    the column same, and --labels reads your labels. Without these options the accuracy is
    the one that the model expects, which is not a validation.

    If you gave the labels to uncounted decide and linked again, --adjudicated-sample
    compares them with the probabilities from before. Pairs from uncounted review are not a
    random sample.

    \b
    Examples:
      uncounted evaluate returns.case
      uncounted evaluate returns.case --truth truth.csv
      uncounted evaluate returns.case --sample 200 --out sample.csv
      uncounted evaluate returns.case --labels sample.csv
    """
    from uncounted.workflow import evaluate as workflow

    request = workflow.EvaluationRequest(
        truth,
        all_records,
        size,
        out,
        labels,
        adjudicated_sample,
        encoding,
        level,
        seed,
    )
    request.check()
    if out is not None:
        refuse_taken_or_inside(case, out)
    with open_case(case, passphrase_file) as opened, Waiting() as waiting:
        waiting("holding draws against labels", 0, None)
        return workflow.evaluate(opened, request, on=today())
