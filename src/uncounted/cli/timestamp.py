"""Evidence from outside: a stranger's word on when the log was there."""

from __future__ import annotations

from pathlib import Path

import click

from uncounted.cli.app import (
    app,
    case_argument,
    json_option,
    open_case,
    passphrase_option,
    read_roots,
    roots_option,
)
from uncounted.cli.terminal import answer, answer_json, number, say


@app.command()
@case_argument
@click.option("--authority", metavar="URL", required=True, help="Its address, http or https.")
@roots_option
@passphrase_option
@json_option
def timestamp(
    case: Path, authority: str, roots: Path | None, passphrase_file: Path | None, as_json: bool
) -> None:
    r"""Have a trusted timestamp put on the log: that all of it was there by now.

    This is the only command that opens a connection, to the address that you name.
    It sends a hash of the log's checkpoint, and nothing else. That somebody at your
    address asked for a timestamp can be seen on the way.

    \b
    Example:
      uncounted timestamp returns.case --authority http://stamps.example/tsr --roots root.pem
    """
    from uncounted.vault.log import tsa_client as asked

    where = asked.place(authority)
    trusted = read_roots(roots)
    with open_case(case, passphrase_file) as opened:
        say(f"Connecting to {where}; a hash of 64 bytes is sent.")
        done = opened.timestamp(
            lambda query: asked.ask(authority, query), authority=authority, roots=trusted
        )
    if as_json:
        answer_json(
            {
                "time": done.stamp.time.isoformat(),
                "authority": done.stamp.authority,
                "policy": done.stamp.policy,
                "trusted": done.stamp.trusted,
                "entries": done.size,
                "file": str(done.file),
            }
        )
        return
    when = f"{done.stamp.time:%Y-%m-%d %H:%M:%S} UTC"
    answer(f"{done.stamp.authority} says: the log's {number(done.size)} entries were there {when}.")
    answer(f"Kept: {done.file}")
    if not done.stamp.trusted:
        say(
            "The signature holds, but nobody has checked whose it is: give the authority's root"
            " certificate with --roots, here or later: uncounted check CASE --roots root.pem."
        )
