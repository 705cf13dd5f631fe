"""Commands from a case file to a release: demo, link, clusters, overlap, release, verify."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from uncounted.cli import messages
from uncounted.cli.app import (
    answers,
    app,
    case_argument,
    json_option,
    listed,
    open_case,
    out_file,
    passphrase_option,
    refuse_taken_or_inside,
    seed_option,
    today,
)
from uncounted.cli.terminal import Waiting, answer, answer_json, number, plural, say

if TYPE_CHECKING:
    from uncounted.workflow.captures import OverlapSummary
    from uncounted.workflow.link import ClustersSummary, LinkSummary
    from uncounted.workflow.release import ReleaseSummary
    from uncounted.workflow.verify import Verdict


def run_within(arguments: Sequence[str]) -> None:
    """Run one command inside another (the demo's): its errors go up."""
    app.main(args=list(arguments), prog_name="uncounted", standalone_mode=False)


@app.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("demo-out"),
    show_default=True,
    help="Folder for the case file, the release and a temporary identity.",
)
@json_option
def demo(out: Path, as_json: bool) -> None:
    r"""Run the whole workflow on synthetic data with a known true total.

    \b
    Example:
      uncounted demo --out demo-out
    """
    from uncounted.cli.demo import tour

    result = tour(out, run_within, quiet=as_json)
    if as_json:
        answer_json(result)


def _linked(done: LinkSummary) -> None:
    low, high = done.people.interval
    people = round(done.people.median)
    draws = plural(done.draws, "draw")
    uncertainty = f"between {number(low)} and {number(high)} (95%, {draws})"
    if low == high:
        uncertainty = f"as many in 95% of {draws}"
    verb = "is" if done.reports == 1 else "are"
    answer(
        f"{plural(done.reports, 'report')} on {plural(len(done.lists), 'list')} {verb} about"
        f" {plural(people, 'person', 'people')}, {uncertainty}."
    )
    link_warnings(done)
    messages.left_out(done.excluded, "linked")


def link_warnings(done: LinkSummary) -> None:
    """Warn of chains that mix badly, failed checks, pairs not compared, duplicates, copies."""
    if done.mixing is not None:
        rhat, most, ess, least = done.mixing
        messages.mind(
            f"the chains agree less well than they should (R-hat {rhat:.3f}, {most:.3f} or"
            f" less is wanted; {ess:.0f} effective draws, for {least:.0f}). The ends of"
            " intervals may move with --seed: try two or three."
        )
    messages.failed_check(done.diagnostics.failed_check)
    if words := done.blocking_loss:
        messages.mind(words)
    if twice := done.diagnostics.exact_duplicates:
        one = twice == 1
        messages.mind(
            f"{plural(twice, 'report')} {'says' if one else 'say'} just what another of"
            f" {'its' if one else 'their'} list says, and {'is' if one else 'are'} taken for that"
            " one, entered twice."
        )
    messages.copied_lists(done.diagnostics.copied or ())
    if older := done.decisions_older:
        hold = "was made before one of its" if older == 1 else "were made before one of their"
        messages.mind(
            f"{plural(older, 'decision')} {hold} two reports was changed, and"
            f" {'holds' if older == 1 else 'hold'} all the same: uncounted log counts such by file,"
            " and uncounted show marks them. Decide again what still is so, and what is not."
        )


@app.command()
@case_argument
@click.option(
    "--draws",
    type=click.IntRange(10, 10_000),
    default=200,
    show_default=True,
    help="How many posterior draws to keep.",
)
@seed_option
@passphrase_option
@answers(_linked)
def link(case: Path, draws: int, seed: int, passphrase_file: Path | None) -> LinkSummary:
    r"""Match reports that are about the same person (record linkage).

    Gives posterior draws of the linkage, so that an estimate propagates its uncertainty.
    Uses only reports whose consent allows linking. Warns of lists that share records.

    \b
    Example:
      uncounted link returns.case
    """
    from uncounted.workflow.link import link

    with open_case(case, passphrase_file) as opened, Waiting() as waiting:
        return link(opened, draws=draws, seed=seed, on=today(), progress=waiting)


def _clusters(done: ClustersSummary) -> None:
    answer(
        f"{plural(done.reports, 'report')}, {plural(done.people, 'person', 'people')}: {done.out}"
    )
    low, high = done.people_interval
    say(
        f"  one reading of who is who; in 95% of {plural(done.draws, 'draw')} there are"
        f" {number(low)} to {number(high)} people"
    )


@app.command()
@case_argument
@out_file
@passphrase_option
@answers(_clusters)
def clusters(case: Path, out: Path, passphrase_file: Path | None) -> ClustersSummary:
    r"""Write which reports are about the same person, without names.

    Columns: source, report, person, probability. The table is a point estimate of the
    linkage; for totals use uncounted estimate, which averages over all posterior draws.

    \b
    Example:
      uncounted clusters returns.case --out clusters.csv
    """
    from uncounted.workflow.link import clusters

    refuse_taken_or_inside(case, out)
    with open_case(case, passphrase_file) as opened:
        return clusters(opened, out, on=today())


def _overlap(done: OverlapSummary) -> None:
    people, on = plural(done.observed, "person", "people"), plural(len(done.lists), "list")
    answer(f"{people} on {on}: {done.out}")
    if done.draw is None:
        say("  one reading of who is who; uncounted estimate averages over all draws")
    say("  small counts are in it as they are: for publication use uncounted release")
    messages.left_out(done.excluded, "counted")


@app.command()
@case_argument
@out_file
@click.option("--lists", help="Use only these lists, e.g. A,B,C.")
@click.option("--by", help="Stratify by sex, year or origin, or several, e.g. year,sex.")
@click.option(
    "--draw", type=click.IntRange(0), help="Use this posterior draw (default: the point estimate)."
)
@passphrase_option
@answers(_overlap)
def overlap(
    case: Path,
    out: Path,
    lists: str | None,
    by: str | None,
    draw: int | None,
    passphrase_file: Path | None,
) -> OverlapSummary:
    r"""Write how many people are on which lists (capture histories).

    This is the table that estimates are made from. Small counts are not suppressed in it:
    do not publish it.

    \b
    Example:
      uncounted overlap returns.case --out overlap.csv
    """
    from uncounted.workflow.captures import write_overlap

    refuse_taken_or_inside(case, out)
    strata = [name.strip() for name in by.split(",")] if by else ()
    chosen = listed("--lists", lists)
    with open_case(case, passphrase_file) as opened:
        return write_overlap(opened, out, lists=chosen, by=strata, draw=draw, on=today())


def _released(done: ReleaseSummary) -> None:
    answer(done.headline)
    messages.failed_check(done.failed_check)
    messages.copied_lists(done.copied)
    messages.left_out(done.excluded, "counted")
    answer(f"Released into {done.out}: {', '.join(done.files)}")
    answer(f"Anyone can check it: uncounted verify {done.out} --signer '{done.signer}'")


@app.command()
@case_argument
@click.option(
    "--plan", type=click.Path(path_type=Path), required=True, help="PLAN.toml: what to publish."
)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder to write.")
@click.option(
    "--despite-earlier",
    is_flag=True,
    help="Release again, although the releases are not audited together.",
)
@passphrase_option
@answers(_released)
def release(
    case: Path,
    plan: Path,
    out: Path,
    despite_earlier: bool,
    passphrase_file: Path | None,
) -> ReleaseSummary:
    r"""Publish a report, table and estimates that anyone can verify.

    Writes a report (HTML and PDF), a table in which small counts are suppressed and
    audited, and a signed manifest tied to the log of the case file. No names are
    published. Suppression limits the risk of disclosure; it does not remove it.

    \b
    Example:
      uncounted release returns.case --plan plan.toml --out release
    """
    from uncounted.workflow.release import release

    refuse_taken_or_inside(case, out)
    with open_case(case, passphrase_file) as opened, Waiting() as waiting:
        return release(
            opened, plan, out, despite_earlier=despite_earlier, on=today(), progress=waiting
        )


def _verified(verdict: Verdict) -> None:
    for what, words in verdict.lines():
        answer(f"{what:<12}{words}")


@app.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--signer", metavar="VKEY", help="Verifier key that must have signed the release.")
@click.option(
    "--since",
    metavar="OLDER_DIR",
    type=click.Path(path_type=Path),
    help="Earlier release of the same case file.",
)
@answers(_verified)
def verify(folder: Path, signer: str | None, since: Path | None) -> Verdict:
    r"""Check a release: complete, unchanged, signed, in the log. Needs no key.

    \b
    Example:
      uncounted verify release
    """
    from uncounted.workflow.verify import verify

    return verify(folder, signer=signer, since=since)
