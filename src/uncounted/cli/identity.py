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
    short_option,
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
    say("A forgotten passphrase cannot be recovered. Make shares: uncounted recovery split.")


def _weak_passphrase(_: IdentityKeys) -> None:
    from uncounted.workflow.access import weak_work_factor

    if (work := weak_work_factor(home())) is not None:
        say(
            f"warning: this identity is protected with scrypt at 2^{work}, as by an earlier version"
            " or for a demo, and a passphrase is guessed faster there than at 2^18. uncounted"
            " identity passphrase puts it under a new passphrase at 2^18."
        )


@answers(_keys, _weak_passphrase)
def _show() -> IdentityKeys:
    from uncounted.workflow.access import show_identity

    return show_identity(home())


@app.group(cls=InOrder, invoke_without_command=True, epilog="Example: uncounted identity")
@json_option
@click.pass_context
def identity(context: click.Context, as_json: bool) -> None:
    """Show or create your identity, or change its passphrase."""
    if context.invoked_subcommand is None:
        _show(as_json=as_json)


@identity.command("show")
@json_option
def show(as_json: bool) -> None:
    r"""Show your public keys: the recipient (encryption) and the verifier key (signatures).

    \b
    Example:
      uncounted identity show
    """
    _show(as_json=as_json)


@identity.command("new")
@old_option
@short_option
@answers(_keys, _cannot_be_recovered)
def new(passphrase_file: Path | None, allow_short: bool) -> IdentityKeys:
    r"""Create an identity, to work on a case file that another person created.

    Send the keys that it shows to a member, who uses them to grant you access.

    \b
    Example:
      uncounted identity new
    """
    from uncounted.workflow.access import create_identity

    def words() -> str:
        return passphrase(passphrase_file, new=True)

    return create_identity(home(), words, allow_short=allow_short)


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
    help="File whose first line is the new passphrase.",
)
@short_option
@answers(_changed, _copies_open)
def change(
    passphrase_file: Path | None, new_file: Path | None, allow_short: bool
) -> dict[str, str]:
    r"""Change the passphrase of your identity; its keys stay the same.

    Copies and backups of the old file still open with the old passphrase. If others may
    know it, create a new identity instead, have access granted to it, and have the access
    of this one revoked.

    \b
    Example:
      uncounted identity passphrase
    """
    from uncounted.workflow.access import change_passphrase

    def new() -> str:
        return passphrase(new_file, new=True, variable=NEW_PASSPHRASE, option=_NEW_OPTION)

    changed = change_passphrase(
        home(), lambda: passphrase(passphrase_file), new, allow_short=allow_short
    )
    return {"identity": changed.identity, "recipient": changed.recipient}
