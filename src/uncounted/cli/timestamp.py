"""The command timestamp: a trusted timestamp on the log; the only one that connects."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from uncounted.cli.app import (
    answers,
    app,
    case_argument,
    open_case,
    passphrase_option,
    roots_option,
)
from uncounted.cli.terminal import answer, number, say

if TYPE_CHECKING:
    from uncounted.workflow.custody import TimestampTaken


def _stamped(done: TimestampTaken) -> None:
    stamp = done.taken.stamp
    when = f"{stamp.time:%Y-%m-%d %H:%M:%S} UTC"
    answer(
        f"{stamp.authority} says: the log's {number(done.taken.size)} entries were there {when}."
    )
    answer(f"Kept: {done.taken.file}")
    if not stamp.trusted:
        say(
            "The signature holds, but nobody has checked whose it is: give the authority's root"
            " certificate with --roots, here or later: uncounted check CASE --roots root.pem."
        )


@app.command()
@case_argument
@click.option("--authority", metavar="URL", required=True, help="Its address, http or https.")
@roots_option
@passphrase_option
@answers(_stamped)
def timestamp(
    case: Path, authority: str, roots: Path | None, passphrase_file: Path | None
) -> TimestampTaken:
    r"""Have a trusted timestamp put on the log: that all of it was there by now.

    This is the only command that opens a connection, to the address that you name.
    It sends a hash of the log's checkpoint, and nothing else. That somebody at your
    address asked for a timestamp can be seen on the way.

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
