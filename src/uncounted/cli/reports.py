"""Commands on single reports: search, show, edit, consent, undo, attach."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from uncounted.cli.app import (
    answers,
    app,
    case_argument,
    from_file,
    from_stdin,
    needs_a_yes,
    open_case,
    opening_options,
    somebody_is_there,
    today,
)
from uncounted.cli.terminal import Waiting, answer, say
from uncounted.errors import UsedWrongly
from uncounted.text_table import columns, plural, visible

if TYPE_CHECKING:
    from uncounted.workflow.reports import (
        AttachmentSummary,
        Consent,
        ConsentNoted,
        DecisionsTakenBack,
        EditSummary,
        ExcludedReports,
        ImportTakenBack,
        JSONObject,
        ReportDecision,
        ReportHistory,
        SearchResult,
    )

source_option = click.option("--source", required=True, help="List that the report is on.")
report_option = click.option("--report", required=True, help="Id of the report on that list.")


def _found(done: SearchResult) -> None:
    rows = [
        (hit.source, hit.report, " · ".join(hit.names), ", ".join(hit.found_in))
        for hit in done.reports
    ]
    if rows:
        answer(columns([("source", "report", "names", "found in"), *rows]))
    answer(f"{plural(len(rows), 'report')} found")


@app.command()
@case_argument
@click.argument("words", nargs=-1)
@opening_options
@answers(_found)
def search(case: Path, words: Sequence[str], passphrase_file: Path | None) -> SearchResult:
    r"""Find reports by a name, a relative's name, or words of a note.

    All words must be in one name, or in the note. A full name or a given name also finds
    spellings in other scripts and romanisations ("spelling"): 조명복 finds Cho Myung-bok
    and 趙明福. A family name alone does not.

    The result shows names: check who can see your screen. Words on the command line stay
    in the history of your shell, and other users of the machine can see them. Without
    WORDS you are asked for them, or they are read from standard input.

    \b
    Examples:
      uncounted search returns.case
      uncounted search returns.case 철수
      uncounted search returns.case kim chol
    """
    from uncounted.workflow.reports import search

    if not words:
        there = somebody_is_there()
        words = (str(click.prompt("Words", err=True)) if there else from_stdin()).split()
    with open_case(case, passphrase_file) as opened, Waiting() as waiting:
        return search(opened, words, progress=waiting)


def _shown(report: ReportHistory) -> None:
    answer(
        columns([("source", report.source), ("report", report.report), *_fields_of(report.content)])
    )
    answer(f"consent: {_consent(report.consent)}")
    for held in report.attachments:
        answer(f"attached: {visible(held.name)} ({held.size:,} bytes)")
    for each in report.decisions:
        answer(_decision(each))
    versions = [
        (str(each.entry), each.when, each.kind, each.by.split("+")[0]) for each in report.versions
    ]
    answer(columns([("entry", "when", "what", "by"), *versions], right=[0]))


def _fields_of(says: JSONObject) -> list[tuple[str, str]]:
    from uncounted.workflow.reports import STATED_FIELDS

    rows = [
        ("name_alt" if at else "name", each["written"]) for at, each in enumerate(says["names"])
    ]
    rows += [(field, _written(says[field])) for field in STATED_FIELDS if field in says]
    for number, act in enumerate(says["acts"], start=1):
        parts = [
            act["date"]["written"] if part == "date" else act[part]
            for part in ("kind", "date", "place", "authority", "outcome")
            if part in act
        ]
        rows.append((f"act {number}", ", ".join(parts)))
    return rows


def _written(value: str | Mapping[str, str]) -> str:
    return value if isinstance(value, str) else value["written"]


def _decision(decision: ReportDecision) -> str:
    words = "the same person as" if decision.decision == "same" else "not the person of"
    line = f"decided (entry {decision.entry}): {words} {decision.source}, {decision.report}"
    if decision.note:
        line += f": {decision.note}"
    if decision.older_than_report:
        line += " (before one of the two was changed)"
    return visible(line)


def _consent(consent: Consent) -> str:
    words = ", ".join(sorted(consent.uses)) or "none: not linked, not counted"
    for value, before in (
        (consent.audience, "for"),
        (consent.until, "until"),
        (consent.given_by, "given by"),
    ):
        if value:
            words += f"; {before} {value}"
    return visible(words)


@app.command()
@case_argument
@source_option
@report_option
@opening_options
@answers(_shown)
def show(case: Path, source: str, report: str, passphrase_file: Path | None) -> ReportHistory:
    r"""Show one report: its content, consent, decisions and versions.

    \b
    Example:
      uncounted show returns.case --source Seoul --report S-17
    """
    from uncounted.workflow.reports import show

    with open_case(case, passphrase_file) as opened:
        return show(opened, source, report)


def _edited(done: EditSummary) -> None:
    for warning in done.warnings:
        say(f"  noted: {warning}")
    if done.changed:
        answer(f"The report was changed (entry {done.entry}). Link again before you count.")
    else:
        answer("The report says this already; nothing was changed.")


@app.command()
@case_argument
@source_option
@report_option
@click.option(
    "--set",
    "settings",
    metavar="FIELD=VALUE",
    multiple=True,
    help="Field to change; FIELD=- reads its value from standard input.",
)
@click.option(
    "--from",
    "from_file",
    metavar="FILE",
    type=click.Path(path_type=Path, allow_dash=True),
    help="File of lines FIELD=VALUE; - reads standard input.",
)
@opening_options
@answers(_edited)
def edit(
    case: Path,
    source: str,
    report: str,
    settings: Sequence[str],
    from_file: Path | None,
    passphrase_file: Path | None,
) -> EditSummary:
    r"""Correct a report; its earlier versions are kept.

    Fields: name, name_alt (several separated by ;), sex, birth, origin, relative,
    occupation, number, note, act, date, place, authority, outcome; act2, date2, ...
    for the second act. Values are read as in an import. An empty value removes the
    field.

    What is on the command line stays in the history of your shell, and other users of the
    machine can see it. Give testimony on standard input or in a file.

    \b
    Examples:
      uncounted edit returns.case --source Seoul --report S-17 --set birth=1985-03
      uncounted edit returns.case --source Seoul --report S-17 --set note=- < note.txt
      uncounted edit returns.case --source Seoul --report S-17 --from -
    """
    from uncounted.workflow.reports import edit

    fields = _fields(settings, from_file)
    with open_case(case, passphrase_file) as opened:
        return edit(opened, source, report, fields)


def _fields(settings: Sequence[str], from_file: Path | None) -> dict[str, str]:
    """New values: from the command line, from standard input, from a file."""
    fields = _once([_pair(setting) for setting in settings])
    from_input = [field for field, value in fields.items() if value == "-"]
    if len(from_input) + (str(from_file) == "-") > 1:
        raise UsedWrongly(
            "standard input can be read only once", hint="put the fields in a file: --from FILE"
        )
    if from_input:
        fields[from_input[0]] = from_stdin()
    if from_file is not None:
        fields |= _listed(from_file)
    if not fields:
        raise UsedWrongly("nothing to change", hint="give --set or --from")
    return fields


def _listed(file: Path) -> dict[str, str]:
    if str(file) == "-":
        text = from_stdin()
    else:
        text = from_file(file, "file of fields", "--from")
    return _once([_pair(line) for line in text.split("\n") if line.strip()])


def _once(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    fields = [field for field, _ in pairs]
    for at, field in enumerate(fields):
        if field in fields[:at]:
            raise UsedWrongly(f"{field!r} is given twice", hint="give it once")
    return dict(pairs)


def _pair(setting: str) -> tuple[str, str]:
    field, equals, value = setting.partition("=")
    if not equals:
        raise UsedWrongly("not FIELD=VALUE", hint="for example --set birth=1985-03")
    return field.strip(), value


def _consent_noted(done: ConsentNoted | ExcludedReports) -> None:
    from uncounted.workflow.reports import ExcludedReports

    if isinstance(done, ExcludedReports):
        _excluded(done)
        return
    answer(f"Noted (entry {done.entry}): {_consent(done.consent)}")
    say("  link again before you count")


def _excluded(done: ExcludedReports) -> None:
    answer(
        f"{plural(len(done.excluded), 'report')} may not be linked and counted"
        if done.excluded
        else "Every report may be linked and counted."
    )
    if done.excluded:
        rows = [(each.source, each.report, each.reason) for each in done.excluded]
        answer(columns([("source", "report", "why"), *rows]))
    if done.withdrawn:
        answer(
            f"{done.withdrawn:,} withdrawn: not listed, since only a keyed hash of each id is kept"
        )


@app.command()
@case_argument
@click.option("--source", help="List that the report is on.")
@click.option("--report", help="Id of the report on that list.")
@click.option("--uses", help="Allowed uses, e.g. link,statistics; or none.")
@click.option(
    "--list",
    "listing",
    is_flag=True,
    help="List the reports that may not be linked and counted (for --audience), and why.",
)
@click.option("--audience", help="Audience that it may be published for (default: everybody).")
@click.option("--until", metavar="DATE", help="Last day of the consent, e.g. 2027-12-31.")
@click.option("--given-by", help="Who gave the consent.")
@opening_options
@answers(_consent_noted)
def consent(
    case: Path,
    source: str | None,
    report: str | None,
    uses: str | None,
    listing: bool,
    audience: str | None,
    until: str | None,
    given_by: str | None,
    passphrase_file: Path | None,
) -> ConsentNoted | ExcludedReports:
    r"""Record what one report may be used for; or list the reports that are excluded.

    A later import cannot widen it. A list of excluded reports is shown, by source and id, and
    kept nowhere.

    \b
    Examples:
      uncounted consent returns.case --source Seoul --report S-17 --uses link,statistics
      uncounted consent returns.case --source Seoul --report S-17 --uses none
      uncounted consent returns.case --list
    """
    from uncounted.workflow.reports import excluded, set_consent

    if listing:
        if any(given is not None for given in (source, report, uses, until, given_by)):
            raise UsedWrongly(
                "--list records nothing", hint="with it give --audience, or no other option"
            )
        with open_case(case, passphrase_file) as opened:
            return excluded(opened, audience, on=today())
    if source is None or report is None or uses is None:
        raise UsedWrongly(
            "--source, --report and --uses are needed to record a consent",
            hint="to see which reports are excluded and why: --list",
        )
    stated = [] if uses.strip() == "none" else [use.strip() for use in uses.split(",")]
    with open_case(case, passphrase_file) as opened:
        done = set_consent(
            opened,
            source,
            report,
            uses=stated,
            audience=audience,
            until=until,
            given_by=given_by,
        )
    if until is not None and dt.date.fromisoformat(until) < today():
        say("  that day is past: from now on the report is not used for anything")
    return done


def _taken_back(done: DecisionsTakenBack | ImportTakenBack) -> None:
    from uncounted.workflow.reports import DecisionsTakenBack

    if isinstance(done, DecisionsTakenBack):
        count = plural(done.decisions, "decision")
        answer(f"{count} taken back (entry {done.entry}). Link again before you count.")
        return
    answer(
        f"{visible(done.source)}: {plural(done.removed, 'report')} gone,"
        f" {done.restored:,} as before the import. Link again before you count."
    )
    if done.kept:
        say(f"  {plural(done.kept, 'report')} changed since, and left as they are")
    if done.decisions_erased:
        say(f"  {plural(done.decisions_erased, 'decision')} about them forgotten, too")


@app.command()
@case_argument
@click.argument("entry", metavar="ENTRY", type=click.IntRange(0))
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@opening_options
@answers(_taken_back)
def undo(
    case: Path, entry: int, yes: bool, passphrase_file: Path | None
) -> DecisionsTakenBack | ImportTakenBack:
    r"""Undo an import, a decision or a file of decisions.

    ENTRY is its number in uncounted log. The reports of an import are erased permanently,
    and can be imported again. Reports that were edited since, or whose consent was
    recorded since, stay as they are. The log entry of a decision stays.

    \b
    Example:
      uncounted undo returns.case 412
    """
    from uncounted.workflow.reports import is_decision, undo

    needs_a_yes(yes)
    with open_case(case, passphrase_file) as opened:
        if not yes:
            what = "decisions" if is_decision(opened, entry) else "import"
            click.confirm(f"Take the {what} of entry {entry} back", abort=True, err=True)
        return undo(opened, entry)


def _attached(done: AttachmentSummary) -> None:
    size = sum(each.size for each in done.attached)
    answer(f"{plural(len(done.attached), 'file')} sealed: {size:,} bytes")
    if done.unchanged:
        say(f"  {plural(done.unchanged, 'file')} the report has already: nothing was changed")
    say("  the original files are still unencrypted where they were")


@app.command()
@case_argument
@click.argument(
    "files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path)
)
@source_option
@report_option
@opening_options
@answers(_attached)
def attach(
    case: Path,
    files: Sequence[Path],
    source: str,
    report: str,
    passphrase_file: Path | None,
) -> AttachmentSummary:
    r"""Attach files to a report, encrypted; your own copies remain.

    They are erased with the report when it is withdrawn. A file that the report already
    has, under the same name, is skipped.

    \b
    Example:
      uncounted attach returns.case interview.pdf --source Seoul --report S-17
    """
    from uncounted.workflow.reports import attach

    with open_case(case, passphrase_file) as opened, Waiting() as waiting:
        return attach(opened, source, report, files, progress=waiting)
