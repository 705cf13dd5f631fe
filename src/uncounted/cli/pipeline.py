"""The road, command by command: from a case file to a release that anyone can verify."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import click

from uncounted.cli.app import (
    app,
    case_argument,
    home,
    json_option,
    open_case,
    out_file,
    passphrase,
    passphrase_option,
    refuse_taken_or_inside,
    seed_option,
    today,
)
from uncounted.cli.terminal import (
    Waiting,
    answer,
    answer_file,
    answer_json,
    columns,
    number,
    plural,
    say,
)
from uncounted.errors import BadInput, UsedWrongly
from uncounted.proof import durable

if TYPE_CHECKING:
    from uncounted.vault.reports.rejected_rows import ImportRejects


def run_within(arguments: Sequence[str]) -> None:
    """Run one command inside another (the demo's): its errors go up."""
    app.main(args=list(arguments), prog_name="uncounted", standalone_mode=False)


@app.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("demo-out"),
    show_default=True,
    help="Where to put the case file, the release and a throwaway identity.",
)
@json_option
def demo(out: Path, as_json: bool) -> None:
    r"""The whole road on a shipped, made-up example with a known truth.

    \b
    Example:
      uncounted demo --out demo-out
    """
    from uncounted.cli.demo import tour

    result = tour(out, run_within, quiet=as_json)
    if as_json:
        answer_json(result)


@app.command()
@case_argument
@passphrase_option
@json_option
def init(case: Path, passphrase_file: Path | None, as_json: bool) -> None:
    r"""Make a case file (and, the first time, your identity).

    \b
    Example:
      uncounted init returns.case
    """
    from uncounted.vault.keys import identity
    from uncounted.workflow import release as steps

    where = home()
    durable.refuse_existing(case)
    words = passphrase(passphrase_file, new=not identity.exists(where))
    made = steps.init(case, where, words)
    if as_json:
        answer_json(made)
        return
    if made["identity_created"]:
        say(f"Your identity is new: {where}")
        say("Keep a copy of that folder and remember the passphrase: without both, nothing opens.")
        if len(words) < 12:
            say("Mind: a passphrase this short can be guessed by whoever copies that folder.")
    answer(f"Made the case file {case}. It is encrypted from its first byte.")
    answer(f"Your recipient:    {made['recipient']}")
    answer(f"Your verifier key: {made['signer']}")


@app.command(name="import")
@case_argument
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--source", help="The list that this file is, e.g. an organisation.")
@click.option("--mapping", type=click.Path(path_type=Path), help="MAP.toml: which column is what.")
@click.option("--encoding", help="A CSV file's encoding, where it cannot be told.")
@click.option("--sheet", help="Which sheet of a workbook: its name, or its number from the left.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, and change nothing.")
@click.option("--suggest", is_flag=True, help="Draft a MAP.toml for the file; take nothing in.")
@passphrase_option
@json_option
def import_(
    case: Path,
    file: Path,
    source: str | None,
    mapping: Path | None,
    encoding: str | None,
    sheet: str | None,
    dry_run: bool,
    suggest: bool,
    passphrase_file: Path | None,
    as_json: bool,
) -> None:
    r"""Seal the reports of a CSV, XLSX or JSON file; every row is accounted for.

    Importing the same file again changes nothing. Rows that are refused are
    listed, with the reason, in a sealed file inside the case (see uncounted rejects).
    The JSON or the bag of uncounted export names its own sources and comes back whole.

    \b
    Examples:
      uncounted import returns.case seoul.xlsx --suggest > seoul.toml
      uncounted import returns.case seoul.csv --source Seoul --mapping seoul.toml
      uncounted import new.case export/
    """
    from uncounted.export import restore
    from uncounted.workflow import release as steps

    if restore.is_export(file):
        _import_export(case, file, source, mapping, dry_run, passphrase_file, as_json)
        return
    if suggest:
        draft = steps.suggest_mapping(file, encoding=encoding, sheet=sheet)
        answer_json({"mapping": draft}) if as_json else answer_file(draft.rstrip("\n"))
        return
    if source is None:
        raise UsedWrongly("whose list is this?", hint="say it: --source NAME")
    with open_case(case, passphrase_file) as opened, Waiting() as waiting:
        done = steps.import_file(
            opened,
            file,
            source,
            mapping=mapping,
            encoding=encoding,
            sheet=sheet,
            dry_run=dry_run,
            progress=waiting,
        )
    if as_json:
        answer_json(done)
    else:
        _tell_import(done)
    if done["rows"] and done["rejected"] == done["rows"]:
        raise BadInput(
            "no row was taken in", hint="each row was rejected, and the reasons are told"
        )


def _import_export(
    case: Path,
    file: Path,
    source: str | None,
    mapping: Path | None,
    dry_run: bool,
    passphrase_file: Path | None,
    as_json: bool,
) -> None:
    from uncounted.export import restore

    restore.check_is_one(file)
    if source is not None or mapping is not None:
        raise UsedWrongly(
            "an export says itself which sources it holds and what its parts are",
            hint="leave --source and --mapping out",
        )
    with open_case(case, passphrase_file) as opened, Waiting() as waiting:
        done = restore.take_in(opened, file, dry_run=dry_run, progress=waiting)
    if as_json:
        answer_json(done)
        return
    for name, each in done["sources"].items():
        answer(
            f"{name}: {plural(each['rows'], 'report')} = {each['created']:,} created"
            f" + {each['updated']:,} updated + {each['unchanged']:,} unchanged"
            f" + {each['rejected']:,} rejected"
        )
    if done["attachments"]:
        answer(f"{plural(done['attachments'], 'attachment')} sealed")
    if noted := done["consents_noted"]:
        say(f"  {plural(noted, 'consent')} decided where the export was made: decided here, too")
    if decided := done["decisions"]:
        say(f"  {plural(decided, 'decision')} on two reports taken in; uncounted log lists them")
    for reason, count in done["decisions_skipped"].items():
        say(f"  {plural(count, 'decision')} passed over: {reason}")
    for reason, count in done["skipped"].items():
        say(f"  {plural(count, 'attachment')} passed over: {reason}")
    for what, count in done["not_carried"].items():
        say(f"  not in the export: {count:,} {what}")


def _tell_import(done: Mapping[str, Any]) -> None:
    one = done["no_use_allowed"] == 1
    verb = "would be" if done["dry_run"] else "was" if one else "were"
    answer(
        f"{done['source']}: {plural(done['rows'], 'row')} = {done['created']:,} created"
        f" + {done['updated']:,} updated + {done['unchanged']:,} unchanged"
        f" + {done['rejected']:,} rejected"
    )
    if not done["rows"]:
        say("  noted: the file has no rows below its first")
    if done["encoding"].replace("_", "-").lower() not in ("utf-8", "utf-8-sig"):
        say(f"  read as {done['encoding']}")
    for reason, count in done["reasons"].items():
        say(f"  rejected: {reason} ({plural(count, 'row')})")
    for warning, count in done["warnings"].items():
        say(f"  noted: {warning} ({plural(count, 'row')})")
    if done["no_use_allowed"]:
        say(
            f"  {plural(done['no_use_allowed'], 'report')} {verb} sealed without any consent:"
            f" {'it is' if one else 'they are'} not linked and not counted"
        )
    if done["consent_kept"]:
        say(
            f"  {plural(done['consent_kept'], 'report')} with a consent that was noted here:"
            " what both it and the file allow holds"
        )
    if done["amendments_replaced"]:
        say(
            f"  {plural(done['amendments_replaced'], 'report')} had been amended here; what the"
            " file says now stands"
        )
    if done["renamed"]:
        say(
            f"  mind: {plural(done['renamed'], 'report')} updated with another name than before; if"
            " ids were given anew, decisions, consents and withdrawals now hang on other people"
        )
    if done["beside_others"]:
        say(
            f"  mind: {done['source']} held {plural(done['beside_others'], 'report')} before, and"
            " none is in this file; two lists under one source are counted as one list"
        )
    if done["rejects"]:
        say(
            "  which rows, and why, is sealed in the case:"
            f" uncounted rejects CASE {done['rejects']}"
        )
    if done["dry_run"]:
        say("  nothing was kept: it was a dry run")


@app.command()
@case_argument
@click.argument("name", required=False)
@passphrase_option
@json_option
def rejects(case: Path, name: str | None, passphrase_file: Path | None, as_json: bool) -> None:
    r"""Show which rows an import rejected, and why; never what was in them.

    Without NAME: which imports rejected rows, and by which name each is shown.

    \b
    Example:
      uncounted rejects returns.case
      uncounted rejects returns.case rejects-12
    """
    with open_case(case, passphrase_file) as opened:
        if name is None:
            _every_rejects(opened.every_rejects(), as_json)
            return
        listed = opened.rejects(name)
    if as_json:
        answer_json({"rows": [{"row": row, "why": list(reasons)} for row, reasons in listed]})
        return
    rows = [("row", "why"), *((str(row), "; ".join(reasons)) for row, reasons in listed)]
    answer(columns(rows, right=[0]))


def _every_rejects(found: Sequence[ImportRejects], as_json: bool) -> None:
    if as_json:
        answer_json({"lists": [attrs.asdict(each) for each in found]})
    elif not found:
        answer("No import rejected a row.")
    else:
        head = ("list", "when", "source", "rejected", "of rows", "")
        rows = [
            (
                each.name,
                each.when,
                each.source,
                f"{each.rejected:,}",
                f"{each.rows:,}",
                "taken back" if each.taken_back else "",
            )
            for each in found
        ]
        answer(columns([head, *rows], right=[3, 4]))


@app.command()
@case_argument
@click.option("--draws", type=click.IntRange(10, 10_000), default=200, show_default=True)
@seed_option
@passphrase_option
@json_option
def link(case: Path, draws: int, seed: int, passphrase_file: Path | None, as_json: bool) -> None:
    r"""Find out which reports are about the same person, and keep the doubt.

    Gives draws of who is who, never only one answer. Only reports whose consent
    allows linking are used. Says if one list stands in another nearly whole.

    \b
    Example:
      uncounted link returns.case
    """
    from uncounted.workflow import release as steps

    with open_case(case, passphrase_file) as opened, Waiting() as waiting:
        done = steps.link(opened, draws=draws, seed=seed, on=today(), progress=waiting)
    if as_json:
        answer_json(done)
        return
    low, high = done["people"]["interval"]
    people = round(done["people"]["median"])
    draws_said = plural(done["draws"], "draw")
    doubt = f"between {number(low)} and {number(high)} (95%, {draws_said})"
    if low == high:
        doubt = f"as many in 95% of {draws_said}"
    verb = "is" if done["reports"] == 1 else "are"
    answer(
        f"{plural(done['reports'], 'report')} on {plural(len(done['lists']), 'list')} {verb} about"
        f" {plural(people, 'person', 'people')}, {doubt}."
    )
    _tell_doubtful(done["diagnostics"])
    _tell_not_compared(done["diagnostics"])
    _tell_entered_twice(done["diagnostics"].get("entered_twice", 0))
    _tell_copied(done["diagnostics"].get("copied", ()))
    if older := done["decisions_older"]:
        hold = "was made before one of its" if older == 1 else "were made before one of their"
        _mind(
            f"{plural(older, 'decision')} {hold} two reports was changed, and"
            f" {'holds' if older == 1 else 'hold'} all the same: uncounted log counts such by file,"
            " and uncounted show marks them. Decide again what still is so, and what is not."
        )
    _tell_left_out(done["left_out"], "linked")


def _tell_doubtful(diagnostics: Mapping[str, Any]) -> None:
    """What makes draws less than they should be, though there are some."""
    from uncounted.linkage.mcmc import TARGET_ESS, TARGET_RHAT

    rhat, ess = diagnostics.get("rhat", 1.0), diagnostics.get("ess", TARGET_ESS)
    if rhat > TARGET_RHAT or ess < TARGET_ESS:
        _mind(
            f"the chains agree less well than they should (R-hat {rhat:.3f}, {TARGET_RHAT:.3f} or"
            f" less is wanted; {ess:.0f} effective draws, for {TARGET_ESS:.0f}). The ends of"
            " intervals may move with --seed: try two or three."
        )
    _tell_fails(diagnostics.get("fails"))


def _tell_fails(why: str | None) -> None:
    if why:
        _mind(
            f"a check fails that other ways of linking have to pass: {why}. Look at the links with"
            " uncounted review, and decide some, before you rest a number on them."
        )


def _tell_not_compared(diagnostics: Mapping[str, Any]) -> None:
    from uncounted.linkage.blocking.recall import in_words

    if words := in_words(diagnostics.get("blocking", {})):
        _mind(words)


def _tell_entered_twice(reports: int) -> None:
    if reports:
        one = reports == 1
        _mind(
            f"{plural(reports, 'report')} {'says' if one else 'say'} just what another of"
            f" {'its' if one else 'their'} list says, and {'is' if one else 'are'} taken for that"
            " one, entered twice."
        )


def _mind(words: str) -> None:
    say(textwrap.fill(f"mind: {words}", 80, initial_indent="  ", subsequent_indent="    "))


def _tell_copied(copied: Sequence[Mapping[str, Any]]) -> None:
    for each in copied:
        _mind(
            f"of the {each['of']:,} reports of '{each['shorter']}' that may be linked"
            f" {each['alike']:,} say just what reports of '{each['longer']}' say. If one list was"
            " copied from the other, or is the same file, count them as one: estimates may be far"
            " too low. If both know it by themselves, nothing is wrong."
        )


def _tell_left_out(left_out: Mapping[str, int], verb: str) -> None:
    for reason, count in left_out.items():
        say(f"  {plural(count, 'report')} not {verb}: {reason}")


@app.command()
@case_argument
@out_file
@passphrase_option
@json_option
def people(case: Path, out: Path, passphrase_file: Path | None, as_json: bool) -> None:
    r"""Write source, report, person, probability: who is who, and never a name.

    One reading of who is who, the one that is least wrong by the draws. A number is
    better taken from all of them: uncounted estimate does.

    \b
    Example:
      uncounted people returns.case --out people.csv
    """
    from uncounted.workflow import release as steps

    refuse_taken_or_inside(case, out)
    with open_case(case, passphrase_file) as opened:
        done = steps.people(opened, out, on=today())
    if as_json:
        answer_json(done)
        return
    answer(
        f"{plural(done['reports'], 'report')}, {plural(done['people'], 'person', 'people')}: {out}"
    )
    low, high = done["people_interval"]
    say(
        f"  one reading of who is who; in 95% of {plural(done['draws'], 'draw')} there are"
        f" {number(low)} to {number(high)} people"
    )


@app.command()
@case_argument
@out_file
@click.option("--lists", help="Only these lists, e.g. A,B,C.")
@click.option("--by", help="Split by what reports say: sex, year, origin, or several.")
@click.option("--draw", type=click.IntRange(0), help="One draw of who is who (default: the point).")
@passphrase_option
@json_option
def captures(
    case: Path,
    out: Path,
    lists: str | None,
    by: str | None,
    draw: int | None,
    passphrase_file: Path | None,
    as_json: bool,
) -> None:
    r"""Write how many people are on which lists: the table that estimation sees.

    The table holds small counts as they are: it is for you, not for publication.

    \b
    Example:
      uncounted captures returns.case --out captures.csv
    """
    from uncounted.workflow import release as steps

    refuse_taken_or_inside(case, out)
    with open_case(case, passphrase_file) as opened:
        done = steps.captures(
            opened, out, lists=_said("--lists", lists), by=_names(by) or (), draw=draw, on=today()
        )
    if as_json:
        answer_json(done)
        return
    seen, on = plural(done["observed"], "person", "people"), plural(len(done["lists"]), "list")
    answer(f"{seen} on {on}: {out}")
    if done["draw"] is None:
        say("  one reading of who is who; uncounted estimate averages over all draws")
    say("  small counts are in it as they are: for publication use uncounted release")
    _tell_left_out(done["left_out"], "counted")


def _names(joined: str | None) -> list[str] | None:
    return [name.strip() for name in joined.split(",")] if joined else None


def _said(option: str, joined: str | None) -> tuple[str, ...] | None:
    """What an option lists, between commas; None if it was not given."""
    if joined is None:
        return None
    parts = tuple(part.strip() for part in joined.split(","))
    if not all(parts):
        raise UsedWrongly(
            f"{option} has nothing where it should have something",
            hint=f"separate by single commas, or leave {option} out",
        )
    if len(set(parts)) < len(parts):
        raise UsedWrongly(f"{option} says one thing twice", hint="say each of them once")
    return parts


def _numbers(parts: Sequence[str] | None) -> list[float] | None:
    try:
        return None if parts is None else [float(part) for part in parts]
    except ValueError:
        raise UsedWrongly("--xi takes numbers above 0, e.g. --xi 0.5,1,2") from None


@app.command()
@click.argument("where", metavar="CASE|TABLE.csv", type=click.Path(path_type=Path))
@click.option("--method", "methods", multiple=True, help="Only this method (may be repeated).")
@click.option(
    "--by", help="Columns of TABLE.csv that split it; on a case file sex, year or origin."
)
@click.option("--lists", help="Only these lists, e.g. A,B,C.")
@click.option(
    "--xi", help="Values of the sensitivity parameter, from 1/1000 to 1000, e.g. 0.5,1,2."
)
@click.option(
    "--psi", type=click.FloatRange(0, min_open=True), help="Two lists: their odds ratio, as stated."
)
@click.option(
    "--delta",
    type=click.FloatRange(1e-6, 100),
    help="Of decomposable: the prior count of a pattern (default: 1 / 2^lists).",
)
@click.option(
    "--prior",
    metavar="PRIOR",
    help="On the number of people: 1/N (default), or SHAPE,SCALE of Madigan and York.",
)
@click.option(
    "--claim", metavar="NUMBER", help='A stated number, e.g. 10000 (more than) or "<15000".'
)
@click.option("--pool", is_flag=True, help="Strata lean on each other, where each is small.")
@click.option(
    "--covariates",
    help="Rows of people, two lists at a time: what makes people alike.",
)
@click.option("--kinds", help="Covariates whose numbers are codes, e.g. region.")
@click.option(
    "--pictures", type=click.Path(path_type=Path), help="A folder for pictures (SVG) to be made."
)
@click.option("--level", type=click.FloatRange(0.5, 0.999), default=0.95, show_default=True)
@seed_option
@passphrase_option
@json_option
def estimate(
    where: Path,
    methods: Sequence[str],
    by: str | None,
    lists: str | None,
    xi: str | None,
    psi: float | None,
    delta: float | None,
    prior: str | None,
    claim: str | None,
    pool: bool,
    covariates: str | None,
    kinds: str | None,
    pictures: Path | None,
    level: float,
    seed: int,
    passphrase_file: Path | None,
    as_json: bool,
) -> None:
    r"""Estimate how many people there are, recorded or not, and say what it rests on.

    TABLE.csv has one column of 0/1 a list and a `count` column (or a row a
    person). On a case file the estimate is averaged over the draws of who is who.

    \b
    Examples:
      uncounted estimate kosovo.csv
      uncounted estimate kosovo.csv --claim 10000 --pictures pictures
      uncounted estimate kosovo.csv --delta 0.5 --prior 13.14,55.17
      uncounted estimate by_year.csv --by year --pool
      uncounted estimate people.csv --covariates age,sex
      uncounted estimate returns.case --json
    """
    from uncounted.workflow import estimate as estimating

    asked = estimating.Asked(
        methods=tuple(methods) or None,
        by=_said("--by", by) or (),
        lists=_said("--lists", lists),
        xi=_numbers(_said("--xi", xi)),
        psi=psi,
        delta=delta,
        prior=prior,
        claim=claim,
        pool=pool,
        covariates=_said("--covariates", covariates) or (),
        kinds=_said("--kinds", kinds) or (),
        pictures=pictures,
        level=level,
        seed=seed,
    )
    left_out = dict[str, int]()
    copied: list[Mapping[str, Any]] = []
    if where.is_dir():
        with open_case(where, passphrase_file) as opened, Waiting() as waiting:
            done: Any = estimating.estimate_case(
                opened,
                asked,
                on=today(),
                progress=waiting,
                left_out=left_out.update,
                copied=copied.extend,
            )
    else:
        with Waiting() as waiting:
            done = estimating.estimate_table(where, asked, progress=waiting)
    if as_json:
        answer_json(done.to_json())
    else:
        from uncounted.cli.estimate_text import lines

        for line in lines(done):
            answer(line)
    _tell_copied(copied)
    _tell_left_out(left_out, "counted")
    if pictures is not None:
        say(f"Pictures in {pictures}: they show exact counts and are not for publication.")
    estimating.refuse_if_nothing(done)


@app.command()
@case_argument
@click.option("--plan", type=click.Path(path_type=Path), required=True, help="What to publish.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The folder to write.")
@click.option(
    "--despite-earlier", is_flag=True, help="Release again, although nothing audits both together."
)
@passphrase_option
@json_option
def release(
    case: Path,
    plan: Path,
    out: Path,
    despite_earlier: bool,
    passphrase_file: Path | None,
    as_json: bool,
) -> None:
    r"""Write a report that anyone can verify and that leads back to nobody.

    One HTML page, a PDF, a table in which no small count can be read or computed,
    and a signed manifest tied to the case file's log.

    \b
    Example:
      uncounted release returns.case --plan plan.toml --out release
    """
    from uncounted.workflow import release as steps

    refuse_taken_or_inside(case, out)
    with open_case(case, passphrase_file) as opened, Waiting() as waiting:
        done = steps.release(
            opened,
            plan,
            out,
            despite_earlier=despite_earlier,
            on=today(),
            progress=waiting,
        )
    if as_json:
        answer_json(done)
        return
    answer(done["headline"])
    _tell_fails(done["fails"])
    _tell_copied(done["copied"])
    _tell_left_out(done["left_out"], "counted")
    answer(f"Released into {out}: {', '.join(done['files'])}")
    answer(f"Anyone can check it: uncounted verify {out} --signer '{done['signer']}'")


@app.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--signer", metavar="VKEY", help="The verifier key that must have signed it.")
@click.option(
    "--since", metavar="OLDER_DIR", type=click.Path(path_type=Path), help="An earlier release."
)
@json_option
def verify(folder: Path, signer: str | None, since: Path | None, as_json: bool) -> None:
    r"""Check a release: nothing changed, nothing missing, signed, in the log. Needs no key.

    \b
    Example:
      uncounted verify release
    """
    from uncounted.publish.verify import verify as check

    verdict = check(folder, signer=signer, since=since)
    if as_json:
        answer_json(verdict.to_json())
        return
    for what, words in verdict.lines():
        answer(f"{what:<12}{words}")
