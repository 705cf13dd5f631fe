"""Decisions on pairs of reports: taken in from a file, and which to look at next."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from uncounted.cli.app import (
    answers,
    app,
    case_argument,
    open_case,
    opening_options,
    refuse_taken_or_inside,
    somebody_is_there,
    today,
)
from uncounted.cli.terminal import Waiting, answer, named_rows, say
from uncounted.errors import BadInput
from uncounted.text_table import columns, plural

if TYPE_CHECKING:
    from uncounted.workflow.review import DecisionSummary, ReviewSummary


_MANY_AGAINST = 10  # decisions against the linkage that are said, if they are most of a file
_MANY_REPORTS = 20  # of one person


def _decided(done: DecisionSummary) -> None:
    answer(
        f"{plural(done.rows, 'row')} = {done.new:,} new + {done.changed:,} changed"
        f" + {done.unchanged:,} unchanged + {done.rejected:,} rejected"
    )
    for reason in done.reasons:
        rows = [each.row for each in done.rejects if reason in each.reasons]
        say(f"  rejected: {reason} ({named_rows(rows)})")
    if done.without_consent:
        say(
            "  without use for now: a report whose consent does not allow linking"
            f" ({named_rows(done.without_consent)})"
        )
    if done.is_evaluation_sample:
        say(
            "  warning: this is a sample that uncounted evaluate drew, and once you link again it"
            " judges nothing: give it to uncounted evaluate --labels before"
        )
    if done.contradicting_linkage >= max(_MANY_AGAINST, done.accepted / 2 + 0.5):
        say(
            f"  warning: {done.contradicting_linkage:,} of {plural(done.accepted, 'decision')}"
            " contradict pairs of which the linkage is nearly certain. Was one column of the file"
            " sorted alone?"
        )
    if done.largest_cluster > _MANY_REPORTS:
        say(
            f"  warning: by these decisions {done.largest_cluster:,} reports are about one person;"
            " look whether that is meant"
        )
    if done.dry_run:
        say("  nothing was kept: it was a dry run")
    elif done.new or done.changed:
        yes = "" if somebody_is_there() else " --yes"
        case = click.get_current_context().params["case"]
        say(
            "  link again before you count; to take them back: uncounted undo"
            f" {shlex.quote(str(case))} {done.entry}{yes}"
        )


def _refuse_if_none_taken(done: DecisionSummary) -> None:
    if not done.rows or done.rejected == done.rows:
        raise BadInput(
            "no rows were accepted: every row was rejected",
            hint="each row needs a decision and two reports of this case file",
        )


@app.command()
@case_argument
@click.option(
    "--file",
    type=click.Path(path_type=Path),
    required=True,
    help="CSV: source_a,report_a,source_b,report_b,decision and optionally note.",
)
@click.option("--encoding", help="Character encoding of the file, if it cannot be detected.")
@click.option("--dry-run", is_flag=True, help="Show what would happen; save nothing.")
@opening_options
@answers(_decided, _refuse_if_none_taken)
def decide(
    case: Path,
    file: Path,
    encoding: str | None,
    dry_run: bool,
    passphrase_file: Path | None,
) -> DecisionSummary:
    r"""Record decisions on pairs of reports: same person or different.

    A decision is same or different, and uncounted link always follows it. A later decision
    on the same pair replaces it. If decisions contradict each other, the whole file is
    refused. uncounted undo takes a file back. A sample from uncounted evaluate can be given
    too, after it has been evaluated.

    \b
    Examples:
      uncounted review returns.case --next 50 --out pairs.csv
      uncounted decide returns.case --file pairs.csv --dry-run
      uncounted decide returns.case --file pairs.csv
    """
    from uncounted.workflow.review import decide

    with open_case(case, passphrase_file) as opened:
        return decide(opened, file, on=today(), encoding=encoding, dry_run=dry_run)


def _reviewed(done: ReviewSummary) -> None:
    options = click.get_current_context().params
    most, out = options["most"], options["out"]
    answer(
        f"{plural(done.uncertain, 'pair')} undecided: more likely than 2% and less than 98%"
        f" to be about one person; {plural(done.decided, 'pair')} decided."
    )
    if done.not_estimable_reason:
        say(f"  in the order of the number of people: {done.not_estimable_reason}")
    if most is not None and out is None:
        _answer_pairs(done)
    if done.pairs and not done.not_estimable_reason:
        answer(
            f"Deciding {_these(len(done.pairs), chosen=bool(most))} is expected to narrow"
            f" the interval of N by {_percent(done.expected_reduction)}."
        )
    if out is not None and not done.pairs:
        say(f"  nothing is left to decide: {out} was not written")
    elif out is not None:
        answer(f"{plural(len(done.pairs), 'pair')} written to {out}: fill in the decisions")
    elif most is None and done.uncertain:
        say("  to see which: uncounted review CASE --next 50 --out pairs.csv")


def _these(count: int, *, chosen: bool) -> str:
    """Pairs within one list, which need no decision."""
    if count == 1:
        return "this pair" if chosen else "the next pair"
    return f"{'these' if chosen else 'the next'} {count}"


def _answer_pairs(done: ReviewSummary) -> None:
    header = ("source", "report", "source", "report", "probability", "expected_reduction")
    rows = [
        (
            pair.source_a,
            pair.report_a,
            pair.source_b,
            pair.report_b,
            f"{pair.probability:.2f}",
            _percent(pair.expected_reduction),
        )
        for pair in done.pairs
    ]
    if rows:
        answer(columns([header, *rows], right=[4, 5]))


def _percent(share: float) -> str:
    return f"{100 * share:.2g}%" if share >= 5e-5 else "less than 0.01%"


@app.command()
@case_argument
@click.option("--next", "most", type=click.IntRange(1, 10_000), help="How many pairs to list.")
@click.option("--out", type=click.Path(path_type=Path), help="CSV to write, for uncounted decide.")
@opening_options
@answers(_reviewed)
def review(
    case: Path, most: int | None, out: Path | None, passphrase_file: Path | None
) -> ReviewSummary:
    r"""List uncertain pairs whose review would narrow the estimate most.

    Pairs are given by source and id, without names: uncounted show shows a report. In the
    file written by --out, fill in the column decision (same or different, or leave it
    empty), and give the file to uncounted decide. Without --next only the number of
    uncertain pairs is shown.

    \b
    Examples:
      uncounted review returns.case
      uncounted review returns.case --next 50 --out pairs.csv
    """
    from uncounted.workflow.review import review

    if out is not None:
        refuse_taken_or_inside(case, out)
    with open_case(case, passphrase_file) as opened, Waiting() as waiting:
        return review(opened, most=most, out=out, on=today(), progress=waiting)
