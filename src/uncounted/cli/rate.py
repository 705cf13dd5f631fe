"""The command rate: proportions from reports that are no random sample, and their contrast."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from uncounted.cli.app import answers, app, seed_option, today
from uncounted.cli.terminal import Waiting, answer, say

if TYPE_CHECKING:
    from uncounted.workflow.rate import RateResult


def _answer(done: RateResult) -> None:
    from uncounted.cli.rate_text import rate_lines

    for line in rate_lines(done.rates, done.labels):
        answer(line)


def _warn_of_small_counts(done: RateResult) -> None:
    if done.small_count is not None:
        say(
            f"Counts under {done.small_count} can lead back to people: this answer is for you, "
            "not for publication."
        )


@app.command()
@click.argument("table", metavar="TABLE.csv", type=click.Path(path_type=Path))
@click.option(
    "--outcome", required=True, metavar="COLUMN", help="1 or yes: it happened; empty: not known."
)
@click.option("--outcome-is", metavar="VALUE", help="Which value of a column of words counts.")
@click.option("--unknown-is", metavar="VALUE", multiple=True, help="A value that says: not known.")
@click.option("--by", metavar="COLUMN", help="Groups to compare, e.g. periods.")
@click.option("--against", metavar="GROUP", help="The group that others are held against.")
@click.option("--cluster", metavar="COLUMN", help="What rows came together: interview, incident.")
@click.option("--source", metavar="COLUMN", help="Who reported: each alone, and each left out.")
@click.option(
    "--unit",
    metavar="WORD",
    default="cases",
    show_default=True,
    help="What a row is, in the plural.",
)
@click.option("--says", metavar="WORDS", help='What the outcome is, e.g. "ended in arrest".')
@click.option("--sensitivity", type=float, help="Share of those with the outcome coded so.")
@click.option("--specificity", type=float, help="Share of those without it coded so.")
@click.option("--log-rho-sd", type=float, help="A belief about unequal reporting: see docs.")
@click.option("--log-rho-mean", type=float, help="Its middle; 0: as likely to reach us.")
@click.option("--level", type=click.FloatRange(0.5, 0.999), default=0.95, show_default=True)
@click.option("--encoding", help="The file's encoding, where it cannot be told.")
@click.option("--out", type=click.Path(path_type=Path), help="Write a page for publication here.")
@click.option("--not-for-publication", is_flag=True, help="A page with small counts, marked so.")
@seed_option
@answers(_answer, _warn_of_small_counts)
def rate(  # the options of one command
    table: Path,
    outcome: str,
    outcome_is: str | None,
    unknown_is: Sequence[str],
    by: str | None,
    against: str | None,
    cluster: str | None,
    source: str | None,
    unit: str,
    says: str | None,
    sensitivity: float | None,
    specificity: float | None,
    log_rho_sd: float | None,
    log_rho_mean: float | None,
    level: float,
    encoding: str | None,
    out: Path | None,
    not_for_publication: bool,
    seed: int,
) -> RateResult:
    r"""Say which share of reports had an outcome, by group, and what that rests on.

    TABLE.csv has a row an attempt (or a person), or a `count` column. The reports
    are no random sample, and every answer says what follows from that.

    \b
    Examples:
      uncounted rate attempts.csv --outcome arrested --by period
      uncounted rate attempts.csv --outcome fate --outcome-is arrest --by period \
        --cluster interview --unit attempts --says "ended in arrest"
    """
    from uncounted.workflow.rate import (
        BiasPrior,
        OutcomeColumns,
        RateRequest,
        RateSettings,
        rate,
    )

    stated = log_rho_mean is not None or log_rho_sd is not None
    prior = BiasPrior(log_rho_mean or 0.0, log_rho_sd or 0.0) if stated else None
    columns = OutcomeColumns(outcome, by, outcome_is, tuple(unknown_is), cluster, source)
    settings = RateSettings(against, level, seed, sensitivity, specificity, prior)
    request = RateRequest(columns, settings, unit, says, encoding, out, not_for_publication)
    with Waiting():
        return rate(table, request, on=today())
