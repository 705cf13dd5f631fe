"""Proportions from reports that nobody drew at random, and their contrast."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from uncounted.cli.app import app, json_option, seed_option, today
from uncounted.cli.terminal import Waiting, answer, answer_json, say
from uncounted.errors import UsedWrongly

if TYPE_CHECKING:
    from uncounted.rates import BiasPrior, Rates, RowLabels

_LONGEST = 80


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
@json_option
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
    as_json: bool,
) -> None:
    r"""Say which share of reports had an outcome, by group, and what that rests on.

    TABLE.csv has a row an attempt (or a person), or a `count` column. The reports
    are no random sample, and every answer says what follows from that.

    \b
    Examples:
      uncounted rate attempts.csv --outcome arrested --by period
      uncounted rate attempts.csv --outcome fate --outcome-is arrest --by period \
        --cluster interview --unit attempts --says "ended in arrest"
    """
    from uncounted import rates
    from uncounted.proof.durable import refuse_existing

    if out is not None:
        refuse_existing(out)
    elif not_for_publication:
        raise UsedWrongly("--not-for-publication marks a page, and no --out names one")
    labels = rates.RowLabels(_words(unit, "--unit"), _says(says, outcome, outcome_is))
    columns = rates.OutcomeColumns(outcome, by, outcome_is, tuple(unknown_is), cluster, source)
    bias_prior = _belief(log_rho_mean, log_rho_sd)
    settings = rates.RateSettings(against, level, seed, sensitivity, specificity, bias_prior)
    with Waiting():
        found = rates.compare(rates.read(table, columns, encoding=encoding), settings)
    if out is not None:
        _write_page(out, found, labels, internal=not_for_publication)
    _answer(found, labels, as_json=as_json)


def _write_page(out: Path, found: Rates, labels: RowLabels, *, internal: bool) -> None:
    from uncounted.proof import durable
    from uncounted.publish.rates.page import page

    durable.write(out, page(found, labels, made=today(), internal=internal))


def _answer(found: Rates, labels: RowLabels, *, as_json: bool) -> None:
    from uncounted.cli.rate_text import rate_lines
    from uncounted.rates import caveats, sentence

    if as_json:
        said = {"sentence": sentence(found, labels), "target": caveats.target(labels)}
        warnings = list(caveats.notes(found, labels))
        answer_json({**said, **found.to_json(), "warnings": warnings})
    else:
        for line in rate_lines(found, labels):
            answer(line)
    if found.smallest is not None and found.smallest < caveats.SMALL_COUNT:
        say(
            f"Counts under {caveats.SMALL_COUNT} can lead back to people: this answer is for you, "
            "not for publication."
        )


def _belief(mean: float | None, sd: float | None) -> BiasPrior | None:
    from uncounted.rates import BiasPrior

    if mean is None and sd is None:
        return None
    return BiasPrior(mean or 0.0, sd or 0.0)


def _says(says: str | None, outcome: str, value: str | None) -> str:
    if says is not None:
        return _words(says, "--says")
    return f"had {_words(outcome if value is None else value, '--outcome-is')!r} marked"


def _words(text: str, option: str) -> str:
    """Words that are printed in sentences: short, on one line, printable."""
    words = " ".join(text.split())
    if not words or len(words) > _LONGEST or not words.isprintable():
        raise UsedWrongly(
            f"{option} is a few words on one line, at most {_LONGEST} letters",
            hint='--unit attempts --says "ended in arrest"',
        )
    return words
