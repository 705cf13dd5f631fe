"""Who may open a case file: granting access, taking it away, a new key, recovery shares."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from uncounted.cli.app import (
    InOrder,
    app,
    as_text,
    case_argument,
    from_stdin,
    json_option,
    open_case,
    passphrase_option,
    refuse_taken_or_inside,
)
from uncounted.cli.terminal import answer, answer_json, columns, say
from uncounted.errors import BadInput, UsedWrongly

if TYPE_CHECKING:
    from uncounted.vault.keys.recipients import Opener
    from uncounted.vault.keys.recovery_shares import RecoveryShare, RecoveryShares


@app.command()
@case_argument
@passphrase_option
@json_option
def members(case: Path, passphrase_file: Path | None, as_json: bool) -> None:
    r"""List who may open a case file.

    \b
    Example:
      uncounted members returns.case
    """
    from uncounted.proof.signed_note import fingerprint

    with open_case(case, passphrase_file) as opened:
        listed, epoch = opened.members, opened.epoch
    if as_json:
        rows = [{"recipient": m.recipient, "signer": m.vkey, "name": m.name} for m in listed]
        answer_json({"members": rows, "key": epoch})
        return
    told = [
        (m.name or "", _short(m.recipient), fingerprint(m.vkey) if m.vkey else "signs nothing")
        for m in listed
    ]
    answer(columns([("name", "recipient", "fingerprint of verifier key"), *told]))


def _short(recipient: str) -> str:
    return recipient if recipient.startswith("age1") else f"{recipient[:30]}...{recipient[-8:]}"


@app.command()
@case_argument
@click.argument("recipient")
@click.option("--name", help="What to call them here; only members see it.")
@click.option("--vkey", help="Their verifier key, if they sign: uncounted identity shows it.")
@passphrase_option
@json_option
def grant(
    case: Path,
    recipient: str,
    name: str | None,
    vkey: str | None,
    passphrase_file: Path | None,
    as_json: bool,
) -> None:
    r"""Let somebody open a case file, and read all of it.

    RECIPIENT is an age recipient (age1...), an SSH public key (ssh-ed25519 or ssh-rsa), or a
    file that holds one: what `uncounted identity --json` printed for them has both their
    keys. Compare the fingerprint with them by another way before you do it.

    \b
    Examples:
      uncounted grant returns.case her-identity.json --name Office
      uncounted grant returns.case age1... --vkey uncounted.member/...
      uncounted grant returns.case ~/.ssh/id_ed25519.pub --name "Key in the safe"
    """
    from uncounted.proof.signed_note import fingerprint
    from uncounted.vault.keys import recipients

    given = recipients.read(recipient)
    if vkey is not None and given.vkey not in (None, vkey.strip()):
        raise UsedWrongly(
            "--vkey is not the verifier key that the file holds", hint="give one of the two"
        )
    with open_case(case, passphrase_file) as opened:
        entry = opened.grant(given.recipient, vkey=vkey or given.vkey, name=name)
        (added,) = (m for m in opened.members if m.recipient == given.recipient)
    if as_json:
        answer_json({"entry": entry.seq, "recipient": added.recipient, "signer": added.vkey})
    else:
        answer(f"{name or _short(added.recipient)} can open this case file, and read all of it.")
    if added.vkey is not None:
        say(f"Compare with them, by another way, the fingerprint {fingerprint(added.vkey)}")
    else:
        say(
            "No verifier key was given: an identity states it when it first opens the case file. "
            "A bare key opens nothing by itself, and lets an identity in: uncounted recovery join."
        )


@app.command()
@case_argument
@click.argument("recipient")
@passphrase_option
@json_option
def revoke(case: Path, recipient: str, passphrase_file: Path | None, as_json: bool) -> None:
    r"""Take somebody's access away: a new key for those who remain.

    RECIPIENT is the member's recipient, a file that holds it, or their name here; `recovery`
    means the recovery shares. What they have copied or read before is not reached.

    \b
    Example:
      uncounted revoke returns.case Office
    """
    with open_case(case, passphrase_file) as opened:
        meant = _meant(recipient, {m.name for m in opened.members})
        entry = opened.revoke(meant)
        epoch, shares = opened.epoch, any(_is_recovery(m.name) for m in opened.members)
    if as_json:
        answer_json({"entry": entry.seq, "key": epoch})
    else:
        answer("Access is taken away: what follows is under a new key, and so is all there was.")
    say(
        f"What they had is not reached: a copy of this folder made before entry {entry.seq} still "
        "opens with their key, and they may have read or kept anything up to there."
    )
    if shares:
        say("If they know enough recovery shares, make new ones: recovery split --replace.")


def _is_recovery(name: str | None) -> bool:
    return name is not None and name.startswith("recovery")


def _meant(given: str, names: set[str | None]) -> str:
    from uncounted.vault.keys import recipients

    if given == "recovery" or given in names:
        return given
    try:
        return recipients.read(given).recipient
    except UsedWrongly:
        return given  # whatever it is, it is no member, and that is said


@app.command()
@case_argument
@passphrase_option
@json_option
def rotate(case: Path, passphrase_file: Path | None, as_json: bool) -> None:
    r"""Make a new case key and put everything under it, for the same members.

    It takes as much room again as the database. Copies made before open with the old
    key still.

    \b
    Example:
      uncounted rotate returns.case
    """
    with open_case(case, passphrase_file) as opened:
        entry = opened.rotate()
        epoch = opened.epoch
    if as_json:
        answer_json({"entry": entry.seq, "key": epoch})
    else:
        answer(f"Everything in the case file is under a new key, number {epoch}.")


@app.group(
    cls=InOrder, epilog="Example: uncounted recovery split returns.case --shares 5 --threshold 3"
)
def recovery() -> None:
    """Shares on paper that open a case file together when every identity is lost."""


@recovery.command("split")
@case_argument
@click.option("--shares", type=int, default=5, show_default=True, help="How many to make.")
@click.option("--threshold", type=int, default=3, show_default=True, help="How many open it.")
@click.option(
    "--out", type=click.Path(path_type=Path), help="A new folder for the shares, a file each."
)
@click.option("--replace", is_flag=True, help="Shares made before open nothing from then on.")
@passphrase_option
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
    r"""Make recovery shares: any THRESHOLD of them open the case file, fewer say nothing.

    They are shown once, or written to files for you alone, and kept nowhere else. Write
    each on paper and give it to somebody else.

    \b
    Example:
      uncounted recovery split returns.case --shares 5 --threshold 3
    """
    from uncounted.vault.case import Case
    from uncounted.vault.keys import recovery_shares as shamir

    if out is not None:
        refuse_taken_or_inside(case, out)
    made = shamir.split(Case.look(case), shares, threshold)
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
    say("Give each to somebody else, on paper, and delete what is on this machine.")


def _hand_out(made: RecoveryShares, out: Path | None, *, as_json: bool) -> list[Path]:
    """Show the shares or write them, and give the files: before they open anything.

    The one JSON object is printed here, too: what comes after it may be a crash.
    """
    files = [] if out is None else _written(made.unsafe_shares, out)
    if as_json:
        told: dict[str, Any] = {"recipient": made.recipient, "threshold": made.threshold}
        shares = {"files": [str(file) for file in files]} if files else {}
        answer_json({**told, **(shares or {"shares": list(made.unsafe_shares)})})
    elif not files:
        for number, share in enumerate(made.unsafe_shares, start=1):
            answer(f"Share {number} of {len(made.unsafe_shares)}: {share}")
    sys.stdout.flush()
    return files


def _written(shares: tuple[str, ...], out: Path) -> list[Path]:
    from uncounted.vault.store.files import make_folder, write_private

    make_folder(out)
    files = [out / f"share-{number}-of-{len(shares)}.txt" for number in range(1, len(shares) + 1)]
    for file, share in zip(files, shares, strict=True):
        write_private(file, share.encode() + b"\n")
    return files


@recovery.command("join")
@case_argument
@click.option(
    "--shares-file",
    type=click.Path(path_type=Path, allow_dash=True),
    help="The shares, one a line; - reads them from standard input.",
)
@click.option(
    "--key",
    type=click.Path(path_type=Path),
    help="A key that access was granted to, instead of shares: an age identity, an SSH key.",
)
@passphrase_option
@json_option
def join(
    case: Path,
    shares_file: Path | None,
    key: Path | None,
    passphrase_file: Path | None,
    as_json: bool,
) -> None:
    r"""Become a member of a case file with enough recovery shares, or with a spare key.

    When the passphrase of your identity is forgotten: point UNCOUNTED_HOME to another
    folder, make a new identity (uncounted identity new), and join with it.

    \b
    Example:
      uncounted recovery join returns.case
    """
    from uncounted.vault.case import Case
    from uncounted.vault.keys import recipients

    if key is not None and shares_file is not None:
        raise UsedWrongly("shares and a key were given", hint="one of them is enough")
    case_id = Case.look(case)
    through: Opener = recipients.read_key(key) if key else _from_shares(case_id, shares_file)
    with open_case(case, passphrase_file, through=through) as opened:
        mine = opened.members[-1]
    if as_json:
        answer_json({"recipient": mine.recipient, "signer": mine.vkey})
    else:
        answer("Your identity is a member of this case file.")
    say("An identity that you lost is one still: uncounted members lists it, revoke removes it.")


def _from_shares(case_id: str, file: Path | None) -> Opener:
    from uncounted.vault.keys import recovery_shares as shamir

    return shamir.join(case_id, _asked() if file is None else _listed(file))


def _listed(file: Path) -> list[RecoveryShare]:
    from uncounted.vault.keys import recovery_shares as shamir

    if str(file) == "-":
        text = from_stdin()
    elif file.exists() and not file.is_dir():  # a pipe will do
        text = as_text(file.read_bytes(), "the file of shares")
    else:
        raise UsedWrongly("there is no such file of shares", hint="check --shares-file")
    lines = [line.strip() for line in text.splitlines()]
    kept = [line for line in lines if line and not line.startswith("#")]
    return [shamir.read(line, number) for number, line in enumerate(kept, start=1)]


def _asked() -> list[RecoveryShare]:
    from uncounted.vault.keys import recovery_shares as shamir

    if not _somebody_is_there():
        raise UsedWrongly(
            "no shares were given, and nobody is there to ask", hint="give --shares-file"
        )
    shares: list[RecoveryShare] = []
    while not shares or len(shares) < shares[0].needed:
        number = len(shares) + 1
        try:
            share = shamir.read(str(click.prompt(f"Share {number}", err=True)), number)
            shamir.refuse_unfit([*shares, share])
            shares.append(share)
            if number == 1:
                say(f"{share.needed} shares are needed.")
        except BadInput as error:
            say(f"{error}: {error.hint}. Once more:")
    return shares


def _somebody_is_there() -> bool:
    return sys.stdin.isatty()
