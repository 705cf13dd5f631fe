"""Commands from a case file to a release: demo, link, clusters, overlap, release, verify."""

from __future__ import annotations

import textwrap
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
    opening_options,
    out_file,
    refuse_taken_or_inside,
    seed_option,
    today,
)
from uncounted.cli.terminal import Waiting, answer, answer_json
from uncounted.errors import NotVerified
from uncounted.text_table import WIDTH, plural, whole

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
@click.option("--show-commands", is_flag=True, help="Print each command before it runs.")
@json_option
def demo(out: Path, show_commands: bool, as_json: bool) -> None:
    r"""Run the whole workflow on synthetic data with a known true total.

    \b
    Example:
      uncounted demo --out demo-out
    """
    from uncounted.cli.demo import tour

    result = tour(out, run_within, quiet=as_json, show_commands=show_commands)
    if as_json:
        answer_json(result)


def _linked(done: LinkSummary) -> None:
    low, high = done.people.interval
    people = plural(round(done.people.median), "person", "people")
    interval = whole(low) if low == high else f"{whole(low)}–{whole(high)}"
    answer(
        f"Linked {plural(done.reports, 'report')} from {plural(len(done.lists), 'list')}:"
        f" {people} (95% {interval})"
    )
    rows = [("reports", " · ".join(f"{name} {whole(n)}" for name, n in done.lists.items()))]
    if names := done.other_names:
        rows.append(("names", names))
    if scripts := done.diagnostics.fit.scripts_learned:
        learned = "; ".join(
            f"within {one} letters" if one == other else f"between {one} and {other} letters"
            for one, other in scripts
        )
        rows.append(("spelling", f"learned from likely matches, {learned}"))
    chains = done.diagnostics.chains
    if chains.sweeps:
        verdict = "ok" if done.mixing is None else "poor"
        found = f"R-hat {chains.rhat:.3f}, ESS {chains.ess:.0f}, {plural(chains.chains, 'chain')}"
        rows.append(("convergence", f"{found}: {verdict}"))
    pairs = plural(done.uncertain, "pair has", "pairs have")
    rows.append(("uncertain", f"{pairs} a match probability between 2% and 98%"))
    if done.changes is not None:
        rows.append(("changes", done.changes.words))
    if done.excluded:
        rows.append(("excluded", messages.excluded(done.excluded)))
    if done.continued:
        rows.append(("continued", f"a linkage that was interrupted ({done.continued}: done)"))
    if done.not_kept:
        rows.append(("note", done.not_kept))
    for name, text in rows:
        answer(
            textwrap.fill(
                f"  {name:<12}{text}", WIDTH, subsequent_indent=" " * 14, break_long_words=False
            )
        )
    link_warnings(done)
    case = click.get_current_context().params["case"]
    answer()
    answer(f"Next  check accuracy  uncounted evaluate {case} --sample 200 --out sample.csv")
    answer(f"      decide pairs    uncounted review {case} --next 50 --out pairs.csv")
    answer(f"      estimate        uncounted estimate {case}")


def link_warnings(done: LinkSummary) -> None:
    """Warn of poor convergence, failed checks, matches missed or by chance, duplicates, copies."""
    if done.mixing is not None:
        rhat, most, ess, least = done.mixing
        messages.warning(
            "poor-convergence", f"R-hat {rhat:.3f} (>{most:.3f}) or ESS {ess:.0f} (<{least:.0f})"
        )
    messages.failed_check(done.diagnostics.failed_check)
    if first := done.diagnostics.fit.first_failed:
        least = done.diagnostics.candidates.min_match_probability
        messages.warning(
            "stricter-candidates",
            f"only pairs of a match probability of {least:.0%} or more, since {first}",
        )
    if words := done.blocking_loss:
        messages.warning("pairs-not-compared", words)
    if words := done.unfound:
        messages.warning("matches-not-found", words)
    if words := done.by_chance:
        messages.warning("names-agree-by-chance", words)
    if twice := done.diagnostics.exact_duplicates:
        messages.warning("exact-duplicates", f"{plural(twice, 'report')} in the same list")
    messages.copied_lists(done.diagnostics.copied or ())
    if older := done.decisions_older:
        messages.warning("older-decisions", plural(older, "decision"))


@app.command()
@case_argument
@click.option(
    "--draws",
    type=click.IntRange(10, 10_000),
    help="How many posterior draws to keep (200; of more than 20,000 reports fewer, at least 50).",
)
@seed_option
@click.option("--audience", help="For a release to this audience, as its plan names it.")
@click.option("--lists", help="Link only these lists, e.g. A,B,C, as 'only' of a plan names them.")
@click.option(
    "--dask",
    metavar="ADDRESS",
    help="Link on the Dask cluster at this address. Who runs the cluster can read the reports.",
)
@opening_options
@answers(_linked)
def link(
    case: Path,
    draws: int | None,
    seed: int,
    audience: str | None,
    lists: str | None,
    dask: str | None,
    passphrase_file: Path | None,
) -> LinkSummary:
    r"""Match reports that are about the same person (record linkage).

    Gives posterior draws of the linkage, so that an estimate propagates its uncertainty.
    Uses only reports whose consent allows linking and statistics today; with --audience also
    only those that allow this audience. A release needs a linkage of exactly the reports that
    it may count: the case file keeps one for each set of reports. Warns of lists that share
    records. If it is interrupted, give the same command again: of more than 3,000 reports it
    goes on after the last stage that was done.

    \b
    Examples:
      uncounted link returns.case
      uncounted link returns.case --audience public
    """
    from uncounted.workflow.link import Audience, link

    whom = Audience(audience, listed("--lists", lists) or ())
    with open_case(case, passphrase_file) as opened, Waiting() as waiting:
        return link(opened, whom, draws=draws, seed=seed, on=today(), dask=dask, progress=waiting)


def _clusters(done: ClustersSummary) -> None:
    low, high = done.people_interval
    answer(
        f"{plural(done.reports, 'report')} in {plural(done.people, 'cluster')}"
        f" (95% {whole(low)}–{whole(high)} people): {done.out}"
    )
    answer("  the point estimate of the linkage; uncounted estimate averages over all draws")
    if done.retired:
        answer(f"  {plural(len(done.retired), 'retired id')} of merged people: see --json")


@app.command()
@case_argument
@out_file
@opening_options
@answers(_clusters)
def clusters(case: Path, out: Path, passphrase_file: Path | None) -> ClustersSummary:
    r"""Write which reports are about the same person, without names.

    Columns: source, report, person, probability, previous. A person keeps the id when
    reports are linked again; previous is the id in the linkage before. The table is a point
    estimate; for totals use uncounted estimate, which averages over all posterior draws.

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
        answer("  the point estimate of the linkage; uncounted estimate averages over all draws")
    answer("  holds small counts: not for publication (use uncounted release)")
    messages.left_out(done.excluded)


@app.command()
@case_argument
@out_file
@click.option("--lists", help="Use only these lists, e.g. A,B,C.")
@click.option("--by", help="Stratify by sex, year, origin or outcome, or several: year,outcome.")
@click.option(
    "--draw", type=click.IntRange(0), help="Use this posterior draw (default: the point estimate)."
)
@opening_options
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
    answer(f"Release written to {done.out}")
    cells = f"{plural(done.suppressed, 'cell')} suppressed"
    smallest = "" if done.smallest is None else f"smallest published count {done.smallest}, "
    rows = [
        ("files", " · ".join(done.files)),
        ("headline", done.headline),
        (
            "disclosure",
            f"{smallest}threshold {done.threshold}; {cells}; reconstruction check of this release"
            " passed",
        ),
    ]
    if done.released_before:
        words = (
            "this case file was released before: a reader of both releases can subtract them,"
            " and they were not audited together"
        )
        rows.append(("risk", words))
    for name, text in rows:
        answer(textwrap.fill(f"  {name:<12}{text}", WIDTH, subsequent_indent=" " * 14))
    if done.excluded or done.failed_check or done.copied_lists:
        answer()
        answer("For you, not for publication:")
        messages.left_out(done.excluded)
        messages.failed_check(done.failed_check)
        messages.copied_lists(done.copied_lists)
    answer()
    answer("Before you publish: read report.html, and compare with earlier releases by hand.")
    answer(f"Readers verify with: uncounted verify {done.out} --signer '{done.signer}'")


@app.command()
@case_argument
@click.option(
    "--plan", type=click.Path(path_type=Path), required=True, help="PLAN.toml: what to publish."
)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder to write.")
@click.option(
    "--despite-earlier",
    is_flag=True,
    help="Release again, although readers of both releases can subtract them: suppressed counts"
    " may follow, and the releases are not audited together.",
)
@opening_options
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
    folder = click.get_current_context().params["folder"]
    answer(f"Verified: {folder} is complete and unchanged")
    for name, text in verdict.lines():
        answer(textwrap.fill(f"  {name:<11}{text}", WIDTH, subsequent_indent=" " * 13))
    if verdict.signer_checked:
        answer("This shows who published these files and that they are unchanged.")
    else:
        answer("This shows that the files are unchanged, and not who published them.")
    answer("It does not show that the estimate is right.")


def _refuse_unchecked_signer(verdict: Verdict) -> None:
    """Without the publisher's key any signed release verifies."""
    if not (verdict.signer_checked or click.get_current_context().params["any_signer"]):
        raise NotVerified(
            f"the signer {verdict.fingerprint} was not checked",
            hint="get the publisher's key by another channel and add --signer KEY;"
            " or add --any-signer",
        )


@app.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--signer", metavar="VKEY", help="Verifier key that must have signed the release.")
@click.option(
    "--since",
    metavar="OLDER_DIR",
    type=click.Path(path_type=Path),
    help="Earlier release of the same case file.",
)
@click.option("--any-signer", is_flag=True, help="Accept any signer: the key is not checked.")
@answers(_verified, _refuse_unchecked_signer)
def verify(
    folder: Path,
    signer: str | None,
    since: Path | None,
    any_signer: bool,
) -> Verdict:
    r"""Check a release: complete, unchanged, signed, in the log. Needs no key.

    Without --signer a release by any key would pass, so the exit status is 1.

    \b
    Example:
      uncounted verify release --signer uncounted.member/...
    """
    from uncounted.workflow.verify import verify

    return verify(folder, signer=signer, since=since)
