"""The command rate: proportions from reports that are no random sample, and their contrast."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from uncounted.cli import messages
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
from uncounted.cli.terminal import Waiting, answer, say
from uncounted.text_table import WIDTH

if TYPE_CHECKING:
    from uncounted.workflow.rate import RateResult


def _answer(done: RateResult) -> None:
    from uncounted.cli.rate_text import rate_line, rate_lines, rate_summary

    if click.get_current_context().params["as_sentence"]:
        answer(textwrap.fill(done.sentence, WIDTH))
        return
    if detail() == "quiet":
        answer(rate_line(done))
        return
    lines = rate_lines if detail() == "verbose" else rate_summary
    for line in lines(done):
        answer(line)


def _after(done: RateResult) -> None:
    """What is said of counts and columns; without any estimate the command fails."""
    from uncounted.workflow.rate import refuse_if_nothing

    messages.copied_lists(done.copied, say)
    messages.left_out(done.excluded, say)
    marked = done.rates.table.marked
    if done.estimated is None and len(marked) > 1:
        say(
            f"{len(marked)} columns hold 0 and 1. If they are lists, this estimates the rate among "
            f"all: --lists {','.join(marked)}"
        )
    if done.small_count is not None:
        say(
            f"Counts under {done.small_count} can lead back to people: this answer is for you, "
            "not for publication."
        )
    refuse_if_nothing(done)


@app.command()
@click.argument("where", metavar="CASE|TABLE.csv", type=click.Path(path_type=Path))
@click.option(
    "--outcome",
    required=True,
    metavar="COLUMN",
    help="Column of the outcome: 1 or yes, 0 or no, empty if unknown.",
)
@click.option(
    "--outcome-is", metavar="VALUE", help="Value that counts as the outcome, in a column of words."
)
@click.option(
    "--unknown-is",
    metavar="VALUE",
    multiple=True,
    help="Value that means unknown (may be repeated).",
)
@click.option("--by", metavar="COLUMN", help="Column of the groups to compare, e.g. periods.")
@click.option(
    "--lists",
    help="Columns of 0/1, e.g. A,B,C: estimate all with and without the outcome from these lists.",
)
@click.option(
    "--claim",
    metavar="RATES",
    help="With --lists: stated rates in percent, one for each group as printed, e.g. 70,20.",
)
@click.option(
    "--psi",
    type=click.FloatRange(0, min_open=True),
    help="With two lists: their assumed odds ratio, for people of either outcome.",
)
@click.option("--reference", metavar="GROUP", help="Reference group (default: the first).")
@click.option("--cluster", metavar="COLUMN", help="Column of the clusters: interview, incident.")
@click.option(
    "--source", metavar="COLUMN", help="Column of the source: rates by source, and without each."
)
@click.option(
    "--unit",
    metavar="WORD",
    default="cases",
    show_default=True,
    help="What one row is, in the plural.",
)
@click.option(
    "--outcome-label", metavar="WORDS", help='The outcome in words, e.g. "ended in arrest".'
)
@click.option("--sensitivity", type=float, help="Sensitivity of the outcome's coding.")
@click.option("--specificity", type=float, help="Specificity of the outcome's coding.")
@click.option(
    "--log-rho-sd", type=float, help="Differential reporting: prior SD of log rho (bias analysis)."
)
@click.option(
    "--log-rho-mean", type=float, help="Prior mean of log rho; 0: reporting does not differ."
)
@level_option
@click.option("--encoding", help="Character encoding of the file, if it cannot be detected.")
@click.option(
    "--out", type=click.Path(path_type=Path), help="Write a page for publication to this file."
)
@click.option(
    "--not-for-publication", is_flag=True, help="Allow small counts on the page, and mark it."
)
@click.option("--sentence", "as_sentence", is_flag=True, help="A sentence to quote, and no table.")
@seed_option
@verbose_option
@quiet_option
@opening_options
@answers(_answer, _after)
def rate(  # the options of one command
    where: Path,
    outcome: str,
    outcome_is: str | None,
    unknown_is: Sequence[str],
    by: str | None,
    lists: str | None,
    claim: str | None,
    psi: float | None,
    reference: str | None,
    cluster: str | None,
    source: str | None,
    unit: str,
    outcome_label: str | None,
    sensitivity: float | None,
    specificity: float | None,
    log_rho_sd: float | None,
    log_rho_mean: float | None,
    level: float,
    encoding: str | None,
    out: Path | None,
    not_for_publication: bool,
    as_sentence: bool,
    seed: int,
    passphrase_file: Path | None,
) -> RateResult:
    r"""Estimate the proportion of reports with an outcome, by group.

    TABLE.csv has one row per attempt (or person), or a `count` column. The reports are
    not a random sample; the result says what follows from that. With --lists a row is a
    person, and people with and without the outcome are estimated as `estimate` does; on a
    case file they are by their last known outcome, over posterior draws of the linkage.

    \b
    Examples:
      uncounted rate attempts.csv --outcome arrested --by period
      uncounted rate attempts.csv --outcome fate --outcome-is arrest --by period \
        --cluster interview --unit attempts --outcome-label "ended in arrest"
      uncounted rate crossings.csv --outcome arrested --by period --lists A,B,C,D
      uncounted rate returns.case --outcome outcome --outcome-is prison-camp --by sex
    """
    from uncounted.workflow.rate import (
        BiasPrior,
        OutcomeColumns,
        RateRequest,
        RateSettings,
        rate,
        rate_case,
    )

    stated = log_rho_mean is not None or log_rho_sd is not None
    prior = BiasPrior(log_rho_mean or 0.0, log_rho_sd or 0.0) if stated else None
    columns = OutcomeColumns(outcome, by, outcome_is, tuple(unknown_is), cluster, source)
    settings = RateSettings(reference, level, seed, sensitivity, specificity, prior)
    request = RateRequest(
        columns,
        settings,
        unit,
        outcome_label,
        encoding,
        out,
        not_for_publication,
        listed("--lists", lists),
        None if claim is None else tuple(part.strip() for part in claim.split(",")),
        psi,
    )
    with ExitStack() as stack:
        if where.is_dir():
            case = stack.enter_context(open_case(where, passphrase_file))
            waiting = stack.enter_context(Waiting())
            return rate_case(case, request, on=today(), progress=waiting)
        waiting = stack.enter_context(Waiting())
        return rate(where, request, on=today(), progress=waiting)
