"""The program's group of commands, and what every command shares.

A command parses what it was given, calls one step, and says what came of it. It
catches nothing: that is `cli`'s.
"""

from __future__ import annotations

import datetime as dt
import functools
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from uncounted.cli.terminal import answer_json, say
from uncounted.errors import UsedWrongly

if TYPE_CHECKING:
    from uncounted.workflow.access import Case, Opener


_PASSPHRASE = "UNCOUNTED_PASSPHRASE"  # noqa: S105 - the name of a variable, not a secret
_MOST_OF_PASSPHRASE = 65_536
_MOST_OF_INPUT = 1 << 24  # bytes of a text on standard input, or in a file of fields or shares
NEW_PASSPHRASE = "UNCOUNTED_NEW_PASSPHRASE"  # noqa: S105 - likewise


def home() -> Path:
    """Where the identity lives: UNCOUNTED_HOME, or the platform's config folder."""
    import platformdirs

    named = os.environ.get("UNCOUNTED_HOME")
    return Path(named) if named else platformdirs.user_config_path("uncounted")


def passphrase(
    file: Path | None,
    *,
    new: bool = False,
    variable: str = _PASSPHRASE,
    option: str = "--passphrase-file",
) -> str:
    """From a file, from the environment, or asked of the person at the terminal."""
    if file is not None:
        return _first_line(file, option)
    if (given := os.environ.get(variable)) is not None:
        return given
    if not somebody_is_there():
        raise UsedWrongly(
            "no passphrase: none was given, and there is no terminal to ask on",
            hint=f"set {variable} or give {option}",
        )
    if new:
        return _new_passphrase()
    return str(click.prompt("Passphrase", hide_input=True, err=True))


def _new_passphrase() -> str:
    """A new passphrase from the person at the terminal, or one that is generated for them."""
    from uncounted.workflow.access import generated

    typed = click.prompt(
        "New passphrase for your identity (Enter: have one generated)",
        hide_input=True,
        default="",
        show_default=False,
        err=True,
    )
    words = str(typed)
    if not words:
        words = generated()
        say(f"Your passphrase, which is shown only now: {words}")
        say("Write it on paper and keep it away from this machine.")
    while click.prompt("Repeat the passphrase", hide_input=True, err=True) != words:
        say("That is not the same passphrase.")
    return words


def _first_line(file: Path, option: str) -> str:
    content = _start_of(file, "passphrase file", option, _MOST_OF_PASSPHRASE)
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise UsedWrongly(
            "the passphrase file is not text in UTF-8",
            hint="save it as UTF-8 and run the command again",
        ) from None
    return lines[0] if lines else ""


def from_stdin() -> str:
    """All of standard input as text, without the line end that ends it."""
    return as_text(sys.stdin.buffer.read(_MOST_OF_INPUT + 1), "standard input")


def from_file(file: Path, what: str, option: str) -> str:
    """All of a file, or of a pipe, as text, without the line end that ends it."""
    return as_text(_start_of(file, what, option, _MOST_OF_INPUT + 1), f"the {what}")


def _start_of(file: Path, what: str, option: str, most: int) -> bytes:
    # A pipe will do as well as a file: a shell's <(...) is one.
    if file.is_dir() or not file.exists():
        raise UsedWrongly(f"no such {what}", hint=f"check {option}")
    try:
        with file.open("rb") as stream:
            return stream.read(most)
    except OSError as error:
        raise UsedWrongly(
            f"the {what} cannot be read: {error.strerror}", hint=f"check {option}"
        ) from None


def as_text(content: bytes, what: str) -> str:
    """The text of a file in UTF-8, without a byte order mark and a final line end."""
    if len(content) > _MOST_OF_INPUT:
        raise UsedWrongly(
            f"{what} has more than {_MOST_OF_INPUT:,} bytes",
            hint="check that this is the text you mean; attach a large file to the report",
        )
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n").removesuffix("\n")
    except UnicodeDecodeError:
        raise UsedWrongly(f"{what} is not text in UTF-8", hint="save it as UTF-8") from None


def somebody_is_there() -> bool:
    """Whether there is a person at the terminal to be asked."""
    return sys.stdin.isatty()


def needs_a_yes(yes: bool) -> None:
    """Refuse, before anything is opened, what needs confirmation if there is no terminal."""
    if not yes and not somebody_is_there():
        raise UsedWrongly(
            "confirmation needed, but there is no terminal to ask on", hint="add --yes"
        )


def open_case(
    folder: Path,
    passphrase_file: Path | None,
    *,
    through: Opener | None = None,
    without_log: bool = False,
    despite_foreign: bool = False,
) -> Case:
    """Open a case file with the identity of the user.

    With `through`, a key that access was granted to, that identity becomes a member.
    `without_log` reads a case file whose log is lost, `despite_foreign` one to whose database a
    member added something; neither changes anything.
    """
    from uncounted.cli.trust import AtTheTerminal
    from uncounted.workflow import access

    context = click.get_current_context(silent=True)
    stated = context.meta.get(_TRUST) if context is not None else None
    trusted = stated or os.environ.get("UNCOUNTED_TRUST", "")
    opened = access.open_case(
        folder,
        home(),
        lambda: passphrase(passphrase_file),
        through=through,
        without_log=without_log,
        despite_foreign=despite_foreign,
        meeting=AtTheTerminal(trusted, ask=somebody_is_there()),
    )
    if opened.upgraded:
        say(
            "An earlier version of uncounted wrote this case file. It was upgraded: nothing is"
            " lost, and earlier versions no longer open it. Its entries until now are not signed."
        )
    return opened


def today() -> dt.date:
    """The day of use, on which consent counts."""
    return dt.datetime.now().astimezone().date()


case_argument = click.argument("case", type=click.Path(path_type=Path))
passphrase_option = click.option(
    "--passphrase-file",
    type=click.Path(path_type=Path),
    help="File whose first line is the passphrase.",
)
_TRUST = "uncounted.trust"


def _set_trust(context: click.Context, _: click.Parameter, value: str | None) -> None:
    context.meta[_TRUST] = value


_trust_option = click.option(
    "--trust",
    metavar="FINGERPRINT",
    expose_value=False,
    callback=_set_trust,
    help="Trust a case file that is new to you, if your access to it was given by this key.",
)


def opening_options[T: Callable[..., Any]](command: T) -> T:
    """The options of every command that opens a case file."""
    return passphrase_option(_trust_option(command))


short_option = click.option(
    "--allow-short-passphrase",
    "allow_short",
    is_flag=True,
    help="Accept a new passphrase of fewer than 12 characters, which can be guessed.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
_DETAIL = "uncounted.detail"


def _set_detail(context: click.Context, option: click.Parameter, value: bool) -> None:
    if not value:
        return
    if context.meta.setdefault(_DETAIL, option.name) != option.name:
        raise UsedWrongly("--verbose and --quiet exclude each other", hint="give one of them")


def detail() -> str | None:
    """`verbose`, `quiet`, or None, as the command was given."""
    found = click.get_current_context().meta.get(_DETAIL)
    return None if found is None else str(found)


verbose_option = click.option(
    "-v",
    "--verbose",
    is_flag=True,
    expose_value=False,
    callback=_set_detail,
    help="Every diagnostic, as tables.",
)
quiet_option = click.option(
    "-q", "--quiet", is_flag=True, expose_value=False, callback=_set_detail, help="One line."
)
seed_option = click.option(
    "--seed",
    type=click.IntRange(0),
    default=1,
    show_default=True,
    help="Random seed; the same seed repeats the result.",
)
level_option = click.option(
    "--level",
    type=click.FloatRange(0.5, 0.999),
    default=0.95,
    show_default=True,
    help="Level of the intervals.",
)
roots_option = click.option(
    "--roots",
    type=click.Path(path_type=Path),
    help="PEM file with the root certificate of the authority, from a source you trust.",
)
out_file = click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="File to write."
)


def answers[T](
    text: Callable[[T], None], after: Callable[[T], None] | None = None
) -> Callable[[Callable[..., T]], Callable[..., None]]:
    """Give a command `--json`: the value that it returns is printed as JSON, or by `text`.

    `after` is called with the value in both cases: for messages on stderr, and for refusals.
    """

    def decorate(command: Callable[..., T]) -> Callable[..., None]:
        @json_option
        @functools.wraps(command)
        def run(*, as_json: bool, **options: Any) -> None:
            done = command(**options)
            if as_json:
                answer_json(done)
            else:
                text(done)
            if after is not None:
                after(done)

        return run

    return decorate


def listed(option: str, joined: str | None) -> tuple[str, ...] | None:
    """The values of an option that takes several, between commas; None if it was not given."""
    if joined is None:
        return None
    parts = tuple(part.strip() for part in joined.split(","))
    if not all(parts):
        raise UsedWrongly(
            f"{option} has an empty value",
            hint=f"separate values by single commas, or omit {option}",
        )
    if len(set(parts)) < len(parts):
        raise UsedWrongly(f"{option} repeats a value", hint="give each value once")
    return parts


def refuse_taken_or_inside(case: Path, out: Path) -> None:
    """Refuse to write over what is there, or into the case file."""
    from uncounted.workflow import access

    access.refuse_inside(case, out)


class CommandWithExamples(click.Command):
    """A command whose help keeps examples on lines of their own.

    Click's mark for that is the character backspace; in a docstring it stands as two.
    """

    def __init__(self, name: str | None, **more: Any) -> None:
        super().__init__(name, **more)
        if self.help is not None:
            self.help = self.help.replace("\\b\n", "\b\n")


SECTIONS = {
    "Workflow": "demo init import rejects link clusters overlap estimate explain release verify",
    "Record linkage": "review decide evaluate",
    "Reports": "search show edit attach consent withdraw undo",
    "Rates": "rate",
    "Case file": "log check timestamp export",
    "Access": "identity members grant revoke rotate recovery",
}
_WHOLE = 1000  # letters: the first sentence of a help text is never cut


class InOrder(click.Group):
    """Lists its commands in the order in which they are defined, each with its first sentence."""

    command_class = CommandWithExamples

    def sections(self) -> dict[str, list[str]]:
        """Names of commands, under headings."""
        return {"Commands": list(self.commands)}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in that order."""
        return [name for names in self.sections().values() for name in names]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each section; click would cut a sentence at the end of the line."""
        for heading, names in self.sections().items():
            with formatter.section(heading):
                sentences = [self.commands[name].get_short_help_str(_WHOLE) for name in names]
                formatter.write_dl(list(zip(names, sentences, strict=True)))


class InSections(InOrder):
    """Lists its commands in the order of the workflow, then by subject."""

    def sections(self) -> dict[str, list[str]]:
        """As `SECTIONS` has them."""
        return {heading: names.split() for heading, names in SECTIONS.items()}


@click.group(
    cls=InSections,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with: uncounted demo",
)
@click.version_option(package_name="uncounted", prog_name="uncounted")
def app() -> None:
    """Record linkage and multiple systems estimation for human rights documentation.

    Stores reports in an encrypted case file, links those that are about the same
    person, estimates how many people there were in total, documented or not, and
    publishes releases that anyone can verify.

    It does not identify, find or track people. Only `timestamp`,
    `estimate --dask` and `link --dask` open a network connection, to the address that
    you give them.
    """
