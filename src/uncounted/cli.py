"""Arguments in, words out; the one place that catches errors.

Every command parses what it was given, calls one step, and says what came of it.
Answers go to stdout, everything else to stderr. Exit status: 0 done, 1 refused or
found wanting, 2 used wrongly, 130 stopped by the user.
"""

from __future__ import annotations

import datetime as dt
import errno
import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import click

from uncounted import __version__
from uncounted.errors import Error, Interrupted, UsedWrongly
from uncounted.terminal import (
    Waiting,
    answer,
    answer_json,
    number,
    plural,
    say,
)

# What every command shares --------------------------------------------------------------------

_PASSPHRASE = "UNCOUNTED_PASSPHRASE"  # noqa: S105 - the name of a variable, not a secret


def _home() -> Path:
    import platformdirs

    named = os.environ.get("UNCOUNTED_HOME")
    return Path(named) if named else platformdirs.user_config_path("uncounted")


def _passphrase(file: Path | None, *, new: bool = False) -> str:
    """From a file, from the environment, or asked of the person at the terminal."""
    if file is not None:
        if not file.is_file():
            raise UsedWrongly("there is no such passphrase file", hint="check --passphrase-file")
        lines = file.read_text(encoding="utf-8").splitlines()
        return lines[0] if lines else ""
    if (given := os.environ.get(_PASSPHRASE)) is not None:
        return given
    if not sys.stdin.isatty():
        raise UsedWrongly(
            "no passphrase was given, and nobody is there to ask",
            hint=f"set {_PASSPHRASE} or give --passphrase-file",
        )
    words = "New passphrase for your identity" if new else "Passphrase"
    return str(click.prompt(words, hide_input=True, confirmation_prompt=new, err=True))


def _open(folder: Path, passphrase_file: Path | None) -> Any:
    from uncounted.vault import identity
    from uncounted.vault.case import Case

    Case.look(folder)  # a wrong folder is said before a passphrase is asked for
    return Case.open(folder, identity.load(_home(), _passphrase(passphrase_file)))


def _today() -> dt.date:
    return dt.datetime.now().astimezone().date()


case_argument = click.argument("case", type=click.Path(path_type=Path))
passphrase_option = click.option(
    "--passphrase-file", type=click.Path(path_type=Path), help="First line is the passphrase."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
seed_option = click.option(
    "--seed", type=click.IntRange(0), default=1, show_default=True, help="Makes results repeat."
)
out_file = click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="The file to write."
)


class InOrder(click.Group):
    """Lists its commands along the road, not by the alphabet."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order in which they are defined."""
        return list(self.commands)


@click.group(
    cls=InOrder,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with: uncounted demo",
)
@click.version_option(__version__, prog_name="uncounted")
def app() -> None:
    """From testimony to a number that can be defended.

    Seals reports in an encrypted case file, finds out which are about the same
    person and keeps the doubt, estimates how many people nobody recorded, and
    releases what anyone can verify and what leads back to nobody.

    It never identifies, finds or follows a person, and makes no network
    connection.
    """


# The road -------------------------------------------------------------------------------------


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
    from uncounted.demo import tour

    result = tour(out, _run_within, quiet=as_json)
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
    from uncounted import steps
    from uncounted.vault import identity

    home = _home()
    steps.refuse_existing(case)
    words = _passphrase(passphrase_file, new=not identity.exists(home))
    made = steps.init(case, home, words)
    if as_json:
        answer_json(made)
        return
    if made["identity_created"]:
        say(f"Your identity is new: {home}")
        say("Keep a copy of that folder and remember the passphrase: without both, nothing opens.")
    answer(f"Made the case file {case}. It is encrypted from its first byte.")
    answer(f"Your recipient:    {made['recipient']}")
    answer(f"Your verifier key: {made['signer']}")


@app.command(name="import")
@case_argument
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--source", required=True, help="The list that this file is, e.g. an organisation.")
@click.option("--mapping", type=click.Path(path_type=Path), help="MAP.toml: which column is what.")
@click.option("--encoding", help="The file's encoding, where it cannot be told.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, and change nothing.")
@passphrase_option
@json_option
def import_(
    case: Path,
    file: Path,
    source: str,
    mapping: Path | None,
    encoding: str | None,
    dry_run: bool,
    passphrase_file: Path | None,
    as_json: bool,
) -> None:
    r"""Seal the reports of a CSV file; every row is accounted for.

    Importing the same file again changes nothing. Rows that are refused are
    listed, with the reason, in a sealed file inside the case (--rejects shows it).

    \b
    Example:
      uncounted import returns.case seoul.csv --source Seoul --mapping seoul.toml
    """
    from uncounted import steps

    with _open(case, passphrase_file) as opened, Waiting() as waiting:
        done = steps.import_file(
            opened,
            file,
            source,
            mapping=mapping,
            encoding=encoding,
            dry_run=dry_run,
            progress=waiting,
        )
    if as_json:
        answer_json(done)
    else:
        _tell_import(done)


def _tell_import(done: Mapping[str, Any]) -> None:
    verb = "would be" if done["dry_run"] else "were"
    answer(
        f"{done['source']}: {plural(done['rows'], 'row')} = {done['created']:,} created"
        f" + {done['updated']:,} updated + {done['unchanged']:,} unchanged"
        f" + {done['rejected']:,} rejected"
    )
    if done["encoding"].replace("_", "-").lower() not in ("utf-8", "utf-8-sig"):
        say(f"  read as {done['encoding']}")
    for reason, count in done["reasons"].items():
        say(f"  rejected: {reason} ({plural(count, 'row')})")
    for warning, count in done["warnings"].items():
        say(f"  noted: {warning} ({plural(count, 'row')})")
    if done["no_use_allowed"]:
        say(
            f"  {plural(done['no_use_allowed'], 'report')} {verb} sealed without any consent:"
            " they are not linked and not counted"
        )
    if done["rejects"]:
        say(f"  the rejected rows are listed in the case: uncounted rejects ... {done['rejects']}")


@app.command()
@case_argument
@click.option("--draws", type=click.IntRange(10, 10_000), default=200, show_default=True)
@seed_option
@passphrase_option
@json_option
def link(case: Path, draws: int, seed: int, passphrase_file: Path | None, as_json: bool) -> None:
    r"""Find out which reports are about the same person, and keep the doubt.

    Gives draws of who is who, never only one answer. Only reports whose consent
    allows linking are used.

    \b
    Example:
      uncounted link returns.case
    """
    from uncounted import steps

    with _open(case, passphrase_file) as opened, Waiting() as waiting:
        done = steps.link(opened, draws=draws, seed=seed, on=_today(), progress=waiting)
    if as_json:
        answer_json(done)
        return
    low, high = done["people"]["interval"]
    answer(
        f"{plural(done['reports'], 'report')} on {plural(len(done['lists']), 'list')} are about"
        f" {number(done['people']['median'])} people, between {number(low)} and {number(high)}"
        f" (95%, {plural(done['draws'], 'draw')})."
    )
    _tell_left_out(done["left_out"], "linked")


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

    \b
    Example:
      uncounted people returns.case --out people.csv
    """
    from uncounted import steps

    steps.refuse_existing(out)
    with _open(case, passphrase_file) as opened:
        done = steps.people(opened, out, on=_today())
    if as_json:
        answer_json(done)
        return
    answer(
        f"{plural(done['reports'], 'report')}, {plural(done['people'], 'person', 'people')}: {out}"
    )


@app.command()
@case_argument
@out_file
@click.option("--lists", help="Only these lists, e.g. A,B,C.")
@click.option("--draw", type=click.IntRange(0), help="One draw of who is who (default: the point).")
@passphrase_option
@json_option
def captures(
    case: Path,
    out: Path,
    lists: str | None,
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
    from uncounted import steps

    steps.refuse_existing(out)
    with _open(case, passphrase_file) as opened:
        done = steps.captures(opened, out, lists=_names(lists), draw=draw, on=_today())
    if as_json:
        answer_json(done)
        return
    answer(f"{number(done['observed'])} people on {plural(len(done['lists']), 'list')}: {out}")
    say("  small counts are in it as they are: for publication use uncounted release")
    _tell_left_out(done["left_out"], "counted")


def _names(joined: str | None) -> list[str] | None:
    return [name.strip() for name in joined.split(",")] if joined else None


def _numbers(joined: str | None) -> list[float] | None:
    try:
        return [float(part) for part in joined.split(",")] if joined else None
    except ValueError:
        raise UsedWrongly("--xi takes numbers above 0, e.g. --xi 0.5,1,2") from None


@app.command()
@click.argument("where", metavar="CASE|TABLE.csv", type=click.Path(path_type=Path))
@click.option("--method", "methods", multiple=True, help="Only this method (may be repeated).")
@click.option("--by", help="Columns of TABLE.csv that split it, e.g. year,sex.")
@click.option("--lists", help="Only these lists, e.g. A,B,C.")
@click.option("--xi", help="Values of the sensitivity parameter, e.g. 0.5,1,2.")
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
      uncounted estimate returns.case --json
    """
    from uncounted import steps

    asked = steps.Asked(
        methods=tuple(methods) or None,
        by=tuple(_names(by) or ()),
        lists=_names(lists),
        xi=_numbers(xi),
        level=level,
        seed=seed,
    )
    if where.is_dir():
        with _open(where, passphrase_file) as opened, Waiting() as waiting:
            done: Any = steps.estimate_case(opened, asked, on=_today(), progress=waiting)
    else:
        with Waiting() as waiting:
            done = steps.estimate_table(where, asked, progress=waiting)
    if as_json:
        answer_json(done.to_json())
    else:
        from uncounted.words import study_lines

        for line in study_lines(done):
            answer(line)
    steps.refuse_if_nothing(done)


@app.command()
@case_argument
@click.option("--plan", type=click.Path(path_type=Path), required=True, help="What to publish.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The folder to write.")
@passphrase_option
@json_option
def release(case: Path, plan: Path, out: Path, passphrase_file: Path | None, as_json: bool) -> None:
    r"""Write a report that anyone can verify and that leads back to nobody.

    One HTML page, a PDF, a table in which no small count can be read or computed,
    and a signed manifest tied to the case file's log.

    \b
    Example:
      uncounted release returns.case --plan plan.toml --out release
    """
    from uncounted import steps

    steps.refuse_existing(out)
    with _open(case, passphrase_file) as opened, Waiting() as waiting:
        done = steps.release(opened, plan, out, on=_today(), progress=waiting)
    if as_json:
        answer_json(done)
        return
    answer(done["headline"])
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


# Running, and the one place that catches errors ---------------------------------------------


def _run_within(arguments: Sequence[str]) -> None:
    """Run one command inside another (the demo's): its errors go up."""
    app.main(args=list(arguments), prog_name="uncounted", standalone_mode=False)


def _complain(message: str, hint: str | None) -> None:
    say(f"uncounted: error: {message}")
    if hint:
        say(f"uncounted: hint: {hint}")


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit status; no error passes this line as a traceback."""
    try:
        app.main(args=arguments, prog_name="uncounted", standalone_mode=False)
    except Error as error:
        _complain(str(error), error.hint)
        return error.exit_status
    except click.ClickException as error:
        help_at = (
            error.ctx.command_path
            if isinstance(error, click.UsageError) and error.ctx
            else "uncounted"
        )
        _complain(error.format_message(), f"see {help_at} --help")
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        _complain("stopped; nothing of this step was kept", "run it again when you like")
        return Interrupted.exit_status
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        _complain(*_in_words(error))
        return 1
    return 0


def _in_words(error: OSError) -> tuple[str, str | None]:
    """A failing disk in words; the path is the user's own, no cell of a file is in it."""
    where = f": {Path(error.filename).name}" if isinstance(error.filename, str) else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "the disk is full; nothing of this step was kept", "free some space and run it again"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return (
            f"not allowed to read or write{where}",
            "check the permissions of the file and its folder",
        )
    return f"{os.strerror(error.errno) if error.errno else 'the file cannot be used'}{where}", None


def _say_defect(kind: type[BaseException], _: BaseException, trace: TracebackType | None) -> None:
    """A defect of ours in one line: a traceback could hold testimony, so none is shown."""
    frames = traceback.extract_tb(trace)
    at = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "an unknown place"
    _complain(
        f"a defect in uncounted ({kind.__name__} at {at}); nothing of this step was kept",
        "please report that line; it holds nothing from your files",
    )


def main() -> None:
    """The `uncounted` program."""
    sys.excepthook = _say_defect
    sys.exit(run())
