"""Who I am: my keys, which are kept under a passphrase in my home."""

from __future__ import annotations

from pathlib import Path

import click

from uncounted.cli.app import NEW_PASSPHRASE, InOrder, app, home, json_option, passphrase
from uncounted.cli.app import passphrase_option as old_option
from uncounted.cli.terminal import answer, answer_json, say
from uncounted.errors import NoAccess

_NEW_OPTION = "--new-passphrase-file"


@app.group(cls=InOrder, invoke_without_command=True, epilog="Example: uncounted identity")
@json_option
@click.pass_context
def identity(context: click.Context, as_json: bool) -> None:
    """Show your recipient and verifier key; make an identity; change its passphrase."""
    if context.invoked_subcommand is None:
        _show(as_json)


@identity.command("show")
@json_option
def show(as_json: bool) -> None:
    r"""Show your recipient and verifier key: both are public, neither opens anything.

    \b
    Example:
      uncounted identity show
    """
    _show(as_json)


def _show(as_json: bool) -> None:
    from uncounted.proof.signed_note import fingerprint
    from uncounted.vault.keys import identity as identities

    if not identities.exists(home()):
        raise NoAccess("there is no identity yet", hint="uncounted identity new makes one")
    mine = identities.public(home())
    if as_json:
        answer_json({"identity": str(home()), "recipient": mine.recipient, "signer": mine.vkey})
        return
    answer(f"Your recipient:    {mine.recipient}")
    answer(f"Your verifier key: {mine.vkey}")
    answer(f"Its fingerprint:   {fingerprint(mine.vkey)}")


@identity.command("new")
@old_option
@json_option
def new(passphrase_file: Path | None, as_json: bool) -> None:
    r"""Make an identity, for who works on a case file that somebody else made.

    Give what it shows to a member, who grants you access with it.

    \b
    Example:
      uncounted identity new
    """
    from uncounted.vault.keys import identity as identities

    identities.refuse_existing(home())
    identities.create(home(), passphrase(passphrase_file, new=True))
    _show(as_json)
    say("Nobody can bring a forgotten passphrase back. uncounted recovery split helps in time.")


@identity.command("passphrase")
@old_option
@click.option(
    _NEW_OPTION,
    "new_file",
    type=click.Path(path_type=Path),
    help="First line is the new passphrase.",
)
@json_option
def change(passphrase_file: Path | None, new_file: Path | None, as_json: bool) -> None:
    r"""Put your identity under a new passphrase; your keys stay the same.

    The old file is gone from its folder. Copies and backups of it still open with the
    old passphrase: when somebody may have learned it, that is not enough. Then make a new
    identity, have access granted to it, and have it taken away from this one.

    \b
    Example:
      uncounted identity passphrase
    """
    from uncounted.vault.keys import identity as identities

    if not identities.exists(home()):
        raise NoAccess("there is no identity yet", hint="uncounted identity new makes one")
    old = passphrase(passphrase_file)
    words = passphrase(new_file, new=True, variable=NEW_PASSPHRASE, option=_NEW_OPTION)
    changed = identities.change_passphrase(home(), old, words)
    if as_json:
        answer_json({"identity": str(home()), "recipient": changed.recipient})
    else:
        answer("Your identity is under the new passphrase. Its keys are the same.")
    say("Copies and backups of the old file still open with the old passphrase: delete them.")
