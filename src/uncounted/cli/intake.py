"""Commands that take reports in: init, import, rejects."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from uncounted.cli.app import (
    answers,
    app,
    case_argument,
    home,
    open_case,
    opening_options,
    passphrase,
    passphrase_option,
    short_option,
)
from uncounted.cli.terminal import Waiting, answer, answer_file, say
from uncounted.errors import BadInput, UsedWrongly
from uncounted.text_table import WIDTH, columns, plural

if TYPE_CHECKING:
    from uncounted.workflow.intake import (
        ImportSummary,
        MappingDraft,
        NewCase,
        RejectedRows,
        RejectsLists,
        RestoreSummary,
    )


def _new_case(made: NewCase) -> None:
    if made.identity_created:
        say(f"Your identity is new: {made.identity}")
        say(
            "Keep a copy of that folder and remember the passphrase: you need both"
            " to open the case file."
        )
        if made.short_passphrase:
            say("warning: a passphrase this short can be guessed by anyone who copies that folder.")
    answer(f"Made the case file {made.case}. Its database is encrypted.")
    answer(f"Your recipient:    {made.recipient}")
    answer(f"Your verifier key: {made.signer}")


@app.command()
@case_argument
@passphrase_option
@short_option
@answers(_new_case)
def init(case: Path, passphrase_file: Path | None, allow_short: bool) -> NewCase:
    r"""Create an encrypted case file (the first time, your identity too).

    \b
    Example:
      uncounted init returns.case
    """
    from uncounted.workflow import access, intake

    access.refuse_existing(case)
    words = passphrase(passphrase_file, new=not access.has_identity(home()))
    return intake.create_case(case, home(), words, allow_short=allow_short)


def _answer_import(done: ImportSummary | MappingDraft | RestoreSummary) -> None:
    from uncounted.workflow.intake import ImportSummary, MappingDraft

    if isinstance(done, MappingDraft):
        answer_file(done.mapping.rstrip("\n"))
    elif isinstance(done, ImportSummary):
        _imported(done)
    else:
        _restored(done)


def _imported(done: ImportSummary) -> None:
    if done.dry_run:
        answer("Dry run: nothing was saved.")
    reports = plural(done.rows - done.rejected, "report")
    verb = "Would import" if done.dry_run else "Imported"
    file = click.get_current_context().params["file"].name
    answer(f"{verb} {reports} from {file} ({done.encoding.replace('_', '-').upper()})")
    answer(
        f"  new {done.created:,} · updated {done.updated:,} · unchanged {done.unchanged:,}"
        f" · rejected {done.rejected:,}   = {plural(done.rows, 'row')}"
    )
    if done.without_consent:
        answer(
            f"  {done.without_consent:,} without consent: stored encrypted, not linked, not counted"
        )
    for line in _import_notes(done):
        answer(textwrap.fill(line, WIDTH, subsequent_indent="  "))
    if done.rejected:
        answer(f"warning: {plural(done.rejected, 'row')} rejected")
        for reason, count in done.reasons.items():
            answer(
                textwrap.fill(
                    f"  {reason} ({plural(count, 'row')})", WIDTH, subsequent_indent="    "
                )
            )
    if done.rejects:
        case = click.get_current_context().params["case"]
        answer(f"  see which: uncounted rejects {case} {done.rejects}")


def _import_notes(done: ImportSummary) -> Iterator[str]:
    """What a person should look at, a line each."""
    if not done.rows:
        yield "note: the file has no rows below its header"
    for warning, count in done.warnings.items():
        yield f"note: {warning} ({plural(count, 'row')})"
    if done.consent_kept:
        yield (
            f"note: {plural(done.consent_kept, 'report')} with consent recorded in the case file:"
            " only the uses that both it and this file allow are kept"
        )
    if done.edits_replaced:
        yield (
            f"note: {plural(done.edits_replaced, 'report')} had been edited in the case file; this"
            " file replaces the edit"
        )
    if done.renamed:
        yield (
            f"warning: {plural(done.renamed, 'report')} updated with another name than before. If"
            " the ids were assigned anew, decisions, consent and withdrawals are now attached to"
            " other people: undo the import"
        )
    if done.not_in_file:
        yield (
            f"warning: {done.source} had {plural(done.not_in_file, 'report')} before, and none is"
            " in this file. If this is another list, import it under its own --source"
        )


def _restored(done: RestoreSummary) -> None:
    for name, each in done.sources.items():
        answer(
            f"{name}: {plural(each.rows, 'report')} = {each.created:,} created"
            f" + {each.updated:,} updated + {each.unchanged:,} unchanged"
            f" + {each.rejected:,} rejected"
        )
    if done.attachments:
        answer(f"{plural(done.attachments, 'attachment')} sealed")
    if noted := done.consents_recorded:
        say(f"  {plural(noted, 'consent')} decided where the export was made: decided here, too")
    if decided := done.decisions:
        say(f"  {plural(decided, 'decision')} on two reports taken in; uncounted log lists them")
    for reason, count in done.decisions_skipped.items():
        say(f"  {plural(count, 'decision')} passed over: {reason}")
    for reason, count in done.attachments_skipped.items():
        say(f"  {plural(count, 'attachment')} passed over: {reason}")
    for what, count in done.not_in_export.items():
        say(f"  not in the export: {count:,} {what}")


def _refuse_if_all_rejected(done: ImportSummary | MappingDraft | RestoreSummary) -> None:
    from uncounted.workflow.intake import ImportSummary

    if isinstance(done, ImportSummary) and done.rows and done.rejected == done.rows:
        raise BadInput(
            "no row was imported", hint="every row was rejected; the reasons are listed above"
        )


@app.command(name="import")
@case_argument
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--source", help="Name of the list, e.g. the organisation that it comes from.")
@click.option(
    "--mapping", type=click.Path(path_type=Path), help="MAP.toml: what each column holds."
)
@click.option("--encoding", help="Character encoding of a CSV file, if it cannot be detected.")
@click.option("--sheet", help="Sheet of a workbook: its name, or its number from the left.")
@click.option("--dry-run", is_flag=True, help="Show what would happen; save nothing.")
@click.option(
    "--replace-ids",
    is_flag=True,
    help="Import it although most of the reports that it changes get another name.",
)
@click.option("--suggest", is_flag=True, help="Print a draft of MAP.toml; import nothing.")
@opening_options
@answers(_answer_import, _refuse_if_all_rejected)
def import_(
    case: Path,
    file: Path,
    source: str | None,
    mapping: Path | None,
    encoding: str | None,
    sheet: str | None,
    dry_run: bool,
    replace_ids: bool,
    suggest: bool,
    passphrase_file: Path | None,
) -> ImportSummary | MappingDraft | RestoreSummary:
    r"""Import reports from a CSV, XLSX or JSON file.

    Every row is accounted for. Importing the same file again changes nothing. A file in
    which most of the reports that change get another name is refused. Rejected
    rows are listed with the reason, encrypted, in the case file (see uncounted rejects);
    the exit status is 1 only if every row is rejected.
    What uncounted export wrote as JSON or as a bag is imported without --source and
    --mapping.

    \b
    Examples:
      uncounted import returns.case seoul.xlsx --suggest > seoul.toml
      uncounted import returns.case seoul.csv --source Seoul --mapping seoul.toml
      uncounted import new.case export/
    """
    from uncounted.workflow import intake

    form = intake.TableFormat(mapping, encoding, sheet)
    if intake.is_export(file):
        intake.check_is_one(file)
        if source is not None or mapping is not None:
            raise UsedWrongly(
                "--source and --mapping cannot be used with an export: it already contains them",
                hint="omit --source and --mapping",
            )
        with open_case(case, passphrase_file) as opened, Waiting() as waiting:
            return intake.take_in(
                opened, file, dry_run=dry_run, replace_ids=replace_ids, progress=waiting
            )
    if suggest:
        return intake.suggest_mapping(file, form)
    if source is None:
        raise UsedWrongly(
            "--source is missing: which organisation is this file from?", hint="--source NAME"
        )
    with open_case(case, passphrase_file) as opened, Waiting() as waiting:
        return intake.import_file(
            opened,
            file,
            source,
            form,
            dry_run=dry_run,
            replace_ids=replace_ids,
            progress=waiting,
        )


def _answer_rejects(found: RejectsLists | RejectedRows) -> None:
    from uncounted.workflow.intake import RejectedRows

    if isinstance(found, RejectedRows):
        rows = [("row", "why"), *((str(each.row), "; ".join(each.reasons)) for each in found.rows)]
        answer(columns(rows, right=[0]))
    elif not found.lists:
        answer("No import rejected a row.")
    else:
        head = ("list", "when", "source", "rejected", "of rows", "")
        lists = [
            (
                each.name,
                each.when,
                each.source,
                f"{each.rejected:,}",
                f"{each.rows:,}",
                "taken back" if each.undone else "",
            )
            for each in found.lists
        ]
        answer(columns([head, *lists], right=[3, 4]))


@app.command()
@case_argument
@click.argument("name", required=False)
@opening_options
@answers(_answer_rejects)
def rejects(
    case: Path, name: str | None, passphrase_file: Path | None
) -> RejectsLists | RejectedRows:
    r"""Show which rows an import rejected, and why (never their content).

    Without NAME it lists the imports that rejected rows, each with its NAME.

    \b
    Example:
      uncounted rejects returns.case
      uncounted rejects returns.case rejects-12
    """
    from uncounted.workflow import intake

    with open_case(case, passphrase_file) as opened:
        return intake.rejects(opened, name)
