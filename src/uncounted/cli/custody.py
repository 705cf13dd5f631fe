"""Commands for custody of a case file: withdraw, log, check, timestamp, export.

Of these only `timestamp` opens a connection.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from uncounted.cli.app import (
    answers,
    app,
    case_argument,
    needs_a_yes,
    open_case,
    opening_options,
    refuse_taken_or_inside,
    roots_option,
)
from uncounted.cli.terminal import Waiting, answer, say
from uncounted.errors import Damaged, NotVerified
from uncounted.text_table import columns, plural, whole

if TYPE_CHECKING:
    from uncounted.workflow.custody import (
        CustodyLog,
        DecisionStatus,
        EntryNumber,
        SignatureState,
        SignedEntries,
        SoundnessCheck,
        TimestampTaken,
    )
    from uncounted.workflow.export import ExportSummary, Form


def _withdrawn(_: EntryNumber) -> None:
    answer("The report is forgotten. Link again before you count.")


def _copies_remain(_: EntryNumber) -> None:
    say("Copies of this folder that were made before can still be read with a key: delete them.")


@app.command()
@case_argument
@click.option("--source", required=True, help="List that the report is on.")
@click.option("--report", required=True, help="Id of the report on that list.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@opening_options
@answers(_withdrawn, _copies_remain)
def withdraw(
    case: Path, source: str, report: str, yes: bool, passphrase_file: Path | None
) -> EntryNumber:
    r"""Erase one report permanently (withdrawal of consent).

    The key of the report is destroyed, and it cannot be imported again. Linkages and
    estimates made with it are erased too. Earlier copies of the case file and publications
    are not affected.

    \b
    Example:
      uncounted withdraw returns.case --source Seoul --report S-17
    """
    from uncounted.workflow.custody import withdraw

    needs_a_yes(yes)
    with open_case(case, passphrase_file) as opened:
        if not yes:
            click.confirm(
                "Erase this report permanently? It cannot be recovered", abort=True, err=True
            )
        return withdraw(opened, source, report)


def _log(done: CustodyLog) -> None:
    signed = done.signature_states()
    rows = [
        (
            str(entry.seq),
            entry.when,
            _decisions(states) if entry.kind == "decisions" else entry.kind,
            entry.by.split("+")[0],
            _SIGNATURES[signed[entry.seq]],
        )
        for entry, states in done.listed()
    ]
    answer(columns([("entry", "when", "what", "by", "signature"), *rows], right=[0]))
    answer(f"{plural(len(done.entries), 'entry', 'entries')}, {done.reports:,} of them reports")
    for run in done.signatures:
        if run.state == "none":
            say(f"  {_entries(run)} not signed: written by an earlier version, which signed none")
        elif run.state == "invalid":
            say(f"  warning: {_entries(run)} not signed by the member in the column by")
    for remark in done.clock_warnings:
        say(f"  warning: {remark}")


_SIGNATURES: dict[SignatureState, str] = {"valid": "valid", "none": "-", "invalid": "INVALID"}


def _entries(run: SignedEntries) -> str:
    if run.end - run.first == 1:
        return f"entry {run.first} is"
    return f"entries {run.first} to {run.end - 1} are"


def _decisions(states: Sequence[DecisionStatus]) -> str:
    parts = [plural(len(states), "decision")]
    parts += [
        f"{count:,} {what}"
        for what, count in Counter(state.standing for state in states).items()
        if what != "stands"
    ]
    if older := sum(state.older_than_report for state in states):
        parts.append(f"{older:,} older than what a report says now")
    return ", ".join(parts)


@app.command()
@case_argument
@opening_options
@answers(_log)
def log(case: Path, passphrase_file: Path | None) -> CustodyLog:
    r"""Show the custody log: who did what and when, without content.

    Reports are counted, not listed. So are the decisions of one file; a decision can be
    older than the current version of a report. The last column says whether the signature
    of the member in the column before holds.

    \b
    Example:
      uncounted log returns.case
    """
    from uncounted.workflow.custody import log

    with open_case(case, passphrase_file) as opened:
        return log(opened)


def _checked(done: SoundnessCheck) -> None:
    for finding in done.errors:
        answer(finding)
    for remark in done.clock_warnings:  # a time is only its writer's claim: no damage
        say(f"  warning: {remark}")
    if done.errors or done.unsigned:
        return
    entries = plural(done.entries, "entry", "entries")
    answer(f"OK: no errors found in {entries}, the database and the signed log.")
    if done.interrupted:
        answer(
            f"A linkage was interrupted: {plural(done.interrupted, 'file')} in attachments/, which"
            " uncounted link continues or deletes."
        )
    for each in done.timestamps if done.trusted else ():
        answer(
            f"{each.stamp.authority} says: the log's first {plural(each.size, 'entry', 'entries')}"
            f" were there {each.stamp.time:%Y-%m-%d %H:%M:%S} UTC."
        )
    if done.timestamps and not done.trusted:
        answer(f"{plural(len(done.timestamps), 'timestamp')}, and each is about this log.")
        say("  the authority was not checked: give its certificate with --roots")


def _refuse_unsound(done: SoundnessCheck) -> None:
    if done.errors:
        raise Damaged(
            f"{plural(len(done.errors), 'error')} in the case file",
            hint="you can correct permissions and remove foreign files; for anything"
            " else keep this folder unchanged and restore the whole case file"
            " from a copy",
        )
    if done.unsigned:
        raise NotVerified(
            f"{plural(done.unsigned, 'timestamp is', 'timestamps are')} not"
            " signed under the certificates in the file of --roots",
            hint="add the root certificate of each authority you used to that file",
        )


@app.command()
@case_argument
@roots_option
@opening_options
@answers(_checked, _refuse_unsound)
def check(case: Path, roots: Path | None, passphrase_file: Path | None) -> SoundnessCheck:
    r"""Verify the integrity of a case file and of its log.

    Checks the database, the log, its signatures and timestamps, offline. With --roots
    every timestamp must be signed under the certificates in that file: include the root of
    each authority that you used.

    \b
    Examples:
      uncounted check returns.case
      uncounted check returns.case --roots root.pem
    """
    from uncounted.workflow.custody import check, read_roots

    trusted = read_roots(roots)
    with open_case(case, passphrase_file) as opened:
        return check(opened, trusted)


def _stamped(done: TimestampTaken) -> None:
    stamp = done.taken.stamp
    when = f"{stamp.time:%Y-%m-%d %H:%M:%S} UTC"
    answer(f"{stamp.authority} says: the log's {whole(done.taken.size)} entries were there {when}.")
    answer(f"Kept: {done.taken.file}")
    if not stamp.trusted:
        say(
            "The signature is valid, but its signer was not checked: give the authority's root"
            " certificate with --roots, here or later: uncounted check CASE --roots root.pem."
        )


@app.command()
@case_argument
@click.option(
    "--authority", metavar="URL", required=True, help="Address of the authority, http or https."
)
@roots_option
@opening_options
@answers(_stamped)
def timestamp(
    case: Path, authority: str, roots: Path | None, passphrase_file: Path | None
) -> TimestampTaken:
    r"""Get a trusted timestamp (RFC 3161) for the log. Opens a network connection.

    It connects to the address that you give, and to no other.
    It sends a hash of the checkpoint of the log, and nothing else. Others on the network
    can see that your address asked for a timestamp.

    \b
    Example:
      uncounted timestamp returns.case --authority http://stamps.example/tsr --roots root.pem
    """
    from uncounted.workflow.custody import place, read_roots, take_timestamp

    where = place(authority)
    trusted = read_roots(roots)
    with open_case(case, passphrase_file) as opened:
        say(f"Connecting to {where}; a hash of 64 bytes is sent.")
        return take_timestamp(opened, authority, trusted)


def _exported(done: ExportSummary) -> None:
    answer(
        f"{plural(done.reports, 'report')} and {plural(done.attachments, 'attachment')}"
        f" written to {done.out}: {plural(len(done.files), 'file')}"
    )
    for doubt in done.doubts:
        say(f"warning: {doubt}: this export may not be what was recorded")
    for what, count in done.not_exported.items():
        say(f"  not carried as it was: {count:,} {what}")
    say(
        "Everything in that folder is unencrypted, names too, and consent no longer protects it:"
        " keep it on an encrypted disk, and delete it when it has served. An export that is"
        f" killed leaves a folder .{Path(done.out).name}.*.partial beside it: the next one"
        " takes it away."
    )
    for name in done.unfinished:
        say(f"Unfinished, may hold unencrypted testimony: {name}. Delete it if no export runs.")


@app.command()
@case_argument
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "json", "bagit"]),
    required=True,
    help="csv for spreadsheets, json for everything, bagit for an archive.",
)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder to write.")
@click.option(
    "--without-log", is_flag=True, help="If log/ is lost: export the database, without proof."
)
@click.option(
    "--despite-foreign",
    is_flag=True,
    help="If a member added tables or triggers to the only copy: export it, and change nothing.",
)
@opening_options
@answers(_exported)
def export(
    case: Path,
    form: str,
    out: Path,
    without_log: bool,
    despite_foreign: bool,
    passphrase_file: Path | None,
) -> ExportSummary:
    r"""Export everything, unencrypted: reports, consent, attachments.

    uncounted import reads json and bagit back completely. csv writes a file and a mapping
    for each source. What cannot be exported is listed.

    \b
    Example:
      uncounted export returns.case --format bagit --out export
    """
    from uncounted.workflow.export import FORMS, write

    refuse_taken_or_inside(case, out)
    chosen: Form = next(each for each in FORMS if each == form)
    opening = open_case(
        case, passphrase_file, without_log=without_log, despite_foreign=despite_foreign
    )
    with opening as opened, Waiting() as waiting:
        return write(opened, chosen, out, progress=waiting)
