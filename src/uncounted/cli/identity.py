"""Who I am: my keys, which are kept under a passphrase in my home."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from uncounted.cli.app import (
    NEW_PASSPHRASE,
    InOrder,
    answers,
    app,
    home,
    json_option,
    passphrase,
)
from uncounted.cli.app import passphrase_option as old_option
from uncounted.cli.terminal import answer, say

if TYPE_CHECKING:
    from uncounted.workflow.access import IdentityKeys

_NEW_OPTION = "--new-passphrase-file"


def _keys(mine: IdentityKeys) -> None:
    from uncounted.workflow.access import fingerprint

    answer(f"Your recipient:    {mine.recipient}")
    answer(f"Your verifier key: {mine.signer}")
    answer(f"Its fingerprint:   {fingerprint(mine.signer)}")


def _cannot_be_recovered(_: IdentityKeys) -> None:
    say("Nobody can bring a forgotten passphrase back. uncounted recovery split helps in time.")


@answers(_keys)
def _show() -> IdentityKeys:
    from uncounted.workflow.access import show_identity

    return show_identity(home())


@app.group(cls=InOrder, invoke_without_command=True, epilog="Example: uncounted identity")
@json_option
@click.pass_context
def identity(context: click.Context, as_json: bool) -> None:
    """Show your recipient and verifier key; make an identity; change its passphrase."""
    if context.invoked_subcommand is None:
        _show(as_json=as_json)


@identity.command("show")
@json_option
def show(as_json: bool) -> None:
    r"""Show your recipient and verifier key: both are public, neither opens anything.

    \b
    Example:
      uncounted identity show
    """
    _show(as_json=as_json)


@identity.command("new")
@old_option
@answers(_keys, _cannot_be_recovered)
def new(passphrase_file: Path | None) -> IdentityKeys:
    r"""Make an identity, for who works on a case file that somebody else made.

    Give what it shows to a member, who grants you access with it.

    \b
    Example:
      uncounted identity new
    """
    from uncounted.workflow.access import create_identity

    return create_identity(home(), lambda: passphrase(passphrase_file, new=True))


def _changed(_: dict[str, str]) -> None:
    answer("Your identity is under the new passphrase. Its keys are the same.")


def _copies_open(_: dict[str, str]) -> None:
    say("Copies and backups of the old file still open with the old passphrase: delete them.")


@identity.command("passphrase")
@old_option
@click.option(
    _NEW_OPTION,
    "new_file",
    type=click.Path(path_type=Path),
    help="First line is the new passphrase.",
)
@answers(_changed, _copies_open)
def change(passphrase_file: Path | None, new_file: Path | None) -> dict[str, str]:
    r"""Put your identity under a new passphrase; your keys stay the same.

    The old file is gone from its folder. Copies and backups of it still open with the
    old passphrase: when somebody may have learned it, that is not enough. Then make a new
    identity, have access granted to it, and have it taken away from this one.

    \b
    Example:
      uncounted identity passphrase
    """
    from uncounted.workflow.access import change_passphrase

    def new() -> str:
        return passphrase(new_file, new=True, variable=NEW_PASSPHRASE, option=_NEW_OPTION)

    changed = change_passphrase(home(), lambda: passphrase(passphrase_file), new)
    return {"identity": changed.identity, "recipient": changed.recipient}
