"""Who may open a case file: granting access, taking it away, a new key, recovery shares."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from uncounted.cli.app import (
    InOrder,
    answers,
    app,
    case_argument,
    from_file,
    from_stdin,
    json_option,
    open_case,
    opening_options,
    refuse_taken_or_inside,
    somebody_is_there,
)
from uncounted.cli.terminal import answer, answer_json, say
from uncounted.errors import BadInput, UsedWrongly
from uncounted.text_table import columns

if TYPE_CHECKING:
    from uncounted.workflow.access import (
        GrantSummary,
        KeyChange,
        Members,
        RecoveryShare,
        RecoveryShares,
    )


def _members(done: Members) -> None:
    from uncounted.workflow.access import fingerprint

    rows = [
        (
            m.name or "",
            _short(m.recipient),
            fingerprint(m.signer) if m.signer else "signs nothing",
        )
        for m in done.members
    ]
    answer(columns([("name", "recipient", "fingerprint of verifier key"), *rows]))


def _short(recipient: str) -> str:
    return recipient if recipient.startswith("age1") else f"{recipient[:30]}...{recipient[-8:]}"


@app.command()
@case_argument
@opening_options
@answers(_members)
def members(case: Path, passphrase_file: Path | None) -> Members:
    r"""List who can open a case file.

    \b
    Example:
      uncounted members returns.case
    """
    from uncounted.workflow.access import members

    with open_case(case, passphrase_file) as opened:
        return members(opened)


def _granted(done: GrantSummary) -> None:
    name = click.get_current_context().params["name"]
    answer(f"{name or _short(done.recipient)} can open this case file, and read all of it.")


def _compare(done: GrantSummary) -> None:
    from uncounted.workflow.access import fingerprint

    if done.signer is not None:
        say(f"Compare this fingerprint with them over another channel: {fingerprint(done.signer)}")
    else:
        say(
            "No verifier key was given: an identity states it when it first opens the case file. "
            "A bare key opens nothing by itself, and lets an identity in: uncounted recovery join."
        )


@app.command()
@case_argument
@click.argument("recipient")
@click.option("--name", help="Name of the member in this case file; only members see it.")
@click.option(
    "--vkey", help="Verifier key of the member, if they sign: uncounted identity shows it."
)
@opening_options
@answers(_granted, _compare)
def grant(
    case: Path,
    recipient: str,
    name: str | None,
    vkey: str | None,
    passphrase_file: Path | None,
) -> GrantSummary:
    r"""Give another person access to all of a case file.

    RECIPIENT is an age recipient (age1...), an SSH public key (ssh-ed25519 or ssh-rsa), or a
    file that holds one: the output of their `uncounted identity --json` has both of their
    keys. First compare the fingerprint with them over another channel.

    \b
    Examples:
      uncounted grant returns.case her-identity.json --name Office
      uncounted grant returns.case age1... --vkey uncounted.member/...
      uncounted grant returns.case ~/.ssh/id_ed25519.pub --name "Key in the safe"
    """
    from uncounted.workflow.access import grant, read_recipient

    keys = read_recipient(recipient, vkey)
    with open_case(case, passphrase_file) as opened:
        return grant(opened, keys, name)


@app.command()
@case_argument
@click.argument("recipient")
@opening_options
@json_option
def revoke(case: Path, recipient: str, passphrase_file: Path | None, as_json: bool) -> None:
    r"""Remove a member's access; the case file gets a new key.

    RECIPIENT is the recipient of the member, a file that holds it, or their name here;
    `recovery` means the recovery shares. Copies that they already have are not affected.

    \b
    Example:
      uncounted revoke returns.case Office
    """
    from uncounted.workflow.access import revoke

    with open_case(case, passphrase_file) as opened:
        done, shares = revoke(opened, recipient)
    if as_json:
        answer_json({"entry": done.entry, "key": done.key})
    else:
        answer("Access is removed. Everything in the case file is now encrypted under a new key.")
    say(
        "This does not reach what they had: a copy of this folder made before entry"
        f" {done.entry} still opens with their key, and they may have kept anything up to then."
    )
    if shares:
        say("If they know enough recovery shares, make new ones: recovery split --replace.")


def _rotated(done: KeyChange) -> None:
    answer(f"Everything in the case file is under a new key, number {done.key}.")


@app.command()
@case_argument
@opening_options
@answers(_rotated)
def rotate(case: Path, passphrase_file: Path | None) -> KeyChange:
    r"""Re-encrypt a case file under a new key, for the same members.

    It needs free space of the size of the database. Earlier copies still open with the old
    key.

    \b
    Example:
      uncounted rotate returns.case
    """
    from uncounted.workflow.access import rotate

    with open_case(case, passphrase_file) as opened:
        return rotate(opened)


@app.group(
    cls=InOrder, epilog="Example: uncounted recovery split returns.case --shares 5 --threshold 3"
)
def recovery() -> None:
    """Make recovery shares, or use them when an identity is lost."""


@recovery.command("split")
@case_argument
@click.option("--shares", type=int, default=5, show_default=True, help="How many shares to make.")
@click.option(
    "--threshold",
    type=int,
    default=3,
    show_default=True,
    help="How many of them open the case file.",
)
@click.option(
    "--out", type=click.Path(path_type=Path), help="New folder for the shares, one file each."
)
@click.option(
    "--replace", is_flag=True, help="Replace earlier shares: they no longer open the case file."
)
@opening_options
@json_option
def split(
    case: Path,
    shares: int,
    threshold: int,
    out: Path | None,
    replace: bool,
    passphrase_file: Path | None,
    as_json: bool,
) -> None:
    r"""Make recovery shares: any THRESHOLD of them open the case file, fewer reveal nothing.

    They are shown once, or written to files that only you can read, and not stored. Write
    each on paper and give it to a different person.

    \b
    Example:
      uncounted recovery split returns.case --shares 5 --threshold 3
    """
    from uncounted.workflow.access import make_shares

    if out is not None:
        refuse_taken_or_inside(case, out)
    made = make_shares(case, shares, threshold)
    with open_case(case, passphrase_file) as opened:
        opened.refuse_second_recovery(replace=replace)
        files = _hand_out(made, out, as_json=as_json)
        try:
            # Only now do the shares open anything: when they are not lost any more.
            opened.add_recovery(made.recipient, shares, threshold, replace=replace)
        except BaseException:
            for file in files:
                file.unlink(missing_ok=True)
            say("It did not go to the end. Destroy these shares, and make others.")
            raise
    if files and not as_json:
        answer(f"{shares} shares are in {out}. Any {threshold} of them open the case file.")
    elif not as_json:
        answer(f"Any {threshold} of these {shares} open the case file.")
    say("Give each to a different person, on paper, and delete the files on this machine.")


def _hand_out(made: RecoveryShares, out: Path | None, *, as_json: bool) -> list[Path]:
    """Show the shares or write them, and give the files: before they open anything.

    The one JSON object is printed here, too: what comes after it may be a crash.
    """
    from uncounted.workflow.access import write_shares

    files = [] if out is None else write_shares(made.unsafe_shares, out)
    if as_json:
        shares = {"files": [str(file) for file in files]} if files else {}
        shares = shares or {"shares": list(made.unsafe_shares)}
        answer_json({"recipient": made.recipient, "threshold": made.threshold, **shares})
    elif not files:
        for number, share in enumerate(made.unsafe_shares, start=1):
            answer(f"Share {number} of {len(made.unsafe_shares)}: {share}")
    sys.stdout.flush()
    return files


def _joined(_: dict[str, str | None]) -> None:
    answer("Your identity is a member of this case file.")


def _lost_identity(_: dict[str, str | None]) -> None:
    say("A lost identity is still a member: uncounted members lists it, revoke removes it.")


@recovery.command("join")
@case_argument
@click.option(
    "--shares-file",
    type=click.Path(path_type=Path, allow_dash=True),
    help="File with one share a line; - reads standard input.",
)
@click.option(
    "--key",
    type=click.Path(path_type=Path),
    help="Instead of shares: a key that has access (an age identity or an SSH key).",
)
@opening_options
@answers(_joined, _lost_identity)
def join(
    case: Path,
    shares_file: Path | None,
    key: Path | None,
    passphrase_file: Path | None,
) -> dict[str, str | None]:
    r"""Become a member of a case file with recovery shares or a spare key.

    If you forgot the passphrase of your identity: set UNCOUNTED_HOME to another folder,
    create a new identity (uncounted identity new), and join with it.

    \b
    Example:
      uncounted recovery join returns.case
    """
    from uncounted.workflow.access import combine_shares, read_key

    if key is not None and shares_file is not None:
        raise UsedWrongly(
            "--shares-file and --key cannot be used together", hint="give one of them"
        )
    through = read_key(key) if key else combine_shares(case, lambda: _shares(shares_file))
    with open_case(case, passphrase_file, through=through) as opened:
        mine = opened.members[-1]
        return {"recipient": mine.recipient, "signer": mine.vkey}


def _shares(file: Path | None) -> list[RecoveryShare]:
    from uncounted.workflow.access import read_shares

    if file is None:
        return _typed_shares()
    if str(file) == "-":
        text = from_stdin()
    else:
        text = from_file(file, "file of shares", "--shares-file")
    lines = [line.strip() for line in text.splitlines()]
    kept = [line for line in lines if line and not line.startswith("#")]
    return read_shares(kept)


def _typed_shares() -> list[RecoveryShare]:
    from uncounted.workflow.access import read_share, refuse_unfit

    if not somebody_is_there():
        raise UsedWrongly(
            "no recovery shares: none were given, and there is no terminal to ask on",
            hint="give --shares-file",
        )
    shares: list[RecoveryShare] = []
    while not shares or len(shares) < shares[0].needed:
        number = len(shares) + 1
        try:
            share = read_share(str(click.prompt(f"Share {number}", err=True)), number)
            refuse_unfit([*shares, share])
            shares.append(share)
            if number == 1:
                say(f"{share.needed} shares are needed.")
        except BadInput as error:
            say(f"{error}: {error.hint}. Once more:")
    return shares
